/*
 * gathering_dense_fuzz.c
 *	  Dense blocks of any edges: each has the edges and the score that it
 *	  says, no edge is in two, and none is denser than half of all was.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "gathering/dense_core.h"
#include "arena_fuzz.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROVIDERS	16
#define PATIENTS	32
#define MOST		512

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MsEnv		env = {take, check, fail, NULL, SIZE_MAX / 4};
	MsArena		arena;
	MsEdge		edges[MOST];
	bool		edge[PROVIDERS][PATIENTS] = {{false}};
	double		weight[PROVIDERS];
	MsDense		dense = {PROVIDERS, PATIENTS};
	size_t		n = 0;

	for (; n < MOST && size >= 2; data += 2, size -= 2, n++)
	{
		edges[n].provider = data[0] % PROVIDERS;
		edges[n].patient = data[1] % PATIENTS;
		edge[edges[n].provider][edges[n].patient] = true;
	}
	for (uint32_t p = 0; p < PROVIDERS; p++)
	{
		uint32_t	degree = 0;

		for (uint32_t q = 0; q < PATIENTS; q++)
			degree += edge[p][q];
		weight[p] = 1 / log(degree + 5.0);
	}
	ms_arena_init(&arena, &env);
	ms_dense_blocks(&arena, &dense, edges, n, 8);
	for (uint32_t b = 0; b < dense.n_blocks; b++)
	{
		const MsDenseBlock *block = &dense.blocks[b];
		double		all = 0;
		double		sum = 0;
		uint32_t	nodes = 0;
		uint32_t	count = 0;
		bool		there[PROVIDERS + PATIENTS] = {false};

		for (uint32_t p = 0; p < PROVIDERS; p++)
			for (uint32_t q = 0; q < PATIENTS; q++)
				if (edge[p][q])
				{
					all += weight[p];
					there[p] = there[PROVIDERS + q] = true;
				}
		for (uint32_t v = 0; v < PROVIDERS + PATIENTS; v++)
			nodes += there[v];
		for (uint32_t i = 0; i < block->n_providers; i++)
			for (uint32_t j = 0; j < block->n_patients; j++)
			{
				bool	   *here = &edge[block->providers[i]][block->patients[j]];

				sum += *here ? weight[block->providers[i]] : 0;
				count += *here;
				*here = false;
			}
		must(count > 0 && block->edges == count);
		must(fabs(block->score - sum / (block->n_providers + block->n_patients)) < 1e-6);
		/* as dense as the whole at least, which is where peeling starts */
		must(block->score > all / nodes - 1e-6);
	}
	give_back();
	return 0;
}
