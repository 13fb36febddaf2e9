/*-------------------------------------------------------------------------
 *
 * rulebook_list.c
 *	  What is in a compiled book, as rows: for comparing two versions, for
 *	  telling what reaches a code, and for looking at a book whose knowledge
 *	  has since changed.
 *
 * A field that says nothing is left out, so that content of two versions is
 * equal where they judge the same.  Names are those of medsup.knowledge.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "code/code_core.h"
#include "common/ms_compat.h"
#include "common/ms_json.h"
#include "rulebook/book_core.h"
#include "rulebook/rulebook_cache.h"

PG_FUNCTION_INFO_V1(medsup_rulebook_rules);
PG_FUNCTION_INFO_V1(medsup_rulebook_entries);
PG_FUNCTION_INFO_V1(medsup_rulebook_codes);
PG_FUNCTION_INFO_V1(medsup_rulebook_settings);
PG_FUNCTION_INFO_V1(medsup_rulebook_exceptions);
PG_FUNCTION_INFO_V1(medsup_rulebook_reach);

/* ---- json ---- */

static void
put_text(JsonbParseState **state, const char *key, const char *text)
{
	JsonbValue	v;

	if (text == NULL)
		return;
	if (key != NULL)
		ms_json_key(state, key);
	v.type = jbvString;
	v.val.string.val = key ? ms_rulebook_text(text) : unconstify(char *, text);
	v.val.string.len = (int) strlen(v.val.string.val);
	pushJsonbValue(state, key ? WJB_VALUE : WJB_ELEM, &v);
}

static void
put_number(JsonbParseState **state, const char *key, int64 value, int scale)
{
	JsonbValue	v;

	if (key != NULL)
		ms_json_key(state, key);
	v.type = jbvNumeric;
	v.val.numeric = ms_json_scaled(value, scale);
	pushJsonbValue(state, key ? WJB_VALUE : WJB_ELEM, &v);
}

static void
put_true(JsonbParseState **state, const char *key, bool value)
{
	JsonbValue	v;

	if (!value)
		return;
	ms_json_key(state, key);
	v.type = jbvBool;
	v.val.boolean = true;
	pushJsonbValue(state, WJB_VALUE, &v);
}

static void
put_word(JsonbParseState **state, const char *key, MsVocabulary vocabulary,
		 int value)
{
	if (value != 0)
		put_text(state, key, ms_word(vocabulary, value));
}

/* A set of bits as the list of its words. */
static void
put_words(JsonbParseState **state, const char *key, MsVocabulary vocabulary,
		  uint32 set)
{
	if (set == 0)
		return;
	ms_json_key(state, key);
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int bit = 0; bit < 31; bit++)
	{
		if ((set & ((uint32) 1 << bit)) != 0)
			put_text(state, NULL, ms_word(vocabulary, 1 << bit));
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

static void
put_date(JsonbParseState **state, const char *key, int32 day, int32 open)
{
	char	   *buf;
	struct pg_tm tm;

	if (day == open)
		return;
	buf = palloc(MAXDATELEN + 1);
	j2date(day + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	EncodeDateOnly(&tm, USE_ISO_DATES, buf);
	put_text(state, key, buf);
}

static Datum
finish_object(JsonbParseState **state)
{
	return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(state,
														   WJB_END_OBJECT,
														   NULL)));
}

/* ---- content ---- */

static Datum
rule_content(const MsBookRule *rule)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	put_text(&state, "kind", psprintf("K%d", rule->kind));
	put_text(&state, "name_zh", rule->name_zh);
	put_text(&state, "name_en", rule->name_en);
	put_text(&state, "subject", rule->subject);
	put_word(&state, "fund_scope", MS_VOCABULARY_FUND_SCOPE, rule->fund_scope);
	put_text(&state, "result_type", rule->result_type);
	put_text(&state, "stage", rule->stage);
	put_text(&state, "clause", rule->clause);
	put_text(&state, "disposal", rule->disposal);
	return finish_object(&state);
}

/* Levels 0 to 3 of a set. */
static void
put_levels(JsonbParseState **state, uint32 levels)
{
	if (levels == 0)
		return;
	ms_json_key(state, "levels");
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int level = 0; level <= 3; level++)
	{
		if ((levels & ((uint32) 1 << level)) != 0)
			put_number(state, NULL, level, 0);
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

static void
put_rates(JsonbParseState **state, const int32 *rates)
{
	if (rates[0] == 0)
		return;
	ms_json_key(state, "rates");
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < MS_MAX_RATES && rates[i] != 0; i++)
		put_number(state, NULL, rates[i], 6);
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/* Whom, where and when the entry is about. */
static void
put_reach(JsonbParseState **state, const MsBookEntry *e)
{
	put_date(state, "valid_from", e->valid_from, MS_DATE_FROM_OPEN);
	put_date(state, "valid_to", e->valid_to, MS_DATE_TO_OPEN);
	put_text(state, "region", e->region);
	put_word(state, "region_by", MS_VOCABULARY_REGION_BY, e->region_by);
	put_levels(state, e->levels);
	put_text(state, "access", e->access.text);
	put_text(state, "basis", e->basis);
	put_text(state, "basis_no", e->basis_no);
}

/* What is limited. */
static void
put_limits(JsonbParseState **state, const MsBookEntry *e)
{
	put_word(state, "sex", MS_VOCABULARY_SEX, e->sex);
	if (e->check == MS_CHECK_AGE && e->age_from >= 0)
		put_number(state, "age_from", e->age_from, 0);
	if (e->check == MS_CHECK_AGE && e->age_below >= 0)
		put_number(state, "age_below", e->age_below, 0);
	put_word(state, "age_unit", MS_VOCABULARY_AGE_UNIT, e->age_unit);
	put_words(state, "insurance", MS_VOCABULARY_INSURANCE, e->insurance);
	put_words(state, "settings", MS_VOCABULARY_SETTING, e->settings);
	if (e->level_min > 0)
		put_number(state, "level_min", e->level_min, 0);
	put_true(state, "level_first_only", e->first_only != 0);
	if (e->alt_level_min > 0)
		put_number(state, "alt_level_min", e->alt_level_min, 0);
	put_text(state, "alt_medins_type", e->alt_medins_type);
	put_text(state, "departments", e->departments);
	put_text(state, "medins_types", e->medins_types);
	put_text(state, "programmes", e->programmes);
	if (e->grade_min > 0)
		put_number(state, "grade_min", e->grade_min, 0);
	put_text(state, "dx_required", e->dx_required.text);
	put_text(state, "dx_forbidden", e->dx_forbidden.text);
	put_text(state, "oprn_required", e->oprn_required.text);
	put_true(state, "dx_main_only", e->dx_main_only != 0);
	put_word(state, "dx_relation", MS_VOCABULARY_DX_RELATION, e->dx_relation);
	put_text(state, "condition", e->condition.text);
}

/* Over what is counted, and how much is allowed. */
static void
put_counting(JsonbParseState **state, const MsBookEntry *e)
{
	put_word(state, "scope", MS_VOCABULARY_SCOPE, e->scope);
	put_word(state, "count_key", MS_VOCABULARY_COUNT_KEY, e->count_key);
	if (e->window_days != 0)
		put_number(state, "window_days", e->window_days, 0);
	if (e->at_least != 0)
		put_number(state, "at_least", e->at_least, 0);
	if (e->before_days != 0)
		put_number(state, "before_days", e->before_days, 0);
	put_true(state, "sub_first", e->sub_first != 0);
	if (e->limit != 0 || e->check >= MS_CHECK_QUANTITY)
		put_number(state, "limit_value", e->limit, MS_QTY_SCALE);
	put_word(state, "limit_basis", MS_VOCABULARY_LIMIT_BASIS, e->limit_basis);
	put_text(state, "limit_case", e->limit_case.text);
	put_rates(state, e->rates);
	put_text(state, "unit", e->unit);
}

static Datum
entry_content(const MsBookEntry *e)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	put_text(&state, "item_name", e->item_name);
	put_text(&state, "result_type", e->result_type);
	put_word(&state, "measure", MS_VOCABULARY_CHECK, e->check);
	put_limits(&state, e);
	put_counting(&state, e);
	put_reach(&state, e);
	return finish_object(&state);
}

/* ---- rows ---- */

typedef struct Listing
{
	ReturnSetInfo *rsinfo;
	const MsBook *book;
	MemoryContext row;			/* reset after each */
} Listing;

static void
start_listing(FunctionCallInfo fcinfo, Listing *l)
{
	MsRulebookRef *ref = fcinfo->flinfo->fn_extra;

	if (ref == NULL)
	{
		ref = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(*ref));
		fcinfo->flinfo->fn_extra = ref;
	}
	InitMaterializedSRF(fcinfo, 0);
	l->rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	l->book = ms_rulebook_get(PG_GETARG_DATUM(0), ref);
	l->row = AllocSetContextCreate(CurrentMemoryContext,
								   "medsup rulebook listing",
								   ALLOCSET_DEFAULT_SIZES);
}

static void
put_row(Listing *l, Datum *values, bool *nulls)
{
	tuplestore_putvalues(l->rsinfo->setResult, l->rsinfo->setDesc, values,
						 nulls);
	MemoryContextReset(l->row);
	CHECK_FOR_INTERRUPTS();
}

static Datum
text_datum(const char *s)
{
	return CStringGetTextDatum(ms_rulebook_text(s));
}

/* rulebook_rules(book): code and content of every rule. */
Datum
medsup_rulebook_rules(PG_FUNCTION_ARGS)
{
	Listing		l;
	bool		nulls[2] = {false};

	start_listing(fcinfo, &l);
	for (uint32_t i = 0; i < l.book->n_rules; i++)
	{
		MemoryContext caller = MemoryContextSwitchTo(l.row);
		MsBookRule	rule;
		Datum		values[2];

		ms_book_rule(l.book, i, &rule);
		values[0] = text_datum(rule.code);
		values[1] = rule_content(&rule);
		MemoryContextSwitchTo(caller);
		put_row(&l, values, nulls);
	}
	MemoryContextDelete(l.row);
	PG_RETURN_NULL();
}

static const char *
rule_code_of(const MsBook *book, uint32_t rule_index)
{
	MsBookRule	rule;

	ms_book_rule(book, rule_index, &rule);
	return rule.code;
}

/* rulebook_entries(book): rule, code and content of every entry. */
Datum
medsup_rulebook_entries(PG_FUNCTION_ARGS)
{
	Listing		l;
	bool		nulls[3] = {false};

	start_listing(fcinfo, &l);
	for (uint32_t i = 0; i < l.book->n_entries; i++)
	{
		MemoryContext caller = MemoryContextSwitchTo(l.row);
		MsBookEntry entry;
		Datum		values[3];

		ms_book_entry(l.book, i, &entry);
		values[0] = text_datum(rule_code_of(l.book, entry.rule));
		values[1] = text_datum(entry.code);
		values[2] = entry_content(&entry);
		MemoryContextSwitchTo(caller);
		put_row(&l, values, nulls);
	}
	MemoryContextDelete(l.row);
	PG_RETURN_NULL();
}

static void
put_code(void *ctx, uint32_t entry_index, MsRole role, const MsFeeItem *code)
{
	Listing    *l = ctx;
	MemoryContext caller = MemoryContextSwitchTo(l->row);
	bool		nulls[3] = {false};
	MsBookEntry entry;
	MsFeeItem	item = *code;
	Datum		values[3];

	ms_book_entry(l->book, entry_index, &entry);
	values[0] = text_datum(entry.code);
	values[1] = CStringGetTextDatum(ms_word(MS_VOCABULARY_ROLE, role));
	values[2] = PointerGetDatum(&item);
	MemoryContextSwitchTo(caller);
	put_row(l, values, nulls);
}

/* rulebook_codes(book): which codes and nodes stand in which entry, as what. */
Datum
medsup_rulebook_codes(PG_FUNCTION_ARGS)
{
	Listing		l;

	start_listing(fcinfo, &l);
	ms_book_each_code(l.book, put_code, &l);
	MemoryContextDelete(l.row);
	PG_RETURN_NULL();
}

static void
put_setting(Listing *l, const char *what, const char *name, const char *value)
{
	MemoryContext caller = MemoryContextSwitchTo(l->row);
	bool		nulls[3] = {false};
	Datum		values[3];

	values[0] = CStringGetTextDatum(what);
	values[1] = text_datum(name);
	values[2] = text_datum(value);
	MemoryContextSwitchTo(caller);
	put_row(l, values, nulls);
}

/* rulebook_settings(book): dictionaries, parameters and exceptions in it. */
Datum
medsup_rulebook_settings(PG_FUNCTION_ARGS)
{
	Listing		l;

	start_listing(fcinfo, &l);
	for (uint32_t i = 0; i < l.book->n_maps; i++)
	{
		MsBookMap	map;

		ms_book_map_row(l.book, i, &map);
		put_setting(&l, psprintf("map %s", ms_word(MS_VOCABULARY_MAP, map.map)),
					map.key, psprintf("%d", map.value));
	}
	for (uint32_t i = 0; i < l.book->n_params; i++)
	{
		MsBookParam param;

		ms_book_param_row(l.book, i, &param);
		if (strncmp(param.name, MS_MAPPED_PREFIX, strlen(MS_MAPPED_PREFIX)) == 0)
			put_setting(&l, "mapped code",
						param.name + strlen(MS_MAPPED_PREFIX), param.value);
		else
			put_setting(&l, "parameter", param.name, param.value);
	}
	for (uint32_t i = 0; i < l.book->n_exceptions; i++)
	{
		MsBookException exception;

		ms_book_exception(l.book, i, &exception);
		put_setting(&l, "exception", exception.code, exception.condition.text);
	}
	MemoryContextDelete(l.row);
	PG_RETURN_NULL();
}

/* rulebook_exceptions(book): which exceptions are tested for which rule. */
Datum
medsup_rulebook_exceptions(PG_FUNCTION_ARGS)
{
	Listing		l;
	bool		nulls[2] = {false};

	start_listing(fcinfo, &l);
	for (uint32_t i = 0; i < l.book->n_rules; i++)
	{
		for (uint32_t n = 0; n < ms_book_rule_exceptions(l.book, i); n++)
		{
			MemoryContext caller = MemoryContextSwitchTo(l.row);
			MsBookException exception;
			Datum		values[2];

			ms_book_exception(l.book, ms_book_rule_exception(l.book, i, n),
							  &exception);
			values[0] = text_datum(rule_code_of(l.book, i));
			values[1] = text_datum(exception.code);
			MemoryContextSwitchTo(caller);
			put_row(&l, values, nulls);
		}
	}
	MemoryContextDelete(l.row);
	PG_RETURN_NULL();
}

static void
put_reached(void *ctx, uint32_t entry_index, MsRole role)
{
	Listing    *l = ctx;
	MemoryContext caller = MemoryContextSwitchTo(l->row);
	bool		nulls[3] = {false};
	MsBookEntry entry;
	Datum		values[3];

	ms_book_entry(l->book, entry_index, &entry);
	values[0] = text_datum(rule_code_of(l->book, entry.rule));
	values[1] = text_datum(entry.code);
	values[2] = CStringGetTextDatum(ms_word(MS_VOCABULARY_ROLE, role));
	MemoryContextSwitchTo(caller);
	put_row(l, values, nulls);
}

/* rulebook_reach(book, code): the entries that speak about a code. */
Datum
medsup_rulebook_reach(PG_FUNCTION_ARGS)
{
	const MsFeeItem *code = (const MsFeeItem *) PG_GETARG_POINTER(1);
	MsFeeItem	mapped;
	const char *by;
	Listing		l;

	start_listing(fcinfo, &l);
	ms_book_find(l.book, code, put_reached, &l);
	if (ms_book_mapped(l.book, code, &mapped, &by))
		ms_book_find(l.book, &mapped, put_reached, &l);
	MemoryContextDelete(l.row);
	PG_RETURN_NULL();
}
