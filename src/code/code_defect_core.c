/*-------------------------------------------------------------------------
 *
 * code_defect_core.c
 *	  Finds out why a cleaned cell is no code.
 *
 * The search is a list of tests, the more telling one first.  Each looks for
 * one known way in which lists and systems go wrong and names the parts it
 * found.  What no test knows is told by the strict parser: the character, its
 * place, what may stand there.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "code/code_cell_core.h"
#include "code/code_fold_core.h"

static bool
same_word(const char *s, size_t len, const char *word)
{
	if (strlen(word) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((s[i] >= 'A' && s[i] <= 'Z' ? s[i] + ('a' - 'A') : s[i]) != word[i])
			return false;
	return true;
}

static bool
test_empty(const MsCell *c)
{
	return c->len == 0;
}

/* The spellings of nothing are those of the sources, see read_core.h. */
static bool
test_null_word(const MsCell *c)
{
	static const char *const words[] = {"-", "null", "nan", "none", "\\n"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (same_word(c->s, c->len, words[i]))
			return ms_cell_name_part(c->reading, 0, c->s, c->len);
	return false;
}

/* 'E11.900, "E11.900", ="001102000010000": spreadsheets mark text so. */
static bool
test_quoted(const MsCell *c)
{
	size_t		from = 0;
	size_t		to = c->len;

	while (from < to && strchr("=\"'`", c->s[from]) != NULL)
		from++;
	while (to > from && strchr("\"'`", c->s[to - 1]) != NULL)
		to--;
	return (from > 0 || to < c->len) &&
		ms_cell_name_code(c, 0, c->s + from, to - from);
}

/*
 * 8.69E+13, 1.10101E+17.  One digit stands before the dot, and there is a dot
 * or a sign, so that 1E5, E11 and 17.912A0 are never taken for one.
 */
static bool
test_scientific(const MsCell *c)
{
	size_t		i = 1;
	size_t		digits;
	bool		telling = false;

	if (c->len < 4 || !is_digit(c->s[0]))
		return false;
	if (c->s[i] == '.')
	{
		telling = true;
		for (i++, digits = 0; i < c->len && is_digit(c->s[i]); i++)
			digits++;
		if (digits == 0)
			return false;
	}
	if (i >= c->len || (c->s[i] != 'E' && c->s[i] != 'e'))
		return false;
	i++;
	if (i < c->len && (c->s[i] == '+' || c->s[i] == '-'))
	{
		telling = true;
		i++;
	}
	for (digits = 0; i < c->len && is_digit(c->s[i]); i++)
		digits++;
	return telling && i == c->len && digits >= 1 && digits <= 3 &&
		ms_cell_name_part(c->reading, 0, c->s, c->len);
}

/* 331200000000000.0: a code that went through a number. */
static bool
test_decimal(const MsCell *c)
{
	const char *dot = memchr(c->s, '.', c->len);
	size_t		n = dot == NULL ? 0 : (size_t) (dot - c->s);

	if (n < 5 || n + 1 >= c->len)
		return false;
	for (size_t i = 0; i < c->len; i++)
		if (i != n && (i < n ? !is_digit(c->s[i]) : c->s[i] != '0'))
			return false;
	return ms_cell_name_part(c->reading, 0, c->s, c->len);
}

/* E10-E14, E10~E14, E10至E14 */
static bool
test_range(const MsCell *c)
{
	static const char *const signs[] = {"-", "~", "\350\207\263"};

	for (size_t k = 0; k < sizeof(signs) / sizeof(signs[0]); k++)
	{
		size_t		n = strlen(signs[k]);

		for (size_t i = 1; i + n < c->len; i++)
		{
			size_t		left = i;
			size_t		right = i + n;

			if (memcmp(c->s + i, signs[k], n) != 0)
				continue;
			while (left > 0 && is_blank(c->s[left - 1]))
				left--;
			while (right < c->len && is_blank(c->s[right]))
				right++;
			if (ms_cell_name_code(c, 0, c->s, left) &&
				ms_cell_name_code(c, 1, c->s + right, c->len - right))
				return true;
		}
	}
	return false;
}

/* XR05XXX089N0*, E11%: rule authors mark nodes so. */
static bool
test_wildcard(const MsCell *c)
{
	size_t		len = c->len;

	while (len > 0 && (c->s[len - 1] == '*' || c->s[len - 1] == '%'))
		len--;
	return len < c->len && ms_cell_name_code(c, 0, c->s, len);
}

/* Copies the text without its blanks; false if it has none. */
static bool
without_blanks(const MsCell *c, char buf[MS_CODE_BUFSIZE])
{
	size_t		n = 0;

	for (size_t i = 0; i < c->len; i++)
	{
		if (is_blank(c->s[i]))
			continue;
		if (n + 1 >= MS_CODE_BUFSIZE)
			return false;
		buf[n++] = c->s[i];
	}
	buf[n] = '\0';
	return n < c->len;
}

/* A code broken in two may leave two nodes: 0034010002 30600 is one code. */
static bool
test_several(const MsCell *c)
{
	char		buf[MS_CODE_BUFSIZE];

	return ms_cell_several(c) &&
		!(without_blanks(c, buf) && ms_cell_is_whole(c->as, buf, strlen(buf)));
}

/* E11N18, E11.9N18.1: of diagnoses that are not whole the categories tell */
static bool
two_diagnoses(const MsCell *c)
{
	for (size_t i = 3; c->as == MS_READ_AS_ICD10 && i + 3 <= c->len; i++)
		if (ms_cell_matches(c->s + i, 3, "A99") && ms_cell_matches(c->s, 3, "A99") &&
			ms_cell_name_code(c, 0, c->s, i) &&
			ms_cell_name_code(c, 1, c->s + i, c->len - i))
			return true;
	return false;
}

/* E11.900I10.x00: a whole code and another one right behind it */
static bool
test_glued_codes(const MsCell *c)
{
	size_t		longest = c->len < MS_CODE_BUFSIZE ? c->len : MS_CODE_BUFSIZE;

	for (size_t i = longest; i-- > 2;)
	{
		MsSpan		rest = {c->s + i, c->len - i};
		size_t		first;

		if (!ms_cell_is_whole(c->as, c->s, i))
			continue;
		/* what follows begins with a whole code, too */
		for (first = rest.len < MS_CODE_BUFSIZE ? rest.len : MS_CODE_BUFSIZE;
			 first > 2; first--)
			if (ms_cell_is_whole(c->as, rest.s, first) &&
				ms_cell_name_code(c, 0, c->s, i) &&
				ms_cell_name_code(c, 1, rest.s, first))
				return true;
	}
	return two_diagnoses(c);
}

static bool
test_trailing_dot(const MsCell *c)
{
	size_t		len = c->len;

	while (len > 0 && c->s[len - 1] == '.')
		len--;
	return len < c->len && ms_cell_name_code(c, 0, c->s, len);
}

/* Copies the text with a dot put in at a place, and one in the asterisk half */
static bool
dotted(const MsCell *c, size_t place, bool second, char buf[MS_CODE_BUFSIZE])
{
	const char *plus = memchr(c->s, '+', c->len);
	size_t		again = plus != NULL ? (size_t) (plus - c->s) + 4 : c->len;
	size_t		n = 0;

	if (c->len + 3 > MS_CODE_BUFSIZE || c->len <= place || c->s[place] == '.')
		return false;
	for (size_t i = 0; i < c->len; i++)
	{
		if (i == place || (second && i == again && is_digit(c->s[i])))
			buf[n++] = '.';
		buf[n++] = c->s[i];
	}
	buf[n] = '\0';
	return true;
}

/*
 * What a missing dot would make a strange code of ICD-10-CM is something else:
 * E11N18, E1O900.  And I10X00 has the national x.
 */
static bool
test_missing_dot(const MsCell *c)
{
	char		buf[MS_CODE_BUFSIZE];
	char	   *code = c->reading->part[0];
	size_t		place = c->as == MS_READ_AS_ICD10 ? 3 : 2;
	unsigned	notes;

	if (!(dotted(c, place, false, buf) && ms_cell_would_be(c, buf)) &&
		!(dotted(c, place, true, buf) && ms_cell_would_be(c, buf)))
		return false;
	notes = ms_cell_suspect(c->as, code, strlen(code));
	if (notes & MS_NOTE_CAPITAL_X)
		code[4] = 'x';
	return (notes & (MS_NOTE_LETTER_O_I | MS_NOTE_GLUED_SHAPE)) == 0;
}

/* 66.69x001 for 66.6900x001, E11.9x001 for E11.900x001 */
static bool
test_short_extension(const MsCell *c)
{
	char		buf[MS_CODE_BUFSIZE];

	if (!(c->as == MS_READ_AS_ICD10 &&
		  ms_cell_matches(c->s, c->len, "A99.9x999")) &&
		!(c->as == MS_READ_AS_ICD9CM3 && ms_cell_matches(c->s, c->len, "99.99x999")))
		return false;
	snprintf(buf, sizeof(buf), "%.5s00x%.3s", c->s, c->s + 6);
	return ms_cell_would_be(c, buf);
}

static bool
test_blank_inside(const MsCell *c)
{
	char		buf[MS_CODE_BUFSIZE];

	return without_blanks(c, buf) && ms_cell_would_be(c, buf);
}

/*
 * swap_at replaces the character that stopped the parser by its look-alike:
 * a letter where a digit is wanted, or 0 and 1 where a letter is.
 */
static bool
swap_at(char *s, const MsCodeError *err, bool *letter)
{
	char	   *at = s + err->position - 1;
	bool		digit_wanted = strpbrk(err->allowed, "0123456789") != NULL;

	*letter = !is_digit(*at);
	if (digit_wanted && (*at == 'O' || *at == 'o'))
		*at = '0';
	else if (digit_wanted && (*at == 'I' || *at == 'l'))
		*at = '1';
	else if (!digit_wanted && *at == '0')
		*at = 'O';
	else if (!digit_wanted && *at == '1')
		*at = 'I';
	else
		return false;
	return true;
}

/*
 * Where one letter stands for a digit, so do the others: ICD-10-CM would take
 * them, but its codes have neither O nor I behind the first place.
 */
static void
digits_behind_first(const MsCell *c, char *buf)
{
	for (size_t i = 1; i < c->len && buf[i] != '+'; i++)
	{
		if (buf[i] == 'O' || buf[i] == 'o')
			buf[i] = '0';
		else if (buf[i] == 'I' || buf[i] == 'l')
			buf[i] = '1';
	}
}

static bool
swapped(const MsCell *c, bool letter)
{
	char		buf[MS_CODE_BUFSIZE];
	MsCodeError err = c->err;
	int			before = 0;

	if (c->len >= sizeof(buf))
		return false;
	memcpy(buf, c->s, c->len);
	buf[c->len] = '\0';
	while (err.reason == MS_CODE_BAD_CHAR && err.position > before)
	{
		bool		was_letter;
		MsReading	r;

		if (!swap_at(buf, &err, &was_letter) ||
			(before == 0 && was_letter != letter))
			return false;
		before = err.position;
		if (letter && c->as == MS_READ_AS_ICD10)
			digits_behind_first(c, buf);
		if (ms_cell_parse(c->as, buf, c->len, &r, &err))
			return ms_cell_would_be(c, buf);
	}
	return false;
}

static bool
test_letter_for_digit(const MsCell *c)
{
	return swapped(c, true);
}

static bool
test_digit_for_letter(const MsCell *c)
{
	return swapped(c, false);
}

/* Codes of price lists as they stand there: 110200002a, HC12345, f310903001 */
static bool
test_unmarked_local(const MsCell *c)
{
	MsFeeItem	item;
	char		buf[MS_CODE_BUFSIZE];

	if (!(ms_cell_matches(c->s, c->len, "999999999A") ||
		  ms_cell_matches(c->s, c->len, "999999999AA") ||
		  (c->len >= 5 && c->len <= 9 && memcmp(c->s, "HC", 2) == 0 &&
		   ms_cell_matches(c->s + 2, c->len - 2, &"9999999"[9 - c->len])) ||
		  (c->len >= 7 && c->len <= 10 && c->s[0] == 'f' &&
		   ms_cell_matches(c->s + 1, c->len - 1, &"999999999"[10 - c->len]))) ||
		!ms_code_local_parse(c->s, c->len, &item, NULL))
		return false;
	ms_code_fee_item_format(&item, buf);
	return ms_cell_name_part(c->reading, 0, buf, strlen(buf));
}

/* A character of East Asian writing; U+3200 to U+33FF are circled and units. */
static bool
is_text_char(uint32_t c)
{
	return (c >= 0x3040 && c < 0x3200 && c != 0x30FB) ||
		(c >= 0x3400 && c < 0xD7FC) || (c >= 0x20000 && c < 0x32000);
}

static bool
is_code_char(char c)
{
	return is_digit(c) || is_letter(c) || c == '.' || c == '+' || c == '*' ||
		c == '~';
}

/* Whether a text has a word: one East Asian character, or three letters. */
static bool
has_word(const char *s, size_t len)
{
	int			letters = 0;

	for (size_t at = 0; at < len;)
	{
		uint32_t	ch = ms_next_char(s, len, &at);

		letters = ch < 0x80 && is_letter((char) ch) ? letters + 1 : 0;
		if (letters == 3 || is_text_char(ch))
			return true;
	}
	return false;
}

/* E11.900 2型糖尿病, I10(hypertension) */
static bool
name_behind(const MsCell *c)
{
	size_t		end = 0;

	while (end < c->len && is_code_char(c->s[end]))
		end++;
	if (!has_word(c->s + end, c->len - end) ||
		!ms_cell_name_code(c, 0, c->s, end))
		return false;
	while (is_blank(c->s[end]))
		end++;
	return ms_cell_name_part(c->reading, 1, c->s + end, c->len - end);
}

/* 高血压(I10.x00); the B12 of a vitamin is no code */
static bool
name_before(const MsCell *c)
{
	size_t		end = c->len;
	size_t		from;

	if (end > 0 && (c->s[end - 1] == ')' || c->s[end - 1] == ']'))
		end--;
	from = end;
	while (from > 0 && is_code_char(c->s[from - 1]))
		from--;
	if (!has_word(c->s, from) ||
		!ms_cell_name_code(c, 0, c->s + from, end - from) ||
		!(ms_cell_is_whole(c->as, c->s + from, end - from) ||
		  memchr(c->s + from, '.', end - from) != NULL))
		return false;
	while (from > 0 && (is_blank(c->s[from - 1]) || c->s[from - 1] == '(' ||
						c->s[from - 1] == '['))
		from--;
	return ms_cell_name_part(c->reading, 1, c->s, from);
}

static bool
test_name_attached(const MsCell *c)
{
	return name_behind(c) || name_before(c);
}

/* Words without a digit, such as the name in the column of the code */
static bool
test_name_only(const MsCell *c)
{
	bool		words = false;

	for (size_t at = 0; at < c->len;)
	{
		uint32_t	ch = ms_next_char(c->s, c->len, &at);

		if (ch < 0x80 && is_digit((char) ch))
			return false;
		words |= is_text_char(ch);
	}
	return words && ms_cell_name_part(c->reading, 0, c->s, c->len);
}

/* A whole code of another type; nodes prove nothing. */
static bool
test_other_type(const MsCell *c)
{
	static const MsReadAs order[] = {MS_READ_AS_ICD10, MS_READ_AS_ICD9CM3,
	MS_READ_AS_DRUG_CODE, MS_READ_AS_FEE_ITEM};

	if (c->err.reason == MS_CODE_NOT_A_DRUG)
	{
		ms_cell_name_part(c->reading, 0, "fee_item", 8);
		return true;
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
	{
		const char *name = ms_read_as_name(order[i]);
		char		buf[MS_CODE_BUFSIZE];

		/* diagnoses cannot be mistaken once they have three characters */
		if (order[i] != c->as &&
			(ms_cell_is_whole(order[i], c->s, c->len) ||
			 (order[i] == MS_READ_AS_ICD10 &&
			  ms_cell_is_code(order[i], c->s, c->len, buf))))
			return ms_cell_name_part(c->reading, 0, name, strlen(name));
	}
	return false;
}

/* ---- the strict parser's own reasons ---- */

/* The first character outside printable ASCII, with its place. */
static bool
first_foreign(const MsCell *c)
{
	size_t		at = 0;
	int			position = 0;

	while (at < c->len)
	{
		uint32_t	ch = ms_next_char(c->s, c->len, &at);

		position++;
		if (ch < 0x20 || ch > 0x7E)
		{
			c->reading->found = ch;
			c->reading->position = position;
			return true;
		}
	}
	return false;
}

static MsDefect
defect_of_foreign(uint32_t c)
{
	if ((c >= 0xE000 && c < 0xF900) || c >= 0xF0000)
		return MS_DEFECT_PRIVATE_USE;
	if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x061C ||
		c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x3164 ||
		c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
		(c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
		c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
		(c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0000 && c < 0xE1000))
		return MS_DEFECT_INVISIBLE;
	return MS_DEFECT_NOT_ASCII;
}

static MsDefect
defect_of_parser(const MsCell *c)
{
	MsReading  *r = c->reading;

	if (first_foreign(c))
		return defect_of_foreign(r->found);
	r->position = c->err.position;
	r->found = (unsigned char) c->err.found;
	memcpy(r->allowed, c->err.allowed, sizeof(r->allowed));
	switch (c->err.reason)
	{
		case MS_CODE_TOO_LONG:
			return MS_DEFECT_TOO_LONG;
		case MS_CODE_INCOMPLETE:
			return MS_DEFECT_INCOMPLETE;
		case MS_CODE_AMBIGUOUS_X:
			return MS_DEFECT_MIXED_X;
		default:
			return MS_DEFECT_BAD_CHARACTER;
	}
}

/* ---- the search ---- */

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

#define ICD10 (1 << MS_READ_AS_ICD10)
#define ICD9 (1 << MS_READ_AS_ICD9CM3)
#define FEE (1 << MS_READ_AS_FEE_ITEM | 1 << MS_READ_AS_DRUG_CODE)
#define ANY (ICD10 | ICD9 | FEE)

/* In the order of the search; those of diagnoses come between the two. */
static const MsDefectTest first_tests[] = {
	{test_empty, MS_DEFECT_EMPTY, ANY},
	{test_null_word, MS_DEFECT_NULL_WORD, ANY},
	{test_quoted, MS_DEFECT_QUOTED, ANY},
	{test_scientific, MS_DEFECT_SCIENTIFIC, ANY},
	{test_decimal, MS_DEFECT_DECIMAL, FEE},
};

static const MsDefectTest tests[] = {
	{test_range, MS_DEFECT_RANGE, ANY},
	{test_wildcard, MS_DEFECT_WILDCARD, ANY},
	{test_several, MS_DEFECT_SEVERAL, ANY},
	{test_trailing_dot, MS_DEFECT_TRAILING_DOT, ANY},
	{test_missing_dot, MS_DEFECT_MISSING_DOT, ICD10 | ICD9},
	{test_short_extension, MS_DEFECT_SHORT_EXTENSION, ICD10 | ICD9},
	{test_blank_inside, MS_DEFECT_BLANK_INSIDE, ANY},
	{test_glued_codes, MS_DEFECT_GLUED_CODES, ANY},
	{test_letter_for_digit, MS_DEFECT_LETTER_FOR_DIGIT, ANY},
	{test_digit_for_letter, MS_DEFECT_DIGIT_FOR_LETTER, ANY},
	{test_unmarked_local, MS_DEFECT_UNMARKED_LOCAL, FEE},
	{test_name_attached, MS_DEFECT_NAME_ATTACHED, ANY},
	{test_name_only, MS_DEFECT_NAME_ONLY, ANY},
	{test_other_type, MS_DEFECT_OTHER_TYPE, ANY},
};

bool
ms_cell_search(const MsCell *c, const MsDefectTest *list, size_t n)
{
	MsReading  *r = c->reading;

	for (size_t i = 0; i < n; i++)
	{
		r->part[0][0] = r->part[1][0] = '\0';
		if (!(list[i].types >> c->as & 1) || !list[i].holds(c))
			continue;
		r->defect = list[i].defect;
		if (r->defect == MS_DEFECT_LETTER_FOR_DIGIT ||
			r->defect == MS_DEFECT_DIGIT_FOR_LETTER)
		{
			r->position = c->err.position;
			r->found = (unsigned char) c->err.found;
		}
		return true;
	}
	r->part[0][0] = r->part[1][0] = '\0';
	return false;
}

void
ms_cell_find_defect(MsCell *c)
{
	MsReading  *r = c->reading;

	if (c->len > MS_CELL_MAX)
	{
		r->defect = MS_DEFECT_TOO_LONG;
		r->position = MS_CODE_BUFSIZE;
		return;
	}
	if (!ms_cell_search(c, first_tests, LENGTH(first_tests)) &&
		!ms_cell_search_diagnosis(c) &&
		!ms_cell_search(c, tests, LENGTH(tests)))
		r->defect = defect_of_parser(c);
}
