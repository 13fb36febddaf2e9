/*-------------------------------------------------------------------------
 *
 * audit_cap_core.h
 *	  What the two halves of caps share.  Internal to src/audit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_CAP_CORE_H
#define AUDIT_CAP_CORE_H

#include "audit/audit_work_core.h"

/* audit_cap_core.c: building a finding in scratch memory */
extern void ms_cap_add(Audit *a, MsVec *lines, uint32_t line);
extern void ms_cap_add_candidate(Audit *a, WorkDraft *draft, uint32_t line,
								 int64_t avail);
extern const char *ms_cap_minus(Audit *a, int64_t actual, int64_t limit);
extern void ms_cap_set_values(Audit *a, WorkDraft *draft, int64_t actual);

/* audit_course_core.c: lines of one counter, in time order */
extern void ms_course_judge(Audit *a, const uint32_t *lines, uint32_t n);
extern void ms_course_judge_stays(Audit *a, const uint32_t *lines, uint32_t n);

#endif							/* AUDIT_CAP_CORE_H */
