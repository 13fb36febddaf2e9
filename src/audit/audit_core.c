/*-------------------------------------------------------------------------
 *
 * audit_core.c
 *	  Drives the phases over one person's claims and counts the outcomes.
 *
 * Codes are looked up once each, not once a line; only the entries that some
 * code touches are visited, in the order of the book.  Per rule every line
 * keeps its strongest outcome, so that a line is counted once a rule.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_condition_core.h"
#include "audit/audit_work_core.h"

/* ---- names ---- */

static const char *const skip_names[MS_N_SKIPS] = {
	NULL, "void", "person_missing", "encounter_missing", "line_id_missing",
	"code_missing", "code_unreadable", "time_missing", "time_unreadable",
	"quantity_missing", "quantity_unreadable", "amount_missing",
	"amount_unreadable", "cancelled", "duplicate_line", "refund",
	"refund_unmatched", "refunded"
};

static const char *const outcome_names[] = {
	NULL, "passed", "not_fund_paid", "exempt", "undecided", "hit", "checked",
	"skipped"
};

static const char *const reason_names[MS_N_REASONS] = {
	NULL, "sex_unknown", "birth_missing", "birth_unreadable",
	"birth_implausible", "insurance_unknown", "setting_unknown",
	"level_unknown", "prescriber_unknown", "institution_type_unknown",
	"institution_unknown", "inscp_amt_missing", "no_clock",
	"hours_implausible", "region_unknown", "condition_unknown",
	"diagnosis_unknown", "department_unknown", "programme_unknown",
	"prescription_unknown", "doctor_unknown", "operation_unknown",
	"supply_days_unknown", "dose_unknown", "price_missing", "stay_unknown",
	"fund_unknown", "history_short"
};

static const char *const method_names[] = {
	NULL, "line", "ratio", "unsettled", "none"
};

static const char *const tested_names[MS_N_TESTED] = {
	"own_paid", "approval_flag", "pooled_fund", "refund", "cancelled",
	"interim_settlement", "emergency", "late_posting", "first_line",
	"prescriber", "institution_type", "access", "transfer", "registration"
};

const char *
ms_skip_name(MsSkip skip)
{
	return skip_names[skip];
}

const char *
ms_outcome_name(MsOutcome outcome)
{
	return outcome_names[outcome];
}

const char *
ms_reason_name(MsReason reason)
{
	return reason_names[reason];
}

const char *
ms_method_name(MsMethod method)
{
	return method_names[method];
}

/* ms_tested_name gives the name of bit number 0 to MS_N_TESTED - 1. */
const char *
ms_tested_name(int bit)
{
	return tested_names[bit];
}

/* ---- help for the judging phases ---- */

const char *
ms_audit_decimal(Audit *a, int64_t value, int scale, int min_digits)
{
	MsBuf		buf;

	ms_buf_init(&buf, &a->scratch);
	ms_buf_decimal(&buf, value, scale, min_digits);
	return buf.s;
}

/* The words of a set of bits, by comma. */
const char *
ms_audit_words(Audit *a, MsVocabulary vocabulary, uint32_t set)
{
	MsBuf		buf;

	ms_buf_init(&buf, &a->scratch);
	for (int bit = 0; bit < 31; bit++)
	{
		const char *word;

		if ((set & (UINT32_C(1) << bit)) == 0)
			continue;
		word = ms_word(vocabulary, 1 << bit);
		if (buf.len > 0)
			ms_buf_puts(&buf, ",");
		ms_buf_puts(&buf, word ? word : "?");
	}
	return buf.s;
}

/* Keeps the strongest outcome of a line; among equals the first reason. */
void
ms_audit_outcome(Audit *a, uint32_t at, MsOutcome outcome, MsReason reason)
{
	WorkLine   *line = &a->lines[at];

	if (!line->in_period)
		return;
	if (line->outcome == MS_OUTCOME_NONE)
		*MS_PUSH(&a->arena, &a->judged, uint32_t) = at;
	if (outcome > line->outcome ||
		(outcome == line->outcome && reason < line->reason))
	{
		line->outcome = (uint8_t) outcome;
		line->reason = (uint8_t) reason;
	}
}

static int
cmp_index(uint32_t i, uint32_t j, const void *ctx)
{
	(void) ctx;
	return (i > j) - (i < j);
}

static uint32_t *
living_lines(Audit *a, uint32_t *n_lines)
{
	uint32_t   *lines = MS_NEW(&a->scratch, uint32_t, a->n_lines);
	uint32_t	n = 0;

	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		if (a->lines[i].skip == MS_SKIP_NONE)
			lines[n++] = i;
	}
	*n_lines = n;
	return lines;
}

/*
 * ms_audit_entry_lines lists the living lines of an entry's codes in work
 * order, or all of them for an entry without codes, which nothing touches.
 * A line of several of the codes' nodes is listed once, since a line has one
 * code and a code is touched once a role.
 */
const uint32_t *
ms_audit_entry_lines(Audit *a, const WorkTouch *touches, uint32_t n,
					 MsRole role, uint32_t *n_lines)
{
	uint32_t   *lines;
	const WorkCode *only = NULL;
	uint32_t	total = 0;
	uint32_t	codes = 0;

	if (n == 0 && role == MS_ROLE_MAIN)
		return living_lines(a, n_lines);
	for (uint32_t i = 0; i < n; i++)
	{
		if (touches[i].role == role)
		{
			only = &a->codes[touches[i].code];
			total += only->n_lines;
			codes++;
		}
	}
	if (codes <= 1)
	{
		*n_lines = total;
		return only ? only->lines : NULL;
	}
	lines = MS_NEW(&a->scratch, uint32_t, total);
	total = 0;
	for (uint32_t i = 0; i < n; i++)
	{
		const WorkCode *code = &a->codes[touches[i].code];

		if (touches[i].role != role)
			continue;
		memcpy(lines + total, code->lines, code->n_lines * sizeof(*lines));
		total += code->n_lines;
	}
	ms_sort(&a->scratch, lines, total, cmp_index, NULL);
	*n_lines = total;
	return lines;
}

/* ---- codes and institutions ---- */

static void
start_code(WorkCode *code, const MemoCode *known)
{
	code->item = known->item;
	code->meant = known->meant;
	code->by_hours = known->by_hours;
	code->regional = known->regional;
	code->touches = known->touches;
	code->n_touches = known->n_touches;
	MS_FETCH(code->touches);
}

/* Groups the living lines by code; codes stand as their lines do. */
static void
collect_codes(Audit *a)
{
	MemoCode  **known = a->memo.codes.data;
	uint32_t	n_known = (uint32_t) a->memo.codes.n;
	uint32_t   *lines = MS_NEW(&a->arena, uint32_t, a->n_lines);
	uint32_t   *index = MS_NEW(&a->arena, uint32_t, n_known);	/* plus one */
	uint32_t	at = 0;

	ms_memo_look_up(&a->memo, &a->scratch);
	a->first_day = MS_LAST_DAY;
	a->last_day = MS_FIRST_DAY;
	a->codes = MS_NEW(&a->arena, WorkCode, n_known);
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		WorkLine   *line = &a->lines[i];

		if (line->skip != MS_SKIP_NONE)
			continue;
		ms_tick(&a->arena);
		if (index[line->code] == 0)
		{
			start_code(&a->codes[a->n_codes], known[line->code]);
			index[line->code] = ++a->n_codes;
		}
		line->code = index[line->code] - 1;
		line->meant = a->codes[line->code].meant;
		if (line->day < a->first_day)
			a->first_day = line->day;
		if (line->day > a->last_day)
			a->last_day = line->day;
		a->codes[line->code].n_lines++;
	}
	for (uint32_t i = 0; i < a->n_codes; i++)
	{
		a->codes[i].lines = lines + at;
		at += a->codes[i].n_lines;
		a->codes[i].n_lines = 0;
	}
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		WorkCode   *code;

		if (a->lines[i].skip != MS_SKIP_NONE)
			continue;
		code = &a->codes[a->lines[i].code];
		lines[code->lines - lines + code->n_lines++] = i;
	}
}

static int
cmp_strs(uint32_t i, uint32_t j, const void *ctx)
{
	const MsStr *strs = ctx;

	return ms_str_cmp(strs[i], strs[j]);
}

/*
 * Numbers the institutions of all lines in the order of their codes.  Lines of
 * a visit lie together, so that there are few changes to be sorted.
 */
static void
collect_institutions(Audit *a)
{
	MsStr	   *strs = MS_NEW(&a->arena, MsStr, a->n_lines);
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, a->n_lines);
	uint32_t   *number = MS_NEW(&a->arena, uint32_t, a->n_lines);
	uint32_t	n = 0;

	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		MsStr text = institution_of(a, &a->lines[i]);

		if (n == 0 || ms_str_cmp(strs[n - 1], text) != 0)
		{
			strs[n] = text;

			idx[n] = n;
			n++;
		}
		a->lines[i].institution = n - 1;
	}
	ms_sort(&a->arena, idx, n, cmp_strs, strs);
	a->institutions = MS_NEW(&a->arena, MsStr, n);
	for (uint32_t i = 0; i < n; i++)
	{
		if (i == 0 || cmp_strs(idx[i - 1], idx[i], strs) != 0)
			a->institutions[a->n_institutions++] = strs[idx[i]];
		number[idx[i]] = a->n_institutions - 1;
	}
	for (uint32_t i = 0; i < a->n_lines; i++)
		a->lines[i].institution = number[a->lines[i].institution];
	/* what is missing comes first: NULL, then what is empty */
	a->has_nowhere = n > 0 && ms_str_missing(a->institutions[0]);
}

/* As ms_book_map; lines ask for the same again and again. */
int32_t
ms_audit_map(Audit *a, MsMap map, MsStr key)
{
	if (!a->mapped[map].is_known || a->claims->in_full ||
		!ms_str_eq(a->mapped[map].key, key))
	{
		a->mapped[map].value = ms_book_map(a->book, map, key);
		a->mapped[map].key = key;
		a->mapped[map].is_known = true;
	}
	return a->mapped[map].value;
}

/* ---- tallies ---- */

static int
cmp_outcomes(uint32_t i, uint32_t j, const void *ctx)
{
	const WorkLine *x = &((const WorkLine *) ctx)[i];
	const WorkLine *y = &((const WorkLine *) ctx)[j];

	if (x->outcome != y->outcome)
		return x->outcome < y->outcome ? -1 : 1;
	if (x->reason != y->reason)
		return x->reason < y->reason ? -1 : 1;
	if (x->outcome == MS_EXEMPT && x->exception != y->exception)
		return x->exception < y->exception ? -1 : 1;
	return (x->institution > y->institution) -
		(x->institution < y->institution);
}

static void
tell_tally(Audit *a, int32_t rule, const WorkLine *line, uint32_t lines)
{
	MsTally		tally;

	tally.rule = rule;
	tally.outcome = (MsOutcome) line->outcome;
	tally.reason = line->reason;
	tally.exception = line->outcome == MS_EXEMPT ?
		(int32_t) line->exception - 1 : -1;
	tally.institution = a->institutions[line->institution];
	tally.lines = lines;
	a->output->tally(a->output->ctx, &tally);
}

/*
 * Few institutions and no exception, as nearly always: lines are counted in a
 * table instead of being sorted.  False where there are too many of either.
 */
#define REASON_BITS 5
#define INSTITUTION_BITS 4
#define N_CELLS ((MS_SKIPPED + 1) << (REASON_BITS + INSTITUTION_BITS))

_Static_assert(MS_N_REASONS <= 1 << REASON_BITS &&
			   MS_N_SKIPS <= 1 << REASON_BITS, "a reason has its bits");

static bool
count_tallies(Audit *a, int32_t rule)
{
	const uint32_t *judged = a->judged.data;
	uint64_t	used[32];
	uint32_t	first[32];
	uint32_t	n_used = 0;
	bool		done = true;

	if (a->claims->in_full || a->n_institutions > 1 << INSTITUTION_BITS)
		return false;
	if (a->cells == NULL)
		a->cells = MS_NEW(&a->arena, uint32_t, N_CELLS);
	for (size_t i = 0; i < a->judged.n && done; i++)
	{
		const WorkLine *line = &a->lines[judged[i]];
		uint32_t	cell = ((uint32_t) line->outcome << REASON_BITS | line->reason)
		<< INSTITUTION_BITS | line->institution;

		done = line->outcome != MS_EXEMPT && (a->cells[cell] > 0 || n_used < 32);
		if (!done)
			break;
		if (a->cells[cell]++ == 0)
		{
			used[n_used] = (uint64_t) cell << 32 | n_used;
			first[n_used++] = judged[i];
		}
	}
	ms_sort_u64(&a->scratch, used, n_used);
	for (uint32_t i = 0; i < n_used; i++)
	{
		uint32_t   *cell = &a->cells[used[i] >> 32];

		if (done)
			tell_tally(a, rule, &a->lines[first[(uint32_t) used[i]]], *cell);
		*cell = 0;
	}
	return done;
}

/* Counts lines by (outcome, reason, exception, institution) and forgets outcomes. */
static void
flush_tallies(Audit *a, int32_t rule)
{
	uint32_t   *idx = a->judged.data;
	uint32_t	n = (uint32_t) a->judged.n;
	uint32_t	end;
	bool		counted = count_tallies(a, rule);

	if (!counted)
		ms_sort(&a->scratch, idx, n, cmp_outcomes, a->lines);
	for (uint32_t i = counted ? n : 0; i < n; i = end)
	{
		for (end = i; end < n && cmp_outcomes(idx[i], idx[end], a->lines) == 0;
			 end++)
			ms_tick(&a->arena);
		tell_tally(a, rule, &a->lines[idx[i]], end - i);
	}
	for (uint32_t i = 0; i < n; i++)
	{
		if ((i & 1023) == 0)
			ms_tick(&a->arena);
		a->lines[idx[i]].outcome = MS_OUTCOME_NONE;
		a->lines[idx[i]].reason = MS_REASON_NONE;
		a->lines[idx[i]].exception = 0;
	}
	a->judged.n = 0;
}

static void
tell_skips(Audit *a)
{
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		WorkLine   *line = &a->lines[i];

		if (!line->in_period)
			continue;
		ms_tick(&a->arena);
		*MS_PUSH(&a->arena, &a->judged, uint32_t) = i;
		line->outcome = line->skip == MS_SKIP_NONE ? MS_CHECKED : MS_SKIPPED;
		line->reason = line->skip;
		if (line->skip != MS_SKIP_NONE)
			a->output->skip(a->output->ctx, line->src, (MsSkip) line->skip,
							a->institutions[line->institution]);
	}
	flush_tallies(a, -1);
}

/* ---- the rules ---- */

/*
 * Touches by entry, role and code, sorted as numbers of entry, role and their
 * place among those of all codes.
 */
#define PLACE_BITS 30

_Static_assert(MS_N_ROLES <= 1 << (32 - PLACE_BITS), "a role has its bits");

static WorkTouch *
ordered_touches(Audit *a, uint32_t *n_touches)
{
	const uint32_t mask = (UINT32_C(1) << PLACE_BITS) - 1;
	uint64_t   *numbers;
	WorkTouch  *touches;
	WorkTouch  *ordered;
	size_t		n = 0;

	for (uint32_t i = 0; i < a->n_codes; i++)
		n += a->codes[i].n_touches;
	if (n > mask)
		a->arena.env->fail(a->arena.env->ctx, MS_FAIL_MEMORY);
	numbers = MS_NEW(&a->scratch, uint64_t, n);
	touches = MS_NEW(&a->scratch, WorkTouch, n);
	ordered = MS_NEW(&a->arena, WorkTouch, n);
	n = 0;
	for (uint32_t i = 0; i < a->n_codes; i++)
	{
		const WorkCode *code = &a->codes[i];

		ms_tick(&a->arena);
		for (uint32_t t = 0; t < code->n_touches; t++)
		{
			const MemoTouch *of = &code->touches[t];

			numbers[n] = (uint64_t) of->entry << 32 |
				(uint64_t) of->role << PLACE_BITS | n;
			touches[n].entry = of->entry;
			touches[n].role = of->role;
			touches[n].code = i;
			touches[n++].of = of;
		}
	}
	ms_sort_u64(&a->scratch, numbers, n);
	for (size_t i = 0; i < n; i++)
		ordered[i] = touches[numbers[i] & mask];
	*n_touches = (uint32_t) n;
	return ordered;
}

/* touch is one of the entry's, NULL where nothing touches it. */
void
ms_audit_load_entry(Audit *a, uint32_t entry, const WorkTouch *touch)
{
	a->entry_index = entry;
	a->is_plain = false;
	if (touch != NULL)
	{
		ms_memo_terms(&a->memo, touch->of->terms, &a->entry);
		a->entry.limit = touch->of->limit;
	}
	else
		ms_memo_entry(&a->memo, entry, &a->entry);
	a->entry_scope = a->entry.scope;
}

static void
start_entry(Audit *a, uint32_t entry, const WorkTouch *touch, bool *have_rule)
{
	ms_arena_reset(&a->scratch);
	ms_audit_load_entry(a, entry, touch);
	if (*have_rule && a->rule_index == a->entry.rule)
		return;
	if (*have_rule)
		flush_tallies(a, (int32_t) a->rule_index);
	*have_rule = true;
	a->rule_index = a->entry.rule;
	a->rule = *ms_memo_rule(&a->memo, a->rule_index);
}

/* Whether an entry with codes speaks whatever the line, but for other regions. */
static bool
is_plain(const Audit *a)
{
	const MsBookEntry *e = &a->entry;

	return !a->claims->in_full && a->n_entry_touches > 0 &&
		e->region_by == 0 && e->levels == 0 && e->access.code == NULL &&
		e->valid_from <= a->first_day && e->valid_to >= a->last_day;
}

static bool
is_asked(const Audit *a, uint32_t rule)
{
	const MsCampaign *campaign = a->claims->campaign;

	return campaign == NULL || campaign->rules == NULL || campaign->rules[rule];
}

static void
judge_entry(Audit *a, const WorkTouch *touches, uint32_t n)
{
	switch ((MsCheck) a->entry.check)
	{
		case MS_CHECK_CONDITION:
			ms_condition_judge(a, touches, n);
			break;
		case MS_CHECK_PREREQUISITE:
			ms_need_judge(a, touches, n);
			break;
		case MS_CHECK_PAIR:
			ms_pair_judge(a, touches, n);
			break;
		case MS_CHECK_PARTS:
			ms_parts_judge(a, touches, n);
			break;
		case MS_CHECK_DISCOUNT:
			ms_discount_judge(a, touches, n);
			break;
		case MS_CHECK_OVERLAP:
			ms_overlap_judge(a, touches, n);
			break;
		case MS_CHECK_KINDS:
			ms_kinds_judge(a, touches, n);
			break;
		case MS_CHECK_QUANTITY:
		case MS_CHECK_COUNT:
		case MS_CHECK_HOURS:
		case MS_CHECK_SUPPLY_DAYS:
		case MS_CHECK_DOSE:
		case MS_CHECK_MONEY:
		case MS_CHECK_FUND_MONEY:
			ms_cap_judge(a, touches, n);
			break;
		case MS_CHECK_DAYS:
		case MS_CHECK_SPAN_DAYS:
		case MS_CHECK_GAP_DAYS:
			ms_course_judge(a, touches, n);
			break;
		case MS_CHECK_VISITS:
		case MS_CHECK_VISIT_DAYS:
		case MS_CHECK_READMISSION:
		case MS_CHECK_STAY_OVERLAP:
		case MS_CHECK_DURING_STAY:
		case MS_CHECK_AFTER_DEATH:
			ms_sequence_judge(a, touches, n);
			break;
		default:
			ms_line_judge(a, touches, n);
			break;
	}
}

/* Entries that a code touches and those without codes, in order. */
static void
judge_entries(Audit *a)
{
	uint32_t	n;
	const WorkTouch *touches = ordered_touches(a, &n);
	bool		have_rule = false;
	uint32_t	next = 0;
	uint32_t	at = 0;

	while (at < n || next < a->book->n_globals)
	{
		uint32_t	entry = at < n ? touches[at].entry : NOWHERE;
		uint32_t	first = at;

		if (next < a->book->n_globals &&
			ms_book_global(a->book, next) < entry)
			entry = ms_book_global(a->book, next++);
		while (at < n && touches[at].entry == entry)
			at++;
		if (at < n)
			ms_memo_terms_hint(&a->memo, touches[at].of->terms);
		ms_tick(&a->arena);
		start_entry(a, entry, first < at ? &touches[first] : NULL, &have_rule);
		if (!is_asked(a, a->rule_index))
			continue;
		a->entry_touches = touches + first;
		a->n_entry_touches = at - first;
		a->is_plain = is_plain(a);
		if (a->entry.check == MS_CHECK_CLOSURE)
			ms_closure_judge(a, touches + first, n - first);
		else
			judge_entry(a, touches + first, at - first);
	}
	if (have_rule)
		flush_tallies(a, (int32_t) a->rule_index);
}

void
ms_audit(const MsEnv *env, const MsBook *book, const MsClaims *claims,
		 const MsOutput *output)
{
	Audit		a;

	if (claims->n_lines > MS_MAX_LINES ||
		claims->n_encounters > MS_MAX_LINES ||
		claims->n_settlements > MS_MAX_LINES ||
		claims->n_diagnoses > MS_MAX_LINES ||
		claims->n_operations > MS_MAX_LINES ||
		claims->n_registrations > MS_MAX_LINES)
		env->fail(env->ctx, MS_FAIL_TOO_MANY);
	memset(&a, 0, sizeof(a));
	ms_arena_init(&a.arena, env);
	ms_arena_init(&a.scratch, env);
	a.book = book;
	a.claims = claims;
	a.output = output;
	ms_memo_start(&a.memo, &a.arena, book, claims->memo);
	ms_fate_lines(&a);
	ms_money_settlements(&a);
	collect_institutions(&a);
	collect_codes(&a);
	judge_entries(&a);
	tell_skips(&a);
}
