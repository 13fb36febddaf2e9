/*-------------------------------------------------------------------------
 *
 * anomaly_weight_core.h
 *	  How many rows of the group each row of the sample stands for.
 *
 * Pure C.  The sample is drawn from different rows, each with how often it
 * occurred.  That is exact while it has all of them.  Else a row that half of
 * the group shares, as where many indicators are zero, is in it or is not,
 * and would count for all or for nothing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ANOMALY_WEIGHT_CORE_H
#define ANOMALY_WEIGHT_CORE_H

#include "anomaly/anomaly_state_core.h"

/*
 * Of a settled state with its bins: the weight of each row of the sample, one
 * that occurred once having 1.  Returns that of the rows which it does not
 * represent; their values are in the bins usual, one a feature.
 */
extern double ms_anomaly_weights(const MsAnomaly *state, const MsBins *bins, double *weight,
								 uint32_t *usual);

#endif							/* ANOMALY_WEIGHT_CORE_H */
