/*-------------------------------------------------------------------------
 *
 * audit_overlap_core.c
 *	  Co-therapy (K10): medicines that must not be in use together, or too
 *	  many of one class at a time.
 *
 * A medicine is in use on the days [day, day + days supplied).
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_cap_core.h"
#include "audit/audit_parts_core.h"
#include "audit/audit_span_core.h"

#define MAX_SUPPLY_DAYS 36600

/* A line and the days on which it is in use. */
typedef struct Use
{
	uint32_t	line;
	uint32_t	next;			/* in a list of those that may still be met */
	uint32_t	medicine;
	int64_t		day;
	int64_t		from;
	int64_t		to;				/* exclusive */
	bool		accepted;
} Use;

/* All of a prescription are in use together. */
static void
read_use(const Audit *a, const WorkPlace *place, Use *use)
{
	MsValue		supply = a->lines[place->line].in->prd_days;
	int64_t		days = 1;

	memset(use, 0, sizeof(*use));
	use->line = place->line;
	use->next = NOWHERE;
	use->day = place->day;
	if (supply.state == MS_READABLE && supply.v > MS_QTY_ONE)
		days = (supply.v + MS_QTY_ONE - 1) / MS_QTY_ONE;
	if (days > MAX_SUPPLY_DAYS)
		days = MAX_SUPPLY_DAYS;
	use->from = a->entry.scope == MS_SCOPE_PRESCRIPTION ? 0 : place->day;
	use->to = use->from + days;
}

static Use *
read_uses(Audit *a, const WorkPlace *places, uint32_t n)
{
	Use		   *uses = MS_NEW(&a->scratch, Use, n);

	for (uint32_t i = 0; i < n; i++)
		read_use(a, &places[i], &uses[i]);
	return uses;
}

/* ---- findings: what violates on one day of a bucket ---- */

typedef struct Day
{
	WorkDraft	draft;
	const WorkPlace *first;
	const WorkPlace *last;
	int64_t		most;			/* days or medicines together */
	uint32_t	n_involved;
} Day;

static void
add_violating(Audit *a, Day *day, const WorkPlace *place, int64_t together)
{
	if (day->first == NULL)
		day->first = place;
	day->last = place;
	if (together > day->most)
		day->most = together;
	ms_cap_add_whole(a, &day->draft, place->line);
}

static bool
add_involved(Audit *a, Day *day, uint32_t line)
{
	if (day->n_involved >= MAX_INVOLVED)
		return false;
	day->n_involved++;
	ms_cap_add(a, &day->draft.involved, line);
	return true;
}

static void
emit_day(Audit *a, Day *day, int64_t allowed)
{
	if (day->first == NULL)
		return;
	day->draft.whole_lines = true;
	ms_cap_set_excess(a, &day->draft, day->most * MS_QTY_ONE,
					  allowed * MS_QTY_ONE);
	ms_window_describe(a, day->first, (uint32_t) (day->last - day->first) + 1,
					   &day->draft);
	ms_money_emit(a, &day->draft);
}

/* ---- main beside sub ---- */

/* Mains that a later sub may still meet, in the order of their begin. */
typedef struct Open
{
	Use		   *mains;
	uint32_t	n;
	uint32_t	added;			/* so many have been put into the list */
	uint32_t	first;
	uint32_t	last;
} Open;

/* The mains in use within [from, to) become involved. */
static void
add_mains(Audit *a, Day *day, Open *open, const Use *sub)
{
	uint32_t	before = NOWHERE;

	while (open->added < open->n && open->mains[open->added].from < sub->to)
	{
		if (open->last == NOWHERE)
			open->first = open->added;
		else
			open->mains[open->last].next = open->added;
		open->last = open->added++;
	}
	for (uint32_t i = open->first; i != NOWHERE;)
	{
		const Use  *main = &open->mains[i];

		ms_tick(&a->scratch);
		if (main->to <= sub->from)
		{
			/* subs come in the order of their begin: it is past */
			if (before == NOWHERE)
				open->first = main->next;
			else
				open->mains[before].next = main->next;
			if (open->last == i)
				open->last = before;
			i = main->next;
			continue;
		}
		if (main->from < sub->to && !add_involved(a, day, main->line))
			return;
		before = i;
		i = main->next;
	}
}

static void
judge_beside(Audit *a, const WorkPlace *subs, uint32_t n_subs,
			 const WorkPlace *mains, uint32_t n_mains)
{
	int64_t		allowed = a->entry.limit / MS_QTY_ONE;
	const Use  *sub_uses = read_uses(a, subs, n_subs);
	Open		open = {read_uses(a, mains, n_mains), n_mains, 0, NOWHERE, NOWHERE};
	MsSpan	   *spans = MS_NEW(&a->scratch, MsSpan, n_mains);
	uint32_t	n_spans;
	uint32_t	end;

	for (uint32_t i = 0; i < n_mains; i++)
	{
		spans[i].from = open.mains[i].from;
		spans[i].to = open.mains[i].to;
		/* together is together, however long each one lasts */
		if (a->entry.scope == MS_SCOPE_PRESCRIPTION)
			spans[i].to = MAX_SUPPLY_DAYS;
	}
	n_spans = ms_span_unite(&a->scratch, spans, n_mains);
	for (uint32_t i = 0; i < n_subs; i = end)
	{
		MsMark		mark = ms_arena_mark(&a->scratch);
		Day			day;

		memset(&day, 0, sizeof(day));
		for (end = i; end < n_subs && subs[end].day == subs[i].day; end++)
		{
			int64_t		days = ms_span_covered(&a->scratch, spans, n_spans,
											   sub_uses[end].from,
											   sub_uses[end].to);

			if (days <= allowed)
				continue;
			add_violating(a, &day, &subs[end], days);
			add_mains(a, &day, &open, &sub_uses[end]);
		}
		emit_day(a, &day, allowed);
		ms_arena_release(&a->scratch, mark);
	}
}

/* ---- several of one class ---- */

/* A medicine that is in use; a list of those in the order of their begin. */
typedef struct Active
{
	bool		is_active;
	int64_t		to;				/* of its last day, exclusive */
	uint32_t	line;
	uint32_t	before;
	uint32_t	after;
} Active;

typedef struct Together
{
	Active	   *of;				/* each medicine */
	uint32_t	first;
	uint32_t	last;
	uint32_t	n;
} Together;

static void
enter(Together *t, const Use *use)
{
	Active	   *m = &t->of[use->medicine];

	if (!m->is_active)
	{
		m->is_active = true;
		m->to = use->to;
		m->before = t->last;
		m->after = NOWHERE;
		if (t->last == NOWHERE)
			t->first = use->medicine;
		else
			t->of[t->last].after = use->medicine;
		t->last = use->medicine;
		t->n++;
	}
	if (use->to >= m->to)
	{
		m->to = use->to;
		m->line = use->line;
	}
}

static void
leave(Together *t, uint32_t medicine)
{
	Active	   *m = &t->of[medicine];

	if (m->before == NOWHERE)
		t->first = m->after;
	else
		t->of[m->before].after = m->after;
	if (m->after == NOWHERE)
		t->last = m->before;
	else
		t->of[m->after].before = m->before;
	m->is_active = false;
	t->n--;
}

static int
cmp_ends(uint32_t i, uint32_t j, const void *ctx)
{
	const Use  *uses = ctx;

	if (uses[i].to != uses[j].to)
		return uses[i].to < uses[j].to ? -1 : 1;
	return (i > j) - (i < j);
}

/* Medicines whose last use ended before a day are out. */
static void
expire(Together *t, const Use *uses, const uint32_t *by_end, uint32_t n,
	   uint32_t *at, int64_t day)
{
	for (; *at < n && uses[by_end[*at]].to <= day; (*at)++)
	{
		const Use  *use = &uses[by_end[*at]];

		if (use->accepted && t->of[use->medicine].is_active &&
			t->of[use->medicine].to == use->to)
			leave(t, use->medicine);
	}
}

static void
judge_class(Audit *a, const WorkMembers *members, const WorkPlace *places,
			uint32_t n, Together *t)
{
	int64_t		allowed = a->entry.at_least - 1;
	Use		   *uses = read_uses(a, places, n);
	uint32_t   *by_end = MS_NEW(&a->scratch, uint32_t, n);
	uint32_t	expired = 0;
	uint32_t	end;

	for (uint32_t i = 0; i < n; i++)
	{
		uses[i].medicine = ms_member_of(a, members, places[i].line);
		by_end[i] = i;
	}
	ms_sort(&a->scratch, by_end, n, cmp_ends, uses);
	for (uint32_t i = 0; i < n; i = end)
	{
		MsMark		mark = ms_arena_mark(&a->scratch);
		Day			day;

		memset(&day, 0, sizeof(day));
		expire(t, uses, by_end, n, &expired, uses[i].from);
		for (end = i; end < n && places[end].day == places[i].day; end++)
		{
			Use		   *use = &uses[end];
			int64_t		others = t->n - t->of[use->medicine].is_active;

			ms_tick(&a->scratch);
			use->accepted = others < allowed;
			if (use->accepted)
			{
				enter(t, use);
				continue;
			}
			add_violating(a, &day, &places[end], others + 1);
			for (uint32_t m = t->first; m != NOWHERE; m = t->of[m].after)
			{
				if (m != use->medicine && !add_involved(a, &day, t->of[m].line))
					break;
			}
		}
		emit_day(a, &day, allowed);
		ms_arena_release(&a->scratch, mark);
	}
	while (t->first != NOWHERE)
		leave(t, t->first);
}

/* ---- the entry ---- */

/* Whether too few codes are there for too many medicines of the class. */
static bool
is_small_class(const Audit *a, const WorkTouch *touches, uint32_t n)
{
	int64_t		codes = 0;

	for (uint32_t i = 0; i < n; i++)
		codes += touches[i].role == MS_ROLE_MAIN;
	return codes < a->entry.at_least && !a->claims->in_full;
}

static void
judge_classes(Audit *a, const WorkTouch *touches, uint32_t n)
{
	WorkMembers members;
	uint32_t	n_places;
	const WorkPlace *places;
	Together	t = {NULL, NOWHERE, NOWHERE, 0};
	uint32_t	length;

	if (is_small_class(a, touches, n))
	{
		uint32_t	n_lines;
		const uint32_t *lines = ms_audit_entry_lines(a, touches, n,
													 MS_ROLE_MAIN, &n_lines);

		ms_window_alone(a, lines, n_lines);
		return;
	}
	ms_members_by_medicine(a, touches, n, &members);
	t.of = MS_NEW(&a->scratch, Active, members.n);
	places = ms_window_lines(a, touches, n, MS_ROLE_MAIN, NULL, 0, &n_places);
	for (uint32_t i = 0; i < n_places; i += length)
	{
		MsMark		mark = ms_arena_mark(&a->scratch);

		length = ms_window_length(places + i, n_places - i);
		judge_class(a, &members, places + i, length, &t);
		ms_arena_release(&a->scratch, mark);
	}
}

static void
judge_pairs(Audit *a, const WorkTouch *touches, uint32_t n,
			const uint32_t *all, uint32_t n_all)
{
	uint32_t	n_subs;
	uint32_t	n_mains;
	const WorkPlace *subs;
	const WorkPlace *mains;
	uint32_t	main = 0;
	uint32_t	length;

	if (n_all == 0 && !a->claims->in_full)
	{
		all = ms_audit_entry_lines(a, touches, n, MS_ROLE_MAIN, &n_mains);
		ms_window_alone(a, all, n_mains);
		return;
	}
	mains = ms_window_lines(a, touches, n, MS_ROLE_MAIN, all, n_all, &n_mains);
	if (n_mains == 0 && !a->claims->in_full)
	{
		ms_window_alone(a, all, n_all);
		return;
	}
	subs = ms_window_lines(a, touches, n, MS_ROLE_SUB, NULL, 0, &n_subs);
	for (uint32_t i = 0; i < n_subs; i += length)
	{
		MsMark		mark = ms_arena_mark(&a->scratch);
		uint32_t	end;

		length = ms_window_length(subs + i, n_subs - i);
		while (main < n_mains && ms_window_cmp(&mains[main], &subs[i]) < 0)
			main++;
		for (end = main; end < n_mains &&
			 ms_window_cmp(&mains[end], &subs[i]) == 0;)
			end++;
		if (end > main)
			judge_beside(a, subs + i, length, mains + main, end - main);
		main = end;
		ms_arena_release(&a->scratch, mark);
	}
}

/* An entry of a class says how many of it are too many; others have subs. */
void
ms_overlap_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	uint32_t	n_all;
	const uint32_t *all;

	ms_window_start(a);
	if (a->entry.at_least > 0)
	{
		judge_classes(a, touches, n);
		return;
	}
	all = ms_audit_entry_lines(a, touches, n, MS_ROLE_SUB, &n_all);
	judge_pairs(a, touches, n, all, n_all);
}
