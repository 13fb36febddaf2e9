/*-------------------------------------------------------------------------
 *
 * exact_sum.c
 *	  medsup.exact_sum: the server's sum over numeric, at the price of adding
 *	  two integers; NaN, the mark of what cannot be read, counts as nothing.
 *
 * Money is added up in ten-thousandths, in 64 bits.  What is no whole number
 * of these, or would overflow, goes into a numeric behind them: the result is
 * that of sum(), to the last place shown.  The state is flat, so that workers
 * hand it on as it is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "common/ms_compat.h"
#include "common/numeric_core.h"
#include "indicator/aggregate_step.h"
#include "indicator/money_units.h"

PG_FUNCTION_INFO_V1(medsup_exact_sum_add);
PG_FUNCTION_INFO_V1(medsup_exact_sum_combine);
PG_FUNCTION_INFO_V1(medsup_exact_sum_final);

#define MOST_UNITS		(PG_INT64_MAX / 4)

typedef struct ExactSum
{
	int32		vl_len_;
	int32		shown;			/* decimal places, the most of all */
	int64		units;
	char		rest[FLEXIBLE_ARRAY_MEMBER];	/* a numeric, or nothing */
} ExactSum;

#define PLAIN_SIZE offsetof(ExactSum, rest)

/* In a tuple a state may lie packed, or at any place. */
static ExactSum *
read_state(Datum value)
{
	struct varlena *flat = PG_DETOAST_DATUM(value);
	Size		size = VARSIZE(flat);

	if (size < PLAIN_SIZE ||
		(size > PLAIN_SIZE &&
		 (size < PLAIN_SIZE + VARHDRSZ + sizeof(uint16) ||
		  VARSIZE((char *) flat + PLAIN_SIZE) != size - PLAIN_SIZE)))
		elog(ERROR, "medsup: not a state of exact_sum");
	if ((uintptr_t) flat % MAXIMUM_ALIGNOF != 0)
	{
		void	   *copy = palloc(size);

		memcpy(copy, flat, size);
		flat = copy;
	}
	return (ExactSum *) flat;
}

static ExactSum *
new_state(int64 units, int shown, Numeric rest)
{
	Size		size = PLAIN_SIZE + (rest != NULL ? VARSIZE(rest) : 0);
	ExactSum   *state = palloc(size);

	SET_VARSIZE(state, size);
	state->shown = shown;
	state->units = units;
	if (rest != NULL)
		memcpy(state->rest, rest, VARSIZE(rest));
	return state;
}

static Numeric
state_rest(ExactSum *state)
{
	return VARSIZE(state) > PLAIN_SIZE ? (Numeric) state->rest : NULL;
}

static Numeric
add(Numeric a, Numeric b)
{
	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	return DatumGetNumeric(DirectFunctionCall2(numeric_add, NumericGetDatum(a), NumericGetDatum(b)));
}

static Numeric
units_numeric(int64 units)
{
	return ms_units_numeric(units, MS_UNIT_SCALE);
}

/* Adds in place where it can; else gives a new state. */
static ExactSum *
add_units(ExactSum *state, int64 units, int shown, Numeric rest)
{
	int64		sum;
	bool		fits = !pg_add_s64_overflow(state->units, units, &sum);

	shown = Max(shown, state->shown);
	if (fits && rest == NULL)
	{
		state->units = sum;
		state->shown = shown;
		return state;
	}
	rest = add(rest, state_rest(state));
	if (!fits)
	{
		rest = add(rest, units_numeric(state->units));
		sum = units;
	}
	return new_state(sum, shown, rest);
}

static Datum
unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/*
 * medsup_exact_sum_add (bytea, numeric) adds a number.
 */
Datum
medsup_exact_sum_add(PG_FUNCTION_ARGS)
{
	ExactSum   *state;
	struct varlena *number;
	int64		units;
	int			shown;
	Numeric		rest = NULL;

	ms_aggregate_step(fcinfo);
	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	number = PG_GETARG_VARLENA_PP(1);
	if (!ms_numeric_units(VARDATA_ANY(number), VARSIZE_ANY_EXHDR(number),
						  MOST_UNITS, &units, &shown))
	{
		units = shown = 0;
		rest = PG_GETARG_NUMERIC(1);
		if (numeric_is_nan(rest))
			return unchanged(fcinfo);
	}
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(new_state(units, shown, rest));
	/* the states made here lie well */
	state = (ExactSum *) PG_GETARG_POINTER(0);
	if (VARATT_IS_SHORT(state) || rest != NULL)
		state = read_state(PG_GETARG_DATUM(0));
	PG_RETURN_POINTER(add_units(state, units, shown, rest));
}

Datum
medsup_exact_sum_combine(PG_FUNCTION_ARGS)
{
	ExactSum   *b;

	ms_aggregate_step(fcinfo);
	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	b = read_state(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(new_state(b->units, b->shown, state_rest(b)));
	PG_RETURN_POINTER(add_units(read_state(PG_GETARG_DATUM(0)), b->units, b->shown, state_rest(b)));
}

Datum
medsup_exact_sum_final(PG_FUNCTION_ARGS)
{
	ExactSum   *state;
	Numeric		sum;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = read_state(PG_GETARG_DATUM(0));
	sum = ms_units_numeric(state->units, state->shown);
	PG_RETURN_NUMERIC(add(sum, state_rest(state)));
}
