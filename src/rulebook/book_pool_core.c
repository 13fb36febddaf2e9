/*-------------------------------------------------------------------------
 *
 * book_pool_core.c
 *	  What a book holds once however often it is said.
 *
 * Things stand in the order in which they were first said, so that the bytes
 * depend on the sorted content alone.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "rulebook/book_layout_core.h"
#include "rulebook/book_pool_core.h"

#define HASH_START UINT64_C(14695981039346656037)

static uint64_t
hash_bytes(uint64_t h, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(1099511628211);
	return h ^ (h >> 29);
}

/* ---- index ---- */

static void
grow_index(MsPool *pool, MsPoolIndex *index)
{
	MsPoolSlot *old = index->slots;
	uint32_t	n_old = index->n_slots;

	if (n_old > INT32_MAX / 2)
		pool->arena->env->fail(pool->arena->env->ctx, MS_FAIL_TOO_MANY);
	index->n_slots = n_old ? n_old * 2 : 1024;
	index->slots = MS_NEW(pool->arena, MsPoolSlot, index->n_slots);
	for (uint32_t i = 0; i < n_old; i++)
	{
		uint32_t	at = (uint32_t) old[i].hash & (index->n_slots - 1);

		if (old[i].id_plus_one == 0)
			continue;
		while (index->slots[at].id_plus_one != 0)
			at = (at + 1) & (index->n_slots - 1);
		index->slots[at] = old[i];
	}
}

typedef bool (*SameFn) (const MsPool *pool, uint32_t id, const void *thing);

/* The slot of a thing: the one that has it, or the free one to put it in. */
static MsPoolSlot *
find_slot(MsPool *pool, MsPoolIndex *index, uint64_t hash, SameFn same,
		  const void *thing)
{
	uint32_t	at;

	if ((uint64_t) index->n * 2 >= index->n_slots)
		grow_index(pool, index);
	at = (uint32_t) hash & (index->n_slots - 1);
	while (index->slots[at].id_plus_one != 0 &&
		   (index->slots[at].hash != hash ||
			!same(pool, index->slots[at].id_plus_one - 1, thing)))
		at = (at + 1) & (index->n_slots - 1);
	return &index->slots[at];
}

static uint32_t
take_slot(MsPoolIndex *index, MsPoolSlot *slot, uint64_t hash, uint32_t id)
{
	slot->hash = hash;
	slot->id_plus_one = id + 1;
	index->n++;
	return id;
}

/* ---- bytes ---- */

/* Room for len bytes behind what is there, which count as there then. */
static uint8_t *
extend(MsPool *pool, MsPoolBytes *to, size_t len)
{
	uint8_t    *at;

	if (to->len + len > UINT32_MAX)
		pool->arena->env->fail(pool->arena->env->ctx, MS_FAIL_TOO_MANY);
	if (to->len + len > to->capacity)
	{
		size_t		capacity = (to->len + len) * 2 + 4096;
		uint8_t    *grown = ms_arena_alloc(pool->arena, capacity, 1);

		if (to->len > 0)
			memcpy(grown, to->bytes, to->len);
		to->bytes = grown;
		to->capacity = capacity;
	}
	at = to->bytes + to->len;
	to->len += len;
	return at;
}

void
ms_pool_init(MsPool *pool, MsArena *arena)
{
	memset(pool, 0, sizeof(*pool));
	pool->arena = arena;
	/* offset 0 means none: keep it taken */
	*extend(pool, &pool->strings, 1) = 0;
}

/* ---- things ---- */

static bool
same_string(const MsPool *pool, uint32_t id, const void *thing)
{
	return strcmp((const char *) pool->strings.bytes + id, thing) == 0;
}

uint32_t
ms_pool_string(MsPool *pool, const char *s)
{
	size_t		len;
	uint64_t	hash;
	MsPoolSlot *slot;

	if (s == NULL || *s == '\0')
		return 0;
	len = strlen(s);
	hash = hash_bytes(HASH_START, s, len);
	slot = find_slot(pool, &pool->string_index, hash, same_string, s);
	if (slot->id_plus_one != 0)
		return slot->id_plus_one - 1;
	memcpy(extend(pool, &pool->strings, len + 1), s, len + 1);
	return take_slot(&pool->string_index, slot, hash,
					 (uint32_t) (pool->strings.len - len - 1));
}

static bool
same_terms(const MsPool *pool, uint32_t id, const void *thing)
{
	return memcmp(pool->terms.bytes + (size_t) id * TERMS_WIDTH, thing,
				  TERMS_WIDTH) == 0;
}

uint32_t
ms_pool_terms(MsPool *pool, const uint8_t *record)
{
	uint64_t	hash = hash_bytes(HASH_START, record, TERMS_WIDTH);
	MsPoolSlot *slot = find_slot(pool, &pool->terms_index, hash, same_terms,
								 record);

	if (slot->id_plus_one != 0)
		return slot->id_plus_one - 1;
	memcpy(extend(pool, &pool->terms, TERMS_WIDTH), record, TERMS_WIDTH);
	return take_slot(&pool->terms_index, slot, hash,
					 (uint32_t) (pool->terms.len / TERMS_WIDTH) - 1);
}

static bool
same_set(const MsPool *pool, uint32_t id, const void *thing)
{
	const MsBookRanges *ranges = thing;
	const uint8_t *p = pool->sets.bytes + (size_t) id * SET_WIDTH;
	const uint8_t *range;

	if (get_u32(p + SET_COUNT) != ranges->n ||
		!same_string(pool, get_u32(p + SET_TEXT), ranges->text))
		return false;
	range = pool->ranges.bytes + (size_t) get_u32(p + SET_FIRST) * RANGE_WIDTH;
	for (uint32_t i = 0; i < ranges->n; i++, range += RANGE_WIDTH)
	{
		if (get_u64(range + RANGE_LO) != ranges->ranges[i].lo ||
			get_u64(range + RANGE_HI) != ranges->ranges[i].hi)
			return false;
	}
	return true;
}

uint32_t
ms_pool_set(MsPool *pool, const MsBookRanges *ranges)
{
	uint64_t	hash;
	MsPoolSlot *slot;
	uint8_t    *p;
	uint32_t	first;

	if (ranges->n == 0)
		return 0;
	hash = hash_bytes(HASH_START, ranges->text, strlen(ranges->text));
	for (uint32_t i = 0; i < ranges->n; i++)
		hash = hash_bytes(hash, &ranges->ranges[i], sizeof(MsBookRange));
	slot = find_slot(pool, &pool->set_index, hash, same_set, ranges);
	if (slot->id_plus_one != 0)
		return slot->id_plus_one;
	first = (uint32_t) (pool->ranges.len / RANGE_WIDTH);
	for (uint32_t i = 0; i < ranges->n; i++)
	{
		p = extend(pool, &pool->ranges, RANGE_WIDTH);
		put_u64(p + RANGE_LO, ranges->ranges[i].lo);
		put_u64(p + RANGE_HI, ranges->ranges[i].hi);
	}
	p = extend(pool, &pool->sets, SET_WIDTH);
	put_u32(p + SET_TEXT, ms_pool_string(pool, ranges->text));
	put_u32(p + SET_FIRST, first);
	put_u32(p + SET_COUNT, ranges->n);
	return take_slot(&pool->set_index, slot, hash,
					 (uint32_t) (pool->sets.len / SET_WIDTH) - 1) + 1;
}

static bool
same_expr(const MsPool *pool, uint32_t id, const void *thing)
{
	const MsBookExpr *expr = thing;
	const uint8_t *p = pool->exprs.bytes + (size_t) id * EXPR_WIDTH;

	return get_u32(p + EXPR_SIZE) == expr->size &&
		same_string(pool, get_u32(p + EXPR_TEXT), expr->text) &&
		memcmp(pool->expr_code.bytes + get_u32(p + EXPR_OFFSET), expr->code,
			   expr->size) == 0;
}

uint32_t
ms_pool_expr(MsPool *pool, const MsBookExpr *expr)
{
	uint64_t	hash;
	MsPoolSlot *slot;
	uint8_t    *p;
	uint32_t	offset = (uint32_t) pool->expr_code.len;
	size_t		padded;

	if (expr->code == NULL)
		return 0;
	hash = hash_bytes(HASH_START, expr->text, strlen(expr->text));
	hash = hash_bytes(hash, expr->code, expr->size);
	slot = find_slot(pool, &pool->expr_index, hash, same_expr, expr);
	if (slot->id_plus_one != 0)
		return slot->id_plus_one;
	padded = (size_t) align8(expr->size);
	p = extend(pool, &pool->expr_code, padded);
	memset(p, 0, padded);
	memcpy(p, expr->code, expr->size);
	p = extend(pool, &pool->exprs, EXPR_WIDTH);
	put_u32(p + EXPR_TEXT, ms_pool_string(pool, expr->text));
	put_u32(p + EXPR_OFFSET, offset);
	put_u32(p + EXPR_SIZE, expr->size);
	return take_slot(&pool->expr_index, slot, hash,
					 (uint32_t) (pool->exprs.len / EXPR_WIDTH) - 1) + 1;
}
