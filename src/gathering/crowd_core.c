/*-------------------------------------------------------------------------
 *
 * crowd_core.c
 *	  Many patients in a short time.
 *
 * The fullest span that holds a row can be moved so that it ends with a row.
 * So one window slides over the rows, each time from the first row within
 * reach of its last one; the answer for a row is the maximum over the windows
 * that hold it, which slide too.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/crowd_core.h"

static int
by_time(uint32_t a, uint32_t b, const void *ctx)
{
	const MsAttendance *v = ctx;

	return v[a].at < v[b].at ? -1 : v[a].at > v[b].at;
}

/* first[r] and full[r]: where the window that ends with r starts, and its patients. */
static void
fill_windows(MsArena *arena, const MsAttendance *v, const uint32_t *order, uint32_t n,
			 uint32_t patients, int64_t within, uint32_t *first, int32_t *full)
{
	uint32_t   *visits = MS_NEW(arena, uint32_t, patients);
	uint32_t	lo = 0;
	int32_t		present = 0;

	for (uint32_t r = 0; r < n; r++)
	{
		ms_tick(arena);
		present += visits[v[order[r]].patient]++ == 0;
		while (v[order[r]].at - v[order[lo]].at > within)
			present -= --visits[v[order[lo++]].patient] == 0;
		first[r] = lo;
		full[r] = present;
	}
}

/* Full windows that share a row are one crowd. */
static void
number_crowds(const MsAttendance *v, const uint32_t *order, uint32_t n, int32_t min_patients,
			  const uint32_t *first, const int32_t *full, int32_t *label)
{
	int32_t		crowd = -1;
	uint32_t	done = 0;		/* rows that have their label */

	for (uint32_t r = 0; r < n; r++)
	{
		label[v[order[r]].row] = MS_NO_CROWD;
		if (full[r] < min_patients)
			continue;
		if (crowd < 0 || first[r] >= done)
		{
			crowd++;
			done = first[r];
		}
		while (done <= r)
			label[v[order[done++]].row] = crowd;
	}
}

void
ms_crowds(MsArena *arena, const MsAttendance *attendances, uint32_t n, uint32_t patients,
		  int64_t within, int32_t min_patients, int32_t *size, int32_t *label)
{
	uint32_t   *order = MS_NEW(arena, uint32_t, n);
	uint32_t   *first = MS_NEW(arena, uint32_t, n);
	int32_t    *full = MS_NEW(arena, int32_t, n);
	uint32_t   *best;			/* windows that hold a row, fullest first */
	uint32_t	head = 0;
	uint32_t	tail = 0;
	uint32_t	next = 0;

	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	ms_sort(arena, order, n, by_time, attendances);
	fill_windows(arena, attendances, order, n, patients, within, first, full);
	if (label != NULL)
		number_crowds(attendances, order, n, min_patients, first, full, label);
	if (size == NULL)
		return;
	best = MS_NEW(arena, uint32_t, n);
	for (uint32_t i = 0; i < n; i++)
	{
		ms_tick(arena);
		for (; next < n && first[next] <= i; next++)
		{
			while (tail > head && full[best[tail - 1]] <= full[next])
				tail--;
			best[tail++] = next;
		}
		while (best[head] < i)
			head++;
		size[attendances[order[i]].row] = full[best[head]];
	}
}
