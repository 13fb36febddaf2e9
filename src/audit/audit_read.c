/*-------------------------------------------------------------------------
 *
 * audit_read.c
 *	  Composite values of claims into the evaluator's structs.
 *
 * Attributes are read by position; the row type is compared once a query
 * with what is expected, by name and type.  Texts are not copied: the structs
 * point into the arrays, which must live as long.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "audit/audit_server.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "common/numeric_core.h"

typedef struct Attribute
{
	const char *name;
	Oid			type;
} Attribute;

static const Attribute encounter_attributes[ENC_NATTS] = {
	{"mdtrt_id", TEXTOID}, {"psn_no", TEXTOID}, {"gend", TEXTOID},
	{"brdy", TIMESTAMPOID}, {"fixmedins_code", TEXTOID},
	{"fixmedins_name", TEXTOID}, {"hosp_lv", TEXTOID},
	{"medins_type", TEXTOID}, {"fix_blng_admdvs", TEXTOID},
	{"insu_admdvs", TEXTOID}, {"insutype", TEXTOID}, {"med_type", TEXTOID},
	{"begntime", TIMESTAMPOID}, {"endtime", TIMESTAMPOID},
	{"inhosp_stas", TEXTOID}, {"dise_no", TEXTOID}, {"vali_flag", TEXTOID},
	{"matn_stas", TEXTOID}, {"dscg_way", TEXTOID}, {"adm_dept_codg", TEXTOID},
	{"dscg_dept_codg", TEXTOID}, {"atddr_codg", TEXTOID},
	{"die_date", TIMESTAMPOID}, {"attributes", JSONBOID}
};

static const Attribute settlement_attributes[SETL_NATTS] = {
	{"setl_id", TEXTOID}, {"mdtrt_id", TEXTOID}, {"psn_no", TEXTOID},
	{"init_setl_id", TEXTOID}, {"refd_setl_flag", TEXTOID},
	{"mid_setl_flag", TEXTOID}, {"vali_flag", TEXTOID},
	{"setl_time", TIMESTAMPOID}, {"year", TEXTOID}, {"clr_way", TEXTOID},
	{"pay_loc", TEXTOID}, {"insutype", TEXTOID}, {"med_type", TEXTOID},
	{"insu_admdvs", TEXTOID}, {"medfee_sumamt", NUMERICOID},
	{"inscp_amt", NUMERICOID}, {"fund_pay_sumamt", NUMERICOID},
	{"hifp_pay", NUMERICOID}, {"cvlserv_pay", NUMERICOID},
	{"hifes_pay", NUMERICOID}, {"hifmi_pay", NUMERICOID},
	{"hifob_pay", NUMERICOID}, {"maf_pay", NUMERICOID},
	{"othfund_pay", NUMERICOID}, {"acct_pay", NUMERICOID},
	{"acct_mulaid_pay", NUMERICOID}
};

static const Attribute line_attributes[LINE_NATTS] = {
	{"feedetl_sn", TEXTOID}, {"mdtrt_id", TEXTOID}, {"setl_id", TEXTOID},
	{"psn_no", TEXTOID}, {"init_feedetl_sn", TEXTOID},
	{"fixmedins_code", TEXTOID}, {"fee_ocur_time", TIMESTAMPOID},
	{"med_list_codg", TEXTOID}, {"med_type", TEXTOID}, {"cnt", NUMERICOID},
	{"pric", NUMERICOID}, {"det_item_fee_sumamt", NUMERICOID},
	{"fulamt_ownpay_amt", NUMERICOID}, {"inscp_amt", NUMERICOID},
	{"reim_prop", NUMERICOID}, {"hosp_appr_flag", TEXTOID},
	{"rx_circ_flag", TEXTOID}, {"rx_hosp_lv", TEXTOID},
	{"rx_drord_no", TEXTOID}, {"bilg_dept_codg", TEXTOID},
	{"bilg_dept_name", TEXTOID}, {"bilg_dr_codg", TEXTOID},
	{"bilg_dr_name", TEXTOID}, {"etip_flag", TEXTOID},
	{"dscg_tkdrug_flag", TEXTOID}, {"insu_admdvs", TEXTOID},
	{"vali_flag", TEXTOID}, {"acord_dept_codg", TEXTOID},
	{"dr_pro_tech_duty", TEXTOID}, {"med_chrgitm_type", TEXTOID},
	{"chrgitm_lv", TEXTOID}, {"used_frqu_dscr", TEXTOID},
	{"prd_days", NUMERICOID}, {"sin_dos", NUMERICOID},
	{"drord_time", TIMESTAMPOID}, {"upld_time", TIMESTAMPOID}
};

static const Attribute diagnosis_attributes[DIAG_NATTS] = {
	{"mdtrt_id", TEXTOID}, {"setl_id", TEXTOID}, {"psn_no", TEXTOID},
	{"diag_code", TEXTOID}, {"diag_type", TEXTOID},
	{"maindiag_flag", TEXTOID}, {"vali_flag", TEXTOID},
	{"inout_diag_type", TEXTOID}
};

static const Attribute operation_attributes[OPRN_NATTS] = {
	{"mdtrt_id", TEXTOID}, {"setl_id", TEXTOID}, {"psn_no", TEXTOID},
	{"oprn_oprt_code", TEXTOID}, {"main_oprn_flag", TEXTOID},
	{"oprn_oprt_date", TIMESTAMPOID}, {"oprn_oprt_begntime", TIMESTAMPOID},
	{"oprn_oprt_endtime", TIMESTAMPOID}, {"oper_dr_code", TEXTOID},
	{"anst_way", TEXTOID}, {"anst_dr_code", TEXTOID},
	{"anst_begntime", TIMESTAMPOID}, {"anst_endtime", TIMESTAMPOID},
	{"incs_type", TEXTOID}, {"vali_flag", TEXTOID}
};

static const Attribute registration_attributes[REG_NATTS] = {
	{"psn_no", TEXTOID}, {"dise_no", TEXTOID}, {"begndate", TIMESTAMPOID},
	{"enddate", TIMESTAMPOID}, {"fixmedins_code", TEXTOID},
	{"insu_admdvs", TEXTOID}, {"vali_flag", TEXTOID}
};

/* Indexed by MsRowKind. */
static const struct
{
	const char *type_name;
	const Attribute *attributes;
	int			n;
}			row_kinds[MS_N_ROW_KINDS] = {
	{"medsup.claim_encounter", encounter_attributes, ENC_NATTS},
	{"medsup.claim_settlement", settlement_attributes, SETL_NATTS},
	{"medsup.claim_fee_line", line_attributes, LINE_NATTS},
	{"medsup.claim_diagnosis", diagnosis_attributes, DIAG_NATTS},
	{"medsup.claim_operation", operation_attributes, OPRN_NATTS},
	{"medsup.claim_registration", registration_attributes, REG_NATTS}
};

/* ms_rows_attributes gives how many attributes are ours. */
int
ms_rows_attributes(MsRowKind kind)
{
	return row_kinds[kind].n;
}

Oid
ms_rows_type(MsRowKind kind, int attribute)
{
	return row_kinds[kind].attributes[attribute].type;
}

const char *
ms_rows_name(MsRowKind kind, int attribute)
{
	return row_kinds[kind].attributes[attribute].name;
}

/* ms_rows_person gives the attribute psn_no of a kind. */
int
ms_rows_person(MsRowKind kind)
{
	static const int attributes[MS_N_ROW_KINDS] = {
		ENC_PSN_NO, SETL_PSN_NO, LINE_PSN_NO, DIAG_PSN_NO, OPRN_PSN_NO,
		REG_PSN_NO
	};

	return attributes[kind];
}

/*
 * ms_rows_stays tells which columns stay in the warehouse: names, which no
 * rule reads and no hash covers.
 */
bool
ms_rows_stays(MsRowKind kind, int attribute)
{
	switch (kind)
	{
		case MS_ROW_ENCOUNTER:
			return attribute == ENC_FIXMEDINS_NAME;
		case MS_ROW_LINE:
			return attribute == LINE_BILG_DEPT_NAME ||
				attribute == LINE_BILG_DR_NAME;
		default:
			return false;
	}
}

/* ---- row types ---- */

static void
check_row_type(TupleDesc desc, MsRowKind kind)
{
	for (int i = 0; i < row_kinds[kind].n; i++)
	{
		const Attribute *want = &row_kinds[kind].attributes[i];

		if (i < desc->natts &&
			!TupleDescAttr(desc, i)->attisdropped &&
			strcmp(NameStr(TupleDescAttr(desc, i)->attname), want->name) == 0 &&
			TupleDescAttr(desc, i)->atttypid == want->type)
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("type %s is not as medsup made it",
						row_kinds[kind].type_name),
				 errdetail("Attribute %d should be \"%s\" of type %s.",
						   i + 1, want->name, format_type_be(want->type)),
				 errhint("Undo the ALTER TYPE; attributes may only be added by an update of the extension.")));
	}
}

/* The row type of an array's elements, copied once into keep. */
static TupleDesc
row_type(Oid type, MsRowKind kind, MsRowType *known, MemoryContext keep)
{
	MemoryContext caller;
	TupleDesc	desc;

	if (known->type == type)
		return known->desc;
	desc = lookup_rowtype_tupdesc_domain(type, -1, false);
	check_row_type(desc, kind);
	caller = MemoryContextSwitchTo(keep);
	known->desc = CreateTupleDescCopy(desc);
	MemoryContextSwitchTo(caller);
	ReleaseTupleDesc(desc);
	known->type = type;
	return known->desc;
}

static void
deform(HeapTupleHeader header, TupleDesc desc, MsRows *rows, uint32 row)
{
	HeapTupleData tuple;
	size_t		at = (size_t) row * rows->natts;

	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = header;
	heap_deform_tuple(&tuple, desc, rows->values + at, rows->nulls + at);
}

/*
 * ms_rows_read takes an array of composite values apart, in the current
 * context.  A NULL array is no rows, a NULL element is left out.
 */
void
ms_rows_read(ArrayType *array, MsRowKind kind, MsRowType *known,
			 MemoryContext keep, MsRows *rows)
{
	TupleDesc	desc;
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	memset(rows, 0, sizeof(*rows));
	rows->kind = kind;
	if (array == NULL)
		return;
	desc = row_type(ARR_ELEMTYPE(array), kind, known, keep);
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE,
					  &elements, &nulls, &n);
	rows->natts = desc->natts;
	rows->values = MemoryContextAllocHuge(CurrentMemoryContext,
										  sizeof(Datum) * ((Size) n *
														   desc->natts + 1));
	rows->nulls = MemoryContextAllocHuge(CurrentMemoryContext,
										 (Size) n * desc->natts + 1);
	for (int i = 0; i < n; i++)
	{
		if ((i & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			continue;
		deform(DatumGetHeapTupleHeader(elements[i]), desc, rows, rows->n);
		rows->n++;
	}
	pfree(elements);
	pfree(nulls);
}

/* ms_rows_alloc makes room for n rows that are to be filled in, all NULL. */
void
ms_rows_alloc(MsRows *rows, MsRowKind kind, Size n)
{
	rows->kind = kind;
	rows->n = 0;
	rows->natts = row_kinds[kind].n;
	rows->values = palloc_extended(sizeof(Datum) * (n * rows->natts + 1),
								   MCXT_ALLOC_HUGE);
	rows->nulls = palloc_extended(n * rows->natts + 1, MCXT_ALLOC_HUGE);
	memset(rows->nulls, true, n * rows->natts);
}

/* ms_rows_read_one takes a single composite value apart. */
void
ms_rows_read_one(HeapTupleHeader header, MsRowKind kind, MsRows *rows)
{
	MsRowType	unknown = {InvalidOid, NULL};
	TupleDesc	desc = row_type(HeapTupleHeaderGetTypeId(header), kind,
								&unknown, CurrentMemoryContext);

	rows->kind = kind;
	rows->n = 1;
	rows->natts = desc->natts;
	rows->values = palloc(sizeof(Datum) * desc->natts);
	rows->nulls = palloc(sizeof(bool) * desc->natts);
	deform(header, desc, rows, 0);
}

/* ---- values ---- */

/* ms_rows_text gives a text where it lies; no string when NULL. */
MsStr
ms_rows_text(const MsRows *rows, uint32 row, int attribute)
{
	bool		isnull;
	Datum		value = ms_rows_value(rows, row, attribute, &isnull);
	MsStr		str = {NULL, 0};
	text	   *t;

	if (isnull)
		return str;
	t = DatumGetTextPP(value);
	str.s = VARDATA_ANY(t);
	str.len = (uint32) VARSIZE_ANY_EXHDR(t);
	return str;
}

static MsValue
number_at(const MsRows *rows, uint32 row, int attribute, int scale, int64 max)
{
	bool		isnull;
	Datum		value = ms_rows_value(rows, row, attribute, &isnull);
	MsValue		result = {0, MS_MISSING};
	struct varlena *number;

	if (isnull)
		return result;
	number = PG_DETOAST_DATUM_PACKED(value);
	result.state = ms_numeric_scaled(VARDATA_ANY(number),
									 VARSIZE_ANY_EXHDR(number), scale, max,
									 &result.v) ? MS_READABLE : MS_UNREADABLE;
	return result;
}

static MsValue
fen_at(const MsRows *rows, uint32 row, int attribute)
{
	return number_at(rows, row, attribute, 2, MS_MAX_SCALED);
}

/* Infinite times are the mark for unreadable ones. */
static MsValue
any_time_at(const MsRows *rows, uint32 row, int attribute)
{
	bool		isnull;
	Datum		value = ms_rows_value(rows, row, attribute, &isnull);
	MsValue		result = {0, MS_MISSING};
	Timestamp	t;

	if (isnull)
		return result;
	result.state = MS_UNREADABLE;
	t = DatumGetTimestamp(value);
	if (TIMESTAMP_NOT_FINITE(t))
		return result;
	result.v = t;
	result.state = MS_READABLE;
	return result;
}

/* Begin and end of a stay, of which an absurd one says nothing. */
static MsValue
time_at(const MsRows *rows, uint32 row, int attribute)
{
	MsValue		t = any_time_at(rows, row, attribute);

	if (t.state == MS_READABLE &&
		(t.v < MS_FIRST_DAY * MS_USECS_PER_DAY ||
		 t.v >= MS_LAST_DAY * MS_USECS_PER_DAY))
	{
		t.v = 0;
		t.state = MS_UNREADABLE;
	}
	return t;
}

/* What an attribute says as text, as the operator ->> gives it. */
static MsStr
attribute_text(const JsonbValue *v)
{
	MsStr		str = {NULL, 0};
	char	   *s = NULL;

	switch (v->type)
	{
		case jbvString:
			str.s = v->val.string.val;
			str.len = (uint32) v->val.string.len;
			return str;
		case jbvNull:
			return str;
		case jbvBool:
			s = v->val.boolean ? "true" : "false";
			break;
		case jbvNumeric:
			s = DatumGetCString(DirectFunctionCall1(numeric_out,
													NumericGetDatum(v->val.numeric)));
			break;
		case jbvBinary:
			s = JsonbToCString(NULL, v->val.binary.data, v->val.binary.len);
			break;
		default:
			elog(ERROR, "medsup: attribute of unknown json type %d", v->type);
	}
	str.s = s;
	str.len = (uint32) strlen(s);
	return str;
}

static int
cmp_attributes(const void *a, const void *b)
{
	return ms_str_cmp(((const MsAttribute *) a)->name,
					  ((const MsAttribute *) b)->name);
}

/*
 * ms_attributes_read takes a json object apart, sorted by name; null says
 * nothing and is left out.
 */
const MsAttribute *
ms_attributes_read(Datum object, uint32 *n)
{
	Jsonb	   *jb = DatumGetJsonbP(object);
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;
	MsAttribute *all;

	*n = 0;
	if (!JB_ROOT_IS_OBJECT(jb))
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_CLAIM),
				 errmsg("attributes of an encounter are not a JSON object"),
				 errhint("Write them as {\"name\": \"value\"}, or NULL when there are none.")));
	all = palloc(sizeof(MsAttribute) * (JB_ROOT_COUNT(jb) + 1));
	it = JsonbIteratorInit(&jb->root);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			all[*n].name.s = v.val.string.val;
			all[*n].name.len = (uint32) v.val.string.len;
		}
		else if (token == WJB_VALUE && v.type != jbvNull)
			all[(*n)++].value = attribute_text(&v);
	}
	qsort(all, *n, sizeof(MsAttribute), cmp_attributes);
	return all;
}

static void
read_attributes(const MsRows *rows, uint32 row, MsEncounter *e)
{
	bool		isnull;
	Datum		object = ms_rows_value(rows, row, ENC_ATTRIBUTES, &isnull);

	e->attributes = NULL;
	e->n_attributes = 0;
	if (!isnull)
		e->attributes = ms_attributes_read(object, &e->n_attributes);
}

const MsEncounter *
ms_rows_encounters(const MsRows *rows)
{
	MsEncounter *all = palloc_extended(sizeof(MsEncounter) *
									   ((Size) rows->n + 1), MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < rows->n; i++)
	{
		MsEncounter *e = &all[i];

		e->mdtrt_id = ms_rows_text(rows, i, ENC_MDTRT_ID);
		e->psn_no = ms_rows_text(rows, i, ENC_PSN_NO);
		e->gend = ms_rows_text(rows, i, ENC_GEND);
		e->brdy = any_time_at(rows, i, ENC_BRDY);
		e->fixmedins_code = ms_rows_text(rows, i, ENC_FIXMEDINS_CODE);
		e->hosp_lv = ms_rows_text(rows, i, ENC_HOSP_LV);
		e->medins_type = ms_rows_text(rows, i, ENC_MEDINS_TYPE);
		e->fix_blng_admdvs = ms_rows_text(rows, i, ENC_FIX_BLNG_ADMDVS);
		e->insu_admdvs = ms_rows_text(rows, i, ENC_INSU_ADMDVS);
		e->insutype = ms_rows_text(rows, i, ENC_INSUTYPE);
		e->med_type = ms_rows_text(rows, i, ENC_MED_TYPE);
		e->begntime = time_at(rows, i, ENC_BEGNTIME);
		e->endtime = time_at(rows, i, ENC_ENDTIME);
		e->vali_flag = ms_rows_text(rows, i, ENC_VALI_FLAG);
		e->dise_no = ms_rows_text(rows, i, ENC_DISE_NO);
		e->inhosp_stas = ms_rows_text(rows, i, ENC_INHOSP_STAS);
		e->matn_stas = ms_rows_text(rows, i, ENC_MATN_STAS);
		e->dscg_way = ms_rows_text(rows, i, ENC_DSCG_WAY);
		e->adm_dept_codg = ms_rows_text(rows, i, ENC_ADM_DEPT_CODG);
		e->dscg_dept_codg = ms_rows_text(rows, i, ENC_DSCG_DEPT_CODG);
		e->atddr_codg = ms_rows_text(rows, i, ENC_ATDDR_CODG);
		e->die_date = time_at(rows, i, ENC_DIE_DATE);
		read_attributes(rows, i, e);
	}
	return all;
}

const MsSettlement *
ms_rows_settlements(const MsRows *rows)
{
	static const int fund_attributes[MS_N_FUNDS] = {
		SETL_HIFP_PAY, SETL_CVLSERV_PAY, SETL_HIFES_PAY, SETL_HIFMI_PAY,
		SETL_HIFOB_PAY, SETL_MAF_PAY, SETL_OTHFUND_PAY, SETL_FUND_PAY_SUMAMT,
		SETL_ACCT_PAY, SETL_ACCT_MULAID_PAY
	};
	MsSettlement *all = palloc_extended(sizeof(MsSettlement) *
										((Size) rows->n + 1), MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < rows->n; i++)
	{
		MsSettlement *s = &all[i];

		s->setl_id = ms_rows_text(rows, i, SETL_SETL_ID);
		s->mdtrt_id = ms_rows_text(rows, i, SETL_MDTRT_ID);
		s->init_setl_id = ms_rows_text(rows, i, SETL_INIT_SETL_ID);
		s->refd_setl_flag = ms_rows_text(rows, i, SETL_REFD_SETL_FLAG);
		s->mid_setl_flag = ms_rows_text(rows, i, SETL_MID_SETL_FLAG);
		s->vali_flag = ms_rows_text(rows, i, SETL_VALI_FLAG);
		s->setl_time = any_time_at(rows, i, SETL_SETL_TIME);
		s->clr_way = ms_rows_text(rows, i, SETL_CLR_WAY);
		s->insutype = ms_rows_text(rows, i, SETL_INSUTYPE);
		s->med_type = ms_rows_text(rows, i, SETL_MED_TYPE);
		s->insu_admdvs = ms_rows_text(rows, i, SETL_INSU_ADMDVS);
		s->inscp_amt = fen_at(rows, i, SETL_INSCP_AMT);
		for (int f = 0; f < MS_N_FUNDS; f++)
			s->funds[f] = fen_at(rows, i, fund_attributes[f]);
	}
	return all;
}

const MsLine *
ms_rows_lines(const MsRows *rows)
{
	MsLine	   *all = palloc_extended(sizeof(MsLine) * ((Size) rows->n + 1),
									  MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < rows->n; i++)
	{
		MsLine	   *l = &all[i];

		if ((i & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		l->feedetl_sn = ms_rows_text(rows, i, LINE_FEEDETL_SN);
		l->mdtrt_id = ms_rows_text(rows, i, LINE_MDTRT_ID);
		l->setl_id = ms_rows_text(rows, i, LINE_SETL_ID);
		l->psn_no = ms_rows_text(rows, i, LINE_PSN_NO);
		l->init_feedetl_sn = ms_rows_text(rows, i, LINE_INIT_FEEDETL_SN);
		l->fixmedins_code = ms_rows_text(rows, i, LINE_FIXMEDINS_CODE);
		l->fee_ocur_time = any_time_at(rows, i, LINE_FEE_OCUR_TIME);
		l->med_list_codg = ms_rows_text(rows, i, LINE_MED_LIST_CODG);
		l->med_type = ms_rows_text(rows, i, LINE_MED_TYPE);
		l->cnt = number_at(rows, i, LINE_CNT, MS_QTY_SCALE, MS_MAX_SCALED);
		l->pric = number_at(rows, i, LINE_PRIC, 6, MS_MAX_PRICE);
		l->det_item_fee_sumamt = fen_at(rows, i, LINE_DET_ITEM_FEE_SUMAMT);
		l->fulamt_ownpay_amt = fen_at(rows, i, LINE_FULAMT_OWNPAY_AMT);
		l->inscp_amt = fen_at(rows, i, LINE_INSCP_AMT);
		l->reim_prop = number_at(rows, i, LINE_REIM_PROP, 6, MS_MAX_SCALED);
		l->hosp_appr_flag = ms_rows_text(rows, i, LINE_HOSP_APPR_FLAG);
		l->rx_circ_flag = ms_rows_text(rows, i, LINE_RX_CIRC_FLAG);
		l->rx_hosp_lv = ms_rows_text(rows, i, LINE_RX_HOSP_LV);
		l->insu_admdvs = ms_rows_text(rows, i, LINE_INSU_ADMDVS);
		l->vali_flag = ms_rows_text(rows, i, LINE_VALI_FLAG);
		l->rx_drord_no = ms_rows_text(rows, i, LINE_RX_DRORD_NO);
		l->bilg_dept_codg = ms_rows_text(rows, i, LINE_BILG_DEPT_CODG);
		l->bilg_dr_codg = ms_rows_text(rows, i, LINE_BILG_DR_CODG);
		l->acord_dept_codg = ms_rows_text(rows, i, LINE_ACORD_DEPT_CODG);
		l->dr_pro_tech_duty = ms_rows_text(rows, i, LINE_DR_PRO_TECH_DUTY);
		l->etip_flag = ms_rows_text(rows, i, LINE_ETIP_FLAG);
		l->dscg_tkdrug_flag = ms_rows_text(rows, i, LINE_DSCG_TKDRUG_FLAG);
		l->med_chrgitm_type = ms_rows_text(rows, i, LINE_MED_CHRGITM_TYPE);
		l->chrgitm_lv = ms_rows_text(rows, i, LINE_CHRGITM_LV);
		l->used_frqu_dscr = ms_rows_text(rows, i, LINE_USED_FRQU_DSCR);
		l->prd_days = number_at(rows, i, LINE_PRD_DAYS, MS_QTY_SCALE,
								MS_MAX_SCALED);
		l->sin_dos = number_at(rows, i, LINE_SIN_DOS, MS_QTY_SCALE,
							   MS_MAX_SCALED);
		l->drord_time = time_at(rows, i, LINE_DRORD_TIME);
		l->upld_time = time_at(rows, i, LINE_UPLD_TIME);
	}
	return all;
}

const MsDiagnosis *
ms_rows_diagnoses(const MsRows *rows)
{
	MsDiagnosis *all = palloc_extended(sizeof(MsDiagnosis) *
									   ((Size) rows->n + 1), MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < rows->n; i++)
	{
		MsDiagnosis *d = &all[i];

		d->mdtrt_id = ms_rows_text(rows, i, DIAG_MDTRT_ID);
		d->setl_id = ms_rows_text(rows, i, DIAG_SETL_ID);
		d->diag_code = ms_rows_text(rows, i, DIAG_DIAG_CODE);
		d->diag_type = ms_rows_text(rows, i, DIAG_DIAG_TYPE);
		d->maindiag_flag = ms_rows_text(rows, i, DIAG_MAINDIAG_FLAG);
		d->inout_diag_type = ms_rows_text(rows, i, DIAG_INOUT_DIAG_TYPE);
		d->vali_flag = ms_rows_text(rows, i, DIAG_VALI_FLAG);
	}
	return all;
}

const MsOperation *
ms_rows_operations(const MsRows *rows)
{
	MsOperation *all = palloc_extended(sizeof(MsOperation) *
									   ((Size) rows->n + 1), MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < rows->n; i++)
	{
		MsOperation *o = &all[i];

		o->mdtrt_id = ms_rows_text(rows, i, OPRN_MDTRT_ID);
		o->setl_id = ms_rows_text(rows, i, OPRN_SETL_ID);
		o->oprn_oprt_code = ms_rows_text(rows, i, OPRN_OPRN_OPRT_CODE);
		o->main_oprn_flag = ms_rows_text(rows, i, OPRN_MAIN_OPRN_FLAG);
		o->oprn_oprt_date = time_at(rows, i, OPRN_OPRN_OPRT_DATE);
		o->begntime = time_at(rows, i, OPRN_OPRN_OPRT_BEGNTIME);
		o->endtime = time_at(rows, i, OPRN_OPRN_OPRT_ENDTIME);
		o->oper_dr_code = ms_rows_text(rows, i, OPRN_OPER_DR_CODE);
		o->anst_way = ms_rows_text(rows, i, OPRN_ANST_WAY);
		o->anst_dr_code = ms_rows_text(rows, i, OPRN_ANST_DR_CODE);
		o->anst_begntime = time_at(rows, i, OPRN_ANST_BEGNTIME);
		o->anst_endtime = time_at(rows, i, OPRN_ANST_ENDTIME);
		o->incs_type = ms_rows_text(rows, i, OPRN_INCS_TYPE);
		o->vali_flag = ms_rows_text(rows, i, OPRN_VALI_FLAG);
	}
	return all;
}

/* Registrations may be open at both ends: absurd bounds stay as written. */
const MsRegistration *
ms_rows_registrations(const MsRows *rows)
{
	MsRegistration *all = palloc_extended(sizeof(MsRegistration) *
										  ((Size) rows->n + 1),
										  MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < rows->n; i++)
	{
		MsRegistration *r = &all[i];

		r->dise_no = ms_rows_text(rows, i, REG_DISE_NO);
		r->begndate = any_time_at(rows, i, REG_BEGNDATE);
		r->enddate = any_time_at(rows, i, REG_ENDDATE);
		r->fixmedins_code = ms_rows_text(rows, i, REG_FIXMEDINS_CODE);
		r->insu_admdvs = ms_rows_text(rows, i, REG_INSU_ADMDVS);
		r->vali_flag = ms_rows_text(rows, i, REG_VALI_FLAG);
	}
	return all;
}
