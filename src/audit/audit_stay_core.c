/*-------------------------------------------------------------------------
 *
 * audit_stay_core.c
 *	  Joins the inpatient encounters of a person to stays.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_stay_core.h"

#define MINUTE INT64_C(60000000)

struct WorkStays
{
	WorkStay   *stays;
	uint32_t	n;
	uint32_t   *of;				/* encounter -> stay, NOWHERE = none */
	bool	   *interim;		/* has an interim settlement that stands */
	bool	   *undone;			/* was billed, and all of it was taken back */
	uint32_t   *first_line;		/* encounter -> its place in lines */
	uint32_t   *lines;			/* living ones, by encounter */
	int64_t		cut_off;		/* last time known of the person */
};

/* ---- lines by encounter ---- */

static void
collect_lines(Audit *a, struct WorkStays *s)
{
	uint32_t	n = a->claims->n_encounters;
	uint32_t	total = 0;
	uint32_t   *next = MS_NEW(&a->arena, uint32_t, n);

	s->first_line = MS_NEW(&a->arena, uint32_t, (size_t) n + 1);
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		if (a->lines[i].skip == MS_SKIP_NONE)
			next[a->lines[i].encounter]++;
	}
	for (uint32_t i = 0; i < n; i++)
	{
		s->first_line[i] = total;
		total += next[i];
		next[i] = s->first_line[i];
	}
	s->first_line[n] = total;
	s->lines = MS_NEW(&a->arena, uint32_t, total);
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		ms_tick(&a->arena);
		if (a->lines[i].skip == MS_SKIP_NONE)
			s->lines[next[a->lines[i].encounter]++] = i;
	}
}

static uint32_t
n_lines_of(const struct WorkStays *s, uint32_t encounter)
{
	return s->first_line[encounter + 1] - s->first_line[encounter];
}

/* ---- times ---- */

bool
ms_stay_is_time(MsValue t)
{
	return t.state == MS_READABLE && ms_day_of(t.v) >= MS_FIRST_DAY &&
		ms_day_of(t.v) < MS_LAST_DAY;
}

static bool
has_end(const MsEncounter *e)
{
	return ms_stay_is_time(e->endtime) && e->endtime.v >= e->begntime.v;
}

static void
see(int64_t *last, MsValue t)
{
	if (ms_stay_is_time(t) && t.v > *last)
		*last = t.v;
}

/*
 * The last time known of the person, up to which runs what is open: of valid
 * visits, their valid settlements and living lines.
 */
static int64_t
last_time(Audit *a)
{
	int64_t		last = INT64_MIN;

	for (uint32_t i = 0; i < a->claims->n_encounters; i++)
	{
		const MsEncounter *e = &a->claims->encounters[i];

		ms_tick(&a->arena);
		if (ms_fate_encounter(a, e->mdtrt_id) != (int32_t) i)
			continue;
		see(&last, e->begntime);
		see(&last, e->endtime);
	}
	for (uint32_t i = 0; i < a->claims->n_settlements; i++)
	{
		const MsSettlement *s = &a->claims->settlements[i];

		ms_tick(&a->arena);
		if (!a->settlements[i].is_void &&
			ms_fate_settlement(a, s->setl_id) == (int32_t) i &&
			ms_fate_encounter(a, s->mdtrt_id) >= 0)
			see(&last, s->setl_time);
	}
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		if (a->lines[i].skip == MS_SKIP_NONE && a->lines[i].time > last)
			last = a->lines[i].time;
	}
	return last;
}

/* ---- chains ---- */

static bool
is_taken_back(const WorkLine *line)
{
	return line->skip == MS_SKIP_VOID || line->skip == MS_SKIP_CANCELLED ||
		line->skip == MS_SKIP_REFUND || line->skip == MS_SKIP_REFUNDED;
}

static void
read_signs(Audit *a, struct WorkStays *s)
{
	uint32_t	n = a->claims->n_encounters;
	bool	   *stands = MS_NEW(&a->arena, bool, n);

	s->interim = MS_NEW(&a->arena, bool, n);
	s->undone = MS_NEW(&a->arena, bool, n);
	for (uint32_t i = 0; i < a->claims->n_settlements; i++)
	{
		const MsSettlement *setl = &a->claims->settlements[i];
		int32_t		at = ms_fate_encounter(a, setl->mdtrt_id);

		ms_tick(&a->arena);
		if (at < 0)
			continue;
		if (a->settlements[i].is_void || a->settlements[i].cancelled)
			s->undone[at] = true;
		else
		{
			stands[at] = true;
			s->interim[at] |= ms_flag_is(setl->mid_setl_flag, '1');
		}
	}
	for (uint32_t i = 0; i < a->n_lines; i++)
	{
		if (a->lines[i].encounter < 0)
			continue;
		if (is_taken_back(&a->lines[i]))
			s->undone[a->lines[i].encounter] = true;
		else
			stands[a->lines[i].encounter] = true;
	}
	for (uint32_t i = 0; i < n; i++)
		s->undone[i] &= !stands[i];
}

static int32_t
setting_of(Audit *a, const struct WorkStays *s, uint32_t encounter)
{
	MsStr		med_type = a->claims->encounters[encounter].med_type;

	if (!ms_str_missing(med_type))
		return ms_audit_map(a, MS_MAP_SETTING, med_type);
	if (n_lines_of(s, encounter) == 0)
		return -1;
	return ms_line_setting(a, &a->lines[s->lines[s->first_line[encounter]]]);
}

/* By (institution, admission, id). */
static int
cmp_admissions(uint32_t i, uint32_t j, const void *ctx)
{
	const MsClaims *claims = ctx;
	const MsEncounter *x = &claims->encounters[i];
	const MsEncounter *y = &claims->encounters[j];
	int			diff = ms_str_cmp(x->fixmedins_code, y->fixmedins_code);

	if (diff != 0)
		return diff;
	if (x->begntime.v != y->begntime.v)
		return x->begntime.v < y->begntime.v ? -1 : 1;
	return ms_str_cmp(x->mdtrt_id, y->mdtrt_id);
}

/* Whether an admission goes on with the stay before it. */
static bool
continues(const Audit *a, const WorkStay *stay, uint32_t next,
		  const struct WorkStays *s)
{
	const MsEncounter *before = &a->claims->encounters[stay->last];
	const MsEncounter *e = &a->claims->encounters[next];

	if (!stay->ended || ms_str_missing(e->fixmedins_code) ||
		!ms_str_eq(before->fixmedins_code, e->fixmedins_code))
		return false;

	/* in the same minute, or before that: moved within the house */
	if (ms_floor_div(e->begntime.v, MINUTE) <= ms_floor_div(stay->end, MINUTE))
		return true;
	return s->interim[stay->last] &&
		ms_day_of(e->begntime.v) <= ms_day_of(stay->end) + 1;
}

static void
join(Audit *a, WorkStay *stay, uint32_t encounter)
{
	const MsEncounter *e = &a->claims->encounters[encounter];
	bool		ended = has_end(e);

	stay->n++;

	/* of two that end together the later admission is the last */
	if (stay->n == 1 || !ended || e->endtime.v >= stay->end)
	{
		stay->last = encounter;
		stay->ended = ended;
		if (ended || stay->n == 1 || e->begntime.v > stay->end)
			stay->end = ended ? e->endtime.v : e->begntime.v;
	}
}

static void
find_chains(Audit *a, struct WorkStays *s)
{
	uint32_t	n = a->claims->n_encounters;
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, n);
	uint32_t	kept = 0;

	read_signs(a, s);
	for (uint32_t i = 0; i < n; i++)
	{
		const MsEncounter *e = &a->claims->encounters[i];

		ms_tick(&a->arena);
		s->of[i] = NOWHERE;
		if (ms_stay_is_time(e->begntime) && !s->undone[i] &&
			ms_fate_encounter(a, e->mdtrt_id) == (int32_t) i &&
			setting_of(a, s, i) == MS_SETTING_INPATIENT)
			idx[kept++] = i;
	}
	ms_sort(&a->arena, idx, kept, cmp_admissions, a->claims);
	s->stays = MS_NEW(&a->arena, WorkStay, kept);
	for (uint32_t i = 0; i < kept; i++)
	{
		WorkStay   *stay;

		ms_tick(&a->arena);
		if (i == 0 || !continues(a, &s->stays[s->n - 1], idx[i], s))
		{
			stay = &s->stays[s->n++];
			stay->encounters = idx + i;
			stay->first = idx[i];
			stay->begin = a->claims->encounters[idx[i]].begntime.v;
		}
		s->of[idx[i]] = s->n - 1;
		join(a, &s->stays[s->n - 1], idx[i]);
	}
}

/* ---- days ---- */

static int64_t
count_days(const Audit *a, int64_t from, int64_t to)
{
	int64_t		days = ms_day_of(to) - ms_day_of(from);

	if (a->book->stay_days == MS_STAY_IN_NOT_OUT ||
		a->book->stay_days == MS_STAY_OUT_NOT_IN)
		return days > 0 ? days : 1;
	return days + 1;
}

/* What is open ends for now with its last line; its days run on. */
static void
close_stay(const Audit *a, const struct WorkStays *s, WorkStay *stay)
{
	const MsEncounter *last = &a->claims->encounters[stay->last];

	if (stay->ended)
	{
		stay->days = count_days(a, stay->begin, stay->end);
		return;
	}
	for (uint32_t i = 0; i < stay->n; i++)
	{
		uint32_t	end = s->first_line[stay->encounters[i] + 1];

		if (n_lines_of(s, stay->encounters[i]) > 0 &&
			a->lines[s->lines[end - 1]].time > stay->end)
			stay->end = a->lines[s->lines[end - 1]].time;
	}
	stay->unfinished = !ms_flag_is(last->inhosp_stas, '0');

	/* discharged before admission: nobody knows how long */
	if (ms_stay_is_time(last->endtime))
		stay->days = 0;
	else
		stay->days = count_days(a, stay->begin,
								stay->unfinished ? s->cut_off : stay->end);
}

static struct WorkStays *
stays_of(Audit *a)
{
	struct WorkStays *s = a->stays;

	if (s != NULL)
		return s;
	a->stays = s = MS_NEW(&a->arena, struct WorkStays, 1);
	s->of = MS_NEW(&a->arena, uint32_t, a->claims->n_encounters);
	collect_lines(a, s);
	s->cut_off = last_time(a);
	find_chains(a, s);
	for (uint32_t i = 0; i < s->n; i++)
		close_stay(a, s, &s->stays[i]);
	return s;
}

/* ---- questions ---- */

const WorkStay *
ms_stay_all(Audit *a, uint32_t *n)
{
	const struct WorkStays *s = stays_of(a);

	*n = s->n;
	return s->stays;
}

const WorkStay *
ms_stay_of(Audit *a, int32_t encounter)
{
	const struct WorkStays *s = stays_of(a);

	return encounter < 0 || s->of[encounter] == NOWHERE ? NULL :
		&s->stays[s->of[encounter]];
}

uint32_t
ms_stay_chain(Audit *a, int32_t encounter)
{
	const WorkStay *stay = ms_stay_of(a, encounter);

	return stay ? stay->first : (uint32_t) encounter;
}

int64_t
ms_stay_days(Audit *a, int32_t encounter)
{
	const WorkStay *stay = ms_stay_of(a, encounter);

	return stay ? stay->days : 0;
}

MsValue
ms_stay_outside(Audit *a, uint32_t line)
{
	const WorkStay *stay = ms_stay_of(a, a->lines[line].encounter);
	MsValue		missing = {0, MS_MISSING};
	int64_t		day = a->lines[line].day;
	int64_t		before;

	if (stay == NULL)
		return missing;
	before = ms_day_of(stay->begin) - day;
	if (before > 0 && a->book->test_before_admission_days < 0)
		return missing;
	if (before > 0)
		return ms_known(before > a->book->test_before_admission_days ?
						-before : 0);
	if (!stay->ended)
		return stay->unfinished ? ms_known(0) : missing;
	return ms_known(day > ms_day_of(stay->end) ?
					day - ms_day_of(stay->end) : 0);
}

bool
ms_stay_took_place(Audit *a, int32_t encounter)
{
	return !stays_of(a)->undone[encounter] &&
		ms_fate_encounter(a, a->claims->encounters[encounter].mdtrt_id) ==
		encounter;
}

int32_t
ms_stay_setting(Audit *a, int32_t encounter)
{
	return setting_of(a, stays_of(a), (uint32_t) encounter);
}

const uint32_t *
ms_stay_lines(Audit *a, int32_t encounter, uint32_t *n)
{
	const struct WorkStays *s = stays_of(a);

	*n = n_lines_of(s, (uint32_t) encounter);
	return s->lines + s->first_line[encounter];
}
