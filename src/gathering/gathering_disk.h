/*-------------------------------------------------------------------------
 *
 * gathering_disk.h
 *	  Files of records, by the server's sorts and temporary files.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GATHERING_DISK_H
#define GATHERING_DISK_H

#include "gathering/covisit_disk_core.h"
#include "gathering/gathering.h"

/* What a disk takes of medsup.gathering_mem at a time. */
typedef struct MsServerDisk
{
	MsDisk		disk;
	MsEnv		scratch;
	MemoryContext context;		/* of scratch */
	int			sort_mem;		/* kilobytes of each sort */
} MsServerDisk;

extern void ms_disk_open(MsServerDisk *server, MemoryContext parent);

/*
 * A file in the order of its records, which can be written to after it was
 * read.  Whoever opens it closes it, or the resource owner does.
 */
extern MsFile *ms_file_open(void);
extern void ms_file_put(MsFile *file, const void *record, size_t len);
extern void ms_file_rewind(MsFile *file);
extern const void *ms_file_next(MsFile *file, size_t *len);
extern void ms_file_close(MsFile *file);

#endif							/* GATHERING_DISK_H */
