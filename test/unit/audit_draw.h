/*
 * audit_draw.h
 *	  Claims drawn from bytes, against two rulebooks; and all that the evaluator
 *	  says of them as one number.
 *
 * One book is the evaluator's small one, with one kind of rule an item.  The
 * other has every check over every scope, expressions, exceptions, sets and
 * rates, all about the same few items.
 */
#ifndef AUDIT_DRAW_H
#define AUDIT_DRAW_H

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

/* of visits; 11 and 25 are nobody's, between those that may be there */
static const char *const visit_ids[] = {"1", "2", "3", "4", "5", "6", "11", "25", "", NULL};
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
	l->mdtrt_id = PICK(in, visit_ids);
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

/* Any order will do that is that of the rows, not of their places. */
static inline int
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

/* ---- the books ---- */

/* Days and levels that some of the drawn lines are of. */
#define FROM_DAY ((int32_t) ms_days_from_civil(2026, 2, 10))
#define TO_DAY ((int32_t) ms_days_from_civil(2026, 2, 20))
#define LEVEL_3 (UINT32_C(1) << 3)

/* A class with as many codes as are too many together, and with one more. */
static void
add_classes(void)
{
	static const char *const codes[] = {FX_ROLLING, FX_GAP};

	for (int more = 1; more <= 2; more++)
	{
		MsBookEntry e;
		const MsBookEntry *class;

		bx_fill(&e, MS_CHECK_OVERLAP, MS_SCOPE_LIFETIME);
		e.at_least = 2;
		class = bx_add(&e);
		for (int i = 0; i < more; i++)
			bx_add_code(class, MS_ROLE_MAIN, codes[i]);
	}
}

/*
 * A code that some entry names in one region only has no short ways: it is not
 * that of all entries.
 */
static void
set_regions_apart(void)
{
	for (uint32_t i = 0; i < bx_content.n_codes; i++)
	{
		MsBookCode *c = &bx_codes[i];
		uint32_t	entry = 0;

		while (bx_entries[entry].code != c->entry_code)
			entry++;
		if (bx_entries[entry].region_by != 0 &&
			!ms_code_fee_item_parse(FX_6H_MAIN, strlen(FX_6H_MAIN), &c->item, NULL))
			abort();
	}
}

/* Every check over every scope, about codes that claims have. */
static MsBookContent
wide_content(void)
{
	static MsBookRange dx[] = {{0, UINT64_MAX}};
	static MsBookRange oprn[] = {{0, UINT64_MAX}};
	MsBookContent content;

	(void) bx_start();
	add_classes();
	set_regions_apart();
	content = bx_content;
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
		if (i % 5 == 1)
			e->valid_from = FROM_DAY;
		if (i % 5 == 2)
			e->valid_to = TO_DAY;
		if (i % 5 == 3)
			e->levels = LEVEL_3;
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

/* Fills fx_claims and tells the book to judge them by. */
static inline const MsBook *
draw_claims(const uint8_t *data, size_t size)
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
	return book;
}

/* ---- all that is said ---- */

static inline void
mix(uint64_t *h, const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*h = (*h ^ ((const uint8_t *) p)[i]) * UINT64_C(0x100000001b3);
}

#define MIX(h, x) mix((h), &(x), sizeof(x))

static inline void
mix_text(uint64_t *h, const char *s)
{
	mix(h, s ? s : "\001", s ? strlen(s) + 1 : 1);
}

static inline void
mix_str(uint64_t *h, MsStr s)
{
	MIX(h, s.len);
	if (s.s != NULL)
		mix(h, s.s, s.len);
}

static inline void
mix_value(uint64_t *h, MsValue v)
{
	MIX(h, v.state);
	if (v.state == MS_READABLE)
		MIX(h, v.v);
}

static inline void
say_finding(void *ctx, const MsFinding *f)
{
	uint64_t   *h = ctx;

	MIX(h, f->rule);
	MIX(h, f->entry);
	MIX(h, f->anchor);
	MIX(h, f->encounter);
	MIX(h, f->settlement);
	mix_str(h, f->institution);
	mix_text(h, f->note);
	MIX(h, f->suspect_only);
	MIX(h, f->provisional);
	mix_value(h, f->period_time);
	mix_value(h, f->window_start);
	mix_value(h, f->window_end);
	MIX(h, f->act_from);
	MIX(h, f->act_to);
	mix_text(h, f->limit_value);
	mix_text(h, f->actual_value);
	MIX(h, f->excess);
	MIX(h, f->vola_amt);
	MIX(h, f->vola_amt_max);
	mix_value(h, f->inscp_amt);
	MIX(h, f->method);
	mix_value(h, f->fund_amt);
	MIX(h, f->funds);
	mix_text(h, f->formula);
	MIX(h, f->tested);
	for (uint32_t i = 0; i < f->n_exceptions; i++)
		MIX(h, f->exceptions[i]);
	for (uint32_t i = 0; i < f->n_members; i++)
	{
		const MsMember *m = &f->members[i];

		MIX(h, m->line);
		MIX(h, m->encounter);
		MIX(h, m->settlement);
		MIX(h, m->role);
		MIX(h, m->net_cnt);
		MIX(h, m->net_amt);
		MIX(h, m->excess);
		MIX(h, m->vola);
		mix_value(h, m->inscp);
		mix_value(h, m->fund);
	}
	for (uint32_t i = 0; i < f->n_records; i++)
	{
		MIX(h, f->records[i].what);
		MIX(h, f->records[i].role);
		MIX(h, f->records[i].index);
	}
}

static inline void
say_skip(void *ctx, uint32_t line, MsSkip skip, MsStr institution)
{
	uint64_t   *h = ctx;

	MIX(h, line);
	MIX(h, skip);
	mix_str(h, institution);
}

static inline void
say_tally(void *ctx, const MsTally *t)
{
	uint64_t   *h = ctx;

	MIX(h, t->rule);
	MIX(h, t->outcome);
	MIX(h, t->reason);
	MIX(h, t->exception);
	mix_str(h, t->institution);
	MIX(h, t->lines);
}

/* The evaluator's output for fx_claims, in its order; 0 when it failed. */
static inline uint64_t
draw_digest(const MsBook *book)
{
	uint64_t	digest = UINT64_C(0xcbf29ce484222325);
	MsOutput	output = {say_finding, say_skip, say_tally, &digest};
	MsEnv		env = fx_env();

	if (setjmp(fx_failed) != 0)
		return 0;
	ms_audit(&env, book, &fx_claims, &output);
	return digest;
}

#endif							/* AUDIT_DRAW_H */
