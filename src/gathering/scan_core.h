/*-------------------------------------------------------------------------
 *
 * scan_core.h
 *	  Space-time scan statistics (docs/gathering.md, section 5).
 *
 * Pure C.  What is looked at is one block without pointers, so that workers
 * read it in shared memory; what one process needs to draw and search is
 * apart from it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SCAN_CORE_H
#define SCAN_CORE_H

#include "common/base_core.h"
#include "gathering/metric_core.h"

#define MS_SCAN_MOST_DAYS		36600
#define MS_SCAN_MOST_CLUSTERS	64

typedef struct MsScanCase
{
	uint32_t	place;
	uint32_t	day;
	uint32_t	cases;
} MsScanCase;

typedef struct MsScanInput
{
	uint32_t	n_places;
	uint32_t	n_days;
	uint32_t	n_cases;		/* rows; not in any order */
	const MsScanCase *cases;
	const MsMetric *metric;		/* eps: how far a zone's places may be from
								 * its centre, INFINITY is no limit */
	const MsPoint *points;		/* of places, in order; row is the place */
	const int64_t *population;	/* of places; NULL: permutation */
	double		max_share;		/* of cases or population in a zone */
	uint32_t	max_days;
	uint32_t	min_cases;
	bool		prospective;	/* only what lasts until the last day */
} MsScanInput;

/* Offsets are of arrays in the same block. */
typedef struct MsScan
{
	size_t		size;
	uint32_t	n_places;
	uint32_t	n_days;
	uint32_t	n_centres;
	uint32_t	cases;
	uint32_t	max_days;
	uint32_t	min_cases;
	bool		poisson;
	bool		prospective;
	double		scale;			/* expected = weights of zone and days * scale */
	size_t		place_until;	/* int64_t[n_places + 1]: weights before each */
	size_t		day_until;		/* int64_t[n_days + 1] */
	size_t		case_until;		/* uint32_t[n_places + 1]: into case_day */
	size_t		case_day;		/* uint32_t[cases], by place */
	size_t		zone_until;		/* size_t[n_centres + 1]: into zone */
	size_t		zone;			/* uint32_t[]: places, the nearest first */
} MsScan;

#define MS_SCAN_ARRAY(scan, type, offset) \
	((const type *) ((const char *) (scan) + (scan)->offset))

/* In zone: the next place is as far, so that no zone ends here. */
#define MS_SCAN_OPEN	UINT32_C(0x80000000)

extern const MsScan *ms_scan_build(MsArena *arena, const MsScanInput *input);

/*
 * Which cylinders may be likelier than a level: with c cases those that expect
 * less than limit[c], so with e expected those with need(e) cases or more.
 */
typedef struct MsScanBound
{
	double		level;			/* a log-likelihood ratio */
	uint32_t	all;
	uint32_t	least;			/* cases of a cluster */
	double	   *limit;			/* [all + 2]; the last is infinite */
	uint32_t   *need;			/* [all + 1]: for whole numbers expected */
} MsScanBound;

extern void ms_scan_bound_set(MsScanBound *bound, double level);

static inline uint32_t
ms_scan_need(const MsScanBound *bound, double expected)
{
	uint32_t	c = bound->need[(uint32_t) expected];

	while (bound->limit[c] <= expected)
		c++;
	return c < bound->least ? bound->least : c;
}

/* The same without the steps between whole numbers: concave in expected. */
static inline double
ms_scan_need_at(const MsScanBound *bound, double expected)
{
	uint32_t	c;

	if (expected >= bound->all)
		return bound->all;
	c = bound->need[(uint32_t) expected];
	while (bound->limit[c] <= expected)
		c++;
	return c - 1 + (expected - bound->limit[c - 1]) / (bound->limit[c] - bound->limit[c - 1]);
}

typedef struct MsScanDay
{
	uint32_t	day;
	uint32_t	cases;
} MsScanDay;

/* Memory of one process. */
typedef struct MsScanWork
{
	MsArena    *arena;
	/* the cases, as they are or as chance has them */
	uint32_t   *until;			/* [n_places + 1]: into day and busy */
	uint32_t   *day;			/* of each case, by place */
	MsScanDay  *busy;			/* of each place: days with cases, ascending */
	uint32_t   *n_busy;			/* by place */
	/* the zone that is looked at */
	uint32_t   *zone;			/* cases by day */
	uint32_t   *fresh;			/* by day: when a place with cases came last */
	uint32_t   *on;				/* days with cases */
	uint32_t   *before;			/* cases before each of these, and all */
	uint32_t   *next;			/* of these: the next one that is fresh */
	uint64_t   *days_on;		/* bits */
	uint64_t   *takers;			/* by place: clusters that have it, by bits */
	bool	   *barred;			/* by day: taken, for the places of the zone */
	double	   *day_weight;		/* what a unit of weight expects on each day */
	double		least_day;		/* not zero */
	double		range;
	MsScanBound bound;
} MsScanWork;

extern size_t ms_scan_work_size(const MsScan *scan);
extern void ms_scan_work_init(MsScanWork *work, const MsScan *scan, MsArena *arena);

typedef struct MsScanCluster
{
	size_t		zone;			/* into the zone's places, from */
	size_t		zone_end;
	uint32_t	first_day;
	uint32_t	last_day;
	uint32_t	cases;
	double		expected;
	double		llr;
} MsScanCluster;

/* The most likely clusters; no two share a place on the same day. */
extern uint32_t ms_scan_clusters(const MsScan *scan, MsScanWork *work,
								 MsScanCluster *cluster, uint32_t most);

/* The most likely one among the cases in work, when it is above the floor. */
extern MsScanCluster ms_scan_search(const MsScan *scan, MsScanWork *work, double floor,
									const MsScanCluster *taken, uint32_t n_taken);

/* Days of cases by place into work->busy. */
extern void ms_scan_lay(const MsScan *scan, MsScanWork *work, const uint32_t *until,
						const uint32_t *day);

/*
 * The largest log-likelihood ratio of replication i under the null model, or
 * anything up to the floor when there is none above it.
 */
extern double ms_scan_replicate(const MsScan *scan, MsScanWork *work,
								uint64_t seed, uint32_t i, double floor);

extern double ms_scan_llr(uint32_t cases, double expected, uint32_t all);

/* Equal cylinders reach each other, however their logarithms were rounded. */
#define MS_SCAN_ROUNDING	1e-12

static inline bool
ms_scan_reaches(double replicated, double llr)
{
	return replicated >= llr * (1 - MS_SCAN_ROUNDING);
}

/*
 * How many of the first n replications reach llr, at most stop_after, and
 * after how many that many were reached (n: never).
 */
extern uint32_t ms_scan_reached(const double *replicated, uint32_t n, double llr,
								uint32_t stop_after, uint32_t *looked_at);
extern double ms_scan_p_value(const double *replicated, uint32_t n, double llr,
							  uint32_t stop_after, uint32_t *looked_at);

#endif							/* SCAN_CORE_H */
