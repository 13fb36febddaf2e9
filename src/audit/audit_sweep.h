/*-------------------------------------------------------------------------
 *
 * audit_sweep.h
 *	  Persons and their sums, as a sweep collects them in memory.
 *
 * Processes that share a scan collect each for itself, within a budget: where
 * all persons have no room, those whose hashes are in the upper half are left
 * to another pass.  What they have collected is packed and merged.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_SWEEP_H
#define AUDIT_SWEEP_H

#include "postgres.h"

#include "audit/audit_sweep_core.h"

typedef struct MsSweepPersons
{
	uint64		key;
	Size		budget;
	MemoryContext context;		/* the table */
	MemoryContext numbers;		/* persons' numbers */
	char	   *block;			/* the rest of the last block of them */
	Size		block_left;
	Size		numbers_size;
	MsSweepTable table;
	MsSweepPerson *last;		/* whose row came last; NULL = nobody's */
	Size		last_len;		/* of this person's number */
} MsSweepPersons;

extern uint64 ms_sweep_person_hash(uint64 key, const char *number, Size len);
extern void ms_sweep_persons_start(MsSweepPersons *p, MemoryContext context,
								   uint64 key, Size budget, int prefix_bits,
								   uint64 prefix);
extern void ms_sweep_persons_next_pass(MsSweepPersons *p);
extern void ms_sweep_persons_add(MsSweepPersons *p, const char *number,
								 Size len, uint64 digest);
extern bytea *ms_sweep_persons_pack(const MsSweepPersons *p);
extern void ms_sweep_persons_merge(MsSweepPersons *p, const bytea *packed);

#endif							/* AUDIT_SWEEP_H */
