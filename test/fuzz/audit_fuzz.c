/*
 * audit_fuzz.c
 *	  Random claims against the test rulebook: no harm, and the sums hold
 *	  (each line of the period is checked or skipped, the lines' money adds up
 *	  to the finding's).
 */
#include "audit_fixture.h"

static MsBook book;
static uint8_t *book_bytes;

typedef struct Input
{
	const uint8_t *p;
	size_t		left;
} Input;

static uint32_t
take(Input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->p++;
}

static int64_t
take_wide(Input *in)
{
	static const int64_t odd[] = {
		0, 1, -1, MS_MAX_SCALED, -MS_MAX_SCALED, 10000, 7440000, 7440001, 5000
	};
	uint32_t	how = take(in);

	if (how < 200)
		return (int64_t) (how % 50) * 100;
	if (how < 230)
		return odd[how % 9];
	return (int64_t) (take(in) << 16 | take(in) << 8 | take(in)) - (1 << 22);
}

static MsValue
take_value(Input *in)
{
	uint32_t	how = take(in);

	if (how < 8)
		return fx_none(MS_MISSING);
	if (how < 12)
		return fx_none(MS_UNREADABLE);
	return fx_v(take_wide(in));
}

static MsValue
take_time(Input *in)
{
	uint32_t	how = take(in);

	if (how < 4)
		return fx_none(MS_MISSING);
	if (how < 6)
		return fx_v((MS_LAST_DAY - 1) * MS_USECS_PER_DAY);
	if (how < 8)
		return fx_v(MS_FIRST_DAY * MS_USECS_PER_DAY);
	return fx_v(fx_time(1 + (int) how % 3, 1 + (int) take(in) % 28,
						(int) take(in) % 24, (int) take(in) % 4 * 15, 0));
}

static MsStr
pick(Input *in, const char *const words[], uint32_t n)
{
	return ms_str(words[take(in) % n]);
}

#define PICK(in, words) pick(in, words, sizeof(words) / sizeof(words[0]))

static const char *const ids[] = {"1", "2", "3", "4", "5", "6", "7", "8", "", NULL};
static const char *const flags[] = {"0", "1", "2", NULL, "", "01", "x"};
static const char *const med_types[] = {"11", "13", "21", "41", NULL, "99", "2101"};
static const char *const levels[] = {"02", "05", "9", NULL, "x"};
static const char *const sexes[] = {"1", "2", "9", NULL};
static const char *const insutypes[] = {"310", "410", NULL, "5"};
static const char *const clr_ways[] = {"1", "4", NULL};
static const char *const hospitals[] = {"H1", "H2", NULL};
static const char *const types[] = {"eye", "x", NULL};

static void
take_encounter(Input *in)
{
	MsEncounter *e = fx_encounter("");

	e->mdtrt_id = PICK(in, ids);
	e->gend = PICK(in, sexes);
	e->brdy = take_time(in);
	e->fixmedins_code = PICK(in, hospitals);
	e->hosp_lv = PICK(in, levels);
	e->medins_type = PICK(in, types);
	e->insutype = PICK(in, insutypes);
	e->med_type = PICK(in, med_types);
	e->begntime = take_time(in);
	e->endtime = take_time(in);
	e->vali_flag = PICK(in, flags);
}

static void
take_settlement(Input *in)
{
	MsSettlement *s = fx_settlement("", "", 0);

	s->setl_id = PICK(in, ids);
	s->mdtrt_id = PICK(in, ids);
	s->init_setl_id = PICK(in, ids);
	s->refd_setl_flag = PICK(in, flags);
	s->mid_setl_flag = PICK(in, flags);
	s->vali_flag = PICK(in, flags);
	s->setl_time = take_time(in);
	s->clr_way = PICK(in, clr_ways);
	s->insutype = PICK(in, insutypes);
	for (int f = 0; f < MS_N_FUNDS; f++)
		s->funds[f] = take_value(in);
}

static void
take_line(Input *in)
{
	MsLine	   *l = fx_line("", "", 0, 1, 1);
	uint32_t	how;

	l->feedetl_sn = PICK(in, ids);
	l->mdtrt_id = PICK(in, ids);
	l->setl_id = PICK(in, ids);
	l->fee_ocur_time = take_time(in);
	l->med_list_codg = ms_str(fx_codes[take(in) % FX_N_CODES][1]);
	l->cnt = take_value(in);
	l->det_item_fee_sumamt = take_value(in);
	how = take(in);
	if (how & 1)
		l->inscp_amt = take_value(in);
	if (how & 2)
		l->fulamt_ownpay_amt = take_value(in);
	if (how & 4)
		l->reim_prop = take_value(in);
	if (how & 8)
		l->init_feedetl_sn = PICK(in, ids);
	if (how & 16)
		l->hosp_appr_flag = PICK(in, flags);
	if (how & 32)
		l->med_type = PICK(in, med_types);
	if (how & 64)
		l->rx_circ_flag = PICK(in, flags);
	if (how & 128)
		l->fixmedins_code = PICK(in, hospitals);
}

static void
check_sums(void)
{
	int64_t		lines = fx_checked;

	for (int i = 0; i < MS_N_SKIPS; i++)
		lines += fx_skips[i];
	if (fx_claims.period_from.state != MS_READABLE &&
		lines != fx_claims.n_lines)
		abort();
	for (int i = 0; i < fx_n_found; i++)
	{
		const FxFinding *x = &fx_found[i];
		int64_t		vola = 0;

		for (uint32_t m = 0; m < x->f.n_members; m++)
			vola += x->members[m].vola;
		if (vola != x->f.vola_amt || x->f.excess <= 0 ||
			x->f.vola_amt > x->f.vola_amt_max || x->members[0].role != 1)
			abort();
	}
}

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		in = {data, size};
	uint32_t	n;

	if (book_bytes == NULL)
	{
		MsEnv		env = fx_env();
		MsArena		arena;
		MsBookError error;
		uint8_t    *built;
		size_t		length;

		ms_arena_init(&arena, &env);
		if (!fx_build(&arena, &built, &length, &error))
			abort();
		book_bytes = malloc(length);
		memcpy(book_bytes, built, length);
		fx_free();
		if (!ms_book_open(book_bytes, length, &book, &error))
			abort();
	}
	fx_reset();
	n = take(&in) % 6;
	for (uint32_t i = 0; i < n; i++)
		take_encounter(&in);
	n = take(&in) % 6;
	for (uint32_t i = 0; i < n; i++)
		take_settlement(&in);
	if (take(&in) & 1)
		fx_claims.period_from = take_time(&in);
	while (in.left > 0 && fx_claims.n_lines < 200)
		take_line(&in);
	if (fx_run(&book))
		check_sums();
	fx_free();
	return 0;
}
