/*-------------------------------------------------------------------------
 *
 * dense_aggregate.c
 *	  medsup.dense_block: an aggregate over who went where.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/memutils.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "gathering/dense_core.h"
#include "gathering/gathering_aggregate.h"

PG_FUNCTION_INFO_V1(medsup_dense_add);
PG_FUNCTION_INFO_V1(medsup_dense_blocks);

#define MOST_BLOCKS		1000

typedef struct DenseState
{
	MsEnv		env;
	MsArena		arena;
	MsKeys		providers;
	MsKeys		patients;
	MsVec		edges;			/* MsEdge */
	int32		most;
} DenseState;

static DenseState *
new_state(MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "medsup dense_block", ALLOCSET_DEFAULT_SIZES);
	DenseState *state = MemoryContextAllocZero(context, sizeof(DenseState));

	state->env = ms_gathering_env(context, 0);
	ms_arena_init(&state->arena, &state->env);
	ms_keys_init(&state->providers, &state->arena);
	ms_keys_init(&state->patients, &state->arena);
	return state;
}

Datum
medsup_dense_add(PG_FUNCTION_ARGS)
{
	int32		most = PG_ARGISNULL(3) ? 0 : PG_GETARG_INT32(3);
	MemoryContext context;
	DenseState *state;
	MsEdge		edge;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "medsup: dense_add called outside of an aggregate");
	if (most < 1 || most > MOST_BLOCKS)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_REACH),
				 errmsg("blocks is not between 1 and %d", MOST_BLOCKS),
				 errhint("It is how many blocks are looked for, the densest first.")));
	state = PG_ARGISNULL(0) ? new_state(context) : (DenseState *) PG_GETARG_POINTER(0);
	if (state->most != 0 && state->most != most)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_REACH),
				 errmsg("blocks differs between rows"),
				 errhint("Add what it depends on to GROUP BY.")));
	state->most = most;
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);
	if (state->edges.n == MS_DENSE_MAX)
		ms_gathering_fail(MS_FAIL_TOO_MANY);
	edge.provider = ms_key_number(&state->providers, PG_GETARG_DATUM(1));
	edge.patient = ms_key_number(&state->patients, PG_GETARG_DATUM(2));
	*MS_PUSH(&state->arena, &state->edges, MsEdge) = edge;
	PG_RETURN_POINTER(state);
}

/* Numbers that do not depend on the order of rows. */
static void
find(const DenseState *state, MsArena *arena, MsDense *dense, uint32 **provider, uint32 **patient)
{
	uint32	   *provider_rank = ms_keys_order(&state->providers, arena, provider);
	uint32	   *patient_rank = ms_keys_order(&state->patients, arena, patient);
	MsEdge	   *edges = MS_NEW(arena, MsEdge, state->edges.n);

	for (size_t i = 0; i < state->edges.n; i++)
	{
		edges[i] = *MS_AT(&state->edges, MsEdge, i);
		edges[i].provider = provider_rank[edges[i].provider];
		edges[i].patient = patient_rank[edges[i].patient];
	}
	dense->n_providers = ms_keys_count(&state->providers);
	dense->n_patients = ms_keys_count(&state->patients);
	ms_dense_blocks(arena, dense, edges, state->edges.n, (uint32) state->most);
}

Datum
medsup_dense_blocks(PG_FUNCTION_ARGS)
{
	MsRows		rows;
	const DenseState *state;
	MemoryContext work;
	MemoryContext old;
	MsEnv		env;
	MsArena		arena;
	MsDense		dense = {0};
	uint32	   *provider;
	uint32	   *patient;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "medsup: the final function of dense_block called outside of an aggregate");
	ms_rows_init(&rows, fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(ms_rows_array(&rows, CurrentMemoryContext));
	state = (const DenseState *) PG_GETARG_POINTER(0);
	work = AllocSetContextCreate(CurrentMemoryContext, "medsup dense_block work", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(work);
	env = ms_gathering_env(work, state->arena.used);
	ms_arena_init(&arena, &env);
	find(state, &arena, &dense, &provider, &patient);
	for (uint32 b = 0; b < dense.n_blocks; b++)
	{
		const MsDenseBlock *block = &dense.blocks[b];
		Datum		values[] = {
			ms_key_array(&state->providers, provider, block->providers, block->n_providers),
			ms_key_array(&state->patients, patient, block->patients, block->n_patients),
			Int32GetDatum((int32) block->edges),
			Float8GetDatum((double) block->edges / ((double) block->n_providers * block->n_patients)),
			Float8GetDatum(block->expected),
			Float8GetDatum(block->score)
		};
		bool		isnull[lengthof(values)] = {0};

		ms_rows_add(&rows, values, isnull);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
	PG_RETURN_DATUM(ms_rows_array(&rows, CurrentMemoryContext));
}
