/*-------------------------------------------------------------------------
 *
 * code_selfuncs.h
 *	  How many rows lie within a node or a set.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_SELFUNCS_H
#define CODE_SELFUNCS_H

#include "postgres.h"

#include "nodes/pathnodes.h"

/*
 * The share of rows, or of pairs of rows, for which a containment holds.
 * funcid is is_within or contains_code of some types, args its arguments,
 * codearg the position of the code among them.
 */
extern double ms_code_restriction_sel(PlannerInfo *root, Oid funcid,
									  List *args, int codearg, int varRelid);
extern double ms_code_join_sel(PlannerInfo *root, Oid funcid, List *args,
							   int codearg, JoinType jointype,
							   SpecialJoinInfo *sjinfo);

#endif							/* CODE_SELFUNCS_H */
