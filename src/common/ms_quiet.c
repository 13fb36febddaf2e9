/*-------------------------------------------------------------------------
 *
 * ms_quiet.c
 *	  Keeping what statements over the warehouse say out of the server's log.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "common/ms_compat.h"
#include "common/ms_quiet.h"

PG_FUNCTION_INFO_V1(medsup_quiet_log);

/* Parallel workers take over what their leader has set. */
static void
be_quiet(void)
{
	if (log_min_messages >= FATAL || log_min_messages == LOG)
		return;
	(void) set_config_option("log_min_messages", "log", PGC_SUSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

int
ms_quiet_begin(void)
{
	int			level = NewGUCNestLevel();

	be_quiet();
	return level;
}

void
ms_quiet_end(int level)
{
	AtEOXact_GUC(true, level);
}

/* quiet_log(): the same to the end of the block or function that calls it */
Datum
medsup_quiet_log(PG_FUNCTION_ARGS)
{
	be_quiet();
	PG_RETURN_VOID();
}
