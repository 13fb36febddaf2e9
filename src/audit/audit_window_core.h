/*-------------------------------------------------------------------------
 *
 * audit_window_core.h
 *	  Counters and windows: which lines an entry counts or compares together.
 *	  Internal to src/audit.
 *
 * A place says where a line, or a part of it, is counted: lines of the same
 * key and window are of one bucket.  What windows and keys mean is written in
 * docs/rulebook.md.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_WINDOW_CORE_H
#define AUDIT_WINDOW_CORE_H

#include "audit/audit_work_core.h"

/* What is left of a rolling window in evidence when it is very full. */
#define MAX_INVOLVED 64

/* Two lines are at most so far apart in scope 6h. */
#define MS_REACH_6H (6 * MS_USECS_PER_HOUR)

typedef struct WorkPlace
{
	uint32_t	line;
	bool		certain;		/* false: an operation was guessed by its day */
	int64_t		key;			/* the counter */
	int64_t		window;			/* in the order of time within a key */
	int64_t		day;
	int64_t		amount;			/* of what is measured */
	int64_t		of;				/* what the whole line measures */
} WorkPlace;

/* Must be called once for an entry before its lines are placed. */
extern void ms_window_start(Audit *a);

/*
 * Places what of a line lies at a time.  False where it has no place: with
 * the reason, or MS_REASON_NONE when the entry's windows do not bind it.
 */
extern bool ms_window_place(Audit *a, uint32_t line, int64_t time,
							WorkPlace *place, MsReason *reason);

/* Whether the entry in work has a place for every line. */
extern bool ms_window_holds_all(const Audit *a);

/* Tells the outcome of lines that no other lines are there to be placed with. */
extern void ms_window_alone(Audit *a, const uint32_t *lines, uint32_t n);

/*
 * Living lines of a role that count for the entry, placed and in order of
 * (key, window, line).  Lines of without, which is sorted, are left out.
 */
extern WorkPlace *ms_window_lines(Audit *a, const WorkTouch *touches,
								  uint32_t n, MsRole role,
								  const uint32_t *without, uint32_t n_without,
								  uint32_t *n_places);

/* The same for lines that are only looked at, paid by the fund or not. */
extern WorkPlace *ms_window_others(Audit *a, const WorkTouch *touches,
								   uint32_t n, MsRole role,
								   uint32_t *n_places);

/* Sorts places by (key, window, line, day); courses get their windows. */
extern WorkPlace *ms_window_order(Audit *a, WorkPlace *places, uint32_t n);

extern int	ms_window_cmp(const WorkPlace *a, const WorkPlace *b);

/* How many places from the first on are of its bucket. */
extern uint32_t ms_window_length(const WorkPlace *places, uint32_t n);

/* Sets window and what follows from it in a draft, for one bucket. */
extern void ms_window_describe(Audit *a, const WorkPlace *places, uint32_t n,
							   WorkDraft *draft);

#endif							/* AUDIT_WINDOW_CORE_H */
