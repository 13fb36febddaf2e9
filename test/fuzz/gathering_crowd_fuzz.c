/*
 * gathering_crowd_fuzz.c
 *	  Crowds against their definition, span by span, on times of any bits.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "gathering/crowd_core.h"
#include "arena_fuzz.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST	24
#define PEOPLE	8

/* Different patients among those at most within after start. */
static int
in_span(const MsAttendance *v, uint32_t n, int64_t start, int64_t within)
{
	uint32_t	who = 0;

	for (uint32_t i = 0; i < n; i++)
		if (v[i].at >= start && v[i].at - start <= within)
			who |= 1U << v[i].patient;
	return __builtin_popcount(who);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MsEnv		env = {take, check, fail, NULL, SIZE_MAX / 4};
	MsArena		arena;
	MsAttendance v[MOST];
	int32_t		answer[MOST];
	int32_t		label[MOST];
	int64_t		within;
	int32_t		least;
	uint32_t	n = 0;

	if (size < 9)
		return 0;
	memcpy(&within, data, 8);
	within &= INT64_MAX >> 2;
	least = 1 + data[8] % 5;
	for (data += 9, size -= 9; n < MOST && size >= 9; data += 9, size -= 9, n++)
	{
		memcpy(&v[n].at, data, 8);
		v[n].at >>= 2;			/* as the server bounds them */
		v[n].patient = data[8] % PEOPLE;
		v[n].row = n;
	}
	ms_arena_init(&arena, &env);
	ms_crowds(&arena, v, n, PEOPLE, within, least, answer, label);
	for (uint32_t i = 0; i < n; i++)
	{
		int			most = 0;

		/* the fullest span that holds a row can start with one */
		for (uint32_t s = 0; s < n; s++)
			if (v[s].at <= v[i].at && v[i].at - v[s].at <= within)
			{
				int			here = in_span(v, n, v[s].at, within);

				most = here > most ? here : most;
			}
		must(answer[i] == most);
		must((label[i] != MS_NO_CROWD) == (most >= least));
		for (uint32_t j = 0; j < n; j++)
			must(label[i] == MS_NO_CROWD || label[j] == MS_NO_CROWD || v[i].at >= v[j].at || label[i] <= label[j]);
	}
	give_back();
	return 0;
}
