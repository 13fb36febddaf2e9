/*-------------------------------------------------------------------------
 *
 * audit_progress.h
 *	  How far each process of a run is, for other sessions to see.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_PROGRESS_H
#define AUDIT_PROGRESS_H

#include "port/atomics.h"

typedef enum MsRunPhase
{
	MS_RUN_STARTING,
	MS_RUN_READING,
	MS_RUN_EVALUATING,
	MS_RUN_RECORDING,
	MS_RUN_DONE
} MsRunPhase;

/*
 * One process of a run.  It alone writes here, others read at any time, field
 * by field.
 */
typedef struct MsRunSlot
{
	pg_atomic_uint32 pid;		/* 0: no process yet */
	pg_atomic_uint32 phase;		/* MsRunPhase */
	pg_atomic_uint32 partitions;	/* that it has to do */
	pg_atomic_uint32 partitions_done;
	pg_atomic_uint32 partition; /* in work, 0: none */
	pg_atomic_uint64 rows;		/* read from the sources */
	pg_atomic_uint64 persons;	/* judged of the partition in work */
	pg_atomic_uint64 persons_all;
	pg_atomic_uint64 memory;	/* private bytes, the most that were seen */
	pg_atomic_uint64 read_us;	/* time of reading */
	uint32		number;			/* of the worker, 0: the session itself */
} MsRunSlot;

/*
 * For whoever reads and judges: cheap, and without effect outside a run.
 * Rows every ten thousand or so, persons every thousand or so.
 */
extern void ms_progress_rows(uint64 rows);
extern void ms_progress_persons(uint64 done, uint64 all);

/* For who leads or works: the slot that this process writes, NULL for none. */
extern void ms_progress_slot_init(MsRunSlot *slot, int number);
extern void ms_progress_use(MsRunSlot *slot, int leader_pid);
extern MsRunSlot *ms_progress_slot(void);
extern void ms_progress_phase(MsRunPhase phase);

#endif							/* AUDIT_PROGRESS_H */
