/*-------------------------------------------------------------------------
 *
 * audit_money_core.c
 *	  Who paid a line, and what an excess cost whom.
 *
 * The amount in breach is the excess at the breaching lines' own net prices,
 * at the cheapest choice of lines where there is one; the dearest is told
 * beside it.  A fund's loss follows the cheapest choice.  Every division is
 * rounded half away from zero to the fen; the payments of a settlement are
 * split over its lines so that the shares add up.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_condition_core.h"
#include "audit/audit_work_core.h"

#define PROPORTION_ONE		1000000
#define MAX_PIECES			8
#define TIMES				" \303\227 "	/* U+00D7 */
#define DIVIDED_BY			" \303\267 "	/* U+00F7 */
#define ABOUT				" \342\211\210 "	/* U+2248 */
#define ELLIPSIS			"\342\200\246"	/* U+2026 */

const char *const ms_fund_names[MS_N_FUNDS] = {
	"hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay",
	"maf_pay", "othfund_pay", "fund_pay_sumamt", "acct_pay",
	"acct_mulaid_pay"
};

/* ---- settlements ---- */

/* The sum of the seven pooled funds, else their total column. */
static void
sum_payments(const MsSettlement *in, WorkSettlement *out)
{
	bool		any = false;
	bool		unreadable = false;

	for (int f = MS_HIFP_PAY; f <= MS_OTHFUND_PAY; f++)
	{
		any |= in->funds[f].state != MS_MISSING;
		unreadable |= in->funds[f].state == MS_UNREADABLE;
		if (in->funds[f].state == MS_READABLE)
			out->pooled += in->funds[f].v;
	}
	out->pooled_known = any && !unreadable;
	if (!any && in->funds[MS_FUND_PAY_SUMAMT].state == MS_READABLE)
	{
		out->pooled = in->funds[MS_FUND_PAY_SUMAMT].v;
		out->pooled_known = true;
	}
	for (int f = MS_ACCT_PAY; f < MS_N_FUNDS; f++)
	{
		if (in->funds[f].state == MS_READABLE)
			out->account += in->funds[f].v;
	}
}

/*
 * A settlement paid for a line, also for one that cannot be checked; not for
 * a line that is void, cancelled, refunded, or a second row of another.
 */
static bool
was_paid_for(const WorkLine *line)
{
	return line->settlement >= 0 &&
		(line->skip == MS_SKIP_NONE ||
		 (line->skip >= MS_SKIP_ENCOUNTER_MISSING &&
		  line->skip <= MS_SKIP_AMOUNT_UNREADABLE));
}

/* Lists the lines that every settlement paid for, in work order. */
static void
list_lines(Audit *a)
{
	uint32_t	n = a->claims->n_settlements;
	uint32_t   *all = MS_NEW(&a->arena, uint32_t, a->n_lines);
	uint32_t   *place = MS_NEW(&a->arena, uint32_t, n);
	uint32_t	at = 0;

	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		const WorkLine *line = &a->lines[i];

		if (was_paid_for(line))
			a->settlements[line->settlement].n_lines++;
	}
	for (uint32_t i = 0; i < n; i++)
	{
		a->settlements[i].lines = all + at;
		place[i] = at;
		at += a->settlements[i].n_lines;
	}
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		const WorkLine *line = &a->lines[i];

		if (was_paid_for(line))
			all[place[line->settlement]++] = i;
	}
}

void
ms_money_settlements(Audit *a)
{
	for (uint32_t i = 0; i < a->claims->n_settlements; i++)
	{
		const MsSettlement *in = &a->claims->settlements[i];
		WorkSettlement *out = &a->settlements[i];

		sum_payments(in, out);
		out->by_group = ms_audit_map(a, MS_MAP_CLR_WAY, in->clr_way) == 1;
	}
	list_lines(a);
}

/* ---- who paid ---- */

/*
 * ms_money_fund_status tells whether a line counts for the rule in work:
 * MS_PASSED when it does, MS_NOT_FUND_PAID, or MS_UNDECIDED with the reason.
 */
MsOutcome
ms_money_fund_status(Audit *a, const WorkLine *line, MsReason *reason)
{
	const WorkSettlement *settlement = line->settlement < 0 ? NULL :
	&a->settlements[line->settlement];
	bool		account = a->rule.fund_scope == MS_FUND_POOL_OR_ACCOUNT;

	*reason = MS_REASON_NONE;
	if (a->rule.fund_scope == MS_FUND_ANY)
		return MS_PASSED;
	if (ms_flag_is(line->in->hosp_appr_flag, '2') ||
		(line->ownpay.state == MS_READABLE && line->ownpay.v == line->amt) ||
		(line->inscp.state == MS_READABLE && line->inscp.v <= 0))
		return MS_NOT_FUND_PAID;
	if (settlement != NULL && settlement->pooled_known &&
		settlement->pooled == 0 && !(account && settlement->account > 0))
		return MS_NOT_FUND_PAID;
	if (line->inscp.state != MS_READABLE)
	{
		*reason = MS_INSCP_AMT_MISSING;
		return MS_UNDECIDED;
	}
	return MS_PASSED;
}

/* ---- shares of a settlement ---- */

typedef struct ShareOrder
{
	const Audit *a;
	const WorkSettlement *settlement;
	const int64_t *rest;
} ShareOrder;

static int
cmp_shares(uint32_t i, uint32_t j, const void *ctx)
{
	const ShareOrder *order = ctx;
	const WorkLine *x = &order->a->lines[order->settlement->lines[i]];
	const WorkLine *y = &order->a->lines[order->settlement->lines[j]];
	int			diff;

	if (order->rest[i] != order->rest[j])
		return order->rest[i] > order->rest[j] ? -1 : 1;
	diff = ms_str_cmp(x->in->feedetl_sn, y->in->feedetl_sn);
	return diff != 0 ? diff : (i > j) - (i < j);
}

static int64_t
inscp_weight(const WorkLine *line)
{
	return line->inscp.state == MS_READABLE && line->inscp.v > 0 ?
		line->inscp.v : 0;
}

/*
 * Splits one payment by largest remainder over weights that, together with
 * what is absent, add to total.
 */
static void
split_payment(Audit *a, WorkSettlement *s, int fund, int64_t payment,
			  int64_t total, int64_t absent)
{
	int64_t		sign = payment < 0 ? -1 : 1;
	int64_t    *rest = MS_NEW(&a->scratch, int64_t, s->n_lines);
	uint32_t   *idx = MS_NEW(&a->scratch, uint32_t, s->n_lines);
	ShareOrder	order = {a, s, rest};
	MsWide		absent_product = (MsWide) payment * sign * absent;
	int64_t		absent_rest = (int64_t) (absent_product % total);
	int64_t		left = payment * sign - (int64_t) (absent_product / total);
	uint32_t	n = 0;

	for (uint32_t i = 0; i < s->n_lines; i++)
	{
		int64_t		weight = inscp_weight(&a->lines[s->lines[i]]);
		MsWide		product = (MsWide) payment * sign * weight;

		s->shares[(size_t) i * MS_N_FUNDS + fund] =
			(int64_t) (product / total) * sign;
		rest[i] = (int64_t) (product % total);
		left -= (int64_t) (product / total);
		if (weight > 0)
			idx[n++] = i;
	}
	ms_sort(&a->scratch, idx, n, cmp_shares, &order);
	for (uint32_t i = 0; i < n && left > 0; i++, left--)
	{
		/* its turn comes behind lines with an equal remainder */
		if (absent_rest > rest[idx[i]])
		{
			absent_rest = 0;
			if (--left == 0)
				break;
		}
		s->shares[(size_t) idx[i] * MS_N_FUNDS + fund] += sign;
	}
}

/*
 * A bill whose own in-scope amount exceeds that of its lines was paid for
 * lines that are not here: not uploaded, or of another person number.  They
 * keep their share, or a line would seem to have cost more than it did.
 */
static void
make_shares(Audit *a, uint32_t settlement)
{
	const MsSettlement *in = &a->claims->settlements[settlement];
	WorkSettlement *s = &a->settlements[settlement];
	bool		by_fund = false;
	int64_t		total = 0;
	int64_t		absent = 0;

	s->has_shares = true;
	s->shares = ms_arena_alloc(&a->arena, s->n_lines,
							   sizeof(int64_t) * MS_N_FUNDS);
	for (uint32_t i = 0; i < s->n_lines; i++)
		total += inscp_weight(&a->lines[s->lines[i]]);
	if (total > 0 && in->inscp_amt.state == MS_READABLE &&
		in->inscp_amt.v > total)
	{
		absent = in->inscp_amt.v - total;
		total = in->inscp_amt.v;
	}
	for (int f = MS_HIFP_PAY; f <= MS_OTHFUND_PAY; f++)
		by_fund |= in->funds[f].state != MS_MISSING;
	for (int f = 0; f < MS_N_FUNDS && total > 0; f++)
	{
		if (in->funds[f].state != MS_READABLE || in->funds[f].v == 0 ||
			(f == MS_FUND_PAY_SUMAMT && by_fund))
			continue;
		split_payment(a, s, f, in->funds[f].v, total, absent);
	}
}

/* The shares of a line, one a fund. */
static const int64_t *
shares_of(Audit *a, uint32_t line)
{
	uint32_t	settlement = (uint32_t) a->lines[line].settlement;
	WorkSettlement *s = &a->settlements[settlement];
	uint32_t	lo = 0;
	uint32_t	hi = s->n_lines;

	if (!s->has_shares)
		make_shares(a, settlement);
	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (s->lines[mid] < line)
			lo = mid + 1;
		else
			hi = mid;
	}
	return s->shares + (size_t) lo * MS_N_FUNDS;
}

/* ---- money of one line's part ---- */

/*
 * A proportion above 1 is a percentage; above 100 it is dirt.  Returns false
 * when there is none to use.
 */
static bool
proportion_of(const WorkLine *line, int64_t *proportion, int64_t *one)
{
	*proportion = line->in->reim_prop.v;
	*one = PROPORTION_ONE;
	if (line->in->reim_prop.state != MS_READABLE || *proportion <= 0 ||
		*proportion > INT64_C(100) * PROPORTION_ONE)
		return false;
	if (*proportion > PROPORTION_ONE)
		*one = INT64_C(100) * PROPORTION_ONE;
	return true;
}

static MsMethod
method_of(const Audit *a, const WorkLine *line)
{
	const WorkSettlement *s;
	int64_t		proportion;
	int64_t		one;

	if (line->settlement < 0)
		return MS_METHOD_UNSETTLED;
	s = &a->settlements[line->settlement];
	if (s->by_group)
		return MS_METHOD_NONE;
	/* nothing can be lost where no pooled fund paid: its shares are 0 */
	if (s->pooled_known && s->pooled == 0)
		return MS_METHOD_RATIO;
	/* what of it was within the scope is not known, so nothing else is */
	if (line->inscp.state != MS_READABLE)
		return MS_METHOD_NONE;
	if (proportion_of(line, &proportion, &one))
		return MS_METHOD_LINE;
	return s->pooled_known ? MS_METHOD_RATIO : MS_METHOD_NONE;
}

/* Adds what the funds lose by a line's part; its pooled sum goes to the line. */
static void
add_funds(Audit *a, uint32_t at, MsMethod method, MsFinding *f)
{
	WorkLine   *line = &a->lines[at];
	int64_t		funds[MS_N_FUNDS] = {0};
	int64_t		proportion;
	int64_t		one;

	line->take_fund.state = MS_MISSING;
	if (method >= MS_METHOD_UNSETTLED)
		return;
	if (method == MS_METHOD_LINE && proportion_of(line, &proportion, &one))
		funds[MS_HIFP_PAY] = ms_part(line->take_inscp.v, proportion, one);
	else
	{
		const int64_t *shares = shares_of(a, at);

		for (int i = 0; i < MS_N_FUNDS; i++)
			funds[i] = ms_part(shares[i], line->take, line->take_of);
	}
	line->take_fund = ms_known(0);
	for (int i = 0; i < MS_N_FUNDS; i++)
	{
		f->funds[i] += funds[i];
		if (i <= MS_FUND_PAY_SUMAMT)
			line->take_fund.v += funds[i];
	}
}

/*
 * ms_money_pooled tells what pooled funds paid for a whole line, in fen; false
 * when it cannot be told per line.
 */
bool
ms_money_pooled(Audit *a, uint32_t at, int64_t *pooled)
{
	WorkLine   *line = &a->lines[at];
	MsMethod	method = method_of(a, line);
	MsFinding	f;

	if (method >= MS_METHOD_UNSETTLED)
		return false;
	memset(&f, 0, sizeof(f));
	line->take = line->take_of = line->cnt;
	line->take_inscp = line->inscp;
	add_funds(a, at, method, &f);
	*pooled = line->take_fund.v;
	line->take = 0;
	return true;
}

/* ---- choice of lines ---- */

/* By what one unit of the measure costs. */
static int
cmp_unit_price(const WorkLine *x, int64_t x_of, const WorkLine *y, int64_t y_of)
{
	MsWide		left = (MsWide) x->amt * y_of;
	MsWide		right = (MsWide) y->amt * x_of;

	return (left > right) - (left < right);
}

static int64_t
measure_of(const Audit *a, const WorkCandidate *c)
{
	return c->of > 0 ? c->of : a->lines[c->line].cnt;
}

typedef struct ChoiceOrder
{
	const Audit *a;
	const WorkCandidate *candidates;
	int			direction;
} ChoiceOrder;

static int
cmp_candidates(uint32_t i, uint32_t j, const void *ctx)
{
	const ChoiceOrder *order = ctx;
	const WorkCandidate *c = order->candidates;
	uint32_t	x = c[i].line;
	uint32_t	y = c[j].line;
	int			diff = cmp_unit_price(&order->a->lines[x], measure_of(order->a, &c[i]),
									  &order->a->lines[y], measure_of(order->a, &c[j]));

	return diff != 0 ? diff * order->direction : (x > y) - (x < y);
}

/* Spreads the excess over the candidates; sets take of their lines. */
static uint32_t *
choose(Audit *a, const WorkDraft *draft, int direction)
{
	const WorkCandidate *candidates = draft->candidates.data;
	uint32_t	n = (uint32_t) draft->candidates.n;
	uint32_t   *idx = MS_NEW(&a->scratch, uint32_t, n);
	ChoiceOrder order = {a, candidates, direction};
	int64_t		left = draft->excess;

	for (uint32_t i = 0; i < n; i++)
		idx[i] = i;
	ms_sort(&a->scratch, idx, n, cmp_candidates, &order);
	for (uint32_t i = 0; i < n; i++)
	{
		const WorkCandidate *c = &candidates[idx[i]];
		int64_t		take = draft->whole_lines || c->avail < left ?
		c->avail : left;

		a->lines[c->line].take = take;
		a->lines[c->line].take_of = measure_of(a, c);
		left -= take;
		idx[i] = c->line;
	}
	return idx;
}

static int64_t
chosen_amount(const Audit *a, const uint32_t *chosen, uint32_t n)
{
	int64_t		sum = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		const WorkLine *line = &a->lines[chosen[i]];

		sum += ms_part(line->amt, line->take, line->take_of);
	}
	return sum;
}

/* ---- formula ---- */

/* Whether the chosen part of a line costs whole fen. */
static bool
is_exact(const WorkLine *line)
{
	return (MsWide) line->amt * line->take % line->take_of == 0;
}

static void
add_product(MsBuf *buf, int64_t take, const WorkLine *line)
{
	/* price of one unit in 1/10000 yuan, where it is one exactly */
	MsWide		numerator = (MsWide) line->amt * 100 * MS_QTY_ONE;

	ms_buf_decimal(buf, take, MS_QTY_SCALE, 0);
	ms_buf_puts(buf, TIMES);
	if (numerator % line->take_of == 0)
		ms_buf_decimal(buf, (int64_t) (numerator / line->take_of), 4, 2);
	else
	{
		ms_buf_decimal(buf, line->amt, 2, 2);
		ms_buf_puts(buf, DIVIDED_BY);
		ms_buf_decimal(buf, line->take_of, MS_QTY_SCALE, 0);
	}
}

/*
 * How many lines from the first on are one piece: those of one price, when
 * nothing is rounded; else those that are rounded in the same way.
 */
static uint32_t
piece_length(const Audit *a, const uint32_t *chosen, uint32_t n)
{
	const WorkLine *first = &a->lines[chosen[0]];
	bool		exact = is_exact(first);
	uint32_t	i;

	for (i = 1; i < n; i++)
	{
		const WorkLine *line = &a->lines[chosen[i]];

		if (exact ? !is_exact(line) ||
			cmp_unit_price(line, line->take_of, first, first->take_of) != 0 :
			line->take != first->take || line->amt != first->amt ||
			line->take_of != first->take_of)
			break;
	}
	return i;
}

/*
 * "2 × 30.00"; a piece that is rounded says to what, so that the figures
 * shown add up: "3 × (1 × 10.00 ÷ 3 ≈ 3.33)".
 */
static void
add_piece(const Audit *a, MsBuf *buf, const uint32_t *chosen, uint32_t n,
		  bool is_only)
{
	const WorkLine *first = &a->lines[chosen[0]];
	int64_t		take = 0;

	if (is_exact(first))
	{
		for (uint32_t i = 0; i < n; i++)
			take += a->lines[chosen[i]].take;
		add_product(buf, take, first);
		return;
	}
	if (is_only && n == 1)
	{
		add_product(buf, first->take, first);
		return;
	}
	if (n > 1)
	{
		ms_buf_decimal(buf, n, 0, 0);
		ms_buf_puts(buf, TIMES);
	}
	ms_buf_puts(buf, "(");
	add_product(buf, first->take, first);
	ms_buf_puts(buf, ABOUT);
	ms_buf_decimal(buf, first->take_amt, 2, 2);
	ms_buf_puts(buf, ")");
}

/* "3 - 1 = 2; 2 × 30.00 = 60.00" */
static const char *
make_formula(Audit *a, const WorkDraft *draft, const uint32_t *chosen,
			 uint32_t n, int64_t amount)
{
	MsBuf		buf;
	uint32_t   *taken = MS_NEW(&a->scratch, uint32_t, n);
	uint32_t	n_taken = 0;
	int			pieces = 0;
	uint32_t	length;

	for (uint32_t i = 0; i < n; i++)
	{
		if (a->lines[chosen[i]].take > 0)
			taken[n_taken++] = chosen[i];
	}
	ms_buf_init(&buf, &a->scratch);
	if (draft->sum != NULL)
	{
		ms_buf_puts(&buf, draft->sum);
		ms_buf_puts(&buf, " = ");
		ms_buf_decimal(&buf, draft->excess, MS_QTY_SCALE, 0);
	}
	if (draft->without_money)
		return buf.s;
	if (draft->sum != NULL)
		ms_buf_puts(&buf, "; ");
	if (n_taken == 0)
	{
		ms_buf_decimal(&buf, 0, 2, 2);
		return buf.s;
	}
	for (uint32_t i = 0; i < n_taken; i += length)
	{
		length = piece_length(a, taken + i, n_taken - i);
		if (pieces > 0)
			ms_buf_puts(&buf, " + ");
		if (++pieces > MAX_PIECES)
		{
			ms_buf_puts(&buf, ELLIPSIS);
			break;
		}
		add_piece(a, &buf, taken + i, length, n_taken == 1);
	}
	ms_buf_puts(&buf, n_taken == 1 && !is_exact(&a->lines[taken[0]]) ? ABOUT :
				" = ");
	ms_buf_decimal(&buf, amount, 2, 2);
	return buf.s;
}

/* ---- the finding ---- */

static int
cmp_index(uint32_t i, uint32_t j, const void *ctx)
{
	(void) ctx;
	return (i > j) - (i < j);
}

/* Sorts lines and drops repeats; drops those of without, which is sorted. */
static void
tidy(Audit *a, MsVec *vec, const MsVec *without)
{
	uint32_t   *lines = vec->data;
	size_t		n = 0;
	size_t		at = 0;

	ms_sort(&a->scratch, lines, vec->n, cmp_index, NULL);
	for (size_t i = 0; i < vec->n; i++)
	{
		if (n > 0 && lines[n - 1] == lines[i])
			continue;
		while (without && at < without->n &&
			   *MS_AT(without, uint32_t, at) < lines[i])
			at++;
		if (without && at < without->n &&
			*MS_AT(without, uint32_t, at) == lines[i])
			continue;
		lines[n++] = lines[i];
	}
	vec->n = n;
}

static void
add_members(Audit *a, MsVec *members, const MsVec *lines, uint8_t role)
{
	for (size_t i = 0; i < lines->n; i++)
	{
		const WorkLine *line = &a->lines[*MS_AT(lines, uint32_t, i)];
		MsMember   *m = MS_PUSH(&a->scratch, members, MsMember);

		m->line = line->src;
		m->encounter = line->encounter;
		m->settlement = line->settlement;
		m->role = role;
		m->net_cnt = line->cnt;
		m->net_amt = line->amt;
		m->excess = line->take;
		m->vola = line->take_amt;
		m->inscp = line->take_inscp;
		m->fund = line->take_fund;
	}
}

static int
cmp_pieces(uint32_t i, uint32_t j, const void *ctx)
{
	const MsVec *refunds = ctx;
	uint32_t	x = MS_AT(refunds, WorkRefund, i)->refund;
	uint32_t	y = MS_AT(refunds, WorkRefund, j)->refund;

	return (x > y) - (x < y);
}

static void
collect_pieces(Audit *a, MsVec *pieces, const MsVec *lines)
{
	for (size_t i = 0; i < lines->n; i++)
	{
		uint32_t	at = a->lines[*MS_AT(lines, uint32_t, i)].first_refund;

		for (; at != NOWHERE; at = MS_AT(&a->refunds, WorkRefund, at)->next)
			*MS_PUSH(&a->scratch, pieces, uint32_t) = at;
	}
}

/* The refunds that went to the lines of a finding, a row once. */
static void
add_refunds(Audit *a, MsVec *members, const WorkDraft *draft)
{
	MsVec		pieces = {NULL, 0, 0};
	uint32_t	previous = NOWHERE;

	collect_pieces(a, &pieces, &draft->violating);
	collect_pieces(a, &pieces, &draft->involved);
	ms_sort(&a->scratch, pieces.data, pieces.n, cmp_pieces, &a->refunds);
	for (size_t i = 0; i < pieces.n; i++)
	{
		const WorkRefund *piece = MS_AT(&a->refunds, WorkRefund,
										*MS_AT(&pieces, uint32_t, i));
		MsMember   *m;

		if (piece->refund != previous)
		{
			m = MS_PUSH(&a->scratch, members, MsMember);
			m->line = a->lines[piece->refund].src;
			m->encounter = a->lines[piece->refund].encounter;
			m->settlement = a->lines[piece->refund].settlement;
			m->role = 3;
			previous = piece->refund;
		}
		m = MS_AT(members, MsMember, members->n - 1);
		m->net_cnt -= piece->cnt;
		m->net_amt -= piece->amt;
	}
}

static void
add_line_money(Audit *a, const uint32_t *chosen, uint32_t n, MsFinding *f)
{
	f->inscp_amt = ms_known(0);
	f->method = MS_METHOD_LINE;
	for (uint32_t i = 0; i < n; i++)
	{
		WorkLine   *line = &a->lines[chosen[i]];
		MsMethod	method = method_of(a, line);

		if (line->take == 0)
			continue;
		line->take_amt = ms_part(line->amt, line->take, line->take_of);
		line->take_inscp.state = line->inscp.state;
		line->take_inscp.v = line->inscp.state != MS_READABLE ? 0 :
			ms_part(line->inscp.v, line->take, line->take_of);
		f->vola_amt += line->take_amt;
		f->inscp_amt.v += line->take_inscp.v;
		if (line->inscp.state != MS_READABLE)
			f->inscp_amt.state = MS_MISSING;
		if (method > f->method)
			f->method = method;
		add_funds(a, chosen[i], method, f);
	}
	if (f->inscp_amt.state == MS_MISSING)
		f->inscp_amt.v = 0;
	if (f->method >= MS_METHOD_UNSETTLED)
	{
		memset(f->funds, 0, sizeof(f->funds));
		return;
	}
	f->fund_amt = ms_known(0);
	for (int i = MS_HIFP_PAY; i <= MS_FUND_PAY_SUMAMT; i++)
		f->fund_amt.v += f->funds[i];
}

/* Nothing is lost: the excess stands without an amount. */
static void
forget_money(Audit *a, const uint32_t *chosen, uint32_t n, MsFinding *f)
{
	f->vola_amt = 0;
	f->vola_amt_max = 0;
	f->inscp_amt = ms_known(0);
	f->fund_amt = ms_known(0);
	memset(f->funds, 0, sizeof(f->funds));
	for (uint32_t i = 0; i < n; i++)
	{
		a->lines[chosen[i]].take_amt = 0;
		a->lines[chosen[i]].take_inscp = ms_known(0);
		a->lines[chosen[i]].take_fund = ms_known(0);
	}
}

/* The anchor: the first violating line, else the encounter itself. */
static void
describe_anchor(Audit *a, const WorkDraft *draft, MsFinding *f)
{
	const uint32_t *violating = draft->violating.data;
	const WorkLine *anchor;

	if (draft->violating.n == 0)
	{
		const MsEncounter *e = &a->claims->encounters[draft->encounter];

		f->anchor = NOWHERE;
		f->encounter = draft->encounter;
		f->settlement = -1;
		f->institution = e->fixmedins_code;
		f->period_time = e->begntime;
		f->act_from = f->act_to = e->begntime.v;
		f->provisional = true;
		return;
	}
	anchor = &a->lines[violating[0]];
	f->anchor = anchor->src;
	f->encounter = anchor->encounter;
	f->settlement = anchor->settlement;
	f->institution = a->institutions[anchor->institution];
	f->period_time = anchor->period_time;
	f->act_from = anchor->time;
	f->act_to = a->lines[violating[draft->violating.n - 1]].time;
}

/* What the lines tell beside money: who, where, when, settled or not. */
static void
describe(Audit *a, const WorkDraft *draft, MsFinding *f)
{
	const uint32_t *violating = draft->violating.data;

	f->rule = a->rule_index;
	f->entry = a->entry_index;
	describe_anchor(a, draft, f);
	f->note = draft->note;
	f->suspect_only = draft->suspect_only || draft->without_money;
	f->provisional |= draft->provisional;
	f->window_start = draft->window_start;
	f->window_end = draft->window_end;
	f->records = draft->records.data;
	f->n_records = (uint32_t) draft->records.n;
	f->limit_value = draft->limit_value;
	f->actual_value = draft->actual_value;
	f->excess = draft->excess;
	f->tested = draft->tested | MS_TESTED_REFUND | MS_TESTED_CANCELLED;
	if (a->entry.access.code != NULL)
		f->tested |= MS_TESTED_ACCESS;
	f->exceptions = ms_condition_exceptions(a, &f->n_exceptions);
	if (a->rule.fund_scope != MS_FUND_ANY)
		f->tested |= MS_TESTED_OWN_PAID | MS_TESTED_APPROVAL_FLAG |
			MS_TESTED_POOLED_FUND;
	for (size_t i = 0; i < draft->violating.n; i++)
		f->provisional |= a->lines[violating[i]].settlement < 0;
	for (size_t i = 0; i < draft->involved.n; i++)
		f->provisional |=
			a->lines[*MS_AT(&draft->involved, uint32_t, i)].settlement < 0;
}

static bool
anchor_in_period(const Audit *a, const WorkDraft *draft)
{
	if (draft->violating.n > 0)
		return a->lines[*MS_AT(&draft->violating, uint32_t, 0)].in_period;
	return ms_fate_visit_in_period(a, draft->encounter);
}

/*
 * ms_money_emit marks the violating lines as hit and, when the anchor lies in
 * the period, hands out the finding with its money.  Where no line violates,
 * the draft's encounter does, at its begin, and no money is known.
 */
void
ms_money_emit(Audit *a, WorkDraft *draft)
{
	MsFinding	f;
	MsVec		members = {NULL, 0, 0};
	uint32_t	n = (uint32_t) draft->candidates.n;
	const uint32_t *chosen;

	tidy(a, &draft->violating, NULL);
	tidy(a, &draft->involved, &draft->violating);
	for (size_t i = 0; i < draft->violating.n; i++)
		ms_audit_outcome(a, *MS_AT(&draft->violating, uint32_t, i), MS_HIT,
						 MS_REASON_NONE);
	if (!anchor_in_period(a, draft))
		return;

	memset(&f, 0, sizeof(f));
	describe(a, draft, &f);
	chosen = choose(a, draft, -1);
	f.vola_amt_max = chosen_amount(a, chosen, n);
	chosen = choose(a, draft, 1);
	add_line_money(a, chosen, n, &f);
	if (f.vola_amt_max < draft->vola_max)
		f.vola_amt_max = draft->vola_max;
	if (f.vola_amt_max < f.vola_amt)
		f.vola_amt_max = f.vola_amt;
	f.formula = make_formula(a, draft, chosen, n, f.vola_amt);
	if (draft->without_money)
		forget_money(a, chosen, n, &f);
	else if (n == 0)
	{
		f.method = MS_METHOD_NONE;
		f.fund_amt.state = MS_MISSING;
	}
	add_members(a, &members, &draft->violating, 1);
	add_members(a, &members, &draft->involved, 2);
	add_refunds(a, &members, draft);
	f.members = members.data;
	f.n_members = (uint32_t) members.n;
	for (uint32_t i = 0; i < n; i++)
	{
		a->lines[chosen[i]].take = 0;
		a->lines[chosen[i]].take_amt = 0;
	}
	a->output->finding(a->output->ctx, &f);
}
