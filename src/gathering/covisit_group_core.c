/*-------------------------------------------------------------------------
 *
 * covisit_group_core.c
 *	  Groups out of pairs.
 *
 * A group is a connected component of the graph of pairs.  One that is not
 * dense enough is thinned out: pairs in few triangles go (its k-trusses, k
 * rising), until what hangs together is dense, or too small.  That depends on
 * the graph alone, not on the order in which it is walked.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "gathering/covisit_core.h"

#define NOBODY	UINT32_MAX

typedef struct Graph
{
	const MsCovisitIndex *index;
	const MsCovisitPair *pairs;
	size_t		n_pairs;
	uint32_t   *start;			/* of a patient, and one more */
	uint32_t   *other;			/* ascending */
	uint32_t   *edge;			/* which pair it is */
	bool	   *alive;			/* pairs */
	uint32_t   *triangles;		/* of living pairs */
	uint32_t   *queue;			/* pairs to be removed */
	uint32_t   *root;			/* of a patient's component */
	uint32_t   *members;		/* by component */
	uint32_t   *living;			/* pairs by component */
	uint32_t   *group;			/* of a patient, or NOBODY */
	uint32_t	groups;
} Graph;

static void
build_graph(Graph *g)
{
	uint32_t	patients = g->index->input->patients;
	MsArena    *arena = g->index->arena;

	g->start = MS_NEW(arena, uint32_t, (size_t) patients + 2);
	g->other = MS_NEW(arena, uint32_t, 2 * g->n_pairs);
	g->edge = MS_NEW(arena, uint32_t, 2 * g->n_pairs);
	g->alive = MS_NEW(arena, bool, g->n_pairs);
	g->triangles = MS_NEW(arena, uint32_t, g->n_pairs);
	g->queue = MS_NEW(arena, uint32_t, g->n_pairs);
	g->root = MS_NEW(arena, uint32_t, patients);
	g->members = MS_NEW(arena, uint32_t, patients);
	g->living = MS_NEW(arena, uint32_t, patients);
	g->group = MS_NEW(arena, uint32_t, patients);
	for (uint32_t v = 0; v < patients; v++)
		g->group[v] = NOBODY;
	for (size_t i = 0; i < g->n_pairs; i++)
	{
		g->alive[i] = true;
		g->start[g->pairs[i].a + 2]++;
		g->start[g->pairs[i].b + 2]++;
	}
	for (uint32_t v = 0; v < patients; v++)
		g->start[v + 1] += g->start[v];
	/* partners before a patient first, and pairs come in order: ascending */
	for (int later = 0; later < 2; later++)
		for (size_t i = 0; i < g->n_pairs; i++)
		{
			uint32_t	from = later ? g->pairs[i].a : g->pairs[i].b;
			uint32_t	at = g->start[from + 1]++;

			ms_tick(arena);
			g->other[at] = later ? g->pairs[i].b : g->pairs[i].a;
			g->edge[at] = (uint32_t) i;
		}
}

/* ---- triangles ---- */

/* Walks the triangles over a pair whose other two pairs live. */
typedef struct Walk
{
	uint32_t	i;
	uint32_t	j;
	uint32_t	i_end;
	uint32_t	j_end;
	uint32_t	side[2];		/* the other two pairs */
} Walk;

static Walk
walk_triangles(const Graph *g, uint32_t pair)
{
	uint32_t	a = g->pairs[pair].a;
	uint32_t	b = g->pairs[pair].b;

	return (Walk)
	{
		.i = g->start[a],.j = g->start[b],.i_end = g->start[a + 1],.j_end = g->start[b + 1]
	};
}

static bool
next_triangle(const Graph *g, Walk *walk)
{
	while (walk->i < walk->i_end && walk->j < walk->j_end)
	{
		uint32_t	p = g->other[walk->i];
		uint32_t	q = g->other[walk->j];

		ms_tick(g->index->arena);
		if (p == q)
		{
			walk->side[0] = g->edge[walk->i];
			walk->side[1] = g->edge[walk->j];
		}
		walk->i += p <= q;
		walk->j += q <= p;
		if (p == q && g->alive[walk->side[0]] && g->alive[walk->side[1]])
			return true;
	}
	return false;
}

/* Removes pairs in fewer triangles, and those that come into that by it. */
static void
thin_out(Graph *g, uint32_t least)
{
	uint32_t	queued = 0;

	for (uint32_t i = 0; i < g->n_pairs; i++)
	{
		Walk		walk = walk_triangles(g, i);

		g->triangles[i] = 0;
		if (!g->alive[i])
			continue;
		while (next_triangle(g, &walk))
			g->triangles[i]++;
		if (g->triangles[i] < least)
			g->queue[queued++] = i;
	}
	for (uint32_t done = 0; done < queued; done++)
	{
		Walk		walk = walk_triangles(g, g->queue[done]);

		g->alive[g->queue[done]] = false;
		while (next_triangle(g, &walk))
			for (int k = 0; k < 2; k++)
				if (g->triangles[walk.side[k]]-- == least)
					g->queue[queued++] = walk.side[k];
	}
}

/* ---- components of living pairs ---- */

static uint32_t
find(Graph *g, uint32_t v)
{
	while (g->root[v] != v)
	{
		g->root[v] = g->root[g->root[v]];
		v = g->root[v];
	}
	return v;
}

static void
find_components(Graph *g)
{
	uint32_t	patients = g->index->input->patients;

	for (uint32_t v = 0; v < patients; v++)
	{
		g->root[v] = v;
		g->members[v] = 0;
		g->living[v] = 0;
	}
	for (size_t i = 0; i < g->n_pairs; i++)
		if (g->alive[i])
		{
			uint32_t	a = find(g, g->pairs[i].a);
			uint32_t	b = find(g, g->pairs[i].b);

			ms_tick(g->index->arena);
			/* the least member is the root */
			if (a < b)
				g->root[b] = a;
			else
				g->root[a] = b;
		}
	for (uint32_t v = 0; v < patients; v++)
		g->members[find(g, v)]++;
	for (size_t i = 0; i < g->n_pairs; i++)
		if (g->alive[i])
			g->living[find(g, g->pairs[i].a)]++;
}

/* Components that are dense become groups, those too small nothing. */
static bool
settle_components(Graph *g)
{
	const MsCovisitSetting *setting = g->index->setting;
	bool		open = false;

	for (size_t i = 0; i < g->n_pairs; i++)
	{
		uint32_t	root;
		double		n;

		if (!g->alive[i])
			continue;
		root = find(g, g->pairs[i].a);
		n = g->members[root];
		if (n >= setting->min_members && g->living[root] < setting->min_density * n * (n - 1) / 2)
			open = true;
		else
		{
			g->alive[i] = false;
			if (n < setting->min_members)
				continue;
			if (g->group[root] == NOBODY)
				g->group[root] = g->groups++;
			g->group[g->pairs[i].a] = g->group[root];
			g->group[g->pairs[i].b] = g->group[root];
		}
	}
	return open;
}

/* ---- what there is to say of a group ---- */

/*
 * How likely a group is anywhere in the data.  Its least likely pairs that
 * hang it together form a tree of n - 1 edges; over a tree, meetings are
 * independent of each other under the null model, so that the product of
 * their p-values is that of uniform numbers at worst.  Trees on n patients
 * that could meet: at most n^(n-2) / n! times the sum of degree^(n-1), since
 * no tree maps into a graph more often than a star (Sidorenko 1994).  The
 * factor n (n - 1) shares the error among all sizes.
 */
static double
log_group_p(const MsDegrees *degrees, double *log_trees, uint32_t n, double log_product)
{
	double		log_n = log(n);

	if (log_trees[n] == 0)
	{
		const MsDegree *degree = degrees->runs.data;
		double		most = (double) degree[degrees->runs.n - 1].others;
		double		sum = 0;

		for (size_t i = 0; i < degrees->runs.n; i++)
			sum += (double) degree[i].patients * pow((double) degree[i].others / most, n - 1);
		log_trees[n] = log(sum) + (n - 1) * log(most) + (n - 2) * log_n - lgamma((double) n + 1);
	}
	return fmin(0, log_n + log(n - 1) + log_trees[n] + ms_log_product_tail(n - 1, log_product));
}

static int
by_log_p(uint32_t a, uint32_t b, const void *ctx)
{
	const MsCovisitPair *pairs = ctx;

	if (pairs[a].log_p != pairs[b].log_p)
		return pairs[a].log_p < pairs[b].log_p ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* The pairs within groups: sums, and the trees by Kruskal. */
static void
sum_pairs(Graph *g, MsCovisitGroup *groups, double *log_product)
{
	uint32_t   *order = MS_NEW(g->index->arena, uint32_t, g->n_pairs);
	size_t		n = 0;

	for (uint32_t v = 0; v < g->index->input->patients; v++)
		g->root[v] = v;
	for (size_t i = 0; i < g->n_pairs; i++)
	{
		const MsCovisitPair *pair = &g->pairs[i];
		MsCovisitGroup *group;

		if (g->group[pair->a] == NOBODY || g->group[pair->a] != g->group[pair->b])
			continue;
		group = &groups[g->group[pair->a]];
		group->pairs++;
		group->weight += pair->weight;
		group->expected += pair->expected;
		group->observed += pair->days;
		order[n++] = (uint32_t) i;
	}
	ms_sort(g->index->arena, order, n, by_log_p, g->pairs);
	for (size_t i = 0; i < n; i++)
	{
		const MsCovisitPair *pair = &g->pairs[order[i]];
		uint32_t	a = find(g, pair->a);
		uint32_t	b = find(g, pair->b);

		if (a == b)
			continue;
		g->root[b] = a;
		log_product[g->group[pair->a]] += pair->log_p;
	}
}

/* Was another member within reach?  Positions are the group's, ascending. */
static bool
is_joint(const MsCovisitIndex *index, const uint32_t *positions, uint32_t n, uint32_t position)
{
	int64_t		within = index->setting->within;
	int64_t		at = index->at[position];

	for (uint32_t k = 0; k < ms_near_count(index, index->place[position]); k++)
	{
		uint32_t	place = ms_near_place(index, index->place[position], k);
		uint32_t	first = ms_visit_from(index->at, index->place_start[place], index->place_start[place + 1], at - within);
		uint32_t	lo = 0;
		uint32_t	hi = n;

		while (lo < hi)
		{
			uint32_t	mid = lo + (hi - lo) / 2;

			if (positions[mid] < first)
				lo = mid + 1;
			else
				hi = mid;
		}
		for (; lo < n && positions[lo] < index->place_start[place + 1] && index->at[positions[lo]] - at <= within; lo++)
			if (index->who[positions[lo]] != index->who[position])
				return true;
	}
	return false;
}

/* Days, places, money of the visits that members made together. */
static void
sum_visits(const MsCovisitIndex *index, MsCovisitGroup *group)
{
	MsArena    *arena = index->arena;
	MsMark		mark;
	uint32_t   *places;
	uint32_t   *positions;
	uint32_t   *days;
	uint32_t	n = 0;
	uint32_t	joint = 0;
	MsWide		money = 0;

	for (uint32_t m = 0; m < group->n_members; m++)
		n += index->patient_start[group->members[m] + 1] - index->patient_start[group->members[m]];
	places = MS_NEW(arena, uint32_t, n);
	mark = ms_arena_mark(arena);
	positions = MS_NEW(arena, uint32_t, n);
	days = MS_NEW(arena, uint32_t, n);
	n = 0;
	for (uint32_t m = 0; m < group->n_members; m++)
		for (uint32_t k = index->patient_start[group->members[m]]; k < index->patient_start[group->members[m] + 1]; k++)
			positions[n++] = index->visit[k];
	ms_sort_numbers(positions, n);
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	place = index->place[positions[i]];

		ms_tick(arena);
		if (!is_joint(index, positions, n, positions[i]))
			continue;
		days[joint] = (uint32_t) ms_visit_day(index, positions[i]);
		/* ascending by place and time */
		if (group->n_places == 0 || places[group->n_places - 1] != place)
		{
			places[group->n_places++] = place;
			group->repetitions++;
		}
		else if (days[joint - 1] != days[joint])
			group->repetitions++;
		money += index->money[positions[i]];
		joint++;
	}
	ms_sort_numbers(days, joint);
	for (uint32_t i = 0; i < joint; i++)
		if (i == 0 || days[i] != days[i - 1])
			group->days++;
	group->visits = joint;
	group->money = money > INT64_MAX ? INT64_MAX : money < INT64_MIN ? INT64_MIN : (int64_t) money;
	group->first_day = index->first_day + days[0];
	group->last_day = index->first_day + days[joint - 1];
	group->places = places;
	ms_arena_release(arena, mark);
}

/* ---- all groups ---- */

static int
by_group_p(uint32_t a, uint32_t b, const void *ctx)
{
	const MsCovisitGroup *groups = ctx;

	if (groups[a].log_p != groups[b].log_p)
		return groups[a].log_p < groups[b].log_p ? -1 : 1;
	if (groups[a].n_members != groups[b].n_members)
		return groups[a].n_members > groups[b].n_members ? -1 : 1;
	return groups[a].members[0] < groups[b].members[0] ? -1 : 1;
}

static void
list_members(Graph *g, MsCovisitGroup *groups)
{
	uint32_t	patients = g->index->input->patients;
	uint32_t   *members = MS_NEW(g->index->arena, uint32_t, patients);
	uint32_t   *next = MS_NEW(g->index->arena, uint32_t, g->groups);
	uint32_t	n = 0;

	for (uint32_t v = 0; v < patients; v++)
		if (g->group[v] != NOBODY)
			groups[g->group[v]].n_members++;
	for (uint32_t i = 0; i < g->groups; i++)
	{
		next[i] = n;
		groups[i].members = members + n;
		n += groups[i].n_members;
	}
	for (uint32_t v = 0; v < patients; v++)
		if (g->group[v] != NOBODY)
			members[next[g->group[v]]++] = v;
}

void
ms_covisit_groups(const MsCovisitIndex *index, const MsDegrees *degrees, MsCovisits *result)
{
	MsArena    *arena = index->arena;
	Graph		g = {.index = index,.pairs = result->pairs,.n_pairs = result->n_pairs};
	MsCovisitGroup *groups;
	MsCovisitGroup *sorted;
	double	   *log_product;
	double	   *log_trees;
	uint32_t   *order;

	if (g.n_pairs == 0)
		return;
	build_graph(&g);
	for (uint32_t least = 0;; least++)
	{
		if (least > 0)
			thin_out(&g, least);
		find_components(&g);
		if (!settle_components(&g))
			break;
	}
	groups = MS_NEW(arena, MsCovisitGroup, g.groups);
	sorted = MS_NEW(arena, MsCovisitGroup, g.groups);
	order = MS_NEW(arena, uint32_t, g.groups);
	log_product = MS_NEW(arena, double, g.groups);
	log_trees = MS_NEW(arena, double, (size_t) index->input->patients + 1);
	list_members(&g, groups);
	sum_pairs(&g, groups, log_product);
	for (uint32_t i = 0; i < g.groups; i++)
	{
		MsCovisitGroup *group = &groups[i];
		double		n = group->n_members;

		order[i] = i;
		group->density = group->pairs / (n * (n - 1) / 2);
		group->log_p = log_group_p(degrees, log_trees, group->n_members, log_product[i]);
	}
	ms_sort(arena, order, g.groups, by_group_p, groups);
	for (uint32_t i = 0; i < g.groups; i++)
	{
		if (exp(groups[order[i]].log_p) > index->setting->alpha)
			continue;
		sum_visits(index, &groups[order[i]]);
		sorted[result->n_groups++] = groups[order[i]];
	}
	result->groups = sorted;
}
