/*-------------------------------------------------------------------------
 *
 * book_core.h
 *	  The compiled rulebook: vocabulary, writer, checker, reader.
 *
 * A compiled book is one run of bytes without pointers, little-endian, read
 * in place.  The same content makes the same bytes on every machine.  Byte
 * layout: docs/formats.md.
 *
 * Vocabulary
 *	  rule		 one row of the catalogue, of one kind (K1 ...)
 *	  entry		 one knowledge point: codes and a limit
 *	  key		 a code or node that occurs in some entry
 *	  posting	 (entry, role) of a key
 *	  map		 local dictionary value -> token or number
 *
 * Books come from SQL, where anyone can pass any bytes: nothing is read from
 * a book before ms_book_open has checked every offset, index, order and enum.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BOOK_CORE_H
#define BOOK_CORE_H

#include "code/code_core.h"
#include "common/base_core.h"

#define MS_BOOK_FORMAT			1
#define MS_BOOK_HEADER_SIZE		56	/* what a lookup by checksum must read */
#define MS_BOOK_CHECKSUM_AT		24
#define MS_BOOK_CHECKSUM_SIZE	32

/* Quantities and limits are scaled by this. */
#define MS_QTY_SCALE			4
#define MS_QTY_ONE				INT64_C(10000)

typedef enum MsFundScope
{
	MS_FUND_POOL = 1,
	MS_FUND_POOL_OR_ACCOUNT,
	MS_FUND_ANY
} MsFundScope;

/* What an entry looks at; also the measure that a finding names. */
typedef enum MsCheck
{
	MS_CHECK_SEX = 1,			/* K1 */
	MS_CHECK_AGE,
	MS_CHECK_INSURANCE,
	MS_CHECK_SETTING,			/* K2 */
	MS_CHECK_LEVEL,
	MS_CHECK_PAIR,				/* K5 */
	MS_CHECK_QUANTITY,			/* K6 */
	MS_CHECK_HOURS,
	MS_CHECK_DAYS,
	MS_CHECK_SPAN_DAYS,
	MS_CHECK_GAP_DAYS
} MsCheck;

typedef enum MsScope
{
	MS_SCOPE_LINE = 1,
	MS_SCOPE_HOUR,
	MS_SCOPE_6H,
	MS_SCOPE_DAY,
	MS_SCOPE_ROLLING,
	MS_SCOPE_VISIT,
	MS_SCOPE_STAY,
	MS_SCOPE_COURSE,
	MS_SCOPE_LIFETIME
} MsScope;

typedef enum MsCountKey
{
	MS_KEY_PERSON_INSTITUTION = 1,
	MS_KEY_PERSON
} MsCountKey;

typedef enum MsSex
{
	MS_SEX_MALE = 1,
	MS_SEX_FEMALE
} MsSex;

typedef enum MsAgeUnit
{
	MS_AGE_DAY = 1,
	MS_AGE_MONTH,
	MS_AGE_YEAR
} MsAgeUnit;

typedef enum MsRegionBy
{
	MS_REGION_CARE = 1,			/* region of the institution */
	MS_REGION_INSURED
} MsRegionBy;

/* Settings and insurance classes are sets of these bits. */
typedef enum MsSetting
{
	MS_SETTING_INPATIENT = 1,
	MS_SETTING_EMERGENCY = 2,
	MS_SETTING_OUTPATIENT = 4,
	MS_SETTING_CHRONIC = 8,
	MS_SETTING_PHARMACY = 16
} MsSetting;
#define MS_SETTING_ALL 31

typedef enum MsInsurance
{
	MS_INSURANCE_BASIC = 1,
	MS_INSURANCE_WORK_INJURY = 2,
	MS_INSURANCE_MATERNITY = 4
} MsInsurance;
#define MS_INSURANCE_ALL 7

typedef enum MsMap
{
	MS_MAP_LEVEL = 1,			/* hosp_lv -> 0..3 */
	MS_MAP_SETTING,				/* prefix of med_type -> one MsSetting */
	MS_MAP_INSURANCE,			/* insutype -> one MsInsurance */
	MS_MAP_CLR_WAY				/* clr_way -> 0 by item, 1 by group */
} MsMap;

typedef enum MsStayDays
{
	MS_STAY_UNSET = 0,			/* the most lenient: both ends count */
	MS_STAY_IN_NOT_OUT,
	MS_STAY_OUT_NOT_IN,
	MS_STAY_BOTH
} MsStayDays;

#define MS_DATE_FROM_OPEN	INT32_MIN
#define MS_DATE_TO_OPEN		INT32_MAX

/*
 * Rule and entry as the writer takes and the reader gives them.  Strings are
 * UTF-8; NULL where there is none.  The reader's strings point into the book.
 */
typedef struct MsBookRule
{
	const char *code;
	const char *name_zh;
	const char *name_en;
	const char *subject;
	const char *result_type;
	const char *stage;
	const char *clause;
	const char *disposal;
	uint8_t		kind;			/* 1 = K1 ... */
	uint8_t		fund_scope;		/* MsFundScope */
	uint32_t	first_entry;	/* reader only */
	uint32_t	n_entries;
} MsBookRule;

typedef struct MsBookEntry
{
	const char *code;
	const char *rule_code;		/* writer only */
	uint32_t	rule;			/* reader only: index of the rule */
	const char *item_name;
	const char *result_type;	/* NULL = the rule's */
	uint8_t		check;			/* MsCheck */
	uint8_t		scope;			/* MsScope */
	uint8_t		count_key;		/* MsCountKey */
	uint8_t		sex;			/* MsSex, 0 = none */
	uint8_t		age_unit;		/* MsAgeUnit, 0 = none */
	uint8_t		level_min;		/* 1..3, 0 = none */
	uint8_t		first_only;		/* level binds the first line only */
	uint8_t		alt_level_min;	/* 1..3, 0 = none */
	int32_t		age_from;		/* -1 = open */
	int32_t		age_below;
	uint32_t	insurance;		/* set of MsInsurance */
	uint32_t	settings;		/* set of MsSetting */
	const char *alt_medins_type;
	int32_t		window_days;	/* rolling; 0 = none */
	int64_t		limit;			/* scaled by MS_QTY_ONE */
	const char *unit;
	int32_t		valid_from;		/* days from 2000-01-01 */
	int32_t		valid_to;
	const char *region;
	uint8_t		region_by;		/* MsRegionBy, 0 = none */
	const char *basis;
	const char *basis_no;
} MsBookEntry;

typedef struct MsBookCode
{
	const char *entry_code;
	MsFeeItem	item;
	uint8_t		is_sub;
} MsBookCode;

typedef struct MsBookMap
{
	uint8_t		map;			/* MsMap */
	const char *key;
	int32_t		value;
} MsBookMap;

typedef struct MsBookParam
{
	const char *name;
	const char *value;
} MsBookParam;

typedef struct MsBookContent
{
	const MsBookRule *rules;
	uint32_t	n_rules;
	const MsBookEntry *entries;
	uint32_t	n_entries;
	const MsBookCode *codes;
	uint32_t	n_codes;
	const MsBookMap *maps;
	uint32_t	n_maps;
	const MsBookParam *params;
	uint32_t	n_params;
} MsBookContent;

/* Why a content cannot be written or a book not be read. */
typedef struct MsBookError
{
	const char *what;			/* static text: what is wrong */
	const char *allowed;		/* static text: what is allowed, or NULL */
	const char *object;			/* rule, entry or parameter (writer only) */
	uint64_t	where;			/* offset in the book (reader only) */
} MsBookError;

/*
 * ms_book_build writes a book into arena memory.  The checksum is left zero:
 * the caller fills it with SHA-256 over the bytes from MS_BOOK_HEADER_SIZE.
 */
extern bool ms_book_build(MsArena *arena, const MsBookContent *content,
						  uint8_t **bytes, size_t *size, MsBookError *error);

/* An opened book: nothing but pointers into its bytes and a few constants. */
typedef struct MsBook
{
	const uint8_t *bytes;
	size_t		size;
	const char *strings;
	const uint8_t *rules;
	const uint8_t *entries;
	const uint8_t *keys;
	const uint8_t *lengths;
	const uint8_t *slots;
	const uint8_t *postings;
	const uint8_t *maps;
	const uint8_t *params;
	uint32_t	n_strings;		/* bytes */
	uint32_t	n_rules;
	uint32_t	n_entries;
	uint32_t	n_keys;
	uint32_t	n_lengths;
	uint32_t	n_slots;
	uint32_t	n_postings;
	uint32_t	n_maps;
	uint32_t	n_params;
	int32_t		course_gap_days;	/* -1 = not set */
	MsStayDays	stay_days;
} MsBook;

/*
 * ms_book_open checks every byte of structure and fills *book, which points
 * into bytes.  bytes must be aligned to 8.  The checksum is the caller's.
 */
extern bool ms_book_open(const uint8_t *bytes, size_t size, MsBook *book,
						 MsBookError *error);

extern void ms_book_rule(const MsBook *book, uint32_t i, MsBookRule *rule);
extern void ms_book_entry(const MsBook *book, uint32_t i, MsBookEntry *entry);
extern MsCheck ms_book_check(const MsBook *book, uint32_t entry);
extern const char *ms_book_param(const MsBook *book, const char *name);

/*
 * ms_book_find calls back for every posting whose key is the code or a node
 * above it, shortest key first, then in the order of entries.
 */
typedef void (*MsPostingFn) (void *ctx, uint32_t entry, bool is_sub);

extern void ms_book_find(const MsBook *book, const MsFeeItem *code,
						 MsPostingFn found, void *ctx);

/* ms_book_map gives -1 for an unknown key; settings match by prefix. */
extern int32_t ms_book_map(const MsBook *book, MsMap map, MsStr key);

/* Names of the vocabulary, as SQL and findings spell them. */
typedef enum MsVocabulary
{
	MS_VOCABULARY_FUND_SCOPE,
	MS_VOCABULARY_CHECK,
	MS_VOCABULARY_SCOPE,
	MS_VOCABULARY_COUNT_KEY,
	MS_VOCABULARY_SEX,
	MS_VOCABULARY_AGE_UNIT,
	MS_VOCABULARY_REGION_BY,
	MS_VOCABULARY_SETTING,
	MS_VOCABULARY_INSURANCE,
	MS_VOCABULARY_MAP,
	MS_VOCABULARY_STAY_DAYS,
	MS_VOCABULARY_CLR_WAY
} MsVocabulary;

extern const char *ms_word(MsVocabulary vocabulary, int value);
extern int	ms_word_value(MsVocabulary vocabulary, const char *word);
extern const char *ms_word_list(MsVocabulary vocabulary);

#endif							/* BOOK_CORE_H */
