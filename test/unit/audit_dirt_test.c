/*
 * audit_dirt_test.c
 *	  The evaluator on claims that no one would make up, but exports hold:
 *	  rows twice, sisters that cannot be read, credits that are charges, cents
 *	  that do not divide.
 */
#include "unit.h"

#include "audit_fixture.h"

static MsBook book;

static void
start(void)
{
	fx_reset();
	fx_encounter("M1")->gend = ms_str("2");
	fx_settlement("S1", "M1", 6000);
}

#define RUN() CHECK(fx_run(&book))
#define NOON(month, day) fx_time(month, day, 12, 0, 0)

/* A line of cnt units that cost amt fen together. */
static MsLine *
costing(const char *sn, int64_t time, int64_t cnt, int64_t amt)
{
	MsLine	   *l = fx_line(sn, FX_DAILY, time, cnt, 0);

	l->det_item_fee_sumamt = fx_v(amt);
	l->inscp_amt = fx_v(amt);
	return l;
}

/* ---- the figures of a formula give its result ---- */

static void
test_formula(void)
{
	/* one rounded product says that it is rounded */
	start();
	fx_encounters[0].med_type = ms_str("11");
	costing("1", NOON(3, 2), 3, 1000);
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_STR(fx_found[0].formula, "3 - 1 = 2; 2 \303\227 10.00 \303\267 3 \342\211\210 6.67");

	/* a part of one of three lines */
	fx_reset();
	fx_encounter("M1")->med_type = ms_str("11");
	fx_settlement("S1", "M1", 6000);
	for (int i = 0; i < 3; i++)
		fx_line(i == 0 ? "a" : i == 1 ? "b" : "c", FX_HOUR_SUB,
				fx_time(3, 2, i, 0, 0), 9, 0);
	for (int i = 0; i < 3; i++)
		fx_lines[i].det_item_fee_sumamt = fx_v(1000);
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_INT(fx_found[0].f.vola_amt, 333);
	CHECK_STR(fx_found[0].formula, "27 - 24 = 3; 3 \303\227 10.00 \303\267 9 \342\211\210 3.33");

	/* whole days: each line's own, exact ones put together */
	start();
	for (int day = 1; day <= 5; day++)
		fx_line(day == 1 ? "1" : day == 2 ? "2" : day == 3 ? "3" :
				day == 4 ? "4" : "5", FX_COURSE_DRUG, NOON(3, day), 3, 0);
	for (int i = 0; i < 5; i++)
	{
		fx_lines[i].det_item_fee_sumamt = fx_v(1000);
		fx_lines[i].inscp_amt = fx_v(1000);
	}
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_STR(fx_found[0].formula, "5 - 3 = 2; 6 \303\227 10.00 \303\267 3 = 20.00");
}

static void
test_formula_many(void)
{
	static char sn[4][16];

	/* parts of a half fen: 0.005 rounds up in each of them */
	start();
	fx_encounters[0].med_type = ms_str("11");
	for (int i = 0; i < 4; i++)
	{
		snprintf(sn[i], sizeof(sn[i]), "%d", i);
		costing(sn[i], NOON(3, 2) + i, 1, 1)->cnt = fx_v(20000);
	}
	fx_lines[3].det_item_fee_sumamt = fx_v(2);
	RUN();
	CHECK_INT(fx_n_found, 1);	/* 8 - 1 = 7: 2 + 2 + 2 + 1 */
	CHECK_STR(fx_found[0].formula, "8 - 1 = 7; 6 \303\227 0.005 + 1 \303\227 0.01 = 0.04");
	CHECK_INT(fx_found[0].f.vola_amt, 4);

	/* two lines of which one hour each is too much: 6.66, not 20 / 3 */
	start();
	fx_line("m", FX_HOUR_MAIN, fx_time(3, 2, 8, 0, 0), 4, 100);
	for (int i = 0; i < 2; i++)
	{
		fx_line(sn[i], FX_HOUR_SUB, fx_time(3, 2, 6 + 5 * i, 0, 0), 3, 0);
		fx_lines[1 + i].det_item_fee_sumamt = fx_v(1000);
	}
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_INT(fx_found[0].f.vola_amt, 666);
	CHECK_STR(fx_found[0].formula,
			  "min(2, 4) = 2; 2 \303\227 (1 \303\227 10.00 \303\267 3 \342\211\210 3.33) = 6.66");
}

/* ---- a fund is shared over all that it paid for ---- */

static void
test_shares_of_unreadable(void)
{
	start();
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 1, 3000);
	fx_line("2", FX_OTHER, NOON(3, 2), 1, 3000);
	RUN();
	CHECK_INT(fx_found[0].f.fund_amt.v, 3000);
	/* a sister whose code, time, quantity or amount cannot be read counts */
	fx_lines[1].med_list_codg = ms_str("-");
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_INT(fx_found[0].f.fund_amt.v, 3000);
	fx_lines[1].cnt = fx_none(MS_UNREADABLE);
	RUN();
	CHECK_INT(fx_found[0].f.fund_amt.v, 3000);
	/* one that is void, a second row, or refunded does not */
	fx_lines[1].vali_flag = ms_str("0");
	RUN();
	CHECK_INT(fx_found[0].f.fund_amt.v, 6000);
	fx_lines[1] = fx_lines[0];
	RUN();
	CHECK_INT(fx_line_skip[0] + fx_line_skip[1], MS_SKIP_DUPLICATE_LINE);
	CHECK_INT(fx_found[0].f.fund_amt.v, 6000);
	start();
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 1, 3000);
	fx_line("2", FX_OTHER, NOON(3, 2), 1, 3000);
	fx_line("3", FX_OTHER, NOON(3, 3), -1, 3000);
	RUN();
	CHECK_INT(fx_line_skip[1], MS_SKIP_REFUNDED);
	CHECK_INT(fx_found[0].f.fund_amt.v, 6000);
}

/* ---- rows twice ---- */

static void
test_reversal_twice(void)
{
	MsSettlement *r;

	/* the reversal has a second row, which sorts first and names nothing */
	start();
	r = fx_settlement("R", "M1", -6000);
	r->refd_setl_flag = ms_str("1");
	r->init_setl_id = ms_str("S1");
	fx_settlement("R", "M1", -6000);
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 1, 3000);
	fx_line("2", FX_MALE_DRUG, NOON(3, 2), -1, 3000)->setl_id = ms_str("R");
	RUN();
	CHECK_INT(fx_skips[MS_SKIP_CANCELLED], 2);

	/* S and R name each other, and the flag stands on both */
	start();
	fx_settlements[0].init_setl_id = ms_str("R");
	fx_settlements[0].refd_setl_flag = ms_str("1");
	r = fx_settlement("R", "M1", -6000);
	r->refd_setl_flag = ms_str("1");
	r->init_setl_id = ms_str("S1");
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 1, 3000);
	fx_line("2", FX_MALE_DRUG, NOON(3, 2), -1, 3000)->setl_id = ms_str("R");
	RUN();
	CHECK_INT(fx_skips[MS_SKIP_CANCELLED], 2);
}

/* ---- signs ---- */

static void
test_signs(void)
{
	/* a charge of less than nothing would make a loss smaller */
	start();
	fx_encounters[0].med_type = ms_str("11");
	costing("1", NOON(3, 2), 2, 1000);
	costing("2", NOON(3, 2), 1, -5000);
	RUN();
	CHECK_INT(fx_line_skip[1], MS_SKIP_AMOUNT_UNREADABLE);
	CHECK_INT(fx_n_found, 1);
	CHECK_INT(fx_found[0].f.vola_amt, 500);
	/* a refund says its amount with or without the sign */
	start();
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 3, 1000);
	fx_line("2", FX_MALE_DRUG, NOON(3, 3), -1, 1000);
	fx_lines[1].det_item_fee_sumamt = fx_v(1000);
	fx_lines[1].inscp_amt = fx_v(1000);
	RUN();
	CHECK_INT(fx_found[0].f.vola_amt, 2000);
	CHECK_INT(fx_found[0].f.inscp_amt.v, 2000);
}

static void
test_no_person(void)
{
	MsStr		empty = {"", 0};
	MsStr		null = {NULL, 0};

	/* a night groups lines without a person together, however they say so */
	start();
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 3, 1000)->psn_no = empty;
	fx_line("2", FX_MALE_DRUG, NOON(3, 2), 3, 1000)->psn_no = null;
	RUN();
	CHECK_INT(fx_skips[MS_SKIP_PERSON_MISSING], 2);
	fx_lines[0].psn_no = ms_str("P1");
	CHECK(!fx_run(&book));
	CHECK_INT(fx_why, MS_FAIL_MIXED);
}

/* ---- refunds that go in circles ---- */

static void
test_refund_names(void)
{
	/* itself, another refund, a line of another encounter, a skipped one */
	start();
	fx_encounter("M2");
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 5, 100);
	fx_line("2", FX_MALE_DRUG, NOON(3, 3), -1, 100)->init_feedetl_sn = ms_str("2");
	fx_line("3", FX_MALE_DRUG, NOON(3, 4), -1, 100)->init_feedetl_sn = ms_str("2");
	fx_line("4", FX_MALE_DRUG, NOON(3, 4), -1, 100)->init_feedetl_sn = ms_str("1");
	fx_lines[3].mdtrt_id = ms_str("M2");
	fx_line("5", FX_MALE_DRUG, NOON(3, 4), 1, 100)->vali_flag = ms_str("0");
	fx_line("6", FX_MALE_DRUG, NOON(3, 5), -1, 100)->init_feedetl_sn = ms_str("5");
	fx_line("7", FX_MALE_DRUG, NOON(3, 1), -1, 100);	/* before the charge */
	RUN();
	CHECK_INT(fx_skips[MS_SKIP_REFUND], 3);
	CHECK_INT(fx_skips[MS_SKIP_VOID], 1);
	CHECK_INT(fx_line_skip[5], MS_SKIP_REFUND_UNMATCHED);
	CHECK_INT(fx_line_skip[6], MS_SKIP_REFUND_UNMATCHED);
	CHECK_INT(fx_n_found, 1);
	CHECK_INT(fx_found[0].f.excess, 20000);
	CHECK_INT(fx_found[0].f.n_members, 4);
}

/* ---- memory ---- */

static void
test_memory(void)
{
	static char sn[3000][16];
	size_t		budget = fx_budget;

	/* a finding each, of many lines each: one after the other in memory */
	start();
	for (int i = 0; i < 3000; i++)
	{
		snprintf(sn[i], sizeof(sn[i]), "%d", i);
		fx_line(sn[i], FX_ROLLING, NOON(3, 2) + i, 1, 10)->cnt = fx_v(200);
	}
	fx_budget = (size_t) 4 << 20;
	RUN();
	CHECK_INT(fx_n_found, 2950);
	CHECK(fx_found[2949].f.n_members <= 65);
	fx_budget = budget;
}

static void
test_arena(void)
{
	MsEnv		env = fx_env();
	MsArena		arena;
	MsMark		empty;
	MsMark		mark;
	char	   *kept;
	size_t		used;

	ms_arena_init(&arena, &env);
	empty = ms_arena_mark(&arena);
	kept = ms_arena_copy(&arena, "kept", 4);
	mark = ms_arena_mark(&arena);
	for (int i = 0; i < 100; i++)
	{
		/* other sizes in another order each time, from the same chunks */
		char	   *a = ms_arena_alloc(&arena, 1, (size_t) 1000 << (i % 13));
		char	   *b = ms_arena_alloc(&arena, 1, (size_t) 1000 << (i % 11));

		a[0] = b[0] = 'x';
		CHECK(a != b);
		ms_arena_release(&arena, mark);
	}
	CHECK_STR(kept, "kept");
	used = arena.used;
	for (int i = 0; i < 1000; i++)
	{
		for (int j = 0; j < 5; j++)
			*(char *) ms_arena_alloc(&arena, 1, (size_t) 4000000 >> ((i * 7 + j) % 16)) = 'x';
		ms_arena_release(&arena, mark);
	}
	CHECK(arena.used < used + 5 * (size_t) 4000000);
	ms_arena_release(&arena, empty);
	CHECK(ms_arena_alloc(&arena, 1, 5) == kept);
}

int
main(void)
{
	MsEnv		env = fx_env();
	MsArena		arena;
	MsBookError error;
	uint8_t    *bytes;
	size_t		size;

	ms_arena_init(&arena, &env);
	CHECK(fx_build(&arena, &bytes, &size, &error));
	CHECK(ms_book_open(bytes, size, &book, &error));
	test_formula();
	test_formula_many();
	test_shares_of_unreadable();
	test_reversal_twice();
	test_signs();
	test_no_person();
	test_refund_names();
	test_memory();
	test_arena();
	fx_free();
	return unit_done();
}
