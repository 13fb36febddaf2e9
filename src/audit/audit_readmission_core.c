/*-------------------------------------------------------------------------
 *
 * audit_readmission_core.c
 *	  Sequences (K12): a stay that begins soon after one was over.
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit_sequence_core.h"
#include "code/code_chapter_core.h"
#include "code/code_tree_core.h"

/* ---- two stays ---- */

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

/* ---- transfers ---- */

/* Days on which some institution admitted the person, with which. */
typedef struct Admission
{
	int64_t		day;
	MsStr		institution;
	uint32_t	unknown;		/* institutions missing, up to this one */
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
	{
		ordered[i] = all[idx[i]];
		ordered[i].unknown = (i > 0 ? ordered[i - 1].unknown : 0) +
			(ms_str_missing(ordered[i].institution) ? 1 : 0);
	}
	return ordered;
}

/* First admission of a day or later. */
static uint32_t
admitted_from(const Admission *all, uint32_t n, int64_t day)
{
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
	return lo;
}

typedef enum Transfer
{
	NO_TRANSFER,
	MAYBE_TRANSFER,				/* some institution is not known */
	TRANSFER
} Transfer;

/* Whether another institution took the person over on the day of discharge. */
static Transfer
transferred(const Audit *a, const WorkVisit *before, const Admission *all,
			uint32_t n)
{
	int64_t		day = ms_day_of(before->stay->end);
	MsStr		from = ms_sequence_first(a, before)->fixmedins_code;
	uint32_t	lo = admitted_from(all, n, day);
	uint32_t	hi = admitted_from(all, n, day + 1);
	uint32_t	self = ms_day_of(before->begin) == day ? 1 : 0;
	uint32_t	unknown;

	if (hi - lo == self)
		return NO_TRANSFER;
	if (ms_str_missing(from))
		return MAYBE_TRANSFER;

	/*
	 * those not known come first; of the others first and last tell whether
	 * all are of one institution
	 */
	unknown = all[hi - 1].unknown - (lo > 0 ? all[lo - 1].unknown : 0);
	if (lo + unknown < hi &&
		(!ms_str_eq(all[lo + unknown].institution, from) ||
		 !ms_str_eq(all[hi - 1].institution, from)))
		return TRANSFER;
	return unknown > 0 ? MAYBE_TRANSFER : NO_TRANSFER;
}

/* ---- one after the other ---- */

static void
judge_readmission(Audit *a, const WorkVisits *v, const WorkVisit *before,
				  const WorkVisit *next, Transfer transfer)
{
	int64_t		gap = ms_day_of(next->begin) - ms_day_of(before->stay->end);
	const WorkDiagnosis *was = before->diagnosis;
	const WorkDiagnosis *is = next->diagnosis;
	WorkDraft	draft;

	if (gap * MS_QTY_ONE > a->entry.limit || !ms_sequence_can_breach(a, next) ||
		!before->paid || transfer == TRANSFER)
		return;
	if (a->entry.dx_relation > MS_DX_ANY && was != NULL && is != NULL &&
		!is_related(a, was, is))
		return;
	if (transfer == MAYBE_TRANSFER)
	{
		ms_sequence_unknown(a, v, next, MS_INSTITUTION_UNKNOWN);
		return;
	}
	if (a->entry.dx_relation > MS_DX_ANY && (was == NULL || is == NULL))
	{
		ms_sequence_unknown(a, v, next, MS_DIAGNOSIS_UNKNOWN);
		return;
	}
	ms_sequence_begin(&draft, 1);
	ms_sequence_violates(a, &draft, v, next);
	ms_sequence_encounters(a, &draft, before, 2);
	if (was != NULL)
	{
		ms_sequence_record(a, &draft, 'D', 1, is->src);
		ms_sequence_record(a, &draft, 'D', 2, was->src);
	}
	draft.limit_value = ms_audit_decimal(a, a->entry.limit, MS_QTY_SCALE, 0);
	draft.actual_value = ms_sequence_days(a, gap);
	draft.window_start = ms_whole_second(ms_known(before->stay->begin));
	draft.window_end = ms_known(next->begin);
	draft.tested = MS_TESTED_INTERIM | MS_TESTED_TRANSFER;
	ms_money_emit(a, &draft);
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
			ms_sequence_unknown(a, v, next, MS_STAY_UNKNOWN);
		if (before != NULL)
			judge_readmission(a, v, before, next,
							  transferred(a, before, admissions, n_admissions));
		if (next->stay->ended && next->stay->end == next->begin)
			instant = next;
		ms_arena_release(&a->scratch, mark);
	}
}

void
ms_readmission_judge(Audit *a, const WorkVisits *v)
{
	uint32_t	n_admissions;
	const Admission *admissions = list_admissions(a, &n_admissions);
	uint32_t	end;

	ms_sequence_describe(a, v);
	for (uint32_t i = 0; i < v->n; i = end)
	{
		for (end = i; end < v->n && v->visits[end].key == v->visits[i].key;)
			end++;
		judge_readmissions(a, v, v->visits + i, end - i, admissions,
						   n_admissions);
	}
}
