/*-------------------------------------------------------------------------
 *
 * audit_memo_core.h
 *	  What a book says of codes, remembered from one person to the next.
 *	  Internal to src/audit; the handle is in audit_core.h.
 *
 * Persons share codes, and entries share terms: each is looked up and read
 * once.  A call without a memo makes one of its own, for its own codes only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_MEMO_CORE_H
#define AUDIT_MEMO_CORE_H

#include "audit/audit_core.h"

/* A place of a code in an entry. */
typedef struct MemoTouch
{
	uint32_t	entry;
	uint32_t	terms;			/* and limit: of the entry */
	int64_t		limit;
	uint8_t		role;			/* MsRole */
	bool		regional;		/* the entry speaks in one region only */
} MemoTouch;

typedef struct MemoCode
{
	MsMemo	   *memo;			/* whose memory holds it */
	MsFeeItem	item;
	MsFeeItem	meant;			/* the national code of a local one, else item */
	bool		is_known;		/* what follows has been looked up */
	bool		by_hours;		/* some entry counts it in hours */
	bool		regional;		/* some entry that names it has a region */
	uint32_t	n_touches;
	const MemoTouch *touches;	/* by entry and role, each once */
	uint64_t	call;			/* the last one that met it, */
	uint32_t	number;			/* and its number there */
} MemoCode;

/* The memo of a call: that of the caller, and what does not fit into it. */
typedef struct MemoCall
{
	MsMemo	   *shared;			/* NULL = none */
	MsMemo	   *own;
	uint64_t	number;			/* of the call */
	MsVec		codes;			/* MemoCode *: met in this call, by number */
} MemoCall;

extern void ms_memo_start(MemoCall *call, MsArena *arena, const MsBook *book,
						  MsMemo *shared);

/*
 * A shared memo is larger than the caches.  Who asks for many codes tells
 * them twice before, so that their memory is there: the first hint gives the
 * hash that the others want.
 */
extern uint64_t ms_memo_hint(const MemoCall *call, MsStr text);
extern void ms_memo_hint_again(const MemoCall *call, uint64_t hash);

/*
 * The code that a text means, NULL when it cannot be read; numbered from 0 in
 * the order in which a call first asks for them.
 */
extern MemoCode *ms_memo_code(MemoCall *call, MsStr text, uint64_t hash);

/* Looks up all codes that were met. */
extern void ms_memo_look_up(MemoCall *call, MsArena *scratch);

/* As ms_book_terms, ms_book_entry, ms_book_rule and ms_book_exception. */
extern void ms_memo_terms(MemoCall *call, uint32_t terms, MsBookEntry *entry);
extern void ms_memo_terms_hint(const MemoCall *call, uint32_t terms);
extern void ms_memo_entry(MemoCall *call, uint32_t i, MsBookEntry *entry);
extern const MsBookRule *ms_memo_rule(MemoCall *call, uint32_t i);
extern const MsBookException *ms_memo_exceptions(MemoCall *call);

#endif							/* AUDIT_MEMO_CORE_H */
