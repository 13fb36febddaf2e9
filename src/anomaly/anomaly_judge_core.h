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

#include "anomaly/anomaly_state_core.h"
#include "anomaly/anomaly_tail_core.h"

#define MS_JUDGE_PEERS	10		/* fewer judge only with a parent */

typedef struct MsIndicator
{
	int			direction;
	uint32_t	shift;
	uint32_t	n;
	const uint32_t *code;		/* of the bins */
	MsDist		dist;
	double	   *evidence;		/* a bin */
	double	   *z;
	double		weight;			/* 1 / how many indicators say the same */
	double		spread;			/* root of the inverse's diagonal */
} MsIndicator;

typedef struct MsJudge
{
	const struct MsJudge *parent;	/* or NULL */
	uint64_t	rows;
	uint32_t	features;
	MsIndicator *indicator;
	double	   *correlation;	/* features x features */
	double	   *inverse;		/* of the shrunk one */
	MsDist		total;			/* of the sample's rows */
} MsJudge;

/* What one indicator of one row says. */
typedef struct MsPart
{
	double		z;				/* its place among peers, normal */
	double		evidence;		/* the stronger of its own and the residual's */
	double		residual;		/* z beyond what the others suggest */
	double		part;
	bool		known;			/* not NULL */
	bool		among_others;	/* the residual is more than twice as strong */
} MsPart;

/* The normal scale: evidence is 0 up to its middle. */
extern double ms_z_of_evidence(double evidence);
extern double ms_evidence_of_z(double z);

/* of a settled state, which is not needed afterwards; the parent is */
extern MsJudge *ms_judge_make(MsArena *arena, MsArena *scratch, const MsAnomaly *state,
							  const MsJudge *parent);
extern bool ms_judge_able(const MsJudge *judge);
extern MsPlaceIn ms_judge_place(const MsIndicator *indicator, uint32_t code);

/*
 * The score is the sum of the parts, from the first to the last.  False: no
 * feature is known, and there is none.
 */
extern bool ms_judge_score(const MsJudge *judge, const uint32_t *code, MsPart *part,
						   double *score);

#endif							/* ANOMALY_JUDGE_CORE_H */
