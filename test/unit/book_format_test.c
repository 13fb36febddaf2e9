/*
 * book_format_test.c
 *	  Everything that an entry can say comes back from a book as it was
 *	  given; what says nothing or lies outside its words is refused.
 */
#include "unit.h"

#include "book_fixture.h"

static uint8_t *bytes;
static size_t size;
static MsBook book;
static MsArena arena;

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
same_set(const MsBookRanges *a, const MsBookRanges *b)
{
	return a->n == b->n && same_text(a->text, b->text) &&
		(a->n == 0 ||
		 memcmp(a->ranges, b->ranges, a->n * sizeof(MsBookRange)) == 0);
}

static bool
same_expr(const MsBookExpr *a, const MsBookExpr *b)
{
	return a->size == b->size && same_text(a->text, b->text) &&
		(a->code == NULL) == (b->code == NULL) &&
		(a->size == 0 || memcmp(a->code, b->code, a->size) == 0);
}

/* Field by field; what the structure gains must be added here. */
static bool
same_entry(const MsBookEntry *a, const MsBookEntry *b)
{
	return same_text(a->code, b->code) &&
		same_text(a->item_name, b->item_name) &&
		same_text(a->result_type, b->result_type) &&
		a->check == b->check && a->scope == b->scope &&
		a->count_key == b->count_key && a->sex == b->sex &&
		a->age_unit == b->age_unit && a->level_min == b->level_min &&
		a->first_only == b->first_only &&
		a->alt_level_min == b->alt_level_min &&
		a->age_from == b->age_from && a->age_below == b->age_below &&
		a->insurance == b->insurance && a->settings == b->settings &&
		same_text(a->alt_medins_type, b->alt_medins_type) &&
		a->window_days == b->window_days && a->limit == b->limit &&
		same_text(a->unit, b->unit) && a->valid_from == b->valid_from &&
		a->valid_to == b->valid_to && same_text(a->region, b->region) &&
		a->region_by == b->region_by && same_text(a->basis, b->basis) &&
		same_text(a->basis_no, b->basis_no) && a->levels == b->levels &&
		same_expr(&a->access, &b->access) &&
		a->limit_basis == b->limit_basis &&
		a->dx_main_only == b->dx_main_only &&
		a->dx_relation == b->dx_relation && a->grade_min == b->grade_min &&
		a->sub_first == b->sub_first && a->at_least == b->at_least &&
		a->before_days == b->before_days &&
		same_text(a->departments, b->departments) &&
		same_text(a->medins_types, b->medins_types) &&
		same_text(a->programmes, b->programmes) &&
		same_set(&a->dx_required, &b->dx_required) &&
		same_set(&a->dx_forbidden, &b->dx_forbidden) &&
		same_set(&a->oprn_required, &b->oprn_required) &&
		memcmp(a->rates, b->rates, sizeof(a->rates)) == 0 &&
		same_expr(&a->condition, &b->condition) &&
		same_expr(&a->limit_case, &b->limit_case);
}

static void
test_round_trip(void)
{
	bool		met[MS_CHECK_AFTER_DEATH + 1] = {false};
	uint32_t	globals = 0;

	CHECK_INT(book.n_entries, bx_content.n_entries);
	for (uint32_t i = 0; i < book.n_entries; i++)
	{
		MsBookEntry e;
		MsBookRule	rule;
		uint32_t	from;

		ms_book_entry(&book, i, &e);
		ms_book_rule(&book, e.rule, &rule);
		from = (uint32_t) atoi(e.code + 1);
		CHECK_MSG(same_entry(&e, &bx_entries[from]), "entry %s", e.code);
		CHECK_STR(rule.code, bx_entries[from].rule_code);
		CHECK_INT(ms_book_check(&book, i), e.check);
		met[e.check] = true;
		if (globals < book.n_globals && ms_book_global(&book, globals) == i)
		{
			CHECK((ms_book_roles_of(&e) & 1u << MS_ROLE_MAIN) == 0);
			globals++;
		}
		else
			CHECK((ms_book_roles_of(&e) & 1u << MS_ROLE_MAIN) != 0 ||
				  e.limit_basis == MS_LIMIT_CASE);
	}
	CHECK_INT(globals, book.n_globals);
	CHECK(globals > 0);
	for (int check = MS_CHECK_SEX; check <= MS_CHECK_AFTER_DEATH; check++)
		CHECK_MSG(met[check], "check %d", check);
}

static void
test_exceptions(void)
{
	MsBookException e;

	CHECK_INT(book.n_exceptions, 3);
	ms_book_exception(&book, 0, &e);
	CHECK_STR(e.code, "X1");
	CHECK_STR(e.name_en, "one day");
	CHECK(e.name_zh == NULL && e.rule_codes == NULL);
	CHECK(same_expr(&e.condition, &bx_exceptions[1].condition));
	ms_book_exception(&book, 1, &e);
	CHECK_STR(e.code, "X2");
	CHECK(same_expr(&e.condition, &bx_exceptions[0].condition));
	for (uint32_t r = 0; r < book.n_rules; r++)
	{
		MsBookRule	rule;
		bool		both;

		ms_book_rule(&book, r, &rule);
		both = strcmp(rule.code, "B06") == 0 || strcmp(rule.code, "B12") == 0;
		CHECK_INT(ms_book_rule_exceptions(&book, r), both ? 2 : 1);
		CHECK_INT(ms_book_rule_exception(&book, r, 0), both ? 0 : 1);
		if (both)
			CHECK_INT(ms_book_rule_exception(&book, r, 1), 1);
	}
}

static void
test_params(void)
{
	CHECK_INT(book.course_gap_days, 14);
	CHECK_INT(book.insurance_year_start, 401);
	CHECK_INT(book.split_stay_gap_days, 7);
	CHECK_INT(book.test_before_admission_days, 3);
	CHECK_INT(book.stay_days, MS_STAY_IN_NOT_OUT);
	CHECK_STR(ms_book_param(&book, "words_of_others"), "kept");
	CHECK_INT(ms_book_map(&book, MS_MAP_DUTY, ms_str("01")), 3);
	CHECK_INT(ms_book_map(&book, MS_MAP_DUTY, ms_str("0")), -1);
}

static void
test_ranges(void)
{
	MsBookRanges some = {bx_some, 2, "some"};
	MsBookRanges tail = {bx_tail, 1, "tail"};
	MsBookRanges none = {NULL, 0, NULL};

	CHECK(!ms_book_in_ranges(&some, 0xFFF));
	CHECK(ms_book_in_ranges(&some, 0x1000));
	CHECK(ms_book_in_ranges(&some, 0x1FFF));
	CHECK(!ms_book_in_ranges(&some, 0x2000));
	CHECK(ms_book_in_ranges(&some, 0x3000));
	CHECK(!ms_book_in_ranges(&some, 0x3001));
	CHECK(ms_book_in_ranges(&tail, UINT64_MAX - 1));
	CHECK(!ms_book_in_ranges(&none, 0x1000));
}

/* Builds the content with one entry changed; says why it cannot. */
static const char *
refusal(const MsBookEntry *changed)
{
	MsBookContent content = bx_content;
	MsEnv		env = fx_env();
	MsArena		scratch;
	MsBookError error;
	uint8_t    *other;
	size_t		other_size;
	MsBookEntry one = *changed;

	one.code = "N000";
	one.rule_code = NULL;
	for (uint32_t i = 0; i < bx_content.n_entries; i++)
	{
		if (bx_entries[i].check == one.check)
		{
			one.code = bx_entries[i].code;
			one.rule_code = bx_entries[i].rule_code;
			content.entries = &one;
			content.n_entries = 1;
			content.n_codes = 0;
			break;
		}
	}
	if (one.rule_code == NULL)
		one.rule_code = "B06";
	content.entries = &one;
	content.n_entries = 1;
	{
		static MsBookCode codes[MS_N_ROLES];
		unsigned	roles = ms_book_roles_of(&one);

		content.codes = codes;
		content.n_codes = 0;
		for (uint8_t role = 0; role < MS_N_ROLES; role++)
		{
			if ((roles & 1u << role) == 0)
				continue;
			codes[content.n_codes].entry_code = one.code;
			codes[content.n_codes].role = role;
			codes[content.n_codes++].item = bx_codes[0].item;
		}
	}
	ms_arena_init(&scratch, &env);
	if (ms_book_build(&scratch, &content, &other, &other_size, &error))
	{
		MsBook		opened;

		CHECK_MSG(ms_book_open(other, other_size, &opened, &error), "%s",
				  error.what ? error.what : "?");
		return NULL;
	}
	return error.what;
}

#define REFUSED(expected_check, change, what) \
	do \
	{ \
		MsBookEntry e; \
		uint8_t		scope = 1; \
		while ((ms_book_scopes_of(expected_check) & 1u << scope) == 0) \
			scope++; \
		bx_fill(&e, expected_check, scope); \
		CHECK(refusal(&e) == NULL); \
		change; \
		CHECK_STR(refusal(&e), what); \
	} while (0)

static void
test_refused(void)
{
	MsBookExpr	no_text = bx_by_line;
	MsBookExpr	cut = bx_by_line;

	no_text.text = NULL;
	cut.size--;
	REFUSED(MS_CHECK_SEX, e.sex = 3, "sex is missing");
	REFUSED(MS_CHECK_SEX, e.limit = 1, "limit_value says nothing for this measure");
	REFUSED(MS_CHECK_SEX, e.window_days = 3, "window_days says nothing for this measure");
	REFUSED(MS_CHECK_SEX, e.count_key = 7, "count_key is missing");
	REFUSED(MS_CHECK_SEX, (e.region_by = 3, e.region = "51"), "region and region_by do not go together");
	REFUSED(MS_CHECK_SEX, e.levels = 16, "levels are out of range");
	REFUSED(MS_CHECK_SEX, e.check = MS_CHECK_AFTER_DEATH + 1, "what the entry limits does not belong to the rule's kind");
	REFUSED(MS_CHECK_SEX, e.check = 0, "what the entry limits does not belong to the rule's kind");
	REFUSED(MS_CHECK_SEX, e.scope = MS_SCOPE_LIFETIME + 1, "scope does not belong to what the entry limits");
	REFUSED(MS_CHECK_SEX, e.scope = MS_SCOPE_DAY, "scope does not belong to what the entry limits");
	REFUSED(MS_CHECK_AGE, e.age_unit = 4, "age_unit is missing");
	REFUSED(MS_CHECK_AGE, e.age_from = 20, "age bounds leave nothing between them");
	REFUSED(MS_CHECK_INSURANCE, e.insurance = 8, "insurance classes are missing or unknown");
	REFUSED(MS_CHECK_SETTING, e.settings = 64, "settings are missing or unknown");
	REFUSED(MS_CHECK_LEVEL, e.level_min = 4, "level_min is out of range");
	REFUSED(MS_CHECK_LEVEL, e.alt_medins_type = NULL, "alt_level_min and alt_medins_type do not go together");
	REFUSED(MS_CHECK_LEVEL, e.departments = "A", "departments says nothing for this measure");
	REFUSED(MS_CHECK_INSTITUTION_TYPE, e.medins_types = NULL, "medins_types are missing");
	REFUSED(MS_CHECK_DEPARTMENT, e.departments = NULL, "departments are missing");
	REFUSED(MS_CHECK_PRESCRIBER, e.grade_min = 0, "grade_min is missing or out of range");
	REFUSED(MS_CHECK_PRESCRIBER, e.grade_min = 4, "grade_min is missing or out of range");
	REFUSED(MS_CHECK_PROGRAMME, e.programmes = NULL, "programmes are missing");
	REFUSED(MS_CHECK_DIAGNOSIS, e.dx_required.n = e.dx_forbidden.n = e.oprn_required.n = 0, "sets of diagnoses are missing");
	REFUSED(MS_CHECK_DIAGNOSIS, e.dx_main_only = 2, "dx_main_only is out of range");
	REFUSED(MS_CHECK_DIAGNOSIS, e.dx_required.text = NULL, "a set of codes has no text");
	REFUSED(MS_CHECK_DIAGNOSIS, e.dx_relation = 1, "dx_relation says nothing for this measure");
	REFUSED(MS_CHECK_CONDITION, e.condition.code = NULL, "condition is missing");
	REFUSED(MS_CHECK_CONDITION, e.condition.text = "", "an expression has no text or no code");
	REFUSED(MS_CHECK_CONDITION, e.condition = cut, "an expression's code is broken or of another type");
	REFUSED(MS_CHECK_CONDITION, e.access = bx_amount, "an expression's code is broken or of another type");
	REFUSED(MS_CHECK_CONDITION, e.access = no_text, "an expression has no text or no code");
	REFUSED(MS_CHECK_PREREQUISITE, e.before_days = 36601, "before_days is out of range");
	REFUSED(MS_CHECK_PREREQUISITE, e.before_days = -2, "before_days is out of range");
	REFUSED(MS_CHECK_PREREQUISITE, e.at_least = 1001, "at_least is out of range");
	REFUSED(MS_CHECK_PREREQUISITE, e.sub_first = 2, "sub_first is out of range");
	REFUSED(MS_CHECK_PAIR, e.at_least = 2, "at_least says nothing for this measure");
	REFUSED(MS_CHECK_PARTS, e.at_least = 1, "at_least is out of range");
	REFUSED(MS_CHECK_OVERLAP, e.at_least = 1, "at_least is out of range");
	REFUSED(MS_CHECK_DISCOUNT, e.rates[0] = 0, "rates are missing");
	REFUSED(MS_CHECK_DISCOUNT, e.rates[0] = 1000001, "rates are out of range");
	REFUSED(MS_CHECK_DISCOUNT, e.rates[3] = 500000, "rates are out of range");
	REFUSED(MS_CHECK_QUANTITY, e.rates[0] = 5, "rates says nothing for this measure");
	REFUSED(MS_CHECK_QUANTITY, e.limit = -1, "limit_value is missing or out of range");
	REFUSED(MS_CHECK_QUANTITY, e.limit = INT64_MAX, "limit_value is missing or out of range");
	REFUSED(MS_CHECK_QUANTITY, e.limit_basis = 5, "limit_basis is unknown");
	REFUSED(MS_CHECK_QUANTITY, e.limit_basis = MS_LIMIT_CASE, "limit_basis and limit_case do not go together");
	REFUSED(MS_CHECK_QUANTITY, e.limit_case = bx_amount, "limit_basis and limit_case do not go together");
	REFUSED(MS_CHECK_QUANTITY, e.window_days = 7, "scope and window_days do not go together");
	REFUSED(MS_CHECK_QUANTITY, e.scope = MS_SCOPE_ROLLING, "window_days is out of range");
	REFUSED(MS_CHECK_QUANTITY, e.sex = 1, "sex says nothing for this measure");
	REFUSED(MS_CHECK_SPAN_DAYS, e.limit_basis = MS_LIMIT_STAY_DAYS, "limit_basis or limit_case says nothing for this measure");
	REFUSED(MS_CHECK_READMISSION, e.dx_relation = 5, "dx_relation is unknown");
	REFUSED(MS_CHECK_VISITS, e.settings = 64, "settings are missing or unknown");
	REFUSED(MS_CHECK_NEVER, (e.valid_from = 2, e.valid_to = 1), "valid_from lies after valid_to");
}

/* What a rule, a code, a parameter or an exception alone gets wrong. */
static void
test_refused_content(void)
{
	MsBookContent content = bx_content;
	MsBookException exceptions[2] = {bx_exceptions[0], bx_exceptions[0]};
	MsBookParam param = {"insurance_year_start", "02-29"};
	MsBookCode	codes[BX_MAX_CODES];
	MsBookMap	map = {MS_MAP_DUTY, "9", 4};
	MsEnv		env = fx_env();
	MsArena		scratch;
	MsBookError error;
	uint8_t    *other;
	size_t		other_size;

#define WRONG(text) \
	do \
	{ \
		CHECK(!ms_book_build(&scratch, &content, &other, &other_size, &error)); \
		CHECK_STR(error.what, text); \
		content = bx_content; \
	} while (0)

	ms_arena_init(&scratch, &env);
	content.exceptions = exceptions;
	content.n_exceptions = 2;
	WRONG("the exception occurs twice");
	exceptions[1].condition.code = NULL;
	content.exceptions = exceptions;
	content.n_exceptions = 2;
	WRONG("an exception has no condition");
	content.params = &param;
	content.n_params = 1;
	WRONG("the parameter has an unknown value");
	content.n_params = 1;
	WRONG("an insurance year needs insurance_year_start");
	param.name = "course_gap_days";
	param.value = "36601";
	content.params = &param;
	content.n_params = 1;
	WRONG("the parameter has an unknown value");
	content.maps = &map;
	content.n_maps = 1;
	WRONG("a map row has no key or an unknown value");
	memcpy(codes, bx_codes, sizeof(codes));
	codes[0].role = MS_ROLE_PER;
	content.codes = codes;
	WRONG("the entry needs main codes");
	codes[0] = bx_codes[0];
	codes[content.n_codes] = codes[0];
	codes[content.n_codes].role = MS_ROLE_PER;
	content.codes = codes;
	content.n_codes++;
	WRONG("per codes say nothing for this measure");
	codes[0].role = MS_N_ROLES;
	content.codes = codes;
	WRONG("a code's role is unknown");
#undef WRONG
}

/* No enum of an entry is accepted outside its words, by whomever written. */
static void
test_foreign_words(void)
{
	uint8_t    *copy = malloc(size);
	size_t		terms = (size_t) (book.terms - bytes);
	MsBook		opened;
	MsBookError error;

	for (int at = TERMS_CHECK; at < TERMS_WIDTH; at++)
	{
		memcpy(copy, bytes, size);
		copy[terms + (size_t) at] = 200;
		CHECK_MSG(!ms_book_open(copy, size, &opened, &error), "byte %d", at);
	}
	free(copy);
}

/* Any single damaged byte: refused, or read without harm. */
static void
test_damage(void)
{
	static const uint8_t values[] = {0, 1, 127, 128, 255};
	uint8_t    *copy = malloc(size);
	MsBook		opened;
	MsBookError error;
	uint64_t	sum = 0;
	long		refused = 0;

	for (size_t at = 0; at < size; at++)
	{
		for (size_t v = 0; v < sizeof(values); v++)
		{
			memcpy(copy, bytes, size);
			if (copy[at] == values[v])
				continue;
			copy[at] = values[v];
			if (!ms_book_open(copy, size, &opened, &error))
			{
				refused++;
				continue;
			}
			for (uint32_t i = 0; i < opened.n_entries; i++)
			{
				MsBookEntry e;

				ms_book_entry(&opened, i, &e);
				sum += strlen(e.code) + e.condition.size +
					(e.condition.code ? e.condition.code[e.condition.size - 1] : 0) +
					ms_book_in_ranges(&e.dx_required, 0x1234);
			}
		}
	}
	CHECK(sum > 0);
	CHECK_MSG(refused > (long) size, "%ld of %zu", refused, size);
	free(copy);
}

/* A book of format 1 is told apart from what is no book. */
static void
test_other_format(void)
{
	uint8_t		old[MS_BOOK_HEADER_SIZE] = {0};
	MsBook		opened;
	MsBookError error;

	memcpy(old, bytes, sizeof(old));
	put_u32(old + HEAD_FORMAT, 1);
	CHECK_INT(ms_book_format(old, sizeof(old)), 1);
	CHECK_INT(ms_book_format(bytes, size), MS_BOOK_FORMAT);
	CHECK(!ms_book_open(old, sizeof(old), &opened, &error));
	CHECK_STR(error.what, "its format version is another one");
	old[0] = 'X';
	CHECK_INT(ms_book_format(old, sizeof(old)), 0);
	CHECK_INT(ms_book_format(bytes, MS_BOOK_HEADER_SIZE - 1), 0);
}

int
main(void)
{
	MsEnv		env = fx_env();
	MsBookError error;

	ms_arena_init(&arena, &env);
	CHECK_MSG(ms_book_build(&arena, bx_start(), &bytes, &size, &error),
			  "%s of %s", error.what, error.object);
	CHECK_MSG(ms_book_open(bytes, size, &book, &error), "%s at %llu",
			  error.what, (unsigned long long) error.where);
	test_round_trip();
	test_exceptions();
	test_params();
	test_ranges();
	test_refused();
	test_refused_content();
	test_foreign_words();
	test_damage();
	test_other_format();
	fx_free();
	return unit_done();
}
