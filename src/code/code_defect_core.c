/*-------------------------------------------------------------------------
 *
 * code_defect_core.c
 *	  Reads a cleaned cell as a code; finds out why it is none.
 *
 * The search is a list of tests, the more telling one first.  Each looks for
 * one known way in which lists and systems go wrong and names the parts it
 * found; a part that is named as a code has been parsed.  What no test knows
 * is told by the strict parser: the character, its place, what may stand
 * there.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "code/code_defect_core.h"
#include "code/code_fold_core.h"
#include "code/code_tree_core.h"

/* A cell under examination. */
typedef struct Cell
{
	MsReadAs	as;
	const char *s;
	size_t		len;
	MsCodeError err;			/* what the strict parser said of it */
	MsReading  *reading;
} Cell;

typedef struct Span
{
	const char *s;
	size_t		len;
} Span;

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static inline bool
is_blank(char c)
{
	return c == ' ' || (c >= 0x09 && c <= 0x0D);
}

/*
 * matches tells whether a text has a shape: 9 a digit, A a letter, x an x of
 * either case, any other character itself.
 */
static bool
matches(const char *s, size_t len, const char *shape)
{
	if (strlen(shape) != len)
		return false;
	for (size_t i = 0; i < len; i++)
	{
		char		c = s[i];

		switch (shape[i])
		{
			case '9':
				if (!is_digit(c))
					return false;
				break;
			case 'A':
				if (!is_letter(c))
					return false;
				break;
			case 'x':
				if (c != 'x' && c != 'X')
					return false;
				break;
			default:
				if (c != shape[i])
					return false;
		}
	}
	return true;
}

static bool
parse(MsReadAs as, const char *s, size_t len, MsReading *r, MsCodeError *err)
{
	switch (as)
	{
		case MS_READ_AS_ICD10:
			return ms_code_icd10_parse(s, len, &r->icd, err);
		case MS_READ_AS_ICD9CM3:
			return ms_code_icd9cm3_parse(s, len, &r->icd, err);
		case MS_READ_AS_FEE_ITEM:
			return ms_code_fee_item_parse(s, len, &r->item, err);
		case MS_READ_AS_DRUG_CODE:
			return ms_code_drug_parse(s, len, &r->item, err);
	}
	return false;
}

int
ms_reading_text(MsReadAs as, const MsReading *r, char buf[MS_CODE_BUFSIZE])
{
	switch (as)
	{
		case MS_READ_AS_ICD10:
			return ms_code_icd10_format(r->icd, buf);
		case MS_READ_AS_ICD9CM3:
			return ms_code_icd9cm3_format(r->icd, buf);
		case MS_READ_AS_FEE_ITEM:
		case MS_READ_AS_DRUG_CODE:
			return ms_code_fee_item_format(&r->item, buf);
	}
	buf[0] = '\0';
	return 0;
}

/* The canonical text of a part, if it is a code without outer blanks. */
static bool
is_code(MsReadAs as, const char *s, size_t len, char buf[MS_CODE_BUFSIZE])
{
	MsReading	r;

	if (len == 0 || len >= MS_CODE_BUFSIZE || is_blank(s[0]) ||
		is_blank(s[len - 1]) || !parse(as, s, len, &r, NULL))
		return false;
	return ms_reading_text(as, &r, buf) > 0;
}

/* ---- forms ---- */

/* Whole codes by their length, nodes beside them; indexed by kind. */
static const struct
{
	const char *whole;
	const char *node;
	unsigned char length[2];
}			fee_forms[] = {
	{"", "", {0, 0}},
	{"service", "service_node", {15, 15}},
	{"consumable", "consumable_node", {20, 27}},
	{"drug_j", "drug_j_node", {16, 16}},
	{"drug_t", "drug_t_node", {10, 20}},
	{"drug_x", "drug_x_node", {23, 23}},
	{"drug_z", "drug_z_node", {20, 20}},
	{"local", "local", {0, 0}}
};

/*
 * ms_reading_form names one form of a code: a category, the first grammar in
 * which it is whole (code_forms in SQL tells all of them), or a node.
 */
const char *
ms_reading_form(MsReadAs as, const MsReading *r)
{
	const char *names[MS_CODE_MAX_FORMS];
	int			kind;
	int			len;

	switch (as)
	{
		case MS_READ_AS_ICD10:
			if (ms_code_icd10_length(r->icd) == 3)
				return "category";
			return ms_code_icd10_forms(r->icd, names) > 0 ? names[0] : "node";
		case MS_READ_AS_ICD9CM3:
			if (ms_code_icd9cm3_length(r->icd) == 2)
				return "category";
			return ms_code_icd9cm3_forms(r->icd, names) > 0 ? names[0] : "node";
		case MS_READ_AS_FEE_ITEM:
		case MS_READ_AS_DRUG_CODE:
			break;
	}
	kind = ms_code_fee_item_kind(&r->item);
	len = ms_code_fee_item_length(&r->item);
	return len == fee_forms[kind].length[0] ||
		len == fee_forms[kind].length[1] ?
		fee_forms[kind].whole : fee_forms[kind].node;
}

/* A code that needs nothing more behind it; of the WHO's any may. */
static bool
is_whole(MsReadAs as, const char *s, size_t len)
{
	MsReading	r;
	char		buf[MS_CODE_BUFSIZE];
	const char *form;

	if (!is_code(as, s, len, buf) || !parse(as, s, len, &r, NULL))
		return false;
	form = ms_reading_form(as, &r);
	if (as == MS_READ_AS_ICD10 || as == MS_READ_AS_ICD9CM3)
		return strncmp(form, "national_", 9) == 0 || strcmp(form, "tcm") == 0;
	return strstr(form, "_node") == NULL;
}

/*
 * What makes a diagnosis suspect.  No code of ICD-10-CM has an O or I behind
 * its first place, X alone in the fourth, or, but for a few, a letter and two
 * digits at the end.
 */
static unsigned
suspect_diagnosis(const char *code, size_t len)
{
	unsigned	notes = 0;

	if (code[len - 1] == '.')
		notes |= MS_NOTE_TRAILING_DOT;
	for (size_t i = 1; i < len && code[i] != '+'; i++)
		if (code[i] == 'O' || code[i] == 'I')
			notes |= MS_NOTE_LETTER_O_I;
	if (len >= 5 && code[4] == 'X' &&
		(len == 5 || matches(code + 5, len - 5, "9") ||
		 matches(code + 5, len - 5, "99")))
		notes |= MS_NOTE_CAPITAL_X;
	else if (len >= 7 && code[len - 3] != 'x' &&
			 matches(code + len - 3, 3, "A99"))
		notes |= MS_NOTE_GLUED_SHAPE;
	return notes;
}

/* What makes a code suspect although it is one; code is its canonical text. */
static unsigned
suspect(MsReadAs as, const char *code, size_t len)
{
	unsigned	notes = 0;

	if (as == MS_READ_AS_ICD10)
		return suspect_diagnosis(code, len);
	if (as == MS_READ_AS_ICD9CM3)
		return code[len - 1] == '.' ? MS_NOTE_TRAILING_DOT : 0;
	if (is_digit(code[0]))
	{
		/* 00 or 0 in front of a base item; its class is 1 to 5 */
		if ((len == 13 && code[0] >= '1' && code[0] <= '5') ||
			(len == 14 && code[0] == '1' && code[1] >= '1' && code[1] <= '5'))
			notes |= MS_NOTE_LOST_ZEROS;
		if (len == 9 && code[0] >= '1' && code[0] <= '5')
			notes |= MS_NOTE_LOCAL_SHAPE;
	}
	return notes;
}

/* ---- what the tests share ---- */

static bool
name_part(MsReading *r, int n, const char *s, size_t len)
{
	if (len >= MS_PART_MAX)
	{
		/* cut between characters */
		len = MS_PART_MAX - 1;
		while (len > 0 && ((unsigned char) s[len] & 0xC0) == 0x80)
			len--;
	}
	memcpy(r->part[n], s, len);
	r->part[n][len] = '\0';
	return true;
}

static bool
name_code(const Cell *c, int n, const char *s, size_t len)
{
	char		buf[MS_CODE_BUFSIZE];

	return is_code(c->as, s, len, buf) &&
		name_part(c->reading, n, buf, strlen(buf));
}

/* Whether a text that a test made up is a code; it becomes part 0. */
static bool
would_be(const Cell *c, const char *s)
{
	return name_code(c, 0, s, strlen(s));
}

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

/* ---- the tests ---- */

static bool
test_empty(const Cell *c)
{
	return c->len == 0;
}

/* The spellings of nothing are those of the sources, see read_core.h. */
static bool
test_null_word(const Cell *c)
{
	static const char *const words[] = {"-", "null", "nan", "none", "\\n"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (same_word(c->s, c->len, words[i]))
			return name_part(c->reading, 0, c->s, c->len);
	return false;
}

/* 'E11.900, "E11.900", ="001102000010000": spreadsheets mark text so. */
static bool
test_quoted(const Cell *c)
{
	size_t		from = 0;
	size_t		to = c->len;

	while (from < to && strchr("=\"'`", c->s[from]) != NULL)
		from++;
	while (to > from && strchr("\"'`", c->s[to - 1]) != NULL)
		to--;
	return (from > 0 || to < c->len) &&
		name_code(c, 0, c->s + from, to - from);
}

/*
 * 8.69E+13, 1.10101E+17.  One digit stands before the dot, and there is a dot
 * or a sign, so that 1E5, E11 and 17.912A0 are never taken for one.
 */
static bool
test_scientific(const Cell *c)
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
		name_part(c->reading, 0, c->s, c->len);
}

/* 331200000000000.0: a code that went through a number. */
static bool
test_decimal(const Cell *c)
{
	const char *dot = memchr(c->s, '.', c->len);
	size_t		n = dot == NULL ? 0 : (size_t) (dot - c->s);

	if (n < 5 || n + 1 >= c->len)
		return false;
	for (size_t i = 0; i < c->len; i++)
		if (i != n && (i < n ? !is_digit(c->s[i]) : c->s[i] != '0'))
			return false;
	return name_part(c->reading, 0, c->s, c->len);
}

static bool
is_morphology(const char *s, size_t len)
{
	return (matches(s, len, "A9999/9") || matches(s, len, "A99999/9")) &&
		(s[0] == 'M' || s[0] == 'm') && (s[1] == '8' || s[1] == '9');
}

static bool
test_glued_morphology(const Cell *c)
{
	for (size_t n = 7; n <= 8 && n < c->len; n++)
	{
		size_t		head = c->len - n;

		if (!is_morphology(c->s + head, n))
			continue;
		while (head > 0 && is_blank(c->s[head - 1]))
			head--;
		if (name_code(c, 0, c->s, head))
			return name_part(c->reading, 1, c->s + c->len - n, n);
	}
	return false;
}

static bool
test_morphology(const Cell *c)
{
	return is_morphology(c->s, c->len) &&
		name_part(c->reading, 0, c->s, c->len);
}

/*
 * Parts a would-be pair into its dagger half, plus, asterisk half, star.  The
 * asterisk half has the shape A99 or A99.9 with more digits at most.
 */
typedef struct PairParts
{
	Span		dagger;
	Span		asterisk;
	bool		plus;
	bool		star;
} PairParts;

static bool
split_pair(const Cell *c, PairParts *p)
{
	size_t		end = c->len;
	size_t		from;

	p->star = end > 0 && c->s[end - 1] == '*';
	if (p->star)
		end--;
	from = end;
	while (from > 0 && (is_digit(c->s[from - 1]) || c->s[from - 1] == '.'))
		from--;
	if (from < 1 || !is_letter(c->s[from - 1]))
		return false;
	from--;
	p->asterisk.s = c->s + from;
	p->asterisk.len = end - from;
	p->plus = from > 0 && c->s[from - 1] == '+';
	if (p->plus)
		from--;
	p->dagger.s = c->s;
	p->dagger.len = from;
	return from > 0;
}

static bool
is_asterisk_half(Span s)
{
	return matches(s.s, s.len, "A99") || matches(s.s, s.len, "A99.9");
}

/* Builds the pair from its halves and names it. */
static bool
name_pair(const Cell *c, Span dagger, Span asterisk)
{
	char		buf[MS_CODE_BUFSIZE];
	int			n;

	if (dagger.len + asterisk.len + 2 >= sizeof(buf))
		return false;
	n = snprintf(buf, sizeof(buf), "%.*s+%.*s*", (int) dagger.len, dagger.s,
				 (int) asterisk.len, asterisk.s);
	return n > 0 && would_be(c, buf);
}

static bool
pair_lacks(const Cell *c, bool plus, bool star)
{
	PairParts	p;

	return split_pair(c, &p) && p.plus == plus && p.star == star &&
		is_asterisk_half(p.asterisk) && name_pair(c, p.dagger, p.asterisk);
}

static bool
test_pair_no_star(const Cell *c)
{
	return pair_lacks(c, true, false);
}

static bool
test_pair_no_plus(const Cell *c)
{
	return pair_lacks(c, false, true);
}

static bool
test_pair_no_marks(const Cell *c)
{
	return pair_lacks(c, false, false);
}

/* E88.902+M90.803*: the asterisk half is a WHO code of 3 or 4 characters. */
static bool
test_asterisk_long(const Cell *c)
{
	PairParts	p;
	Span		cut;

	if (!split_pair(c, &p) || !p.plus || !p.star || p.asterisk.len <= 5 ||
		!matches(p.asterisk.s, 5, "A99.9"))
		return false;
	cut = p.asterisk;
	cut.len = 5;
	if (!name_pair(c, p.dagger, cut))
		return false;
	return name_part(c->reading, 1, p.asterisk.s, p.asterisk.len);
}

/* E11.2+N08.3*: the dagger half is a full national code. */
static bool
test_dagger_short(const Cell *c)
{
	PairParts	p;

	return split_pair(c, &p) && p.plus && p.star &&
		is_asterisk_half(p.asterisk) &&
		!is_whole(c->as, p.dagger.s, p.dagger.len) &&
		name_code(c, 0, p.dagger.s, p.dagger.len);
}

static bool
test_asterisk_alone(const Cell *c)
{
	Span		half = {c->s, c->len};

	if (c->len < 2 || c->s[c->len - 1] != '*')
		return false;
	half.len--;
	return is_asterisk_half(half) && name_part(c->reading, 0, c->s, c->len);
}

static bool
test_dagger_alone(const Cell *c)
{
	return c->len > 1 && c->s[c->len - 1] == '+' &&
		name_code(c, 0, c->s, c->len - 1);
}

/* A01.01.01 (disease or syndrome of 2021), BNX100 (disease of 1995) */
static bool
test_tcm(const Cell *c)
{
	size_t		len = c->len;

	if (len > 0 && c->s[len - 1] == '.')
		len--;
	if (len == 0 || strchr("ABab", c->s[0]) == NULL)
		return false;
	return (matches(c->s, len, "A99.99.99") ||
			matches(c->s, len, "A99.99.99.99") ||
			matches(c->s, len, "A99.99.99.99.99") ||
			(strchr("Bb", c->s[0]) != NULL && matches(c->s, len, "AAA999"))) &&
		name_part(c->reading, 0, c->s, c->len);
}

/* E10-E14, E10~E14, E10至E14 */
static bool
test_range(const Cell *c)
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
			if (name_code(c, 0, c->s, left) &&
				name_code(c, 1, c->s + right, c->len - right))
				return true;
		}
	}
	return false;
}

/* XR05XXX089N0*, E11%: rule authors mark nodes so. */
static bool
test_wildcard(const Cell *c)
{
	size_t		len = c->len;

	while (len > 0 && (c->s[len - 1] == '*' || c->s[len - 1] == '%'))
		len--;
	return len < c->len && name_code(c, 0, c->s, len);
}

/* The length of the separator at s, 0 if there is none. */
static size_t
separator_at(const char *s, size_t len)
{
	size_t		at = 0;
	uint32_t	ch = ms_next_char(s, len, &at);

	switch (ch)
	{
		case 0x3001:			/* ideographic comma */
		case 0x3002:			/* ideographic full stop */
		case 0x30FB:			/* katakana middle dot */
		case 0x00B7:			/* middle dot */
			return at;
		default:
			return ch < 0x80 && (is_blank((char) ch) ||
								 strchr(",;|/+&()[]", (int) ch) != NULL) &&
				ch != 0 ? at : 0;
	}
}

/*
 * several_codes tells whether all parts between separators are codes, and
 * there are at least two; it names the first two.
 */
static bool
several_codes(const Cell *c)
{
	int			n = 0;
	size_t		at = 0;

	while (at < c->len)
	{
		size_t		from = at;
		size_t		gap = 0;

		while (at < c->len && (gap = separator_at(c->s + at, c->len - at)) == 0)
			at++;
		if (at > from)
		{
			char		buf[MS_CODE_BUFSIZE];

			if (!is_code(c->as, c->s + from, at - from, buf))
				return false;
			if (n < 2)
				name_part(c->reading, n, buf, strlen(buf));
			n++;
		}
		at += gap;
	}
	return n >= 2;
}

/* Copies the text without its blanks; false if it has none. */
static bool
without_blanks(const Cell *c, char buf[MS_CODE_BUFSIZE])
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
test_several(const Cell *c)
{
	char		buf[MS_CODE_BUFSIZE];

	return several_codes(c) &&
		!(without_blanks(c, buf) && is_whole(c->as, buf, strlen(buf)));
}

/* E11N18, E11.9N18.1: of diagnoses that are not whole the categories tell */
static bool
two_diagnoses(const Cell *c)
{
	for (size_t i = 3; c->as == MS_READ_AS_ICD10 && i + 3 <= c->len; i++)
		if (matches(c->s + i, 3, "A99") && matches(c->s, 3, "A99") &&
			name_code(c, 0, c->s, i) &&
			name_code(c, 1, c->s + i, c->len - i))
			return true;
	return false;
}

/* E11.900I10.x00: a whole code and another one right behind it */
static bool
test_glued_codes(const Cell *c)
{
	size_t		longest = c->len < MS_CODE_BUFSIZE ? c->len : MS_CODE_BUFSIZE;

	for (size_t i = longest; i-- > 2;)
	{
		Span		rest = {c->s + i, c->len - i};
		size_t		first;

		if (!is_whole(c->as, c->s, i))
			continue;
		/* what follows begins with a whole code, too */
		for (first = rest.len < MS_CODE_BUFSIZE ? rest.len : MS_CODE_BUFSIZE;
			 first > 2; first--)
			if (is_whole(c->as, rest.s, first) &&
				name_code(c, 0, c->s, i) &&
				name_code(c, 1, rest.s, first))
				return true;
	}
	return two_diagnoses(c);
}

static bool
test_trailing_dot(const Cell *c)
{
	size_t		len = c->len;

	while (len > 0 && c->s[len - 1] == '.')
		len--;
	return len < c->len && name_code(c, 0, c->s, len);
}

/* Copies the text with a dot put in at a place, and one in the asterisk half */
static bool
dotted(const Cell *c, size_t place, bool second, char buf[MS_CODE_BUFSIZE])
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
test_missing_dot(const Cell *c)
{
	char		buf[MS_CODE_BUFSIZE];
	char	   *code = c->reading->part[0];
	size_t		place = c->as == MS_READ_AS_ICD10 ? 3 : 2;
	unsigned	notes;

	if (!(dotted(c, place, false, buf) && would_be(c, buf)) &&
		!(dotted(c, place, true, buf) && would_be(c, buf)))
		return false;
	notes = suspect(c->as, code, strlen(code));
	if (notes & MS_NOTE_CAPITAL_X)
		code[4] = 'x';
	return (notes & (MS_NOTE_LETTER_O_I | MS_NOTE_GLUED_SHAPE)) == 0;
}

/* 66.69x001 for 66.6900x001, E11.9x001 for E11.900x001 */
static bool
test_short_extension(const Cell *c)
{
	char		buf[MS_CODE_BUFSIZE];

	if (!(c->as == MS_READ_AS_ICD10 && matches(c->s, c->len, "A99.9x999")) &&
		!(c->as == MS_READ_AS_ICD9CM3 && matches(c->s, c->len, "99.99x999")))
		return false;
	snprintf(buf, sizeof(buf), "%.5s00x%.3s", c->s, c->s + 6);
	return would_be(c, buf);
}

static bool
test_blank_inside(const Cell *c)
{
	char		buf[MS_CODE_BUFSIZE];

	return without_blanks(c, buf) && would_be(c, buf);
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
digits_behind_first(const Cell *c, char *buf)
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
swapped(const Cell *c, bool letter)
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
		if (parse(c->as, buf, c->len, &r, &err))
			return would_be(c, buf);
	}
	return false;
}

static bool
test_letter_for_digit(const Cell *c)
{
	return swapped(c, true);
}

static bool
test_digit_for_letter(const Cell *c)
{
	return swapped(c, false);
}

/* Codes of price lists as they stand there: 110200002a, HC12345, f310903001 */
static bool
test_unmarked_local(const Cell *c)
{
	MsFeeItem	item;
	char		buf[MS_CODE_BUFSIZE];

	if (!(matches(c->s, c->len, "999999999A") ||
		  matches(c->s, c->len, "999999999AA") ||
		  (c->len >= 5 && c->len <= 9 && memcmp(c->s, "HC", 2) == 0 &&
		   matches(c->s + 2, c->len - 2, &"9999999"[9 - c->len])) ||
		  (c->len >= 7 && c->len <= 10 && c->s[0] == 'f' &&
		   matches(c->s + 1, c->len - 1, &"999999999"[10 - c->len]))) ||
		!ms_code_local_parse(c->s, c->len, &item, NULL))
		return false;
	ms_code_fee_item_format(&item, buf);
	return name_part(c->reading, 0, buf, strlen(buf));
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
name_behind(const Cell *c)
{
	size_t		end = 0;

	while (end < c->len && is_code_char(c->s[end]))
		end++;
	if (!has_word(c->s + end, c->len - end) || !name_code(c, 0, c->s, end))
		return false;
	while (is_blank(c->s[end]))
		end++;
	return name_part(c->reading, 1, c->s + end, c->len - end);
}

/* 高血压(I10.x00); the B12 of a vitamin is no code */
static bool
name_before(const Cell *c)
{
	size_t		end = c->len;
	size_t		from;

	if (end > 0 && (c->s[end - 1] == ')' || c->s[end - 1] == ']'))
		end--;
	from = end;
	while (from > 0 && is_code_char(c->s[from - 1]))
		from--;
	if (!has_word(c->s, from) || !name_code(c, 0, c->s + from, end - from) ||
		!(is_whole(c->as, c->s + from, end - from) ||
		  memchr(c->s + from, '.', end - from) != NULL))
		return false;
	while (from > 0 && (is_blank(c->s[from - 1]) || c->s[from - 1] == '(' ||
						c->s[from - 1] == '['))
		from--;
	return name_part(c->reading, 1, c->s, from);
}

static bool
test_name_attached(const Cell *c)
{
	return name_behind(c) || name_before(c);
}

/* Words without a digit, such as the name in the column of the code */
static bool
test_name_only(const Cell *c)
{
	bool		words = false;

	for (size_t at = 0; at < c->len;)
	{
		uint32_t	ch = ms_next_char(c->s, c->len, &at);

		if (ch < 0x80 && is_digit((char) ch))
			return false;
		words |= is_text_char(ch);
	}
	return words && name_part(c->reading, 0, c->s, c->len);
}

/* A whole code of another type; nodes prove nothing. */
static bool
test_other_type(const Cell *c)
{
	static const MsReadAs order[] = {MS_READ_AS_ICD10, MS_READ_AS_ICD9CM3,
	MS_READ_AS_DRUG_CODE, MS_READ_AS_FEE_ITEM};

	if (c->err.reason == MS_CODE_NOT_A_DRUG)
	{
		name_part(c->reading, 0, "fee_item", 8);
		return true;
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
	{
		const char *name = ms_read_as_name(order[i]);
		char		buf[MS_CODE_BUFSIZE];

		/* diagnoses cannot be mistaken once they have three characters */
		if (order[i] != c->as &&
			(is_whole(order[i], c->s, c->len) ||
			 (order[i] == MS_READ_AS_ICD10 &&
			  is_code(order[i], c->s, c->len, buf))))
			return name_part(c->reading, 0, name, strlen(name));
	}
	return false;
}

/* ---- the strict parser's own reasons ---- */

/* The first character outside printable ASCII, with its place. */
static bool
first_foreign(const Cell *c)
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
defect_of_parser(const Cell *c)
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

#define ICD10 (1 << MS_READ_AS_ICD10)
#define ICD9 (1 << MS_READ_AS_ICD9CM3)
#define FEE (1 << MS_READ_AS_FEE_ITEM | 1 << MS_READ_AS_DRUG_CODE)
#define ANY (ICD10 | ICD9 | FEE)

/* In the order of the search. */
static const struct
{
	bool		(*holds) (const Cell *c);
	MsDefect	defect;
	int			types;
}			tests[] = {
	{test_empty, MS_DEFECT_EMPTY, ANY},
	{test_null_word, MS_DEFECT_NULL_WORD, ANY},
	{test_quoted, MS_DEFECT_QUOTED, ANY},
	{test_scientific, MS_DEFECT_SCIENTIFIC, ANY},
	{test_decimal, MS_DEFECT_DECIMAL, FEE},
	{test_glued_morphology, MS_DEFECT_GLUED_MORPHOLOGY, ICD10},
	{test_morphology, MS_DEFECT_MORPHOLOGY, ICD10},
	{test_pair_no_star, MS_DEFECT_PAIR_NO_STAR, ICD10},
	{test_pair_no_plus, MS_DEFECT_PAIR_NO_PLUS, ICD10},
	{test_pair_no_marks, MS_DEFECT_PAIR_NO_MARKS, ICD10},
	{test_asterisk_long, MS_DEFECT_ASTERISK_LONG, ICD10},
	{test_dagger_short, MS_DEFECT_DAGGER_SHORT, ICD10},
	{test_asterisk_alone, MS_DEFECT_ASTERISK_ALONE, ICD10},
	{test_dagger_alone, MS_DEFECT_DAGGER_ALONE, ICD10},
	{test_tcm, MS_DEFECT_TCM, ICD10},
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

static void
find_defect(Cell *c)
{
	MsReading  *r = c->reading;

	if (c->len > MS_CELL_MAX)
	{
		r->defect = MS_DEFECT_TOO_LONG;
		r->position = MS_CODE_BUFSIZE;
		return;
	}
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
	{
		r->part[0][0] = r->part[1][0] = '\0';
		if ((tests[i].types >> c->as & 1) && tests[i].holds(c))
		{
			r->defect = tests[i].defect;
			if (r->defect == MS_DEFECT_LETTER_FOR_DIGIT ||
				r->defect == MS_DEFECT_DIGIT_FOR_LETTER)
			{
				r->position = c->err.position;
				r->found = (unsigned char) c->err.found;
			}
			return;
		}
	}
	r->part[0][0] = r->part[1][0] = '\0';
	r->defect = defect_of_parser(c);
}

/* ---- reading ---- */

/*
 * read_dots reads 。 ・ · between code characters as the dot, unless what they
 * part are codes by themselves: E11・900 is one code, E11・I10 are two.  Only
 * diagnoses and operations have a dot in every code.
 */
static bool
read_dots(const Cell *c)
{
	char		buf[MS_CODE_BUFSIZE];
	size_t		n = 0;
	size_t		at = 0;
	bool		any = false;

	if (c->as != MS_READ_AS_ICD10 && c->as != MS_READ_AS_ICD9CM3)
		return false;
	while (at < c->len)
	{
		uint32_t	ch = ms_next_char(c->s, c->len, &at);
		bool		inner = n > 0 && at < c->len &&
		(is_digit(buf[n - 1]) || is_letter(buf[n - 1])) &&
		(is_digit(c->s[at]) || is_letter(c->s[at]));

		if (n + 1 >= sizeof(buf))
			return false;
		if (inner && (ch == 0x3002 || ch == 0x30FB || ch == 0x00B7))
		{
			buf[n++] = '.';
			any = true;
		}
		else if (ch < 0x80)
			buf[n++] = (char) ch;
		else
			return false;
	}
	return any && !several_codes(c) &&
		parse(c->as, buf, n, c->reading, NULL);
}

bool
ms_cell_read(MsReadAs as, const char *s, size_t len, MsReading *r)
{
	Cell		c = {as, s, len, {0}, r};

	r->ok = true;
	if (parse(as, s, len, r, NULL))
		return true;
	if (read_dots(&c))
	{
		r->notes |= MS_NOTE_LOOK_ALIKE;
		return true;
	}
	r->ok = false;
	return false;
}

void
ms_cell_explain(MsReadAs as, const char *s, size_t len, MsReading *r)
{
	Cell		c = {as, s, len, {0}, r};
	unsigned	notes = r->notes;
	char		buf[MS_CODE_BUFSIZE];
	size_t		n;

	(void) ms_code_trim(&c.s, &c.len);
	memset(r, 0, sizeof(*r));
	r->notes = notes;
	if (!ms_cell_read(as, c.s, c.len, r))
	{
		MsReading	ignored;

		(void) parse(as, c.s, c.len, &ignored, &c.err);
		find_defect(&c);
		return;
	}
	n = (size_t) ms_reading_text(as, r, buf);
	r->notes |= suspect(as, buf, n);
	if (n == c.len && memcmp(buf, c.s, n) != 0)
		r->notes |= MS_NOTE_CASE;
}
