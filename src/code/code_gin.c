/*-------------------------------------------------------------------------
 *
 * code_gin.c
 *	  GIN operator classes for arrays of codes.
 *
 * The keys are the codes themselves, as in the server's array_ops, whose
 * functions serve its operators here too.  A node or a set is a partial
 * match over its pieces of the order; docs/decisions/006 has the figures
 * against storing every ancestor as a key.  All answers are exact.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/gin.h"
#include "access/stratnum.h"
#include "fmgr.h"
#include "utils/fmgrprotos.h"

#include "code/code_array.h"
#include "code/code_set.h"
#include "common/ms_compat.h"
#include "medsup.h"

PG_FUNCTION_INFO_V1(medsup_icd10_gin_extract_query);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_gin_extract_query);
PG_FUNCTION_INFO_V1(medsup_fee_item_gin_extract_query);
PG_FUNCTION_INFO_V1(medsup_code8_gin_compare_partial);
PG_FUNCTION_INFO_V1(medsup_fee_item_gin_compare_partial);
PG_FUNCTION_INFO_V1(medsup_code_gin_consistent);
PG_FUNCTION_INFO_V1(medsup_code_gin_triconsistent);

/*
 * GIN collects each partial match in a bitmap of up to work_mem.  A set of
 * more ranges than this has several in one match, which skips the keys that
 * lie between them.
 */
#define MAX_PARTIAL_MATCHES 64

/* The piece of the bounds that one partial match looks for. */
typedef struct GinSlice
{
	int			nbounds;
	union
	{
		const uint64 *code8;
		const MsFeeItem *fee_item;
	}			bounds;
} GinSlice;

/*
 * Splits bounds into slices and tells GIN of them, all but the keys: these
 * are the first bounds of the slices.
 */
static int
partial_matches(FunctionCallInfo fcinfo, int nbounds, GinSlice **slices)
{
	int32	   *nkeys = (int32 *) PG_GETARG_POINTER(1);
	bool	  **partial = (bool **) PG_GETARG_POINTER(3);
	Pointer   **extra = (Pointer **) PG_GETARG_POINTER(4);
	int			nranges = nbounds / 2;
	int			nslices = Min(nranges, MAX_PARTIAL_MATCHES);

	/* no key in the default search mode: nothing matches */
	*nkeys = nslices;
	if (nslices == 0)
		return 0;
	*slices = palloc0(sizeof(GinSlice) * nslices);
	*partial = palloc(sizeof(bool) * nslices);
	*extra = palloc(sizeof(Pointer) * nslices);
	for (int i = 0; i < nslices; i++)
	{
		(*partial)[i] = true;
		(*extra)[i] = (Pointer) &(*slices)[i];
	}
	return nslices;
}

/* Where the slice begins among all bounds. */
static int
slice_start(int slice, int nslices, int nbounds)
{
	return (int) ((int64) slice * (nbounds / 2) / nslices) * 2;
}

static Datum
extract_code8_bounds(FunctionCallInfo fcinfo, const uint64 *bounds,
					 int nbounds)
{
	GinSlice   *slices;
	int			nslices = partial_matches(fcinfo, nbounds, &slices);
	Datum	   *keys;

	if (nslices == 0)
		PG_RETURN_POINTER(NULL);
	keys = palloc(sizeof(Datum) * nslices);
	for (int i = 0; i < nslices; i++)
	{
		int			start = slice_start(i, nslices, nbounds);

		slices[i].bounds.code8 = bounds + start;
		slices[i].nbounds = slice_start(i + 1, nslices, nbounds) - start;
		keys[i] = UInt64GetDatum(bounds[start]);
	}
	PG_RETURN_POINTER(keys);
}

static Datum
extract_code8(FunctionCallInfo fcinfo, MsSubtreeEndFn subtree_end)
{
	uint64	   *bounds;
	int			nbounds;

	switch (PG_GETARG_UINT16(2))
	{
		case MS_ANY_WITHIN_NODE:
			bounds = palloc(sizeof(uint64) * 2);
			ms_code8_node_bounds(DatumGetUInt64(PG_GETARG_DATUM(0)),
								 subtree_end, bounds);
			return extract_code8_bounds(fcinfo, bounds, 2);
		case MS_ANY_WITHIN_SET:
			bounds = ms_code8_set_bounds(PG_GETARG_DATUM(0), &nbounds);
			return extract_code8_bounds(fcinfo, bounds, nbounds);
		default:
			return ginqueryarrayextract(fcinfo);
	}
}

Datum
medsup_icd10_gin_extract_query(PG_FUNCTION_ARGS)
{
	return extract_code8(fcinfo, ms_code_icd10_subtree_end);
}

Datum
medsup_icd9cm3_gin_extract_query(PG_FUNCTION_ARGS)
{
	return extract_code8(fcinfo, ms_code_icd9cm3_subtree_end);
}

static Datum
extract_fee_item_bounds(FunctionCallInfo fcinfo, const MsFeeItem *bounds,
						int nbounds)
{
	GinSlice   *slices;
	int			nslices = partial_matches(fcinfo, nbounds, &slices);
	Datum	   *keys;

	if (nslices == 0)
		PG_RETURN_POINTER(NULL);
	keys = palloc(sizeof(Datum) * nslices);
	for (int i = 0; i < nslices; i++)
	{
		int			start = slice_start(i, nslices, nbounds);

		slices[i].bounds.fee_item = bounds + start;
		slices[i].nbounds = slice_start(i + 1, nslices, nbounds) - start;
		keys[i] = MsFeeItemPGetDatum(&bounds[start]);
	}
	PG_RETURN_POINTER(keys);
}

Datum
medsup_fee_item_gin_extract_query(PG_FUNCTION_ARGS)
{
	MsFeeItem  *bounds;
	int			nbounds;

	switch (PG_GETARG_UINT16(2))
	{
		case MS_ANY_WITHIN_NODE:
			bounds = palloc(sizeof(MsFeeItem) * 2);
			ms_code_fee_item_node_bounds(PG_GETARG_MS_FEE_ITEM_P(0), bounds);
			return extract_fee_item_bounds(fcinfo, bounds, 2);
		case MS_ANY_WITHIN_SET:
			bounds = ms_code_fee_item_set_bounds(PG_GETARG_DATUM(0),
												 &nbounds);
			return extract_fee_item_bounds(fcinfo, bounds, nbounds);
		default:
			return ginqueryarrayextract(fcinfo);
	}
}

/* GIN reads on after -1, takes the key at 0 and stops at 1. */
Datum
medsup_code8_gin_compare_partial(PG_FUNCTION_ARGS)
{
	uint64		code = DatumGetUInt64(PG_GETARG_DATUM(1));
	const GinSlice *slice = (const GinSlice *) PG_GETARG_POINTER(3);
	const uint64 *bounds = slice->bounds.code8;

	if (code >= bounds[slice->nbounds - 1])
		PG_RETURN_INT32(1);
	PG_RETURN_INT32(ms_code8_in_bounds(bounds, slice->nbounds, code) ? 0 : -1);
}

Datum
medsup_fee_item_gin_compare_partial(PG_FUNCTION_ARGS)
{
	const MsFeeItem *item = PG_GETARG_MS_FEE_ITEM_P(1);
	const GinSlice *slice = (const GinSlice *) PG_GETARG_POINTER(3);
	const MsFeeItem *bounds = slice->bounds.fee_item;

	if (ms_code_fee_item_cmp(item, &bounds[slice->nbounds - 1]) >= 0)
		PG_RETURN_INT32(1);
	PG_RETURN_INT32(ms_code_fee_item_in_bounds(bounds, slice->nbounds, item)
					? 0 : -1);
}

/* Any partial match will do, and it needs no recheck. */
Datum
medsup_code_gin_consistent(PG_FUNCTION_ARGS)
{
	const bool *check = (const bool *) PG_GETARG_POINTER(0);
	StrategyNumber strategy = PG_GETARG_UINT16(1);
	int32		nkeys = PG_GETARG_INT32(3);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(5);

	if (strategy < MS_ANY_WITHIN_NODE)
		return ginarrayconsistent(fcinfo);
	*recheck = false;
	for (int i = 0; i < nkeys; i++)
		if (check[i])
			PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(false);
}

Datum
medsup_code_gin_triconsistent(PG_FUNCTION_ARGS)
{
	const GinTernaryValue *check =
	(const GinTernaryValue *) PG_GETARG_POINTER(0);
	StrategyNumber strategy = PG_GETARG_UINT16(1);
	int32		nkeys = PG_GETARG_INT32(3);
	GinTernaryValue result = GIN_FALSE;

	if (strategy < MS_ANY_WITHIN_NODE)
		return ginarraytriconsistent(fcinfo);
	for (int i = 0; i < nkeys; i++)
	{
		if (check[i] == GIN_TRUE)
			PG_RETURN_GIN_TERNARY_VALUE(GIN_TRUE);
		if (check[i] == GIN_MAYBE)
			result = GIN_MAYBE;
	}
	PG_RETURN_GIN_TERNARY_VALUE(result);
}
