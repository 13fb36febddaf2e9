/*-------------------------------------------------------------------------
 *
 * ms_read.h
 *	  Readers of SQL that C calls too.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MS_READ_H
#define MS_READ_H

#include "postgres.h"

#include "fmgr.h"

extern PGDLLEXPORT Datum medsup_read_numeric(PG_FUNCTION_ARGS);

#endif							/* MS_READ_H */
