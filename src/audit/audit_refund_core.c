/*-------------------------------------------------------------------------
 *
 * audit_refund_core.c
 *	  Negative lines go to what they give back.
 *
 * Refunds that name a line come first, in the total order, then the others,
 * each to the latest charge of the same encounter, code and price that is not
 * later than the refund and has quantity left, spilling over to the one
 * before.  A refund that fits only in part gives back that part and is
 * listed as unmatched.
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit_work_core.h"

/* What is left to give back of a refund. */
typedef struct Giving
{
	uint32_t	refund;			/* work line */
	int64_t		total;			/* positive */
	int64_t		given;
} Giving;

static int64_t
magnitude(int64_t v)
{
	return v < 0 ? -v : v;
}

/* The share of x in the next take units, so that all shares add up to x. */
static int64_t
next_share(int64_t x, const Giving *g, int64_t take)
{
	return ms_part(x, g->given + take, g->total) -
		ms_part(x, g->given, g->total);
}

static int64_t
reduced(int64_t v, int64_t by)
{
	/* dirt must not turn a charge into a credit */
	return v >= 0 && by > v ? 0 : v - by;
}

/* A part of a line's amount: the refund's own, else in proportion. */
static void
reduce_amount(MsValue *net, MsValue own, MsValue original, const Giving *g,
			  int64_t take, int64_t original_cnt)
{
	if (net->state != MS_READABLE)
		return;
	if (own.state == MS_READABLE)
		net->v = reduced(net->v, next_share(magnitude(own.v), g, take));
	else
		net->v = reduced(net->v, ms_part(original.v, take, original_cnt));
}

static void
give(Audit *a, Giving *g, uint32_t target)
{
	WorkLine   *line = &a->lines[target];
	const MsLine *refund = a->lines[g->refund].in;
	int64_t		take = g->total - g->given;
	WorkRefund *piece;
	int64_t		amt;

	if (take > line->cnt)
		take = line->cnt;
	if (take <= 0)
		return;
	amt = next_share(magnitude(refund->det_item_fee_sumamt.v), g, take);
	reduce_amount(&line->inscp, refund->inscp_amt, line->in->inscp_amt, g,
				  take, line->in->cnt.v);
	reduce_amount(&line->ownpay, refund->fulamt_ownpay_amt,
				  line->in->fulamt_ownpay_amt, g, take, line->in->cnt.v);
	line->cnt -= take;
	line->amt = reduced(line->amt, amt);
	g->given += take;

	piece = MS_PUSH(&a->arena, &a->refunds, WorkRefund);
	piece->refund = g->refund;
	piece->cnt = take;
	piece->amt = amt;
	piece->next = line->first_refund;
	line->first_refund = (uint32_t) a->refunds.n - 1;
}

static void
finish(Audit *a, const Giving *g)
{
	a->lines[g->refund].skip = g->given == g->total ? MS_SKIP_REFUND :
		MS_SKIP_REFUND_UNMATCHED;
}

static Giving
giving_of(const Audit *a, uint32_t refund)
{
	Giving		g = {refund, -a->lines[refund].in->cnt.v, 0};

	return g;
}

/* ---- refunds that name a line ---- */

/* Charges that can take a refund come before all other charges. */
static int
rank_of(const WorkLine *line)
{
	return line->skip == MS_SKIP_NONE ? 0 : 1;
}

static int
cmp_names(uint32_t i, uint32_t j, const void *ctx)
{
	const WorkLine *lines = ctx;
	int			diff = ms_str_cmp(lines[i].in->feedetl_sn,
								  lines[j].in->feedetl_sn);

	if (diff == 0)
		diff = rank_of(&lines[i]) - rank_of(&lines[j]);
	if (diff == 0)
		diff = ms_str_cmp(lines[i].in->mdtrt_id, lines[j].in->mdtrt_id);
	return diff;
}

/* The first place in idx not before (name, rank, encounter). */
static uint32_t
lower_bound(const Audit *a, const uint32_t *idx, uint32_t n, MsStr name,
			int rank, MsStr mdtrt_id)
{
	uint32_t	lo = 0;
	uint32_t	hi = n;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		const WorkLine *line = &a->lines[idx[mid]];
		int			diff = ms_str_cmp(line->in->feedetl_sn, name);

		if (diff == 0)
			diff = rank_of(line) - rank;
		if (diff == 0)
			diff = ms_str_cmp(line->in->mdtrt_id, mdtrt_id);
		if (diff < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool
has_name(const Audit *a, const uint32_t *idx, uint32_t n, uint32_t at,
		 MsStr name)
{
	return at < n && ms_str_eq(a->lines[idx[at]].in->feedetl_sn, name);
}

/*
 * Gives to the line that is named, of the same encounter where there is one.
 * False: no charge has that name.  A charge that is itself skipped takes
 * nothing, and nothing else may take it for it.
 */
static bool
give_by_name(Audit *a, uint32_t refund, const uint32_t *idx, uint32_t n)
{
	static const MsStr first = {NULL, 0};
	const MsLine *in = a->lines[refund].in;
	Giving		g = giving_of(a, refund);
	uint32_t	at = lower_bound(a, idx, n, in->init_feedetl_sn, 0,
								 in->mdtrt_id);

	if (!has_name(a, idx, n, at, in->init_feedetl_sn) ||
		rank_of(&a->lines[idx[at]]) != 0 ||
		!ms_str_eq(a->lines[idx[at]].in->mdtrt_id, in->mdtrt_id))
		at = lower_bound(a, idx, n, in->init_feedetl_sn, 0, first);
	if (!has_name(a, idx, n, at, in->init_feedetl_sn))
		return false;
	if (rank_of(&a->lines[idx[at]]) == 0)
		give(a, &g, idx[at]);
	finish(a, &g);
	return true;
}

static void
give_named(Audit *a)
{
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, a->n_lines);
	uint32_t	n = 0;

	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		const WorkLine *line = &a->lines[i];

		/* what has no readable quantity is no refund: it may be named */
		if ((line->in->cnt.state != MS_READABLE || line->in->cnt.v >= 0) &&
			!ms_str_missing(line->in->feedetl_sn))
			idx[n++] = i;
	}
	ms_sort(&a->arena, idx, n, cmp_names, a->lines);
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		const WorkLine *line = &a->lines[i];

		ms_tick(&a->arena);
		if (line->skip == MS_SKIP_NONE && line->cnt < 0 &&
			!ms_str_missing(line->in->init_feedetl_sn))
			give_by_name(a, i, idx, n);
	}
}

/* ---- refunds that name none ---- */

static int
cmp_price(MsValue a, MsValue b)
{
	if (a.state != b.state)
		return a.state < b.state ? -1 : 1;
	return a.state == MS_READABLE ? (a.v > b.v) - (a.v < b.v) : 0;
}

static int
cmp_groups(uint32_t i, uint32_t j, const void *ctx)
{
	const WorkLine *lines = ctx;
	int			diff = ms_str_cmp(lines[i].in->mdtrt_id,
								  lines[j].in->mdtrt_id);

	if (diff == 0)
		diff = ms_code_fee_item_cmp(&lines[i].item, &lines[j].item);
	return diff != 0 ? diff : cmp_price(lines[i].in->pric, lines[j].in->pric);
}

/*
 * One group of the same encounter, code and price, in time order.  The stack
 * holds the charges seen so far that have quantity left, latest on top, so
 * every charge is pushed and popped once.
 */
static void
give_group(Audit *a, const uint32_t *group, uint32_t n, uint32_t *stack)
{
	uint32_t	depth = 0;
	uint32_t	next = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		Giving		g;

		ms_tick(&a->arena);
		if (a->lines[group[i]].in->cnt.v > 0)
			continue;
		for (; next < n && a->lines[group[next]].time <=
			 a->lines[group[i]].time; next++)
		{
			if (a->lines[group[next]].cnt > 0)
				stack[depth++] = group[next];
		}
		g = giving_of(a, group[i]);
		while (depth > 0 && g.given < g.total)
		{
			give(a, &g, stack[depth - 1]);
			if (a->lines[stack[depth - 1]].cnt == 0)
				depth--;
		}
		finish(a, &g);
	}
}

static void
give_unnamed(Audit *a)
{
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, a->n_lines);
	uint32_t   *stack = MS_NEW(&a->arena, uint32_t, a->n_lines);
	uint32_t	n = 0;
	uint32_t	end;

	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		if (a->lines[i].skip == MS_SKIP_NONE)
			idx[n++] = i;
	}
	ms_sort(&a->arena, idx, n, cmp_groups, a->lines);
	for (uint32_t i = 0; i < n; i = end)
	{
		bool		has_refund = false;

		for (end = i; end < n && cmp_groups(idx[i], idx[end], a->lines) == 0;
			 end++)
			has_refund |= a->lines[idx[end]].cnt < 0;
		if (has_refund)
			give_group(a, idx + i, end - i, stack);
	}
}

void
ms_fate_refunds(Audit *a)
{
	bool		any = false;

	for (uint32_t i = 0; i < a->n_lines && !any; i++)
		any = a->lines[i].skip == MS_SKIP_NONE && a->lines[i].cnt < 0;
	if (!any)
		return;
	give_named(a);
	give_unnamed(a);
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		if (a->lines[i].skip == MS_SKIP_NONE && a->lines[i].cnt == 0)
			a->lines[i].skip = MS_SKIP_REFUNDED;
	}
}
