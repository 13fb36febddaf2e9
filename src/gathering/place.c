/*-------------------------------------------------------------------------
 *
 * place.c
 *	  Places as PostGIS stores them, distances on the spheroid, spans.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <geodesic.h>
#include <limits.h>
#include <math.h>

#include "common/int.h"
#include "fmgr.h"
#include "utils/timestamp.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "gathering/gathering.h"
#include "gathering/geometry_core.h"

int64
ms_fixed_span(const Interval *interval)
{
	int64		span;

	if (interval->month != 0 ||
		pg_mul_s64_overflow(interval->day, USECS_PER_DAY, &span) ||
		pg_add_s64_overflow(span, interval->time, &span) ||
		span > 1000 * 366 * USECS_PER_DAY)
		return -1;
	return span;
}

/* ---- the spheroid ---- */

bool
ms_spheroid_of(int32 srid, MsSpheroid *spheroid)
{
	spheroid->a = 6378137.0;
	switch (srid)
	{
		case 4326:				/* WGS 84 */
			spheroid->f = 1 / 298.257223563;
			return true;
		case 4490:				/* CGCS2000 */
			spheroid->f = 1 / 298.257222101;
			return true;
		default:
			return false;
	}
}

static double
geodesic_length(void *ctx, MsPlace a, MsPlace b)
{
	double		length;

	geod_inverse(ctx, a.y, a.x, b.y, b.x, &length, NULL, NULL);
	return length;
}

/* ms_metric_spheroid: the geodesic's constants live in the current context. */
void
ms_metric_spheroid(MsMetric *metric, double eps, const MsSpheroid *spheroid,
				   const MsPlace *places)
{
	struct geod_geodesic *geodesic = palloc(sizeof(*geodesic));

	geod_init(geodesic, spheroid->a, spheroid->f);
	ms_metric_geodetic(metric, eps, spheroid->a, spheroid->f, geodesic_length,
					   geodesic, places);
}

/* ---- stored places ---- */

bool
ms_place_read(Datum value, bool geodetic, int32 *srid, MsPlace *place)
{
	struct varlena *stored = PG_DETOAST_DATUM_PACKED(value);
	MsGeometry	geometry;

	switch (ms_geometry_read(VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored), &geometry))
	{
		case MS_GEOMETRY_EMPTY:
			return false;
		case MS_GEOMETRY_NO_POINT:
			ereport(ERROR,
					(errcode(ERRCODE_MS_BAD_PLACE),
					 errmsg("a place must be a point"),
					 errhint("Take ST_Centroid or ST_PointOnSurface of lines and areas.")));
			break;
		case MS_GEOMETRY_UNKNOWN:
			ereport(ERROR,
					(errcode(ERRCODE_MS_BAD_PLACE),
					 errmsg("a geometry is stored in a layout that is not known"),
					 errhint("It was written by a PostGIS that is newer than this medsup, or is damaged; ST_AsEWKB tells.")));
			break;
		case MS_GEOMETRY_POINT:
			break;
	}
	if (geometry.geodetic != geodetic)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_PLACE),
				 errmsg("a geography is stored as a geometry, or the other way round"),
				 errhint("Cast it to the type that is meant.")));
	if (!isfinite(geometry.x) || !isfinite(geometry.y))
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_PLACE),
				 errmsg("a place has a coordinate that is not finite"),
				 errhint("Leave such rows out, or set their place to NULL.")));
	if (geodetic && (fabs(geometry.y) > 90 || fabs(geometry.x) > 540))
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_PLACE),
				 errmsg("a place lies beyond the poles"),
				 errhint("Longitude comes first, then latitude.")));
	*srid = geometry.srid;
	place->x = geometry.x;
	place->y = geometry.y;
	return true;
}

MsPlace
ms_place_named(MsPlace place)
{
	place.x = fabs(place.y) == 90 ? 0 : remainder(place.x, 360);
	if (place.x == -180)
		place.x = 180;
	return place;
}
