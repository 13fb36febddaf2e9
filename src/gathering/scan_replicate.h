/*-------------------------------------------------------------------------
 *
 * scan_replicate.h
 *	  Replications of a scan over parallel workers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SCAN_REPLICATE_H
#define SCAN_REPLICATE_H

#include "postgres.h"

#include "gathering/scan_core.h"

typedef struct MsReplications
{
	uint64		seed;
	uint32		most;			/* how many at most */
	uint32		stop_after;		/* that many that reach llr are enough */
	double		llr;
	double		floor;			/* less reaches no cluster */
} MsReplications;

/*
 * The largest log-likelihood ratio of replications 0 to *n - 1, in the
 * current context.  taken: bytes of medsup.gathering_mem that are in use.
 */
extern double *ms_scan_replications(const MsScan *scan, const MsReplications *wanted,
									Size taken, uint32 *n);

#endif							/* SCAN_REPLICATE_H */
