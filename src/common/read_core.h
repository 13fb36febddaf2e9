/*-------------------------------------------------------------------------
 *
 * read_core.h
 *	  Reading the text columns of a warehouse: times, numbers, dictionary
 *	  values and keys as exports really hold them.
 *
 * Pure C.  Nothing here depends on a locale, a time zone or a setting; times
 * are civil time, in microseconds since 2000-01-01 00:00:00.
 *
 * Every reader first trims blanks (ASCII white space, and in UTF-8 also
 * U+00A0, U+3000, U+200B and U+FEFF), then knows the spellings of "nothing":
 * the empty text, "-", "null", "nan", "none", "\N" in any letter case.
 *
 *-------------------------------------------------------------------------
 */
#ifndef READ_CORE_H
#define READ_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum MsReadResult
{
	MS_READ_OK,
	MS_READ_MISSING,
	MS_READ_UNREADABLE
} MsReadResult;

/* digits an amount may have before and after its dot */
#define MS_READ_MAX_DIGITS	38

typedef struct MsDecimal
{
	bool		negative;
	bool		fits;			/* value and scale hold it exactly */
	int64_t		value;			/* without sign and dot */
	int			scale;			/* digits after the dot, as written */
} MsDecimal;

/*
 * Whether a text, as nearly all do, begins and ends with visible ASCII and is
 * none of the words for nothing, so that ms_read_span would find all of it.
 */
static inline bool
ms_read_is_plain(const char *text, size_t len)
{
	return len > 0 && text[0] > ' ' && text[len - 1] > ' ' &&
				(len > 4 || (text[0] >= '0' && text[0] <= '9')) &&
				((text[0] | text[len - 1]) &0x80) == 0;
}

extern bool ms_read_span(const char *text, size_t len, bool utf8,
						 size_t *first, size_t *count);
extern MsReadResult ms_read_timestamp(const char *text, size_t len, bool utf8,
									  int64_t *result);
extern MsReadResult ms_read_decimal(const char *text, size_t len, bool utf8,
									MsDecimal *result);
extern size_t ms_read_dict(const char *text, size_t len, int width, char *out);

#endif							/* READ_CORE_H */
