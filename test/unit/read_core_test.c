/*
 * read_core_test.c
 *	  The readers of text columns.
 */
#include <stdlib.h>

#include "common/read_core.h"
#include "unit.h"

/* A copy without a terminator, so that reading past the end is noticed. */
static char *
exact(const char *s, size_t *len)
{
	char	   *p;

	*len = strlen(s);
	p = malloc(*len ? *len : 1);
	memcpy(p, s, *len);
	return p;
}

static MsReadResult
timestamp_of(const char *s, int64_t *usec)
{
	size_t		len;
	char	   *p = exact(s, &len);
	MsReadResult r = ms_read_timestamp(p, len, true, usec);

	free(p);
	return r;
}

static MsReadResult
decimal_of(const char *s, MsDecimal *d)
{
	size_t		len;
	char	   *p = exact(s, &len);
	MsReadResult r = ms_read_decimal(p, len, true, d);

	free(p);
	return r;
}

static const char *
dict_of(const char *s, int width)
{
	static char out[64];
	size_t		n = ms_read_dict(s, strlen(s), width, out);

	out[n] = '\0';
	return out;
}

int
main(void)
{
	static const char *const missing[] = {
		"", " ", "-", "null", "NULL", "nan", "NaN", "none", "\\N", "\\n",
		" null\t", "\xE3\x80\x80", "\xC2\xA0-\xEF\xBB\xBF"
	};
	static const char *const bad_times[] = {
		"8", "08:00", "2025", "2025-", "2025-1", "2025-1-", "2025-01-32",
		"2025-02-29", "2025-01-01 ", "2025-01-01 x", "2025-01-01 1",
		"2025-01-01 1:", "2025-01-01 1:1", "2025-01-01 25:00",
		"2025-01-01 24:00:00", "2025-01-01 00:00:60", "2025-01-01 00:00:00.",
		"2025-01-01 00:00:00.1x", "2025-01-01.5", "202501011", "20250101101",
		"2025010110101", "20251301", "2025-01-01 00:00.5", "0000-01-01",
		"2025-01-01T", "2025-01-01TT00:00", "+2025-01-01"
	};
	static const char *const plain[] = {
		"0", "310", "XN01AAA", "nulls", "2025-03-01 08:00", "a\xE5\x8C\xBBz", "1-"
	};
	static const char *const not_plain[] = {
		" P1000", "P1000\t", "P1000\xE3\x80\x80", "\xC2\xA0P1000", "M", "a\xE5\x8C\xBB"
	};
	static const char *const bad_numbers[] = {
		"+", ".", "-.", "1e1", "1 2", "0x1", "1..2", "--1", "1-", "inf",
		"12345678901234567890123456789012345678901"
	};
	int64_t		t;
	MsDecimal	d;
	size_t		i;
	size_t		first;
	size_t		count;

	for (i = 0; i < sizeof(missing) / sizeof(missing[0]); i++)
	{
		CHECK_INT(timestamp_of(missing[i], &t), MS_READ_MISSING);
		CHECK_INT(decimal_of(missing[i], &d), MS_READ_MISSING);
		CHECK(!ms_read_span(missing[i], strlen(missing[i]), true, &first, &count));
		CHECK(!ms_read_is_plain(missing[i], strlen(missing[i])));
	}
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
	{
		CHECK(ms_read_is_plain(plain[i], strlen(plain[i])));
		CHECK(ms_read_span(plain[i], strlen(plain[i]), true, &first, &count));
		CHECK(first == 0 && count == strlen(plain[i]));
	}
	for (i = 0; i < sizeof(not_plain) / sizeof(not_plain[0]); i++)
		CHECK(!ms_read_is_plain(not_plain[i], strlen(not_plain[i])));
	for (i = 0; i < sizeof(bad_times) / sizeof(bad_times[0]); i++)
	{
		MsReadResult r = timestamp_of(bad_times[i], &t);

		/* trailing blanks are trimmed, so one of them is a plain date */
		CHECK_MSG(r == (strcmp(bad_times[i], "2025-01-01 ") == 0 ?
						MS_READ_OK : MS_READ_UNREADABLE),
				  "\"%s\" gives %d", bad_times[i], (int) r);
	}
	for (i = 0; i < sizeof(bad_numbers) / sizeof(bad_numbers[0]); i++)
		CHECK_MSG(decimal_of(bad_numbers[i], &d) == MS_READ_UNREADABLE,
				  "\"%s\" is read", bad_numbers[i]);

	CHECK_INT(timestamp_of("2000-01-01", &t), MS_READ_OK);
	CHECK_INT(t, 0);
	CHECK_INT(timestamp_of("1999-12-31 23:59:59.999999", &t), MS_READ_OK);
	CHECK_INT(t, -1);
	CHECK_INT(timestamp_of("20000229T01:02:03", &t), MS_READ_OK);
	CHECK_INT(t, INT64_C(59) * 86400000000 + INT64_C(3723) * 1000000);
	CHECK_INT(timestamp_of("1970/1/1", &t), MS_READ_OK);
	CHECK_INT(t, INT64_C(-10957) * 86400000000);
	CHECK_INT(timestamp_of("20000101000001.1234567", &t), MS_READ_OK);
	CHECK_INT(t, 1123456);

	CHECK_INT(decimal_of("-0012.340", &d), MS_READ_OK);
	CHECK(d.negative && d.fits);
	CHECK_INT(d.value, 12340);
	CHECK_INT(d.scale, 3);
	CHECK_INT(decimal_of("9223372036854775807", &d), MS_READ_OK);
	CHECK(d.fits);
	CHECK_INT(d.value, INT64_MAX);
	CHECK_INT(decimal_of("9223372036854775808", &d), MS_READ_OK);
	CHECK(!d.fits);
	CHECK_INT(decimal_of("-9223372036854775809.5", &d), MS_READ_OK);
	CHECK(!d.fits);

	CHECK_STR(dict_of("1", 2), "01");
	CHECK_STR(dict_of("0001", 2), "01");
	CHECK_STR(dict_of("000", 1), "0");
	CHECK_STR(dict_of("1.00", 0), "1");
	CHECK_STR(dict_of("310", 2), "310");
	CHECK_STR(dict_of("1.5", 2), "1.5");
	CHECK_STR(dict_of("1.", 2), "1.");
	CHECK_STR(dict_of(".0", 2), ".0");
	CHECK_STR(dict_of("", 0), "");

	/* blanks of UTF-8 are bytes of other letters elsewhere */
	CHECK(ms_read_span("\xC2\xA0", 2, false, &first, &count));
	CHECK_INT(count, 2);
	CHECK(ms_read_span("\xE3\x80", 2, true, &first, &count));
	CHECK_INT(count, 2);
	return unit_done();
}
