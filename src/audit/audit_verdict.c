/*-------------------------------------------------------------------------
 *
 * audit_verdict.c
 *	  What the evaluator says of one person as rows of medsup.verdict.
 *
 * Everything of a person lives in one context that is reset at its end, what
 * one row needs in another.  The result goes to a tuplestore, which spills.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "audit/audit_verdict.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "common/ms_json.h"
#include "rulebook/rulebook_cache.h"

/* What one person may take at least; more when work_mem allows it. */
#define LEAST_BUDGET ((Size) 256 * 1024 * 1024)

/* ---- environment of the core ---- */

static void *
env_alloc(void *ctx, size_t size)
{
	return MemoryContextAllocHuge(((MsCase *) ctx)->verdicts->person, size);
}

static void
env_check(void *ctx)
{
	CHECK_FOR_INTERRUPTS();
}

static void
env_fail(void *ctx, MsFail why)
{
	switch (why)
	{
		case MS_FAIL_MIXED:
			ereport(ERROR,
					(errcode(ERRCODE_MS_BAD_CLAIM),
					 errmsg("fee lines of several persons in one call"),
					 errhint("Group the lines by psn_no, one call of medsup.evaluate() a person.")));
			break;
		case MS_FAIL_TOO_MANY:
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many rows of one person to evaluate"),
					 errdetail("At most %d are allowed.", MS_MAX_LINES),
					 errhint("Check whether rows of several persons carry one psn_no.")));
			break;
		case MS_FAIL_MEMORY:
			ereport(ERROR,
					(errcode(ERRCODE_OUT_OF_MEMORY),
					 errmsg("evaluating one person would exceed the memory allowed"),
					 errhint("Increase work_mem, or check whether rows of several persons carry one psn_no.")));
			break;
	}
	pg_unreachable();
}

/* A row is hashed once, in however many findings it is shown. */
static const bytea *
hash_of(MsCase *c, const MsRows *rows, uint32 row)
{
	bytea	 ***hashes = &c->hashes[rows->kind];
	MemoryContext caller = MemoryContextSwitchTo(c->verdicts->person);

	if (*hashes == NULL)
		*hashes = MemoryContextAllocExtended(c->verdicts->person,
											 sizeof(bytea *) * rows->n,
											 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	if ((*hashes)[row] == NULL)
		(*hashes)[row] = ms_hash_row(rows, row);
	MemoryContextSwitchTo(caller);
	return (*hashes)[row];
}

/* Which rows the core means by the letter of a record. */
static MsRowKind
row_kind(char what)
{
	switch (what)
	{
		case 'e':
		case 'E':
			return MS_ROW_ENCOUNTER;
		case 's':
		case 'S':
			return MS_ROW_SETTLEMENT;
		case 'l':
			return MS_ROW_LINE;
		case 'd':
		case 'D':
			return MS_ROW_DIAGNOSIS;
		case 'o':
		case 'O':
			return MS_ROW_OPERATION;
		case 'r':
		case 'R':
			return MS_ROW_REGISTRATION;
		default:
			elog(ERROR, "medsup: no record is called %c", what);
	}
	return MS_ROW_LINE;			/* keep compiler quiet */
}

/* Rows equal to the evaluator are ordered by their hash over all columns. */
static int
cmp_rest(void *ctx, char what, uint32_t a, uint32_t b)
{
	MsCase	   *c = ctx;
	const MsRows *rows = &c->rows[row_kind(what)];

	return memcmp(VARDATA(hash_of(c, rows, a)),
				  VARDATA(hash_of(c, rows, b)), PG_SHA256_DIGEST_LENGTH);
}

/* ---- columns ---- */

static void
set(MsCase *c, MsVerdictColumn column, Datum value)
{
	c->values[column] = value;
	c->nulls[column] = false;
}

/* Text that the evaluator or the book made, UTF-8. */
static void
set_text(MsCase *c, MsVerdictColumn column, const char *s)
{
	if (s != NULL)
		set(c, column, CStringGetTextDatum(ms_rulebook_text(s)));
}

/* Text of the claims, in the database's encoding. */
static void
set_str(MsCase *c, MsVerdictColumn column, MsStr s)
{
	if (s.s != NULL)
		set(c, column, PointerGetDatum(cstring_to_text_with_len(s.s,
																(int) s.len)));
}

static void
set_scaled(MsCase *c, MsVerdictColumn column, int64 value, int scale)
{
	set(c, column, NumericGetDatum(int64_div_fast_to_numeric(value, scale)));
}

static void
set_fen(MsCase *c, MsVerdictColumn column, MsValue fen)
{
	if (fen.state == MS_READABLE)
		set_scaled(c, column, fen.v, 2);
}

static void
set_time(MsCase *c, MsVerdictColumn column, MsValue t)
{
	if (t.state == MS_READABLE)
		set(c, column, TimestampGetDatum(t.v));
}

/* A column of the input as it came. */
static void
set_input(MsCase *c, MsVerdictColumn column, const MsRows *rows, int64 row,
		  int attribute)
{
	bool		isnull;
	Datum		value;

	if (row < 0 || !c->nulls[column])
		return;
	value = ms_rows_value(rows, (uint32) row, attribute, &isnull);
	if (!isnull)
		set(c, column, value);
}

/* Starts a row; the memory of its values goes when it is finished. */
static MemoryContext
start_row(MsCase *c, char what)
{
	MemoryContext caller = MemoryContextSwitchTo(c->verdicts->row);

	memset(c->nulls, true, sizeof(c->nulls));
	set(c, V_WHAT, CharGetDatum(what));
	return caller;
}

static void
finish_row(MsCase *c, MemoryContext caller)
{
	tuplestore_putvalues(c->verdicts->rsinfo->setResult, c->verdicts->rsinfo->setDesc,
						 c->values, c->nulls);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(c->verdicts->row);
}

/* ---- json ---- */

static void
json_numeric(JsonbParseState **state, Numeric number)
{
	JsonbValue	v;

	/* json has no such numbers: the mark for unreadable goes as a string */
	if (numeric_is_nan(number) || numeric_is_inf(number))
	{
		char	   *mark = DatumGetCString(DirectFunctionCall1(numeric_out,
															   NumericGetDatum(number)));

		ms_json_string(state, mark, strlen(mark));
		return;
	}
	v.type = jbvNumeric;
	v.val.numeric = number;
	pushJsonbValue(state, WJB_VALUE, &v);
}

static void
json_scaled(JsonbParseState **state, const char *key, int64 value, int scale)
{
	ms_json_key(state, key);
	json_numeric(state, ms_json_scaled(value, scale));
}

static void
json_container(JsonbParseState **state, Jsonb *object)
{
	JsonbValue	v;

	v.type = jbvBinary;
	v.val.binary.data = &object->root;
	v.val.binary.len = VARSIZE(object) - VARHDRSZ;
	pushJsonbValue(state, WJB_VALUE, &v);
}

/* A column of the input, by its own name; left out when NULL. */
static void
json_input(JsonbParseState **state, const MsRows *rows, int64 row,
		   int attribute)
{
	bool		isnull;
	Datum		value;
	char		buf[MS_TIME_BUFSIZE];
	text	   *t;

	if (row < 0)
		return;
	value = ms_rows_value(rows, (uint32) row, attribute, &isnull);
	if (isnull)
		return;
	ms_json_key(state, ms_rows_name(rows->kind, attribute));
	switch (ms_rows_type(rows->kind, attribute))
	{
		case NUMERICOID:
			json_numeric(state, DatumGetNumeric(value));
			break;
		case TIMESTAMPOID:
			if (TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value)))
				strlcpy(buf, TIMESTAMP_IS_NOEND(DatumGetTimestamp(value)) ?
						"infinity" : "-infinity", sizeof(buf));
			else
				ms_time_format(DatumGetTimestamp(value), buf);
			ms_json_string(state, pstrdup(buf), strlen(buf));
			break;
		case JSONBOID:
			json_container(state, DatumGetJsonbP(value));
			break;
		default:
			t = DatumGetTextPP(value);
			ms_json_string(state, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
			break;
	}
}

/* Money of a line's part in yuan; null where it cannot be told. */
static void
json_fen(JsonbParseState **state, const char *key, MsValue fen)
{
	JsonbValue	v;

	if (fen.state == MS_READABLE)
	{
		json_scaled(state, key, fen.v, 2);
		return;
	}
	ms_json_key(state, key);
	v.type = jbvNull;
	pushJsonbValue(state, WJB_VALUE, &v);
}

static char *
hex(const bytea *bytes)
{
	Size		len = VARSIZE(bytes) - VARHDRSZ;
	char	   *s = palloc(len * 2 + 1);

	hex_encode(VARDATA(bytes), len, s);
	s[len * 2] = '\0';
	return s;
}

/* All columns of a row that do not stay in the warehouse. */
static void
json_row(JsonbParseState **state, const MsRows *rows, int64 row)
{
	for (int i = 0; i < ms_rows_attributes(rows->kind); i++)
	{
		if (!ms_rows_stays(rows->kind, i))
			json_input(state, rows, row, i);
	}
}

/* The visit or the bill of a line, as a member of its object. */
static void
json_beside(JsonbParseState **state, const char *key, const MsRows *rows,
			int64 row, const char *digest)
{
	JsonbValue	null;

	ms_json_key(state, key);
	if (row < 0)
	{
		null.type = jbvNull;
		pushJsonbValue(state, WJB_VALUE, &null);
		return;
	}
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	ms_json_key(state, "hash");
	ms_json_string(state, digest, strlen(digest));
	json_row(state, rows, row);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * What a local code was taken for, and by which map: of the book, not of the
 * line, so that the line's own hash says nothing of it.
 */
static void
json_mapped(MsCase *c, JsonbParseState **state, const MsLine *line,
			MsHash *content)
{
	MsStr text = ms_str_trim(line->med_list_codg);
	MsFeeItem	code;
	MsFeeItem	mapped;
	const char *by;
	char		buf[MS_CODE_BUFSIZE];

	if (!c->verdicts->has_mapped || ms_str_missing(text) ||
		!ms_code_fee_item_parse(text.s, text.len, &code, NULL) ||
		!ms_book_mapped(c->verdicts->book, &code, &mapped, &by))
		return;
	(void) ms_code_fee_item_format(&mapped, buf);
	ms_json_key(state, "mapped_to");
	ms_json_string(state, buf, strlen(buf));
	ms_hash_field(content, buf, strlen(buf));
	by = ms_rulebook_text(by);
	ms_json_key(state, "mapped_by");
	ms_json_string(state, by, strlen(by));
	ms_hash_field(content, by, strlen(by));
}

/*
 * A line of evidence.  Visit and bill stand in it where they are not those of
 * the line before it, and so do their digests in what comes along.
 */
static Jsonb *
json_member(MsCase *c, const MsMember *m, const char *digest,
			const char *encounter, const char *settlement, MsHash *content)
{
	JsonbParseState *parse = NULL;
	JsonbParseState **state = &parse;

	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	json_scaled(state, "role", m->role, 0);
	ms_json_key(state, "hash");
	ms_json_string(state, digest, strlen(digest));
	json_row(state, &c->rows[MS_ROW_LINE], m->line);
	json_mapped(c, state, &c->claims.lines[m->line], content);
	json_scaled(state, "net_cnt", m->net_cnt, MS_QTY_SCALE);
	json_scaled(state, "net_amt", m->net_amt, 2);
	if (m->excess > 0)
	{
		json_scaled(state, "excess", m->excess, MS_QTY_SCALE);
		json_scaled(state, "vola_amt", m->vola, 2);
		json_fen(state, "vola_inscp", m->inscp);
		json_fen(state, "vola_fund", m->fund);
	}
	if (encounter != NULL)
		json_beside(state, "encounter", &c->rows[MS_ROW_ENCOUNTER], m->encounter,
					encounter);
	if (settlement != NULL)
		json_beside(state, "settlement", &c->rows[MS_ROW_SETTLEMENT], m->settlement,
					settlement);
	return JsonbValueToJsonb(pushJsonbValue(state, WJB_END_OBJECT, NULL));
}

/* A record of evidence that is no line: its row as an object of its own. */
static Jsonb *
json_record(const MsRows *rows, const MsRecord *r, const char *digest)
{
	JsonbParseState *parse = NULL;
	JsonbParseState **state = &parse;

	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	json_scaled(state, "role", r->role, 0);
	ms_json_key(state, "what");
	ms_json_string(state, &r->what, 1);
	ms_json_key(state, "hash");
	ms_json_string(state, digest, strlen(digest));
	ms_json_key(state, "row");
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	json_row(state, rows, r->index);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
	return JsonbValueToJsonb(pushJsonbValue(state, WJB_END_OBJECT, NULL));
}

/*
 * An array of objects in jsonb's stored form, object by object: the server's
 * own builder keeps all of them as values, at 8 kB a line of evidence.
 */
static void
start_array(StringInfo buf, uint32 n)
{
	Size		head = VARHDRSZ + sizeof(uint32) + (Size) n * sizeof(JEntry);
	uint32		header = n | JB_FARRAY;

	initStringInfo(buf);
	enlargeStringInfo(buf, (int) head);
	memset(buf->data, 0, head);
	memcpy(buf->data + VARHDRSZ, &header, sizeof(header));
	buf->len = (int) head;
}

static void
add_object(StringInfo buf, uint32 n, uint32 i, const Jsonb *object)
{
	int			head = (int) (VARHDRSZ + sizeof(uint32) + n * sizeof(JEntry));
	int			start = buf->len;
	JEntry		entry;

	appendStringInfoSpaces(buf, INTALIGN(start) - start);
	memset(buf->data + start, 0, buf->len - start);
	appendBinaryStringInfo(buf, VARDATA(object),
						   (int) (VARSIZE(object) - VARHDRSZ));
	if (buf->len - head > JENTRY_OFFLENMASK)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("evidence of one finding would exceed %d MB",
						(JENTRY_OFFLENMASK + 1) / (1024 * 1024)),
				 errhint("Check whether rows of several persons carry one psn_no.")));
	entry = JENTRY_ISCONTAINER | (JEntry) (buf->len - start);
	if (i % JB_OFFSET_STRIDE == 0)
		entry = JENTRY_ISCONTAINER | JENTRY_HAS_OFF | (JEntry) (buf->len - head);
	memcpy(buf->data + VARHDRSZ + sizeof(uint32) + (Size) i * sizeof(JEntry),
		   &entry, sizeof(entry));
}

static void
set_fund_split(MsCase *c, const MsFinding *f)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < MS_N_FUNDS; i++)
	{
		if (f->funds[i] == 0)
			continue;
		ms_json_key(&state, ms_fund_names[i]);
		json_numeric(&state, int64_div_fast_to_numeric(f->funds[i], 2));
	}
	set(c, V_FUND_SPLIT,
		JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state,
														WJB_END_OBJECT,
														NULL))));
}

/* ---- digests ---- */

/* A number as digests take it: plain, without trailing zeros. */
static char *
trimmed_text(Datum number)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out,
											   DirectFunctionCall1(numeric_trim_scale,
																   number)));
}

/* A column of the finding as digests take it; NULL is empty. */
static char *
digest_text(const MsCase *c, int column)
{
	Datum		value = c->values[column];
	char	   *time = palloc(MS_TIME_BUFSIZE);

	if (c->nulls[column])
		return "";
	switch (TupleDescAttr(c->verdicts->rsinfo->setDesc, column)->atttypid)
	{
		case TEXTOID:
			return TextDatumGetCString(value);
		case NUMERICOID:
			return trimmed_text(value);
		case BOOLOID:
			return DatumGetBool(value) ? "t" : "f";
		case TIMESTAMPOID:
			ms_time_format(DatumGetTimestamp(value), time);
			return time;
		case DATEOID:
			ms_time_format((int64) DatumGetDateADT(value) * USECS_PER_DAY,
						   time);
			time[strlen("YYYY-MM-DD")] = '\0';
			return time;
		default:
			elog(ERROR, "medsup: no canonical form of column %d", column);
	}
	return NULL;				/* keep compiler quiet */
}

/* Each fund's part, 0 as empty, in the order of ms_fund_names. */
static void
hash_funds(MsHash *content, const MsFinding *f)
{
	for (int i = 0; i < MS_N_FUNDS; i++)
	{
		char	   *s = "";

		if (f->fund_amt.state == MS_READABLE && f->funds[i] != 0)
			s = trimmed_text(NumericGetDatum(int64_div_fast_to_numeric(f->funds[i], 2)));
		ms_hash_field(content, s, strlen(s));
	}
}

/* The digest of a row beside the line, "" where there is none. */
static char *
beside_digest(MsCase *c, const MsRows *rows, int64 row)
{
	return row < 0 ? "" : hex(hash_of(c, rows, (uint32) row));
}

static void
add_record(MsCase *c, const MsFinding *f, uint32_t i, MsHash *content,
		   StringInfo evidence)
{
	const MsRecord *r = &f->records[i];
	const MsRows *rows = &c->rows[row_kind(r->what)];
	const bytea *hash = hash_of(c, rows, r->index);
	MemoryContext caller = MemoryContextSwitchTo(c->verdicts->member);
	char		role[2] = {(char) ('0' + r->role), '\0'};
	char	   *digest = hex(hash);
	Jsonb	   *object = json_record(rows, r, digest);

	ms_hash_field(content, role, 1);
	ms_hash_field(content, &r->what, 1);
	ms_hash_field(content, digest, strlen(digest));
	MemoryContextSwitchTo(caller);
	add_object(evidence, f->n_members + f->n_records, f->n_members + i,
			   object);
	MemoryContextReset(c->verdicts->member);
}

/*
 * Evidence, and the digest over all that the finding says, but for what it is
 * called by: kept or changed is decided by it.
 */
static void
set_evidence(MsCase *c, const MsFinding *f)
{
	static const MsVerdictColumn columns[] = {
		V_RESULT_TYPE, V_PROVISIONAL, V_NOTE, V_WINDOW_END, V_ACT_FROM,
		V_ACT_TO, V_MEASURE, V_LIMIT_VALUE, V_ACTUAL_VALUE, V_UNIT, V_EXCESS,
		V_VOLA_AMT, V_VOLA_AMT_MAX, V_INSCP_AMT, V_FUND_AMT, V_FUND_METHOD,
		V_FORMULA, V_SETL_ID, V_FIXMEDINS_CODE, V_HOSP_LV, V_INSU_ADMDVS,
		V_FIX_BLNG_ADMDVS, V_INSUTYPE, V_MED_TYPE, V_CLR_WAY,
		V_BILG_DEPT_CODG, V_BILG_DR_CODG, V_PERIOD_TIME, V_CLAUSE, V_BASIS,
		V_BASIS_NO, V_VALID_FROM, V_VALID_TO
	};
	MsHash	   *content = ms_hash_start();
	int64		encounter = PG_INT64_MIN;	/* of the member before */
	int64		settlement = PG_INT64_MIN;
	StringInfoData evidence;

	for (int i = 0; i < (int) lengthof(columns); i++)
	{
		char	   *s = digest_text(c, columns[i]);

		ms_hash_field(content, s, strlen(s));
	}
	hash_funds(content, f);
	start_array(&evidence, f->n_members + f->n_records);
	for (uint32 i = 0; i < f->n_members; i++)
	{
		const MsMember *m = &f->members[i];
		const bytea *hash = hash_of(c, &c->rows[MS_ROW_LINE], m->line);
		char		role[2] = {(char) ('0' + m->role), '\0'};
		MemoryContext caller = MemoryContextSwitchTo(c->verdicts->member);
		char	   *digest = hex(hash);
		char	   *e = NULL;
		char	   *s = NULL;
		Jsonb	   *object;

		if ((i & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		ms_hash_field(content, role, 1);
		ms_hash_field(content, digest, strlen(digest));
		if (m->encounter != encounter)
		{
			e = beside_digest(c, &c->rows[MS_ROW_ENCOUNTER], m->encounter);
			ms_hash_field(content, e, strlen(e));
		}
		if (m->settlement != settlement)
		{
			s = beside_digest(c, &c->rows[MS_ROW_SETTLEMENT], m->settlement);
			ms_hash_field(content, s, strlen(s));
		}
		encounter = m->encounter;
		settlement = m->settlement;
		object = json_member(c, m, digest, e, s, content);
		MemoryContextSwitchTo(caller);
		add_object(&evidence, f->n_members + f->n_records, i, object);
		MemoryContextReset(c->verdicts->member);
	}
	for (uint32_t i = 0; i < f->n_records; i++)
		add_record(c, f, i, content, &evidence);
	SET_VARSIZE(evidence.data, evidence.len);
	set(c, V_EVIDENCE, PointerGetDatum(evidence.data));
	set(c, V_CONTENT_DIGEST, PointerGetDatum(ms_hash_finish(content)));
}

static char *
str_copy(MsStr s)
{
	return s.s == NULL ? NULL : pnstrdup(s.s, s.len);
}

/* Of an encounter without a line the anchor's line is ''. */
static void
set_finding_id(MsCase *c, const MsFinding *f, const char *rule_code,
			   const char *entry_code, const char *scope)
{
	char		start[MS_TIME_BUFSIZE] = "";
	const char *fields[7];

	if (f->window_start.state == MS_READABLE)
		ms_time_format(f->window_start.v, start);
	fields[0] = ms_rulebook_text(rule_code);
	fields[1] = ms_rulebook_text(entry_code);
	fields[3] = scope;
	fields[4] = start;
	if (f->anchor == UINT32_MAX)
	{
		const MsEncounter *e = &c->claims.encounters[f->encounter];

		fields[2] = str_copy(e->psn_no);
		fields[5] = str_copy(e->mdtrt_id);
		fields[6] = "";
	}
	else
	{
		const MsLine *anchor = &c->claims.lines[f->anchor];

		fields[2] = str_copy(anchor->psn_no);
		fields[5] = str_copy(anchor->mdtrt_id);
		fields[6] = str_copy(anchor->feedetl_sn);
	}
	set(c, V_FINDING_ID, PointerGetDatum(ms_hash_finding(fields)));
}

/* ---- findings ---- */

static const char *
exception_code(const MsCase *c, uint32_t i)
{
	MsBookException exception;

	ms_book_exception(c->verdicts->book, i, &exception);
	return ms_rulebook_text(exception.code);
}

/* What was looked at and did not apply, by the evaluator and by the book. */
static void
set_tested(MsCase *c, const MsFinding *f)
{
	Datum	   *names = palloc(sizeof(Datum) *
							   (MS_N_TESTED + (Size) f->n_exceptions));
	int			n = 0;

	for (int bit = 0; bit < MS_N_TESTED; bit++)
	{
		if (f->tested & (1u << bit))
			names[n++] = CStringGetTextDatum(ms_tested_name(bit));
	}
	for (uint32_t i = 0; i < f->n_exceptions; i++)
		names[n++] = CStringGetTextDatum(exception_code(c,
														f->exceptions[i]));
	set(c, V_EXCEPTIONS_TESTED,
		PointerGetDatum(construct_array(names, n, TEXTOID, -1, false,
										TYPALIGN_INT)));
}

/* Kinds of sources there were, beside those that every warehouse has. */
static void
set_sources(MsCase *c)
{
	const MsClaims *claims = &c->claims;
	Datum		names[3];
	int			n = 0;

	if (claims->has_diagnoses)
		names[n++] = CStringGetTextDatum("diagnosis");
	if (claims->has_operations)
		names[n++] = CStringGetTextDatum("operation");
	if (claims->has_registrations)
		names[n++] = CStringGetTextDatum("chronic_reg");
	set(c, V_SOURCES,
		PointerGetDatum(construct_array(names, n, TEXTOID, -1, false,
										TYPALIGN_INT)));
}

static void
set_rule(MsCase *c, const MsFinding *f)
{
	MsBookRule	rule;
	MsBookEntry entry;
	const char *unit;

	ms_book_rule(c->verdicts->book, f->rule, &rule);
	ms_book_entry(c->verdicts->book, f->entry, &entry);
	unit = entry.unit;
	if (unit == NULL && entry.check == MS_CHECK_AGE)
		unit = ms_word(MS_VOCABULARY_AGE_UNIT, entry.age_unit);
	set_text(c, V_RULE_CODE, rule.code);
	set_text(c, V_ENTRY_CODE, entry.code);
	set_text(c, V_KIND, psprintf("K%d", rule.kind));
	if (f->suspect_only || (entry.result_type == NULL &&
							rule.result_type == NULL))
		set_text(c, V_RESULT_TYPE, "\345\217\257\347\226\221"); /* 可疑 */
	else
		set_text(c, V_RESULT_TYPE, entry.result_type ? entry.result_type :
				 rule.result_type);
	set_text(c, V_SCOPE, ms_word(MS_VOCABULARY_SCOPE, entry.scope));
	set_text(c, V_MEASURE, ms_word(MS_VOCABULARY_CHECK, entry.check));
	set_text(c, V_UNIT, unit);
	set_text(c, V_CLAUSE, rule.clause);
	set_text(c, V_BASIS, entry.basis);
	set_text(c, V_BASIS_NO, entry.basis_no);
	if (entry.valid_from != MS_DATE_FROM_OPEN)
		set(c, V_VALID_FROM, DateADTGetDatum(entry.valid_from));
	if (entry.valid_to != MS_DATE_TO_OPEN)
		set(c, V_VALID_TO, DateADTGetDatum(entry.valid_to));
	set_finding_id(c, f, rule.code, entry.code,
				   ms_word(MS_VOCABULARY_SCOPE, entry.scope));
}

/* Who, where and how insured, from line, settlement or encounter. */
static void
set_circumstances(MsCase *c, const MsFinding *f)
{
	const MsRows *e = &c->rows[MS_ROW_ENCOUNTER];
	const MsRows *s = &c->rows[MS_ROW_SETTLEMENT];
	const MsRows *l = &c->rows[MS_ROW_LINE];
	int64		anchor = f->anchor == UINT32_MAX ? -1 : (int64) f->anchor;

	set_input(c, V_PSN_NO, l, anchor, LINE_PSN_NO);
	set_input(c, V_MDTRT_ID, l, anchor, LINE_MDTRT_ID);
	set_input(c, V_FEEDETL_SN, l, anchor, LINE_FEEDETL_SN);
	set_input(c, V_SETL_ID, l, anchor, LINE_SETL_ID);
	if (anchor < 0)
	{
		set_input(c, V_PSN_NO, e, f->encounter, ENC_PSN_NO);
		set_input(c, V_MDTRT_ID, e, f->encounter, ENC_MDTRT_ID);
		set_text(c, V_FEEDETL_SN, "");
		if (c->nulls[V_PSN_NO])
			set_text(c, V_PSN_NO, "");
	}
	set_str(c, V_FIXMEDINS_CODE, f->institution);
	set_input(c, V_HOSP_LV, e, f->encounter, ENC_HOSP_LV);
	set_input(c, V_FIX_BLNG_ADMDVS, e, f->encounter, ENC_FIX_BLNG_ADMDVS);
	set_input(c, V_INSU_ADMDVS, l, anchor, LINE_INSU_ADMDVS);
	set_input(c, V_INSU_ADMDVS, s, f->settlement, SETL_INSU_ADMDVS);
	set_input(c, V_INSU_ADMDVS, e, f->encounter, ENC_INSU_ADMDVS);
	set_input(c, V_INSUTYPE, s, f->settlement, SETL_INSUTYPE);
	set_input(c, V_INSUTYPE, e, f->encounter, ENC_INSUTYPE);
	set_input(c, V_MED_TYPE, l, anchor, LINE_MED_TYPE);
	set_input(c, V_MED_TYPE, s, f->settlement, SETL_MED_TYPE);
	set_input(c, V_MED_TYPE, e, f->encounter, ENC_MED_TYPE);
	set_input(c, V_CLR_WAY, s, f->settlement, SETL_CLR_WAY);
	set_input(c, V_BILG_DEPT_CODG, l, anchor, LINE_BILG_DEPT_CODG);
	set_input(c, V_BILG_DR_CODG, l, anchor, LINE_BILG_DR_CODG);
}

static void
put_finding(void *ctx, const MsFinding *f)
{
	MsCase	   *c = ctx;
	MemoryContext caller = start_row(c, 'F');

	set_rule(c, f);
	set_circumstances(c, f);
	set(c, V_PROVISIONAL, BoolGetDatum(f->provisional));
	set_text(c, V_NOTE, f->note);
	set_time(c, V_PERIOD_TIME, f->period_time);
	set_time(c, V_WINDOW_START, f->window_start);
	set_time(c, V_WINDOW_END, f->window_end);
	if (f->anchor != UINT32_MAX || f->period_time.state == MS_READABLE)
	{
		set(c, V_ACT_FROM, TimestampGetDatum(f->act_from));
		set(c, V_ACT_TO, TimestampGetDatum(f->act_to));
	}
	set_text(c, V_LIMIT_VALUE, f->limit_value);
	set_text(c, V_ACTUAL_VALUE, f->actual_value);
	set(c, V_EXCESS,
		DirectFunctionCall1(numeric_trim_scale,
							NumericGetDatum(int64_div_fast_to_numeric(f->excess,
																	  MS_QTY_SCALE))));
	set_scaled(c, V_VOLA_AMT, f->vola_amt, 2);
	set_scaled(c, V_VOLA_AMT_MAX, f->vola_amt_max, 2);
	set_fen(c, V_INSCP_AMT, f->inscp_amt);
	set_fen(c, V_FUND_AMT, f->fund_amt);
	if (f->fund_amt.state == MS_READABLE)
		set_fund_split(c, f);
	set_text(c, V_FUND_METHOD, ms_method_name(f->method));
	set_text(c, V_FORMULA, f->formula);
	set_tested(c, f);
	set_sources(c);
	set_evidence(c, f);
	finish_row(c, caller);
}

static void
put_skip(void *ctx, uint32_t line, MsSkip skip, MsStr institution)
{
	MsCase	   *c = ctx;
	MemoryContext caller = start_row(c, 'S');

	set_text(c, V_REASON, ms_skip_name(skip));
	set_str(c, V_FIXMEDINS_CODE, institution);
	set_input(c, V_PSN_NO, &c->rows[MS_ROW_LINE], line, LINE_PSN_NO);
	set_input(c, V_MDTRT_ID, &c->rows[MS_ROW_LINE], line, LINE_MDTRT_ID);
	set_input(c, V_FEEDETL_SN, &c->rows[MS_ROW_LINE], line, LINE_FEEDETL_SN);
	set_input(c, V_SETL_ID, &c->rows[MS_ROW_LINE], line, LINE_SETL_ID);
	finish_row(c, caller);
}

/* ms_case_put_tally makes a row of a tally. */
void
ms_case_put_tally(MsCase *c, const MsTally *tally)
{
	MemoryContext caller = start_row(c, 'T');
	MsBookRule	rule;

	if (tally->rule >= 0)
	{
		ms_book_rule(c->verdicts->book, (uint32) tally->rule, &rule);
		set_text(c, V_RULE_CODE, rule.code);
		if (tally->exception >= 0)
			set(c, V_REASON,
				CStringGetTextDatum(exception_code(c, (uint32_t) tally->exception)));
		else
			set_text(c, V_REASON, ms_reason_name((MsReason) tally->reason));
	}
	else
		set_text(c, V_REASON, ms_skip_name((MsSkip) tally->reason));
	set_text(c, V_OUTCOME, ms_outcome_name(tally->outcome));
	set_str(c, V_FIXMEDINS_CODE, tally->institution);
	set(c, V_LINES, Int64GetDatum(tally->lines));
	finish_row(c, caller);
}

/* ms_case_put_count makes a row of what was counted beside the evaluator. */
void
ms_case_put_count(MsCase *c, const char *outcome, int64 lines,
				  const char *note)
{
	MemoryContext caller = start_row(c, 'N');

	set_text(c, V_OUTCOME, outcome);
	set(c, V_LINES, Int64GetDatum(lines));
	if (note != NULL)
		set(c, V_NOTE, CStringGetTextDatum(note));
	finish_row(c, caller);
}

static void
put_tally(void *ctx, const MsTally *tally)
{
	MsCase	   *c = ctx;

	if (c->verdicts->add_tally != NULL)
		c->verdicts->add_tally(c->verdicts->tally_ctx, tally);
	else
		ms_case_put_tally(c, tally);
}

/* ---- a query and its persons ---- */

MsVerdicts *
ms_verdicts_create(MemoryContext keep)
{
	MsVerdicts *verdicts = MemoryContextAllocZero(keep, sizeof(MsVerdicts));

	verdicts->person = AllocSetContextCreate(keep, "medsup person",
											 ALLOCSET_DEFAULT_MINSIZE,
											 64 * 1024,
											 ALLOCSET_DEFAULT_MAXSIZE);
	verdicts->row = AllocSetContextCreate(keep, "medsup verdict row",
										  ALLOCSET_DEFAULT_SIZES);
	verdicts->member = AllocSetContextCreate(keep, "medsup verdict evidence",
											 ALLOCSET_DEFAULT_SIZES);
	return verdicts;
}

/*
 * ms_verdicts_start is called once a call of the function: rows go to rsinfo,
 * the book is one that ms_rulebook_get just returned.
 */
void
ms_verdicts_start(MsVerdicts *verdicts, ReturnSetInfo *rsinfo,
				  const MsBook *book)
{
	if (rsinfo->setDesc->natts != V_NATTS)
		elog(ERROR, "medsup: type medsup.verdict has %d columns, not %d",
			 rsinfo->setDesc->natts, V_NATTS);
	verdicts->rsinfo = rsinfo;
	verdicts->book = book;
	verdicts->has_mapped = ms_book_has_mapped(book);
	verdicts->add_tally = NULL;
	verdicts->tally_ctx = NULL;
}

/* ms_case_start forgets the person before. */
MsCase *
ms_case_start(MsVerdicts *verdicts)
{
	MsCase	   *c;

	MemoryContextReset(verdicts->person);
	MemoryContextReset(verdicts->row);
	MemoryContextReset(verdicts->member);
	c = MemoryContextAllocZero(verdicts->person, sizeof(MsCase));
	c->verdicts = verdicts;
	for (int kind = 0; kind < MS_N_ROW_KINDS; kind++)
		c->rows[kind].kind = (MsRowKind) kind;
	return c;
}

/* ms_case_judge evaluates the rows of a case. */
void
ms_case_judge(MsCase *c)
{
	MemoryContext caller = MemoryContextSwitchTo(c->verdicts->person);
	MsOutput	output = {put_finding, put_skip, put_tally, c};
	MsClaims   *claims = &c->claims;
	const MsRows *rows = c->rows;
	MsEnv		env;

	claims->encounters = ms_rows_records(&rows[MS_ROW_ENCOUNTER]);
	claims->n_encounters = rows[MS_ROW_ENCOUNTER].n;
	claims->settlements = ms_rows_records(&rows[MS_ROW_SETTLEMENT]);
	claims->n_settlements = rows[MS_ROW_SETTLEMENT].n;
	claims->lines = ms_rows_records(&rows[MS_ROW_LINE]);
	claims->n_lines = rows[MS_ROW_LINE].n;
	claims->diagnoses = ms_rows_records(&rows[MS_ROW_DIAGNOSIS]);
	claims->n_diagnoses = rows[MS_ROW_DIAGNOSIS].n;
	claims->operations = ms_rows_records(&rows[MS_ROW_OPERATION]);
	claims->n_operations = rows[MS_ROW_OPERATION].n;
	claims->registrations = ms_rows_records(&rows[MS_ROW_REGISTRATION]);
	claims->n_registrations = rows[MS_ROW_REGISTRATION].n;
	claims->cmp_rest = cmp_rest;
	claims->cmp_ctx = c;
	env.alloc = env_alloc;
	env.check = env_check;
	env.fail = env_fail;
	env.ctx = c;
	env.budget = Max(LEAST_BUDGET, get_hash_memory_limit());
	ms_audit(&env, c->verdicts->book, claims, &output);
	MemoryContextSwitchTo(caller);
}
