/*-------------------------------------------------------------------------
 *
 * covisit_index_core.c
 *	  Visits by place and time and by patient and time, how crowded each one
 *	  was, and which places are near.
 *
 * Sorting is by digits, so that it is linear in visits.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "gathering/covisit_core.h"

#define DIGIT	11
#define DIGITS	(1 << DIGIT)

/* ---- sorting indexes by a key, stably ---- */

static void
sort_by_time(MsArena *arena, const int64_t *at, uint32_t *idx, uint32_t *scratch, uint32_t n)
{
	uint32_t   *count = MS_NEW(arena, uint32_t, DIGITS + 1);
	int64_t		least = INT64_MAX;
	uint64_t	span = 0;
	uint32_t   *from = idx;
	uint32_t   *to = scratch;

	for (uint32_t i = 0; i < n; i++)
		if (at[i] < least)
			least = at[i];
	for (uint32_t i = 0; i < n; i++)
		if ((uint64_t) at[i] - (uint64_t) least > span)
			span = (uint64_t) at[i] - (uint64_t) least;
	for (int shift = 0; shift < 64 && span >> shift != 0; shift += DIGIT)
	{
		uint32_t   *swap = from;

		memset(count, 0, (DIGITS + 1) * sizeof(uint32_t));
		for (uint32_t i = 0; i < n; i++)
			count[((((uint64_t) at[i] - (uint64_t) least) >> shift) & (DIGITS - 1)) + 1]++;
		for (int d = 0; d < DIGITS; d++)
			count[d + 1] += count[d];
		for (uint32_t i = 0; i < n; i++)
		{
			uint64_t	key = (uint64_t) at[from[i]] - (uint64_t) least;

			ms_tick(arena);
			to[count[(key >> shift) & (DIGITS - 1)]++] = from[i];
		}
		from = to;
		to = swap;
	}
	if (from != idx)
		memcpy(idx, from, n * sizeof(uint32_t));
}

/* Also tells where each key's rows start. */
static void
sort_by_number(MsArena *arena, const uint32_t *key, uint32_t *idx, uint32_t *scratch,
			   uint32_t n, uint32_t keys, uint32_t *start)
{
	memset(start, 0, ((size_t) keys + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < n; i++)
		start[key[i] + 1]++;
	for (uint32_t k = 0; k < keys; k++)
		start[k + 1] += start[k];
	for (uint32_t i = 0; i < n; i++)
	{
		ms_tick(arena);
		scratch[start[key[idx[i]]]++] = idx[i];
	}
	for (uint32_t k = keys; k > 0; k--)
		start[k] = start[k - 1];
	start[0] = 0;
	memcpy(idx, scratch, n * sizeof(uint32_t));
}

/* ---- crowds ---- */

/* Adds to the visits of place p those of place q within reach of them. */
static void
count_crowd(MsCovisitIndex *index, uint32_t p, uint32_t q)
{
	const int64_t *at = index->at;
	uint32_t	end = index->place_start[q + 1];
	uint32_t	lo = index->place_start[q];
	uint32_t	hi = lo;

	for (uint32_t i = index->place_start[p]; i < index->place_start[p + 1]; i++)
	{
		ms_tick(index->arena);
		while (lo < end && at[i] - at[lo] > index->setting->within)
			lo++;
		while (hi < end && at[hi] - at[i] <= index->setting->within)
			hi++;
		if (hi > lo)
			index->crowd[i] += hi - lo;
	}
}

static void
count_crowds(MsCovisitIndex *index)
{
	for (uint32_t p = 0; p < index->input->places; p++)
		for (uint32_t k = 0; k < ms_near_count(index, p); k++)
			count_crowd(index, p, ms_near_place(index, p, k));
	for (uint32_t i = 0; i < index->n; i++)
		index->crowd[i]--;		/* itself */
}

/*
 * Visits in a crowd that is too large are left out of everything, for the
 * expectation too: how crowded a visit is does not depend on whose it is.
 */
static void
leave_out_crowds(MsCovisitIndex *index)
{
	uint32_t	n = 0;

	for (uint32_t p = 0, i = 0; p < index->input->places; p++)
	{
		uint32_t	end = index->place_start[p + 1];

		index->place_start[p] = n;
		for (; i < end; i++)
		{
			if (index->crowd[i] > index->setting->max_crowd)
				continue;
			index->at[n] = index->at[i];
			index->money[n] = index->money[i];
			index->who[n] = index->who[i];
			index->place[n] = index->place[i];
			index->crowd[n] = index->crowd[i];
			n++;
		}
	}
	index->place_start[index->input->places] = n;
	index->n = n;
}

/* ---- the index ---- */

static inline uint32_t
rank_of(const uint32_t *rank, uint32_t number)
{
	return rank == NULL ? number : rank[number];
}

/* Takes visits into the index in an order given. */
static void
lay_visits(MsCovisitIndex *index, const uint32_t *idx, const MsVisitFacts *facts)
{
	MsArena    *arena = index->arena;

	for (uint32_t i = 0; i < index->n; i++)
	{
		const MsVisit *visit = &index->input->visits[idx[i]];

		ms_tick(arena);
		index->at[i] = visit->at;
		index->money[i] = visit->money;
		index->who[i] = rank_of(index->input->patient_rank, visit->patient);
		index->place[i] = rank_of(index->input->place_rank, visit->place);
	}
	if (facts == NULL)
		return;
	index->coarse.stratum = MS_NEW(arena, uint32_t, index->n);
	index->fine.stratum = MS_NEW(arena, uint32_t, index->n);
	for (uint32_t i = 0; i < index->n; i++)
	{
		index->crowd[i] = facts[idx[i]].crowd;
		index->coarse.stratum[i] = facts[idx[i]].coarse;
		index->fine.stratum[i] = facts[idx[i]].fine;
	}
}

void
ms_covisit_index(MsCovisitIndex *index, MsArena *arena, const MsCovisitInput *input,
				 const MsCovisitSetting *setting, int64_t first_day, const MsVisitFacts *facts)
{
	uint32_t	n = input->n;
	MsMark		mark;
	uint32_t   *idx;
	uint32_t   *scratch;
	uint32_t   *start;

	memset(index, 0, sizeof(*index));
	index->arena = arena;
	index->input = input;
	index->setting = setting;
	index->first_day = first_day;
	index->n = n;
	index->at = MS_NEW(arena, int64_t, n);
	index->money = MS_NEW(arena, int64_t, n);
	index->who = MS_NEW(arena, uint32_t, n);
	index->place = MS_NEW(arena, uint32_t, n);
	index->crowd = MS_NEW(arena, uint32_t, n);
	index->visit = MS_NEW(arena, uint32_t, n);
	index->place_start = MS_NEW(arena, uint32_t, (size_t) input->places + 1);
	index->patient_start = MS_NEW(arena, uint32_t, (size_t) input->patients + 1);
	start = index->patient_start;

	/* (place, time, patient), least significant first */
	idx = index->visit;
	mark = ms_arena_mark(arena);
	scratch = MS_NEW(arena, uint32_t, n);
	for (uint32_t i = 0; i < n; i++)
	{
		idx[i] = i;
		index->at[i] = input->visits[i].at;
		index->who[i] = rank_of(input->patient_rank, input->visits[i].patient);
		index->place[i] = rank_of(input->place_rank, input->visits[i].place);
	}
	sort_by_number(arena, index->who, idx, scratch, n, input->patients, start);
	sort_by_time(arena, index->at, idx, scratch, n);
	sort_by_number(arena, index->place, idx, scratch, n, input->places, index->place_start);
	ms_arena_release(arena, mark);
	lay_visits(index, idx, facts);
	if (facts == NULL)
	{
		count_crowds(index);
		leave_out_crowds(index);
	}

	/* (patient, time, place) */
	mark = ms_arena_mark(arena);
	scratch = MS_NEW(arena, uint32_t, n);
	for (uint32_t i = 0; i < index->n; i++)
		idx[i] = i;
	sort_by_time(arena, index->at, idx, scratch, index->n);
	sort_by_number(arena, index->who, idx, scratch, index->n, input->patients, start);
	ms_arena_release(arena, mark);
}

/* ---- places near each other ---- */

typedef struct Line
{
	const MsPoint *points;
} Line;

static int
by_x(uint32_t a, uint32_t b, const void *ctx)
{
	const MsPoint *points = ((const Line *) ctx)->points;

	if (points[a].c[0] != points[b].c[0])
		return points[a].c[0] < points[b].c[0] ? -1 : 1;
	return points[a].row < points[b].row ? -1 : points[a].row > points[b].row;
}

/* Sweeps along the first coordinate; once to count and once to write. */
static void
sweep(MsArena *arena, const MsMetric *metric, const MsPoint *points,
	  const uint32_t *order, uint32_t n, uint32_t *start, uint32_t *place)
{
	for (uint32_t i = 0; i < n; i++)
	{
		const MsPoint *p = &points[order[i]];

		for (uint32_t j = i + 1; j < n; j++)
		{
			const MsPoint *q = &points[order[j]];

			ms_tick(arena);
			if (q->c[0] - p->c[0] > metric->maybe_length)
				break;
			if (!ms_metric_near(metric, p, q))
				continue;
			if (place != NULL)
			{
				place[start[p->row]] = q->row;
				place[start[q->row]] = p->row;
			}
			start[p->row]++;
			start[q->row]++;
		}
	}
}

void
ms_sort_numbers(uint32_t *v, uint32_t n)
{
	for (uint32_t gap = n / 2; gap > 0; gap /= 2)
		for (uint32_t i = gap; i < n; i++)
		{
			uint32_t	x = v[i];
			uint32_t	j = i;

			for (; j >= gap && v[j - gap] > x; j -= gap)
				v[j] = v[j - gap];
			v[j] = x;
		}
}

/* Rows of the points are places; those without a point are near themselves. */
MsNear
ms_covisit_near(MsArena *arena, const MsMetric *metric, MsPoint *points,
				uint32_t n, uint32_t places)
{
	uint32_t   *start = MS_NEW(arena, uint32_t, (size_t) places + 1);
	uint32_t   *order = MS_NEW(arena, uint32_t, n);
	uint32_t   *degree = MS_NEW(arena, uint32_t, (size_t) places + 1);
	uint32_t   *place;
	uint64_t	total = 0;
	Line		line = {points};
	MsNear		near;

	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	ms_sort(arena, order, n, by_x, &line);
	for (uint32_t p = 0; p < places; p++)
		degree[p] = 1;
	sweep(arena, metric, points, order, n, degree, NULL);
	for (uint32_t p = 0; p < places; p++)
	{
		start[p] = (uint32_t) total;
		total += degree[p];
		if (total > MS_COVISIT_MAX)
			arena->env->fail(arena->env->ctx, MS_FAIL_TOO_MANY);
	}
	start[places] = (uint32_t) total;
	place = MS_NEW(arena, uint32_t, total);
	for (uint32_t p = 0; p < places; p++)
	{
		degree[p] = start[p];
		place[degree[p]++] = p;
	}
	sweep(arena, metric, points, order, n, degree, place);
	for (uint32_t p = 0; p < places; p++)
		ms_sort_numbers(place + start[p], start[p + 1] - start[p]);
	near.start = start;
	near.place = place;
	return near;
}

bool
ms_near_each_other(const MsCovisitIndex *index, uint32_t p, uint32_t q)
{
	const MsNear *near = index->input->near;
	uint32_t	lo;
	uint32_t	hi;

	if (p == q || near == NULL)
		return p == q;
	lo = near->start[p];
	hi = near->start[p + 1];
	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (near->place[mid] == q)
			return true;
		if (near->place[mid] < q)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}
