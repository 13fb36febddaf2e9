/*-------------------------------------------------------------------------
 *
 * audit_visit_core.c
 *	  Sequences (K12) that count: too many visits within a window, visits on
 *	  too many days in a row.
 *
 * The visits that come last are the ones too many.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_calendar_core.h"
#include "audit/audit_sequence_core.h"
#include "audit/audit_window_core.h"

static int64_t
day_of(const WorkVisit *visit)
{
	return ms_day_of(visit->begin);
}

/* The fund paid for some of it, or the rule does not ask. */
static bool
is_counted(Audit *a, const WorkVisit *visit)
{
	return visit->n_lines > 0 ||
		(a->rule.fund_scope == MS_FUND_ANY && ms_sequence_can_breach(a, visit));
}

static void
involve(Audit *a, WorkDraft *draft, const WorkVisit *visit)
{
	for (uint32_t i = 0; i < visit->n_encounters; i++)
		ms_sequence_record(a, draft, 'E', 2, visit->encounters[i]);
}

static void
emit(Audit *a, WorkDraft *draft, int64_t actual, int64_t from, int64_t to)
{
	draft->limit_value = ms_audit_decimal(a, a->entry.limit, MS_QTY_SCALE, 0);
	draft->actual_value = ms_audit_decimal(a, actual, 0, 0);
	draft->window_start = ms_known(from * MS_USECS_PER_DAY);
	draft->window_end = ms_known(to * MS_USECS_PER_DAY);
	ms_money_emit(a, draft);
}

/* ---- visits of one window ---- */

static void
judge_window(Audit *a, const WorkVisits *v, const WorkVisit *const *visits,
			 uint32_t n)
{
	int64_t		allowed = a->entry.limit / MS_QTY_ONE;
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;
	int64_t		window;

	if (n <= allowed)
		return;
	ms_sequence_begin(&draft, n - allowed);
	for (uint32_t i = (uint32_t) allowed; i < n; i++)
		ms_sequence_violates(a, &draft, v, visits[i]);
	for (uint32_t i = 0; i < allowed; i++)
		involve(a, &draft, visits[i]);
	window = ms_calendar_window(a, day_of(visits[0]));
	emit(a, &draft, n, ms_calendar_first_day(a, window),
		 ms_calendar_first_day(a, window + 1));
	ms_arena_release(&a->scratch, mark);
}

/* Visits accepted within the last N civil days, each visit apart. */
static void
judge_rolling(Audit *a, const WorkVisits *v, const WorkVisit *const *visits,
			  uint32_t n)
{
	int64_t		allowed = a->entry.limit / MS_QTY_ONE;
	const WorkVisit **accepted = MS_NEW(&a->scratch, const WorkVisit *, n);
	uint32_t	first = 0;
	uint32_t	end = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		int64_t		day = day_of(visits[i]);
		MsMark		mark = ms_arena_mark(&a->scratch);
		WorkDraft	draft;

		ms_tick(&a->scratch);
		while (first < end &&
			   day_of(accepted[first]) <= day - a->entry.window_days)
			first++;
		if (end - first < allowed)
		{
			accepted[end++] = visits[i];
			continue;
		}
		ms_sequence_begin(&draft, 1);
		ms_sequence_violates(a, &draft, v, visits[i]);
		for (uint32_t j = first; j < end && j < first + MAX_INVOLVED; j++)
			involve(a, &draft, accepted[j]);
		emit(a, &draft, end - first + 1, first < end ?
			 day_of(accepted[first]) : day, day + 1);
		ms_arena_release(&a->scratch, mark);
	}
}

/* ---- days in a row ---- */

static void
judge_run(Audit *a, const WorkVisits *v, const WorkVisit *const *visits,
		  uint32_t n)
{
	int64_t		first = day_of(visits[0]);
	int64_t		days = day_of(visits[n - 1]) - first + 1;
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;

	/* a rolling window has no more days in a row than its own */
	if (days * MS_QTY_ONE <= a->entry.limit ||
		(a->entry.scope == MS_SCOPE_ROLLING &&
		 a->entry.window_days * MS_QTY_ONE <= a->entry.limit))
		return;
	ms_sequence_begin(&draft, days - a->entry.limit / MS_QTY_ONE);
	for (uint32_t i = 0; i < n; i++)
	{
		if ((day_of(visits[i]) - first + 1) * MS_QTY_ONE > a->entry.limit)
			ms_sequence_violates(a, &draft, v, visits[i]);
	}
	for (uint32_t i = 0; i < n; i++)
	{
		if ((day_of(visits[i]) - first + 1) * MS_QTY_ONE <= a->entry.limit)
			involve(a, &draft, visits[i]);
	}
	emit(a, &draft, days, first, first + days);
	ms_arena_release(&a->scratch, mark);
}

/* ---- the entry ---- */

/* Whether a visit goes on with the window or the run of the one before. */
static bool
goes_on(const Audit *a, const WorkVisit *before, const WorkVisit *visit)
{
	if (a->entry.check == MS_CHECK_VISIT_DAYS &&
		day_of(visit) - day_of(before) > 1)
		return false;
	return ms_calendar_window(a, day_of(visit)) ==
		ms_calendar_window(a, day_of(before));
}

void
ms_visit_judge(Audit *a, const WorkVisits *v)
{
	const WorkVisit **counted = MS_NEW(&a->scratch, const WorkVisit *, v->n);
	uint32_t	n = 0;
	uint32_t	end;

	for (uint32_t i = 0; i < v->n; i++)
	{
		if (is_counted(a, &v->visits[i]))
			counted[n++] = &v->visits[i];
	}
	for (uint32_t i = 0; i < n; i = end)
	{
		for (end = i + 1; end < n && counted[end]->key == counted[i]->key &&
			 goes_on(a, counted[end - 1], counted[end]);)
			end++;
		ms_tick(&a->scratch);
		if (a->entry.check == MS_CHECK_VISIT_DAYS)
			judge_run(a, v, counted + i, end - i);
		else if (a->entry.scope == MS_SCOPE_ROLLING)
			judge_rolling(a, v, counted + i, end - i);
		else
			judge_window(a, v, counted + i, end - i);
	}
}
