/*-------------------------------------------------------------------------
 *
 * scan_core.c
 *	  The search for the most likely cylinder.
 *
 * What makes it fast leaves the answer as it is:
 * - A cylinder that starts or ends with a day without cases is no likelier
 *	 than the one without that day; one in which the outermost places have no
 *	 case is no likelier than the one without them.
 * - From the likelihood ratio of the best one so far follows how many cases
 *	 are needed where so many are expected (scan_bound_core.c).  Longer spans
 *	 expect more, so those are passed over that have fewer than are needed for
 *	 a shorter one.
 * - Zones around a centre hold each other.  If not even the cases of a large
 *	 one would be enough for what a small one expects, none between is.
 * - What is needed is a concave function of what is expected, so above chords
 *	 of it: one pass over the days finds the span that is farthest above each.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/scan_core.h"

#include <math.h>
#include <string.h>

#define WORDS(days)		(((size_t) (days) + 63) / 64)

/* How much more one look at several zones may hold than the first of them. */
#define LEAST_GROWTH	1.02
#define MOST_GROWTH		4.0

/* Ranges of what spans expect, each several times the one before. */
#define RANGES			4

/* ms_scan_work_size: about what ms_scan_work_init takes. */
size_t
ms_scan_work_size(const MsScan *scan)
{
	return (size_t) scan->n_places * 16 + (size_t) scan->n_days * 33 + (size_t) scan->cases * 24 + 1024;
}

/* What a unit of weight expects on each day, and in the least and largest span. */
static void
weigh_days(MsScanWork *work, const MsScan *scan)
{
	const int64_t *until = MS_SCAN_ARRAY(scan, int64_t, day_until);
	int64_t		least = INT64_MAX;
	int64_t		most = 0;

	for (uint32_t d = 0; d < scan->n_days; d++)
	{
		uint32_t	end = scan->n_days - d > scan->max_days ? d + scan->max_days : scan->n_days;
		int64_t		day = until[d + 1] - until[d];

		work->day_weight[d] = (double) day * scan->scale;
		if (day > 0 && day < least)
			least = day;
		if (until[end] - until[d] > most)
			most = until[end] - until[d];
	}
	work->least_day = most > 0 ? (double) least * scan->scale * 0.999 : 0;
	work->range = most > 0 ? pow((double) most / (double) least * 1.01, 1.0 / RANGES) : 1;
}

void
ms_scan_work_init(MsScanWork *work, const MsScan *scan, MsArena *arena)
{
	work->arena = arena;
	work->until = MS_NEW(arena, uint32_t, (size_t) scan->n_places + 1);
	work->day = MS_NEW(arena, uint32_t, scan->cases);
	work->busy = MS_NEW(arena, MsScanDay, scan->cases);
	work->n_busy = MS_NEW(arena, uint32_t, scan->n_places);
	work->zone = MS_NEW(arena, uint32_t, scan->n_days);
	work->fresh = MS_NEW(arena, uint32_t, scan->n_days);
	work->on = MS_NEW(arena, uint32_t, scan->n_days);
	work->before = MS_NEW(arena, uint32_t, (size_t) scan->n_days + 1);
	work->next = MS_NEW(arena, uint32_t, (size_t) scan->n_days + 1);
	work->days_on = MS_NEW(arena, uint64_t, WORDS(scan->n_days));
	work->takers = MS_NEW(arena, uint64_t, scan->n_places);
	work->day_weight = MS_NEW(arena, double, scan->n_days);
	work->barred = MS_NEW(arena, bool, scan->n_days);
	weigh_days(work, scan);
	work->bound.all = scan->cases;
	work->bound.least = scan->min_cases;
	work->bound.limit = MS_NEW(arena, double, (size_t) scan->cases + 2);
	work->bound.need = MS_NEW(arena, uint32_t, (size_t) scan->cases + 1);
	ms_scan_bound_set(&work->bound, 0);
}

void
ms_scan_lay(const MsScan *scan, MsScanWork *work, const uint32_t *until, const uint32_t *day)
{
	uint32_t   *count = work->zone;

	if (until != work->until)
		memcpy(work->until, until, ((size_t) scan->n_places + 1) * sizeof(uint32_t));
	memset(count, 0, scan->n_days * sizeof(uint32_t));
	memset(work->days_on, 0, WORDS(scan->n_days) * sizeof(uint64_t));
	for (uint32_t p = 0; p < scan->n_places; p++)
	{
		MsScanDay  *busy = work->busy + until[p];

		ms_tick(work->arena);
		for (uint32_t i = until[p]; i < until[p + 1]; i++)
		{
			count[day[i]]++;
			work->days_on[day[i] / 64] |= UINT64_C(1) << day[i] % 64;
		}
		for (size_t w = 0; w < WORDS(scan->n_days); w++)
			for (; work->days_on[w] != 0; work->days_on[w] &= work->days_on[w] - 1)
			{
				uint32_t	d = (uint32_t) (w * 64) + (uint32_t) __builtin_ctzll(work->days_on[w]);

				*busy++ = (MsScanDay)
				{
					d, count[d]
				};
				count[d] = 0;
			}
		work->n_busy[p] = (uint32_t) (busy - (work->busy + until[p]));
	}
}

/* ---- spans of days ---- */

typedef struct Search
{
	const MsScan *scan;
	MsScanWork *work;
	const MsScanCluster *taken;
	uint32_t	n_taken;
	/* the places that are in work->zone */
	size_t		zone;
	int64_t		weight;
	uint64_t	meets;			/* those of taken that have one of them */
	uint64_t	barred_for;		/* of these the days are in work->barred */
	size_t		zone_end;
	/* what came last */
	uint32_t	turn;			/* marks its days in work->fresh */
	uint32_t	first_fresh;
	uint32_t	last_fresh;
	double		growth;
	MsScanCluster best;
} Search;

static double
expected_of(const Search *s, int64_t weight, uint32_t first, uint32_t last)
{
	const int64_t *until = MS_SCAN_ARRAY(s->scan, int64_t, day_until);

	return (double) weight * (double) (until[last + 1] - until[first]) * s->scan->scale;
}

/* Shares a place on the same day with a cluster that was taken. */
static bool
is_taken(const Search *s, uint32_t first, uint32_t last)
{
	for (uint32_t t = 0; t < s->n_taken; t++)
		if ((s->meets >> t & 1) && s->taken[t].first_day <= last && first <= s->taken[t].last_day)
			return true;
	return false;
}

/* False when this span is taken, and with it all that hold it. */
static bool
consider(Search *s, uint32_t cases, double expected, uint32_t first, uint32_t last)
{
	double		llr;

	if (is_taken(s, first, last))
		return false;
	llr = ms_scan_llr(cases, expected, s->scan->cases);
	if (llr <= s->best.llr)
		return true;
	s->best = (MsScanCluster)
	{
		s->zone, s->zone_end, first, last, cases, expected, llr
	};
	/* the bound costs something, so it follows in steps */
	if (llr > 1.1 * s->work->bound.level + 0.2)
		ms_scan_bound_set(&s->work->bound, llr);
	return true;
}

/* Days that a span with a fresh one can reach. */
static void
days_within(const Search *s, uint32_t *first, uint32_t *last)
{
	uint32_t	more = s->scan->max_days - 1;
	uint32_t	end = s->scan->n_days - 1;

	*first = s->first_fresh > more ? s->first_fresh - more : 0;
	*last = end - s->last_fresh > more ? s->last_fresh + more : end;
}

/* Days on which clusters were taken that have places of the zone. */
static const bool *
barred_days(Search *s)
{
	bool	   *barred = s->work->barred;

	if (s->meets == 0)
		return NULL;
	if (s->barred_for != s->meets)
	{
		memset(barred, 0, s->scan->n_days * sizeof(bool));
		for (uint32_t t = 0; t < s->n_taken; t++)
			if (s->meets >> t & 1)
				memset(barred + s->taken[t].first_day, 1, (s->taken[t].last_day - s->taken[t].first_day + 1) * sizeof(bool));
		s->barred_for = s->meets;
	}
	return barred;
}

/*
 * May any span be likelier than the level?  Spans are told apart by what they
 * expect, and the most cases beyond the chord of each range is the greatest
 * sum of neighbouring days (Kadane's algorithm).
 */
static bool
promising(Search *s, int64_t weight)
{
	const MsScanWork *work = s->work;
	const bool *barred = barred_days(s);
	double		slope[RANGES];
	double		rest[RANGES];
	double		sum[RANGES] = {0};
	double		most[RANGES] = {0};
	double		slack = 1e-9 * (1.0 + s->scan->cases);
	double		from = (double) weight * work->least_day;
	double		need = ms_scan_need_at(&work->bound, from);
	uint32_t	first;
	uint32_t	last;

	if (!(from > 0))
		return true;
	for (int r = 0; r < RANGES; r++)
	{
		double		to = from * work->range;
		double		more = ms_scan_need_at(&work->bound, to);

		slope[r] = (more - need) / (to - from);
		rest[r] = need - slope[r] * from - slack;
		from = to;
		need = more;
	}
	days_within(s, &first, &last);
	for (uint32_t d = first; d <= last; d++)
	{
		double		cases = work->zone[d];
		double		expected = (double) weight * work->day_weight[d];

		if (barred != NULL && barred[d])
		{
			memset(sum, 0, sizeof(sum));
			continue;
		}
		for (int r = 0; r < RANGES; r++)
		{
			double		above = cases - slope[r] * expected;

			sum[r] = (sum[r] > 0 ? sum[r] : 0) + above;
			most[r] = sum[r] > most[r] ? sum[r] : most[r];
		}
	}
	for (int r = 0; r < RANGES; r++)
		if (most[r] >= rest[r])
			return true;
	return false;
}

/* Days with cases, as far as a span with a fresh one can reach. */
static uint32_t
list_days(Search *s)
{
	MsScanWork *work = s->work;
	uint32_t	first;
	uint32_t	last;
	uint32_t	n = 0;
	uint32_t	cases = 0;
	uint32_t	next;

	days_within(s, &first, &last);
	for (uint32_t d = first; d <= last; d++)
	{
		work->on[n] = d;
		work->before[n] = cases;
		cases += work->zone[d];
		n += work->zone[d] > 0;
	}
	work->before[n] = cases;
	next = n;
	for (uint32_t i = n; i > 0; i--)
	{
		if (work->fresh[work->on[i - 1]] == s->turn)
			next = i - 1;
		work->next[i - 1] = next;
	}
	return n;
}

/* The first day from i on before whose end there were so many cases. */
static uint32_t
first_with(const uint32_t *before, uint32_t i, uint32_t n, uint32_t cases)
{
	uint32_t	step = 1;

	while (i < n && before[i + 1] < cases)
	{
		uint32_t	far = n - i > step ? i + step : n;

		if (before[far] < cases)
		{
			i = far;
			step *= 2;
		}
		else
		{
			i++;
			step = step / 4 + 1;
		}
	}
	return i;
}

/* All spans of days of a zone that hold a fresh day. */
static void
take_best(Search *s)
{
	const MsScanWork *work = s->work;
	uint32_t	n = list_days(s);

	for (uint32_t a = 0; a < n && work->next[a] < n; a++)
	{
		uint32_t	b = work->next[a];

		ms_tick(work->arena);
		while (b < n && work->on[b] - work->on[a] < s->scan->max_days)
		{
			uint32_t	cases = work->before[b + 1] - work->before[a];
			double		expected = expected_of(s, s->weight, work->on[a], work->on[b]);
			uint32_t	need = ms_scan_need(&work->bound, expected);

			if (cases < need)
			{
				b = need > work->before[n] ? n : first_with(work->before, b, n, work->before[a] + need);
				continue;
			}
			if (!consider(s, cases, expected, work->on[a], work->on[b]))
				break;
			b++;
		}
	}
}

/*
 * The same where spans last until the last day, so few that all are looked
 * at: whether one is likelier by the weight of a smaller zone, or to take it.
 */
static bool
look_back(Search *s, int64_t weight, bool take)
{
	const MsScanWork *work = s->work;
	uint32_t	last = s->scan->n_days - 1;
	uint32_t	cases = 0;

	for (uint32_t d = last + 1; d > 0 && last - (d - 1) < s->scan->max_days; d--)
	{
		double		expected;

		cases += work->zone[d - 1];
		if (work->zone[d - 1] == 0 || d - 1 > s->last_fresh)
			continue;
		expected = expected_of(s, weight, d - 1, last);
		if (cases < ms_scan_need(&work->bound, expected))
			continue;
		if (!take)
			return true;
		if (!consider(s, cases, expected, d - 1, last))
			break;
	}
	return false;
}

/* ---- zones ---- */

/* Where the first zone ends that has the place at. */
static size_t
end_of(const Search *s, size_t at)
{
	const uint32_t *zone = MS_SCAN_ARRAY(s->scan, uint32_t, zone);

	while (zone[at] & MS_SCAN_OPEN)
		at++;
	return at + 1;
}

static int64_t
weight_of(const Search *s, size_t from, size_t to)
{
	const uint32_t *zone = MS_SCAN_ARRAY(s->scan, uint32_t, zone);
	const int64_t *until = MS_SCAN_ARRAY(s->scan, int64_t, place_until);
	int64_t		weight = 0;

	for (size_t k = from; k < to; k++)
	{
		uint32_t	place = zone[k] & ~MS_SCAN_OPEN;

		weight += until[place + 1] - until[place];
	}
	return weight;
}

/* Adds the cases of places; false when there are none. */
static bool
add_cases(Search *s, size_t from, size_t to)
{
	const uint32_t *zone = MS_SCAN_ARRAY(s->scan, uint32_t, zone);
	MsScanWork *work = s->work;

	s->turn++;
	s->first_fresh = UINT32_MAX;
	s->last_fresh = 0;
	for (size_t k = from; k < to; k++)
	{
		uint32_t	place = zone[k] & ~MS_SCAN_OPEN;
		const MsScanDay *busy = work->busy + work->until[place];
		uint32_t	n = work->n_busy[place];

		ms_tick(work->arena);
		if (n == 0)
			continue;
		for (uint32_t i = 0; i < n; i++)
		{
			work->zone[busy[i].day] += busy[i].cases;
			work->fresh[busy[i].day] = s->turn;
		}
		if (busy[0].day < s->first_fresh)
			s->first_fresh = busy[0].day;
		if (busy[n - 1].day > s->last_fresh)
			s->last_fresh = busy[n - 1].day;
	}
	return s->first_fresh != UINT32_MAX;
}

static void
drop_cases(Search *s, size_t from, size_t to)
{
	const uint32_t *zone = MS_SCAN_ARRAY(s->scan, uint32_t, zone);
	MsScanWork *work = s->work;

	for (size_t k = from; k < to; k++)
	{
		uint32_t	place = zone[k] & ~MS_SCAN_OPEN;
		const MsScanDay *busy = work->busy + work->until[place];

		for (uint32_t i = 0; i < work->n_busy[place]; i++)
			work->zone[busy[i].day] -= busy[i].cases;
	}
}

/* Places that all zones that follow have. */
static void
hold(Search *s, size_t from, size_t to)
{
	const uint32_t *zone = MS_SCAN_ARRAY(s->scan, uint32_t, zone);

	for (size_t k = from; k < to && s->n_taken > 0; k++)
		s->meets |= s->work->takers[zone[k] & ~MS_SCAN_OPEN];
	s->weight += weight_of(s, from, to);
	s->zone_end = to;
}

/*
 * Looks at the zones that end behind from and up to to.  Cases of places
 * before from are in work->zone; afterwards those before to are.
 */
static void
search_zones(Search *s, size_t from, size_t to)
{
	bool		back = s->scan->prospective;
	size_t		first = end_of(s, from);
	int64_t		least;

	if (first == to)
	{
		hold(s, from, to);
		if (!add_cases(s, from, to))
			return;
		if (back)
			(void) look_back(s, s->weight, true);
		else if (promising(s, s->weight))
			take_best(s);
		return;
	}
	least = s->weight + weight_of(s, from, first);
	if (add_cases(s, from, to) && (back ? look_back(s, least, false) : promising(s, least)))
	{
		size_t		middle = end_of(s, from + (to - from) / 2);

		if (middle >= to)
			middle = first;
		drop_cases(s, from, to);
		search_zones(s, from, middle);
		search_zones(s, middle, to);
		return;
	}
	hold(s, from, to);
}

static void
search_centre(Search *s, uint32_t centre)
{
	const size_t *until = MS_SCAN_ARRAY(s->scan, size_t, zone_until);
	size_t		from = until[centre];
	size_t		end = until[centre + 1];

	memset(s->work->zone, 0, s->scan->n_days * sizeof(uint32_t));
	s->zone = from;
	s->weight = 0;
	s->meets = 0;
	while (from < end)
	{
		size_t		first = end_of(s, from);
		int64_t		weight = s->weight + weight_of(s, from, first);
		double		most = (double) weight * s->growth;
		size_t		to = first;
		uint32_t	turn = s->turn;

		while (to < end)
		{
			size_t		next = end_of(s, to);

			weight += weight_of(s, to, next);
			if ((double) weight > most)
				break;
			to = next;
		}
		search_zones(s, from, to);
		/* as many at once as are mostly passed over at once */
		if (s->turn == turn + 1)
			s->growth = fmin(s->growth * 1.05, MOST_GROWTH);
		else
			s->growth = fmax(1 + (s->growth - 1) * 0.7, LEAST_GROWTH);
		from = to;
	}
}

/* Which of the taken clusters have each place. */
static void
note_takers(const Search *s)
{
	const uint32_t *zone = MS_SCAN_ARRAY(s->scan, uint32_t, zone);

	memset(s->work->takers, 0, s->scan->n_places * sizeof(uint64_t));
	for (uint32_t t = 0; t < s->n_taken; t++)
		for (size_t k = s->taken[t].zone; k < s->taken[t].zone_end; k++)
			s->work->takers[zone[k] & ~MS_SCAN_OPEN] |= UINT64_C(1) << t;
}

MsScanCluster
ms_scan_search(const MsScan *scan, MsScanWork *work, double floor,
			   const MsScanCluster *taken, uint32_t n_taken)
{
	Search		s = {.scan = scan,.work = work,.taken = taken,.n_taken = n_taken,.growth = 1.2};

	s.best.llr = floor;
	if (work->bound.level != floor)
		ms_scan_bound_set(&work->bound, floor);
	memset(work->fresh, 0, scan->n_days * sizeof(uint32_t));
	if (n_taken > 0)
		note_takers(&s);
	for (uint32_t centre = 0; centre < scan->n_centres; centre++)
		search_centre(&s, centre);
	return s.best;
}

uint32_t
ms_scan_clusters(const MsScan *scan, MsScanWork *work, MsScanCluster *cluster, uint32_t most)
{
	uint32_t	n = 0;

	ms_scan_lay(scan, work, MS_SCAN_ARRAY(scan, uint32_t, case_until),
				MS_SCAN_ARRAY(scan, uint32_t, case_day));
	for (; n < most && n < MS_SCAN_MOST_CLUSTERS; n++)
	{
		cluster[n] = ms_scan_search(scan, work, 0, cluster, n);
		if (cluster[n].llr <= 0)
			break;
	}
	return n;
}
