/*
 * audit_condition_test.c
 *	  Conditions over claims: what fields say, what an entry speaks about,
 *	  what is exempt, and how records are judged.
 */
#include "unit.h"

#include "audit_fixture.h"
#include "rulebook/expr_core.h"

#define ITEM	"003107010220000"
#define OTHER	"001102000050000"

static MsBookRule rules[2];
static MsBookEntry entry;
static MsBookCode codes[1];
static MsBookException exceptions[2];
static uint32_t n_codes;
static uint32_t n_exceptions;
static MsBook book;
static uint8_t *book_bytes;

static MsBookExpr
expr(MsArena *arena, const char *text, MsExprType type)
{
	MsBookExpr	e;
	MsExprError error;
	uint8_t    *code;

	e.text = text;

	if (!ms_expr_compile(arena, text, strlen(text), type, &code, &e.size,
						 &error))
	{
		fprintf(stderr, "%s: %s at %d\n", text, error.what, error.position);
		abort();
	}
	e.code = code;
	return e;
}

/* An entry of a rule of kind K11 that checks a condition, for any fund. */
static void
start(void)
{
	fx_reset();
	memset(rules, 0, sizeof(rules));
	memset(&entry, 0, sizeof(entry));
	memset(exceptions, 0, sizeof(exceptions));
	n_codes = n_exceptions = 0;
	rules[0].code = "R0";
	rules[0].kind = 11;
	rules[0].fund_scope = MS_FUND_ANY;
	rules[1] = rules[0];
	rules[1].code = "R1";
	entry.code = "E0";
	entry.rule_code = "R0";
	entry.check = MS_CHECK_CONDITION;
	entry.scope = MS_SCOPE_LINE;
	entry.count_key = MS_KEY_PERSON;
	entry.age_from = entry.age_below = -1;
	entry.valid_from = MS_DATE_FROM_OPEN;
	entry.valid_to = MS_DATE_TO_OPEN;
}

static void
with_code(const char *code)
{
	codes[0].entry_code = "E0";
	codes[0].role = MS_ROLE_MAIN;
	if (!ms_code_fee_item_parse(code, strlen(code), &codes[0].item, NULL))
		abort();
	n_codes = 1;
}

/* Runs with this condition and access condition; how many findings. */
static int
run(const char *condition, const char *access)
{
	MsEnv		env = fx_env();
	MsArena		arena;
	MsBookContent content = {
		.rules = rules,.n_rules = 2,.entries = &entry,.n_entries = 1,
		.codes = codes,.n_codes = n_codes,.maps = fx_maps,
		.n_maps = sizeof(fx_maps) / sizeof(fx_maps[0]),.params = fx_params,
		.n_params = 2,.exceptions = exceptions,.n_exceptions = n_exceptions
	};
	MsBookError error = {NULL, NULL, NULL, 0};
	uint8_t    *built;
	size_t		size;

	ms_arena_init(&arena, &env);
	if (condition != NULL)
		entry.condition = expr(&arena, condition, MS_EXPR_BOOLEAN);
	if (access != NULL)
		entry.access = expr(&arena, access, MS_EXPR_BOOLEAN);
	for (uint32_t i = 0; i < n_exceptions; i++)
		exceptions[i].condition = expr(&arena, exceptions[i].condition.text,
									   MS_EXPR_BOOLEAN);
	free(book_bytes);
	book_bytes = NULL;
	if (!ms_book_build(&arena, &content, &built, &size, &error))
	{
		CHECK_MSG(false, "not built: %s", error.what);
		return -1;
	}
	book_bytes = malloc(size);
	memcpy(book_bytes, built, size);
	CHECK_MSG(ms_book_open(book_bytes, size, &book, &error), "not opened: %s",
			  error.what ? error.what : "?");
	CHECK(fx_run(&book));
	return fx_n_found;
}

/* What a condition says of one line in a full claim: t, f or ?. */
static char
says(const char *condition)
{
	int			found = run(condition, NULL);
	int64_t		unknown = fx_tallies[0][MS_UNDECIDED][MS_CONDITION_UNKNOWN];

	return found > 0 ? 't' : unknown > 0 ? '?' : 'f';
}

static MsDiagnosis diagnoses[4];
static MsOperation operations[2];
static const MsAttribute attributes[] = {
	{{"nwb_bir_wt", 10}, {"150", 3}}, {{"poscode", 7}, {"610041", 6}}
};

/* One stay with two lines on two days, diagnoses, an operation, a bill. */
static void
full_claim(void)
{
	MsEncounter *e;
	MsLine	   *l;

	start();
	e = fx_encounter("M1");
	e->attributes = attributes;
	e->n_attributes = 2;
	fx_settlement("S1", "M1", 5000)->inscp_amt = fx_v(4200);
	l = fx_line("1", ITEM, fx_time(3, 2, 9, 30, 0), 2, 1000);
	l->med_chrgitm_type = ms_str("03");
	l->rx_drord_no = ms_str("RX1");
	l->prd_days = fx_v(7 * MS_QTY_ONE);
	l->upld_time = fx_v(fx_time(3, 4, 9, 30, 0));
	l = fx_line("2", OTHER, fx_time(3, 3, 0, 0, 0), 1, 500);
	l->med_chrgitm_type = ms_str("05");
	l->rx_drord_no = ms_str("RX1");

	memset(diagnoses, 0, sizeof(diagnoses));
	diagnoses[0].mdtrt_id = ms_str("M1");
	diagnoses[0].diag_code = ms_str("I21.900");
	diagnoses[0].maindiag_flag = ms_str("1");
	diagnoses[0].inout_diag_type = ms_str("2");
	diagnoses[1].mdtrt_id = ms_str("M1");
	diagnoses[1].diag_code = ms_str("E11.900");
	diagnoses[1].inout_diag_type = ms_str("1");
	fx_claims.diagnoses = diagnoses;
	fx_claims.n_diagnoses = 2;
	fx_claims.has_diagnoses = true;
	memset(operations, 0, sizeof(operations));
	operations[0].mdtrt_id = ms_str("M1");
	operations[0].oprn_oprt_code = ms_str("36.0601");
	operations[0].main_oprn_flag = ms_str("1");
	operations[0].oprn_oprt_date = fx_v(fx_time(3, 2, 0, 0, 0));
	operations[0].begntime = fx_v(fx_time(3, 2, 9, 0, 0));
	operations[0].endtime = fx_v(fx_time(3, 2, 8, 0, 0));
	operations[0].anst_begntime = fx_v(fx_time(3, 2, 8, 30, 0));
	operations[0].anst_endtime = fx_v(fx_time(3, 9, 8, 30, 0));
	fx_claims.operations = operations;
	fx_claims.n_operations = 1;
	fx_claims.has_operations = true;
	with_code(ITEM);
}

static void
test_fields(void)
{
	static const struct
	{
		char		want;
		const char *text;
	}			rows[] =
	{
		{'t', "line.feedetl_sn = '1' and line.med_list_codg = '" ITEM "'"},
		{'t', "line.cnt = 2 and line.pric = 10 and line.det_item_fee_sumamt = 20"},
		{'t', "line.net_cnt = 2 and line.net_amt = 20 and line.inscp_amt = 20"},
		{'t', "line.fee_ocur_time = time '2026-03-02 09:30'"},
		{'t', "line.prd_days = 7 and line.sin_dos is missing"},
		{'t', "hours_between(line.fee_ocur_time, line.upld_time) = 48"},
		{'t', "visit.mdtrt_id = 'M1' and visit.begntime < line.fee_ocur_time"},
		{'t', "visit.amount = 25 and visit.lines = 2"},
		{'t', "bill.setl_id = 'S1' and bill.inscp_amt = 42"},
		{'t', "person.gend = '1' and person.die_date is missing"},
		{'t', "age_years() = 45 and age_months() = 549"},
		{'t', "age_days() = days_between(person.brdy, line.fee_ocur_time)"},
		{'t', "setting() = 'inpatient' and level() = 3 and insurance() = 'basic'"},
		{'t', "stay_days() = 8"},
		{'t', "visit.stay_begntime = visit.begntime"},
		{'t', "visit.attributes = 2 and number(list.nwb_bir_wt) = 150"},
		{'t', "list.nothing is missing and list.poscode like '######'"},
		{'t', "visit.diagnoses = 2 and visit.main_diagnoses = 1"},
		{'t', "visit.unreadable_diagnoses = 0 and visit.main_diagnosis = 'I21.900'"},
		{'t', "visit.operations = 1 and visit.reversed_operations = 1"},
		{'t', "visit.main_operation = '36.0601' and visit.main_operations = 1"},
		{'t', "visit.anst_endtime > visit.endtime and visit.anst_begntime > visit.begntime"},
		{'t', "visit.first_operation = visit.last_operation"},
		{'t', "has_diagnosis('I20-I25') and has_diagnosis('I21', 'main')"},
		{'t', "has_diagnosis('I21', 'discharge') and has_diagnosis('E11', 'admission')"},
		{'f', "has_diagnosis('E11', 'main') or has_diagnosis('I21', 'admission')"},
		{'t', "count_diagnosis('*') = 2"},
		{'t', "has_operation('36.06') and not has_operation('36.07', 'main')"},
		{'t', "has_item('0011', 'visit') and not has_item('0011', 'day')"},
		{'t', "has_item('0011', 'prescription') and has_item('0011', 'stay')"},
		{'t', "count_item('00', 'person') = 2 and quantity_item('00') = 3"},
		{'t', "amount_item('00') = 25 and amount_item('0031', 'day') = 20"},
		{'t', "amount_class('03') = 20 and amount_class('04, 03,05') = 25"},
		{'f', "amount_class('03') > 0.8 * visit.amount"},
		{'t', "known('setting', visit.med_type) and not known('level', 'x')"},
		{'t', "parameter('stay_days') = 'both' and parameter('x') is missing"},
		{'f', "visit.dise_no = 'M1' and visit.dise_no is not missing"},
		{'?', "visit.dise_no = 'M1'"},
	};

	full_claim();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		char		got = says(rows[i].text);

		CHECK_MSG(got == rows[i].want, "%s is %c, wanted %c", rows[i].text,
				  got, rows[i].want);
	}
}

/* What is not bound, not there, or not readable. */
static void
test_unknown(void)
{
	full_claim();
	fx_claims.has_diagnoses = false;
	fx_claims.has_operations = false;
	CHECK_INT(says("has_diagnosis('I21')"), '?');
	CHECK_INT(says("visit.diagnoses = 0"), '?');
	CHECK_INT(says("visit.operations = 0 or has_operation('36')"), '?');

	full_claim();
	fx_claims.n_diagnoses = 0;
	fx_claims.n_operations = 0;
	CHECK_INT(says("not has_diagnosis('I21')"), '?');	/* nobody said */
	CHECK_INT(says("visit.diagnoses = 0"), 't');
	CHECK_INT(says("not has_operation('36')"), 't');

	full_claim();
	diagnoses[1].diag_code = ms_str("?");
	CHECK_INT(says("has_diagnosis('I21')"), 't');
	CHECK_INT(says("has_diagnosis('E11')"), '?');
	CHECK_INT(says("visit.unreadable_diagnoses = 1"), 't');

	full_claim();
	fx_lines[1].med_chrgitm_type = ms_str("");
	CHECK_INT(says("amount_class('03') > 1"), '?');
	fx_lines[0].rx_drord_no = ms_str(" ");
	CHECK_INT(says("has_item('0011', 'prescription')"), '?');
}

/* A line is one finding; with codes its money is lost, without nothing is. */
static void
test_lines(void)
{
	full_claim();
	CHECK_INT(run("line.cnt = 2", NULL), 1);
	CHECK_STR(fx_found[0].anchor, "1");
	CHECK_INT(fx_found[0].f.vola_amt, 2000);
	CHECK_INT(fx_found[0].f.excess, 2 * MS_QTY_ONE);
	CHECK_STR(fx_found[0].limit, "line.cnt = 2");
	CHECK_STR(fx_found[0].actual, "line.cnt 2");
	CHECK_INT(fx_tallies[0][MS_HIT][0], 1);
	CHECK_INT(fx_tallies[0][MS_PASSED][0], 0);

	n_codes = 0;				/* all lines */
	CHECK_INT(run("line.cnt >= 1 and has_diagnosis('I21')", NULL), 2);
	CHECK_INT(fx_found[0].f.vola_amt, 0);
	CHECK(fx_found[0].f.suspect_only);
	CHECK_INT(fx_found[0].f.n_records, 2);	/* the diagnoses it read */
	CHECK_INT(fx_tallies[0][MS_HIT][0], 2);
}

/* A visit is judged once, at its first line; or as itself without lines. */
static void
test_visits(void)
{
	full_claim();
	n_codes = 0;
	CHECK_INT(run("number(list.nwb_bir_wt) not between 200 and 20000", NULL), 1);
	CHECK_STR(fx_found[0].anchor, "1");
	CHECK_INT(fx_found[0].f.n_members, 1);
	CHECK_INT(fx_found[0].f.n_records, 1);
	CHECK_INT(fx_found[0].records[0].what, 'E');
	CHECK_INT(fx_found[0].f.vola_amt, 0);
	CHECK_STR(fx_found[0].actual, "list.nwb_bir_wt 150");
	CHECK_INT(fx_tallies[0][MS_HIT][0], 2);

	CHECK_INT(run("number(list.nwb_bir_wt) > 150", NULL), 0);
	CHECK_INT(fx_tallies[0][MS_PASSED][0], 2);
	CHECK_INT(run("number(list.x) > 150", NULL), 0);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_CONDITION_UNKNOWN], 2);

	/* no lines: the encounter itself, in the period of its begin */
	fx_claims.n_lines = 0;
	CHECK_INT(run("number(list.nwb_bir_wt) < 200", NULL), 1);
	CHECK(fx_found[0].f.anchor == UINT32_MAX);
	CHECK_INT(fx_found[0].f.encounter, 0);
	fx_claims.period_from = fx_v(fx_time(3, 1, 8, 0, 1));
	CHECK_INT(run("number(list.nwb_bir_wt) < 200", NULL), 0);
	fx_claims.period_from = fx_none(MS_MISSING);
	entry.valid_to = fx_time(2, 28, 0, 0, 0) / MS_USECS_PER_DAY;
	CHECK_INT(run("number(list.nwb_bir_wt) < 200", NULL), 0);

	/* a void encounter is none, of two rows of an id one counts */
	full_claim();
	n_codes = 0;
	fx_claims.n_lines = 0;
	fx_encounters[0].vali_flag = ms_str("0");
	CHECK_INT(run("visit.mdtrt_id = 'M1'", NULL), 0);
	fx_encounters[0].vali_flag = ms_str("1");
	fx_encounter("M1");
	CHECK_INT(run("visit.mdtrt_id = 'M1'", NULL), 1);
}

static void
test_access(void)
{
	full_claim();
	CHECK_INT(run("line.cnt = 2", "setting() = 'inpatient'"), 1);
	CHECK(fx_found[0].f.tested & MS_TESTED_ACCESS);
	CHECK_INT(run("line.cnt = 2", "setting() = 'outpatient'"), 0);
	CHECK_INT(fx_tallies[0][MS_PASSED][0], 0);	/* it does not speak */
	CHECK_INT(run("line.cnt = 2", "visit.dise_no = 'M1'"), 0);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_CONDITION_UNKNOWN], 1);

	full_claim();
	entry.levels = 1 << 3;
	CHECK_INT(run("line.cnt = 2", NULL), 1);
	entry.levels = 1 << 0 | 1 << 1 | 1 << 2;
	CHECK_INT(run("line.cnt = 2", NULL), 0);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_LEVEL_UNKNOWN], 0);
	fx_encounters[0].hosp_lv = ms_str("x");
	CHECK_INT(run("line.cnt = 2", NULL), 0);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_LEVEL_UNKNOWN], 1);

	/* what its access excludes it does not leave undecided */
	CHECK_INT(run("line.cnt = 2", "setting() = 'outpatient'"), 0);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_LEVEL_UNKNOWN], 0);
	CHECK_INT(run("line.cnt = 2", "visit.dise_no = 'M1'"), 0);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_LEVEL_UNKNOWN], 1);
}

static void
test_exceptions(void)
{
	full_claim();
	n_exceptions = 2;
	exceptions[0].code = "X1";
	exceptions[0].condition.text = "line.etip_flag = '1'";
	exceptions[1].code = "X2";
	exceptions[1].rule_codes = "R0";
	exceptions[1].condition.text = "visit.med_type like '13*'";
	CHECK_INT(run("line.cnt = 2", NULL), 1);
	CHECK_INT(fx_found[0].f.n_exceptions, 2);

	fx_lines[0].etip_flag = ms_str("1");
	CHECK_INT(run("line.cnt = 2", NULL), 0);
	CHECK_INT(fx_tallies[0][MS_EXEMPT][0], 1);
	fx_lines[0].etip_flag = ms_str("0");
	fx_encounters[0].med_type = ms_str("13");
	CHECK_INT(run("line.cnt = 2", NULL), 0);
	CHECK_INT(fx_tallies[0][MS_EXEMPT][0], 1);

	/* of another rule */
	exceptions[1].rule_codes = "R1";
	CHECK_INT(run("line.cnt = 2", NULL), 1);
	CHECK_INT(fx_found[0].f.n_exceptions, 1);

	/* what cannot be told does not help */
	exceptions[1].rule_codes = "R0";
	exceptions[1].condition.text = "visit.dise_no = 'M1'";
	CHECK_INT(run("line.cnt = 2", NULL), 1);

	/* of a visit without lines, unless it names one */
	n_codes = 0;
	fx_claims.n_lines = 0;
	CHECK_INT(run("visit.mdtrt_id = 'M1'", NULL), 1);
	exceptions[1].condition.text = "visit.med_type like '13*'";
	CHECK_INT(run("visit.mdtrt_id = 'M1'", NULL), 0);
	exceptions[1].condition.text = "line.cnt is missing";
	CHECK_INT(run("visit.mdtrt_id = 'M1'", NULL), 1);
}

/* The entry's own limit, which a parameter can set. */
static void
test_limit(void)
{
	full_claim();
	entry.limit = 15 * MS_QTY_ONE / 10;
	CHECK_INT(run("line.cnt > limit()", NULL), 1);
	entry.limit = 2 * MS_QTY_ONE;
	CHECK_INT(run("line.cnt > limit()", NULL), 0);
}

/* A cap by a figure of the case: two lines of 2 within one visit. */
static int
cap(const char *limit_case)
{
	MsEnv		env = fx_env();
	MsArena		arena;

	full_claim();
	fx_line("3", ITEM, fx_time(3, 3, 9, 30, 0), 2, 1000);
	rules[0].kind = rules[1].kind = 6;
	entry.check = MS_CHECK_QUANTITY;
	entry.scope = MS_SCOPE_VISIT;
	entry.limit = MS_QTY_ONE;
	entry.limit_basis = MS_LIMIT_CASE;
	ms_arena_init(&arena, &env);
	entry.limit_case = expr(&arena, limit_case, MS_EXPR_NUMBER);
	return run(NULL, NULL);
}

static void
test_limit_of_case(void)
{
	CHECK_INT(cap("3.5"), 1);
	CHECK_INT(fx_found[0].f.excess, MS_QTY_ONE / 2);
	CHECK_INT(cap("4"), 0);
	CHECK_INT(cap("2 * count_operation('36')"), 1);
	CHECK_INT(fx_found[0].f.excess, 2 * MS_QTY_ONE);
	CHECK_INT(cap("number(list.nothing)"), 0);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_CONDITION_UNKNOWN], 2);
	CHECK_INT(cap("-1"), 0);
	CHECK_INT(fx_tallies[0][MS_UNDECIDED][MS_CONDITION_UNKNOWN], 2);
}

int
main(void)
{
	test_fields();
	test_unknown();
	test_lines();
	test_visits();
	test_access();
	test_exceptions();
	test_limit();
	test_limit_of_case();
	free(book_bytes);
	fx_free();
	return unit_done();
}
