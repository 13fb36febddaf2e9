/*-------------------------------------------------------------------------
 *
 * ms_json.c
 *	  Pushing members of a JSON object.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "common/ms_compat.h"
#include "common/ms_json.h"

static void
push_string(JsonbParseState **state, JsonbIteratorToken token, const char *s,
			Size len)
{
	JsonbValue	v;

	v.type = jbvString;
	v.val.string.val = unconstify(char *, s);
	v.val.string.len = (int) len;
	pushJsonbValue(state, token, &v);
}

void
ms_json_key(JsonbParseState **state, const char *key)
{
	push_string(state, WJB_KEY, key, strlen(key));
}

void
ms_json_string(JsonbParseState **state, const char *s, Size len)
{
	push_string(state, WJB_VALUE, s, len);
}

Numeric
ms_json_scaled(int64 value, int scale)
{
	Datum		number = NumericGetDatum(int64_div_fast_to_numeric(value, scale));

	return DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale, number));
}
