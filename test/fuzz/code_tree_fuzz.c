/*
 * Fuzz target of the hierarchy: 16 bytes as a value of each type, whether it
 * is one or not.  Nothing may be read or written out of bounds; on values the
 * parent is a node within which the code lies, a level up.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "code/code_chapter_core.h"
#include "code/code_tree_core.h"

static void
demand(int ok)
{
	if (!ok)
		abort();
}

static void
try_icd10(MsIcd10 code)
{
	const char *names[MS_CODE_MAX_FORMS];
	int			level = ms_code_icd10_level(code);
	int			chapter = ms_code_icd10_chapter(code);
	int			block = ms_code_icd10_block(code);
	MsIcd10		up = 0;

	demand(chapter >= 0 && chapter <= ms_icd10_nchapters);
	demand(block >= -1 && block < ms_icd10_nblocks);
	demand(ms_code_icd10_forms(code, names) <= MS_CODE_MAX_FORMS);
	demand((level > 0) == ms_code_icd10_valid(code));
	if (ms_code_icd10_parent(code, &up))
	{
		demand(up != code && ms_code_icd10_within(code, up));
		demand(ms_code_icd10_level(up) < level);
		demand(ms_code_icd10_chapter(up) == chapter);
		demand(ms_code_icd10_block(up) == block);
	}
	else
		demand(level == 0 || level == MS_ICD10_LEVEL_CATEGORY);
	for (int l = -1; l <= MS_ICD10_LEVEL_PAIR + 1; l++)
		if (ms_code_icd10_ancestor(code, l, &up))
			demand(ms_code_icd10_level(up) == l &&
				   ms_code_icd10_within(code, up));
	demand(ms_code_icd10_is_pair(code) == ms_code_icd10_asterisk(code, &up));
}

static void
try_icd9cm3(MsIcd9cm3 code)
{
	const char *names[MS_CODE_MAX_FORMS];
	int			level = ms_code_icd9cm3_level(code);
	int			chapter = ms_code_icd9cm3_chapter(code);
	MsIcd9cm3	up = 0;

	demand(chapter >= 0 && chapter < ms_icd9cm3_nchapters);
	demand(ms_code_icd9cm3_forms(code, names) <= MS_CODE_MAX_FORMS);
	demand((level > 0) == ms_code_icd9cm3_valid(code));
	if (ms_code_icd9cm3_parent(code, &up))
	{
		demand(up != code && ms_code_icd9cm3_within(code, up));
		demand(ms_code_icd9cm3_level(up) < level);
		demand(ms_code_icd9cm3_chapter(up) == chapter);
	}
	else
		demand(level == 0 || level == MS_ICD9CM3_LEVEL_CATEGORY);
	for (int l = -1; l <= MS_ICD9CM3_LEVEL_EXTENSION + 1; l++)
		if (ms_code_icd9cm3_ancestor(code, l, &up))
			demand(ms_code_icd9cm3_level(up) == l &&
				   ms_code_icd9cm3_within(code, up));
}

static void
try_fee_item(const MsFeeItem *item)
{
	bool		valid = ms_code_fee_item_valid(item);
	int			level = ms_code_fee_item_level(item);
	char		buf[MS_CODE_BUFSIZE];
	MsFeeItem	up;

	for (int s = MS_SEGMENT_ATC; s <= MS_SEGMENT_CONSUMABLE_ITEM; s++)
	{
		int			len = ms_code_fee_item_segment(item, (MsFeeSegment) s, buf);

		demand(len == (int) strlen(buf));
	}
	for (int l = -1; l <= MS_FEE_LEVEL_MAX + 1; l++)
		if (ms_code_fee_item_ancestor(item, l, &up) && valid)
			demand(ms_code_fee_item_level(&up) == l &&
				   ms_code_fee_item_within(item, &up));
	if (ms_code_fee_item_parent(item, &up) && valid)
		demand(ms_code_fee_item_level(&up) < level &&
			   ms_code_fee_item_within(item, &up) &&
			   !ms_code_fee_item_eq(item, &up));
}

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	MsFeeItem	item = {0, 0};
	uint64_t	code;

	/* as bits */
	memcpy(&item, data, size < sizeof(item) ? size : sizeof(item));
	try_icd10(item.hi);
	try_icd9cm3(item.lo);
	try_fee_item(&item);

	/* and as text, which finds values sooner */
	if (ms_code_icd10_parse(text, size, &code, NULL))
		try_icd10(code);
	if (ms_code_icd9cm3_parse(text, size, &code, NULL))
		try_icd9cm3(code);
	if (ms_code_fee_item_parse(text, size, &item, NULL))
		try_fee_item(&item);
	return 0;
}
