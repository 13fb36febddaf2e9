/*
 * gen_patient.h
 *	  One patient of the demo warehouse in memory: visits, fee lines,
 *	  settlements, and what an audit must say about them.
 *
 * A patient is built, judged, written and forgotten; nothing outlives it but
 * the totals, so memory does not grow with the scale.
 */
#ifndef GEN_PATIENT_H
#define GEN_PATIENT_H

#include "gen_base.h"
#include "gen_items.h"

#define NONE (-1)

/* What a settlement is paid from. */
typedef enum GenPay
{
	PAY_HIFP,
	PAY_CVLSERV,
	PAY_HIFES,
	PAY_HIFMI,
	PAY_HIFOB,
	PAY_MAF,
	PAY_OTHER,
	PAY_POOLED,					/* the ones before are pooled funds */
	PAY_ACCT = PAY_POOLED,
	PAY_MULAID,
	PAY_COUNT
} GenPay;

typedef enum GenPayMode
{
	MODE_FUND,					/* the pool pays its share */
	MODE_FAMILY,				/* only the family's account pays */
	MODE_ACCOUNT,				/* only the own account pays */
	MODE_CASH
} GenPayMode;

/* Dirt of one line, as exports show it; only the print changes. */
typedef enum GenDirt
{
	DIRT_NONE,
	DIRT_CODE_TAB,				/* still readable */
	DIRT_CODE_BLANK,
	DIRT_CODE_LOWER,
	DIRT_CODE_NULL,				/* not readable */
	DIRT_CODE_DASH,
	DIRT_CODE_SCIENTIFIC,
	DIRT_CODE_BROKEN,
	DIRT_CODE_EMPTY,
	DIRT_TIME_EMPTY,
	DIRT_TIME_CLOCK_ONLY,
	DIRT_QTY_EMPTY,
	DIRT_QTY_ZERO,
	DIRT_QTY_DASH,
	DIRT_AMT_EMPTY,
	DIRT_AMT_DASH,
	DIRT_NO_PERSON,
	DIRT_INST_TAB,				/* readable */
	DIRT_COUNT
} GenDirt;

typedef enum GenFate
{
	FATE_OK,
	FATE_VOID,
	FATE_PERSON_MISSING,
	FATE_ENCOUNTER_MISSING,
	FATE_CODE_MISSING,
	FATE_CODE_UNREADABLE,
	FATE_TIME_MISSING,
	FATE_TIME_UNREADABLE,
	FATE_QTY_MISSING,
	FATE_QTY_UNREADABLE,
	FATE_AMT_MISSING,
	FATE_AMT_UNREADABLE,
	FATE_CANCELLED,
	FATE_REFUND,
	FATE_REFUNDED,
	FATE_REFUND_UNMATCHED,
	FATE_COUNT
} GenFate;

typedef struct GenEnc
{
	int			inst;
	const char *med_type;
	const char *med_type_shown; /* NULL: med_type; else as exported */
	int64_t		begin;
	int64_t		end;
	bool		inpatient;
	bool		open;			/* still in hospital */
	bool		begin_date_only;
	bool		no_row;			/* mdtrt_d has lost it */
	bool		no_diag;
	bool		lv_short;		/* hosp_lv as 2 instead of 02 */
	bool		joint;			/* in the company of its gathering */
	int			dept;
	int			doctor;
	int			diag;			/* first diagnosis of the list */
	int			n_diag;
	const char *oprn;			/* operation or NULL */
	const char *oprn_name;
} GenEnc;

typedef struct GenSetl
{
	int			enc;
	int			init;			/* settlement it cancels, or NONE */
	bool		refd;
	bool		mid;
	bool		is_void;
	bool		clock_only;		/* setl_time without its date */
	int64_t		time;
	const char *clr_way;
	GenPayMode	mode;
	int64_t		total;
	int64_t		own;
	int64_t		first;
	int64_t		inscp;
	int64_t		dedc;
	int64_t		pay[PAY_COUNT];
	int64_t		cash;
} GenSetl;

typedef struct GenLine
{
	int			enc;
	int			setl;
	int			init;			/* line it refunds and names, or NONE */
	const GenItem *item;
	int64_t		time;
	int64_t		cnt;
	int64_t		pric;
	int64_t		amt;
	int64_t		own;
	int64_t		first;
	int64_t		inscp;
	bool		inscp_missing;
	int			reim_prop;		/* 1/10000, 0: empty */
	char		appr;			/* hosp_appr_flag */
	bool		rx_circ;
	bool		is_void;
	GenDirt		dirt;
	/* judged */
	GenFate		fate;
	int64_t		net_cnt;
	int64_t		net_amt;
	int64_t		net_inscp;
	int64_t		net_own;
	int64_t		share[PAY_COUNT];
} GenLine;

typedef enum GenVerdict
{
	EXPECT_VIOLATION,
	EXPECT_LATE_POSTING,
	EXPECT_NEAR_MISS,
	EXPECT_UNDECIDED
} GenVerdict;

typedef enum GenChoice
{
	CHOOSE_WHOLE,				/* all lines, all of each */
	CHOOSE_CHEAPEST,			/* excess units, the cheapest first */
	CHOOSE_NOTHING				/* amount 0 */
} GenChoice;

#define EXPECT_LINES 160

typedef struct GenExpect
{
	GenVerdict	verdict;
	int			rule;			/* number in the 2025 edition */
	const char *kind;			/* near_miss_kind, or what is special */
	const char *scope;
	const char *reason;			/* of an undecided line */
	GenChoice	choice;
	int64_t		excess;			/* negative: all that is left of the lines */
	int			anchor;
	int			n;
	int			line[EXPECT_LINES];
	int64_t		room[EXPECT_LINES]; /* units a line can give, 0: all */
} GenExpect;

typedef struct GenGathering GenGathering;

typedef struct GenPatient
{
	int64_t		no;
	bool		typed;			/* the warehouse is; set by the caller */
	GenRng		rng;
	bool		female;
	int			birth;
	const char *gend;			/* as exported; NULL: by sex */
	const char *brdy;			/* as exported; NULL: by birth */
	bool		brdy_missing;
	const char *insutype;		/* "": unknown */
	const char *case_name;		/* planted case or NULL */
	int			case_copy;
	bool		away;			/* insured elsewhere: outmed_setl_d */
	bool		servant;
	bool		aided;
	int			home;			/* usual hospital */
	const GenGathering *gathering;	/* it is a member of, or NULL */
	int			village;		/* where it lives, NONE: by number */
	int			house;			/* on its street, NONE: anywhere */
	GenEnc	   *enc;
	GenSetl    *setl;
	GenLine    *line;
	GenExpect  *expect;
	int			n_enc;
	int			n_setl;
	int			n_line;
	int			n_expect;
	int			cap_enc;
	int			cap_setl;
	int			cap_line;
	int			cap_expect;
} GenPatient;

extern void patient_start(GenPatient *p, uint64_t seed, int64_t no);
extern int	add_visit(GenPatient *p, int inst, const char *med_type,
					  int64_t time);
extern int	add_stay(GenPatient *p, int inst, const char *med_type,
					 int64_t begin, int64_t end);
extern int	add_line(GenPatient *p, int enc, const GenItem *item,
					 int64_t time, int64_t cnt);
extern int	add_line_at_price(GenPatient *p, int enc, const GenItem *item,
							  int64_t time, int64_t cnt, int64_t pric);
extern void own_paid(GenPatient *p, int line);
extern int	add_refund(GenPatient *p, int line, int64_t cnt, bool named,
					   int64_t time);
extern int	settle(GenPatient *p, int enc, int64_t time, GenPayMode mode);
extern int	settle_mid(GenPatient *p, int enc, int64_t time);
extern int	cancel_setl(GenPatient *p, int setl, int64_t time);
extern int	resettle(GenPatient *p, int setl, int64_t time);

#endif							/* GEN_PATIENT_H */
