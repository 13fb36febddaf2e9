/*
 * gathering_scan_fuzz.c
 *	  The scan on any places, days and cases: the likeliest cylinder against
 *	  all of them, figures of clusters, replications that keep their margins.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "gathering/scan_core.h"
#include "arena_fuzz.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PLACES	6
#define DAYS	8
#define ROWS	40

static uint32_t
cases_of(const MsScanWork *work, uint32_t place, uint32_t day)
{
	for (uint32_t i = 0; i < work->n_busy[place]; i++)
		if (work->busy[work->until[place] + i].day == day)
			return work->busy[work->until[place] + i].cases;
	return 0;
}

/* The largest ratio of all cylinders, by the counts in work. */
static double
largest(const MsScanInput *in, const MsScan *scan, const MsScanWork *work)
{
	const int64_t *weight = MS_SCAN_ARRAY(scan, int64_t, place_until);
	const int64_t *day_weight = MS_SCAN_ARRAY(scan, int64_t, day_until);
	double		best = 0;

	for (uint32_t c = 0; c < in->n_places; c++)
		for (uint32_t edge = 0; edge < in->n_places; edge++)
			for (uint32_t a = 0; a < in->n_days; a++)
				for (uint32_t b = a; b < in->n_days && b - a < in->max_days; b++)
				{
					double		radius = ms_metric_distance(in->metric, &in->points[c], &in->points[edge]);
					double		here = 0;
					double		share = 0;
					double		llr;

					for (uint32_t p = 0; p < in->n_places; p++)
						if (ms_metric_distance(in->metric, &in->points[c], &in->points[p]) <= radius)
						{
							share += (double) (weight[p + 1] - weight[p]);
							for (uint32_t d = a; d <= b; d++)
								here += cases_of(work, p, d);
						}
					if (!(radius <= in->metric->eps) ||
						share > (double) weight[in->n_places] * in->max_share || here < in->min_cases ||
						(in->prospective && b != in->n_days - 1))
						continue;
					llr = ms_scan_llr((uint32_t) here, share * (double) (day_weight[b + 1] - day_weight[a]) * scan->scale, scan->cases);
					best = llr > best ? llr : best;
				}
	return best;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MsEnv		env = {take, check, fail, NULL, SIZE_MAX / 4};
	MsArena		arena;
	MsScanCase	cases[ROWS];
	double		at[PLACES][2];
	MsPoint		points[PLACES];
	MsMetric	metric;
	MsPlace		place;
	int64_t		population[PLACES];
	MsScanInput in = {PLACES, DAYS, 0, cases, &metric, points};
	MsScanWork	work;
	MsScanCluster cluster[3];
	const MsScan *scan;
	uint32_t	n;
	uint64_t	dealt = 0;
	double		most;

	if (size < 8 + sizeof(at))
		return 0;
	in.max_days = 1 + data[0] % DAYS;
	in.min_cases = 1 + data[1] % 4;
	in.prospective = data[2] & 1;
	in.population = data[2] & 2 ? population : NULL;
	in.max_share = (1 + data[3]) / 256.0;
	ms_metric_planar(&metric, data[4] == 255 ? INFINITY : data[4]);
	memcpy(at, data + 8, sizeof(at));
	for (uint32_t p = 0; p < PLACES; p++)
	{
		population[p] = 1 + data[5] % (p + 1) * (int64_t) data[6];
		for (int k = 0; k < 2; k++)
			at[p][k] = isfinite(at[p][k]) ? fmod(at[p][k], 256) : data[7];
		place.x = at[p][0];
		place.y = at[p][1];
		ms_metric_set(&metric, &points[p], place, 0, p);
	}
	for (data += 8 + sizeof(at), size -= 8 + sizeof(at); in.n_cases < ROWS && size >= 2; data += 2, size -= 2)
		cases[in.n_cases++] = (MsScanCase)
	{
		data[0] % PLACES, data[1] % DAYS, data[0] / PLACES % 4
	};
	ms_arena_init(&arena, &env);
	scan = ms_scan_build(&arena, &in);
	ms_scan_work_init(&work, scan, &arena);
	n = ms_scan_clusters(scan, &work, cluster, 3);
	most = largest(&in, scan, &work);
	must(fabs(most - (n > 0 ? cluster[0].llr : 0)) <= 1e-9 * (1 + most));
	for (uint32_t k = 0; k < n; k++)
	{
		must(cluster[k].llr == ms_scan_llr(cluster[k].cases, cluster[k].expected, scan->cases));
		must(k == 0 || cluster[k].llr <= cluster[k - 1].llr);
		must(cluster[k].first_day <= cluster[k].last_day && cluster[k].last_day - cluster[k].first_day < in.max_days);
	}
	most = ms_scan_replicate(scan, &work, 42, 7, 0);
	must(fabs(most - largest(&in, scan, &work)) <= 1e-9 * (1 + most));
	for (uint32_t p = 0; p < PLACES; p++)
		for (uint32_t d = 0; d < DAYS; d++)
			dealt += cases_of(&work, p, d);
	must(dealt == scan->cases);
	give_back();
	return 0;
}
