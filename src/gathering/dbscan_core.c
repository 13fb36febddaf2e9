/*-------------------------------------------------------------------------
 *
 * dbscan_core.c
 *	  ST-DBSCAN over the blocks of a grid.
 *
 * Points of one block are neighbours of each other.  So a block of min_points
 * points is core as a whole and its points need no counting, and the core
 * points of any block are in one cluster: clusters are sets of blocks.  Two
 * blocks belong together when any core point of one is a neighbour of any of
 * the other.  Places with thousands of visits are as cheap as others, since
 * boxes without extent are decided by one distance.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/dbscan_core.h"

#include <string.h>

#include "gathering/grid_core.h"

#define FEW		16				/* points that are compared without boxes */
#define NOBODY	UINT32_MAX

typedef struct Dbscan
{
	MsArena    *arena;
	const MsMetric *metric;
	MsGrid		grid;
	uint32_t	min_points;
} Dbscan;

/* ---- who is core ---- */

/* Adds the neighbours that points of one block have in the other. */
static void
count_neighbours(Dbscan *scan, const MsBlock *block, const MsBlock *other)
{
	MsPoint    *points = scan->grid.points + block->first;
	const MsPoint *others = scan->grid.points + other->first;
	bool		boxed = false;
	MsBox		box;

	for (uint32_t i = 0; i < block->n; i++)
	{
		MsPoint    *p = &points[i];

		if (p->n >= scan->min_points)
			continue;
		if (other->n > FEW)
		{
			MsBox		at = ms_box_of(p, 1);
			MsBoxes		boxes;

			if (!boxed)
				box = ms_box_of(others, other->n);
			boxed = true;
			boxes = ms_boxes(scan->metric, &at, &box);
			if (boxes == MS_BOXES_NEAR)
				p->n = scan->min_points - p->n > other->n ?
					p->n + other->n : scan->min_points;
			if (boxes != MS_BOXES_OPEN)
				continue;
		}
		for (uint32_t j = 0; j < other->n && p->n < scan->min_points; j++)
		{
			ms_tick(scan->arena);
			if (ms_metric_near(scan->metric, p, &others[j]))
				p->n++;
		}
	}
}

/* Core points first. */
static void
put_core_first(Dbscan *scan, MsBlock *block)
{
	MsPoint    *points = scan->grid.points + block->first;

	for (uint32_t i = 0; i < block->n; i++)
		if (points[i].n >= scan->min_points)
		{
			MsPoint		swap = points[block->n_core];

			points[block->n_core++] = points[i];
			points[i] = swap;
		}
}

/* Counts the pairs of neighbours between two blocks for both. */
static void
count_pairs(Dbscan *scan, const MsBlock *block, const MsBlock *other)
{
	MsPoint    *points = scan->grid.points + block->first;
	MsPoint    *others = scan->grid.points + other->first;

	if (block->n > FEW || other->n > FEW)
	{
		if (block->n < scan->min_points)
			count_neighbours(scan, block, other);
		if (other->n < scan->min_points)
			count_neighbours(scan, other, block);
		return;
	}
	for (uint32_t i = 0; i < block->n; i++)
		for (uint32_t j = 0; j < other->n; j++)
		{
			ms_tick(scan->arena);
			if ((points[i].n < scan->min_points || others[j].n < scan->min_points) &&
				ms_metric_near(scan->metric, &points[i], &others[j]))
			{
				points[i].n++;
				others[j].n++;
			}
		}
}

/* The count of a point that is not core is exact. */
static void
find_core(Dbscan *scan)
{
	MsGrid	   *grid = &scan->grid;
	MsBlock    *blocks = grid->blocks;
	MsSweep		sweep;

	for (uint32_t b = 0; b < grid->n_blocks; b++)
		for (uint32_t i = 0; i < blocks[b].n; i++)
			grid->points[blocks[b].first + i].n = blocks[b].n;
	ms_sweep_init(&sweep, grid, true);
	for (uint32_t b = 0; b < grid->n_blocks; b++)
	{
		ms_tick(scan->arena);
		ms_sweep_to(&sweep, b);
		for (int r = 0; r < sweep.n_near; r++)
			for (uint32_t j = sweep.near[r].from; j < sweep.near[r].to; j++)
				if (blocks[b].n < scan->min_points || blocks[j].n < scan->min_points)
					count_pairs(scan, &blocks[b], &blocks[j]);
	}
	for (uint32_t b = 0; b < grid->n_blocks; b++)
		put_core_first(scan, &blocks[b]);
}

/* ---- which blocks belong together ---- */

static uint32_t
set_of(MsBlock *blocks, uint32_t b)
{
	while (blocks[b].set != b)
		b = blocks[b].set = blocks[blocks[b].set].set;
	return b;
}

static bool
any_near(Dbscan *scan, const MsPoint *a, uint32_t na, const MsPoint *b, uint32_t nb)
{
	for (uint32_t i = 0; i < na; i++)
		for (uint32_t j = 0; j < nb; j++)
		{
			ms_tick(scan->arena);
			if (ms_metric_near(scan->metric, &a[i], &b[j]))
				return true;
		}
	return false;
}

/* Points without extent in space and time: they differ in the last bit at most. */
static bool
any_near_spot(Dbscan *scan, const MsPoint *a, uint32_t na, const MsPoint *b, uint32_t nb)
{
	for (uint32_t i = 0; i < na; i++)
	{
		if (i > 0 && ms_metric_same_place(scan->metric, &a[i - 1], &a[i]))
			continue;
		for (uint32_t j = 0; j < nb; j++)
		{
			ms_tick(scan->arena);
			if (j > 0 && ms_metric_same_place(scan->metric, &b[j - 1], &b[j]))
				continue;
			if (ms_metric_near(scan->metric, &a[i], &b[j]))
				return true;
		}
	}
	return false;
}

/* Extent along an axis, in units of what a neighbour may be apart. */
static double
extent(const Dbscan *scan, const MsBox *box, int axis)
{
	if (axis < 3)
		return (box->hi[axis] - box->lo[axis]) / scan->metric->maybe_length;
	if (!scan->metric->timed)
		return 0;
	return (double) ((uint64_t) box->t_hi - (uint64_t) box->t_lo) /
		((double) scan->metric->eps_time + 1);
}

/* Cuts at the middle of an axis; both parts have a point. */
static uint32_t
halve(MsPoint *points, uint32_t n, const MsBox *box, int axis)
{
	uint32_t	left = 0;
	double		middle = 0;
	int64_t		noon = 0;

	if (axis < 3)
	{
		middle = box->lo[axis] * 0.5 + box->hi[axis] * 0.5;
		if (middle >= box->hi[axis])
			middle = box->lo[axis];
	}
	else
		noon = box->t_lo + (int64_t) (((uint64_t) box->t_hi - (uint64_t) box->t_lo) / 2);
	for (uint32_t i = 0; i < n; i++)
		if (axis < 3 ? points[i].c[axis] <= middle : points[i].t <= noon)
		{
			MsPoint		swap = points[left];

			points[left++] = points[i];
			points[i] = swap;
		}
	return left;
}

/* Whether any point of a is a neighbour of any of b; both are reordered. */
static bool
touch(Dbscan *scan, MsPoint *a, uint32_t na, MsPoint *b, uint32_t nb)
{
	MsBox		box[2];
	double		widest = 0;
	int			side = 0;
	int			axis = 0;
	uint32_t	left;

	if (na <= FEW && nb <= FEW)
		return any_near(scan, a, na, b, nb);
	ms_tick(scan->arena);
	box[0] = ms_box_of(a, na);
	box[1] = ms_box_of(b, nb);
	switch (ms_boxes(scan->metric, &box[0], &box[1]))
	{
		case MS_BOXES_APART:
			return false;
		case MS_BOXES_NEAR:
			return true;
		case MS_BOXES_OPEN:
			break;
	}
	for (int s = 0; s < 2; s++)
		for (int k = 0; k < 4; k++)
			if (extent(scan, &box[s], k) > widest)
			{
				widest = extent(scan, &box[s], k);
				side = s;
				axis = k;
			}
	if (!(widest > 0))
		return any_near_spot(scan, a, na, b, nb);
	if (side == 0)
	{
		left = halve(a, na, &box[0], axis);
		return touch(scan, a, left, b, nb) ||
			touch(scan, a + left, na - left, b, nb);
	}
	left = halve(b, nb, &box[1], axis);
	return touch(scan, a, na, b, left) ||
		touch(scan, a, na, b + left, nb - left);
}

static void
join_blocks(Dbscan *scan)
{
	MsGrid	   *grid = &scan->grid;
	MsBlock    *blocks = grid->blocks;
	MsSweep		sweep;

	ms_sweep_init(&sweep, grid, true);
	for (uint32_t b = 0; b < grid->n_blocks; b++)
	{
		ms_tick(scan->arena);
		if (blocks[b].n_core == 0)
			continue;
		ms_sweep_to(&sweep, b);
		for (int r = 0; r < sweep.n_near; r++)
			for (uint32_t j = sweep.near[r].from; j < sweep.near[r].to; j++)
			{
				uint32_t	mine;
				uint32_t	other;

				if (blocks[j].n_core == 0)
					continue;
				mine = set_of(blocks, b);
				other = set_of(blocks, j);
				if (mine != other &&
					touch(scan, grid->points + blocks[b].first, blocks[b].n_core,
						  grid->points + blocks[j].first, blocks[j].n_core))
				{
					/* the root is the lowest block */
					if (mine < other)
						blocks[other].set = mine;
					else
						blocks[mine].set = other;
				}
			}
	}
}

/* ---- numbers ---- */

static int
compare_least(uint32_t a, uint32_t b, const void *ctx)
{
	const Dbscan *scan = ctx;

	return ms_metric_order(scan->metric, &scan->grid.points[a], &scan->grid.points[b]);
}

/* Numbers the sets by their least core points; block.set becomes the number. */
static int32_t
number_clusters(Dbscan *scan)
{
	MsGrid	   *grid = &scan->grid;
	MsBlock    *blocks = grid->blocks;
	uint32_t   *least = ms_arena_alloc(scan->arena, grid->n_blocks, sizeof(uint32_t));
	uint32_t   *order;
	uint32_t	n = 0;

	for (uint32_t b = 0; b < grid->n_blocks; b++)
		least[b] = NOBODY;
	for (uint32_t b = 0; b < grid->n_blocks; b++)
	{
		uint32_t	root = set_of(blocks, b);

		for (uint32_t i = blocks[b].first; i < blocks[b].first + blocks[b].n_core; i++)
		{
			ms_tick(scan->arena);
			if (least[root] == NOBODY)
				n++;
			if (least[root] == NOBODY || compare_least(i, least[root], scan) < 0)
				least[root] = i;
		}
	}
	order = ms_arena_alloc(scan->arena, n, sizeof(uint32_t));
	n = 0;
	for (uint32_t b = 0; b < grid->n_blocks; b++)
		if (least[b] != NOBODY)
			order[n++] = least[b];
	ms_sort(scan->arena, order, n, compare_least, scan);

	/* from the least point back to its root, through the point's counter */
	for (uint32_t k = 0; k < n; k++)
		grid->points[order[k]].n = k;
	for (uint32_t b = 0; b < grid->n_blocks; b++)
	{
		/* a root comes before its blocks */
		if (blocks[b].set == b)
			least[b] = least[b] == NOBODY ? NOBODY : grid->points[least[b]].n;
		else
			least[b] = least[set_of(blocks, b)];
	}
	for (uint32_t b = 0; b < grid->n_blocks; b++)
		blocks[b].set = least[b];
	return (int32_t) n;
}

/* ---- labels ---- */

/* The core point nearest to p in a block, if nearer than the best so far. */
static void
nearest_core(Dbscan *scan, const MsPoint *p, const MsBlock *block, double *best, int32_t *label)
{
	const MsMetric *metric = scan->metric;
	const MsPoint *core = scan->grid.points + block->first;
	int32_t		its = (int32_t) block->set;

	if (block->n_core > FEW)
	{
		MsBox		at = ms_box_of(p, 1);
		MsBox		box = ms_box_of(core, block->n_core);

		if (ms_boxes(metric, &at, &box) == MS_BOXES_APART)
			return;
	}
	for (uint32_t i = 0; i < block->n_core; i++)
	{
		double		distance;

		ms_tick(scan->arena);
		if (*label == its && *best <= 0)
			return;
		if (!ms_metric_near(metric, p, &core[i]))
			continue;
		/* the chord is a lower bound that spares most geodesics */
		if (metric->geodesic != NULL && *label != MS_DBSCAN_NOISE &&
			sqrt(ms_metric_square(p, &core[i])) * metric->least_radius > *best + 1e-6)
			continue;
		distance = ms_metric_distance(metric, p, &core[i]);
		if (*label == MS_DBSCAN_NOISE || distance < *best ||
			(distance == *best && its < *label))
		{
			*best = distance;
			*label = its;
		}
	}
}

/* Of a block without core, those without a neighbour beyond it are noise. */
static bool
may_be_border(const MsBlock *block, const MsPoint *p)
{
	return block->n_core > 0 || p->n > block->n;
}

static void
write_labels(Dbscan *scan, int32_t *label)
{
	MsGrid	   *grid = &scan->grid;
	MsSweep		sweep;

	ms_sweep_init(&sweep, grid, false);
	for (uint32_t b = 0; b < grid->n_blocks; b++)
	{
		const MsBlock *block = &grid->blocks[b];
		const MsPoint *points = grid->points + block->first;
		bool		there = false;

		ms_tick(scan->arena);
		for (uint32_t i = 0; i < block->n_core; i++)
			label[points[i].row] = (int32_t) block->set;
		for (uint32_t i = block->n_core; i < block->n; i++)
		{
			double		best = 0;
			int32_t		its = MS_DBSCAN_NOISE;

			if (may_be_border(block, &points[i]))
			{
				if (!there)
					ms_sweep_to(&sweep, b);
				there = true;
				for (int r = 0; r < sweep.n_near; r++)
					for (uint32_t j = sweep.near[r].from; j < sweep.near[r].to; j++)
						nearest_core(scan, &points[i], &grid->blocks[j], &best, &its);
			}
			label[points[i].row] = its;
		}
	}
}

/* ms_dbscan: min_points of at least 1. */
int32_t
ms_dbscan(MsArena *arena, const MsMetric *metric, MsPoint *points, uint32_t n,
		  int32_t min_points, int32_t *label)
{
	Dbscan		scan = {.arena = arena,.metric = metric,.min_points = (uint32_t) min_points};
	int32_t		clusters;

	if (n == 0)
		return 0;
	ms_grid_build(&scan.grid, arena, metric, points, n);
	find_core(&scan);
	join_blocks(&scan);
	clusters = number_clusters(&scan);
	write_labels(&scan, label);
	return clusters;
}
