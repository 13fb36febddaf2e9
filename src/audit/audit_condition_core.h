/*-------------------------------------------------------------------------
 *
 * audit_condition_core.h
 *	  Expressions of entries and exceptions over a person's claims.
 *	  Internal to src/audit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_CONDITION_CORE_H
#define AUDIT_CONDITION_CORE_H

#include "audit/audit_work_core.h"
#include "rulebook/expr_core.h"

/* The access condition of an entry; true for one that has none. */
extern MsExprValue ms_condition_access(Audit *a, const MsBookEntry *entry,
									   uint32_t line, int32_t encounter);

/*
 * Whether an exception of the rule in work is true of a line, which is exempt
 * then.  An exception that cannot be told does not help.
 */
extern bool ms_condition_exempt(Audit *a, uint32_t line);

/* The same of an encounter without lines. */
extern bool ms_condition_visit_exempt(Audit *a, int32_t encounter);

/* The exceptions of the rule in work, for its findings. */
extern const uint32_t *ms_condition_exceptions(Audit *a, uint32_t *n);

/*
 * The entry's limit_case for a line, in units of MS_QTY_ONE; not readable
 * where it cannot be told, or is negative.
 */
extern MsValue ms_condition_limit(Audit *a, uint32_t line);

/* The check "condition", with codes or without. */
extern void ms_condition_judge(Audit *a, const WorkTouch *touches, uint32_t n);

#endif							/* AUDIT_CONDITION_CORE_H */
