/*-------------------------------------------------------------------------
 *
 * scan_chance_core.c
 *	  Replications of a scan by chance, and p-values out of them.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/scan_core.h"

#include <string.h>

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
	uint32_t   *day = work->day;

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
	ms_scan_lay(scan, work, MS_SCAN_ARRAY(scan, uint32_t, case_until), day);
}

/* Where somebody lives, by number. */
static uint32_t
place_of(const MsScan *scan, int64_t person)
{
	const int64_t *until = MS_SCAN_ARRAY(scan, int64_t, place_until);
	uint32_t	lo = 0;
	uint32_t	hi = scan->n_places;

	while (hi - lo > 1)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (until[mid] <= person)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* Poisson: each case falls on any of the people and any day. */
static void
draw_cases(const MsScan *scan, MsScanWork *work, uint64_t *state)
{
	uint64_t	people = (uint64_t) MS_SCAN_ARRAY(scan, int64_t, place_until)[scan->n_places];

	memset(work->until, 0, ((size_t) scan->n_places + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < scan->cases; i++)
	{
		ms_tick(work->arena);
		work->until[place_of(scan, (int64_t) draw_below(state, people)) + 1]++;
	}
	for (uint32_t p = 0; p < scan->n_places; p++)
		work->until[p + 1] += work->until[p];
	for (uint32_t i = 0; i < scan->cases; i++)
	{
		ms_tick(work->arena);
		work->day[i] = (uint32_t) draw_below(state, scan->n_days);
	}
	ms_scan_lay(scan, work, work->until, work->day);
}

double
ms_scan_replicate(const MsScan *scan, MsScanWork *work, uint64_t seed, uint32_t i, double floor)
{
	uint64_t	state = mix(mix(seed + UINT64_C(0x9e3779b97f4a7c15)) + i);

	if (scan->poisson)
		draw_cases(scan, work, &state);
	else
		deal_days(scan, work, &state);
	return ms_scan_search(scan, work, floor, NULL, 0).llr;
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
ms_scan_p_value(const double *replicated, uint32_t n, double llr, uint32_t stop_after, uint32_t *looked_at)
{
	uint32_t	reached = ms_scan_reached(replicated, n, llr, stop_after, looked_at);

	if (reached == stop_after)
		return (double) reached / *looked_at;
	return (reached + 1.0) / (n + 1.0);
}
