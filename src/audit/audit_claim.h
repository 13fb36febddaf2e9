/*-------------------------------------------------------------------------
 *
 * audit_claim.h
 *	  Single values of JSON claims, as every door reads them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_CLAIM_H
#define AUDIT_CLAIM_H

#include "postgres.h"

#include "utils/jsonb.h"
#include "utils/numeric.h"

/*
 * ms_claim_text gives the trimmed text of a single value, NULL when it says
 * nothing, and false when it is no string, number or null.
 */
extern bool ms_claim_text(const JsonbValue *v, text **result);
extern bool ms_claim_dict_is(const text *value, int width, const char *wanted);
extern Numeric ms_claim_number(text *value);	/* NULL = none */

#endif							/* AUDIT_CLAIM_H */
