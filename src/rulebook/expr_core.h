/*-------------------------------------------------------------------------
 *
 * expr_core.h
 *	  The language of conditions: compile, check, evaluate.
 *
 * Authors write an expression as text (docs/expressions.md).  It is parsed
 * and typed when it is saved, and compiled into bytes that a book carries.
 * It has no loops and no side effects, always ends, and what it cannot know
 * is unknown, as SQL's NULL.  Nothing of it is ever executed as SQL.
 *
 * Vocabulary
 *	  code		 the compiled bytes: a tree in prefix order, little-endian,
 *				 without pointers; the same text gives the same bytes
 *	  field		 a column of the record at hand (line.cnt)
 *	  attribute	 a field of the settlement list, by its name (list.psn_name)
 *	  ask		 what only the caller knows: a field, an attribute, whether
 *				 the visit has a diagnosis of a set
 *
 * Numbers are exact to six decimals, times are microseconds since
 * 2000-01-01 of civil time.
 *
 * Code from outside must pass ms_expr_check; evaluating it then cannot
 * misbehave, whatever the answers of the caller are.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EXPR_CORE_H
#define EXPR_CORE_H

#include "code/code_core.h"
#include "common/base_core.h"

#define MS_EXPR_MAX_TEXT	8000	/* bytes of an expression */
#define MS_EXPR_MAX_CODE	65000	/* bytes of its code */
#define MS_EXPR_MAX_DEPTH	64	/* levels of the tree */

#define MS_EXPR_SCALE		6
#define MS_EXPR_ONE			INT64_C(1000000)

typedef enum MsExprType
{
	MS_EXPR_BOOLEAN = 1,
	MS_EXPR_NUMBER,
	MS_EXPR_TEXT,
	MS_EXPR_TIME
} MsExprType;

/* A value; v and text mean something where the state is MS_READABLE. */
typedef struct MsExprValue
{
	MsExprType	type;
	MsState		state;
	int64_t		v;				/* booleans are 0 and 1 */
	MsStr text;
} MsExprValue;

/* What an expression needs to be evaluated, as bits. */
#define MS_EXPR_NEEDS_LINE			0x01u	/* speaks about single lines */
#define MS_EXPR_NEEDS_DIAGNOSES		0x02u
#define MS_EXPR_NEEDS_OPERATIONS	0x04u
#define MS_EXPR_NEEDS_LIST			0x08u	/* attributes */
#define MS_EXPR_NEEDS_LIMIT			0x10u	/* the entry's limit */

/*
 * The fields.  Numbers are stored in books: new ones go to the end of their
 * group, none is ever used again.
 */
typedef enum MsExprField
{
	/* the fee line, as it was uploaded */
	MS_FIELD_LINE_FEEDETL_SN = 1,
	MS_FIELD_LINE_MED_LIST_CODG,
	MS_FIELD_LINE_FEE_OCUR_TIME,
	MS_FIELD_LINE_CNT,
	MS_FIELD_LINE_PRIC,
	MS_FIELD_LINE_DET_ITEM_FEE_SUMAMT,
	MS_FIELD_LINE_FULAMT_OWNPAY_AMT,
	MS_FIELD_LINE_INSCP_AMT,
	MS_FIELD_LINE_REIM_PROP,
	MS_FIELD_LINE_MED_TYPE,
	MS_FIELD_LINE_HOSP_APPR_FLAG,
	MS_FIELD_LINE_RX_CIRC_FLAG,
	MS_FIELD_LINE_RX_HOSP_LV,
	MS_FIELD_LINE_RX_DRORD_NO,
	MS_FIELD_LINE_BILG_DEPT_CODG,
	MS_FIELD_LINE_BILG_DR_CODG,
	MS_FIELD_LINE_ACORD_DEPT_CODG,
	MS_FIELD_LINE_DR_PRO_TECH_DUTY,
	MS_FIELD_LINE_ETIP_FLAG,
	MS_FIELD_LINE_DSCG_TKDRUG_FLAG,
	MS_FIELD_LINE_MED_CHRGITM_TYPE,
	MS_FIELD_LINE_CHRGITM_LV,
	MS_FIELD_LINE_USED_FRQU_DSCR,
	MS_FIELD_LINE_PRD_DAYS,
	MS_FIELD_LINE_SIN_DOS,
	MS_FIELD_LINE_DRORD_TIME,
	MS_FIELD_LINE_UPLD_TIME,
	MS_FIELD_LINE_NET_CNT,		/* what refunds leave */
	MS_FIELD_LINE_NET_AMT,

	/* the visit or stay */
	MS_FIELD_VISIT_MDTRT_ID = 101,
	MS_FIELD_VISIT_FIXMEDINS_CODE,
	MS_FIELD_VISIT_HOSP_LV,
	MS_FIELD_VISIT_MEDINS_TYPE,
	MS_FIELD_VISIT_FIX_BLNG_ADMDVS,
	MS_FIELD_VISIT_INSU_ADMDVS,
	MS_FIELD_VISIT_INSUTYPE,
	MS_FIELD_VISIT_MED_TYPE,
	MS_FIELD_VISIT_BEGNTIME,
	MS_FIELD_VISIT_ENDTIME,
	MS_FIELD_VISIT_DISE_NO,
	MS_FIELD_VISIT_INHOSP_STAS,
	MS_FIELD_VISIT_MATN_STAS,
	MS_FIELD_VISIT_DSCG_WAY,
	MS_FIELD_VISIT_ADM_DEPT_CODG,
	MS_FIELD_VISIT_DSCG_DEPT_CODG,
	MS_FIELD_VISIT_ATDDR_CODG,
	MS_FIELD_VISIT_AMOUNT,		/* net, of its living lines */
	MS_FIELD_VISIT_LINES,
	MS_FIELD_VISIT_DIAGNOSES,	/* how many */
	MS_FIELD_VISIT_MAIN_DIAGNOSES,
	MS_FIELD_VISIT_UNREADABLE_DIAGNOSES,
	MS_FIELD_VISIT_MAIN_DIAGNOSIS,	/* the code */
	MS_FIELD_VISIT_OPERATIONS,
	MS_FIELD_VISIT_MAIN_OPERATIONS,
	MS_FIELD_VISIT_UNREADABLE_OPERATIONS,
	MS_FIELD_VISIT_REVERSED_OPERATIONS, /* end before they begin */
	MS_FIELD_VISIT_MAIN_OPERATION,
	MS_FIELD_VISIT_FIRST_OPERATION, /* times */
	MS_FIELD_VISIT_LAST_OPERATION,
	MS_FIELD_VISIT_ANST_BEGNTIME,	/* the first */
	MS_FIELD_VISIT_ANST_ENDTIME,	/* the last */
	MS_FIELD_VISIT_STAY_BEGNTIME,	/* of the chain of stays */
	MS_FIELD_VISIT_STAY_ENDTIME,
	MS_FIELD_VISIT_ATTRIBUTES,	/* how many its settlement list has */

	/* the settlement */
	MS_FIELD_BILL_SETL_ID = 201,
	MS_FIELD_BILL_SETL_TIME,
	MS_FIELD_BILL_MID_SETL_FLAG,
	MS_FIELD_BILL_CLR_WAY,
	MS_FIELD_BILL_INSUTYPE,
	MS_FIELD_BILL_MED_TYPE,
	MS_FIELD_BILL_INSCP_AMT,
	MS_FIELD_BILL_FUND_PAY_SUMAMT,

	/* the person treated */
	MS_FIELD_PERSON_PSN_NO = 301,
	MS_FIELD_PERSON_GEND,
	MS_FIELD_PERSON_BRDY,
	MS_FIELD_PERSON_DIE_DATE,

	/* what the book makes of them; written with () */
	MS_FIELD_AGE_YEARS = 401,
	MS_FIELD_AGE_MONTHS,
	MS_FIELD_AGE_DAYS,
	MS_FIELD_SETTING,
	MS_FIELD_LEVEL,
	MS_FIELD_INSURANCE,
	MS_FIELD_STAY_DAYS,
	MS_FIELD_LIMIT
} MsExprField;

/* Functions over codes; a constant set of them is the first argument. */
typedef enum MsExprLookup
{
	MS_LOOKUP_HAS_DIAGNOSIS = 1,
	MS_LOOKUP_COUNT_DIAGNOSIS,
	MS_LOOKUP_HAS_OPERATION,
	MS_LOOKUP_COUNT_OPERATION,
	MS_LOOKUP_HAS_ITEM,
	MS_LOOKUP_COUNT_ITEM,		/* lines */
	MS_LOOKUP_QUANTITY_ITEM,
	MS_LOOKUP_AMOUNT_ITEM
} MsExprLookup;

/* Which of them: a word as the second argument. */
typedef enum MsExprWhere
{
	MS_WHERE_ANY = 1,			/* diagnoses, operations: of the visit */
	MS_WHERE_MAIN,
	MS_WHERE_ADMISSION,
	MS_WHERE_DISCHARGE,
	MS_WHERE_VISIT,				/* items */
	MS_WHERE_DAY,
	MS_WHERE_PRESCRIPTION,
	MS_WHERE_STAY,
	MS_WHERE_PERSON
} MsExprWhere;

typedef enum MsExprDictionary
{
	MS_DICTIONARY_LEVEL = 1,	/* maps of the book */
	MS_DICTIONARY_SETTING,
	MS_DICTIONARY_INSURANCE,
	MS_DICTIONARY_CLR_WAY,
	MS_DICTIONARY_ICD10,		/* a readable code; not asked */
	MS_DICTIONARY_ICD9CM3,
	MS_DICTIONARY_FEE_ITEM
} MsExprDictionary;

typedef enum MsExprCodes
{
	MS_CODES_ICD10 = 1,
	MS_CODES_ICD9CM3,
	MS_CODES_FEE_ITEM
} MsExprCodes;

/* A set of codes as it lies in the code: bounds as of code_set_core.h. */
typedef struct MsExprSet
{
	MsExprCodes codes;
	uint32_t	n;				/* bounds */
	const uint8_t *bounds;
} MsExprSet;

/* ICD codes stand in item.hi. */
extern bool ms_expr_set_has(const MsExprSet *set, MsFeeItem item);

typedef enum MsExprWhat
{
	MS_ASK_FIELD = 1,
	MS_ASK_ATTRIBUTE,
	MS_ASK_PARAMETER,
	MS_ASK_LOOKUP,
	MS_ASK_AMOUNT_CLASS,		/* net money of lines by fee class */
	MS_ASK_KNOWN				/* is value in the dictionary */
} MsExprWhat;

typedef struct MsExprAsk
{
	MsExprWhat	what;
	MsExprType	type;			/* that the answer must have */
	MsExprField field;
	MsStr		name;			/* attribute, parameter, classes by comma */
	MsExprLookup lookup;
	MsExprWhere where;
	MsExprSet	set;
	MsExprDictionary dictionary;
	MsStr		value;
} MsExprAsk;

/*
 * Answers; an answer of another type than asked counts as missing.  Texts
 * must live as long as the evaluation.
 */
typedef MsExprValue (*MsExprGet) (void *ctx, const MsExprAsk *ask);

/* Where and why a text is no expression. */
typedef struct MsExprError
{
	int			position;		/* characters from 1 */
	char		what[160];
	char		allowed[256];	/* what may stand there; may be empty */
} MsExprError;

/*
 * ms_expr_compile turns a text of the wanted type into code in arena memory.
 */
extern bool ms_expr_compile(MsArena *arena, const char *text, size_t len,
							MsExprType wanted, uint8_t **code, uint32_t *size,
							MsExprError *error);

/*
 * ms_expr_check tells whether bytes are code of the wanted type, and what it
 * needs (may be NULL).  It reads no byte outside.
 */
extern bool ms_expr_check(const uint8_t *code, size_t size, MsExprType wanted,
						  unsigned *needs);

/* ms_expr_eval evaluates code that was checked. */
extern MsExprValue ms_expr_eval(const uint8_t *code, size_t size,
								MsExprGet get, void *ctx);

static inline bool
ms_expr_is_true(MsExprValue value)
{
	return value.type == MS_EXPR_BOOLEAN && value.state == MS_READABLE &&
		value.v != 0;
}

/* Answers for getters. */
static inline MsExprValue
ms_expr_unknown(MsExprType type, MsState state)
{
	MsExprValue value = {type, state, 0, {NULL, 0}};

	return value;
}

static inline MsExprValue
ms_expr_number(int64_t scaled)
{
	MsExprValue value = {MS_EXPR_NUMBER, MS_READABLE, scaled, {NULL, 0}};

	return value;
}

static inline MsExprValue
ms_expr_boolean(bool b)
{
	MsExprValue value = {MS_EXPR_BOOLEAN, MS_READABLE, b, {NULL, 0}};

	return value;
}

extern MsExprValue ms_expr_text(MsStr text);	/* "", "-", "null": missing */
extern MsExprValue ms_expr_read_number(MsStr text);
extern MsExprValue ms_expr_read_time(MsStr text);

/* The registries, for lists; NULL behind the last. */
extern const char *ms_expr_type_name(MsExprType type);
extern const char *ms_expr_field_name(uint32_t i, MsExprField *field,
									  MsExprType *type);
extern const char *ms_expr_ask_name(const MsExprAsk *ask);
extern const char *ms_expr_function_signature(uint32_t i, MsExprType *type);

/* The i-th parameter that checked code names; false behind the last. */
extern bool ms_expr_parameter(const uint8_t *code, size_t size, uint32_t i,
							  MsStr *name);

#endif							/* EXPR_CORE_H */
