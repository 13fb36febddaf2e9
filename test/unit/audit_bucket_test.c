/*
 * audit_bucket_test.c
 *	  What the reference evaluator found in counters and windows: which lines
 *	  come into a bucket, and in which order.
 */
#include "kind_fixture.h"

#define OPEN_ENTRY FX_OPEN, FX_NO_AGE,.count_key = MS_KEY_PERSON
#define STAY_ITEM "003308040620000"
#define DAY_ITEM "002503020020000"
#define NOON(month, day) fx_time(month, day, 12, 0, 0)

static const MsBookRule rules[] = {
	{.code = "R0",.kind = 6,.fund_scope = MS_FUND_POOL},
	{.code = "R1",.kind = 6,.fund_scope = MS_FUND_ANY},
	{.code = "R2",.kind = 5,.fund_scope = MS_FUND_ANY}
};

static const MsBookEntry entries[] = {
	{.code = "dose",.rule_code = "R0",.check = MS_CHECK_DOSE,.scope = MS_SCOPE_DAY,.limit = 60000, OPEN_ENTRY},
	{.code = "supply",.rule_code = "R0",.check = MS_CHECK_SUPPLY_DAYS,.scope = MS_SCOPE_STAY,.limit = 60000, OPEN_ENTRY},
	{.code = "rolling",.rule_code = "R1",.check = MS_CHECK_HOURS,.scope = MS_SCOPE_ROLLING,.window_days = 1,.limit = 120000, OPEN_ENTRY},
	{.code = "month",.rule_code = "R1",.check = MS_CHECK_HOURS,.scope = MS_SCOPE_ROLLING,.window_days = 30,.limit = 100000, OPEN_ENTRY},
	{.code = "course",.rule_code = "R1",.check = MS_CHECK_HOURS,.scope = MS_SCOPE_COURSE,.limit = 990000,.limit_basis = MS_LIMIT_CONSTANT, OPEN_ENTRY},
	{.code = "stay",.rule_code = "R1",.check = MS_CHECK_COUNT,.scope = MS_SCOPE_VISIT,.limit = 1000,.limit_basis = MS_LIMIT_STAY_DAYS, OPEN_ENTRY},
	{.code = "gap",.rule_code = "R1",.check = MS_CHECK_GAP_DAYS,.scope = MS_SCOPE_STAY,.limit = 30000, OPEN_ENTRY},
	{.code = "recent",.rule_code = "R1",.check = MS_CHECK_DAYS,.scope = MS_SCOPE_ROLLING,.window_days = 7,.limit = 10000, OPEN_ENTRY},
	{.code = "days",.rule_code = "R1",.check = MS_CHECK_DAYS,.scope = MS_SCOPE_VISIT,.limit = 5000,.limit_basis = MS_LIMIT_ITEM, OPEN_ENTRY},
	{.code = "per",.rule_code = "R1",.check = MS_CHECK_HOURS,.scope = MS_SCOPE_DAY,.limit = 10000,.limit_basis = MS_LIMIT_ITEM, OPEN_ENTRY},
	{.code = "hour",.rule_code = "R2",.check = MS_CHECK_PAIR,.scope = MS_SCOPE_HOUR, OPEN_ENTRY},
	{.code = "order",.rule_code = "R2",.check = MS_CHECK_PAIR,.scope = MS_SCOPE_PRESCRIPTION, OPEN_ENTRY}
};

static const KxCode codes[] = {
	{"dose", FX_STAY_DRUG, "main"}, {"supply", FX_PER_STAY, "main"},
	{"rolling", FX_ROLLING, "main"}, {"month", FX_6H_SUB, "main"},
	{"course", FX_GAP, "main"},
	{"stay", FX_OTHER, "main"}, {"gap", STAY_ITEM, "main"},
	{"recent", DAY_ITEM, "main"},
	{"days", FX_DAILY, "main"},
	{"days", FX_NEWBORN, "per"}, {"per", FX_6H_MAIN, "main"},
	{"per", FX_HOUR_SUB, "per"}, {"hour", FX_HOUR_MAIN, "main"},
	{"hour", FX_HOUR_SUB, "sub"}, {"order", FX_VISIT_MAIN, "main"},
	{"order", FX_VISIT_SUB, "sub"}
};

static MsLine *
dose_line(const char *sn, int64_t dose)
{
	MsLine	   *l = fx_line(sn, FX_STAY_DRUG, NOON(3, 2), 1, 900);

	l->sin_dos = dose > 0 ? fx_v(dose * MS_QTY_ONE) : fx_none(MS_MISSING);
	l->used_frqu_dscr = ms_str("bid");
	l->rx_drord_no = ms_str("7");
	return l;
}

/* The largest dose of an order is the largest of those that count. */
static void
test_repeated_doses(void)
{
	kx_start();
	dose_line("a", 5)->inscp_amt = fx_v(0);
	dose_line("b", 4);
	KX_RUN();
	KX_FOUND("dose", "b", 20000, 225);
	CHECK_INT(fx_tallies[0][MS_NOT_FUND_PAID][0], 1);

	/* each one that cannot be told is undecided */
	kx_start();
	dose_line("a", 0);
	dose_line("b", 0);
	dose_line("c", 1);
	KX_RUN();
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_DOSE_UNKNOWN], 2);
	CHECK_INT(fx_tallies[0][MS_PASSED][0], 1);
}

/* What is in no window is not asked what it measures. */
static void
test_not_bound(void)
{
	kx_start();
	fx_encounters[0].med_type = ms_str("11");
	fx_line("a", FX_PER_STAY, NOON(3, 2), 1, 900);
	KX_ONE(MS_PASSED, 0);
	fx_encounters[0].med_type = ms_str("21");
	KX_ONE(MS_UNDECIDED, MS_SUPPLY_DAYS_UNKNOWN);
}

/* Hours that go on behind the next line are of their own days. */
static void
test_hours_in_order(void)
{
	/* 6 hours on the 2nd and 10 on the 3rd, beside 4 on the 2nd */
	kx_start();
	fx_line("a", FX_ROLLING, fx_time(3, 2, 18, 0, 0), 16, 100);
	fx_line("b", FX_ROLLING, fx_time(3, 2, 19, 0, 0), 4, 100);
	KX_RUN();
	CHECK_INT(fx_n_found, 0);
	fx_line("c", FX_ROLLING, NOON(3, 3), 3, 100);
	KX_RUN();
	CHECK_INT(fx_n_found, 1);
	KX_FOUND("rolling", "c", 10000, 100);

	/* 12, 24 and 24 hours of one line, over the limit of one window */
	kx_start();
	fx_line("a", FX_6H_SUB, NOON(3, 2), 60, 600);
	KX_RUN();
	CHECK_INT(fx_n_found, 1);
	KX_FOUND("month", "a", 500000, 30000);
	CHECK_STR(fx_found[0].formula, "0 + 60 - 10 = 50; 50 \303\227 6.00 = 300.00");

	/* 60 hours last until the 4th, 14 days before the 19th */
	kx_start();
	fx_line("a", FX_GAP, NOON(3, 2), 60, 100);
	fx_line("b", FX_GAP, fx_time(3, 2, 13, 0, 0), 1, 100);
	fx_line("c", FX_GAP, fx_time(3, 19, 0, 0, 0), 40, 100);
	KX_RUN();
	KX_FOUND("course", "c", 20000, 200);
}

/* The whole stay also where the window is a visit. */
static void
test_stay_days(void)
{
	static const char *const serials[] = {"0", "1", "2"};

	kx_start();
	fx_encounter("M2")->begntime = fx_encounters[0].endtime;
	fx_encounters[1].endtime = fx_v(NOON(3, 16));
	for (int i = 0; i < 3; i++)
		fx_line(serials[i], FX_OTHER, NOON(3, 2), 1, 100);
	KX_RUN();
	KX_FOUND("stay", "1", 14000, 140);
	CHECK_STR(fx_found[0].limit, "0.1 \303\227 16");
	CHECK(!fx_found[0].f.provisional);
	fx_encounters[1].endtime = fx_none(MS_MISSING);
	KX_RUN();
	CHECK(fx_n_found == 1 && fx_found[0].f.provisional);

	/* an outpatient visit is none */
	kx_start();
	fx_encounters[0].med_type = ms_str("11");
	fx_line("a", FX_OTHER, NOON(3, 2), 1, 100);
	KX_RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(fx_tallies[1][MS_UNDECIDED][MS_STAY_UNKNOWN], 1);
}

/* Days are whole ones: half a day allowed is none. */
static void
test_whole_days(void)
{
	kx_start();
	fx_line("a", FX_DAILY, NOON(3, 2), 1, 100);
	fx_line("b", FX_DAILY, NOON(3, 3), 1, 100);
	fx_line("p", FX_NEWBORN, NOON(3, 3), 3, 0);
	KX_RUN();
	KX_FOUND("days", "b", 10000, 100);
}

/* What only measures the limit of hours is not itself counted in hours. */
static void
test_clock_hour(void)
{
	kx_start();
	fx_line("m", FX_HOUR_MAIN, fx_time(3, 2, 11, 10, 0), 1, 700);
	fx_line("s", FX_HOUR_SUB, fx_time(3, 2, 9, 30, 0), 3, 100);
	KX_RUN();
	CHECK_INT(fx_n_found, 0);
	fx_lines[1].fee_ocur_time = fx_v(fx_time(3, 2, 11, 50, 0));
	KX_RUN();
	KX_FOUND("hour", "s", 10000, 100);
}

/* An order has the days of both sides. */
/* A day too soon shows the one before it; not known to be over, the stay. */
static void
test_days(void)
{
	kx_start();
	fx_line("a", STAY_ITEM, NOON(3, 2), 1, 100);
	fx_line("b", STAY_ITEM, NOON(3, 3), 1, 100);
	KX_RUN();
	KX_FOUND("gap", "b", 20000, 100);
	CHECK(!fx_found[0].f.provisional);
	fx_encounters[0].endtime = fx_none(MS_MISSING);
	KX_RUN();
	CHECK(fx_n_found == 1 && fx_found[0].f.provisional);
	CHECK_INT(fx_found[0].f.window_start.v, fx_time(3, 2, 0, 0, 0));
	CHECK_INT(fx_found[0].f.window_end.v, fx_time(3, 4, 0, 0, 0));

	/* of the days before all lines */
	kx_start();
	fx_line("a", DAY_ITEM, NOON(3, 2), 1, 100);
	fx_line("b", DAY_ITEM, NOON(3, 2), 1, 100);
	fx_line("c", DAY_ITEM, NOON(3, 3), 1, 100);
	KX_RUN();
	KX_FOUND("recent", "c", 10000, 100);
	CHECK_INT(fx_found[0].f.n_members, 3);
	CHECK_INT(fx_found[0].members[1].role, 2);
	CHECK_INT(fx_found[0].members[2].role, 2);
}

static void
test_order(void)
{
	kx_start();
	fx_line("m", FX_VISIT_MAIN, NOON(3, 2), 1, 700)->rx_drord_no = ms_str("7");
	fx_line("s", FX_VISIT_SUB, NOON(3, 4), 1, 100)->rx_drord_no = ms_str("7");
	KX_RUN();
	KX_FOUND("order", "s", 10000, 100);
	CHECK_INT(fx_found[0].f.window_start.v, fx_time(3, 2, 0, 0, 0));
	CHECK_INT(fx_found[0].f.window_end.v, fx_time(3, 5, 0, 0, 0));
}

int
main(void)
{
	CHECK(KX_OPEN(rules, entries, codes, fx_maps));
	test_repeated_doses();
	test_not_bound();
	test_hours_in_order();
	test_stay_days();
	test_whole_days();
	test_clock_hour();
	test_days();
	test_order();
	fx_free();
	return unit_done();
}
