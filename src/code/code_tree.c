/*-------------------------------------------------------------------------
 *
 * code_tree.c
 *	  The hierarchy of the codes in SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "code/code_tree_core.h"
#include "common/ms_compat.h"
#include "medsup.h"

PG_FUNCTION_INFO_V1(medsup_icd10_is_pair);
PG_FUNCTION_INFO_V1(medsup_icd10_dagger);
PG_FUNCTION_INFO_V1(medsup_icd10_asterisk);

Datum
medsup_icd10_is_pair(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ms_code_icd10_is_pair(PG_GETARG_MS_ICD10(0)));
}

Datum
medsup_icd10_dagger(PG_FUNCTION_ARGS)
{
	MsIcd10		dagger;

	if (!ms_code_icd10_dagger(PG_GETARG_MS_ICD10(0), &dagger))
		PG_RETURN_NULL();
	PG_RETURN_MS_ICD10(dagger);
}

Datum
medsup_icd10_asterisk(PG_FUNCTION_ARGS)
{
	MsIcd10		asterisk;

	if (!ms_code_icd10_asterisk(PG_GETARG_MS_ICD10(0), &asterisk))
		PG_RETURN_NULL();
	PG_RETURN_MS_ICD10(asterisk);
}
