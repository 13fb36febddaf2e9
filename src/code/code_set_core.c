/*-------------------------------------------------------------------------
 *
 * code_set_core.c
 *	  Sets of codes: read, unite, subtract, print.
 *
 * Everything here is written once for the three types, over values of 128
 * bits; a code of 8 bytes stands in the high half.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "code/code_set_core.h"

/* The functions of a type of 8 bytes. */
typedef struct Code8
{
	bool		(*parse) (const char *s, size_t len, uint64_t *out,
						  MsCodeError *err);
	int			(*format) (uint64_t code, char buf[MS_CODE_BUFSIZE]);
	bool		(*subtree_end) (uint64_t node, uint64_t *end);
	bool		(*next) (uint64_t code, uint64_t *next);
	bool		(*prev) (uint64_t code, uint64_t *prev);
} Code8;

#define MAX_BEGINNING 2

struct MsCodeSetType
{
	const Code8 *code8;			/* NULL for fee_item */

	/*
	 * What makes a beginning of 0, 1, 2 characters its first and last node;
	 * last[0] is the last value of all.
	 */
	const char *first[MAX_BEGINNING + 1];
	const char *last[MAX_BEGINNING + 1];

	/* hints; static texts */
	const char *empty;
	const char *beginning;		/* a beginning without its * */
	const char *range_end;		/* a right end that is no code */
	const char *reversed;
};

static const Code8 icd10_code8 = {
	ms_code_icd10_parse, ms_code_icd10_format, ms_code_icd10_subtree_end,
	ms_code_icd10_next, ms_code_icd10_prev
};

static const Code8 icd9cm3_code8 = {
	ms_code_icd9cm3_parse, ms_code_icd9cm3_format,
	ms_code_icd9cm3_subtree_end, ms_code_icd9cm3_next, ms_code_icd9cm3_prev
};

#define HINT_EMPTY \
	"Use NULL where no set is meant; \"!*\" is the set without any code."
#define HINT_BRACES \
	"Items are written without braces; what PostgreSQL prints for a set is " \
	"cast, as in '{[E10,E15)}'::icd10multirange."
#define HINT_REVERSED "Write the end that sorts first on the left"

const MsCodeSetType ms_code_set_icd10 = {
	&icd10_code8,
	{"A00", "00", "0"}, {"Z9Z.ZZZZ", "9Z", "Z"},
	HINT_EMPTY,
	"What is shorter than a category takes a *, as in E* for all codes that "
	"begin with E.",
	"Both ends of a range are written in full, as in E10-E14.",
	HINT_REVERSED ", as in E10-E14."
};

const MsCodeSetType ms_code_set_icd9cm3 = {
	&icd9cm3_code8,
	{"00", "0", NULL}, {"99.9x99x999", "9", NULL},
	HINT_EMPTY,
	"What is shorter than a category takes a *, as in 3* for all codes that "
	"begin with 3.",
	"Both ends of a range are written in full, as in 36.0-36.3; a shorter "
	"right end takes a *, as in 36.31-37*.",
	HINT_REVERSED ", as in 35-37."
};

const MsCodeSetType ms_code_set_fee_item = {
	NULL,
	{"0", "-", NULL}, {"~zzzzzzzzzzzzzzzz", "z", NULL},
	HINT_EMPTY,
	"The mark alone takes a *, as in ~* for all local codes.",
	"Both ends of a range are written in full, as in 0031-0034 or "
	"~1101 - ~1105; a shorter right end takes a *, as in 003101-0034*.",
	HINT_REVERSED ", as in 0031-0034 or ~1101 - ~1105."
};

static const MsFeeItem infinite = {UINT64_MAX, UINT64_MAX};

/* The functions of a type, over 128 bits. */

static bool
parse_code(const MsCodeSetType *type, const char *s, size_t len,
		   MsFeeItem *out, MsCodeError *err)
{
	out->lo = 0;
	return type->code8 ? type->code8->parse(s, len, &out->hi, err) :
		ms_code_fee_item_parse(s, len, out, err);
}

static int
format_code(const MsCodeSetType *type, const MsFeeItem *code,
			char buf[MS_CODE_BUFSIZE])
{
	return type->code8 ? type->code8->format(code->hi, buf) :
		ms_code_fee_item_format(code, buf);
}

static MsFeeItem
end_of_node(const MsCodeSetType *type, const MsFeeItem *node)
{
	MsFeeItem	end = {0, 0};
	bool		ok = type->code8 ?
	type->code8->subtree_end(node->hi, &end.hi) :
	ms_code_fee_item_subtree_end(node, &end);

	return ok ? end : infinite;
}

MsCodeSpan
ms_code_set_node(const MsCodeSetType *type, MsFeeItem node)
{
	MsCodeSpan	span = {node, end_of_node(type, &node)};

	return span;
}

MsFeeItem
ms_code_set_behind(const MsCodeSetType *type, MsFeeItem code)
{
	MsFeeItem	next = {0, 0};
	bool		ok = type->code8 ? type->code8->next(code.hi, &next.hi) :
	ms_code_fee_item_next(&code, &next);

	return ok ? next : infinite;
}

MsFeeItem
ms_code_set_least(const MsCodeSetType *type)
{
	MsFeeItem	least = {0, 0};

	(void) parse_code(type, type->first[0], strlen(type->first[0]), &least,
					  NULL);
	return least;
}

static bool
last_before(const MsCodeSetType *type, const MsFeeItem *code, MsFeeItem *out)
{
	if (ms_code_set_infinite(code))
		return parse_code(type, type->last[0], strlen(type->last[0]), out,
						  NULL);
	out->lo = 0;
	return type->code8 ? type->code8->prev(code->hi, &out->hi) :
		ms_code_fee_item_prev(code, out);
}

/* The span of a beginning: from its first node to behind its last one. */
static bool
span_beginning(const MsCodeSetType *type, const char *s, size_t len,
			   MsCodeSpan *span)
{
	char		buf[MS_CODE_BUFSIZE];
	MsFeeItem	last;
	int			n;

	if (len > MAX_BEGINNING || type->first[len] == NULL)
		return false;
	n = snprintf(buf, sizeof(buf), "%.*s%s", (int) len, s, type->first[len]);
	if (!parse_code(type, buf, (size_t) n, &span->first, NULL))
		return false;
	n = snprintf(buf, sizeof(buf), "%.*s%s", (int) len, s, type->last[len]);
	if (!parse_code(type, buf, (size_t) n, &last, NULL))
		return false;
	span->end = end_of_node(type, &last);
	return true;
}

/* Signs outside of codes. */
typedef enum Sign
{
	SIGN_END,
	SIGN_BLANK,
	SIGN_SEPARATOR,
	SIGN_OPEN,
	SIGN_CLOSE,
	SIGN_NOT,
	SIGN_EXACT,
	SIGN_ANY,
	SIGN_HYPHEN,
	SIGN_TILDE,
	SIGN_CODE					/* anything else: the code's parser judges */
} Sign;

static const struct
{
	const char *bytes;
	Sign		sign;
}			wide_signs[] = {
	{"\u3000", SIGN_BLANK},		/* ideographic space */
	{"\u00a0", SIGN_BLANK},		/* no-break space */
	{"\uff0c", SIGN_SEPARATOR}, /* full-width comma */
	{"\u3001", SIGN_SEPARATOR}, /* ideographic comma */
	{"\uff1b", SIGN_SEPARATOR}, /* full-width semicolon */
	{"\uff5c", SIGN_SEPARATOR}, /* full-width vertical line */
	{"\u30fb", SIGN_SEPARATOR}, /* katakana middle dot */
	{"\uff08", SIGN_OPEN},
	{"\uff09", SIGN_CLOSE},
	{"\uff01", SIGN_NOT},
	{"\uff1d", SIGN_EXACT},
	{"\uff0a", SIGN_ANY},
	{"\u2010", SIGN_HYPHEN},	/* hyphens and dashes */
	{"\u2011", SIGN_HYPHEN},
	{"\u2012", SIGN_HYPHEN},
	{"\u2013", SIGN_HYPHEN},
	{"\u2014\u2014", SIGN_HYPHEN},	/* a Chinese dash takes two */
	{"\u2014", SIGN_HYPHEN},
	{"\u2015\u2015", SIGN_HYPHEN},	/* the same where it came by GBK */
	{"\u2015", SIGN_HYPHEN},
	{"\u2212", SIGN_HYPHEN},	/* minus sign */
	{"\uff0d", SIGN_HYPHEN},	/* full-width hyphen */
	{"\uff5e", SIGN_HYPHEN},	/* full-width tilde */
	{"\u301c", SIGN_HYPHEN},	/* wave dash */
	{"\u81f3", SIGN_HYPHEN},	/* "to" */
	{"\u5230", SIGN_HYPHEN}		/* the same in speech */
};

/* The sign at an offset, and its bytes. */
static Sign
sign_at(const MsCodeSetReader *r, size_t at, size_t *nbytes)
{
	const char *s = r->text +at;

	*nbytes = at < r->len ? 1 : 0;
	if (at >= r->len)
		return SIGN_END;
	switch (*s)
	{
		case ' ':
		case '\t':
		case '\r':
		case '\n':
			return SIGN_BLANK;
		case ',':
		case ';':
		case '|':
			return SIGN_SEPARATOR;
		case '(':
			return SIGN_OPEN;
		case ')':
			return SIGN_CLOSE;
		case '!':
			return SIGN_NOT;
		case '=':
			return SIGN_EXACT;
		case '*':
			return SIGN_ANY;
		case '-':
			return SIGN_HYPHEN;
		case '~':
			return SIGN_TILDE;
		default:
			break;
	}
	if ((unsigned char) *s >= 0x80)
		for (size_t i = 0; i < sizeof(wide_signs) / sizeof(wide_signs[0]); i++)
		{
			size_t		n = strlen(wide_signs[i].bytes);

			if (n <= r->len - at && memcmp(s, wide_signs[i].bytes, n) == 0)
			{
				*nbytes = n;
				return wide_signs[i].sign;
			}
		}
	return SIGN_CODE;
}

/* Local codes begin with a tilde; elsewhere it is a way to write a hyphen. */
static inline bool
is_hyphen(const MsCodeSetType *type, Sign sign)
{
	return sign == SIGN_HYPHEN || (sign == SIGN_TILDE && type->code8 != NULL);
}

static inline bool
begins_code(const MsCodeSetType *type, Sign sign)
{
	return sign == SIGN_CODE || (sign == SIGN_TILDE && type->code8 == NULL);
}

static size_t
skip_blanks(const MsCodeSetReader *r, size_t at)
{
	size_t		nbytes;

	while (sign_at(r, at, &nbytes) == SIGN_BLANK)
		at += nbytes;
	return at;
}

/* Fills position and character of an error at an offset. */
static void
locate(const MsCodeSetReader *r, size_t at, MsCodeSetError *err)
{
	int			position = 1;
	size_t		n = 0;

	/* a character is a byte that does not continue one */
	for (size_t i = 0; i < at; i++)
		position += ((unsigned char) r->text[i] & 0xC0) !=0x80;
	err->code.position = position;
	err->offset = at;
	while (at + n < r->len && n < sizeof(err->found) - 1 &&
		   (n == 0 || ((unsigned char) r->text[at + n] & 0xC0) == 0x80))
	{
		err->found[n] = r->text[at + n];
		n++;
	}
	err->found[n] = '\0';
}

/* What stands at the offset cannot stand there. */
static MsCodeSetStep
refuse(const MsCodeSetReader *r, size_t at, const char *allowed,
	   const char *hint, MsCodeSetError *err)
{
	memset(err, 0, sizeof(*err));
	locate(r, at, err);
	err->code.reason = at < r->len ? MS_CODE_BAD_CHAR : MS_CODE_INCOMPLETE;
	err->code.hint = hint;
	snprintf(err->code.allowed, sizeof(err->code.allowed), "%s", allowed);
	return MS_SET_ERROR;
}

/* The parser of the code refused; at is where the code begins. */
static bool
refuse_code(const MsCodeSetReader *r, size_t at, const char *hint,
			MsCodeSetError *err)
{
	/* all before the refused character is ASCII */
	locate(r, at + (size_t) err->code.position - 1, err);
	if (err->code.reason == MS_CODE_INCOMPLETE && err->found[0] != '\0')
		err->code.reason = MS_CODE_BAD_CHAR;
	if (hint != NULL)
		err->code.hint = hint;
	return false;
}

/*
 * scan_code gives the offset behind a code or beginning, without its *.  In a
 * local code a hyphen is part of it unless a ~ follows.
 */
static size_t
scan_code(const MsCodeSetReader *r, size_t at)
{
	bool		local = r->type->code8 == NULL && at < r->len &&
	r->text[at] == '~';
	size_t		nbytes;
	size_t		start = at;

	for (;; at += nbytes)
	{
		Sign		sign = sign_at(r, at, &nbytes);

		if (sign == SIGN_CODE || (at == start && sign == SIGN_TILDE))
			continue;
		if (local && sign == SIGN_HYPHEN && r->text[at] == '-' &&
			!(at + 1 < r->len && r->text[at + 1] == '~'))
			continue;
		return at;
	}
}

/* The WHO writes E11.- for E11. and all below. */
static size_t
skip_who_dash(const MsCodeSetReader *r, size_t end)
{
	size_t		nbytes;
	size_t		after;

	if (r->type->code8 == NULL || r->text[end - 1] != '.' ||
		sign_at(r, end, &nbytes) != SIGN_HYPHEN)
		return end;
	after = end + nbytes;
	return sign_at(r, after, &nbytes) == SIGN_CODE ? end : after;
}

/*
 * A hyphen that ends a term and parts it by a blank from another code could be
 * meant for a range: the last one of a local code, or the WHO's, which stands
 * from end to behind, unless the other code has one as well: "M50.- M54" is
 * doubtful, "M50.- M54.-" a list.
 */
static bool
is_doubtful(const MsCodeSetReader *r, size_t end, size_t behind)
{
	size_t		nbytes;
	size_t		next;
	size_t		next_end;

	if (behind == end && (r->type->code8 != NULL || r->text[end - 1] != '-'))
		return false;
	next = skip_blanks(r, behind);
	if (next == behind || memchr(r->text +behind, '\n', next - behind) ||
		!begins_code(r->type, sign_at(r, next, &nbytes)))
		return false;
	next_end = scan_code(r, next);
	return skip_who_dash(r, next_end) == next_end;
}

typedef struct Term
{
	MsCodeSpan	span;
	size_t		len;			/* characters without the * */
	bool		any;			/* it has a * */
} Term;

/*
 * read_term reads a code with or without *, or a beginning with one, from
 * r->at on, where a code begins.
 */
static bool
read_term(MsCodeSetReader *r, bool exact, bool right_end, Term *term,
		  MsCodeSetError *err)
{
	const MsCodeSetType *type = r->type;
	size_t		start = r->at;
	size_t		end = scan_code(r, start);
	const char *s = &r->text[start];
	size_t		nbytes;
	bool		any = sign_at(r, end, &nbytes) == SIGN_ANY;
	MsCodeSpan	ignored;

	memset(err, 0, sizeof(*err));
	term->len = end - start;
	term->any = any && !exact;
	/* the * that ends a pair belongs to the code */
	if (any && r->text[end] == '*' &&
		parse_code(type, s, term->len + 1, &term->span.first, NULL))
	{
		r->at = end + 1;
		if (!exact && sign_at(r, r->at, &nbytes) == SIGN_ANY)
			r->at += nbytes;
	}
	else if (parse_code(type, s, term->len, &term->span.first, &err->code))
	{
		size_t		behind = exact ? end : skip_who_dash(r, end);

		if (is_doubtful(r, end, right_end ? end : behind))
		{
			refuse(r, behind,
				   "a comma, or a blank on both sides of the hyphen",
				   "With a blank on both sides a hyphen makes a range; behind "
				   "a code that ends with one write a comma.", err);
			return false;
		}
		r->at = term->any ? end + nbytes : behind;
	}
	else if (term->any && span_beginning(type, s, term->len, &term->span))
	{
		r->at = end + nbytes;
		return true;
	}
	else
	{
		const char *hint = NULL;

		if (!any && span_beginning(type, s, term->len, &ignored))
			hint = type->beginning;
		else if (right_end && err->code.position == 1 &&
				 err->code.reason != MS_CODE_NOT_ASCII)
			hint = type->range_end;
		else if (s[0] == '{' || s[0] == '[')
			hint = HINT_BRACES;
		return refuse_code(r, start, hint, err);
	}
	term->span.end = exact ? ms_code_set_behind(type, term->span.first) :
		end_of_node(type, &term->span.first);
	return true;
}

/*
 * read_range reads the rest of a range.  A right end that begins with a digit
 * and is shorter than the left one looks like the tail of a code (0031-34),
 * unless it has a *.
 */
static bool
read_range(MsCodeSetReader *r, Term *left, MsCodeSetError *err)
{
	Term		right;
	size_t		nbytes;
	size_t		start;

	r->at = skip_blanks(r, r->at);
	start = r->at;
	if (!begins_code(r->type, sign_at(r, start, &nbytes)))
	{
		refuse(r, start, "a code", r->type->range_end, err);
		return false;
	}
	if (!read_term(r, false, true, &right, err))
		return false;
	if (right.len < left->len && !right.any &&
		r->text[start] >= '0' && r->text[start] <= '9')
	{
		refuse(r, start, "a right end as long as the left one",
			   r->type->range_end, err);
		return false;
	}
	if (ms_code_fee_item_cmp(&right.span.first, &left->span.first) < 0)
	{
		refuse(r, start, "", r->type->reversed, err);
		err->reversed = true;
		return false;
	}
	left->span.end = right.span.end;
	return true;
}

void
ms_code_set_start(MsCodeSetReader *reader, const MsCodeSetType *type,
				  const char *text, size_t len)
{
	memset(reader, 0, sizeof(*reader));
	reader->type = type;
	reader->text = text;

	reader->len = len;
	reader->bare = true;
}

/* The text is read; what is to be said about it as a whole. */
static MsCodeSetStep
finish(MsCodeSetReader *r, MsCodeSpan *span, MsCodeSetError *err)
{
	if (r->depth > 0)
		return refuse(r, r->at, "a separator or \")\"",
					  "A parenthesis is not closed.", err);
	if (r->any_included)
		return MS_SET_END;
	if (!r->any_excluded)
	{
		memset(err, 0, sizeof(*err));
		locate(r, r->at, err);
		err->code.reason = MS_CODE_EMPTY;
		err->code.hint = r->type->empty;
		return MS_SET_ERROR;
	}
	/* exclusions alone are taken out of all codes */
	(void) span_beginning(r->type, "", 0, span);
	r->any_included = true;
	return MS_SET_INCLUDE;
}

MsCodeSetStep
ms_code_set_read(MsCodeSetReader *r, MsCodeSpan *span, MsCodeSetError *err)
{
	bool		excluded = false;
	bool		exact = false;
	size_t		nbytes;

	for (;;)
	{
		Sign		sign = sign_at(r, r->at, &nbytes);

		if (sign == SIGN_END)
			return finish(r, span, err);
		if (sign == SIGN_BLANK || sign == SIGN_SEPARATOR)
		{
			r->need_separator = false;
			r->at += nbytes;
			continue;
		}
		if (sign == SIGN_CLOSE && r->depth > 0 && !r->bare)
		{
			r->depth--;
			r->need_separator = true;
			r->at += nbytes;
			continue;
		}
		if (r->need_separator && sign != SIGN_NOT)
			return refuse(r, r->at, r->depth > 0 ?
						  "a separator or \")\"" : "a separator or \"!\"",
						  sign == SIGN_CLOSE ? "No parenthesis is open." :
						  "Items are parted by a blank, comma, semicolon or "
						  "vertical line.", err);
		if (sign == SIGN_NOT && r->depth > 0)
			return refuse(r, r->at, "a code, \"*\", \"=\" or \"(\"",
						  "Write the ! before the outermost parenthesis or "
						  "before an item outside of parentheses.", err);
		if (sign == SIGN_NOT)
		{
			excluded = true;
			r->at = skip_blanks(r, r->at + nbytes);
			sign = sign_at(r, r->at, &nbytes);
		}
		if (sign == SIGN_OPEN)
		{
			if (r->depth == 0)
				r->group_excluded = excluded;
			r->depth++;
			r->bare = true;
			r->need_separator = false;
			r->at += nbytes;
			excluded = false;
			continue;
		}
		if (sign == SIGN_EXACT)
		{
			exact = true;
			r->at = skip_blanks(r, r->at + nbytes);
			sign = sign_at(r, r->at, &nbytes);
		}
		if (r->depth > 0)
			excluded = r->group_excluded;

		if (sign == SIGN_ANY && !exact)
		{
			(void) span_beginning(r->type, "", 0, span);
			r->at += nbytes;
		}
		else if (!begins_code(r->type, sign))
			return refuse(r, r->at, exact ? "a code" : excluded ?
						  "a code, \"*\", \"=\" or \"(\"" :
						  "a code, \"*\", \"=\", \"!\" or \"(\"", NULL, err);
		else
		{
			Term		term;
			size_t		next;

			if (!read_term(r, exact, false, &term, err))
				return MS_SET_ERROR;
			next = skip_blanks(r, r->at);
			if (!exact && is_hyphen(r->type, sign_at(r, next, &nbytes)))
			{
				r->at = next + nbytes;
				if (!read_range(r, &term, err))
					return MS_SET_ERROR;
			}
			*span = term.span;
		}
		r->bare = false;
		r->need_separator = true;
		if (excluded)
			r->any_excluded = true;
		else
			r->any_included = true;
		return excluded ? MS_SET_EXCLUDE : MS_SET_INCLUDE;
	}
}

bool
ms_code_set_readable(const MsCodeSetType *type, const char *text, size_t len)
{
	MsCodeSetReader reader;
	MsCodeSetStep step;
	MsCodeSpan	span;
	MsCodeSetError err;

	ms_code_set_start(&reader, type, text, len);
	do
		step = ms_code_set_read(&reader, &span, &err);
	while (step == MS_SET_INCLUDE || step == MS_SET_EXCLUDE);
	return step == MS_SET_END;
}

int
ms_code_set_error_detail(const MsCodeSetError *err, char *buf, size_t size)
{
	if (err->reversed)
		return snprintf(buf, size, "The range whose right end stands at "
						"position %d ends before it begins.",
						err->code.position);
	switch (err->code.reason)
	{
		case MS_CODE_NOT_ASCII:
		case MS_CODE_BAD_CHAR:
		case MS_CODE_TOO_LONG:
			return snprintf(buf, size, "Found \"%s\" at position %d; "
							"allowed is %s.", err->found,
							err->code.position, err->code.allowed);
		default:
			return ms_code_error_detail(&err->code, buf, size);
	}
}

static int
cmp_spans(const void *a, const void *b)
{
	const MsCodeSpan *x = a;
	const MsCodeSpan *y = b;
	int			cmp = ms_code_fee_item_cmp(&x->first, &y->first);

	return cmp != 0 ? cmp : ms_code_fee_item_cmp(&x->end, &y->end);
}

size_t
ms_code_set_unite(MsCodeSpan *spans, size_t n)
{
	size_t		kept = 0;

	if (n > 1)
		qsort(spans, n, sizeof(MsCodeSpan), cmp_spans);
	for (size_t i = 0; i < n; i++)
	{
		if (kept == 0 ||
			ms_code_fee_item_cmp(&spans[i].first, &spans[kept - 1].end) > 0)
			spans[kept++] = spans[i];
		else if (ms_code_fee_item_cmp(&spans[i].end, &spans[kept - 1].end) > 0)
			spans[kept - 1].end = spans[i].end;
	}
	return kept;
}

size_t
ms_code_set_subtract(const MsCodeSpan *a, size_t na, const MsCodeSpan *b,
					 size_t nb, MsCodeSpan *out)
{
	size_t		n = 0;
	size_t		j = 0;

	for (size_t i = 0; i < na; i++)
	{
		MsFeeItem	first = a[i].first;

		/* b[j] may reach into the next span too */
		while (j < nb && ms_code_fee_item_cmp(&b[j].end, &first) <= 0)
			j++;
		for (; j < nb && ms_code_fee_item_cmp(&b[j].first, &a[i].end) < 0; j++)
		{
			if (ms_code_fee_item_cmp(&b[j].first, &first) > 0)
			{
				out[n].first = first;
				out[n++].end = b[j].first;
			}
			first = b[j].end;
			if (ms_code_fee_item_cmp(&first, &a[i].end) >= 0)
				break;
		}
		if (ms_code_fee_item_cmp(&first, &a[i].end) < 0)
		{
			out[n].first = first;
			out[n++].end = a[i].end;
		}
	}
	return n;
}

/*
 * The part of a text that, as a term, spans what is wanted: exactly from the
 * first code, or from there or later up to the same end.  Returns its length
 * and whether it is a beginning, or -1.
 */
static int
find_term(const MsCodeSetType *type, const char *s, int len,
		  const MsCodeSpan *wanted, bool exact, bool *beginning)
{
	for (int n = exact ? 0 : 1; n <= len; n++)
	{
		MsCodeSpan	span;
		int			cmp;

		*beginning = !parse_code(type, s, (size_t) n, &span.first, NULL);
		if (!*beginning)
			span.end = end_of_node(type, &span.first);
		else if (!span_beginning(type, s, (size_t) n, &span))
			continue;
		cmp = ms_code_fee_item_cmp(&span.first, &wanted->first);
		if ((exact ? cmp == 0 : cmp >= 0) &&
			ms_code_fee_item_eq(&span.end, &wanted->end))
			return n;
	}
	return -1;
}

/*
 * A span is one term, or a range of its first code and a term.  Where neither
 * ends it, the last code is a node of which only the node itself is in; that
 * one is cut off and printed alone.
 */
int
ms_code_set_print(const MsCodeSetType *type, const MsCodeSpan *span,
				  char buf[MS_CODE_SET_BUFSIZE])
{
	MsCodeSpan	rest = *span;
	MsFeeItem	alone[MS_CODE_BUFSIZE];
	int			nalone = 0;
	char		first[MS_CODE_BUFSIZE];
	int			first_len = format_code(type, &span->first, first);
	int			used = 0;

	buf[0] = '\0';
	while (nalone < MS_CODE_BUFSIZE &&
		   ms_code_fee_item_cmp(&rest.first, &rest.end) < 0)
	{
		MsFeeItem	last;
		char text[	MS_CODE_BUFSIZE];
		bool		beginning;
		int			n = find_term(type, first, first_len, &rest, true,
								  &beginning);

		if (n >= 0)
		{
			used = snprintf(buf, MS_CODE_SET_BUFSIZE, "%.*s%s", n, first,
							beginning ? "*" : "");
			break;
		}
		if (!last_before(type, &rest.end, &last))
			break;
		n = find_term(type, text, format_code(type, &last, text), &rest,
					  false, &beginning);
		if (n >= 0)
		{
			bool		local = first[0] == '~' || text[0] == '~';
			bool		tail = n < first_len &&
			text[0] >= '0' && text[0] <= '9';

			used = snprintf(buf, MS_CODE_SET_BUFSIZE, "%s%s%.*s%s", first,
							local ? " - " : "-", n, text,
							beginning || tail ? "*" : "");
			break;
		}
		alone[nalone++] = last;
		rest.end = last;
	}
	while (nalone > 0)
	{
		char text[	MS_CODE_BUFSIZE];

		format_code(type, &alone[--nalone], text);
		used += snprintf(buf + used, MS_CODE_SET_BUFSIZE - (size_t) used,
						 "%s=%s", used > 0 ? ", " : "", text);
	}
	return used;
}
