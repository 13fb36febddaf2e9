/*
 * audit_diagnosis_test.c
 *	  K3: diagnoses that are required or forbidden, operations, and what is
 *	  not certain.
 */
#include "kind_fixture.h"

#define DRUG "XL02BBA326A001010102180"
#define OTHER_DRUG "XN05CDM084X001010102000"
#define OPERATED "XJ01DBT068B001010104567"
#define LINE_RULE .check = MS_CHECK_DIAGNOSIS,.scope = MS_SCOPE_LINE,.count_key = MS_KEY_PERSON, FX_OPEN, FX_NO_AGE

static const MsBookRule rules[] = {{.code = "D",.kind = 3,.fund_scope = MS_FUND_POOL}};
static MsBookRange ischaemic[1];
static MsBookRange kidney[1];
static MsBookRange pregnancy[1];
static MsBookRange cancer[1];
static MsBookRange bypass[1];
static MsBookEntry entries[] = {
	{.code = "D1",.rule_code = "D", LINE_RULE,.dx_required = {NULL, 1, "I25, N08"},.dx_forbidden = {NULL, 1, "O20"}},
	{.code = "D2",.rule_code = "D", LINE_RULE,.dx_main_only = 1,.dx_required = {NULL, 1, "C61"}},
	{.code = "D3",.rule_code = "D", LINE_RULE,.oprn_required = {NULL, 1, "36.1"}}
};
static const KxCode codes[] = {
	{"D1", DRUG, "main"}, {"D2", OTHER_DRUG, "main"}, {"D3", OPERATED, "main"}
};

#define NOON fx_time(3, 2, 12, 0, 0)

static void
start(const char *code)
{
	static MsBookRange required[2];

	ischaemic[0] = kx_icd10("I25");
	kidney[0] = kx_icd10("N08");
	pregnancy[0] = kx_icd10("O20");
	cancer[0] = kx_icd10("C61");
	bypass[0] = kx_icd9cm3("36.1");
	required[0] = ischaemic[0];
	required[1] = kidney[0];
	entries[0].dx_required.ranges = required;
	entries[0].dx_required.n = 2;
	entries[0].dx_forbidden.ranges = pregnancy;
	entries[1].dx_required.ranges = cancer;
	entries[2].oprn_required.ranges = bypass;
	fx_free();
	CHECK(KX_OPEN(rules, entries, codes, fx_maps));
	kx_start();
	fx_line("1", code, NOON, 1, 100);
}

static void
test_required(void)
{
	start(DRUG);
	kx_diagnosis("J18.900", "1");
	kx_diagnosis("I25.101", "0");
	KX_ONE(MS_PASSED, 0);

	kx_diagnoses[1].diag_code = ms_str("I26.900");
	KX_ONE(MS_HIT, 0);
	KX_FOUND("D1", "1", 10000, 100);
	CHECK_STR(fx_found[0].limit, "I25, N08; not O20");
	CHECK_STR(fx_found[0].actual, "J18.900, I26.900");
	CHECK_INT(fx_found[0].f.n_records, 2);

	/* the manifestation of a pair suffices, as does the cause */
	kx_diagnoses[1].diag_code = ms_str("E11.200x011+N08.3*");
	KX_ONE(MS_PASSED, 0);
	kx_diagnoses[1].diag_code = ms_str("I25.100+N18.9*");
	KX_ONE(MS_PASSED, 0);

	/* a code of traditional medicine is none of these */
	kx_diagnoses[1].diag_code = ms_str("I25.101");
	kx_diagnoses[1].diag_type = ms_str("2");
	KX_ONE(MS_HIT, 0);
	CHECK_STR(fx_found[0].actual, "J18.900");

	/* void, or of another visit, it does not count */
	kx_diagnoses[1].diag_type = ms_str("1");
	kx_diagnoses[1].vali_flag = ms_str("0");
	KX_ONE(MS_HIT, 0);
	kx_diagnoses[1].vali_flag = ms_str("1");
	kx_diagnoses[1].mdtrt_id = ms_str("M2");
	fx_encounter("M2");
	KX_ONE(MS_HIT, 0);
}

static void
test_unknown(void)
{
	start(DRUG);
	KX_ONE(MS_UNDECIDED, MS_DIAGNOSIS_UNKNOWN); /* none at all */
	kx_diagnosis("?", "1");
	KX_ONE(MS_UNDECIDED, MS_DIAGNOSIS_UNKNOWN);

	/* one fits, whatever the unreadable one says, unless that is forbidden */
	kx_diagnosis("I25.101", "0");
	KX_ONE(MS_UNDECIDED, MS_DIAGNOSIS_UNKNOWN);
	kx_diagnoses[0].diag_code = ms_str("O20.000");
	KX_ONE(MS_HIT, 0);

	/* none fits, but the unreadable one might */
	kx_diagnoses[0].diag_code = ms_str("J18.900");
	kx_diagnoses[1].diag_code = ms_str("I25,101");
	KX_ONE(MS_UNDECIDED, MS_DIAGNOSIS_UNKNOWN);

	/* a source that is not bound tells nothing */
	fx_claims.n_diagnoses = 0;
	fx_claims.has_diagnoses = false;
	KX_ONE(MS_UNDECIDED, MS_DIAGNOSIS_UNKNOWN);
}

static void
test_forbidden(void)
{
	start(DRUG);
	kx_diagnosis("I25.101", "1");
	kx_diagnosis("O20.000", "0");
	KX_ONE(MS_HIT, 0);
	CHECK_STR(fx_found[0].actual, "O20.000");
	CHECK_INT(fx_found[0].f.n_records, 2);
	CHECK_INT(fx_found[0].f.records[0].index, 1);
	CHECK_INT(fx_found[0].f.records[0].role, 1);
	CHECK_INT(fx_found[0].f.records[0].what, 'D');
	CHECK_INT(fx_found[0].f.records[1].role, 2);
}

static void
test_main_only(void)
{
	start(OTHER_DRUG);
	kx_diagnosis("J18.900", "1");
	kx_diagnosis("C61.x00", "0");
	KX_ONE(MS_HIT, 0);
	CHECK_INT(fx_found[0].f.n_records, 1);
	kx_diagnoses[1].maindiag_flag = ms_str("1");
	KX_ONE(MS_PASSED, 0);

	/* no one is marked as the main one */
	kx_diagnoses[0].maindiag_flag = ms_str("");
	kx_diagnoses[1].maindiag_flag = ms_str("0");
	KX_ONE(MS_UNDECIDED, MS_DIAGNOSIS_UNKNOWN);

	/* what is not looked at may be unreadable */
	kx_diagnoses[0].diag_code = ms_str("?");
	kx_diagnoses[1].maindiag_flag = ms_str("1");
	KX_ONE(MS_PASSED, 0);
}

static void
test_operation(void)
{
	start(OPERATED);
	KX_ONE(MS_HIT, 0);			/* none is an answer */
	CHECK_STR(fx_found[0].limit, "36.1");
	kx_operation("47.0100");
	KX_ONE(MS_HIT, 0);
	CHECK_STR(fx_found[0].actual, "47.0100");
	CHECK_INT(fx_found[0].f.records[0].what, 'O');
	kx_operation("36.1200");
	KX_ONE(MS_PASSED, 0);
	kx_operations[1].oprn_oprt_code = ms_str("thirty-six");
	KX_ONE(MS_UNDECIDED, MS_OPERATION_UNKNOWN);
	fx_claims.n_operations = 0;
	fx_claims.has_operations = false;
	KX_ONE(MS_UNDECIDED, MS_OPERATION_UNKNOWN);
}

/* Many lines and diagnoses of one visit: one verdict for all. */
static void
test_many(void)
{
	static char ids[1000][12];

	start(DRUG);
	fx_claims.n_lines = 0;
	for (int i = 0; i < 1000; i++)
	{
		snprintf(ids[i], sizeof(ids[i]), "%d", i);
		fx_line(ids[i], DRUG, NOON, 1, 100);
	}
	for (int i = 0; i < KX_MAX; i++)
		kx_diagnosis("J18.900", i < 2 ? "1" : "0");
	KX_RUN();
	CHECK_INT(fx_n_found, 1000);
	CHECK_INT(fx_found[999].f.n_records, KX_MAX);
	CHECK_INT(strncmp(fx_found[999].actual, "J18.900, J18.900, ", 18), 0);
	fx_free();
}

int
main(void)
{
	test_required();
	test_unknown();
	test_forbidden();
	test_main_only();
	test_operation();
	test_many();
	return unit_done();
}
