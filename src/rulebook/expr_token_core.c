/*-------------------------------------------------------------------------
 *
 * expr_token_core.c
 *	  Takes the text of an expression apart into tokens.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "rulebook/expr_token_core.h"

#define MAX_INTEGER_DIGITS	12

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A number: at most 12 digits, then at most 6 behind a dot. */
static bool
read_number(ExprReader *r)
{
	const ExprSource *src = r->source;
	size_t		at = r->at;
	int			digits = 0;
	int			decimals = -1;
	int64_t		v = 0;

	for (; at < src->len; at++)
	{
		char		c = src->text[at];

		if (c == '.' && decimals < 0)
		{
			decimals = 0;
			continue;
		}
		if (!is_digit(c))
			break;
		if (decimals >= 0)
			decimals++;
		else if (digits > 0 || c != '0')
			digits++;
		if (digits > MAX_INTEGER_DIGITS || decimals > MS_EXPR_SCALE)
		{
			ms_expr_refuse(src, r->at, "at most 12 digits, and 6 behind the dot",
						   "number is too long");
			return false;
		}
		v = v * 10 + (c - '0');
	}
	if (decimals == 0 || (at < src->len && (is_letter(src->text[at]) ||
											src->text[at] == '.')))
	{
		ms_expr_refuse(src, at, "a number such as 12 or 0.5",
					   "number is not complete");
		return false;
	}
	for (int i = decimals < 0 ? 0 : decimals; i < MS_EXPR_SCALE; i++)
		v *= 10;
	r->token.kind = TOKEN_NUMBER;
	r->token.v = v;
	r->at = at;
	return true;
}

/* A text in quotes; two quotes stand for one. */
static bool
read_text(ExprReader *r)
{
	const ExprSource *src = r->source;
	size_t		at = r->at + 1;
	size_t		n = 0;
	char	   *s;

	for (;; at++)
	{
		if (at >= src->len)
		{
			ms_expr_refuse(src, r->at, "a quote at its end",
						   "text is not ended");
			return false;
		}
		if (src->text[at] != '\'')
			continue;
		if (at + 1 >= src->len || src->text[at + 1] != '\'')
			break;
		at++;
	}
	s = ms_arena_copy(src->arena, src->text +r->at + 1, at - r->at - 1);
	for (size_t i = 0; i < at - r->at - 1; i++)
	{
		s[n++] = s[i];
		i += s[i] == '\'';
	}
	r->token.kind = TOKEN_TEXT;
	r->token.text.s = s;
	r->token.text.len = (uint32_t) n;
	r->at = at + 1;
	return true;
}

static void
read_word(ExprReader *r)
{
	const ExprSource *src = r->source;
	size_t		at = r->at;
	char	   *s;

	while (at < src->len && (is_letter(src->text[at]) ||
							 is_digit(src->text[at]) || src->text[at] == '.'))
		at++;
	s = ms_arena_copy(src->arena, src->text +r->at, at - r->at);
	for (size_t i = 0; i < at - r->at; i++)
		if (s[i] >= 'A' && s[i] <= 'Z')
			s[i] = (char) (s[i] + ('a' - 'A'));
	r->token.kind = TOKEN_WORD;
	r->token.text.s = s;
	r->token.text.len = (uint32_t) (at - r->at);
	r->at = at;
}

static bool
read_sign(ExprReader *r)
{
	static const char *const signs[] = {
		"<>", "<=", ">=", "!=", "<", ">", "=", "+", "-", "*", "/", "(", ")", ","
	};
	const ExprSource *src = r->source;

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
	{
		size_t		n = strlen(signs[i]);

		if (src->len - r->at >= n &&
			memcmp(src->text +r->at, signs[i], n) == 0)
		{
			r->token.kind = TOKEN_SIGN;
			r->token.text = ms_str(signs[i]);
			r->at += n;
			return true;
		}
	}
	if ((unsigned char) src->text[r->at] >= 0x80)
		ms_expr_refuse(src, r->at, "ASCII characters; others, and full-width "
					   "signs, only inside of quotes",
					   "character cannot stand here");
	else
		ms_expr_refuse(src, r->at, "a field, function, number, text in single "
					   "quotes or operator", "character cannot stand here");
	return false;
}

bool
ms_expr_next(ExprReader *r)
{
	const ExprSource *src = r->source;
	bool		ok = true;
	char		c;

	while (r->at < src->len && is_blank(src->text[r->at]))
		r->at++;
	memset(&r->token, 0, sizeof(r->token));
	r->token.at = r->at;
	if (r->at >= src->len)
		return true;			/* TOKEN_END */
	c = src->text[r->at];
	if (is_digit(c))
		ok = read_number(r);
	else if (c == '\'')
		ok = read_text(r);
	else if (is_letter(c))
		read_word(r);
	else
		ok = read_sign(r);
	r->token.raw.s = src->text +r->token.at;
	r->token.raw.len = (uint32_t) (r->at - r->token.at);
	return ok;
}
