/*-------------------------------------------------------------------------
 *
 * audit_need_core.c
 *	  Prerequisites (K4): what makes sense only beside, or after, something
 *	  else.
 *
 * The sub lines are sorted by counter and window once, with running sums;
 * every main line then asks for the sum of a stretch of its bucket.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_line_core.h"
#include "audit/audit_stay_core.h"
#include "audit/audit_window_core.h"

/* Sub lines that have no place, but may belong to some bucket. */
typedef struct Lost
{
	int64_t		where;			/* day, encounter or all alike */
	int64_t		time;
	int64_t		cnt;
	MsReason	reason;
} Lost;

typedef struct Subs
{
	const WorkPlace *places;
	const int64_t *sums;		/* of the quantities before each place */
	uint32_t	n;
	const Lost *lost;			/* by where, then time */
	const int64_t *lost_sums;
	uint32_t	n_lost;
} Subs;

/* A stretch of places. */
typedef struct Stretch
{
	uint32_t	from;
	uint32_t	to;				/* exclusive */
} Stretch;

/* What of a bucket counts for a main line, and what only might. */
typedef struct Found
{
	Stretch		sure[2];
	int64_t		sum;
	int64_t		possible;		/* beside that */
} Found;

/* ---- the sub lines ---- */

static int
cmp_lost(uint32_t i, uint32_t j, const void *ctx)
{
	const Lost *x = &((const Lost *) ctx)[i];
	const Lost *y = &((const Lost *) ctx)[j];

	if (x->where != y->where)
		return x->where < y->where ? -1 : 1;
	return (x->time > y->time) - (x->time < y->time);
}

/* How far from its own place a line without one may belong. */
static int64_t
where_of(const Audit *a, const WorkLine *line)
{
	switch ((MsScope) a->entry.scope)
	{
		case MS_SCOPE_HOUR:
		case MS_SCOPE_DAY:
			return line->day;
		case MS_SCOPE_PRESCRIPTION:
		case MS_SCOPE_VISIT:
		case MS_SCOPE_OPERATION:
			return a->encounter_rank[line->encounter];
		default:
			return 0;
	}
}

static void
order_lost(Audit *a, Lost *lost, uint32_t n, Subs *subs)
{
	uint32_t   *idx = MS_NEW(&a->scratch, uint32_t, n);
	Lost	   *ordered = MS_NEW(&a->scratch, Lost, n);
	int64_t    *sums = MS_NEW(&a->scratch, int64_t, (size_t) n + 1);

	for (uint32_t i = 0; i < n; i++)
		idx[i] = i;
	ms_sort(&a->scratch, idx, n, cmp_lost, lost);
	for (uint32_t i = 0; i < n; i++)
	{
		ordered[i] = lost[idx[i]];
		sums[i + 1] = sums[i] + ordered[i].cnt;
	}
	subs->lost = ordered;
	subs->lost_sums = sums;
	subs->n_lost = n;
}

/* Places the sub lines, whoever paid for them. */
static void
place_subs(Audit *a, const WorkTouch *touches, uint32_t n, Subs *subs)
{
	uint32_t	total;
	const uint32_t *lines = ms_audit_entry_lines(a, touches, n, MS_ROLE_SUB,
												 &total);
	WorkPlace  *places = MS_NEW(&a->scratch, WorkPlace, total);
	Lost	   *lost = MS_NEW(&a->scratch, Lost, total);
	int64_t    *sums;
	uint32_t	n_lost = 0;

	memset(subs, 0, sizeof(*subs));
	for (uint32_t i = 0; i < total; i++)
	{
		const WorkLine *line = &a->lines[lines[i]];
		MsReason	reason;

		ms_tick(&a->scratch);
		if (ms_window_place(a, lines[i], line->time, &places[subs->n],
							&reason))
			subs->n++;
		else if (reason != MS_REASON_NONE)
		{
			lost[n_lost].where = where_of(a, line);
			lost[n_lost].time = line->time;
			lost[n_lost].cnt = line->cnt;
			lost[n_lost++].reason = reason;
		}
	}
	subs->places = ms_window_order(a, places, subs->n);
	sums = MS_NEW(&a->scratch, int64_t, (size_t) subs->n + 1);
	for (uint32_t i = 0; i < subs->n; i++)
		sums[i + 1] = sums[i] + a->lines[subs->places[i].line].cnt;
	subs->sums = sums;
	order_lost(a, lost, n_lost, subs);
}

/* The first of a place that is not before a time. */
static uint32_t
lost_at(const Subs *subs, int64_t where, int64_t time)
{
	uint32_t	lo = 0;
	uint32_t	hi = subs->n_lost;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		const Lost *lost = &subs->lost[mid];

		if (lost->where < where ||
			(lost->where == where && lost->time < time))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/*
 * What has lost its place near a line, with the reason of the first: not what
 * lies outside of its days, or comes later where it must come first.
 */
static int64_t
lost_near(const Audit *a, const Subs *subs, const WorkLine *line,
		  MsReason *reason)
{
	int64_t		where = where_of(a, line);
	int64_t		midnight = line->day * MS_USECS_PER_DAY;
	int64_t		begin = INT64_MIN;
	int64_t		end = INT64_MAX;
	uint32_t	from;
	uint32_t	to;

	if (a->entry.scope == MS_SCOPE_ROLLING)
	{
		if (a->entry.before_days >= 0)
			begin = midnight - (int64_t) a->entry.before_days * MS_USECS_PER_DAY;
		end = midnight + MS_USECS_PER_DAY;
	}
	if (a->entry.sub_first)
		end = line->has_clock ? line->time : midnight + MS_USECS_PER_DAY;
	from = lost_at(subs, where, begin);
	to = lost_at(subs, where, end);
	if (from < to)
		*reason = subs->lost[from].reason;
	return subs->lost_sums[to] - subs->lost_sums[from];
}

/* ---- one main line ---- */

/* The bucket of a place among the sub lines. */
static Stretch
bucket_of(const Subs *subs, const WorkPlace *place)
{
	uint32_t	bounds[2];
	Stretch		s;

	for (int end = 0; end < 2; end++)
	{
		uint32_t	lo = 0;
		uint32_t	hi = subs->n;

		while (lo < hi)
		{
			uint32_t	mid = lo + (hi - lo) / 2;

			if (ms_window_cmp(&subs->places[mid], place) < end)
				lo = mid + 1;
			else
				hi = mid;
		}
		bounds[end] = lo;
	}
	s.from = bounds[0];
	s.to = bounds[1];
	return s;
}

/* The first place of a bucket that is not before a time. */
static uint32_t
first_at(const Audit *a, const Subs *subs, Stretch bucket, int64_t time)
{
	uint32_t	lo = bucket.from;
	uint32_t	hi = bucket.to;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (a->lines[subs->places[mid].line].time < time)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The quantity of a stretch, without what the line itself adds to it. */
static int64_t
sum_of(const Audit *a, const Subs *subs, Stretch s, uint32_t self)
{
	int64_t		sum = s.from < s.to ? subs->sums[s.to] - subs->sums[s.from] : 0;
	uint32_t	lo = s.from;
	uint32_t	hi = s.to;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (subs->places[mid].line < self)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < s.to && subs->places[lo].line == self)
		sum -= a->lines[self].cnt;
	return sum;
}

/*
 * find_subs tells what of a bucket counts.  What must come first is certain
 * on earlier days, and on the day itself where both lines have a clock.
 */
static Found
find_subs(const Audit *a, const Subs *subs, const WorkPlace *place)
{
	const WorkLine *line = &a->lines[place->line];
	int64_t		midnight = line->day * MS_USECS_PER_DAY;
	Stretch		bucket = bucket_of(subs, place);
	Stretch		doubtful = {0, 0};
	Found		found;

	memset(&found, 0, sizeof(found));
	if (a->entry.scope == MS_SCOPE_ROLLING)
	{
		if (a->entry.before_days >= 0)
			bucket.from = first_at(a, subs, bucket, midnight -
								   (int64_t) a->entry.before_days * MS_USECS_PER_DAY);
		bucket.to = first_at(a, subs, bucket, midnight + MS_USECS_PER_DAY);
	}
	found.sure[0] = bucket;
	if (a->entry.sub_first)
	{
		uint32_t	today = first_at(a, subs, bucket, midnight);
		uint32_t	clocked = first_at(a, subs, bucket, midnight + 1);

		found.sure[0].to = today;
		doubtful.from = today;
		doubtful.to = clocked;
		if (line->has_clock)
		{
			found.sure[1].from = clocked;
			found.sure[1].to = first_at(a, subs, bucket, line->time);
		}
		else
			doubtful.to = first_at(a, subs, bucket,
								   midnight + MS_USECS_PER_DAY);
	}
	found.sum = sum_of(a, subs, found.sure[0], place->line) +
		sum_of(a, subs, found.sure[1], place->line);
	found.possible = sum_of(a, subs, doubtful, place->line);
	return found;
}

/*
 * Whether a place's window reaches back before what was handed over.  Where
 * that is visits and nothing else, each is known from its begin on.
 */
static bool
is_history_short(Audit *a, const WorkPlace *place)
{
	const WorkLine *line = &a->lines[place->line];
	MsValue		begin = encounter_of(a, line)->begntime;
	const WorkStay *stay;
	int64_t		day = line->day;
	int64_t		known;

	if (a->claims->history_from.state != MS_READABLE)
		return false;
	known = ms_day_of(a->claims->history_from.v);
	if (a->claims->history_from.v == MS_HISTORY_NONE)
	{
		known = day;
		if (begin.state == MS_READABLE && ms_day_of(begin.v) < known)
			known = ms_day_of(begin.v);
		stay = ms_stay_of(a, line->encounter);
		if (stay != NULL && ms_day_of(stay->begin) < known)
			known = ms_day_of(stay->begin);
	}
	switch ((MsScope) a->entry.scope)
	{
		case MS_SCOPE_HOUR:
		case MS_SCOPE_DAY:
			break;
		case MS_SCOPE_ROLLING:
			if (a->entry.before_days < 0)
				return true;
			day -= a->entry.before_days;
			break;
		case MS_SCOPE_LIFETIME:
			return true;
		case MS_SCOPE_STAY:
			stay = ms_stay_of(a, line->encounter);
			if (stay != NULL)
				day = ms_day_of(stay->begin);
			break;
		default:
			if (begin.state == MS_READABLE && ms_day_of(begin.v) < day)
				day = ms_day_of(begin.v);
			break;
	}
	return day < known;
}

static void
emit(Audit *a, const Subs *subs, const WorkPlace *place, const Found *found,
	 int64_t need)
{
	const WorkLine *line = &a->lines[place->line];
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkCandidate *candidate;
	WorkDraft	draft;

	memset(&draft, 0, sizeof(draft));
	*MS_PUSH(&a->scratch, &draft.violating, uint32_t) = place->line;
	candidate = MS_PUSH(&a->scratch, &draft.candidates, WorkCandidate);
	candidate->line = place->line;
	candidate->avail = line->cnt;
	draft.excess = line->cnt;

	/* too few of them; the last ones are nearest to the line */
	for (int s = 1; s >= 0; s--)
	{
		for (uint32_t i = found->sure[s].to; i > found->sure[s].from &&
			 draft.involved.n < MAX_INVOLVED; i--)
		{
			*MS_PUSH(&a->scratch, &draft.involved, uint32_t) =
				subs->places[i - 1].line;
			draft.suspect_only |= a->entry.scope == MS_SCOPE_OPERATION &&
				!subs->places[i - 1].certain;
		}
	}
	draft.limit_value = ms_audit_decimal(a, need, MS_QTY_SCALE, 0);
	draft.actual_value = ms_audit_decimal(a, found->sum, MS_QTY_SCALE, 0);
	ms_window_describe(a, place, 1, &draft);
	if (a->entry.scope == MS_SCOPE_ROLLING && a->entry.before_days > 0)
		draft.window_start = ms_known((line->day - a->entry.before_days) *
									  MS_USECS_PER_DAY);
	ms_money_emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

static void
judge_main(Audit *a, const Subs *subs, const WorkPlace *place, int64_t need)
{
	Found		found = find_subs(a, subs, place);
	MsReason	reason = MS_REASON_NONE;
	MsReason	lost_reason = MS_REASON_NONE;
	MsOutcome	other;

	if (found.sum >= need)
		return;
	other = ms_diagnosis_alternative(a, a->lines[place->line].encounter,
									 &reason);
	if (other == MS_PASSED)
		return;
	if (found.sum + found.possible >= need)
		reason = MS_NO_CLOCK;
	else if (found.sum + found.possible +
			 lost_near(a, subs, &a->lines[place->line], &lost_reason) >= need)
		reason = lost_reason;
	else if (reason == MS_REASON_NONE && is_history_short(a, place))
		reason = MS_HISTORY_SHORT;
	if (reason != MS_REASON_NONE)
		ms_audit_outcome(a, place->line, MS_UNDECIDED, reason);
	else
		emit(a, subs, place, &found, need);
}

void
ms_need_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	int64_t		need = (a->entry.at_least > 0 ? a->entry.at_least : 1) *
	MS_QTY_ONE;
	const WorkPlace *mains;
	uint32_t	n_mains;
	Subs		subs;

	ms_window_start(a);
	mains = ms_window_lines(a, touches, n, MS_ROLE_MAIN, NULL, 0, &n_mains);
	place_subs(a, touches, n, &subs);
	for (uint32_t i = 0; i < n_mains; i++)
	{
		ms_tick(&a->scratch);
		if (a->lines[mains[i].line].in_period)
			judge_main(a, &subs, &mains[i], need);
	}
}
