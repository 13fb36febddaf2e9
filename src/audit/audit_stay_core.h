/*-------------------------------------------------------------------------
 *
 * audit_stay_core.h
 *	  Stays: chains of inpatient encounters that are one time in hospital.
 *	  Internal to src/audit.
 *
 * What joins two encounters and how days are counted is written in
 * docs/rulebook.md, section Stays.  Everything here is found once a call, at
 * the first question.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_STAY_CORE_H
#define AUDIT_STAY_CORE_H

#include "audit/audit_work_core.h"

typedef struct WorkStay
{
	const uint32_t *encounters; /* of MsClaims, in order of admission */
	uint32_t	n;
	uint32_t	first;			/* encounter admitted first: names the stay */
	uint32_t	last;			/* encounter discharged last */
	int64_t		begin;			/* admission */
	int64_t		end;			/* discharge; until then the last act known */
	bool		ended;			/* the discharge is known */
	bool		unfinished;		/* no discharge, nor said to be out */
	int64_t		days;			/* as the bureau counts; 0 = cannot be told */
} WorkStay;

/* All stays, by (institution, admission, id of the first encounter). */
extern const WorkStay *ms_stay_all(Audit *a, uint32_t *n);

/* The stay of an encounter, NULL where it is none: not inpatient, no begin. */
extern const WorkStay *ms_stay_of(Audit *a, int32_t encounter);

/* The encounter that names the stay; itself where it belongs to none. */
extern uint32_t ms_stay_chain(Audit *a, int32_t encounter);

/* Days of an encounter's stay, 0 = cannot be told. */
extern int64_t ms_stay_days(Audit *a, int32_t encounter);

/*
 * Days by which a line lies before (negative) or after its stay; 0 within,
 * and up to the rulebook's test_before_admission_days before it.  Missing
 * where the line is of no stay or the stay's end is not known.
 */
extern MsValue ms_stay_outside(Audit *a, uint32_t line);

/*
 * Whether an encounter took place: it is the row that counts of its id, and
 * not all that was billed for it was taken back.
 */
extern bool ms_stay_took_place(Audit *a, int32_t encounter);

/* Setting of an encounter, else of its first line; -1 where it is not known. */
extern int32_t ms_stay_setting(Audit *a, int32_t encounter);

/* A time that a calendar of bills can hold; 9999-12-31 is no discharge. */
extern bool ms_stay_is_time(MsValue t);

/* Living lines of an encounter, in work order. */
extern const uint32_t *ms_stay_lines(Audit *a, int32_t encounter, uint32_t *n);

#endif							/* AUDIT_STAY_CORE_H */
