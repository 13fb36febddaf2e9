/* Digests of persons: hashing, the table, what is kept. */
#include <stdlib.h>

#include "unit.h"

#include "audit/audit_sweep_core.h"

static uint64_t
field(const char *s)
{
	return ms_sweep_hash_end(ms_sweep_hash_field(ms_sweep_hash_start(1), s,
												 strlen(s)));
}

static void
test_hash(void)
{
	uint64_t	h = ms_sweep_hash_start(1);
	uint64_t	ones = 0;
	char		buf[64];

	CHECK(field("a") == field("a"));
	CHECK(field("") != field("a"));
	CHECK(ms_sweep_hash_null(h) != ms_sweep_hash_field(h, "", 0));
	CHECK(ms_sweep_hash_field(ms_sweep_hash_field(h, "ab", 2), "c", 1) !=
		  ms_sweep_hash_field(ms_sweep_hash_field(h, "a", 1), "bc", 2));
	CHECK(ms_sweep_hash_field(ms_sweep_hash_null(h), "a", 1) !=
		  ms_sweep_hash_null(ms_sweep_hash_field(h, "a", 1)));
	CHECK(ms_sweep_hash_start(1) != ms_sweep_hash_start(2));
	/* a zero byte more is another text, also beyond a whole word */
	CHECK(ms_sweep_hash_field(h, "a\0", 2) != ms_sweep_hash_field(h, "a", 1));
	CHECK(ms_sweep_hash_field(h, "12345678\0", 9) !=
		  ms_sweep_hash_field(h, "12345678", 8));
	/* the same on every machine, since digests are kept */
	CHECK(field("medsup") == UINT64_C(0xd972a8e256258d91));
	CHECK(field("medsup looks at what changed since the last night") ==
		  UINT64_C(0x927c0e4827eb2238));
	CHECK(ms_sweep_hash_word(h, 7) != ms_sweep_hash_field(h, "\7", 1));
	CHECK(ms_sweep_hash_word(h, 7) != ms_sweep_hash_word(h, 8));

	/* whatever the length, no byte is passed over */
	for (size_t len = 1; len <= sizeof(buf); len++)
	{
		uint64_t	a;

		memset(buf, 'x', sizeof(buf));
		a = ms_sweep_hash_field(h, buf, len);
		CHECK(a != ms_sweep_hash_field(h, buf, len - 1));
		for (size_t at = 0; at < len; at++)
		{
			buf[at] = 'y';
			CHECK(a != ms_sweep_hash_field(h, buf, len));
			buf[at] = 'x';
		}
	}

	/* every bit of the text acts on about half of the bits */
	for (int bit = 0; bit < 64 * 8; bit++)
	{
		uint64_t	a;

		memset(buf, 'x', sizeof(buf));
		a = ms_sweep_hash_end(ms_sweep_hash_field(h, buf, sizeof(buf)));
		buf[bit / 8] ^= (char) (1 << bit % 8);
		ones += (uint64_t) __builtin_popcountll(a ^
												ms_sweep_hash_end(ms_sweep_hash_field(h, buf, sizeof(buf))));
	}
	CHECK(ones > 64 * 8 * 30 && ones < 64 * 8 * 34);
}

static void
fill(MsSweepTable *table, int n, int prefix_bits, uint64_t prefix)
{
	for (int i = 0; i < n; i++)
	{
		char		number[16];
		uint64_t	hash;
		MsSweepPerson *p;

		snprintf(number, sizeof(number), "P%d", i % (n / 2));
		hash = field(number);
		if (!ms_sweep_is_of(hash, prefix_bits, prefix))
			continue;
		p = ms_sweep_place(table, hash);
		if (p->number == NULL)
		{
			p->hash = hash;
			p->digest = 0;
			p->number = "x";
			table->n++;
		}
		p->digest += (uint64_t) i;
	}
}

static void
test_table(void)
{
	size_t		all = 0;

	for (uint64_t prefix = 0; prefix < 4; prefix++)
	{
		MsSweepTable table;
		void	   *memory = malloc(ms_sweep_table_bytes(12));
		size_t		n;
		bool		in_order = true;

		ms_sweep_table_init(&table, memory, 12, 2, prefix);
		fill(&table, 16000, 2, prefix);
		n = table.n;
		CHECK_INT(ms_sweep_sort(&table), n);
		for (size_t i = 1; i < n; i++)
			in_order = in_order && table.places[i - 1].hash < table.places[i].hash;
		CHECK(in_order);
		CHECK(table.places[0].hash >> 62 == prefix &&
			  table.places[n - 1].hash >> 62 == prefix);
		all += n;
		free(memory);
	}
	CHECK_INT(all, 8000);
}

static void
test_sums(void)
{
	MsSweepTable table;
	void	   *memory = malloc(ms_sweep_table_bytes(4));
	uint64_t	sum = 0;

	ms_sweep_table_init(&table, memory, 4, 0, 0);
	fill(&table, 20, 0, 0);
	CHECK_INT(table.n, 10);
	CHECK(!ms_sweep_is_full(&table));
	for (size_t i = 0, n = ms_sweep_sort(&table); i < n; i++)
		sum += table.places[i].digest;
	CHECK_INT(sum, 190);

	/* hashes that all want the last place go beyond it, until none is left */
	ms_sweep_table_init(&table, memory, 4, 0, 0);
	for (uint64_t i = 0;; i++)
	{
		MsSweepPerson *p = ms_sweep_place(&table, UINT64_MAX - i);

		if (p == NULL)
			break;
		p->hash = UINT64_MAX - i;
		p->number = "x";
		table.n++;
	}
	CHECK(table.n > 16 && table.n < ms_sweep_n_places(&table));
	CHECK(ms_sweep_is_full(&table));
	CHECK(ms_sweep_sort(&table) == table.n);
	CHECK(table.places[0].hash < table.places[1].hash);
	free(memory);
}

static void
test_kept(void)
{
	uint8_t		bytes[3 * MS_SWEEP_DIGEST_SIZE];
	MsSweepDigest a = {UINT64_C(0x4000000000000001), 7};
	MsSweepDigest b = {UINT64_C(0x4000000000000002), UINT64_MAX};
	MsSweepDigest c = {UINT64_C(0x8000000000000000), 0};

	ms_sweep_put(bytes, a);
	ms_sweep_put(bytes + 16, b);
	ms_sweep_put(bytes + 32, c);
	CHECK(ms_sweep_get(bytes + 16).hash == b.hash &&
		  ms_sweep_get(bytes + 16).digest == b.digest);
	CHECK(ms_sweep_chunk_ok(bytes, 48, 0, 0));
	CHECK(ms_sweep_chunk_ok(bytes, 32, 2, 1));
	CHECK(!ms_sweep_chunk_ok(bytes, 48, 2, 1)); /* c is of another chunk */
	CHECK(!ms_sweep_chunk_ok(bytes, 47, 0, 0));
	CHECK(!ms_sweep_chunk_ok(bytes, 0, 0, 0));
	CHECK(!ms_sweep_chunk_ok(bytes, 32, 40, 1));
	ms_sweep_put(bytes, b);
	CHECK(!ms_sweep_chunk_ok(bytes, 32, 0, 0)); /* twice */
	CHECK(ms_sweep_check(a) != ms_sweep_check(b));

	CHECK_INT(ms_sweep_chunk_bits(0, -1), 0);
	CHECK_INT(ms_sweep_chunk_bits(100, -1), 0);
	CHECK_INT(ms_sweep_chunk_bits(10000000, -1), 12);
	CHECK_INT(ms_sweep_chunk_bits(10000000, 11), 11);
	CHECK_INT(ms_sweep_chunk_bits(10000000, 8), 12);
	CHECK_INT(ms_sweep_chunk_bits(1000, 8), 0);
	CHECK_INT(ms_sweep_chunk_bits(UINT64_MAX, -1), 32);
}

int
main(void)
{
	test_hash();
	test_table();
	test_sums();
	test_kept();
	return unit_done();
}
