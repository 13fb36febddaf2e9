/*
 * audit_sequence_test.c
 *	  Sequences (K12): cases at their boundaries, and random visits judged a
 *	  second time by brute force from the text of docs/rulebook.md.  What a
 *	  stay is has its own test; here stays are taken as found.
 */
#include "unit.h"

#include "audit_fixture.h"
#include "audit/audit_stay_core.h"

#define RANDOM_RUNS	4000
#define HOURS(n)	((n) * MS_USECS_PER_HOUR)

enum
{
	AGAIN, AGAIN_ANYWHERE, AGAIN_CATEGORY, OVERLAP, DURING, DURING_HERE,
	DEATH, WEEKLY, ROLLING, IN_A_ROW, STAYS, WITH_CODE, N_ENTRIES
};

#define OUTSIDE (MS_SETTING_OUTPATIENT | MS_SETTING_PHARMACY)
#define ALWAYS .valid_from = MS_DATE_FROM_OPEN,.valid_to = MS_DATE_TO_OPEN,.age_from = -1,.age_below = -1
#define HERE .count_key = MS_KEY_PERSON_INSTITUTION
#define ANYWHERE .count_key = MS_KEY_PERSON
#define LIMIT(n) .limit = (n) * MS_QTY_ONE

/* In the order of the names above. */
static MsBookEntry entries[N_ENTRIES] = {
	{.check = MS_CHECK_READMISSION,.scope = MS_SCOPE_LIFETIME, HERE, LIMIT(3), ALWAYS},
	{.check = MS_CHECK_READMISSION,.scope = MS_SCOPE_LIFETIME, ANYWHERE, LIMIT(3), ALWAYS},
	{.check = MS_CHECK_READMISSION,.scope = MS_SCOPE_LIFETIME,.dx_relation = MS_DX_SAME_CATEGORY, HERE, LIMIT(3), ALWAYS},
	{.check = MS_CHECK_STAY_OVERLAP,.scope = MS_SCOPE_STAY, ANYWHERE, ALWAYS},
	{.check = MS_CHECK_DURING_STAY,.scope = MS_SCOPE_STAY,.settings = OUTSIDE, ANYWHERE, ALWAYS},
	{.check = MS_CHECK_DURING_STAY,.scope = MS_SCOPE_STAY, HERE, ALWAYS},
	{.check = MS_CHECK_AFTER_DEATH,.scope = MS_SCOPE_LIFETIME, ANYWHERE, ALWAYS},
	{.check = MS_CHECK_VISITS,.scope = MS_SCOPE_WEEK,.settings = OUTSIDE, ANYWHERE, LIMIT(2), ALWAYS},
	{.check = MS_CHECK_VISITS,.scope = MS_SCOPE_ROLLING,.window_days = 5,.settings = OUTSIDE, HERE, LIMIT(2), ALWAYS},
	{.check = MS_CHECK_VISIT_DAYS,.scope = MS_SCOPE_LIFETIME,.settings = MS_SETTING_OUTPATIENT, ANYWHERE, LIMIT(2), ALWAYS},
	{.check = MS_CHECK_VISITS,.scope = MS_SCOPE_MONTH,.settings = MS_SETTING_INPATIENT, ANYWHERE, LIMIT(1), ALWAYS},
	{.check = MS_CHECK_VISITS,.scope = MS_SCOPE_MONTH, ANYWHERE, LIMIT(1), ALWAYS}
};

static MsBookRule rules[N_ENTRIES];
static char rule_codes[N_ENTRIES][16];
static char entry_codes[N_ENTRIES][16];
static MsDiagnosis diagnoses[FX_MAX_ROWS];
static MsBook book;
static uint8_t fund_scope = MS_FUND_POOL;
static uint64_t seed = 7;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t) (seed >> 33) % n;
}

static bool
build(MsArena *arena, uint8_t **bytes, size_t *size, MsBookError *error)
{
	static MsBookCode code = {.role = MS_ROLE_MAIN};
	MsBookContent content = {
		.rules = rules,.n_rules = N_ENTRIES,.entries = entries,
		.n_entries = N_ENTRIES,.codes = &code,.n_codes = 1,.maps = fx_maps,
		.n_maps = sizeof(fx_maps) / sizeof(fx_maps[0]),
		.params = fx_params,.n_params = 2
	};

	for (int i = 0; i < N_ENTRIES; i++)
	{
		snprintf(rule_codes[i], sizeof(rule_codes[i]), "R%02d", i);
		snprintf(entry_codes[i], sizeof(entry_codes[i]), "E%02d", i);
		rules[i] = (MsBookRule)
		{
			.code = rule_codes[i],.kind = 12,.fund_scope = fund_scope
		};
		entries[i].rule_code = rule_codes[i];
		entries[i].code = entry_codes[i];
	}
	code.entry_code = entry_codes[WITH_CODE];
	return ms_code_fee_item_parse(FX_ROLLING, strlen(FX_ROLLING), &code.item, NULL) &&
		ms_book_build(arena, &content, bytes, size, error);
}

/* ---- cases ---- */

static MsEncounter *
visit(const char *id, const char *place, const char *med_type, int64_t from,
	  int64_t to)
{
	MsEncounter *e = fx_encounter(id);

	e->fixmedins_code = ms_str(place);
	e->med_type = ms_str(med_type);
	e->begntime = fx_v(from);
	e->endtime = to > 0 ? fx_v(to) : fx_none(MS_MISSING);
	return e;
}

static MsLine *
line(const char *sn, const char *id, int64_t time, int64_t price)
{
	MsLine	   *l = fx_line(sn, FX_OTHER, time, 1, price);

	l->mdtrt_id = ms_str(id);
	l->setl_id = ms_str("");
	return l;
}

static void
diagnose(const char *id, const char *code)
{
	MsDiagnosis *d = &diagnoses[fx_claims.n_diagnoses++];

	memset(d, 0, sizeof(*d));
	d->mdtrt_id = ms_str(id);
	d->diag_code = ms_str(code);
	d->diag_type = ms_str("1");
	d->maindiag_flag = ms_str("1");
	d->vali_flag = ms_str("1");
	fx_claims.diagnoses = diagnoses;
	fx_claims.has_diagnoses = true;
}

static int
found(int rule)
{
	int			n = 0;

	for (int i = 0; i < fx_n_found; i++)
		n += fx_found[i].f.rule == (uint32_t) rule;
	return n;
}

static const FxFinding *
finding(int rule)
{
	static const FxFinding none;

	for (int i = 0; i < fx_n_found; i++)
	{
		if (fx_found[i].f.rule == (uint32_t) rule)
			return &fx_found[i];
	}
	return &none;
}

#define RUN() CHECK(fx_run(&book))
#define AT(day, hour) fx_time(3, (day), (hour), 0, 0)

static void
two_stays(int64_t discharge, int64_t admission, const char *place)
{
	fx_reset();
	visit("M1", "H1", "21", AT(1, 8), discharge);
	visit("M2", place, "21", admission, admission + 2 * MS_USECS_PER_DAY);
	line("1", "M1", AT(2, 9), 100);
	line("2", "M2", admission + HOURS(1), 30);
	line("3", "M2", admission + HOURS(2), 70);
}

static void
test_readmission(void)
{
	const FxFinding *f;

	two_stays(AT(5, 10), AT(8, 23), "H1");
	RUN();
	CHECK_INT(found(AGAIN), 1); /* the third day is within three */
	f = finding(AGAIN);
	CHECK_STR(f->anchor, "2");
	CHECK_STR(f->limit, "3");
	CHECK_STR(f->actual, "3");
	CHECK_INT(f->f.vola_amt, 100);
	CHECK_INT(f->f.vola_amt_max, 100);
	CHECK_INT(f->f.excess, MS_QTY_ONE);
	CHECK(f->f.suspect_only);
	CHECK_INT(f->f.n_records, 2);
	CHECK_INT(f->records[0].index, 1);
	CHECK_INT(f->records[0].role, 1);
	CHECK_INT(f->records[1].index, 0);
	CHECK_INT(f->records[1].role, 2);
	CHECK_INT(f->f.window_start.v, AT(1, 8));
	CHECK_INT(fx_tallies[AGAIN][MS_HIT][0], 2);
	CHECK_INT(fx_tallies[AGAIN][MS_PASSED][0], 1);
	CHECK_INT(found(AGAIN_ANYWHERE), 1);

	two_stays(AT(5, 10), AT(9, 0), "H1");
	RUN();
	CHECK_INT(found(AGAIN), 0); /* the fourth */
	CHECK_INT(fx_tallies[AGAIN][MS_PASSED][0], 3);

	two_stays(AT(5, 10), AT(6, 9), "H2");
	RUN();
	CHECK_INT(found(AGAIN), 0);
	CHECK_INT(found(AGAIN_ANYWHERE), 1);

	two_stays(AT(5, 10), AT(5, 9), "H1");
	RUN();
	CHECK_INT(found(AGAIN), 0); /* a joint */
	two_stays(AT(5, 10), AT(5, 11), "H1");
	RUN();
	CHECK_INT(found(AGAIN), 1); /* out and in again */
	CHECK_STR(finding(AGAIN)->actual, "0");
}

static void
test_transfer(void)
{
	two_stays(AT(5, 10), AT(5, 15), "H2");
	RUN();
	CHECK_INT(found(AGAIN_ANYWHERE), 0);
	CHECK_INT(found(OVERLAP), 0);

	/* the other one took over before the first one wrote the discharge */
	two_stays(AT(5, 16), AT(5, 15), "H2");
	RUN();
	CHECK_INT(found(OVERLAP), 0);

	/* whether it was the same institution, nobody knows */
	two_stays(AT(5, 10), AT(5, 15), "");
	RUN();
	CHECK_INT(found(AGAIN_ANYWHERE), 0);
	CHECK_INT(fx_tallies[AGAIN_ANYWHERE][MS_UNDECIDED][MS_INSTITUTION_UNKNOWN], 2);
	two_stays(AT(5, 10), AT(7, 15), "H1");
	visit("M3", "", "21", AT(5, 11), AT(6, 9));
	RUN();
	CHECK_INT(found(AGAIN), 0);
	CHECK_INT(fx_tallies[AGAIN][MS_UNDECIDED][MS_INSTITUTION_UNKNOWN], 2);
	/* another one did for certain */
	visit("M4", "H3", "21", AT(5, 11), AT(6, 9));
	RUN();
	CHECK_INT(found(AGAIN), 0);
	CHECK_INT(fx_tallies[AGAIN][MS_PASSED][0], 3);
	/* its own admission is none */
	two_stays(AT(1, 10), AT(2, 15), "");
	fx_encounters[0].fixmedins_code = ms_str("");
	RUN();
	CHECK_INT(found(AGAIN_ANYWHERE), 1);

	/* back after a transfer */
	two_stays(AT(5, 10), AT(7, 15), "H1");
	visit("M3", "H2", "21", AT(5, 11), AT(7, 14));
	RUN();
	CHECK_INT(found(AGAIN), 0);
	fx_encounters[2].begntime = fx_v(AT(6, 11));
	RUN();
	CHECK_INT(found(AGAIN), 1);
}

static void
test_not_known(void)
{
	two_stays(0, AT(6, 9), "H1");
	RUN();
	CHECK_INT(found(AGAIN), 0);
	CHECK_INT(fx_tallies[AGAIN][MS_UNDECIDED][MS_STAY_UNKNOWN], 2);

	two_stays(AT(5, 10), AT(6, 9), "H1");
	RUN();
	CHECK_INT(found(AGAIN_CATEGORY), 0);
	CHECK_INT(fx_tallies[AGAIN_CATEGORY][MS_UNDECIDED][MS_DIAGNOSIS_UNKNOWN], 2);
	diagnose("M1", "I21.001");
	diagnose("M2", "I22.001");
	RUN();
	CHECK_INT(found(AGAIN_CATEGORY), 0);
	CHECK_INT(fx_tallies[AGAIN_CATEGORY][MS_PASSED][0], 3);
	diagnoses[1].diag_code = ms_str("I21.901");
	RUN();
	CHECK_INT(found(AGAIN_CATEGORY), 1);
	CHECK_INT(finding(AGAIN_CATEGORY)->f.n_records, 4);
	CHECK_INT(finding(AGAIN_CATEGORY)->records[2].what, 'D');
	CHECK_INT(finding(AGAIN_CATEGORY)->records[2].index, 1);

	two_stays(AT(5, 10), AT(6, 9), "H1");
	fx_encounters[0].fixmedins_code = ms_str("");
	RUN();
	CHECK_INT(fx_tallies[AGAIN][MS_UNDECIDED][MS_INSTITUTION_UNKNOWN], 1);

	/* in hospital, but from when on is not said: no stay */
	two_stays(AT(5, 10), AT(6, 9), "H1");
	fx_encounters[1].begntime = fx_none(MS_MISSING);
	RUN();
	CHECK_INT(found(AGAIN), 0);
	CHECK_INT(fx_tallies[AGAIN][MS_UNDECIDED][MS_STAY_UNKNOWN], 2);
	CHECK_INT(fx_tallies[AGAIN][MS_PASSED][0], 1);
}

static void
test_paid(void)
{
	MsCampaign	campaign = {0};
	MsStr		asked;

	/* the later stay is not the fund's */
	two_stays(AT(5, 10), AT(6, 9), "H1");
	fx_lines[1].inscp_amt = fx_lines[2].inscp_amt = fx_v(0);
	RUN();
	CHECK_INT(found(AGAIN), 0);
	CHECK_INT(fx_tallies[AGAIN][MS_NOT_FUND_PAID][0], 2);
	fx_lines[2].inscp_amt = fx_v(70);
	RUN();
	CHECK_INT(found(AGAIN), 1);
	CHECK_INT(finding(AGAIN)->f.vola_amt, 70);

	/* the earlier one is not */
	fx_lines[0].inscp_amt = fx_v(0);
	RUN();
	CHECK_INT(found(AGAIN), 0);

	/* not billed yet: the encounter itself */
	fx_reset();
	visit("M1", "H1", "21", AT(1, 8), AT(5, 10));
	visit("M2", "H1", "21", AT(6, 8), 0);
	RUN();
	CHECK_INT(found(AGAIN), 1);
	CHECK_INT(finding(AGAIN)->f.anchor, UINT32_MAX);
	CHECK_INT(finding(AGAIN)->f.encounter, 1);
	CHECK_INT(finding(AGAIN)->f.vola_amt, 0);
	CHECK_INT(finding(AGAIN)->f.method, MS_METHOD_NONE);
	CHECK(finding(AGAIN)->f.provisional);
	CHECK_INT(found(STAYS), 0); /* who paid is not known */
	fx_claims.period_from = fx_v(AT(7, 0));
	RUN();
	CHECK_INT(found(AGAIN), 0); /* of the period in which it began */

	/* and of a campaign over its institution and kind of care */
	fx_claims.period_from.state = MS_MISSING;
	fx_claims.campaign = &campaign;
	campaign.institutions = &asked;
	campaign.n_institutions = 1;
	asked = ms_str("H1");
	RUN();
	CHECK_INT(found(AGAIN), 1);
	asked = ms_str("H2");
	RUN();
	CHECK_INT(found(AGAIN), 0);
	campaign.institutions = NULL;
	campaign.med_types = &asked;
	campaign.n_med_types = 1;
	RUN();
	CHECK_INT(found(AGAIN), 0);
	asked = ms_str("21");
	RUN();
	CHECK_INT(found(AGAIN), 1);
}

static void
test_overlap(void)
{
	two_stays(AT(5, 10), AT(4, 9), "H2");
	RUN();
	CHECK_INT(found(OVERLAP), 1);
	CHECK_STR(finding(OVERLAP)->anchor, "2");
	CHECK_STR(finding(OVERLAP)->actual, "2");
	CHECK_INT(finding(OVERLAP)->f.vola_amt, 100);
	line("4", "M2", AT(6, 9), 500);
	RUN();
	CHECK_INT(finding(OVERLAP)->f.vola_amt, 100);
	CHECK_INT(finding(OVERLAP)->f.vola_amt_max, 600);

	/* a day in the middle of another stay is no transfer */
	two_stays(AT(5, 10), AT(4, 9), "H2");
	fx_encounters[1].endtime = fx_v(AT(4, 20));
	RUN();
	CHECK_INT(found(OVERLAP), 1);
	CHECK_STR(finding(OVERLAP)->actual, "1");

	/* on the first day it may be one */
	fx_encounters[0].begntime = fx_v(AT(4, 8));
	RUN();
	CHECK_INT(found(OVERLAP), 0);
}

static void
test_during(void)
{
	fx_reset();
	visit("M1", "H1", "21", AT(1, 8), AT(5, 10));
	visit("V1", "H2", "11", AT(1, 9), 0);
	visit("V2", "H2", "41", AT(3, 9), 0);
	visit("V3", "H1", "11", AT(5, 9), 0);
	line("1", "M1", AT(2, 9), 100);
	line("2", "V1", AT(1, 9), 1);
	line("3", "V2", AT(3, 9), 10);
	line("4", "V3", AT(5, 9), 2);
	RUN();
	CHECK_INT(found(DURING), 1);	/* not on the first and last day */
	CHECK_STR(finding(DURING)->anchor, "3");
	CHECK_INT(finding(DURING)->f.vola_amt, 10);
	CHECK_INT(found(DURING_HERE), 0);
	CHECK_INT(fx_tallies[DURING][MS_PASSED][0], 2); /* the stay is not asked */
	CHECK_INT(finding(DURING)->records[0].index, 2);
	CHECK_INT(finding(DURING)->records[1].index, 0);
	fx_encounters[2].fixmedins_code = ms_str("H1");
	RUN();
	CHECK_INT(found(DURING_HERE), 1);
	fx_encounters[2].fixmedins_code = ms_str("");
	RUN();
	CHECK_INT(found(DURING_HERE), 0);	/* nobody knows whose */
	CHECK_INT(fx_tallies[DURING_HERE][MS_UNDECIDED][MS_INSTITUTION_UNKNOWN], 1);
	fx_encounters[2].fixmedins_code = ms_str("H1");
	fx_encounters[0].endtime = fx_none(MS_MISSING);
	RUN();
	CHECK_INT(found(DURING), 0);	/* known until its last line only */
	line("5", "M1", AT(4, 9), 100);
	RUN();
	CHECK_INT(found(DURING), 1);
	CHECK(finding(DURING)->f.provisional);
}

static void
test_death(void)
{
	fx_reset();
	visit("M1", "H1", "21", AT(1, 8), AT(5, 10))->die_date = fx_v(AT(4, 0));
	visit("V1", "H2", "41", AT(9, 9), 0);
	line("1", "M1", AT(4, 23), 100);
	line("2", "M1", AT(5, 9), 7);
	line("3", "V1", AT(9, 9), 10);
	RUN();
	CHECK_INT(found(DEATH), 2);
	CHECK_STR(fx_found[0].anchor, "2"); /* not the day itself */
	CHECK_STR(fx_found[0].actual, "1");
	CHECK_STR(fx_found[1].anchor, "3");
	CHECK_STR(fx_found[1].actual, "5");
	CHECK_INT(fx_tallies[DEATH][MS_HIT][0], 2);
	fx_encounters[1].die_date = fx_v(AT(5, 0));
	RUN();
	CHECK_INT(found(DEATH), 1); /* the later of two days */
	fx_encounters[0].die_date = fx_encounters[1].die_date = fx_none(MS_UNREADABLE);
	RUN();
	CHECK_INT(found(DEATH), 0);
	CHECK_INT(fx_tallies[DEATH][MS_UNDECIDED][MS_CONDITION_UNKNOWN], 3);
	fx_encounters[0].die_date = fx_encounters[1].die_date = fx_none(MS_MISSING);
	RUN();
	CHECK_INT(fx_tallies[DEATH][MS_PASSED][0], 3);
	visit("V2", "H2", "41", AT(20, 9), 0)->die_date = fx_v(AT(19, 0));
	RUN();
	CHECK_INT(found(DEATH), 1);
	CHECK_INT(finding(DEATH)->f.anchor, UINT32_MAX);
	CHECK_INT(finding(DEATH)->f.encounter, 2);
}

static void
test_visits(void)
{
	static const char *const ids[] = {"V1", "V2", "V3", "V4"};
	static const char *const sns[] = {"1", "2", "3", "4"};

	/* Monday 2 March to Thursday */
	fx_reset();
	for (int i = 0; i < 4; i++)
	{
		visit(ids[i], "H1", "11", AT(2 + i, 9), 0);
		line(sns[i], ids[i], AT(2 + i, 9), 10 + i);
	}
	RUN();
	CHECK_INT(found(WEEKLY), 1);
	CHECK_STR(finding(WEEKLY)->anchor, "3");
	CHECK_INT(finding(WEEKLY)->f.excess, 2 * MS_QTY_ONE);
	CHECK_INT(finding(WEEKLY)->f.vola_amt, 25);
	CHECK_STR(finding(WEEKLY)->limit, "2");
	CHECK_STR(finding(WEEKLY)->actual, "4");
	CHECK_INT(finding(WEEKLY)->f.n_records, 4);
	CHECK_INT(finding(WEEKLY)->f.window_start.v, AT(2, 0));
	CHECK_INT(finding(WEEKLY)->f.window_end.v, AT(9, 0));
	CHECK_INT(fx_tallies[WEEKLY][MS_PASSED][0], 2);
	CHECK_INT(found(ROLLING), 2);
	CHECK_INT(found(IN_A_ROW), 1);
	CHECK_STR(finding(IN_A_ROW)->actual, "4");
	CHECK_INT(found(WITH_CODE), 0);

	/* two lines are one visit, one that is not the fund's is none */
	line("5", "V1", AT(2, 10), 10);
	fx_lines[2].inscp_amt = fx_lines[3].inscp_amt = fx_v(0);
	RUN();
	CHECK_INT(found(WEEKLY), 0);
	CHECK_INT(fx_tallies[WEEKLY][MS_NOT_FUND_PAID][0], 2);

	/* a pause ends the run, Sunday the week */
	fx_lines[2].inscp_amt = fx_lines[3].inscp_amt = fx_v(10);
	fx_encounters[2].begntime = fx_v(AT(9, 9));
	fx_encounters[3].begntime = fx_v(AT(10, 9));
	RUN();
	CHECK_INT(found(WEEKLY), 0);
	CHECK_INT(found(IN_A_ROW), 0);

	/* with codes: the visits that have them */
	fx_lines[0].med_list_codg = ms_str(FX_ROLLING);
	fx_lines[3].med_list_codg = ms_str(FX_ROLLING);
	RUN();
	CHECK_INT(found(WITH_CODE), 1);
	CHECK_STR(finding(WITH_CODE)->anchor, "4");
	CHECK_INT(fx_tallies[WITH_CODE][MS_PASSED][0], 1);

	/* three records that are one stay are one visit */
	two_stays(AT(5, 10), AT(5, 10), "H1");
	RUN();
	CHECK_INT(found(STAYS), 0);
	fx_encounters[1].begntime = fx_v(AT(8, 10));
	RUN();
	CHECK_INT(found(STAYS), 1);
}

/* A rolling window has no more days in a row than its own. */
static void
test_rolling_run(void)
{
	static const char *const ids[] = {"V1", "V2", "V3"};
	static const char *const sns[] = {"1", "2", "3"};
	MsBookEntry kept = entries[IN_A_ROW];
	MsEnv		own = fx_env();
	MsBook		outer = book;
	MsBookError error;
	MsArena		arena;
	uint8_t    *bytes;
	size_t		size;

	ms_arena_init(&arena, &own);
	entries[IN_A_ROW].scope = MS_SCOPE_ROLLING;
	for (int days = 2; days <= 3; days++)
	{
		uint8_t    *copy;

		entries[IN_A_ROW].window_days = days;
		CHECK(build(&arena, &bytes, &size, &error));
		copy = malloc(size);
		memcpy(copy, bytes, size);
		CHECK(ms_book_open(copy, size, &book, &error));
		fx_reset();
		for (int i = 0; i < 3; i++)
		{
			visit(ids[i], "H1", "11", AT(2 + i, 9), 0);
			line(sns[i], ids[i], AT(2 + i, 9), 10);
		}
		RUN();
		CHECK_INT(found(IN_A_ROW), days == 3 ? 1 : 0);
		book = outer;
		free(copy);
	}
	entries[IN_A_ROW] = kept;
}

/* Visits without lines count for any money, while the entry is in force. */
static void
test_without_lines(void)
{
	MsEnv		own = fx_env();
	MsBookError error;
	MsArena		arena;
	uint8_t    *bytes;
	uint8_t    *kept = NULL;
	MsBook		outer = book;
	size_t		size;

	ms_arena_init(&arena, &own);
	fund_scope = MS_FUND_ANY;
	for (int late = 0; late < 2; late++)
	{
		entries[WEEKLY].valid_from = late ? (int32_t) ms_day_of(AT(5, 0)) :
			MS_DATE_FROM_OPEN;
		CHECK(build(&arena, &bytes, &size, &error));
		free(kept);
		kept = malloc(size);
		memcpy(kept, bytes, size);
		CHECK(ms_book_open(kept, size, &book, &error));
		fx_reset();
		visit("V1", "H1", "11", AT(2, 9), 0);
		visit("V2", "H1", "11", AT(3, 9), 0);
		visit("V3", "H1", "11", AT(4, 9), 0);
		RUN();
		CHECK_INT(found(WEEKLY), late ? 0 : 1);
	}
	free(kept);
	fund_scope = MS_FUND_POOL;
	entries[WEEKLY].valid_from = MS_DATE_FROM_OPEN;
	book = outer;
}

/*
 * A stay has lines where any of its encounters has: one of which the entry
 * speaks of no line does not count, though the encounter that it begins with
 * has none.
 */
static void
test_without_counting_lines(void)
{
	MsEnv		own = fx_env();
	MsBookError error;
	MsArena		arena;
	uint8_t    *bytes;
	uint8_t    *kept;
	MsBook		outer = book;
	size_t		size;

	ms_arena_init(&arena, &own);
	fund_scope = MS_FUND_ANY;
	entries[STAYS].valid_to = (int32_t) ms_day_of(AT(10, 0));
	CHECK(build(&arena, &bytes, &size, &error));
	kept = malloc(size);
	memcpy(kept, bytes, size);
	CHECK(ms_book_open(kept, size, &book, &error));
	for (int later = 10; later <= 11; later++)
	{
		fx_reset();
		visit("V1", "H1", "21", AT(2, 9), AT(4, 9));
		visit("V2", "H1", "21", AT(9, 9), AT(10, 9));
		visit("V3", "H1", "21", AT(10, 9), AT(12, 9));
		RUN();
		CHECK_INT(found(STAYS), 1);
		CHECK_INT(finding(STAYS)->f.anchor, UINT32_MAX);
		line("1", "V3", AT(later, 9), 10);
		RUN();
		CHECK_INT(found(STAYS), later == 10 ? 1 : 0);
	}
	free(kept);
	fund_scope = MS_FUND_POOL;
	entries[STAYS].valid_to = MS_DATE_TO_OPEN;
	book = outer;
}

/* ---- brute force ---- */

typedef struct Slow
{
	uint32_t	first;			/* encounter */
	const WorkStay *stay;
	int64_t		begin;
	int64_t		end;
	MsStr		place;
	int64_t		money;			/* of its lines that the fund paid */
	bool		paid;
	bool		counts;
	bool		billed;
} Slow;

static Audit audit;
static MsEnv env;
static Slow slow[64];
static int	n_slow;
static char expected[512][80];
static int	n_expected;

static int64_t
day_of(int64_t t)
{
	return ms_floor_div(t, MS_USECS_PER_DAY);
}

static bool
of_visit(const Slow *s, uint32_t l)
{
	int32_t		e = -1;

	for (uint32_t i = 0; i < fx_claims.n_encounters; i++)
	{
		if (ms_str_eq(fx_encounters[i].mdtrt_id, fx_lines[l].mdtrt_id))
			e = (int32_t) i;
	}
	return s->stay ? ms_stay_of(&audit, e) == s->stay : e == (int32_t) s->first;
}

static bool
is_paid_line(uint32_t l)
{
	return fx_lines[l].inscp_amt.v > 0;
}

/* The earliest paid line of a visit between two days. */
static const char *
first_line(const Slow *s, int64_t from, int64_t to)
{
	static char sn[32];
	int64_t		best = INT64_MAX;

	sn[0] = '\0';
	for (uint32_t l = 0; l < fx_claims.n_lines; l++)
	{
		int64_t		t = fx_lines[l].fee_ocur_time.v;

		if (!of_visit(s, l) || !is_paid_line(l) || day_of(t) < from ||
			day_of(t) > to || t >= best)
			continue;
		best = t;
		snprintf(sn, sizeof(sn), "%.*s", (int) fx_lines[l].feedetl_sn.len,
				 fx_lines[l].feedetl_sn.s);
	}
	return sn;
}

static int64_t
money_of(const Slow *s, int64_t from, int64_t to)
{
	int64_t		sum = 0;

	for (uint32_t l = 0; l < fx_claims.n_lines; l++)
	{
		int64_t		day = day_of(fx_lines[l].fee_ocur_time.v);

		if (of_visit(s, l) && is_paid_line(l) && day >= from && day <= to)
			sum += fx_lines[l].det_item_fee_sumamt.v;
	}
	return sum;
}

static void
expect(int rule, const Slow *s, const char *anchor, int64_t actual,
	   int64_t vola)
{
	MsStr		id = fx_encounters[s->first].mdtrt_id;

	snprintf(expected[n_expected++], sizeof(expected[0]), "%d %.*s %s %lld",
			 rule, anchor[0] ? (int) strlen(anchor) : (int) id.len,
			 anchor[0] ? anchor : id.s,
			 ms_audit_decimal(&audit, actual, 0, 0), (long long) vola);
}

static bool
before_in_order(const Slow *x, const Slow *y)
{
	if (x->begin != y->begin)
		return x->begin < y->begin;
	return ms_str_cmp(fx_encounters[x->first].mdtrt_id,
					  fx_encounters[y->first].mdtrt_id) < 0;
}

static void
collect(void)
{
	uint32_t	n_stays;
	const WorkStay *stays;

	env = fx_env();
	memset(&audit, 0, sizeof(audit));
	ms_arena_init(&audit.arena, &env);
	ms_arena_init(&audit.scratch, &env);
	audit.book = &book;
	audit.claims = &fx_claims;
	ms_memo_start(&audit.memo, &audit.arena, &book, NULL);
	ms_fate_lines(&audit);
	ms_money_settlements(&audit);
	stays = ms_stay_all(&audit, &n_stays);
	n_slow = 0;
	for (uint32_t i = 0; i < n_stays + fx_claims.n_encounters; i++)
	{
		Slow	   *s = &slow[n_slow];
		uint32_t	e = i < n_stays ? stays[i].first : i - n_stays;

		if (i >= n_stays && ms_stay_of(&audit, (int32_t) e) != NULL)
			continue;
		memset(s, 0, sizeof(*s));
		s->first = e;
		s->stay = i < n_stays ? &stays[i] : NULL;
		s->begin = fx_encounters[e].begntime.v;
		s->end = s->stay ? s->stay->end : s->begin;
		s->place = fx_encounters[e].fixmedins_code;
		for (uint32_t l = 0; l < fx_claims.n_lines; l++)
		{
			s->billed |= of_visit(s, l);
			s->paid |= of_visit(s, l) && is_paid_line(l);
		}
		s->counts = s->paid || !s->billed;
		n_slow++;
	}
	/* the order in which visits begin */
	for (int i = 0; i < n_slow; i++)
	{
		for (int j = i + 1; j < n_slow; j++)
		{
			if (before_in_order(&slow[j], &slow[i]))
			{
				Slow		x = slow[i];

				slow[i] = slow[j];
				slow[j] = x;
			}
		}
	}
}

static bool
taken_over(const Slow *s)
{
	for (int i = 0; i < n_slow; i++)
	{
		if (slow[i].stay && !ms_str_eq(slow[i].place, s->place) &&
			day_of(slow[i].begin) == day_of(s->end))
			return true;
	}
	return false;
}

static void
expect_readmission(int rule, bool anywhere)
{
	for (int i = 0; i < n_slow; i++)
	{
		const Slow *last = NULL;
		int64_t		gap;

		for (int j = 0; j < i; j++)
		{
			if (slow[j].stay && slow[j].stay->ended &&
				slow[j].end <= slow[i].begin &&
				(anywhere || ms_str_eq(slow[i].place, slow[j].place)) &&
				(last == NULL || slow[j].end >= last->end))
				last = &slow[j];
		}
		if (!slow[i].stay || last == NULL || !slow[i].counts || !last->counts ||
			taken_over(last))
			continue;
		gap = day_of(slow[i].begin) - day_of(last->end);
		if (gap <= 3)
			expect(rule, &slow[i], first_line(&slow[i], 0, MS_LAST_DAY), gap,
				   money_of(&slow[i], 0, MS_LAST_DAY));
	}
}

static void
expect_overlap(void)
{
	for (int i = 0; i < n_slow; i++)
	{
		const Slow *last = NULL;
		int64_t		from = day_of(slow[i].begin);
		int64_t		to;

		for (int j = 0; j < i; j++)
		{
			if (slow[j].stay && slow[j].counts &&
				!ms_str_eq(slow[i].place, slow[j].place) &&
				day_of(slow[j].end) > from &&
				day_of(slow[j].begin) < day_of(slow[i].end) &&
				(last == NULL || slow[j].end > last->end))
				last = &slow[j];
		}
		if (!slow[i].stay || last == NULL || !slow[i].counts)
			continue;
		to = day_of(last->end < slow[i].end ? last->end : slow[i].end);
		expect(OVERLAP, &slow[i], first_line(&slow[i], 0, MS_LAST_DAY),
			   to - from + 1, money_of(&slow[i], from, to));
	}
}

static void
expect_during(int rule, bool anywhere)
{
	for (int i = 0; i < n_slow; i++)
	{
		bool		within = false;
		int64_t		day = day_of(slow[i].begin);

		for (int j = 0; j < n_slow; j++)
			within |= slow[j].stay && day_of(slow[j].begin) < day &&
				day_of(slow[j].end) > day &&
				(anywhere || ms_str_eq(slow[i].place, slow[j].place));
		if (!slow[i].stay && slow[i].paid && within)
			expect(rule, &slow[i], first_line(&slow[i], 0, MS_LAST_DAY), 1,
				   money_of(&slow[i], 0, MS_LAST_DAY));
	}
}

static bool
of_setting(const Slow *s, const char *med_type)
{
	return s->paid && (strcmp(med_type, "1 4") == 0 ? s->stay == NULL :
					   ms_str_is(fx_encounters[s->first].med_type, med_type));
}

/* The first of some visits' lines: of several that violate, the anchor. */
static const char *
first_line_of(const bool *in)
{
	static char sn[32];
	int64_t		best = INT64_MAX;

	for (int i = 0; i < n_slow; i++)
	{
		for (uint32_t l = 0; l < fx_claims.n_lines && in[i]; l++)
		{
			if (!of_visit(&slow[i], l) || !is_paid_line(l) ||
				fx_lines[l].fee_ocur_time.v >= best)
				continue;
			best = fx_lines[l].fee_ocur_time.v;
			snprintf(sn, sizeof(sn), "%.*s", (int) fx_lines[l].feedetl_sn.len,
					 fx_lines[l].feedetl_sn.s);
		}
	}
	return sn;
}

/* Visits over the limit of a calendar window, told as one. */
static void
expect_window(int rule, const char *med_type, uint32_t limit, bool by_week)
{
	for (int i = 0; i < n_slow; i++)
	{
		uint32_t	n = 0;
		bool		in[64] = {false};
		const Slow *first = NULL;
		int64_t		money = 0;

		if (!of_setting(&slow[i], med_type))
			continue;
#define WINDOW(s) (by_week ? ms_floor_div(day_of((s)->begin) - 2, 7) : \
	ms_civil_from_days(day_of((s)->begin)).month)
		for (int j = 0; j < n_slow; j++)
		{
			if (!of_setting(&slow[j], med_type) ||
				WINDOW(&slow[j]) != WINDOW(&slow[i]))
				continue;
			if (n == 0 && j != i)
				break;			/* told at the window's first visit */
			if (++n > limit)
			{
				in[j] = true;
				first = first ? first : &slow[j];
				money += money_of(&slow[j], 0, MS_LAST_DAY);
			}
		}
#undef WINDOW
		if (first != NULL)
			expect(rule, first, first_line_of(in), n, money);
	}
}

static void
expect_rolling(void)
{
	bool		accepted[64] = {false};

	for (int i = 0; i < n_slow; i++)
	{
		int			n = 0;

		if (!of_setting(&slow[i], "1 4"))
			continue;
		for (int j = 0; j < i; j++)
			n += accepted[j] && ms_str_eq(slow[i].place, slow[j].place) &&
				day_of(slow[j].begin) > day_of(slow[i].begin) - 5;
		accepted[i] = n < 2;
		if (n >= 2)
			expect(ROLLING, &slow[i], first_line(&slow[i], 0, MS_LAST_DAY), n + 1,
				   money_of(&slow[i], 0, MS_LAST_DAY));
	}
}

static void
expect_row(void)
{
	bool		has[200] = {false};
	int64_t		base = day_of(fx_time(2, 20, 0, 0, 0));

	for (int i = 0; i < n_slow; i++)
	{
		if (of_setting(&slow[i], "11"))
			has[day_of(slow[i].begin) - base] = true;
	}
	for (int d = 1; d < 199; d++)
	{
		int			len = 0;
		bool		in[64] = {false};
		const Slow *first = NULL;
		int64_t		money = 0;

		if (has[d - 1] || !has[d])
			continue;
		while (has[d + len])
			len++;
		for (int i = 0; i < n_slow; i++)
		{
			int64_t		day = day_of(slow[i].begin) - base;

			if (!of_setting(&slow[i], "11") || day < d + 2 || day >= d + len)
				continue;
			in[i] = true;
			first = first ? first : &slow[i];
			money += money_of(&slow[i], 0, MS_LAST_DAY);
		}
		if (first != NULL)
			expect(IN_A_ROW, first, first_line_of(in), len, money);
	}
}

static int
cmp_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
compare(int run)
{
	static char got[512][80];
	int			n = 0;
	bool		same;

	for (int i = 0; i < fx_n_found; i++)
	{
		const FxFinding *f = &fx_found[i];
		MsStr		id = fx_encounters[f->f.encounter].mdtrt_id;

		if (f->f.rule == AGAIN_CATEGORY || f->f.rule == DEATH ||
			f->f.rule == WITH_CODE)
			continue;
		snprintf(got[n++], sizeof(got[0]), "%d %.*s %s %lld", (int) f->f.rule,
				 f->anchor[0] ? (int) strlen(f->anchor) : (int) id.len,
				 f->anchor[0] ? f->anchor : id.s, f->actual,
				 (long long) f->f.vola_amt);
	}
	qsort(got, (size_t) n, sizeof(got[0]), cmp_text);
	qsort(expected, (size_t) n_expected, sizeof(expected[0]), cmp_text);
	same = n == n_expected;
	for (int i = 0; i < n && same; i++)
		same = strcmp(got[i], expected[i]) == 0;
	CHECK_MSG(same, "run %d: %d found, %d expected", run, n, n_expected);
	if (same || unit_failed > 3)
		return;
	for (int i = 0; i < n; i++)
		fprintf(stderr, "found    %s\n", got[i]);
	for (int i = 0; i < n_expected; i++)
		fprintf(stderr, "expected %s\n", expected[i]);
}

static void
random_claims(void)
{
	static char ids[24][16];
	static char sns[96][16];
	static const char *const places[] = {"H1", "H2", "H3"};
	static const char *const types[] = {"21", "21", "11", "11", "41"};
	uint32_t	n = 2 + rnd(14);
	uint32_t	n_lines = 0;

	fx_reset();
	for (uint32_t i = 0; i < n; i++)
	{
		const char *type = types[rnd(5)];
		int64_t		from = AT(1, 0) + HOURS(2 * rnd(300));
		int64_t		to = rnd(10) == 0 ? 0 : from + HOURS(2 * rnd(80));
		uint32_t	lines = rnd(4);

		/* often just when another one ends */
		if (i > 0 && rnd(4) == 0 && fx_encounters[rnd(i)].endtime.v > 0)
		{
			from = fx_encounters[rnd(i)].endtime.v;
			from = from > 0 ? from : AT(3, 0);
			to = from + HOURS(2 * rnd(60));
		}
		snprintf(ids[i], sizeof(ids[i]), "M%02u", i);
		if (strcmp(type, "21") != 0)
			to = 0;
		visit(ids[i], places[rnd(3)], type, from, to);
		for (uint32_t j = 0; j < lines; j++)
		{
			int64_t		span = strcmp(type, "21") != 0 ? 0 :
			to > 0 ? (to - from) / HOURS(2) : 20;

			snprintf(sns[n_lines], sizeof(sns[0]), "%02u", n_lines);
			line(sns[n_lines], ids[i], from + HOURS(2 * rnd((uint32_t) span + 1)) +
				 n_lines, 1 << rnd(12));
			if (rnd(4) == 0)
				fx_lines[n_lines].inscp_amt = fx_v(0);
			n_lines++;
		}
	}
}

static void
test_random(void)
{
	int64_t		hits[N_ENTRIES] = {0};

	for (int run = 0; run < RANDOM_RUNS; run++)
	{
		random_claims();
		collect();
		n_expected = 0;
		expect_readmission(AGAIN, false);
		expect_readmission(AGAIN_ANYWHERE, true);
		expect_overlap();
		expect_during(DURING, true);
		expect_during(DURING_HERE, false);
		expect_window(WEEKLY, "1 4", 2, true);
		expect_window(STAYS, "21", 1, false);
		expect_rolling();
		expect_row();
		RUN();
		compare(run);
		for (int i = 0; i < fx_n_found; i++)
			hits[fx_found[i].f.rule]++;
		fx_free();
	}
	for (int i = 0; i < N_ENTRIES; i++)
	{
		if (i != AGAIN_CATEGORY && i != DEATH && i != WITH_CODE)
			CHECK_MSG(hits[i] > 50, "rule %d hits %lld times only", i, (long long) hits[i]);
	}
}

int
main(void)
{
	MsBookError error = {NULL, NULL, NULL, 0};
	MsArena		arena;
	uint8_t    *bytes;
	uint8_t    *kept;
	size_t		size;

	env = fx_env();
	ms_arena_init(&arena, &env);
	if (!build(&arena, &bytes, &size, &error))
	{
		CHECK_MSG(false, "%s: %s", error.object, error.what);
		return unit_done();
	}
	kept = malloc(size);
	memcpy(kept, bytes, size);
	CHECK(ms_book_open(kept, size, &book, &error));
	fx_free();
	test_readmission();
	test_transfer();
	test_not_known();
	test_paid();
	test_overlap();
	test_during();
	test_death();
	test_visits();
	test_rolling_run();
	test_without_lines();
	test_without_counting_lines();
	fx_free();
	test_random();
	fx_free();
	free(kept);
	return unit_done();
}
