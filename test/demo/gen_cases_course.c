/*
 * gen_cases_course.c
 *	  Planted cases of paid courses: days of a drug, days of a stay, a year,
 *	  and training that is paid for so many days.
 */
#include <string.h>

#include "gen_cases.h"

#define LENGTH(a) ((int) (sizeof(a) / sizeof((a)[0])))
#define RULE_DRUG_COURSE 10
#define RULE_ITEM_COURSE 23

/*
 * daily_use
 *		One line a day for n days; returns the first, the others follow.
 */
static int
daily_use(GenPatient *p, int enc, const GenItem *item, int day, int n)
{
	int			first = p->n_line;

	for (int i = 0; i < n; i++)
		add_line(p, enc, item, at(day + i, 15, 20, 0), QTY(1));
	return first;
}

static void
expect_days(GenPatient *p, int rule, const char *kind, const char *scope,
			int first, int n, int64_t excess)
{
	GenExpect  *x = expect_violation(p, rule, kind, scope, ALL_OF_IT, first);

	for (int i = 0; i < n; i++)
		expect_add(x, first + i, 0);
	/* whole lines, but counted in days */
	x->excess = excess;
}

/* ------------------------------------------------------ fourteen days ----- */

typedef enum CourseKind
{
	COURSE_STAY,
	COURSE_TWO_STAYS,
	COURSE_GROUP,
	COURSE_LINE_PROP,
	COURSE_INTERIM,
	COURSE_TWICE_ON_LAST,
	/* near misses */
	COURSE_EXACT,
	COURSE_SAME_DAY,
	COURSE_OWN,
	COURSE_APPROVAL,
	COURSE_REFUNDED,
	COURSE_REFUNDED_UNNAMED,
	COURSE_NEW,
	COURSE_INTERIM_OK,
	COURSE_COUNT
} CourseKind;

static const char *const course_names[COURSE_COUNT] = {
	"stay", "two_stays", "group_paid", "line_method", "interim_settlement",
	"twice_on_excess_day", "boundary_day", "same_day_repeat", "own_paid",
	"approval_flag", "refunded", "refunded_unnamed", "new_course",
	"interim_settlement_within"
};

/*
 * story_course_two
 *		Ten days, a pause, and more days elsewhere.
 */
static void
story_course_two(GenPatient *p, int kind, const GenItem *drug, int day)
{
	int			inst = some_hospital(p, 2, 3);
	int			pause = kind == COURSE_NEW ? 45 : 6;
	int			more = kind == COURSE_NEW ? 10 : 6;
	int			enc = case_stay(p, inst, day, 11);
	int			line;

	daily_use(p, enc, drug, day, 10);
	finish_stay(p, enc);
	day += 11 + pause;
	enc = case_stay(p, other_hospital(p, inst), day, more + 1);
	line = daily_use(p, enc, drug, day, more);
	finish_stay(p, enc);
	if (kind == COURSE_NEW)
		expect_near_miss(p, RULE_DRUG_COURSE, course_names[kind],
						 line + more - 1);
	else
		expect_days(p, RULE_DRUG_COURSE, course_names[kind], "course",
					line + 4, 2, QTY(2));
}

static void
story_course(GenPatient *p, int what, int kind)
{
	const GenItem *drug = bound_item(what == 0 ? IT_COURSE14_DRUG :
									 IT_COURSE14_DRUG_B);
	int			day = case_day(p) - 15;
	bool		within = kind == COURSE_EXACT || kind == COURSE_SAME_DAY ||
	kind == COURSE_INTERIM_OK;
	int			n = within ? 14 : 16;
	int			enc;
	int			first;
	int			extra = NONE;
	int			setl;

	if (kind == COURSE_TWO_STAYS || kind == COURSE_NEW)
	{
		story_course_two(p, kind, drug, day);
		return;
	}
	enc = case_stay(p, some_hospital(p, 2, 3), day, n + 1);
	if (kind == COURSE_TWICE_ON_LAST)
		n = 15;
	first = daily_use(p, enc, drug, day, n);
	if (kind == COURSE_INTERIM || kind == COURSE_INTERIM_OK)
		settle_mid(p, enc, at(day + 9, 23, 0, 0));
	if (kind == COURSE_TWICE_ON_LAST || kind == COURSE_SAME_DAY)
		extra = add_line(p, enc, drug, at(day + n - 1, 20, 0, 0), QTY(1));
	for (int i = 0; i < n; i++)
	{
		GenLine    *l = &p->line[first + i];

		if (kind == COURSE_LINE_PROP)
			l->reim_prop = 8000;
		if (i < 14)
			continue;
		if (kind == COURSE_OWN)
			own_paid(p, first + i);
		if (kind == COURSE_APPROVAL)
			l->appr = '2';
		if (kind == COURSE_REFUNDED || kind == COURSE_REFUNDED_UNNAMED)
			add_refund(p, first + i, QTY(1), kind == COURSE_REFUNDED,
					   at(day + i, 21, 0, 0));
	}
	setl = finish_stay(p, enc);
	if (kind == COURSE_GROUP)
		grouped(p, setl);
	if (kind >= COURSE_EXACT)
		expect_near_miss(p, RULE_DRUG_COURSE, course_names[kind],
						 extra != NONE ? extra : first + n - 1);
	else if (kind == COURSE_TWICE_ON_LAST)
		expect_days(p, RULE_DRUG_COURSE, course_names[kind], "course",
					first + 14, 2, QTY(1));
	else
		expect_days(p, RULE_DRUG_COURSE, course_names[kind], "course",
					first + 14, n - 14, QTY(n - 14));
}

/* ------------------------------------------------- three days a stay ------ */

typedef enum StayKind
{
	STAY_LONGER,
	STAY_INTERIM,
	STAY_CHAIN,
	STAY_GROUP,
	/* near misses */
	STAY_EXACT,
	STAY_TWO,
	STAY_REFUNDED,
	STAY_OWN,
	STAY_COUNT
} StayKind;

static const char *const stay_names[STAY_COUNT] = {
	"five_days", "interim_settlement", "same_minute_readmission",
	"group_paid", "boundary_day", "two_stays", "refunded", "own_paid"
};

static void
story_stay_course(GenPatient *p, int what, int kind)
{
	const GenItem *drug = bound_item(IT_STAY3_DRUG);
	int			day = case_day(p);
	int			inst = some_hospital(p, 2, 3);
	int			enc = case_stay(p, inst, day, kind == STAY_TWO ? 4 :
								kind == STAY_CHAIN ? 2 : 7);
	int			first;
	int			n = kind == STAY_EXACT || kind == STAY_TWO ? 3 :
	kind == STAY_INTERIM ? 4 : kind == STAY_CHAIN ? 2 : 5;
	int			setl;

	(void) what;
	first = daily_use(p, enc, drug, day, n);
	if (kind == STAY_INTERIM)
		settle_mid(p, enc, at(day + 1, 23, 0, 0));
	for (int i = 3; i < n; i++)
	{
		if (kind == STAY_OWN)
			own_paid(p, first + i);
		if (kind == STAY_REFUNDED)
			add_refund(p, first + i, QTY(1), true, at(day + i, 18, 0, 0));
	}
	setl = finish_stay(p, enc);
	if (kind == STAY_GROUP)
		grouped(p, setl);
	if (kind == STAY_TWO || kind == STAY_CHAIN)
	{
		day += kind == STAY_TWO ? 9 : 2;
		enc = case_stay(p, inst, day, 4);
		if (kind == STAY_CHAIN)
		{
			/* out and in again within one minute: one stay on two papers */
			p->enc[enc].begin = at(day, 9, 30, 0);
			first = daily_use(p, enc, drug, day, 2);
			finish_stay(p, enc);
			expect_days(p, RULE_DRUG_COURSE, stay_names[kind], "stay",
						first + 1, 1, QTY(1));
			return;
		}
		first = daily_use(p, enc, drug, day, 3);
		finish_stay(p, enc);
	}
	if (kind >= STAY_EXACT)
		expect_near_miss(p, RULE_DRUG_COURSE, stay_names[kind],
						 first + n - 1);
	else
		expect_days(p, RULE_DRUG_COURSE, stay_names[kind], "stay", first + 3,
					n - 3, QTY(n - 3));
}

/* ------------------------------------------------------------- a year ----- */

/*
 * story_year
 *		Every three weeks from September of the year before: the nineteenth
 *		dose lies beyond a year from the first.
 */
static void
story_year(GenPatient *p, int what, int kind)
{
	const GenItem *drug = bound_item(IT_YEAR_DRUG);
	int			day = day_of(2025, 9, 5) + rng_below(&p->rng, 14);
	int			inst = some_hospital(p, 2, 3);
	int			doses = kind == 0 ? 19 : 18;
	int			line = NONE;

	(void) what;
	p->female = true;
	for (int i = 0; i < doses; i++)
	{
		int			enc = add_visit(p, inst, "140201",
									at(day + i * 21, 9, 0, 0));

		add_filler(p, enc, 2);
		line = add_line(p, enc, drug, at(day + i * 21, 10, 30, 0), QTY(1));
		finish_visit(p, enc);
	}
	if (kind == 0)
		expect_days(p, RULE_DRUG_COURSE, "beyond_a_year", "lifetime", line, 1,
					QTY((doses - 1) * 21 + 1 - 365));
	else
		expect_near_miss(p, RULE_DRUG_COURSE, "within_a_year", line);
}

/* ---------------------------------------------------- training by days ---- */

static const struct
{
	const char *name;
	GenBound	item;
	int			limit;
	int			days;			/* of use */
	bool		own;			/* those beyond */
	bool		group;
}			trainings[] = {
	{"thirty_exceeded", IT_DAYS30_ITEM, 30, 32, false, false},
	{"thirty_group_paid", IT_DAYS30_ITEM, 30, 33, false, true},
	{"thirty_boundary_day", IT_DAYS30_ITEM, 30, 30, false, false},
	{"thirty_own_paid", IT_DAYS30_ITEM, 30, 32, true, false},
	{"ninety_exceeded", IT_DAYS90_ITEM, 90, 92, false, false},
	{"ninety_boundary_day", IT_DAYS90_ITEM, 90, 90, false, false}
};

static void
story_training(GenPatient *p, int what, int kind)
{
	int			n = trainings[kind].days;
	int			limit = trainings[kind].limit;
	int			day = day_of(2026, 5, 20) + rng_below(&p->rng, 60);
	int			enc = case_stay(p, some_hospital(p, 1, 3), day, n + 1);
	int			first = daily_use(p, enc, bound_item(trainings[kind].item),
								  day, n);
	int			setl;

	(void) what;
	for (int i = limit; i < n && trainings[kind].own; i++)
		own_paid(p, first + i);
	setl = finish_stay(p, enc);
	if (trainings[kind].group)
		grouped(p, setl);
	if (n > limit && !trainings[kind].own)
		expect_days(p, RULE_ITEM_COURSE, trainings[kind].name, "course",
					first + limit, n - limit, QTY(n - limit));
	else
		expect_near_miss(p, RULE_ITEM_COURSE, trainings[kind].name,
						 first + n - 1);
}

/*
 * story_assessment
 *		An assessment paid over ninety days at most, never within fourteen
 *		days of the one before.
 */
static void
story_assessment(GenPatient *p, int what, int kind)
{
	static const int beyond[] = {0, 28, 56, 84, 112};
	static const int within[] = {0, 15, 30, 45, 60, 75, 89};
	const int  *offset = kind == 0 ? beyond : within;
	int			n = kind == 0 ? LENGTH(beyond) : LENGTH(within);
	int			day = day_of(2026, 5, 12) + rng_below(&p->rng, 40);
	int			inst = some_hospital(p, 1, 3);
	int			line = NONE;

	(void) what;
	for (int i = 0; i < n; i++)
	{
		int			enc = case_visit(p, inst, "11",
									 at(day + offset[i], 14, 0, 0));

		line = add_line(p, enc, bound_item(IT_SPAN90_ITEM),
						at(day + offset[i], 15, 0, 0), QTY(1));
		finish_visit(p, enc);
	}
	if (kind == 0)
		expect_days(p, RULE_ITEM_COURSE, "span_exceeded", "course", line, 1,
					QTY(112 + 1 - 90));
	else
		expect_near_miss(p, RULE_ITEM_COURSE, "span_boundary_day", line);
}

void
register_course_cases(void)
{
	for (int k = 0; k < COURSE_COUNT; k++)
		case_add(story_course, k % 2, k, "course_14", course_names[k]);
	for (int k = 0; k < STAY_COUNT; k++)
		case_add(story_stay_course, 0, k, "course_stay", stay_names[k]);
	case_add(story_year, 0, 0, "course_year", "beyond_a_year");
	case_add(story_year, 0, 1, "course_year", "within_a_year");
	for (int k = 0; k < LENGTH(trainings); k++)
		case_add(story_training, 0, k, "training", trainings[k].name);
	case_add(story_assessment, 0, 0, "assessment", "span_exceeded");
	case_add(story_assessment, 0, 1, "assessment", "span_boundary_day");
}
