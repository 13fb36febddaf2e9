/*-------------------------------------------------------------------------
 *
 * book_entry_core.c
 *	  What an entry may say: kinds, scopes, roles and fields of each check.
 *
 * Writer, checker and lint ask here, so that what an author is refused is
 * what a book cannot hold.  A field that its check does not read is refused
 * too: its author believes that it says something.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "rulebook/book_core.h"
#include "rulebook/book_layout_core.h"

#define MAX_DAYS 36600
#define MAX_AGE 200000
#define MAX_LIMIT (INT64_C(100000000) * MS_QTY_ONE)
#define MAX_MEMBERS 1000
#define WHOLE_RATE 1000000

/* ---- kinds, scopes and roles ---- */

#define K(kind) (1u << (kind))

unsigned
ms_book_kinds_of(uint8_t check)
{
	switch (check)
	{
		case MS_CHECK_SEX:
		case MS_CHECK_AGE:
		case MS_CHECK_INSURANCE:
			return K(1);
		case MS_CHECK_SETTING:
		case MS_CHECK_LEVEL:
		case MS_CHECK_INSTITUTION_TYPE:
		case MS_CHECK_DEPARTMENT:
		case MS_CHECK_PRESCRIBER:
		case MS_CHECK_PROGRAMME:
			return K(2);
		case MS_CHECK_DIAGNOSIS:
			return K(3);
		case MS_CHECK_CONDITION:
			return K(1) | K(2) | K(3) | K(11);
		case MS_CHECK_PRICE:
			return K(8);
		case MS_CHECK_NEVER:
		case MS_CHECK_CLOSURE:
			return K(9);
		case MS_CHECK_PREREQUISITE:
			return K(4);
		case MS_CHECK_PAIR:
			return K(5) | K(10);
		case MS_CHECK_PARTS:
			return K(5);
		case MS_CHECK_DISCOUNT:
			return K(7);
		case MS_CHECK_OVERLAP:
			return K(10);
		case MS_CHECK_QUANTITY:
		case MS_CHECK_DOSE:
			return K(6) | K(9);
		case MS_CHECK_KINDS:
			return K(6) | K(9) | K(10);
		case MS_CHECK_COUNT:
		case MS_CHECK_HOURS:
		case MS_CHECK_SUPPLY_DAYS:
		case MS_CHECK_MONEY:
		case MS_CHECK_FUND_MONEY:
		case MS_CHECK_DAYS:
		case MS_CHECK_SPAN_DAYS:
		case MS_CHECK_GAP_DAYS:
			return K(6);
		case MS_CHECK_VISITS:
		case MS_CHECK_VISIT_DAYS:
		case MS_CHECK_READMISSION:
		case MS_CHECK_STAY_OVERLAP:
		case MS_CHECK_DURING_STAY:
		case MS_CHECK_AFTER_DEATH:
			return K(12);
		default:
			return 0;
	}
}

#define IN(scope) (1u << (scope))

/* windows of the calendar longer than a day, and any days in a row */
#define IN_PERIODS \
	(IN(MS_SCOPE_ROLLING) | IN(MS_SCOPE_WEEK) | IN(MS_SCOPE_MONTH) | \
	 IN(MS_SCOPE_QUARTER) | IN(MS_SCOPE_YEAR) | IN(MS_SCOPE_INSURANCE_YEAR))
#define IN_CARE (IN(MS_SCOPE_VISIT) | IN(MS_SCOPE_STAY))
#define IN_ALL (IN(MS_SCOPE_LIFETIME + 1) - IN(MS_SCOPE_LINE))

/* The same with its words, for messages. */
typedef struct ScopeSet
{
	unsigned	scopes;
	const char *list;
} ScopeSet;

static const ScopeSet on_line = {IN(MS_SCOPE_LINE), "line"};
static const ScopeSet on_record = {
	IN(MS_SCOPE_LINE) | IN(MS_SCOPE_VISIT), "line, visit"
};
static const ScopeSet excluding = {
	IN(MS_SCOPE_PRESCRIPTION) | IN(MS_SCOPE_HOUR) | IN(MS_SCOPE_6H) |
	IN(MS_SCOPE_DAY) | IN(MS_SCOPE_WEEK) | IN(MS_SCOPE_MONTH) |
	IN(MS_SCOPE_OPERATION) | IN_CARE,
	"prescription, hour, 6h, day, week, month, visit, operation, stay"
};

/* windows in which distinct members are counted: all that are not sliding */
static const ScopeSet together = {
	IN(MS_SCOPE_PRESCRIPTION) | IN(MS_SCOPE_HOUR) | IN(MS_SCOPE_DAY) |
	(IN_PERIODS & ~IN(MS_SCOPE_ROLLING)) | IN(MS_SCOPE_OPERATION) | IN_CARE |
	IN(MS_SCOPE_LIFETIME),
	"prescription, hour, day, week, month, quarter, year, insurance_year, "
	"visit, operation, stay, lifetime"
};
static const ScopeSet beside = {
	IN(MS_SCOPE_PRESCRIPTION) | IN(MS_SCOPE_HOUR) | IN(MS_SCOPE_DAY) |
	IN(MS_SCOPE_ROLLING) | IN(MS_SCOPE_OPERATION) | IN_CARE |
	IN(MS_SCOPE_LIFETIME),
	"prescription, hour, day, rolling, visit, operation, stay, lifetime"
};
static const ScopeSet one_incision = {
	IN(MS_SCOPE_DAY) | IN(MS_SCOPE_OPERATION) | IN_CARE,
	"day, visit, operation, stay"
};
static const ScopeSet on_prescription = {
	IN(MS_SCOPE_PRESCRIPTION), "prescription"
};
static const ScopeSet supplied = {
	IN(MS_SCOPE_PRESCRIPTION) | IN(MS_SCOPE_DAY) | IN_CARE |
	IN(MS_SCOPE_LIFETIME), "prescription, day, visit, stay, lifetime"
};
static const ScopeSet everywhere = {
	IN_ALL, "line, prescription, hour, 6h, day, rolling, week, month, "
	"quarter, year, insurance_year, visit, operation, stay, course, lifetime"
};
static const ScopeSet by_hours = {
	IN_ALL & ~IN(MS_SCOPE_6H),
	"line, prescription, hour, day, rolling, week, month, quarter, year, "
	"insurance_year, visit, operation, stay, course, lifetime"
};
static const ScopeSet by_dose = {
	IN(MS_SCOPE_LINE) | IN(MS_SCOPE_PRESCRIPTION) | IN(MS_SCOPE_DAY),
	"line, prescription, day"
};
static const ScopeSet by_medicine = {
	IN_ALL & ~(IN(MS_SCOPE_HOUR) | IN(MS_SCOPE_6H) | IN(MS_SCOPE_OPERATION)),
	"line, prescription, day, rolling, week, month, quarter, year, "
	"insurance_year, visit, stay, course, lifetime"
};
static const ScopeSet by_days = {
	IN_PERIODS | IN_CARE | IN(MS_SCOPE_COURSE) | IN(MS_SCOPE_LIFETIME),
	"rolling, week, month, quarter, year, insurance_year, visit, stay, "
	"course, lifetime"
};
static const ScopeSet from_to = {
	IN_CARE | IN(MS_SCOPE_COURSE) | IN(MS_SCOPE_LIFETIME),
	"visit, stay, course, lifetime"
};
static const ScopeSet by_visits = {
	IN(MS_SCOPE_DAY) | IN_PERIODS,
	"day, rolling, week, month, quarter, year, insurance_year"
};
static const ScopeSet by_visit_days = {
	IN_PERIODS | IN(MS_SCOPE_LIFETIME),
	"rolling, week, month, quarter, year, insurance_year, lifetime"
};
static const ScopeSet on_stay = {IN(MS_SCOPE_STAY), "stay"};
static const ScopeSet on_life = {IN(MS_SCOPE_LIFETIME), "lifetime"};
static const ScopeSet nowhere = {0, NULL};

static const ScopeSet *
scope_set(uint8_t check)
{
	switch (check)
	{
		case MS_CHECK_SEX:
		case MS_CHECK_AGE:
		case MS_CHECK_INSURANCE:
		case MS_CHECK_SETTING:
		case MS_CHECK_LEVEL:
		case MS_CHECK_INSTITUTION_TYPE:
		case MS_CHECK_DEPARTMENT:
		case MS_CHECK_PRESCRIBER:
		case MS_CHECK_PROGRAMME:
		case MS_CHECK_DIAGNOSIS:
		case MS_CHECK_PRICE:
		case MS_CHECK_NEVER:
			return &on_line;
		case MS_CHECK_CONDITION:
			return &on_record;
		case MS_CHECK_PREREQUISITE:
			return &beside;
		case MS_CHECK_PAIR:
			return &excluding;
		case MS_CHECK_PARTS:
		case MS_CHECK_KINDS:
			return &together;
		case MS_CHECK_DISCOUNT:
			return &one_incision;
		case MS_CHECK_CLOSURE:
			return &on_prescription;
		case MS_CHECK_OVERLAP:
			return &supplied;
		case MS_CHECK_QUANTITY:
		case MS_CHECK_COUNT:
		case MS_CHECK_MONEY:
		case MS_CHECK_FUND_MONEY:
			return &everywhere;
		case MS_CHECK_HOURS:
			return &by_hours;
		case MS_CHECK_SUPPLY_DAYS:
			return &by_medicine;
		case MS_CHECK_DOSE:
			return &by_dose;
		case MS_CHECK_DAYS:
			return &by_days;
		case MS_CHECK_SPAN_DAYS:
		case MS_CHECK_GAP_DAYS:
			return &from_to;
		case MS_CHECK_VISITS:
			return &by_visits;
		case MS_CHECK_VISIT_DAYS:
			return &by_visit_days;
		case MS_CHECK_STAY_OVERLAP:
		case MS_CHECK_DURING_STAY:
			return &on_stay;
		case MS_CHECK_READMISSION:
		case MS_CHECK_AFTER_DEATH:
			return &on_life;
		default:
			return &nowhere;
	}
}

unsigned
ms_book_scopes_of(uint8_t check)
{
	return scope_set(check)->scopes;
}

#define MUST(role) (1u << (role) | MAY(role))
#define MAY(role) (1u << (role) << MS_ROLES_MAY_SHIFT)

unsigned
ms_book_roles_of(const MsBookEntry *entry)
{
	unsigned	per = entry->limit_basis == MS_LIMIT_ITEM ?
	MUST(MS_ROLE_PER) : 0;

	switch (entry->check)
	{
		case MS_CHECK_PAIR:
			return MUST(MS_ROLE_MAIN) | MUST(MS_ROLE_SUB);
		case MS_CHECK_PREREQUISITE:
			/* an operation can stand for the items */
			return MUST(MS_ROLE_MAIN) | (entry->oprn_required.n > 0 ?
										 MAY(MS_ROLE_SUB) :
										 MUST(MS_ROLE_SUB));
		case MS_CHECK_OVERLAP:
			return MUST(MS_ROLE_MAIN) | (entry->at_least > 0 ? 0 :
										 MUST(MS_ROLE_SUB));
		case MS_CHECK_PROGRAMME:
			return MUST(MS_ROLE_MAIN) | MUST(MS_ROLE_LIST);
		case MS_CHECK_CONDITION:
		case MS_CHECK_VISITS:
		case MS_CHECK_VISIT_DAYS:
		case MS_CHECK_READMISSION:
		case MS_CHECK_STAY_OVERLAP:
		case MS_CHECK_DURING_STAY:
		case MS_CHECK_AFTER_DEATH:
			return MAY(MS_ROLE_MAIN);
		case MS_CHECK_COUNT:
		case MS_CHECK_MONEY:
		case MS_CHECK_FUND_MONEY:
		case MS_CHECK_KINDS:
			return MAY(MS_ROLE_MAIN) | per;
		default:
			return MUST(MS_ROLE_MAIN) | per;
	}
}

/* ---- fields ---- */

/* Groups of fields that say something together. */
enum
{
	F_SEX = 1u << 0,
	F_AGE = 1u << 1,
	F_INSURANCE = 1u << 2,
	F_SETTINGS = 1u << 3,
	F_LEVEL = 1u << 4,
	F_MEDINS_TYPES = 1u << 5,
	F_DEPARTMENTS = 1u << 6,
	F_GRADE = 1u << 7,
	F_PROGRAMMES = 1u << 8,
	F_DIAGNOSES = 1u << 9,
	F_OPERATIONS = 1u << 10,
	F_CONDITION = 1u << 11,
	F_LIMIT = 1u << 12,
	F_BASIS = 1u << 13,			/* what the limit is multiplied with */
	F_WINDOW = 1u << 14,
	F_AT_LEAST = 1u << 15,
	F_BEFORE = 1u << 16,
	F_RATES = 1u << 17,
	F_DX_RELATION = 1u << 18
};

static unsigned
fields_of(uint8_t check)
{
	switch ((MsCheck) check)
	{
		case MS_CHECK_SEX:
			return F_SEX;
		case MS_CHECK_AGE:
			return F_AGE;
		case MS_CHECK_INSURANCE:
			return F_INSURANCE;
		case MS_CHECK_SETTING:
			return F_SETTINGS;
		case MS_CHECK_LEVEL:
			return F_LEVEL;
		case MS_CHECK_INSTITUTION_TYPE:
			return F_MEDINS_TYPES;
		case MS_CHECK_DEPARTMENT:
			return F_DEPARTMENTS;
		case MS_CHECK_PRESCRIBER:
			return F_GRADE;
		case MS_CHECK_PROGRAMME:
			return F_PROGRAMMES;
		case MS_CHECK_DIAGNOSIS:
			return F_DIAGNOSES | F_OPERATIONS;
		case MS_CHECK_CONDITION:
			return F_CONDITION | F_LIMIT;
		case MS_CHECK_PRICE:
			return F_LIMIT;
		case MS_CHECK_PREREQUISITE:
			return F_AT_LEAST | F_BEFORE | F_DIAGNOSES | F_OPERATIONS;
		case MS_CHECK_PARTS:
			return F_AT_LEAST;
		case MS_CHECK_DISCOUNT:
			return F_RATES;
		case MS_CHECK_OVERLAP:
			return F_AT_LEAST | F_LIMIT;
		case MS_CHECK_NEVER:
		case MS_CHECK_PAIR:
		case MS_CHECK_CLOSURE:
			return 0;
		case MS_CHECK_QUANTITY:
		case MS_CHECK_COUNT:
		case MS_CHECK_HOURS:
		case MS_CHECK_SUPPLY_DAYS:
		case MS_CHECK_DOSE:
		case MS_CHECK_MONEY:
		case MS_CHECK_FUND_MONEY:
		case MS_CHECK_KINDS:
		case MS_CHECK_DAYS:
			return F_LIMIT | F_BASIS | F_WINDOW;
		case MS_CHECK_SPAN_DAYS:
		case MS_CHECK_GAP_DAYS:
			return F_LIMIT;
		case MS_CHECK_VISITS:
		case MS_CHECK_VISIT_DAYS:
			return F_LIMIT | F_WINDOW | F_SETTINGS;
		case MS_CHECK_READMISSION:
			return F_LIMIT | F_DX_RELATION;
		case MS_CHECK_STAY_OVERLAP:
		case MS_CHECK_AFTER_DEATH:
			return F_LIMIT;
		case MS_CHECK_DURING_STAY:
			return F_LIMIT | F_SETTINGS;
	}
	return 0;
}

/* The first filled group that the check does not read, as a message. */
static const char *
idle_field(const MsBookEntry *e)
{
	unsigned	reads = fields_of(e->check);
	bool		rates = false;

	for (int i = 0; i < MS_MAX_RATES; i++)
		rates = rates || e->rates[i] != 0;

#define IDLE(group, filled, message) \
	if ((reads & (group)) == 0 && (filled)) \
		return message " says nothing for this measure"

	IDLE(F_SEX, e->sex != 0, "sex");
	IDLE(F_AGE, e->age_unit != 0, "age");
	IDLE(F_INSURANCE, e->insurance != 0, "insurance");
	IDLE(F_SETTINGS, e->settings != 0, "settings");
	IDLE(F_LEVEL, e->level_min != 0 || e->first_only != 0 ||
		 e->alt_level_min != 0 || e->alt_medins_type != NULL, "level_min");
	IDLE(F_MEDINS_TYPES, e->medins_types != NULL, "medins_types");
	IDLE(F_DEPARTMENTS, e->departments != NULL, "departments");
	IDLE(F_GRADE, e->grade_min != 0, "grade_min");
	IDLE(F_PROGRAMMES, e->programmes != NULL, "programmes");
	IDLE(F_DIAGNOSES, e->dx_required.n > 0 || e->dx_forbidden.n > 0 ||
		 e->dx_main_only != 0, "dx_required, dx_forbidden or dx_main_only");
	IDLE(F_OPERATIONS, e->oprn_required.n > 0, "oprn_required");
	IDLE(F_CONDITION, e->condition.code != NULL, "condition");
	IDLE(F_BASIS, e->limit_basis > MS_LIMIT_CONSTANT ||
		 e->limit_case.code != NULL, "limit_basis or limit_case");
	IDLE(F_WINDOW, e->window_days != 0, "window_days");
	IDLE(F_AT_LEAST, e->at_least != 0, "at_least");
	IDLE(F_BEFORE, e->before_days != 0 || e->sub_first != 0,
		 "before_days or sub_first");
	IDLE(F_RATES, rates, "rates");
	IDLE(F_DX_RELATION, e->dx_relation != 0, "dx_relation");
#undef IDLE
	return NULL;
}

/* ---- problems ---- */

static const char *
word_problem(MsVocabulary vocabulary, int value, const char *problem,
			 const char **allowed)
{
	if (ms_word(vocabulary, value) != NULL)
		return NULL;
	*allowed = ms_word_list(vocabulary);
	return problem;
}

static const char *
range_problem(int64_t value, int64_t low, int64_t high, const char *problem,
			  const char *range, const char **allowed)
{
	if (value >= low && value <= high)
		return NULL;
	*allowed = range;
	return problem;
}

static const char *
age_problem(const MsBookEntry *entry, const char **allowed)
{
	const char *problem = word_problem(MS_VOCABULARY_AGE_UNIT,
									   entry->age_unit,
									   "age_unit is missing", allowed);

	if (problem != NULL)
		return problem;
	*allowed = "age_from < age_below, 0 to 200000, at least one of them";
	if (entry->age_from < -1 || entry->age_below < -1 ||
		entry->age_from > MAX_AGE || entry->age_below > MAX_AGE)
		return "age is out of range";
	if (entry->age_from < 0 && entry->age_below < 0)
		return "age has no bound";
	if (entry->age_from >= 0 && entry->age_below >= 0 &&
		entry->age_from >= entry->age_below)
		return "age bounds leave nothing between them";
	*allowed = NULL;
	return NULL;
}

static const char *
level_problem(const MsBookEntry *entry, const char **allowed)
{
	*allowed = "1 to 3";
	if (entry->level_min < 1 || entry->level_min > 3)
		return "level_min is out of range";
	if (entry->alt_level_min > 3 || entry->first_only > 1 ||
		(entry->alt_level_min == 0) != (entry->alt_medins_type == NULL))
		return "alt_level_min and alt_medins_type do not go together";
	*allowed = NULL;
	return NULL;
}

static const char *
rates_problem(const MsBookEntry *entry, const char **allowed)
{
	bool		ended = false;

	*allowed = "1 to 4 rates from the first on, each above 0 and at most 1";
	if (entry->rates[0] == 0)
		return "rates are missing";
	for (int i = 0; i < MS_MAX_RATES; i++)
	{
		if (entry->rates[i] < 0 || entry->rates[i] > WHOLE_RATE ||
			(ended && entry->rates[i] != 0))
			return "rates are out of range";
		ended = entry->rates[i] == 0;
	}
	*allowed = NULL;
	return NULL;
}

static const char *
members_problem(const MsBookEntry *entry, int32_t low, const char *range,
				const char **allowed)
{
	return range_problem(entry->at_least, low, MAX_MEMBERS,
						 "at_least is out of range", range, allowed);
}

static const char *
prerequisite_problem(const MsBookEntry *entry, const char **allowed)
{
	const char *problem = members_problem(entry, 0, "1 to 1000", allowed);

	if (problem == NULL)
		problem = range_problem(entry->before_days, -1, MAX_DAYS,
								"before_days is out of range",
								"-1 (for ever) to 36600", allowed);
	if (problem == NULL)
		problem = range_problem(entry->sub_first, 0, 1,
								"sub_first is out of range", "true, false",
								allowed);
	return problem;
}

static const char *
basis_problem(const MsBookEntry *entry, const char **allowed)
{
	if (entry->limit_basis != 0 &&
		ms_word(MS_VOCABULARY_LIMIT_BASIS, entry->limit_basis) == NULL)
	{
		*allowed = ms_word_list(MS_VOCABULARY_LIMIT_BASIS);
		return "limit_basis is unknown";
	}
	if ((entry->limit_basis == MS_LIMIT_CASE) !=
		(entry->limit_case.code != NULL))
	{
		*allowed = "limit_case for limit_basis case, and only for it";
		return "limit_basis and limit_case do not go together";
	}
	if (entry->limit_basis == MS_LIMIT_STAY_DAYS &&
		(IN(entry->scope) & IN_CARE) == 0)
	{
		*allowed = "visit or stay for limit_basis stay_days";
		return "limit_basis and scope do not go together";
	}
	if (entry->limit_basis > MS_LIMIT_CONSTANT &&
		(IN(entry->scope) & (IN(MS_SCOPE_ROLLING) | IN(MS_SCOPE_6H) |
							 IN(MS_SCOPE_COURSE))) != 0)
	{
		*allowed = "limit_basis constant in sliding windows and courses";
		return "limit_basis and scope do not go together";
	}
	return NULL;
}

static const char *
settings_problem(const MsBookEntry *entry, const char **allowed)
{
	if ((entry->settings & ~(uint32_t) MS_SETTING_ALL) == 0)
		return NULL;
	*allowed = ms_word_list(MS_VOCABULARY_SETTING);
	return "settings are missing or unknown";
}

static const char *
cap_problem(const MsBookEntry *entry, const char **allowed)
{
	const char *problem = basis_problem(entry, allowed);

	if (problem == NULL)
		problem = settings_problem(entry, allowed);
	if (problem == NULL && entry->scope == MS_SCOPE_ROLLING)
		problem = range_problem(entry->window_days, 1, MAX_DAYS,
								"window_days is out of range", "1 to 36600",
								allowed);
	if (problem == NULL && entry->scope != MS_SCOPE_ROLLING &&
		entry->window_days != 0)
	{
		*allowed = "the scope rolling for window_days";
		return "scope and window_days do not go together";
	}
	return problem;
}

/* What only this check demands. */
static const char *
check_problem(const MsBookEntry *entry, const char **allowed)
{
	switch ((MsCheck) entry->check)
	{
		case MS_CHECK_SEX:
			return word_problem(MS_VOCABULARY_SEX, entry->sex,
								"sex is missing", allowed);
		case MS_CHECK_AGE:
			return age_problem(entry, allowed);
		case MS_CHECK_INSURANCE:
			if (entry->insurance != 0 &&
				(entry->insurance & ~(uint32_t) MS_INSURANCE_ALL) == 0)
				return NULL;
			*allowed = ms_word_list(MS_VOCABULARY_INSURANCE);
			return "insurance classes are missing or unknown";
		case MS_CHECK_SETTING:
			if (entry->settings != 0)
				return settings_problem(entry, allowed);
			*allowed = ms_word_list(MS_VOCABULARY_SETTING);
			return "settings are missing or unknown";
		case MS_CHECK_LEVEL:
			return level_problem(entry, allowed);
		case MS_CHECK_INSTITUTION_TYPE:
			*allowed = "values of medins_type";
			return entry->medins_types ? NULL : "medins_types are missing";
		case MS_CHECK_DEPARTMENT:
			*allowed = "beginnings of department codes";
			return entry->departments ? NULL : "departments are missing";
		case MS_CHECK_PRESCRIBER:
			return range_problem(entry->grade_min, 1, 3,
								 "grade_min is missing or out of range",
								 "1 to 3", allowed);
		case MS_CHECK_PROGRAMME:
			*allowed = "beginnings of dise_no";
			return entry->programmes ? NULL : "programmes are missing";
		case MS_CHECK_DIAGNOSIS:
			*allowed = "at least one of dx_required, dx_forbidden and oprn_required";
			if (entry->dx_required.n == 0 && entry->dx_forbidden.n == 0 &&
				entry->oprn_required.n == 0)
				return "sets of diagnoses are missing";
			return range_problem(entry->dx_main_only, 0, 1,
								 "dx_main_only is out of range",
								 "true, false", allowed);
		case MS_CHECK_CONDITION:
			*allowed = "a boolean expression";
			return entry->condition.code ? NULL : "condition is missing";
		case MS_CHECK_PREREQUISITE:
			return prerequisite_problem(entry, allowed);
		case MS_CHECK_PARTS:
			return members_problem(entry, 2, "2 to 1000", allowed);
		case MS_CHECK_OVERLAP:
			if (entry->at_least == 0)
				return NULL;
			return members_problem(entry, 2,
								   "2 to 1000, or none beside sub codes",
								   allowed);
		case MS_CHECK_DISCOUNT:
			return rates_problem(entry, allowed);
		case MS_CHECK_READMISSION:
			if (entry->dx_relation == 0)
				return NULL;
			return word_problem(MS_VOCABULARY_DX_RELATION, entry->dx_relation,
								"dx_relation is unknown", allowed);
		case MS_CHECK_PRICE:
		case MS_CHECK_NEVER:
		case MS_CHECK_PAIR:
		case MS_CHECK_CLOSURE:
		case MS_CHECK_STAY_OVERLAP:
		case MS_CHECK_AFTER_DEATH:
			return NULL;
		default:
			return cap_problem(entry, allowed);
	}
}

/* What is the same for every check. */
static const char *
common_problem(const MsBookEntry *entry, unsigned has, const char **allowed)
{
	const char *problem;

	if (entry->scope > MS_SCOPE_LIFETIME ||
		(ms_book_scopes_of(entry->check) & IN(entry->scope)) == 0)
	{
		*allowed = scope_set(entry->check)->list;
		return "scope does not belong to what the entry limits";
	}
	if (entry->scope == MS_SCOPE_COURSE && (has & MS_HAS_COURSE_GAP) == 0)
	{
		*allowed = "a rulebook parameter of that name";
		return "a course needs course_gap_days";
	}
	if (entry->scope == MS_SCOPE_INSURANCE_YEAR &&
		(has & MS_HAS_INSURANCE_YEAR) == 0)
	{
		*allowed = "a rulebook parameter of that name";
		return "an insurance year needs insurance_year_start";
	}
	problem = word_problem(MS_VOCABULARY_COUNT_KEY, entry->count_key,
						   "count_key is missing", allowed);
	if (problem != NULL)
		return problem;
	if (entry->valid_from > entry->valid_to)
		return "valid_from lies after valid_to";
	if ((entry->region == NULL) != (entry->region_by == 0) ||
		(entry->region_by != 0 &&
		 ms_word(MS_VOCABULARY_REGION_BY, entry->region_by) == NULL))
	{
		*allowed = ms_word_list(MS_VOCABULARY_REGION_BY);
		return "region and region_by do not go together";
	}
	if (entry->levels > 15)
	{
		*allowed = "0 to 3";
		return "levels are out of range";
	}
	return NULL;
}

const char *
ms_book_entry_problem(const MsBookEntry *entry, uint8_t rule_kind,
					  unsigned has, const char **allowed)
{
	const char *problem;

	*allowed = NULL;
	if (rule_kind > 15 ||
		(ms_book_kinds_of(entry->check) & K(rule_kind)) == 0)
		return "what the entry limits does not belong to the rule's kind";
	problem = common_problem(entry, has, allowed);
	if (problem == NULL)
		problem = idle_field(entry);
	if (problem == NULL)
		problem = check_problem(entry, allowed);
	if (problem == NULL)
		*allowed = NULL;
	return problem;
}

const char *
ms_book_limit_problem(uint8_t check, int64_t limit, const char **allowed)
{
	*allowed = NULL;
	/* an expression may ask for the limit, and then a parameter can set it */
	if ((fields_of(check) & F_LIMIT) == 0 && check != MS_CHECK_CONDITION)
		return limit == 0 ? NULL :
			"limit_value says nothing for this measure";
	if (limit >= 0 && limit <= MAX_LIMIT)
		return NULL;
	*allowed = "0 to 100000000";
	return "limit_value is missing or out of range";
}

/* roles as ms_book_roles_of gives them; has is a set of 1 << role. */
const char *
ms_book_roles_problem(unsigned roles, unsigned has)
{
	static const char *const missing[MS_N_ROLES] = {
		"the entry needs main codes", "the entry needs sub codes",
		"the entry needs list codes", "the entry needs per codes"
	};
	static const char *const idle[MS_N_ROLES] = {
		"main codes say nothing for this measure",
		"sub codes say nothing for this measure",
		"list codes say nothing for this measure",
		"per codes say nothing for this measure"
	};

	for (int role = 0; role < MS_N_ROLES; role++)
	{
		unsigned	bit = 1u << role;

		if ((roles & bit) != 0 && (has & bit) == 0)
			return missing[role];
		if ((roles & bit << MS_ROLES_MAY_SHIFT) == 0 && (has & bit) != 0)
			return idle[role];
	}
	return NULL;
}

/* Whether an entry is meaningless without a limit. */
bool
ms_book_needs_limit(uint8_t check)
{
	switch (check)
	{
		case MS_CHECK_CONDITION:
		case MS_CHECK_OVERLAP:
		case MS_CHECK_STAY_OVERLAP:
		case MS_CHECK_DURING_STAY:
		case MS_CHECK_AFTER_DEATH:
			return false;
		default:
			return (fields_of(check) & F_LIMIT) != 0;
	}
}
