/*
 * audit_scope_test.c
 *	  The entry of a province or city outranks that of a larger area: by
 *	  line, for the same item, and no further.
 */
#include "kind_fixture.h"

#include "rulebook/expr_core.h"

#define ITEM	"001102000050000"
#define OTHER	"001201000040000"
#define MAIN	"001103000010000"
#define MAIN_2	"003314000020000"
#define SUB		"001102000030000"
#define DRUG	"XL02BBA326A001010102180"

#define LINE_RULE .scope = MS_SCOPE_LINE,.count_key = MS_KEY_PERSON, FX_OPEN, FX_NO_AGE
#define DAY_RULE .scope = MS_SCOPE_DAY, FX_INST, FX_OPEN, FX_NO_AGE
#define CARE(code) .region = code,.region_by = MS_REGION_CARE

static const MsBookRule rules[] = {
	{.code = "A",.kind = 8,.fund_scope = MS_FUND_ANY},
	{.code = "B",.kind = 5,.fund_scope = MS_FUND_ANY},
	{.code = "C",.kind = 6,.fund_scope = MS_FUND_ANY},
	{.code = "D",.kind = 1,.fund_scope = MS_FUND_ANY},
	{.code = "E",.kind = 12,.fund_scope = MS_FUND_ANY}
};

static const MsBookEntry entries[] = {
	/* 10 yuan, 12 in the province, 15 in the city at level 3; by insurance 11 */
	{.code = "A-NAT",.rule_code = "A",.check = MS_CHECK_PRICE,.limit = 100000, LINE_RULE},
	{.code = "A-PROV",.rule_code = "A",.check = MS_CHECK_PRICE,.limit = 120000, CARE("510000"), LINE_RULE},
	{.code = "A-CITY",.rule_code = "A",.check = MS_CHECK_PRICE,.limit = 150000,.levels = 1 << 3, CARE("510100"), LINE_RULE},
	{.code = "A-INS",.rule_code = "A",.check = MS_CHECK_PRICE,.limit = 110000,.region = "320000",.region_by = MS_REGION_INSURED, LINE_RULE},
	/* the province allows one of the two mains beside the sub item */
	{.code = "B-NAT",.rule_code = "B",.check = MS_CHECK_PAIR, DAY_RULE},
	{.code = "B-PROV",.rule_code = "B",.check = MS_CHECK_PAIR, CARE("510000"), DAY_RULE},
	/* a cap a day and one a visit: another scope is another thing */
	{.code = "C-NAT",.rule_code = "C",.check = MS_CHECK_QUANTITY,.limit = 10000, DAY_RULE},
	{.code = "C-PROV",.rule_code = "C",.check = MS_CHECK_QUANTITY,.limit = 20000, CARE("510000"), DAY_RULE},
	{.code = "C-VISIT",.rule_code = "C",.check = MS_CHECK_QUANTITY,.limit = 90000,.scope = MS_SCOPE_VISIT, CARE("510000"), FX_INST, FX_OPEN, FX_NO_AGE},
	/* the same check with another sex, ended in the province */
	{.code = "D-NAT",.rule_code = "D",.check = MS_CHECK_SEX,.sex = MS_SEX_FEMALE, LINE_RULE},
	{.code = "D-PROV",.rule_code = "D",.check = MS_CHECK_SEX,.sex = MS_SEX_MALE, CARE("510000"),.scope = MS_SCOPE_LINE,.count_key = MS_KEY_PERSON,.valid_from = MS_DATE_FROM_OPEN,.valid_to = 9556 /* 2026-03-01 */ , FX_NO_AGE},
	/* without codes the name tells what it is about */
	{.code = "E-NAT",.rule_code = "E",.item_name = "visits",.check = MS_CHECK_VISITS,.limit = 0,.scope = MS_SCOPE_MONTH,.count_key = MS_KEY_PERSON, FX_OPEN, FX_NO_AGE},
	{.code = "E-OTHER",.rule_code = "E",.item_name = "other visits",.check = MS_CHECK_VISITS,.limit = 0,.scope = MS_SCOPE_MONTH,.count_key = MS_KEY_PERSON, FX_OPEN, FX_NO_AGE},
	{.code = "E-PROV",.rule_code = "E",.item_name = "visits",.check = MS_CHECK_VISITS,.limit = 10000, CARE("510000"),.scope = MS_SCOPE_MONTH,.count_key = MS_KEY_PERSON, FX_OPEN, FX_NO_AGE}
};

static const KxCode codes[] = {
	{"A-NAT", ITEM, "main"}, {"A-PROV", ITEM, "main"}, {"A-CITY", "00110200005", "main"},
	{"A-INS", ITEM, "main"},
	{"B-NAT", MAIN, "main"}, {"B-NAT", MAIN_2, "main"}, {"B-NAT", SUB, "sub"},
	{"B-PROV", MAIN, "main"}, {"B-PROV", SUB, "sub"},
	{"C-NAT", OTHER, "main"}, {"C-PROV", OTHER, "main"}, {"C-VISIT", OTHER, "main"},
	{"D-NAT", DRUG, "main"}, {"D-PROV", DRUG, "main"}
};

#define NOON fx_time(3, 2, 12, 0, 0)

static void
start_in(const char *region)
{
	kx_start();
	fx_encounters[0].fix_blng_admdvs = ms_str(region);
}

/* Which entries of a rule tell a finding, by comma. */
static const char *
told(uint32_t rule)
{
	static char text[256];

	text[		0] = '\0';

	for (int i = 0; i < fx_n_found; i++)
	{
		MsBookEntry e;

		if (fx_found[i].f.rule != rule)
			continue;
		ms_book_entry(&kx_book, fx_found[i].f.entry, &e);
		if (text[0] != '\0')
			strcat(text, ",");
		strcat(text, e.code);
	}
	return text;
}

static const char *
price_in(const char *region, int64_t price)
{
	start_in(region);
	fx_encounters[0].insu_admdvs = ms_str("510100");
	fx_line("1", ITEM, NOON, 1, price);
	KX_RUN();
	return told(0);
}

static void
test_longest_region(void)
{
	CHECK_STR(price_in("330100", 1001), "A-NAT");
	CHECK_STR(price_in("330100", 1000), "");
	CHECK_STR(price_in("510700", 1200), "");
	CHECK_STR(price_in("510700", 1201), "A-PROV");
	CHECK_STR(price_in("510104", 1500), "");
	CHECK_INT(fx_tallies[0][MS_PASSED][0], 1);
	CHECK_STR(price_in("510104", 1501), "A-CITY");
}

/* An entry that does not speak here outranks nobody here. */
static void
test_only_where_it_speaks(void)
{
	(void) price_in("510104", 1300);
	fx_encounters[0].hosp_lv = ms_str("09");
	KX_RUN();
	CHECK_STR(told(0), "A-PROV");	/* the city's is for level 3 */

	fx_encounters[0].hosp_lv = ms_str("77");
	KX_RUN();
	CHECK_STR(told(0), "");
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_LEVEL_UNKNOWN], 1);

	/* by the region of care nothing is known, so nothing is held against it */
	fx_encounters[0].fix_blng_admdvs = ms_str("");
	KX_RUN();
	CHECK_STR(told(0), "");
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_REGION_UNKNOWN], 1);

	/* the last day of an entry, and the day after it */
	start_in("510100");
	fx_line("1", DRUG, fx_time(3, 1, 12, 0, 0), 1, 100);
	fx_line("2", DRUG, NOON, 1, 100);
	KX_RUN();
	CHECK_STR(told(3), "D-NAT");
	CHECK(kx_found("D-NAT", "2") != NULL);
}

/* Care and insurance are no larger and smaller area of each other. */
static void
test_two_kinds_of_region(void)
{
	start_in("510700");
	fx_encounters[0].insu_admdvs = ms_str("320500");
	fx_line("1", ITEM, NOON, 1, 1300);
	KX_RUN();
	CHECK_STR(told(0), "A-INS,A-PROV");
	fx_encounters[0].fix_blng_admdvs = ms_str("330100");
	KX_RUN();
	CHECK_STR(told(0), "A-INS");
}

static void
test_pairs(void)
{
	start_in("510100");
	fx_line("1", MAIN, NOON, 1, 100);
	fx_line("2", SUB, NOON, 1, 100);
	KX_RUN();
	CHECK_STR(told(1), "B-PROV");

	/* the province says nothing of the second main */
	fx_line("3", MAIN_2, NOON, 1, 100);
	KX_RUN();
	CHECK_STR(told(1), "B-NAT,B-PROV");

	fx_encounters[0].fix_blng_admdvs = ms_str("330100");
	KX_RUN();
	CHECK_STR(told(1), "B-NAT");
}

static void
test_scope(void)
{
	start_in("510100");
	fx_line("1", OTHER, NOON, 2, 100);
	KX_RUN();
	CHECK_STR(told(2), "");
	fx_lines[0].cnt = fx_v(30000);
	fx_lines[0].det_item_fee_sumamt = fx_v(300);
	KX_RUN();
	CHECK_STR(told(2), "C-PROV");
	KX_FOUND("C-PROV", "1", 10000, 0);	/* posted late */

	fx_encounters[0].fix_blng_admdvs = ms_str("330100");
	KX_RUN();
	KX_FOUND("C-NAT", "1", 20000, 0);
}

static void
test_without_codes(void)
{
	start_in("510100");
	fx_line("1", OTHER, NOON, 1, 100);
	KX_RUN();
	CHECK_STR(told(4), "E-OTHER");	/* one visit is what the province allows */
	fx_encounters[0].fix_blng_admdvs = ms_str("330100");
	KX_RUN();
	CHECK_STR(told(4), "E-NAT,E-OTHER");
	fx_free();
}

int
main(void)
{
	static const MsBookMap maps[] = {{MS_MAP_LEVEL, "02", 3}, {MS_MAP_LEVEL, "09", 1}, {MS_MAP_SETTING, "2", MS_SETTING_INPATIENT}};

	CHECK(KX_OPEN(rules, entries, codes, maps));
	test_longest_region();
	test_only_where_it_speaks();
	test_two_kinds_of_region();
	test_pairs();
	test_scope();
	test_without_codes();
	fx_free();
	return unit_done();
}
