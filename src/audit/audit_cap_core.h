/*-------------------------------------------------------------------------
 *
 * audit_cap_core.h
 *	  What caps and other findings of groups share.  Internal to src/audit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_CAP_CORE_H
#define AUDIT_CAP_CORE_H

#include "audit/audit_window_core.h"

/* audit_cap_core.c: building a finding in scratch memory */
extern void ms_cap_add(Audit *a, MsVec *lines, uint32_t line);
extern void ms_cap_add_candidate(Audit *a, WorkDraft *draft, uint32_t line,
								 int64_t avail, int64_t of);
extern void ms_cap_add_whole(Audit *a, WorkDraft *draft, uint32_t line);
extern const char *ms_cap_minus(Audit *a, int64_t actual, int64_t limit);

/* The touches of an entry; one without codes speaks of all of them. */
extern const WorkTouch *ms_cap_touches(Audit *a, const WorkTouch *touches,
									   uint32_t *n);

/*
 * The limit of a bucket by the entry's basis.  Lines that it rests on become
 * involved.  False where it cannot be told: the bucket is undecided.
 */
typedef struct WorkLimits
{
	const WorkPlace *per;		/* lines of role per, in order */
	uint32_t	n_per;
	uint32_t	at;				/* buckets are asked for in their order */
} WorkLimits;

extern void ms_cap_start_limits(Audit *a, const WorkTouch *touches,
								uint32_t n, WorkLimits *limits);
extern bool ms_cap_limit(Audit *a, WorkLimits *limits,
						 const WorkPlace *places, uint32_t n,
						 WorkDraft *draft, int64_t *limit);

/* Sets limit, actual value and the sum that shows the excess. */
extern void ms_cap_set_excess(Audit *a, WorkDraft *draft, int64_t actual,
							  int64_t limit);

#endif							/* AUDIT_CAP_CORE_H */
