/*-------------------------------------------------------------------------
 *
 * code_ops.c
 *	  Operators of the code types: comparison, hash, containment.
 *
 * drug_code has none of its own; it is binary-coercible to fee_item.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "code/code_core.h"
#include "common/ms_compat.h"
#include "medsup.h"

PG_FUNCTION_INFO_V1(medsup_code8_eq);
PG_FUNCTION_INFO_V1(medsup_code8_ne);
PG_FUNCTION_INFO_V1(medsup_code8_lt);
PG_FUNCTION_INFO_V1(medsup_code8_le);
PG_FUNCTION_INFO_V1(medsup_code8_gt);
PG_FUNCTION_INFO_V1(medsup_code8_ge);
PG_FUNCTION_INFO_V1(medsup_code8_cmp);
PG_FUNCTION_INFO_V1(medsup_code8_smaller);
PG_FUNCTION_INFO_V1(medsup_code8_larger);
PG_FUNCTION_INFO_V1(medsup_code8_hash);
PG_FUNCTION_INFO_V1(medsup_code8_hash_extended);
PG_FUNCTION_INFO_V1(medsup_fee_item_eq);
PG_FUNCTION_INFO_V1(medsup_fee_item_ne);
PG_FUNCTION_INFO_V1(medsup_fee_item_lt);
PG_FUNCTION_INFO_V1(medsup_fee_item_le);
PG_FUNCTION_INFO_V1(medsup_fee_item_gt);
PG_FUNCTION_INFO_V1(medsup_fee_item_ge);
PG_FUNCTION_INFO_V1(medsup_fee_item_cmp);
PG_FUNCTION_INFO_V1(medsup_fee_item_smaller);
PG_FUNCTION_INFO_V1(medsup_fee_item_larger);
PG_FUNCTION_INFO_V1(medsup_fee_item_hash);
PG_FUNCTION_INFO_V1(medsup_fee_item_hash_extended);
PG_FUNCTION_INFO_V1(medsup_icd10_is_within);
PG_FUNCTION_INFO_V1(medsup_icd10_contains_code);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_is_within);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_contains_code);
PG_FUNCTION_INFO_V1(medsup_fee_item_is_within);
PG_FUNCTION_INFO_V1(medsup_fee_item_contains_code);
PG_FUNCTION_INFO_V1(medsup_icd10_subtree_last);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_subtree_last);
PG_FUNCTION_INFO_V1(medsup_fee_item_subtree_last);

/* icd10 and icd9cm3 are both numbers of 8 bytes: one set serves both. */
Datum
medsup_code8_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(PG_GETARG_DATUM(0) == PG_GETARG_DATUM(1));
}

Datum
medsup_code8_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(PG_GETARG_DATUM(0) != PG_GETARG_DATUM(1));
}

Datum
medsup_code8_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(PG_GETARG_DATUM(0) < PG_GETARG_DATUM(1));
}

Datum
medsup_code8_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(PG_GETARG_DATUM(0) <= PG_GETARG_DATUM(1));
}

Datum
medsup_code8_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(PG_GETARG_DATUM(0) > PG_GETARG_DATUM(1));
}

Datum
medsup_code8_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(PG_GETARG_DATUM(0) >= PG_GETARG_DATUM(1));
}

Datum
medsup_code8_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(ms_code_cmp64(DatumGetUInt64(PG_GETARG_DATUM(0)),
								  DatumGetUInt64(PG_GETARG_DATUM(1))));
}

Datum
medsup_code8_smaller(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(Min(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

Datum
medsup_code8_larger(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(Max(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

Datum
medsup_code8_hash(PG_FUNCTION_ARGS)
{
	uint64		value = DatumGetUInt64(PG_GETARG_DATUM(0));

	return UInt32GetDatum((uint32) ms_code_hash64(value, 0));
}

Datum
medsup_code8_hash_extended(PG_FUNCTION_ARGS)
{
	uint64		value = DatumGetUInt64(PG_GETARG_DATUM(0));

	return UInt64GetDatum(ms_code_hash64(value, (uint64) PG_GETARG_INT64(1)));
}

Datum
medsup_fee_item_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ms_code_fee_item_eq(PG_GETARG_MS_FEE_ITEM_P(0),
									   PG_GETARG_MS_FEE_ITEM_P(1)));
}

Datum
medsup_fee_item_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!ms_code_fee_item_eq(PG_GETARG_MS_FEE_ITEM_P(0),
										PG_GETARG_MS_FEE_ITEM_P(1)));
}

Datum
medsup_fee_item_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ms_code_fee_item_cmp(PG_GETARG_MS_FEE_ITEM_P(0),
										PG_GETARG_MS_FEE_ITEM_P(1)) < 0);
}

Datum
medsup_fee_item_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ms_code_fee_item_cmp(PG_GETARG_MS_FEE_ITEM_P(0),
										PG_GETARG_MS_FEE_ITEM_P(1)) <= 0);
}

Datum
medsup_fee_item_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ms_code_fee_item_cmp(PG_GETARG_MS_FEE_ITEM_P(0),
										PG_GETARG_MS_FEE_ITEM_P(1)) > 0);
}

Datum
medsup_fee_item_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(ms_code_fee_item_cmp(PG_GETARG_MS_FEE_ITEM_P(0),
										PG_GETARG_MS_FEE_ITEM_P(1)) >= 0);
}

Datum
medsup_fee_item_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(ms_code_fee_item_cmp(PG_GETARG_MS_FEE_ITEM_P(0),
										 PG_GETARG_MS_FEE_ITEM_P(1)));
}

Datum
medsup_fee_item_smaller(PG_FUNCTION_ARGS)
{
	MsFeeItem  *a = PG_GETARG_MS_FEE_ITEM_P(0);
	MsFeeItem  *b = PG_GETARG_MS_FEE_ITEM_P(1);

	PG_RETURN_POINTER(ms_code_fee_item_cmp(a, b) <= 0 ? a : b);
}

Datum
medsup_fee_item_larger(PG_FUNCTION_ARGS)
{
	MsFeeItem  *a = PG_GETARG_MS_FEE_ITEM_P(0);
	MsFeeItem  *b = PG_GETARG_MS_FEE_ITEM_P(1);

	PG_RETURN_POINTER(ms_code_fee_item_cmp(a, b) >= 0 ? a : b);
}

Datum
medsup_fee_item_hash(PG_FUNCTION_ARGS)
{
	MsFeeItem  *item = PG_GETARG_MS_FEE_ITEM_P(0);

	return UInt32GetDatum((uint32) ms_code_fee_item_hash64(item, 0));
}

Datum
medsup_fee_item_hash_extended(PG_FUNCTION_ARGS)
{
	MsFeeItem  *item = PG_GETARG_MS_FEE_ITEM_P(0);

	return UInt64GetDatum(ms_code_fee_item_hash64(item,
												  (uint64) PG_GETARG_INT64(1)));
}

/*
 * The end of a node's subtree is found by walking the grammar.  Most calls
 * repeat the node of the call before, so it is kept, keyed by the node.
 */
typedef struct SubtreeCache
{
	uint64		node;
	uint64		end;
} SubtreeCache;

typedef bool (*SubtreeEndFn) (uint64_t node, uint64_t *end);

static bool
within_cached(FmgrInfo *flinfo, uint64 code, uint64 node, SubtreeEndFn find)
{
	SubtreeCache *cache = flinfo->fn_extra;

	if (code <= node)
		return code == node;
	if (cache == NULL || cache->node != node)
	{
		if (cache == NULL)
		{
			cache = MemoryContextAlloc(flinfo->fn_mcxt, sizeof(SubtreeCache));
			flinfo->fn_extra = cache;
		}
		cache->node = node;
		cache->end = 0;
		(void) find(node, &cache->end);
	}
	return code < cache->end;
}

/* The same for fee items, whose subtree is what shares the node's bits. */
typedef struct MaskCache
{
	MsFeeItem	node;
	MsFeeItem	mask;
} MaskCache;

static inline bool
item_within_cached(FmgrInfo *flinfo, const MsFeeItem *item,
				   const MsFeeItem *node)
{
	MaskCache  *cache = flinfo->fn_extra;

	if (cache == NULL || !ms_code_fee_item_eq(&cache->node, node))
	{
		MsFeeItem	mask;

		if (!ms_code_fee_item_mask(node, &mask))
			return false;
		if (cache == NULL)
		{
			cache = MemoryContextAlloc(flinfo->fn_mcxt, sizeof(MaskCache));
			flinfo->fn_extra = cache;
		}
		cache->node = *node;
		cache->mask = mask;
	}
	return ms_code_fee_item_agree(item, node, &cache->mask);
}

Datum
medsup_icd10_is_within(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(within_cached(fcinfo->flinfo, PG_GETARG_MS_ICD10(0),
								 PG_GETARG_MS_ICD10(1),
								 ms_code_icd10_subtree_end));
}

Datum
medsup_icd10_contains_code(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(within_cached(fcinfo->flinfo, PG_GETARG_MS_ICD10(1),
								 PG_GETARG_MS_ICD10(0),
								 ms_code_icd10_subtree_end));
}

Datum
medsup_icd9cm3_is_within(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(within_cached(fcinfo->flinfo, PG_GETARG_MS_ICD9CM3(0),
								 PG_GETARG_MS_ICD9CM3(1),
								 ms_code_icd9cm3_subtree_end));
}

Datum
medsup_icd9cm3_contains_code(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(within_cached(fcinfo->flinfo, PG_GETARG_MS_ICD9CM3(1),
								 PG_GETARG_MS_ICD9CM3(0),
								 ms_code_icd9cm3_subtree_end));
}

Datum
medsup_fee_item_is_within(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(item_within_cached(fcinfo->flinfo,
									  PG_GETARG_MS_FEE_ITEM_P(0),
									  PG_GETARG_MS_FEE_ITEM_P(1)));
}

Datum
medsup_fee_item_contains_code(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(item_within_cached(fcinfo->flinfo,
									  PG_GETARG_MS_FEE_ITEM_P(1),
									  PG_GETARG_MS_FEE_ITEM_P(0)));
}

Datum
medsup_icd10_subtree_last(PG_FUNCTION_ARGS)
{
	PG_RETURN_MS_ICD10(ms_code_icd10_subtree_last(PG_GETARG_MS_ICD10(0)));
}

Datum
medsup_icd9cm3_subtree_last(PG_FUNCTION_ARGS)
{
	PG_RETURN_MS_ICD9CM3(ms_code_icd9cm3_subtree_last(PG_GETARG_MS_ICD9CM3(0)));
}

Datum
medsup_fee_item_subtree_last(PG_FUNCTION_ARGS)
{
	MsFeeItem  *last = palloc(sizeof(MsFeeItem));

	*last = ms_code_fee_item_subtree_last(PG_GETARG_MS_FEE_ITEM_P(0));
	PG_RETURN_MS_FEE_ITEM_P(last);
}
