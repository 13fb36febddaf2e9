/*-------------------------------------------------------------------------
 *
 * dense_aggregate.c
 *	  medsup.dense_block: an aggregate over who went where.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "gathering/dense_core.h"
#include "gathering/gathering.h"
#include "gathering/key_core.h"

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

static uint32
number_key(MsKeys *keys, Datum value)
{
	struct varlena *text = PG_DETOAST_DATUM_PACKED(value);

	return ms_keys_number(keys, VARDATA_ANY(text), (uint32) VARSIZE_ANY_EXHDR(text));
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
	edge.provider = number_key(&state->providers, PG_GETARG_DATUM(1));
	edge.patient = number_key(&state->patients, PG_GETARG_DATUM(2));
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

static Datum
key_array(const MsKeys *keys, const uint32 *number, const uint32 *ranks, uint32 n)
{
	Datum	   *values = palloc_array(Datum, n);

	for (uint32 i = 0; i < n; i++)
	{
		MsStr		key = ms_keys_key(keys, number[ranks[i]]);

		values[i] = PointerGetDatum(cstring_to_text_with_len(key.s, (int) key.len));
	}
	return PointerGetDatum(construct_array(values, (int) n, TEXTOID, -1, false, TYPALIGN_INT));
}

Datum
medsup_dense_blocks(PG_FUNCTION_ARGS)
{
	Oid			element = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	ArrayBuildState *array = initArrayResult(element, CurrentMemoryContext, false);
	const DenseState *state;
	MemoryContext work;
	MemoryContext old;
	MsEnv		env;
	MsArena		arena;
	MsDense		dense = {0};
	uint32	   *provider;
	uint32	   *patient;
	TupleDesc	desc;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "medsup: the final function of dense_block called outside of an aggregate");
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(makeArrayResult(array, CurrentMemoryContext));
	state = (const DenseState *) PG_GETARG_POINTER(0);
	work = AllocSetContextCreate(CurrentMemoryContext, "medsup dense_block work", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(work);
	env = ms_gathering_env(work, state->arena.used);
	ms_arena_init(&arena, &env);
	find(state, &arena, &dense, &provider, &patient);
	desc = lookup_rowtype_tupdesc(element, -1);
	for (uint32 b = 0; b < dense.n_blocks; b++)
	{
		const MsDenseBlock *block = &dense.blocks[b];
		Datum		values[] = {
			key_array(&state->providers, provider, block->providers, block->n_providers),
			key_array(&state->patients, patient, block->patients, block->n_patients),
			Int32GetDatum((int32) block->edges),
			Float8GetDatum((double) block->edges / ((double) block->n_providers * block->n_patients)),
			Float8GetDatum(block->expected),
			Float8GetDatum(block->score)
		};
		bool		isnull[lengthof(values)] = {0};

		CHECK_FOR_INTERRUPTS();
		accumArrayResult(array, HeapTupleGetDatum(heap_form_tuple(desc, values, isnull)), false, element, old);
	}
	ReleaseTupleDesc(desc);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(work);
	PG_RETURN_DATUM(makeArrayResult(array, CurrentMemoryContext));
}
