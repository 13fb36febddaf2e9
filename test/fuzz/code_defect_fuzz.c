/*
 * libFuzzer target of reading dirty cells: nothing may crash; explaining must
 * agree with the parser, name only codes as codes, and end in a sentence.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "code/code_defect_core.h"
#include "code/code_fold_core.h"

#define REQUIRE(ok) do { if (!(ok)) abort(); } while (0)

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
parses(MsReadAs as, const char *s, size_t len)
{
	uint64_t	value;
	MsFeeItem	item;

	switch (as)
	{
		case MS_READ_AS_ICD10:
			return ms_code_icd10_parse(s, len, &value, NULL);
		case MS_READ_AS_ICD9CM3:
			return ms_code_icd9cm3_parse(s, len, &value, NULL);
		case MS_READ_AS_FEE_ITEM:
			return ms_code_fee_item_parse(s, len, &item, NULL);
		case MS_READ_AS_DRUG_CODE:
			return ms_code_drug_parse(s, len, &item, NULL);
	}
	return false;
}

/* Part 0 is a code of the type for these, and may be anything for the rest. */
static bool
names_code(MsDefect defect)
{
	switch (defect)
	{
		case MS_DEFECT_QUOTED:
		case MS_DEFECT_GLUED_MORPHOLOGY:
		case MS_DEFECT_PAIR_NO_STAR:
		case MS_DEFECT_PAIR_NO_PLUS:
		case MS_DEFECT_PAIR_NO_MARKS:
		case MS_DEFECT_ASTERISK_LONG:
		case MS_DEFECT_DAGGER_SHORT:
		case MS_DEFECT_DAGGER_ALONE:
		case MS_DEFECT_RANGE:
		case MS_DEFECT_WILDCARD:
		case MS_DEFECT_SEVERAL:
		case MS_DEFECT_GLUED_CODES:
		case MS_DEFECT_TRAILING_DOT:
		case MS_DEFECT_MISSING_DOT:
		case MS_DEFECT_SHORT_EXTENSION:
		case MS_DEFECT_BLANK_INSIDE:
		case MS_DEFECT_LETTER_FOR_DIGIT:
		case MS_DEFECT_DIGIT_FOR_LETTER:
		case MS_DEFECT_NAME_ATTACHED:
			return true;
		default:
			return false;
	}
}

static void
check(MsReadAs as, const char *s, size_t len)
{
	MsReading	r;
	char		buf[MS_SENTENCE_MAX];

	memset(&r, 0xA5, sizeof(r));
	r.notes = 0;
	ms_cell_explain(as, s, len, &r);
	if (parses(as, s, len))
		REQUIRE(r.ok && (r.notes & MS_NOTE_LOOK_ALIKE) == 0);
	if (r.ok)
	{
		int			n = ms_reading_text(as, &r, buf);

		REQUIRE(n > 0 && parses(as, buf, (size_t) n));
		REQUIRE(ms_reading_form(as, &r)[0] != '\0');
		return;
	}
	REQUIRE(r.defect > MS_DEFECT_NONE && r.defect < MS_N_DEFECTS);
	if (names_code(r.defect))
		REQUIRE(parses(as, r.part[0], strlen(r.part[0])));
	for (int zh = 0; zh < 2; zh++)
	{
		int			n = ms_defect_sentence(&r, zh, buf);

		REQUIRE(n > 10 && n < MS_SENTENCE_MAX && buf[n] == '\0');
		REQUIRE(zh ? memcmp(buf + n - 3, "\343\200\202", 3) == 0 : buf[n - 1] == '.');
	}
}

/* The server's text is always UTF-8; broken bytes must only do no harm. */
static bool
is_utf8(const char *s, size_t len)
{
	size_t		at = 0;

	while (at < len)
		if (ms_next_char(s, len, &at) == 0xFFFD)
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a copy of exactly that size, so that a read beyond it is seen */
	char	   *s = malloc(size ? size : 1);
	unsigned	notes = 0;
	bool		utf8;
	size_t		len;

	if (s == NULL)
		abort();
	if (size > 0)
		memcpy(s, data, size);
	utf8 = is_utf8(s, size);
	len = ms_cell_fold(s, size, &notes);
	REQUIRE(len <= size && (notes != 0 || len == size));
	for (int as = 0; as < MS_N_READ_AS; as++)
		check((MsReadAs) as, s, len);
	len = ms_name_fold(s, len);
	REQUIRE(len <= size);
	/* a name that is folded already stays as it is */
	if (utf8)
		REQUIRE(ms_name_fold(s, len) == len);
	free(s);
	return 0;
}
