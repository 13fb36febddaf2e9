/*-------------------------------------------------------------------------
 *
 * rulebook_compile.c
 *	  Reads what is publishable and writes it as a compiled book.
 *
 * Reads each view once by SPI, in whatever order rows come: the writer sorts.
 * Everything is checked again there, since views and tables can be edited; an
 * error names the entry.  rulebook_problems() reads the same way, but lists
 * what it finds instead of stopping at the first.
 *
 * Asking for each row whether its point is publishable would be slow over much
 * knowledge.  So rules, points and codes are read of all points, and those of
 * points that are not publishable are left out here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "medsup.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "rulebook/book_core.h"
#include "rulebook/book_layout_core.h"
#include "rulebook/book_set_core.h"
#include "rulebook/expr_core.h"
#include "rulebook/rulebook_cache.h"

PG_FUNCTION_INFO_V1(medsup_compile_rulebook);
PG_FUNCTION_INFO_V1(medsup_compile_rulebook_counting);
PG_FUNCTION_INFO_V1(medsup_compile_book);
PG_FUNCTION_INFO_V1(medsup_rulebook_problems);

/* Rows that were read; grown in place, since there may be millions. */
typedef struct RowList
{
	void	   *data;
	uint32		n;
	uint32		capacity;
} RowList;

/* Which entry has a code, by its place in what was read. */
typedef struct IndexedEntry
{
	const char *code;
	uint32		hash;
	uint32		place;
	char		status;
} IndexedEntry;

#define SH_PREFIX entry_index
#define SH_ELEMENT_TYPE IndexedEntry
#define SH_KEY_TYPE const char *
#define SH_KEY code
#define SH_HASH_KEY(table, key) \
	hash_bytes((const unsigned char *) (key), (int) strlen(key))
#define SH_EQUAL(table, a, b) (strcmp((a), (b)) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(table, element) ((element)->hash)
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

typedef struct Compiler
{
	MemoryContext context;		/* everything that is read */
	MemoryContext caller;
	MsEnv		env;
	MsArena		arena;
	RowList		rules;
	RowList		entries;
	RowList		codes;
	RowList		maps;
	RowList		params;
	RowList		exceptions;
	entry_index_hash *entry_index;
	bool	   *rule_used;		/* of rules, in their order */
	/* points in force that are left out: of which rule, for lack of what */
	ArrayBuildState *unset_rules;
	ArrayBuildState *unset_lacks;
	int32		not_judged;
	bool		given;			/* rows are given as JSON, not in tables */
	Datum		content;
	ReturnSetInfo *problems;	/* list them here, or NULL: stop at the first */
} Compiler;

/* One row of a query. */
typedef struct Row
{
	Compiler   *c;
	TupleDesc	desc;
	Datum	   *values;
	bool	   *nulls;
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

/* ---- rows that were read ---- */

/* Room for one more, zeroed. */
static void *
push(Compiler *c, RowList *list, Size size)
{
	char	   *element;

	if (list->n == list->capacity)
	{
		if (list->capacity > INT32_MAX / 4)
			env_fail(c, MS_FAIL_TOO_MANY);
		list->capacity = list->capacity == 0 ? 64 : list->capacity * 2;
		if (list->data == NULL)
			list->data = MemoryContextAllocHuge(c->context,
												list->capacity * size);
		else
			list->data = repalloc_huge(list->data, list->capacity * size);
	}
	element = (char *) list->data + list->n++ * size;
	memset(element, 0, size);
	return element;
}

#define PUSH(c, list, type) ((type *) push((c), (list), sizeof(type)))
#define AT(list, type, i) (((type *) (list)->data) + (i))

/* ---- columns ---- */

/* A column's value, which is of the type that the reader expects. */
static bool
column_value(Row *row, int column, Oid type, Datum *value)
{
	if (TupleDescAttr(row->desc, column - 1)->atttypid != type)
		elog(ERROR, "medsup: column %d of a publishable view is of type %u",
			 column, TupleDescAttr(row->desc, column - 1)->atttypid);
	*value = row->values[column - 1];
	return !row->nulls[column - 1];
}

/* A column as UTF-8 text that lives as long as the row; NULL when empty. */
static const char *
row_text(Row *row, int column)
{
	Datum		value;
	char	   *s;

	if (!column_value(row, column, TEXTOID, &value))
		return NULL;
	s = TextDatumGetCString(value);
	return *s == '\0' ? NULL : pg_server_to_any(s, (int) strlen(s), PG_UTF8);
}

/* The same in the compiler's memory. */
static const char *
text_column(Row *row, int column)
{
	const char *text = row_text(row, column);

	return text == NULL ? NULL :
	ms_arena_copy(&row->c->arena, text, strlen(text));
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
	const char *word = row_text(row, column);
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
	const char *list = row_text(row, column);
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
bad_number(Row *row, const char *name, const char *text, int64 missing)
{
	refuse(row, psprintf("%s is %s", name, text),
		   "a number of reasonable size");
	return missing;
}

static int64
int_column(Row *row, int column, const char *name, int64 max, int64 missing)
{
	Datum		datum;
	int64		value;

	if (!column_value(row, column, INT4OID, &datum))
		return missing;
	value = DatumGetInt32(datum);
	if (value > max || value < -max)
		return bad_number(row, name, psprintf("%d", DatumGetInt32(datum)),
						  missing);
	return value;
}

static uint8
flag_column(Row *row, int column)
{
	Datum		value;

	return column_value(row, column, BOOLOID, &value) && DatumGetBool(value);
}

/* Days from 2000-01-01, as the server counts them; an infinite one is open. */
static int32
day_column(Row *row, int column, const char *name, int32 open)
{
	const int32 far = 10000000;
	Datum		value;
	DateADT		day;

	if (!column_value(row, column, DATEOID, &value))
		return open;
	day = DatumGetDateADT(value);
	if (DATE_NOT_FINITE(day))
		return open;
	if (day > far || day < -far)
		return (int32) bad_number(row, name, psprintf("%d", day), open);
	return day;
}

static int64
decimal_column(Row *row, int column, const char *name, int scale, int64 max,
			   int64 missing)
{
	Datum		datum;
	const char *text;
	int64		value;

	if (!column_value(row, column, NUMERICOID, &datum))
		return missing;
	text = DatumGetCString(DirectFunctionCall1(numeric_out, datum));

	if (!ms_decimal_parse(text, scale, max, &value))
		return bad_number(row, name, text, missing);
	return value;
}

/* A level or grade that a map gives, as text. */
static int32
level_column(Row *row, int column)
{
	const char *text = row_text(row, column);
	int64		level;

	if (text == NULL)
		return -1;
	if (!ms_decimal_parse(text, 0, 3, &level))
		return (int32) bad_number(row, "value of a map", text, -1);
	return (int32) level;
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
	const char *list = row_text(row, column);
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

/* The rule of a code, once all are read; NULL when there is none. */
static MsBookRule *
rule_of(Compiler *c, const char *code)
{
	MsBookRule	key = {.code = code};

	if (code == NULL || c->rules.n == 0)
		return NULL;
	return bsearch(&key, c->rules.data, c->rules.n, sizeof(key),
				   cmp_rule_codes);
}

#define RULE_COLUMNS \
	"x.rule_code, x.kind, x.subject, x.fund_scope, x.result_type," \
	" x.stage, x.name_zh, x.name_en, x.clause, x.disposal"

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
		*PUSH(row->c, &row->c->rules, MsBookRule) = rule;
}

#define ENTRY_COLUMNS \
	"x.entry_code, x.rule_code, x.item_name, x.result_type, x.sex," \
	" x.age_from, x.age_below, x.age_unit," \
	" pg_catalog.array_to_string(x.insurance, ',')," \
	" pg_catalog.array_to_string(x.settings, ',')," \
	" x.level_min, x.level_first_only, x.alt_level_min," \
	" x.alt_medins_type, x.scope, x.window_days, x.count_key, x.measure," \
	" x.limit_value, x.unit, x.valid_from, x.valid_to," \
	" x.region, x.region_by, x.basis, x.basis_no," \
	" x.limit_basis, x.limit_case, x.at_least, x.before_days," \
	" x.sub_first," \
	" pg_catalog.array_to_string(x.departments, ',')," \
	" pg_catalog.array_to_string(x.medins_types, ',')," \
	" pg_catalog.array_to_string(x.programmes, ',')," \
	" x.grade_min, x.dx_required, x.dx_forbidden, x.oprn_required," \
	" x.dx_main_only, x.dx_relation," \
	" pg_catalog.array_to_string(x.rates, ','), x.condition," \
	" pg_catalog.array_to_string(x.levels, ','), x.access"

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
	E_LEVELS, E_ACCESS, E_WANTED, E_JUDGED, E_IN_FORCE, E_LACKS
};

/* Behind the columns of what is publishable: whether a point is. */
#define STATUS_COLUMNS "x.wanted, x.judged, x.in_force, x.lacks"
#define GIVEN_STATUS "true, true, true, NULL::pg_catalog.text"

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
	MsBookRule *rule = rule_of(row->c, e->rule_code);
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
	e->age_from = (int32) int_column(row, E_AGE_FROM, "age_from", many, -1);
	e->age_below = (int32) int_column(row, E_AGE_BELOW, "age_below", many, -1);
	e->age_unit = (uint8) word_column(row, E_AGE_UNIT, "age_unit",
									  MS_VOCABULARY_AGE_UNIT, 0);
	e->insurance = set_column(row, E_INSURANCE, "insurance",
							  MS_VOCABULARY_INSURANCE);
	e->settings = set_column(row, E_SETTINGS, "settings",
							 MS_VOCABULARY_SETTING);
	e->level_min = (uint8) int_column(row, E_LEVEL_MIN, "level_min", 99, 0);
	e->first_only = flag_column(row, E_FIRST_ONLY);
	e->alt_level_min = (uint8) int_column(row, E_ALT_LEVEL_MIN, "alt_level_min", 99, 0);
	e->alt_medins_type = text_column(row, E_ALT_MEDINS_TYPE);
	e->window_days = (int32) int_column(row, E_WINDOW_DAYS, "window_days", many, 0);
	e->limit = decimal_column(row, E_LIMIT_VALUE, "limit_value", MS_QTY_SCALE, many * 100 * MS_QTY_ONE, -1);
	e->limit_basis = (uint8) word_column(row, E_LIMIT_BASIS, "limit_basis",
										 MS_VOCABULARY_LIMIT_BASIS, 0);
	expr_column(row, E_LIMIT_CASE, "limit_case", MS_EXPR_NUMBER,
				&e->limit_case);
	e->at_least = (int32) int_column(row, E_AT_LEAST, "at_least", many, 0);
	e->before_days = (int32) int_column(row, E_BEFORE_DAYS, "before_days", many, 0);
	e->sub_first = flag_column(row, E_SUB_FIRST);
	e->departments = text_column(row, E_DEPARTMENTS);
	e->medins_types = text_column(row, E_MEDINS_TYPES);
	e->programmes = text_column(row, E_PROGRAMMES);
	e->grade_min = (uint8) int_column(row, E_GRADE_MIN, "grade_min", 99, 0);
	code_set_column(row, E_DX_REQUIRED, "dx_required", &ms_code_set_icd10,
					&e->dx_required);
	code_set_column(row, E_DX_FORBIDDEN, "dx_forbidden", &ms_code_set_icd10,
					&e->dx_forbidden);
	code_set_column(row, E_OPRN_REQUIRED, "oprn_required",
					&ms_code_set_icd9cm3, &e->oprn_required);
	e->dx_main_only = flag_column(row, E_DX_MAIN_ONLY);
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
	const char *list = row_text(row, E_LEVELS);
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

/* The first entry of a code is found by it; the writer refuses a second. */
static void
add_entry(Compiler *c, const MsBookEntry *e)
{
	bool		found;
	IndexedEntry *indexed = entry_index_insert(c->entry_index, e->code, &found);

	if (!found)
		indexed->place = c->entries.n;
	c->rule_used[rule_of(c, e->rule_code) - AT(&c->rules, MsBookRule, 0)] = true;
	*PUSH(c, &c->entries, MsBookEntry) = *e;
}

/* Takes note of what is in force, but cannot be judged. */
static bool
is_publishable(Row *row)
{
	Compiler   *c = row->c;
	bool		judged = flag_column(row, E_JUDGED);
	bool		lacks = !row->nulls[E_LACKS - 1];

	if (flag_column(row, E_IN_FORCE) && !judged)
		c->not_judged++;
	else if (flag_column(row, E_IN_FORCE) && lacks)
	{
		c->unset_rules = accumArrayResult(c->unset_rules,
										  row->values[E_RULE - 1], false,
										  TEXTOID, c->caller);
		c->unset_lacks = accumArrayResult(c->unset_lacks,
										  row->values[E_LACKS - 1], false,
										  TEXTOID, c->caller);
	}
	return flag_column(row, E_WANTED) && judged && !lacks;
}

static void
read_entry(Row *row)
{
	MsBookEntry e = {0};

	if (!is_publishable(row))
		return;
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
	e.valid_from = day_column(row, E_VALID_FROM, "valid_from", MS_DATE_FROM_OPEN);
	e.valid_to = day_column(row, E_VALID_TO, "valid_to", MS_DATE_TO_OPEN);
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
		add_entry(row->c, &e);
}

#define CODE_COLUMNS "x.entry_code, x.role, x.code"

static void
read_code(Row *row)
{
	Compiler   *c = row->c;
	MsBookCode	code = {0};
	IndexedEntry *entry;

	row->object = row_text(row, 1);
	if (row->object == NULL)
		refuse(row, "entry_code is missing", NULL);
	if (row->nulls[1])
		refuse(row, "role is missing", NULL);
	code.role = (uint8) word_column(row, 2, "role", MS_VOCABULARY_ROLE, 0);
	if (row->nulls[2])
		refuse(row, "code is missing", NULL);
	if (row->problem != NULL)
		return;
	entry = entry_index_lookup(c->entry_index, row->object);
	if (entry != NULL)
		code.entry_code = entry->code;
	else if (c->given)
		code.entry_code = text_column(row, 1);
	else
		return;					/* of a point that is not in the book */
	code.item = *DatumGetMsFeeItemP(row->values[2]);
	*PUSH(c, &c->codes, MsBookCode) = code;
}

#define MAP_COLUMNS "x.map, x.key, x.value"

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
		map.value = level_column(row, 3);
	else if (map.map != 0)
		map.value = word_column(row, 3, "value", value_words[map.map], -1);
	if (row->problem == NULL)
		*PUSH(row->c, &row->c->maps, MsBookMap) = map;
}

#define PARAM_COLUMNS "x.name, x.value"

static void
read_param(Row *row)
{
	MsBookParam param;

	param.name = required_column(row, 1, "name of a parameter");
	row->object = param.name;
	param.value = required_column(row, 2, "value");
	if (row->problem == NULL)
		*PUSH(row->c, &row->c->params, MsBookParam) = param;
}

#define EXCEPTION_COLUMNS \
	"x.exception_code, x.name_zh, x.name_en," \
	" pg_catalog.array_to_string(x.rule_codes, ','), x.condition"

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
		*PUSH(row->c, &row->c->exceptions, MsBookException) = exception;
}

/* ---- the whole ---- */

/*
 * Where rows of a sort come from: a view, or the list of that name in the
 * content that was given, with the columns of what is publishable of it.
 */
static const char *
relation(Compiler *c, const char *name, const char *view)
{
	return c->given ?
		psprintf("pg_catalog.jsonb_populate_recordset(NULL::medsup.publishable_%s,"
				 " $1 OPERATOR(pg_catalog.->) '%s')", name, name) :
		psprintf("medsup.%s", view);
}

/* Takes each row where the executor made it, so that none pile up. */
typedef struct RowReceiver
{
	DestReceiver pub;
	RowReader	reader;
	MemoryContext scratch;		/* of one row */
	Row			row;
} RowReceiver;

static void
receiver_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	((RowReceiver *) self)->row.desc = desc;
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	RowReceiver *receiver = (RowReceiver *) self;
	Row		   *row = &receiver->row;
	MemoryContext caller = MemoryContextSwitchTo(receiver->scratch);

	slot_getallattrs(slot);
	row->values = slot->tts_values;
	row->nulls = slot->tts_isnull;
	row->object = row->problem = row->allowed = NULL;
	receiver->reader(row);
	if (row->problem != NULL)
		report(row->c, row->object, row->problem, row->allowed);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(receiver->scratch);
	return true;
}

static void
receiver_end(DestReceiver *self)
{
}

static void
read_all(Compiler *c, const char *columns, const char *from, RowReader reader)
{
	const char *sql = psprintf("SELECT %s FROM %s AS x", columns, from);
	Oid			types[1] = {JSONBOID};
	SPIPlanPtr	plan = SPI_prepare(sql, c->given ? 1 : 0, types);
	RowReceiver receiver = {
		.pub = {receive_row, receiver_startup, receiver_end, receiver_end, DestNone},
		.reader = reader,
		.row = {.c = c}
	};
	SPIExecuteOptions options = {.read_only = true,.dest = &receiver.pub};

	if (plan == NULL)
		elog(ERROR, "medsup: SPI_prepare failed: %s",
			 SPI_result_code_string(SPI_result));
	if (c->given)
	{
		options.params = makeParamList(1);
		options.params->params[0].value = c->content;
		options.params->params[0].isnull = false;
		options.params->params[0].pflags = PARAM_FLAG_CONST;
		options.params->params[0].ptype = JSONBOID;
	}
	receiver.scratch = AllocSetContextCreate(CurrentMemoryContext,
											 "medsup compile row",
											 ALLOCSET_DEFAULT_SIZES);
	if (SPI_execute_plan_extended(plan, &options) < 0)
		elog(ERROR, "medsup: SPI_execute_plan_extended failed: %s",
			 SPI_result_code_string(SPI_result));
	MemoryContextDelete(receiver.scratch);
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
	content.n_rules = c->rules.n;
	content.entries = c->entries.data;
	content.n_entries = c->entries.n;
	content.codes = c->codes.data;
	content.n_codes = c->codes.n;
	content.maps = c->maps.data;
	content.n_maps = c->maps.n;
	content.params = c->params.data;
	content.n_params = c->params.n;
	content.exceptions = c->exceptions.data;
	content.n_exceptions = c->exceptions.n;
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
	c->caller = CurrentMemoryContext;
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

/* Rules of which no entry is in the book are not in it either. */
static void
drop_unused_rules(Compiler *c)
{
	uint32		n = 0;

	for (uint32 i = 0; i < c->rules.n; i++)
	{
		if (c->rule_used[i])
			*AT(&c->rules, MsBookRule, n++) = *AT(&c->rules, MsBookRule, i);
	}
	c->rules.n = n;
}

static void
read_everything(Compiler *c)
{
	SPI_connect();
	read_all(c, RULE_COLUMNS, relation(c, "rule", "effective_rule"), read_rule);
	/* entries ask for the kind of theirs */
	if (c->rules.n > 0)
		qsort(c->rules.data, c->rules.n, sizeof(MsBookRule), cmp_rule_codes);
	c->rule_used = MS_NEW(&c->arena, bool, c->rules.n);
	c->entry_index = entry_index_create(c->context, 1024, NULL);
	read_all(c, c->given ? ENTRY_COLUMNS ", " GIVEN_STATUS :
			 ENTRY_COLUMNS ", " STATUS_COLUMNS,
			 relation(c, "entry", "effective_entry"), read_entry);
	if (!c->given)
		drop_unused_rules(c);
	read_all(c, CODE_COLUMNS, relation(c, "code", "effective_code"), read_code);
	read_all(c, MAP_COLUMNS, relation(c, "map", "publishable_map"), read_map);
	read_all(c, PARAM_COLUMNS, relation(c, "param", "publishable_param"),
			 read_param);
	read_all(c, EXCEPTION_COLUMNS,
			 relation(c, "exception", "publishable_exception"), read_exception);
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

static Datum
text_array(ArrayBuildState *texts)
{
	if (texts == NULL)
		return PointerGetDatum(construct_empty_array(TEXTOID));
	return makeArrayResult(texts, CurrentMemoryContext);
}

/* compile_rulebook_counting(): the same, and what was left out of it. */
Datum
medsup_compile_rulebook_counting(PG_FUNCTION_ARGS)
{
	Compiler	c = {0};
	TupleDesc	desc;
	Datum		values[4];
	bool		nulls[4] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE ||
		desc->natts != lengthof(values))
		elog(ERROR, "medsup: compile_rulebook_counting must return its own row type");
	values[0] = PointerGetDatum(compile(&c));
	values[1] = Int32GetDatum(c.not_judged);
	values[2] = text_array(c.unset_rules);
	values[3] = text_array(c.unset_lacks);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
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

/* Which roles each entry has codes of, in the order of entries. */
static uint8 *
collect_roles(Compiler *c)
{
	uint8	   *roles = MS_NEW(&c->arena, uint8_t, c->entries.n);

	for (uint32 i = 0; i < c->codes.n; i++)
	{
		const MsBookCode *code = AT(&c->codes, MsBookCode, i);
		IndexedEntry *entry = entry_index_lookup(c->entry_index,
												 code->entry_code);

		roles[entry->place] |= (uint8) (1u << code->role);
	}
	return roles;
}

/* What the writer would refuse of an entry, whichever one comes first there. */
static void
entry_problem(Compiler *c, const MsBookEntry *e, uint8 roles,
			  const MsBook *params)
{
	MsBookRule *rule = rule_of(c, e->rule_code);
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
	for (uint32 i = 0; i < c.params.n; i++)
	{
		const MsBookParam *param = AT(&c.params, MsBookParam, i);
		const char *allowed;

		if (!ms_book_take_param(&params, param->name, param->value, &allowed))
			report(&c, param->name, "the parameter has an unknown value",
				   allowed);
	}
	roles = collect_roles(&c);
	for (uint32 i = 0; i < c.entries.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		entry_problem(&c, AT(&c.entries, MsBookEntry, i), roles[i],
					  &params);
	}
	MemoryContextDelete(c.context);
	return (Datum) 0;
}
