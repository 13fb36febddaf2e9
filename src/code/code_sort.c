/*-------------------------------------------------------------------------
 *
 * code_sort.c
 *	  Sort support of the code types.
 *
 * icd10 and icd9cm3 name the server's own comparator for unsigned Datums, so
 * that its specialised sort routine is taken.  fee_item abbreviates to a key
 * that holds a drug down to its pack and a service whole, for the same
 * routine.  The key costs little, so it is never given up.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/sortsupport.h"

#include "code/code_core.h"
#include "common/ms_compat.h"
#include "medsup.h"

PG_FUNCTION_INFO_V1(medsup_code8_sortsupport);
PG_FUNCTION_INFO_V1(medsup_fee_item_sortsupport);

Datum
medsup_code8_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport ssup = (SortSupport) PG_GETARG_POINTER(0);

	ssup->comparator = ssup_datum_unsigned_cmp;
	PG_RETURN_VOID();
}

static int
compare_fee_items(Datum x, Datum y, SortSupport ssup)
{
	return ms_code_fee_item_cmp(DatumGetMsFeeItemP(x), DatumGetMsFeeItemP(y));
}

static Datum
abbreviate_fee_item(Datum original, SortSupport ssup)
{
	return UInt64GetDatum(ms_code_fee_item_abbreviate(DatumGetMsFeeItemP(original)));
}

static bool
abort_abbreviating(int memtupcount, SortSupport ssup)
{
	return false;
}

Datum
medsup_fee_item_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport ssup = (SortSupport) PG_GETARG_POINTER(0);

	if (ssup->abbreviate)
	{
		ssup->comparator = ssup_datum_unsigned_cmp;
		ssup->abbrev_converter = abbreviate_fee_item;
		ssup->abbrev_abort = abort_abbreviating;
		ssup->abbrev_full_comparator = compare_fee_items;
	}
	else
		ssup->comparator = compare_fee_items;
	PG_RETURN_VOID();
}
