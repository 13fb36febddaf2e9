/*-------------------------------------------------------------------------
 *
 * expr_code_core.h
 *	  The code of expressions: layout and the words behind its numbers.
 *	  Internal to expr_*_core.c.
 *
 * Code is [version u8, type u8, tree].  A tree is an operation, what belongs
 * to it, then its operands one after the other, each a tree.  Nothing jumps:
 * the operands of "and" and "or" carry their length, so that the rest can be
 * left out once the result is certain.  Depth is bounded, so recursion is.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EXPR_CODE_CORE_H
#define EXPR_CODE_CORE_H

#include "rulebook/expr_core.h"

#define EXPR_VERSION	1
#define EXPR_HEADER		2

typedef enum ExprOp
{
	OP_BOOLEAN = 1,				/* u8 */
	OP_NUMBER,					/* i64 */
	OP_TEXT,					/* u16 length, bytes */
	OP_TIME,					/* i64 */
	OP_FIELD,					/* u16 */
	OP_ATTRIBUTE,				/* u8 length, name */
	OP_PARAMETER,				/* u8 length, name */

	OP_AND,						/* u8 n; n times u16 length, tree */
	OP_OR,
	OP_NOT,						/* tree */

	OP_EQ,						/* tree, tree of one type */
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,

	OP_ADD,						/* number, number */
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_NEG,						/* number */

	OP_BETWEEN,					/* tree, tree, tree of one type */
	OP_IN,						/* u16 n; tree; n literals of its type */
	OP_LIKE,					/* u16 length, pattern; text */
	OP_MISSING,					/* tree */
	OP_UNREADABLE,				/* tree */
	OP_COALESCE,				/* tree, tree of one type */

	OP_CALL,					/* u8 ExprFunction; operands */
	OP_LOOKUP,					/* u8 MsExprLookup, u8 MsExprWhere, u16 n; n
								 * bounds of 8 or 16 bytes */
	OP_AMOUNT_CLASS,			/* u8 length, classes */
	OP_KNOWN					/* u8 MsExprDictionary; text */
} ExprOp;

/* Functions of their operands alone. */
typedef enum ExprFunction
{
	FN_NUMBER = 1,
	FN_TIME,
	FN_LENGTH,
	FN_DAY,
	FN_YEAR,
	FN_MONTH,
	FN_WEEKDAY,
	FN_HOUR,
	FN_DAYS_BETWEEN,
	FN_HOURS_BETWEEN,
	FN_MINUTES_BETWEEN,
	FN_MONTHS_BETWEEN,
	FN_YEARS_BETWEEN,
	FN_ADD_DAYS,
	FN_ADD_HOURS,
	FN_ABS,
	FN_ROUND,
	FN_LEAST,
	FN_GREATEST
} ExprFunction;

#define EXPR_MAX_ARGS 2

typedef struct ExprFunctionRow
{
	const char *name;
	const char *signature;
	uint8_t		fn;				/* ExprFunction */
	uint8_t		type;			/* MsExprType */
	uint8_t		n_args;
	uint8_t		args[EXPR_MAX_ARGS];	/* MsExprType */
} ExprFunctionRow;

typedef struct ExprFieldRow
{
	const char *name;
	uint16_t	field;			/* MsExprField */
	uint8_t		type;			/* MsExprType */
	uint8_t		needs;
} ExprFieldRow;

typedef struct ExprLookupRow
{
	const char *name;
	const char *signature;
	uint8_t		lookup;			/* MsExprLookup */
	uint8_t		type;			/* MsExprType */
	uint8_t		codes;			/* MsExprCodes */
	uint8_t		first;			/* MsExprWhere: the default */
	uint8_t		last;			/* MsExprWhere */
	uint8_t		needs;
} ExprLookupRow;

extern const ExprFieldRow *ms_expr_field_row(uint32_t field);
extern const ExprFieldRow *ms_expr_field_named(MsStr name);
extern const ExprFunctionRow *ms_expr_function_row(uint32_t fn);
extern const ExprFunctionRow *ms_expr_function_named(MsStr name);
extern const ExprLookupRow *ms_expr_lookup_row(uint32_t lookup);
extern const ExprLookupRow *ms_expr_lookup_named(MsStr name);
extern bool ms_expr_where_fits(const ExprLookupRow *row, uint32_t where);
extern MsExprWhere ms_expr_where_named(MsStr word);
extern unsigned ms_expr_where_needs(uint32_t where);
extern MsExprDictionary ms_expr_dictionary_named(MsStr word);

static inline uint32_t
ms_expr_bound_size(uint32_t codes)
{
	return codes == MS_CODES_FEE_ITEM ? 16 : 8;
}

/* Numbers of the code; any alignment, any machine. */
static inline uint32_t
ms_expr_u16(const uint8_t *p)
{
	return (uint32_t) p[0] | (uint32_t) p[1] << 8;
}

static inline uint64_t
ms_expr_u64(const uint8_t *p)
{
	uint64_t	v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

#endif							/* EXPR_CODE_CORE_H */
