/*-------------------------------------------------------------------------
 *
 * rulebook_compile.c
 *	  Reads what is publishable and writes it as a compiled book.
 *
 * Reads the views medsup.publishable_* by SPI, in whatever order they come:
 * the writer sorts.  Everything is checked again there, since views and
 * tables can be edited; an error names the entry.  rulebook_problems() reads
 * the same way, but lists what it finds instead of stopping at the first.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "rulebook/book_core.h"
#include "rulebook/book_layout_core.h"
#include "rulebook/book_set_core.h"
#include "rulebook/expr_core.h"
#include "rulebook/rulebook_cache.h"

#define FETCH_ROWS 5000

PG_FUNCTION_INFO_V1(medsup_compile_rulebook);
PG_FUNCTION_INFO_V1(medsup_compile_book);
PG_FUNCTION_INFO_V1(medsup_rulebook_problems);

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
	MsVec		exceptions;
	bool		given;			/* rows are given as JSON, not in tables */
	Datum		content;
	ReturnSetInfo *problems;	/* list them here, or NULL: stop at the first */
} Compiler;

/* One row of a query, all columns read as text. */
typedef struct Row
{
	Compiler   *c;
	HeapTuple	tuple;
	TupleDesc	desc;
	const char *object;			/* for messages */
	const char *problem;		/* the first one; the row is left out then */
	const char *allowed;
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

/* One problem: told at once, or listed. */
static void
report(Compiler *c, const char *object, const char *problem,
	   const char *allowed)
{
	Datum		values[3];
	bool		nulls[3] = {false};

	if (c->problems == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_RULE_PARAMETER),
				 errmsg("cannot compile \"%s\": %s", object ? object : "?",
						problem),
				 allowed ? errdetail("Allowed is %s.", allowed) : 0,
				 errhint("Correct the rule, the entry or its parameters and publish again; medsup.lint_rulebook() lists all problems.")));
	nulls[0] = object == NULL;
	if (object != NULL)
		values[0] = PointerGetDatum(cstring_to_text(ms_rulebook_text(object)));
	values[1] = PointerGetDatum(cstring_to_text(problem));
	nulls[2] = allowed == NULL;
	if (allowed != NULL)
		values[2] = PointerGetDatum(cstring_to_text(allowed));
	tuplestore_putvalues(c->problems->setResult, c->problems->setDesc, values,
						 nulls);
}

/* The first problem of a row counts; what follows may come of it. */
static void
refuse(Row *row, const char *problem, const char *allowed)
{
	if (row->problem != NULL)
		return;
	row->problem = problem;
	row->allowed = allowed;
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
		refuse(row, psprintf("%s is missing", name), NULL);
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
	{
		refuse(row, psprintf("%s is \"%s\"", name, word),
			   ms_word_list(vocabulary));
		return missing;
	}
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
			refuse(row, psprintf("%s holds \"%s\"", name, word),
				   ms_word_list(vocabulary));
		else
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
	{
		refuse(row, psprintf("%s is %s", name, text),
			   "a number of reasonable size");
		return missing;
	}
	return value;
}

/* A set of diagnoses or operations as its author wrote it. */
static void
code_set_column(Row *row, int column, const char *name,
				const MsCodeSetType *type, MsBookRanges *ranges)
{
	const char *text = text_column(row, column);
	MsCodeSetError error;
	char		detail[256];

	if (text == NULL)
		return;
	if (!ms_book_set_parse(&row->c->arena, type, text, ranges, &error))
	{
		ms_code_set_error_detail(&error, detail, sizeof(detail));
		refuse(row, psprintf("%s cannot be read: %s", name, detail), NULL);
	}
	else if (ranges->n == 0)
		refuse(row, psprintf("%s holds no code", name), NULL);
}

static void
expr_column(Row *row, int column, const char *name, MsExprType type,
			MsBookExpr *expr)
{
	MsExprError error;
	uint8	   *code;

	expr->text = text_column(row, column);
	if (expr->text == NULL)
		return;
	if (ms_expr_compile(&row->c->arena, expr->text, strlen(expr->text), type,
						&code, &expr->size, &error))
		expr->code = code;
	else
		refuse(row, psprintf("%s, at character %d: %s", name, error.position,
							 error.what),
			   error.allowed[0] != '\0' ? pstrdup(error.allowed) : NULL);
}

/* Rates by comma, in millionths. */
static void
rates_column(Row *row, int column, int32 *rates)
{
	const char *list = text_column(row, column);
	char	   *state = NULL;
	int			n = 0;

	if (list == NULL)
		return;
	for (char *rate = strtok_r(pstrdup(list), ",", &state); rate != NULL;
		 rate = strtok_r(NULL, ",", &state))
	{
		int64		value;

		if (n == MS_MAX_RATES || !ms_decimal_parse(rate, 6, 1000000, &value) ||
			value <= 0)
			refuse(row, psprintf("rates are %s", list),
				   "1 to 4 numbers above 0 and at most 1");
		else
			rates[n++] = (int32) value;
	}
}

/* ---- rows ---- */

static int
cmp_rule_codes(const void *a, const void *b)
{
	return strcmp(((const MsBookRule *) a)->code, ((const MsBookRule *) b)->code);
}

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
	if (kind != NULL && kind[0] == 'K')
		rule.kind = (uint8) Min(atoi(kind + 1), 99);
	if (rule.kind < 1 || rule.kind > 15)
		refuse(row, psprintf("kind is \"%s\"", kind ? kind : ""),
			   "K1 to K15");
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
	if (row->problem == NULL)
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
	" e.region, e.region_by, e.basis, e.basis_no," \
	" e.limit_basis, e.limit_case, e.at_least, e.before_days," \
	" e.sub_first::pg_catalog.int4," \
	" pg_catalog.array_to_string(e.departments, ',')," \
	" pg_catalog.array_to_string(e.medins_types, ',')," \
	" pg_catalog.array_to_string(e.programmes, ',')," \
	" e.grade_min, e.dx_required, e.dx_forbidden, e.oprn_required," \
	" e.dx_main_only::pg_catalog.int4, e.dx_relation," \
	" pg_catalog.array_to_string(e.rates, ','), e.condition," \
	" pg_catalog.array_to_string(e.levels, ','), e.access" \
	" FROM medsup.publishable_entry AS e"

enum
{
	E_CODE = 1, E_RULE, E_ITEM_NAME, E_RESULT_TYPE, E_SEX, E_AGE_FROM,
	E_AGE_BELOW, E_AGE_UNIT, E_INSURANCE, E_SETTINGS, E_LEVEL_MIN,
	E_FIRST_ONLY, E_ALT_LEVEL_MIN, E_ALT_MEDINS_TYPE, E_SCOPE, E_WINDOW_DAYS,
	E_COUNT_KEY, E_MEASURE, E_LIMIT_VALUE, E_UNIT, E_VALID_FROM, E_VALID_TO,
	E_REGION, E_REGION_BY, E_BASIS, E_BASIS_NO, E_LIMIT_BASIS,
	E_LIMIT_CASE, E_AT_LEAST, E_BEFORE_DAYS, E_SUB_FIRST, E_DEPARTMENTS,
	E_MEDINS_TYPES, E_PROGRAMMES, E_GRADE_MIN, E_DX_REQUIRED, E_DX_FORBIDDEN,
	E_OPRN_REQUIRED, E_DX_MAIN_ONLY, E_DX_RELATION, E_RATES, E_CONDITION,
	E_LEVELS, E_ACCESS
};

/* The one check that a filled column stands for; 0 for none or several. */
static int
only_check(const MsBookEntry *e, int kind)
{
	int			n = 0;
	int			check = 0;

#define COUNTS(filled, value) \
	do \
	{ \
		if (filled) \
		{ \
			n++; \
			check = (value); \
		} \
	} while (0)

	COUNTS(e->condition.code != NULL, MS_CHECK_CONDITION);
	if (kind == 1)
	{
		COUNTS(e->sex != 0, MS_CHECK_SEX);
		COUNTS(e->age_from >= 0 || e->age_below >= 0, MS_CHECK_AGE);
		COUNTS(e->insurance != 0, MS_CHECK_INSURANCE);
	}
	else if (kind == 2)
	{
		COUNTS(e->settings != 0, MS_CHECK_SETTING);
		COUNTS(e->level_min != 0, MS_CHECK_LEVEL);
		COUNTS(e->medins_types != NULL, MS_CHECK_INSTITUTION_TYPE);
		COUNTS(e->departments != NULL, MS_CHECK_DEPARTMENT);
		COUNTS(e->grade_min != 0, MS_CHECK_PRESCRIBER);
		COUNTS(e->programmes != NULL, MS_CHECK_PROGRAMME);
	}
	else if (kind == 3)
		COUNTS(e->dx_required.n > 0 || e->dx_forbidden.n > 0 ||
			   e->oprn_required.n > 0, MS_CHECK_DIAGNOSIS);
#undef COUNTS
	return n == 1 ? check : 0;
}

/*
 * What an entry looks at: its measure, else what follows from the rule's kind
 * and the columns that are filled.
 */
static int
check_of(Row *row, const MsBookEntry *e)
{
	MsBookRule	key = {.code = e->rule_code};
	MsBookRule *rule = e->rule_code == NULL || row->c->rules.n == 0 ? NULL :
	bsearch(&key, row->c->rules.data, row->c->rules.n, sizeof(key),
			cmp_rule_codes);
	int			check = word_column(row, E_MEASURE, "measure",
									MS_VOCABULARY_CHECK, 0);

	if (rule == NULL)
		refuse(row, "its rule is not publishable", NULL);
	if (check != 0 || rule == NULL)
		return check;
	switch (rule->kind)
	{
		case 1:
		case 2:
		case 3:
			check = only_check(e, rule->kind);
			if (check == 0)
				refuse(row, "its limit is not clear", rule->kind == 1 ?
					   "exactly one of sex, age, insurance and condition" :
					   rule->kind == 2 ?
					   "exactly one of settings, level_min, medins_types, departments, grade_min, programmes and condition" :
					   "diagnoses and operations, or a condition");
			return check;
		case 4:
			return MS_CHECK_PREREQUISITE;
		case 5:
			return e->at_least > 0 ? MS_CHECK_PARTS : MS_CHECK_PAIR;
		case 7:
			return MS_CHECK_DISCOUNT;
		case 8:
			return MS_CHECK_PRICE;
		case 11:
			return MS_CHECK_CONDITION;
		default:
			refuse(row, "measure is missing",
				   ms_word_list(MS_VOCABULARY_CHECK));
			return 0;
	}
}

/* What is charged is counted per institution, what a person gets per person. */
static MsCountKey
default_key(int check)
{
	switch (check)
	{
		case MS_CHECK_PAIR:
		case MS_CHECK_PARTS:
		case MS_CHECK_DISCOUNT:
		case MS_CHECK_QUANTITY:
		case MS_CHECK_COUNT:
		case MS_CHECK_HOURS:
		case MS_CHECK_MONEY:
		case MS_CHECK_FUND_MONEY:
		case MS_CHECK_KINDS:
		case MS_CHECK_READMISSION:
			return MS_KEY_PERSON_INSTITUTION;
		case MS_CHECK_CLOSURE:
			return MS_KEY_PRESCRIPTION;
		default:
			return check < MS_CHECK_PAIR ? MS_KEY_PERSON_INSTITUTION :
				MS_KEY_PERSON;
	}
}

/* The scope of a check that leaves no choice, else 0. */
static int
default_scope(int check)
{
	unsigned	scopes = ms_book_scopes_of((uint8) check);
	int			scope = MS_SCOPE_LINE;

	if (check == MS_CHECK_CONDITION)
		return MS_SCOPE_LINE;
	if (scopes == 0 || (scopes & (scopes - 1)) != 0)
		return 0;
	while ((scopes & 1u << scope) == 0)
		scope++;
	return scope;
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
	e->limit_basis = (uint8) word_column(row, E_LIMIT_BASIS, "limit_basis",
										 MS_VOCABULARY_LIMIT_BASIS, 0);
	expr_column(row, E_LIMIT_CASE, "limit_case", MS_EXPR_NUMBER,
				&e->limit_case);
	e->at_least = (int32) number_column(row, E_AT_LEAST, "at_least", 0, many,
										0);
	e->before_days = (int32) number_column(row, E_BEFORE_DAYS, "before_days",
										   0, many, 0);
	e->sub_first = (uint8) number_column(row, E_SUB_FIRST, "sub_first", 0, 1,
										 0);
	e->departments = text_column(row, E_DEPARTMENTS);
	e->medins_types = text_column(row, E_MEDINS_TYPES);
	e->programmes = text_column(row, E_PROGRAMMES);
	e->grade_min = (uint8) number_column(row, E_GRADE_MIN, "grade_min", 0, 99,
										 0);
	code_set_column(row, E_DX_REQUIRED, "dx_required", &ms_code_set_icd10,
					&e->dx_required);
	code_set_column(row, E_DX_FORBIDDEN, "dx_forbidden", &ms_code_set_icd10,
					&e->dx_forbidden);
	code_set_column(row, E_OPRN_REQUIRED, "oprn_required",
					&ms_code_set_icd9cm3, &e->oprn_required);
	e->dx_main_only = (uint8) number_column(row, E_DX_MAIN_ONLY,
											"dx_main_only", 0, 1, 0);
	e->dx_relation = (uint8) word_column(row, E_DX_RELATION, "dx_relation",
										 MS_VOCABULARY_DX_RELATION, 0);
	rates_column(row, E_RATES, e->rates);
	expr_column(row, E_CONDITION, "condition", MS_EXPR_BOOLEAN,
				&e->condition);
}

/* Levels by comma as a set of bits 1 << level. */
static uint32
levels_column(Row *row)
{
	const char *list = text_column(row, E_LEVELS);
	uint32		set = 0;

	if (list == NULL)
		return 0;
	for (const char *p = list; *p != '\0'; p++)
	{
		if (*p >= '0' && *p <= '3' && (p[1] == ',' || p[1] == '\0'))
			set |= 1u << (*p - '0');
		else if (*p != ',')
		{
			refuse(row, psprintf("levels are %s", list), "0 to 3");
			return 0;
		}
	}
	return set;
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
	if (e.limit < 0 && !ms_book_needs_limit(e.check))
		e.limit = 0;
	e.scope = (uint8) word_column(row, E_SCOPE, "scope", MS_VOCABULARY_SCOPE,
								  default_scope(e.check));
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
	e.levels = levels_column(row);
	expr_column(row, E_ACCESS, "access", MS_EXPR_BOOLEAN, &e.access);
	if (row->problem == NULL)
		*MS_PUSH(&row->c->arena, &row->c->entries, MsBookEntry) = e;
}

#define CODES_SQL \
	"SELECT c.entry_code, c.role, c.code::pg_catalog.text" \
	" FROM medsup.publishable_code AS c"

static void
read_code(Row *row)
{
	MsBookCode	code = {0};
	const char *spelling;
	MsCodeError error;

	code.entry_code = required_column(row, 1, "entry_code");
	row->object = code.entry_code;
	required_column(row, 2, "role");
	code.role = (uint8) word_column(row, 2, "role", MS_VOCABULARY_ROLE, 0);
	spelling = required_column(row, 3, "code");

	if (spelling != NULL &&
		!ms_code_fee_item_parse(spelling, strlen(spelling), &code.item, &error))
		refuse(row, psprintf("code \"%s\" is none", spelling), NULL);
	if (row->problem == NULL)
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
	if (row->problem == NULL)
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
	if (row->problem == NULL)
		*MS_PUSH(&row->c->arena, &row->c->params, MsBookParam) = param;
}

#define EXCEPTIONS_SQL \
	"SELECT x.exception_code, x.name_zh, x.name_en," \
	" pg_catalog.array_to_string(x.rule_codes, ','), x.condition" \
	" FROM medsup.publishable_exception AS x"

static void
read_exception(Row *row)
{
	MsBookException exception = {0};

	exception.code = required_column(row, 1, "exception_code");
	row->object = exception.code;
	exception.name_zh = text_column(row, 2);
	exception.name_en = text_column(row, 3);
	exception.rule_codes = text_column(row, 4);
	required_column(row, 5, "condition");
	expr_column(row, 5, "condition", MS_EXPR_BOOLEAN, &exception.condition);
	if (row->problem == NULL)
		*MS_PUSH(&row->c->arena, &row->c->exceptions, MsBookException) = exception;
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
			SPI_tuptable->tupdesc};

			reader(&row);
			if (row.problem != NULL)
				report(c, row.object, row.problem, row.allowed);
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
	content.exceptions = c->exceptions.data;
	content.n_exceptions = row_count(c, &c->exceptions);
	if (!ms_book_build(&c->arena, &content, &bytes, &size, &error))
		report(c, error.object, error.what, error.allowed);
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

static void
start(Compiler *c)
{
	c->context = AllocSetContextCreate(CurrentMemoryContext,
									   "medsup compile rulebook",
									   ALLOCSET_DEFAULT_SIZES);
	c->env.alloc = env_alloc;
	c->env.check = env_check;
	c->env.fail = env_fail;
	c->env.ctx = c;
	c->env.budget = MaxAllocHugeSize;
	ms_arena_init(&c->arena, &c->env);
}

static void
read_everything(Compiler *c)
{
	SPI_connect();
	read_all(c, RULES_SQL, read_rule);
	/* entries ask for the kind of theirs */
	if (c->rules.n > 0)
		qsort(c->rules.data, c->rules.n, sizeof(MsBookRule), cmp_rule_codes);
	read_all(c, ENTRIES_SQL, read_entry);
	read_all(c, CODES_SQL, read_code);
	read_all(c, MAPS_SQL, read_map);
	read_all(c, PARAMS_SQL, read_param);
	read_all(c, EXCEPTIONS_SQL, read_exception);
	SPI_finish();
}

static bytea *
compile(Compiler *c)
{
	bytea	   *result;

	start(c);
	read_everything(c);
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

/* ---- problems ---- */

static int
cmp_entry_codes(const void *a, const void *b)
{
	return strcmp(((const MsBookEntry *) a)->code,
				  ((const MsBookEntry *) b)->code);
}

/* Which roles each entry has codes of, in the order of entries. */
static uint8 *
collect_roles(Compiler *c)
{
	uint8	   *roles = MS_NEW(&c->arena, uint8_t, c->entries.n + 1);

	for (size_t i = 0; i < c->codes.n; i++)
	{
		const MsBookCode *code = MS_AT(&c->codes, MsBookCode, i);
		MsBookEntry key = {.code = code->entry_code};
		MsBookEntry *entry = c->entries.n == 0 ? NULL :
		bsearch(&key, c->entries.data, c->entries.n, sizeof(key),
				cmp_entry_codes);

		if (entry != NULL)
			roles[entry - (MsBookEntry *) c->entries.data] |=
				(uint8) (1u << code->role);
	}
	return roles;
}

/* What the writer would refuse of an entry, whichever one comes first there. */
static void
entry_problem(Compiler *c, const MsBookEntry *e, uint8 roles,
			  const MsBook *params)
{
	MsBookRule	key = {.code = e->rule_code};
	MsBookRule *rule = bsearch(&key, c->rules.data, c->rules.n, sizeof(key),
							   cmp_rule_codes);
	const char *allowed = NULL;
	const char *problem;

	if (rule == NULL)
		return;					/* the rule itself was refused */
	problem = ms_book_entry_problem(e, rule->kind, ms_book_has(params),
									&allowed);
	if (problem == NULL)
		problem = ms_book_limit_problem(e->check, e->limit, &allowed);
	if (problem == NULL)
		problem = ms_book_roles_problem(ms_book_roles_of(e), roles);
	if (problem != NULL)
		report(c, e->code, problem, allowed);
}

/*
 * rulebook_problems(): everything for which compile_rulebook would refuse.
 */
Datum
medsup_rulebook_problems(PG_FUNCTION_ARGS)
{
	Compiler	c = {0};
	MsBook		params;
	uint8	   *roles;

	InitMaterializedSRF(fcinfo, 0);
	start(&c);
	c.problems = (ReturnSetInfo *) fcinfo->resultinfo;
	read_everything(&c);
	ms_book_no_params(&params);
	for (size_t i = 0; i < c.params.n; i++)
	{
		const MsBookParam *param = MS_AT(&c.params, MsBookParam, i);
		const char *allowed;

		if (!ms_book_take_param(&params, param->name, param->value, &allowed))
			report(&c, param->name, "the parameter has an unknown value",
				   allowed);
	}
	if (c.entries.n > 0)
		qsort(c.entries.data, c.entries.n, sizeof(MsBookEntry),
			  cmp_entry_codes);
	roles = collect_roles(&c);
	for (size_t i = 0; i < c.entries.n && c.rules.n > 0; i++)
	{
		CHECK_FOR_INTERRUPTS();
		entry_problem(&c, MS_AT(&c.entries, MsBookEntry, i), roles[i],
					  &params);
	}
	MemoryContextDelete(c.context);
	return (Datum) 0;
}
