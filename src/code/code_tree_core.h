/*-------------------------------------------------------------------------
 *
 * code_tree_core.h
 *	  The hierarchy of the codes: levels, parents, segments, halves of a
 *	  pair, and the grammars a text satisfies.
 *
 * Pure C like code_core.h, and as total: values that are none give false, 0
 * or an empty text.
 *
 * A code passes through nodes, each a prefix of its text: E11, E11.2, E11.200,
 * E11.200x011.  Levels count them; a form that has no node of a level skips
 * it.  A text that ends within the next node ("E11.20", "E11.200x0") has the
 * level of what it begins, so every node lies above what is below it.  The
 * one table of all forms is in docs/types.md.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_TREE_CORE_H
#define CODE_TREE_CORE_H

#include "code/code_core.h"

/* Levels that the types have as values. */
#define MS_ICD10_LEVEL_CATEGORY		3
#define MS_ICD10_LEVEL_PAIR			7
#define MS_ICD9CM3_LEVEL_CATEGORY	2
#define MS_ICD9CM3_LEVEL_EXTENSION	6
#define MS_FEE_LEVEL_MAX			11	/* drug_x; other kinds have fewer */

/*
 * ..._level	level of a code, 0 if it is no value
 * ..._parent	nearest complete node above; false at the top
 * ..._ancestor	node of that level above the code, or the code if the level is
 *				its own; false where there is none
 */
extern int	ms_code_icd10_level(MsIcd10 code);
extern bool ms_code_icd10_parent(MsIcd10 code, MsIcd10 *out);
extern bool ms_code_icd10_ancestor(MsIcd10 code, int level, MsIcd10 *out);
extern int	ms_code_icd9cm3_level(MsIcd9cm3 code);
extern bool ms_code_icd9cm3_parent(MsIcd9cm3 code, MsIcd9cm3 *out);
extern bool ms_code_icd9cm3_ancestor(MsIcd9cm3 code, int level,
									 MsIcd9cm3 *out);
extern int	ms_code_fee_item_level(const MsFeeItem *item);
extern bool ms_code_fee_item_parent(const MsFeeItem *item, MsFeeItem *out);
extern bool ms_code_fee_item_ancestor(const MsFeeItem *item, int level,
									  MsFeeItem *out);

/*
 * A pair E11.200x011+N08.3* is the code of a cause (dagger) and of what it
 * does in an organ (asterisk).  The dagger of a code that is no pair is the
 * code; asterisk gives the WHO node N08.3, without the star, and false where
 * there is no pair.
 */
extern bool ms_code_icd10_is_pair(MsIcd10 code);
extern bool ms_code_icd10_dagger(MsIcd10 code, MsIcd10 *out);
extern bool ms_code_icd10_asterisk(MsIcd10 code, MsIcd10 *out);

/*
 * Names of the grammars that a code satisfies as a whole, into names; returns
 * how many.  A node that is a whole code in none of them satisfies none.
 */
#define MS_CODE_MAX_FORMS 4
extern int	ms_code_icd10_forms(MsIcd10 code,
								const char *names[MS_CODE_MAX_FORMS]);
extern int	ms_code_icd9cm3_forms(MsIcd9cm3 code,
								  const char *names[MS_CODE_MAX_FORMS]);

/* Parts of a fee item's text. */
typedef enum MsFeeSegment
{
	MS_SEGMENT_ATC,				/* B01AC of X */
	MS_SEGMENT_DRUG_CLASS,		/* XB01AC, ZA04CA, T00170 */
	MS_SEGMENT_GENERIC,			/* everything down to the name */
	MS_SEGMENT_DOSAGE_FORM,
	MS_SEGMENT_SPEC,
	MS_SEGMENT_PACK,
	MS_SEGMENT_MAKER,
	MS_SEGMENT_SERVICE_AREA,
	MS_SEGMENT_SERVICE_CLASS,
	MS_SEGMENT_SERVICE_BASE,
	MS_SEGMENT_SERVICE_SUBITEM,
	MS_SEGMENT_SERVICE_ADDON,
	MS_SEGMENT_CONSUMABLE_CLASS,
	MS_SEGMENT_CONSUMABLE_MATERIAL,
	MS_SEGMENT_CONSUMABLE_ITEM
} MsFeeSegment;

/* Writes a segment, returns its length; 0 if the item has none. */
extern int	ms_code_fee_item_segment(const MsFeeItem *item,
									 MsFeeSegment segment,
									 char buf[MS_CODE_BUFSIZE]);

/* The node down to the name, the one segment that is a value; false if none. */
extern bool ms_code_fee_item_generic(const MsFeeItem *item, MsFeeItem *out);

#endif							/* CODE_TREE_CORE_H */
