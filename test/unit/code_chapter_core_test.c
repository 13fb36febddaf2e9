/*
 * Unit test of chapters and blocks: the table by itself, the places where
 * classifications differ, and every chapter, block, category and subcategory
 * of the WHO, where the list of MEDSUP_DATA is at hand.
 */
#include <stdlib.h>

#include "code/code_chapter_core.h"
#include "unit.h"

static MsIcd10
icd10(const char *text)
{
	MsIcd10		code = 0;

	CHECK_MSG(ms_code_icd10_parse(text, strlen(text), &code, NULL),
			  "%s is a diagnosis", text);
	return code;
}

static const char *
block_of(const char *text)
{
	int			block = ms_code_icd10_block(icd10(text));

	return block < 0 ? "-" : ms_icd10_blocks[block].name;
}

static const char *
outer_of(const char *name)
{
	for (int i = 0; i < ms_icd10_nblocks; i++)
		if (strcmp(ms_icd10_blocks[i].name, name) == 0)
		{
			int			outer = ms_icd10_outer_block(i);

			return outer < 0 ? "-" : ms_icd10_blocks[outer].name;
		}
	return "?";
}

static const char *
operation_chapter(const char *text)
{
	MsIcd9cm3	code = 0;

	CHECK_MSG(ms_code_icd9cm3_parse(text, strlen(text), &code, NULL),
			  "%s is an operation", text);
	return ms_icd9cm3_chapters[ms_code_icd9cm3_chapter(code)].number;
}

typedef struct Place
{
	const char *text;
	int			chapter;
	const char *block;			/* "-" = none */
} Place;

static const Place places[] = {
	/* chapters are ranges, not letters */
	{"A00", 1, "A00-A09"},
	{"B99.x00", 1, "B99-B99"},
	{"D48.900", 2, "D37-D48"},
	{"D50", 3, "D50-D53"},
	{"E90", 4, "E70-E90"},
	{"F99", 5, "F99-F99"},
	{"H59.900", 7, "H55-H59"},
	{"H60", 8, "H60-H62"},
	{"S00", 19, "S00-S09"},
	{"T98.300", 19, "T90-T98"},
	{"V01.x00", 20, "V01-V09"},
	{"W99", 20, "W85-W99"},
	{"X85", 20, "X85-Y09"},
	{"Y09.900", 20, "X85-Y09"},
	{"Y98", 20, "Y90-Y98"},
	{"Z99.900", 21, "Z80-Z99"},

	/* blocks nest; the innermost counts, whatever the form of the code */
	{"C00", 2, "C00-C14"},
	{"C26", 2, "C15-C26"},
	{"C42", 2, "C00-C75"},
	{"C97", 2, "C97-C97"},
	{"M54.500x002", 13, "M50-M54"},
	{"Y40", 20, "Y40-Y59"},
	{"E11.", 4, "E10-E14"},
	{"E11.200x011+N08.3*", 4, "E10-E14"},
	{"S72.001A", 19, "S70-S79"},

	/* what is between blocks, between chapters, in the last chapter */
	{"A10", 1, "-"},
	{"M28", 13, "-"},
	{"T99", 0, "-"},
	{"E91", 0, "-"},
	{"U07.100", 22, "U00-U49"},
	{"U50", 22, "-"},
	{"U82.000", 22, "U82-U85"},
	{"U85", 22, "U82-U85"},
	{"U86", 22, "-"},
	{"U99", 22, "-"},

	/* ICD-10-CM: letters sort behind 9, sections have them elsewhere */
	{"C4A.0", 2, "C43-C44"},
	{"C7A.098", 2, "C00-C97"},
	{"C7B", 2, "C76-C80"},
	{"C80", 2, "C76-C80"},
	{"D3A", 2, "D10-D36"},
	{"D40", 2, "D37-D48"},
	{"I1A", 9, "I10-I15"},
	{"I5A", 9, "I30-I52"},
	{"J4A", 10, "J40-J47"},
	{"M1A", 13, "M05-M14"},
	{"M1A.9XX1", 13, "M05-M14"},
	{"M20", 13, "M20-M25"},
	{"O9A", 15, "O94-O99"},
	{"O9A.2", 15, "O94-O99"},
	{"P00", 16, "P00-P04"},
	{"Z3A.20", 21, "Z30-Z39"},
	{"Z40", 21, "Z40-Z54"},

	/* its categories outside the WHO's ranges */
	{"D49", 2, "-"},
	{"E08.1", 4, "E10-E14"},
	{"K95", 11, "K90-K93"},
	{"V00", 20, "V01-V09"},
	{"Y99", 20, "Y90-Y98"},
	{"Z79", 21, "Z80-Z99"},
	{"Z68", 21, "-"},
};

static void
test_places(void)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
	{
		const Place *p = &places[i];

		CHECK_MSG(ms_code_icd10_chapter(icd10(p->text)) == p->chapter,
				  "%s is in chapter %d, wanted %d", p->text,
				  ms_code_icd10_chapter(icd10(p->text)), p->chapter);
		CHECK_MSG(strcmp(block_of(p->text), p->block) == 0,
				  "%s is in block %s, wanted %s", p->text, block_of(p->text),
				  p->block);
	}
	CHECK_STR(outer_of("C15-C26"), "C00-C75");
	CHECK_STR(outer_of("C00-C14"), "C00-C75");
	CHECK_STR(outer_of("C76-C80"), "C00-C97");
	CHECK_STR(outer_of("C00-C75"), "C00-C97");
	CHECK_STR(outer_of("C00-C97"), "-");
	CHECK_STR(outer_of("E10-E14"), "-");
	CHECK_STR(outer_of("W00-W19"), "W00-X59");
	CHECK_STR(outer_of("X58-X59"), "W00-X59");
	CHECK_STR(outer_of("X60-X84"), "-");
}

static void
test_operations(void)
{
	CHECK_STR(operation_chapter("00"), "0");
	CHECK_STR(operation_chapter("01.6x00"), "1");
	CHECK_STR(operation_chapter("16.9900x001"), "3");
	CHECK_STR(operation_chapter("17"), "3A");
	CHECK_STR(operation_chapter("17.912A0"), "3A");
	CHECK_STR(operation_chapter("18.0100"), "4");
	CHECK_STR(operation_chapter("36.0600"), "7");
	CHECK_STR(operation_chapter("86.700x0013"), "15");
	CHECK_STR(operation_chapter("87"), "16");
	CHECK_STR(operation_chapter("99.9999x999"), "16");
	for (int i = 1; i < ms_icd9cm3_nchapters; i++)
		CHECK_INT(atoi(ms_icd9cm3_chapters[i].first),
				  atoi(ms_icd9cm3_chapters[i - 1].last) + 1);
}

/* A range is in one chapter, holds its ends and lies within what is around. */
static void
test_table(void)
{
	for (int i = 0; i < ms_icd10_nchapters; i++)
	{
		const MsChapter *c = &ms_icd10_chapters[i];

		CHECK_INT(ms_code_icd10_chapter(icd10(c->first)), i + 1);
		CHECK_INT(ms_code_icd10_chapter(icd10(c->last)), i + 1);
	}
	for (int i = 0; i < ms_icd10_nblocks; i++)
	{
		const MsBlock *b = &ms_icd10_blocks[i];
		int			outer = ms_icd10_outer_block(i);
		char		first[4];

		snprintf(first, sizeof(first), "%.3s", b->name);
		CHECK_INT(ms_code_icd10_chapter(icd10(first)),
				  ms_code_icd10_chapter(icd10(b->name + 4)));
		CHECK(strcmp(first, b->name + 4) <= 0);
		CHECK_INT(b->depth, outer < 0 ? 1 : ms_icd10_blocks[outer].depth + 1);
		CHECK(b->depth <= MS_ICD10_BLOCK_DEPTH);
		if (outer >= 0)
			CHECK(strncmp(ms_icd10_blocks[outer].name, first, 3) <= 0 &&
				  strcmp(ms_icd10_blocks[outer].name + 4, b->name + 4) >= 0);
	}
}

/* The chapter whose Roman number this is. */
static int
roman(const char *number)
{
	for (int i = 0; i < ms_icd10_nchapters; i++)
		if (strcmp(ms_icd10_chapters[i].number, number) == 0)
			return i + 1;
	return -1;
}

/* Cuts the last field off a line of CSV; only titles hold commas. */
static const char *
cut_last(char *line)
{
	char	   *comma = strrchr(line, ',');

	if (comma == NULL)
		return "";
	*comma = '\0';
	return comma + 1;
}

/* The WHO's own list: kind, code, title, chapter, block, depth. */
static void
test_who(FILE *f)
{
	char		line[4096];
	int			blocks = 0;
	long		codes = 0;
	long		wrong = 0;

	while (fgets(line, sizeof(line), f) != NULL)
	{
		const char *depth;
		const char *block;
		const char *chapter;
		char		code[8];
		size_t		kind = strcspn(line, ",");

		line[strcspn(line, "\r\n")] = '\0';
		depth = cut_last(line);
		block = cut_last(line);
		chapter = cut_last(line);
		snprintf(code, sizeof(code), "%.*s",
				 (int) strcspn(line + kind + 1, ","), line + kind + 1);
		line[kind] = '\0';
		if (strcmp(line, "chapter") == 0)
		{
			int			number = roman(code);

			CHECK_MSG(number > 0, "chapter %s is there", code);
			if (number > 0)
				CHECK_MSG(strstr(line + kind + 1 + strlen(code),
								 ms_icd10_chapters[number - 1].name_en) != NULL,
						  "chapter %s has its title", code);
		}
		else if (strcmp(line, "block") == 0)
		{
			const MsBlock *b = &ms_icd10_blocks[blocks++];

			CHECK_STR(b->name, code);
			CHECK_STR(outer_of(code), block[0] == '\0' ? "-" : block);
			CHECK_INT(b->depth, atoi(depth));
			CHECK_INT(ms_code_icd10_chapter(icd10(b->name + 4)),
					  roman(chapter));
			CHECK(strncmp(ms_icd10_chapters[roman(chapter) - 1].first, code,
						  3) <= 0 &&
				  strcmp(ms_icd10_chapters[roman(chapter) - 1].last,
						 code + 4) >= 0);
		}
		else if (strcmp(line, "category") == 0 ||
				 strcmp(line, "subcategory") == 0)
		{
			MsIcd10		value = 0;

			codes++;
			if (!ms_code_icd10_parse(code, strlen(code), &value, NULL) ||
				ms_code_icd10_chapter(value) != roman(chapter) ||
				strcmp(ms_icd10_blocks[ms_code_icd10_block(value)].name,
					   block) != 0)
			{
				if (wrong++ == 0)
					fprintf(stderr, "first wrong: %s\n", code);
			}
		}
	}
	CHECK_INT(blocks, ms_icd10_nblocks);
	CHECK_MSG(codes == 12246, "%ld categories and subcategories", codes);
	CHECK_INT(wrong, 0);
}

int
main(void)
{
	const char *data = getenv("MEDSUP_DATA");
	char		path[1024];
	FILE	   *f;

	test_places();
	test_operations();
	test_table();
	snprintf(path, sizeof(path), "%s/codes/icd10_who_2019.csv",
			 data != NULL ? data : "../shared/data");
	f = fopen(path, "r");
	if (f == NULL)
		printf("skip the list of the WHO: set MEDSUP_DATA to its folder\n");
	else
	{
		test_who(f);
		fclose(f);
	}
	return unit_done();
}
