/*-------------------------------------------------------------------------
 *
 * audit_cap_core.c
 *	  Caps (K6) on sums: what an entry's lines measure in a window, against
 *	  its limit.  All codes of the entry share one counter.
 *
 * Where some of a bucket is too much, any of its lines may be the ones that
 * are: the money tells the cheapest and the dearest choice.
 *
 * Caps that count days are in audit_course_core.c, distinct medicines in
 * audit_parts_core.c.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_cap_core.h"
#include "audit/audit_condition_core.h"
#include "audit/audit_frequency_core.h"
#include "audit/audit_stay_core.h"

#define TIMES	" \303\227 "	/* U+00D7 */

/* Sums over all lines stay below this, so that they can be subtracted. */
#define MAX_SUM (INT64_MAX / 4)

/* ---- findings ---- */

void
ms_cap_add(Audit *a, MsVec *lines, uint32_t line)
{
	*MS_PUSH(&a->scratch, lines, uint32_t) = line;
}

void
ms_cap_add_candidate(Audit *a, WorkDraft *draft, uint32_t line, int64_t avail,
					 int64_t of)
{
	WorkCandidate *c = MS_PUSH(&a->scratch, &draft->candidates, WorkCandidate);

	c->line = line;
	c->avail = avail;
	c->of = of;
}

/* A violating line that is too much as a whole. */
void
ms_cap_add_whole(Audit *a, WorkDraft *draft, uint32_t line)
{
	ms_cap_add(a, &draft->violating, line);
	ms_cap_add_candidate(a, draft, line, a->lines[line].cnt, 0);
}

/* "3 - 1" */
const char *
ms_cap_minus(Audit *a, int64_t actual, int64_t limit)
{
	MsBuf		buf;

	ms_buf_init(&buf, &a->scratch);
	ms_buf_decimal(&buf, actual, MS_QTY_SCALE, 0);
	ms_buf_puts(&buf, " - ");
	ms_buf_decimal(&buf, limit, MS_QTY_SCALE, 0);
	return buf.s;
}

static int64_t
clamp(MsWide sum)
{
	if (sum < 0)
		return 0;
	return sum > MAX_SUM ? MAX_SUM : (int64_t) sum;
}

const WorkTouch *
ms_cap_touches(Audit *a, const WorkTouch *touches, uint32_t *n)
{
	WorkTouch  *all;

	if (*n > 0)
		return touches;
	*n = a->n_codes;
	all = MS_NEW(&a->scratch, WorkTouch, *n);
	for (uint32_t i = 0; i < *n; i++)
	{
		all[i].entry = a->entry_index;
		all[i].code = i;
		all[i].role = MS_ROLE_MAIN;
	}
	return all;
}

/* ---- limits ---- */

void
ms_cap_start_limits(Audit *a, const WorkTouch *touches, uint32_t n,
					WorkLimits *limits)
{
	memset(limits, 0, sizeof(*limits));
	if (a->entry.limit_basis == MS_LIMIT_ITEM)
		limits->per = ms_window_others(a, touches, n, MS_ROLE_PER,
									   &limits->n_per);
}

/* The quantity of the per lines of a bucket. */
static int64_t
per_quantity(Audit *a, WorkLimits *limits, const WorkPlace *bucket,
			 WorkDraft *draft)
{
	MsWide		sum = 0;
	uint32_t	shown = 0;

	while (limits->at < limits->n_per &&
		   ms_window_cmp(&limits->per[limits->at], bucket) < 0)
		limits->at++;
	for (uint32_t i = limits->at; i < limits->n_per &&
		 ms_window_cmp(&limits->per[i], bucket) == 0; i++)
	{
		ms_tick(&a->scratch);
		sum += a->lines[limits->per[i].line].cnt;
		if (shown++ < MAX_INVOLVED)
			ms_cap_add(a, &draft->involved, limits->per[i].line);
	}
	return clamp(sum);
}

/* What the limit is multiplied with; false when it cannot be told. */
static bool
factor_of(Audit *a, WorkLimits *limits, const WorkPlace *bucket,
		  WorkDraft *draft, int64_t *factor, MsReason *reason)
{
	const WorkStay *stay;
	MsValue		of_case;

	switch ((MsLimitBasis) a->entry.limit_basis)
	{
		case MS_LIMIT_STAY_DAYS:
			stay = ms_stay_of(a, a->lines[bucket->line].encounter);
			*factor = stay ? MS_QTY_ONE * stay->days : 0;
			draft->provisional |= stay && stay->unfinished;
			*reason = MS_STAY_UNKNOWN;
			return *factor > 0;
		case MS_LIMIT_ITEM:
			*factor = per_quantity(a, limits, bucket, draft);
			return true;
		case MS_LIMIT_CASE:
			of_case = ms_condition_limit(a, bucket->line);
			*factor = of_case.v;
			*reason = MS_CONDITION_UNKNOWN;
			return of_case.state == MS_READABLE;
		default:
			*factor = MS_QTY_ONE;
			return true;
	}
}

bool
ms_cap_limit(Audit *a, WorkLimits *limits, const WorkPlace *places, uint32_t n,
			 WorkDraft *draft, int64_t *limit)
{
	int64_t		factor;
	MsReason	reason;
	MsBuf		buf;

	if (!factor_of(a, limits, &places[0], draft, &factor, &reason))
	{
		for (uint32_t i = 0; i < n; i++)
			ms_audit_outcome(a, places[i].line, MS_UNDECIDED, reason);
		return false;
	}
	*limit = clamp((MsWide) a->entry.limit * factor / MS_QTY_ONE);
	if (a->entry.limit_basis <= MS_LIMIT_CONSTANT)
		return true;
	ms_buf_init(&buf, &a->scratch);
	ms_buf_decimal(&buf, a->entry.limit, MS_QTY_SCALE, 0);
	ms_buf_puts(&buf, TIMES);
	ms_buf_decimal(&buf, factor, MS_QTY_SCALE, 0);
	draft->limit_value = buf.s;
	return true;
}

/* "3 - 1", "5 - 1 × 2" */
void
ms_cap_set_excess(Audit *a, WorkDraft *draft, int64_t actual, int64_t limit)
{
	MsBuf		buf;

	draft->excess = actual - limit;
	draft->actual_value = ms_audit_decimal(a, actual, MS_QTY_SCALE, 0);
	if (draft->limit_value == NULL)
		draft->limit_value = ms_audit_decimal(a, limit, MS_QTY_SCALE, 0);
	ms_buf_init(&buf, &a->scratch);
	ms_buf_puts(&buf, draft->actual_value);
	ms_buf_puts(&buf, " - ");
	ms_buf_puts(&buf, draft->limit_value);
	draft->sum = buf.s;
}

/* ---- measures ---- */

static bool
is_known(MsValue v)
{
	return v.state == MS_READABLE && v.v > 0;
}

/* The dose of a line: once, or of a day. */
static MsReason
dose_of(const Audit *a, const MsLine *in, int64_t *dose)
{
	int64_t		uses;

	if (!is_known(in->sin_dos))
		return MS_DOSE_UNKNOWN;
	*dose = in->sin_dos.v;
	if (a->entry.scope != MS_SCOPE_DAY)
		return MS_REASON_NONE;
	if (!ms_frequency_per_day(in->used_frqu_dscr, &uses))
		return MS_DOSE_UNKNOWN;
	*dose = clamp((MsWide) *dose * uses / MS_QTY_ONE);
	return MS_REASON_NONE;
}

/* What the whole line measures, or why that cannot be told. */
static MsReason
measure(Audit *a, uint32_t at, int64_t *amount)
{
	const WorkLine *line = &a->lines[at];

	switch ((MsCheck) a->entry.check)
	{
		case MS_CHECK_COUNT:
			*amount = MS_QTY_ONE;
			return MS_REASON_NONE;
		case MS_CHECK_HOURS:
			*amount = line->cnt;
			return line->cnt > MS_MAX_HOURS ? MS_HOURS_IMPLAUSIBLE :
				MS_REASON_NONE;
		case MS_CHECK_SUPPLY_DAYS:
			if (!is_known(line->in->prd_days))
				return MS_SUPPLY_DAYS_UNKNOWN;
			*amount = ms_part(line->in->prd_days.v, line->cnt,
							  line->in->cnt.v);
			return MS_REASON_NONE;
		case MS_CHECK_DOSE:
			return dose_of(a, line->in, amount);
		case MS_CHECK_MONEY:
			*amount = line->amt * 100;
			return MS_REASON_NONE;
		case MS_CHECK_FUND_MONEY:
			if (!ms_money_pooled(a, at, amount))
				return MS_FUND_UNKNOWN;
			*amount *= 100;
			return MS_REASON_NONE;
		default:
			*amount = line->cnt;
			return MS_REASON_NONE;
	}
}

/* ---- places ---- */

/* A part of a line's measure, in the window of its own time. */
static void
add_place(Audit *a, MsVec *places, uint32_t line, int64_t time, int64_t amount,
		  int64_t of)
{
	WorkPlace	place;
	MsReason	reason;

	if (amount <= 0 || !ms_window_place(a, line, time, &place, &reason))
		return;
	place.amount = amount;
	place.of = of;
	*MS_PUSH(&a->scratch, places, WorkPlace) = place;
}

/* Cuts a line's hours at midnight, or at every hour; the pieces add up. */
static void
add_hours(Audit *a, MsVec *places, uint32_t at)
{
	const WorkLine *line = &a->lines[at];
	int64_t		unit = a->entry.scope == MS_SCOPE_HOUR ?
	MS_USECS_PER_HOUR : MS_USECS_PER_DAY;
	int64_t		end = line->time + line->cnt * MS_USECS_PER_QTY_HOUR;
	int64_t		from = line->time;
	int64_t		done = 0;

	while (done < line->cnt)
	{
		int64_t		next = (ms_floor_div(from, unit) + 1) * unit;
		int64_t		upto = end <= next ? line->cnt :
		ms_div_round(next - line->time, MS_USECS_PER_QTY_HOUR);

		add_place(a, places, at, from, upto - done, line->cnt);
		done = upto;
		from = next;
	}
}

/* One order may be posted once for each time that it is carried out. */
static int
cmp_orders(uint32_t i, uint32_t j, const void *ctx)
{
	const Audit *a = ctx;
	const WorkLine *x = &a->lines[i];
	const WorkLine *y = &a->lines[j];
	int			diff;

	if (x->encounter != y->encounter)
		return x->encounter < y->encounter ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->code != y->code)
		return x->code < y->code ? -1 : 1;
	diff = ms_str_cmp(ms_str_trim(x->in->rx_drord_no),
					  ms_str_trim(y->in->rx_drord_no));
	return diff;
}

static int
cmp_doses(uint32_t i, uint32_t j, const void *ctx)
{
	const Audit *a = ctx;
	int			diff = cmp_orders(i, j, ctx);
	int64_t		x = a->lines[i].take;
	int64_t		y = a->lines[j].take;

	if (diff == 0)
		diff = (x < y) - (x > y);
	return diff != 0 ? diff : (i > j) - (i < j);
}

static int
cmp_index(uint32_t i, uint32_t j, const void *ctx)
{
	(void) ctx;
	return (i > j) - (i < j);
}

/* Keeps the largest dose of each order, code and day. */
static void
drop_repeated_doses(Audit *a, uint32_t *lines, uint32_t *n)
{
	uint32_t	kept = 0;

	ms_sort(&a->scratch, lines, *n, cmp_doses, a);
	for (uint32_t i = 0; i < *n; i++)
	{
		if (i == 0 || ms_str_missing(ms_str_trim(a->lines[lines[i]].in->rx_drord_no)) ||
			cmp_orders(lines[i - 1], lines[i], a) != 0)
			lines[kept++] = lines[i];
		else
			a->lines[lines[i]].take = 0;
	}
	ms_sort(&a->scratch, lines, kept, cmp_index, NULL);
	*n = kept;
}

/* Keeps the lines that count and can be placed and measured; "take" says it. */
static uint32_t *
measure_lines(Audit *a, const uint32_t *all, uint32_t n_all, uint32_t *n,
			  MsWide *sum)
{
	uint32_t   *lines = MS_NEW(&a->scratch, uint32_t, n_all);
	bool		is_placed = ms_window_holds_all(a);
	uint32_t	kept = 0;

	*sum = 0;
	for (uint32_t i = 0; i < n_all; i++)
	{
		WorkPlace	place;
		MsReason	reason;
		int64_t		amount;

		ms_tick(&a->scratch);
		if (!ms_audit_counts(a, all[i]))
			continue;
		if (is_placed || ms_window_place(a, all[i], a->lines[all[i]].time,
										 &place, &reason))
			reason = measure(a, all[i], &amount);
		else if (reason == MS_REASON_NONE)
			continue;
		if (reason != MS_REASON_NONE)
		{
			ms_audit_outcome(a, all[i], MS_UNDECIDED, reason);
			continue;
		}
		a->lines[all[i]].take = amount;
		if (amount > 0)
			*sum += amount;
		lines[kept++] = all[i];
	}
	*n = kept;
	return lines;
}

/*
 * Whether all that was measured is within the limit, so that no window can
 * hold more, whichever windows there are.
 */
static bool
is_within_limit(const Audit *a, MsWide sum)
{
	return !a->claims->in_full && a->entry.limit_basis <= MS_LIMIT_CONSTANT &&
		sum <= clamp(a->entry.limit);
}

/* Pieces of one line in one bucket are one. */
static uint32_t
join_pieces(WorkPlace *places, uint32_t n)
{
	uint32_t	kept = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		if (kept > 0 && places[kept - 1].line == places[i].line &&
			ms_window_cmp(&places[kept - 1], &places[i]) == 0)
			places[kept - 1].amount += places[i].amount;
		else
			places[kept++] = places[i];
	}
	return kept;
}

/* The lines that count, measured and placed; none where none is too much. */
static WorkPlace *
measured_places(Audit *a, const WorkTouch *touches, uint32_t n,
				uint32_t *n_places)
{
	uint32_t	total;
	const uint32_t *all = ms_audit_entry_lines(a, touches, n, MS_ROLE_MAIN,
											   &total);
	MsWide		sum;
	uint32_t   *lines = measure_lines(a, all, total, &total, &sum);
	bool		is_rolling = a->entry.scope == MS_SCOPE_ROLLING;
	MsVec		vec = {NULL, 0, 0};
	WorkPlace  *places;

	if (is_within_limit(a, sum))
	{
		for (uint32_t i = 0; i < total; i++)
			a->lines[lines[i]].take = 0;
		*n_places = 0;
		return NULL;
	}
	if (a->entry.check == MS_CHECK_DOSE && a->entry.scope == MS_SCOPE_DAY)
		drop_repeated_doses(a, lines, &total);
	for (uint32_t i = 0; i < total; i++)
	{
		WorkLine   *line = &a->lines[lines[i]];

		ms_tick(&a->scratch);
		if (a->entry.check == MS_CHECK_HOURS)
			add_hours(a, &vec, lines[i]);
		else
			add_place(a, &vec, lines[i], line->time, line->take, line->take);
		line->take = 0;
	}
	places = ms_window_order(a, vec.data, (uint32_t) vec.n);
	*n_places = is_rolling ? (uint32_t) vec.n :
		join_pieces(places, (uint32_t) vec.n);
	return places;
}

/* ---- late posting ---- */

/* What the entry counted per stay, under its first encounter. */
typedef struct Totals
{
	int64_t    *by_stay;
	bool		ready;
	const WorkPlace *places;
	uint32_t	n_places;
} Totals;

static int64_t
total_of(Audit *a, Totals *t, uint32_t stay)
{
	if (!t->ready)
	{
		for (uint32_t i = 0; i < t->n_places; i++)
		{
			const WorkPlace *p = &t->places[i];

			int64_t    *sum = &t->by_stay[ms_stay_chain(a, a->lines[p->line].encounter)];

			*sum = clamp((MsWide) *sum + p->amount);
		}
		t->ready = true;
	}
	return t->by_stay[stay];
}

/*
 * Fees of several days posted on one: the day is over its limit, while the
 * stay as a whole is within limit x days.  Only where the whole bucket is of
 * one inpatient stay.
 */
static bool
is_late_posting(Audit *a, const WorkPlace *places, uint32_t n, Totals *totals)
{
	int32_t		encounter = a->lines[places[0].line].encounter;
	uint32_t	stay = ms_stay_chain(a, encounter);

	for (uint32_t i = 0; i < n; i++)
	{
		const WorkLine *line = &a->lines[places[i].line];

		if (ms_stay_chain(a, line->encounter) != stay ||
			ms_stay_of(a, line->encounter) == NULL)
			return false;
	}
	return total_of(a, totals, stay) <=
		(MsWide) a->entry.limit * ms_stay_days(a, encounter);
}

/* ---- buckets ---- */

static void
judge_bucket(Audit *a, const WorkPlace *places, uint32_t n, WorkLimits *limits,
			 Totals *totals)
{
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;
	MsWide		total = 0;
	int64_t		limit;
	int64_t		left;

	memset(&draft, 0, sizeof(draft));
	for (uint32_t i = 0; i < n; i++)
		total += places[i].amount;
	if (!ms_cap_limit(a, limits, places, n, &draft, &limit) || total <= limit)
	{
		ms_arena_release(&a->scratch, mark);
		return;
	}
	ms_cap_set_excess(a, &draft, clamp(total), limit);

	/* the last ones hold the excess; any could have been left out */
	left = draft.excess;
	for (uint32_t i = n; i-- > 0;)
	{
		const WorkPlace *p = &places[i];

		ms_tick(&a->scratch);
		ms_cap_add(a, left > 0 ? &draft.violating : &draft.involved, p->line);
		ms_cap_add_candidate(a, &draft, p->line, p->amount, p->of);
		left -= p->amount;
	}
	ms_window_describe(a, places, n, &draft);
	if (totals->by_stay != NULL && is_late_posting(a, places, n, totals))
	{
		draft.note = "late_posting";
		draft.without_money = true;
	}
	else if (totals->by_stay != NULL)
		draft.tested |= MS_TESTED_LATE_POSTING;
	ms_money_emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

/* ---- rolling windows ---- */

/* Whether what was accepted then still counts now. */
static bool
still_counts(const Audit *a, const WorkPlace *then, const WorkPlace *now)
{
	if (a->entry.scope == MS_SCOPE_6H)
		return a->lines[now->line].time - a->lines[then->line].time <=
			MS_REACH_6H;
	return then->day > now->day - a->entry.window_days;
}

static void
set_rolling_window(const Audit *a, WorkDraft *draft, const WorkPlace *first)
{
	int64_t		from = first->day * MS_USECS_PER_DAY;
	int64_t		length = a->entry.window_days * MS_USECS_PER_DAY;

	if (a->entry.scope == MS_SCOPE_6H)
	{
		from = a->lines[first->line].time;
		length = MS_REACH_6H;
	}
	draft->window_start = ms_whole_second(ms_known(from));
	draft->window_end = ms_known(draft->window_start.v + length);
}

/* A line that goes over the limit, and what was accepted before it. */
typedef struct Surplus
{
	WorkPlace	place;
	int64_t		before;
	const WorkPlace *accepted;
	uint32_t	n;
} Surplus;

static const WorkPlace *
window_of(const Surplus *s)
{
	return s->n > 0 ? s->accepted : &s->place;
}

static void
emit_surplus(Audit *a, const Surplus *s)
{
	MsMark		mark = ms_arena_mark(&a->scratch);
	int64_t		limit = a->entry.limit;
	WorkDraft	draft;
	MsBuf		sum;

	memset(&draft, 0, sizeof(draft));
	ms_cap_set_excess(a, &draft, s->before + s->place.amount, limit);
	if (draft.excess > s->place.amount)
		draft.excess = s->place.amount;
	ms_cap_add(a, &draft.violating, s->place.line);
	ms_cap_add_candidate(a, &draft, s->place.line, s->place.amount,
						 s->place.of);
	for (uint32_t i = 0; i < s->n && i < MAX_INVOLVED; i++)
		ms_cap_add(a, &draft.involved, s->accepted[i].line);
	ms_buf_init(&sum, &a->scratch);
	ms_buf_decimal(&sum, s->before, MS_QTY_SCALE, 0);
	ms_buf_puts(&sum, " + ");
	ms_buf_puts(&sum, ms_cap_minus(a, s->place.amount, limit));
	draft.sum = sum.s;
	set_rolling_window(a, &draft, window_of(s));
	ms_money_emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

static int
cmp_surpluses(uint32_t i, uint32_t j, const void *ctx)
{
	const Surplus *all = ctx;

	if (all[i].place.line != all[j].place.line)
		return all[i].place.line < all[j].place.line ? -1 : 1;
	return (i > j) - (i < j);
}

/*
 * Days of one line that are over the limit of one window are one finding:
 * after the first of them the window is full until its first line leaves.
 */
static void
emit_surpluses(Audit *a, Surplus *all, uint32_t n)
{
	uint32_t   *idx = MS_NEW(&a->scratch, uint32_t, n);
	Surplus    *open = NULL;

	for (uint32_t i = 0; i < n; i++)
		idx[i] = i;
	ms_sort(&a->scratch, idx, n, cmp_surpluses, all);
	for (uint32_t i = 0; i < n; i++)
	{
		Surplus    *s = &all[idx[i]];

		if (open != NULL && open->place.line == s->place.line &&
			window_of(open)->day == window_of(s)->day)
		{
			open->place.amount += s->place.amount;
			continue;
		}
		if (open != NULL)
			emit_surplus(a, open);
		open = s;
	}
	if (open != NULL)
		emit_surplus(a, open);
}

/* One counter: each line with what is accepted and still counts. */
static void
judge_rolling(Audit *a, const WorkPlace *places, uint32_t n)
{
	WorkPlace  *accepted = MS_NEW(&a->scratch, WorkPlace, n);
	MsVec		surpluses = {NULL, 0, 0};
	uint32_t	first = 0;
	uint32_t	end = 0;
	int64_t		sum = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		const WorkPlace *p = &places[i];
		int64_t		room;

		ms_tick(&a->scratch);
		while (first < end && !still_counts(a, &accepted[first], p))
			sum -= accepted[first++].amount;
		room = a->entry.limit - sum;
		if (p->amount > room)
		{
			Surplus    *s = MS_PUSH(&a->scratch, &surpluses, Surplus);

			s->place = *p;
			s->before = sum;
			s->accepted = accepted + first;
			s->n = end - first;
		}
		if (room > 0)
		{
			accepted[end] = *p;
			if (p->amount > room)
				accepted[end].amount = room;
			sum += accepted[end++].amount;
		}
	}
	emit_surpluses(a, surpluses.data, (uint32_t) surpluses.n);
}

/* ---- the entry ---- */

/* Fees of a day can be posted on another one; doses and supplies are not fees. */
static bool
may_be_late(const MsBookEntry *e)
{
	return e->scope == MS_SCOPE_DAY && e->limit_basis <= MS_LIMIT_CONSTANT &&
		e->check != MS_CHECK_DOSE && e->check != MS_CHECK_SUPPLY_DAYS;
}

/* Sums, bucket by bucket or line by line. */
void
ms_cap_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	uint32_t	n_places;
	const WorkPlace *places;
	WorkLimits	limits;
	Totals		totals = {NULL, false, NULL, 0};
	bool		is_rolling = a->entry.scope == MS_SCOPE_ROLLING ||
	a->entry.scope == MS_SCOPE_6H;
	uint32_t	length;

	ms_window_start(a);
	touches = ms_cap_touches(a, touches, &n);
	places = measured_places(a, touches, n, &n_places);
	if (n_places == 0)
		return;
	ms_cap_start_limits(a, touches, n, &limits);
	if (may_be_late(&a->entry))
	{
		totals.by_stay = MS_NEW(&a->scratch, int64_t, a->claims->n_encounters);
		totals.places = places;
		totals.n_places = n_places;
	}
	for (uint32_t i = 0; i < n_places; i += length)
	{
		length = ms_window_length(places + i, n_places - i);
		ms_tick(&a->scratch);
		if (is_rolling)
			judge_rolling(a, places + i, length);
		else
			judge_bucket(a, places + i, length, &limits, &totals);
	}
}
