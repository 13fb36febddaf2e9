/*-------------------------------------------------------------------------
 *
 * anomaly_score.c
 *	  Scores of rows against stored models.
 *
 * Making a model ready for scoring costs about a millisecond, a score some
 * microseconds.  So models that are ready are kept for the rest of the
 * query, the last ones used, up to work_mem; they are known by the digest in
 * their first bytes, so that a toasted one is not read again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "anomaly/anomaly.h"
#include "anomaly/anomaly_format_core.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"

PG_FUNCTION_INFO_V1(medsup_anomaly_score);
PG_FUNCTION_INFO_V1(medsup_anomaly_parts);
PG_FUNCTION_INFO_V1(medsup_anomaly_detail);
PG_FUNCTION_INFO_V1(medsup_anomaly_info);

/* ---- models made ready ---- */

typedef struct ReadyKey
{
	uint64		digest;
	Size		size;
	const struct Ready *parent;
} ReadyKey;

typedef struct Ready
{
	ReadyKey	key;
	dlist_node	node;			/* the last one used is first */
	MemoryContext context;
	Size		memory;
	const MsJudge *judge;
} Ready;

typedef struct ReadySet
{
	MemoryContext context;
	HTAB	   *hash;
	dlist_head	list;
	Size		memory;			/* of all of them */
} ReadySet;

static ReadySet *
ready_set(FmgrInfo *flinfo)
{
	if (flinfo->fn_extra == NULL)
	{
		ReadySet   *set = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(ReadySet));
		HASHCTL		ctl = {.keysize = sizeof(ReadyKey),.entrysize = sizeof(Ready),
		.hcxt = flinfo->fn_mcxt};

		set->context = flinfo->fn_mcxt;
		set->hash = hash_create("medsup anomaly models", 64, &ctl,
								HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		dlist_init(&set->list);
		flinfo->fn_extra = set;
	}
	return flinfo->fn_extra;
}

/*
 * Forgets models until the rest fits.  A parent is always used after its
 * child, so that it is forgotten later; the two in use stay.
 */
static void
forget_old(ReadySet *set)
{
	while (set->memory > (Size) work_mem * 1024 && hash_get_num_entries(set->hash) > 2)
	{
		Ready	   *last = dlist_tail_element(Ready, node, &set->list);

		dlist_delete(&last->node);
		set->memory -= last->memory;
		MemoryContextDelete(last->context);
		hash_search(set->hash, &last->key, HASH_REMOVE, NULL);
	}
}

static void
check_parent(const MsJudge *parent, const MsAnomaly *state)
{
	bool		alike = parent->features == state->features;

	for (uint32 j = 0; alike && j < state->features; j++)
		alike = parent->indicator[j].direction == state->direction[j];
	if (!alike)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_FEATURES),
				 errmsg("a model and its parent are of different indicators"),
				 errhint("Make the parent by medsup.anomaly_rollup over models of the same indicators and directions.")));
}

/* The judge lives in the context. */
static const MsJudge *
make_judge(MemoryContext context, Datum value, const Ready *parent)
{
	MemoryContext work = AllocSetContextCreate(context, "medsup anomaly read",
											   ALLOCSET_DEFAULT_SIZES);
	MsEnv		env = ms_anomaly_env(context);
	MsEnv		work_env = ms_anomaly_env(work);
	MsArena		arena;
	MsArena		scratch;
	MsAnomaly	state;
	const MsJudge *judge;

	ms_arena_init(&arena, &env);
	ms_arena_init(&scratch, &work_env);
	ms_anomaly_read(&state, &scratch, PG_DETOAST_DATUM_PACKED(value));
	if (parent != NULL)
		check_parent(parent->judge, &state);
	/* a parent that is too small itself has nothing to say */
	judge = ms_judge_make(&arena, &scratch, &state,
						  parent != NULL && ms_judge_able(parent->judge) ? parent->judge : NULL);
	MemoryContextDelete(work);
	return judge;
}

static Ready *
find_ready(ReadySet *set, Datum value, const Ready *parent)
{
	struct varlena *head = PG_DETOAST_DATUM_SLICE(value, 0, MS_ANOMALY_HEAD);
	ReadyKey	key = {.size = toast_raw_datum_size(value),.parent = parent};
	Ready	   *one;

	if (VARSIZE_ANY_EXHDR(head) < MS_ANOMALY_HEAD)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("a stored anomaly_model is damaged: %s", "it is cut off")));
	key.digest = ms_anomaly_digest((const uint8 *) VARDATA_ANY(head));
	one = hash_search(set->hash, &key, HASH_FIND, NULL);
	if (one == NULL)
	{
		MemoryContext context = AllocSetContextCreate(set->context, "medsup anomaly judge",
													  ALLOCSET_SMALL_SIZES);
		const MsJudge *judge = make_judge(context, value, parent);

		one = hash_search(set->hash, &key, HASH_ENTER, NULL);
		one->context = context;
		one->memory = MemoryContextMemAllocated(context, true);
		one->judge = judge;
		set->memory += one->memory;
		dlist_push_head(&set->list, &one->node);
	}
	else
		dlist_move_head(&set->list, &one->node);
	return one;
}

/* ---- scores ---- */

/*
 * Scores the features in the second argument against the model in the first
 * and the parent in another; false where there is no score.
 */
static bool
score_row(FunctionCallInfo fcinfo, int parent_arg, const MsJudge **judge,
		  MsParts *parts, double *score)
{
	ReadySet   *set = ready_set(fcinfo->flinfo);
	Ready	   *parent = NULL;
	uint32		code[MS_ANOMALY_FEATURES];

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return false;
	if (!PG_ARGISNULL(parent_arg))
		parent = find_ready(set, PG_GETARG_DATUM(parent_arg), NULL);
	*judge = find_ready(set, PG_GETARG_DATUM(0), parent)->judge;
	if (parent != NULL)
		dlist_move_head(&set->list, &parent->node);
	forget_old(set);
	ms_anomaly_codes_of(PG_GETARG_ARRAYTYPE_P(1), (*judge)->features, code);
	return ms_judge_able(*judge) && ms_judge_score(*judge, code, parts, score);
}

Datum
medsup_anomaly_score(PG_FUNCTION_ARGS)
{
	MsParts		parts;
	const MsJudge *judge;
	double		score;

	if (!score_row(fcinfo, 2, &judge, &parts, &score))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}

Datum
medsup_anomaly_parts(PG_FUNCTION_ARGS)
{
	MsParts		parts;
	Datum		value[MS_ANOMALY_FEATURES];
	const MsJudge *judge;
	double		score;

	if (!score_row(fcinfo, 2, &judge, &parts, &score))
		PG_RETURN_NULL();
	for (uint32 j = 0; j < judge->features; j++)
		value[j] = Float8GetDatum(parts.part[j]);
	PG_RETURN_ARRAYTYPE_P(construct_array(value, (int) judge->features, FLOAT8OID,
										  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* One row a feature. */
Datum
medsup_anomaly_detail(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MsParts		parts;
	double		value[MS_ANOMALY_FEATURES];
	const MsJudge *judge;
	double		score;

	InitMaterializedSRF(fcinfo, 0);
	if (!score_row(fcinfo, 2, &judge, &parts, &score))
		return (Datum) 0;
	ms_anomaly_doubles(PG_GETARG_ARRAYTYPE_P(1), value);
	for (uint32 j = 0; j < judge->features; j++)
	{
		const MsIndicator *own = &judge->indicator[j];
		const MsDist *dist = &own->dist;
		uint64		peers = ms_dist_rows(dist);
		Datum		column[9] = {0};
		bool		null[9] = {0};

		column[0] = Int32GetDatum((int32) j + 1);
		column[1] = Float8GetDatum(value[j]);
		column[3] = Int64GetDatum((int64) peers);
		column[6] = Float8GetDatum(parts.part[j]);
		column[7] = BoolGetDatum(ms_judge_among_others(&parts, j));
		column[8] = BoolGetDatum(ms_judge_apart(&parts, j));
		null[1] = parts.known[j] == 0;
		null[2] = peers == 0;
		if (peers > 0)
			column[2] = Float8GetDatum(ms_dist_median(dist));
		if (peers > 0 && parts.known[j] > 0)
		{
			MsPlaceIn	at = ms_judge_place(own, ms_anomaly_code(value[j]));

			column[4] = Int64GetDatum((int64) dist->below[at.i]);
			column[5] = Int64GetDatum((int64) (peers - dist->below[at.i + (at.found ? 1 : 0)]));
		}
		else
			null[4] = null[5] = true;
		tuplestore_putvalues(result->setResult, result->setDesc, column, null);
	}
	return (Datum) 0;
}

/* What a model is of, without making it ready. */
Datum
medsup_anomaly_info(PG_FUNCTION_ARGS)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "medsup anomaly info",
											   ALLOCSET_DEFAULT_SIZES);
	MsEnv		env = ms_anomaly_env(work);
	MsArena		arena;
	MsAnomaly	state;
	TupleDesc	desc;
	Datum		column[6];
	bool		null[6] = {0};
	Datum		direction[MS_ANOMALY_FEATURES];
	uint32		shift = 0;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "medsup: anomaly_info has no row type");
	desc = BlessTupleDesc(desc);
	ms_arena_init(&arena, &env);
	ms_anomaly_read(&state, &arena, PG_GETARG_VARLENA_PP(0));
	for (uint32 j = 0; j < state.features; j++)
	{
		direction[j] = Int32GetDatum(state.direction[j]);
		if (!state.whole && state.bins[j].shift > shift)
			shift = state.bins[j].shift;
	}
	column[0] = Int64GetDatum((int64) state.n);
	column[1] = Int32GetDatum((int32) state.features);
	column[2] = PointerGetDatum(construct_array(direction, (int) state.features, INT4OID,
												sizeof(int32), true, TYPALIGN_INT));
	column[3] = Int32GetDatum((int32) state.n_sample);
	column[4] = BoolGetDatum(state.whole);
	column[5] = Float8GetDatum(ms_bins_error(shift));
	MemoryContextDelete(work);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, column, null)));
}
