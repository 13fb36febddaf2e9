/*
 * gen_cases_cap.c
 *	  Planted cases of caps: once a day, 24 hours a day, once in so many days.
 */
#include <string.h>

#include "gen_cases.h"

#define LENGTH(a) ((int) (sizeof(a) / sizeof((a)[0])))
#define RULE_DAILY 27
#define RULE_CYCLE 31

/* ---------------------------------------------------------- once a day ---- */

typedef enum StayFee
{
	FEE_TWICE,
	FEE_THREE,
	FEE_CHEAPEST,
	FEE_OWN,
	FEE_GROUP,
	FEE_UNSETTLED,
	FEE_INTERIM,
	FEE_TWO_DAYS,
	FEE_LATE,
	/* near misses */
	FEE_REFUND_TO_LIMIT,
	FEE_REFUND_UNNAMED,
	FEE_REFUNDED,
	FEE_VOID,
	FEE_EVERY_DAY,
	FEE_INTERIM_OK,
	FEE_COUNT
} StayFee;

static const char *const fee_names[FEE_COUNT] = {
	"twice", "three_on_one_line", "cheapest", "own_paid", "group_paid",
	"unsettled", "interim_settlement", "two_days", "late_posting",
	"refund_to_limit", "refund_unnamed", "refunded", "void", "boundary_day",
	"interim_settlement_once"
};

static void
expect_late(GenPatient *p, int line)
{
	GenExpect  *x = expect_violation(p, RULE_DAILY, "late_posting", "day",
									 QTY(1), line);

	x->verdict = EXPECT_LATE_POSTING;
	x->choice = CHOOSE_NOTHING;
	expect_add(x, line, 0);
}

/*
 * story_stay_fee
 *		A fee due once a day over a stay of five nights; on the third day
 *		something is different.  The day of discharge is charged too, so that
 *		what is too much is so by every way of counting the days of a stay;
 *		what was only posted late is within limits by every way.
 */
static void
story_stay_fee(GenPatient *p, int what, int kind)
{
	static const GenBound fees[] = {
		IT_DAILY_VISIT_FEE, IT_DAILY_BED, IT_DAILY_NURSING
	};
	const GenItem *fee = bound_item(fees[what]);
	int			day = case_day(p);
	int			inst = some_hospital(p, 1, 3);
	int			enc = case_stay(p, inst, day, 5);
	int			extra = NONE;
	int			extra2 = NONE;
	int			usual[6];
	int			setl = NONE;
	GenExpect  *x;

	for (int i = 0; i < 6; i++)
	{
		int64_t		cnt = QTY(1);

		usual[i] = NONE;
		if (i == 2 && kind != FEE_THREE && kind != FEE_REFUND_UNNAMED &&
			kind != FEE_EVERY_DAY && kind != FEE_INTERIM_OK)
			extra = add_line_at_price(p, enc, fee, at(day + i, 8, 0, 0),
									  QTY(1), item_price(fee, inst) +
									  (kind == FEE_CHEAPEST ? 2500000 : 0));
		if (i == 4 && kind == FEE_TWO_DAYS)
			extra2 = add_line(p, enc, fee, at(day + i, 8, 0, 0), QTY(1));
		if (i == 2 && (kind == FEE_INTERIM || kind == FEE_INTERIM_OK))
			settle_mid(p, enc, at(day + i, 12, 0, 0));
		if ((i == 3 && kind == FEE_LATE) || (i == 1 && kind == FEE_TWO_DAYS) ||
			(i == 5 && (kind == FEE_LATE || kind >= FEE_REFUND_TO_LIMIT)))
			continue;
		if (i == 2 && kind == FEE_THREE)
			cnt = QTY(3);
		if (i == 2 && kind == FEE_REFUND_UNNAMED)
			cnt = QTY(2);
		usual[i] = add_line(p, enc, fee, i < 5 ? at(day + i, 23, 30, 1) :
							at(day + i, 9, 0, 0), cnt);
	}
	if (kind == FEE_OWN)
	{
		own_paid(p, extra);
		own_paid(p, usual[2]);
	}
	if (kind == FEE_REFUND_TO_LIMIT || kind == FEE_REFUNDED)
		add_refund(p, kind == FEE_REFUNDED ? usual[2] : extra, QTY(1), true,
				   at(day + 3, 9, 0, 0));
	if (kind == FEE_REFUND_UNNAMED)
		add_refund(p, usual[2], QTY(1), false, at(day + 2, 23, 50, 0));
	if (kind == FEE_VOID)
		p->line[extra].is_void = true;
	if (kind == FEE_UNSETTLED)
		p->enc[enc].open = true;
	else
		setl = finish_stay(p, enc);
	if (kind == FEE_GROUP)
		grouped(p, setl);
	if (kind == FEE_LATE)
		p->setl[setl].clr_way = "1";
	if (kind >= FEE_REFUND_TO_LIMIT)
	{
		expect_near_miss(p, RULE_DAILY, fee_names[kind],
						 kind == FEE_REFUNDED ? extra : usual[2]);
		return;
	}
	if (kind == FEE_LATE)
	{
		expect_late(p, usual[2]);
		return;
	}
	x = expect_violation(p, RULE_DAILY, fee_names[kind], "day",
						 kind == FEE_THREE ? QTY(2) : QTY(1), usual[2]);
	if (extra != NONE)
		expect_add(x, extra, 0);
	expect_add(x, usual[2], 0);
	if (kind == FEE_TWO_DAYS)
	{
		x = expect_violation(p, RULE_DAILY, fee_names[kind], "day", QTY(1),
							 usual[4]);
		expect_add(x, extra2, 0);
		expect_add(x, usual[4], 0);
	}
}

typedef enum VisitFee
{
	OBS_TWICE,
	OBS_TWO_VISITS,
	OBS_OTHER_PLACE,
	OBS_MIDNIGHT,
	OBS_CANCELLED,
	OBS_COUNT
} VisitFee;

static const char *const obs_names[OBS_COUNT] = {
	"observation_twice", "two_visits", "other_institution",
	"boundary_midnight", "cancelled"
};

/*
 * story_observation
 *		The observation fee of an emergency, due once a day, over two visits.
 */
static void
story_observation(GenPatient *p, int what, int kind)
{
	const GenItem *fee = bound_item(IT_DAILY_OBSERVATION);
	int			day = case_day(p);
	int			inst = some_hospital(p, 1, 3);
	int			enc = case_visit(p, inst, "13",
								 at(day, kind == OBS_MIDNIGHT ? 23 : 8, 0, 0));
	int			first;
	int			second;
	int			setl = NONE;
	int64_t		later = at(day, 21, 0, 0);
	GenExpect  *x;

	(void) what;
	first = add_line(p, enc, fee, kind == OBS_MIDNIGHT ?
					 at(day, 23, 59, 59) : at(day, 9, 30, 0), QTY(1));
	if (kind == OBS_MIDNIGHT)
		later = at(day + 1, 0, 0, 0);
	if (kind != OBS_TWICE)
	{
		setl = finish_visit(p, enc);
		if (kind == OBS_CANCELLED)
			cancel_setl(p, setl, at(day, 10, 30, 0));
		enc = case_visit(p, kind == OBS_OTHER_PLACE ?
						 other_hospital(p, inst) : inst, "13",
						 later - (kind == OBS_MIDNIGHT ? 0 : 3600));
	}
	second = add_line(p, enc, fee, later, QTY(1));
	finish_visit(p, enc);
	if (kind >= OBS_OTHER_PLACE)
	{
		expect_near_miss(p, RULE_DAILY, obs_names[kind], second);
		return;
	}
	x = expect_violation(p, RULE_DAILY, obs_names[kind], "day", QTY(1),
						 second);
	expect_add(x, first, 0);
	expect_add(x, second, 0);
}

/* -------------------------------------------------------- 24 hours a day -- */

/* Two lines of an hourly item: when they begin, and their hours. */
typedef struct Hours
{
	const char *name;
	int			begin[2];		/* minutes from the day's midnight */
	int			hours[2];		/* 0: no such line */
	int			excess;			/* 0: none */
	int			room[2];		/* hours each has on the day in excess */
} Hours;

static const Hours hours[] = {
	{"sum", {360, 480}, {13, 13}, 2, {13, 13}},
	{"across_midnight", {-240, 120}, {10, 20}, 2, {6, 20}},
	{"own_paid", {360, 480}, {13, 13}, 2, {13, 13}},
	{"group_paid", {660, 661}, {13, 12}, 1, {13, 12}},
	{"long_line", {480, 0}, {26, 0}, 0, {0, 0}},
	{"boundary_24", {360, 420}, {12, 12}, 0, {0, 0}},
	{"refund_to_limit", {360, 480}, {13, 13}, 0, {0, 0}}
};

static void
story_hours(GenPatient *p, int what, int kind)
{
	const Hours *h = &hours[kind];
	const GenItem *item = bound_item(IT_PAIR_HOUR_SUB);
	int			day = case_day(p);
	int			inst = some_hospital(p, 2, 3);
	bool		stay = strcmp(h->name, "group_paid") == 0;
	int			enc = stay ? case_stay(p, inst, day, 1) :
	case_visit(p, inst, "13", at(day, 0, 0, 0) + h->begin[0] * 60 - 600);
	int			line[2] = {NONE, NONE};
	int			setl;
	GenExpect  *x;

	(void) what;
	if (stay)
		p->enc[enc].end = at(day, 23, 50, 0);	/* in and out on one day */
	for (int i = 0; i < 2; i++)
		if (h->hours[i] > 0)
			line[i] = add_line(p, enc, item,
							   at(day, 0, 0, 0) + h->begin[i] * 60,
							   QTY(h->hours[i]));
	if (strcmp(h->name, "own_paid") == 0)
	{
		own_paid(p, line[0]);
		own_paid(p, line[1]);
	}
	if (strcmp(h->name, "refund_to_limit") == 0)
		add_refund(p, line[1], QTY(2), true, at(day, 22, 0, 0));
	setl = stay ? finish_stay(p, enc) : finish_visit(p, enc);
	if (stay)
		grouped(p, setl);
	if (h->excess == 0)
	{
		expect_near_miss(p, RULE_DAILY, h->name,
						 line[1] == NONE ? line[0] : line[1]);
		return;
	}
	x = expect_violation(p, RULE_DAILY, h->name, "day", QTY(h->excess),
						 line[1]);
	expect_add(x, line[0], QTY(h->room[0]));
	expect_add(x, line[1], QTY(h->room[1]));
}

/* ------------------------------------------------- once in so many days --- */

static const struct
{
	const char *group;
	GenBound	item;
	int			days;
}			cycles[] = {
	{"cycle_15", IT_CYCLE15_ITEM, 15}, {"cycle_7", IT_CYCLE7_ITEM, 7},
	{"cycle_14", IT_CYCLE14_ITEM, 14}
};

typedef enum CycleKind
{
	CYCLE_LAST_DAY,
	CYCLE_NOT_ACCEPTED,
	CYCLE_TWO_ON_LINE,
	CYCLE_GROUP,
	CYCLE_RESETTLED,
	/* near misses */
	CYCLE_NEXT_DAY,
	CYCLE_OWN,
	CYCLE_FIRST_OWN,
	CYCLE_REFUNDED,
	CYCLE_REFUND_TO_LIMIT,
	CYCLE_OTHER_PLACE,
	CYCLE_CANCELLED,
	CYCLE_COUNT
} CycleKind;

static const char *const cycle_names[CYCLE_COUNT] = {
	"last_day", "not_accepted", "two_on_one_line", "group_paid", "resettled",
	"boundary_day", "own_paid", "first_own_paid", "refunded",
	"refund_to_limit", "other_institution", "cancelled"
};

static int
cycle_visit(GenPatient *p, const GenItem *item, int inst, int day,
			int64_t cnt, int *setl, bool own, bool refund)
{
	int			enc = case_visit(p, inst, "11", at(day, 8, 20, 0));
	int			line = add_line(p, enc, item, at(day, 9, 40, 0), cnt);

	if (own)
		own_paid(p, line);
	if (refund)
		add_refund(p, line, QTY(1), p->case_copy % 2 == 0,
				   at(day, 11, 0, 0));
	*setl = finish_visit(p, enc);
	return line;
}

static void
expect_cycle(GenPatient *p, int kind, int line)
{
	expect_add(expect_violation(p, RULE_CYCLE, cycle_names[kind], "rolling",
								QTY(1), line), line, 0);
}

static void
story_cycle(GenPatient *p, int what, int kind)
{
	const GenItem *item = bound_item(cycles[what].item);
	int			n = cycles[what].days;
	int			day = case_day(p);
	int			inst = some_hospital(p, 1, 3);
	int			setl;
	int			first;
	int			second;

	if (kind == CYCLE_TWO_ON_LINE || kind == CYCLE_REFUND_TO_LIMIT)
	{
		first = cycle_visit(p, item, inst, day, QTY(2), &setl, false,
							kind == CYCLE_REFUND_TO_LIMIT);
		if (kind == CYCLE_TWO_ON_LINE)
			expect_cycle(p, kind, first);
		else
			expect_near_miss(p, RULE_CYCLE, cycle_names[kind], first);
		return;
	}
	if (kind == CYCLE_GROUP)
	{
		int			enc = case_stay(p, inst, day, 6);

		add_line(p, enc, item, at(day, 15, 0, 0), QTY(1));
		second = add_line(p, enc, item, at(day + 4, 9, 0, 0), QTY(1));
		grouped(p, finish_stay(p, enc));
		expect_cycle(p, kind, second);
		return;
	}
	first = cycle_visit(p, item, inst, day, QTY(1), &setl,
						kind == CYCLE_FIRST_OWN, false);
	if (kind == CYCLE_CANCELLED)
		cancel_setl(p, setl, p->setl[setl].time + 600);
	if (kind == CYCLE_OTHER_PLACE)
		inst = other_hospital(p, inst);
	second = cycle_visit(p, item, inst,
						 kind == CYCLE_NEXT_DAY ? day + n :
						 kind == CYCLE_NOT_ACCEPTED ? day + n / 2 :
						 day + n - 1, QTY(1), &setl, kind == CYCLE_OWN,
						 kind == CYCLE_REFUNDED);
	if (kind == CYCLE_RESETTLED)
	{
		int			at_line = 0;

		while (p->line[at_line].setl != setl)
			at_line++;
		cancel_setl(p, setl, p->setl[setl].time + 600);
		second = resettle(p, setl, p->setl[setl].time + 1200) + second -
			at_line;
	}
	if (kind == CYCLE_NOT_ACCEPTED)
		expect_near_miss(p, RULE_CYCLE, cycle_names[kind],
						 cycle_visit(p, item, inst, day + n, QTY(1), &setl,
									 false, false));
	if (kind < CYCLE_NEXT_DAY)
		expect_cycle(p, kind, second);
	else
		expect_near_miss(p, RULE_CYCLE, cycle_names[kind], second);
	(void) first;
}

void
register_cap_cases(void)
{
	static const char *const fee_groups[] = {
		"daily_visit_fee", "daily_bed", "daily_nursing"
	};

	for (int k = 0; k < FEE_COUNT; k++)
		case_add(story_stay_fee, k % 3, k, fee_groups[k % 3], fee_names[k]);
	for (int k = 0; k < OBS_COUNT; k++)
		case_add(story_observation, 0, k, "daily_observation", obs_names[k]);
	for (int k = 0; k < LENGTH(hours); k++)
		case_add(story_hours, 0, k, "hours_24", hours[k].name);
	for (int c = 0; c < LENGTH(cycles); c++)
		for (int k = 0; k < CYCLE_COUNT; k++)
			if (c == 0 || k == CYCLE_LAST_DAY || k == CYCLE_NEXT_DAY ||
				k == CYCLE_NOT_ACCEPTED)
				case_add(story_cycle, c, k, cycles[c].group, cycle_names[k]);
}
