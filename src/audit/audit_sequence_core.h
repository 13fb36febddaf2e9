/*-------------------------------------------------------------------------
 *
 * audit_sequence_core.h
 *	  What the parts of sequences (K12) share.  Internal to src/audit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_SEQUENCE_CORE_H
#define AUDIT_SEQUENCE_CORE_H

#include "audit/audit_record_core.h"
#include "audit/audit_stay_core.h"

/* A visit: a stay, or an encounter that is none. */
typedef struct WorkVisit
{
	const WorkStay *stay;		/* NULL outside of hospital */
	const uint32_t *encounters; /* of MsClaims, in order of time */
	uint32_t	n_encounters;
	int64_t		begin;
	uint32_t	first_line;		/* place of its lines that count */
	uint32_t	n_lines;		/* how many of the entry's lines count */
	bool		has_lines;		/* of the entry, counting or not */
	uint32_t	key;			/* the counter */
	bool		paid;			/* by the fund of the rule, or not billed yet */
	const WorkDiagnosis *diagnosis; /* the main one, where it is asked for */
} WorkVisit;

typedef struct WorkVisits
{
	WorkVisit  *visits;			/* by (key, begin, id of the encounter) */
	uint32_t	n;
	MsVec		lines;			/* uint32_t: counting lines, visit by visit */
} WorkVisits;

/* audit_sequence_core.c: visits */
extern const MsEncounter *ms_sequence_first(const Audit *a,
											const WorkVisit *visit);
extern void ms_sequence_describe(Audit *a, const WorkVisits *v);
extern bool ms_sequence_can_breach(Audit *a, const WorkVisit *visit);
extern void ms_sequence_unknown(Audit *a, const WorkVisits *v,
								const WorkVisit *visit, MsReason reason);

/* audit_sequence_core.c: building a finding */
extern void ms_sequence_begin(WorkDraft *draft, int64_t excess);
extern void ms_sequence_violates(Audit *a, WorkDraft *draft,
								 const WorkVisits *v, const WorkVisit *visit);
extern void ms_sequence_line(Audit *a, WorkDraft *draft, uint32_t line);
extern void ms_sequence_encounters(Audit *a, WorkDraft *draft,
								   const WorkVisit *visit, uint8_t role);
extern void ms_sequence_record(Audit *a, WorkDraft *draft, char what,
							   uint8_t role, uint32_t index);
extern const char *ms_sequence_days(Audit *a, int64_t days);

/* the checks, over visits of the entry */
extern void ms_readmission_judge(Audit *a, const WorkVisits *v);
extern void ms_within_judge_stays(Audit *a, const WorkVisits *v);
extern void ms_within_judge_visits(Audit *a, const WorkVisits *v);
extern void ms_visit_judge(Audit *a, const WorkVisits *v);

#endif							/* AUDIT_SEQUENCE_CORE_H */
