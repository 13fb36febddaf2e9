/*
 * gathering_covisit_test.c
 *	  Co-visits against their definition, visit by visit, on random inputs;
 *	  what must not matter, and that going by way of files does not; and that p-values keep what they promise when
 *	  nothing but chance brings patients together.
 */
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include "gathering/covisit_core.h"
#include "gathering/covisit_disk_core.h"
#include "gathering/key_core.h"
#include "gathering_fixture.h"
#include "unit.h"

#define MINUTE	INT64_C(60000000)
#define MOST	4096			/* visits */
#define PEOPLE	64
#define PLACES	8

/* ---- a case ---- */

typedef struct Case
{
	MsVisit		visit[MOST];
	uint32_t	household[PEOPLE];
	bool		near[PLACES][PLACES];
	bool		use_near;
	uint32_t	start[PLACES + 1];
	uint32_t	place[PLACES * PLACES];
	MsNear		list;
	MsCovisitInput input;
	MsCovisitSetting setting;
} Case;

static MsCovisitSetting
plain_setting(void)
{
	return (MsCovisitSetting)
	{
		.within = 30 * MINUTE,.min_days = 3,.min_places = 1,.min_members = 3,
			.min_density = 0.5,.max_crowd = 500,.period = 84 * MS_USECS_PER_DAY,
			.slot = 120 * MINUTE,.slot_visits = 10,.fdr = 0.05,.alpha = 0.05
	};
}

static void
lay_input(Case *c, uint32_t n, uint32_t patients, uint32_t places)
{
	uint32_t	k = 0;

	c->input = (MsCovisitInput)
	{
		.visits = c->visit,.n = n,.patients = patients,.places = places,.household = c->household
	};
	if (!c->use_near)
		return;
	for (uint32_t p = 0; p < places; p++)
	{
		c->start[p] = k;
		for (uint32_t q = 0; q < places; q++)
			if (c->near[p][q])
				c->place[k++] = q;
	}
	c->start[places] = k;
	c->list = (MsNear)
	{
		c->start, c->place
	};
	c->input.near = &c->list;
}

static bool
is_near(const Case *c, uint32_t p, uint32_t q)
{
	return p == q || (c->use_near && c->near[p][q]);
}

static void
random_case(Case *c)
{
	uint32_t	patients = 2 + below(10);
	uint32_t	places = 1 + below(4);
	uint32_t	days = 1 + below(12);
	uint32_t	n = below(90);
	bool		weekly = below(2) == 0;

	if (weekly)
		days = 1 + below(3);
	memset(c, 0, sizeof(*c));
	c->setting = plain_setting();
	c->setting.within = (int64_t) below(3) * below(60) * MINUTE;
	if (below(12) == 0)
		c->setting.within = 2 * MS_USECS_PER_DAY;
	c->setting.min_days = 1 + (int32_t) below(4);
	c->setting.min_places = 1 + (int32_t) (below(4) == 0);
	c->setting.min_members = 2 + (int32_t) below(3);
	c->setting.min_density = 0.1 * (1 + below(10));
	c->setting.max_crowd = below(3) == 0 ? 1 + below(12) : UINT32_MAX;
	c->setting.min_weight = below(4) == 0 ? unit() : 0;
	c->setting.period = (1 + below(5)) * MS_USECS_PER_DAY;
	c->setting.slot = below(3) == 0 ? MS_USECS_PER_DAY : (30 + below(300)) * MINUTE;
	c->setting.slot_visits = below(2) == 0 ? 0 : below(3);
	c->setting.fdr = below(2) == 0 ? 1 : unit();
	c->setting.alpha = below(2) == 0 ? 1 : unit();
	c->use_near = below(3) == 0;
	for (uint32_t p = 0; p < places; p++)
		for (uint32_t q = 0; q <= p; q++)
			c->near[p][q] = c->near[q][p] = p == q || below(2) == 0;
	for (uint32_t v = 0; v < patients; v++)
		c->household[v] = below(5) == 0 ? 1 + below(2) : 0;
	for (uint32_t i = 0; i < n; i++)
	{
		c->visit[i].patient = below(patients);
		c->visit[i].place = below(places);
		c->visit[i].money = (int64_t) below(100000) - 1000;
		/* before and after 2000, at full minutes so that ties are many */
		c->visit[i].at = ((int64_t) below(days) - 3) * MS_USECS_PER_DAY + (540 + below(below(2) ? 40 : 400)) * MINUTE;
		if (below(10) == 0)
			c->visit[i].at += 14 * 60 * MINUTE;
		if (weekly)
			c->visit[i].at += (int64_t) below(3) * 7 * MS_USECS_PER_DAY;
	}
	lay_input(c, n, patients, places);
}

static void
run(const Case *c, MsCovisits *found)
{
	static MsEnv env;
	static MsArena arena;

	env = (MsEnv)
	{
		take, check, fail, NULL, budget
	};
	ms_arena_init(&arena, &env);
	ms_covisits(&arena, &c->input, &c->setting, true, found);
}

/* ---- the definition ---- */

typedef struct Facts
{
	uint32_t	n;				/* visits that are not in too large a crowd */
	MsVisit		visit[MOST];
	uint32_t	crowd[MOST];
	int64_t		stratum[MOST];
	uint32_t	of[MOST];		/* first visit of the same stratum */
	double		rate[128][128]; /* of such visits */
	double		degree[PEOPLE];
	double		tests;
	bool		edge[PEOPLE][PEOPLE];
	MsCovisitPair pair[PEOPLE * PEOPLE];
	uint32_t	n_pairs;
} Facts;

static bool
meet(const Case *c, const MsVisit *x, const MsVisit *y)
{
	return is_near(c, x->place, y->place) && llabs(x->at - y->at) <= c->setting.within;
}

static int64_t
stratum_of(const Case *c, const MsVisit *v, int64_t day, bool fine, bool slotted)
{
	int64_t		period = day * MS_USECS_PER_DAY / c->setting.period;
	int64_t		weekday = fine ? day % 7 : 0;
	int64_t		length = c->setting.slot;
	int64_t		slot;

	if (fine && c->setting.within < length)
		length = c->setting.within < MINUTE ? MINUTE : c->setting.within;
	slot = (v->at - ms_day_of(v->at) * MS_USECS_PER_DAY) / length;
	if (!slotted)
		slot = 0;
	return ((period * 7 + weekday) * 2000 + slot) * 100 + v->place;
}

/* Strata of the visits in f->visit, the first day of all being day first. */
static void
sort_into_strata(const Case *c, Facts *f, int64_t first, bool fine)
{
	int64_t		slots = (MS_USECS_PER_DAY + c->setting.slot - 1) / c->setting.slot;

	for (uint32_t i = 0; i < f->n; i++)
	{
		int64_t		day = ms_day_of(f->visit[i].at) - first;
		int64_t		beside = 0; /* visits of the place and period */

		for (uint32_t j = 0; j < f->n; j++)
			beside += f->visit[j].place == f->visit[i].place &&
				(ms_day_of(f->visit[j].at) - first) * MS_USECS_PER_DAY / c->setting.period == day * MS_USECS_PER_DAY / c->setting.period;
		f->stratum[i] = stratum_of(c, &f->visit[i], day, fine, fine || beside >= c->setting.slot_visits * slots);
	}
}

static void
define_strata(const Case *c, Facts *f, bool fine)
{
	static double all[128][128];
	int64_t		first = INT64_MAX;

	f->n = 0;
	for (uint32_t i = 0; i < c->input.n; i++)
	{
		uint32_t	crowd = 0;

		if (ms_day_of(c->visit[i].at) < first)
			first = ms_day_of(c->visit[i].at);
		for (uint32_t j = 0; j < c->input.n; j++)
			crowd += i != j && meet(c, &c->visit[i], &c->visit[j]);
		if (crowd > c->setting.max_crowd)
			continue;
		f->crowd[f->n] = crowd;
		f->visit[f->n++] = c->visit[i];
	}
	sort_into_strata(c, f, first, fine);
	/* a stratum is known by its first visit */
	for (uint32_t i = 0; i < f->n; i++)
		for (f->of[i] = 0; f->stratum[f->of[i]] != f->stratum[i];)
			f->of[i]++;
	memset(f->rate, 0, sizeof(f->rate));
	memset(all, 0, sizeof(all));
	for (uint32_t x = 0; x < f->n; x++)
		for (uint32_t y = 0; y < f->n; y++)
			if (f->visit[x].patient != f->visit[y].patient)
			{
				all[f->of[x]][f->of[y]]++;
				f->rate[f->of[x]][f->of[y]] += meet(c, &f->visit[x], &f->visit[y]);
			}
	for (uint32_t x = 0; x < f->n; x++)
		for (uint32_t y = 0; y < f->n; y++)
			if (all[x][y] > 0)
				f->rate[x][y] /= all[x][y];
}

static void
define_tests(const Case *c, Facts *f)
{
	uint32_t	visits[PEOPLE] = {0};
	bool		at[PEOPLE][PLACES] = {0};
	double		eligible = 0;

	f->tests = 0;
	for (uint32_t i = 0; i < f->n; i++)
	{
		visits[f->visit[i].patient]++;
		at[f->visit[i].patient][f->visit[i].place] = true;
	}
	for (uint32_t v = 0; v < c->input.patients; v++)
		eligible += visits[v] >= (uint32_t) c->setting.min_days;
	for (uint32_t v = 0; v < c->input.patients; v++)
	{
		f->degree[v] = 0;
		if (visits[v] < (uint32_t) c->setting.min_days)
			continue;
		for (uint32_t p = 0; p < c->input.places; p++)
		{
			if (!at[v][p])
				continue;
			for (uint32_t u = 0; u < c->input.patients; u++)
				for (uint32_t q = 0; q < c->input.places; q++)
					f->degree[v] += visits[u] >= (uint32_t) c->setting.min_days && at[u][q] && is_near(c, p, q);
			f->degree[v]--;
		}
		f->degree[v] = fmin(f->degree[v], eligible - 1);
		f->tests += f->degree[v] / 2;
	}
}

static double
choose(uint32_t n, uint32_t k)
{
	double		result = 1;

	for (uint32_t i = 1; i <= k; i++)
		result = result * (n - k + i) / i;
	return result;
}

static double
binomial_tail(uint32_t n, uint32_t k, double theta)
{
	double		sum = 0;

	if (theta >= 1)
		return 1;
	for (uint32_t i = k; i <= n; i++)
		sum += choose(n, i) * pow(theta, i) * pow(1 - theta, n - i);
	return fmin(sum, 1);
}

/* Days, places and weight from one side. */
static void
define_side(const Case *c, const Facts *f, uint32_t a, uint32_t b, uint32_t *days, uint32_t *places, double *weight)
{
	double		best[64] = {0};
	bool		there[PLACES] = {0};

	for (uint32_t i = 0; i < f->n; i++)
		for (uint32_t j = 0; j < f->n; j++)
			if (f->visit[i].patient == a && f->visit[j].patient == b && meet(c, &f->visit[i], &f->visit[j]))
			{
				int64_t		day = ms_day_of(f->visit[i].at) + 20;
				uint32_t	crowd = f->crowd[i] > f->crowd[j] ? f->crowd[i] : f->crowd[j];

				best[day] = fmax(best[day], 1.0 / crowd);
				there[f->visit[i].place] = true;
			}
	*days = *places = 0;
	*weight = 0;
	for (int d = 0; d < 64; d++)
	{
		*days += best[d] > 0;
		*weight += best[d];
	}
	for (int p = 0; p < PLACES; p++)
		*places += there[p];
}

static uint64_t habits;

static double
define_chance(const Facts *f, const MsCovisitPair *pair, double *expected)
{
	uint32_t	a = pair->a;
	uint32_t	b = pair->b;
	uint32_t	of_a = 0;
	uint32_t	of_b = 0;
	uint32_t	trials;

	*expected = 0;
	for (uint32_t i = 0; i < f->n; i++)
	{
		bool		can = false;

		for (uint32_t j = 0; j < f->n; j++)
		{
			if (f->visit[i].patient == a && f->visit[j].patient == b)
				*expected += f->rate[f->of[i]][f->of[j]];
			if (f->rate[f->of[i]][f->of[j]] > 0 && ((f->visit[i].patient == a && f->visit[j].patient == b) ||
													(f->visit[i].patient == b && f->visit[j].patient == a)))
				can = true;
		}
		of_a += can && f->visit[i].patient == a;
		of_b += can && f->visit[i].patient == b;
	}
	trials = of_a < of_b ? of_a : of_b;
	return log(binomial_tail(trials, pair->days, *expected / trials));
}

static bool
habitual(const Case *c, const Facts *f, uint32_t patient)
{
	double		all = 0;
	double		kept = 0;

	for (uint32_t i = 0; i < f->n; i++)
	{
		bool		keeps = false;

		if (f->visit[i].patient != patient)
			continue;
		for (uint32_t j = 0; j < f->n; j++)
		{
			int64_t		days = ms_day_of(f->visit[i].at) - ms_day_of(f->visit[j].at);

			keeps |= f->visit[j].patient == patient && f->visit[i].place == f->visit[j].place && days != 0 && days % 7 == 0 &&
				llabs(f->visit[i].at - f->visit[j].at - days * MS_USECS_PER_DAY) <= c->setting.within;
		}
		all++;
		kept += keeps;
	}
	return kept >= all / 2;
}

/* Over fine strata: the larger p-value holds for two of habits. */
static void
define_habits(const Case *c, Facts *f)
{
	for (uint32_t i = 0; i < f->n_pairs; i++)
	{
		MsCovisitPair *pair = &f->pair[i];
		double		expected;
		double		log_p = define_chance(f, pair, &expected);

		if (log_p <= pair->log_p || !habitual(c, f, pair->a) || !habitual(c, f, pair->b))
			continue;
		habits++;
		pair->log_p = log_p;
		pair->expected = expected;
	}
}

static void
define_pairs(const Case *c, Facts *f)
{
	f->n_pairs = 0;
	for (uint32_t a = 0; a < c->input.patients; a++)
		for (uint32_t b = a + 1; b < c->input.patients; b++)
		{
			MsCovisitPair pair = {.a = a,.b = b};
			uint32_t	days[2];
			uint32_t	places[2];
			double		weight[2];

			f->edge[a][b] = f->edge[b][a] = false;
			define_side(c, f, a, b, &days[0], &places[0], &weight[0]);
			define_side(c, f, b, a, &days[1], &places[1], &weight[1]);
			pair.days = days[0] < days[1] ? days[0] : days[1];
			pair.places = places[0] < places[1] ? places[0] : places[1];
			pair.weight = fmin(weight[0], weight[1]);
			if (pair.days < (uint32_t) c->setting.min_days || pair.places < (uint32_t) c->setting.min_places ||
				pair.weight < c->setting.min_weight ||
				(c->household[a] != 0 && c->household[a] == c->household[b]))
				continue;
			pair.log_p = define_chance(f, &pair, &pair.expected);
			f->pair[f->n_pairs++] = pair;
		}
}

static void
define_adjusted(Facts *f)
{
	for (uint32_t i = 0; i < f->n_pairs; i++)
	{
		f->pair[i].log_q = 0;
		for (uint32_t j = 0; j < f->n_pairs; j++)
		{
			uint32_t	as_small = 0;

			for (uint32_t k = 0; k < f->n_pairs; k++)
				as_small += f->pair[k].log_p <= f->pair[j].log_p;
			if (f->pair[j].log_p >= f->pair[i].log_p)
				f->pair[i].log_q = fmin(f->pair[i].log_q, f->pair[j].log_p + log(f->tests / as_small));
		}
	}
}

static bool
close_to(double a, double b)
{
	return fabs(a - b) <= 1e-9 * (1 + fabs(a) + fabs(b));
}

/* ---- groups by definition, from the pairs found ---- */

typedef struct Graph
{
	bool		edge[PEOPLE][PEOPLE];
} Graph;

static uint32_t
reach(const Graph *g, uint32_t n, uint32_t from, bool *in)
{
	uint32_t	members = 1;
	bool		more = true;

	memset(in, 0, PEOPLE);
	in[from] = true;
	while (more)
	{
		more = false;
		for (uint32_t v = 0; v < n; v++)
			for (uint32_t u = 0; u < n; u++)
				if (in[v] && !in[u] && g->edge[v][u])
				{
					in[u] = more = true;
					members++;
				}
	}
	return members;
}

static void
thin(Graph *g, uint32_t n, uint32_t least)
{
	bool		more = true;

	while (more)
	{
		more = false;
		for (uint32_t u = 0; u < n; u++)
			for (uint32_t v = 0; v < u; v++)
			{
				uint32_t	triangles = 0;

				for (uint32_t w = 0; w < n; w++)
					triangles += g->edge[u][w] && g->edge[v][w];
				if (g->edge[u][v] && triangles < least)
				{
					g->edge[u][v] = g->edge[v][u] = false;
					more = true;
				}
			}
	}
}

/* Fills the groups' member sets; returns how many. */
static uint32_t
define_groups(const Case *c, const MsCovisits *found, bool in[PEOPLE][PEOPLE])
{
	Graph		g = {0};
	uint32_t	n = c->input.patients;
	uint32_t	groups = 0;

	for (size_t i = 0; i < found->n_pairs; i++)
		g.edge[found->pairs[i].a][found->pairs[i].b] = g.edge[found->pairs[i].b][found->pairs[i].a] = true;
	for (uint32_t least = 0; least <= n; least++)
	{
		thin(&g, n, least);
		for (uint32_t v = 0; v < n; v++)
		{
			uint32_t	members = reach(&g, n, v, in[groups]);
			double		edges = 0;
			bool		dense;

			if (members == 1)
				continue;
			for (uint32_t u = 0; u < n; u++)
				for (uint32_t w = 0; w < u; w++)
					edges += in[groups][u] && in[groups][w] && g.edge[u][w];
			dense = edges >= c->setting.min_density * members * (members - 1) / 2;
			if (members >= (uint32_t) c->setting.min_members && !dense)
				continue;
			for (uint32_t u = 0; u < n; u++)
				for (uint32_t w = 0; w < n; w++)
					if (in[groups][u])
						g.edge[u][w] = g.edge[w][u] = false;
			if (members >= (uint32_t) c->setting.min_members)
				groups++;
		}
	}
	return groups;
}

static double
tree_p(const MsCovisits *found, const bool *in, uint32_t n)
{
	bool		joined[PEOPLE] = {0};
	double		sum = 0;

	/* Prim from the first member */
	for (uint32_t v = 0; v < PEOPLE && !joined[v]; v++)
		joined[v] = in[v] && !memchr(joined, 1, PEOPLE);
	for (uint32_t k = 1; k < n; k++)
	{
		const MsCovisitPair *best = NULL;

		for (size_t i = 0; i < found->n_pairs; i++)
		{
			const MsCovisitPair *p = &found->pairs[i];

			if (in[p->a] && in[p->b] && joined[p->a] != joined[p->b] && (best == NULL || p->log_p < best->log_p))
				best = p;
		}
		if (best == NULL)
			return NAN;
		joined[best->a] = joined[best->b] = true;
		sum += best->log_p;
	}
	return sum;
}

static double
group_p(const Facts *f, const Case *c, uint32_t n, double log_product)
{
	double		stars = 0;
	double		trees = 1;
	double		tail = 0;
	double		term = 1;

	for (uint32_t v = 0; v < c->input.patients; v++)
		stars += pow(f->degree[v], n - 1);
	for (uint32_t i = 1; i <= n; i++)
		trees = trees / i * (i > 2 ? n : 1);
	for (uint32_t j = 0; j < n - 1; j++)
	{
		tail += term;
		term *= -log_product / (j + 1);
	}
	tail = fmin(1, tail * exp(log_product));
	return fmin(1, tail * trees * stars * n * (n - 1));
}

static void
check_group(const Case *c, const Facts *f, const MsCovisits *found, const MsCovisitGroup *group, const bool *in)
{
	int64_t		money = 0;
	uint32_t	visits = 0;
	uint32_t	places = 0;
	uint32_t	days = 0;
	uint32_t	repetitions = 0;
	uint32_t	pairs = 0;
	uint64_t	observed = 0;
	double		expected = 0;
	double		weight = 0;
	bool		there[PLACES][64] = {0};
	int64_t		first = 100;
	int64_t		last = -100;
	double		n = group->n_members;

	for (uint32_t i = 0; i < f->n; i++)
	{
		bool		joint = false;
		int64_t		day = ms_day_of(f->visit[i].at);

		for (uint32_t j = 0; j < f->n; j++)
			joint |= in[f->visit[i].patient] && in[f->visit[j].patient] &&
				f->visit[i].patient != f->visit[j].patient && meet(c, &f->visit[i], &f->visit[j]);
		if (!joint)
			continue;
		visits++;
		money += f->visit[i].money;
		there[f->visit[i].place][day + 20] = true;
		first = day < first ? day : first;
		last = day > last ? day : last;
	}
	for (int p = 0; p < PLACES; p++)
	{
		places += memchr(there[p], 1, 64) != NULL;
		for (int d = 0; d < 64; d++)
			repetitions += there[p][d];
	}
	for (int d = 0; d < 64; d++)
		for (int p = 0; p < PLACES; p++)
			if (there[p][d])
			{
				days++;
				break;
			}
	for (size_t i = 0; i < found->n_pairs; i++)
		if (in[found->pairs[i].a] && in[found->pairs[i].b])
		{
			pairs++;
			observed += found->pairs[i].days;
			expected += found->pairs[i].expected;
			weight += found->pairs[i].weight;
		}
	CHECK_INT(group->visits, visits);
	CHECK_INT(group->money, money);
	CHECK_INT(group->n_places, places);
	CHECK_INT(group->days, days);
	CHECK_INT(group->repetitions, repetitions);
	CHECK_INT(group->first_day, first);
	CHECK_INT(group->last_day, last);
	CHECK_INT(group->pairs, pairs);
	CHECK_INT(group->observed, observed);
	CHECK(close_to(group->expected, expected));
	CHECK(close_to(group->weight, weight));
	CHECK(close_to(group->density, pairs / (n * (n - 1) / 2)));
	CHECK(close_to(exp(group->log_p), group_p(f, c, group->n_members, tree_p(found, in, group->n_members))));
}

/* ---- thousands of cases against the definition ---- */

static Case c1;
static Case c2;
static Facts facts;

static uint64_t
compare(const Case *c)
{
	static bool in[PEOPLE + 1][PEOPLE];
	MsCovisits	found;
	uint32_t	k = 0;
	uint32_t	groups;
	uint32_t	expected = 0;
	uint64_t	seen;

	run(c, &found);
	define_strata(c, &facts, false);
	define_tests(c, &facts);
	define_pairs(c, &facts);
	define_strata(c, &facts, true);
	define_habits(c, &facts);
	define_adjusted(&facts);
	if (facts.n > 0)
		CHECK(close_to(found.tests, facts.tests));
	for (uint32_t i = 0; i < facts.n_pairs; i++)
	{
		const MsCovisitPair *want = &facts.pair[i];
		const MsCovisitPair *got = &found.pairs[k];

		/* where the adjusted p-value is the limit itself, rounding decides */
		if (want->log_q > log(c->setting.fdr) && !(k < found.n_pairs && got->a == want->a && got->b == want->b && close_to(want->log_q, log(c->setting.fdr))))
			continue;
		if (k >= found.n_pairs)
		{
			CHECK_MSG(false, "a pair is missing");
			break;
		}
		CHECK(got->a == want->a && got->b == want->b);
		CHECK_INT(got->days, want->days);
		CHECK_INT(got->places, want->places);
		CHECK(close_to(got->weight, want->weight));
		/* where chance explains all by either strata, rounding decides which */
		CHECK(close_to(want->log_p, 0) || close_to(got->expected, want->expected));
		CHECK(close_to(got->log_p, want->log_p));
		CHECK(close_to(got->log_q, want->log_q));
		k++;
	}
	CHECK_INT(found.n_pairs, k);
	groups = define_groups(c, &found, in);
	for (uint32_t i = 0; i < groups; i++)
	{
		const MsCovisitGroup *group = NULL;
		uint32_t	members = 0;

		for (uint32_t v = 0; v < c->input.patients; v++)
			members += in[i][v];
		for (size_t j = 0; j < found.n_groups && group == NULL; j++)
			if (in[i][found.groups[j].members[0]])
				group = &found.groups[j];
		if (group_p(&facts, c, members, tree_p(&found, in[i], members)) > c->setting.alpha)
		{
			CHECK(group == NULL);
			continue;
		}
		expected++;
		CHECK(group != NULL);
		if (group == NULL)
			continue;
		CHECK_INT(group->n_members, members);
		for (uint32_t v = 0; v < group->n_members; v++)
			CHECK(in[i][group->members[v]]);
		check_group(c, &facts, &found, group, in[i]);
	}
	CHECK_INT(found.n_groups, expected);
	for (size_t i = 1; i < found.n_groups; i++)
		CHECK(found.groups[i - 1].log_p <= found.groups[i].log_p);
	seen = found.n_pairs * 1000 + found.n_groups;
	give_back();
	return seen;
}

static void
test_definition(void)
{
	uint64_t	pairs = 0;
	uint64_t	groups = 0;

	for (int i = 0; i < 3000; i++)
	{
		uint64_t	seen;

		random_case(&c1);
		seen = compare(&c1);
		pairs += seen / 1000;
		groups += seen % 1000;
	}
	printf("# pairs %lu, by habit %lu, groups %lu\n", (unsigned long) pairs, (unsigned long) habits, (unsigned long) groups);
	CHECK(habits > 50);
	CHECK(pairs > 2000 && groups > 100);
}

/* ---- what must not matter ---- */

static bool
same(const MsCovisits *a, const MsCovisits *b, int64_t days)
{
	if (a->n_pairs != b->n_pairs || a->n_groups != b->n_groups || a->tests != b->tests)
		return false;
	for (size_t i = 0; i < a->n_pairs; i++)
		if (memcmp(&a->pairs[i], &b->pairs[i], sizeof(MsCovisitPair)) != 0)
			return false;
	for (size_t i = 0; i < a->n_groups; i++)
	{
		MsCovisitGroup g = a->groups[i];
		MsCovisitGroup h = b->groups[i];

		if (g.n_members != h.n_members || memcmp(g.members, h.members, g.n_members * 4) != 0 ||
			g.n_places != h.n_places || memcmp(g.places, h.places, g.n_places * 4) != 0 ||
			g.pairs != h.pairs || g.days != h.days || g.repetitions != h.repetitions || g.visits != h.visits ||
			g.first_day + days != h.first_day || g.last_day + days != h.last_day || g.money != h.money ||
			g.weight != h.weight || g.expected != h.expected || g.observed != h.observed || g.log_p != h.log_p)
			return false;
	}
	return true;
}

static void
shuffle(Case *c)
{
	for (uint32_t i = c->input.n; i > 1; i--)
	{
		uint32_t	j = below(i);
		MsVisit		v = c->visit[i - 1];

		c->visit[i - 1] = c->visit[j];
		c->visit[j] = v;
	}
}

static void
test_invariance(void)
{
	for (int i = 0; i < 1000; i++)
	{
		MsCovisits	a;
		MsCovisits	b;
		int64_t		days = (int64_t) below(20000) - 10000;

		random_case(&c1);
		c2 = c1;
		lay_input(&c2, c1.input.n, c1.input.patients, c1.input.places);
		shuffle(&c2);
		run(&c1, &a);
		run(&c2, &b);
		CHECK(same(&a, &b, 0));
		for (uint32_t v = 0; v < c2.input.n; v++)
			c2.visit[v].at += days * MS_USECS_PER_DAY;
		run(&c2, &b);
		CHECK(same(&a, &b, days));
		give_back();
	}
}

/* Two towns that share nobody and no place are each as if alone. */
static void
test_towns(void)
{
	for (int i = 0; i < 500; i++)
	{
		MsCovisits	one;
		MsCovisits	two;
		uint32_t	n;

		random_case(&c1);
		c1.use_near = false;
		c1.setting.fdr = c1.setting.alpha = 1;
		n = c1.input.n;
		lay_input(&c1, n, c1.input.patients, c1.input.places);
		run(&c1, &one);
		c2 = c1;
		for (uint32_t v = 0; v < n; v++)
		{
			c2.visit[n + v] = c1.visit[v];
			c2.visit[n + v].patient += c1.input.patients;
			c2.visit[n + v].place += c1.input.places;
		}
		memcpy(c2.household + c1.input.patients, c1.household, c1.input.patients * 4);
		lay_input(&c2, 2 * n, 2 * c1.input.patients, 2 * c1.input.places);
		run(&c2, &two);
		CHECK_INT(two.n_pairs, 2 * one.n_pairs);
		CHECK_INT(two.n_groups, 2 * one.n_groups);
		for (size_t p = 0; p < two.n_pairs; p++)
		{
			const MsCovisitPair *want = &one.pairs[p % one.n_pairs];
			uint32_t	shift = p < one.n_pairs ? 0 : c1.input.patients;

			CHECK(two.pairs[p].a == want->a + shift && two.pairs[p].b == want->b + shift);
			CHECK(two.pairs[p].days == want->days && two.pairs[p].expected == want->expected && two.pairs[p].log_p == want->log_p);
		}
		give_back();
	}
}

/* ---- chance ---- */

/* A town: habits and crowds differ, and who comes when is chance. */
static void
lay_town(Case *c, uint32_t patients, uint32_t places, uint32_t days, uint32_t n)
{
	memset(c, 0, sizeof(*c));
	c->setting = plain_setting();
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	v = (uint32_t) (patients * unit() * unit());

		c->visit[i].patient = v;
		c->visit[i].place = below(4) == 0 ? below(places) : v % places;
		/* some days are busier, and mornings */
		c->visit[i].at = (int64_t) (days * (below(3) ? unit() : unit() * unit())) * MS_USECS_PER_DAY +
			(int64_t) (480 + 540 * unit() * (below(2) ? unit() : 1)) * MINUTE + below(60) * 1000000;
	}
	lay_input(c, n, patients, places);
}

/* The null model itself: patients are dealt anew within each stratum. */
static void
deal(Case *c, const Facts *f)
{
	for (uint32_t i = 0; i < c->input.n; i++)
	{
		uint32_t	pick = i;
		uint32_t	seen = 0;

		for (uint32_t j = 0; j <= i; j++)
			if (f->stratum[j] == f->stratum[i] && below(++seen) == 0)
				pick = j;
		if (pick != i)
		{
			uint32_t	v = c->visit[i].patient;

			c->visit[i].patient = c->visit[pick].patient;
			c->visit[pick].patient = v;
		}
	}
}

static void
town_strata(const Case *c, Facts *f)
{
	f->n = c->input.n;
	memcpy(f->visit, c->visit, f->n * sizeof(f->visit[0]));
	sort_into_strata(c, f, 0, false);
}

static void
test_p_values(void)
{
	static const double level[] = {0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.001};
	double		below_level[8] = {0};
	double		dealt[8] = {0};
	double		all = 0;
	double		meetings = 0;
	double		expected = 0;
	int			rounds = 100;

	lay_town(&c1, 60, 3, 56, 900);
	c1.visit[0].at = 0;			/* the first day is day 0 */
	c1.setting.min_days = 1;
	c1.setting.fdr = c1.setting.alpha = 1;
	c1.setting.min_members = 64;
	town_strata(&c1, &facts);
	for (int r = 0; r < rounds; r++)
	{
		MsCovisits	found;

		deal(&c1, &facts);
		run(&c1, &found);
		all += found.tests;
		for (size_t i = 0; i < found.n_pairs; i++)
		{
			const MsCovisitPair *p = &found.pairs[i];

			meetings += p->days;
			expected += p->expected;
			for (int l = 0; l < 8; l++)
				below_level[l] += p->log_p <= log(level[l]);
		}
		give_back();
	}
	for (int l = 0; l < 8; l++)
	{
		printf("# of %.0f pairs by chance, p <= %g: %.5f\n", all, level[l], below_level[l] / all);
		CHECK(below_level[l] / all <= level[l] * 1.02 + 3 * sqrt(level[l] / all));
		dealt[l] = below_level[l];
	}
	CHECK(dealt[0] > 0 && meetings > 0 && expected > 0);
}

/*
 * With discrete counts p-values are uniform only when the step at the
 * observed count is drawn from; over sparse strata, where days and meetings
 * are the same, they must be.
 */
static void
test_uniform(void)
{
	uint32_t	histogram[10] = {0};
	uint32_t	all = 0;
	uint32_t	patients = 40;
	int			rounds = 200;
	double		chi = 0;

	memset(&c1, 0, sizeof(c1));
	c1.setting = plain_setting();
	c1.setting.min_days = 1;
	c1.setting.fdr = 1;
	c1.setting.min_members = 64;
	/* each patient once in each of 20 weeks, at one place, 8 to 18 o'clock */
	c1.setting.period = 7 * MS_USECS_PER_DAY;
	c1.setting.slot = MS_USECS_PER_DAY;
	for (uint32_t i = 0; i < 20 * patients; i++)
	{
		c1.visit[i].patient = i % patients;
		c1.visit[i].at = (i / patients * 7 + below(7)) * MS_USECS_PER_DAY + (480 + below(600)) * MINUTE;
	}
	c1.visit[0].at = 480 * MINUTE;
	lay_input(&c1, 20 * patients, patients, 1);
	town_strata(&c1, &facts);
	for (int r = 0; r < rounds; r++)
	{
		static uint32_t days[PEOPLE][PEOPLE];
		MsCovisits	found;
		double		expected = 0;

		deal(&c1, &facts);
		run(&c1, &found);
		memset(days, 0, sizeof(days));
		for (size_t i = 0; i < found.n_pairs; i++)
		{
			days[found.pairs[i].a][found.pairs[i].b] = found.pairs[i].days;
			expected = found.pairs[i].expected; /* all have the same habits */
		}
		/* pairs that share nobody, so that they are independent enough */
		for (uint32_t v = 0; v + 1 < patients; v += 2)
		{
			uint32_t	k = days[v][v + 1];
			double		at_least = exp(ms_log_binomial_tail(20, k, expected / 20));
			double		more = exp(ms_log_binomial_tail(20, k + 1, expected / 20));
			double		u = more + unit() * (at_least - more);

			histogram[u >= 1 ? 9 : (int) (u * 10)]++;
			all++;
		}
		give_back();
	}
	for (int h = 0; h < 10; h++)
	{
		double		want = all / 10.0;

		printf("# p in [%.1f, %.1f): %.4f\n", h / 10.0, (h + 1) / 10.0, histogram[h] / (double) all);
		chi += (histogram[h] - want) * (histogram[h] - want) / want;
	}
	printf("# chi square with 9 degrees of freedom: %.1f\n", chi);
	CHECK(chi < 27.9);			/* 0.001 */
}

/* Over a whole town by chance: any pair, any group. */
static void
test_false_alarms(void)
{
	int			rounds = 200;
	int			with_pair = 0;
	int			with_group = 0;

	lay_town(&c1, 60, 3, 56, 900);
	c1.visit[0].at = 0;
	c1.setting.min_days = 2;
	town_strata(&c1, &facts);
	for (int r = 0; r < rounds; r++)
	{
		MsCovisits	found;

		deal(&c1, &facts);
		c1.setting.fdr = 0.05;
		run(&c1, &found);
		with_pair += found.n_pairs > 0;
		/* groups of anything that met twice */
		c1.setting.fdr = 1;
		c1.setting.min_density = 0.01;
		run(&c1, &found);
		with_group += found.n_groups > 0;
		give_back();
	}
	printf("# towns by chance with a pair: %d, with a group: %d of %d\n", with_pair, with_group, rounds);
	CHECK(with_pair <= rounds * 0.05 + 3 * sqrt(rounds * 0.05));
	CHECK(with_group <= rounds * 0.05 + 3 * sqrt(rounds * 0.05));
}

/* Regulars are no suspects; five who come together are, and nobody else. */
static void
test_planted(void)
{
	MsCovisits	found;
	uint32_t	n;

	lay_town(&c1, 40, 3, 84, 600);
	n = c1.input.n;
	/* patients 40 to 43: three times a week at eight to one place */
	for (uint32_t d = 0; d < 84; d++)
		if (d % 7 == 0 || d % 7 == 2 || d % 7 == 4)
			for (uint32_t v = 40; v < 44; v++)
				c1.visit[n++] = (MsVisit)
			{
				.at = d * MS_USECS_PER_DAY + (480 + below(20)) * MINUTE,.patient = v
			};
	/* patients 44 to 48: six times together, at two places */
	for (uint32_t k = 0; k < 6; k++)
		for (uint32_t v = 44; v < 49; v++)
			c1.visit[n++] = (MsVisit)
		{
			.at = (k * 13 + 2) * MS_USECS_PER_DAY + (600 + 37 * k + below(10)) * MINUTE,.patient = v,.place = k % 2,.money = 100
		};
	lay_input(&c1, n, 49, 3);
	run(&c1, &found);
	CHECK_INT(found.n_groups, 1);
	if (found.n_groups == 1)
	{
		CHECK_INT(found.groups[0].n_members, 5);
		CHECK_INT(found.groups[0].members[0], 44);
		CHECK_INT(found.groups[0].days, 6);
		CHECK_INT(found.groups[0].repetitions, 6);
		CHECK_INT(found.groups[0].n_places, 2);
		CHECK_INT(found.groups[0].visits, 30);
		CHECK_INT(found.groups[0].money, 3000);
		CHECK(found.groups[0].log_p < log(1e-6));
	}
	for (size_t i = 0; i < found.n_pairs; i++)
		CHECK(found.pairs[i].a >= 44 && found.pairs[i].b >= 44);
	c1.setting.fdr = 1;
	run(&c1, &found);
	for (size_t i = 0; i < found.n_pairs; i++)
		if (found.pairs[i].a >= 40 && found.pairs[i].b < 44)
			CHECK(found.pairs[i].days >= 25 && found.pairs[i].log_p > log(0.01));
	give_back();
}

/* ---- by way of files ---- */

struct MsFile
{
	bool		sorted;
	bool		in_order;
	struct Stored
	{
		uint8_t    *bytes;
		size_t		len;
	}		   *record;
	size_t		n;
	size_t		at;
	uint8_t    *shown;			/* as long as it may be looked at */
};

static MsFile *files[64];
static int	n_files;
static uint64_t records;
static void *scratch[4096];
static int	n_scratch;

static MsFile *
open_file(void *ctx, bool sorted)
{
	MsFile	   *file = calloc(1, sizeof(MsFile));

	file->sorted = sorted;
	return files[n_files++] = file;
}

static void
put_record(MsFile *file, const void *record, size_t len)
{
	if ((file->n & (file->n - 1)) == 0)
		file->record = realloc(file->record, (2 * file->n + 1) * sizeof(*file->record));
	file->record[file->n].bytes = malloc(len + 1);
	memcpy(file->record[file->n].bytes, record, len);
	file->record[file->n++].len = len;
	records++;
}

static int
by_bytes(const void *a, const void *b)
{
	const struct Stored *x = a;
	const struct Stored *y = b;
	int			order = memcmp(x->bytes, y->bytes, x->len < y->len ? x->len : y->len);

	return order != 0 ? order : x->len < y->len ? -1 : x->len > y->len;
}

static void
rewind_file(MsFile *file)
{
	if (file->sorted && !file->in_order && file->n > 0)
		qsort(file->record, file->n, sizeof(*file->record), by_bytes);
	file->in_order = true;
	file->at = 0;
}

static const void *
next_record(MsFile *file, size_t *len)
{
	free(file->shown);
	file->shown = NULL;
	if (file->at == file->n)
		return NULL;
	*len = file->record[file->at].len;
	/* exactly as long, so that reading behind it is noticed */
	file->shown = malloc(*len == 0 ? 1 : *len);
	memcpy(file->shown, file->record[file->at++].bytes, *len);
	return file->shown;
}

static void
close_file(MsFile *file)
{
	int			i = 0;

	while (files[i] != file)
		i++;
	files[i] = files[--n_files];
	for (size_t r = 0; r < file->n; r++)
		free(file->record[r].bytes);
	free(file->record);
	free(file->shown);
	free(file);
}

static void *
take_scratch(void *ctx, size_t size)
{
	return scratch[n_scratch++] = malloc(size);
}

static void
clear_scratch(void *ctx)
{
	while (n_scratch > 0)
		free(scratch[--n_scratch]);
}

static void
run_on_disk(const Case *c, uint32_t most, MsDiskFound *found)
{
	static MsEnv env;
	static MsEnv scratch_env;
	static MsArena arena;
	MsDisk		disk = {
		open_file, put_record, rewind_file, next_record, close_file, &scratch_env, clear_scratch, most, NULL
	};
	MsDiskInput input = {.rows = open_file(NULL, true),.places = c->input.places,.near = c->input.near};
	uint32_t	rank[PLACES];
	MsStr		nowhere = {NULL, 0};
	MsBuf		buf;

	env = (MsEnv)
	{
		take, check, fail, NULL, budget
	};
	scratch_env = (MsEnv)
	{
		take_scratch, check, fail, NULL, budget
	};
	ms_arena_init(&arena, &env);
	ms_buf_init(&buf, &arena);
	for (uint32_t i = 0; i < c->input.n; i++)
	{
		char		key[16];
		char		household[16];
		uint32_t	h = c->household[c->visit[i].patient];
		MsVisit		visit = c->visit[i];

		snprintf(key, sizeof(key), "%03u", c->visit[i].patient);
		snprintf(household, sizeof(household), "%u", h);
		visit.place = c->input.places - 1 - visit.place;
		ms_disk_row(&buf, ms_str(key), &visit, h == 0 ? nowhere : ms_str(household));
		put_record(input.rows, buf.s, buf.len);
	}
	for (uint32_t p = 0; p < c->input.places; p++)
		rank[p] = c->input.places - 1 - p;
	input.place_rank = rank;
	ms_covisits_on_disk(&arena, &disk, &input, &c->setting, true, found);
	close_file(input.rows);
	CHECK_INT(n_files, 0);
}

static uint32_t
named(const MsDiskFound *found, uint32_t patient)
{
	return (uint32_t) strtoul(found->names[patient].s, NULL, 10);
}

/* Puts the names of patients for their numbers. */
static void
name_members(MsDiskFound *found, MsCovisits *covisits)
{
	static uint32_t members[PEOPLE][PEOPLE];
	static MsCovisitGroup groups[PEOPLE];

	*covisits = found->covisits;
	for (size_t i = 0; i < covisits->n_pairs; i++)
	{
		covisits->pairs[i].a = named(found, covisits->pairs[i].a);
		covisits->pairs[i].b = named(found, covisits->pairs[i].b);
	}
	for (size_t i = 0; i < covisits->n_groups; i++)
	{
		groups[i] = covisits->groups[i];
		for (uint32_t m = 0; m < groups[i].n_members; m++)
			members[i][m] = named(found, groups[i].members[m]);
		groups[i].members = members[i];
	}
	covisits->groups = groups;
}

/* The same bits, however little is worked on at a time. */
static void
test_disk(void)
{
	uint64_t	pairs = 0;
	uint64_t	groups = 0;
	uint64_t	left = 0;
	uint64_t	rows = 0;
	uint64_t	lots = 0;

	for (int i = 0; i < 3000; i++)
	{
		MsCovisits	memory;
		MsCovisits	disk;
		MsDiskFound found;

		random_case(&c1);
		run(&c1, &memory);
		run_on_disk(&c1, 1 + below(below(2) ? 8 : 120), &found);
		name_members(&found, &disk);
		CHECK(same(&memory, &disk, 0));
		pairs += disk.n_pairs;
		groups += disk.n_groups;
		rows += c1.input.n;
		left += found.visits;
		lots += found.lots;
		clear_scratch(NULL);
		give_back();
	}
	/* a town with groups, in whole lots and in small ones */
	lay_town(&c1, 60, 6, 60, 2500);
	c1.setting.min_days = 2;
	c1.setting.fdr = c1.setting.alpha = 1;
	for (uint32_t most = 1; most < 4000; most = most * 7 + 3)
	{
		MsCovisits	memory;
		MsCovisits	disk;
		MsDiskFound found;

		run(&c1, &memory);
		run_on_disk(&c1, most, &found);
		name_members(&found, &disk);
		CHECK(memory.n_pairs > 100);
		CHECK(same(&memory, &disk, 0));
		CHECK(most > 3000 ? found.lots == 1 : found.lots > 1);
		clear_scratch(NULL);
		give_back();
	}
	printf("# on disk: rows %lu, left %lu, lots %lu, pairs %lu, groups %lu, records %lu\n", (unsigned long) rows,
		   (unsigned long) left, (unsigned long) lots, (unsigned long) pairs, (unsigned long) groups, (unsigned long) records);
	CHECK(pairs > 1000 && groups > 100 && left < rows * 9 / 10 && lots > 3500);
}

/* ---- near places, keys, tails, limits ---- */

#define SPHERE	6371008.8
#define DEGREE	(3.14159265358979323846 / 180)

static double
sphere(void *ctx, MsPlace a, MsPlace b)
{
	double		u = sin((b.y - a.y) * DEGREE / 2);
	double		v = sin((b.x - a.x) * DEGREE / 2);
	double		h = u * u + cos(a.y * DEGREE) * cos(b.y * DEGREE) * v * v;

	return 2 * SPHERE * asin(sqrt(h > 1 ? 1 : h));
}

static double
plane(void *ctx, MsPlace a, MsPlace b)
{
	return hypot(a.x - b.x, a.y - b.y);
}

/* In the plane, or on both sides of the dateline, or around a pole. */
static MsPlace
random_place(int earth)
{
	switch (earth)
	{
		case 0:
			return (MsPlace)
			{
				below(8), below(8)
			};
		case 1:
			return (MsPlace)
			{
				(below(2) ? 180 : -180) + ((int) below(7) - 3) * 0.001, 30 + below(4) * 0.001
			};
		default:
			return (MsPlace)
			{
				(int) below(25) * 15 - 180, (earth == 2 ? 90 : -90) * (1 - below(4) * 0.00001)
			};
	}
}

static void
test_near(void)
{
	uint64_t	ties = 0;

	for (int i = 0; i < 2000; i++)
	{
		MsEnv		env = {take, check, fail, NULL, budget};
		MsArena		arena;
		MsMetric	metric;
		MsPoint		points[20];
		MsPlace		at[20];
		bool		known[20];
		int			earth = i % 4;
		MsGeodesic	distance = earth == 0 ? plane : sphere;
		uint32_t	places = 1 + below(20);
		uint32_t	n = 0;
		double		eps = below(4);
		MsNear		near;
		bool		good = true;

		ms_arena_init(&arena, &env);
		for (uint32_t p = 0; p < places; p++)
			at[p] = random_place(earth);
		/* as far as two of them are apart, or anything */
		if (earth != 0)
			eps = below(4) == 0 ? unit() * 500 : distance(NULL, at[0], at[places - 1]);
		if (earth == 0)
			ms_metric_planar(&metric, eps);
		else
			ms_metric_geodetic(&metric, eps, SPHERE, 0, sphere, NULL, at);
		metric.timed = false;
		for (uint32_t p = 0; p < places; p++)
		{
			known[p] = below(5) > 0;
			if (known[p])
				ms_metric_set(&metric, &points[n++], at[p], 0, p);
		}
		near = ms_covisit_near(&arena, &metric, points, n, places);
		for (uint32_t p = 0; p < places; p++)
		{
			uint32_t	k = near.start[p];

			for (uint32_t q = 0; q < places; q++)
			{
				double		d = distance(NULL, at[p < q ? p : q], at[p < q ? q : p]);

				ties += earth != 0 && p != q && eps > 0 && d == eps;
				if (p == q || (known[p] && known[q] && d <= eps))
					good = good && k < near.start[p + 1] && near.place[k++] == q;
			}
			good = good && k == near.start[p + 1];
		}
		CHECK(good);
		give_back();
	}
	CHECK(ties > 1000);
}

static void
test_keys(void)
{
	MsEnv		env = {take, check, fail, NULL, budget};
	MsArena		arena;
	MsKeys		keys;
	uint32_t   *number;
	uint32_t   *rank;
	bool		good = true;

	ms_arena_init(&arena, &env);
	ms_keys_init(&keys, &arena);
	for (uint32_t i = 0; i < 30000; i++)
	{
		char		s[32];
		int			len = snprintf(s, sizeof(s), "%u", i * 7919 % 10007);

		good = good && ms_keys_number(&keys, s, (uint32_t) len) == i % 10007;
	}
	CHECK(good);
	CHECK_INT(ms_keys_number(&keys, "", 0), 10007);
	CHECK_INT(ms_keys_number(&keys, "\0", 1), 10008);
	CHECK_INT(ms_keys_number(&keys, "\0\0", 2), 10009);
	CHECK_INT(ms_keys_number(&keys, "", 0), 10007);
	rank = ms_keys_order(&keys, &arena, &number);
	for (uint32_t r = 1; r < ms_keys_count(&keys); r++)
		good = good && ms_str_cmp(ms_keys_key(&keys, number[r - 1]), ms_keys_key(&keys, number[r])) < 0 && rank[number[r]] == r;
	CHECK(good);
	give_back();
}

static void
test_tails(void)
{
	for (int i = 0; i < 3000; i++)
	{
		uint32_t	n = 1 + below(40);
		uint32_t	k = below(n + 2);
		double		theta = below(20) == 0 ? below(3) * 0.5 : unit() * (below(2) ? 1 : 0.05);
		double		want = k > n ? 0 : binomial_tail(n, k, theta);

		CHECK(fabs(exp(ms_log_binomial_tail(n, k, theta)) - want) <= 1e-10 * want + 1e-300);
	}
	/* far out, where numbers end but logarithms do not */
	CHECK(close_to(ms_log_binomial_tail(200, 200, 1e-5), 200 * log(1e-5)));
	CHECK(close_to(exp(ms_log_product_tail(1, log(0.03))), 0.03));
	CHECK(close_to(exp(ms_log_product_tail(2, log(0.03))), 0.03 * (1 - log(0.03))));
	CHECK_INT(ms_log_product_tail(5, 0), 0);
	CHECK(ms_log_product_tail(30, -5000) < -4000);
}

static void
test_limits(void)
{
	MsCovisits	found;
	int			why;

	/* a busy hour with 2,000 patients who come once: nothing is left to pair */
	memset(&c1, 0, sizeof(c1));
	c1.setting = plain_setting();
	for (uint32_t i = 0; i < 2000; i++)
		c1.visit[i] = (MsVisit)
	{
		.at = i * 1000000,.patient = i % 64
	};
	lay_input(&c1, 2000, 64, 1);
	run(&c1, &found);
	CHECK_INT(found.n_pairs, 0);
	CHECK(checks > 0);
	give_back();
	budget = 100000;
	why = setjmp(on_fail);
	if (why == 0)
	{
		run(&c1, &found);
		CHECK_MSG(false, "the budget does not hold");
	}
	CHECK_INT(why, MS_FAIL_MEMORY);
	budget = SIZE_MAX / 4;
	give_back();
	/* nothing at all */
	lay_input(&c1, 0, 0, 0);
	run(&c1, &found);
	CHECK(found.n_pairs == 0 && found.n_groups == 0);
	give_back();
}

int
main(void)
{
	test_definition();
	test_invariance();
	test_towns();
	test_disk();
	test_near();
	test_keys();
	test_tails();
	test_limits();
	test_planted();
	test_p_values();
	test_uniform();
	test_false_alarms();
	return unit_done();
}
