/*-------------------------------------------------------------------------
 *
 * audit_parts_core.h
 *	  Distinct members of an entry: medicines, or the codes that it writes.
 *	  Internal to src/audit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_PARTS_CORE_H
#define AUDIT_PARTS_CORE_H

#include "audit/audit_work_core.h"

/* The member of every main code that this person has, numbered from 0. */
typedef struct WorkMembers
{
	const WorkTouch *touches;	/* by code */
	uint32_t	n_touches;
	uint32_t   *numbers;		/* of each touch */
	uint32_t	n;
} WorkMembers;

/* Members are medicines: what is alike down to the generic name. */
extern void ms_members_by_medicine(Audit *a, const WorkTouch *touches,
								   uint32_t n, WorkMembers *members);

/* Members are the codes and nodes that the entry lists. */
extern void ms_members_by_node(Audit *a, const WorkTouch *touches, uint32_t n,
							   WorkMembers *members);

extern uint32_t ms_member_of(const Audit *a, const WorkMembers *members,
							 uint32_t line);

#endif							/* AUDIT_PARTS_CORE_H */
