/*-------------------------------------------------------------------------
 *
 * grid_core.c
 *	  Sorting points into cells, cutting blocks, walking around.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/grid_core.h"

#include <string.h>

#define AXES			4		/* x, y, z, t */
#define MARGIN			2		/* keys start here, so that offsets stay
								 * positive */
#define FINEST			(1.0 / ((int64_t) 1 << 40)) /* of the extent: finer
													 * cells would be noise */
#define SLACK			(1.0 / 1024)	/* of a cell, for roundings of its
										 * number */
#define DIGIT_BITS		11
#define N_DIGITS		(1 << DIGIT_BITS)

typedef struct SortItem
{
	uint64_t	key;
	uint32_t	point;
} SortItem;

/* ---- cells ---- */

/*
 * Times are a server's, so that their distances are well below 2^64 - 2.
 * Halves are exact, and no difference of them overflows.
 */
static uint64_t
cell_of(const MsGrid *grid, const MsPoint *p, int axis)
{
	if (axis == AXES - 1)
		return grid->metric->timed ?
			((uint64_t) p->t - (uint64_t) grid->box.t_lo) / (grid->metric->eps_time + 1) : 0;
	if (grid->half_side[axis] <= 0)
		return 0;
	return (uint64_t) ((p->c[axis] * 0.5 - grid->box.lo[axis] * 0.5) / grid->half_side[axis]);
}

/*
 * Cells whose diagonal is surely within eps, if that leaves neighbours at
 * most two cells away.
 */
static void
measure(MsGrid *grid)
{
	const MsMetric *metric = grid->metric;
	double		dims = metric->geodesic != NULL ? 3 : 2;
	double		side = metric->sure_length / sqrt(dims) * (1 - SLACK);

	if (side < metric->maybe_length / 1.9)
		side = metric->maybe_length / 1.9;
	grid->box = ms_box_of(grid->points, grid->n);
	for (int k = 0; k < 3; k++)
	{
		double		half_extent = grid->box.hi[k] * 0.5 - grid->box.lo[k] * 0.5;
		double		finest = half_extent * FINEST;

		grid->half_side[k] = side * 0.5 > finest ? side * 0.5 : finest;
	}
}

/* ---- sorting ---- */

static int
bits_of(uint64_t value)
{
	int			bits = 0;

	for (; value != 0; value >>= 1)
		bits++;
	return bits;
}

/* Stable, by the lowest bits of the key; returns the sorted one of the two. */
static SortItem *
radix_sort(MsArena *arena, SortItem *items, SortItem *spare, uint32_t n, int bits)
{
	for (int shift = 0; shift < bits; shift += DIGIT_BITS)
	{
		uint32_t	start[N_DIGITS] = {0};
		uint32_t	sum = 0;
		SortItem   *swap = items;

		for (uint32_t i = 0; i < n; i++)
			start[(items[i].key >> shift) & (N_DIGITS - 1)]++;
		for (int d = 0; d < N_DIGITS; d++)
		{
			uint32_t	count = start[d];

			start[d] = sum;
			sum += count;
		}
		for (uint32_t i = 0; i < n; i++)
		{
			ms_tick(arena);
			spare[start[(items[i].key >> shift) & (N_DIGITS - 1)]++] = items[i];
		}
		items = spare;
		spare = swap;
	}
	return items;
}

/* Puts points[i] where items[j].point is i; the items are used up. */
static void
permute(MsPoint *points, SortItem *items, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	to = i;
		uint32_t	from = items[i].point;
		MsPoint		saved;

		if (from == i)
			continue;
		saved = points[i];
		while (from != i)
		{
			points[to] = points[from];
			items[to].point = to;
			to = from;
			from = items[to].point;
		}
		points[to] = saved;
		items[to].point = to;
	}
}

/*
 * The cell's numbers are packed into one key where they fit, which is nearly
 * always; otherwise the points are sorted by one number after the other.
 */
static void
sort_by_cell(MsGrid *grid)
{
	MsMark		mark = ms_arena_mark(grid->arena);
	SortItem   *items = ms_arena_alloc(grid->arena, grid->n, sizeof(SortItem));
	SortItem   *spare = ms_arena_alloc(grid->arena, grid->n, sizeof(SortItem));
	MsPoint		last = {.t = grid->box.t_hi};
	int			bits[AXES];
	int			total = 0;
	int			axis = 0;

	memcpy(last.c, grid->box.hi, sizeof(last.c));
	for (int k = 0; k < AXES; k++)
	{
		bits[k] = bits_of(cell_of(grid, &last, k));
		total += bits[k];
	}
	for (uint32_t i = 0; i < grid->n; i++)
		items[i].point = i;
	while (axis < AXES)
	{
		int			first = axis;
		int			width = 0;
		SortItem   *sorted;

		do
			width += bits[axis++];
		while (axis < AXES && total <= 64);
		for (uint32_t i = 0; i < grid->n; i++)
		{
			const MsPoint *p = &grid->points[items[i].point];
			uint64_t	key = 0;

			ms_tick(grid->arena);
			for (int k = axis - 1; k >= first; k--)
				key = (bits[k] < 64 ? key << bits[k] : 0) | cell_of(grid, p, k);
			items[i].key = key;
		}
		sorted = radix_sort(grid->arena, items, spare, grid->n, width);
		if (sorted != items)
		{
			spare = items;
			items = sorted;
		}
	}
	permute(grid->points, items, grid->n);
	ms_arena_release(grid->arena, mark);
}

/* ---- blocks ---- */

/* Puts those at most at the cut first and says how many they are. */
static uint32_t
partition(MsPoint *points, uint32_t n, int axis, double cut)
{
	uint32_t	left = 0;

	for (uint32_t i = 0; i < n; i++)
		if (points[i].c[axis] <= cut)
		{
			MsPoint		swap = points[left];

			points[left++] = points[i];
			points[i] = swap;
		}
	return left;
}

/* One block a place; places can differ, but too little for their vectors to. */
static void
cut_by_place(MsGrid *grid, MsPoint *points, uint32_t n)
{
	while (n > 0)
	{
		uint32_t	same = 1;

		for (uint32_t i = 1; i < n; i++)
		{
			ms_tick(grid->arena);
			if (ms_metric_same_place(grid->metric, &points[0], &points[i]))
			{
				MsPoint		swap = points[same];

				points[same++] = points[i];
				points[i] = swap;
			}
		}
		points[0].n = 1;
		points += same;
		n -= same;
	}
}

/* Marks the first point of every block among the points of one cell. */
static void
cut(MsGrid *grid, MsPoint *points, uint32_t n)
{
	for (;;)
	{
		MsBox		box = ms_box_of(points, n);
		int			widest = 0;
		double		middle;
		uint32_t	left;

		ms_tick(grid->arena);
		if (ms_boxes(grid->metric, &box, &box) == MS_BOXES_NEAR)
		{
			points[0].n = 1;
			return;
		}
		for (int k = 1; k < 3; k++)
			if (box.hi[k] - box.lo[k] > box.hi[widest] - box.lo[widest])
				widest = k;
		if (box.hi[widest] <= box.lo[widest])
		{
			cut_by_place(grid, points, n);
			return;
		}
		middle = box.lo[widest] * 0.5 + box.hi[widest] * 0.5;
		if (middle >= box.hi[widest])
			middle = box.lo[widest];
		left = partition(points, n, widest, middle);
		if (left < n - left)
		{
			cut(grid, points, left);
			points += left;
			n -= left;
		}
		else
		{
			cut(grid, points + left, n - left);
			n = left;
		}
	}
}

static bool
same_cell(const MsGrid *grid, const MsPoint *p, const MsPoint *q)
{
	for (int k = AXES - 1; k >= 0; k--)
		if (cell_of(grid, p, k) != cell_of(grid, q, k))
			return false;
	return true;
}

static void
make_blocks(MsGrid *grid)
{
	uint32_t	at = 0;
	uint32_t	b = 0;

	for (uint32_t first = 0, i = 1; i <= grid->n; i++)
	{
		ms_tick(grid->arena);
		if (i < grid->n && same_cell(grid, &grid->points[first], &grid->points[i]))
			continue;
		cut(grid, grid->points + first, i - first);
		first = i;
	}
	for (uint32_t i = 0; i < grid->n; i++)
		grid->n_blocks += grid->points[i].n;
	grid->blocks = ms_arena_alloc(grid->arena, grid->n_blocks, sizeof(MsBlock));
	while (at < grid->n)
	{
		MsBlock    *block = &grid->blocks[b];

		ms_tick(grid->arena);
		block->first = at;
		block->set = b++;
		for (int k = 0; k < AXES; k++)
			block->key[k] = cell_of(grid, &grid->points[at], k) + MARGIN;
		do
			grid->points[at++].n = 0;
		while (at < grid->n && grid->points[at].n == 0);
		block->n = at - block->first;
	}
}

/* ms_grid_build: at least one point. */
void
ms_grid_build(MsGrid *grid, MsArena *arena, const MsMetric *metric,
			  MsPoint *points, uint32_t n)
{
	memset(grid, 0, sizeof(*grid));
	grid->arena = arena;
	grid->metric = metric;
	grid->points = points;
	grid->n = n;
	measure(grid);
	sort_by_cell(grid);
	make_blocks(grid);
}

/* ---- walking around ---- */

void
ms_sweep_init(MsSweep *sweep, const MsGrid *grid, bool forward)
{
	int			t = grid->metric->timed ? 1 : 0;
	int			z = grid->metric->geodesic != NULL ? 2 : 0;

	memset(sweep, 0, sizeof(*sweep));
	sweep->grid = grid;
	for (int dt = forward ? 0 : -t; dt <= t; dt++)
		for (int dz = forward && dt == 0 ? 0 : -z; dz <= z; dz++)
			for (int dy = forward && dt == 0 && dz == 0 ? 0 : -2; dy <= 2; dy++)
			{
				sweep->rows[sweep->n_rows].dt = (int8_t) dt;
				sweep->rows[sweep->n_rows].dz = (int8_t) dz;
				sweep->rows[sweep->n_rows].dy = (int8_t) dy;
				sweep->n_rows++;
			}
}

/* ms_sweep_start: the first block of the row that is at most two cells before. */
uint32_t
ms_sweep_start(MsSweep *sweep, int row, uint32_t block)
{
	const MsGrid *grid = sweep->grid;
	const uint64_t *from = grid->blocks[block].key;
	uint64_t	t = from[3] + sweep->rows[row].dt;
	uint64_t	z = from[2] + sweep->rows[row].dz;
	uint64_t	y = from[1] + sweep->rows[row].dy;
	uint64_t	x = from[0] - 2;
	uint32_t	at = sweep->rows[row].cursor;

	while (at < grid->n_blocks)
	{
		const uint64_t *key = grid->blocks[at].key;

		if (key[3] != t ? key[3] > t :
			key[2] != z ? key[2] > z :
			key[1] != y ? key[1] > y : key[0] >= x)
			break;
		at++;
	}
	return sweep->rows[row].cursor = at;
}
