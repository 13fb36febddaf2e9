/*-------------------------------------------------------------------------
 *
 * anomaly_format_core.h
 *	  A model as bytes: what is stored, sent and written as text.
 *
 * Pure C.  Equal sets of rows give equal bytes.  Little-endian throughout:
 *
 *	version 1, flags (1: whole), features (2 bytes)
 *	digest of all that follows (8)
 *	directions, a byte each
 *	rows, rows of the sample (varints)
 *	the sample: codes (4 bytes each), times (varint), ascending by hash
 *	unless whole, a feature: shift, bins, each its step from the code
 *	before and its count (varints)
 *
 * A varint has seven bits a byte, the lowest first, as few as suffice.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ANOMALY_FORMAT_CORE_H
#define ANOMALY_FORMAT_CORE_H

#include "anomaly/anomaly_state_core.h"

#define MS_ANOMALY_HEAD	12		/* bytes up to the directions */

/* of a settled state; returns the size, writes when there is a buffer */
extern size_t ms_anomaly_encode(const MsAnomaly *state, uint8_t *out);

/* NULL, or what is wrong with the bytes; the state is settled */
extern const char *ms_anomaly_decode(MsAnomaly *state, MsArena *arena,
									 const uint8_t *in, size_t size);

extern void ms_anomaly_seal(uint8_t *bytes, size_t size);

/* by which a cache knows it; of bytes that were decoded once */
extern uint64_t ms_anomaly_digest(const uint8_t *in);

#endif							/* ANOMALY_FORMAT_CORE_H */
