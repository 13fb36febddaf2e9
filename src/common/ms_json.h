/*-------------------------------------------------------------------------
 *
 * ms_json.h
 *	  Pushing members of a JSON object, shared by what writes findings and
 *	  what lists books.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MS_JSON_H
#define MS_JSON_H

#include "postgres.h"

#include "utils/jsonb.h"

extern void ms_json_key(JsonbParseState **state, const char *key);
extern void ms_json_string(JsonbParseState **state, const char *s, Size len);

/* value / 10^scale as a numeric without trailing zeros */
extern Numeric ms_json_scaled(int64 value, int scale);

#endif							/* MS_JSON_H */
