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
#define MOST_CELLS		1099511627776.0 /* 2^40 along an axis: finer ones
										 * would be noise */
#define SAMPLE			101
#define SLACK			(1.0 / 1024)	/* of a cell, for roundings of its
										 * number */
#define REACH_SLACK		(1.0 / 64)
#define AHEAD			8		/* steps of a cycle that are fetched early */
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
 * Halves are exact, and no difference of them overflows.  Whatever lies beyond
 * the cells that are numbered is in the first or last one, and so not farther
 * from others than it was.
 */
static uint64_t
cell_of(const MsGrid *grid, const MsPoint *p, int axis)
{
	double		cell;

	if (axis == AXES - 1)
		return grid->metric->timed ?
			((uint64_t) p->t - (uint64_t) grid->box.t_lo) / (grid->metric->eps_time + 1) : 0;
	if (grid->half_side[axis] <= 0)
		return 0;
	cell = (p->c[axis] * 0.5 - grid->box.lo[axis] * 0.5) / grid->half_side[axis];
	return cell > 0 ? cell < MOST_CELLS ? (uint64_t) cell : (uint64_t) MOST_CELLS : 0;
}

/*
 * Along an axis, from where to where most points are.  One wrong coordinate far
 * out shall not make a single cell of all others.
 */
static void
find_middle(const MsGrid *grid, int axis, double *lo, double *hi)
{
	double		sample[SAMPLE];

	*lo = grid->box.lo[axis];
	*hi = grid->box.hi[axis];
	if (grid->n < 10 * SAMPLE)
		return;
	for (uint32_t i = 0; i < SAMPLE; i++)
	{
		double		c = grid->points[(uint64_t) i * grid->n / SAMPLE].c[axis];
		uint32_t	at = i;

		for (; at > 0 && sample[at - 1] > c; at--)
			sample[at] = sample[at - 1];
		sample[at] = c;
	}
	if (sample[SAMPLE / 20] < sample[SAMPLE - 1 - SAMPLE / 20])
	{
		*lo = sample[SAMPLE / 20];
		*hi = sample[SAMPLE - 1 - SAMPLE / 20];
	}
}

/*
 * In the plane, cells whose diagonal is within eps, so that most are one block;
 * where time or a third axis makes more rows of cells around and fewer points in
 * each, cells as wide as eps.
 */
static void
measure(MsGrid *grid)
{
	const MsMetric *metric = grid->metric;
	double		side = metric->maybe_length * (1 + REACH_SLACK);

	grid->reach = 1;
	if (metric->geodesic == NULL && !metric->timed)
	{
		grid->reach = 2;
		side = metric->sure_length / sqrt(2) * (1 - SLACK);
		if (side < metric->maybe_length / 2 * (1 + REACH_SLACK))
			side = metric->maybe_length / 2 * (1 + REACH_SLACK);
	}
	grid->box = ms_box_of(grid->points, grid->n);
	for (int k = 0; k < 3; k++)
	{
		double		lo;
		double		hi;
		double		finest;

		grid->half_side[k] = side * 0.5;
		if (grid->box.hi[k] * 0.5 - grid->box.lo[k] * 0.5 <= side * 0.5 * MOST_CELLS)
			continue;
		find_middle(grid, k, &lo, &hi);
		/* four times as far as most of them, so that few are beyond */
		finest = (hi * 0.5 - lo * 0.5) / (MOST_CELLS / 4);
		if (finest > grid->half_side[k])
			grid->half_side[k] = finest;
		lo = lo * 0.5 + hi * 0.5 - grid->half_side[k] * MOST_CELLS;
		if (lo > grid->box.lo[k])
			grid->box.lo[k] = lo;
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

/*
 * Puts points[from[i]] at i; from is used up.  Cycles are followed with a look
 * ahead, since every step is a miss of the cache.
 */
static void
permute(MsArena *arena, MsPoint *points, uint32_t *from, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	to = i;
		uint32_t	ahead = i;
		MsPoint		saved;

		if (from[i] == i)
			continue;
		saved = points[i];
		for (int k = 0; k < AHEAD; k++)
			MS_FETCH(&points[ahead = from[ahead]]);
		while (from[to] != i)
		{
			uint32_t	next = from[to];

			ms_tick(arena);
			MS_FETCH(&points[ahead = from[ahead]]);
			points[to] = points[next];
			from[to] = to;
			to = next;
		}
		points[to] = saved;
		from[to] = to;
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
	uint32_t   *from;
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
	from = (uint32_t *) spare;
	for (uint32_t i = 0; i < grid->n; i++)
		from[i] = items[i].point;
	permute(grid->arena, grid->points, from, grid->n);
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

typedef struct Cell
{
	uint64_t	number[AXES];
} Cell;

static Cell
cell_at(const MsGrid *grid, uint32_t point)
{
	Cell		cell;

	for (int k = 0; k < AXES; k++)
		cell.number[k] = cell_of(grid, &grid->points[point], k);
	return cell;
}

static bool
same_row(const Cell *a, const Cell *b)
{
	return a->number[1] == b->number[1] && a->number[2] == b->number[2] && a->number[3] == b->number[3];
}

/* Marks first points of blocks, and counts blocks and rows. */
static void
cut_cells(MsGrid *grid)
{
	uint32_t	first = 0;
	Cell		cell = cell_at(grid, 0);

	grid->n_rows = 1;
	for (uint32_t i = 1; i <= grid->n; i++)
	{
		ms_tick(grid->arena);
		if (i < grid->n)
		{
			Cell		next = cell_at(grid, i);
			bool		same = same_row(&cell, &next);

			if (same && cell.number[0] == next.number[0])
				continue;
			grid->n_rows += !same;
			cell = next;
		}
		cut(grid, grid->points + first, i - first);
		first = i;
	}
	for (uint32_t i = 0; i < grid->n; i++)
		grid->n_blocks += grid->points[i].n;
}

static void
make_blocks(MsGrid *grid)
{
	uint32_t	at = 0;
	Cell		last = {{0}};

	cut_cells(grid);
	grid->blocks = ms_arena_alloc(grid->arena, grid->n_blocks, sizeof(MsBlock));
	grid->rows = ms_arena_alloc(grid->arena, (size_t) grid->n_rows + 1, sizeof(MsRow));
	grid->n_rows = 0;
	for (uint32_t b = 0; b < grid->n_blocks; b++)
	{
		MsBlock    *block = &grid->blocks[b];
		Cell		cell = cell_at(grid, at);

		ms_tick(grid->arena);
		if (b == 0 || !same_row(&last, &cell))
		{
			MsRow	   *row = &grid->rows[grid->n_rows++];

			for (int k = 0; k < AXES - 1; k++)
				row->key[k] = cell.number[AXES - 1 - k] + MARGIN;
			row->first = b;
			last = cell;
		}
		block->x = cell.number[0] + MARGIN;
		block->first = at;
		block->set = b;
		block->n_core = 0;
		do
			grid->points[at++].n = 0;
		while (at < grid->n && grid->points[at].n == 0);
		block->n = at - block->first;
	}
	grid->rows[grid->n_rows].first = grid->n_blocks;
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
	int			y = grid->reach;
	int			z = grid->metric->geodesic != NULL ? grid->reach : 0;

	memset(sweep, 0, sizeof(*sweep));
	sweep->grid = grid;
	sweep->forward = forward;
	sweep->row = grid->n_rows;
	for (int dt = forward ? 0 : -t; dt <= t; dt++)
		for (int dz = forward && dt == 0 ? 0 : -z; dz <= z; dz++)
			for (int dy = forward && dt == 0 && dz == 0 ? 0 : -y; dy <= y; dy++)
			{
				int8_t	   *step = sweep->rows[sweep->n_rows++].step;

				step[0] = (int8_t) dt;
				step[1] = (int8_t) dz;
				step[2] = (int8_t) dy;
			}
}

static int
compare_rows(const uint64_t *a, const uint64_t *b)
{
	for (int k = 0; k < 3; k++)
		if (a[k] != b[k])
			return a[k] < b[k] ? -1 : 1;
	return 0;
}

/* Which of the rows around the row of a block there are. */
static void
enter_row(MsSweep *sweep, uint32_t block)
{
	const MsRow *rows = sweep->grid->rows;

	if (sweep->row == sweep->grid->n_rows)
		sweep->row = 0;
	while (rows[sweep->row + 1].first <= block)
		sweep->row++;
	sweep->n_spans = 0;
	for (int r = 0; r < sweep->n_rows; r++)
	{
		uint32_t	at = sweep->rows[r].row;
		uint64_t	key[3];
		int			order = 1;

		for (int k = 0; k < 3; k++)
			key[k] = rows[sweep->row].key[k] + (uint64_t) (int64_t) sweep->rows[r].step[k];
		while (at < sweep->grid->n_rows && (order = compare_rows(rows[at].key, key)) < 0)
			at++;
		sweep->rows[r].row = at;
		if (at < sweep->grid->n_rows && order == 0)
		{
			sweep->spans[sweep->n_spans].span.from = rows[at].first;
			sweep->spans[sweep->n_spans].span.to = rows[at].first;
			sweep->spans[sweep->n_spans].end = rows[at + 1].first;
			sweep->n_spans++;
		}
	}
}

/* ms_sweep_to: blocks never go back. */
void
ms_sweep_to(MsSweep *sweep, uint32_t block)
{
	const MsBlock *blocks = sweep->grid->blocks;
	uint64_t	reach = (uint64_t) sweep->grid->reach;
	uint64_t	x = blocks[block].x;

	if (sweep->row == sweep->grid->n_rows || sweep->grid->rows[sweep->row + 1].first <= block)
		enter_row(sweep, block);
	sweep->n_near = 0;
	for (int s = 0; s < sweep->n_spans; s++)
	{
		uint32_t	from = sweep->spans[s].span.from;
		uint32_t	to = sweep->spans[s].span.to;
		uint32_t	end = sweep->spans[s].end;

		while (from < end && blocks[from].x + reach < x)
			from++;
		if (to < from)
			to = from;
		while (to < end && blocks[to].x <= x + reach)
			to++;
		sweep->spans[s].span.from = from;
		sweep->spans[s].span.to = to;
		if (sweep->forward && from <= block)
			from = block + 1;
		if (from < to)
		{
			sweep->near[sweep->n_near].from = from;
			sweep->near[sweep->n_near].to = to;
			sweep->n_near++;
		}
	}
}
