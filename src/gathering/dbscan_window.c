/*-------------------------------------------------------------------------
 *
 * dbscan_window.c
 *	  medsup.st_dbscan: labels of a whole partition at its first row.
 *
 * The rows of a partition are read once, in order, into an array of points;
 * what stays until the next partition are the labels, 4 bytes a row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "common/int.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "windowapi.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "gathering/dbscan_core.h"
#include "gathering/gathering.h"

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

typedef struct Partition
{
	int32	   *label;			/* by row; NULL until the first row */
} Partition;

/* ---- parameters ---- */

static Datum
argument(WindowObject winobj, int arg, int64 row, bool *isnull)
{
	bool		isout;

	return WinGetFuncArgInPartition(winobj, arg, (int) row, WINDOW_SEEK_HEAD,
									false, isnull, &isout);
}

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
parameters_at(WindowObject winobj, int64 row)
{
	Parameters	p = {0};
	bool		isnull;
	Datum		value;

	value = argument(winobj, ARG_EPS, row, &isnull);
	p.eps = isnull ? -1 : DatumGetFloat8(value);
	if (isnull || !isfinite(p.eps) || p.eps < 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_REACH),
				 errmsg("eps is not a finite number of zero or more"),
				 errhint("It is how far apart neighbours may be: units of the coordinate system for geometry, metres for geography.")));
	value = argument(winobj, ARG_EPS_TIME, row, &isnull);
	p.timed = !isnull;
	if (p.timed)
		p.eps_time = span_of(DatumGetIntervalP(value));
	value = argument(winobj, ARG_MIN_POINTS, row, &isnull);
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
	WindowObject winobj;
	bool		geodetic;
	bool		fixed;			/* parameters cannot differ between rows */
	Parameters	parameters;
	int64		rows;
	int32		srid;
	bool		any;			/* a place was read, so srid is known */
} Reader;

/* Reads where and when a row is; false when it is nowhere or never. */
static bool
read_row(Reader *reader, int64 row, MsPlace *place, int64 *t)
{
	bool		no_geom;
	bool		no_time = false;
	Datum		geom = argument(reader->winobj, ARG_GEOM, row, &no_geom);
	int32		srid;

	*t = 0;
	if (reader->parameters.timed)
	{
		Datum		at = argument(reader->winobj, ARG_AT, row, &no_time);

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
		Parameters	here = parameters_at(reader->winobj, row);

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

static int32 *
label_partition(Reader *reader, MemoryContext keep)
{
	MemoryContext work = AllocSetContextCreate(keep, "medsup st_dbscan", ALLOCSET_DEFAULT_SIZES);
	MemoryContext per_row = AllocSetContextCreate(work, "medsup st_dbscan row", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	MsEnv		env = ms_gathering_env(work, 0);
	MsArena		arena;
	MsMetric	metric;
	MsPoint    *points;
	MsPlace    *places = NULL;
	uint32		n = 0;
	int32	   *label;

	ms_arena_init(&arena, &env);
	points = MS_NEW(&arena, MsPoint, reader->rows);
	if (reader->geodetic)
		places = MS_NEW(&arena, MsPlace, reader->rows);
	label = MemoryContextAllocHuge(keep, reader->rows * sizeof(int32));

	/* places first: which metric it is depends on their spheroid */
	old = MemoryContextSwitchTo(per_row);
	reader->parameters = parameters_at(reader->winobj, 0);
	for (int64 row = 0; row < reader->rows; row++)
	{
		MsPlace		place;
		int64		t;

		CHECK_FOR_INTERRUPTS();
		label[row] = MS_DBSCAN_NOISE;
		if (read_row(reader, row, &place, &t))
		{
			points[n].c[0] = place.x;
			points[n].c[1] = place.y;
			points[n].t = t;
			points[n].row = (uint32) row;
			n++;
		}
		if ((row & 63) == 63)
			MemoryContextReset(per_row);
	}
	MemoryContextSwitchTo(work);
	if (reader->geodetic)
	{
		MsSpheroid	spheroid = {0};

		if (reader->any && !ms_spheroid_of(reader->srid, &spheroid))
			ereport(ERROR,
					(errcode(ERRCODE_MS_BAD_PLACE),
					 errmsg("the spheroid of SRID %d is not known here", reader->srid),
					 errhint("Transform places to SRID 4326 (WGS 84) or 4490 (CGCS2000).")));
		ms_metric_spheroid(&metric, reader->parameters.eps, &spheroid, places);
	}
	else
		ms_metric_planar(&metric, reader->parameters.eps);
	metric.timed = reader->parameters.timed;
	metric.eps_time = (uint64) reader->parameters.eps_time;
	for (uint32 i = 0; i < n; i++)
	{
		MsPlace		place = {points[i].c[0], points[i].c[1]};

		if (places != NULL)
			places[points[i].row] = place;
		ms_metric_set(&metric, &points[i], place, points[i].t, points[i].row);
	}
	ms_dbscan(&arena, &metric, points, n, reader->parameters.min_points, label);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
	return label;
}

static Datum
st_dbscan(FunctionCallInfo fcinfo, bool geodetic)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	Partition  *partition = WinGetPartitionLocalMemory(winobj, sizeof(Partition));
	int32		label;

	if (partition->label == NULL)
	{
		Reader		reader = {.winobj = winobj,.geodetic = geodetic};

		reader.rows = WinGetPartitionRowCount(winobj);
		if (reader.rows > (int64) MS_DBSCAN_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many rows in one partition"),
					 errhint("Cut the rows smaller by PARTITION BY.")));
		reader.fixed = get_fn_expr_arg_stable(fcinfo->flinfo, ARG_EPS) &&
			get_fn_expr_arg_stable(fcinfo->flinfo, ARG_EPS_TIME) &&
			get_fn_expr_arg_stable(fcinfo->flinfo, ARG_MIN_POINTS);
		partition->label = label_partition(&reader, GetMemoryChunkContext(partition));
	}
	label = partition->label[WinGetCurrentPosition(winobj)];
	if (label == MS_DBSCAN_NOISE)
		PG_RETURN_NULL();
	PG_RETURN_INT32(label);
}

Datum
medsup_st_dbscan_geometry(PG_FUNCTION_ARGS)
{
	return st_dbscan(fcinfo, false);
}

Datum
medsup_st_dbscan_geography(PG_FUNCTION_ARGS)
{
	return st_dbscan(fcinfo, true);
}
