/*-------------------------------------------------------------------------
 *
 * audit_calendar_core.c
 *	  Days, ISO weeks, months, quarters, years and years of insurance.
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit_calendar_core.h"

#define FIRST_MONDAY 2			/* 2000-01-03 */

static int64_t
month_of(int64_t day)
{
	MsDate		d = ms_civil_from_days(day);

	return d.year * 12 + d.month - 1;
}

static int64_t
first_of_month(int64_t month)
{
	int64_t		year = ms_floor_div(month, 12);

	return ms_days_from_civil(year, (int) (month - year * 12) + 1, 1);
}

/* 29 February is 1 March in years that do not have it. */
static int64_t
first_of_insurance_year(const Audit *a, int64_t year)
{
	int32_t		start = a->book->insurance_year_start;

	return ms_days_from_civil(year, start / 100, start % 100);
}

int64_t
ms_calendar_window(const Audit *a, int64_t day)
{
	int64_t		year;

	switch ((MsScope) a->entry.scope)
	{
		case MS_SCOPE_DAY:
			return day;
		case MS_SCOPE_WEEK:
			return ms_floor_div(day - FIRST_MONDAY, 7);
		case MS_SCOPE_MONTH:
			return month_of(day);
		case MS_SCOPE_QUARTER:
			return ms_floor_div(month_of(day), 3);
		case MS_SCOPE_YEAR:
			return ms_civil_from_days(day).year;
		case MS_SCOPE_INSURANCE_YEAR:
			year = ms_civil_from_days(day).year;
			return day < first_of_insurance_year(a, year) ? year - 1 : year;
		default:
			return 0;
	}
}

int64_t
ms_calendar_first_day(const Audit *a, int64_t window)
{
	switch ((MsScope) a->entry.scope)
	{
		case MS_SCOPE_WEEK:
			return window * 7 + FIRST_MONDAY;
		case MS_SCOPE_MONTH:
			return first_of_month(window);
		case MS_SCOPE_QUARTER:
			return first_of_month(window * 3);
		case MS_SCOPE_YEAR:
			return ms_days_from_civil(window, 1, 1);
		case MS_SCOPE_INSURANCE_YEAR:
			return first_of_insurance_year(a, window);
		default:
			return window;
	}
}
