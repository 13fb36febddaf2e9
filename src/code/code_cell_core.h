/*-------------------------------------------------------------------------
 *
 * code_cell_core.h
 *	  A cell under examination, for the files that look for its defect.
 *
 * Pure C.  The callers outside need code_defect_core.h only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_CELL_CORE_H
#define CODE_CELL_CORE_H

#include "code/code_defect_core.h"

typedef struct MsCell
{
	MsReadAs	as;
	const char *s;
	size_t		len;
	MsCodeError err;			/* what the strict parser said of it */
	MsReading  *reading;
} MsCell;

typedef struct MsSpan
{
	const char *s;
	size_t		len;
} MsSpan;

/* One known way to go wrong; types is a bit for each MsReadAs. */
typedef struct MsDefectTest
{
	bool		(*holds) (const MsCell *c);
	MsDefect	defect;
	int			types;
} MsDefectTest;

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static inline bool
is_blank(char c)
{
	return c == ' ' || (c >= 0x09 && c <= 0x0D);
}

/*
 * ..._matches	  tells whether a text has a shape: 9 a digit, A a letter, x an
 *				  x of either case, any other character itself
 * ..._parse	  reads a text as the type
 * ..._is_code	  gives the canonical text of a part, if it is a code without
 *				  outer blanks
 * ..._is_whole	  tells whether a code needs nothing more behind it; of the
 *				  WHO's any may
 * ..._suspect	  gives the notes on what makes a code suspect, by its
 *				  canonical text
 * ..._several	  tells whether all parts between separators are codes, and
 *				  there are at least two; names the first two
 * ..._name_part  puts a text into the reading's part n
 * ..._name_code  does so with a canonical code, if the text is one
 * ..._would_be	  tells whether a text that a test made up is a code; it
 *				  becomes part 0
 */
extern bool ms_cell_matches(const char *s, size_t len, const char *shape);
extern bool ms_cell_parse(MsReadAs as, const char *s, size_t len,
						  MsReading *reading, MsCodeError *err);
extern bool ms_cell_is_code(MsReadAs as, const char *s, size_t len,
							char buf[MS_CODE_BUFSIZE]);
extern bool ms_cell_is_whole(MsReadAs as, const char *s, size_t len);
extern unsigned ms_cell_suspect(MsReadAs as, const char *code, size_t len);
extern bool ms_cell_several(const MsCell *c);
extern bool ms_cell_name_part(MsReading *reading, int n, const char *s,
							  size_t len);
extern bool ms_cell_name_code(const MsCell *c, int n, const char *s,
							  size_t len);
extern bool ms_cell_would_be(const MsCell *c, const char *s);

/* Finds the defect of a cell that is no code. */
extern void ms_cell_find_defect(MsCell *c);

/* Runs tests in order; the first that holds gives the defect. */
extern bool ms_cell_search(const MsCell *c, const MsDefectTest *tests,
						   size_t ntests);

/* The defects that only diagnoses have. */
extern bool ms_cell_search_diagnosis(const MsCell *c);

#endif							/* CODE_CELL_CORE_H */
