/*-------------------------------------------------------------------------
 *
 * audit_server.h
 *	  Claims as SQL gives them: reading and hashing composite values.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_SERVER_H
#define AUDIT_SERVER_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "common/sha2.h"
#include "utils/array.h"

#include "audit/audit_core.h"

/* Positions in the composite types of sql/parts/30_source.sql, from 0. */
typedef enum MsEncounterAttr
{
	ENC_MDTRT_ID, ENC_PSN_NO, ENC_GEND, ENC_BRDY, ENC_FIXMEDINS_CODE,
	ENC_FIXMEDINS_NAME, ENC_HOSP_LV, ENC_MEDINS_TYPE, ENC_FIX_BLNG_ADMDVS,
	ENC_INSU_ADMDVS, ENC_INSUTYPE, ENC_MED_TYPE, ENC_BEGNTIME, ENC_ENDTIME,
	ENC_INHOSP_STAS, ENC_DISE_NO, ENC_VALI_FLAG, ENC_MATN_STAS, ENC_DSCG_WAY,
	ENC_ADM_DEPT_CODG, ENC_DSCG_DEPT_CODG, ENC_ATDDR_CODG, ENC_DIE_DATE,
	ENC_ATTRIBUTES, ENC_NATTS
} MsEncounterAttr;

typedef enum MsSettlementAttr
{
	SETL_SETL_ID, SETL_MDTRT_ID, SETL_PSN_NO, SETL_INIT_SETL_ID,
	SETL_REFD_SETL_FLAG, SETL_MID_SETL_FLAG, SETL_VALI_FLAG, SETL_SETL_TIME,
	SETL_YEAR, SETL_CLR_WAY, SETL_PAY_LOC, SETL_INSUTYPE, SETL_MED_TYPE,
	SETL_INSU_ADMDVS, SETL_MEDFEE_SUMAMT, SETL_INSCP_AMT,
	SETL_FUND_PAY_SUMAMT, SETL_HIFP_PAY, SETL_CVLSERV_PAY, SETL_HIFES_PAY,
	SETL_HIFMI_PAY, SETL_HIFOB_PAY, SETL_MAF_PAY, SETL_OTHFUND_PAY,
	SETL_ACCT_PAY, SETL_ACCT_MULAID_PAY, SETL_NATTS
} MsSettlementAttr;

typedef enum MsLineAttr
{
	LINE_FEEDETL_SN, LINE_MDTRT_ID, LINE_SETL_ID, LINE_PSN_NO,
	LINE_INIT_FEEDETL_SN, LINE_FIXMEDINS_CODE, LINE_FEE_OCUR_TIME,
	LINE_MED_LIST_CODG, LINE_MED_TYPE, LINE_CNT, LINE_PRIC,
	LINE_DET_ITEM_FEE_SUMAMT, LINE_FULAMT_OWNPAY_AMT, LINE_INSCP_AMT,
	LINE_REIM_PROP, LINE_HOSP_APPR_FLAG, LINE_RX_CIRC_FLAG, LINE_RX_HOSP_LV,
	LINE_RX_DRORD_NO, LINE_BILG_DEPT_CODG, LINE_BILG_DEPT_NAME,
	LINE_BILG_DR_CODG, LINE_BILG_DR_NAME, LINE_ETIP_FLAG,
	LINE_DSCG_TKDRUG_FLAG, LINE_INSU_ADMDVS, LINE_VALI_FLAG,
	LINE_ACORD_DEPT_CODG, LINE_DR_PRO_TECH_DUTY, LINE_MED_CHRGITM_TYPE,
	LINE_CHRGITM_LV, LINE_USED_FRQU_DSCR, LINE_PRD_DAYS, LINE_SIN_DOS,
	LINE_DRORD_TIME, LINE_UPLD_TIME, LINE_NATTS
} MsLineAttr;

typedef enum MsDiagnosisAttr
{
	DIAG_MDTRT_ID, DIAG_SETL_ID, DIAG_PSN_NO, DIAG_DIAG_CODE, DIAG_DIAG_TYPE,
	DIAG_MAINDIAG_FLAG, DIAG_VALI_FLAG, DIAG_INOUT_DIAG_TYPE, DIAG_NATTS
} MsDiagnosisAttr;

typedef enum MsOperationAttr
{
	OPRN_MDTRT_ID, OPRN_SETL_ID, OPRN_PSN_NO, OPRN_OPRN_OPRT_CODE,
	OPRN_MAIN_OPRN_FLAG, OPRN_OPRN_OPRT_DATE, OPRN_OPRN_OPRT_BEGNTIME,
	OPRN_OPRN_OPRT_ENDTIME, OPRN_OPER_DR_CODE, OPRN_ANST_WAY,
	OPRN_ANST_DR_CODE, OPRN_ANST_BEGNTIME, OPRN_ANST_ENDTIME, OPRN_INCS_TYPE,
	OPRN_VALI_FLAG, OPRN_NATTS
} MsOperationAttr;

typedef enum MsRegistrationAttr
{
	REG_PSN_NO, REG_DISE_NO, REG_BEGNDATE, REG_ENDDATE, REG_FIXMEDINS_CODE,
	REG_INSU_ADMDVS, REG_VALI_FLAG, REG_NATTS
} MsRegistrationAttr;

typedef enum MsRowKind
{
	MS_ROW_ENCOUNTER,
	MS_ROW_SETTLEMENT,
	MS_ROW_LINE,
	MS_ROW_DIAGNOSIS,
	MS_ROW_OPERATION,
	MS_ROW_REGISTRATION,
	MS_N_ROW_KINDS
} MsRowKind;

struct MsStagedRow;

/*
 * Rows of one kind: taken apart, row i, attribute j at i * natts; or as the
 * stage has them, until somebody asks for a cell.
 */
typedef struct MsRows
{
	MsRowKind	kind;
	uint32		n;
	int			natts;
	Datum	   *values;
	bool	   *nulls;
	struct MsStagedRow **staged;	/* NULL = they come from elsewhere */
} MsRows;

/* A row type that was looked at once in a query. */
typedef struct MsRowType
{
	Oid			type;			/* InvalidOid = not yet */
	TupleDesc	desc;
} MsRowType;

extern void ms_rows_read(ArrayType *array, MsRowKind kind, MsRowType *known,
						 MemoryContext keep, MsRows *rows);
extern void ms_rows_read_one(HeapTupleHeader header, MsRowKind kind,
							 MsRows *rows);
extern int	ms_rows_attributes(MsRowKind kind);
extern Oid	ms_rows_type(MsRowKind kind, int attribute);
extern const char *ms_rows_name(MsRowKind kind, int attribute);
extern int	ms_rows_person(MsRowKind kind);
extern bool ms_rows_stays(MsRowKind kind, int attribute);
extern void ms_rows_take_apart(MsRows *rows);
extern void *ms_rows_records(const MsRows *rows);

static inline Datum
ms_rows_value(const MsRows *rows, uint32 row, int attribute, bool *isnull)
{
	size_t		at = (size_t) row * rows->natts + attribute;

	if (rows->values == NULL)
		ms_rows_take_apart(unconstify(MsRows *, rows));
	*isnull = rows->nulls[at];
	return rows->values[at];
}

extern const MsAttribute *ms_attributes_read(Datum object, uint32 *n);

/* A digest that grows field by field, each with its length before it. */
typedef struct pg_cryptohash_ctx MsHash;

extern MsHash *ms_hash_start(void);
extern void ms_hash_field(MsHash *hash, const char *s, Size len);
extern void ms_hash_null(MsHash *hash);
extern bytea *ms_hash_finish(MsHash *hash);
extern bytea *ms_hash_row(const MsRows *rows, uint32 row);
extern bytea *ms_hash_finding(const char *const fields[7]);

#endif							/* AUDIT_SERVER_H */
