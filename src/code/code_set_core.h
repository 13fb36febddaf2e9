/*-------------------------------------------------------------------------
 *
 * code_set_core.h
 *	  Sets of codes as ascending bounds: is a code in it?
 *
 * A set is a sequence of bounds b0 <= b1 <= ... of the packed order: the codes
 * of [b0, b1), [b2, b3) and so on are in it.  A code is in the set exactly
 * when an odd number of bounds is not above it.
 *
 * A bound need not be a code.  Codes leave room below themselves, so that
 * "behind x" is x + 1, and a set without an upper end ends at the largest
 * number, which is no code.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_SET_CORE_H
#define CODE_SET_CORE_H

#include "code/code_core.h"

#define MS_CODE8_INFINITE UINT64_MAX

/* The number next to an item, be it one or not. */
static inline MsFeeItem
ms_code_fee_item_next(MsFeeItem item)
{
	item.lo++;
	item.hi += item.lo == 0;
	return item;
}

/*
 * Both halve the search without a branch on the data: a mask takes the place
 * of "if", since compilers make a jump of that, and every second one would be
 * mispredicted.
 */
static inline bool
ms_code8_in_bounds(const uint64_t *bounds, int nbounds, uint64_t code)
{
	const uint64_t *base = bounds;
	size_t		n = (size_t) nbounds;

	if (n == 0)
		return false;
	while (n > 1)
	{
		size_t		half = n / 2;

		base += half & (0 - (size_t) (base[half - 1] <= code));
		n -= half;
	}
	return ((size_t) (base - bounds) + (*base <= code)) & 1;
}

static inline size_t
ms_code_fee_item_at_most(const MsFeeItem *a, const MsFeeItem *b)
{
	return (size_t) ((a->hi < b->hi) | ((a->hi == b->hi) & (a->lo <= b->lo)));
}

static inline bool
ms_code_fee_item_in_bounds(const MsFeeItem *bounds, int nbounds,
						   const MsFeeItem *item)
{
	const MsFeeItem *base = bounds;
	size_t		n = (size_t) nbounds;

	if (n == 0)
		return false;
	while (n > 1)
	{
		size_t		half = n / 2;

		base += half & (0 - ms_code_fee_item_at_most(&base[half - 1], item));
		n -= half;
	}
	return ((size_t) (base - bounds) + ms_code_fee_item_at_most(base, item)) & 1;
}

#endif							/* CODE_SET_CORE_H */
