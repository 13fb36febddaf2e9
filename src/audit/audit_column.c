/*-------------------------------------------------------------------------
 *
 * audit_column.c
 *	  Columns of a view that are never anything but NULL.
 *
 * The views of bound sources have every column of their record, bound or not,
 * and the executor would compute, copy and hand over each NULL of each line.
 * What is bound is read from the view itself: the ledger of bindings does not
 * know what master data fill in.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "common/ms_compat.h"

PG_FUNCTION_INFO_V1(medsup_null_columns);

static bool is_null_column(const Query *query, AttrNumber column);

static bool
is_null_expression(const Query *query, const Node *node)
{
	const RangeTblEntry *rte;
	const Var  *var;

	while (IsA(node, CollateExpr) || IsA(node, RelabelType))
		node = IsA(node, CollateExpr) ?
			(const Node *) ((const CollateExpr *) node)->arg :
			(const Node *) ((const RelabelType *) node)->arg;
	if (IsA(node, Const))
		return ((const Const *) node)->constisnull;
	if (!IsA(node, Var))
		return false;
	var = (const Var *) node;
	if (var->varlevelsup > 0 || var->varattno <= 0)
		return false;
	rte = rt_fetch(var->varno, query->rtable);
	return rte->rtekind == RTE_SUBQUERY &&
		is_null_column(rte->subquery, var->varattno);
}

/* Of a UNION, NULL in all branches, which are its only subqueries. */
static bool
is_null_column(const Query *query, AttrNumber column)
{
	const ListCell *lc;
	const TargetEntry *entry;

	check_stack_depth();
	if (query->setOperations == NULL)
	{
		entry = list_nth(query->targetList, column - 1);
		return is_null_expression(query, (const Node *) entry->expr);
	}
	foreach(lc, query->rtable)
	{
		const RangeTblEntry *rte = lfirst(lc);

		if (rte->rtekind == RTE_SUBQUERY &&
			!is_null_column(rte->subquery, column))
			return false;
	}
	return true;
}

/* null_columns(view) */
Datum
medsup_null_columns(PG_FUNCTION_ARGS)
{
	Relation	view = relation_open(PG_GETARG_OID(0), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(view);
	Datum	   *names = palloc(sizeof(Datum) * (desc->natts + 1));
	ArrayType  *result;
	int			n = 0;

	if (view->rd_rel->relkind != RELKIND_VIEW)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a view", RelationGetRelationName(view))));
	for (int i = 0; i < desc->natts; i++)
	{
		if (is_null_column(get_view_query(view), (AttrNumber) (i + 1)))
			names[n++] = CStringGetTextDatum(NameStr(TupleDescAttr(desc, i)->attname));
	}
	result = construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT);
	relation_close(view, AccessShareLock);
	PG_RETURN_ARRAYTYPE_P(result);
}
