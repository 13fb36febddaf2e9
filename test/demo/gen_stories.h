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

#endif							/* GEN_STORIES_H */
