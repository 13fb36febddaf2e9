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
uint32_t *
ms_audit_entry_lines(Audit *a, const WorkTouch *touches, uint32_t n,
					 MsRole role, uint32_t *n_lines)
{
	uint32_t   *lines;
	uint32_t	total = 0;
	uint32_t	codes = 0;

	if (n == 0 && role == MS_ROLE_MAIN)
		return living_lines(a, n_lines);
	for (uint32_t i = 0; i < n; i++)
	{
		if (touches[i].role == role)
		{
			total += a->codes[touches[i].code].n_lines;
			codes++;
		}
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
	if (codes > 1)
		ms_sort(&a->scratch, lines, total, cmp_index, NULL);
	*n_lines = total;
	return lines;
}

/* ---- codes and institutions ---- */

static int
cmp_items(uint32_t i, uint32_t j, const void *ctx)
{
	const WorkLine *lines = ctx;

	return ms_code_fee_item_cmp(&lines[i].item, &lines[j].item);
}

static void
touch(void *ctx, uint32_t code, uint32_t entry, MsRole role)
{
	Audit	   *a = ctx;
	WorkTouch  *t = MS_PUSH(&a->arena, &a->touches, WorkTouch);

	t->entry = entry;
	t->code = code;
	t->role = (uint8_t) role;
	if (a->codes[code].n_touches++ == 0)
		a->codes[code].first_touch = (uint32_t) a->touches.n - 1;
	if (role == MS_ROLE_MAIN && ms_book_check(a->book, entry) == MS_CHECK_HOURS)
		a->codes[code].by_hours = true;
	if (ms_book_is_regional(a->book, entry))
		a->codes[code].regional = true;
}

/* A local code is spoken about by its own name and as what it stands for. */
static void
look_up(Audit *a, MsBookSearch *search, uint32_t number, bool has_mapped)
{
	WorkCode   *code = &a->codes[number];
	const char *by;

	code->meant = code->item;
	ms_book_search(search, number, &code->item);
	if (has_mapped && ms_book_mapped(a->book, &code->item, &code->meant, &by))
		ms_book_search(search, number, &code->meant);
	for (uint32_t i = 0; i < code->n_lines; i++)
		a->lines[code->lines[i]].meant = code->meant;
}

/* Groups the living lines by code and looks every code up in the book. */
static void
collect_codes(Audit *a)
{
	bool		has_mapped = ms_book_has_mapped(a->book);
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, a->n_lines);
	MsBookSearch search;
	uint32_t	n = 0;
	uint32_t	end;

	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		if (a->lines[i].skip == MS_SKIP_NONE)
			idx[n++] = i;
	}
	ms_sort(&a->arena, idx, n, cmp_items, a->lines);
	a->codes = MS_NEW(&a->arena, WorkCode, n);
	ms_book_start_search(&search, a->book, touch, a);
	for (uint32_t i = 0; i < n; i = end)
	{
		WorkCode   *code = &a->codes[a->n_codes];

		code->item = a->lines[idx[i]].item;
		code->lines = idx + i;
		for (end = i; end < n && cmp_items(idx[i], idx[end], a->lines) == 0;
			 end++)
			a->lines[idx[end]].code = a->n_codes;
		code->n_lines = end - i;
		ms_tick(&a->arena);
		look_up(a, &search, a->n_codes++, has_mapped);
	}
	ms_book_end_search(&search);
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

/* Counts lines by (outcome, reason, exception, institution) and forgets outcomes. */
static void
flush_tallies(Audit *a, int32_t rule)
{
	uint32_t   *idx = a->judged.data;
	uint32_t	n = (uint32_t) a->judged.n;
	uint32_t	end;

	ms_sort(&a->scratch, idx, n, cmp_outcomes, a->lines);
	for (uint32_t i = 0; i < n; i = end)
	{
		const WorkLine *line = &a->lines[idx[i]];
		MsTally		tally;

		for (end = i; end < n && cmp_outcomes(idx[i], idx[end], a->lines) == 0;
			 end++)
			ms_tick(&a->arena);
		tally.rule = rule;
		tally.outcome = (MsOutcome) line->outcome;
		tally.reason = line->reason;
		tally.exception = line->outcome == MS_EXEMPT ?
			(int32_t) line->exception - 1 : -1;
		tally.institution = a->institutions[line->institution];
		tally.lines = end - i;
		a->output->tally(a->output->ctx, &tally);
	}
	for (uint32_t i = 0; i < n; i++)
	{
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

static int
cmp_touches(uint32_t i, uint32_t j, const void *ctx)
{
	const WorkTouch *x = &((const WorkTouch *) ctx)[i];
	const WorkTouch *y = &((const WorkTouch *) ctx)[j];

	if (x->entry != y->entry)
		return x->entry < y->entry ? -1 : 1;
	if (x->role != y->role)
		return x->role < y->role ? -1 : 1;
	return (x->code > y->code) - (x->code < y->code);
}

/* Touches by entry, each (entry, role, code) once. */
static WorkTouch *
ordered_touches(Audit *a, uint32_t *n_touches)
{
	uint32_t	n = (uint32_t) a->touches.n;
	const WorkTouch *touches = a->touches.data;
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, n);
	WorkTouch  *ordered = MS_NEW(&a->arena, WorkTouch, n);
	uint32_t	kept = 0;

	for (uint32_t i = 0; i < n; i++)
		idx[i] = i;
	ms_sort(&a->arena, idx, n, cmp_touches, touches);
	for (uint32_t i = 0; i < n; i++)
	{
		if (i == 0 || cmp_touches(idx[i - 1], idx[i], touches) != 0)
			ordered[kept++] = touches[idx[i]];
	}
	*n_touches = kept;
	return ordered;
}

void
ms_audit_load_entry(Audit *a, uint32_t entry)
{
	a->entry_index = entry;
	ms_book_entry(a->book, entry, &a->entry);
	a->entry_scope = a->entry.scope;
}

static void
start_entry(Audit *a, uint32_t entry, bool *have_rule)
{
	ms_arena_reset(&a->scratch);
	ms_audit_load_entry(a, entry);
	if (*have_rule && a->rule_index == a->entry.rule)
		return;
	if (*have_rule)
		flush_tallies(a, (int32_t) a->rule_index);
	*have_rule = true;
	a->rule_index = a->entry.rule;
	ms_book_rule(a->book, a->rule_index, &a->rule);
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
		ms_tick(&a->arena);
		start_entry(a, entry, &have_rule);
		if (!is_asked(a, a->rule_index))
			continue;
		a->entry_touches = touches + first;
		a->n_entry_touches = at - first;
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
	ms_fate_lines(&a);
	ms_money_settlements(&a);
	collect_institutions(&a);
	collect_codes(&a);
	judge_entries(&a);
	tell_skips(&a);
}
