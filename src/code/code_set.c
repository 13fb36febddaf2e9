/*-------------------------------------------------------------------------
 *
 * code_set.c
 *	  Sets of codes, on the server's own ranges and multiranges: is a code
 *	  in the set?
 *
 * The server has polymorphic operators for this.  Ours exist because those
 * have no planner support before version 17, and find their way in the set
 * again for every row, comparing through the operator class.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "nodes/primnodes.h"
#include "utils/memutils.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "code/code_set.h"
#include "common/ms_compat.h"
#include "medsup.h"

PG_FUNCTION_INFO_V1(medsup_code8_subdiff);
PG_FUNCTION_INFO_V1(medsup_fee_item_subdiff);
PG_FUNCTION_INFO_V1(medsup_code8_is_within_set);
PG_FUNCTION_INFO_V1(medsup_code8_set_contains_code);
PG_FUNCTION_INFO_V1(medsup_fee_item_is_within_set);
PG_FUNCTION_INFO_V1(medsup_fee_item_set_contains_code);

#define TWO_TO_64 18446744073709551616.0

/*
 * How far apart two codes are, for statistics and indexes over ranges.  The
 * numbers are ranks, so this is about how many texts lie between.
 */
Datum
medsup_code8_subdiff(PG_FUNCTION_ARGS)
{
	uint64		a = DatumGetUInt64(PG_GETARG_DATUM(0));
	uint64		b = DatumGetUInt64(PG_GETARG_DATUM(1));

	PG_RETURN_FLOAT8((double) a - (double) b);
}

Datum
medsup_fee_item_subdiff(PG_FUNCTION_ARGS)
{
	MsFeeItem  *a = PG_GETARG_MS_FEE_ITEM_P(0);
	MsFeeItem  *b = PG_GETARG_MS_FEE_ITEM_P(1);

	/* in units of the high half */
	PG_RETURN_FLOAT8(((double) a->hi - (double) b->hi)
					 + ((double) a->lo - (double) b->lo) / TWO_TO_64);
}

/* Gives the set, and its type; a multirange type has rngtype. */
static RangeType *
set_header(Datum set, TypeCacheEntry **type)
{
	/* ranges and multiranges begin alike: length, type */
	RangeType  *range = (RangeType *) PG_DETOAST_DATUM(set);

	*type = lookup_type_cache(RangeTypeGetOid(range),
							  TYPECACHE_RANGE_INFO |
							  TYPECACHE_MULTIRANGE_INFO);
	return range;
}

MsSetPiece *
ms_code_set_pieces(Datum set, int *npieces)
{
	TypeCacheEntry *type;
	RangeType  *range = set_header(set, &type);
	MsSetPiece *pieces;

	if (type->rngtype != NULL)
	{
		MultirangeType *multirange = (MultirangeType *) range;
		int			n = (int) multirange->rangeCount;

		pieces = palloc(sizeof(MsSetPiece) * Max(n, 1));
		for (int i = 0; i < n; i++)
			multirange_get_bounds(type->rngtype, multirange, i,
								  &pieces[i].lower, &pieces[i].upper);
		*npieces = n;
	}
	else
	{
		bool		empty;

		pieces = palloc(sizeof(MsSetPiece));
		range_deserialize(type, range, &pieces->lower, &pieces->upper, &empty);
		*npieces = empty ? 0 : 1;
	}
	return pieces;
}

static uint64
code8_bound(const RangeBound *bound)
{
	uint64		code = DatumGetUInt64(bound->val);

	if (bound->infinite)
		return bound->lower ? 0 : MS_CODE8_INFINITE;
	return bound->inclusive == bound->lower ? code : code + 1;
}

static MsFeeItem
fee_item_bound(const RangeBound *bound)
{
	const MsFeeItem lowest = {0, 0};
	const MsFeeItem infinite = {UINT64_MAX, UINT64_MAX};

	if (bound->infinite)
		return bound->lower ? lowest : infinite;
	if (bound->inclusive == bound->lower)
		return *DatumGetMsFeeItemP(bound->val);
	return ms_code_fee_item_plus_one(*DatumGetMsFeeItemP(bound->val));
}

uint64 *
ms_code8_set_bounds(Datum set, int *nbounds)
{
	int			n;
	MsSetPiece *pieces = ms_code_set_pieces(set, &n);
	uint64	   *bounds = palloc(sizeof(uint64) * 2 * Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		bounds[2 * i] = code8_bound(&pieces[i].lower);
		bounds[2 * i + 1] = code8_bound(&pieces[i].upper);
	}
	pfree(pieces);
	*nbounds = 2 * n;
	return bounds;
}

MsFeeItem *
ms_code_fee_item_set_bounds(Datum set, int *nbounds)
{
	int			n;
	MsSetPiece *pieces = ms_code_set_pieces(set, &n);
	MsFeeItem  *bounds = palloc(sizeof(MsFeeItem) * 2 * Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		bounds[2 * i] = fee_item_bound(&pieces[i].lower);
		bounds[2 * i + 1] = fee_item_bound(&pieces[i].upper);
	}
	pfree(pieces);
	*nbounds = 2 * n;
	return bounds;
}

/*
 * A decoded set, kept for the rows to come.  A constant is decoded once.
 * Anything else is compared by its bytes: a parameter too, since PL/pgSQL
 * keeps an expression's state while its variables change.
 *
 * Decoding takes longer than one search, so where each row brings another set,
 * as in a join, nothing is decoded and the server searches.  Only a set that
 * comes twice in a row, as far as its length and last bounds tell, is decoded.
 */
typedef struct SetCache
{
	MemoryContext context;		/* holds what the pointers point to */
	bool		constant;
	struct varlena *seen;		/* the set as it came; NULL = none yet */
	int			nbounds;
	void	   *bounds;
	Size		last_size;		/* of the call before; 0 = none yet */
	char		last_tail[64];
} SetCache;

static bool
is_constant_arg(FmgrInfo *flinfo, int argno)
{
	Node	   *expr = flinfo->fn_expr;
	List	   *args;

	/* no other kind: an array operator's argument is not what we get */
	if (expr != NULL && IsA(expr, OpExpr))
		args = ((OpExpr *) expr)->args;
	else if (expr != NULL && IsA(expr, FuncExpr))
		args = ((FuncExpr *) expr)->args;
	else
		return false;
	return argno < list_length(args) && IsA(list_nth(args, argno), Const);
}

/* A toast pointer names its value; one into memory does not. */
static bool
same_bytes(struct varlena *a, struct varlena *b)
{
	return VARSIZE_ANY(a) == VARSIZE_ANY(b) &&
		memcmp(a, b, VARSIZE_ANY(a)) == 0 &&
		(!VARATT_IS_EXTERNAL(a) || VARATT_IS_EXTERNAL_ONDISK(a));
}

typedef void *(*DecodeFn) (Datum set, int *nbounds);

static void
decode_into(SetCache *cache, Datum set, DecodeFn decode)
{
	struct varlena *given = (struct varlena *) DatumGetPointer(set);
	MemoryContext caller;

	cache->seen = NULL;
	MemoryContextReset(cache->context);
	caller = MemoryContextSwitchTo(cache->context);
	cache->bounds = decode(set, &cache->nbounds);
	cache->seen = palloc(VARSIZE_ANY(given));
	memcpy(cache->seen, given, VARSIZE_ANY(given));
	MemoryContextSwitchTo(caller);
}

/* Whether this seems to be the set of the call before; remembers it. */
static bool
comes_again(SetCache *cache, struct varlena *given)
{
	Size		size = VARSIZE_ANY(given);
	Size		n = Min(size, sizeof(cache->last_tail));
	const char *tail = (const char *) given + (size - n);

	if (cache->last_size == size && memcmp(cache->last_tail, tail, n) == 0)
		return true;
	cache->last_size = size;
	memcpy(cache->last_tail, tail, n);
	return false;
}

/* Out of line: the fast path is a look at the cache. */
static pg_noinline SetCache *
refill_cache(FmgrInfo *flinfo, int argno, Datum set, DecodeFn decode,
			 bool always)
{
	SetCache   *cache = flinfo->fn_extra;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(SetCache));
		cache->context = AllocSetContextCreate(flinfo->fn_mcxt,
											   "medsup decoded code set",
											   ALLOCSET_SMALL_SIZES);
		cache->constant = is_constant_arg(flinfo, argno);
		flinfo->fn_extra = cache;
	}
	if (!always && !cache->constant &&
		!comes_again(cache, (struct varlena *) DatumGetPointer(set)))
		return NULL;
	decode_into(cache, set, decode);
	return cache;
}

/* The decoded set; NULL, unless asked for always, if it is not worth it. */
static inline SetCache *
decoded_set(FunctionCallInfo fcinfo, int argno, DecodeFn decode, bool always)
{
	SetCache   *cache = fcinfo->flinfo->fn_extra;
	Datum		set = PG_GETARG_DATUM(argno);

	if (cache != NULL && cache->seen != NULL &&
		(cache->constant ||
		 same_bytes(cache->seen, (struct varlena *) DatumGetPointer(set))))
		return cache;
	return refill_cache(fcinfo->flinfo, argno, set, decode, always);
}

static void *
decode_code8(Datum set, int *nbounds)
{
	return ms_code8_set_bounds(set, nbounds);
}

static void *
decode_fee_item(Datum set, int *nbounds)
{
	return ms_code_fee_item_set_bounds(set, nbounds);
}

const uint64 *
ms_code8_set_arg(FunctionCallInfo fcinfo, int argno, int *nbounds)
{
	SetCache   *set = decoded_set(fcinfo, argno, decode_code8, true);

	*nbounds = set->nbounds;
	return set->bounds;
}

const MsFeeItem *
ms_code_fee_item_set_arg(FunctionCallInfo fcinfo, int argno, int *nbounds)
{
	SetCache   *set = decoded_set(fcinfo, argno, decode_fee_item, true);

	*nbounds = set->nbounds;
	return set->bounds;
}

/* The server's search in a set that is not decoded. */
static bool
search_set(Datum set, Datum code)
{
	TypeCacheEntry *type;
	RangeType  *range = set_header(set, &type);

	if (type->rngtype != NULL)
		return multirange_contains_elem_internal(type->rngtype,
												 (MultirangeType *) range,
												 code);
	return range_contains_elem_internal(type, range, code);
}

static inline bool
code8_in_set(FunctionCallInfo fcinfo, int codeno, int setno)
{
	Datum		code = PG_GETARG_DATUM(codeno);
	SetCache   *set = decoded_set(fcinfo, setno, decode_code8, false);

	if (set == NULL)
		return search_set(PG_GETARG_DATUM(setno), code);
	return ms_code8_in_bounds(set->bounds, set->nbounds,
							  DatumGetUInt64(code));
}

static inline bool
fee_item_in_set(FunctionCallInfo fcinfo, int codeno, int setno)
{
	Datum		code = PG_GETARG_DATUM(codeno);
	SetCache   *set = decoded_set(fcinfo, setno, decode_fee_item, false);

	if (set == NULL)
		return search_set(PG_GETARG_DATUM(setno), code);
	return ms_code_fee_item_in_bounds(set->bounds, set->nbounds,
									  DatumGetMsFeeItemP(code));
}

Datum
medsup_code8_is_within_set(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(code8_in_set(fcinfo, 0, 1));
}

Datum
medsup_code8_set_contains_code(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(code8_in_set(fcinfo, 1, 0));
}

Datum
medsup_fee_item_is_within_set(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(fee_item_in_set(fcinfo, 0, 1));
}

Datum
medsup_fee_item_set_contains_code(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(fee_item_in_set(fcinfo, 1, 0));
}
