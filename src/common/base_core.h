/*-------------------------------------------------------------------------
 *
 * base_core.h
 *	  What every pure core needs: memory, cancel and failure by callbacks,
 *	  byte strings, sorting, exact arithmetic, the civil calendar.
 *
 * Pure C.  A caller lends an MsEnv; its fail callback never returns (in the
 * server it raises an error, in tests it jumps), so that the cores have no
 * error paths for memory.  All memory comes from an arena and is freed by
 * the caller at once with whatever the alloc callback took it from.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BASE_CORE_H
#define BASE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define MS_NORETURN __attribute__((noreturn))
#else
#define MS_NORETURN
#endif

typedef __int128 MsWide;

/* Asks for memory that is soon to be read. */
#if defined(__GNUC__)
#define MS_FETCH(p) __builtin_prefetch(p)
#else
#define MS_FETCH(p) ((void) 0)
#endif

typedef enum MsFail
{
	MS_FAIL_MEMORY = 1,			/* the budget would be exceeded */
	MS_FAIL_TOO_MANY,			/* more rows than an index can count */
	MS_FAIL_MIXED				/* rows of several persons in one call */
} MsFail;

typedef struct MsEnv
{
	void	   *(*alloc) (void *ctx, size_t size);	/* never NULL */
	void		(*check) (void *ctx);	/* may leave by a jump: cancelled */
	void		(*fail) (void *ctx, MsFail why);	/* never returns */
	void	   *ctx;
	size_t		budget;			/* bytes that one arena may take */
} MsEnv;

/* One piece of memory from the caller; the rest of it follows. */
typedef struct MsChunk
{
	struct MsChunk *next;
	size_t		size;			/* bytes behind this header */
} MsChunk;

typedef struct MsArena
{
	const MsEnv *env;
	MsChunk    *first;
	MsChunk    *current;
	size_t		at;				/* bytes taken of the current chunk */
	size_t		chunk;			/* size of the next new chunk */
	size_t		used;
	uint32_t	ticks;
} MsArena;

extern void ms_arena_init(MsArena *arena, const MsEnv *env);

/* aligned for anything, whatever alloc gives */
extern void *ms_arena_alloc(MsArena *arena, size_t count, size_t size);
extern void ms_arena_reset(MsArena *arena); /* all is free for reuse */

/* A place in an arena; what was taken since can be given back. */
typedef struct MsMark
{
	MsChunk    *current;
	size_t		at;
} MsMark;

extern MsMark ms_arena_mark(const MsArena *arena);
extern void ms_arena_release(MsArena *arena, MsMark mark);
extern char *ms_arena_copy(MsArena *arena, const char *s, size_t len);

#define MS_NEW(arena, type, count) \
	((type *) ms_arena_alloc((arena), (count), sizeof(type)))

/* One iteration of a loop over user data; every 1,024th asks for a cancel. */
static inline void
ms_tick(MsArena *arena)
{
	if ((++arena->ticks & 1023) == 0)
		arena->env->check(arena->env->ctx);
}

/* A growing array; elements move when it grows. */
typedef struct MsVec
{
	void	   *data;
	size_t		n;
	size_t		capacity;
} MsVec;

extern void *ms_vec_push(MsArena *arena, MsVec *vec, size_t size);

#define MS_PUSH(arena, vec, type) \
	((type *) ms_vec_push((arena), (vec), sizeof(type)))
#define MS_AT(vec, type, i) (((type *) (vec)->data) + (i))

/*
 * Sorts indexes by a comparison that must be a total order of what they
 * stand for, or else leaves equals in the order given (a stable merge sort:
 * no bad case, and the same result on every machine).
 */
typedef int (*MsIndexCmp) (uint32_t a, uint32_t b, const void *ctx);

extern void ms_sort(MsArena *arena, uint32_t *idx, size_t n, MsIndexCmp cmp,
					const void *ctx);

/* The same for plain numbers. */
extern void ms_sort_u64(MsArena *arena, uint64_t *numbers, size_t n);

/* Byte strings; s NULL is SQL's NULL. */
typedef struct MsStr
{
	const char *s;
	uint32_t	len;
} MsStr;

extern int	ms_str_cmp(MsStr a, MsStr b);	/* C collation, NULL first */
extern uint64_t ms_str_hash(MsStr s);
extern bool ms_str_is(MsStr s, const char *literal);

static inline bool
ms_str_missing(MsStr s)
{
	return s.s == NULL || s.len == 0;
}

static inline bool
ms_str_eq(MsStr a, MsStr b)
{
	return ms_str_cmp(a, b) == 0;
}

extern MsStr ms_str(const char *literal);
extern MsStr ms_str_trim(MsStr s);
extern bool ms_flag_is(MsStr s, char digit);

/* A number or a time as a warehouse gives it; each user scales it. */
typedef enum MsState
{
	MS_MISSING = 0,
	MS_READABLE,
	MS_UNREADABLE
} MsState;

typedef struct MsValue
{
	int64_t		v;
	MsState		state;
} MsValue;

/* Text under construction in an arena, always NUL-terminated. */
typedef struct MsBuf
{
	MsArena    *arena;
	char	   *s;
	size_t		len;
	size_t		capacity;
} MsBuf;

extern void ms_buf_init(MsBuf *buf, MsArena *arena);
extern void ms_buf_add(MsBuf *buf, const char *s, size_t len);
extern void ms_buf_puts(MsBuf *buf, const char *s);
extern void ms_buf_decimal(MsBuf *buf, int64_t value, int scale, int min_digits);

/*
 * Exact arithmetic.  ms_part is x * q / total rounded half away from zero;
 * a product of two 64-bit numbers always fits in 128 bits.
 */
extern bool ms_decimal_parse(const char *s, int scale, int64_t max, int64_t *out);
extern int64_t ms_div_round(MsWide num, MsWide den);

static inline int64_t
ms_part(int64_t x, int64_t q, int64_t total)
{
	return ms_div_round((MsWide) x * q, total);
}

/* Civil time: microseconds and days from 2000-01-01, as the server counts. */
#define MS_USECS_PER_DAY	INT64_C(86400000000)
#define MS_USECS_PER_HOUR	INT64_C(3600000000)

typedef struct MsDate
{
	int64_t		year;
	int			month;
	int			day;
} MsDate;

extern int64_t ms_floor_div(int64_t a, int64_t b);
extern MsDate ms_civil_from_days(int64_t days);
extern int64_t ms_days_from_civil(int64_t year, int month, int day);
extern int64_t ms_whole_months(int64_t from_day, int64_t to_day);

static inline int64_t
ms_day_of(int64_t usecs)
{
	return ms_floor_div(usecs, MS_USECS_PER_DAY);
}

/* 'YYYY-MM-DD HH:MM:SS', with '.ffffff' only where it is not zero */
#define MS_TIME_BUFSIZE 48
extern int	ms_time_format(int64_t usecs, char buf[MS_TIME_BUFSIZE]);

#endif							/* BASE_CORE_H */
