/*
 * audit_together_test.c
 *	  What is judged of several lines together: parts, kinds, discounts,
 *	  co-therapy, limits that grow with something, doses and fund money.
 */
#include "unit.h"

#include "audit_fixture.h"

#define OPEN_ENTRY FX_OPEN, FX_NO_AGE,.count_key = MS_KEY_PERSON
#define DRUG_A1	"XB01AXA223B002010100156"
#define DRUG_A2	"XB01AXA223B002010100157"	/* the same medicine */
#define DRUG_B	"XC01EBC109B001010102049"
#define DRUG_C	"XL01FDP138B002010181735"

static const MsBookRule rules[] = {
	{.code = "R05",.kind = 5,.fund_scope = MS_FUND_ANY},
	{.code = "R06",.kind = 6,.fund_scope = MS_FUND_ANY},
	{.code = "R07",.kind = 7,.fund_scope = MS_FUND_ANY},
	{.code = "R10",.kind = 10,.fund_scope = MS_FUND_ANY}
};

enum
{
	PARTS, PER_STAY, PER_ITEM, KINDS, DOSE_DAY, DOSE_ONCE, SUPPLY, FUND,
	IN_OPERATION, DISCOUNT, BESIDE, CLASS, N_ENTRIES
};

static const MsBookEntry entries[N_ENTRIES] = {
	{.code = "E00",.rule_code = "R05",.check = MS_CHECK_PARTS,.scope = MS_SCOPE_DAY,.at_least = 2, OPEN_ENTRY},
	{.code = "E01",.rule_code = "R06",.check = MS_CHECK_QUANTITY,.scope = MS_SCOPE_VISIT,.limit = 10000,.limit_basis = MS_LIMIT_STAY_DAYS, OPEN_ENTRY},
	{.code = "E02",.rule_code = "R06",.check = MS_CHECK_QUANTITY,.scope = MS_SCOPE_DAY,.limit = 20000,.limit_basis = MS_LIMIT_ITEM, OPEN_ENTRY},
	{.code = "E03",.rule_code = "R06",.check = MS_CHECK_KINDS,.scope = MS_SCOPE_PRESCRIPTION,.limit = 20000, OPEN_ENTRY},
	{.code = "E04",.rule_code = "R06",.check = MS_CHECK_DOSE,.scope = MS_SCOPE_DAY,.limit = 60000, OPEN_ENTRY},
	{.code = "E05",.rule_code = "R06",.check = MS_CHECK_DOSE,.scope = MS_SCOPE_LINE,.limit = 30000, OPEN_ENTRY},
	{.code = "E06",.rule_code = "R06",.check = MS_CHECK_SUPPLY_DAYS,.scope = MS_SCOPE_MONTH,.limit = 300000, OPEN_ENTRY},
	{.code = "E07",.rule_code = "R06",.check = MS_CHECK_FUND_MONEY,.scope = MS_SCOPE_YEAR,.limit = 500000, OPEN_ENTRY},
	{.code = "E08",.rule_code = "R06",.check = MS_CHECK_COUNT,.scope = MS_SCOPE_OPERATION,.limit = 10000, OPEN_ENTRY},
	{.code = "E09",.rule_code = "R07",.check = MS_CHECK_DISCOUNT,.scope = MS_SCOPE_VISIT,.rates = {1000000, 500000}, OPEN_ENTRY},
	{.code = "E10",.rule_code = "R10",.check = MS_CHECK_OVERLAP,.scope = MS_SCOPE_LIFETIME, OPEN_ENTRY},
	{.code = "E11",.rule_code = "R10",.check = MS_CHECK_OVERLAP,.scope = MS_SCOPE_LIFETIME,.at_least = 2, OPEN_ENTRY}
};

static const struct
{
	const char *entry;
	const char *code;
	uint8_t		role;
}			codes[] = {
	{"E00", "0031070", MS_ROLE_MAIN}, {"E00", FX_DAILY, MS_ROLE_MAIN},
	{"E00", FX_ROLLING, MS_ROLE_MAIN},
	{"E01", FX_OTHER, MS_ROLE_MAIN},
	{"E02", FX_GAP, MS_ROLE_MAIN}, {"E02", FX_6H_MAIN, MS_ROLE_PER},
	{"E03", "X", MS_ROLE_MAIN},
	{"E04", DRUG_A1, MS_ROLE_MAIN}, {"E05", DRUG_A1, MS_ROLE_MAIN},
	{"E06", DRUG_B, MS_ROLE_MAIN}, {"E07", FX_NEWBORN, MS_ROLE_MAIN},
	{"E09", FX_VISIT_MAIN, MS_ROLE_MAIN}, {"E09", FX_VISIT_SUB, MS_ROLE_MAIN},
	{"E10", DRUG_A1, MS_ROLE_MAIN}, {"E10", DRUG_C, MS_ROLE_SUB},
	{"E11", "X", MS_ROLE_MAIN}, {"E08", FX_6H_SUB, MS_ROLE_MAIN}
};

#define N_CODES ((int) (sizeof(codes) / sizeof(codes[0])))

static MsBook book;
static MsOperation operations[4];

static void
make_book(MsArena *arena)
{
	static MsBookCode all[N_CODES];
	MsBookContent content = {
		.rules = rules,.n_rules = 4,.entries = entries,
		.n_entries = N_ENTRIES,.codes = all,.n_codes = N_CODES,
		.maps = fx_maps,.n_maps = sizeof(fx_maps) / sizeof(fx_maps[0]),
		.params = fx_params,.n_params = 2
	};
	MsBookError error;
	uint8_t    *bytes;
	size_t		size;

	for (int i = 0; i < N_CODES; i++)
	{
		all[i].entry_code = codes[i].entry;
		all[i].role = codes[i].role;
		CHECK(ms_code_fee_item_parse(codes[i].code, strlen(codes[i].code),
									 &all[i].item, NULL));
	}
	memset(&error, 0, sizeof(error));
	CHECK_MSG(ms_book_build(arena, &content, &bytes, &size, &error), "%s: %s",
			  error.object ? error.object : "", error.what);
	CHECK(ms_book_open(bytes, size, &book, &error));
}

static void
start(void)
{
	fx_reset();
	fx_encounter("M1");
	fx_settlement("S1", "M1", 8000);
}

/* The only finding of an entry, or NULL. */
static const FxFinding *
run(int entry)
{
	const FxFinding *f = NULL;

	CHECK(fx_run(&book));
	for (int i = 0; i < fx_n_found; i++)
	{
		if ((int) fx_found[i].f.entry != entry)
			continue;
		CHECK(f == NULL);
		f = &fx_found[i];
	}
	return f;
}

#define NONE(entry) CHECK(run(entry) == NULL)
#define ONE(entry, want_anchor, want_excess, want_vola, want_max) \
	do { \
		const FxFinding *one = run(entry); \
 \
		CHECK_MSG(one != NULL, "no finding of %s", #entry); \
		if (one != NULL) \
		{ \
			CHECK_STR(one->anchor, want_anchor); \
			CHECK_INT(one->f.excess, want_excess); \
			CHECK_INT(one->f.vola_amt, want_vola); \
			CHECK_INT(one->f.vola_amt_max, want_max); \
		} \
	} while (0)

#define NOON(month, day) fx_time(month, day, 12, 0, 0)

static void
test_parts(void)
{
	start();
	fx_line("a", FX_HOUR_SUB, NOON(3, 2), 1, 100);
	fx_line("b", FX_HOUR_MAIN, NOON(3, 2), 1, 700);
	NONE(PARTS);				/* both below the one node that is listed */
	fx_line("c", FX_DAILY, NOON(3, 3), 1, 500);
	NONE(PARTS);				/* another day */
	fx_lines[2].fee_ocur_time = fx_v(NOON(3, 2));
	ONE(PARTS, "a", 10000, 500, 1300);	/* the node's 800 may be the whole */
	CHECK_STR(fx_found[0].f.note, "parts");
	CHECK_STR(fx_found[0].formula, "2 - 1 = 1; 1 \303\227 5.00 = 5.00");
	fx_line("d", FX_ROLLING, NOON(3, 2), 1, 50);
	ONE(PARTS, "a", 20000, 550, 1350);
}

static void
test_limits(void)
{
	/* 1 to 8 March, both ends count: eight are allowed */
	start();
	fx_line("a", FX_OTHER, NOON(3, 2), 8, 100);
	NONE(PER_STAY);
	fx_line("b", FX_OTHER, NOON(3, 3), 1, 40);
	ONE(PER_STAY, "b", 10000, 40, 100);
	CHECK_STR(fx_found[0].limit, "1 \303\227 8");
	CHECK(!fx_found[0].f.provisional);

	/* not discharged: to the last time known, provisional */
	fx_encounters[0].endtime = fx_none(MS_MISSING);
	ONE(PER_STAY, "b", 10000, 40, 100);
	CHECK(fx_found[0].f.provisional);
	fx_encounters[0].begntime = fx_none(MS_MISSING);
	NONE(PER_STAY);
	CHECK_INT(fx_tallies[1][MS_UNDECIDED][MS_STAY_UNKNOWN], 2);

	/* two a day for each of another item that day */
	start();
	fx_line("a", FX_GAP, NOON(3, 2), 4, 100);
	ONE(PER_ITEM, "a", 40000, 400, 400);
	fx_line("p", FX_6H_MAIN, NOON(3, 2), 1, 0);
	ONE(PER_ITEM, "a", 20000, 200, 200);
	fx_lines[1].cnt = fx_v(20000);
	NONE(PER_ITEM);
	fx_lines[1].fee_ocur_time = fx_v(NOON(3, 3));
	ONE(PER_ITEM, "a", 40000, 400, 400);
}

static void
test_kinds(void)
{
	start();
	fx_line("a", DRUG_A1, NOON(3, 2), 1, 100)->rx_drord_no = ms_str("1");
	fx_line("b", DRUG_B, NOON(3, 2), 1, 30)->rx_drord_no = ms_str("1");
	fx_line("c", DRUG_A2, NOON(3, 2), 1, 10)->rx_drord_no = ms_str("1");
	NONE(KINDS);				/* two medicines in three packs */
	fx_line("d", DRUG_C, NOON(3, 2), 1, 70)->rx_drord_no = ms_str("1");
	ONE(KINDS, "d", 10000, 30, 110);
	fx_lines[3].rx_drord_no = ms_str("2");
	NONE(KINDS);
	fx_lines[3].rx_drord_no = ms_str(" ");
	NONE(KINDS);
	CHECK(fx_tallies[1][MS_UNDECIDED][MS_PRESCRIPTION_UNKNOWN] > 0);
}

static void
test_doses(void)
{
	MsLine	   *l;

	start();
	l = fx_line("a", DRUG_A1, NOON(3, 2), 1, 900);
	l->sin_dos = fx_v(30000);
	l->used_frqu_dscr = ms_str("bid");
	l->rx_drord_no = ms_str("7");
	NONE(DOSE_ONCE);
	NONE(DOSE_DAY);
	l->used_frqu_dscr = ms_str("tid");
	ONE(DOSE_DAY, "a", 30000, 300, 300);	/* 3 of 9 */

	/* the same order posted again is the same dose */
	fx_line("b", DRUG_A1, NOON(3, 2), 1, 900);
	fx_lines[1].sin_dos = fx_v(30000);
	fx_lines[1].used_frqu_dscr = ms_str("bid");
	fx_lines[1].rx_drord_no = ms_str("7");
	ONE(DOSE_DAY, "a", 30000, 300, 300);
	fx_lines[1].rx_drord_no = ms_str("8");
	ONE(DOSE_DAY, "a", 90000, 900, 1200);
	l->sin_dos = fx_v(30001);
	ONE(DOSE_ONCE, "a", 1, 0, 0);
	l->used_frqu_dscr = ms_str("\345\277\205\350\246\201\346\227\266");
	NONE(DOSE_DAY);
	CHECK(fx_tallies[1][MS_UNDECIDED][MS_DOSE_UNKNOWN] + fx_tallies[1][MS_HIT][0] > 0);
}

static void
test_supply_and_money(void)
{
	start();
	fx_line("a", DRUG_B, NOON(3, 2), 2, 150)->prd_days = fx_v(300000);
	NONE(SUPPLY);
	fx_line("b", DRUG_B, NOON(3, 31), 1, 140)->prd_days = fx_v(70000);
	ONE(SUPPLY, "b", 70000, 70, 140);	/* 7 days at 10 fen, or at 20 */
	fx_lines[1].fee_ocur_time = fx_v(NOON(4, 1));
	NONE(SUPPLY);

	/* the fund paid 80.00 of 160.00: 50.00 is the cap */
	start();
	fx_line("a", FX_NEWBORN, NOON(3, 2), 1, 16000);
	ONE(FUND, "a", 300000, 6000, 6000);
	fx_settlements[0].funds[MS_HIFP_PAY] = fx_v(5000);
	NONE(FUND);
	fx_settlements[0].clr_way = ms_str("4");
	NONE(FUND);
	CHECK_INT(fx_tallies[1][MS_UNDECIDED][MS_FUND_UNKNOWN], 1);
}

static void
test_discount(void)
{
	start();
	fx_line("a", FX_VISIT_SUB, NOON(3, 2), 1, 100000);
	NONE(DISCOUNT);
	fx_line("b", FX_VISIT_MAIN, NOON(3, 2), 1, 60000);
	ONE(DISCOUNT, "b", 3000000, 30000, 30000);
	CHECK(fx_found[0].f.suspect_only);	/* 600 may be half of 1200 */

	/* the full price is told by the same operation in another visit */
	fx_encounter("M2");
	fx_line("c", FX_VISIT_MAIN, NOON(3, 20), 1, 60000)->mdtrt_id = ms_str("M2");
	ONE(DISCOUNT, "b", 3000000, 30000, 30000);
	CHECK(!fx_found[0].f.suspect_only);

	/* already reduced, by price, amount or quantity */
	fx_lines[1].pric = fx_v(INT64_C(300000000));
	fx_lines[1].det_item_fee_sumamt = fx_v(30000);
	NONE(DISCOUNT);
	fx_lines[1].pric = fx_v(INT64_C(600000000));
	NONE(DISCOUNT);
	fx_lines[1].cnt = fx_v(5000);
	NONE(DISCOUNT);

	/* reduced too little: 450 of the 300 allowed */
	fx_lines[1].cnt = fx_v(10000);
	fx_lines[1].det_item_fee_sumamt = fx_v(45000);
	ONE(DISCOUNT, "b", 1500000, 15000, 15000);

	/* the third one at the last rate again; the dearest comes first */
	start();
	fx_line("a", FX_VISIT_MAIN, NOON(3, 2), 2, 60000);
	fx_line("b", FX_VISIT_SUB, NOON(3, 3), 1, 100000);
	ONE(DISCOUNT, "a", 6000000, 60000, 60000);
}

/* ---- co-therapy, against days looked at one by one ---- */

static uint64_t seed = 88;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t) (seed >> 33) % n;
}

static const char *const drugs[] = {DRUG_A1, DRUG_B, DRUG_C};
static char serials[24][16];

static bool
violates(int entry, const MsLine *l)
{
	for (int i = 0; i < fx_n_found; i++)
	{
		for (uint32_t m = 0; m < fx_found[i].f.n_members; m++)
		{
			const MsMember *member = &fx_found[i].members[m];

			if ((int) fx_found[i].f.entry == entry && member->role == 1 &&
				&fx_lines[member->line] == l)
				return true;
		}
	}
	return false;
}

static bool
in_use(const MsLine *l, int64_t day)
{
	int64_t		first = ms_day_of(l->fee_ocur_time.v);
	int64_t		days = l->prd_days.state == MS_READABLE ? l->prd_days.v / MS_QTY_ONE : 1;

	return day >= first && day < first + days;
}

static void
compare_overlaps(int n)
{
	bool		accepted[24];

	for (int i = 0; i < n; i++)
	{
		const MsLine *l = &fx_lines[i];
		int64_t		first = ms_day_of(l->fee_ocur_time.v);
		bool		beside = false;
		bool		class = false;

		for (int j = 0; j < n; j++)
		{
			const MsLine *o = &fx_lines[j];

			for (int64_t day = first; day < first + 40; day++)
				beside |= in_use(l, day) && in_use(o, day) &&
					ms_str_is(o->med_list_codg, DRUG_A1);
			class |= j < i && accepted[j] && in_use(o, first) &&
				!ms_str_eq(o->med_list_codg, l->med_list_codg);
		}
		accepted[i] = !class;
		CHECK(violates(CLASS, l) == class);
		CHECK(violates(BESIDE, l) == (beside && ms_str_is(l->med_list_codg, DRUG_C)));
	}
}

static void
test_overlap(void)
{
	for (int round = 0; round < 200; round++)
	{
		int			n = 2 + (int) rnd(20);
		int64_t		day = 1;

		start();
		for (int i = 0; i < n; i++)
		{
			MsLine	   *l;

			snprintf(serials[i], sizeof(serials[0]), "%03d", i);
			day += rnd(5);
			l = fx_line(serials[i], drugs[rnd(3)], NOON(1, 1) + day *
						MS_USECS_PER_DAY, 1, 100);
			l->prd_days = rnd(4) ? fx_v((1 + rnd(12)) * MS_QTY_ONE) :
				fx_none(MS_MISSING);
		}
		CHECK(fx_run(&book));
		compare_overlaps(n);
	}
	start();
	fx_line("a", DRUG_A1, NOON(3, 2), 1, 100)->prd_days = fx_v(70000);
	fx_line("b", DRUG_C, NOON(3, 8), 1, 300)->prd_days = fx_v(50000);
	ONE(BESIDE, "b", 10000, 300, 300);
	fx_lines[1].fee_ocur_time = fx_v(NOON(3, 9));
	NONE(BESIDE);
}

/* ---- operations ---- */

static void
test_operation(void)
{
	start();
	fx_claims.operations = operations;
	fx_claims.n_operations = 2;
	fx_claims.has_operations = true;
	memset(operations, 0, sizeof(operations));
	for (int i = 0; i < 2; i++)
	{
		operations[i].mdtrt_id = ms_str("M1");
		operations[i].begntime = fx_v(fx_time(3, 2, 9 + i * 5, 0, 0));
		operations[i].endtime = fx_v(fx_time(3, 2, 11 + i * 5, 0, 0));
	}
	fx_line("a", FX_6H_SUB, fx_time(3, 2, 9, 30, 0), 1, 100);
	fx_line("b", FX_6H_SUB, fx_time(3, 2, 14, 30, 0), 1, 100);
	NONE(IN_OPERATION);			/* one in each */

	/* a record that names only the settlement is of its visit */
	operations[0].mdtrt_id = operations[1].mdtrt_id = ms_str("");
	operations[0].setl_id = operations[1].setl_id = ms_str("S1");
	NONE(IN_OPERATION);
	operations[0].vali_flag = operations[1].vali_flag = ms_str("0");
	ONE(IN_OPERATION, "b", 10000, 100, 100);
	CHECK(fx_found[0].f.suspect_only);
	operations[0].vali_flag = operations[1].vali_flag = ms_str("1");
	fx_lines[1].fee_ocur_time = fx_v(fx_time(3, 2, 11, 0, 0));
	ONE(IN_OPERATION, "b", 10000, 100, 100);
	CHECK(!fx_found[0].f.suspect_only);

	/* records that meet are one operation */
	fx_lines[1].fee_ocur_time = fx_v(fx_time(3, 2, 14, 30, 0));
	operations[1].anst_begntime = fx_v(fx_time(3, 2, 10, 0, 0));
	ONE(IN_OPERATION, "b", 10000, 100, 100);

	/* outside every record, but the only one of the day: suspected */
	fx_claims.n_operations = 1;
	ONE(IN_OPERATION, "b", 10000, 100, 100);
	CHECK(fx_found[0].f.suspect_only);
	fx_claims.n_operations = 0;
	ONE(IN_OPERATION, "b", 10000, 100, 100);
	CHECK(fx_found[0].f.suspect_only);
	fx_lines[1].fee_ocur_time = fx_v(NOON(3, 3));
	NONE(IN_OPERATION);
}

int
main(void)
{
	MsEnv		env = fx_env();
	MsArena		arena;

	ms_arena_init(&arena, &env);
	make_book(&arena);
	test_parts();
	test_limits();
	test_kinds();
	test_doses();
	test_supply_and_money();
	test_discount();
	test_overlap();
	test_operation();
	fx_free();
	return unit_done();
}
