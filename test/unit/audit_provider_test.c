/*
 * audit_provider_test.c
 *	  K2: kinds of institution, departments, doctors, programmes, internet
 *	  visits, levels for which an entry speaks.
 */
#include "kind_fixture.h"

#define TYPED "001102000050000"
#define WARD "C0101010011303807555"
#define ANTIBIOTIC "XJ01DHM088B001010100001"
#define NARCOTIC "XN02ABF027V002010101389"
#define LISTED "XA10BAE001A001010100002"
#define TWO_LEVELS "001201000040000"
#define ON_LINE .scope = MS_SCOPE_LINE,.count_key = MS_KEY_PERSON, FX_OPEN, FX_NO_AGE

static const MsBookRule rules[] = {{.code = "V",.kind = 2,.fund_scope = MS_FUND_POOL}};
static const MsBookEntry entries[] = {
	{.code = "V1",.rule_code = "V",.check = MS_CHECK_INSTITUTION_TYPE,.medins_types = "1101, A100", ON_LINE},
	{.code = "V2",.rule_code = "V",.check = MS_CHECK_DEPARTMENT,.departments = "04,A07.01", ON_LINE},
	{.code = "V3",.rule_code = "V",.check = MS_CHECK_PRESCRIBER,.grade_min = 2, ON_LINE},
	{.code = "V4",.rule_code = "V",.check = MS_CHECK_PROGRAMME,.programmes = "M005,M016", ON_LINE},
	{.code = "V5",.rule_code = "V",.check = MS_CHECK_SETTING,.settings = MS_SETTING_ALL & ~MS_SETTING_INTERNET, ON_LINE},
	{.code = "V6",.rule_code = "V",.check = MS_CHECK_INSTITUTION_TYPE,.medins_types = "B1",.levels = 1 << 1 | 1 << 0, ON_LINE}
};
static const KxCode codes[] = {
	{"V1", TYPED, "main"}, {"V2", WARD, "main"}, {"V3", ANTIBIOTIC, "main"},
	{"V4", "XA10", "main"}, {"V4", LISTED, "list"}, {"V5", NARCOTIC, "main"},
	{"V6", TWO_LEVELS, "main"}
};
static const MsBookMap maps[] = {
	{MS_MAP_LEVEL, "02", 3}, {MS_MAP_LEVEL, "08", 1}, {MS_MAP_LEVEL, "11", 0},
	{MS_MAP_SETTING, "2", MS_SETTING_INPATIENT},
	{MS_MAP_SETTING, "1", MS_SETTING_OUTPATIENT},
	{MS_MAP_SETTING, "14", MS_SETTING_CHRONIC},
	{MS_MAP_SETTING, "41", MS_SETTING_PHARMACY},
	{MS_MAP_DUTY, "231", 3}, {MS_MAP_DUTY, "233", 2}, {MS_MAP_DUTY, "234", 1},
	{MS_MAP_SETTING, "internet", MS_SETTING_INTERNET}
};

#define NOON fx_time(3, 2, 12, 0, 0)

static void
start_with(const char *code, uint32_t n_maps)
{
	fx_free();
	CHECK(kx_open(rules, KX_LENGTH(rules), entries, KX_LENGTH(entries), codes,
				  KX_LENGTH(codes), maps, n_maps));
	kx_start();
	fx_line("1", code, NOON, 1, 100);
}

static void
start(const char *code)
{
	start_with(code, KX_LENGTH(maps));
}

static void
test_institution_type(void)
{
	start(TYPED);
	KX_ONE(MS_UNDECIDED, MS_INSTITUTION_TYPE_UNKNOWN);
	fx_encounters[0].medins_type = ms_str(" A100 ");
	KX_ONE(MS_PASSED, 0);
	fx_encounters[0].medins_type = ms_str("A10");
	KX_ONE(MS_HIT, 0);
	KX_FOUND("V1", "1", 10000, 100);
	CHECK_STR(fx_found[0].limit, "1101, A100");
	CHECK_STR(fx_found[0].actual, "A10");

	/* who prescribed for a pharmacy is not known */
	fx_lines[0].rx_circ_flag = ms_str("1");
	fx_encounters[0].med_type = ms_str("41");
	KX_ONE(MS_UNDECIDED, MS_PRESCRIBER_UNKNOWN);
}

static void
test_levels(void)
{
	start(TWO_LEVELS);
	fx_encounters[0].medins_type = ms_str("C1");
	KX_RUN();
	CHECK_INT(fx_n_found, 0);	/* level 3 is not spoken of */
	CHECK_INT(fx_tallies[0][MS_PASSED][0], 0);
	fx_encounters[0].hosp_lv = ms_str("08");
	KX_ONE(MS_HIT, 0);
	fx_encounters[0].hosp_lv = ms_str("11");
	KX_ONE(MS_HIT, 0);
	fx_encounters[0].hosp_lv = ms_str("");
	KX_ONE(MS_UNDECIDED, MS_LEVEL_UNKNOWN);
}

static void
test_department(void)
{
	start(WARD);
	KX_ONE(MS_UNDECIDED, MS_DEPARTMENT_UNKNOWN);
	fx_lines[0].bilg_dept_codg = ms_str("0301");
	KX_ONE(MS_HIT, 0);
	CHECK_STR(fx_found[0].limit, "04,A07.01");
	CHECK_STR(fx_found[0].actual, "0301");
	fx_lines[0].acord_dept_codg = ms_str("A07.011");
	KX_ONE(MS_PASSED, 0);		/* who did it suffices */
	fx_lines[0].acord_dept_codg = ms_str("A07.02");
	KX_ONE(MS_HIT, 0);
	CHECK_STR(fx_found[0].actual, "0301,A07.02");
	fx_lines[0].bilg_dept_codg = ms_str(" 0405");
	KX_ONE(MS_PASSED, 0);
	fx_lines[0].bilg_dept_codg = ms_str("0");
	fx_lines[0].acord_dept_codg = ms_str("");
	KX_ONE(MS_HIT, 0);			/* shorter than what is allowed */
}

static void
test_prescriber(void)
{
	static const char *const several[] = {
		"D1,D2", "D1;D2", "D1/D2", "D1|D2", "D1\343\200\201D2"
	};

	start(ANTIBIOTIC);
	KX_ONE(MS_UNDECIDED, MS_DOCTOR_UNKNOWN);
	fx_lines[0].dr_pro_tech_duty = ms_str("233");
	fx_lines[0].bilg_dr_codg = ms_str("D110000000001");
	KX_ONE(MS_PASSED, 0);
	fx_lines[0].dr_pro_tech_duty = ms_str("234");
	KX_ONE(MS_HIT, 0);
	CHECK_STR(fx_found[0].limit, "2");
	CHECK_STR(fx_found[0].actual, "1");
	CHECK(fx_found[0].f.tested & MS_TESTED_EMERGENCY);
	fx_lines[0].dr_pro_tech_duty = ms_str("235");
	KX_ONE(MS_UNDECIDED, MS_DOCTOR_UNKNOWN);

	/* a group of doctors has no rights of its own */
	fx_lines[0].dr_pro_tech_duty = ms_str("234");
	for (size_t i = 0; i < sizeof(several) / sizeof(several[0]); i++)
	{
		fx_lines[0].bilg_dr_codg = ms_str(several[i]);
		KX_ONE(MS_UNDECIDED, MS_DOCTOR_UNKNOWN);
	}
}

static void
test_programme(void)
{
	MsRegistration *r = &kx_registrations[0];

	start("XA10BBG001A001010100003");
	KX_ONE(MS_PASSED, 0);		/* no line of a programme */
	fx_encounters[0].med_type = ms_str("140104");
	KX_ONE(MS_UNDECIDED, MS_PROGRAMME_UNKNOWN); /* of which one? */
	fx_encounters[0].dise_no = ms_str("M00500");
	KX_ONE(MS_UNDECIDED, MS_PROGRAMME_UNKNOWN); /* not registered */
	r->dise_no = ms_str("M00500");
	r->begndate = fx_v(fx_time(3, 2, 0, 0, 0));
	r->fixmedins_code = ms_str("H9");
	fx_claims.n_registrations = 1;
	KX_ONE(MS_HIT, 0);
	CHECK_STR(fx_found[0].limit, "M005,M016");
	CHECK_STR(fx_found[0].actual, "M00500");
	CHECK_INT(fx_found[0].f.n_records, 1);
	CHECK_INT(fx_found[0].f.records[0].what, 'R');
	CHECK(fx_found[0].f.tested & MS_TESTED_REGISTRATION);
	r->begndate = fx_v(fx_time(3, 3, 0, 0, 0));
	KX_ONE(MS_UNDECIDED, MS_PROGRAMME_UNKNOWN);

	/* of the list, or of another programme, whatever is registered */
	fx_lines[0].med_list_codg = ms_str(LISTED);
	KX_ONE(MS_PASSED, 0);
	fx_lines[0].med_list_codg = ms_str("XA10BBG001A001010100003");
	fx_encounters[0].dise_no = ms_str("M03900");
	KX_ONE(MS_PASSED, 0);
	fx_encounters[0].med_type = ms_str("99");
	KX_ONE(MS_UNDECIDED, MS_SETTING_UNKNOWN);
}

static void
test_internet(void)
{
	start(NARCOTIC);
	KX_ONE(MS_PASSED, 0);		/* inpatient */
	fx_encounters[0].med_type = ms_str("11");
	KX_ONE(MS_PASSED, 0);
	fx_lines[0].med_type = ms_str("internet");
	KX_ONE(MS_HIT, 0);
	CHECK_STR(fx_found[0].actual, "internet");
	CHECK_STR(fx_found[0].limit,
			  "inpatient,emergency,outpatient,chronic,pharmacy");

	/* while nothing marks internet visits, outpatient care may hide one */
	start_with(NARCOTIC, KX_LENGTH(maps) - 1);
	KX_ONE(MS_PASSED, 0);
	fx_encounters[0].med_type = ms_str("11");
	KX_ONE(MS_UNDECIDED, MS_SETTING_UNKNOWN);
	fx_encounters[0].med_type = ms_str("14");
	KX_ONE(MS_UNDECIDED, MS_SETTING_UNKNOWN);
	fx_encounters[0].med_type = ms_str("41");
	KX_ONE(MS_PASSED, 0);
	fx_free();
}

int
main(void)
{
	test_institution_type();
	test_levels();
	test_department();
	test_prescriber();
	test_programme();
	test_internet();
	return unit_done();
}
