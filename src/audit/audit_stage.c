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

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include "audit/audit_stage.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"

/* Chunks grow with their bucket, so that small buckets waste little. */
#define LEAST_CHUNK ((Size) 2 * 1024)
#define MOST_CHUNK ((Size) 256 * 1024)

/* Of the setting, for what else a process has: the book, catalogs, plans. */
#define OTHER_MEMORY ((Size) 32 * 1024 * 1024)

/* At once; a single row may be larger than a chunk. */
#define MOST_WRITTEN ((Size) 1024 * 1024 * 1024)

#define CHUNK_HEADER MAXALIGN(sizeof(MsStageChunk))
#define ROW_HEADER MAXALIGN(sizeof(MsStagedRow))

StaticAssertDecl(LINE_NATTS <= 64 && ENC_NATTS <= 64 && SETL_NATTS <= 64 &&
				 DIAG_NATTS <= 64 && OPRN_NATTS <= 64 && REG_NATTS <= 64,
				 "MsStagedRow.present has a bit for each attribute");

/* Of the process: kB, as the setting says. */
static int	audit_mem = 1024 * 1024;

/* The one stage of this backend; NULL = none. */
static MsStage *current_stage = NULL;

/* ---- rows ---- */

/* What the form of a row at rest rests on, looked up once. */
typedef struct Layout
{
	int			person;			/* the attribute psn_no */
	uint64		times;			/* by attribute: a timestamp, else a varlena */
} Layout;

static Layout layouts[MS_N_ROW_KINDS];

static void
find_layouts(void)
{
	for (int kind = 0; kind < MS_N_ROW_KINDS; kind++)
	{
		Layout	   *layout = &layouts[kind];

		layout->person = ms_rows_person((MsRowKind) kind);
		layout->times = 0;
		for (int i = 0; i < ms_rows_attributes((MsRowKind) kind); i++)
		{
			if (ms_rows_type((MsRowKind) kind, i) == TIMESTAMPOID)
				layout->times |= UINT64CONST(1) << i;
		}
	}
}

/*
 * memcpy for values of some ten bytes: given one that is known to be short,
 * compilers choose string instructions, whose start costs more than the copy.
 */
static inline void
copy_short(char *to, const char *from, Size n)
{
	const char *end = from + n;
	char	   *to_end = to + n;

	if (n >= 16)
	{
		for (; end - from > 16; from += 16, to += 16)
			memcpy(to, from, 16);
		memcpy(to_end - 16, end - 16, 16);
	}
	else if (n >= 8)
	{
		memcpy(to, from, 8);
		memcpy(to_end - 8, end - 8, 8);
	}
	else if (n >= 4)
	{
		memcpy(to, from, 4);
		memcpy(to_end - 4, end - 4, 4);
	}
	else
	{
		for (; from < end; from++, to++)
			*to = *from;
	}
}

/*
 * Texts get a short header where they can, and are then not aligned, as in
 * tuples of tables.  Returns the end.
 */
static inline char *
put_varlena(char *at, const char *v)
{
	char	   *aligned;
	Size		len;

	if (VARATT_IS_1B(v))
	{
		len = VARSIZE_1B(v);
		copy_short(at, v, len);
		return at + len;
	}
	if (VARATT_CAN_MAKE_SHORT(v))
	{
		len = VARATT_CONVERTED_SHORT_SIZE(v);
		SET_VARSIZE_SHORT(at, len);
		copy_short(at + VARHDRSZ_SHORT, VARDATA(v), len - VARHDRSZ_SHORT);
		return at + len;
	}
	aligned = (char *) INTALIGN(at);
	memset(at, 0, aligned - at);
	len = VARSIZE(v);
	memcpy(aligned, v, len);
	return aligned + len;
}

static inline char *
put_values(const MsStageForm *form, const Datum *values, const bool *nulls,
		   char *at)
{
	if (!nulls[form->person])
		at = put_varlena(at, DatumGetPointer(values[form->person]));
	for (int i = 0; i < form->n; i++)
	{
		if (nulls[i] || i == form->person)
			continue;
		if ((form->times >> i & 1) == 0)
			at = put_varlena(at, DatumGetPointer(values[i]));
		else
		{
			int64		t = DatumGetInt64(values[i]);

			memcpy(at, &t, sizeof(t));
			at += sizeof(t);
		}
	}
	return at;
}

/* ms_staged_start goes to the first cell of a row. */
void
ms_staged_start(MsStagedRow *row, MsStagedCells *cells)
{
	const Layout *layout = &layouts[row->kind];
	uint64		person = UINT64CONST(1) << layout->person;

	cells->at = (char *) row + ROW_HEADER;
	cells->rest = row->present & ~person;
	cells->times = layout->times;
	cells->person = (row->present & person) != 0 ? layout->person : -1;
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

/* ---- the stage ---- */

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

	memory -= Min(memory / 3, OTHER_MEMORY);
	ms_stage_discard();
	find_layouts();
	context = AllocSetContextCreate(TopMemoryContext, "medsup stage",
									ALLOCSET_DEFAULT_SIZES);
	stage = MemoryContextAllocZero(context, sizeof(MsStage));
	stage->context = context;
	current_stage = stage;
	stage->file = -1;
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
	if (stage->file >= 0)
		FileClose(stage->file);
	MemoryContextDelete(stage->context);
}

/* ---- buckets ---- */

/*
 * Chunks are written in one piece, so there is nothing to buffer; and a buffer
 * that could not be written could not be let go of without writing it.
 */
static void
write_file(MsStage *stage, char *from, Size n)
{
	while (n > 0)
	{
		int			put;

		errno = 0;
		put = FileWrite(stage->file, from, Min(n, MOST_WRITTEN),
						stage->file_end, PG_WAIT_EXTENSION);
		if (put <= 0)
		{
			if (errno == 0)
				errno = ENOSPC;
			ereport(ERROR,
					(errcode_for_file_access(),
					 errmsg("could not write temporary file of the audit: %m")));
		}
		from += put;
		n -= (Size) put;
		stage->file_end += put;
	}
}

static void
read_file(MsStage *stage, char *to, Size n, off_t offset)
{
	while (n > 0)
	{
		int			got = FileRead(stage->file, to, Min(n, MOST_WRITTEN),
								   offset, PG_WAIT_EXTENSION);

		if (got < 0)
			ereport(ERROR,
					(errcode_for_file_access(),
					 errmsg("could not read temporary file of the audit: %m")));
		if (got == 0)
			elog(ERROR, "medsup: temporary file of the audit is too short");
		to += got;
		n -= (Size) got;
		offset += got;
	}
}

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
	s->offset = stage->file_end;
	s->used = chunk->used;
	write_file(stage, (char *) chunk + CHUNK_HEADER, chunk->used);
	bucket->n_spilled++;
}

/* Moves the larger half of the buckets to the file. */
static void
spill(MsStage *stage)
{
	Size		mean = stage->in_memory / stage->n_buckets;

	if (stage->file < 0)
		stage->file = OpenTemporaryFile(true);
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

/* A chunk of the bucket with room for size bytes. */
static MsStageChunk *
chunk_with_room(MsStage *stage, MsBucket *bucket, Size size)
{
	MsStageChunk *chunk = bucket->chunks;
	Size		wanted = LEAST_CHUNK;

	if (chunk != NULL && chunk->size - chunk->used >= size)
		return chunk;
	while (wanted < MOST_CHUNK && wanted < bucket->in_memory)
		wanted *= 2;
	wanted = Max(wanted, CHUNK_HEADER + size);
	if (stage->in_memory + wanted > stage->budget && stage->in_memory > 0)
		spill(stage);
	chunk = MemoryContextAllocHuge(stage->context, wanted);
	chunk->size = wanted - CHUNK_HEADER;
	chunk->used = 0;
	chunk->next = bucket->chunks;
	bucket->chunks = chunk;
	bucket->in_memory += wanted;
	stage->in_memory += wanted;
	return chunk;
}

/*
 * ms_stage_add puts a row into a bucket.  Values that are stored elsewhere or
 * compressed become plain ones, in the current context.
 */
void
ms_stage_add(MsStage *stage, MsBucket *bucket, const MsStageForm *form,
			 uint64 person, bool nobody, Datum *values, const bool *nulls)
{
	uint64		present = 0;
	Size		most = ROW_HEADER;
	Size		size;
	MsStageChunk *chunk;
	MsStagedRow *row;

	for (int i = 0; i < form->n; i++)
	{
		if (nulls[i])
			continue;
		present |= UINT64CONST(1) << form->attributes[i];
		if (form->times >> i & 1)
		{
			most += sizeof(int64);
			continue;
		}
		if (VARATT_IS_EXTERNAL(DatumGetPointer(values[i])) ||
			VARATT_IS_COMPRESSED(DatumGetPointer(values[i])))
			values[i] = PointerGetDatum(PG_DETOAST_DATUM_PACKED(values[i]));
		most += VARSIZE_ANY(DatumGetPointer(values[i])) + ALIGNOF_INT;
	}
	most = MAXALIGN(most);
	if (most > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a row of the sources is too large to audit")));
	chunk = chunk_with_room(stage, bucket, most);
	row = (MsStagedRow *) ((char *) chunk + CHUNK_HEADER + chunk->used);
	size = MAXALIGN(put_values(form, values, nulls,
							   (char *) row + ROW_HEADER) - (char *) row);
	row->person = person;
	row->present = present;
	row->size = (uint32) size;
	row->kind = (uint8) form->kind;
	row->nobody = nobody;
	chunk->used += size;
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
		read_file(stage, buffer, s->used, s->offset);
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
