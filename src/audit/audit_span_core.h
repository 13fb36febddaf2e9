/*-------------------------------------------------------------------------
 *
 * audit_span_core.h
 *	  Unions of half-open intervals, of times or of days.  Internal to
 *	  src/audit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_SPAN_CORE_H
#define AUDIT_SPAN_CORE_H

#include "common/base_core.h"

typedef struct MsSpan
{
	int64_t		from;
	int64_t		to;				/* exclusive */
} MsSpan;

/* The union of spans as disjoint ones in order; returns how many. */
extern uint32_t ms_span_unite(MsArena *arena, MsSpan *spans, uint32_t n);

/* How much of [from, to) united spans cover. */
extern int64_t ms_span_covered(MsArena *arena, const MsSpan *spans,
							   uint32_t n, int64_t from, int64_t to);

#endif							/* AUDIT_SPAN_CORE_H */
