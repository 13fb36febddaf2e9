/*-------------------------------------------------------------------------
 *
 * audit_closure_core.c
 *	  Herbs that are not paid when a prescription holds nothing else (K9).
 *
 * The entries of a rule are one list, so the first of them that is met judges
 * the whole rule; a finding is then told when its own entry comes.  A line
 * without an order number may belong to any prescription of its visit.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_work_core.h"

#define PERHAPS UINT32_MAX

/* One prescription that is a breach, told by an entry. */
typedef struct Breach
{
	uint32_t	anchor;			/* the first line that the fund paid */
	const uint32_t *lines;		/* of the list, in work order */
	uint32_t	n;
} Breach;

typedef struct WorkClosure
{
	/*
	 * All herbs of the person and what could not be read of a prescription:
	 * by visit, without order number first, by order number, in work order.
	 */
	uint32_t   *herbs;
	uint32_t	n_herbs;

	/* the rule in work */
	uint32_t	rule;			/* plus one; 0 = none yet */
	uint32_t   *listed_by;		/* of each line: entry plus one, 0 = none,
								 * PERHAPS = nobody knows */
	bool	   *counts;			/* of each line: the fund paid it */
	MsVec		listed;			/* uint32_t: lines that have a listed_by */
	MsVec		breaches;		/* Breach, by entry and first line */
	size_t		told;
} WorkClosure;

/* ---- the herbs of a person ---- */

static MsStr
order_of(const Audit *a, uint32_t line)
{
	return ms_str_trim(a->lines[line].in->rx_drord_no);
}

static bool
is_herb(const WorkLine *line)
{
	return ms_code_fee_item_kind(&line->meant) == MS_FEE_DRUG_T;
}

/*
 * A line of a prescription that may or may not be an herb; what takes one back
 * is none, nor is what was reversed with its settlement.
 */
static bool
is_riddle(const Audit *a, const WorkLine *line)
{
	if (line->skip != MS_SKIP_CODE_MISSING &&
		line->skip != MS_SKIP_CODE_UNREADABLE)
		return false;
	return line->encounter >= 0 &&
		!(line->in->cnt.state == MS_READABLE && line->in->cnt.v < 0) &&
		!(line->settlement >= 0 && a->settlements[line->settlement].cancelled);
}

static int
cmp_visits(const Audit *a, uint32_t i, uint32_t j)
{
	uint32_t	x = a->encounter_rank[a->lines[i].encounter];
	uint32_t	y = a->encounter_rank[a->lines[j].encounter];

	return (x > y) - (x < y);
}

static int
cmp_herbs(uint32_t i, uint32_t j, const void *ctx)
{
	const Audit *a = ctx;
	int			diff = cmp_visits(a, i, j);

	if (diff == 0)
	{
		MsStr		x = order_of(a, i);
		MsStr		y = order_of(a, j);

		diff = ms_str_missing(y) - ms_str_missing(x);
		if (diff == 0 && !ms_str_missing(x))
			diff = ms_str_cmp(x, y);
	}
	return diff != 0 ? diff : (i > j) - (i < j);
}

static WorkClosure *
collect_herbs(Audit *a)
{
	WorkClosure *c = MS_NEW(&a->arena, WorkClosure, 1);

	c->herbs = MS_NEW(&a->arena, uint32_t, a->n_lines);
	c->listed_by = MS_NEW(&a->arena, uint32_t, a->n_lines);
	c->counts = MS_NEW(&a->arena, bool, a->n_lines);
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		const WorkLine *line = &a->lines[i];

		if (line->skip == MS_SKIP_NONE ? is_herb(line) :
			is_riddle(a, line) && !ms_str_missing(order_of(a, i)))
			c->herbs[c->n_herbs++] = i;
	}
	ms_sort(&a->arena, c->herbs, c->n_herbs, cmp_herbs, a);
	return c;
}

/* ---- the list of a rule ---- */

/* Marks the herbs that an entry speaks about; the first entry keeps them. */
static void
list_entry(Audit *a, WorkClosure *c, const WorkTouch *touches, uint32_t n)
{
	uint32_t	n_lines;
	const uint32_t *lines = ms_audit_entry_lines(a, touches, n, MS_ROLE_MAIN,
												 &n_lines);

	for (uint32_t i = 0; i < n_lines; i++)
	{
		uint32_t   *by = &c->listed_by[lines[i]];
		bool		is_listed;

		ms_tick(&a->arena);
		if (!is_herb(&a->lines[lines[i]]))
			continue;
		is_listed = ms_audit_in_scope(a, lines[i]);
		if (!is_listed && !ms_audit_perhaps_in_scope(a, lines[i]))
			continue;
		if (*by == 0)
			*MS_PUSH(&a->arena, &c->listed, uint32_t) = lines[i];
		if (*by == 0 || (*by == PERHAPS && is_listed))
			*by = is_listed ? a->entry_index + 1 : PERHAPS;
		if (!is_listed)
			continue;
		if (ms_audit_counts(a, lines[i]) &&
			c->listed_by[lines[i]] == a->entry_index + 1)
			c->counts[lines[i]] = true;
	}
}

/* ---- prescriptions ---- */

/* What the herbs of a visit, or of one order number, are. */
typedef struct Holding
{
	bool		others;			/* an herb that is not of the list */
	bool		riddles;		/* what may be such an herb */
} Holding;

static Holding
holding_of(const Audit *a, const WorkClosure *c, const uint32_t *herbs,
		   uint32_t n)
{
	Holding		h = {false, false};

	for (uint32_t i = 0; i < n; i++)
	{
		if (a->lines[herbs[i]].skip != MS_SKIP_NONE ||
			c->listed_by[herbs[i]] == PERHAPS)
			h.riddles = true;
		else if (c->listed_by[herbs[i]] == 0)
			h.others = true;
	}
	return h;
}

/* All lines are of the list: those that the fund paid violate. */
static void
add_breach(Audit *a, WorkClosure *c, const uint32_t *herbs, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
	{
		Breach	   *b;

		if (!c->counts[herbs[i]])
			continue;
		b = MS_PUSH(&a->arena, &c->breaches, Breach);
		b->anchor = herbs[i];
		b->lines = herbs;
		b->n = n;
		return;
	}
}

static void
leave_undecided(Audit *a, const WorkClosure *c, const uint32_t *herbs,
				uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
	{
		if (a->lines[herbs[i]].skip == MS_SKIP_NONE && c->counts[herbs[i]])
			ms_audit_outcome(a, herbs[i], MS_UNDECIDED,
							 MS_PRESCRIPTION_UNKNOWN);
	}
}

/* Herbs of one visit, those without order number first. */
static void
judge_visit(Audit *a, WorkClosure *c, const uint32_t *herbs, uint32_t n)
{
	Holding		visit = holding_of(a, c, herbs, n);
	uint32_t	numberless = 0;
	Holding		loose;
	uint32_t	end;

	while (numberless < n && ms_str_missing(order_of(a, herbs[numberless])))
		numberless++;
	loose = holding_of(a, c, herbs, numberless);
	if (numberless > 0 && !visit.others && !visit.riddles)
		add_breach(a, c, herbs, numberless);
	else
		leave_undecided(a, c, herbs, numberless);
	for (uint32_t i = numberless; i < n; i = end)
	{
		Holding		h;

		for (end = i; end < n && ms_str_eq(order_of(a, herbs[i]),
										   order_of(a, herbs[end]));)
			end++;
		ms_tick(&a->arena);
		h = holding_of(a, c, herbs + i, end - i);
		if (h.others)
			continue;
		if (h.riddles || loose.others || loose.riddles)
			leave_undecided(a, c, herbs + i, end - i);
		else
			add_breach(a, c, herbs + i, end - i);
	}
}

static int
cmp_visit_lines(uint32_t i, uint32_t j, const void *ctx)
{
	const Audit *a = ctx;
	const uint32_t *listed = a->closure->listed.data;
	int			diff = cmp_visits(a, listed[i], listed[j]);

	return diff != 0 ? diff : (i > j) - (i < j);
}

/* The first of the herbs that is not of an earlier visit. */
static uint32_t
first_herb(const Audit *a, const WorkClosure *c, uint32_t line)
{
	uint32_t	lo = 0;
	uint32_t	hi = c->n_herbs;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (cmp_visits(a, c->herbs[mid], line) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int
cmp_breaches(uint32_t i, uint32_t j, const void *ctx)
{
	const WorkClosure *c = ctx;
	uint32_t	x = MS_AT(&c->breaches, Breach, i)->anchor;
	uint32_t	y = MS_AT(&c->breaches, Breach, j)->anchor;

	if (c->listed_by[x] != c->listed_by[y])
		return c->listed_by[x] < c->listed_by[y] ? -1 : 1;
	return (x > y) - (x < y);
}

static void
order_breaches(Audit *a, WorkClosure *c)
{
	uint32_t	n = (uint32_t) c->breaches.n;
	const Breach *found = c->breaches.data;
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, n);
	Breach	   *ordered = MS_NEW(&a->arena, Breach, n);

	for (uint32_t i = 0; i < n; i++)
		idx[i] = i;
	ms_sort(&a->arena, idx, n, cmp_breaches, c);
	for (uint32_t i = 0; i < n; i++)
		ordered[i] = found[idx[i]];
	c->breaches.data = ordered;
	c->breaches.capacity = n;
}

/* Judges the visits that hold something of the list. */
static void
judge_visits(Audit *a, WorkClosure *c)
{
	uint32_t	n = (uint32_t) c->listed.n;
	const uint32_t *listed = c->listed.data;
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, n);

	for (uint32_t i = 0; i < n; i++)
		idx[i] = i;
	ms_sort(&a->arena, idx, n, cmp_visit_lines, a);
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	from;
		uint32_t	to;

		if (i > 0 && cmp_visits(a, listed[idx[i - 1]], listed[idx[i]]) == 0)
			continue;
		from = first_herb(a, c, listed[idx[i]]);
		for (to = from; to < c->n_herbs &&
			 cmp_visits(a, c->herbs[to], listed[idx[i]]) == 0;)
			to++;
		judge_visit(a, c, c->herbs + from, to - from);
	}
	order_breaches(a, c);
}

/* Judges the rule of the entry in work; touches go on to the book's end. */
static void
judge_rule(Audit *a, WorkClosure *c, const WorkTouch *touches, uint32_t n)
{
	uint32_t	own = a->entry_index;
	uint32_t	end;

	for (size_t i = 0; i < c->listed.n; i++)
	{
		uint32_t	line = *MS_AT(&c->listed, uint32_t, i);

		c->listed_by[line] = 0;
		c->counts[line] = false;
	}
	c->rule = a->rule_index + 1;
	c->listed.n = 0;
	c->breaches.n = 0;
	c->told = 0;
	for (uint32_t i = 0; i < n; i = end)
	{
		for (end = i; end < n && touches[end].entry == touches[i].entry;)
			end++;
		if (touches[i].entry >= a->rule.first_entry + a->rule.n_entries)
			break;
		if (ms_book_check(a->book, touches[i].entry) != MS_CHECK_CLOSURE)
			continue;
		ms_audit_load_entry(a, touches[i].entry, &touches[i]);
		list_entry(a, c, touches + i, end - i);
	}
	ms_audit_load_entry(a, own, NULL);
	judge_visits(a, c);
}

/* ---- findings ---- */

static void
tell(Audit *a, const WorkClosure *c, const Breach *b)
{
	const WorkLine *first = &a->lines[b->lines[0]];
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;

	memset(&draft, 0, sizeof(draft));
	for (uint32_t i = 0; i < b->n; i++)
	{
		uint32_t	at = b->lines[i];
		WorkCandidate *candidate;

		ms_tick(&a->scratch);
		*MS_PUSH(&a->scratch, c->counts[at] ? &draft.violating :
				 &draft.involved, uint32_t) = at;
		if (!c->counts[at])
			continue;
		candidate = MS_PUSH(&a->scratch, &draft.candidates, WorkCandidate);
		candidate->line = at;
		candidate->avail = a->lines[at].cnt;
		draft.excess += candidate->avail;
	}
	draft.limit_value = "1";
	draft.actual_value = "0";
	draft.window_start = ms_whole_second(encounter_of(a, first)->begntime);
	draft.window_end = encounter_of(a, first)->endtime;
	ms_money_emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

/*
 * ms_closure_judge judges an entry; touches are those of the entry and of all
 * entries behind it.
 */
void
ms_closure_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	WorkClosure *c;

	if (a->closure == NULL)
		a->closure = collect_herbs(a);
	c = a->closure;
	if (c->rule != a->rule_index + 1)
		judge_rule(a, c, touches, n);
	for (; c->told < c->breaches.n; c->told++)
	{
		const Breach *b = MS_AT(&c->breaches, Breach, c->told);

		if (c->listed_by[b->anchor] != a->entry_index + 1)
			break;
		tell(a, c, b);
	}
}
