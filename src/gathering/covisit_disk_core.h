/*-------------------------------------------------------------------------
 *
 * covisit_disk_core.h
 *	  Co-visits of more rows than memory holds: the same answer, bit for bit,
 *	  in several passes over files.
 *
 * Pure C; the caller lends files of records.  Rows are numbered patient by
 * patient; then visits go by places, a few at a time, where everything that
 * depends on a place is found out: crowds, strata, who had company at all.
 * Only patients who had it on enough days come back into memory with their
 * visits: all at once, or every two lots of them in turn.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COVISIT_DISK_CORE_H
#define COVISIT_DISK_CORE_H

#include "gathering/covisit_core.h"

typedef struct MsFile MsFile;

typedef struct MsDisk
{
	/* Records come back by their bytes, or else in the order given. */
	MsFile	   *(*open) (void *ctx, bool sorted);
	void		(*put) (MsFile *file, const void *record, size_t len);
	void		(*rewind) (MsFile *file);	/* before next, after put */
	/* NULL at the end; what it points to holds until the next call */
	const void *(*next) (MsFile *file, size_t *len);
	void		(*close) (MsFile *file);

	const MsEnv *scratch;
	void		(*clear) (void *ctx);	/* gives back what scratch allocated */
	uint32_t	most;			/* visits worked on at a time, about */
	void	   *ctx;
} MsDisk;

typedef struct MsDiskInput
{
	MsFile	   *rows;			/* sorted, of ms_disk_row(); left open */
	const uint32_t *place_rank; /* of the places in rows */
	uint32_t	places;
	const MsNear *near;
} MsDiskInput;

/* What is found; patients are numbers into names. */
typedef struct MsDiskFound
{
	MsCovisits	covisits;
	MsStr	   *names;
	uint32_t	n_names;
	uint64_t	visits;			/* left after pruning */
	uint32_t	patients;
	uint32_t	lots;			/* in which they were worked on */
} MsDiskFound;

/* Writes a record; keys have no zero byte, household.s NULL is none. */
extern void ms_disk_row(MsBuf *record, MsStr patient, const MsVisit *visit, MsStr household);

extern void ms_covisits_on_disk(MsArena *arena, const MsDisk *disk, const MsDiskInput *input,
								const MsCovisitSetting *setting, bool want_groups,
								MsDiskFound *found);

#endif							/* COVISIT_DISK_CORE_H */
