/*
 * audit_stay_test.c
 *	  Stays: what joins encounters, how days are counted, what lies outside.
 *	  Random encounters are joined a second time by brute force, from the text
 *	  of docs/rulebook.md.
 */
#include "unit.h"

#include "audit_fixture.h"
#include "audit/audit_stay_core.h"

#define MINUTE		INT64_C(60000000)
#define RANDOM_RUNS	3000

static MsBook book;
static MsEnv env;
static Audit audit;
static uint64_t seed = 42;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t) (seed >> 33) % n;
}

/* The phases before any rule, then stays are asked for. */
static void
prepare(void)
{
	env = fx_env();
	memset(&audit, 0, sizeof(audit));
	ms_arena_init(&audit.arena, &env);
	ms_arena_init(&audit.scratch, &env);
	audit.book = &book;
	audit.claims = &fx_claims;
	ms_memo_start(&audit.memo, &audit.arena, &book, NULL);
	ms_fate_lines(&audit);
	ms_money_settlements(&audit);
}

static MsEncounter *
stay_at(const char *id, int64_t from, int64_t to)
{
	MsEncounter *e = fx_encounter(id);

	e->begntime = fx_v(from);
	e->endtime = to > 0 ? fx_v(to) : fx_none(MS_MISSING);
	return e;
}

static uint32_t
n_stays(void)
{
	uint32_t	n;

	prepare();
	ms_stay_all(&audit, &n);
	return n;
}

static int64_t
days_of(uint32_t encounter)
{
	prepare();
	return ms_stay_days(&audit, (int32_t) encounter);
}

/* ---- what joins ---- */

static void
test_joins(void)
{
	MsEncounter *next;

	fx_reset();
	stay_at("M1", fx_time(3, 1, 8, 0, 0), fx_time(3, 8, 10, 0, 5));
	next = stay_at("M2", fx_time(3, 8, 10, 0, 59), fx_time(3, 9, 9, 0, 0));
	CHECK_INT(n_stays(), 1);	/* same minute */
	next->begntime = fx_v(fx_time(3, 7, 0, 0, 0));
	CHECK_INT(n_stays(), 1);	/* moved before the old record was closed */
	next->begntime = fx_v(fx_time(3, 8, 10, 1, 0));
	CHECK_INT(n_stays(), 2);	/* a minute later */
	next->begntime = fx_v(fx_time(3, 8, 10, 0, 59));
	next->fixmedins_code = ms_str("H2");
	CHECK_INT(n_stays(), 2);	/* transfer to another institution */
	fx_encounters[0].fixmedins_code = next->fixmedins_code = ms_str("");
	CHECK_INT(n_stays(), 2);	/* nobody knows where */
	fx_encounters[0].fixmedins_code = next->fixmedins_code = ms_str("H1");
	next->med_type = ms_str("11");
	CHECK_INT(n_stays(), 1);	/* an outpatient visit is none */
	CHECK(ms_stay_of(&audit, 1) == NULL);
	CHECK_INT(ms_stay_chain(&audit, 1), 1);
	CHECK_INT(ms_stay_days(&audit, 1), 0);
	next->med_type = ms_str("21");
	next->vali_flag = ms_str("0");
	CHECK_INT(n_stays(), 1);
	CHECK_INT(ms_stay_days(&audit, 0), 8);
}

static void
test_interim(void)
{
	MsEncounter *next;
	MsSettlement *interim;

	fx_reset();
	stay_at("M1", fx_time(3, 1, 8, 0, 0), fx_time(3, 8, 10, 0, 0));
	next = stay_at("M2", fx_time(3, 9, 23, 59, 59), fx_time(3, 12, 9, 0, 0));
	interim = fx_settlement("S1", "M1", 0);
	CHECK_INT(n_stays(), 2);
	interim->mid_setl_flag = ms_str("1");
	CHECK_INT(n_stays(), 1);
	CHECK_INT(ms_stay_days(&audit, 0), 12);
	CHECK_INT(ms_stay_chain(&audit, 1), 0);
	next->begntime = fx_v(fx_time(3, 10, 0, 0, 0));
	CHECK_INT(n_stays(), 2);
	next->begntime = fx_v(fx_time(3, 9, 9, 0, 0));
	interim->vali_flag = ms_str("0");
	CHECK_INT(n_stays(), 1);	/* the first is undone: it was never billed */
	CHECK(ms_stay_of(&audit, 0) == NULL);
	fx_settlement("S3", "M1", 0);
	CHECK_INT(n_stays(), 2);	/* billed again, not as interim */
	interim->vali_flag = ms_str("1");
	fx_settlement("S4", "M1", 0);
	fx_settlements[2].refd_setl_flag = ms_str("1");
	fx_settlements[2].init_setl_id = ms_str("S1");
	CHECK_INT(n_stays(), 2);	/* the interim one was reversed */
}

static void
test_undone(void)
{
	MsLine	   *line;

	fx_reset();
	stay_at("M1", fx_time(3, 1, 8, 0, 0), fx_time(3, 8, 10, 0, 0));
	CHECK_INT(n_stays(), 1);	/* no bill yet */
	line = fx_line("1", FX_OTHER, fx_time(3, 2, 12, 0, 0), 1, 50);
	CHECK_INT(n_stays(), 1);
	line->vali_flag = ms_str("0");
	CHECK_INT(n_stays(), 0);
	fx_line("2", "no code", fx_time(3, 2, 12, 0, 0), 1, 50);
	CHECK_INT(n_stays(), 1);	/* cannot be read, but was billed */
	fx_lines[1].med_list_codg = ms_str(FX_OTHER);
	fx_line("3", FX_OTHER, fx_time(3, 2, 12, 0, 0), -1, 50)->init_feedetl_sn =
		ms_str("2");
	CHECK_INT(n_stays(), 0);	/* refunded */
	fx_settlement("S1", "M1", 100);
	CHECK_INT(n_stays(), 1);	/* a bill stands */
}

/* Three cuts at the turn of the year are one stay. */
static void
test_chain(void)
{
	const WorkStay *stay;

	fx_reset();
	stay_at("M3", fx_time(3, 20, 9, 0, 0), fx_time(3, 22, 9, 0, 0));
	stay_at("M1", fx_time(3, 1, 8, 0, 0), fx_time(3, 8, 10, 0, 0));
	stay_at("M2", fx_time(3, 8, 10, 0, 30), fx_time(3, 20, 9, 0, 0));
	CHECK_INT(n_stays(), 1);
	stay = ms_stay_of(&audit, 0);
	CHECK_INT(stay->first, 1);
	CHECK_INT(stay->last, 0);
	CHECK_INT(stay->n, 3);
	CHECK_INT(stay->encounters[1], 2);
	CHECK_INT(stay->days, 22);
	CHECK(stay->ended && !stay->unfinished);

	/* a record within another one does not shorten it */
	fx_encounters[0].begntime = fx_v(fx_time(3, 9, 0, 0, 0));
	fx_encounters[0].endtime = fx_v(fx_time(3, 10, 0, 0, 0));
	CHECK_INT(n_stays(), 1);
	CHECK_INT(ms_stay_of(&audit, 0)->last, 2);
	CHECK_INT(ms_stay_days(&audit, 0), 20);
}

/* ---- days ---- */

static void
test_days(void)
{
	MsEncounter *e;

	fx_reset();
	e = stay_at("M1", fx_time(3, 1, 8, 0, 0), fx_time(3, 12, 15, 0, 0));
	CHECK_INT(days_of(0), 12);
	book.stay_days = MS_STAY_UNSET;
	CHECK_INT(days_of(0), 12);
	book.stay_days = MS_STAY_IN_NOT_OUT;
	CHECK_INT(days_of(0), 11);
	book.stay_days = MS_STAY_OUT_NOT_IN;
	CHECK_INT(days_of(0), 11);
	e->endtime = fx_v(fx_time(3, 1, 9, 0, 0));
	CHECK_INT(days_of(0), 1);	/* the same day */
	book.stay_days = MS_STAY_BOTH;
	CHECK_INT(days_of(0), 1);
	e->endtime = fx_v(fx_time(2, 1, 9, 0, 0));
	CHECK_INT(days_of(0), 0);	/* discharged before admission */
	e->begntime = fx_none(MS_UNREADABLE);
	CHECK_INT(days_of(0), 0);
	CHECK_INT(n_stays(), 0);
}

static void
test_unfinished(void)
{
	MsEncounter *e;
	MsSettlement *setl;
	const WorkStay *stay;

	fx_reset();
	e = stay_at("M1", fx_time(3, 1, 8, 0, 0), 0);
	CHECK_INT(days_of(0), 1);
	fx_line("1", FX_OTHER, fx_time(3, 4, 12, 0, 0), 1, 50);
	CHECK_INT(days_of(0), 4);
	stay_at("M2", fx_time(3, 10, 8, 0, 0), 0)->med_type = ms_str("11");
	CHECK_INT(days_of(0), 10);	/* the last time known */
	fx_encounters[1].vali_flag = ms_str("0");
	CHECK_INT(days_of(0), 4);	/* what is void tells nothing */
	setl = fx_settlement("S9", "M2", 100);
	CHECK_INT(days_of(0), 4);	/* nor does the bill of a void visit */
	setl->mdtrt_id = ms_str("M1");
	CHECK_INT(days_of(0), 8);
	setl->vali_flag = ms_str("0");
	CHECK_INT(days_of(0), 4);
	fx_encounters[1].vali_flag = ms_str("1");
	CHECK_INT(days_of(0), 10);
	stay = ms_stay_of(&audit, 0);
	CHECK(stay->unfinished && !stay->ended);
	CHECK_INT(stay->end, fx_time(3, 4, 12, 0, 0));
	e->endtime = fx_v(ms_days_from_civil(9999, 12, 31) * MS_USECS_PER_DAY);
	CHECK_INT(days_of(0), 10);	/* a way to say never */
	e->endtime = fx_none(MS_MISSING);
	e->inhosp_stas = ms_str("0");
	CHECK_INT(days_of(0), 4);	/* out, nobody wrote when */
	CHECK(!ms_stay_of(&audit, 0)->unfinished);

	/* an open record after a closed one keeps what is known */
	fx_reset();
	stay_at("M1", fx_time(3, 1, 8, 0, 0), fx_time(3, 8, 8, 0, 0));
	stay_at("M2", fx_time(3, 3, 8, 0, 0), 0);
	CHECK_INT(days_of(0), 8);
	CHECK_INT(ms_stay_of(&audit, 1)->end, fx_time(3, 8, 8, 0, 0));
	CHECK(ms_stay_of(&audit, 0)->unfinished);
}

/* ---- inside and outside ---- */

static MsValue
outside(int month, int day)
{
	fx_lines[0].fee_ocur_time = fx_v(fx_time(month, day, 12, 0, 0));
	prepare();
	return ms_stay_outside(&audit, 0);
}

static void
test_outside(void)
{
	MsBook		kept = book;
	MsBookContent content = {.n_params = 1};
	MsBookParam param = {"test_before_admission_days", "3"};
	MsBookError error = {NULL, NULL, NULL, 0};
	MsArena		arena;
	uint8_t    *bytes;
	size_t		size;

	fx_reset();
	stay_at("M1", fx_time(3, 5, 8, 0, 0), fx_time(3, 8, 10, 0, 0));
	fx_line("1", FX_OTHER, 0, 1, 50);
	CHECK_INT(outside(3, 5).v, 0);
	CHECK_INT(outside(3, 8).v, 0);
	CHECK_INT(outside(3, 9).v, 1);
	CHECK_INT(outside(3, 4).state, MS_MISSING); /* the bureau has not said */

	content.params = &param;
	content.maps = fx_maps;
	content.n_maps = sizeof(fx_maps) / sizeof(fx_maps[0]);
	env = fx_env();
	ms_arena_init(&arena, &env);
	if (!ms_book_build(&arena, &content, &bytes, &size, &error) ||
		!ms_book_open(bytes, size, &book, &error))
	{
		CHECK_MSG(false, "%s", error.what);
		book = kept;
		return;
	}
	CHECK_INT(outside(3, 2).v, 0);	/* a test three days before */
	CHECK_INT(outside(3, 2).state, MS_READABLE);
	CHECK_INT(outside(3, 1).v, -4);
	fx_encounters[0].endtime = fx_none(MS_MISSING);
	CHECK_INT(outside(3, 30).v, 0); /* still there */
	CHECK_INT(outside(3, 30).state, MS_READABLE);
	fx_encounters[0].inhosp_stas = ms_str("0");
	CHECK_INT(outside(3, 30).state, MS_MISSING);
	fx_encounters[0].med_type = ms_str("11");
	CHECK_INT(outside(3, 6).state, MS_MISSING);
	book = kept;
}

/* ---- brute force ---- */

static bool
joined(const bool *in, uint32_t n, uint32_t next, const bool *interim)
{
	uint32_t	last = UINT32_MAX;
	bool		open = false;
	const MsEncounter *e = &fx_encounters[next];

	/* the one that ends last of all in the chain; an open one is that */
	for (uint32_t i = 0; i < n; i++)
	{
		if (!in[i])
			continue;
		if (fx_encounters[i].endtime.state != MS_READABLE)
			open = true;
		else if (last == UINT32_MAX ||
				 fx_encounters[i].endtime.v > fx_encounters[last].endtime.v ||
				 (fx_encounters[i].endtime.v == fx_encounters[last].endtime.v &&
				  (fx_encounters[i].begntime.v > fx_encounters[last].begntime.v ||
				   (fx_encounters[i].begntime.v == fx_encounters[last].begntime.v &&
					ms_str_cmp(fx_encounters[i].mdtrt_id, fx_encounters[last].mdtrt_id) > 0))))
			last = i;
	}
	if (open || last == UINT32_MAX)
		return false;
	if (e->begntime.v / MINUTE <= fx_encounters[last].endtime.v / MINUTE)
		return true;
	return interim[last] && e->begntime.v / MS_USECS_PER_DAY <=
		fx_encounters[last].endtime.v / MS_USECS_PER_DAY + 1;
}

static bool
admitted_before(const MsEncounter *x, const MsEncounter *y)
{
	if (x->begntime.v != y->begntime.v)
		return x->begntime.v < y->begntime.v;
	return ms_str_cmp(x->mdtrt_id, y->mdtrt_id) < 0;
}

/* Chains by taking the earliest free admission and trying all others. */
static void
expect_chains(uint32_t n, const bool *interim, uint32_t *chain)
{
	bool		done[16] = {false};

	for (;;)
	{
		uint32_t	first = UINT32_MAX;
		bool		in[16] = {false};

		for (uint32_t i = 0; i < n; i++)
		{
			if (!done[i] && (first == UINT32_MAX ||
							 admitted_before(&fx_encounters[i], &fx_encounters[first])))
				first = i;
		}
		if (first == UINT32_MAX)
			return;
		in[first] = done[first] = true;
		chain[first] = first;
		for (;;)
		{
			uint32_t	next = UINT32_MAX;

			for (uint32_t i = 0; i < n; i++)
			{
				if (!done[i] &&
					ms_str_eq(fx_encounters[i].fixmedins_code, fx_encounters[first].fixmedins_code) &&
					(next == UINT32_MAX || admitted_before(&fx_encounters[i], &fx_encounters[next])))
					next = i;
			}
			if (next == UINT32_MAX || !joined(in, n, next, interim))
				break;
			in[next] = done[next] = true;
			chain[next] = first;
		}
	}
}

static void
test_random(void)
{
	static const char *const ids[] = {"A", "B", "C", "D", "E", "F", "G", "H"};
	static const char *const setls[] = {"SA", "SB", "SC", "SD", "SE", "SF", "SG", "SH"};
	uint32_t	mixed = 0;

	for (int run = 0; run < RANDOM_RUNS; run++)
	{
		uint32_t	n = 1 + rnd(8);
		bool		interim[16] = {false};
		uint32_t	chain[16];
		bool		same = true;
		uint32_t	joints = 0;

		fx_reset();
		for (uint32_t i = 0; i < n; i++)
		{
			int64_t		from = fx_time(3, 1, 8, 0, 0) + rnd(240) * 2 * MS_USECS_PER_HOUR;
			MsEncounter *e = stay_at(ids[i], from, from + (1 + rnd(60)) * 2 * MS_USECS_PER_HOUR);

			e->fixmedins_code = ms_str(rnd(3) == 0 ? "H2" : "H1");
			if (rnd(8) == 0)
				e->endtime = fx_none(MS_MISSING);
			if (i > 0 && rnd(3) == 0)
				e->begntime = fx_encounters[rnd(i)].endtime;
			if (e->begntime.state != MS_READABLE)
				e->begntime = fx_v(from);
			if (e->endtime.state == MS_READABLE && e->endtime.v < e->begntime.v)
				e->endtime = fx_v(e->begntime.v + MINUTE);
			if (rnd(2) == 0)
			{
				interim[i] = rnd(2) == 0;
				fx_settlement(setls[i], ids[i], 0)->mid_setl_flag = ms_str(interim[i] ? "1" : "0");
			}
		}
		expect_chains(n, interim, chain);
		prepare();
		for (uint32_t i = 0; i < n; i++)
		{
			same &= ms_stay_chain(&audit, (int32_t) i) == chain[i];
			joints += chain[i] != i;
		}
		CHECK_MSG(same, "run %d joins otherwise", run);
		mixed += joints > 0 && joints < n - 1;
		fx_free();
	}
	CHECK(mixed > RANDOM_RUNS / 4);
}

int
main(void)
{
	MsBookError error = {NULL, NULL, NULL, 0};
	MsArena		arena;
	uint8_t    *bytes;
	uint8_t    *kept;
	size_t		size;

	env = fx_env();
	ms_arena_init(&arena, &env);
	CHECK(fx_build(&arena, &bytes, &size, &error));
	kept = malloc(size);
	memcpy(kept, bytes, size);
	CHECK(ms_book_open(kept, size, &book, &error));
	test_joins();
	test_interim();
	test_undone();
	test_chain();
	test_days();
	test_unfinished();
	test_outside();
	test_random();
	fx_free();
	free(kept);
	return unit_done();
}
