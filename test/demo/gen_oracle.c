/*
 * gen_oracle.c
 *	  What an audit must say about a generated patient, computed from the
 *	  rules of money alone: which lines leave the audit and why, what refunds
 *	  leave of a line, how funds are shared over lines to the fen, and what a
 *	  planted finding is worth.
 *
 * Written from the text of docs/audit.md, not from the evaluator: the two
 * must agree, and neither may borrow from the other.
 */
#include <stdlib.h>
#include <string.h>

#include "gen_oracle.h"

__extension__ typedef __int128 Wide;

static const char *const fate_names[FATE_COUNT] = {
	"checked", "void", "person_missing", "encounter_missing", "code_missing",
	"code_unreadable", "time_missing", "time_unreadable", "quantity_missing",
	"quantity_unreadable", "amount_missing", "amount_unreadable",
	"cancelled", "refund", "refunded", "refund_unmatched"
};

const char *
fate_name(GenFate fate)
{
	return fate_names[fate];
}

/*
 * fate_of_dirt
 *		The reason for which a dirty cell takes its line out.  A typed
 *		warehouse cannot hold text in a number: there it is missing.
 */
static GenFate
fate_of_dirt(GenDirt dirt, bool typed)
{
	switch (dirt)
	{
		case DIRT_CODE_EMPTY:
		case DIRT_CODE_NULL:
		case DIRT_CODE_DASH:
			return FATE_CODE_MISSING;
		case DIRT_CODE_SCIENTIFIC:
		case DIRT_CODE_BROKEN:
			return FATE_CODE_UNREADABLE;
		case DIRT_TIME_EMPTY:
			return FATE_TIME_MISSING;
		case DIRT_TIME_CLOCK_ONLY:
			return typed ? FATE_TIME_MISSING : FATE_TIME_UNREADABLE;
		case DIRT_QTY_EMPTY:
			return FATE_QTY_MISSING;
		case DIRT_QTY_ZERO:
			return FATE_QTY_UNREADABLE;
		case DIRT_QTY_DASH:
			return typed ? FATE_QTY_MISSING : FATE_QTY_UNREADABLE;
		case DIRT_AMT_EMPTY:
			return FATE_AMT_MISSING;
		case DIRT_AMT_DASH:
			return typed ? FATE_AMT_MISSING : FATE_AMT_UNREADABLE;
		default:
			return FATE_OK;
	}
}

static bool
setl_cancelled(const GenPatient *p, int setl)
{
	if (p->setl[setl].init != NONE)
		return true;
	for (int i = 0; i < p->n_setl; i++)
		if (p->setl[i].init == setl)
			return true;
	return false;
}

/*
 * judge_alone
 *		The fate of every line by itself and by its settlement.
 */
static void
judge_alone(GenPatient *p, bool typed)
{
	for (int i = 0; i < p->n_line; i++)
	{
		GenLine    *l = &p->line[i];

		l->net_cnt = l->cnt;
		l->net_amt = l->amt;
		l->net_inscp = l->inscp;
		l->net_own = l->own;
		memset(l->share, 0, sizeof(l->share));
		if (l->is_void || (l->setl != NONE && p->setl[l->setl].is_void))
			l->fate = FATE_VOID;
		else if (l->dirt == DIRT_NO_PERSON)
			l->fate = FATE_PERSON_MISSING;
		else if (p->enc[l->enc].no_row)
			l->fate = FATE_ENCOUNTER_MISSING;
		else
			l->fate = fate_of_dirt(l->dirt, typed);
		if (l->fate == FATE_OK && l->setl != NONE &&
			setl_cancelled(p, l->setl))
			l->fate = FATE_CANCELLED;
	}
}

/*
 * take_back
 *		Takes q units of refund r from line t; amounts are the refund's own.
 */
static void
take_back(GenLine *t, const GenLine *r, int64_t q)
{
	t->net_cnt -= q;
	t->net_amt -= mul_div(-r->amt, q, -r->cnt);
	t->net_inscp -= mul_div(-r->inscp, q, -r->cnt);
	t->net_own -= mul_div(-r->own, q, -r->cnt);
	if (t->net_cnt == 0)
		t->fate = FATE_REFUNDED;
}

static int
latest_match(const GenPatient *p, const GenLine *r)
{
	int			best = NONE;

	for (int i = 0; i < p->n_line; i++)
	{
		const GenLine *t = &p->line[i];

		if (t->fate != FATE_OK || t->net_cnt <= 0 || t->enc != r->enc ||
			t->item != r->item || t->pric != r->pric || t->time > r->time)
			continue;
		if (best == NONE || t->time >= p->line[best].time)
			best = i;
	}
	return best;
}

static void
judge_refunds(GenPatient *p)
{
	for (int i = 0; i < p->n_line; i++)
	{
		GenLine    *r = &p->line[i];
		int64_t		left = -r->cnt;

		if (r->fate != FATE_OK || r->cnt >= 0)
			continue;
		r->fate = FATE_REFUND;
		if (r->init != NONE)
		{
			if (p->line[r->init].fate != FATE_OK ||
				p->line[r->init].net_cnt < left)
				gen_fail("patient %lld: a refund names a line it does not fit",
						 (long long) p->no);
			take_back(&p->line[r->init], r, left);
			continue;
		}
		while (left > 0)
		{
			int			t = latest_match(p, r);
			int64_t		q;

			if (t == NONE)
			{
				r->fate = FATE_REFUND_UNMATCHED;
				break;
			}
			q = p->line[t].net_cnt < left ? p->line[t].net_cnt : left;
			take_back(&p->line[t], r, q);
			left -= q;
		}
	}
}

/*
 * was_paid
 *		Whether a settlement paid for a line: also for one that cannot be
 *		read, not for one that is void, cancelled or taken back.
 */
static bool
was_paid(const GenLine *l, int setl)
{
	return l->setl == setl && l->net_inscp > 0 &&
		(l->fate == FATE_OK || (l->fate >= FATE_CODE_MISSING &&
								l->fate <= FATE_AMT_UNREADABLE));
}

/*
 * share_fund
 *		Shares one fund's payment over the lines it was for in proportion to
 *		their in-scope amount: whole fen downwards, then one fen each to the
 *		largest remainders, the smaller line number first.  What the bill
 *		has in scope beyond these lines takes part like one more line, the
 *		last one.
 */
static void
share_fund(GenPatient *p, int setl, GenPay pay)
{
	int64_t		fund = p->setl[setl].pay[pay];
	int64_t		weight = 0;
	int64_t		left = fund;
	int64_t		beyond = 0;
	int64_t		beyond_rest;

	for (int i = 0; i < p->n_line; i++)
		if (was_paid(&p->line[i], setl))
			weight += p->line[i].net_inscp;
	if (fund <= 0 || weight == 0)
		return;
	if (p->setl[setl].inscp > weight)
	{
		beyond = p->setl[setl].inscp - weight;
		weight = p->setl[setl].inscp;
	}
	beyond_rest = (int64_t) ((Wide) fund * beyond % weight);
	left -= (int64_t) ((Wide) fund * beyond / weight);
	for (int i = 0; i < p->n_line; i++)
	{
		GenLine    *l = &p->line[i];

		if (!was_paid(l, setl))
			continue;
		l->share[pay] = (int64_t) ((Wide) fund * l->net_inscp / weight);
		left -= l->share[pay];
	}
	for (; left > 0; left--)
	{
		int64_t		most = -1;
		int			at_line = NONE;

		for (int i = 0; i < p->n_line; i++)
		{
			GenLine    *l = &p->line[i];
			int64_t		rest;

			if (!was_paid(l, setl))
				continue;
			rest = (int64_t) ((Wide) fund * l->net_inscp % weight);
			/* it has had its fen already */
			if (l->share[pay] >
				(int64_t) ((Wide) fund * l->net_inscp / weight))
				continue;
			if (rest > most)
			{
				most = rest;
				at_line = i;
			}
		}
		if (beyond_rest > most)
			beyond_rest = 0;	/* its fen goes to no line here */
		else
			p->line[at_line].share[pay]++;
	}
}

static bool
by_group(const char *clr_way)
{
	return clr_way[0] >= '2' && clr_way[0] <= '6';
}

/*
 * rule_pool
 *		Whether a rule guards what the pool pays (a payment limit) rather than
 *		what may be charged at all.
 */
bool
rule_pool(int rule)
{
	return rule != 25 && rule != 27;
}

/*
 * unit_before
 *		Whether line a is the cheaper choice: lower unit price, then earlier,
 *		then the smaller line number.
 */
static bool
unit_before(const GenPatient *p, int a, int b)
{
	const GenLine *x = &p->line[a];
	const GenLine *y = &p->line[b];
	Wide		left = (Wide) x->net_amt * y->net_cnt;
	Wide		right = (Wide) y->net_amt * x->net_cnt;

	if (left != right)
		return left < right;
	if (x->time != y->time)
		return x->time < y->time;
	return a < b;
}

static int
method_rank(const char *method)
{
	static const char *const order[] = {"line", "ratio", "unsettled", "none"};
	int			i = 0;

	while (strcmp(order[i], method) != 0)
		i++;
	return i;
}

static void
add_money(const GenPatient *p, int line, int64_t q, GenMoney *m)
{
	const GenLine *l = &p->line[line];
	const char *method = "ratio";
	int64_t		inscp = mul_div(l->net_inscp, q, l->net_cnt);
	int64_t		fund = 0;

	m->vola += mul_div(l->net_amt, q, l->net_cnt);
	m->inscp += inscp;
	if (l->setl == NONE)
		method = "unsettled";
	else if (by_group(p->setl[l->setl].clr_way))
		method = "none";
	else if (l->reim_prop > 0)
	{
		method = "line";
		fund = mul_div(inscp, l->reim_prop, 10000);
	}
	else
	{
		for (int i = 0; i < PAY_POOLED; i++)
			fund += mul_div(l->share[i], q, l->net_cnt);
	}
	m->fund += fund;
	if (m->method == NULL || method_rank(method) > method_rank(m->method))
		m->method = method;
	m->has_fund = method_rank(m->method) < 2;
}

/*
 * oracle_money
 *		What a planted finding is worth.
 */
GenMoney
oracle_money(const GenPatient *p, const GenExpect *x)
{
	GenMoney	m = {NULL, true, 0, 0, 0};
	int64_t		left = x->excess;
	bool		used[EXPECT_LINES] = {false};

	if (x->choice == CHOOSE_NOTHING)
	{
		add_money(p, x->line[0], 0, &m);
		return m;
	}
	if (x->choice == CHOOSE_WHOLE)
	{
		for (int i = 0; i < x->n; i++)
			add_money(p, x->line[i], p->line[x->line[i]].net_cnt, &m);
		return m;
	}
	while (left > 0)
	{
		int			best = NONE;
		int64_t		q;

		for (int i = 0; i < x->n; i++)
			if (!used[i] && (best == NONE ||
							 unit_before(p, x->line[i], x->line[best])))
				best = i;
		if (best == NONE)
			gen_fail("patient %lld: %s has too few units for its excess",
					 (long long) p->no, p->case_name);
		used[best] = true;
		q = x->room[best] > 0 ? x->room[best] :
			p->line[x->line[best]].net_cnt;
		if (q > left)
			q = left;
		add_money(p, x->line[best], q, &m);
		left -= q;
	}
	return m;
}

/*
 * check_expect
 *		A planted violation that the generator's own rules contradict is a
 *		fault of the generator.
 */
static void
check_expect(const GenPatient *p, const GenExpect *x)
{
	if (x->verdict != EXPECT_VIOLATION && x->verdict != EXPECT_LATE_POSTING)
		return;
	for (int i = 0; i < x->n; i++)
	{
		const GenLine *l = &p->line[x->line[i]];
		int64_t		pooled = 0;

		if (l->fate != FATE_OK || l->net_cnt <= 0)
			gen_fail("patient %lld: %s rests on a line that is %s",
					 (long long) p->no, p->case_name, fate_name(l->fate));
		if (!rule_pool(x->rule) || l->setl == NONE)
			continue;
		for (int k = 0; k < PAY_POOLED; k++)
			pooled += p->setl[l->setl].pay[k];
		if (l->net_inscp <= 0 || l->appr == '2' || pooled <= 0)
			gen_fail("patient %lld: %s rests on a line no fund paid",
					 (long long) p->no, p->case_name);
	}
}

/*
 * oracle_judge
 *		Gives every line its fate, nets refunds, shares the funds, and counts.
 */
void
oracle_judge(GenPatient *p, bool typed, GenTotals *totals)
{
	judge_alone(p, typed);
	judge_refunds(p);
	if (p->n_expect > 0)
		for (int s = 0; s < p->n_setl; s++)
			for (int i = 0; i < PAY_POOLED; i++)
				share_fund(p, s, (GenPay) i);
	totals->patients++;
	totals->settlements += p->n_setl;
	for (int i = 0; i < p->n_enc; i++)
		totals->encounters += !p->enc[i].no_row;
	totals->lines += p->n_line;
	for (int i = 0; i < p->n_line; i++)
	{
		totals->fate[p->line[i].fate]++;
		totals->unsettled += p->line[i].setl == NONE;
		totals->with_entry += !item_neutral(p->line[i].item);
	}
	for (int i = 0; i < p->n_expect; i++)
		check_expect(p, &p->expect[i]);
}
