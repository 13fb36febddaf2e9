/*-------------------------------------------------------------------------
 *
 * scan_core.c
 *	  The search for the most likely cylinder, and replications of it.
 *
 * A cylinder that starts or ends with a day without cases is no likelier than
 * the one without that day, so only days with cases start and end one.  And
 * of cylinders with the same number of cases the one that expects fewer is
 * likelier; so one number per number of cases tells whether a logarithm is
 * worth taking.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/scan_core.h"

#include <math.h>
#include <string.h>

/* ms_scan_work_size: about what ms_scan_work_init takes. */
size_t
ms_scan_work_size(const MsScan *scan)
{
	return ((size_t) scan->n_places * (scan->n_days + 1) + scan->cases + 2 * (size_t) scan->n_days) * sizeof(uint32_t) +
		((size_t) scan->cases + 1) * sizeof(double);
}

void
ms_scan_work_init(MsScanWork *work, const MsScan *scan, MsArena *arena)
{
	work->arena = arena;
	work->count = MS_NEW(arena, uint32_t, (size_t) scan->n_places * scan->n_days);
	work->of_place = MS_NEW(arena, uint32_t, scan->n_places);
	work->days = MS_NEW(arena, uint32_t, scan->cases);
	work->zone = MS_NEW(arena, uint32_t, scan->n_days);
	work->busy = MS_NEW(arena, uint32_t, scan->n_days);
	work->limit = MS_NEW(arena, double, (size_t) scan->cases + 1);
}

/* ms_scan_llr: zero where there are no more cases than expected. */
double
ms_scan_llr(uint32_t cases, double expected, uint32_t all)
{
	double		outside = (double) all - cases;
	double		llr;

	if (cases <= expected)
		return 0;
	llr = cases * log(cases / expected);
	if (outside > 0)
		llr += outside * log(outside / (all - expected));
	return llr;
}

/* ---- the search ---- */

typedef struct Search
{
	const MsScan *scan;
	MsScanWork *work;
	const MsScanCluster *taken;
	uint32_t	n_taken;
	uint64_t	meets;			/* those of taken that have a place in the
								 * zone, by bits */
	size_t		zone;
	size_t		zone_end;
	int64_t		weight;			/* of the zone */
	MsScanCluster best;
} Search;

/* Shares a place on the same day with a cluster that was taken. */
static bool
is_taken(const Search *s, uint32_t first, uint32_t last)
{
	for (uint32_t t = 0; t < s->n_taken; t++)
		if ((s->meets >> t & 1) && s->taken[t].first_day <= last && first <= s->taken[t].last_day)
			return true;
	return false;
}

static void
consider(Search *s, uint32_t cases, uint32_t first, uint32_t last)
{
	const int64_t *until = MS_SCAN_ARRAY(s->scan, int64_t, day_until);
	double		expected = (double) s->weight * (double) (until[last + 1] - until[first]) * s->scan->scale;
	double		llr;

	if (expected >= s->work->limit[cases] || is_taken(s, first, last))
		return;
	s->work->limit[cases] = expected;
	llr = ms_scan_llr(cases, expected, s->scan->cases);
	if (llr > s->best.llr && cases >= s->scan->min_cases)
		s->best = (MsScanCluster)
	{
		s->zone, s->zone_end, first, last, cases, expected, llr
	};
}

/* All spans of days for one zone. */
static void
consider_zone(Search *s)
{
	const MsScan *scan = s->scan;
	const uint32_t *zone = s->work->zone;
	uint32_t   *busy = s->work->busy;
	uint32_t	n = 0;

	for (uint32_t d = 0; d < scan->n_days; d++)
		if (zone[d] > 0)
			busy[n++] = d;
	if (scan->prospective)
	{
		uint32_t	cases = 0;

		for (uint32_t a = n; a > 0 && scan->n_days - busy[a - 1] <= scan->max_days; a--)
		{
			cases += zone[busy[a - 1]];
			consider(s, cases, busy[a - 1], scan->n_days - 1);
		}
		return;
	}
	for (uint32_t a = 0; a < n; a++)
	{
		uint32_t	cases = 0;

		for (uint32_t b = a; b < n && busy[b] - busy[a] < scan->max_days; b++)
		{
			cases += zone[busy[b]];
			consider(s, cases, busy[a], busy[b]);
		}
		ms_tick(s->work->arena);
	}
}

/* Which of the taken clusters have that place. */
static uint64_t
takers(const Search *s, uint32_t place)
{
	const uint32_t *zone = MS_SCAN_ARRAY(s->scan, uint32_t, zone);
	uint64_t	met = 0;

	for (uint32_t t = 0; t < s->n_taken; t++)
		for (size_t k = s->taken[t].zone; k < s->taken[t].zone_end; k++)
			if ((zone[k] & ~MS_SCAN_OPEN) == place)
			{
				met |= UINT64_C(1) << t;
				break;
			}
	return met;
}

static void
search_centre(Search *s, uint32_t centre)
{
	const MsScan *scan = s->scan;
	const MsScanWork *work = s->work;
	const uint32_t *zone = MS_SCAN_ARRAY(scan, uint32_t, zone);
	const size_t *until = MS_SCAN_ARRAY(scan, size_t, zone_until);
	const int64_t *weight = MS_SCAN_ARRAY(scan, int64_t, place_until);
	bool		grown = false;	/* by cases, since the last zone */

	memset(work->zone, 0, scan->n_days * sizeof(uint32_t));
	s->zone = until[centre];
	s->weight = 0;
	s->meets = 0;
	for (size_t k = until[centre]; k < until[centre + 1]; k++)
	{
		uint32_t	place = zone[k] & ~MS_SCAN_OPEN;
		const uint32_t *count = work->count + (size_t) place * scan->n_days;

		ms_tick(work->arena);
		s->weight += weight[place + 1] - weight[place];
		if (s->n_taken > 0)
			s->meets |= takers(s, place);
		if (work->of_place[place] > 0)
		{
			for (uint32_t d = 0; d < scan->n_days; d++)
				work->zone[d] += count[d];
			grown = true;
		}
		if ((zone[k] & MS_SCAN_OPEN) || !grown)
			continue;
		s->zone_end = k + 1;
		consider_zone(s);
		grown = false;
	}
}

static MsScanCluster
search(const MsScan *scan, MsScanWork *work, const MsScanCluster *taken, uint32_t n_taken)
{
	Search		s = {.scan = scan,.work = work,.taken = taken,.n_taken = n_taken};

	for (uint32_t c = 0; c <= scan->cases; c++)
		work->limit[c] = c;
	for (uint32_t centre = 0; centre < scan->n_centres; centre++)
		search_centre(&s, centre);
	return s.best;
}

/* ---- what was observed ---- */

static void
put_days(const MsScan *scan, MsScanWork *work, const uint32_t *day)
{
	const uint32_t *until = MS_SCAN_ARRAY(scan, uint32_t, case_until);

	memset(work->count, 0, (size_t) scan->n_places * scan->n_days * sizeof(uint32_t));
	for (uint32_t p = 0; p < scan->n_places; p++)
	{
		uint32_t   *count = work->count + (size_t) p * scan->n_days;

		work->of_place[p] = until[p + 1] - until[p];
		for (uint32_t i = until[p]; i < until[p + 1]; i++)
			count[day[i]]++;
	}
}

uint32_t
ms_scan_clusters(const MsScan *scan, MsScanWork *work, MsScanCluster *cluster, uint32_t most)
{
	uint32_t	n = 0;

	put_days(scan, work, MS_SCAN_ARRAY(scan, uint32_t, case_day));
	for (; n < most && n < MS_SCAN_MOST_CLUSTERS; n++)
	{
		cluster[n] = search(scan, work, cluster, n);
		if (cluster[n].llr <= 0)
			break;
	}
	return n;
}

/* ---- what chance makes ---- */

static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t
draw(uint64_t *state)
{
	return mix(*state += UINT64_C(0x9e3779b97f4a7c15));
}

/* Below n, each as likely (Lemire 2019). */
static uint64_t
draw_below(uint64_t *state, uint64_t n)
{
	unsigned	__int128 product = (unsigned __int128) draw(state) * n;

	if ((uint64_t) product < n)
	{
		uint64_t	least = -n % n;

		while ((uint64_t) product < least)
			product = (unsigned __int128) draw(state) * n;
	}
	return (uint64_t) (product >> 64);
}

/* Permutation: places keep their cases, days are dealt anew among all. */
static void
deal_days(const MsScan *scan, MsScanWork *work, uint64_t *state)
{
	uint32_t   *day = work->days;

	if (scan->cases > 0)
		memcpy(day, MS_SCAN_ARRAY(scan, uint32_t, case_day), scan->cases * sizeof(uint32_t));
	for (uint32_t i = scan->cases; i > 1; i--)
	{
		uint32_t	j = (uint32_t) draw_below(state, i);
		uint32_t	swap = day[i - 1];

		ms_tick(work->arena);
		day[i - 1] = day[j];
		day[j] = swap;
	}
	put_days(scan, work, day);
}

/* Poisson: each case falls on any of the people and any day. */
static void
draw_cases(const MsScan *scan, MsScanWork *work, uint64_t *state)
{
	const int64_t *until = MS_SCAN_ARRAY(scan, int64_t, place_until);

	memset(work->count, 0, (size_t) scan->n_places * scan->n_days * sizeof(uint32_t));
	memset(work->of_place, 0, scan->n_places * sizeof(uint32_t));
	for (uint32_t i = 0; i < scan->cases; i++)
	{
		int64_t		person = (int64_t) draw_below(state, (uint64_t) until[scan->n_places]);
		uint32_t	lo = 0;
		uint32_t	hi = scan->n_places;

		ms_tick(work->arena);
		while (hi - lo > 1)
		{
			uint32_t	mid = lo + (hi - lo) / 2;

			if (until[mid] <= person)
				lo = mid;
			else
				hi = mid;
		}
		work->count[(size_t) lo * scan->n_days + draw_below(state, scan->n_days)]++;
		work->of_place[lo]++;
	}
}

double
ms_scan_replicate(const MsScan *scan, MsScanWork *work, uint64_t seed, uint32_t i)
{
	uint64_t	state = mix(mix(seed + UINT64_C(0x9e3779b97f4a7c15)) + i);

	if (scan->poisson)
		draw_cases(scan, work, &state);
	else
		deal_days(scan, work, &state);
	return search(scan, work, NULL, 0).llr;
}

/* ---- p-values ---- */

uint32_t
ms_scan_reached(const double *replicated, uint32_t n, double llr, uint32_t stop_after,
				uint32_t *looked_at)
{
	uint32_t	reached = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		reached += ms_scan_reaches(replicated[i], llr);
		if (reached == stop_after)
		{
			*looked_at = i + 1;
			return reached;
		}
	}
	*looked_at = n;
	return reached;
}

/* By Besag and Clifford (1991), sequentially. */
double
ms_scan_p_value(const double *replicated, uint32_t n, double llr, uint32_t stop_after)
{
	uint32_t	looked_at;
	uint32_t	reached = ms_scan_reached(replicated, n, llr, stop_after, &looked_at);

	if (reached == stop_after)
		return (double) reached / looked_at;
	return (reached + 1.0) / (n + 1.0);
}
