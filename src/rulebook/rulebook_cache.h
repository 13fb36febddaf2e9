/*-------------------------------------------------------------------------
 *
 * rulebook_cache.h
 *	  Verified rulebooks of this backend.
 *
 *-------------------------------------------------------------------------
 */
#ifndef RULEBOOK_CACHE_H
#define RULEBOOK_CACHE_H

#include "postgres.h"

#include "rulebook/book_core.h"

/*
 * What a caller remembers from one call to the next (in fn_extra), so that a
 * book is recognised without being read.  Zeroed at first.
 */
typedef struct MsRulebookRef
{
	bool		is_known;
	Size		toast_size;		/* of the pointer below */
	char		toast[32];
	uint8		checksum[MS_BOOK_CHECKSUM_SIZE];
	uint64		size;
} MsRulebookRef;

extern const MsBook *ms_rulebook_get(Datum value, MsRulebookRef *ref);
extern void ms_rulebook_open(const uint8 *bytes, Size size, MsBook *book);
extern void ms_rulebook_sha256(const uint8 *bytes, Size size, uint8 *digest);

/* Text of a book in the encoding of the database; NULL stays NULL. */
extern char *ms_rulebook_text(const char *s);

#endif							/* RULEBOOK_CACHE_H */
