/*-------------------------------------------------------------------------
 *
 * read_core.c
 *	  Reading the text columns of a warehouse; see read_core.h.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "common/read_core.h"

#define USECS_PER_DAY	INT64_C(86400000000)

/* Day number of 2000-01-01 when 1970-01-01 is day 0. */
#define EPOCH_2000		10957

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
lower(char c)
{
	return (c >= 'A' && c <= 'Z') ? (char) (c + ('a' - 'A')) : c;
}

/*
 * blank_at gives the length of the blank that starts at p, or 0.
 */
static size_t
blank_at(const unsigned char *p, size_t left, bool utf8)
{
	if (p[0] == ' ' || (p[0] >= 0x09 && p[0] <= 0x0D))
		return 1;
	if (!utf8 || p[0] < 0xC2)
		return 0;
	if (left >= 2 && p[0] == 0xC2 && p[1] == 0xA0)
		return 2;				/* no-break space */
	if (left >= 3 && p[0] == 0xE3 && p[1] == 0x80 && p[2] == 0x80)
		return 3;				/* ideographic space */
	if (left >= 3 && p[0] == 0xE2 && p[1] == 0x80 && p[2] == 0x8B)
		return 3;				/* zero-width space */
	if (left >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF)
		return 3;				/* byte order mark */
	return 0;
}

/*
 * blank_before gives the length of the blank that ends just before p + end.
 */
static size_t
blank_before(const unsigned char *p, size_t end, size_t begin, bool utf8)
{
	size_t		n;

	if (end == begin)
		return 0;
	if (blank_at(p + end - 1, 1, false))
		return 1;
	if (!utf8)
		return 0;
	for (n = 2; n <= 3 && end - begin >= n; n++)
	{
		if (blank_at(p + end - n, n, true) == n)
			return n;
	}
	return 0;
}

static bool
span_is(const char *p, size_t len, const char *word)
{
	size_t		i;

	if (strlen(word) != len)
		return false;
	for (i = 0; i < len; i++)
	{
		if (lower(p[i]) != word[i])
			return false;
	}
	return true;
}

/*
 * ms_read_span finds what is left after trimming; false when that says
 * "nothing" (then first and count are 0).
 */
bool
ms_read_span(const char *text, size_t len, bool utf8,
			 size_t *first, size_t *count)
{
	const unsigned char *p = (const unsigned char *) text;
	size_t		begin = 0;
	size_t		end = len;
	size_t		n;
	const char *s;

	while (begin < end && (n = blank_at(p + begin, end - begin, utf8)) > 0)
		begin += n;
	while ((n = blank_before(p, end, begin, utf8)) > 0)
		end -= n;

	*first = 0;
	*count = 0;
	if (begin == end)
		return false;
	s = text   +begin;

	n = end - begin;
	if (n <= 4 &&
		(span_is(s, n, "-") || span_is(s, n, "null") ||
		 span_is(s, n, "nan") || span_is(s, n, "none") ||
		 span_is(s, n, "\\n")))
		return false;
	*first = begin;
	*count = n;
	return true;
}

/*
 * take_digits reads between min and max digits at *pos; -1 when there are
 * fewer.
 */
static int
take_digits(const char *p, size_t len, size_t *pos, int min, int max)
{
	int			n = 0;
	int			value = 0;

	while (n < max && *pos < len && is_digit(p[*pos]))
	{
		value = value * 10 + (p[*pos] - '0');
		(*pos)++;
		n++;
	}
	return n < min ? -1 : value;
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/*
 * civil_day gives the day number of a date of the Gregorian calendar, with
 * 2000-01-01 as day 0.  Years begin in March here, so that the leap day is
 * the last day of its year.
 */
static int64_t
civil_day(int year, int month, int day)
{
	int			y = year - (month <= 2 ? 1 : 0);
	int			era = (y >= 0 ? y : y - 399) / 400;
	int			yoe = y - era * 400;
	int			doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int			doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return (int64_t) era * 146097 + doe - 719468 - EPOCH_2000;
}

/*
 * ms_read_timestamp reads yyyy-MM-dd and yyyy/MM/dd (months and days may lack
 * their leading zero), yyyyMMdd, each alone or with a time: HH:mm, HH:mm:ss,
 * HH:mm:ss.f after a blank or T, or HHmmss right after yyyyMMdd.  Digits of a
 * fraction beyond the sixth are cut off.  A time alone, a time zone, 24:00 and
 * dates that do not exist are unreadable.
 */
MsReadResult
ms_read_timestamp(const char *text, size_t len, bool utf8, int64_t *result)
{
	size_t		first;
	size_t		count;
	size_t		pos = 0;
	const char *p;
	int			year;
	int			month;
	int			day;
	int			hour = 0;
	int			minute = 0;
	int			second = 0;
	int			micros = 0;
	bool		compact = false;

	*result = 0;
	if (!ms_read_span(text, len, utf8, &first, &count))
		return MS_READ_MISSING;
	p = text   +first;

	year = take_digits(p, count, &pos, 4, 4);
	if (year < 1 || pos >= count)
		return MS_READ_UNREADABLE;
	if (p[pos] == '-' || p[pos] == '/')
	{
		char		sep = p[pos++];

		month = take_digits(p, count, &pos, 1, 2);
		if (pos >= count || p[pos] != sep)
			return MS_READ_UNREADABLE;
		pos++;
		day = take_digits(p, count, &pos, 1, 2);
	}
	else
	{
		compact = true;
		month = take_digits(p, count, &pos, 2, 2);
		day = take_digits(p, count, &pos, 2, 2);
	}
	if (month < 1 || month > 12 || day < 1 || day > month_days(year, month))
		return MS_READ_UNREADABLE;

	if (pos < count && compact && is_digit(p[pos]))
	{
		hour = take_digits(p, count, &pos, 2, 2);
		minute = take_digits(p, count, &pos, 2, 2);
		second = take_digits(p, count, &pos, 2, 2);
		if (hour < 0 || minute < 0 || second < 0)
			return MS_READ_UNREADABLE;
	}
	else if (pos < count)
	{
		if (p[pos] == 'T' || p[pos] == 't')
			pos++;
		else if (p[pos] == ' ')
		{
			while (pos < count && p[pos] == ' ')
				pos++;
		}
		else
			return MS_READ_UNREADABLE;
		hour = take_digits(p, count, &pos, 1, 2);
		if (hour < 0 || pos >= count || p[pos] != ':')
			return MS_READ_UNREADABLE;
		pos++;
		minute = take_digits(p, count, &pos, 2, 2);
		if (minute < 0)
			return MS_READ_UNREADABLE;
		if (pos < count && p[pos] == ':')
		{
			pos++;
			second = take_digits(p, count, &pos, 2, 2);
			if (second < 0)
				return MS_READ_UNREADABLE;
		}
		else if (pos < count)
			return MS_READ_UNREADABLE;
	}
	if (pos < count && p[pos] == '.')
	{
		int			unit = 100000;

		pos++;
		if (pos >= count)
			return MS_READ_UNREADABLE;
		while (pos < count && is_digit(p[pos]))
		{
			micros += (p[pos] - '0') * unit;
			unit /= 10;
			pos++;
		}
	}
	if (pos != count || hour > 23 || minute > 59 || second > 59)
		return MS_READ_UNREADABLE;

	*result = civil_day(year, month, day) * USECS_PER_DAY +
		((int64_t) (hour * 60 + minute) * 60 + second) * INT64_C(1000000) +
		micros;
	return MS_READ_OK;
}

/*
 * ms_read_decimal reads a sign, digits and one dot; no exponent, no grouping,
 * at least one digit.  A number whose digits do not fit into 64 bits is read
 * too, with fits = false: the caller then reads the trimmed text itself.
 */
MsReadResult
ms_read_decimal(const char *text, size_t len, bool utf8, MsDecimal *result)
{
	size_t		first;
	size_t		count;
	size_t		pos = 0;
	const char *p;
	int			before = 0;
	int			after = 0;
	bool		dot = false;

	memset(result, 0, sizeof(*result));
	result->fits = true;
	if (!ms_read_span(text, len, utf8, &first, &count))
		return MS_READ_MISSING;
	p = text   +first;

	if (p[0] == '+' || p[0] == '-')
	{
		result->negative = (p[0] == '-');
		pos++;
	}
	for (; pos < count; pos++)
	{
		if (p[pos] == '.' && !dot)
		{
			dot = true;
			continue;
		}
		if (!is_digit(p[pos]))
			return MS_READ_UNREADABLE;
		if (dot)
			after++;
		else
			before++;
		if (before > MS_READ_MAX_DIGITS || after > MS_READ_MAX_DIGITS)
			return MS_READ_UNREADABLE;
		if (result->fits)
		{
			int			d = p[pos] - '0';

			if (result->value > (INT64_MAX - d) / 10)
				result->fits = false;
			else
				result->value = result->value * 10 + d;
		}
	}
	if (before + after == 0)
		return MS_READ_UNREADABLE;
	result->scale = after;
	return MS_READ_OK;
}

/*
 * ms_read_dict writes the one spelling of a dictionary value into out, which
 * has room for max(len, width) bytes, and gives its length.  Digits lose
 * their leading zeros, and the ".0" of a value that went through a float, and
 * are filled up to width again; any other text stays as it is.
 * The text is already trimmed.
 */
size_t
ms_read_dict(const char *text, size_t len, int width, char *out)
{
	size_t		digits = 0;
	size_t		zeros = 0;
	size_t		rest;
	size_t		fill = 0;
	size_t		i;

	while (digits < len && is_digit(text[digits]))
		digits++;
	i = digits;
	if (i < len && text[i] == '.')
	{
		i++;
		while (i < len && text[i] == '0')
			i++;
	}
	if (digits == 0 || i < len || (len > 0 && text[len - 1] == '.'))
	{
		memcpy(out, text, len);
		return len;
	}
	while (zeros + 1 < digits && text[zeros] == '0')
		zeros++;
	rest = digits - zeros;
	if (width > 0 && rest < (size_t) width)
		fill = (size_t) width - rest;
	memset(out, '0', fill);
	memcpy(out + fill, text +zeros, rest);
	return fill + rest;
}
