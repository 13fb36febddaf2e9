/*-------------------------------------------------------------------------
 *
 * audit_fate_core.c
 *	  First phase: which lines live.
 *
 * Puts the lines into their total order, joins encounter and settlement,
 * tells the period, and gives every line that cannot be checked the first of
 * its reasons.  Where an id occurs twice among encounters or settlements, the
 * first row counts, void rows last, then by the whole row.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_work_core.h"

/* ---- total orders ---- */

static int
cmp_value(MsValue a, MsValue b)
{
	if (a.state != b.state)
		return a.state < b.state ? -1 : 1;
	if (a.state != MS_READABLE)
		return 0;
	return (a.v > b.v) - (a.v < b.v);
}

static int
cmp_strs(const MsStr *const a[], const MsStr *const b[], size_t n)
{
	int			diff = 0;

	for (size_t i = 0; i < n && diff == 0; i++)
		diff = ms_str_cmp(*a[i], *b[i]);
	return diff;
}

static int
cmp_rest(const MsClaims *claims, char what, uint32_t a, uint32_t b)
{
	if (claims->cmp_rest == NULL)
		return 0;
	return claims->cmp_rest(claims->cmp_ctx, what, a, b);
}

/*
 * What a line belongs to, found once for the lines that follow each other,
 * and what nearly always orders it.
 */
typedef struct LineKey
{
	int64_t		time;
	uint32_t	visit;			/* by id: odd where it is one of the
								 * encounters', even between them */
	uint8_t		state;			/* of time */
	int32_t		encounter;		/* as of WorkLine */
	int32_t		settlement;
	MsStr		code;			/* trimmed, and its hash for the memo */
	uint64_t	hash;
} LineKey;

typedef struct LineOrder
{
	const MsClaims *claims;
	const LineKey *keys;
} LineOrder;

static int
cmp_lines(uint32_t i, uint32_t j, const void *ctx)
{
	const LineOrder *order = ctx;
	const MsClaims *claims = order->claims;
	const LineKey *x = &order->keys[i];
	const LineKey *y = &order->keys[j];
	const MsLine *a = &claims->lines[i];
	const MsLine *b = &claims->lines[j];
	int			diff = 0;

	if (x->state != y->state)
		return x->state < y->state ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->visit != y->visit)
		return x->visit < y->visit ? -1 : 1;
	if ((x->visit & 1) == 0)
		diff = ms_str_cmp(a->mdtrt_id, b->mdtrt_id);
	if (diff == 0)
		diff = ms_str_cmp(a->feedetl_sn, b->feedetl_sn);
	if (diff == 0)
	{
		const MsStr *const as[] = {&a->setl_id, &a->init_feedetl_sn,
			&a->fixmedins_code, &a->med_list_codg, &a->med_type,
			&a->hosp_appr_flag, &a->rx_circ_flag, &a->rx_hosp_lv,
		&a->insu_admdvs, &a->vali_flag, &a->psn_no};
		const MsStr *const bs[] = {&b->setl_id, &b->init_feedetl_sn,
			&b->fixmedins_code, &b->med_list_codg, &b->med_type,
			&b->hosp_appr_flag, &b->rx_circ_flag, &b->rx_hosp_lv,
		&b->insu_admdvs, &b->vali_flag, &b->psn_no};

		diff = cmp_strs(as, bs, sizeof(as) / sizeof(as[0]));
	}
	if (diff == 0)
		diff = cmp_value(a->cnt, b->cnt);
	if (diff == 0)
		diff = cmp_value(a->pric, b->pric);
	if (diff == 0)
		diff = cmp_value(a->det_item_fee_sumamt, b->det_item_fee_sumamt);
	if (diff == 0)
		diff = cmp_value(a->fulamt_ownpay_amt, b->fulamt_ownpay_amt);
	if (diff == 0)
		diff = cmp_value(a->inscp_amt, b->inscp_amt);
	if (diff == 0)
		diff = cmp_value(a->reim_prop, b->reim_prop);
	return diff != 0 ? diff : cmp_rest(claims, 'l', i, j);
}

static int
cmp_encounters(uint32_t i, uint32_t j, const void *ctx)
{
	const MsClaims *claims = ctx;
	const MsEncounter *a = &claims->encounters[i];
	const MsEncounter *b = &claims->encounters[j];
	int			diff = ms_str_cmp(a->mdtrt_id, b->mdtrt_id);

	if (diff == 0)
		diff = ms_flag_is(a->vali_flag, '0') - ms_flag_is(b->vali_flag, '0');
	if (diff == 0)
	{
		const MsStr *const as[] = {&a->psn_no, &a->gend, &a->fixmedins_code,
			&a->hosp_lv, &a->medins_type, &a->fix_blng_admdvs,
		&a->insu_admdvs, &a->insutype, &a->med_type, &a->vali_flag};
		const MsStr *const bs[] = {&b->psn_no, &b->gend, &b->fixmedins_code,
			&b->hosp_lv, &b->medins_type, &b->fix_blng_admdvs,
		&b->insu_admdvs, &b->insutype, &b->med_type, &b->vali_flag};

		diff = cmp_strs(as, bs, sizeof(as) / sizeof(as[0]));
	}
	if (diff == 0)
		diff = cmp_value(a->brdy, b->brdy);
	if (diff == 0)
		diff = cmp_value(a->begntime, b->begntime);
	if (diff == 0)
		diff = cmp_value(a->endtime, b->endtime);
	return diff != 0 ? diff : cmp_rest(claims, 'e', i, j);
}

static int
cmp_settlements(uint32_t i, uint32_t j, const void *ctx)
{
	const MsClaims *claims = ctx;
	const MsSettlement *a = &claims->settlements[i];
	const MsSettlement *b = &claims->settlements[j];
	int			diff = ms_str_cmp(a->setl_id, b->setl_id);

	if (diff == 0)
		diff = ms_flag_is(a->vali_flag, '0') - ms_flag_is(b->vali_flag, '0');
	if (diff == 0)
	{
		const MsStr *const as[] = {&a->mdtrt_id, &a->init_setl_id,
			&a->refd_setl_flag, &a->mid_setl_flag, &a->vali_flag,
		&a->clr_way, &a->insutype, &a->med_type, &a->insu_admdvs};
		const MsStr *const bs[] = {&b->mdtrt_id, &b->init_setl_id,
			&b->refd_setl_flag, &b->mid_setl_flag, &b->vali_flag,
		&b->clr_way, &b->insutype, &b->med_type, &b->insu_admdvs};

		diff = cmp_strs(as, bs, sizeof(as) / sizeof(as[0]));
	}
	if (diff == 0)
		diff = cmp_value(a->setl_time, b->setl_time);
	for (int f = 0; f < MS_N_FUNDS && diff == 0; f++)
		diff = cmp_value(a->funds[f], b->funds[f]);
	return diff != 0 ? diff : cmp_rest(claims, 's', i, j);
}

static uint32_t *
ordered(Audit *a, uint32_t n, MsIndexCmp cmp, const void *ctx)
{
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, n);

	for (uint32_t i = 0; i < n; i++)
		idx[i] = i;
	ms_sort(&a->arena, idx, n, cmp, ctx);
	return idx;
}

/* ---- joins ---- */

/* The place of an id among the encounters, as LineKey.visit says it. */
static uint32_t
place_of_visit(const Audit *a, MsStr id)
{
	uint32_t	lo = 0;
	uint32_t	hi = a->claims->n_encounters;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		const MsEncounter *e = &a->claims->encounters[a->encounter_order[mid]];

		if (ms_str_cmp(e->mdtrt_id, id) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo * 2 + (lo < a->claims->n_encounters &&
					 ms_str_eq(a->claims->encounters[a->encounter_order[lo]].mdtrt_id, id));
}

static int32_t
encounter_at(const Audit *a, uint32_t visit, MsStr id)
{
	uint32_t	at;

	if (visit % 2 == 0 || ms_str_missing(id))
		return -1;
	at = a->encounter_order[visit / 2];
	return ms_flag_is(a->claims->encounters[at].vali_flag, '0') ? -1 :
		(int32_t) at;
}

/* ms_fate_encounter finds the encounter that an id stands for, else -1. */
int32_t
ms_fate_encounter(const Audit *a, MsStr id)
{
	return encounter_at(a, place_of_visit(a, id), id);
}

/* ms_fate_settlement finds the row that an id stands for, else -1. */
int32_t
ms_fate_settlement(const Audit *a, MsStr id)
{
	uint32_t	lo = 0;
	uint32_t	hi = a->claims->n_settlements;

	if (ms_str_missing(id))
		return -1;
	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		uint32_t	at = a->settlement_order[mid];

		if (ms_str_cmp(a->claims->settlements[at].setl_id, id) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == a->claims->n_settlements ||
		!ms_str_eq(a->claims->settlements[a->settlement_order[lo]].setl_id,
				   id))
		return -1;
	return (int32_t) a->settlement_order[lo];
}

/*
 * A settlement and the one that reverses it cancel as a whole.  Only the
 * reversal is known by its init_setl_id; the flag may stand on both.
 */
static void
cancel_settlements(Audit *a)
{
	for (uint32_t i = 0; i < a->claims->n_settlements; i++)
	{
		const MsSettlement *reversal = &a->claims->settlements[i];
		int32_t		original;
		int32_t		self;

		ms_tick(&a->arena);
		if (!ms_flag_is(reversal->refd_setl_flag, '1') ||
			ms_flag_is(reversal->vali_flag, '0') ||
			ms_str_eq(reversal->init_setl_id, reversal->setl_id))
			continue;
		original = ms_fate_settlement(a, reversal->init_setl_id);
		if (original < 0)
			continue;
		a->settlements[original].cancelled = true;

		/* of several rows of one id, lines know the first */
		self = ms_fate_settlement(a, reversal->setl_id);
		a->settlements[self < 0 ? (int32_t) i : self].cancelled = true;
	}
}

/* ---- one line ---- */

static MsSkip
skip_of_value(MsValue value, MsSkip missing, MsSkip unreadable)
{
	if (value.state == MS_READABLE)
		return MS_SKIP_NONE;
	return value.state == MS_MISSING ? missing : unreadable;
}

static MsSkip
skip_of_code(Audit *a, WorkLine *line, const LineKey *key)
{
	const MemoCode *code;

	if (ms_str_missing(key->code))
		return MS_SKIP_CODE_MISSING;
	code = ms_memo_code(&a->memo, key->code, key->hash);
	if (code == NULL)
		return MS_SKIP_CODE_UNREADABLE;
	line->code = code->number;
	line->item = code->item;
	return MS_SKIP_NONE;
}

/* The first reason of a line not to be checked, refunds apart. */
static MsSkip
skip_of(Audit *a, WorkLine *line, const LineKey *key)
{
	const MsLine *in = line->in;
	const WorkSettlement *settlement = line->settlement < 0 ? NULL :
	&a->settlements[line->settlement];
	MsSkip		skip;

	if (ms_flag_is(in->vali_flag, '0') ||
		(settlement != NULL && settlement->is_void))
		return MS_SKIP_VOID;
	if (ms_str_missing(in->psn_no))
		return MS_SKIP_PERSON_MISSING;
	if (line->encounter < 0)
		return MS_SKIP_ENCOUNTER_MISSING;
	if (ms_str_missing(in->feedetl_sn))
		return MS_SKIP_LINE_ID_MISSING;
	skip = skip_of_code(a, line, key);
	if (skip == MS_SKIP_NONE)
		skip = skip_of_value(in->fee_ocur_time, MS_SKIP_TIME_MISSING,
							 MS_SKIP_TIME_UNREADABLE);
	if (skip == MS_SKIP_NONE &&
		(line->day < MS_FIRST_DAY || line->day >= MS_LAST_DAY))
		skip = MS_SKIP_TIME_UNREADABLE;
	if (skip == MS_SKIP_NONE)
		skip = skip_of_value(in->cnt, MS_SKIP_QUANTITY_MISSING,
							 MS_SKIP_QUANTITY_UNREADABLE);
	if (skip == MS_SKIP_NONE && in->cnt.v == 0)
		skip = MS_SKIP_QUANTITY_UNREADABLE;
	if (skip == MS_SKIP_NONE)
		skip = skip_of_value(in->det_item_fee_sumamt, MS_SKIP_AMOUNT_MISSING,
							 MS_SKIP_AMOUNT_UNREADABLE);

	/* a charge of less than nothing: a refund has a negative quantity */
	if (skip == MS_SKIP_NONE && in->cnt.v > 0 && in->det_item_fee_sumamt.v < 0)
		skip = MS_SKIP_AMOUNT_UNREADABLE;
	if (skip == MS_SKIP_NONE && settlement != NULL && settlement->cancelled)
		skip = MS_SKIP_CANCELLED;
	return skip;
}

/* When a line counts: at its settlement, before that at the act. */
static MsValue
period_time(const Audit *a, const WorkLine *line)
{
	const MsSettlement *settlement = settlement_of(a, line);

	if (settlement != NULL && settlement->setl_time.state == MS_READABLE)
		return settlement->setl_time;
	return line->in->fee_ocur_time;
}

/* What has no time is of every period, so that none loses it. */
static bool
in_period(const Audit *a, MsValue t)
{
	if (t.state != MS_READABLE)
		return true;
	return (a->claims->period_from.state != MS_READABLE ||
			t.v >= a->claims->period_from.v) &&
		(a->claims->period_to.state != MS_READABLE ||
		 t.v < a->claims->period_to.v);
}

static bool
is_listed(const MsStr *list, uint32_t n, MsStr s)
{
	uint32_t	lo = 0;
	uint32_t	hi = n;

	if (list == NULL)
		return true;
	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		int			diff = ms_str_cmp(list[mid], s);

		if (diff == 0)
			return true;
		if (diff < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

static bool
in_campaign(const Audit *a, MsStr institution, MsStr med_type)
{
	const MsCampaign *c = a->claims->campaign;

	return c == NULL ||
		(is_listed(c->institutions, c->n_institutions, institution) &&
		 is_listed(c->med_types, c->n_med_types, med_type));
}

/* ms_fate_visit_in_period is for visits what in_period is for lines. */
bool
ms_fate_visit_in_period(const Audit *a, int32_t encounter)
{
	const MsEncounter *e = &a->claims->encounters[encounter];

	return in_period(a, e->begntime) &&
		in_campaign(a, e->fixmedins_code, e->med_type);
}

static bool
same_str(MsStr a, MsStr b)
{
	return a.s != NULL && b.s != NULL && a.len == b.len &&
		memcmp(a.s, b.s, a.len) == 0;
}

/* Lines mostly come visit by visit and bill by bill. */
static LineKey *
make_keys(Audit *a)
{
	const MsLine *lines = a->claims->lines;
	LineKey    *keys = MS_NEW(&a->arena, LineKey, a->n_lines);

	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		LineKey    *key = &keys[i];

		ms_tick(&a->arena);
		key->state = (uint8_t) lines[i].fee_ocur_time.state;
		if (lines[i].fee_ocur_time.state == MS_READABLE)
			key->time = lines[i].fee_ocur_time.v;
		if (i > 0 && same_str(lines[i].mdtrt_id, lines[i - 1].mdtrt_id))
		{
			key->visit = key[-1].visit;
			key->encounter = key[-1].encounter;
		}
		else
		{
			key->visit = place_of_visit(a, lines[i].mdtrt_id);
			key->encounter = encounter_at(a, key->visit, lines[i].mdtrt_id);
		}
		key->settlement =
			i > 0 && same_str(lines[i].setl_id, lines[i - 1].setl_id) ?
			key[-1].settlement : ms_fate_settlement(a, lines[i].setl_id);
		key->code = ms_str_trim(lines[i].med_list_codg);
		if (!ms_str_missing(key->code))
			key->hash = ms_memo_hint(&a->memo, key->code);
	}
	return keys;
}

static void
start_line(Audit *a, WorkLine *line, uint32_t src, const LineKey *key)
{
	const MsCampaign *campaign = a->claims->campaign;
	const MsLine *in = &a->claims->lines[src];

	line->in = in;
	line->src = src;
	line->first_refund = NOWHERE;
	line->encounter = key->encounter;
	line->settlement = key->settlement;
	line->time = in->fee_ocur_time.v;
	line->day = ms_day_of(line->time);
	line->has_clock = line->time != line->day * MS_USECS_PER_DAY;
	line->cnt = in->cnt.v;
	line->amt = in->det_item_fee_sumamt.v;
	line->inscp = in->inscp_amt;
	line->ownpay = in->fulamt_ownpay_amt;
	line->period_time = period_time(a, line);
	line->in_period =
		in_period(a, campaign != NULL && campaign->by_occurrence ?
				  in->fee_ocur_time : line->period_time) &&
		(campaign == NULL ||
		 in_campaign(a, institution_of(a, line), med_type_of(a, line)));
	line->skip = (uint8_t) skip_of(a, line, key);
}

/* ---- duplicates ---- */

/*
 * Whether no two living lines have one name, which a hash of the names tells
 * sooner than their order.
 */
static bool
has_no_duplicates(Audit *a)
{
	uint32_t	places = 16;
	uint32_t   *table;

	if (a->claims->in_full)
		return false;
	while (places < a->n_lines * 2)
		places *= 2;
	table = MS_NEW(&a->scratch, uint32_t, places);	/* lines, plus one */
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		const WorkLine *line = &a->lines[i];
		uint32_t	at;

		if (line->skip != MS_SKIP_NONE)
			continue;
		at = (uint32_t) ms_str_hash(line->in->feedetl_sn) + (uint32_t) line->encounter;
		for (; table[at &= places - 1] != 0; at++)
		{
			const WorkLine *other = &a->lines[table[at] - 1];

			if (other->encounter == line->encounter &&
				(other->cnt < 0) == (line->cnt < 0) &&
				ms_str_eq(other->in->feedetl_sn, line->in->feedetl_sn))
				return false;
		}
		table[at] = i + 1;
	}
	return true;
}

/* By (encounter, line id, charge or refund), then as they stand. */
static int
cmp_line_ids(uint32_t i, uint32_t j, const void *ctx)
{
	const WorkLine *lines = ctx;
	int			diff = ms_str_cmp(lines[i].in->mdtrt_id,
								  lines[j].in->mdtrt_id);

	if (diff == 0)
		diff = ms_str_cmp(lines[i].in->feedetl_sn, lines[j].in->feedetl_sn);
	return diff != 0 ? diff : (lines[i].cnt < 0) - (lines[j].cnt < 0);
}

/*
 * A line is known by (mdtrt_id, feedetl_sn): a second living row of that name
 * is the same charge uploaded again.  A refund may carry the name of what it
 * refunds.
 */
static void
skip_duplicates(Audit *a)
{
	uint32_t   *idx;
	uint32_t	n = 0;

	if (has_no_duplicates(a))
		return;
	idx = MS_NEW(&a->arena, uint32_t, a->n_lines);
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		if (a->lines[i].skip == MS_SKIP_NONE)
			idx[n++] = i;
	}
	ms_sort(&a->arena, idx, n, cmp_line_ids, a->lines);
	for (uint32_t i = 1; i < n; i++)
	{
		if (cmp_line_ids(idx[i - 1], idx[i], a->lines) == 0)
			a->lines[idx[i]].skip = MS_SKIP_DUPLICATE_LINE;
	}
}

/* All lines of a call must be of one person; a missing one is its own. */
static void
check_person(Audit *a)
{
	const MsEnv *env = a->arena.env;

	for (uint32_t i = 1; i < a->claims->n_lines; i++)
	{
		MsStr		first = a->claims->lines[0].psn_no;
		MsStr		other = a->claims->lines[i].psn_no;

		ms_tick(&a->arena);
		if (!ms_str_eq(first, other) &&
			!(ms_str_missing(first) && ms_str_missing(other)))
			env->fail(env->ctx, MS_FAIL_MIXED);
	}
}

void
ms_fate_lines(Audit *a)
{
	const MsClaims *claims = a->claims;
	LineOrder	by;
	uint32_t   *order;

	check_person(a);
	a->n_lines = claims->n_lines;
	a->lines = MS_NEW(&a->arena, WorkLine, a->n_lines);
	a->settlements = MS_NEW(&a->arena, WorkSettlement, claims->n_settlements);
	a->encounter_order = ordered(a, claims->n_encounters, cmp_encounters, claims);
	a->settlement_order = ordered(a, claims->n_settlements, cmp_settlements,
								  claims);
	a->encounter_rank = MS_NEW(&a->arena, uint32_t, claims->n_encounters);
	for (uint32_t i = 0; i < claims->n_encounters; i++)
		a->encounter_rank[a->encounter_order[i]] = i;
	for (uint32_t i = 0; i < claims->n_settlements; i++)
		a->settlements[i].is_void =
			ms_flag_is(claims->settlements[i].vali_flag, '0');
	cancel_settlements(a);
	by.claims = claims;
	by.keys = make_keys(a);
	for (uint32_t i = 0; i < a->n_lines; i++)
		ms_memo_hint_again(&a->memo, by.keys[i].hash);
	order = ordered(a, a->n_lines, cmp_lines, &by);
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		ms_tick(&a->arena);
		start_line(a, &a->lines[i], order[i], &by.keys[order[i]]);
	}
	skip_duplicates(a);
	ms_fate_refunds(a);
}
