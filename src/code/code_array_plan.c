/*-------------------------------------------------------------------------
 *
 * code_array_plan.c
 *	  What the planner asks about operator @@ and its named twins: how many
 *	  rows, and which index condition.
 *
 * Nothing here knows a code type.  The functions are asked themselves, about
 * the codes and arrays that ANALYZE found.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "code/code_array.h"
#include "common/ms_compat.h"

PG_FUNCTION_INFO_V1(medsup_any_within_sel);
PG_FUNCTION_INFO_V1(medsup_any_within_joinsel);
PG_FUNCTION_INFO_V1(medsup_any_within_support);

/* Where nothing is known: as the server guesses for containment. */
#define DEFAULT_ANY_WITHIN_SEL 0.005

/* The function of the operator with the constant, as a question on arrays. */
typedef struct Question
{
	FmgrInfo	function;
	Datum		within;			/* the node or set */
	bool		array_first;
} Question;

static bool
answer(Question *q, Datum array)
{
	return DatumGetBool(q->array_first ?
						FunctionCall2(&q->function, array, q->within) :
						FunctionCall2(&q->function, q->within, array));
}

/*
 * From the most common codes, taken as independent of each other.  All other
 * occurrences are spread by the number of common codes within, and a node
 * without any counts as half of one: it need not be empty.
 */
static bool
from_common_codes(HeapTuple stats, Question *q, Oid element,
				  double *selectivity)
{
	AttStatsSlot common;
	AttStatsSlot counts;
	ArrayType  *one;
	Datum		first;
	int16		typlen;
	bool		typbyval;
	char		typalign;
	double		none = 1.0;
	double		occurrences = 0.0;
	int			within = 0;

	if (!get_attstatsslot(&common, stats, STATISTIC_KIND_MCELEM, InvalidOid,
						  ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
		return false;

	/* least and greatest frequency, and that of NULL, follow the values */
	if (common.nvalues == 0 || common.nnumbers < common.nvalues + 2)
	{
		free_attstatsslot(&common);
		return false;
	}

	/* an array of one code, which is overwritten with each in turn */
	get_typlenbyvalalign(element, &typlen, &typbyval, &typalign);
	first = common.values[0];
	one = construct_array(&first, 1, element, typlen, typbyval, typalign);
	for (int i = 0; i < common.nvalues; i++)
	{
		if (typbyval)
			store_att_byval(ARR_DATA_PTR(one), common.values[i], typlen);
		else
			memcpy(ARR_DATA_PTR(one), DatumGetPointer(common.values[i]),
				   typlen);
		occurrences += common.numbers[i];
		if (answer(q, PointerGetDatum(one)))
		{
			none *= 1.0 - common.numbers[i];
			within++;
		}
	}

	/* the last number is the average count of different codes in a row */
	if (get_attstatsslot(&counts, stats, STATISTIC_KIND_DECHIST, InvalidOid,
						 ATTSTATSSLOT_NUMBERS))
	{
		double		rare = counts.nnumbers > 0 ?
		counts.numbers[counts.nnumbers - 1] - occurrences : 0.0;

		if (rare > 0.0)
			none *= exp(-rare * (within + 0.5) / (common.nvalues + 1));
		free_attstatsslot(&counts);
	}
	pfree(one);
	free_attstatsslot(&common);
	*selectivity = 1.0 - none;
	return true;
}

/*
 * From the arrays of the histogram, which are a sample of the column at equal
 * distances; half a row where none of them fits.
 */
static bool
from_sampled_arrays(HeapTuple stats, Question *q, double *selectivity)
{
	AttStatsSlot sample;
	int			hits = 0;

	if (!get_attstatsslot(&sample, stats, STATISTIC_KIND_HISTOGRAM,
						  InvalidOid, ATTSTATSSLOT_VALUES))
		return false;
	for (int i = 0; i < sample.nvalues; i++)
		hits += answer(q, sample.values[i]);
	*selectivity = Max(hits, 0.5) / Max(sample.nvalues, 1);
	free_attstatsslot(&sample);
	return true;
}

static double
any_within_selectivity(PlannerInfo *root, Oid funcid, List *args, int varRelid)
{
	VariableStatData vardata;
	Node	   *other;
	bool		varonleft;
	double		selectivity = DEFAULT_ANY_WITHIN_SEL;
	Oid			element;

	if (!get_restriction_variable(root, args, varRelid, &vardata, &other,
								  &varonleft))
		return selectivity;
	element = get_element_type(vardata.vartype);
	if (IsA(other, Const) && ((Const *) other)->constisnull)
		selectivity = 0.0;		/* the function is strict */
	else if (IsA(other, Const) && OidIsValid(element) &&
			 HeapTupleIsValid(vardata.statsTuple) &&
			 statistic_proc_security_check(&vardata, funcid))
	{
		Form_pg_statistic stats =
		(Form_pg_statistic) GETSTRUCT(vardata.statsTuple);
		Question	q;

		fmgr_info(funcid, &q.function);
		q.within = ((Const *) other)->constvalue;
		q.array_first = varonleft;
		if (from_common_codes(vardata.statsTuple, &q, element,
							  &selectivity) ||
			from_sampled_arrays(vardata.statsTuple, &q, &selectivity))
			selectivity *= 1.0 - stats->stanullfrac;
	}
	ReleaseVariableStats(vardata);
	CLAMP_PROBABILITY(selectivity);
	return selectivity;
}

Datum
medsup_any_within_sel(PG_FUNCTION_ARGS)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid			operator = PG_GETARG_OID(1);
	List	   *args = (List *) PG_GETARG_POINTER(2);
	int			varRelid = PG_GETARG_INT32(3);

	PG_RETURN_FLOAT8(any_within_selectivity(root, get_opcode(operator), args,
											varRelid));
}

/* The nodes of a join are not known; a rule's node is like another's. */
Datum
medsup_any_within_joinsel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(DEFAULT_ANY_WITHIN_SEL);
}

/* The condition "array @@ node or set" for a function that means it. */
static Node *
index_condition(SupportRequestIndexCondition *req)
{
	List	   *args;
	Oid		   *argtypes;
	int			nargs;
	int			array = req->indexarg;
	Node	   *within;
	Oid			operator = InvalidOid;
	Expr	   *clause;

	if (!IsA(req->node, FuncExpr))
		return NULL;
	args = ((FuncExpr *) req->node)->args;
	(void) get_func_signature(req->funcid, &argtypes, &nargs);
	if (nargs != 2 || list_length(args) != 2 ||
		!OidIsValid(get_element_type(argtypes[array])))
		return NULL;
	within = list_nth(args, 1 - array);
	if (!is_pseudo_constant_for_index(req->root, within, req->index))
		return NULL;
	for (int strategy = MS_ANY_WITHIN_NODE;
		 strategy <= MS_ANY_WITHIN_SET && !OidIsValid(operator); strategy++)
		operator = get_opfamily_member(req->opfamily, argtypes[array],
									   argtypes[1 - array], strategy);
	if (!OidIsValid(operator))
		return NULL;
	req->lossy = false;
	clause = make_opclause(operator, BOOLOID, false,
						   (Expr *) list_nth(args, array), (Expr *) within,
						   InvalidOid, InvalidOid);
	return (Node *) list_make1(clause);
}

Datum
medsup_any_within_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	Node	   *answered = NULL;

	if (IsA(request, SupportRequestSelectivity))
	{
		SupportRequestSelectivity *req = (SupportRequestSelectivity *) request;

		req->selectivity = req->is_join ? DEFAULT_ANY_WITHIN_SEL :
			any_within_selectivity(req->root, req->funcid, req->args,
								   req->varRelid);
		answered = request;
	}
	else if (IsA(request, SupportRequestIndexCondition))
		answered = index_condition((SupportRequestIndexCondition *) request);
	PG_RETURN_POINTER(answered);
}
