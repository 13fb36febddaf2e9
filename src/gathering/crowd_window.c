/*-------------------------------------------------------------------------
 *
 * crowd_window.c
 *	  medsup.crowd and medsup.crowd_size: window functions over visits.
 *
 * All of a partition is answered at its first row; what stays until the next
 * partition are the answers, 4 bytes a row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "windowapi.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "gathering/crowd_core.h"
#include "gathering/gathering.h"
#include "gathering/key_core.h"

PG_FUNCTION_INFO_V1(medsup_crowd);
PG_FUNCTION_INFO_V1(medsup_crowd_size);

/* arguments; the last one of medsup.crowd only */
enum
{
	ARG_PATIENT, ARG_AT, ARG_WITHIN, ARG_MIN_PATIENTS
};

#define MOST_TIME	(INT64CONST(1) << 61)	/* so that differences do not
											 * overflow */

typedef struct Partition
{
	int32	   *answer;			/* by row; NULL until the first row */
} Partition;

typedef struct Parameters
{
	int64		within;
	int32		min_patients;
} Parameters;

/* ---- rows ---- */

static Datum
argument(WindowObject winobj, int arg, int64 row, bool *isnull)
{
	bool		isout;

	return WinGetFuncArgInPartition(winobj, arg, (int) row, WINDOW_SEEK_HEAD,
									false, isnull, &isout);
}

static Parameters
parameters_at(WindowObject winobj, int64 row, bool numbered)
{
	Parameters	p = {0};
	bool		isnull;
	Datum		value = argument(winobj, ARG_WITHIN, row, &isnull);

	p.within = isnull ? -1 : ms_fixed_span(DatumGetIntervalP(value));
	if (p.within < 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_REACH),
				 errmsg("within is not an interval of fixed length"),
				 errhint("It is the span in which patients are counted, as in '30 minutes' or '30 days'; months have no fixed length.")));
	if (!numbered)
		return p;
	value = argument(winobj, ARG_MIN_PATIENTS, row, &isnull);
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
read_row(WindowObject winobj, int64 row, MsKeys *keys, MsAttendance *attendance)
{
	bool		nobody;
	bool		never;
	Datum		patient = argument(winobj, ARG_PATIENT, row, &nobody);
	Datum		at = argument(winobj, ARG_AT, row, &never);
	struct varlena *key;

	if (nobody || never)
		return false;
	attendance->at = DatumGetTimestamp(at);
	if (attendance->at > MOST_TIME || attendance->at < -MOST_TIME)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_TIME),
				 errmsg("a time is infinite or too far away"),
				 errhint("Leave such rows out, or set their time to NULL.")));
	key = PG_DETOAST_DATUM_PACKED(patient);
	attendance->patient = ms_keys_number(keys, VARDATA_ANY(key), (uint32) VARSIZE_ANY_EXHDR(key));
	attendance->row = (uint32) row;
	return true;
}

static int32 *
answer_partition(WindowObject winobj, bool numbered, bool fixed, MemoryContext keep)
{
	int64		rows = WinGetPartitionRowCount(winobj);
	MemoryContext work;
	MemoryContext per_row;
	MemoryContext old;
	MsEnv		env;
	MsArena		arena;
	MsKeys		keys;
	MsAttendance *attendances;
	Parameters	parameters;
	int32	   *answer;
	uint32		n = 0;

	if (rows > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one partition"),
				 errhint("Cut the rows smaller by PARTITION BY.")));
	work = AllocSetContextCreate(keep, "medsup crowd", ALLOCSET_DEFAULT_SIZES);
	per_row = AllocSetContextCreate(work, "medsup crowd row", ALLOCSET_DEFAULT_SIZES);
	env = ms_gathering_env(work, 0);
	ms_arena_init(&arena, &env);
	ms_keys_init(&keys, &arena);
	attendances = MS_NEW(&arena, MsAttendance, rows);
	answer = MemoryContextAllocHuge(keep, rows * sizeof(int32));
	old = MemoryContextSwitchTo(per_row);
	parameters = parameters_at(winobj, 0, numbered);
	for (int64 row = 0; row < rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		answer[row] = MS_NO_CROWD;
		if (!fixed && row > 0)
		{
			Parameters	here = parameters_at(winobj, row, numbered);

			if (here.within != parameters.within || here.min_patients != parameters.min_patients)
				ereport(ERROR,
						(errcode(ERRCODE_MS_BAD_REACH),
						 errmsg("within or min_patients differs between rows of one partition"),
						 errhint("Add what they depend on to PARTITION BY.")));
		}
		if (read_row(winobj, row, &keys, &attendances[n]))
			n++;
		if ((row & 63) == 63)
			MemoryContextReset(per_row);
	}
	MemoryContextSwitchTo(old);
	ms_crowds(&arena, attendances, n, ms_keys_count(&keys), parameters.within, parameters.min_patients,
			  numbered ? NULL : answer, numbered ? answer : NULL);
	MemoryContextDelete(work);
	return answer;
}

static Datum
crowd(FunctionCallInfo fcinfo, bool numbered)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	Partition  *partition = WinGetPartitionLocalMemory(winobj, sizeof(Partition));
	int32		answer;

	if (partition->answer == NULL)
		partition->answer = answer_partition(winobj, numbered,
											 get_fn_expr_arg_stable(fcinfo->flinfo, ARG_WITHIN) &&
											 (!numbered || get_fn_expr_arg_stable(fcinfo->flinfo, ARG_MIN_PATIENTS)),
											 GetMemoryChunkContext(partition));
	answer = partition->answer[WinGetCurrentPosition(winobj)];
	if (answer == MS_NO_CROWD)
		PG_RETURN_NULL();
	PG_RETURN_INT32(answer);
}

Datum
medsup_crowd(PG_FUNCTION_ARGS)
{
	return crowd(fcinfo, true);
}

Datum
medsup_crowd_size(PG_FUNCTION_ARGS)
{
	return crowd(fcinfo, false);
}
