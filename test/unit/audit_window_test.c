/*
 * audit_window_test.c
 *	  Sums over every window and counter, judged a second time by brute
 *	  force from the words of docs/rulebook.md; and windows one by one at
 *	  their edges.
 */
#include "unit.h"

#include "audit_fixture.h"

#define N_LINES		30
#define N_ENCOUNTERS 4
#define MAX_ENTRIES 400

static MsBookRule rule = {.code = "R1",.kind = 6,.fund_scope = MS_FUND_ANY};
static MsBookEntry entries[MAX_ENTRIES];
static char names[MAX_ENTRIES][16];
static MsBookCode codes[MAX_ENTRIES * 2];
static int	n_entries;
static MsBook book;
static void *book_bytes;
static uint64_t seed = 20261122;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t) (seed >> 33) % n;
}

/* ---- the book: every sum over every window and counter ---- */

static void
add_entry(uint8_t check, uint8_t scope, uint8_t key, int64_t limit)
{
	MsBookEntry *e = &entries[n_entries];

	snprintf(names[n_entries], sizeof(names[0]), "E%03d", n_entries);
	memset(e, 0, sizeof(*e));
	e->code = names[n_entries];
	e->rule_code = "R1";
	e->check = check;
	e->scope = scope;
	e->count_key = key;
	e->limit = limit;
	e->age_from = e->age_below = -1;
	e->valid_from = MS_DATE_FROM_OPEN;
	e->valid_to = MS_DATE_TO_OPEN;
	e->window_days = scope == MS_SCOPE_ROLLING ? 20 : 0;
	for (int i = 0; i < 2; i++)
	{
		const char *code = i == 0 ? FX_DAILY : FX_ROLLING;
		MsBookCode *c = &codes[n_entries * 2 + i];

		c->entry_code = e->code;
		c->role = MS_ROLE_MAIN;
		CHECK(ms_code_fee_item_parse(code, strlen(code), &c->item, NULL));
	}
	n_entries++;
}

static void
make_book(MsArena *arena)
{
	static const uint8_t checks[] = {
		MS_CHECK_QUANTITY, MS_CHECK_COUNT, MS_CHECK_MONEY
	};
	static const MsBookParam params[] = {
		{"course_gap_days", "5"}, {"insurance_year_start", "04-01"},
		{"stay_days", "in_not_out"}
	};
	MsBookContent content = {
		.rules = &rule,.n_rules = 1,.entries = entries,.codes = codes,
		.maps = fx_maps,.n_maps = sizeof(fx_maps) / sizeof(fx_maps[0]),
		.params = params,.n_params = 3
	};
	MsBookError error;
	uint8_t    *bytes;
	size_t		size;

	for (int c = 0; c < 3; c++)
	{
		for (uint8_t scope = MS_SCOPE_LINE; scope <= MS_SCOPE_LIFETIME; scope++)
		{
			for (uint8_t key = MS_KEY_PERSON_INSTITUTION;
				 key <= MS_KEY_DEPARTMENT; key++)
			{
				/* operations have their own test */
				if (scope != MS_SCOPE_OPERATION)
					add_entry(checks[c], scope, key, scope == MS_SCOPE_LINE ?
							  MS_QTY_ONE * (c == 2 ? 20 : 2) :
							  MS_QTY_ONE * (c == 2 ? 30 : 3));
			}
		}
	}
	content.n_entries = (uint32_t) n_entries;
	content.n_codes = (uint32_t) n_entries * 2;
	memset(&error, 0, sizeof(error));
	CHECK_MSG(ms_book_build(arena, &content, &bytes, &size, &error), "%s: %s",
			  error.object ? error.object : "", error.what);
	book_bytes = malloc(size);
	memcpy(book_bytes, bytes, size);
	CHECK(ms_book_open(book_bytes, size, &book, &error));
	fx_free();
}

/* ---- random claims ---- */

static const char *const ids[] = {"M1", "M2", "M3", "M4"};
static const char *const some[] = {"A", "B", "C", NULL};
static char serials[N_LINES][16];

/* The year's end of 2026 and the start of 2027 are crowded. */
static int64_t
random_time(void)
{
	int64_t		day = ms_days_from_civil(2026, 12, 20) + rnd(22);

	if (rnd(4) == 0)
		day = ms_days_from_civil(2026, 1, 1) + rnd(730);
	return day * MS_USECS_PER_DAY + (int64_t) rnd(48) * 1800 * 1000000;
}

static MsStr
random_text(void)
{
	const char *text = some[rnd(4)];
	MsStr		none = {NULL, 0};

	return text ? ms_str(text) : none;
}

static void
make_claims(void)
{
	fx_reset();
	for (int i = 0; i < N_ENCOUNTERS; i++)
	{
		MsEncounter *e = fx_encounter(ids[i]);

		e->med_type = ms_str(i < 2 ? "21" : "11");
		e->fixmedins_code = i == 3 ? random_text() : ms_str("H1");
		e->begntime = fx_v(ms_days_from_civil(2026, 12, 20 + i * 3) *
						   MS_USECS_PER_DAY);
		e->endtime = fx_v(e->begntime.v + 3 * MS_USECS_PER_DAY);
	}
	for (int i = 0; i < N_LINES; i++)
	{
		MsLine	   *l;

		snprintf(serials[i], sizeof(serials[0]), "%03d", i);
		l = fx_line(serials[i], rnd(2) ? FX_DAILY : FX_ROLLING, random_time(),
					1 + rnd(3), 100 * (1 + rnd(9)));
		l->mdtrt_id = ms_str(ids[rnd(N_ENCOUNTERS)]);
		l->setl_id = ms_str("");
		l->rx_drord_no = random_text();
		l->bilg_dr_codg = random_text();
		l->bilg_dept_codg = random_text();
	}
}

/* ---- the second judge ---- */

typedef struct Counted
{
	const MsLine *in;
	const MsEncounter *enc;
	char		bucket[128];
	int64_t		day;
	int64_t		amount;
	int64_t		accepted;
} Counted;

static Counted all[N_LINES];
static int	n_all;

static const char *
text_of(MsStr s)
{
	return s.s ? s.s : "";
}

static int
cmp_counted(const void *a, const void *b)
{
	const MsLine *x = ((const Counted *) a)->in;
	const MsLine *y = ((const Counted *) b)->in;
	int			diff = (x->fee_ocur_time.v > y->fee_ocur_time.v) -
	(x->fee_ocur_time.v < y->fee_ocur_time.v);

	if (diff == 0)
		diff = ms_str_cmp(x->mdtrt_id, y->mdtrt_id);
	return diff != 0 ? diff : ms_str_cmp(x->feedetl_sn, y->feedetl_sn);
}

/* The counter's name; false when the line has none. */
static bool
name_key(const MsBookEntry *e, const Counted *c, char *buf, size_t size)
{
	bool		inside = e->scope == MS_SCOPE_LINE ||
	e->scope == MS_SCOPE_PRESCRIPTION || e->scope == MS_SCOPE_VISIT ||
	e->scope == MS_SCOPE_STAY;

	buf[0] = '\0';
	switch (e->count_key)
	{
		case MS_KEY_PERSON_INSTITUTION:
			if (inside)
				return true;
			snprintf(buf, size, "%s", text_of(c->enc->fixmedins_code));
			return buf[0] != '\0';
		case MS_KEY_ENCOUNTER:
			snprintf(buf, size, "%s", text_of(c->in->mdtrt_id));
			return true;
		case MS_KEY_PRESCRIPTION:
			snprintf(buf, size, "%s.%s", text_of(c->in->mdtrt_id),
					 text_of(c->in->rx_drord_no));
			return c->in->rx_drord_no.s != NULL;
		case MS_KEY_DOCTOR:
			snprintf(buf, size, "%s", text_of(c->in->bilg_dr_codg));
			return buf[0] != '\0';
		case MS_KEY_DEPARTMENT:
			snprintf(buf, size, "%s", text_of(c->in->bilg_dept_codg));
			return buf[0] != '\0';
		default:
			return true;
	}
}

/* The Monday of a day's week, counted back from a known Saturday. */
static int64_t
monday_of(int64_t day)
{
	while (((day % 7) + 7) % 7 != 2)
		day--;
	return day;
}

/* The window's name; false when there is none or it does not bind. */
static bool
name_window(const MsBookEntry *e, const Counted *c, char *buf, size_t size)
{
	MsDate		d = ms_civil_from_days(c->day);
	int			year = (int) d.year;
	int64_t		clock = c->in->fee_ocur_time.v - c->day * MS_USECS_PER_DAY;

	buf[0] = '\0';
	switch (e->scope)
	{
		case MS_SCOPE_LINE:
			snprintf(buf, size, "%s", text_of(c->in->feedetl_sn));
			return true;
		case MS_SCOPE_PRESCRIPTION:
			snprintf(buf, size, "%s.%s", text_of(c->in->mdtrt_id),
					 text_of(c->in->rx_drord_no));
			return c->in->rx_drord_no.s != NULL;
		case MS_SCOPE_HOUR:
			snprintf(buf, size, "%lld.%d", (long long) c->day,
					 (int) (clock / MS_USECS_PER_HOUR));
			return clock != 0;
		case MS_SCOPE_6H:
			return clock != 0;
		case MS_SCOPE_DAY:
			snprintf(buf, size, "%lld", (long long) c->day);
			return true;
		case MS_SCOPE_WEEK:
			snprintf(buf, size, "%lld", (long long) monday_of(c->day));
			return true;
		case MS_SCOPE_MONTH:
			snprintf(buf, size, "%d.%d", year, d.month);
			return true;
		case MS_SCOPE_QUARTER:
			snprintf(buf, size, "%d.%d", year, (d.month + 2) / 3);
			return true;
		case MS_SCOPE_YEAR:
			snprintf(buf, size, "%d", year);
			return true;
		case MS_SCOPE_INSURANCE_YEAR:
			snprintf(buf, size, "%d", d.month >= 4 ? year : year - 1);
			return true;
		case MS_SCOPE_VISIT:
			snprintf(buf, size, "%s", text_of(c->in->mdtrt_id));
			return true;
		case MS_SCOPE_STAY:
			/* M2 begins in the minute in which M1 ended */
			snprintf(buf, size, "stay");
			return c->enc == &fx_encounters[0] || c->enc == &fx_encounters[1];
		default:
			return true;
	}
}

static void
count_lines(const MsBookEntry *e)
{
	n_all = 0;
	for (uint32_t i = 0; i < fx_claims.n_lines; i++)
	{
		Counted    *c = &all[n_all];
		char		key[48];
		char		window[48];

		c->in = &fx_lines[i];
		c->enc = &fx_encounters[c->in->mdtrt_id.s[1] - '1'];
		c->day = ms_day_of(c->in->fee_ocur_time.v);
		c->amount = e->check == MS_CHECK_QUANTITY ? c->in->cnt.v :
			e->check == MS_CHECK_COUNT ? MS_QTY_ONE :
			c->in->det_item_fee_sumamt.v * 100;
		if (!name_key(e, c, key, sizeof(key)) ||
			!name_window(e, c, window, sizeof(window)))
			continue;
		snprintf(c->bucket, sizeof(c->bucket), "%s/%s", key, window);
		n_all++;
	}
	qsort(all, (size_t) n_all, sizeof(all[0]), cmp_counted);
}

/* Courses have no name: they are what runs on without a pause. */
static void
name_courses(void)
{
	for (int i = 0; i < n_all; i++)
	{
		int64_t		first = all[i].day;
		bool		again = true;
		char		key[128];

		snprintf(key, sizeof(key), "%s", all[i].bucket);
		if (strchr(key, '#') != NULL)
			continue;
		while (again)
		{
			again = false;
			for (int j = 0; j < n_all; j++)
			{
				int64_t		d = all[j].day - first;

				if (strcmp(all[j].bucket, key) != 0 || d < 0)
					continue;
				if (d <= 6)
				{
					if (d > 0)
					{
						first = all[j].day;
						again = true;
					}
					snprintf(all[j].bucket, sizeof(all[j].bucket), "%.60s#%d",
							 key, i);
				}
			}
		}
	}
}

static int	n_expected;

static const FxFinding *
found(int entry, MsStr anchor)
{
	for (int i = 0; i < fx_n_found; i++)
	{
		if ((int) fx_found[i].f.entry == entry &&
			strcmp(fx_found[i].anchor, anchor.s) == 0)
			return &fx_found[i];
	}
	return NULL;
}

static void
expect(int entry, MsStr anchor, int64_t excess, int64_t vola, int64_t vola_max)
{
	const FxFinding *f = found(entry, anchor);

	n_expected++;
	CHECK_MSG(f != NULL, "entry %d (%d over %d by %d): none at %s", entry,
			  entries[entry].check, entries[entry].scope,
			  entries[entry].count_key, anchor.s);
	if (f == NULL)
		return;
	CHECK_MSG(f->f.excess == excess, "entry %d at %s: excess %lld, not %lld",
			  entry, anchor.s, (long long) f->f.excess, (long long) excess);
	CHECK_MSG(f->f.vola_amt == vola && f->f.vola_amt_max == vola_max,
			  "entry %d at %s: %lld to %lld, not %lld to %lld", entry,
			  anchor.s, (long long) f->f.vola_amt,
			  (long long) f->f.vola_amt_max, (long long) vola,
			  (long long) vola_max);
}

/* Takes units of the measure one by one, always the cheapest or dearest. */
static int64_t
money_of(int entry, const char *bucket, int64_t excess, int sign)
{
	int64_t		left[N_LINES];
	int64_t		sum = 0;

	if (entries[entry].check == MS_CHECK_MONEY)
		return excess / 100;
	for (int i = 0; i < n_all; i++)
		left[i] = strcmp(all[i].bucket, bucket) == 0 ? all[i].amount : 0;
	for (; excess > 0; excess -= MS_QTY_ONE)
	{
		int			best = -1;
		int64_t		best_price = 0;

		for (int i = 0; i < n_all; i++)
		{
			int64_t		price = all[i].in->det_item_fee_sumamt.v * MS_QTY_ONE /
			all[i].amount;

			if (left[i] > 0 && (best < 0 || (price - best_price) * sign < 0))
			{
				best = i;
				best_price = price;
			}
		}
		left[best] -= MS_QTY_ONE;
		sum += best_price;
	}
	return sum;
}

static void
expect_bucket(int entry, int first)
{
	const char *bucket = all[first].bucket;
	int64_t		total = 0;
	int64_t		after = 0;
	int64_t		excess;
	int			anchor = -1;

	for (int i = 0; i < n_all; i++)
	{
		if (strcmp(all[i].bucket, bucket) != 0)
			continue;
		if (i < first)
			return;				/* it was looked at */
		total += all[i].amount;
	}
	excess = total - entries[entry].limit;
	if (excess <= 0)
		return;
	for (int i = n_all; i-- > 0 && after < excess;)
	{
		if (strcmp(all[i].bucket, bucket) == 0)
		{
			after += all[i].amount;
			anchor = i;
		}
	}
	expect(entry, all[anchor].in->feedetl_sn, excess,
		   money_of(entry, bucket, excess, 1),
		   money_of(entry, bucket, excess, -1));
}

/* What is accepted within reach, added up anew for each line. */
static void
expect_sliding(int entry)
{
	const MsBookEntry *e = &entries[entry];

	for (int i = 0; i < n_all; i++)
	{
		int64_t		sum = 0;
		int64_t		excess;

		for (int j = 0; j < i; j++)
		{
			int64_t		usecs = all[i].in->fee_ocur_time.v -
			all[j].in->fee_ocur_time.v;

			if (strcmp(all[i].bucket, all[j].bucket) == 0 &&
				(e->scope == MS_SCOPE_6H ? usecs <= 6 * MS_USECS_PER_HOUR :
				 all[i].day - all[j].day < e->window_days))
				sum += all[j].accepted;
		}
		excess = sum + all[i].amount - e->limit;
		if (excess > all[i].amount)
			excess = all[i].amount;
		all[i].accepted = all[i].amount - (excess > 0 ? excess : 0);
		if (excess > 0)
		{
			int64_t		money = ms_part(all[i].in->det_item_fee_sumamt.v,
										excess, all[i].amount);

			expect(entry, all[i].in->feedetl_sn, excess, money, money);
		}
	}
}

/* A day over its limit may be posted late: its own test looks at the money. */
static bool
has_late_posting(int entry)
{
	return entries[entry].scope == MS_SCOPE_DAY;
}

static void
compare_entry(int entry)
{
	const MsBookEntry *e = &entries[entry];
	int			n = 0;

	count_lines(e);
	n_expected = 0;
	if (e->scope == MS_SCOPE_COURSE)
		name_courses();
	if (e->scope == MS_SCOPE_6H || e->scope == MS_SCOPE_ROLLING)
		expect_sliding(entry);
	else if (!has_late_posting(entry))
	{
		for (int i = 0; i < n_all; i++)
			expect_bucket(entry, i);
	}
	for (int i = 0; i < fx_n_found; i++)
		n += (int) fx_found[i].f.entry == entry;
	if (!has_late_posting(entry))
		CHECK_MSG(n == n_expected, "entry %d (%d over %d by %d): %d, not %d",
				  entry, e->check, e->scope, e->count_key, n, n_expected);
}

static void
test_random(void)
{
	long		total = 0;

	for (int round = 0; round < 60; round++)
	{
		make_claims();
		CHECK(fx_run(&book));
		CHECK(fx_n_found < FX_MAX_FOUND);
		for (int i = 0; i < n_entries; i++)
			compare_entry(i);
		total += fx_n_found;
		fx_free();
	}
	CHECK(total > 5000);
}

/* ---- windows at their edges ---- */

static int
entry_of(uint8_t check, uint8_t scope, uint8_t key)
{
	for (int i = 0; i < n_entries; i++)
	{
		if (entries[i].check == check && entries[i].scope == scope &&
			entries[i].count_key == key)
			return i;
	}
	return -1;
}

static const FxFinding *
only_finding(int entry)
{
	const FxFinding *f = NULL;

	for (int i = 0; i < fx_n_found; i++)
	{
		if ((int) fx_found[i].f.entry == entry)
		{
			CHECK(f == NULL);
			f = &fx_found[i];
		}
	}
	return f;
}

static int64_t
noon(int64_t year, int month, int day)
{
	return ms_days_from_civil(year, month, day) * MS_USECS_PER_DAY +
		12 * MS_USECS_PER_HOUR;
}

static void
two_lines(int64_t first, int64_t second)
{
	fx_reset();
	fx_encounter("M1")->med_type = ms_str("11");
	fx_line("a", FX_DAILY, first, 3, 100)->setl_id = ms_str("");
	fx_line("b", FX_ROLLING, second, 1, 100)->setl_id = ms_str("");
	CHECK(fx_run(&book));
}

#define QUANTITY(scope) entry_of(MS_CHECK_QUANTITY, (scope), MS_KEY_PERSON)

static void
check_edge(uint8_t scope, int64_t inside_a, int64_t inside_b, int64_t outside,
		   int64_t start, int64_t end)
{
	const FxFinding *f;

	two_lines(inside_a, inside_b);
	f = only_finding(QUANTITY(scope));
	CHECK(f != NULL);
	if (f != NULL)
	{
		CHECK_STR(f->anchor, "b");
		CHECK_INT(f->f.excess, MS_QTY_ONE);
		CHECK_INT(f->f.window_start.v, start * MS_USECS_PER_DAY);
		CHECK_INT(f->f.window_end.v, end * MS_USECS_PER_DAY);
	}
	two_lines(inside_a, outside);
	CHECK(only_finding(QUANTITY(scope)) == NULL);
}

#define DAY(y, m, d) ms_days_from_civil(y, m, d)

static void
test_edges(void)
{
	/* 2026-12-28 is a Monday: its week ends in January */
	check_edge(MS_SCOPE_WEEK, noon(2026, 12, 28), noon(2027, 1, 3),
			   noon(2027, 1, 4), DAY(2026, 12, 28), DAY(2027, 1, 4));
	check_edge(MS_SCOPE_MONTH, noon(2028, 2, 1), noon(2028, 2, 29),
			   noon(2028, 3, 1), DAY(2028, 2, 1), DAY(2028, 3, 1));
	check_edge(MS_SCOPE_QUARTER, noon(2026, 10, 1), noon(2026, 12, 31),
			   noon(2027, 1, 1), DAY(2026, 10, 1), DAY(2027, 1, 1));
	check_edge(MS_SCOPE_YEAR, noon(2026, 1, 1), noon(2026, 12, 31),
			   noon(2027, 1, 1), DAY(2026, 1, 1), DAY(2027, 1, 1));
	check_edge(MS_SCOPE_INSURANCE_YEAR, noon(2026, 4, 1), noon(2027, 3, 31),
			   noon(2027, 4, 1), DAY(2026, 4, 1), DAY(2027, 4, 1));
	check_edge(MS_SCOPE_COURSE, noon(2026, 4, 1), noon(2026, 4, 7),
			   noon(2026, 4, 8), DAY(2026, 4, 1), DAY(2026, 4, 8));
	check_edge(MS_SCOPE_ROLLING, noon(2026, 4, 1), noon(2026, 4, 20),
			   noon(2026, 4, 21), DAY(2026, 4, 1), DAY(2026, 4, 21));

	/* what has no key or clock is undecided, not passed */
	two_lines(DAY(2026, 4, 1) * MS_USECS_PER_DAY, noon(2026, 4, 1));
	CHECK(fx_tallies[0][MS_UNDECIDED][MS_PRESCRIPTION_UNKNOWN] +
		  fx_tallies[0][MS_HIT][0] == 2);
}

int
main(void)
{
	MsEnv		env = fx_env();
	MsArena		arena;

	ms_arena_init(&arena, &env);
	make_book(&arena);
	test_random();
	test_edges();
	fx_free();
	free(book_bytes);
	return unit_done();
}
