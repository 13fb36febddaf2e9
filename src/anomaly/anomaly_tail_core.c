/*-------------------------------------------------------------------------
 *
 * anomaly_tail_core.c
 *	  Order statistics, tails, rarities.
 *
 *-------------------------------------------------------------------------
 */
#include "anomaly/anomaly_tail_core.h"

#include <math.h>

#define USUAL_SHAPE	0.2			/* between exponential and heavy */
#define SHAPE_ROWS	50.0		/* rows that it counts as */
#define STRAIGHT	1e-6		/* a smaller shape is exponential */

#define FARTHEST	1e150

/* ms_bounded: values beyond are told apart by rank only; differences stay finite. */
double
ms_bounded(double x)
{
	return x > FARTHEST ? FARTHEST : x < -FARTHEST ? -FARTHEST : x;
}

/* The value that has the rank, from 0. */
static uint32_t
at_rank(const MsDist *dist, uint64_t rank)
{
	uint32_t	lo = 0;
	uint32_t	hi = dist->n;

	while (hi - lo > 1)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (dist->below[mid] <= rank)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* Ranks counted towards one end, and the values outwards positive. */
static uint32_t
toward(const MsDist *dist, int sign, uint64_t rank)
{
	return at_rank(dist, sign > 0 ? rank : ms_dist_rows(dist) - 1 - rank);
}

static double
outward(const MsDist *dist, int sign, uint64_t rank)
{
	return sign * ms_bounded(dist->value[toward(dist, sign, rank)]);
}

static uint64_t
rows_beyond(const MsDist *dist, int sign, uint64_t rank)
{
	uint32_t	i = toward(dist, sign, rank);

	return sign > 0 ? ms_dist_rows(dist) - dist->below[i + 1] : dist->below[i];
}

/*
 * The tail beyond three quarters of the rows that lie beyond the median: the
 * seventh octile, unless many rows are at the median itself.
 */
static MsTail
fit(const MsDist *dist, int sign)
{
	MsTail		tail = {0};
	uint64_t	rows = ms_dist_rows(dist);
	uint64_t	outer;			/* rows beyond the median */
	uint64_t	beyond;
	double		middle;
	double		quarter;
	double		step;

	if (rows == 0)
		return tail;
	outer = rows_beyond(dist, sign, (rows - 1) / 2);
	if (outer < 2)
		return tail;
	beyond = outer / 4 > 0 ? outer / 4 : 1;
	middle = outward(dist, sign, (rows - 1) / 2);
	quarter = outward(dist, sign, rows - 1 - (outer / 2 > beyond ? outer / 2 : beyond + 1));
	tail.start = outward(dist, sign, rows - 1 - beyond);
	beyond = rows_beyond(dist, sign, rows - 1 - beyond);
	if (beyond == 0)
		return tail;
	tail.fitted = true;
	tail.rarity = log((double) rows / (double) beyond);
	tail.shape = USUAL_SHAPE;
	step = tail.start - quarter;

	/*
	 * of a Pareto tail, each halving of what is beyond takes 2^shape times as
	 * far
	 */
	if (step > 0 && quarter > middle)
		tail.shape = log2(step / (quarter - middle));
	else if (step <= 0)
		step = outward(dist, sign, rows - beyond + (beyond - 1) / 2) - tail.start;
	tail.shape = ((double) rows * tail.shape + SHAPE_ROWS * USUAL_SHAPE) /
		((double) rows + SHAPE_ROWS);
	tail.shape = tail.shape < 0 ? 0 : tail.shape > 1 ? 1 : tail.shape;
	tail.scale = tail.shape > STRAIGHT ? step * tail.shape / (exp2(tail.shape) - 1) :
		step / MS_LN2;
	return tail;
}

void
ms_dist_fit(MsDist *dist)
{
	dist->high = fit(dist, 1);
	dist->low = fit(dist, -1);
}

/* Rarity by counting: of twice the rows beyond, those at it, and one. */
static double
count_rarity(uint64_t halves, uint64_t rows)
{
	return -log((double) halves / 2 / ((double) rows + 1));
}

/* ms_rarities: what counting can give among that many rows. */
double *
ms_rarities(MsArena *arena, uint32_t rows)
{
	double	   *rarity = MS_NEW(arena, double, 2 * (size_t) rows + 2);

	for (uint32_t i = 1; i < 2 * rows + 2; i++)
		rarity[i] = count_rarity(i, rows);
	return rarity;
}

static double
counted(const MsDist *dist, uint64_t beyond, uint64_t at)
{
	uint64_t	halves = 2 * beyond + at + 1;

	return dist->rarity != NULL ? dist->rarity[halves] :
		count_rarity(halves, ms_dist_rows(dist));
}

static double
continued(const MsTail *tail, double x)
{
	double		y = (x - tail->start) / tail->scale;
	double		rarity = tail->rarity +
	(tail->shape > STRAIGHT ? log1p(tail->shape * y) / tail->shape : y);

	return rarity < MS_RAREST ? rarity : MS_RAREST;
}

double
ms_rarity_high(const MsDist *dist, MsPlaceIn at)
{
	uint64_t	rows = ms_dist_rows(dist);
	uint64_t	equal = at.found ? dist->below[at.i + 1] - dist->below[at.i] : 0;

	if (dist->high.fitted && ms_bounded(at.x) > dist->high.start)
		return continued(&dist->high, ms_bounded(at.x));
	return counted(dist, rows - dist->below[at.i] - equal, equal);
}

double
ms_rarity_low(const MsDist *dist, MsPlaceIn at)
{
	uint64_t	equal = at.found ? dist->below[at.i + 1] - dist->below[at.i] : 0;

	if (dist->low.fitted && -ms_bounded(at.x) > dist->low.start)
		return continued(&dist->low, -ms_bounded(at.x));
	return counted(dist, dist->below[at.i], equal);
}

/* ms_rarity_total: at least what counting says, so that a usual group is calibrated. */
double
ms_rarity_total(const MsDist *dist, double x)
{
	MsPlaceIn	at = ms_dist_place(dist, x);
	uint64_t	rows = ms_dist_rows(dist);
	uint64_t	equal = at.found ? dist->below[at.i + 1] - dist->below[at.i] : 0;
	double		by_count = counted(dist, rows - dist->below[at.i] - equal, equal);
	double		by_tail = ms_rarity_high(dist, at);

	return by_count > by_tail ? by_count : by_tail;
}

/* ms_rarity_blend: in both sets of rows together, na of one and nb of the other. */
double
ms_rarity_blend(double a, double na, double b, double nb)
{
	double		least = a < b ? a : b;

	return least - log((na * exp(least - a) + nb * exp(least - b)) / (na + nb));
}

MsPlaceIn
ms_dist_place(const MsDist *dist, double x)
{
	MsPlaceIn	at = {.x = x};

	/* halves without a branch, since nobody can predict it */
	for (uint32_t n = dist->n; n > 0; n /= 2)
		at.i += dist->value[at.i + n / 2] < x ? n - n / 2 : 0;
	at.found = at.i < dist->n && dist->value[at.i] == x;
	return at;
}

/* ms_dist_median: the lower one of an even number; there is a row. */
double
ms_dist_median(const MsDist *dist)
{
	return dist->value[at_rank(dist, (ms_dist_rows(dist) - 1) / 2)];
}

/* ms_dist_quantile: the value with that share of the other rows below; there is a row. */
double
ms_dist_quantile(const MsDist *dist, double share)
{
	return dist->value[at_rank(dist, (uint64_t) (share * (double) (ms_dist_rows(dist) - 1)))];
}
