/*-------------------------------------------------------------------------
 *
 * dense_core.c
 *	  The greedy densest block, again and again.
 *
 * In the manner of Fraudar (Hooi et al. 2016): whoever hangs on least is
 * taken away until nobody is left; the densest rest on the way is the block,
 * at least half as dense as any.  Edges to providers whom many go to weigh
 * little, so that going there too hides nobody.  Weights are whole numbers:
 * sums are exact and do not depend on the order of edges.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/dense_core.h"

#include <math.h>
#include <string.h>

/* Nodes: providers first, then patients. */
typedef struct Graph
{
	MsArena    *arena;
	uint32_t	n_providers;
	uint32_t	n_nodes;
	MsEdge	   *edges;			/* by patient, then provider; all different */
	uint32_t	n_edges;
	uint32_t   *until;			/* by node: into other */
	uint32_t   *other;
	int64_t    *weight;			/* of an edge, by provider */
	uint32_t   *degree;			/* by node, in the whole graph */
	/* peeling */
	int64_t    *key;			/* weight of the edges that are left */
	uint32_t   *heap;
	uint32_t   *at;				/* in the heap, by node */
	uint32_t	n_heap;
	uint32_t   *gone;			/* when a node went, by node; 0: never there */
} Graph;

int64_t
ms_dense_weight(uint32_t degree)
{
	return llround(MS_DENSE_UNIT / log((double) degree + 5));
}

/* ---- the graph ---- */

/* Stable, by one end. */
static void
sort_by(Graph *g, const MsEdge *from, size_t n, MsEdge *to, bool by_patient, uint32_t values)
{
	MsMark		mark = ms_arena_mark(g->arena);
	size_t	   *next = MS_NEW(g->arena, size_t, (size_t) values + 1);

	memset(next, 0, ((size_t) values + 1) * sizeof(size_t));
	for (size_t i = 0; i < n; i++)
		next[(by_patient ? from[i].patient : from[i].provider) + 1]++;
	for (uint32_t v = 0; v < values; v++)
		next[v + 1] += next[v];
	for (size_t i = 0; i < n; i++)
	{
		ms_tick(g->arena);
		to[next[by_patient ? from[i].patient : from[i].provider]++] = from[i];
	}
	ms_arena_release(g->arena, mark);
}

static void
take_edges(Graph *g, const MsEdge *edges, size_t n, uint32_t n_patients)
{
	MsMark		mark;
	MsEdge	   *sorted;
	uint32_t	kept = 0;

	g->edges = MS_NEW(g->arena, MsEdge, n);
	mark = ms_arena_mark(g->arena);
	sorted = MS_NEW(g->arena, MsEdge, n);
	sort_by(g, edges, n, sorted, false, g->n_providers);
	sort_by(g, sorted, n, g->edges, true, n_patients);
	ms_arena_release(g->arena, mark);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || g->edges[i].patient != g->edges[kept - 1].patient ||
			g->edges[i].provider != g->edges[kept - 1].provider)
			g->edges[kept++] = g->edges[i];
	g->n_edges = kept;
}

/* Neighbours of each node, out of the edges that are left. */
static void
link_nodes(Graph *g)
{
	memset(g->until, 0, ((size_t) g->n_nodes + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < g->n_edges; i++)
	{
		g->until[g->edges[i].provider]++;
		g->until[g->n_providers + g->edges[i].patient]++;
	}
	for (uint32_t v = 0; v < g->n_nodes; v++)
		g->until[v + 1] += g->until[v];
	/* from the back, so that until ends as the start of each */
	for (uint32_t i = g->n_edges; i > 0; i--)
	{
		uint32_t	provider = g->edges[i - 1].provider;
		uint32_t	patient = g->n_providers + g->edges[i - 1].patient;

		ms_tick(g->arena);
		g->other[--g->until[provider]] = patient;
		g->other[--g->until[patient]] = provider;
	}
	g->until[g->n_nodes] = 2 * g->n_edges;
}

/* ---- the heap: least key first, then least node ---- */

static bool
before(const Graph *g, uint32_t a, uint32_t b)
{
	return g->key[a] != g->key[b] ? g->key[a] < g->key[b] : a < b;
}

static void
put(Graph *g, uint32_t at, uint32_t node)
{
	g->heap[at] = node;
	g->at[node] = at;
}

static void
sift_up(Graph *g, uint32_t at, uint32_t node)
{
	for (; at > 0 && before(g, node, g->heap[(at - 1) / 2]); at = (at - 1) / 2)
		put(g, at, g->heap[(at - 1) / 2]);
	put(g, at, node);
}

static void
sift_down(Graph *g, uint32_t at, uint32_t node)
{
	for (;;)
	{
		uint32_t	child = 2 * at + 1;

		if (child >= g->n_heap)
			break;
		if (child + 1 < g->n_heap && before(g, g->heap[child + 1], g->heap[child]))
			child++;
		if (before(g, node, g->heap[child]))
			break;
		put(g, at, g->heap[child]);
		at = child;
	}
	put(g, at, node);
}

/* ---- one block ---- */

/* All nodes that have an edge, with the weight of their edges. */
static int64_t
fill_heap(Graph *g)
{
	int64_t		all = 0;

	g->n_heap = 0;
	for (uint32_t v = 0; v < g->n_nodes; v++)
	{
		uint32_t	degree = g->until[v + 1] - g->until[v];

		ms_tick(g->arena);
		g->gone[v] = 0;
		if (degree == 0)
			continue;
		if (v < g->n_providers)
		{
			g->key[v] = (int64_t) degree * g->weight[v];
			all += g->key[v];
		}
		else
		{
			g->key[v] = 0;
			for (uint32_t k = g->until[v]; k < g->until[v + 1]; k++)
				g->key[v] += g->weight[g->other[k]];
		}
		g->gone[v] = UINT32_MAX;
		put(g, g->n_heap++, v);
	}
	for (uint32_t i = g->n_heap / 2; i > 0; i--)
		sift_down(g, i - 1, g->heap[i - 1]);
	return all;
}

/* Says in gone when each node went; returns when the rest was densest. */
static uint32_t
peel(Graph *g, int64_t *best_weight, uint32_t *best_nodes)
{
	int64_t		weight = fill_heap(g);
	uint32_t	round = 0;
	uint32_t	best = 0;

	*best_weight = weight;
	*best_nodes = g->n_heap;
	while (g->n_heap > 1)
	{
		uint32_t	node = g->heap[0];
		uint32_t	last = g->heap[--g->n_heap];

		ms_tick(g->arena);
		g->gone[node] = ++round;
		weight -= g->key[node];
		if (g->n_heap > 0)
			sift_down(g, 0, last);
		for (uint32_t k = g->until[node]; k < g->until[node + 1]; k++)
		{
			uint32_t	neighbour = g->other[k];

			if (g->gone[neighbour] != UINT32_MAX)
				continue;
			g->key[neighbour] -= g->weight[node < g->n_providers ? node : neighbour];
			sift_up(g, g->at[neighbour], neighbour);
		}
		if ((MsWide) weight * *best_nodes > (MsWide) *best_weight * g->n_heap)
		{
			*best_weight = weight;
			*best_nodes = g->n_heap;
			best = round;
		}
	}
	return best;
}

static uint32_t *
members_from(Graph *g, uint32_t first, uint32_t end, uint32_t best, uint32_t *n)
{
	uint32_t   *members;
	uint32_t	count = 0;

	for (uint32_t v = first; v < end; v++)
		count += g->gone[v] > best;
	members = MS_NEW(g->arena, uint32_t, count);
	*n = 0;
	for (uint32_t v = first; v < end; v++)
		if (g->gone[v] > best)
			members[(*n)++] = v - first;
	return members;
}

/* The edges inside are the block's, and no longer there for the next one. */
static uint32_t
drop_edges(Graph *g, uint32_t best)
{
	uint32_t	kept = 0;
	uint32_t	dropped;

	for (uint32_t i = 0; i < g->n_edges; i++)
	{
		ms_tick(g->arena);
		if (g->gone[g->edges[i].provider] <= best || g->gone[g->n_providers + g->edges[i].patient] <= best)
			g->edges[kept++] = g->edges[i];
	}
	dropped = g->n_edges - kept;
	g->n_edges = kept;
	return dropped;
}

static double
sum_degrees(const Graph *g, const uint32_t *members, uint32_t n, uint32_t first)
{
	double		sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += g->degree[first + members[i]];
	return sum;
}

void
ms_dense_blocks(MsArena *arena, MsDense *dense, const MsEdge *edges, size_t n, uint32_t most)
{
	Graph		g = {.arena = arena,.n_providers = dense->n_providers};

	if (n > MS_DENSE_MAX || (uint64_t) dense->n_providers + dense->n_patients > MS_DENSE_MAX)
		arena->env->fail(arena->env->ctx, MS_FAIL_TOO_MANY);
	g.n_nodes = dense->n_providers + dense->n_patients;
	take_edges(&g, edges, n, dense->n_patients);
	dense->n_edges = g.n_edges;
	dense->blocks = MS_NEW(arena, MsDenseBlock, most);
	dense->n_blocks = 0;
	g.until = MS_NEW(arena, uint32_t, (size_t) g.n_nodes + 1);
	g.other = MS_NEW(arena, uint32_t, 2 * (size_t) g.n_edges);
	g.weight = MS_NEW(arena, int64_t, g.n_providers);
	g.degree = MS_NEW(arena, uint32_t, g.n_nodes);
	g.key = MS_NEW(arena, int64_t, g.n_nodes);
	g.heap = MS_NEW(arena, uint32_t, g.n_nodes);
	g.at = MS_NEW(arena, uint32_t, g.n_nodes);
	g.gone = MS_NEW(arena, uint32_t, g.n_nodes);
	link_nodes(&g);
	for (uint32_t v = 0; v < g.n_nodes; v++)
		g.degree[v] = g.until[v + 1] - g.until[v];
	for (uint32_t v = 0; v < g.n_providers; v++)
		g.weight[v] = ms_dense_weight(g.degree[v]);
	while (dense->n_blocks < most && g.n_edges > 0)
	{
		MsDenseBlock *block = &dense->blocks[dense->n_blocks++];
		int64_t		weight;
		uint32_t	nodes;
		uint32_t	best = peel(&g, &weight, &nodes);

		block->score = (double) weight / MS_DENSE_UNIT / nodes;
		block->providers = members_from(&g, 0, g.n_providers, best, &block->n_providers);
		block->patients = members_from(&g, g.n_providers, g.n_nodes, best, &block->n_patients);
		block->edges = drop_edges(&g, best);
		block->expected = sum_degrees(&g, block->providers, block->n_providers, 0) *
			sum_degrees(&g, block->patients, block->n_patients, g.n_providers) / dense->n_edges;
		link_nodes(&g);
	}
}
