/*-------------------------------------------------------------------------
 *
 * anomaly_state_core.c
 *	  Codes, the sample, bins, merging.
 *
 *-------------------------------------------------------------------------
 */
#include "anomaly/anomaly_state_core.h"

#define FIRST_ROWS	8
#define FULL_ROWS	(4 * MS_ANOMALY_SAMPLE)

/* ---- codes ---- */

double
ms_anomaly_value(uint32_t code)
{
	uint64_t	bits;
	double		x;

	if (code >= MS_ANOMALY_ZERO)
		bits = (uint64_t) (code - MS_ANOMALY_ZERO) << 32;
	else
		bits = (uint64_t) (MS_ANOMALY_ZERO - code) << 32 | (uint64_t) 1 << 63;
	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* ms_anomaly_mix: one to one, and every bit of x moves half of the result. */
uint64_t
ms_anomaly_mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 32;
	return x;
}

uint64_t
ms_anomaly_hash(const uint32_t *code, uint32_t features)
{
	uint64_t	h = features;

	for (uint32_t j = 0; j < features; j += 2)
	{
		uint64_t	pair = code[j];

		if (j + 1 < features)
			pair |= (uint64_t) code[j + 1] << 32;
		h = ms_anomaly_mix(h) ^ pair;
	}
	return ms_anomaly_mix(h);
}

/* ---- bins ---- */

void
ms_bins_alloc(MsBins *bins, MsArena *arena)
{
	bins->code = MS_NEW(arena, uint32_t, MS_ANOMALY_BINS + MS_GUIDE_CROWD);
	bins->count = MS_NEW(arena, uint64_t, MS_ANOMALY_BINS);
}

/* ms_bins_error: by which share a value may be off. */
double
ms_bins_error(uint32_t shift)
{
	return 1.0 / (1 << 21) * (double) (1 << shift);
}

/* ms_bins_value: a value that stands for the bin. */
double
ms_bins_value(const MsBins *bins, uint32_t i)
{
	uint64_t	first = (uint64_t) bins->code[i] << bins->shift;
	uint64_t	last = first + ((uint64_t) 1 << bins->shift) - 1;

	if (first < MS_ANOMALY_LEAST)
		first = MS_ANOMALY_LEAST;
	if (last > MS_ANOMALY_MOST)
		last = MS_ANOMALY_MOST;
	if (first <= MS_ANOMALY_ZERO && MS_ANOMALY_ZERO <= last)
		return 0;
	if (first <= MS_ANOMALY_LEAST)
		return ms_anomaly_value(MS_ANOMALY_LEAST);
	if (last >= MS_ANOMALY_MOST)
		return ms_anomaly_value(MS_ANOMALY_MOST);
	return ms_anomaly_value((uint32_t) first) / 2 + ms_anomaly_value((uint32_t) last) / 2;
}

/*
 * ms_bins_find: the bin of a key, or the first beyond it.  Halving without a
 * branch, since which half it is nobody can predict.
 */
uint32_t
ms_bins_find(const uint32_t *code, uint32_t n, uint32_t key, bool *found)
{
	const uint32_t *at = code;

	*found = false;
	if (n == 0)
		return 0;
	while (n > 1)
	{
		uint32_t	half = n / 2;

		at += at[half] <= key ? half : 0;
		n -= half;
	}
	*found = *at == key;
	return (uint32_t) (at - code) + (*at < key ? 1 : 0);
}

/*
 * ms_guide_make: of at most MS_ANOMALY_BINS keys, which stay where they are,
 * with room for MS_GUIDE_CROWD behind them.
 */
void
ms_guide_make(MsGuide *guide, MsArena *arena, uint32_t *key, uint32_t n, uint32_t zero)
{
	bool		has_zero;
	uint32_t	zero_at = ms_bins_find(key, n, zero, &has_zero);

	memset(guide, 0, sizeof(*guide));
	guide->key = key;
	guide->zero = zero;
	for (uint32_t i = 0; i < MS_GUIDE_CROWD; i++)
		key[n + i] = UINT32_MAX;
	for (int s = 0; s < 2; s++)
	{
		uint32_t	at = s == 0 ? 0 : zero_at + has_zero;
		uint32_t	end = s == 0 ? zero_at : n;
		uint32_t	first = at < end ? key[at] : 0;
		uint32_t	shift = 0;
		uint32_t	slots = 0;
		uint16_t   *start;

		if (at < end)
		{
			/* a slot for each key, if that is not too many */
			if (key[end - 1] - first >= MS_GUIDE_SPARSE * (end - at))
				while ((key[end - 1] - first) >> shift >= 2 * (end - at))
					shift++;
			slots = ((key[end - 1] - first) >> shift) + 1;
		}
		start = MS_NEW(arena, uint16_t, slots + 1);
		for (uint32_t slot = 0; slot <= slots; slot++)
		{
			start[slot] = (uint16_t) at;
			while (at < end && (key[at] - first) >> shift == slot)
				at++;
		}
		guide->side[s].first = first;
		guide->side[s].shift = shift;
		guide->side[s].slots = slots;
		guide->side[s].start = start;
	}
}

/* Drops low bits; bins that become the same are added up. */
static void
coarsen(MsBins *bins, uint32_t shift)
{
	uint32_t	by = shift - bins->shift;
	uint32_t	n = 0;

	if (by == 0)
		return;
	for (uint32_t i = 0; i < bins->n; i++)
	{
		uint32_t	code = bins->code[i] >> by;

		if (n > 0 && bins->code[n - 1] == code)
			bins->count[n - 1] += bins->count[i];
		else
		{
			bins->code[n] = code;
			bins->count[n] = bins->count[i];
			n++;
		}
	}
	bins->n = n;
	bins->shift = shift;
}

static uint32_t
top_bit(uint32_t x)
{
	uint32_t	bit = 0;

	for (uint32_t by = 16; by > 0; by /= 2)
		if (x >> by != 0)
		{
			x >>= by;
			bit += by;
		}
	return bit;
}

/* The least number of low bits to drop so that there are not too many bins. */
static uint32_t
enough_shift(const MsBins *bins)
{
	uint32_t	differ[33] = {0};	/* neighbours, first in that bit */
	uint32_t	n = 1;
	uint32_t	shift = 32;

	if (bins->n <= MS_ANOMALY_BINS)
		return bins->shift;
	for (uint32_t i = 1; i < bins->n; i++)
		differ[top_bit(bins->code[i] ^ bins->code[i - 1])]++;
	while (n + differ[shift - 1] <= MS_ANOMALY_BINS)
		n += differ[--shift];
	return bins->shift + shift;
}

static MsBins
copy_bins(const MsBins *bins, MsArena *arena)
{
	MsBins		copy = *bins;

	copy.code = MS_NEW(arena, uint32_t, bins->n);
	copy.count = MS_NEW(arena, uint64_t, bins->n);
	if (bins->n > 0)
	{
		memcpy(copy.code, bins->code, bins->n * sizeof(uint32_t));
		memcpy(copy.count, bins->count, bins->n * sizeof(uint64_t));
	}
	return copy;
}

/* Adds the bins of another, which may be changed. */
static void
merge_bins(MsBins *into, MsBins *from, MsArena *scratch)
{
	MsMark		mark = ms_arena_mark(scratch);
	MsBins		both = {0};
	uint32_t	i = 0;
	uint32_t	j = 0;

	both.shift = into->shift > from->shift ? into->shift : from->shift;
	coarsen(into, both.shift);
	coarsen(from, both.shift);
	both.code = MS_NEW(scratch, uint32_t, into->n + from->n);
	both.count = MS_NEW(scratch, uint64_t, into->n + from->n);
	while (i < into->n || j < from->n)
	{
		uint32_t	k = both.n++;

		if (j == from->n || (i < into->n && into->code[i] < from->code[j]))
		{
			both.code[k] = into->code[i];
			both.count[k] = into->count[i++];
		}
		else if (i == into->n || from->code[j] < into->code[i])
		{
			both.code[k] = from->code[j];
			both.count[k] = from->count[j++];
		}
		else
		{
			both.code[k] = into->code[i];
			both.count[k] = into->count[i++] + from->count[j++];
		}
	}
	coarsen(&both, enough_shift(&both));
	memcpy(into->code, both.code, both.n * sizeof(uint32_t));
	memcpy(into->count, both.count, both.n * sizeof(uint64_t));
	into->n = both.n;
	into->shift = both.shift;
	ms_arena_release(scratch, mark);
}

/*
 * Sorts by the upper half, which is from least to most, eight bits at a time:
 * as many as these differ in.
 */
static uint64_t *
sort_keys(uint64_t *key, uint64_t *other, uint32_t n, uint32_t least, uint32_t most)
{
	uint32_t	start[4][256];
	uint64_t	first = (uint64_t) least << 32;
	int			digits = 0;

	while (digits < 4 && (most - least) >> (8 * digits) != 0)
		memset(start[digits++], 0, sizeof(start[0]));
	for (uint32_t i = 0; i < n; i++)
		for (int d = 0; d < digits; d++)
			start[d][(key[i] - first) >> (32 + 8 * d) & 255]++;
	for (int d = 0; d < digits; d++)
	{
		uint32_t	sum = 0;
		uint64_t   *swap;

		for (int i = 0; i < 256; i++)
		{
			uint32_t	here = start[d][i];

			start[d][i] = sum;
			sum += here;
		}
		for (uint32_t i = 0; i < n; i++)
			other[start[d][(key[i] - first) >> (32 + 8 * d) & 255]++] = key[i];
		swap = key;
		key = other;
		other = swap;
	}
	return key;
}

static void
guide_bins(MsGuide *guide, MsArena *arena, const MsBins *bins)
{
	ms_guide_make(guide, arena, bins->code, bins->n, MS_ANOMALY_ZERO >> bins->shift);
}

/*
 * The bins of one feature of some rows; they live in the arena.  Rows for
 * which there is a bin already are counted there instead.  Tells in which bin
 * each row is, where that is asked for.
 */
static MsBins
bins_of(const MsAnomaly *state, MsArena *arena, uint32_t feature, uint32_t from, uint32_t to,
		MsBins *already, uint32_t *place)
{
	MsBins		bins = {0};
	MsMark		mark;
	MsGuide		guide;
	uint64_t   *key;
	uint32_t	n = 0;
	uint32_t	least = UINT32_MAX;
	uint32_t	most = 0;

	bins.code = MS_NEW(arena, uint32_t, to - from);
	bins.count = MS_NEW(arena, uint64_t, to - from);
	mark = ms_arena_mark(arena);
	key = MS_NEW(arena, uint64_t, to - from);
	if (already != NULL)
		guide_bins(&guide, arena, already);
	for (uint32_t row = from; row < to; row++)
	{
		uint32_t	code = ms_anomaly_row(state, row)[feature];
		bool		found = false;
		uint32_t	at = 0;

		ms_tick(arena);
		if (code == MS_ANOMALY_NULL)
			continue;
		if (already != NULL)
			at = ms_guide_find(&guide, code >> already->shift, &found);
		if (found)
		{
			already->count[at] += state->times[row];
			continue;
		}
		key[n++] = (uint64_t) code << 32 | row;
		least = code < least ? code : least;
		most = code > most ? code : most;
	}
	if (n > 0)
		key = sort_keys(key, MS_NEW(arena, uint64_t, n), n, least, most);
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	code = (uint32_t) (key[i] >> 32);

		if (bins.n == 0 || bins.code[bins.n - 1] != code)
			bins.code[bins.n++] = code;
		bins.count[bins.n - 1] += state->times[(uint32_t) key[i]];
		if (place != NULL)
			place[(size_t) (uint32_t) key[i] * state->features + feature] = bins.n - 1;
	}
	ms_arena_release(arena, mark);
	return bins;
}

/*
 * ms_anomaly_bins: of a settled state, also of one that keeps all rows.  place
 * is filled with the bin of each value of the sample, features a row.
 */
MsBins *
ms_anomaly_bins(const MsAnomaly *state, MsArena *arena, uint32_t *place)
{
	MsBins	   *bins = state->bins;

	for (size_t i = 0; i < (size_t) state->n_sample * state->features; i++)
		place[i] = MS_ANOMALY_NOWHERE;
	if (state->whole)
	{
		bins = MS_NEW(arena, MsBins, state->features);
		for (uint32_t j = 0; j < state->features; j++)
			bins[j] = bins_of(state, arena, j, 0, state->n_sample, NULL, place);
		return bins;
	}
	for (uint32_t j = 0; j < state->features; j++)
	{
		MsMark		mark = ms_arena_mark(arena);
		MsGuide		guide;

		guide_bins(&guide, arena, &bins[j]);
		for (uint32_t row = 0; row < state->n_sample; row++)
		{
			uint32_t	code = ms_anomaly_row(state, row)[j];
			bool		found;
			uint32_t	i = ms_guide_find(&guide, code >> bins[j].shift, &found);

			if (code != MS_ANOMALY_NULL && found)
				place[(size_t) row * state->features + j] = i;
		}
		ms_arena_release(arena, mark);
	}
	return bins;
}

static void
bin_rows(MsAnomaly *state, MsArena *scratch, uint32_t from, uint32_t to)
{
	for (uint32_t j = 0; j < state->features; j++)
	{
		MsMark		mark = ms_arena_mark(scratch);
		MsBins		bins = bins_of(state, scratch, j, from, to, &state->bins[j], NULL);

		if (bins.n > 0)
			merge_bins(&state->bins[j], &bins, scratch);
		ms_arena_release(scratch, mark);
	}
}

/* From now on not all rows are kept. */
static void
start_bins(MsAnomaly *state)
{
	state->whole = false;
	state->bins = MS_NEW(state->arena, MsBins, state->features);
	for (uint32_t j = 0; j < state->features; j++)
		ms_bins_alloc(&state->bins[j], state->arena);
}

/* ---- rows ---- */

int
ms_anomaly_order(const MsAnomaly *state, uint32_t a, uint32_t b)
{
	const uint32_t *x = ms_anomaly_row(state, a);
	const uint32_t *y = ms_anomaly_row(state, b);

	if (state->hash[a] != state->hash[b])
		return state->hash[a] < state->hash[b] ? -1 : 1;
	for (uint32_t j = 0; j < state->features; j++)
		if (x[j] != y[j])
			return x[j] < y[j] ? -1 : 1;
	return 0;
}

/* ms_anomaly_find: the row of a settled sample, or MS_ANOMALY_NOWHERE. */
uint32_t
ms_anomaly_find(const MsAnomaly *state, const uint32_t *code, uint64_t hash)
{
	uint32_t	row = 0;

	for (uint32_t n = state->n_sample; n > 0;)
	{
		uint32_t	half = n / 2;

		row += state->hash[row + half] < hash ? n - half : 0;
		n = half;
	}
	for (; row < state->n_sample && state->hash[row] == hash; row++)
		if (memcmp(ms_anomaly_row(state, row), code, state->features * sizeof(uint32_t)) == 0)
			return row;
	return MS_ANOMALY_NOWHERE;
}

static int
compare_rows(uint32_t a, uint32_t b, const void *ctx)
{
	return ms_anomaly_order(ctx, a, b);
}

static void
copy_row(MsAnomaly *to, uint32_t row, const MsAnomaly *from, uint32_t other)
{
	memcpy(to->code + (size_t) row * to->features, ms_anomaly_row(from, other),
		   to->features * sizeof(uint32_t));
	to->hash[row] = from->hash[other];
	to->times[row] = from->times[other];
}

/* Waiting rows that the sample has no room for wait no longer. */
static void
drop_late(MsAnomaly *state)
{
	uint32_t	end = state->n_sample + state->n_pending;
	uint32_t	n = state->n_sample;

	for (uint32_t row = state->n_sample; row < end; row++)
		if (state->hash[row] <= state->hash[state->n_sample - 1])
			copy_row(state, n++, state, row);
	state->n_pending = n - state->n_sample;
}

/* Puts the different rows first, sorted, all of them; returns how many. */
static uint32_t
unite_rows(MsAnomaly *state, MsArena *scratch)
{
	uint32_t	rows = state->n_sample + state->n_pending;
	MsAnomaly	sorted = {.features = state->features};
	uint32_t   *order = MS_NEW(scratch, uint32_t, rows);
	uint32_t	n = 0;

	sorted.code = MS_NEW(scratch, uint32_t, (size_t) rows * state->features);
	sorted.hash = MS_NEW(scratch, uint64_t, rows);
	sorted.times = MS_NEW(scratch, uint64_t, rows);
	for (uint32_t i = 0; i < rows; i++)
		order[i] = i;
	ms_sort(scratch, order, rows, compare_rows, state);
	for (uint32_t i = 0; i < rows; i++)
	{
		if (i > 0 && ms_anomaly_order(state, order[i - 1], order[i]) == 0)
			sorted.times[n - 1] += state->times[order[i]];
		else
			copy_row(&sorted, n++, state, order[i]);
	}
	memcpy(state->code, sorted.code, (size_t) n * state->features * sizeof(uint32_t));
	memcpy(state->hash, sorted.hash, n * sizeof(uint64_t));
	memcpy(state->times, sorted.times, n * sizeof(uint64_t));
	return n;
}

/* Makes the sample of all rows that are there. */
static void
keep_least(MsAnomaly *state, MsArena *scratch)
{
	MsMark		mark = ms_arena_mark(scratch);
	uint32_t	n = unite_rows(state, scratch);

	ms_arena_release(scratch, mark);
	if (state->whole && n > MS_ANOMALY_SAMPLE)
	{
		start_bins(state);
		bin_rows(state, scratch, 0, n);
	}
	state->n_sample = n > MS_ANOMALY_SAMPLE ? MS_ANOMALY_SAMPLE : n;
	state->n_pending = 0;
}

/* ms_anomaly_settle: no row waits. */
void
ms_anomaly_settle(MsAnomaly *state, MsArena *scratch)
{
	if (state->n_pending == 0)
		return;
	if (!state->whole)
	{
		bin_rows(state, scratch, state->n_sample, state->n_sample + state->n_pending);
		drop_late(state);
	}
	if (state->n_pending > 0)
		keep_least(state, scratch);
}

/* ms_anomaly_reserve makes room for that many rows in all, or for a full state. */
void
ms_anomaly_reserve(MsAnomaly *state, uint32_t rows)
{
	MsAnomaly	old = *state;
	uint32_t	used = state->n_sample + state->n_pending;

	rows = rows < FULL_ROWS ? rows : FULL_ROWS;
	if (rows <= state->capacity)
		return;
	state->capacity = rows;
	state->code = MS_NEW(state->arena, uint32_t, (size_t) rows * state->features);
	state->hash = MS_NEW(state->arena, uint64_t, rows);
	state->times = MS_NEW(state->arena, uint64_t, rows);
	if (used > 0)
	{
		memcpy(state->code, old.code, (size_t) used * state->features * sizeof(uint32_t));
		memcpy(state->hash, old.hash, used * sizeof(uint64_t));
		memcpy(state->times, old.times, used * sizeof(uint64_t));
	}
}

/* Room for some more rows, at most a sample's; returns the first. */
static uint32_t
make_room(MsAnomaly *state, MsArena *scratch, uint32_t rows)
{
	if (state->n_sample + state->n_pending + rows > FULL_ROWS)
		ms_anomaly_settle(state, scratch);
	if (state->n_sample + state->n_pending + rows > state->capacity)
	{
		uint32_t	capacity = state->capacity > 0 ? state->capacity : FIRST_ROWS;

		while (capacity < state->n_sample + state->n_pending + rows)
			capacity *= 2;
		ms_anomaly_reserve(state, capacity);
	}
	return state->n_sample + state->n_pending;
}

static void
count_rows(MsAnomaly *state, uint64_t rows)
{
	if (rows >= MS_ANOMALY_ROWS - state->n)
		state->arena->env->fail(state->arena->env->ctx, MS_FAIL_TOO_MANY);
	state->n += rows;
}

/* ---- for users ---- */

void
ms_anomaly_init(MsAnomaly *state, MsArena *arena, uint32_t features, const int8_t *direction)
{
	memset(state, 0, sizeof(*state));
	state->arena = arena;
	state->features = features;
	state->direction = MS_NEW(arena, int8_t, features);
	memcpy(state->direction, direction, features);
	state->whole = true;
}

/* ms_anomaly_add: returns the row's hash. */
uint64_t
ms_anomaly_add(MsAnomaly *state, MsArena *scratch, const uint32_t *code)
{
	uint32_t	row = make_room(state, scratch, 1);

	count_rows(state, 1);
	memcpy(state->code + (size_t) row * state->features, code,
		   state->features * sizeof(uint32_t));
	state->hash[row] = ms_anomaly_hash(code, state->features);
	state->times[row] = 1;
	state->n_pending++;
	return state->hash[row];
}

/* ms_anomaly_alike: whether they can be merged. */
bool
ms_anomaly_alike(const MsAnomaly *a, const MsAnomaly *b)
{
	return a->features == b->features &&
		memcmp(a->direction, b->direction, a->features) == 0;
}

static void
add_rows(MsAnomaly *into, MsArena *scratch, const MsAnomaly *from)
{
	uint32_t	row = make_room(into, scratch, from->n_sample);

	for (uint32_t i = 0; i < from->n_sample; i++)
		copy_row(into, row + i, from, i);
	into->n_pending += from->n_sample;
}

/* ms_anomaly_merge: from is settled; it is another one, alike. */
void
ms_anomaly_merge(MsAnomaly *into, MsArena *scratch, const MsAnomaly *from)
{
	count_rows(into, from->n);
	if (from->whole)
	{
		add_rows(into, scratch, from);
		return;
	}
	/* bins already count these rows */
	ms_anomaly_settle(into, scratch);
	if (into->whole)
	{
		start_bins(into);
		bin_rows(into, scratch, 0, into->n_sample);
	}
	for (uint32_t j = 0; j < into->features; j++)
	{
		MsMark		mark = ms_arena_mark(scratch);
		MsBins		bins = copy_bins(&from->bins[j], scratch);

		merge_bins(&into->bins[j], &bins, scratch);
		ms_arena_release(scratch, mark);
	}
	add_rows(into, scratch, from);
	keep_least(into, scratch);
}
