/*-------------------------------------------------------------------------
 *
 * audit_stage_read.c
 *	  Reading the sources of a run into the stage.
 *
 * Each source is one statement, run by the executor as any other: views, row
 * security, foreign and partitioned tables are its business.  What it returns
 * comes row by row to a receiver of ours; no sort, no join, no array.  All
 * statements of a call read one snapshot, that of the calling statement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "audit/audit_partition.h"
#include "audit/audit_progress.h"
#include "audit/audit_stage.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "common/ms_quiet.h"

/* Rows without a person are judged in so many groups. */
#define NOBODY_GROUPS 4096

/* Persons by the hash of their number. */
typedef struct PersonEntry
{
	uint64		hash;
	char		status;
} PersonEntry;

#define SH_PREFIX persons
#define SH_ELEMENT_TYPE PersonEntry
#define SH_KEY_TYPE uint64
#define SH_KEY hash
#define SH_HASH_KEY(tb, key) ((uint32) ((key) >> 32))
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* What the executor hands rows to. */
typedef struct Reader
{
	DestReceiver pub;
	MsStage    *stage;
	MsStageForm form;
	persons_hash *persons;		/* whose rows are wanted; NULL = all */
	MemoryContext row;			/* of detoasted values; reset after a row */
	int64		rows;			/* so far, of the sources before as well */
} Reader;

PG_FUNCTION_INFO_V1(medsup_stage);
PG_FUNCTION_INFO_V1(medsup_unstage);
PG_FUNCTION_INFO_V1(medsup_is_staged);

static uint64
hash_text(Datum value)
{
	text	   *t = DatumGetTextPP(value);

	return ms_person_hash(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
}

static uint64
hash_empty(void)
{
	return ms_person_hash("", 0);
}

static MsBucket *
bucket_of(MsStage *stage, uint64 hash)
{
	int			i = stage->bucket_of[ms_partition_of(hash,
													 stage->partitions) - 1];

	return i < 0 ? NULL : &stage->buckets[i];
}

static void
no_startup(DestReceiver *self, int operation, TupleDesc desc)
{
}

static void
no_shutdown(DestReceiver *self)
{
}

/* ---- who is wanted ---- */

static bool
receive_person(TupleTableSlot *slot, DestReceiver *self)
{
	Reader	   *reader = (Reader *) self;
	MemoryContext caller = MemoryContextSwitchTo(reader->row);
	bool		isnull;
	bool		found;
	Datum		value = slot_getattr(slot, 1, &isnull);

	(void) persons_insert(reader->persons, isnull ? hash_empty() :
						  hash_text(value),
						  &found);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(reader->row);
	return true;
}

static inline bool
is_wanted(Reader *reader, uint64 hash)
{
	return reader->persons == NULL ||
		persons_lookup(reader->persons, hash) != NULL;
}

/* ---- rows ---- */

/*
 * The columns must be of the record type and in its order; those that are not
 * there are NULL.
 */
static void
find_columns(DestReceiver *self, int operation, TupleDesc desc)
{
	MsStageForm *form = &((Reader *) self)->form;
	int			natts = ms_rows_attributes(form->kind);
	int			attribute = 0;

	memset(form->columns, -1, sizeof(form->columns));
	form->n = desc->natts;
	form->times = 0;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);

		while (attribute < natts &&
			   strcmp(ms_rows_name(form->kind, attribute), NameStr(column->attname)) != 0)
			attribute++;
		if (attribute == natts ||
			column->atttypid != ms_rows_type(form->kind, attribute))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("statement over a source does not return its record"),
					 errdetail("Column \"%s\" of type %s is not of the record, or not in its place.",
							   NameStr(column->attname),
							   format_type_be(column->atttypid)),
					 errhint("medsup.stage_query() gives the statement.")));
		if (column->atttypid == TIMESTAMPOID)
			form->times |= UINT64CONST(1) << i;
		form->attributes[i] = (uint8) attribute;
		form->columns[attribute++] = (int8) i;
	}
	form->person = form->columns[ms_rows_person(form->kind)];
	if (form->person < 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("statement over a source does not return the person"),
				 errhint("medsup.stage_query() gives the statement.")));
}

/* A column of the row as text to hash; false when there is none. */
static bool
hash_column(const MsStageForm *form, const TupleTableSlot *slot,
			int attribute, uint64 *hash)
{
	int			column = form->columns[attribute];

	if (column < 0 || slot->tts_isnull[column])
		return false;
	*hash = hash_text(slot->tts_values[column]);
	return true;
}

/* Bill, else line, else visit. */
static uint64
nobody_group(const MsStageForm *form, const TupleTableSlot *slot)
{
	uint64		hash = hash_empty();

	if (form->kind == MS_ROW_SETTLEMENT)
		(void) hash_column(form, slot, SETL_SETL_ID, &hash);
	else if (!hash_column(form, slot, LINE_SETL_ID, &hash) &&
			 !hash_column(form, slot, LINE_FEEDETL_SN, &hash))
		(void) hash_column(form, slot, LINE_MDTRT_ID, &hash);
	return hash % NOBODY_GROUPS;
}

static bool
concerns_nobody(const MsStageForm *form, const TupleTableSlot *slot)
{
	int			bill = form->columns[SETL_SETL_ID];

	return form->kind == MS_ROW_LINE ||
		(form->kind == MS_ROW_SETTLEMENT && bill >= 0 && !slot->tts_isnull[bill]);
}

/*
 * Lines without a person cannot be checked, and there may be millions of them:
 * they need no more than their own bill, and stand in the partition of the
 * empty number.  Other records without a person say nothing about anybody.
 */
static void
receive_nobody(Reader *reader, TupleTableSlot *slot)
{
	MsBucket   *bucket = bucket_of(reader->stage, hash_empty());

	if (bucket == NULL || !is_wanted(reader, hash_empty()) ||
		!concerns_nobody(&reader->form, slot))
		return;
	ms_stage_add(reader->stage, bucket, &reader->form,
				 nobody_group(&reader->form, slot), true, slot->tts_values,
				 slot->tts_isnull);
	if (reader->form.kind == MS_ROW_LINE)
		bucket->lines++;
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	Reader	   *reader = (Reader *) self;
	int			person = reader->form.person;
	MemoryContext caller = MemoryContextSwitchTo(reader->row);
	MsBucket   *bucket;
	uint64		hash;

	slot_getallattrs(slot);
	if ((++reader->rows & 8191) == 0)
		ms_progress_rows((uint64) reader->rows);
	if (slot->tts_isnull[person])
		receive_nobody(reader, slot);
	else
	{
		hash = hash_text(slot->tts_values[person]);
		bucket = bucket_of(reader->stage, hash);
		if (bucket != NULL && is_wanted(reader, hash))
		{
			ms_stage_add(reader->stage, bucket, &reader->form, hash, false,
						 slot->tts_values, slot->tts_isnull);
			if (reader->form.kind == MS_ROW_LINE)
				bucket->lines++;
		}
	}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(reader->row);
	return true;
}

/* ---- statements ---- */

static void
run_query(const char *query, DestReceiver *dest)
{
	SPIExecuteOptions options = {0};
	int			result;

	options.read_only = true;	/* our snapshot, not a newer one */
	options.dest = dest;
	result = SPI_execute_extended(query, &options);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "medsup: statement over a source failed: %s",
			 SPI_result_code_string(result));
}

static void
init_reader(Reader *reader, MsStage *stage, MsRowKind kind,
			persons_hash * persons, MemoryContext row)
{
	memset(reader, 0, sizeof(*reader));
	reader->pub.receiveSlot = receive_row;
	reader->pub.rStartup = find_columns;
	reader->pub.rShutdown = no_shutdown;
	reader->pub.rDestroy = no_shutdown;
	reader->pub.mydest = DestTuplestore;	/* SPI only asks: not for it */
	reader->stage = stage;
	reader->form.kind = kind;
	reader->persons = persons;
	reader->row = row;
}

static persons_hash *
read_persons(MsStage *stage, const char *query, MemoryContext row)
{
	persons_hash *persons = persons_create(CurrentMemoryContext, 1024, NULL);
	Reader		reader;

	init_reader(&reader, stage, MS_ROW_LINE, persons, row);
	reader.pub.receiveSlot = receive_person;
	reader.pub.rStartup = no_startup;
	run_query(query, &reader.pub);
	return persons;
}

/* Lines of the period by partition, where the period has bounds. */
static void
read_counts(MsStage *stage, const char *query)
{
	run_query(query, NULL);
	for (int i = 0; i < stage->n_buckets; i++)
		stage->buckets[i].lines = stage->buckets[i].unsettled = 0;
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int64		count[3];

		for (int j = 0; j < 3; j++)
		{
			bool		isnull;

			count[j] = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i],
												   SPI_tuptable->tupdesc,
												   j + 1, &isnull));
			if (isnull)
				elog(ERROR, "medsup: lines of a partition are not counted");
		}
		if (count[0] < 1 || count[0] > stage->partitions ||
			stage->bucket_of[count[0] - 1] < 0)
			continue;
		stage->buckets[stage->bucket_of[count[0] - 1]].lines = count[1];
		stage->buckets[stage->bucket_of[count[0] - 1]].unsettled = count[2];
	}
	stage->is_counted = true;
	SPI_freetuptable(SPI_tuptable);
}

/*
 * A table that was emptied and filled again after our snapshot was taken looks
 * empty to us, and all that was found in it would be closed.  Nothing can be
 * rewritten any more once it was read, so the files of what we hold locks on
 * are compared with those that our snapshot knows of.
 */
static void
check_not_rewritten(void)
{
	/* our own locks first: what others lock may be gone while it is looked up */
	run_query("SELECT l.relation::pg_catalog.regclass::pg_catalog.text"
			  " FROM (SELECT k.relation FROM pg_catalog.pg_locks k"
			  " WHERE k.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()"
			  " AND k.locktype OPERATOR(pg_catalog.=) 'relation'"
			  " AND k.relation OPERATOR(pg_catalog.>=) 16384 OFFSET 0) l"
			  " LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation"
			  " WHERE (c.oid IS NULL OR c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'm']))"
			  " AND pg_catalog.pg_get_indexdef(l.relation) IS NULL"
			  " AND COALESCE(c.relfilenode, 0) OPERATOR(pg_catalog.<>)"
			  " COALESCE(pg_catalog.pg_relation_filenode(l.relation), 0) LIMIT 1", NULL);
	if (SPI_processed > 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("%s was truncated or rewritten while it was read",
						SPI_getvalue(SPI_tuptable->vals[0],
									 SPI_tuptable->tupdesc, 1)),
				 errhint("Begin again once it is loaded.")));
	SPI_freetuptable(SPI_tuptable);
}

static void
read_snapshot(MsStage *stage)
{
	char	   *snapshot;

	run_query("SELECT pg_catalog.pg_current_snapshot()", NULL);
	snapshot = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	stage->snapshot = MemoryContextStrdup(stage->context, snapshot);
	SPI_freetuptable(SPI_tuptable);
}

/* ---- functions ---- */

static char *
text_arg(FunctionCallInfo fcinfo, int arg)
{
	return PG_ARGISNULL(arg) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(arg));
}

/* Statements by kind, in the order of MsRowKind; NULL = not bound. */
static void
queries_arg(ArrayType *array, char **queries)
{
	Datum	   *values;
	bool	   *nulls;
	int			n;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls,
					  &n);
	if (n != MS_N_ROW_KINDS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there must be %d statements", MS_N_ROW_KINDS)));
	for (int i = 0; i < n; i++)
		queries[i] = nulls[i] ? NULL : TextDatumGetCString(values[i]);
}

/* An attribute of the row of medsup.run; false when NULL. */
static bool
attribute(HeapTupleHeader run, const char *name, Datum *value)
{
	bool		isnull;

	*value = GetAttributeByName(run, name, &isnull);
	return !isnull;
}

static MsValue
time_attribute(HeapTupleHeader run, const char *name)
{
	MsValue		result = {0, MS_MISSING};
	Datum		value;

	if (attribute(run, name, &value))
	{
		result.v = DatumGetTimestamp(value);
		result.state = MS_READABLE;
	}
	return result;
}

static ArrayType *
list_attribute(MsStage *stage, HeapTupleHeader run, const char *name)
{
	MemoryContext caller = MemoryContextSwitchTo(stage->context);
	ArrayType  *list = NULL;
	Datum		value;

	if (attribute(run, name, &value))
		list = DatumGetArrayTypePCopy(value);
	MemoryContextSwitchTo(caller);
	return list;
}

/* A draft that is tried has no number and is run 0. */
static MsStage *
create_stage(HeapTupleHeader run, ArrayType *parts)
{
	int64		number = 0;
	int			partitions = 0;
	MsStage    *stage;
	Datum		value;

	if (attribute(run, "run", &value))
		number = DatumGetInt64(value);
	if (attribute(run, "partitions", &value))
		partitions = DatumGetInt32(value);
	if (partitions < 1 || ARR_NDIM(parts) > 1 || array_contains_nulls(parts))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("partitions are numbered from 1")));
	stage = ms_stage_create(number, partitions, (int *) ARR_DATA_PTR(parts),
							ArrayGetNItems(ARR_NDIM(parts), ARR_DIMS(parts)));
	stage->period_from = time_attribute(run, "period_from");
	stage->period_to = time_attribute(run, "period_to");
	stage->institutions = list_attribute(stage, run, "institutions");
	stage->rules = list_attribute(stage, run, "rules");
	stage->med_types = list_attribute(stage, run, "med_types");
	stage->by_occurrence = attribute(run, "by_occurrence", &value) &&
		DatumGetBool(value);
	return stage;
}

static int64
read_sources(MsStage *stage, char **queries, const char *wanted,
			 const char *counts)
{
	MemoryContext row = AllocSetContextCreate(CurrentMemoryContext,
											  "medsup stage row",
											  ALLOCSET_DEFAULT_SIZES);
	persons_hash *persons = NULL;
	int64		rows = 0;

	if (wanted != NULL)
		persons = read_persons(stage, wanted, row);
	for (int kind = 0; kind < MS_N_ROW_KINDS; kind++)
	{
		Reader		reader;

		if (queries[kind] == NULL)
			continue;
		stage->is_bound[kind] = true;
		init_reader(&reader, stage, (MsRowKind) kind, persons, row);
		reader.rows = rows;
		run_query(queries[kind], &reader.pub);
		rows = reader.rows;
	}
	ms_progress_rows((uint64) rows);
	if (persons != NULL)
		persons_destroy(persons);
	MemoryContextDelete(row);
	if (counts != NULL)
		read_counts(stage, counts);
	check_not_rewritten();
	read_snapshot(stage);
	return rows;
}

/* A view of the sources may call whatever it likes. */
static void
check_not_reading(void)
{
	const MsStage *stage = ms_stage_current();

	if (stage != NULL && !stage->is_complete)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("the sources are being read into the stage")));
}

/*
 * stage(run, parts, queries, wanted, counts, visits): reads these partitions
 * into the stage.
 */
Datum
medsup_stage(PG_FUNCTION_ARGS)
{
	char	   *queries[MS_N_ROW_KINDS];
	char	   *wanted = text_arg(fcinfo, 3);
	char	   *counts = text_arg(fcinfo, 4);
	int64		rows = 0;
	int			quiet;
	MsStage    *stage;

	for (int i = 0; i < 3; i++)
	{
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("what to stage must not be null")));
	}
	queries_arg(PG_GETARG_ARRAYTYPE_P(2), queries);
	check_not_reading();
	PG_TRY();
	{
		stage = create_stage(PG_GETARG_HEAPTUPLEHEADER(0),
							 PG_GETARG_ARRAYTYPE_P(1));
		stage->visits = !PG_ARGISNULL(5) && PG_GETARG_BOOL(5);
		SPI_connect();
		quiet = ms_quiet_begin();
		rows = read_sources(stage, queries, wanted, counts);
		ms_quiet_end(quiet);
		SPI_finish();
		stage->is_complete = true;
	}
	PG_CATCH();
	{
		ms_stage_discard();
		PG_RE_THROW();
	}
	PG_END_TRY();
	PG_RETURN_INT64(rows);
}

/* run_unstage(): lets go of everything that was read */
Datum
medsup_unstage(PG_FUNCTION_ARGS)
{
	check_not_reading();
	ms_stage_discard();
	PG_RETURN_VOID();
}

/* is_staged(run, part): whether this backend can judge the partition */
Datum
medsup_is_staged(PG_FUNCTION_ARGS)
{
	const MsStage *stage = ms_stage_current();
	int			part = PG_GETARG_INT32(1);

	PG_RETURN_BOOL(stage != NULL && stage->is_complete &&
				   stage->run == PG_GETARG_INT64(0) &&
				   part >= 1 && part <= stage->partitions &&
				   stage->bucket_of[part - 1] >= 0);
}
