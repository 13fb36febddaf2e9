/*
 * gathering_crowd_test.c
 *	  Crowds against their definition, span by span, on random inputs full of
 *	  ties; and that the order of rows does not matter.
 */
#include <stdint.h>
#include <stdlib.h>

#include "gathering/crowd_core.h"
#include "unit.h"

#define MOST	60
#define PEOPLE	8

static void *blocks[256];
static int	n_blocks;

static void *
take(void *ctx, size_t size)
{
	return blocks[n_blocks++] = malloc(size);
}

static void
check(void *ctx)
{
}

static void
fail(void *ctx, MsFail why)
{
	abort();
}

static uint64_t state = 20261122;

static uint32_t
below(uint32_t n)
{
	uint64_t	z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t) ((z ^ (z >> 31)) % n);
}

static void
run(const MsAttendance *v, uint32_t n, int64_t within, int32_t least, int32_t *size, int32_t *label)
{
	MsEnv		env = {take, check, fail, NULL, SIZE_MAX / 4};
	MsArena		arena;

	ms_arena_init(&arena, &env);
	ms_crowds(&arena, v, n, PEOPLE, within, least, size, label);
	while (n_blocks > 0)
		free(blocks[--n_blocks]);
}

/* Different patients in the span from start on. */
static int32_t
in_span(const MsAttendance *v, uint32_t n, int64_t start, int64_t within)
{
	uint32_t	who = 0;

	for (uint32_t i = 0; i < n; i++)
		if (v[i].at >= start && v[i].at <= start + within)
			who |= 1U << v[i].patient;
	return __builtin_popcount(who);
}

int
main(void)
{
	uint64_t	crowds = 0;

	for (int round = 0; round < 5000; round++)
	{
		MsAttendance v[MOST];
		int32_t		size[MOST];
		int32_t		label[MOST];
		int32_t		size_too[MOST];
		int32_t		label_too[MOST];
		uint32_t	n = below(MOST);
		int64_t		within = below(12);
		int32_t		least = 1 + (int32_t) below(5);
		uint32_t	range = 1 + below(120);
		bool		sizes = true;
		bool		labels = true;
		int32_t		next = -1;
		int64_t		until = INT64_MIN;

		for (uint32_t i = 0; i < n; i++)
			v[i] = (MsAttendance)
		{
			(int64_t) below(range) - 50, below(PEOPLE), i
		};
		run(v, n, within, least, size, label);
		/* spans of whole units suffice, since times are */
		for (uint32_t i = 0; i < n; i++)
		{
			int32_t		most = 0;

			for (int64_t start = v[i].at - within; start <= v[i].at; start++)
			{
				int32_t		here = in_span(v, n, start, within);

				most = here > most ? here : most;
			}
			sizes = sizes && size[i] == most;
			labels = labels && (label[i] != MS_NO_CROWD) == (most >= least);
		}
		CHECK(sizes);

		/*
		 * along time: a new number where no full span holds this and an
		 * earlier row
		 */
		for (int64_t t = -50; t < (int64_t) range - 50; t++)
			for (uint32_t i = 0; i < n; i++)
			{
				bool		held = false;

				if (v[i].at != t || label[i] == MS_NO_CROWD)
					continue;
				for (int64_t start = t - within; start <= until; start++)
					held |= in_span(v, n, start, within) >= least;
				if (!held && until != t)
					next++;
				until = t;
				labels = labels && label[i] == next;
			}
		CHECK(labels);
		crowds += (uint64_t) (next + 1);
		/* another order of the rows, and one answer without the other */
		for (uint32_t i = n; i > 1; i--)
		{
			uint32_t	j = below(i);
			MsAttendance swap = v[i - 1];

			v[i - 1] = v[j];
			v[j] = swap;
		}
		run(v, n, within, least, size_too, NULL);
		run(v, n, within, least, NULL, label_too);
		CHECK(memcmp(size, size_too, n * sizeof(int32_t)) == 0 && memcmp(label, label_too, n * sizeof(int32_t)) == 0);
	}
	CHECK(crowds > 5000);
	return unit_done();
}
