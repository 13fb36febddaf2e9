/*-------------------------------------------------------------------------
 *
 * code_chapter_core.h
 *	  Chapters and blocks: what stands above the categories.
 *
 * They are no values of the code types but ranges of categories, kept as
 * data.  A chapter is no letter: D holds tumours up to D48 and blood from
 * D50 on, chapter 19 is S and T.  Blocks nest (C00-C97 holds C00-C75, that
 * holds C15-C26), up to three deep.
 *
 * Ranges and English titles are those of the WHO's ICD-10 of 2019.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_CHAPTER_CORE_H
#define CODE_CHAPTER_CORE_H

#include "code/code_core.h"

#define MS_ICD10_BLOCK_DEPTH 3	/* so many blocks hold one another at most */

typedef struct MsChapter
{
	const char *number;			/* Roman in ICD-10, as "3A" in ICD-9-CM-3 */
	char		first[4];		/* categories, both inclusive */
	char		last[4];
	const char *name_zh;		/* UTF-8 */
	const char *name_en;
} MsChapter;

typedef struct MsBlock
{
	char		name[8];		/* E10-E14 */
	unsigned char depth;		/* 1 = directly in the chapter */
} MsBlock;

extern const MsChapter ms_icd10_chapters[];
extern const int ms_icd10_nchapters;
extern const MsBlock ms_icd10_blocks[];
extern const int ms_icd10_nblocks;
extern const MsChapter ms_icd9cm3_chapters[];
extern const int ms_icd9cm3_nchapters;

/*
 * Chapter 1 to 22 of a diagnosis, 0 if it is in none; its innermost block as
 * an index of ms_icd10_blocks, -1 if it is in none; the block around a block,
 * -1 if it is outermost.  A pair is where its dagger half is.
 */
extern int	ms_code_icd10_chapter(MsIcd10 code);
extern int	ms_code_icd10_block(MsIcd10 code);
extern int	ms_icd10_outer_block(int block);

/* Index of ms_icd9cm3_chapters, which hold every operation. */
extern int	ms_code_icd9cm3_chapter(MsIcd9cm3 code);

#endif							/* CODE_CHAPTER_CORE_H */
