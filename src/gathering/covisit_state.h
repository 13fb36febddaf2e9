/*-------------------------------------------------------------------------
 *
 * covisit_state.h
 *	  The state of covisit_groups and covisit_pairs: rows, in memory while
 *	  they fit, then in a file.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COVISIT_STATE_H
#define COVISIT_STATE_H

#include "postgres.h"

#include "access/htup.h"

#include "gathering/covisit_core.h"
#include "gathering/gathering_disk.h"
#include "gathering/key_core.h"

typedef struct MsLocation
{
	MsPlace		place;
	bool		known;
} MsLocation;

/* What goes to disk when it becomes too much. */
typedef struct MsCovisitRows
{
	MemoryContext context;
	MsEnv		env;
	MsArena		arena;			/* of the keys */
	MsKeys		patients;
	MsKeys		households;
	MsVec		household;		/* uint32 by patient: number and one */
	MsVisit    *visits;
	Size		n;
	Size		capacity;
} MsCovisitRows;

typedef struct MsCovisitState
{
	MemoryContext context;
	HeapTupleHeader given;		/* the setting as it came */
	MsCovisitSetting setting;
	double		metres;
	bool		paid;			/* any money was given */

	MsEnv		env;
	MsArena		arena;			/* of places, always in memory */
	MsKeys		places;
	MsVec		location;		/* MsLocation by place */
	int32		srid;
	bool		located;		/* a location was read, so srid is known */

	MsCovisitRows rows;
	bool		may_spill;
	MsFile	   *file;			/* of rows, instead of them */
	MsBuf		record;
} MsCovisitState;

extern MsCovisitState *ms_covisit_state(MemoryContext parent, bool may_spill);

/* household.s NULL is none */
extern void ms_covisit_row(MsCovisitState *state, MsStr patient, MsVisit visit, MsStr household);

/* What is found; patients and places are ranks, whose keys' numbers follow. */
typedef struct MsCovisitAnswer
{
	MemoryContext context;		/* of all of it */
	MsCovisits	found;
	MsKeys		patients;
	uint32	   *patient;
	uint32	   *place;
} MsCovisitAnswer;

extern void ms_covisit_find(MsCovisitState *state, bool want_groups, MsCovisitAnswer *answer);
extern void ms_covisit_close(MsCovisitState *state);

#endif							/* COVISIT_STATE_H */
