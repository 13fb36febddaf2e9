/*-------------------------------------------------------------------------
 *
 * grid_core.h
 *	  Points in cells of space and time, and the cells around a cell.
 *
 * Pure C.  Points are sorted by cell and cut into blocks.  Any two points of
 * one block are neighbours, whatever the data: where a cell cannot promise
 * that, it is cut further.  Neighbours of a point lie in blocks at most one or
 * two cells away.  Nothing is stored per pair.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GRID_CORE_H
#define GRID_CORE_H

#include "common/base_core.h"
#include "gathering/metric_core.h"

typedef struct MsBlock
{
	uint64_t	x;				/* of its cell, from the margin on */
	uint32_t	first;
	uint32_t	n;
	uint32_t	n_core;			/* the first ones; the user's */
	uint32_t	set;			/* the user's */
} MsBlock;

/* Cells in a row along x. */
typedef struct MsRow
{
	uint64_t	key[3];			/* of its cells: t, z, y, from the margin on */
	uint32_t	first;			/* block */
} MsRow;

typedef struct MsGrid
{
	MsArena    *arena;
	const MsMetric *metric;
	MsPoint    *points;			/* of the caller; put into the grid's order */
	uint32_t	n;
	MsBlock    *blocks;			/* ascending by row and x of the cell */
	uint32_t	n_blocks;
	MsRow	   *rows;			/* ascending by t, z, y; one more ends them */
	uint32_t	n_rows;
	MsBox		box;
	double		half_side[3];
	int			reach;			/* cells that a neighbour may be away in space */
} MsGrid;

extern void ms_grid_build(MsGrid *grid, MsArena *arena, const MsMetric *metric,
						  MsPoint *points, uint32_t n);

/*
 * Walks over the blocks near a block, for blocks in ascending order, not
 * necessarily all: each row of cells around has a cursor that only moves
 * forward.
 *
 *	ms_sweep_to(&sweep, b);
 *	for (r = 0; r < sweep.n_near; r++)
 *		for (j = sweep.near[r].from; j < sweep.near[r].to; j++)
 *
 * meets each block near b once, b itself too.  A forward sweep meets only
 * blocks behind b, and so every pair once.
 */
#define MS_SWEEP_ROWS	27

typedef struct MsSpan
{
	uint32_t	from;
	uint32_t	to;				/* behind the last one */
} MsSpan;

typedef struct MsSweep
{
	const MsGrid *grid;
	bool		forward;
	uint32_t	row;			/* of the block; none yet: n_rows */
	int			n_rows;
	struct
	{
		int8_t		step[3];	/* t, z, y */
		uint32_t	row;		/* the first that is not before */
	}			rows[MS_SWEEP_ROWS];
	int			n_spans;
	struct
	{
		MsSpan		span;		/* cells within reach */
		uint32_t	end;		/* of the row */
	}			spans[MS_SWEEP_ROWS];	/* of the rows that there are */
	int			n_near;
	MsSpan		near[MS_SWEEP_ROWS];
} MsSweep;

extern void ms_sweep_init(MsSweep *sweep, const MsGrid *grid, bool forward);
extern void ms_sweep_to(MsSweep *sweep, uint32_t block);

#endif							/* GRID_CORE_H */
