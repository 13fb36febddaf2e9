/*
 * audit_short_test.c
 *	  The short ways of the evaluator against the long ones: over drawn claims
 *	  all that is said must be the same, with a memo that lasts over persons,
 *	  with one that is always full, and without any.
 *
 * Half of the claims are tamed, so that most lines live and quantities meet
 * limits exactly; the other half is dirt.
 */
#include "audit_draw.h"
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

static void
test_persons(void)
{
	MsMemo	   *lasting[N_BOOKS] = {NULL};
	MsMemo	   *full[N_BOOKS] = {NULL};
	void	   *blocks = NULL;
	int			differ[4] = {0};
	int			judged = 0;
	int			found = 0;
	static uint8_t bytes[MAX_BYTES];

	for (int i = 0; i < N_PERSONS; i++)
	{
		size_t		n = 60 + draw(MAX_BYTES - 60);
		const MsBook *book;
		uint64_t	said;
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
		if (i % 16 == 0 && fx_run(book))
			found += fx_n_found;
		fx_free();
	}
	CHECK_INT(judged, N_PERSONS);
	CHECK(found > N_PERSONS);
	CHECK_INT(differ[0], 0);	/* a memo alone */
	CHECK_INT(differ[1], 0);	/* and the short ways */
	CHECK_INT(differ[2], 0);	/* a memo without room */
	CHECK_INT(differ[3], 0);	/* the short ways alone */
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
	test_cancelled();
	for (int i = 0; i < N_BOOKS; i++)
		free((void *) (uintptr_t) books[i].bytes);
	return unit_done();
}
