/*-------------------------------------------------------------------------
 *
 * audit_course_core.c
 *	  Caps (K6) that count days: of a course, a stay or a life.
 *
 * A course is a run of days of use in which no pause has more days without
 * use than the rulebook's course_gap_days.  What a stay is: audit_stay_core.h.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_cap_core.h"
#include "audit/audit_stay_core.h"

/* ---- findings of whole days ---- */

static int64_t
day_of(const Audit *a, uint32_t line)
{
	return a->lines[line].day;
}

static void
add_excess_line(Audit *a, WorkDraft *draft, uint32_t line)
{
	ms_cap_add(a, &draft->violating, line);
	ms_cap_add_candidate(a, draft, line, a->lines[line].cnt);
}

static void
emit_days(Audit *a, WorkDraft *draft, int64_t actual)
{
	draft->whole_lines = true;
	draft->excess = actual - a->entry.limit;
	draft->sum = ms_cap_minus(a, actual, a->entry.limit);
	ms_cap_set_values(a, draft, actual);
	ms_money_emit(a, draft);
}

static void
set_window(const Audit *a, WorkDraft *draft, const uint32_t *lines, uint32_t n)
{
	draft->window_start = ms_known(day_of(a, lines[0]) * MS_USECS_PER_DAY);
	draft->window_end = ms_known((day_of(a, lines[n - 1]) + 1) *
								 MS_USECS_PER_DAY);
}

/*
 * Distinct days of use: those beyond the limit's whole days are too many.
 * True when a finding was begun; the caller sets its window and emits it.
 */
static bool
count_days(Audit *a, const uint32_t *lines, uint32_t n, WorkDraft *draft,
		   int64_t *actual)
{
	int64_t		allowed = a->entry.limit / MS_QTY_ONE;
	int64_t		days = 0;

	memset(draft, 0, sizeof(*draft));
	for (uint32_t i = 0; i < n; i++)
	{
		if (i == 0 || day_of(a, lines[i]) != day_of(a, lines[i - 1]))
			days++;
		if (days > allowed)
			add_excess_line(a, draft, lines[i]);
		else
			ms_cap_add(a, &draft->involved, lines[i]);
	}
	*actual = days * MS_QTY_ONE;
	return days > allowed;
}

static void
judge_day_count(Audit *a, const uint32_t *lines, uint32_t n)
{
	WorkDraft	draft;
	int64_t		actual;

	if (!count_days(a, lines, n, &draft, &actual))
		return;
	set_window(a, &draft, lines, n);
	emit_days(a, &draft, actual);
}

/* Days from the first use, that one included, whether used or not. */
static void
judge_span(Audit *a, const uint32_t *lines, uint32_t n)
{
	int64_t		first = day_of(a, lines[0]);
	int64_t		span = (day_of(a, lines[n - 1]) - first + 1) * MS_QTY_ONE;
	WorkDraft	draft;

	if (span <= a->entry.limit)
		return;
	memset(&draft, 0, sizeof(draft));
	for (uint32_t i = 0; i < n; i++)
	{
		if ((day_of(a, lines[i]) - first + 1) * MS_QTY_ONE > a->entry.limit)
			add_excess_line(a, &draft, lines[i]);
		else
			ms_cap_add(a, &draft.involved, lines[i]);
	}
	set_window(a, &draft, lines, n);
	emit_days(a, &draft, span);
}

/* ---- gaps ---- */

/* One day that comes too soon after the last accepted one. */
static void
emit_gap(Audit *a, const uint32_t *accepted, uint32_t n_accepted,
		 const uint32_t *lines, uint32_t n)
{
	int64_t		gap = (day_of(a, lines[0]) - day_of(a, accepted[0])) *
	MS_QTY_ONE;
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;

	memset(&draft, 0, sizeof(draft));
	for (uint32_t i = 0; i < n; i++)
		add_excess_line(a, &draft, lines[i]);
	for (uint32_t i = 0; i < n_accepted; i++)
		ms_cap_add(a, &draft.involved, accepted[i]);
	draft.whole_lines = true;
	draft.excess = a->entry.limit - gap;
	draft.sum = ms_cap_minus(a, a->entry.limit, gap);
	ms_cap_set_values(a, &draft, gap);
	draft.window_start = ms_known(day_of(a, accepted[0]) * MS_USECS_PER_DAY);
	draft.window_end = ms_known((day_of(a, lines[0]) + 1) * MS_USECS_PER_DAY);
	ms_money_emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

static void
judge_gaps(Audit *a, const uint32_t *lines, uint32_t n)
{
	const uint32_t *accepted = NULL;
	uint32_t	n_accepted = 0;
	uint32_t	end;

	for (uint32_t i = 0; i < n; i = end)
	{
		for (end = i; end < n && day_of(a, lines[end]) == day_of(a, lines[i]);)
			end++;
		ms_tick(&a->scratch);
		if (accepted != NULL && (day_of(a, lines[i]) -
								 day_of(a, accepted[0])) * MS_QTY_ONE <
			a->entry.limit)
			emit_gap(a, accepted, n_accepted, lines + i, end - i);
		else
		{
			accepted = lines + i;
			n_accepted = end - i;
		}
	}
}

/* ---- courses ---- */

static void
judge_run(Audit *a, const uint32_t *lines, uint32_t n)
{
	MsMark		mark = ms_arena_mark(&a->scratch);

	if (a->entry.check == MS_CHECK_DAYS)
		judge_day_count(a, lines, n);
	else if (a->entry.check == MS_CHECK_SPAN_DAYS)
		judge_span(a, lines, n);
	else
		judge_gaps(a, lines, n);
	ms_arena_release(&a->scratch, mark);
}

void
ms_course_judge(Audit *a, const uint32_t *lines, uint32_t n)
{
	uint32_t	end;

	if (a->entry.scope != MS_SCOPE_COURSE)
	{
		judge_run(a, lines, n);
		return;
	}
	for (uint32_t i = 0; i < n; i = end)
	{
		for (end = i + 1; end < n; end++)
		{
			ms_tick(&a->scratch);
			if (day_of(a, lines[end]) - day_of(a, lines[end - 1]) - 1 >
				a->book->course_gap_days)
				break;
		}
		judge_run(a, lines + i, end - i);
	}
}

/* ---- stays ---- */

/* A line and the encounter that names its stay. */
typedef struct Staying
{
	uint32_t	line;
	uint32_t	stay;
	MsStr		id;
} Staying;

static int
cmp_stays(uint32_t i, uint32_t j, const void *ctx)
{
	const Staying *x = &((const Staying *) ctx)[i];
	const Staying *y = &((const Staying *) ctx)[j];

	if (x->stay != y->stay)
		return ms_str_cmp(x->id, y->id);
	return (x->line > y->line) - (x->line < y->line);
}

static void
judge_stay(Audit *a, const uint32_t *lines, uint32_t n)
{
	int32_t		encounter = a->lines[lines[0]].encounter;
	const WorkStay *stay = ms_stay_of(a, encounter);
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;
	int64_t		actual;

	if (count_days(a, lines, n, &draft, &actual))
	{
		draft.window_start = stay ? ms_whole_second(ms_known(stay->begin)) :
			ms_whole_second(a->claims->encounters[encounter].begntime);
		if (stay && stay->ended)
			draft.window_end = ms_known(stay->end);
		draft.provisional = stay && stay->unfinished;
		draft.tested = MS_TESTED_INTERIM;
		emit_days(a, &draft, actual);
	}
	ms_arena_release(&a->scratch, mark);
}

/*
 * ms_course_judge_stays counts days per stay; lines of other settings are
 * not bound.
 */
void
ms_course_judge_stays(Audit *a, const uint32_t *lines, uint32_t n)
{
	Staying    *staying = MS_NEW(&a->scratch, Staying, n);
	uint32_t   *idx = MS_NEW(&a->scratch, uint32_t, n);
	uint32_t	kept = 0;
	uint32_t	end;

	for (uint32_t i = 0; i < n; i++)
	{
		int32_t		setting = ms_line_setting(a, &a->lines[lines[i]]);
		Staying    *s = &staying[kept];

		if (setting < 0)
			ms_audit_outcome(a, lines[i], MS_UNDECIDED, MS_SETTING_UNKNOWN);
		if (setting != MS_SETTING_INPATIENT)
			continue;
		s->line = lines[i];
		s->stay = ms_stay_chain(a, a->lines[lines[i]].encounter);
		s->id = a->claims->encounters[s->stay].mdtrt_id;
		idx[kept] = kept;
		kept++;
	}
	ms_sort(&a->scratch, idx, kept, cmp_stays, staying);
	for (uint32_t i = 0; i < kept; i = end)
	{
		uint32_t	stay = staying[idx[i]].stay;

		for (end = i; end < kept && staying[idx[end]].stay == stay; end++)
			idx[end] = staying[idx[end]].line;
		ms_tick(&a->scratch);
		judge_stay(a, idx + i, end - i);
	}
}
