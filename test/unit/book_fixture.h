/*
 * book_fixture.h
 *	  A rulebook in which every check, scope, role and field occurs, for the
 *	  tests of the format.  Nothing is judged by it.
 */
#ifndef BOOK_FIXTURE_H
#define BOOK_FIXTURE_H

#include "audit_fixture.h"
#include "rulebook/book_layout_core.h"
#include "rulebook/expr_core.h"

#define BX_MAX_ENTRIES 256
#define BX_MAX_CODES 1024

static MsBookRule bx_rules[16];
static MsBookEntry bx_entries[BX_MAX_ENTRIES];
static char bx_names[BX_MAX_ENTRIES][24];
static MsBookCode bx_codes[BX_MAX_CODES];
static MsBookContent bx_content;

static const MsBookRange bx_some[] = {{0x1000, 0x2000}, {0x3000, 0x3001}};
static const MsBookRange bx_tail[] = {{0x9000, UINT64_MAX}};
static const MsBookRange bx_other[] = {{0x1000, 0x2000}, {0x3000, 0x3002}};

/* the second has the text of the first and other codes */
static const MsBookRanges bx_heart = {bx_some, 2, "I20-I25"};
static const MsBookRanges bx_alike = {bx_other, 2, "I20-I25"};
static const MsBookRanges bx_rest = {bx_tail, 1, "Z*"};

static MsBookExpr bx_by_line;
static MsBookExpr bx_by_visit;
static MsBookExpr bx_amount;

static const MsBookMap bx_maps[] = {
	{MS_MAP_LEVEL, "02", 3}, {MS_MAP_DUTY, "01", 3}, {MS_MAP_DUTY, "02", 1},
	{MS_MAP_SETTING, "2", MS_SETTING_INPATIENT},
	{MS_MAP_INSURANCE, "310", MS_INSURANCE_BASIC}, {MS_MAP_CLR_WAY, "1", 0}
};
static const MsBookParam bx_params[] = {
	{"course_gap_days", "14"}, {"insurance_year_start", "04-01"},
	{"split_stay_gap_days", "7"}, {"stay_days", "in_not_out"},
	{"test_before_admission_days", "3"}, {"words_of_others", "kept"}
};
static MsBookException bx_exceptions[] = {
	{.code = "X2",.name_zh = "\346\200\245\350\257\212",.name_en = "emergency"},
	{.code = "X1",.name_en = "one day",.rule_codes = "B06,B12"},
	{.code = "X3",.rule_codes = "B99"}
};

/* Compiles a text into memory that stays. */
static inline MsBookExpr
bx_expr(const char *text, MsExprType type)
{
	static uint8_t kept[4096];
	static size_t used;
	MsEnv		env = fx_env();
	MsArena		arena;
	MsExprError error;
	MsBookExpr	expr;
	uint8_t    *code;

	expr.text = text;

	ms_arena_init(&arena, &env);
	if (!ms_expr_compile(&arena, text, strlen(text), type, &code, &expr.size,
						 &error) || used + expr.size > sizeof(kept))
		abort();
	memcpy(kept + used, code, expr.size);
	expr.code = kept + used;
	used += expr.size;
	return expr;
}

/* What the check demands at least; the writer takes it as it is. */
static inline void
bx_fill(MsBookEntry *e, uint8_t check, uint8_t scope)
{
	const char *allowed;

	memset(e, 0, sizeof(*e));
	e->check = check;
	e->scope = scope;
	e->count_key = MS_KEY_PERSON;
	e->age_from = -1;
	e->age_below = -1;
	e->valid_from = MS_DATE_FROM_OPEN;
	e->valid_to = MS_DATE_TO_OPEN;
	if (scope == MS_SCOPE_ROLLING && check != MS_CHECK_PREREQUISITE)
		e->window_days = 30;
	switch ((MsCheck) check)
	{
		case MS_CHECK_SEX:
			e->sex = MS_SEX_FEMALE;
			break;
		case MS_CHECK_AGE:
			e->age_below = 18;
			e->age_unit = MS_AGE_YEAR;
			break;
		case MS_CHECK_INSURANCE:
			e->insurance = MS_INSURANCE_MATERNITY;
			break;
		case MS_CHECK_SETTING:
			e->settings = MS_SETTING_INPATIENT | MS_SETTING_CHRONIC;
			break;
		case MS_CHECK_LEVEL:
			e->level_min = 3;
			e->alt_level_min = 2;
			e->alt_medins_type = "A5";
			e->first_only = 1;
			break;
		case MS_CHECK_INSTITUTION_TYPE:
			e->medins_types = "A1,A5";
			break;
		case MS_CHECK_DEPARTMENT:
			e->departments = "A03,A04.01";
			break;
		case MS_CHECK_PRESCRIBER:
			e->grade_min = 2;
			break;
		case MS_CHECK_PROGRAMME:
			e->programmes = "M0390,M07";
			break;
		case MS_CHECK_DIAGNOSIS:
			e->dx_required = bx_heart;
			e->dx_forbidden = bx_rest;
			e->oprn_required = bx_alike;
			e->dx_main_only = 1;
			break;
		case MS_CHECK_CONDITION:
			e->condition = bx_by_line;
			break;
		case MS_CHECK_PREREQUISITE:
			e->at_least = 2;
			e->before_days = -1;
			e->sub_first = 1;
			break;
		case MS_CHECK_PARTS:
			e->at_least = 3;
			break;
		case MS_CHECK_DISCOUNT:
			e->rates[0] = 1000000;
			e->rates[1] = 500000;
			break;
		case MS_CHECK_READMISSION:
			e->limit = 10 * MS_QTY_ONE;
			e->dx_relation = MS_DX_SAME_CATEGORY;
			break;
		default:
			if (ms_book_limit_problem(check, MS_QTY_ONE, &allowed) == NULL)
				e->limit = 2 * MS_QTY_ONE;
	}
}

static inline void
bx_add_code(const MsBookEntry *e, uint8_t role, const char *code)
{
	MsBookCode *c = &bx_codes[bx_content.n_codes++];

	c->entry_code = e->code;
	c->role = role;
	if (bx_content.n_codes > BX_MAX_CODES ||
		!ms_code_fee_item_parse(code, strlen(code), &c->item, NULL))
		abort();
}

/* Adds the entry with one code for every role that it must have. */
static inline MsBookEntry *
bx_add(const MsBookEntry *from)
{
	static const char *const code_of[MS_N_ROLES] = {
		FX_DAILY, FX_ROLLING, FX_GAP, FX_OTHER
	};
	static const char *const rules[16] = {
		"", "B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09",
		"B10", "B11", "B12", "B13", "B14", "B15"
	};
	uint32_t	i = bx_content.n_entries++;
	MsBookEntry *e = &bx_entries[i];
	unsigned	roles = ms_book_roles_of(from);

	if (i >= BX_MAX_ENTRIES)
		abort();
	*e = *from;
	snprintf(bx_names[i], sizeof(bx_names[i]), "N%03u", (unsigned) i);
	e->code = bx_names[i];
	for (int kind = 1; kind < 16; kind++)
	{
		if ((ms_book_kinds_of(e->check) & 1u << kind) != 0)
			e->rule_code = rules[kind];
	}
	for (uint8_t role = 0; role < MS_N_ROLES; role++)
	{
		if ((roles & 1u << role) != 0)
			bx_add_code(e, role, code_of[role]);
	}
	return e;
}

/* Every check over every scope, and beside them what any entry may say. */
static inline const MsBookContent *
bx_start(void)
{
	MsBookEntry e;

	memset(&bx_content, 0, sizeof(bx_content));
	if (bx_by_line.code == NULL)
	{
		bx_by_line = bx_expr("line.cnt > 9", MS_EXPR_BOOLEAN);
		bx_by_visit = bx_expr("has_diagnosis('I20-I25')", MS_EXPR_BOOLEAN);
		bx_amount = bx_expr("visit.amount * 2", MS_EXPR_NUMBER);
	}
	bx_exceptions[0].condition = bx_by_visit;
	bx_exceptions[1].condition = bx_by_line;
	bx_exceptions[2].condition = bx_by_line;
	for (uint8_t kind = 1; kind <= 15; kind++)
	{
		static char codes[16][8];

		snprintf(codes[kind], sizeof(codes[kind]), "B%02d", kind);
		bx_rules[kind - 1] = (MsBookRule)
		{
			.code = codes[kind],.kind = kind,
				.fund_scope = MS_FUND_ANY,.name_en = "rule"
		};
	}
	for (uint8_t check = MS_CHECK_SEX; check <= MS_CHECK_AFTER_DEATH; check++)
	{
		for (uint8_t scope = MS_SCOPE_LINE; scope <= MS_SCOPE_LIFETIME; scope++)
		{
			if ((ms_book_scopes_of(check) & 1u << scope) == 0)
				continue;
			bx_fill(&e, check, scope);
			bx_add(&e);
		}
	}
	bx_fill(&e, MS_CHECK_QUANTITY, MS_SCOPE_STAY);
	e.limit_basis = MS_LIMIT_ITEM;
	e.item_name = "syringe";
	e.unit = "piece";
	e.levels = 1 | 8;
	e.access = bx_by_visit;
	e.region = "510100";
	e.region_by = MS_REGION_INSURED;
	e.basis = "law";
	e.basis_no = "7";
	e.result_type = "suspected";
	e.valid_from = 9000;
	e.valid_to = 9999;
	bx_add(&e);
	bx_fill(&e, MS_CHECK_MONEY, MS_SCOPE_VISIT);
	e.limit_basis = MS_LIMIT_CASE;
	e.limit_case = bx_amount;
	bx_add_code(bx_add(&e), MS_ROLE_MAIN, FX_DAILY);
	bx_fill(&e, MS_CHECK_OVERLAP, MS_SCOPE_LIFETIME);
	e.at_least = 2;
	bx_add(&e);
	bx_fill(&e, MS_CHECK_PREREQUISITE, MS_SCOPE_STAY);
	e.oprn_required = bx_alike;
	bx_add(&e);
	bx_content.rules = bx_rules;
	bx_content.n_rules = 15;
	bx_content.entries = bx_entries;
	bx_content.codes = bx_codes;
	bx_content.maps = bx_maps;
	bx_content.n_maps = sizeof(bx_maps) / sizeof(bx_maps[0]);
	bx_content.params = bx_params;
	bx_content.n_params = sizeof(bx_params) / sizeof(bx_params[0]);
	bx_content.exceptions = bx_exceptions;
	bx_content.n_exceptions = sizeof(bx_exceptions) / sizeof(bx_exceptions[0]);
	return &bx_content;
}

#endif							/* BOOK_FIXTURE_H */
