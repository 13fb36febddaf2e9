/*
 * audit_fixture.h
 *	  A small rulebook and one person's claims, for tests and fuzz targets of
 *	  the evaluator.  Memory comes from malloc and is freed by fx_reset; a
 *	  failure of the core jumps to fx_failed.
 */
#ifndef AUDIT_FIXTURE_H
#define AUDIT_FIXTURE_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit_core.h"

#define FX_MAX_ROWS 4096
#define FX_MAX_FOUND 4096

typedef struct FxFinding
{
	MsFinding	f;
	MsMember   *members;
	MsRecord   *records;
	char		anchor[32];
	char		formula[256];
	char		limit[64];
	char		actual[64];
} FxFinding;

static void *fx_blocks[65536];
static int	fx_n_blocks;
static jmp_buf fx_failed;
static MsFail fx_why;
static size_t fx_budget = (size_t) 1 << 30;
static long fx_checks;

static MsEncounter fx_encounters[FX_MAX_ROWS];
static MsSettlement fx_settlements[FX_MAX_ROWS];
static MsLine fx_lines[FX_MAX_ROWS];
static MsClaims fx_claims;
static FxFinding fx_found[FX_MAX_FOUND];
static int	fx_n_found;
static int64_t fx_skips[MS_N_SKIPS];
static int64_t fx_skip_rows[MS_N_SKIPS];
static int64_t fx_tallies[64][16][MS_N_REASONS];
static int64_t fx_checked;
static uint8_t fx_line_skip[FX_MAX_ROWS];

static void *
fx_alloc(void *ctx, size_t size)
{
	void	   *p = malloc(size);

	(void) ctx;
	if (p == NULL || fx_n_blocks == 65536)
		abort();
	fx_blocks[fx_n_blocks++] = p;
	return p;
}

static void
fx_check(void *ctx)
{
	(void) ctx;
	fx_checks++;
}

static MS_NORETURN void
fx_fail(void *ctx, MsFail why)
{
	(void) ctx;
	fx_why = why;
	longjmp(fx_failed, 1);
}

static MsEnv
fx_env(void)
{
	MsEnv		env = {fx_alloc, fx_check, fx_fail, NULL, fx_budget};

	return env;
}

static inline void
fx_free(void)
{
	while (fx_n_blocks > 0)
		free(fx_blocks[--fx_n_blocks]);
}

/* ---- values ---- */

static inline MsValue
fx_v(int64_t v)
{
	MsValue		value = {v, MS_READABLE};

	return value;
}

static inline MsValue
fx_none(MsState state)
{
	MsValue		value = {0, state};

	return value;
}

/* 2026-month-day hour:minute:second */
static inline int64_t
fx_time(int month, int day, int hour, int minute, int second)
{
	return ms_days_from_civil(2026, month, day) * MS_USECS_PER_DAY +
		hour * MS_USECS_PER_HOUR + minute * INT64_C(60000000) +
		second * INT64_C(1000000);
}

/* ---- the book ---- */

#define FX_MALE_DRUG	"XL02BBA326A001010102180"
#define FX_CHILD_DRUG	"XN05CDM084X001010102000"
#define FX_INJURY_DRUG	"ZH01AAB0066010100716"
#define FX_LEVEL_DRUG	"ZA09HAC0101010102129"
#define FX_EYE_DRUG		"XS01LAK119B023010109681"
#define FX_FIRST_DRUG	"XA10BJD332B002010178403"
#define FX_STAY_DRUG	"XB05BAU005B002010101415"
#define FX_COURSE_DRUG	"XB01AXA223B002010100156"
#define FX_PER_STAY		"XC01EBC109B001010102049"
#define FX_SPAN_DRUG	"XL01FDP138B002010181735"
#define FX_DAY_MAIN		"001103000010000"
#define FX_DAY_SUB		"001102000030000"
#define FX_6H_MAIN		"003314000020000"
#define FX_6H_SUB		"003112010260000"
#define FX_HOUR_MAIN	"003107020020000"
#define FX_HOUR_SUB		"003107010220000"
#define FX_VISIT_MAIN	"003302010140000"
#define FX_VISIT_SUB	"003302010150000"
#define FX_DAILY		"001102000050000"
#define FX_ROLLING		"002503020030000"
#define FX_GAP			"003402000050000"
#define FX_OTHER		"001201000040000"
#define FX_NEWBORN		"003112020020000"

enum
{
	FX_RULE_SEX = 0, FX_RULE_AGE, FX_RULE_INSURANCE, FX_RULE_LEVEL,
	FX_RULE_SETTING, FX_RULE_PAIR, FX_RULE_DAILY, FX_RULE_CYCLE,
	FX_RULE_COURSE, FX_RULE_ACCOUNT, FX_N_RULES
};

static const MsBookRule fx_rules[FX_N_RULES] = {
	{.code = "R00",.kind = 1,.fund_scope = MS_FUND_POOL,.name_zh = "\346\200\247\345\210\253"},
	{.code = "R01",.kind = 1,.fund_scope = MS_FUND_POOL},
	{.code = "R02",.kind = 1,.fund_scope = MS_FUND_POOL},
	{.code = "R03",.kind = 2,.fund_scope = MS_FUND_POOL},
	{.code = "R04",.kind = 2,.fund_scope = MS_FUND_POOL},
	{.code = "R05",.kind = 5,.fund_scope = MS_FUND_ANY,.result_type = "x"},
	{.code = "R06",.kind = 6,.fund_scope = MS_FUND_ANY},
	{.code = "R07",.kind = 6,.fund_scope = MS_FUND_ANY},
	{.code = "R08",.kind = 6,.fund_scope = MS_FUND_POOL},
	{.code = "R09",.kind = 1,.fund_scope = MS_FUND_POOL_OR_ACCOUNT}
};

#define FX_OPEN .valid_from = MS_DATE_FROM_OPEN, .valid_to = MS_DATE_TO_OPEN
#define FX_NO_AGE .age_from = -1, .age_below = -1
#define FX_LINE_RULE .scope = MS_SCOPE_LINE, .count_key = MS_KEY_PERSON
#define FX_INST .count_key = MS_KEY_PERSON_INSTITUTION
#define FX_PERSON .count_key = MS_KEY_PERSON

static const MsBookEntry fx_entries[] = {
	{.code = "E00",.rule_code = "R00",.check = MS_CHECK_SEX,.sex = MS_SEX_MALE, FX_LINE_RULE, FX_OPEN, FX_NO_AGE},
	{.code = "E01",.rule_code = "R01",.check = MS_CHECK_AGE,.age_from = -1,.age_below = 14,.age_unit = MS_AGE_YEAR, FX_LINE_RULE,
	.valid_from = 9497,.valid_to = MS_DATE_TO_OPEN},	/* 2026-01-01 */
	{.code = "E01d",.rule_code = "R01",.check = MS_CHECK_AGE,.age_from = -1,.age_below = 29,.age_unit = MS_AGE_DAY, FX_LINE_RULE, FX_OPEN},
	{.code = "E02",.rule_code = "R02",.check = MS_CHECK_INSURANCE,.insurance = MS_INSURANCE_WORK_INJURY, FX_LINE_RULE, FX_OPEN, FX_NO_AGE},
	{.code = "E03",.rule_code = "R03",.check = MS_CHECK_LEVEL,.level_min = 2, FX_LINE_RULE, FX_OPEN, FX_NO_AGE},
	{.code = "E03e",.rule_code = "R03",.check = MS_CHECK_LEVEL,.level_min = 3,.alt_level_min = 2,.alt_medins_type = "eye", FX_LINE_RULE, FX_OPEN, FX_NO_AGE},
	{.code = "E03f",.rule_code = "R03",.check = MS_CHECK_LEVEL,.level_min = 2,.first_only = 1,.alt_level_min = 1,.alt_medins_type = "eye", FX_LINE_RULE, FX_OPEN, FX_NO_AGE},
	{.code = "E04",.rule_code = "R04",.check = MS_CHECK_SETTING,.settings = MS_SETTING_INPATIENT | MS_SETTING_EMERGENCY, FX_LINE_RULE, FX_OPEN, FX_NO_AGE},
	{.code = "E05d",.rule_code = "R05",.check = MS_CHECK_PAIR,.scope = MS_SCOPE_DAY, FX_INST, FX_OPEN, FX_NO_AGE},
	{.code = "E05h",.rule_code = "R05",.check = MS_CHECK_PAIR,.scope = MS_SCOPE_HOUR, FX_INST, FX_OPEN, FX_NO_AGE},
	{.code = "E056",.rule_code = "R05",.check = MS_CHECK_PAIR,.scope = MS_SCOPE_6H, FX_INST, FX_OPEN, FX_NO_AGE},
	{.code = "E05v",.rule_code = "R05",.check = MS_CHECK_PAIR,.scope = MS_SCOPE_VISIT, FX_INST, FX_OPEN, FX_NO_AGE},
	{.code = "E06",.rule_code = "R06",.check = MS_CHECK_QUANTITY,.scope = MS_SCOPE_DAY,.limit = 10000, FX_INST, FX_OPEN, FX_NO_AGE},
	{.code = "E06h",.rule_code = "R06",.check = MS_CHECK_HOURS,.scope = MS_SCOPE_DAY,.limit = 240000, FX_INST, FX_OPEN, FX_NO_AGE},
	{.code = "E07",.rule_code = "R07",.check = MS_CHECK_QUANTITY,.scope = MS_SCOPE_ROLLING,.window_days = 14,.limit = 10000, FX_INST, FX_OPEN, FX_NO_AGE},
	{.code = "E07g",.rule_code = "R07",.check = MS_CHECK_GAP_DAYS,.scope = MS_SCOPE_LIFETIME,.limit = 140000, FX_PERSON, FX_OPEN, FX_NO_AGE},
	{.code = "E08",.rule_code = "R08",.check = MS_CHECK_DAYS,.scope = MS_SCOPE_COURSE,.limit = 30000, FX_PERSON, FX_OPEN, FX_NO_AGE},
	{.code = "E08s",.rule_code = "R08",.check = MS_CHECK_DAYS,.scope = MS_SCOPE_STAY,.limit = 20000, FX_PERSON, FX_OPEN, FX_NO_AGE},
	{.code = "E08l",.rule_code = "R08",.check = MS_CHECK_SPAN_DAYS,.scope = MS_SCOPE_LIFETIME,.limit = 300000, FX_PERSON, FX_OPEN, FX_NO_AGE},
	{.code = "E09",.rule_code = "R09",.check = MS_CHECK_SEX,.sex = MS_SEX_MALE, FX_LINE_RULE, FX_OPEN, FX_NO_AGE}
};

static const char *const fx_codes[][3] = {
	{"E00", FX_MALE_DRUG}, {"E01", FX_CHILD_DRUG}, {"E01d", FX_NEWBORN},
	{"E02", FX_INJURY_DRUG}, {"E03", FX_LEVEL_DRUG}, {"E03", "ZA09"},
	{"E03e", FX_EYE_DRUG}, {"E03f", FX_FIRST_DRUG}, {"E04", FX_STAY_DRUG},
	{"E05d", FX_DAY_MAIN}, {"E05d", FX_DAY_SUB, "sub"},
	{"E05h", FX_HOUR_MAIN}, {"E05h", FX_HOUR_SUB, "sub"},
	{"E056", FX_6H_MAIN}, {"E056", FX_6H_SUB, "sub"},
	{"E05v", FX_VISIT_MAIN}, {"E05v", FX_VISIT_SUB, "sub"},
	{"E06", FX_DAILY}, {"E06h", FX_HOUR_SUB}, {"E06h", FX_HOUR_MAIN},
	{"E07", FX_ROLLING}, {"E07g", FX_GAP}, {"E08", FX_COURSE_DRUG},
	{"E08s", FX_PER_STAY}, {"E08l", FX_SPAN_DRUG}, {"E09", FX_OTHER}
};

#define FX_N_CODES ((uint32_t) (sizeof(fx_codes) / sizeof(fx_codes[0])))

static const MsBookMap fx_maps[] = {
	{MS_MAP_LEVEL, "02", 3}, {MS_MAP_LEVEL, "05", 2}, {MS_MAP_LEVEL, "09", 1},
	{MS_MAP_SETTING, "2", MS_SETTING_INPATIENT},
	{MS_MAP_SETTING, "1", MS_SETTING_OUTPATIENT},
	{MS_MAP_SETTING, "13", MS_SETTING_EMERGENCY},
	{MS_MAP_SETTING, "41", MS_SETTING_PHARMACY},
	{MS_MAP_INSURANCE, "310", MS_INSURANCE_BASIC},
	{MS_MAP_INSURANCE, "410", MS_INSURANCE_WORK_INJURY},
	{MS_MAP_CLR_WAY, "1", 0}, {MS_MAP_CLR_WAY, "4", 1}
};

static const MsBookParam fx_params[] = {{"course_gap_days", "14"}, {"stay_days", "both"}};

/* Builds the book in arena memory; the caller keeps it until fx_free. */
static inline bool
fx_build(MsArena *arena, uint8_t **bytes, size_t *size, MsBookError *error)
{
	static MsBookCode codes[FX_N_CODES];
	MsBookContent content = {
		.rules = fx_rules,.n_rules = FX_N_RULES,.entries = fx_entries,
		.n_entries = sizeof(fx_entries) / sizeof(fx_entries[0]),
		.codes = codes,.n_codes = FX_N_CODES,.maps = fx_maps,
		.n_maps = sizeof(fx_maps) / sizeof(fx_maps[0]),
		.params = fx_params,.n_params = 2
	};

	for (uint32_t i = 0; i < FX_N_CODES; i++)
	{
		codes[i].entry_code = fx_codes[i][0];
		codes[i].role = fx_codes[i][2] != NULL ? MS_ROLE_SUB : MS_ROLE_MAIN;
		if (!ms_code_fee_item_parse(fx_codes[i][1], strlen(fx_codes[i][1]),
									&codes[i].item, NULL))
			return false;
	}
	return ms_book_build(arena, &content, bytes, size, error);
}

/* ---- claims ---- */

static inline void
fx_reset(void)
{
	memset(&fx_claims, 0, sizeof(fx_claims));
	fx_claims.encounters = fx_encounters;
	fx_claims.settlements = fx_settlements;
	fx_claims.lines = fx_lines;
}

static inline MsEncounter *
fx_encounter(const char *id)
{
	MsEncounter *e = &fx_encounters[fx_claims.n_encounters++];

	memset(e, 0, sizeof(*e));
	e->mdtrt_id = ms_str(id);
	e->psn_no = ms_str("P1");
	e->gend = ms_str("1");
	e->brdy = fx_v(ms_days_from_civil(1980, 5, 5) * MS_USECS_PER_DAY);
	e->fixmedins_code = ms_str("H1");
	e->hosp_lv = ms_str("02");
	e->insutype = ms_str("310");
	e->med_type = ms_str("21");
	e->begntime = fx_v(fx_time(3, 1, 8, 0, 0));
	e->endtime = fx_v(fx_time(3, 8, 10, 0, 0));
	e->vali_flag = ms_str("1");
	return e;
}

static inline MsSettlement *
fx_settlement(const char *id, const char *mdtrt_id, int64_t hifp)
{
	MsSettlement *s = &fx_settlements[fx_claims.n_settlements++];

	memset(s, 0, sizeof(*s));
	s->setl_id = ms_str(id);
	s->mdtrt_id = ms_str(mdtrt_id);
	s->vali_flag = ms_str("1");
	s->setl_time = fx_v(fx_time(3, 8, 11, 0, 0));
	s->clr_way = ms_str("1");
	s->funds[MS_HIFP_PAY] = fx_v(hifp);
	return s;
}

/* cnt in units, price in fen of one unit; in settlement S1 of encounter M1 */
static inline MsLine *
fx_line(const char *sn, const char *code, int64_t time, int64_t cnt,
		int64_t price)
{
	MsLine	   *l = &fx_lines[fx_claims.n_lines++];

	memset(l, 0, sizeof(*l));
	l->feedetl_sn = ms_str(sn);
	l->mdtrt_id = ms_str("M1");
	l->setl_id = ms_str("S1");
	l->psn_no = ms_str("P1");
	l->fee_ocur_time = fx_v(time);
	l->med_list_codg = ms_str(code);
	l->cnt = fx_v(cnt * MS_QTY_ONE);
	l->pric = fx_v(price * 10000);
	l->det_item_fee_sumamt = fx_v(cnt * price);
	l->inscp_amt = fx_v(cnt * price);
	l->fulamt_ownpay_amt = fx_v(0);
	l->vali_flag = ms_str("1");
	return l;
}

/* ---- output ---- */

static inline void
fx_copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

static inline void
fx_put_finding(void *ctx, const MsFinding *f)
{
	FxFinding  *x;
	MsStr		sn = f->anchor == UINT32_MAX ? ms_str("") :
	fx_claims.lines[f->anchor].feedetl_sn;

	(void) ctx;
	if (fx_n_found == FX_MAX_FOUND)
		return;
	x = &fx_found[fx_n_found++];
	x->f = *f;
	x->members = fx_alloc(NULL, sizeof(MsMember) * (f->n_members + 1));
	if (f->n_members > 0)
		memcpy(x->members, f->members, sizeof(MsMember) * f->n_members);
	x->records = fx_alloc(NULL, sizeof(MsRecord) * (f->n_records + 1));
	if (f->n_records > 0)
		memcpy(x->records, f->records, sizeof(MsRecord) * f->n_records);
	snprintf(x->anchor, sizeof(x->anchor), "%.*s", (int) sn.len, sn.s);
	fx_copy(x->formula, sizeof(x->formula), f->formula);
	fx_copy(x->limit, sizeof(x->limit), f->limit_value);
	fx_copy(x->actual, sizeof(x->actual), f->actual_value);
}

static inline void
fx_put_skip(void *ctx, uint32_t line, MsSkip skip, MsStr institution)
{
	(void) ctx;
	(void) institution;
	fx_line_skip[line] = (uint8_t) skip;
	fx_skip_rows[skip]++;
}

static inline void
fx_put_tally(void *ctx, const MsTally *tally)
{
	(void) ctx;
	if (tally->rule >= 0 && tally->rule < 64)
		fx_tallies[tally->rule][tally->outcome][tally->reason] += tally->lines;
	else if (tally->outcome == MS_CHECKED)
		fx_checked += tally->lines;
	else
		fx_skips[tally->reason] += tally->lines;
}

/* Evaluates; false when the core failed (fx_why). */
static inline bool
fx_run(const MsBook *book)
{
	MsOutput	output = {fx_put_finding, fx_put_skip, fx_put_tally, NULL};
	MsEnv		env = fx_env();

	fx_n_found = 0;
	fx_checked = 0;
	memset(fx_skips, 0, sizeof(fx_skips));
	memset(fx_skip_rows, 0, sizeof(fx_skip_rows));
	memset(fx_tallies, 0, sizeof(fx_tallies));
	memset(fx_line_skip, 0, sizeof(fx_line_skip));
	if (setjmp(fx_failed) != 0)
		return false;
	ms_audit(&env, book, &fx_claims, &output);
	return true;
}

#endif							/* AUDIT_FIXTURE_H */
