/*-------------------------------------------------------------------------
 *
 * audit_line_core.c
 *	  Rules that look at one line: patient (K1) and encounter (K2).
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_work_core.h"

#define MAX_AGE_MONTHS	(150 * 12)

/* What a check says about a line. */
typedef struct Judgement
{
	MsOutcome	outcome;
	MsReason	reason;
	const char *actual;
	unsigned	tested;
} Judgement;

static Judgement
undecided(MsReason reason)
{
	Judgement	j = {MS_UNDECIDED, reason, NULL, 0};

	return j;
}

static Judgement
decided(bool hit, const char *actual)
{
	Judgement	j = {hit ? MS_HIT : MS_PASSED, MS_REASON_NONE, actual, 0};

	return j;
}

/* ---- K1: the patient ---- */

static Judgement
judge_sex(Audit *a, const WorkLine *line)
{
	MsStr		gend = encounter_of(a, line)->gend;
	int			sex = ms_flag_is(gend, '1') ? MS_SEX_MALE :
	ms_flag_is(gend, '2') ? MS_SEX_FEMALE : 0;

	if (sex == 0)
		return undecided(MS_SEX_UNKNOWN);
	return decided(sex != a->entry.sex, ms_word(MS_VOCABULARY_SEX, sex));
}

static Judgement
judge_age(Audit *a, const WorkLine *line)
{
	const MsBookEntry *e = &a->entry;
	MsValue		brdy = encounter_of(a, line)->brdy;
	int64_t		born;
	int64_t		months;
	int64_t		age;
	MsBuf		actual;

	if (brdy.state == MS_MISSING)
		return undecided(MS_BIRTH_MISSING);
	if (brdy.state == MS_UNREADABLE)
		return undecided(MS_BIRTH_UNREADABLE);
	born = ms_day_of(brdy.v);
	if (born > line->day)
		return undecided(MS_BIRTH_IMPLAUSIBLE);
	months = ms_whole_months(born, line->day);
	if (months > MAX_AGE_MONTHS)
		return undecided(MS_BIRTH_IMPLAUSIBLE);
	age = e->age_unit == MS_AGE_DAY ? line->day - born :
		e->age_unit == MS_AGE_MONTH ? months : months / 12;
	ms_buf_init(&actual, &a->scratch);
	ms_buf_decimal(&actual, age, 0, 0);
	ms_buf_puts(&actual, " ");
	ms_buf_puts(&actual, ms_word(MS_VOCABULARY_AGE_UNIT, e->age_unit));
	return decided((e->age_from >= 0 && age < e->age_from) ||
				   (e->age_below >= 0 && age >= e->age_below), actual.s);
}

static Judgement
judge_insurance(Audit *a, const WorkLine *line)
{
	const MsSettlement *settlement = settlement_of(a, line);
	MsStr		none = {NULL, 0};
	MsStr		insutype = first_present(settlement ? settlement->insutype : none,
										 encounter_of(a, line)->insutype,
										 none);
	int32_t		class = ms_book_map(a->book, MS_MAP_INSURANCE, insutype);

	if (class < 0)
		return undecided(MS_INSURANCE_UNKNOWN);
	return decided(((uint32_t) class & a->entry.insurance) == 0,
				   ms_word(MS_VOCABULARY_INSURANCE, class));
}

/* ---- K2: the encounter ---- */

/* ms_line_setting gives the setting of a line, -1 when it is not known. */
int32_t
ms_line_setting(const Audit *a, const WorkLine *line)
{
	const MsSettlement *settlement = settlement_of(a, line);
	MsStr		none = {NULL, 0};

	return ms_book_map(a->book, MS_MAP_SETTING,
					   first_present(line->in->med_type,
									 settlement ? settlement->med_type : none,
									 encounter_of(a, line)->med_type));
}

/* The national code of a pharmacy: P and digits. */
static bool
is_pharmacy_code(MsStr code)
{
	code = ms_str_trim(code);
	if (code.len < 2 || code.s[0] != 'P')
		return false;
	for (uint32_t i = 1; i < code.len; i++)
		if (code.s[i] < '0' || code.s[i] > '9')
			return false;
	return true;
}

/*
 * is_outside_prescription
 *		A pharmacy that fills a prescription from outside.  The kind of care
 *		alone does not tell: special drugs (15), pooled outpatient care (11)
 *		and chronic programmes (14) are served by pharmacies too.
 */
static bool
is_outside_prescription(const Audit *a, const WorkLine *line)
{
	return ms_flag_is(line->in->rx_circ_flag, '1') &&
		(is_pharmacy_code(a->institutions[line->institution]) ||
		 ms_line_setting(a, line) == MS_SETTING_PHARMACY);
}

static Judgement
judge_setting(Audit *a, const WorkLine *line)
{
	int32_t		setting = ms_line_setting(a, line);
	Judgement	j;

	/* med_type tells how the pharmacy settled, not where it was prescribed */
	if (is_outside_prescription(a, line))
		return undecided(MS_PRESCRIBER_UNKNOWN);
	if (setting < 0)
		return undecided(MS_SETTING_UNKNOWN);
	j = decided(((uint32_t) setting & a->entry.settings) == 0,
				ms_word(MS_VOCABULARY_SETTING, setting));
	if (setting != MS_SETTING_EMERGENCY)
		j.tested = MS_TESTED_EMERGENCY;
	return j;
}

static Judgement
judge_level(Audit *a, const WorkLine *line)
{
	const MsBookEntry *e = &a->entry;
	const MsEncounter *encounter = encounter_of(a, line);
	bool		outside = is_outside_prescription(a, line);
	int32_t		level = ms_book_map(a->book, MS_MAP_LEVEL, outside ?
									line->in->rx_hosp_lv : encounter->hosp_lv);
	Judgement	j;

	if (level < 0)
		return undecided(outside ? MS_PRESCRIBER_UNKNOWN : MS_LEVEL_UNKNOWN);
	j = decided(level < e->level_min, ms_audit_decimal(a, level, 0, 0));
	if (e->first_only)
		j.tested |= MS_TESTED_FIRST_LINE;
	if (outside)
		j.tested |= MS_TESTED_PRESCRIBER;
	if (j.outcome != MS_HIT || e->alt_level_min == 0)
		return j;
	j.tested |= MS_TESTED_INSTITUTION_TYPE;
	if (level < e->alt_level_min)
		return j;

	/* the kind of a prescriber elsewhere is not known */
	if (outside || ms_str_missing(encounter->medins_type))
		return undecided(MS_INSTITUTION_TYPE_UNKNOWN);
	if (ms_str_is(ms_str_trim(encounter->medins_type), e->alt_medins_type))
		j.outcome = MS_PASSED;
	return j;
}

/* ---- findings ---- */

static const char *
limit_of(Audit *a)
{
	const MsBookEntry *e = &a->entry;
	MsBuf		buf;

	switch (e->check)
	{
		case MS_CHECK_SEX:
			return ms_word(MS_VOCABULARY_SEX, e->sex);
		case MS_CHECK_INSURANCE:
			return ms_audit_words(a, MS_VOCABULARY_INSURANCE, e->insurance);
		case MS_CHECK_SETTING:
			return ms_audit_words(a, MS_VOCABULARY_SETTING, e->settings);
		case MS_CHECK_LEVEL:
			return ms_audit_decimal(a, e->level_min, 0, 0);
		default:
			break;
	}

	/* an age: ">= 14 year", "< 18 year" or both */
	ms_buf_init(&buf, &a->scratch);
	if (e->age_from >= 0)
	{
		ms_buf_puts(&buf, ">= ");
		ms_buf_decimal(&buf, e->age_from, 0, 0);
		ms_buf_puts(&buf, " ");
	}
	if (e->age_below >= 0)
	{
		ms_buf_puts(&buf, "< ");
		ms_buf_decimal(&buf, e->age_below, 0, 0);
		ms_buf_puts(&buf, " ");
	}
	ms_buf_puts(&buf, ms_word(MS_VOCABULARY_AGE_UNIT, e->age_unit));
	return buf.s;
}

static Judgement
judge(Audit *a, const WorkLine *line)
{
	switch (a->entry.check)
	{
		case MS_CHECK_SEX:
			return judge_sex(a, line);
		case MS_CHECK_AGE:
			return judge_age(a, line);
		case MS_CHECK_INSURANCE:
			return judge_insurance(a, line);
		case MS_CHECK_SETTING:
			return judge_setting(a, line);
		default:
			return judge_level(a, line);
	}
}

static void
judge_line(Audit *a, uint32_t at, const char *limit)
{
	WorkLine   *line = &a->lines[at];
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;
	Judgement	j;

	/* a finding of one line belongs to that line's period */
	if (!line->in_period || !ms_audit_counts(a, at))
		return;
	j = judge(a, line);
	if (j.outcome != MS_HIT)
	{
		ms_audit_outcome(a, at, j.outcome, j.reason);
		ms_arena_release(&a->scratch, mark);
		return;
	}
	memset(&draft, 0, sizeof(draft));
	*MS_PUSH(&a->scratch, &draft.violating, uint32_t) = at;
	MS_PUSH(&a->scratch, &draft.candidates, WorkCandidate)->line = at;
	MS_AT(&draft.candidates, WorkCandidate, 0)->avail = line->cnt;
	draft.excess = line->cnt;
	draft.limit_value = limit;
	draft.actual_value = j.actual;
	draft.tested = j.tested;
	ms_money_emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

void
ms_line_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	const char *limit = limit_of(a);
	uint32_t	n_lines;
	const uint32_t *lines = ms_audit_entry_lines(a, touches, n, MS_ROLE_MAIN,
												 &n_lines);

	for (uint32_t i = 0; i < n_lines; i++)
	{
		ms_tick(&a->scratch);
		if (i > 0 && a->entry.check == MS_CHECK_LEVEL && a->entry.first_only)
		{
			/* only the person's first line is bound by the level */
			if (ms_audit_counts(a, lines[i]))
				ms_audit_outcome(a, lines[i], MS_PASSED, MS_REASON_NONE);
			continue;
		}
		judge_line(a, lines[i], limit);
	}
}
