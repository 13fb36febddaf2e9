/*-------------------------------------------------------------------------
 *
 * key_core.h
 *	  Numbers for keys: the first time a key is seen it gets the next one.
 *
 * Pure C.  Numbers of that kind depend on the order in which keys come;
 * ms_keys_order gives those that do not.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KEY_CORE_H
#define KEY_CORE_H

#include "common/base_core.h"

/* The hash beside it, so that other keys are passed over unread. */
typedef struct MsKeySlot
{
	uint32_t	number;			/* and one; 0 is free */
	uint32_t	hash;
} MsKeySlot;

typedef struct MsKeys
{
	MsArena    *arena;
	MsKeySlot  *slots;
	uint32_t	mask;
	MsVec		keys;			/* MsStr, by number */
} MsKeys;

extern void ms_keys_init(MsKeys *keys, MsArena *arena);
extern uint32_t ms_keys_number(MsKeys *keys, const char *s, uint32_t len);

/* The rank of each number by the order of the keys' bytes, and the reverse. */
extern uint32_t *ms_keys_order(const MsKeys *keys, MsArena *arena, uint32_t **number);

static inline uint32_t
ms_keys_count(const MsKeys *keys)
{
	return (uint32_t) keys->keys.n;
}

static inline MsStr
ms_keys_key(const MsKeys *keys, uint32_t number)
{
	return *MS_AT(&keys->keys, MsStr, number);
}

#endif							/* KEY_CORE_H */
