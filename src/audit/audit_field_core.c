/*-------------------------------------------------------------------------
 *
 * audit_field_core.c
 *	  Fields of a line, its encounter, settlement and person, for expressions.
 *
 * What is counted over several rows is counted once: figures of an encounter
 * in WorkFacts, answers about codes in audit_lookup_core.c.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_field_core.h"
#include "audit/audit_lookup_core.h"
#include "audit/audit_record_core.h"
#include "audit/audit_stay_core.h"

#define MAX_AGE_MONTHS	(150 * 12)

/* Decimals that the core keeps, as an expression scales them. */
#define FEN			INT64_C(10000)	/* 2 decimals */
#define QUANTITY	INT64_C(100)	/* 4 */
#define PRICE		INT64_C(1)	/* 6 */

/* Figures of an encounter. */
typedef struct WorkFacts
{
	bool		known;
	int64_t		amount;			/* fen */
	uint32_t	diagnoses;
	uint32_t	main_diagnoses;
	uint32_t	unreadable_diagnoses;
	MsStr		main_diagnosis;
	uint32_t	operations;
	uint32_t	main_operations;
	uint32_t	unreadable_operations;
	uint32_t	reversed_operations;
	MsStr		main_operation;
	MsValue		first_operation;
	MsValue		last_operation;
	MsValue		anst_begntime;
	MsValue		anst_endtime;
} WorkFacts;

typedef struct WorkFields
{
	WorkFacts  *facts;			/* of each encounter */
	int32_t    *last_settlement;	/* of each encounter, -1 = none */
} WorkFields;

/* ---- answers ---- */

static MsExprValue
number(MsValue v, int64_t unit)
{
	if (v.state != MS_READABLE)
		return ms_expr_unknown(MS_EXPR_NUMBER, v.state);
	if (v.v > INT64_MAX / unit || v.v < -(INT64_MAX / unit))
		return ms_expr_unknown(MS_EXPR_NUMBER, MS_UNREADABLE);
	return ms_expr_number(v.v * unit);
}

static MsExprValue
whole(int64_t n)
{
	return number(ms_known(n), MS_EXPR_ONE);
}

static MsExprValue
time_of(MsValue v)
{
	MsExprValue value = ms_expr_unknown(MS_EXPR_TIME, v.state);

	value.v = v.v;
	return value;
}

static MsExprValue
word(MsVocabulary vocabulary, int32_t value)
{
	const char *text = value < 0 ? NULL : ms_word(vocabulary, value);

	return text == NULL ? ms_expr_unknown(MS_EXPR_TEXT, MS_MISSING) :
	ms_expr_text(ms_str(text));
}

/* ---- figures of encounters ---- */

static WorkFields *
fields_of(Audit *a)
{
	WorkFields *f = a->fields;
	uint32_t	n = a->claims->n_encounters;

	if (f != NULL)
		return f;
	f = MS_NEW(&a->arena, WorkFields, 1);
	f->facts = MS_NEW(&a->arena, WorkFacts, n);
	f->last_settlement = MS_NEW(&a->arena, int32_t, n);
	for (uint32_t i = 0; i < n; i++)
		f->last_settlement[i] = -1;

	/* in the order of their ids, so that it is the same whatever comes first */
	for (uint32_t i = 0; i < a->claims->n_settlements; i++)
	{
		uint32_t	at = a->settlement_order[i];
		const MsSettlement *s = &a->claims->settlements[at];
		int32_t		encounter = ms_fate_encounter(a, s->mdtrt_id);
		int32_t		before;

		ms_tick(&a->arena);
		if (encounter < 0 || a->settlements[at].is_void ||
			a->settlements[at].cancelled ||
			ms_fate_settlement(a, s->setl_id) != (int32_t) at)
			continue;
		before = f->last_settlement[encounter];
		if (before < 0 || (s->setl_time.state == MS_READABLE &&
						   (a->claims->settlements[before].setl_time.state != MS_READABLE ||
							s->setl_time.v >= a->claims->settlements[before].setl_time.v)))
			f->last_settlement[encounter] = (int32_t) at;
	}
	a->fields = f;
	return f;
}

int32_t
ms_field_last_settlement(Audit *a, int32_t encounter)
{
	return fields_of(a)->last_settlement[encounter];
}

static void
earlier(MsValue *first, MsValue t)
{
	if (t.state == MS_READABLE &&
		(first->state != MS_READABLE || t.v < first->v))
		*first = t;
}

static void
later(MsValue *last, MsValue t)
{
	if (t.state == MS_READABLE &&
		(last->state != MS_READABLE || t.v > last->v))
		*last = t;
}

static bool
ends_before_begin(MsValue begin, MsValue end)
{
	return begin.state == MS_READABLE && end.state == MS_READABLE &&
		end.v < begin.v;
}

static void
count_diagnoses(Audit *a, int32_t encounter, WorkFacts *facts)
{
	const WorkDiagnosis *d = ms_record_diagnoses(a, encounter,
												 &facts->diagnoses);

	for (uint32_t i = 0; i < facts->diagnoses; i++)
	{
		ms_tick(&a->arena);
		/* traditional medicine has other codes, which are not read here */
		facts->unreadable_diagnoses += d[i].western && !d[i].readable;
		if (d[i].main && d[i].western && facts->main_diagnoses++ == 0)
			facts->main_diagnosis =
				a->claims->diagnoses[d[i].src].diag_code;
	}
}

static void
count_operations(Audit *a, int32_t encounter, WorkFacts *facts)
{
	const WorkOperation *o = ms_record_operations(a, encounter,
												  &facts->operations);

	for (uint32_t i = 0; i < facts->operations; i++)
	{
		const MsOperation *in = &a->claims->operations[o[i].src];

		ms_tick(&a->arena);
		facts->unreadable_operations += !o[i].readable;
		facts->reversed_operations +=
			ends_before_begin(in->begntime, in->endtime) ||
			ends_before_begin(in->anst_begntime, in->anst_endtime);
		if (o[i].main && facts->main_operations++ == 0)
			facts->main_operation = in->oprn_oprt_code;
		earlier(&facts->first_operation, in->oprn_oprt_date);
		later(&facts->last_operation, in->oprn_oprt_date);
		earlier(&facts->anst_begntime, in->anst_begntime);
		later(&facts->anst_endtime, in->anst_endtime);
	}
}

static const WorkFacts *
facts_of(Audit *a, int32_t encounter)
{
	WorkFacts  *facts = &fields_of(a)->facts[encounter];
	const uint32_t *lines;
	uint32_t	n;

	if (facts->known)
		return facts;
	facts->known = true;
	lines = ms_stay_lines(a, encounter, &n);
	for (uint32_t i = 0; i < n; i++)
		facts->amount += a->lines[lines[i]].amt;
	count_diagnoses(a, encounter, facts);
	count_operations(a, encounter, facts);
	return facts;
}

/* ---- fields ---- */

static MsExprValue
line_field(const WorkLine *line, MsExprField field)
{
	const MsLine *in = line->in;

	switch (field)
	{
		case MS_FIELD_LINE_FEEDETL_SN:
			return ms_expr_text(in->feedetl_sn);
		case MS_FIELD_LINE_MED_LIST_CODG:
			return ms_expr_text(in->med_list_codg);
		case MS_FIELD_LINE_FEE_OCUR_TIME:
			return time_of(in->fee_ocur_time);
		case MS_FIELD_LINE_CNT:
			return number(in->cnt, QUANTITY);
		case MS_FIELD_LINE_PRIC:
			return number(in->pric, PRICE);
		case MS_FIELD_LINE_DET_ITEM_FEE_SUMAMT:
			return number(in->det_item_fee_sumamt, FEN);
		case MS_FIELD_LINE_FULAMT_OWNPAY_AMT:
			return number(in->fulamt_ownpay_amt, FEN);
		case MS_FIELD_LINE_INSCP_AMT:
			return number(in->inscp_amt, FEN);
		case MS_FIELD_LINE_REIM_PROP:
			return number(in->reim_prop, PRICE);
		case MS_FIELD_LINE_MED_TYPE:
			return ms_expr_text(in->med_type);
		case MS_FIELD_LINE_HOSP_APPR_FLAG:
			return ms_expr_text(in->hosp_appr_flag);
		case MS_FIELD_LINE_RX_CIRC_FLAG:
			return ms_expr_text(in->rx_circ_flag);
		case MS_FIELD_LINE_RX_HOSP_LV:
			return ms_expr_text(in->rx_hosp_lv);
		case MS_FIELD_LINE_RX_DRORD_NO:
			return ms_expr_text(in->rx_drord_no);
		case MS_FIELD_LINE_BILG_DEPT_CODG:
			return ms_expr_text(in->bilg_dept_codg);
		case MS_FIELD_LINE_BILG_DR_CODG:
			return ms_expr_text(in->bilg_dr_codg);
		case MS_FIELD_LINE_ACORD_DEPT_CODG:
			return ms_expr_text(in->acord_dept_codg);
		case MS_FIELD_LINE_DR_PRO_TECH_DUTY:
			return ms_expr_text(in->dr_pro_tech_duty);
		case MS_FIELD_LINE_ETIP_FLAG:
			return ms_expr_text(in->etip_flag);
		case MS_FIELD_LINE_DSCG_TKDRUG_FLAG:
			return ms_expr_text(in->dscg_tkdrug_flag);
		case MS_FIELD_LINE_MED_CHRGITM_TYPE:
			return ms_expr_text(in->med_chrgitm_type);
		case MS_FIELD_LINE_CHRGITM_LV:
			return ms_expr_text(in->chrgitm_lv);
		case MS_FIELD_LINE_USED_FRQU_DSCR:
			return ms_expr_text(in->used_frqu_dscr);
		case MS_FIELD_LINE_PRD_DAYS:
			return number(in->prd_days, QUANTITY);
		case MS_FIELD_LINE_SIN_DOS:
			return number(in->sin_dos, QUANTITY);
		case MS_FIELD_LINE_DRORD_TIME:
			return time_of(in->drord_time);
		case MS_FIELD_LINE_UPLD_TIME:
			return time_of(in->upld_time);
		case MS_FIELD_LINE_NET_CNT:
			return number(ms_known(line->cnt), QUANTITY);
		case MS_FIELD_LINE_NET_AMT:
			return number(ms_known(line->amt), FEN);
		default:
			return ms_expr_unknown(MS_EXPR_NUMBER, MS_MISSING);
	}
}

static MsExprValue
stay_time(const FieldContext *c, bool end)
{
	const WorkStay *stay = ms_stay_of(c->a, c->encounter);

	if (stay == NULL || (end && !stay->ended))
		return ms_expr_unknown(MS_EXPR_TIME, MS_MISSING);
	return time_of(ms_known(end ? stay->end : stay->begin));
}

/* Fields of an encounter's own row. */
static MsExprValue
visit_field(const FieldContext *c, MsExprField field)
{
	const MsEncounter *e = &c->a->claims->encounters[c->encounter];

	switch (field)
	{
		case MS_FIELD_VISIT_MDTRT_ID:
			return ms_expr_text(e->mdtrt_id);
		case MS_FIELD_VISIT_FIXMEDINS_CODE:
			return ms_expr_text(e->fixmedins_code);
		case MS_FIELD_VISIT_HOSP_LV:
			return ms_expr_text(e->hosp_lv);
		case MS_FIELD_VISIT_MEDINS_TYPE:
			return ms_expr_text(e->medins_type);
		case MS_FIELD_VISIT_FIX_BLNG_ADMDVS:
			return ms_expr_text(e->fix_blng_admdvs);
		case MS_FIELD_VISIT_INSU_ADMDVS:
			return ms_expr_text(e->insu_admdvs);
		case MS_FIELD_VISIT_INSUTYPE:
			return ms_expr_text(e->insutype);
		case MS_FIELD_VISIT_MED_TYPE:
			return ms_expr_text(e->med_type);
		case MS_FIELD_VISIT_BEGNTIME:
			return time_of(e->begntime);
		case MS_FIELD_VISIT_ENDTIME:
			return time_of(e->endtime);
		case MS_FIELD_VISIT_DISE_NO:
			return ms_expr_text(e->dise_no);
		case MS_FIELD_VISIT_INHOSP_STAS:
			return ms_expr_text(e->inhosp_stas);
		case MS_FIELD_VISIT_MATN_STAS:
			return ms_expr_text(e->matn_stas);
		case MS_FIELD_VISIT_DSCG_WAY:
			return ms_expr_text(e->dscg_way);
		case MS_FIELD_VISIT_ADM_DEPT_CODG:
			return ms_expr_text(e->adm_dept_codg);
		case MS_FIELD_VISIT_DSCG_DEPT_CODG:
			return ms_expr_text(e->dscg_dept_codg);
		case MS_FIELD_VISIT_ATDDR_CODG:
			return ms_expr_text(e->atddr_codg);
		case MS_FIELD_VISIT_STAY_BEGNTIME:
			return stay_time(c, false);
		case MS_FIELD_VISIT_STAY_ENDTIME:
			return stay_time(c, true);
		case MS_FIELD_VISIT_ATTRIBUTES:
			return whole(e->n_attributes);
		case MS_FIELD_PERSON_PSN_NO:
			return ms_expr_text(e->psn_no);
		case MS_FIELD_PERSON_GEND:
			return ms_expr_text(e->gend);
		case MS_FIELD_PERSON_BRDY:
			return time_of(e->brdy);
		case MS_FIELD_PERSON_DIE_DATE:
			return time_of(e->die_date);
		default:
			return ms_expr_unknown(MS_EXPR_NUMBER, MS_MISSING);
	}
}

/* Figures of an encounter; those of records that are not bound are missing. */
static MsExprValue
fact_field(const FieldContext *c, const MsExprAsk *ask)
{
	const MsClaims *claims = c->a->claims;
	const WorkFacts *facts;
	uint32_t	n;

	if ((ask->field <= MS_FIELD_VISIT_MAIN_DIAGNOSIS && !claims->has_diagnoses
		 && ask->field >= MS_FIELD_VISIT_DIAGNOSES) ||
		(ask->field >= MS_FIELD_VISIT_OPERATIONS && !claims->has_operations))
		return ms_expr_unknown(ask->type, MS_MISSING);
	facts = facts_of(c->a, c->encounter);
	switch (ask->field)
	{
		case MS_FIELD_VISIT_AMOUNT:
			return number(ms_known(facts->amount), FEN);
		case MS_FIELD_VISIT_LINES:
			ms_stay_lines(c->a, c->encounter, &n);
			return whole(n);
		case MS_FIELD_VISIT_DIAGNOSES:
			return whole(facts->diagnoses);
		case MS_FIELD_VISIT_MAIN_DIAGNOSES:
			return whole(facts->main_diagnoses);
		case MS_FIELD_VISIT_UNREADABLE_DIAGNOSES:
			return whole(facts->unreadable_diagnoses);
		case MS_FIELD_VISIT_MAIN_DIAGNOSIS:
			return ms_expr_text(facts->main_diagnosis);
		case MS_FIELD_VISIT_OPERATIONS:
			return whole(facts->operations);
		case MS_FIELD_VISIT_MAIN_OPERATIONS:
			return whole(facts->main_operations);
		case MS_FIELD_VISIT_UNREADABLE_OPERATIONS:
			return whole(facts->unreadable_operations);
		case MS_FIELD_VISIT_REVERSED_OPERATIONS:
			return whole(facts->reversed_operations);
		case MS_FIELD_VISIT_MAIN_OPERATION:
			return ms_expr_text(facts->main_operation);
		case MS_FIELD_VISIT_FIRST_OPERATION:
			return time_of(facts->first_operation);
		case MS_FIELD_VISIT_LAST_OPERATION:
			return time_of(facts->last_operation);
		case MS_FIELD_VISIT_ANST_BEGNTIME:
			return time_of(facts->anst_begntime);
		default:
			return time_of(facts->anst_endtime);
	}
}

/* The settlement of the line, else the last one of the encounter. */
static int32_t
settlement_at(const FieldContext *c)
{
	if (c->line != NOWHERE && c->a->lines[c->line].settlement >= 0)
		return c->a->lines[c->line].settlement;
	return ms_field_last_settlement(c->a, c->encounter);
}

static MsExprValue
bill_field(const FieldContext *c, const MsExprAsk *ask)
{
	int32_t		at = settlement_at(c);
	const MsSettlement *s;

	if (at < 0)
		return ms_expr_unknown(ask->type, MS_MISSING);
	s = &c->a->claims->settlements[at];
	switch (ask->field)
	{
		case MS_FIELD_BILL_SETL_ID:
			return ms_expr_text(s->setl_id);
		case MS_FIELD_BILL_SETL_TIME:
			return time_of(s->setl_time);
		case MS_FIELD_BILL_MID_SETL_FLAG:
			return ms_expr_text(s->mid_setl_flag);
		case MS_FIELD_BILL_CLR_WAY:
			return ms_expr_text(s->clr_way);
		case MS_FIELD_BILL_INSUTYPE:
			return ms_expr_text(s->insutype);
		case MS_FIELD_BILL_MED_TYPE:
			return ms_expr_text(s->med_type);
		case MS_FIELD_BILL_INSCP_AMT:
			return number(s->inscp_amt, FEN);
		default:
			return number(s->funds[MS_FUND_PAY_SUMAMT], FEN);
	}
}

/* ---- what the book makes of them ---- */

/* Whole days, months or years at the act, of an encounter at its begin. */
static MsExprValue
age(const FieldContext *c, MsExprField unit)
{
	const MsEncounter *e = &c->a->claims->encounters[c->encounter];
	int64_t		born = ms_day_of(e->brdy.v);
	int64_t		day;
	int64_t		months;

	if (e->brdy.state != MS_READABLE)
		return ms_expr_unknown(MS_EXPR_NUMBER, e->brdy.state);
	if (c->line == NOWHERE && e->begntime.state != MS_READABLE)
		return ms_expr_unknown(MS_EXPR_NUMBER, e->begntime.state);
	day = c->line != NOWHERE ? c->a->lines[c->line].day :
		ms_day_of(e->begntime.v);
	months = born > day ? -1 : ms_whole_months(born, day);
	if (months < 0 || months > MAX_AGE_MONTHS)
		return ms_expr_unknown(MS_EXPR_NUMBER, MS_UNREADABLE);
	return whole(unit == MS_FIELD_AGE_DAYS ? day - born :
				 unit == MS_FIELD_AGE_MONTHS ? months : months / 12);
}

static int32_t
setting(const FieldContext *c)
{
	const MsEncounter *e = &c->a->claims->encounters[c->encounter];
	int32_t		at = settlement_at(c);
	MsStr		none = {NULL, 0};

	if (c->line != NOWHERE)
		return ms_line_setting(c->a, &c->a->lines[c->line]);
	return ms_book_map(c->a->book, MS_MAP_SETTING,
					   first_present(at < 0 ? none :
									 c->a->claims->settlements[at].med_type,
									 e->med_type, none));
}

static MsExprValue
derived_field(const FieldContext *c, const MsExprAsk *ask)
{
	const MsEncounter *e = &c->a->claims->encounters[c->encounter];
	MsStr		none = {NULL, 0};
	int32_t		at;
	int64_t		n;

	switch (ask->field)
	{
		case MS_FIELD_AGE_YEARS:
		case MS_FIELD_AGE_MONTHS:
		case MS_FIELD_AGE_DAYS:
			return age(c, ask->field);
		case MS_FIELD_SETTING:
			return word(MS_VOCABULARY_SETTING, setting(c));
		case MS_FIELD_LEVEL:
			n = ms_book_map(c->a->book, MS_MAP_LEVEL, e->hosp_lv);
			return n < 0 ? ms_expr_unknown(MS_EXPR_NUMBER, MS_MISSING) :
				whole(n);
		case MS_FIELD_INSURANCE:
			at = settlement_at(c);
			return word(MS_VOCABULARY_INSURANCE,
						ms_book_map(c->a->book, MS_MAP_INSURANCE,
									first_present(at < 0 ? none :
												  c->a->claims->settlements[at].insutype,
												  e->insutype, none)));
		case MS_FIELD_STAY_DAYS:
			n = ms_stay_days(c->a, c->encounter);
			return n == 0 ? ms_expr_unknown(MS_EXPR_NUMBER, MS_MISSING) :
				whole(n);
		case MS_FIELD_LIMIT:
			return number(ms_known(c->a->entry.limit), QUANTITY);
		default:
			return ms_expr_unknown(ask->type, MS_MISSING);
	}
}

static MsExprValue
field(const FieldContext *c, const MsExprAsk *ask)
{
	if (ask->field < MS_FIELD_VISIT_MDTRT_ID)
		return c->line == NOWHERE ?
			ms_expr_unknown(ask->type, MS_MISSING) :
			line_field(&c->a->lines[c->line], ask->field);
	if (ask->field >= MS_FIELD_VISIT_AMOUNT &&
		ask->field <= MS_FIELD_VISIT_ANST_ENDTIME)
		return fact_field(c, ask);
	if (ask->field >= MS_FIELD_AGE_YEARS)
		return derived_field(c, ask);
	if (ask->field >= MS_FIELD_BILL_SETL_ID &&
		ask->field < MS_FIELD_PERSON_PSN_NO)
		return bill_field(c, ask);
	return visit_field(c, ask->field);
}

/* An attribute of the settlement list; they are sorted by name. */
static MsExprValue
attribute(const FieldContext *c, MsStr name)
{
	const MsEncounter *e = &c->a->claims->encounters[c->encounter];
	uint32_t	lo = 0;
	uint32_t	hi = e->n_attributes;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		int			cmp = ms_str_cmp(e->attributes[mid].name, name);

		if (cmp == 0)
			return ms_expr_text(e->attributes[mid].value);
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return ms_expr_unknown(MS_EXPR_TEXT, MS_MISSING);
}

static MsExprValue
parameter(const FieldContext *c, MsStr name)
{
	char		buf[256];		/* a name's length is one byte */
	const char *value;

	memcpy(buf, name.s, name.len);
	buf[name.len] = '\0';
	value = ms_book_param(c->a->book, buf);
	return value == NULL ? ms_expr_unknown(MS_EXPR_TEXT, MS_MISSING) :
		ms_expr_text(ms_str(value));
}

static MsExprValue
known(const FieldContext *c, const MsExprAsk *ask)
{
	static const MsMap maps[] = {
		0, MS_MAP_LEVEL, MS_MAP_SETTING, MS_MAP_INSURANCE, MS_MAP_CLR_WAY
	};

	if (ask->dictionary > MS_DICTIONARY_CLR_WAY)
		return ms_expr_unknown(MS_EXPR_BOOLEAN, MS_MISSING);
	return ms_expr_boolean(ms_book_map(c->a->book, maps[ask->dictionary],
									   ask->value) >= 0);
}

/* ms_field_get answers what an expression asks; ctx is a FieldContext. */
MsExprValue
ms_field_get(void *ctx, const MsExprAsk *ask)
{
	const FieldContext *c = ctx;

	switch (ask->what)
	{
		case MS_ASK_FIELD:
			return field(c, ask);
		case MS_ASK_ATTRIBUTE:
			return attribute(c, ask->name);
		case MS_ASK_PARAMETER:
			return parameter(c, ask->name);
		case MS_ASK_LOOKUP:
		case MS_ASK_AMOUNT_CLASS:
			return ms_lookup_get(c, ask);
		case MS_ASK_KNOWN:
			return known(c, ask);
	}
	return ms_expr_unknown(ask->type, MS_MISSING);
}
