/*-------------------------------------------------------------------------
 *
 * gathering_memory.c
 *	  Memory of the gathering functions, and its limit.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "gathering/gathering.h"

int			ms_gathering_mem;

void
ms_gathering_init(void)
{
	DefineCustomIntVariable("medsup.gathering_mem",
							"Memory that a gathering function may take for one partition or group of rows.",
							"Beyond this covisit_groups and covisit_pairs go to disk; others end with an error.",
							&ms_gathering_mem, 1024 * 1024, 64, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
}

static void *
take(void *ctx, size_t size)
{
	return MemoryContextAllocHuge(ctx, size);
}

static void
check(void *ctx)
{
	CHECK_FOR_INTERRUPTS();
}

static void
fail(void *ctx, MsFail why)
{
	ms_gathering_fail(why);
}

void
ms_gathering_fail(MsFail why)
{
	if (why == MS_FAIL_TOO_MANY)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows, places or pairs at once"),
				 errhint("Take fewer rows at a time, as by PARTITION BY or GROUP BY over regions, or ask for more days.")));
	ereport(ERROR,
			(errcode(ERRCODE_OUT_OF_MEMORY),
			 errmsg("finding gatherings needs more memory than allowed"),
			 errdetail("medsup.gathering_mem is %d kB.", ms_gathering_mem),
			 errhint("Increase medsup.gathering_mem, or take fewer rows at a time, as by PARTITION BY or GROUP BY.")));
	pg_unreachable();
}

/* ms_gathering_env: memory out of context, as much as may still be taken. */
MsEnv
ms_gathering_env(MemoryContext context, Size taken)
{
	Size		most = (Size) ms_gathering_mem * 1024;
	MsEnv		env = {take, check, fail, context, most - Min(most, taken)};

	return env;
}
