/*
 * anomaly_test.c
 *	  Anomaly models: one set of rows, one model; scores against NumPy's.
 */
#include "unit.h"

#include <math.h>
#include <stdlib.h>

#include "anomaly/anomaly_format_core.h"
#include "anomaly/anomaly_judge_core.h"
#include "anomaly/anomaly_weight_core.h"
#include "anomaly_reference.h"

static void *chunks[100000];
static int	n_chunks;

static void *
take(void *ctx, size_t size)
{
	return chunks[n_chunks++] = malloc(size);
}

static void
check(void *ctx)
{
}

static void
fail(void *ctx, MsFail why)
{
	abort();
}

static const MsEnv env = {take, check, fail, NULL, SIZE_MAX / 4};
static MsArena arena;
static MsArena scratch;

static void
begin(void)
{
	ms_arena_init(&arena, &env);
	ms_arena_init(&scratch, &env);
}

static void
end(void)
{
	while (n_chunks > 0)
		free(chunks[--n_chunks]);
}

static uint64_t seed = 1;

static uint32_t
draw(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t) (seed >> 33) % below;
}

static bool
near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * (1 + fabs(b));
}

/* ---- codes ---- */

static void
test_codes(void)
{
	static const double ascending[] = {-INFINITY, -1.7e308, -1e300, -3, -1, -1e-300, 0,
	1e-300, 0.1, 1, 1.000002, 3, 1e300, 1.7e308, INFINITY};

	CHECK(ms_anomaly_code(NAN) == MS_ANOMALY_NULL);
	CHECK(ms_anomaly_code(-0.0) == MS_ANOMALY_ZERO && ms_anomaly_code(0.0) == MS_ANOMALY_ZERO);
	CHECK(ms_anomaly_code(INFINITY) == MS_ANOMALY_MOST && ms_anomaly_code(-INFINITY) == MS_ANOMALY_LEAST);
	for (size_t i = 1; i < sizeof(ascending) / sizeof(double); i++)
		CHECK(ms_anomaly_code(ascending[i - 1]) < ms_anomaly_code(ascending[i]));
	/* 1.797e308 would round to infinity */
	CHECK(ms_anomaly_code(1.7976931348623157e308) < MS_ANOMALY_MOST);
	CHECK(ms_anomaly_code(-1.7976931348623157e308) > MS_ANOMALY_LEAST);
	for (int i = 0; i < 1000; i++)
	{
		double		x = ldexp((double) draw(1000000) + 0.123, (int) draw(600) - 300) * (draw(2) ? 1 : -1);
		double		y = ms_anomaly_value(ms_anomaly_code(x));

		CHECK(fabs(x - y) <= ms_bins_error(0) * fabs(x));
		CHECK(ms_anomaly_code(y) == ms_anomaly_code(x));
		CHECK(ms_anomaly_code(-x) - MS_ANOMALY_ZERO == MS_ANOMALY_ZERO - ms_anomaly_code(x));
	}
	for (int i = -1000; i <= 1000; i++)
		CHECK(ms_anomaly_value(ms_anomaly_code(i)) == i);
}

/* ---- places of keys ---- */

static int
compare_keys(const void *a, const void *b)
{
	uint32_t	x = *(const uint32_t *) a;
	uint32_t	y = *(const uint32_t *) b;

	return x < y ? -1 : x > y;
}

/* A guide says what halving says, of keys that are there and any others. */
static void
test_guide(uint32_t n, uint32_t clusters, bool zero)
{
	uint32_t   *key = malloc((MS_ANOMALY_BINS + MS_GUIDE_CROWD) * sizeof(uint32_t));
	uint32_t	different = 0;
	MsGuide		guide;

	begin();
	for (uint32_t i = 0; i < n; i++)
		key[i] = MS_ANOMALY_ZERO + (draw(2) ? 1 : -1) * (int32_t) (1 + draw(clusters) * (0x7fe00000 / clusters) + draw(1 << 12));
	if (zero && n > 0)
		key[0] = MS_ANOMALY_ZERO;
	qsort(key, n, sizeof(uint32_t), compare_keys);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || key[i] != key[different - 1])
			key[different++] = key[i];
	ms_guide_make(&guide, &arena, key, different, MS_ANOMALY_ZERO);
	for (uint32_t i = 0; i < 3 * different + 1000; i++)
	{
		uint32_t	wanted = i < 3 * different ? key[i / 3] + i % 3 - 1 :
		i % 5 == 0 ? MS_ANOMALY_ZERO + draw(3) - 1 : draw(0x7fffffff) * 2 + draw(2);
		bool		found;
		bool		there;
		uint32_t	at = ms_guide_find(&guide, wanted, &found);

		CHECK(at == ms_bins_find(key, different, wanted, &there) && found == there);
	}
	end();
	free(key);
}

/* ---- one set of rows, one model ---- */

static void
add(MsAnomaly *state, const double *value, const bool *isnull)
{
	uint32_t	code[MS_ANOMALY_FEATURES];

	for (uint32_t j = 0; j < state->features; j++)
		code[j] = isnull[j] ? MS_ANOMALY_NULL : ms_anomaly_code(value[j]);
	ms_anomaly_add(state, &scratch, code);
}


#define WIDE	5

typedef struct Row
{
	double		value[WIDE];
	bool		isnull[WIDE];
} Row;

static void
draw_rows(Row *row, uint32_t n, uint32_t different)
{
	for (uint32_t i = 0; i < n; i++)
	{
		uint64_t	keep = seed;

		/* so many rows of so many different ones */
		if (different > 0)
			seed = draw(different) * UINT64_C(0x9e3779b97f4a7c15) + 1;
		row[i].value[0] = draw(1 << 20) / 64.0;
		row[i].value[1] = exp((double) draw(1 << 20) / (1 << 17));
		row[i].value[2] = draw(3) == 0 ? 0 : draw(1000);
		row[i].value[3] = -(double) draw(1 << 16) * 1e10;
		row[i].value[4] = draw(5) == 0 ? -0.0 : 1;
		for (int j = 0; j < WIDE; j++)
			row[i].isnull[j] = draw(10) == 0;
		if (different > 0)
		{
			seed = keep;
			draw(2);
		}
	}
}

static size_t
bytes_of(MsAnomaly *state, uint8_t **bytes)
{
	size_t		size;

	ms_anomaly_settle(state, &scratch);
	size = ms_anomaly_encode(state, NULL);
	*bytes = take(NULL, size);
	ms_anomaly_encode(state, *bytes);
	return size;
}

static const int8_t direction[WIDE] = {1, -1, 0, 1, 1};

static MsAnomaly
model_of(const Row *row, const uint32_t *order, uint32_t n)
{
	MsAnomaly	state;

	ms_anomaly_init(&state, &arena, WIDE, direction);
	for (uint32_t i = 0; i < n; i++)
		add(&state, row[order[i]].value, row[order[i]].isnull);
	return state;
}

static void
shuffle(uint32_t *order, uint32_t n)
{
	for (uint32_t i = n; i > 1; i--)
	{
		uint32_t	j = draw(i);
		uint32_t	swap = order[i - 1];

		order[i - 1] = order[j];
		order[j] = swap;
	}
}

/* Merges consecutive parts of random sizes, as a random tree. */
static MsAnomaly
merged(const Row *row, const uint32_t *order, uint32_t n)
{
	MsAnomaly	left;
	MsAnomaly	right;
	uint32_t	cut;

	if (n < 2 || draw(4) == 0)
		return model_of(row, order, n);
	cut = draw(2) ? 1 + draw(n - 1) : 1;
	left = merged(row, order, cut);
	right = merged(row, order + cut, n - cut);
	ms_anomaly_settle(&right, &scratch);
	if (right.n > 0)
		ms_anomaly_merge(&left, &scratch, &right);
	return left;
}

static void
test_order(uint32_t n, uint32_t different)
{
	Row		   *row = malloc(n * sizeof(Row));
	uint32_t   *order = malloc(n * sizeof(uint32_t));
	uint32_t   *place;
	MsBins	   *all;
	uint8_t    *first;
	size_t		size;
	MsAnomaly	state;

	begin();
	draw_rows(row, n, different);
	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	state = model_of(row, order, n);
	size = bytes_of(&state, &first);
	for (int k = 0; k < 6; k++)
	{
		uint8_t    *again;
		MsAnomaly	other;

		shuffle(order, n);
		other = k % 2 == 0 ? model_of(row, order, n) : merged(row, order, n);
		CHECK(bytes_of(&other, &again) == size && memcmp(first, again, size) == 0);
	}

	/* the bytes say all */
	{
		MsAnomaly	read;
		uint8_t    *again;

		CHECK(ms_anomaly_decode(&read, &arena, first, size) == NULL);
		CHECK(bytes_of(&read, &again) == size && memcmp(first, again, size) == 0);
		for (size_t cut = 0; cut < size; cut += 1 + size / 50)
			CHECK(ms_anomaly_decode(&read, &arena, first, cut) != NULL);
	}

	/* counts are those of the rows, and errors as small as promised */
	place = MS_NEW(&arena, uint32_t, (size_t) state.n_sample * WIDE);
	all = ms_anomaly_bins(&state, &arena, place);
	for (uint32_t row_no = 0; row_no < state.n_sample; row_no++)
		for (uint32_t j = 0; j < WIDE; j++)
		{
			uint32_t	code = ms_anomaly_row(&state, row_no)[j];
			uint32_t	at = place[row_no * WIDE + j];

			CHECK(code == MS_ANOMALY_NULL ? at == MS_ANOMALY_NOWHERE :
				  at < all[j].n && all[j].code[at] == code >> all[j].shift);
		}
	for (uint32_t j = 0; j < WIDE; j++)
	{
		MsBins	   *bins = &all[j];
		uint64_t	known = 0;
		uint64_t	counted = 0;
		bool		close = true;

		for (uint32_t i = 0; i < n; i++)
			known += !row[i].isnull[j];
		for (uint32_t b = 0; b < bins->n; b++)
			counted += bins->count[b];
		CHECK_INT(counted, known);
		CHECK(bins->n <= MS_ANOMALY_BINS);
		for (uint32_t i = 0; i < n && n <= 20000; i++)
		{
			uint32_t	key = ms_anomaly_code(row[i].value[j]) >> bins->shift;

			if (row[i].isnull[j])
				continue;
			for (uint32_t b = 0; b < bins->n; b++)
				if (bins->code[b] == key)
					close &= fabs(ms_bins_value(bins, b) - row[i].value[j]) <=
						ms_bins_error(bins->shift) * 1.001 * fabs(row[i].value[j]);
		}
		CHECK(close);
	}
	end();
	free(row);
	free(order);
}

/* Multiplicities of the sample are exact. */
static void
test_sample(void)
{
	uint64_t	sum = 0;
	MsAnomaly	state;
	bool		isnull[WIDE] = {0};

	begin();
	ms_anomaly_init(&state, &arena, 1, direction);
	for (int i = 0; i < 30000; i++)
	{
		double		x = i % 3000;

		add(&state, &x, isnull);
	}
	ms_anomaly_settle(&state, &scratch);
	CHECK(!state.whole && state.n_sample == MS_ANOMALY_SAMPLE);
	for (uint32_t row = 0; row < state.n_sample; row++)
		sum += state.times[row] == 10;
	CHECK_INT(sum, MS_ANOMALY_SAMPLE);
	/* and it is drawn evenly: its median is near that of the rows */
	sum = 0;
	for (uint32_t row = 0; row < state.n_sample; row++)
		sum += ms_anomaly_value(state.code[row]) < 1500;
	CHECK(sum > 448 && sum < 576);
	end();
}

/*
 * 20,000 rows, of which so many in ten are one and the same, whose values are
 * x and unknown; its share by the weights.
 */
static double
heavy_share(double x, int in_ten, bool *in_sample)
{
	MsAnomaly	state;
	double		weight[MS_ANOMALY_SAMPLE];
	uint32_t	usual[2];
	uint32_t   *place;
	double		heavy;
	double		sum;

	begin();
	ms_anomaly_init(&state, &arena, 2, direction);
	for (int i = 0; i < 20000; i++)
	{
		bool		same = i % 10 < in_ten;
		double		value[2] = {same ? x : draw(1000000) + 1000.0, draw(1000000)};
		bool		isnull[2] = {false, same};

		add(&state, value, isnull);
	}
	ms_anomaly_settle(&state, &scratch);
	place = MS_NEW(&scratch, uint32_t, 2 * MS_ANOMALY_SAMPLE);
	ms_anomaly_bins(&state, &scratch, place);
	heavy = sum = ms_anomaly_weights(&state, state.bins, weight, usual);
	*in_sample = false;
	for (uint32_t row = 0; row < state.n_sample; row++)
	{
		CHECK(weight[row] >= 1);
		sum += weight[row];
		if (ms_anomaly_row(&state, row)[0] == ms_anomaly_code(x))
		{
			heavy += weight[row];
			*in_sample = true;
		}
	}
	if (in_ten > 0 && !*in_sample)
		CHECK(usual[1] == MS_ANOMALY_NOWHERE &&
			  state.bins[0].code[usual[0]] == ms_anomaly_code(x) >> state.bins[0].shift);
	end();
	return heavy / sum;
}

static void
test_weights(void)
{
	int			seen = 0;
	bool		in_sample;

	for (int x = 1; x <= 60; x++)
	{
		double		share = heavy_share(x, 5, &in_sample);

		CHECK_MSG(fabs(share - 0.5) < 0.06, "a half is %g%s", share, in_sample ? ", in the sample" : "");
		seen += in_sample;
	}
	CHECK(seen > 0 && seen < 60);
	for (int x = 1; x <= 40; x++)
	{
		double		share = heavy_share(x, 9, &in_sample);

		CHECK_MSG(fabs(share - 0.9) < 0.02, "nine tenths are %g", share);
	}
	CHECK(heavy_share(1, 0, &in_sample) < 0.01);
}

/* ---- scores ---- */

static MsAnomaly
directed_model(const double (*row)[FEATURES], int n, int times, const int8_t *direction)
{
	bool		isnull[FEATURES] = {0};
	MsAnomaly	state;

	ms_anomaly_init(&state, &arena, FEATURES, direction);
	for (int i = 0; i < n * times; i++)
		add(&state, row[i % n], isnull);
	ms_anomaly_settle(&state, &scratch);
	return state;
}

static MsAnomaly
reference_model(const double (*row)[FEATURES], int n, int times)
{
	static const int8_t reference_direction[FEATURES] = {1, 1, 1, -1, 0, 1};

	return directed_model(row, n, times, reference_direction);
}

static double
score_of(const MsJudge *judge, const double *row, MsParts *parts)
{
	uint32_t	code[FEATURES];
	double		score;
	double		sum = 0;

	for (int j = 0; j < FEATURES; j++)
		code[j] = ms_anomaly_code(row[j]);
	CHECK(ms_judge_score(judge, code, parts, &score));
	for (int j = 0; j < FEATURES; j++)
		sum += parts->part[j];
	CHECK(sum == score);
	return score;
}

#define LENGTH(a) ((int) (sizeof(a) / sizeof((a)[0])))

static void
test_scores(void)
{
	MsAnomaly	big;
	MsAnomaly	small;
	MsJudge    *parent;
	MsJudge    *child;
	MsParts		parts;

	begin();
	big = reference_model(reference_big, LENGTH(reference_big), 1);
	small = reference_model(reference_small, LENGTH(reference_small), 1);
	parent = ms_judge_make(&arena, &scratch, &big, NULL);
	child = ms_judge_make(&arena, &scratch, &small, parent);
	CHECK(ms_judge_able(parent) && ms_judge_able(child));
	for (int j = 0; j < FEATURES; j++)
	{
		CHECK(near(parent->weight[j], reference_weight[j]));
		for (int k = 0; k < FEATURES; k++)
		{
			CHECK(near(parent->correlation[j * parent->width + k], reference_correlation[j][k]));
			CHECK(near(parent->inverse[j * parent->width + k], reference_inverse[j][k]));
		}
	}
	for (int i = 0; i < LENGTH(reference_big); i++)
	{
		double		score = score_of(parent, reference_big[i], &parts);

		CHECK_MSG(near(score, reference_big_score[i]), "row %d: %.17g, wanted %.17g", i,
				  score, reference_big_score[i]);
		for (int j = 0; j < FEATURES && i < LENGTH(reference_big_parts); j++)
			CHECK(near(parts.part[j], reference_big_parts[i][j]));
	}
	for (int i = 0; i < LENGTH(reference_small); i++)
		CHECK(near(score_of(child, reference_small[i], &parts), reference_small_score[i]));
	CHECK(near(score_of(parent, reference_stranger[0], &parts), reference_stranger_score[0]));
	CHECK(parts.known[3] == 0 && parts.part[3] == 0);
	CHECK(near(score_of(child, reference_stranger[0], &parts), reference_stranger_score[1]));
	for (int i = 0; i < LENGTH(reference_partial); i++)
	{
		CHECK(near(score_of(parent, reference_partial[i], &parts), reference_partial_score[2 * i]));
		CHECK(near(score_of(child, reference_partial[i], &parts), reference_partial_score[2 * i + 1]));
	}
	end();
}

/* Where no direction is known, neighbours are asked as well. */
static void
test_neighbours(void)
{
	static const int8_t either[FEATURES] = {0};
	MsAnomaly	state;
	MsJudge    *judge;
	MsParts		parts;
	double		sample[LENGTH(reference_big)];
	int			lonely = 0;
	uint32_t	code[FEATURES];

	begin();
	state = directed_model(reference_big, LENGTH(reference_big), 1, either);
	judge = ms_judge_make(&arena, &scratch, &state, NULL);
	ms_judge_sample(&arena, &scratch, &state, sample);
	for (int i = 0; i < LENGTH(reference_big); i++)
	{
		double		score = score_of(judge, reference_big[i], &parts);

		lonely += parts.lonely;
		CHECK_MSG(near(score, reference_either_score[i]), "row %d: %.17g, wanted %.17g", i,
				  score, reference_either_score[i]);
		for (int j = 0; j < FEATURES; j++)
		{
			CHECK(near(parts.part[j], reference_either_parts[i][j]));
			code[j] = ms_anomaly_code(reference_big[i][j]);
		}
		CHECK(sample[ms_anomaly_find(&state, code, ms_anomaly_hash(code, FEATURES))] == score);
	}
	CHECK(lonely > 0 && lonely < LENGTH(reference_big));
	CHECK(near(score_of(judge, reference_stranger[0], &parts), reference_either_score[LENGTH(reference_big)]));
	end();
}

/* Units of a power of two change no code but all hashes, and no score. */
static void
test_units(void)
{
	double		scaled[LENGTH(reference_big)][FEATURES];
	MsAnomaly	a;
	MsAnomaly	b;
	MsJudge    *one;
	MsJudge    *other;
	MsParts		parts;

	begin();
	for (int i = 0; i < LENGTH(reference_big); i++)
		for (int j = 0; j < FEATURES; j++)
			scaled[i][j] = ldexp(reference_big[i][j], 10 * j - 25);
	a = reference_model(reference_big, LENGTH(reference_big), 1);
	b = reference_model(scaled, LENGTH(reference_big), 1);
	one = ms_judge_make(&arena, &scratch, &a, NULL);
	other = ms_judge_make(&arena, &scratch, &b, NULL);
	for (int i = 0; i < LENGTH(reference_big); i++)
		CHECK(near(score_of(one, reference_big[i], &parts), score_of(other, scaled[i], &parts)));
	end();
}

static void
test_normal(void)
{
	static const double z[] = {0.5, 1, 2, 3, 5};

	for (int i = 0; i < LENGTH(z); i++)
	{
		CHECK(fabs(ms_evidence_of_z(z[i]) / reference_normal[i] - 1) < 0.05);
		CHECK(near(ms_z_of_evidence(ms_evidence_of_z(z[i])), z[i]));
	}
	CHECK(ms_z_of_evidence(0) == 0 && ms_evidence_of_z(0) == 0);
}

int
main(void)
{
	test_codes();
	test_guide(0, 1, false);
	test_guide(1, 1, false);
	test_guide(1, 1, true);
	test_guide(2, 5, true);
	test_guide(60, 30, false);
	test_guide(1024, 1, true);
	test_guide(1024, 3, false);
	test_guide(1024, 1000, true);
	test_order(1, 0);
	test_order(7, 0);
	test_order(1023, 0);
	test_order(1024, 0);
	test_order(1025, 0);
	test_order(2049, 0);
	test_order(9000, 0);
	test_order(5000, 1024);
	test_order(5000, 1100);
	test_order(60000, 0);
	test_sample();
	test_weights();
	test_scores();
	test_neighbours();
	test_units();
	test_normal();
	return unit_done();
}
