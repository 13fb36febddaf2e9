/*-------------------------------------------------------------------------
 *
 * audit_verdict.h
 *	  What the evaluator says of one person as rows of medsup.verdict.
 *
 * MsVerdicts is what a query keeps, MsCase one person of it.  A caller starts
 * a case, fills its rows, and has it judged.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_VERDICT_H
#define AUDIT_VERDICT_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "audit/audit_server.h"

/* The columns of medsup.verdict (sql/parts/50_evaluate.sql). */
typedef enum MsVerdictColumn
{
	V_WHAT, V_RULE_CODE, V_OUTCOME, V_REASON, V_FIXMEDINS_CODE, V_LINES,
	V_PSN_NO, V_MDTRT_ID, V_FEEDETL_SN, V_SETL_ID, V_FINDING_ID,
	V_CONTENT_DIGEST, V_ENTRY_CODE, V_KIND, V_RESULT_TYPE, V_PROVISIONAL,
	V_NOTE, V_SCOPE, V_WINDOW_START, V_WINDOW_END, V_ACT_FROM, V_ACT_TO,
	V_MEASURE, V_LIMIT_VALUE, V_ACTUAL_VALUE, V_UNIT, V_EXCESS, V_VOLA_AMT,
	V_VOLA_AMT_MAX, V_INSCP_AMT, V_FUND_AMT, V_FUND_SPLIT, V_FUND_METHOD,
	V_FORMULA, V_HOSP_LV, V_INSU_ADMDVS, V_FIX_BLNG_ADMDVS, V_INSUTYPE,
	V_MED_TYPE, V_CLR_WAY, V_BILG_DEPT_CODG, V_BILG_DR_CODG,
	V_EXCEPTIONS_TESTED, V_EVIDENCE, V_PERIOD_TIME, V_CLAUSE, V_BASIS, V_BASIS_NO,
	V_VALID_FROM, V_VALID_TO, V_SOURCES, V_NATTS
} MsVerdictColumn;

/* What one query keeps. */
typedef struct MsVerdicts
{
	MemoryContext person;		/* reset after each person */
	MemoryContext row;			/* reset after each result row */
	MemoryContext member;		/* reset after each row of evidence */
	ReturnSetInfo *rsinfo;		/* where rows go */
	const MsBook *book;
	bool		has_mapped;		/* the book knows local codes */

	/* takes a tally instead of its becoming a row; may be NULL */
	void		(*add_tally) (void *ctx, const MsTally *tally);
	void	   *tally_ctx;
} MsVerdicts;

/* One person. */
typedef struct MsCase
{
	MsVerdicts *verdicts;
	MsClaims	claims;			/* bounds, history and bound sources are the
								 * caller's */
	MsRows		rows[MS_N_ROW_KINDS];
	bytea	  **hashes[MS_N_ROW_KINDS]; /* of rows; NULL = not yet */

	/* the row being made */
	Datum		values[V_NATTS];
	bool		nulls[V_NATTS];
} MsCase;

extern MsVerdicts *ms_verdicts_create(MemoryContext keep);
extern void ms_verdicts_start(MsVerdicts *verdicts, ReturnSetInfo *rsinfo,
							  const MsBook *book);
extern MsCase *ms_case_start(MsVerdicts *verdicts);
extern void ms_case_judge(MsCase *c);
extern void ms_case_put_tally(MsCase *c, const MsTally *tally);
extern void ms_case_put_count(MsCase *c, const char *outcome, int64 lines,
							  const char *note);

#endif							/* AUDIT_VERDICT_H */
