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
 *	  entry		 one knowledge point: codes and what is said of them
 *	  terms		 what an entry says; many entries of a rule say the same
 *	  global	 an entry without codes, which speaks of every person
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

#define MS_BOOK_FORMAT			2
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

/*
 * What an entry looks at; also the measure that a finding names.  The order
 * matters: first what is said of one line, then what needs others beside it,
 * then caps (those from MS_CHECK_DAYS on count days), then visits.
 */
typedef enum MsCheck
{
	MS_CHECK_SEX = 1,			/* K1 */
	MS_CHECK_AGE,
	MS_CHECK_INSURANCE,
	MS_CHECK_SETTING,			/* K2 */
	MS_CHECK_LEVEL,
	MS_CHECK_INSTITUTION_TYPE,
	MS_CHECK_DEPARTMENT,
	MS_CHECK_PRESCRIBER,		/* grade of the doctor's rights */
	MS_CHECK_PROGRAMME,			/* list of a disease programme */
	MS_CHECK_DIAGNOSIS,			/* K3 */
	MS_CHECK_CONDITION,			/* an expression: K1, K2, K3, K11 */
	MS_CHECK_PRICE,				/* K8 */
	MS_CHECK_NEVER,				/* K9 */
	MS_CHECK_PREREQUISITE,		/* K4 */
	MS_CHECK_PAIR,				/* K5 */
	MS_CHECK_PARTS,				/* K5: at least k of a set */
	MS_CHECK_DISCOUNT,			/* K7 */
	MS_CHECK_CLOSURE,			/* K9: all of a prescription are of the rule */
	MS_CHECK_OVERLAP,			/* K10: main beside sub, or k of main */
	MS_CHECK_QUANTITY,			/* K6 */
	MS_CHECK_COUNT,				/* lines */
	MS_CHECK_HOURS,
	MS_CHECK_SUPPLY_DAYS,		/* prd_days */
	MS_CHECK_DOSE,				/* sin_dos of a line, or sin_dos * cnt */
	MS_CHECK_MONEY,
	MS_CHECK_FUND_MONEY,
	MS_CHECK_KINDS,				/* distinct medicines; K6, K10 */
	MS_CHECK_DAYS,
	MS_CHECK_SPAN_DAYS,
	MS_CHECK_GAP_DAYS,
	MS_CHECK_VISITS,			/* K12: too many of them */
	MS_CHECK_VISIT_DAYS,		/* days in a row with a visit */
	MS_CHECK_READMISSION,		/* stays too close */
	MS_CHECK_STAY_OVERLAP,
	MS_CHECK_DURING_STAY,
	MS_CHECK_AFTER_DEATH
} MsCheck;

typedef enum MsScope
{
	MS_SCOPE_LINE = 1,
	MS_SCOPE_PRESCRIPTION,		/* rx_drord_no of one encounter */
	MS_SCOPE_HOUR,
	MS_SCOPE_6H,
	MS_SCOPE_DAY,
	MS_SCOPE_ROLLING,			/* window_days */
	MS_SCOPE_WEEK,				/* ISO */
	MS_SCOPE_MONTH,
	MS_SCOPE_QUARTER,
	MS_SCOPE_YEAR,
	MS_SCOPE_INSURANCE_YEAR,	/* parameter insurance_year_start */
	MS_SCOPE_VISIT,				/* one encounter */
	MS_SCOPE_OPERATION,
	MS_SCOPE_STAY,				/* a chain of encounters */
	MS_SCOPE_COURSE,
	MS_SCOPE_LIFETIME
} MsScope;

/* Whose lines share a counter; always within one person. */
typedef enum MsCountKey
{
	MS_KEY_PERSON_INSTITUTION = 1,
	MS_KEY_PERSON,
	MS_KEY_ENCOUNTER,
	MS_KEY_PRESCRIPTION,
	MS_KEY_DOCTOR,
	MS_KEY_DEPARTMENT
} MsCountKey;

/* What a limit is multiplied with. */
typedef enum MsLimitBasis
{
	MS_LIMIT_CONSTANT = 1,
	MS_LIMIT_STAY_DAYS,			/* days of the stay, as parameter stay_days */
	MS_LIMIT_ITEM,				/* quantity of the codes of role per */
	MS_LIMIT_CASE				/* value of the expression limit_case */
} MsLimitBasis;

/* What a code does in an entry. */
typedef enum MsRole
{
	MS_ROLE_MAIN = 0,			/* what the entry is about */
	MS_ROLE_SUB,				/* K4 prerequisite, K5 violating, K10 other */
	MS_ROLE_LIST,				/* K2 programme: what it allows */
	MS_ROLE_PER,				/* K6: what the limit is measured by */
	MS_N_ROLES
} MsRole;

/* K12: how the diagnoses of two stays must be related. */
typedef enum MsDxRelation
{
	MS_DX_ANY = 1,
	MS_DX_SAME_CHAPTER,
	MS_DX_SAME_CATEGORY,
	MS_DX_SAME
} MsDxRelation;

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
	MS_SETTING_PHARMACY = 16,
	MS_SETTING_INTERNET = 32
} MsSetting;
#define MS_SETTING_ALL 63

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
	MS_MAP_CLR_WAY,				/* clr_way -> 0 by item, 1 by group */
	MS_MAP_DUTY					/* pro_tech_duty -> grade of rights, 1..3 */
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

/* An expression: its text and its code (expr_core.h); NULL where none is. */
typedef struct MsBookExpr
{
	const char *text;
	const uint8_t *code;		/* as ms_expr_compile gives it */
	uint32_t	size;
} MsBookExpr;

/*
 * Half-open intervals of packed codes, ascending, apart; hi MAX = no end.
 * The reader's point into the book: ask with ms_book_in_ranges, which knows
 * the order of the bytes there.
 */
typedef struct MsBookRange
{
	uint64_t	lo;
	uint64_t	hi;
} MsBookRange;

typedef struct MsBookRanges
{
	const MsBookRange *ranges;
	uint32_t	n;				/* 0 = no set */
	const char *text;			/* as the author wrote it, for findings */
} MsBookRanges;

#define MS_MAX_RATES 4

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
	uint32_t	settings;		/* set of MsSetting; K12: visits that are
								 * meant, 0 = all */
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

	/* where the entry speaks at all, beside codes, validity and region */
	uint32_t	levels;			/* set of 1 << level 0..3; 0 = all */
	MsBookExpr	access;			/* boolean; speaks where it is true */

	/* what it says, by check */
	uint8_t		limit_basis;	/* MsLimitBasis, 0 = constant */
	uint8_t		dx_main_only;	/* K3: the main diagnosis alone counts */
	uint8_t		dx_relation;	/* MsDxRelation, 0 = none */
	uint8_t		grade_min;		/* 1..3, rights of the prescriber */
	uint8_t		sub_first;		/* K4: the prerequisite must come before */
	int32_t		at_least;		/* k members, least count of a prerequisite */
	int32_t		before_days;	/* K4: look back so far; -1 = for ever */
	const char *departments;	/* code prefixes by comma */
	const char *medins_types;	/* values of medins_type by comma */
	const char *programmes;		/* prefixes of dise_no by comma */
	MsBookRanges dx_required;	/* K3: some diagnosis must be in it */
	MsBookRanges dx_forbidden;	/* K3: none may be in it */
	MsBookRanges oprn_required; /* K3, K4: so with operations */
	int32_t		rates[MS_MAX_RATES];	/* K7: 1/1000000 of the price of the
										 * 1st, 2nd ... item; 0 = not given,
										 * the last one given repeats */
	MsBookExpr	condition;		/* boolean; true is a breach */
	MsBookExpr	limit_case;		/* number; MS_LIMIT_CASE */
} MsBookEntry;

/* An exception (不予认定) of some rules: lines where it is true are exempt. */
typedef struct MsBookException
{
	const char *code;
	const char *name_zh;
	const char *name_en;
	const char *rule_codes;		/* by comma; NULL = all rules (writer only) */
	MsBookExpr	condition;
} MsBookException;

typedef struct MsBookCode
{
	const char *entry_code;
	MsFeeItem	item;
	uint8_t		role;			/* MsRole */
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
	const MsBookException *exceptions;
	uint32_t	n_exceptions;
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
	const uint8_t *terms;
	const uint8_t *entries;
	const uint8_t *globals;
	const uint8_t *sets;
	const uint8_t *ranges;
	const uint8_t *exprs;
	const uint8_t *expr_code;
	const uint8_t *exceptions;
	const uint8_t *rule_exceptions;
	const uint8_t *keys;
	const uint8_t *lengths;
	const uint8_t *buckets;
	const uint8_t *postings;
	const uint8_t *maps;
	const uint8_t *params;
	uint32_t	n_strings;		/* bytes */
	uint32_t	n_rules;
	uint32_t	n_terms;
	uint32_t	n_entries;
	uint32_t	n_globals;
	uint32_t	n_sets;
	uint32_t	n_ranges;
	uint32_t	n_exprs;
	uint32_t	n_expr_code;	/* bytes */
	uint32_t	n_exceptions;
	uint32_t	n_rule_exceptions;
	uint32_t	n_keys;
	uint32_t	n_lengths;
	uint32_t	n_buckets;		/* elements: one more than buckets */
	uint32_t	n_postings;
	uint32_t	n_maps;
	uint32_t	n_params;
	uint8_t		bucket_bits;

	/* parameters, parsed; days and dates are -1 where they are not set */
	int32_t		course_gap_days;
	int32_t		insurance_year_start;	/* month * 100 + day */
	int32_t		test_before_admission_days;
	int32_t		split_stay_gap_days;
	MsStayDays	stay_days;
} MsBook;

/*
 * ms_book_open checks every byte of structure and fills *book, which points
 * into bytes.  bytes must be aligned to 8.  The checksum is the caller's.
 */
extern bool ms_book_open(const uint8_t *bytes, size_t size, MsBook *book,
						 MsBookError *error);

/*
 * ms_book_reopen fills *book without checking the content again: only for
 * bytes that ms_book_open has accepted and nobody can have changed since.
 */
extern bool ms_book_reopen(const uint8_t *bytes, size_t size, MsBook *book,
						   MsBookError *error);

/* The format that bytes claim to be of; 0 when they are no book at all. */
extern uint32_t ms_book_format(const uint8_t *bytes, size_t size);

extern void ms_book_rule(const MsBook *book, uint32_t i, MsBookRule *rule);
extern void ms_book_entry(const MsBook *book, uint32_t i, MsBookEntry *entry);

/* An entry in two parts: its terms, which many entries share, and the rest. */
extern uint32_t ms_book_entry_terms(const MsBook *book, uint32_t i);
extern int64_t ms_book_entry_limit(const MsBook *book, uint32_t i);
extern void ms_book_terms(const MsBook *book, uint32_t terms, MsBookEntry *entry);
extern void ms_book_entry_own(const MsBook *book, uint32_t i,
							  MsBookEntry *entry);
extern MsCheck ms_book_check(const MsBook *book, uint32_t entry);
extern bool ms_book_is_regional(const MsBook *book, uint32_t entry);
extern const char *ms_book_param(const MsBook *book, const char *name);

/*
 * The national code that a local code stands for, and by which map; the
 * parameter "mapped CODE" says so.  False where the book tells nothing of it.
 */
#define MS_MAPPED_PREFIX "mapped "

extern bool ms_book_has_mapped(const MsBook *book);
extern bool ms_book_mapped(const MsBook *book, const MsFeeItem *code,
						   MsFeeItem *mapped, const char **by);

/* The entries without codes, ascending: i from 0 to n_globals - 1. */
extern uint32_t ms_book_global(const MsBook *book, uint32_t i);

/*
 * Exceptions: each is one of 0 to n_exceptions - 1; a rule has some of them,
 * given by ms_book_rule_exception for nth from 0 to the count - 1.
 */
extern void ms_book_exception(const MsBook *book, uint32_t i,
							  MsBookException *exception);
extern uint32_t ms_book_rule_exceptions(const MsBook *book, uint32_t rule);
extern uint32_t ms_book_rule_exception(const MsBook *book, uint32_t rule,
									   uint32_t nth);

/* Whether a packed code is in a set that the reader gave. */
extern bool ms_book_in_ranges(const MsBookRanges *ranges, uint64_t code);

/*
 * ms_book_find calls back for every posting whose key is the code or a node
 * above it, shortest key first, then in the order of entries and roles.
 */
typedef void (*MsPostingFn) (void *ctx, uint32_t entry, MsRole role);

extern void ms_book_find(const MsBook *book, const MsFeeItem *code,
						 MsPostingFn found, void *ctx);

/*
 * The same for many codes, which is faster than one by one.  Calls back with
 * the number that the code was asked by, in the order of asking, at the latest
 * in ms_book_end_search.
 */
typedef void (*MsSearchFn) (void *ctx, uint32_t asked, uint32_t entry,
							MsRole role);

#define MS_BOOK_PROBES 64

typedef struct MsBookProbe
{
	uint32_t	asked;
	MsFeeItem	node;			/* the code or what is above it */
	uint64_t	hash;
	const uint8_t *at;			/* its bucket, then its postings */
	uint32_t	lo;				/* keys of the bucket */
	uint32_t	hi;
	uint32_t	n;				/* postings */
} MsBookProbe;

typedef struct MsBookSearch
{
	const MsBook *book;
	MsSearchFn	found;
	void	   *ctx;
	uint32_t	n;
	MsBookProbe probes[MS_BOOK_PROBES];
} MsBookSearch;

extern void ms_book_start_search(MsBookSearch *search, const MsBook *book,
								 MsSearchFn found, void *ctx);
extern void ms_book_search(MsBookSearch *search, uint32_t asked,
						   const MsFeeItem *code);
extern void ms_book_end_search(MsBookSearch *search);

/* Every code of every entry, by code, then entry and role. */
typedef void (*MsBookCodeFn) (void *ctx, uint32_t entry, MsRole role,
							  const MsFeeItem *code);

extern void ms_book_each_code(const MsBook *book, MsBookCodeFn found,
							  void *ctx);

/* Dictionary and parameter rows, i from 0 to n_maps - 1 and n_params - 1. */
extern void ms_book_map_row(const MsBook *book, uint32_t i, MsBookMap *map);
extern void ms_book_param_row(const MsBook *book, uint32_t i,
							  MsBookParam *param);

/* ms_book_map gives -1 for an unknown key; settings match by prefix. */
extern int32_t ms_book_map(const MsBook *book, MsMap map, MsStr key);

/* Whether any key of a map has a value. */
extern bool ms_book_maps_to(const MsBook *book, MsMap map, int32_t value);

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
	MS_VOCABULARY_CLR_WAY,
	MS_VOCABULARY_LIMIT_BASIS,
	MS_VOCABULARY_ROLE,
	MS_VOCABULARY_DX_RELATION
} MsVocabulary;

/*
 * What a check may be asked with: sets of bits 1 << kind, 1 << scope and
 * 1 << role; the roles that it must have are in the lower half, those that it
 * may have in the upper one.  basis is the MsLimitBasis of the entry.
 */
extern unsigned ms_book_kinds_of(uint8_t check);
extern unsigned ms_book_scopes_of(uint8_t check);
#define MS_ROLES_MAY_SHIFT 16
extern unsigned ms_book_roles_of(const MsBookEntry *entry);

extern const char *ms_word(MsVocabulary vocabulary, int value);
extern int	ms_word_value(MsVocabulary vocabulary, const char *word);
extern const char *ms_word_list(MsVocabulary vocabulary);

#endif							/* BOOK_CORE_H */
