/*
 * gen_cases_person.c
 *	  Planted cases of the rules on the person: sex, age, insurance; and of
 *	  every way in which a single line may be out of an audit's reach.
 */
#include <string.h>

#include "gen_cases.h"

#define LENGTH(a) ((int) (sizeof(a) / sizeof((a)[0])))

typedef struct Person
{
	char		sex;			/* M, F, or 0: any */
	int			years;			/* old on the day, NONE: any */
	int			days;			/* and these, -1: one day short */
	const char *insutype;		/* NULL: any */
} Person;

typedef struct LineClass
{
	const char *group;
	int			rule;
	GenBound	item;
	bool		full;			/* every kind of near miss */
	bool		stay;			/* breaks the rule in a stay too */
	Person		bad;
	Person		good;
	int			bad_class[2];	/* level classes of the institution */
	int			good_class[2];
	const char *bad_type;		/* med_type */
	const char *good_type;		/* NULL: nothing is good */
} LineClass;

#define ANY {0, 3}
#define ANYONE {0, NONE, 0, NULL}
#define ADULT {0, 40, 11, NULL}

static const LineClass classes[] = {
	{"sex_drug_male", 67, IT_MALE_DRUG, true, true,
	{'F', 50, 3, NULL}, {'M', 50, 3, NULL}, ANY, ANY, "11", "11"},
	{"sex_drug_female", 67, IT_FEMALE_DRUG, false, true,
	{'M', 33, 3, NULL}, {'F', 33, 3, NULL}, ANY, ANY, "11", "11"},
	{"sex_item_male", 81, IT_MALE_ITEM, false, true,
	{'F', 45, 8, NULL}, {'M', 45, 8, NULL}, ANY, ANY, "11", "11"},
	{"sex_item_female", 81, IT_FEMALE_ITEM, true, true,
	{'M', 29, 8, NULL}, {'F', 29, 8, NULL}, ANY, ANY, "11", "11"},
	{"child_limit_drug", 7, IT_CHILD_LIMIT_DRUG, true, true,
	ADULT, {0, 6, 100, NULL}, ANY, ANY, "11", "11"},
	{"child_drug", 65, IT_CHILD_DRUG, true, true,
	ADULT, {0, 6, 100, NULL}, ANY, ANY, "11", "11"},
	{"child_drug_boundary", 65, IT_CHILD_DRUG, false, true,
	{0, 18, 0, NULL}, {0, 18, -1, NULL}, ANY, ANY, "11", "11"},
	{"child_item", 80, IT_CHILD_ITEM, true, false,
	ADULT, {0, 9, 20, NULL}, ANY, ANY, "11", "11"},
	{"infant_item", 80, IT_INFANT_ITEM, false, false,
	{0, 3, 0, NULL}, {0, 3, -1, NULL}, ANY, ANY, "11", "11"},
	{"newborn_item", 80, IT_NEWBORN_ITEM, false, true,
	{0, 0, 28, NULL}, {0, 0, 27, NULL}, ANY, ANY, "11", "11"},
	{"working_age_old", 29, IT_WORKING_AGE_ITEM, true, true,
	{0, 60, 0, NULL}, {0, 60, -1, NULL}, ANY, ANY, "11", "11"},
	{"working_age_young", 29, IT_WORKING_AGE_ITEM, false, true,
	{0, 16, -1, NULL}, {0, 16, 0, NULL}, ANY, ANY, "11", "11"},
	{"injury_drug", 1, IT_INJURY_DRUG, true, true,
	ANYONE, ANYONE, ANY, ANY, "11", NULL},
	{"maternity_drug", 2, IT_MATERNITY_DRUG, true, true,
		{'F', 30, 40, NULL}, {'F', 30, 40, "510"}, ANY, ANY, "21", "52"
	},
	{"inpatient_drug", 13, IT_INPATIENT_DRUG, true, false,
	ADULT, ADULT, ANY, ANY, "11", "21"},
	{"inpatient_drug_emergency", 13, IT_INPATIENT_DRUG, false, false,
	ADULT, ADULT, ANY, ANY, "13", "24"},
	{"emergency_drug", 13, IT_EMERGENCY_DRUG, false, false,
	ADULT, ADULT, ANY, ANY, "11", "13"},
	{"level2_drug", 12, IT_LEVEL2_DRUG, true, true,
	ADULT, ADULT, {0, 1}, {2, 3}, "21", "21"},
	{"level2_cancer_drug", 12, IT_LEVEL2_CANCER_DRUG, false, true,
	ADULT, ADULT, {0, 1}, {2, 3}, "11", "11"},
};

typedef enum LineKind
{
	/* broken */
	KIND_BASIC,
	KIND_LINE_PROP,
	KIND_GROUP,
	KIND_UNSETTLED,
	KIND_PART_REFUND,
	KIND_REPEAT,
	KIND_RESETTLED,
	KIND_NO_DIAG,
	/* near misses */
	KIND_OWN,
	KIND_APPROVAL,
	KIND_FAMILY,
	KIND_ACCOUNT,
	KIND_REFUNDED,
	KIND_REFUNDED_UNNAMED,
	KIND_CANCELLED,
	KIND_VOID,
	KIND_BEFORE,
	KIND_GOOD,
	KIND_GOOD_NO_DIAG,
	/* undecided */
	KIND_NO_INSCP,
	KIND_COUNT
} LineKind;

static const struct
{
	const char *name;
	bool		always;			/* for classes that are not full too */
}			kinds[KIND_COUNT] = {
	{"basic", true}, {"line_method", false}, {"group_paid", true},
	{"unsettled", false}, {"partly_refunded", false}, {"repeat", false},
	{"resettled", false}, {"violation_without_diagnosis", false},
	{"own_paid", true}, {"approval_flag", false}, {"family_account", false},
	{"own_account", false}, {"refunded", true}, {"refunded_unnamed", false},
	{"cancelled", false}, {"void", false}, {"before_in_force", false},
	{"allowed", true}, {"missing_diagnosis", false},
	{"inscp_amt_missing", false}
};

static void
become(GenPatient *p, const Person *who, int day)
{
	if (who->sex != 0)
		p->female = who->sex == 'F';
	if (who->years != NONE)
	{
		p->birth = who->days < 0 ? years_before(day + 1, who->years) :
			years_before(day, who->years) - who->days;
		if (who->years == 0)
			p->birth = day - who->days;
	}
	if (who->insutype != NULL)
		p->insutype = who->insutype;
}

/*
 * one_line
 *		An encounter with the line in question; the caller settles it.
 */
static int
one_line(GenPatient *p, const LineClass *c, bool good, bool stay, int day,
		 int64_t cnt)
{
	const int  *level = good ? c->good_class : c->bad_class;
	const char *type = good ? c->good_type : c->bad_type;
	int			inst = some_hospital(p, level[0], level[1]);
	int			enc;

	if (stay || type[0] == '2' || strcmp(type, "52") == 0)
	{
		enc = case_stay(p, inst, day, 4);
		p->enc[enc].med_type = type[0] == '1' ? "21" : type;
	}
	else
		enc = case_visit(p, inst, type, at(day, 9, 5, 0));
	add_line(p, enc, bound_item(c->item), at(day, 14, 10, 0), cnt);
	return enc;
}

static int
finish(GenPatient *p, int enc)
{
	return p->enc[enc].inpatient ? finish_stay(p, enc) : finish_visit(p, enc);
}

static void
broken_line(GenPatient *p, const LineClass *c, int kind, int day)
{
	const char *name = kinds[kind].name;
	bool		stay = kind == KIND_GROUP || kind == KIND_UNSETTLED;
	int64_t		cnt = QTY(kind == KIND_PART_REFUND ? 3 :
						  rng_between(&p->rng, 1, 3));
	int			enc;
	int			line;
	int			setl = NONE;

	enc = one_line(p, c, false, stay, day, cnt);
	line = p->n_line - 1;
	if (kind == KIND_LINE_PROP)
		p->line[line].reim_prop = 7250;
	if (kind == KIND_PART_REFUND)
		add_refund(p, line, QTY(1), p->case_copy % 2 == 0,
				   p->line[line].time + 60);
	if (kind == KIND_REPEAT)
		add_line(p, enc, p->line[line].item, p->line[line].time + 1800,
				 QTY(1));
	if (kind == KIND_NO_DIAG)
		p->enc[enc].no_diag = true;
	if (kind == KIND_UNSETTLED)
		p->enc[enc].open = true;
	else
		setl = finish(p, enc);
	if (kind == KIND_GROUP)
		grouped(p, setl);
	if (kind == KIND_RESETTLED)
	{
		int			first = NONE;

		for (int i = 0; i < p->n_line && first == NONE; i++)
			if (p->line[i].setl == setl)
				first = i;
		cancel_setl(p, setl, p->setl[setl].time + 600);
		line = resettle(p, setl, p->setl[setl].time + 1200) + line - first;
	}
	expect_add(expect_violation(p, c->rule, name, "line", ALL_OF_IT, line),
			   line, 0);
	if (kind == KIND_REPEAT)
		expect_add(expect_violation(p, c->rule, name, "line", ALL_OF_IT,
									line + 1), line + 1, 0);
}

static void
missed_line(GenPatient *p, const LineClass *c, int kind, int day)
{
	const char *name = kinds[kind].name;
	bool		good = kind == KIND_GOOD || kind == KIND_GOOD_NO_DIAG;
	int			enc;
	int			line;
	int			setl;

	if (kind == KIND_FAMILY || kind == KIND_ACCOUNT)
	{
		enc = case_visit(p, pharmacy_no(rng_zipf(&p->rng, n_pharmacy)), "41",
						 at(day, 18, 0, 0));
		line = add_line(p, enc, bound_item(c->item), at(day, 18, 30, 0),
						QTY(2));
		settle(p, enc, at(day, 18, 40, 0),
			   kind == KIND_FAMILY ? MODE_FAMILY : MODE_ACCOUNT);
		expect_near_miss(p, c->rule, name, line);
		return;
	}
	enc = one_line(p, c, good, false, day, QTY(2));
	line = p->n_line - 1;
	if (kind == KIND_OWN)
		own_paid(p, line);
	if (kind == KIND_APPROVAL)
		p->line[line].appr = '2';
	if (kind == KIND_REFUNDED || kind == KIND_REFUNDED_UNNAMED)
		add_refund(p, line, QTY(2), kind == KIND_REFUNDED,
				   p->line[line].time + 120);
	if (kind == KIND_VOID)
		p->line[line].is_void = true;
	if (kind == KIND_GOOD_NO_DIAG)
		p->enc[enc].no_diag = true;
	if (kind == KIND_NO_INSCP)
	{
		p->line[line].first += p->line[line].inscp;
		p->line[line].inscp = 0;
		p->line[line].inscp_missing = true;
	}
	setl = finish(p, enc);
	if (kind == KIND_CANCELLED)
		cancel_setl(p, setl, p->setl[setl].time + 600);
	if (kind == KIND_NO_INSCP)
		expect_undecided(p, c->rule, name, line);
	else
		expect_near_miss(p, c->rule, name, line);
}

static void
story_line(GenPatient *p, int what, int kind)
{
	const LineClass *c = &classes[what];
	bool		good = kind == KIND_GOOD || kind == KIND_GOOD_NO_DIAG;

	/* before any of the batches was published */
	int			day = kind == KIND_BEFORE ?
	day_of(2025, 1, 10) + rng_below(&p->rng, 60) : case_day(p);

	become(p, good ? &c->good : &c->bad, day);
	if (kind < KIND_OWN)
		broken_line(p, c, kind, day);
	else
		missed_line(p, c, kind, day);
}

typedef enum PersonGap
{
	GAP_SEX_9,
	GAP_SEX_0,
	GAP_BIRTH_MISSING,
	GAP_BIRTH_UNREADABLE,
	GAP_BIRTH_IMPLAUSIBLE,
	GAP_INSURANCE,
	GAP_COUNT
} PersonGap;

static const struct
{
	const char *name;
	const char *reason;
	int			rule;
	GenBound	item;
}			gaps[GAP_COUNT] = {
	{"sex_9", "sex_unknown", 67, IT_MALE_DRUG},
	{"sex_0", "sex_unknown", 81, IT_FEMALE_ITEM},
	{"birth_missing", "birth_missing", 65, IT_CHILD_DRUG},
	{"birth_unreadable", "birth_unreadable", 7, IT_CHILD_LIMIT_DRUG},
	{"birth_implausible", "birth_implausible", 80, IT_CHILD_ITEM},
	{"insurance_unknown", "insurance_unknown", 1, IT_INJURY_DRUG}
};

/*
 * story_gap
 *		What the rule needs to know of the person is not there.
 */
static void
story_gap(GenPatient *p, int what, int kind)
{
	const char *reason = gaps[what].reason;
	int			enc = case_visit(p, some_hospital(p, 1, 3), "11",
								 at(case_day(p), 10, 0, 0));
	int			line = add_line(p, enc, bound_item(gaps[what].item),
								p->enc[enc].begin + 1800, QTY(1));

	(void) kind;
	if (what == GAP_SEX_9 || what == GAP_SEX_0)
		p->gend = what == GAP_SEX_9 ? "9" : "0";
	p->brdy_missing = what == GAP_BIRTH_MISSING;
	if (what == GAP_BIRTH_UNREADABLE)
	{
		p->brdy = "不详";
		if (p->typed)
			reason = "birth_missing";
	}
	if (what == GAP_BIRTH_IMPLAUSIBLE)
		p->brdy = "1176-01-01";
	if (what == GAP_INSURANCE)
		p->insutype = "";
	finish_visit(p, enc);
	expect_undecided(p, gaps[what].rule, reason, line);
}

void
register_person_cases(void)
{
	for (int c = 0; c < LENGTH(classes); c++)
		for (int k = 0; k < KIND_COUNT; k++)
		{
			bool		drug = bound_item(classes[c].item)->kind != 'S';
			bool		pharmacy = k == KIND_FAMILY || k == KIND_ACCOUNT;
			bool		good = k == KIND_GOOD || k == KIND_GOOD_NO_DIAG;
			bool		stay = k == KIND_GROUP || k == KIND_UNSETTLED;

			/* a second rule would be undecided too */
			if (k == KIND_NO_INSCP &&
				(classes[c].item == IT_MATERNITY_DRUG ||
				 classes[c].item == IT_WORKING_AGE_ITEM))
				continue;
			if ((!classes[c].full && !kinds[k].always) ||
				(pharmacy && !drug) || (stay && !classes[c].stay) ||
				(good && classes[c].good_type == NULL))
				continue;
			case_add(story_line, c, k, classes[c].group, kinds[k].name);
		}
	for (int g = 0; g < GAP_COUNT; g++)
		case_add(story_gap, g, 0, "undecided", gaps[g].name);
}
