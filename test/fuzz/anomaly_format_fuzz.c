/*
 * anomaly_format_fuzz.c
 *	  Bytes as a model: what decodes encodes to the same bytes, scores any row,
 *	  and merges with itself.
 *
 * The digest is put in, or nothing would ever decode.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "anomaly/anomaly_format_core.h"
#include "anomaly/anomaly_judge_core.h"
#include "arena_fuzz.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All scores are finite and the sum of their parts. */
static void
judge(MsArena *arena, const MsAnomaly *state)
{
	MsArena		scratch = *arena;
	MsJudge    *parent;
	MsJudge    *judge;
	MsParts		parts;
	uint32_t	code[MS_ANOMALY_FEATURES];

	ms_arena_init(&scratch, arena->env);
	parent = ms_judge_make(arena, &scratch, state, NULL);
	judge = ms_judge_make(arena, &scratch, state, parent);
	for (int k = 0; k < 4; k++)
	{
		double		sum = 0;
		double		score;

		for (uint32_t j = 0; j < state->features; j++)
			code[j] = k == 0 ? ms_anomaly_row(state, 0)[j] :
				k == 1 ? ms_anomaly_code((double) j) :
				k == 2 ? MS_ANOMALY_MOST : MS_ANOMALY_NULL;
		must(ms_judge_score(judge, code, &parts, &score) || score == 0);
		for (uint32_t j = 0; j < state->features; j++)
			sum += parts.part[j];
		must(isfinite(score) && score >= 0 && sum == score);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MsEnv		env = {take, check, fail, NULL, SIZE_MAX / 4};
	MsArena		arena;
	MsArena		scratch;
	MsAnomaly	state;
	uint8_t    *bytes = malloc(size + 1);

	memcpy(bytes, data, size);
	ms_anomaly_seal(bytes, size);
	ms_arena_init(&arena, &env);
	ms_arena_init(&scratch, &env);
	/* wide models take long under sanitizers */
	if ((size < 4 || (bytes[2] < 12 && bytes[3] == 0)) &&
		ms_anomaly_decode(&state, &arena, bytes, size) == NULL)
	{
		uint8_t    *again = malloc(size);
		MsAnomaly	twice;

		must(ms_anomaly_encode(&state, NULL) == size);
		ms_anomaly_encode(&state, again);
		must(memcmp(again, bytes, size) == 0);
		free(again);
		judge(&arena, &state);
		must(ms_anomaly_decode(&twice, &arena, bytes, size) == NULL);
		if (state.n < MS_ANOMALY_ROWS / 2)
		{
			ms_anomaly_merge(&twice, &scratch, &state);
			ms_anomaly_settle(&twice, &scratch);
			must(twice.n == 2 * state.n && twice.n_sample == state.n_sample && twice.whole == state.whole);
		}
	}
	free(bytes);
	give_back();
	return 0;
}
