/*-------------------------------------------------------------------------
 *
 * code_selfuncs.c
 *	  How many rows lie within a node or a set.
 *
 * What a column holds is known from the usual statistics: the most common
 * values are compared one by one, the histogram gives the share of the others
 * below any value.  Within one bin of it the packed numbers are taken to be
 * spread evenly.
 *
 * Comparisons with constants, which most calls have become by then, are
 * estimated by the server from the same statistics (scalarltsel and its kin).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "fmgr.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "code/code_order.h"
#include "code/code_selfuncs.h"
#include "common/ms_compat.h"

PG_FUNCTION_INFO_V1(medsup_withinsel);
PG_FUNCTION_INFO_V1(medsup_containssel);
PG_FUNCTION_INFO_V1(medsup_withinjoinsel);
PG_FUNCTION_INFO_V1(medsup_containsjoinsel);

/*
 * A node or set of which nothing is known: what the server assumes of a range
 * between two unknown values.
 */
#define UNKNOWN_PIECE_SEL DEFAULT_RANGE_INEQ_SEL

/* A code lies within itself and about so many nodes that are in use. */
#define NODES_IN_USE 5

/* A join looks at so many nodes of the other side's histogram. */
#define JOIN_SAMPLE 200

typedef struct CommonCode
{
	Datum		value;
	double		share;
	double		share_below;	/* sum of the shares of all before it */
} CommonCode;

/* The distribution of a column, of non-null values. */
typedef struct CodeStats
{
	const MsCodeOrder *order;
	double		null_share;
	int			ncommon;
	CommonCode *common;			/* ascending */
	double		common_share;	/* of all of them */
	AttStatsSlot histogram;		/* of all others; without values if none */
} CodeStats;

static int
compare_common(const void *a, const void *b, void *order)
{
	return ((const MsCodeOrder *) order)->cmp(((const CommonCode *) a)->value,
											  ((const CommonCode *) b)->value);
}

/*
 * Loads the statistics of a variable; false if there are none, or none that
 * the user may see.  Free the histogram after use.
 */
static bool
load_stats(CodeStats *stats, const MsCodeOrder *order,
		   VariableStatData *vardata, Oid funcid)
{
	AttStatsSlot slot;

	memset(stats, 0, sizeof(CodeStats));
	stats->order = order;
	if (!HeapTupleIsValid(vardata->statsTuple) ||
		!statistic_proc_security_check(vardata, funcid))
		return false;
	stats->null_share =
		((Form_pg_statistic) GETSTRUCT(vardata->statsTuple))->stanullfrac;

	if (get_attstatsslot(&slot, vardata->statsTuple, STATISTIC_KIND_MCV,
						 InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		stats->ncommon = Min(slot.nvalues, slot.nnumbers);
		stats->common = palloc(sizeof(CommonCode) * Max(stats->ncommon, 1));
		for (int i = 0; i < stats->ncommon; i++)
		{
			/* the values live in the slot, which is kept */
			stats->common[i].value = slot.values[i];
			stats->common[i].share = slot.numbers[i];
		}
		qsort_arg(stats->common, stats->ncommon, sizeof(CommonCode),
				  compare_common, unconstify(MsCodeOrder *, order));
		for (int i = 0; i < stats->ncommon; i++)
		{
			stats->common[i].share_below = stats->common_share;
			stats->common_share += stats->common[i].share;
		}
	}
	if (!get_attstatsslot(&stats->histogram, vardata->statsTuple,
						  STATISTIC_KIND_HISTOGRAM, InvalidOid,
						  ATTSTATSSLOT_VALUES))
		stats->histogram.nvalues = 0;

	/* that all are NULL is knowledge, too */
	return stats->ncommon > 0 || stats->histogram.nvalues > 1 ||
		stats->null_share >= 1.0;
}

/* Is value below the bound, that is, outside an upper and beyond a lower? */
static bool
is_below(const MsCodeOrder *order, Datum value, const RangeBound *bound)
{
	int			cmp;

	if (bound->infinite)
		return !bound->lower;
	cmp = order->cmp(value, bound->val);
	return cmp < 0 || (cmp == 0 && bound->lower != bound->inclusive);
}

/* The share of all rows that are common values below the bound. */
static double
common_below(const CodeStats *stats, const RangeBound *bound)
{
	int			low = 0;
	int			high = stats->ncommon;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (is_below(stats->order, stats->common[middle].value, bound))
			low = middle + 1;
		else
			high = middle;
	}
	return low < stats->ncommon ? stats->common[low].share_below :
		stats->common_share;
}

/* The share of the histogram's population below the bound. */
static double
histogram_below(const CodeStats *stats, const RangeBound *bound)
{
	const Datum *values = stats->histogram.values;
	int			nbins = stats->histogram.nvalues - 1;
	int			low = 0;
	int			high = nbins + 1;
	double		width;
	double		within;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (is_below(stats->order, values[middle], bound))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return 0.0;
	if (low > nbins)
		return 1.0;
	width = stats->order->distance(values[low - 1], values[low]);
	within = width > 0 ?
		stats->order->distance(values[low - 1], bound->val) / width : 0.5;
	return (low - 1 + within) / nbins;
}

/* The share of all rows whose code lies in one of the pieces. */
static double
share_of_pieces(const CodeStats *stats, const MsSetPiece *pieces, int npieces)
{
	double		others = 1.0 - stats->null_share - stats->common_share;
	double		common_share = 0.0;
	double		other_share = 0.0;
	double		share;

	for (int i = 0; i < npieces; i++)
	{
		common_share += common_below(stats, &pieces[i].upper) -
			common_below(stats, &pieces[i].lower);
		if (stats->histogram.nvalues > 1)
			other_share += histogram_below(stats, &pieces[i].upper) -
				histogram_below(stats, &pieces[i].lower);
	}

	/* without a histogram the others are like the common ones */
	if (stats->histogram.nvalues <= 1 && stats->common_share > 0)
		other_share = common_share / stats->common_share;
	share = common_share + other_share * Max(others, 0.0);
	CLAMP_PROBABILITY(share);
	return share;
}

/*
 * The share of rows that hold a node or set in which an unknown code lies.
 * Only nodes have statistics that tell.
 */
static double
share_of_ancestors(VariableStatData *vardata, bool is_set)
{
	bool		isdefault;
	double		ndistinct;
	double		share = UNKNOWN_PIECE_SEL;

	if (!is_set)
	{
		ndistinct = get_variable_numdistinct(vardata, &isdefault);
		if (!isdefault)
			share = NODES_IN_USE / ndistinct;
	}
	CLAMP_PROBABILITY(share);
	return share;
}

/*
 * The average share over the nodes that the other side holds.  Sets have no
 * statistics of their own; they are taken for unknown nodes.
 */
static double
average_share(const CodeStats *codes, const CodeStats *nodes, Oid node_type)
{
	double		others = 1.0 - nodes->null_share - nodes->common_share;
	int			nbounds = nodes->histogram.nvalues;
	int			step = 1 + nbounds / JOIN_SAMPLE;
	double		share = 0.0;
	double		sampled = 0.0;
	int			nsampled = 0;
	MsSetPiece *pieces;
	int			npieces;

	for (int i = 0; i < nodes->ncommon; i++)
	{
		pieces = ms_code_pieces(codes->order, node_type,
								nodes->common[i].value, &npieces);
		share += nodes->common[i].share *
			share_of_pieces(codes, pieces, npieces);
		pfree(pieces);
	}
	for (int i = 0; i < nbounds; i += step)
	{
		pieces = ms_code_pieces(codes->order, node_type,
								nodes->histogram.values[i], &npieces);
		sampled += share_of_pieces(codes, pieces, npieces);
		nsampled++;
		pfree(pieces);
	}
	if (nsampled > 0)
		share += Max(others, 0.0) * sampled / nsampled;
	return share;
}

/*
 * A value known at planning is its pieces, a column of another table the
 * average over what it holds, anything else is unknown.
 */
static double
share_of_container(PlannerInfo *root, const CodeStats *codes, Oid funcid,
				   Oid type, bool is_set, Node *container)
{
	VariableStatData vardata;
	CodeStats	nodes;
	double		share = UNKNOWN_PIECE_SEL * (1.0 - codes->null_share);

	if (IsA(container, Const))
	{
		Const	   *given = (Const *) container;
		MsSetPiece *pieces;
		int			npieces;

		pieces = ms_code_pieces(codes->order, type, given->constvalue,
								&npieces);
		return share_of_pieces(codes, pieces, npieces);
	}
	if (is_set)
		return share;
	examine_variable(root, container, 0, &vardata);
	if (load_stats(&nodes, codes->order, &vardata, funcid))
	{
		share = average_share(codes, &nodes, type);
		free_attstatsslot(&nodes.histogram);
	}
	ReleaseVariableStats(vardata);
	return share;
}

double
ms_code_restriction_sel(PlannerInfo *root, Oid funcid, List *args,
						int codearg, int varRelid)
{
	VariableStatData vardata;
	Node	   *other;
	bool		varonleft;
	Oid		   *types;
	int			nargs;
	const MsCodeOrder *order;
	CodeStats	stats;
	double		share = UNKNOWN_PIECE_SEL;

	get_func_signature(funcid, &types, &nargs);
	if (nargs != 2 || (order = ms_code_order(types[codearg])) == NULL ||
		!get_restriction_variable(root, args, varRelid, &vardata, &other,
								  &varonleft))
		return share;

	if (varonleft != (codearg == 0))
		share = share_of_ancestors(&vardata, types[0] != types[1]);
	else if (IsA(other, Const) && ((Const *) other)->constisnull)
		share = 0.0;
	else if (load_stats(&stats, order, &vardata, funcid))
	{
		share = share_of_container(root, &stats, funcid, types[1 - codearg],
								   types[0] != types[1], other);
		free_attstatsslot(&stats.histogram);
	}
	ReleaseVariableStats(vardata);
	return share;
}

double
ms_code_join_sel(PlannerInfo *root, Oid funcid, List *args, int codearg,
				 JoinType jointype, SpecialJoinInfo *sjinfo)
{
	VariableStatData left;
	VariableStatData right;
	VariableStatData *code_side;
	VariableStatData *container_side;
	bool		reversed;
	Oid		   *types;
	int			nargs;
	const MsCodeOrder *order;
	CodeStats	codes;
	CodeStats	nodes;
	double		share = UNKNOWN_PIECE_SEL;

	get_func_signature(funcid, &types, &nargs);
	if (nargs != 2 || (order = ms_code_order(types[codearg])) == NULL)
		return share;

	get_join_variables(root, args, sjinfo, &left, &right, &reversed);
	code_side = codearg == 0 ? &left : &right;
	container_side = codearg == 0 ? &right : &left;
	if (types[0] == types[1] &&
		load_stats(&codes, order, code_side, funcid))
	{
		if (load_stats(&nodes, order, container_side, funcid))
		{
			share = average_share(&codes, &nodes, types[1 - codearg]);
			free_attstatsslot(&nodes.histogram);
		}
		free_attstatsslot(&codes.histogram);
	}

	/* a row of the outer side that finds any partner */
	if (jointype == JOIN_SEMI || jointype == JOIN_ANTI)
	{
		RelOptInfo *inner = reversed ? left.rel : right.rel;

		if (inner != NULL)
			share *= Max(inner->rows, 1.0);
	}
	ReleaseVariableStats(left);
	ReleaseVariableStats(right);
	CLAMP_PROBABILITY(share);
	return share;
}

static Datum
restriction_sel(FunctionCallInfo fcinfo, int codearg)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid			funcid = get_opcode(PG_GETARG_OID(1));
	List	   *args = (List *) PG_GETARG_POINTER(2);
	int			varRelid = PG_GETARG_INT32(3);

	PG_RETURN_FLOAT8(ms_code_restriction_sel(root, funcid, args, codearg,
											 varRelid));
}

static Datum
join_sel(FunctionCallInfo fcinfo, int codearg)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid			funcid = get_opcode(PG_GETARG_OID(1));
	List	   *args = (List *) PG_GETARG_POINTER(2);
	JoinType	jointype = (JoinType) PG_GETARG_INT16(3);
	SpecialJoinInfo *sjinfo = (SpecialJoinInfo *) PG_GETARG_POINTER(4);

	PG_RETURN_FLOAT8(ms_code_join_sel(root, funcid, args, codearg, jointype,
									  sjinfo));
}

Datum
medsup_withinsel(PG_FUNCTION_ARGS)
{
	return restriction_sel(fcinfo, 0);
}

Datum
medsup_containssel(PG_FUNCTION_ARGS)
{
	return restriction_sel(fcinfo, 1);
}

Datum
medsup_withinjoinsel(PG_FUNCTION_ARGS)
{
	return join_sel(fcinfo, 0);
}

Datum
medsup_containsjoinsel(PG_FUNCTION_ARGS)
{
	return join_sel(fcinfo, 1);
}
