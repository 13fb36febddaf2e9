/*-------------------------------------------------------------------------
 *
 * code_order.h
 *	  The code types as the planner sees them: an order with distances, in
 *	  which nodes and sets are pieces.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_ORDER_H
#define CODE_ORDER_H

#include "postgres.h"

#include "code/code_set.h"

typedef struct MsCodeOrder
{
	/* the first value after the subtree of a node; false if there is none */
	bool		(*subtree_end) (Datum node, Datum *end);
	int			(*cmp) (Datum a, Datum b);
	/* how far b lies above a, in a unit of the type's own; a <= b */
	double		(*distance) (Datum a, Datum b);
	const char *first;			/* texts of the first and the last code */
	const char *last;
} MsCodeOrder;

/* The order of a code type, NULL if the type is none; drug_code has none. */
extern const MsCodeOrder *ms_code_order(Oid type);

/*
 * What a node or a set holds, ascending and disjoint; type is its own type,
 * order that of its codes.  No pieces: the empty set.
 */
extern MsSetPiece *ms_code_pieces(const MsCodeOrder *order, Oid type,
								  Datum container, int *npieces);

#endif							/* CODE_ORDER_H */
