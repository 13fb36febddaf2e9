/*
 * numeric_core_test.c
 *	  Stored numerics against the reader of their text.
 *
 * The test writes numerics as the server stores them; that the server does so
 * is what test/sql/audit_numbers.sql looks at.
 */
#include "common/base_core.h"
#include "common/numeric_core.h"
#include "unit.h"

#include <stdlib.h>

static uint64_t seed = 20261122;

static unsigned
any(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned) ((seed >> 20) % below);
}

/* Stores digits of a decimal text; returns the bytes written. */
static size_t
store(const char *text, bool long_header, char *out)
{
	bool		negative = *text == '-';
	const char *point;
	int			before;
	int			behind;
	int			digits[64];
	int			n = 0;
	int			first = 0;
	int			weight;
	size_t		size = 0;
	uint16_t	half;

	text	  +=negative;

	point = strchr(text, '.');
	before = point != NULL ? (int) (point - text) : (int) strlen(text);
	behind = point != NULL ? (int) strlen(point + 1) : 0;
	weight = (before + 3) / 4 - 1;
	for (int power = weight; power >= -((behind + 3) / 4); power--)
	{
		int			d = 0;

		for (int i = 0; i < 4; i++)
		{
			int			place = power * 4 + 3 - i;	/* 10^place */
			int			at = place >= 0 ? before - 1 - place : before - place;
			bool		there = place >= 0 ? at >= 0 : -place <= behind;

			d = d * 10 + (there ? text[at] - '0' : 0);
		}
		digits[n++] = d;
	}
	while (n > 0 && digits[n - 1] == 0)
		n--;
	while (first < n && digits[first] == 0)
	{
		first++;
		weight--;
	}
	if (first == n)
		weight = 0;
	if (long_header)
	{
		half = (uint16_t) ((negative ? 0x4000 : 0) | behind);
		memcpy(out, &half, 2);
		half = (uint16_t) (int16_t) weight;
		memcpy(out + 2, &half, 2);
		size = 4;
	}
	else
	{
		half = (uint16_t) (0x8000 | (negative ? 0x2000 : 0) | behind << 7 |
						   (weight < 0 ? 0x40 : 0) | (weight & 0x3F));
		memcpy(out, &half, 2);
		size = 2;
	}
	for (int i = first; i < n; i++, size += 2)
	{
		half = (uint16_t) digits[i];
		memcpy(out + size, &half, 2);
	}
	return size;
}

static void
compare(const char *text, bool long_header, int scale, int64_t max)
{
	char		bytes[256];
	size_t		size = store(text, long_header, bytes);
	int64_t		want = -77;
	int64_t		got = -77;
	bool		readable = ms_decimal_parse(text, scale, max, &want);

	CHECK_MSG(ms_numeric_scaled(bytes, size, scale, max, &got) == readable &&
			  got == want, "%s at scale %d: %lld, wanted %lld", text, scale,
			  (long long) got, (long long) want);
}

/* In ten-thousandths, where nothing is behind them. */
static void
compare_units(const char *text, bool long_header)
{
	char		bytes[256];
	size_t		size = store(text, long_header, bytes);
	const int64_t max = INT64_C(10000000000000000);
	const char *point = strchr(text, '.');
	int			behind = point != NULL ? (int) strlen(point + 1) : 0;
	bool		whole = behind <= 4 || strspn(point + 5, "0") == (size_t) behind - 4;
	int64_t		want = -77;
	int64_t		got = -77;
	int			shown = behind;
	bool		readable = whole && ms_decimal_parse(text, 4, max, &want);

	CHECK_MSG(ms_numeric_units(bytes, size, max, &got, &shown) == readable &&
			  got == want && shown == behind, "%s: %lld to %d places, wanted %lld", text,
			  (long long) got, shown, (long long) want);
}

static void
compare_all(const char *text)
{
	static const int scales[] = {2, 4, 6};

	compare_units(text, false);
	compare_units(text, true);

	for (int i = 0; i < 6; i++)
	{
		compare(text, i < 3, scales[i % 3], INT64_C(1000000000000));
		compare(text, i < 3, scales[i % 3], INT64_C(10000000000000000));
	}
}

int
main(void)
{
	static const char *const texts[] = {
		"0", "-0", "0.00", "1", "-1", "9999", "10000", "10001", "99999999",
		"0.5", "0.005", "0.0049", "0.00499999999", "-0.005", "0.00005",
		"0.000049", "0.0000005", "0.00000049999", "0.00000000000001",
		"9999.9999", "9999.99995", "9999.995", "12345678.12345678",
		"9999999999.99", "9999999999.994", "9999999999.995", "10000000000",
		"10000000000.00", "10000000000.004", "10000000000.005", "99999999.99995",
		"100000000", "100000000.00004", "100000000.00005", "1000000.0000004",
		"1000000.0000005", "10000000000.000000", "10000000000.0000004",
		"10000000000.0000005", "99999999999999999999999999", "1000000000000000000000000",
		"0.99", "0.995", "0.9999", "0.99995", "0.9999995", "50", "49.5"
	};
	const char	special[] = {0, (char) 0xC0};
	int64_t		out;
	int			shown;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		compare_all(texts[i]);
	for (int i = 0; i < 20000; i++)
	{
		char text[	64];
		int			n = 0;
		int			before = 1 + (int) any(any(4) == 0 ? 20 : 9);
		int			behind = (int) any(12);

		if (any(3) == 0)
			text[		n++] = '-';

		for (int j = 0; j < before; j++)
			text[		n++] = (char) ('0' + (any(3) == 0 ? 9 * any(2) : any(10)));

		if (behind > 0)
			text[		n++] = '.';

		for (int j = 0; j < behind; j++)
			text[		n++] = (char) ('0' + (any(3) == 0 ? 9 * any(2) : any(10)));
		text[		n] = '\0';

		compare_all(text);
	}

	/* no number, and no bytes */
	CHECK(!ms_numeric_scaled(special, 2, 2, 1000000, &out));
	CHECK(!ms_numeric_scaled("\0\xD0", 2, 2, 1000000, &out));
	CHECK(!ms_numeric_scaled("\0\xF0", 2, 2, 1000000, &out));
	CHECK(!ms_numeric_scaled("", 0, 2, 1000000, &out));
	CHECK(!ms_numeric_scaled("\0", 1, 2, 1000000, &out));
	CHECK(!ms_numeric_scaled("\0\0\0", 3, 2, 1000000, &out));
	CHECK(!ms_numeric_units(special, 2, 1000000, &out, &shown));
	CHECK(!ms_numeric_units("", 0, 1000000, &out, &shown));
	CHECK(!ms_numeric_is_infinite(special, 2));
	CHECK(ms_numeric_is_infinite("\0\xD0", 2));
	CHECK(ms_numeric_is_infinite("\0\xF0", 2));
	CHECK(!ms_numeric_is_infinite("\0\x90", 2));
	CHECK(!ms_numeric_is_infinite("\0\x50", 2));
	CHECK(!ms_numeric_is_infinite("\0", 1));
	return unit_done();
}
