/*-------------------------------------------------------------------------
 *
 * book_layout_core.h
 *	  Where things stand in a compiled book: shared by writer and reader.
 *
 * All numbers are little-endian.  A string is its offset in the pool, 0 is
 * none.  A format once released never changes: a change is a new number in
 * MS_BOOK_FORMAT.  See docs/formats.md.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BOOK_LAYOUT_CORE_H
#define BOOK_LAYOUT_CORE_H

#include <stdint.h>
#include <string.h>

#include "rulebook/book_core.h"

#define MS_BOOK_MAGIC		"MSRBOOK\n"

/* Header, followed by one descriptor a section, then the sections. */
enum
{
	HEAD_MAGIC = 0,
	HEAD_FORMAT = 8,			/* u32 */
	HEAD_SECTIONS = 12,			/* u32 */
	HEAD_SIZE = 16,				/* u64, of the whole book */
	HEAD_CHECKSUM = MS_BOOK_CHECKSUM_AT
};

enum
{
	SECTION_ID = 0,				/* u32 */
	SECTION_WIDTH = 4,			/* u32, bytes of one element */
	SECTION_OFFSET = 8,			/* u64 */
	SECTION_COUNT = 16,			/* u64, elements */
	SECTION_DESCRIPTOR = 24
};

/* The sections in the order in which they stand. */
enum
{
	SECTION_STRINGS,
	SECTION_RULES,
	SECTION_ENTRIES,
	SECTION_KEYS,
	SECTION_LENGTHS,
	SECTION_SLOTS,
	SECTION_POSTINGS,
	SECTION_MAPS,
	SECTION_PARAMS,
	N_SECTIONS
};

enum
{
	RULE_CODE = 0,				/* strings */
	RULE_NAME_ZH = 4,
	RULE_NAME_EN = 8,
	RULE_SUBJECT = 12,
	RULE_RESULT_TYPE = 16,
	RULE_STAGE = 20,
	RULE_CLAUSE = 24,
	RULE_DISPOSAL = 28,
	RULE_KIND = 32,				/* u8 */
	RULE_FUND_SCOPE = 33,		/* u8, then 2 bytes zero */
	RULE_FIRST_ENTRY = 36,
	RULE_N_ENTRIES = 40,
	RULE_WIDTH = 44
};

enum
{
	ENTRY_CODE = 0,				/* string */
	ENTRY_RULE = 4,
	ENTRY_ITEM_NAME = 8,		/* string */
	ENTRY_RESULT_TYPE = 12,		/* string */
	ENTRY_CHECK = 16,			/* u8 up to ALT_LEVEL_MIN */
	ENTRY_SCOPE = 17,
	ENTRY_COUNT_KEY = 18,
	ENTRY_SEX = 19,
	ENTRY_AGE_UNIT = 20,
	ENTRY_LEVEL_MIN = 21,
	ENTRY_FIRST_ONLY = 22,
	ENTRY_ALT_LEVEL_MIN = 23,
	ENTRY_AGE_FROM = 24,		/* i32 */
	ENTRY_AGE_BELOW = 28,
	ENTRY_INSURANCE = 32,		/* u32 sets */
	ENTRY_SETTINGS = 36,
	ENTRY_ALT_MEDINS_TYPE = 40, /* string */
	ENTRY_WINDOW_DAYS = 44,		/* i32 */
	ENTRY_LIMIT = 48,			/* i64 */
	ENTRY_UNIT = 56,			/* string */
	ENTRY_VALID_FROM = 60,		/* i32 */
	ENTRY_VALID_TO = 64,
	ENTRY_REGION = 68,			/* string */
	ENTRY_BASIS = 72,
	ENTRY_BASIS_NO = 76,
	ENTRY_REGION_BY = 80,		/* u8, then 7 bytes zero */
	ENTRY_WIDTH = 88
};

enum
{
	KEY_HI = 0,					/* u64 */
	KEY_LO = 8,
	KEY_FIRST = 16,				/* first posting */
	KEY_COUNT = 20,
	KEY_WIDTH = 24
};

enum
{
	MAP_MAP = 0,				/* u8, then 3 bytes zero */
	MAP_KEY = 4,				/* string */
	MAP_VALUE = 8,				/* i32 */
	MAP_WIDTH = 12
};

enum
{
	PARAM_NAME = 0,				/* strings */
	PARAM_VALUE = 4,
	PARAM_WIDTH = 8
};

static const uint32_t section_width[N_SECTIONS] = {
	1, RULE_WIDTH, ENTRY_WIDTH, KEY_WIDTH, 4, 4, 4, MAP_WIDTH, PARAM_WIDTH
};

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define MS_LE32(x) __builtin_bswap32(x)
#define MS_LE64(x) __builtin_bswap64(x)
#else
#define MS_LE32(x) (x)
#define MS_LE64(x) (x)
#endif

static inline uint32_t
get_u32(const uint8_t *p)
{
	uint32_t	v;

	memcpy(&v, p, sizeof(v));
	return MS_LE32(v);
}

static inline uint64_t
get_u64(const uint8_t *p)
{
	uint64_t	v;

	memcpy(&v, p, sizeof(v));
	return MS_LE64(v);
}

static inline void
put_u32(uint8_t *p, uint32_t v)
{
	v = MS_LE32(v);
	memcpy(p, &v, sizeof(v));
}

static inline void
put_u64(uint8_t *p, uint64_t v)
{
	v = MS_LE64(v);
	memcpy(p, &v, sizeof(v));
}

static inline uint64_t
align8(uint64_t n)
{
	return (n + 7) & ~UINT64_C(7);
}

/*
 * What makes an entry meaningless, or NULL; the same for writer and checker,
 * so that a book that was written always opens.  has_course tells whether
 * the book says after how many days a course ends.
 */
extern const char *ms_book_entry_problem(const MsBookEntry *entry,
										 uint8_t rule_kind, bool has_course,
										 const char **allowed);

/* Parameters that the evaluator reads; false when the value does not fit. */
extern bool ms_book_param_course_gap(const char *value, int32_t *days);
extern bool ms_book_param_stay_days(const char *value, MsStayDays *days);

#endif							/* BOOK_LAYOUT_CORE_H */
