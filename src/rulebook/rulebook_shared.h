/*-------------------------------------------------------------------------
 *
 * rulebook_shared.h
 *	  Verified rulebooks that all backends read, when medsup is preloaded.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RULEBOOK_SHARED_H
#define RULEBOOK_SHARED_H

#include "postgres.h"

#include "storage/dsm.h"

#include "rulebook/book_core.h"

typedef enum MsSharedState
{
	MS_SHARED_NONE,				/* keep a copy of your own */
	MS_SHARED_READY,			/* bytes are a verified book */
	MS_SHARED_FILL				/* bytes are yours to fill, then publish */
} MsSharedState;

typedef struct MsSharedBook
{
	dsm_segment *segment;
	uint8	   *bytes;			/* aligned to 8 */
	int			place;			/* while it is being filled */
} MsSharedBook;

/* What a row of rulebook_memory says of a shared book. */
typedef struct MsSharedInfo
{
	uint8		checksum[MS_BOOK_CHECKSUM_SIZE];
	uint64		size;
	uint64		memory;
} MsSharedInfo;

/* Called by _PG_init, does nothing unless medsup is being preloaded. */
extern void ms_shared_init(void);

extern MsSharedState ms_shared_open(const uint8 *checksum, uint64 size,
									MsSharedBook *book);
extern void ms_shared_publish(MsSharedBook *book);
extern void ms_shared_abandon(MsSharedBook *book);

/* Whether new backends would still find the book. */
extern bool ms_shared_is_listed(const uint8 *checksum, uint64 size);

/* Fills info, which has room for MS_MAX_SHARED_BOOKS, and returns how many. */
#define MS_MAX_SHARED_BOOKS 8
extern int	ms_shared_list(MsSharedInfo *info);

#endif							/* RULEBOOK_SHARED_H */
