/*
 * expr_core_test.c
 *	  Expressions: what they say, where they are wrong, and that no code but
 *	  checked code is evaluated.
 */
#include <stdlib.h>

#include "unit.h"

#include "rulebook/expr_core.h"

/* ---- memory that is freed at the end ---- */

static MsArena arena;
static void *blocks[4096];
static int	n_blocks;

static void *
take(void *ctx, size_t size)
{
	void	   *p = malloc(size);

	(void) ctx;
	if (p == NULL || n_blocks == 4096)
		abort();
	blocks[n_blocks++] = p;
	return p;
}

static void
go_on(void *ctx)
{
	(void) ctx;
}

static MS_NORETURN void
give_up(void *ctx, MsFail why)
{
	(void) ctx;
	(void) why;
	abort();
}

/* ---- a record to ask ---- */

static int	asked;

static MsExprValue
answer(void *ctx, const MsExprAsk *ask)
{
	MsIcd10		code;
	MsFeeItem	item = {0, 0};

	(void) ctx;
	asked++;
	switch (ask->what)
	{
		case MS_ASK_FIELD:
			switch (ask->field)
			{
				case MS_FIELD_LINE_CNT:
					return ms_expr_number(3 * MS_EXPR_ONE);
				case MS_FIELD_LINE_PRIC:
					return ms_expr_number(2500000);
				case MS_FIELD_LINE_INSCP_AMT:
					return ms_expr_unknown(MS_EXPR_NUMBER, MS_UNREADABLE);
				case MS_FIELD_VISIT_MED_TYPE:
					return ms_expr_text(ms_str("2101"));
				case MS_FIELD_VISIT_BEGNTIME:
					return ms_expr_read_time(ms_str("2026-03-01 08:00:00"));
				case MS_FIELD_VISIT_ENDTIME:
					return ms_expr_read_time(ms_str("2026-03-05 10:30:00"));
				case MS_FIELD_PERSON_GEND:
					/* the wrong type: counts as missing */
					return ms_expr_number(1);
				default:
					return ms_expr_unknown(ask->type, MS_MISSING);
			}
		case MS_ASK_ATTRIBUTE:
			if (ms_str_is(ask->name, "nwb_bir_wt"))
				return ms_expr_text(ms_str(" 3200 "));
			if (ms_str_is(ask->name, "poscode"))
				return ms_expr_text(ms_str("61004A"));
			if (ms_str_is(ask->name, "psn_name"))
				return ms_expr_text(ms_str("\346\235\216\345\233\233"));
			return ms_expr_unknown(MS_EXPR_TEXT, MS_MISSING);
		case MS_ASK_PARAMETER:
			return ms_expr_text(ms_str(ms_str_is(ask->name, "days") ? "3" : ""));
		case MS_ASK_LOOKUP:
			if (ask->lookup == MS_LOOKUP_HAS_DIAGNOSIS)
			{
				if (!ms_code_icd10_parse("I21.000", 7, &code, NULL))
					abort();
				item.hi = code;
				return ms_expr_boolean(ms_expr_set_has(&ask->set, item));
			}
			if (ask->lookup == MS_LOOKUP_QUANTITY_ITEM)
			{
				const char *s = "003107010220000";

				if (!ms_code_fee_item_parse(s, strlen(s), &item, NULL))
					abort();
				return ms_expr_number(ms_expr_set_has(&ask->set, item) ?
									  7 * MS_EXPR_ONE : 0);
			}
			return ms_expr_unknown(ask->type, MS_MISSING);
		case MS_ASK_AMOUNT_CLASS:
			return ms_expr_number(100 * MS_EXPR_ONE);
		case MS_ASK_KNOWN:
			return ms_expr_boolean(ms_str_is(ask->value, "2101"));
	}
	return ms_expr_unknown(ask->type, MS_MISSING);
}

/* ---- what they say ---- */

static MsExprValue
value_of(const char *text, MsExprType type)
{
	uint8_t    *code;
	uint8_t    *copy;
	uint32_t	size;
	MsExprError error;
	MsExprValue value;

	if (!ms_expr_compile(&arena, text, strlen(text), type, &code, &size,
						 &error))
	{
		CHECK_MSG(false, "%s: %s at %d", text, error.what, error.position);
		return ms_expr_unknown(type, MS_UNREADABLE);
	}
	/* exactly so many bytes, so that reading past the end is noticed */
	copy = malloc(size);
	memcpy(copy, code, size);
	CHECK_MSG(ms_expr_check(copy, size, type, NULL), "%s: not valid", text);
	value = ms_expr_eval(copy, size, answer, NULL);
	CHECK_MSG(value.type == type, "%s: type %d", text, value.type);
	if (value.type == MS_EXPR_TEXT && value.state == MS_READABLE)
		value.text.s = ms_arena_copy(&arena, value.text.s, value.text.len);
	free(copy);
	return value;
}

/* 't', 'f' or '?' */
static char
truth(const char *text)
{
	MsExprValue value = value_of(text, MS_EXPR_BOOLEAN);

	return value.state != MS_READABLE ? '?' : value.v ? 't' : 'f';
}

static void
test_truth(void)
{
	static const struct
	{
		char		want;
		const char *text;
	}			rows[] =
	{
		/* comparisons */
		{'t', "line.cnt = 3"},
		{'f', "line.cnt <> 3"},
		{'f', "line.cnt != 3.000000"},
		{'t', "LINE.CNT > 2.999999"},
		{'f', "line.cnt < 3"},
		{'t', "line.cnt <= 3 AND line.cnt >= 3"},
		{'t', "visit.med_type < '22'"},
		{'t', "'B' < 'a'"},
		{'t', "'it''s' = 'it''s'"},
		{'f', "'it''s' = 'its'"},
		{'t', "visit.begntime < date '2026-03-02'"},
		{'f', "visit.begntime < date '2026-03-01'"},
		{'t', "visit.begntime = time '2026-03-01 08:00'"},
		/* what is not there is unknown, and only that */
		{'?', "line.sin_dos > 1"},
		{'?', "not line.sin_dos > 1"},
		{'?', "line.inscp_amt > 1"},
		{'?', "person.gend = '1'"},
		{'?', "line.sin_dos between 1 and 2"},
		{'?', "line.sin_dos in (1, 2)"},
		{'?', "visit.dise_no like 'M*'"},
		{'t', "line.sin_dos is missing"},
		{'f', "line.sin_dos is unreadable"},
		{'f', "line.inscp_amt is missing"},
		{'t', "line.inscp_amt is unreadable"},
		{'t', "line.inscp_amt is not missing"},
		{'f', "line.cnt is missing or line.cnt is unreadable"},
		{'t', "(line.sin_dos > 1) is missing"},
		{'t', "line.inscp_amt + line.sin_dos is unreadable"},
		/* three values */
		{'f', "line.sin_dos > 1 and line.cnt = 4"},
		{'?', "line.sin_dos > 1 and line.cnt = 3"},
		{'t', "line.sin_dos > 1 or line.cnt = 3"},
		{'?', "line.sin_dos > 1 or line.cnt = 4"},
		{'f', "line.cnt = 4 and line.sin_dos > 1"},
		{'t', "not (line.cnt = 4 and line.sin_dos > 1)"},
		{'t', "coalesce(line.sin_dos, 5) = 5"},
		{'t', "coalesce(line.cnt, 5) = 3"},
		{'?', "coalesce(line.inscp_amt, 5) = 5"},
		/* one known end can decide */
		{'f', "line.cnt between 4 and line.sin_dos"},
		{'?', "line.cnt between 3 and line.sin_dos"},
		{'f', "line.cnt between line.sin_dos and 2"},
		{'t', "line.cnt between 3 and 3"},
		{'t', "line.cnt not between 4 and 9"},
		/* precedence */
		{'t', "true or false and false"},
		{'f', "(true or false) and false"},
		{'t', "not false and true"},
		{'f', "not (false or true)"},
		{'t', "not not true"},
		{'t', "1 + 2 * 3 = 7"},
		{'t', "(1 + 2) * 3 = 9"},
		{'t', "2 - 3 - 4 = -5"},
		{'t', "24 / 4 / 2 = 3"},
		{'t', "--3 = 3"},
		{'t', "-line.cnt = 0 - 3"},
		{'t', "2 * -3 = -6"},
		/* lists */
		{'t', "visit.med_type in ('11', '2101')"},
		{'f', "visit.med_type in ('11', '21')"},
		{'t', "visit.med_type not in ('11')"},
		{'t', "line.cnt - 5 in (-2)"},
		{'t', "day(visit.begntime) in (date '2026-03-01')"},
		/* patterns */
		{'t', "visit.med_type like '21*'"},
		{'t', "visit.med_type like '####'"},
		{'f', "visit.med_type like '###'"},
		{'f', "list.poscode like '######'"},
		{'t', "list.poscode like '61*A'"},
		{'t', "list.psn_name like '?\?'"},
		{'f', "list.psn_name like '?'"},
		{'t', "list.psn_name like '\346\235\216*'"},
		{'t', "'a*b' like 'a\\*b'"},
		{'f', "'axb' like 'a\\*b'"},
		{'t', "'aXbXc' like '*X?'"},
		{'t', "'aab' like '*ab'"},
		{'f', "'abc' not like '*'"},
		/* conversion */
		{'t', "number(list.nwb_bir_wt) between 200 and 20000"},
		{'?', "number(list.poscode) > 1"},
		{'t', "number(list.poscode) is unreadable"},
		{'t', "number(list.nothing) is missing"},
		{'t', "time('2026-02-30') is unreadable"},
		{'t', "time('20260228') = date '2026-02-28'"},
		{'t', "number('1e3') is unreadable"},
		{'t', "number('0.1234567') is unreadable"},
		{'t', "length(list.psn_name) = 2"},
		/* times */
		{'t', "days_between(visit.begntime, visit.endtime) = 4"},
		{'t', "hours_between(visit.begntime, visit.endtime) = 98.5"},
		{'t', "minutes_between(visit.endtime, visit.begntime) = -5910"},
		{'t', "day(visit.endtime) = date '2026-03-05'"},
		{'t', "hour(visit.endtime) = 10"},
		{'t', "weekday(date '2026-03-01') = 7"},
		{'t', "weekday(date '1999-12-31') = 5"},
		{'t', "year(visit.begntime) = 2026 and month(visit.begntime) = 3"},
		{'t', "months_between(date '2026-01-31', date '2026-02-28') = 0"},
		{'t', "months_between(date '2026-01-31', date '2026-03-01') = 1"},
		{'t', "years_between(date '2026-03-01', date '2020-03-01') = -6"},
		{'t', "add_days(date '2026-02-28', 1) = date '2026-03-01'"},
		{'t', "add_hours(date '2026-02-28', 1.5) = time '2026-02-28 01:30'"},
		/* numbers are exact, and say where they end */
		{'t', "line.cnt * line.pric = 7.5"},
		{'t', "0.1 + 0.2 = 0.3"},
		{'t', "1 / 3 = 0.333333"},
		{'t', "2 / 3 = 0.666667 and -2 / 3 = -0.666667"},
		{'t', "1 / 0 is unreadable"},
		{'t', "999999999999 * 999999999999 is unreadable"},
		{'t', "round(2.345, 2) = 2.35 and round(-2.345, 2) = -2.35"},
		{'t', "round(2.5, 0) = 3"},
		{'t', "round(1, 7) is unreadable"},
		{'t', "abs(-2) = 2 and least(1, 2) = 1 and greatest(1, 2) = 2"},
		/* codes, dictionaries, parameters */
		{'t', "has_diagnosis('I20-I25')"},
		{'f', "has_diagnosis('I20-I25, !I21', 'main')"},
		{'f', "has_diagnosis('!I21')"},
		{'t', "has_diagnosis('!I22')"},
		{'t', "quantity_item('0031070102*', 'stay') = 7"},
		{'f', "quantity_item('0031070103') = 7"},
		{'?', "has_operation('36.0')"},
		{'t', "known('icd10', 'E11.9') and not known('icd10', 'E1')"},
		{'f', "known('icd9cm3', 'x')"},
		{'t', "known('fee_item', '003107010220000')"},
		{'t', "known('setting', visit.med_type)"},
		{'?', "known('setting', visit.dise_no)"},
		{'t', "number(parameter('days')) = 3"},
		{'?', "number(parameter('unset')) = 3"},
		{'t', "amount_class('03, 04') > 0.5 * 199"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		char		got = truth(rows[i].text);

		CHECK_MSG(got == rows[i].want, "%s is %c, wanted %c", rows[i].text,
				  got, rows[i].want);
	}
}

/* What is certain is not asked any further. */
static void
test_lazy(void)
{
	asked = 0;
	truth("line.cnt = 4 and has_diagnosis('I21') and line.pric = 1");
	CHECK_INT(asked, 1);
	asked = 0;
	truth("line.cnt = 3 or has_diagnosis('I21') or line.pric = 1");
	CHECK_INT(asked, 1);
	asked = 0;
	truth("line.sin_dos = 3 or has_diagnosis('I22') or line.pric = 1");
	CHECK_INT(asked, 3);
}

static void
test_other_types(void)
{
	MsExprValue text = value_of("coalesce(visit.dise_no, 'none given')",
								MS_EXPR_TEXT);

	CHECK(text.text.len == 10 && memcmp(text.text.s, "none given", 10) == 0);
	CHECK_INT(value_of("line.cnt * 2", MS_EXPR_NUMBER).v, 6 * MS_EXPR_ONE);
	CHECK_INT(value_of("day(visit.begntime)", MS_EXPR_TIME).v / 1000000 % 86400,
			  0);
}

/* ---- where they are wrong ---- */

static void
test_errors(void)
{
	static const struct
	{
		const char *text;
		MsExprType	type;
		int			position;
		const char *what;
	}			rows[] =
	{
		{"", 1, 1, "expression ends too early"},
		{"   ", 1, 4, "expression ends too early"},
		{"line.cnt >", 1, 11, "expression ends too early"},
		{"line.cnt", 1, 1, "expression is a number"},
		{"line.cnt = 1", 2, 10, "expression is a boolean"},
		{"line.cmt = 1", 1, 1, "line.cmt is no field"},
		{"'\346\235\216' = line.x", 1, 7, "line.x is no field"},
		{"line.cnt = '1'", 1, 12, "comparing a number takes no text"},
		{"list.a > 3", 1, 10, "comparing a text takes no number"},
		{"visit.begntime > '2026-01-01'", 1, 18, "comparing a time takes no text"},
		{"list.a + 1 > 3", 1, 1, "+ takes no text"},
		{"line.cnt and true", 1, 1, "and takes no number"},
		{"true and line.cnt", 1, 10, "and takes no number"},
		{"not line.cnt", 1, 5, "not takes no number"},
		{"true = false", 1, 1, "= takes no boolean"},
		{"true in ('a')", 1, 1, "in takes no boolean"},
		{"line.cnt like '1*'", 1, 1, "like takes no number"},
		{"line.cnt = 1 2", 1, 14, "2 cannot stand here"},
		{"(line.cnt = 1", 1, 14, "expression ends too early"},
		{"line.cnt = 1)", 1, 13, ") cannot stand here"},
		{"1 < 2 < 3", 1, 7, "< cannot stand here"},
		{"'abc", 1, 1, "text is not ended"},
		{"list.a = ''", 1, 10, "'' cannot stand here"},
		{"line.cnt = 1.", 1, 14, "number is not complete"},
		{"line.cnt = 1x", 1, 13, "number is not complete"},
		{"line.cnt = 1.2.3", 1, 15, "number is not complete"},
		{"line.cnt = 1.1234567", 1, 12, "number is too long"},
		{"line.cnt = 1234567890123", 1, 12, "number is too long"},
		{"line.cnt ; 1", 1, 10, "character cannot stand here"},
		{"line.cnt \357\274\235 1", 1, 10, "character cannot stand here"},
		{"line.cnt is 1", 1, 13, "1 cannot stand here"},
		{"line.cnt not 1", 1, 14, "1 cannot stand here"},
		{"line.cnt between 1", 1, 19, "expression ends too early"},
		{"line.cnt in 1", 1, 13, "1 cannot stand here"},
		{"line.cnt in ()", 1, 14, ") cannot stand here"},
		{"line.cnt in (1, 'a')", 1, 17, "this list takes no text"},
		{"line.cnt in (line.pric)", 1, 14, "line.pric cannot stand here"},
		{"and", 1, 1, "and cannot stand here"},
		{"nonsense(1)", 1, 1, "nonsense is no function"},
		{"number(1) = 1", 1, 8, "number(text) takes no number"},
		{"days_between(visit.begntime) = 1", 1, 28, ") cannot stand here"},
		{"setting(1) = 'a'", 1, 9, "1 cannot stand here"},
		{"setting = 'a'", 1, 1, "setting is no field"},
		{"date '2026-02-30' < visit.endtime", 1, 6, "'2026-02-30' cannot stand here"},
		{"has_diagnosis(list.a)", 1, 15, "list.a cannot stand here"},
		{"has_diagnosis('I20', 'first')", 1, 22, "'first' cannot stand here"},
		{"has_operation('36', 'discharge')", 1, 21, "'discharge' cannot stand here"},
		{"has_diagnosis('I20, 7')", 1, 21, NULL},
		{"has_item('')", 1, 10, "'' cannot stand here"},
		{"known('x', 'a')", 1, 7, "'x' cannot stand here"},
		{"known('icd10', 1)", 1, 16, "known() takes no number"},
		{"coalesce(1, 'a') = 1", 1, 13, "coalesce() with this first value takes no text"},
		{"list.a.b = '1'", 1, 1, "no name of an attribute"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		uint8_t    *code;
		uint32_t	size;
		MsExprError error;
		char	   *text = malloc(strlen(rows[i].text) + 1);
		size_t		len = strlen(rows[i].text);
		bool		ok;

		memcpy(text, rows[i].text, len);
		ok = ms_expr_compile(&arena, text, len, rows[i].type, &code, &size,
							 &error);
		CHECK_MSG(!ok, "%s: compiled", rows[i].text);
		CHECK_MSG(error.position == rows[i].position &&
				  (rows[i].what == NULL ||
				   strcmp(error.what, rows[i].what) == 0) &&
				  error.allowed[0] != '\0',
				  "%s: \"%s\" at %d", rows[i].text, error.what,
				  error.position);
		free(text);
	}
}

/* Limits: refused one beyond, accepted at the limit. */
static void
test_limits(void)
{
	char text[	MS_EXPR_MAX_TEXT + 64];
	uint8_t    *code;
	uint32_t	size;
	MsExprError error;

	for (int depth = 20; depth <= 80; depth++)
	{
		size_t		n = 0;
		bool		ok;

		for (int i = 0; i < depth; i++)
			n += (size_t) sprintf(text +n, "abs(");
		n += (size_t) sprintf(text +n, "1");
		for (int i = 0; i < depth; i++)
			n += (size_t) sprintf(text +n, ")");
		ok = ms_expr_compile(&arena, text, n, MS_EXPR_NUMBER, &code, &size,
							 &error);
		CHECK_INT(ok, depth < MS_EXPR_MAX_DEPTH);
		if (ok)
			CHECK(ms_expr_check(code, size, MS_EXPR_NUMBER, NULL));
		else
			CHECK_STR(error.what, "expression is nested too deeply");
	}
	memset(text, ' ', sizeof(text));
	memcpy(text, "true", 4);
	CHECK(ms_expr_compile(&arena, text, MS_EXPR_MAX_TEXT, MS_EXPR_BOOLEAN,
						  &code, &size, &error));
	CHECK(!ms_expr_compile(&arena, text, MS_EXPR_MAX_TEXT + 1,
						   MS_EXPR_BOOLEAN, &code, &size, &error));
	CHECK_STR(error.what, "expression is too long");

	/* long chains are one level, of at most 255 */
	for (int n = 254; n <= 256; n++)
	{
		size_t		len = (size_t) sprintf(text, "true");

		for (int i = 1; i < n; i++)
			len += (size_t) sprintf(text +len, " and true");
		CHECK_INT(ms_expr_compile(&arena, text, len, MS_EXPR_BOOLEAN, &code,
								  &size, &error), n <= 255);
	}
}

/* ---- code ---- */

static void
test_code(void)
{
	static const char *const same[][2] = {
		{"line.cnt=3", " LINE.cnt  =\n3.000 "},
		{"(true and false) and true", "true and (false and true)"},
		{"(((line.cnt))) > 1", "line.cnt > 1"},
		{"- -1 = 1", "1 = 1"},
		{"has_diagnosis('I20-I22')", "has_diagnosis('I22, I20, I21', 'any')"},
		{"line.cnt <> 1", "line.cnt != 1"},
	};
	uint8_t    *code;
	uint8_t    *other;
	uint32_t	size;
	uint32_t	other_size;
	unsigned	needs;
	MsExprError error;
	MsStr		name;
	static const char asking[] =
	"number(parameter('a')) > 1 or has_item('0031', 'day') "
	"or list.x = parameter('b') or limit() > 1";
	static const uint8_t golden[] = {
		1, 1,					/* version, boolean */
		16,						/* >= */
		5, 4, 0,				/* line.cnt */
		2, 0x40, 0x42, 0x0F, 0, 0, 0, 0, 0	/* 1 */
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
	{
		CHECK(ms_expr_compile(&arena, same[i][0], strlen(same[i][0]),
							  MS_EXPR_BOOLEAN, &code, &size, &error));
		CHECK(ms_expr_compile(&arena, same[i][1], strlen(same[i][1]),
							  MS_EXPR_BOOLEAN, &other, &other_size, &error));
		CHECK_MSG(size == other_size && memcmp(code, other, size) == 0,
				  "%s is not %s", same[i][0], same[i][1]);
	}

	/* the layout is stored in books: it never changes */
	CHECK(ms_expr_compile(&arena, "line.cnt >= 1", 13, MS_EXPR_BOOLEAN, &code,
						  &size, &error));
	CHECK(size == sizeof(golden) && memcmp(code, golden, size) == 0);
	CHECK(ms_expr_check(code, size, MS_EXPR_BOOLEAN, &needs));
	CHECK_INT(needs, MS_EXPR_NEEDS_LINE);
	CHECK(!ms_expr_check(code, size, MS_EXPR_NUMBER, NULL));
	for (uint32_t n = 0; n < size; n++)
	{
		uint8_t    *cut = malloc(n ? n : 1);

		memcpy(cut, code, n);
		CHECK(!ms_expr_check(cut, n, MS_EXPR_BOOLEAN, NULL));
		free(cut);
	}

	CHECK(ms_expr_compile(&arena, asking, strlen(asking), MS_EXPR_BOOLEAN,
						  &code, &size, &error));
	CHECK(ms_expr_check(code, size, MS_EXPR_BOOLEAN, &needs));
	CHECK_INT(needs, MS_EXPR_NEEDS_LINE | MS_EXPR_NEEDS_LIST |
			  MS_EXPR_NEEDS_LIMIT);
	CHECK(ms_expr_parameter(code, size, 0, &name) && ms_str_is(name, "a"));
	CHECK(ms_expr_parameter(code, size, 1, &name) && ms_str_is(name, "b"));
	CHECK(!ms_expr_parameter(code, size, 2, &name));
}

/* Every field can be named, and its number means it. */
static void
test_registry(void)
{
	MsExprField field;
	MsExprField before = 0;
	MsExprType	type;
	const char *name;
	uint32_t	n;

	for (n = 0; (name = ms_expr_field_name(n, &field, &type)) != NULL; n++)
	{
		char text[	80];
		uint8_t    *code;
		uint32_t	size;
		MsExprError error;

		CHECK_MSG(field > before, "%s is out of order", name);
		before = field;
		snprintf(text, sizeof(text), "%s", name);
		CHECK_MSG(ms_expr_compile(&arena, text, strlen(text), type, &code,
								  &size, &error), "%s: %s", name, error.what);
	}
	CHECK(n > 70);
	for (n = 0; (name = ms_expr_function_signature(n, &type)) != NULL; n++)
		CHECK(strchr(name, '(') != NULL);
	CHECK(n > 30);
}

int
main(void)
{
	MsEnv		env = {take, go_on, give_up, NULL, (size_t) 1 << 30};

	ms_arena_init(&arena, &env);
	test_truth();
	test_lazy();
	test_other_types();
	test_errors();
	test_limits();
	test_code();
	test_registry();
	while (n_blocks > 0)
		free(blocks[--n_blocks]);
	return unit_done();
}
