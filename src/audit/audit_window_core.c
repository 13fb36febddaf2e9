/*-------------------------------------------------------------------------
 *
 * audit_window_core.c
 *	  Counters and windows.
 *
 * Texts that name a counter (orders, doctors, departments) are numbered once
 * a call, in their order, when an entry first asks for them.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_calendar_core.h"
#include "audit/audit_record_core.h"
#include "audit/audit_stay_core.h"
#include "audit/audit_window_core.h"

typedef enum Numbered
{
	ORDERS,						/* (encounter, rx_drord_no) */
	DOCTORS,
	DEPARTMENTS,
	N_NUMBERED
} Numbered;

/* Records of an encounter whose times meet; by (encounter, from). */
typedef struct Operation
{
	int32_t		encounter;
	bool		has_times;		/* else all of one day */
	int64_t		from;
	int64_t		to;				/* inclusive */
} Operation;

typedef struct WindowTables
{
	uint32_t   *numbers[N_NUMBERED];	/* of each work line; NULL = not yet */
	Operation  *operations;
	uint32_t	n_operations;
	bool		has_operations; /* they have been collected */
} WindowTables;

/* ---- numbers of texts ---- */

typedef struct NumberOrder
{
	const Audit *a;
	Numbered	what;
} NumberOrder;

static MsStr
text_of(const WorkLine *line, Numbered what)
{
	MsStr text = what == ORDERS ? line->in->rx_drord_no :
	what == DOCTORS ? line->in->bilg_dr_codg : line->in->bilg_dept_codg;

	return ms_str_trim(text);
}

static int
cmp_texts(uint32_t i, uint32_t j, const void *ctx)
{
	const NumberOrder *order = ctx;
	const WorkLine *x = &order->a->lines[i];
	const WorkLine *y = &order->a->lines[j];

	if (order->what == ORDERS && x->encounter != y->encounter)
		return order->a->encounter_rank[x->encounter] <
			order->a->encounter_rank[y->encounter] ? -1 : 1;
	return ms_str_cmp(text_of(x, order->what), text_of(y, order->what));
}

/* Numbers the living lines' texts from 0; NOWHERE where there is none. */
static void
number_texts(Audit *a, Numbered what)
{
	uint32_t   *numbers = MS_NEW(&a->arena, uint32_t, a->n_lines);
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, a->n_lines);
	NumberOrder order = {a, what};
	uint32_t	n = 0;
	uint32_t	number = 0;

	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		numbers[i] = NOWHERE;
		if (a->lines[i].skip == MS_SKIP_NONE &&
			!ms_str_missing(text_of(&a->lines[i], what)))
			idx[n++] = i;
	}
	ms_sort(&a->arena, idx, n, cmp_texts, &order);
	for (uint32_t i = 0; i < n; i++)
	{
		ms_tick(&a->arena);
		if (i > 0 && cmp_texts(idx[i - 1], idx[i], &order) != 0)
			number++;
		numbers[idx[i]] = number;
	}
	a->windows->numbers[what] = numbers;
}

/* ---- operations ---- */

static int
cmp_operations(uint32_t i, uint32_t j, const void *ctx)
{
	const Operation *x = &((const Operation *) ctx)[i];
	const Operation *y = &((const Operation *) ctx)[j];

	if (x->encounter != y->encounter)
		return x->encounter < y->encounter ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

static void
widen(MsValue t, bool *known, int64_t *bound, int sign)
{
	if (t.state != MS_READABLE)
		return;
	if (!*known || (t.v - *bound) * sign > 0)
		*bound = t.v;
	*known = true;
}

/* The time of a record; false when it does not even say the day. */
static bool
read_operation(const MsOperation *in, Operation *out)
{
	bool		from = false;
	bool		to = false;

	widen(in->begntime, &from, &out->from, -1);
	widen(in->anst_begntime, &from, &out->from, -1);
	widen(in->endtime, &to, &out->to, 1);
	widen(in->anst_endtime, &to, &out->to, 1);
	out->has_times = from && to && out->from < out->to;
	if (out->has_times)
		return true;
	if (!from)
		widen(in->oprn_oprt_date, &from, &out->from, -1);
	out->from = ms_day_of(out->from) * MS_USECS_PER_DAY;
	out->to = out->from + MS_USECS_PER_DAY - 1;
	return from;
}

/* A record with times tells more than one of a day. */
static void
join(Operation *o, const Operation *next)
{
	if (!o->has_times && next->has_times)
		*o = *next;
	else if (o->has_times == next->has_times && next->to > o->to)
		o->to = next->to;
}

/* Joins records that meet.  A record of a day alone joins those of that day. */
static void
collect_operations(Audit *a)
{
	uint32_t	n = a->claims->n_operations;
	Operation  *all = MS_NEW(&a->arena, Operation, n);
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, n);
	Operation  *joined = MS_NEW(&a->arena, Operation, n);
	uint32_t	kept = 0;
	uint32_t	n_joined = 0;

	for (uint32_t e = 0; e < a->claims->n_encounters; e++)
	{
		uint32_t	of_visit;
		const WorkOperation *o =
		ms_record_operations(a, (int32_t) e, &of_visit);

		for (uint32_t i = 0; i < of_visit; i++)
		{
			ms_tick(&a->arena);
			memset(&all[kept], 0, sizeof(Operation));
			all[kept].encounter = (int32_t) e;
			if (read_operation(&a->claims->operations[o[i].src], &all[kept]))
			{
				idx[kept] = kept;
				kept++;
			}
		}
	}
	ms_sort(&a->arena, idx, kept, cmp_operations, all);
	for (uint32_t i = 0; i < kept; i++)
	{
		const Operation *o = &all[idx[i]];
		Operation  *last = n_joined > 0 ? &joined[n_joined - 1] : NULL;

		if (last && last->encounter == o->encounter && o->from <= last->to)
		{
			join(last, o);
			continue;
		}
		joined[n_joined++] = *o;
	}
	a->windows->operations = joined;
	a->windows->n_operations = n_joined;
	a->windows->has_operations = true;
}

/* The first operation of an encounter that ends at a time or later. */
static uint32_t
first_operation(const WindowTables *t, int32_t encounter, int64_t time)
{
	uint32_t	lo = 0;
	uint32_t	hi = t->n_operations;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		const Operation *o = &t->operations[mid];

		if (o->encounter < encounter ||
			(o->encounter == encounter && o->to < time))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/*
 * The operation of a line: the one whose times hold it, the only one of its
 * day, or -1.
 */
static int64_t
operation_of(const Audit *a, const WorkLine *line, bool *certain)
{
	const WindowTables *t = a->windows;
	int64_t		midnight = line->day * MS_USECS_PER_DAY;
	uint32_t	at = first_operation(t, line->encounter, line->time);

#define STARTS_BY(at, time) \
	((at) < t->n_operations && t->operations[at].encounter == line->encounter && \
	 t->operations[at].from <= (time))
	*certain = false;
	if (STARTS_BY(at, line->time) && t->operations[at].has_times &&
		line->has_clock)
	{
		*certain = true;
		return at;
	}
	at = first_operation(t, line->encounter, midnight);
	if (STARTS_BY(at, midnight + MS_USECS_PER_DAY - 1) &&
		!STARTS_BY(at + 1, midnight + MS_USECS_PER_DAY - 1))
		return at;
	return -1;
#undef STARTS_BY
}

/* ---- places ---- */

/* Such a window lies in one encounter or stay: the institution is clear. */
static bool
is_within_encounter(uint8_t scope)
{
	return scope == MS_SCOPE_LINE || scope == MS_SCOPE_PRESCRIPTION ||
		scope == MS_SCOPE_VISIT || scope == MS_SCOPE_OPERATION ||
		scope == MS_SCOPE_STAY;
}

static bool
needs(const Audit *a, Numbered what)
{
	switch (what)
	{
		case ORDERS:
			return a->entry.scope == MS_SCOPE_PRESCRIPTION ||
				a->entry.count_key == MS_KEY_PRESCRIPTION;
		case DOCTORS:
			return a->entry.count_key == MS_KEY_DOCTOR;
		default:
			return a->entry.count_key == MS_KEY_DEPARTMENT;
	}
}

void
ms_window_start(Audit *a)
{
	if (a->windows == NULL)
		a->windows = MS_NEW(&a->arena, WindowTables, 1);
	for (Numbered what = ORDERS; what < N_NUMBERED; what++)
	{
		if (needs(a, what) && a->windows->numbers[what] == NULL)
			number_texts(a, what);
	}
	if (a->entry.scope == MS_SCOPE_OPERATION && !a->windows->has_operations)
		collect_operations(a);
}

static bool
place_number(const Audit *a, uint32_t line, Numbered what, MsReason missing,
			 int64_t *number, MsReason *reason)
{
	*number = a->windows->numbers[what][line];
	if (*number != NOWHERE)
		return true;
	*reason = missing;
	return false;
}

static bool
place_key(const Audit *a, uint32_t at, int64_t *key, MsReason *reason)
{
	const WorkLine *line = &a->lines[at];

	*key = 0;
	switch ((MsCountKey) a->entry.count_key)
	{
		case MS_KEY_PERSON_INSTITUTION:
			if (is_within_encounter(a->entry.scope))
				return true;
			*key = line->institution;
			*reason = MS_INSTITUTION_UNKNOWN;
			return !ms_str_missing(a->institutions[line->institution]);
		case MS_KEY_ENCOUNTER:
			*key = a->encounter_rank[line->encounter];
			return true;
		case MS_KEY_PRESCRIPTION:
			return place_number(a, at, ORDERS, MS_PRESCRIPTION_UNKNOWN, key,
								reason);
		case MS_KEY_DOCTOR:
			return place_number(a, at, DOCTORS, MS_DOCTOR_UNKNOWN, key,
								reason);
		case MS_KEY_DEPARTMENT:
			return place_number(a, at, DEPARTMENTS, MS_DEPARTMENT_UNKNOWN,
								key, reason);
		default:
			return true;
	}
}

/* The day of an operation that no record tells: apart from all that do. */
static void
place_operation(const Audit *a, const WorkLine *line, WorkPlace *place)
{
	int64_t		at = operation_of(a, line, &place->certain);

	if (at >= 0)
		place->window = -1 - at;
	else
		place->window = a->encounter_rank[line->encounter] *
			INT64_C(1000000) + line->day - MS_FIRST_DAY;
}

static bool
place_stay(Audit *a, const WorkLine *line, WorkPlace *place, MsReason *reason)
{
	int32_t		setting = ms_stay_setting(a, line->encounter);

	*reason = setting < 0 ? MS_SETTING_UNKNOWN : MS_REASON_NONE;
	place->window = a->encounter_rank[ms_stay_chain(a, line->encounter)];
	return setting == MS_SETTING_INPATIENT;
}

bool
ms_window_place(Audit *a, uint32_t at, int64_t time, WorkPlace *place,
				MsReason *reason)
{
	const WorkLine *line = &a->lines[at];

	memset(place, 0, sizeof(*place));
	*reason = MS_REASON_NONE;
	place->line = at;
	place->certain = true;
	place->day = ms_day_of(time);
	if (!place_key(a, at, &place->key, reason))
		return false;
	switch ((MsScope) a->entry.scope)
	{
		case MS_SCOPE_LINE:
			place->window = at;
			return true;
		case MS_SCOPE_PRESCRIPTION:
			return place_number(a, at, ORDERS, MS_PRESCRIPTION_UNKNOWN,
								&place->window, reason);
		case MS_SCOPE_HOUR:
			place->window = ms_floor_div(time, MS_USECS_PER_HOUR);
			*reason = MS_NO_CLOCK;
			return line->has_clock;
		case MS_SCOPE_6H:
			*reason = MS_NO_CLOCK;
			return line->has_clock;
		case MS_SCOPE_ROLLING:
		case MS_SCOPE_COURSE:
		case MS_SCOPE_LIFETIME:
			return true;
		case MS_SCOPE_VISIT:
			place->window = a->encounter_rank[line->encounter];
			return true;
		case MS_SCOPE_OPERATION:
			place_operation(a, line, place);
			return true;
		case MS_SCOPE_STAY:
			return place_stay(a, line, place, reason);
		default:
			place->window = ms_calendar_window(a, place->day);
			return true;
	}
}

bool
ms_window_holds_all(const Audit *a)
{
	const MsBookEntry *e = &a->entry;

	if (a->claims->in_full ||
		e->scope == MS_SCOPE_PRESCRIPTION || e->scope == MS_SCOPE_HOUR ||
		e->scope == MS_SCOPE_6H || e->scope == MS_SCOPE_STAY)
		return false;
	return e->count_key == MS_KEY_PERSON || e->count_key == MS_KEY_ENCOUNTER ||
		(e->count_key == MS_KEY_PERSON_INSTITUTION && !a->has_nowhere);
}

void
ms_window_alone(Audit *a, const uint32_t *lines, uint32_t n)
{
	bool		is_placed = ms_window_holds_all(a);

	for (uint32_t i = 0; i < n; i++)
	{
		WorkPlace	place;
		MsReason	reason;

		ms_tick(&a->scratch);
		if (ms_audit_counts(a, lines[i]) && !is_placed &&
			!ms_window_place(a, lines[i], a->lines[lines[i]].time, &place,
							 &reason) &&
			reason != MS_REASON_NONE)
			ms_audit_outcome(a, lines[i], MS_UNDECIDED, reason);
	}
}

int
ms_window_cmp(const WorkPlace *x, const WorkPlace *y)
{
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->window > y->window) - (x->window < y->window);
}

static int
cmp_places(uint32_t i, uint32_t j, const void *ctx)
{
	const WorkPlace *x = &((const WorkPlace *) ctx)[i];
	const WorkPlace *y = &((const WorkPlace *) ctx)[j];
	int			diff = ms_window_cmp(x, y);

	if (diff == 0)
		diff = (x->line > y->line) - (x->line < y->line);
	return diff != 0 ? diff : (x->day > y->day) - (x->day < y->day);
}

/* Hours of one line may go on behind the next one. */
static int
cmp_days(uint32_t i, uint32_t j, const void *ctx)
{
	const WorkPlace *x = &((const WorkPlace *) ctx)[i];
	const WorkPlace *y = &((const WorkPlace *) ctx)[j];

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

/* A course ends where a pause is too long. */
static void
number_courses(const Audit *a, WorkPlace *places, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
	{
		const WorkPlace *before = &places[i - 1];

		if (places[i].key != before->key)
			continue;
		places[i].window = before->window +
			(places[i].day - before->day - 1 > a->book->course_gap_days);
	}
}

static WorkPlace *
ordered(Audit *a, const WorkPlace *places, uint32_t n, MsIndexCmp cmp)
{
	uint32_t   *idx = MS_NEW(&a->scratch, uint32_t, n);
	WorkPlace  *sorted = MS_NEW(&a->scratch, WorkPlace, n);

	for (uint32_t i = 0; i < n; i++)
		idx[i] = i;
	ms_sort(&a->scratch, idx, n, cmp, places);
	for (uint32_t i = 0; i < n; i++)
		sorted[i] = places[idx[i]];
	return sorted;
}

WorkPlace *
ms_window_order(Audit *a, WorkPlace *places, uint32_t n)
{
	if (a->entry.scope == MS_SCOPE_ROLLING)
		return ordered(a, places, n, cmp_days);
	if (a->entry.scope == MS_SCOPE_COURSE)
	{
		places = ordered(a, places, n, cmp_days);
		number_courses(a, places, n);
	}
	return ordered(a, places, n, cmp_places);
}

WorkPlace *
ms_window_lines(Audit *a, const WorkTouch *touches, uint32_t n, MsRole role,
				const uint32_t *without, uint32_t n_without,
				uint32_t *n_places)
{
	uint32_t	total;
	const uint32_t *lines = ms_audit_entry_lines(a, touches, n, role, &total);
	WorkPlace  *places = MS_NEW(&a->scratch, WorkPlace, total);
	uint32_t	kept = 0;
	uint32_t	at = 0;

	for (uint32_t i = 0; i < total; i++)
	{
		MsReason	reason;

		ms_tick(&a->scratch);
		while (at < n_without && without[at] < lines[i])
			at++;
		if ((at < n_without && without[at] == lines[i]) ||
			!ms_audit_counts(a, lines[i]))
			continue;
		if (ms_window_place(a, lines[i], a->lines[lines[i]].time,
							&places[kept], &reason))
			kept++;
		else if (reason != MS_REASON_NONE)
			ms_audit_outcome(a, lines[i], MS_UNDECIDED, reason);
	}
	*n_places = kept;
	return ms_window_order(a, places, kept);
}

WorkPlace *
ms_window_others(Audit *a, const WorkTouch *touches, uint32_t n, MsRole role,
				 uint32_t *n_places)
{
	uint32_t	total;
	const uint32_t *lines = ms_audit_entry_lines(a, touches, n, role, &total);
	WorkPlace  *places = MS_NEW(&a->scratch, WorkPlace, total);
	uint32_t	kept = 0;
	MsReason	reason;

	for (uint32_t i = 0; i < total; i++)
	{
		ms_tick(&a->scratch);
		if (ms_window_place(a, lines[i], a->lines[lines[i]].time,
							&places[kept], &reason))
			kept++;
	}
	*n_places = kept;
	return ms_window_order(a, places, kept);
}

uint32_t
ms_window_length(const WorkPlace *places, uint32_t n)
{
	uint32_t	i = 1;

	while (i < n && ms_window_cmp(&places[0], &places[i]) == 0)
		i++;
	return i;
}

/* ---- findings ---- */

static void
describe_stay(Audit *a, int32_t encounter, WorkDraft *draft)
{
	const WorkStay *stay = ms_stay_of(a, encounter);

	draft->window_start = stay ? ms_whole_second(ms_known(stay->begin)) :
		ms_whole_second(a->claims->encounters[encounter].begntime);
	if (stay && stay->ended)
		draft->window_end = ms_known(stay->end);
	draft->provisional |= stay && stay->unfinished;
}

void
ms_window_describe(Audit *a, const WorkPlace *places, uint32_t n,
				   WorkDraft *draft)
{
	const WorkPlace *first = &places[0];
	const WorkLine *line = &a->lines[first->line];
	int64_t		from = first->day;
	int64_t		to = first->day;

	for (uint32_t i = 0; i < n; i++)
	{
		if (places[i].day > to)
			to = places[i].day;
	}
	to++;
	switch ((MsScope) a->entry.scope)
	{
		case MS_SCOPE_VISIT:
			draft->window_start = ms_whole_second(encounter_of(a, line)->begntime);
			draft->window_end = encounter_of(a, line)->endtime;
			draft->tested |= MS_TESTED_INTERIM;
			return;
		case MS_SCOPE_STAY:
			describe_stay(a, line->encounter, draft);
			draft->tested |= MS_TESTED_INTERIM;
			return;
		case MS_SCOPE_HOUR:
			draft->window_start = ms_known(first->window * MS_USECS_PER_HOUR);
			draft->window_end = ms_known((first->window + 1) * MS_USECS_PER_HOUR);
			return;
		case MS_SCOPE_OPERATION:
			for (uint32_t i = 0; i < n; i++)
				draft->suspect_only |= !places[i].certain;
			if (first->window < 0)
			{
				const Operation *o = &a->windows->operations[-1 - first->window];

				draft->window_start = ms_whole_second(ms_known(o->from));
				draft->window_end = ms_known(o->to);
				return;
			}
			break;
		case MS_SCOPE_WEEK:
		case MS_SCOPE_MONTH:
		case MS_SCOPE_QUARTER:
		case MS_SCOPE_YEAR:
		case MS_SCOPE_INSURANCE_YEAR:
			from = ms_calendar_first_day(a, first->window);
			to = ms_calendar_first_day(a, first->window + 1);
			break;
		default:
			break;
	}
	draft->window_start = ms_known(from * MS_USECS_PER_DAY);
	draft->window_end = ms_known(to * MS_USECS_PER_DAY);
}
