/*-------------------------------------------------------------------------
 *
 * audit_floor.c
 *	  The floor of bench-audit: an aggregate that looks at every column it is
 *	  given and does nothing else.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/lsyscache.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(bench_touch);
Datum
bench_touch(PG_FUNCTION_ARGS)
{
	bool	   *is_varlena = fcinfo->flinfo->fn_extra;
	int64		state = PG_GETARG_INT64(0);

	if (is_varlena == NULL)
	{
		is_varlena = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, PG_NARGS());
		for (int i = 1; i < PG_NARGS(); i++)
			is_varlena[i] = get_typlen(get_fn_expr_argtype(fcinfo->flinfo, i)) == -1;
		fcinfo->flinfo->fn_extra = is_varlena;
	}
	for (int i = 1; i < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i))
			continue;
		if (is_varlena[i])
		{
			char	   *value = PG_GETARG_POINTER(i);

			state += VARSIZE_ANY_EXHDR(value) + VARDATA_ANY(value)[0];
		}
		else
			state += PG_GETARG_DATUM(i) & 0xFF;
	}
	PG_RETURN_INT64(state);
}
