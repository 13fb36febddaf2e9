/*-------------------------------------------------------------------------
 *
 * audit_sweep.c
 *	  medsup.sweep_persons(): whose rows are others than at the last sweep.
 *
 * The queries give a person's number and the digest of a row; they are
 * ordinary SQL over the source views, whose rows an aggregate adds up by
 * person (audit_sweep_sum.c), in parallel where the executor can.  Their sums
 * stand in one table in memory.  Where it would exceed the budget, half of the
 * persons are put off and the queries run once more for them.
 * The sums of the last sweep are kept in chunks (medsup.sweep_chunk), in the
 * order of the persons' hashes; only chunks that changed are written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "audit/audit_sweep.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "common/ms_quiet.h"

PG_FUNCTION_INFO_V1(medsup_person_hash);
PG_FUNCTION_INFO_V1(medsup_sweep_persons);

#define DEFAULT_BUDGET_KB (1024 * 1024)
#define CHUNKS_AT_ONCE 16

/* The session and two workers add up, and the session merges. */
#define SHARES_OF_BUDGET 4

/* Sums are packed into one value. */
#define MOST_SUMS ((Size) 512 * 1024 * 1024)

/* person_hash(key, psn_no): under which hash a sweep knows a person. */
Datum
medsup_person_hash(PG_FUNCTION_ARGS)
{
	text	   *number = PG_GETARG_TEXT_PP(1);

	PG_RETURN_INT64((int64) ms_sweep_person_hash((uint64) PG_GETARG_INT64(0),
												 VARDATA_ANY(number),
												 VARSIZE_ANY_EXHDR(number)));
}

/* ---- collecting ---- */

typedef struct Sweep
{
	uint64		key;
	MsSweepPersons persons;

	/* what the last sweep left */
	bool		fresh;			/* nothing to compare with */
	int			old_bits;		/* -1 = nothing */
	uint64		old_n;
	uint64		old_check;
	Portal		old;
	bool		old_ended;
	bytea	   *old_chunk;
	Size		old_at;
	SPITupleTable *old_rows;
	uint64		old_row;

	/* what this one leaves */
	int			bits;			/* -1 = not yet chosen */
	uint64		chunk;
	bool		chunk_changed;
	StringInfoData chunk_bytes;
	uint64		n;
	uint64		check;
	uint64		seen;			/* digests of the last sweep */
	uint64		seen_check;
	SPIPlanPtr	put;
	SPIPlanPtr	take;
	ReturnSetInfo *rsinfo;
} Sweep;

/* What a query over the rows gave: sums by person, or nothing where no row is. */
static void
take_sums(Sweep *s)
{
	bool		isnull;
	Datum		packed = SPI_getbinval(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, 1, &isnull);

	if (!isnull)
		ms_sweep_persons_merge(&s->persons, DatumGetByteaPP(packed));
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Each query adds up in as many processes as the executor takes; the budget is
 * shared by them and this table.
 */
static void
run_queries(Sweep *s, Datum *queries, int n_queries)
{
	int			quiet = ms_quiet_begin();

	for (int i = 0; i < n_queries; i++)
	{
		Oid			types[4] = {INT8OID, INT4OID, INT4OID, INT8OID};
		Datum		values[4];
		char	   *sql;

		sql = psprintf("SELECT medsup.sweep_sum($1, $2, $3, $4, q.psn_no, q.digest)"
					   " FROM (%s) q (psn_no, digest)",
					   TextDatumGetCString(queries[i]));
		values[0] = Int64GetDatum((int64) s->persons.key);
		values[1] = Int32GetDatum((int32) (Min(s->persons.budget, MOST_SUMS) / 1024));
		values[2] = Int32GetDatum(s->persons.table.prefix_bits);
		values[3] = Int64GetDatum((int64) s->persons.table.prefix);
		if (SPI_execute_with_args(sql, 4, types, values, NULL, false, 0) != SPI_OK_SELECT ||
			SPI_processed != 1)
			elog(ERROR, "medsup: a query of a sweep gave no sums");
		take_sums(s);
		pfree(sql);
	}
	ms_quiet_end(quiet);
}

/* ---- what the last sweep left ---- */

static void
damaged(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_SWEEP_DAMAGED),
			 errmsg("the digests of the last sweep are damaged"),
			 errhint("The next night makes them anew and audits everybody: SELECT medsup.next_night_full();")));
}

static void
read_header(Sweep *s)
{
	bool		isnull;
	HeapTuple	row;
	TupleDesc	desc;

	if (SPI_execute("SELECT c.sweep_key, c.sweep_bits, c.sweep_persons,"
					" c.sweep_check FROM medsup.change_state c",
					false, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "medsup: there is no row in change_state");
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	s->key = (uint64) DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull));
	s->old_bits = DatumGetInt32(SPI_getbinval(row, desc, 2, &isnull));
	if (isnull || s->fresh)
	{
		s->fresh = true;
		s->old_bits = -1;
		return;
	}
	if (s->old_bits < 0 || s->old_bits > MS_SWEEP_MAX_PREFIX_BITS)
		damaged();
	s->old_n = (uint64) DatumGetInt64(SPI_getbinval(row, desc, 3, &isnull));
	s->old_check = (uint64) DatumGetInt64(SPI_getbinval(row, desc, 4, &isnull));
}

static void
open_old(Sweep *s)
{
	SPIPlanPtr	plan;

	if (s->fresh)
	{
		s->old_ended = true;
		return;
	}
	plan = SPI_prepare("SELECT c.chunk, c.persons FROM medsup.sweep_chunk c"
					   " ORDER BY c.chunk", 0, NULL);
	if (plan == NULL)
		elog(ERROR, "medsup: SPI_prepare failed: %s",
			 SPI_result_code_string(SPI_result));
	s->old = SPI_cursor_open(NULL, plan, NULL, NULL, false);
}

/* The next digest of the last sweep, or false. */
static bool
peek_old(Sweep *s, MsSweepDigest *digest)
{
	while (!s->old_ended &&
		   (s->old_chunk == NULL ||
			s->old_at == VARSIZE_ANY_EXHDR(s->old_chunk)))
	{
		bool		isnull;
		int64		chunk;

		CHECK_FOR_INTERRUPTS();
		if (s->old_chunk != NULL)
			pfree(s->old_chunk);
		s->old_chunk = NULL;
		if (s->old_rows == NULL || s->old_row == s->old_rows->numvals)
		{
			if (s->old_rows != NULL)
				SPI_freetuptable(s->old_rows);
			SPI_cursor_fetch(s->old, true, CHUNKS_AT_ONCE);
			s->old_rows = SPI_tuptable;
			s->old_row = 0;
			if (SPI_processed == 0)
			{
				s->old_ended = true;
				break;
			}
		}
		chunk = DatumGetInt64(SPI_getbinval(s->old_rows->vals[s->old_row],
											s->old_rows->tupdesc, 1, &isnull));
		s->old_chunk = DatumGetByteaPCopy(SPI_getbinval(s->old_rows->vals[s->old_row],
														s->old_rows->tupdesc, 2, &isnull));
		s->old_row++;
		s->old_at = 0;
		if (!ms_sweep_chunk_ok((uint8 *) VARDATA_ANY(s->old_chunk),
							   VARSIZE_ANY_EXHDR(s->old_chunk), s->old_bits,
							   (uint64) chunk))
			damaged();
	}
	if (s->old_ended)
		return false;
	*digest = ms_sweep_get((uint8 *) VARDATA_ANY(s->old_chunk) + s->old_at);
	return true;
}

static void
take_old(Sweep *s, MsSweepDigest digest)
{
	s->old_at += MS_SWEEP_DIGEST_SIZE;
	s->seen++;
	s->seen_check += ms_sweep_check(digest);
}

/* ---- what this one leaves ---- */

static SPIPlanPtr
prepare(const char *sql, int nargs)
{
	Oid			types[2] = {INT8OID, BYTEAOID};
	SPIPlanPtr	plan = SPI_prepare(sql, nargs, types);

	if (plan == NULL)
		elog(ERROR, "medsup: SPI_prepare failed: %s",
			 SPI_result_code_string(SPI_result));
	return plan;
}

static void
execute(SPIPlanPtr plan, Datum *values)
{
	if (SPI_execute_plan(plan, values, NULL, false, 0) < 0)
		elog(ERROR, "medsup: SPI_execute_plan failed: %s",
			 SPI_result_code_string(SPI_result));
}

/* Which chunks there will be is known after the first pass. */
static void
start_chunks(Sweep *s, size_t n)
{
	s->bits = ms_sweep_chunk_bits((uint64) n << s->persons.table.prefix_bits,
								  s->old_bits);
	s->chunk = 0;
	s->put = prepare("INSERT INTO medsup.sweep_chunk AS c (chunk, persons)"
					 " VALUES ($1, $2) ON CONFLICT (chunk)"
					 " DO UPDATE SET persons = EXCLUDED.persons", 2);
	s->take = prepare("DELETE FROM medsup.sweep_chunk c WHERE c.chunk = $1",
					  1);
	/* the cursor over the old ones goes on seeing them */
	if (s->bits != s->old_bits)
		execute(prepare("DELETE FROM medsup.sweep_chunk", 0), NULL);
}

static void
end_chunk(Sweep *s)
{
	Datum		values[2];

	if (!s->chunk_changed)
		return;
	s->chunk_changed = false;
	values[0] = Int64GetDatum((int64) s->chunk);
	if (s->chunk_bytes.len == VARHDRSZ)
	{
		execute(s->take, values);
		return;
	}
	SET_VARSIZE(s->chunk_bytes.data, s->chunk_bytes.len);
	values[1] = PointerGetDatum(s->chunk_bytes.data);
	execute(s->put, values);
}

/* Goes on to the chunk of that hash. */
static void
enter_chunk(Sweep *s, uint64 hash, bool changed)
{
	uint64		chunk = s->bits == 0 ? 0 : hash >> (64 - s->bits);

	if (chunk != s->chunk || s->chunk_bytes.len == 0)
	{
		end_chunk(s);
		s->chunk = chunk;
		resetStringInfo(&s->chunk_bytes);
		appendStringInfoSpaces(&s->chunk_bytes, VARHDRSZ);
	}
	s->chunk_changed |= changed || s->bits != s->old_bits;
}

static void
put_new(Sweep *s, const MsSweepPerson *person, bool changed)
{
	MsSweepDigest digest = {person->hash, person->digest};

	enter_chunk(s, person->hash, changed);
	enlargeStringInfo(&s->chunk_bytes, MS_SWEEP_DIGEST_SIZE);
	ms_sweep_put((uint8 *) s->chunk_bytes.data + s->chunk_bytes.len, digest);
	s->chunk_bytes.len += MS_SWEEP_DIGEST_SIZE;
	s->n++;
	s->check += ms_sweep_check(digest);
}

static void
tell(Sweep *s, const char *number, uint64 hash)
{
	Datum		values[2];
	bool		nulls[2] = {number == NULL, false};

	if (s->fresh)
		return;
	values[0] = number == NULL ? (Datum) 0 : CStringGetTextDatum(number);
	values[1] = Int64GetDatum((int64) hash);
	tuplestore_putvalues(s->rsinfo->setResult, s->rsinfo->setDesc, values,
						 nulls);
	if (number != NULL)
		pfree(DatumGetPointer(values[0]));
}

/* Old and new in the order of the hashes, up to the end of this pass. */
static void
compare(Sweep *s)
{
	size_t		n = ms_sweep_sort(&s->persons.table);
	MsSweepPerson *persons = s->persons.table.places;
	MsSweepDigest old;

	if (s->bits < 0)
		start_chunks(s, n);
	for (size_t i = 0; i < n; i++)
	{
		bool		known;

		CHECK_FOR_INTERRUPTS();
		while ((known = peek_old(s, &old)) && old.hash < persons[i].hash)
		{
			take_old(s, old);
			enter_chunk(s, old.hash, true);
			tell(s, NULL, old.hash);
		}
		known = known && old.hash == persons[i].hash;
		if (known)
			take_old(s, old);
		if (!known || old.digest != persons[i].digest)
			tell(s, persons[i].number, persons[i].hash);
		put_new(s, &persons[i], !known || old.digest != persons[i].digest);
	}
	while (peek_old(s, &old) &&
		   ms_sweep_is_of(old.hash, s->persons.table.prefix_bits, s->persons.table.prefix))
	{
		take_old(s, old);
		enter_chunk(s, old.hash, true);
		tell(s, NULL, old.hash);
	}
}

static void
write_header(Sweep *s)
{
	Oid			types[3] = {INT4OID, INT8OID, INT8OID};
	Datum		values[3] = {Int32GetDatum(s->bits), Int64GetDatum((int64) s->n),
	Int64GetDatum((int64) s->check)};

	if (SPI_execute_with_args("UPDATE medsup.change_state SET sweep_bits = $1,"
							  " sweep_persons = $2, sweep_check = $3",
							  3, types, values, NULL, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "medsup: the end of a sweep could not be written");
}

static Size
budget_of(int32 kilobytes)
{
	int			setting;
	char	   *text;

	if (kilobytes > 0)
		return (Size) kilobytes * 1024;
	text = GetConfigOptionByName("medsup.audit_mem", NULL, true);

	if (text == NULL || !parse_int(text, &setting, GUC_UNIT_KB, NULL))
		setting = DEFAULT_BUDGET_KB;
	return (Size) setting * 1024;
}

/*
 * sweep_persons(queries, fresh, kilobytes): runs the queries, keeps the sums
 * and returns who has others than at the last sweep; those who are gone by
 * their hash alone.  fresh: whatever was kept, return nobody.
 */
Datum
medsup_sweep_persons(PG_FUNCTION_ARGS)
{
	Sweep	   *s;
	MemoryContext context;
	Datum	   *queries;
	int			n_queries;

	InitMaterializedSRF(fcinfo, 0);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false,
					  TYPALIGN_INT, &queries, NULL, &n_queries);
	s = palloc0(sizeof(*s));
	s->fresh = PG_GETARG_BOOL(1);
	s->bits = -1;
	s->rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	context = AllocSetContextCreate(CurrentMemoryContext, "medsup sweep",
									ALLOCSET_DEFAULT_SIZES);
	initStringInfo(&s->chunk_bytes);

	SPI_connect();
	read_header(s);
	open_old(s);
	ms_sweep_persons_start(&s->persons, context, s->key,
						   budget_of(PG_GETARG_INT32(2)) / SHARES_OF_BUDGET,
						   0, 0);
	for (;;)
	{
		run_queries(s, queries, n_queries);
		compare(s);
		if ((s->persons.table.prefix + 1) >> s->persons.table.prefix_bits != 0)
			break;
		ms_sweep_persons_next_pass(&s->persons);
	}
	if (s->bits >= 0)
		end_chunk(s);
	if (!s->fresh && (s->seen != s->old_n || s->seen_check != s->old_check))
		damaged();
	write_header(s);
	SPI_finish();
	MemoryContextDelete(context);
	return (Datum) 0;
}
