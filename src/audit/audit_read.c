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
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "audit/audit_server.h"
#include "audit/audit_stage.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "common/numeric_core.h"

/* How a column becomes a field of the evaluator's record. */
typedef enum Reading
{
	AS_NOTHING,					/* no rule asks for it */
	AS_TEXT,
	AS_TIME,
	AS_SANE_TIME,				/* an absurd one says nothing */
	AS_FEN,
	AS_QUANTITY,
	AS_PRICE,
	AS_SHARE,
	AS_ATTRIBUTES
} Reading;

typedef struct Attribute
{
	const char *name;
	Oid			type;
	Reading		reading;
	uint32		offset;			/* of the field in its record */
} Attribute;

#define FIELD(record, field, type, reading) \
	{#field, type, reading, offsetof(record, field)}
#define FUND(field, fund) \
	{#field, NUMERICOID, AS_FEN, offsetof(MsSettlement, funds[fund])}
#define UNREAD(field, type) {#field, type, AS_NOTHING, 0}

static const Attribute encounter_attributes[ENC_NATTS] = {
	FIELD(MsEncounter, mdtrt_id, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, psn_no, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, gend, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, brdy, TIMESTAMPOID, AS_TIME),
	FIELD(MsEncounter, fixmedins_code, TEXTOID, AS_TEXT),
	UNREAD(fixmedins_name, TEXTOID),
	FIELD(MsEncounter, hosp_lv, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, medins_type, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, fix_blng_admdvs, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, insu_admdvs, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, insutype, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, med_type, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, begntime, TIMESTAMPOID, AS_SANE_TIME),
	FIELD(MsEncounter, endtime, TIMESTAMPOID, AS_SANE_TIME),
	FIELD(MsEncounter, inhosp_stas, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, dise_no, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, vali_flag, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, matn_stas, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, dscg_way, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, adm_dept_codg, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, dscg_dept_codg, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, atddr_codg, TEXTOID, AS_TEXT),
	FIELD(MsEncounter, die_date, TIMESTAMPOID, AS_SANE_TIME),
	FIELD(MsEncounter, attributes, JSONBOID, AS_ATTRIBUTES)
};

static const Attribute settlement_attributes[SETL_NATTS] = {
	FIELD(MsSettlement, setl_id, TEXTOID, AS_TEXT),
	FIELD(MsSettlement, mdtrt_id, TEXTOID, AS_TEXT),
	UNREAD(psn_no, TEXTOID),
	FIELD(MsSettlement, init_setl_id, TEXTOID, AS_TEXT),
	FIELD(MsSettlement, refd_setl_flag, TEXTOID, AS_TEXT),
	FIELD(MsSettlement, mid_setl_flag, TEXTOID, AS_TEXT),
	FIELD(MsSettlement, vali_flag, TEXTOID, AS_TEXT),
	FIELD(MsSettlement, setl_time, TIMESTAMPOID, AS_TIME),
	UNREAD(year, TEXTOID),
	FIELD(MsSettlement, clr_way, TEXTOID, AS_TEXT),
	UNREAD(pay_loc, TEXTOID),
	FIELD(MsSettlement, insutype, TEXTOID, AS_TEXT),
	FIELD(MsSettlement, med_type, TEXTOID, AS_TEXT),
	FIELD(MsSettlement, insu_admdvs, TEXTOID, AS_TEXT),
	UNREAD(medfee_sumamt, NUMERICOID),
	FIELD(MsSettlement, inscp_amt, NUMERICOID, AS_FEN),
	FUND(fund_pay_sumamt, MS_FUND_PAY_SUMAMT),
	FUND(hifp_pay, MS_HIFP_PAY),
	FUND(cvlserv_pay, MS_CVLSERV_PAY),
	FUND(hifes_pay, MS_HIFES_PAY),
	FUND(hifmi_pay, MS_HIFMI_PAY),
	FUND(hifob_pay, MS_HIFOB_PAY),
	FUND(maf_pay, MS_MAF_PAY),
	FUND(othfund_pay, MS_OTHFUND_PAY),
	FUND(acct_pay, MS_ACCT_PAY),
	FUND(acct_mulaid_pay, MS_ACCT_MULAID_PAY)
};

static const Attribute line_attributes[LINE_NATTS] = {
	FIELD(MsLine, feedetl_sn, TEXTOID, AS_TEXT),
	FIELD(MsLine, mdtrt_id, TEXTOID, AS_TEXT),
	FIELD(MsLine, setl_id, TEXTOID, AS_TEXT),
	FIELD(MsLine, psn_no, TEXTOID, AS_TEXT),
	FIELD(MsLine, init_feedetl_sn, TEXTOID, AS_TEXT),
	FIELD(MsLine, fixmedins_code, TEXTOID, AS_TEXT),
	FIELD(MsLine, fee_ocur_time, TIMESTAMPOID, AS_TIME),
	FIELD(MsLine, med_list_codg, TEXTOID, AS_TEXT),
	FIELD(MsLine, med_type, TEXTOID, AS_TEXT),
	FIELD(MsLine, cnt, NUMERICOID, AS_QUANTITY),
	FIELD(MsLine, pric, NUMERICOID, AS_PRICE),
	FIELD(MsLine, det_item_fee_sumamt, NUMERICOID, AS_FEN),
	FIELD(MsLine, fulamt_ownpay_amt, NUMERICOID, AS_FEN),
	FIELD(MsLine, inscp_amt, NUMERICOID, AS_FEN),
	FIELD(MsLine, reim_prop, NUMERICOID, AS_SHARE),
	FIELD(MsLine, hosp_appr_flag, TEXTOID, AS_TEXT),
	FIELD(MsLine, rx_circ_flag, TEXTOID, AS_TEXT),
	FIELD(MsLine, rx_hosp_lv, TEXTOID, AS_TEXT),
	FIELD(MsLine, rx_drord_no, TEXTOID, AS_TEXT),
	FIELD(MsLine, bilg_dept_codg, TEXTOID, AS_TEXT),
	UNREAD(bilg_dept_name, TEXTOID),
	FIELD(MsLine, bilg_dr_codg, TEXTOID, AS_TEXT),
	UNREAD(bilg_dr_name, TEXTOID),
	FIELD(MsLine, etip_flag, TEXTOID, AS_TEXT),
	FIELD(MsLine, dscg_tkdrug_flag, TEXTOID, AS_TEXT),
	FIELD(MsLine, insu_admdvs, TEXTOID, AS_TEXT),
	FIELD(MsLine, vali_flag, TEXTOID, AS_TEXT),
	FIELD(MsLine, acord_dept_codg, TEXTOID, AS_TEXT),
	FIELD(MsLine, dr_pro_tech_duty, TEXTOID, AS_TEXT),
	FIELD(MsLine, med_chrgitm_type, TEXTOID, AS_TEXT),
	FIELD(MsLine, chrgitm_lv, TEXTOID, AS_TEXT),
	FIELD(MsLine, used_frqu_dscr, TEXTOID, AS_TEXT),
	FIELD(MsLine, prd_days, NUMERICOID, AS_QUANTITY),
	FIELD(MsLine, sin_dos, NUMERICOID, AS_QUANTITY),
	FIELD(MsLine, drord_time, TIMESTAMPOID, AS_SANE_TIME),
	FIELD(MsLine, upld_time, TIMESTAMPOID, AS_SANE_TIME)
};

static const Attribute diagnosis_attributes[DIAG_NATTS] = {
	FIELD(MsDiagnosis, mdtrt_id, TEXTOID, AS_TEXT),
	FIELD(MsDiagnosis, setl_id, TEXTOID, AS_TEXT),
	UNREAD(psn_no, TEXTOID),
	FIELD(MsDiagnosis, diag_code, TEXTOID, AS_TEXT),
	FIELD(MsDiagnosis, diag_type, TEXTOID, AS_TEXT),
	FIELD(MsDiagnosis, maindiag_flag, TEXTOID, AS_TEXT),
	FIELD(MsDiagnosis, vali_flag, TEXTOID, AS_TEXT),
	FIELD(MsDiagnosis, inout_diag_type, TEXTOID, AS_TEXT)
};

static const Attribute operation_attributes[OPRN_NATTS] = {
	FIELD(MsOperation, mdtrt_id, TEXTOID, AS_TEXT),
	FIELD(MsOperation, setl_id, TEXTOID, AS_TEXT),
	UNREAD(psn_no, TEXTOID),
	FIELD(MsOperation, oprn_oprt_code, TEXTOID, AS_TEXT),
	FIELD(MsOperation, main_oprn_flag, TEXTOID, AS_TEXT),
	FIELD(MsOperation, oprn_oprt_date, TIMESTAMPOID, AS_SANE_TIME),
	{"oprn_oprt_begntime", TIMESTAMPOID, AS_SANE_TIME, offsetof(MsOperation, begntime)},
	{"oprn_oprt_endtime", TIMESTAMPOID, AS_SANE_TIME, offsetof(MsOperation, endtime)},
	FIELD(MsOperation, oper_dr_code, TEXTOID, AS_TEXT),
	FIELD(MsOperation, anst_way, TEXTOID, AS_TEXT),
	FIELD(MsOperation, anst_dr_code, TEXTOID, AS_TEXT),
	FIELD(MsOperation, anst_begntime, TIMESTAMPOID, AS_SANE_TIME),
	FIELD(MsOperation, anst_endtime, TIMESTAMPOID, AS_SANE_TIME),
	FIELD(MsOperation, incs_type, TEXTOID, AS_TEXT),
	FIELD(MsOperation, vali_flag, TEXTOID, AS_TEXT)
};

static const Attribute registration_attributes[REG_NATTS] = {
	UNREAD(psn_no, TEXTOID),
	FIELD(MsRegistration, dise_no, TEXTOID, AS_TEXT),
	FIELD(MsRegistration, begndate, TIMESTAMPOID, AS_TIME),
	FIELD(MsRegistration, enddate, TIMESTAMPOID, AS_TIME),
	FIELD(MsRegistration, fixmedins_code, TEXTOID, AS_TEXT),
	FIELD(MsRegistration, insu_admdvs, TEXTOID, AS_TEXT),
	FIELD(MsRegistration, vali_flag, TEXTOID, AS_TEXT)
};

/* Indexed by MsRowKind. */
static const struct
{
	const char *type_name;
	const Attribute *attributes;
	int			n;
	Size		record;			/* size of the evaluator's */
}			row_kinds[MS_N_ROW_KINDS] = {
	{"medsup.claim_encounter", encounter_attributes, ENC_NATTS, sizeof(MsEncounter)},
	{"medsup.claim_settlement", settlement_attributes, SETL_NATTS, sizeof(MsSettlement)},
	{"medsup.claim_fee_line", line_attributes, LINE_NATTS, sizeof(MsLine)},
	{"medsup.claim_diagnosis", diagnosis_attributes, DIAG_NATTS, sizeof(MsDiagnosis)},
	{"medsup.claim_operation", operation_attributes, OPRN_NATTS, sizeof(MsOperation)},
	{"medsup.claim_registration", registration_attributes, REG_NATTS, sizeof(MsRegistration)}
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

/* ms_rows_take_apart looks at every cell of staged rows, which few need. */
void
ms_rows_take_apart(MsRows *rows)
{
	MemoryContext context = GetMemoryChunkContext(rows->staged);
	Size		cells = (Size) rows->n * rows->natts + 1;
	MsStagedCells row;
	int			i;

	rows->nulls = MemoryContextAllocHuge(context, cells);
	memset(rows->nulls, true, cells);
	rows->values = MemoryContextAllocHuge(context, sizeof(Datum) * cells);
	for (uint32 r = 0; r < rows->n; r++)
	{
		Size		at = (Size) r * rows->natts;
		Datum		value;

		ms_staged_start(rows->staged[r], &row);
		while ((i = ms_staged_next(&row, &value)) >= 0)
		{
			rows->values[at + i] = value;
			rows->nulls[at + i] = false;
		}
	}
}

/* ms_rows_read_one takes a single composite value apart. */
void
ms_rows_read_one(HeapTupleHeader header, MsRowKind kind, MsRows *rows)
{
	MsRowType	unknown = {InvalidOid, NULL};
	TupleDesc	desc = row_type(HeapTupleHeaderGetTypeId(header), kind,
								&unknown, CurrentMemoryContext);

	memset(rows, 0, sizeof(*rows));
	rows->kind = kind;
	rows->n = 1;
	rows->natts = desc->natts;
	rows->values = palloc(sizeof(Datum) * desc->natts);
	rows->nulls = palloc(sizeof(bool) * desc->natts);
	deform(header, desc, rows, 0);
}

/* ---- values ---- */

static MsValue
number(Datum value, int scale, int64 max)
{
	struct varlena *v = PG_DETOAST_DATUM_PACKED(value);
	MsValue		result = {0, MS_UNREADABLE};

	if (ms_numeric_scaled(VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v), scale, max,
						  &result.v))
		result.state = MS_READABLE;
	else
		result.v = 0;
	return result;
}

/*
 * Infinite times are the mark for unreadable ones.  Registrations may be open
 * at both ends, so that theirs stay as written; begin and end of a stay do not.
 */
static MsValue
instant(Timestamp t, bool sane)
{
	MsValue		result = {0, MS_UNREADABLE};

	if (TIMESTAMP_NOT_FINITE(t) ||
		(sane && (t < MS_FIRST_DAY * MS_USECS_PER_DAY ||
				  t >= MS_LAST_DAY * MS_USECS_PER_DAY)))
		return result;
	result.v = t;
	result.state = MS_READABLE;
	return result;
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

/* Puts a column that is not NULL where its record has it. */
static inline void
put_field(const Attribute *attribute, Datum value, char *record)
{
	char	   *field = record + attribute->offset;
	struct varlena *text;

	switch (attribute->reading)
	{
		case AS_NOTHING:
			break;
		case AS_TEXT:
			text = PG_DETOAST_DATUM_PACKED(value);

			((MsStr *) field)->s = VARDATA_ANY(text);
			((MsStr *) field)->len = (uint32) VARSIZE_ANY_EXHDR(text);
			break;
		case AS_TIME:
			*(MsValue *) field = instant(DatumGetTimestamp(value), false);
			break;
		case AS_SANE_TIME:
			*(MsValue *) field = instant(DatumGetTimestamp(value), true);
			break;
		case AS_FEN:
			*(MsValue *) field = number(value, 2, MS_MAX_SCALED);
			break;
		case AS_QUANTITY:
			*(MsValue *) field = number(value, MS_QTY_SCALE, MS_MAX_SCALED);
			break;
		case AS_PRICE:
			*(MsValue *) field = number(value, 6, MS_MAX_PRICE);
			break;
		case AS_SHARE:
			*(MsValue *) field = number(value, 6, MS_MAX_SCALED);
			break;
		case AS_ATTRIBUTES:
			((MsEncounter *) record)->attributes =
				ms_attributes_read(value, &((MsEncounter *) record)->n_attributes);
			break;
	}
}

static void
read_staged(MsStagedRow *row, const Attribute *attributes, char *record)
{
	MsStagedCells cells;
	Datum		value;
	int			i;

	ms_staged_start(row, &cells);
	while ((i = ms_staged_next(&cells, &value)) >= 0)
		put_field(&attributes[i], value, record);
}

/*
 * ms_rows_records gives rows as the evaluator's records: an array of MsLine,
 * MsEncounter and so on, by kind.  What is NULL is nought in them.
 */
void *
ms_rows_records(const MsRows *rows)
{
	const Attribute *attributes = row_kinds[rows->kind].attributes;
	int			natts = row_kinds[rows->kind].n;
	Size		size = row_kinds[rows->kind].record;
	char	   *records = palloc_extended(size * ((Size) rows->n + 1),
										  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	for (uint32 i = 0; i < rows->n; i++)
	{
		char	   *record = records + size * i;
		Size		at = (Size) i * rows->natts;

		if ((i & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		if (rows->staged != NULL)
		{
			read_staged(rows->staged[i], attributes, record);
			continue;
		}
		for (int j = 0; j < natts; j++)
		{
			if (!rows->nulls[at + j])
				put_field(&attributes[j], rows->values[at + j], record);
		}
	}
	return records;
}
