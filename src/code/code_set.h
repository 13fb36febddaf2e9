/*-------------------------------------------------------------------------
 *
 * code_set.h
 *	  Sets of codes: the server's ranges and multiranges, decoded.
 *
 * A set is a datum of one of the range or multirange types over icd10,
 * icd9cm3 or fee_item; which one it is stands in the datum.  Results are
 * palloc'd in the current memory context.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_SET_H
#define CODE_SET_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/rangetypes.h"

#include "code/code_set_core.h"

/* One range of a set.  By-reference bounds point into the set. */
typedef struct MsSetPiece
{
	RangeBound	lower;
	RangeBound	upper;
} MsSetPiece;

/* The ranges of a set as the server has them, ascending; 0 = empty set. */
extern MsSetPiece *ms_code_set_pieces(Datum set, int *npieces);

/*
 * The bounds of a set as code_set_core.h has them; always an even number.
 * ms_code8_* for the types of 8 bytes.
 */
extern uint64 *ms_code8_set_bounds(Datum set, int *nbounds);
extern MsFeeItem *ms_code_fee_item_set_bounds(Datum set, int *nbounds);

/*
 * The same for an argument of the function called, kept from row to row while
 * it stays the same.  The function may not use fn_extra for anything else.
 */
extern const uint64 *ms_code8_set_arg(FunctionCallInfo fcinfo, int argno,
									  int *nbounds);
extern const MsFeeItem *ms_code_fee_item_set_arg(FunctionCallInfo fcinfo,
												 int argno, int *nbounds);

#endif							/* CODE_SET_H */
