/*-------------------------------------------------------------------------
 *
 * anomaly_window.c
 *	  medsup.provider_anomaly: every row against its partition.
 *
 * The partition is read once, at its first row, into a model; what stays
 * until the next partition is the model made ready.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/memutils.h"
#include "windowapi.h"

#include "anomaly/anomaly.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"

PG_FUNCTION_INFO_V1(medsup_provider_anomaly);

typedef struct Partition
{
	bool		read;
	MsEnv		env;
	MsArena		arena;
	MsJudge    *judge;			/* NULL: no row has features */
} Partition;

static ArrayType *
argument(WindowObject winobj, int arg, int64 row)
{
	bool		isnull;
	bool		isout;
	Datum		value = WinGetFuncArgInPartition(winobj, arg, (int) row, WINDOW_SEEK_HEAD,
												 false, &isnull, &isout);

	return isnull ? NULL : DatumGetArrayTypeP(value);
}

static void
read_partition(WindowObject winobj, int nargs, Partition *partition)
{
	MemoryContext keep = GetMemoryChunkContext(partition);
	MemoryContext work = AllocSetContextCreate(keep, "medsup provider_anomaly",
											   ALLOCSET_DEFAULT_SIZES);
	MemoryContext per_row = AllocSetContextCreate(work, "medsup provider_anomaly row",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(per_row);
	MsEnv		env = ms_anomaly_env(work);
	MsArena		scratch;
	MsArena		arena;
	MsAnomaly	state = {0};
	int8		direction[MS_ANOMALY_FEATURES];
	int64		rows = WinGetPartitionRowCount(winobj);

	if (rows > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one partition"),
				 errhint("Cut the rows smaller by PARTITION BY.")));
	ms_arena_init(&scratch, &env);
	ms_arena_init(&arena, &env);
	for (int64 row = 0; row < rows; row++)
	{
		ArrayType  *array = argument(winobj, 0, row);
		double		value[MS_ANOMALY_FEATURES];
		bool		isnull[MS_ANOMALY_FEATURES];
		int8		here[MS_ANOMALY_FEATURES];
		uint32		features;

		CHECK_FOR_INTERRUPTS();
		if (array == NULL)
			continue;
		features = ms_anomaly_features(array);
		ms_anomaly_directions(nargs > 1 ? argument(winobj, 1, row) : NULL, features, here);
		if (state.features == 0)
		{
			memcpy(direction, here, features);
			ms_anomaly_init(&state, &arena, features, direction);
		}
		if (features != state.features || memcmp(direction, here, features) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_MS_BAD_FEATURES),
					 errmsg("features or directions differ between rows of one partition"),
					 errhint("Every row has the same indicators in the same order; NULL for what is not known.")));
		ms_anomaly_doubles(array, value, isnull);
		ms_anomaly_add(&state, &scratch, value, isnull);
		if ((row & 63) == 63)
			MemoryContextReset(per_row);
	}
	MemoryContextSwitchTo(old);
	if (state.features > 0)
	{
		ms_anomaly_settle(&state, &scratch);
		partition->env = ms_anomaly_env(keep);
		ms_arena_init(&partition->arena, &partition->env);
		partition->judge = ms_judge_make(&partition->arena, &scratch, &state, NULL);
	}
	partition->read = true;
	MemoryContextDelete(work);
}

Datum
medsup_provider_anomaly(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	Partition  *partition = WinGetPartitionLocalMemory(winobj, sizeof(Partition));
	uint32		code[MS_ANOMALY_FEATURES];
	MsPart		part[MS_ANOMALY_FEATURES];
	bool		isnull;
	Datum		features;
	double		score;

	if (!partition->read)
		read_partition(winobj, PG_NARGS(), partition);
	features = WinGetFuncArgCurrent(winobj, 0, &isnull);
	if (isnull || partition->judge == NULL || !ms_judge_able(partition->judge))
		PG_RETURN_NULL();
	ms_anomaly_codes(DatumGetArrayTypeP(features), partition->judge->features, code);
	if (!ms_judge_score(partition->judge, code, part, &score))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}
