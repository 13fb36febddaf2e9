/*-------------------------------------------------------------------------
 *
 * audit_line_core.c
 *	  Rules that look at one line: those of the patient (K1) here, and the
 *	  way from what a check says to a finding for all of them.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_line_core.h"

#define MAX_AGE_MONTHS	(150 * 12)

/* ---- K1: the patient ---- */

static LineJudgement
judge_sex(Audit *a, const WorkLine *line)
{
	MsStr		gend = encounter_of(a, line)->gend;
	int			sex = ms_flag_is(gend, '1') ? MS_SEX_MALE :
	ms_flag_is(gend, '2') ? MS_SEX_FEMALE : 0;

	if (sex == 0)
		return ms_undecided(MS_SEX_UNKNOWN);
	return ms_decided(sex != a->entry.sex, ms_word(MS_VOCABULARY_SEX, sex));
}

static LineJudgement
judge_age(Audit *a, const WorkLine *line)
{
	const MsBookEntry *e = &a->entry;
	MsValue		brdy = encounter_of(a, line)->brdy;
	int64_t		born;
	int64_t		months;
	int64_t		age;
	MsBuf		actual;

	if (brdy.state == MS_MISSING)
		return ms_undecided(MS_BIRTH_MISSING);
	if (brdy.state == MS_UNREADABLE)
		return ms_undecided(MS_BIRTH_UNREADABLE);
	born = ms_day_of(brdy.v);
	if (born > line->day)
		return ms_undecided(MS_BIRTH_IMPLAUSIBLE);
	months = ms_whole_months(born, line->day);
	if (months > MAX_AGE_MONTHS)
		return ms_undecided(MS_BIRTH_IMPLAUSIBLE);
	age = e->age_unit == MS_AGE_DAY ? line->day - born :
		e->age_unit == MS_AGE_MONTH ? months : months / 12;
	ms_buf_init(&actual, &a->scratch);
	ms_buf_decimal(&actual, age, 0, 0);
	ms_buf_puts(&actual, " ");
	ms_buf_puts(&actual, ms_word(MS_VOCABULARY_AGE_UNIT, e->age_unit));
	return ms_decided((e->age_from >= 0 && age < e->age_from) ||
					  (e->age_below >= 0 && age >= e->age_below), actual.s);
}

static LineJudgement
judge_insurance(Audit *a, const WorkLine *line)
{
	const MsSettlement *settlement = settlement_of(a, line);
	MsStr		none = {NULL, 0};
	MsStr		insutype = first_present(settlement ? settlement->insutype : none,
										 encounter_of(a, line)->insutype,
										 none);
	int32_t		class = ms_audit_map(a, MS_MAP_INSURANCE, insutype);

	if (class < 0)
		return ms_undecided(MS_INSURANCE_UNKNOWN);
	return ms_decided(((uint32_t) class & a->entry.insurance) == 0,
					  ms_word(MS_VOCABULARY_INSURANCE, class));
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
		case MS_CHECK_INSTITUTION_TYPE:
			return e->medins_types;
		case MS_CHECK_DEPARTMENT:
			return e->departments;
		case MS_CHECK_PRESCRIBER:
			return ms_audit_decimal(a, e->grade_min, 0, 0);
		case MS_CHECK_PROGRAMME:
			return e->programmes;
		case MS_CHECK_DIAGNOSIS:
			return ms_diagnosis_limit(a);
		case MS_CHECK_PRICE:
			return ms_audit_decimal(a, e->limit, MS_QTY_SCALE, 2);
		case MS_CHECK_NEVER:
			return "0";
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

static LineJudgement
judge(Audit *a, const WorkLine *line, const WorkTouch *touches, uint32_t n)
{
	switch (a->entry.check)
	{
		case MS_CHECK_SEX:
			return judge_sex(a, line);
		case MS_CHECK_AGE:
			return judge_age(a, line);
		case MS_CHECK_INSURANCE:
			return judge_insurance(a, line);
		case MS_CHECK_DIAGNOSIS:
			return ms_diagnosis_judge(a, line);
		case MS_CHECK_PRICE:
			return ms_price_judge(a, line);
		case MS_CHECK_NEVER:
			return ms_decided(true, ms_audit_decimal(a, line->cnt,
													 MS_QTY_SCALE, 0));
		default:
			return ms_provider_judge(a, line, touches, n);
	}
}

static void
judge_line(Audit *a, uint32_t at, const WorkTouch *touches, uint32_t n)
{
	WorkLine   *line = &a->lines[at];
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;
	WorkCandidate *candidate;
	LineJudgement j;

	/* a finding of one line belongs to that line's period */
	if (!line->in_period || !ms_audit_counts(a, at))
		return;
	j = judge(a, line, touches, n);
	if (j.outcome != MS_HIT)
	{
		ms_audit_outcome(a, at, j.outcome, j.reason);
		ms_arena_release(&a->scratch, mark);
		return;
	}
	memset(&draft, 0, sizeof(draft));
	*MS_PUSH(&a->scratch, &draft.violating, uint32_t) = at;
	candidate = MS_PUSH(&a->scratch, &draft.candidates, WorkCandidate);
	candidate->line = at;
	candidate->avail = line->cnt;
	if (j.money > 0)
	{
		/* yuan, in the scale of quantities */
		candidate->avail = j.money * (MS_QTY_ONE / 100);
		candidate->of = line->amt * (MS_QTY_ONE / 100);
	}
	draft.excess = candidate->avail;
	draft.sum = j.sum;
	draft.records = j.records;
	draft.limit_value = limit_of(a);
	draft.actual_value = j.actual;
	draft.tested = j.tested;
	ms_money_emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

void
ms_line_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	uint32_t	n_lines;
	const uint32_t *lines = ms_audit_entry_lines(a, touches, n, MS_ROLE_MAIN,
												 &n_lines);

	if (a->entry.check == MS_CHECK_DIAGNOSIS)
		ms_diagnosis_prepare(a, lines, n_lines);
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
		judge_line(a, lines[i], touches, n);
	}
}
