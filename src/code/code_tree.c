/*-------------------------------------------------------------------------
 *
 * code_tree.c
 *	  The hierarchy of the codes in SQL: levels, parents, segments, pairs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "code/code_tree_core.h"
#include "common/ms_compat.h"
#include "medsup.h"

PG_FUNCTION_INFO_V1(medsup_icd10_level);
PG_FUNCTION_INFO_V1(medsup_icd10_parent);
PG_FUNCTION_INFO_V1(medsup_icd10_ancestor);
PG_FUNCTION_INFO_V1(medsup_icd10_prefixes);
PG_FUNCTION_INFO_V1(medsup_icd10_is_pair);
PG_FUNCTION_INFO_V1(medsup_icd10_dagger);
PG_FUNCTION_INFO_V1(medsup_icd10_asterisk);
PG_FUNCTION_INFO_V1(medsup_icd10_forms);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_level);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_parent);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_ancestor);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_prefixes);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_forms);
PG_FUNCTION_INFO_V1(medsup_fee_item_level);
PG_FUNCTION_INFO_V1(medsup_fee_item_parent);
PG_FUNCTION_INFO_V1(medsup_fee_item_ancestor);
PG_FUNCTION_INFO_V1(medsup_fee_item_prefixes);
PG_FUNCTION_INFO_V1(medsup_fee_item_generic);
PG_FUNCTION_INFO_V1(medsup_fee_item_atc);
PG_FUNCTION_INFO_V1(medsup_fee_item_drug_class);
PG_FUNCTION_INFO_V1(medsup_fee_item_dosage_form);
PG_FUNCTION_INFO_V1(medsup_fee_item_spec);
PG_FUNCTION_INFO_V1(medsup_fee_item_pack);
PG_FUNCTION_INFO_V1(medsup_fee_item_maker);
PG_FUNCTION_INFO_V1(medsup_fee_item_service_area);
PG_FUNCTION_INFO_V1(medsup_fee_item_service_class);
PG_FUNCTION_INFO_V1(medsup_fee_item_service_base);
PG_FUNCTION_INFO_V1(medsup_fee_item_service_subitem);
PG_FUNCTION_INFO_V1(medsup_fee_item_service_addon);
PG_FUNCTION_INFO_V1(medsup_fee_item_consumable_class);
PG_FUNCTION_INFO_V1(medsup_fee_item_consumable_material);
PG_FUNCTION_INFO_V1(medsup_fee_item_consumable_item);

/* check_level refuses a level that no value of the type can have. */
static void
check_level(const char *type, int level, int lowest, int highest,
			const char *hint)
{
	if (level < lowest || level > highest)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("type %s has no level %d", type, level),
				 errdetail("Its values are of levels %d to %d.",
						   lowest, highest),
				 hint != NULL && level > 0 && level < lowest ?
				 errhint("%s", hint) : 0));
}

static ArrayType *
make_text_array(const char *const *names, int n)
{
	Datum		elems[MS_CODE_MAX_FORMS];

	Assert(n <= MS_CODE_MAX_FORMS);
	for (int i = 0; i < n; i++)
		elems[i] = CStringGetTextDatum(names[i]);
	return construct_array(elems, n, TEXTOID, -1, false, TYPALIGN_INT);
}

/* The array of codes that the function called is declared to return. */
static ArrayType *
make_code_array(FunctionCallInfo fcinfo, Datum *codes, int n)
{
	Oid			type = get_func_rettype(fcinfo->flinfo->fn_oid);
	Oid			element = get_element_type(type);
	int16		len;
	bool		byval;
	char		align;

	get_typlenbyvalalign(element, &len, &byval, &align);
	return construct_array(codes, n, element, len, byval, align);
}

Datum
medsup_icd10_level(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(ms_code_icd10_level(PG_GETARG_MS_ICD10(0)));
}

Datum
medsup_icd10_parent(PG_FUNCTION_ARGS)
{
	MsIcd10		parent;

	if (!ms_code_icd10_parent(PG_GETARG_MS_ICD10(0), &parent))
		PG_RETURN_NULL();
	PG_RETURN_MS_ICD10(parent);
}

Datum
medsup_icd10_ancestor(PG_FUNCTION_ARGS)
{
	int			level = PG_GETARG_INT32(1);
	MsIcd10		ancestor;

	check_level("icd10", level, MS_ICD10_LEVEL_CATEGORY, MS_ICD10_LEVEL_PAIR,
				"Chapters and blocks are no codes; use medsup.chapter(code) or medsup.block(code).");
	if (!ms_code_icd10_ancestor(PG_GETARG_MS_ICD10(0), level, &ancestor))
		PG_RETURN_NULL();
	PG_RETURN_MS_ICD10(ancestor);
}

Datum
medsup_icd10_prefixes(PG_FUNCTION_ARGS)
{
	MsIcd10		nodes[MS_CODE_BUFSIZE];
	Datum		values[MS_CODE_BUFSIZE];
	int			n = ms_code_icd10_prefixes(PG_GETARG_MS_ICD10(0), nodes);

	for (int i = 0; i < n; i++)
		values[i] = MsIcd10GetDatum(nodes[i]);
	PG_RETURN_ARRAYTYPE_P(make_code_array(fcinfo, values, n));
}

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

Datum
medsup_icd10_forms(PG_FUNCTION_ARGS)
{
	const char *names[MS_CODE_MAX_FORMS];
	int			n = ms_code_icd10_forms(PG_GETARG_MS_ICD10(0), names);

	PG_RETURN_ARRAYTYPE_P(make_text_array(names, n));
}

Datum
medsup_icd9cm3_level(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(ms_code_icd9cm3_level(PG_GETARG_MS_ICD9CM3(0)));
}

Datum
medsup_icd9cm3_parent(PG_FUNCTION_ARGS)
{
	MsIcd9cm3	parent;

	if (!ms_code_icd9cm3_parent(PG_GETARG_MS_ICD9CM3(0), &parent))
		PG_RETURN_NULL();
	PG_RETURN_MS_ICD9CM3(parent);
}

Datum
medsup_icd9cm3_ancestor(PG_FUNCTION_ARGS)
{
	int			level = PG_GETARG_INT32(1);
	MsIcd9cm3	ancestor;

	check_level("icd9cm3", level, MS_ICD9CM3_LEVEL_CATEGORY,
				MS_ICD9CM3_LEVEL_EXTENSION,
				"Chapters are no codes; use medsup.chapter(code).");
	if (!ms_code_icd9cm3_ancestor(PG_GETARG_MS_ICD9CM3(0), level, &ancestor))
		PG_RETURN_NULL();
	PG_RETURN_MS_ICD9CM3(ancestor);
}

Datum
medsup_icd9cm3_prefixes(PG_FUNCTION_ARGS)
{
	MsIcd9cm3	nodes[MS_CODE_BUFSIZE];
	Datum		values[MS_CODE_BUFSIZE];
	int			n = ms_code_icd9cm3_prefixes(PG_GETARG_MS_ICD9CM3(0), nodes);

	for (int i = 0; i < n; i++)
		values[i] = MsIcd9cm3GetDatum(nodes[i]);
	PG_RETURN_ARRAYTYPE_P(make_code_array(fcinfo, values, n));
}

Datum
medsup_icd9cm3_forms(PG_FUNCTION_ARGS)
{
	const char *names[MS_CODE_MAX_FORMS];
	int			n = ms_code_icd9cm3_forms(PG_GETARG_MS_ICD9CM3(0), names);

	PG_RETURN_ARRAYTYPE_P(make_text_array(names, n));
}

Datum
medsup_fee_item_level(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(ms_code_fee_item_level(PG_GETARG_MS_FEE_ITEM_P(0)));
}

Datum
medsup_fee_item_parent(PG_FUNCTION_ARGS)
{
	MsFeeItem  *parent = palloc(sizeof(MsFeeItem));

	if (!ms_code_fee_item_parent(PG_GETARG_MS_FEE_ITEM_P(0), parent))
		PG_RETURN_NULL();
	PG_RETURN_MS_FEE_ITEM_P(parent);
}

Datum
medsup_fee_item_ancestor(PG_FUNCTION_ARGS)
{
	int			level = PG_GETARG_INT32(1);
	MsFeeItem  *ancestor = palloc(sizeof(MsFeeItem));

	check_level("fee_item", level, 1, MS_FEE_LEVEL_MAX, NULL);
	if (!ms_code_fee_item_ancestor(PG_GETARG_MS_FEE_ITEM_P(0), level,
								   ancestor))
		PG_RETURN_NULL();
	PG_RETURN_MS_FEE_ITEM_P(ancestor);
}

Datum
medsup_fee_item_prefixes(PG_FUNCTION_ARGS)
{
	MsFeeItem	nodes[MS_CODE_BUFSIZE];
	Datum		values[MS_CODE_BUFSIZE];
	int			n = ms_code_fee_item_prefixes(PG_GETARG_MS_FEE_ITEM_P(0), nodes);

	for (int i = 0; i < n; i++)
		values[i] = MsFeeItemPGetDatum(&nodes[i]);
	PG_RETURN_ARRAYTYPE_P(make_code_array(fcinfo, values, n));
}

Datum
medsup_fee_item_generic(PG_FUNCTION_ARGS)
{
	MsFeeItem  *generic = palloc(sizeof(MsFeeItem));

	if (!ms_code_fee_item_generic(PG_GETARG_MS_FEE_ITEM_P(0), generic))
		PG_RETURN_NULL();
	PG_RETURN_MS_FEE_ITEM_P(generic);
}

static Datum
segment_text(FunctionCallInfo fcinfo, MsFeeSegment segment)
{
	char		buf[MS_CODE_BUFSIZE];
	int			len = ms_code_fee_item_segment(PG_GETARG_MS_FEE_ITEM_P(0),
											   segment, buf);

	if (len == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(buf, len));
}

Datum
medsup_fee_item_atc(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_ATC);
}

Datum
medsup_fee_item_drug_class(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_DRUG_CLASS);
}

Datum
medsup_fee_item_dosage_form(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_DOSAGE_FORM);
}

Datum
medsup_fee_item_spec(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_SPEC);
}

Datum
medsup_fee_item_pack(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_PACK);
}

Datum
medsup_fee_item_maker(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_MAKER);
}

Datum
medsup_fee_item_service_area(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_SERVICE_AREA);
}

Datum
medsup_fee_item_service_class(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_SERVICE_CLASS);
}

Datum
medsup_fee_item_service_base(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_SERVICE_BASE);
}

Datum
medsup_fee_item_service_subitem(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_SERVICE_SUBITEM);
}

Datum
medsup_fee_item_service_addon(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_SERVICE_ADDON);
}

Datum
medsup_fee_item_consumable_class(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_CONSUMABLE_CLASS);
}

Datum
medsup_fee_item_consumable_material(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_CONSUMABLE_MATERIAL);
}

Datum
medsup_fee_item_consumable_item(PG_FUNCTION_ARGS)
{
	return segment_text(fcinfo, MS_SEGMENT_CONSUMABLE_ITEM);
}
