/*-------------------------------------------------------------------------
 *
 * expr_token_core.h
 *	  The tokens of an expression: numbers, texts in quotes, words, signs.
 *	  Internal to expr_*_core.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EXPR_TOKEN_CORE_H
#define EXPR_TOKEN_CORE_H

#include "rulebook/expr_tree_core.h"

typedef enum ExprTokenKind
{
	TOKEN_END,
	TOKEN_NUMBER,
	TOKEN_TEXT,
	TOKEN_WORD,
	TOKEN_SIGN
} ExprTokenKind;

typedef struct ExprToken
{
	ExprTokenKind kind;
	size_t		at;				/* offset of its first byte */
	MsStr		raw;			/* as written */
	MsStr text;					/* of texts without quotes, words folded */
	int64_t		v;				/* numbers */
} ExprToken;

typedef struct ExprReader
{
	const ExprSource *source;
	size_t		at;				/* behind the token at hand */
	ExprToken	token;
} ExprReader;

/* Reads the token that follows, at the end of the text TOKEN_END; false and
 * the error filled where none can stand. */
extern bool ms_expr_next(ExprReader *r);

#endif							/* EXPR_TOKEN_CORE_H */
