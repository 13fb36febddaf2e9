/*-------------------------------------------------------------------------
 *
 * anomaly_state_core.h
 *	  What a model remembers of the rows of a peer group.
 *
 * Pure C.  A value becomes a code of 32 bits, in the order of the values; a
 * row is its codes.  Up to MS_ANOMALY_SAMPLE different rows are all kept,
 * with how often each occurred.  Of more, those with the least hashes are
 * kept, and beside them how often each code occurred, in at most
 * MS_ANOMALY_BINS bins a feature: the finest that suffice, by dropping low
 * bits of the codes.
 *
 * Which rows are kept, how wide the bins are and what they count are
 * functions of the set of rows, since both "the k least" and "the finest that
 * fit" only ever give way as rows are added.  So neither the order of rows
 * nor the way in which parts were merged can be seen in a model.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ANOMALY_STATE_CORE_H
#define ANOMALY_STATE_CORE_H

#include <string.h>

#include "common/base_core.h"

#define MS_ANOMALY_FEATURES	256 /* at most */
#define MS_ANOMALY_SAMPLE	1024	/* rows */
#define MS_ANOMALY_BINS		1024	/* a feature */
#define MS_ANOMALY_SHIFT	22	/* where bins always suffice */
#define MS_ANOMALY_ROWS		((uint64_t) 1 << 48)	/* fewer than that */

/* Codes: NULL and NaN, the infinities, zero of either sign. */
#define MS_ANOMALY_NULL		((uint32_t) 0)
#define MS_ANOMALY_ZERO		((uint32_t) 0x80000000)
#define MS_ANOMALY_TOP		((uint32_t) 0x7ff00000)
#define MS_ANOMALY_LEAST	(MS_ANOMALY_ZERO - MS_ANOMALY_TOP)
#define MS_ANOMALY_MOST		(MS_ANOMALY_ZERO + MS_ANOMALY_TOP)

/*
 * ms_anomaly_code: sign, exponent and twenty bits of the fraction, rounded;
 * counted from zero, so that codes are ordered as values are.
 */
static inline uint32_t
ms_anomaly_code(double x)
{
	uint64_t	bits;
	uint64_t	magnitude;
	uint32_t	code;

	memcpy(&bits, &x, sizeof(bits));
	magnitude = bits & INT64_MAX;
	code = (uint32_t) ((magnitude + 0x80000000) >> 32);
	/* what is finite stays so */
	code -= code == MS_ANOMALY_TOP && magnitude != (uint64_t) MS_ANOMALY_TOP << 32;
	code = bits >> 63 != 0 ? MS_ANOMALY_ZERO - code : MS_ANOMALY_ZERO + code;
	return x == x ? code : MS_ANOMALY_NULL;
}

extern double ms_anomaly_value(uint32_t code);

typedef struct MsBins
{
	uint32_t   *code;			/* ascending, without their low bits */
	uint64_t   *count;
	uint32_t	n;
	uint32_t	shift;			/* how many low bits */
} MsBins;

/*
 * Where to look for a key among ascending ones: those up to the key of zero
 * and those above it, each side in slots of equal width.  Codes are about
 * logarithms, so that few slots are crowded but for a gap around zero.
 */
#define MS_GUIDE_CROWD	4
#define MS_GUIDE_SPARSE	8

typedef struct MsGuide
{
	const uint32_t *key;		/* and MS_GUIDE_CROWD behind them that none is
								 * above */
	uint32_t	zero;			/* the key of zero */
	struct
	{
		uint32_t	first;		/* least key */
		uint32_t	shift;		/* a slot has 2^shift keys */
		uint32_t	slots;
		uint16_t   *start;		/* a slot, and the end */
	}			side[2];
} MsGuide;

typedef struct MsAnomaly
{
	MsArena    *arena;
	uint32_t	features;
	int8_t	   *direction;		/* 1 high, -1 low, 0 both are suspicious */
	uint64_t	n;				/* rows */
	/* the sample, ascending by hash and codes, then rows that wait */
	uint32_t	n_sample;
	uint32_t	n_pending;
	uint32_t	capacity;
	uint32_t   *code;
	uint64_t   *hash;
	uint64_t   *times;
	bool		whole;			/* the sample has all rows; no bins */
	MsBins	   *bins;			/* a feature */
} MsAnomaly;

/* Memory of the scratch arena is given back before each call returns. */
extern void ms_anomaly_init(MsAnomaly *state, MsArena *arena, uint32_t features,
							const int8_t *direction);
extern uint64_t ms_anomaly_add(MsAnomaly *state, MsArena *scratch, const uint32_t *code);
extern bool ms_anomaly_alike(const MsAnomaly *a, const MsAnomaly *b);
extern void ms_anomaly_merge(MsAnomaly *into, MsArena *scratch, const MsAnomaly *from);
extern void ms_anomaly_settle(MsAnomaly *state, MsArena *scratch);

/* For whoever reads a settled state. */
extern void ms_anomaly_reserve(MsAnomaly *state, uint32_t rows);
extern uint64_t ms_anomaly_mix(uint64_t x);
extern uint64_t ms_anomaly_hash(const uint32_t *code, uint32_t features);
extern int	ms_anomaly_order(const MsAnomaly *state, uint32_t a, uint32_t b);
#define MS_ANOMALY_NOWHERE	UINT32_MAX
extern uint32_t ms_anomaly_find(const MsAnomaly *state, const uint32_t *code, uint64_t hash);
extern MsBins *ms_anomaly_bins(const MsAnomaly *state, MsArena *arena, uint32_t *place);
extern uint32_t ms_bins_find(const uint32_t *code, uint32_t n, uint32_t key, bool *found);
extern void ms_guide_make(MsGuide *guide, MsArena *arena, uint32_t *key, uint32_t n,
						  uint32_t zero);
extern void ms_bins_alloc(MsBins *bins, MsArena *arena);
extern double ms_bins_error(uint32_t shift);
extern double ms_bins_value(const MsBins *bins, uint32_t i);

static inline const uint32_t *
ms_anomaly_row(const MsAnomaly *state, uint32_t row)
{
	return state->code + (size_t) row * state->features;
}

/*
 * As ms_bins_find, which it asks only where a slot is crowded; else without a
 * branch that depends on the key.  Keys beyond the slot are larger anyway.
 */
static inline uint32_t
ms_guide_find(const MsGuide *guide, uint32_t key, bool *found)
{
	int			s = key > guide->zero;
	uint32_t	slots = guide->side[s].slots;
	uint32_t	slot = (key - guide->side[s].first) >> guide->side[s].shift;
	uint32_t	at;

	if (guide->side[s].shift == 0 && slot < slots)
	{
		at = guide->side[s].start[slot];
		*found = at < guide->side[s].start[slot + 1];
		return at;
	}
	slot = slot < slots ? slot : slots;
	slot = key < guide->side[s].first ? 0 : slot;
	at = guide->side[s].start[slot];
	if (slot < slots && guide->side[s].start[slot + 1] - at > MS_GUIDE_CROWD)
		at += ms_bins_find(guide->key + at, guide->side[s].start[slot + 1] - at, key, found);
	else
	{
		const uint32_t *here = guide->key + at;

		at += (uint32_t) (here[0] < key) + (here[1] < key) + (here[2] < key) + (here[3] < key);
	}
	*found = guide->key[at] == key;
	return at;
}

#endif							/* ANOMALY_STATE_CORE_H */
