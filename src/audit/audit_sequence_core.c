/*-------------------------------------------------------------------------
 *
 * audit_sequence_core.c
 *	  Sequences (K12): what one visit is to another visit of the person.
 *
 * Here are the visits, what findings about them have in common, and what
 * comes after death.  Stays too close are in audit_readmission_core.c, what
 * lies within another stay in audit_within_core.c, too many visits in
 * audit_visit_core.c.  The meaning of all is written in docs/rulebook.md,
 * section K12.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_condition_core.h"
#include "audit/audit_scope_core.h"
#include "audit/audit_sequence_core.h"
#include "audit/audit_window_core.h"

/* ---- visits ---- */

/* The entry's lines by encounter: all living ones, or those of its codes. */
typedef struct Reach
{
	const uint32_t *lines;		/* NULL: all */
	const uint32_t *first;		/* of each encounter, and the end */
} Reach;

static Reach
reach_of(Audit *a, const WorkTouch *touches, uint32_t n)
{
	Reach		reach = {NULL, NULL};
	uint32_t	total;
	const uint32_t *lines;
	uint32_t   *first;
	uint32_t   *by_encounter;

	if (n == 0)
		return reach;
	lines = ms_audit_entry_lines(a, touches, n, MS_ROLE_MAIN, &total);
	first = MS_NEW(&a->scratch, uint32_t, (size_t) a->claims->n_encounters + 2);
	by_encounter = MS_NEW(&a->scratch, uint32_t, total);

	/* counted one place ahead, so that filling moves each to its begin */
	for (uint32_t i = 0; i < total; i++)
		first[a->lines[lines[i]].encounter + 2]++;
	for (uint32_t i = 2; i < a->claims->n_encounters + 2; i++)
		first[i] += first[i - 1];
	for (uint32_t i = 0; i < total; i++)
		by_encounter[first[a->lines[lines[i]].encounter + 1]++] = lines[i];
	reach.lines = by_encounter;
	reach.first = first;
	return reach;
}

static const uint32_t *
lines_of(Audit *a, const Reach *reach, uint32_t encounter, uint32_t *n)
{
	if (reach->lines == NULL)
		return ms_stay_lines(a, (int32_t) encounter, n);
	*n = reach->first[encounter + 1] - reach->first[encounter];
	return reach->lines + reach->first[encounter];
}

static void
undecided(Audit *a, const Reach *reach, uint32_t encounter, MsReason reason)
{
	uint32_t	n;
	const uint32_t *lines = lines_of(a, reach, encounter, &n);

	for (uint32_t i = 0; i < n; i++)
	{
		if (ms_audit_counts(a, lines[i]))
			ms_audit_outcome(a, lines[i], MS_UNDECIDED, reason);
	}
}

/* When a visit began: as its record says, else with its first line. */
static bool
begin_of(Audit *a, uint32_t encounter, int64_t *begin)
{
	MsValue		t = a->claims->encounters[encounter].begntime;
	uint32_t	n;
	const uint32_t *lines = ms_stay_lines(a, (int32_t) encounter, &n);

	if (!ms_stay_is_time(t) && n == 0)
		return false;
	*begin = ms_stay_is_time(t) ? t.v : a->lines[lines[0]].time;
	return true;
}

static void
add_lines(Audit *a, const Reach *reach, WorkVisits *v, WorkVisit *visit)
{
	visit->first_line = (uint32_t) v->lines.n;
	for (uint32_t i = 0; i < visit->n_encounters; i++)
	{
		uint32_t	n;
		const uint32_t *lines = lines_of(a, reach, visit->encounters[i], &n);

		visit->has_lines |= n > 0;
		for (uint32_t j = 0; j < n; j++)
		{
			ms_tick(&a->scratch);
			if (ms_audit_counts(a, lines[j]))
				*MS_PUSH(&a->scratch, &v->lines, uint32_t) = lines[j];
		}
	}
	visit->n_lines = (uint32_t) v->lines.n - visit->first_line;
}

static void
add_visit(Audit *a, const Reach *reach, WorkVisits *v, const WorkStay *stay,
		  const uint32_t *encounter, int64_t begin)
{
	WorkVisit  *visit = &v->visits[v->n];

	memset(visit, 0, sizeof(*visit));
	visit->stay = stay;
	visit->encounters = stay ? stay->encounters : encounter;
	visit->n_encounters = stay ? stay->n : 1;
	visit->begin = begin;
	add_lines(a, reach, v, visit);

	/* an entry with codes speaks of visits that have them */
	if (reach->lines == NULL || visit->has_lines)
		v->n++;
}

const MsEncounter *
ms_sequence_first(const Audit *a, const WorkVisit *visit)
{
	return &a->claims->encounters[visit->encounters[0]];
}

typedef struct VisitOrder
{
	const Audit *a;
	const WorkVisit *visits;
} VisitOrder;

static int
cmp_places(uint32_t i, uint32_t j, const void *ctx)
{
	const VisitOrder *order = ctx;

	return ms_str_cmp(ms_sequence_first(order->a, &order->visits[i])->fixmedins_code,
					  ms_sequence_first(order->a, &order->visits[j])->fixmedins_code);
}

static int
cmp_visits(uint32_t i, uint32_t j, const void *ctx)
{
	const VisitOrder *order = ctx;
	const WorkVisit *x = &order->visits[i];
	const WorkVisit *y = &order->visits[j];

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return ms_str_cmp(ms_sequence_first(order->a, x)->mdtrt_id,
					  ms_sequence_first(order->a, y)->mdtrt_id);
}

/* A breach across institutions has one counter for all of them. */
static bool
counts_by_place(const Audit *a)
{
	return a->entry.count_key != MS_KEY_PERSON &&
		a->entry.check <= MS_CHECK_READMISSION;
}

/* Numbers the counters and sorts; unknown institutions have no counter. */
static void
order_visits(Audit *a, const Reach *reach, WorkVisits *v)
{
	uint32_t   *idx = MS_NEW(&a->scratch, uint32_t, v->n);
	WorkVisit  *ordered = MS_NEW(&a->scratch, WorkVisit, v->n);
	VisitOrder	order = {a, v->visits};
	bool		by_place = counts_by_place(a);
	uint32_t	kept = 0;
	uint32_t	key = 0;

	for (uint32_t i = 0; i < v->n; i++)
		idx[i] = i;
	if (by_place)
		ms_sort(&a->scratch, idx, v->n, cmp_places, &order);
	for (uint32_t i = 0; i < v->n; i++)
	{
		WorkVisit  *visit = &v->visits[idx[i]];

		if (by_place && ms_str_missing(ms_sequence_first(a, visit)->fixmedins_code))
		{
			for (uint32_t j = 0; j < visit->n_encounters; j++)
				undecided(a, reach, visit->encounters[j],
						  MS_INSTITUTION_UNKNOWN);
			continue;
		}
		if (by_place && kept > 0 &&
			cmp_places(idx[kept - 1], idx[i], &order) != 0)
			key++;
		visit->key = key;
		idx[kept++] = idx[i];
	}
	ms_sort(&a->scratch, idx, kept, cmp_visits, &order);
	for (uint32_t i = 0; i < kept; i++)
		ordered[i] = v->visits[idx[i]];
	v->visits = ordered;
	v->n = kept;
}

/* Its visits are stays, no other will do. */
static bool
is_about_stays(const Audit *a)
{
	return a->entry.check == MS_CHECK_READMISSION ||
		a->entry.check == MS_CHECK_STAY_OVERLAP;
}

/* The visits of some settings, with their lines that count. */
static void
collect_visits(Audit *a, const Reach *reach, uint32_t settings, WorkVisits *v)
{
	uint32_t	n_stays;
	const WorkStay *stays = ms_stay_all(a, &n_stays);
	uint32_t   *self = MS_NEW(&a->scratch, uint32_t, a->claims->n_encounters);

	memset(v, 0, sizeof(*v));
	v->visits = MS_NEW(&a->scratch, WorkVisit, a->claims->n_encounters);
	for (uint32_t i = 0; i < n_stays && (settings & MS_SETTING_INPATIENT); i++)
		add_visit(a, reach, v, &stays[i], NULL, stays[i].begin);
	for (uint32_t i = 0; i < a->claims->n_encounters; i++)
	{
		int32_t		setting;
		int64_t		begin;

		ms_tick(&a->scratch);
		self[i] = i;
		if (!ms_stay_took_place(a, (int32_t) i) ||
			ms_stay_of(a, (int32_t) i) != NULL)
			continue;
		setting = ms_stay_setting(a, (int32_t) i);
		if (setting < 0 && settings != MS_SETTING_ALL)
			undecided(a, reach, i, MS_SETTING_UNKNOWN);
		else if (is_about_stays(a))
		{
			/* one that is no stay, since it does not say when it began */
			if (setting == MS_SETTING_INPATIENT)
				undecided(a, reach, i, MS_STAY_UNKNOWN);
		}
		else if ((setting < 0 || (settings & (uint32_t) setting)) &&
				 begin_of(a, i, &begin))
			add_visit(a, reach, v, NULL, &self[i], begin);
	}
	order_visits(a, reach, v);
}

/* ---- findings ---- */

/* Whatever follows from two visits is for somebody to look at. */
void
ms_sequence_begin(WorkDraft *draft, int64_t excess)
{
	memset(draft, 0, sizeof(*draft));
	draft->suspect_only = true;
	draft->whole_lines = true;
	draft->encounter = -1;
	draft->excess = excess * MS_QTY_ONE;
}

void
ms_sequence_record(Audit *a, WorkDraft *draft, char what, uint8_t role,
				   uint32_t index)
{
	MsRecord   *record = MS_PUSH(&a->scratch, &draft->records, MsRecord);

	record->what = what;
	record->role = role;
	record->index = index;
}

/* Of a very long chain that is only involved the last encounters. */
void
ms_sequence_encounters(Audit *a, WorkDraft *draft, const WorkVisit *visit,
					   uint8_t role)
{
	uint32_t	first = role == 2 && visit->n_encounters > MAX_INVOLVED ?
	visit->n_encounters - MAX_INVOLVED : 0;

	for (uint32_t i = first; i < visit->n_encounters; i++)
		ms_sequence_record(a, draft, 'E', role, visit->encounters[i]);
	draft->provisional |= visit->stay && visit->stay->unfinished;
}

void
ms_sequence_line(Audit *a, WorkDraft *draft, uint32_t line)
{
	WorkCandidate *c;

	*MS_PUSH(&a->scratch, &draft->violating, uint32_t) = line;
	c = MS_PUSH(&a->scratch, &draft->candidates, WorkCandidate);
	c->line = line;
	c->avail = a->lines[line].cnt;
}

/* A visit that should not be: all its lines that count. */
void
ms_sequence_violates(Audit *a, WorkDraft *draft, const WorkVisits *v,
					 const WorkVisit *visit)
{
	for (uint32_t i = 0; i < visit->n_lines; i++)
		ms_sequence_line(a, draft, *MS_AT(&v->lines, uint32_t, visit->first_line + i));
	if (draft->encounter < 0)
		draft->encounter = (int32_t) visit->encounters[0];
	ms_sequence_encounters(a, draft, visit, 1);
}

/* Whole days as a finding shows them. */
const char *
ms_sequence_days(Audit *a, int64_t days)
{
	return ms_audit_decimal(a, days, 0, 0);
}

/*
 * Whether a visit without a line of which the fund is known can breach: there
 * is none at all yet, the entry asks nothing that only lines can answer, and
 * no exception is true of it.
 */
static bool
may_lack_lines(Audit *a, const WorkVisit *visit)
{
	const MsBookEntry *e = &a->entry;
	int64_t		day = ms_day_of(visit->begin);

	for (uint32_t i = 0; i < visit->n_encounters && !visit->has_lines; i++)
	{
		if (ms_condition_visit_exempt(a, (int32_t) visit->encounters[i]))
			return false;
	}
	return !visit->has_lines && e->access.code == NULL && e->levels == 0 &&
		e->region_by == 0 && day >= e->valid_from && day <= e->valid_to &&
		!ms_scope_has_rivals(a);
}

bool
ms_sequence_can_breach(Audit *a, const WorkVisit *visit)
{
	return visit->n_lines > 0 || may_lack_lines(a, visit);
}

/* ---- what stays are held against each other by ---- */

/* The main diagnosis of a stay: of its last encounter that has one. */
static const WorkDiagnosis *
main_diagnosis(Audit *a, const WorkVisit *visit)
{
	for (uint32_t i = visit->n_encounters; i-- > 0;)
	{
		uint32_t	n;
		const WorkDiagnosis *d =
		ms_record_diagnoses(a, (int32_t) visit->encounters[i], &n);

		for (uint32_t j = 0; j < n; j++)
		{
			if (d[j].main && d[j].western && d[j].readable)
				return &d[j];
		}
	}
	return NULL;
}

static bool
is_paid(Audit *a, const WorkVisit *visit)
{
	bool		any = false;

	for (uint32_t i = 0; i < visit->n_encounters; i++)
	{
		uint32_t	n;
		const uint32_t *lines =
		ms_stay_lines(a, (int32_t) visit->encounters[i], &n);
		MsReason	reason;

		any |= n > 0;
		for (uint32_t j = 0; j < n; j++)
		{
			if (ms_money_fund_status(a, &a->lines[lines[j]], &reason) ==
				MS_PASSED)
				return true;
		}
	}
	return !any;
}

/* A stay that the fund has no part in is none to hold another one against. */
void
ms_sequence_describe(Audit *a, const WorkVisits *v)
{
	for (uint32_t i = 0; i < v->n && v->n > 1; i++)
	{
		v->visits[i].paid = is_paid(a, &v->visits[i]);
		if (a->entry.dx_relation > MS_DX_ANY)
			v->visits[i].diagnosis = main_diagnosis(a, &v->visits[i]);
	}
}

void
ms_sequence_unknown(Audit *a, const WorkVisits *v, const WorkVisit *visit,
					MsReason reason)
{
	for (uint32_t i = 0; i < visit->n_lines; i++)
		ms_audit_outcome(a, *MS_AT(&v->lines, uint32_t, visit->first_line + i),
						 MS_UNDECIDED, reason);
}

/* ---- after death ---- */

/* The person's death; where encounters tell several days, the last. */
static MsValue
death_of(const Audit *a)
{
	MsValue		death = {0, MS_MISSING};

	for (uint32_t i = 0; i < a->claims->n_encounters; i++)
	{
		MsValue		t = a->claims->encounters[i].die_date;

		if (t.state == MS_READABLE && !ms_stay_is_time(t))
			t.state = MS_UNREADABLE;
		if (t.state == MS_READABLE &&
			(death.state != MS_READABLE || t.v > death.v))
			death = t;
		else if (t.state == MS_UNREADABLE && death.state == MS_MISSING)
			death.state = MS_UNREADABLE;
	}
	return death;
}

static void
judge_after_death(Audit *a, const WorkVisits *v)
{
	MsValue		death = death_of(a);
	int64_t		last = ms_day_of(death.v) + a->entry.limit / MS_QTY_ONE;

	for (uint32_t i = 0; i < v->n && death.state != MS_MISSING; i++)
	{
		const WorkVisit *visit = &v->visits[i];
		MsMark		mark = ms_arena_mark(&a->scratch);
		WorkDraft	draft;
		int64_t		latest = last;

		ms_tick(&a->scratch);
		if (death.state == MS_UNREADABLE)
		{
			ms_sequence_unknown(a, v, visit, MS_CONDITION_UNKNOWN);
			continue;
		}
		ms_sequence_begin(&draft, 1);
		for (uint32_t j = 0; j < visit->n_lines; j++)
		{
			uint32_t	line = *MS_AT(&v->lines, uint32_t,
									  visit->first_line + j);

			if (a->lines[line].day <= last)
				continue;
			ms_sequence_line(a, &draft, line);
			latest = a->lines[line].day > latest ? a->lines[line].day : latest;
		}
		if (may_lack_lines(a, visit))
			latest = ms_day_of(visit->begin);
		if (latest <= last)
			continue;
		draft.encounter = (int32_t) visit->encounters[0];
		ms_sequence_encounters(a, &draft, visit, 1);
		draft.limit_value = ms_audit_decimal(a, a->entry.limit, MS_QTY_SCALE,
											 0);
		draft.actual_value = ms_sequence_days(a, latest - ms_day_of(death.v));
		draft.window_start = ms_known(ms_day_of(death.v) * MS_USECS_PER_DAY);
		ms_money_emit(a, &draft);
		ms_arena_release(&a->scratch, mark);
	}
}

/* ---- the entry ---- */

void
ms_sequence_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	Reach		reach = reach_of(a, touches, n);
	WorkVisits	v;

	switch (a->entry.check)
	{
		case MS_CHECK_READMISSION:
		case MS_CHECK_STAY_OVERLAP:
			collect_visits(a, &reach, MS_SETTING_INPATIENT, &v);
			break;
		case MS_CHECK_DURING_STAY:
			collect_visits(a, &reach, (a->entry.settings ? a->entry.settings :
									   MS_SETTING_ALL) &
						   ~(uint32_t) MS_SETTING_INPATIENT, &v);
			break;
		default:
			collect_visits(a, &reach, a->entry.settings ? a->entry.settings :
						   MS_SETTING_ALL, &v);
			break;
	}
	switch (a->entry.check)
	{
		case MS_CHECK_READMISSION:
			ms_readmission_judge(a, &v);
			break;
		case MS_CHECK_STAY_OVERLAP:
			ms_within_judge_stays(a, &v);
			break;
		case MS_CHECK_DURING_STAY:
			ms_within_judge_visits(a, &v);
			break;
		case MS_CHECK_AFTER_DEATH:
			judge_after_death(a, &v);
			break;
		default:
			ms_visit_judge(a, &v);
			break;
	}
}
