/*
 * audit_need_test.c
 *	  K4: windows at their boundary, order in time, evidence in place of the
 *	  prerequisite, and what is not certain.
 */
#include "kind_fixture.h"

#define DAY_MAIN "C0101010011303807555"
#define DAY_SUB "003311000060000"
#define SECOND_LINE "XL01ELA387E001010184513"
#define FIRST_LINE "XL01ELA001E001010100001"
#define ROLL_MAIN "002503020030000"
#define ROLL_SUB "002503020020000"
#define RX_MAIN "XA10BJD332B002010178403"
#define RX_SUB "XA10BJD332B002010100001"
#define HOUR_MAIN "001204000010000"
#define HOUR_SUB "001204000020000"
#define STAY_MAIN "003308040620001"
#define STAY_SUB "003308040620000"
#define THEATRE_MAIN "003314000020000"
#define THEATRE_SUB "003314000010000"
#define ENTRY(id, key) .code = id,.rule_code = "N",.check = MS_CHECK_PREREQUISITE,.count_key = key, FX_OPEN, FX_NO_AGE

static const MsBookRule rules[] = {{.code = "N",.kind = 4,.fund_scope = MS_FUND_POOL}};
static MsBookRange cancer[1];
static MsBookEntry entries[] = {
	{ENTRY("N1", MS_KEY_PERSON_INSTITUTION),.scope = MS_SCOPE_DAY,.at_least = 2},
	{ENTRY("N2", MS_KEY_PERSON),.scope = MS_SCOPE_LIFETIME,.sub_first = 1,.dx_required = {NULL, 1, "C61"}},
	{ENTRY("N3", MS_KEY_PERSON),.scope = MS_SCOPE_ROLLING,.before_days = 7},
	{ENTRY("N4", MS_KEY_PERSON),.scope = MS_SCOPE_PRESCRIPTION},
	{ENTRY("N5", MS_KEY_PERSON),.scope = MS_SCOPE_HOUR},
	{ENTRY("N6", MS_KEY_PERSON),.scope = MS_SCOPE_STAY},
	{ENTRY("N7", MS_KEY_PERSON),.scope = MS_SCOPE_OPERATION,.at_least = 2}
};
static const KxCode codes[] = {
	{"N1", DAY_MAIN, "main"}, {"N1", DAY_SUB, "sub"},
	{"N2", SECOND_LINE, "main"}, {"N2", FIRST_LINE, "sub"},
	{"N2", SECOND_LINE, "sub"},
	{"N3", ROLL_MAIN, "main"}, {"N3", ROLL_SUB, "sub"},
	{"N4", RX_MAIN, "main"}, {"N4", RX_SUB, "sub"},
	{"N5", HOUR_MAIN, "main"}, {"N5", HOUR_SUB, "sub"},
	{"N6", STAY_MAIN, "main"}, {"N6", STAY_SUB, "sub"},
	{"N7", THEATRE_MAIN, "main"}, {"N7", THEATRE_SUB, "sub"}
};

#define AT(day, hour) fx_time(3, day, hour, 0, 0)

static void
start(void)
{
	cancer[0] = kx_icd10("C61");
	entries[1].dx_required.ranges = cancer;
	fx_free();
	CHECK(KX_OPEN(rules, entries, codes, fx_maps));
	kx_start();
}

static void
test_day(void)
{
	start();
	fx_line("m", DAY_MAIN, AT(2, 12), 3, 100);
	KX_ONE(MS_HIT, 0);
	KX_FOUND("N1", "m", 30000, 300);
	CHECK_STR(fx_found[0].limit, "2");
	CHECK_STR(fx_found[0].actual, "0");
	fx_line("s", DAY_SUB, AT(2, 23), 1, 100);
	KX_ONE(MS_HIT, 0);			/* one is too few */
	CHECK_STR(fx_found[0].actual, "1");
	CHECK_INT(fx_found[0].f.n_members, 2);
	CHECK_INT(fx_found[0].members[1].role, 2);
	fx_line("t", DAY_SUB, AT(3, 0), 1, 100);
	KX_ONE(MS_HIT, 0);			/* the other one is of the next day */
	fx_lines[2].fee_ocur_time = fx_v(AT(2, 0));
	KX_ONE(MS_PASSED, 0);

	/* what was refunded is not there; who paid does not matter */
	fx_lines[1].inscp_amt = fx_v(0);
	KX_ONE(MS_PASSED, 0);
	fx_line("r", DAY_SUB, AT(4, 1), -1, 100)->init_feedetl_sn = ms_str("s");
	KX_ONE(MS_HIT, 0);

	/* another institution's do not count; one of no institution might */
	fx_claims.n_lines = 3;
	fx_encounters[0].fixmedins_code = ms_str("");
	fx_lines[0].fixmedins_code = ms_str("H1");
	fx_lines[1].fixmedins_code = ms_str("H1");
	fx_lines[2].fixmedins_code = ms_str("H2");
	KX_ONE(MS_HIT, 0);
	fx_lines[2].fixmedins_code = ms_str("");
	KX_ONE(MS_UNDECIDED, MS_INSTITUTION_UNKNOWN);
}

static void
test_first(void)
{
	/* the drug itself is no earlier therapy */
	start();
	kx_diagnosis("J18.900", "1");
	fx_line("m", SECOND_LINE, AT(5, 12), 1, 100);
	KX_ONE(MS_HIT, 0);
	fx_line("s", FIRST_LINE, AT(6, 12), 1, 100);
	KX_ONE(MS_HIT, 0);			/* it came later */
	fx_lines[1].fee_ocur_time = fx_v(AT(5, 11));
	KX_ONE(MS_PASSED, 0);
	fx_lines[1].fee_ocur_time = fx_v(AT(5, 12));
	KX_ONE(MS_HIT, 0);			/* at the same time is not before */

	/* on one day without a clock nothing is before */
	fx_lines[1].fee_ocur_time = fx_v(AT(5, 0));
	KX_ONE(MS_UNDECIDED, MS_NO_CLOCK);
	fx_lines[0].fee_ocur_time = fx_v(AT(5, 0));
	KX_ONE(MS_UNDECIDED, MS_NO_CLOCK);
	fx_lines[1].fee_ocur_time = fx_v(AT(4, 0));
	KX_ONE(MS_PASSED, 0);

	/* years ago, outside the period, it is history */
	fx_lines[1].fee_ocur_time = fx_v(ms_days_from_civil(2019, 1, 1) *
									 MS_USECS_PER_DAY);
	fx_lines[1].setl_id = ms_str("");
	fx_claims.period_from = fx_v(AT(1, 0));
	KX_ONE(MS_PASSED, 0);

	/* a second use has the first one before it */
	fx_lines[1].fee_ocur_time = fx_v(AT(9, 12));
	fx_lines[1].med_list_codg = ms_str(SECOND_LINE);
	KX_RUN();
	CHECK_INT(fx_n_found, 1);
	KX_FOUND("N2", "m", 10000, 100);

	/* who hands over less than all must not be told of a breach */
	fx_claims.history_from = fx_v(AT(1, 0));
	KX_RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_HISTORY_SHORT], 1);
}

static void
test_evidence(void)
{
	start();
	fx_line("m", SECOND_LINE, AT(5, 12), 1, 100);
	KX_ONE(MS_UNDECIDED, MS_DIAGNOSIS_UNKNOWN);
	kx_diagnosis("C61.x00", "0");
	KX_ONE(MS_PASSED, 0);
	kx_diagnoses[0].diag_code = ms_str("C60.900");
	KX_ONE(MS_HIT, 0);
	fx_claims.has_diagnoses = false;
	fx_claims.n_diagnoses = 0;
	KX_ONE(MS_UNDECIDED, MS_DIAGNOSIS_UNKNOWN);
	fx_line("s", FIRST_LINE, AT(4, 12), 1, 100);
	KX_ONE(MS_PASSED, 0);		/* one evidence suffices */
}

static void
test_rolling(void)
{
	start();
	fx_line("m", ROLL_MAIN, AT(20, 12), 1, 100);
	fx_line("s", ROLL_SUB, AT(13, 0), 1, 100);
	KX_ONE(MS_PASSED, 0);		/* the seventh day before */
	fx_lines[1].fee_ocur_time = fx_v(AT(13, 0) - 1);
	KX_ONE(MS_HIT, 0);
	CHECK_INT(fx_found[0].f.window_start.v, AT(13, 0));
	CHECK_INT(fx_found[0].f.window_end.v, AT(21, 0));
	fx_lines[1].fee_ocur_time = fx_v(AT(21, 0) - 1);
	KX_ONE(MS_PASSED, 0);		/* later on the day itself */
	fx_lines[1].fee_ocur_time = fx_v(AT(21, 0));
	KX_ONE(MS_HIT, 0);
	fx_claims.history_from = fx_v(AT(13, 23));
	KX_ONE(MS_HIT, 0);			/* the window is whole */
	fx_claims.history_from = fx_v(AT(14, 0));
	KX_ONE(MS_UNDECIDED, MS_HISTORY_SHORT);

	/* of visits and nothing else, each is known from its begin on */
	fx_claims.history_from = fx_v(MS_HISTORY_NONE);
	fx_encounters[0].begntime = fx_v(AT(14, 0));
	KX_ONE(MS_UNDECIDED, MS_HISTORY_SHORT);
	fx_encounters[0].begntime = fx_v(AT(13, 23));
	KX_ONE(MS_HIT, 0);
	fx_lines[1].fee_ocur_time = fx_v(AT(20, 1));
	KX_ONE(MS_PASSED, 0);		/* enough is enough */
}

static void
test_prescription(void)
{
	start();
	fx_line("m", RX_MAIN, AT(2, 12), 1, 100)->rx_drord_no = ms_str("R1");
	fx_line("s", RX_SUB, AT(2, 12), 1, 100)->rx_drord_no = ms_str("R2");
	KX_ONE(MS_HIT, 0);
	fx_lines[1].rx_drord_no = ms_str("");
	KX_ONE(MS_UNDECIDED, MS_PRESCRIPTION_UNKNOWN);
	fx_encounter("M2");
	fx_lines[1].mdtrt_id = ms_str("M2");
	KX_ONE(MS_HIT, 0);			/* of another visit it cannot be */
	fx_lines[1].rx_drord_no = ms_str("R1");
	KX_ONE(MS_HIT, 0);			/* numbers are those of a visit */
	fx_lines[1].mdtrt_id = ms_str("M1");
	KX_ONE(MS_PASSED, 0);
	fx_lines[0].rx_drord_no = ms_str("");
	KX_ONE(MS_UNDECIDED, MS_PRESCRIPTION_UNKNOWN);
}

static void
test_hour(void)
{
	start();
	fx_line("m", HOUR_MAIN, AT(2, 12), 1, 100);
	fx_line("s", HOUR_SUB, fx_time(3, 2, 12, 59, 59), 1, 100);
	KX_ONE(MS_PASSED, 0);
	fx_lines[1].fee_ocur_time = fx_v(AT(2, 13));
	KX_ONE(MS_HIT, 0);
	fx_lines[1].fee_ocur_time = fx_v(AT(2, 0));
	KX_ONE(MS_UNDECIDED, MS_NO_CLOCK);	/* it may have been at noon */
	fx_lines[1].fee_ocur_time = fx_v(AT(3, 0));
	KX_ONE(MS_HIT, 0);
	fx_lines[0].fee_ocur_time = fx_v(AT(2, 0));
	KX_ONE(MS_UNDECIDED, MS_NO_CLOCK);
}

static void
test_stay(void)
{
	/* the next encounter begins in the minute the first one ends */
	start();
	fx_line("m", STAY_MAIN, AT(2, 12), 1, 100);
	fx_line("s", STAY_SUB, AT(9, 12), 1, 100);
	fx_encounter("M2");
	fx_lines[1].mdtrt_id = ms_str("M2");
	fx_encounters[1].begntime = fx_encounters[0].endtime;
	fx_encounters[1].endtime = fx_v(AT(12, 12));
	KX_ONE(MS_PASSED, 0);
	fx_encounters[1].begntime = fx_v(AT(9, 8));
	KX_ONE(MS_HIT, 0);
	fx_free();
}

/* A sub line of no doctor may be any doctor's, at its own time only. */
static void
test_lost(void)
{
	entries[1].count_key = entries[2].count_key = MS_KEY_DOCTOR;
	start();
	fx_line("m", ROLL_MAIN, AT(20, 12), 1, 100)->bilg_dr_codg = ms_str("D1");
	fx_line("s", ROLL_SUB, AT(13, 0), 1, 100);
	KX_ONE(MS_UNDECIDED, MS_DOCTOR_UNKNOWN);
	fx_lines[1].fee_ocur_time = fx_v(AT(13, 0) - 1);
	KX_ONE(MS_HIT, 0);
	fx_lines[1].fee_ocur_time = fx_v(AT(21, 0) - 1);
	KX_ONE(MS_UNDECIDED, MS_DOCTOR_UNKNOWN);
	fx_lines[1].fee_ocur_time = fx_v(AT(21, 0));
	KX_ONE(MS_HIT, 0);

	start();
	kx_diagnosis("J18.900", "1");
	fx_line("m", SECOND_LINE, AT(5, 12), 1, 100)->bilg_dr_codg = ms_str("D1");
	fx_line("s", FIRST_LINE, AT(5, 12), 1, 100);
	KX_ONE(MS_HIT, 0);			/* it does not come before */
	fx_lines[1].fee_ocur_time = fx_v(AT(5, 12) - 1);
	KX_ONE(MS_UNDECIDED, MS_DOCTOR_UNKNOWN);
	fx_lines[0].fee_ocur_time = fx_v(AT(5, 0));
	KX_ONE(MS_UNDECIDED, MS_DOCTOR_UNKNOWN);
	fx_lines[1].fee_ocur_time = fx_v(AT(6, 0));
	KX_ONE(MS_HIT, 0);
	entries[1].count_key = entries[2].count_key = MS_KEY_PERSON;
	fx_free();
}

/* Suspected where a line may be of another operation, also a sub line. */
static void
test_operation(void)
{
	MsOperation *o;

	start();
	o = kx_operation("36.0600");
	o->begntime = fx_v(AT(2, 9));
	o->endtime = fx_v(AT(2, 11));
	fx_line("m", THEATRE_MAIN, AT(2, 10), 1, 100);
	KX_ONE(MS_HIT, 0);
	KX_FOUND("N7", "m", 10000, 100);
	CHECK(!fx_found[0].f.suspect_only);
	fx_line("s", THEATRE_SUB, AT(2, 9), 1, 100);
	KX_ONE(MS_HIT, 0);
	CHECK(!fx_found[0].f.suspect_only);
	fx_lines[1].fee_ocur_time = fx_v(AT(2, 15));
	KX_ONE(MS_HIT, 0);
	CHECK(fx_found[0].f.suspect_only);
}

int
main(void)
{
	test_day();
	test_first();
	test_evidence();
	test_rolling();
	test_prescription();
	test_hour();
	test_stay();
	test_lost();
	test_operation();
	return unit_done();
}
