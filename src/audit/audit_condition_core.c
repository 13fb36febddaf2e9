/*-------------------------------------------------------------------------
 *
 * audit_condition_core.c
 *	  Access conditions, exceptions, limits of a case, and the check
 *	  "condition".
 *
 * A condition that names a line speaks about lines, any other one about
 * encounters, each of which is judged once: at its first line that counts,
 * or, where it has no lines at all, as itself.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_condition_core.h"
#include "audit/audit_field_core.h"
#include "audit/audit_record_core.h"
#include "audit/audit_scope_core.h"
#include "audit/audit_stay_core.h"

/* How much of the fields a finding tells. */
#define MAX_TOLD		12
#define MAX_TOLD_TEXT	60

typedef struct WorkConditions
{
	const MsBookException *exceptions;	/* of the book */
	uint8_t   **exempts;		/* of each one: by line, NULL = not yet */
	uint32_t   *of_rule;		/* those of the rule in work */
	uint32_t	n_of_rule;
	uint32_t	rule;			/* whose they are */
} WorkConditions;

enum
{
	NOT_ASKED = 0,
	IS_EXEMPT,
	IS_NOT_EXEMPT
};

static MsExprValue
evaluate(Audit *a, const MsBookExpr *expr, uint32_t line, int32_t encounter)
{
	FieldContext c = {a, line, encounter};

	return ms_expr_eval(expr->code, expr->size, ms_field_get, &c);
}

/* ---- exceptions ---- */

/* The exceptions of the rule in work; those of the book are read once. */
static WorkConditions *
conditions_of(Audit *a)
{
	WorkConditions *c = a->conditions;
	uint32_t	n = a->book->n_exceptions;

	if (c == NULL)
	{
		c = MS_NEW(&a->arena, WorkConditions, 1);
		c->exceptions = ms_memo_exceptions(&a->memo);
		c->exempts = MS_NEW(&a->arena, uint8_t *, n);
		c->of_rule = MS_NEW(&a->arena, uint32_t, n);
		c->rule = NOWHERE;
		a->conditions = c;
	}
	if (c->rule != a->rule_index)
	{
		c->rule = a->rule_index;
		c->n_of_rule = ms_book_rule_exceptions(a->book, a->rule_index);
		for (uint32_t i = 0; i < c->n_of_rule; i++)
			c->of_rule[i] = ms_book_rule_exception(a->book, a->rule_index, i);
	}
	return c;
}

const uint32_t *
ms_condition_exceptions(Audit *a, uint32_t *n)
{
	const WorkConditions *c = conditions_of(a);

	*n = c->n_of_rule;
	return c->of_rule;
}

/* Whether one exception is true of a line; the same for every rule. */
static bool
is_exempt(Audit *a, WorkConditions *c, uint32_t exception, uint32_t at)
{
	uint8_t   **known = &c->exempts[exception];

	if (*known == NULL)
		*known = MS_NEW(&a->arena, uint8_t, a->n_lines);
	if ((*known)[at] == NOT_ASKED)
		(*known)[at] =
			ms_expr_is_true(evaluate(a, &c->exceptions[exception].condition, at,
									 a->lines[at].encounter)) ?
			IS_EXEMPT : IS_NOT_EXEMPT;
	return (*known)[at] == IS_EXEMPT;
}

bool
ms_condition_exempt(Audit *a, uint32_t at)
{
	WorkConditions *c = conditions_of(a);
	WorkLine   *line = &a->lines[at];

	for (uint32_t i = 0; i < c->n_of_rule; i++)
	{
		uint32_t	exception = c->of_rule[i];

		if (!is_exempt(a, c, exception, at))
			continue;
		ms_audit_outcome(a, at, MS_EXEMPT, MS_REASON_NONE);
		if (line->exception == 0 || exception + 1 < line->exception)
			line->exception = exception + 1;
		return true;
	}
	return false;
}

/* ---- access ---- */

bool
ms_condition_visit_exempt(Audit *a, int32_t encounter)
{
	const WorkConditions *c = conditions_of(a);

	for (uint32_t i = 0; i < c->n_of_rule; i++)
	{
		const MsBookExpr *e = &c->exceptions[c->of_rule[i]].condition;
		unsigned	needs = 0;

		/* what names a line says nothing of a visit that has none */
		(void) ms_expr_check(e->code, e->size, MS_EXPR_BOOLEAN, &needs);
		if ((needs & MS_EXPR_NEEDS_LINE) == 0 &&
			ms_expr_is_true(evaluate(a, e, NOWHERE, encounter)))
			return true;
	}
	return false;
}

MsExprValue
ms_condition_access(Audit *a, const MsBookEntry *entry, uint32_t line,
					int32_t encounter)
{
	if (entry->access.code == NULL)
		return ms_expr_boolean(true);
	return evaluate(a, &entry->access, line, encounter);
}

/* ---- limit of a case ---- */

MsValue
ms_condition_limit(Audit *a, uint32_t at)
{
	MsExprValue value = evaluate(a, &a->entry.limit_case, at,
								 a->lines[at].encounter);
	MsValue		limit = {0, value.state};

	if (value.state != MS_READABLE)
		return limit;
	if (value.v < 0)
		limit.state = MS_UNREADABLE;
	else
		limit.v = ms_div_round(value.v, MS_EXPR_ONE / MS_QTY_ONE);
	return limit;
}

/* ---- what a finding tells of the fields ---- */

typedef struct Telling
{
	FieldContext context;
	MsBuf		buf;
	MsExprAsk	asked[MAX_TOLD];	/* each is told once */
	int			told;
} Telling;

/* At most so many bytes of a text, whole characters. */
static void
tell_text(MsBuf *buf, MsStr text)
{
	uint32_t	len = text.len;

	if (len > MAX_TOLD_TEXT)
	{
		len = MAX_TOLD_TEXT;
		while (len > 0 && ((unsigned char) text.s[len] & 0xC0) == 0x80)
			len--;
	}
	ms_buf_add(buf, text.s, len);
}

static void
tell_value(MsBuf *buf, const MsExprValue *value)
{
	char		time[MS_TIME_BUFSIZE];

	if (value->state != MS_READABLE)
	{
		ms_buf_puts(buf, value->state == MS_MISSING ? "missing" : "unreadable");
		return;
	}
	switch (value->type)
	{
		case MS_EXPR_BOOLEAN:
			ms_buf_puts(buf, value->v ? "true" : "false");
			break;
		case MS_EXPR_NUMBER:
			ms_buf_decimal(buf, value->v, MS_EXPR_SCALE, 0);
			break;
		case MS_EXPR_TEXT:
			tell_text(buf, value->text);
			break;
		case MS_EXPR_TIME:
			ms_time_format(value->v, time);
			ms_buf_puts(buf, time);
			break;
	}
}

static bool
is_told(const Telling *t, const MsExprAsk *ask)
{
	for (int i = 0; i < t->told; i++)
	{
		const MsExprAsk *told = &t->asked[i];

		if (told->what == ask->what && told->field == ask->field &&
			ms_str_eq(told->name, ask->name) &&
			told->set.bounds == ask->set.bounds)
			return true;
	}
	return false;
}

/* Answers as ms_field_get, and writes down "line.cnt 3, ...". */
static MsExprValue
tell(void *ctx, const MsExprAsk *ask)
{
	Telling    *t = ctx;
	MsExprValue value = ms_field_get(&t->context, ask);

	if (t->told == MAX_TOLD || is_told(t, ask))
		return value;
	if (t->told > 0)
		ms_buf_puts(&t->buf, ", ");
	t->asked[t->told++] = *ask;
	ms_buf_puts(&t->buf, ms_expr_ask_name(ask));
	if (ask->what == MS_ASK_ATTRIBUTE)
		ms_buf_add(&t->buf, ask->name.s, ask->name.len);
	ms_buf_puts(&t->buf, " ");
	tell_value(&t->buf, &value);
	return value;
}

/* What made a condition true, as far as it was asked. */
static const char *
actual_of(Audit *a, uint32_t line, int32_t encounter)
{
	Telling		t;

	memset(&t, 0, sizeof(t));
	t.context.a = a;
	t.context.line = line;
	t.context.encounter = encounter;
	ms_buf_init(&t.buf, &a->scratch);
	(void) ms_expr_eval(a->entry.condition.code, a->entry.condition.size, tell,
						&t);
	return t.told == 0 ? NULL : t.buf.s;
}

/* ---- findings ---- */

static void
add_record(Audit *a, WorkDraft *draft, char what, uint8_t role, uint32_t index)
{
	MsRecord   *record = MS_PUSH(&a->scratch, &draft->records, MsRecord);

	record->what = what;
	record->role = role;
	record->index = index;
}

/* The records of an encounter that a condition read. */
static void
add_records(Audit *a, WorkDraft *draft, int32_t encounter, unsigned needs)
{
	const WorkDiagnosis *d;
	const WorkOperation *o;
	uint32_t	n;

	if (needs & MS_EXPR_NEEDS_DIAGNOSES)
	{
		d = ms_record_diagnoses(a, encounter, &n);
		for (uint32_t i = 0; i < n; i++)
			add_record(a, draft, 'D', 2, d[i].src);
	}
	if (needs & MS_EXPR_NEEDS_OPERATIONS)
	{
		o = ms_record_operations(a, encounter, &n);
		for (uint32_t i = 0; i < n; i++)
			add_record(a, draft, 'O', 2, o[i].src);
	}
}

static void
start_draft(Audit *a, WorkDraft *draft, uint32_t line, int32_t encounter,
			unsigned needs)
{
	memset(draft, 0, sizeof(*draft));
	draft->limit_value = a->entry.condition.text;
	draft->actual_value = actual_of(a, line, encounter);
	draft->encounter = encounter;
	add_records(a, draft, encounter, needs);
}

/* ---- lines ---- */

static void
judge_line(Audit *a, uint32_t at, unsigned needs, bool with_money)
{
	WorkLine   *line = &a->lines[at];
	MsMark		mark = ms_arena_mark(&a->scratch);
	MsExprValue value;
	WorkDraft	draft;

	/* a finding of one line belongs to that line's period */
	if (!line->in_period || !ms_audit_counts(a, at))
		return;
	value = evaluate(a, &a->entry.condition, at, line->encounter);
	if (value.state != MS_READABLE)
		ms_audit_outcome(a, at, MS_UNDECIDED, MS_CONDITION_UNKNOWN);
	else if (value.v != 0)
	{
		start_draft(a, &draft, at, line->encounter, needs);
		*MS_PUSH(&a->scratch, &draft.violating, uint32_t) = at;
		draft.without_money = !with_money;
		if (with_money)
		{
			WorkCandidate *all = MS_PUSH(&a->scratch, &draft.candidates,
										 WorkCandidate);

			all->line = at;
			all->avail = line->cnt;
			draft.excess = line->cnt;
		}
		ms_money_emit(a, &draft);
	}
	ms_arena_release(&a->scratch, mark);
}

/* ---- encounters ---- */

/* An encounter to judge, and the line at which it is. */
typedef struct Visit
{
	int32_t		encounter;
	uint32_t	anchor;			/* NOWHERE = it has no lines */
	uint32_t	rank;			/* in the order of ids */
} Visit;

static int
cmp_visits(uint32_t i, uint32_t j, const void *ctx)
{
	const Visit *x = &((const Visit *) ctx)[i];
	const Visit *y = &((const Visit *) ctx)[j];

	if (x->anchor != y->anchor)
		return x->anchor < y->anchor ? -1 : 1;
	return (x->rank > y->rank) - (x->rank < y->rank);
}

/* Encounters that stand and that the entry speaks of, by their anchors. */
static Visit *
collect_visits(Audit *a, uint32_t **order, uint32_t *n_visits)
{
	uint32_t	n = a->claims->n_encounters;
	Visit	   *visits = MS_NEW(&a->scratch, Visit, n);
	uint32_t	kept = 0;

	*order = MS_NEW(&a->scratch, uint32_t, n);
	for (uint32_t i = 0; i < n; i++)
	{
		int32_t		encounter = (int32_t) a->encounter_order[i];
		Visit	   *visit = &visits[kept];
		const uint32_t *lines;
		uint32_t	n_lines;

		ms_tick(&a->scratch);
		if (ms_fate_encounter(a, a->claims->encounters[encounter].mdtrt_id) !=
			encounter)
			continue;
		visit->encounter = encounter;
		visit->anchor = NOWHERE;
		visit->rank = i;
		lines = ms_stay_lines(a, encounter, &n_lines);
		for (uint32_t l = 0; l < n_lines; l++)
		{
			if (ms_audit_counts(a, lines[l]) && visit->anchor == NOWHERE)
				visit->anchor = lines[l];
		}
		if (visit->anchor == NOWHERE &&
			(n_lines > 0 || !ms_scope_has_visit(a, encounter) ||
			 ms_condition_visit_exempt(a, encounter)))
			continue;
		(*order)[kept] = kept;
		kept++;
	}
	ms_sort(&a->scratch, *order, kept, cmp_visits, visits);
	*n_visits = kept;
	return visits;
}

/* What was said of an encounter goes to its lines that count. */
static void
tell_lines(Audit *a, int32_t encounter, MsOutcome outcome, MsReason reason)
{
	uint32_t	n;
	const uint32_t *lines = ms_stay_lines(a, encounter, &n);

	for (uint32_t i = 0; i < n; i++)
	{
		if (ms_audit_counts(a, lines[i]))
			ms_audit_outcome(a, lines[i], outcome, reason);
	}
}

static void
judge_visit(Audit *a, const Visit *visit, unsigned needs)
{
	MsMark		mark = ms_arena_mark(&a->scratch);
	MsExprValue value = evaluate(a, &a->entry.condition, NOWHERE,
								 visit->encounter);
	WorkDraft	draft;

	if (value.state != MS_READABLE)
		tell_lines(a, visit->encounter, MS_UNDECIDED, MS_CONDITION_UNKNOWN);
	else if (value.v != 0)
	{
		start_draft(a, &draft, NOWHERE, visit->encounter, needs);
		draft.without_money = true;
		add_record(a, &draft, 'E', 1, (uint32_t) visit->encounter);
		if (visit->anchor != NOWHERE)
			*MS_PUSH(&a->scratch, &draft.violating, uint32_t) = visit->anchor;
		tell_lines(a, visit->encounter, MS_HIT, MS_REASON_NONE);
		ms_money_emit(a, &draft);
	}
	ms_arena_release(&a->scratch, mark);
}

static void
judge_visits(Audit *a, unsigned needs)
{
	uint32_t   *order;
	uint32_t	n;
	const Visit *visits = collect_visits(a, &order, &n);

	for (uint32_t i = 0; i < n; i++)
	{
		ms_tick(&a->scratch);
		judge_visit(a, &visits[order[i]], needs);
	}
}

/*
 * ms_condition_judge judges an entry by its expression.  An entry with codes
 * speaks about their lines and takes their money; a fault of a record alone
 * costs nothing by itself.
 */
void
ms_condition_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	const MsBookExpr *condition = &a->entry.condition;
	unsigned	needs = 0;
	const uint32_t *lines;
	uint32_t	n_lines;

	(void) ms_expr_check(condition->code, condition->size, MS_EXPR_BOOLEAN,
						 &needs);
	if (n > 0)
	{
		lines = ms_audit_entry_lines(a, touches, n, MS_ROLE_MAIN, &n_lines);
		for (uint32_t i = 0; i < n_lines; i++)
		{
			ms_tick(&a->scratch);
			judge_line(a, lines[i], needs, true);
		}
	}
	else if (needs & MS_EXPR_NEEDS_LINE)
	{
		for (uint32_t i = 0; i < a->n_lines; i++)
		{
			ms_tick(&a->scratch);
			if (a->lines[i].skip == MS_SKIP_NONE)
				judge_line(a, i, needs, false);
		}
	}
	else
		judge_visits(a, needs);
}
