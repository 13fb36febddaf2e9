/*-------------------------------------------------------------------------
 *
 * audit_lead.h
 *	  What the processes of a run share: the session that leads it and its
 *	  background workers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_LEAD_H
#define AUDIT_LEAD_H

#include "storage/dsm.h"
#include "storage/proc.h"
#include "storage/shm_toc.h"

#include "audit/audit_progress.h"

#define MS_RUN_MAGIC		UINT64CONST(0x6d656473757072ee)

/* in the segment's table of contents */
#define MS_RUN_KEY_SHARED	UINT64CONST(1)
#define MS_RUN_KEY_GUC		UINT64CONST(2)
#define MS_RUN_KEY_LIBRARY	UINT64CONST(3)
#define MS_RUN_KEY_PARTS	UINT64CONST(4)
#define MS_RUN_KEY_QUEUES	UINT64CONST(5)

#define MS_RUN_QUEUE_SIZE	((Size) 16384)
#define MS_RUN_SNAPSHOT_LEN	64
#define MS_RUN_MESSAGE_LEN	1024
#define MS_MAX_WORKERS		64

/* What became of a worker, in this order. */
typedef enum MsWorkerState
{
	MS_WORKER_LAUNCHED,
	MS_WORKER_READY,			/* connected, waits to be told what to do */
	MS_WORKER_IMPORTED,			/* has the run's snapshot */
	MS_WORKER_READ,				/* has let go of it */
	MS_WORKER_DONE,
	MS_WORKER_FAILED			/* sqlerrcode, message and partition tell */
} MsWorkerState;

typedef struct MsRunWorker
{
	MsRunSlot	slot;
	pg_atomic_uint32 state;		/* MsWorkerState, written by the worker */
	PGPROC	   *proc;			/* valid from MS_WORKER_READY on */
	int			rank;			/* among those that were ready, -1: too late */
	int			sqlerrcode;
	int			partition;		/* 0: while reading */
	char		message[MS_RUN_MESSAGE_LEN];
} MsRunWorker;

typedef struct MsRunShared
{
	int64		run;
	Oid			database;
	Oid			authenticated_user;
	Oid			session_user;
	bool		session_user_is_super;
	Oid			outer_user;
	bool		outer_user_is_super;
	PGPROC	   *leader;
	int			leader_pid;
	pg_atomic_uint32 go;		/* rank, n_workers and snapshot are set */
	pg_atomic_uint32 leader_gone;
	int			n_workers;		/* that got a rank */
	char		snapshot[MS_RUN_SNAPSHOT_LEN];
	uint32		n_parts;
	uint32		n_slots;
	MsRunWorker workers[FLEXIBLE_ARRAY_MEMBER]; /* 0 is the session itself */
} MsRunShared;

/* NULL when the segment is none of ours. */
extern MsRunShared *ms_run_shared(dsm_segment *seg);

/* SQL in the transaction that is open, by whoever leads or works. */
extern void ms_run_sql(const char *query, int64 run, Oid type, Datum arg);
extern void ms_run_stage(int64 run, const int32 *parts, int n_parts);
extern void ms_run_partition(int64 run, int32 part);

/* Defines medsup.audit_workers. */
extern void ms_lead_init(void);

#endif							/* AUDIT_LEAD_H */
