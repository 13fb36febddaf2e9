/*-------------------------------------------------------------------------
 *
 * gathering_window.c
 *	  Window functions that answer a whole partition at its first row.
 *
 * What stays until the next partition are the answers, 4 bytes a row; rows
 * and whatever is made of them go at once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "common/ms_compat.h"
#include "gathering/gathering.h"
#include "gathering/gathering_window.h"

#define ROWS_A_RESET	64		/* of the context for arguments */

typedef struct Partition
{
	int32	   *answer;			/* by row; NULL until the first row */
} Partition;

static int32 *
answer_partition(MsWindow *window, MsAnswer answer, bool variant, MemoryContext keep)
{
	Size		kept;
	int32	   *answers;
	MemoryContext old;

	window->rows = WinGetPartitionRowCount(window->object);
	if (window->rows > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one partition"),
				 errhint("Cut the rows smaller by PARTITION BY.")));
	kept = (Size) window->rows * sizeof(int32);
	answers = MemoryContextAllocHuge(keep, kept);
	memset(answers, 0xff, kept);	/* MS_NO_ANSWER */
	window->work = AllocSetContextCreate(keep, "medsup window", ALLOCSET_DEFAULT_SIZES);
	window->per_row = AllocSetContextCreate(window->work, "medsup window row", ALLOCSET_DEFAULT_SIZES);
	window->env = ms_gathering_env(window->work, kept);
	ms_arena_init(&window->arena, &window->env);
	old = MemoryContextSwitchTo(window->work);
	answer(window, variant, answers);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(window->work);
	return answers;
}

Datum
ms_window_answer(FunctionCallInfo fcinfo, MsAnswer answer, bool variant)
{
	MsWindow	window = {.object = PG_WINDOW_OBJECT(),.fcinfo = fcinfo};
	Partition  *partition = WinGetPartitionLocalMemory(window.object, sizeof(Partition));
	int32		result;

	if (partition->answer == NULL)
		partition->answer = answer_partition(&window, answer, variant, GetMemoryChunkContext(partition));
	result = partition->answer[WinGetCurrentPosition(window.object)];
	if (result == MS_NO_ANSWER)
		PG_RETURN_NULL();
	PG_RETURN_INT32(result);
}

/* ms_window_row: whether there is such a row; forgets arguments now and then. */
bool
ms_window_row(MsWindow *window, int64 row)
{
	CHECK_FOR_INTERRUPTS();
	if (row % ROWS_A_RESET == 0)
		MemoryContextReset(window->per_row);
	return row < window->rows;
}

Datum
ms_window_argument(const MsWindow *window, int arg, int64 row, bool *isnull)
{
	bool		isout;

	return WinGetFuncArgInPartition(window->object, arg, (int) row, WINDOW_SEEK_HEAD,
									false, isnull, &isout);
}

bool
ms_window_fixed(const MsWindow *window, int first_arg, int last_arg)
{
	for (int arg = first_arg; arg <= last_arg; arg++)
		if (!get_fn_expr_arg_stable(window->fcinfo->flinfo, arg))
			return false;
	return true;
}
