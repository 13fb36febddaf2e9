/*-------------------------------------------------------------------------
 *
 * audit_evaluate.c
 *	  medsup.evaluate(): the evaluator as a set-returning function.
 *
 * One call is one person.  What a query needs (row types, the book it saw
 * last) hangs at fn_extra.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "audit/audit_verdict.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "rulebook/rulebook_cache.h"

/* What one query keeps. */
typedef struct QueryState
{
	MsVerdicts *verdicts;
	MsRulebookRef book;
	MsRowType	types[MS_N_ROW_KINDS];
} QueryState;

PG_FUNCTION_INFO_V1(medsup_evaluate);

static QueryState *
query_state(FunctionCallInfo fcinfo)
{
	MemoryContext keep = fcinfo->flinfo->fn_mcxt;
	QueryState *query = fcinfo->flinfo->fn_extra;

	if (query == NULL)
	{
		query = MemoryContextAllocZero(keep, sizeof(QueryState));
		query->verdicts = ms_verdicts_create(keep);
		fcinfo->flinfo->fn_extra = query;
	}
	return query;
}

static MsValue
bound_arg(FunctionCallInfo fcinfo, int arg)
{
	MsValue		value = {0, MS_MISSING};

	if (!PG_ARGISNULL(arg))
		value = (MsValue)
	{
		PG_GETARG_TIMESTAMP(arg), MS_READABLE
	};
	return value;
}

/* The arrays of records among the arguments. */
static const struct
{
	MsRowKind	kind;
	int			arg;
}			row_args[] = {
	{MS_ROW_ENCOUNTER, 3}, {MS_ROW_SETTLEMENT, 4}, {MS_ROW_LINE, 5},
	{MS_ROW_DIAGNOSIS, 6}, {MS_ROW_OPERATION, 7}, {MS_ROW_REGISTRATION, 8}
};

static void
read_claims(FunctionCallInfo fcinfo, QueryState *query, MsCase *c)
{
	bool		given[MS_N_ROW_KINDS];

	for (int i = 0; i < (int) lengthof(row_args); i++)
	{
		MsRowKind	kind = row_args[i].kind;
		int			arg = row_args[i].arg;

		given[kind] = !PG_ARGISNULL(arg);
		ms_rows_read(given[kind] ? PG_GETARG_ARRAYTYPE_P(arg) : NULL, kind,
					 &query->types[kind], fcinfo->flinfo->fn_mcxt,
					 &c->rows[kind]);
	}
	c->claims.period_from = bound_arg(fcinfo, 1);
	c->claims.period_to = bound_arg(fcinfo, 2);
	c->claims.history_from = bound_arg(fcinfo, 9);
	c->claims.has_diagnoses = given[MS_ROW_DIAGNOSIS];
	c->claims.has_operations = given[MS_ROW_OPERATION];
	c->claims.has_registrations = given[MS_ROW_REGISTRATION];
}

/*
 * evaluate(book, period_from, period_to, encounters, settlements, lines,
 * diagnoses, operations, registrations, history_from): all rules of the book
 * over one person's rows.
 */
Datum
medsup_evaluate(PG_FUNCTION_ARGS)
{
	MemoryContext caller;
	QueryState *query;
	MsCase	   *c;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_MS_NO_RULEBOOK),
				 errmsg("no rulebook to evaluate"),
				 errhint("Publish one with medsup.publish_rulebook() and pass its column compiled.")));
	query = query_state(fcinfo);
	c = ms_case_start(query->verdicts);
	caller = MemoryContextSwitchTo(query->verdicts->person);
	ms_verdicts_start(query->verdicts, (ReturnSetInfo *) fcinfo->resultinfo,
					  ms_rulebook_get(PG_GETARG_DATUM(0), &query->book));
	read_claims(fcinfo, query, c);
	ms_case_judge(c);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(query->verdicts->person);
	return (Datum) 0;
}
