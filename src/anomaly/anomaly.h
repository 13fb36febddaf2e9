/*-------------------------------------------------------------------------
 *
 * anomaly.h
 *	  What the anomaly functions share in the server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ANOMALY_H
#define ANOMALY_H

#include "postgres.h"

#include "utils/array.h"
#include "utils/palloc.h"

#include "anomaly/anomaly_judge_core.h"

/* Memory for a core from a context; what a model takes is bounded by itself. */
extern MsEnv ms_anomaly_env(MemoryContext context);

/* Features and directions as arrays; errors for what is none. */
extern uint32 ms_anomaly_features(ArrayType *array);
extern void ms_anomaly_doubles(ArrayType *array, double *value);
extern uint32 ms_anomaly_codes(ArrayType *array, uint32 *code);
extern void ms_anomaly_codes_of(ArrayType *array, uint32 features, uint32 *code);
extern void ms_anomaly_directions(ArrayType *array, uint32 features, int8 *direction);

/* Decodes a stored model; anything wrong with it is an error. */
extern void ms_anomaly_read(MsAnomaly *state, MsArena *arena, const struct varlena *flat);

#endif							/* ANOMALY_H */
