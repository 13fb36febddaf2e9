/*-------------------------------------------------------------------------
 *
 * audit_sweep.c
 *	  medsup.sweep_persons(): whose rows are others than at the last sweep.
 *
 * The queries give a person's number and the digest of a row; they are
 * ordinary SQL over the source views, which the executor may run in parallel.
 * Their sums stand in one table in memory.  Where it would exceed the budget,
 * half of the persons are put off and the queries run once more for them.
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
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "audit/audit_sweep_core.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "common/ms_quiet.h"

PG_FUNCTION_INFO_V1(medsup_row_digest);
PG_FUNCTION_INFO_V1(medsup_person_hash);
PG_FUNCTION_INFO_V1(medsup_sweep_persons);

#define DEFAULT_BUDGET_KB (1024 * 1024)
#define FIRST_SIZE_BITS 10
#define NUMBERS_BLOCK (64 * 1024)
#define CHUNKS_AT_ONCE 16

/* ---- the hash of a row ---- */

typedef struct RowType
{
	int			nargs;
	int16		typlen[FUNC_MAX_ARGS];
	bool		typbyval[FUNC_MAX_ARGS];
} RowType;

static RowType *
row_type(FunctionCallInfo fcinfo)
{
	RowType    *row = fcinfo->flinfo->fn_extra;

	if (row != NULL)
		return row;
	if (get_fn_expr_variadic(fcinfo->flinfo))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("row_digest takes columns, not an array of them")));
	row = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(*row));
	row->nargs = PG_NARGS();
	for (int i = 1; i < row->nargs; i++)
	{
		Oid			type = get_fn_expr_argtype(fcinfo->flinfo, i);

		if (!OidIsValid(type))
			elog(ERROR, "medsup: a column of row_digest has no type");
		get_typlenbyval(type, &row->typlen[i], &row->typbyval[i]);
	}
	fcinfo->flinfo->fn_extra = row;
	return row;
}

static uint64
hash_value(uint64 hash, Datum value, int16 typlen, bool typbyval)
{
	if (typbyval)
		return ms_sweep_hash_word(hash, (uint64) value);
	if (typlen == -1)
	{
		struct varlena *v = (struct varlena *) DatumGetPointer(value);

		/* most are as they are: no call for those */
		if (VARATT_IS_EXTENDED(v) && (!VARATT_IS_SHORT(v)))
			v = pg_detoast_datum_packed(v);
		hash = ms_sweep_hash_field(hash, VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v));
		if ((Pointer) v != DatumGetPointer(value))
			pfree(v);
		return hash;
	}
	if (typlen == -2)
		return ms_sweep_hash_field(hash, DatumGetPointer(value),
								   strlen(DatumGetCString(value)));
	return ms_sweep_hash_field(hash, DatumGetPointer(value), typlen);
}

/* row_digest(key, column ...): the columns as they are stored in memory. */
Datum
medsup_row_digest(PG_FUNCTION_ARGS)
{
	RowType    *row = row_type(fcinfo);
	uint64		hash = ms_sweep_hash_start((uint64) PG_GETARG_INT64(0));

	for (int i = 1; i < row->nargs; i++)
	{
		if (PG_ARGISNULL(i))
			hash = ms_sweep_hash_null(hash);
		else
			hash = hash_value(hash, PG_GETARG_DATUM(i), row->typlen[i],
							  row->typbyval[i]);
	}
	PG_RETURN_INT64((int64) ms_sweep_hash_end(hash));
}

static uint64
person_hash(uint64 key, const char *number, Size len)
{
	return ms_sweep_hash_end(ms_sweep_hash_field(ms_sweep_hash_start(key),
												 number, len));
}

/* person_hash(key, psn_no): under which hash a sweep knows a person. */
Datum
medsup_person_hash(PG_FUNCTION_ARGS)
{
	text	   *number = PG_GETARG_TEXT_PP(1);

	PG_RETURN_INT64((int64) person_hash((uint64) PG_GETARG_INT64(0),
										VARDATA_ANY(number),
										VARSIZE_ANY_EXHDR(number)));
}

/* ---- collecting ---- */

typedef struct Sweep
{
	DestReceiver dest;			/* first: rows of the queries arrive here */
	uint64		key;
	Size		budget;
	MemoryContext context;		/* the table */
	MemoryContext numbers;		/* persons' numbers */
	char	   *block;			/* the rest of the last block of them */
	Size		block_left;
	Size		numbers_size;
	MsSweepTable table;

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

static const char *
keep_number(Sweep *s, const char *number, Size len)
{
	Size		need = len + 1;
	char	   *copy;

	if (need > s->block_left)
	{
		s->block_left = Max(need, NUMBERS_BLOCK);
		s->block = MemoryContextAlloc(s->numbers, s->block_left);
		s->numbers_size += s->block_left;
	}
	copy = s->block;
	memcpy(copy, number, len);
	copy[len] = '\0';
	s->block += need;
	s->block_left -= need;
	return copy;
}

static void
new_table(Sweep *s, int size_bits, int prefix_bits, uint64 prefix)
{
	ms_sweep_table_init(&s->table,
						MemoryContextAllocHuge(s->context,
											   ms_sweep_table_bytes(size_bits)),
						size_bits, prefix_bits, prefix);
}

static void
new_numbers(Sweep *s)
{
	s->numbers = AllocSetContextCreate(s->context, "medsup sweep numbers",
									   ALLOCSET_DEFAULT_SIZES);
	s->block = NULL;
	s->block_left = 0;
	s->numbers_size = 0;
}

/*
 * Makes room: a table twice as large while that is within the budget, with
 * the old one beside it for a moment; else only the lower half of the
 * persons goes on, the upper half is for another pass.
 */
static void
make_room(Sweep *s)
{
	MsSweepTable old = s->table;
	MemoryContext old_numbers = s->numbers;
	Size		bytes = ms_sweep_table_bytes(old.size_bits);
	bool		grow = 3 * bytes + s->numbers_size <= s->budget ||
	old.prefix_bits == MS_SWEEP_MAX_PREFIX_BITS;
	size_t		n_places = ms_sweep_n_places(&old);

	if (grow)
		new_table(s, old.size_bits + 1, old.prefix_bits, old.prefix);
	else
	{
		new_table(s, old.size_bits, old.prefix_bits + 1, old.prefix << 1);
		new_numbers(s);
	}
	for (size_t i = 0; i < n_places; i++)
	{
		MsSweepPerson *from = &old.places[i];
		MsSweepPerson *to;

		if (from->number == NULL ||
			!ms_sweep_is_of(from->hash, s->table.prefix_bits, s->table.prefix))
			continue;
		to = ms_sweep_place(&s->table, from->hash);
		if (to == NULL)
			elog(ERROR, "medsup: no place for a person in the sweep");
		*to = *from;
		if (!grow)
			to->number = keep_number(s, from->number, strlen(from->number));
		s->table.n++;
	}
	pfree(old.places);
	if (!grow)
		MemoryContextDelete(old_numbers);
}

static void
add_row(Sweep *s, const char *number, Size len, uint64 digest)
{
	uint64		hash = person_hash(s->key, number, len);
	MsSweepPerson *person;

	if (!ms_sweep_is_of(hash, s->table.prefix_bits, s->table.prefix))
		return;
	while ((person = ms_sweep_place(&s->table, hash)) == NULL ||
		   (person->number == NULL && ms_sweep_is_full(&s->table)))
	{
		make_room(s);
		if (!ms_sweep_is_of(hash, s->table.prefix_bits, s->table.prefix))
			return;
	}
	if (person->number == NULL)
	{
		person->hash = hash;
		person->digest = 0;
		person->number = keep_number(s, number, len);
		s->table.n++;
	}
	person->digest += digest;
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	slot_getsomeattrs(slot, 2);
	if (!slot->tts_isnull[0])
	{
		text	   *number = DatumGetTextPP(slot->tts_values[0]);

		add_row((Sweep *) self, VARDATA_ANY(number),
				VARSIZE_ANY_EXHDR(number),
				(uint64) DatumGetInt64(slot->tts_values[1]));
	}
	return true;
}

static void
receive_start(DestReceiver *self, int operation, TupleDesc desc)
{
	if (desc->natts != 2 || TupleDescAttr(desc, 0)->atttypid != TEXTOID ||
		TupleDescAttr(desc, 1)->atttypid != INT8OID)
		elog(ERROR, "medsup: a query of a sweep gives other columns");
}

static void
receive_nothing(DestReceiver *self)
{
}

static void
run_queries(Sweep *s, Datum *queries, int n_queries)
{
	int			quiet = ms_quiet_begin();

	for (int i = 0; i < n_queries; i++)
	{
		SPIExecuteOptions options = {0};
		int			rc;

		options.dest = &s->dest;
		rc = SPI_execute_extended(TextDatumGetCString(queries[i]), &options);
		if (rc != SPI_OK_SELECT)
			elog(ERROR, "medsup: SPI_execute_extended failed: %s",
				 SPI_result_code_string(rc));
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
	s->bits = ms_sweep_chunk_bits((uint64) n << s->table.prefix_bits,
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
	size_t		n = ms_sweep_sort(&s->table);
	MsSweepPerson *persons = s->table.places;
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
		   ms_sweep_is_of(old.hash, s->table.prefix_bits, s->table.prefix))
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
	Datum	   *queries;
	int			n_queries;

	InitMaterializedSRF(fcinfo, 0);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false,
					  TYPALIGN_INT, &queries, NULL, &n_queries);
	s = palloc0(sizeof(*s));
	s->dest.receiveSlot = receive_row;
	s->dest.rStartup = receive_start;
	s->dest.rShutdown = receive_nothing;
	s->dest.rDestroy = receive_nothing;
	s->dest.mydest = DestTuplestore;	/* SPI takes DestNone for no query */
	s->fresh = PG_GETARG_BOOL(1);
	s->budget = budget_of(PG_GETARG_INT32(2));
	s->bits = -1;
	s->rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	s->context = AllocSetContextCreate(CurrentMemoryContext, "medsup sweep",
									   ALLOCSET_DEFAULT_SIZES);
	initStringInfo(&s->chunk_bytes);

	SPI_connect();
	read_header(s);
	open_old(s);
	new_table(s, FIRST_SIZE_BITS, 0, 0);
	for (;;)
	{
		int			prefix_bits;
		uint64		prefix;

		new_numbers(s);
		run_queries(s, queries, n_queries);
		compare(s);
		prefix_bits = s->table.prefix_bits;
		prefix = s->table.prefix + 1;
		if (prefix >> prefix_bits != 0)
			break;
		/* the table is as large as the budget allows: take it again */
		MemoryContextDelete(s->numbers);
		ms_sweep_table_init(&s->table, s->table.places, s->table.size_bits,
							prefix_bits, prefix);
	}
	if (s->bits >= 0)
		end_chunk(s);
	if (!s->fresh && (s->seen != s->old_n || s->seen_check != s->old_check))
		damaged();
	write_header(s);
	SPI_finish();
	MemoryContextDelete(s->context);
	return (Datum) 0;
}
