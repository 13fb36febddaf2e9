/*-------------------------------------------------------------------------
 *
 * anomaly_weight_core.c
 *	  What the sample says of the rows that are not in it.
 *
 * The k-th least hash tells how many different rows there are about, so how
 * many different ones each of the k in the sample stands for beside itself:
 * "more".  Each of these is taken to have occurred as often as the one in the
 * sample.  That may be more rows than there are.  Then so many that have one
 * row in common are no rule, and a row in the sample counts for the others up
 * to the most times for which there are rows enough, and what it occurred
 * beyond that for itself alone.
 *
 * It may also be fewer rows than there are.  What is left over are rows that
 * occurred often and by chance are not in the sample.  They are taken for one
 * row that has the most frequent value of each feature, and for no more rows
 * than the rarest of these values has.
 *
 *-------------------------------------------------------------------------
 */
#include "anomaly/anomaly_weight_core.h"

#include <math.h>

/* What one different row in the sample adds of the others, if none repeats more. */
static double
others_per_row(const MsAnomaly *state, double others)
{
	double		k = (double) state->n_sample;
	double		last = (double) state->hash[state->n_sample - 1];
	double		more = last > 0 ? ((k - 1) * (ldexp(1, 64) / last) - k) / k : others / k;

	/* each of them occurred once at least */
	return more < 0 ? 0 : more > others / k ? others / k : more;
}

static double
sum_up_to(const MsAnomaly *state, uint64_t most)
{
	double		sum = 0;

	for (uint32_t row = 0; row < state->n_sample; row++)
		sum += (double) (state->times[row] < most ? state->times[row] : most);
	return sum;
}

/* The most that a row occurred of which there are others like it. */
static uint64_t
most_times(const MsAnomaly *state, double more, double others)
{
	uint64_t	lo = 1;
	uint64_t	hi = 1;

	for (uint32_t row = 0; row < state->n_sample; row++)
		hi = state->times[row] > hi ? state->times[row] : hi;
	while (lo < hi)
	{
		uint64_t	mid = hi - (hi - lo) / 2;

		if (more * sum_up_to(state, mid) <= others)
			lo = mid;
		else
			hi = mid - 1;
	}
	return lo;
}

/* The rows that have the most frequent value, or the most frequent is none. */
static double
most_frequent(const MsBins *bins, double rows, uint32_t *usual)
{
	double		known = 0;
	double		most = 0;

	*usual = MS_ANOMALY_NOWHERE;
	for (uint32_t i = 0; i < bins->n; i++)
	{
		known += (double) bins->count[i];
		if ((double) bins->count[i] > most)
		{
			most = (double) bins->count[i];
			*usual = i;
		}
	}
	if (rows - known <= most)
		return most;
	*usual = MS_ANOMALY_NOWHERE;
	return rows - known;
}

double
ms_anomaly_weights(const MsAnomaly *state, const MsBins *bins, double *weight, uint32_t *usual)
{
	double		others = (double) state->n - sum_up_to(state, UINT64_MAX);
	double		more;
	double		left;
	uint64_t	most;

	for (uint32_t row = 0; row < state->n_sample; row++)
		weight[row] = (double) state->times[row];
	if (state->whole)
		return 0;
	more = others_per_row(state, others);
	most = most_times(state, more, others);
	for (uint32_t row = 0; row < state->n_sample; row++)
		if (state->times[row] > most)
			weight[row] = (double) most + (double) (state->times[row] - most) / (1 + more);
	left = others - more * sum_up_to(state, most);
	for (uint32_t j = 0; j < state->features; j++)
	{
		double		here = most_frequent(&bins[j], (double) state->n, &usual[j]);

		left = here < left ? here : left;
	}
	return left > 0 ? left / (1 + more) : 0;
}
