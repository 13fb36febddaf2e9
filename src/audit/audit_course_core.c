/*-------------------------------------------------------------------------
 *
 * audit_course_core.c
 *	  Caps (K6) that count days: of a course, a stay or a life.
 *
 * A course is a run of days of use in which no pause has more days without
 * use than the rulebook's course_gap_days.  A stay is a chain of inpatient
 * encounters of the person in one institution, where the next begins in the
 * minute in which the one before ended, or after an interim settlement on
 * the same or the next day.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_cap_core.h"

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

/* Encounters that count, by (institution, begin, id). */
static int
cmp_stays(uint32_t i, uint32_t j, const void *ctx)
{
	const Audit *a = ctx;
	const MsEncounter *x = &a->claims->encounters[i];
	const MsEncounter *y = &a->claims->encounters[j];
	int			diff = ms_str_cmp(x->fixmedins_code, y->fixmedins_code);

	if (diff != 0)
		return diff;
	if (x->begntime.v != y->begntime.v)
		return x->begntime.v < y->begntime.v ? -1 : 1;
	return ms_str_cmp(x->mdtrt_id, y->mdtrt_id);
}

/* Marks encounters with an interim settlement that stands. */
static bool *
interim_encounters(Audit *a)
{
	bool	   *interim = MS_NEW(&a->arena, bool, a->claims->n_encounters);

	for (uint32_t i = 0; i < a->claims->n_settlements; i++)
	{
		const MsSettlement *s = &a->claims->settlements[i];
		int32_t		encounter;

		ms_tick(&a->arena);
		if (!ms_flag_is(s->mid_setl_flag, '1') || a->settlements[i].is_void ||
			a->settlements[i].cancelled)
			continue;
		encounter = ms_fate_encounter(a, s->mdtrt_id);
		if (encounter >= 0)
			interim[encounter] = true;
	}
	return interim;
}

static bool
continues(const MsEncounter *before, const MsEncounter *next, bool interim)
{
	const int64_t minute = 60 * INT64_C(1000000);

	if (!ms_str_eq(before->fixmedins_code, next->fixmedins_code) ||
		ms_str_missing(next->fixmedins_code) ||
		before->endtime.state != MS_READABLE)
		return false;
	if (ms_floor_div(before->endtime.v, minute) ==
		ms_floor_div(next->begntime.v, minute))
		return true;
	return interim && next->begntime.v >= before->begntime.v &&
		ms_day_of(next->begntime.v) <= ms_day_of(before->endtime.v) + 1;
}

/* Numbers the chains: every encounter gets the first one of its chain. */
static void
find_chains(Audit *a)
{
	uint32_t	n = a->claims->n_encounters;
	const MsEncounter *all = a->claims->encounters;
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, n);
	const bool *interim = interim_encounters(a);
	uint32_t	kept = 0;

	a->chain = MS_NEW(&a->arena, uint32_t, n);
	for (uint32_t i = 0; i < n; i++)
	{
		a->chain[i] = i;
		if (all[i].begntime.state == MS_READABLE &&
			ms_fate_encounter(a, all[i].mdtrt_id) == (int32_t) i &&
			ms_book_map(a->book, MS_MAP_SETTING, all[i].med_type) ==
			MS_SETTING_INPATIENT)
			idx[kept++] = i;
	}
	ms_sort(&a->arena, idx, kept, cmp_stays, a);
	for (uint32_t i = 1; i < kept; i++)
	{
		ms_tick(&a->arena);
		if (continues(&all[idx[i - 1]], &all[idx[i]], interim[idx[i - 1]]))
			a->chain[idx[i]] = a->chain[idx[i - 1]];
	}
}

/* By (begin of the chain's first encounter, chain, order in time). */
static int
cmp_chains(uint32_t i, uint32_t j, const void *ctx)
{
	const Audit *a = ctx;
	uint32_t	x = a->chain[a->lines[i].encounter];
	uint32_t	y = a->chain[a->lines[j].encounter];

	if (x != y)
	{
		int			diff = ms_str_cmp(a->claims->encounters[x].mdtrt_id,
									  a->claims->encounters[y].mdtrt_id);

		return diff != 0 ? diff : (x < y ? -1 : 1);
	}
	return (i > j) - (i < j);
}

static void
judge_stay(Audit *a, const uint32_t *lines, uint32_t n)
{
	uint32_t	chain = a->chain[a->lines[lines[0]].encounter];
	const WorkLine *last = &a->lines[lines[n - 1]];
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;
	int64_t		actual;

	if (count_days(a, lines, n, &draft, &actual))
	{
		draft.window_start =
			ms_whole_second(a->claims->encounters[chain].begntime);
		draft.window_end = encounter_of(a, last)->endtime;
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
	uint32_t   *idx = MS_NEW(&a->scratch, uint32_t, n);
	uint32_t	kept = 0;
	uint32_t	end;

	if (a->chain == NULL)
		find_chains(a);
	for (uint32_t i = 0; i < n; i++)
	{
		int32_t		setting = ms_line_setting(a, &a->lines[lines[i]]);

		if (setting < 0)
			ms_audit_outcome(a, lines[i], MS_UNDECIDED, MS_SETTING_UNKNOWN);
		else if (setting == MS_SETTING_INPATIENT)
			idx[kept++] = lines[i];
	}
	ms_sort(&a->scratch, idx, kept, cmp_chains, a);
	for (uint32_t i = 0; i < kept; i = end)
	{
		for (end = i; end < kept &&
			 a->chain[a->lines[idx[end]].encounter] ==
			 a->chain[a->lines[idx[i]].encounter];)
			end++;
		ms_tick(&a->scratch);
		judge_stay(a, idx + i, end - i);
	}
}
