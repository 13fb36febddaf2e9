/*-------------------------------------------------------------------------
 *
 * audit_lookup_core.c
 *	  Has this visit such a diagnosis, this day such an item?
 *
 * A question is a set of codes and a group of rows: an encounter, a civil
 * day, a prescription, a stay, the person.  Every set is held against every
 * group at most once a call; what came out is kept in a hash table, so that
 * all lines of a group share it.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_lookup_core.h"
#include "audit/audit_record_core.h"
#include "audit/audit_stay_core.h"

/* What a set finds in a group. */
typedef struct Answer
{
	const uint8_t *set;			/* where it lies in the book; NULL = unused */
	int64_t		group;
	uint32_t	where;			/* MsExprWhere */
	bool		certain;		/* nothing was there that cannot be read */
	uint32_t	candidates;		/* rows looked at */
	int64_t		count;			/* rows of the set */
	int64_t		quantity;
	int64_t		amount;
} Answer;

typedef struct WorkLookups
{
	Answer	   *answers;		/* hash table, linear probing */
	size_t		size;			/* a power of two */
	size_t		used;
	uint32_t   *prescriptions;	/* living lines by (encounter, rx_drord_no) */
	uint32_t   *prescription_of;	/* first place there, of each line */
	uint32_t	n_prescribed;
} WorkLookups;

/* ---- the table ---- */

static Answer *
place_of(const WorkLookups *l, const uint8_t *set, uint32_t where,
		 int64_t group)
{
	uint64_t	h = ms_code_hash64((uint64_t) (uintptr_t) set,
								   (uint64_t) group ^ (uint64_t) where << 56);

	for (;; h++)
	{
		Answer	   *answer = &l->answers[h & (l->size - 1)];

		if (answer->set == NULL ||
			(answer->set == set && answer->where == where &&
			 answer->group == group))
			return answer;
	}
}

static void
grow(Audit *a, WorkLookups *l)
{
	WorkLookups bigger = *l;

	bigger.size = l->size == 0 ? 64 : l->size * 2;
	bigger.answers = MS_NEW(&a->arena, Answer, bigger.size);
	for (size_t i = 0; i < l->size; i++)
	{
		const Answer *old = &l->answers[i];

		ms_tick(&a->arena);
		if (old->set != NULL)
			*place_of(&bigger, old->set, old->where, old->group) = *old;
	}
	*l = bigger;
}

/* The answer to a question; *found tells whether it is known already. */
static Answer *
answer_of(Audit *a, const uint8_t *set, uint32_t where, int64_t group,
		  bool *found)
{
	WorkLookups *l = a->lookups;
	Answer	   *answer;

	if (l == NULL)
		l = a->lookups = MS_NEW(&a->arena, WorkLookups, 1);
	if (l->used * 2 >= l->size)
		grow(a, l);
	answer = place_of(l, set, where, group);
	*found = answer->set != NULL;
	if (*found)
		return answer;
	l->used++;
	answer->set = set;
	answer->where = where;
	answer->group = group;
	answer->certain = true;
	return answer;
}

/* ---- diagnoses and operations ---- */

static bool
is_wanted(const MsDiagnosis *in, const WorkDiagnosis *d, MsExprWhere where)
{
	switch (where)
	{
		case MS_WHERE_MAIN:
			return d->main;
		case MS_WHERE_ADMISSION:
			return ms_flag_is(in->inout_diag_type, '1');
		case MS_WHERE_DISCHARGE:
			return ms_flag_is(in->inout_diag_type, '2');
		default:
			return true;
	}
}

static bool
has_icd(const MsExprSet *set, uint64_t code)
{
	MsFeeItem	item = {code, 0};

	return ms_expr_set_has(set, item);
}

static void
look_at_diagnoses(Audit *a, int32_t encounter, const MsExprSet *set,
				  MsExprWhere where, Answer *answer)
{
	uint32_t	n;
	const WorkDiagnosis *d = ms_record_diagnoses(a, encounter, &n);

	for (uint32_t i = 0; i < n; i++)
	{
		ms_tick(&a->arena);
		if (!d[i].western ||
			!is_wanted(&a->claims->diagnoses[d[i].src], &d[i], where))
			continue;
		answer->candidates++;
		if (!d[i].readable)
			answer->certain = false;
		else if (has_icd(set, d[i].code) ||
				 (d[i].has_asterisk && has_icd(set, d[i].asterisk)))
			answer->count++;
	}
}

static void
look_at_operations(Audit *a, int32_t encounter, const MsExprSet *set,
				   MsExprWhere where, Answer *answer)
{
	uint32_t	n;
	const WorkOperation *o = ms_record_operations(a, encounter, &n);

	for (uint32_t i = 0; i < n; i++)
	{
		ms_tick(&a->arena);
		if (where == MS_WHERE_MAIN && !o[i].main)
			continue;
		answer->candidates++;
		if (!o[i].readable)
			answer->certain = false;
		else if (has_icd(set, o[i].code))
			answer->count++;
	}
}

/* A count, or whether there is any; unknown where something unread may be. */
static MsExprValue
tell_records(const Answer *answer, bool as_count, bool needs_some)
{
	MsExprType	type = as_count ? MS_EXPR_NUMBER : MS_EXPR_BOOLEAN;

	if (!as_count && answer->count > 0)
		return ms_expr_boolean(true);
	if (!answer->certain)
		return ms_expr_unknown(type, MS_UNREADABLE);
	if (needs_some && answer->candidates == 0)
		return ms_expr_unknown(type, MS_MISSING);
	return as_count ? ms_expr_number(answer->count * MS_EXPR_ONE) :
		ms_expr_boolean(false);
}

/* ---- items ---- */

static int
cmp_prescriptions(uint32_t i, uint32_t j, const void *ctx)
{
	const WorkLine *lines = ctx;

	if (lines[i].encounter != lines[j].encounter)
		return lines[i].encounter < lines[j].encounter ? -1 : 1;
	return ms_str_cmp(ms_str_trim(lines[i].in->rx_drord_no),
					  ms_str_trim(lines[j].in->rx_drord_no));
}

/* Groups the living lines that name a prescription. */
static void
index_prescriptions(Audit *a, WorkLookups *l)
{
	uint32_t	first = 0;

	l->prescriptions = MS_NEW(&a->arena, uint32_t, a->n_lines);
	l->prescription_of = MS_NEW(&a->arena, uint32_t, a->n_lines);
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		l->prescription_of[i] = NOWHERE;
		if (a->lines[i].skip == MS_SKIP_NONE &&
			!ms_str_missing(ms_str_trim(a->lines[i].in->rx_drord_no)))
			l->prescriptions[l->n_prescribed++] = i;
	}
	ms_sort(&a->arena, l->prescriptions, l->n_prescribed, cmp_prescriptions,
			a->lines);
	for (uint32_t i = 0; i < l->n_prescribed; i++)
	{
		if (cmp_prescriptions(l->prescriptions[first], l->prescriptions[i],
							  a->lines) != 0)
			first = i;
		l->prescription_of[l->prescriptions[i]] = first;
	}
}

static uint32_t
prescription_of(Audit *a, uint32_t line)
{
	WorkLookups *l = a->lookups;

	if (l == NULL)
		l = a->lookups = MS_NEW(&a->arena, WorkLookups, 1);
	if (l->prescription_of == NULL)
		index_prescriptions(a, l);
	return l->prescription_of[line];
}

/* The group that a question is about; false where it cannot be told. */
static bool
group_of(const FieldContext *c, MsExprWhere where, int64_t *group)
{
	uint32_t	prescription;

	switch (where)
	{
		case MS_WHERE_PERSON:
			*group = 0;
			return true;
		case MS_WHERE_STAY:
			*group = ms_stay_chain(c->a, c->encounter);
			return true;
		case MS_WHERE_DAY:
			if (c->line == NOWHERE)
				return false;
			*group = c->a->lines[c->line].day;
			return true;
		case MS_WHERE_PRESCRIPTION:
			prescription = c->line == NOWHERE ? NOWHERE :
				prescription_of(c->a, c->line);
			*group = prescription;
			return prescription != NOWHERE;
		default:
			*group = c->encounter;
			return true;
	}
}

static void
look_at_line(Audit *a, uint32_t at, const MsExprSet *set, Answer *answer)
{
	const WorkLine *line = &a->lines[at];

	ms_tick(&a->arena);
	if (line->skip != MS_SKIP_NONE)
		return;
	answer->candidates++;
	if (!ms_expr_set_has(set, line->item) && !ms_expr_set_has(set, line->meant))
		return;
	answer->count++;
	answer->quantity += line->cnt;
	answer->amount += line->amt;
}

static void
look_at_visit(Audit *a, int32_t encounter, const MsExprSet *set,
			  Answer *answer)
{
	uint32_t	n;
	const uint32_t *lines = ms_stay_lines(a, encounter, &n);

	for (uint32_t i = 0; i < n; i++)
		look_at_line(a, lines[i], set, answer);
}

static void
look_at_items(const FieldContext *c, const MsExprSet *set, MsExprWhere where,
			  Answer *answer)
{
	Audit	   *a = c->a;
	const WorkStay *stay;
	uint32_t	i;

	switch (where)
	{
		case MS_WHERE_PERSON:
			for (i = 0; i < a->n_lines; i++)
				look_at_line(a, i, set, answer);
			break;
		case MS_WHERE_DAY:
			/* lines are in the order of time */
			i = c->line;
			while (i > 0 && a->lines[i - 1].day == answer->group)
				i--;
			for (; i < a->n_lines && a->lines[i].day == answer->group; i++)
				look_at_line(a, i, set, answer);
			break;
		case MS_WHERE_PRESCRIPTION:
			for (i = (uint32_t) answer->group; i < a->lookups->n_prescribed &&
				 prescription_of(a, a->lookups->prescriptions[i]) ==
				 answer->group; i++)
				look_at_line(a, a->lookups->prescriptions[i], set, answer);
			break;
		case MS_WHERE_STAY:
			stay = ms_stay_of(a, c->encounter);
			if (stay == NULL)
				look_at_visit(a, c->encounter, set, answer);
			else
				for (i = 0; i < stay->n; i++)
					look_at_visit(a, (int32_t) stay->encounters[i], set,
								  answer);
			break;
		default:
			look_at_visit(a, c->encounter, set, answer);
	}
}

static MsExprValue
tell_items(const Answer *answer, MsExprLookup lookup)
{
	MsWide		v = lookup == MS_LOOKUP_COUNT_ITEM ?
	(MsWide) answer->count * MS_EXPR_ONE :
	lookup == MS_LOOKUP_QUANTITY_ITEM ? (MsWide) answer->quantity * 100 :
	(MsWide) answer->amount * 10000;

	if (lookup == MS_LOOKUP_HAS_ITEM)
		return ms_expr_boolean(answer->count > 0);
	if (v > INT64_MAX)
		return ms_expr_unknown(MS_EXPR_NUMBER, MS_UNREADABLE);
	return ms_expr_number((int64_t) v);
}

/* ---- fee classes ---- */

/* Whether a class is one of a list by comma. */
static bool
in_list(MsStr class, MsStr list)
{
	while (list.len > 0)
	{
		const char *comma = memchr(list.s, ',', list.len);
		MsStr		one = list;

		if (comma != NULL)
			one.len = (uint32_t) (comma - list.s);
		if (ms_str_eq(ms_str_trim(one), class))
			return true;
		list.s += one.len + (comma != NULL);
		list.len -= one.len + (comma != NULL);
	}
	return false;
}

static MsExprValue
amount_class(const FieldContext *c, MsStr classes)
{
	bool		found;
	Answer	   *answer = answer_of(c->a, (const uint8_t *) classes.s, 0,
								   c->encounter, &found);
	uint32_t	n;
	const uint32_t *lines = ms_stay_lines(c->a, c->encounter, &n);

	for (uint32_t i = 0; i < n && !found; i++)
	{
		const WorkLine *line = &c->a->lines[lines[i]];
		MsStr		class = ms_str_trim(line->in->med_chrgitm_type);

		ms_tick(&c->a->arena);
		answer->certain &= !ms_str_missing(class);
		if (in_list(class, classes))
			answer->amount += line->amt;
	}
	return answer->certain ? tell_items(answer, MS_LOOKUP_AMOUNT_ITEM) :
		ms_expr_unknown(MS_EXPR_NUMBER, MS_MISSING);
}

/* ---- questions ---- */

MsExprValue
ms_lookup_get(const FieldContext *c, const MsExprAsk *ask)
{
	bool		by_diagnosis = ask->set.codes == MS_CODES_ICD10;
	bool		by_operation = ask->set.codes == MS_CODES_ICD9CM3;
	bool		found;
	int64_t		group;
	Answer	   *answer;

	if (ask->what == MS_ASK_AMOUNT_CLASS)
		return amount_class(c, ask->name);
	if ((by_diagnosis && !c->a->claims->has_diagnoses) ||
		(by_operation && !c->a->claims->has_operations) ||
		!group_of(c, ask->where, &group))
		return ms_expr_unknown(ask->type, MS_MISSING);
	answer = answer_of(c->a, ask->set.bounds, ask->where, group, &found);
	if (!found && by_diagnosis)
		look_at_diagnoses(c->a, c->encounter, &ask->set, ask->where, answer);
	else if (!found && by_operation)
		look_at_operations(c->a, c->encounter, &ask->set, ask->where, answer);
	else if (!found)
		look_at_items(c, &ask->set, ask->where, answer);
	if (by_diagnosis || by_operation)
		return tell_records(answer, ask->lookup == MS_LOOKUP_COUNT_DIAGNOSIS ||
							ask->lookup == MS_LOOKUP_COUNT_OPERATION,
							by_diagnosis);
	return tell_items(answer, ask->lookup);
}
