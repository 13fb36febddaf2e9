/*-------------------------------------------------------------------------
 *
 * audit_partition.h
 *	  Which partition of a run a person belongs to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_PARTITION_H
#define AUDIT_PARTITION_H

#include "postgres.h"

#include "common/hashfn.h"

/* A person is hashed once; rows without one are those of the empty number. */
static inline uint64
ms_person_hash(const char *psn_no, Size len)
{
	return hash_bytes_extended((const unsigned char *) psn_no, (int) len, 0);
}

/* Partitions are numbered from 1. */
static inline int
ms_partition_of(uint64 person, int partitions)
{
	return 1 + (int) ((person & PG_INT32_MAX) % (uint64) partitions);
}

#endif							/* AUDIT_PARTITION_H */
