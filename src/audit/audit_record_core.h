/*-------------------------------------------------------------------------
 *
 * audit_record_core.h
 *	  Diagnoses, operations and registrations, found by what they belong to.
 *	  Internal to src/audit.
 *
 * A diagnosis or operation belongs to the encounter that it names, or else to
 * the one of the settlement that it names.  Void ones, and those of a
 * settlement that is void or cancelled, are not there.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_RECORD_CORE_H
#define AUDIT_RECORD_CORE_H

#include "audit/audit_work_core.h"

/*
 * A code of a pair E11.200x011+N08.3* is looked for as a whole, which is what
 * lies below its dagger, and as its asterisk.
 */
typedef struct WorkDiagnosis
{
	uint32_t	src;			/* index in MsClaims */
	int32_t		encounter;
	bool		western;		/* ICD-10; else of traditional medicine */
	bool		main;
	bool		readable;
	bool		has_asterisk;
	MsIcd10		code;
	MsIcd10		dagger;			/* the code where there is no pair */
	MsIcd10		asterisk;
} WorkDiagnosis;

typedef struct WorkOperation
{
	uint32_t	src;
	int32_t		encounter;
	bool		main;
	bool		readable;
	MsIcd9cm3	code;
} WorkOperation;

/*
 * Those of an encounter, in an order that does not depend on the input's:
 * western before traditional, main before other, then by the code's text.
 */
extern const WorkDiagnosis *ms_record_diagnoses(Audit *a, int32_t encounter,
												uint32_t *n);
extern const WorkOperation *ms_record_operations(Audit *a, int32_t encounter,
												 uint32_t *n);

/*
 * The registration for a programme in force on a day, -1 when there is none;
 * of several the one that lasts longest.
 */
extern int32_t ms_record_registration(Audit *a, MsStr dise_no, int64_t day);

#endif							/* AUDIT_RECORD_CORE_H */
