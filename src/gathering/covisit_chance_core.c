/*-------------------------------------------------------------------------
 *
 * covisit_chance_core.c
 *	  How often two patients would meet by chance.
 *
 * The null model: visits are sorted into strata (place, period, slot of the
 * day where the place has visits enough); within a stratum it is chance which of its visits are whose.  So each
 * patient keeps how often he comes where and when, each place keeps its crowd
 * and how many meet there, and only who meets whom is left to chance.  Of two
 * strata (or within one), a visit of each by two different patients are
 * within reach as often as they are on the whole: that is the rate.  Nobody
 * meets himself, so pairs of visits of one patient are left out above and
 * below the line; or else regulars, who come once a day, would meet less by
 * chance than they must.
 *
 * Two patients with habits are judged by finer strata too (weekday, a slot as
 * short as a meeting), and the larger p-value holds: it is one under either
 * model.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gathering/covisit_core.h"

#define MINUTE	INT64_C(60000000)

/* ---- strata ---- */

/*
 * Whether slots are told apart among the visits from position first on, of its
 * place and period.  In the slot of a quiet place there is nobody but those
 * who came together, and what they did would be what is to be expected.
 */
static bool
fills_slots(const MsCovisitIndex *index, uint32_t first, int64_t period_days, int64_t slots)
{
	double		enough = (double) index->setting->slot_visits * (double) slots;
	uint32_t	place_end = index->place_start[index->place[first] + 1];
	int64_t		period = ms_visit_day(index, first) / period_days;
	uint32_t	end;

	if (place_end - first < enough)
		return false;
	if (enough < 1)
		return true;
	end = first + (uint32_t) ceil(enough) - 1;
	return ms_visit_day(index, end) / period_days == period;
}

static void
number_strata(const MsCovisitIndex *index, MsStrata *strata, bool fine)
{
	const MsCovisitSetting *setting = index->setting;
	int64_t		length = setting->slot;
	int64_t		period_days = setting->period / MS_USECS_PER_DAY;
	uint32_t	first = 0;		/* stratum of this place and period */
	int64_t		period = -1;
	uint32_t	place = UINT32_MAX;
	int64_t		slots;
	bool		slotted = true;
	uint32_t   *number;			/* and one, of the slots of a week */

	if (fine && setting->within < length)
		length = setting->within > MINUTE ? setting->within : MINUTE;
	slots = (MS_USECS_PER_DAY + length - 1) / length;
	number = MS_NEW(index->arena, uint32_t, 7 * slots);
	strata->stratum = MS_NEW(index->arena, uint32_t, index->n);
	for (uint32_t i = 0; i < index->n; i++)
	{
		int32_t		day = ms_visit_day(index, i);
		int64_t		slot = (index->at[i] - (index->first_day + day) * MS_USECS_PER_DAY) / length;
		int64_t		now = day / period_days;

		ms_tick(index->arena);
		if (index->place[i] != place || now != period)
		{
			first = strata->n;
			place = index->place[i];
			period = now;
			slotted = fine || fills_slots(index, i, period_days, slots);
		}
		if (!slotted)
			slot = 0;
		if (fine)
			slot += day % 7 * slots;
		/* numbers from before this place and period are stale */
		if (number[slot] <= first)
			number[slot] = ++strata->n;
		strata->stratum[i] = number[slot] - 1;
	}
	strata->visits = MS_NEW(index->arena, uint32_t, strata->n);
	for (uint32_t i = 0; i < index->n; i++)
		strata->visits[strata->stratum[i]]++;
}

/* ---- segments: the visits of a stratum on one day, in a row by time ---- */

typedef struct Segments
{
	const MsCovisitIndex *index;
	MsStrata   *strata;
	uint32_t   *start;			/* positions, and one more */
	uint32_t   *place_start;	/* segments of a place, and one more */
	bool		write;			/* else only count */
} Segments;

static void
cut_segments(Segments *s)
{
	const MsCovisitIndex *index = s->index;
	const MsStrata *strata = s->strata;
	uint32_t	n = 0;

	s->start = MS_NEW(index->arena, uint32_t, (size_t) index->n + 1);
	s->place_start = MS_NEW(index->arena, uint32_t, (size_t) index->input->places + 1);
	for (uint32_t p = 0; p < index->input->places; p++)
	{
		int32_t		day = -1;

		s->place_start[p] = n;
		for (uint32_t i = index->place_start[p]; i < index->place_start[p + 1]; i++)
		{
			int32_t		today = ms_visit_day(index, i);

			if (today != day || strata->stratum[i] != strata->stratum[i - 1])
				s->start[n++] = i;
			day = today;
		}
	}
	s->place_start[index->input->places] = n;
	s->start[n] = index->n;
}

/* Pairs of visits within reach, of two segments or within one. */
static double
count_pairs(const Segments *s, uint32_t x, uint32_t y)
{
	const int64_t *at = s->index->at;
	int64_t		within = s->index->setting->within;
	uint32_t	end = s->start[y + 1];
	uint32_t	lo = s->start[y];
	uint32_t	hi = lo;
	double		pairs = 0;

	for (uint32_t i = s->start[x]; i < s->start[x + 1]; i++)
	{
		while (lo < end && at[i] - at[lo] > within)
			lo++;
		while (hi < end && at[hi] - at[i] <= within)
			hi++;
		if (hi > lo)
			pairs += hi - lo;
	}
	if (x != y)
		return pairs;
	return (pairs - (s->start[x + 1] - s->start[x])) / 2;
}

static void
note_pairs(Segments *s, uint32_t x, uint32_t y)
{
	MsStrata   *strata = s->strata;
	uint32_t	a = strata->stratum[s->start[x]];
	uint32_t	b = strata->stratum[s->start[y]];
	double		pairs;

	ms_tick(s->index->arena);
	if (!s->write)
	{
		strata->rate_start[a]++;
		if (a != b)
			strata->rate_start[b]++;
		return;
	}
	pairs = count_pairs(s, x, y);
	strata->rate_stratum[strata->rate_start[a]] = b;
	strata->rate[strata->rate_start[a]++] = pairs;
	if (a != b)
	{
		strata->rate_stratum[strata->rate_start[b]] = a;
		strata->rate[strata->rate_start[b]++] = pairs;
	}
}

/* Every two segments that may have visits within reach of each other. */
static void
walk_segments(Segments *s)
{
	const MsCovisitIndex *index = s->index;
	const int64_t *at = index->at;
	int64_t		within = index->setting->within;

	for (uint32_t p = 0; p < index->input->places; p++)
		for (uint32_t k = 0; k < ms_near_count(index, p); k++)
		{
			uint32_t	q = ms_near_place(index, p, k);
			uint32_t	from = s->place_start[q];

			if (q < p)
				continue;
			for (uint32_t x = s->place_start[p]; x < s->place_start[p + 1]; x++)
			{
				int64_t		first = at[s->start[x]];
				int64_t		last = at[s->start[x + 1] - 1];

				if (q == p)
				{
					from = x;
					if (s->start[x + 1] - s->start[x] == 1)
						from++;
				}
				while (from < s->place_start[q + 1] && first - at[s->start[from + 1] - 1] > within)
					from++;
				for (uint32_t y = from; y < s->place_start[q + 1] && at[s->start[y]] - last <= within; y++)
					note_pairs(s, x, y);
			}
		}
}

/* ---- rates ---- */

static void
sort_rates(uint32_t *stratum, double *pairs, uint32_t n)
{
	for (uint32_t gap = n / 2; gap > 0; gap /= 2)
		for (uint32_t i = gap; i < n; i++)
		{
			uint32_t	key = stratum[i];
			double		value = pairs[i];
			uint32_t	j = i;

			for (; j >= gap && stratum[j - gap] > key; j -= gap)
			{
				stratum[j] = stratum[j - gap];
				pairs[j] = pairs[j - gap];
			}
			stratum[j] = key;
			pairs[j] = value;
		}
}

/* Sums the pairs of every two strata. */
static void
sum_pairs(const MsCovisitIndex *index, MsStrata *strata)
{
	uint32_t	from = 0;
	uint32_t	to = 0;

	for (uint32_t a = 0; a < strata->n; a++)
	{
		uint32_t	end = strata->rate_start[a + 1];
		uint32_t	first = to;

		sort_rates(strata->rate_stratum + from, strata->rate + from, end - from);
		for (; from < end; from++)
		{
			ms_tick(index->arena);
			if (strata->rate[from] == 0)
				continue;
			if (to > first && strata->rate_stratum[to - 1] == strata->rate_stratum[from])
				strata->rate[to - 1] += strata->rate[from];
			else
			{
				strata->rate_stratum[to] = strata->rate_stratum[from];
				strata->rate[to++] = strata->rate[from];
			}
		}
		strata->rate_start[a] = first;
	}
	strata->rate_start[strata->n] = to;
}

static uint32_t
find_rate(const MsStrata *strata, uint32_t a, uint32_t b)
{
	uint32_t	r = strata->rate_start[a];

	while (strata->rate_stratum[r] != b)
		r++;
	return r;
}

/* Takes one patient's meetings with himself out of the pairs within reach. */
static void
leave_out_own_meetings(const MsCovisitIndex *index, MsStrata *strata, uint32_t patient)
{
	uint32_t	start = index->patient_start[patient];
	uint32_t	end = index->patient_start[patient + 1];

	for (uint32_t i = start; i < end; i++)
		for (uint32_t j = i + 1; j < end; j++)
		{
			uint32_t	x = index->visit[i];
			uint32_t	y = index->visit[j];

			ms_tick(index->arena);
			if (index->at[y] - index->at[x] > index->setting->within)
				break;
			if (!ms_near_each_other(index, index->place[x], index->place[y]))
				continue;
			strata->rate[find_rate(strata, strata->stratum[x], strata->stratum[y])]--;
			if (strata->stratum[x] != strata->stratum[y])
				strata->rate[find_rate(strata, strata->stratum[y], strata->stratum[x])]--;
		}
}

/* Divides pairs within reach by all pairs, both of different patients. */
static void
make_rates(const MsCovisitIndex *index, MsStrata *strata)
{
	MsMark		mark = ms_arena_mark(index->arena);
	double	   *own = MS_NEW(index->arena, double, strata->rate_start[strata->n]);
	uint32_t   *known = MS_NEW(index->arena, uint32_t, strata->n);
	uint32_t   *visits = MS_NEW(index->arena, uint32_t, strata->n);

	for (uint32_t v = 0; v < index->input->patients; v++)
	{
		uint32_t	start = index->patient_start[v];
		uint32_t	end = index->patient_start[v + 1];

		leave_out_own_meetings(index, strata, v);
		for (uint32_t k = start; k < end; k++)
		{
			uint32_t	a = strata->stratum[index->visit[k]];

			if (known[a] != v + 1)
				visits[a] = 0;
			known[a] = v + 1;
			visits[a]++;
		}
		for (uint32_t k = start; k < end; k++)
		{
			uint32_t	a = strata->stratum[index->visit[k]];

			for (uint32_t r = strata->rate_start[a]; r < strata->rate_start[a + 1]; r++)
			{
				uint32_t	b = strata->rate_stratum[r];

				ms_tick(index->arena);
				if (known[b] == v + 1)
					own[r] += a == b ? (visits[b] - 1) / 2.0 : visits[b];
			}
		}
	}
	for (uint32_t a = 0; a < strata->n; a++)
		for (uint32_t r = strata->rate_start[a]; r < strata->rate_start[a + 1]; r++)
		{
			uint32_t	b = strata->rate_stratum[r];
			double		n = strata->visits[a];
			double		pairs = (a == b ? n * (n - 1) / 2 : n * strata->visits[b]) - own[r];

			strata->rate[r] = pairs > 0 ? strata->rate[r] / pairs : 0;
		}
	ms_arena_release(index->arena, mark);
}

void
ms_covisit_strata(const MsCovisitIndex *index, MsStrata *strata, bool fine)
{
	Segments	s = {.index = index,.strata = strata};
	uint64_t	total = 0;
	MsArena    *arena = index->arena;

	number_strata(index, strata, fine);
	strata->rate_start = MS_NEW(arena, uint32_t, (size_t) strata->n + 2);
	cut_segments(&s);
	walk_segments(&s);
	for (uint32_t a = 0; a <= strata->n; a++)
	{
		uint32_t	here = strata->rate_start[a];

		strata->rate_start[a] = (uint32_t) total;
		total += here;
		if (total > MS_COVISIT_MAX)
			arena->env->fail(arena->env->ctx, MS_FAIL_TOO_MANY);
	}
	strata->rate_stratum = MS_NEW(arena, uint32_t, total);
	strata->rate = MS_NEW(arena, double, total);
	s.write = true;
	walk_segments(&s);
	/* writing moved each start to the next one's place */
	memmove(strata->rate_start + 1, strata->rate_start, (size_t) strata->n * sizeof(uint32_t));
	strata->rate_start[0] = 0;
	sum_pairs(index, strata);
	make_rates(index, strata);
}

/* ---- habits ---- */

static int64_t
time_of_day(const MsCovisitIndex *index, uint32_t position)
{
	return index->at[position] - (index->first_day + ms_visit_day(index, position)) * MS_USECS_PER_DAY;
}

static bool
same_habit(const MsCovisitIndex *index, uint32_t x, uint32_t y)
{
	return index->place[x] == index->place[y] && (ms_visit_day(index, x) - ms_visit_day(index, y)) % 7 == 0;
}

/* By place, weekday and time of the day. */
static int
by_habit(uint32_t a, uint32_t b, const void *ctx)
{
	const MsCovisitIndex *index = ctx;
	int64_t		keys[3][2] = {
		{index->place[a], index->place[b]},
		{ms_visit_day(index, a) % 7, ms_visit_day(index, b) % 7},
		{time_of_day(index, a), time_of_day(index, b)}
	};

	for (int k = 0; k < 3; k++)
		if (keys[k][0] != keys[k][1])
			return keys[k][0] < keys[k][1] ? -1 : 1;
	return 0;
}

/* Marks visits whose last neighbour of another day, going that way, is near. */
static void
mark_kept(const MsCovisitIndex *index, const uint32_t *visits, uint32_t n, bool backwards, bool *kept)
{
	uint32_t	other = n;		/* than the day of the visit before */

	for (uint32_t i = 1; i < n; i++)
	{
		uint32_t	here = backwards ? n - 1 - i : i;
		uint32_t	before = backwards ? here + 1 : here - 1;
		uint32_t	x = visits[here];

		ms_tick(index->arena);
		if (!same_habit(index, x, visits[before]))
			other = n;
		else if (ms_visit_day(index, x) != ms_visit_day(index, visits[before]))
			other = before;
		if (other < n && llabs(time_of_day(index, x) - time_of_day(index, visits[other])) <= index->setting->within)
			kept[here] = true;
	}
}

/*
 * Does a patient keep a day of the week and a time?  So it is when at least
 * half of his visits have another one at the same place, on the same weekday
 * of another week, as far apart in the time of the day as a meeting may be.
 */
bool
ms_covisit_habitual(const MsCovisitIndex *index, uint32_t patient)
{
	MsArena    *arena = index->arena;
	MsMark		mark = ms_arena_mark(arena);
	uint32_t	start = index->patient_start[patient];
	uint32_t	n = index->patient_start[patient + 1] - start;
	uint32_t   *visits = MS_NEW(arena, uint32_t, n);
	bool	   *kept = MS_NEW(arena, bool, n);
	uint32_t	many = 0;

	memcpy(visits, index->visit + start, n * sizeof(uint32_t));
	ms_sort(arena, visits, n, by_habit, index);
	mark_kept(index, visits, n, false, kept);
	mark_kept(index, visits, n, true, kept);
	for (uint32_t i = 0; i < n; i++)
		many += kept[i];
	ms_arena_release(arena, mark);
	return many >= n - many;
}

/* ---- how many pairs could have met ---- */

/*
 * Whom a patient could meet on enough days at all: those who go where he
 * goes, or near there, and come often enough.  An upper bound, which depends
 * on how often they come and not on when.  Every eligible patient's places
 * are counted first, and asked for then; the caller raises mark in between.
 */
void
ms_meetable_init(MsMeetable *meetable, MsArena *arena, const MsNear *near, uint32_t places)
{
	meetable->near = near;
	meetable->seen = MS_NEW(arena, uint32_t, places);
	meetable->regulars = MS_NEW(arena, uint32_t, places);
	meetable->eligible = 0;
	meetable->mark = 0;
}

static bool
is_new(MsMeetable *meetable, uint32_t place)
{
	if (meetable->seen[place] == meetable->mark)
		return false;
	meetable->seen[place] = meetable->mark;
	return true;
}

void
ms_meetable_count(MsMeetable *meetable, uint32_t place)
{
	if (is_new(meetable, place))
		meetable->regulars[place]++;
}

uint64_t
ms_meetable_others(MsMeetable *meetable, uint32_t place)
{
	const MsNear *near = meetable->near;
	uint64_t	others = 0;

	if (!is_new(meetable, place))
		return 0;
	if (near == NULL)
		return meetable->regulars[place] - 1;
	for (uint32_t k = near->start[place]; k < near->start[place + 1]; k++)
		others += meetable->regulars[near->place[k]];
	return others - 1;
}

/* Degrees come in ascending order. */
void
ms_degree_add(MsDegrees *degrees, MsArena *arena, uint64_t others)
{
	MsDegree   *last = NULL;

	if (others == 0)
		return;
	degrees->sum += others;
	if (degrees->runs.n > 0)
		last = MS_AT(&degrees->runs, MsDegree, degrees->runs.n - 1);
	if (last != NULL && last->others == others)
		last->patients++;
	else
		*MS_PUSH(arena, &degrees->runs, MsDegree) = (MsDegree)
	{
		others, 1
	};
}

/* ---- tails ---- */

static double
log_choose(uint32_t n, uint32_t k)
{
	return lgamma((double) n + 1) - lgamma((double) k + 1) - lgamma((double) (n - k) + 1);
}

double
ms_log_binomial_tail(uint32_t n, uint32_t k, double theta)
{
	double		odds;
	double		sum = 0;
	double		term = 1;
	double		first;

	if (k == 0)
		return 0;
	if (k > n || theta <= 0)
		return -INFINITY;
	if (theta >= 1)
		return 0;
	odds = theta / (1 - theta);
	if (k > n * theta)
	{
		first = log_choose(n, k) + k * log(theta) + (n - k) * log1p(-theta);
		for (uint32_t i = k; i <= n; i++)
		{
			sum += term;
			if (term < sum * 1e-17)
				break;
			term *= (double) (n - i) / (i + 1) * odds;
		}
		return fmin(first + log(sum), 0);
	}
	/* the other tail, downwards from k - 1 */
	first = log_choose(n, k - 1) + (k - 1) * log(theta) + (n - k + 1) * log1p(-theta);
	for (uint32_t i = k - 1;; i--)
	{
		sum += term;
		if (i == 0 || term < sum * 1e-17)
			break;
		term *= i / ((double) (n - i + 1) * odds);
	}
	return log1p(-fmin(exp(first) * sum, 1));
}

double
ms_log_product_tail(uint32_t n, double log_x)
{
	double		y = -log_x;
	double		most = -INFINITY;
	double		sum = 0;

	if (y <= 0)
		return 0;
	for (uint32_t j = 0; j < n; j++)
		most = fmax(most, j * log(y) - lgamma((double) j + 1));
	for (uint32_t j = 0; j < n; j++)
		sum += exp(j * log(y) - lgamma((double) j + 1) - most);
	return fmin(log_x + most + log(sum), 0);
}
