/*-------------------------------------------------------------------------
 *
 * metric_core.c
 *	  Margins of the metric, places as vectors, boxes.
 *
 * Why the geodetic margins hold: with geodetic latitudes, a step on the
 * spheroid is M dphi along the meridian and N cos(phi) dlambda across it,
 * where b^2/a <= M and N <= a^2/b.  The same step on the unit sphere is dphi
 * and cos(phi) dlambda.  So every path, and with it the shortest one, is
 * between b^2/a and a^2/b times as long as on the unit sphere: the
 * straight distance of the unit vectors decides all but a shell of one
 * percent, for which the geodesic is computed.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/metric_core.h"

#include <string.h>

#define RELATIVE_MARGIN	1e-11	/* many roundings */
#define VECTOR_MARGIN	4e-15	/* error of the distance of two unit vectors */
#define UNDERFLOW		1e-161	/* the square of less may be zero */
#define METRE_MARGIN	1e-6	/* error of a computed geodesic; in truth 15
								 * nm */
#define PI				3.14159265358979323846

/* ms_metric_planar: distance as sqrt(dx^2 + dy^2), which is ST_Distance's. */
void
ms_metric_planar(MsMetric *metric, double eps)
{
	memset(metric, 0, sizeof(*metric));
	metric->eps = eps;
	metric->sure_length = eps * (1 - RELATIVE_MARGIN);
	metric->maybe_length = eps * (1 + RELATIVE_MARGIN) + UNDERFLOW;
	metric->sure = metric->sure_length * metric->sure_length;
	metric->maybe = metric->maybe_length * metric->maybe_length;
}

/* Distance of two unit vectors with that many radians between them. */
static double
chord(double angle)
{
	return angle >= PI ? INFINITY : 2 * sin(angle / 2);
}

/* ms_metric_geodetic: on the spheroid with equatorial radius a, flattening f. */
void
ms_metric_geodetic(MsMetric *metric, double eps, double a, double f,
				   MsGeodesic geodesic, void *ctx, const MsPlace *places)
{
	double		b = a * (1 - f);
	double		least = b * b / a;
	double		most = a * a / b;
	double		sure;

	memset(metric, 0, sizeof(*metric));
	metric->eps = eps;
	sure = chord((eps - METRE_MARGIN) / most * (1 - RELATIVE_MARGIN)) - VECTOR_MARGIN;
	metric->sure_length = sure > 0 ? sure : 0;
	metric->maybe_length = chord((eps + METRE_MARGIN) / least * (1 + RELATIVE_MARGIN)) + VECTOR_MARGIN;
	metric->sure = metric->sure_length * metric->sure_length;
	metric->maybe = metric->maybe_length * metric->maybe_length;
	metric->geodesic = geodesic;
	metric->ctx = ctx;
	metric->least_radius = least * (1 - RELATIVE_MARGIN);
	metric->places = places;
}

/* ms_metric_set makes a point; for a geodetic one its place is stored too. */
void
ms_metric_set(const MsMetric *metric, MsPoint *point, MsPlace place, int64_t t,
			  uint32_t row)
{
	if (metric->geodesic != NULL)
	{
		double		lambda = place.x * (PI / 180);
		double		phi = place.y * (PI / 180);

		point->c[0] = cos(phi) * cos(lambda);
		point->c[1] = cos(phi) * sin(lambda);
		point->c[2] = sin(phi);
	}
	else
	{
		point->c[0] = place.x;
		point->c[1] = place.y;
		point->c[2] = 0;
	}
	point->t = metric->timed ? t : 0;
	point->row = row;
	point->n = 0;
}

static int
place_order(MsPlace a, MsPlace b)
{
	if (a.x != b.x)
		return a.x < b.x ? -1 : 1;
	if (a.y != b.y)
		return a.y < b.y ? -1 : 1;
	return 0;
}

MsPlace
ms_metric_place(const MsMetric *metric, const MsPoint *p)
{
	MsPlace		place;

	if (metric->geodesic != NULL)
		return metric->places[p->row];
	place.x = p->c[0];
	place.y = p->c[1];
	return place;
}

int
ms_metric_order(const MsMetric *metric, const MsPoint *p, const MsPoint *q)
{
	int			order = place_order(ms_metric_place(metric, p), ms_metric_place(metric, q));

	if (order != 0)
		return order;
	return p->t < q->t ? -1 : p->t > q->t;
}

/* ms_metric_distance is the same in both directions, to the last bit. */
double
ms_metric_distance(const MsMetric *metric, const MsPoint *p, const MsPoint *q)
{
	if (metric->geodesic != NULL)
	{
		MsPlace		a = ms_metric_place(metric, p);
		MsPlace		b = ms_metric_place(metric, q);

		if (place_order(a, b) <= 0)
			return metric->geodesic(metric->ctx, a, b);
		return metric->geodesic(metric->ctx, b, a);
	}
	return sqrt(ms_metric_square(p, q));
}

/* ---- boxes ---- */

MsBox
ms_box_of(const MsPoint *points, size_t n)
{
	MsBox		box;

	memcpy(box.lo, points[0].c, sizeof(box.lo));
	memcpy(box.hi, points[0].c, sizeof(box.hi));
	box.t_lo = box.t_hi = points[0].t;
	for (size_t i = 1; i < n; i++)
	{
		const MsPoint *p = &points[i];

		for (int k = 0; k < 3; k++)
		{
			if (p->c[k] < box.lo[k])
				box.lo[k] = p->c[k];
			if (p->c[k] > box.hi[k])
				box.hi[k] = p->c[k];
		}
		if (p->t < box.t_lo)
			box.t_lo = p->t;
		if (p->t > box.t_hi)
			box.t_hi = p->t;
	}
	return box;
}

/*
 * ms_boxes: roundings are monotone and the squares are summed in the order of
 * ms_metric_square, so that what is computed for the nearest and farthest
 * corners bounds what is computed for every pair.
 */
MsBoxes
ms_boxes(const MsMetric *metric, const MsBox *a, const MsBox *b)
{
	double		least[3];
	double		most[3];
	bool		near = true;

	if (metric->timed)
	{
		uint64_t	gap = a->t_lo > b->t_hi ? (uint64_t) a->t_lo - (uint64_t) b->t_hi :
		b->t_lo > a->t_hi ? (uint64_t) b->t_lo - (uint64_t) a->t_hi : 0;

		if (gap > metric->eps_time)
			return MS_BOXES_APART;
		near = !(b->t_hi > a->t_lo &&
				 (uint64_t) b->t_hi - (uint64_t) a->t_lo > metric->eps_time) &&
			!(a->t_hi > b->t_lo &&
			  (uint64_t) a->t_hi - (uint64_t) b->t_lo > metric->eps_time);
	}
	for (int k = 0; k < 3; k++)
	{
		double		up = b->hi[k] - a->lo[k];
		double		down = a->hi[k] - b->lo[k];

		most[k] = up > down ? up : down;
		least[k] = up < 0 ? up : down < 0 ? down : 0;
	}
	if (least[0] * least[0] + least[1] * least[1] + least[2] * least[2] > metric->maybe)
		return MS_BOXES_APART;
	if (near &&
		most[0] * most[0] + most[1] * most[1] + most[2] * most[2] < metric->sure)
		return MS_BOXES_NEAR;
	return MS_BOXES_OPEN;
}

double
ms_boxes_distance(const MsMetric *metric, const MsBox *a, const MsBox *b)
{
	double		square = 0;
	double		distance;

	for (int k = 0; k < 3; k++)
	{
		double		up = b->hi[k] - a->lo[k];
		double		down = a->hi[k] - b->lo[k];
		double		least = up < 0 ? up : down < 0 ? down : 0;

		square += least * least;
	}
	distance = sqrt(square);
	if (metric->geodesic != NULL)
		distance = distance * metric->least_radius - METRE_MARGIN;
	return distance;
}
