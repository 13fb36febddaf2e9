/*-------------------------------------------------------------------------
 *
 * audit_parts_core.c
 *	  Rules that count distinct members of a bucket: parts of one thing that
 *	  is charged piecemeal (K5), and kinds of medicines (K6).
 *
 * Which of the parts stands for the whole, or which kinds were one too many,
 * cannot be known: the amount is that of the cheapest choice of members, the
 * maximum that of the dearest.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_cap_core.h"
#include "audit/audit_parts_core.h"
#include "code/code_tree_core.h"

/* ---- members ---- */

typedef struct NodeSearch
{
	uint32_t	entry;
	bool		found;
} NodeSearch;

static void
note_posting(void *ctx, uint32_t entry, MsRole role)
{
	NodeSearch *search = ctx;

	search->found |= entry == search->entry && role == MS_ROLE_MAIN;
}

/*
 * The uppermost node that the entry lists of those above a code.  A node that
 * lies within it finds it too, so the search may halve.
 */
static MsFeeItem
node_of(const Audit *a, const MsFeeItem *item)
{
	MsFeeItem	nodes[MS_CODE_BUFSIZE];
	int			lo = 0;
	int			hi = ms_code_fee_item_prefixes(item, nodes);

	while (lo < hi)
	{
		int			mid = lo + (hi - lo) / 2;
		NodeSearch	search = {a->entry_index, false};

		ms_book_find(a->book, &nodes[mid], note_posting, &search);
		if (search.found)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo < ms_code_fee_item_prefixes(item, nodes) ? nodes[lo] : *item;
}

static MsFeeItem
medicine_of(const Audit *a, const MsFeeItem *item)
{
	MsFeeItem	generic;

	(void) a;
	return ms_code_fee_item_generic(item, &generic) ? generic : *item;
}

static int
cmp_items(uint32_t i, uint32_t j, const void *ctx)
{
	const MsFeeItem *items = ctx;

	return ms_code_fee_item_cmp(&items[i], &items[j]);
}

/* A local code counts as the member that it stands for. */
static MsFeeItem
member_of(const Audit *a, const WorkCode *code,
		  MsFeeItem (*member) (const Audit *a, const MsFeeItem *item))
{
	MsFeeItem	of = member(a, &code->item);

	return ms_code_fee_item_eq(&of, &code->item) ? member(a, &code->meant) :
		of;
}

static void
number_members(Audit *a, const WorkTouch *touches, uint32_t n,
			   MsFeeItem (*member) (const Audit *a, const MsFeeItem *item),
			   WorkMembers *members)
{
	MsFeeItem  *items;
	uint32_t   *idx;

	memset(members, 0, sizeof(*members));
	/* touches are in the order of roles and codes; main codes come first */
	while (members->n_touches < n &&
		   touches[members->n_touches].role == MS_ROLE_MAIN)
		members->n_touches++;
	n = members->n_touches;
	members->touches = touches;
	members->numbers = MS_NEW(&a->scratch, uint32_t, n);
	items = MS_NEW(&a->scratch, MsFeeItem, n);
	idx = MS_NEW(&a->scratch, uint32_t, n);
	for (uint32_t i = 0; i < n; i++)
	{
		ms_tick(&a->scratch);
		items[i] = member_of(a, &a->codes[touches[i].code], member);
		idx[i] = i;
	}
	ms_sort(&a->scratch, idx, n, cmp_items, items);
	for (uint32_t i = 0; i < n; i++)
	{
		if (i > 0 && cmp_items(idx[i - 1], idx[i], items) != 0)
			members->n++;
		members->numbers[idx[i]] = members->n;
	}
	members->n += n > 0;
}

void
ms_members_by_medicine(Audit *a, const WorkTouch *touches, uint32_t n,
					   WorkMembers *members)
{
	number_members(a, touches, n, medicine_of, members);
}

void
ms_members_by_node(Audit *a, const WorkTouch *touches, uint32_t n,
				   WorkMembers *members)
{
	number_members(a, touches, n, node_of, members);
}

uint32_t
ms_member_of(const Audit *a, const WorkMembers *members, uint32_t line)
{
	uint32_t	code = a->lines[line].code;
	uint32_t	lo = 0;
	uint32_t	hi = members->n_touches;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (members->touches[mid].code < code)
			lo = mid + 1;
		else
			hi = mid;
	}
	return members->numbers[lo];
}

/* ---- members of a bucket ---- */

/* A member as it occurs in the bucket in work. */
typedef struct Kind
{
	uint32_t	number;
	int64_t		amt;			/* of all its lines */
	bool		in_amount;		/* the cheapest choice has it */
} Kind;

typedef struct Bucket
{
	const WorkPlace *places;
	uint32_t	n_places;
	const WorkMembers *members;
	uint32_t   *place_of;		/* of each member in kinds; NOWHERE */
	Kind	   *kinds;			/* in the order in which they come */
	uint32_t	n_kinds;
} Bucket;

static Kind *
kind_of(const Audit *a, const Bucket *b, uint32_t place)
{
	return &b->kinds[b->place_of[ms_member_of(a, b->members,
											  b->places[place].line)]];
}

static void
collect_kinds(Audit *a, Bucket *b)
{
	b->n_kinds = 0;
	for (uint32_t i = 0; i < b->n_places; i++)
	{
		const WorkLine *line = &a->lines[b->places[i].line];
		uint32_t	number = ms_member_of(a, b->members, b->places[i].line);

		ms_tick(&a->scratch);
		if (b->place_of[number] == NOWHERE)
		{
			b->place_of[number] = b->n_kinds;
			memset(&b->kinds[b->n_kinds], 0, sizeof(Kind));
			b->kinds[b->n_kinds++].number = number;
		}
		b->kinds[b->place_of[number]].amt += line->amt;
	}
}

static void
forget_kinds(Bucket *b)
{
	for (uint32_t i = 0; i < b->n_kinds; i++)
		b->place_of[b->kinds[i].number] = NOWHERE;
}

static int
cmp_amounts(uint32_t i, uint32_t j, const void *ctx)
{
	const Kind *kinds = ctx;

	if (kinds[i].amt != kinds[j].amt)
		return kinds[i].amt < kinds[j].amt ? -1 : 1;
	/* among equals the last ones to come are too many */
	return (i < j) - (i > j);
}

/* Takes the n cheapest kinds into the amount; returns the n dearest ones'. */
static int64_t
choose_kinds(Audit *a, Bucket *b, uint32_t n)
{
	uint32_t   *idx = MS_NEW(&a->scratch, uint32_t, b->n_kinds);
	int64_t		dearest = 0;

	for (uint32_t i = 0; i < b->n_kinds; i++)
		idx[i] = i;
	ms_sort(&a->scratch, idx, b->n_kinds, cmp_amounts, b->kinds);
	for (uint32_t i = 0; i < n; i++)
	{
		b->kinds[idx[i]].in_amount = true;
		dearest += b->kinds[idx[b->n_kinds - 1 - i]].amt;
	}
	return dearest;
}

static void
add_amount(Audit *a, const Bucket *b, WorkDraft *draft)
{
	draft->whole_lines = true;
	for (uint32_t i = 0; i < b->n_places; i++)
	{
		uint32_t	line = b->places[i].line;

		if (kind_of(a, b, i)->in_amount)
			ms_cap_add_candidate(a, draft, line, a->lines[line].cnt, 0);
	}
}

/* ---- parts ---- */

static void
judge_parts(Audit *a, Bucket *b, WorkLimits *limits)
{
	int64_t		at_least = a->entry.at_least;
	WorkDraft	draft;

	(void) limits;
	if (b->n_kinds < at_least)
		return;
	memset(&draft, 0, sizeof(draft));
	(void) choose_kinds(a, b, b->n_kinds - 1);
	add_amount(a, b, &draft);
	for (uint32_t i = 0; i < b->n_places; i++)
	{
		ms_cap_add(a, &draft.violating, b->places[i].line);
		draft.vola_max += a->lines[b->places[i].line].amt;
	}
	draft.note = "parts";
	draft.limit_value = ms_audit_decimal(a, at_least - 1, 0, 0);
	draft.actual_value = ms_audit_decimal(a, b->n_kinds, 0, 0);
	draft.excess = (int64_t) (b->n_kinds - 1) * MS_QTY_ONE;
	draft.sum = ms_cap_minus(a, b->n_kinds * MS_QTY_ONE, MS_QTY_ONE);
	ms_window_describe(a, b->places, b->n_places, &draft);
	ms_money_emit(a, &draft);
}

/* ---- kinds ---- */

static void
judge_kinds(Audit *a, Bucket *b, WorkLimits *limits)
{
	WorkDraft	draft;
	int64_t		limit;
	uint32_t	excess;

	memset(&draft, 0, sizeof(draft));
	if (!ms_cap_limit(a, limits, b->places, b->n_places, &draft, &limit) ||
		b->n_kinds <= limit / MS_QTY_ONE)
		return;
	excess = b->n_kinds - (uint32_t) (limit / MS_QTY_ONE);
	ms_cap_set_excess(a, &draft, b->n_kinds * MS_QTY_ONE,
					  limit / MS_QTY_ONE * MS_QTY_ONE);
	draft.vola_max = choose_kinds(a, b, excess);
	add_amount(a, b, &draft);
	for (uint32_t i = 0; i < b->n_places; i++)
	{
		uint32_t	kind = (uint32_t) (kind_of(a, b, i) - b->kinds);

		ms_cap_add(a, kind >= b->n_kinds - excess ? &draft.violating :
				   &draft.involved, b->places[i].line);
	}
	ms_window_describe(a, b->places, b->n_places, &draft);
	ms_money_emit(a, &draft);
}

/* ---- the entry ---- */

static void
judge_buckets(Audit *a, const WorkTouch *touches, uint32_t n,
			  const WorkMembers *members,
			  void (*judge) (Audit *a, Bucket *b, WorkLimits *limits))
{
	uint32_t	n_places;
	const WorkPlace *places;
	WorkLimits	limits;
	Bucket		b;

	ms_window_start(a);
	places = ms_window_lines(a, touches, n, MS_ROLE_MAIN, NULL, 0, &n_places);
	ms_cap_start_limits(a, touches, n, &limits);
	memset(&b, 0, sizeof(b));
	b.members = members;
	b.kinds = MS_NEW(&a->scratch, Kind, members->n);
	b.place_of = MS_NEW(&a->scratch, uint32_t, members->n);
	memset(b.place_of, 0xff, members->n * sizeof(uint32_t));
	for (uint32_t i = 0; i < n_places; i += b.n_places)
	{
		MsMark		mark = ms_arena_mark(&a->scratch);

		b.places = places + i;
		b.n_places = ms_window_length(places + i, n_places - i);
		ms_tick(&a->scratch);
		collect_kinds(a, &b);
		judge(a, &b, &limits);
		forget_kinds(&b);
		ms_arena_release(&a->scratch, mark);
	}
}

void
ms_parts_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	WorkMembers members;

	ms_members_by_node(a, touches, n, &members);
	judge_buckets(a, touches, n, &members, judge_parts);
}

void
ms_kinds_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	WorkMembers members;

	touches = ms_cap_touches(a, touches, &n);
	ms_members_by_medicine(a, touches, n, &members);
	judge_buckets(a, touches, n, &members, judge_kinds);
}
