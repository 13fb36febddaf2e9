/*
 * gen_stories.h
 *	  Ordinary patients, and the planted ones.
 */
#ifndef GEN_STORIES_H
#define GEN_STORIES_H

#include "gen_patient.h"

#define FIRST_DAY day_of(2026, 3, 1)	/* of the warehouse */
#define LAST_DAY day_of(2026, 11, 20)

extern void story_ordinary(GenPatient *p);
extern void story_neutral_visits(GenPatient *p, int n, int from_day);
extern void add_filler(GenPatient *p, int enc, int n);

/* Planted cases are numbered from 0; each is one patient's story. */
extern int	case_count(void);
extern const char *case_name(int which);
extern void story_case(GenPatient *p, int which, int copy);

/* Planted gatherings: each a group of patients of its own. */
typedef enum GenGatheringKind
{
	GATHER_TRAVEL,				/* the same people, together, on many days */
	GATHER_VILLAGE,				/* one village, one hospital, one week */
	GATHER_STREET				/* one street, one drug, some days */
} GenGatheringKind;

struct GenGathering
{
	int			no;
	GenGatheringKind kind;
	int			size;
	int			clerk;			/* who settles for all of them */
	int			village;
	int			drug;
	int			n_place;
	int			place[3];
	int			n_trip;
	int64_t		trip[8];
};

typedef struct GenSpot
{
	int64_t		lnt;			/* in millionths of a degree */
	int64_t		lat;
} GenSpot;

typedef struct GenHome
{
	int			village;
	int			township;
	const char *precision;
	GenSpot		spot;
} GenHome;

extern int	gathering_count(int64_t per_mille);
extern int	village_count(void);
extern const char *gathering_kind(const GenGathering *g);
extern void gathering_plan(GenGathering *g, uint64_t seed, int no);
extern void story_gathering(GenPatient *p, const GenGathering *g, int member);
extern GenHome patient_home(const GenPatient *p);

#endif							/* GEN_STORIES_H */
