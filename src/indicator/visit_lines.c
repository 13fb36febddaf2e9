/*-------------------------------------------------------------------------
 *
 * visit_lines.c
 *	  medsup.visit_lines: all that indicators ask of the lines of one visit,
 *	  in one aggregate: a line costs a call, not ten.
 *
 * The state is flat: a head, the codes (code_use_core.h), and behind them
 * pieces of any length, each where the machine wants it: the person, the kind
 * of care, and a numeric for each sum that ten-thousandths cannot hold
 * (exact_sum.c).  It is laid out anew when codes or pieces need room.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/int.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "common/ms_compat.h"
#include "common/numeric_core.h"
#include "indicator/aggregate_step.h"
#include "indicator/code_use_core.h"
#include "indicator/money_units.h"

PG_FUNCTION_INFO_V1(medsup_visit_lines_add);
PG_FUNCTION_INFO_V1(medsup_visit_lines_combine);
PG_FUNCTION_INFO_V1(medsup_visit_lines_final);

#define MOST_UNITS	(PG_INT64_MAX / 4)

enum
{
	SUM_ALL, SUM_DRUGS, SUM_TESTS, SUMS
};

enum
{
	PIECE_REST,					/* of the sums, in their order */
	PIECE_PERSON = SUMS,
	PIECE_CARE,
	PIECES
};

typedef struct Visit
{
	int32		vl_len_;
	int32		shown[SUMS];	/* decimal places, the most of all */
	int64		lines;
	int64		units[SUMS];
	uint32		size[PIECES];	/* 0: there is none */
	uint32		unused;
	MsCodeUses	uses;			/* and the pieces behind them */
} Visit;

typedef struct Pieces
{
	const void *data[PIECES];
	uint32		size[PIECES];
} Pieces;

/* ---- layout ---- */

static Size
codes_end(uint32 capacity)
{
	return MAXALIGN(offsetof(Visit, uses) + ms_code_uses_size(capacity));
}

static Size
full_size(uint32 capacity, const uint32 *size)
{
	Size		full = codes_end(capacity);

	for (int i = 0; i < PIECES; i++)
		full += MAXALIGN(size[i]);
	return full;
}

static Pieces
pieces_of(const Visit *visit)
{
	Pieces		pieces;
	const char *at = (const char *) visit + codes_end(visit->uses.capacity);

	for (int i = 0; i < PIECES; i++)
	{
		pieces.size[i] = visit->size[i];
		pieces.data[i] = visit->size[i] > 0 ? at : NULL;
		at += MAXALIGN(visit->size[i]);
	}
	return pieces;
}

/* The visit, or nothing, with these pieces and room for so many codes. */
static Visit *
lay_out(const Visit *visit, uint32 capacity, const Pieces *pieces)
{
	Size		size;
	Visit	   *laid;
	char	   *at;

	if (capacity > MS_CODE_USE_MOST)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a visit has too many different codes")));
	size = full_size(capacity, pieces->size);
	laid = palloc0(size);
	if (visit != NULL)
		memcpy(laid, visit, offsetof(Visit, uses));
	SET_VARSIZE(laid, size);
	ms_code_uses_init(&laid->uses, capacity);
	if (visit != NULL)
		ms_code_uses_move(&laid->uses, &visit->uses);
	at = (char *) laid + codes_end(capacity);
	for (int i = 0; i < PIECES; i++)
	{
		laid->size[i] = pieces->size[i];
		if (pieces->size[i] > 0)
			memcpy(at, pieces->data[i], pieces->size[i]);
		at += MAXALIGN(pieces->size[i]);
	}
	return laid;
}

static Visit *
with_piece(Visit *visit, int which, const void *data, uint32 size)
{
	Pieces		pieces = pieces_of(visit);

	pieces.data[which] = data;
	pieces.size[which] = size;
	return lay_out(visit, visit->uses.capacity, &pieces);
}

/* In a tuple a state may lie packed, or at any place. */
static Visit *
read_visit(Datum value)
{
	struct varlena *flat = PG_DETOAST_DATUM(value);
	Size		size = VARSIZE(flat);
	Visit	   *visit;

	if ((uintptr_t) flat % MAXIMUM_ALIGNOF != 0)
	{
		void	   *copy = palloc(size);

		memcpy(copy, flat, size);
		flat = copy;
	}
	visit = (Visit *) flat;
	if (size < sizeof(Visit) || visit->uses.capacity < MS_CODE_USE_FIRST ||
		visit->uses.capacity > MS_CODE_USE_MOST ||
		size != full_size(visit->uses.capacity, visit->size) ||
		!ms_code_uses_check(&visit->uses, ms_code_uses_size(visit->uses.capacity)))
		elog(ERROR, "medsup: not a state of visit_lines");
	return visit;
}

/* ---- sums ---- */

static Visit *
add_rest(Visit *visit, int sum, Numeric rest)
{
	Pieces		pieces = pieces_of(visit);

	if (pieces.size[PIECE_REST + sum] > 0)
		rest = DatumGetNumeric(DirectFunctionCall2(numeric_add, NumericGetDatum(rest),
												   PointerGetDatum(pieces.data[PIECE_REST + sum])));
	return with_piece(visit, PIECE_REST + sum, rest, VARSIZE(rest));
}

static Visit *
add_units(Visit *visit, int sum, int64 units, int shown)
{
	int64		total;

	visit->shown[sum] = Max(visit->shown[sum], shown);
	if (!pg_add_s64_overflow(visit->units[sum], units, &total))
		visit->units[sum] = total;
	else
	{
		visit = add_rest(visit, sum, ms_units_numeric(visit->units[sum], MS_UNIT_SCALE));
		visit->units[sum] = units;
	}
	return visit;
}

/* NaN is the mark of what cannot be read. */
static Visit *
add_amount(Visit *visit, Datum amount, bool drug, bool test)
{
	struct varlena *number = PG_DETOAST_DATUM_PACKED(amount);
	const bool	counts[SUMS] = {true, drug, test};
	int64		units;
	int			shown;
	bool		plain = ms_numeric_units(VARDATA_ANY(number), VARSIZE_ANY_EXHDR(number), MOST_UNITS, &units, &shown);

	if (!plain && numeric_is_nan(DatumGetNumeric(amount)))
		return visit;
	for (int i = 0; i < SUMS; i++)
	{
		if (!counts[i])
			continue;
		if (plain)
			visit = add_units(visit, i, units, shown);
		else
			visit = add_rest(visit, i, DatumGetNumericCopy(amount));
	}
	return visit;
}

/* ---- texts ---- */

/* The least text of all, byte by byte. */
static Visit *
keep_least(Visit *visit, int which, const char *data, Size size)
{
	Pieces		pieces = pieces_of(visit);
	int			cmp;

	if (size == 0)
		return visit;
	if (pieces.size[which] > 0)
	{
		cmp = memcmp(data, pieces.data[which], Min(size, pieces.size[which]));
		if (cmp > 0 || (cmp == 0 && size >= pieces.size[which]))
			return visit;
	}
	return with_piece(visit, which, data, (uint32) size);
}

/* Whether a text begins with one of the keys. */
static bool
has_prefix(FunctionCallInfo fcinfo, text *value, int arg)
{
	ArrayType  *keys;
	const char *at;
	int			n;

	if (PG_ARGISNULL(arg))
		return false;
	keys = PG_GETARG_ARRAYTYPE_P(arg);
	if (ARR_NDIM(keys) > 1 || ARR_HASNULL(keys) || ARR_ELEMTYPE(keys) != TEXTOID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("keys are not a list of texts")));
	n = ARR_NDIM(keys) == 0 ? 0 : ARR_DIMS(keys)[0];
	at = ARR_DATA_PTR(keys);
	for (int i = 0; i < n; i++)
	{
		Size		size = VARSIZE_ANY_EXHDR(at);

		if (size <= VARSIZE_ANY_EXHDR(value) &&
			memcmp(VARDATA_ANY(at), VARDATA_ANY(value), size) == 0)
			return true;
		at = at + VARSIZE_ANY(at);
		at = (const char *) att_align_nominal(at, TYPALIGN_INT);
	}
	return false;
}

/* ---- codes ---- */

static Visit *
add_code(Visit *visit, uint64 hash, uint64 drugs)
{
	if (ms_code_uses_full(&visit->uses))
	{
		Pieces		pieces = pieces_of(visit);

		visit = lay_out(visit, visit->uses.capacity * 2, &pieces);
	}
	ms_code_uses_add(&visit->uses, hash, drugs);
	return visit;
}

static bool
is_positive(Datum quantity)
{
	struct varlena *number = PG_DETOAST_DATUM_PACKED(quantity);
	int64		units;
	int			shown;

	if (ms_numeric_units(VARDATA_ANY(number), VARSIZE_ANY_EXHDR(number), MOST_UNITS, &units, &shown))
		return units > 0;
	return !numeric_is_nan(DatumGetNumeric(quantity)) &&
		DatumGetInt32(DirectFunctionCall2(numeric_cmp, quantity, NumericGetDatum(int64_to_numeric(0)))) > 0;
}

/* ---- the aggregate ---- */

/*
 * medsup_visit_lines_add (bytea, person text, care text, amount numeric,
 * quantity numeric, code text, class text, drugs text[], tests text[])
 * adds a line.
 */
Datum
medsup_visit_lines_add(PG_FUNCTION_ARGS)
{
	Visit	   *visit;
	bool		drug = false;
	bool		test = false;

	ms_aggregate_step(fcinfo);
	/* the states made here lie well */
	if (PG_ARGISNULL(0))
	{
		Pieces		none = {0};

		visit = lay_out(NULL, MS_CODE_USE_FIRST, &none);
	}
	else
		visit = (Visit *) PG_GETARG_POINTER(0);
	visit->lines++;
	for (int i = 0; i < 2; i++)
	{
		if (!PG_ARGISNULL(1 + i))
		{
			text	   *value = PG_GETARG_TEXT_PP(1 + i);

			visit = keep_least(visit, PIECE_PERSON + i, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
		}
	}
	if (!PG_ARGISNULL(6))
	{
		drug = has_prefix(fcinfo, PG_GETARG_TEXT_PP(6), 7);
		test = !drug && has_prefix(fcinfo, PG_GETARG_TEXT_PP(6), 8);
	}
	if (!PG_ARGISNULL(3))
		visit = add_amount(visit, PG_GETARG_DATUM(3), drug, test);
	if (!PG_ARGISNULL(4) && is_positive(PG_GETARG_DATUM(4)))
	{
		if (PG_ARGISNULL(5))
			visit->uses.unnamed_drugs += drug;
		else
		{
			text	   *code = PG_GETARG_TEXT_PP(5);
			uint64		hash = hash_bytes_extended((const unsigned char *) VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), 0);

			visit = add_code(visit, hash == 0 ? 1 : hash, drug);
		}
	}
	PG_RETURN_POINTER(visit);
}

/* medsup_visit_lines_combine (bytea, bytea) adds what another worker saw. */
Datum
medsup_visit_lines_combine(PG_FUNCTION_ARGS)
{
	Visit	   *visit;
	Visit	   *more;
	Pieces		pieces;

	ms_aggregate_step(fcinfo);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(read_visit(PG_GETARG_DATUM(PG_ARGISNULL(0) ? 1 : 0)));
	}
	visit = read_visit(PG_GETARG_DATUM(0));
	more = read_visit(PG_GETARG_DATUM(1));
	pieces = pieces_of(more);
	visit->lines += more->lines;
	visit->uses.unnamed_drugs += more->uses.unnamed_drugs;
	for (int i = 0; i < SUMS; i++)
	{
		visit = add_units(visit, i, more->units[i], more->shown[i]);
		if (pieces.size[PIECE_REST + i] > 0)
			visit = add_rest(visit, i, DatumGetNumericCopy(PointerGetDatum(pieces.data[PIECE_REST + i])));
	}
	for (int i = PIECE_PERSON; i <= PIECE_CARE; i++)
		visit = keep_least(visit, i, pieces.data[i], pieces.size[i]);
	for (uint32 i = 0; i < more->uses.capacity; i++)
	{
		if (more->uses.use[i].hash != 0)
			visit = add_code(visit, more->uses.use[i].hash, more->uses.use[i].drugs);
	}
	PG_RETURN_POINTER(visit);
}

/* medsup_visit_lines_final (bytea) gives a row of medsup.visit_sum. */
Datum
medsup_visit_lines_final(PG_FUNCTION_ARGS)
{
	Visit	   *visit;
	Pieces		pieces;
	MsCodeUseSum codes;
	TupleDesc	desc = fcinfo->flinfo->fn_extra;
	Datum		value[10];
	bool		isnull[10] = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (desc == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE || desc->natts != lengthof(value))
			elog(ERROR, "medsup: visit_sum has other columns");
		desc = BlessTupleDesc(desc);
		fcinfo->flinfo->fn_extra = desc;
		MemoryContextSwitchTo(caller);
	}
	visit = read_visit(PG_GETARG_DATUM(0));
	pieces = pieces_of(visit);
	for (int i = 0; i < 2; i++)
	{
		isnull[i] = pieces.size[PIECE_PERSON + i] == 0;
		if (!isnull[i])
			value[i] = PointerGetDatum(cstring_to_text_with_len(pieces.data[PIECE_PERSON + i], (int) pieces.size[PIECE_PERSON + i]));
	}
	value[2] = Int64GetDatum(visit->lines);
	for (int i = 0; i < SUMS; i++)
	{
		Numeric		sum = ms_units_numeric(visit->units[i], visit->shown[i]);

		if (pieces.size[PIECE_REST + i] > 0)
			sum = DatumGetNumeric(DirectFunctionCall2(numeric_add, NumericGetDatum(sum), PointerGetDatum(pieces.data[PIECE_REST + i])));
		value[3 + i] = NumericGetDatum(sum);
	}
	codes = ms_code_uses_sum(&visit->uses);
	value[6] = Int64GetDatum(codes.codes);
	value[7] = Int64GetDatum(codes.drug_lines);
	value[8] = Int64GetDatum(codes.drug_repeats);
	value[9] = Int64GetDatum(codes.set);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, value, isnull)));
}
