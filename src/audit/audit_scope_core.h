/*-------------------------------------------------------------------------
 *
 * audit_scope_core.h
 *	  Whether an entry speaks about a line or a visit.  Internal to
 *	  src/audit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_SCOPE_CORE_H
#define AUDIT_SCOPE_CORE_H

#include "audit/audit_work_core.h"

/*
 * Whether the entry in work speaks about an encounter that has no lines.
 * Where that cannot be told it does not.
 */
extern bool ms_scope_has_visit(Audit *a, int32_t encounter);

/*
 * Whether the entry in work, one without codes, yields to another one
 * anywhere; always false for entries with codes.
 */
extern bool ms_scope_has_rivals(Audit *a);

#endif							/* AUDIT_SCOPE_CORE_H */
