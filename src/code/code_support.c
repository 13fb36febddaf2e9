/*-------------------------------------------------------------------------
 *
 * code_support.c
 *	  Planner support of is_within and contains_code, hence of <@ and @>.
 *
 * A node and every range of a set is a piece of the order, and comparisons
 * with its ends are what indexes and partitions understand:
 *
 *	  a column and a constant	become comparisons before planning; then all
 *								the server knows about them applies: every
 *								kind of index, partition pruning, proofs for
 *								partial indexes and constraints
 *	  anything else				gives index conditions when an index is tried,
 *								with parameters and columns of other tables too
 *	  neither					is estimated and has its cost
 *
 * The call itself may be of any search_path, so operators are found through
 * the operator class of the type, functions beside the function called.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "code/code_order.h"
#include "code/code_selfuncs.h"
#include "common/ms_compat.h"

PG_FUNCTION_INFO_V1(medsup_is_within_support);
PG_FUNCTION_INFO_V1(medsup_contains_code_support);

/*
 * A set of several ranges becomes comparisons only where an index or partitions
 * may use them, and only up to this many: they are slower than the call, which
 * costs the same for any number.  docs/decisions/007.
 */
#define MAX_COMPARED_PIECES 16

/* How many times an operator costs more for a container of every row's own. */
#define VARYING_NODE_COST 20
#define VARYING_SET_COST 100

/* A call of is_within or contains_code, taken apart. */
typedef struct Containment
{
	Oid			funcid;
	Node	   *code;
	Node	   *container;
	Oid			code_type;
	Oid			container_type;
	const MsCodeOrder *order;
} Containment;

static bool
take_apart(Containment *call, Oid funcid, List *args, int codearg)
{
	Oid		   *types;
	int			nargs;

	get_func_signature(funcid, &types, &nargs);
	if (nargs != 2 || list_length(args) != 2)
		return false;
	call->funcid = funcid;
	call->code = list_nth(args, codearg);
	call->container = list_nth(args, 1 - codearg);
	call->code_type = types[codearg];
	call->container_type = types[1 - codearg];
	call->order = ms_code_order(call->code_type);
	return call->order != NULL;
}

/* The arguments of an operator or a function call; other nodes have none. */
static bool
take_args(Node *node, List **args)
{
	if (node != NULL && is_opclause(node))
		*args = ((OpExpr *) node)->args;
	else if (node != NULL && is_funcclause(node))
		*args = ((FuncExpr *) node)->args;
	else
		return false;
	return true;
}

static bool
is_set(const Containment *call)
{
	return call->container_type != call->code_type;
}

static Oid
comparison(Oid type, StrategyNumber strategy)
{
	TypeCacheEntry *cache = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);

	return get_opfamily_member(cache->btree_opf, cache->btree_opintype,
							   cache->btree_opintype, strategy);
}

static Node *
compare(const Containment *call, StrategyNumber strategy, Node *value)
{
	Expr	   *clause = make_opclause(comparison(call->code_type, strategy),
									   BOOLOID, false,
									   (Expr *) copyObject(call->code),
									   (Expr *) value,
									   InvalidOid, InvalidOid);

	set_opfuncid((OpExpr *) clause);
	return (Node *) clause;
}

static Node *
bound_const(const Containment *call, const RangeBound *bound)
{
	int16		len;
	bool		byval;

	get_typlenbyval(call->code_type, &len, &byval);
	return (Node *) makeConst(call->code_type, -1, InvalidOid, len,
							  datumCopy(bound->val, byval, len),
							  false, byval);
}

/* The comparisons that say: between the two bounds.  NIL if both are open. */
static List *
compare_piece(const Containment *call, const RangeBound *lower,
			  const RangeBound *upper)
{
	List	   *clauses = NIL;

	if (!lower->infinite)
		clauses = lappend(clauses,
						  compare(call, lower->inclusive ?
								  BTGreaterEqualStrategyNumber :
								  BTGreaterStrategyNumber,
								  bound_const(call, lower)));
	if (!upper->infinite)
		clauses = lappend(clauses,
						  compare(call, upper->inclusive ?
								  BTLessEqualStrategyNumber :
								  BTLessStrategyNumber,
								  bound_const(call, upper)));
	return clauses;
}

/*
 * What name(value) gives, a function in the schema of the one called.  It is
 * found without asking whether the user may look into that schema: a query of
 * a view needs no right there.
 */
static Node *
derived_value(const Containment *call, const char *name, Node *value, Oid type)
{
	Oid			function = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
										   CStringGetDatum(name),
										   PointerGetDatum(buildoidvector(&type, 1)),
										   ObjectIdGetDatum(get_func_namespace(call->funcid)));
	Oid			result;

	if (!OidIsValid(function))
		elog(ERROR, "medsup: function %s(%u) is missing", name, type);
	result = get_func_rettype(function);
	if (IsA(value, Const))
	{
		int16		len;
		bool		byval;

		get_typlenbyval(result, &len, &byval);
		return (Node *) makeConst(result, -1, InvalidOid, len,
								  OidFunctionCall1(function,
												   ((Const *) value)->constvalue),
								  false, byval);
	}
	return (Node *) makeFuncExpr(function, result,
								 list_make1(copyObject(value)),
								 InvalidOid, InvalidOid,
								 COERCE_EXPLICIT_CALL);
}

static Node *
derived_from_container(const Containment *call, const char *name)
{
	return derived_value(call, name, call->container, call->container_type);
}

/*
 * The comparisons for a node or a set that is known only at run time: exact
 * for a node, the hull of a set.
 */
static List *
compare_derived(const Containment *call)
{
	if (is_set(call))
		return list_make2(compare(call, BTGreaterEqualStrategyNumber,
								  derived_from_container(call, "set_first")),
						  compare(call, BTLessEqualStrategyNumber,
								  derived_from_container(call, "set_last")));
	return list_make2(compare(call, BTGreaterEqualStrategyNumber,
							  copyObject(call->container)),
					  compare(call, BTLessEqualStrategyNumber,
							  derived_from_container(call, "subtree_last")));
}

/*
 * The nodes that hold a code are its prefixes: so few that an index of nodes
 * is searched for each.
 */
static Node *
compare_prefixes(const Containment *call)
{
	ScalarArrayOpExpr *clause = makeNode(ScalarArrayOpExpr);

	clause->opno = comparison(call->code_type, BTEqualStrategyNumber);
	clause->useOr = true;
	clause->args = list_make2(copyObject(call->container),
							  derived_value(call, "prefixes", call->code,
											call->code_type));
	clause->location = -1;
	set_sa_opfuncid(clause);
	return (Node *) clause;
}

/* Is it a column?  Nothing else is cheap enough to be written twice. */
static Var *
as_column(Node *node)
{
	if (IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	return IsA(node, Var) ? (Var *) node : NULL;
}

/* The table of a column; NULL if it is that of something else. */
static RangeTblEntry *
table_of(PlannerInfo *root, const Var *var)
{
	RangeTblEntry *rte;

	if (root == NULL || var->varlevelsup != 0 || var->varno <= 0 ||
		var->varno > list_length(root->parse->rtable))
		return NULL;
	rte = rt_fetch(var->varno, root->parse->rtable);
	return rte->rtekind == RTE_RELATION ? rte : NULL;
}

static bool
is_of_partitioned_table(PlannerInfo *root, const Var *var)
{
	RangeTblEntry *rte = table_of(root, var);

	return rte != NULL && rte->relkind == RELKIND_PARTITIONED_TABLE;
}

/* Does the index hold the column, an expression, or only part of the rows? */
static bool
may_use_column(Oid index, AttrNumber column)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	Form_pg_index form;
	bool		may = false;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_index) GETSTRUCT(tuple);
	may = !heap_attisnull(tuple, Anum_pg_index_indpred, NULL);
	for (int i = 0; i < form->indnkeyatts && !may; i++)
		may = form->indkey.values[i] == column ||
			form->indkey.values[i] == InvalidAttrNumber;
	ReleaseSysCache(tuple);
	return may;
}

/*
 * May an index or a partition be found by several ranges of the column?
 * Without a query this is about an index's or a constraint's own expression,
 * which must come out as that of the query which is to match it.
 */
static bool
is_worth_several(PlannerInfo *root, const Var *column)
{
	RangeTblEntry *rte;
	Relation	table;
	List	   *indexes;
	ListCell   *cell;
	bool		found = false;

	if (root == NULL || is_of_partitioned_table(root, column))
		return true;
	if ((rte = table_of(root, column)) == NULL)
		return false;

	/* the parser or the plan cache holds a lock */
	table = table_open(rte->relid, NoLock);
	indexes = RelationGetIndexList(table);
	foreach(cell, indexes)
		found = found || may_use_column(lfirst_oid(cell), column->varattno);
	list_free(indexes);
	table_close(table, NoLock);
	return found;
}

/* NULL for a code that is NULL, else false: what an empty set contains. */
static Node *
compare_empty(const Containment *call)
{
	NullTest   *test = makeNode(NullTest);

	test->arg = copyObject((Expr *) call->code);
	test->nulltesttype = IS_NULL;
	test->argisrow = false;
	test->location = -1;
	return (Node *) make_andclause(list_make2(test,
											  makeBoolConst(false, true)));
}

static Node *
simplify(SupportRequestSimplify *req, int codearg)
{
	Containment call;
	Var		   *column;
	Const	   *given;
	MsSetPiece *pieces;
	int			npieces;
	List	   *alternatives = NIL;

	if (!take_apart(&call, req->fcall->funcid, req->fcall->args, codearg))
		return NULL;
	if (IsA(call.code, Const) && !is_set(&call) &&
		as_column(call.container) != NULL)
		return compare_prefixes(&call);
	if ((column = as_column(call.code)) == NULL)
		return NULL;

	/*
	 * A parameter of a generic plan: worth it only where partitions can be
	 * pruned, since the end of the subtree is then found for every row.
	 */
	if (IsA(call.container, Param) &&
		((Param *) call.container)->paramkind == PARAM_EXTERN &&
		!is_set(&call) && is_of_partitioned_table(req->root, column))
		return (Node *) make_andclause(compare_derived(&call));

	if (!IsA(call.container, Const))
		return NULL;
	given = (Const *) call.container;
	if (given->constisnull)
		return NULL;
	pieces = ms_code_pieces(call.order, call.container_type,
							given->constvalue, &npieces);
	if (npieces == 0)
		return compare_empty(&call);
	if (npieces > MAX_COMPARED_PIECES ||
		(npieces > 1 && !is_worth_several(req->root, column)))
		return NULL;
	for (int i = 0; i < npieces; i++)
	{
		List	   *clauses = compare_piece(&call, &pieces[i].lower,
											&pieces[i].upper);

		/* everything is in the set: there is nothing to compare with */
		if (clauses == NIL)
			return NULL;
		alternatives = lappend(alternatives,
							   list_length(clauses) == 1 ? linitial(clauses) :
							   (Node *) make_andclause(clauses));
	}
	return npieces == 1 ? linitial(alternatives) :
		(Node *) make_orclause(alternatives);
}

/* Can the index, of whatever access method, search by these operators? */
static bool
all_in_opfamily(List *clauses, Oid opfamily)
{
	ListCell   *cell;

	foreach(cell, clauses)
	{
		if (!op_in_opfamily(lfirst_node(OpExpr, cell)->opno, opfamily))
			return false;
	}
	return true;
}

/*
 * The condition for an index of nodes or sets, when a code is given.
 *
 * The planner does not expect an array where the query has none: it asks
 * neither whether the index can search for one nor, before version 17, whether
 * rows still come in its order, which they do for the first column only.
 */
static List *
container_condition(SupportRequestIndexCondition *req, const Containment *call)
{
	Oid			operator;

	if (!is_pseudo_constant_for_index(req->root, call->code, req->index))
		return NIL;
	req->lossy = false;
	if (!is_set(call))
	{
		operator = comparison(call->code_type, BTEqualStrategyNumber);
		if (!req->index->amsearcharray || req->indexcol > 0 ||
			!op_in_opfamily(operator, req->opfamily))
			return NIL;
		return list_make1(compare_prefixes(call));
	}

	/* GiST and SP-GiST know the server's own operator */
	operator = get_opfamily_member(req->opfamily,
								   type_is_range(call->container_type) ?
								   ANYRANGEOID : ANYMULTIRANGEOID,
								   ANYELEMENTOID,
								   RTContainsElemStrategyNumber);
	if (!OidIsValid(operator))
		return NIL;
	return list_make1(make_opclause(operator, BOOLOID, false,
									(Expr *) copyObject(call->container),
									(Expr *) copyObject(call->code),
									InvalidOid, InvalidOid));
}

static List *
index_condition(SupportRequestIndexCondition *req, int codearg)
{
	Containment call;
	List	   *args;
	List	   *clauses;

	if (!take_args(req->node, &args) ||
		!take_apart(&call, req->funcid, args, codearg))
		return NIL;
	if (req->indexarg != codearg)
		return container_condition(req, &call);

	if (IsA(call.container, Const))
	{
		Const	   *given = (Const *) call.container;
		MsSetPiece *pieces;
		int			npieces;

		if (given->constisnull)
			return NIL;
		pieces = ms_code_pieces(call.order, call.container_type,
								given->constvalue, &npieces);
		if (npieces == 0)
			return NIL;
		clauses = compare_piece(&call, &pieces[0].lower,
								&pieces[npieces - 1].upper);
		req->lossy = npieces > 1;
	}
	else
	{
		if (!is_pseudo_constant_for_index(req->root, call.container,
										  req->index))
			return NIL;
		clauses = compare_derived(&call);
		req->lossy = is_set(&call);
	}
	return all_in_opfamily(clauses, req->opfamily) ? clauses : NIL;
}

static void
estimate(SupportRequestSelectivity *req, int codearg)
{
	if (req->is_join)
		req->selectivity = ms_code_join_sel(req->root, req->funcid, req->args,
											codearg, req->jointype,
											req->sjinfo);
	else
		req->selectivity = ms_code_restriction_sel(req->root, req->funcid,
												   req->args, codearg,
												   req->varRelid);
}

/*
 * A node or set that changes from row to row has its end found, its ranges
 * decoded for every call.  This also decides for the index where a join can
 * try all pairs instead: the server takes two comparisons with unknown values
 * to be far less selective than they are.
 */
static bool
cost(SupportRequestCost *req, int codearg)
{
	Containment call;
	List	   *args;

	if (!take_args(req->node, &args) ||
		!take_apart(&call, req->funcid, args, codearg))
		return false;
	req->startup = 0;
	req->per_tuple = cpu_operator_cost;
	if (!IsA(call.container, Const) && !IsA(call.container, Param))
		req->per_tuple *= is_set(&call) ? VARYING_SET_COST : VARYING_NODE_COST;
	return true;
}

static Node *
support(Node *request, int codearg)
{
	if (IsA(request, SupportRequestSimplify))
		return simplify((SupportRequestSimplify *) request, codearg);
	if (IsA(request, SupportRequestIndexCondition))
		return (Node *)
			index_condition((SupportRequestIndexCondition *) request, codearg);
	if (IsA(request, SupportRequestSelectivity))
	{
		estimate((SupportRequestSelectivity *) request, codearg);
		return request;
	}
	if (IsA(request, SupportRequestCost) &&
		cost((SupportRequestCost *) request, codearg))
		return request;
	return NULL;
}

Datum
medsup_is_within_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(support((Node *) PG_GETARG_POINTER(0), 0));
}

Datum
medsup_contains_code_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(support((Node *) PG_GETARG_POINTER(0), 1));
}
