/*-------------------------------------------------------------------------
 *
 * scan_zone_core.c
 *	  What a scan looks at: zones, weights and cases in one block.
 *
 * A zone is what lies around a centre up to some distance.  Places equally
 * far away enter together, and of several places at one spot only the first
 * is a centre; so zones do not depend on how places are numbered.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/scan_core.h"

#include <string.h>

static int
by_distance(uint32_t a, uint32_t b, const void *ctx)
{
	const double *distance = ctx;

	if (distance[a] != distance[b])
		return distance[a] < distance[b] ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Adds the places of one centre's zones; false when there is no zone. */
static bool
add_centre(MsArena *arena, const MsScanInput *input, uint32_t centre, const int64_t *weight,
		   double most_weight, double *distance, uint32_t *near, MsVec *zone)
{
	const MsMetric *metric = input->metric;
	size_t		from = zone->n;
	size_t		end = zone->n;
	double		sum = 0;
	uint32_t	n = 0;
	MsMark		mark;

	for (uint32_t p = 0; p < input->n_places; p++)
	{
		ms_tick(arena);
		if (!ms_metric_near(metric, &input->points[centre], &input->points[p]))
			continue;
		distance[p] = ms_metric_distance(metric, &input->points[centre], &input->points[p]);
		if (distance[p] == 0 && p < centre)
			return false;
		near[n++] = p;
	}
	mark = ms_arena_mark(arena);
	ms_sort(arena, near, n, by_distance, distance);
	ms_arena_release(arena, mark);
	for (uint32_t i = 0; i < n; i++)
	{
		bool		open = i + 1 < n && distance[near[i + 1]] == distance[near[i]];

		sum += (double) weight[near[i]];
		if (sum > most_weight)
			break;
		*MS_PUSH(arena, zone, uint32_t) = near[i] | (open ? MS_SCAN_OPEN : 0);
		if (!open)
			end = zone->n;
	}
	zone->n = end;
	return end > from;
}

static size_t
reserve(size_t *size, size_t count, size_t bytes)
{
	size_t		at = *size;

	*size = (at + count * bytes + 7) & ~(size_t) 7;
	return at;
}

static int
by_place_and_day(uint32_t a, uint32_t b, const void *ctx)
{
	const MsScanCase *c = ctx;

	if (c[a].place != c[b].place)
		return c[a].place < c[b].place ? -1 : 1;
	return c[a].day < c[b].day ? -1 : c[a].day > c[b].day;
}

/* Cases by place, then by day, whatever the order of rows. */
static void
lay_cases(MsArena *arena, const MsScanInput *input, uint32_t *until, uint32_t *day)
{
	MsMark		mark = ms_arena_mark(arena);
	uint32_t   *order = MS_NEW(arena, uint32_t, input->n_cases);
	uint32_t	n = 0;

	for (uint32_t i = 0; i < input->n_cases; i++)
		order[i] = i;
	ms_sort(arena, order, input->n_cases, by_place_and_day, input->cases);
	for (uint32_t i = 0, p = 0; p < input->n_places; p++)
	{
		until[p] = n;
		for (; i < input->n_cases && input->cases[order[i]].place == p; i++)
			for (uint32_t k = input->cases[order[i]].cases; k > 0; k--)
			{
				ms_tick(arena);
				day[n++] = input->cases[order[i]].day;
			}
	}
	until[input->n_places] = n;
	ms_arena_release(arena, mark);
}

static void
lay_days(const MsScan *scan, const uint32_t *case_day, int64_t *until)
{
	memset(until, 0, ((size_t) scan->n_days + 1) * sizeof(int64_t));
	for (uint32_t i = 0; i < scan->cases; i++)
		until[case_day[i] + 1]++;
	for (uint32_t d = 0; d < scan->n_days; d++)
		until[d + 1] = scan->poisson ? d + 1 : until[d] + until[d + 1];
}

const MsScan *
ms_scan_build(MsArena *arena, const MsScanInput *input)
{
	MsScan		scan = {.size = sizeof(MsScan)};
	MsScan	   *block;
	int64_t    *weight = MS_NEW(arena, int64_t, input->n_places);
	double	   *distance = MS_NEW(arena, double, input->n_places);
	uint32_t   *near = MS_NEW(arena, uint32_t, input->n_places);
	size_t	   *until = MS_NEW(arena, size_t, (size_t) input->n_places + 1);
	MsVec		zone = {0};
	uint64_t	cases = 0;
	double		all = 0;
	int64_t    *place_until;
	int64_t    *day_until;

	memset(weight, 0, input->n_places * sizeof(int64_t));
	for (uint32_t i = 0; i < input->n_cases; i++)
	{
		cases += input->cases[i].cases;
		weight[input->cases[i].place] += input->cases[i].cases;
	}
	if (cases > INT32_MAX)
		arena->env->fail(arena->env->ctx, MS_FAIL_TOO_MANY);
	if (input->population != NULL)
		memcpy(weight, input->population, input->n_places * sizeof(int64_t));
	for (uint32_t p = 0; p < input->n_places; p++)
		all += (double) weight[p];
	scan.n_places = input->n_places;
	scan.n_days = input->n_days;
	scan.cases = (uint32_t) cases;
	scan.max_days = input->max_days;
	scan.min_cases = input->min_cases;
	scan.poisson = input->population != NULL;
	scan.prospective = input->prospective;
	until[0] = 0;
	for (uint32_t p = 0; p < input->n_places; p++)
		if (add_centre(arena, input, p, weight, all * input->max_share, distance, near, &zone))
			until[++scan.n_centres] = zone.n;

	scan.place_until = reserve(&scan.size, (size_t) scan.n_places + 1, sizeof(int64_t));
	scan.day_until = reserve(&scan.size, (size_t) scan.n_days + 1, sizeof(int64_t));
	scan.case_until = reserve(&scan.size, (size_t) scan.n_places + 1, sizeof(uint32_t));
	scan.case_day = reserve(&scan.size, scan.cases, sizeof(uint32_t));
	scan.zone_until = reserve(&scan.size, (size_t) scan.n_centres + 1, sizeof(size_t));
	scan.zone = reserve(&scan.size, zone.n, sizeof(uint32_t));
	block = ms_arena_alloc(arena, scan.size, 1);
	*block = scan;
	place_until = (int64_t *) ((char *) block + scan.place_until);
	day_until = (int64_t *) ((char *) block + scan.day_until);
	place_until[0] = 0;
	for (uint32_t p = 0; p < scan.n_places; p++)
		place_until[p + 1] = place_until[p] + weight[p];
	lay_cases(arena, input, (uint32_t *) ((char *) block + scan.case_until),
			  (uint32_t *) ((char *) block + scan.case_day));
	lay_days(block, MS_SCAN_ARRAY(block, uint32_t, case_day), day_until);
	memcpy((char *) block + scan.zone_until, until, ((size_t) scan.n_centres + 1) * sizeof(size_t));
	if (zone.n > 0)
		memcpy((char *) block + scan.zone, zone.data, zone.n * sizeof(uint32_t));
	block->scale = scan.cases == 0 ? 0 : scan.cases / ((double) place_until[scan.n_places] * (double) day_until[scan.n_days]);
	return block;
}
