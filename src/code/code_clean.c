/*-------------------------------------------------------------------------
 *
 * code_clean.c
 *	  Dirty text as codes and names: try_..., why_..., read_code, name_key.
 *
 * A cell is cleaned in a fixed order: outer white space and invisible format
 * characters go, other widths and styles of a character (NFKC), the map of
 * look-alikes, then the strict parser, which knows letter case.  ICU does the
 * first two, the core the rest.  Plain ASCII needs neither and never reaches
 * ICU.  Text is UTF-8: medsup is created in no other database.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "code/code_core.h"
#include "code/code_defect_core.h"
#include "common/ms_compat.h"
#include "medsup.h"

PG_FUNCTION_INFO_V1(medsup_try_icd10);
PG_FUNCTION_INFO_V1(medsup_try_icd9cm3);
PG_FUNCTION_INFO_V1(medsup_try_fee_item);
PG_FUNCTION_INFO_V1(medsup_try_drug_code);
PG_FUNCTION_INFO_V1(medsup_why_icd10);
PG_FUNCTION_INFO_V1(medsup_why_icd9cm3);
PG_FUNCTION_INFO_V1(medsup_why_fee_item);
PG_FUNCTION_INFO_V1(medsup_why_drug_code);
PG_FUNCTION_INFO_V1(medsup_read_code);
PG_FUNCTION_INFO_V1(medsup_name_key);

/*
 * A cleaned cell.  One that is too long to be a code, or holds bytes that are
 * no UTF-8, is left as it is; it will be refused anyway.
 */
typedef struct CleanCell
{
	const char *s;
	size_t		len;
	unsigned	notes;
	char		buf[MS_CELL_MAX * 2];	/* see normalize_cell */
} CleanCell;

static bool
is_ascii(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (IS_HIGHBIT_SET(s[i]))
			return false;
	return true;
}

static const UNormalizer2 *
normalizer(const UNormalizer2 *(*get) (UErrorCode *status))
{
	UErrorCode	status = U_ZERO_ERROR;
	const UNormalizer2 *n = get(&status);

	if (U_FAILURE(status))
		elog(ERROR, "medsup: ICU has no normaliser: %s", u_errorName(status));
	return n;
}

/* White_Space, or general category Cf (U+200B, U+FEFF, U+00AD, ...). */
static bool
is_outer_blank(UChar32 c)
{
	return c >= 0 && (u_isUWhiteSpace(c) || u_charType(c) == U_FORMAT_CHAR);
}

/* Cuts outer blanks of UTF-8 text. */
static void
trim_blanks(CleanCell *cell)
{
	const uint8_t *s = (const uint8_t *) cell->s;
	int32_t		begin = 0;
	int32_t		end = (int32_t) cell->len;
	int32_t		at;
	UChar32		c;

	for (at = begin; at < end; begin = at)
	{
		U8_NEXT(s, at, end, c);
		if (!is_outer_blank(c))
			break;
	}
	for (at = end; at > begin; end = at)
	{
		U8_PREV(s, begin, at, c);
		if (!is_outer_blank(c))
			break;
	}
	if ((size_t) (end - begin) != cell->len)
		cell->notes |= MS_NOTE_BLANK;
	cell->s += begin;
	cell->len = (size_t) (end - begin);
}

/*
 * unfold_char gives the one character that NFKC makes of c: the same in another
 * width or style.  Superscripts, circled and squared characters are footnotes
 * and units, and so is what stands for several characters: they stay as they
 * are and will be refused, lest E11.9 with footnote 1 becomes E11.91.
 */
static UChar32
unfold_char(const UNormalizer2 *nfkc, UChar32 c)
{
	UChar		to[2];
	int32_t		len;
	int32_t		at = 0;
	UChar32		one;
	UErrorCode	status = U_ZERO_ERROR;

	switch (u_getIntPropertyValue(c, UCHAR_DECOMPOSITION_TYPE))
	{
		case U_DT_NONE:
		case U_DT_SUPER:
		case U_DT_SUB:
		case U_DT_CIRCLE:
		case U_DT_SQUARE:
		case U_DT_FRACTION:
			return c;
	}
	len = unorm2_getDecomposition(nfkc, c, to, lengthof(to), &status);
	if (U_FAILURE(status) || len <= 0)
		return c;				/* too long for the buffer, for one */
	U16_NEXT(to, at, len, one);
	return at == len ? one : c;
}

static unsigned
note_of_unfolding(UChar32 c)
{
	if (c >= 0x2160 && c <= 0x217F)
		return MS_NOTE_ROMAN;
	return c >= 0xFF00 && c <= 0xFFEF ? MS_NOTE_WIDTH : MS_NOTE_COMPAT;
}

/*
 * Unfolds and maps the characters of a cell, in its buffer.  A character of
 * one byte stays, others have four bytes at most: the text cannot outgrow
 * twice its length.
 */
static void
normalize_cell(CleanCell *cell)
{
	const UNormalizer2 *nfkc = normalizer(unorm2_getNFKCInstance);
	const uint8_t *s = (const uint8_t *) cell->s;
	int32_t		end = (int32_t) cell->len;
	int32_t		at = 0;
	int32_t		used = 0;

	while (at < end)
	{
		UChar32		c;
		UChar32		to;

		U8_NEXT(s, at, end, c);
		if (c < 0)
			return;
		to = unfold_char(nfkc, c);
		if (to != c)
			cell->notes |= note_of_unfolding(c);
		U8_APPEND_UNSAFE((uint8_t *) cell->buf, used, to);
	}
	cell->s = cell->buf;
	cell->len = ms_cell_fold(cell->buf, (size_t) used, &cell->notes);
}

/* The parser itself does not forgive VT and FF. */
static void
trim_ascii(CleanCell *cell)
{
	static const char blanks[] = " \t\n\v\f\r";
	size_t		len = cell->len;

	while (cell->len > 0 && strchr(blanks, cell->s[0]) != NULL)
	{
		cell->s++;
		cell->len--;
	}
	while (cell->len > 0 && strchr(blanks, cell->s[cell->len - 1]) != NULL)
		cell->len--;
	if (cell->len != len)
		cell->notes |= MS_NOTE_BLANK;
}

static void
clean_cell(const text *arg, CleanCell *cell)
{
	cell->s = VARDATA_ANY(arg);
	cell->len = VARSIZE_ANY_EXHDR(arg);
	cell->notes = 0;
	if (is_ascii(cell->s, cell->len))
	{
		trim_ascii(cell);
		return;
	}
	trim_blanks(cell);
	if (cell->len <= MS_CELL_MAX)
		normalize_cell(cell);
}

/*
 * read_dirty reads what the strict parser refused.  Kept out of the try_
 * functions, which have nothing to do for clean text.
 */
static pg_noinline bool
read_dirty(MsReadAs as, const text *arg, MsReading *reading)
{
	CleanCell	cell;

	clean_cell(arg, &cell);
	reading->notes = cell.notes;
	return ms_cell_read(as, cell.s, cell.len, reading);
}

static MsFeeItem *
copy_item(const MsFeeItem *item)
{
	MsFeeItem  *copy = palloc(sizeof(MsFeeItem));

	*copy = *item;
	return copy;
}

/*
 * medsup_try_icd10 reads a text, NULL if it is no code even when cleaned.
 */
Datum
medsup_try_icd10(PG_FUNCTION_ARGS)
{
	text	   *arg = PG_GETARG_TEXT_PP(0);
	MsIcd10		code;
	MsReading	reading;

	if (ms_code_icd10_parse(VARDATA_ANY(arg), VARSIZE_ANY_EXHDR(arg), &code,
							NULL))
		PG_RETURN_MS_ICD10(code);
	if (read_dirty(MS_READ_AS_ICD10, arg, &reading))
		PG_RETURN_MS_ICD10(reading.icd);
	PG_RETURN_NULL();
}

Datum
medsup_try_icd9cm3(PG_FUNCTION_ARGS)
{
	text	   *arg = PG_GETARG_TEXT_PP(0);
	MsIcd9cm3	code;
	MsReading	reading;

	if (ms_code_icd9cm3_parse(VARDATA_ANY(arg), VARSIZE_ANY_EXHDR(arg),
							  &code, NULL))
		PG_RETURN_MS_ICD9CM3(code);
	if (read_dirty(MS_READ_AS_ICD9CM3, arg, &reading))
		PG_RETURN_MS_ICD9CM3(reading.icd);
	PG_RETURN_NULL();
}

Datum
medsup_try_fee_item(PG_FUNCTION_ARGS)
{
	text	   *arg = PG_GETARG_TEXT_PP(0);
	MsReading	reading;

	if (ms_code_fee_item_parse(VARDATA_ANY(arg), VARSIZE_ANY_EXHDR(arg),
							   &reading.item, NULL) ||
		read_dirty(MS_READ_AS_FEE_ITEM, arg, &reading))
		PG_RETURN_MS_FEE_ITEM_P(copy_item(&reading.item));
	PG_RETURN_NULL();
}

Datum
medsup_try_drug_code(PG_FUNCTION_ARGS)
{
	text	   *arg = PG_GETARG_TEXT_PP(0);
	MsReading	reading;

	if (ms_code_drug_parse(VARDATA_ANY(arg), VARSIZE_ANY_EXHDR(arg),
						   &reading.item, NULL) ||
		read_dirty(MS_READ_AS_DRUG_CODE, arg, &reading))
		PG_RETURN_MS_FEE_ITEM_P(copy_item(&reading.item));
	PG_RETURN_NULL();
}

static void
explain_cell(MsReadAs as, const text *arg, MsReading *reading)
{
	CleanCell	cell;

	clean_cell(arg, &cell);
	reading->notes = cell.notes;
	ms_cell_explain(as, cell.s, cell.len, reading);
}

static bool
lang_is_zh(const text *lang)
{
	const char *s = VARDATA_ANY(lang);
	size_t		len = VARSIZE_ANY_EXHDR(lang);

	if (len == 2 && memcmp(s, "zh", 2) == 0)
		return true;
	if (len == 2 && memcmp(s, "en", 2) == 0)
		return false;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("language \"%.*s\" is not known",
					pg_mbcliplen(s, (int) len, 16), s),
			 errhint("Give \"zh\" or \"en\".")));
}

static text *
sentence_of(const MsReading *reading, bool zh)
{
	char		sentence[MS_SENTENCE_MAX];
	int			len = ms_defect_sentence(reading, zh, sentence);

	return cstring_to_text_with_len(sentence, len);
}

static Datum
why(FunctionCallInfo fcinfo, MsReadAs as)
{
	bool		zh = lang_is_zh(PG_GETARG_TEXT_PP(1));
	MsReading	reading;

	explain_cell(as, PG_GETARG_TEXT_PP(0), &reading);
	if (reading.ok)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(sentence_of(&reading, zh));
}

/*
 * medsup_why_icd10 says in one sentence why try_icd10 gives NULL.
 */
Datum
medsup_why_icd10(PG_FUNCTION_ARGS)
{
	return why(fcinfo, MS_READ_AS_ICD10);
}

Datum
medsup_why_icd9cm3(PG_FUNCTION_ARGS)
{
	return why(fcinfo, MS_READ_AS_ICD9CM3);
}

Datum
medsup_why_fee_item(PG_FUNCTION_ARGS)
{
	return why(fcinfo, MS_READ_AS_FEE_ITEM);
}

Datum
medsup_why_drug_code(PG_FUNCTION_ARGS)
{
	return why(fcinfo, MS_READ_AS_DRUG_CODE);
}

static MsReadAs
read_as_of(const text *name)
{
	const char *s = VARDATA_ANY(name);
	size_t		len = VARSIZE_ANY_EXHDR(name);

	for (int i = 0; i < MS_N_READ_AS; i++)
	{
		const char *known = ms_read_as_name((MsReadAs) i);

		if (strlen(known) == len && memcmp(known, s, len) == 0)
			return (MsReadAs) i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("code type \"%.*s\" is not known",
					pg_mbcliplen(s, (int) len, 32), s),
			 errhint("Give icd10, icd9cm3, fee_item or drug_code.")));
}

static Datum
note_array(unsigned notes)
{
	Datum		keys[MS_N_NOTES];
	int			n = 0;

	for (int bit = 0; bit < MS_N_NOTES; bit++)
		if (notes >> bit & 1)
			keys[n++] = CStringGetTextDatum(ms_note_key(bit));
	return PointerGetDatum(construct_array(keys, n, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

/* The row type of the result, looked up once. */
static TupleDesc
result_desc(FunctionCallInfo fcinfo)
{
	TupleDesc	desc = (TupleDesc) fcinfo->flinfo->fn_extra;

	if (desc == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "medsup: read_code is not declared to return a row");
		desc = BlessTupleDesc(desc);
		fcinfo->flinfo->fn_extra = desc;
		MemoryContextSwitchTo(old);
	}
	return desc;
}

/*
 * medsup_read_code tells all of a cell at once: canonical text, form and
 * notes of a code; key and sentence of a defect.
 */
Datum
medsup_read_code(PG_FUNCTION_ARGS)
{
	MsReadAs	as = read_as_of(PG_GETARG_TEXT_PP(1));
	bool		zh = lang_is_zh(PG_GETARG_TEXT_PP(2));
	MsReading	reading;
	Datum		values[5];
	bool		nulls[5] = {true, true, true, true, true};

	explain_cell(as, PG_GETARG_TEXT_PP(0), &reading);
	if (reading.ok)
	{
		char		buf[MS_CODE_BUFSIZE];
		int			len = ms_reading_text(as, &reading, buf);

		values[0] = PointerGetDatum(cstring_to_text_with_len(buf, len));
		values[1] = CStringGetTextDatum(ms_reading_form(as, &reading));
		nulls[0] = nulls[1] = false;
	}
	else
	{
		values[3] = CStringGetTextDatum(ms_defect_key(reading.defect));
		values[4] = PointerGetDatum(sentence_of(&reading, zh));
		nulls[3] = nulls[4] = false;
	}
	values[2] = note_array(reading.notes);
	nulls[2] = false;
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(result_desc(fcinfo),
													  values, nulls)));
}

/* ---- names ---- */

/* A piece of UTF-8 text that was palloc'd, or belongs to the argument. */
typedef struct Utf8
{
	char	   *s;
	int32_t		len;
} Utf8;

/*
 * normalize_text gives a new text in the given normalisation form.  Names are
 * short, so that no size can overflow (MAX_NAME_BYTES).  Bytes that are no
 * UTF-8 become U+FFFD.
 */
static Utf8
normalize_text(Utf8 in, const UNormalizer2 *form)
{
	Utf8		out;
	UChar	   *raw;
	UChar	   *normal;
	int32_t		raw_len;
	int32_t		normal_len;
	UErrorCode	status = U_ZERO_ERROR;

	/* UTF-16 has no more units than UTF-8 has bytes */
	raw = palloc((Size) in.len * sizeof(UChar) + 1);
	u_strFromUTF8WithSub(raw, in.len, &raw_len, in.s, in.len, 0xFFFD, NULL,
						 &status);
	if (U_FAILURE(status))
		elog(ERROR, "medsup: ICU cannot read UTF-8: %s", u_errorName(status));

	normal_len = unorm2_normalize(form, raw, raw_len, NULL, 0, &status);
	if (status == U_BUFFER_OVERFLOW_ERROR)
		status = U_ZERO_ERROR;
	normal = palloc((Size) normal_len * sizeof(UChar) + 1);
	normal_len = unorm2_normalize(form, raw, raw_len, normal, normal_len,
								  &status);
	if (status == U_STRING_NOT_TERMINATED_WARNING)
		status = U_ZERO_ERROR;
	if (U_FAILURE(status))
		elog(ERROR, "medsup: ICU cannot normalise: %s", u_errorName(status));
	pfree(raw);

	u_strToUTF8(NULL, 0, &out.len, normal, normal_len, &status);
	if (status == U_BUFFER_OVERFLOW_ERROR)
		status = U_ZERO_ERROR;
	out.s = palloc((Size) out.len + 1);
	u_strToUTF8(out.s, out.len + 1, &out.len, normal, normal_len, &status);
	if (U_FAILURE(status))
		elog(ERROR, "medsup: ICU cannot write UTF-8: %s", u_errorName(status));
	pfree(normal);
	return out;
}

/*
 * Texts that are compared by key are names, not documents.  ICU puts combining
 * marks in order by insertion, which takes quadratic time and no interrupt: a
 * quarter of a second at this length, minutes at some hundred kB.
 */
#define MAX_NAME_BYTES 8192

/*
 * medsup_name_key gives what two spellings of one name have in common.
 */
Datum
medsup_name_key(PG_FUNCTION_ARGS)
{
	text	   *arg = PG_GETARG_TEXT_PP(0);
	const char *data = VARDATA_ANY(arg);
	size_t		len = VARSIZE_ANY_EXHDR(arg);
	Utf8		name;

	if (len > MAX_NAME_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("name is too long"),
				 errdetail("It has %zu bytes; a name has %d at most.", len,
						   MAX_NAME_BYTES),
				 errhint("Give the name alone, not a document.")));
	if (is_ascii(data, len))
	{
		name.s = pnstrdup(data, len);
		name.len = (int32_t) ms_name_fold(name.s, len);
		for (int32_t i = 0; i < name.len; i++)
			name.s[i] = (char) pg_tolower((unsigned char) name.s[i]);
		PG_RETURN_TEXT_P(cstring_to_text_with_len(name.s, name.len));
	}
	name.s = unconstify(char *, data);
	name.len = (int32_t) len;

	/* look-alikes are capitals, so case goes last */
	name = normalize_text(name, normalizer(unorm2_getNFKCInstance));
	name.len = (int32_t) ms_name_fold(name.s, (size_t) name.len);
	name = normalize_text(name, normalizer(unorm2_getNFKCCasefoldInstance));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(name.s, name.len));
}
