/*
 * gen_base.c
 *	  Numbers, dates, reproducible choice and buffered output of the demo
 *	  warehouse generator.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "gen_base.h"

__extension__ typedef __int128 Wide;

/*
 * gen_mix
 *		Mixes two numbers into one (finaliser of splitmix64).
 */
uint64_t
gen_mix(uint64_t a, uint64_t b)
{
	uint64_t	z = a + UINT64_C(0x9E3779B97F4A7C15) * (b + 1);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

uint64_t
rng_next(GenRng *rng)
{
	rng->state += UINT64_C(0x9E3779B97F4A7C15);
	return gen_mix(rng->state, 0);
}

/*
 * rng_below
 *		A number in [0, n); the bias of 2^-32 does not matter here.
 */
int
rng_below(GenRng *rng, int n)
{
	return (int) (((rng_next(rng) >> 32) * (uint64_t) n) >> 32);
}

int
rng_between(GenRng *rng, int low, int high)
{
	return low + rng_below(rng, high - low + 1);
}

bool
rng_chance(GenRng *rng, int per_mille)
{
	return rng_below(rng, 1000) < per_mille;
}

/*
 * rng_zipf
 *		A rank in [0, n), each about as often as 1 / (rank + 1): every octave
 *		of ranks is drawn equally often.
 */
int
rng_zipf(GenRng *rng, int n)
{
	int			octaves = 0;
	int			rank;

	while ((1 << octaves) <= n)
		octaves++;
	do
	{
		int			o = rng_below(rng, octaves);

		rank = (1 << o) - 1 + rng_below(rng, 1 << o);
	} while (rank >= n);
	return rank;
}

/*
 * day_of
 *		Days from 1970-01-01 to a civil date (proleptic Gregorian).
 */
int
day_of(int year, int month, int day)
{
	int			y = month <= 2 ? year - 1 : year;
	int			era = (y >= 0 ? y : y - 399) / 400;
	int			yoe = y - era * 400;
	int			doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int			doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

void
civil_of(int64_t day, int *year, int *month, int *dom)
{
	int			z = (int) day + 719468;
	int			era = (z >= 0 ? z : z - 146096) / 146097;
	int			doe = z - era * 146097;
	int			yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int			doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int			mp = (5 * doy + 2) / 153;

	*dom = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = yoe + era * 400 + (*month <= 2);
}

int64_t
at(int day, int hour, int minute, int second)
{
	return day * SECS_PER_DAY + hour * 3600 + minute * 60 + second;
}

int64_t
day_part(int64_t t)
{
	int64_t		day = t / SECS_PER_DAY;

	return t % SECS_PER_DAY < 0 ? day - 1 : day;
}

/*
 * years_before
 *		The same civil day some years earlier (29 February becomes 1 March).
 */
int
years_before(int day, int years)
{
	int			y;
	int			m;
	int			d;

	civil_of(day, &y, &m, &d);
	return day_of(y - years, m, d);
}

/*
 * mul_div
 *		x * num / den, rounded half away from zero.
 */
int64_t
mul_div(int64_t x, int64_t num, int64_t den)
{
	Wide		product = (Wide) x * num;

	if (den <= 0)
		gen_fail("division by %lld", (long long) den);
	if (product < 0)
		return (int64_t) -((-product * 2 + den) / ((Wide) den * 2));
	return (int64_t) ((product * 2 + den) / ((Wide) den * 2));
}

/*
 * text_of
 *		Formats into the row's pool and returns the text.
 */
const char *
text_of(GenText *t, const char *fmt,...)
{
	char	   *start = t->pool + t->used;
	size_t		room = sizeof(t->pool) - t->used;
	va_list		args;
	int			n;

	va_start(args, fmt);
	n = vsnprintf(start, room, fmt, args);
	va_end(args);
	if (n < 0 || (size_t) n >= room)
		gen_fail("row text too long");
	t->used += (size_t) n + 1;
	return start;
}

/*
 * text_decimal
 *		A scaled integer as a plain decimal with all its places.
 */
static const char *
text_decimal(GenText *t, int64_t value, int places)
{
	char		digits[32];
	char	   *end = digits + sizeof(digits);
	char	   *p = end;
	uint64_t	rest = value < 0 ? -(uint64_t) value : (uint64_t) value;
	size_t		n;
	char	   *start;

	*--p = '\0';
	for (int i = 0; i < places; i++, rest /= 10)
		*--p = (char) ('0' + rest % 10);
	if (places > 0)
		*--p = '.';
	do
	{
		*--p = (char) ('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		*--p = '-';
	n = (size_t) (end - p);
	if (t->used + n > sizeof(t->pool))
		gen_fail("row text too long");
	start = t->pool + t->used;
	memcpy(start, p, n);
	t->used += n;
	return start;
}

const char *
text_fen(GenText *t, int64_t fen)
{
	return text_decimal(t, fen, 2);
}

const char *
text_qty(GenText *t, int64_t qty)
{
	return text_decimal(t, qty, 4);
}

const char *
text_price(GenText *t, int64_t price)
{
	return text_decimal(t, price, 6);
}

static void
put2(char *p, int n)
{
	p[0] = (char) ('0' + n / 10 % 10);
	p[1] = (char) ('0' + n % 10);
}

static char *
take(GenText *t, size_t n)
{
	char	   *start = t->pool + t->used;

	if (t->used + n > sizeof(t->pool))
		gen_fail("row text too long");
	t->used += n;
	return start;
}

const char *
text_time(GenText *t, int64_t time)
{
	int64_t		day = day_part(time);
	int			sec = (int) (time - day * SECS_PER_DAY);
	char	   *p;
	int			y;
	int			m;
	int			d;

	civil_of(day, &y, &m, &d);
	p = take(t, sizeof("2026-01-01 00:00:00"));
	memcpy(p, "0000-00-00 00:00:00", sizeof("0000-00-00 00:00:00"));
	put2(p, y / 100);
	put2(p + 2, y % 100);
	put2(p + 5, m);
	put2(p + 8, d);
	put2(p + 11, sec / 3600);
	put2(p + 14, sec / 60 % 60);
	put2(p + 17, sec % 60);
	return p;
}

const char *
text_date(GenText *t, int64_t day)
{
	char	   *p;
	int			y;
	int			m;
	int			d;

	civil_of(day, &y, &m, &d);
	p = take(t, sizeof("2026-01-01"));
	memcpy(p, "0000-00-00", sizeof("0000-00-00"));
	put2(p, y / 100);
	put2(p + 2, y % 100);
	put2(p + 5, m);
	put2(p + 8, d);
	return p;
}

void
out_open(GenOut *out, FILE *file, bool typed)
{
	out->file = file;
	out->typed = typed;
	out->rows = 0;
	out->len = 0;
}

void
out_flush(GenOut *out)
{
	if (out->file != NULL && out->len > 0 &&
		fwrite(out->buf, 1, out->len, out->file) != out->len)
		gen_fail("could not write output");
	out->len = 0;
}

/*
 * out_row
 *		Writes one row in COPY text format.  A value that is NULL is '' in an
 *		untyped warehouse (exports know no NULL) and \N in a typed one.
 */
void
out_row(GenOut *out, const char *const *value, int n)
{
	out->rows++;
	if (out->file == NULL)
		return;
	for (int i = 0; i < n; i++)
	{
		if (out->len > sizeof(out->buf) - 2048)
			out_flush(out);
		if (i > 0)
			out->buf[out->len++] = '\t';
		if (value[i] == NULL)
		{
			if (out->typed)
			{
				out->buf[out->len++] = '\\';
				out->buf[out->len++] = 'N';
			}
			continue;
		}
		for (const char *p = value[i]; *p != '\0'; p++)
		{
			if (*p == '\t')
			{
				out->buf[out->len++] = '\\';
				out->buf[out->len++] = 't';
			}
			else
				out->buf[out->len++] = *p;
		}
	}
	out->buf[out->len++] = '\n';
}

void
gen_fail(const char *fmt,...)
{
	va_list		args;

	fputs("gen_warehouse: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/*
 * gen_grow
 *		Makes room for at least need elements, keeping what is there.
 */
void *
gen_grow(void *ptr, int *cap, int need, size_t size)
{
	int			room = *cap > 0 ? *cap : 64;
	void	   *grown;

	if (need <= *cap)
		return ptr;
	while (room < need)
		room *= 2;
	grown = realloc(ptr, (size_t) room * size);
	if (grown == NULL)
		gen_fail("out of memory");
	*cap = room;
	return grown;
}
