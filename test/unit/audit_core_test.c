/*
 * audit_core_test.c
 *	  The evaluator on hand-made claims: every rule at its boundary, and what
 *	  must hold for any claims (order, sums, counts).
 */
#include "unit.h"

#include "audit_fixture.h"

static MsBook book;

static const FxFinding *
found(int rule, const char *anchor)
{
	for (int i = 0; i < fx_n_found; i++)
	{
		if ((int) fx_found[i].f.rule == rule &&
			strcmp(fx_found[i].anchor, anchor) == 0)
			return &fx_found[i];
	}
	return NULL;
}

static int64_t
tally(int rule, MsOutcome outcome, MsReason reason)
{
	return fx_tallies[rule][outcome][reason];
}

static void
start(void)
{
	fx_reset();
	fx_encounter("M1");
	fx_settlement("S1", "M1", 8000);
}

#define RUN() CHECK(fx_run(&book))

#define CHECK_FOUND(rule, anchor, want_excess, want_vola) \
	do { \
		const FxFinding *check_f = found(rule, anchor); \
 \
		CHECK_MSG(check_f != NULL, "no finding %d at %s", rule, anchor); \
		if (check_f != NULL) \
		{ \
			CHECK_INT(check_f->f.excess, want_excess); \
			CHECK_INT(check_f->f.vola_amt, want_vola); \
		} \
	} while (0)

#define NOON(month, day) fx_time(month, day, 12, 0, 0)

/* ---- K1 ---- */

static void
test_sex(void)
{
	start();
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 2, 100);
	RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(tally(FX_RULE_SEX, MS_PASSED, 0), 1);

	fx_encounters[0].gend = ms_str("2");
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_FOUND(FX_RULE_SEX, "1", 20000, 200);
	CHECK_STR(fx_found[0].limit, "male");
	CHECK_STR(fx_found[0].actual, "female");
	CHECK_STR(fx_found[0].formula, "2 \303\227 1.00 = 2.00");
	CHECK_INT(fx_found[0].f.fund_amt.v, 8000);
	CHECK_INT(tally(FX_RULE_SEX, MS_HIT, 0), 1);

	fx_encounters[0].gend = ms_str("9");
	RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(tally(FX_RULE_SEX, MS_UNDECIDED, MS_SEX_UNKNOWN), 1);
}

static void
test_age(void)
{
	start();
	fx_line("1", FX_CHILD_DRUG, NOON(3, 2), 1, 100);
	fx_encounters[0].brdy = fx_v(ms_days_from_civil(2012, 3, 3) * MS_USECS_PER_DAY);
	RUN();
	CHECK_INT(fx_n_found, 0);	/* 13, the day before the birthday */
	fx_encounters[0].brdy = fx_v(ms_days_from_civil(2012, 3, 2) * MS_USECS_PER_DAY);
	RUN();
	CHECK_FOUND(FX_RULE_AGE, "1", 10000, 100);
	CHECK_STR(fx_found[0].limit, "< 14 year");
	CHECK_STR(fx_found[0].actual, "14 year");

	fx_encounters[0].brdy = fx_none(MS_MISSING);
	RUN();
	CHECK_INT(tally(FX_RULE_AGE, MS_UNDECIDED, MS_BIRTH_MISSING), 1);
	fx_encounters[0].brdy = fx_none(MS_UNREADABLE);
	RUN();
	CHECK_INT(tally(FX_RULE_AGE, MS_UNDECIDED, MS_BIRTH_UNREADABLE), 1);
	fx_encounters[0].brdy = fx_v(NOON(3, 3));
	RUN();
	CHECK_INT(tally(FX_RULE_AGE, MS_UNDECIDED, MS_BIRTH_IMPLAUSIBLE), 1);
	fx_encounters[0].brdy = fx_v(ms_days_from_civil(1800, 1, 1) * MS_USECS_PER_DAY);
	RUN();
	CHECK_INT(tally(FX_RULE_AGE, MS_UNDECIDED, MS_BIRTH_IMPLAUSIBLE), 1);

	/* an act before the entry was in force is not its business */
	fx_lines[0].fee_ocur_time = fx_v(ms_days_from_civil(2025, 12, 31) *
									 MS_USECS_PER_DAY);
	fx_encounters[0].brdy = fx_v(0);
	RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(tally(FX_RULE_AGE, MS_PASSED, 0), 0);
	CHECK_INT(fx_checked, 1);

	/* newborn: below 29 days */
	start();
	fx_line("1", FX_NEWBORN, NOON(3, 30), 1, 100);
	fx_encounters[0].brdy = fx_v(fx_time(3, 2, 23, 0, 0));
	RUN();
	CHECK_INT(fx_n_found, 0);
	fx_encounters[0].brdy = fx_v(fx_time(3, 1, 1, 0, 0));
	RUN();
	CHECK_FOUND(FX_RULE_AGE, "1", 10000, 100);
}

static void
test_months(void)
{
	int64_t		feb29 = ms_days_from_civil(2024, 2, 29);

	CHECK_INT(ms_whole_months(feb29, ms_days_from_civil(2025, 2, 28)), 11);
	CHECK_INT(ms_whole_months(feb29, ms_days_from_civil(2025, 3, 1)), 12);
	CHECK_INT(ms_whole_months(feb29, feb29), 0);
	for (int64_t day = -800000; day < 800000; day += 379)
	{
		MsDate		d = ms_civil_from_days(day);

		if (ms_days_from_civil(d.year, d.month, d.day) != day)
			CHECK_INT(ms_days_from_civil(d.year, d.month, d.day), day);
	}
	CHECK_INT(ms_days_from_civil(2000, 1, 1), 0);
	CHECK_INT(ms_days_from_civil(1970, 1, 1), -10957);
}

static void
test_insurance(void)
{
	start();
	fx_line("1", FX_INJURY_DRUG, NOON(3, 2), 1, 100);
	RUN();
	CHECK_FOUND(FX_RULE_INSURANCE, "1", 10000, 100);
	fx_settlements[0].insutype = ms_str("410");
	RUN();
	CHECK_INT(fx_n_found, 0);	/* the settlement's, before the encounter's */
	fx_settlements[0].insutype = ms_str("999");
	RUN();
	CHECK_INT(tally(FX_RULE_INSURANCE, MS_UNDECIDED, MS_INSURANCE_UNKNOWN), 1);
}

/* ---- K2 ---- */

static void
test_level(void)
{
	start();
	fx_line("1", FX_LEVEL_DRUG, NOON(3, 2), 1, 100);
	fx_encounters[0].hosp_lv = ms_str("05");
	RUN();
	CHECK_INT(fx_n_found, 0);
	fx_encounters[0].hosp_lv = ms_str("9");
	RUN();
	CHECK_FOUND(FX_RULE_LEVEL, "1", 10000, 100);	/* 9 is 09 */
	CHECK_STR(fx_found[0].limit, "2");
	CHECK_STR(fx_found[0].actual, "1");
	fx_encounters[0].hosp_lv = ms_str("77");
	RUN();
	CHECK_INT(tally(FX_RULE_LEVEL, MS_UNDECIDED, MS_LEVEL_UNKNOWN), 1);

	/* a pharmacy takes the prescriber's level */
	fx_encounters[0].med_type = ms_str("41");
	fx_lines[0].rx_circ_flag = ms_str("1");
	RUN();
	CHECK_INT(tally(FX_RULE_LEVEL, MS_UNDECIDED, MS_PRESCRIBER_UNKNOWN), 1);
	fx_lines[0].rx_hosp_lv = ms_str("02");
	RUN();
	CHECK_INT(tally(FX_RULE_LEVEL, MS_PASSED, 0), 1);
	fx_lines[0].rx_hosp_lv = ms_str("09");
	RUN();
	CHECK_INT(fx_n_found, 1);
}

/* The outcome of the only line under a rule, and nothing else. */
#define CHECK_ONE(rule, outcome, reason) \
	do { \
		RUN(); \
		CHECK_INT(tally(rule, outcome, reason), 1); \
		CHECK_INT(fx_n_found, (outcome) == MS_HIT); \
	} while (0)

/* Whoever fills a prescription from outside does not answer for its writer. */
static void
test_outside_prescription(void)
{
	static const char *const care[] = {"41", "11", "14", "15", "99", ""};
	static const char *const pharmacies[] = {
		"P61092900003", " P61092900003\t", "P6103010101"
	};
	static const char *const others[] = {
		"H61092900003", "H1", "", "P", "PX1092900003", "p", "1P0929000031"
	};

	for (size_t i = 0; i < sizeof(care) / sizeof(care[0]); i++)
		for (size_t j = 0; j < sizeof(pharmacies) / sizeof(pharmacies[0]); j++)
		{
			start();
			fx_line("1", FX_LEVEL_DRUG, NOON(3, 2), 1, 100);
			fx_encounters[0].hosp_lv = ms_str(j == 0 ? "77" : "09");
			fx_encounters[0].med_type = ms_str(care[i]);
			fx_lines[0].rx_circ_flag = ms_str("1");
			/* the line's institution comes before the encounter's */
			if (j == 0)
				fx_encounters[0].fixmedins_code = ms_str(pharmacies[j]);
			else
				fx_lines[0].fixmedins_code = ms_str(pharmacies[j]);
			CHECK_ONE(FX_RULE_LEVEL, MS_UNDECIDED, MS_PRESCRIBER_UNKNOWN);
			fx_lines[0].rx_hosp_lv = ms_str("77");
			CHECK_ONE(FX_RULE_LEVEL, MS_UNDECIDED, MS_PRESCRIBER_UNKNOWN);
			fx_lines[0].rx_hosp_lv = ms_str("05");
			CHECK_ONE(FX_RULE_LEVEL, MS_PASSED, 0);
			fx_lines[0].rx_hosp_lv = ms_str("09");
			CHECK_ONE(FX_RULE_LEVEL, MS_HIT, 0);
			CHECK_STR(fx_found[0].actual, "1");
			CHECK_INT((fx_found[0].f.tested & MS_TESTED_PRESCRIBER) != 0, 1);

			/* where it was prescribed nobody knows, whatever the level */
			fx_lines[0].med_list_codg = ms_str(FX_STAY_DRUG);
			CHECK_ONE(FX_RULE_SETTING, MS_UNDECIDED, MS_PRESCRIBER_UNKNOWN);
			fx_lines[0].rx_circ_flag = ms_str("0");
			RUN();
			CHECK_INT(tally(FX_RULE_SETTING, MS_UNDECIDED, MS_PRESCRIBER_UNKNOWN), 0);

			/* without the flag it is the pharmacy's own sale */
			fx_lines[0].med_list_codg = ms_str(FX_LEVEL_DRUG);
			fx_encounters[0].hosp_lv = ms_str("09");
			fx_lines[0].rx_hosp_lv = ms_str("02");
			CHECK_ONE(FX_RULE_LEVEL, MS_HIT, 0);
		}

	/* a hospital answers for its own level, whatever the flag says */
	for (size_t i = 1; i < sizeof(care) / sizeof(care[0]); i++)
		for (size_t j = 0; j < sizeof(others) / sizeof(others[0]); j++)
		{
			start();
			fx_line("1", FX_LEVEL_DRUG, NOON(3, 2), 1, 100);
			fx_encounters[0].fixmedins_code = ms_str("");
			fx_encounters[0].med_type = ms_str(care[i]);
			fx_encounters[0].hosp_lv = ms_str("09");
			fx_lines[0].fixmedins_code = ms_str(others[j]);
			fx_lines[0].rx_circ_flag = ms_str("1");
			fx_lines[0].rx_hosp_lv = ms_str("02");
			CHECK_ONE(FX_RULE_LEVEL, MS_HIT, 0);
			CHECK_INT((fx_found[0].f.tested & MS_TESTED_PRESCRIBER) != 0, 0);
			fx_encounters[0].hosp_lv = ms_str("02");
			fx_lines[0].rx_hosp_lv = ms_str("09");
			CHECK_ONE(FX_RULE_LEVEL, MS_PASSED, 0);
			fx_encounters[0].hosp_lv = ms_str("77");
			CHECK_ONE(FX_RULE_LEVEL, MS_UNDECIDED, MS_LEVEL_UNKNOWN);
		}
	start();
	fx_line("1", FX_STAY_DRUG, NOON(3, 2), 1, 100)->med_type = ms_str("11");
	fx_lines[0].rx_circ_flag = ms_str("1");
	fx_lines[0].fixmedins_code = ms_str("H61092900003");
	fx_encounters[0].fixmedins_code = ms_str("P61092900003");
	CHECK_ONE(FX_RULE_SETTING, MS_HIT, 0);
}

static void
test_level_alternative(void)
{
	start();
	fx_line("1", FX_EYE_DRUG, NOON(3, 2), 1, 100);
	RUN();
	CHECK_INT(fx_n_found, 0);
	fx_encounters[0].hosp_lv = ms_str("05");
	RUN();
	CHECK_INT(tally(FX_RULE_LEVEL, MS_UNDECIDED, MS_INSTITUTION_TYPE_UNKNOWN), 1);
	fx_encounters[0].medins_type = ms_str("eye");
	RUN();
	CHECK_INT(tally(FX_RULE_LEVEL, MS_PASSED, 0), 1);

	/* the pharmacy's kind is not that of the prescriber */
	fx_lines[0].rx_circ_flag = ms_str("1");
	fx_lines[0].rx_hosp_lv = ms_str("05");
	fx_lines[0].fixmedins_code = ms_str("P61092900003");
	RUN();
	CHECK_INT(tally(FX_RULE_LEVEL, MS_UNDECIDED, MS_PRESCRIBER_UNKNOWN), 1);
	fx_lines[0].rx_circ_flag = ms_str("0");
	fx_encounters[0].medins_type = ms_str("general");
	RUN();
	CHECK_INT(fx_n_found, 1);
	fx_encounters[0].medins_type = ms_str("eye");
	fx_encounters[0].hosp_lv = ms_str("09");
	RUN();
	CHECK_INT(fx_n_found, 1);
}

static void
test_level_first_only(void)
{
	start();
	fx_encounters[0].hosp_lv = ms_str("09");
	fx_encounters[0].medins_type = ms_str("general");
	fx_line("2", FX_FIRST_DRUG, NOON(3, 4), 1, 100);
	fx_line("1", FX_FIRST_DRUG, NOON(3, 2), 1, 100);
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_FOUND(FX_RULE_LEVEL, "1", 10000, 100);
	CHECK_INT(tally(FX_RULE_LEVEL, MS_PASSED, 0), 1);

	/* whether it is the first one is not known without the history */
	fx_claims.history_from = fx_v(MS_HISTORY_NONE);
	RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(tally(FX_RULE_LEVEL, MS_UNDECIDED, MS_HISTORY_SHORT), 1);

	/* which nobody asks where a lower level suffices */
	fx_encounters[0].medins_type = ms_str("eye");
	RUN();
	CHECK_INT(tally(FX_RULE_LEVEL, MS_PASSED, 0), 2);
	fx_encounters[0].medins_type = ms_str("general");
	fx_claims.history_from.state = MS_MISSING;

	/* the first one at a proper place frees the rest */
	fx_encounter("M2")->hosp_lv = ms_str("02");
	fx_line("0", FX_FIRST_DRUG, NOON(2, 2), 1, 100)->mdtrt_id = ms_str("M2");
	RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(tally(FX_RULE_LEVEL, MS_PASSED, 0), 3);
}

static void
test_setting(void)
{
	start();
	fx_line("1", FX_STAY_DRUG, NOON(3, 2), 1, 100);
	RUN();
	CHECK_INT(fx_n_found, 0);
	fx_lines[0].med_type = ms_str("11");
	RUN();
	CHECK_FOUND(FX_RULE_SETTING, "1", 10000, 100);
	CHECK_STR(fx_found[0].limit, "inpatient,emergency");
	CHECK_STR(fx_found[0].actual, "outpatient");
	fx_lines[0].med_type = ms_str("1301");	/* longest prefix */
	RUN();
	CHECK_INT(fx_n_found, 0);
	fx_lines[0].med_type = ms_str("99");
	RUN();
	CHECK_INT(tally(FX_RULE_SETTING, MS_UNDECIDED, MS_SETTING_UNKNOWN), 1);
	fx_lines[0].med_type = ms_str("41\t");
	fx_lines[0].rx_circ_flag = ms_str("1");
	RUN();
	CHECK_INT(tally(FX_RULE_SETTING, MS_UNDECIDED, MS_PRESCRIBER_UNKNOWN), 1);
	fx_lines[0].rx_circ_flag = ms_str("0");
	RUN();
	CHECK_INT(fx_n_found, 1);
}

/* ---- who paid ---- */

static void
test_fund_status(void)
{
	start();
	fx_encounters[0].gend = ms_str("2");
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 1, 100);
	fx_line("2", FX_OTHER, NOON(3, 2), 1, 100);
	fx_lines[0].hosp_appr_flag = ms_str("2");
	RUN();
	CHECK_INT(tally(FX_RULE_SEX, MS_NOT_FUND_PAID, 0), 1);
	fx_lines[0].hosp_appr_flag = ms_str("1");
	fx_lines[0].fulamt_ownpay_amt = fx_v(100);
	RUN();
	CHECK_INT(tally(FX_RULE_SEX, MS_NOT_FUND_PAID, 0), 1);
	fx_lines[0].fulamt_ownpay_amt = fx_v(99);
	RUN();
	CHECK_INT(tally(FX_RULE_SEX, MS_HIT, 0), 1);
	fx_lines[0].inscp_amt = fx_v(0);
	RUN();
	CHECK_INT(tally(FX_RULE_SEX, MS_NOT_FUND_PAID, 0), 1);
	fx_lines[0].inscp_amt = fx_none(MS_MISSING);
	RUN();
	CHECK_INT(tally(FX_RULE_SEX, MS_UNDECIDED, MS_INSCP_AMT_MISSING), 1);
	fx_lines[0].inscp_amt = fx_v(100);

	/* the family account paid: no pooled fund is touched */
	fx_settlements[0].funds[MS_HIFP_PAY] = fx_v(0);
	fx_settlements[0].funds[MS_ACCT_MULAID_PAY] = fx_v(200);
	RUN();
	CHECK_INT(tally(FX_RULE_SEX, MS_NOT_FUND_PAID, 0), 1);
	CHECK_INT(tally(FX_RULE_ACCOUNT, MS_HIT, 0), 1);
	CHECK_FOUND(FX_RULE_ACCOUNT, "2", 10000, 100);
	CHECK_INT(found(FX_RULE_ACCOUNT, "2")->f.fund_amt.v, 0);
	CHECK_INT(found(FX_RULE_ACCOUNT, "2")->f.funds[MS_ACCT_MULAID_PAY], 100);

	/* only the total of the funds is there */
	fx_settlements[0].funds[MS_HIFP_PAY] = fx_none(MS_MISSING);
	fx_settlements[0].funds[MS_FUND_PAY_SUMAMT] = fx_v(60);
	RUN();
	CHECK_INT(found(FX_RULE_SEX, "1")->f.fund_amt.v, 30);
	CHECK_INT(found(FX_RULE_SEX, "1")->f.funds[MS_FUND_PAY_SUMAMT], 30);
}

static void
test_methods(void)
{
	start();
	fx_encounters[0].gend = ms_str("2");
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 3, 111);
	fx_lines[0].inscp_amt = fx_v(200);
	fx_lines[0].reim_prop = fx_v(755000);
	RUN();
	CHECK_INT(fx_found[0].f.method, MS_METHOD_LINE);
	CHECK_INT(fx_found[0].f.inscp_amt.v, 200);
	CHECK_INT(fx_found[0].f.fund_amt.v, 151);
	fx_lines[0].reim_prop = fx_v(75500000); /* 75.5 % */
	RUN();
	CHECK_INT(fx_found[0].f.fund_amt.v, 151);
	fx_settlements[0].clr_way = ms_str("4");
	RUN();
	CHECK_INT(fx_found[0].f.method, MS_METHOD_NONE);
	CHECK_INT(fx_found[0].f.fund_amt.state, MS_MISSING);
	CHECK_INT(fx_found[0].f.vola_amt, 333);
	fx_lines[0].setl_id = ms_str("S9");
	RUN();
	CHECK_INT(fx_found[0].f.method, MS_METHOD_UNSETTLED);
	CHECK(fx_found[0].f.provisional);
	CHECK_INT(fx_found[0].f.settlement, -1);

	/* a rule for any money; what was within the scope is not known */
	start();
	fx_line("1", FX_DAILY, NOON(3, 2), 30, 100);
	fx_lines[0].inscp_amt = fx_none(MS_MISSING);
	fx_lines[0].reim_prop = fx_v(755000);
	RUN();
	CHECK_INT(fx_found[0].f.method, MS_METHOD_NONE);
	CHECK_INT(fx_found[0].f.inscp_amt.state, MS_MISSING);
	CHECK_INT(fx_found[0].f.fund_amt.state, MS_MISSING);
	fx_settlements[0].funds[MS_HIFP_PAY] = fx_v(0);
	RUN();
	CHECK_INT(fx_found[0].f.method, MS_METHOD_RATIO);
	CHECK_INT(fx_found[0].f.fund_amt.v, 0);
}

/* Shares of 100 fen over three equal lines: 34, 33, 33 by line id. */
static void
test_shares(void)
{
	start();
	fx_encounters[0].gend = ms_str("2");
	fx_settlements[0].funds[MS_HIFP_PAY] = fx_v(100);
	fx_settlements[0].funds[MS_MAF_PAY] = fx_v(-1);
	fx_line("c", FX_MALE_DRUG, NOON(3, 2), 1, 50);
	fx_line("b", FX_MALE_DRUG, NOON(3, 3), 1, 50);
	fx_line("a", FX_MALE_DRUG, NOON(3, 4), 1, 50);
	RUN();
	CHECK_INT(found(FX_RULE_SEX, "a")->f.funds[MS_HIFP_PAY], 34);
	CHECK_INT(found(FX_RULE_SEX, "b")->f.funds[MS_HIFP_PAY], 33);
	CHECK_INT(found(FX_RULE_SEX, "c")->f.funds[MS_HIFP_PAY], 33);
	CHECK_INT(found(FX_RULE_SEX, "a")->f.funds[MS_MAF_PAY], -1);
	CHECK_INT(found(FX_RULE_SEX, "a")->f.fund_amt.v, 33);

	/* a line that cannot be checked was paid for all the same; a void was not */
	fx_lines[0].med_list_codg = ms_str("null");
	fx_lines[1].vali_flag = ms_str("0");
	RUN();
	CHECK_INT(fx_skips[MS_SKIP_CODE_UNREADABLE], 1);
	CHECK_INT(found(FX_RULE_SEX, "a")->f.funds[MS_HIFP_PAY], 50);

	/* lines of the bill that are not here keep their share of it */
	fx_settlements[0].inscp_amt = fx_v(400);
	RUN();
	CHECK_INT(found(FX_RULE_SEX, "a")->f.funds[MS_HIFP_PAY], 13);
	/* 33.56, 33.56 and absent 32.89: the absent remainder takes a fen first */
	fx_settlements[0].inscp_amt = fx_v(149);
	RUN();
	CHECK_INT(found(FX_RULE_SEX, "a")->f.funds[MS_HIFP_PAY], 34);
}

/* ---- fates ---- */

static void
test_skips(void)
{
	start();
	fx_line("1", FX_OTHER, NOON(3, 2), 1, 100)->vali_flag = ms_str("0");
	fx_line("2", FX_OTHER, NOON(3, 2), 1, 100)->mdtrt_id = ms_str("M9");
	fx_line("", FX_OTHER, NOON(3, 2), 1, 100);
	fx_line("4", " ", NOON(3, 2), 1, 100);
	fx_line("5", "null", NOON(3, 2), 1, 100);
	fx_line("6", FX_OTHER, 0, 1, 100)->fee_ocur_time = fx_none(MS_MISSING);
	fx_line("7", FX_OTHER, 0, 1, 100)->fee_ocur_time = fx_none(MS_UNREADABLE);
	fx_line("8", FX_OTHER, NOON(3, 2), 1, 100)->cnt = fx_none(MS_MISSING);
	fx_line("9", FX_OTHER, NOON(3, 2), 0, 100);
	fx_line("10", FX_OTHER, NOON(3, 2), 1, 100)->det_item_fee_sumamt = fx_none(MS_MISSING);
	fx_line("11", FX_OTHER, NOON(3, 2), 1, 100)->det_item_fee_sumamt = fx_none(MS_UNREADABLE);
	fx_line("12", " " FX_OTHER "\t", NOON(3, 2), 1, 100);
	fx_line("12", FX_OTHER, NOON(3, 2), 1, 100);
	RUN();
	CHECK_INT(fx_checked, 1);
	CHECK_INT(fx_skips[MS_SKIP_VOID], 1);
	CHECK_INT(fx_skips[MS_SKIP_ENCOUNTER_MISSING], 1);
	CHECK_INT(fx_skips[MS_SKIP_LINE_ID_MISSING], 1);
	CHECK_INT(fx_skips[MS_SKIP_CODE_MISSING], 1);
	CHECK_INT(fx_skips[MS_SKIP_CODE_UNREADABLE], 1);
	CHECK_INT(fx_skips[MS_SKIP_TIME_MISSING], 1);
	CHECK_INT(fx_skips[MS_SKIP_TIME_UNREADABLE], 1);
	CHECK_INT(fx_skips[MS_SKIP_QUANTITY_MISSING], 1);
	CHECK_INT(fx_skips[MS_SKIP_QUANTITY_UNREADABLE], 1);
	CHECK_INT(fx_skips[MS_SKIP_AMOUNT_MISSING], 1);
	CHECK_INT(fx_skips[MS_SKIP_AMOUNT_UNREADABLE], 1);
	CHECK_INT(fx_skips[MS_SKIP_DUPLICATE_LINE], 1);

	fx_settlements[0].vali_flag = ms_str("0");
	RUN();
	CHECK_INT(fx_checked, 0);
	CHECK_INT(fx_skips[MS_SKIP_VOID], 13);

	start();
	fx_encounters[0].vali_flag = ms_str("0");
	fx_line("1", FX_OTHER, NOON(3, 2), 1, 100);
	RUN();
	CHECK_INT(fx_skips[MS_SKIP_ENCOUNTER_MISSING], 1);
	fx_lines[0].psn_no = ms_str(NULL);
	RUN();
	CHECK_INT(fx_skips[MS_SKIP_PERSON_MISSING], 1);
}

static void
test_cancelled(void)
{
	start();
	fx_encounters[0].gend = ms_str("2");
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 1, 100);
	fx_settlement("S2", "M1", -8000);
	fx_settlements[1].refd_setl_flag = ms_str("1");
	fx_settlements[1].init_setl_id = ms_str("S1");
	fx_line("2", FX_MALE_DRUG, NOON(3, 2), -1, 100)->setl_id = ms_str("S2");
	RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(fx_skips[MS_SKIP_CANCELLED], 2);

	/* settled again: that bill stands by itself */
	fx_settlement("S3", "M1", 80);
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 1, 100)->setl_id = ms_str("S3");
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_FOUND(FX_RULE_SEX, "1", 10000, 100);
	CHECK_INT(fx_found[0].f.fund_amt.v, 80);

	/* a void reversal cancels nothing */
	fx_settlements[1].vali_flag = ms_str("0");
	RUN();
	CHECK_INT(fx_skips[MS_SKIP_CANCELLED], 0);
}

static void
test_refunds(void)
{
	/* partial, unnamed: the latest earlier one of the same price */
	start();
	fx_encounters[0].gend = ms_str("2");
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 3, 100);
	fx_line("2", FX_MALE_DRUG, NOON(3, 4), 3, 100);
	fx_line("3", FX_MALE_DRUG, NOON(3, 5), 3, 101);
	fx_line("9", FX_MALE_DRUG, NOON(3, 6), -2, 100);
	RUN();
	CHECK_FOUND(FX_RULE_SEX, "1", 30000, 300);
	CHECK_FOUND(FX_RULE_SEX, "2", 10000, 100);
	CHECK_FOUND(FX_RULE_SEX, "3", 30000, 303);
	CHECK_INT(fx_skips[MS_SKIP_REFUND], 1);
	CHECK_INT(found(FX_RULE_SEX, "2")->f.n_members, 2);
	CHECK_INT(found(FX_RULE_SEX, "2")->members[1].role, 3);
	CHECK_INT(found(FX_RULE_SEX, "2")->members[1].net_cnt, -20000);

	/* spilling over to the one before; the first is refunded in full */
	fx_lines[3].cnt = fx_v(-50000);
	fx_lines[3].det_item_fee_sumamt = fx_v(-500);
	RUN();
	CHECK_FOUND(FX_RULE_SEX, "1", 10000, 100);
	CHECK(found(FX_RULE_SEX, "2") == NULL);
	CHECK_INT(fx_skips[MS_SKIP_REFUNDED], 1);

	/* too much: what does not fit is listed */
	fx_lines[3].cnt = fx_v(-70000);
	fx_lines[3].det_item_fee_sumamt = fx_v(-700);
	RUN();
	CHECK_INT(fx_skips[MS_SKIP_REFUND_UNMATCHED], 1);
	CHECK_INT(fx_skips[MS_SKIP_REFUNDED], 2);
	CHECK_FOUND(FX_RULE_SEX, "3", 30000, 303);

	/* named: goes there, whatever time and price */
	fx_lines[3].cnt = fx_v(-10000);
	fx_lines[3].det_item_fee_sumamt = fx_v(-101);
	fx_lines[3].inscp_amt = fx_none(MS_MISSING);
	fx_lines[3].init_feedetl_sn = ms_str("3");
	fx_lines[3].fee_ocur_time = fx_v(NOON(3, 1));
	RUN();
	CHECK_FOUND(FX_RULE_SEX, "3", 20000, 202);
	CHECK_INT(found(FX_RULE_SEX, "3")->f.inscp_amt.v, 202);

	/* a named line that is itself skipped takes nothing */
	fx_lines[2].vali_flag = ms_str("0");
	RUN();
	CHECK_INT(fx_skips[MS_SKIP_REFUND_UNMATCHED], 1);

	/* never before the charge, never across encounters */
	start();
	fx_encounter("M2");
	fx_line("1", FX_OTHER, NOON(3, 2), 1, 100);
	fx_line("2", FX_OTHER, NOON(3, 1), -1, 100);
	fx_line("3", FX_OTHER, NOON(3, 3), -1, 100)->mdtrt_id = ms_str("M2");
	RUN();
	CHECK_INT(fx_skips[MS_SKIP_REFUND_UNMATCHED], 2);
	fx_lines[1].fee_ocur_time = fx_v(NOON(3, 2));	/* same time is enough */
	RUN();
	CHECK_INT(fx_skips[MS_SKIP_REFUNDED], 1);
}

static void
test_period(void)
{
	start();
	fx_encounters[0].gend = ms_str("2");
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 1, 100);
	fx_line("2", FX_MALE_DRUG, NOON(3, 2), 1, 100)->setl_id = ms_str("S9");
	fx_claims.period_from = fx_v(fx_time(3, 8, 11, 0, 0));
	RUN();
	CHECK_INT(fx_checked, 1);	/* by settlement; the other by its act */
	CHECK_INT(fx_n_found, 1);
	fx_claims.period_to = fx_claims.period_from;
	RUN();
	CHECK_INT(fx_checked, 0);
	fx_claims.period_from = fx_v(NOON(3, 2));
	RUN();
	CHECK_INT(fx_checked, 1);
	CHECK_STR(fx_found[0].anchor, "2");
}

/* ---- K5 ---- */

static void
test_pair_day(void)
{
	const FxFinding *f;

	start();
	fx_line("m", FX_DAY_MAIN, fx_time(3, 2, 23, 0, 0), 2, 100);
	fx_line("a", FX_DAY_SUB, fx_time(3, 2, 1, 0, 0), 1, 50);
	fx_line("b", FX_DAY_SUB, fx_time(3, 2, 2, 0, 0), 1, 40);
	fx_line("c", FX_DAY_SUB, fx_time(3, 2, 3, 0, 0), 1, 60);
	fx_line("d", FX_DAY_SUB, fx_time(3, 3, 0, 0, 0), 1, 60);
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_FOUND(FX_RULE_PAIR, "a", 20000, 90);
	f = found(FX_RULE_PAIR, "a");
	CHECK_INT(f->f.vola_amt_max, 110);
	CHECK_STR(f->formula, "min(3, 2) = 2; 1 \303\227 0.40 + 1 \303\227 0.50 = 0.90");
	CHECK_INT(f->f.n_members, 4);
	CHECK_INT(tally(FX_RULE_PAIR, MS_HIT, 0), 3);
	CHECK_INT(tally(FX_RULE_PAIR, MS_PASSED, 0), 2);

	/* another institution has its own counter */
	fx_lines[0].fixmedins_code = ms_str("H2");
	RUN();
	CHECK_INT(fx_n_found, 0);
}

static void
test_pair_visit(void)
{
	start();
	fx_encounter("M2");
	fx_line("m", FX_VISIT_MAIN, NOON(3, 2), 1, 100);
	fx_line("a", FX_VISIT_SUB, NOON(3, 7), 3, 50);
	fx_line("b", FX_VISIT_SUB, NOON(3, 7), 1, 50)->mdtrt_id = ms_str("M2");
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_FOUND(FX_RULE_PAIR, "a", 10000, 50);
}

static void
test_pair_6h(void)
{
	start();
	fx_line("m", FX_6H_MAIN, fx_time(3, 2, 10, 0, 0), 1, 100);
	fx_line("a", FX_6H_SUB, fx_time(3, 2, 16, 0, 0), 1, 50);
	RUN();
	CHECK_FOUND(FX_RULE_PAIR, "a", 10000, 50);
	fx_lines[1].fee_ocur_time = fx_v(fx_time(3, 2, 16, 0, 1));
	RUN();
	CHECK_INT(fx_n_found, 0);
	fx_lines[1].fee_ocur_time = fx_v(fx_time(3, 2, 4, 0, 0));
	RUN();
	CHECK_INT(fx_n_found, 1);
	fx_lines[1].fee_ocur_time = fx_v(fx_time(3, 2, 3, 59, 59));
	RUN();
	CHECK_INT(fx_n_found, 0);

	/* each unit of the main counts once: over midnight */
	start();
	fx_line("m", FX_6H_MAIN, fx_time(3, 2, 23, 0, 0), 1, 100);
	fx_line("a", FX_6H_SUB, fx_time(3, 2, 20, 0, 0), 1, 50);
	fx_line("b", FX_6H_SUB, fx_time(3, 3, 2, 0, 0), 1, 50);
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_FOUND(FX_RULE_PAIR, "a", 10000, 50);
	fx_lines[0].cnt = fx_v(20000);
	RUN();
	CHECK_INT(fx_n_found, 2);
	CHECK_FOUND(FX_RULE_PAIR, "b", 10000, 50);

	/* no clock: undecided, but only where a main is near */
	start();
	fx_line("m", FX_6H_MAIN, fx_time(3, 2, 10, 0, 0), 1, 100);
	fx_line("a", FX_6H_SUB, fx_time(3, 2, 0, 0, 0), 1, 50);
	fx_line("b", FX_6H_SUB, fx_time(3, 5, 0, 0, 0), 1, 50);
	RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(tally(FX_RULE_PAIR, MS_UNDECIDED, MS_NO_CLOCK), 1);
	CHECK_INT(tally(FX_RULE_PAIR, MS_PASSED, 0), 2);
	fx_lines[0].fee_ocur_time = fx_v(fx_time(3, 2, 0, 0, 0));
	fx_lines[1].fee_ocur_time = fx_v(fx_time(3, 2, 22, 0, 0));
	RUN();
	CHECK_INT(tally(FX_RULE_PAIR, MS_UNDECIDED, MS_NO_CLOCK), 1);
}

static void
test_pair_hour(void)
{
	/* both count hours in this book */
	start();
	fx_line("m", FX_HOUR_MAIN, fx_time(3, 2, 22, 0, 0), 4, 100);
	fx_line("a", FX_HOUR_SUB, fx_time(3, 2, 20, 0, 0), 3, 50);
	RUN();
	CHECK_FOUND(FX_RULE_PAIR, "a", 10000, 50);
	fx_lines[1].cnt = fx_v(20000);
	RUN();
	CHECK_INT(fx_n_found, 0);	/* ends when the main begins */

	/* over midnight: one finding a civil day of the sub */
	fx_lines[1].cnt = fx_v(40000);
	fx_line("b", FX_HOUR_SUB, fx_time(3, 3, 1, 30, 0), 4, 50);
	RUN();
	CHECK_INT(fx_n_found, 2);
	CHECK_FOUND(FX_RULE_PAIR, "a", 20000, 75);	/* half of 150 */
	CHECK_FOUND(FX_RULE_PAIR, "b", 5000, 25);

	/* absurd hours decide nothing */
	fx_lines[0].cnt = fx_v(7450000);
	RUN();
	CHECK_INT(tally(FX_RULE_PAIR, MS_UNDECIDED, MS_HOURS_IMPLAUSIBLE), 1);
	CHECK(found(FX_RULE_PAIR, "a") == NULL);
}

/* ---- K6 ---- */

static void
test_daily(void)
{
	const FxFinding *f;

	start();
	fx_encounters[0].med_type = ms_str("11");
	fx_line("a", FX_DAILY, fx_time(3, 2, 0, 0, 0), 1, 50);
	fx_line("b", FX_DAILY, fx_time(3, 2, 23, 59, 59), 1, 40);
	fx_line("c", FX_DAILY, fx_time(3, 3, 0, 0, 0), 1, 40);
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_FOUND(FX_RULE_DAILY, "b", 10000, 40);
	f = found(FX_RULE_DAILY, "b");
	CHECK_INT(f->f.vola_amt_max, 50);
	CHECK_STR(f->formula, "2 - 1 = 1; 1 \303\227 0.40 = 0.40");
	CHECK_STR(f->limit, "1");
	CHECK_STR(f->actual, "2");
	CHECK(f->f.note == NULL);
	CHECK((f->f.tested & MS_TESTED_LATE_POSTING) != 0);

	/* the choice may fall on another line than the last */
	fx_lines[0].det_item_fee_sumamt = fx_v(30);
	RUN();
	CHECK_FOUND(FX_RULE_DAILY, "b", 10000, 30);
}

static void
test_late_posting(void)
{
	/* 8 days from 1 to 8 March: eight posted on one day are within */
	start();
	fx_line("a", FX_DAILY, NOON(3, 8), 8, 50);
	RUN();
	CHECK_FOUND(FX_RULE_DAILY, "a", 70000, 0);
	CHECK_STR(fx_found[0].f.note, "late_posting");
	CHECK(fx_found[0].f.suspect_only);
	CHECK_INT(fx_found[0].f.fund_amt.v, 0);
	CHECK_INT(fx_found[0].members[0].vola, 0);
	fx_lines[0].med_type = ms_str("13");	/* its visit is a stay */
	RUN();
	CHECK_STR(fx_found[0].f.note, "late_posting");
	fx_lines[0].cnt = fx_v(90000);
	RUN();
	CHECK(fx_found[0].f.note == NULL);
	CHECK_FOUND(FX_RULE_DAILY, "a", 80000, 356);	/* part of 400 */

	/* no begin date: nothing excuses */
	fx_lines[0].cnt = fx_v(80000);
	fx_encounters[0].begntime = fx_none(MS_MISSING);
	RUN();
	CHECK(fx_found[0].f.note == NULL);
}

static void
test_hours(void)
{
	start();
	fx_encounters[0].med_type = ms_str("11");
	fx_line("a", FX_HOUR_SUB, fx_time(3, 2, 12, 0, 0), 24, 10);
	RUN();
	CHECK_INT(fx_n_found, 0);
	fx_line("b", FX_HOUR_SUB, fx_time(3, 2, 0, 0, 0), 13, 10);
	RUN();
	CHECK_INT(fx_n_found, 1);	/* 12 + 13 on the first day, 12 after */
	CHECK_FOUND(FX_RULE_DAILY, "a", 10000, 10);
	fx_line("c", FX_HOUR_SUB, fx_time(3, 4, 10, 0, 0), 745, 10);
	RUN();
	CHECK_INT(tally(FX_RULE_DAILY, MS_UNDECIDED, MS_HOURS_IMPLAUSIBLE), 1);
}

static void
test_rolling(void)
{
	start();
	fx_line("a", FX_ROLLING, NOON(3, 2), 1, 50);
	fx_line("b", FX_ROLLING, NOON(3, 15), 1, 60);
	fx_line("c", FX_ROLLING, NOON(3, 16), 1, 70);
	RUN();
	CHECK_INT(fx_n_found, 1);	/* b is too soon and does not count on */
	CHECK_FOUND(FX_RULE_CYCLE, "b", 10000, 60);
	CHECK_STR(fx_found[0].formula, "1 + 1 - 1 = 1; 1 \303\227 0.60 = 0.60");
	fx_lines[0].cnt = fx_v(30000);
	RUN();
	CHECK_FOUND(FX_RULE_CYCLE, "a", 20000, 33);
}

static void
test_gap(void)
{
	start();
	fx_line("a", FX_GAP, NOON(3, 1), 1, 50);
	fx_line("b", FX_GAP, NOON(3, 14), 1, 60);
	fx_line("b2", FX_GAP, NOON(3, 14), 1, 60);
	fx_line("c", FX_GAP, NOON(3, 15), 1, 70);
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_FOUND(FX_RULE_CYCLE, "b", 10000, 120);
	CHECK_STR(fx_found[0].actual, "13");
	CHECK_STR(fx_found[0].limit, "14");
}

static void
test_course(void)
{
	start();
	for (int day = 1; day <= 3; day++)
		fx_line(day == 1 ? "1" : day == 2 ? "2" : "3", FX_COURSE_DRUG,
				NOON(3, day), 1, 50);
	RUN();
	CHECK_INT(fx_n_found, 0);
	/* a pause of 14 days does not end the course, one of 15 does */
	fx_line("4", FX_COURSE_DRUG, NOON(3, 18), 2, 50);
	fx_line("5", FX_COURSE_DRUG, NOON(3, 18), 1, 60);
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_FOUND(FX_RULE_COURSE, "4", 10000, 160);
	CHECK_INT(fx_found[0].f.vola_amt_max, 160);
	CHECK_STR(fx_found[0].formula, "4 - 3 = 1; 2 \303\227 0.50 + 1 \303\227 0.60 = 1.60");
	fx_lines[3].fee_ocur_time = fx_v(NOON(3, 19));
	fx_lines[4].fee_ocur_time = fx_v(NOON(3, 19));
	RUN();
	CHECK_INT(fx_n_found, 0);

	/* a day paid by the patient does not count */
	fx_lines[3].fee_ocur_time = fx_v(NOON(3, 4));
	fx_lines[4].fee_ocur_time = fx_v(NOON(3, 4));
	fx_lines[1].inscp_amt = fx_v(0);
	RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(tally(FX_RULE_COURSE, MS_NOT_FUND_PAID, 0), 1);
}

static void
test_stay(void)
{
	start();
	fx_encounter("M2");
	fx_encounters[1].begntime = fx_v(fx_time(3, 8, 10, 0, 59));
	fx_encounters[1].endtime = fx_v(fx_time(3, 9, 10, 0, 0));
	fx_line("1", FX_PER_STAY, NOON(3, 1), 1, 50);
	fx_line("2", FX_PER_STAY, NOON(3, 2), 1, 50);
	fx_line("3", FX_PER_STAY, NOON(3, 9), 1, 50)->mdtrt_id = ms_str("M2");
	RUN();
	CHECK_INT(fx_n_found, 1);	/* same minute: one stay */
	CHECK_FOUND(FX_RULE_COURSE, "3", 10000, 50);
	fx_encounters[1].begntime = fx_v(fx_time(3, 8, 10, 1, 0));
	RUN();
	CHECK_INT(fx_n_found, 0);
	/* an interim settlement joins up to the next day */
	fx_settlements[0].mid_setl_flag = ms_str("1");
	fx_encounters[1].begntime = fx_v(fx_time(3, 9, 9, 0, 0));
	RUN();
	CHECK_INT(fx_n_found, 1);
	fx_encounters[1].begntime = fx_v(fx_time(3, 10, 0, 0, 0));
	RUN();
	CHECK_INT(fx_n_found, 0);
	/* visits make a stay, whatever a line says of itself */
	fx_encounters[1].begntime = fx_v(fx_time(3, 9, 9, 0, 0));
	fx_lines[2].med_type = ms_str("11");
	RUN();
	CHECK_INT(fx_n_found, 1);
	fx_encounters[1].med_type = ms_str("11");
	fx_lines[2].med_type = ms_str("21");
	RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(tally(FX_RULE_COURSE, MS_PASSED, 0), 3);
}

static void
test_span(void)
{
	start();
	fx_line("1", FX_SPAN_DRUG, NOON(3, 1), 1, 50);
	fx_line("2", FX_SPAN_DRUG, NOON(3, 30), 1, 50);
	RUN();
	CHECK_INT(fx_n_found, 0);	/* the 30th day */
	fx_line("3", FX_SPAN_DRUG, NOON(3, 31), 1, 50);
	fx_line("4", FX_SPAN_DRUG, NOON(4, 2), 1, 50);
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_FOUND(FX_RULE_COURSE, "3", 30000, 100);
	/* the finding belongs to its anchor's period */
	fx_settlement("S2", "M1", 100)->setl_time = fx_v(NOON(5, 1));
	fx_lines[3].setl_id = ms_str("S2");
	fx_claims.period_from = fx_v(NOON(4, 20));
	RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(tally(FX_RULE_COURSE, MS_HIT, 0), 1);
}

/* ---- what holds for any claims ---- */

static uint64_t rng_state = 20260301;

static uint32_t
rnd(uint32_t n)
{
	rng_state = rng_state * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (uint32_t) (rng_state >> 33) % n;
}

static const char *const ids[] = {
	"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o",
	"p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", "aa", "ab", "ac",
	"ad", "ae", "af", "ag", "ah", "ai", "aj", "ak", "al", "am", "an"
};

static void
random_claims(void)
{
	static const char *const mdtrt[] = {"M1", "M2", "M3"};
	static const char *const setl[] = {"S1", "S2", "S3", "S4", "S9"};
	int			n = 1 + (int) rnd(40);
	int			n_codes = 1 + (int) rnd(4);
	uint32_t	first_code = rnd(FX_N_CODES);

	fx_reset();
	for (int i = 0; i < 3; i++)
	{
		MsEncounter *e = fx_encounter(mdtrt[i]);

		e->gend = ms_str(rnd(2) ? "2" : "1");
		e->fixmedins_code = ms_str(rnd(4) ? "H1" : "H2");
		e->begntime = fx_v(fx_time(3, 1 + (int) rnd(8), (int) rnd(24), 0, 0));
		e->endtime = fx_v(e->begntime.v + (int64_t) rnd(8) * MS_USECS_PER_DAY);
		if (rnd(4) == 0)
			e->med_type = ms_str("11");
	}
	for (int i = 0; i < 4; i++)
	{
		MsSettlement *s = fx_settlement(setl[i], mdtrt[rnd(3)],
										(int64_t) rnd(20000));

		for (int f = 0; f < MS_N_FUNDS; f++)
		{
			if (rnd(3) == 0)
				s->funds[f] = fx_v((int64_t) rnd(3000) - 50);
		}
		s->setl_time = fx_v(fx_time(3, 1 + (int) rnd(28), 0, 0, 0));
		if (rnd(12) == 0)
		{
			s->refd_setl_flag = ms_str("1");
			s->init_setl_id = ms_str(setl[rnd(4)]);
		}
		if (rnd(5) == 0)
			s->mid_setl_flag = ms_str("1");
		if (rnd(9) == 0)
			s->clr_way = ms_str("4");
	}
	for (int i = 0; i < n; i++)
	{
		int64_t		cnt = rnd(6) ? 1 + (int64_t) rnd(5) : -1 - (int64_t) rnd(3);
		MsLine	   *l = fx_line(ids[rnd(20) ? (uint32_t) i : rnd(40)],
								fx_codes[(first_code + rnd((uint32_t) n_codes)) %
										 FX_N_CODES][1],
								fx_time(3, 1 + (int) rnd(6), (int) rnd(24),
										(int) rnd(2) * 30, 0), cnt,
								50 + (int64_t) rnd(2));

		l->mdtrt_id = ms_str(mdtrt[rnd(3)]);
		l->setl_id = ms_str(setl[rnd(5)]);
		if (rnd(8) == 0)
			l->inscp_amt = rnd(2) ? fx_none(MS_MISSING) : fx_v(rnd(40));
		if (cnt < 0 && rnd(2))
			l->init_feedetl_sn = ms_str(ids[rnd(40)]);
		if (rnd(10) == 0)
			l->reim_prop = fx_v(rnd(1200000));
		if (rnd(15) == 0)
			l->fee_ocur_time = fx_v(fx_time(3, 3, 0, 0, 0));
		if (rnd(20) == 0)
			l->hosp_appr_flag = ms_str("2");
	}
	if (rnd(2))
		fx_claims.period_from = fx_v(fx_time(3, 1 + (int) rnd(20), 0, 0, 0));
	if (rnd(3) == 0)
		fx_claims.period_to = fx_v(fx_time(3, 10 + (int) rnd(20), 0, 0, 0));
}

static void
add_text(uint64_t *h, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++)
		*h = (*h ^ p[i]) * UINT64_C(1099511628211);
}

static void
add_number(uint64_t *h, int64_t v)
{
	add_text(h, &v, sizeof(v));
}

static void
add_line(uint64_t *h, uint32_t at)
{
	const MsLine *l = &fx_claims.lines[at];

	add_text(h, l->feedetl_sn.s, l->feedetl_sn.len);
	add_text(h, l->mdtrt_id.s, l->mdtrt_id.len);
	add_text(h, l->setl_id.s, l->setl_id.len);
	add_number(h, l->cnt.v);
}

/* Everything that was said, without the places of the input. */
static uint64_t
digest(void)
{
	uint64_t	h = UINT64_C(14695981039346656037);

	for (int i = 0; i < fx_n_found; i++)
	{
		const FxFinding *x = &fx_found[i];

		add_number(&h, x->f.rule);
		add_number(&h, x->f.entry);
		add_number(&h, x->f.excess);
		add_number(&h, x->f.vola_amt);
		add_number(&h, x->f.vola_amt_max);
		add_number(&h, x->f.inscp_amt.v);
		add_number(&h, x->f.fund_amt.v);
		add_number(&h, x->f.method);
		add_number(&h, x->f.window_start.v);
		add_text(&h, x->formula, strlen(x->formula));
		add_text(&h, x->f.funds, sizeof(x->f.funds));
		for (uint32_t m = 0; m < x->f.n_members; m++)
		{
			add_line(&h, x->members[m].line);
			add_number(&h, x->members[m].role);
			add_number(&h, x->members[m].excess);
			add_number(&h, x->members[m].net_amt);
		}
	}
	add_text(&h, fx_skips, sizeof(fx_skips));
	add_text(&h, fx_tallies, sizeof(fx_tallies));
	add_number(&h, fx_checked);
	return h;
}

static void
shuffle(void)
{
	for (uint32_t i = fx_claims.n_lines; i > 1; i--)
	{
		uint32_t	j = rnd(i);
		MsLine		swap = fx_lines[i - 1];

		fx_lines[i - 1] = fx_lines[j];
		fx_lines[j] = swap;
	}
	for (uint32_t i = fx_claims.n_settlements; i > 1; i--)
	{
		uint32_t	j = rnd(i);
		MsSettlement swap = fx_settlements[i - 1];

		fx_settlements[i - 1] = fx_settlements[j];
		fx_settlements[j] = swap;
	}
	for (uint32_t i = fx_claims.n_encounters; i > 1; i--)
	{
		uint32_t	j = rnd(i);
		MsEncounter swap = fx_encounters[i - 1];

		fx_encounters[i - 1] = fx_encounters[j];
		fx_encounters[j] = swap;
	}
}

/* True unless something is wrong with a finding's figures. */
static bool
figures_hold(const FxFinding *x)
{
	int64_t		vola = 0;
	int64_t		excess = 0;
	int64_t		pooled = 0;
	bool		whole;

	if (x->f.n_members == 0 || x->members[0].role != 1 ||
		x->members[0].line != x->f.anchor)
		return false;
	for (uint32_t m = 0; m < x->f.n_members; m++)
	{
		vola += x->members[m].vola;
		excess += x->members[m].excess;
		if (x->members[m].role != 3 &&
			x->members[m].excess > x->members[m].net_cnt)
			return false;
	}
	for (int i = 0; i <= MS_FUND_PAY_SUMAMT; i++)
		pooled += x->f.funds[i];
	/* days are counted in days, their lines in units */
	whole = x->f.rule == FX_RULE_COURSE || x->f.rule == FX_RULE_CYCLE;
	return vola == x->f.vola_amt && x->f.vola_amt <= x->f.vola_amt_max &&
		(whole || excess == x->f.excess) && x->f.excess > 0 &&
		(x->f.fund_amt.state == MS_MISSING || pooled == x->f.fund_amt.v);
}

/* Every line of the period is checked or skipped, once. */
static bool
counts_hold(void)
{
	int64_t		sum = fx_checked;
	int64_t		in_period = 0;

	for (int i = 0; i < MS_N_SKIPS; i++)
	{
		sum += fx_skips[i];
		if (fx_skips[i] != fx_skip_rows[i])
			return false;
	}
	for (uint32_t i = 0; i < fx_claims.n_lines; i++)
	{
		const MsLine *l = &fx_lines[i];
		MsValue		t = l->fee_ocur_time;

		for (uint32_t s = 0; s < fx_claims.n_settlements; s++)
		{
			if (ms_str_eq(fx_settlements[s].setl_id, l->setl_id))
				t = fx_settlements[s].setl_time;
		}
		in_period += (fx_claims.period_from.state != MS_READABLE ||
					  t.v >= fx_claims.period_from.v) &&
			(fx_claims.period_to.state != MS_READABLE ||
			 t.v < fx_claims.period_to.v);
	}
	return sum == in_period;
}

static void
test_random(void)
{
	int			wrong_order = 0;
	int			wrong_figures = 0;
	int			wrong_counts = 0;
	long		findings = 0;

	for (int round = 0; round < 3000; round++)
	{
		uint64_t	first;

		random_claims();
		if (!fx_run(&book))
		{
			CHECK_MSG(false, "round %d failed with %d", round, fx_why);
			continue;
		}
		first = digest();
		wrong_counts += !counts_hold();
		findings += fx_n_found;
		for (int i = 0; i < fx_n_found; i++)
			wrong_figures += !figures_hold(&fx_found[i]);
		shuffle();
		if (!fx_run(&book) || digest() != first)
			wrong_order++;
		/* the book stays, what the runs took goes */
		while (fx_n_blocks > 8)
			free(fx_blocks[--fx_n_blocks]);
	}
	CHECK_INT(wrong_order, 0);
	CHECK_INT(wrong_figures, 0);
	CHECK_INT(wrong_counts, 0);
	CHECK_MSG(findings > 3000, "only %ld findings", findings);
	fprintf(stderr, "random claims: %ld findings\n", findings);
}

/* Shares of any payment over any lines add up to it. */
static void
test_random_shares(void)
{
	int			wrong = 0;

	for (int round = 0; round < 2000; round++)
	{
		int64_t		sum = 0;
		int64_t		payment = (int64_t) rnd(100000) - 1000;
		int			n = 1 + (int) rnd(30);

		start();
		fx_encounters[0].gend = ms_str("2");
		fx_settlements[0].funds[MS_HIFP_PAY] = fx_v(payment);
		for (int i = 0; i < n; i++)
			fx_line(ids[i], FX_MALE_DRUG, NOON(3, 2), 1 + rnd(9),
					1 + rnd(5000));
		if (!fx_run(&book))
			continue;
		for (int i = 0; i < fx_n_found; i++)
			sum += fx_found[i].f.funds[MS_HIFP_PAY];
		wrong += payment != 0 && sum != payment;
		while (fx_n_blocks > 8)
			free(fx_blocks[--fx_n_blocks]);
	}
	CHECK_INT(wrong, 0);
}

/* A stay of 4,000 lines must not take the square of it. */
static void
test_large(void)
{
	static char sn[FX_MAX_ROWS][16];

	fx_reset();
	fx_encounter("M1");
	fx_settlement("S1", "M1", 800000);
	for (int i = 0; i < 4000; i++)
	{
		snprintf(sn[i], sizeof(sn[i]), "%d", i);
		fx_line(sn[i], fx_codes[i % (int) FX_N_CODES][1],
				fx_time(3, 1 + i % 20, i % 24, i % 60, 1), 1 + i % 3, 100);
	}
	fx_checks = 0;
	RUN();
	CHECK(fx_n_found > 100);
	CHECK(fx_checks > 10);
	/* over budget is a clean failure */
	fx_budget = 100000;
	CHECK(!fx_run(&book));
	CHECK_INT(fx_why, MS_FAIL_MEMORY);
	fx_budget = (size_t) 1 << 30;
	fx_lines[7].psn_no = ms_str("P2");
	CHECK(!fx_run(&book));
	CHECK_INT(fx_why, MS_FAIL_MIXED);
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
	CHECK_MSG(ms_book_open(bytes, size, &book, &error), "%s at %llu",
			  error.what, (unsigned long long) error.where);
	test_sex();
	test_age();
	test_months();
	test_insurance();
	test_level();
	test_outside_prescription();
	test_level_alternative();
	test_level_first_only();
	test_setting();
	test_fund_status();
	test_methods();
	test_shares();
	test_skips();
	test_cancelled();
	test_refunds();
	test_period();
	test_pair_day();
	test_pair_visit();
	test_pair_6h();
	test_pair_hour();
	test_daily();
	test_late_posting();
	test_hours();
	test_rolling();
	test_gap();
	test_course();
	test_stay();
	test_span();
	test_large();
	test_random();
	test_random_shares();
	fx_free();
	return unit_done();
}
