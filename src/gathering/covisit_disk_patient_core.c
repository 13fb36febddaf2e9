/*-------------------------------------------------------------------------
 *
 * covisit_disk_patient_core.c
 *	  First pass over co-visits on disk: patients by their keys, and their
 *	  households.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "gathering/covisit_disk_run_core.h"

/* ---- the caller's rows ---- */

void
ms_disk_row(MsBuf *record, MsStr patient, const MsVisit *visit, MsStr household)
{
	MsDiskRecord fixed = {.len = 0};

	ms_add_i64(&fixed, visit->at);
	ms_add_i64(&fixed, visit->money);
	ms_add_u32(&fixed, visit->place);
	fixed.byte[fixed.len++] = household.s != NULL;
	record->len = 0;
	ms_buf_add(record, patient.s, patient.len);
	ms_buf_add(record, "", 1);
	ms_buf_add(record, (const char *) fixed.byte, fixed.len);
	if (household.s != NULL)
		ms_buf_add(record, household.s, household.len);
}

/* ---- patients ---- */

typedef struct Person
{
	MsBuf		key;
	MsBuf		household;		/* the first of several */
	bool		has_household;
	int64_t		day;
	uint32_t	days;
} Person;

static void
set_text(MsBuf *buf, const void *s, size_t len)
{
	buf->len = 0;
	ms_buf_add(buf, s, len);
}

static void
end_person(MsDiskRun *run, Person *person, MsFile *by_household)
{
	uint32_t	number = run->patients;

	if (number == MS_COVISIT_MAX)
		run->arena->env->fail(run->arena->env->ctx, MS_FAIL_TOO_MANY);
	if (number % 8 == 0)
		*MS_PUSH(run->arena, &run->candidates, uint8_t) = 0;
	if (person->days >= (uint32_t) run->setting->min_days)
		*MS_AT(&run->candidates, uint8_t, number / 8) |= (uint8_t) (1 << number % 8);
	run->disk->put(run->names, person->key.s, person->key.len);
	if (person->has_household)
	{
		MsDiskRecord fixed = {.len = 0};

		ms_add_u32(&fixed, number);
		ms_buf_add(&person->household, "", 1);
		ms_buf_add(&person->household, (const char *) fixed.byte, fixed.len);
		run->disk->put(by_household, person->household.s, person->household.len);
	}
	run->patients++;
}

static void
note_household(Person *person, const uint8_t *p, size_t len)
{
	MsStr		given = {(const char *) p, (uint32_t) len};
	MsStr		known = {person->household.s, (uint32_t) person->household.len};

	if (person->has_household && ms_str_cmp(known, given) <= 0)
		return;
	person->has_household = true;
	set_text(&person->household, p, len);
}

/* Households get numbers, and go by patient. */
static void
number_households(MsDiskRun *run, MsFile *by_household)
{
	const MsDisk *disk = run->disk;
	MsBuf		current;
	const uint8_t *p;
	size_t		len;
	uint32_t	number = 0;

	ms_buf_init(&current, run->arena);
	disk->rewind(by_household);
	while ((p = disk->next(by_household, &len)) != NULL)
	{
		const uint8_t *patient = p + len - 4;
		MsDiskRecord record = {.len = 0};

		ms_tick(run->arena);
		if (run->households == NULL)
			run->households = disk->open(disk->ctx, true);
		if (number == 0 || current.len != len - 4 || memcmp(current.s, p, len - 4) != 0)
		{
			set_text(&current, p, len - 4);
			number++;
		}
		ms_add_u32(&record, ms_take_u32(&patient));
		ms_add_u32(&record, number);
		ms_disk_put(run, run->households, &record);
	}
	disk->close(by_household);
}

void
ms_disk_patients(MsDiskRun *run)
{
	const MsDisk *disk = run->disk;
	MsFile	   *by_household = disk->open(disk->ctx, true);
	Person		person = {.days = 0};
	const uint8_t *p;
	size_t		len;
	bool		first = true;

	ms_buf_init(&person.key, run->arena);
	ms_buf_init(&person.household, run->arena);
	run->names = disk->open(disk->ctx, false);
	run->by_place = disk->open(disk->ctx, true);
	disk->rewind(run->input->rows);
	while ((p = disk->next(run->input->rows, &len)) != NULL)
	{
		const uint8_t *end = p + len;
		size_t		key = strlen((const char *) p);
		MsDiskRecord record = {.len = 0};
		int64_t		at;
		int64_t		money;
		uint32_t	place;
		uint32_t	block;

		ms_tick(run->arena);
		if (first || person.key.len != key || memcmp(person.key.s, p, key) != 0)
		{
			if (!first)
				end_person(run, &person, by_household);
			first = false;
			set_text(&person.key, p, key);
			person.has_household = false;
			person.days = 0;
		}
		p += key + 1;
		at = ms_take_i64(&p);
		money = ms_take_i64(&p);
		place = run->input->place_rank[ms_take_u32(&p)];
		if (*p++ != 0)
			note_household(&person, p, (size_t) (end - p));
		if (person.days == 0 || ms_day_of(at) != person.day)
			person.days++;
		person.day = ms_day_of(at);
		if (person.day < run->first_day)
			run->first_day = person.day;
		block = run->block == NULL ? place : run->block[place];
		if (++run->block_visits[block] > MS_COVISIT_MAX)
			run->arena->env->fail(run->arena->env->ctx, MS_FAIL_TOO_MANY);
		ms_add_u32(&record, block);
		ms_add_u32(&record, place);
		ms_add_i64(&record, at);
		ms_add_u32(&record, run->patients);
		ms_add_i64(&record, money);
		ms_disk_put(run, run->by_place, &record);
	}
	if (!first)
		end_person(run, &person, by_household);
	number_households(run, by_household);
}
