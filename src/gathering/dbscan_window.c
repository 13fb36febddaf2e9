/*-------------------------------------------------------------------------
 *
 * dbscan_window.c
 *	  medsup.st_dbscan: a window function over places and times.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "gathering/dbscan_core.h"
#include "gathering/gathering.h"
#include "gathering/gathering_window.h"

PG_FUNCTION_INFO_V1(medsup_st_dbscan_geometry);
PG_FUNCTION_INFO_V1(medsup_st_dbscan_geography);

/* arguments */
enum
{
	ARG_GEOM, ARG_AT, ARG_EPS, ARG_EPS_TIME, ARG_MIN_POINTS
};

typedef struct Parameters
{
	double		eps;
	bool		timed;
	int64		eps_time;
	int32		min_points;
} Parameters;

/* ---- parameters ---- */

static int64
span_of(const Interval *interval)
{
	int64		span;

	if (interval->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_REACH),
				 errmsg("eps_time has months, which have no fixed length"),
				 errhint("Give days or hours, as in '30 days'; NULL is no limit.")));
	if (pg_mul_s64_overflow(interval->day, USECS_PER_DAY, &span) ||
		pg_add_s64_overflow(span, interval->time, &span))
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_REACH),
				 errmsg("eps_time is too long"),
				 errhint("NULL is no limit.")));
	if (span < 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_REACH),
				 errmsg("eps_time is negative"),
				 errhint("It is how far apart in time neighbours may be, before and after; NULL is no limit.")));
	return span;
}

static Parameters
parameters_at(const MsWindow *window, int64 row)
{
	Parameters	p = {0};
	bool		isnull;
	Datum		value;

	value = ms_window_argument(window, ARG_EPS, row, &isnull);
	p.eps = isnull ? -1 : DatumGetFloat8(value);
	if (isnull || !isfinite(p.eps) || p.eps < 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_REACH),
				 errmsg("eps is not a finite number of zero or more"),
				 errhint("It is how far apart neighbours may be: units of the coordinate system for geometry, metres for geography.")));
	value = ms_window_argument(window, ARG_EPS_TIME, row, &isnull);
	p.timed = !isnull;
	if (p.timed)
		p.eps_time = span_of(DatumGetIntervalP(value));
	value = ms_window_argument(window, ARG_MIN_POINTS, row, &isnull);
	p.min_points = isnull ? 0 : DatumGetInt32(value);
	if (p.min_points < 1)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_REACH),
				 errmsg("min_points is not a number of one or more"),
				 errhint("It is how many neighbours, itself included, make a row the core of a cluster.")));
	return p;
}

static void
check_same(const Parameters *a, const Parameters *b)
{
	if (a->eps != b->eps || a->timed != b->timed || a->eps_time != b->eps_time ||
		a->min_points != b->min_points)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_REACH),
				 errmsg("eps, eps_time or min_points differs between rows of one partition"),
				 errhint("Add what they depend on to PARTITION BY.")));
}

/* ---- one partition ---- */

typedef struct Reader
{
	const MsWindow *window;
	bool		geodetic;
	bool		fixed;			/* parameters cannot differ between rows */
	Parameters	parameters;
	int32		srid;
	bool		any;			/* a place was read, so srid is known */
} Reader;

/* Reads where and when a row is; false when it is nowhere or never. */
static bool
read_row(Reader *reader, int64 row, MsPlace *place, int64 *t)
{
	bool		no_geom;
	bool		no_time = false;
	Datum		geom = ms_window_argument(reader->window, ARG_GEOM, row, &no_geom);
	int32		srid;

	*t = 0;
	if (reader->parameters.timed)
	{
		Datum		at = ms_window_argument(reader->window, ARG_AT, row, &no_time);

		if (!no_time)
		{
			*t = DatumGetTimestampTz(at);
			if (TIMESTAMP_NOT_FINITE(*t))
				ereport(ERROR,
						(errcode(ERRCODE_MS_BAD_TIME),
						 errmsg("a time is infinite"),
						 errhint("Leave such rows out, or set their time to NULL.")));
		}
	}
	if (!reader->fixed && row > 0)
	{
		Parameters	here = parameters_at(reader->window, row);

		check_same(&reader->parameters, &here);
	}
	if (no_geom || !ms_place_read(geom, reader->geodetic, &srid, place))
		return false;
	if (reader->any && srid != reader->srid)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_PLACE),
				 errmsg("places of one partition are in different coordinate systems"),
				 errdetail("Their SRIDs are %d and %d.", reader->srid, srid),
				 errhint("Bring them into one by ST_Transform, or add ST_SRID to PARTITION BY.")));
	reader->any = true;
	reader->srid = srid;
	return !no_time;
}

/* Which metric it is depends on the spheroid of the places, so they come first. */
static void
set_metric(const Reader *reader, MsMetric *metric, const MsPlace *places)
{
	if (reader->geodetic)
	{
		MsSpheroid	spheroid = {0};

		if (reader->any && !ms_spheroid_of(reader->srid, &spheroid))
			ereport(ERROR,
					(errcode(ERRCODE_MS_BAD_PLACE),
					 errmsg("the spheroid of SRID %d is not known here", reader->srid),
					 errhint("Transform places to SRID 4326 (WGS 84) or 4490 (CGCS2000).")));
		ms_metric_spheroid(metric, reader->parameters.eps, &spheroid, places);
	}
	else
		ms_metric_planar(metric, reader->parameters.eps);
	metric->timed = reader->parameters.timed;
	metric->eps_time = (uint64) reader->parameters.eps_time;
}

static void
label_partition(MsWindow *window, bool geodetic, int32 *label)
{
	Reader		reader = {.window = window,.geodetic = geodetic};
	MsPoint    *points = MS_NEW(&window->arena, MsPoint, window->rows);
	MsPlace    *places = geodetic ? MS_NEW(&window->arena, MsPlace, window->rows) : NULL;
	MsMetric	metric;
	uint32		n = 0;

	StaticAssertStmt(MS_DBSCAN_NOISE == MS_NO_ANSWER, "noise has no answer");
	reader.fixed = ms_window_fixed(window, ARG_EPS, ARG_MIN_POINTS);
	MemoryContextSwitchTo(window->per_row);
	reader.parameters = parameters_at(window, 0);
	for (int64 row = 0; ms_window_row(window, row); row++)
	{
		MsPlace		place;
		int64		t;

		if (!read_row(&reader, row, &place, &t))
			continue;
		points[n].c[0] = place.x;
		points[n].c[1] = place.y;
		points[n].t = t;
		points[n].row = (uint32) row;
		n++;
	}
	MemoryContextSwitchTo(window->work);
	set_metric(&reader, &metric, places);
	for (uint32 i = 0; i < n; i++)
	{
		MsPlace		place = {points[i].c[0], points[i].c[1]};

		CHECK_FOR_INTERRUPTS();
		if (places != NULL)
			places[points[i].row] = place;
		ms_metric_set(&metric, &points[i], place, points[i].t, points[i].row);
	}
	ms_dbscan(&window->arena, &metric, points, n, reader.parameters.min_points, label);
}

Datum
medsup_st_dbscan_geometry(PG_FUNCTION_ARGS)
{
	return ms_window_answer(fcinfo, label_partition, false);
}

Datum
medsup_st_dbscan_geography(PG_FUNCTION_ARGS)
{
	return ms_window_answer(fcinfo, label_partition, true);
}
