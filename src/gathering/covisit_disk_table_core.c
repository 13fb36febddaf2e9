/*-------------------------------------------------------------------------
 *
 * covisit_disk_table_core.c
 *	  An index of visits whose crowds and strata were found out before.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "gathering/covisit_disk_run_core.h"

void
ms_table_init(const MsDiskRun *run, MsArena *arena, MsDiskTable *table, size_t visits, uint32_t patients)
{
	if (visits > MS_COVISIT_MAX)
		arena->env->fail(arena->env->ctx, MS_FAIL_TOO_MANY);
	memset(table, 0, sizeof(*table));
	table->arena = arena;
	table->visits = MS_NEW(arena, MsVisit, visits);
	table->facts = MS_NEW(arena, MsVisitFacts, visits);
	table->household = MS_NEW(arena, uint32_t, patients);
	table->patient = MS_NEW(arena, uint32_t, patients);
	for (int kind = 0; kind < MS_STRATA; kind++)
		ms_ranks_init(&table->used[kind], arena, run->n_strata[kind]);
	table->input.visits = table->visits;
	table->input.household = table->household;
	table->input.places = run->input->places;
	table->input.near = run->input->near;
}

void
ms_table_add(MsDiskTable *table, const MsVec *visits)
{
	MsCovisitInput *input = &table->input;

	for (size_t i = 0; i < visits->n; i++)
	{
		const MsKnown *known = MS_AT(visits, MsKnown, i);

		if (input->patients == 0 || table->patient[input->patients - 1] != known->patient)
		{
			table->household[input->patients] = known->household;
			table->patient[input->patients++] = known->patient;
		}
		for (int kind = 0; kind < MS_STRATA; kind++)
			ms_ranks_see(&table->used[kind], known->stratum[kind]);
		table->visits[input->n] = (MsVisit)
		{
			.at = known->at,.money = known->money,.patient = input->patients - 1,.place = known->place
		};
		table->facts[input->n++] = (MsVisitFacts)
		{
			known->crowd, known->stratum[0], known->stratum[1]
		};
	}
}

/* Strata get numbers of their own. */
void
ms_table_index(const MsDiskRun *run, MsDiskTable *table)
{
	MsStrata   *strata[MS_STRATA] = {&table->index.coarse, &table->index.fine};
	uint32_t	n[MS_STRATA];

	for (int kind = 0; kind < MS_STRATA; kind++)
		n[kind] = ms_ranks_count(&table->used[kind]);
	for (uint32_t i = 0; i < table->input.n; i++)
	{
		table->facts[i].coarse = ms_ranks_rank(&table->used[0], table->facts[i].coarse);
		table->facts[i].fine = ms_ranks_rank(&table->used[1], table->facts[i].fine);
	}
	ms_covisit_index(&table->index, table->arena, &table->input, run->setting, run->first_day, table->facts);
	for (int kind = 0; kind < MS_STRATA; kind++)
		strata[kind]->n = n[kind];
}

/* ---- rates of its strata ---- */

/* Counts them first, then fills them in. */
static void
walk_rates(const MsDiskRun *run, int kind, const MsRanks *used, MsStrata *strata, bool fill)
{
	const uint8_t *p;

	run->disk->rewind(run->rates[kind]);
	while ((p = ms_disk_next(run, run->rates[kind])) != NULL)
	{
		uint32_t	a = ms_take_u32(&p);
		uint32_t	b = ms_take_u32(&p);
		uint32_t	r;

		if (!ms_ranks_has(used, a) || !ms_ranks_has(used, b))
			continue;
		a = ms_ranks_rank(used, a);
		/* counting leaves each start where filling begins */
		r = strata->rate_start[fill ? a + 1 : a + 2]++;
		if (!fill)
			continue;
		strata->rate_stratum[r] = ms_ranks_rank(used, b);
		strata->rate[r] = ms_take_double(&p);
	}
}

void
ms_table_rates(const MsDiskRun *run, MsDiskTable *table, int kind, MsStrata *strata)
{
	uint64_t	total = 0;

	strata->rate_start = MS_NEW(table->arena, uint32_t, (size_t) strata->n + 2);
	walk_rates(run, kind, &table->used[kind], strata, false);
	for (uint32_t a = 0; a < strata->n; a++)
	{
		total += strata->rate_start[a + 2];
		if (total > MS_COVISIT_MAX)
			table->arena->env->fail(table->arena->env->ctx, MS_FAIL_TOO_MANY);
		strata->rate_start[a + 2] = (uint32_t) total;
	}
	strata->rate_stratum = MS_NEW(table->arena, uint32_t, total);
	strata->rate = MS_NEW(table->arena, double, total);
	walk_rates(run, kind, &table->used[kind], strata, true);
}
