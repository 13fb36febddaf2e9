/*
 * book_core_test.c
 *	  Compiled books: the same bytes whatever the order of the content, every
 *	  code found, every damage seen.
 */
#include "unit.h"

#include "audit_fixture.h"

static uint8_t *bytes;
static size_t size;
static MsBook book;

typedef struct Found
{
	uint32_t	entries[16];
	bool		subs[16];
	int			n;
} Found;

static void
collect(void *ctx, uint32_t entry, MsRole role)
{
	Found	   *f = ctx;

	if (f->n < 16)
	{
		f->entries[f->n] = entry;
		f->subs[f->n] = role == MS_ROLE_SUB;
	}
	f->n++;
}

static Found
find(const char *code)
{
	Found		f = {.n = 0};
	MsFeeItem	item;

	CHECK(ms_code_fee_item_parse(code, strlen(code), &item, NULL));
	ms_book_find(&book, &item, collect, &f);
	return f;
}

static const char *
entry_code(uint32_t i)
{
	MsBookEntry e;

	ms_book_entry(&book, i, &e);
	return e.code;
}

static void
test_find(void)
{
	Found		f = find(FX_MALE_DRUG);

	CHECK_INT(f.n, 1);
	CHECK_STR(entry_code(f.entries[0]), "E00");

	/* by its node and by itself; another code of the node once */
	f = find(FX_LEVEL_DRUG);
	CHECK_INT(f.n, 2);
	CHECK_STR(entry_code(f.entries[0]), "E03");
	f = find("ZA09HAC0101010102128");
	CHECK_INT(f.n, 1);
	f = find("ZA08HAC0101010102129");
	CHECK_INT(f.n, 0);

	/* a node is not within its own codes */
	f = find("ZA0");
	CHECK_INT(f.n, 0);

	/* both a capped item and the sub item of a pair */
	f = find(FX_HOUR_SUB);
	CHECK_INT(f.n, 2);
	CHECK_STR(entry_code(f.entries[0]), "E05h");
	CHECK(f.subs[0]);
	CHECK_STR(entry_code(f.entries[1]), "E06h");
	CHECK(!f.subs[1]);
}

static void
test_read(void)
{
	MsBookRule	rule;
	MsBookEntry e;

	CHECK_INT(book.n_rules, FX_N_RULES);
	CHECK_INT(book.n_entries, sizeof(fx_entries) / sizeof(fx_entries[0]));
	ms_book_rule(&book, 5, &rule);
	CHECK_STR(rule.code, "R05");
	CHECK_STR(rule.result_type, "x");
	CHECK(rule.name_zh == NULL);
	CHECK_INT(rule.kind, 5);
	CHECK_INT(rule.n_entries, 4);
	ms_book_entry(&book, rule.first_entry, &e);
	CHECK_STR(e.code, "E056");	/* in C order */
	CHECK_INT(e.rule, 5);
	CHECK_INT(e.valid_from, MS_DATE_FROM_OPEN);
	CHECK_STR(ms_book_param(&book, "stay_days"), "both");
	CHECK(ms_book_param(&book, "nothing") == NULL);
	CHECK_INT(book.course_gap_days, 14);
	CHECK_INT(book.stay_days, MS_STAY_BOTH);
}

static void
test_maps(void)
{
	CHECK_INT(ms_book_map(&book, MS_MAP_LEVEL, ms_str("02")), 3);
	CHECK_INT(ms_book_map(&book, MS_MAP_LEVEL, ms_str("2")), 3);
	CHECK_INT(ms_book_map(&book, MS_MAP_LEVEL, ms_str(" 05\t")), 2);
	CHECK_INT(ms_book_map(&book, MS_MAP_LEVEL, ms_str("021")), -1);
	CHECK_INT(ms_book_map(&book, MS_MAP_LEVEL, ms_str("")), -1);
	CHECK_INT(ms_book_map(&book, MS_MAP_LEVEL, ms_str(NULL)), -1);
	CHECK_INT(ms_book_map(&book, MS_MAP_SETTING, ms_str("1301")), MS_SETTING_EMERGENCY);
	CHECK_INT(ms_book_map(&book, MS_MAP_SETTING, ms_str("12")), MS_SETTING_OUTPATIENT);
	CHECK_INT(ms_book_map(&book, MS_MAP_SETTING, ms_str("9")), -1);
	CHECK_INT(ms_book_map(&book, MS_MAP_INSURANCE, ms_str("31")), -1);
}

/* The content in reverse gives the same bytes. */
static void
test_order(void)
{
	enum
	{
		N_ENTRIES = sizeof(fx_entries) / sizeof(fx_entries[0]),
		N_MAPS = sizeof(fx_maps) / sizeof(fx_maps[0])
	};
	MsBookRule	rules[FX_N_RULES];
	MsBookEntry entries[N_ENTRIES];
	MsBookCode	codes[FX_N_CODES + 1];
	MsBookMap	maps[N_MAPS];
	MsBookParam params[2] = {fx_params[1], fx_params[0]};
	MsBookContent content = {
		.rules = rules,.n_rules = FX_N_RULES,.entries = entries,
		.n_entries = N_ENTRIES,.codes = codes,.n_codes = FX_N_CODES + 1,
		.maps = maps,.n_maps = N_MAPS,.params = params,.n_params = 2
	};
	MsEnv		env = fx_env();
	MsArena		arena;
	MsBookError error;
	uint8_t    *again;
	size_t		again_size;

	for (int i = 0; i < FX_N_RULES; i++)
		rules[i] = fx_rules[FX_N_RULES - 1 - i];
	for (int i = 0; i < N_ENTRIES; i++)
		entries[i] = fx_entries[N_ENTRIES - 1 - i];
	for (int i = 0; i < N_MAPS; i++)
		maps[i] = fx_maps[N_MAPS - 1 - i];
	for (uint32_t i = 0; i < FX_N_CODES; i++)
	{
		const char *const *c = fx_codes[FX_N_CODES - 1 - i];

		codes[i].entry_code = c[0];
		codes[i].role = c[2] != NULL ? MS_ROLE_SUB : MS_ROLE_MAIN;
		CHECK(ms_code_fee_item_parse(c[1], strlen(c[1]), &codes[i].item, NULL));
	}
	codes[FX_N_CODES] = codes[3];	/* said twice */
	ms_arena_init(&arena, &env);
	CHECK(ms_book_build(&arena, &content, &again, &again_size, &error));
	CHECK_INT(again_size, size);
	CHECK(again_size == size && memcmp(again, bytes, size) == 0);

	/* what cannot be compiled is named */
	entries[0].rule_code = "R99";
	CHECK(!ms_book_build(&arena, &content, &again, &again_size, &error));
	CHECK_STR(error.object, entries[0].code);
	entries[0].rule_code = "R05";
	CHECK(!ms_book_build(&arena, &content, &again, &again_size, &error));
	CHECK_STR(error.what, "what the entry limits does not belong to the rule's kind");
	entries[0] = fx_entries[N_ENTRIES - 1];
	content.n_params = 1;		/* without course_gap_days */
	CHECK(!ms_book_build(&arena, &content, &again, &again_size, &error));
	CHECK_STR(error.what, "a course needs course_gap_days");
	content.n_params = 2;
	codes[0].entry_code = "E99";
	CHECK(!ms_book_build(&arena, &content, &again, &again_size, &error));
	CHECK_STR(error.object, "E99");
	codes[0].entry_code = "E00";	/* leaves E09 without a code */
	CHECK(!ms_book_build(&arena, &content, &again, &again_size, &error));
	CHECK_STR(error.what, "the entry needs main codes");
	codes[0].entry_code = "E09";
	codes[0].role = MS_ROLE_SUB;
	CHECK(!ms_book_build(&arena, &content, &again, &again_size, &error));
	CHECK_STR(error.what, "the entry needs main codes");
	codes[0].role = MS_ROLE_MAIN;
	entries[1] = entries[0];
	CHECK(!ms_book_build(&arena, &content, &again, &again_size, &error));
	CHECK_STR(error.what, "the entry occurs twice");
}

/* An empty rulebook is one too. */
static void
test_empty(void)
{
	MsBookContent content = {0};
	MsEnv		env = fx_env();
	MsArena		arena;
	MsBookError error;
	uint8_t    *empty;
	size_t		empty_size;
	MsBook		opened;
	MsFeeItem	item = {0, 0};
	Found		f = {.n = 0};

	ms_arena_init(&arena, &env);
	CHECK(ms_book_build(&arena, &content, &empty, &empty_size, &error));
	CHECK(ms_book_open(empty, empty_size, &opened, &error));
	CHECK(ms_code_fee_item_parse(FX_MALE_DRUG, strlen(FX_MALE_DRUG), &item, NULL));
	ms_book_find(&opened, &item, collect, &f);
	CHECK_INT(f.n, 0);
}

/* Opened again elsewhere, without looking at the content: the same book. */
static void
test_reopen(void)
{
	uint8_t    *copy = malloc(size);
	MsBook		opened;
	MsBook		again;
	MsBookError error;

	memcpy(copy, bytes, size);
	CHECK(ms_book_open(copy, size, &opened, &error));
	CHECK(ms_book_reopen(copy, size, &again, &error));
	CHECK(memcmp(&opened, &again, sizeof(opened)) == 0);
	CHECK(!ms_book_reopen(copy, size - 8, &again, &error));
	free(copy);
}

/*
 * Every bit flipped, every length cut: refused, or a book that differs only
 * in what the structure cannot know (texts, limits, dates), where the
 * checksum tells.
 */
static void
test_damage(void)
{
	uint8_t    *copy = malloc(size);
	MsBook		opened;
	MsBookError error;
	long		refused = 0;

	for (size_t at = 0; at < size; at++)
	{
		for (int bit = 0; bit < 8; bit++)
		{
			memcpy(copy, bytes, size);
			copy[at] ^= (uint8_t) (1 << bit);
			if (!ms_book_open(copy, size, &opened, &error))
				refused++;
			else
				CHECK_MSG(at >= MS_BOOK_CHECKSUM_AT, "byte %zu", at);
		}
	}
	CHECK_MSG(refused > (long) size * 4, "%ld of %zu", refused, size * 8);
	for (size_t cut = 0; cut < size; cut++)
	{
		memcpy(copy, bytes, size);
		if (ms_book_open(copy, cut, &opened, &error))
			CHECK_MSG(false, "cut to %zu", cut);
	}
	free(copy);
}

static void
test_decimal(void)
{
	int64_t		v;
	MsEnv		env = fx_env();
	MsArena		arena;
	MsBuf		buf;

	CHECK(ms_decimal_parse("1.23455", 4, 1000000, &v));
	CHECK_INT(v, 12346);
	CHECK(ms_decimal_parse("-1.23454999", 4, 1000000, &v));
	CHECK_INT(v, -12345);
	CHECK(ms_decimal_parse("7", 4, 1000000, &v));
	CHECK_INT(v, 70000);
	CHECK(ms_decimal_parse("0.5", 0, 1000000, &v));
	CHECK_INT(v, 1);
	CHECK(!ms_decimal_parse("101", 4, 1000000, &v));
	CHECK(!ms_decimal_parse("99999999999999999999", 0, INT64_MAX, &v));
	CHECK(!ms_decimal_parse("", 0, 10, &v));
	CHECK(!ms_decimal_parse("1e5", 0, 1000000, &v));
	ms_arena_init(&arena, &env);
	ms_buf_init(&buf, &arena);
	ms_buf_decimal(&buf, -1230000, 6, 0);
	ms_buf_puts(&buf, " ");
	ms_buf_decimal(&buf, 5, 2, 2);
	ms_buf_puts(&buf, " ");
	ms_buf_decimal(&buf, INT64_MIN, 0, 0);
	CHECK_STR(buf.s, "-1.23 0.05 -9223372036854775808");
	CHECK_INT(ms_part(5, 1, 2), 3);
	CHECK_INT(ms_part(-5, 1, 2), -3);
	CHECK_INT(ms_part(INT64_MAX, INT64_MAX, INT64_MAX), INT64_MAX);
}

int
main(void)
{
	MsEnv		env = fx_env();
	MsArena		arena;
	MsBookError error;

	ms_arena_init(&arena, &env);
	CHECK(fx_build(&arena, &bytes, &size, &error));
	CHECK_MSG(ms_book_open(bytes, size, &book, &error), "%s at %llu",
			  error.what, (unsigned long long) error.where);
	test_find();
	test_read();
	test_maps();
	test_order();
	test_empty();
	test_reopen();
	test_damage();
	test_decimal();
	fx_free();
	return unit_done();
}
