/*-------------------------------------------------------------------------
 *
 * expr_word_core.c
 *	  The words of expressions: fields, functions, what they take and give.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "rulebook/expr_code_core.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

#define LINE	MS_EXPR_NEEDS_LINE
#define DX		MS_EXPR_NEEDS_DIAGNOSES
#define OPRN	MS_EXPR_NEEDS_OPERATIONS

static const ExprFieldRow fields[] = {
	{"line.feedetl_sn", MS_FIELD_LINE_FEEDETL_SN, MS_EXPR_TEXT, LINE},
	{"line.med_list_codg", MS_FIELD_LINE_MED_LIST_CODG, MS_EXPR_TEXT, LINE},
	{"line.fee_ocur_time", MS_FIELD_LINE_FEE_OCUR_TIME, MS_EXPR_TIME, LINE},
	{"line.cnt", MS_FIELD_LINE_CNT, MS_EXPR_NUMBER, LINE},
	{"line.pric", MS_FIELD_LINE_PRIC, MS_EXPR_NUMBER, LINE},
	{"line.det_item_fee_sumamt", MS_FIELD_LINE_DET_ITEM_FEE_SUMAMT,
	MS_EXPR_NUMBER, LINE},
	{"line.fulamt_ownpay_amt", MS_FIELD_LINE_FULAMT_OWNPAY_AMT,
	MS_EXPR_NUMBER, LINE},
	{"line.inscp_amt", MS_FIELD_LINE_INSCP_AMT, MS_EXPR_NUMBER, LINE},
	{"line.reim_prop", MS_FIELD_LINE_REIM_PROP, MS_EXPR_NUMBER, LINE},
	{"line.med_type", MS_FIELD_LINE_MED_TYPE, MS_EXPR_TEXT, LINE},
	{"line.hosp_appr_flag", MS_FIELD_LINE_HOSP_APPR_FLAG, MS_EXPR_TEXT, LINE},
	{"line.rx_circ_flag", MS_FIELD_LINE_RX_CIRC_FLAG, MS_EXPR_TEXT, LINE},
	{"line.rx_hosp_lv", MS_FIELD_LINE_RX_HOSP_LV, MS_EXPR_TEXT, LINE},
	{"line.rx_drord_no", MS_FIELD_LINE_RX_DRORD_NO, MS_EXPR_TEXT, LINE},
	{"line.bilg_dept_codg", MS_FIELD_LINE_BILG_DEPT_CODG, MS_EXPR_TEXT, LINE},
	{"line.bilg_dr_codg", MS_FIELD_LINE_BILG_DR_CODG, MS_EXPR_TEXT, LINE},
	{"line.acord_dept_codg", MS_FIELD_LINE_ACORD_DEPT_CODG, MS_EXPR_TEXT, LINE},
	{"line.dr_pro_tech_duty", MS_FIELD_LINE_DR_PRO_TECH_DUTY, MS_EXPR_TEXT,
	LINE},
	{"line.etip_flag", MS_FIELD_LINE_ETIP_FLAG, MS_EXPR_TEXT, LINE},
	{"line.dscg_tkdrug_flag", MS_FIELD_LINE_DSCG_TKDRUG_FLAG, MS_EXPR_TEXT,
	LINE},
	{"line.med_chrgitm_type", MS_FIELD_LINE_MED_CHRGITM_TYPE, MS_EXPR_TEXT,
	LINE},
	{"line.chrgitm_lv", MS_FIELD_LINE_CHRGITM_LV, MS_EXPR_TEXT, LINE},
	{"line.used_frqu_dscr", MS_FIELD_LINE_USED_FRQU_DSCR, MS_EXPR_TEXT, LINE},
	{"line.prd_days", MS_FIELD_LINE_PRD_DAYS, MS_EXPR_NUMBER, LINE},
	{"line.sin_dos", MS_FIELD_LINE_SIN_DOS, MS_EXPR_NUMBER, LINE},
	{"line.drord_time", MS_FIELD_LINE_DRORD_TIME, MS_EXPR_TIME, LINE},
	{"line.upld_time", MS_FIELD_LINE_UPLD_TIME, MS_EXPR_TIME, LINE},
	{"line.net_cnt", MS_FIELD_LINE_NET_CNT, MS_EXPR_NUMBER, LINE},
	{"line.net_amt", MS_FIELD_LINE_NET_AMT, MS_EXPR_NUMBER, LINE},

	{"visit.mdtrt_id", MS_FIELD_VISIT_MDTRT_ID, MS_EXPR_TEXT, 0},
	{"visit.fixmedins_code", MS_FIELD_VISIT_FIXMEDINS_CODE, MS_EXPR_TEXT, 0},
	{"visit.hosp_lv", MS_FIELD_VISIT_HOSP_LV, MS_EXPR_TEXT, 0},
	{"visit.medins_type", MS_FIELD_VISIT_MEDINS_TYPE, MS_EXPR_TEXT, 0},
	{"visit.fix_blng_admdvs", MS_FIELD_VISIT_FIX_BLNG_ADMDVS, MS_EXPR_TEXT, 0},
	{"visit.insu_admdvs", MS_FIELD_VISIT_INSU_ADMDVS, MS_EXPR_TEXT, 0},
	{"visit.insutype", MS_FIELD_VISIT_INSUTYPE, MS_EXPR_TEXT, 0},
	{"visit.med_type", MS_FIELD_VISIT_MED_TYPE, MS_EXPR_TEXT, 0},
	{"visit.begntime", MS_FIELD_VISIT_BEGNTIME, MS_EXPR_TIME, 0},
	{"visit.endtime", MS_FIELD_VISIT_ENDTIME, MS_EXPR_TIME, 0},
	{"visit.dise_no", MS_FIELD_VISIT_DISE_NO, MS_EXPR_TEXT, 0},
	{"visit.inhosp_stas", MS_FIELD_VISIT_INHOSP_STAS, MS_EXPR_TEXT, 0},
	{"visit.matn_stas", MS_FIELD_VISIT_MATN_STAS, MS_EXPR_TEXT, 0},
	{"visit.dscg_way", MS_FIELD_VISIT_DSCG_WAY, MS_EXPR_TEXT, 0},
	{"visit.adm_dept_codg", MS_FIELD_VISIT_ADM_DEPT_CODG, MS_EXPR_TEXT, 0},
	{"visit.dscg_dept_codg", MS_FIELD_VISIT_DSCG_DEPT_CODG, MS_EXPR_TEXT, 0},
	{"visit.atddr_codg", MS_FIELD_VISIT_ATDDR_CODG, MS_EXPR_TEXT, 0},
	{"visit.amount", MS_FIELD_VISIT_AMOUNT, MS_EXPR_NUMBER, 0},
	{"visit.lines", MS_FIELD_VISIT_LINES, MS_EXPR_NUMBER, 0},
	{"visit.diagnoses", MS_FIELD_VISIT_DIAGNOSES, MS_EXPR_NUMBER, DX},
	{"visit.main_diagnoses", MS_FIELD_VISIT_MAIN_DIAGNOSES, MS_EXPR_NUMBER, DX},
	{"visit.unreadable_diagnoses", MS_FIELD_VISIT_UNREADABLE_DIAGNOSES,
	MS_EXPR_NUMBER, DX},
	{"visit.main_diagnosis", MS_FIELD_VISIT_MAIN_DIAGNOSIS, MS_EXPR_TEXT, DX},
	{"visit.operations", MS_FIELD_VISIT_OPERATIONS, MS_EXPR_NUMBER, OPRN},
	{"visit.main_operations", MS_FIELD_VISIT_MAIN_OPERATIONS, MS_EXPR_NUMBER,
	OPRN},
	{"visit.unreadable_operations", MS_FIELD_VISIT_UNREADABLE_OPERATIONS,
	MS_EXPR_NUMBER, OPRN},
	{"visit.reversed_operations", MS_FIELD_VISIT_REVERSED_OPERATIONS,
	MS_EXPR_NUMBER, OPRN},
	{"visit.main_operation", MS_FIELD_VISIT_MAIN_OPERATION, MS_EXPR_TEXT, OPRN},
	{"visit.first_operation", MS_FIELD_VISIT_FIRST_OPERATION, MS_EXPR_TIME,
	OPRN},
	{"visit.last_operation", MS_FIELD_VISIT_LAST_OPERATION, MS_EXPR_TIME, OPRN},
	{"visit.anst_begntime", MS_FIELD_VISIT_ANST_BEGNTIME, MS_EXPR_TIME, OPRN},
	{"visit.anst_endtime", MS_FIELD_VISIT_ANST_ENDTIME, MS_EXPR_TIME, OPRN},
	{"visit.stay_begntime", MS_FIELD_VISIT_STAY_BEGNTIME, MS_EXPR_TIME, 0},
	{"visit.stay_endtime", MS_FIELD_VISIT_STAY_ENDTIME, MS_EXPR_TIME, 0},
	{"visit.attributes", MS_FIELD_VISIT_ATTRIBUTES, MS_EXPR_NUMBER,
	MS_EXPR_NEEDS_LIST},

	{"bill.setl_id", MS_FIELD_BILL_SETL_ID, MS_EXPR_TEXT, 0},
	{"bill.setl_time", MS_FIELD_BILL_SETL_TIME, MS_EXPR_TIME, 0},
	{"bill.mid_setl_flag", MS_FIELD_BILL_MID_SETL_FLAG, MS_EXPR_TEXT, 0},
	{"bill.clr_way", MS_FIELD_BILL_CLR_WAY, MS_EXPR_TEXT, 0},
	{"bill.insutype", MS_FIELD_BILL_INSUTYPE, MS_EXPR_TEXT, 0},
	{"bill.med_type", MS_FIELD_BILL_MED_TYPE, MS_EXPR_TEXT, 0},
	{"bill.inscp_amt", MS_FIELD_BILL_INSCP_AMT, MS_EXPR_NUMBER, 0},
	{"bill.fund_pay_sumamt", MS_FIELD_BILL_FUND_PAY_SUMAMT, MS_EXPR_NUMBER, 0},

	{"person.psn_no", MS_FIELD_PERSON_PSN_NO, MS_EXPR_TEXT, 0},
	{"person.gend", MS_FIELD_PERSON_GEND, MS_EXPR_TEXT, 0},
	{"person.brdy", MS_FIELD_PERSON_BRDY, MS_EXPR_TIME, 0},
	{"person.die_date", MS_FIELD_PERSON_DIE_DATE, MS_EXPR_TIME, 0},

	{"age_years()", MS_FIELD_AGE_YEARS, MS_EXPR_NUMBER, 0},
	{"age_months()", MS_FIELD_AGE_MONTHS, MS_EXPR_NUMBER, 0},
	{"age_days()", MS_FIELD_AGE_DAYS, MS_EXPR_NUMBER, 0},
	{"setting()", MS_FIELD_SETTING, MS_EXPR_TEXT, 0},
	{"level()", MS_FIELD_LEVEL, MS_EXPR_NUMBER, 0},
	{"insurance()", MS_FIELD_INSURANCE, MS_EXPR_TEXT, 0},
	{"stay_days()", MS_FIELD_STAY_DAYS, MS_EXPR_NUMBER, 0},
	{"limit()", MS_FIELD_LIMIT, MS_EXPR_NUMBER, MS_EXPR_NEEDS_LIMIT},
};

static const ExprFunctionRow functions[] = {
	{"number", "number(text)", FN_NUMBER, MS_EXPR_NUMBER, 1,
	{MS_EXPR_TEXT}},
	{"time", "time(text)", FN_TIME, MS_EXPR_TIME, 1,
	{MS_EXPR_TEXT}},
	{"length", "length(text)", FN_LENGTH, MS_EXPR_NUMBER, 1,
	{MS_EXPR_TEXT}},
	{"day", "day(time)", FN_DAY, MS_EXPR_TIME, 1,
	{MS_EXPR_TIME}},
	{"year", "year(time)", FN_YEAR, MS_EXPR_NUMBER, 1,
	{MS_EXPR_TIME}},
	{"month", "month(time)", FN_MONTH, MS_EXPR_NUMBER, 1,
	{MS_EXPR_TIME}},
	{"weekday", "weekday(time)", FN_WEEKDAY, MS_EXPR_NUMBER, 1,
	{MS_EXPR_TIME}},
	{"hour", "hour(time)", FN_HOUR, MS_EXPR_NUMBER, 1,
	{MS_EXPR_TIME}},
	{"days_between", "days_between(time, time)", FN_DAYS_BETWEEN,
		MS_EXPR_NUMBER, 2,
	{MS_EXPR_TIME, MS_EXPR_TIME}},
	{"hours_between", "hours_between(time, time)", FN_HOURS_BETWEEN,
		MS_EXPR_NUMBER, 2,
	{MS_EXPR_TIME, MS_EXPR_TIME}},
	{"minutes_between", "minutes_between(time, time)", FN_MINUTES_BETWEEN,
		MS_EXPR_NUMBER, 2,
	{MS_EXPR_TIME, MS_EXPR_TIME}},
	{"months_between", "months_between(time, time)", FN_MONTHS_BETWEEN,
		MS_EXPR_NUMBER, 2,
	{MS_EXPR_TIME, MS_EXPR_TIME}},
	{"years_between", "years_between(time, time)", FN_YEARS_BETWEEN,
		MS_EXPR_NUMBER, 2,
	{MS_EXPR_TIME, MS_EXPR_TIME}},
	{"add_days", "add_days(time, number)", FN_ADD_DAYS, MS_EXPR_TIME, 2,
	{MS_EXPR_TIME, MS_EXPR_NUMBER}},
	{"add_hours", "add_hours(time, number)", FN_ADD_HOURS, MS_EXPR_TIME, 2,
	{MS_EXPR_TIME, MS_EXPR_NUMBER}},
	{"abs", "abs(number)", FN_ABS, MS_EXPR_NUMBER, 1,
	{MS_EXPR_NUMBER}},
	{"round", "round(number, number)", FN_ROUND, MS_EXPR_NUMBER, 2,
	{MS_EXPR_NUMBER, MS_EXPR_NUMBER}},
	{"least", "least(number, number)", FN_LEAST, MS_EXPR_NUMBER, 2,
	{MS_EXPR_NUMBER, MS_EXPR_NUMBER}},
	{"greatest", "greatest(number, number)", FN_GREATEST, MS_EXPR_NUMBER, 2,
	{MS_EXPR_NUMBER, MS_EXPR_NUMBER}},
};

#define DX_SIGNATURE(name)	name "('codes' [, 'any|main|admission|discharge'])"
#define OPRN_SIGNATURE(name)	name "('codes' [, 'any|main'])"
#define ITEM_SIGNATURE(name) \
	name "('codes' [, 'visit|day|prescription|stay|person'])"

static const ExprLookupRow lookups[] = {
	{"has_diagnosis", DX_SIGNATURE("has_diagnosis"), MS_LOOKUP_HAS_DIAGNOSIS,
		MS_EXPR_BOOLEAN, MS_CODES_ICD10, MS_WHERE_ANY, MS_WHERE_DISCHARGE,
	DX},
	{"count_diagnosis", DX_SIGNATURE("count_diagnosis"),
		MS_LOOKUP_COUNT_DIAGNOSIS, MS_EXPR_NUMBER, MS_CODES_ICD10,
	MS_WHERE_ANY, MS_WHERE_DISCHARGE, DX},
	{"has_operation", OPRN_SIGNATURE("has_operation"),
		MS_LOOKUP_HAS_OPERATION, MS_EXPR_BOOLEAN, MS_CODES_ICD9CM3,
	MS_WHERE_ANY, MS_WHERE_MAIN, OPRN},
	{"count_operation", OPRN_SIGNATURE("count_operation"),
		MS_LOOKUP_COUNT_OPERATION, MS_EXPR_NUMBER, MS_CODES_ICD9CM3,
	MS_WHERE_ANY, MS_WHERE_MAIN, OPRN},
	{"has_item", ITEM_SIGNATURE("has_item"), MS_LOOKUP_HAS_ITEM,
		MS_EXPR_BOOLEAN, MS_CODES_FEE_ITEM, MS_WHERE_VISIT, MS_WHERE_PERSON,
	0},
	{"count_item", ITEM_SIGNATURE("count_item"), MS_LOOKUP_COUNT_ITEM,
		MS_EXPR_NUMBER, MS_CODES_FEE_ITEM, MS_WHERE_VISIT, MS_WHERE_PERSON,
	0},
	{"quantity_item", ITEM_SIGNATURE("quantity_item"),
		MS_LOOKUP_QUANTITY_ITEM, MS_EXPR_NUMBER, MS_CODES_FEE_ITEM,
	MS_WHERE_VISIT, MS_WHERE_PERSON, 0},
	{"amount_item", ITEM_SIGNATURE("amount_item"), MS_LOOKUP_AMOUNT_ITEM,
		MS_EXPR_NUMBER, MS_CODES_FEE_ITEM, MS_WHERE_VISIT, MS_WHERE_PERSON,
	0},
};

/* Functions that the parser knows by itself. */
static const struct
{
	const char *signature;
	MsExprType	type;
}			other_functions[] =

{
	{"coalesce(value, value)", 0},
	{"known('level|setting|insurance|clr_way|icd10|icd9cm3|fee_item', text)",
	MS_EXPR_BOOLEAN},
	{"amount_class('class, ...')", MS_EXPR_NUMBER},
	{"parameter('name')", MS_EXPR_TEXT},
};

static const char *const where_words[] = {
	NULL, "any", "main", "admission", "discharge", "visit", "day",
	"prescription", "stay", "person"
};

static const char *const dictionary_words[] = {
	NULL, "level", "setting", "insurance", "clr_way", "icd10", "icd9cm3",
	"fee_item"
};

static const char *const type_words[] = {
	NULL, "boolean", "number", "text", "time"
};

const char *
ms_expr_type_name(MsExprType type)
{
	return (unsigned) type < LENGTH(type_words) ? type_words[type] : NULL;
}

const ExprFieldRow *
ms_expr_field_row(uint32_t field)
{
	for (size_t i = 0; i < LENGTH(fields); i++)
		if (fields[i].field == field)
			return &fields[i];
	return NULL;
}

const ExprFieldRow *
ms_expr_field_named(MsStr name)
{
	for (size_t i = 0; i < LENGTH(fields); i++)
		if (ms_str_is(name, fields[i].name))
			return &fields[i];
	return NULL;
}

const ExprFunctionRow *
ms_expr_function_row(uint32_t fn)
{
	return fn >= 1 && fn <= LENGTH(functions) ? &functions[fn - 1] : NULL;
}

const ExprFunctionRow *
ms_expr_function_named(MsStr name)
{
	for (size_t i = 0; i < LENGTH(functions); i++)
		if (ms_str_is(name, functions[i].name))
			return &functions[i];
	return NULL;
}

const ExprLookupRow *
ms_expr_lookup_row(uint32_t lookup)
{
	return lookup >= 1 && lookup <= LENGTH(lookups) ? &lookups[lookup - 1] :
		NULL;
}

const ExprLookupRow *
ms_expr_lookup_named(MsStr name)
{
	for (size_t i = 0; i < LENGTH(lookups); i++)
		if (ms_str_is(name, lookups[i].name))
			return &lookups[i];
	return NULL;
}

bool
ms_expr_where_fits(const ExprLookupRow *row, uint32_t where)
{
	return where >= row->first && where <= row->last;
}

/* Parts of a day or a prescription are those of the line at hand. */
unsigned
ms_expr_where_needs(uint32_t where)
{
	return where == MS_WHERE_DAY || where == MS_WHERE_PRESCRIPTION ?
		MS_EXPR_NEEDS_LINE : 0;
}

static int
word_index(MsStr word, const char *const *words, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (ms_str_is(word, words[i]))
			return (int) i;
	return 0;
}

MsExprWhere
ms_expr_where_named(MsStr word)
{
	return (MsExprWhere) word_index(word, where_words, LENGTH(where_words));
}

MsExprDictionary
ms_expr_dictionary_named(MsStr word)
{
	return (MsExprDictionary) word_index(word, dictionary_words,
										 LENGTH(dictionary_words));
}

const char *
ms_expr_field_name(uint32_t i, MsExprField *field, MsExprType *type)
{
	if (i >= LENGTH(fields))
		return NULL;
	*field = (MsExprField) fields[i].field;
	*type = (MsExprType) fields[i].type;
	return fields[i].name;
}

/* What is asked, without its arguments; "list." for an attribute. */
const char *
ms_expr_ask_name(const MsExprAsk *ask)
{
	switch (ask->what)
	{
		case MS_ASK_FIELD:
			return ms_expr_field_row((uint32_t) ask->field)->name;
		case MS_ASK_ATTRIBUTE:
			return "list.";
		case MS_ASK_PARAMETER:
			return "parameter";
		case MS_ASK_LOOKUP:
			return ms_expr_lookup_row((uint32_t) ask->lookup)->name;
		case MS_ASK_AMOUNT_CLASS:
			return "amount_class";
		case MS_ASK_KNOWN:
			return "known";
	}
	return "";
}

/* type is 0 where the result has that of the arguments. */
const char *
ms_expr_function_signature(uint32_t i, MsExprType *type)
{
	if (i < LENGTH(functions))
	{
		*type = (MsExprType) functions[i].type;
		return functions[i].signature;
	}
	i -= LENGTH(functions);
	if (i < LENGTH(lookups))
	{
		*type = (MsExprType) lookups[i].type;
		return lookups[i].signature;
	}
	i -= LENGTH(lookups);
	if (i < LENGTH(other_functions))
	{
		*type = other_functions[i].type;
		return other_functions[i].signature;
	}
	return NULL;
}
