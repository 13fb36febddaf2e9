/*-------------------------------------------------------------------------
 *
 * book_pool_core.h
 *	  What a book holds once however often it is said: strings, terms, sets
 *	  of codes, expressions.  Used by the writer only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BOOK_POOL_CORE_H
#define BOOK_POOL_CORE_H

#include "rulebook/book_core.h"

typedef struct MsPoolBytes
{
	uint8_t    *bytes;
	size_t		len;
	size_t		capacity;
} MsPoolBytes;

/* Open addressing over hashes; an id is what the caller makes of it. */
typedef struct MsPoolSlot
{
	uint64_t	hash;
	uint32_t	id_plus_one;	/* 0 = free */
} MsPoolSlot;

typedef struct MsPoolIndex
{
	MsPoolSlot *slots;
	uint32_t	n_slots;
	uint32_t	n;
} MsPoolIndex;

typedef struct MsPool
{
	MsArena    *arena;
	MsPoolBytes strings;
	MsPoolBytes terms;
	MsPoolBytes sets;
	MsPoolBytes ranges;
	MsPoolBytes exprs;
	MsPoolBytes expr_code;
	MsPoolIndex string_index;
	MsPoolIndex terms_index;
	MsPoolIndex set_index;
	MsPoolIndex expr_index;
} MsPool;

extern void ms_pool_init(MsPool *pool, MsArena *arena);

/*
 * Each puts its thing where it is not there yet.  A string is named by its
 * offset, terms by their index, sets and expressions by their index + 1;
 * none of them is 0.
 */
extern uint32_t ms_pool_string(MsPool *pool, const char *s);
extern uint32_t ms_pool_terms(MsPool *pool, const uint8_t *record);
extern uint32_t ms_pool_set(MsPool *pool, const MsBookRanges *ranges);
extern uint32_t ms_pool_expr(MsPool *pool, const MsBookExpr *expr);

#endif							/* BOOK_POOL_CORE_H */
