/*-------------------------------------------------------------------------
 *
 * audit_stage.c
 *	  The stage: rows of a run's sources in this backend, by partition.
 *
 * One temporary file takes the rows of all buckets that memory cannot hold,
 * each chunk in one piece, so that ten thousand buckets cost no ten thousand
 * files.  It is opened to outlive its transaction, as the stage does; both go
 * with ms_stage_discard() or when a transaction is rolled back.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "access/tupmacs.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "audit/audit_stage.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"

/* Chunks grow with their bucket, so that small buckets waste little. */
#define LEAST_CHUNK ((Size) 2 * 1024)
#define MOST_CHUNK ((Size) 256 * 1024)

#define CHUNK_HEADER MAXALIGN(sizeof(MsStageChunk))
#define ROW_HEADER MAXALIGN(sizeof(MsStagedRow))

StaticAssertDecl(LINE_NATTS <= 64 && ENC_NATTS <= 64 && SETL_NATTS <= 64 &&
				 DIAG_NATTS <= 64 && OPRN_NATTS <= 64 && REG_NATTS <= 64,
				 "MsStagedRow.present has a bit for each attribute");

/* Of the process: kB, as the setting says. */
static int	audit_mem = 1024 * 1024;

/* The one stage of this backend; NULL = none. */
static MsStage *current_stage = NULL;

/* What a rolled back transaction read is not there any more. */
static void
at_end_of_transaction(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT)
		ms_stage_discard();
}

void
ms_stage_init(void)
{
	DefineCustomIntVariable("medsup.audit_mem",
							"Sets the memory that a process of an audit takes for rows of the sources.",
							"What does not fit goes to temporary files.",
							&audit_mem, 1024 * 1024, 64, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
	RegisterXactCallback(at_end_of_transaction, NULL);
}

/* ms_stage_create begins an empty stage in place of the one before. */
MsStage *
ms_stage_create(int64 run, int partitions, const int *parts, int n_parts)
{
	MemoryContext context;
	MsStage    *stage;
	Size		memory = (Size) audit_mem * 1024;

	ms_stage_discard();
	context = AllocSetContextCreate(TopMemoryContext, "medsup stage",
									ALLOCSET_DEFAULT_SIZES);
	stage = MemoryContextAllocZero(context, sizeof(MsStage));
	stage->context = context;
	current_stage = stage;
	stage->run = run;
	stage->partitions = partitions;
	stage->budget = memory - memory / 4;
	stage->room = memory / 4;
	stage->bucket_of = MemoryContextAlloc(context, sizeof(int) * partitions);
	for (int i = 0; i < partitions; i++)
		stage->bucket_of[i] = -1;
	stage->buckets = MemoryContextAllocZero(context,
											sizeof(MsBucket) * Max(n_parts, 1));
	for (int i = 0; i < n_parts; i++)
	{
		if (parts[i] < 1 || parts[i] > partitions)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is no partition %d of %d", parts[i],
							partitions)));
		if (stage->bucket_of[parts[i] - 1] >= 0)
			continue;
		stage->buckets[stage->n_buckets].part = parts[i];
		stage->bucket_of[parts[i] - 1] = stage->n_buckets++;
	}
	return stage;
}

/* ms_stage_current returns the stage of this backend; NULL when none. */
MsStage *
ms_stage_current(void)
{
	return current_stage;
}

void
ms_stage_discard(void)
{
	MsStage    *stage = current_stage;

	if (stage == NULL)
		return;
	current_stage = NULL;
	if (stage->file != NULL)
		BufFileClose(stage->file);
	MemoryContextDelete(stage->context);
}

/* ---- rows ---- */

/*
 * Where an attribute ends that is put behind at bytes; a copy goes to data
 * unless that is NULL.  Texts get a short header where they can, and are then
 * not aligned, as in tuples of tables.
 */
static Size
put_value(Oid type, Datum value, Size at, char *data)
{
	char	   *v;
	Size		len;

	if (type == TIMESTAMPOID)
	{
		int64		t = DatumGetInt64(value);

		if (data != NULL)
			memcpy(data + at, &t, sizeof(t));
		return at + sizeof(t);
	}
	v = DatumGetPointer(value);
	if (VARATT_IS_1B(v))
	{
		len = VARSIZE_1B(v);
		if (data != NULL)
			memcpy(data + at, v, len);
		return at + len;
	}
	if (VARATT_CAN_MAKE_SHORT(v))
	{
		len = VARATT_CONVERTED_SHORT_SIZE(v);
		if (data != NULL)
		{
			SET_VARSIZE_SHORT(data + at, len);
			memcpy(data + at + VARHDRSZ_SHORT, VARDATA(v),
				   len - VARHDRSZ_SHORT);
		}
		return at + len;
	}
	if (data != NULL)
		memset(data + at, 0, INTALIGN(at) - at);
	at = INTALIGN(at);
	len = VARSIZE(v);
	if (data != NULL)
		memcpy(data + at, v, len);
	return at + len;
}

/* Where all attributes of a row end; they go to data unless that is NULL. */
static Size
put_values(MsRowKind kind, const Datum *values, uint64 present, char *data)
{
	int			person = ms_rows_person(kind);
	uint64		rest = present & ~(UINT64CONST(1) << person);
	Size		at = 0;

	if (present & (UINT64CONST(1) << person))
		at = put_value(TEXTOID, values[person], at, data);
	while (rest != 0)
	{
		int			i = pg_rightmost_one_pos64(rest);

		at = put_value(ms_rows_type(kind, i), values[i], at, data);
		rest &= rest - 1;
	}
	return at;
}

/* The value that stands at *at, and its end. */
static Datum
next_value(Oid type, char **at)
{
	char	   *v = *at;

	if (type == TIMESTAMPOID)
	{
		int64		t;

		memcpy(&t, v, sizeof(t));
		*at = v + sizeof(t);
		return Int64GetDatum(t);
	}
	if (!VARATT_NOT_PAD_BYTE(v))
		v = (char *) INTALIGN(v);
	*at = v + VARSIZE_ANY(v);
	return PointerGetDatum(v);
}

/*
 * ms_staged_deform takes a row apart.  What is NULL is left alone, so nulls
 * come all true; values point into the row.
 */
void
ms_staged_deform(MsStagedRow *row, Datum *values, bool *nulls)
{
	MsRowKind	kind = (MsRowKind) row->kind;
	int			person = ms_rows_person(kind);
	uint64		rest = row->present & ~(UINT64CONST(1) << person);
	char	   *at = (char *) row + ROW_HEADER;

	if (row->present & (UINT64CONST(1) << person))
	{
		values[person] = next_value(TEXTOID, &at);
		nulls[person] = false;
	}
	while (rest != 0)
	{
		int			i = pg_rightmost_one_pos64(rest);

		values[i] = next_value(ms_rows_type(kind, i), &at);
		nulls[i] = false;
		rest &= rest - 1;
	}
}

/* ms_staged_person gives psn_no of a row that belongs to a person. */
MsStr
ms_staged_person(MsStagedRow *row)
{
	char	   *v = (char *) row + ROW_HEADER;
	MsStr		person;

	person.s = VARDATA_ANY(v);
	person.len = (uint32) VARSIZE_ANY_EXHDR(v);
	return person;
}

/* ---- buckets ---- */

static void
spill_chunk(MsStage *stage, MsBucket *bucket, MsStageChunk *chunk)
{
	MsSpilledChunk *s;

	if (bucket->n_spilled == bucket->max_spilled)
	{
		int			max = Max(8, bucket->max_spilled * 2);

		if (bucket->spilled == NULL)
			bucket->spilled = MemoryContextAlloc(stage->context,
												 sizeof(MsSpilledChunk) * max);
		else
			bucket->spilled = repalloc_huge(bucket->spilled,
											sizeof(MsSpilledChunk) * max);
		bucket->max_spilled = max;
	}
	s = &bucket->spilled[bucket->n_spilled];
	BufFileTell(stage->file, &s->file, &s->offset);
	s->used = chunk->used;
	BufFileWrite(stage->file, (char *) chunk + CHUNK_HEADER, chunk->used);
	bucket->n_spilled++;
}

/* Moves the larger half of the buckets to the file. */
static void
spill(MsStage *stage)
{
	Size		mean = stage->in_memory / stage->n_buckets;

	if (stage->file == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(stage->context);

		stage->file = BufFileCreateTemp(true);
		MemoryContextSwitchTo(caller);
	}
	for (int i = 0; i < stage->n_buckets; i++)
	{
		MsBucket   *bucket = &stage->buckets[i];

		CHECK_FOR_INTERRUPTS();
		if (bucket->in_memory == 0 || bucket->in_memory < mean)
			continue;
		while (bucket->chunks != NULL)
		{
			MsStageChunk *chunk = bucket->chunks;

			spill_chunk(stage, bucket, chunk);
			bucket->chunks = chunk->next;
			pfree(chunk);
		}
		stage->in_memory -= bucket->in_memory;
		bucket->in_memory = 0;
	}
}

/* Memory for one more row of a bucket. */
static MsStagedRow *
row_space(MsStage *stage, MsBucket *bucket, Size size)
{
	MsStageChunk *chunk = bucket->chunks;
	Size		wanted;

	if (chunk == NULL || chunk->size - chunk->used < size)
	{
		wanted = LEAST_CHUNK;
		while (wanted < MOST_CHUNK && wanted < bucket->in_memory)
			wanted *= 2;
		wanted = Max(wanted, CHUNK_HEADER + size);
		if (stage->in_memory + wanted > stage->budget &&
			stage->in_memory > 0)
			spill(stage);
		chunk = MemoryContextAllocHuge(stage->context, wanted);
		chunk->size = wanted - CHUNK_HEADER;
		chunk->used = 0;
		chunk->next = bucket->chunks;
		bucket->chunks = chunk;
		bucket->in_memory += wanted;
		stage->in_memory += wanted;
	}
	chunk->used += size;
	return (MsStagedRow *) ((char *) chunk + CHUNK_HEADER + chunk->used - size);
}

/* ms_stage_add puts a row into a bucket; values must not be toasted. */
void
ms_stage_add(MsStage *stage, MsBucket *bucket, MsRowKind kind, uint64 person,
			 bool nobody, const Datum *values, const bool *nulls)
{
	MsStagedRow *row;
	uint64		present = 0;
	Size		size;

	for (int i = 0; i < ms_rows_attributes(kind); i++)
		present |= (uint64) !nulls[i] << i;
	size = MAXALIGN(ROW_HEADER + put_values(kind, values, present, NULL));
	if (size > PG_UINT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a row of the sources is too large to audit")));
	row = row_space(stage, bucket, size);
	row->person = person;
	row->present = present;
	row->size = (uint32) size;
	row->kind = (uint8) kind;
	row->nobody = nobody;
	(void) put_values(kind, values, present, (char *) row + ROW_HEADER);
	bucket->row_bytes += size;
	bucket->rows++;
}

static void
each_row(char *rows, Size used, MsRowVisitor visit, void *ctx, bool lasts)
{
	for (Size at = 0; at < used;)
	{
		MsStagedRow *row = (MsStagedRow *) (rows + at);

		at += row->size;
		visit(ctx, row, lasts);
	}
}

/* ms_stage_each visits all rows of a bucket, those of the file first. */
void
ms_stage_each(MsStage *stage, MsBucket *bucket, MsRowVisitor visit, void *ctx)
{
	char	   *buffer = NULL;
	Size		size = 0;

	for (int i = 0; i < bucket->n_spilled; i++)
	{
		const MsSpilledChunk *s = &bucket->spilled[i];

		CHECK_FOR_INTERRUPTS();
		if (s->used > size)
		{
			if (buffer != NULL)
				pfree(buffer);
			size = s->used;
			buffer = MemoryContextAllocHuge(CurrentMemoryContext, size);
		}
		if (BufFileSeek(stage->file, s->file, s->offset, SEEK_SET) != 0 ||
			BufFileRead(stage->file, buffer, s->used) != s->used)
			ereport(ERROR,
					(errcode_for_file_access(),
					 errmsg("could not read temporary file of the audit: %m")));
		each_row(buffer, s->used, visit, ctx, false);
	}
	if (buffer != NULL)
		pfree(buffer);
	for (MsStageChunk *chunk = bucket->chunks; chunk != NULL; chunk = chunk->next)
	{
		CHECK_FOR_INTERRUPTS();
		each_row((char *) chunk + CHUNK_HEADER, chunk->used, visit, ctx, true);
	}
}

/* ms_stage_forget lets go of a bucket's rows. */
void
ms_stage_forget(MsStage *stage, MsBucket *bucket)
{
	while (bucket->chunks != NULL)
	{
		MsStageChunk *chunk = bucket->chunks;

		bucket->chunks = chunk->next;
		pfree(chunk);
	}
	stage->in_memory -= bucket->in_memory;
	bucket->in_memory = 0;
	if (bucket->spilled != NULL)
		pfree(bucket->spilled);
	bucket->spilled = NULL;
	bucket->n_spilled = bucket->max_spilled = 0;
	stage->bucket_of[bucket->part - 1] = -1;
}
