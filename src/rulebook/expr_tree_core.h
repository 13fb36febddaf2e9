/*-------------------------------------------------------------------------
 *
 * expr_tree_core.h
 *	  An expression as a typed tree, between its text and its code.
 *	  Internal to expr_*_core.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EXPR_TREE_CORE_H
#define EXPR_TREE_CORE_H

#include "rulebook/expr_code_core.h"

typedef struct ExprNode
{
	struct ExprNode *next;		/* the operand behind this one */
	struct ExprNode *first;		/* operands */
	struct ExprNode *last;
	uint32_t	n;				/* how many */
	size_t		at;				/* offset in the text */
	int			depth;			/* levels below and with this */
	ExprOp		op;
	MsExprType	type;
	uint8_t		id;				/* function, lookup or dictionary */
	uint8_t		where;			/* MsExprWhere */
	uint16_t	field;
	int64_t		v;				/* literals */
	MsStr text;					/* literal, name or pattern */
	const MsFeeItem *bounds;	/* of a set */
	uint32_t	n_bounds;
} ExprNode;

/* Fills error for a place in the text; what and allowed may be formats. */
typedef struct ExprSource
{
	MsArena    *arena;
	const char *text;
	size_t		len;
	MsExprError *error;
} ExprSource;

extern void ms_expr_refuse(const ExprSource *source, size_t at,
						   const char *allowed, const char *format,...)
#if defined(__GNUC__)
			__attribute__((format(printf, 4, 5)))
#endif
		   ;

/* NULL and the error filled where the text is no expression. */
extern ExprNode *ms_expr_parse(const ExprSource *source);

/* Fills the bounds of a node from a text that stands at an offset. */
extern bool ms_expr_read_set(const ExprSource *source, MsExprCodes codes,
							 MsStr text, size_t at, ExprNode *node);

#endif							/* EXPR_TREE_CORE_H */
