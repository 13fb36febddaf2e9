/*
 * audit_closure_test.c
 *	  K9: herbs that are never paid, and herbs that are not paid alone.
 */
#include "kind_fixture.h"

#define CLOVE "T000700200"
#define GINGER "T000700201"
#define GINSENG "T000700202"
#define GUM "T000700203"
#define OTHER "T000700300"
#define GLUE "T001700233"
#define DRUG "XL02BBA326A001010102180"
#define SCRIPT .scope = MS_SCOPE_PRESCRIPTION,.count_key = MS_KEY_PERSON, FX_NO_AGE

static const MsBookRule rules[] = {
	{.code = "A",.kind = 9,.fund_scope = MS_FUND_POOL},
	{.code = "B",.kind = 9,.fund_scope = MS_FUND_POOL}
};
static const MsBookEntry entries[] = {
	{.code = "A1",.rule_code = "A",.check = MS_CHECK_CLOSURE, SCRIPT, FX_OPEN},
	{.code = "A2",.rule_code = "A",.check = MS_CHECK_CLOSURE, SCRIPT, FX_OPEN},
	{.code = "A3",.rule_code = "A",.check = MS_CHECK_CLOSURE, SCRIPT,
	.valid_from = MS_DATE_FROM_OPEN,.valid_to = 9558},	/* 2026-03-03 */
	{.code = "A4",.rule_code = "A",.check = MS_CHECK_CLOSURE, SCRIPT, FX_OPEN,.levels = 1 << 3},
	{.code = "B1",.rule_code = "B",.check = MS_CHECK_NEVER,.scope = MS_SCOPE_LINE,.count_key = MS_KEY_PERSON, FX_OPEN, FX_NO_AGE}
};
static const KxCode codes[] = {
	{"A1", CLOVE, "main"}, {"A2", GINGER, "main"}, {"A3", GINSENG, "main"},
	{"A4", GUM, "main"},
	{"B1", GLUE, "main"}
};

#define NOON(day) fx_time(3, day, 12, 0, 0)

static MsLine *
herb(const char *sn, const char *code, const char *order)
{
	MsLine	   *line = fx_line(sn, code, NOON(2), 10, 100);

	line->rx_drord_no = ms_str(order);
	return line;
}

static void
start(void)
{
	fx_free();
	CHECK(KX_OPEN(rules, entries, codes, fx_maps));
	kx_start();
}

static void
test_never(void)
{
	start();
	herb("1", GLUE, "R1");
	herb("2", OTHER, "R1");
	KX_RUN();
	CHECK_INT(fx_n_found, 1);
	KX_FOUND("B1", "1", 100000, 1000);
	CHECK_STR(fx_found[0].limit, "0");
	CHECK_STR(fx_found[0].actual, "10");
	fx_lines[0].inscp_amt = fx_v(0);	/* the patient paid */
	KX_RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(fx_tallies[1][MS_NOT_FUND_PAID][0], 1);
}

static void
test_closure(void)
{
	/* one alone, several of the list, and one other among them */
	start();
	herb("1", GINGER, "R1");
	KX_RUN();
	CHECK_INT(fx_n_found, 1);
	KX_FOUND("A2", "1", 100000, 1000);
	herb("2", CLOVE, "R1");
	herb("3", GINSENG, "R1");
	KX_RUN();
	CHECK_INT(fx_n_found, 1);
	KX_FOUND("A2", "1", 300000, 3000);
	CHECK_INT(fx_found[0].f.n_members, 3);
	CHECK_STR(fx_found[0].limit, "1");
	CHECK_STR(fx_found[0].actual, "0");
	CHECK_INT(fx_tallies[0][MS_HIT][0], 3);
	herb("4", OTHER, "R1");
	KX_RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(fx_tallies[0][MS_PASSED][0], 3);

	/* each prescription for itself; what is no herb does not count */
	fx_lines[3].rx_drord_no = ms_str("R2");
	fx_line("5", DRUG, NOON(2), 1, 100)->rx_drord_no = ms_str("R1");
	KX_RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_INT(fx_tallies[0][MS_HIT][0], 3);

	/* a point that is no more in force is another herb */
	for (int i = 0; i < 3; i++)
		fx_lines[i].fee_ocur_time = fx_v(NOON(4));
	KX_RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(fx_tallies[0][MS_PASSED][0], 2);

	/* refunded, it is not there at all */
	fx_lines[0].fee_ocur_time = fx_lines[1].fee_ocur_time = fx_v(NOON(2));
	herb("6", GINSENG, "R1")->cnt = fx_v(-10 * MS_QTY_ONE);
	fx_lines[5].det_item_fee_sumamt = fx_v(-1000);
	fx_lines[5].fee_ocur_time = fx_v(NOON(5));
	KX_RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK_INT(fx_tallies[0][MS_HIT][0], 2);
}

static void
test_payer(void)
{
	/* what the patient paid himself still is a part of the prescription */
	start();
	herb("1", CLOVE, "R1")->inscp_amt = fx_v(0);
	herb("2", GINGER, "R1");
	KX_RUN();
	CHECK_INT(fx_n_found, 1);
	KX_FOUND("A2", "2", 100000, 1000);
	CHECK_INT(fx_found[0].f.n_members, 2);
	CHECK_INT(fx_found[0].members[1].role, 2);
	CHECK_INT(fx_tallies[0][MS_NOT_FUND_PAID][0], 1);
	fx_lines[1].inscp_amt = fx_v(0);
	KX_RUN();
	CHECK_INT(fx_n_found, 0);
}

static void
test_order_missing(void)
{
	/* all herbs of the visit are of the list: so is every prescription */
	start();
	herb("1", CLOVE, NULL);
	KX_ONE(MS_HIT, 0);
	herb("2", GINGER, "R1");
	KX_RUN();
	CHECK_INT(fx_n_found, 2);

	/* one is not: it may be beside the nameless one */
	herb("3", OTHER, "R2");
	KX_RUN();
	CHECK_INT(fx_n_found, 1);
	KX_FOUND("A2", "2", 100000, 1000);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_PRESCRIPTION_UNKNOWN], 1);

	/* the other one is nameless: it may be in any */
	fx_lines[2].rx_drord_no = ms_str("");
	KX_RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_PRESCRIPTION_UNKNOWN], 2);

	/* in another visit it has no say */
	fx_encounter("M2");
	fx_lines[2].mdtrt_id = ms_str("M2");
	KX_RUN();
	CHECK_INT(fx_n_found, 2);

	/* an unreadable code may be another herb */
	fx_lines[2].mdtrt_id = ms_str("M1");
	fx_lines[2].rx_drord_no = ms_str("R1");
	fx_lines[2].med_list_codg = ms_str("?");
	KX_RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_PRESCRIPTION_UNKNOWN], 2);

	/* but not what takes one back, nor what was reversed */
	fx_lines[2].cnt = fx_v(-10000);
	KX_RUN();
	CHECK_INT(fx_n_found, 2);
	fx_lines[2].cnt = fx_v(10000);
	fx_settlement("S2", "M1", 100);
	fx_settlement("S3", "M1", -100)->init_setl_id = ms_str("S2");
	fx_settlements[2].refd_setl_flag = ms_str("1");
	fx_lines[2].setl_id = ms_str("S2");
	KX_RUN();
	CHECK_INT(fx_n_found, 2);
}

/* An entry of whose level nobody knows may or may not speak of an herb. */
static void
test_level_unknown(void)
{
	start();
	herb("1", CLOVE, "R1");
	herb("2", GUM, "R1");
	KX_RUN();
	CHECK_INT(fx_n_found, 1);	/* at level 3 it is of the list */
	CHECK_INT(fx_tallies[0][MS_HIT][0], 2);

	/* as long as that is not known, all may be of it */
	fx_encounters[0].hosp_lv = ms_str("x");
	KX_RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_PRESCRIPTION_UNKNOWN], 1);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_LEVEL_UNKNOWN], 1);
	CHECK_INT(fx_tallies[0][MS_PASSED][0], 0);

	/* another order's is no matter, a nameless one's is */
	fx_lines[1].rx_drord_no = ms_str("R2");
	KX_RUN();
	CHECK_INT(fx_n_found, 1);
	fx_lines[1].rx_drord_no = ms_str(NULL);
	KX_RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_PRESCRIPTION_UNKNOWN], 1);

	/* of a lower level it is another herb for sure */
	fx_lines[1].rx_drord_no = ms_str("R1");
	fx_encounters[0].hosp_lv = ms_str("05");
	KX_RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(fx_tallies[0][MS_PASSED][0], 1);
}

static void
test_order_of_findings(void)
{
	/* findings come by entry, whichever prescription is first */
	start();
	herb("1", GINSENG, "R9");
	herb("2", CLOVE, "R1");
	herb("3", GINGER, "R5");
	herb("4", CLOVE, "R5");
	KX_RUN();
	CHECK_INT(fx_n_found, 3);
	CHECK_STR(fx_found[0].anchor, "2");
	CHECK_STR(fx_found[1].anchor, "3");
	CHECK_STR(fx_found[2].anchor, "1");
	fx_free();
}

int
main(void)
{
	test_never();
	test_closure();
	test_payer();
	test_order_missing();
	test_level_unknown();
	test_order_of_findings();
	return unit_done();
}
