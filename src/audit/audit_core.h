/*-------------------------------------------------------------------------
 *
 * audit_core.h
 *	  The one evaluator: all rules of a book over all claims of one person.
 *
 * Pure C, no state between calls.  Input is plain structs, output comes by
 * callbacks, the result does not depend on the order of the input.  What the
 * rules mean is written in docs/rulebook.md; this header fixes the shapes.
 *
 * Vocabulary
 *	  fate	   what becomes of a line before any rule sees it: it lives, or is
 *			   skipped for a reason
 *	  net	   what refunds leave of a line's quantity and amounts
 *	  scope	   the lines that an entry's rule speaks about
 *	  finding  lines that breach an entry, with the excess and its money
 *	  role	   1 violating, 2 involved, 3 a refund applied to one of them
 *	  campaign the institutions, kinds of care and rules that a run asks about
 *	  anchor   the first violating line; a finding belongs to its period
 *
 * Units: money fen, quantities 1/10000, prices and proportions 1/1000000,
 * times microseconds of civil time.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_CORE_H
#define AUDIT_CORE_H

#include "common/base_core.h"
#include "rulebook/book_core.h"

/* Larger magnitudes are unreadable: sums over all lines must fit 63 bits. */
#define MS_MAX_SCALED	INT64_C(1000000000000)
#define MS_MAX_PRICE	INT64_C(10000000000000000)
#define MS_MAX_LINES	4000000

/* As history_from: nothing but the visits handed over is known. */
#define MS_HISTORY_NONE	INT64_MAX

/*
 * Acts before 1900 or from 2200 on are unreadable.  They and settlements of
 * such times still belong to the period of that time, as a run counts them.
 */
#define MS_FIRST_DAY	(-36524)
#define MS_LAST_DAY		73049

/* A further field of a record, for record checks: what 结算清单 holds. */
typedef struct MsAttribute
{
	MsStr		name;
	MsStr		value;
} MsAttribute;

typedef struct MsEncounter
{
	MsStr		mdtrt_id;
	MsStr		psn_no;
	MsStr		gend;
	MsValue		brdy;
	MsStr		fixmedins_code;
	MsStr		hosp_lv;
	MsStr		medins_type;
	MsStr		fix_blng_admdvs;
	MsStr		insu_admdvs;
	MsStr		insutype;
	MsStr		med_type;
	MsValue		begntime;
	MsValue		endtime;
	MsStr		vali_flag;
	MsStr		dise_no;		/* disease programme */
	MsStr		inhosp_stas;	/* 1 still in hospital */
	MsStr		matn_stas;		/* 1 pregnant, 2 nursing */
	MsStr		dscg_way;
	MsStr		adm_dept_codg;
	MsStr		dscg_dept_codg;
	MsStr		atddr_codg;		/* attending doctor */
	MsValue		die_date;		/* of the person */
	const MsAttribute *attributes;	/* by name, each once */
	uint32_t	n_attributes;
} MsEncounter;

typedef struct MsDiagnosis
{
	MsStr		mdtrt_id;
	MsStr		setl_id;
	MsStr		diag_code;
	MsStr		diag_type;		/* 1 western, 2 and 3 traditional */
	MsStr		maindiag_flag;
	MsStr		inout_diag_type;	/* 1 at admission, 2 at discharge */
	MsStr		vali_flag;
} MsDiagnosis;

typedef struct MsOperation
{
	MsStr		mdtrt_id;
	MsStr		setl_id;
	MsStr		oprn_oprt_code;
	MsStr		main_oprn_flag;
	MsValue		oprn_oprt_date;
	MsValue		begntime;
	MsValue		endtime;
	MsStr		oper_dr_code;
	MsStr		anst_way;
	MsStr		anst_dr_code;
	MsValue		anst_begntime;
	MsValue		anst_endtime;
	MsStr		incs_type;		/* cut class (切口类别) */
	MsStr		vali_flag;
} MsOperation;

/* A person's registration for a disease programme (门慢特). */
typedef struct MsRegistration
{
	MsStr		dise_no;
	MsValue		begndate;
	MsValue		enddate;		/* missing = open */
	MsStr		fixmedins_code;
	MsStr		insu_admdvs;
	MsStr		vali_flag;
} MsRegistration;

/* The payments of a settlement, pooled funds first. */
typedef enum MsFund
{
	MS_HIFP_PAY,
	MS_CVLSERV_PAY,
	MS_HIFES_PAY,
	MS_HIFMI_PAY,
	MS_HIFOB_PAY,
	MS_MAF_PAY,
	MS_OTHFUND_PAY,
	MS_FUND_PAY_SUMAMT,			/* stands for the seven when all are missing */
	MS_ACCT_PAY,
	MS_ACCT_MULAID_PAY,
	MS_N_FUNDS
} MsFund;

extern const char *const ms_fund_names[MS_N_FUNDS];

typedef struct MsSettlement
{
	MsStr		setl_id;
	MsStr		mdtrt_id;
	MsStr		init_setl_id;
	MsStr		refd_setl_flag;
	MsStr		mid_setl_flag;
	MsStr		vali_flag;
	MsValue		setl_time;
	MsStr		clr_way;
	MsStr		insutype;
	MsStr		med_type;
	MsStr		insu_admdvs;
	MsValue		inscp_amt;
	MsValue		funds[MS_N_FUNDS];
} MsSettlement;

typedef struct MsLine
{
	MsStr		feedetl_sn;
	MsStr		mdtrt_id;
	MsStr		setl_id;
	MsStr		psn_no;
	MsStr		init_feedetl_sn;
	MsStr		fixmedins_code;
	MsValue		fee_ocur_time;
	MsStr		med_list_codg;
	MsStr		med_type;
	MsValue		cnt;
	MsValue		pric;
	MsValue		det_item_fee_sumamt;
	MsValue		fulamt_ownpay_amt;
	MsValue		inscp_amt;
	MsValue		reim_prop;
	MsStr		hosp_appr_flag;
	MsStr		rx_circ_flag;
	MsStr		rx_hosp_lv;
	MsStr		insu_admdvs;
	MsStr		vali_flag;
	MsStr		rx_drord_no;	/* prescription or order */
	MsStr		bilg_dept_codg; /* who ordered */
	MsStr		bilg_dr_codg;
	MsStr		acord_dept_codg;	/* who did it */
	MsStr		dr_pro_tech_duty;	/* title of the ordering doctor */
	MsStr		etip_flag;		/* 1 examined elsewhere */
	MsStr		dscg_tkdrug_flag;	/* 1 taken home at discharge */
	MsStr		med_chrgitm_type;	/* fee class */
	MsStr		chrgitm_lv;		/* 01 甲, 02 乙, 03 丙 */
	MsStr		used_frqu_dscr;
	MsValue		prd_days;		/* days supplied */
	MsValue		sin_dos;		/* single dose, in the unit of the label */
	MsValue		drord_time;		/* when it was written */
	MsValue		upld_time;		/* when it was sent to the bureau */
} MsLine;

/*
 * What is told and counted of what is handed over: lines of these institutions
 * and kinds of care, by these rules.  Everything else is looked at, since
 * windows do not end there, and not spoken of.  Lists are ordered by
 * ms_str_cmp, without repetitions; NULL = all.
 */
typedef struct MsCampaign
{
	const MsStr *institutions;
	uint32_t	n_institutions;
	const MsStr *med_types;
	uint32_t	n_med_types;
	const bool *rules;			/* by index in the book */
	bool		by_occurrence;	/* the period is of acts, not of settlements */
} MsCampaign;

/*
 * What a book says of codes, kept from one person to the next.  Made by
 * ms_memo_create, it lives in what env's alloc takes memory from, and serves
 * as long as the bytes of the book stay where they are; env is copied.  From
 * limit bytes on it starts anew.
 */
typedef struct MsMemo MsMemo;

typedef struct MsClaims
{
	const MsEncounter *encounters;
	uint32_t	n_encounters;
	const MsSettlement *settlements;
	uint32_t	n_settlements;
	const MsLine *lines;
	uint32_t	n_lines;
	const MsDiagnosis *diagnoses;
	uint32_t	n_diagnoses;
	const MsOperation *operations;
	uint32_t	n_operations;
	const MsRegistration *registrations;
	uint32_t	n_registrations;

	/*
	 * Which sources the warehouse has: what is not bound leaves rules that
	 * need it undecided, what is bound and empty does not.
	 */
	bool		has_diagnoses;
	bool		has_operations;
	bool		has_registrations;
	MsValue		period_from;	/* missing = open */
	MsValue		period_to;		/* exclusive */
	const MsCampaign *campaign; /* NULL = all of it */

	/*
	 * Acts before this were not handed over: what would have to be looked for
	 * there is undecided.  Missing = all of the person's acts are here.
	 */
	MsValue		history_from;	/* MS_HISTORY_NONE = only these visits */

	/*
	 * Orders rows that are equal in everything above by what only the caller
	 * knows of them; may be NULL.
	 */
	int			(*cmp_rest) (void *ctx, char what, uint32_t a, uint32_t b);
	void	   *cmp_ctx;
	MsMemo	   *memo;			/* of the same book; NULL = none */
	bool		in_full;		/* no short ways: tests compare them with
								 * these */
} MsClaims;

/* Why a line is not checked, in order of precedence; 0 = it lives. */
typedef enum MsSkip
{
	MS_SKIP_NONE = 0,
	MS_SKIP_VOID,
	MS_SKIP_PERSON_MISSING,
	MS_SKIP_ENCOUNTER_MISSING,
	MS_SKIP_LINE_ID_MISSING,
	MS_SKIP_CODE_MISSING,
	MS_SKIP_CODE_UNREADABLE,
	MS_SKIP_TIME_MISSING,
	MS_SKIP_TIME_UNREADABLE,
	MS_SKIP_QUANTITY_MISSING,
	MS_SKIP_QUANTITY_UNREADABLE,
	MS_SKIP_AMOUNT_MISSING,
	MS_SKIP_AMOUNT_UNREADABLE,
	MS_SKIP_CANCELLED,
	MS_SKIP_DUPLICATE_LINE,
	MS_SKIP_REFUND,
	MS_SKIP_REFUND_UNMATCHED,
	MS_SKIP_REFUNDED,
	MS_N_SKIPS
} MsSkip;

/* Outcome of a rule for a line, the strongest last. */
typedef enum MsOutcome
{
	MS_OUTCOME_NONE = 0,
	MS_PASSED,
	MS_NOT_FUND_PAID,
	MS_EXEMPT,
	MS_UNDECIDED,
	MS_HIT,
	MS_CHECKED,					/* of all lines, not of a rule */
	MS_SKIPPED
} MsOutcome;

/* Why undecided. */
typedef enum MsReason
{
	MS_REASON_NONE = 0,
	MS_SEX_UNKNOWN,
	MS_BIRTH_MISSING,
	MS_BIRTH_UNREADABLE,
	MS_BIRTH_IMPLAUSIBLE,
	MS_INSURANCE_UNKNOWN,
	MS_SETTING_UNKNOWN,
	MS_LEVEL_UNKNOWN,
	MS_PRESCRIBER_UNKNOWN,
	MS_INSTITUTION_TYPE_UNKNOWN,
	MS_INSTITUTION_UNKNOWN,
	MS_INSCP_AMT_MISSING,
	MS_NO_CLOCK,
	MS_HOURS_IMPLAUSIBLE,
	MS_REGION_UNKNOWN,
	MS_CONDITION_UNKNOWN,		/* an expression met a missing field */
	MS_DIAGNOSIS_UNKNOWN,
	MS_DEPARTMENT_UNKNOWN,
	MS_PROGRAMME_UNKNOWN,		/* no registration in force that day */
	MS_PRESCRIPTION_UNKNOWN,
	MS_DOCTOR_UNKNOWN,
	MS_OPERATION_UNKNOWN,
	MS_SUPPLY_DAYS_UNKNOWN,
	MS_DOSE_UNKNOWN,
	MS_PRICE_MISSING,
	MS_STAY_UNKNOWN,			/* the limit needs days of a stay */
	MS_FUND_UNKNOWN,			/* fund money of a line cannot be told */
	MS_HISTORY_SHORT,			/* what came before was not handed over */
	MS_N_REASONS
} MsReason;

typedef enum MsMethod
{
	MS_METHOD_LINE = 1,			/* the strongest first */
	MS_METHOD_RATIO,
	MS_METHOD_UNSETTLED,
	MS_METHOD_NONE
} MsMethod;

/* Exceptions that were looked at, as bits of MsFinding.tested. */
#define MS_TESTED_OWN_PAID			0x001u
#define MS_TESTED_APPROVAL_FLAG		0x002u
#define MS_TESTED_POOLED_FUND		0x004u
#define MS_TESTED_REFUND			0x008u
#define MS_TESTED_CANCELLED			0x010u
#define MS_TESTED_INTERIM			0x020u
#define MS_TESTED_EMERGENCY			0x040u
#define MS_TESTED_LATE_POSTING		0x080u
#define MS_TESTED_FIRST_LINE		0x100u
#define MS_TESTED_PRESCRIBER		0x200u
#define MS_TESTED_INSTITUTION_TYPE	0x400u
#define MS_TESTED_ACCESS			0x0800u
#define MS_TESTED_TRANSFER			0x1000u
#define MS_TESTED_REGISTRATION		0x2000u
#define MS_N_TESTED 14

extern const char *ms_skip_name(MsSkip skip);
extern const char *ms_outcome_name(MsOutcome outcome);
extern const char *ms_reason_name(MsReason reason);
extern const char *ms_method_name(MsMethod method);
extern const char *ms_tested_name(int bit);

/* One line as a finding shows it. */
typedef struct MsMember
{
	uint32_t	line;			/* index in MsClaims.lines */
	int32_t		encounter;		/* index in MsClaims, -1 = none */
	int32_t		settlement;
	uint8_t		role;
	int64_t		net_cnt;
	int64_t		net_amt;
	int64_t		excess;			/* its part in the cheapest choice */
	int64_t		vola;			/* money of that part; all add up to the
								 * finding's */
	MsValue		inscp;
	MsValue		fund;
} MsMember;

/* A record that a finding rests on beside lines, their visits and bills. */
typedef struct MsRecord
{
	char		what;			/* E encounter, S settlement, D diagnosis, O
								 * operation, R registration */
	uint8_t		role;			/* as of lines */
	uint32_t	index;			/* in MsClaims */
} MsRecord;

typedef struct MsFinding
{
	uint32_t	rule;			/* indexes in the book */
	uint32_t	entry;
	uint32_t	anchor;			/* index in MsClaims.lines, UINT32_MAX = the
								 * encounter itself, which has no line */
	int32_t		encounter;		/* of the anchor, index in MsClaims */
	int32_t		settlement;		/* of the anchor, -1 = none */
	MsStr		institution;
	const char *note;			/* NULL = none */
	bool		suspect_only;	/* whatever the rule says: 可疑 */
	bool		provisional;
	MsValue		period_time;	/* of the anchor: settled, else acted */
	MsValue		window_start;
	MsValue		window_end;		/* exclusive */
	int64_t		act_from;
	int64_t		act_to;
	const char *limit_value;
	const char *actual_value;
	int64_t		excess;
	int64_t		vola_amt;
	int64_t		vola_amt_max;
	MsValue		inscp_amt;
	MsMethod	method;
	MsValue		fund_amt;		/* missing: cannot be told per line */
	int64_t		funds[MS_N_FUNDS];
	const char *formula;
	unsigned	tested;
	const uint32_t *exceptions; /* of the book, looked at and not true */
	uint32_t	n_exceptions;
	const MsMember *members;	/* role 1, 2, 3; each by time and line id */
	uint32_t	n_members;
	const MsRecord *records;	/* in the order in which they are shown */
	uint32_t	n_records;
} MsFinding;

/*
 * A tally: lines of the period by outcome.  rule is -1 for the tally of all
 * lines; then reason is an MsSkip, else an MsReason.
 */
typedef struct MsTally
{
	int32_t		rule;
	MsOutcome	outcome;
	int			reason;
	int32_t		exception;		/* exempt: which of the book's; -1 = none */
	MsStr		institution;
	int64_t		lines;
} MsTally;

typedef struct MsOutput
{
	void		(*finding) (void *ctx, const MsFinding *finding);
	void		(*skip) (void *ctx, uint32_t line, MsSkip skip,
						 MsStr institution);
	void		(*tally) (void *ctx, const MsTally *tally);
	void	   *ctx;
} MsOutput;

extern MsMemo *ms_memo_create(const MsEnv *env, const MsBook *book,
							  size_t limit);

/*
 * ms_audit evaluates every rule of the book over one person's claims.  Order
 * of output: findings by rule, entry and anchor; then skips; then tallies.
 * Near-linear in the lines.
 */
extern void ms_audit(const MsEnv *env, const MsBook *book,
					 const MsClaims *claims, const MsOutput *output);

#endif							/* AUDIT_CORE_H */
