/*-------------------------------------------------------------------------
 *
 * scan_aggregate.c
 *	  medsup.space_time_scan: an aggregate over cases.
 *
 * The state gathers cases and numbers places; all work is done by the final
 * function, which leaves the state as it is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/date.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "gathering/gathering_aggregate.h"
#include "gathering/scan_core.h"
#include "gathering/scan_replicate.h"

PG_FUNCTION_INFO_V1(medsup_scan_add);
PG_FUNCTION_INFO_V1(medsup_scan_add_planar);
PG_FUNCTION_INFO_V1(medsup_scan_clusters);

#define MOST_REPLICATIONS	1000000

/* columns of medsup.scan_setting */
enum
{
	SET_REPLICATIONS, SET_STOP_AFTER, SET_SEED, SET_METRES, SET_SHARE, SET_DAYS,
	SET_MIN_CASES, SET_PROSPECTIVE, SET_CLUSTERS, SET_ALPHA, SET_COLUMNS
};

typedef struct ScanPlace
{
	MsPlace		place;
	int64		population;		/* -1: none was given */
} ScanPlace;

typedef struct ScanRow
{
	uint32		place;
	int32		day;
	int32		cases;
} ScanRow;

typedef struct CaseState
{
	MemoryContext context;
	MsEnv		env;
	MsArena		arena;
	MsKeys		places;
	MsVec		place;			/* ScanPlace by number */
	MsVec		rows;			/* ScanRow */
	bool		geodetic;
	int32		srid;
	bool		populated;		/* any population was given */
	int32		first_day;
	int32		last_day;
	bool		dated;			/* there is any day */
	HeapTupleHeader given;		/* the setting as it came */
	MsReplications wanted;
	MsScanInput input;
	double		metres;
	int32		max_days;		/* 0: half of the days there are */
	uint32		clusters;
	double		alpha;
} CaseState;

/* ---- settings ---- */

/* A whole number between bounds; NULL takes what stands for it. */
static uint32
number_of(const Datum *value, const bool *isnull, int column, uint32 least, uint32 most,
		  uint32 if_null, const char *what, const char *hint)
{
	int32		number;

	if (isnull[column] && if_null != 0)
		return if_null;
	number = isnull[column] ? -1 : DatumGetInt32(value[column]);
	if (number < (int64) least || number > (int64) most)
		ms_bad_setting(what, hint);
	return (uint32) number;
}

static double
share_of(const Datum *value, const bool *isnull, int column, const char *what, const char *hint)
{
	double		share = isnull[column] ? -1 : DatumGetFloat8(value[column]);

	if (!(share > 0 && share <= 1))
		ms_bad_setting(what, hint);
	return share;
}

static void
read_setting(CaseState *state, HeapTupleHeader given)
{
	Datum		value[SET_COLUMNS];
	bool		isnull[SET_COLUMNS];

	ms_setting_columns(given, SET_COLUMNS, value, isnull);
	state->wanted.most = number_of(value, isnull, SET_REPLICATIONS, 1, MOST_REPLICATIONS, 0,
								   "replications is not between 1 and 1000000",
								   "It is how often chance is tried; 999 gives p-values down to 0.001.");
	state->wanted.stop_after = number_of(value, isnull, SET_STOP_AFTER, 1, PG_INT32_MAX, PG_UINT32_MAX,
										 "stop_after is not a number of one or more",
										 "After so many replications as likely as the data no more are tried; NULL tries all.");
	if (isnull[SET_SEED])
		ms_bad_setting("seed is NULL", "Give a number: the same one gives the same p-values.");
	state->wanted.seed = (uint64) DatumGetInt64(value[SET_SEED]);
	state->metres = isnull[SET_METRES] ? get_float8_infinity() : DatumGetFloat8(value[SET_METRES]);
	if (!(state->metres >= 0))
		ms_bad_setting("metres is not zero or more", "It is how far the places of a cluster may be from its centre; NULL is no limit.");
	state->input.max_share = share_of(value, isnull, SET_SHARE, "share is not above 0 and at most 1",
									  "It is the share of all cases, or of the population, that the places of a cluster may have.");
	state->max_days = isnull[SET_DAYS] ? 0 : (int32) number_of(value, isnull, SET_DAYS, 1, MS_SCAN_MOST_DAYS, 0,
															   "days is not a number of one or more",
															   "It is how long a cluster may last; NULL is half of the days that there are.");
	state->input.min_cases = number_of(value, isnull, SET_MIN_CASES, 1, PG_INT32_MAX, 0,
									   "min_cases is not a number of one or more",
									   "It is how many cases a cluster has at least.");
	state->input.prospective = !isnull[SET_PROSPECTIVE] && DatumGetBool(value[SET_PROSPECTIVE]);
	state->clusters = number_of(value, isnull, SET_CLUSTERS, 1, MS_SCAN_MOST_CLUSTERS, 0,
								"clusters is not between 1 and 64", "It is how many clusters are shown at most.");
	state->alpha = share_of(value, isnull, SET_ALPHA, "alpha is not above 0 and at most 1",
							"It is how likely a cluster may be by chance, as 0.05; 1 shows all.");
}

/* ---- rows ---- */

static CaseState *
new_state(MemoryContext parent, bool geodetic)
{
	MemoryContext context = AllocSetContextCreate(parent, "medsup scan", ALLOCSET_DEFAULT_SIZES);
	CaseState  *state = MemoryContextAllocZero(context, sizeof(CaseState));

	state->context = context;
	state->geodetic = geodetic;
	state->env = ms_gathering_env(context, 0);
	ms_arena_init(&state->arena, &state->env);
	ms_keys_init(&state->places, &state->arena);
	return state;
}

static void
note_system(CaseState *state, int32 srid)
{
	MsSpheroid	spheroid;

	ms_same_system(state->place.n > 0, state->srid, srid);
	if (state->place.n == 0 && state->geodetic)
		(void) ms_known_spheroid(srid);
	if (!state->geodetic && ms_spheroid_of(srid, &spheroid))
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_PLACE),
				 errmsg("locations are in degrees, which are no distances"),
				 errhint("Cast them to geography, or bring them into a plane by ST_Transform.")));
	state->srid = srid;
}

/* The place of a row, new or where it was. */
static uint32
note_place(CaseState *state, Datum key, MsPlace at)
{
	uint32		number = ms_key_number(&state->places, key);
	ScanPlace  *known;

	if (state->geodetic)
		at = ms_place_named(at);
	if (number == state->place.n)
	{
		known = MS_PUSH(&state->arena, &state->place, ScanPlace);
		known->place = at;
		known->population = -1;
		return number;
	}
	known = MS_AT(&state->place, ScanPlace, number);
	if (known->place.x != at.x || known->place.y != at.y)
		ms_two_locations();
	return number;
}

static void
note_population(CaseState *state, uint32 place, int64 population)
{
	ScanPlace  *known = MS_AT(&state->place, ScanPlace, place);

	if (population < 0 || population > PG_INT64_MAX / PG_INT32_MAX)
		ms_bad_setting("a population is negative or too large", "It is how many people live or are insured at the place.");
	if (known->population >= 0 && known->population != population)
		ms_bad_setting("a place has two populations", "Give one number a place, the mean over the days.");
	known->population = population;
	state->populated = true;
}

static void
note_day(CaseState *state, DateADT day)
{
	if (DATE_NOT_FINITE(day))
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_TIME),
				 errmsg("a day is infinite"),
				 errhint("Leave such rows out, or set their day to NULL.")));
	state->first_day = state->dated ? Min(state->first_day, day) : day;
	state->last_day = state->dated ? Max(state->last_day, day) : day;
	state->dated = true;
	if ((int64) state->last_day - state->first_day >= MS_SCAN_MOST_DAYS)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_TIME),
				 errmsg("the days span more than a hundred years"),
				 errhint("Look for days that cannot be.")));
}

static Datum
add(FunctionCallInfo fcinfo, bool geodetic)
{
	bool		counted = PG_NARGS() > 5;	/* with cases and population */
	MemoryContext context;
	CaseState  *state;
	HeapTupleHeader given;
	MsPlace		at;
	int32		srid;
	int32		cases = 1;
	uint32		place;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "medsup: scan_add called outside of an aggregate");
	state = PG_ARGISNULL(0) ? new_state(context, geodetic) : (CaseState *) PG_GETARG_POINTER(0);
	given = ms_setting_first(&state->given, state->context, fcinfo, counted ? 6 : 4, "medsup.scan_setting");
	if (given != NULL)
		read_setting(state, given);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) ||
		!ms_place_read(PG_GETARG_DATUM(2), geodetic, &srid, &at))
		PG_RETURN_POINTER(state);
	note_system(state, srid);
	place = note_place(state, PG_GETARG_DATUM(1), at);
	if (counted)
	{
		cases = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT32(4);
		if (cases < 0)
			ms_bad_setting("a number of cases is negative", "Sum up what belongs to one place and day first.");
		if (!PG_ARGISNULL(5))
			note_population(state, place, PG_GETARG_INT64(5));
	}
	if (!PG_ARGISNULL(3))
	{
		note_day(state, PG_GETARG_DATEADT(3));
		if (cases > 0)
			*MS_PUSH(&state->arena, &state->rows, ScanRow) = (ScanRow)
		{
			place, PG_GETARG_DATEADT(3), cases
		};
	}
	PG_RETURN_POINTER(state);
}

Datum
medsup_scan_add(PG_FUNCTION_ARGS)
{
	return add(fcinfo, true);
}

Datum
medsup_scan_add_planar(PG_FUNCTION_ARGS)
{
	return add(fcinfo, false);
}

/* ---- the work ---- */

typedef struct Found
{
	const CaseState *state;
	const MsScan *scan;
	uint32	   *number;			/* state's numbers by rank */
	MsScanCluster clusters[MS_SCAN_MOST_CLUSTERS];
	double		p_value[MS_SCAN_MOST_CLUSTERS];
	uint32		tried[MS_SCAN_MOST_CLUSTERS];	/* replications looked at */
	uint32		n;
} Found;

static void
check_population(const CaseState *state)
{
	for (size_t i = 0; i < state->rows.n; i++)
	{
		const ScanPlace *place = MS_AT(&state->place, ScanPlace, MS_AT(&state->rows, ScanRow, i)->place);

		if (place->population <= 0)
			ms_bad_setting("a place with cases has no population",
						   "Give the population of all places, or of none for the permutation scan.");
	}
}

static void
set_metric(const CaseState *state, MsMetric *metric, double eps, const MsPlace *places)
{
	if (state->geodetic && ms_keys_count(&state->places) > 0)
	{
		MsSpheroid	spheroid = ms_known_spheroid(state->srid);

		ms_metric_spheroid(metric, eps, &spheroid, places);
	}
	else
		ms_metric_planar(metric, eps);
	metric->timed = false;
}

/* Numbers that do not depend on the order of rows. */
static const MsScan *
build(const CaseState *state, MsArena *arena, uint32 **number)
{
	MsScanInput input = state->input;
	uint32	   *rank = ms_keys_order(&state->places, arena, number);
	MsPoint    *points;
	MsPlace    *places;			/* by rank */
	int64	   *population;
	MsScanCase *cases = MS_NEW(arena, MsScanCase, state->rows.n);
	MsMetric   *metric = MS_NEW(arena, MsMetric, 1);

	input.n_places = ms_keys_count(&state->places);
	input.n_days = state->dated ? (uint32) (state->last_day - state->first_day) + 1 : 1;
	input.max_days = state->max_days > 0 ? (uint32) state->max_days : Max(1, input.n_days / 2);
	points = MS_NEW(arena, MsPoint, input.n_places);
	places = MS_NEW(arena, MsPlace, input.n_places);
	population = MS_NEW(arena, int64, input.n_places);
	set_metric(state, metric, state->metres, places);
	for (uint32 p = 0; p < input.n_places; p++)
	{
		const ScanPlace *place = MS_AT(&state->place, ScanPlace, p);

		places[rank[p]] = place->place;
		ms_metric_set(metric, &points[rank[p]], place->place, 0, rank[p]);
		population[rank[p]] = Max(place->population, 0);
	}
	for (size_t i = 0; i < state->rows.n; i++)
	{
		const ScanRow *row = MS_AT(&state->rows, ScanRow, i);

		cases[i] = (MsScanCase)
		{
			rank[row->place], (uint32) (row->day - state->first_day), (uint32) row->cases
		};
	}
	input.metric = metric;
	input.points = points;
	input.population = state->populated ? population : NULL;
	input.cases = cases;
	input.n_cases = (uint32) state->rows.n;
	return ms_scan_build(arena, &input);
}

static void
find(Found *found, const CaseState *state, MsArena *arena)
{
	MsReplications wanted = state->wanted;
	MsScanWork	work;
	MsMark		mark;
	double	   *replicated;
	uint32		done;

	if (state->rows.n > PG_UINT32_MAX)
		ms_gathering_fail(MS_FAIL_TOO_MANY);
	if (state->populated)
		check_population(state);
	found->state = state;
	found->scan = build(state, arena, &found->number);
	mark = ms_arena_mark(arena);
	ms_scan_work_init(&work, found->scan, arena);
	found->n = ms_scan_clusters(found->scan, &work, found->clusters, state->clusters);
	ms_arena_release(arena, mark);
	if (found->n == 0)
		return;
	wanted.llr = found->clusters[0].llr;
	wanted.floor = found->clusters[found->n - 1].llr;
	replicated = ms_scan_replications(found->scan, &wanted, state->arena.used, &done);
	for (uint32 k = 0; k < found->n; k++)
		found->p_value[k] = ms_scan_p_value(replicated, done, found->clusters[k].llr, wanted.stop_after, &found->tried[k]);
}

/* ---- results ---- */

static Datum
place_array(const Found *found, const MsScanCluster *cluster)
{
	const uint32 *zone = MS_SCAN_ARRAY(found->scan, uint32_t, zone) + cluster->zone;
	uint32		n = (uint32) (cluster->zone_end - cluster->zone);
	uint32	   *ranks = palloc_array(uint32, n);

	for (uint32 i = 0; i < n; i++)
		ranks[i] = zone[i] & ~MS_SCAN_OPEN;
	return ms_key_array(&found->state->places, found->number, ranks, n);
}

static const ScanPlace *
place_at(const Found *found, size_t at)
{
	uint32		rank = MS_SCAN_ARRAY(found->scan, uint32_t, zone)[at] & ~MS_SCAN_OPEN;

	return MS_AT(&found->state->place, ScanPlace, found->number[rank]);
}

/* How far the places of a cluster are from its centre; its locations. */
static double
radius_of(const Found *found, const MsScanCluster *cluster, MsPlace *places)
{
	uint32		n = (uint32) (cluster->zone_end - cluster->zone);
	double		radius = 0;
	MsMetric	metric;
	MsPoint		centre;

	set_metric(found->state, &metric, 0, places);
	for (uint32 i = 0; i < n; i++)
	{
		MsPoint		point;

		places[i] = place_at(found, cluster->zone + i)->place;
		ms_metric_set(&metric, &point, places[i], 0, i);
		if (i == 0)
			centre = point;
		radius = Max(radius, ms_metric_distance(&metric, &centre, &point));
	}
	return radius;
}

/* columns of medsup.scan_cluster */
#define CLUSTER_CENTRE	1
#define CLUSTER_RISK	8

static void
add_cluster(const Found *found, MsRows *rows, uint32 k)
{
	const MsScanCluster *cluster = &found->clusters[k];
	double		outside = (double) found->scan->cases - cluster->cases;
	uint32		n = (uint32) (cluster->zone_end - cluster->zone);
	MsPlace    *places = palloc_array(MsPlace, n);
	Oid			geometry = TupleDescAttr(rows->desc, CLUSTER_CENTRE)->atttypid;
	double		radius = radius_of(found, cluster, places);
	Datum		values[] = {
		place_array(found, cluster),
		ms_point_datum(geometry, found->state->srid, places[0]),
		Float8GetDatum(radius),
		ms_points_datum(geometry, found->state->srid, places, n),
		DateADTGetDatum(found->state->first_day + (int32) cluster->first_day),
		DateADTGetDatum(found->state->first_day + (int32) cluster->last_day),
		Int64GetDatum((int64) cluster->cases),
		Float8GetDatum(cluster->expected),
		Float8GetDatum(outside <= 0 ? 0 : cluster->cases / cluster->expected / (outside / (found->scan->cases - cluster->expected))),
		Float8GetDatum(cluster->llr),
		Float8GetDatum(found->p_value[k]),
		Int32GetDatum((int32) found->tried[k])
	};
	bool		isnull[lengthof(values)] = {[CLUSTER_RISK] = outside <= 0};

	ms_rows_add(rows, values, isnull);
}

Datum
medsup_scan_clusters(PG_FUNCTION_ARGS)
{
	MsRows		rows;
	const CaseState *state;
	MemoryContext work;
	MemoryContext old;
	MsEnv		env;
	MsArena		arena;
	Found	   *found;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "medsup: the final function of space_time_scan called outside of an aggregate");
	ms_rows_init(&rows, fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(ms_rows_array(&rows, CurrentMemoryContext));
	state = (const CaseState *) PG_GETARG_POINTER(0);
	work = AllocSetContextCreate(CurrentMemoryContext, "medsup scan work", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(work);
	env = ms_gathering_env(work, state->arena.used);
	ms_arena_init(&arena, &env);
	found = palloc0(sizeof(Found));
	if (state->rows.n > 0)
		find(found, state, &arena);
	for (uint32 k = 0; k < found->n; k++)
		if (found->p_value[k] <= state->alpha)
			add_cluster(found, &rows, k);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
	PG_RETURN_DATUM(ms_rows_array(&rows, CurrentMemoryContext));
}
