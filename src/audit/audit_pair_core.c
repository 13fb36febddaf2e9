/*-------------------------------------------------------------------------
 *
 * audit_pair_core.c
 *	  Pairs that exclude each other (K5): what is contained in the main item
 *	  must not be billed beside it.
 *
 * The sub item violates, the main item is involved.  A line whose code is on
 * both sides of an entry is taken as sub item only.
 *
 *	  6h		  quantities matched within six hours, each unit once; all subs
 *				  have the same reach, so the earliest main that is still in
 *				  reach is always the right one to take
 *	  hour		  time occupied in common: an item that some entry of the book
 *				  counts in hours occupies [time, time + quantity hours), any
 *				  other its clock hour
 *	  any other	  the smaller of both net quantities in the bucket
 *
 * Windows shorter than a day need a clock: a line at exactly midnight has
 * none.  Everything is a sort and a sweep.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_cap_core.h"
#include "audit/audit_span_core.h"

/* The lines of one bucket or, where the clock decides, of one counter. */
typedef struct PairGroup
{
	const WorkPlace *subs;
	uint32_t	n_subs;
	const WorkPlace *mains;
	uint32_t	n_mains;
} PairGroup;

/* A line as it occupies time, and what of it breaches. */
typedef struct Occupied
{
	uint32_t	line;
	int64_t		from;
	int64_t		to;				/* exclusive */
	int64_t		cnt;			/* of a main: what is left to match */
	int64_t		excess;
	bool		breaches;
} Occupied;

/* ---- findings ---- */

/* "min(3, 2)" */
static const char *
smaller_of(Audit *a, int64_t sub, int64_t main)
{
	MsBuf		buf;

	ms_buf_init(&buf, &a->scratch);
	ms_buf_puts(&buf, "min(");
	ms_buf_decimal(&buf, sub, MS_QTY_SCALE, 0);
	ms_buf_puts(&buf, ", ");
	ms_buf_decimal(&buf, main, MS_QTY_SCALE, 0);
	ms_buf_puts(&buf, ")");
	return buf.s;
}

static void
emit(Audit *a, WorkDraft *draft)
{
	draft->limit_value = "0";
	draft->actual_value = ms_audit_decimal(a, draft->excess, MS_QTY_SCALE, 0);
	ms_money_emit(a, draft);
}

static void
set_day(WorkDraft *draft, int64_t day)
{
	draft->window_start = ms_known(day * MS_USECS_PER_DAY);
	draft->window_end = ms_known((day + 1) * MS_USECS_PER_DAY);
}

/* ---- buckets ---- */

/* The window of a bucket and what is not certain of either side. */
static void
describe_bucket(Audit *a, const PairGroup *g, WorkDraft *draft)
{
	MsValue		start;
	MsValue		end;

	ms_window_describe(a, g->mains, g->n_mains, draft);
	start = draft->window_start;
	end = draft->window_end;
	ms_window_describe(a, g->subs, g->n_subs, draft);
	if (a->entry.scope != MS_SCOPE_PRESCRIPTION)
		return;

	/* of an order all days on which either was handed over */
	if (start.v < draft->window_start.v)
		draft->window_start = start;
	if (end.v > draft->window_end.v)
		draft->window_end = end;
}

static void
judge_bucket(Audit *a, const PairGroup *g)
{
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;
	MsWide		sub = 0;
	MsWide		main = 0;

	if (g->n_mains == 0)
		return;
	memset(&draft, 0, sizeof(draft));
	for (uint32_t i = 0; i < g->n_subs; i++)
	{
		sub += a->lines[g->subs[i].line].cnt;
		ms_cap_add_whole(a, &draft, g->subs[i].line);
	}
	for (uint32_t i = 0; i < g->n_mains; i++)
	{
		main += a->lines[g->mains[i].line].cnt;
		ms_cap_add(a, &draft.involved, g->mains[i].line);
	}
	draft.excess = (int64_t) (sub < main ? sub : main);
	draft.sum = smaller_of(a, (int64_t) sub, (int64_t) main);
	describe_bucket(a, g, &draft);
	emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

/* ---- windows with a clock ---- */

static bool
uses_hours(const Audit *a, const WorkLine *line)
{
	return a->entry.scope == MS_SCOPE_HOUR && a->codes[line->code].by_hours;
}

static void
occupy(const Audit *a, uint32_t at, Occupied *o)
{
	const WorkLine *line = &a->lines[at];

	memset(o, 0, sizeof(*o));
	o->line = at;
	o->cnt = line->cnt;
	if (a->entry.scope == MS_SCOPE_6H)
		o->from = o->to = line->time;
	else if (uses_hours(a, line))
	{
		o->from = line->time;
		o->to = line->time + line->cnt * MS_USECS_PER_QTY_HOUR;
	}
	else
	{
		o->from = ms_floor_div(line->time, MS_USECS_PER_HOUR) *
			MS_USECS_PER_HOUR;
		o->to = o->from + MS_USECS_PER_HOUR;
	}
}

/* Whether a line occupies more time than can be meant. */
static bool
is_implausible(Audit *a, uint32_t at)
{
	const WorkLine *line = &a->lines[at];

	if (!uses_hours(a, line) || line->cnt <= MS_MAX_HOURS)
		return false;
	ms_audit_outcome(a, at, MS_UNDECIDED, MS_HOURS_IMPLAUSIBLE);
	return true;
}

static Occupied *
occupied_lines(Audit *a, const WorkPlace *places, uint32_t n, uint32_t *n_occupied)
{
	Occupied   *all = MS_NEW(&a->scratch, Occupied, n);
	uint32_t	kept = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		if (a->lines[places[i].line].has_clock &&
			!is_implausible(a, places[i].line))
			occupy(a, places[i].line, &all[kept++]);
	}
	*n_occupied = kept;
	return all;
}

/*
 * Matches quantities within reach.  Subs come in time order with reaches of
 * one length, so a main that one of them has left behind is of no more use.
 */
static void
match_6h(Audit *a, Occupied *subs, uint32_t n_subs, Occupied *mains,
		 uint32_t n_mains)
{
	uint32_t	near = 0;		/* first main within reach */
	uint32_t	open = 0;		/* first main with quantity left */

	for (uint32_t i = 0; i < n_subs; i++)
	{
		Occupied   *s = &subs[i];

		ms_tick(&a->scratch);
		while (near < n_mains && mains[near].from < s->from - MS_REACH_6H)
			near++;
		s->breaches = near < n_mains && mains[near].from <= s->from + MS_REACH_6H;
		if (open < near)
			open = near;
		while (open < n_mains && mains[open].from <= s->from + MS_REACH_6H &&
			   s->excess < s->cnt)
		{
			int64_t		take = s->cnt - s->excess;

			if (take > mains[open].cnt)
				take = mains[open].cnt;
			s->excess += take;
			mains[open].cnt -= take;
			if (mains[open].cnt == 0)
				open++;
		}
	}
}

/* The union of occupied time. */
static MsSpan *
united(Audit *a, const Occupied *all, uint32_t n, uint32_t *n_spans)
{
	MsSpan	   *spans = MS_NEW(&a->scratch, MsSpan, n);

	for (uint32_t i = 0; i < n; i++)
	{
		spans[i].from = all[i].from;
		spans[i].to = all[i].to;
	}
	*n_spans = ms_span_unite(&a->scratch, spans, n);
	return spans;
}

static void
overlap_hours(Audit *a, Occupied *subs, uint32_t n_subs, const Occupied *mains,
			  uint32_t n_mains)
{
	uint32_t	n;
	const MsSpan *spans = united(a, mains, n_mains, &n);

	for (uint32_t i = 0; i < n_subs; i++)
	{
		Occupied   *s = &subs[i];
		int64_t		time = ms_span_covered(&a->scratch, spans, n, s->from, s->to);

		if (time <= 0)
			continue;
		s->breaches = true;
		s->excess = s->cnt;
		if (uses_hours(a, &a->lines[s->line]))
			s->excess = ms_div_round(time, MS_USECS_PER_QTY_HOUR);
		if (s->excess > s->cnt)
			s->excess = s->cnt;
	}
}

/*
 * The mains that some breaching sub of one day meets, and their quantity.
 * A main lasts at most MS_MAX_HOURS, which bounds the search.
 */
static int64_t
add_met_mains(Audit *a, WorkDraft *draft, const Occupied *subs, uint32_t n_subs,
			  const Occupied *mains, uint32_t n_mains)
{
	int64_t		reach = a->entry.scope == MS_SCOPE_6H ? MS_REACH_6H : 0;
	Occupied   *reaches = MS_NEW(&a->scratch, Occupied, n_subs);
	uint32_t	n = 0;
	uint32_t	n_spans;
	const MsSpan *spans;
	uint32_t	at = 0;
	int64_t		sum = 0;

	for (uint32_t i = 0; i < n_subs; i++)
	{
		if (!subs[i].breaches)
			continue;
		reaches[n] = subs[i];
		reaches[n].from -= reach;
		/* a reach includes its end, occupied time does not */
		reaches[n++].to += reach > 0 ? reach + 1 : 0;
	}
	spans = united(a, reaches, n, &n_spans);
	while (at < n_mains && mains[at].from <
		   spans[0].from - MS_MAX_HOURS * MS_USECS_PER_QTY_HOUR)
		at++;

	/* starts are in order up to the clock hour that they are cut down to */
	for (; at < n_mains && mains[at].from < spans[n_spans - 1].to +
		 MS_USECS_PER_HOUR; at++)
	{
		int64_t		to = mains[at].to + (reach > 0);

		ms_tick(&a->scratch);
		if (ms_span_covered(&a->scratch, spans, n_spans, mains[at].from,
							to) <= 0)
			continue;
		ms_cap_add(a, &draft->involved, mains[at].line);
		sum += a->lines[mains[at].line].cnt;
	}
	return sum;
}

/* One finding for the breaching subs of one civil day. */
static void
emit_day(Audit *a, const Occupied *subs, uint32_t n_subs,
		 const Occupied *mains, uint32_t n_mains)
{
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;
	int64_t		sub = 0;
	int64_t		main;

	memset(&draft, 0, sizeof(draft));
	for (uint32_t i = 0; i < n_subs; i++)
	{
		if (!subs[i].breaches)
			continue;
		draft.excess += subs[i].excess;
		sub += a->lines[subs[i].line].cnt;
		ms_cap_add(a, &draft.violating, subs[i].line);
		ms_cap_add_candidate(a, &draft, subs[i].line,
							 a->entry.scope == MS_SCOPE_HOUR ?
							 subs[i].excess : a->lines[subs[i].line].cnt, 0);
	}
	if (draft.excess == 0)
		return;
	main = add_met_mains(a, &draft, subs, n_subs, mains, n_mains);
	if (a->entry.scope == MS_SCOPE_HOUR)
	{
		draft.sum = smaller_of(a, draft.excess, main);
		if (draft.excess > main)
			draft.excess = main;
	}
	else
		draft.sum = smaller_of(a, sub, draft.excess);
	set_day(&draft, a->lines[subs[0].line].day);
	emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

static void
emit_days(Audit *a, const Occupied *subs, uint32_t n_subs,
		  const Occupied *mains, uint32_t n_mains)
{
	uint32_t	end;

	for (uint32_t i = 0; i < n_subs; i = end)
	{
		bool		any = false;

		for (end = i; end < n_subs && a->lines[subs[end].line].day ==
			 a->lines[subs[i].line].day; end++)
			any |= subs[end].breaches;
		if (any)
			emit_day(a, subs + i, end - i, mains, n_mains);
	}
}

/*
 * Subs that do not breach are undecided when they, or a main of the same
 * day, have no clock: they might breach.
 */
static void
mark_clockless(Audit *a, const PairGroup *g, const Occupied *subs,
			   uint32_t n_subs)
{
	uint32_t	main = 0;
	uint32_t	clocked = 0;

	for (uint32_t i = 0; i < g->n_subs; i++)
	{
		const WorkLine *line = &a->lines[g->subs[i].line];
		bool		breaches;
		bool		possible = false;

		while (clocked < n_subs && subs[clocked].line < g->subs[i].line)
			clocked++;
		breaches = clocked < n_subs && subs[clocked].line == g->subs[i].line &&
			subs[clocked].breaches;
		while (main < g->n_mains && g->mains[main].day < line->day)
			main++;

		/* a main without a clock stands at midnight: first of its day */
		if (main < g->n_mains && g->mains[main].day == line->day)
			possible = !line->has_clock ||
				!a->lines[g->mains[main].line].has_clock;
		if (possible && !breaches)
			ms_audit_outcome(a, g->subs[i].line, MS_UNDECIDED, MS_NO_CLOCK);
	}
}

static void
judge_clocked(Audit *a, const PairGroup *g)
{
	uint32_t	n_subs;
	uint32_t	n_mains;
	Occupied   *subs = occupied_lines(a, g->subs, g->n_subs, &n_subs);
	Occupied   *mains = occupied_lines(a, g->mains, g->n_mains, &n_mains);

	if (a->entry.scope == MS_SCOPE_6H)
		match_6h(a, subs, n_subs, mains, n_mains);
	else
		overlap_hours(a, subs, n_subs, mains, n_mains);
	emit_days(a, subs, n_subs, mains, n_mains);
	mark_clockless(a, g, subs, n_subs);
}

/* ---- the entry ---- */

void
ms_pair_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	uint8_t		scope = a->entry.scope;
	bool		by_clock = scope == MS_SCOPE_HOUR || scope == MS_SCOPE_6H;
	uint32_t	n_all;
	const uint32_t *all = ms_audit_entry_lines(a, touches, n, MS_ROLE_SUB, &n_all);
	uint32_t	n_subs;
	uint32_t	n_mains;
	const WorkPlace *subs;
	const WorkPlace *mains;
	uint32_t	main = 0;

	/* what has to do with the clock is looked at apart, per counter */
	if (by_clock)
		a->entry.scope = MS_SCOPE_LIFETIME;
	ms_window_start(a);
	if (n_all == 0 && !a->claims->in_full)
	{
		all = ms_audit_entry_lines(a, touches, n, MS_ROLE_MAIN, &n_mains);
		ms_window_alone(a, all, n_mains);
		a->entry.scope = scope;
		return;
	}
	mains = ms_window_lines(a, touches, n, MS_ROLE_MAIN, all, n_all, &n_mains);
	if (n_mains == 0 && !by_clock && !a->claims->in_full)
	{
		/* nothing beside which they could stand */
		ms_window_alone(a, all, n_all);
		return;
	}
	subs = ms_window_lines(a, touches, n, MS_ROLE_SUB, NULL, 0, &n_subs);
	a->entry.scope = scope;
	for (uint32_t i = 0; i < n_subs;)
	{
		PairGroup	g = {subs + i, ms_window_length(subs + i, n_subs - i),
		NULL, 0};

		while (main < n_mains && ms_window_cmp(&mains[main], &subs[i]) < 0)
			main++;
		g.mains = mains + main;
		while (main < n_mains && ms_window_cmp(&mains[main], &subs[i]) == 0)
			main++;
		g.n_mains = (uint32_t) (mains + main - g.mains);
		if (by_clock)
			judge_clocked(a, &g);
		else
			judge_bucket(a, &g);
		i += g.n_subs;
	}
}
