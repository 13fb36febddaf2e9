/*-------------------------------------------------------------------------
 *
 * metric_core.h
 *	  Who is a neighbour: at most eps apart in space, at most eps_time in
 *	  time.
 *
 * Pure C.  The answer is exact, in the sense that it is the one of the
 * distance function; but most pairs are decided by the square of a straight
 * distance, in the plane or between unit vectors, with a margin that covers
 * rounding and the flattening of the earth.
 *
 *-------------------------------------------------------------------------
 */
#ifndef METRIC_CORE_H
#define METRIC_CORE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct MsPlace
{
	double		x;				/* or longitude in degrees */
	double		y;				/* or latitude */
} MsPlace;

typedef struct MsPoint
{
	double		c[3];			/* x, y, 0, or the unit vector of the place */
	int64_t		t;				/* 0 where time does not count */
	uint32_t	row;			/* of the caller; also finds the place */
	uint32_t	n;				/* the user's, for counting */
} MsPoint;

/* Length of the geodesic in metres, symmetric or not. */
typedef double (*MsGeodesic) (void *ctx, MsPlace a, MsPlace b);

typedef struct MsMetric
{
	double		eps;
	double		sure;			/* smaller squares are neighbours for certain */
	double		maybe;			/* larger ones are none */
	double		sure_length;
	double		maybe_length;
	bool		timed;
	uint64_t	eps_time;
	/* geodetic only */
	MsGeodesic	geodesic;
	void	   *ctx;
	double		least_radius;	/* metres that a radian has at least */
	const MsPlace *places;		/* by row */
} MsMetric;

extern void ms_metric_planar(MsMetric *metric, double eps);
extern void ms_metric_geodetic(MsMetric *metric, double eps, double a, double f,
							   MsGeodesic geodesic, void *ctx,
							   const MsPlace *places);
extern void ms_metric_set(const MsMetric *metric, MsPoint *point, MsPlace place,
						  int64_t t, uint32_t row);
extern MsPlace ms_metric_place(const MsMetric *metric, const MsPoint *p);
extern double ms_metric_distance(const MsMetric *metric, const MsPoint *p,
								 const MsPoint *q);

/* The order in which clusters are numbered: x, y, t. */
extern int	ms_metric_order(const MsMetric *metric, const MsPoint *p,
							const MsPoint *q);

static inline bool
ms_metric_same_place(const MsMetric *metric, const MsPoint *p, const MsPoint *q)
{
	if (metric->geodesic != NULL)
	{
		const MsPlace *a = &metric->places[p->row];
		const MsPlace *b = &metric->places[q->row];

		return a->x == b->x && a->y == b->y;
	}
	return p->c[0] == q->c[0] && p->c[1] == q->c[1];
}

static inline double
ms_metric_square(const MsPoint *p, const MsPoint *q)
{
	double		dx = p->c[0] - q->c[0];
	double		dy = p->c[1] - q->c[1];
	double		dz = p->c[2] - q->c[2];

	return dx * dx + dy * dy + dz * dz;
}

static inline bool
ms_metric_near(const MsMetric *metric, const MsPoint *p, const MsPoint *q)
{
	double		square;

	if (metric->timed)
	{
		uint64_t	apart = p->t > q->t ?
		(uint64_t) p->t - (uint64_t) q->t : (uint64_t) q->t - (uint64_t) p->t;

		if (apart > metric->eps_time)
			return false;
	}
	square = ms_metric_square(p, q);
	if (square < metric->sure)
		return true;
	if (square > metric->maybe)
		return false;
	return ms_metric_distance(metric, p, q) <= metric->eps;
}

/* What holds of every pair of two sets of points, told by their boxes. */
typedef struct MsBox
{
	double		lo[3];
	double		hi[3];
	int64_t		t_lo;
	int64_t		t_hi;
} MsBox;

typedef enum MsBoxes
{
	MS_BOXES_APART,				/* no pair are neighbours */
	MS_BOXES_OPEN,
	MS_BOXES_NEAR				/* all pairs are */
} MsBoxes;

extern MsBox ms_box_of(const MsPoint *points, size_t n);
extern MsBoxes ms_boxes(const MsMetric *metric, const MsBox *a, const MsBox *b);

/* No pair is nearer than that. */
extern double ms_boxes_distance(const MsMetric *metric, const MsBox *a,
								const MsBox *b);

#endif							/* METRIC_CORE_H */
