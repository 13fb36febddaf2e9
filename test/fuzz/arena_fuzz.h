/*
 * arena_fuzz.h
 *	  Memory for an arena in a fuzz target, given back between two inputs.
 */
#ifndef ARENA_FUZZ_H
#define ARENA_FUZZ_H

#include <stdlib.h>

#include "common/base_core.h"

#define CHUNKS	256

static void *chunks[CHUNKS];
static int	n_chunks;

static void
must(int ok)
{
	if (!ok)
		abort();
}

static void *
take(void *ctx, size_t size)
{
	must(n_chunks < CHUNKS);
	return chunks[n_chunks++] = malloc(size);
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

static void
give_back(void)
{
	while (n_chunks > 0)
		free(chunks[--n_chunks]);
}

#endif							/* ARENA_FUZZ_H */
