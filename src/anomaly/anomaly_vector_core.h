/*-------------------------------------------------------------------------
 *
 * anomaly_vector_core.h
 *	  The loops of scoring that are all arithmetic.
 *
 * Pure C, compiled twice where processors differ in how wide their vectors
 * are.  Every number is summed by itself and in one order, so that the width
 * cannot be seen in the result.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ANOMALY_VECTOR_CORE_H
#define ANOMALY_VECTOR_CORE_H

#include "anomaly/anomaly_judge_core.h"
#include "anomaly/anomaly_near_core.h"

/*
 * Adds what the others say: what remains of each z when all others are taken
 * into account.  Returns the root of the weighted sum of squares, whose terms
 * become the parts.
 */
extern double ms_judge_total(const MsJudge *judge, MsParts *parts);

/*
 * The sums of products of all columns of z, width x width of them, at least up
 * to the diagonal; times tells how often each row occurred.
 */
extern void ms_judge_products(double *product, uint32_t width, const double *z,
							  const double *times, uint32_t rows);

/* The squared distance of a row from each. */
extern void ms_near_squares(const MsNear *near, const double *spot, const double *known,
							double *square);

#endif							/* ANOMALY_VECTOR_CORE_H */
