/*
 * gen_cases.h
 *	  Planted cases: registry, and what their stories share.
 */
#ifndef GEN_CASES_H
#define GEN_CASES_H

#include "gen_stories.h"

#define ALL_OF_IT INT64_C(-1)

typedef void (*CaseStory) (GenPatient *p, int what, int kind);

extern void case_add(CaseStory story, int what, int kind, const char *group,
					 const char *name);

/* One register function a file of stories. */
extern void register_person_cases(void);
extern void register_place_cases(void);
extern void register_pair_cases(void);
extern void register_cap_cases(void);
extern void register_course_cases(void);

/* Marks of expectation. */
extern GenExpect *expect_violation(GenPatient *p, int rule, const char *kind,
								   const char *scope, int64_t excess,
								   int anchor);
extern void expect_add(GenExpect *x, int line, int64_t room);
extern void expect_near_miss(GenPatient *p, int rule, const char *kind,
							 int line);
extern void expect_undecided(GenPatient *p, int rule, const char *reason,
							 int line);

/* Ingredients. */
extern int	case_day(GenPatient *p);
extern int	some_hospital(GenPatient *p, int low_class, int high_class);
extern int	other_hospital(GenPatient *p, int than);
extern int	case_visit(GenPatient *p, int inst, const char *med_type,
					   int64_t time);
extern int	case_stay(GenPatient *p, int inst, int day, int nights);
extern int	finish_stay(GenPatient *p, int enc);
extern int	finish_visit(GenPatient *p, int enc);
extern void grouped(GenPatient *p, int setl);

#endif							/* GEN_CASES_H */
