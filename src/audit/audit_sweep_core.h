/*-------------------------------------------------------------------------
 *
 * audit_sweep_core.h
 *	  Digests of what the sources hold of each person, to see what changed.
 *
 * A row is hashed field by field; the digest of a person is the sum of the
 * hashes of all rows, modulo 2^64: the order of rows is of no account, and a
 * row that is there twice counts twice.  Persons are known by the hash of
 * their number and stand in its order, so that two sweeps compare as two
 * sorted lists.
 *
 * Pure C; memory comes from the caller.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_SWEEP_CORE_H
#define AUDIT_SWEEP_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- hashing ---- */

extern uint64_t ms_sweep_hash_start(uint64_t key);
extern uint64_t ms_sweep_hash_field(uint64_t hash, const void *bytes,
									size_t len);
extern uint64_t ms_sweep_hash_word(uint64_t hash, uint64_t word);
extern uint64_t ms_sweep_hash_null(uint64_t hash);
extern uint64_t ms_sweep_hash_end(uint64_t hash);

/* ---- persons of one sweep ---- */

typedef struct MsSweepPerson
{
	uint64_t	hash;			/* of the person's number */
	uint64_t	digest;
	const char *number;			/* NULL = the place is free */
} MsSweepPerson;

/*
 * Persons whose hash begins with the bits of prefix.  Each has its place
 * where its hash would stand among evenly spread ones, or one of the next,
 * so that the table is nearly in order.
 */
typedef struct MsSweepTable
{
	MsSweepPerson *places;
	size_t		n;
	int			size_bits;
	int			prefix_bits;
	uint64_t	prefix;
} MsSweepTable;

#define MS_SWEEP_MAX_PREFIX_BITS 32

extern size_t ms_sweep_table_bytes(int size_bits);
extern void ms_sweep_table_init(MsSweepTable *table, void *memory,
								int size_bits, int prefix_bits,
								uint64_t prefix);
extern bool ms_sweep_is_of(uint64_t hash, int prefix_bits, uint64_t prefix);
extern MsSweepPerson *ms_sweep_place(MsSweepTable *table, uint64_t hash);
extern bool ms_sweep_is_full(const MsSweepTable *table);
extern size_t ms_sweep_sort(MsSweepTable *table);

static inline size_t
ms_sweep_n_places(const MsSweepTable *table)
{
	return ms_sweep_table_bytes(table->size_bits) / sizeof(MsSweepPerson);
}

/* ---- as they are kept ---- */

typedef struct MsSweepDigest
{
	uint64_t	hash;
	uint64_t	digest;
} MsSweepDigest;

#define MS_SWEEP_DIGEST_SIZE 16

extern void ms_sweep_put(uint8_t *to, MsSweepDigest digest);
extern MsSweepDigest ms_sweep_get(const uint8_t *from);
extern uint64_t ms_sweep_check(MsSweepDigest digest);
extern bool ms_sweep_chunk_ok(const uint8_t *bytes, size_t len,
							  int chunk_bits, uint64_t chunk);
extern int	ms_sweep_chunk_bits(uint64_t persons, int now);

#endif							/* AUDIT_SWEEP_CORE_H */
