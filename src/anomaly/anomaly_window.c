/*-------------------------------------------------------------------------
 *
 * anomaly_window.c
 *	  medsup.provider_anomaly: every row against its partition.
 *
 * The partition is read once, at its first row.  If the sample has all of its
 * rows they are scored at once; else the model is made ready and judges one
 * after the other.  Codes are kept as far as work_mem goes, so that arrays are
 * not read again.  Memory is taken once and used again for each partition, of
 * which there may be many.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "utils/array.h"
#include "utils/float.h"
#include "utils/memutils.h"
#include "windowapi.h"

#include "anomaly/anomaly.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"

PG_FUNCTION_INFO_V1(medsup_provider_anomaly);

typedef struct Partition
{
	bool		read;
	MsAnomaly	state;
	const double *score;		/* of the sample, when that has all rows */
	const MsJudge *judge;		/* else; NULL too: too few rows */
	/* of the partition's rows, or NULL */
	const uint32 *code;
	const uint64 *hash;
} Partition;

/* Of a call site. */
typedef struct Memory
{
	MsEnv		env;
	MsArena		rows;			/* the model, codes */
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

/* What the first row says of all rows. */
typedef struct Kind
{
	uint32		features;
	ArrayType  *directions;		/* as given */
	int8		direction[MS_ANOMALY_FEATURES];
} Kind;

static Kind *
make_kind(MsArena *arena, uint32 features, ArrayType *directions)
{
	Kind	   *kind = MS_NEW(arena, Kind, 1);

	kind->features = features;
	ms_anomaly_directions(directions, features, kind->direction);
	if (directions != NULL)
		kind->directions = (ArrayType *) ms_arena_copy(arena, (const char *) directions, VARSIZE(directions));
	return kind;
}

static void
check_kind(const Kind *kind, uint32 features, ArrayType *directions)
{
	int8		direction[MS_ANOMALY_FEATURES];
	bool		same = features == kind->features;

	if (same && directions != NULL && kind->directions != NULL &&
		VARSIZE(directions) == VARSIZE(kind->directions) &&
		memcmp(directions, kind->directions, VARSIZE(directions)) == 0)
		return;
	if (same)
	{
		ms_anomaly_directions(directions, features, direction);
		same = memcmp(direction, kind->direction, features) == 0;
	}
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_FEATURES),
				 errmsg("features or directions differ between rows of one partition"),
				 errhint("Every row has the same indicators in the same order; NULL for what is not known.")));
}

/* Whether an argument looks the same for all rows; to ask for it again is dear. */
static bool
is_constant(FmgrInfo *flinfo, int arg)
{
	Node	   *node = flinfo->fn_expr;

	if (node == NULL || !IsA(node, WindowFunc))
		return false;
	node = list_nth(castNode(WindowFunc, node)->args, arg);
	return IsA(node, Const) || IsA(node, Param);
}

/* Fills the model, and codes and hashes of all rows if these can be kept. */
static void
read_rows(WindowObject winobj, FmgrInfo *flinfo, Memory *memory, Partition *partition)
{
	MsAnomaly  *state = &partition->state;
	int64		rows = WinGetPartitionRowCount(winobj);
	Kind	   *kind = NULL;
	uint32	   *kept = NULL;
	uint64	   *kept_hash = NULL;
	bool		has_directions = flinfo->fn_nargs > 1;
	bool		same_directions = has_directions && is_constant(flinfo, 1);

	if (rows > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one partition"),
				 errhint("Cut the rows smaller by PARTITION BY.")));
	for (int64 row = 0; row < rows; row++)
	{
		ArrayType  *array = argument(winobj, 0, row);
		ArrayType  *directions;
		uint32		code[MS_ANOMALY_FEATURES];
		uint32		features;
		uint64		hash;

		CHECK_FOR_INTERRUPTS();
		if (array == NULL)
			continue;
		features = ms_anomaly_codes(array, code);
		if (has_directions && !(same_directions && kind != NULL))
			directions = argument(winobj, 1, row);
		else
			directions = kind != NULL ? kind->directions : NULL;
		if (kind != NULL)
			check_kind(kind, features, directions);
		else
		{
			kind = make_kind(&memory->rows, features, directions);
			ms_anomaly_init(state, &memory->rows, features, kind->direction);
			ms_anomaly_reserve(state, (uint32) rows);
			/* rows without features stay zero, which is NULL */
			if ((double) rows * (features * sizeof(uint32) + sizeof(uint64)) <= work_mem * 1024.0)
			{
				kept = MS_NEW(&memory->rows, uint32, (size_t) rows * features);
				kept_hash = MS_NEW(&memory->rows, uint64, rows);
			}
		}
		hash = ms_anomaly_add(state, &memory->scratch, code);
		if (kept != NULL)
		{
			memcpy(kept + row * features, code, features * sizeof(uint32));
			kept_hash[row] = hash;
		}
		if ((row & 63) == 63)
			MemoryContextReset(memory->per_row);
	}
	partition->code = kept;
	partition->hash = kept_hash;
}

static void
read_partition(WindowObject winobj, FmgrInfo *flinfo, Partition *partition)
{
	Memory	   *memory = memory_of(flinfo);
	MemoryContext old = MemoryContextSwitchTo(memory->per_row);
	MsAnomaly  *state = &partition->state;

	read_rows(winobj, flinfo, memory, partition);
	MemoryContextSwitchTo(old);
	MemoryContextReset(memory->per_row);
	partition->read = true;
	if (state->n < MS_JUDGE_PEERS)
		return;
	ms_anomaly_settle(state, &memory->scratch);
	if (state->whole)
	{
		double	   *score = MS_NEW(&memory->rows, double, state->n_sample);

		ms_judge_sample(&memory->judge, &memory->scratch, state, score);
		partition->score = score;
	}
	else
		partition->judge = ms_judge_make(&memory->judge, &memory->scratch, state, NULL);
}

/* The score of the current row; NaN: none. */
static double
score_row(WindowObject winobj, const Partition *partition)
{
	uint32		features = partition->state.features;
	uint32		here[MS_ANOMALY_FEATURES];
	const uint32 *code = here;
	int64		at = WinGetCurrentPosition(winobj);
	MsParts		parts;
	double		score;

	if (partition->code != NULL)
		code = partition->code + at * features;
	else
	{
		bool		isnull;
		Datum		array = WinGetFuncArgCurrent(winobj, 0, &isnull);

		if (isnull)
			return get_float8_nan();
		ms_anomaly_codes_of(DatumGetArrayTypeP(array), features, here);
	}
	if (partition->score != NULL)
	{
		uint64		hash = partition->hash ? partition->hash[at] : ms_anomaly_hash(code, features);
		uint32		row = ms_anomaly_find(&partition->state, code, hash);

		return row == MS_ANOMALY_NOWHERE ? get_float8_nan() : partition->score[row];
	}
	return ms_judge_score(partition->judge, code, &parts, &score) ? score : get_float8_nan();
}

Datum
medsup_provider_anomaly(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	Partition  *partition = WinGetPartitionLocalMemory(winobj, sizeof(Partition));
	double		score = get_float8_nan();

	if (!partition->read)
		read_partition(winobj, fcinfo->flinfo, partition);
	if (partition->score != NULL || partition->judge != NULL)
		score = score_row(winobj, partition);
	if (isnan(score))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}
