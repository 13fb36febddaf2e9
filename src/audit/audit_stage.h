/*-------------------------------------------------------------------------
 *
 * audit_stage.h
 *	  The stage: rows of a run's sources in this backend, by partition.
 *
 * Sources are read once, in whatever order they come; partitions are judged
 * one by one afterwards, each in a transaction of its own.  So the stage lives
 * outside transactions.  It keeps to a budget by moving rows to a temporary
 * file.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_STAGE_H
#define AUDIT_STAGE_H

#include "postgres.h"

#include "port/pg_bitutils.h"
#include "storage/fd.h"
#include "utils/array.h"

#include "audit/audit_server.h"
#include "common/ms_compat.h"

/*
 * A row at rest: the attributes that are not NULL, psn_no before the others,
 * each as a datum that needs no other memory.
 */
typedef struct MsStagedRow
{
	uint64		person;			/* hash, what rows are gathered by */
	uint64		present;		/* by attribute: not NULL */
	uint32		size;			/* of all, MAXALIGNed */
	uint8		kind;			/* MsRowKind */
	bool		nobody;			/* belongs to no person: gathered by bill */
} MsStagedRow;

/* Goes over the cells of a row that are not NULL; values point into it. */
typedef struct MsStagedCells
{
	char	   *at;
	uint64		rest;			/* attributes still to come */
	uint64		times;			/* those that are timestamps */
	int			person;			/* comes first; -1 = it came */
} MsStagedCells;

/* What a statement over a source returns: some columns of its record. */
typedef struct MsStageForm
{
	MsRowKind	kind;
	int			n;				/* columns */
	int			person;			/* the column psn_no */
	uint64		times;			/* columns that are timestamps */
	uint8		attributes[64]; /* by column, ascending */
	int8		columns[64];	/* by attribute; -1 = not there */
} MsStageForm;

/* Rows in the order in which they came. */
typedef struct MsStageChunk
{
	struct MsStageChunk *next;
	Size		used;			/* bytes of rows behind this header */
	Size		size;
} MsStageChunk;

/* Where in the temporary file a chunk's rows are. */
typedef struct MsSpilledChunk
{
	off_t		offset;
	Size		used;
} MsSpilledChunk;

typedef struct MsBucket
{
	int			part;			/* from 1 */
	MsStageChunk *chunks;		/* the newest first */
	Size		in_memory;		/* bytes of chunks */
	MsSpilledChunk *spilled;
	int			n_spilled;
	int			max_spilled;
	Size		row_bytes;		/* of all rows, wherever they are */
	int64		rows;
	int64		lines;			/* of the period, by the executor */
	int64		unsettled;
	bool		is_judged;
} MsBucket;

typedef struct MsStage
{
	MemoryContext context;
	int64		run;
	bool		is_complete;	/* all sources are read */
	bool		is_counted;		/* lines and unsettled are known from SQL */
	MsValue		period_from;
	MsValue		period_to;
	bool		visits;			/* persons without a line are judged as well */

	/* what a campaign asks about; NULL = all */
	ArrayType  *institutions;
	ArrayType  *rules;
	ArrayType  *med_types;
	bool		by_occurrence;
	bool		is_bound[MS_N_ROW_KINDS];
	char	   *snapshot;
	Size		budget;			/* bytes of chunks in memory */
	Size		room;			/* bytes for judging one bucket */
	Size		in_memory;
	File		file;			/* -1 = nothing was moved out */
	off_t		file_end;
	int			partitions;
	int			n_buckets;
	MsBucket   *buckets;
	MemoryContext memo_context; /* of audit_stage_judge.c; NULL = not yet */
	struct MsMemo *memo;
	const uint8 *memo_bytes;	/* the book that it knows, */
	uint8		memo_checksum[32];	/* still the same one */
	int		   *bucket_of;		/* by partition from 0; -1 = not ours */
} MsStage;

/* Calls visit for each row; what does not last is gone after the call. */
typedef void (*MsRowVisitor) (void *ctx, MsStagedRow *row, bool lasts);

extern void ms_stage_init(void);
extern MsStage *ms_stage_create(int64 run, int partitions, const int *parts,
								int n_parts);
extern MsStage *ms_stage_current(void);
extern void ms_stage_discard(void);
extern void ms_stage_add(MsStage *stage, MsBucket *bucket,
						 const MsStageForm *form, uint64 person, bool nobody,
						 Datum *values, const bool *nulls);
extern void ms_stage_each(MsStage *stage, MsBucket *bucket,
						  MsRowVisitor visit, void *ctx);
extern void ms_stage_forget(MsStage *stage, MsBucket *bucket);
extern MsStr ms_staged_person(MsStagedRow *row);
extern void ms_staged_start(MsStagedRow *row, MsStagedCells *cells);

/* The next attribute that is not NULL; -1 after the last. */
static inline int
ms_staged_next(MsStagedCells *cells, Datum *value)
{
	char	   *v = cells->at;
	int			i = cells->person;

	if (i >= 0)
		cells->person = -1;
	else if (cells->rest == 0)
		return -1;
	else
	{
		i = pg_rightmost_one_pos64(cells->rest);
		cells->rest &= cells->rest - 1;
	}
	if (cells->times >> i & 1)
	{
		int64		t;

		memcpy(&t, v, sizeof(t));
		*value = Int64GetDatum(t);
		cells->at = v + sizeof(t);
		return i;
	}
	if (!VARATT_NOT_PAD_BYTE(v))
		v = (char *) INTALIGN(v);
	*value = PointerGetDatum(v);
	cells->at = v + VARSIZE_ANY(v);
	return i;
}

#endif							/* AUDIT_STAGE_H */
