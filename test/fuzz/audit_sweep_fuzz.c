/*
 * audit_sweep_fuzz.c
 *	  Bytes as a chunk of digests: what is accepted is in order, of its chunk,
 *	  and comes out as it was; and persons of any hashes stay in order.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/audit_sweep_core.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SIZE_BITS 10

static void
must(int ok)
{
	if (!ok)
		abort();
}

static void
try_table(const uint8_t *data, size_t size)
{
	void	   *memory = malloc(ms_sweep_table_bytes(SIZE_BITS));
	uint64_t	sum = 0;
	uint64_t	found = 0;
	size_t		n;
	MsSweepTable table;

	ms_sweep_table_init(&table, memory, SIZE_BITS, 0, 0);
	for (size_t at = 0; at + MS_SWEEP_DIGEST_SIZE <= size; at += MS_SWEEP_DIGEST_SIZE)
	{
		MsSweepDigest digest = ms_sweep_get(data + at);
		MsSweepPerson *p = ms_sweep_place(&table, digest.hash);

		if (p == NULL || (p->number == NULL && ms_sweep_is_full(&table)))
			break;
		if (p->number == NULL)
		{
			p->hash = digest.hash;
			p->digest = 0;
			p->number = "x";
			table.n++;
		}
		p->digest += digest.digest;
		sum += digest.digest;
	}
	n = ms_sweep_sort(&table);
	must(n == table.n);
	for (size_t i = 0; i < n; i++)
	{
		must(i == 0 || table.places[i - 1].hash < table.places[i].hash);
		found += table.places[i].digest;
	}
	must(found == sum);
	free(memory);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int			bits;
	uint64_t	chunk;

	if (size < 2)
		return 0;
	bits = data[0] % 40;
	chunk = data[1];
	data += 2;
	size -= 2;
	if (ms_sweep_chunk_ok(data, size, bits, chunk))
	{
		for (size_t at = 0; at < size; at += MS_SWEEP_DIGEST_SIZE)
		{
			MsSweepDigest digest = ms_sweep_get(data + at);
			uint8_t		again[MS_SWEEP_DIGEST_SIZE];

			must(ms_sweep_is_of(digest.hash, bits, chunk));
			must(at == 0 || ms_sweep_get(data + at - MS_SWEEP_DIGEST_SIZE).hash < digest.hash);
			ms_sweep_put(again, digest);
			must(memcmp(again, data + at, sizeof(again)) == 0);
		}
	}
	try_table(data, size);
	return 0;
}
