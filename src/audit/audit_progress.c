/*-------------------------------------------------------------------------
 *
 * audit_progress.c
 *	  How far each process of a run is, for other sessions to see.
 *
 * The slots lie in the dynamic segment of the run (audit_lead.c), whose
 * handle stands in the ledger; who looks attaches to it for a moment.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "storage/fd.h"
#include "utils/builtins.h"

#include "common/ms_compat.h"
#include "audit/audit_lead.h"
#include "audit/audit_progress.h"

/* Reading /proc costs some 30 microseconds. */
#define MEMORY_EVERY_MS 50

/* What this process does for a run; all that it must know by itself. */
static MsRunSlot *my_slot = NULL;
static int	my_leader = 0;
static instr_time memory_seen;

void
ms_progress_slot_init(MsRunSlot *slot, int number)
{
	pg_atomic_init_u32(&slot->pid, 0);
	pg_atomic_init_u32(&slot->phase, MS_RUN_STARTING);
	pg_atomic_init_u32(&slot->partitions, 0);
	pg_atomic_init_u32(&slot->partitions_done, 0);
	pg_atomic_init_u32(&slot->partition, 0);
	pg_atomic_init_u64(&slot->rows, 0);
	pg_atomic_init_u64(&slot->persons, 0);
	pg_atomic_init_u64(&slot->persons_all, 0);
	pg_atomic_init_u64(&slot->memory, 0);
	pg_atomic_init_u64(&slot->read_us, 0);
	slot->number = number;
}

void
ms_progress_use(MsRunSlot *slot, int leader_pid)
{
	my_slot = slot;
	my_leader = leader_pid;
	INSTR_TIME_SET_ZERO(memory_seen);
	if (slot != NULL)
		pg_atomic_write_u32(&slot->pid, MyProcPid);
}

MsRunSlot *
ms_progress_slot(void)
{
	return my_slot;
}

/*
 * Anonymous memory of this process, so without shared_buffers and program
 * text; 0 where the system does not tell.
 */
static uint64
private_memory(void)
{
	FILE	   *file = AllocateFile("/proc/self/status", "r");
	char		line[256];
	uint64		kb = 0;

	if (file == NULL)
		return 0;
	while (fgets(line, sizeof(line), file) != NULL)
	{
		if (strncmp(line, "RssAnon:", 8) == 0)
		{
			kb = strtoull(line + 8, NULL, 10);
			break;
		}
	}
	FreeFile(file);
	return kb * 1024;
}

static void
look_at_memory(bool at_once)
{
	instr_time	since;
	uint64		memory;

	INSTR_TIME_SET_CURRENT(since);
	INSTR_TIME_SUBTRACT(since, memory_seen);
	if (!at_once && INSTR_TIME_GET_MILLISEC(since) < MEMORY_EVERY_MS)
		return;
	memory = private_memory();
	if (memory > pg_atomic_read_u64(&my_slot->memory))
		pg_atomic_write_u64(&my_slot->memory, memory);
	INSTR_TIME_SET_CURRENT(memory_seen);
}

void
ms_progress_phase(MsRunPhase phase)
{
	if (my_slot == NULL)
		return;
	look_at_memory(true);
	pg_atomic_write_u32(&my_slot->phase, phase);
}

void
ms_progress_rows(uint64 rows)
{
	if (my_slot == NULL)
		return;
	pg_atomic_write_u64(&my_slot->rows, rows);
	look_at_memory(false);
}

void
ms_progress_persons(uint64 done, uint64 all)
{
	if (my_slot == NULL)
		return;
	pg_atomic_write_u64(&my_slot->persons, done);
	pg_atomic_write_u64(&my_slot->persons_all, all);
	look_at_memory(false);
}

/*
 * run_worker(): what the ledger says of this process: the number of the
 * worker, the backend that leads the run, and each partition's share of the
 * time that reading took.
 */
PG_FUNCTION_INFO_V1(medsup_run_worker);
Datum
medsup_run_worker(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[3] = {0};
	bool		nulls[3] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "medsup: run_worker returns no row");
	desc = BlessTupleDesc(desc);
	values[0] = Int32GetDatum(my_slot == NULL ? 0 : (int32) my_slot->number);
	values[1] = Int32GetDatum(my_slot == NULL ? MyProcPid : my_leader);
	nulls[2] = true;
	if (my_slot != NULL && pg_atomic_read_u32(&my_slot->partitions) > 0)
	{
		nulls[2] = false;
		values[2] = Int64GetDatum((int64)
								  (pg_atomic_read_u64(&my_slot->read_us) / 1000 /
								   pg_atomic_read_u32(&my_slot->partitions)));
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}

static const char *
phase_name(uint32 phase)
{
	switch ((MsRunPhase) phase)
	{
		case MS_RUN_STARTING:
			return "starting";
		case MS_RUN_READING:
			return "reading";
		case MS_RUN_EVALUATING:
			return "evaluating";
		case MS_RUN_RECORDING:
			return "recording";
		case MS_RUN_DONE:
			return "done";
	}
	return NULL;
}

static void
put_slot(ReturnSetInfo *rsinfo, MsRunSlot *slot)
{
	Datum		values[10];
	bool		nulls[10] = {false};
	const char *phase = phase_name(pg_atomic_read_u32(&slot->phase));
	uint64		memory = pg_atomic_read_u64(&slot->memory);

	values[0] = Int32GetDatum((int32) slot->number);
	values[1] = Int32GetDatum((int32) pg_atomic_read_u32(&slot->pid));
	nulls[2] = phase == NULL;
	values[2] = phase == NULL ? (Datum) 0 : CStringGetTextDatum(phase);
	values[3] = Int32GetDatum((int32) pg_atomic_read_u32(&slot->partitions));
	values[4] = Int32GetDatum((int32) pg_atomic_read_u32(&slot->partitions_done));
	values[5] = Int32GetDatum((int32) pg_atomic_read_u32(&slot->partition));
	nulls[5] = DatumGetInt32(values[5]) == 0;
	values[6] = Int64GetDatum((int64) pg_atomic_read_u64(&slot->rows));
	values[7] = Int64GetDatum((int64) pg_atomic_read_u64(&slot->persons));
	values[8] = Int64GetDatum((int64) pg_atomic_read_u64(&slot->persons_all));
	nulls[9] = memory == 0;
	values[9] = Int64GetDatum((int64) memory);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * run_workers(handle): the processes of the run whose segment has this
 * handle; none when it is gone, or when the number belongs to a segment of
 * somebody else by now.
 */
PG_FUNCTION_INFO_V1(medsup_run_workers);
Datum
medsup_run_workers(PG_FUNCTION_ARGS)
{
	int64		handle = PG_GETARG_INT64(0);
	dsm_segment *seg;
	MsRunShared *shared;
	bool		mapped;

	InitMaterializedSRF(fcinfo, 0);
	if (handle <= 0 || handle > PG_UINT32_MAX)
		return (Datum) 0;
	seg = dsm_find_mapping((dsm_handle) handle);
	mapped = seg != NULL;
	if (!mapped)
		seg = dsm_attach((dsm_handle) handle);
	if (seg == NULL)
		return (Datum) 0;
	shared = ms_run_shared(seg);
	for (uint32 i = 0; shared != NULL && i < shared->n_slots; i++)
	{
		if (pg_atomic_read_u32(&shared->workers[i].slot.pid) != 0)
			put_slot((ReturnSetInfo *) fcinfo->resultinfo,
					 &shared->workers[i].slot);
	}
	if (!mapped)
		dsm_detach(seg);
	return (Datum) 0;
}
