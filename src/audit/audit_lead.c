/*-------------------------------------------------------------------------
 *
 * audit_lead.c
 *	  medsup.run_through(): carries a run to its end, with background workers.
 *
 * A procedure in C, since it does three things that PL/pgSQL cannot: it
 * exports a snapshot to workers, waits for them without holding one itself,
 * and catches errors between commits, so that the ledger always says how a
 * run ended and the lock is given back.
 *
 * Without workers, or when none can be started, the session does it all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "libpq/pqformat.h"
#include "libpq/pqmq.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/latch.h"
#include "storage/shm_mq.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/wait_event.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "audit/audit_lead.h"

/*
 * One run in this session.  It lives in TopMemoryContext until the run is
 * over, since it must outlive commits and be there when the session ends.
 */
typedef struct Lead
{
	int64		run;
	MemoryContext context;
	int32	   *parts;			/* to be done */
	int			n_parts;
	int			at_part;		/* in work in this session, or one of the
								 * below */
	int			n_wanted;		/* workers */
	int			n_workers;		/* that came */
	dsm_segment *seg;
	MsRunShared *shared;
	BackgroundWorkerHandle *handles[MS_MAX_WORKERS + 1];
	shm_mq_handle *queues[MS_MAX_WORKERS + 1];
	/* how it failed, sqlerrcode 0: it did not */
	int			sqlerrcode;
	char	   *message;
	int			failed_part;	/* or one of the below */
	int			n_readings;		/* in vain */
} Lead;

/* so many times a run reads before it gives up */
#define MOST_READINGS 2

/* instead of a partition */
#define AT_NONE		0
#define AT_READING	(-1)

static int	audit_workers = 2;

void
ms_lead_init(void)
{
	DefineCustomIntVariable("medsup.audit_workers",
							"Background workers of an audit; 0: the session does it all.",
							NULL, &audit_workers, 2, 0, MS_MAX_WORKERS,
							PGC_USERSET, 0, NULL, NULL, NULL);
}

/* ---- SQL by the session ---- */

static void
take_error(Lead *lead)
{
	ErrorData  *error;

	MemoryContextSwitchTo(lead->context);
	error = CopyErrorData();
	FlushErrorState();
	lead->sqlerrcode = error->sqlerrcode;
	lead->message = error->message ? error->message : pstrdup("");
	lead->failed_part = lead->at_part;
}

/*
 * Does something in SQL that may fail, in a subtransaction, since only its
 * end leaves all that was entered; false: it failed, lead tells how.
 */
static bool
attempt(Lead *lead, void (*act) (Lead *lead))
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		act(lead);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		take_error(lead);
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return lead->sqlerrcode == 0;
}

/* A run is carried by the session that began it, or by nobody any more. */
static void
check_leader(int64 run)
{
	bool		isnull;
	int32		leader;

	ms_run_sql("SELECT r.backend_pid, r.status OPERATOR(pg_catalog.=) 'running'"
			   " FROM medsup.run r WHERE r.run OPERATOR(pg_catalog.=) $1", run, InvalidOid, (Datum) 0);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("there is no run " INT64_FORMAT, run)));
	leader = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0],
										 SPI_tuptable->tupdesc, 1, &isnull));
	if (leader != MyProcPid &&
		DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0],
								   SPI_tuptable->tupdesc, 2, &isnull)))
		ereport(ERROR,
				(errcode(ERRCODE_MS_RUN_ACTIVE),
				 errmsg("run " INT64_FORMAT " is led by backend %d", run, leader),
				 errhint("Call medsup.run_audit(), which goes on with a run whose session has ended.")));
	SPI_freetuptable(SPI_tuptable);
}

/* What is to be done, and by how many; nothing when the run is over. */
static void
read_work(Lead *lead)
{
	bool		isnull;
	int			limit;

	ms_run_sql("SELECT p.part, r.workers"
			   " FROM medsup.run r CROSS JOIN pg_catalog.generate_series(1, r.partitions) p (part)"
			   " WHERE r.run OPERATOR(pg_catalog.=) $1 AND r.status OPERATOR(pg_catalog.=) 'running'"
			   " AND NOT EXISTS (SELECT FROM medsup.run_step s"
			   " WHERE s.run OPERATOR(pg_catalog.=) r.run AND s.partition OPERATOR(pg_catalog.=) p.part)"
			   " ORDER BY p.part", lead->run, InvalidOid, (Datum) 0);
	lead->n_parts = (int) SPI_processed;
	lead->parts = MemoryContextAlloc(lead->context,
									 sizeof(int32) * (SPI_processed + 1));
	lead->n_wanted = Min(audit_workers, lead->n_parts);
	for (int i = 0; i < lead->n_parts; i++)
	{
		lead->parts[i] = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i],
													 SPI_tuptable->tupdesc, 1, &isnull));
		/* whoever prepared the run may know that it is not worth workers */
		limit = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i],
											SPI_tuptable->tupdesc, 2, &isnull));
		if (!isnull)
			lead->n_wanted = Min(lead->n_wanted, limit);
	}
	/* there is nothing to share */
	if (lead->n_parts == 1)
		lead->n_wanted = 0;
	SPI_freetuptable(SPI_tuptable);
}

/* The ledger: who works, and where it can be watched. */
static void
note_workers(Lead *lead)
{
	Oid			types[3] = {INT8OID, INT4OID, INT8OID};
	Datum		args[3] = {Int64GetDatum(lead->run), Int32GetDatum(lead->n_workers), (Datum) 0};
	char		nulls[4] = "   ";

	if (lead->seg == NULL)
		nulls[2] = 'n';
	else
		args[2] = Int64GetDatum((int64) dsm_segment_handle(lead->seg));
	if (SPI_execute_with_args("UPDATE medsup.run SET workers = $2, watch = $3"
							  " WHERE run OPERATOR(pg_catalog.=) $1",
							  3, types, args, nulls, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "medsup: the run could not be updated");
}

static void
note_memory(Lead *lead)
{
	Oid			types[2] = {INT8OID, INT8OID};
	Datum		args[2] = {Int64GetDatum(lead->run), (Datum) 0};
	uint64		memory = 0;

	if (lead->shared == NULL)
		return;
	for (uint32 i = 0; i < lead->shared->n_slots; i++)
		memory += pg_atomic_read_u64(&lead->shared->workers[i].slot.memory);
	if (memory == 0)
		return;
	args[1] = Int64GetDatum((int64) memory);
	if (SPI_execute_with_args("UPDATE medsup.run SET peak_mem = GREATEST(peak_mem, $2)"
							  " WHERE run OPERATOR(pg_catalog.=) $1",
							  2, types, args, NULL, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "medsup: the run could not be updated");
}

static void
note_failure(Lead *lead)
{
	Oid			types[4] = {INT8OID, TEXTOID, TEXTOID, INT4OID};
	Datum		args[4];

	args[0] = Int64GetDatum(lead->run);
	args[1] = CStringGetTextDatum(unpack_sql_state(lead->sqlerrcode));
	args[2] = CStringGetTextDatum(lead->message);
	args[3] = Int32GetDatum(lead->failed_part);
	if (SPI_execute_with_args("SELECT medsup.run_failed($1, $2, $3, $4)",
							  4, types, args, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "medsup: the failure could not be noted");
}

/* ---- the segment ---- */

/* The last act of a leader, however it ends. */
static void
stop_workers(dsm_segment *seg, Datum arg)
{
	Lead	   *lead = (Lead *) DatumGetPointer(arg);

	pg_atomic_write_u32(&lead->shared->leader_gone, 1);
	for (uint32 i = 1; i < lead->shared->n_slots; i++)
	{
		if (lead->handles[i] != NULL)
			TerminateBackgroundWorker(lead->handles[i]);
	}
}

static void
fill_shared(Lead *lead, int n_slots)
{
	MsRunShared *shared = lead->shared;

	memset(shared, 0, offsetof(MsRunShared, workers) +
		   sizeof(MsRunWorker) * (Size) n_slots);
	shared->run = lead->run;
	shared->database = MyDatabaseId;
	shared->authenticated_user = GetAuthenticatedUserId();
	shared->session_user = GetSessionUserId();
	shared->session_user_is_super = superuser_arg(shared->session_user);
	shared->outer_user = GetOuterUserId();
	shared->outer_user_is_super = superuser_arg(shared->outer_user);
	shared->leader = MyProc;
	shared->leader_pid = MyProcPid;
	pg_atomic_init_u32(&shared->go, 0);
	pg_atomic_init_u32(&shared->leader_gone, 0);
	shared->n_parts = (uint32) lead->n_parts;
	shared->n_slots = (uint32) n_slots;
	for (int i = 0; i < n_slots; i++)
	{
		ms_progress_slot_init(&shared->workers[i].slot, i);
		pg_atomic_init_u32(&shared->workers[i].state, MS_WORKER_LAUNCHED);
		shared->workers[i].rank = -1;
	}
}

/*
 * Shared memory for the session and its workers; without, when the server has
 * no segment left, the session works alone and cannot be watched.
 */
static void
make_segment(Lead *lead)
{
	int			n_slots = lead->n_wanted + 1;
	Size		shared_size = offsetof(MsRunShared, workers) +
	sizeof(MsRunWorker) * (Size) n_slots;
	Size		guc_size = EstimateGUCStateSpace();
	Size		library_size = EstimateLibraryStateSpace();
	Size		parts_size = sizeof(int32) * ((Size) lead->n_parts + 1);
	Size		queues_size = MS_RUN_QUEUE_SIZE * (Size) n_slots;
	shm_toc_estimator e;
	shm_toc    *toc;
	char	   *p;
	MemoryContext caller = MemoryContextSwitchTo(lead->context);

	shm_toc_initialize_estimator(&e);
	shm_toc_estimate_chunk(&e, shared_size);
	shm_toc_estimate_chunk(&e, guc_size);
	shm_toc_estimate_chunk(&e, library_size);
	shm_toc_estimate_chunk(&e, parts_size);
	shm_toc_estimate_chunk(&e, queues_size);
	shm_toc_estimate_keys(&e, 5);
	lead->seg = dsm_create(shm_toc_estimate(&e), DSM_CREATE_NULL_IF_MAXSEGMENTS);
	if (lead->seg == NULL)
	{
		MemoryContextSwitchTo(caller);
		return;
	}
	dsm_pin_mapping(lead->seg);
	toc = shm_toc_create(MS_RUN_MAGIC, dsm_segment_address(lead->seg),
						 shm_toc_estimate(&e));

	lead->shared = shm_toc_allocate(toc, shared_size);
	fill_shared(lead, n_slots);
	on_dsm_detach(lead->seg, stop_workers, PointerGetDatum(lead));
	p = shm_toc_allocate(toc, guc_size);
	SerializeGUCState(guc_size, p);
	shm_toc_insert(toc, MS_RUN_KEY_GUC, p);
	p = shm_toc_allocate(toc, library_size);
	SerializeLibraryState(library_size, p);
	shm_toc_insert(toc, MS_RUN_KEY_LIBRARY, p);
	p = shm_toc_allocate(toc, parts_size);
	memcpy(p, lead->parts, sizeof(int32) * (Size) lead->n_parts);
	shm_toc_insert(toc, MS_RUN_KEY_PARTS, p);
	p = shm_toc_allocate(toc, queues_size);
	for (int i = 1; i < n_slots; i++)
	{
		shm_mq	   *queue = shm_mq_create(p + (Size) (i - 1) * MS_RUN_QUEUE_SIZE,
										  MS_RUN_QUEUE_SIZE);

		shm_mq_set_receiver(queue, MyProc);
		lead->queues[i] = shm_mq_attach(queue, lead->seg, NULL);
	}
	shm_toc_insert(toc, MS_RUN_KEY_QUEUES, p);
	/* last: who finds this finds all of it */
	shm_toc_insert(toc, MS_RUN_KEY_SHARED, lead->shared);
	MemoryContextSwitchTo(caller);
}

/* ---- workers ---- */

static void
launch(Lead *lead)
{
	BackgroundWorker worker = {0};
	MemoryContext caller = MemoryContextSwitchTo(lead->context);

	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_ConsistentState;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	strlcpy(worker.bgw_library_name, "medsup", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "medsup_audit_worker", BGW_MAXLEN);
	strlcpy(worker.bgw_type, "medsup audit worker", BGW_MAXLEN);
	worker.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(lead->seg));
	worker.bgw_notify_pid = MyProcPid;
	for (int i = 1; i <= lead->n_wanted; i++)
	{
		snprintf(worker.bgw_name, BGW_MAXLEN, "medsup run " INT64_FORMAT " worker %d",
				 lead->run, i);
		memcpy(worker.bgw_extra, &i, sizeof(i));
		if (!RegisterDynamicBackgroundWorker(&worker, &lead->handles[i]))
		{
			lead->handles[i] = NULL;
			break;
		}
		shm_mq_set_handle(lead->queues[i], lead->handles[i]);
	}
	MemoryContextSwitchTo(caller);
}

/* Notices of a worker are notices of this session. */
static void
pass_on(Lead *lead, int i)
{
	for (;;)
	{
		Size		size;
		void	   *data;
		StringInfoData message;
		ErrorData	notice = {0};

		if (lead->queues[i] == NULL ||
			shm_mq_receive(lead->queues[i], &size, &data, true) != SHM_MQ_SUCCESS)
			return;
		if (size == 0 || *(char *) data != 'N')
			continue;
		initStringInfo(&message);
		appendBinaryStringInfo(&message, data, (int) size);
		(void) pq_getmsgbyte(&message);
		pq_parse_errornotice(&message, &notice);
		if (notice.elevel < ERROR)
			ThrowErrorData(&notice);
		pfree(message.data);
	}
}

static bool
has_stopped(Lead *lead, int i)
{
	pid_t		pid;

	return lead->handles[i] == NULL ||
		GetBackgroundWorkerPid(lead->handles[i], &pid) == BGWH_STOPPED;
}

/*
 * Wait until every worker that takes part has come to state; false when one
 * did not live to.  Workers without a rank take no part, unless state is
 * MS_WORKER_READY, where it is enough that each has either come or stopped.
 */
static bool
wait_for(Lead *lead, MsWorkerState state)
{
	for (;;)
	{
		bool		all = true;

		for (uint32 i = 1; i < lead->shared->n_slots; i++)
		{
			MsRunWorker *worker = &lead->shared->workers[i];
			bool		stopped;
			MsWorkerState now;

			if (state != MS_WORKER_READY && worker->rank < 0)
				continue;
			/* what it said before it stopped counts */
			stopped = has_stopped(lead, (int) i);
			pg_memory_barrier();
			now = (MsWorkerState) pg_atomic_read_u32(&worker->state);
			pass_on(lead, (int) i);
			if (now == MS_WORKER_FAILED)
			{
				lead->sqlerrcode = worker->sqlerrcode;
				lead->message = MemoryContextStrdup(lead->context, worker->message);
				lead->failed_part = worker->partition == 0 ? AT_READING : worker->partition;
				return false;
			}
			if (now >= state)
				continue;
			if (!stopped)
				all = false;
			else if (state != MS_WORKER_READY)
			{
				lead->sqlerrcode = ERRCODE_ADMIN_SHUTDOWN;
				lead->message = psprintf("background worker %u was stopped", i);
				lead->failed_part = worker->partition == 0 ? AT_READING : worker->partition;
				return false;
			}
		}
		if (all)
			return true;
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH, -1,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

static void
rank_workers(Lead *lead)
{
	for (uint32 i = 1; i < lead->shared->n_slots; i++)
	{
		MsRunWorker *worker = &lead->shared->workers[i];

		if (pg_atomic_read_u32(&worker->state) == MS_WORKER_READY)
			worker->rank = lead->n_workers++;
	}
	lead->shared->n_workers = lead->n_workers;
}

/* Now they know what is theirs. */
static void
let_go(Lead *lead)
{
	pg_write_barrier();
	pg_atomic_write_u32(&lead->shared->go, 1);
	for (uint32 i = 1; i < lead->shared->n_slots; i++)
	{
		MsRunWorker *worker = &lead->shared->workers[i];

		if (pg_atomic_read_u32(&worker->state) >= MS_WORKER_READY)
			SetLatch(&worker->proc->procLatch);
	}
}

static void
export_snapshot(Lead *lead)
{
	char	   *name;

	PushActiveSnapshot(GetTransactionSnapshot());
	name = ExportSnapshot(GetActiveSnapshot());
	PopActiveSnapshot();
	if (strlcpy(lead->shared->snapshot, name, MS_RUN_SNAPSHOT_LEN) >= MS_RUN_SNAPSHOT_LEN)
		elog(ERROR, "medsup: the name of the snapshot is too long");
}

static void
start_workers(Lead *lead)
{
	if (lead->n_wanted == 0 || lead->seg == NULL)
		return;
	launch(lead);
	(void) wait_for(lead, MS_WORKER_READY);
	rank_workers(lead);
	if (lead->n_workers < lead->n_wanted)
		ereport(NOTICE,
				(errmsg("%d of %d background workers could be started",
						lead->n_workers, lead->n_wanted),
				 lead->n_workers == 0 ? errdetail("The session does all the work.") : 0,
				 errhint("Raise max_worker_processes, or lower medsup.audit_workers.")));
}

/*
 * The transaction that exports the snapshot ends once all have it; afterwards
 * only those who read hold it, and nobody while the partitions are judged and
 * recorded.
 */
static void
lead_workers(Lead *lead)
{
	export_snapshot(lead);
	let_go(lead);
	if (wait_for(lead, MS_WORKER_IMPORTED))
	{
		SPI_commit();
		(void) wait_for(lead, MS_WORKER_DONE);
	}
}

/* Ends the workers that are left and gives the segment back. */
static void
release(Lead *lead)
{
	if (lead->seg == NULL)
		return;
	ms_progress_use(NULL, 0);
	dsm_detach(lead->seg);
	lead->seg = NULL;
	for (int i = 1; i <= lead->n_wanted; i++)
	{
		if (lead->handles[i] != NULL)
			(void) WaitForBackgroundWorkerShutdown(lead->handles[i]);
	}
}

/*
 * A routine job may rewrite a table after our snapshot and before we read it,
 * as VACUUM FULL, CLUSTER and REFRESH MATERIALIZED VIEW do, and nobody can
 * tell from outside whether its rows are those of our snapshot.  Another
 * snapshot has none of these doubts.
 */
static bool
reads_again(Lead *lead)
{
	if (lead->sqlerrcode != ERRCODE_T_R_SERIALIZATION_FAILURE ||
		lead->failed_part != AT_READING ||
		++lead->n_readings >= MOST_READINGS)
		return false;
	SPI_rollback();
	ereport(NOTICE,
			(errmsg("run " INT64_FORMAT " reads again: %s", lead->run, lead->message)));
	/* partitions of workers that had read may be done */
	MemoryContextReset(lead->context);
	lead->parts = NULL;
	lead->n_parts = lead->at_part = lead->n_wanted = lead->n_workers = 0;
	lead->shared = NULL;
	memset(lead->handles, 0, sizeof(lead->handles));
	memset(lead->queues, 0, sizeof(lead->queues));
	lead->sqlerrcode = 0;
	lead->message = NULL;
	return true;
}

/* ---- the session itself ---- */

static void
read_alone(Lead *lead)
{
	ms_run_stage(lead->run, lead->parts, lead->n_parts);
}

static void
do_partition(Lead *lead)
{
	ms_run_partition(lead->run, lead->at_part);
}

static void
work_alone(Lead *lead)
{
	if (lead->shared != NULL)
		ms_progress_use(&lead->shared->workers[0].slot, MyProcPid);
	lead->at_part = AT_READING;
	if (!attempt(lead, read_alone))
		return;
	SPI_commit();
	for (int i = 0; i < lead->n_parts; i++)
	{
		CHECK_FOR_INTERRUPTS();
		lead->at_part = lead->parts[i];
		if (!attempt(lead, do_partition))
			return;
		SPI_commit();
	}
	lead->at_part = AT_NONE;
	ms_progress_phase(MS_RUN_DONE);
}

/*
 * The rules over providers and the end of the run are one transaction, so
 * that a run that goes on after a crash counts neither twice.
 */
static void
finish(Lead *lead)
{
	note_memory(lead);
	ms_run_sql("SELECT medsup.provider_step($1)", lead->run, InvalidOid, (Datum) 0);
	ms_run_sql("SELECT medsup.run_end($1)", lead->run, InvalidOid, (Datum) 0);
}

static void
carry(Lead *lead)
{
	if (!attempt(lead, read_work))
		return;
	if (lead->n_parts > 0)
	{
		make_segment(lead);
		start_workers(lead);
		if (!attempt(lead, note_workers))
			return;
		SPI_commit();
		if (lead->n_workers > 0)
			lead_workers(lead);
		else
			work_alone(lead);
		if (lead->sqlerrcode != 0)
			return;
	}
	(void) attempt(lead, finish);
}

/*
 * run_through(run): all that comes after run_begin().  An error ends the
 * workers and the run, not the procedure, before the ledger knows of it.
 */
PG_FUNCTION_INFO_V1(medsup_run_through);
Datum
medsup_run_through(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	Lead	   *lead;
	int64		run;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the run is NULL")));
	run = PG_GETARG_INT64(0);
	if (fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
				 errmsg("a run commits, so it cannot be part of a transaction block")));
	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "medsup: SPI_connect failed");
	check_leader(run);
	lead = MemoryContextAllocZero(TopMemoryContext, sizeof(Lead));
	lead->run = run;
	lead->context = AllocSetContextCreate(TopMemoryContext, "medsup run",
										  ALLOCSET_DEFAULT_SIZES);
	do
	{
		PG_TRY();
		{
			carry(lead);
		}
		PG_CATCH();
		{
			/* of the procedure itself, so most likely while it waited */
			take_error(lead);
		}
		PG_END_TRY();
		MemoryContextSwitchTo(caller);
		release(lead);
	} while (reads_again(lead));
	if (lead->sqlerrcode != 0)
	{
		SPI_rollback();
		note_failure(lead);
		ms_run_sql("SELECT medsup.run_end($1)", run, InvalidOid, (Datum) 0);
	}
	SPI_commit();
	MemoryContextDelete(lead->context);
	pfree(lead);
	ms_run_sql("SELECT medsup.run_report($1)", run, InvalidOid, (Datum) 0);
	SPI_finish();
	PG_RETURN_VOID();
}
