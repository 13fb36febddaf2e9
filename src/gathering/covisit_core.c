/*-------------------------------------------------------------------------
 *
 * covisit_core.c
 *	  Co-visits of rows that memory holds: from the index to groups.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "gathering/covisit_core.h"

/* ---- how many pairs could have met ---- */

static bool
is_eligible(const MsCovisitIndex *index, uint32_t patient)
{
	return index->patient_start[patient + 1] - index->patient_start[patient] >= (uint32_t) index->setting->min_days;
}

static void
find_degrees(const MsCovisitIndex *index, MsDegrees *degrees)
{
	uint32_t	patients = index->input->patients;
	MsArena    *arena = index->arena;
	MsMeetable	meetable;
	uint64_t   *others;

	memset(degrees, 0, sizeof(*degrees));
	ms_meetable_init(&meetable, arena, index->input->near, index->input->places);
	others = MS_NEW(arena, uint64_t, patients);
	for (int pass = 0; pass < 2; pass++)
		for (uint32_t v = 0; v < patients; v++)
		{
			if (!is_eligible(index, v))
				continue;
			meetable.mark++;
			meetable.eligible += pass == 0;
			for (uint32_t k = index->patient_start[v]; k < index->patient_start[v + 1]; k++)
			{
				uint32_t	place = index->place[index->visit[k]];

				ms_tick(arena);
				if (pass == 0)
					ms_meetable_count(&meetable, place);
				else
					others[v] += ms_meetable_others(&meetable, place);
			}
			if (others[v] > meetable.eligible - 1)
				others[v] = meetable.eligible - 1;
		}
	ms_sort_u64(arena, others, patients);
	for (uint32_t v = 0; v < patients; v++)
		ms_degree_add(degrees, arena, others[v]);
}

/* ---- which pairs hold ---- */

typedef struct Pairs
{
	MsArena    *arena;
	MsVec		found;
} Pairs;

static void
keep_pair(void *ctx, const MsCovisitPair *pair)
{
	Pairs	   *pairs = ctx;

	if (pairs->found.n == MS_COVISIT_MAX)
		pairs->arena->env->fail(pairs->arena->env->ctx, MS_FAIL_TOO_MANY);
	*MS_PUSH(pairs->arena, &pairs->found, MsCovisitPair) = *pair;
}

static int
by_chance(uint32_t a, uint32_t b, const void *ctx)
{
	const MsCovisitPair *pairs = ctx;

	if (pairs[a].log_p != pairs[b].log_p)
		return pairs[a].log_p < pairs[b].log_p ? -1 : 1;
	return a < b ? -1 : a > b;
}

static size_t
adjust(MsArena *arena, double fdr, double tests, MsCovisitPair *pairs, size_t n)
{
	uint32_t   *order = MS_NEW(arena, uint32_t, n);
	double		least = 0;
	size_t		kept = 0;

	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t) i;
	ms_sort(arena, order, n, by_chance, pairs);
	for (size_t rank = n; rank > 0; rank--)
	{
		MsCovisitPair *pair = &pairs[order[rank - 1]];

		least = ms_adjusted(least, pair->log_p, tests, rank);
		pair->log_q = least;
	}
	for (size_t i = 0; i < n; i++)
		if (pairs[i].log_q <= log(fdr))
			pairs[kept++] = pairs[i];
	return kept;
}

void
ms_covisits(MsArena *arena, const MsCovisitInput *input,
			const MsCovisitSetting *setting, bool want_groups, MsCovisits *result)
{
	int64_t		first_day = INT64_MAX;
	Pairs		pairs = {.arena = arena};
	MsDegrees	degrees;
	MsCovisitIndex index;

	memset(result, 0, sizeof(*result));
	for (uint32_t i = 0; i < input->n; i++)
		if (ms_day_of(input->visits[i].at) < first_day)
			first_day = ms_day_of(input->visits[i].at);
	if (input->n == 0)
		return;
	ms_covisit_index(&index, arena, input, setting, first_day, NULL);
	ms_covisit_strata(&index, &index.coarse, false);
	ms_covisit_strata(&index, &index.fine, true);
	find_degrees(&index, &degrees);
	result->tests = (double) degrees.sum / 2;
	ms_covisit_pairs(&index, input->patients, 0, keep_pair, &pairs);
	result->pairs = pairs.found.data;
	result->n_pairs = adjust(arena, setting->fdr, result->tests, pairs.found.data, pairs.found.n);
	if (want_groups)
		ms_covisit_groups(&index, &degrees, result);
}
