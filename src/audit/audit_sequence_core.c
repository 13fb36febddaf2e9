/*-------------------------------------------------------------------------
 *
 * audit_sequence_core.c
 *	  Sequences (K12): what one visit is to another visit of the person.
 *
 *	  readmission	a stay soon after one was over
 *	  stay_overlap	two stays at once in two institutions
 *	  during_stay	visits of other kinds while in hospital
 *	  after_death	anything after the person's death
 *
 * Too many visits are in audit_visit_core.c.  What is said here of visits and
 * days is written in docs/rulebook.md, section K12.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_sequence_core.h"
#include "audit/audit_window_core.h"
#include "code/code_chapter_core.h"
#include "code/code_tree_core.h"

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

static const MsEncounter *
first_of(const Audit *a, const WorkVisit *visit)
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

	return ms_str_cmp(first_of(order->a, &order->visits[i])->fixmedins_code,
					  first_of(order->a, &order->visits[j])->fixmedins_code);
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
	return ms_str_cmp(first_of(order->a, x)->mdtrt_id,
					  first_of(order->a, y)->mdtrt_id);
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

		if (by_place && ms_str_missing(first_of(a, visit)->fixmedins_code))
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
static void
add_encounters(Audit *a, WorkDraft *draft, const WorkVisit *visit,
			   uint8_t role)
{
	uint32_t	first = role == 2 && visit->n_encounters > MAX_INVOLVED ?
	visit->n_encounters - MAX_INVOLVED : 0;

	for (uint32_t i = first; i < visit->n_encounters; i++)
		ms_sequence_record(a, draft, 'E', role, visit->encounters[i]);
	draft->provisional |= visit->stay && visit->stay->unfinished;
}

static void
add_line(Audit *a, WorkDraft *draft, uint32_t line)
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
		add_line(a, draft, *MS_AT(&v->lines, uint32_t, visit->first_line + i));
	if (draft->encounter < 0)
		draft->encounter = (int32_t) visit->encounters[0];
	add_encounters(a, draft, visit, 1);
}

/* Whole days as a finding shows them. */
static const char *
days_text(Audit *a, int64_t days)
{
	return ms_audit_decimal(a, days, 0, 0);
}

/*
 * Whether a visit without a line of which the fund is known can breach: there
 * is none at all yet, and the entry asks nothing that only lines can answer.
 */
static bool
may_lack_lines(const Audit *a, const WorkVisit *visit)
{
	const MsBookEntry *e = &a->entry;
	int64_t		day = ms_day_of(visit->begin);

	return !visit->has_lines && e->access.code == NULL && e->levels == 0 &&
		e->region_by == 0 && day >= e->valid_from && day <= e->valid_to;
}

static bool
can_breach(const Audit *a, const WorkVisit *visit)
{
	return visit->n_lines > 0 || may_lack_lines(a, visit);
}

/* ---- readmission ---- */

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
same_category(MsIcd10 x, MsIcd10 y)
{
	MsIcd10		a;
	MsIcd10		b;

	return ms_code_icd10_ancestor(x, MS_ICD10_LEVEL_CATEGORY, &a) &&
		ms_code_icd10_ancestor(y, MS_ICD10_LEVEL_CATEGORY, &b) &&
		a == b;
}

static bool
is_related(const Audit *a, const WorkDiagnosis *x, const WorkDiagnosis *y)
{
	switch ((MsDxRelation) a->entry.dx_relation)
	{
		case MS_DX_SAME_CHAPTER:
			return ms_code_icd10_chapter(x->code) != 0 &&
				ms_code_icd10_chapter(x->code) ==
				ms_code_icd10_chapter(y->code);
		case MS_DX_SAME_CATEGORY:
			return same_category(x->dagger, y->dagger);
		case MS_DX_SAME:
			return x->code == y->code;
		default:
			return true;
	}
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
static void
describe_stays(Audit *a, const WorkVisits *v)
{
	for (uint32_t i = 0; i < v->n && v->n > 1; i++)
	{
		v->visits[i].paid = is_paid(a, &v->visits[i]);
		if (a->entry.dx_relation > MS_DX_ANY)
			v->visits[i].diagnosis = main_diagnosis(a, &v->visits[i]);
	}
}

static void
unknown_stay(Audit *a, const WorkVisits *v, const WorkVisit *visit,
			 MsReason reason)
{
	for (uint32_t i = 0; i < visit->n_lines; i++)
		ms_audit_outcome(a, *MS_AT(&v->lines, uint32_t, visit->first_line + i),
						 MS_UNDECIDED, reason);
}

static void
judge_readmission(Audit *a, const WorkVisits *v, const WorkVisit *before,
				  const WorkVisit *next)
{
	int64_t		gap = ms_day_of(next->begin) - ms_day_of(before->stay->end);
	const WorkDiagnosis *was = before->diagnosis;
	const WorkDiagnosis *is = next->diagnosis;
	WorkDraft	draft;

	if (gap * MS_QTY_ONE > a->entry.limit || !can_breach(a, next) ||
		!before->paid)
		return;
	if (a->entry.dx_relation > MS_DX_ANY)
	{
		if (was == NULL || is == NULL)
		{
			unknown_stay(a, v, next, MS_DIAGNOSIS_UNKNOWN);
			return;
		}
		if (!is_related(a, was, is))
			return;
	}
	ms_sequence_begin(&draft, 1);
	ms_sequence_violates(a, &draft, v, next);
	add_encounters(a, &draft, before, 2);
	if (was != NULL)
	{
		ms_sequence_record(a, &draft, 'D', 1, is->src);
		ms_sequence_record(a, &draft, 'D', 2, was->src);
	}
	draft.limit_value = ms_audit_decimal(a, a->entry.limit, MS_QTY_SCALE, 0);
	draft.actual_value = days_text(a, gap);
	draft.window_start = ms_whole_second(ms_known(before->stay->begin));
	draft.window_end = ms_known(next->begin);
	draft.tested = MS_TESTED_INTERIM | MS_TESTED_TRANSFER;
	ms_money_emit(a, &draft);
}

/* Days on which some institution admitted the person, with which. */
typedef struct Admission
{
	int64_t		day;
	MsStr		institution;
} Admission;

static int
cmp_admissions(uint32_t i, uint32_t j, const void *ctx)
{
	const Admission *x = &((const Admission *) ctx)[i];
	const Admission *y = &((const Admission *) ctx)[j];

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return ms_str_cmp(x->institution, y->institution);
}

static Admission *
list_admissions(Audit *a, uint32_t *n)
{
	const WorkStay *stays = ms_stay_all(a, n);
	Admission  *all = MS_NEW(&a->scratch, Admission, *n);
	Admission  *ordered = MS_NEW(&a->scratch, Admission, *n);
	uint32_t   *idx = MS_NEW(&a->scratch, uint32_t, *n);

	for (uint32_t i = 0; i < *n; i++)
	{
		idx[i] = i;
		all[i].day = ms_day_of(stays[i].begin);
		all[i].institution =
			a->claims->encounters[stays[i].first].fixmedins_code;
	}
	ms_sort(&a->scratch, idx, *n, cmp_admissions, all);
	for (uint32_t i = 0; i < *n; i++)
		ordered[i] = all[idx[i]];
	return ordered;
}

/* Whether another institution took the person over on the day of discharge. */
static bool
is_transfer(const Audit *a, const WorkVisit *before, const Admission *all,
			uint32_t n)
{
	int64_t		day = ms_day_of(before->stay->end);
	MsStr		from = first_of(a, before)->fixmedins_code;
	uint32_t	lo = 0;
	uint32_t	hi = n;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (all[mid].day < day)
			lo = mid + 1;
		else
			hi = mid;
	}

	/* first and last of the day differ unless all are of one institution */
	if (lo == n || all[lo].day != day)
		return false;
	if (!ms_str_eq(all[lo].institution, from))
		return true;
	hi = n;
	while (hi - lo > 1)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (all[mid].day == day)
			lo = mid;
		else
			hi = mid;
	}
	return !ms_str_eq(all[lo].institution, from);
}

static int
cmp_ends(uint32_t i, uint32_t j, const void *ctx)
{
	const WorkVisit *x = &((const WorkVisit *) ctx)[i];
	const WorkVisit *y = &((const WorkVisit *) ctx)[j];

	if (x->stay->end != y->stay->end)
		return x->stay->end < y->stay->end ? -1 : 1;
	return (i > j) - (i < j);
}

/*
 * One counter's stays in order of admission.  Each is held against the one
 * that was over last before it began.  A stay that begins and ends in one
 * instant is over for those that come later in the order only.
 */
static void
judge_readmissions(Audit *a, const WorkVisits *v, const WorkVisit *stays,
				   uint32_t n, const Admission *admissions,
				   uint32_t n_admissions)
{
	uint32_t   *ends = MS_NEW(&a->scratch, uint32_t, n);
	uint32_t	n_ends = 0;
	uint32_t	at = 0;
	const WorkVisit *instant = NULL;

	for (uint32_t i = 0; i < n; i++)
	{
		if (stays[i].stay->ended && stays[i].stay->end > stays[i].begin)
			ends[n_ends++] = i;
	}
	ms_sort(&a->scratch, ends, n_ends, cmp_ends, stays);
	for (uint32_t i = 0; i < n; i++)
	{
		const WorkVisit *next = &stays[i];
		const WorkVisit *before = instant;
		MsMark		mark = ms_arena_mark(&a->scratch);

		ms_tick(&a->scratch);
		while (at < n_ends && stays[ends[at]].stay->end <= next->begin)
			at++;
		if (at > 0 && (before == NULL ||
					   stays[ends[at - 1]].stay->end > before->stay->end))
			before = &stays[ends[at - 1]];
		if (i > 0 && !stays[i - 1].stay->ended)
			unknown_stay(a, v, next, MS_STAY_UNKNOWN);
		if (before != NULL &&
			!is_transfer(a, before, admissions, n_admissions))
			judge_readmission(a, v, before, next);
		if (next->stay->ended && next->stay->end == next->begin)
			instant = next;
		ms_arena_release(&a->scratch, mark);
	}
}

static void
judge_all_readmissions(Audit *a, const WorkVisits *v)
{
	uint32_t	n_admissions;
	const Admission *admissions = list_admissions(a, &n_admissions);
	uint32_t	end;

	describe_stays(a, v);
	for (uint32_t i = 0; i < v->n; i = end)
	{
		for (end = i; end < v->n && v->visits[end].key == v->visits[i].key;)
			end++;
		judge_readmissions(a, v, v->visits + i, end - i, admissions,
						   n_admissions);
	}
}

/* ---- overlap ---- */

/* Of stays gone through, the two that last longest, in two institutions. */
typedef struct Longest
{
	const WorkVisit *of[2];
} Longest;

static void
keep_longest(const Audit *a, Longest *l, const WorkVisit *visit)
{
	MsStr		place = first_of(a, visit)->fixmedins_code;
	const WorkVisit *other;

	if (l->of[0] == NULL || ms_str_eq(first_of(a, l->of[0])->fixmedins_code, place))
	{
		if (l->of[0] == NULL || visit->stay->end > l->of[0]->stay->end)
			l->of[0] = visit;
		return;
	}
	other = l->of[1];
	if (other == NULL || visit->stay->end > other->stay->end)
		l->of[1] = visit;
	if (l->of[1]->stay->end > l->of[0]->stay->end)
	{
		other = l->of[0];
		l->of[0] = l->of[1];
		l->of[1] = other;
	}
}

static const WorkVisit *
longest_elsewhere(const Audit *a, const Longest *l, const WorkVisit *visit)
{
	MsStr		place = first_of(a, visit)->fixmedins_code;

	for (int i = 0; i < 2; i++)
	{
		if (l->of[i] != NULL &&
			!ms_str_eq(first_of(a, l->of[i])->fixmedins_code, place))
			return l->of[i];
	}
	return NULL;
}

/* The money: at least of the days in common, at most of the whole stay. */
static void
emit_overlap(Audit *a, const WorkVisits *v, const WorkVisit *before,
			 const WorkVisit *next)
{
	int64_t		from = ms_day_of(next->begin);
	int64_t		to = ms_day_of(before->stay->end < next->stay->end ?
							   before->stay->end : next->stay->end);
	WorkDraft	draft;
	size_t		kept = 0;

	if ((to - from + 1) * MS_QTY_ONE <= a->entry.limit)
		return;
	ms_sequence_begin(&draft, to - from + 1);
	ms_sequence_violates(a, &draft, v, next);
	add_encounters(a, &draft, before, 2);
	for (size_t i = 0; i < draft.candidates.n; i++)
	{
		const WorkCandidate *c = MS_AT(&draft.candidates, WorkCandidate, i);
		const WorkLine *line = &a->lines[c->line];

		draft.vola_max += line->amt;
		if (line->day >= from && line->day <= to)
			*MS_AT(&draft.candidates, WorkCandidate, kept++) = *c;
	}
	draft.candidates.n = kept;
	draft.limit_value = ms_audit_decimal(a, a->entry.limit, MS_QTY_SCALE, 0);
	draft.actual_value = days_text(a, to - from + 1);
	draft.window_start = ms_whole_second(ms_known(next->begin));
	draft.window_end = ms_known((to + 1) * MS_USECS_PER_DAY);
	draft.tested = MS_TESTED_INTERIM | MS_TESTED_TRANSFER;
	ms_money_emit(a, &draft);
}

/* Days on which one stay ends and another begins are those of a transfer. */
static void
judge_overlaps(Audit *a, const WorkVisits *v)
{
	Longest		today = {{NULL, NULL}}; /* admitted up to the one in work */
	Longest		earlier = {{NULL, NULL}};	/* up to the day before it */
	int64_t		day = INT64_MIN;

	describe_stays(a, v);
	for (uint32_t i = 0; i < v->n; i++)
	{
		const WorkVisit *next = &v->visits[i];
		const WorkVisit *before;
		MsMark		mark = ms_arena_mark(&a->scratch);

		ms_tick(&a->scratch);
		if (ms_str_missing(first_of(a, next)->fixmedins_code))
		{
			unknown_stay(a, v, next, MS_INSTITUTION_UNKNOWN);
			continue;
		}
		if (ms_day_of(next->begin) > day)
		{
			earlier = today;
			day = ms_day_of(next->begin);
		}
		before = longest_elsewhere(a, ms_day_of(next->stay->end) > day ?
								   &today : &earlier, next);
		if (before != NULL && ms_day_of(before->stay->end) > day &&
			can_breach(a, next))
			emit_overlap(a, v, before, next);
		if (next->paid)
			keep_longest(a, &today, next);
		ms_arena_release(&a->scratch, mark);
	}
}

/* ---- during a stay ---- */

/* Stays in an order that lets the one around a day be looked up. */
typedef struct Around
{
	const WorkStay *stays;
	uint32_t   *order;			/* by (institution, when asked for, begin) */
	uint32_t   *longest;		/* up to each place of order, ends last */
	uint32_t	n;
	bool		by_place;
} Around;

static int
cmp_begins(uint32_t i, uint32_t j, const void *ctx)
{
	const WorkStay *x = &((const WorkStay *) ctx)[i];
	const WorkStay *y = &((const WorkStay *) ctx)[j];

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (i > j) - (i < j);
}

static MsStr
place_of(const Audit *a, const WorkStay *stay)
{
	return a->claims->encounters[stay->first].fixmedins_code;
}

static Around
around_of(Audit *a)
{
	Around		r;

	r.stays = ms_stay_all(a, &r.n);
	r.order = MS_NEW(&a->scratch, uint32_t, r.n);
	r.longest = MS_NEW(&a->scratch, uint32_t, r.n);
	r.by_place = a->entry.count_key != MS_KEY_PERSON;
	for (uint32_t i = 0; i < r.n; i++)
		r.order[i] = i;

	/* by institution they come that way */
	if (!r.by_place)
		ms_sort(&a->scratch, r.order, r.n, cmp_begins, r.stays);
	for (uint32_t i = 0; i < r.n; i++)
	{
		const WorkStay *stay = &r.stays[r.order[i]];

		r.longest[i] = r.order[i];
		if (i == 0 || (r.by_place &&
					   !ms_str_eq(place_of(a, &r.stays[r.order[i - 1]]),
								  place_of(a, stay))))
			continue;
		if (r.stays[r.longest[i - 1]].end >= stay->end)
			r.longest[i] = r.longest[i - 1];
	}
	return r;
}

/* The stay that a day lies within, its first and last day apart. */
static const WorkStay *
stay_around(const Audit *a, const Around *r, MsStr place, int64_t day)
{
	uint32_t	lo = 0;
	uint32_t	hi = r->n;
	const WorkStay *stay;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		int			diff;

		stay = &r->stays[r->order[mid]];
		diff = r->by_place ? ms_str_cmp(place_of(a, stay), place) : 0;
		if (diff < 0 || (diff == 0 && ms_day_of(stay->begin) < day))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return NULL;
	stay = &r->stays[r->longest[lo - 1]];
	if (ms_day_of(stay->end) <= day ||
		(r->by_place && !ms_str_eq(place_of(a, stay), place)))
		return NULL;
	return stay;
}

/* Lines of a visit within one stay. */
static void
emit_during(Audit *a, const WorkVisit *visit, const WorkStay *stay,
			const uint32_t *lines, uint32_t n)
{
	MsMark		mark = ms_arena_mark(&a->scratch);
	int64_t		days = 0;
	WorkDraft	draft;

	ms_sequence_begin(&draft, 0);
	for (uint32_t i = 0; i < n; i++)
	{
		days += i == 0 || a->lines[lines[i]].day != a->lines[lines[i - 1]].day;
		add_line(a, &draft, lines[i]);
	}
	if (days * MS_QTY_ONE <= a->entry.limit)
		return;
	add_encounters(a, &draft, visit, 1);
	for (uint32_t i = 0; i < stay->n; i++)
		ms_sequence_record(a, &draft, 'E', 2, stay->encounters[i]);
	draft.provisional |= stay->unfinished;
	draft.excess = days * MS_QTY_ONE;
	draft.limit_value = ms_audit_decimal(a, a->entry.limit, MS_QTY_SCALE, 0);
	draft.actual_value = days_text(a, days);
	draft.window_start = ms_whole_second(ms_known(stay->begin));
	if (stay->ended)
		draft.window_end = ms_known(stay->end);
	draft.tested = MS_TESTED_INTERIM | MS_TESTED_TRANSFER;
	ms_money_emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

static void
judge_during(Audit *a, const WorkVisits *v)
{
	Around		around = around_of(a);

	for (uint32_t i = 0; i < v->n; i++)
	{
		const WorkVisit *visit = &v->visits[i];
		const uint32_t *lines = MS_AT(&v->lines, uint32_t, visit->first_line);
		MsStr		place = first_of(a, visit)->fixmedins_code;
		uint32_t	end;

		/* in time the stay around a line only changes to a later one */
		for (uint32_t j = 0; j < visit->n_lines; j = end)
		{
			const WorkStay *stay = stay_around(a, &around, place,
											   a->lines[lines[j]].day);

			for (end = j + 1; end < visit->n_lines &&
				 stay_around(a, &around, place,
							 a->lines[lines[end]].day) == stay;)
				end++;
			ms_tick(&a->scratch);
			if (stay != NULL)
				emit_during(a, visit, stay, lines + j, end - j);
		}
	}
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
			unknown_stay(a, v, visit, MS_CONDITION_UNKNOWN);
			continue;
		}
		ms_sequence_begin(&draft, 1);
		for (uint32_t j = 0; j < visit->n_lines; j++)
		{
			uint32_t	line = *MS_AT(&v->lines, uint32_t,
									  visit->first_line + j);

			if (a->lines[line].day <= last)
				continue;
			add_line(a, &draft, line);
			latest = a->lines[line].day > latest ? a->lines[line].day : latest;
		}
		if (may_lack_lines(a, visit))
			latest = ms_day_of(visit->begin);
		if (latest <= last)
			continue;
		draft.encounter = (int32_t) visit->encounters[0];
		add_encounters(a, &draft, visit, 1);
		draft.limit_value = ms_audit_decimal(a, a->entry.limit, MS_QTY_SCALE,
											 0);
		draft.actual_value = days_text(a, latest - ms_day_of(death.v));
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
			judge_all_readmissions(a, &v);
			break;
		case MS_CHECK_STAY_OVERLAP:
			judge_overlaps(a, &v);
			break;
		case MS_CHECK_DURING_STAY:
			judge_during(a, &v);
			break;
		case MS_CHECK_AFTER_DEATH:
			judge_after_death(a, &v);
			break;
		default:
			ms_visit_judge(a, &v);
			break;
	}
}
