/*-------------------------------------------------------------------------
 *
 * audit_work_core.h
 *	  What the phases of the evaluator share: its working copy of one
 *	  person's claims.  Internal to src/audit.
 *
 * Phases: fate (audit_fate_core.c) decides which lines live and nets refunds;
 * fund and money (audit_money_core.c) tell who paid and what an excess cost;
 * line rules (audit_line_core.c) and group rules (audit_pair_core.c,
 * audit_cap_core.c) judge; audit_core.c drives them and counts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_WORK_CORE_H
#define AUDIT_WORK_CORE_H

#include "audit/audit_memo_core.h"

#define NOWHERE UINT32_MAX

/*
 * A line under evaluation.  The array is in the total order (time, encounter,
 * line id, all else), so comparing two indexes compares the lines.
 */
typedef struct WorkLine
{
	const MsLine *in;
	uint32_t	src;			/* index in the input */
	int32_t		encounter;		/* index in the input, -1 = none */
	int32_t		settlement;
	uint32_t	code;			/* index of the distinct code; before they are
								 * collected its number in the memo */
	uint32_t	institution;	/* index of the distinct institution */
	uint32_t	first_refund;	/* chain in WorkRefund, NOWHERE = none */
	MsFeeItem	item;
	MsFeeItem	meant;			/* the national code of a local one, else item */
	int64_t		time;
	int64_t		day;
	int64_t		cnt;			/* net, as all below */
	int64_t		amt;
	MsValue		inscp;
	MsValue		ownpay;
	int64_t		take;			/* scratch of one finding: excess chosen, */
	int64_t		take_of;		/* of this much of the measure */
	int64_t		take_amt;
	MsValue		take_inscp;
	MsValue		take_fund;
	MsValue		period_time;
	bool		in_period;		/* and of the campaign: told and counted */
	bool		has_clock;
	uint8_t		skip;			/* MsSkip */
	uint8_t		outcome;		/* of the rule in work */
	uint8_t		reason;
	uint32_t	exception;		/* exempt: which one, from 1 */
} WorkLine;

/* A piece of a refund row that went to a line. */
typedef struct WorkRefund
{
	uint32_t	refund;			/* work line */
	uint32_t	next;
	int64_t		cnt;			/* positive */
	int64_t		amt;
} WorkRefund;

typedef struct WorkSettlement
{
	bool		is_void;
	bool		cancelled;
	bool		by_group;		/* paid by DRG, DIP, bed day ... */
	bool		pooled_known;
	bool		has_shares;
	int64_t		pooled;
	int64_t		account;
	uint32_t	n_lines;		/* that it paid for, in work order */
	const uint32_t *lines;
	int64_t    *shares;			/* n_lines * MS_N_FUNDS */
} WorkSettlement;

typedef struct WorkCode
{
	MsFeeItem	item;
	MsFeeItem	meant;			/* as of lines */
	uint32_t	n_lines;
	const uint32_t *lines;		/* living lines, in work order */
	bool		by_hours;		/* some entry counts it in hours */
	bool		regional;		/* some entry that names it has a region */
	uint32_t	n_touches;
	const MemoTouch *touches;
	uint32_t	rivals_of;		/* of which entry, from 1; 0 = none yet */
	uint32_t	n_rivals;
	const uint32_t *rivals;		/* entries it yields to */
} WorkCode;

/* A code of this person that takes part in an entry. */
typedef struct WorkTouch
{
	uint32_t	entry;
	uint32_t	code;
	uint8_t		role;			/* MsRole */
	const MemoTouch *of;
} WorkTouch;

typedef struct Audit
{
	MsArena		arena;			/* of the whole call */
	MsArena		scratch;		/* of the entry in work */
	const MsBook *book;
	const MsClaims *claims;
	const MsOutput *output;
	MemoCall	memo;
	WorkLine   *lines;
	uint32_t	n_lines;
	int64_t		first_day;		/* of living lines */
	int64_t		last_day;
	uint32_t   *encounter_order;	/* by id, the row that counts first */
	uint32_t   *encounter_rank; /* place in that order */
	uint32_t   *settlement_order;
	WorkSettlement *settlements;	/* as the input */
	MsVec		refunds;		/* WorkRefund */
	WorkCode   *codes;
	uint32_t	n_codes;
	MsStr	   *institutions;
	uint32_t	n_institutions;
	bool		has_nowhere;	/* some line has no institution */
	struct
	{
		bool		is_known;
		MsStr		key;
		int32_t		value;
	}			mapped[MS_MAP_DUTY + 1];	/* what was asked last of each map */
	struct WindowTables *windows;	/* of audit_window_core.c; NULL = not yet */
	struct WorkRecords *records;	/* audit_record_core.c; NULL = not yet */
	struct WorkVerdict *verdicts;	/* audit_diagnosis_core.c */
	struct WorkClosure *closure;	/* audit_closure_core.c */
	struct WorkStays *stays;	/* audit_stay_core.h; NULL = not yet */
	struct WorkFields *fields;	/* audit_field_core.c; NULL = not yet */
	struct WorkLookups *lookups;	/* audit_lookup_core.c; NULL = not yet */
	struct WorkConditions *conditions;	/* audit_condition_core.c */
	struct WorkCode *uncoded;	/* rivals of entries without codes,
								 * audit_scope_core.c; NULL = not yet */

	/* the rule and entry in work */
	uint32_t	rule_index;
	uint32_t	entry_index;
	MsBookRule	rule;
	MsBookEntry entry;			/* without code and name, which it need not
								 * know to judge */
	uint8_t		entry_scope;	/* MsScope; judges may set entry.scope */
	const WorkTouch *entry_touches; /* none for an entry without codes */
	uint32_t	n_entry_touches;
	bool		is_plain;		/* it speaks about every line of its codes
								 * that no other entry's region takes from it */
	MsVec		judged;			/* uint32_t: lines with an outcome */
	uint32_t   *cells;			/* counters of outcomes; NULL = not yet */
} Audit;

/*
 * A line that may carry a part of the excess, at most avail of it.  of is what
 * the whole line measures, 0 = its net quantity: avail / of of its money.
 */
typedef struct WorkCandidate
{
	uint32_t	line;
	int64_t		avail;
	int64_t		of;
} WorkCandidate;

/* A finding before its money is known. */
typedef struct WorkDraft
{
	MsVec		violating;		/* uint32_t lines, any order */
	MsVec		involved;
	MsVec		candidates;		/* WorkCandidate */
	MsVec		records;		/* MsRecord: what it rests on beside lines */
	int64_t		excess;
	const char *sum;			/* how the excess was found, "3 - 1" */
	const char *note;
	const char *limit_value;
	const char *actual_value;
	MsValue		window_start;
	MsValue		window_end;
	unsigned	tested;
	int32_t		encounter;		/* the anchor where no line violates */
	int64_t		vola_max;		/* the dearest choice, where it is not one of
								 * candidates */
	bool		whole_lines;	/* the excess counts days: all of each line */
	bool		without_money;	/* late posting: nothing is lost */
	bool		suspect_only;	/* whatever the rule says: suspected */
	bool		provisional;	/* what it rests on is not complete */
} WorkDraft;

/* audit_fate_core.c */
extern void ms_fate_lines(Audit *a);
extern int32_t ms_fate_encounter(const Audit *a, MsStr id);
extern int32_t ms_fate_settlement(const Audit *a, MsStr id);
extern bool ms_fate_visit_in_period(const Audit *a, int32_t encounter);

/* audit_refund_core.c */
extern void ms_fate_refunds(Audit *a);

/* audit_money_core.c */
extern void ms_money_settlements(Audit *a);
extern MsOutcome ms_money_fund_status(Audit *a, const WorkLine *line,
									  MsReason *reason);
extern bool ms_money_pooled(Audit *a, uint32_t line, int64_t *pooled);
extern void ms_money_emit(Audit *a, WorkDraft *draft);

/* What judges the entry in work, one function for each of its shapes. */
extern void ms_line_judge(Audit *a, const WorkTouch *touches, uint32_t n);
extern void ms_pair_judge(Audit *a, const WorkTouch *touches, uint32_t n);
extern void ms_cap_judge(Audit *a, const WorkTouch *touches, uint32_t n);
extern void ms_course_judge(Audit *a, const WorkTouch *touches, uint32_t n);
extern void ms_parts_judge(Audit *a, const WorkTouch *touches, uint32_t n);
extern void ms_kinds_judge(Audit *a, const WorkTouch *touches, uint32_t n);
extern void ms_discount_judge(Audit *a, const WorkTouch *touches, uint32_t n);
extern void ms_overlap_judge(Audit *a, const WorkTouch *touches, uint32_t n);

/* audit_sequence_core.c: of all lines when no code is touched */
extern void ms_sequence_judge(Audit *a, const WorkTouch *touches, uint32_t n);

/* audit_need_core.c, audit_closure_core.c */
extern void ms_need_judge(Audit *a, const WorkTouch *touches, uint32_t n);
extern void ms_closure_judge(Audit *a, const WorkTouch *touches, uint32_t n);

/* audit_scope_core.c */
extern bool ms_audit_in_scope(Audit *a, uint32_t line);
extern bool ms_audit_perhaps_in_scope(Audit *a, uint32_t line);
extern bool ms_audit_counts(Audit *a, uint32_t line);

/* audit_core.c */
extern void ms_audit_load_entry(Audit *a, uint32_t entry,
								const WorkTouch *touch);
extern int32_t ms_line_setting(Audit *a, const WorkLine *line);
extern void ms_audit_outcome(Audit *a, uint32_t line, MsOutcome outcome,
							 MsReason reason);
extern const uint32_t *ms_audit_entry_lines(Audit *a,
											const WorkTouch *touches,
											uint32_t n, MsRole role,
											uint32_t *n_lines);
extern int32_t ms_audit_map(Audit *a, MsMap map, MsStr key);
extern const char *ms_audit_decimal(Audit *a, int64_t value, int scale,
									int min_digits);
extern const char *ms_audit_words(Audit *a, MsVocabulary vocabulary,
								  uint32_t set);

static inline const MsEncounter *
encounter_of(const Audit *a, const WorkLine *line)
{
	return &a->claims->encounters[line->encounter];
}

/* The settlement of a line, NULL when it is not settled. */
static inline const MsSettlement *
settlement_of(const Audit *a, const WorkLine *line)
{
	return line->settlement < 0 ? NULL :
		&a->claims->settlements[line->settlement];
}

/* The first of up to three values that is there. */
static inline MsStr
first_present(MsStr a, MsStr b, MsStr c)
{
	if (!ms_str_missing(a))
		return a;
	return ms_str_missing(b) ? c : b;
}

static inline MsStr
institution_of(const Audit *a, const WorkLine *line)
{
	MsStr		none = {NULL, 0};

	return first_present(line->in->fixmedins_code, line->encounter < 0 ? none :
						 encounter_of(a, line)->fixmedins_code, none);
}

/* The kind of care as a finding shows it, by its own code. */
static inline MsStr
med_type_of(const Audit *a, const WorkLine *line)
{
	const MsSettlement *settlement = settlement_of(a, line);
	MsStr		none = {NULL, 0};

	return first_present(line->in->med_type,
						 settlement == NULL ? none : settlement->med_type,
						 line->encounter < 0 ? none :
						 encounter_of(a, line)->med_type);
}

/* Microseconds of one unit of a quantity that counts hours. */
#define MS_USECS_PER_QTY_HOUR	(MS_USECS_PER_HOUR / MS_QTY_ONE)

/* A line cannot occupy more than 31 days. */
#define MS_MAX_HOURS	(INT64_C(744) * MS_QTY_ONE)

/* Window starts are part of a finding's id, which knows whole seconds. */
static inline MsValue
ms_whole_second(MsValue t)
{
	if (t.state == MS_READABLE)
		t.v = ms_floor_div(t.v, 1000000) * 1000000;
	else
		t.state = MS_MISSING;
	return t;
}

static inline MsValue
ms_known(int64_t v)
{
	MsValue		value = {v, MS_READABLE};

	return value;
}

#endif							/* AUDIT_WORK_CORE_H */
