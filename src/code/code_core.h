/*-------------------------------------------------------------------------
 *
 * code_core.h
 *	  Medical codes as fixed-size ordered values: parse, print, compare.
 *
 * Pure C: no header of the server, no memory of its own, no failure but the
 * returned false.  All functions are total: any bytes may be given.
 *
 * Vocabulary
 *	  text	   the canonical spelling; plain ASCII
 *	  node	   a text that is a prefix of longer codes ("E11.2"); a value too
 *	  within   x is within y when the text of y is a prefix of the text of x
 *	  subtree  all values within a node; always one contiguous piece of the
 *			   order [node, end)
 *
 * The order of values is the C collation of their texts.  Order and hash are
 * stored in indexes and partitions, so they never change; see docs/formats.md
 * and the golden values of test/unit/code_core_test.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_CORE_H
#define CODE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef MS_CODE_VALUES_DEFINED
#define MS_CODE_VALUES_DEFINED
typedef uint64_t MsIcd10;
typedef uint64_t MsIcd9cm3;

typedef struct MsFeeItem
{
	uint64_t	hi;				/* tag of the kind in the top byte */
	uint64_t	lo;
} MsFeeItem;
#endif

/* Longest text of any code is 27 characters; buffers hold this many bytes. */
#define MS_CODE_BUFSIZE 32

typedef enum MsCodeReason
{
	MS_CODE_OK = 0,
	MS_CODE_EMPTY,				/* nothing but blanks */
	MS_CODE_NOT_ASCII,			/* a byte outside printable ASCII */
	MS_CODE_BAD_CHAR,			/* a character that cannot stand there */
	MS_CODE_TOO_LONG,			/* more characters than the form has */
	MS_CODE_INCOMPLETE,			/* the text ends too early */
	MS_CODE_AMBIGUOUS_X,		/* x and X mixed, both readings fit */
	MS_CODE_NOT_A_DRUG			/* a fee item of another kind */
} MsCodeReason;

/*
 * Why a text is no code.  position counts characters from 1 in the text as
 * given, leading blanks included; it may be one behind the last character.
 */
typedef struct MsCodeError
{
	MsCodeReason reason;
	int			position;
	char		found;			/* 0 = end of text or not ASCII */
	const char *hint;			/* static text, or NULL */
	char		allowed[96];	/* what may stand there, in words */
} MsCodeError;

/* The kinds of fee items, in the order of their texts. */
typedef enum MsFeeKind
{
	MS_FEE_INVALID = 0,
	MS_FEE_SERVICE,				/* 15 digits */
	MS_FEE_CONSUMABLE,			/* C, 20 or 27 characters */
	MS_FEE_DRUG_J,				/* made by a hospital, 16 */
	MS_FEE_DRUG_T,				/* herbal pieces 10, granules 20 */
	MS_FEE_DRUG_X,				/* western, 23 */
	MS_FEE_DRUG_Z,				/* Chinese patent medicine, 20 */
	MS_FEE_LOCAL				/* local price code, written with ~ */
} MsFeeKind;

/*
 * ..._parse		reads a text of len bytes; forgives outer blanks and letter
 *				case; on false *out is untouched and err, if given, is filled
 * ..._format	writes the text and returns its length, 0 if it is no value
 * ..._valid		tells whether parsing can give this value
 * ..._length	number of characters of the text
 * ..._next		the value that follows in the order; false if there is none
 * ..._prev		the value before
 * ..._truncate	cuts to the first nchars characters; false if the rest of the
 *				text is no value
 * ..._subtree_end	false if no text sorts after the subtree of the node; for the
 *				ICD types *end is then still above every value
 * ..._subtree_last	the last value within the node; the node itself if it is
 *				no value
 * ..._prefixes	all nodes that the code lies within, shortest first and the
 *				code itself last; returns how many, 0 if it is no value
 */

/* Writes the detail sentence of an error into buf, returns its length. */
extern int	ms_code_error_detail(const MsCodeError *err, char *buf, size_t size);

/* icd10: 8 bytes; forms of the national list, of the WHO and ICD-10-CM */
extern bool ms_code_icd10_parse(const char *s, size_t len, MsIcd10 *out,
								MsCodeError *err);
extern int	ms_code_icd10_format(MsIcd10 code, char buf[MS_CODE_BUFSIZE]);
extern bool ms_code_icd10_valid(MsIcd10 code);
extern int	ms_code_icd10_length(MsIcd10 code);
extern bool ms_code_icd10_next(MsIcd10 code, MsIcd10 *next);
extern bool ms_code_icd10_prev(MsIcd10 code, MsIcd10 *prev);
extern bool ms_code_icd10_truncate(MsIcd10 code, int nchars, MsIcd10 *out);
extern bool ms_code_icd10_within(MsIcd10 code, MsIcd10 node);
extern bool ms_code_icd10_subtree_end(MsIcd10 node, MsIcd10 *end);
extern MsIcd10 ms_code_icd10_subtree_last(MsIcd10 node);
extern int	ms_code_icd10_prefixes(MsIcd10 code,
								   MsIcd10 nodes[MS_CODE_BUFSIZE]);

/* icd9cm3: 8 bytes; operations, TCM treatments 17.9 */
extern bool ms_code_icd9cm3_parse(const char *s, size_t len, MsIcd9cm3 *out,
								  MsCodeError *err);
extern int	ms_code_icd9cm3_format(MsIcd9cm3 code, char buf[MS_CODE_BUFSIZE]);
extern bool ms_code_icd9cm3_valid(MsIcd9cm3 code);
extern int	ms_code_icd9cm3_length(MsIcd9cm3 code);
extern bool ms_code_icd9cm3_next(MsIcd9cm3 code, MsIcd9cm3 *next);
extern bool ms_code_icd9cm3_prev(MsIcd9cm3 code, MsIcd9cm3 *prev);
extern bool ms_code_icd9cm3_truncate(MsIcd9cm3 code, int nchars,
									 MsIcd9cm3 *out);
extern bool ms_code_icd9cm3_within(MsIcd9cm3 code, MsIcd9cm3 node);
extern bool ms_code_icd9cm3_subtree_end(MsIcd9cm3 node, MsIcd9cm3 *end);
extern MsIcd9cm3 ms_code_icd9cm3_subtree_last(MsIcd9cm3 node);
extern int	ms_code_icd9cm3_prefixes(MsIcd9cm3 code,
									 MsIcd9cm3 nodes[MS_CODE_BUFSIZE]);

/* fee_item: 16 bytes; drug_code is the X, Z, T and J part of it */
extern bool ms_code_fee_item_parse(const char *s, size_t len, MsFeeItem *out,
								   MsCodeError *err);
extern bool ms_code_drug_parse(const char *s, size_t len, MsFeeItem *out,
							   MsCodeError *err);
extern bool ms_code_local_parse(const char *s, size_t len, MsFeeItem *out,
								MsCodeError *err);
extern int	ms_code_fee_item_format(const MsFeeItem *item,
									char buf[MS_CODE_BUFSIZE]);
extern bool ms_code_fee_item_valid(const MsFeeItem *item);
extern MsFeeKind ms_code_fee_item_kind(const MsFeeItem *item);
extern const char *ms_code_fee_kind_name(MsFeeKind kind);
extern bool ms_code_fee_item_is_drug(const MsFeeItem *item);
extern int	ms_code_fee_item_length(const MsFeeItem *item);
extern bool ms_code_fee_item_next(const MsFeeItem *item, MsFeeItem *next);
extern bool ms_code_fee_item_prev(const MsFeeItem *item, MsFeeItem *prev);
extern bool ms_code_fee_item_truncate(const MsFeeItem *item, int nchars,
									  MsFeeItem *out);
extern bool ms_code_fee_item_within(const MsFeeItem *item,
									const MsFeeItem *node);
extern bool ms_code_fee_item_mask(const MsFeeItem *node, MsFeeItem *mask);
extern bool ms_code_fee_item_subtree_end(const MsFeeItem *node,
										 MsFeeItem *end);
extern MsFeeItem ms_code_fee_item_subtree_last(const MsFeeItem *node);
extern int	ms_code_fee_item_prefixes(const MsFeeItem *item,
									  MsFeeItem nodes[MS_CODE_BUFSIZE]);

/* A key for sorting: never greater for a smaller item, rarely equal. */
extern uint64_t ms_code_fee_item_abbreviate(const MsFeeItem *item);

/*
 * Shared by the files of the core.  Trimming cuts outer blanks (space, tab,
 * CR, LF) and returns how many led; the hint speaks of O, I or l in place of
 * a digit, and is NULL where none fits.
 */
extern size_t ms_code_trim(const char **s, size_t *len);
extern const char *ms_code_lookalike_hint(char found, bool digit_allowed);

/*
 * Hashes.  The 32-bit hash is the low half of the 64-bit one with seed 0, as
 * the server asks.  Computed from the numbers, not from bytes in memory, so
 * they are the same on every machine.
 */
extern uint64_t ms_code_hash64(uint64_t value, uint64_t seed);
extern uint64_t ms_code_fee_item_hash64(const MsFeeItem *item, uint64_t seed);

static inline int
ms_code_cmp64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static inline int
ms_code_fee_item_cmp(const MsFeeItem *a, const MsFeeItem *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	return (a->lo > b->lo) - (a->lo < b->lo);
}

/* Whether two items agree in the bits of the mask. */
static inline bool
ms_code_fee_item_agree(const MsFeeItem *a, const MsFeeItem *b,
					   const MsFeeItem *mask)
{
	return (((a->hi ^ b->hi) & mask->hi) | ((a->lo ^ b->lo) & mask->lo)) == 0;
}

static inline bool
ms_code_fee_item_eq(const MsFeeItem *a, const MsFeeItem *b)
{
	return a->hi == b->hi && a->lo == b->lo;
}

#endif							/* CODE_CORE_H */
