/*-------------------------------------------------------------------------
 *
 * anomaly_judge_core.c
 *	  From counts to evidence, from evidence to a calibrated score.
 *
 * Evidence of an indicator is how much rarer than the median its value is, in
 * its suspicious direction.  What an indicator says beyond the others is
 * judged on a normal scale: the residual of its regression on all others,
 * whose coefficients come from one inverse of the correlations.
 *
 *-------------------------------------------------------------------------
 */
#include "anomaly/anomaly_judge_core.h"

#include <math.h>
#include <string.h>

#define PARENT_ROWS	20.0		/* that the parent counts as */
#define LEAST_SHRINK	0.01	/* of correlations */
#define SHRINK_ROWS	3.0			/* a feature, that no correlation counts as */
#define Z_CLAMP		3.0			/* beyond, a row has no more to say about them */

/*
 * -ln of twice the upper tail of the normal distribution is a parabola to
 * some per cent (Lin 1989), which turns both ways without iteration and gives
 * the same bits on every machine.
 */
#define Z_LINEAR	0.717
#define Z_SQUARE	0.416

double
ms_z_of_evidence(double evidence)
{
	return (sqrt(Z_LINEAR * Z_LINEAR + 4 * Z_SQUARE * evidence) - Z_LINEAR) / (2 * Z_SQUARE);
}

double
ms_evidence_of_z(double z)
{
	return z > 0 ? (Z_LINEAR + Z_SQUARE * z) * z : 0;
}

/* ---- one indicator ---- */

MsPlaceIn
ms_judge_place(const MsIndicator *indicator, uint32_t code)
{
	MsPlaceIn	at = {0};

	at.i = ms_bins_find(indicator->code, indicator->n, code >> indicator->shift, &at.found);
	at.x = at.found ? indicator->dist.value[at.i] : ms_anomaly_value(code);
	return at;
}

/* Evidence and place of a value, by its place in the indicator's own rows. */
static void
judge_value(const MsJudge *judge, uint32_t j, MsPlaceIn at, uint32_t code,
			double *evidence, double *z)
{
	const MsIndicator *own = &judge->indicator[j];
	double		high = ms_rarity_high(&own->dist, at);
	double		low = ms_rarity_low(&own->dist, at);

	if (judge->parent != NULL)
	{
		const MsIndicator *its = &judge->parent->indicator[j];
		double		rows = (double) ms_dist_rows(&own->dist);

		at = ms_judge_place(its, code);
		high = ms_rarity_blend(high, rows, ms_rarity_high(&its->dist, at), PARENT_ROWS);
		low = ms_rarity_blend(low, rows, ms_rarity_low(&its->dist, at), PARENT_ROWS);
	}
	high = high > MS_LN2 ? high - MS_LN2 : 0;
	low = low > MS_LN2 ? low - MS_LN2 : 0;
	*z = high >= low ? ms_z_of_evidence(high) : -ms_z_of_evidence(low);
	if (own->direction == 0)
		*evidence = high >= low ? high : low;
	else
		*evidence = own->direction > 0 ? high : low;
}

static void
make_indicators(MsJudge *judge, MsArena *arena, MsArena *scratch, const MsAnomaly *state,
				uint32_t *place)
{
	MsMark		mark = ms_arena_mark(scratch);
	MsBins	   *bins = ms_anomaly_bins(state, scratch, place);

	judge->indicator = MS_NEW(arena, MsIndicator, state->features);
	for (uint32_t j = 0; j < state->features; j++)
	{
		MsIndicator *own = &judge->indicator[j];
		uint32_t	n = bins[j].n;
		uint32_t   *code = MS_NEW(arena, uint32_t, n);
		double	   *value = MS_NEW(arena, double, n);
		uint64_t   *below = MS_NEW(arena, uint64_t, n + 1);

		own->direction = state->direction[j];
		own->shift = bins[j].shift;
		own->n = n;
		own->code = code;
		for (uint32_t i = 0; i < n; i++)
		{
			code[i] = bins[j].code[i];
			value[i] = ms_bins_value(&bins[j], i);
			below[i + 1] = below[i] + bins[j].count[i];
		}
		own->dist.n = n;
		own->dist.value = value;
		own->dist.below = below;
		ms_dist_fit(&own->dist);
		own->evidence = MS_NEW(arena, double, n);
		own->z = MS_NEW(arena, double, n);
		for (uint32_t i = 0; i < n; i++)
		{
			MsPlaceIn	at = {.i = i,.found = true,.x = value[i]};

			ms_tick(arena);
			judge_value(judge, j, at, ms_anomaly_code(value[i]),
						&own->evidence[i], &own->z[i]);
		}
	}
	ms_arena_release(scratch, mark);
}

/* ---- correlations ---- */

static double
clamp(double z)
{
	return z > Z_CLAMP ? Z_CLAMP : z < -Z_CLAMP ? -Z_CLAMP : z;
}

/* What is NULL is put at the mean, so that the matrix stays one of products. */
static void
correlate(MsJudge *judge, MsArena *arena, MsArena *scratch, const MsAnomaly *state,
		  const uint32_t *place)
{
	uint32_t	m = judge->features;
	double	   *product = MS_NEW(arena, double, (size_t) m * m);
	MsMark		mark = ms_arena_mark(scratch);
	double	   *mean = MS_NEW(scratch, double, m);
	double	   *known = MS_NEW(scratch, double, m);
	double	   *z = MS_NEW(scratch, double, (size_t) state->n_sample * m);

	for (uint32_t row = 0; row < state->n_sample; row++)
		for (uint32_t j = 0; j < m; j++)
		{
			size_t		at = (size_t) row * m + j;

			if (place[at] == MS_ANOMALY_NOWHERE)
				continue;
			z[at] = clamp(judge->indicator[j].z[place[at]]);
			mean[j] += z[at] * (double) state->times[row];
			known[j] += (double) state->times[row];
		}
	for (uint32_t row = 0; row < state->n_sample; row++)
	{
		double	   *here = z + (size_t) row * m;

		for (uint32_t j = 0; j < m; j++)
			if (place[(size_t) row * m + j] != MS_ANOMALY_NOWHERE)
				here[j] -= mean[j] / known[j];
		for (uint32_t j = 0; j < m; j++)
		{
			double		x = here[j] * (double) state->times[row];
			double	   *line = product + (size_t) j * m;

			ms_tick(arena);
			for (uint32_t k = 0; k <= j; k++)
				line[k] += x * here[k];
		}
	}
	judge->correlation = product;
	for (uint32_t j = 0; j < m; j++)
		mean[j] = sqrt(product[(size_t) j * m + j]);
	for (uint32_t j = 0; j < m; j++)
		for (uint32_t k = 0; k <= j; k++)
		{
			double		r = mean[j] > 0 && mean[k] > 0 ?
			product[(size_t) j * m + k] / (mean[j] * mean[k]) : 0;

			if (judge->parent != NULL)
			{
				double		rows = (double) judge->rows;

				r = (rows * r + PARENT_ROWS * judge->parent->correlation[(size_t) j * m + k]) /
					(rows + PARENT_ROWS);
			}
			if (j == k)
				r = 1;
			product[(size_t) j * m + k] = r;
			product[(size_t) k * m + j] = r;
		}
	ms_arena_release(scratch, mark);
}

/* Rows that correlations rest on. */
static double
rows_behind(const MsJudge *judge)
{
	return (double) judge->rows + (judge->parent ? (double) judge->parent->rows : 0);
}

/* An indicator that says the same as k others weighs 1 / (k + 1). */
static void
weigh(MsJudge *judge)
{
	uint32_t	m = judge->features;
	double		chance = 1 / rows_behind(judge);

	for (uint32_t j = 0; j < m; j++)
	{
		double		same = 1;

		for (uint32_t k = 0; k < m; k++)
		{
			double		r = judge->correlation[(size_t) j * m + k];

			if (k != j && r * r > chance)
				same += (r * r - chance) / (1 - chance);
		}
		judge->indicator[j].weight = 1 / same;
	}
}

/*
 * The inverse of the shrunk correlations by Cholesky's factors; shrinking
 * keeps every pivot above LEAST_SHRINK.
 */
static void
invert(MsJudge *judge, MsArena *arena, MsArena *scratch)
{
	uint32_t	m = judge->features;
	double		few = SHRINK_ROWS * m;
	double		shrink = LEAST_SHRINK + (1 - LEAST_SHRINK) * few / (rows_behind(judge) + few);
	MsMark		mark = ms_arena_mark(scratch);
	double	   *lower = MS_NEW(scratch, double, (size_t) m * m);

	judge->inverse = MS_NEW(arena, double, (size_t) m * m);
	for (uint32_t j = 0; j < m; j++)
		for (uint32_t k = 0; k <= j; k++)
		{
			double		sum = j == k ? 1 : (1 - shrink) * judge->correlation[(size_t) j * m + k];

			ms_tick(arena);
			for (uint32_t i = 0; i < k; i++)
				sum -= lower[(size_t) j * m + i] * lower[(size_t) k * m + i];
			lower[(size_t) j * m + k] = j == k ? sqrt(sum) : sum / lower[(size_t) k * m + k];
		}
	/* the inverse of the factor, in place, column by column */
	for (uint32_t k = 0; k < m; k++)
	{
		lower[(size_t) k * m + k] = 1 / lower[(size_t) k * m + k];
		for (uint32_t j = k + 1; j < m; j++)
		{
			double		sum = 0;

			ms_tick(arena);
			for (uint32_t i = k; i < j; i++)
				sum += lower[(size_t) j * m + i] * lower[(size_t) i * m + k];
			lower[(size_t) j * m + k] = -sum / lower[(size_t) j * m + j];
		}
	}
	for (uint32_t j = 0; j < m; j++)
		for (uint32_t k = 0; k <= j; k++)
		{
			double		sum = 0;

			ms_tick(arena);
			for (uint32_t i = j; i < m; i++)
				sum += lower[(size_t) i * m + j] * lower[(size_t) i * m + k];
			judge->inverse[(size_t) j * m + k] = sum;
			judge->inverse[(size_t) k * m + j] = sum;
		}
	ms_arena_release(scratch, mark);
	for (uint32_t j = 0; j < m; j++)
		judge->indicator[j].spread = sqrt(judge->inverse[(size_t) j * m + j]);
}

/* ---- a row ---- */

/* What is known of each value alone. */
static void
look_up(const MsJudge *judge, const uint32_t *code, MsPart *part)
{
	for (uint32_t j = 0; j < judge->features; j++)
	{
		const MsIndicator *own = &judge->indicator[j];
		MsPart		here = {0};

		if (code[j] != MS_ANOMALY_NULL)
		{
			MsPlaceIn	at = ms_judge_place(own, code[j]);

			here.known = true;
			if (at.found)
			{
				here.evidence = own->evidence[at.i];
				here.z = own->z[at.i];
			}
			else
				judge_value(judge, j, at, code[j], &here.evidence, &here.z);
		}
		part[j] = here;
	}
}

/* The same of a row of the sample, whose places are known. */
static void
look_up_sample(const MsJudge *judge, const uint32_t *place, MsPart *part)
{
	for (uint32_t j = 0; j < judge->features; j++)
	{
		const MsIndicator *own = &judge->indicator[j];
		MsPart		here = {0};

		if (place[j] != MS_ANOMALY_NOWHERE)
		{
			here.known = true;
			here.evidence = own->evidence[place[j]];
			here.z = own->z[place[j]];
		}
		part[j] = here;
	}
}

/*
 * Adds what the others say; returns the root of the weighted sum of squares,
 * whose terms become the parts.
 */
static double
total_of(const MsJudge *judge, MsPart *part)
{
	uint32_t	m = judge->features;
	double		total = 0;
	double		residual[MS_ANOMALY_FEATURES];

	memset(residual, 0, m * sizeof(double));
	for (uint32_t j = 0; j < m; j++)
	{
		const double *line = judge->inverse + (size_t) j * m;
		double		z = part[j].z;

		for (uint32_t k = 0; k < m; k++)
			residual[k] += z * line[k];
	}
	for (uint32_t j = 0; j < m; j++)
	{
		const MsIndicator *own = &judge->indicator[j];
		double		evidence;

		if (!part[j].known)
			continue;
		part[j].residual = residual[j] / own->spread;
		evidence = ms_evidence_of_z(own->direction == 0 ? fabs(part[j].residual) :
									own->direction * part[j].residual);
		part[j].among_others = evidence > 2 * part[j].evidence;
		if (evidence > part[j].evidence)
			part[j].evidence = evidence;
		part[j].part = own->weight * part[j].evidence * part[j].evidence;
		total += part[j].part;
	}
	return sqrt(total);
}

typedef struct Totals
{
	const double *value;
} Totals;

static int
compare_totals(uint32_t a, uint32_t b, const void *ctx)
{
	const Totals *totals = ctx;

	return totals->value[a] < totals->value[b] ? -1 : totals->value[a] > totals->value[b];
}

/* The totals of the sample's rows: what is usual in this group. */
static void
calibrate(MsJudge *judge, MsArena *arena, MsArena *scratch, const MsAnomaly *state,
		  const uint32_t *place)
{
	uint32_t	rows = state->n_sample;
	double	   *value = MS_NEW(arena, double, rows);
	uint64_t   *below = MS_NEW(arena, uint64_t, rows + 1);
	MsMark		mark = ms_arena_mark(scratch);
	uint32_t   *order = MS_NEW(scratch, uint32_t, rows);
	double	   *total = MS_NEW(scratch, double, rows);
	MsPart	   *part = MS_NEW(scratch, MsPart, judge->features);
	Totals		totals = {total};
	uint32_t	n = 0;

	for (uint32_t row = 0; row < rows; row++)
	{
		order[row] = row;
		for (uint32_t j = 0; j < judge->features; j++)
			ms_tick(arena);
		look_up_sample(judge, place + (size_t) row * judge->features, part);
		total[row] = total_of(judge, part);
	}
	ms_sort(scratch, order, rows, compare_totals, &totals);
	for (uint32_t i = 0; i < rows; i++)
	{
		if (n == 0 || value[n - 1] != total[order[i]])
		{
			value[n++] = total[order[i]];
			below[n] = below[n - 1];
		}
		below[n] += state->times[order[i]];
	}
	ms_arena_release(scratch, mark);
	judge->total.n = n;
	judge->total.value = value;
	judge->total.below = below;
	ms_dist_fit(&judge->total);
}

/* ---- for users ---- */

MsJudge *
ms_judge_make(MsArena *arena, MsArena *scratch, const MsAnomaly *state, const MsJudge *parent)
{
	MsJudge    *judge = MS_NEW(arena, MsJudge, 1);
	MsMark		mark = ms_arena_mark(scratch);
	uint32_t   *place;

	judge->parent = parent;
	judge->rows = state->n;
	judge->features = state->features;
	place = MS_NEW(scratch, uint32_t, (size_t) state->n_sample * state->features);
	make_indicators(judge, arena, scratch, state, place);
	correlate(judge, arena, scratch, state, place);
	weigh(judge);
	invert(judge, arena, scratch);
	calibrate(judge, arena, scratch, state, place);
	ms_arena_release(scratch, mark);
	return judge;
}

/* ms_judge_able: enough peers, or a parent that has enough. */
bool
ms_judge_able(const MsJudge *judge)
{
	return judge->rows >= MS_JUDGE_PEERS ||
		(judge->parent != NULL && judge->parent->rows >= MS_JUDGE_PEERS);
}

bool
ms_judge_score(const MsJudge *judge, const uint32_t *code, MsPart *part, double *score)
{
	double		total;
	double		rarity = 0;
	bool		any = false;

	look_up(judge, code, part);
	total = total_of(judge, part);

	if (total > 0)
		rarity = ms_rarity_total(&judge->total, total);
	if (total > 0 && judge->parent != NULL)
		rarity = ms_rarity_blend(rarity, (double) judge->rows,
								 ms_rarity_total(&judge->parent->total, total), PARENT_ROWS);
	*score = 0;
	for (uint32_t j = 0; j < judge->features; j++)
	{
		any |= part[j].known;
		if (total > 0)
			part[j].part = rarity / log(10) * (part[j].part / (total * total));
		*score += part[j].part;
	}
	return any;
}
