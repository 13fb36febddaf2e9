/*-------------------------------------------------------------------------
 *
 * audit_line_core.h
 *	  What the rules that look at one line share.  Internal to src/audit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_LINE_CORE_H
#define AUDIT_LINE_CORE_H

#include "audit/audit_record_core.h"

/* Records that a finding shows beside those in breach, at most. */
#define MS_MAX_RECORDS 64

/* What a check says about a line. */
typedef struct LineJudgement
{
	MsOutcome	outcome;
	MsReason	reason;
	const char *actual;
	const char *sum;			/* how the money in excess was found */
	int64_t		money;			/* fen in excess; 0 = all of the line */
	MsVec		records;		/* MsRecord */
	unsigned	tested;
} LineJudgement;

static inline LineJudgement
ms_undecided(MsReason reason)
{
	LineJudgement j = {.outcome = MS_UNDECIDED,.reason = reason};

	return j;
}

static inline LineJudgement
ms_decided(bool hit, const char *actual)
{
	LineJudgement j = {.outcome = hit ? MS_HIT : MS_PASSED,.actual = actual};

	return j;
}

/* audit_provider_core.c: K2 */
extern LineJudgement ms_provider_judge(Audit *a, const WorkLine *line,
									   const WorkTouch *touches, uint32_t n);

/* audit_diagnosis_core.c: K3; prepared once for all lines of an entry */
extern void ms_diagnosis_prepare(Audit *a, const uint32_t *lines, uint32_t n);
extern LineJudgement ms_diagnosis_judge(Audit *a, const WorkLine *line);
extern const char *ms_diagnosis_limit(Audit *a);

/* Evidence in place of a prerequisite; MS_HIT where there is none. */
extern MsOutcome ms_diagnosis_alternative(Audit *a, int32_t encounter,
										  MsReason *reason);

/* audit_price_core.c: K8 */
extern LineJudgement ms_price_judge(Audit *a, const WorkLine *line);

#endif							/* AUDIT_LINE_CORE_H */
