/*-------------------------------------------------------------------------
 *
 * code_use_core.c
 *	  The different codes of a visit: see code_use_core.h.
 *
 * Most visits have a handful, a long stay some hundreds.
 *
 *-------------------------------------------------------------------------
 */
#include "indicator/code_use_core.h"

#include <string.h>

size_t
ms_code_uses_size(uint32_t capacity)
{
	return sizeof(MsCodeUses) + capacity * sizeof(MsCodeUse);
}

/* Capacity is a power of two. */
void
ms_code_uses_init(MsCodeUses *uses, uint32_t capacity)
{
	memset(uses, 0, ms_code_uses_size(capacity));
	uses->capacity = capacity;
}

/* Whether there is no place for another code; three quarters are used. */
bool
ms_code_uses_full(const MsCodeUses *uses)
{
	return uses->n >= uses->capacity - uses->capacity / 4;
}

/* Adds a code, which is there once; only where ms_code_uses_full is false. */
void
ms_code_uses_add(MsCodeUses *uses, uint64_t hash, uint64_t drugs)
{
	uint32_t	mask = uses->capacity - 1;
	uint32_t	i = (uint32_t) hash & mask;

	while (uses->use[i].hash != 0 && uses->use[i].hash != hash)
		i = (i + 1) & mask;
	if (uses->use[i].hash == 0)
	{
		uses->use[i].hash = hash;
		uses->n++;
	}
	uses->use[i].drugs += drugs;
}

/* Copies into a new one that has room. */
void
ms_code_uses_move(MsCodeUses *to, const MsCodeUses *from)
{
	to->unnamed_drugs = from->unnamed_drugs;
	for (uint32_t i = 0; i < from->capacity; i++)
	{
		if (from->use[i].hash != 0)
			ms_code_uses_add(to, from->use[i].hash, from->use[i].drugs);
	}
}

/* Whether these bytes are such a set. */
bool
ms_code_uses_check(const void *bytes, size_t size)
{
	const MsCodeUses *uses = bytes;
	uint32_t	n = 0;

	if (size < sizeof(MsCodeUses) || uses->capacity < MS_CODE_USE_FIRST ||
		uses->capacity > MS_CODE_USE_MOST || (uses->capacity & (uses->capacity - 1)) != 0 ||
		size != ms_code_uses_size(uses->capacity))
		return false;
	for (uint32_t i = 0; i < uses->capacity; i++)
		n += uses->use[i].hash != 0;
	return n == uses->n && n < uses->capacity;
}

MsCodeUseSum
ms_code_uses_sum(const MsCodeUses *uses)
{
	uint64_t	lines = uses->unnamed_drugs;
	uint64_t	repeats = lines > 0 ? lines - 1 : 0;
	uint64_t	set = 0;

	for (uint32_t i = 0; i < uses->capacity; i++)
	{
		const MsCodeUse *use = &uses->use[i];

		lines += use->drugs;
		repeats += use->drugs > 0 ? use->drugs - 1 : 0;
		set += use->hash;		/* wraps */
	}
	return (MsCodeUseSum)
	{
		.codes = uses->n,.drug_lines = (int64_t) lines,
			.drug_repeats = (int64_t) repeats,.set = (int64_t) set
	};
}
