/*-------------------------------------------------------------------------
 *
 * audit_calendar_core.h
 *	  Windows of the calendar.  Internal to src/audit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_CALENDAR_CORE_H
#define AUDIT_CALENDAR_CORE_H

#include "audit/audit_work_core.h"

/*
 * Windows of the entry's scope are numbered in the order of time: the one of
 * a day, and the first day of one.  Other scopes are one window for all.
 */
extern int64_t ms_calendar_window(const Audit *a, int64_t day);
extern int64_t ms_calendar_first_day(const Audit *a, int64_t window);

#endif							/* AUDIT_CALENDAR_CORE_H */
