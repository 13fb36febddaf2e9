/*-------------------------------------------------------------------------
 *
 * dense_core.h
 *	  Dense blocks of providers and patients (docs/gathering.md, section 6).
 *
 * Pure C.  Memory and, but for the logarithm of the heap, time are linear in
 * the different edges.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DENSE_CORE_H
#define DENSE_CORE_H

#include "common/base_core.h"

#define MS_DENSE_MAX	(UINT32_C(1) << 30) /* edges, so that sums of weights
											 * do not overflow */

typedef struct MsEdge
{
	uint32_t	provider;
	uint32_t	patient;
} MsEdge;

typedef struct MsDenseBlock
{
	uint32_t   *providers;		/* ascending */
	uint32_t	n_providers;
	uint32_t   *patients;
	uint32_t	n_patients;
	uint32_t	edges;			/* inside, of those that no block before has */
	double		score;			/* their weight by provider and patient */
	double		expected;		/* edges, were all patients alike */
} MsDenseBlock;

typedef struct MsDense
{
	uint32_t	n_providers;
	uint32_t	n_patients;
	uint32_t	n_edges;		/* different ones */
	MsDenseBlock *blocks;
	uint32_t	n_blocks;
} MsDense;

/* Edges may repeat, in any order; at most so many blocks, densest first. */
extern void ms_dense_blocks(MsArena *arena, MsDense *dense, const MsEdge *edges,
							size_t n, uint32_t most);

/* An edge weighs 1 / log(degree of its provider + 5), times this, rounded. */
#define MS_DENSE_UNIT	((double) (UINT64_C(1) << 32))

extern int64_t ms_dense_weight(uint32_t degree);

#endif							/* DENSE_CORE_H */
