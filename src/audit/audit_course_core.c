/*-------------------------------------------------------------------------
 *
 * audit_course_core.c
 *	  Caps (K6) that count days: of a window, a course, a stay or a life.
 *
 * Where days are too many, all lines of the days beyond the limit are.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_cap_core.h"

/* ---- findings of whole days ---- */

static void
emit_days(Audit *a, WorkDraft *draft, int64_t actual, int64_t limit)
{
	draft->whole_lines = true;
	ms_cap_set_excess(a, draft, actual, limit);
	ms_money_emit(a, draft);
}

/* How many places from the first on are of its day. */
static uint32_t
day_length(const WorkPlace *places, uint32_t n)
{
	uint32_t	i = 1;

	while (i < n && places[i].day == places[0].day)
		i++;
	return i;
}

/* Distinct days of use: those beyond the limit's whole days are too many. */
static void
judge_day_count(Audit *a, const WorkPlace *places, uint32_t n,
				WorkLimits *limits)
{
	int64_t		limit;
	int64_t		days = 0;
	WorkDraft	draft;

	memset(&draft, 0, sizeof(draft));
	if (!ms_cap_limit(a, limits, places, n, &draft, &limit))
		return;
	for (uint32_t i = 0; i < n; i++)
	{
		if (i == 0 || places[i].day != places[i - 1].day)
			days++;
		if (days > limit / MS_QTY_ONE)
			ms_cap_add_whole(a, &draft, places[i].line);
		else
			ms_cap_add(a, &draft.involved, places[i].line);
	}
	if (days <= limit / MS_QTY_ONE)
		return;
	ms_window_describe(a, places, n, &draft);
	emit_days(a, &draft, days * MS_QTY_ONE, limit / MS_QTY_ONE * MS_QTY_ONE);
}

/* Days from the first use, that one included, whether used or not. */
static void
judge_span(Audit *a, const WorkPlace *places, uint32_t n)
{
	int64_t		first = places[0].day;
	int64_t		span = (places[n - 1].day - first + 1) * MS_QTY_ONE;
	WorkDraft	draft;

	if (span <= a->entry.limit)
		return;
	memset(&draft, 0, sizeof(draft));
	for (uint32_t i = 0; i < n; i++)
	{
		if ((places[i].day - first + 1) * MS_QTY_ONE > a->entry.limit)
			ms_cap_add_whole(a, &draft, places[i].line);
		else
			ms_cap_add(a, &draft.involved, places[i].line);
	}
	ms_window_describe(a, places, n, &draft);
	emit_days(a, &draft, span, a->entry.limit);
}

/* ---- gaps ---- */

/* One day that comes too soon after the last accepted one. */
static void
emit_gap(Audit *a, const WorkPlace *accepted, uint32_t n_accepted,
		 const WorkPlace *places, uint32_t n)
{
	int64_t		gap = (places[0].day - accepted[0].day) * MS_QTY_ONE;
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;

	memset(&draft, 0, sizeof(draft));
	for (uint32_t i = 0; i < n; i++)
		ms_cap_add_whole(a, &draft, places[i].line);
	for (uint32_t i = 0; i < n_accepted; i++)
		ms_cap_add(a, &draft.involved, accepted[i].line);
	draft.whole_lines = true;
	draft.excess = a->entry.limit - gap;
	draft.sum = ms_cap_minus(a, a->entry.limit, gap);
	draft.limit_value = ms_audit_decimal(a, a->entry.limit, MS_QTY_SCALE, 0);
	draft.actual_value = ms_audit_decimal(a, gap, MS_QTY_SCALE, 0);
	ms_window_describe(a, places, n, &draft);
	draft.window_start = ms_known(accepted[0].day * MS_USECS_PER_DAY);
	draft.window_end = ms_known((places[0].day + 1) * MS_USECS_PER_DAY);
	ms_money_emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

static void
judge_gaps(Audit *a, const WorkPlace *places, uint32_t n)
{
	const WorkPlace *accepted = NULL;
	uint32_t	n_accepted = 0;
	uint32_t	length;

	for (uint32_t i = 0; i < n; i += length)
	{
		length = day_length(places + i, n - i);
		ms_tick(&a->scratch);
		if (accepted != NULL && (places[i].day - accepted[0].day) *
			MS_QTY_ONE < a->entry.limit)
			emit_gap(a, accepted, n_accepted, places + i, length);
		else
		{
			accepted = places + i;
			n_accepted = length;
		}
	}
}

/* ---- days in a rolling window ---- */

/* One day that comes on top of the accepted ones of the last N days. */
static void
emit_surplus_day(Audit *a, const WorkPlace *const *accepted, uint32_t n_accepted,
				 const WorkPlace *places, uint32_t n)
{
	int64_t		allowed = a->entry.limit / MS_QTY_ONE;
	int64_t		from = n_accepted > 0 ? accepted[0]->day : places[0].day;
	uint32_t	shown = 0;
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;

	memset(&draft, 0, sizeof(draft));
	for (uint32_t i = 0; i < n; i++)
		ms_cap_add_whole(a, &draft, places[i].line);
	for (uint32_t i = 0; i < n_accepted; i++)
	{
		for (const WorkPlace *p = accepted[i]; p < places &&
			 p->day == accepted[i]->day && shown++ < MAX_INVOLVED; p++)
			ms_cap_add(a, &draft.involved, p->line);
	}
	draft.whole_lines = true;
	ms_cap_set_excess(a, &draft, (n_accepted + 1) * MS_QTY_ONE,
					  allowed * MS_QTY_ONE);
	draft.window_start = ms_known(from * MS_USECS_PER_DAY);
	draft.window_end = ms_known((from + a->entry.window_days) *
								MS_USECS_PER_DAY);
	ms_money_emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

static void
judge_rolling_days(Audit *a, const WorkPlace *places, uint32_t n)
{
	const WorkPlace **accepted = MS_NEW(&a->scratch, const WorkPlace *, n);
	int64_t		allowed = a->entry.limit / MS_QTY_ONE;
	uint32_t	first = 0;
	uint32_t	end = 0;
	uint32_t	length;

	for (uint32_t i = 0; i < n; i += length)
	{
		length = day_length(places + i, n - i);
		ms_tick(&a->scratch);
		while (first < end && accepted[first]->day <=
			   places[i].day - a->entry.window_days)
			first++;
		if (end - first >= allowed)
			emit_surplus_day(a, accepted + first, end - first, places + i,
							 length);
		else
			accepted[end++] = &places[i];
	}
}

/* ---- the entry ---- */

static void
judge_bucket(Audit *a, const WorkPlace *places, uint32_t n, WorkLimits *limits)
{
	MsMark		mark = ms_arena_mark(&a->scratch);

	if (a->entry.check == MS_CHECK_SPAN_DAYS)
		judge_span(a, places, n);
	else if (a->entry.check == MS_CHECK_GAP_DAYS)
		judge_gaps(a, places, n);
	else if (a->entry.scope == MS_SCOPE_ROLLING)
		judge_rolling_days(a, places, n);
	else
		judge_day_count(a, places, n, limits);
	ms_arena_release(&a->scratch, mark);
}

void
ms_course_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	uint32_t	n_places;
	const WorkPlace *places;
	WorkLimits	limits;
	uint32_t	length;

	ms_window_start(a);
	places = ms_window_lines(a, touches, n, MS_ROLE_MAIN, NULL, 0, &n_places);
	ms_cap_start_limits(a, touches, n, &limits);
	for (uint32_t i = 0; i < n_places; i += length)
	{
		length = ms_window_length(places + i, n_places - i);
		ms_tick(&a->scratch);
		judge_bucket(a, places + i, length, &limits);
	}
}
