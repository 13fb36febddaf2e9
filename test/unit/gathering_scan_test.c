/*
 * gathering_scan_test.c
 *	  The scan against all cylinders one by one, on random inputs full of
 *	  ties; that neither order nor numbering nor a shift matters; that a
 *	  replication keeps what it must keep and depends on seed and number
 *	  alone; and how often chance is called a cluster.
 */
#include <math.h>

#include "gathering/scan_core.h"
#include "gathering_fixture.h"
#include "unit.h"

#define PLACES	9
#define DAYS	12
#define ROWS	60
#define MOST	4

typedef struct Town
{
	MsScanInput input;
	MsScanCase	cases[ROWS];
	MsPoint		points[PLACES];
	MsMetric	metric;
	int64_t		population[PLACES];
} Town;

static void
set_place(Town *town, uint32_t p, double x, double y)
{
	MsPlace		place = {x, y};

	ms_metric_set(&town->metric, &town->points[p], place, 0, p);
}

/* After a copy pointers are to be into the copy. */
static void
point_into(Town *town)
{
	town->input.cases = town->cases;
	town->input.points = town->points;
	town->input.metric = &town->metric;
	if (town->input.population != NULL)
		town->input.population = town->population;
}

static void
draw_town(Town *town)
{
	MsScanInput *in = &town->input;

	memset(town, 0, sizeof(*town));
	in->n_places = 1 + below(PLACES);
	in->n_days = 1 + below(DAYS);
	in->n_cases = below(ROWS);
	ms_metric_planar(&town->metric, below(4) == 0 ? 1 + below(3) : below(2) == 0 ? 100 : INFINITY);
	in->max_share = below(2) == 0 ? 0.5 : 1;
	in->max_days = 1 + below(in->n_days);
	in->min_cases = 1 + below(3);
	in->prospective = below(3) == 0;
	for (uint32_t p = 0; p < in->n_places; p++)
	{
		set_place(town, p, below(4), below(3));
		town->population[p] = 1 + below(50);
	}
	if (below(2) == 0)
		in->population = town->population;
	point_into(town);
	for (uint32_t i = 0; i < in->n_cases; i++)
		town->cases[i] = (MsScanCase)
	{
		below(in->n_places), below(in->n_days), below(3)
	};
}

/* ---- all cylinders ---- */

typedef struct Cylinder
{
	uint32_t	places;			/* bits */
	uint32_t	first;
	uint32_t	last;
	double		llr;
} Cylinder;

static double
distance_of(const Town *town, uint32_t a, uint32_t b)
{
	double		dx = town->points[a].c[0] - town->points[b].c[0];
	double		dy = town->points[a].c[1] - town->points[b].c[1];

	return sqrt(dx * dx + dy * dy);
}

/* Cases of a cylinder, by cases per place and day. */
static double
sum_of(const Town *town, const uint32_t *count, uint32_t places, uint32_t first, uint32_t last)
{
	double		sum = 0;

	for (uint32_t p = 0; p < town->input.n_places; p++)
		for (uint32_t d = first; d <= last; d++)
			sum += places >> p & 1 ? count[p * town->input.n_days + d] : 0;
	return sum;
}

static Cylinder
likeliest(const Town *town, const uint32_t *count, const Cylinder *taken, uint32_t n_taken)
{
	const MsScanInput *in = &town->input;
	uint32_t	everywhere = (1U << in->n_places) - 1;
	double		all = sum_of(town, count, everywhere, 0, in->n_days - 1);
	double		people = 0;
	Cylinder	best = {0};

	for (uint32_t p = 0; p < in->n_places; p++)
		people += (double) town->population[p];
	for (uint32_t centre = 0; centre < in->n_places; centre++)
		for (uint32_t edge = 0; edge < in->n_places; edge++)
		{
			double		radius = distance_of(town, centre, edge);
			uint32_t	places = 0;
			double		share = 0;

			for (uint32_t p = 0; p < in->n_places; p++)
				if (distance_of(town, centre, p) <= radius)
				{
					places |= 1U << p;
					share += in->population != NULL ? (double) town->population[p] / people
						: all == 0 ? 0 : sum_of(town, count, 1U << p, 0, in->n_days - 1) / all;
				}
			if (radius > town->metric.eps || share > in->max_share + 1e-12)
				continue;
			for (uint32_t first = 0; first < in->n_days; first++)
				for (uint32_t last = first; last < in->n_days && last - first < in->max_days; last++)
				{
					double		here = sum_of(town, count, places, first, last);
					double		expected = in->population != NULL
					? all * share * (last - first + 1) / in->n_days
					: share * sum_of(town, count, everywhere, first, last);
					double		llr;
					bool		free = true;

					if ((in->prospective && last != in->n_days - 1) || here < in->min_cases || here <= expected + 1e-9)
						continue;
					for (uint32_t t = 0; t < n_taken; t++)
						free = free && (!(taken[t].places & places) || taken[t].last < first || last < taken[t].first);
					llr = log(pow(here / expected, here) * pow((all - here) / (all - expected), all - here));
					if (free && llr > best.llr)
						best = (Cylinder)
					{
						places, first, last, llr
					};
				}
		}
	return best;
}

/* ---- the code ---- */

typedef struct Scan
{
	MsEnv		env;
	MsArena		arena;
	const MsScan *scan;
	MsScanWork	work;
	uint32_t	count[PLACES * DAYS];	/* of cases */
} Scan;

static void
count_cases(Scan *s)
{
	memset(s->count, 0, sizeof(s->count));
	for (uint32_t p = 0; p < s->scan->n_places; p++)
		for (uint32_t i = 0; i < s->work.n_busy[p]; i++)
		{
			const MsScanDay *busy = &s->work.busy[s->work.until[p] + i];

			s->count[p * s->scan->n_days + busy->day] += busy->cases;
		}
}

static void
start(Scan *s, const Town *town)
{
	s->env = (MsEnv)
	{
		take, check, fail, NULL, budget
	};
	ms_arena_init(&s->arena, &s->env);
	s->scan = ms_scan_build(&s->arena, &town->input);
	ms_scan_work_init(&s->work, s->scan, &s->arena);
}

static Cylinder
as_cylinder(const MsScan *scan, const MsScanCluster *cluster)
{
	Cylinder	c = {0, cluster->first_day, cluster->last_day, cluster->llr};

	for (size_t k = cluster->zone; k < cluster->zone_end; k++)
		c.places |= 1U << (MS_SCAN_ARRAY(scan, uint32_t, zone)[k] & ~MS_SCAN_OPEN);
	return c;
}

static bool
same(double a, double b)
{
	return fabs(a - b) <= 1e-9 * (1 + fabs(a));
}

static void
test_clusters(void)
{
	int			found = 0;
	bool		equal = true;
	bool		figures = true;
	bool		steady = true;

	for (int round = 0; round < 3000; round++)
	{
		Town		town;
		Scan		s;
		MsScanCluster cluster[MOST];
		MsScanCluster again[MOST];
		Cylinder	taken[MOST];
		uint32_t	n;
		uint32_t	n_again;

		draw_town(&town);
		start(&s, &town);
		n = ms_scan_clusters(s.scan, &s.work, cluster, MOST);
		count_cases(&s);
		for (uint32_t k = 0; k < MOST; k++)
		{
			Cylinder	best = likeliest(&town, s.count, taken, k);

			if (k >= n)
			{
				equal = equal && best.llr < 1e-9;
				break;
			}
			/* of ties either may be taken: follow the code */
			taken[k] = as_cylinder(s.scan, &cluster[k]);
			equal = equal && same(best.llr, cluster[k].llr);
			figures = figures && cluster[k].cases == sum_of(&town, s.count, taken[k].places, taken[k].first, taken[k].last)
				&& same(cluster[k].llr, ms_scan_llr(cluster[k].cases, cluster[k].expected, s.scan->cases));
			found++;
		}
		/* rows in another order, all places moved */
		for (uint32_t i = town.input.n_cases; i > 1; i--)
		{
			uint32_t	j = below(i);
			MsScanCase	swap = town.cases[i - 1];

			town.cases[i - 1] = town.cases[j];
			town.cases[j] = swap;
		}
		for (uint32_t p = 0; p < town.input.n_places; p++)
			town.points[p].c[0] += 1000;
		start(&s, &town);
		n_again = ms_scan_clusters(s.scan, &s.work, again, MOST);
		steady = steady && n == n_again && memcmp(cluster, again, n * sizeof(MsScanCluster)) == 0;
		give_back();
	}
	CHECK(equal);
	CHECK(figures);
	CHECK(steady);
	CHECK(found > 3000);
}

/* Places numbered the other way round: the likeliest is as likely. */
static void
test_numbering(void)
{
	bool		steady = true;

	for (int round = 0; round < 500; round++)
	{
		Town		town;
		Town		turned;
		Scan		s;
		MsScanCluster a;
		MsScanCluster b;
		uint32_t	last;

		draw_town(&town);
		turned = town;
		point_into(&turned);
		last = town.input.n_places - 1;
		for (uint32_t p = 0; p <= last; p++)
		{
			set_place(&turned, last - p, town.points[p].c[0], town.points[p].c[1]);
			turned.population[last - p] = town.population[p];
		}
		for (uint32_t i = 0; i < town.input.n_cases; i++)
			turned.cases[i].place = last - town.cases[i].place;
		start(&s, &town);
		a.llr = 0;
		(void) ms_scan_clusters(s.scan, &s.work, &a, 1);
		start(&s, &turned);
		b.llr = 0;
		(void) ms_scan_clusters(s.scan, &s.work, &b, 1);
		steady = steady && same(a.llr, b.llr);
		give_back();
	}
	CHECK(steady);
}

static void
test_replications(void)
{
	bool		equal = true;
	bool		margins = true;
	bool		repeated = true;
	bool		differs = false;

	for (int round = 0; round < 500; round++)
	{
		Town		town;
		Scan		s;
		Scan		other;
		uint64_t	seed = draw();
		uint32_t	i = below(1000);
		double		llr;

		draw_town(&town);
		start(&s, &town);
		llr = ms_scan_replicate(s.scan, &s.work, seed, i, 0);
		count_cases(&s);
		equal = equal && same(llr, likeliest(&town, s.count, NULL, 0).llr);
		for (uint32_t p = 0; p < town.input.n_places && town.input.population == NULL; p++)
		{
			const uint32_t *until = MS_SCAN_ARRAY(s.scan, uint32_t, case_until);

			margins = margins && sum_of(&town, s.count, 1U << p, 0, town.input.n_days - 1) == until[p + 1] - until[p];
		}
		for (uint32_t d = 0; d < town.input.n_days && town.input.population == NULL; d++)
		{
			const int64_t *until = MS_SCAN_ARRAY(s.scan, int64_t, day_until);

			margins = margins && sum_of(&town, s.count, (1U << town.input.n_places) - 1, d, d) == until[d + 1] - until[d];
		}
		margins = margins && sum_of(&town, s.count, (1U << town.input.n_places) - 1, 0, town.input.n_days - 1) == s.scan->cases;
		/* whatever was drawn before, by whichever process */
		start(&other, &town);
		differs = differs || ms_scan_replicate(other.scan, &other.work, seed, i + 1, 0) != llr;
		repeated = repeated && ms_scan_replicate(other.scan, &other.work, seed, i, 0) == llr;
		/* a floor below it leaves it, one above it hides it */
		repeated = repeated && same(ms_scan_replicate(other.scan, &other.work, seed, i, llr * unit()), llr);
		repeated = repeated && ms_scan_replicate(other.scan, &other.work, seed, i, llr + 1) <= llr + 1;
		give_back();
	}
	CHECK(equal);
	CHECK(margins);
	CHECK(repeated);
	CHECK(differs);
}

/* What the bound says is not likelier, is not; and not much more than that. */
static void
test_bound(void)
{
	static double limit[4098];
	static uint32_t need[4098];
	bool		safe = true;
	bool		close = true;
	bool		concave = true;

	for (int round = 0; round < 300; round++)
	{
		MsScanBound bound = {.all = 1 + below(round % 3 == 0 ? 4096 : 40),.least = 1 + below(3),.limit = limit,.need = need};
		double		level = below(10) == 0 ? 0 : exp(unit() * 14 - 4);
		double		before = 0;
		double		rise = INFINITY;

		ms_scan_bound_set(&bound, level);
		for (int k = 0; k < 200; k++)
		{
			uint32_t	c = 1 + below(bound.all);
			double		e = unit() * (below(2) == 0 ? bound.all : c);
			uint32_t	least = ms_scan_need(&bound, e);
			bool		likelier = c > e && ms_scan_llr(c, e, bound.all) > level * (1 + 1e-12) + 1e-12;

			safe = safe && least >= bound.least && (c < bound.least || !likelier || c >= least);
			safe = safe && (!likelier || c >= ms_scan_need_at(&bound, e) - 1e-9);
			/* a tenth fewer cases than are said to be needed are not enough */
			close = close && (level < 0.5 || least <= bound.least || least > bound.all || least < 10 ||
							  ms_scan_llr(least * 9 / 10, e, bound.all) < level);
		}
		for (uint32_t e = 0; e <= bound.all; e++)
		{
			double		here = ms_scan_need_at(&bound, e);

			concave = concave && here >= before && (e == 0 || here - before <= rise + 1e-6);
			rise = e == 0 ? INFINITY : here - before;
			before = here;
		}
	}
	CHECK(safe);
	CHECK(close);
	CHECK(concave);
}

static void
test_p_values(void)
{
	double		replicated[999];
	uint32_t	looked_at;
	bool		decided = true;

	for (uint32_t i = 0; i < 999; i++)
		replicated[i] = i % 100 == 99 ? 9 : 1;
	CHECK(same(ms_scan_p_value(replicated, 999, 9, UINT32_MAX, &looked_at), 0.01));
	CHECK(same(ms_scan_p_value(replicated, 999, 10, 3, &looked_at), 0.001));
	CHECK(same(ms_scan_p_value(replicated, 999, 9, 3, &looked_at), 3.0 / 300));
	CHECK_INT(ms_scan_reached(replicated, 999, 9, 3, &looked_at), 3);
	CHECK_INT(looked_at, 300);
	CHECK_INT(ms_scan_reached(replicated, 250, 9, 3, &looked_at), 2);
	CHECK_INT(looked_at, 250);
	/* an equal cylinder counts, although its logarithm came out lower */
	CHECK_INT(ms_scan_reached(replicated, 999, nextafter(9, 10), 3, &looked_at), 3);
	/* stopping after 50 of 999 decides at 0.05 as all would */
	for (int round = 0; round < 2000; round++)
	{
		double		share = unit() * 0.1;

		for (uint32_t i = 0; i < 999; i++)
			replicated[i] = unit() < share;
		decided = decided && (ms_scan_p_value(replicated, 999, 1, 50, &looked_at) <= 0.05) ==
			(ms_scan_p_value(replicated, 999, 1, UINT32_MAX, &looked_at) <= 0.05);
	}
	CHECK(decided);
}

/* Towns in which nothing happened: p-values are no smaller than they say. */
static void
test_false_alarms(bool poisson)
{
	int			below_5 = 0;
	int			below_1 = 0;
	int			below_50 = 0;

	for (int round = 0; round < 1000; round++)
	{
		Town		town;
		Scan		s;
		MsScanCluster cluster;
		double		replicated[99];
		double		p;
		uint32_t	looked_at;
		uint64_t	seed = draw();

		memset(&town, 0, sizeof(town));
		town.input = (MsScanInput)
		{
			PLACES, DAYS, ROWS, NULL, NULL, NULL, poisson ? town.population : NULL, 0.5, DAYS / 2, 1, false
		};
		ms_metric_planar(&town.metric, 2.5);
		point_into(&town);
		for (uint32_t i = 0; i < PLACES; i++)
		{
			set_place(&town, i, i % 3, i / 3);
			town.population[i] = 1 + i;
		}
		/* busier places and days, but nothing in common; or by population */
		for (uint32_t i = 0; i < ROWS; i++)
		{
			uint32_t	a = below(PLACES);
			uint32_t	b = below(PLACES);
			uint32_t	person = below(PLACES * (PLACES + 1) / 2);
			uint32_t	place = 0;

			for (; person > place; place++)
				person -= place + 1;
			town.cases[i] = (MsScanCase)
			{
				poisson ? place : a < b ? a : b, poisson ? below(DAYS) : below(1 + below(DAYS)), 1
			};
		}
		start(&s, &town);
		CHECK(ms_scan_clusters(s.scan, &s.work, &cluster, 1) == 1);
		for (uint32_t i = 0; i < 99; i++)
			replicated[i] = ms_scan_replicate(s.scan, &s.work, seed, i, cluster.llr * 0.999);
		p = ms_scan_p_value(replicated, 99, cluster.llr, UINT32_MAX, &looked_at);
		below_1 += p <= 0.01;
		below_5 += p <= 0.05;
		below_50 += p <= 0.5;
		give_back();
	}
	printf("# %s: of 1000 towns without any cluster %d have p <= 0.01, %d p <= 0.05, %d p <= 0.5\n",
		   poisson ? "Poisson" : "permutation", below_1, below_5, below_50);
	/* three standard errors of a rate that is as nominal */
	CHECK(below_1 <= 10 + 10);
	CHECK(below_5 <= 50 + 21);
	CHECK(below_50 <= 500 + 48);
	CHECK(below_50 >= 500 - 80);
}

static void
test_refusals(void)
{
	Town		town;
	Scan		s;
	MsScanCluster cluster;
	int			why;

	/* nothing anywhere */
	memset(&town, 0, sizeof(town));
	town.input.n_places = 1;
	town.input.n_days = 1;
	town.input.max_share = 1;
	town.input.max_days = 1;
	ms_metric_planar(&town.metric, 1);
	point_into(&town);
	start(&s, &town);
	CHECK_INT(ms_scan_clusters(s.scan, &s.work, &cluster, 1), 0);
	CHECK(ms_scan_replicate(s.scan, &s.work, 1, 1, 0) == 0);
	give_back();
	/* too many cases, too little memory */
	town.input.n_cases = 2;
	town.cases[0].cases = town.cases[1].cases = INT32_MAX;
	why = setjmp(on_fail);
	if (why == 0)
	{
		start(&s, &town);
		CHECK(false);
	}
	CHECK_INT(why, MS_FAIL_TOO_MANY);
	give_back();
	town.cases[0].cases = 100000;
	town.input.n_cases = 1;
	budget = 100000;
	why = setjmp(on_fail);
	if (why == 0)
	{
		start(&s, &town);
		CHECK(false);
	}
	CHECK_INT(why, MS_FAIL_MEMORY);
	give_back();
	budget = SIZE_MAX / 4;
}

int
main(void)
{
	test_clusters();
	test_numbering();
	test_replications();
	test_bound();
	test_p_values();
	test_false_alarms(false);
	test_false_alarms(true);
	test_refusals();
	CHECK(checks > 0);
	return unit_done();
}
