/*
 * gen_cases.c
 *	  Registry of the planted cases, and what their stories share.
 *
 * A planted case is one patient of its own, so that no two cases can touch.
 * Each has some neutral visits before, neutral lines beside, and says what an
 * audit must find and what it must not.
 */
#include <string.h>

#include "gen_cases.h"

typedef struct Case
{
	CaseStory	story;
	int			what;
	int			kind;
	char		name[64];
} Case;

static Case *cases;
static int	cap_cases;
static int	n_cases;

void
case_add(CaseStory story, int what, int kind, const char *group,
		 const char *name)
{
	Case	   *c;

	cases = gen_grow(cases, &cap_cases, n_cases + 1, sizeof(Case));
	c = &cases[n_cases++];
	c->story = story;
	c->what = what;
	c->kind = kind;
	if (snprintf(c->name, sizeof(c->name), "%s/%s", group, name) >=
		(int) sizeof(c->name))
		gen_fail("case name too long: %s/%s", group, name);
}

int
case_count(void)
{
	if (n_cases == 0)
	{
		register_person_cases();
		register_place_cases();
		register_pair_cases();
		register_cap_cases();
		register_course_cases();
	}
	return n_cases;
}

const char *
case_name(int which)
{
	return cases[which].name;
}

void
story_case(GenPatient *p, int which, int copy)
{
	p->case_name = cases[which].name;
	p->case_copy = copy;
	p->insutype = p->no % 3 == 0 ? "390" : "310";
	cases[which].story(p, cases[which].what, cases[which].kind);
	if (p->birth < FIRST_DAY)
		story_neutral_visits(p, 1 + (int) (p->no % 3), FIRST_DAY + 1);
}

static GenExpect *
expect(GenPatient *p, GenVerdict verdict, int rule, const char *kind,
	   int anchor)
{
	GenExpect  *x;

	p->expect = gen_grow(p->expect, &p->cap_expect, p->n_expect + 1,
						 sizeof(GenExpect));
	x = &p->expect[p->n_expect++];
	memset(x, 0, sizeof(*x));
	x->verdict = verdict;
	x->rule = rule;
	x->kind = kind;
	x->anchor = anchor;
	return x;
}

/*
 * expect_violation
 *		A finding anchored at a line.  excess ALL_OF_IT takes the whole of the
 *		lines added (the anchor is not added by itself); else it is a choice of
 *		that many units among them, the cheapest first.
 */
GenExpect *
expect_violation(GenPatient *p, int rule, const char *kind,
				 const char *scope, int64_t excess, int anchor)
{
	GenExpect  *x = expect(p, EXPECT_VIOLATION, rule, kind, anchor);

	x->scope = scope;
	x->excess = excess;
	x->choice = excess < 0 ? CHOOSE_WHOLE : CHOOSE_CHEAPEST;
	return x;
}

/*
 * expect_add
 *		Another line the excess can come from; room limits its units, 0 does
 *		not.
 */
void
expect_add(GenExpect *x, int line, int64_t room)
{
	if (x->n == EXPECT_LINES)
		gen_fail("too many lines in one expectation");
	x->line[x->n] = line;
	x->room[x->n++] = room;
}

void
expect_near_miss(GenPatient *p, int rule, const char *kind, int line)
{
	expect(p, EXPECT_NEAR_MISS, rule, kind, line);
}

void
expect_undecided(GenPatient *p, int rule, const char *reason, int line)
{
	GenExpect  *x = expect(p, EXPECT_UNDECIDED, rule, reason, line);

	x->reason = reason;
}

/*
 * case_day
 *		A day on which a story may begin: after the neutral visits, and early
 *		enough for three weeks to follow.
 */
int
case_day(GenPatient *p)
{
	return day_of(2026, 5, 20) + rng_below(&p->rng, 140);
}

/*
 * some_hospital
 *		A general hospital whose level is of one of these classes.
 */
int
some_hospital(GenPatient *p, int low_class, int high_class)
{
	for (;;)
	{
		int			no = rng_below(&p->rng, n_hospital);
		GenInstitution inst = institution(no);

		if (inst.level != NULL && inst.type != NULL &&
			strcmp(inst.type, "general") == 0 &&
			inst.level_class >= low_class && inst.level_class <= high_class)
			return no;
	}
}

int
other_hospital(GenPatient *p, int than)
{
	int			no;

	do
	{
		no = some_hospital(p, 1, 3);
	} while (no == than);
	return no;
}

int
case_visit(GenPatient *p, int inst, const char *med_type, int64_t time)
{
	int			enc = add_visit(p, inst, med_type, time);

	add_filler(p, enc, rng_between(&p->rng, 2, 5));
	return enc;
}

/*
 * case_stay
 *		A stay from ten in the morning, with neutral lines on its first day.
 */
int
case_stay(GenPatient *p, int inst, int day, int nights)
{
	int			enc = add_stay(p, inst, "21", at(day, 10, 0, 0),
							   at(day + nights, 9, 30, 0));

	add_filler(p, enc, rng_between(&p->rng, 4, 9));
	return enc;
}

int
finish_stay(GenPatient *p, int enc)
{
	return settle(p, enc, p->enc[enc].end + 3600, MODE_FUND);
}

int
finish_visit(GenPatient *p, int enc)
{
	int64_t		last = p->enc[enc].begin;

	for (int i = 0; i < p->n_line; i++)
		if (p->line[i].enc == enc && p->line[i].time > last)
			last = p->line[i].time;
	p->enc[enc].end = last;
	return settle(p, enc, last + 600, MODE_FUND);
}

/*
 * grouped
 *		The settlement was paid by disease group, DIP or DRG in turn.
 */
void
grouped(GenPatient *p, int setl)
{
	p->setl[setl].clr_way = p->case_copy % 2 == 0 ? "4" : "3";
}
