/*-------------------------------------------------------------------------
 *
 * audit_scope_core.c
 *	  Whether an entry speaks about a line or a visit.
 *
 * Validity, region, level and access condition say so for an entry alone.
 * Beside that, the entry of a province or city outranks that of a larger
 * area which says the same kind of thing about the same item: the other one
 * yields where it speaks, and also where that cannot be told, since nobody
 * may be held to a limit that perhaps is not theirs.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_condition_core.h"
#include "audit/audit_scope_core.h"

typedef enum Speaks
{
	SPEAKS_NOT,
	SPEAKS_PERHAPS,
	SPEAKS
} Speaks;

/* ---- one entry ---- */

/* A region code ends in pairs of zeros where it names a larger area. */
static uint32_t
significant_length(const char *region)
{
	uint32_t	len = region ? (uint32_t) strlen(region) : 0;

	while (len > 2 && region[len - 1] == '0' && region[len - 2] == '0')
		len -= 2;
	return len;
}

static Speaks
speaks_in(const MsBookEntry *e, MsStr region)
{
	uint32_t	len = significant_length(e->region);

	if (e->region_by == 0)
		return SPEAKS;
	region = ms_str_trim(region);
	if (ms_str_missing(region))
		return SPEAKS_PERHAPS;
	return region.len >= len && memcmp(region.s, e->region, len) == 0 ?
		SPEAKS : SPEAKS_NOT;
}

static Speaks
speaks_at_level(Audit *a, const MsBookEntry *e, MsStr hosp_lv)
{
	int32_t		level;

	if (e->levels == 0)
		return SPEAKS;
	level = ms_audit_map(a, MS_MAP_LEVEL, hosp_lv);
	if (level < 0)
		return SPEAKS_PERHAPS;
	return e->levels & (UINT32_C(1) << level) ? SPEAKS : SPEAKS_NOT;
}

/*
 * All that an entry asks of a line or, where line is NOWHERE, of an
 * encounter; *reason tells why it perhaps speaks.
 */
static Speaks
speaks_about(Audit *a, const MsBookEntry *e, uint32_t line, int32_t encounter,
			 int64_t day, MsStr insured, MsReason *reason)
{
	const MsEncounter *visit = &a->claims->encounters[encounter];
	Speaks		in_region;
	Speaks		at_level;
	MsExprValue access;

	if (day < e->valid_from || day > e->valid_to)
		return SPEAKS_NOT;
	at_level = speaks_at_level(a, e, visit->hosp_lv);
	in_region = speaks_in(e, e->region_by == MS_REGION_CARE ?
						  visit->fix_blng_admdvs : insured);
	/* only what nothing excludes can be undecided */
	if (at_level == SPEAKS_NOT || in_region == SPEAKS_NOT)
		return SPEAKS_NOT;
	access = ms_condition_access(a, e, line, encounter);
	if (access.state == MS_READABLE && !ms_expr_is_true(access))
		return SPEAKS_NOT;
	*reason = in_region == SPEAKS_PERHAPS ? MS_REGION_UNKNOWN :
		at_level == SPEAKS_PERHAPS ? MS_LEVEL_UNKNOWN : MS_CONDITION_UNKNOWN;
	return in_region == SPEAKS_PERHAPS || at_level == SPEAKS_PERHAPS ||
		access.state != MS_READABLE ? SPEAKS_PERHAPS : SPEAKS;
}

static Speaks
speaks_about_line(Audit *a, const MsBookEntry *e, uint32_t at, MsReason *reason)
{
	const WorkLine *line = &a->lines[at];
	const MsSettlement *settlement = settlement_of(a, line);
	MsStr		none = {NULL, 0};
	MsStr		insured = e->region_by != MS_REGION_INSURED ? none :
	first_present(line->in->insu_admdvs,
				  settlement ? settlement->insu_admdvs : none,
				  encounter_of(a, line)->insu_admdvs);

	return speaks_about(a, e, at, line->encounter, line->day, insured, reason);
}

static Speaks
speaks_about_visit(Audit *a, const MsBookEntry *e, int32_t encounter)
{
	const MsEncounter *visit = &a->claims->encounters[encounter];
	MsReason	reason;

	if (visit->begntime.state != MS_READABLE)
		return SPEAKS_NOT;
	return speaks_about(a, e, NOWHERE, encounter,
						ms_day_of(visit->begntime.v), visit->insu_admdvs,
						&reason);
}

/* ---- which entries the one in work yields to ---- */

static bool
has_codes(const Audit *a)
{
	return a->n_entry_touches > 0 || a->entry.check == MS_CHECK_CLOSURE;
}

/* Pairs are about the item that violates, beside those that it must not meet. */
static bool
is_about_pairs(const MsBookEntry *e)
{
	return e->check == MS_CHECK_PAIR ||
		(e->check == MS_CHECK_OVERLAP && e->at_least <= 0);
}

/* A name may be absent; two without one are of one name. */
static bool
same_name(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Whether another entry says the same kind of thing for a smaller area. */
static bool
outranks(Audit *a, uint32_t other)
{
	MsBookEntry *e = &a->entry;
	MsBookEntry o;

	ms_memo_entry(&a->memo, other, &o);
	if (o.rule != e->rule || o.check != e->check || o.scope != a->entry_scope ||
		o.region_by == 0 || (e->region_by != 0 && e->region_by != o.region_by))
		return false;
	if (e->region_by != 0 &&
		significant_length(e->region) >= significant_length(o.region))
		return false;
	if (has_codes(a) && e->check != MS_CHECK_CONDITION)
		return true;
	/* nothing but the name tells what these are about */
	ms_book_entry_own(a->book, a->entry_index, e);
	return same_name(e->item_name, o.item_name);
}

static bool
names(const Audit *a, uint32_t entry, uint32_t code, MsRole role)
{
	const MemoTouch *t = a->codes[code].touches;

	for (uint32_t i = 0; i < a->codes[code].n_touches; i++)
	{
		if (t[i].entry == entry && t[i].role == role)
			return true;
	}
	return false;
}

/* Whether another entry names all mains that the one in work finds here. */
static bool
names_all_mains(Audit *a, uint32_t other)
{
	for (uint32_t i = 0; i < a->n_entry_touches; i++)
	{
		const WorkTouch *t = &a->entry_touches[i];

		ms_tick(&a->arena);
		if (t->role == MS_ROLE_MAIN && !names(a, other, t->code, MS_ROLE_MAIN))
			return false;
	}
	return true;
}

static void
find_rivals(Audit *a, WorkCode *code)
{
	const MemoTouch *touches = code->touches;
	bool		pairs = is_about_pairs(&a->entry);
	MsRole		role = pairs ? MS_ROLE_SUB : MS_ROLE_MAIN;
	uint32_t	own = (uint32_t) (code - a->codes);
	uint32_t   *rivals = MS_NEW(&a->arena, uint32_t, code->n_touches);
	uint32_t	n = 0;

	if (names(a, a->entry_index, own, role))
	{
		for (uint32_t i = 0; i < code->n_touches; i++)
		{
			uint32_t	other = touches[i].entry;

			ms_tick(&a->arena);
			if (touches[i].role == role &&
				touches[i].regional && outranks(a, other) &&
				(!pairs || names_all_mains(a, other)))
				rivals[n++] = other;
		}
	}
	code->rivals = rivals;
	code->n_rivals = n;
	code->rivals_of = a->entry_index + 1;
}

static void
find_uncoded_rivals(Audit *a, WorkCode *uncoded)
{
	uint32_t	n = a->book->n_globals;
	uint32_t   *rivals = uncoded->n_touches > 0 ?
	MS_NEW(&a->arena, uint32_t, uncoded->n_touches) : NULL;

	uncoded->n_rivals = 0;
	for (uint32_t i = 0; i < n && rivals != NULL; i++)
	{
		uint32_t	other = ms_book_global(a->book, i);

		if (ms_book_is_regional(a->book, other) && outranks(a, other))
			rivals[uncoded->n_rivals++] = other;
	}
	uncoded->rivals = rivals;
	uncoded->rivals_of = a->entry_index + 1;
}

/* What stands for the code of entries without codes. */
static WorkCode *
uncoded_of(Audit *a)
{
	WorkCode   *uncoded = a->uncoded;

	if (uncoded != NULL)
		return uncoded;
	uncoded = a->uncoded = MS_NEW(&a->arena, WorkCode, 1);
	for (uint32_t i = 0; i < a->book->n_globals; i++)
		uncoded->n_touches += ms_book_is_regional(a->book,
												  ms_book_global(a->book, i));
	uncoded->regional = uncoded->n_touches > 0;
	return uncoded;
}

/* The entries that the one in work yields to on lines of a code. */
static const uint32_t *
rivals_of(Audit *a, WorkCode *code, uint32_t *n)
{
	*n = 0;
	if (!code->regional)
		return NULL;
	if (code->rivals_of != a->entry_index + 1)
	{
		if (code == a->uncoded)
			find_uncoded_rivals(a, code);
		else
			find_rivals(a, code);
	}
	*n = code->n_rivals;
	return code->rivals;
}

static bool
yields(Audit *a, WorkCode *code, uint32_t line, int32_t encounter)
{
	uint32_t	n;
	const uint32_t *rivals = rivals_of(a, code, &n);
	MsReason	reason;

	for (uint32_t i = 0; i < n; i++)
	{
		MsBookEntry e;

		ms_memo_entry(&a->memo, rivals[i], &e);
		if ((line == NOWHERE ? speaks_about_visit(a, &e, encounter) :
			 speaks_about_line(a, &e, line, &reason)) != SPEAKS_NOT)
			return true;
	}
	return false;
}

/* ---- the entry in work ---- */

static Speaks
entry_speaks(Audit *a, uint32_t at, MsReason *reason)
{
	Speaks		speaks;

	if (a->is_plain && !a->codes[a->lines[at].code].regional)
		return SPEAKS;
	speaks = speaks_about_line(a, &a->entry, at, reason);
	if (speaks == SPEAKS_NOT ||
		yields(a, has_codes(a) ? &a->codes[a->lines[at].code] : uncoded_of(a),
			   at, a->lines[at].encounter))
		return SPEAKS_NOT;
	return speaks;
}

/*
 * ms_audit_in_scope tells whether the entry in work speaks about a line.  A
 * line outside is not tallied; one of which that is not known is undecided.
 */
bool
ms_audit_in_scope(Audit *a, uint32_t at)
{
	MsReason	reason;
	Speaks		speaks = entry_speaks(a, at, &reason);

	if (speaks == SPEAKS_PERHAPS)
		ms_audit_outcome(a, at, MS_UNDECIDED, reason);
	return speaks == SPEAKS;
}

/* ms_audit_perhaps_in_scope is true where nobody can tell. */
bool
ms_audit_perhaps_in_scope(Audit *a, uint32_t at)
{
	MsReason	reason;

	return entry_speaks(a, at, &reason) == SPEAKS_PERHAPS;
}

/*
 * ms_audit_counts tells whether a line enters the entry's judgement at all:
 * in scope, under no exception, and paid for by the fund the rule is about.
 */
bool
ms_audit_counts(Audit *a, uint32_t at)
{
	MsReason	reason;
	MsOutcome	outcome;

	if (!ms_audit_in_scope(a, at) || ms_condition_exempt(a, at))
		return false;
	outcome = ms_money_fund_status(a, &a->lines[at], &reason);
	ms_audit_outcome(a, at, outcome, reason);
	return outcome == MS_PASSED;
}

bool
ms_scope_has_visit(Audit *a, int32_t encounter)
{
	return ms_fate_visit_in_period(a, encounter) &&
		speaks_about_visit(a, &a->entry, encounter) == SPEAKS &&
		!yields(a, uncoded_of(a), NOWHERE, encounter);
}

bool
ms_scope_has_rivals(Audit *a)
{
	uint32_t	n;

	if (has_codes(a))
		return false;
	(void) rivals_of(a, uncoded_of(a), &n);
	return n > 0;
}
