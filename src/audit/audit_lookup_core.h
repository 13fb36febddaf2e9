/*-------------------------------------------------------------------------
 *
 * audit_lookup_core.h
 *	  Has this visit such a diagnosis, this day such an item?  Internal to
 *	  src/audit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_LOOKUP_CORE_H
#define AUDIT_LOOKUP_CORE_H

#include "audit/audit_field_core.h"

/* Answers MS_ASK_LOOKUP and MS_ASK_AMOUNT_CLASS. */
extern MsExprValue ms_lookup_get(const FieldContext *c, const MsExprAsk *ask);

#endif							/* AUDIT_LOOKUP_CORE_H */
