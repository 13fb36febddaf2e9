/*
 * expr_fuzz.c
 *	  Expressions and their code, whatever they are.
 *
 * First byte T: the rest is a text.  What compiles must be valid code, the
 * same again, and evaluate; what does not must say where within the text.
 * Else: the rest is code as it is, or edits (offset, byte) of good code.
 * What the checker lets pass must evaluate without harm, on answers of any
 * state that the input chooses.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rulebook/expr_core.h"

#define REQUIRE(ok) do { if (!(ok)) abort(); } while (0)

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *blocks[65536];
static int	n_blocks;

static void *
take(void *ctx, size_t size)
{
	(void) ctx;
	REQUIRE(n_blocks < 65536);
	blocks[n_blocks] = malloc(size);
	REQUIRE(blocks[n_blocks] != NULL);
	return blocks[n_blocks++];
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
	abort();					/* the budget below is for any short text */
}

static const MsEnv env = {take, go_on, give_up, NULL, (size_t) 1 << 28};

static const char good[] =
"(line.cnt * line.pric <> line.det_item_fee_sumamt or not "
"has_diagnosis('I20-I25, !I21', 'main')) and list.poscode like '######' "
"and visit.begntime between date '2020-01-01' and add_days(bill.setl_time, 3) "
"and line.med_chrgitm_type in ('01', '02') and number(list.x) - 1 in (-1, 2) "
"and quantity_item('0031*', 'day') / 3 > round(age_years(), 1) "
"and coalesce(parameter('p'), 'q') is not missing and known('icd10', list.d) "
"and amount_class('03') > limit()";

typedef struct Answers
{
	const uint8_t *data;
	size_t		size;
	size_t		at;
} Answers;

static uint8_t
take_byte(Answers *a)
{
	return a->size == 0 ? 1 : a->data[a->at++ % a->size];
}

static MsExprValue
answer(void *ctx, const MsExprAsk *ask)
{
	Answers    *a = ctx;
	uint8_t		b = take_byte(a);
	MsExprValue value = ms_expr_unknown(ask->type, (MsState) (b % 3));
	MsFeeItem	item = {0, 0};

	if (b == 255)
		value.type = (MsExprType) (1 + take_byte(a) % 4);	/* a wrong answer */
	if (value.state != MS_READABLE)
		return value;
	for (int i = 0; i < (b & 8 ? 8 : 3); i++)
		value.v = (int64_t) ((uint64_t) value.v << 8 | take_byte(a));
	if (value.type == MS_EXPR_BOOLEAN)
		value.v &= 1;
	if (value.type == MS_EXPR_TEXT)
	{
		value.text.s = (const char *) a->data;
		value.text.len = (uint32_t) a->size;
	}
	if (ask->what == MS_ASK_LOOKUP)
	{
		item.hi = (uint64_t) value.v;
		item.lo = (uint64_t) value.v;
		if (ms_expr_set_has(&ask->set, item))
			value.v = 1;
	}
	return value;
}

static void
evaluate(const uint8_t *code, size_t size, MsExprType type, Answers *answers)
{
	MsExprValue value = ms_expr_eval(code, size, answer, answers);
	MsStr		name;

	REQUIRE(value.type == type);
	REQUIRE(value.state <= MS_UNREADABLE);
	if (value.type == MS_EXPR_TEXT && value.state == MS_READABLE)
		REQUIRE(value.text.s != NULL);
	for (uint32_t i = 0; ms_expr_parameter(code, size, i, &name); i++)
		REQUIRE(name.len > 0);
}

/* Compiles, exactly from so many bytes. */
static bool
compile(MsArena *arena, const uint8_t *data, size_t size, MsExprType type,
		uint8_t **code, uint32_t *code_size)
{
	char	   *text = malloc(size ? size : 1);
	MsExprError error;
	bool		ok;

	REQUIRE(text !=NULL);
	if (size > 0)
		memcpy(text, data, size);
	ok = ms_expr_compile(arena, text, size, type, code, code_size, &error);
	if (!ok)
	{
		REQUIRE(error.position >= 1 && (size_t) error.position <= size + 1);
		REQUIRE(error.what[0] != '\0' && error.allowed[0] != '\0');
	}
	free(text);
	return ok;
}

static void
try_text(const uint8_t *data, size_t size)
{
	MsArena		arena;
	Answers		answers = {data, size, 0};

	ms_arena_init(&arena, &env);
	for (int type = MS_EXPR_BOOLEAN; type <= MS_EXPR_TIME; type++)
	{
		uint8_t    *code;
		uint8_t    *again;
		uint32_t	n;
		uint32_t	m;

		if (!compile(&arena, data, size, (MsExprType) type, &code, &n))
			continue;
		REQUIRE(ms_expr_check(code, n, (MsExprType) type, NULL));
		REQUIRE(compile(&arena, data, size, (MsExprType) type, &again, &m));
		REQUIRE(n == m && memcmp(code, again, n) == 0);
		evaluate(code, n, (MsExprType) type, &answers);
	}
}

static void
try_code(const uint8_t *data, size_t size, bool edits)
{
	MsArena		arena;
	Answers		answers = {data, size, 0};
	uint8_t    *base = NULL;
	uint32_t	n = (uint32_t) size;
	uint8_t    *code;

	ms_arena_init(&arena, &env);
	if (edits)
		REQUIRE(compile(&arena, (const uint8_t *) good, sizeof(good) - 1,
						MS_EXPR_BOOLEAN, &base, &n));
	code = malloc(n ? n : 1);
	REQUIRE(code != NULL);
	if (n > 0)
		memcpy(code, edits ? base : data, n);
	for (size_t i = 0; edits && i + 2 < size; i += 3)
		code[(data[i] | (size_t) data[i + 1] << 8) % n] = data[i + 2];
	for (int type = MS_EXPR_BOOLEAN; type <= MS_EXPR_TIME; type++)
		if (ms_expr_check(code, n, (MsExprType) type, NULL))
			evaluate(code, n, (MsExprType) type, &answers);
	free(code);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > MS_EXPR_MAX_CODE + 1000)
		return 0;
	if (data[0] == 'T')
		try_text(data + 1, size - 1);
	else
		try_code(data + 1, size - 1, data[0] & 1);
	while (n_blocks > 0)
		free(blocks[--n_blocks]);
	return 0;
}
