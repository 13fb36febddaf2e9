/*
 * gen_patient.c
 *	  Builds one patient: visits, fee lines, refunds and settlements whose
 *	  money adds up.
 */
#include <string.h>

#include "gen_patient.h"

/*
 * patient_start
 *		An empty patient with the person's own facts; no depends only on the
 *		seed and the number, so any patient can be made again alone.
 */
void
patient_start(GenPatient *p, uint64_t seed, int64_t no)
{
	int			age;
	int			day = day_of(2026, 3, 1);

	p->no = no;
	p->rng.state = gen_mix(seed, (uint64_t) no);
	p->n_enc = p->n_setl = p->n_line = p->n_expect = 0;
	p->female = rng_chance(&p->rng, 510);
	/* two thirds of the care goes to the second half of life */
	age = rng_chance(&p->rng, 660) ? rng_between(&p->rng, 45, 90) :
		rng_between(&p->rng, 0, 44);
	p->birth = years_before(day, age) - rng_below(&p->rng, 365) - 1;
	p->gend = NULL;
	p->brdy = NULL;
	p->brdy_missing = false;
	p->insutype = age >= 20 && rng_chance(&p->rng, 600) ? "310" : "390";
	p->case_name = NULL;
	p->case_copy = 0;
	p->away = rng_chance(&p->rng, 40);
	p->servant = rng_chance(&p->rng, 60);
	p->aided = rng_chance(&p->rng, 25);
	p->gathering = NULL;
	p->village = p->house = NONE;
	do
	{
		p->home = rng_zipf(&p->rng, n_hospital);
	} while (p->home >= INST_EYE_SECONDARY && p->home < HOSPITAL_FIXED);
}

static int
add_enc(GenPatient *p, int inst, const char *med_type, int64_t begin,
		int64_t end, bool inpatient)
{
	GenEnc	   *e;

	p->enc = gen_grow(p->enc, &p->cap_enc, p->n_enc + 1, sizeof(GenEnc));
	e = &p->enc[p->n_enc];
	memset(e, 0, sizeof(*e));
	e->inst = inst;
	e->med_type = med_type;
	e->begin = begin;
	e->end = end;
	e->inpatient = inpatient;
	e->dept = rng_below(&p->rng, 8);
	e->doctor = rng_below(&p->rng, 12);
	e->diag = rng_below(&p->rng, 12);
	e->n_diag = 1 + rng_below(&p->rng, 3);
	return p->n_enc++;
}

int
add_visit(GenPatient *p, int inst, const char *med_type, int64_t time)
{
	return add_enc(p, inst, med_type, time, time, false);
}

int
add_stay(GenPatient *p, int inst, const char *med_type, int64_t begin,
		 int64_t end)
{
	return add_enc(p, inst, med_type, begin, end, true);
}

/*
 * add_line_at_price
 *		One fee line.  Class 丙 items are paid by the patient alone; of the
 *		others the patient pays the item's first share.
 */
int
add_line_at_price(GenPatient *p, int enc, const GenItem *item, int64_t time,
				  int64_t cnt, int64_t pric)
{
	GenLine    *l;

	p->line = gen_grow(p->line, &p->cap_line, p->n_line + 1, sizeof(GenLine));
	l = &p->line[p->n_line];
	memset(l, 0, sizeof(*l));
	l->enc = enc;
	l->setl = NONE;
	l->init = NONE;
	l->item = item;
	l->time = time;
	l->cnt = cnt;
	l->pric = pric;
	l->amt = mul_div(cnt, pric, INT64_C(100000000));
	l->own = item->level == 3 ? l->amt : 0;
	l->first = mul_div(l->amt - l->own, item->first_share, 1000);
	l->inscp = l->amt - l->own - l->first;
	l->appr = '0';
	if (institution(p->enc[enc].inst).line_prop && l->own == 0)
		l->reim_prop = p->enc[enc].inpatient ? 8000 : 6500;
	return p->n_line++;
}

int
add_line(GenPatient *p, int enc, const GenItem *item, int64_t time,
		 int64_t cnt)
{
	return add_line_at_price(p, enc, item, time, cnt,
							 item_price(item, p->enc[enc].inst));
}

/*
 * own_paid
 *		Turns a line into one the patient pays alone.
 */
void
own_paid(GenPatient *p, int line)
{
	GenLine    *l = &p->line[line];

	l->own = l->amt;
	l->first = 0;
	l->inscp = 0;
	l->reim_prop = 0;
}

/*
 * add_refund
 *		A negative line for cnt units of another one; its amounts are those
 *		units' part of that line's.
 */
int
add_refund(GenPatient *p, int line, int64_t cnt, bool named, int64_t time)
{
	int			no = add_line_at_price(p, p->line[line].enc,
									   p->line[line].item, time, -cnt,
									   p->line[line].pric);
	GenLine    *l = &p->line[no];
	const GenLine *to = &p->line[line];

	if (cnt == to->cnt)
	{
		l->amt = -to->amt;
		l->own = -to->own;
		l->inscp = -to->inscp;
	}
	else
	{
		l->amt = -mul_div(to->amt, cnt, to->cnt);
		l->own = -mul_div(to->own, cnt, to->cnt);
		l->inscp = -mul_div(to->inscp, cnt, to->cnt);
	}
	l->first = l->amt - l->own - l->inscp;
	l->reim_prop = to->reim_prop;
	l->appr = to->appr;
	l->init = named ? line : NONE;
	return no;
}

/*
 * share_out
 *		Who pays a settlement: deductible, pooled funds by insurance and
 *		setting, then the account, then cash.  All add up to the total.
 */
static void
share_out(GenPatient *p, GenSetl *s)
{
	bool		employee = strcmp(p->insutype, "310") == 0;
	bool		inpatient = p->enc[s->enc].inpatient;
	int64_t		base;
	int64_t		left = s->inscp;
	int64_t		pooled = 0;

	memset(s->pay, 0, sizeof(s->pay));
	s->dedc = 0;
	if (s->mode == MODE_FUND && s->inscp > 0)
	{
		s->dedc = inpatient ? (employee ? 30000 : 50000) : 500;
		if (s->dedc > s->inscp / 3)
			s->dedc = s->inscp / 3;
		base = s->inscp - s->dedc;
		s->pay[PAY_HIFP] = mul_div(base, inpatient ? (employee ? 85 : 70) :
								   (employee ? 60 : 50), 100);
		left = base - s->pay[PAY_HIFP];
		if (inpatient && base > 1000000)
		{
			GenPay		extra = employee ? PAY_HIFOB : PAY_HIFMI;

			s->pay[extra] = mul_div(left, 55, 100);
			left -= s->pay[extra];
		}
		if (employee && p->servant)
		{
			s->pay[PAY_CVLSERV] = mul_div(left, 30, 100);
			left -= s->pay[PAY_CVLSERV];
		}
		if (!employee && p->aided)
			s->pay[PAY_MAF] = mul_div(left, 50, 100);
		for (int i = 0; i < PAY_POOLED; i++)
			pooled += s->pay[i];
	}
	s->cash = s->total - pooled;
	if (s->inscp <= 0)
		return;
	if (s->mode == MODE_FAMILY)
		s->pay[PAY_MULAID] = s->inscp;
	else if (s->mode == MODE_ACCOUNT)
		s->pay[PAY_ACCT] = s->inscp;
	else if (s->mode == MODE_FUND && employee)
		s->pay[PAY_ACCT] = mul_div(s->inscp - pooled,
								   (p->no * 37 + s->enc * 11) % 101, 100);
	s->cash -= s->pay[PAY_ACCT] + s->pay[PAY_MULAID];
}

static GenSetl *
new_setl(GenPatient *p, int enc, int64_t time)
{
	GenSetl    *s;

	p->setl = gen_grow(p->setl, &p->cap_setl, p->n_setl + 1, sizeof(GenSetl));
	s = &p->setl[p->n_setl++];
	memset(s, 0, sizeof(*s));
	s->enc = enc;
	s->init = NONE;
	s->time = time;
	s->clr_way = p->enc[enc].inpatient ?
		institution(p->enc[enc].inst).clr_way : "1";
	return s;
}

/*
 * settle
 *		Settles all lines of a visit that are not settled yet and lie before
 *		the time of settlement.
 */
int
settle(GenPatient *p, int enc, int64_t time, GenPayMode mode)
{
	GenSetl    *s = new_setl(p, enc, time);

	s->mode = mode;
	for (int i = 0; i < p->n_line; i++)
	{
		GenLine    *l = &p->line[i];

		if (l->enc != enc || l->setl != NONE || l->time > time)
			continue;
		l->setl = p->n_setl - 1;
		if (l->is_void)
			continue;
		s->total += l->amt;
		s->own += l->own;
		s->first += l->first;
		s->inscp += l->inscp;
	}
	share_out(p, s);
	return p->n_setl - 1;
}

/*
 * settle_mid
 *		An interim settlement of a stay that goes on.
 */
int
settle_mid(GenPatient *p, int enc, int64_t time)
{
	int			no = settle(p, enc, time, MODE_FUND);

	p->setl[no].mid = true;
	return no;
}

/*
 * cancel_setl
 *		Reverses a whole settlement: a second one names it, with every amount
 *		and every line negated.
 */
int
cancel_setl(GenPatient *p, int setl, int64_t time)
{
	GenSetl    *r = new_setl(p, p->setl[setl].enc, time);
	GenSetl    *s = &p->setl[setl];
	int			no = p->n_setl - 1;
	int			n = p->n_line;

	r->init = setl;
	r->refd = true;
	r->clr_way = s->clr_way;
	r->mode = s->mode;
	s->refd = p->no % 2 == 0;	/* some exports mark both halves */
	r->total = -s->total;
	r->own = -s->own;
	r->first = -s->first;
	r->inscp = -s->inscp;
	r->cash = -s->cash;
	for (int i = 0; i < PAY_COUNT; i++)
		r->pay[i] = -s->pay[i];
	for (int i = 0; i < n; i++)
	{
		int			back;

		if (p->line[i].setl != setl)
			continue;
		back = add_refund(p, i, p->line[i].cnt, true, p->line[i].time);
		p->line[back].setl = no;
	}
	return no;
}

/*
 * resettle
 *		Sends the lines of a cancelled settlement again and settles them; the
 *		copy of its first line is returned.
 */
int
resettle(GenPatient *p, int setl, int64_t time)
{
	int			n = p->n_line;
	int			first = NONE;

	for (int i = 0; i < n; i++)
	{
		int			copy;

		if (p->line[i].setl != setl)
			continue;
		copy = add_line_at_price(p, p->line[i].enc, p->line[i].item,
								 p->line[i].time, p->line[i].cnt,
								 p->line[i].pric);
		p->line[copy].amt = p->line[i].amt;
		p->line[copy].own = p->line[i].own;
		p->line[copy].first = p->line[i].first;
		p->line[copy].inscp = p->line[i].inscp;
		p->line[copy].reim_prop = p->line[i].reim_prop;
		if (first == NONE)
			first = copy;
	}
	settle(p, p->setl[setl].enc, time, p->setl[setl].mode);
	return first;
}
