/*-------------------------------------------------------------------------
 *
 * code_defect_core.h
 *	  Reading dirty text as a code, and naming what is wrong with it.
 *
 * Pure C.  Works on a cell: UTF-8 text that is already trimmed and whose
 * characters of other widths and styles are unfolded; code_clean.c does that
 * with ICU.  What is left is the map of look-alikes, the strict parser, and,
 * when that refuses, the search for the reason.
 *
 * Nothing is guessed.  A reason may name the code that was probably meant; the
 * reading stays "no code".
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_DEFECT_CORE_H
#define CODE_DEFECT_CORE_H

#include "code/code_core.h"

typedef enum MsReadAs
{
	MS_READ_AS_ICD10,
	MS_READ_AS_ICD9CM3,
	MS_READ_AS_FEE_ITEM,
	MS_READ_AS_DRUG_CODE
} MsReadAs;

#define MS_N_READ_AS 4

/*
 * Why a text is no code.  The keys (ms_defect_key) are for programs and never
 * change; the order here is free.
 */
typedef enum MsDefect
{
	MS_DEFECT_NONE,
	MS_DEFECT_EMPTY,
	MS_DEFECT_NULL_WORD,
	MS_DEFECT_QUOTED,
	MS_DEFECT_SCIENTIFIC,
	MS_DEFECT_DECIMAL,
	MS_DEFECT_GLUED_MORPHOLOGY,
	MS_DEFECT_MORPHOLOGY,
	MS_DEFECT_PAIR_NO_STAR,
	MS_DEFECT_PAIR_NO_PLUS,
	MS_DEFECT_PAIR_NO_MARKS,
	MS_DEFECT_ASTERISK_LONG,
	MS_DEFECT_DAGGER_SHORT,
	MS_DEFECT_ASTERISK_ALONE,
	MS_DEFECT_DAGGER_ALONE,
	MS_DEFECT_TCM,
	MS_DEFECT_RANGE,
	MS_DEFECT_WILDCARD,
	MS_DEFECT_SEVERAL,
	MS_DEFECT_GLUED_CODES,
	MS_DEFECT_TRAILING_DOT,
	MS_DEFECT_MISSING_DOT,
	MS_DEFECT_SHORT_EXTENSION,
	MS_DEFECT_BLANK_INSIDE,
	MS_DEFECT_LETTER_FOR_DIGIT,
	MS_DEFECT_DIGIT_FOR_LETTER,
	MS_DEFECT_UNMARKED_LOCAL,
	MS_DEFECT_NAME_ATTACHED,
	MS_DEFECT_NAME_ONLY,
	MS_DEFECT_OTHER_TYPE,
	MS_DEFECT_PRIVATE_USE,
	MS_DEFECT_INVISIBLE,
	MS_DEFECT_NOT_ASCII,
	MS_DEFECT_MIXED_X,
	MS_DEFECT_TOO_LONG,
	MS_DEFECT_INCOMPLETE,
	MS_DEFECT_BAD_CHARACTER
} MsDefect;

#define MS_N_DEFECTS (MS_DEFECT_BAD_CHARACTER + 1)

/*
 * What is to be known of a text that is a code: what was cleaned to read it,
 * then what makes it suspect all the same.
 */
#define MS_NOTE_BLANK			0x001	/* outer blanks or invisible
										 * characters */
#define MS_NOTE_WIDTH			0x002	/* full-width characters */
#define MS_NOTE_COMPAT			0x004	/* characters of other styles */
#define MS_NOTE_ROMAN			0x008	/* a Roman numeral became letters */
#define MS_NOTE_LOOK_ALIKE		0x010	/* from the map below */
#define MS_NOTE_CASE			0x020	/* other letter case */
#define MS_NOTE_TRAILING_DOT	0x040	/* E11. is a node, E11 the usual one */
#define MS_NOTE_LOST_ZEROS		0x080	/* a service item without its 00 */
#define MS_NOTE_LOCAL_SHAPE		0x100	/* shaped as a local price code */
#define MS_NOTE_LETTER_O_I		0x200	/* O or I behind the first place */
#define MS_NOTE_CAPITAL_X		0x400	/* I10.X00 is not I10.x00 */
#define MS_NOTE_GLUED_SHAPE		0x800	/* E11.9N18 may be two codes */

#define MS_N_NOTES 12

/* Longer cells are not searched for a reason other than their length. */
#define MS_CELL_MAX 512
#define MS_PART_MAX 72
#define MS_SENTENCE_MAX 512

typedef struct MsReading
{
	/* of a code */
	bool		ok;
	uint64_t	icd;			/* the value, of either ICD type */
	MsFeeItem	item;			/* the value, of the other two */
	unsigned	notes;

	/* of what is none */
	MsDefect	defect;
	int			position;		/* character of the trimmed cell that stopped
								 * it, from 1, or 0 */
	uint32_t	found;			/* that character, or 0 */
	char		part[2][MS_PART_MAX];	/* what the sentence names */
	char		allowed[96];
} MsReading;

/*
 * ms_cell_fold maps look-alikes in place and returns the new length, which is
 * never more.  ms_cell_read tells whether a folded cell is a code, for the
 * try_ functions; ms_cell_explain also gives notes or the defect.
 */
extern size_t ms_cell_fold(char *s, size_t len, unsigned *notes);
extern bool ms_cell_read(MsReadAs as, const char *s, size_t len,
						 MsReading *reading);
extern void ms_cell_explain(MsReadAs as, const char *s, size_t len,
							MsReading *reading);

/* Writes the canonical text of a reading, "" if there is none. */
extern int	ms_reading_text(MsReadAs as, const MsReading *reading,
							char buf[MS_CODE_BUFSIZE]);

/* One sentence, in UTF-8; returns its length. */
extern int	ms_defect_sentence(const MsReading *reading, bool zh,
							   char buf[MS_SENTENCE_MAX]);
extern const char *ms_defect_key(MsDefect defect);
extern const char *ms_note_key(int bit);
extern const char *ms_read_as_name(MsReadAs as);

/* The form of a code that was read, such as "national_base" or "drug_x". */
extern const char *ms_reading_form(MsReadAs as, const MsReading *reading);

/*
 * ms_name_fold unifies in place what names write in several ways: blanks,
 * brackets, look-alikes.  For matching keys only, and after NFKC.
 */
extern size_t ms_name_fold(char *s, size_t len);

#endif							/* CODE_DEFECT_CORE_H */
