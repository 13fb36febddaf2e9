/*
 * audit_short_test.c
 *	  The short ways of the evaluator against the long ones: over drawn claims
 *	  all that is said must be the same, with a memo that lasts over persons,
 *	  with one that is always full, and without any.
 *
 *	  What both ways share is held against something else: the touches that a
 *	  memo tells of a code against all codes of the book one by one, the order
 *	  of lines against the ids themselves.
 *
 * Half of the claims are tamed, so that most lines live and quantities meet
 * limits exactly; the other half is dirt.
 */
#include "audit_draw.h"
#include "audit/audit_memo_core.h"
#include "unit.h"

#define N_PERSONS 800
#define MAX_BYTES 3000

static uint64_t state = 20261122;

static uint32_t
draw(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t) (state >> 33) % n;
}

/* What the memos hold outlives the persons. */
static void *
keep_alloc(void *ctx, size_t size)
{
	void	  **blocks = ctx;
	void	  **block = malloc(size + 16);

	if (block == NULL)
		abort();
	*block = *blocks;
	*blocks = block;
	return (char *) block + 16;
}

static void
keep_free(void *blocks)
{
	while (blocks != NULL)
	{
		void	   *next = *(void **) blocks;

		free(blocks);
		blocks = next;
	}
}

static MsMemo *
make_memo(void **blocks, const MsBook *book, size_t limit)
{
	MsEnv		env = {keep_alloc, fx_check, fx_fail, blocks, 0};

	return ms_memo_create(&env, book, limit);
}

/* Ids that exist, charges, few days, amounts that fit. */
static void
tame(void)
{
	static const char *const sns[] = {"1", "2", "3", "4", "5", "6", "7", "8"};
	static char names[FX_MAX_ROWS][8];
	bool		doubles = draw(8) == 0;
	bool		refunds = draw(8) == 0;
	uint32_t	days = 1 + draw(30);

	if (fx_claims.n_encounters == 0)
		(void) fx_encounter("1");
	for (uint32_t i = 0; i < fx_claims.n_encounters; i++)
	{
		fx_encounters[i].mdtrt_id = ms_str(sns[i % 8]);
		fx_encounters[i].vali_flag = ms_str("1");
		fx_encounters[i].brdy = fx_v(fx_time(1, 1, 0, 0, 0) -
									 (int64_t) draw(40000) * MS_USECS_PER_DAY);
		if (draw(6) > 0)
			fx_encounters[i].fixmedins_code = ms_str(draw(3) > 0 ? "H1" : "H2");
	}
	for (uint32_t i = 0; i < fx_claims.n_settlements; i++)
	{
		fx_settlements[i].vali_flag = ms_str("1");
		fx_settlements[i].refd_setl_flag = ms_str("0");
	}
	for (uint32_t i = 0; i < fx_claims.n_lines; i++)
	{
		MsLine	   *l = &fx_lines[i];

		snprintf(names[i], sizeof(names[i]), "%u", doubles ? draw(100) : i);
		l->feedetl_sn = ms_str(names[i]);
		if (draw(16) > 0)
			l->mdtrt_id = fx_encounters[draw(fx_claims.n_encounters)].mdtrt_id;
		l->fee_ocur_time = fx_v(fx_time(2, 1, (int) draw(24), 0, 0) +
								(int64_t) draw(days) * MS_USECS_PER_DAY);
		l->cnt = fx_v((1 + (int64_t) draw(2)) * MS_QTY_ONE / (1 + draw(2)));
		l->det_item_fee_sumamt = fx_v(100 * (1 + (int64_t) draw(50)));
		l->inscp_amt = draw(20) > 0 ? l->det_item_fee_sumamt : fx_none(MS_MISSING);
		l->fulamt_ownpay_amt = fx_v(0);
		l->hosp_appr_flag = ms_str(NULL);
		if (refunds && draw(6) == 0)
			l->cnt.v = -l->cnt.v;
	}
}

/* A code is written in several ways. */
static void
dirty_codes(void)
{
	static char texts[FX_MAX_ROWS][40];

	for (uint32_t i = 0; i < fx_claims.n_lines; i++)
	{
		MsStr		code = fx_lines[i].med_list_codg;
		int			how = (int) draw(12);

		if (how > 3 || code.s == NULL)
			continue;
		snprintf(texts[i], sizeof(texts[i]), "%s%.*s%s", how & 1 ? " " : "",
				 (int) code.len, code.s, how & 2 ? "\t" : "");
		if (how == 0)
			snprintf(texts[i], sizeof(texts[i]), "?%u", draw(100));
		fx_lines[i].med_list_codg = ms_str(texts[i]);
	}
}

/* Skips are told by time, visit and line id, visits that are not here too. */
typedef struct Told
{
	uint32_t	last;
	int			n;
	int			out_of_order;
} Told;

static int
cmp_told(const MsLine *x, const MsLine *y)
{
	int			diff = (x->fee_ocur_time.state > y->fee_ocur_time.state) -
	(x->fee_ocur_time.state < y->fee_ocur_time.state);

	if (diff == 0 && x->fee_ocur_time.state == MS_READABLE)
		diff = (x->fee_ocur_time.v > y->fee_ocur_time.v) -
			(x->fee_ocur_time.v < y->fee_ocur_time.v);
	if (diff == 0)
		diff = ms_str_cmp(x->mdtrt_id, y->mdtrt_id);
	return diff != 0 ? diff : ms_str_cmp(x->feedetl_sn, y->feedetl_sn);
}

static void
told_finding(void *ctx, const MsFinding *f)
{
	(void) ctx;
	(void) f;
}

static void
told_skip(void *ctx, uint32_t line, MsSkip skip, MsStr institution)
{
	Told	   *told = ctx;

	(void) skip;
	(void) institution;
	if (told->n++ > 0)
		told->out_of_order += cmp_told(&fx_lines[told->last], &fx_lines[line]) > 0;
	told->last = line;
}

static void
told_tally(void *ctx, const MsTally *tally)
{
	(void) ctx;
	(void) tally;
}

static Told
told_skips(const MsBook *book)
{
	Told		told = {0, 0, 0};
	MsOutput	output = {told_finding, told_skip, told_tally, &told};
	MsEnv		env = fx_env();

	if (setjmp(fx_failed) != 0)
		abort();
	ms_audit(&env, book, &fx_claims, &output);
	return told;
}

static void
test_persons(void)
{
	MsMemo	   *lasting[N_BOOKS] = {NULL};
	MsMemo	   *full[N_BOOKS] = {NULL};
	void	   *blocks = NULL;
	int			differ[4] = {0};
	int			judged = 0;
	int			found = 0;
	int			skipped = 0;
	int			out_of_order = 0;
	static uint8_t bytes[MAX_BYTES];

	for (int i = 0; i < N_PERSONS; i++)
	{
		size_t		n = 60 + draw(MAX_BYTES - 60);
		const MsBook *book;
		uint64_t	said;
		Told		told;
		int			b;

		for (size_t at = 0; at < n; at++)
			bytes[at] = (uint8_t) draw(256);
		book = draw_claims(bytes, n);
		fx_claims.cmp_rest = NULL;
		if (i % 2 == 0)
			tame();
		dirty_codes();
		b = book == &books[1];
		if (lasting[b] == NULL)
		{
			lasting[b] = make_memo(&blocks, book, (size_t) 1 << 24);
			full[b] = make_memo(&blocks, book, 6000);
		}
		fx_claims.in_full = true;
		fx_claims.memo = NULL;
		said = draw_digest(book);
		fx_claims.memo = lasting[b];
		differ[0] += draw_digest(book) != said;
		fx_claims.in_full = false;
		differ[1] += draw_digest(book) != said;
		fx_claims.memo = full[b];
		differ[2] += draw_digest(book) != said;
		fx_claims.memo = NULL;
		differ[3] += draw_digest(book) != said;
		judged += said != 0;
		told = told_skips(book);
		skipped += told.n;
		out_of_order += told.out_of_order;
		if (i % 16 == 0 && fx_run(book))
			found += fx_n_found;
		fx_free();
	}
	CHECK_INT(judged, N_PERSONS);
	CHECK(found > N_PERSONS);
	CHECK(skipped > N_PERSONS);
	CHECK_INT(out_of_order, 0);
	CHECK_INT(differ[0], 0);	/* a memo alone */
	CHECK_INT(differ[1], 0);	/* and the short ways */
	CHECK_INT(differ[2], 0);	/* a memo without room */
	CHECK_INT(differ[3], 0);	/* the short ways alone */
	keep_free(blocks);
}

/* ---- touches ---- */

/* One code of a book after the other is held against a code. */
typedef struct Slow
{
	const MsFeeItem *item;
	bool		touched[BX_MAX_ENTRIES][MS_N_ROLES];
} Slow;

static void
hold(void *ctx, uint32_t entry, MsRole role, const MsFeeItem *node)
{
	Slow	   *slow = ctx;

	if (entry >= BX_MAX_ENTRIES)
		abort();
	slow->touched[entry][role] |= ms_code_fee_item_within(slow->item, node);
}

static bool
is_touch(const MsBook *book, const MemoTouch *t, uint32_t entry, int role)
{
	return t->entry == entry && t->role == role &&
		t->terms == ms_book_entry_terms(book, entry) &&
		t->limit == ms_book_entry_limit(book, entry) &&
		t->regional == ms_book_is_regional(book, entry);
}

/* How many touches a code has, -1 where the memo tells others. */
static int
check_touches(const MsBook *book, const MemoCode *code)
{
	Slow		slow = {&code->item, {{false}}};
	uint32_t	n = 0;
	bool		regional = false;
	bool		by_hours = false;

	ms_book_each_code(book, hold, &slow);
	for (uint32_t entry = 0; entry < book->n_entries; entry++)
	{
		for (int role = 0; role < MS_N_ROLES; role++)
		{
			if (!slow.touched[entry][role])
				continue;
			if (n == code->n_touches ||
				!is_touch(book, &code->touches[n++], entry, role))
				return -1;
			regional |= ms_book_is_regional(book, entry);
			by_hours |= role == MS_ROLE_MAIN &&
				ms_book_check(book, entry) == MS_CHECK_HOURS;
		}
	}
	return n == code->n_touches && code->regional == regional &&
		code->by_hours == by_hours ? (int) n : -1;
}

/* One call that asks for some codes, some of them more than once. */
static void
ask(const MsBook *book, MsMemo *shared, int *touches, int *wrong)
{
	MsEnv		env = fx_env();
	MsArena		arena;
	MsArena		scratch;
	MemoCall	call;
	uint32_t	n = 1 + draw(40);

	ms_arena_init(&arena, &env);
	ms_arena_init(&scratch, &env);
	ms_memo_start(&call, &arena, book, shared);
	for (uint32_t i = 0; i < n; i++)
	{
		MsStr text = ms_str(fx_codes[draw(FX_N_CODES)][1]);

		*wrong += ms_memo_code(&call, text, ms_memo_hint(&call, text)) == NULL;
	}
	ms_memo_look_up(&call, &scratch);
	for (uint32_t i = 0; i < call.codes.n; i++)
	{
		int			found = check_touches(book, *MS_AT(&call.codes, MemoCode *, i));

		*touches += found > 0 ? found : 0;
		*wrong += found < 0;
	}
	fx_free();
}

static void
test_touches(void)
{
	void	   *blocks = NULL;
	int			touches = 0;
	int			wrong = 0;

	for (int b = 0; b < N_BOOKS; b++)
	{
		MsMemo	   *lasting = make_memo(&blocks, &books[b], (size_t) 1 << 24);
		MsMemo	   *full = make_memo(&blocks, &books[b], 6000);

		for (int i = 0; i < 50; i++)
		{
			ask(&books[b], NULL, &touches, &wrong);
			ask(&books[b], lasting, &touches, &wrong);
			ask(&books[b], full, &touches, &wrong);
		}
	}
	CHECK(touches > 10000);
	CHECK_INT(wrong, 0);
	keep_free(blocks);
}

/* Cancelled anywhere, a call leaves a memo that serves the next ones. */
static int	until;

static void
cancel(void *ctx)
{
	(void) ctx;
	if (--until == 0)
		longjmp(fx_failed, 1);
}

static bool
is_cancelled(const MsBook *book, int at)
{
	uint64_t	ignored = 0;
	MsOutput	output = {say_finding, say_skip, say_tally, &ignored};
	MsEnv		env = fx_env();

	env.check = cancel;
	until = at;
	if (setjmp(fx_failed) != 0)
		return true;
	ms_audit(&env, book, &fx_claims, &output);
	return false;
}

static void
test_cancelled(void)
{
	static uint8_t bytes[MAX_BYTES];
	void	   *blocks = NULL;
	int			differ = 0;
	int			cancelled = 0;

	for (int i = 0; i < 40; i++)
	{
		const MsBook *book;
		MsMemo	   *memo;
		uint64_t	said;

		for (size_t at = 0; at < MAX_BYTES; at++)
			bytes[at] = (uint8_t) draw(256);
		book = draw_claims(bytes, MAX_BYTES);
		fx_claims.cmp_rest = NULL;
		tame();
		said = draw_digest(book);
		memo = make_memo(&blocks, book, (size_t) 1 << 24);
		fx_claims.memo = memo;
		for (int at = 1; at < 30; at++)
			cancelled += is_cancelled(book, at);
		differ += draw_digest(book) != said;
		fx_free();
	}
	CHECK(cancelled > 40);
	CHECK_INT(differ, 0);
	keep_free(blocks);
}

int
main(void)
{
	test_persons();
	test_touches();
	test_cancelled();
	for (int i = 0; i < N_BOOKS; i++)
		free((void *) (uintptr_t) books[i].bytes);
	return unit_done();
}
