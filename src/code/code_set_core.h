/*-------------------------------------------------------------------------
 *
 * code_set_core.h
 *	  Sets of codes: what rule authors write, and is a code in it?
 *
 * A set of spans is written
 *
 *	  set		 = { separator } [ item { separator item } ]
 *	  item		 = [ "!" ] ( term | range | "=" code | group )
 *	  group		 = "(" set ")"		in which no "!" stands
 *	  range		 = term hyphen term
 *	  term		 = code [ "*" ] | beginning "*"
 *	  separator	 = blank | line end | , ; | and what Chinese texts have
 *
 *	  a code is itself and everything below it; the * changes nothing
 *	  a beginning is shorter than any node ("E*", "~*"), or nothing ("*")
 *	  a range reaches from its left end to the last code below its right end;
 *		a right end that begins with a digit and is shorter than the left one
 *		needs its *, since 36.31-39 is not meant to reach to 39.9
 *	  = is the code alone, without what is below
 *	  ! takes out of the whole, wherever it stands; where everything written
 *	  is taken out, it is taken out of all codes
 *
 * Blanks around the hyphen of a range are free, but for local codes, which
 * may hold hyphens: there a hyphen is part of the code unless it stands
 * before a ~ or behind a blank.  icd10 and icd9cm3 also know the WHO's way to
 * write "and all below", E11.- , and a tilde for the hyphen.
 *
 * For the search, a set is a sequence of bounds b0 <= b1 <= ... of the packed
 * order: the codes of [b0, b1), [b2, b3) and so on are in it.  A code is in
 * the set exactly when an odd number of bounds is not above it.  A bound need
 * not be a code: codes leave room below themselves, so that "behind x" is
 * x + 1, and a set without an upper end ends at the largest number.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_SET_CORE_H
#define CODE_SET_CORE_H

#include "code/code_core.h"

#define MS_CODE8_INFINITE UINT64_MAX

/* A type of codes, for sets; opaque. */
typedef struct MsCodeSetType MsCodeSetType;

extern const MsCodeSetType ms_code_set_icd10;
extern const MsCodeSetType ms_code_set_icd9cm3;
extern const MsCodeSetType ms_code_set_fee_item;

/*
 * The codes of [first, end).  Codes of 8 bytes stand in the high half.  Both
 * are values of the type; an end may be infinite too.
 */
typedef struct MsCodeSpan
{
	MsFeeItem	first;
	MsFeeItem	end;
} MsCodeSpan;

static inline bool
ms_code_set_infinite(const MsFeeItem *end)
{
	return end->hi == UINT64_MAX;
}

/* Why a text is no set. */
typedef struct MsCodeSetError
{
	MsCodeError code;			/* position counts characters of the set */
	size_t		offset;			/* the same in bytes, from 0 */
	char		found[5];		/* the character there, in UTF-8 */
	bool		reversed;		/* a range ends before it begins */
} MsCodeSetError;

/* Reads a text item by item; the caller allots none but the start. */
typedef struct MsCodeSetReader
{
	const MsCodeSetType *type;
	const char *text;
	size_t		len;
	size_t		at;				/* offset of what is next */
	int			depth;			/* open parentheses */
	bool		group_excluded; /* the outermost of them had a ! */
	bool		bare;			/* nothing stands in the group or set yet */
	bool		need_separator; /* an item ends here */
	bool		any_excluded;
	bool		any_included;
} MsCodeSetReader;

typedef enum MsCodeSetStep
{
	MS_SET_INCLUDE,
	MS_SET_EXCLUDE,
	MS_SET_END,
	MS_SET_ERROR
} MsCodeSetStep;

extern void ms_code_set_start(MsCodeSetReader *reader,
							  const MsCodeSetType *type,
							  const char *text, size_t len);
extern MsCodeSetStep ms_code_set_read(MsCodeSetReader *reader,
									  MsCodeSpan *span, MsCodeSetError *err);

/* Whether a text is a set. */
extern bool ms_code_set_readable(const MsCodeSetType *type, const char *text,
								 size_t len);

/* Writes the detail sentence of an error into buf, returns its length. */
extern int	ms_code_set_error_detail(const MsCodeSetError *err, char *buf,
									 size_t size);

/*
 * Sets as arrays of spans.  Uniting sorts, and joins what touches, in place;
 * subtracting takes two united sets and needs room for na + nb spans.  Both
 * return how many spans there are then.
 */
extern size_t ms_code_set_unite(MsCodeSpan *spans, size_t n);
extern size_t ms_code_set_subtract(const MsCodeSpan *a, size_t na,
								   const MsCodeSpan *b, size_t nb,
								   MsCodeSpan *out);

/*
 * Writes one span as authors would; reading that gives the span again.
 * Spans of a united set are joined by ", "; the set of no span is "!*".
 */
#define MS_CODE_SET_BUFSIZE 1024
#define MS_CODE_SET_EMPTY "!*"
extern int	ms_code_set_print(const MsCodeSetType *type,
							  const MsCodeSpan *span,
							  char buf[MS_CODE_SET_BUFSIZE]);

/* A node and everything below it. */
extern MsCodeSpan ms_code_set_node(const MsCodeSetType *type, MsFeeItem node);

/*
 * What a bound stands for that a hand-made set may have: the value behind
 * one; infinite if there is none.
 */
extern MsFeeItem ms_code_set_behind(const MsCodeSetType *type, MsFeeItem code);

/* The least value of the type. */
extern MsFeeItem ms_code_set_least(const MsCodeSetType *type);

/* The number next to an item, be it one or not. */
static inline MsFeeItem
ms_code_fee_item_plus_one(MsFeeItem item)
{
	item.lo++;
	item.hi += item.lo == 0;
	return item;
}

/*
 * Both halve the search without a branch on the data: a mask takes the place
 * of "if", since compilers make a jump of that, and every second one would be
 * mispredicted.
 */
static inline bool
ms_code8_in_bounds(const uint64_t *bounds, int nbounds, uint64_t code)
{
	const uint64_t *base = bounds;
	size_t		n = (size_t) nbounds;

	if (n == 0)
		return false;
	while (n > 1)
	{
		size_t		half = n / 2;

		base += half & (0 - (size_t) (base[half - 1] <= code));
		n -= half;
	}
	return ((size_t) (base - bounds) + (*base <= code)) & 1;
}

static inline size_t
ms_code_fee_item_at_most(const MsFeeItem *a, const MsFeeItem *b)
{
	return (size_t) ((a->hi < b->hi) | ((a->hi == b->hi) & (a->lo <= b->lo)));
}

static inline bool
ms_code_fee_item_in_bounds(const MsFeeItem *bounds, int nbounds,
						   const MsFeeItem *item)
{
	const MsFeeItem *base = bounds;
	size_t		n = (size_t) nbounds;

	if (n == 0)
		return false;
	while (n > 1)
	{
		size_t		half = n / 2;

		base += half & (0 - ms_code_fee_item_at_most(&base[half - 1], item));
		n -= half;
	}
	return ((size_t) (base - bounds) + ms_code_fee_item_at_most(base, item)) & 1;
}

#endif							/* CODE_SET_CORE_H */
