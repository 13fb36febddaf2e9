/*
 * gen_cases_place.c
 *	  Planted cases of the rules on where: level of the institution on every
 *	  rung, eye hospitals, first prescriptions, outside prescriptions.
 */
#include <string.h>

#include "gen_cases.h"

#define LENGTH(a) ((int) (sizeof(a) / sizeof((a)[0])))
#define RULE_LEVEL 12
#define RULE_SETTING 13

static const char *const rungs[] = {
	"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12",
	"13", "14"
};

/*
 * story_rung
 *		The same drug, limited to the second level and above, on each rung.
 */
static void
story_rung(GenPatient *p, int what, int kind)
{
	int			inst = hospital_of_level(rungs[what]);
	int			enc = case_visit(p, inst, "11", at(case_day(p), 9, 30, 0));
	int			line = add_line(p, enc, bound_item(IT_LEVEL2_DRUG),
								p->enc[enc].begin + 2400,
								QTY(rng_between(&p->rng, 1, 4)));

	(void) kind;
	/* some exports drop the leading zero */
	p->enc[enc].lv_short = p->case_copy % 2 == 1;
	finish_visit(p, enc);
	if (institution(inst).level_class < 2)
		expect_add(expect_violation(p, RULE_LEVEL, "level", "line", ALL_OF_IT,
									line), line, 0);
	else
		expect_near_miss(p, RULE_LEVEL, "level_reached", line);
}

typedef enum EyeKind
{
	EYE_GENERAL_SECONDARY,
	EYE_GENERAL_TERTIARY,
	EYE_HOSPITAL_SECONDARY,
	EYE_HOSPITAL_PRIMARY,
	EYE_NO_TYPE,
	EYE_COUNT
} EyeKind;

static const char *const eye_names[EYE_COUNT] = {
	"general_secondary", "general_tertiary", "eye_hospital",
	"eye_hospital_primary", "institution_type_unknown"
};

static void
story_eye(GenPatient *p, int what, int kind)
{
	static const int place[EYE_COUNT] = {
		INST_SECONDARY, INST_TERTIARY, INST_EYE_SECONDARY, INST_EYE_PRIMARY,
		INST_NO_TYPE
	};
	int			enc = case_visit(p, place[what], "11",
								 at(case_day(p), 10, 15, 0));
	int			line = add_line(p, enc, bound_item(IT_EYE_DRUG),
								p->enc[enc].begin + 1800, QTY(1));

	(void) kind;
	finish_visit(p, enc);
	if (what == EYE_NO_TYPE)
		expect_undecided(p, RULE_LEVEL, "institution_type_unknown", line);
	else if (what == EYE_GENERAL_SECONDARY || what == EYE_HOSPITAL_PRIMARY)
		expect_add(expect_violation(p, RULE_LEVEL, eye_names[what], "line",
									ALL_OF_IT, line), line, 0);
	else
		expect_near_miss(p, RULE_LEVEL, eye_names[what], line);
}

/*
 * story_first_rx
 *		The level binds only the person's first prescription.
 */
static void
story_first_rx(GenPatient *p, int what, int kind)
{
	bool		first_low = kind == 1;
	int			day = case_day(p);
	int			line[3];

	(void) what;
	for (int i = 0; i < 3; i++)
	{
		bool		low = i > 0 || first_low;
		int			inst = some_hospital(p, low ? 0 : 2, low ? 1 : 3);
		int			enc = case_visit(p, inst, "11",
									 at(day + i * 14, 9, 45, 0));

		line[i] = add_line(p, enc, bound_item(IT_FIRST_RX_DRUG),
						   p->enc[enc].begin + 1500, QTY(2));
		finish_visit(p, enc);
	}
	if (first_low)
		expect_add(expect_violation(p, RULE_LEVEL, "first_prescription",
									"line", ALL_OF_IT, line[0]), line[0], 0);
	for (int i = first_low ? 1 : 0; i < 3; i++)
		expect_near_miss(p, RULE_LEVEL, "not_first", line[i]);
}

typedef enum PlaceGap
{
	GAP_LEVEL,
	GAP_SETTING,
	GAP_COUNT
} PlaceGap;

static const char *const gap_names[GAP_COUNT] = {
	"level_unknown", "setting_unknown"
};

static void
story_place_gap(GenPatient *p, int what, int kind)
{
	bool		level = what == GAP_LEVEL;
	int			inst = level ? INST_NO_LEVEL : some_hospital(p, 1, 3);
	int			enc = case_visit(p, inst, level ? "11" : "",
								 at(case_day(p), 15, 0, 0));
	int			line = add_line(p, enc, bound_item(level ? IT_LEVEL2_DRUG :
												   IT_INPATIENT_DRUG),
								p->enc[enc].begin + 1200, QTY(1));

	(void) kind;
	finish_visit(p, enc);
	expect_undecided(p, level ? RULE_LEVEL : RULE_SETTING, gap_names[what],
					 line);
}

/*
 * What pharmacies settle under: their own kind of care, pooled outpatient
 * care, chronic programmes, special drugs.
 */
static const char *const rx_care[] = {"41", "11", "14", "15"};

/*
 * story_rx_pharmacy
 *		A pharmacy fills a prescription from outside.  The national layout has
 *		no column for the prescriber's level, so it is never known here.
 */
static void
story_rx_pharmacy(GenPatient *p, int what, int rule)
{
	int			enc = case_visit(p, pharmacy_no(rng_below(&p->rng, n_pharmacy)),
								 rx_care[what], at(case_day(p), 15, 0, 0));
	int			line = add_line(p, enc, bound_item(rule == RULE_LEVEL ?
												   IT_LEVEL2_DRUG :
												   IT_INPATIENT_DRUG),
								p->enc[enc].begin + 1200, QTY(1));

	p->line[line].rx_circ = true;
	finish_visit(p, enc);
	expect_undecided(p, rule, "prescriber_unknown", line);
}

/*
 * story_rx_hospital
 *		The same flag in a hospital, which answers for its own level.
 */
static void
story_rx_hospital(GenPatient *p, int what, int low)
{
	int			enc = case_visit(p, low ? some_hospital(p, 0, 1) :
								 some_hospital(p, 2, 3), rx_care[what],
								 at(case_day(p), 15, 0, 0));
	int			line = add_line(p, enc, bound_item(IT_LEVEL2_DRUG),
								p->enc[enc].begin + 1200, QTY(2));

	p->line[line].rx_circ = true;
	finish_visit(p, enc);
	if (low)
		expect_add(expect_violation(p, RULE_LEVEL, "flag_in_hospital", "line",
									ALL_OF_IT, line), line, 0);
	else
		expect_near_miss(p, RULE_LEVEL, "flag_in_hospital", line);
}

void
register_place_cases(void)
{
	for (int i = 0; i < LENGTH(rungs); i++)
		case_add(story_rung, i, 0, "rung", rungs[i]);
	for (int i = 0; i < EYE_COUNT; i++)
		case_add(story_eye, i, 0, "eye_drug", eye_names[i]);
	case_add(story_first_rx, 0, 1, "first_prescription", "low_level_first");
	case_add(story_first_rx, 0, 0, "first_prescription", "low_level_later");
	for (int i = 0; i < GAP_COUNT; i++)
		case_add(story_place_gap, i, 0, "undecided", gap_names[i]);
	for (int i = 0; i < LENGTH(rx_care); i++)
	{
		case_add(story_rx_pharmacy, i, RULE_LEVEL, "prescriber_unknown_level",
				 rx_care[i]);
		case_add(story_rx_pharmacy, i, RULE_SETTING,
				 "prescriber_unknown_setting", rx_care[i]);
	}
	for (int i = 1; i < LENGTH(rx_care); i++)
	{
		case_add(story_rx_hospital, i, 1, "flag_in_low_hospital", rx_care[i]);
		case_add(story_rx_hospital, i, 0, "flag_in_hospital", rx_care[i]);
	}
}
