/*-------------------------------------------------------------------------
 *
 * audit_partition.c
 *	  Which partition of a run a person belongs to, for SQL.
 *
 * in_partitions() stands in the statements by which several workers read the
 * same sources, and is all that they do with the rows of the others: it looks
 * at one column, before any other is read.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/primnodes.h"
#include "nodes/supportnodes.h"
#include "utils/array.h"

#include "audit/audit_partition.h"
#include "common/ms_compat.h"

/* The last two arguments of in_partitions(), which are the same in each row. */
typedef struct PartSet
{
	int			partitions;
	bool		has[FLEXIBLE_ARRAY_MEMBER]; /* by partition from 1 */
} PartSet;

PG_FUNCTION_INFO_V1(medsup_partition_of);
PG_FUNCTION_INFO_V1(medsup_in_partitions);
PG_FUNCTION_INFO_V1(medsup_in_partitions_support);

static int
partition_of(FunctionCallInfo fcinfo, int partitions)
{
	text	   *psn_no;

	if (PG_ARGISNULL(0))
		return ms_partition_of(ms_person_hash("", 0), partitions);
	psn_no = PG_GETARG_TEXT_PP(0);
	return ms_partition_of(ms_person_hash(VARDATA_ANY(psn_no),
										  VARSIZE_ANY_EXHDR(psn_no)),
						   partitions);
}

static int
partitions_arg(FunctionCallInfo fcinfo)
{
	int			partitions = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);

	if (partitions < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of partitions is %d", partitions),
				 errhint("There is at least one.")));
	return partitions;
}

/* partition_of(psn_no, partitions): from 1 */
Datum
medsup_partition_of(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(partition_of(fcinfo, partitions_arg(fcinfo)));
}

static PartSet *
make_set(ArrayType *parts, int partitions, MemoryContext context)
{
	PartSet    *set = MemoryContextAllocZero(context,
											 offsetof(PartSet, has) +
											 (Size) partitions + 1);
	const int32 *values = (const int32 *) ARR_DATA_PTR(parts);
	int			n = ArrayGetNItems(ARR_NDIM(parts), ARR_DIMS(parts));

	if (array_contains_nulls(parts))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("partitions are numbered from 1")));
	set->partitions = partitions;
	for (int i = 0; i < n; i++)
	{
		if (values[i] >= 1 && values[i] <= partitions)
			set->has[values[i]] = true;
	}
	return set;
}

/* in_partitions(psn_no, partitions, parts) */
Datum
medsup_in_partitions(PG_FUNCTION_ARGS)
{
	PartSet    *set = fcinfo->flinfo->fn_extra;

	if (set == NULL)
	{
		bool		lasts = get_fn_expr_arg_stable(fcinfo->flinfo, 1) &&
		get_fn_expr_arg_stable(fcinfo->flinfo, 2);
		int			partitions = partitions_arg(fcinfo);

		if (PG_ARGISNULL(2))
			PG_RETURN_NULL();
		set = make_set(PG_GETARG_ARRAYTYPE_P(2), partitions,
					   lasts ? fcinfo->flinfo->fn_mcxt : CurrentMemoryContext);
		if (lasts)
			fcinfo->flinfo->fn_extra = set;
	}
	PG_RETURN_BOOL(set->has[partition_of(fcinfo, set->partitions)]);
}

/* The share of the rows: the planner would take it to be a third. */
static bool
estimate(SupportRequestSelectivity *request)
{
	Const	   *partitions;
	Const	   *parts;
	ArrayType  *array;

	if (list_length(request->args) != 3 ||
		!IsA(lsecond(request->args), Const) ||
		!IsA(lthird(request->args), Const))
		return false;
	partitions = lsecond(request->args);
	parts = lthird(request->args);
	if (partitions->constisnull || parts->constisnull ||
		DatumGetInt32(partitions->constvalue) < 1)
		return false;
	array = DatumGetArrayTypeP(parts->constvalue);
	request->selectivity = (double) ArrayGetNItems(ARR_NDIM(array),
												   ARR_DIMS(array)) /
		DatumGetInt32(partitions->constvalue);
	request->selectivity = Min(request->selectivity, 1.0);
	return true;
}

Datum
medsup_in_partitions_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestSelectivity) &&
		estimate((SupportRequestSelectivity *) request))
		PG_RETURN_POINTER(request);
	PG_RETURN_POINTER(NULL);
}
