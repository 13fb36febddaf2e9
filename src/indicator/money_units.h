/*-------------------------------------------------------------------------
 *
 * money_units.h
 *	  Sums of money in ten-thousandths, as ms_numeric_units reads them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MONEY_UNITS_H
#define MONEY_UNITS_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "common/ms_compat.h"

#define MS_UNIT_SCALE	4

/*
 * The sum as a number that shows as many decimal places as the most of what
 * was added: with fewer than four, the units end in as many zeros.
 */
static inline Numeric
ms_units_numeric(int64 units, int shown)
{
	static const int64 tens[MS_UNIT_SCALE] = {10000, 1000, 100, 10};
	Numeric		sum;

	if (shown < MS_UNIT_SCALE)
		return int64_div_fast_to_numeric(units / tens[shown], shown);
	sum = int64_div_fast_to_numeric(units, MS_UNIT_SCALE);
	if (shown == MS_UNIT_SCALE)
		return sum;
	return DatumGetNumeric(DirectFunctionCall2(numeric_round, NumericGetDatum(sum), Int32GetDatum(shown)));
}

#endif							/* MONEY_UNITS_H */
