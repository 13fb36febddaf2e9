/*-------------------------------------------------------------------------
 *
 * audit_field_core.h
 *	  What expressions ask of a person's claims.  Internal to src/audit.
 *
 * Answers that look at more than one row are remembered for the whole call,
 * so that an expression costs a line no more than a look.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_FIELD_CORE_H
#define AUDIT_FIELD_CORE_H

#include "audit/audit_work_core.h"
#include "rulebook/expr_core.h"

/* What an expression speaks about: a line, or an encounter as a whole. */
typedef struct FieldContext
{
	Audit	   *a;
	uint32_t	line;			/* work line, NOWHERE = none */
	int32_t		encounter;
} FieldContext;

extern MsExprValue ms_field_get(void *ctx, const MsExprAsk *ask);

/* The settlement of an encounter that came last, -1 when there is none. */
extern int32_t ms_field_last_settlement(Audit *a, int32_t encounter);

#endif							/* AUDIT_FIELD_CORE_H */
