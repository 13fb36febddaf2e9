/*
 * gathering_covisit_fuzz.c
 *	  Co-visits of any bytes: what is said of pairs and groups holds together,
 *	  and days are those of the definition.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gathering/covisit_core.h"
#include "arena_fuzz.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST	64
#define PEOPLE	8
#define MINUTE	INT64_C(60000000)

/* Distinct days of a's visits at which b was there. */
static uint32_t
days_with(const MsVisit *visits, uint32_t n, int64_t within, uint32_t a, uint32_t b)
{
	uint64_t	days = 0;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < n; j++)
			if (visits[i].patient == a && visits[j].patient == b && visits[i].place == visits[j].place &&
				llabs(visits[i].at - visits[j].at) <= within)
				days |= UINT64_C(1) << ms_day_of(visits[i].at);
	return (uint32_t) __builtin_popcountll(days);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MsEnv		env = {take, check, fail, NULL, SIZE_MAX / 4};
	MsArena		arena;
	MsVisit		visits[MOST];
	uint32_t	household[PEOPLE] = {0};
	MsCovisitInput input = {.visits = visits,.patients = PEOPLE,.places = 4,.household = household};
	MsCovisitSetting setting = {.fdr = 1,.alpha = 1,.max_crowd = UINT32_MAX};
	MsCovisits	found;
	uint32_t	want = 0;

	if (size < 8)
		return 0;
	setting.within = data[0] * MINUTE;
	setting.min_days = 1 + data[1] % 4;
	setting.min_places = 1;
	setting.min_members = 2 + data[2] % 3;
	setting.min_density = (1 + data[3] % 10) / 10.0;
	setting.period = (1 + data[4] % 30) * MS_USECS_PER_DAY;
	setting.slot = (1 + data[5]) * 5 * MINUTE;
	setting.slot_visits = data[5] % 3;
	data += 6;
	size -= 6;
	for (; input.n < MOST && size >= 4; data += 4, size -= 4)
		visits[input.n++] = (MsVisit)
	{
		.at = (data[0] % 60) * MS_USECS_PER_DAY + data[1] * 5 * MINUTE,.patient = data[2] % PEOPLE,
			.place = data[3] % 4,.money = data[3]
	};
	ms_arena_init(&arena, &env);
	ms_covisits(&arena, &input, &setting, true, &found);
	for (uint32_t a = 0; a < PEOPLE; a++)
		for (uint32_t b = a + 1; b < PEOPLE; b++)
		{
			uint32_t	from_a = days_with(visits, input.n, setting.within, a, b);
			uint32_t	from_b = days_with(visits, input.n, setting.within, b, a);
			uint32_t	days = from_a < from_b ? from_a : from_b;

			if (days < (uint32_t) setting.min_days)
				continue;
			must(want < found.n_pairs && found.pairs[want].a == a && found.pairs[want].b == b);
			must(found.pairs[want].days == days && found.pairs[want].expected > 0);
			must(found.pairs[want].log_p <= 0 && found.pairs[want].log_q >= found.pairs[want].log_p);
			want++;
		}
	must(found.n_pairs == want);
	for (size_t g = 0; g < found.n_groups; g++)
	{
		const MsCovisitGroup *group = &found.groups[g];

		must(group->n_members >= (uint32_t) setting.min_members && group->log_p <= 0);
		must(group->density >= setting.min_density - 1e-9 && group->density <= 1 + 1e-9);
		must(group->days <= group->repetitions && group->repetitions <= group->visits);
		must(group->days >= (uint32_t) setting.min_days && group->first_day <= group->last_day);
		for (uint32_t m = 1; m < group->n_members; m++)
			must(group->members[m - 1] < group->members[m]);
	}
	give_back();
	return 0;
}
