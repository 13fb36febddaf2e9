/*-------------------------------------------------------------------------
 *
 * anomaly_window.c
 *	  medsup.provider_anomaly: every row against its partition.
 *
 * The partition is read once, at its first row, into a model; what stays
 * until the next partition is the model made ready.  Their memory is taken
 * once and used again for each partition, of which there may be many.
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
	MsJudge    *judge;			/* NULL: no row has features */
} Partition;

/* Of a call site. */
typedef struct Memory
{
	MsEnv		env;
	MsArena		rows;			/* the model */
	MsArena		scratch;
	MsArena		judge;
	MemoryContext per_row;
} Memory;

/* A partition this large keeps nothing for the next. */
#define KEPT_SIZE	(4 * 1024 * 1024)

static Memory *
memory_of(FmgrInfo *flinfo)
{
	Memory	   *memory = flinfo->fn_extra;

	if (memory != NULL &&
		memory->rows.used + memory->scratch.used + memory->judge.used > KEPT_SIZE)
	{
		MemoryContextDelete(memory->env.ctx);
		memory = NULL;
	}
	if (memory == NULL)
	{
		MemoryContext context = AllocSetContextCreate(flinfo->fn_mcxt, "medsup provider_anomaly",
													  ALLOCSET_DEFAULT_SIZES);

		memory = MemoryContextAlloc(context, sizeof(Memory));
		memory->env = ms_anomaly_env(context);
		ms_arena_init(&memory->rows, &memory->env);
		ms_arena_init(&memory->scratch, &memory->env);
		ms_arena_init(&memory->judge, &memory->env);
		memory->per_row = AllocSetContextCreate(context, "medsup provider_anomaly row",
												ALLOCSET_DEFAULT_SIZES);
		flinfo->fn_extra = memory;
	}
	ms_arena_reset(&memory->rows);
	ms_arena_reset(&memory->scratch);
	ms_arena_reset(&memory->judge);
	return memory;
}

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
read_partition(WindowObject winobj, FunctionCallInfo fcinfo, Partition *partition)
{
	Memory	   *memory = memory_of(fcinfo->flinfo);
	MemoryContext old = MemoryContextSwitchTo(memory->per_row);
	MsAnomaly	state = {0};
	int8		direction[MS_ANOMALY_FEATURES];
	int64		rows = WinGetPartitionRowCount(winobj);

	if (rows > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one partition"),
				 errhint("Cut the rows smaller by PARTITION BY.")));
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
		ms_anomaly_directions(PG_NARGS() > 1 ? argument(winobj, 1, row) : NULL, features, here);
		if (state.features == 0)
		{
			memcpy(direction, here, features);
			ms_anomaly_init(&state, &memory->rows, features, direction);
		}
		if (features != state.features || memcmp(direction, here, features) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_MS_BAD_FEATURES),
					 errmsg("features or directions differ between rows of one partition"),
					 errhint("Every row has the same indicators in the same order; NULL for what is not known.")));
		ms_anomaly_doubles(array, value, isnull);
		ms_anomaly_add(&state, &memory->scratch, value, isnull);
		if ((row & 63) == 63)
			MemoryContextReset(memory->per_row);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(memory->per_row);
	if (state.features > 0)
	{
		ms_anomaly_settle(&state, &memory->scratch);
		partition->judge = ms_judge_make(&memory->judge, &memory->scratch, &state, NULL);
	}
	partition->read = true;
}

Datum
medsup_provider_anomaly(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	Partition  *partition = WinGetPartitionLocalMemory(winobj, sizeof(Partition));
	uint32		code[MS_ANOMALY_FEATURES];
	MsParts		parts;
	bool		isnull;
	Datum		features;
	double		score;

	if (!partition->read)
		read_partition(winobj, fcinfo, partition);
	features = WinGetFuncArgCurrent(winobj, 0, &isnull);
	if (isnull || partition->judge == NULL || !ms_judge_able(partition->judge))
		PG_RETURN_NULL();
	ms_anomaly_codes(DatumGetArrayTypeP(features), partition->judge->features, code);
	if (!ms_judge_score(partition->judge, code, &parts, &score))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}
