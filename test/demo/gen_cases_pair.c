/*
 * gen_cases_pair.c
 *	  Planted cases of duplicate charging: pairs that exclude each other within
 *	  an hour, six hours, a day, or a visit.  These are charging rules: who
 *	  paid does not matter, though it decides what the fund lost.
 */
#include <string.h>

#include "gen_cases.h"

#define RULE_PAIR 25
#define LENGTH(a) ((int) (sizeof(a) / sizeof((a)[0])))

typedef enum DayKind
{
	DAY_BASIC,
	DAY_SUB_MORE,
	DAY_CHEAPEST,
	DAY_TWO_VISITS,
	DAY_OWN,
	DAY_GROUP,
	DAY_UNSETTLED,
	DAY_RESETTLED,
	DAY_SUB_PART_REFUND,
	/* near misses */
	DAY_NEXT_DAY,
	DAY_OTHER_PLACE,
	DAY_SUB_REFUNDED,
	DAY_MAIN_REFUNDED,
	DAY_CANCELLED,
	DAY_SUB_VOID,
	DAY_ALONE,
	DAY_COUNT
} DayKind;

static const char *const day_names[DAY_COUNT] = {
	"basic", "sub_more", "cheapest", "two_visits", "own_paid", "group_paid",
	"unsettled", "resettled", "partly_refunded", "boundary_day",
	"other_institution", "refunded", "main_refunded", "cancelled", "void",
	"alone"
};

static int
sub_at(GenPatient *p, int enc, int64_t time, int64_t cnt)
{
	return add_line(p, enc, bound_item(IT_PAIR_DAY_SUB), time, cnt);
}

/*
 * day_violation
 *		Main and sub item on one day in one institution.
 */
static void
day_violation(GenPatient *p, int kind, int inst, int day)
{
	bool		stay = kind == DAY_GROUP || kind == DAY_UNSETTLED;
	int			enc = stay ? case_stay(p, inst, day, 2) :
	case_visit(p, inst, "13", at(day, 10, 0, 0));
	int			main = add_line(p, enc, bound_item(IT_PAIR_DAY_MAIN),
								at(day, 13, 0, 0), QTY(1));
	int			sub;
	int			other = NONE;
	int			setl = NONE;
	GenExpect  *x;

	if (kind == DAY_TWO_VISITS)
	{
		finish_visit(p, enc);
		enc = case_visit(p, inst, "13", at(day, 19, 0, 0));
		sub = sub_at(p, enc, at(day, 20, 0, 0), QTY(1));
	}
	else
		sub = sub_at(p, enc, at(day, 12, 30, 0),
					 QTY(kind == DAY_SUB_MORE ? 2 :
						 kind == DAY_SUB_PART_REFUND ? 3 : 1));
	if (kind == DAY_SUB_PART_REFUND)
		add_refund(p, sub, QTY(1), true, at(day, 14, 0, 0));
	if (kind == DAY_CHEAPEST)
		other = add_line_at_price(p, enc, bound_item(IT_PAIR_DAY_SUB),
								  at(day, 13, 30, 0), QTY(1), 11300000);
	if (kind == DAY_OWN)
		own_paid(p, sub);
	if (kind == DAY_UNSETTLED)
		p->enc[enc].open = true;
	else
		setl = stay ? finish_stay(p, enc) : finish_visit(p, enc);
	if (kind == DAY_GROUP)
		grouped(p, setl);
	if (kind == DAY_RESETTLED)
	{
		int			first = 0;
		int			copy;

		while (p->line[first].setl != setl)
			first++;
		cancel_setl(p, setl, p->setl[setl].time + 900);
		copy = resettle(p, setl, p->setl[setl].time + 1800);
		main = copy + main - first;
		sub = copy + sub - first;
	}
	(void) main;
	x = expect_violation(p, RULE_PAIR, day_names[kind], "day", QTY(1), sub);
	expect_add(x, sub, 0);
	if (other != NONE)
		expect_add(x, other, 0);
}

static void
day_near_miss(GenPatient *p, int kind, int inst, int day)
{
	int			enc = case_visit(p, inst, "13", at(day, 10, 0, 0));
	int			main = NONE;
	int			sub;
	int			setl;

	if (kind != DAY_ALONE)
		main = add_line(p, enc, bound_item(IT_PAIR_DAY_MAIN),
						at(day, 13, 0, 0), QTY(1));
	if (kind == DAY_NEXT_DAY || kind == DAY_OTHER_PLACE)
	{
		finish_visit(p, enc);
		if (kind == DAY_OTHER_PLACE)
			enc = case_visit(p, other_hospital(p, inst), "13",
							 at(day, 19, 0, 0));
		else
			enc = case_visit(p, inst, "13", at(day + 1, 0, 0, 30));
		sub = sub_at(p, enc, p->enc[enc].begin + 5, QTY(1));
		finish_visit(p, enc);
		expect_near_miss(p, RULE_PAIR, day_names[kind], sub);
		return;
	}
	sub = sub_at(p, enc, at(day, 12, 30, 0), QTY(1));
	if (kind == DAY_SUB_REFUNDED)
		add_refund(p, sub, QTY(1), p->case_copy % 2 == 0, at(day, 15, 0, 0));
	if (kind == DAY_MAIN_REFUNDED)
		add_refund(p, main, QTY(1), p->case_copy % 2 == 0, at(day, 15, 0, 0));
	if (kind == DAY_SUB_VOID)
		p->line[sub].is_void = true;
	setl = finish_visit(p, enc);
	if (kind == DAY_CANCELLED)
	{
		/* the bill is written again without the contained item */
		cancel_setl(p, setl, at(day, 16, 0, 0));
		add_line(p, enc, bound_item(IT_PAIR_DAY_MAIN), at(day, 13, 0, 0),
				 QTY(1));
		settle(p, enc, at(day, 17, 0, 0), MODE_FUND);
	}
	expect_near_miss(p, RULE_PAIR, day_names[kind], sub);
}

static void
story_day(GenPatient *p, int what, int kind)
{
	(void) what;
	if (kind < DAY_NEXT_DAY)
		day_violation(p, kind, some_hospital(p, 1, 3), case_day(p));
	else
		day_near_miss(p, kind, some_hospital(p, 1, 3), case_day(p));
}

typedef enum VisitKind
{
	VISIT_BASIC,
	VISIT_INTERIM,
	VISIT_GROUP,
	VISIT_OWN,
	VISIT_TWO_STAYS,
	VISIT_REFUNDED,
	VISIT_COUNT
} VisitKind;

static const char *const visit_names[VISIT_COUNT] = {
	"basic", "interim_settlement", "group_paid", "own_paid", "two_stays",
	"refunded"
};

static void
story_visit(GenPatient *p, int what, int kind)
{
	int			day = case_day(p);
	int			inst = some_hospital(p, 2, 3);
	int			enc = case_stay(p, inst, day, 8);
	int			sub;
	int			setl;

	(void) what;
	p->enc[enc].oprn = "01.3904";
	p->enc[enc].oprn_name = "经颞叶脑血肿清除术";
	add_line(p, enc, bound_item(IT_PAIR_VISIT_MAIN), at(day + 1, 9, 0, 0),
			 QTY(1));
	if (kind == VISIT_INTERIM)
		settle_mid(p, enc, at(day + 2, 23, 59, 0));
	if (kind == VISIT_TWO_STAYS)
	{
		finish_stay(p, enc);
		day += 15;
		enc = case_stay(p, inst, day, 6);
	}
	sub = add_line(p, enc, bound_item(IT_PAIR_VISIT_SUB),
				   at(day + 4, 10, 0, 0), QTY(1));
	if (kind == VISIT_OWN)
		own_paid(p, sub);
	if (kind == VISIT_REFUNDED)
		add_refund(p, sub, QTY(1), false, at(day + 5, 10, 0, 0));
	setl = finish_stay(p, enc);
	if (kind == VISIT_GROUP)
		grouped(p, setl);
	if (kind >= VISIT_TWO_STAYS)
		expect_near_miss(p, RULE_PAIR, visit_names[kind], sub);
	else
		expect_add(expect_violation(p, RULE_PAIR, visit_names[kind], "visit",
									QTY(1), sub), sub, 0);
}

/* Six hours around a birth: when the sub item lies, in seconds from it. */
static const struct
{
	const char *name;
	int			offset;
	bool		violates;
}			births[] = {
	{"before", -10800, true}, {"after", 7200, true},
	{"boundary_inside", -21600, true}, {"boundary_time", -21601, false},
	{"long_after", 30000, false}, {"refunded", -3600, false}
};

static void
story_birth(GenPatient *p, int what, int kind)
{
	int			day = case_day(p);
	int			enc;
	int			sub;

	(void) what;
	p->female = true;
	p->birth = years_before(day, rng_between(&p->rng, 22, 38)) - 33;
	enc = case_stay(p, some_hospital(p, 1, 3), day, 3);
	p->enc[enc].med_type = "52";
	add_line(p, enc, bound_item(IT_PAIR_6H_MAIN), at(day + 1, 11, 0, 0),
			 QTY(1));
	sub = add_line(p, enc, bound_item(IT_PAIR_6H_SUB),
				   at(day + 1, 11, 0, 0) + births[kind].offset, QTY(1));
	if (strcmp(births[kind].name, "refunded") == 0)
		add_refund(p, sub, QTY(1), true, at(day + 1, 14, 0, 0));
	finish_stay(p, enc);
	if (births[kind].violates)
		expect_add(expect_violation(p, RULE_PAIR, births[kind].name, "6h",
									QTY(1), sub), sub, 0);
	else
		expect_near_miss(p, RULE_PAIR, births[kind].name, sub);
}

/* Monitoring that contains the other: hours of both, and their overlap. */
typedef struct Overlap
{
	const char *name;
	int			main_minute;
	int			main_hours;
	int			sub_minute;
	int64_t		sub_cnt;
	int64_t		excess;			/* 0: none */
} Overlap;

static const Overlap overlaps[] = {
	{"two_hours", 480, 4, 600, QTY(5), QTY(2)},
	{"half_hours", 480, 2, 510, QTY(3), 15000},
	{"whole", 480, 8, 540, QTY(3), QTY(3)},
	{"own_paid", 480, 4, 600, QTY(5), QTY(2)},
	{"group_paid", 480, 4, 660, QTY(4), QTY(1)},
	{"boundary_time", 480, 4, 720, QTY(5), 0},
	{"before", 720, 3, 600, QTY(2), 0},
	{"no_clock", 480, 4, 0, QTY(5), 0},
	{"no_clock_main", 0, 4, 600, QTY(5), 0}
};

static void
story_hour(GenPatient *p, int what, int kind)
{
	const Overlap *o = &overlaps[kind];
	int			day = case_day(p);
	int			enc = case_stay(p, some_hospital(p, 2, 3), day, 4);
	int			sub;
	int			setl;

	(void) what;
	add_line(p, enc, bound_item(IT_PAIR_HOUR_MAIN),
			 at(day + 1, 0, o->main_minute, 0), QTY(o->main_hours));
	sub = add_line(p, enc, bound_item(IT_PAIR_HOUR_SUB),
				   at(day + 1, 0, o->sub_minute, 0), o->sub_cnt);
	if (strcmp(o->name, "own_paid") == 0)
		own_paid(p, sub);
	setl = finish_stay(p, enc);
	if (strcmp(o->name, "group_paid") == 0)
		grouped(p, setl);
	if (o->excess > 0)
		expect_add(expect_violation(p, RULE_PAIR, o->name, "hour", o->excess,
									sub), sub, 0);
	else if (strncmp(o->name, "no_clock", 8) == 0)
		expect_undecided(p, RULE_PAIR, "no_clock", sub);
	else
		expect_near_miss(p, RULE_PAIR, o->name, sub);
}

void
register_pair_cases(void)
{
	for (int i = 0; i < DAY_COUNT; i++)
		case_add(story_day, 0, i, "pair_day", day_names[i]);
	for (int i = 0; i < VISIT_COUNT; i++)
		case_add(story_visit, 0, i, "pair_visit", visit_names[i]);
	for (int i = 0; i < LENGTH(births); i++)
		case_add(story_birth, 0, i, "pair_6h", births[i].name);
	for (int i = 0; i < LENGTH(overlaps); i++)
		case_add(story_hour, 0, i, "pair_hour", overlaps[i].name);
}
