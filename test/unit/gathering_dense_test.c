/*
 * gathering_dense_test.c
 *	  Dense blocks against peeling by hand and against every subset of small
 *	  graphs; that order and repetition of edges do not matter; planted rings
 *	  among camouflage.
 */
#include <math.h>

#include "gathering/dense_core.h"
#include "gathering_fixture.h"
#include "unit.h"

#define SIDE	6
#define ROWS	40

static void
run(MsDense *dense, const MsEdge *edges, size_t n, uint32_t providers, uint32_t patients, uint32_t most)
{
	static MsEnv env;
	static MsArena arena;

	env = (MsEnv)
	{
		take, check, fail, NULL, budget
	};
	ms_arena_init(&arena, &env);
	memset(dense, 0, sizeof(*dense));
	dense->n_providers = providers;
	dense->n_patients = patients;
	ms_dense_blocks(&arena, dense, edges, n, most);
}

/* Weight of the edges inside a set of nodes, providers first. */
static int64_t
inside(const bool edge[SIDE][SIDE], const int64_t *weight, uint32_t set)
{
	int64_t		sum = 0;

	for (uint32_t p = 0; p < SIDE; p++)
		for (uint32_t q = 0; q < SIDE; q++)
			if (edge[p][q] && (set >> p & 1) && (set >> (SIDE + q) & 1))
				sum += weight[p];
	return sum;
}

/* The same peeling, all anew at every step. */
static uint32_t
peeled(const bool edge[SIDE][SIDE], const int64_t *weight)
{
	uint32_t	left = 0;
	uint32_t	best;

	for (uint32_t p = 0; p < SIDE; p++)
		for (uint32_t q = 0; q < SIDE; q++)
			if (edge[p][q])
				left |= 1U << p | 1U << (SIDE + q);
	best = left;
	while (left & (left - 1))
	{
		uint32_t	least = 0;
		int64_t		least_key = INT64_MAX;

		for (uint32_t v = 0; v < 2 * SIDE; v++)
			if (left >> v & 1)
			{
				int64_t		key = inside(edge, weight, left) - inside(edge, weight, left & ~(1U << v));

				if (key < least_key)
				{
					least_key = key;
					least = v;
				}
			}
		left &= ~(1U << least);
		if ((MsWide) inside(edge, weight, left) * __builtin_popcount(best) >
			(MsWide) inside(edge, weight, best) * __builtin_popcount(left))
			best = left;
	}
	return best;
}

static uint32_t
set_of(const MsDenseBlock *block)
{
	uint32_t	set = 0;

	for (uint32_t i = 0; i < block->n_providers; i++)
		set |= 1U << block->providers[i];
	for (uint32_t i = 0; i < block->n_patients; i++)
		set |= 1U << (SIDE + block->patients[i]);
	return set;
}

static void
test_small(void)
{
	bool		as_peeled = true;
	bool		half = true;
	bool		steady = true;
	bool		figures = true;
	int			blocks = 0;

	for (int round = 0; round < 1500; round++)
	{
		MsEdge		edges[ROWS];
		bool		edge[SIDE][SIDE] = {{false}};
		int64_t		weight[SIDE];
		MsDense		dense;
		MsDense		again;
		uint32_t	n = below(ROWS);
		uint32_t	different = 0;
		uint32_t	found = 0;

		for (uint32_t i = 0; i < n; i++)
		{
			edges[i] = (MsEdge)
			{
				below(SIDE), below(1 + below(SIDE))
			};
			different += !edge[edges[i].provider][edges[i].patient];
			edge[edges[i].provider][edges[i].patient] = true;
		}
		for (uint32_t p = 0; p < SIDE; p++)
		{
			uint32_t	degree = 0;

			for (uint32_t q = 0; q < SIDE; q++)
				degree += edge[p][q];
			weight[p] = ms_dense_weight(degree);
			figures = figures && fabs((double) weight[p] / MS_DENSE_UNIT - 1 / log(degree + 5.0)) < 1e-9;
		}
		run(&dense, edges, n, SIDE, SIDE, 10);
		figures = figures && dense.n_edges == different;
		for (uint32_t b = 0; b < dense.n_blocks; b++)
		{
			uint32_t	want = peeled((const bool (*)[SIDE]) edge, weight);
			uint32_t	set = set_of(&dense.blocks[b]);
			double		most = 0;

			as_peeled = as_peeled && set == want;
			figures = figures && fabs(dense.blocks[b].score -
									  (double) inside((const bool (*)[SIDE]) edge, weight, set) / MS_DENSE_UNIT / __builtin_popcount(set)) < 1e-12;
			for (uint32_t s = 1; b == 0 && s < 1U << (2 * SIDE); s++)
			{
				double		score = (double) inside((const bool (*)[SIDE]) edge, weight, s) / MS_DENSE_UNIT / __builtin_popcount(s);

				most = score > most ? score : most;
			}
			half = half && dense.blocks[b].score >= most / 2 - 1e-12 && (b > 0 || dense.blocks[b].score <= most + 1e-12);
			for (uint32_t p = 0; p < SIDE; p++)
				for (uint32_t q = 0; q < SIDE; q++)
					if ((set >> p & 1) && (set >> (SIDE + q) & 1))
						edge[p][q] = false;
			found += dense.blocks[b].edges;
			blocks++;
		}
		/* all edges are in some block, when there are few */
		figures = figures && (dense.n_blocks == 10 || found == different);
		/* another order, and one edge twice */
		for (uint32_t i = n; i > 1; i--)
		{
			uint32_t	j = below(i);
			MsEdge		swap = edges[i - 1];

			edges[i - 1] = edges[j];
			edges[j] = swap;
		}
		if (n > 0 && n < ROWS)
		{
			edges[n] = edges[below(n)];
			n++;
		}
		run(&again, edges, n, SIDE, SIDE, 10);
		steady = steady && again.n_blocks == dense.n_blocks;
		for (uint32_t b = 0; steady && b < dense.n_blocks; b++)
			steady = set_of(&again.blocks[b]) == set_of(&dense.blocks[b]) && again.blocks[b].score == dense.blocks[b].score
				&& again.blocks[b].expected == dense.blocks[b].expected;
		give_back();
	}
	CHECK(as_peeled);
	CHECK(half);
	CHECK(steady);
	CHECK(figures);
	CHECK(blocks > 1500);
}

/* Two rings whose members go to the large hospitals like everybody. */
static void
test_planted(void)
{
	static MsEdge edges[40000];
	MsDense		dense;
	size_t		n = 0;
	bool		first;
	bool		second;

	/* 3,000 people, 100 providers, the first ten of them large */
	for (uint32_t q = 0; q < 3000; q++)
		for (int k = 0; k < 8; k++)
			edges[n++] = (MsEdge)
		{
			unit() < 0.67 ? below(10) : below(100), q
		};
	/* 40 people at 8 small pharmacies, 20 people at 5 */
	for (uint32_t q = 500; q < 540; q++)
		for (uint32_t p = 60; p < 68; p++)
			edges[n++] = (MsEdge)
		{
			p, q
		};
	for (uint32_t q = 900; q < 920; q++)
		for (uint32_t p = 80; p < 85; p++)
			edges[n++] = (MsEdge)
		{
			p, q
		};
	run(&dense, edges, n, 100, 3000, 2);
	CHECK_INT(dense.n_blocks, 2);
	first = dense.blocks[0].n_providers >= 8 && dense.blocks[0].n_patients >= 40;
	for (uint32_t q = 500, i = 0; q < 540; q++)
	{
		while (i < dense.blocks[0].n_patients && dense.blocks[0].patients[i] < q)
			i++;
		first = first && i < dense.blocks[0].n_patients && dense.blocks[0].patients[i] == q;
	}
	second = dense.blocks[0].score > dense.blocks[1].score;
	printf("# planted 8 x 40: %u x %u, %u edges, %.1f expected; then %u x %u\n", dense.blocks[0].n_providers, dense.blocks[0].n_patients,
		   dense.blocks[0].edges, dense.blocks[0].expected, dense.blocks[1].n_providers, dense.blocks[1].n_patients);
	CHECK(first);
	CHECK(second);
	give_back();
}

static void
test_refusals(void)
{
	MsEdge		edge = {0, 0};
	MsDense		dense;
	int			why;

	run(&dense, NULL, 0, 0, 0, 3);
	CHECK_INT(dense.n_blocks, 0);
	run(&dense, &edge, 1, 1, 1, 3);
	CHECK_INT(dense.n_blocks, 1);
	CHECK_INT(dense.blocks[0].edges, 1);
	give_back();
	budget = 10000;
	why = setjmp(on_fail);
	if (why == 0)
	{
		run(&dense, &edge, 1, 100000, 1, 3);
		CHECK(false);
	}
	CHECK_INT(why, MS_FAIL_MEMORY);
	give_back();
	budget = SIZE_MAX / 4;
	why = setjmp(on_fail);
	if (why == 0)
	{
		run(&dense, &edge, 1, MS_DENSE_MAX, 1, 3);
		CHECK(false);
	}
	CHECK_INT(why, MS_FAIL_TOO_MANY);
	give_back();
}

int
main(void)
{
	test_small();
	test_planted();
	test_refusals();
	CHECK(checks > 0);
	return unit_done();
}
