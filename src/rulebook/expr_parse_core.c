/*-------------------------------------------------------------------------
 *
 * expr_parse_core.c
 *	  Reads the text of an expression into a typed tree.
 *
 *	  expression = and { "or" and }
 *	  and		 = not { "and" not }
 *	  not		 = { "not" } comparison
 *	  comparison = sum [ ("=" | "<>" | "!=" | "<" | "<=" | ">" | ">=") sum
 *					   | ["not"] "between" sum "and" sum
 *					   | ["not"] "in" "(" literal { "," literal } ")"
 *					   | ["not"] "like" text
 *					   | "is" ["not"] ("missing" | "unreadable") ]
 *	  sum		 = product { ("+" | "-") product }
 *	  product	 = unary { ("*" | "/") unary }
 *	  unary		 = { "-" } primary
 *	  primary	 = literal | field | function "(" ... ")" | "(" expression ")"
 *	  literal	 = number | text | ("date" | "time") text | "true" | "false"
 *
 * Types are settled on the way up: a mistake is told where it stands.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "common/read_core.h"
#include "rulebook/expr_token_core.h"
#include "rulebook/expr_tree_core.h"

#define MAX_NAME			63
#define MAX_OPERANDS		255
#define MAX_LITERALS		2000

typedef struct Parser
{
	ExprReader	in;
	int			nesting;
} Parser;

static ExprNode *parse_expression(Parser *p);
static ExprNode *parse_sum(Parser *p);

/* ---- tokens ---- */

static bool
at_word(const Parser *p, const char *word)
{
	return p->in.token.kind == TOKEN_WORD && ms_str_is(p->in.token.text, word);
}

static bool
at_sign(const Parser *p, const char *sign)
{
	return p->in.token.kind == TOKEN_SIGN && ms_str_is(p->in.token.text, sign);
}

/* Refuses the token at hand. */
static void *
unexpected(const Parser *p, const char *allowed)
{
	const ExprToken *t = &p->in.token;

	if (t->kind == TOKEN_END)
		ms_expr_refuse(p->in.source, t->at, allowed, "expression ends too early");
	else
	{
		/* not in the middle of a character */
		int			n = t->raw.len > 40 ? 40 : (int) t->raw.len;

		while (n > 0 && n < (int) t->raw.len &&
			   ((unsigned char) t->raw.s[n] & 0xC0) == 0x80)
			n--;
		ms_expr_refuse(p->in.source, t->at, allowed, "%.*s cannot stand here", n,
					   t->raw.s);
	}
	return NULL;
}

static bool
expect_sign(Parser *p, const char *sign, const char *allowed)
{
	if (at_sign(p, sign))
		return ms_expr_next(&p->in);
	unexpected(p, allowed);
	return false;
}

/* ---- nodes ---- */

static ExprNode *
new_node(Parser *p, ExprOp op, MsExprType type, size_t at)
{
	ExprNode   *node = MS_NEW(p->in.source->arena, ExprNode, 1);

	memset(node, 0, sizeof(*node));
	node->op = op;
	node->type = type;
	node->at = at;
	node->depth = 1;
	return node;
}

/* Adds an operand; NULL where the tree gets too deep. */
static ExprNode *
add_operand(Parser *p, ExprNode *node, ExprNode *operand)
{
	operand->next = NULL;
	if (node->first == NULL)
		node->first = operand;
	else
		node->last->next = operand;
	node->last = operand;
	node->n++;
	if (node->depth <= operand->depth)
		node->depth = operand->depth + 1;
	if (node->depth > MS_EXPR_MAX_DEPTH)
	{
		ms_expr_refuse(p->in.source, node->at, "at most 64 levels",
					   "expression is nested too deeply");
		return NULL;
	}
	return node;
}

static bool
require_type(Parser *p, const ExprNode *node, MsExprType wanted,
			 const char *user)
{
	const char *hint = "";

	if (node->type == wanted)
		return true;
	if (node->type == MS_EXPR_TEXT && wanted == MS_EXPR_NUMBER)
		hint = "; number(text) reads one";
	else if (node->type == MS_EXPR_TEXT && wanted == MS_EXPR_TIME)
		hint = "; time(text) reads one";
	{
		char		allowed[80];

		snprintf(allowed, sizeof(allowed), "a %s%s", ms_expr_type_name(wanted),
				 hint);
		ms_expr_refuse(p->in.source, node->at, allowed, "%s takes no %s", user,
					   ms_expr_type_name(node->type));
	}
	return false;
}

/* ---- literals, fields, functions ---- */

static ExprNode *
parse_time_literal(Parser *p)
{
	ExprNode   *node = new_node(p, OP_TIME, MS_EXPR_TIME, p->in.token.at);
	MsExprValue value = ms_expr_read_time(p->in.token.text);

	if (value.state != MS_READABLE)
		return unexpected(p, "'2026-01-31' or '2026-01-31 08:00:00'");
	node->v = value.v;
	return ms_expr_next(&p->in) ? node : NULL;
}

/* A literal; NULL with no error filled where none stands. */
static ExprNode *
parse_literal(Parser *p)
{
	ExprNode   *node;

	if (p->in.token.kind == TOKEN_NUMBER)
	{
		node = new_node(p, OP_NUMBER, MS_EXPR_NUMBER, p->in.token.at);
		node->v = p->in.token.v;
	}
	else if (p->in.token.kind == TOKEN_TEXT)
	{
		if (p->in.token.text.len == 0)
			return unexpected(p, "a text that is not empty; write \"is "
							  "missing\" for what is not there");
		node = new_node(p, OP_TEXT, MS_EXPR_TEXT, p->in.token.at);
		node->text = p->in.token.text;
	}
	else
		return unexpected(p, "a number, or a text in single quotes");
	return ms_expr_next(&p->in) ? node : NULL;
}

/* A literal of a list: also with a sign, also a date. */
static ExprNode *
parse_listed(Parser *p)
{
	ExprNode   *node;
	bool		negative = at_sign(p, "-");

	if (at_word(p, "date") || at_word(p, "time"))
	{
		if (!ms_expr_next(&p->in))
			return NULL;
		if (p->in.token.kind != TOKEN_TEXT)
			return unexpected(p, "a date in single quotes");
		return parse_time_literal(p);
	}
	if (negative && !ms_expr_next(&p->in))
		return NULL;
	if (negative && p->in.token.kind != TOKEN_NUMBER)
		return unexpected(p, "a number");
	node = parse_literal(p);
	if (node != NULL && negative)
		node->v = -node->v;
	return node;
}

static ExprNode *
parse_field(Parser *p, const ExprToken *word)
{
	const ExprFieldRow *row = ms_expr_field_named(word->text);
	ExprNode   *node;

	if (word->text.len > 5 && memcmp(word->text.s, "list.", 5) == 0)
	{
		node = new_node(p, OP_ATTRIBUTE, MS_EXPR_TEXT, word->at);
		node->text.s = word->text.s + 5;
		node->text.len = word->text.len - 5;
		if (node->text.len <= MAX_NAME &&
			memchr(node->text.s, '.', node->text.len) == NULL)
			return node;
		ms_expr_refuse(p->in.source, word->at, "list. and a name of at most 63 "
					   "letters, digits and _", "no name of an attribute");
		return NULL;
	}
	if (row == NULL)
	{
		ms_expr_refuse(p->in.source, word->at,
					   "a field of line, visit, bill, person or list, or a "
					   "function; medsup.expression_fields() lists them",
					   "%.*s is no field",
					   word->text.len > 60 ? 60 : (int) word->text.len,
					   word->text.s);
		return NULL;
	}
	node = new_node(p, OP_FIELD, (MsExprType) row->type, word->at);
	node->field = row->field;
	return node;
}

/* A constant text as an argument; false where none stands. */
static bool
take_text_argument(Parser *p, const char *allowed, MsStr *text, size_t *at)
{
	*text = p->in.token.text;
	*at = p->in.token.at;
	if (p->in.token.kind == TOKEN_TEXT && p->in.token.text.len > 0)
		return ms_expr_next(&p->in);
	unexpected(p, allowed);
	return false;
}

/* has_diagnosis('codes' [, 'main']), behind the parenthesis */
static ExprNode *
parse_lookup(Parser *p, const ExprLookupRow *row, size_t at)
{
	ExprNode   *node = new_node(p, OP_LOOKUP, (MsExprType) row->type, at);
	MsStr text;
	size_t		text_at;

	node->id = row->lookup;
	node->where = row->first;
	if (!take_text_argument(p, "codes in single quotes", &text, &text_at) ||
		!ms_expr_read_set(p->in.source, (MsExprCodes) row->codes, text,
						  text_at + 1, node))
		return NULL;
	if (at_sign(p, ","))
	{
		if (!ms_expr_next(&p->in))
			return NULL;
		node->where = p->in.token.kind == TOKEN_TEXT ?
			(uint8_t) ms_expr_where_named(p->in.token.text) : 0;
		if (!ms_expr_where_fits(row, node->where))
			return unexpected(p, row->signature);
		if (!ms_expr_next(&p->in))
			return NULL;
	}
	return expect_sign(p, ")", row->signature) ? node : NULL;
}

/* parameter('name') and amount_class('01, 02'), behind the parenthesis */
static ExprNode *
parse_named(Parser *p, ExprOp op, MsExprType type, size_t at)
{
	ExprNode   *node = new_node(p, op, type, at);
	size_t		text_at;

	if (!take_text_argument(p, "a text in single quotes", &node->text,
							&text_at))
		return NULL;
	if (node->text.len > MAX_NAME)
	{
		ms_expr_refuse(p->in.source, text_at, "at most 63 bytes",
					   "text is too long");
		return NULL;
	}
	return expect_sign(p, ")", "a closing parenthesis") ? node : NULL;
}

static ExprNode *
parse_known(Parser *p, size_t at)
{
	ExprNode   *node = new_node(p, OP_KNOWN, MS_EXPR_BOOLEAN, at);
	ExprNode   *operand;

	node->id = p->in.token.kind == TOKEN_TEXT ?
		(uint8_t) ms_expr_dictionary_named(p->in.token.text) : 0;
	if (node->id == 0)
		return unexpected(p, "'level', 'setting', 'insurance', 'clr_way', "
						  "'icd10', 'icd9cm3' or 'fee_item'");
	if (!ms_expr_next(&p->in) || !expect_sign(p, ",", "a comma"))
		return NULL;
	if ((operand = parse_expression(p)) == NULL ||
		!require_type(p, operand, MS_EXPR_TEXT, "known()") ||
		!expect_sign(p, ")", "a closing parenthesis"))
		return NULL;
	return add_operand(p, node, operand);
}

static ExprNode *
parse_coalesce(Parser *p, size_t at)
{
	ExprNode   *node = new_node(p, OP_COALESCE, MS_EXPR_BOOLEAN, at);
	ExprNode   *a;
	ExprNode   *b;

	if ((a = parse_expression(p)) == NULL ||
		!expect_sign(p, ",", "a comma") ||
		(b = parse_expression(p)) == NULL ||
		!expect_sign(p, ")", "a closing parenthesis") ||
		!require_type(p, b, a->type, "coalesce() with this first value") ||
		!add_operand(p, node, a))
		return NULL;
	node->type = a->type;
	return add_operand(p, node, b);
}

static ExprNode *
parse_call(Parser *p, const ExprFunctionRow *row, size_t at)
{
	ExprNode   *node = new_node(p, OP_CALL, (MsExprType) row->type, at);

	node->id = row->fn;
	for (int i = 0; i < row->n_args; i++)
	{
		ExprNode   *arg;

		if (i > 0 && !expect_sign(p, ",", row->signature))
			return NULL;
		if ((arg = parse_expression(p)) == NULL ||
			!require_type(p, arg, (MsExprType) row->args[i], row->signature) ||
			!add_operand(p, node, arg))
			return NULL;
	}
	return expect_sign(p, ")", row->signature) ? node : NULL;
}

/* A word with a parenthesis behind it; the token is what follows that. */
static ExprNode *
parse_function(Parser *p, const ExprToken *word)
{
	const ExprFunctionRow *fn = ms_expr_function_named(word->text);
	const ExprLookupRow *lookup = ms_expr_lookup_named(word->text);
	char		name[MAX_NAME + 3];

	if (lookup != NULL)
		return parse_lookup(p, lookup, word->at);
	if (fn != NULL)
		return parse_call(p, fn, word->at);
	if (ms_str_is(word->text, "known"))
		return parse_known(p, word->at);
	if (ms_str_is(word->text, "coalesce"))
		return parse_coalesce(p, word->at);
	if (ms_str_is(word->text, "parameter"))
		return parse_named(p, OP_PARAMETER, MS_EXPR_TEXT, word->at);
	if (ms_str_is(word->text, "amount_class"))
		return parse_named(p, OP_AMOUNT_CLASS, MS_EXPR_NUMBER, word->at);
	if (word->text.len <= MAX_NAME)
	{
		ExprToken	field = *word;

		snprintf(name, sizeof(name), "%.*s()", (int) word->text.len,
				 word->text.s);
		field.text = ms_str(name);
		if (ms_expr_field_named(field.text) != NULL)
			return expect_sign(p, ")", "a closing parenthesis: this function "
							   "takes nothing") ? parse_field(p, &field) : NULL;
	}
	ms_expr_refuse(p->in.source, word->at,
				   "a function; medsup.expression_fields() lists them",
				   "%.*s is no function",
				   word->text.len > 60 ? 60 : (int) word->text.len,
				   word->text.s);
	return NULL;
}

static bool
is_keyword(MsStr word)
{
	static const char *const keywords[] = {
		"and", "or", "not", "between", "in", "like", "is", "missing",
		"unreadable"
	};

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (ms_str_is(word, keywords[i]))
			return true;
	return false;
}

static ExprNode *
parse_word(Parser *p)
{
	ExprToken	word = p->in.token;
	ExprNode   *node;

	if (is_keyword(word.text))
		return unexpected(p, "a field, function or literal");
	if (!ms_expr_next(&p->in))
		return NULL;
	if (at_sign(p, "("))
		return ms_expr_next(&p->in) ? parse_function(p, &word) : NULL;
	if (p->in.token.kind == TOKEN_TEXT &&
		(ms_str_is(word.text, "date") || ms_str_is(word.text, "time")))
		return parse_time_literal(p);
	if (ms_str_is(word.text, "true") || ms_str_is(word.text, "false"))
	{
		node = new_node(p, OP_BOOLEAN, MS_EXPR_BOOLEAN, word.at);
		node->v = word.text.len == 4;
		return node;
	}
	return parse_field(p, &word);
}

static ExprNode *
parse_primary(Parser *p)
{
	ExprNode   *node;

	if (p->in.token.kind == TOKEN_WORD)
		return parse_word(p);
	if (p->in.token.kind == TOKEN_NUMBER || p->in.token.kind == TOKEN_TEXT)
		return parse_literal(p);
	if (!at_sign(p, "("))
		return unexpected(p, "a field, function, literal or parenthesis");
	if (!ms_expr_next(&p->in) || (node = parse_expression(p)) == NULL)
		return NULL;
	return expect_sign(p, ")", "an operator or a closing parenthesis") ?
		node : NULL;
}

/* ---- operators ---- */

static ExprNode *
parse_unary(Parser *p)
{
	size_t		at = p->in.token.at;
	bool		negative = false;
	bool		any = false;
	ExprNode   *operand;
	ExprNode   *node;

	for (; at_sign(p, "-"); any = true)
	{
		negative = !negative;
		if (!ms_expr_next(&p->in))
			return NULL;
	}
	operand = parse_primary(p);
	if (operand == NULL || !any)
		return operand;
	if (!require_type(p, operand, MS_EXPR_NUMBER, "-"))
		return NULL;
	if (!negative)
		return operand;
	if (operand->op == OP_NUMBER)
	{
		operand->v = -operand->v;
		return operand;
	}
	node = new_node(p, OP_NEG, MS_EXPR_NUMBER, at);
	return add_operand(p, node, operand);
}

/* Two operands of one type, numbers where numbers is set. */
static ExprNode *
join(Parser *p, ExprOp op, MsExprType type, ExprNode *a, ExprNode *b,
	 size_t at)
{
	ExprNode   *node = new_node(p, op, type, at);

	return add_operand(p, node, a) ? add_operand(p, node, b) : NULL;
}

/* One level of left-associative arithmetic. */
static ExprNode *
parse_arithmetic(Parser *p, const char *signs[2], const ExprOp ops[2],
				 ExprNode *(*parse_operand) (Parser *p))
{
	ExprNode   *a = parse_operand(p);

	while (a != NULL && (at_sign(p, signs[0]) || at_sign(p, signs[1])))
	{
		int			which = at_sign(p, signs[1]);
		size_t		at = p->in.token.at;
		ExprNode   *b;

		if (!require_type(p, a, MS_EXPR_NUMBER, signs[which]) || !ms_expr_next(&p->in) ||
			(b = parse_operand(p)) == NULL ||
			!require_type(p, b, MS_EXPR_NUMBER, signs[which]))
			return NULL;
		a = join(p, ops[which], MS_EXPR_NUMBER, a, b, at);
	}
	return a;
}

static ExprNode *
parse_product(Parser *p)
{
	const char *signs[2] = {"*", "/"};
	const ExprOp ops[2] = {OP_MUL, OP_DIV};

	return parse_arithmetic(p, signs, ops, parse_unary);
}

static ExprNode *
parse_sum(Parser *p)
{
	const char *signs[2] = {"+", "-"};
	const ExprOp ops[2] = {OP_ADD, OP_SUB};

	return parse_arithmetic(p, signs, ops, parse_product);
}

/* The right side of a comparison has the type of the left one. */
static ExprNode *
parse_other_side(Parser *p, const ExprNode *left, const char *sign)
{
	ExprNode   *right;

	if (left->type == MS_EXPR_BOOLEAN)
	{
		ms_expr_refuse(p->in.source, left->at, "and, or, not",
					   "%s takes no boolean", sign);
		return NULL;
	}
	if (!ms_expr_next(&p->in) || (right = parse_sum(p)) == NULL)
		return NULL;
	return require_type(p, right, left->type,
						left->type == MS_EXPR_NUMBER ? "comparing a number" :
						left->type == MS_EXPR_TEXT ? "comparing a text" :
						"comparing a time") ? right : NULL;
}

static ExprNode *
parse_between(Parser *p, ExprNode *left, size_t at)
{
	ExprNode   *lo = parse_other_side(p, left, "between");
	ExprNode   *hi;
	ExprNode   *node;

	if (lo == NULL)
		return NULL;
	if (!at_word(p, "and"))
		return unexpected(p, "\"and\" and the upper end");
	if ((hi = parse_other_side(p, left, "between")) == NULL)
		return NULL;
	node = join(p, OP_BETWEEN, MS_EXPR_BOOLEAN, left, lo, at);
	return node == NULL ? NULL : add_operand(p, node, hi);
}

static ExprNode *
parse_in(Parser *p, ExprNode *left, size_t at)
{
	ExprNode   *node = new_node(p, OP_IN, MS_EXPR_BOOLEAN, at);

	if (left->type == MS_EXPR_BOOLEAN)
		return require_type(p, left, MS_EXPR_TEXT, "in") ? node : NULL;
	if (!add_operand(p, node, left) || !ms_expr_next(&p->in) ||
		!expect_sign(p, "(", "a list in parentheses"))
		return NULL;
	for (;;)
	{
		ExprNode   *literal = parse_listed(p);

		if (literal == NULL ||
			!require_type(p, literal, left->type, "this list"))
			return NULL;
		if (node->n > MAX_LITERALS)
		{
			ms_expr_refuse(p->in.source, literal->at, "at most 2000",
						   "too many values in the list");
			return NULL;
		}
		if (!add_operand(p, node, literal))
			return NULL;
		if (!at_sign(p, ","))
			break;
		if (!ms_expr_next(&p->in))
			return NULL;
	}
	return expect_sign(p, ")", "a comma or a closing parenthesis") ? node :
		NULL;
}

static ExprNode *
parse_like(Parser *p, ExprNode *left, size_t at)
{
	ExprNode   *node = new_node(p, OP_LIKE, MS_EXPR_BOOLEAN, at);
	size_t		text_at;

	if (!require_type(p, left, MS_EXPR_TEXT, "like") || !ms_expr_next(&p->in) ||
		!take_text_argument(p, "a pattern in single quotes: * stands for "
							"anything, ? for one character, # for a digit",
							&node->text, &text_at))
		return NULL;
	return add_operand(p, node, left);
}

static ExprNode *
negated(Parser *p, ExprNode *operand, bool negative, size_t at)
{
	if (operand == NULL || !negative)
		return operand;
	return add_operand(p, new_node(p, OP_NOT, MS_EXPR_BOOLEAN, at), operand);
}

static ExprNode *
parse_is(Parser *p, ExprNode *left)
{
	size_t		at = p->in.token.at;
	bool		negative;
	ExprNode   *node;

	if (!ms_expr_next(&p->in))
		return NULL;
	negative = at_word(p, "not");
	if (negative && !ms_expr_next(&p->in))
		return NULL;
	if (!at_word(p, "missing") && !at_word(p, "unreadable"))
		return unexpected(p, "[not] missing, [not] unreadable");
	node = new_node(p, at_word(p, "missing") ? OP_MISSING : OP_UNREADABLE,
					MS_EXPR_BOOLEAN, at);
	if (!ms_expr_next(&p->in) || !add_operand(p, node, left))
		return NULL;
	return negated(p, node, negative, at);
}

static ExprNode *
parse_comparison(Parser *p)
{
	static const struct
	{
		const char *sign;
		ExprOp		op;
	}			comparisons[] =
	{
		{"=", OP_EQ}, {"<>", OP_NE}, {"!=", OP_NE}, {"<", OP_LT},
		{"<=", OP_LE}, {">", OP_GT}, {">=", OP_GE}
	};
	ExprNode   *left = parse_sum(p);
	size_t		at = p->in.token.at;
	bool		negative;

	if (left == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++)
	{
		if (at_sign(p, comparisons[i].sign))
		{
			ExprNode   *right = parse_other_side(p, left, comparisons[i].sign);

			return right == NULL ? NULL :
				join(p, comparisons[i].op, MS_EXPR_BOOLEAN, left, right, at);
		}
	}
	if (at_word(p, "is"))
		return parse_is(p, left);
	negative = at_word(p, "not");
	if (negative && !ms_expr_next(&p->in))
		return NULL;
	if (at_word(p, "between"))
		return negated(p, parse_between(p, left, at), negative, at);
	if (at_word(p, "in"))
		return negated(p, parse_in(p, left, at), negative, at);
	if (at_word(p, "like"))
		return negated(p, parse_like(p, left, at), negative, at);
	return negative ? unexpected(p, "between, in or like") : left;
}

static ExprNode *
parse_not(Parser *p)
{
	size_t		at = p->in.token.at;
	bool		negative = false;
	bool		any = false;
	ExprNode   *operand;

	for (; at_word(p, "not"); any = true)
	{
		negative = !negative;
		if (!ms_expr_next(&p->in))
			return NULL;
	}
	operand = parse_comparison(p);
	if (operand == NULL || !any)
		return operand;
	if (!require_type(p, operand, MS_EXPR_BOOLEAN, "not"))
		return NULL;
	return negated(p, operand, negative, at);
}

/* Operands of "and" or "or"; those of one kind within another are joined. */
static ExprNode *
parse_junction(Parser *p, const char *word, ExprOp op,
			   ExprNode *(*parse_operand) (Parser *p))
{
	ExprNode   *first = parse_operand(p);
	ExprNode   *node = NULL;
	ExprNode   *operand = first;

	if (first == NULL || !at_word(p, word))
		return first;
	node = new_node(p, op, MS_EXPR_BOOLEAN, p->in.token.at);
	for (;;)
	{
		ExprNode   *next;

		if (!require_type(p, operand, MS_EXPR_BOOLEAN, word))
			return NULL;
		if (operand->op != op)
		{
			if (!add_operand(p, node, operand))
				return NULL;
		}
		else
		{
			for (ExprNode *inner = operand->first; inner; inner = next)
			{
				next = inner->next;
				if (!add_operand(p, node, inner))
					return NULL;
			}
		}
		if (node->n > MAX_OPERANDS)
		{
			ms_expr_refuse(p->in.source, operand->at, "at most 255",
						   "too many operands of \"%s\"", word);
			return NULL;
		}
		if (!at_word(p, word))
			return node;
		if (!ms_expr_next(&p->in) || (operand = parse_operand(p)) == NULL)
			return NULL;
	}
}

static ExprNode *
parse_and(Parser *p)
{
	return parse_junction(p, "and", OP_AND, parse_not);
}

static ExprNode *
parse_expression(Parser *p)
{
	ExprNode   *node;

	if (++p->nesting > MS_EXPR_MAX_DEPTH)
	{
		ms_expr_refuse(p->in.source, p->in.token.at, "at most 64 levels",
					   "expression is nested too deeply");
		return NULL;
	}
	node = parse_junction(p, "or", OP_OR, parse_and);
	p->nesting--;
	return node;
}

ExprNode *
ms_expr_parse(const ExprSource *source)
{
	Parser		p;
	ExprNode   *node;

	memset(&p, 0, sizeof(p));
	p.in.source = source;
	if (!ms_expr_next(&p.in) || (node = parse_expression(&p)) == NULL)
		return NULL;
	if (p.in.token.kind != TOKEN_END)
		return unexpected(&p, "an operator, or the end");
	return node;
}
