/*
 * audit_price_test.c
 *	  K8: the ceiling itself, the lower one of two prices, levels, money.
 */
#include "kind_fixture.h"

#define ITEM "001102000050000"
#define LINE_RULE .scope = MS_SCOPE_LINE,.count_key = MS_KEY_PERSON, FX_OPEN, FX_NO_AGE

static const MsBookRule rules[] = {{.code = "P",.kind = 8,.fund_scope = MS_FUND_ANY}};
static const MsBookEntry entries[] = {
	/* 10 yuan at level 3, 8 below; 0.0333 at none */
	{.code = "P2",.rule_code = "P",.check = MS_CHECK_PRICE,.limit = 80000,.levels = 1 << 2 | 1 << 1, LINE_RULE},
	{.code = "P3",.rule_code = "P",.check = MS_CHECK_PRICE,.limit = 100000,.levels = 1 << 3, LINE_RULE}
};
static const KxCode codes[] = {{"P2", ITEM, "main"}, {"P3", ITEM, "main"}};

#define NOON fx_time(3, 2, 12, 0, 0)

static void
test_ceiling(void)
{
	kx_start();
	fx_line("1", ITEM, NOON, 3, 1000);
	KX_ONE(MS_PASSED, 0);		/* the limit is allowed */

	/* one fen a unit too much */
	fx_lines[0].pric = fx_v(10010000);
	fx_lines[0].det_item_fee_sumamt = fx_v(3003);
	KX_ONE(MS_HIT, 0);
	KX_FOUND("P3", "1", 300, 3);
	CHECK_STR(fx_found[0].limit, "10.00");
	CHECK_STR(fx_found[0].actual, "10.01");
	CHECK_STR(fx_found[0].formula,
			  "(10.01 - 10) \303\227 3 = 0.03; 0.03 \303\227 1.00 = 0.03");

	/* another level has another ceiling */
	fx_encounters[0].hosp_lv = ms_str("05");
	fx_lines[0].pric = fx_v(10000000);
	fx_lines[0].det_item_fee_sumamt = fx_v(3000);
	KX_ONE(MS_HIT, 0);
	KX_FOUND("P2", "1", 60000, 600);
	fx_encounters[0].hosp_lv = ms_str("77");
	KX_ONE(MS_UNDECIDED, MS_LEVEL_UNKNOWN);
	fx_free();
}

static void
test_two_prices(void)
{
	/* half price for the second one: only the amount shows it */
	kx_start();
	fx_line("1", ITEM, NOON, 2, 1500);
	fx_lines[0].det_item_fee_sumamt = fx_v(1500);
	KX_ONE(MS_PASSED, 0);
	fx_lines[0].det_item_fee_sumamt = fx_v(2100);
	KX_ONE(MS_HIT, 0);
	KX_FOUND("P3", "1", 10000, 100);
	CHECK_STR(fx_found[0].actual, "10.50");
	CHECK_STR(fx_found[0].formula,
			  "21 - 10 \303\227 2 = 1; 1 \303\227 1.00 = 1.00");

	/* a day's quantity written as one: the price is told, and fair */
	fx_lines[0].pric = fx_v(10000000);
	fx_lines[0].cnt = fx_v(MS_QTY_ONE);
	fx_lines[0].det_item_fee_sumamt = fx_v(24000);
	KX_ONE(MS_PASSED, 0);

	/* without a price the amount tells, with an unreadable one it does not */
	fx_lines[0].pric = fx_none(MS_MISSING);
	KX_ONE(MS_HIT, 0);
	KX_FOUND("P3", "1", 2300000, 23000);
	fx_lines[0].pric = fx_none(MS_UNREADABLE);
	KX_ONE(MS_UNDECIDED, MS_PRICE_MISSING);
	fx_lines[0].det_item_fee_sumamt = fx_v(1000);
	KX_ONE(MS_PASSED, 0);
	fx_free();
}

static void
test_rounding(void)
{
	/* 10.001 yuan, once: nothing of it can be paid back */
	kx_start();
	fx_line("1", ITEM, NOON, 1, 1000);
	fx_lines[0].pric = fx_v(10001000);
	fx_lines[0].det_item_fee_sumamt = fx_v(1001);
	KX_ONE(MS_PASSED, 0);

	/* ten times it is a fen */
	fx_lines[0].cnt = fx_v(10 * MS_QTY_ONE);
	fx_lines[0].det_item_fee_sumamt = fx_v(10001);
	KX_ONE(MS_HIT, 0);
	KX_FOUND("P3", "1", 100, 1);

	/* a refund takes its part of quantity and amount along */
	fx_lines[0].pric = fx_v(12000000);
	fx_lines[0].det_item_fee_sumamt = fx_v(12000);
	fx_line("2", ITEM, NOON + 1, -8, 1200);
	fx_lines[1].init_feedetl_sn = ms_str("1");
	KX_RUN();
	KX_FOUND("P3", "1", 40000, 400);

	/* the largest numbers there are */
	kx_start();
	fx_line("1", ITEM, NOON, 1, 100);
	fx_lines[0].cnt = fx_v(1);
	fx_lines[0].pric = fx_v(MS_MAX_PRICE);
	fx_lines[0].det_item_fee_sumamt = fx_v(MS_MAX_SCALED);
	KX_ONE(MS_HIT, 0);
	fx_lines[0].cnt = fx_v(MS_MAX_SCALED);
	KX_ONE(MS_HIT, 0);
	KX_FOUND("P3", "1", INT64_C(90000000000000), INT64_C(900000000000));
	fx_free();
}

int
main(void)
{
	CHECK(KX_OPEN(rules, entries, codes, fx_maps));
	test_ceiling();
	CHECK(KX_OPEN(rules, entries, codes, fx_maps));
	test_two_prices();
	CHECK(KX_OPEN(rules, entries, codes, fx_maps));
	test_rounding();
	return unit_done();
}
