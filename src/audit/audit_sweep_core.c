/*-------------------------------------------------------------------------
 *
 * audit_sweep_core.c
 *	  Hashing rows, the table of persons, and digests as they are kept.
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit_sweep_core.h"

#include <string.h>

/* Odd constants with as many ones as zeros, drawn once. */
#define MIX_WORD	UINT64_C(0xd1b54a32d192ed03)
#define MIX_LENGTH	UINT64_C(0x9e6c63d0876a9a47)
#define MIX_END		UINT64_C(0x8cb92ba72f3d8dd7)

/* Places behind the last regular one, for those that were taken. */
#define SPARE_PLACES 256

/* Both halves of the product: every bit of a acts on every bit of the result. */
static inline uint64_t
mix(uint64_t a, uint64_t b)
{
	unsigned	__int128 product = (unsigned __int128) a * b;

	return (uint64_t) product ^ (uint64_t) (product >> 64);
}

/* Least significant byte first on every machine. */
static inline uint64_t
word_at(const uint8_t *p)
{
	uint64_t	word;

	memcpy(&word, p, sizeof(word));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

static inline uint64_t
half_at(const uint8_t *p)
{
	uint32_t	half;

	memcpy(&half, p, sizeof(half));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	half = __builtin_bswap32(half);
#endif
	return half;
}

/* All bytes of less than a word, some of them twice; the length is known. */
static inline uint64_t
short_word(const uint8_t *p, size_t len)
{
	if (len >= 4)
		return half_at(p) << 32 | half_at(p + len - 4);
	return (uint64_t) p[0] << 16 | (uint64_t) p[len / 2] << 8 | p[len - 1];
}

/* Neither factor is known without the key, so none can be made zero. */
static inline uint64_t
mix_words(uint64_t hash, uint64_t a, uint64_t b)
{
	return mix(hash ^ a, (hash << 32 | hash >> 32) ^ MIX_WORD ^ b);
}

/* The key is a secret of the database, so that no row can be made to fit. */
uint64_t
ms_sweep_hash_start(uint64_t key)
{
	return mix(key ^ MIX_END, MIX_LENGTH) ^ MIX_WORD;
}

/* ms_sweep_hash_field takes the length along: 'a','bc' is not 'ab','c'. */
uint64_t
ms_sweep_hash_field(uint64_t hash, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	hash ^= ((uint64_t) len + 1) * MIX_LENGTH;
	for (; len > 16; p += 16, len -= 16)
		hash = mix_words(hash, word_at(p), word_at(p + 8));
	if (len >= 8)
		return mix_words(hash, word_at(p), word_at(p + len - 8));
	return mix(hash ^ (len > 0 ? short_word(p, len) : 0), MIX_WORD);
}

/* ms_sweep_hash_word is for fields that are a number. */
uint64_t
ms_sweep_hash_word(uint64_t hash, uint64_t word)
{
	return mix(hash ^ 9 * MIX_LENGTH ^ word, MIX_WORD);
}

uint64_t
ms_sweep_hash_null(uint64_t hash)
{
	return mix(hash, MIX_LENGTH);
}

uint64_t
ms_sweep_hash_end(uint64_t hash)
{
	hash = mix(hash ^ MIX_LENGTH, MIX_END);
	return mix(hash ^ MIX_WORD, MIX_END);
}

/* ---- persons of one sweep ---- */

size_t
ms_sweep_table_bytes(int size_bits)
{
	return (((size_t) 1 << size_bits) + SPARE_PLACES) * sizeof(MsSweepPerson);
}

/* ms_sweep_table_init makes an empty table of ms_sweep_table_bytes. */
void
ms_sweep_table_init(MsSweepTable *table, void *memory, int size_bits,
					int prefix_bits, uint64_t prefix)
{
	table->places = memory;
	table->n = 0;
	table->size_bits = size_bits;
	table->prefix_bits = prefix_bits;
	table->prefix = prefix;
	memset(memory, 0, ms_sweep_table_bytes(size_bits));
}

bool
ms_sweep_is_of(uint64_t hash, int prefix_bits, uint64_t prefix)
{
	return prefix_bits == 0 || hash >> (64 - prefix_bits) == prefix;
}

/*
 * ms_sweep_place finds the person of that hash, or the free place (number
 * NULL) that the caller then fills; NULL where the table must grow first.
 * Who takes a free place counts it in n.
 */
MsSweepPerson *
ms_sweep_place(MsSweepTable *table, uint64_t hash)
{
	MsSweepPerson *p = table->places +
	((hash << table->prefix_bits) >> (64 - table->size_bits));
	MsSweepPerson *end = table->places + ms_sweep_n_places(table);

	for (; p < end; p++)
	{
		if (p->number == NULL || p->hash == hash)
			return p;
	}
	return NULL;
}

bool
ms_sweep_is_full(const MsSweepTable *table)
{
	return table->n >= ((size_t) 1 << table->size_bits) / 4 * 3;
}

/*
 * ms_sweep_sort moves the persons to the front in the order of their hashes
 * and tells how many there are.  Nobody is far from the right place, so that
 * inserting one after the other is linear.  The table is none afterwards.
 */
size_t
ms_sweep_sort(MsSweepTable *table)
{
	size_t		n_places = ms_sweep_n_places(table);
	size_t		n = 0;

	for (size_t i = 0; i < n_places; i++)
	{
		MsSweepPerson person = table->places[i];
		size_t		at = n;

		if (person.number == NULL)
			continue;
		for (; at > 0 && table->places[at - 1].hash > person.hash; at--)
			table->places[at] = table->places[at - 1];
		table->places[at] = person;
		n++;
	}
	return n;
}

/* ---- as they are kept ---- */

static void
put_u64(uint8_t *to, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t) (v >> (56 - 8 * i));
}

static uint64_t
get_u64(const uint8_t *from)
{
	uint64_t	v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | from[i];
	return v;
}

void
ms_sweep_put(uint8_t *to, MsSweepDigest digest)
{
	put_u64(to, digest.hash);
	put_u64(to + 8, digest.digest);
}

MsSweepDigest
ms_sweep_get(const uint8_t *from)
{
	MsSweepDigest digest = {get_u64(from), get_u64(from + 8)};

	return digest;
}

/* ms_sweep_check is what a digest adds to the checksum of them all. */
uint64_t
ms_sweep_check(MsSweepDigest digest)
{
	return ms_sweep_hash_end(mix(digest.hash ^ MIX_WORD, MIX_LENGTH) ^
							 digest.digest);
}

/*
 * ms_sweep_chunk_ok tells whether bytes are digests in ascending order whose
 * hashes begin with the bits of chunk.
 */
bool
ms_sweep_chunk_ok(const uint8_t *bytes, size_t len, int chunk_bits,
				  uint64_t chunk)
{
	uint64_t	before = 0;

	if (len == 0 || len % MS_SWEEP_DIGEST_SIZE != 0 ||
		chunk_bits < 0 || chunk_bits > MS_SWEEP_MAX_PREFIX_BITS)
		return false;
	for (size_t at = 0; at < len; at += MS_SWEEP_DIGEST_SIZE)
	{
		uint64_t	hash = get_u64(bytes + at);

		if ((at > 0 && hash <= before) ||
			!ms_sweep_is_of(hash, chunk_bits, chunk))
			return false;
		before = hash;
	}
	return true;
}

/*
 * ms_sweep_chunk_bits chooses into how many chunks persons are cut: as now
 * while chunks have 1,024 to 8,192 persons, else some 2,048 to 4,096.
 */
int
ms_sweep_chunk_bits(uint64_t persons, int now)
{
	int			bits = 0;

	if (now >= 0 && now <= MS_SWEEP_MAX_PREFIX_BITS &&
		(now == 0 || persons >> now >= 1024) && persons >> now <= 8192)
		return now;
	while (bits < MS_SWEEP_MAX_PREFIX_BITS && persons >> bits > 4096)
		bits++;
	return bits;
}
