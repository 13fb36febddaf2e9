/*-------------------------------------------------------------------------
 *
 * medsup.c
 *	  Start of the module.
 *
 * The module needs no preload: every part sets itself up at its first use.
 * Preloaded, it lets backends share rulebooks (rulebook_shared.c).
 * _PG_init must never fail, since it also runs in binary upgrade.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "common/ms_compat.h"
#include "audit/audit_lead.h"
#include "audit/audit_stage.h"
#include "gathering/gathering.h"
#include "medsup.h"
#include "rulebook/rulebook_shared.h"

MS_MODULE_MAGIC("medsup", MEDSUP_VERSION);

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	ms_shared_init();
	ms_gathering_init();
	ms_stage_init();
	ms_lead_init();
	MarkGUCPrefixReserved("medsup");
}
