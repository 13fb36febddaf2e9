/*-------------------------------------------------------------------------
 *
 * anomaly_near_core.h
 *	  How far a row is from the rows most like it.
 *
 * Pure C.  Tails and regressions do not see a row that lies between two kinds
 * of peers.  Its distance from the third nearest of some rows of the sample
 * does, and splits into indicators.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ANOMALY_NEAR_CORE_H
#define ANOMALY_NEAR_CORE_H

#include "anomaly/anomaly_tail_core.h"

#define MS_NEAR_ROWS	256		/* at most; a multiple of the lanes */
#define MS_NEAR_LANES	16

/* A scale on which gaps are seen and far ones are not much farther. */
typedef struct MsSpots
{
	double		middle;
	double		spread;
	double		weight;
} MsSpots;

typedef struct MsNear
{
	uint32_t	rows;
	uint32_t	width;			/* filled up to whole lanes */
	uint32_t	features;
	double	   *spot;			/* features x width */
	double	   *weight;			/* how many rows each stands for */
} MsNear;

extern MsSpots ms_spots(const MsDist *dist, double weight);
extern double ms_spot(const MsSpots *spots, double x);

extern MsNear *ms_near_make(MsArena *arena, uint32_t rows, uint32_t features);

/*
 * The distance of a row from its third nearest, itself left out; the squares
 * that it is made of become the parts.  0: there are no three.
 */
extern double ms_near_distance(const MsNear *near, const double *spot, const double *known,
							   double *part);

#endif							/* ANOMALY_NEAR_CORE_H */
