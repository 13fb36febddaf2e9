/*-------------------------------------------------------------------------
 *
 * anomaly_tail_core.h
 *	  How rare a value is: counted in the body, continued in the tails.
 *
 * Pure C.  Rarity is -ln of the share of rows that are as far out or farther;
 * a value as far out as the values themselves counts half.  Beyond the
 * seventh octile a generalised Pareto tail takes over.  Its shape comes from
 * octiles as well, so that a few per cent of odd rows, however odd, do not
 * move it, and is drawn to a moderate one where there are few rows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ANOMALY_TAIL_CORE_H
#define ANOMALY_TAIL_CORE_H

#include "common/base_core.h"

#define MS_LN2		0.69314718055994530942
#define MS_RAREST	300.0		/* rarity has an end */

typedef struct MsTail
{
	bool		fitted;
	double		start;			/* outwards from zero in its direction */
	double		rarity;			/* at the start */
	double		scale;
	double		shape;
} MsTail;

typedef struct MsDist
{
	uint32_t	n;				/* different values */
	const double *value;		/* ascending */
	const uint64_t *below;		/* rows below each; then all rows */
	const double *rarity;		/* ms_rarities of its rows, or NULL */
	MsTail		high;
	MsTail		low;
} MsDist;

extern double *ms_rarities(MsArena *arena, uint32_t rows);

extern void ms_dist_fit(MsDist *dist);

/* where x is: at a value, or just before one */
typedef struct MsPlaceIn
{
	uint32_t	i;
	bool		found;
	double		x;
} MsPlaceIn;

extern double ms_rarity_high(const MsDist *dist, MsPlaceIn at);
extern double ms_rarity_low(const MsDist *dist, MsPlaceIn at);
extern double ms_rarity_total(const MsDist *dist, double x);
extern double ms_rarity_blend(double a, double na, double b, double nb);
extern MsPlaceIn ms_dist_place(const MsDist *dist, double x);
extern double ms_dist_median(const MsDist *dist);
extern double ms_dist_quantile(const MsDist *dist, double share);
extern double ms_bounded(double x);

static inline uint64_t
ms_dist_rows(const MsDist *dist)
{
	return dist->below[dist->n];
}

#endif							/* ANOMALY_TAIL_CORE_H */
