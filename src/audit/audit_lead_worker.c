/*-------------------------------------------------------------------------
 *
 * audit_lead_worker.c
 *	  A background worker of a run.
 *
 * It connects as the user of the session that leads, takes over its settings
 * as a parallel worker does, reads the sources for its partitions under the
 * snapshot that the leader exported, lets go of it, and then judges and
 * commits partition by partition.  Notices go to the leader through a queue;
 * an error ends the worker, and its slot tells the leader which.
 *
 * A worker whose leader is gone must not write any more.  It is terminated by
 * the leader's last act, looks for itself before each commit, and if both
 * came too late, run_partition() finds that the run is led by another backend.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "libpq/pqmq.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "portability/instr_time.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/pmsignal.h"
#include "storage/shm_mq.h"
#include "tcop/tcopprot.h"
#include "utils/array.h"
#include "utils/backend_status.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/wait_event.h"

#include "common/ms_compat.h"
#include "audit/audit_lead.h"

pg_noreturn extern PGDLLEXPORT void medsup_audit_worker(Datum main_arg);

MsRunShared *
ms_run_shared(dsm_segment *seg)
{
	shm_toc    *toc;

	if (dsm_segment_map_length(seg) < sizeof(MsRunShared))
		return NULL;
	toc = shm_toc_attach(MS_RUN_MAGIC, dsm_segment_address(seg));
	return toc == NULL ? NULL : shm_toc_lookup(toc, MS_RUN_KEY_SHARED, true);
}

/* ---- what leader and workers run in SQL ---- */

/*
 * ms_run_sql runs a statement about a run, with one more argument unless its
 * type is InvalidOid.  The result is in SPI_tuptable.
 */
void
ms_run_sql(const char *query, int64 run, Oid type, Datum arg)
{
	Oid			types[2] = {INT8OID, type};
	Datum		args[2] = {Int64GetDatum(run), arg};
	int			rc = SPI_execute_with_args(query, OidIsValid(type) ? 2 : 1, types,
										   args, NULL, false, 0);

	if (rc < 0)
		elog(ERROR, "medsup: %s failed: %s", query, SPI_result_code_string(rc));
}

void
ms_run_stage(int64 run, const int32 *parts, int n_parts)
{
	Datum	   *elements = palloc(sizeof(Datum) * (Size) n_parts);
	MsRunSlot  *slot = ms_progress_slot();
	instr_time	took;
	instr_time	start;

	for (int i = 0; i < n_parts; i++)
		elements[i] = Int32GetDatum(parts[i]);
	if (slot != NULL)
		pg_atomic_write_u32(&slot->partitions, (uint32) n_parts);
	ms_progress_phase(MS_RUN_READING);
	INSTR_TIME_SET_CURRENT(start);
	ms_run_sql("SELECT medsup.run_stage($1, $2)", run, INT4ARRAYOID,
			   PointerGetDatum(construct_array(elements, n_parts, INT4OID,
											   sizeof(int32), true, TYPALIGN_INT)));
	SPI_freetuptable(SPI_tuptable);
	INSTR_TIME_SET_CURRENT(took);
	INSTR_TIME_SUBTRACT(took, start);
	if (slot != NULL)
		pg_atomic_write_u64(&slot->read_us, INSTR_TIME_GET_MICROSEC(took));
	ms_progress_phase(MS_RUN_EVALUATING);
}

void
ms_run_partition(int64 run, int32 part)
{
	MsRunSlot  *slot = ms_progress_slot();

	if (slot != NULL)
		pg_atomic_write_u32(&slot->partition, (uint32) part);
	ms_progress_phase(MS_RUN_EVALUATING);
	ms_run_sql("SELECT medsup.run_partition($1, $2)", run, INT4OID,
			   Int32GetDatum(part));
	SPI_freetuptable(SPI_tuptable);
	if (slot != NULL)
	{
		pg_atomic_write_u32(&slot->partition, 0);
		pg_atomic_fetch_add_u32(&slot->partitions_done, 1);
	}
}

/* ---- one worker ---- */

/* medsup.audit_mem is what all workers of the run may have together. */
static void
take_share_of_memory(int n_workers)
{
	int			kb = atoi(GetConfigOption("medsup.audit_mem", false, false));
	char		share[16];

	snprintf(share, sizeof(share), "%d", Max(kb / n_workers, 64));
	SetConfigOption("medsup.audit_mem", share, PGC_USERSET, PGC_S_SESSION);
}

/* Where others read as well, parallel workers of each would only be in the way. */
static void
read_alone(void)
{
	SetConfigOption("max_parallel_workers_per_gather", "0", PGC_USERSET,
					PGC_S_SESSION);
}

static void
tell(MsRunShared *shared, MsRunWorker *me, MsWorkerState state)
{
	pg_write_barrier();
	pg_atomic_write_u32(&me->state, state);
	SetLatch(&shared->leader->procLatch);
}

static void
check_leader(MsRunShared *shared)
{
	CHECK_FOR_INTERRUPTS();
	if (pg_atomic_read_u32(&shared->leader_gone) != 0)
		ereport(FATAL,
				(errcode(ERRCODE_ADMIN_SHUTDOWN),
				 errmsg("the session that led this run has ended")));
	if (!PostmasterIsAlive())
		proc_exit(1);
}

static void
wait_for_go(MsRunShared *shared)
{
	while (pg_atomic_read_u32(&shared->go) == 0)
	{
		check_leader(shared);
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH, -1,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
	pg_read_barrier();
}

static void
begin(MsRunShared *shared, const char *doing, bool import)
{
	StartTransactionCommand();
	SetCurrentStatementStartTimestamp();
	pgstat_report_activity(STATE_RUNNING, doing);
	/* whatever the session's default is: see run_partition() */
	XactIsoLevel = XACT_READ_COMMITTED;
	if (import)
	{
		XactIsoLevel = XACT_REPEATABLE_READ;
		ImportSnapshot(shared->snapshot);
	}
	PushActiveSnapshot(GetTransactionSnapshot());
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "medsup: SPI_connect failed");
}

static void
commit(MsRunShared *shared)
{
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "medsup: SPI_finish failed");
	PopActiveSnapshot();
	check_leader(shared);
	CommitTransactionCommand();
	pgstat_report_activity(STATE_IDLE, NULL);
	(void) pgstat_report_stat(false);
}

static void
work(MsRunShared *shared, MsRunWorker *me, const int32 *all)
{
	int32	   *parts;
	int			n = 0;
	char		doing[128];

	parts = MemoryContextAlloc(TopMemoryContext,
							   sizeof(int32) * (shared->n_parts + 1));
	for (uint32 i = 0; i < shared->n_parts; i++)
	{
		if ((int) (i % (uint32) shared->n_workers) == me->rank)
			parts[n++] = all[i];
	}
	snprintf(doing, sizeof(doing), "medsup run " INT64_FORMAT ": reading for %d partitions",
			 shared->run, n);
	begin(shared, doing, true);
	tell(shared, me, MS_WORKER_IMPORTED);
	ms_run_stage(shared->run, parts, n);
	commit(shared);
	tell(shared, me, MS_WORKER_READ);

	for (int i = 0; i < n; i++)
	{
		me->partition = parts[i];
		snprintf(doing, sizeof(doing), "medsup run " INT64_FORMAT ": partition %d",
				 shared->run, parts[i]);
		begin(shared, doing, false);
		ms_run_partition(shared->run, parts[i]);
		commit(shared);
	}
	ms_progress_phase(MS_RUN_DONE);
	tell(shared, me, MS_WORKER_DONE);
}

/*
 * The log would take the message as it is, and it may quote a value of the
 * warehouse; the leader writes to the ledger what may be kept of it.
 */
static void
confess(MsRunShared *shared, MsRunWorker *me)
{
	ErrorData  *error;

	MemoryContextSwitchTo(TopMemoryContext);
	error = CopyErrorData();
	FlushErrorState();
	HOLD_INTERRUPTS();
	me->sqlerrcode = error->sqlerrcode;
	strlcpy(me->message, error->message ? error->message : "", MS_RUN_MESSAGE_LEN);
	me->message[pg_mbcliplen(me->message, (int) strlen(me->message),
							 MS_RUN_MESSAGE_LEN - 1)] = '\0';
	AbortCurrentTransaction();
	tell(shared, me, MS_WORKER_FAILED);
	RESUME_INTERRUPTS();
}

/* Settings, libraries and role of the session, as a parallel worker has them. */
static void
become_session(MsRunShared *shared, shm_toc *toc)
{
	BackgroundWorkerInitializeConnectionByOid(shared->database,
											  shared->authenticated_user, 0);
	StartTransactionCommand();
	RestoreLibraryState(shm_toc_lookup(toc, MS_RUN_KEY_LIBRARY, false));
	RestoreGUCState(shm_toc_lookup(toc, MS_RUN_KEY_GUC, false));
	CommitTransactionCommand();
	/* what goes through the queue is translated by the leader */
	SetClientEncoding(GetDatabaseEncoding());
	if (shared->session_user != shared->authenticated_user)
		SetSessionAuthorization(shared->session_user,
								shared->session_user_is_super);
	if (shared->outer_user != shared->session_user)
		SetCurrentRoleId(shared->outer_user, shared->outer_user_is_super);
}

void
medsup_audit_worker(Datum main_arg)
{
	dsm_segment *seg;
	MsRunShared *shared;
	MsRunWorker *me;
	shm_toc    *toc;
	shm_mq	   *queue;
	int			number;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	memcpy(&number, MyBgworkerEntry->bgw_extra, sizeof(number));
	seg = dsm_attach(DatumGetUInt32(main_arg));
	shared = seg == NULL ? NULL : ms_run_shared(seg);
	if (shared == NULL)
		proc_exit(0);			/* the session that wanted us is gone */
	me = &shared->workers[number];
	toc = shm_toc_attach(MS_RUN_MAGIC, dsm_segment_address(seg));
	queue = (shm_mq *) ((char *) shm_toc_lookup(toc, MS_RUN_KEY_QUEUES, false) +
						(Size) (number - 1) * MS_RUN_QUEUE_SIZE);
	shm_mq_set_sender(queue, MyProc);
	pq_redirect_to_shm_mq(seg, shm_mq_attach(queue, seg, NULL));

	become_session(shared, toc);
	me->proc = MyProc;
	tell(shared, me, MS_WORKER_READY);
	wait_for_go(shared);
	if (me->rank < 0)
		proc_exit(0);
	ms_progress_use(&me->slot, shared->leader_pid);
	take_share_of_memory(shared->n_workers);
	if (shared->n_workers > 1)
		read_alone();
	PG_TRY();
	{
		work(shared, me, shm_toc_lookup(toc, MS_RUN_KEY_PARTS, false));
	}
	PG_CATCH();
	{
		confess(shared, me);
	}
	PG_END_TRY();
	proc_exit(0);
}
