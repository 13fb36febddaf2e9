/*-------------------------------------------------------------------------
 *
 * covisit_disk_residue_core.c
 *	  Third pass over co-visits on disk: who could meet whom, and who is left.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/covisit_disk_run_core.h"

static bool
is_left(const MsDiskRun *run, const MsVec *visits)
{
	const MsKnown *known = visits->data;
	int64_t		day = 0;
	int32_t		days = 0;

	for (size_t i = 0; i < visits->n; i++)
	{
		if (!known[i].joint)
			continue;
		if (days == 0 || ms_day_of(known[i].at) != day)
			days++;
		day = ms_day_of(known[i].at);
	}
	return days >= run->setting->min_days;
}

/* Household of a patient; patients are asked for in ascending order. */
static uint32_t
household_of(const MsDiskRun *run, uint32_t patient, uint32_t *at, uint32_t *household)
{
	while (*at < patient || *at == UINT32_MAX)
	{
		const uint8_t *p = ms_disk_next(run, run->households);

		if (p == NULL)
		{
			*at = UINT32_MAX - 1;
			break;
		}
		*at = ms_take_u32(&p);
		*household = ms_take_u32(&p);
	}
	return *at == patient ? *household : 0;
}

static void
keep_patient(MsDiskRun *run, const MsVec *visits, uint32_t household)
{
	MsKnown    *known = visits->data;

	for (size_t i = 0; i < visits->n; i++)
	{
		known[i].household = household;
		ms_disk_put_known(run, run->residue, &known[i]);
	}
	run->found->visits += visits->n;
	run->found->patients++;
}

static void
sum_degrees(MsDiskRun *run, MsFile *by_degree)
{
	const uint8_t *p;

	run->disk->rewind(by_degree);
	while ((p = ms_disk_next(run, by_degree)) != NULL)
		ms_degree_add(&run->degrees, run->arena, ms_take_u64(&p));
	run->disk->close(by_degree);
}

void
ms_disk_residue(MsDiskRun *run)
{
	const MsDisk *disk = run->disk;
	MsFile	   *by_degree = disk->open(disk->ctx, true);
	uint32_t	at = UINT32_MAX;	/* no household was read */
	uint32_t	household = 0;
	MsVec		visits = {0};
	MsMeetable	meetable;

	ms_meetable_init(&meetable, run->arena, run->input->near, run->input->places);
	run->residue = disk->open(disk->ctx, false);
	if (run->households != NULL)
		disk->rewind(run->households);
	for (int pass = 0; pass < 2; pass++)
	{
		MsDiskReader reader = ms_start_reading(run, run->by_patient);

		while (visits.n = 0, ms_read_patient(&reader, &visits))
		{
			const MsKnown *known = visits.data;
			uint64_t	others = 0;
			MsDiskRecord record = {.len = 0};

			if (visits.n < (size_t) run->setting->min_days)
				continue;
			meetable.mark++;
			meetable.eligible += pass == 0;
			for (size_t i = 0; i < visits.n; i++)
				if (pass == 0)
					ms_meetable_count(&meetable, known[i].place);
				else
					others += ms_meetable_others(&meetable, known[i].place);
			if (pass == 0)
				continue;
			ms_add_u64(&record, others < meetable.eligible - 1 ? others : meetable.eligible - 1);
			ms_disk_put(run, by_degree, &record);
			if (is_left(run, &visits))
				keep_patient(run, &visits, run->households == NULL ? 0 :
							 household_of(run, known[0].patient, &at, &household));
		}
	}
	disk->close(run->by_patient);
	sum_degrees(run, by_degree);
}
