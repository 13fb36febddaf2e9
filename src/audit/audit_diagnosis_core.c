/*-------------------------------------------------------------------------
 *
 * audit_diagnosis_core.c
 *	  Rules about the diagnoses and operations of a line's encounter (K3).
 *
 * All lines of an encounter get one verdict, which is found once an entry.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_line_core.h"

/* Diagnoses that actual_value lists, at most. */
#define MAX_LISTED 8

/* Of an encounter, by the entry that is named. */
typedef struct WorkVerdict
{
	uint32_t	entry;			/* plus one; 0 = none yet */
	LineJudgement judgement;
} WorkVerdict;

/* ---- what is asked of a record ---- */

static bool
diagnosis_in(const WorkDiagnosis *d, const MsBookRanges *set)
{
	return d->readable &&
		(ms_book_in_ranges(set, d->code) ||
		 ms_book_in_ranges(set, d->dagger) ||
		 (d->has_asterisk && ms_book_in_ranges(set, d->asterisk)));
}

/* Whether the entry looks at a diagnosis; those in view come first. */
static bool
in_view(const Audit *a, const WorkDiagnosis *d)
{
	return d->western && (d->main || !a->entry.dx_main_only);
}

/* The diagnoses of an encounter that the entry looks at. */
static const WorkDiagnosis *
diagnoses_in_view(Audit *a, int32_t encounter, uint32_t *n)
{
	const WorkDiagnosis *all = ms_record_diagnoses(a, encounter, n);
	uint32_t	seen = 0;

	while (seen < *n && in_view(a, &all[seen]))
		seen++;
	*n = seen;
	return all;
}

/*
 * Whether some diagnosis is in the required set.
 * None is only certain where something could be read and everything was.
 */
static MsOutcome
required(Audit *a, int32_t encounter, MsReason *reason)
{
	uint32_t	n;
	const WorkDiagnosis *all = diagnoses_in_view(a, encounter, &n);
	uint32_t	readable = 0;

	*reason = MS_REASON_NONE;
	for (uint32_t i = 0; i < n; i++)
	{
		ms_tick(&a->scratch);
		if (diagnosis_in(&all[i], &a->entry.dx_required))
			return MS_PASSED;
		readable += all[i].readable;
	}
	if (a->claims->has_diagnoses && n > 0 && readable == n)
		return MS_HIT;
	*reason = MS_DIAGNOSIS_UNKNOWN;
	return MS_UNDECIDED;
}

/* The same for operations, of which an encounter may well have none. */
static MsOutcome
operated(Audit *a, int32_t encounter, MsReason *reason)
{
	uint32_t	n;
	const WorkOperation *all = ms_record_operations(a, encounter, &n);
	uint32_t	readable = 0;

	*reason = MS_REASON_NONE;
	for (uint32_t i = 0; i < n; i++)
	{
		ms_tick(&a->scratch);
		if (all[i].readable &&
			ms_book_in_ranges(&a->entry.oprn_required, all[i].code))
			return MS_PASSED;
		readable += all[i].readable;
	}
	if (a->claims->has_operations && readable == n)
		return MS_HIT;
	*reason = MS_OPERATION_UNKNOWN;
	return MS_UNDECIDED;
}

static MsOutcome
forbidden(Audit *a, int32_t encounter, MsReason *reason)
{
	uint32_t	n;
	const WorkDiagnosis *all = diagnoses_in_view(a, encounter, &n);
	uint32_t	readable = 0;

	*reason = MS_REASON_NONE;
	for (uint32_t i = 0; i < n; i++)
	{
		ms_tick(&a->scratch);
		if (diagnosis_in(&all[i], &a->entry.dx_forbidden))
			return MS_HIT;
		readable += all[i].readable;
	}
	if (a->claims->has_diagnoses && n > 0 && readable == n)
		return MS_PASSED;
	*reason = MS_DIAGNOSIS_UNKNOWN;
	return MS_UNDECIDED;
}

/* ---- evidence ---- */

static void
add_record(Audit *a, LineJudgement *j, char what, uint8_t role, uint32_t index)
{
	MsRecord   *r = MS_PUSH(&a->scratch, &j->records, MsRecord);

	r->what = what;
	r->role = role;
	r->index = index;
}

static void
list_code(MsBuf *buf, int *listed, MsStr code)
{
	code = ms_str_trim(code);
	if (ms_str_missing(code) || ++*listed > MAX_LISTED + 1)
		return;
	if (buf->len > 0)
		ms_buf_puts(buf, ", ");
	if (*listed > MAX_LISTED)
		ms_buf_puts(buf, "\342\200\246");
	else
		ms_buf_add(buf, code.s, code.len);
}

/*
 * Shows the diagnoses: those in breach, then at most MS_MAX_RECORDS others.
 * When none is as required the main ones stand for the breach, or the first.
 */
static void
show_diagnoses(Audit *a, int32_t encounter, bool by_forbidden, MsBuf *actual,
			   LineJudgement *j)
{
	uint32_t	n;
	const WorkDiagnosis *all = diagnoses_in_view(a, encounter, &n);
	int			listed = 0;

	for (int pass = 1; pass <= 2; pass++)
	{
		size_t		others = 0;

		for (uint32_t i = 0; i < n && others < MS_MAX_RECORDS; i++)
		{
			const WorkDiagnosis *d = &all[i];
			bool		breaches = by_forbidden ?
			diagnosis_in(d, &a->entry.dx_forbidden) : d->main || i == 0;

			ms_tick(&a->scratch);
			if (breaches != (pass == 1))
				continue;
			add_record(a, j, 'D', (uint8_t) pass, d->src);
			others += pass == 2;
			if (pass == 1 || !by_forbidden)
				list_code(actual, &listed,
						  a->claims->diagnoses[d->src].diag_code);
		}
	}
}

static void
show_operations(Audit *a, int32_t encounter, MsBuf *actual, LineJudgement *j)
{
	uint32_t	n;
	const WorkOperation *all = ms_record_operations(a, encounter, &n);
	int			listed = 0;

	for (uint32_t i = 0; i < n && i < MS_MAX_RECORDS; i++)
	{
		add_record(a, j, 'O', 2, all[i].src);
		list_code(actual, &listed,
				  a->claims->operations[all[i].src].oprn_oprt_code);
	}
}

/* ---- the verdict ---- */

static LineJudgement
verdict_of(Audit *a, int32_t encounter)
{
	const MsBookEntry *e = &a->entry;
	MsOutcome	outcomes[3] = {MS_PASSED, MS_PASSED, MS_PASSED};
	MsReason	reasons[3] = {MS_REASON_NONE, MS_REASON_NONE, MS_REASON_NONE};
	LineJudgement j = {.outcome = MS_PASSED};
	MsBuf		actual;

	if (e->dx_forbidden.n > 0)
		outcomes[0] = forbidden(a, encounter, &reasons[0]);
	if (e->dx_required.n > 0)
		outcomes[1] = required(a, encounter, &reasons[1]);
	if (e->oprn_required.n > 0)
		outcomes[2] = operated(a, encounter, &reasons[2]);
	for (int i = 0; i < 3; i++)
	{
		/* of several reasons the first */
		if (outcomes[i] > j.outcome)
		{
			j.outcome = outcomes[i];
			j.reason = reasons[i];
		}
	}
	if (j.outcome != MS_HIT)
		return j;
	ms_buf_init(&actual, &a->scratch);
	if (outcomes[0] == MS_HIT || outcomes[1] == MS_HIT)
		show_diagnoses(a, encounter, outcomes[0] == MS_HIT, &actual, &j);
	else
		show_operations(a, encounter, &actual, &j);
	j.actual = actual.s;
	return j;
}

static WorkVerdict *
verdict_at(Audit *a, int32_t encounter)
{
	if (a->verdicts == NULL)
		a->verdicts = MS_NEW(&a->arena, WorkVerdict, a->claims->n_encounters);
	return &a->verdicts[encounter];
}

/*
 * ms_diagnosis_prepare finds the verdicts of the encounters of an entry's
 * lines.  They lie in scratch memory until the next entry.
 */
void
ms_diagnosis_prepare(Audit *a, const uint32_t *lines, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
	{
		const WorkLine *line = &a->lines[lines[i]];
		WorkVerdict *v = verdict_at(a, line->encounter);

		if (!line->in_period || v->entry == a->entry_index + 1)
			continue;
		v->judgement = verdict_of(a, line->encounter);
		v->entry = a->entry_index + 1;
	}
}

/*
 * ms_diagnosis_alternative tells whether an encounter has evidence in place of
 * a prerequisite, a required diagnosis or operation: MS_PASSED, MS_HIT when
 * it has none, MS_UNDECIDED with the reason.
 */
MsOutcome
ms_diagnosis_alternative(Audit *a, int32_t encounter, MsReason *reason)
{
	WorkVerdict *v = verdict_at(a, encounter);
	LineJudgement *j = &v->judgement;

	if (v->entry != a->entry_index + 1)
	{
		MsReason	other = MS_REASON_NONE;
		MsOutcome	by_operation = MS_HIT;

		memset(j, 0, sizeof(*j));
		j->outcome = MS_HIT;
		if (a->entry.dx_required.n > 0)
			j->outcome = required(a, encounter, &j->reason);
		if (a->entry.oprn_required.n > 0)
			by_operation = operated(a, encounter, &other);
		if (by_operation < j->outcome)
		{
			j->outcome = by_operation;
			j->reason = other;
		}
		v->entry = a->entry_index + 1;
	}
	*reason = j->reason;
	return j->outcome;
}

LineJudgement
ms_diagnosis_judge(Audit *a, const WorkLine *line)
{
	return a->verdicts[line->encounter].judgement;
}

/* "I20-I25; not O00-O99; 36.0" */
const char *
ms_diagnosis_limit(Audit *a)
{
	const MsBookEntry *e = &a->entry;
	MsBuf		buf;

	ms_buf_init(&buf, &a->scratch);
	if (e->dx_required.n > 0)
		ms_buf_puts(&buf, e->dx_required.text);
	if (e->dx_forbidden.n > 0)
	{
		ms_buf_puts(&buf, buf.len > 0 ? "; not " : "not ");
		ms_buf_puts(&buf, e->dx_forbidden.text);
	}
	if (e->oprn_required.n > 0)
	{
		ms_buf_puts(&buf, buf.len > 0 ? "; " : "");
		ms_buf_puts(&buf, e->oprn_required.text);
	}
	return buf.s;
}
