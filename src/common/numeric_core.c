/*-------------------------------------------------------------------------
 *
 * numeric_core.c
 *	  The server's numeric as it is stored, read as a scaled integer.
 *
 * A numeric is a header of two bytes (sign, scale to show, weight) or four,
 * then digits to the base 10000, the first at 10000^weight.  Written down in
 * the comments of src/backend/utils/adt/numeric.c and the same in all
 * versions that medsup knows, since it is on disk.  Several numbers of each
 * fee line are read; by way of their text that was the first cost of all.
 *
 *-------------------------------------------------------------------------
 */
#include "common/numeric_core.h"

#include <string.h>

#define BASE 10000
#define BASE_DIGITS 4

#define KIND_MASK 0xC000		/* of the first two bytes */
#define KIND_NEGATIVE 0x4000	/* long header */
#define KIND_SHORT 0x8000
#define KIND_SPECIAL 0xC000		/* NaN and the infinities */
#define LONG_SHOWN_MASK 0x3FFF
#define SPECIAL_INFINITE 0x1000 /* of a special one */
#define SHORT_NEGATIVE 0x2000
#define SHORT_SHOWN_MASK 0x1F80
#define SHORT_SHOWN_SHIFT 7
#define SHORT_WEIGHT_SIGN 0x0040
#define SHORT_WEIGHT_MASK 0x003F

typedef struct Digits
{
	const char *bytes;
	int			n;
	int			weight;
	int			shown;			/* decimal places in its text */
	bool		negative;
} Digits;

static uint16_t
half(const char *bytes)
{
	uint16_t	value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static bool
open_digits(const char *bytes, size_t size, Digits *d)
{
	uint16_t	head;
	size_t		header;

	if (size < 2)
		return false;
	head = half(bytes);
	if ((head & KIND_MASK) == KIND_SPECIAL)
		return false;
	if ((head & KIND_MASK) == KIND_SHORT)
	{
		header = 2;
		d->negative = (head & SHORT_NEGATIVE) != 0;
		d->shown = (head & SHORT_SHOWN_MASK) >> SHORT_SHOWN_SHIFT;
		d->weight = (int) (head & SHORT_WEIGHT_MASK);
		if (head & SHORT_WEIGHT_SIGN)
			d->weight -= SHORT_WEIGHT_MASK + 1;
	}
	else
	{
		header = 4;
		if (size < header)
			return false;
		d->negative = (head & KIND_MASK) == KIND_NEGATIVE;
		d->shown = head & LONG_SHOWN_MASK;
		d->weight = (int16_t) half(bytes + 2);
	}
	d->bytes = bytes + header;
	d->n = (int) ((size - header) / 2);
	return true;
}

/* The digit at 10000^power. */
static int
digit(const Digits *d, int power)
{
	int			i = d->weight - power;

	return i < 0 || i >= d->n ? 0 : half(d->bytes + 2 * (size_t) i);
}

/* v * by + add, unless that exceeds max. */
static bool
shift(int64_t *v, int by, int add, int64_t max)
{
	if (*v > (max - add) / by)
		return false;
	*v = *v * by + add;
	return true;
}

/*
 * ms_numeric_scaled reads value * 10^scale, rounded half away from zero, as
 * ms_decimal_parse reads the number's text.  False when it is no number or its
 * magnitude exceeds max, which is at least 10000.
 */
bool
ms_numeric_scaled(const void *bytes, size_t size, int scale, int64_t max,
				  int64_t *out)
{
	static const int tens[] = {1, 10, 100, 1000, 10000};
	Digits		d;
	int64_t		v = 0;
	int			power;

	if (!open_digits(bytes, size, &d))
		return false;
	for (power = d.weight; power >= 0; power--)
	{
		if (!shift(&v, BASE, digit(&d, power), max))
			return false;
	}
	for (power = -1; scale >= BASE_DIGITS; power--, scale -= BASE_DIGITS)
	{
		if (!shift(&v, BASE, digit(&d, power), max))
			return false;
	}
	/* the digit in which the scale ends: its rest rounds */
	{
		int			last = digit(&d, power);
		int			cut = tens[BASE_DIGITS - scale];
		int			up = last % cut >= cut / 2;

		if (!shift(&v, tens[scale], last / cut, max) || v > max - up)
			return false;
		v += up;
	}
	*out = d.negative ? -v : v;
	return true;
}

/*
 * ms_numeric_units reads value * 10000 where that is a whole number of a
 * magnitude up to max, and how many decimal places the number shows.
 */
bool
ms_numeric_units(const void *bytes, size_t size, int64_t max,
				 int64_t *out, int *shown)
{
	Digits		d;
	int64_t		v = 0;

	/* digits end with one that is not zero */
	if (!open_digits(bytes, size, &d) || d.n > d.weight + 2)
		return false;
	for (int power = d.weight; power >= -1; power--)
	{
		if (!shift(&v, BASE, digit(&d, power), max))
			return false;
	}
	*out = d.negative ? -v : v;
	*shown = d.shown;
	return true;
}

/* ms_numeric_is_infinite tells Infinity and -Infinity from all else. */
bool
ms_numeric_is_infinite(const void *bytes, size_t size)
{
	return size >= 2 && (half(bytes) & KIND_MASK) == KIND_SPECIAL &&
		(half(bytes) & SPECIAL_INFINITE) != 0;
}
