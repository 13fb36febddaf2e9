/*-------------------------------------------------------------------------
 *
 * key_core.c
 *	  A hash table of keys, by open addressing.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/key_core.h"

#include <string.h>

#define FIRST_SLOTS	256
#define MOST_KEYS	0x7fffffff

static uint32_t
hash_of(const char *s, uint32_t len)
{
	uint64_t	h = len * UINT64_C(0x9e3779b97f4a7c15);

	while (len > 0)
	{
		uint64_t	word = 0;
		uint32_t	take = len < 8 ? len : 8;

		memcpy(&word, s, take);
		h = (h ^ word) * UINT64_C(0xbf58476d1ce4e5b9);
		h ^= h >> 29;
		s += take;
		len -= take;
	}
	h *= UINT64_C(0x94d049bb133111eb);
	return (uint32_t) (h >> 32);
}

void
ms_keys_init(MsKeys *keys, MsArena *arena)
{
	memset(keys, 0, sizeof(*keys));
	keys->arena = arena;
	keys->slots = MS_NEW(arena, MsKeySlot, FIRST_SLOTS);
	keys->mask = FIRST_SLOTS - 1;
}

static MsKeySlot *
free_slot(MsKeys *keys, uint32_t hash)
{
	uint32_t	at = hash & keys->mask;

	while (keys->slots[at].number != 0)
		at = (at + 1) & keys->mask;
	return &keys->slots[at];
}

static void
grow(MsKeys *keys)
{
	const MsKeySlot *old = keys->slots;
	uint32_t	slots = keys->mask + 1;

	keys->slots = MS_NEW(keys->arena, MsKeySlot, 2 * (size_t) slots);
	keys->mask = 2 * slots - 1;
	for (uint32_t at = 0; at < slots; at++)
		if (old[at].number != 0)
			*free_slot(keys, old[at].hash) = old[at];
}

uint32_t
ms_keys_number(MsKeys *keys, const char *s, uint32_t len)
{
	uint32_t	hash = hash_of(s, len);
	MsKeySlot  *slot;
	MsStr		key;

	for (uint32_t at = hash & keys->mask; keys->slots[at].number != 0; at = (at + 1) & keys->mask)
	{
		const MsStr *known;

		if (keys->slots[at].hash != hash)
			continue;
		known = MS_AT(&keys->keys, MsStr, keys->slots[at].number - 1);
		if (known->len == len && (len == 0 || memcmp(known->s, s, len) == 0))
			return keys->slots[at].number - 1;
	}
	if (keys->keys.n == MOST_KEYS)
		keys->arena->env->fail(keys->arena->env->ctx, MS_FAIL_TOO_MANY);
	if (keys->keys.n >= (size_t) keys->mask / 2)
		grow(keys);
	key.s = ms_arena_copy(keys->arena, s, len);
	key.len = len;
	*MS_PUSH(keys->arena, &keys->keys, MsStr) = key;
	slot = free_slot(keys, hash);
	slot->number = (uint32_t) keys->keys.n;
	slot->hash = hash;
	return slot->number - 1;
}

static int
by_key(uint32_t a, uint32_t b, const void *ctx)
{
	const MsStr *keys = ctx;

	return ms_str_cmp(keys[a], keys[b]);
}

uint32_t *
ms_keys_order(const MsKeys *keys, MsArena *arena, uint32_t **number)
{
	uint32_t	n = ms_keys_count(keys);
	uint32_t   *rank = MS_NEW(arena, uint32_t, n);

	*number = MS_NEW(arena, uint32_t, n);
	for (uint32_t k = 0; k < n; k++)
		(*number)[k] = k;
	ms_sort(arena, *number, n, by_key, keys->keys.data);
	for (uint32_t r = 0; r < n; r++)
		rank[(*number)[r]] = r;
	return rank;
}
