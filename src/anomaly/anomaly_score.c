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

typedef struct Ready
{
	dlist_node	node;			/* the last one used is first */
	MemoryContext context;
	MsEnv		env;
	MsArena		arena;
	uint64		digest;
	Size		size;
	const MsJudge *judge;
} Ready;

typedef struct ReadyList
{
	MemoryContext context;
	dlist_head	list;
} ReadyList;

static ReadyList *
ready_list(FmgrInfo *flinfo)
{
	if (flinfo->fn_extra == NULL)
	{
		ReadyList  *ready = MemoryContextAlloc(flinfo->fn_mcxt, sizeof(ReadyList));

		ready->context = flinfo->fn_mcxt;
		dlist_init(&ready->list);
		flinfo->fn_extra = ready;
	}
	return flinfo->fn_extra;
}

/*
 * Forgets models until the rest fits.  A parent is always used after its
 * child, so that it is forgotten later; the two in use stay.
 */
static void
forget_old(ReadyList *ready)
{
	Size		used = 0;
	int			n = 0;
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &ready->list)
	{
		Ready	   *one = dlist_container(Ready, node, iter.cur);

		used += one->arena.used;
		if (++n > 2 && used > (Size) work_mem * 1024)
		{
			dlist_delete(&one->node);
			MemoryContextDelete(one->context);
		}
	}
}

static Ready *
make_ready(ReadyList *ready, Datum value, uint64 digest, Size size, const MsJudge *parent)
{
	MemoryContext context = AllocSetContextCreate(ready->context, "medsup anomaly judge",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext work = AllocSetContextCreate(ready->context, "medsup anomaly read",
											   ALLOCSET_DEFAULT_SIZES);
	Ready	   *one = MemoryContextAllocZero(context, sizeof(Ready));
	MsEnv		env = ms_anomaly_env(work);
	MsArena		scratch;
	MsAnomaly	state;

	one->context = context;
	one->env = ms_anomaly_env(context);
	ms_arena_init(&one->arena, &one->env);
	one->digest = digest;
	one->size = size;
	ms_arena_init(&scratch, &env);
	ms_anomaly_read(&state, &scratch, PG_DETOAST_DATUM_PACKED(value));
	if (parent != NULL && parent->features != state.features)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_FEATURES),
				 errmsg("a model and its parent are of different indicators"),
				 errhint("Make the parent by medsup.anomaly_rollup over models of the same indicators.")));
	one->judge = ms_judge_make(&one->arena, &scratch, &state, parent);
	MemoryContextDelete(work);
	return one;
}

static const MsJudge *
find_judge(ReadyList *ready, Datum value, const MsJudge *parent)
{
	struct varlena *head = PG_DETOAST_DATUM_SLICE(value, 0, MS_ANOMALY_HEAD);
	Size		size = toast_raw_datum_size(value);
	uint64		digest;
	Ready	   *one = NULL;
	dlist_iter	iter;

	if (VARSIZE_ANY_EXHDR(head) < MS_ANOMALY_HEAD)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("a stored anomaly_model is damaged: %s", "it is cut off")));
	digest = ms_anomaly_digest((const uint8 *) VARDATA_ANY(head));
	dlist_foreach(iter, &ready->list)
	{
		Ready	   *here = dlist_container(Ready, node, iter.cur);

		if (here->digest == digest && here->size == size && here->judge->parent == parent)
		{
			one = here;
			break;
		}
	}
	if (one != NULL)
		dlist_delete(&one->node);
	else
		one = make_ready(ready, value, digest, size, parent);
	dlist_push_head(&ready->list, &one->node);
	return one->judge;
}

/* Puts a model in front without looking for it. */
static void
touch(ReadyList *ready, const MsJudge *judge)
{
	dlist_iter	iter;

	dlist_foreach(iter, &ready->list)
	{
		Ready	   *here = dlist_container(Ready, node, iter.cur);

		if (here->judge == judge)
		{
			dlist_move_head(&ready->list, &here->node);
			return;
		}
	}
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
	ReadyList  *ready = ready_list(fcinfo->flinfo);
	const MsJudge *parent = NULL;
	uint32		code[MS_ANOMALY_FEATURES];

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return false;
	if (!PG_ARGISNULL(parent_arg))
		parent = find_judge(ready, PG_GETARG_DATUM(parent_arg), NULL);
	*judge = find_judge(ready, PG_GETARG_DATUM(0), parent);
	if (parent != NULL)
		touch(ready, parent);
	forget_old(ready);
	ms_anomaly_codes(PG_GETARG_ARRAYTYPE_P(1), (*judge)->features, code);
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
	bool		isnull[MS_ANOMALY_FEATURES];
	const MsJudge *judge;
	double		score;

	InitMaterializedSRF(fcinfo, 0);
	if (!score_row(fcinfo, 2, &judge, &parts, &score))
		return (Datum) 0;
	ms_anomaly_doubles(PG_GETARG_ARRAYTYPE_P(1), value, isnull);
	for (uint32 j = 0; j < judge->features; j++)
	{
		const MsIndicator *own = &judge->indicator[j];
		const MsDist *dist = &own->dist;
		uint64		peers = ms_dist_rows(dist);
		Datum		column[8] = {0};
		bool		null[8] = {0};

		column[0] = Int32GetDatum((int32) j + 1);
		column[1] = Float8GetDatum(value[j]);
		column[3] = Int64GetDatum((int64) peers);
		column[6] = Float8GetDatum(parts.part[j]);
		column[7] = BoolGetDatum(ms_judge_among_others(&parts, j));
		null[1] = parts.known[j] == 0;
		null[2] = null[4] = null[5] = peers == 0;
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
