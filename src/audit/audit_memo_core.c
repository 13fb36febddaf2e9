/*-------------------------------------------------------------------------
 *
 * audit_memo_core.c
 *	  What a book says of codes, remembered from one person to the next.
 *
 * Nothing is kept of persons but the spelling of codes that can be read.
 * Everything is added as a whole, so that a call which is cancelled leaves
 * nothing behind that another one could trip over.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_memo_core.h"

#define FIRST_PLACES 64			/* of a hash table; a power of two */

/* A spelling of a code. */
typedef struct MemoText
{
	uint64_t	hash;
	MsStr text;					/* NULL = a free place */
	MemoCode   *code;
} MemoText;

struct MsMemo
{
	MsArena    *arena;
	MsArena		kept;			/* of a memo that outlives a call */
	MsEnv		env;			/* of kept */
	const MsBook *book;
	size_t		limit;			/* bytes from which on nothing is added; 0 =
								 * none */
	size_t		taken;			/* bytes since the start */
	uint64_t	calls;			/* so many were started */
	bool		has_mapped;		/* the book knows local codes */
	MemoText   *texts;
	uint32_t	n_texts;
	uint32_t	text_places;
	MemoCode  **codes;			/* by item */
	uint32_t	n_codes;
	uint32_t	code_places;
	MsBookEntry **terms;		/* NULL = not read yet */
	MsBookRule **rules;
	MsBookException *exceptions;	/* NULL = not read yet */
};

/* ---- memory ---- */

static void *
take(MsMemo *memo, size_t n, size_t size)
{
	memo->taken += n * size;
	return ms_arena_alloc(memo->arena, n, size);
}

#define TAKE(memo, type, n) ((type *) take((memo), (n), sizeof(type)))

static void
start(MsMemo *memo, MsArena *arena, const MsBook *book)
{
	memo->arena = arena;
	memo->taken = 0;
	memo->book = book;
	memo->has_mapped = ms_book_has_mapped(book);
	memo->n_texts = memo->n_codes = 0;
	memo->text_places = memo->code_places = FIRST_PLACES;
	memo->texts = TAKE(memo, MemoText, FIRST_PLACES);
	memo->codes = TAKE(memo, MemoCode *, FIRST_PLACES);
	memo->terms = NULL;
	memo->rules = TAKE(memo, MsBookRule *, book->n_rules);
	memo->exceptions = NULL;
}

MsMemo *
ms_memo_create(const MsEnv *env, const MsBook *book, size_t limit)
{
	MsMemo	   *memo = env->alloc(env->ctx, sizeof(MsMemo));

	memset(memo, 0, sizeof(*memo));
	memo->env = *env;
	memo->env.budget = SIZE_MAX;	/* the limit sees to that */
	memo->limit = limit;
	ms_arena_init(&memo->kept, &memo->env);
	start(memo, &memo->kept, book);
	return memo;
}

static bool
has_room(const MsMemo *memo)
{
	return memo->limit == 0 || memo->taken < memo->limit;
}

/*
 * A shared memo that has no room left starts anew: what is rare has filled
 * it, what is frequent comes back.
 */
void
ms_memo_start(MemoCall *call, MsArena *arena, const MsBook *book,
			  MsMemo *shared)
{
	memset(call, 0, sizeof(*call));
	call->shared = shared;
	if (shared == NULL)
	{
		call->own = MS_NEW(arena, MsMemo, 1);
		start(call->own, arena, book);
		call->number = 1;
		return;
	}
	if (!has_room(shared))
	{
		ms_arena_reset(&shared->kept);
		start(shared, &shared->kept, book);
	}
	shared->book = book;
	call->number = ++shared->calls;
	call->own = MS_NEW(arena, MsMemo, 1);
	call->own->arena = arena;
	call->own->book = book;
	call->own->has_mapped = shared->has_mapped;
}

/* ---- tables ---- */

/* The place of a text, or the free one where it would stand. */
static MemoText *
find_text(const MsMemo *memo, MsStr text, uint64_t hash)
{
	uint32_t	mask = memo->text_places - 1;

	for (uint32_t at = (uint32_t) hash & mask;; at = (at + 1) & mask)
	{
		MemoText   *t = &memo->texts[at];

		if (t->text.s == NULL ||
			(t->hash == hash && t->text.len == text.len &&
			 memcmp(t->text.s, text.s, text.len) == 0))
			return t;
	}
}

static MemoCode **
find_code(const MsMemo *memo, const MsFeeItem *item)
{
	uint32_t	mask = memo->code_places - 1;

	for (uint32_t at = (uint32_t) ms_code_fee_item_hash64(item, 0) & mask;;
		 at = (at + 1) & mask)
	{
		MemoCode  **code = &memo->codes[at];

		if (*code == NULL || ms_code_fee_item_eq(&(*code)->item, item))
			return code;
	}
}

/* Tables are at most half full. */
static void
grow_texts(MsMemo *memo)
{
	uint32_t	places = memo->text_places;
	const MemoText *old = memo->texts;
	MemoText   *grown = TAKE(memo, MemoText, (size_t) places * 2);

	memo->texts = grown;
	memo->text_places = places * 2;
	for (uint32_t i = 0; i < places; i++)
	{
		if (old[i].text.s != NULL)
			*find_text(memo, old[i].text, old[i].hash) = old[i];
	}
}

static void
grow_codes(MsMemo *memo)
{
	uint32_t	places = memo->code_places;
	MemoCode  **old = memo->codes;
	MemoCode  **grown = TAKE(memo, MemoCode *, (size_t) places * 2);

	memo->codes = grown;
	memo->code_places = places * 2;
	for (uint32_t i = 0; i < places; i++)
	{
		if (old[i] != NULL)
			*find_code(memo, &old[i]->item) = old[i];
	}
}

static void
add_text(MsMemo *memo, MsStr text, uint64_t hash, MemoCode *code)
{
	MemoText   *t;
	char	   *copy = TAKE(memo, char, text.len);

	if (memo->n_texts >= memo->text_places / 2)
		grow_texts(memo);
	memcpy(copy, text.s, text.len);
	t = find_text(memo, text, hash);
	t->hash = hash;
	t->code = code;
	t->text.len = text.len;

	t->text.s = copy;
	memo->n_texts++;
}

static MemoCode *
add_code(MsMemo *memo, const MsFeeItem *item)
{
	MemoCode   *code = TAKE(memo, MemoCode, 1);

	if (memo->n_codes >= memo->code_places / 2)
		grow_codes(memo);
	code->memo = memo;
	code->item = code->meant = *item;
	*find_code(memo, item) = code;
	memo->n_codes++;
	return code;
}

/* ---- codes ---- */

/* What does not fit into the shared memo any more is the call's own. */
static MsMemo *
roomy(MemoCall *call)
{
	MsMemo	   *own = call->own;

	if (call->shared != NULL && has_room(call->shared))
		return call->shared;
	if (own->texts == NULL)
		start(own, own->arena, own->book);
	return own;
}

static MemoCode *
known_text(const MsMemo *memo, MsStr text, uint64_t hash)
{
	return memo == NULL || memo->texts == NULL ? NULL :
		find_text(memo, text, hash)->code;
}

static MemoCode *
known_code(const MsMemo *memo, const MsFeeItem *item)
{
	return memo == NULL || memo->texts == NULL ? NULL :
		*find_code(memo, item);
}

static MemoCode *
learn(MemoCall *call, MsStr text, uint64_t hash)
{
	MsMemo	   *memo;
	MemoCode   *code;
	MsFeeItem	item;

	if (!ms_code_fee_item_parse(text.s, text.len, &item, NULL))
		return NULL;
	code = known_code(call->shared, &item);
	if (code == NULL)
		code = known_code(call->own, &item);
	memo = roomy(call);
	if (code == NULL)
		code = add_code(memo, &item);
	add_text(memo, text, hash, code);
	return code;
}

uint64_t
ms_memo_hint(const MemoCall *call, MsStr text)
{
	uint64_t	hash = ms_str_hash(text);
	const MsMemo *memo = call->shared;

	if (memo != NULL)
		MS_FETCH(&memo->texts[hash & (memo->text_places - 1)]);
	return hash;
}

void
ms_memo_hint_again(const MemoCall *call, uint64_t hash)
{
	const MsMemo *memo = call->shared;
	const MemoText *t;

	if (memo == NULL)
		return;
	t = &memo->texts[hash & (memo->text_places - 1)];
	if (t->code == NULL)
		return;
	MS_FETCH(t->text.s);
	MS_FETCH(t->code);
	MS_FETCH((const char *) t->code + sizeof(MemoCode) - 1);
}

MemoCode *
ms_memo_code(MemoCall *call, MsStr text, uint64_t hash)
{
	MemoCode   *code = known_text(call->shared, text, hash);

	if (code == NULL)
		code = known_text(call->own, text, hash);
	if (code == NULL)
		code = learn(call, text, hash);
	if (code != NULL && code->call != call->number)
	{
		code->call = call->number;
		code->number = (uint32_t) call->codes.n;
		*MS_PUSH(call->own->arena, &call->codes, MemoCode *) = code;
	}
	return code;
}

/* ---- looking up ---- */

/* What was found of all codes asked for, in the order of asking. */
typedef struct Found
{
	uint32_t	code;
	uint64_t	touch;			/* entry and role, in the order of touches */
} Found;

typedef struct LookUp
{
	MsArena    *scratch;
	MsVec		found;
} LookUp;

static void
note(void *ctx, uint32_t code, uint32_t entry, MsRole role)
{
	LookUp	   *l = ctx;
	Found	   *f = MS_PUSH(l->scratch, &l->found, Found);

	f->code = code;
	f->touch = (uint64_t) entry * MS_N_ROLES + role;
}

static void
keep_touches(MsArena *scratch, MemoCode *code, const Found *found, uint32_t n)
{
	MsMemo	   *memo = code->memo;
	uint64_t   *sorted = MS_NEW(scratch, uint64_t, n);
	MemoTouch  *touches = TAKE(memo, MemoTouch, n);
	uint32_t	kept = 0;

	for (uint32_t i = 0; i < n; i++)
		sorted[i] = found[i].touch;
	ms_sort_u64(scratch, sorted, n);
	for (uint32_t i = 0; i < n; i++)
	{
		MemoTouch  *t = &touches[kept];

		if (i > 0 && sorted[i] == sorted[i - 1])
			continue;
		t->entry = (uint32_t) (sorted[i] / MS_N_ROLES);
		t->role = (uint8_t) (sorted[i] % MS_N_ROLES);
		t->terms = ms_book_entry_terms(memo->book, t->entry);
		t->limit = ms_book_entry_limit(memo->book, t->entry);
		t->regional = ms_book_is_regional(memo->book, t->entry);
		code->regional |= t->regional;
		code->by_hours |= t->role == MS_ROLE_MAIN &&
			ms_book_check(memo->book, t->entry) == MS_CHECK_HOURS;
		kept++;
	}
	code->touches = touches;
	code->n_touches = kept;
	code->is_known = true;
}

/* A local code is spoken about by its own name and as what it stands for. */
void
ms_memo_look_up(MemoCall *call, MsArena *scratch)
{
	MemoCode  **codes = call->codes.data;
	const MsBook *book = call->own->book;
	LookUp		l = {scratch, {NULL, 0, 0}};
	const Found *found;
	size_t		at = 0;
	MsBookSearch search;

	ms_book_start_search(&search, book, note, &l);
	for (uint32_t i = 0; i < call->codes.n; i++)
	{
		const char *by;

		if (codes[i]->is_known)
			continue;
		ms_tick(scratch);
		ms_book_search(&search, i, &codes[i]->item);
		if (call->own->has_mapped &&
			ms_book_mapped(book, &codes[i]->item, &codes[i]->meant, &by))
			ms_book_search(&search, i, &codes[i]->meant);
	}
	ms_book_end_search(&search);
	found = l.found.data;
	for (uint32_t i = 0; i < call->codes.n; i++)
	{
		size_t		end = at;

		if (codes[i]->is_known)
			continue;
		while (end < l.found.n && found[end].code == i)
			end++;
		keep_touches(scratch, codes[i], end > at ? found + at : NULL,
					 (uint32_t) (end - at));
		at = end;
	}
}

/* ---- entries ---- */

static MsMemo *
of_book(MemoCall *call)
{
	return call->shared != NULL ? call->shared : call->own;
}

void
ms_memo_terms_hint(const MemoCall *call, uint32_t terms)
{
	const MsMemo *memo = call->shared;
	const char *known;

	if (memo == NULL || memo->terms == NULL)
		return;
	known = (const char *) memo->terms[terms];
	for (size_t at = 0; known != NULL && at < sizeof(MsBookEntry); at += 64)
		MS_FETCH(known + at);
}

/* One person asks for few terms, and seldom twice: a call's own keeps none. */
void
ms_memo_terms(MemoCall *call, uint32_t terms, MsBookEntry *entry)
{
	MsMemo	   *memo = call->shared;
	MsBookEntry **known;

	if (memo == NULL)
	{
		ms_book_terms(call->own->book, terms, entry);
		return;
	}
	if (memo->terms == NULL)
		memo->terms = TAKE(memo, MsBookEntry *, memo->book->n_terms);
	known = &memo->terms[terms];
	if (*known == NULL && !has_room(memo))
		ms_book_terms(memo->book, terms, entry);
	else
	{
		if (*known == NULL)
		{
			MsBookEntry *copy = TAKE(memo, MsBookEntry, 1);

			ms_book_terms(memo->book, terms, copy);
			*known = copy;
		}
		*entry = **known;
	}
}

void
ms_memo_entry(MemoCall *call, uint32_t i, MsBookEntry *entry)
{
	const MsBook *book = call->own->book;

	ms_memo_terms(call, ms_book_entry_terms(book, i), entry);
	ms_book_entry_own(book, i, entry);
}

const MsBookRule *
ms_memo_rule(MemoCall *call, uint32_t i)
{
	MsMemo	   *memo = of_book(call);

	if (memo->rules[i] == NULL)
	{
		MsBookRule *rule = TAKE(memo, MsBookRule, 1);

		ms_book_rule(memo->book, i, rule);
		memo->rules[i] = rule;
	}
	return memo->rules[i];
}

const MsBookException *
ms_memo_exceptions(MemoCall *call)
{
	MsMemo	   *memo = of_book(call);
	uint32_t	n = memo->book->n_exceptions;

	if (memo->exceptions == NULL)
	{
		MsBookException *all = TAKE(memo, MsBookException, n);

		for (uint32_t i = 0; i < n; i++)
			ms_book_exception(memo->book, i, &all[i]);
		memo->exceptions = all;
	}
	return memo->exceptions;
}
