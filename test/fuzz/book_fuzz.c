/*
 * book_fuzz.c
 *	  Damaged books: the checker refuses them, or they can be read and
 *	  evaluated without harm.
 *
 * The input is either a book as it is, or a list of edits (offset, byte) of a
 * good one, which gets deeper: of the evaluator's small book, or of one that
 * has every field.
 */
#include "book_fixture.h"

static uint8_t *good[2];
static size_t good_size[2];

static void
ignore(void *ctx, uint32_t entry, MsRole role)
{
	uint64_t   *sum = ctx;

	*sum += entry + (uint32_t) role;
}

/* Nothing is known of the claim: only that the code can be run. */
static MsExprValue
know_nothing(void *ctx, const MsExprAsk *ask)
{
	(void) ctx;
	return ms_expr_unknown(ask->type, MS_MISSING);
}

static void
read_expr(const MsBookExpr *expr, uint64_t *sum)
{
	if (expr->code != NULL)
		*sum += strlen(expr->text) +
			(uint64_t) ms_expr_eval(expr->code, expr->size, know_nothing,
									NULL).state;
}

static void
read_all(const MsBook *book)
{
	uint64_t	sum = 0;
	MsBookRule	rule;
	MsBookEntry entry;

	for (uint32_t i = 0; i < book->n_rules; i++)
	{
		ms_book_rule(book, i, &rule);
		sum += strlen(rule.code);
	}
	for (uint32_t i = 0; i < book->n_entries; i++)
	{
		ms_book_entry(book, i, &entry);
		sum += strlen(entry.code) + (entry.unit ? strlen(entry.unit) : 0) +
			ms_book_in_ranges(&entry.dx_required, sum << 40) +
			ms_book_in_ranges(&entry.dx_forbidden, sum << 40) +
			ms_book_in_ranges(&entry.oprn_required, sum << 40);
		read_expr(&entry.access, &sum);
		read_expr(&entry.condition, &sum);
		read_expr(&entry.limit_case, &sum);
	}
	for (uint32_t i = 0; i < book->n_globals; i++)
		sum += ms_book_check(book, ms_book_global(book, i));
	for (uint32_t r = 0; r < book->n_rules; r++)
	{
		for (uint32_t i = 0; i < ms_book_rule_exceptions(book, r); i++)
		{
			MsBookException exception;

			ms_book_exception(book, ms_book_rule_exception(book, r, i),
							  &exception);
			sum += strlen(exception.code);
			read_expr(&exception.condition, &sum);
		}
	}
	for (uint32_t i = 0; i < FX_N_CODES; i++)
	{
		MsFeeItem	item;

		if (ms_code_fee_item_parse(fx_codes[i][1], strlen(fx_codes[i][1]),
								   &item, NULL))
			ms_book_find(book, &item, ignore, &sum);
	}
	sum += (uint64_t) ms_book_map(book, MS_MAP_SETTING, ms_str("210"));
	if (sum == 0)
		abort();				/* keeps the reads */
}

static void
evaluate(const MsBook *book)
{
	static char sn[64][8];

	fx_reset();
	fx_encounter("M1")->gend = ms_str("2");
	fx_settlement("S1", "M1", 5000);
	for (uint32_t i = 0; i < 2 * FX_N_CODES && i < 64; i++)
	{
		snprintf(sn[i], sizeof(sn[i]), "%u", (unsigned) (i % 100));
		fx_line(sn[i], fx_codes[i % FX_N_CODES][1],
				fx_time(3, 1 + (int) (i % 9), (int) (i % 24), 1, 0), 1 + i % 3,
				100);
	}
	fx_run(book);
}

/* The books that are damaged, kept from the first call on. */
static void
make_good(void)
{
	for (int i = 0; i < 2; i++)
	{
		MsEnv		env = fx_env();
		MsArena		arena;
		MsBookError error;
		uint8_t    *built;

		ms_arena_init(&arena, &env);
		if (i == 0 ? !fx_build(&arena, &built, &good_size[i], &error) :
			!ms_book_build(&arena, bx_start(), &built, &good_size[i], &error))
			abort();
		good[i] = malloc(good_size[i]);
		memcpy(good[i], built, good_size[i]);
		fx_free();
	}
}

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t    *bytes;
	size_t		length;
	MsBook		book;
	MsBookError error;
	int			which;

	if (good[0] == NULL)
		make_good();
	if (size == 0)
		return 0;
	which = data[0] & 1;
	length = data[0] == 'M' ? size : good_size[which];
	bytes = malloc(length);
	if (data[0] == 'M')
		memcpy(bytes, data, size);
	else
	{
		memcpy(bytes, good[which], length);
		for (size_t i = 1; i + 2 < size; i += 3)
			bytes[(data[i] | (size_t) data[i + 1] << 8) % length] = data[i + 2];
	}
	if (ms_book_open(bytes, length, &book, &error))
	{
		read_all(&book);
		evaluate(&book);
	}
	else if (error.what == NULL)
		abort();
	free(bytes);
	fx_free();
	return 0;
}
