/*
 * audit_oracle_test.c
 *	  Random claims, judged a second time by brute force: slow and obvious,
 *	  half hour by half hour and unit by unit, from the text of
 *	  docs/rulebook.md.  Every group rule must find the same anchors, excesses
 *	  and money.
 */
#include "unit.h"

#include "audit_fixture.h"

#define MAX_LINES	40
#define SLOT		INT64_C(1800000000) /* half an hour */
#define DAY_SLOTS	48
#define HALF_HOUR	5000		/* of a quantity in hours */

static MsBook book;
static uint64_t seed;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t) (seed >> 33) % n;
}

/* ---- what is left after refunds ---- */

typedef struct Net
{
	const MsLine *in;
	int			src;
	int64_t		cnt;
	int64_t		amt;
	int64_t		inscp;
	int64_t		day;
	int64_t		slot;
	const MsEncounter *enc;
	bool		alive;
	int64_t		avail;			/* of the finding in work */
} Net;

static Net	net[MAX_LINES];
static int	n_net;

static const MsEncounter *
encounter_named(MsStr id)
{
	for (uint32_t i = 0; i < fx_claims.n_encounters; i++)
	{
		if (ms_str_eq(fx_encounters[i].mdtrt_id, id))
			return &fx_encounters[i];
	}
	return NULL;
}

static int
cmp_net(const Net *a, const Net *b)
{
	int			diff = (a->in->fee_ocur_time.v > b->in->fee_ocur_time.v) -
	(a->in->fee_ocur_time.v < b->in->fee_ocur_time.v);

	if (diff == 0)
		diff = ms_str_cmp(a->in->mdtrt_id, b->in->mdtrt_id);
	return diff != 0 ? diff : ms_str_cmp(a->in->feedetl_sn, b->in->feedetl_sn);
}

static int
qsort_net(const void *a, const void *b)
{
	return cmp_net(a, b);
}

static int64_t
take_back(Net *to, const Net *r, int64_t given)
{
	int64_t		total = -r->in->cnt.v;
	int64_t		take = total - given < to->cnt ? total - given : to->cnt;

	to->cnt -= take;
	to->amt -= ms_part(-r->in->det_item_fee_sumamt.v, given + take, total) -
		ms_part(-r->in->det_item_fee_sumamt.v, given, total);
	to->inscp -= ms_part(-r->in->inscp_amt.v, given + take, total) -
		ms_part(-r->in->inscp_amt.v, given, total);
	to->amt = to->amt < 0 ? 0 : to->amt;
	to->inscp = to->inscp < 0 ? 0 : to->inscp;
	return take;
}

static Net *
line_named(MsStr sn)
{
	for (int i = 0; i < n_net; i++)
	{
		if (net[i].in->cnt.v > 0 && ms_str_eq(net[i].in->feedetl_sn, sn))
			return &net[i];
	}
	return NULL;
}

static void
net_refunds(bool named)
{
	for (int i = 0; i < n_net; i++)
	{
		const MsLine *r = net[i].in;
		int64_t		given = 0;
		Net		   *to = line_named(r->init_feedetl_sn);

		if (r->cnt.v > 0 || named != (to != NULL))
			continue;
		if (named)
		{
			take_back(to, &net[i], 0);
			continue;
		}
		for (int j = n_net; j-- > 0 && given < -r->cnt.v;)
		{
			const MsLine *c = net[j].in;

			if (c->cnt.v > 0 && net[j].cnt > 0 &&
				c->fee_ocur_time.v <= r->fee_ocur_time.v &&
				ms_str_eq(c->mdtrt_id, r->mdtrt_id) &&
				ms_str_eq(c->med_list_codg, r->med_list_codg) &&
				c->pric.v == r->pric.v)
				given += take_back(&net[j], &net[i], given);
		}
	}
}

static void
make_net(void)
{
	n_net = (int) fx_claims.n_lines;
	for (int i = 0; i < n_net; i++)
	{
		const MsLine *l = &fx_lines[i];

		net[i] = (Net)
		{
			l, i, l->cnt.v, l->det_item_fee_sumamt.v, l->inscp_amt.v,
				ms_day_of(l->fee_ocur_time.v), l->fee_ocur_time.v / SLOT,
				encounter_named(l->mdtrt_id), false, 0
		};
	}
	qsort(net, (size_t) n_net, sizeof(Net), qsort_net);
	net_refunds(true);
	net_refunds(false);
	for (int i = 0; i < n_net; i++)
		net[i].alive = net[i].in->cnt.v > 0 && net[i].cnt > 0;
}

/* ---- expected findings ---- */

typedef struct Expected
{
	const char *entry;
	MsStr		anchor;
	int64_t		day;			/* of the window, where there is one */
	int64_t		excess;
	int64_t		vola;
	int64_t		vola_max;
	bool		seen;
} Expected;

static Expected expected[256];
static int	n_expected;

static bool
is(const Net *l, const char *code)
{
	return l->alive && ms_str_is(l->in->med_list_codg, code);
}

static bool
same_place(const Net *a, const Net *b)
{
	return ms_str_eq(a->enc->fixmedins_code, b->enc->fixmedins_code);
}

/* The cheapest (1) or dearest (-1) units among what is available. */
static int64_t
cost(int64_t excess, int direction)
{
	bool		used[MAX_LINES] = {false};
	int64_t		sum = 0;

	while (excess > 0)
	{
		int			best = -1;
		int64_t		take;

		for (int i = 0; i < n_net; i++)
		{
			MsWide		diff;

			if (used[i] || net[i].avail == 0)
				continue;
			diff = best < 0 ? -1 : (MsWide) net[i].amt * net[best].cnt -
				(MsWide) net[best].amt * net[i].cnt;
			if (best < 0 || diff * direction < 0)
				best = i;
		}
		if (best < 0)
			return -1;
		used[best] = true;
		take = net[best].avail < excess ? net[best].avail : excess;
		sum += ms_part(net[best].amt, take, net[best].cnt);
		excess -= take;
	}
	return sum;
}

static void
expect(const char *entry, const Net *anchor, int64_t day, int64_t excess,
	   bool free_of_charge)
{
	int64_t		vola = free_of_charge ? 0 : cost(excess, 1);
	int64_t		max = free_of_charge ? 0 : cost(excess, -1);

	expected[n_expected++] = (Expected)
	{
		entry, anchor->in->feedetl_sn, day, excess, vola,
			max < vola ? vola : max, false
	};
}

/* Days too many: whole lines, each at its amount. */
static void
expect_lines(const char *entry, const Net *anchor, int64_t excess)
{
	int64_t		sum = 0;

	for (int i = 0; i < n_net; i++)
		sum += net[i].avail > 0 ? net[i].amt : 0;
	expected[n_expected++] = (Expected)
	{
		entry, anchor->in->feedetl_sn, INT64_MIN, excess, sum, sum, false
	};
}

static void
clear_avail(void)
{
	for (int i = 0; i < n_net; i++)
		net[i].avail = 0;
}

/* Whether i is the first line of its bucket. */
typedef bool (*SameBucket) (const Net *a, const Net *b);

static bool
same_day(const Net *a, const Net *b)
{
	return same_place(a, b) && a->day == b->day;
}

static bool
same_visit(const Net *a, const Net *b)
{
	return a->enc == b->enc;
}

static void
expect_pair(const char *entry, const char *main, const char *sub,
			SameBucket same)
{
	for (int i = 0; i < n_net; i++)
	{
		int64_t		subs = 0;
		int64_t		mains = 0;
		bool		first = is(&net[i], sub);

		clear_avail();
		for (int j = 0; j < n_net && first; j++)
		{
			if (!same(&net[i], &net[j]))
				continue;
			if (is(&net[j], sub))
			{
				first = j >= i;
				subs += net[j].cnt;
				net[j].avail = net[j].cnt;
			}
			mains += is(&net[j], main) ? net[j].cnt : 0;
		}
		if (first && subs > 0 && mains > 0)
			expect(entry, &net[i], INT64_MIN, subs < mains ? subs : mains, false);
	}
}

static int64_t
overlap(int64_t a, int64_t a_end, int64_t b, int64_t b_end)
{
	int64_t		from = a > b ? a : b;
	int64_t		to = a_end < b_end ? a_end : b_end;

	return to > from ? to - from : 0;
}

static int64_t
end_slot(const Net *l)
{
	return l->slot + l->cnt / HALF_HOUR;
}

/* One day's bucket of a daily cap; amounts stand in avail. */
static void
expect_bucket(const char *entry, int64_t day, int64_t limit)
{
	int64_t		total = 0;
	const Net  *anchor = NULL;
	bool		one_stay = true;
	int64_t		stay_total = 0;

	for (int i = 0; i < n_net; i++)
	{
		total += net[i].avail;
		if (net[i].avail > 0 && total > limit && anchor == NULL)
			anchor = &net[i];
	}
	if (anchor == NULL)
		return;
	for (int i = 0; i < n_net; i++)
	{
		one_stay &= net[i].avail == 0 || net[i].enc == anchor->enc;
		if (net[i].alive && net[i].enc == anchor->enc &&
			(strcmp(entry, "E06") == 0 ? is(&net[i], FX_DAILY) :
			 is(&net[i], FX_HOUR_SUB) || is(&net[i], FX_HOUR_MAIN)))
			stay_total += net[i].cnt;
	}
	/* the fixture's stays are of eight days */
	expect(entry, anchor, day, total - limit,
		   one_stay && ms_str_is(anchor->enc->med_type, "21") &&
		   stay_total <= limit * 8);
}

static void
expect_daily(void)
{
	static const char *const places[] = {"H1", "H2"};
	int64_t		first = fx_time(3, 1, 0, 0, 0) / MS_USECS_PER_DAY;

	for (int p = 0; p < 2; p++)
	{
		for (int64_t day = first; day < first + 60; day++)
		{
			clear_avail();
			for (int i = 0; i < n_net; i++)
			{
				if (is(&net[i], FX_DAILY) && net[i].day == day &&
					ms_str_is(net[i].enc->fixmedins_code, places[p]))
					net[i].avail = net[i].cnt;
			}
			expect_bucket("E06", day, 10000);
			clear_avail();
			for (int i = 0; i < n_net; i++)
			{
				if ((is(&net[i], FX_HOUR_SUB) || is(&net[i], FX_HOUR_MAIN)) &&
					ms_str_is(net[i].enc->fixmedins_code, places[p]))
					net[i].avail = HALF_HOUR *
						overlap(net[i].slot, end_slot(&net[i]),
								day * DAY_SLOTS, (day + 1) * DAY_SLOTS);
			}
			expect_bucket("E06h", day, 240000);
		}
	}
}

static bool
has_clock(const Net *l)
{
	return l->slot % DAY_SLOTS != 0;
}

/* Half hours of a sub item that any main item of the place occupies too. */
static int64_t
common_slots(const Net *sub)
{
	int64_t		n = 0;

	for (int64_t s = sub->slot; s < end_slot(sub); s++)
	{
		bool		any = false;

		for (int j = 0; j < n_net; j++)
			any |= is(&net[j], FX_HOUR_MAIN) && has_clock(&net[j]) &&
				same_place(sub, &net[j]) && s >= net[j].slot &&
				s < end_slot(&net[j]);
		n += any;
	}
	return n;
}

static void
expect_hour(void)
{
	for (int i = 0; i < n_net; i++)
	{
		int64_t		sum = 0;
		int64_t		mains = 0;
		const Net  *anchor = NULL;

		if (!is(&net[i], FX_HOUR_SUB) || !has_clock(&net[i]))
			continue;
		clear_avail();
		for (int j = 0; j < n_net; j++)
		{
			if (is(&net[j], FX_HOUR_SUB) && has_clock(&net[j]) &&
				same_day(&net[i], &net[j]))
			{
				net[j].avail = common_slots(&net[j]) * HALF_HOUR;
				sum += net[j].avail;
				if (net[j].avail > 0 && anchor == NULL)
					anchor = &net[j];
			}
		}
		if (anchor != &net[i])
			continue;
		for (int j = 0; j < n_net; j++)
		{
			bool		met = false;

			for (int k = 0; k < n_net; k++)
				met |= net[k].avail > 0 && overlap(net[j].slot, end_slot(&net[j]),
												   net[k].slot, end_slot(&net[k])) > 0;
			if (is(&net[j], FX_HOUR_MAIN) && has_clock(&net[j]) &&
				same_place(&net[i], &net[j]) && met)
				mains += net[j].cnt;
		}
		expect("E05h", anchor, anchor->day, sum < mains ? sum : mains, false);
	}
}

static void
expect_rolling(void)
{
	int64_t		accepted[MAX_LINES] = {0};

	for (int i = 0; i < n_net; i++)
	{
		int64_t		sum = 0;
		int64_t		room;

		if (!is(&net[i], FX_ROLLING))
			continue;
		for (int j = 0; j < i; j++)
		{
			if (same_place(&net[i], &net[j]) && net[j].day > net[i].day - 14)
				sum += accepted[j];
		}
		room = 10000 - sum;
		accepted[i] = net[i].cnt < room ? net[i].cnt : room;
		if (accepted[i] == net[i].cnt)
			continue;
		clear_avail();
		net[i].avail = net[i].cnt;
		expect("E07", &net[i], INT64_MIN, net[i].cnt - accepted[i], false);
	}
}

static void
expect_gap(void)
{
	int64_t		last = INT64_MIN / 2;

	for (int i = 0; i < n_net; i++)
	{
		bool		first = is(&net[i], FX_GAP);

		clear_avail();
		for (int j = 0; j < n_net; j++)
		{
			if (!is(&net[j], FX_GAP) || net[j].day != net[i].day)
				continue;
			first &= j >= i;
			net[j].avail = net[j].cnt;
		}
		if (!first)
			continue;
		if (net[i].day - last < 14)
			expect_lines("E07g", &net[i], (14 - (net[i].day - last)) * 10000);
		else
			last = net[i].day;
	}
}

static bool
counts(const Net *l, const char *code)
{
	/* own pay is 0 here: nothing left is all paid by the patient */
	return is(l, code) && l->inscp > 0 && l->amt != 0;
}

static void
flush_course(int64_t days, const Net *anchor)
{
	if (days > 3)
		expect_lines("E08", anchor, (days - 3) * 10000);
	clear_avail();
}

static void
expect_course(void)
{
	int64_t		last = INT64_MIN / 2;
	int64_t		days = 0;
	const Net  *anchor = NULL;

	clear_avail();
	for (int i = 0; i < n_net; i++)
	{
		if (!counts(&net[i], FX_COURSE_DRUG))
			continue;
		if (net[i].day - last > 15)
		{
			flush_course(days, anchor);
			days = 0;
			anchor = NULL;
		}
		days += net[i].day != last;
		last = net[i].day;
		if (days > 3)
		{
			net[i].avail = net[i].cnt;
			anchor = anchor ? anchor : &net[i];
		}
	}
	flush_course(days, anchor);
}

static void
expect_span(void)
{
	int64_t		first = INT64_MIN;
	int64_t		span = 0;
	const Net  *anchor = NULL;

	clear_avail();
	for (int i = 0; i < n_net; i++)
	{
		if (!counts(&net[i], FX_SPAN_DRUG))
			continue;
		if (first == INT64_MIN)
			first = net[i].day;
		span = net[i].day - first + 1;
		if (span > 30)
		{
			net[i].avail = net[i].cnt;
			anchor = anchor ? anchor : &net[i];
		}
	}
	if (anchor)
		expect_lines("E08l", anchor, (span - 30) * 10000);
}

/* ---- six hours: the largest matching there is, unit by unit ---- */

static int64_t flow[MAX_LINES][MAX_LINES];
static bool tried[MAX_LINES];

static bool
augment(int main, const int64_t *left)
{
	for (int s = 0; s < n_net; s++)
	{
		int64_t		apart = net[s].slot - net[main].slot;

		if (tried[s] || !is(&net[s], FX_6H_SUB) || !has_clock(&net[s]) ||
			!same_place(&net[s], &net[main]) || apart < -12 || apart > 12)
			continue;
		tried[s] = true;
		if (left[s] > 0)
		{
			flow[main][s]++;
			return true;
		}
		for (int m = 0; m < n_net; m++)
		{
			if (flow[m][s] > 0 && augment(m, left))
			{
				flow[m][s]--;
				flow[main][s]++;
				return true;
			}
		}
	}
	return false;
}

static int64_t
largest_matching(void)
{
	int64_t		left[MAX_LINES];
	int64_t		total = 0;

	memset(flow, 0, sizeof(flow));
	for (int i = 0; i < n_net; i++)
		left[i] = net[i].cnt / 10000;
	for (int m = 0; m < n_net; m++)
	{
		if (!is(&net[m], FX_6H_MAIN) || !has_clock(&net[m]))
			continue;
		for (int64_t unit = 0; unit < net[m].cnt / 10000; unit++)
		{
			memset(tried, 0, sizeof(tried));
			if (!augment(m, left))
				break;
			for (int s = 0; s < n_net; s++)
			{
				left[s] = net[s].cnt / 10000;
				for (int k = 0; k < n_net; k++)
					left[s] -= flow[k][s];
			}
			total++;
		}
	}
	return total;
}

static void
check_6h(void)
{
	int64_t		total = 0;

	for (int i = 0; i < fx_n_found; i++)
	{
		const FxFinding *f = &fx_found[i];
		MsBookEntry entry;

		ms_book_entry(&book, f->f.entry, &entry);
		if (strcmp(entry.code, "E056") != 0)
			continue;
		total += f->f.excess;
		clear_avail();
		for (int j = 0; j < n_net; j++)
		{
			bool		near = false;

			for (int m = 0; m < n_net; m++)
				near |= is(&net[m], FX_6H_MAIN) && has_clock(&net[m]) &&
					same_place(&net[j], &net[m]) &&
					net[m].slot - net[j].slot <= 12 &&
					net[m].slot - net[j].slot >= -12;
			if (near && is(&net[j], FX_6H_SUB) && has_clock(&net[j]) &&
				net[j].day * MS_USECS_PER_DAY == f->f.window_start.v &&
				ms_str_eq(net[j].enc->fixmedins_code, f->f.institution))
				net[j].avail = net[j].cnt;
		}
		CHECK_INT(f->f.vola_amt, cost(f->f.excess, 1));
	}
	CHECK_INT(total, largest_matching() * 10000);
}

/* ---- comparison ---- */

static void
compare(int round)
{
	int			others = 0;

	for (int i = 0; i < fx_n_found; i++)
	{
		const FxFinding *f = &fx_found[i];
		MsBookEntry entry;
		Expected   *match = NULL;

		ms_book_entry(&book, f->f.entry, &entry);
		if (strcmp(entry.code, "E056") == 0)
		{
			others++;
			continue;
		}
		for (int j = 0; j < n_expected && match == NULL; j++)
		{
			Expected   *e = &expected[j];

			if (!e->seen && strcmp(e->entry, entry.code) == 0 &&
				ms_str_is(e->anchor, f->anchor) &&
				(e->day == INT64_MIN ||
				 e->day * MS_USECS_PER_DAY == f->f.window_start.v))
				match = e;
		}
		CHECK_MSG(match != NULL && match->excess == f->f.excess &&
				  match->vola == f->f.vola_amt &&
				  match->vola_max == f->f.vola_amt_max,
				  "round %d: %s at %s: excess %lld vola %lld..%lld, wanted %lld %lld..%lld",
				  round, entry.code, f->anchor, (long long) f->f.excess,
				  (long long) f->f.vola_amt, (long long) f->f.vola_amt_max,
				  match ? (long long) match->excess : -1,
				  match ? (long long) match->vola : -1,
				  match ? (long long) match->vola_max : -1);
		if (match)
			match->seen = true;
	}
	for (int j = 0; j < n_expected; j++)
		CHECK_MSG(expected[j].seen, "round %d: %s at %.*s not found", round,
				  expected[j].entry, (int) expected[j].anchor.len,
				  expected[j].anchor.s);
	CHECK_INT(fx_n_found - others, n_expected);
}

/* ---- random claims ---- */

static void
make_claims(void)
{
	static char sn[MAX_LINES][16];
	static const char *const ids[] = {"M1", "M2", "M3"};
	static const char *const near[] = {
		FX_DAY_MAIN, FX_DAY_SUB, FX_VISIT_MAIN, FX_VISIT_SUB, FX_6H_MAIN,
		FX_6H_SUB, FX_HOUR_MAIN, FX_HOUR_SUB, FX_DAILY
	};
	static const char *const far[] = {
		FX_ROLLING, FX_GAP, FX_COURSE_DRUG, FX_SPAN_DRUG
	};
	int			theme = (int) rnd(9);
	int			n = 3 + (int) rnd(MAX_LINES - 3);

	fx_reset();
	for (int i = 0; i < 3; i++)
	{
		MsEncounter *e = fx_encounter(ids[i]);

		e->fixmedins_code = ms_str(i == 2 ? "H2" : "H1");
		e->med_type = ms_str(i == 0 ? "21" : "11");
	}
	fx_settlement("S1", "M1", 100000);
	for (int i = 0; i < n; i++)
	{
		bool		is_far = theme % 3 == 2;
		bool		refund = i > 0 && rnd(6) == 0;
		int			day = 1 + (int) rnd(is_far ? 45 : 3);
		MsLine	   *l;
		int			like = (int) rnd((uint32_t) (i > 0 ? i : 1));

		snprintf(sn[i], sizeof(sn[i]), "%u", (unsigned) rnd(1000) * 100 + i);
		l = fx_line(sn[i], is_far ? far[rnd(4)] : near[theme < 5 ? rnd(2) + 2 * (uint32_t) (theme % 4) : rnd(9)],
					fx_time(3, 1, 0, 0, 0) + (day - 1) * MS_USECS_PER_DAY +
					rnd(DAY_SLOTS) * SLOT, 1 + rnd(theme == 3 ? 13 : 3), 1 + rnd(4));
		l->mdtrt_id = ms_str(ids[rnd(3)]);
		if (rnd(3) == 0)
			l->det_item_fee_sumamt = fx_v(1 + rnd(50));
		if (rnd(8) == 0)
			l->inscp_amt = fx_v(0);
		if (!refund)
			continue;
		l->mdtrt_id = fx_lines[like].mdtrt_id;
		l->med_list_codg = fx_lines[like].med_list_codg;
		l->pric = fx_lines[like].pric;
		l->cnt.v = -l->cnt.v;
		l->det_item_fee_sumamt.v = -l->det_item_fee_sumamt.v;
		l->inscp_amt.v = -l->inscp_amt.v;
		if (rnd(2) == 0)
			l->init_feedetl_sn = fx_lines[rnd((uint32_t) i + 1)].feedetl_sn;
	}
}

static void
test_rounds(int rounds)
{
	int64_t		findings = 0;

	for (int round = 0; round < rounds; round++)
	{
		seed = (uint64_t) round * 77 + 5;
		make_claims();
		CHECK(fx_run(&book));
		make_net();
		n_expected = 0;
		expect_pair("E05d", FX_DAY_MAIN, FX_DAY_SUB, same_day);
		expect_pair("E05v", FX_VISIT_MAIN, FX_VISIT_SUB, same_visit);
		expect_hour();
		expect_daily();
		expect_rolling();
		expect_gap();
		expect_course();
		expect_span();
		compare(round);
		check_6h();
		findings += fx_n_found;
		fx_free();
		if (unit_failed > 20)
			return;
	}
	CHECK(findings > rounds);
}

int
main(int argc, char **argv)
{
	MsEnv		env = fx_env();
	MsArena		arena;
	MsBookError error;
	uint8_t    *bytes;
	uint8_t    *kept;
	size_t		size;

	ms_arena_init(&arena, &env);
	CHECK(fx_build(&arena, &bytes, &size, &error));
	kept = malloc(size);
	memcpy(kept, bytes, size);
	CHECK(ms_book_open(kept, size, &book, &error));
	test_rounds(argc > 1 ? atoi(argv[1]) : 2000);
	fx_free();
	free(kept);
	return unit_done();
}
