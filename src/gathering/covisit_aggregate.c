/*-------------------------------------------------------------------------
 *
 * covisit_aggregate.c
 *	  medsup.covisit_groups and medsup.covisit_pairs: aggregates over visits.
 *
 * The state gathers visits; all work is done by the final function, which
 * leaves them as they are, in memory or on disk.
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
#include "gathering/covisit_state.h"
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
	SET_MIN_WEIGHT, SET_METRES, SET_PERIOD, SET_SLOT, SET_SLOT_VISITS, SET_FDR, SET_ALPHA,
	SET_COLUMNS
};

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
read_setting(MsCovisitState *state, HeapTupleHeader given)
{
	MsCovisitSetting *setting = &state->setting;
	Datum		value[SET_COLUMNS];
	bool		isnull[SET_COLUMNS];

	ms_setting_columns(given, SET_COLUMNS, value, isnull);
	setting->within = span_of(value[SET_WITHIN], isnull[SET_WITHIN]);
	if (setting->within < 0)
		ms_bad_setting("within is not an interval of fixed length from zero to a thousand years",
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
		ms_bad_setting("period is not one or more whole days", "It is over how long a patient's habits are taken, as in '84 days'.");
	setting->slot = isnull[SET_SLOT] ? USECS_PER_DAY : span_of(value[SET_SLOT], false);
	if (setting->slot < USECS_PER_MINUTE || setting->slot > USECS_PER_DAY)
		ms_bad_setting("slot is not between a minute and a day", "It is the part of the day that a patient's habits keep, as in '2 hours'; NULL is the whole day.");
	if (isnull[SET_SLOT_VISITS] || DatumGetInt32(value[SET_SLOT_VISITS]) < 0)
		ms_bad_setting("slot_visits is not a number of zero or more", "It is how many visits a slot of the day must have on average, or else the whole day is one slot.");
	setting->slot_visits = (uint32) DatumGetInt32(value[SET_SLOT_VISITS]);
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

static MsStr
read_key(Datum text)
{
	struct varlena *key = PG_DETOAST_DATUM_PACKED(text);

	return (MsStr)
	{
		VARDATA_ANY(key), (uint32) VARSIZE_ANY_EXHDR(key)
	};
}

static void
note_location(MsCovisitState *state, uint32 place, Datum value)
{
	MsLocation *known = MS_AT(&state->location, MsLocation, place);
	MsPlace		location;
	int32		srid;

	if (!ms_place_read(value, true, &srid, &location))
		return;
	location = ms_place_named(location);
	ms_same_system(state->located, state->srid, srid);
	state->located = true;
	state->srid = srid;
	if (known->known && (known->place.x != location.x || known->place.y != location.y))
		ms_two_locations();
	known->place = location;
	known->known = true;
}

/* Files do not outlive the rows' group; a window function has no such end. */
static void
end_state(Datum state)
{
	ms_covisit_close((MsCovisitState *) DatumGetPointer(state));
}

static MsCovisitState *
new_state(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	int			kind = AggCheckCallContext(fcinfo, &context);
	MsCovisitState *state;

	if (kind == 0)
		elog(ERROR, "medsup: covisit_add called outside of an aggregate");
	state = ms_covisit_state(context, kind == AGG_CONTEXT_AGGREGATE);
	if (state->may_spill)
		AggRegisterCallback(fcinfo, end_state, PointerGetDatum(state));
	return state;
}

Datum
medsup_covisit_add(PG_FUNCTION_ARGS)
{
	bool		wide = PG_NARGS() > 5;	/* with money, household, location */
	MsCovisitState *state = PG_ARGISNULL(0) ? new_state(fcinfo) : (MsCovisitState *) PG_GETARG_POINTER(0);
	HeapTupleHeader given = ms_setting_first(&state->given, state->context, fcinfo, wide ? 7 : 4, "medsup.covisit_setting");
	MsVisit		visit = {.money = 0};
	MsStr		household = {NULL, 0};

	if (given != NULL)
		read_setting(state, given);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_POINTER(state);
	visit.at = PG_GETARG_TIMESTAMP(3);
	if (visit.at > MOST_TIME || visit.at < -MOST_TIME)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_TIME),
				 errmsg("a time is infinite or too far away"),
				 errhint("Leave such rows out, or set their time to NULL.")));
	visit.place = ms_key_number(&state->places, PG_GETARG_DATUM(2));
	if (visit.place == state->location.n)
		MS_PUSH(&state->arena, &state->location, MsLocation)->known = false;
	if (wide)
	{
		if (!PG_ARGISNULL(4))
		{
			visit.money = read_money(PG_GETARG_DATUM(4));
			state->paid = true;
		}
		if (!PG_ARGISNULL(5))
			household = read_key(PG_GETARG_DATUM(5));
		if (!PG_ARGISNULL(6))
			note_location(state, visit.place, PG_GETARG_DATUM(6));
	}
	ms_covisit_row(state, read_key(PG_GETARG_DATUM(1)), visit, household);
	PG_RETURN_POINTER(state);
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
add_pair(const MsCovisitAnswer *answer, MsRows *rows, const MsCovisitPair *pair)
{
	const MsKeys *keys = &answer->patients;
	Datum		values[] = {
		ms_key_text(keys, answer->patient[pair->a]),
		ms_key_text(keys, answer->patient[pair->b]),
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
add_group(const MsCovisitState *state, const MsCovisitAnswer *answer, MsRows *rows, const MsCovisitGroup *group)
{
	Datum		values[] = {
		ms_key_array(&answer->patients, answer->patient, group->members, group->n_members),
		Int32GetDatum((int32) group->n_members),
		ms_key_array(&state->places, answer->place, group->places, group->n_places),
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
find(FunctionCallInfo fcinfo, bool want_groups)
{
	MsRows		rows;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "medsup: a final function of covisit called outside of an aggregate");
	ms_rows_init(&rows, fcinfo);
	if (!PG_ARGISNULL(0))
	{
		MsCovisitState *state = (MsCovisitState *) PG_GETARG_POINTER(0);
		MsCovisitAnswer answer;

		ms_covisit_find(state, want_groups, &answer);
		if (want_groups)
			for (Size i = 0; i < answer.found.n_groups; i++)
				add_group(state, &answer, &rows, &answer.found.groups[i]);
		else
			for (Size i = 0; i < answer.found.n_pairs; i++)
				add_pair(&answer, &rows, &answer.found.pairs[i]);
		MemoryContextDelete(answer.context);
	}
	PG_RETURN_DATUM(ms_rows_array(&rows, CurrentMemoryContext));
}

Datum
medsup_covisit_groups(PG_FUNCTION_ARGS)
{
	return find(fcinfo, true);
}

Datum
medsup_covisit_pairs(PG_FUNCTION_ARGS)
{
	return find(fcinfo, false);
}
