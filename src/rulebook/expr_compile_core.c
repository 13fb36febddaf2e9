/*-------------------------------------------------------------------------
 *
 * expr_compile_core.c
 *	  Turns the text of an expression into code.
 *
 *-------------------------------------------------------------------------
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "code/code_set_core.h"
#include "rulebook/expr_tree_core.h"

/* ---- errors ---- */

/* ms_expr_refuse says what is wrong at an offset, counted in characters. */
void
ms_expr_refuse(const ExprSource *source, size_t at, const char *allowed,
			   const char *format,...)
{
	MsExprError *error = source->error;
	va_list		args;

	error->position = 1;
	for (size_t i = 0; i < at && i < source->len; i++)
		error->position += ((unsigned char) source->text[i] & 0xC0) !=0x80;
	va_start(args, format);
	vsnprintf(error->what, sizeof(error->what), format, args);
	va_end(args);
	snprintf(error->allowed, sizeof(error->allowed), "%s", allowed);
}

/* ---- sets ---- */

static const MsCodeSetType *
set_type(MsExprCodes codes)
{
	return codes == MS_CODES_ICD10 ? &ms_code_set_icd10 :
		codes == MS_CODES_ICD9CM3 ? &ms_code_set_icd9cm3 :
		&ms_code_set_fee_item;
}

bool
ms_expr_read_set(const ExprSource *source, MsExprCodes codes, MsStr text,
				 size_t at, ExprNode *node)
{
	MsArena    *arena = source->arena;
	MsCodeSpan *included = MS_NEW(arena, MsCodeSpan, (size_t) text.len + 1);
	MsCodeSpan *excluded = MS_NEW(arena, MsCodeSpan, (size_t) text.len + 1);
	MsCodeSpan *spans;
	MsFeeItem  *bounds;
	size_t		n_included = 0;
	size_t		n_excluded = 0;
	size_t		n;
	MsCodeSetReader reader;
	MsCodeSetError error;
	MsCodeSpan	span;
	MsCodeSetStep step;

	ms_code_set_start(&reader, set_type(codes), text.s, text.len);
	while ((step = ms_code_set_read(&reader, &span, &error)) < MS_SET_END)
	{
		ms_tick(arena);
		if (step == MS_SET_INCLUDE)
			included[n_included++] = span;
		else
			excluded[n_excluded++] = span;
	}
	if (step == MS_SET_ERROR)
	{
		if (error.reversed)
			ms_expr_refuse(source, at + error.offset, "a range in order, such "
						   "as I20-I25", "range ends before it begins");
		else if (error.code.allowed[0] == '\0')
			ms_expr_refuse(source, at + error.offset, "a set of codes such as "
						   "'E10-E14, !E13'", "no set of codes");
		else if (error.found[0] == '\0')
			ms_expr_refuse(source, at + error.offset, error.code.allowed,
						   "code ends too early");
		else
			ms_expr_refuse(source, at + error.offset, error.code.allowed,
						   "%s cannot stand in a set of codes", error.found);
		return false;
	}
	n_included = ms_code_set_unite(included, n_included);
	n_excluded = ms_code_set_unite(excluded, n_excluded);
	spans = MS_NEW(arena, MsCodeSpan, n_included + n_excluded);
	n = ms_code_set_subtract(included, n_included, excluded, n_excluded, spans);
	bounds = MS_NEW(arena, MsFeeItem, 2 * n);
	for (size_t i = 0; i < n; i++)
	{
		bounds[2 * i] = spans[i].first;
		bounds[2 * i + 1] = spans[i].end;
	}
	node->bounds = bounds;
	node->n_bounds = (uint32_t) (2 * n);
	return true;
}

/* ---- writing ---- */

static void
put_bytes(MsArena *arena, MsVec *code, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*MS_PUSH(arena, code, uint8_t) = ((const uint8_t *) bytes)[i];
}

static void
put_number(MsArena *arena, MsVec *code, uint64_t v, int width)
{
	for (int i = 0; i < width; i++)
		*MS_PUSH(arena, code, uint8_t) = (uint8_t) (v >> (8 * i));
}

static void
put_text(MsArena *arena, MsVec *code, MsStr text, int width)
{
	put_number(arena, code, text.len, width);
	put_bytes(arena, code, text.s, text.len);
}

static void
put_literal(MsArena *arena, MsVec *code, const ExprNode *node)
{
	if (node->type == MS_EXPR_TEXT)
		put_text(arena, code, node->text, 2);
	else
		put_number(arena, code, (uint64_t) node->v,
				   node->type == MS_EXPR_BOOLEAN ? 1 : 8);
}

static void put_tree(MsArena *arena, MsVec *code, const ExprNode *node);

static void
put_operands(MsArena *arena, MsVec *code, const ExprNode *node)
{
	for (ExprNode *o = node->first; o; o = o->next)
		put_tree(arena, code, o);
}

/* Operands behind their lengths, which are filled in afterwards. */
static void
put_junction(MsArena *arena, MsVec *code, const ExprNode *node)
{
	put_number(arena, code, node->n, 1);
	for (ExprNode *o = node->first; o; o = o->next)
	{
		size_t		at = code->n;
		size_t		len;
		uint8_t    *length;

		put_number(arena, code, 0, 2);
		put_tree(arena, code, o);
		len = code->n - at - 2;
		length = MS_AT(code, uint8_t, at);
		length[0] = (uint8_t) len;
		length[1] = (uint8_t) (len >> 8);
	}
}

static void
put_set(MsArena *arena, MsVec *code, const ExprNode *node)
{
	int			width = (int) ms_expr_bound_size(ms_expr_lookup_row(node->id)->codes);

	put_number(arena, code, node->id, 1);
	put_number(arena, code, node->where, 1);
	put_number(arena, code, node->n_bounds, 2);
	for (uint32_t i = 0; i < node->n_bounds; i++)
	{
		put_number(arena, code, node->bounds[i].hi, 8);
		if (width == 16)
			put_number(arena, code, node->bounds[i].lo, 8);
	}
}

static void
put_list(MsArena *arena, MsVec *code, const ExprNode *node)
{
	put_number(arena, code, node->n - 1, 2);
	put_tree(arena, code, node->first);
	for (ExprNode *o = node->first->next; o; o = o->next)
		put_literal(arena, code, o);
}

static void
put_tree(MsArena *arena, MsVec *code, const ExprNode *node)
{
	put_number(arena, code, node->op, 1);
	switch (node->op)
	{
		case OP_BOOLEAN:
		case OP_NUMBER:
		case OP_TEXT:
		case OP_TIME:
			put_literal(arena, code, node);
			break;
		case OP_FIELD:
			put_number(arena, code, node->field, 2);
			break;
		case OP_ATTRIBUTE:
		case OP_PARAMETER:
		case OP_AMOUNT_CLASS:
			put_text(arena, code, node->text, 1);
			break;
		case OP_AND:
		case OP_OR:
			put_junction(arena, code, node);
			break;
		case OP_IN:
			put_list(arena, code, node);
			break;
		case OP_LIKE:
			put_text(arena, code, node->text, 2);
			put_operands(arena, code, node);
			break;
		case OP_CALL:
		case OP_KNOWN:
			put_number(arena, code, node->id, 1);
			put_operands(arena, code, node);
			break;
		case OP_LOOKUP:
			put_set(arena, code, node);
			break;
		default:
			put_operands(arena, code, node);
	}
}

bool
ms_expr_compile(MsArena *arena, const char *text, size_t len,
				MsExprType wanted, uint8_t **code, uint32_t *size,
				MsExprError *error)
{
	ExprSource	source;
	ExprNode   *node;
	MsVec		bytes = {NULL, 0, 0};

	memset(error, 0, sizeof(*error));
	source.arena = arena;
	source.text = text;

	source.len = len;
	source.error = error;
	if (len > MS_EXPR_MAX_TEXT)
	{
		ms_expr_refuse(&source, 0, "at most 8000 bytes",
					   "expression is too long");
		return false;
	}
	node = ms_expr_parse(&source);
	if (node == NULL)
		return false;
	if (node->type != wanted)
	{
		char		allowed[40];

		snprintf(allowed, sizeof(allowed), "a %s", ms_expr_type_name(wanted));
		ms_expr_refuse(&source, node->at, allowed, "expression is a %s",
					   ms_expr_type_name(node->type));
		return false;
	}
	put_number(arena, &bytes, EXPR_VERSION, 1);
	put_number(arena, &bytes, wanted, 1);
	put_tree(arena, &bytes, node);
	if (bytes.n > MS_EXPR_MAX_CODE)
	{
		ms_expr_refuse(&source, 0, "fewer code ranges, or several entries",
					   "expression compiles to too much code");
		return false;
	}
	*code = bytes.data;
	*size = (uint32_t) bytes.n;
	return true;
}
