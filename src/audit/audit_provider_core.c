/*-------------------------------------------------------------------------
 *
 * audit_provider_core.c
 *	  Rules about where, by whom and under what programme a line was provided
 *	  (K2).
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_line_core.h"

/* ms_line_setting gives the setting of a line, -1 when it is not known. */
int32_t
ms_line_setting(Audit *a, const WorkLine *line)
{
	const MsSettlement *settlement = settlement_of(a, line);
	MsStr		none = {NULL, 0};

	return ms_audit_map(a, MS_MAP_SETTING,
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
is_outside_prescription(Audit *a, const WorkLine *line)
{
	return ms_flag_is(line->in->rx_circ_flag, '1') &&
		(is_pharmacy_code(a->institutions[line->institution]) ||
		 ms_line_setting(a, line) == MS_SETTING_PHARMACY);
}

/*
 * An entry that forbids nothing but internet visits says nothing of a visit
 * while the bureau has not said what marks them: outpatient care hides them.
 */
static bool
hides_internet(const Audit *a, uint32_t setting)
{
	const uint32_t hiding = MS_SETTING_OUTPATIENT | MS_SETTING_CHRONIC;

	return (setting & hiding) != 0 &&
		a->entry.settings == (MS_SETTING_ALL & ~MS_SETTING_INTERNET) &&
		!ms_book_maps_to(a->book, MS_MAP_SETTING, MS_SETTING_INTERNET);
}

static LineJudgement
judge_setting(Audit *a, const WorkLine *line)
{
	int32_t		setting = ms_line_setting(a, line);
	LineJudgement j;

	/* med_type tells how the pharmacy settled, not where it was prescribed */
	if (is_outside_prescription(a, line))
		return ms_undecided(MS_PRESCRIBER_UNKNOWN);
	if (setting < 0 || hides_internet(a, (uint32_t) setting))
		return ms_undecided(MS_SETTING_UNKNOWN);
	j = ms_decided(((uint32_t) setting & a->entry.settings) == 0,
				   ms_word(MS_VOCABULARY_SETTING, setting));
	if (setting != MS_SETTING_EMERGENCY)
		j.tested = MS_TESTED_EMERGENCY;
	return j;
}

static LineJudgement
judge_line_level(Audit *a, const WorkLine *line)
{
	const MsBookEntry *e = &a->entry;
	const MsEncounter *encounter = encounter_of(a, line);
	bool		outside = is_outside_prescription(a, line);
	int32_t		level = ms_audit_map(a, MS_MAP_LEVEL, outside ?
									 line->in->rx_hosp_lv : encounter->hosp_lv);
	LineJudgement j;

	if (level < 0)
		return ms_undecided(outside ? MS_PRESCRIBER_UNKNOWN : MS_LEVEL_UNKNOWN);
	j = ms_decided(level < e->level_min, ms_audit_decimal(a, level, 0, 0));
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
	if (outside)
		return ms_undecided(MS_PRESCRIBER_UNKNOWN);
	if (ms_str_missing(encounter->medins_type))
		return ms_undecided(MS_INSTITUTION_TYPE_UNKNOWN);
	if (ms_str_is(ms_str_trim(encounter->medins_type), e->alt_medins_type))
		j.outcome = MS_PASSED;
	return j;
}

static LineJudgement
judge_level(Audit *a, const WorkLine *line)
{
	LineJudgement j = judge_line_level(a, line);

	/* an earlier line that was not handed over would free this one */
	if (a->entry.first_only && j.outcome == MS_HIT &&
		a->claims->history_from.state == MS_READABLE)
		return ms_undecided(MS_HISTORY_SHORT);
	return j;
}

/* ---- lists of values ---- */

/* The next value of a list by commas, trimmed; false at its end. */
static bool
next_value(const char **list, MsStr *value)
{
	const char *s = *list;
	uint32_t	len = 0;

	if (s == NULL || *s == '\0')
		return false;
	while (s[len] != '\0' && s[len] != ',')
		len++;
	*list = s + len + (s[len] == ',');
	value->s = s;
	value->len = len;
	*value = ms_str_trim(*value);
	return true;
}

static bool
is_listed(const char *list, MsStr value)
{
	MsStr		one;

	value = ms_str_trim(value);
	while (next_value(&list, &one))
	{
		if (ms_str_eq(one, value))
			return true;
	}
	return false;
}

/* Whether a value begins with one of a list. */
static bool
begins_with_one(const char *list, MsStr value)
{
	MsStr		one;

	value = ms_str_trim(value);
	while (next_value(&list, &one))
	{
		if (one.len > 0 && one.len <= value.len &&
			memcmp(one.s, value.s, one.len) == 0)
			return true;
	}
	return false;
}

static const char *
copy_of(Audit *a, MsStr s)
{
	s = ms_str_trim(s);
	return ms_arena_copy(&a->scratch, s.s, s.len);
}

/* ---- kind of institution, department, doctor ---- */

static LineJudgement
judge_institution_type(Audit *a, const WorkLine *line)
{
	MsStr		type = encounter_of(a, line)->medins_type;

	if (is_outside_prescription(a, line))
		return ms_undecided(MS_PRESCRIBER_UNKNOWN);
	if (ms_str_missing(ms_str_trim(type)))
		return ms_undecided(MS_INSTITUTION_TYPE_UNKNOWN);
	return ms_decided(!is_listed(a->entry.medins_types, type),
					  copy_of(a, type));
}

static LineJudgement
judge_department(Audit *a, const WorkLine *line)
{
	MsStr		ordering = ms_str_trim(line->in->bilg_dept_codg);
	MsStr		executing = ms_str_trim(line->in->acord_dept_codg);
	MsBuf		actual;

	if (ms_str_missing(ordering) && ms_str_missing(executing))
		return ms_undecided(MS_DEPARTMENT_UNKNOWN);
	ms_buf_init(&actual, &a->scratch);
	if (!ms_str_missing(ordering))
		ms_buf_add(&actual, ordering.s, ordering.len);
	if (!ms_str_missing(executing) && !ms_str_eq(ordering, executing))
	{
		if (actual.len > 0)
			ms_buf_puts(&actual, ",");
		ms_buf_add(&actual, executing.s, executing.len);
	}
	return ms_decided(!begins_with_one(a->entry.departments, ordering) &&
					  !begins_with_one(a->entry.departments, executing),
					  actual.s);
}

/* Whether a line names several doctors, as shared work does. */
static bool
names_several(MsStr doctor)
{
	static const char ideographic_comma[] = "\343\200\201";

	doctor = ms_str_trim(doctor);
	for (uint32_t i = 0; i < doctor.len; i++)
	{
		if (doctor.s[i] == ',' || doctor.s[i] == ';' || doctor.s[i] == '/' ||
			doctor.s[i] == '|')
			return true;
		if (doctor.len - i >= 3 &&
			memcmp(doctor.s + i, ideographic_comma, 3) == 0)
			return true;
	}
	return false;
}

static LineJudgement
judge_prescriber(Audit *a, const WorkLine *line)
{
	int32_t		grade = ms_audit_map(a, MS_MAP_DUTY,
									 line->in->dr_pro_tech_duty);
	LineJudgement j;

	if (grade < 0 || names_several(line->in->bilg_dr_codg))
		return ms_undecided(MS_DOCTOR_UNKNOWN);
	j = ms_decided(grade < a->entry.grade_min,
				   ms_audit_decimal(a, grade, 0, 0));

	/* in an emergency a doctor may go beyond his rights for a day */
	if (ms_line_setting(a, line) != MS_SETTING_EMERGENCY)
		j.tested = MS_TESTED_EMERGENCY;
	return j;
}

/* ---- programmes ---- */

/* Touches are by role and code. */
static bool
is_of_list(const WorkTouch *touches, uint32_t n, uint32_t code)
{
	uint32_t	lo = 0;
	uint32_t	hi = n;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		const WorkTouch *t = &touches[mid];

		if (t->role < MS_ROLE_LIST ||
			(t->role == MS_ROLE_LIST && t->code < code))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && touches[lo].role == MS_ROLE_LIST &&
		touches[lo].code == code;
}

static LineJudgement
judge_programme(Audit *a, const WorkLine *line, const WorkTouch *touches,
				uint32_t n)
{
	MsStr		dise_no = encounter_of(a, line)->dise_no;
	int32_t		setting = ms_line_setting(a, line);
	int32_t		registration;
	MsRecord   *record;
	LineJudgement j;

	if (setting < 0)
		return ms_undecided(MS_SETTING_UNKNOWN);
	if (setting != MS_SETTING_CHRONIC || is_of_list(touches, n, line->code))
		return ms_decided(false, NULL);
	if (ms_str_missing(ms_str_trim(dise_no)))
		return ms_undecided(MS_PROGRAMME_UNKNOWN);
	if (!begins_with_one(a->entry.programmes, dise_no))
		return ms_decided(false, NULL);
	registration = ms_record_registration(a, dise_no, line->day);
	if (registration < 0)
		return ms_undecided(MS_PROGRAMME_UNKNOWN);
	j = ms_decided(true, copy_of(a, dise_no));
	j.tested = MS_TESTED_REGISTRATION;
	record = MS_PUSH(&a->scratch, &j.records, MsRecord);
	record->what = 'R';
	record->role = 2;
	record->index = (uint32_t) registration;
	return j;
}

LineJudgement
ms_provider_judge(Audit *a, const WorkLine *line, const WorkTouch *touches,
				  uint32_t n)
{
	switch (a->entry.check)
	{
		case MS_CHECK_SETTING:
			return judge_setting(a, line);
		case MS_CHECK_LEVEL:
			return judge_level(a, line);
		case MS_CHECK_INSTITUTION_TYPE:
			return judge_institution_type(a, line);
		case MS_CHECK_DEPARTMENT:
			return judge_department(a, line);
		case MS_CHECK_PRESCRIBER:
			return judge_prescriber(a, line);
		default:
			return judge_programme(a, line, touches, n);
	}
}
