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

#include "anomaly/anomaly_vector_core.h"
#include "anomaly/anomaly_weight_core.h"

#define PARENT_ROWS	20.0		/* that the parent counts as */
#define LEAST_SHRINK	0.01	/* of correlations */
#define SHRINK_ROWS	3.0			/* a feature, that no correlation counts as */
#define USUAL_OWN	1.0			/* evidence; less is usual by itself */
#define ONE_IN_TEN	2.303		/* rarity */
#define CLOSE_ENOUGH	1e-24	/* squared, of what was expected at first */
#define Z_CLAMP		3.0			/* beyond, a row has no more to say about them */

double
ms_z_of_evidence(double evidence)
{
	return (sqrt(MS_Z_LINEAR * MS_Z_LINEAR + 4 * MS_Z_SQUARE * evidence) - MS_Z_LINEAR) /
		(2 * MS_Z_SQUARE);
}

/* ---- one indicator ---- */

MsPlaceIn
ms_judge_place(const MsIndicator *indicator, uint32_t code)
{
	MsPlaceIn	at = {0};

	at.i = ms_guide_find(&indicator->guide, code >> indicator->shift, &at.found);
	at.x = at.found ? indicator->dist.value[at.i] : ms_anomaly_value(code);
	return at;
}

/* The rarity of the side on which it is; none is rare on both. */
static void
own_rarity(const MsDist *dist, MsPlaceIn at, double *high, double *low)
{
	uint64_t	below = dist->below[at.i];
	uint64_t	beyond = ms_dist_rows(dist) - dist->below[at.i + (at.found ? 1 : 0)];

	*high = beyond <= below ? ms_rarity_high(dist, at) : 0;
	*low = beyond <= below ? 0 : ms_rarity_low(dist, at);
}

/* Evidence and place of a value, by its place in the indicator's own rows. */
static MsCell
judge_value(const MsJudge *judge, uint32_t j, MsPlaceIn at, uint32_t code)
{
	const MsIndicator *own = &judge->indicator[j];
	double		high;
	double		low;
	MsCell		cell;

	if (judge->parent == NULL)
		own_rarity(&own->dist, at, &high, &low);
	else
	{
		const MsIndicator *its = &judge->parent->indicator[j];
		double		rows = (double) ms_dist_rows(&own->dist);

		high = ms_rarity_high(&own->dist, at);
		low = ms_rarity_low(&own->dist, at);
		at = ms_judge_place(its, code);
		high = ms_rarity_blend(high, rows, ms_rarity_high(&its->dist, at), PARENT_ROWS);
		low = ms_rarity_blend(low, rows, ms_rarity_low(&its->dist, at), PARENT_ROWS);
	}
	high = high > MS_LN2 ? high - MS_LN2 : 0;
	low = low > MS_LN2 ? low - MS_LN2 : 0;
	cell.z = high >= low ? ms_z_of_evidence(high) : -ms_z_of_evidence(low);
	if (own->direction == 0)
		cell.evidence = high >= low ? high : low;
	else
		cell.evidence = own->direction > 0 ? high : low;
	return cell;
}

static void
make_indicator(MsJudge *judge, MsArena *arena, uint32_t j, int direction, const MsBins *bins)
{
	MsIndicator *own = &judge->indicator[j];
	uint32_t	n = bins->n;
	double	   *value = MS_NEW(arena, double, n);
	uint64_t   *below = MS_NEW(arena, uint64_t, n + 1);

	own->direction = direction;
	own->shift = bins->shift;
	for (uint32_t i = 0; i < n; i++)
	{
		value[i] = ms_bins_value(bins, i);
		below[i + 1] = below[i] + bins->count[i];
	}
	own->code = bins->code;
	own->dist.n = n;
	own->dist.value = value;
	own->dist.below = below;
	if (below[n] == judge->rows)
		own->dist.rarity = judge->rarity;
	ms_dist_fit(&own->dist);
	own->cell = MS_NEW(arena, MsCell, n);
	for (uint32_t i = 0; i < n; i++)
	{
		MsPlaceIn	at = {.i = i,.found = true,.x = value[i]};

		ms_tick(arena);
		own->cell[i] = judge_value(judge, j, at, ms_anomaly_code(value[i]));
	}
}

/* So that values can be looked up when the state is gone. */
static void
guide_indicator(MsIndicator *own, MsArena *arena)
{
	uint32_t	n = own->dist.n;
	uint32_t   *code = MS_NEW(arena, uint32_t, n + MS_GUIDE_CROWD);

	if (n > 0)
		memcpy(code, own->code, n * sizeof(uint32_t));
	own->code = code;
	ms_guide_make(&own->guide, arena, code, n, MS_ANOMALY_ZERO >> own->shift);
}

/* The rows that a group is known by: its sample's, and one for those not in it. */
typedef struct Sample
{
	uint32_t	rows;
	double	   *weight;
	uint32_t   *place;			/* the bin of each value, features a row */
} Sample;

static void
make_indicators(MsJudge *judge, MsArena *arena, MsArena *scratch, const MsAnomaly *state,
				Sample *sample)
{
	uint32_t	rows = state->n_sample;
	uint32_t	m = state->features;
	MsBins	   *bins;

	sample->place = MS_NEW(scratch, uint32_t, (size_t) (rows + 1) * m);
	sample->weight = MS_NEW(scratch, double, rows + 1);
	bins = ms_anomaly_bins(state, scratch, sample->place);
	sample->weight[rows] = ms_anomaly_weights(state, bins, sample->weight,
											  sample->place + (size_t) rows * m);
	sample->rows = rows + (sample->weight[rows] >= 1 ? 1 : 0);
	judge->indicator = MS_NEW(arena, MsIndicator, m);
	if (state->n <= MS_ANOMALY_SAMPLE)
		judge->rarity = ms_rarities(arena, (uint32_t) state->n);
	for (uint32_t j = 0; j < m; j++)
		make_indicator(judge, arena, j, state->direction[j], &bins[j]);
}

/* ---- correlations ---- */

static double
clamp(double z)
{
	return z > Z_CLAMP ? Z_CLAMP : z < -Z_CLAMP ? -Z_CLAMP : z;
}

/* What is NULL is put at the mean, so that the matrix stays one of products. */
static void
correlate(MsJudge *judge, MsArena *arena, MsArena *scratch, const Sample *sample)
{
	uint32_t	m = judge->features;
	uint32_t	width = judge->width;
	double	   *product = MS_NEW(arena, double, (size_t) width * width);
	MsMark		mark = ms_arena_mark(scratch);
	double	   *mean = MS_NEW(scratch, double, width);
	double	   *known = MS_NEW(scratch, double, width);
	double	   *z = MS_NEW(scratch, double, (size_t) sample->rows * width);

	for (uint32_t row = 0; row < sample->rows; row++)
		for (uint32_t j = 0; j < m; j++)
		{
			uint32_t	at = sample->place[(size_t) row * m + j];

			if (at == MS_ANOMALY_NOWHERE)
				continue;
			z[(size_t) row * width + j] = clamp(judge->indicator[j].cell[at].z);
			mean[j] += z[(size_t) row * width + j] * sample->weight[row];
			known[j] += sample->weight[row];
		}
	for (uint32_t row = 0; row < sample->rows; row++)
		for (uint32_t j = 0; j < m; j++)
			if (sample->place[(size_t) row * m + j] != MS_ANOMALY_NOWHERE)
				z[(size_t) row * width + j] -= mean[j] / known[j];
	ms_judge_products(product, width, z, sample->weight, sample->rows);
	judge->correlation = product;
	for (uint32_t j = 0; j < m; j++)
		mean[j] = sqrt(product[(size_t) j * width + j]);
	for (uint32_t j = 0; j < m; j++)
		for (uint32_t k = 0; k <= j; k++)
		{
			double		r = mean[j] > 0 && mean[k] > 0 ?
			product[(size_t) j * width + k] / (mean[j] * mean[k]) : 0;

			if (judge->parent != NULL)
			{
				double		own = (double) judge->rows;

				r = (own * r + PARENT_ROWS * judge->parent->correlation[(size_t) j * width + k]) /
					(own + PARENT_ROWS);
			}
			if (j == k)
				r = 1;
			product[(size_t) j * width + k] = r;
			product[(size_t) k * width + j] = r;
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
weigh(MsJudge *judge, MsArena *arena)
{
	uint32_t	m = judge->features;
	double		chance = 1 / rows_behind(judge);

	judge->weight = MS_NEW(arena, double, judge->width);
	for (uint32_t j = 0; j < m; j++)
	{
		double		same = 1;

		for (uint32_t k = 0; k < m; k++)
		{
			double		r = judge->correlation[(size_t) j * judge->width + k];

			if (k != j && r * r > chance)
				same += (r * r - chance) / (1 - chance);
		}
		judge->weight[j] = 1 / same;
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

	judge->inverse = MS_NEW(arena, double, (size_t) m * judge->width);
	for (uint32_t j = 0; j < m; j++)
		for (uint32_t k = 0; k <= j; k++)
		{
			double		sum = j == k ? 1 : (1 - shrink) * judge->correlation[(size_t) j * judge->width + k];

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
			judge->inverse[(size_t) j * judge->width + k] = sum;
			judge->inverse[(size_t) k * judge->width + j] = sum;
		}
	ms_arena_release(scratch, mark);
	judge->scale = MS_NEW(arena, double, judge->width);
	judge->upward = MS_NEW(arena, double, judge->width);
	judge->either = MS_NEW(arena, double, judge->width);
	for (uint32_t j = 0; j < m; j++)
	{
		int			direction = judge->indicator[j].direction;

		judge->scale[j] = 1 / sqrt(judge->inverse[(size_t) j * judge->width + j]);
		judge->upward[j] = direction / 2.0;
		judge->either[j] = direction == 0 ? 1 : 0.5;
	}
}

/* ---- a row ---- */

static void
put_cell(MsParts *parts, uint32_t j, bool known, MsCell cell)
{
	parts->known[j] = known;
	parts->own[j] = cell.evidence;
	parts->z[j] = cell.z;
}

/* What is NULL is in the middle. */
static double
spot_of(const MsJudge *judge, uint32_t j, uint32_t place)
{
	return place != MS_ANOMALY_NOWHERE ? judge->indicator[j].spot[place] : 0;
}

/* Beyond the features all is zero up to a whole row. */
static void
fill_up(const MsJudge *judge, MsParts *parts)
{
	MsCell		cell = {0};

	for (uint32_t j = judge->features; j < judge->width; j++)
		put_cell(parts, j, false, cell);
}

/*
 * An unknown value says nothing about the others: it is put where these let it
 * be expected, which is where the inverse times z is zero.  So many equations
 * are solved by conjugate gradients, in as many steps as there are unknowns at
 * most, mostly far fewer.
 */
static void
expect_unknown(const MsJudge *judge, MsParts *parts)
{
	uint32_t	at[MS_ANOMALY_FEATURES];
	double		rest[MS_ANOMALY_FEATURES];
	double		way[MS_ANOMALY_FEATURES];
	double		turn[MS_ANOMALY_FEATURES];
	double		error = 0;		/* squared */
	double		enough;
	uint32_t	n = 0;

	for (uint32_t j = 0; j < judge->features; j++)
		if (parts->known[j] == 0)
			at[n++] = j;
	for (uint32_t i = 0; i < n; i++)
	{
		const double *line = judge->inverse + (size_t) at[i] * judge->width;

		rest[i] = 0;
		for (uint32_t j = 0; j < judge->features; j++)
			rest[i] -= line[j] * parts->z[j];
		way[i] = rest[i];
		error += rest[i] * rest[i];
	}
	enough = error * CLOSE_ENOUGH;
	for (uint32_t step = 0; step < n && error > enough; step++)
	{
		double		before = error;
		double		bend = 0;

		for (uint32_t i = 0; i < n; i++)
		{
			const double *line = judge->inverse + (size_t) at[i] * judge->width;

			turn[i] = 0;
			for (uint32_t k = 0; k < n; k++)
				turn[i] += line[at[k]] * way[k];
			bend += way[i] * turn[i];
		}
		error = 0;
		for (uint32_t i = 0; i < n; i++)
		{
			parts->z[at[i]] += before / bend * way[i];
			rest[i] -= before / bend * turn[i];
			error += rest[i] * rest[i];
		}
		for (uint32_t i = 0; i < n; i++)
			way[i] = rest[i] + error / before * way[i];
	}
}

/*
 * What is known of each value alone.  All places first, so that no cell waits
 * for the one before.
 */
static void
look_up(const MsJudge *judge, const uint32_t *code, MsParts *parts)
{
	uint32_t	place[MS_ANOMALY_FEATURES];

	for (uint32_t j = 0; j < judge->features; j++)
	{
		const MsIndicator *own = &judge->indicator[j];
		bool		found;

		place[j] = ms_guide_find(&own->guide, code[j] >> own->shift, &found);
		if (!found || code[j] == MS_ANOMALY_NULL)
			place[j] = MS_ANOMALY_NOWHERE;
	}
	for (uint32_t j = 0; j < judge->features; j++)
	{
		const MsIndicator *own = &judge->indicator[j];
		MsCell		cell = {0};

		if (place[j] != MS_ANOMALY_NOWHERE)
			cell = own->cell[place[j]];
		else if (code[j] != MS_ANOMALY_NULL)
			cell = judge_value(judge, j, ms_judge_place(own, code[j]), code[j]);
		put_cell(parts, j, code[j] != MS_ANOMALY_NULL, cell);
		if (judge->near != NULL)
			parts->spot[j] = place[j] != MS_ANOMALY_NOWHERE ? own->spot[place[j]] :
				ms_spot(&own->spots, ms_anomaly_value(code[j]));
	}
	fill_up(judge, parts);
	expect_unknown(judge, parts);
}

/* The same of a row of the sample, whose places are known. */
static void
look_up_sample(const MsJudge *judge, const uint32_t *place, MsParts *parts)
{
	for (uint32_t j = 0; j < judge->features; j++)
	{
		MsCell		cell = {0};

		if (place[j] != MS_ANOMALY_NOWHERE)
			cell = judge->indicator[j].cell[place[j]];
		put_cell(parts, j, place[j] != MS_ANOMALY_NOWHERE, cell);
		if (judge->near != NULL)
			parts->spot[j] = spot_of(judge, j, place[j]);
	}
	fill_up(judge, parts);
	expect_unknown(judge, parts);
}

/* ms_judge_among_others: usual by itself, but not beside this row's other values. */
bool
ms_judge_among_others(const MsParts *parts, uint32_t feature)
{
	return !parts->lonely && parts->known[feature] > 0 &&
		parts->beyond[feature] > 2 * parts->own[feature] &&
		parts->beyond[feature] > ONE_IN_TEN - MS_LN2;
}

/* ms_judge_apart: usual by itself, but the row has few neighbours, and this is why. */
bool
ms_judge_apart(const MsParts *parts, uint32_t feature)
{
	return parts->lonely && parts->rarity > ONE_IN_TEN &&
		parts->own[feature] < USUAL_OWN && parts->part[feature] > 0;
}

static double
larger(double a, double b)
{
	return a > b ? a : b;
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

/* What is usual in this group of a number that each row of the sample has. */
static void
fit_totals(const MsJudge *judge, MsArena *arena, MsArena *scratch, const Sample *sample,
		   const double *total, MsDist *dist)
{
	uint32_t	rows = sample->rows;
	double	   *value = MS_NEW(arena, double, rows);
	uint64_t   *below = MS_NEW(arena, uint64_t, rows + 1);
	MsMark		mark = ms_arena_mark(scratch);
	uint32_t   *order = MS_NEW(scratch, uint32_t, rows);
	Totals		totals = {total};
	uint32_t	n = 0;

	for (uint32_t row = 0; row < rows; row++)
		order[row] = row;
	ms_sort(scratch, order, rows, compare_totals, &totals);
	for (uint32_t i = 0; i < rows; i++)
	{
		if (n == 0 || value[n - 1] != total[order[i]])
		{
			value[n++] = total[order[i]];
			below[n] = below[n - 1];
		}
		below[n] += (uint64_t) (sample->weight[order[i]] + 0.5);
	}
	ms_arena_release(scratch, mark);
	dist->n = n;
	dist->rarity = judge->rarity;
	dist->value = value;
	dist->below = below;
	ms_dist_fit(dist);
}

/*
 * The totals of the sample's rows.  Their parts are kept, a row of the judge's
 * width each, where that is asked for.
 */
static double *
calibrate(MsJudge *judge, MsArena *arena, MsArena *scratch, const Sample *sample, double *part)
{
	uint32_t	rows = sample->rows;
	double	   *total = MS_NEW(scratch, double, rows);
	MsMark		mark = ms_arena_mark(scratch);
	double	   *distance = MS_NEW(scratch, double, rows);
	MsParts    *parts = MS_NEW(scratch, MsParts, 1);

	for (uint32_t row = 0; row < rows; row++)
	{
		for (uint32_t j = 0; j < judge->features; j++)
			ms_tick(arena);
		look_up_sample(judge, sample->place + (size_t) row * judge->features, parts);
		total[row] = ms_judge_total(judge, parts);
		if (part != NULL)
			memcpy(part + (size_t) row * judge->width, parts->part, judge->width * sizeof(double));
		if (judge->near != NULL)
			distance[row] = ms_near_distance(judge->near, parts->spot, parts->known, parts->apart);
	}
	fit_totals(judge, arena, scratch, sample, total, &judge->total);
	if (judge->near != NULL)
	{
		double	   *rarest = MS_NEW(scratch, double, rows);

		fit_totals(judge, arena, scratch, sample, distance, &judge->distance);
		for (uint32_t row = 0; row < rows; row++)
			rarest[row] = larger(ms_rarity_total(&judge->total, total[row]),
								 ms_rarity_total(&judge->distance, distance[row]));
		fit_totals(judge, arena, scratch, sample, rarest, &judge->rarest);
	}
	ms_arena_release(scratch, mark);
	return total;
}

/* What the parts are multiplied by so that they add up to a score. */
static double
share_of(const MsJudge *judge, double total)
{
	double		rarity;

	if (total == 0)
		return 0;
	rarity = ms_rarity_total(&judge->total, total);
	if (judge->parent != NULL)
		rarity = ms_rarity_blend(rarity, (double) judge->rows,
								 ms_rarity_total(&judge->parent->total, total), PARENT_ROWS);
	return rarity / log(10) / (total * total);
}

/* The same where neighbours are asked; it chooses which parts these are. */
static double
share_of_rarer(const MsJudge *judge, double total, MsParts *parts)
{
	double		distance = ms_near_distance(judge->near, parts->spot, parts->known, parts->apart);
	double		by_total = ms_rarity_total(&judge->total, total);
	double		by_distance = ms_rarity_total(&judge->distance, distance);

	parts->lonely = distance > 0 && (by_distance > by_total || total == 0);
	parts->rarity = by_distance;
	if (parts->lonely)
	{
		memcpy(parts->part, parts->apart, judge->features * sizeof(double));
		total = distance;
	}
	if (total == 0)
		return 0;
	return ms_rarity_total(&judge->rarest, larger(by_total, by_distance)) / log(10) / (total * total);
}

static double
sum_parts(const MsJudge *judge, double *part, double share)
{
	double		score = 0;

	for (uint32_t j = 0; j < judge->features; j++)
	{
		part[j] *= share;
		score += part[j];
	}
	return score;
}

/* Of a row whose values have been looked up. */
static double
score_parts(const MsJudge *judge, MsParts *parts)
{
	double		total = ms_judge_total(judge, parts);
	double		share;

	parts->lonely = false;
	share = judge->near == NULL ? share_of(judge, total) : share_of_rarer(judge, total, parts);
	return sum_parts(judge, parts->part, share);
}

/*
 * Neighbours are asked only where no indicator is known to be suspicious on
 * one side: there a place between two kinds of peers is as odd as one beyond
 * them.  A group that has a parent may be too small to have any.
 */
static void
meet_neighbours(MsJudge *judge, MsArena *arena, const Sample *sample)
{
	for (uint32_t j = 0; j < judge->features; j++)
		if (judge->indicator[j].direction != 0)
			return;
	if (judge->parent != NULL)
		return;
	judge->near = ms_near_make(arena, sample->rows, judge->features);
	for (uint32_t j = 0; j < judge->features; j++)
	{
		MsIndicator *own = &judge->indicator[j];

		own->spots = ms_spots(&own->dist, judge->weight[j]);
		own->spot = MS_NEW(arena, double, own->dist.n);
		for (uint32_t i = 0; i < own->dist.n; i++)
		{
			ms_tick(arena);
			own->spot[i] = ms_spot(&own->spots, own->dist.value[i]);
		}
	}
	/* the first of the sample, and the one for those not in it */
	for (uint32_t row = 0; row < judge->near->rows; row++)
	{
		uint32_t	of = row + 1 < judge->near->rows ? row : sample->rows - 1;

		judge->near->weight[row] = sample->weight[of];
		for (uint32_t j = 0; j < judge->features; j++)
			judge->near->spot[(size_t) j * judge->near->width + row] =
				spot_of(judge, j, sample->place[(size_t) of * judge->features + j]);
	}
}

/* ---- for users ---- */

/* All but the calibration. */
static MsJudge *
prepare(MsArena *arena, MsArena *scratch, const MsAnomaly *state, const MsJudge *parent,
		Sample *sample)
{
	MsJudge    *judge = MS_NEW(arena, MsJudge, 1);

	judge->parent = parent;
	judge->rows = state->n;
	judge->features = state->features;
	judge->width = (state->features + MS_JUDGE_LANES - 1) / MS_JUDGE_LANES * MS_JUDGE_LANES;
	make_indicators(judge, arena, scratch, state, sample);
	correlate(judge, arena, scratch, sample);
	weigh(judge, arena);
	invert(judge, arena, scratch);
	meet_neighbours(judge, arena, sample);
	return judge;
}

MsJudge *
ms_judge_make(MsArena *arena, MsArena *scratch, const MsAnomaly *state, const MsJudge *parent)
{
	MsMark		mark = ms_arena_mark(scratch);
	Sample		sample;
	MsJudge    *judge = prepare(arena, scratch, state, parent, &sample);

	for (uint32_t j = 0; j < judge->features; j++)
		guide_indicator(&judge->indicator[j], arena);
	calibrate(judge, arena, scratch, &sample, NULL);
	ms_arena_release(scratch, mark);
	return judge;
}

/*
 * ms_judge_sample: what making a judge and scoring each row would give, but
 * each is judged once and none is looked up.
 */
void
ms_judge_sample(MsArena *arena, MsArena *scratch, const MsAnomaly *state, double *score)
{
	MsMark		mark = ms_arena_mark(scratch);
	MsMark		judge_mark = ms_arena_mark(arena);
	uint32_t	m = state->features;
	Sample		sample;
	MsJudge    *judge = prepare(arena, scratch, state, NULL, &sample);
	double	   *part = MS_NEW(scratch, double, (size_t) sample.rows * judge->width);
	double	   *total = calibrate(judge, arena, scratch, &sample, part);
	MsParts    *parts = MS_NEW(scratch, MsParts, 1);

	for (uint32_t row = 0; row < state->n_sample; row++)
	{
		const uint32_t *place = sample.place + (size_t) row * m;
		bool		known = false;

		for (uint32_t j = 0; j < m && !known; j++)
			known = place[j] != MS_ANOMALY_NOWHERE;
		if (!known)
			score[row] = NAN;
		else if (judge->near == NULL)
			score[row] = sum_parts(judge, part + (size_t) row * judge->width, share_of(judge, total[row]));
		else
		{
			look_up_sample(judge, place, parts);
			score[row] = score_parts(judge, parts);
		}
	}
	ms_arena_release(scratch, mark);
	ms_arena_release(arena, judge_mark);
}

/* ms_judge_able: enough peers, or a parent that has enough. */
bool
ms_judge_able(const MsJudge *judge)
{
	return judge->rows >= MS_JUDGE_PEERS ||
		(judge->parent != NULL && judge->parent->rows >= MS_JUDGE_PEERS);
}

bool
ms_judge_score(const MsJudge *judge, const uint32_t *code, MsParts *parts, double *score)
{
	look_up(judge, code, parts);
	*score = score_parts(judge, parts);
	for (uint32_t j = 0; j < judge->features; j++)
		if (parts->known[j] > 0)
			return true;
	return false;
}
