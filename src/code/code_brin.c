/*-------------------------------------------------------------------------
 *
 * code_brin.c
 *	  What the BRIN operator classes of the code types need beyond the
 *	  server's own functions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/typcache.h"

#include "code/code_core.h"
#include "common/ms_compat.h"
#include "medsup.h"

PG_FUNCTION_INFO_V1(medsup_brin_minmax_opcinfo);
PG_FUNCTION_INFO_V1(medsup_brin_minmax_multi_opcinfo);
PG_FUNCTION_INFO_V1(medsup_code8_distance);
PG_FUNCTION_INFO_V1(medsup_fee_item_distance);

/*
 * The server's minmax functions look operators up by the type of the column,
 * not of the operator class, so they fail at the first row of a drug_code
 * column or of one of a domain.  Refuse when the index is made, empty or not.
 */
static void
check_column_type(Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);

	if (entry->btree_opintype != type)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("BRIN cannot keep the bounds of a column of type %s",
						format_type_be_qualified(type)),
				 errdetail("The operators are those of type %s.",
						   format_type_be_qualified(entry->btree_opintype)),
				 errhint("Index the expression (column::%s) instead; "
						 "conditions on the column use it.",
						 format_type_be_qualified(entry->btree_opintype))));
}

Datum
medsup_brin_minmax_opcinfo(PG_FUNCTION_ARGS)
{
	check_column_type(PG_GETARG_OID(0));
	return brin_minmax_opcinfo(fcinfo);
}

Datum
medsup_brin_minmax_multi_opcinfo(PG_FUNCTION_ARGS)
{
	check_column_type(PG_GETARG_OID(0));
	return brin_minmax_multi_opcinfo(fcinfo);
}

/*
 * A summary of minmax-multi that is full merges the two intervals that are
 * nearest to each other.  The packed numbers are such a measure: codes with a
 * long common prefix are near, kinds of fee items are far apart.
 *
 * Negative where the second code sorts first.  The subtraction is done in
 * whole numbers and rounded once, so that the result is monotone.
 */
Datum
medsup_code8_distance(PG_FUNCTION_ARGS)
{
	uint64		a = DatumGetUInt64(PG_GETARG_DATUM(0));
	uint64		b = DatumGetUInt64(PG_GETARG_DATUM(1));

	PG_RETURN_FLOAT8(a <= b ? (double) (b - a) : -(double) (a - b));
}

static unsigned __int128
wide(const MsFeeItem *item)
{
	return (unsigned __int128) item->hi << 64 | item->lo;
}

Datum
medsup_fee_item_distance(PG_FUNCTION_ARGS)
{
	unsigned	__int128 a = wide(PG_GETARG_MS_FEE_ITEM_P(0));
	unsigned	__int128 b = wide(PG_GETARG_MS_FEE_ITEM_P(1));

	PG_RETURN_FLOAT8(a <= b ? (double) (b - a) : -(double) (a - b));
}
