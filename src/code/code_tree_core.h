/*-------------------------------------------------------------------------
 *
 * code_tree_core.h
 *	  The hierarchy of the codes: halves of a pair.
 *
 * Pure C like code_core.h, and as total: values that are none give false.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_TREE_CORE_H
#define CODE_TREE_CORE_H

#include "code/code_core.h"

/*
 * A pair E11.200x011+N08.3* is the code of a cause (dagger) and of what it
 * does in an organ (asterisk).  The dagger of a code that is no pair is the
 * code; asterisk gives the WHO node N08.3, without the star, and false where
 * there is no pair.
 */
extern bool ms_code_icd10_is_pair(MsIcd10 code);
extern bool ms_code_icd10_dagger(MsIcd10 code, MsIcd10 *out);
extern bool ms_code_icd10_asterisk(MsIcd10 code, MsIcd10 *out);

#endif							/* CODE_TREE_CORE_H */
