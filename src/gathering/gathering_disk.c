/*-------------------------------------------------------------------------
 *
 * gathering_disk.c
 *	  Files of records: tuplesort for sorted ones, BufFile for others.
 *
 * So temp_tablespaces, temp_file_limit and log_temp_files hold for them as for
 * any sort, and files of a failed or cancelled statement go with its resource
 * owner.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_operator_d.h"
#include "catalog/pg_type.h"
#include "commands/tablespace.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/buffile.h"
#include "utils/memutils.h"
#include "utils/tuplesort.h"

#include "common/ms_compat.h"
#include "gathering/gathering_disk.h"

#define LEAST_SORT_MEM	64		/* kilobytes, as the server's */
#define VISIT_BYTES	512			/* what a visit takes while it is worked on */

struct MsFile
{
	Tuplesortstate *sort;		/* or else a file */
	bool		in_order;
	Datum		shown;			/* the last record, where it is ours */

	BufFile    *file;
	bool		reading;
	int			end_file;		/* of what was written, while reading */
	off_t		end;

	StringInfoData record;
};

/* ---- in the order given ---- */

MsFile *
ms_file_open(void)
{
	MsFile	   *file = palloc0(sizeof(MsFile));

	PrepareTempTablespaces();
	file->file = BufFileCreateTemp(false);
	initStringInfo(&file->record);
	return file;
}

static void
seek(MsFile *file, int fileno, off_t offset)
{
	if (BufFileSeek(file->file, fileno, offset, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not seek in a temporary file of gatherings")));
}

static void
file_put(MsFile *file, const void *record, uint32 len)
{
	if (file->reading)
		seek(file, file->end_file, file->end);
	file->reading = false;
	BufFileWrite(file->file, &len, sizeof(len));
	BufFileWrite(file->file, (void *) record, len);
}

static void
file_rewind(MsFile *file)
{
	if (!file->reading)
		BufFileTell(file->file, &file->end_file, &file->end);
	file->reading = true;
	seek(file, 0, 0);
}

static const void *
file_next(MsFile *file, size_t *size)
{
	uint32		len;

	if (!ms_buffile_read(file->file, &len, sizeof(len)))
		return NULL;
	resetStringInfo(&file->record);
	enlargeStringInfo(&file->record, (int) len);
	if (len > 0 && !ms_buffile_read(file->file, file->record.data, len))
		elog(ERROR, "medsup: a temporary file of gatherings is cut off");
	*size = len;
	return file->record.data;
}

/* ---- sorted: records are bytea, which sort by their bytes ---- */

static MsFile *
sort_open(int sort_mem)
{
	MsFile	   *file = palloc0(sizeof(MsFile));

	file->sort = tuplesort_begin_datum(BYTEAOID, ByteaLessOperator, InvalidOid, false, sort_mem, NULL, TUPLESORT_RANDOMACCESS);
	initStringInfo(&file->record);
	return file;
}

static void
sort_put(MsFile *file, const void *record, int len)
{
	StringInfo	bytes = &file->record;

	resetStringInfo(bytes);
	enlargeStringInfo(bytes, len + VARHDRSZ);
	SET_VARSIZE(bytes->data, len + VARHDRSZ);
	memcpy(VARDATA(bytes->data), record, len);
	tuplesort_putdatum(file->sort, PointerGetDatum(bytes->data), false);
}

static void
forget_shown(MsFile *file)
{
	if (MS_DATUM_OWNED && DatumGetPointer(file->shown) != NULL)
		pfree(DatumGetPointer(file->shown));
	file->shown = PointerGetDatum(NULL);
}

static void
sort_rewind(MsFile *file)
{
	forget_shown(file);
	if (file->in_order)
		tuplesort_rescan(file->sort);
	else
		tuplesort_performsort(file->sort);
	file->in_order = true;
}

static const void *
sort_next(MsFile *file, size_t *size)
{
	Datum		value;
	bool		isnull;

	forget_shown(file);
	if (!ms_tuplesort_getdatum(file->sort, &value, &isnull))
		return NULL;
	file->shown = value;
	*size = VARSIZE_ANY_EXHDR(DatumGetPointer(value));
	return VARDATA_ANY(DatumGetPointer(value));
}

/* ---- either ---- */

void
ms_file_put(MsFile *file, const void *record, size_t len)
{
	if (len > MaxAllocSize / 2)
		ms_gathering_fail(MS_FAIL_MEMORY);
	if (file->sort != NULL)
		sort_put(file, record, (int) len);
	else
		file_put(file, record, (uint32) len);
}

void
ms_file_rewind(MsFile *file)
{
	if (file->sort != NULL)
		sort_rewind(file);
	else
		file_rewind(file);
}

const void *
ms_file_next(MsFile *file, size_t *len)
{
	return file->sort != NULL ? sort_next(file, len) : file_next(file, len);
}

void
ms_file_close(MsFile *file)
{
	if (file->sort != NULL)
	{
		forget_shown(file);
		tuplesort_end(file->sort);
	}
	else
		BufFileClose(file->file);
	pfree(file->record.data);
	pfree(file);
}

static MsFile *
open_either(void *ctx, bool sorted)
{
	const MsServerDisk *server = ctx;

	return sorted ? sort_open(server->sort_mem) : ms_file_open();
}

static void
clear(void *ctx)
{
	MemoryContextReset(((MsServerDisk *) ctx)->context);
}

/* Half of the memory is scratch; up to three sorts work at a time. */
void
ms_disk_open(MsServerDisk *server, MemoryContext parent)
{
	Size		budget = (Size) ms_gathering_mem * 1024;
	MsDisk		disk = {
		open_either, ms_file_put, ms_file_rewind, ms_file_next, ms_file_close,
		&server->scratch, clear, (uint32) Min(budget / VISIT_BYTES, MS_COVISIT_MAX), server
	};

	server->disk = disk;
	server->context = AllocSetContextCreate(parent, "medsup covisit scratch", ALLOCSET_DEFAULT_SIZES);
	server->scratch = ms_gathering_env(server->context, budget / 2);
	server->sort_mem = Max(ms_gathering_mem / 8, LEAST_SORT_MEM);
}
