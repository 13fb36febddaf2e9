/*-------------------------------------------------------------------------
 *
 * expr_core.c
 *	  Checks and evaluates the code of expressions.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "common/read_core.h"
#include "rulebook/expr_code_core.h"

/* ---- texts ---- */

/* A byte that begins a character, or stands for nothing. */
static inline bool
starts_character(char c)
{
	return ((unsigned char) c & 0xC0) != 0x80;
}

static const char *
next_character(const char *s, const char *end)
{
	s++;
	while (s < end && !starts_character(*s))
		s++;
	return s;
}

/* One character of a text against one place of a pattern. */
static bool
matches_one(const char *p, const char *p_end, const char *s, const char *s_end,
			const char **p_next, const char **s_next)
{
	*s_next = next_character(s, s_end);
	*p_next = p + 1;
	if (*p == '?')
		return true;
	if (*p == '#')
		return *s >= '0' && *s <= '9';
	if (*p == '\\' && p + 1 < p_end)
		p++;
	*p_next = next_character(p, p_end);
	return *p_next - p == *s_next - s &&
		memcmp(p, s, (size_t) (*s_next - s)) == 0;
}

/*
 * text_like matches * any characters, ? one, # a digit, \ the next one as it
 * stands.  On a mismatch only the last * takes one more: at worst the product
 * of both lengths.
 */
static bool
text_like(MsStr text, MsStr pattern)
{
	const char *s = text.s;
	const char *s_end = s + text.len;
	const char *p = pattern.s;
	const char *p_end = p + pattern.len;
	const char *star = NULL;
	const char *star_s = NULL;
	const char *p_next;
	const char *s_next;

	while (s < s_end)
	{
		if (p < p_end && *p == '*')
		{
			star = ++p;
			star_s = s;
		}
		else if (p < p_end && matches_one(p, p_end, s, s_end, &p_next, &s_next))
		{
			p = p_next;
			s = s_next;
		}
		else if (star != NULL)
		{
			star_s = next_character(star_s, s_end);
			p = star;
			s = star_s;
		}
		else
			return false;
	}
	while (p < p_end && *p == '*')
		p++;
	return p == p_end;
}

static int64_t
count_characters(MsStr text)
{
	int64_t		n = 0;

	for (uint32_t i = 0; i < text.len; i++)
		n += starts_character(text.s[i]);
	return n;
}

/* ---- values ---- */

MsExprValue
ms_expr_text(MsStr text)
{
	MsExprValue value = ms_expr_unknown(MS_EXPR_TEXT, MS_MISSING);
	size_t		first;
	size_t		count;

	if (text.s == NULL ||
		!ms_read_span(text.s, text.len, true, &first, &count))
		return value;
	value.state = MS_READABLE;
	value.text.s = text.s + first;

	value.text.len = (uint32_t) count;
	return value;
}

MsExprValue
ms_expr_read_number(MsStr text)
{
	MsExprValue value = ms_expr_unknown(MS_EXPR_NUMBER, MS_MISSING);
	MsDecimal	d;
	MsReadResult result;
	MsWide		v;

	if (text.s == NULL)
		return value;
	result = ms_read_decimal(text.s, text.len, true, &d);
	if (result == MS_READ_MISSING)
		return value;
	value.state = MS_UNREADABLE;
	if (result != MS_READ_OK || !d.fits || d.scale > MS_EXPR_SCALE)
		return value;
	v = d.value;
	for (int i = d.scale; i < MS_EXPR_SCALE; i++)
		v *= 10;
	if (v > INT64_MAX)
		return value;
	return ms_expr_number(d.negative ? -(int64_t) v : (int64_t) v);
}

MsExprValue
ms_expr_read_time(MsStr text)
{
	MsExprValue value = ms_expr_unknown(MS_EXPR_TIME, MS_MISSING);

	if (text.s == NULL)
		return value;
	switch (ms_read_timestamp(text.s, text.len, true, &value.v))
	{
		case MS_READ_OK:
			value.state = MS_READABLE;
			break;
		case MS_READ_MISSING:
			break;
		case MS_READ_UNREADABLE:
			value.state = MS_UNREADABLE;
			break;
	}
	return value;
}

/* The number or time of a result, unreadable where it does not fit. */
static MsExprValue
fitting(MsExprType type, MsWide v)
{
	MsExprValue value = ms_expr_unknown(type, MS_UNREADABLE);

	if (v < -INT64_MAX || v > INT64_MAX)
		return value;
	value.v = (int64_t) v;
	value.state = MS_READABLE;
	return value;
}

/* num / den, rounded half away from zero; the caller sees to den > 0 */
static MsWide
divided(MsWide num, MsWide den)
{
	MsWide		half = den / 2;

	return num < 0 ? -((-num + half) / den) : (num + half) / den;
}

/* What becomes of values of which some are not known. */
static MsState
worse(MsState a, MsState b)
{
	if (a == MS_UNREADABLE || b == MS_UNREADABLE)
		return MS_UNREADABLE;
	return a == MS_MISSING || b == MS_MISSING ? MS_MISSING : MS_READABLE;
}

static int
compare(const MsExprValue *a, const MsExprValue *b)
{
	if (a->type == MS_EXPR_TEXT)
		return ms_str_cmp(a->text, b->text);
	return (a->v > b->v) - (a->v < b->v);
}

/* ---- sets ---- */

static MsFeeItem
bound_at(const MsExprSet *set, uint32_t i)
{
	MsFeeItem	item = {0, 0};

	if (set->codes == MS_CODES_FEE_ITEM)
	{
		item.hi = ms_expr_u64(set->bounds + 16 * (size_t) i);
		item.lo = ms_expr_u64(set->bounds + 16 * (size_t) i + 8);
	}
	else
		item.hi = ms_expr_u64(set->bounds + 8 * (size_t) i);
	return item;
}

bool
ms_expr_set_has(const MsExprSet *set, MsFeeItem item)
{
	uint32_t	lo = 0;
	uint32_t	hi = set->n;

	if (set->codes != MS_CODES_FEE_ITEM)
		item.lo = 0;
	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		MsFeeItem	bound = bound_at(set, mid);

		if (ms_code_fee_item_cmp(&bound, &item) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo & 1;
}

/* ---- checking ---- */

typedef struct Checker
{
	const uint8_t *at;
	const uint8_t *end;
	unsigned	needs;
	uint32_t	wanted_parameter;
	uint32_t	n_parameters;
	MsStr		parameter;
} Checker;

/* Whether n bytes follow. */
static bool
has(const Checker *c, size_t n)
{
	return (size_t) (c->end - c->at) >= n;
}

/* A text of the code: its length in so many bytes, then itself. */
static bool
check_text(Checker *c, size_t width, MsStr *text)
{
	uint32_t	len;

	if (!has(c, width))
		return false;
	len = width == 1 ? c->at[0] : ms_expr_u16(c->at);
	c->at += width;
	if (len == 0 || !has(c, len))
		return false;
	text	  ->s = (const char *) c->at;
	text	  ->len = len;

	c->at += len;
	return true;
}

static bool check_tree(Checker *c, int depth, MsExprType *type);

static bool
check_typed(Checker *c, int depth, MsExprType wanted)
{
	MsExprType	type;

	return check_tree(c, depth, &type) && type == wanted;
}

static bool
check_same(Checker *c, int depth, int n, MsExprType *type)
{
	if (!check_tree(c, depth, type))
		return false;
	while (--n > 0)
		if (!check_typed(c, depth, *type))
			return false;
	return true;
}

static bool
check_junction(Checker *c, int depth)
{
	uint32_t	n;

	if (!has(c, 1) || (n = *c->at++) < 2)
		return false;
	for (uint32_t i = 0; i < n; i++)
	{
		const uint8_t *start;
		uint32_t	len;

		if (!has(c, 2))
			return false;
		len = ms_expr_u16(c->at);
		c->at += 2;
		start = c->at;
		if (!check_typed(c, depth, MS_EXPR_BOOLEAN) ||
			(size_t) (c->at - start) != len)
			return false;
	}
	return true;
}

static bool
check_in(Checker *c, int depth)
{
	uint32_t	n;
	MsExprType	type;
	MsStr text;

	if (!has(c, 2) || (n = ms_expr_u16(c->at)) == 0)
		return false;
	c->at += 2;
	if (!check_tree(c, depth, &type) || type == MS_EXPR_BOOLEAN)
		return false;
	for (uint32_t i = 0; i < n; i++)
	{
		if (type == MS_EXPR_TEXT)
		{
			if (!check_text(c, 2, &text))
				return false;
		}
		else
		{
			if (!has(c, 8))
				return false;
			c->at += 8;
		}
	}
	return true;
}

static bool
check_call(Checker *c, int depth, MsExprType *type)
{
	const ExprFunctionRow *row;

	if (!has(c, 1) || (row = ms_expr_function_row(*c->at++)) == NULL)
		return false;
	for (int i = 0; i < row->n_args; i++)
		if (!check_typed(c, depth, (MsExprType) row->args[i]))
			return false;
	*type = (MsExprType) row->type;
	return true;
}

static bool
check_lookup(Checker *c, MsExprType *type)
{
	const ExprLookupRow *row;
	MsExprSet	set;
	size_t		width;

	if (!has(c, 4) || (row = ms_expr_lookup_row(c->at[0])) == NULL ||
		!ms_expr_where_fits(row, c->at[1]))
		return false;
	c->needs |= row->needs | ms_expr_where_needs(c->at[1]);
	set.codes = (MsExprCodes) row->codes;
	set.n = ms_expr_u16(c->at + 2);
	c->at += 4;
	set.bounds = c->at;
	width = ms_expr_bound_size(row->codes);
	if (set.n % 2 != 0 || !has(c, set.n * width))
		return false;
	for (uint32_t i = 1; i < set.n; i++)
	{
		MsFeeItem	before = bound_at(&set, i - 1);
		MsFeeItem	bound = bound_at(&set, i);

		if (ms_code_fee_item_cmp(&before, &bound) >= 0)
			return false;
	}
	c->at += set.n * width;
	*type = (MsExprType) row->type;
	return true;
}

static bool
check_field(Checker *c, MsExprType *type)
{
	const ExprFieldRow *row;

	if (!has(c, 2) || (row = ms_expr_field_row(ms_expr_u16(c->at))) == NULL)
		return false;
	c->at += 2;
	c->needs |= row->needs;
	*type = (MsExprType) row->type;
	return true;
}

/* Checks one tree, gives its type and steps behind it. */
static bool
check_tree(Checker *c, int depth, MsExprType *type)
{
	MsStr text;
	MsExprType	operands;
	uint8_t		op;

	if (++depth > MS_EXPR_MAX_DEPTH || !has(c, 1))
		return false;
	op = *c->at++;
	*type = MS_EXPR_BOOLEAN;
	switch (op)
	{
		case OP_BOOLEAN:
			return has(c, 1) && *c->at++ <= 1;
		case OP_NUMBER:
		case OP_TIME:
			*type = op == OP_NUMBER ? MS_EXPR_NUMBER : MS_EXPR_TIME;
			if (!has(c, 8))
				return false;
			c->at += 8;
			return true;
		case OP_TEXT:
			*type = MS_EXPR_TEXT;
			return check_text(c, 2, &text);
		case OP_FIELD:
			return check_field(c, type);
		case OP_ATTRIBUTE:
			c->needs |= MS_EXPR_NEEDS_LIST;
			*type = MS_EXPR_TEXT;
			return check_text(c, 1, &text);
		case OP_PARAMETER:
			*type = MS_EXPR_TEXT;
			if (!check_text(c, 1, &text))
				return false;
			if (c->n_parameters++ == c->wanted_parameter)
				c->parameter = text;

			return true;
		case OP_AND:
		case OP_OR:
			return check_junction(c, depth);
		case OP_NOT:
			return check_typed(c, depth, MS_EXPR_BOOLEAN);
		case OP_EQ:
		case OP_NE:
		case OP_LT:
		case OP_LE:
		case OP_GT:
		case OP_GE:
			return check_same(c, depth, 2, &operands) &&
				operands != MS_EXPR_BOOLEAN;
		case OP_BETWEEN:
			return check_same(c, depth, 3, &operands) &&
				operands != MS_EXPR_BOOLEAN;
		case OP_ADD:
		case OP_SUB:
		case OP_MUL:
		case OP_DIV:
			*type = MS_EXPR_NUMBER;
			return check_typed(c, depth, MS_EXPR_NUMBER) &&
				check_typed(c, depth, MS_EXPR_NUMBER);
		case OP_NEG:
			*type = MS_EXPR_NUMBER;
			return check_typed(c, depth, MS_EXPR_NUMBER);
		case OP_IN:
			return check_in(c, depth);
		case OP_LIKE:
			return check_text(c, 2, &text) &&
				check_typed(c, depth, MS_EXPR_TEXT);
		case OP_MISSING:
		case OP_UNREADABLE:
			return check_tree(c, depth, &operands);
		case OP_COALESCE:
			return check_same(c, depth, 2, type);
		case OP_CALL:
			return check_call(c, depth, type);
		case OP_LOOKUP:
			return check_lookup(c, type);
		case OP_AMOUNT_CLASS:
			*type = MS_EXPR_NUMBER;
			return check_text(c, 1, &text);
		case OP_KNOWN:
			return has(c, 1) && *c->at >= MS_DICTIONARY_LEVEL &&
				*c->at++ <= MS_DICTIONARY_FEE_ITEM &&
				check_typed(c, depth, MS_EXPR_TEXT);
		default:
			return false;
	}
}

static bool
check_code(Checker *c, const uint8_t *code, size_t size, MsExprType *type)
{
	if (size < EXPR_HEADER || size > MS_EXPR_MAX_CODE ||
		code[0] != EXPR_VERSION)
		return false;
	c->at = code + EXPR_HEADER;
	c->end = code + size;
	return check_tree(c, 0, type) && c->at == c->end && code[1] == *type;
}

bool
ms_expr_check(const uint8_t *code, size_t size, MsExprType wanted,
			  unsigned *needs)
{
	Checker		c;
	MsExprType	type;

	memset(&c, 0, sizeof(c));
	if (!check_code(&c, code, size, &type) || type != wanted)
		return false;
	if (needs != NULL)
		*needs = c.needs;
	return true;
}

bool
ms_expr_parameter(const uint8_t *code, size_t size, uint32_t i, MsStr *name)
{
	Checker		c;
	MsExprType	type;

	memset(&c, 0, sizeof(c));
	c.wanted_parameter = i;
	if (!check_code(&c, code, size, &type) || c.parameter.s == NULL)
		return false;
	*name = c.parameter;
	return true;
}

/* ---- evaluating ---- */

typedef struct Evaluation
{
	const uint8_t *at;
	MsExprGet	get;
	void	   *ctx;
} Evaluation;

static MsExprValue eval_tree(Evaluation *e);

static MsStr
take_text(Evaluation *e, size_t width)
{
	MsStr text;

	text.		len = width == 1 ? e->at[0] : ms_expr_u16(e->at);
	text.		s = (const char *) e->at + width;
	e->at += width + text.len;
	return text;
}

static MsExprValue
ask(Evaluation *e, MsExprAsk *what, MsExprType type)
{
	MsExprValue value;

	what->type = type;
	value = e->get(e->ctx, what);
	if (value.type != type ||
		(type == MS_EXPR_TEXT && value.state == MS_READABLE &&
		 value.text.s == NULL))
		return ms_expr_unknown(type, MS_MISSING);
	return value;
}

static MsExprValue
eval_field(Evaluation *e)
{
	const ExprFieldRow *row = ms_expr_field_row(ms_expr_u16(e->at));
	MsExprAsk	what = {.what = MS_ASK_FIELD};

	e->at += 2;
	what.field = (MsExprField) row->field;
	return ask(e, &what, (MsExprType) row->type);
}

static MsExprValue
eval_named(Evaluation *e, MsExprWhat kind, MsExprType type)
{
	MsExprAsk	what = {.what = kind};

	what.name = take_text(e, 1);
	return ask(e, &what, type);
}

static MsExprValue
eval_lookup(Evaluation *e)
{
	const ExprLookupRow *row = ms_expr_lookup_row(e->at[0]);
	MsExprAsk	what = {.what = MS_ASK_LOOKUP};

	what.lookup = (MsExprLookup) row->lookup;
	what.where = (MsExprWhere) e->at[1];
	what.set.codes = (MsExprCodes) row->codes;
	what.set.n = ms_expr_u16(e->at + 2);
	what.set.bounds = e->at + 4;
	e->at += 4 + what.set.n * ms_expr_bound_size(row->codes);
	return ask(e, &what, (MsExprType) row->type);
}

/* Whether a text is a code of a book's kind needs no caller. */
static MsExprValue
eval_known(Evaluation *e)
{
	MsExprDictionary dictionary = (MsExprDictionary) *e->at++;
	MsExprValue value = eval_tree(e);
	MsExprAsk	what = {.what = MS_ASK_KNOWN};
	MsIcd10		icd;
	MsFeeItem	item;

	if (value.state != MS_READABLE)
		return ms_expr_unknown(MS_EXPR_BOOLEAN, value.state);
	switch (dictionary)
	{
		case MS_DICTIONARY_ICD10:
			return ms_expr_boolean(ms_code_icd10_parse(value.text.s,
													   value.text.len, &icd,
													   NULL));
		case MS_DICTIONARY_ICD9CM3:
			return ms_expr_boolean(ms_code_icd9cm3_parse(value.text.s,
														 value.text.len, &icd,
														 NULL));
		case MS_DICTIONARY_FEE_ITEM:
			return ms_expr_boolean(ms_code_fee_item_parse(value.text.s,
														  value.text.len,
														  &item, NULL));
		default:
			what.dictionary = dictionary;
			what.value = value.text;
			return ask(e, &what, MS_EXPR_BOOLEAN);
	}
}

/* "and" and "or": the operand that decides, else unknown, else the other. */
static MsExprValue
eval_junction(Evaluation *e, bool decides)
{
	uint32_t	n = *e->at++;
	MsExprValue result = ms_expr_boolean(!decides);

	while (n-- > 0)
	{
		uint32_t	len = ms_expr_u16(e->at);
		MsExprValue operand;

		e->at += 2;
		if (result.state == MS_READABLE && (result.v != 0) == decides)
		{
			e->at += len;
			continue;
		}
		operand = eval_tree(e);
		if (operand.state == MS_READABLE && (operand.v != 0) == decides)
			result = operand;
		else
			result.state = worse(result.state, operand.state);
	}
	return result;
}

static MsExprValue
eval_comparison(Evaluation *e, uint8_t op)
{
	MsExprValue a = eval_tree(e);
	MsExprValue b = eval_tree(e);
	MsState		state = worse(a.state, b.state);
	int			cmp;

	if (state != MS_READABLE)
		return ms_expr_unknown(MS_EXPR_BOOLEAN, state);
	cmp = compare(&a, &b);
	return ms_expr_boolean(op == OP_EQ ? cmp == 0 : op == OP_NE ? cmp != 0 :
						   op == OP_LT ? cmp < 0 : op == OP_LE ? cmp <= 0 :
						   op == OP_GT ? cmp > 0 : cmp >= 0);
}

/* As SQL's: outside one end is enough where the other is not known. */
static MsExprValue
eval_between(Evaluation *e)
{
	MsExprValue x = eval_tree(e);
	MsExprValue lo = eval_tree(e);
	MsExprValue hi = eval_tree(e);
	MsState		state = worse(x.state, worse(lo.state, hi.state));

	if (x.state == MS_READABLE &&
		((lo.state == MS_READABLE && compare(&x, &lo) < 0) ||
		 (hi.state == MS_READABLE && compare(&x, &hi) > 0)))
		return ms_expr_boolean(false);
	if (state != MS_READABLE)
		return ms_expr_unknown(MS_EXPR_BOOLEAN, state);
	return ms_expr_boolean(true);
}

static MsExprValue
eval_in(Evaluation *e)
{
	uint32_t	n = ms_expr_u16(e->at);
	MsExprValue x;
	MsExprValue literal;
	bool		found = false;

	e->at += 2;
	x = eval_tree(e);
	literal = ms_expr_unknown(x.type, MS_READABLE);
	while (n-- > 0)
	{
		if (x.type == MS_EXPR_TEXT)
			literal.text = take_text(e, 2);
		else
		{
			literal.v = (int64_t) ms_expr_u64(e->at);
			e->at += 8;
		}
		if (x.state == MS_READABLE && !found)
			found = compare(&x, &literal) == 0;
	}
	if (x.state != MS_READABLE)
		return ms_expr_unknown(MS_EXPR_BOOLEAN, x.state);
	return ms_expr_boolean(found);
}

static MsExprValue
eval_like(Evaluation *e)
{
	MsStr		pattern = take_text(e, 2);
	MsExprValue x = eval_tree(e);

	if (x.state != MS_READABLE)
		return ms_expr_unknown(MS_EXPR_BOOLEAN, x.state);
	return ms_expr_boolean(text_like(x.text, pattern));
}

static MsExprValue
eval_arithmetic(Evaluation *e, uint8_t op)
{
	MsExprValue a = eval_tree(e);
	MsExprValue b = eval_tree(e);
	MsState		state = worse(a.state, b.state);
	MsWide		x = a.v;
	MsWide		y = b.v;

	if (state != MS_READABLE)
		return ms_expr_unknown(MS_EXPR_NUMBER, state);
	switch (op)
	{
		case OP_ADD:
			return fitting(MS_EXPR_NUMBER, x + y);
		case OP_SUB:
			return fitting(MS_EXPR_NUMBER, x - y);
		case OP_MUL:
			return fitting(MS_EXPR_NUMBER, divided(x * y, MS_EXPR_ONE));
		default:
			if (y == 0)
				return ms_expr_unknown(MS_EXPR_NUMBER, MS_UNREADABLE);
			if (y < 0)
			{
				x = -x;
				y = -y;
			}
			return fitting(MS_EXPR_NUMBER, divided(x * MS_EXPR_ONE, y));
	}
}

/* Whole months from one time to another, negative when it is earlier. */
static int64_t
months_between(int64_t a, int64_t b)
{
	return a <= b ? ms_whole_months(ms_day_of(a), ms_day_of(b)) :
		-ms_whole_months(ms_day_of(b), ms_day_of(a));
}

/* A number rounded to so many decimals. */
static MsExprValue
rounded(int64_t v, int64_t digits)
{
	MsWide		unit = MS_EXPR_ONE;

	if (digits < 0 || digits > MS_EXPR_SCALE * MS_EXPR_ONE ||
		digits % MS_EXPR_ONE != 0)
		return ms_expr_unknown(MS_EXPR_NUMBER, MS_UNREADABLE);
	for (; digits > 0; digits -= MS_EXPR_ONE)
		unit /= 10;
	return fitting(MS_EXPR_NUMBER, divided(v, unit) * unit);
}

static MsExprValue
eval_call(Evaluation *e)
{
	const ExprFunctionRow *row = ms_expr_function_row(*e->at++);
	MsExprType	type = (MsExprType) row->type;
	MsExprValue args[EXPR_MAX_ARGS];
	MsState		state = MS_READABLE;
	MsWide		a;
	MsWide		b;

	memset(args, 0, sizeof(args));
	for (int i = 0; i < row->n_args; i++)
	{
		args[i] = eval_tree(e);
		state = worse(state, args[i].state);
	}
	if (state != MS_READABLE)
		return ms_expr_unknown(type, state);
	a = args[0].v;
	b = args[1].v;
	switch ((ExprFunction) row->fn)
	{
		case FN_NUMBER:
			return ms_expr_read_number(args[0].text);
		case FN_TIME:
			return ms_expr_read_time(args[0].text);
		case FN_LENGTH:
			return fitting(type, (MsWide) count_characters(args[0].text) *
						   MS_EXPR_ONE);
		case FN_DAY:
			return fitting(type, (MsWide) ms_day_of(args[0].v) *
						   MS_USECS_PER_DAY);
		case FN_YEAR:
			return fitting(type, (MsWide) ms_civil_from_days(ms_day_of(args[0].v)).year *
						   MS_EXPR_ONE);
		case FN_MONTH:
			return fitting(type, (MsWide) ms_civil_from_days(ms_day_of(args[0].v)).month *
						   MS_EXPR_ONE);
		case FN_WEEKDAY:
			{
				/* 2000-01-01 was a Saturday, 6 */
				int64_t		since = ms_day_of(args[0].v) + 5;

				return ms_expr_number((since - 7 * ms_floor_div(since, 7) + 1) *
									  MS_EXPR_ONE);
			}
		case FN_HOUR:
			return fitting(type, (a - (MsWide) ms_day_of(args[0].v) *
								  MS_USECS_PER_DAY) / MS_USECS_PER_HOUR *
						   MS_EXPR_ONE);
		case FN_DAYS_BETWEEN:
			return fitting(type, ((MsWide) ms_day_of(args[1].v) -
								  ms_day_of(args[0].v)) * MS_EXPR_ONE);
		case FN_HOURS_BETWEEN:
			return fitting(type, divided(b - a, 3600));
		case FN_MINUTES_BETWEEN:
			return fitting(type, divided(b - a, 60));
		case FN_MONTHS_BETWEEN:
			return fitting(type, (MsWide) months_between(args[0].v, args[1].v) *
						   MS_EXPR_ONE);
		case FN_YEARS_BETWEEN:
			return fitting(type, (MsWide) (months_between(args[0].v, args[1].v) / 12) *
						   MS_EXPR_ONE);
		case FN_ADD_DAYS:
			return fitting(type, a + b * 86400);
		case FN_ADD_HOURS:
			return fitting(type, a + b * 3600);
		case FN_ABS:
			return fitting(type, a < 0 ? -a : a);
		case FN_ROUND:
			return rounded(args[0].v, args[1].v);
		case FN_LEAST:
			return fitting(type, a < b ? a : b);
		case FN_GREATEST:
			return fitting(type, a > b ? a : b);
	}
	return ms_expr_unknown(type, MS_UNREADABLE);
}

static MsExprValue
eval_literal(Evaluation *e, MsExprType type)
{
	MsExprValue value = ms_expr_unknown(type, MS_READABLE);

	if (type == MS_EXPR_TEXT)
		value.text = take_text(e, 2);
	else if (type == MS_EXPR_BOOLEAN)
		value.v = *e->at++;
	else
	{
		value.v = (int64_t) ms_expr_u64(e->at);
		e->at += 8;
	}
	return value;
}

/* Evaluates the tree at hand and steps behind it. */
static MsExprValue
eval_tree(Evaluation *e)
{
	uint8_t		op = *e->at++;
	MsExprValue x;
	MsExprValue y;

	switch (op)
	{
		case OP_BOOLEAN:
			return eval_literal(e, MS_EXPR_BOOLEAN);
		case OP_NUMBER:
			return eval_literal(e, MS_EXPR_NUMBER);
		case OP_TEXT:
			return eval_literal(e, MS_EXPR_TEXT);
		case OP_TIME:
			return eval_literal(e, MS_EXPR_TIME);
		case OP_FIELD:
			return eval_field(e);
		case OP_ATTRIBUTE:
			return eval_named(e, MS_ASK_ATTRIBUTE, MS_EXPR_TEXT);
		case OP_PARAMETER:
			return eval_named(e, MS_ASK_PARAMETER, MS_EXPR_TEXT);
		case OP_AMOUNT_CLASS:
			return eval_named(e, MS_ASK_AMOUNT_CLASS, MS_EXPR_NUMBER);
		case OP_AND:
			return eval_junction(e, false);
		case OP_OR:
			return eval_junction(e, true);
		case OP_NOT:
			x = eval_tree(e);
			x.v = !x.v;
			return x;
		case OP_ADD:
		case OP_SUB:
		case OP_MUL:
		case OP_DIV:
			return eval_arithmetic(e, op);
		case OP_NEG:
			x = eval_tree(e);
			return x.state == MS_READABLE ?
				fitting(MS_EXPR_NUMBER, -(MsWide) x.v) : x;
		case OP_BETWEEN:
			return eval_between(e);
		case OP_IN:
			return eval_in(e);
		case OP_LIKE:
			return eval_like(e);
		case OP_MISSING:
			return ms_expr_boolean(eval_tree(e).state == MS_MISSING);
		case OP_UNREADABLE:
			return ms_expr_boolean(eval_tree(e).state == MS_UNREADABLE);
		case OP_COALESCE:
			x = eval_tree(e);
			y = eval_tree(e);
			return x.state == MS_MISSING ? y : x;
		case OP_CALL:
			return eval_call(e);
		case OP_LOOKUP:
			return eval_lookup(e);
		case OP_KNOWN:
			return eval_known(e);
		default:
			return eval_comparison(e, op);
	}
}

MsExprValue
ms_expr_eval(const uint8_t *code, size_t size, MsExprGet get, void *ctx)
{
	Evaluation	e;

	(void) size;
	e.at = code + EXPR_HEADER;
	e.get = get;
	e.ctx = ctx;
	return eval_tree(&e);
}
