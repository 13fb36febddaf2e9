/*-------------------------------------------------------------------------
 *
 * base_core.c
 *	  Arena, vectors, sorting, byte strings, arithmetic and calendar.
 *
 *-------------------------------------------------------------------------
 */
#include "common/base_core.h"

#include <stdio.h>
#include <string.h>

#define FIRST_CHUNK	((size_t) 16 * 1024)
#define LAST_CHUNK	((size_t) 1024 * 1024)
#define ALIGN_TO	16
#define CHUNK_HEADER ((sizeof(MsChunk) + ALIGN_TO - 1) & ~((size_t) ALIGN_TO - 1))

/* ---- memory ---- */

void
ms_arena_init(MsArena *arena, const MsEnv *env)
{
	memset(arena, 0, sizeof(*arena));
	arena->env = env;
	arena->chunk = FIRST_CHUNK;
}

/* Makes a chunk of at least that many bytes and puts it behind the current. */
static void
add_chunk(MsArena *arena, size_t bytes)
{
	const MsEnv *env = arena->env;
	size_t		size = bytes > arena->chunk ? bytes : arena->chunk;
	uintptr_t	start;
	MsChunk    *chunk;

	if (size > env->budget || arena->used > env->budget - size)
		env->fail(env->ctx, MS_FAIL_MEMORY);
	/* the server aligns to 8 bytes only, MsWide wants more */
	start = (uintptr_t) env->alloc(env->ctx, CHUNK_HEADER + size + ALIGN_TO);
	chunk = (MsChunk *) ((start + ALIGN_TO - 1) & ~((uintptr_t) ALIGN_TO - 1));
	arena->used += size;
	if (arena->chunk < LAST_CHUNK)
		arena->chunk *= 2;
	chunk->size = size;
	chunk->next = NULL;
	if (arena->current == NULL)
		arena->first = chunk;
	else
	{
		chunk->next = arena->current->next;
		arena->current->next = chunk;
	}
	arena->current = chunk;
	arena->at = 0;
}

/*
 * Goes to the next chunk of at least that many bytes, a free one if there is
 * one: after a reset or release chunks may be asked for in another order.
 */
static void
next_chunk(MsArena *arena, size_t bytes)
{
	MsChunk    *before = arena->current;
	MsChunk    *chunk;

	while (before != NULL && before->next != NULL &&
		   before->next->size < bytes)
		before = before->next;
	if (before == NULL || before->next == NULL)
	{
		add_chunk(arena, bytes);
		return;
	}
	chunk = before->next;
	before->next = chunk->next;
	chunk->next = arena->current->next;
	arena->current->next = chunk;
	arena->current = chunk;
	arena->at = 0;
}

/*
 * ms_arena_alloc returns zeroed memory for count elements.  It lives as long
 * as what the alloc callback takes it from, or until the arena is reset.
 */
void *
ms_arena_alloc(MsArena *arena, size_t count, size_t size)
{
	size_t		bytes;
	void	   *result;

	if (size != 0 && count > (SIZE_MAX / 4) / size)
		arena->env->fail(arena->env->ctx, MS_FAIL_MEMORY);
	bytes = (count * size + ALIGN_TO - 1) & ~((size_t) ALIGN_TO - 1);
	if (bytes == 0)
		bytes = ALIGN_TO;
	if (arena->current == NULL ||
		bytes > arena->current->size - arena->at)
		next_chunk(arena, bytes);
	result = (char *) arena->current + CHUNK_HEADER + arena->at;
	arena->at += bytes;
	memset(result, 0, bytes);
	return result;
}

/* ms_arena_reset makes all memory of the arena free for reuse. */
void
ms_arena_reset(MsArena *arena)
{
	arena->current = arena->first;
	arena->at = 0;
}

MsMark
ms_arena_mark(const MsArena *arena)
{
	MsMark		mark = {arena->current, arena->at};

	return mark;
}

/* ms_arena_release makes what was taken since the mark free for reuse. */
void
ms_arena_release(MsArena *arena, MsMark mark)
{
	arena->current = mark.current ? mark.current : arena->first;
	arena->at = mark.current ? mark.at : 0;
}

char *
ms_arena_copy(MsArena *arena, const char *s, size_t len)
{
	char	   *copy = ms_arena_alloc(arena, len + 1, 1);

	if (len > 0)
		memcpy(copy, s, len);
	return copy;
}

/* ms_vec_push returns a new zeroed element at the end. */
void *
ms_vec_push(MsArena *arena, MsVec *vec, size_t size)
{
	char	   *element;

	if (vec->n == vec->capacity)
	{
		size_t		capacity = vec->capacity ? vec->capacity * 2 : 8;
		void	   *data = ms_arena_alloc(arena, capacity, size);

		if (vec->n > 0)
			memcpy(data, vec->data, vec->n * size);
		vec->data = data;
		vec->capacity = capacity;
	}
	element = (char *) vec->data + vec->n * size;
	vec->n++;
	return element;
}

/* ---- sorting ---- */

static void
insertion_sort(uint32_t *idx, size_t n, MsIndexCmp cmp, const void *ctx)
{
	for (size_t i = 1; i < n; i++)
	{
		uint32_t	x = idx[i];
		size_t		j = i;

		while (j > 0 && cmp(idx[j - 1], x, ctx) > 0)
		{
			idx[j] = idx[j - 1];
			j--;
		}
		idx[j] = x;
	}
}

static void
merge_runs(uint32_t *dst, const uint32_t *a, size_t na, const uint32_t *b,
		   size_t nb, MsIndexCmp cmp, const void *ctx)
{
	while (na > 0 && nb > 0)
	{
		if (cmp(*b, *a, ctx) < 0)
		{
			*dst++ = *b++;
			nb--;
		}
		else
		{
			*dst++ = *a++;
			na--;
		}
	}
	memcpy(dst, a, na * sizeof(*a));
	memcpy(dst + na, b, nb * sizeof(*b));
}

void
ms_sort(MsArena *arena, uint32_t *idx, size_t n, MsIndexCmp cmp,
		const void *ctx)
{
	const size_t run = 12;
	uint32_t   *src = idx;
	uint32_t   *dst;

	if (n < 2)
		return;
	for (size_t i = 0; i < n; i += run)
		insertion_sort(idx + i, n - i < run ? n - i : run, cmp, ctx);
	if (n <= run)
		return;
	dst = MS_NEW(arena, uint32_t, n);
	for (size_t width = run; width < n; width *= 2)
	{
		uint32_t   *swap = src;

		for (size_t i = 0; i < n; i += 2 * width)
		{
			size_t		na = n - i < width ? n - i : width;
			size_t		nb = n - i - na < width ? n - i - na : width;

			if (nb == 0 || cmp(src[i + na - 1], src[i + na], ctx) <= 0)
				memcpy(dst + i, src + i, (na + nb) * sizeof(*dst));
			else
				merge_runs(dst + i, src + i, na, src + i + na, nb, cmp, ctx);
			arena->ticks += 512;
			ms_tick(arena);
		}
		src = dst;
		dst = swap;
	}
	if (src != idx)
		memcpy(idx, src, n * sizeof(*idx));
}

void
ms_sort_u64(MsArena *arena, uint64_t *numbers, size_t n)
{
	const size_t run = 12;
	uint64_t   *src = numbers;
	uint64_t   *dst;

	for (size_t i = 1; i < n; i++)
	{
		uint64_t	x = numbers[i];
		size_t		j = i;

		for (; j % run > 0 && numbers[j - 1] > x; j--)
			numbers[j] = numbers[j - 1];
		numbers[j] = x;
	}
	if (n <= run)
		return;
	dst = MS_NEW(arena, uint64_t, n);
	for (size_t width = run; width < n; width *= 2)
	{
		uint64_t   *swap = src;

		for (size_t i = 0; i < n; i += 2 * width)
		{
			size_t		a = i;
			size_t		a_end = n - i < width ? n : i + width;
			size_t		b = a_end;
			size_t		b_end = n - b < width ? n : b + width;

			for (size_t k = i; k < b_end; k++)
				dst[k] = b >= b_end || (a < a_end && src[a] <= src[b]) ?
					src[a++] : src[b++];
			arena->ticks += 512;
			ms_tick(arena);
		}
		src = dst;
		dst = swap;
	}
	if (src != numbers)
		memcpy(numbers, src, n * sizeof(*numbers));
}

/* ---- byte strings ---- */

int
ms_str_cmp(MsStr a, MsStr b)
{
	uint32_t	len = a.len < b.len ? a.len : b.len;
	int			diff;

	if (a.s == NULL || b.s == NULL)
		return (a.s != NULL) - (b.s != NULL);
	diff = len > 0 ? memcmp(a.s, b.s, len) : 0;
	if (diff != 0)
		return diff;
	return (a.len > b.len) - (a.len < b.len);
}

MsStr
ms_str(const char *literal)
{
	MsStr		str = {literal, literal ? (uint32_t) strlen(literal) : 0};

	return str;
}

bool
ms_str_is(MsStr s, const char *literal)
{
	return s.s != NULL && s.len == strlen(literal) &&
		memcmp(s.s, literal, s.len) == 0;
}

/* Not for what is stored: another machine gives another one. */
uint64_t
ms_str_hash(MsStr s)
{
	const uint64_t factor = UINT64_C(0x9E3779B97F4A7C15);
	uint64_t	hash = s.len * factor;
	uint64_t	piece = 0;

	for (; s.len >= sizeof(piece); s.len -= (uint32_t) sizeof(piece))
	{
		memcpy(&piece, s.s, sizeof(piece));
		s.s += sizeof(piece);
		hash = (hash ^ piece) * factor;
		hash ^= hash >> 32;
	}
	piece = 0;
	if (s.len > 0)
		memcpy(&piece, s.s, s.len);
	hash = (hash ^ piece) * factor;
	return hash ^ hash >> 32;
}

/* ms_str_trim cuts blanks and control characters off both ends. */
MsStr
ms_str_trim(MsStr s)
{
	if (s.s == NULL)
		return s;
	while (s.len > 0 && (unsigned char) s.s[0] <= ' ')
	{
		s.s++;
		s.len--;
	}
	while (s.len > 0 && (unsigned char) s.s[s.len - 1] <= ' ')
		s.len--;
	return s;
}

/* ms_flag_is tells whether a flag says the digit; '01' says 1 as '1' does. */
bool
ms_flag_is(MsStr s, char digit)
{
	s = ms_str_trim(s);
	if (ms_str_missing(s))
		return false;
	for (uint32_t i = 0; i + 1 < s.len; i++)
	{
		if (s.s[i] != '0')
			return false;
	}
	return s.s[s.len - 1] == digit;
}

void
ms_buf_init(MsBuf *buf, MsArena *arena)
{
	buf->arena = arena;
	buf->capacity = 64;
	buf->len = 0;
	buf->s = ms_arena_alloc(arena, buf->capacity, 1);
}

void
ms_buf_add(MsBuf *buf, const char *s, size_t len)
{
	if (len >= buf->capacity - buf->len)
	{
		size_t		capacity = (buf->capacity + len) * 2;
		char	   *grown = ms_arena_alloc(buf->arena, capacity, 1);

		memcpy(grown, buf->s, buf->len);
		buf->s = grown;
		buf->capacity = capacity;
	}
	memcpy(buf->s + buf->len, s, len);
	buf->len += len;
	buf->s[buf->len] = '\0';
}

void
ms_buf_puts(MsBuf *buf, const char *s)
{
	ms_buf_add(buf, s, strlen(s));
}

/*
 * ms_buf_decimal writes value / 10^scale in plain decimal with at least
 * min_digits digits behind the point and no further trailing zeros.
 */
void
ms_buf_decimal(MsBuf *buf, int64_t value, int scale, int min_digits)
{
	char		digits[48];
	uint64_t	rest = value < 0 ? 0 - (uint64_t) value : (uint64_t) value;
	int			pos = (int) sizeof(digits);
	int			behind = scale;

	while (behind > min_digits && rest % 10 == 0)
	{
		rest /= 10;
		behind--;
	}
	for (int i = 0; i < behind; i++)
	{
		digits[--pos] = (char) ('0' + rest % 10);
		rest /= 10;
	}
	if (behind > 0)
		digits[--pos] = '.';
	do
	{
		digits[--pos] = (char) ('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		digits[--pos] = '-';
	ms_buf_add(buf, digits + pos, sizeof(digits) - (size_t) pos);
}

/* ---- arithmetic and calendar ---- */

/*
 * ms_decimal_parse reads a plain decimal as value * 10^scale, rounded half
 * away from zero.  False when it is none or its magnitude exceeds max.
 */
bool
ms_decimal_parse(const char *s, int scale, int64_t max, int64_t *out)
{
	bool		negative = *s == '-';
	bool		any = false;
	int			behind = -1;	/* digits behind the point, -1 = before it */
	int64_t		v = 0;

	if (*s == '-' || *s == '+')
		s++;
	for (; *s != '\0'; s++)
	{
		if (*s == '.' && behind < 0)
		{
			behind = 0;
			continue;
		}
		if (*s < '0' || *s > '9')
			return false;
		any = true;
		if (behind >= scale)
		{
			/* the first digit left out rounds, the others say nothing */
			if (behind++ == scale && *s >= '5')
				v++;
			continue;
		}
		if (v > (INT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (*s - '0');
		if (behind >= 0)
			behind++;
	}
	for (int i = behind < 0 ? 0 : behind; i < scale; i++)
	{
		if (v > INT64_MAX / 10)
			return false;
		v *= 10;
	}
	if (!any || v > max)
		return false;
	*out = negative ? -v : v;
	return true;
}

/* ms_div_round divides, rounding half away from zero; 0 when den is 0. */
int64_t
ms_div_round(MsWide num, MsWide den)
{
	MsWide		quotient;
	MsWide		rest;

	if (den == 0)
		return 0;
	if (den < 0)
	{
		num = -num;
		den = -den;
	}
	quotient = num / den;
	rest = num % den;
	if (rest < 0)
		rest = -rest;
	if (rest * 2 >= den)
		quotient += num < 0 ? -1 : 1;
	if (quotient > INT64_MAX)
		return INT64_MAX;
	if (quotient < -INT64_MAX)
		return -INT64_MAX;
	return (int64_t) quotient;
}

int64_t
ms_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* Days from 2000-01-01 to the civil date, in the proleptic Gregorian
 * calendar; the year is taken to start in March, so that the leap day is the
 * last one. */
#define DAYS_0000_03_01_TO_2000_01_01 INT64_C(730425)

MsDate
ms_civil_from_days(int64_t days)
{
	MsDate		date;
	int64_t		z = days + DAYS_0000_03_01_TO_2000_01_01;
	int64_t		era = ms_floor_div(z, 146097);
	int64_t		doe = z - era * 146097;
	int64_t		yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t		doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t		mp = (5 * doy + 2) / 153;

	date.day = (int) (doy - (153 * mp + 2) / 5 + 1);
	date.month = (int) (mp < 10 ? mp + 3 : mp - 9);
	date.year = yoe + era * 400 + (date.month <= 2);
	return date;
}

int64_t
ms_days_from_civil(int64_t year, int month, int day)
{
	int64_t		y = month <= 2 ? year - 1 : year;
	int64_t		era = ms_floor_div(y, 400);
	int64_t		yoe = y - era * 400;
	int64_t		doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 +
	day - 1;
	int64_t		doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - DAYS_0000_03_01_TO_2000_01_01;
}

/*
 * ms_whole_months counts the completed months from one day to another.  A
 * month is complete on the same day of the month; where a month has no such
 * day, on the first of the next (29 February: 1 March).
 */
int64_t
ms_whole_months(int64_t from_day, int64_t to_day)
{
	MsDate		from = ms_civil_from_days(from_day);
	MsDate		to = ms_civil_from_days(to_day);

	return (to.year - from.year) * 12 + (to.month - from.month) -
		(to.day < from.day);
}

int
ms_time_format(int64_t usecs, char buf[MS_TIME_BUFSIZE])
{
	int64_t		day = ms_day_of(usecs);
	int64_t		rest = usecs - day * MS_USECS_PER_DAY;
	MsDate		date = ms_civil_from_days(day);
	int			sec = (int) (rest / 1000000);
	int			frac = (int) (rest % 1000000);
	int			len;

	len = snprintf(buf, MS_TIME_BUFSIZE, "%04lld-%02d-%02d %02d:%02d:%02d",
				   (long long) date.year, date.month, date.day,
				   sec / 3600, sec / 60 % 60, sec % 60);
	if (frac != 0)
		len += snprintf(buf + len, (size_t) (MS_TIME_BUFSIZE - len),
						".%06d", frac);
	return len;
}
