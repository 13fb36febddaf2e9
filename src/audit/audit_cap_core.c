/*-------------------------------------------------------------------------
 *
 * audit_cap_core.c
 *	  Caps (K6): a measure of an entry's codes over a window, against its
 *	  limit.  All codes of the entry share one counter.
 *
 *	  quantity  per civil day, or accepted within the last N civil days
 *	  hours		per civil day; a line occupies [time, time + quantity hours)
 *	  days		distinct civil days of a stay or course
 *	  span_days days from the first one of a course or of all
 *	  gap_days	days since the last accepted one
 *
 * Where some quantity of a bucket is too much, any of its lines may be the
 * ones that are: the money tells the cheapest and the dearest choice.  Where
 * days are too many, all lines of the days beyond the limit are.
 *
 * Stays and courses are in audit_course_core.c.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_cap_core.h"
#include "audit/audit_stay_core.h"

/* What is left of a rolling window in evidence when it is very full. */
#define MAX_INVOLVED 64

/* ---- lines and groups ---- */

static int64_t
key_of(const Audit *a, const WorkLine *line)
{
	return a->entry.count_key == MS_KEY_PERSON ? 0 : line->institution;
}

/* By (key, order in time); a day is in order within a key. */
static int
cmp_keys(uint32_t i, uint32_t j, const void *ctx)
{
	const Audit *a = ctx;
	int64_t		x = key_of(a, &a->lines[i]);
	int64_t		y = key_of(a, &a->lines[j]);

	if (x != y)
		return x < y ? -1 : 1;
	return (i > j) - (i < j);
}

/* The lines that count, in the order of their counters and times. */
static uint32_t *
counting_lines(Audit *a, const WorkTouch *touches, uint32_t n, uint32_t *n_lines)
{
	uint32_t	total;
	uint32_t   *lines = ms_audit_entry_lines(a, touches, n, MS_ROLE_MAIN, &total);
	uint32_t	kept = 0;

	for (uint32_t i = 0; i < total; i++)
	{
		const WorkLine *line = &a->lines[lines[i]];

		ms_tick(&a->scratch);
		if (!ms_audit_counts(a, lines[i]))
			continue;
		if (a->entry.count_key == MS_KEY_PERSON_INSTITUTION &&
			ms_str_missing(a->institutions[line->institution]))
			ms_audit_outcome(a, lines[i], MS_UNDECIDED,
							 MS_INSTITUTION_UNKNOWN);
		else if (a->entry.check == MS_CHECK_HOURS && line->cnt > MS_MAX_HOURS)
			ms_audit_outcome(a, lines[i], MS_UNDECIDED, MS_HOURS_IMPLAUSIBLE);
		else
			lines[kept++] = lines[i];
	}
	ms_sort(&a->scratch, lines, kept, cmp_keys, a);
	*n_lines = kept;
	return lines;
}

void
ms_cap_add(Audit *a, MsVec *lines, uint32_t line)
{
	*MS_PUSH(&a->scratch, lines, uint32_t) = line;
}

void
ms_cap_add_candidate(Audit *a, WorkDraft *draft, uint32_t line, int64_t avail)
{
	WorkCandidate *c = MS_PUSH(&a->scratch, &draft->candidates, WorkCandidate);

	c->line = line;
	c->avail = avail;
}

/* "3 - 1" */
const char *
ms_cap_minus(Audit *a, int64_t actual, int64_t limit)
{
	MsBuf		buf;

	ms_buf_init(&buf, &a->scratch);
	ms_buf_decimal(&buf, actual, MS_QTY_SCALE, 0);
	ms_buf_puts(&buf, " - ");
	ms_buf_decimal(&buf, limit, MS_QTY_SCALE, 0);
	return buf.s;
}

void
ms_cap_set_values(Audit *a, WorkDraft *draft, int64_t actual)
{
	draft->limit_value = ms_audit_decimal(a, a->entry.limit, MS_QTY_SCALE, 0);
	draft->actual_value = ms_audit_decimal(a, actual, MS_QTY_SCALE, 0);
}

static void
set_window(WorkDraft *draft, int64_t from_day, int64_t days)
{
	draft->window_start = ms_known(from_day * MS_USECS_PER_DAY);
	draft->window_end = ms_known((from_day + days) * MS_USECS_PER_DAY);
}

/* ---- late posting ---- */

/* What the entry counted per stay, under its first encounter. */
typedef struct Totals
{
	int64_t    *by_stay;
	bool		ready;
	const uint32_t *lines;
	uint32_t	n_lines;
} Totals;

static int64_t
total_of(Audit *a, Totals *t, int32_t encounter)
{
	if (!t->ready)
	{
		for (uint32_t i = 0; i < t->n_lines; i++)
		{
			const WorkLine *line = &a->lines[t->lines[i]];

			t->by_stay[ms_stay_chain(a, line->encounter)] += line->cnt;
		}
		t->ready = true;
	}
	return t->by_stay[ms_stay_chain(a, encounter)];
}

/*
 * Fees of several days posted on one: the day is over its limit, while the
 * stay as a whole is within limit x days.  Only where the whole bucket is of
 * one inpatient stay.
 */
static bool
is_late_posting(Audit *a, const WorkDraft *draft, Totals *totals)
{
	const WorkLine *first = &a->lines[*MS_AT(&draft->violating, uint32_t, 0)];

	for (size_t i = 0; i < draft->violating.n + draft->involved.n; i++)
	{
		uint32_t	at = i < draft->violating.n ?
		*MS_AT(&draft->violating, uint32_t, i) :
		*MS_AT(&draft->involved, uint32_t, i - draft->violating.n);
		const WorkLine *line = &a->lines[at];

		if (ms_stay_chain(a, line->encounter) !=
			ms_stay_chain(a, first->encounter) ||
			ms_line_setting(a, line) != MS_SETTING_INPATIENT)
			return false;
	}
	return (MsWide) total_of(a, totals, first->encounter) <=
		(MsWide) a->entry.limit * ms_stay_days(a, first->encounter);
}

/* ---- a day's bucket, of quantities or of hours ---- */

/* A part of a line that lies on one civil day. */
typedef struct Piece
{
	uint32_t	line;
	int64_t		day;
	int64_t		amount;
} Piece;

static int
cmp_pieces(uint32_t i, uint32_t j, const void *ctx)
{
	const Piece *pieces = ctx;
	const Piece *x = &pieces[i];
	const Piece *y = &pieces[j];

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static void
add_piece(Audit *a, MsVec *pieces, uint32_t line, int64_t day, int64_t amount)
{
	Piece	   *p;

	if (amount <= 0)
		return;
	p = MS_PUSH(&a->scratch, pieces, Piece);
	p->line = line;
	p->day = day;
	p->amount = amount;
}

/* Cuts a line's hours at midnight; the pieces add up to its quantity. */
static void
cut_hours(Audit *a, MsVec *pieces, uint32_t at)
{
	const WorkLine *line = &a->lines[at];
	int64_t		end = line->time + line->cnt * MS_USECS_PER_QTY_HOUR;
	int64_t		done = 0;

	for (int64_t day = line->day; done < line->cnt; day++)
	{
		int64_t		midnight = (day + 1) * MS_USECS_PER_DAY;
		int64_t		upto = end <= midnight ? line->cnt :
		ms_div_round(midnight - line->time, MS_USECS_PER_QTY_HOUR);

		add_piece(a, pieces, at, day, upto - done);
		done = upto;
	}
}

static void
judge_day(Audit *a, const Piece *pieces, const uint32_t *idx, uint32_t n,
		  Totals *totals)
{
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;
	int64_t		total = 0;
	int64_t		left;

	for (uint32_t i = 0; i < n; i++)
		total += pieces[idx[i]].amount;
	if (total <= a->entry.limit)
		return;
	memset(&draft, 0, sizeof(draft));
	draft.excess = total - a->entry.limit;

	/* the last ones hold the excess; any could have been left out */
	left = draft.excess;
	for (uint32_t i = n; i-- > 0;)
	{
		const Piece *p = &pieces[idx[i]];

		ms_cap_add(a, left > 0 ? &draft.violating : &draft.involved, p->line);
		ms_cap_add_candidate(a, &draft, p->line, p->amount);
		left -= p->amount;
	}
	draft.sum = ms_cap_minus(a, total, a->entry.limit);
	ms_cap_set_values(a, &draft, total);
	set_window(&draft, pieces[idx[0]].day, 1);
	if (is_late_posting(a, &draft, totals))
	{
		draft.note = "late_posting";
		draft.without_money = true;
	}
	else
		draft.tested = MS_TESTED_LATE_POSTING;
	ms_money_emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

/* One counter: its lines as pieces, day by day. */
static void
judge_days(Audit *a, const uint32_t *lines, uint32_t n, Totals *totals)
{
	MsVec		vec = {NULL, 0, 0};
	const Piece *pieces;
	uint32_t   *idx;
	uint32_t	end;

	for (uint32_t i = 0; i < n; i++)
	{
		ms_tick(&a->scratch);
		if (a->entry.check == MS_CHECK_HOURS)
			cut_hours(a, &vec, lines[i]);
		else
			add_piece(a, &vec, lines[i], a->lines[lines[i]].day,
					  a->lines[lines[i]].cnt);
	}
	pieces = vec.data;
	idx = MS_NEW(&a->scratch, uint32_t, vec.n);
	for (uint32_t i = 0; i < vec.n; i++)
		idx[i] = i;
	ms_sort(&a->scratch, idx, vec.n, cmp_pieces, pieces);
	for (uint32_t i = 0; i < vec.n; i = end)
	{
		for (end = i; end < vec.n &&
			 pieces[idx[end]].day == pieces[idx[i]].day;)
			end++;
		judge_day(a, pieces, idx + i, end - i, totals);
	}
}

/* ---- rolling window ---- */

/* A quantity that was accepted and still counts. */
typedef struct Accepted
{
	uint32_t	line;
	int64_t		cnt;
} Accepted;

static void
emit_surplus(Audit *a, uint32_t at, int64_t before, const Accepted *accepted,
			 uint32_t n)
{
	const WorkLine *line = &a->lines[at];
	MsMark		mark = ms_arena_mark(&a->scratch);
	WorkDraft	draft;
	MsBuf		sum;

	memset(&draft, 0, sizeof(draft));
	draft.excess = before + line->cnt - a->entry.limit;
	if (draft.excess > line->cnt)
		draft.excess = line->cnt;
	ms_cap_add(a, &draft.violating, at);
	ms_cap_add_candidate(a, &draft, at, line->cnt);
	for (uint32_t i = 0; i < n && i < MAX_INVOLVED; i++)
		ms_cap_add(a, &draft.involved, accepted[i].line);
	ms_buf_init(&sum, &a->scratch);
	ms_buf_decimal(&sum, before, MS_QTY_SCALE, 0);
	ms_buf_puts(&sum, " + ");
	ms_buf_puts(&sum, ms_cap_minus(a, line->cnt, a->entry.limit));
	draft.sum = sum.s;
	ms_cap_set_values(a, &draft, before + line->cnt);
	set_window(&draft, n > 0 ? a->lines[accepted[0].line].day : line->day,
			   a->entry.window_days);
	ms_money_emit(a, &draft);
	ms_arena_release(&a->scratch, mark);
}

/* One counter: what is accepted within the last N civil days. */
static void
judge_rolling(Audit *a, const uint32_t *lines, uint32_t n)
{
	Accepted   *accepted = MS_NEW(&a->scratch, Accepted, n);
	uint32_t	first = 0;
	uint32_t	end = 0;
	int64_t		sum = 0;

	for (uint32_t i = 0; i < n; i++)
	{
		const WorkLine *line = &a->lines[lines[i]];
		int64_t		room;

		ms_tick(&a->scratch);
		while (first < end && a->lines[accepted[first].line].day <=
			   line->day - a->entry.window_days)
			sum -= accepted[first++].cnt;
		room = a->entry.limit - sum;
		if (line->cnt > room)
			emit_surplus(a, lines[i], sum, accepted + first, end - first);
		if (room > 0)
		{
			accepted[end].line = lines[i];
			accepted[end].cnt = line->cnt < room ? line->cnt : room;
			sum += accepted[end++].cnt;
		}
	}
}

/* ---- the entry ---- */

void
ms_cap_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	uint32_t	n_lines;
	const uint32_t *lines = counting_lines(a, touches, n, &n_lines);
	Totals		totals = {NULL, false, lines, n_lines};
	uint32_t	end;

	if (a->entry.scope == MS_SCOPE_STAY)
	{
		ms_course_judge_stays(a, lines, n_lines);
		return;
	}
	if (a->entry.scope == MS_SCOPE_DAY)
		totals.by_stay = MS_NEW(&a->scratch, int64_t, a->claims->n_encounters);
	for (uint32_t i = 0; i < n_lines; i = end)
	{
		for (end = i; end < n_lines && key_of(a, &a->lines[lines[end]]) ==
			 key_of(a, &a->lines[lines[i]]);)
			end++;
		if (a->entry.check >= MS_CHECK_DAYS)
			ms_course_judge(a, lines + i, end - i);
		else if (a->entry.scope == MS_SCOPE_ROLLING)
			judge_rolling(a, lines + i, end - i);
		else
			judge_days(a, lines + i, end - i, &totals);
	}
}
