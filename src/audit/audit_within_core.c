/*-------------------------------------------------------------------------
 *
 * audit_within_core.c
 *	  Sequences (K12): stays and visits while a stay goes on.
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit_sequence_core.h"

/* ---- overlap ---- */

/* Of stays gone through, the two that last longest, in two institutions. */
typedef struct Longest
{
	const WorkVisit *of[2];
} Longest;

static void
keep_longest(const Audit *a, Longest *l, const WorkVisit *visit)
{
	MsStr		place = ms_sequence_first(a, visit)->fixmedins_code;
	const WorkVisit *other;

	if (l->of[0] == NULL || ms_str_eq(ms_sequence_first(a, l->of[0])->fixmedins_code, place))
	{
		if (l->of[0] == NULL || visit->stay->end > l->of[0]->stay->end)
			l->of[0] = visit;
		return;
	}
	other = l->of[1];
	if (other == NULL || visit->stay->end > other->stay->end)
		l->of[1] = visit;
	if (l->of[1]->stay->end > l->of[0]->stay->end)
	{
		other = l->of[0];
		l->of[0] = l->of[1];
		l->of[1] = other;
	}
}

static const WorkVisit *
longest_elsewhere(const Audit *a, const Longest *l, const WorkVisit *visit)
{
	MsStr		place = ms_sequence_first(a, visit)->fixmedins_code;

	for (int i = 0; i < 2; i++)
	{
		if (l->of[i] != NULL &&
			!ms_str_eq(ms_sequence_first(a, l->of[i])->fixmedins_code, place))
			return l->of[i];
	}
	return NULL;
}

/* The money: at least of the days in common, at most of the whole stay. */
static void
emit_overlap(Audit *a, const WorkVisits *v, const WorkVisit *before,
			 const WorkVisit *next)
{
	int64_t		from = ms_day_of(next->begin);
	int64_t		to = ms_day_of(before->stay->end < next->stay->end ?
							   before->stay->end : next->stay->end);
	WorkDraft	draft;
	size_t		kept = 0;

	if ((to - from + 1) * MS_QTY_ONE <= a->entry.limit)
		return;
	ms_sequence_begin(&draft, to - from + 1);
	ms_sequence_violates(a, &draft, v, next);
	ms_sequence_encounters(a, &draft, before, 2);
	for (size_t i = 0; i < draft.candidates.n; i++)
	{
		const WorkCandidate *c = MS_AT(&draft.candidates, WorkCandidate, i);
		const WorkLine *line = &a->lines[c->line];

		draft.vola_max += line->amt;
		if (line->day >= from && line->day <= to)
			*MS_AT(&draft.candidates, WorkCandidate, kept++) = *c;
	}
	draft.candidates.n = kept;
	draft.limit_value = ms_audit_decimal(a, a->entry.limit, MS_QTY_SCALE, 0);
	draft.actual_value = ms_sequence_days(a, to - from + 1);
	draft.window_start = ms_whole_second(ms_known(next->begin));
	draft.window_end = ms_known((to + 1) * MS_USECS_PER_DAY);
	draft.tested = MS_TESTED_INTERIM | MS_TESTED_TRANSFER;
	ms_money_emit(a, &draft);
}

/* Days on which one stay ends and another begins are those of a transfer. */
void
ms_within_judge_stays(Audit *a, const WorkVisits *v)
{
	Longest		today = {{NULL, NULL}}; /* admitted up to the one in work */
	Longest		earlier = {{NULL, NULL}};	/* up to the day before it */
	int64_t		day = INT64_MIN;

	ms_sequence_describe(a, v);
	for (uint32_t i = 0; i < v->n; i++)
	{
		const WorkVisit *next = &v->visits[i];
		const WorkVisit *before;
		MsMark		mark = ms_arena_mark(&a->scratch);

		ms_tick(&a->scratch);
		if (ms_str_missing(ms_sequence_first(a, next)->fixmedins_code))
		{
			ms_sequence_unknown(a, v, next, MS_INSTITUTION_UNKNOWN);
			continue;
		}
		if (ms_day_of(next->begin) > day)
		{
			earlier = today;
			day = ms_day_of(next->begin);
		}
		before = longest_elsewhere(a, ms_day_of(next->stay->end) > day ?
								   &today : &earlier, next);
		if (before != NULL && ms_day_of(before->stay->end) > day &&
			ms_sequence_can_breach(a, next))
			emit_overlap(a, v, before, next);
		if (next->paid)
			keep_longest(a, &today, next);
		ms_arena_release(&a->scratch, mark);
	}
}

/* ---- during a stay ---- */

/* Stays in an order that lets the one around a day be looked up. */
typedef struct Around
{
	const WorkStay *stays;
	uint32_t   *order;			/* by (institution, when asked for, begin) */
	uint32_t   *longest;		/* up to each place of order, ends last */
	uint32_t	n;
	bool		by_place;
} Around;

static int
cmp_begins(uint32_t i, uint32_t j, const void *ctx)
{
	const WorkStay *x = &((const WorkStay *) ctx)[i];
	const WorkStay *y = &((const WorkStay *) ctx)[j];

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (i > j) - (i < j);
}

static MsStr
place_of(const Audit *a, const WorkStay *stay)
{
	return a->claims->encounters[stay->first].fixmedins_code;
}

static Around
around_of(Audit *a)
{
	Around		r;

	r.stays = ms_stay_all(a, &r.n);
	r.order = MS_NEW(&a->scratch, uint32_t, r.n);
	r.longest = MS_NEW(&a->scratch, uint32_t, r.n);
	r.by_place = a->entry.count_key != MS_KEY_PERSON;
	for (uint32_t i = 0; i < r.n; i++)
		r.order[i] = i;

	/* by institution they come that way */
	if (!r.by_place)
		ms_sort(&a->scratch, r.order, r.n, cmp_begins, r.stays);
	for (uint32_t i = 0; i < r.n; i++)
	{
		const WorkStay *stay = &r.stays[r.order[i]];

		r.longest[i] = r.order[i];
		if (i == 0 || (r.by_place &&
					   !ms_str_eq(place_of(a, &r.stays[r.order[i - 1]]),
								  place_of(a, stay))))
			continue;
		if (r.stays[r.longest[i - 1]].end >= stay->end)
			r.longest[i] = r.longest[i - 1];
	}
	return r;
}

/* The stay that a day lies within, its first and last day apart. */
static const WorkStay *
stay_around(const Audit *a, const Around *r, MsStr place, int64_t day)
{
	uint32_t	lo = 0;
	uint32_t	hi = r->n;
	const WorkStay *stay;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		int			diff;

		stay = &r->stays[r->order[mid]];
		diff = r->by_place ? ms_str_cmp(place_of(a, stay), place) : 0;
		if (diff < 0 || (diff == 0 && ms_day_of(stay->begin) < day))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return NULL;
	stay = &r->stays[r->longest[lo - 1]];
	if (ms_day_of(stay->end) <= day ||
		(r->by_place && !ms_str_eq(place_of(a, stay), place)))
		return NULL;
	return stay;
}

/* Lines of a visit within one stay. */
static void
emit_during(Audit *a, const WorkVisit *visit, const WorkStay *stay,
			const uint32_t *lines, uint32_t n)
{
	MsMark		mark = ms_arena_mark(&a->scratch);
	int64_t		days = 0;
	WorkDraft	draft;

	ms_sequence_begin(&draft, 0);
	for (uint32_t i = 0; i < n; i++)
	{
		days += i == 0 || a->lines[lines[i]].day != a->lines[lines[i - 1]].day;
		ms_sequence_line(a, &draft, lines[i]);
	}
	if (days * MS_QTY_ONE <= a->entry.limit)
	{
		ms_arena_release(&a->scratch, mark);
		return;
	}
	ms_sequence_encounters(a, &draft, visit, 1);
	for (uint32_t i = 0; i < stay->n; i++)
		ms_sequence_record(a, &draft, 'E', 2, stay->encounters[i]);
	draft.provisional |= stay->unfinished;
	draft.excess = days * MS_QTY_ONE;
	draft.limit_value = ms_audit_decimal(a, a->entry.limit, MS_QTY_SCALE, 0);
	draft.actual_value = ms_sequence_days(a, days);
	draft.window_start = ms_whole_second(ms_known(stay->begin));
	if (stay->ended)
		draft.window_end = ms_known(stay->end);
	draft.tested = MS_TESTED_INTERIM | MS_TESTED_TRANSFER;
	ms_money_emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

void
ms_within_judge_visits(Audit *a, const WorkVisits *v)
{
	Around		around = around_of(a);

	for (uint32_t i = 0; i < v->n; i++)
	{
		const WorkVisit *visit = &v->visits[i];
		const uint32_t *lines;
		MsStr		place = ms_sequence_first(a, visit)->fixmedins_code;
		uint32_t	end;

		if (visit->n_lines == 0)
			continue;

		/* whose stays these might lie within cannot be told */
		if (around.by_place && around.n > 0 && ms_str_missing(place))
		{
			ms_sequence_unknown(a, v, visit, MS_INSTITUTION_UNKNOWN);
			continue;
		}
		lines = MS_AT(&v->lines, uint32_t, visit->first_line);

		/* in time the stay around a line only changes to a later one */
		for (uint32_t j = 0; j < visit->n_lines; j = end)
		{
			const WorkStay *stay = stay_around(a, &around, place,
											   a->lines[lines[j]].day);

			for (end = j + 1; end < visit->n_lines &&
				 stay_around(a, &around, place,
							 a->lines[lines[end]].day) == stay;)
				end++;
			ms_tick(&a->scratch);
			if (stay != NULL)
				emit_during(a, visit, stay, lines + j, end - j);
		}
	}
}
