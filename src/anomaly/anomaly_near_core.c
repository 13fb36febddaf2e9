/*-------------------------------------------------------------------------
 *
 * anomaly_near_core.c
 *	  Spots of values, distances of rows.
 *
 *-------------------------------------------------------------------------
 */
#include "anomaly/anomaly_near_core.h"

#include <math.h>

#include "anomaly/anomaly_vector_core.h"

#define NEIGHBOURS	3

/*
 * ms_spots: in quartiles from the median; in octiles, or what is farthest,
 * where these are equal.
 */
MsSpots
ms_spots(const MsDist *dist, double weight)
{
	static const double reach[] = {0.25, 0.125, 0};
	MsSpots		spots = {.spread = 1,.weight = sqrt(weight)};

	if (ms_dist_rows(dist) == 0)
		return spots;
	spots.middle = ms_bounded(ms_dist_median(dist));
	for (int i = 0; i < 3; i++)
	{
		double		low = ms_bounded(ms_dist_quantile(dist, reach[i]));
		double		high = ms_bounded(ms_dist_quantile(dist, 1 - reach[i]));

		if (high > low)
		{
			spots.spread = (high - low) / 2;
			break;
		}
	}
	return spots;
}

double
ms_spot(const MsSpots *spots, double x)
{
	return asinh(ms_bounded((ms_bounded(x) - spots->middle) / spots->spread)) * spots->weight;
}

MsNear *
ms_near_make(MsArena *arena, uint32_t rows, uint32_t features)
{
	MsNear	   *near = MS_NEW(arena, MsNear, 1);

	near->rows = rows < MS_NEAR_ROWS ? rows : MS_NEAR_ROWS;
	near->width = (near->rows + MS_NEAR_LANES - 1) / MS_NEAR_LANES * MS_NEAR_LANES;
	near->features = features;
	near->spot = MS_NEW(arena, double, (size_t) near->width * features);
	near->weight = MS_NEW(arena, double, near->width);
	return near;
}

/* The row with which enough rows are as near or nearer; -1: none. */
static int
third_nearest(const MsNear *near, const double *square)
{
	double		last = -1;
	double		count = 0;

	for (;;)
	{
		double		least = INFINITY;
		int			nearest = -1;

		for (uint32_t row = 0; row < near->rows; row++)
			if (square[row] > last && square[row] < least)
			{
				least = square[row];
				nearest = (int) row;
			}
		if (nearest < 0)
			return -1;
		for (uint32_t row = 0; row < near->rows; row++)
			if (square[row] == least)
				count += near->weight[row];
		/* one that is the same is the row itself */
		if (least == 0)
			count -= 1;
		if (count >= NEIGHBOURS)
			return nearest;
		last = least;
	}
}

double
ms_near_distance(const MsNear *near, const double *spot, const double *known, double *part)
{
	double		square[MS_NEAR_ROWS];
	int			row;

	ms_near_squares(near, spot, known, square);
	row = third_nearest(near, square);
	for (uint32_t j = 0; j < near->features; j++)
	{
		double		far = row < 0 ? 0 : spot[j] - near->spot[(size_t) j * near->width + row];

		part[j] = known[j] * (far * far);
	}
	return row < 0 ? 0 : sqrt(square[row]);
}
