/*
 * The libFuzzer target of a code type that is a number: icd10, icd9cm3.  The
 * file that includes this says which by CODE(name), the core's functions.
 *
 * The input is two texts, parted by the first line end.  Each that is a code
 * must come back from its canonical text; the order, containment and subtree of
 * the two must agree with their texts.  The bytes are tried as a stored value
 * too, as the binary input function would.
 */
#ifndef CODE
#error "define CODE(name) before including this file"
#endif

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "code/code_core.h"

#define REQUIRE(ok) do { if (!(ok)) abort(); } while (0)

typedef struct Parsed
{
	uint64_t	value;
	char		spelt[MS_CODE_BUFSIZE];
} Parsed;

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
parse(const uint8_t *data, size_t size, Parsed *p)
{
	/* a copy of exactly that size, so that a read beyond it is seen */
	char	   *s = malloc(size ? size : 1);
	MsCodeError err;
	uint64_t	again;
	bool		ok;

	if (s == NULL)
		abort();
	if (size > 0)
		memcpy(s, data, size);
	ok = CODE(parse) (s, size, &p->value, &err);
	REQUIRE(ok == CODE(parse) (s, size, &again, NULL));
	free(s);
	if (!ok)
	{
		char		detail[256];

		REQUIRE(err.reason != MS_CODE_OK && err.hint != NULL);
		REQUIRE(err.position >= 1 && err.position <= (int) size + 1);
		REQUIRE(ms_code_error_detail(&err, detail, sizeof(detail)) <
				(int) sizeof(detail));
		return false;
	}
	REQUIRE(CODE(valid) (p->value));
	REQUIRE(CODE(format) (p->value, p->spelt) ==
			CODE(length) (p->value));
	REQUIRE(CODE(parse) (p->spelt, strlen(p->spelt), &again, NULL));
	REQUIRE(ms_code_cmp64(again, p->value) == 0);
	return true;
}

static int
sign(int x)
{
	return (x > 0) - (x < 0);
}

static void
check_pair(const Parsed *a, const Parsed *b)
{
	bool		prefix = strncmp(b->spelt, a->spelt, strlen(b->spelt)) == 0;
	int			cmp = ms_code_cmp64(a->value, b->value);
	uint64_t	end;
	bool		has_end;

	REQUIRE(sign(cmp) == sign(strcmp(a->spelt, b->spelt)));
	REQUIRE(CODE(within) (a->value, b->value) == prefix);
	has_end = CODE(subtree_end) (b->value, &end);
	REQUIRE(prefix == (cmp >= 0 &&
					   (!has_end || ms_code_cmp64(a->value, end) < 0)));
}

static void
check_bits(const uint8_t *data, size_t size)
{
	uint64_t	value;
	uint64_t	again;
	char		spelt[MS_CODE_BUFSIZE];
	bool		valid;

	if (size < sizeof(value))
		return;
	memcpy(&value, data, sizeof(value));
	valid = CODE(valid) (value);
	if (CODE(format) (value, spelt) == 0)
		REQUIRE(!valid);
	else if (valid)
	{
		REQUIRE(CODE(parse) (spelt, strlen(spelt), &again, NULL));
		REQUIRE(ms_code_cmp64(again, value) == 0);
	}
	(void) CODE(subtree_end) (value, &again);
	(void) CODE(truncate) (value, size & 31, &again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *cut = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t		first = cut ? (size_t) (cut - data) : size;
	Parsed		a,
				b;
	bool		a_ok = parse(data, first, &a);

	if (a_ok)
		check_pair(&a, &a);
	if (cut != NULL && parse(cut + 1, size - first - 1, &b) && a_ok)
	{
		check_pair(&a, &b);
		check_pair(&b, &a);
	}
	check_bits(data, size);
	return 0;
}
