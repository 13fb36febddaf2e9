/*-------------------------------------------------------------------------
 *
 * book_word_core.c
 *	  The vocabulary of rulebooks and what entries may say with it.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "rulebook/book_core.h"
#include "rulebook/book_layout_core.h"

typedef struct Word
{
	const char *word;
	int			value;
} Word;

typedef struct Vocabulary
{
	const Word *words;
	int			n;
	const char *list;			/* for messages */
} Vocabulary;

static const Word fund_scope_words[] = {
	{"pool", MS_FUND_POOL}, {"pool_or_account", MS_FUND_POOL_OR_ACCOUNT},
	{"any", MS_FUND_ANY}
};
static const Word check_words[] = {
	{"sex", MS_CHECK_SEX}, {"age", MS_CHECK_AGE},
	{"insurance", MS_CHECK_INSURANCE}, {"setting", MS_CHECK_SETTING},
	{"level", MS_CHECK_LEVEL},
	{"institution_type", MS_CHECK_INSTITUTION_TYPE},
	{"department", MS_CHECK_DEPARTMENT},
	{"prescriber", MS_CHECK_PRESCRIBER}, {"programme", MS_CHECK_PROGRAMME},
	{"diagnosis", MS_CHECK_DIAGNOSIS}, {"condition", MS_CHECK_CONDITION},
	{"price", MS_CHECK_PRICE}, {"never", MS_CHECK_NEVER},
	{"prerequisite", MS_CHECK_PREREQUISITE}, {"pair", MS_CHECK_PAIR},
	{"parts", MS_CHECK_PARTS}, {"discount", MS_CHECK_DISCOUNT},
	{"closure", MS_CHECK_CLOSURE}, {"overlap", MS_CHECK_OVERLAP},
	{"quantity", MS_CHECK_QUANTITY}, {"count", MS_CHECK_COUNT},
	{"hours", MS_CHECK_HOURS}, {"supply_days", MS_CHECK_SUPPLY_DAYS},
	{"dose", MS_CHECK_DOSE}, {"money", MS_CHECK_MONEY},
	{"fund_money", MS_CHECK_FUND_MONEY}, {"kinds", MS_CHECK_KINDS},
	{"days", MS_CHECK_DAYS}, {"span_days", MS_CHECK_SPAN_DAYS},
	{"gap_days", MS_CHECK_GAP_DAYS}, {"visits", MS_CHECK_VISITS},
	{"visit_days", MS_CHECK_VISIT_DAYS},
	{"readmission", MS_CHECK_READMISSION},
	{"stay_overlap", MS_CHECK_STAY_OVERLAP},
	{"during_stay", MS_CHECK_DURING_STAY},
	{"after_death", MS_CHECK_AFTER_DEATH}
};
static const Word scope_words[] = {
	{"line", MS_SCOPE_LINE}, {"prescription", MS_SCOPE_PRESCRIPTION},
	{"hour", MS_SCOPE_HOUR}, {"6h", MS_SCOPE_6H}, {"day", MS_SCOPE_DAY},
	{"rolling", MS_SCOPE_ROLLING}, {"week", MS_SCOPE_WEEK},
	{"month", MS_SCOPE_MONTH}, {"quarter", MS_SCOPE_QUARTER},
	{"year", MS_SCOPE_YEAR}, {"insurance_year", MS_SCOPE_INSURANCE_YEAR},
	{"visit", MS_SCOPE_VISIT}, {"operation", MS_SCOPE_OPERATION},
	{"stay", MS_SCOPE_STAY},
	{"course", MS_SCOPE_COURSE}, {"lifetime", MS_SCOPE_LIFETIME}
};
static const Word count_key_words[] = {
	{"person_institution", MS_KEY_PERSON_INSTITUTION},
	{"person", MS_KEY_PERSON}, {"encounter", MS_KEY_ENCOUNTER},
	{"prescription", MS_KEY_PRESCRIPTION}, {"doctor", MS_KEY_DOCTOR},
	{"department", MS_KEY_DEPARTMENT}
};
static const Word limit_basis_words[] = {
	{"constant", MS_LIMIT_CONSTANT}, {"stay_days", MS_LIMIT_STAY_DAYS},
	{"item", MS_LIMIT_ITEM}, {"case", MS_LIMIT_CASE}
};
static const Word role_words[] = {
	{"main", MS_ROLE_MAIN}, {"sub", MS_ROLE_SUB}, {"list", MS_ROLE_LIST},
	{"per", MS_ROLE_PER}
};
static const Word dx_relation_words[] = {
	{"any", MS_DX_ANY}, {"same_chapter", MS_DX_SAME_CHAPTER},
	{"same_category", MS_DX_SAME_CATEGORY}, {"same", MS_DX_SAME}
};
static const Word sex_words[] = {
	{"male", MS_SEX_MALE}, {"female", MS_SEX_FEMALE}
};
static const Word age_unit_words[] = {
	{"day", MS_AGE_DAY}, {"month", MS_AGE_MONTH}, {"year", MS_AGE_YEAR}
};
static const Word region_by_words[] = {
	{"care", MS_REGION_CARE}, {"insured", MS_REGION_INSURED}
};
static const Word setting_words[] = {
	{"inpatient", MS_SETTING_INPATIENT}, {"emergency", MS_SETTING_EMERGENCY},
	{"outpatient", MS_SETTING_OUTPATIENT}, {"chronic", MS_SETTING_CHRONIC},
	{"pharmacy", MS_SETTING_PHARMACY}
};
static const Word insurance_words[] = {
	{"basic", MS_INSURANCE_BASIC}, {"work_injury", MS_INSURANCE_WORK_INJURY},
	{"maternity", MS_INSURANCE_MATERNITY}
};
static const Word map_words[] = {
	{"level", MS_MAP_LEVEL}, {"setting", MS_MAP_SETTING},
	{"insurance", MS_MAP_INSURANCE}, {"clr_way", MS_MAP_CLR_WAY}
};
static const Word stay_days_words[] = {
	{"in_not_out", MS_STAY_IN_NOT_OUT}, {"out_not_in", MS_STAY_OUT_NOT_IN},
	{"both", MS_STAY_BOTH}
};
static const Word clr_way_words[] = {{"item", 0}, {"group", 1}};

#define VOCABULARY(words, list) \
	{(words), (int) (sizeof(words) / sizeof((words)[0])), (list)}

/* Indexed by MsVocabulary. */
static const Vocabulary vocabularies[] = {
	VOCABULARY(fund_scope_words, "pool, pool_or_account, any"),
	VOCABULARY(check_words, "sex, age, insurance, setting, level, "
			   "institution_type, department, prescriber, programme, "
			   "diagnosis, condition, price, never, prerequisite, pair, "
			   "parts, discount, closure, overlap, quantity, count, hours, "
			   "supply_days, dose, money, fund_money, kinds, days, "
			   "span_days, gap_days, visits, visit_days, readmission, "
			   "stay_overlap, during_stay, after_death"),
	VOCABULARY(scope_words, "line, prescription, hour, 6h, day, rolling, "
			   "week, month, quarter, year, insurance_year, visit, "
			   "operation, stay, course, lifetime"),
	VOCABULARY(count_key_words, "person_institution, person, encounter, "
			   "prescription, doctor, department"),
	VOCABULARY(sex_words, "male, female"),
	VOCABULARY(age_unit_words, "day, month, year"),
	VOCABULARY(region_by_words, "care, insured"),
	VOCABULARY(setting_words, "inpatient, emergency, outpatient, chronic, "
			   "pharmacy"),
	VOCABULARY(insurance_words, "basic, work_injury, maternity"),
	VOCABULARY(map_words, "level, setting, insurance, clr_way"),
	VOCABULARY(stay_days_words, "in_not_out, out_not_in, both"),
	VOCABULARY(clr_way_words, "item, group"),
	VOCABULARY(limit_basis_words, "constant, stay_days, item, case"),
	VOCABULARY(role_words, "main, sub, list, per"),
	VOCABULARY(dx_relation_words, "any, same_chapter, same_category, same")
};

/* ms_word gives the word of a value, NULL when there is none. */
const char *
ms_word(MsVocabulary vocabulary, int value)
{
	const Vocabulary *v = &vocabularies[vocabulary];

	for (int i = 0; i < v->n; i++)
	{
		if (v->words[i].value == value)
			return v->words[i].word;
	}
	return NULL;
}

/* ms_word_value gives the value of a word, -1 when there is none. */
int
ms_word_value(MsVocabulary vocabulary, const char *word)
{
	const Vocabulary *v = &vocabularies[vocabulary];

	for (int i = 0; i < v->n; i++)
	{
		if (strcmp(v->words[i].word, word) == 0)
			return v->words[i].value;
	}
	return -1;
}

const char *
ms_word_list(MsVocabulary vocabulary)
{
	return vocabularies[vocabulary].list;
}

/* The scopes that a check can be asked over, as a set of bits. */
#define IN(scope) (1u << (scope))

static unsigned
scopes_of(uint8_t check)
{
	switch (check)
	{
		case MS_CHECK_SEX:
		case MS_CHECK_AGE:
		case MS_CHECK_INSURANCE:
		case MS_CHECK_SETTING:
		case MS_CHECK_LEVEL:
			return IN(MS_SCOPE_LINE);
		case MS_CHECK_PAIR:
			return IN(MS_SCOPE_HOUR) | IN(MS_SCOPE_6H) | IN(MS_SCOPE_DAY) |
				IN(MS_SCOPE_VISIT);
		case MS_CHECK_QUANTITY:
			return IN(MS_SCOPE_DAY) | IN(MS_SCOPE_ROLLING);
		case MS_CHECK_HOURS:
			return IN(MS_SCOPE_DAY);
		case MS_CHECK_DAYS:
			return IN(MS_SCOPE_STAY) | IN(MS_SCOPE_COURSE);
		case MS_CHECK_SPAN_DAYS:
			return IN(MS_SCOPE_COURSE) | IN(MS_SCOPE_LIFETIME);
		case MS_CHECK_GAP_DAYS:
			return IN(MS_SCOPE_COURSE) | IN(MS_SCOPE_LIFETIME);
		default:
			return 0;
	}
}

static const char *
scope_list(uint8_t check)
{
	switch (check)
	{
		case MS_CHECK_PAIR:
			return "hour, 6h, day, visit";
		case MS_CHECK_QUANTITY:
			return "day, rolling";
		case MS_CHECK_HOURS:
			return "day";
		case MS_CHECK_DAYS:
			return "stay, course";
		case MS_CHECK_SPAN_DAYS:
		case MS_CHECK_GAP_DAYS:
			return "course, lifetime";
		default:
			return "line";
	}
}

static uint8_t
kind_of(uint8_t check)
{
	if (check < MS_CHECK_SETTING)
		return 1;
	if (check <= MS_CHECK_LEVEL)
		return 2;
	return check == MS_CHECK_PAIR ? 5 : 6;
}

static const char *
age_problem(const MsBookEntry *entry, const char **allowed)
{
	*allowed = "age_from < age_below, 0 to 200000, at least one of them";
	if (ms_word(MS_VOCABULARY_AGE_UNIT, entry->age_unit) == NULL)
	{
		*allowed = ms_word_list(MS_VOCABULARY_AGE_UNIT);
		return "age_unit is missing";
	}
	if (entry->age_from < -1 || entry->age_below < -1 ||
		entry->age_from > 200000 || entry->age_below > 200000)
		return "age is out of range";
	if (entry->age_from < 0 && entry->age_below < 0)
		return "age has no bound";
	if (entry->age_from >= 0 && entry->age_below >= 0 &&
		entry->age_from >= entry->age_below)
		return "age bounds leave nothing between them";
	return NULL;
}

static const char *
cap_problem(const MsBookEntry *entry, bool has_course, const char **allowed)
{
	*allowed = "0 to 100000000";
	if (entry->limit < 0 || entry->limit > INT64_C(100000000) * MS_QTY_ONE)
		return "limit_value is out of range";
	if (entry->scope == MS_SCOPE_ROLLING)
	{
		*allowed = "1 to 36600";
		if (entry->window_days < 1 || entry->window_days > 36600)
			return "window_days is out of range";
	}
	if (entry->scope == MS_SCOPE_COURSE && !has_course)
	{
		*allowed = "a rulebook parameter of that name";
		return "a course needs course_gap_days";
	}
	return NULL;
}

const char *
ms_book_entry_problem(const MsBookEntry *entry, uint8_t rule_kind,
					  bool has_course, const char **allowed)
{
	*allowed = NULL;
	if (ms_word(MS_VOCABULARY_CHECK, entry->check) == NULL ||
		kind_of(entry->check) != rule_kind)
		return "what the entry limits does not belong to the rule's kind";
	if (entry->scope > MS_SCOPE_LIFETIME ||
		(scopes_of(entry->check) & IN(entry->scope)) == 0)
	{
		*allowed = scope_list(entry->check);
		return "scope does not belong to what the entry limits";
	}
	if (ms_word(MS_VOCABULARY_COUNT_KEY, entry->count_key) == NULL)
	{
		*allowed = ms_word_list(MS_VOCABULARY_COUNT_KEY);
		return "count_key is missing";
	}
	if (entry->valid_from > entry->valid_to)
		return "valid_from lies after valid_to";
	if ((entry->region == NULL) != (entry->region_by == 0) ||
		(entry->region_by != 0 &&
		 ms_word(MS_VOCABULARY_REGION_BY, entry->region_by) == NULL))
	{
		*allowed = ms_word_list(MS_VOCABULARY_REGION_BY);
		return "region and region_by do not go together";
	}
	switch ((MsCheck) entry->check)
	{
		case MS_CHECK_SEX:
			*allowed = ms_word_list(MS_VOCABULARY_SEX);
			return ms_word(MS_VOCABULARY_SEX, entry->sex) ? NULL :
				"sex is missing";
		case MS_CHECK_AGE:
			return age_problem(entry, allowed);
		case MS_CHECK_INSURANCE:
			*allowed = ms_word_list(MS_VOCABULARY_INSURANCE);
			return entry->insurance == 0 ||
				(entry->insurance & ~(uint32_t) MS_INSURANCE_ALL) != 0 ?
				"insurance classes are missing or unknown" : NULL;
		case MS_CHECK_SETTING:
			*allowed = ms_word_list(MS_VOCABULARY_SETTING);
			return entry->settings == 0 ||
				(entry->settings & ~(uint32_t) MS_SETTING_ALL) != 0 ?
				"settings are missing or unknown" : NULL;
		case MS_CHECK_LEVEL:
			*allowed = "1 to 3";
			if (entry->level_min < 1 || entry->level_min > 3)
				return "level_min is out of range";
			if (entry->alt_level_min > 3 || entry->first_only > 1 ||
				(entry->alt_level_min == 0) != (entry->alt_medins_type == NULL))
				return "alt_level_min and alt_medins_type do not go together";
			return NULL;
		case MS_CHECK_PAIR:
			return NULL;
		default:
			return cap_problem(entry, has_course, allowed);
	}
}

bool
ms_book_param_course_gap(const char *value, int32_t *days)
{
	int32_t		n = 0;

	if (*value == '\0')
		return false;
	for (; *value != '\0'; value++)
	{
		if (*value < '0' || *value > '9')
			return false;
		n = n * 10 + (*value - '0');
		if (n > 36600)
			return false;
	}
	*days = n;
	return true;
}

bool
ms_book_param_stay_days(const char *value, MsStayDays *days)
{
	int			found = ms_word_value(MS_VOCABULARY_STAY_DAYS, value);

	if (found < 0)
		return false;
	*days = (MsStayDays) found;
	return true;
}
