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
	SECTION_TERMS,
	SECTION_ENTRIES,
	SECTION_GLOBALS,
	SECTION_SETS,
	SECTION_RANGES,
	SECTION_EXPRS,
	SECTION_EXPR_CODE,
	SECTION_EXCEPTIONS,
	SECTION_RULE_EXCEPTIONS,
	SECTION_KEYS,
	SECTION_LENGTHS,
	SECTION_BUCKETS,
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
	RULE_FIRST_EXCEPTION = 44,	/* in the section of rule exceptions */
	RULE_N_EXCEPTIONS = 48,
	RULE_WIDTH = 52
};

/* What differs between the entries of one rule that say the same. */
enum
{
	ENTRY_CODE = 0,				/* strings */
	ENTRY_ITEM_NAME = 4,
	ENTRY_TERMS = 8,			/* index */
	ENTRY_LIMIT = 12,			/* i64 */
	ENTRY_WIDTH = 20
};

enum
{
	TERMS_RULE = 0,				/* index */
	TERMS_RESULT_TYPE = 4,		/* strings */
	TERMS_ALT_MEDINS_TYPE = 8,
	TERMS_UNIT = 12,
	TERMS_REGION = 16,
	TERMS_BASIS = 20,
	TERMS_BASIS_NO = 24,
	TERMS_DEPARTMENTS = 28,
	TERMS_MEDINS_TYPES = 32,
	TERMS_PROGRAMMES = 36,
	TERMS_DX_REQUIRED = 40,		/* sets: index + 1, 0 = none */
	TERMS_DX_FORBIDDEN = 44,
	TERMS_OPRN_REQUIRED = 48,
	TERMS_ACCESS = 52,			/* expressions: index + 1, 0 = none */
	TERMS_CONDITION = 56,
	TERMS_LIMIT_CASE = 60,
	TERMS_AGE_FROM = 64,		/* i32 */
	TERMS_AGE_BELOW = 68,
	TERMS_WINDOW_DAYS = 72,
	TERMS_VALID_FROM = 76,
	TERMS_VALID_TO = 80,
	TERMS_AT_LEAST = 84,
	TERMS_BEFORE_DAYS = 88,
	TERMS_RATES = 92,			/* i32 each */
	TERMS_CHECK = 108,			/* u8 */
	TERMS_SCOPE = 109,
	TERMS_COUNT_KEY = 110,
	TERMS_SEX = 111,
	TERMS_AGE_UNIT = 112,
	TERMS_LEVEL_MIN = 113,
	TERMS_FIRST_ONLY = 114,
	TERMS_ALT_LEVEL_MIN = 115,
	TERMS_INSURANCE = 116,		/* sets of bits */
	TERMS_SETTINGS = 117,
	TERMS_LEVELS = 118,
	TERMS_REGION_BY = 119,
	TERMS_LIMIT_BASIS = 120,
	TERMS_DX_MAIN_ONLY = 121,
	TERMS_DX_RELATION = 122,
	TERMS_GRADE_MIN = 123,
	TERMS_SUB_FIRST = 124,		/* then 3 bytes zero */
	TERMS_WIDTH = 128
};

enum
{
	SET_TEXT = 0,				/* string */
	SET_FIRST = 4,				/* range */
	SET_COUNT = 8,
	SET_WIDTH = 12
};

enum
{
	RANGE_LO = 0,				/* u64 */
	RANGE_HI = 8,
	RANGE_WIDTH = 16
};

enum
{
	EXPR_TEXT = 0,				/* string */
	EXPR_OFFSET = 4,			/* in the section of their code; at 8 */
	EXPR_SIZE = 8,
	EXPR_WIDTH = 12
};

enum
{
	EXCEPTION_CODE = 0,			/* strings */
	EXCEPTION_NAME_ZH = 4,
	EXCEPTION_NAME_EN = 8,
	EXCEPTION_CONDITION = 12,	/* expression: index + 1 */
	EXCEPTION_WIDTH = 16
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
	1, RULE_WIDTH, TERMS_WIDTH, ENTRY_WIDTH, 4, SET_WIDTH, RANGE_WIDTH,
	EXPR_WIDTH, 1, EXCEPTION_WIDTH, 4, KEY_WIDTH, 4, 4, 4, MAP_WIDTH,
	PARAM_WIDTH
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

static inline const char *
ms_book_string(const MsBook *book, const uint8_t *p)
{
	uint32_t	at = get_u32(p);

	return at == 0 ? NULL : book->strings + at;
}

extern void ms_book_key(const MsBook *book, uint32_t i, MsFeeItem *item);

/*
 * Keys stand by their hash, then in their own order; the first bits of the
 * hash are the bucket, of which there are about as many as keys.
 */
#define MS_BOOK_MIN_BUCKET_BITS 3
#define MS_BOOK_MAX_BUCKET_BITS 30

static inline uint32_t
ms_book_bucket(uint64_t hash, int bits)
{
	return (uint32_t) (hash >> (64 - bits));
}

/* Which parameters a book has that some entries need. */
#define MS_HAS_COURSE_GAP		1u
#define MS_HAS_INSURANCE_YEAR	2u

/*
 * What makes an entry meaningless, or NULL; the same for writer and checker,
 * so that a book that was written always opens.  The limit is judged apart,
 * since many entries with limits of their own share the rest.
 */
extern const char *ms_book_entry_problem(const MsBookEntry *entry,
										 uint8_t rule_kind, unsigned has,
										 const char **allowed);
extern const char *ms_book_limit_problem(uint8_t check, int64_t limit,
										 const char **allowed);
extern bool ms_book_needs_limit(uint8_t check);
extern const char *ms_book_roles_problem(unsigned roles, unsigned has);

/* Whether a map may give that value. */
extern bool ms_book_map_fits(uint8_t map, int32_t value);

/*
 * Takes a parameter that the evaluator reads into the book's constants;
 * false when the value does not fit, with what is allowed.
 */
extern void ms_book_no_params(MsBook *book);
extern bool ms_book_take_param(MsBook *book, const char *name,
							   const char *value, const char **allowed);
extern unsigned ms_book_has(const MsBook *book);

#endif							/* BOOK_LAYOUT_CORE_H */
