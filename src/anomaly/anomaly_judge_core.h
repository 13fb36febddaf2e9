/*-------------------------------------------------------------------------
 *
 * anomaly_judge_core.h
 *	  Scores of rows against a model, and what they are made of.
 *
 * Pure C; docs/anomaly.md tells the arithmetic.  The only floating point of
 * the project that reaches a user: plain double, one order of summation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ANOMALY_JUDGE_CORE_H
#define ANOMALY_JUDGE_CORE_H

#include "anomaly/anomaly_near_core.h"
#include "anomaly/anomaly_state_core.h"
#include "anomaly/anomaly_tail_core.h"

#define MS_JUDGE_PEERS	10		/* fewer judge only with a parent */

/* Of a value: evidence in the suspicious direction, and its place, normal. */
typedef struct MsCell
{
	double		evidence;
	double		z;
} MsCell;

typedef struct MsIndicator
{
	int			direction;
	uint32_t	shift;
	const uint32_t *code;		/* of the bins, and where to find one */
	MsGuide		guide;
	MsDist		dist;
	MsCell	   *cell;			/* a bin */
	MsSpots		spots;			/* where neighbours are asked */
	double	   *spot;			/* a bin */
} MsIndicator;

/* Rows of numbers, one a feature, are filled up with zeros to this multiple. */
#define MS_JUDGE_LANES	16

typedef struct MsJudge
{
	const struct MsJudge *parent;	/* or NULL */
	uint64_t	rows;
	uint32_t	features;
	uint32_t	width;			/* of a row */
	double	   *rarity;			/* by counting, of all rows; NULL: many */
	MsIndicator *indicator;
	double	   *weight;			/* 1 / how many indicators say the same */
	double	   *correlation;	/* features x width */
	double	   *inverse;		/* of the shrunk one */
	double	   *scale;			/* 1 / root of the inverse's diagonal */
	/* a residual and its amount, times these, are how far out it is */
	double	   *upward;
	double	   *either;
	MsDist		total;			/* of the sample's rows */
	MsNear	   *near;			/* NULL: neighbours are not asked */
	MsDist		distance;		/* from them, of the sample's rows */
	MsDist		rarest;			/* the rarity of either, whichever is more */
} MsJudge;

/* What the features of one row say, an element each. */
typedef struct MsParts
{
	double		known[MS_ANOMALY_FEATURES]; /* 1, or 0: NULL */
	double		own[MS_ANOMALY_FEATURES];	/* evidence of the value alone */
	double		z[MS_ANOMALY_FEATURES]; /* its place among peers, normal; of
										 * an unknown one the place expected */
	double		residual[MS_ANOMALY_FEATURES];	/* z beyond what the others
												 * suggest */
	double		beyond[MS_ANOMALY_FEATURES];	/* evidence of that */
	double		part[MS_ANOMALY_FEATURES];
	double		spot[MS_ANOMALY_FEATURES];	/* among neighbours */
	double		apart[MS_ANOMALY_FEATURES]; /* squares of its distance from
											 * them */
	bool		lonely;			/* that is what the score is of */
	double		rarity;			/* of the distance, where neighbours are asked */
} MsParts;

/*
 * The normal scale: evidence is 0 up to its middle.  -ln of twice the upper
 * tail of the normal distribution is a parabola to some per cent (Lin 1989),
 * which turns both ways without iteration and gives the same bits on every
 * machine.
 */
#define MS_Z_LINEAR	0.717
#define MS_Z_SQUARE	0.416

extern double ms_z_of_evidence(double evidence);

static inline double
ms_evidence_of_z(double z)		/* from 0 on */
{
	return (MS_Z_LINEAR + MS_Z_SQUARE * z) * z;
}

/* of a settled state, which is not needed afterwards; the parent is */
extern MsJudge *ms_judge_make(MsArena *arena, MsArena *scratch, const MsAnomaly *state,
							  const MsJudge *parent);

/* The scores of the sample's own rows; NaN where no feature is known. */
extern void ms_judge_sample(MsArena *arena, MsArena *scratch, const MsAnomaly *state,
							double *score);
extern bool ms_judge_able(const MsJudge *judge);
extern MsPlaceIn ms_judge_place(const MsIndicator *indicator, uint32_t code);
extern bool ms_judge_among_others(const MsParts *parts, uint32_t feature);
extern bool ms_judge_apart(const MsParts *parts, uint32_t feature);

/*
 * The score is the sum of the parts, from the first to the last.  False: no
 * feature is known, and there is none.
 */
extern bool ms_judge_score(const MsJudge *judge, const uint32_t *code, MsParts *parts,
						   double *score);

#endif							/* ANOMALY_JUDGE_CORE_H */
