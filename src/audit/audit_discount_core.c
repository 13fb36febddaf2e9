/*-------------------------------------------------------------------------
 *
 * audit_discount_core.c
 *	  Operations through one incision (K7): from the second on they cost less.
 *
 * The full price of an operation is not in its line, which may carry the
 * reduced one already: it is the dearest price known of that code in that
 * institution.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_cap_core.h"

#define RATE_ONE	1000000

/* What an operation line costs, in yuan / 1000000 for one. */
typedef struct Priced
{
	WorkPlace	place;
	int64_t		own;
	int64_t		full;			/* the dearest of its code and institution */
	int64_t		rates;			/* what of full may be charged, all of its
								 * operations together */
	int64_t		excess;			/* fen */
	bool		is_first;		/* of its bucket: nothing is taken off */
	bool		is_attested;	/* another line tells the full price */
} Priced;

typedef struct Order
{
	const Audit *a;
	const Priced *all;
} Order;

/* ---- full prices ---- */

static int64_t
own_price(const WorkLine *line)
{
	/* fen are 10^4 and quantities 10^4 of the units of prices */
	MsWide		paid = (MsWide) line->amt * 100000000 / line->cnt;
	MsValue		told = line->in->pric;

	if (told.state == MS_READABLE && told.v > paid)
		paid = told.v;
	return paid > MS_MAX_PRICE ? MS_MAX_PRICE : (int64_t) paid;
}

static int
cmp_code(const Audit *a, const Priced *x, const Priced *y)
{
	const WorkLine *i = &a->lines[x->place.line];
	const WorkLine *j = &a->lines[y->place.line];

	if (i->code != j->code)
		return i->code < j->code ? -1 : 1;
	return (i->institution > j->institution) -
		(i->institution < j->institution);
}

/* By (code, institution), the dearest first. */
static int
cmp_prices(uint32_t i, uint32_t j, const void *ctx)
{
	const Order *order = ctx;
	const Priced *x = &order->all[i];
	const Priced *y = &order->all[j];
	int			diff = cmp_code(order->a, x, y);

	if (diff == 0)
		diff = (x->own < y->own) - (x->own > y->own);
	return diff != 0 ? diff : (i > j) - (i < j);
}

static void
find_full_prices(Audit *a, Priced *all, const uint32_t *by_price, uint32_t n)
{
	(void) a;
	for (uint32_t i = 0; i < n; i++)
	{
		Priced	   *p = &all[by_price[i]];

		if (i > 0 && cmp_code(a, &all[by_price[i - 1]], p) == 0)
			p->full = all[by_price[i - 1]].full;
		else
			p->full = p->own;
	}
}

/*
 * The full price is attested where a dearer line tells it, or one as dear
 * from which nothing was taken off.
 */
static void
attest(Audit *a, Priced *all, const uint32_t *by_price, uint32_t n)
{
	uint32_t	end;

	for (uint32_t i = 0; i < n; i = end)
	{
		bool		first_is_full = false;

		for (end = i; end < n && cmp_code(a, &all[by_price[i]],
										  &all[by_price[end]]) == 0; end++)
			first_is_full |= all[by_price[end]].is_first &&
				all[by_price[end]].own == all[by_price[end]].full;
		for (uint32_t j = i; j < end; j++)
		{
			Priced	   *p = &all[by_price[j]];

			ms_tick(&a->scratch);
			p->is_attested = p->own < p->full || first_is_full;
		}
	}
}

/* ---- order in a bucket ---- */

/* By full price, the dearest first, then as they stand. */
static int
cmp_full_prices(uint32_t i, uint32_t j, const void *ctx)
{
	const Priced *all = ctx;

	if (all[i].full != all[j].full)
		return all[i].full > all[j].full ? -1 : 1;
	return (i > j) - (i < j);
}

/* The rates of the operations from position at on, summed. */
static int64_t
rates_of(const Audit *a, int64_t at, int64_t operations)
{
	const int32_t *rates = a->entry.rates;
	int64_t		last = MS_MAX_RATES - 1;
	int64_t		sum = 0;

	while (last > 0 && rates[last] == 0)
		last--;
	for (; operations > 0 && at < last; operations--)
		sum += rates[at++];
	return sum + operations * rates[last];
}

/* A line of quantity 2 is two operations, one of 0.5 is one at half price. */
static int64_t
operations_of(const WorkLine *line)
{
	return (line->cnt + MS_QTY_ONE - 1) / MS_QTY_ONE;
}

static void
rank_bucket(Audit *a, Priced *all, uint32_t n)
{
	uint32_t   *idx = MS_NEW(&a->scratch, uint32_t, n);
	int64_t		at = 0;

	for (uint32_t i = 0; i < n; i++)
		idx[i] = i;
	ms_sort(&a->scratch, idx, n, cmp_full_prices, all);
	for (uint32_t i = 0; i < n; i++)
	{
		Priced	   *p = &all[idx[i]];
		const WorkLine *line = &a->lines[p->place.line];
		int64_t		operations = operations_of(line);
		MsWide		allowed;

		ms_tick(&a->scratch);
		p->is_first = at == 0;
		p->rates = rates_of(a, at, operations);
		at += operations;

		/* price and rate have 10^6 each, fen 10^2; half a fen is one */
		allowed = ((MsWide) p->full * p->rates + INT64_C(5000000000)) /
			INT64_C(10000000000);
		p->excess = line->amt > allowed ? (int64_t) (line->amt - allowed) : 0;
	}
}

static uint32_t
bucket_length(const Priced *all, uint32_t n)
{
	uint32_t	i = 1;

	while (i < n && ms_window_cmp(&all[0].place, &all[i].place) == 0)
		i++;
	return i;
}

/* ---- findings ---- */

static void
emit_bucket(Audit *a, const Priced *all, const WorkPlace *places, uint32_t n)
{
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;
	int64_t		charged = 0;
	int64_t		excess = 0;

	memset(&draft, 0, sizeof(draft));
	ms_window_describe(a, places, n, &draft);
	for (uint32_t i = 0; i < n; i++)
	{
		const Priced *p = &all[i];
		uint32_t	line = p->place.line;

		charged += a->lines[line].amt;
		excess += p->excess;
		if (p->excess == 0)
		{
			ms_cap_add(a, &draft.involved, line);
			continue;
		}
		ms_cap_add(a, &draft.violating, line);
		ms_cap_add_candidate(a, &draft, line, p->excess * 100,
							 a->lines[line].amt * 100);
		draft.suspect_only |= !p->is_attested;
	}
	if (excess > 0)
	{
		ms_cap_set_excess(a, &draft, charged * 100, (charged - excess) * 100);
		ms_money_emit(a, &draft);
	}
	ms_arena_release(&a->scratch, mark);
}

void
ms_discount_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	uint32_t	n_places;
	const WorkPlace *places;
	Priced	   *all;
	uint32_t   *by_price;
	Order		order;
	uint32_t	length;

	ms_window_start(a);
	places = ms_window_lines(a, touches, n, MS_ROLE_MAIN, NULL, 0, &n_places);
	all = MS_NEW(&a->scratch, Priced, n_places);
	by_price = MS_NEW(&a->scratch, uint32_t, n_places);
	for (uint32_t i = 0; i < n_places; i++)
	{
		all[i].place = places[i];
		all[i].own = own_price(&a->lines[places[i].line]);
		by_price[i] = i;
	}
	order.a = a;
	order.all = all;
	ms_sort(&a->scratch, by_price, n_places, cmp_prices, &order);
	find_full_prices(a, all, by_price, n_places);
	for (uint32_t i = 0; i < n_places; i += length)
	{
		length = bucket_length(all + i, n_places - i);
		rank_bucket(a, all + i, length);
	}
	attest(a, all, by_price, n_places);
	for (uint32_t i = 0; i < n_places; i += length)
	{
		length = bucket_length(all + i, n_places - i);
		emit_bucket(a, all + i, places + i, length);
	}
}
