/*-------------------------------------------------------------------------
 *
 * code_array.h
 *	  Arrays of codes: what is asked of them, as bounds.
 *
 * A node and a set are the same question: which pieces of the order.  The
 * bounds are those of code_set_core.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_ARRAY_H
#define CODE_ARRAY_H

#include "postgres.h"

#include "code/code_set_core.h"

/* Strategies of the GIN operator classes; 1 to 4 are those of array_ops. */
#define MS_ANY_WITHIN_NODE	5
#define MS_ANY_WITHIN_SET	6

typedef bool (*MsSubtreeEndFn) (uint64_t node, uint64_t *end);

static inline void
ms_code8_node_bounds(uint64 node, MsSubtreeEndFn subtree_end, uint64 bounds[2])
{
	bounds[0] = node;
	(void) subtree_end(node, &bounds[1]);
}

static inline void
ms_code_fee_item_node_bounds(const MsFeeItem *node, MsFeeItem bounds[2])
{
	bounds[0] = *node;
	if (!ms_code_fee_item_subtree_end(node, &bounds[1]))
		bounds[1].hi = bounds[1].lo = UINT64_MAX;
}

#endif							/* CODE_ARRAY_H */
