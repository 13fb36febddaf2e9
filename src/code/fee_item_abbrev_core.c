/*-------------------------------------------------------------------------
 *
 * fee_item_abbrev_core.c
 *	  The 64 bits of a fee item that sorting looks at first.
 *
 * The upper half of the value would do, but ends within the dosage form of a
 * western drug, so that packs and makers of one medicine tie, and a tie costs
 * two cache misses.  This key takes the fields of the form in their order,
 * each in fewer bits:
 *
 *	  - digits as one binary number, 7 bits for two in place of 8; the end of
 *	    the text counts as 0 there
 *	  - a field of which only small numbers are in use gets few bits; a number
 *	    that does not fit fills the rest of the key with ones
 *
 * Both may make unequal items equal, never turn them around; the full
 * comparison decides ties.  The key is not stored anywhere and may change.
 *
 *-------------------------------------------------------------------------
 */
#include "code/code_core.h"

#define BODY_BITS 120
#define KIND_BITS 3

/*
 * A field of the body and its bits in the key.  As many as it has are copied;
 * fewer mean that it is made of digits.
 */
typedef struct Piece
{
	unsigned char width;
	unsigned char bits;
} Piece;

#define COPY(n) {n, n}
#define DIGIT_PAIR {8, 7}

/* Indexed by MsFeeKind; each row has 61 bits or all that the form has. */
static const Piece pieces[][10] = {
	/* invalid */
	{{0, 0}},
	/* service */
	{DIGIT_PAIR, DIGIT_PAIR, DIGIT_PAIR, DIGIT_PAIR, DIGIT_PAIR, DIGIT_PAIR,
	DIGIT_PAIR, COPY(4)},
	/* consumable */
	{DIGIT_PAIR, DIGIT_PAIR, DIGIT_PAIR, DIGIT_PAIR, DIGIT_PAIR, DIGIT_PAIR,
	DIGIT_PAIR, DIGIT_PAIR, COPY(4)},
	/* drug_j */
	{COPY(60)},
	/* drug_t */
	{DIGIT_PAIR, DIGIT_PAIR, DIGIT_PAIR, DIGIT_PAIR, DIGIT_PAIR, DIGIT_PAIR,
	DIGIT_PAIR, DIGIT_PAIR, COPY(4)},
	/* drug_x: class A 99 AA, name A 999, form A 999, spec, pack */
	{COPY(5), DIGIT_PAIR, COPY(15), {12, 10}, COPY(5), {12, 7}, {8, 6}, {8, 6}},
	/* drug_z: class A 99 AA, name A 9999, spec, pack, maker 99 */
	{COPY(5), DIGIT_PAIR, COPY(15), DIGIT_PAIR, DIGIT_PAIR, DIGIT_PAIR,
	DIGIT_PAIR, {8, 6}},
	/* local */
	{COPY(61)}
};

static inline uint64_t
body_bits(const MsFeeItem *item, unsigned from, unsigned width)
{
	unsigned	shift = BODY_BITS - from - width;
	uint64_t	bits;

	if (shift >= 64)
		bits = item->hi >> (shift - 64);
	else if (shift == 0)
		bits = item->lo;
	else
		bits = (item->lo >> shift) | (item->hi << (64 - shift));
	return bits & (~UINT64_C(0) >> (64 - width));
}

static inline uint64_t
digit(uint64_t place)
{
	return place - (place != 0);
}

uint64_t
ms_code_fee_item_abbreviate(const MsFeeItem *item)
{
	MsFeeKind	kind = ms_code_fee_item_kind(item);
	uint64_t	key = (uint64_t) kind;
	unsigned	room = 64 - KIND_BITS;
	unsigned	from = 0;

	for (const Piece *p = pieces[kind]; p->width != 0; p++)
	{
		uint64_t	number = body_bits(item, from, p->width);

		if (p->bits < p->width)
		{
			uint64_t	high = p->width == 8 ? 0 : digit(number >> 8);

			number = 100 * high + 10 * digit(number >> 4 & 15) +
				digit(number & 15);
		}
		if (number >> p->bits != 0)
			return ((key + 1) << room) - 1;
		key = key << p->bits | number;
		room -= p->bits;
		from += p->width;
	}
	return key << room;
}
