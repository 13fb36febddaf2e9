/*-------------------------------------------------------------------------
 *
 * code_fold_core.c
 *	  Look-alikes of code characters, and the spellings of names.
 *
 * The maps hold what NFKC leaves alone; full-width forms and the like are gone
 * before they are used.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "code/code_defect_core.h"
#include "code/code_fold_core.h"

typedef struct Fold
{
	uint32_t	from;
	uint32_t	to;
} Fold;

/*
 * Characters that look like one of a code, ordered.  The dots 。 ・ · are not
 * here: they also part codes, so only the reader can tell (read_dots).
 */
static const Fold code_folds[] = {
	{0x00D7, 'x'},				/* multiplication sign */
	{0x0391, 'A'},				/* Greek capitals */
	{0x0392, 'B'},
	{0x0395, 'E'},
	{0x0396, 'Z'},
	{0x0397, 'H'},
	{0x0399, 'I'},
	{0x039A, 'K'},
	{0x039C, 'M'},
	{0x039D, 'N'},
	{0x039F, 'O'},
	{0x03A1, 'P'},
	{0x03A4, 'T'},
	{0x03A5, 'Y'},
	{0x03A7, 'X'},
	{0x0410, 'A'},				/* Cyrillic capitals */
	{0x0412, 'B'},
	{0x0415, 'E'},
	{0x041A, 'K'},
	{0x041C, 'M'},
	{0x041D, 'H'},
	{0x041E, 'O'},
	{0x0420, 'P'},
	{0x0421, 'C'},
	{0x0422, 'T'},
	{0x0423, 'Y'},
	{0x0425, 'X'},
	{0x2010, '-'},				/* hyphen; NFKC makes U+2011 this one */
	{0x2012, '-'},				/* dashes */
	{0x2013, '-'},
	{0x2014, '-'},
	{0x2015, '-'},
	{0x2020, '+'},				/* dagger */
	{0x2044, '/'},				/* fraction slash */
	{0x204E, '*'},				/* low asterisk */
	{0x2212, '-'},				/* minus */
	{0x2215, '/'},				/* division slash */
	{0x2217, '*'},				/* asterisk operator */
};

/*
 * What names spell in several ways, beyond the above.  The one Cyrillic
 * letter becomes Greek: the official names write κ with either.
 */
static const Fold name_folds[] = {
	{'[', '('},
	{']', ')'},
	{'{', '('},
	{'}', ')'},
	{0x0430, 'a'},				/* Cyrillic small letters */
	{0x0435, 'e'},
	{0x043A, 0x03BA},
	{0x043E, 'o'},
	{0x0440, 'p'},
	{0x0441, 'c'},
	{0x0443, 'y'},
	{0x0445, 'x'},
	{0x1C82, 'o'},				/* folded to o and c of the above by case */
	{0x1C83, 'c'},
	{0x2018, '\''},				/* quotation marks */
	{0x2019, '\''},
	{0x201C, '"'},
	{0x201D, '"'},
	{0x2022, 0x00B7},			/* dots between words */
	{0x2027, 0x00B7},
	{0x2032, '\''},				/* prime */
	{0x3010, '('},				/* Chinese brackets */
	{0x3011, ')'},
	{0x3014, '('},
	{0x3015, ')'},
	{0x3016, '('},
	{0x3017, ')'},
	{0x301C, '~'},
	{0x30FB, 0x00B7},
};

#define LENGTH(a) ((int) (sizeof(a) / sizeof((a)[0])))

static uint32_t
find_fold(const Fold *folds, int n, uint32_t c)
{
	int			low = 0;

	while (low < n)
	{
		int			middle = (low + n) / 2;

		if (folds[middle].from == c)
			return folds[middle].to;
		if (folds[middle].from < c)
			low = middle + 1;
		else
			n = middle;
	}
	return c;
}

/*
 * ms_next_char decodes one character and moves *at behind it; a byte that
 * begins no character counts as U+FFFD.
 */
uint32_t
ms_next_char(const char *s, size_t len, size_t *at)
{
	const unsigned char *p = (const unsigned char *) s + *at;
	size_t		left = len - *at;
	uint32_t	c = p[0];
	size_t		n;

	if (c < 0x80)
		n = 1;
	else if (c >= 0xC2 && c < 0xE0)
		n = 2;
	else if (c >= 0xE0 && c < 0xF0)
		n = 3;
	else if (c >= 0xF0 && c < 0xF5)
		n = 4;
	else
		n = 0;
	if (n == 0 || n > left)
	{
		(*at)++;
		return 0xFFFD;
	}
	if (n > 1)
		c &= 0x7Fu >> n;
	for (size_t i = 1; i < n; i++)
	{
		if ((p[i] & 0xC0) != 0x80)
		{
			(*at)++;
			return 0xFFFD;
		}
		c = c << 6 | (p[i] & 0x3F);
	}
	*at += n;
	return c;
}

/* Writes a character below U+0800, the only kind a map gives. */
static size_t
put_char(char *out, uint32_t c)
{
	if (c < 0x80)
	{
		out[0] = (char) c;
		return 1;
	}
	out[0] = (char) (0xC0 | c >> 6);
	out[1] = (char) (0x80 | (c & 0x3F));
	return 2;
}

size_t
ms_cell_fold(char *s, size_t len, unsigned *notes)
{
	size_t		used = 0;
	size_t		at = 0;

	while (at < len)
	{
		size_t		begin = at;
		uint32_t	c = ms_next_char(s, len, &at);
		uint32_t	to = find_fold(code_folds, LENGTH(code_folds), c);

		if (to != c)
		{
			used += put_char(s + used, to);
			*notes |= MS_NOTE_LOOK_ALIKE;
		}
		else
		{
			memmove(s + used, s + begin, at - begin);
			used += at - begin;
		}
	}
	return used;
}

/*
 * A blank says something between two words or two numbers of ASCII only:
 * 5 mg is 5mg, and Chinese has none.
 */
static bool
needs_blank(uint32_t before, uint32_t after)
{
	bool		digits = before >= '0' && before <= '9' &&
	after >= '0' && after <= '9';
	uint32_t	a = before | 0x20;
	uint32_t	b = after | 0x20;

	return digits || (a >= 'a' && a <= 'z' && b >= 'a' && b <= 'z' &&
					  before < 0x80 && after < 0x80);
}

static bool
is_blank_char(uint32_t c)
{
	return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 ||
		c == 0x1680 || (c >= 0x2000 && c <= 0x200B) || c == 0x2028 ||
		c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x2060 ||
		c == 0x3000 || c == 0xFEFF;
}

size_t
ms_name_fold(char *s, size_t len)
{
	size_t		used = 0;
	size_t		at = 0;
	uint32_t	before = 0;
	bool		blank = false;

	while (at < len)
	{
		size_t		begin = at;
		uint32_t	c = ms_next_char(s, len, &at);
		uint32_t	to;

		if (is_blank_char(c))
		{
			blank = true;
			continue;
		}
		to = find_fold(name_folds, LENGTH(name_folds),
					   find_fold(code_folds, LENGTH(code_folds), c));
		if (blank && needs_blank(before, to))
			s[used++] = ' ';
		blank = false;
		if (to != c)
			used += put_char(s + used, to);
		else
		{
			memmove(s + used, s + begin, at - begin);
			used += at - begin;
		}
		before = to;
	}
	return used;
}
