/*-------------------------------------------------------------------------
 *
 * covisit_disk_pair_core.c
 *	  Fourth pass over co-visits on disk: pairs, of every two lots of patients,
 *	  and which of them hold.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "gathering/covisit_disk_run_core.h"

/* ---- lots ---- */

typedef struct Lot
{
	MsVec		visits;			/* MsKnown, patient by patient */
	uint32_t	patients;
} Lot;

/* Lots end with a patient, so a little more than most may come. */
static void
init_lot(const MsDiskRun *run, Lot *lot, uint64_t most)
{
	uint64_t	room = most < run->found->visits ? most + most / 8 : run->found->visits;

	lot->visits.data = MS_NEW(run->arena, MsKnown, room);
	lot->visits.capacity = room;
}

static bool
read_lot(MsDiskReader *reader, Lot *lot, uint64_t most)
{
	lot->visits.n = 0;
	lot->patients = 0;
	while (lot->visits.n < most && ms_read_patient(reader, &lot->visits))
		lot->patients++;
	return lot->patients > 0;
}

/* ---- pairs of lots ---- */

typedef struct Sink
{
	MsDiskRun  *run;
	const MsDiskTable *table;
} Sink;

/* By chance, the likeliest first: logarithms are not above zero. */
static void
put_pair(void *ctx, const MsCovisitPair *pair)
{
	const Sink *sink = ctx;
	MsDiskRun  *run = sink->run;
	uint64_t	unlikely;
	double		surprise = fabs(pair->log_p);
	MsDiskRecord record = {.len = 0};

	memcpy(&unlikely, &surprise, sizeof(unlikely));
	ms_add_u64(&record, unlikely);
	ms_add_u32(&record, sink->table->patient[pair->a]);
	ms_add_u32(&record, sink->table->patient[pair->b]);
	ms_add_u32(&record, pair->days);
	ms_add_u32(&record, pair->places);
	ms_add_double(&record, pair->weight);
	ms_add_double(&record, pair->expected);
	ms_add_double(&record, pair->log_p);
	ms_disk_put(run, run->by_chance, &record);
	run->pairs++;
}

/* Pairs within a lot, or of a patient of each. */
static void
pair_lots(MsDiskRun *run, const Lot *a, const Lot *b)
{
	MsArena		arena;
	MsDiskTable table;
	Sink		sink = {run, &table};

	run->disk->clear(run->disk->ctx);
	ms_arena_init(&arena, run->disk->scratch);
	ms_table_init(run, &arena, &table, a->visits.n + (b == NULL ? 0 : b->visits.n),
				  a->patients + (b == NULL ? 0 : b->patients));
	ms_table_add(&table, &a->visits);
	if (b != NULL)
		ms_table_add(&table, &b->visits);
	ms_table_index(run, &table);
	ms_table_rates(run, &table, 0, &table.index.coarse);
	ms_table_rates(run, &table, 1, &table.index.fine);
	ms_covisit_pairs(&table.index, a->patients, b == NULL ? 0 : a->patients, put_pair, &sink);
}

void
ms_disk_pairs(MsDiskRun *run)
{
	uint64_t	most = run->disk->most;
	uint32_t	done = 0;
	MsVec		skipped = {0};
	Lot			a = {.patients = 0};
	Lot			b = {.patients = 0};

	run->by_chance = run->disk->open(run->disk->ctx, true);
	if (run->found->visits > most)
		most = (most + 1) / 2;
	init_lot(run, &a, most);
	init_lot(run, &b, run->found->visits > most ? most : 0);
	while (done < run->found->patients)
	{
		MsDiskReader reader = ms_start_reading(run, run->residue);

		for (uint32_t v = 0; v < done; v++)
		{
			skipped.n = 0;
			ms_read_patient(&reader, &skipped);
		}
		read_lot(&reader, &a, most);
		done += a.patients;
		run->found->lots++;
		pair_lots(run, &a, NULL);
		while (read_lot(&reader, &b, most))
			pair_lots(run, &a, &b);
	}
	run->disk->clear(run->disk->ctx);
}

/* ---- which of them hold ---- */

static int
by_patients(uint32_t a, uint32_t b, const void *ctx)
{
	const MsCovisitPair *pairs = ctx;

	if (pairs[a].a != pairs[b].a)
		return pairs[a].a < pairs[b].a ? -1 : 1;
	return pairs[a].b < pairs[b].b ? -1 : pairs[a].b > pairs[b].b;
}

void
ms_disk_adjust(MsDiskRun *run)
{
	MsArena    *arena = run->arena;
	MsCovisits *covisits = &run->found->covisits;
	MsVec		kept = {0};
	double		least = 0;
	size_t		rank = run->pairs;
	uint32_t   *order;
	const uint8_t *p;

	run->disk->rewind(run->by_chance);
	for (; (p = ms_disk_next(run, run->by_chance)) != NULL; rank--)
	{
		MsCovisitPair pair = {0};

		ms_take_u64(&p);
		pair.a = ms_take_u32(&p);
		pair.b = ms_take_u32(&p);
		pair.days = ms_take_u32(&p);
		pair.places = ms_take_u32(&p);
		pair.weight = ms_take_double(&p);
		pair.expected = ms_take_double(&p);
		pair.log_p = ms_take_double(&p);
		pair.log_q = least = ms_adjusted(least, pair.log_p, covisits->tests, rank);
		if (least > log(run->setting->fdr))
			continue;
		if (kept.n == MS_COVISIT_MAX)
			arena->env->fail(arena->env->ctx, MS_FAIL_TOO_MANY);
		*MS_PUSH(arena, &kept, MsCovisitPair) = pair;
	}
	run->disk->close(run->by_chance);
	covisits->n_pairs = kept.n;
	covisits->pairs = MS_NEW(arena, MsCovisitPair, kept.n);
	order = MS_NEW(arena, uint32_t, kept.n);
	for (size_t i = 0; i < kept.n; i++)
		order[i] = (uint32_t) i;
	ms_sort(arena, order, kept.n, by_patients, kept.data);
	for (size_t i = 0; i < kept.n; i++)
		covisits->pairs[i] = *MS_AT(&kept, MsCovisitPair, order[i]);
}
