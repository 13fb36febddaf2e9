/*-------------------------------------------------------------------------
 *
 * book_set_core.h
 *	  What an author wrote as a set of codes, as the ranges of a book.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BOOK_SET_CORE_H
#define BOOK_SET_CORE_H

#include "code/code_set_core.h"
#include "rulebook/book_core.h"

/*
 * ms_book_set_parse reads a set of diagnoses or operations into arena memory;
 * the text must live as long.  A set may hold no code: then n is 0.
 */
extern bool ms_book_set_parse(MsArena *arena, const MsCodeSetType *type,
							  const char *text, MsBookRanges *ranges,
							  MsCodeSetError *error);

#endif							/* BOOK_SET_CORE_H */
