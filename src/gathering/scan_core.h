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
	const double (*at)[3];		/* places: straight distances order them */
	const int64_t *population;	/* of places; NULL: permutation */
	double		max_distance;	/* of a zone's places from its centre */
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

/* Memory of one process. */
typedef struct MsScanWork
{
	MsArena    *arena;
	uint32_t   *count;			/* cases by place and day */
	uint32_t   *of_place;
	uint32_t   *days;			/* days of the cases, dealt anew */
	uint32_t   *zone;			/* cases of the zone by day */
	uint32_t   *busy;			/* days of the zone that have cases */
	double	   *limit;			/* by cases: what expects that many or more is
								 * no better than the best */
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

/* The largest log-likelihood ratio of replication i under the null model. */
extern double ms_scan_replicate(const MsScan *scan, MsScanWork *work,
								uint64_t seed, uint32_t i);

extern double ms_scan_llr(uint32_t cases, double expected, uint32_t all);

/* Equal cylinders reach each other, however their logarithms were rounded. */
static inline bool
ms_scan_reaches(double replicated, double llr)
{
	return replicated >= llr * (1 - 1e-12);
}

/*
 * How many of the first n replications reach llr, at most stop_after, and
 * after how many that many were reached (n: never).
 */
extern uint32_t ms_scan_reached(const double *replicated, uint32_t n, double llr,
								uint32_t stop_after, uint32_t *looked_at);
extern double ms_scan_p_value(const double *replicated, uint32_t n, double llr,
							  uint32_t stop_after);

#endif							/* SCAN_CORE_H */
