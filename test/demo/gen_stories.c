/*
 * gen_stories.c
 *	  Ordinary patients of the demo warehouse: visits, stays, purchases and
 *	  emergencies that break no published rule, though a good half of their
 *	  lines is bound by one.
 */
#include <string.h>

#include "gen_stories.h"

static const struct
{
	const char *code;
	const char *name;
}			operations[] = {
	{"51.2300", "腹腔镜下胆囊切除术"}, {"47.0100", "腹腔镜下阑尾切除术"},
	{"36.0700", "药物洗脱冠状动脉支架置入"}
};

/* What this patient has had so far, as far as limits care. */
typedef struct Memory
{
	bool		course;			/* a drug with a paid course */
	int			cycle_day;		/* last day of an item with a cycle */
} Memory;

static int64_t
office_hour(GenPatient *p, int day)
{
	return at(day, rng_between(&p->rng, 8, 16), rng_below(&p->rng, 60),
			  rng_below(&p->rng, 60));
}

static int
age_on(const GenPatient *p, int64_t time)
{
	return (int) ((day_part(time) - p->birth) * 400 / 146097);
}

/*
 * add_filler
 *		Neutral lines beside the ones a story is about, so that the shares of
 *		a settlement are no round numbers.
 */
void
add_filler(GenPatient *p, int enc, int n)
{
	const GenEnc *e = &p->enc[enc];
	int64_t		t = e->begin + 120;
	bool		pharmacy = e->inst >= n_hospital;

	for (int i = 0; i < n; i++)
	{
		bool		drug = pharmacy || rng_chance(&p->rng, 500);

		t += rng_between(&p->rng, 20, 300);
		if (drug)
			add_line(p, enc, neutral_drug(rng_zipf(&p->rng, n_neutral_drug)),
					 t, QTY(rng_between(&p->rng, 1, 3)));
		else
			add_line(p, enc,
					 neutral_service(rng_zipf(&p->rng, n_neutral_service)),
					 t, QTY(1));
	}
}

/*
 * bound_drug
 *		A drug some rule binds, which this person may have in this setting.
 */
static const GenItem *
bound_drug(GenPatient *p, int enc)
{
	const GenEnc *e = &p->enc[enc];
	int			level = institution(e->inst).level_class;
	int			dice = rng_below(&p->rng, 100);

	if (age_on(p, e->begin) < 12 && dice < 60)
		return pool_pick(POOL_CHILD, &p->rng);
	if (e->inpatient && dice < 25)
		return pool_pick(POOL_INPATIENT, &p->rng);
	if (level >= 2 && dice < 70)
		return pool_pick(POOL_LEVEL2, &p->rng);
	return pool_pick(p->female ? POOL_FEMALE : POOL_MALE, &p->rng);
}

static const GenItem *
any_drug(GenPatient *p, int enc, int bound_per_mille)
{
	if (rng_chance(&p->rng, bound_per_mille))
		return bound_drug(p, enc);
	return neutral_drug(rng_zipf(&p->rng, n_neutral_drug));
}

/*
 * maybe_refund
 *		Now and then part of a visit's drugs comes back.
 */
static void
maybe_refund(GenPatient *p, int enc, int first_line, int64_t time)
{
	for (int i = first_line; i < p->n_line; i++)
	{
		GenLine    *l = &p->line[i];

		if (l->cnt <= 0 || l->dirt != DIRT_NONE || l->enc != enc ||
			l->item->kind == 'S' || !rng_chance(&p->rng, 12))
			continue;
		if (l->cnt > QTY(1) && rng_chance(&p->rng, 500))
			add_refund(p, i, QTY(1), rng_chance(&p->rng, 500), time);
		else
			add_refund(p, i, l->cnt, true, time);
		return;
	}
}

/*
 * maybe_dirt
 *		Spoils a cell here and there.  Lines that a refund names stay clean.
 */
static void
maybe_dirt(GenPatient *p, int first_line)
{
	for (int i = first_line; i < p->n_line; i++)
	{
		bool		touched = p->line[i].cnt < 0;

		if (!rng_chance(&p->rng, 4))
			continue;
		for (int k = first_line; k < p->n_line && !touched; k++)
			touched = p->line[k].cnt < 0 &&
				p->line[k].item == p->line[i].item;
		if (!touched)
			p->line[i].dirt = (GenDirt) (1 + rng_below(&p->rng,
													   DIRT_COUNT - 1));
	}
	if (p->line[first_line].item->kind == 'S' &&
		p->line[first_line].setl == NONE && rng_chance(&p->rng, 3))
		p->line[first_line].is_void = true;
}

/*
 * close_visit
 *		Settles a visit that ends the same day; some bills are cancelled, and
 *		most of those settled again.
 */
static void
close_visit(GenPatient *p, int enc, int first_line, GenPayMode mode)
{
	int64_t		last = p->enc[enc].begin;
	int			setl;

	for (int i = first_line; i < p->n_line; i++)
		if (p->line[i].time > last)
			last = p->line[i].time;
	maybe_refund(p, enc, first_line, last + 60);
	p->enc[enc].end = last;
	if (p->line[p->n_line - 1].cnt > 0 && rng_chance(&p->rng, 15))
	{
		setl = settle(p, enc, last + 600, mode);
		cancel_setl(p, setl, last + 1200);
		if (rng_chance(&p->rng, 700))
			resettle(p, setl, last + 1800);
		return;
	}
	maybe_dirt(p, first_line);
	setl = settle(p, enc, last + 600, mode);
	p->setl[setl].clock_only = rng_chance(&p->rng, 4);
	p->enc[enc].begin_date_only = rng_chance(&p->rng, 20);
	p->enc[enc].lv_short = rng_chance(&p->rng, 30);
	p->enc[enc].no_diag = rng_chance(&p->rng, 20);
	/* an empty visit is lost now and then */
	p->enc[enc].no_row = rng_chance(&p->rng, 2);
}

static int
visit_hospital(GenPatient *p)
{
	int			inst;

	if (rng_chance(&p->rng, 700))
		return p->home;
	do
	{
		inst = rng_zipf(&p->rng, n_hospital);
	} while (inst >= INST_EYE_SECONDARY && inst < HOSPITAL_FIXED);
	return inst;
}

static void
outpatient(GenPatient *p, Memory *memory, int day, bool chronic)
{
	int			first = p->n_line;
	int			enc = add_visit(p, visit_hospital(p),
								chronic ? "140104" : "11",
								office_hour(p, day));
	int64_t		t = p->enc[enc].begin;
	int			n_drug = rng_between(&p->rng, 1, 3);

	add_line(p, enc, neutral_service(0), t, QTY(1));
	if (rng_chance(&p->rng, 350))
		add_filler(p, enc, rng_between(&p->rng, 1, 3));
	if (chronic && day - memory->cycle_day >= 16 && rng_chance(&p->rng, 500))
	{
		add_line(p, enc, bound_item(rng_chance(&p->rng, 700) ?
									IT_CYCLE15_ITEM : IT_CYCLE7_ITEM),
				 t + 900, QTY(1));
		memory->cycle_day = day;
	}
	for (int i = 0; i < n_drug; i++)
		add_line(p, enc, any_drug(p, enc, 820), t + 1500 + i * 60,
				 QTY(rng_between(&p->rng, 1, chronic ? 4 : 2)));
	/* the same drug again, an hour later */
	if (rng_chance(&p->rng, 40))
		add_line(p, enc, p->line[p->n_line - 1].item, t + 5100, QTY(1));
	close_visit(p, enc, first, MODE_FUND);
}

static void
purchase(GenPatient *p, int day)
{
	int			first = p->n_line;
	int			enc = add_visit(p, pharmacy_no(rng_zipf(&p->rng, n_pharmacy)),
								"41", at(day, rng_between(&p->rng, 8, 20),
										 rng_below(&p->rng, 60), 0));
	int			n = rng_between(&p->rng, 1, 3);

	for (int i = 0; i < n; i++)
		add_line(p, enc, any_drug(p, enc, 750), p->enc[enc].begin + i * 30,
				 QTY(rng_between(&p->rng, 1, 3)));
	close_visit(p, enc, first, rng_chance(&p->rng, 150) ? MODE_FAMILY :
				rng_chance(&p->rng, 800) ? MODE_ACCOUNT : MODE_CASH);
}

static void
emergency(GenPatient *p, int day)
{
	int			first = p->n_line;
	int			enc = add_visit(p, visit_hospital(p), "13",
								at(day, rng_below(&p->rng, 24),
								   rng_below(&p->rng, 60), 15));
	int64_t		t = p->enc[enc].begin;

	add_line(p, enc, bound_item(IT_PAIR_DAY_SUB), t, QTY(1));
	if (rng_chance(&p->rng, 300))
		add_line(p, enc, bound_item(IT_DAILY_OBSERVATION), t + 300, QTY(1));
	if (rng_chance(&p->rng, 100))
		add_line(p, enc, bound_item(IT_EMERGENCY_DRUG), t + 600, QTY(1));
	add_filler(p, enc, rng_between(&p->rng, 1, 4));
	add_line(p, enc, any_drug(p, enc, 600), t + 1500, QTY(1));
	close_visit(p, enc, first, MODE_FUND);
}

/*
 * stay_day
 *		The lines of one day in hospital.
 */
static void
stay_day(GenPatient *p, int enc, int day, int offset, const GenItem *drug,
		 const GenItem *course)
{
	add_line(p, enc, bound_item(IT_DAILY_VISIT_FEE), at(day, 23, 30, 1),
			 QTY(1));
	add_line(p, enc, bound_item(IT_DAILY_BED), at(day, 23, 30, 2), QTY(1));
	add_line(p, enc, bound_item(IT_DAILY_NURSING), at(day, 23, 30, 3),
			 QTY(1));
	add_line(p, enc, neutral_drug(5), at(day, 11, 20, 5), QTY(2));
	add_line(p, enc, drug, at(day, 11, 30, 0),
			 QTY(1 + (int) (p->no % 2)));
	if (course != NULL && offset < 6)
		add_line(p, enc, course, at(day, 11, 40, 0), QTY(2));
	if (offset == 0)
		for (int i = 0; i < 6; i++)
			add_line(p, enc, neutral_service(1 + rng_below(&p->rng,
														   n_neutral_service - 1)),
					 at(day, 12, i * 7, 30), QTY(1));
	if (offset == 0 && p->no % 3 == 0)
		add_line(p, enc, bound_item(IT_PAIR_HOUR_SUB), at(day, 12, 0, 0),
				 QTY(rng_between(&p->rng, 2, 11)));
	else if (p->no % 3 == 0 && rng_chance(&p->rng, 300))
		add_line(p, enc, bound_item(IT_PAIR_HOUR_SUB), at(day, 0, 30, 0),
				 QTY(rng_between(&p->rng, 6, 23)));
	if (rng_chance(&p->rng, 250))
		add_line(p, enc, any_drug(p, enc, 800), at(day, 16, 10, 0), QTY(1));
}

static void
hospital_stay(GenPatient *p, Memory *memory, int day, int longest, bool last)
{
	int			days = 2 + rng_zipf(&p->rng, 14) + rng_below(&p->rng, 4);
	int			first = p->n_line;
	int			inst;
	int			enc;
	bool		open;
	const GenItem *course = NULL;
	const GenItem *drug;
	int64_t		end;

	do
	{
		inst = visit_hospital(p);
	} while (institution(inst).level_class == 0);
	if (days > longest)
		days = longest;
	open = last && day > LAST_DAY - 45 && rng_chance(&p->rng, 12);
	end = at(day + days, 9, 30, 0);
	if (open || day_part(end) > LAST_DAY)
		end = at(LAST_DAY, 23, 0, 0);
	days = (int) day_part(end) - day;
	enc = add_stay(p, inst, rng_chance(&p->rng, 60) ? "24" : "21",
				   at(day, 10, rng_below(&p->rng, 60), 0), end);
	p->enc[enc].open = open;
	drug = any_drug(p, enc, 850);
	if (!memory->course && institution(inst).level_class >= 2 &&
		age_on(p, end) > 55 && rng_chance(&p->rng, 300))
	{
		course = bound_item(rng_chance(&p->rng, 500) ? IT_COURSE14_DRUG :
							IT_COURSE14_DRUG_B);
		memory->course = true;
	}
	for (int i = 0; i < days; i++)
	{
		stay_day(p, enc, day + i, i, drug, course);
		if (i == days / 2 && days > 10 && p->no % 3 == 1)
			settle_mid(p, enc, at(day + i, 23, 59, 0));
	}
	if (!open && institution(inst).level_class >= 2 &&
		rng_chance(&p->rng, 150))
	{
		int			which = rng_below(&p->rng, 3);

		p->enc[enc].oprn = operations[which].code;
		p->enc[enc].oprn_name = operations[which].name;
	}
	p->enc[enc].lv_short = rng_chance(&p->rng, 30);
	if (open)
		return;
	maybe_refund(p, enc, first, at((int) day_part(end), 9, 0, 0));
	maybe_dirt(p, first);
	settle(p, enc, end + 3600, MODE_FUND);
}

/*
 * story_ordinary
 *		Eight months of a patient: each visit has its own slot of time, so
 *		that no two of them touch.
 */
void
story_ordinary(GenPatient *p)
{
	Memory		memory = {false, 0};
	int			n = 2 + rng_below(&p->rng, 8);
	int			span = LAST_DAY - FIRST_DAY - 1;
	int			age = age_on(p, at(FIRST_DAY, 0, 0, 0));

	for (int i = 0; i < n; i++)
	{
		int			slot = FIRST_DAY + span * i / n;
		int			width = span / n;
		int			day = slot + rng_below(&p->rng, width / 3 + 1);
		int			dice = rng_below(&p->rng, 100);

		if (dice < (age > 60 ? 20 : 11))
			hospital_stay(p, &memory, day, width * 2 / 3 - 2, i == n - 1);
		else if (dice < 27)
			emergency(p, day);
		else if (dice < 40)
			purchase(p, day);
		else
			outpatient(p, &memory, day, age > 45 && dice < 60);
	}
}

/*
 * story_neutral_visits
 *		Visits that no rule looks at, in the months before a planted case.
 */
void
story_neutral_visits(GenPatient *p, int n, int from_day)
{
	for (int i = 0; i < n; i++)
	{
		int			enc = add_visit(p, p->home, "11",
									office_hour(p, from_day + i * 9));

		add_line(p, enc, neutral_service(0), p->enc[enc].begin, QTY(1));
		add_filler(p, enc, rng_between(&p->rng, 2, 5));
		p->enc[enc].end = p->enc[enc].begin + 1800;
		settle(p, enc, p->enc[enc].begin + 3600, MODE_FUND);
	}
}
