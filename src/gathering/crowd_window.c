/*-------------------------------------------------------------------------
 *
 * crowd_window.c
 *	  medsup.crowd and medsup.crowd_size: window functions over visits.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/timestamp.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "gathering/crowd_core.h"
#include "gathering/gathering_aggregate.h"
#include "gathering/gathering_window.h"

PG_FUNCTION_INFO_V1(medsup_crowd);
PG_FUNCTION_INFO_V1(medsup_crowd_size);

/* arguments; the last one of medsup.crowd only */
enum
{
	ARG_PATIENT, ARG_AT, ARG_WITHIN, ARG_MIN_PATIENTS
};

#define MOST_TIME	(INT64CONST(1) << 61)	/* so that differences do not
											 * overflow */

typedef struct Parameters
{
	int64		within;
	int32		min_patients;
} Parameters;

/* ---- rows ---- */

static Parameters
parameters_at(const MsWindow *window, int64 row, bool numbered)
{
	Parameters	p = {0};
	bool		isnull;
	Datum		value = ms_window_argument(window, ARG_WITHIN, row, &isnull);

	p.within = isnull ? -1 : ms_fixed_span(DatumGetIntervalP(value));
	if (p.within < 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_REACH),
				 errmsg("within is not an interval of fixed length"),
				 errhint("It is the span in which patients are counted, as in '30 minutes' or '30 days'; months have no fixed length.")));
	if (!numbered)
		return p;
	value = ms_window_argument(window, ARG_MIN_PATIENTS, row, &isnull);
	p.min_patients = isnull ? 0 : DatumGetInt32(value);
	if (p.min_patients < 1)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_REACH),
				 errmsg("min_patients is not a number of one or more"),
				 errhint("It is how many different patients make a crowd.")));
	return p;
}

/* False when the row is nobody's or never. */
static bool
read_row(const MsWindow *window, int64 row, MsKeys *keys, MsAttendance *attendance)
{
	bool		nobody;
	bool		never;
	Datum		patient = ms_window_argument(window, ARG_PATIENT, row, &nobody);
	Datum		at = ms_window_argument(window, ARG_AT, row, &never);

	if (nobody || never)
		return false;
	attendance->at = DatumGetTimestamp(at);
	if (attendance->at > MOST_TIME || attendance->at < -MOST_TIME)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_TIME),
				 errmsg("a time is infinite or too far away"),
				 errhint("Leave such rows out, or set their time to NULL.")));
	attendance->patient = ms_key_number(keys, patient);
	attendance->row = (uint32) row;
	return true;
}

static void
find_crowds(MsWindow *window, bool numbered, int32 *answer)
{
	bool		fixed = ms_window_fixed(window, ARG_WITHIN, numbered ? ARG_MIN_PATIENTS : ARG_WITHIN);
	MsAttendance *attendances = MS_NEW(&window->arena, MsAttendance, window->rows);
	MsKeys		keys;
	Parameters	parameters;
	uint32		n = 0;

	StaticAssertStmt(MS_NO_CROWD == MS_NO_ANSWER, "no crowd has no answer");
	ms_keys_init(&keys, &window->arena);
	MemoryContextSwitchTo(window->per_row);
	parameters = parameters_at(window, 0, numbered);
	for (int64 row = 0; ms_window_row(window, row); row++)
	{
		if (!fixed && row > 0)
		{
			Parameters	here = parameters_at(window, row, numbered);

			if (here.within != parameters.within || here.min_patients != parameters.min_patients)
				ereport(ERROR,
						(errcode(ERRCODE_MS_BAD_REACH),
						 errmsg("within or min_patients differs between rows of one partition"),
						 errhint("Add what they depend on to PARTITION BY.")));
		}
		if (read_row(window, row, &keys, &attendances[n]))
			n++;
	}
	MemoryContextSwitchTo(window->work);
	ms_crowds(&window->arena, attendances, n, ms_keys_count(&keys), parameters.within, parameters.min_patients,
			  numbered ? NULL : answer, numbered ? answer : NULL);
}

Datum
medsup_crowd(PG_FUNCTION_ARGS)
{
	return ms_window_answer(fcinfo, find_crowds, true);
}

Datum
medsup_crowd_size(PG_FUNCTION_ARGS)
{
	return ms_window_answer(fcinfo, find_crowds, false);
}
