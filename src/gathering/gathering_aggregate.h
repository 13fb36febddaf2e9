/*-------------------------------------------------------------------------
 *
 * gathering_aggregate.h
 *	  What the aggregates over gatherings share: settings, keys, places,
 *	  arrays of rows as results.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GATHERING_AGGREGATE_H
#define GATHERING_AGGREGATE_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "fmgr.h"
#include "utils/array.h"

#include "gathering/gathering.h"
#include "gathering/key_core.h"

/* ---- settings: a composite argument, the same for all rows ---- */

pg_noreturn extern void ms_bad_setting(const char *what, const char *hint);

/*
 * The setting of a row, when it is the first one; NULL when it is the same as
 * the first, which is kept in context.  maker names what makes settings.
 */
extern HeapTupleHeader ms_setting_first(HeapTupleHeader *kept, MemoryContext context,
										FunctionCallInfo fcinfo, int arg, const char *maker);
extern void ms_setting_columns(HeapTupleHeader setting, int columns,
							   Datum *value, bool *isnull);

/* ---- keys ---- */

extern uint32 ms_key_number(MsKeys *keys, Datum text);
extern Datum ms_key_text(const MsKeys *keys, uint32 number);

/* The keys of numbers by rank, as text[]. */
extern Datum ms_key_array(const MsKeys *keys, const uint32 *number, const uint32 *ranks, uint32 n);

/* ---- places ---- */

/* All locations are in one coordinate system: known, when any was read. */
extern void ms_same_system(bool any, int32 known, int32 srid);
extern MsSpheroid ms_known_spheroid(int32 srid);
pg_noreturn extern void ms_two_locations(void);

/* A point, or several as a multipoint, of type geometry. */
extern Datum ms_point_datum(Oid geometry, int32 srid, MsPlace place);
extern Datum ms_points_datum(Oid geometry, int32 srid, const MsPlace *places, uint32 n);

/* ---- results ---- */

typedef struct MsRows
{
	Oid			type;			/* of a row */
	TupleDesc	desc;
	ArrayBuildState *array;
} MsRows;

/* In the context that is current at the start, wherever rows are formed. */
extern void ms_rows_init(MsRows *rows, FunctionCallInfo fcinfo);
extern void ms_rows_add(MsRows *rows, Datum *values, bool *isnull);
extern Datum ms_rows_array(MsRows *rows, MemoryContext context);

#endif							/* GATHERING_AGGREGATE_H */
