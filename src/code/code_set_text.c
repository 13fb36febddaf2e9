/*-------------------------------------------------------------------------
 *
 * code_set_text.c
 *	  Sets of codes as rule authors write them, from and to multiranges.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "code/code_set.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "medsup.h"

/* An error text shows this much of what was given, around the fault. */
#define MAX_ECHO 48

/* Far above any rule; keeps a stray document from filling the memory. */
#define MAX_SET_ITEMS 1000000

PG_FUNCTION_INFO_V1(medsup_icd10_set);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_set);
PG_FUNCTION_INFO_V1(medsup_fee_item_set);
PG_FUNCTION_INFO_V1(medsup_try_icd10_set);
PG_FUNCTION_INFO_V1(medsup_try_icd9cm3_set);
PG_FUNCTION_INFO_V1(medsup_try_fee_item_set);
PG_FUNCTION_INFO_V1(medsup_icd10_set_text);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_set_text);
PG_FUNCTION_INFO_V1(medsup_fee_item_set_text);
PG_FUNCTION_INFO_V1(medsup_icd10_node_range);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_node_range);
PG_FUNCTION_INFO_V1(medsup_fee_item_node_range);

typedef struct SpanList
{
	MsCodeSpan *spans;
	size_t		n;
	size_t		room;
} SpanList;

static void
add_span(SpanList *list, const MsCodeSpan *span)
{
	if (list->n == list->room)
	{
		list->room = list->room == 0 ? 16 : list->room * 2;
		list->spans = list->spans == NULL ?
			palloc(list->room * sizeof(MsCodeSpan)) :
			repalloc(list->spans, list->room * sizeof(MsCodeSpan));
	}
	list->spans[list->n++] = *span;
}

/* Reads a text into united spans; false and err filled if it is no set. */
static bool
read_set(const MsCodeSetType *type, const char *s, size_t len,
		 SpanList *set, MsCodeSetError *err)
{
	SpanList	included = {NULL, 0, 0};
	SpanList	excluded = {NULL, 0, 0};
	MsCodeSetReader reader;
	MsCodeSpan	span;

	ms_code_set_start(&reader, type, s, len);
	for (;;)
	{
		MsCodeSetStep step = ms_code_set_read(&reader, &span, err);

		CHECK_FOR_INTERRUPTS();
		if (step == MS_SET_ERROR)
			return false;
		if (step == MS_SET_END)
			break;
		add_span(step == MS_SET_INCLUDE ? &included : &excluded, &span);
		if (included.n + excluded.n > MAX_SET_ITEMS)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("code set has more than %d items", MAX_SET_ITEMS),
					 errhint("Keep so many codes in a table, and join it.")));
	}
	included.n = ms_code_set_unite(included.spans, included.n);
	if (excluded.n == 0)
	{
		*set = included;
		return true;
	}
	excluded.n = ms_code_set_unite(excluded.spans, excluded.n);
	set->room = included.n + excluded.n;
	set->spans = palloc(set->room * sizeof(MsCodeSpan));
	set->n = ms_code_set_subtract(included.spans, included.n,
								  excluded.spans, excluded.n, set->spans);
	return true;
}

/* Reports a text that is no set, showing the surroundings of the fault. */
static void
refuse_set(const char *type, const char *s, int len,
		   const MsCodeSetError *err)
{
	char		detail[256];
	int			start = Max(0, (int) err->offset - MAX_ECHO / 2);
	int			shown;

	/* the server cuts characters from the end only */
	start = pg_mbcliplen(s, len, start);
	shown = pg_mbcliplen(s + start, len - start, MAX_ECHO);
	ms_code_set_error_detail(err, detail, sizeof(detail));
	ereport(ERROR,
			(errcode(ERRCODE_MS_BAD_CODE_SET),
			 errmsg("invalid %s set: \"%s%.*s%s\"", type,
					start > 0 ? "..." : "", shown, s + start,
					start + shown < len ? "..." : ""),
			 errdetail("%s", detail),
			 err->code.hint ? errhint("%s", err->code.hint) : 0));
}

/* The type that the function returns, a range or multirange; kept. */
static TypeCacheEntry *
result_type(FmgrInfo *flinfo)
{
	if (flinfo->fn_extra == NULL)
		flinfo->fn_extra = lookup_type_cache(get_func_rettype(flinfo->fn_oid),
											 TYPECACHE_RANGE_INFO |
											 TYPECACHE_MULTIRANGE_INFO);
	return flinfo->fn_extra;
}

static Datum
code_datum(const TypeCacheEntry *range, const MsFeeItem *code)
{
	if (range->rngelemtype->typbyval)
		return UInt64GetDatum(code->hi);
	return MsFeeItemPGetDatum(unconstify(MsFeeItem *, code));
}

static MsFeeItem
datum_code(bool byval, Datum datum)
{
	MsFeeItem	code = {0, 0};

	if (!byval)
		return *DatumGetMsFeeItemP(datum);
	code.hi = DatumGetUInt64(datum);
	return code;
}

static RangeType *
span_range(TypeCacheEntry *range, const MsCodeSpan *span)
{
	RangeBound	lower = {code_datum(range, &span->first), false, true, true};
	RangeBound	upper = {code_datum(range, &span->end), false, false, false};

	upper.infinite = ms_code_set_infinite(&span->end);
	return ms_make_range(range, &lower, &upper);
}

static Datum
set_from_text(FunctionCallInfo fcinfo, const MsCodeSetType *type,
			  const char *type_name)
{
	text	   *arg = PG_GETARG_TEXT_PP(0);
	const char *s = VARDATA_ANY(arg);
	int			len = (int) VARSIZE_ANY_EXHDR(arg);
	TypeCacheEntry *result = result_type(fcinfo->flinfo);
	SpanList	set;
	MsCodeSetError err;
	RangeType **ranges;

	if (!read_set(type, s, (size_t) len, &set, &err))
	{
		/* without a name the caller wants NULL */
		if (type_name == NULL)
			PG_RETURN_NULL();
		refuse_set(type_name, s, len, &err);
	}
	ranges = palloc(sizeof(RangeType *) * Max(set.n, 1));
	for (size_t i = 0; i < set.n; i++)
		ranges[i] = span_range(result->rngtype, &set.spans[i]);
	PG_RETURN_MULTIRANGE_P(make_multirange(result->type_id, result->rngtype,
										   (int32) set.n, ranges));
}

Datum
medsup_icd10_set(PG_FUNCTION_ARGS)
{
	return set_from_text(fcinfo, &ms_code_set_icd10, "icd10");
}

Datum
medsup_icd9cm3_set(PG_FUNCTION_ARGS)
{
	return set_from_text(fcinfo, &ms_code_set_icd9cm3, "icd9cm3");
}

Datum
medsup_fee_item_set(PG_FUNCTION_ARGS)
{
	return set_from_text(fcinfo, &ms_code_set_fee_item, "fee_item");
}

Datum
medsup_try_icd10_set(PG_FUNCTION_ARGS)
{
	return set_from_text(fcinfo, &ms_code_set_icd10, NULL);
}

Datum
medsup_try_icd9cm3_set(PG_FUNCTION_ARGS)
{
	return set_from_text(fcinfo, &ms_code_set_icd9cm3, NULL);
}

Datum
medsup_try_fee_item_set(PG_FUNCTION_ARGS)
{
	return set_from_text(fcinfo, &ms_code_set_fee_item, NULL);
}

/*
 * A bound of a set that may be hand-made, as the first code that is in (lower
 * bound) or out (upper bound).
 */
static MsFeeItem
bound_code(const MsCodeSetType *type, bool byval, const RangeBound *bound)
{
	const MsFeeItem infinite = {UINT64_MAX, UINT64_MAX};
	MsFeeItem	code;

	if (bound->infinite)
		return bound->lower ? ms_code_set_least(type) : infinite;
	code = datum_code(byval, bound->val);
	return bound->inclusive == bound->lower ?
		code : ms_code_set_behind(type, code);
}

static Datum
set_to_text(FunctionCallInfo fcinfo, const MsCodeSetType *type, bool byval)
{
	int			npieces;
	MsSetPiece *pieces = ms_code_set_pieces(PG_GETARG_DATUM(0), &npieces);
	SpanList	set = {NULL, 0, 0};
	StringInfoData out;

	for (int i = 0; i < npieces; i++)
	{
		MsCodeSpan	span;

		span.first = bound_code(type, byval, &pieces[i].lower);
		span.end = bound_code(type, byval, &pieces[i].upper);
		if (ms_code_fee_item_cmp(&span.first, &span.end) < 0)
			add_span(&set, &span);
	}
	set.n = ms_code_set_unite(set.spans, set.n);

	initStringInfo(&out);
	for (size_t i = 0; i < set.n; i++)
	{
		char		buf[MS_CODE_SET_BUFSIZE];

		CHECK_FOR_INTERRUPTS();
		ms_code_set_print(type, &set.spans[i], buf);
		if (i > 0)
			appendStringInfoString(&out, ", ");
		appendStringInfoString(&out, buf);
	}
	if (set.n == 0)
		appendStringInfoString(&out, MS_CODE_SET_EMPTY);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

Datum
medsup_icd10_set_text(PG_FUNCTION_ARGS)
{
	return set_to_text(fcinfo, &ms_code_set_icd10, true);
}

Datum
medsup_icd9cm3_set_text(PG_FUNCTION_ARGS)
{
	return set_to_text(fcinfo, &ms_code_set_icd9cm3, true);
}

Datum
medsup_fee_item_set_text(PG_FUNCTION_ARGS)
{
	return set_to_text(fcinfo, &ms_code_set_fee_item, false);
}

static Datum
node_range(FunctionCallInfo fcinfo, const MsCodeSetType *type, bool byval)
{
	MsFeeItem	node = datum_code(byval, PG_GETARG_DATUM(0));
	MsCodeSpan	span = ms_code_set_node(type, node);

	PG_RETURN_RANGE_P(span_range(result_type(fcinfo->flinfo), &span));
}

Datum
medsup_icd10_node_range(PG_FUNCTION_ARGS)
{
	return node_range(fcinfo, &ms_code_set_icd10, true);
}

Datum
medsup_icd9cm3_node_range(PG_FUNCTION_ARGS)
{
	return node_range(fcinfo, &ms_code_set_icd9cm3, true);
}

Datum
medsup_fee_item_node_range(PG_FUNCTION_ARGS)
{
	return node_range(fcinfo, &ms_code_set_fee_item, false);
}
