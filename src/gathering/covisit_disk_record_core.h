/*-------------------------------------------------------------------------
 *
 * covisit_disk_record_core.h
 *	  What is written to files between the passes: numbers whose order is
 *	  that of their bytes, and sets of them.
 *
 * Pure C.
 *
 *-------------------------------------------------------------------------
 */
#ifndef COVISIT_DISK_RECORD_CORE_H
#define COVISIT_DISK_RECORD_CORE_H

#include <string.h>

#include "common/base_core.h"

/* ---- records ---- */

typedef struct MsDiskRecord
{
	uint8_t		byte[64];
	size_t		len;
} MsDiskRecord;

static inline void
ms_add_u32(MsDiskRecord *record, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		record->byte[record->len++] = (uint8_t) (v >> shift);
}

static inline void
ms_add_u64(MsDiskRecord *record, uint64_t v)
{
	ms_add_u32(record, (uint32_t) (v >> 32));
	ms_add_u32(record, (uint32_t) v);
}

static inline void
ms_add_i64(MsDiskRecord *record, int64_t v)
{
	ms_add_u64(record, (uint64_t) v ^ (UINT64_C(1) << 63));
}

static inline void
ms_add_double(MsDiskRecord *record, double v)
{
	memcpy(record->byte + record->len, &v, sizeof(v));
	record->len += sizeof(v);
}

static inline uint32_t
ms_take_u32(const uint8_t **p)
{
	uint32_t	v = 0;

	for (int i = 0; i < 4; i++)
		v = v << 8 | *(*p)++;
	return v;
}

static inline uint64_t
ms_take_u64(const uint8_t **p)
{
	uint64_t	high = ms_take_u32(p);

	return high << 32 | ms_take_u32(p);
}

static inline int64_t
ms_take_i64(const uint8_t **p)
{
	return (int64_t) (ms_take_u64(p) ^ (UINT64_C(1) << 63));
}

static inline double
ms_take_double(const uint8_t **p)
{
	double		v;

	memcpy(&v, *p, sizeof(v));
	*p += sizeof(v);
	return v;
}

/* ---- sets of numbers ---- */

/* A set of numbers that were seen, and their rank in it. */
typedef struct MsRanks
{
	uint64_t   *bits;
	uint32_t   *before;			/* of a word: members in words before */
	uint32_t	n;
} MsRanks;

extern void ms_ranks_init(MsRanks *ranks, MsArena *arena, uint32_t n);
extern uint32_t ms_ranks_count(MsRanks *ranks); /* how many there are */

static inline void
ms_ranks_see(MsRanks *ranks, uint32_t v)
{
	ranks->bits[v / 64] |= UINT64_C(1) << v % 64;
}

static inline bool
ms_ranks_has(const MsRanks *ranks, uint32_t v)
{
	return (ranks->bits[v / 64] >> v % 64 & 1) != 0;
}

/* Rank of a member, once they were counted. */
static inline uint32_t
ms_ranks_rank(const MsRanks *ranks, uint32_t v)
{
	uint64_t	below = ranks->bits[v / 64] & ((UINT64_C(1) << v % 64) - 1);

	return ranks->before[v / 64] + (uint32_t) __builtin_popcountll(below);
}

#endif							/* COVISIT_DISK_RECORD_CORE_H */
