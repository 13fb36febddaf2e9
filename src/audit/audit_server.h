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
	ENC_INHOSP_STAS, ENC_DISE_NO, ENC_VALI_FLAG, ENC_NATTS
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
	LINE_DSCG_TKDRUG_FLAG, LINE_INSU_ADMDVS, LINE_VALI_FLAG, LINE_NATTS
} MsLineAttr;

typedef enum MsRowKind
{
	MS_ROW_ENCOUNTER,
	MS_ROW_SETTLEMENT,
	MS_ROW_LINE
} MsRowKind;

/* An array of composite values taken apart: row i, attribute j at i * natts. */
typedef struct MsRows
{
	MsRowKind	kind;
	uint32		n;
	int			natts;
	Datum	   *values;
	bool	   *nulls;
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
extern bool ms_rows_stays(MsRowKind kind, int attribute);

static inline Datum
ms_rows_value(const MsRows *rows, uint32 row, int attribute, bool *isnull)
{
	size_t		at = (size_t) row * rows->natts + attribute;

	*isnull = rows->nulls[at];
	return rows->values[at];
}

extern const MsEncounter *ms_rows_encounters(const MsRows *rows);
extern const MsSettlement *ms_rows_settlements(const MsRows *rows);
extern const MsLine *ms_rows_lines(const MsRows *rows);

/* A digest that grows field by field, each with its length before it. */
typedef struct pg_cryptohash_ctx MsHash;

extern MsHash *ms_hash_start(void);
extern void ms_hash_field(MsHash *hash, const char *s, Size len);
extern void ms_hash_null(MsHash *hash);
extern bytea *ms_hash_finish(MsHash *hash);
extern bytea *ms_hash_row(const MsRows *rows, uint32 row);
extern bytea *ms_hash_finding(const char *const fields[7]);

#endif							/* AUDIT_SERVER_H */
