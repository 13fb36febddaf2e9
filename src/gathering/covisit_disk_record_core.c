/*-------------------------------------------------------------------------
 *
 * covisit_disk_record_core.c
 *	  Sets of numbers, and visits as they go through files: written with what
 *	  is known of them, read patient by patient.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/covisit_disk_run_core.h"

/* ---- sets of numbers ---- */

void
ms_ranks_init(MsRanks *ranks, MsArena *arena, uint32_t n)
{
	ranks->n = n;
	ranks->bits = MS_NEW(arena, uint64_t, (size_t) n / 64 + 1);
	ranks->before = MS_NEW(arena, uint32_t, (size_t) n / 64 + 2);
}

uint32_t
ms_ranks_count(MsRanks *ranks)
{
	uint32_t	words = ranks->n / 64 + 1;

	for (uint32_t w = 0; w < words; w++)
		ranks->before[w + 1] = ranks->before[w] + (uint32_t) __builtin_popcountll(ranks->bits[w]);
	return ranks->before[words];
}

/* ---- visits ---- */

void
ms_disk_put_known(const MsDiskRun *run, MsFile *file, const MsKnown *known)
{
	MsDiskRecord record = {.len = 0};

	ms_add_u32(&record, known->patient);
	ms_add_i64(&record, known->at);
	ms_add_u32(&record, known->place);
	ms_add_i64(&record, known->money);
	ms_add_u32(&record, known->household);
	ms_add_u32(&record, known->crowd);
	for (int kind = 0; kind < MS_STRATA; kind++)
		ms_add_u32(&record, known->stratum[kind]);
	record.byte[record.len++] = known->joint;
	ms_disk_put(run, file, &record);
}

static void
read_known(MsDiskReader *reader)
{
	MsKnown    *known = &reader->ahead;
	const uint8_t *p = ms_disk_next(reader->run, reader->file);

	reader->more = p != NULL;
	if (p == NULL)
		return;
	known->patient = ms_take_u32(&p);
	known->at = ms_take_i64(&p);
	known->place = ms_take_u32(&p);
	known->money = ms_take_i64(&p);
	known->household = ms_take_u32(&p);
	known->crowd = ms_take_u32(&p);
	for (int kind = 0; kind < MS_STRATA; kind++)
		known->stratum[kind] = ms_take_u32(&p);
	known->joint = *p != 0;
}

MsDiskReader
ms_start_reading(const MsDiskRun *run, MsFile *file)
{
	MsDiskReader reader = {.run = run,.file = file};

	run->disk->rewind(file);
	read_known(&reader);
	return reader;
}

bool
ms_read_patient(MsDiskReader *reader, MsVec *visits)
{
	uint32_t	patient = reader->ahead.patient;

	if (!reader->more)
		return false;
	while (reader->more && reader->ahead.patient == patient)
	{
		*MS_PUSH(reader->run->arena, visits, MsKnown) = reader->ahead;
		read_known(reader);
	}
	return true;
}
