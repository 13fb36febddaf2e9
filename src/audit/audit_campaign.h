/*-------------------------------------------------------------------------
 *
 * audit_campaign.h
 *	  What a run asks about, from the lists of its row in medsup.run.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_CAMPAIGN_H
#define AUDIT_CAMPAIGN_H

#include "postgres.h"

#include "utils/array.h"

#include "audit/audit_core.h"

extern const MsCampaign *ms_campaign_make(const MsBook *book,
										  ArrayType *institutions,
										  ArrayType *rules,
										  ArrayType *med_types,
										  bool by_occurrence);

#endif							/* AUDIT_CAMPAIGN_H */
