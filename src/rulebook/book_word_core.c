/*-------------------------------------------------------------------------
 *
 * book_word_core.c
 *	  The vocabulary of rulebooks: words, maps and parameters.
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
	{"pharmacy", MS_SETTING_PHARMACY}, {"internet", MS_SETTING_INTERNET}
};
static const Word insurance_words[] = {
	{"basic", MS_INSURANCE_BASIC}, {"work_injury", MS_INSURANCE_WORK_INJURY},
	{"maternity", MS_INSURANCE_MATERNITY}
};
static const Word map_words[] = {
	{"level", MS_MAP_LEVEL}, {"setting", MS_MAP_SETTING},
	{"insurance", MS_MAP_INSURANCE}, {"clr_way", MS_MAP_CLR_WAY},
	{"duty", MS_MAP_DUTY}
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
			   "pharmacy, internet"),
	VOCABULARY(insurance_words, "basic, work_injury, maternity"),
	VOCABULARY(map_words, "level, setting, insurance, clr_way, "
			   "duty"),
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

bool
ms_book_map_fits(uint8_t map, int32_t value)
{
	switch (map)
	{
		case MS_MAP_LEVEL:
			return value >= 0 && value <= 3;
		case MS_MAP_SETTING:
			return ms_word(MS_VOCABULARY_SETTING, value) != NULL;
		case MS_MAP_INSURANCE:
			return ms_word(MS_VOCABULARY_INSURANCE, value) != NULL;
		case MS_MAP_CLR_WAY:
			return value == 0 || value == 1;
		case MS_MAP_DUTY:
			return value >= 1 && value <= 3;
		default:
			return false;
	}
}

/* ---- parameters ---- */

static bool
parse_digits(const char *value, size_t n, int32_t max, int32_t *number)
{
	int32_t		sum = 0;

	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++)
	{
		if (value[i] < '0' || value[i] > '9')
			return false;
		sum = sum * 10 + (value[i] - '0');
		if (sum > max)
			return false;
	}
	*number = sum;
	return true;
}

static bool
parse_days(const char *value, int32_t *days)
{
	return parse_digits(value, strlen(value), 36600, days);
}

/* MM-DD as month * 100 + day; a day that every year has */
static bool
parse_year_start(const char *value, int32_t *start)
{
	static const int days_of[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int32_t		month;
	int32_t		day;

	if (strlen(value) != 5 || value[2] != '-' ||
		!parse_digits(value, 2, 12, &month) ||
		!parse_digits(value + 3, 2, 31, &day) ||
		month < 1 || day < 1 || day > days_of[month - 1])
		return false;
	*start = month * 100 + day;
	return true;
}

void
ms_book_no_params(MsBook *book)
{
	book->course_gap_days = -1;
	book->insurance_year_start = -1;
	book->test_before_admission_days = -1;
	book->split_stay_gap_days = -1;
	book->stay_days = MS_STAY_UNSET;
}

bool
ms_book_take_param(MsBook *book, const char *name, const char *value,
				   const char **allowed)
{
	*allowed = "0 to 36600 days";
	if (strcmp(name, "course_gap_days") == 0)
		return parse_days(value, &book->course_gap_days);
	if (strcmp(name, "test_before_admission_days") == 0)
		return parse_days(value, &book->test_before_admission_days);
	if (strcmp(name, "split_stay_gap_days") == 0)
		return parse_days(value, &book->split_stay_gap_days);
	*allowed = "a day that every year has, as MM-DD";
	if (strcmp(name, "insurance_year_start") == 0)
		return parse_year_start(value, &book->insurance_year_start);
	*allowed = ms_word_list(MS_VOCABULARY_STAY_DAYS);
	if (strcmp(name, "stay_days") == 0)
	{
		int			found = ms_word_value(MS_VOCABULARY_STAY_DAYS, value);

		if (found < 0)
			return false;
		book->stay_days = (MsStayDays) found;
	}
	*allowed = NULL;
	return true;
}

unsigned
ms_book_has(const MsBook *book)
{
	return (book->course_gap_days >= 0 ? MS_HAS_COURSE_GAP : 0) |
		(book->insurance_year_start >= 0 ? MS_HAS_INSURANCE_YEAR : 0);
}
