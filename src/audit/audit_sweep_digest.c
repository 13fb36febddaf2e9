/*-------------------------------------------------------------------------
 *
 * audit_sweep_digest.c
 *	  medsup.row_digest(): the hash of a row, for a sweep.
 *
 * What a row says is told by what is stored as well as by what it is read as:
 * readers of columns give the same for the same.  So the planner is told to
 * leave them out, and columns that are not bound.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "audit/audit_sweep_core.h"
#include "common/ms_compat.h"

PG_FUNCTION_INFO_V1(medsup_row_digest);
PG_FUNCTION_INFO_V1(medsup_row_digest_support);

/* ---- the hash ---- */

typedef struct RowType
{
	int			nargs;
	int16		typlen[FUNC_MAX_ARGS];
	bool		typbyval[FUNC_MAX_ARGS];
} RowType;

static RowType *
row_type(FunctionCallInfo fcinfo)
{
	RowType    *row = fcinfo->flinfo->fn_extra;

	if (row != NULL)
		return row;
	if (get_fn_expr_variadic(fcinfo->flinfo))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("row_digest takes columns, not an array of them")));
	row = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(*row));
	row->nargs = PG_NARGS();
	for (int i = 1; i < row->nargs; i++)
	{
		Oid			type = get_fn_expr_argtype(fcinfo->flinfo, i);

		if (!OidIsValid(type))
			elog(ERROR, "medsup: a column of row_digest has no type");
		get_typlenbyval(type, &row->typlen[i], &row->typbyval[i]);
	}
	fcinfo->flinfo->fn_extra = row;
	return row;
}

static uint64
hash_value(uint64 hash, Datum value, int16 typlen, bool typbyval)
{
	if (typbyval)
		return ms_sweep_hash_word(hash, (uint64) value);
	if (typlen == -1)
	{
		struct varlena *v = (struct varlena *) DatumGetPointer(value);

		/* most are as they are: no call for those */
		if (VARATT_IS_EXTENDED(v) && (!VARATT_IS_SHORT(v)))
			v = pg_detoast_datum_packed(v);
		hash = ms_sweep_hash_field(hash, VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v));
		if ((Pointer) v != DatumGetPointer(value))
			pfree(v);
		return hash;
	}
	if (typlen == -2)
		return ms_sweep_hash_field(hash, DatumGetPointer(value),
								   strlen(DatumGetCString(value)));
	return ms_sweep_hash_field(hash, DatumGetPointer(value), typlen);
}

/* row_digest(key, column ...): the columns as they are stored in memory. */
Datum
medsup_row_digest(PG_FUNCTION_ARGS)
{
	RowType    *row = row_type(fcinfo);
	uint64		hash = ms_sweep_hash_start((uint64) PG_GETARG_INT64(0));

	for (int i = 1; i < row->nargs; i++)
	{
		if (PG_ARGISNULL(i))
			hash = ms_sweep_hash_null(hash);
		else
			hash = hash_value(hash, PG_GETARG_DATUM(i), row->typlen[i],
							  row->typbyval[i]);
	}
	PG_RETURN_INT64((int64) ms_sweep_hash_end(hash));
}

/* ---- what is hashed ---- */

/* A function of ours that reads a column and nothing else. */
static bool
is_reader(Oid function, Oid namespace)
{
	static const char *const readers[] = {
		"read_text", "read_dict", "read_numeric", "read_timestamp"
	};
	const char *name;

	if (get_func_namespace(function) != namespace)
		return false;
	name = get_func_name(function);
	for (int i = 0; i < (int) lengthof(readers); i++)
	{
		if (strcmp(name, readers[i]) == 0)
			return true;
	}
	return false;
}

/* What a column is read from, without what only changes its type. */
static Node *
as_stored(Node *value, Oid namespace)
{
	for (;;)
	{
		if (IsA(value, CollateExpr))
			value = (Node *) castNode(CollateExpr, value)->arg;
		else if (IsA(value, RelabelType))
			value = (Node *) castNode(RelabelType, value)->arg;
		else if (IsA(value, FuncExpr) &&
				 is_reader(castNode(FuncExpr, value)->funcid, namespace))
			value = linitial(castNode(FuncExpr, value)->args);
		else
			return value;
	}
}

Datum
medsup_row_digest_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	FuncExpr   *call;
	FuncExpr   *simpler;
	Oid			namespace;
	List	   *args;

	if (!IsA(request, SupportRequestSimplify))
		PG_RETURN_POINTER(NULL);
	call = castNode(SupportRequestSimplify, request)->fcall;
	if (call->funcvariadic || list_length(call->args) < 3)
		PG_RETURN_POINTER(NULL);
	namespace = get_func_namespace(call->funcid);
	/* the key, and the kind of source */
	args = list_make2(linitial(call->args), lsecond(call->args));
	for (int i = 2; i < list_length(call->args); i++)
	{
		Node	   *value = as_stored(list_nth(call->args, i), namespace);

		/* a column that is not bound */
		if (!IsA(value, Const) || !castNode(Const, value)->constisnull)
			args = lappend(args, value);
	}
	simpler = copyObject(call);
	simpler->args = args;
	PG_RETURN_POINTER(simpler);
}
