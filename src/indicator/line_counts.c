/*-------------------------------------------------------------------------
 *
 * line_counts.c
 *	  medsup.line_counts: how many fee lines look like this and that, in one
 *	  aggregate; and medsup.code_uses: the different codes of a visit.
 *
 * Both have flat states, so that workers hand them on as they are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "common/ms_compat.h"
#include "common/numeric_core.h"
#include "indicator/aggregate_step.h"
#include "indicator/code_use_core.h"

PG_FUNCTION_INFO_V1(medsup_line_counts_add);
PG_FUNCTION_INFO_V1(medsup_counts_combine);
PG_FUNCTION_INFO_V1(medsup_code_uses_add);
PG_FUNCTION_INFO_V1(medsup_code_uses_combine);
PG_FUNCTION_INFO_V1(medsup_code_uses_final);

#define UNITS			INT64CONST(10000)	/* as ms_numeric_units has them */
#define MOST_UNITS		(PG_INT64_MAX / 4)
#define NIGHT_BEGINS	(22 * USECS_PER_HOUR)
#define NIGHT_ENDS		(6 * USECS_PER_HOUR)

/* what is counted, in the order of medsup.line_counts */
enum
{
	COUNT_POSITIVE, COUNT_ROUND, COUNT_REFUND, COUNT_WEEKEND, COUNT_HOLIDAY,
	COUNT_CLOCKED, COUNT_NIGHT, COUNT_CAPPED, COUNT_AT_CAP,
	COUNT_DIGIT,				/* 1 to 9 */
	COUNTS = COUNT_DIGIT + 9
};

/* ---- counts ---- */

static ArrayType *
new_counts(void)
{
	Size		size = ARR_OVERHEAD_NONULLS(1) + COUNTS * sizeof(int64);
	ArrayType  *array = palloc0(size);

	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->elemtype = INT8OID;
	ARR_DIMS(array)[0] = COUNTS;
	ARR_LBOUND(array)[0] = 1;
	return array;
}

static int64 *
counts_of(ArrayType *array)
{
	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != COUNTS || ARR_HASNULL(array) ||
		ARR_ELEMTYPE(array) != INT8OID)
		elog(ERROR, "medsup: not a state of line_counts");
	return (int64 *) ARR_DATA_PTR(array);
}

/* A number in ten-thousandths, where that is all of it. */
static bool
number_units(struct varlena *number, int64 *units)
{
	int			shown;

	return ms_numeric_units(VARDATA_ANY(number), VARSIZE_ANY_EXHDR(number), MOST_UNITS, units, &shown);
}

/* Sign, first digit and roundness of an amount that is too fine or too large. */
static void
count_odd_amount(int64 *counts, Numeric amount)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(amount)));
	const char *digit = text +strcspn(text, "123456789");
	const char *point = strchr(text, '.');
	const char *end = point != NULL ? point : text +strlen(text);

	if (*text == '-' || *digit == '\0')
		return;
	counts[COUNT_POSITIVE]++;
	counts[COUNT_DIGIT + (*digit - '1')]++;
	if (end > text &&end[-1] == '0' && (point == NULL || point[1 + strspn(point + 1, "0")] == '\0') && digit < end)
		counts[COUNT_ROUND]++;
}

/* NaN is the mark of what cannot be read. */
static void
count_amount(int64 *counts, Datum amount)
{
	struct varlena *number = PG_DETOAST_DATUM_PACKED(amount);
	int64		units;

	if (!number_units(number, &units))
	{
		if (!numeric_is_nan(DatumGetNumeric(amount)))
			count_odd_amount(counts, DatumGetNumeric(amount));
		return;
	}
	if (units <= 0)
		return;
	counts[COUNT_POSITIVE]++;
	if (units % (10 * UNITS) == 0)
		counts[COUNT_ROUND]++;
	while (units >= 10000)
		units /= 1000;
	while (units >= 10)
		units /= 10;
	counts[COUNT_DIGIT + units - 1]++;
}

static void
count_quantity(int64 *counts, Datum quantity, bool has_cap, Datum cap)
{
	struct varlena *number = PG_DETOAST_DATUM_PACKED(quantity);
	int64		units;
	int64		most;

	if (!number_units(number, &units))
	{
		Numeric		zero = int64_to_numeric(0);

		if (numeric_is_nan(DatumGetNumeric(quantity)))
			return;
		units = DatumGetInt32(DirectFunctionCall2(numeric_cmp, quantity, NumericGetDatum(zero)));
		if (has_cap && units > 0)
		{
			counts[COUNT_CAPPED]++;
			if (DatumGetBool(DirectFunctionCall2(numeric_eq, quantity, cap)))
				counts[COUNT_AT_CAP]++;
		}
	}
	else if (has_cap && units > 0)
	{
		counts[COUNT_CAPPED]++;
		if (number_units(PG_DETOAST_DATUM_PACKED(cap), &most) && units == most)
			counts[COUNT_AT_CAP]++;
	}
	if (units < 0)
		counts[COUNT_REFUND]++;
}

static bool
is_listed(ArrayType *days, DateADT day)
{
	const DateADT *listed = (const DateADT *) ARR_DATA_PTR(days);
	int			n = ARR_NDIM(days) == 0 ? 0 : ARR_DIMS(days)[0];

	for (int i = 0; i < n; i++)
	{
		if (listed[i] == day)
			return true;
	}
	return false;
}

static void
count_time(int64 *counts, Timestamp at, ArrayType *holidays, ArrayType *worked)
{
	int64		day = at / USECS_PER_DAY;
	int64		time = at % USECS_PER_DAY;
	int64		weekday;

	if (TIMESTAMP_NOT_FINITE(at))
		return;
	if (time < 0)
	{
		time += USECS_PER_DAY;
		day--;
	}
	if (time != 0)
	{
		counts[COUNT_CLOCKED]++;
		if (time >= NIGHT_BEGINS || time < NIGHT_ENDS)
			counts[COUNT_NIGHT]++;
	}
	/* day 0, 1 January 2000, was a Saturday */
	weekday = (day % 7 + 7) % 7;
	if (weekday < 2 && !is_listed(worked, (DateADT) day))
		counts[COUNT_WEEKEND]++;
	if (is_listed(holidays, (DateADT) day))
		counts[COUNT_HOLIDAY]++;
}

static ArrayType *
day_list(Datum value)
{
	ArrayType  *days = DatumGetArrayTypeP(value);

	if (ARR_NDIM(days) > 1 || ARR_HASNULL(days) || ARR_ELEMTYPE(days) != DATEOID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("days are not a list of dates")));
	return days;
}

/*
 * medsup_line_counts_add (int8[], amount numeric, quantity numeric,
 * at timestamp, cap numeric, holidays date[], worked date[]) counts a line.
 */
Datum
medsup_line_counts_add(PG_FUNCTION_ARGS)
{
	ArrayType  *state;
	int64	   *counts;

	ms_aggregate_step(fcinfo);
	state = PG_ARGISNULL(0) ? new_counts() : PG_GETARG_ARRAYTYPE_P(0);
	counts = counts_of(state);
	if (!PG_ARGISNULL(1))
		count_amount(counts, PG_GETARG_DATUM(1));
	if (!PG_ARGISNULL(2))
		count_quantity(counts, PG_GETARG_DATUM(2), !PG_ARGISNULL(4),
					   PG_ARGISNULL(4) ? (Datum) 0 : PG_GETARG_DATUM(4));
	if (!PG_ARGISNULL(3) && !PG_ARGISNULL(5) && !PG_ARGISNULL(6))
		count_time(counts, PG_GETARG_TIMESTAMP(3), day_list(PG_GETARG_DATUM(5)), day_list(PG_GETARG_DATUM(6)));
	PG_RETURN_ARRAYTYPE_P(state);
}

/* medsup_counts_combine (int8[], int8[]) adds place by place. */
Datum
medsup_counts_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = PG_GETARG_ARRAYTYPE_P(0);
	int64	   *a = counts_of(state);
	const int64 *b = counts_of(PG_GETARG_ARRAYTYPE_P(1));

	ms_aggregate_step(fcinfo);
	for (int i = 0; i < COUNTS; i++)
		a[i] += b[i];
	PG_RETURN_ARRAYTYPE_P(state);
}

/* ---- codes ---- */

/* Behind the length, at the alignment of the core's struct. */
typedef struct CodeUses
{
	int32		vl_len_;
	int32		unused;
	MsCodeUses	uses;
} CodeUses;

#define USES_OFFSET offsetof(CodeUses, uses)

static CodeUses *
new_uses(uint32 capacity)
{
	Size		size;
	CodeUses   *state;

	if (capacity > MS_CODE_USE_MOST)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a visit has too many different codes")));
	size = USES_OFFSET + ms_code_uses_size(capacity);
	state = palloc(size);
	SET_VARSIZE(state, size);
	state->unused = 0;
	ms_code_uses_init(&state->uses, capacity);
	return state;
}

static CodeUses *
read_uses(Datum value)
{
	struct varlena *flat = PG_DETOAST_DATUM(value);
	Size		size = VARSIZE(flat);

	if ((uintptr_t) flat % MAXIMUM_ALIGNOF != 0)
	{
		void	   *copy = palloc(size);

		memcpy(copy, flat, size);
		flat = copy;
	}
	if (size < USES_OFFSET ||
		!ms_code_uses_check((char *) flat + USES_OFFSET, size - USES_OFFSET))
		elog(ERROR, "medsup: not a state of code_uses");
	return (CodeUses *) flat;
}

/* With room for one more. */
static CodeUses *
with_room(CodeUses *state)
{
	CodeUses   *wider;

	if (!ms_code_uses_full(&state->uses))
		return state;
	wider = new_uses(state->uses.capacity * 2);
	ms_code_uses_move(&wider->uses, &state->uses);
	return wider;
}

/*
 * medsup_code_uses_add (bytea, code text, drug boolean) adds a line.
 */
Datum
medsup_code_uses_add(PG_FUNCTION_ARGS)
{
	CodeUses   *state;
	uint64		drugs = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2) ? 1 : 0;

	ms_aggregate_step(fcinfo);
	/* the states made here lie well */
	if (PG_ARGISNULL(0))
		state = new_uses(MS_CODE_USE_FIRST);
	else
	{
		state = (CodeUses *) PG_GETARG_POINTER(0);
		if (VARATT_IS_SHORT(state))
			state = read_uses(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(1))
		state->uses.unnamed_drugs += drugs;
	else
	{
		text	   *code = PG_GETARG_TEXT_PP(1);
		uint64		hash = hash_bytes_extended((const unsigned char *) VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), 0);

		state = with_room(state);
		ms_code_uses_add(&state->uses, hash == 0 ? 1 : hash, drugs);
	}
	PG_RETURN_POINTER(state);
}

Datum
medsup_code_uses_combine(PG_FUNCTION_ARGS)
{
	CodeUses   *state;
	CodeUses   *more;

	ms_aggregate_step(fcinfo);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(PG_ARGISNULL(0) ? 1 : 0));
	}
	state = read_uses(PG_GETARG_DATUM(0));
	more = read_uses(PG_GETARG_DATUM(1));
	state->uses.unnamed_drugs += more->uses.unnamed_drugs;
	for (uint32 i = 0; i < more->uses.capacity; i++)
	{
		const MsCodeUse *use = &more->uses.use[i];

		if (use->hash == 0)
			continue;
		state = with_room(state);
		ms_code_uses_add(&state->uses, use->hash, use->drugs);
	}
	PG_RETURN_POINTER(state);
}

/* medsup_code_uses_final gives codes, drug lines, repeats and the set. */
Datum
medsup_code_uses_final(PG_FUNCTION_ARGS)
{
	MsCodeUseSum sum;
	Datum		out[4];

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sum = ms_code_uses_sum(&read_uses(PG_GETARG_DATUM(0))->uses);
	out[0] = Int64GetDatum(sum.codes);
	out[1] = Int64GetDatum(sum.drug_lines);
	out[2] = Int64GetDatum(sum.drug_repeats);
	out[3] = Int64GetDatum(sum.set);
	PG_RETURN_ARRAYTYPE_P(construct_array(out, 4, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
