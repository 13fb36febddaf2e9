/*-------------------------------------------------------------------------
 *
 * code_array.c
 *	  Operator @@: is any code of an array within a node or a set?
 *
 * Codes have a fixed size and arrays store no bytes for NULL, so the data of
 * an array, of any number of dimensions, is a plain C array of what is there.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/array.h"

#include "code/code_array.h"
#include "code/code_set.h"
#include "common/ms_compat.h"
#include "medsup.h"

PG_FUNCTION_INFO_V1(medsup_icd10_any_within);
PG_FUNCTION_INFO_V1(medsup_icd10_contains_any);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_any_within);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_contains_any);
PG_FUNCTION_INFO_V1(medsup_fee_item_any_within);
PG_FUNCTION_INFO_V1(medsup_fee_item_contains_any);
PG_FUNCTION_INFO_V1(medsup_code8_any_within_set);
PG_FUNCTION_INFO_V1(medsup_code8_set_contains_any);
PG_FUNCTION_INFO_V1(medsup_fee_item_any_within_set);
PG_FUNCTION_INFO_V1(medsup_fee_item_set_contains_any);

#define ARRAY_DATA_END(a) ((char *) (a) + VARSIZE(a))

static bool
any_code8(FunctionCallInfo fcinfo, int argno, const uint64 *bounds,
		  int nbounds)
{
	ArrayType  *codes = PG_GETARG_ARRAYTYPE_P(argno);
	const uint64 *end = (const uint64 *) ARRAY_DATA_END(codes);
	bool		found = false;

	for (const uint64 *code = (const uint64 *) ARR_DATA_PTR(codes);
		 code < end && !found; code++)
		found = ms_code8_in_bounds(bounds, nbounds, *code);
	PG_FREE_IF_COPY(codes, argno);
	return found;
}

static bool
any_fee_item(FunctionCallInfo fcinfo, int argno, const MsFeeItem *bounds,
			 int nbounds)
{
	ArrayType  *items = PG_GETARG_ARRAYTYPE_P(argno);
	const MsFeeItem *end = (const MsFeeItem *) ARRAY_DATA_END(items);
	bool		found = false;

	for (const MsFeeItem *item = (const MsFeeItem *) ARR_DATA_PTR(items);
		 item < end && !found; item++)
		found = ms_code_fee_item_in_bounds(bounds, nbounds, item);
	PG_FREE_IF_COPY(items, argno);
	return found;
}

/*
 * The end of a node is found by walking the grammar.  Most calls repeat the
 * node of the call before, so its bounds are kept.
 */
static const uint64 *
code8_node_arg(FunctionCallInfo fcinfo, int argno, MsSubtreeEndFn subtree_end)
{
	uint64		node = DatumGetUInt64(PG_GETARG_DATUM(argno));
	uint64	   *bounds = fcinfo->flinfo->fn_extra;

	if (bounds == NULL)
		bounds = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
								   sizeof(uint64) * 2);
	else if (bounds[0] == node)
		return bounds;
	ms_code8_node_bounds(node, subtree_end, bounds);
	return bounds;
}

Datum
medsup_icd10_any_within(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(any_code8(fcinfo, 0,
							 code8_node_arg(fcinfo, 1,
											ms_code_icd10_subtree_end), 2));
}

Datum
medsup_icd10_contains_any(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(any_code8(fcinfo, 1,
							 code8_node_arg(fcinfo, 0,
											ms_code_icd10_subtree_end), 2));
}

Datum
medsup_icd9cm3_any_within(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(any_code8(fcinfo, 0,
							 code8_node_arg(fcinfo, 1,
											ms_code_icd9cm3_subtree_end), 2));
}

Datum
medsup_icd9cm3_contains_any(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(any_code8(fcinfo, 1,
							 code8_node_arg(fcinfo, 0,
											ms_code_icd9cm3_subtree_end), 2));
}

Datum
medsup_fee_item_any_within(PG_FUNCTION_ARGS)
{
	MsFeeItem	bounds[2];

	ms_code_fee_item_node_bounds(PG_GETARG_MS_FEE_ITEM_P(1), bounds);
	PG_RETURN_BOOL(any_fee_item(fcinfo, 0, bounds, 2));
}

Datum
medsup_fee_item_contains_any(PG_FUNCTION_ARGS)
{
	MsFeeItem	bounds[2];

	ms_code_fee_item_node_bounds(PG_GETARG_MS_FEE_ITEM_P(0), bounds);
	PG_RETURN_BOOL(any_fee_item(fcinfo, 1, bounds, 2));
}

Datum
medsup_code8_any_within_set(PG_FUNCTION_ARGS)
{
	int			nbounds;
	const uint64 *bounds = ms_code8_set_arg(fcinfo, 1, &nbounds);

	PG_RETURN_BOOL(any_code8(fcinfo, 0, bounds, nbounds));
}

Datum
medsup_code8_set_contains_any(PG_FUNCTION_ARGS)
{
	int			nbounds;
	const uint64 *bounds = ms_code8_set_arg(fcinfo, 0, &nbounds);

	PG_RETURN_BOOL(any_code8(fcinfo, 1, bounds, nbounds));
}

Datum
medsup_fee_item_any_within_set(PG_FUNCTION_ARGS)
{
	int			nbounds;
	const MsFeeItem *bounds = ms_code_fee_item_set_arg(fcinfo, 1, &nbounds);

	PG_RETURN_BOOL(any_fee_item(fcinfo, 0, bounds, nbounds));
}

Datum
medsup_fee_item_set_contains_any(PG_FUNCTION_ARGS)
{
	int			nbounds;
	const MsFeeItem *bounds = ms_code_fee_item_set_arg(fcinfo, 0, &nbounds);

	PG_RETURN_BOOL(any_fee_item(fcinfo, 1, bounds, nbounds));
}
