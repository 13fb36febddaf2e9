/*
 * book_conflict_test.c
 *	  Entries that contradict or repeat each other, and near misses.
 */
#include "kind_fixture.h"

#include "rulebook/book_conflict_core.h"

#define ITEM	"001102000050000"
#define NODE	"0011020000"
#define OTHER	"001201000040000"
#define THIRD	"003314000020000"

#define LINE_RULE .scope = MS_SCOPE_LINE,.count_key = MS_KEY_PERSON, FX_OPEN, FX_NO_AGE
#define DAY_RULE .scope = MS_SCOPE_DAY, FX_INST, FX_OPEN, FX_NO_AGE
#define AGE(from, below) .check = MS_CHECK_AGE,.age_unit = MS_AGE_YEAR,.age_from = from,.age_below = below,.scope = MS_SCOPE_LINE,.count_key = MS_KEY_PERSON, FX_OPEN
#define CAP(n) .check = MS_CHECK_QUANTITY,.limit = (n) * MS_QTY_ONE
#define CARE(code) .region = code,.region_by = MS_REGION_CARE
#define R(c, k) {.code = c,.kind = k,.fund_scope = MS_FUND_ANY}

static const char *const kinds[] = {NULL, "opposite", "limits", "reversed", "overlap", "idle", "override"};

static char told[2048];
static bool opposites_only;

static void
tell(void *ctx, const MsConflict *c)
{
	const MsBook *book = ctx;
	MsBookEntry x;
	MsBookEntry y;
	char		line[256];

	ms_book_entry(book, c->entry, &x);
	ms_book_entry(book, c->other, &y);
	snprintf(line, sizeof(line), "%s%s %s%s %s", told[0] ? "; " : "", x.code,
			 kinds[c->kind], c->outranks ? " larger" : "", y.code);
	strncat(told, line, sizeof(told) - strlen(told) - 1);
}

static const char *
conflicts(const MsBookRule *rules, uint32_t n_rules, const MsBookEntry *entries,
		  uint32_t n_entries, const KxCode *codes, uint32_t n_codes)
{
	static const MsBookMap maps[] = {{MS_MAP_SETTING, "2", MS_SETTING_INPATIENT}};
	MsEnv		env = fx_env();
	MsArena		arena;

	told[0] = '\0';
	if (!kx_open(rules, n_rules, entries, n_entries, codes, n_codes, maps, 1))
		return "no book";
	ms_arena_init(&arena, &env);
	if (setjmp(fx_failed) != 0)
		return "failed";
	ms_book_conflicts(&arena, &kx_book, opposites_only, tell, &kx_book);
	fx_free();
	return told;
}

#define TOLD(want) \
	CHECK_STR(conflicts(rules, KX_LENGTH(rules), entries, KX_LENGTH(entries), \
						codes, KX_LENGTH(codes)), want)

static void
test_opposites(void)
{
	static const MsBookRule rules[] = {R("A", 1), R("B", 1)};
	static const KxCode codes[] = {
		{"1", ITEM, "main"}, {"2", NODE, "main"}, {"3", ITEM, "main"}, {"4", OTHER, "main"},
		{"5", ITEM, "main"}, {"6", ITEM, "main"}
	};
	static const MsBookEntry entries[] = {
		{.code = "1",.rule_code = "A",.check = MS_CHECK_SEX,.sex = MS_SEX_MALE, LINE_RULE},
		{.code = "2",.rule_code = "A",.check = MS_CHECK_SEX,.sex = MS_SEX_FEMALE, LINE_RULE},
		/* another rule, another item, another time, another place */
		{.code = "3",.rule_code = "B",.check = MS_CHECK_SEX,.sex = MS_SEX_FEMALE,.scope = MS_SCOPE_LINE,.count_key = MS_KEY_PERSON,.valid_from = MS_DATE_FROM_OPEN,.valid_to = 9000, FX_NO_AGE, CARE("510000")},
		{.code = "4",.rule_code = "A",.check = MS_CHECK_SEX,.sex = MS_SEX_FEMALE, LINE_RULE},
		{.code = "5",.rule_code = "B",.check = MS_CHECK_SEX,.sex = MS_SEX_MALE,.scope = MS_SCOPE_LINE,.count_key = MS_KEY_PERSON,.valid_from = 9001,.valid_to = MS_DATE_TO_OPEN, FX_NO_AGE, CARE("510000")},
		{.code = "6",.rule_code = "B",.check = MS_CHECK_SEX,.sex = MS_SEX_MALE, CARE("320000"), LINE_RULE}
	};

	TOLD("1 opposite 2");
}

static void
test_ages(void)
{
	static const MsBookRule rules[] = {R("A", 1)};
	static const KxCode codes[] = {{"1", ITEM, "main"}, {"2", ITEM, "main"}, {"3", ITEM, "main"}, {"4", ITEM, "main"}};
	static const MsBookEntry entries[] = {
		{.code = "1",.rule_code = "A", AGE(-1, 14)},
		{.code = "2",.rule_code = "A", AGE(14, -1)},
		{.code = "3",.rule_code = "A", AGE(-1, 18)},
		{.code = "4",.rule_code = "A",.check = MS_CHECK_AGE,.age_unit = MS_AGE_MONTH,.age_from = -1,.age_below = 6,.scope = MS_SCOPE_LINE,.count_key = MS_KEY_PERSON, FX_OPEN}
	};

	TOLD("1 opposite 2; 3 idle 1; 2 limits 3");
	opposites_only = true;
	TOLD("1 opposite 2");
	opposites_only = false;
}

/* A limit over fewer codes is another limit, unless it is no smaller. */
static void
test_caps(void)
{
	static const MsBookRule rules[] = {R("A", 6), R("B", 6), R("C", 6)};
	static const KxCode codes[] = {
		{"1", ITEM, "main"}, {"1", OTHER, "main"}, {"2", ITEM, "main"}, {"3", ITEM, "main"},
		{"4", ITEM, "main"}, {"4", OTHER, "main"}, {"5", ITEM, "main"}, {"5", OTHER, "main"},
		{"6", ITEM, "main"}, {"7", ITEM, "main"}, {"8", OTHER, "main"}, {"8", THIRD, "main"}, {"9", ITEM, "main"}
	};
	static const MsBookEntry entries[] = {
		{.code = "1",.rule_code = "A", CAP(3), DAY_RULE},
		{.code = "2",.rule_code = "A", CAP(2), DAY_RULE},
		{.code = "3",.rule_code = "A", CAP(3), DAY_RULE},
		{.code = "4",.rule_code = "B", CAP(3), DAY_RULE},
		{.code = "5",.rule_code = "B", CAP(4), DAY_RULE},
		{.code = "6",.rule_code = "C", CAP(4), DAY_RULE},
		{.code = "7",.rule_code = "C", CAP(4),.count_key = MS_KEY_PERSON,.scope = MS_SCOPE_DAY, FX_OPEN, FX_NO_AGE},
		{.code = "8",.rule_code = "B", CAP(1), DAY_RULE},
		{.code = "9",.rule_code = "C", CAP(1),.scope = MS_SCOPE_VISIT, FX_INST, FX_OPEN, FX_NO_AGE}
	};

	TOLD("3 idle 1; 3 idle 2; 5 idle 4");
}

static void
test_prices(void)
{
	static const MsBookRule rules[] = {R("A", 8)};
	static const KxCode codes[] = {
		{"1", ITEM, "main"}, {"2", ITEM, "main"}, {"2", OTHER, "main"}, {"3", ITEM, "main"}, {"4", OTHER, "main"}, {"4", THIRD, "main"}
	};
	static const MsBookEntry entries[] = {
		{.code = "1",.rule_code = "A",.check = MS_CHECK_PRICE,.limit = 10, LINE_RULE,.levels = 1 << 3},
		/* of one level and of all, of which the first has its say */
		{.code = "2",.rule_code = "A",.check = MS_CHECK_PRICE,.limit = 20, LINE_RULE},
		{.code = "3",.rule_code = "A",.check = MS_CHECK_PRICE,.limit = 10, LINE_RULE,.levels = 1 << 2},
		{.code = "4",.rule_code = "A",.check = MS_CHECK_PRICE,.limit = 20, LINE_RULE}
	};

	TOLD("2 overlap 4");
}

static void
test_regions(void)
{
	static const MsBookRule rules[] = {R("A", 6), R("B", 1)};
	static const KxCode codes[] = {
		{"1", ITEM, "main"}, {"2", ITEM, "main"}, {"3", ITEM, "main"}, {"4", ITEM, "main"}, {"5", ITEM, "main"}, {"6", ITEM, "main"}, {"7", ITEM, "main"}
	};
	static const MsBookEntry entries[] = {
		{.code = "1",.rule_code = "A", CAP(1), DAY_RULE},
		{.code = "2",.rule_code = "A", CAP(2), CARE("510000"), DAY_RULE},
		{.code = "3",.rule_code = "A", CAP(1), CARE("510100"), DAY_RULE},
		{.code = "4",.rule_code = "A", CAP(3), CARE("510000"), DAY_RULE},
		{.code = "5",.rule_code = "B",.check = MS_CHECK_SEX,.sex = MS_SEX_FEMALE, LINE_RULE},
		{.code = "6",.rule_code = "B",.check = MS_CHECK_SEX,.sex = MS_SEX_MALE, CARE("510000"), LINE_RULE},
		{.code = "7",.rule_code = "B",.check = MS_CHECK_SEX,.sex = MS_SEX_FEMALE,.region = "510000",.region_by = MS_REGION_INSURED, LINE_RULE}
	};

	TOLD("2 override larger 1; 3 idle larger 1; 4 override larger 1; 3 override larger 2; 4 idle 2; "
		 "3 override larger 4; 6 opposite larger 5; 7 idle larger 5");
}

static void
test_pairs(void)
{
	static const MsBookRule rules[] = {R("A", 5)};
	static const KxCode codes[] = {
		{"1", ITEM, "main"}, {"1", OTHER, "sub"}, {"2", OTHER, "main"}, {"2", ITEM, "sub"},
		{"3", THIRD, "main"}, {"3", OTHER, "sub"}, {"4", ITEM, "main"}, {"4", "00120100004", "sub"},
		{"5", OTHER, "main"}, {"5", ITEM, "sub"}
	};
	static const MsBookEntry entries[] = {
		{.code = "1",.rule_code = "A",.check = MS_CHECK_PAIR, DAY_RULE},
		{.code = "2",.rule_code = "A",.check = MS_CHECK_PAIR, DAY_RULE},
		{.code = "3",.rule_code = "A",.check = MS_CHECK_PAIR, DAY_RULE},
		{.code = "4",.rule_code = "A",.check = MS_CHECK_PAIR, DAY_RULE},
		{.code = "5",.rule_code = "A",.check = MS_CHECK_PAIR,.scope = MS_SCOPE_VISIT, FX_INST, FX_OPEN, FX_NO_AGE}
	};

	TOLD("1 idle 4; 1 reversed 2");
}

/* Many entries of one code are held against their neighbours only. */
static void
test_many(void)
{
	static const MsBookRule rules[] = {R("A", 8)};
	static MsBookEntry entries[KX_MAX * 8];
	static char names[KX_MAX * 8][8];
	static MsBookCode codes[KX_MAX * 8];
	uint32_t	n = KX_MAX * 8;
	MsBookContent content = {
		.rules = rules,.n_rules = 1,.entries = entries,.n_entries = n,
		.codes = codes,.n_codes = n
	};
	MsEnv		env = fx_env();
	MsArena		arena;
	MsBookError error;
	uint8_t    *bytes;
	size_t		size;
	int			told_in_all = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		MsBookEntry e = {.rule_code = "A",.check = MS_CHECK_PRICE,.limit = 1000 + i, LINE_RULE};

		snprintf(names[i], sizeof(names[i]), "%04u", i);
		e.code = names[i];
		entries[i] = e;
		codes[i].entry_code = names[i];
		CHECK(ms_code_fee_item_parse(ITEM, strlen(ITEM), &codes[i].item, NULL));
	}
	ms_arena_init(&arena, &env);
	CHECK(ms_book_build(&arena, &content, &bytes, &size, &error) &&
		  ms_book_open(bytes, size, &kx_book, &error));
	told[0] = '\0';
	ms_book_conflicts(&arena, &kx_book, false, tell, &kx_book);
	for (const char *p = told; (p = strstr(p, "idle")) != NULL; p++)
		told_in_all++;
	/* every dearer price is idle beside the one before it; the buffer ends */
	CHECK(strncmp(told, "0001 idle 0000; ", 16) == 0);
	CHECK(told_in_all > 50);
	fx_free();
}

int
main(void)
{
	test_opposites();
	test_ages();
	test_caps();
	test_prices();
	test_regions();
	test_pairs();
	test_many();
	return unit_done();
}
