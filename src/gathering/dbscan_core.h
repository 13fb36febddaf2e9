/*-------------------------------------------------------------------------
 *
 * dbscan_core.h
 *	  Exact ST-DBSCAN (docs/gathering.md says what that is).
 *
 * Pure C.  Memory beside the points: 32 bytes a point while they are sorted,
 * then 52 a block of the grid.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DBSCAN_CORE_H
#define DBSCAN_CORE_H

#include "common/base_core.h"
#include "gathering/metric_core.h"

#define MS_DBSCAN_NOISE	(-1)

/*
 * Writes label[row] of each point's row, from 0 on, and returns the number of
 * clusters.  The points, of which there are less than 2^31, are put into another
 * order.
 */
extern int32_t ms_dbscan(MsArena *arena, const MsMetric *metric, MsPoint *points,
						 uint32_t n, int32_t min_points, int32_t *label);

#endif							/* DBSCAN_CORE_H */
