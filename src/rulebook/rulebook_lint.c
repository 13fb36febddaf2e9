/*-------------------------------------------------------------------------
 *
 * rulebook_lint.c
 *	  What is doubtful in a book and in its expressions, for SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "common/ms_compat.h"
#include "rulebook/book_conflict_core.h"
#include "rulebook/expr_core.h"
#include "rulebook/rulebook_cache.h"

PG_FUNCTION_INFO_V1(medsup_rulebook_conflicts);
PG_FUNCTION_INFO_V1(medsup_may_be_true);

/* An expression of at most 8,000 bytes needs far less. */
#define EXPRESSION_BUDGET	((Size) 64 * 1024 * 1024)

static void *
env_alloc(void *ctx, size_t size)
{
	return MemoryContextAllocHuge((MemoryContext) ctx, size);
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
			 errmsg("there is too much to compare in the rulebook")));
}

static void
start_arena(MemoryContext context, Size budget, MsEnv *env, MsArena *arena)
{
	env->alloc = env_alloc;
	env->check = env_check;
	env->fail = env_fail;
	env->ctx = context;
	env->budget = budget;
	ms_arena_init(arena, env);
}

/* ---- conflicts ---- */

static const char *const conflict_words[] = {
	NULL, "opposite", "limits", "reversed", "overlap", "idle", "override"
};

typedef struct Listing
{
	ReturnSetInfo *rsinfo;
	const MsBook *book;
	MemoryContext row;			/* reset after each */
} Listing;

static Datum
entry_code(const Listing *l, uint32_t entry)
{
	MsBookEntry e;

	ms_book_entry(l->book, entry, &e);
	return CStringGetTextDatum(ms_rulebook_text(e.code));
}

static Datum
rule_code(const Listing *l, uint32_t entry)
{
	MsBookEntry e;
	MsBookRule	rule;

	ms_book_entry(l->book, entry, &e);
	ms_book_rule(l->book, e.rule, &rule);
	return CStringGetTextDatum(ms_rulebook_text(rule.code));
}

static void
put_conflict(void *ctx, const MsConflict *conflict)
{
	Listing    *l = ctx;
	MemoryContext caller = MemoryContextSwitchTo(l->row);
	MsFeeItem	code = conflict->code;
	Datum		values[7];
	bool		nulls[7] = {false};

	values[0] = CStringGetTextDatum(conflict_words[conflict->kind]);
	values[1] = rule_code(l, conflict->entry);
	values[2] = entry_code(l, conflict->entry);
	values[3] = entry_code(l, conflict->other);
	values[4] = BoolGetDatum(conflict->outranks);
	values[5] = Int64GetDatum((int64) conflict->codes);
	values[6] = PointerGetDatum(&code);
	nulls[6] = conflict->codes == 0;
	tuplestore_putvalues(l->rsinfo->setResult, l->rsinfo->setDesc, values,
						 nulls);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(l->row);
}

/* rulebook_conflicts(book, opposites_only): entries that contradict or repeat each other. */
Datum
medsup_rulebook_conflicts(PG_FUNCTION_ARGS)
{
	MsRulebookRef *ref = fcinfo->flinfo->fn_extra;
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext,
											   "medsup rulebook conflicts",
											   ALLOCSET_DEFAULT_SIZES);
	Listing		l;
	MsEnv		env;
	MsArena		arena;

	if (ref == NULL)
		ref = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(*ref));
	InitMaterializedSRF(fcinfo, 0);
	l.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	l.book = ms_rulebook_get(PG_GETARG_DATUM(0), ref);
	l.row = AllocSetContextCreate(work, "medsup rulebook conflict",
								  ALLOCSET_SMALL_SIZES);
	start_arena(work, MaxAllocHugeSize, &env, &arena);
	ms_book_conflicts(&arena, l.book, PG_GETARG_BOOL(1), put_conflict, &l);
	MemoryContextDelete(work);
	return (Datum) 0;
}

/* ---- expressions that are never true ---- */

/* What the maps of a book may answer; all else is unknown. */
typedef struct Answers
{
	MsExprValue setting;
	MsExprValue level;
	MsExprValue insurance;
} Answers;

static MsExprValue
answer(void *ctx, const MsExprAsk *ask)
{
	const Answers *a = ctx;

	if (ask->what == MS_ASK_FIELD && ask->field == MS_FIELD_SETTING)
		return a->setting;
	if (ask->what == MS_ASK_FIELD && ask->field == MS_FIELD_LEVEL)
		return a->level;
	if (ask->what == MS_ASK_FIELD && ask->field == MS_FIELD_INSURANCE)
		return a->insurance;
	return ms_expr_unknown(ask->type, MS_MISSING);
}

/* The answers of one map as values; one unknown where it has none. */
static MsExprValue *
values_of(ArrayType *array, MsExprType type, int *n)
{
	Datum	   *elements;
	bool	   *nulls;
	MsExprValue *values;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  &nulls, n);
	values = palloc(sizeof(*values) * (*n + 1));
	for (int i = 0; i < *n; i++)
	{
		MsStr		word = nulls[i] ? ms_str("") :
		ms_str(TextDatumGetCString(elements[i]));

		values[i] = type == MS_EXPR_NUMBER ? ms_expr_read_number(word) :
			ms_expr_text(word);
	}
	values[*n] = ms_expr_unknown(type, MS_MISSING);
	if (*n == 0)
		*n = 1;
	return values;
}

/*
 * may_be_true(expression, settings, levels, insurances): false where it is
 * not, whatever a claim holds, if the maps know these values only.
 */
Datum
medsup_may_be_true(PG_FUNCTION_ARGS)
{
	text	   *expression = PG_GETARG_TEXT_PP(0);
	char	   *utf8 = pg_server_to_any(text_to_cstring(expression),
										(int) VARSIZE_ANY_EXHDR(expression),
										PG_UTF8);
	int			n_settings;
	int			n_levels;
	int			n_insurances;
	MsExprValue *settings = values_of(PG_GETARG_ARRAYTYPE_P(1), MS_EXPR_TEXT,
									  &n_settings);
	MsExprValue *levels = values_of(PG_GETARG_ARRAYTYPE_P(2), MS_EXPR_NUMBER,
									&n_levels);
	MsExprValue *insurances = values_of(PG_GETARG_ARRAYTYPE_P(3), MS_EXPR_TEXT,
										&n_insurances);
	MsEnv		env;
	MsArena		arena;
	MsExprError error;
	uint8_t    *code;
	uint32_t	size;

	start_arena(CurrentMemoryContext, EXPRESSION_BUDGET, &env, &arena);
	if (!ms_expr_compile(&arena, utf8, strlen(utf8), MS_EXPR_BOOLEAN, &code,
						 &size, &error))
		PG_RETURN_NULL();
	for (int i = 0; i < n_settings; i++)
	{
		for (int j = 0; j < n_levels; j++)
		{
			for (int k = 0; k < n_insurances; k++)
			{
				Answers		a = {settings[i], levels[j], insurances[k]};
				MsExprValue value = ms_expr_eval(code, size, answer, &a);

				if (value.state != MS_READABLE || value.v != 0)
					PG_RETURN_BOOL(true);
			}
		}
	}
	PG_RETURN_BOOL(false);
}
