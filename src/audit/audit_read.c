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
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "audit/audit_server.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"

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
	{"inhosp_stas", TEXTOID}, {"dise_no", TEXTOID}, {"vali_flag", TEXTOID}
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
	{"vali_flag", TEXTOID}
};

/* Indexed by MsRowKind. */
static const struct
{
	const char *type_name;
	const Attribute *attributes;
	int			n;
}			row_kinds[] = {
	{"medsup.claim_encounter", encounter_attributes, ENC_NATTS},
	{"medsup.claim_settlement", settlement_attributes, SETL_NATTS},
	{"medsup.claim_fee_line", line_attributes, LINE_NATTS}
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

static MsStr
text_at(const MsRows *rows, uint32 row, int attribute)
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
	Numeric		number;
	char	   *text;

	if (isnull)
		return result;
	result.state = MS_UNREADABLE;
	number = DatumGetNumeric(value);
	if (numeric_is_nan(number) || numeric_is_inf(number))
		return result;
	text = DatumGetCString(DirectFunctionCall1(numeric_out,
											   NumericGetDatum(number)));

	if (ms_decimal_parse(text, scale, max, &result.v))
		result.state = MS_READABLE;
	else
		result.v = 0;
	pfree(text);
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

const MsEncounter *
ms_rows_encounters(const MsRows *rows)
{
	MsEncounter *all = palloc_extended(sizeof(MsEncounter) *
									   ((Size) rows->n + 1), MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < rows->n; i++)
	{
		MsEncounter *e = &all[i];

		e->mdtrt_id = text_at(rows, i, ENC_MDTRT_ID);
		e->psn_no = text_at(rows, i, ENC_PSN_NO);
		e->gend = text_at(rows, i, ENC_GEND);
		e->brdy = any_time_at(rows, i, ENC_BRDY);
		e->fixmedins_code = text_at(rows, i, ENC_FIXMEDINS_CODE);
		e->hosp_lv = text_at(rows, i, ENC_HOSP_LV);
		e->medins_type = text_at(rows, i, ENC_MEDINS_TYPE);
		e->fix_blng_admdvs = text_at(rows, i, ENC_FIX_BLNG_ADMDVS);
		e->insu_admdvs = text_at(rows, i, ENC_INSU_ADMDVS);
		e->insutype = text_at(rows, i, ENC_INSUTYPE);
		e->med_type = text_at(rows, i, ENC_MED_TYPE);
		e->begntime = time_at(rows, i, ENC_BEGNTIME);
		e->endtime = time_at(rows, i, ENC_ENDTIME);
		e->vali_flag = text_at(rows, i, ENC_VALI_FLAG);
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

		s->setl_id = text_at(rows, i, SETL_SETL_ID);
		s->mdtrt_id = text_at(rows, i, SETL_MDTRT_ID);
		s->init_setl_id = text_at(rows, i, SETL_INIT_SETL_ID);
		s->refd_setl_flag = text_at(rows, i, SETL_REFD_SETL_FLAG);
		s->mid_setl_flag = text_at(rows, i, SETL_MID_SETL_FLAG);
		s->vali_flag = text_at(rows, i, SETL_VALI_FLAG);
		s->setl_time = any_time_at(rows, i, SETL_SETL_TIME);
		s->clr_way = text_at(rows, i, SETL_CLR_WAY);
		s->insutype = text_at(rows, i, SETL_INSUTYPE);
		s->med_type = text_at(rows, i, SETL_MED_TYPE);
		s->insu_admdvs = text_at(rows, i, SETL_INSU_ADMDVS);
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
		l->feedetl_sn = text_at(rows, i, LINE_FEEDETL_SN);
		l->mdtrt_id = text_at(rows, i, LINE_MDTRT_ID);
		l->setl_id = text_at(rows, i, LINE_SETL_ID);
		l->psn_no = text_at(rows, i, LINE_PSN_NO);
		l->init_feedetl_sn = text_at(rows, i, LINE_INIT_FEEDETL_SN);
		l->fixmedins_code = text_at(rows, i, LINE_FIXMEDINS_CODE);
		l->fee_ocur_time = any_time_at(rows, i, LINE_FEE_OCUR_TIME);
		l->med_list_codg = text_at(rows, i, LINE_MED_LIST_CODG);
		l->med_type = text_at(rows, i, LINE_MED_TYPE);
		l->cnt = number_at(rows, i, LINE_CNT, MS_QTY_SCALE, MS_MAX_SCALED);
		l->pric = number_at(rows, i, LINE_PRIC, 6, MS_MAX_PRICE);
		l->det_item_fee_sumamt = fen_at(rows, i, LINE_DET_ITEM_FEE_SUMAMT);
		l->fulamt_ownpay_amt = fen_at(rows, i, LINE_FULAMT_OWNPAY_AMT);
		l->inscp_amt = fen_at(rows, i, LINE_INSCP_AMT);
		l->reim_prop = number_at(rows, i, LINE_REIM_PROP, 6, MS_MAX_SCALED);
		l->hosp_appr_flag = text_at(rows, i, LINE_HOSP_APPR_FLAG);
		l->rx_circ_flag = text_at(rows, i, LINE_RX_CIRC_FLAG);
		l->rx_hosp_lv = text_at(rows, i, LINE_RX_HOSP_LV);
		l->insu_admdvs = text_at(rows, i, LINE_INSU_ADMDVS);
		l->vali_flag = text_at(rows, i, LINE_VALI_FLAG);
	}
	return all;
}
