/*
 * read_fuzz.c
 *	  Readers of text columns: no input may crash them, and what they say
 *	  must hold.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/read_core.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int ok)
{
	if (!ok)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	bool		utf8 = size > 0 && (data[size - 1] & 1);
	size_t		first;
	size_t		count;
	int64_t		usec;
	MsDecimal	dec;
	bool		any = ms_read_span(text, size, utf8, &first, &count);

	must(first + count <= size);
	must(any == (count > 0));
	must(!ms_read_is_plain(text, size) || (first == 0 && count == size));
	if (any)
	{
		size_t		first2;
		size_t		count2;
		size_t		n;
		size_t		n2;
		char	   *out = malloc(count + 20);
		char	   *again = malloc(count + 40);
		int			width = (int) (data[0] % 20);

		/* trimming a trimmed text changes nothing */
		must(ms_read_span(text +first, count, utf8, &first2, &count2));
		must(first2 == 0 && count2 == count);
		/* one spelling only: writing it again changes nothing */
		n = ms_read_dict(text +first, count, width, out);
		must(n <= (count > (size_t) width ? count : (size_t) width));
		n2 = ms_read_dict(out, n, width, again);
		must(n2 == n && memcmp(out, again, n) == 0);
		free(out);
		free(again);
	}
	/* years 1 to 9999 */
	if (ms_read_timestamp(text, size, utf8, &usec) == MS_READ_OK)
		must(any && usec >= INT64_C(-63082281600000000) &&
			 usec < INT64_C(252455616000000000));
	if (ms_read_decimal(text, size, utf8, &dec) == MS_READ_OK)
		must(any && dec.scale <= MS_READ_MAX_DIGITS && (!dec.fits || dec.value >= 0));
	return 0;
}
