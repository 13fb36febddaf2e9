/*-------------------------------------------------------------------------
 *
 * covisit_disk_run_core.h
 *	  What the passes of covisit_disk_core.c share.
 *
 * A file is named by what it is sorted by:
 *
 *	rows			patient's key, time		as the caller gave them
 *	by_place		block, place, time		visits of numbered patients
 *	by_patient		patient, time, place	what is known of each visit
 *	residue			the same, of patients who can be of a pair
 *	by_chance		p-value					pairs that met often enough
 *
 * A block is what hangs together by near places; nothing that is found out
 * about a visit depends on another block.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COVISIT_DISK_RUN_CORE_H
#define COVISIT_DISK_RUN_CORE_H

#include "gathering/covisit_disk_core.h"
#include "gathering/covisit_disk_record_core.h"

#define MS_STRATA	2			/* coarse, fine */

/* A visit between the passes. */
typedef struct MsKnown
{
	int64_t		at;
	int64_t		money;
	uint32_t	patient;
	uint32_t	place;
	uint32_t	household;
	uint32_t	crowd;
	uint32_t	stratum[MS_STRATA];
	bool		joint;			/* a candidate in another one's company */
} MsKnown;

typedef struct MsDiskRun
{
	MsArena    *arena;
	const MsDisk *disk;
	const MsDiskInput *input;
	const MsCovisitSetting *setting;
	MsDiskFound *found;
	int64_t		first_day;
	uint32_t	patients;
	MsVec		candidates;		/* uint8, a bit each */
	uint32_t   *block;			/* of places; NULL: each is one */
	uint32_t   *block_visits;
	MsFile	   *names;
	MsFile	   *households;		/* NULL: none was given */
	MsFile	   *by_place;
	MsFile	   *by_patient;
	MsFile	   *rates[MS_STRATA];
	uint32_t	n_strata[MS_STRATA];
	MsFile	   *residue;
	MsDegrees	degrees;
	MsFile	   *by_chance;
	size_t		pairs;
} MsDiskRun;

/* ---- the passes, in their order ---- */

extern void ms_disk_blocks(MsDiskRun *run);
extern void ms_disk_patients(MsDiskRun *run);
extern void ms_disk_places(MsDiskRun *run);
extern void ms_disk_residue(MsDiskRun *run);
extern void ms_disk_pairs(MsDiskRun *run);
extern void ms_disk_adjust(MsDiskRun *run);

/* ---- records and visits in files ---- */

static inline void
ms_disk_put(const MsDiskRun *run, MsFile *file, const MsDiskRecord *record)
{
	ms_tick(run->arena);
	run->disk->put(file, record->byte, record->len);
}

static inline const uint8_t *
ms_disk_next(const MsDiskRun *run, MsFile *file)
{
	size_t		len;

	ms_tick(run->arena);
	return run->disk->next(file, &len);
}

extern void ms_disk_put_known(const MsDiskRun *run, MsFile *file, const MsKnown *known);

/* Visits patient by patient, all of one in memory. */
typedef struct MsDiskReader
{
	const MsDiskRun *run;
	MsFile	   *file;
	MsKnown		ahead;
	bool		more;
} MsDiskReader;

extern MsDiskReader ms_start_reading(const MsDiskRun *run, MsFile *file);

/* Adds the visits of the next patient; false at the end. */
extern bool ms_read_patient(MsDiskReader *reader, MsVec *visits);

/* ---- an index of visits whose crowds and strata are known ---- */

typedef struct MsDiskTable
{
	MsArena    *arena;
	MsCovisitInput input;
	MsVisit    *visits;
	MsVisitFacts *facts;
	uint32_t   *household;
	uint32_t   *patient;		/* as numbered in all rows */
	MsRanks		used[MS_STRATA];	/* strata of its visits */
	MsCovisitIndex index;
} MsDiskTable;

extern void ms_table_init(const MsDiskRun *run, MsArena *arena, MsDiskTable *table,
						  size_t visits, uint32_t patients);
extern void ms_table_add(MsDiskTable *table, const MsVec *visits);
extern void ms_table_index(const MsDiskRun *run, MsDiskTable *table);
extern void ms_table_rates(const MsDiskRun *run, MsDiskTable *table, int kind, MsStrata *strata);

#endif							/* COVISIT_DISK_RUN_CORE_H */
