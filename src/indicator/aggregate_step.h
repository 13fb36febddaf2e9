/*-------------------------------------------------------------------------
 *
 * aggregate_step.h
 *	  Steps of aggregates change their state in place and take it at its word.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AGGREGATE_STEP_H
#define AGGREGATE_STEP_H

#include "postgres.h"

#include "fmgr.h"

static inline void
ms_aggregate_step(FunctionCallInfo fcinfo)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("this function belongs to an aggregate"),
				 errhint("Call the aggregate, whose name is that of the function without its end.")));
}

#endif							/* AGGREGATE_STEP_H */
