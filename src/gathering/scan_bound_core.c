/*-------------------------------------------------------------------------
 *
 * scan_bound_core.c
 *	  Which cylinders may be likelier than one that was found.
 *
 * The ratio of c cases where e are expected is convex in both (it is a
 * divergence), so the least e that is not likelier than a level is convex in
 * c: it is solved for some c, and straight lines between are on the safe side.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/scan_core.h"

#include <math.h>

#define MOST_STEPS	100
#define ROUNDING	1e-10
#define SMALLEST	1e-300		/* above denormal numbers */
#define DENSE		32			/* below this every c is solved */

/* ms_scan_llr: zero where there are no more cases than expected. */
double
ms_scan_llr(uint32_t cases, double expected, uint32_t all)
{
	double		outside = (double) all - cases;
	double		llr;

	if (cases <= expected)
		return 0;
	llr = cases * log(cases / expected);
	if (outside > 0)
		llr += outside * log(outside / (all - expected));
	return llr;
}

/*
 * What c cases must expect at least to be no likelier than the level; rather
 * too much.  The ratio is convex and falls up to c, so Newton's steps from a
 * place where it is higher come from one side.
 */
static double
solve(uint32_t c, uint32_t all, double level, double below)
{
	/* there it is higher: outside, at most c is lost */
	double		start = c * exp(-level / c - 1);
	double		e = fmax(fmax(start, below), SMALLEST);

	if (level <= 0)
		return c;
	for (int i = 0; i < MOST_STEPS; i++)
	{
		double		fall = c / e - ((double) all - c) / (all - e);
		double		step = fall > 0 ? (ms_scan_llr(c, e, all) - level) / fall : 0;

		e += step;
		if (!(step > e * ROUNDING))
			return fmin(e * (1 + 2 * ROUNDING), c);
	}
	return c;
}

void
ms_scan_bound_set(MsScanBound *bound, double level)
{
	uint32_t	all = bound->all;
	uint32_t	c = 0;

	bound->level = level;
	bound->limit[0] = 0;
	while (c < all)
	{
		uint32_t	step = 1 + c / DENSE < all - c ? 1 + c / DENSE : all - c;
		double		from = bound->limit[c];
		double		to = solve(c + step, all, level, from);

		for (uint32_t k = 1; k <= step; k++)
			bound->limit[c + k] = k == step ? to : from + (to - from) * k / step;
		c += step;
	}
	bound->limit[all + 1] = INFINITY;
	c = 1;
	for (uint32_t e = 0; e <= all; e++)
	{
		while (bound->limit[c] <= e)
			c++;
		bound->need[e] = c;
	}
}
