/*
 * gathering_dbscan_test.c
 *	  ST-DBSCAN against its definition, pair by pair, on random inputs full of
 *	  ties, duplicates, poles and datelines; and what must not matter.
 */
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include "gathering/dbscan_core.h"
#include "gathering_fixture.h"
#include "unit.h"

#define PI		3.14159265358979323846
#define MOST	160
#define DAY		INT64_C(86400000000)

/* ---- distances, written apart from the core ---- */

static double
plane(void *ctx, MsPlace a, MsPlace b)
{
	double		dx = a.x - b.x;
	double		dy = a.y - b.y;

	return sqrt(dx * dx + dy * dy);
}

#define SPHERE	6371008.8

static double
sphere(void *ctx, MsPlace a, MsPlace b)
{
	double		p1 = a.y * PI / 180;
	double		p2 = b.y * PI / 180;
	double		u = sin((p2 - p1) / 2);
	double		v = sin((b.x - a.x) * PI / 360);
	double		h = u * u + cos(p1) * cos(p2) * v * v;

	return 2 * SPHERE * asin(sqrt(h > 1 ? 1 : h));
}

#define WGS84_A	6378137.0
#define WGS84_F	(1 / 298.257223563)

/* Vincenty's inverse formula; opposite sides of the earth are just far. */
static double
vincenty(void *ctx, MsPlace a, MsPlace b)
{
	double		f = WGS84_F;
	double		semi = WGS84_A * (1 - f);
	double		big_l = remainder(b.x - a.x, 360) * PI / 180;
	double		u1 = atan((1 - f) * tan(a.y * PI / 180));
	double		u2 = atan((1 - f) * tan(b.y * PI / 180));
	double		lambda = big_l;
	double		was;
	double		sin_s;
	double		cos_s;
	double		sigma;
	double		cos2;
	double		cos_m;
	double		k;
	double		big_a;
	double		big_b;
	double		c;
	int			turns = 0;

	if (a.x == b.x && a.y == b.y)
		return 0;
	do
	{
		double		x = cos(u2) * sin(lambda);
		double		y = cos(u1) * sin(u2) - sin(u1) * cos(u2) * cos(lambda);
		double		sin_a;

		sin_s = sqrt(x * x + y * y);
		if (sin_s == 0)
			return 0;
		cos_s = sin(u1) * sin(u2) + cos(u1) * cos(u2) * cos(lambda);
		sigma = atan2(sin_s, cos_s);
		sin_a = cos(u1) * cos(u2) * sin(lambda) / sin_s;
		cos2 = 1 - sin_a * sin_a;
		cos_m = cos2 > 1e-15 ? cos_s - 2 * sin(u1) * sin(u2) / cos2 : 0;
		c = f / 16 * cos2 * (4 + f * (4 - 3 * cos2));
		was = lambda;
		lambda = big_l + (1 - c) * f * sin_a *
			(sigma + c * sin_s * (cos_m + c * cos_s * (2 * cos_m * cos_m - 1)));
	}
	while (fabs(lambda - was) > 1e-14 && ++turns < 100);
	if (turns >= 100)
		return 2e7;
	k = cos2 * (WGS84_A * WGS84_A - semi * semi) / (semi * semi);
	big_a = 1 + k / 16384 * (4096 + k * (-768 + k * (320 - 175 * k)));
	big_b = k / 1024 * (256 + k * (-128 + k * (74 - 47 * k)));
	return semi * big_a * (sigma - big_b * sin_s *
						   (cos_m + big_b / 4 * (cos_s * (2 * cos_m * cos_m - 1) - big_b / 6 * cos_m *
												 (4 * sin_s * sin_s - 3) * (4 * cos_m * cos_m - 3))));
}

/* ---- a case, and the definition ---- */

typedef enum Earth
{
	PLANE, SPHERICAL, SPHEROID
} Earth;

typedef struct Case
{
	Earth		earth;
	uint32_t	n;
	MsPlace		place[MOST];
	int64_t		t[MOST];
	double		eps;
	bool		timed;
	int64_t		eps_time;
	int32_t		min_points;
} Case;

static int
order(MsPlace a, MsPlace b)
{
	if (a.x != b.x)
		return a.x < b.x ? -1 : 1;
	return a.y < b.y ? -1 : a.y > b.y;
}

static double
distance(const Case *c, uint32_t i, uint32_t j)
{
	MsGeodesic	d = c->earth == PLANE ? plane : c->earth == SPHERICAL ? sphere : vincenty;

	if (order(c->place[i], c->place[j]) > 0)
		return d(NULL, c->place[j], c->place[i]);
	return d(NULL, c->place[i], c->place[j]);
}

static bool
near(const Case *c, uint32_t i, uint32_t j)
{
	if (c->timed && llabs(c->t[i] - c->t[j]) > c->eps_time)
		return false;
	return distance(c, i, j) <= c->eps;
}

static int32_t
define(const Case *c, int32_t *label)
{
	static bool is_near[MOST][MOST];
	static bool core[MOST];
	static uint32_t todo[MOST];
	int32_t		clusters = 0;

	for (uint32_t i = 0; i < c->n; i++)
	{
		int32_t		count = 0;

		for (uint32_t j = 0; j < c->n; j++)
			count += is_near[i][j] = near(c, i, j);
		core[i] = count >= c->min_points;
		label[i] = -1;
	}
	for (;;)
	{
		uint32_t	least = UINT32_MAX;
		uint32_t	n_todo = 0;

		for (uint32_t i = 0; i < c->n; i++)
			if (core[i] && label[i] < 0 &&
				(least == UINT32_MAX || order(c->place[i], c->place[least]) < 0 ||
				 (order(c->place[i], c->place[least]) == 0 && c->timed && c->t[i] < c->t[least])))
				least = i;
		if (least == UINT32_MAX)
			break;
		label[least] = clusters;
		todo[n_todo++] = least;
		while (n_todo > 0)
		{
			uint32_t	i = todo[--n_todo];

			for (uint32_t j = 0; j < c->n; j++)
				if (core[j] && label[j] < 0 && is_near[i][j])
				{
					label[j] = clusters;
					todo[n_todo++] = j;
				}
		}
		clusters++;
	}
	for (uint32_t i = 0; i < c->n; i++)
	{
		double		best = 0;

		for (uint32_t j = 0; j < c->n && !core[i]; j++)
			if (core[j] && is_near[i][j] &&
				(label[i] < 0 || distance(c, i, j) < best ||
				 (distance(c, i, j) == best && label[j] < label[i])))
			{
				best = distance(c, i, j);
				label[i] = label[j];
			}
	}
	return clusters;
}

static int32_t
run(const Case *c, int32_t *label)
{
	MsEnv		env = {take, check, fail, NULL, budget};
	MsArena		arena;
	MsMetric	metric;
	MsPoint    *points;
	int32_t		clusters;

	ms_arena_init(&arena, &env);
	if (c->earth == PLANE)
		ms_metric_planar(&metric, c->eps);
	else if (c->earth == SPHERICAL)
		ms_metric_geodetic(&metric, c->eps, SPHERE, 0, sphere, NULL, c->place);
	else
		ms_metric_geodetic(&metric, c->eps, WGS84_A, WGS84_F, vincenty, NULL, c->place);
	metric.timed = c->timed;
	metric.eps_time = (uint64_t) c->eps_time;
	points = MS_NEW(&arena, MsPoint, c->n);
	for (uint32_t i = 0; i < c->n; i++)
		ms_metric_set(&metric, &points[i], c->place[i], c->t[i], i);
	clusters = ms_dbscan(&arena, &metric, points, c->n, c->min_points, label);
	give_back();
	return clusters;
}

static bool
agrees(const Case *c)
{
	int32_t		got[MOST];
	int32_t		want[MOST];
	int32_t		clusters = define(c, want);

	return run(c, got) == clusters && memcmp(got, want, c->n * sizeof(int32_t)) == 0;
}

/* ---- inputs ---- */

/* Some steps around a few middles, so that places repeat and distances tie. */
static MsPlace
planar_place(int style)
{
	MsPlace		p;

	switch (style)
	{
		case 0:					/* whole numbers */
			p.x = below(12);
			p.y = below(12);
			break;
		case 1:					/* tenths, which are not exact */
			p.x = below(15) * 0.1 - 0.7;
			p.y = below(15) * 0.1;
			break;
		case 2:					/* spread */
			p.x = unit() * 20;
			p.y = unit() * 20;
			break;
		case 3:					/* crowds far apart */
			p.x = below(3) * 1e6 + unit() * unit() * 4;
			p.y = below(3) * 1e6 + unit() * unit() * 4;
			break;
		case 4:					/* the ends of the number line */
			p.x = (below(5) - 2.0) * 8e307;
			p.y = (below(3) - 1.0) * 1e300;
			break;
		case 5:					/* as small as numbers get */
			p.x = below(9) * 5e-324;
			p.y = below(9) * 1e-162;
			break;
		default:				/* few places, many visits */
			p.x = below(3) * 3;
			p.y = below(2) * 4;
			break;
	}
	return p;
}

static double
wrapped(double lon)
{
	return lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon;
}

static MsPlace
earth_place(int style)
{
	MsPlace		p;

	switch (style)
	{
		case 0:					/* a city */
			p.x = 113.2 + below(20) * 0.001;
			p.y = 23.1 + below(20) * 0.001;
			break;
		case 1:					/* the dateline */
			p.x = wrapped(180 + (below(21) - 10.0) * 0.001);
			p.y = -17 + below(10) * 0.001;
			break;
		case 2:					/* the north pole, itself too */
			p.x = below(8) * 45 - 180.0 + unit() * below(2);
			p.y = 90 - below(8) * 0.001;
			break;
		case 3:					/* the south pole */
			p.x = below(360) - 180.0;
			p.y = -90 + unit() * 0.008;
			break;
		case 4:					/* everywhere */
			p.x = unit() * 360 - 180;
			p.y = asin(unit() * 2 - 1) * 180 / PI;
			break;
		default:				/* the dateline, from both sides of one place */
			p.x = below(2) ? 180 : -180;
			p.y = below(12) * 0.001;
			break;
	}
	return p;
}

static void
make(Case *c)
{
	int			style;

	memset(c, 0, sizeof(*c));
	c->earth = (Earth) below(3);
	c->n = 1 + below(below(4) ? 60 : MOST);
	c->min_points = 1 + (int32_t) below(below(3) ? 6 : 40);
	c->timed = below(3) > 0;
	c->eps_time = below(4) ? (int64_t) below(60) : below(2) ? 0 : 20 * DAY;
	style = (int) below(c->earth == PLANE ? 7 : 6);
	for (uint32_t i = 0; i < c->n; i++)
	{
		c->place[i] = c->earth == PLANE ? planar_place(style) : earth_place(style);
		c->t[i] = below(2) ? (int64_t) below(200) : (int64_t) below(4) * 20;
		if (below(6) == 0 && i > 0)
			c->place[i] = c->place[below(i)];
		if (c->eps_time > DAY)
			c->t[i] *= DAY;
	}
	if (c->earth == PLANE)
	{
		static const double eps[] = {0, 0.1, 0.3, 0.5, 1, 1.5, 2.5, 3, 5, 13, 1e-170, 1e-161, 9e307};

		c->eps = eps[below(13)];
	}
	else
	{
		static const double eps[] = {0, 1e-9, 1, 55, 111.5, 150, 400, 3e5, 3e6, 2.5e7};

		c->eps = eps[below(10)];
	}
	/* exactly as far as two of them are; near a pole only where that is exact */
	if (below(3) == 0 && !(c->earth == SPHEROID && (style == 2 || style == 3)))
		c->eps = distance(c, below(c->n), below(c->n));
	/* the ends of the number line have no such distance */
	if (!isfinite(c->eps))
		c->eps = 1e308;
}

/* ---- tests ---- */

static void
test_definition(void)
{
	static Case c;
	int			wrong = 0;
	int			clustered[3] = {0};
	int			noise[3] = {0};

	for (int k = 0; k < 4000; k++)
	{
		uint64_t	seed = state;

		make(&c);
		if (!agrees(&c))
		{
			if (wrong++ < 3)
				fprintf(stderr, "case of seed %llu: earth %d, n %u, eps %g, timed %d %lld, min %d\n",
						(unsigned long long) seed, c.earth, c.n, c.eps, c.timed,
						(long long) c.eps_time, c.min_points);
		}
		else
		{
			int32_t		label[MOST];

			clustered[c.earth] += run(&c, label) > 1;
			for (uint32_t i = 0; i < c.n; i++)
				if (label[i] == MS_DBSCAN_NOISE)
				{
					noise[c.earth]++;
					break;
				}
		}
	}
	CHECK_INT(wrong, 0);
	/* the cases are worth something */
	for (int e = 0; e < 3; e++)
		CHECK_MSG(clustered[e] > 200 && noise[e] > 200, "earth %d: %d with clusters, %d with noise",
				  e, clustered[e], noise[e]);
}

/* The order of rows, and moving everything by whole steps, change nothing. */
static void
test_invariance(void)
{
	static Case c;
	static Case d;
	int			wrong_order = 0;
	int			wrong_place = 0;

	for (int k = 0; k < 500; k++)
	{
		int32_t		label[MOST];
		int32_t		other[MOST];
		uint32_t	at[MOST];

		make(&c);
		run(&c, label);
		d = c;
		for (uint32_t i = 0; i < c.n; i++)
			at[i] = i;
		for (uint32_t i = c.n - 1; i > 0; i--)
		{
			uint32_t	j = below(i + 1);
			uint32_t	swap = at[i];

			at[i] = at[j];
			at[j] = swap;
		}
		for (uint32_t i = 0; i < c.n; i++)
		{
			d.place[i] = c.place[at[i]];
			d.t[i] = c.t[at[i]];
		}
		run(&d, other);
		for (uint32_t i = 0; i < c.n; i++)
			wrong_order += other[i] != label[at[i]];
		if (c.earth != PLANE)
			continue;
		for (uint32_t i = 0; i < c.n; i++)
			c.place[i].x = below(12), c.place[i].y = below(12);
		d = c;
		for (uint32_t i = 0; i < c.n; i++)
		{
			d.place[i].x += 123456;
			d.place[i].y -= 1 << 20;
			d.t[i] -= 1000 * DAY;
		}
		run(&c, label);
		run(&d, other);
		wrong_place += memcmp(label, other, c.n * sizeof(int32_t)) != 0;
	}
	CHECK_INT(wrong_order, 0);
	CHECK_INT(wrong_place, 0);
}

/* Keys too wide for one word, sorted by one number after the other. */
static void
test_wide(void)
{
	static Case c;
	int			wrong = 0;

	for (int k = 0; k < 100; k++)
	{
		make(&c);
		c.earth = PLANE;
		c.eps = 1e-7;
		c.timed = true;
		c.eps_time = 1;
		for (uint32_t i = 0; i < c.n; i++)
		{
			c.place[i].x = (below(4) + 1e-8 * below(30)) * 1e5;
			c.place[i].y = -(below(4) + 1e-8 * below(30)) * 1e5;
			c.t[i] = (int64_t) below(3) * (INT64_C(1) << 60) + below(6);
		}
		wrong += !agrees(&c);
	}
	CHECK_INT(wrong, 0);
}

/* What one partition gives, two far apart give side by side. */
static void
test_apart(void)
{
	static Case c;
	int			wrong = 0;

	for (int k = 0; k < 200; k++)
	{
		static Case both;
		int32_t		one[MOST];
		int32_t		two[MOST];
		int32_t		clusters;

		make(&c);
		c.earth = PLANE;
		c.eps = 2.5;
		c.n = (c.n + 1) / 2;
		for (uint32_t i = 0; i < c.n; i++)
			c.place[i] = planar_place(0);
		both = c;
		both.n = 2 * c.n;
		for (uint32_t i = 0; i < c.n; i++)
		{
			both.place[c.n + i].x = c.place[i].x + 1000;
			both.place[c.n + i].y = c.place[i].y;
			both.t[c.n + i] = c.t[i];
		}
		clusters = run(&c, one);
		wrong += run(&both, two) != 2 * clusters;
		for (uint32_t i = 0; i < c.n; i++)
		{
			wrong += two[i] != one[i];
			wrong += two[c.n + i] != (one[i] < 0 ? -1 : one[i] + clusters);
		}
	}
	CHECK_INT(wrong, 0);
}

/* Two lumps that only their nearest points join, and then hardly not. */
static void
test_lumps(void)
{
	static Case c;
	int			wrong = 0;

	for (int k = 0; k < 400; k++)
	{
		double		angle = unit() * 2 * PI;
		int			first = k % 2 ? 60 : 3;
		int64_t		least_time = INT64_MAX;

		memset(&c, 0, sizeof(c));
		c.n = 63 + below(40);
		c.min_points = 1;
		c.timed = k % 4 >= 2;
		c.eps_time = 1000;
		c.eps = INFINITY;
		for (uint32_t i = 0; i < c.n; i++)
		{
			bool		second = i >= (uint32_t) first;

			c.place[i].x = unit() + second * 2.5 * cos(angle);
			c.place[i].y = unit() + second * 2.5 * sin(angle);
			c.t[i] = below(300) + second * 900;
		}
		for (uint32_t i = 0; i < (uint32_t) first; i++)
			for (uint32_t j = (uint32_t) first; j < c.n; j++)
			{
				if (distance(&c, i, j) < c.eps)
					c.eps = distance(&c, i, j);
				if (c.t[j] - c.t[i] < least_time)
					least_time = c.t[j] - c.t[i];
			}
		wrong += !agrees(&c);
		c.eps = nextafter(c.eps, 0);
		wrong += !agrees(&c);
		/* and by their times alone */
		c.timed = true;
		c.eps = 9;
		c.eps_time = least_time;
		wrong += !agrees(&c);
		c.eps_time--;
		wrong += !agrees(&c);
	}
	CHECK_INT(wrong, 0);
}

/* Ten thousand visits each to two places exactly and hardly not eps apart. */
static void
test_crowds(void)
{
	enum
	{
		N = 20000
	};
	MsEnv		env = {take, check, fail, NULL, budget};
	MsPoint    *points = malloc(N * sizeof(MsPoint));
	int32_t    *label = malloc(N * sizeof(int32_t));

	for (int k = 0; k < 4; k++)
	{
		MsArena		arena;
		MsMetric	metric;

		ms_arena_init(&arena, &env);
		ms_metric_planar(&metric, 5);
		metric.timed = k >= 2;
		metric.eps_time = 3000000;
		for (uint32_t i = 0; i < N; i++)
		{
			MsPlace		p = {0, 0};

			if (i & 1)
			{
				p.x = 3;
				p.y = k & 1 ? 4.000001 : 4;
			}
			ms_metric_set(&metric, &points[i], p, (int64_t) i * 1000000, i);
		}
		checks = 0;
		CHECK_INT(ms_dbscan(&arena, &metric, points, N, 3, label), k & 1 ? 2 : 1);
		CHECK(checks > 0);
		/* at a thousand steps a check: nowhere near 10^8 pairs */
		CHECK_MSG(checks < 3000, "%d thousand steps", checks);
		give_back();
	}
	free(points);
	free(label);
}

static void
test_budget(void)
{
	static Case c;
	int32_t		label[MOST];
	int			why;

	make(&c);
	c.n = MOST;
	budget = 1000;
	why = setjmp(on_fail);
	if (why == 0)
	{
		run(&c, label);
		CHECK(!"the budget holds");
	}
	CHECK_INT(why, MS_FAIL_MEMORY);
	budget = SIZE_MAX / 4;
	give_back();
}

int
main(void)
{
	test_definition();
	test_invariance();
	test_wide();
	test_apart();
	test_lumps();
	test_crowds();
	test_budget();
	return unit_done();
}
