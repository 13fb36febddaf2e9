/*-------------------------------------------------------------------------
 *
 * covisit_disk_place_core.c
 *	  Second pass over co-visits on disk: what depends on places, a few of
 *	  them at a time.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "gathering/covisit_disk_run_core.h"

/* ---- blocks ---- */

/* Near places hang together; a block is called by its least place. */
void
ms_disk_blocks(MsDiskRun *run)
{
	const MsNear *near = run->input->near;
	uint32_t	places = run->input->places;
	uint32_t   *queue;
	uint32_t	queued = 0;

	run->block_visits = MS_NEW(run->arena, uint32_t, places);
	if (near == NULL)
		return;
	run->block = MS_NEW(run->arena, uint32_t, places);
	queue = MS_NEW(run->arena, uint32_t, places);
	memset(run->block, 0xff, places * sizeof(uint32_t));
	for (uint32_t p = 0; p < places; p++)
	{
		if (run->block[p] != UINT32_MAX)
			continue;
		run->block[p] = p;
		queue[queued++] = p;
		for (uint32_t done = queued - 1; done < queued; done++)
			for (uint32_t k = near->start[queue[done]]; k < near->start[queue[done] + 1]; k++)
			{
				ms_tick(run->arena);
				if (run->block[near->place[k]] != UINT32_MAX)
					continue;
				run->block[near->place[k]] = p;
				queue[queued++] = near->place[k];
			}
	}
}

/* ---- batches of blocks ---- */

/* Visits of whole blocks; patients and places have numbers of their own. */
typedef struct Batch
{
	MsArena		arena;			/* scratch */
	MsVec		visits;			/* MsVisit */
	MsVec		places;			/* uint32: whose number is the index */
	uint32_t	block;
	uint32_t   *local;			/* numbers of places, while they are in it */
} Batch;

/* With room for a block of so many visits at least. */
static void
empty_batch(const MsDiskRun *run, Batch *batch, uint32_t visits)
{
	uint32_t	room = visits > run->disk->most ? visits : run->disk->most;

	run->disk->clear(run->disk->ctx);
	ms_arena_init(&batch->arena, run->disk->scratch);
	memset(&batch->places, 0, sizeof(batch->places));
	batch->visits.n = 0;
	batch->visits.data = MS_NEW(&batch->arena, MsVisit, room);
	batch->visits.capacity = room;
}

/* Returns the patients in the order of their numbers. */
static uint32_t *
renumber(MsArena *arena, MsVisit *visits, uint32_t n, uint32_t *patients)
{
	uint32_t   *patient = MS_NEW(arena, uint32_t, n);
	MsMark		mark = ms_arena_mark(arena);
	uint64_t   *number = MS_NEW(arena, uint64_t, n);

	*patients = 0;
	for (uint32_t i = 0; i < n; i++)
		number[i] = visits[i].patient;
	ms_sort_u64(arena, number, n);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || number[i] != number[i - 1])
			patient[(*patients)++] = (uint32_t) number[i];
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	lo = 0;
		uint32_t	hi = *patients;

		ms_tick(arena);
		while (lo < hi)
		{
			uint32_t	mid = lo + (hi - lo) / 2;

			if (patient[mid] < visits[i].patient)
				lo = mid + 1;
			else
				hi = mid;
		}
		visits[i].patient = lo;
	}
	ms_arena_release(arena, mark);
	return patient;
}

static const MsNear *
near_of_batch(const MsDiskRun *run, Batch *batch)
{
	const MsNear *near = run->input->near;
	const uint32_t *global = batch->places.data;
	uint32_t	places = (uint32_t) batch->places.n;
	uint32_t   *start;
	uint32_t   *list;
	MsNear	   *own;
	uint32_t	n = 0;

	if (near == NULL)
		return NULL;
	for (uint32_t p = 0; p < places; p++)
		n += near->start[global[p] + 1] - near->start[global[p]];
	own = MS_NEW(&batch->arena, MsNear, 1);
	own->start = start = MS_NEW(&batch->arena, uint32_t, (size_t) places + 1);
	own->place = list = MS_NEW(&batch->arena, uint32_t, n);
	n = 0;
	for (uint32_t p = 0; p < places; p++)
	{
		start[p] = n;
		for (uint32_t k = near->start[global[p]]; k < near->start[global[p] + 1]; k++)
		{
			uint32_t	q = batch->local[near->place[k]];

			/* else nobody was there, and its number is another batch's */
			if (q < places && global[q] == near->place[k])
				list[n++] = q;
		}
		ms_sort_numbers(list + start[p], n - start[p]);
	}
	start[places] = n;
	return own;
}

static void
put_rates(MsDiskRun *run, int kind, const MsStrata *strata)
{
	uint32_t	base = run->n_strata[kind];

	for (uint32_t a = 0; a < strata->n; a++)
		for (uint32_t r = strata->rate_start[a]; r < strata->rate_start[a + 1]; r++)
		{
			MsDiskRecord record = {.len = 0};

			ms_add_u32(&record, base + a);
			ms_add_u32(&record, base + strata->rate_stratum[r]);
			ms_add_double(&record, strata->rate[r]);
			ms_disk_put(run, run->rates[kind], &record);
		}
	if (strata->n > MS_COVISIT_MAX - base)
		run->arena->env->fail(run->arena->env->ctx, MS_FAIL_TOO_MANY);
	run->n_strata[kind] += strata->n;
}

static bool
is_candidate(const MsDiskRun *run, uint32_t patient)
{
	return (*MS_AT(&run->candidates, uint8_t, patient / 8) >> patient % 8 & 1) != 0;
}

static void
judge_batch(MsDiskRun *run, Batch *batch)
{
	MsArena    *arena = &batch->arena;
	MsCovisitInput input = {.visits = batch->visits.data,.n = (uint32_t) batch->visits.n};
	const uint32_t *place = batch->places.data;
	const uint32_t *patient;
	MsCovisitIndex index;
	bool	   *candidate;
	bool	   *joint;

	if (input.n == 0)
		return;
	input.places = (uint32_t) batch->places.n;
	input.near = near_of_batch(run, batch);
	patient = renumber(arena, batch->visits.data, input.n, &input.patients);
	ms_covisit_index(&index, arena, &input, run->setting, run->first_day, NULL);
	ms_covisit_strata(&index, &index.coarse, false);
	ms_covisit_strata(&index, &index.fine, true);
	candidate = MS_NEW(arena, bool, input.patients);
	joint = MS_NEW(arena, bool, index.n);
	for (uint32_t v = 0; v < input.patients; v++)
		candidate[v] = is_candidate(run, patient[v]);
	ms_covisit_company(&index, candidate, joint);
	for (uint32_t i = 0; i < index.n; i++)
	{
		MsKnown		known = {
			.at = index.at[i],.money = index.money[i],
			.patient = patient[index.who[i]],.place = place[index.place[i]],
			.crowd = index.crowd[i],.joint = joint[i],
			.stratum = {run->n_strata[0] + index.coarse.stratum[i], run->n_strata[1] + index.fine.stratum[i]}
		};

		ms_disk_put_known(run, run->by_patient, &known);
	}
	put_rates(run, 0, &index.coarse);
	put_rates(run, 1, &index.fine);
}

void
ms_disk_places(MsDiskRun *run)
{
	const MsDisk *disk = run->disk;
	Batch		batch = {.block = UINT32_MAX};
	const uint8_t *p;

	batch.local = MS_NEW(run->arena, uint32_t, run->input->places);
	run->by_patient = disk->open(disk->ctx, true);
	for (int kind = 0; kind < MS_STRATA; kind++)
		run->rates[kind] = disk->open(disk->ctx, false);
	disk->rewind(run->by_place);
	while ((p = ms_disk_next(run, run->by_place)) != NULL)
	{
		uint32_t	block = ms_take_u32(&p);
		uint32_t	place = ms_take_u32(&p);
		MsVisit    *visit;

		if (block != batch.block && run->block_visits[block] > batch.visits.capacity - batch.visits.n)
		{
			judge_batch(run, &batch);
			empty_batch(run, &batch, run->block_visits[block]);
		}
		batch.block = block;
		if (batch.places.n == 0 || *MS_AT(&batch.places, uint32_t, batch.places.n - 1) != place)
		{
			batch.local[place] = (uint32_t) batch.places.n;
			*MS_PUSH(&batch.arena, &batch.places, uint32_t) = place;
		}
		visit = MS_PUSH(&batch.arena, &batch.visits, MsVisit);
		visit->at = ms_take_i64(&p);
		visit->patient = ms_take_u32(&p);
		visit->money = ms_take_i64(&p);
		visit->place = batch.local[place];
	}
	judge_batch(run, &batch);
	disk->clear(disk->ctx);
	disk->close(run->by_place);
}
