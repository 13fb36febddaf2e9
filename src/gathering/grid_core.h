/*-------------------------------------------------------------------------
 *
 * grid_core.h
 *	  Points in cells of space and time, and the cells around a cell.
 *
 * Pure C.  Points are sorted by cell and cut into blocks.  Any two points of
 * one block are neighbours, whatever the data: where a cell cannot promise
 * that, it is cut further.  Neighbours of a point lie in blocks at most two
 * cells away (one in time).  Nothing is stored per pair.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GRID_CORE_H
#define GRID_CORE_H

#include "common/base_core.h"
#include "gathering/metric_core.h"

typedef struct MsBlock
{
	uint64_t	key[4];			/* cell: x, y, z, t, from the margin on */
	uint32_t	first;
	uint32_t	n;
	uint32_t	n_core;			/* the first ones; the user's */
	uint32_t	set;			/* the user's */
} MsBlock;

typedef struct MsGrid
{
	MsArena    *arena;
	const MsMetric *metric;
	MsPoint    *points;			/* of the caller; put into the grid's order */
	uint32_t	n;
	MsBlock    *blocks;			/* ascending by t, z, y, x of the cell */
	uint32_t	n_blocks;
	MsBox		box;
	double		half_side[3];
} MsGrid;

extern void ms_grid_build(MsGrid *grid, MsArena *arena, const MsMetric *metric,
						  MsPoint *points, uint32_t n);

/*
 * Walks over the blocks near a block, for blocks in ascending order: each row
 * of cells has a cursor that only moves forward.
 *
 *	for (r = 0; r < sweep.n_rows; r++)
 *		for (j = ms_sweep_start(&sweep, r, b); ms_sweep_in(&sweep, r, b, j); j++)
 *
 * meets each block near b once, b itself too.  A forward sweep may leave out
 * blocks before b, and meets every pair from its first block.
 */
#define MS_SWEEP_ROWS	75

typedef struct MsSweep
{
	const MsGrid *grid;
	int			n_rows;
	struct
	{
		int8_t		dt;
		int8_t		dz;
		int8_t		dy;
		uint32_t	cursor;
	}			rows[MS_SWEEP_ROWS];
} MsSweep;

extern void ms_sweep_init(MsSweep *sweep, const MsGrid *grid, bool forward);
extern uint32_t ms_sweep_start(MsSweep *sweep, int row, uint32_t block);

static inline bool
ms_sweep_in(const MsSweep *sweep, int row, uint32_t block, uint32_t other)
{
	const uint64_t *from = sweep->grid->blocks[block].key;
	const uint64_t *to;

	if (other >= sweep->grid->n_blocks)
		return false;
	to = sweep->grid->blocks[other].key;
	return to[3] == from[3] + sweep->rows[row].dt &&
		to[2] == from[2] + sweep->rows[row].dz &&
		to[1] == from[1] + sweep->rows[row].dy &&
		to[0] <= from[0] + 2;
}

#endif							/* GRID_CORE_H */
