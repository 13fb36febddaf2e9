/*
 * gathering_fixture.h
 *	  What tests of gatherings share: memory that can be refused, and random
 *	  numbers.
 */
#ifndef GATHERING_FIXTURE_H
#define GATHERING_FIXTURE_H

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/base_core.h"

/* ---- the server's part ---- */

static void *blocks[4096];
static int	n_blocks;
static jmp_buf on_fail;
static size_t budget = SIZE_MAX / 4;
static int	checks;

static void *
take(void *ctx, size_t size)
{
	return blocks[n_blocks++] = malloc(size);
}

static void
check(void *ctx)
{
	checks++;
}

static void
fail(void *ctx, MsFail why)
{
	longjmp(on_fail, (int) why);
}

static void
give_back(void)
{
	while (n_blocks > 0)
		free(blocks[--n_blocks]);
}

/* ---- random numbers ---- */

static uint64_t state = 20261122;

static uint64_t
draw(void)
{
	uint64_t	z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint32_t
below(uint32_t n)
{
	return (uint32_t) (draw() % n);
}

static double
unit(void)
{
	return (double) (draw() >> 11) * (1.0 / ((int64_t) 1 << 53));
}

#endif							/* GATHERING_FIXTURE_H */
