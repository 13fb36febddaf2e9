/*-------------------------------------------------------------------------
 *
 * gathering_window.h
 *	  Window functions that answer a whole partition at its first row.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GATHERING_WINDOW_H
#define GATHERING_WINDOW_H

#include "postgres.h"

#include "fmgr.h"
#include "windowapi.h"

#include "common/base_core.h"

#define MS_NO_ANSWER	(-1)	/* NULL */

typedef struct MsWindow
{
	WindowObject object;
	FunctionCallInfo fcinfo;
	int64		rows;			/* of the partition */
	MemoryContext work;			/* gone when the partition is answered */
	MemoryContext per_row;		/* arguments */
	MsEnv		env;
	MsArena		arena;			/* in work, within medsup.gathering_mem */
} MsWindow;

/*
 * Writes an answer of 0 or more for rows; the others stay MS_NO_ANSWER.  Called
 * in the context for work, with what the function passed on.
 */
typedef void (*MsAnswer) (MsWindow *window, bool variant, int32 *answer);

/* What the window function returns for its current row. */
extern Datum ms_window_answer(FunctionCallInfo fcinfo, MsAnswer answer, bool variant);

/*
 * Arguments are read once, row by row:
 *
 *	MemoryContextSwitchTo(window->per_row);
 *	for (row = 0; ms_window_row(window, row); row++)
 *		... ms_window_argument(window, ARG, row, &isnull) ...
 *	MemoryContextSwitchTo(window->work);
 */
extern bool ms_window_row(MsWindow *window, int64 row);
extern Datum ms_window_argument(const MsWindow *window, int arg, int64 row, bool *isnull);

/* No row can give another value for these arguments. */
extern bool ms_window_fixed(const MsWindow *window, int first_arg, int last_arg);

#endif							/* GATHERING_WINDOW_H */
