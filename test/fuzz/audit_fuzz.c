/*
 * audit_fuzz.c
 *	  Random claims against two rulebooks: no harm, the sums hold (each line of
 *	  the period is checked or skipped, the lines' money adds up to the
 *	  finding's), and the order in which rows come says nothing.
 *
 * One book is the evaluator's small one, with one kind of rule an item.  The
 * other has every check over every scope, expressions, exceptions, sets and
 * rates, all about the same few items.
 */
#include "book_fixture.h"

#define N_BOOKS 2

static MsBook books[N_BOOKS];
static MsDiagnosis diagnoses[FX_MAX_ROWS];
static MsOperation operations[FX_MAX_ROWS];
static MsRegistration registrations[FX_MAX_ROWS];

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
static const char *const types[] = {"eye", "x", "A1", "A5", NULL};
static const char *const diseases[] = {"I21.900", "I25.103", "E11.900", "Z34.000", "O80.000", "I2", "x", NULL};
static const char *const surgeries[] = {"36.0600", "36.1000", "74.1x00", "36", "x", NULL};
static const char *const programmes[] = {"M03900", "M0710", "X", NULL};
static const char *const words[] = {"1", "2", "01", "A03", "A04.01.02", "D1", "D1,D2", NULL};

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
	how = take(in);
	if (how & 1)
		l->rx_drord_no = PICK(in, ids);
	if (how & 2)
		l->bilg_dr_codg = PICK(in, words);
	if (how & 4)
		l->bilg_dept_codg = PICK(in, words);
	if (how & 8)
		l->dr_pro_tech_duty = PICK(in, words);
	if (how & 16)
		l->prd_days = take_value(in);
	if (how & 32)
		l->sin_dos = take_value(in);
	if (how & 64)
		l->insu_admdvs = ms_str("510107");
	if (how & 128)
		l->pric = take_value(in);
}

static void
take_diagnosis(Input *in)
{
	MsDiagnosis *d = &diagnoses[fx_claims.n_diagnoses++];

	memset(d, 0, sizeof(*d));
	d->mdtrt_id = PICK(in, ids);
	d->diag_code = PICK(in, diseases);
	d->diag_type = PICK(in, flags);
	d->maindiag_flag = PICK(in, flags);
	d->inout_diag_type = PICK(in, flags);
	d->vali_flag = PICK(in, flags);
}

static void
take_operation(Input *in)
{
	MsOperation *o = &operations[fx_claims.n_operations++];

	memset(o, 0, sizeof(*o));
	o->mdtrt_id = PICK(in, ids);
	o->oprn_oprt_code = PICK(in, surgeries);
	o->main_oprn_flag = PICK(in, flags);
	o->oprn_oprt_date = take_time(in);
	o->begntime = take_time(in);
	o->endtime = take_time(in);
	o->anst_begntime = take_time(in);
	o->anst_endtime = take_time(in);
	o->vali_flag = PICK(in, flags);
}

static void
take_registration(Input *in)
{
	MsRegistration *r = &registrations[fx_claims.n_registrations++];

	memset(r, 0, sizeof(*r));
	r->dise_no = PICK(in, programmes);
	r->begndate = take_time(in);
	r->enddate = take_time(in);
	r->vali_flag = PICK(in, flags);
}

/* What the warehouse has beside lines; a source that is not bound is NULL. */
static void
take_records(Input *in)
{
	uint32_t	how = take(in);

	fx_claims.diagnoses = diagnoses;
	fx_claims.operations = operations;
	fx_claims.registrations = registrations;
	fx_claims.has_diagnoses = (how & 1) != 0;
	fx_claims.has_operations = (how & 2) != 0;
	fx_claims.has_registrations = (how & 4) != 0;
	for (uint32_t n = fx_claims.has_diagnoses ? take(in) % 6 : 0; n > 0; n--)
		take_diagnosis(in);
	for (uint32_t n = fx_claims.has_operations ? take(in) % 6 : 0; n > 0; n--)
		take_operation(in);
	for (uint32_t n = fx_claims.has_registrations ? take(in) % 4 : 0; n > 0; n--)
		take_registration(in);
}

/* ---- what must hold ---- */

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
		if (vola != x->f.vola_amt || vola < 0 || x->f.excess < 0 ||
			x->f.vola_amt > x->f.vola_amt_max ||
			(x->f.n_members > 0 && x->members[0].role != 1) ||
			(x->f.n_members == 0 && x->f.anchor != UINT32_MAX))
			abort();
	}
}

/* All that was found and counted, whatever the order. */
static uint64_t
sum_up(void)
{
	uint64_t	sum = 0;

	for (int i = 0; i < fx_n_found; i++)
	{
		const MsFinding *f = &fx_found[i].f;
		const int64_t say[] = {
			f->rule, f->entry, f->window_start.state == MS_READABLE ? f->window_start.v : 1,
			f->excess, f->vola_amt, f->vola_amt_max, f->method, f->n_members, f->n_records
		};
		uint64_t	h = UINT64_C(14695981039346656037);

		for (size_t n = 0; n < sizeof(say) / sizeof(say[0]); n++)
			h = (h ^ (uint64_t) say[n]) * UINT64_C(0x9e3779b97f4a7c15) ^ h >> 29;
		sum += h;
	}
	for (int r = 0; r < 64; r++)
	{
		for (int o = 0; o < 16; o++)
		{
			for (int n = 0; n < MS_N_REASONS; n++)
				sum += (uint64_t) fx_tallies[r][o][n] *
					(UINT64_C(0x9e3779b97f4a7c15) * (uint64_t) (r * 4096 + o * 256 + n + 1));
		}
	}
	return sum;
}

#define REVERSE(rows, n, type) \
	do \
	{ \
		for (uint32_t i_ = 0; i_ < (n) / 2; i_++) \
		{ \
			type		swap_ = (rows)[i_]; \
			(rows)[i_] = (rows)[(n) - 1 - i_]; \
			(rows)[(n) - 1 - i_] = swap_; \
		} \
	} while (0)

/* Any order will do that is that of the rows, not of their places. */
static int
cmp_rows(void *ctx, char what, uint32_t a, uint32_t b)
{
	(void) ctx;
	switch (what)
	{
		case 'e':
			return memcmp(&fx_encounters[a], &fx_encounters[b],
						  sizeof(MsEncounter));
		case 's':
			return memcmp(&fx_settlements[a], &fx_settlements[b],
						  sizeof(MsSettlement));
		case 'l':
			return memcmp(&fx_lines[a], &fx_lines[b], sizeof(MsLine));
		default:
			abort();
	}
}

static void
reverse_rows(void)
{
	REVERSE(fx_encounters, fx_claims.n_encounters, MsEncounter);
	REVERSE(fx_settlements, fx_claims.n_settlements, MsSettlement);
	REVERSE(fx_lines, fx_claims.n_lines, MsLine);
	REVERSE(diagnoses, fx_claims.n_diagnoses, MsDiagnosis);
	REVERSE(operations, fx_claims.n_operations, MsOperation);
	REVERSE(registrations, fx_claims.n_registrations, MsRegistration);
}

/* ---- the books ---- */

/* Every check over every scope, about codes that claims have. */
static MsBookContent
wide_content(void)
{
	static MsBookRange dx[] = {{0, UINT64_MAX}};
	static MsBookRange oprn[] = {{0, UINT64_MAX}};
	MsBookContent content = *bx_start();

	if (!ms_code_icd10_parse("I20", 3, &dx[0].lo, NULL) ||
		!ms_code_icd10_parse("I26", 3, &dx[0].hi, NULL) ||
		!ms_code_icd9cm3_parse("36", 2, &oprn[0].lo, NULL) ||
		!ms_code_icd9cm3_parse("37", 2, &oprn[0].hi, NULL))
		abort();
	for (uint32_t i = 0; i < content.n_entries; i++)
	{
		MsBookEntry *e = &bx_entries[i];

		if (e->dx_required.n > 0)
			e->dx_required = (MsBookRanges)
		{
			dx, 1, "I20-I25"
		};
		if (e->oprn_required.n > 0)
			e->oprn_required = (MsBookRanges)
		{
			oprn, 1, "36"
		};
		e->count_key = (uint8_t) (i % 6 + 1);
		if (i % 7 == 0)
			e->access = bx_by_visit;
	}
	content.maps = fx_maps;
	content.n_maps = sizeof(fx_maps) / sizeof(fx_maps[0]);
	return content;
}

static void
make_books(void)
{
	for (int i = 0; i < N_BOOKS; i++)
	{
		MsEnv		env = fx_env();
		MsArena		arena;
		MsBookError error;
		MsBookContent wide = wide_content();
		uint8_t    *built;
		uint8_t    *kept;
		size_t		length;

		ms_arena_init(&arena, &env);
		if (i == 0 ? !fx_build(&arena, &built, &length, &error) :
			!ms_book_build(&arena, &wide, &built, &length, &error))
			abort();
		kept = malloc(length);
		memcpy(kept, built, length);
		fx_free();
		if (!ms_book_open(kept, length, &books[i], &error))
			abort();
	}
}

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		in = {data, size};
	const MsBook *book;
	uint32_t	n;

	if (books[0].bytes == NULL)
		make_books();
	fx_reset();
	fx_claims.cmp_rest = cmp_rows;
	book = &books[take(&in) % N_BOOKS];
	take_records(&in);
	n = take(&in) % 6;
	for (uint32_t i = 0; i < n; i++)
		take_encounter(&in);
	n = take(&in) % 6;
	for (uint32_t i = 0; i < n; i++)
		take_settlement(&in);
	n = take(&in);
	if (n & 1)
		fx_claims.period_from = take_time(&in);
	if (n & 2)
		fx_claims.history_from = take_time(&in);
	while (in.left > 0 && fx_claims.n_lines < 200)
		take_line(&in);
	if (fx_run(book))
	{
		uint64_t	sum = sum_up();
		int			found = fx_n_found;

		check_sums();
		reverse_rows();
		if (!fx_run(book) || (found < FX_MAX_FOUND && sum_up() != sum))
			abort();
	}
	fx_free();
	return 0;
}
