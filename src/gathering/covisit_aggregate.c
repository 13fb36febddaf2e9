/*-------------------------------------------------------------------------
 *
 * covisit_aggregate.c
 *	  medsup.covisit_groups and medsup.covisit_pairs: aggregates over visits.
 *
 * The state gathers visits and numbers their keys; all work is done by the
 * final function, which leaves the state as it is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "gathering/covisit_core.h"
#include "gathering/gathering_aggregate.h"

PG_FUNCTION_INFO_V1(medsup_covisit_add);
PG_FUNCTION_INFO_V1(medsup_covisit_groups);
PG_FUNCTION_INFO_V1(medsup_covisit_pairs);

#define MONEY_SCALE	4
#define MONEY_UNIT	INT64CONST(10000)
#define MOST_TIME	(INT64CONST(1) << 61)	/* so that differences do not
											 * overflow */

/* columns of medsup.covisit_setting */
enum
{
	SET_WITHIN, SET_DAYS, SET_PLACES, SET_MEMBERS, SET_DENSITY, SET_MAX_CROWD,
	SET_MIN_WEIGHT, SET_METRES, SET_PERIOD, SET_SLOT, SET_FDR, SET_ALPHA,
	SET_COLUMNS
};

typedef struct Location
{
	MsPlace		place;
	bool		known;
} Location;

typedef struct CovisitState
{
	MemoryContext context;
	MsEnv		env;
	MsArena		arena;			/* of the keys */
	MsKeys		patients;
	MsKeys		places;
	MsKeys		households;
	MsVec		household;		/* uint32 by patient: number and one */
	MsVec		location;		/* Location by place */
	int32		srid;
	bool		located;		/* a location was read, so srid is known */
	bool		paid;			/* any money was given */
	MsVisit    *visits;
	Size		n;
	Size		capacity;
	HeapTupleHeader given;		/* the setting as it came */
	MsCovisitSetting setting;
	double		metres;
} CovisitState;

/* ---- memory ---- */

static void
grow_visits(CovisitState *state)
{
	Size		capacity = state->capacity == 0 ? 1024 : state->capacity * 2;
	Size		bytes = capacity * sizeof(MsVisit);

	if (capacity > MS_COVISIT_MAX)
		ms_gathering_fail(MS_FAIL_TOO_MANY);
	if (state->arena.used > ms_gathering_env(state->context, bytes).budget)
		ms_gathering_fail(MS_FAIL_MEMORY);
	if (state->visits == NULL)
		state->visits = MemoryContextAllocHuge(state->context, bytes);
	else
		state->visits = repalloc_huge(state->visits, bytes);
	state->capacity = capacity;
	state->env = ms_gathering_env(state->context, bytes);
}

static CovisitState *
new_state(MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "medsup covisit", ALLOCSET_DEFAULT_SIZES);
	CovisitState *state = MemoryContextAllocZero(context, sizeof(CovisitState));

	state->context = context;
	state->env = ms_gathering_env(context, 0);
	ms_arena_init(&state->arena, &state->env);
	ms_keys_init(&state->patients, &state->arena);
	ms_keys_init(&state->places, &state->arena);
	ms_keys_init(&state->households, &state->arena);
	return state;
}

/* ---- settings ---- */

static int64
span_of(Datum value, bool isnull)
{
	return isnull ? -1 : ms_fixed_span(DatumGetIntervalP(value));
}

static bool
is_share(Datum value, bool isnull)
{
	return !isnull && DatumGetFloat8(value) > 0 && DatumGetFloat8(value) <= 1;
}

static int32
number_of(Datum value, bool isnull)
{
	return isnull ? 0 : DatumGetInt32(value);
}

static void
read_setting(CovisitState *state, HeapTupleHeader given)
{
	MsCovisitSetting *setting = &state->setting;
	Datum		value[SET_COLUMNS];
	bool		isnull[SET_COLUMNS];

	ms_setting_columns(given, SET_COLUMNS, value, isnull);
	setting->within = span_of(value[SET_WITHIN], isnull[SET_WITHIN]);
	if (setting->within < 0)
		ms_bad_setting("within is not an interval of fixed length",
					   "It is how far apart in time two visits of one meeting may be, as in '30 minutes'; months have no fixed length.");
	setting->min_days = number_of(value[SET_DAYS], isnull[SET_DAYS]);
	if (setting->min_days < 1)
		ms_bad_setting("days is not a number of one or more", "It is on how many days a pair must have met.");
	setting->min_places = number_of(value[SET_PLACES], isnull[SET_PLACES]);
	if (setting->min_places < 1)
		ms_bad_setting("places is not a number of one or more", "It is at how many places a pair must have met.");
	setting->min_members = number_of(value[SET_MEMBERS], isnull[SET_MEMBERS]);
	if (setting->min_members < 2)
		ms_bad_setting("members is not a number of two or more", "It is how many patients make a group.");
	if (!is_share(value[SET_DENSITY], isnull[SET_DENSITY]))
		ms_bad_setting("density is not above 0 and at most 1", "It is the share of a group's pairs that must have met.");
	setting->min_density = DatumGetFloat8(value[SET_DENSITY]);
	setting->max_crowd = UINT32_MAX;
	if (!isnull[SET_MAX_CROWD])
	{
		if (DatumGetInt32(value[SET_MAX_CROWD]) < 1)
			ms_bad_setting("max_crowd is not a number of one or more", "It is with how many others within reach a visit still counts; NULL is no limit.");
		setting->max_crowd = (uint32) DatumGetInt32(value[SET_MAX_CROWD]);
	}
	setting->min_weight = isnull[SET_MIN_WEIGHT] ? -1 : DatumGetFloat8(value[SET_MIN_WEIGHT]);
	if (!isfinite(setting->min_weight) || setting->min_weight < 0)
		ms_bad_setting("min_weight is not a finite number of zero or more", "Each day counts 1 over the others within reach.");
	state->metres = isnull[SET_METRES] ? -1 : DatumGetFloat8(value[SET_METRES]);
	if (!isfinite(state->metres) || state->metres < 0)
		ms_bad_setting("metres is not a finite number of zero or more", "It is how far apart two places may be to be one for a meeting; 0: the same place only.");
	setting->period = span_of(value[SET_PERIOD], isnull[SET_PERIOD]);
	if (setting->period < USECS_PER_DAY || setting->period % USECS_PER_DAY != 0)
		ms_bad_setting("period is not a whole number of days", "It is over how long a patient's habits are taken, as in '84 days'.");
	setting->slot = isnull[SET_SLOT] ? USECS_PER_DAY : span_of(value[SET_SLOT], false);
	if (setting->slot < USECS_PER_MINUTE || setting->slot > USECS_PER_DAY)
		ms_bad_setting("slot is not between a minute and a day", "It is the part of the day that a patient's habits keep, as in '2 hours'; NULL is the whole day.");
	if (!is_share(value[SET_FDR], isnull[SET_FDR]))
		ms_bad_setting("fdr is not above 0 and at most 1", "It is the share of pairs that may be chance, as 0.05.");
	setting->fdr = DatumGetFloat8(value[SET_FDR]);
	if (!is_share(value[SET_ALPHA], isnull[SET_ALPHA]))
		ms_bad_setting("alpha is not above 0 and at most 1", "It is how likely a group may be by chance, as 0.05.");
	setting->alpha = DatumGetFloat8(value[SET_ALPHA]);
}

/* ---- rows ---- */

static int64
read_money(Datum value)
{
	Datum		most = NumericGetDatum(int64_to_numeric(PG_INT64_MAX / MONEY_UNIT));
	Datum		scaled;

	/* not a number sorts above all numbers */
	if (DatumGetBool(DirectFunctionCall2(numeric_gt, DirectFunctionCall1(numeric_abs, value), most)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("money is not a number, or too large"),
				 errhint("Set what cannot be read to NULL.")));
	scaled = DirectFunctionCall2(numeric_mul, value, NumericGetDatum(int64_to_numeric(MONEY_UNIT)));
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, scaled));
}

/* Of several households the one whose key comes first. */
static void
note_household(CovisitState *state, uint32 patient, Datum value)
{
	uint32		household = ms_key_number(&state->households, value);
	uint32	   *known = MS_AT(&state->household, uint32, patient);

	if (*known == 0 ||
		ms_str_cmp(ms_keys_key(&state->households, household), ms_keys_key(&state->households, *known - 1)) < 0)
		*known = household + 1;
}

static void
note_location(CovisitState *state, uint32 place, Datum value)
{
	Location   *known = MS_AT(&state->location, Location, place);
	MsPlace		location;
	int32		srid;

	if (!ms_place_read(value, true, &srid, &location))
		return;
	ms_same_system(state->located, state->srid, srid);
	state->located = true;
	state->srid = srid;
	if (known->known && (known->place.x != location.x || known->place.y != location.y))
		ms_two_locations();
	known->place = location;
	known->known = true;
}

Datum
medsup_covisit_add(PG_FUNCTION_ARGS)
{
	bool		wide = PG_NARGS() > 5;	/* with money, household, location */
	MemoryContext context;
	CovisitState *state;
	HeapTupleHeader given;
	MsVisit    *visit;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "medsup: covisit_add called outside of an aggregate");
	state = PG_ARGISNULL(0) ? new_state(context) : (CovisitState *) PG_GETARG_POINTER(0);
	given = ms_setting_first(&state->given, state->context, fcinfo, wide ? 7 : 4, "medsup.covisit_setting");
	if (given != NULL)
		read_setting(state, given);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_POINTER(state);
	if (state->n == state->capacity)
		grow_visits(state);
	visit = &state->visits[state->n];
	visit->at = PG_GETARG_TIMESTAMP(3);
	if (visit->at > MOST_TIME || visit->at < -MOST_TIME)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_TIME),
				 errmsg("a time is infinite or too far away"),
				 errhint("Leave such rows out, or set their time to NULL.")));
	visit->patient = ms_key_number(&state->patients, PG_GETARG_DATUM(1));
	visit->place = ms_key_number(&state->places, PG_GETARG_DATUM(2));
	visit->money = 0;
	if (visit->patient == state->household.n)
		*MS_PUSH(&state->arena, &state->household, uint32) = 0;
	if (visit->place == state->location.n)
		MS_PUSH(&state->arena, &state->location, Location)->known = false;
	if (wide)
	{
		if (!PG_ARGISNULL(4))
		{
			visit->money = read_money(PG_GETARG_DATUM(4));
			state->paid = true;
		}
		if (!PG_ARGISNULL(5))
			note_household(state, visit->patient, PG_GETARG_DATUM(5));
		if (!PG_ARGISNULL(6))
			note_location(state, visit->place, PG_GETARG_DATUM(6));
	}
	state->n++;
	PG_RETURN_POINTER(state);
}

/* ---- the work ---- */

typedef struct Work
{
	const CovisitState *state;
	MemoryContext context;
	MsEnv		env;
	MsArena		arena;
	uint32	   *patient;		/* state's numbers by rank */
	uint32	   *place;
	MsCovisits	found;
} Work;

static const MsNear *
near_places(Work *work, const uint32 *rank)
{
	const CovisitState *state = work->state;
	uint32		places = ms_keys_count(&state->places);
	MsPoint    *points;
	MsPlace    *locations;
	MsMetric	metric;
	MsSpheroid	spheroid;
	MsNear	   *near;
	uint32		n = 0;

	if (state->metres == 0 || !state->located)
		return NULL;
	spheroid = ms_known_spheroid(state->srid);
	points = MS_NEW(&work->arena, MsPoint, places);
	locations = MS_NEW(&work->arena, MsPlace, places);
	ms_metric_spheroid(&metric, state->metres, &spheroid, locations);
	metric.timed = false;
	for (uint32 p = 0; p < places; p++)
	{
		const Location *location = MS_AT(&state->location, Location, p);

		if (!location->known)
			continue;
		locations[rank[p]] = location->place;
		ms_metric_set(&metric, &points[n++], location->place, 0, rank[p]);
	}
	near = MS_NEW(&work->arena, MsNear, 1);
	*near = ms_covisit_near(&work->arena, &metric, points, n, places);
	return near;
}

/* Numbers that do not depend on the order of rows, then the core. */
static void
find(Work *work, const CovisitState *state, bool want_groups)
{
	MsCovisitInput input = {0};
	uint32	   *patient_rank;
	uint32	   *place_rank;
	uint32	   *household;
	MsVisit    *visits;
	MemoryContext old;

	work->state = state;
	work->context = AllocSetContextCreate(CurrentMemoryContext, "medsup covisit work", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(work->context);
	work->env = ms_gathering_env(work->context, state->arena.used + state->capacity * sizeof(MsVisit));
	ms_arena_init(&work->arena, &work->env);

	patient_rank = ms_keys_order(&state->patients, &work->arena, &work->patient);
	place_rank = ms_keys_order(&state->places, &work->arena, &work->place);
	input.n = (uint32) state->n;
	input.patients = ms_keys_count(&state->patients);
	input.places = ms_keys_count(&state->places);
	household = MS_NEW(&work->arena, uint32, input.patients);
	for (uint32 v = 0; v < input.patients; v++)
		household[patient_rank[v]] = *MS_AT(&state->household, uint32, v);
	input.household = household;
	input.near = near_places(work, place_rank);
	visits = MS_NEW(&work->arena, MsVisit, state->n);
	for (Size i = 0; i < state->n; i++)
	{
		visits[i] = state->visits[i];
		visits[i].patient = patient_rank[visits[i].patient];
		visits[i].place = place_rank[visits[i].place];
	}
	input.visits = visits;
	ms_covisits(&work->arena, &input, &state->setting, want_groups, &work->found);
	MemoryContextSwitchTo(old);
}

/* ---- results ---- */

static Datum
money_numeric(int64 money)
{
	if (money == PG_INT64_MAX || money == PG_INT64_MIN)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the money of one group is out of range"),
				 errhint("Look for amounts that cannot be.")));
	return DirectFunctionCall1(numeric_trim_scale,
							   NumericGetDatum(int64_div_fast_to_numeric(money, MONEY_SCALE)));
}

static void
add_pair(const Work *work, MsRows *rows, const MsCovisitPair *pair)
{
	const MsKeys *keys = &work->state->patients;
	Datum		values[] = {
		ms_key_text(keys, work->patient[pair->a]),
		ms_key_text(keys, work->patient[pair->b]),
		Int32GetDatum((int32) pair->days),
		Int32GetDatum((int32) pair->places),
		Float8GetDatum(pair->weight),
		Float8GetDatum(pair->expected),
		Float8GetDatum(exp(pair->log_p)),
		Float8GetDatum(exp(pair->log_q))
	};
	bool		isnull[lengthof(values)] = {0};

	ms_rows_add(rows, values, isnull);
}

#define GROUP_MONEY	8			/* column of medsup.covisit_group */

static void
add_group(const Work *work, MsRows *rows, const MsCovisitGroup *group)
{
	const CovisitState *state = work->state;
	Datum		values[] = {
		ms_key_array(&state->patients, work->patient, group->members, group->n_members),
		Int32GetDatum((int32) group->n_members),
		ms_key_array(&state->places, work->place, group->places, group->n_places),
		Int32GetDatum((int32) group->days),
		Int32GetDatum((int32) group->repetitions),
		Int32GetDatum((int32) group->visits),
		DateADTGetDatum((DateADT) group->first_day),
		DateADTGetDatum((DateADT) group->last_day),
		money_numeric(group->money),
		Int32GetDatum((int32) group->pairs),
		Float8GetDatum(group->density),
		Float8GetDatum(group->weight),
		Int64GetDatum((int64) group->observed),
		Float8GetDatum(group->expected),
		Float8GetDatum(exp(group->log_p))
	};
	bool		isnull[lengthof(values)] = {[GROUP_MONEY] = !state->paid};

	ms_rows_add(rows, values, isnull);
}

static Datum
answer(FunctionCallInfo fcinfo, bool want_groups)
{
	MsRows		rows;
	Work		work;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "medsup: a final function of covisit called outside of an aggregate");
	ms_rows_init(&rows, fcinfo);
	if (!PG_ARGISNULL(0))
	{
		memset(&work, 0, sizeof(work));
		find(&work, (CovisitState *) PG_GETARG_POINTER(0), want_groups);
		if (want_groups)
			for (Size i = 0; i < work.found.n_groups; i++)
				add_group(&work, &rows, &work.found.groups[i]);
		else
			for (Size i = 0; i < work.found.n_pairs; i++)
				add_pair(&work, &rows, &work.found.pairs[i]);
		MemoryContextDelete(work.context);
	}
	PG_RETURN_DATUM(ms_rows_array(&rows, CurrentMemoryContext));
}

Datum
medsup_covisit_groups(PG_FUNCTION_ARGS)
{
	return answer(fcinfo, true);
}

Datum
medsup_covisit_pairs(PG_FUNCTION_ARGS)
{
	return answer(fcinfo, false);
}
