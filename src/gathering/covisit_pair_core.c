/*-------------------------------------------------------------------------
 *
 * covisit_pair_core.c
 *	  Pairs of patients who met on enough days.
 *
 * First patients go who cannot have met anybody often enough, and visits
 * without company, in turn until little changes.  Then the partners of one
 * patient after the other are counted in one array; only those who reach the
 * number of days are looked at closely.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "gathering/covisit_core.h"

#define NOT_THERE	UINT32_MAX
#define ROUNDS		8			/* of pruning; any number is sound */
#define AHEAD		12			/* visits */

/* What is left of the visits, by (place, time, patient). */
typedef struct Scan
{
	const MsCovisitIndex *index;
	uint32_t	n;
	int64_t    *at;
	uint32_t   *who;
	uint32_t   *position;		/* in the index */
	uint32_t   *start;			/* of a place, and one more */
	uint32_t   *of;				/* by position; NOT_THERE: pruned */
} Scan;

/* ---- pruning ---- */

/* Is there another patient's visit to place q within reach, from i on? */
static bool
is_other_from(const Scan *scan, uint32_t e, uint32_t i, uint32_t q)
{
	uint32_t	end = scan->start[q + 1];

	for (; i < end && scan->at[i] - scan->at[e] <= scan->index->setting->within; i++)
	{
		ms_tick(scan->index->arena);
		if (scan->who[i] != scan->who[e])
			return true;
	}
	return false;
}

static bool
has_company_near(const Scan *scan, uint32_t e, uint32_t place)
{
	const MsCovisitIndex *index = scan->index;

	for (uint32_t k = 0; k < ms_near_count(index, place); k++)
	{
		uint32_t	q = ms_near_place(index, place, k);

		if (q != place &&
			is_other_from(scan, e, ms_visit_from(scan->at, scan->start[q], scan->start[q + 1], scan->at[e] - index->setting->within), q))
			return true;
	}
	return false;
}

/*
 * Takes visits off that nobody else's is near; the lists are made shorter
 * later.  At the place itself the last other visitor before and the first
 * one after decide, however often one patient comes in a row.
 */
static void
drop_lonely(Scan *scan)
{
	int64_t		within = scan->index->setting->within;

	for (uint32_t p = 0; p < scan->index->input->places; p++)
	{
		uint32_t	start = scan->start[p];
		uint32_t	end = scan->start[p + 1];
		uint32_t	run = start;	/* of visits by one patient */
		uint32_t	next = start;	/* after it */

		for (uint32_t e = start; e < end; e++)
		{
			ms_tick(scan->index->arena);
			if (e == next)
			{
				run = e;
				while (next < end && scan->who[next] == scan->who[e])
					next++;
			}
			if ((run > start && scan->at[e] - scan->at[run - 1] <= within) ||
				(next < end && scan->at[next] - scan->at[e] <= within) ||
				has_company_near(scan, e, p))
				continue;
			scan->of[scan->position[e]] = NOT_THERE;
		}
	}
}

static void
drop_seldom(Scan *scan)
{
	const MsCovisitIndex *index = scan->index;

	for (uint32_t v = 0; v < index->input->patients; v++)
	{
		int32_t		day = -1;
		int32_t		days = 0;

		for (uint32_t k = index->patient_start[v]; k < index->patient_start[v + 1]; k++)
		{
			uint32_t	position = index->visit[k];

			ms_tick(index->arena);
			if (scan->of[position] == NOT_THERE)
				continue;
			if (ms_visit_day(index, position) != day)
			{
				days++;
				day = ms_visit_day(index, position);
			}
		}
		if (days >= index->setting->min_days)
			continue;
		for (uint32_t k = index->patient_start[v]; k < index->patient_start[v + 1]; k++)
			scan->of[index->visit[k]] = NOT_THERE;
	}
}

static void
shorten(Scan *scan)
{
	uint32_t	n = 0;

	for (uint32_t p = 0, e = 0; p < scan->index->input->places; p++)
	{
		uint32_t	end = scan->start[p + 1];

		scan->start[p] = n;
		for (; e < end; e++)
			if (scan->of[scan->position[e]] != NOT_THERE)
			{
				scan->at[n] = scan->at[e];
				scan->who[n] = scan->who[e];
				scan->position[n] = scan->position[e];
				scan->of[scan->position[n]] = n;
				n++;
			}
	}
	scan->start[scan->index->input->places] = n;
	scan->n = n;
}

static void
lay_scan(Scan *scan, const MsCovisitIndex *index)
{
	scan->index = index;
	scan->n = index->n;
	scan->at = MS_NEW(index->arena, int64_t, index->n);
	scan->who = MS_NEW(index->arena, uint32_t, index->n);
	scan->position = MS_NEW(index->arena, uint32_t, index->n);
	scan->of = MS_NEW(index->arena, uint32_t, index->n);
	scan->start = MS_NEW(index->arena, uint32_t, (size_t) index->input->places + 1);
	memcpy(scan->at, index->at, index->n * sizeof(int64_t));
	memcpy(scan->who, index->who, index->n * sizeof(uint32_t));
	memcpy(scan->start, index->place_start, ((size_t) index->input->places + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < index->n; i++)
		scan->position[i] = scan->of[i] = i;
}

static void
prune(Scan *scan, const MsCovisitIndex *index)
{
	uint32_t	before;

	lay_scan(scan, index);
	drop_seldom(scan);
	shorten(scan);
	for (int round = 0; round < ROUNDS; round++)
	{
		before = scan->n;
		drop_lonely(scan);
		drop_seldom(scan);
		shorten(scan);
		if (scan->n > before - before / 20)
			break;
	}
}

void
ms_covisit_company(const MsCovisitIndex *index, const bool *candidate, bool *joint)
{
	MsMark		mark = ms_arena_mark(index->arena);
	Scan		scan;

	lay_scan(&scan, index);
	for (uint32_t i = 0; i < index->n; i++)
		if (!candidate[index->who[i]])
			scan.of[i] = NOT_THERE;
	shorten(&scan);
	drop_lonely(&scan);
	for (uint32_t i = 0; i < index->n; i++)
		joint[i] = scan.of[i] != NOT_THERE;
	ms_arena_release(index->arena, mark);
}

/* ---- counting the partners of one patient ---- */

typedef struct Partner
{
	uint32_t	mark;			/* of the patient whose partner this is */
	int32_t		day;
	int32_t		days;
} Partner;

typedef struct Counter
{
	const Scan *scan;
	Partner    *partners;		/* by patient */
	uint32_t   *reached;		/* partners with enough days */
	uint32_t	n_reached;
	uint32_t	from;			/* partners before are not wanted */
} Counter;

/*
 * Counts who is in a span of the scan.  Patients follow each other at random
 * there, so what is to be counted soon is asked for ahead.
 */
static void
count_span(Counter *counter, uint32_t patient, int32_t day, uint32_t from, uint32_t to)
{
	const MsCovisitIndex *index = counter->scan->index;
	const uint32_t *who = counter->scan->who;
	Partner    *partners = counter->partners;
	uint32_t	first = counter->from > patient ? counter->from : patient + 1;
	int32_t		min_days = index->setting->min_days;

	for (uint32_t i = from; i < to; i++)
	{
		uint32_t	other = who[i];
		Partner    *partner = &partners[other];

		if (to - i > AHEAD && who[i + AHEAD] >= first)
			MS_FETCH(&partners[who[i + AHEAD]]);
		if ((i - from) % 1024 == 0)
			ms_tick(index->arena);
		if (other < first)
			continue;
		if (partner->mark != patient + 1)
		{
			partner->mark = patient + 1;
			partner->days = 0;
		}
		else if (partner->day == day)
			continue;
		partner->day = day;
		if (++partner->days == min_days)
			counter->reached[counter->n_reached++] = other;
	}
}

/* Visits at a place within reach of a time; near the position given fast. */
static void
count_place(Counter *counter, uint32_t patient, int32_t day, uint32_t place, int64_t at, uint32_t near)
{
	const Scan *scan = counter->scan;
	int64_t		within = scan->index->setting->within;
	uint32_t	from = near;
	uint32_t	to = near;

	while (from > scan->start[place] && at - scan->at[from - 1] <= within)
		from--;
	while (to < scan->start[place + 1] && scan->at[to] - at <= within)
		to++;
	count_span(counter, patient, day, from, to);
}

static void
count_partners(Counter *counter, uint32_t patient)
{
	const Scan *scan = counter->scan;
	const MsCovisitIndex *index = scan->index;

	counter->n_reached = 0;
	for (uint32_t k = index->patient_start[patient]; k < index->patient_start[patient + 1]; k++)
	{
		uint32_t	position = index->visit[k];
		uint32_t	e = scan->of[position];
		int64_t		at = index->at[position];
		uint32_t	place;

		if (e == NOT_THERE)
			continue;
		place = index->place[position];
		for (uint32_t i = 0; i < ms_near_count(index, place); i++)
		{
			uint32_t	q = ms_near_place(index, place, i);

			count_place(counter, patient, ms_visit_day(index, position), q, at,
						q == place ? e : ms_visit_from(scan->at, scan->start[q], scan->start[q + 1], at));
		}
	}
	ms_sort_numbers(counter->reached, counter->n_reached);
}

/* ---- looking at one pair closely ---- */

/* What one patient may expect of anybody, by stratum. */
typedef struct Outlook
{
	const MsStrata *strata;
	uint32_t	of;				/* that patient and one, or 0 */
	uint32_t   *known;			/* marks */
	double	   *meetings;
	uint32_t   *present;		/* strata of the other one, by mark */
	uint32_t	mark;
} Outlook;

typedef enum Habit
{
	HABIT_UNKNOWN, HABIT_NONE, HABIT_KEPT
} Habit;

typedef struct Look
{
	const MsCovisitIndex *index;
	uint32_t   *seen;			/* places, by mark */
	uint32_t	mark;
	uint8_t    *habit;			/* of patients */
	Outlook		coarse;
	Outlook		fine;
} Look;

typedef struct Side
{
	uint32_t	days;
	uint32_t	places;
	double		weight;
} Side;

/* First of a patient's visits from lo on that is not before at; near lo fast. */
static uint32_t
first_visit(const MsCovisitIndex *index, uint32_t lo, uint32_t hi, int64_t at)
{
	uint32_t	step = 1;

	while (step < hi - lo && index->at[index->visit[lo + step]] < at)
	{
		lo += step;
		step *= 2;
	}
	if (step < hi - lo)
		hi = lo + step;
	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (index->at[index->visit[mid]] < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/*
 * Days and places of a's visits at which b was there too.  Whichever comes
 * more often is passed over where the other one is not near.
 */
static Side
look_from(Look *look, uint32_t a, uint32_t b)
{
	const MsCovisitIndex *index = look->index;
	int64_t		within = index->setting->within;
	uint32_t	end = index->patient_start[b + 1];
	uint32_t	lo = index->patient_start[b];
	int32_t		day = -1;
	double		best = 0;
	Side		side = {0};

	look->mark++;
	for (uint32_t k = index->patient_start[a]; k < index->patient_start[a + 1]; k++)
	{
		uint32_t	x = index->visit[k];
		double		weight = 0;

		lo = first_visit(index, lo, end, index->at[x] - within);
		if (lo == end)
			break;
		if (index->at[index->visit[lo]] - index->at[x] > within)
		{
			k = first_visit(index, k + 1, index->patient_start[a + 1], index->at[index->visit[lo]] - within) - 1;
			continue;
		}
		for (uint32_t h = lo; h < end && index->at[index->visit[h]] - index->at[x] <= within; h++)
		{
			uint32_t	y = index->visit[h];
			uint32_t	crowd = index->crowd[x] > index->crowd[y] ? index->crowd[x] : index->crowd[y];

			ms_tick(index->arena);
			if (ms_near_each_other(index, index->place[x], index->place[y]))
				weight = fmax(weight, 1.0 / crowd);
		}
		if (weight == 0)
			continue;
		if (ms_visit_day(index, x) != day)
		{
			day = ms_visit_day(index, x);
			side.days++;
			side.weight += best;
			best = 0;
		}
		best = fmax(best, weight);
		if (look->seen[index->place[x]] != look->mark)
		{
			look->seen[index->place[x]] = look->mark;
			side.places++;
		}
	}
	side.weight += best;
	return side;
}

static void
init_outlook(Outlook *outlook, MsArena *arena, const MsStrata *strata)
{
	outlook->strata = strata;
	outlook->known = MS_NEW(arena, uint32_t, strata->n);
	outlook->meetings = MS_NEW(arena, double, strata->n);
	outlook->present = MS_NEW(arena, uint32_t, strata->n);
}

/* Spreads a patient's visits over the strata in which they could be met. */
static void
expect(Outlook *outlook, const MsCovisitIndex *index, uint32_t a)
{
	const MsStrata *strata = outlook->strata;

	outlook->of = a + 1;
	for (uint32_t k = index->patient_start[a]; k < index->patient_start[a + 1]; k++)
	{
		uint32_t	s = strata->stratum[index->visit[k]];

		for (uint32_t r = strata->rate_start[s]; r < strata->rate_start[s + 1]; r++)
		{
			uint32_t	t = strata->rate_stratum[r];

			ms_tick(index->arena);
			if (strata->rate[r] == 0)
				continue;
			if (outlook->known[t] != outlook->of)
			{
				outlook->known[t] = outlook->of;
				outlook->meetings[t] = 0;
			}
			outlook->meetings[t] += strata->rate[r];
		}
	}
}

/*
 * Meetings are sums of rates over the visits of both.  The days on which they
 * meet are at most as many as visits of either that could meet the other, and
 * a sum of so many trials with any chances is far out less often than a
 * binomial with their mean (Hoeffding 1956).
 */
static double
judge(Outlook *outlook, const MsCovisitIndex *index, const MsCovisitPair *pair, double *expected)
{
	const MsStrata *strata = outlook->strata;
	uint32_t	of_a = 0;
	uint32_t	of_b = 0;
	uint32_t	trials;

	*expected = 0;
	if (outlook->of != pair->a + 1)
		expect(outlook, index, pair->a);
	outlook->mark++;
	for (uint32_t k = index->patient_start[pair->b]; k < index->patient_start[pair->b + 1]; k++)
	{
		uint32_t	s = strata->stratum[index->visit[k]];

		ms_tick(index->arena);
		outlook->present[s] = outlook->mark;
		if (outlook->known[s] == outlook->of)
		{
			of_b++;
			*expected += outlook->meetings[s];
		}
	}
	for (uint32_t k = index->patient_start[pair->a]; k < index->patient_start[pair->a + 1]; k++)
	{
		uint32_t	s = strata->stratum[index->visit[k]];

		for (uint32_t r = strata->rate_start[s]; r < strata->rate_start[s + 1]; r++)
			if (strata->rate[r] > 0 && outlook->present[strata->rate_stratum[r]] == outlook->mark)
			{
				of_a++;
				break;
			}
	}
	trials = of_a < of_b ? of_a : of_b;
	return ms_log_binomial_tail(trials, pair->days, *expected / trials);
}

static bool
is_habitual(Look *look, uint32_t patient)
{
	if (look->habit[patient] == HABIT_UNKNOWN)
		look->habit[patient] = ms_covisit_habitual(look->index, patient) ? HABIT_KEPT : HABIT_NONE;
	return look->habit[patient] == HABIT_KEPT;
}

static bool
look_at(Look *look, uint32_t a, uint32_t b, MsCovisitPair *pair)
{
	const MsCovisitIndex *index = look->index;
	const MsCovisitSetting *setting = index->setting;
	const uint32_t *household = index->input->household;
	Side		from_a;
	Side		from_b;

	if (household != NULL && household[a] != 0 && household[a] == household[b])
		return false;
	from_a = look_from(look, a, b);
	from_b = look_from(look, b, a);
	memset(pair, 0, sizeof(*pair));
	pair->a = a;
	pair->b = b;
	pair->days = from_a.days < from_b.days ? from_a.days : from_b.days;
	pair->places = from_a.places < from_b.places ? from_a.places : from_b.places;
	pair->weight = fmin(from_a.weight, from_b.weight);
	if (pair->days < (uint32_t) setting->min_days ||
		pair->places < (uint32_t) setting->min_places ||
		pair->weight < setting->min_weight)
		return false;
	pair->log_p = judge(&look->coarse, index, pair, &pair->expected);
	if (is_habitual(look, a) && is_habitual(look, b))
	{
		double		expected;
		double		log_p = judge(&look->fine, index, pair, &expected);

		if (log_p > pair->log_p)
		{
			pair->log_p = log_p;
			pair->expected = expected;
		}
	}
	return true;
}

/* ---- all pairs ---- */

double
ms_adjusted(double larger, double log_p, double tests, size_t rank)
{
	return fmin(larger, log_p + log(tests / (double) rank));
}

/*
 * What is above fdr before it is adjusted need not be kept: it comes last, so
 * nobody's rank depends on it, and adjusted it is larger still.
 */
void
ms_covisit_pairs(const MsCovisitIndex *index, uint32_t a_end, uint32_t b_from, MsPairSink sink, void *ctx)
{
	uint32_t	patients = index->input->patients;
	MsArena    *arena = index->arena;
	double		most = log(index->setting->fdr);
	Scan		scan;
	Counter		counter = {.scan = &scan,.from = b_from};
	Look		look = {.index = index};

	prune(&scan, index);
	counter.partners = MS_NEW(arena, Partner, patients);
	counter.reached = MS_NEW(arena, uint32_t, patients);
	look.seen = MS_NEW(arena, uint32_t, index->input->places);
	look.habit = MS_NEW(arena, uint8_t, patients);
	init_outlook(&look.coarse, arena, &index->coarse);
	init_outlook(&look.fine, arena, &index->fine);
	for (uint32_t a = 0; a < a_end; a++)
	{
		count_partners(&counter, a);
		for (uint32_t i = 0; i < counter.n_reached; i++)
		{
			MsCovisitPair pair;

			if (look_at(&look, a, counter.reached[i], &pair) && pair.log_p <= most)
				sink(ctx, &pair);
		}
	}
}
