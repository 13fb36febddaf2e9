/*-------------------------------------------------------------------------
 *
 * code_chapter_core.c
 *	  Chapters and blocks: what stands above the categories.
 *
 * All ranges are turned at first use into one sorted array of bounds with the
 * chapter and the innermost block of what follows each bound, so that asking
 * is a binary search over packed codes; no text is printed.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "code/code_chapter_core.h"

#define LENGTH(array) ((int) (sizeof(array) / sizeof((array)[0])))

/*
 * The lists end the last chapter at U85; U50 to U99 are set aside for
 * research and for what a country adds, so it holds all of U here.
 */
const MsChapter ms_icd10_chapters[] = {
	{"I", "A00", "B99", "某些传染病和寄生虫病",
	"Certain infectious and parasitic diseases"},
	{"II", "C00", "D48", "肿瘤",
	"Neoplasms"},
	{"III", "D50", "D89", "血液及造血器官疾病和涉及免疫机制的某些疾患",
		"Diseases of the blood and blood-forming organs and "
	"certain disorders involving the immune mechanism"},
	{"IV", "E00", "E90", "内分泌、营养和代谢疾病",
	"Endocrine, nutritional and metabolic diseases"},
	{"V", "F00", "F99", "精神和行为障碍",
	"Mental and behavioural disorders"},
	{"VI", "G00", "G99", "神经系统疾病",
	"Diseases of the nervous system"},
	{"VII", "H00", "H59", "眼和附器疾病",
	"Diseases of the eye and adnexa"},
	{"VIII", "H60", "H95", "耳和乳突疾病",
	"Diseases of the ear and mastoid process"},
	{"IX", "I00", "I99", "循环系统疾病",
	"Diseases of the circulatory system"},
	{"X", "J00", "J99", "呼吸系统疾病",
	"Diseases of the respiratory system"},
	{"XI", "K00", "K93", "消化系统疾病",
	"Diseases of the digestive system"},
	{"XII", "L00", "L99", "皮肤和皮下组织疾病",
	"Diseases of the skin and subcutaneous tissue"},
	{"XIII", "M00", "M99", "肌肉骨骼系统和结缔组织疾病",
		"Diseases of the musculoskeletal system and connective "
	"tissue"},
	{"XIV", "N00", "N99", "泌尿生殖系统疾病",
	"Diseases of the genitourinary system"},
	{"XV", "O00", "O99", "妊娠、分娩和产褥期",
	"Pregnancy, childbirth and the puerperium"},
	{"XVI", "P00", "P96", "起源于围生期的某些情况",
	"Certain conditions originating in the perinatal period"},
	{"XVII", "Q00", "Q99", "先天性畸形、变形和染色体异常",
		"Congenital malformations, deformations and chromosomal "
	"abnormalities"},
	{"XVIII", "R00", "R99", "症状、体征和临床与实验室异常所见，不可归类在他处者",
		"Symptoms, signs and abnormal clinical and laboratory "
	"findings, not elsewhere classified"},
	{"XIX", "S00", "T98", "损伤、中毒和外因的某些其他后果",
		"Injury, poisoning and certain other consequences of "
	"external causes"},
	{"XX", "V01", "Y98", "疾病和死亡的外因",
	"External causes of morbidity and mortality"},
	{"XXI", "Z00", "Z99", "影响健康状态和与保健机构接触的因素",
		"Factors influencing health status and contact with "
	"health services"},
	{"XXII", "U00", "U99", "用于特殊目的的编码",
	"Codes for special purposes"},
};

/* In the order of the list: a block stands behind the one that holds it. */
const MsBlock ms_icd10_blocks[] = {
	{"A00-A09", 1}, {"A15-A19", 1}, {"A20-A28", 1}, {"A30-A49", 1},
	{"A50-A64", 1}, {"A65-A69", 1}, {"A70-A74", 1}, {"A75-A79", 1},
	{"A80-A89", 1}, {"A92-A99", 1}, {"B00-B09", 1}, {"B15-B19", 1},
	{"B20-B24", 1}, {"B25-B34", 1}, {"B35-B49", 1}, {"B50-B64", 1},
	{"B65-B83", 1}, {"B85-B89", 1}, {"B90-B94", 1}, {"B95-B98", 1},
	{"B99-B99", 1}, {"C00-C97", 1}, {"C00-C75", 2}, {"C00-C14", 3},
	{"C15-C26", 3}, {"C30-C39", 3}, {"C40-C41", 3}, {"C43-C44", 3},
	{"C45-C49", 3}, {"C50-C50", 3}, {"C51-C58", 3}, {"C60-C63", 3},
	{"C64-C68", 3}, {"C69-C72", 3}, {"C73-C75", 3}, {"C76-C80", 2},
	{"C81-C96", 2}, {"C97-C97", 2}, {"D00-D09", 1}, {"D10-D36", 1},
	{"D37-D48", 1}, {"D50-D53", 1}, {"D55-D59", 1}, {"D60-D64", 1},
	{"D65-D69", 1}, {"D70-D77", 1}, {"D80-D89", 1}, {"E00-E07", 1},
	{"E10-E14", 1}, {"E15-E16", 1}, {"E20-E35", 1}, {"E40-E46", 1},
	{"E50-E64", 1}, {"E65-E68", 1}, {"E70-E90", 1}, {"F00-F09", 1},
	{"F10-F19", 1}, {"F20-F29", 1}, {"F30-F39", 1}, {"F40-F48", 1},
	{"F50-F59", 1}, {"F60-F69", 1}, {"F70-F79", 1}, {"F80-F89", 1},
	{"F90-F98", 1}, {"F99-F99", 1}, {"G00-G09", 1}, {"G10-G14", 1},
	{"G20-G26", 1}, {"G30-G32", 1}, {"G35-G37", 1}, {"G40-G47", 1},
	{"G50-G59", 1}, {"G60-G64", 1}, {"G70-G73", 1}, {"G80-G83", 1},
	{"G90-G99", 1}, {"H00-H06", 1}, {"H10-H13", 1}, {"H15-H22", 1},
	{"H25-H28", 1}, {"H30-H36", 1}, {"H40-H42", 1}, {"H43-H45", 1},
	{"H46-H48", 1}, {"H49-H52", 1}, {"H53-H54", 1}, {"H55-H59", 1},
	{"H60-H62", 1}, {"H65-H75", 1}, {"H80-H83", 1}, {"H90-H95", 1},
	{"I00-I02", 1}, {"I05-I09", 1}, {"I10-I15", 1}, {"I20-I25", 1},
	{"I26-I28", 1}, {"I30-I52", 1}, {"I60-I69", 1}, {"I70-I79", 1},
	{"I80-I89", 1}, {"I95-I99", 1}, {"J00-J06", 1}, {"J09-J18", 1},
	{"J20-J22", 1}, {"J30-J39", 1}, {"J40-J47", 1}, {"J60-J70", 1},
	{"J80-J84", 1}, {"J85-J86", 1}, {"J90-J94", 1}, {"J95-J99", 1},
	{"K00-K14", 1}, {"K20-K31", 1}, {"K35-K38", 1}, {"K40-K46", 1},
	{"K50-K52", 1}, {"K55-K64", 1}, {"K65-K67", 1}, {"K70-K77", 1},
	{"K80-K87", 1}, {"K90-K93", 1}, {"L00-L08", 1}, {"L10-L14", 1},
	{"L20-L30", 1}, {"L40-L45", 1}, {"L50-L54", 1}, {"L55-L59", 1},
	{"L60-L75", 1}, {"L80-L99", 1}, {"M00-M25", 1}, {"M00-M03", 2},
	{"M05-M14", 2}, {"M15-M19", 2}, {"M20-M25", 2}, {"M30-M36", 1},
	{"M40-M54", 1}, {"M40-M43", 2}, {"M45-M49", 2}, {"M50-M54", 2},
	{"M60-M79", 1}, {"M60-M63", 2}, {"M65-M68", 2}, {"M70-M79", 2},
	{"M80-M94", 1}, {"M80-M85", 2}, {"M86-M90", 2}, {"M91-M94", 2},
	{"M95-M99", 1}, {"N00-N08", 1}, {"N10-N16", 1}, {"N17-N19", 1},
	{"N20-N23", 1}, {"N25-N29", 1}, {"N30-N39", 1}, {"N40-N51", 1},
	{"N60-N64", 1}, {"N70-N77", 1}, {"N80-N98", 1}, {"N99-N99", 1},
	{"O00-O08", 1}, {"O10-O16", 1}, {"O20-O29", 1}, {"O30-O48", 1},
	{"O60-O75", 1}, {"O80-O84", 1}, {"O85-O92", 1}, {"O94-O99", 1},
	{"P00-P04", 1}, {"P05-P08", 1}, {"P10-P15", 1}, {"P20-P29", 1},
	{"P35-P39", 1}, {"P50-P61", 1}, {"P70-P74", 1}, {"P75-P78", 1},
	{"P80-P83", 1}, {"P90-P96", 1}, {"Q00-Q07", 1}, {"Q10-Q18", 1},
	{"Q20-Q28", 1}, {"Q30-Q34", 1}, {"Q35-Q37", 1}, {"Q38-Q45", 1},
	{"Q50-Q56", 1}, {"Q60-Q64", 1}, {"Q65-Q79", 1}, {"Q80-Q89", 1},
	{"Q90-Q99", 1}, {"R00-R09", 1}, {"R10-R19", 1}, {"R20-R23", 1},
	{"R25-R29", 1}, {"R30-R39", 1}, {"R40-R46", 1}, {"R47-R49", 1},
	{"R50-R69", 1}, {"R70-R79", 1}, {"R80-R82", 1}, {"R83-R89", 1},
	{"R90-R94", 1}, {"R95-R99", 1}, {"S00-S09", 1}, {"S10-S19", 1},
	{"S20-S29", 1}, {"S30-S39", 1}, {"S40-S49", 1}, {"S50-S59", 1},
	{"S60-S69", 1}, {"S70-S79", 1}, {"S80-S89", 1}, {"S90-S99", 1},
	{"T00-T07", 1}, {"T08-T14", 1}, {"T15-T19", 1}, {"T20-T32", 1},
	{"T20-T25", 2}, {"T26-T28", 2}, {"T29-T32", 2}, {"T33-T35", 1},
	{"T36-T50", 1}, {"T51-T65", 1}, {"T66-T78", 1}, {"T79-T79", 1},
	{"T80-T88", 1}, {"T90-T98", 1}, {"V01-X59", 1}, {"V01-V99", 2},
	{"V01-V09", 3}, {"V10-V19", 3}, {"V20-V29", 3}, {"V30-V39", 3},
	{"V40-V49", 3}, {"V50-V59", 3}, {"V60-V69", 3}, {"V70-V79", 3},
	{"V80-V89", 3}, {"V90-V94", 3}, {"V95-V97", 3}, {"V98-V99", 3},
	{"W00-X59", 2}, {"W00-W19", 3}, {"W20-W49", 3}, {"W50-W64", 3},
	{"W65-W74", 3}, {"W75-W84", 3}, {"W85-W99", 3}, {"X00-X09", 3},
	{"X10-X19", 3}, {"X20-X29", 3}, {"X30-X39", 3}, {"X40-X49", 3},
	{"X50-X57", 3}, {"X58-X59", 3}, {"X60-X84", 1}, {"X85-Y09", 1},
	{"Y10-Y34", 1}, {"Y35-Y36", 1}, {"Y40-Y84", 1}, {"Y40-Y59", 2},
	{"Y60-Y69", 2}, {"Y70-Y82", 2}, {"Y83-Y84", 2}, {"Y85-Y89", 1},
	{"Y90-Y98", 1}, {"Z00-Z13", 1}, {"Z20-Z29", 1}, {"Z30-Z39", 1},
	{"Z40-Z54", 1}, {"Z55-Z65", 1}, {"Z70-Z76", 1}, {"Z80-Z99", 1},
	{"U00-U49", 1}, {"U82-U85", 1}
};

const MsChapter ms_icd9cm3_chapters[] = {
	{"0", "00", "00", "操作和介入，不可归类在他处者",
	"Procedures and interventions, not elsewhere classified"},
	{"1", "01", "05", "神经系统手术",
	"Operations on the nervous system"},
	{"2", "06", "07", "内分泌系统手术",
	"Operations on the endocrine system"},
	{"3", "08", "16", "眼的手术",
	"Operations on the eye"},
	{"3A", "17", "17", "其他各类诊断性和治疗性操作",
	"Other miscellaneous diagnostic and therapeutic procedures"},
	{"4", "18", "20", "耳部手术",
	"Operations on the ear"},
	{"5", "21", "29", "鼻、口、咽手术",
	"Operations on the nose, mouth and pharynx"},
	{"6", "30", "34", "呼吸系统手术",
	"Operations on the respiratory system"},
	{"7", "35", "39", "心血管系统手术",
	"Operations on the cardiovascular system"},
	{"8", "40", "41", "血液和淋巴系统手术",
	"Operations on the hemic and lymphatic system"},
	{"9", "42", "54", "消化系统手术",
	"Operations on the digestive system"},
	{"10", "55", "59", "泌尿系统手术",
	"Operations on the urinary system"},
	{"11", "60", "64", "男性生殖器官手术",
	"Operations on the male genital organs"},
	{"12", "65", "71", "女性生殖器官手术",
	"Operations on the female genital organs"},
	{"13", "72", "75", "产科操作",
	"Obstetrical procedures"},
	{"14", "76", "84", "肌肉骨骼系统手术",
	"Operations on the musculoskeletal system"},
	{"15", "85", "86", "体被系统手术",
	"Operations on the integumentary system"},
	{"16", "87", "99", "各种诊断性和治疗性操作",
	"Miscellaneous diagnostic and therapeutic procedures"},
};

const int	ms_icd10_nchapters = LENGTH(ms_icd10_chapters);
const int	ms_icd10_nblocks = LENGTH(ms_icd10_blocks);
const int	ms_icd9cm3_nchapters = LENGTH(ms_icd9cm3_chapters);

/*
 * Categories that only ICD-10-CM has, where their sort order alone would put
 * them into a wrong block or none: M1A (gout) sorts behind M19 (arthrosis).
 * They go into the block of the WHO whose subject is theirs, as most sections
 * of ICD-10-CM have it.
 */
typedef struct Extra
{
	char		first[4];
	char		last[4];
	unsigned char chapter;
	const char *block;			/* NULL = none of the WHO's */
} Extra;

static const Extra extras[] = {
	{"A90", "A91", 1, "A92-A99"},
	{"C4A", "C4A", 2, "C43-C44"},
	{"C7A", "C7A", 2, "C00-C97"},
	{"D3A", "D3A", 2, "D10-D36"},
	{"D49", "D49", 2, NULL},
	{"E08", "E09", 4, "E10-E14"},
	{"G65", "G65", 6, "G60-G64"},
	{"G89", "G89", 6, "G90-G99"},
	{"I16", "I16", 9, "I10-I15"},
	{"I1A", "I1A", 9, "I10-I15"},
	{"I5A", "I5A", 9, "I30-I52"},
	{"J4A", "J4A", 10, "J40-J47"},
	{"K68", "K68", 11, "K65-K67"},
	{"K94", "K95", 11, "K90-K93"},
	{"L49", "L49", 12, "L50-L54"},
	{"M1A", "M1A", 13, "M05-M14"},
	{"N52", "N53", 14, "N40-N51"},
	{"N65", "N65", 14, "N60-N64"},
	{"O76", "O77", 15, "O60-O75"},
	{"P19", "P19", 16, "P20-P29"},
	{"V00", "V00", 20, "V01-V09"},
	{"Y37", "Y38", 20, "Y35-Y36"},
	{"Y99", "Y99", 20, "Y90-Y98"},
	{"Z69", "Z69", 21, "Z70-Z76"},
	{"Z77", "Z79", 21, "Z80-Z99"},
};

/* What holds from one bound to the next. */
typedef struct Span
{
	uint64_t	start;
	unsigned char chapter;		/* 0 = none */
	short		block;			/* -1 = none */
} Span;

/* Bounds of all ranges, two each, and the one that everything is behind. */
#define MAXSPANS \
	(2 * (LENGTH(ms_icd10_chapters) + LENGTH(ms_icd10_blocks) + \
		  LENGTH(extras)) + 1)

static Span spans[MAXSPANS];
static int	nspans = 0;
static short outer[LENGTH(ms_icd10_blocks)];

typedef struct Bounds
{
	uint64_t	start;
	uint64_t	end;			/* not in it */
} Bounds;

static MsIcd10
category(const char *text)
{
	MsIcd10		code = 0;

	(void) ms_code_icd10_parse(text, 3, &code, NULL);
	return code;
}

/*
 * bounds_of ends a range before the next category of two digits, so that
 * O94-O99 holds O9A and Z30-Z39 holds Z3A.  A category with a letter is a
 * range by itself.
 */
static Bounds
bounds_of(const char *first, const char *last)
{
	Bounds		b;
	char		next[4] = {last[0], last[1], last[2], '\0'};

	b.start = category(first);
	if (last[2] >= 'A')
		(void) ms_code_icd10_subtree_end(category(last), &b.end);
	else
	{
		if (next[2]++ == '9')
		{
			next[2] = '0';
			if (next[1]++ == '9')
			{
				next[1] = '0';
				next[0]++;
			}
		}
		b.end = next[0] > 'Z' ? UINT64_MAX : category(next);
	}
	return b;
}

static Bounds
block_bounds(const MsBlock *block)
{
	return bounds_of(block->name, block->name + 4);
}

static int
compare_spans(const void *a, const void *b)
{
	return ms_code_cmp64(((const Span *) a)->start, ((const Span *) b)->start);
}

/* The last span that does not begin behind the code. */
static const Span *
find_span(uint64_t code)
{
	int			low = 0;
	int			high = nspans;

	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (spans[middle].start <= code)
			low = middle;
		else
			high = middle;
	}
	return &spans[low];
}

static void
add_bounds(Bounds b)
{
	spans[nspans++].start = b.start;
	spans[nspans++].start = b.end;
}

static void
paint(Bounds b, int chapter, int block)
{
	for (Span *s = (Span *) find_span(b.start);
		 s < spans + nspans && s->start < b.end; s++)
	{
		s->chapter = (unsigned char) chapter;
		s->block = (short) block;
	}
}

static int
find_block(const char *name)
{
	for (int i = 0; name != NULL && i < ms_icd10_nblocks; i++)
		if (strcmp(ms_icd10_blocks[i].name, name) == 0)
			return i;
	return -1;
}

static void
build(void)
{
	int			n = 0;

	spans[nspans++].start = 0;
	for (int i = 0; i < ms_icd10_nchapters; i++)
		add_bounds(bounds_of(ms_icd10_chapters[i].first,
							 ms_icd10_chapters[i].last));
	for (int i = 0; i < ms_icd10_nblocks; i++)
		add_bounds(block_bounds(&ms_icd10_blocks[i]));
	for (int i = 0; i < LENGTH(extras); i++)
		add_bounds(bounds_of(extras[i].first, extras[i].last));
	qsort(spans, (size_t) nspans, sizeof(Span), compare_spans);
	for (int i = 1; i < nspans; i++)
		if (spans[i].start != spans[n].start)
			spans[++n].start = spans[i].start;
	nspans = n + 1;
	for (int i = 0; i < nspans; i++)
	{
		spans[i].chapter = 0;
		spans[i].block = -1;
	}

	/* from outside in, what comes later covers what was there */
	for (int i = 0; i < ms_icd10_nchapters; i++)
		paint(bounds_of(ms_icd10_chapters[i].first,
						ms_icd10_chapters[i].last), i + 1, -1);
	for (int i = 0; i < ms_icd10_nblocks; i++)
	{
		const MsBlock *block = &ms_icd10_blocks[i];
		Bounds		b = block_bounds(block);

		outer[i] = block->depth == 1 ? -1 : find_span(b.start)->block;
		paint(b, find_span(b.start)->chapter, i);
	}
	for (int i = 0; i < LENGTH(extras); i++)
		paint(bounds_of(extras[i].first, extras[i].last), extras[i].chapter,
			  find_block(extras[i].block));
}

static inline void
ready(void)
{
	if (nspans == 0)
		build();
}

int
ms_code_icd10_chapter(MsIcd10 code)
{
	ready();
	return find_span(code)->chapter;
}

int
ms_code_icd10_block(MsIcd10 code)
{
	ready();
	return find_span(code)->block;
}

int
ms_icd10_outer_block(int block)
{
	ready();
	return outer[block];
}

/* Operations need no gaps and no nesting: the bounds are the first codes. */
int
ms_code_icd9cm3_chapter(MsIcd9cm3 code)
{
	static MsIcd9cm3 starts[LENGTH(ms_icd9cm3_chapters)];
	static bool built = false;
	int			i = ms_icd9cm3_nchapters - 1;

	if (!built)
	{
		for (int k = 0; k <= i; k++)
			(void) ms_code_icd9cm3_parse(ms_icd9cm3_chapters[k].first, 2,
										 &starts[k], NULL);
		built = true;
	}
	while (code < starts[i])
		i--;
	return i;
}
