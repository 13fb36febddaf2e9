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

#include <math.h>
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

/* ---- two parts of the points ---- */

typedef struct Pair
{
	MsPoint    *a;				/* reordered when it is cut */
	uint32_t	na;
	MsPoint    *b;
	uint32_t	nb;
} Pair;

static bool
is_small(const Pair *pair)
{
	return pair->na <= FEW && pair->nb <= FEW;
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

static MsBoxes
consider(Dbscan *scan, const Pair *pair, MsBox box[2])
{
	ms_tick(scan->arena);
	box[0] = ms_box_of(pair->a, pair->na);
	box[1] = ms_box_of(pair->b, pair->nb);
	return ms_boxes(scan->metric, &box[0], &box[1]);
}

/* Cuts the wider part; false when neither has any extent in space and time. */
static bool
cut_wider(Dbscan *scan, const Pair *pair, const MsBox box[2], Pair half[2])
{
	double		widest = 0;
	int			side = 0;
	int			axis = 0;
	uint32_t	left;

	for (int s = 0; s < 2; s++)
		for (int k = 0; k < 4; k++)
			if (extent(scan, &box[s], k) > widest)
			{
				widest = extent(scan, &box[s], k);
				side = s;
				axis = k;
			}
	if (!(widest > 0))
		return false;
	half[0] = half[1] = *pair;
	if (side == 0)
	{
		left = halve(pair->a, pair->na, &box[0], axis);
		half[0].na = left;
		half[1].a += left;
		half[1].na -= left;
	}
	else
	{
		left = halve(pair->b, pair->nb, &box[1], axis);
		half[0].nb = left;
		half[1].b += left;
		half[1].nb -= left;
	}
	return true;
}

/* How many of the points from the first on are at its place. */
static uint32_t
same_place(Dbscan *scan, const MsPoint *points, uint32_t n)
{
	uint32_t	i = 1;

	while (i < n && ms_metric_same_place(scan->metric, &points[0], &points[i]))
		i++;
	return i;
}

/* ---- who is core ---- */

static bool
any_open(Dbscan *scan, const MsPoint *points, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (points[i].n < scan->min_points)
			return true;
	return false;
}

static void
add_neighbours(MsPoint *points, uint32_t n, uint32_t neighbours)
{
	for (uint32_t i = 0; i < n; i++)
		points[i].n += neighbours;
}

/* Counts pairs of neighbours for both, exactly for those that are not core. */
static void
count_pairs(Dbscan *scan, Pair pair)
{
	Pair		half[2];
	MsBox		box[2];

	if (is_small(&pair))
	{
		for (uint32_t i = 0; i < pair.na; i++)
			for (uint32_t j = 0; j < pair.nb; j++)
			{
				ms_tick(scan->arena);
				if ((pair.a[i].n < scan->min_points || pair.b[j].n < scan->min_points) &&
					ms_metric_near(scan->metric, &pair.a[i], &pair.b[j]))
				{
					pair.a[i].n++;
					pair.b[j].n++;
				}
			}
		return;
	}
	if (!any_open(scan, pair.a, pair.na) && !any_open(scan, pair.b, pair.nb))
		return;
	switch (consider(scan, &pair, box))
	{
		case MS_BOXES_APART:
			return;
		case MS_BOXES_NEAR:
			add_neighbours(pair.a, pair.na, pair.nb);
			add_neighbours(pair.b, pair.nb, pair.na);
			return;
		case MS_BOXES_OPEN:
			break;
	}
	if (cut_wider(scan, &pair, box, half))
	{
		count_pairs(scan, half[0]);
		count_pairs(scan, half[1]);
		return;
	}
	/* without extent they differ in the last bit at most */
	for (uint32_t i = 0, ni; i < pair.na; i += ni)
	{
		ni = same_place(scan, pair.a + i, pair.na - i);
		for (uint32_t j = 0, nj; j < pair.nb; j += nj)
		{
			ms_tick(scan->arena);
			nj = same_place(scan, pair.b + j, pair.nb - j);
			if (!ms_metric_near(scan->metric, &pair.a[i], &pair.b[j]))
				continue;
			add_neighbours(pair.a + i, ni, nj);
			add_neighbours(pair.b + j, nj, ni);
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

static Pair
whole_blocks(Dbscan *scan, const MsBlock *a, const MsBlock *b)
{
	Pair		pair = {scan->grid.points + a->first, a->n, scan->grid.points + b->first, b->n};

	return pair;
}

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
					count_pairs(scan, whole_blocks(scan, &blocks[b], &blocks[j]));
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

/* Whether any point of one is a neighbour of any of the other. */
static bool
touch(Dbscan *scan, Pair pair)
{
	Pair		half[2];
	MsBox		box[2];

	if (is_small(&pair))
	{
		for (uint32_t i = 0; i < pair.na; i++)
			for (uint32_t j = 0; j < pair.nb; j++)
			{
				ms_tick(scan->arena);
				if (ms_metric_near(scan->metric, &pair.a[i], &pair.b[j]))
					return true;
			}
		return false;
	}
	switch (consider(scan, &pair, box))
	{
		case MS_BOXES_APART:
			return false;
		case MS_BOXES_NEAR:
			return true;
		case MS_BOXES_OPEN:
			break;
	}
	if (cut_wider(scan, &pair, box, half))
		return touch(scan, half[0]) || touch(scan, half[1]);
	for (uint32_t i = 0; i < pair.na; i += same_place(scan, pair.a + i, pair.na - i))
		for (uint32_t j = 0; j < pair.nb; j += same_place(scan, pair.b + j, pair.nb - j))
		{
			ms_tick(scan->arena);
			if (ms_metric_near(scan->metric, &pair.a[i], &pair.b[j]))
				return true;
		}
	return false;
}

static Pair
core_of(Dbscan *scan, const MsBlock *a, const MsBlock *b)
{
	Pair		pair = {scan->grid.points + a->first, a->n_core, scan->grid.points + b->first, b->n_core};

	return pair;
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
					touch(scan, core_of(scan, &blocks[b], &blocks[j])))
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

/*
 * Sorted by x in a fixed grid first, without looking at the points, so that
 * comparing them finds nearly all in order.
 */
static void
sort_least(Dbscan *scan, uint32_t *order, uint32_t n)
{
	const MsPoint *points = scan->grid.points;
	MsMark		mark = ms_arena_mark(scan->arena);
	uint64_t   *keys = MS_NEW(scan->arena, uint64_t, n);
	double		least = INFINITY;
	double		most = -INFINITY;
	double		width;

	for (uint32_t k = 0; k < n; k++)
	{
		least = fmin(least, ms_metric_place(scan->metric, &points[order[k]]).x);
		most = fmax(most, ms_metric_place(scan->metric, &points[order[k]]).x);
	}
	/* halves do not overflow */
	width = most * 0.5 - least * 0.5;
	for (uint32_t k = 0; k < n; k++)
	{
		double		x = ms_metric_place(scan->metric, &points[order[k]]).x * 0.5 - least * 0.5;

		ms_tick(scan->arena);
		keys[k] = order[k];
		if (width > 0)
			keys[k] |= (uint64_t) (x / width * UINT32_MAX) << 32;
	}
	ms_sort_u64(scan->arena, keys, n);
	for (uint32_t k = 0; k < n; k++)
		order[k] = (uint32_t) keys[k];
	ms_arena_release(scan->arena, mark);
	ms_sort(scan->arena, order, n, compare_least, scan);
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
	sort_least(scan, order, n);

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

typedef struct Nearest
{
	double		distance;		/* of the nearest core neighbour so far */
	int32_t		label;
} Nearest;

typedef struct Border
{
	Dbscan	   *scan;
	Nearest    *nearest;		/* by the counter of the point, which is free
								 * now */
	bool		rivals;			/* more than one cluster is near */
} Border;

static void
come_nearer(const Border *border, const MsPoint *p, const MsPoint *core, int32_t label)
{
	const MsMetric *metric = border->scan->metric;
	Nearest    *nearest = &border->nearest[p->n];
	double		distance;

	if (nearest->label == label && (!border->rivals || nearest->distance <= 0))
		return;
	if (!ms_metric_near(metric, p, core))
		return;
	/* the chord is a lower bound that spares most geodesics */
	if (metric->geodesic != NULL && nearest->label != MS_DBSCAN_NOISE &&
		sqrt(ms_metric_square(p, core)) * metric->least_radius > nearest->distance + 1e-6)
		return;
	distance = border->rivals ? ms_metric_distance(metric, p, core) : 0;
	if (nearest->label == MS_DBSCAN_NOISE || distance < nearest->distance ||
		(distance == nearest->distance && label < nearest->label))
	{
		nearest->distance = distance;
		nearest->label = label;
	}
}

/* Whether core points that are not nearer can change what a point has. */
static bool
can_matter(const Border *border, const Pair *pair, const MsBox box[2], int32_t label)
{
	double		least = border->rivals ? ms_boxes_distance(border->scan->metric, &box[0], &box[1]) : 0;

	for (uint32_t i = 0; i < pair->na; i++)
	{
		const Nearest *nearest = &border->nearest[pair->a[i].n];

		if (nearest->label == MS_DBSCAN_NOISE || least < nearest->distance ||
			(least == nearest->distance && label < nearest->label))
			return true;
	}
	return false;
}

/* Gives points of a to the cluster of the core points b if those are nearer. */
static void
give(const Border *border, Pair pair, int32_t label)
{
	Dbscan	   *scan = border->scan;
	Pair		half[2];
	MsBox		box[2];

	if (!is_small(&pair))
	{
		MsBoxes		boxes = consider(scan, &pair, box);

		if (boxes == MS_BOXES_APART || !can_matter(border, &pair, box, label))
			return;
		if (boxes == MS_BOXES_NEAR && !border->rivals)
			pair.nb = 1;		/* any of them will do */
		else if (cut_wider(scan, &pair, box, half))
		{
			give(border, half[0], label);
			give(border, half[1], label);
			return;
		}
	}
	for (uint32_t i = 0; i < pair.na; i++)
		for (uint32_t j = 0; j < pair.nb; j++)
		{
			ms_tick(scan->arena);
			come_nearer(border, &pair.a[i], &pair.b[j], label);
		}
}

/*
 * Of the points of a block that are not core, those that can be on a border come
 * first; returns how many.  Without a neighbour beyond a block that has no core,
 * a point is noise.
 */
static uint32_t
find_border(Border *border, const MsBlock *block)
{
	MsPoint    *points = border->scan->grid.points + block->first + block->n_core;
	uint32_t	n = 0;

	for (uint32_t i = 0; i < block->n - block->n_core; i++)
		if (block->n_core > 0 || points[i].n > block->n)
		{
			MsPoint		swap = points[n];

			points[n] = points[i];
			points[i] = swap;
			border->nearest[n].label = MS_DBSCAN_NOISE;
			border->nearest[n].distance = 0;
			points[n].n = n;
			n++;
		}
	return n;
}

static void
label_border(Border *border, const MsSweep *sweep, const MsBlock *block, uint32_t n)
{
	const MsBlock *blocks = border->scan->grid.blocks;
	Pair		pair = {.a = border->scan->grid.points + block->first + block->n_core,.na = n};
	uint32_t	set = NOBODY;

	border->rivals = false;
	for (int r = 0; r < sweep->n_near; r++)
		for (uint32_t j = sweep->near[r].from; j < sweep->near[r].to; j++)
			if (blocks[j].n_core > 0)
			{
				border->rivals |= set != NOBODY && set != blocks[j].set;
				set = blocks[j].set;
			}
	for (int r = 0; r < sweep->n_near; r++)
		for (uint32_t j = sweep->near[r].from; j < sweep->near[r].to; j++)
			if (blocks[j].n_core > 0)
			{
				pair.b = border->scan->grid.points + blocks[j].first;
				pair.nb = blocks[j].n_core;
				give(border, pair, (int32_t) blocks[j].set);
			}
}

static void
write_labels(Dbscan *scan, int32_t *label)
{
	MsGrid	   *grid = &scan->grid;
	Border		border = {.scan = scan};
	uint32_t	most = 0;
	MsSweep		sweep;

	for (uint32_t b = 0; b < grid->n_blocks; b++)
		if (grid->blocks[b].n - grid->blocks[b].n_core > most)
			most = grid->blocks[b].n - grid->blocks[b].n_core;
	border.nearest = MS_NEW(scan->arena, Nearest, most);
	ms_sweep_init(&sweep, grid, false);
	for (uint32_t b = 0; b < grid->n_blocks; b++)
	{
		const MsBlock *block = &grid->blocks[b];
		const MsPoint *points = grid->points + block->first;
		uint32_t	n_border = find_border(&border, block);

		ms_tick(scan->arena);
		if (n_border > 0)
		{
			ms_sweep_to(&sweep, b);
			label_border(&border, &sweep, block, n_border);
		}
		for (uint32_t i = 0; i < block->n; i++)
			label[points[i].row] = i < block->n_core ? (int32_t) block->set :
				i < block->n_core + n_border ? border.nearest[points[i].n].label : MS_DBSCAN_NOISE;
	}
}

/* ms_dbscan: min_points of at least 1. */
int32_t
ms_dbscan(MsArena *arena, const MsMetric *metric, MsPoint *points, uint32_t n,
		  int32_t min_points, int32_t *label)
{
	Dbscan		scan = {.arena = arena,.metric = metric,.min_points = (uint32_t) min_points};
	int32_t		clusters;

	/* too few for any to be core */
	if (n < scan.min_points)
	{
		for (uint32_t i = 0; i < n; i++)
			label[points[i].row] = MS_DBSCAN_NOISE;
		return 0;
	}
	ms_grid_build(&scan.grid, arena, metric, points, n);
	find_core(&scan);
	join_blocks(&scan);
	clusters = number_clusters(&scan);
	write_labels(&scan, label);
	return clusters;
}
