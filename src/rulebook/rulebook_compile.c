/*-------------------------------------------------------------------------
 *
 * rulebook_compile.c
 *	  Reads what is publishable and writes it as a compiled book.
 *
 * Reads the views medsup.publishable_* by SPI, in whatever order they come:
 * the writer sorts.  Everything is checked again there, since views and
 * tables can be edited; an error names the entry.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "rulebook/book_core.h"
#include "rulebook/rulebook_cache.h"

#define FETCH_ROWS 5000

PG_FUNCTION_INFO_V1(medsup_compile_rulebook);
PG_FUNCTION_INFO_V1(medsup_compile_book);

typedef struct Compiler
{
	MemoryContext context;		/* everything that is read */
	MsEnv		env;
	MsArena		arena;
	MsVec		rules;
	MsVec		entries;
	MsVec		codes;
	MsVec		maps;
	MsVec		params;
	bool		given;			/* rows are given as JSON, not in tables */
	Datum		content;
} Compiler;

/* One row of a query, all columns read as text. */
typedef struct Row
{
	Compiler   *c;
	HeapTuple	tuple;
	TupleDesc	desc;
	const char *object;			/* for messages */
} Row;

typedef void (*RowReader) (Row *row);

/* ---- environment of the core ---- */

static void *
env_alloc(void *ctx, size_t size)
{
	return MemoryContextAllocHuge(((Compiler *) ctx)->context, size);
}

static void
env_check(void *ctx)
{
	CHECK_FOR_INTERRUPTS();
}

static void
env_fail(void *ctx, MsFail why)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("rulebook is too large to compile"),
			 errhint("A compiled rulebook must stay below 1 GB; split the knowledge over several databases or end entries that no longer apply.")));
}

static void
refuse(const char *object, const char *problem, const char *allowed)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_BAD_RULE_PARAMETER),
			 errmsg("cannot compile \"%s\": %s", object ? object : "?",
					problem),
			 allowed ? errdetail("Allowed is %s.", allowed) : 0,
			 errhint("Correct the rule, the entry or its parameters and publish again; medsup.lint_rulebook() lists all problems.")));
}

/* ---- columns ---- */

/* A column as UTF-8 text in the compiler's memory; NULL when empty. */
static const char *
text_column(Row *row, int column)
{
	char	   *value = SPI_getvalue(row->tuple, row->desc, column);
	char	   *utf8;

	if (value == NULL || *value == '\0')
		return NULL;
	utf8 = pg_server_to_any(value, (int) strlen(value), PG_UTF8);
	return ms_arena_copy(&row->c->arena, utf8, strlen(utf8));
}

static const char *
required_column(Row *row, int column, const char *name)
{
	const char *value = text_column(row, column);

	if (value == NULL)
		refuse(row->object, psprintf("%s is missing", name), NULL);
	return value;
}

/* A word of a vocabulary, or the value given when the column is NULL. */
static int
word_column(Row *row, int column, const char *name, MsVocabulary vocabulary,
			int missing)
{
	const char *word = text_column(row, column);
	int			value;

	if (word == NULL)
		return missing;
	value = ms_word_value(vocabulary, word);
	if (value < 0)
		refuse(row->object, psprintf("%s is \"%s\"", name, word),
			   ms_word_list(vocabulary));
	return value;
}

/* Words by comma as a set of bits. */
static uint32
set_column(Row *row, int column, const char *name, MsVocabulary vocabulary)
{
	const char *list = text_column(row, column);
	uint32		set = 0;
	char	   *words;
	char	   *state = NULL;

	if (list == NULL)
		return 0;
	words = pstrdup(list);
	for (char *word = strtok_r(words, ",", &state); word != NULL;
		 word = strtok_r(NULL, ",", &state))
	{
		int			value = ms_word_value(vocabulary, word);

		if (value < 0)
			refuse(row->object, psprintf("%s holds \"%s\"", name, word),
				   ms_word_list(vocabulary));
		set |= (uint32) value;
	}
	return set;
}

static int64
number_column(Row *row, int column, const char *name, int scale, int64 max,
			  int64 missing)
{
	char	   *text = SPI_getvalue(row->tuple, row->desc, column);
	int64		value;

	if (text == NULL)
		return missing;
	if (!ms_decimal_parse(text, scale, max, &value))
		refuse(row->object, psprintf("%s is %s", name, text),
			   "a number of reasonable size");
	return value;
}

/* ---- rows ---- */

#define RULES_SQL \
	"SELECT r.rule_code, r.kind, r.subject, r.fund_scope, r.result_type," \
	" r.stage, r.name_zh, r.name_en, r.clause, r.disposal" \
	" FROM medsup.publishable_rule AS r"

static void
read_rule(Row *row)
{
	MsBookRule	rule = {0};
	const char *kind;

	rule.code = required_column(row, 1, "rule_code");
	row->object = rule.code;
	kind = required_column(row, 2, "kind");
	if (kind[0] == 'K')
		rule.kind = (uint8) Min(atoi(kind + 1), 99);
	if (rule.kind < 1 || rule.kind > 15)
		refuse(row->object, psprintf("kind is \"%s\"", kind), "K1 to K15");
	rule.subject = text_column(row, 3);
	rule.fund_scope = (uint8) word_column(row, 4, "fund_scope",
										  MS_VOCABULARY_FUND_SCOPE,
										  MS_FUND_POOL);
	rule.result_type = text_column(row, 5);
	rule.stage = text_column(row, 6);
	rule.name_zh = text_column(row, 7);
	rule.name_en = text_column(row, 8);
	rule.clause = text_column(row, 9);
	rule.disposal = text_column(row, 10);
	*MS_PUSH(&row->c->arena, &row->c->rules, MsBookRule) = rule;
}

/* Days are counted from 2000-01-01; an infinite date is an open one. */
#define DAY_SQL(column) \
	" CASE WHEN pg_catalog.isfinite(e." column ") THEN" \
	" e." column " OPERATOR(pg_catalog.-) DATE '2000-01-01' END"

#define ENTRIES_SQL \
	"SELECT e.entry_code, e.rule_code, e.item_name, e.result_type, e.sex," \
	" e.age_from, e.age_below, e.age_unit," \
	" pg_catalog.array_to_string(e.insurance, ',')," \
	" pg_catalog.array_to_string(e.settings, ',')," \
	" e.level_min, e.level_first_only::pg_catalog.int4, e.alt_level_min," \
	" e.alt_medins_type, e.scope, e.window_days, e.count_key, e.measure," \
	" e.limit_value, e.unit," DAY_SQL("valid_from") "," DAY_SQL("valid_to") "," \
	" e.region, e.region_by, e.basis, e.basis_no, r.kind" \
	" FROM medsup.publishable_entry AS e" \
	" LEFT JOIN medsup.publishable_rule AS r" \
	" ON r.rule_code OPERATOR(pg_catalog.=) e.rule_code"

enum
{
	E_CODE = 1, E_RULE, E_ITEM_NAME, E_RESULT_TYPE, E_SEX, E_AGE_FROM,
	E_AGE_BELOW, E_AGE_UNIT, E_INSURANCE, E_SETTINGS, E_LEVEL_MIN,
	E_FIRST_ONLY, E_ALT_LEVEL_MIN, E_ALT_MEDINS_TYPE, E_SCOPE, E_WINDOW_DAYS,
	E_COUNT_KEY, E_MEASURE, E_LIMIT_VALUE, E_UNIT, E_VALID_FROM, E_VALID_TO,
	E_REGION, E_REGION_BY, E_BASIS, E_BASIS_NO, E_KIND
};

/* What an entry limits follows from the rule's kind and what is filled in. */
static MsCheck
check_of(Row *row, const MsBookEntry *e)
{
	const char *kind = text_column(row, E_KIND);

	if (kind == NULL)
		refuse(row->object, "its rule is not publishable", NULL);
	if (strcmp(kind, "K1") == 0)
	{
		bool		age = e->age_from >= 0 || e->age_below >= 0;

		if ((e->sex != 0) + (e->insurance != 0) + age != 1)
			refuse(row->object, "its limit is not clear",
				   "exactly one of sex, age and insurance");
		return e->sex ? MS_CHECK_SEX : age ? MS_CHECK_AGE : MS_CHECK_INSURANCE;
	}
	if (strcmp(kind, "K2") == 0)
	{
		if ((e->settings != 0) + (e->level_min != 0) != 1)
			refuse(row->object, "its limit is not clear",
				   "exactly one of settings and level_min");
		return e->settings ? MS_CHECK_SETTING : MS_CHECK_LEVEL;
	}
	if (strcmp(kind, "K5") == 0)
		return MS_CHECK_PAIR;
	if (strcmp(kind, "K6") == 0)
	{
		int			check = word_column(row, E_MEASURE, "measure",
										MS_VOCABULARY_CHECK, 0);

		if (check < MS_CHECK_QUANTITY)
			refuse(row->object, "measure is missing or of another kind",
				   "quantity, hours, days, span_days, gap_days");
		return (MsCheck) check;
	}
	refuse(row->object, psprintf("kind is \"%s\"", kind),
		   "K1, K2, K5 and K6 in this version");
	return 0;					/* not reached */
}

static MsCountKey
default_key(MsCheck check)
{
	return check >= MS_CHECK_DAYS ? MS_KEY_PERSON : MS_KEY_PERSON_INSTITUTION;
}

static void
read_limits(Row *row, MsBookEntry *e)
{
	const int64 many = INT64CONST(1000000);

	e->sex = (uint8) word_column(row, E_SEX, "sex", MS_VOCABULARY_SEX, 0);
	e->age_from = (int32) number_column(row, E_AGE_FROM, "age_from", 0, many,
										-1);
	e->age_below = (int32) number_column(row, E_AGE_BELOW, "age_below", 0,
										 many, -1);
	e->age_unit = (uint8) word_column(row, E_AGE_UNIT, "age_unit",
									  MS_VOCABULARY_AGE_UNIT, 0);
	e->insurance = set_column(row, E_INSURANCE, "insurance",
							  MS_VOCABULARY_INSURANCE);
	e->settings = set_column(row, E_SETTINGS, "settings",
							 MS_VOCABULARY_SETTING);
	e->level_min = (uint8) number_column(row, E_LEVEL_MIN, "level_min", 0, 99,
										 0);
	e->first_only = (uint8) number_column(row, E_FIRST_ONLY,
										  "level_first_only", 0, 1, 0);
	e->alt_level_min = (uint8) number_column(row, E_ALT_LEVEL_MIN,
											 "alt_level_min", 0, 99, 0);
	e->alt_medins_type = text_column(row, E_ALT_MEDINS_TYPE);
	e->window_days = (int32) number_column(row, E_WINDOW_DAYS, "window_days",
										   0, many, 0);
	e->limit = number_column(row, E_LIMIT_VALUE, "limit_value", MS_QTY_SCALE,
							 many * 100 * MS_QTY_ONE, -1);
}

static void
read_entry(Row *row)
{
	MsBookEntry e = {0};
	const int64 far = INT64CONST(10000000);

	e.code = required_column(row, E_CODE, "entry_code");
	row->object = e.code;
	e.rule_code = required_column(row, E_RULE, "rule_code");
	e.item_name = text_column(row, E_ITEM_NAME);
	e.result_type = text_column(row, E_RESULT_TYPE);
	read_limits(row, &e);
	e.check = (uint8) check_of(row, &e);
	if (e.check < MS_CHECK_QUANTITY)
		e.limit = 0;
	e.scope = (uint8) word_column(row, E_SCOPE, "scope", MS_VOCABULARY_SCOPE,
								  e.check < MS_CHECK_PAIR ? MS_SCOPE_LINE : 0);
	e.count_key = (uint8) word_column(row, E_COUNT_KEY, "count_key",
									  MS_VOCABULARY_COUNT_KEY,
									  default_key(e.check));
	e.unit = text_column(row, E_UNIT);
	e.valid_from = (int32) number_column(row, E_VALID_FROM, "valid_from", 0,
										 far, MS_DATE_FROM_OPEN);
	e.valid_to = (int32) number_column(row, E_VALID_TO, "valid_to", 0, far,
									   MS_DATE_TO_OPEN);
	e.region = text_column(row, E_REGION);
	if (e.region != NULL)
		e.region_by = (uint8) word_column(row, E_REGION_BY, "region_by",
										  MS_VOCABULARY_REGION_BY,
										  MS_REGION_CARE);
	e.basis = text_column(row, E_BASIS);
	e.basis_no = text_column(row, E_BASIS_NO);
	*MS_PUSH(&row->c->arena, &row->c->entries, MsBookEntry) = e;
}

#define CODES_SQL \
	"SELECT c.entry_code, c.role, c.code::pg_catalog.text" \
	" FROM medsup.publishable_code AS c"

static void
read_code(Row *row)
{
	MsBookCode	code = {0};
	const char *text;
	MsCodeError error;

	code.entry_code = required_column(row, 1, "entry_code");
	row->object = code.entry_code;
	required_column(row, 2, "role");
	code.role = (uint8) word_column(row, 2, "role", MS_VOCABULARY_ROLE, 0);
	text = required_column(row, 3, "code");

	if (!ms_code_fee_item_parse(text, strlen(text), &code.item, &error))
		refuse(row->object, psprintf("code \"%s\" is none", text), NULL);
	*MS_PUSH(&row->c->arena, &row->c->codes, MsBookCode) = code;
}

#define MAPS_SQL \
	"SELECT m.map, m.key, m.value FROM medsup.publishable_map AS m"

static void
read_map(Row *row)
{
	static const MsVocabulary value_words[] = {
		[MS_MAP_SETTING] = MS_VOCABULARY_SETTING,
		[MS_MAP_INSURANCE] = MS_VOCABULARY_INSURANCE,
		[MS_MAP_CLR_WAY] = MS_VOCABULARY_CLR_WAY
	};
	MsBookMap	map = {0};

	row->object = "map";
	map.map = (uint8) word_column(row, 1, "map", MS_VOCABULARY_MAP, 0);
	map.key = required_column(row, 2, "key of a map");
	row->object = map.key;
	required_column(row, 3, "value of a map");
	if (map.map == MS_MAP_LEVEL || map.map == MS_MAP_DUTY)
		map.value = (int32) number_column(row, 3, "value of a map", 0, 3, -1);
	else if (map.map != 0)
		map.value = word_column(row, 3, "value", value_words[map.map], -1);
	*MS_PUSH(&row->c->arena, &row->c->maps, MsBookMap) = map;
}

#define PARAMS_SQL \
	"SELECT p.name, p.value FROM medsup.publishable_param AS p"

static void
read_param(Row *row)
{
	MsBookParam param;

	param.name = required_column(row, 1, "name of a parameter");
	row->object = param.name;
	param.value = required_column(row, 2, "value");
	*MS_PUSH(&row->c->arena, &row->c->params, MsBookParam) = param;
}

/* ---- the whole ---- */

/*
 * The same query over rows that are given: each view becomes the list of its
 * name in the content, with the view's columns.
 */
static const char *
over_content(const char *sql)
{
	static const char view[] = "medsup.publishable_";
	StringInfoData result;
	const char *at;

	initStringInfo(&result);
	while ((at = strstr(sql, view)) != NULL)
	{
		const char *name = at + strlen(view);
		int			len = (int) strcspn(name, " ");

		appendBinaryStringInfo(&result, sql, (int) (at - sql));
		appendStringInfo(&result,
						 "pg_catalog.jsonb_populate_recordset(NULL::%s%.*s,"
						 " $1 OPERATOR(pg_catalog.->) '%.*s')",
						 view, len, name, len, name);
		sql = name + len;
	}
	appendStringInfoString(&result, sql);
	return result.data;
}

/* Runs a query by cursor, so that millions of codes do not pile up twice. */
static void
read_all(Compiler *c, const char *sql, RowReader reader)
{
	Oid			types[1] = {JSONBOID};
	SPIPlanPtr	plan = SPI_prepare(c->given ? over_content(sql) : sql,
								   c->given ? 1 : 0, types);
	MemoryContext scratch;
	Portal		portal;

	if (plan == NULL)
		elog(ERROR, "medsup: SPI_prepare failed: %s",
			 SPI_result_code_string(SPI_result));
	portal = SPI_cursor_open(NULL, plan, &c->content, NULL, true);
	scratch = AllocSetContextCreate(CurrentMemoryContext,
									"medsup compile row",
									ALLOCSET_DEFAULT_SIZES);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, FETCH_ROWS);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			MemoryContext caller = MemoryContextSwitchTo(scratch);
			Row			row = {c, SPI_tuptable->vals[i],
			SPI_tuptable->tupdesc, NULL};

			reader(&row);
			MemoryContextSwitchTo(caller);
			MemoryContextReset(scratch);
			CHECK_FOR_INTERRUPTS();
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_freetuptable(SPI_tuptable);
	SPI_cursor_close(portal);
	MemoryContextDelete(scratch);
}

static uint32
row_count(Compiler *c, const MsVec *vec)
{
	if (vec->n > INT32_MAX / 4)
		env_fail(c, MS_FAIL_TOO_MANY);
	return (uint32) vec->n;
}

static bytea *
build(Compiler *c)
{
	MsBookContent content = {0};
	MsBookError error;
	uint8	   *bytes;
	size_t		size;
	bytea	   *result;

	content.rules = c->rules.data;
	content.n_rules = row_count(c, &c->rules);
	content.entries = c->entries.data;
	content.n_entries = row_count(c, &c->entries);
	content.codes = c->codes.data;
	content.n_codes = row_count(c, &c->codes);
	content.maps = c->maps.data;
	content.n_maps = row_count(c, &c->maps);
	content.params = c->params.data;
	content.n_params = row_count(c, &c->params);
	if (!ms_book_build(&c->arena, &content, &bytes, &size, &error))
		refuse(error.object, error.what, error.allowed);
	if (size > MaxAllocSize - VARHDRSZ)
		env_fail(c, MS_FAIL_TOO_MANY);
	ms_rulebook_sha256(bytes + MS_BOOK_HEADER_SIZE,
					   size - MS_BOOK_HEADER_SIZE,
					   bytes + MS_BOOK_CHECKSUM_AT);
	result = palloc(VARHDRSZ + size);
	SET_VARSIZE(result, VARHDRSZ + size);
	memcpy(VARDATA(result), bytes, size);
	return result;
}

static bytea *
compile(Compiler *c)
{
	bytea	   *result;

	c->context = AllocSetContextCreate(CurrentMemoryContext,
									   "medsup compile rulebook",
									   ALLOCSET_DEFAULT_SIZES);
	c->env.alloc = env_alloc;
	c->env.check = env_check;
	c->env.fail = env_fail;
	c->env.ctx = c;
	c->env.budget = MaxAllocHugeSize;
	ms_arena_init(&c->arena, &c->env);

	SPI_connect();
	read_all(c, RULES_SQL, read_rule);
	read_all(c, ENTRIES_SQL, read_entry);
	read_all(c, CODES_SQL, read_code);
	read_all(c, MAPS_SQL, read_map);
	read_all(c, PARAMS_SQL, read_param);
	SPI_finish();
	result = build(c);
	MemoryContextDelete(c->context);
	return result;
}

/* compile_rulebook(): the publishable rules and knowledge as one book. */
Datum
medsup_compile_rulebook(PG_FUNCTION_ARGS)
{
	Compiler	c = {0};

	PG_RETURN_BYTEA_P(compile(&c));
}

/* compile_book(content): a book of rows that are given, whatever is loaded. */
Datum
medsup_compile_book(PG_FUNCTION_ARGS)
{
	Compiler	c = {0};

	c.given = true;
	c.content = PG_GETARG_DATUM(0);
	PG_RETURN_BYTEA_P(compile(&c));
}
