/*-------------------------------------------------------------------------
 *
 * book_conflict_core.c
 *	  Entries of one book that contradict or repeat each other.
 *
 * Every code and node of the book is asked for the entries that speak about
 * it.  Those of one rule, check and scope are held against each other; how
 * many codes of the one the other one covers is counted, and then what they
 * say is compared once for every two of them.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "rulebook/book_conflict_core.h"
#include "rulebook/book_layout_core.h"

/* Against how many of too many neighbours an entry is held. */
#define NEIGHBOURS 8

/* Stands for the code of entries that have none. */
#define NOWHERE_KEY UINT32_MAX

/* What decides whether two entries meet at all. */
typedef struct Brief
{
	uint32_t	rule;
	uint8_t		check;
	uint8_t		scope;
	uint8_t		region_by;
	uint8_t		subject;		/* MsRole: the codes that it is about */
	uint32_t	n_codes[MS_N_ROLES];
	uint64_t	codes[MS_N_ROLES];	/* hash of them, in any order */
	const char *region;
	uint32_t	region_len;
	int32_t		valid_from;
	int32_t		valid_to;
} Brief;

/* Two entries, a before b, met at a code. */
typedef struct Meeting
{
	uint32_t	a;
	uint32_t	b;
	uint32_t	key;
	bool		of_a;			/* a names it, so b covers this code of a */
	bool		of_b;
} Meeting;

typedef struct Finder
{
	MsArena    *arena;
	const MsBook *book;
	bool		opposites_only;
	MsConflictFn found;
	void	   *ctx;
	Brief	   *briefs;
	MsVec		meetings;		/* Meeting */
	uint32_t   *sharing;		/* entries that speak about the key in work */
	bool	   *own;			/* which of them name it themselves */
	uint32_t	n_sharing;
	uint32_t	first_posting;	/* of that key */
	uint32_t	n_postings;
} Finder;

/* ---- what each entry is about ---- */

/* A region code ends in pairs of zeros where it names a larger area. */
static uint32_t
significant_length(const char *region)
{
	uint32_t	len = region ? (uint32_t) strlen(region) : 0;

	while (len > 2 && region[len - 1] == '0' && region[len - 2] == '0')
		len -= 2;
	return len;
}

static void
count_code(void *ctx, uint32_t entry, MsRole role, const MsFeeItem *code)
{
	Finder	   *f = ctx;

	ms_tick(f->arena);
	f->briefs[entry].n_codes[role]++;
	f->briefs[entry].codes[role] += ms_code_fee_item_hash64(code, 0);
}

/* Pairs are about the item that violates, beside those that it must not meet. */
static bool
is_about_pairs(const MsBookEntry *e)
{
	return e->check == MS_CHECK_PAIR ||
		(e->check == MS_CHECK_OVERLAP && e->at_least <= 0);
}

static void
collect_briefs(Finder *f)
{
	f->briefs = MS_NEW(f->arena, Brief, f->book->n_entries);
	for (uint32_t i = 0; i < f->book->n_entries; i++)
	{
		Brief	   *brief = &f->briefs[i];
		MsBookEntry e;

		ms_tick(f->arena);
		ms_book_entry(f->book, i, &e);
		brief->rule = e.rule;
		brief->check = e.check;
		brief->scope = e.scope;
		brief->region_by = e.region_by;
		brief->region = e.region;
		brief->region_len = significant_length(e.region);
		brief->subject = is_about_pairs(&e) ? MS_ROLE_SUB : MS_ROLE_MAIN;
		brief->valid_from = e.valid_from;
		brief->valid_to = e.valid_to;
	}
	ms_book_each_code(f->book, count_code, f);
}

/* Whether two entries may speak on one day in one region. */
static bool
meet(const Brief *a, const Brief *b)
{
	uint32_t	len = a->region_len < b->region_len ? a->region_len :
	b->region_len;

	if (a->valid_from > b->valid_to || b->valid_from > a->valid_to)
		return false;
	if (a->region_by != 0 && b->region_by != 0)
		return a->region_by == b->region_by &&
			memcmp(a->region, b->region, len) == 0;
	return true;
}

/* ---- which entries meet at a code ---- */

static int
cmp_briefs(const Brief *a, const Brief *b)
{
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	if (a->check != b->check)
		return a->check < b->check ? -1 : 1;
	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	/* a pair is held against pairs with the same items on the other side */
	if (a->subject != b->subject)
		return a->subject < b->subject ? -1 : 1;
	if (a->subject == MS_ROLE_SUB && a->codes[MS_ROLE_MAIN] != b->codes[MS_ROLE_MAIN])
		return a->codes[MS_ROLE_MAIN] < b->codes[MS_ROLE_MAIN] ? -1 : 1;
	return 0;
}

static int
cmp_sharing(uint32_t i, uint32_t j, const void *ctx)
{
	const Finder *f = ctx;
	int			diff = cmp_briefs(&f->briefs[f->sharing[i]],
								  &f->briefs[f->sharing[j]]);

	if (diff != 0)
		return diff;
	return (f->sharing[i] > f->sharing[j]) - (f->sharing[i] < f->sharing[j]);
}

static void
take_meeting(Finder *f, uint32_t i, uint32_t j, uint32_t key)
{
	uint32_t	a = f->sharing[i];
	uint32_t	b = f->sharing[j];
	Meeting    *m;

	ms_tick(f->arena);
	if ((!f->own[i] && !f->own[j]) || !meet(&f->briefs[a], &f->briefs[b]))
		return;
	m = MS_PUSH(f->arena, &f->meetings, Meeting);
	m->a = a;
	m->b = b;
	m->key = key;
	m->of_a = f->own[i];
	m->of_b = f->own[j];
}

/*
 * The entries that share a code, by rule and check.  One that names the code
 * and nodes above it is there several times, and stays once.
 */
static uint32_t
order_sharing(Finder *f, uint32_t *order)
{
	uint32_t	kept = 0;

	for (uint32_t i = 0; i < f->n_sharing; i++)
		order[i] = i;
	ms_sort(f->arena, order, f->n_sharing, cmp_sharing, f);
	for (uint32_t i = 0; i < f->n_sharing; i++)
	{
		if (kept > 0 && f->sharing[order[kept - 1]] == f->sharing[order[i]])
			f->own[order[kept - 1]] |= f->own[order[i]];
		else
			order[kept++] = order[i];
	}
	return kept;
}

/* Holds the entries that share a code against each other. */
static void
take_meetings(Finder *f, uint32_t *order, uint32_t key)
{
	uint32_t	n = order_sharing(f, order);
	uint32_t	end;

	for (uint32_t i = 0; i < n; i = end)
	{
		for (end = i + 1; end < n &&
			 cmp_briefs(&f->briefs[f->sharing[order[i]]],
						&f->briefs[f->sharing[order[end]]]) == 0;)
			end++;
		for (uint32_t j = i; j < end; j++)
		{
			uint32_t	last = end - i > MS_MAX_SHARING && end - j > NEIGHBOURS ?
			j + NEIGHBOURS + 1 : end;

			for (uint32_t k = j + 1; k < last; k++)
				take_meeting(f, order[j], order[k], key);
		}
	}
}

/* Whether the key in work is one of the entry's own, not a node above it. */
static bool
is_own(const Finder *f, uint32_t entry, MsRole role)
{
	uint32_t	value = entry * MS_N_ROLES + role;
	uint32_t	lo = 0;
	uint32_t	hi = f->n_postings;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		uint32_t	at = get_u32(f->book->postings +
								 (size_t) (f->first_posting + mid) * 4);

		if (at == value)
			return true;
		if (at < value)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* Where two entries may leave nothing that satisfies both. */
static bool
has_opposites(uint8_t check)
{
	return check <= MS_CHECK_SETTING || check == MS_CHECK_DIAGNOSIS;
}

static void
share(void *ctx, uint32_t entry, MsRole role)
{
	Finder	   *f = ctx;

	if (role != f->briefs[entry].subject ||
		(f->opposites_only && !has_opposites(f->briefs[entry].check)))
		return;
	f->sharing[f->n_sharing] = entry;
	f->own[f->n_sharing++] = is_own(f, entry, role);
}

static void
count_sharing(void *ctx, uint32_t entry, MsRole role)
{
	(void) entry;
	(void) role;
	++*(uint32_t *) ctx;
}

static void
look_at_codes(Finder *f)
{
	uint32_t	room = 0;
	uint32_t   *order = NULL;

	for (uint32_t key = 0; key < f->book->n_keys; key++)
	{
		const uint8_t *p = f->book->keys + (size_t) key * KEY_WIDTH;
		uint32_t	n = 0;
		MsFeeItem	item;

		ms_tick(f->arena);
		ms_book_key(f->book, key, &item);
		ms_book_find(f->book, &item, count_sharing, &n);
		if (n < 2)
			continue;
		if (n > room)
		{
			room = n * 2;
			f->sharing = MS_NEW(f->arena, uint32_t, room);
			f->own = MS_NEW(f->arena, bool, room);
			order = MS_NEW(f->arena, uint32_t, room);
		}
		f->n_sharing = 0;
		f->first_posting = get_u32(p + KEY_FIRST);
		f->n_postings = get_u32(p + KEY_COUNT);
		ms_book_find(f->book, &item, share, f);
		if (f->n_sharing > 1)
			take_meetings(f, order, key);
	}
}

/* Entries without codes share everything. */
static void
look_at_uncoded(Finder *f)
{
	uint32_t	n = f->book->n_globals;
	uint32_t   *order = MS_NEW(f->arena, uint32_t, n);

	f->sharing = MS_NEW(f->arena, uint32_t, n);
	f->own = MS_NEW(f->arena, bool, n);
	for (uint32_t i = 0; i < n; i++)
	{
		f->sharing[i] = ms_book_global(f->book, i);
		f->own[i] = true;
	}
	f->n_sharing = n;
	take_meetings(f, order, NOWHERE_KEY);
}

/* ---- what two entries say ---- */

typedef enum Said
{
	SAID_APART,					/* not comparable: both have their say */
	SAID_SAME,
	SAID_A_STRICTER,			/* what passes a passes b */
	SAID_B_STRICTER,
	SAID_OTHERWISE,				/* each refuses what the other one allows */
	SAID_OPPOSITE				/* nothing passes both */
} Said;

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static Said
smaller_is_stricter(int64_t a, int64_t b)
{
	return a == b ? SAID_SAME : a < b ? SAID_A_STRICTER : SAID_B_STRICTER;
}

static Said
compare_sets(uint32_t a, uint32_t b)
{
	if (a == b)
		return SAID_SAME;
	if ((a & b) == 0)
		return SAID_OPPOSITE;
	return (a & b) == a ? SAID_A_STRICTER : (a & b) == b ? SAID_B_STRICTER :
		SAID_OTHERWISE;
}

static Said
compare_ages(const MsBookEntry *a, const MsBookEntry *b)
{
	int64_t		a_to = a->age_below < 0 ? INT32_MAX : a->age_below;
	int64_t		b_to = b->age_below < 0 ? INT32_MAX : b->age_below;

	if (a->age_unit != b->age_unit)
		return SAID_APART;
	if (a->age_from == b->age_from && a_to == b_to)
		return SAID_SAME;
	if (a->age_from >= b_to || b->age_from >= a_to)
		return SAID_OPPOSITE;
	if (a->age_from >= b->age_from && a_to <= b_to)
		return SAID_A_STRICTER;
	return b->age_from >= a->age_from && b_to <= a_to ? SAID_B_STRICTER :
		SAID_OTHERWISE;
}

static Said
compare_levels(const MsBookEntry *a, const MsBookEntry *b)
{
	if (a->first_only != b->first_only || a->alt_level_min != b->alt_level_min ||
		!same_text(a->alt_medins_type, b->alt_medins_type))
		return SAID_OTHERWISE;
	return smaller_is_stricter(-a->level_min, -b->level_min);
}

/* Whether a set of codes lies within another one. */
static bool
lies_within(const MsBookRanges *inner, const MsBookRanges *outer)
{
	uint32_t	at = 0;

	for (uint32_t i = 0; i < inner->n; i++)
	{
		uint64_t	lo = MS_LE64(inner->ranges[i].lo);
		uint64_t	hi = MS_LE64(inner->ranges[i].hi);

		while (at < outer->n && MS_LE64(outer->ranges[at].hi) < hi)
			at++;
		if (at == outer->n || MS_LE64(outer->ranges[at].lo) > lo)
			return false;
	}
	return true;
}

static bool
same_set(const MsBookRanges *a, const MsBookRanges *b)
{
	return a->n == b->n && lies_within(a, b) && lies_within(b, a);
}

static bool
forbids_all(const MsBookEntry *a, const MsBookEntry *b)
{
	return a->dx_required.n > 0 && a->dx_main_only == b->dx_main_only &&
		a->dx_main_only && lies_within(&a->dx_required, &b->dx_forbidden);
}

static Said
compare_diagnoses(const MsBookEntry *a, const MsBookEntry *b)
{
	/* of several diagnoses one may be required and another one forbidden */
	if (forbids_all(a, b) || forbids_all(b, a))
		return SAID_OPPOSITE;
	if (a->dx_main_only != b->dx_main_only ||
		!same_set(&a->oprn_required, &b->oprn_required))
		return SAID_APART;
	if (same_set(&a->dx_required, &b->dx_required))
		return same_set(&a->dx_forbidden, &b->dx_forbidden) ? SAID_SAME :
			SAID_APART;
	if (a->dx_required.n == 0 || b->dx_required.n == 0 ||
		!same_set(&a->dx_forbidden, &b->dx_forbidden))
		return SAID_APART;
	return lies_within(&a->dx_required, &b->dx_required) ? SAID_A_STRICTER :
		lies_within(&b->dx_required, &a->dx_required) ? SAID_B_STRICTER :
		SAID_OTHERWISE;
}

static Said
compare_prerequisites(const MsBookEntry *a, const MsBookEntry *b)
{
	return a->at_least == b->at_least && a->before_days == b->before_days &&
		a->sub_first == b->sub_first && same_set(&a->dx_required, &b->dx_required) &&
		same_set(&a->oprn_required, &b->oprn_required) ? SAID_SAME : SAID_APART;
}

static Said
compare_rates(const MsBookEntry *a, const MsBookEntry *b)
{
	return memcmp(a->rates, b->rates, sizeof(a->rates)) == 0 ? SAID_SAME :
		SAID_OTHERWISE;
}

static Said
compare_limits(const MsBookEntry *a, const MsBookEntry *b)
{
	if (a->count_key != b->count_key || a->window_days != b->window_days ||
		a->limit_basis != b->limit_basis || a->settings != b->settings ||
		a->dx_relation != b->dx_relation ||
		!same_text(a->limit_case.text, b->limit_case.text) ||
		a->limit_basis == MS_LIMIT_ITEM)
		return SAID_APART;
	if (a->check == MS_CHECK_GAP_DAYS || a->check == MS_CHECK_READMISSION)
		return smaller_is_stricter(b->limit, a->limit);
	return smaller_is_stricter(a->limit, b->limit);
}

static Said
compare(const MsBookEntry *a, const MsBookEntry *b)
{
	switch ((MsCheck) a->check)
	{
		case MS_CHECK_SEX:
			return a->sex == b->sex ? SAID_SAME : SAID_OPPOSITE;
		case MS_CHECK_AGE:
			return compare_ages(a, b);
		case MS_CHECK_INSURANCE:
			return compare_sets(a->insurance, b->insurance);
		case MS_CHECK_SETTING:
			return compare_sets(a->settings, b->settings);
		case MS_CHECK_LEVEL:
			return compare_levels(a, b);
		case MS_CHECK_INSTITUTION_TYPE:
			return same_text(a->medins_types, b->medins_types) ? SAID_SAME :
				SAID_OTHERWISE;
		case MS_CHECK_DEPARTMENT:
			return same_text(a->departments, b->departments) ? SAID_SAME :
				SAID_OTHERWISE;
		case MS_CHECK_PRESCRIBER:
			return smaller_is_stricter(-a->grade_min, -b->grade_min);
		case MS_CHECK_PROGRAMME:
			return same_text(a->programmes, b->programmes) ? SAID_SAME :
				SAID_APART;
		case MS_CHECK_DIAGNOSIS:
			return compare_diagnoses(a, b);
		case MS_CHECK_CONDITION:
			return same_text(a->condition.text, b->condition.text) ?
				SAID_SAME : SAID_APART;
		case MS_CHECK_NEVER:
		case MS_CHECK_CLOSURE:
		case MS_CHECK_PAIR:
			return SAID_SAME;
		case MS_CHECK_PREREQUISITE:
			return compare_prerequisites(a, b);
		case MS_CHECK_PARTS:
			return smaller_is_stricter(a->at_least, b->at_least);
		case MS_CHECK_DISCOUNT:
			return compare_rates(a, b);
		case MS_CHECK_OVERLAP:
			return a->at_least != b->at_least && (a->at_least <= 0 || b->at_least <= 0) ?
				SAID_APART : a->at_least != b->at_least ?
				smaller_is_stricter(a->at_least, b->at_least) :
				compare_limits(a, b);
		default:
			return compare_limits(a, b);
	}
}

/*
 * Whether an entry judges its codes together: the same limit over other codes
 * is another limit.
 */
static bool
counts_together(uint8_t check)
{
	return check >= MS_CHECK_PARTS && check != MS_CHECK_CLOSURE;
}

/* ---- two entries ---- */

typedef struct Both
{
	const Brief *a;
	const Brief *b;
	MsBookEntry ea;
	MsBookEntry eb;
	bool		all_of_a;		/* b covers all that a is about */
	bool		all_of_b;
} Both;

static uint32_t
levels_of(const MsBookEntry *e)
{
	return e->levels == 0 ? 0xF : e->levels;
}

/* Whether x speaks only where y speaks too. */
static bool
speaks_within(const MsBookEntry *x, const MsBookEntry *y)
{
	return x->valid_from >= y->valid_from && x->valid_to <= y->valid_to &&
		(levels_of(x) & ~levels_of(y)) == 0 &&
		(y->access.text == NULL || same_text(x->access.text, y->access.text));
}

/* What is compared beside the codes in question must be the same. */
static bool
same_beside(const Both *both)
{
	for (int role = 0; role < MS_N_ROLES; role++)
	{
		if (role != both->a->subject &&
			both->a->codes[role] != both->b->codes[role])
			return false;
	}
	return true;
}

static MsConflictKind
judge_equals(const Both *both, Said said, bool *swap)
{
	const MsBookEntry *a = &both->ea;
	const MsBookEntry *b = &both->eb;
	bool		together = counts_together(a->check);

	/* of two that say the same, the later one is idle */
	*swap = both->all_of_b && (said == SAID_SAME || said == SAID_A_STRICTER) &&
		speaks_within(b, a);
	if (*swap || (both->all_of_a && speaks_within(a, b) &&
				  (said == SAID_SAME || said == SAID_B_STRICTER)))
		return MS_CONFLICT_IDLE;
	if (together && !(both->all_of_a && both->all_of_b))
		return 0;
	if (said == SAID_SAME)
		return MS_CONFLICT_OVERLAP;
	/* a limit of its own for some institutions is what these are for */
	return same_text(a->access.text, b->access.text) &&
		levels_of(a) == levels_of(b) ? MS_CONFLICT_LIMITS : 0;
}

/* b is for a larger area than a. */
static MsConflictKind
judge_ranked(const Both *both, Said said)
{
	return said == SAID_SAME && both->all_of_a && both->all_of_b &&
		speaks_within(&both->ea, &both->eb) ? MS_CONFLICT_IDLE :
		MS_CONFLICT_OVERRIDE;
}

static void
judge(Finder *f, uint32_t a, uint32_t b, const Meeting *met, uint32_t of_a,
	  uint32_t of_b, uint32_t n)
{
	Both		both = {.a = &f->briefs[a],.b = &f->briefs[b]};
	MsConflict	c = {.entry = a,.other = b,.codes = n};
	bool		swap = false;
	Said		said;

	/* the one for the smaller area first */
	if (both.b->region_len > both.a->region_len)
	{
		judge(f, b, a, met, of_b, of_a, n);
		return;
	}
	ms_book_entry(f->book, a, &both.ea);
	ms_book_entry(f->book, b, &both.eb);
	both.all_of_a = of_a == both.a->n_codes[both.a->subject];
	both.all_of_b = of_b == both.b->n_codes[both.b->subject];
	c.outranks = both.a->region_len > both.b->region_len;
	if ((levels_of(&both.ea) & levels_of(&both.eb)) == 0)
		return;
	if (both.ea.access.text !=NULL && both.eb.access.text !=NULL &&
		!same_text(both.ea.access.text, both.eb.access.text))
		return;
	said = same_beside(&both) ? compare(&both.ea, &both.eb) : SAID_APART;
	if (c.outranks && (n > 0 || same_text(both.ea.item_name, both.eb.item_name)) &&
		said != SAID_OPPOSITE)
		c.kind = judge_ranked(&both, said);
	else if (said == SAID_OPPOSITE)
		/* with conditions of their own the two may never meet */
		c.kind = same_text(both.ea.access.text, both.eb.access.text) ?
			MS_CONFLICT_OPPOSITE : MS_CONFLICT_LIMITS;
	else if (said != SAID_APART && !c.outranks)
		c.kind = judge_equals(&both, said, &swap);
	if (c.kind == 0 || (f->opposites_only && c.kind != MS_CONFLICT_OPPOSITE))
		return;
	if (swap)
	{
		c.entry = b;
		c.other = a;
	}
	if (n > 0)
		ms_book_key(f->book, met->key, &c.code);
	f->found(f->ctx, &c);
}

static int
cmp_meetings(uint32_t i, uint32_t j, const void *ctx)
{
	const Meeting *x = &((const Meeting *) ctx)[i];
	const Meeting *y = &((const Meeting *) ctx)[j];

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	if (x->b != y->b)
		return x->b < y->b ? -1 : 1;
	return (x->key > y->key) - (x->key < y->key);
}

/* Every two entries once, with how many codes they have in common. */
static void
judge_meetings(Finder *f)
{
	uint32_t	n = (uint32_t) f->meetings.n;
	const Meeting *m = f->meetings.data;
	uint32_t   *order = MS_NEW(f->arena, uint32_t, n);
	uint32_t	end;

	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	ms_sort(f->arena, order, n, cmp_meetings, m);
	for (uint32_t i = 0; i < n; i = end)
	{
		const Meeting *first = &m[order[i]];
		uint32_t	of_a = 0;
		uint32_t	of_b = 0;

		ms_tick(f->arena);
		for (end = i; end < n && m[order[end]].a == first->a &&
			 m[order[end]].b == first->b; end++)
		{
			of_a += m[order[end]].of_a;
			of_b += m[order[end]].of_b;
		}
		if (first->key == NOWHERE_KEY)
			judge(f, first->a, first->b, first, 0, 0, 0);
		else
			judge(f, first->a, first->b, first, of_a, of_b, end - i);
	}
}

/* ---- pairs that are turned round ---- */

static int
cmp_pairs(uint32_t i, uint32_t j, const void *ctx)
{
	const Brief *x = &((const Brief *) ctx)[i];
	const Brief *y = &((const Brief *) ctx)[j];
	uint64_t	xs = x->codes[MS_ROLE_MAIN] + x->codes[MS_ROLE_SUB];
	uint64_t	ys = y->codes[MS_ROLE_MAIN] + y->codes[MS_ROLE_SUB];

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	if (x->scope != y->scope)
		return x->scope < y->scope ? -1 : 1;
	if (xs != ys)
		return xs < ys ? -1 : 1;
	return (i > j) - (i < j);
}

static void
judge_reversed(Finder *f)
{
	uint32_t   *pairs = MS_NEW(f->arena, uint32_t, f->book->n_entries);
	const Brief *b = f->briefs;
	uint32_t	n = 0;

	for (uint32_t i = 0; i < f->book->n_entries; i++)
	{
		if (b[i].check == MS_CHECK_PAIR &&
			b[i].codes[MS_ROLE_MAIN] != b[i].codes[MS_ROLE_SUB])
			pairs[n++] = i;
	}
	ms_sort(f->arena, pairs, n, cmp_pairs, b);
	for (uint32_t i = 0; i < n; i++)
	{
		ms_tick(f->arena);
		for (uint32_t j = i + 1; j < n && j <= i + NEIGHBOURS; j++)
		{
			const Brief *x = &b[pairs[i]];
			const Brief *y = &b[pairs[j]];
			MsConflict	c = {.kind = MS_CONFLICT_REVERSED,.entry = pairs[i],
			.other = pairs[j],.outranks = x->region_len > y->region_len};

			if (x->rule != y->rule || x->scope != y->scope)
				break;
			if (x->codes[MS_ROLE_MAIN] == y->codes[MS_ROLE_SUB] &&
				x->codes[MS_ROLE_SUB] == y->codes[MS_ROLE_MAIN] && meet(x, y))
				f->found(f->ctx, &c);
		}
	}
}

void
ms_book_conflicts(MsArena *arena, const MsBook *book, bool opposites_only,
				  MsConflictFn found, void *ctx)
{
	Finder		f = {.arena = arena,.book = book,
	.opposites_only = opposites_only,.found = found,.ctx = ctx};

	collect_briefs(&f);
	look_at_codes(&f);
	if (!opposites_only)
		look_at_uncoded(&f);
	judge_meetings(&f);
	if (!opposites_only)
		judge_reversed(&f);
}
