/*-------------------------------------------------------------------------
 *
 * covisit_disk_core.c
 *	  Co-visits of more rows than memory holds: one pass after the other, and
 *	  in the end groups of the pairs that hold, with their names.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "gathering/covisit_disk_run_core.h"

/* Pairs' patients get numbers of their own, in the same order. */
static void
number_members(MsDiskRun *run, MsRanks *members)
{
	MsCovisits *covisits = &run->found->covisits;

	ms_ranks_init(members, run->arena, run->patients);
	for (size_t i = 0; i < covisits->n_pairs; i++)
	{
		ms_ranks_see(members, covisits->pairs[i].a);
		ms_ranks_see(members, covisits->pairs[i].b);
	}
	run->found->n_names = ms_ranks_count(members);
	for (size_t i = 0; i < covisits->n_pairs; i++)
	{
		covisits->pairs[i].a = ms_ranks_rank(members, covisits->pairs[i].a);
		covisits->pairs[i].b = ms_ranks_rank(members, covisits->pairs[i].b);
	}
}

static void
read_names(MsDiskRun *run, const MsRanks *members)
{
	const char *p;
	size_t		len;

	run->found->names = MS_NEW(run->arena, MsStr, run->found->n_names);
	run->disk->rewind(run->names);
	for (uint32_t v = 0; (p = run->disk->next(run->names, &len)) != NULL; v++)
	{
		ms_tick(run->arena);
		if (ms_ranks_has(members, v))
			run->found->names[ms_ranks_rank(members, v)] = (MsStr)
		{
			ms_arena_copy(run->arena, p, len), (uint32_t) len
		};
	}
}

static void
find_groups(MsDiskRun *run, const MsRanks *members)
{
	MsVec		visits = {0};
	size_t		n = 0;
	uint32_t	patients = 0;
	MsArena		arena;
	MsDiskTable table;

	/* what is found stays in scratch */
	ms_arena_init(&arena, run->disk->scratch);
	for (int pass = 0; pass < 2; pass++)
	{
		MsDiskReader reader = ms_start_reading(run, run->residue);

		if (pass == 1)
			ms_table_init(run, &arena, &table, n, patients);
		while (visits.n = 0, ms_read_patient(&reader, &visits))
		{
			if (!ms_ranks_has(members, MS_AT(&visits, MsKnown, 0)->patient))
				continue;
			n += visits.n;
			patients++;
			if (pass == 1)
				ms_table_add(&table, &visits);
		}
	}
	ms_table_index(run, &table);
	ms_covisit_groups(&table.index, &run->degrees, &run->found->covisits);
}

void
ms_covisits_on_disk(MsArena *arena, const MsDisk *disk, const MsDiskInput *input,
					const MsCovisitSetting *setting, bool want_groups, MsDiskFound *found)
{
	MsDiskRun	run = {
		.arena = arena,.disk = disk,.input = input,.setting = setting,.found = found,.first_day = INT64_MAX
	};
	MsRanks		members;
	MsMark		mark;

	memset(found, 0, sizeof(*found));
	ms_disk_blocks(&run);
	ms_disk_patients(&run);
	ms_disk_places(&run);
	ms_disk_residue(&run);
	found->covisits.tests = (double) run.degrees.sum / 2;
	mark = ms_arena_mark(arena);
	ms_disk_pairs(&run);
	for (int kind = 0; kind < MS_STRATA; kind++)
		disk->close(run.rates[kind]);
	ms_arena_release(arena, mark);
	ms_disk_adjust(&run);
	if (found->covisits.n_pairs > 0)
	{
		number_members(&run, &members);
		read_names(&run, &members);
		if (want_groups)
			find_groups(&run, &members);
	}
	disk->close(run.residue);
	disk->close(run.names);
	if (run.households != NULL)
		disk->close(run.households);
}
