/*-------------------------------------------------------------------------
 *
 * covisit_core.h
 *	  Patients who turn up together, again and again, and how likely that is
 *	  by chance (docs/gathering.md, section 3).
 *
 * Pure C.  Patients, places and households are numbers here; they must be
 * numbered by something that does not depend on the order of the rows (the
 * order of their keys), then neither does the result.
 *
 * No pair is ever stored before it has met on enough days: the partners of
 * one patient are counted at a time, in an array over patients, so memory
 * grows with visits, never with pairs.  Where visits are more than memory
 * holds, covisit_disk_core.c does the same in pieces.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COVISIT_CORE_H
#define COVISIT_CORE_H

#include "common/base_core.h"
#include "gathering/metric_core.h"

#define MS_COVISIT_MAX	((size_t) 0x7fffffff)	/* visits */

typedef struct MsVisit
{
	int64_t		at;				/* microseconds of civil time */
	int64_t		money;			/* in the caller's scale */
	uint32_t	patient;
	uint32_t	place;
} MsVisit;

/* Places near each place, itself included and in ascending order. */
typedef struct MsNear
{
	const uint32_t *start;		/* of each place, and one more */
	const uint32_t *place;
} MsNear;

typedef struct MsCovisitSetting
{
	int64_t		within;			/* time between two visits that are one
								 * meeting */
	int32_t		min_days;
	int32_t		min_places;
	int32_t		min_members;
	double		min_density;
	uint32_t	max_crowd;		/* larger ones say nothing; UINT32_MAX: no
								 * limit */
	double		min_weight;
	int64_t		period;			/* whole days */
	int64_t		slot;			/* of the day */
	uint32_t	slot_visits;	/* on average, else the whole day is one slot */
	double		fdr;			/* false pairs among the pairs */
	double		alpha;			/* p-value of a group at most */
} MsCovisitSetting;

typedef struct MsCovisitInput
{
	const MsVisit *visits;
	uint32_t	n;
	uint32_t	patients;
	uint32_t	places;
	const uint32_t *patient_rank;	/* of numbers in visits; NULL: are ranks */
	const uint32_t *place_rank;
	const uint32_t *household;	/* of patients, 0 none; or NULL */
	const MsNear *near;			/* NULL: each place is near itself only */
} MsCovisitInput;

typedef struct MsCovisitPair
{
	uint32_t	a;				/* patients, a < b */
	uint32_t	b;
	uint32_t	days;
	uint32_t	places;
	double		weight;			/* sum over days of 1 / crowd */
	double		expected;		/* meetings by chance */
	double		log_p;
	double		log_q;			/* adjusted for all pairs that could meet */
} MsCovisitPair;

typedef struct MsCovisitGroup
{
	const uint32_t *members;	/* ascending */
	const uint32_t *places;		/* ascending */
	uint32_t	n_members;
	uint32_t	n_places;
	uint32_t	pairs;
	uint32_t	days;
	uint32_t	repetitions;	/* days and places */
	uint32_t	visits;
	int64_t		first_day;		/* since 2000-01-01 */
	int64_t		last_day;
	int64_t		money;			/* at an end of the range: beyond it */
	double		weight;			/* sums over its pairs */
	double		expected;
	uint64_t	observed;
	double		density;
	double		log_p;
} MsCovisitGroup;

typedef struct MsCovisits
{
	MsCovisitPair *pairs;		/* log_q at most log(fdr), by a and b */
	size_t		n_pairs;
	const MsCovisitGroup *groups;	/* least likely first */
	size_t		n_groups;
	double		tests;			/* pairs that could have met */
} MsCovisits;

extern void ms_covisits(MsArena *arena, const MsCovisitInput *input,
						const MsCovisitSetting *setting, bool want_groups,
						MsCovisits *result);

/* Neighbours at most metric->eps apart; points are put into another order. */
extern MsNear ms_covisit_near(MsArena *arena, const MsMetric *metric,
							  MsPoint *points, uint32_t n, uint32_t places);

/* ---- what the files of this core share ---- */

/*
 * Strata: place, period and, where there are visits enough, slot of the day; or
 * by weekday and a finer slot.  Which of its visits are whose is chance; see covisit_chance_core.c.
 */
typedef struct MsStrata
{
	uint32_t	n;
	uint32_t   *stratum;		/* of positions */
	uint32_t   *visits;
	uint32_t   *rate_start;		/* strata with meetings, and one more */
	uint32_t   *rate_stratum;
	double	   *rate;			/* chance that a visit of each meet */
} MsStrata;

/* What is known of a visit when its place has been looked at. */
typedef struct MsVisitFacts
{
	uint32_t	crowd;
	uint32_t	coarse;			/* strata */
	uint32_t	fine;
} MsVisitFacts;

/* How many patients could meet so many others. */
typedef struct MsDegree
{
	uint64_t	others;
	uint64_t	patients;
} MsDegree;

typedef struct MsDegrees
{
	MsVec		runs;			/* MsDegree, ascending and not zero */
	uint64_t	sum;
} MsDegrees;

/* Who could meet whom: all visits of all patients are shown to it twice. */
typedef struct MsMeetable
{
	const MsNear *near;
	uint32_t   *seen;			/* places, by mark */
	uint32_t   *regulars;		/* eligible patients by place */
	uint32_t	eligible;
	uint32_t	mark;
} MsMeetable;

/* Visits by (place, time, patient), those in too large crowds left out. */
typedef struct MsCovisitIndex
{
	MsArena    *arena;
	const MsCovisitInput *input;
	const MsCovisitSetting *setting;
	uint32_t	n;
	int64_t		first_day;
	int64_t    *at;
	int64_t    *money;
	uint32_t   *who;
	uint32_t   *place;
	uint32_t   *crowd;			/* other visits within reach */
	uint32_t   *place_start;	/* and one more */
	uint32_t   *visit;			/* positions by (patient, time, place) */
	uint32_t   *patient_start;	/* and one more */
	MsStrata	coarse;
	MsStrata	fine;
} MsCovisitIndex;

/* Counts crowds; or takes what is known of each visit. */
extern void ms_covisit_index(MsCovisitIndex *index, MsArena *arena,
							 const MsCovisitInput *input,
							 const MsCovisitSetting *setting,
							 int64_t first_day, const MsVisitFacts *facts);
extern void ms_covisit_strata(const MsCovisitIndex *index, MsStrata *strata, bool fine);
extern bool ms_covisit_habitual(const MsCovisitIndex *index, uint32_t patient);

extern void ms_meetable_init(MsMeetable *meetable, MsArena *arena,
							 const MsNear *near, uint32_t places);
extern void ms_meetable_count(MsMeetable *meetable, uint32_t place);
extern uint64_t ms_meetable_others(MsMeetable *meetable, uint32_t place);
extern void ms_degree_add(MsDegrees *degrees, MsArena *arena, uint64_t others);

/* Marks visits of candidates that have the company of another one. */
extern void ms_covisit_company(const MsCovisitIndex *index,
							   const bool *candidate, bool *joint);

/*
 * Pairs of a patient before a_end with one from b_from on who met often
 * enough and whose p-value is at most fdr.
 */
typedef void (*MsPairSink) (void *ctx, const MsCovisitPair *pair);
extern void ms_covisit_pairs(const MsCovisitIndex *index, uint32_t a_end,
							 uint32_t b_from, MsPairSink sink, void *ctx);
extern void ms_covisit_groups(const MsCovisitIndex *index,
							  const MsDegrees *degrees, MsCovisits *result);

/* Benjamini and Hochberg, from the largest p-value down. */
extern double ms_adjusted(double larger, double log_p, double tests, size_t rank);

/* log of P(at least k successes of n), each with probability theta */
extern double ms_log_binomial_tail(uint32_t n, uint32_t k, double theta);

/* log of P(product of n uniform numbers is at most exp(log_x)) */
extern double ms_log_product_tail(uint32_t n, double log_x);

extern bool ms_near_each_other(const MsCovisitIndex *index, uint32_t p, uint32_t q);
extern void ms_sort_numbers(uint32_t *v, uint32_t n);

static inline uint32_t
ms_near_count(const MsCovisitIndex *index, uint32_t place)
{
	const MsNear *near = index->input->near;

	return near == NULL ? 1 : near->start[place + 1] - near->start[place];
}

static inline uint32_t
ms_near_place(const MsCovisitIndex *index, uint32_t place, uint32_t i)
{
	const MsNear *near = index->input->near;

	return near == NULL ? place : near->place[near->start[place] + i];
}

static inline int32_t
ms_visit_day(const MsCovisitIndex *index, uint32_t position)
{
	return (int32_t) (ms_day_of(index->at[position]) - index->first_day);
}

/* First position of [lo, hi) whose time is not before at. */
static inline uint32_t
ms_visit_from(const int64_t *times, uint32_t lo, uint32_t hi, int64_t at)
{
	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (times[mid] < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

#endif							/* COVISIT_CORE_H */
