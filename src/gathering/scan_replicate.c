/*-------------------------------------------------------------------------
 *
 * scan_replicate.c
 *	  Replications of a scan over parallel workers.
 *
 * No plan of the executor spreads what one aggregate has to do, so the final
 * function starts parallel workers itself, as an index build does.  Each
 * process claims the next replication until enough have reached the
 * likelihood ratio.  What was claimed is finished, so the replications done
 * are always the first ones, and p-values, which count them in order, are the
 * same on any number of workers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "port/atomics.h"
#include "storage/shm_toc.h"
#include "utils/memutils.h"

#include "common/ms_compat.h"
#include "gathering/gathering.h"
#include "gathering/scan_replicate.h"

extern PGDLLEXPORT void medsup_scan_worker(dsm_segment *segment, shm_toc *toc);

typedef struct Shared
{
	MsReplications wanted;
	pg_atomic_uint32 next;		/* to be claimed */
	pg_atomic_uint32 reached;	/* of those done */
} Shared;

/* keys of the table of contents */
enum
{
	KEY_SHARED = 1, KEY_SCAN, KEY_RESULT
};

/* A worker must be worth its start: cylinders that there are to look at. */
#define LEAST_CYLINDERS		1e7

static void
init_shared(Shared *shared, const MsReplications *wanted)
{
	shared->wanted = *wanted;
	pg_atomic_init_u32(&shared->next, 0);
	pg_atomic_init_u32(&shared->reached, 0);
}

static void
replicate(const MsScan *scan, Shared *shared, double *result, Size taken)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "medsup scan replication", ALLOCSET_DEFAULT_SIZES);
	MsEnv		env = ms_gathering_env(context, taken);
	MsArena		arena;
	MsScanWork	work;
	double		floor;

	/* a little lower, so that an equal cylinder is above it */
	floor = shared->wanted.floor * (1 - 2 * MS_SCAN_ROUNDING);
	ms_arena_init(&arena, &env);
	ms_scan_work_init(&work, scan, &arena);
	while (pg_atomic_read_u32(&shared->reached) < shared->wanted.stop_after)
	{
		uint32		i = pg_atomic_fetch_add_u32(&shared->next, 1);

		if (i >= shared->wanted.most)
			break;
		CHECK_FOR_INTERRUPTS();
		result[i] = ms_scan_replicate(scan, &work, shared->wanted.seed, i, floor);
		if (ms_scan_reaches(result[i], shared->wanted.llr))
			pg_atomic_fetch_add_u32(&shared->reached, 1);
	}
	MemoryContextDelete(context);
}

static uint32
done(Shared *shared)
{
	return Min(pg_atomic_read_u32(&shared->next), shared->wanted.most);
}

void
medsup_scan_worker(dsm_segment *segment, shm_toc *toc)
{
	replicate(shm_toc_lookup(toc, KEY_SCAN, false), shm_toc_lookup(toc, KEY_SHARED, false),
			  shm_toc_lookup(toc, KEY_RESULT, false), 0);
}

static void
replicate_in_parallel(const MsScan *scan, const MsReplications *wanted, Size taken, int workers,
					  double *result, uint32 *n)
{
	Size		result_size = mul_size(wanted->most, sizeof(double));
	ParallelContext *pcxt;
	Shared	   *shared;
	MsScan	   *copy;
	double	   *shared_result;

	EnterParallelMode();
	pcxt = CreateParallelContext("medsup", "medsup_scan_worker", workers);
	shm_toc_estimate_chunk(&pcxt->estimator, sizeof(Shared));
	shm_toc_estimate_chunk(&pcxt->estimator, scan->size);
	shm_toc_estimate_chunk(&pcxt->estimator, result_size);
	shm_toc_estimate_keys(&pcxt->estimator, 3);
	InitializeParallelDSM(pcxt);

	shared = shm_toc_allocate(pcxt->toc, sizeof(Shared));
	init_shared(shared, wanted);
	shm_toc_insert(pcxt->toc, KEY_SHARED, shared);
	copy = shm_toc_allocate(pcxt->toc, scan->size);
	memcpy(copy, scan, scan->size);
	shm_toc_insert(pcxt->toc, KEY_SCAN, copy);
	shared_result = shm_toc_allocate(pcxt->toc, result_size);
	shm_toc_insert(pcxt->toc, KEY_RESULT, shared_result);

	LaunchParallelWorkers(pcxt);
	replicate(copy, shared, shared_result, taken);
	WaitForParallelWorkersToFinish(pcxt);
	*n = done(shared);
	memcpy(result, shared_result, *n * sizeof(double));
	DestroyParallelContext(pcxt);
	ExitParallelMode();
}

/* How many help: as many as a query may have, and as memory allows. */
static int
workers_for(const MsScan *scan, const MsReplications *wanted, Size taken)
{
	Size		each = ms_scan_work_size(scan);
	Size		most = ms_gathering_env(NULL, taken + scan->size).budget / each;
	size_t		zones = MS_SCAN_ARRAY(scan, size_t, zone_until)[scan->n_centres];
	double		cylinders = (double) zones * scan->n_days * (scan->prospective ? 1 : scan->max_days);

	if (IsParallelWorker() || !IsUnderPostmaster || most <= 1 ||
		cylinders * wanted->most < LEAST_CYLINDERS)
		return 0;
	return (int) Min((Size) max_parallel_workers_per_gather, most - 1);
}

double *
ms_scan_replications(const MsScan *scan, const MsReplications *wanted, Size taken, uint32 *n)
{
	double	   *result = MemoryContextAllocHuge(CurrentMemoryContext, Max(1, wanted->most) * sizeof(double));
	int			workers = workers_for(scan, wanted, taken);
	Shared		alone;

	if (workers > 0)
	{
		replicate_in_parallel(scan, wanted, taken, workers, result, n);
		return result;
	}
	init_shared(&alone, wanted);
	replicate(scan, &alone, result, taken);
	*n = done(&alone);
	return result;
}
