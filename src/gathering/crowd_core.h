/*-------------------------------------------------------------------------
 *
 * crowd_core.h
 *	  Many patients in a short time (docs/gathering.md, section 4).
 *
 * Pure C.  Linear after sorting by time.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CROWD_CORE_H
#define CROWD_CORE_H

#include "common/base_core.h"

#define MS_NO_CROWD	(-1)

typedef struct MsAttendance
{
	int64_t		at;
	uint32_t	patient;
	uint32_t	row;			/* of the caller */
} MsAttendance;

/*
 * Writes size[row], the most patients in any span of that length that holds
 * the row, and label[row], the number of the crowd of at least min_patients
 * that it is in, from 0 in order of time, or MS_NO_CROWD.  Either may be NULL.
 */
extern void ms_crowds(MsArena *arena, const MsAttendance *attendances, uint32_t n,
					  uint32_t patients, int64_t within, int32_t min_patients,
					  int32_t *size, int32_t *label);

#endif							/* CROWD_CORE_H */
