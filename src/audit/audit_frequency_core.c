/*-------------------------------------------------------------------------
 *
 * audit_frequency_core.c
 *	  Times a day: the Latin words of orders, and the Chinese ones, which are
 *	  read as "every PERIOD COUNT times" in either order.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_frequency_core.h"

typedef struct Word
{
	const char *text;
	int			value;
} Word;

/* Latin words: uses in days. */
typedef struct Latin
{
	const char *text;
	int			uses;
	int			days;
} Latin;

static const Latin latin[] = {
	{"qd", 1, 1}, {"qn", 1, 1}, {"qm", 1, 1}, {"hs", 1, 1}, {"bid", 2, 1},
	{"tid", 3, 1}, {"qid", 4, 1}, {"quingid", 5, 1}, {"qod", 1, 2},
	{"qw", 1, 7}, {"biw", 2, 7}, {"tiw", 3, 7}, {"qow", 1, 14}, {"qh", 24, 1}
};

/* Chinese digits and their second forms, to 12. */
static const Word digits[] = {
	{"\344\270\200", 1}, {"\344\272\214", 2}, {"\344\270\244", 2},
	{"\344\270\211", 3}, {"\345\233\233", 4}, {"\344\272\224", 5},
	{"\345\205\255", 6}, {"\344\270\203", 7}, {"\345\205\253", 8},
	{"\344\271\235", 9}, {"\345\215\201\344\272\214", 12}, {"\345\215\201", 10}
};

/* Periods, in hours; the longer word first where one begins another. */
static const Word periods[] = {
	{"\345\260\217\346\227\266", 1},	/* hour */
	{"\346\227\245", 24}, {"\345\244\251", 24}, {"\346\231\232", 24},
	{"\346\227\251", 24}, {"d", 24}, {"\345\221\250", 168},
	{"\346\230\237\346\234\237", 168}
};

#define EVERY		"\346\257\217"	/* U+6BCF */
#define EVERY_OTHER "\351\232\224"	/* U+9694 */
#define TIMES		"\346\254\241"	/* U+6B21 */
#define N_OF(words) ((int) (sizeof(words) / sizeof((words)[0])))

static bool
eat(MsStr *s, const char *word)
{
	uint32_t	len = (uint32_t) strlen(word);

	if (s->len < len || memcmp(s->s, word, len) != 0)
		return false;
	s->s += len;
	s->len -= len;
	return true;
}

static bool
eat_word(MsStr *s, const Word *words, int n, int *value)
{
	for (int i = 0; i < n; i++)
	{
		if (eat(s, words[i].text))
		{
			*value = words[i].value;
			return true;
		}
	}
	return false;
}

/* 1 to 99, in either kind of digits. */
static bool
eat_number(MsStr *s, int *value)
{
	int			n = 0;
	int			len = 0;

	while (len < 2 && s->len > 0 && s->s[0] >= '0' && s->s[0] <= '9')
	{
		n = n * 10 + (s->s[0] - '0');
		s->s++;
		s->len--;
		len++;
	}
	*value = n;
	return len > 0 ? n > 0 : eat_word(s, digits, N_OF(digits), value);
}

/* Lower case without dots and blanks; false when it is too long. */
static bool
fold(MsStr in, char *buf, uint32_t size, MsStr *out)
{
	uint32_t	n = 0;

	for (uint32_t i = 0; i < in.len; i++)
	{
		char		c = in.s[i];

		if (c == ' ' || c == '.' || c == '(' || c == ')')
			continue;
		if (n == size)
			return false;
		buf[n++] = c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
	}
	out->s = buf;
	out->len = n;
	return n > 0;
}

static bool
set_uses(int uses, int hours, int64_t *result)
{
	if (uses < 1 || hours < 1)
		return false;
	*result = ms_div_round((MsWide) uses * 24 * MS_QTY_ONE, hours);
	return true;
}

/* "qod", "q8h", "q2d" */
static bool
read_latin(MsStr s, int64_t *result)
{
	int			n;

	for (int i = 0; i < N_OF(latin); i++)
	{
		if (ms_str_is(s, latin[i].text))
			return set_uses(latin[i].uses, latin[i].days * 24, result);
	}
	if (!eat(&s, "q") || !eat_number(&s, &n) || s.len != 1)
		return false;
	return s.s[0] == 'h' ? set_uses(1, n, result) :
		s.s[0] == 'd' ? set_uses(1, n * 24, result) :
		s.s[0] == 'w' && set_uses(1, n * 168, result);
}

/* "3/d", also with the word for times */
static bool
read_fraction(MsStr s, int64_t *result)
{
	int			uses;
	int			hours;

	if (!eat_number(&s, &uses))
		return false;
	(void) eat(&s, TIMES);
	return eat(&s, "/") && eat_word(&s, periods, N_OF(periods), &hours) &&
		s.len == 0 && set_uses(uses, hours, result);
}

/* Every PERIOD COUNT times; every other day. */
static bool
read_chinese(MsStr s, int64_t *result)
{
	bool		other = eat(&s, EVERY_OTHER);
	bool		every = !other && eat(&s, EVERY);
	int			n = 1;
	int			hours;
	int			uses = 1;

	if (!eat_number(&s, &n))
	{
		if (!every && !other)
			return false;
		n = 1;
	}
	if (!eat_word(&s, periods, N_OF(periods), &hours))
		return false;
	if (eat_number(&s, &uses) && !eat(&s, TIMES))
		return false;
	return s.len == 0 && set_uses(uses, hours * (other ? n + 1 : n), result);
}

bool
ms_frequency_per_day(MsStr text, int64_t *uses)
{
	char		buf[64];
	MsStr		s;

	if (ms_str_missing(text) || !fold(text, buf, sizeof(buf), &s))
		return false;
	return read_latin(s, uses) || read_fraction(s, uses) ||
		read_chinese(s, uses);
}
