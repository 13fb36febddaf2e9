/*-------------------------------------------------------------------------
 *
 * gathering.h
 *	  What the gathering functions share in the server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GATHERING_H
#define GATHERING_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "common/base_core.h"
#include "common/ms_compat.h"
#include "gathering/metric_core.h"

extern int	ms_gathering_mem;	/* kilobytes */

extern void ms_gathering_init(void);	/* from _PG_init */

extern MsEnv ms_gathering_env(MemoryContext context, Size taken);
pg_noreturn extern void ms_gathering_fail(MsFail why);

/* An interval of fixed length and of at most a thousand years, or -1. */
extern int64 ms_fixed_span(const Interval *interval);

/* The spheroid of a coordinate system in longitude and latitude. */
typedef struct MsSpheroid
{
	double		a;				/* equatorial radius in metres */
	double		f;				/* flattening */
} MsSpheroid;

extern bool ms_spheroid_of(int32 srid, MsSpheroid *spheroid);

extern void ms_metric_spheroid(MsMetric *metric, double eps,
							   const MsSpheroid *spheroid, const MsPlace *places);

/*
 * Reads a point of a geometry or geography; false when it is empty.  Raises
 * an error for whatever is no place.
 */
extern bool ms_place_read(Datum value, bool geodetic, int32 *srid, MsPlace *place);

/* One name for a place on earth: no longitude at a pole, 180 on the dateline. */
extern MsPlace ms_place_named(MsPlace place);

#endif							/* GATHERING_H */
