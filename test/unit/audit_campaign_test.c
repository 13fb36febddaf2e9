/*
 * audit_campaign_test.c
 *	  What a campaign tells and counts: lines of its institutions and kinds of
 *	  care, by its rules, in its period; and that it and the rest make the whole.
 */
#include "unit.h"

#include "audit_fixture.h"

static MsBook book;
static MsCampaign campaign;
static MsStr institutions[4];
static MsStr med_types[4];
static bool rules[FX_N_RULES];

#define RUN() CHECK(fx_run(&book))
#define NOON(month, day) fx_time(month, day, 12, 0, 0)

static bool
is_found(int rule, const char *anchor)
{
	for (int i = 0; i < fx_n_found; i++)
	{
		if ((int) fx_found[i].f.rule == rule &&
			strcmp(fx_found[i].anchor, anchor) == 0)
			return true;
	}
	return false;
}

static void
start(void)
{
	fx_reset();
	memset(&campaign, 0, sizeof(campaign));
	fx_claims.campaign = &campaign;
	fx_encounter("M1")->gend = ms_str("2");
	fx_settlement("S1", "M1", 8000);
}

static void
ask_institution(const char *code)
{
	institutions[0] = ms_str(code);
	campaign.institutions = institutions;
	campaign.n_institutions = 1;
}

static void
ask_med_type(const char *code)
{
	med_types[0] = ms_str(code);
	campaign.med_types = med_types;
	campaign.n_med_types = 1;
}

/* A line's own institution, else its visit's; skipped ones are counted alike. */
static void
test_institutions(void)
{
	start();
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 1, 100);
	fx_line("2", FX_MALE_DRUG, NOON(3, 3), 1, 100)->fixmedins_code = ms_str("H2");
	fx_line("3", "nothing", NOON(3, 3), 1, 100)->fixmedins_code = ms_str("H2");
	RUN();
	CHECK_INT(fx_n_found, 2);
	CHECK_INT(fx_checked, 2);
	CHECK_INT(fx_skip_rows[MS_SKIP_CODE_UNREADABLE], 1);

	ask_institution("H1");
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK(is_found(FX_RULE_SEX, "1"));
	CHECK_INT(fx_checked, 1);
	CHECK_INT(fx_tallies[FX_RULE_SEX][MS_HIT][0], 1);
	CHECK_INT(fx_skip_rows[MS_SKIP_CODE_UNREADABLE], 0);

	ask_institution("H2");
	RUN();
	CHECK(is_found(FX_RULE_SEX, "2"));
	CHECK_INT(fx_n_found, 1);
	CHECK_INT(fx_skip_rows[MS_SKIP_CODE_UNREADABLE], 1);

	/* what has no institution is of none */
	fx_encounters[0].fixmedins_code = ms_str(NULL);
	ask_institution("H1");
	RUN();
	CHECK_INT(fx_n_found, 0);
	CHECK_INT(fx_checked, 0);

	/* several of them, and none at all */
	institutions[0] = ms_str("H1");
	institutions[1] = ms_str("H2");
	institutions[2] = ms_str("H3");
	campaign.n_institutions = 3;
	fx_encounters[0].fixmedins_code = ms_str("H3");
	RUN();
	CHECK_INT(fx_n_found, 2);
	campaign.n_institutions = 0;
	RUN();
	CHECK_INT(fx_n_found + fx_checked, 0);
}

/* The line says, else its bill, else the visit. */
static void
test_med_types(void)
{
	start();
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 1, 100)->med_type = ms_str("11");
	fx_line("2", FX_MALE_DRUG, NOON(3, 3), 1, 100);
	fx_line("3", FX_MALE_DRUG, NOON(3, 4), 1, 100)->setl_id = ms_str(NULL);
	fx_settlements[0].med_type = ms_str("14");
	ask_med_type("11");
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK(is_found(FX_RULE_SEX, "1"));
	ask_med_type("14");
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK(is_found(FX_RULE_SEX, "2"));
	ask_med_type("21");
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK(is_found(FX_RULE_SEX, "3"));
}

/* Persons are read whole: the line before lies at another institution. */
static void
test_windows(void)
{
	start();
	fx_encounter("M2")->fixmedins_code = ms_str("H2");
	fx_line("1", FX_GAP, NOON(3, 2), 1, 100);
	fx_line("2", FX_GAP, NOON(3, 5), 1, 100)->mdtrt_id = ms_str("M2");
	ask_institution("H2");
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK(is_found(FX_RULE_CYCLE, "2"));
	CHECK_INT(fx_found[0].f.n_members, 2);
	ask_institution("H1");
	RUN();
	CHECK_INT(fx_n_found, 0);
}

static void
test_rules(void)
{
	start();
	fx_line("1", FX_MALE_DRUG, NOON(3, 2), 1, 100);
	fx_line("2", FX_DAILY, NOON(3, 2), 3, 100);
	campaign.rules = rules;
	memset(rules, 0, sizeof(rules));
	rules[FX_RULE_DAILY] = true;
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK(is_found(FX_RULE_DAILY, "2"));
	CHECK_INT(fx_tallies[FX_RULE_SEX][MS_HIT][0], 0);
	/* whoever asks for few rules still asks about every line */
	CHECK_INT(fx_checked, 2);
}

static void
test_occurrence(void)
{
	start();
	fx_line("1", FX_MALE_DRUG, NOON(2, 27), 1, 100);
	fx_line("2", FX_MALE_DRUG, NOON(3, 8), 1, 100);
	fx_line("3", FX_MALE_DRUG, 0, 1, 100)->fee_ocur_time = fx_none(MS_MISSING);
	fx_claims.period_from = fx_v(fx_time(2, 1, 0, 0, 0));
	fx_claims.period_to = fx_v(fx_time(3, 1, 0, 0, 0));
	RUN();
	CHECK_INT(fx_n_found, 0);	/* settled in March */
	campaign.by_occurrence = true;
	RUN();
	CHECK_INT(fx_n_found, 1);
	CHECK(is_found(FX_RULE_SEX, "1"));
	CHECK_INT(fx_found[0].f.period_time.v, fx_time(3, 8, 11, 0, 0));
	CHECK_INT(fx_skip_rows[MS_SKIP_TIME_MISSING], 1);
}

/* ---- any claims ---- */

static uint32_t seed = 20260131;

static uint32_t
rnd(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static void
random_claims(void)
{
	static char ids[40][16];
	static const char *const hospitals[] = {"H1", "H2", "H3", NULL};
	static const char *const kinds[] = {"11", "21", NULL, NULL};

	start();
	fx_encounter("M2")->fixmedins_code = ms_str("H2");
	fx_encounter("M3")->fixmedins_code = ms_str("H3");
	fx_encounters[2].med_type = ms_str("11");
	for (int i = 0; i < 40; i++)
	{
		MsLine	   *l;

		snprintf(ids[i], sizeof(ids[i]), "%d", i);
		l = fx_line(ids[i], rnd(20) == 0 ? "?" :
					fx_codes[rnd(FX_N_CODES)][1],
					fx_time(2 + (int) rnd(2), 1 + (int) rnd(28), (int) rnd(24), 30, 0),
					1 + rnd(3), 100);
		l->mdtrt_id = ms_str(rnd(3) == 0 ? "M1" : rnd(2) == 0 ? "M2" : "M3");
		l->setl_id = ms_str(rnd(2) == 0 ? "S1" : NULL);
		l->fixmedins_code = ms_str(hospitals[rnd(4)]);
		l->med_type = ms_str(kinds[rnd(4)]);
	}
}

/* A run's findings and counts; order does not matter, so they are added up. */
static uint64_t
told(void)
{
	uint64_t	sum = (uint64_t) fx_checked;

	for (int i = 0; i < fx_n_found; i++)
	{
		uint64_t	one = fx_found[i].f.rule + 1;

		for (const char *s = fx_found[i].anchor; *s != '\0'; s++)
			one = one * 1099511628211u + (unsigned char) *s;
		one = one * 1099511628211u + (uint64_t) fx_found[i].f.vola_amt;
		one = one * 1099511628211u + (uint64_t) fx_found[i].f.excess;
		sum += one * 1099511628211u + fx_found[i].f.entry;
	}
	for (int rule = 0; rule < FX_N_RULES; rule++)
	{
		for (int outcome = 0; outcome < 16; outcome++)
			for (int reason = 0; reason < MS_N_REASONS; reason++)
				sum += (uint64_t) fx_tallies[rule][outcome][reason] *
					(uint64_t) (rule * 1000003 + outcome * 997 + reason + 1);
	}
	for (int i = 0; i < MS_N_SKIPS; i++)
		sum += (uint64_t) fx_skip_rows[i] * (uint64_t) (i + 7777);
	return sum;
}

static uint64_t
run_told(void)
{
	CHECK(fx_run(&book));
	return told();
}

/* Two campaigns that split the lines, the kinds or the rules make one run. */
static void
test_complements(void)
{
	long		findings = 0;
	int			wrong = 0;

	for (int round = 0; round < 300; round++)
	{
		uint64_t	whole;
		uint64_t	checked;
		uint64_t	parts = 0;

		random_claims();
		whole = run_told();
		checked = (uint64_t) fx_checked;
		for (int i = 0; i < MS_N_SKIPS; i++)
			checked += (uint64_t) fx_skip_rows[i] * (uint64_t) (i + 7777);
		findings += fx_n_found;

		institutions[0] = ms_str("H1");
		institutions[1] = ms_str("H3");
		campaign.institutions = institutions;
		campaign.n_institutions = 2;
		parts = run_told();
		ask_institution("H2");
		wrong += parts + run_told() != whole;
		campaign.institutions = NULL;

		ask_med_type("11");
		parts = run_told();
		ask_med_type("21");
		wrong += parts + run_told() != whole;
		campaign.med_types = NULL;

		campaign.rules = rules;
		for (int i = 0; i < FX_N_RULES; i++)
			rules[i] = rnd(2) == 0;
		parts = run_told();
		for (int i = 0; i < FX_N_RULES; i++)
			rules[i] = !rules[i];
		/* every line is checked in both */
		wrong += parts + run_told() != whole + checked;
		campaign.rules = NULL;

		campaign.by_occurrence = true;
		fx_claims.period_to = fx_v(fx_time(2, 20, 0, 0, 0));
		parts = run_told();
		fx_claims.period_from = fx_claims.period_to;
		fx_claims.period_to.state = MS_MISSING;
		wrong += parts + run_told() != whole;
		while (fx_n_blocks > 8)
			free(fx_blocks[--fx_n_blocks]);
	}
	CHECK_INT(wrong, 0);
	CHECK_MSG(findings > 1000, "only %ld findings", findings);
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
	test_institutions();
	test_med_types();
	test_windows();
	test_rules();
	test_occurrence();
	test_complements();
	fx_free();
	return unit_done();
}
