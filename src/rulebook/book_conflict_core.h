/*-------------------------------------------------------------------------
 *
 * book_conflict_core.h
 *	  Entries of one book that contradict or repeat each other.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BOOK_CONFLICT_CORE_H
#define BOOK_CONFLICT_CORE_H

#include "rulebook/book_core.h"

typedef enum MsConflictKind
{
	MS_CONFLICT_OPPOSITE = 1,	/* nothing satisfies both */
	MS_CONFLICT_LIMITS,			/* the same is limited in two ways */
	MS_CONFLICT_REVERSED,		/* a pair, and the same pair turned round */
	MS_CONFLICT_OVERLAP,		/* the same is said of some codes */
	MS_CONFLICT_IDLE,			/* entry adds nothing beside other */
	MS_CONFLICT_OVERRIDE		/* entry outranks other, for a smaller area */
} MsConflictKind;

typedef struct MsConflict
{
	MsConflictKind kind;
	uint32_t	entry;
	uint32_t	other;
	bool		outranks;		/* entry is for a smaller area than other */
	uint32_t	codes;			/* that they have in common; 0 = neither has */
	MsFeeItem	code;			/* one of them */
} MsConflict;

typedef void (*MsConflictFn) (void *ctx, const MsConflict *conflict);

/*
 * ms_book_conflicts calls back once for every two entries of a rule that are
 * in force on a common day, in a common region, and look at a common code in
 * the same way; by entry, then other.  Near-linear in the codes of the book:
 * where more than MS_MAX_SHARING entries of a rule name one code, each is held
 * against the next few only.  Of opposites_only none but entries that may be
 * opposites are looked at.
 */
#define MS_MAX_SHARING 64

extern void ms_book_conflicts(MsArena *arena, const MsBook *book,
							  bool opposites_only, MsConflictFn found,
							  void *ctx);

#endif							/* BOOK_CONFLICT_CORE_H */
