/*
 * gathering_dbscan_fuzz.c
 *	  ST-DBSCAN against its definition on coordinates of any bits.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gathering/dbscan_core.h"
#include "arena_fuzz.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST	24

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MsEnv		env = {take, check, fail, NULL, SIZE_MAX / 4};
	MsArena		arena;
	MsMetric	metric;
	MsPoint		point[MOST];
	MsPoint		given[MOST];
	bool		near[MOST][MOST];
	bool		core[MOST];
	int32_t		label[MOST];
	uint32_t	n = 0;
	double		eps;
	int32_t		min_points;

	if (size < 10)
		return 0;
	memcpy(&eps, data, sizeof(eps));
	min_points = 1 + data[8] % 5;
	eps = fabs(eps);
	if (!isfinite(eps))
		return 0;
	ms_metric_planar(&metric, eps);
	metric.timed = data[9] & 1;
	metric.eps_time = data[9] >> 1;
	data += 10;
	size -= 10;
	while (n < MOST && size >= 17)
	{
		MsPlace		p;

		memcpy(&p.x, data, 8);
		memcpy(&p.y, data + 8, 8);
		if (isfinite(p.x) && isfinite(p.y))
		{
			ms_metric_set(&metric, &given[n], p, (int64_t) data[16] * 64, n);
			n++;
		}
		data += 17;
		size -= 17;
	}
	memcpy(point, given, n * sizeof(MsPoint));
	ms_arena_init(&arena, &env);
	ms_dbscan(&arena, &metric, point, n, min_points, label);
	give_back();
	for (uint32_t i = 0; i < n; i++)
	{
		int32_t		count = 0;

		for (uint32_t j = 0; j < n; j++)
		{
			double		dx = given[i].c[0] - given[j].c[0];
			double		dy = given[i].c[1] - given[j].c[1];

			near[i][j] = sqrt(dx * dx + dy * dy) <= eps &&
				(!metric.timed || (uint64_t) llabs(given[i].t - given[j].t) <= metric.eps_time);
			count += near[i][j];
		}
		core[i] = count >= min_points;
	}
	for (uint32_t i = 0; i < n; i++)
	{
		bool		reached = core[i];

		for (uint32_t j = 0; j < n; j++)
			if (core[j] && near[i][j])
			{
				reached = true;
				must(!core[i] || label[i] == label[j]);
			}
		must(reached == (label[i] >= 0));
	}
	return 0;
}
