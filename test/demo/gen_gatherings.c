/*
 * gen_gatherings.c
 *	  Planted gatherings, and where everybody lives.
 *
 * Groups of people who are driven to clinics and pharmacies together, again
 * and again; a village that is admitted to one hospital within a week; a
 * street that buys one drug.  A group's plan depends on seed and number alone,
 * so that its members can be made one by one, after all other patients, whom
 * they do not touch.  They buy what no rule looks at.
 */
#include <string.h>

#include "gen_stories.h"

#define GATHERINGS_PER_SF 60
#define VILLAGES_PER_TOWNSHIP 6
#define METRE 10				/* in millionths of a degree, nearly */

static const char *const kinds[] = {"travel", "village", "street"};

const char *
gathering_kind(const GenGathering *g)
{
	return kinds[g->kind];
}

int
gathering_count(int64_t per_mille)
{
	int64_t		n = GATHERINGS_PER_SF * per_mille / 1000;

	return (int) (n < 6 ? 6 : n);
}

int
village_count(void)
{
	return 2 * n_hospital;
}

/*
 * village_spot
 *		The middle of a village, near the middle of its township.
 */
static GenSpot
township_spot(int township)
{
	uint64_t	h = gen_mix(98, (uint64_t) township);
	GenSpot		spot;

	spot.lnt = 125020000 + (int64_t) (h % 260000);
	spot.lat = 30020000 + (int64_t) (h / 260000 % 260000);
	return spot;
}

static GenSpot
village_spot(int village)
{
	uint64_t	h = gen_mix(97, (uint64_t) village);
	GenSpot		spot = township_spot(village / VILLAGES_PER_TOWNSHIP);

	spot.lnt += (int64_t) (h % 40001) - 20000;
	spot.lat += (int64_t) (h / 40001 % 40001) - 20000;
	return spot;
}

/*
 * patient_home
 *		Where a patient lives and how exactly that is known: members of a
 *		gathering to a point, others mostly.
 */
GenHome
patient_home(const GenPatient *p)
{
	uint64_t	h = gen_mix(96, (uint64_t) p->no);
	int			dice = (int) (h % 100);
	GenHome		home;

	home.village = p->village != NONE ? p->village :
		(int) (h / 100 % (uint64_t) village_count());
	home.township = home.village / VILLAGES_PER_TOWNSHIP;
	home.precision = p->gathering != NULL || dice < 80 ? "point" :
		dice < 95 ? "village" : "township";
	if (home.precision[0] == 't')
		home.spot = township_spot(home.township);
	else
		home.spot = village_spot(home.village);
	if (home.precision[0] != 'p')
		return home;
	if (p->house != NONE)
	{
		/* along one street */
		home.spot.lnt += 15 * METRE * p->house;
		home.spot.lat += 2 * METRE * (p->house % 2);
		return home;
	}
	h = gen_mix(h, 95);
	home.spot.lnt += (int64_t) (h % 16001) - 8000;
	home.spot.lat += (int64_t) (h / 16001 % 16001) - 8000;
	return home;
}

/*
 * gathering_plan
 *		Who goes where and when, as far as the group decides it.
 */
void
gathering_plan(GenGathering *g, uint64_t seed, int no)
{
	GenRng		rng = {gen_mix(seed ^ UINT64_C(0x6761746865720000),
							   (uint64_t) no)};
	int			day;

	memset(g, 0, sizeof(*g));
	g->no = no;
	g->kind = (GenGatheringKind) (no % 3);
	g->size = g->kind == GATHER_TRAVEL ? rng_between(&rng, 5, 30) :
		rng_between(&rng, 10, 24);
	g->clerk = rng_below(&rng, 6);
	g->village = rng_below(&rng, village_count());
	g->drug = n_neutral_drug - 1 - rng_below(&rng, n_neutral_drug / 2);
	g->n_place = g->kind == GATHER_VILLAGE ? 1 : rng_between(&rng, 2, 3);
	for (int i = 0; i < g->n_place; i++)
	{
		/* where others go too, as often as they do */
		if (g->kind == GATHER_VILLAGE)
			g->place[i] = rng_below(&rng, INST_EYE_SECONDARY);
		else if (g->kind == GATHER_TRAVEL && i == 0)
			g->place[i] = rng_zipf(&rng, INST_EYE_SECONDARY);
		else
			g->place[i] = pharmacy_no(rng_zipf(&rng, n_pharmacy));
	}
	g->n_trip = g->kind == GATHER_TRAVEL ? rng_between(&rng, 5, 8) : 1;
	day = FIRST_DAY + rng_between(&rng, 5, 40);
	if (g->kind != GATHER_TRAVEL)
		day += rng_below(&rng, 180);
	for (int i = 0; i < g->n_trip; i++)
	{
		g->trip[i] = at(day, rng_between(&rng, 8, 15), rng_below(&rng, 60),
						rng_below(&rng, 60));
		day += rng_between(&rng, 8, 24);
	}
}

/*
 * joint_visit
 *		One visit in company, settled on the spot.
 */
static void
joint_visit(GenPatient *p, const GenGathering *g, int inst, int64_t time)
{
	bool		pharmacy = inst >= n_hospital;
	int			enc = add_visit(p, inst, pharmacy ? "41" : "11", time - 180);

	if (!pharmacy)
		add_line(p, enc, neutral_service(0), time - 170, QTY(1));
	add_line(p, enc, neutral_drug(g->drug), time - 60,
			 QTY(rng_between(&p->rng, 2, 4)));
	p->enc[enc].end = time;
	p->enc[enc].joint = true;
	settle(p, enc, time, pharmacy ? MODE_ACCOUNT : MODE_FUND);
}

static void
joint_stay(GenPatient *p, const GenGathering *g)
{
	int			day = (int) day_part(g->trip[0]) + rng_below(&p->rng, 5);
	int			days = rng_between(&p->rng, 4, 7);
	int64_t		end = at(day + days, 10, 30, 0);
	int			enc = add_stay(p, g->place[0], "21",
							   at(day, rng_between(&p->rng, 8, 11),
								  rng_below(&p->rng, 60),
								  rng_below(&p->rng, 60)), end);

	for (int i = 0; i < days; i++)
	{
		add_line(p, enc, neutral_service(1 + rng_below(&p->rng,
													   n_neutral_service - 1)),
				 at(day + i, 15, 20, 0), QTY(1));
		add_line(p, enc, neutral_drug(g->drug), at(day + i, 16, 0, 0), QTY(2));
	}
	p->enc[enc].joint = true;
	settle(p, enc, end + 3600, MODE_FUND);
}

/*
 * story_gathering
 *		A member: what everybody has now and then, and the group's part.
 */
void
story_gathering(GenPatient *p, const GenGathering *g, int member)
{
	p->gathering = g;
	if (g->kind != GATHER_TRAVEL)
		p->village = g->village;
	if (g->kind == GATHER_STREET)
		p->house = member;
	story_neutral_visits(p, rng_between(&p->rng, 2, 6),
						 FIRST_DAY + rng_below(&p->rng, 200));
	switch (g->kind)
	{
		case GATHER_TRAVEL:
			/* one after the other; now and then somebody stays at home */
			for (int i = 0; i < g->n_trip; i++)
				if (!rng_chance(&p->rng, 80))
					joint_visit(p, g, g->place[i % g->n_place],
								g->trip[i] + member * 45 +
								rng_below(&p->rng, 40));
			break;
		case GATHER_VILLAGE:
			joint_stay(p, g);
			break;
		case GATHER_STREET:
			for (int i = 0; i < 2; i++)
				joint_visit(p, g, g->place[rng_below(&p->rng, g->n_place)],
							at((int) day_part(g->trip[0]) + 5 * i +
							   rng_below(&p->rng, 5),
							   rng_between(&p->rng, 8, 20),
							   rng_below(&p->rng, 60),
							   rng_below(&p->rng, 60)));
			break;
	}
}
