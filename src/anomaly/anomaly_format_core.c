/*-------------------------------------------------------------------------
 *
 * anomaly_format_core.c
 *	  Models to bytes and back.  Whatever decodes, encodes to the same bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "anomaly/anomaly_format_core.h"

#include <string.h>

#define VERSION	1
#define WHOLE	1

/* ---- writing ---- */

typedef struct Writer
{
	uint8_t    *out;			/* NULL: only count */
	size_t		at;
} Writer;

static void
put_byte(Writer *w, uint8_t byte)
{
	if (w->out != NULL)
		w->out[w->at] = byte;
	w->at++;
}

static void
put_fixed(Writer *w, uint64_t x, int bytes)
{
	for (int i = 0; i < bytes; i++)
		put_byte(w, (uint8_t) (x >> (8 * i)));
}

static void
put_varint(Writer *w, uint64_t x)
{
	for (; x >= 128; x >>= 7)
		put_byte(w, (uint8_t) (x | 128));
	put_byte(w, (uint8_t) x);
}

/* Eight bytes at a time, as rows are hashed. */
static uint64_t
digest(const uint8_t *in, size_t size)
{
	uint64_t	h = size;

	for (size_t at = 0; at < size; at += 8)
	{
		uint64_t	word = 0;

		for (size_t i = 0; i < 8 && at + i < size; i++)
			word |= (uint64_t) in[at + i] << (8 * i);
		h = ms_anomaly_mix(h) ^ word;
	}
	return ms_anomaly_mix(h);
}

/* ms_anomaly_seal puts the digest in, of bytes that have room for it. */
void
ms_anomaly_seal(uint8_t *bytes, size_t size)
{
	Writer		head = {bytes, 4};

	if (size >= MS_ANOMALY_HEAD)
		put_fixed(&head, digest(bytes + MS_ANOMALY_HEAD, size - MS_ANOMALY_HEAD), 8);
}

size_t
ms_anomaly_encode(const MsAnomaly *state, uint8_t *out)
{
	Writer		w = {out, 0};

	put_byte(&w, VERSION);
	put_byte(&w, state->whole ? WHOLE : 0);
	put_fixed(&w, state->features, 2);
	put_fixed(&w, 0, 8);
	for (uint32_t j = 0; j < state->features; j++)
		put_byte(&w, (uint8_t) state->direction[j]);
	put_varint(&w, state->n);
	put_varint(&w, state->n_sample);
	for (uint32_t row = 0; row < state->n_sample; row++)
	{
		for (uint32_t j = 0; j < state->features; j++)
			put_fixed(&w, ms_anomaly_row(state, row)[j], 4);
		put_varint(&w, state->times[row]);
	}
	if (!state->whole)
		for (uint32_t j = 0; j < state->features; j++)
		{
			const MsBins *bins = &state->bins[j];
			uint32_t	before = 0;

			put_varint(&w, bins->shift);
			put_varint(&w, bins->n);
			for (uint32_t i = 0; i < bins->n; i++)
			{
				put_varint(&w, bins->code[i] - before);
				put_varint(&w, bins->count[i]);
				before = bins->code[i];
			}
		}
	if (out != NULL)
		ms_anomaly_seal(out, w.at);
	return w.at;
}

/* ---- reading ---- */

typedef struct Reader
{
	const uint8_t *at;
	const uint8_t *end;
	bool		bad;			/* went beyond the end, or a varint is odd */
} Reader;

static uint64_t
get_fixed(Reader *r, int bytes)
{
	uint64_t	x = 0;

	if (r->end - r->at < bytes)
	{
		r->bad = true;
		return 0;
	}
	for (int i = 0; i < bytes; i++)
		x |= (uint64_t) *r->at++ << (8 * i);
	return x;
}

/* Counts and codes are below 2^63; nothing longer is written. */
static uint64_t
get_varint(Reader *r)
{
	uint64_t	x = 0;

	for (int shift = 0; shift < 63 && r->at < r->end; shift += 7)
	{
		uint8_t		byte = *r->at++;

		x |= (uint64_t) (byte & 127) << shift;
		if (byte < 128)
		{
			/* as few as suffice */
			if (byte == 0 && shift > 0)
				break;
			return x;
		}
	}
	r->bad = true;
	return 0;
}

static bool
is_code(uint32_t code)
{
	return code == MS_ANOMALY_NULL ||
		(code >= MS_ANOMALY_LEAST && code <= MS_ANOMALY_MOST);
}

static const char *
get_sample(MsAnomaly *state, Reader *r)
{
	uint64_t	rows = get_varint(r);
	uint64_t	sum = 0;

	if (r->bad || rows == 0 || rows > MS_ANOMALY_SAMPLE ||
		rows * (4 * (uint64_t) state->features + 1) > (uint64_t) (r->end - r->at))
		return "the sample is cut off";
	if (!state->whole && rows < MS_ANOMALY_SAMPLE)
		return "the sample is too small";
	ms_anomaly_reserve(state, (uint32_t) rows);
	for (uint32_t row = 0; row < rows; row++)
	{
		uint32_t   *code = state->code + (size_t) row * state->features;

		for (uint32_t j = 0; j < state->features; j++)
		{
			code[j] = (uint32_t) get_fixed(r, 4);
			if (!is_code(code[j]))
				return "a code stands for no value";
		}
		state->hash[row] = ms_anomaly_hash(code, state->features);
		state->times[row] = get_varint(r);
		state->n_sample++;
		if (r->bad)
			return "the sample is cut off";
		if (state->times[row] == 0 || state->times[row] > state->n - sum)
			return "rows are counted wrongly";
		sum += state->times[row];
		if (row > 0 && ms_anomaly_order(state, row - 1, row) >= 0)
			return "the sample is not in order";
	}
	if (state->whole ? sum != state->n : sum >= state->n)
		return "rows are counted wrongly";
	return NULL;
}

static const char *
get_bins(MsAnomaly *state, MsBins *bins, Reader *r)
{
	uint64_t	shift = get_varint(r);
	uint64_t	n = get_varint(r);
	uint64_t	before = 0;
	uint64_t	sum = 0;

	if (r->bad || shift > MS_ANOMALY_SHIFT || n > MS_ANOMALY_BINS)
		return "bins are cut off";
	/* one bit more would have been too many, and halves them at most */
	if (shift > 0 && n <= MS_ANOMALY_BINS / 2)
		return "bins are too wide";
	bins->shift = (uint32_t) shift;
	for (uint32_t i = 0; i < n; i++)
	{
		uint64_t	step = get_varint(r);
		uint64_t	count = get_varint(r);
		uint64_t	code = before + step;

		if (r->bad)
			return "bins are cut off";
		if (step == 0 || step > MS_ANOMALY_MOST >> shift ||
			code < MS_ANOMALY_LEAST >> shift || code > MS_ANOMALY_MOST >> shift)
			return "a bin stands for no value";
		if (count == 0 || count > state->n - sum)
			return "values are counted wrongly";
		sum += count;
		bins->code[i] = (uint32_t) code;
		bins->count[i] = count;
		bins->n++;
		before = code;
	}
	return NULL;
}

const char *
ms_anomaly_decode(MsAnomaly *state, MsArena *arena, const uint8_t *in, size_t size)
{
	Reader		r = {in, in + size, false};
	uint64_t	version = get_fixed(&r, 1);
	uint64_t	flags = get_fixed(&r, 1);
	uint64_t	features = get_fixed(&r, 2);
	uint64_t	given = get_fixed(&r, 8);
	const char *wrong;

	if (r.bad)
		return "it is cut off";
	if (version != VERSION)
		return "its version is not known";
	if (flags > WHOLE || features == 0 || features > MS_ANOMALY_FEATURES ||
		features > (uint64_t) (r.end - r.at))
		return "its head is damaged";
	if (given != digest(r.at, (size_t) (r.end - r.at)))
		return "its digest is another";
	for (uint64_t j = 0; j < features; j++)
	{
		int8_t		direction = (int8_t) r.at[j];

		if (direction < -1 || direction > 1)
			return "a direction is neither -1, 0 nor 1";
	}
	ms_anomaly_init(state, arena, (uint32_t) features, (const int8_t *) r.at);
	r.at += features;
	state->whole = flags == WHOLE;
	state->n = get_varint(&r);
	if (r.bad || state->n == 0 || state->n >= MS_ANOMALY_ROWS)
		return "rows are counted wrongly";
	wrong = get_sample(state, &r);
	if (wrong != NULL)
		return wrong;
	if (!state->whole)
	{
		state->bins = MS_NEW(arena, MsBins, features);
		for (uint32_t j = 0; j < features; j++)
		{
			ms_bins_alloc(&state->bins[j], arena);
			wrong = get_bins(state, &state->bins[j], &r);
			if (wrong != NULL)
				return wrong;
		}
	}
	if (r.at != r.end)
		return "it is too long";
	return NULL;
}

uint64_t
ms_anomaly_digest(const uint8_t *in)
{
	Reader		r = {in + 4, in + MS_ANOMALY_HEAD, false};

	return get_fixed(&r, 8);
}
