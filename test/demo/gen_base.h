/*
 * gen_base.h
 *	  Numbers, dates, reproducible choice and buffered output of the demo
 *	  warehouse generator.
 *
 * Everything is integer arithmetic: money in fen, quantities in 1/10000,
 * prices in 1/1000000 yuan, civil time in seconds since 1970-01-01 00:00:00
 * without a zone.  The same seed gives the same bytes on every machine.
 */
#ifndef GEN_BASE_H
#define GEN_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SECS_PER_DAY INT64_C(86400)
#define QTY(n) ((int64_t) (n) * 10000)

typedef struct GenRng
{
	uint64_t	state;
} GenRng;

typedef struct GenOut
{
	FILE	   *file;
	bool		typed;			/* unknown is \N, not '' */
	int64_t		rows;
	size_t		len;
	char		buf[1 << 16];
} GenOut;

/* Text of one row; reset after each. */
typedef struct GenText
{
	size_t		used;
	char		pool[8192];
} GenText;

extern uint64_t gen_mix(uint64_t a, uint64_t b);
extern uint64_t rng_next(GenRng *rng);
extern int	rng_below(GenRng *rng, int n);
extern int	rng_between(GenRng *rng, int low, int high);
extern bool rng_chance(GenRng *rng, int per_mille);
extern int	rng_zipf(GenRng *rng, int n);

extern int	day_of(int year, int month, int day);
extern void civil_of(int64_t day, int *year, int *month, int *dom);
extern int64_t at(int day, int hour, int minute, int second);
extern int64_t day_part(int64_t t);
extern int	years_before(int day, int years);

extern int64_t mul_div(int64_t x, int64_t num, int64_t den);

extern const char *text_of(GenText *t, const char *fmt,...)
			__attribute__((format(printf, 2, 3)));
extern const char *text_fen(GenText *t, int64_t fen);
extern const char *text_qty(GenText *t, int64_t qty);
extern const char *text_price(GenText *t, int64_t price);
extern const char *text_time(GenText *t, int64_t time);
extern const char *text_date(GenText *t, int64_t day);

extern void out_open(GenOut *out, FILE *file, bool typed);
extern void out_row(GenOut *out, const char *const *value, int n);
extern void out_flush(GenOut *out);

extern void gen_fail(const char *fmt,...)
			__attribute__((noreturn, format(printf, 1, 2)));
extern void *gen_grow(void *ptr, int *cap, int need, size_t size);

#endif							/* GEN_BASE_H */
