/*-------------------------------------------------------------------------
 *
 * covisit_disk_core.c
 *	  Co-visits of more rows than memory holds.
 *
 * A file is named by what it is sorted by:
 *
 *	rows			patient's key, time		as the caller gave them
 *	by_place		block, place, time		visits of numbered patients
 *	by_patient		patient, time, place	what is known of each visit
 *	residue			the same, of patients who can be of a pair
 *	by_chance		p-value					pairs that met often enough
 *
 * A block is what hangs together by near places; nothing that is found out
 * about a visit depends on another block.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "gathering/covisit_disk_core.h"

#define STRATA	2				/* coarse, fine */

/* A set of numbers that were seen, and their rank in it. */
typedef struct Ranks
{
	uint64_t   *bits;
	uint32_t   *before;			/* of a word: members in words before */
	uint32_t	n;
} Ranks;

/* A visit between the passes. */
typedef struct Known
{
	int64_t		at;
	int64_t		money;
	uint32_t	patient;
	uint32_t	place;
	uint32_t	household;
	uint32_t	crowd;
	uint32_t	stratum[STRATA];
	bool		joint;			/* a candidate in another one's company */
} Known;

typedef struct Run
{
	MsArena    *arena;
	const MsDisk *disk;
	const MsDiskInput *input;
	const MsCovisitSetting *setting;
	MsDiskFound *found;
	int64_t		first_day;
	uint32_t	patients;
	MsVec		candidates;		/* uint8, a bit each */
	uint32_t   *block;			/* of places; NULL: each is one */
	uint32_t   *block_visits;
	MsFile	   *names;
	MsFile	   *households;		/* NULL: none was given */
	MsFile	   *by_place;
	MsFile	   *by_patient;
	MsFile	   *rates[STRATA];
	uint32_t	n_strata[STRATA];
	MsFile	   *residue;
	MsDegrees	degrees;
	MsFile	   *by_chance;
	size_t		pairs;
} Run;

/* ---- records: numbers whose order is that of their bytes ---- */

typedef struct Record
{
	uint8_t		byte[64];
	size_t		len;
} Record;

static void
add_u32(Record *record, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		record->byte[record->len++] = (uint8_t) (v >> shift);
}

static void
add_u64(Record *record, uint64_t v)
{
	add_u32(record, (uint32_t) (v >> 32));
	add_u32(record, (uint32_t) v);
}

static void
add_i64(Record *record, int64_t v)
{
	add_u64(record, (uint64_t) v ^ (UINT64_C(1) << 63));
}

static void
add_double(Record *record, double v)
{
	memcpy(record->byte + record->len, &v, sizeof(v));
	record->len += sizeof(v);
}

static uint32_t
take_u32(const uint8_t **p)
{
	uint32_t	v = 0;

	for (int i = 0; i < 4; i++)
		v = v << 8 | *(*p)++;
	return v;
}

static uint64_t
take_u64(const uint8_t **p)
{
	uint64_t	high = take_u32(p);

	return high << 32 | take_u32(p);
}

static int64_t
take_i64(const uint8_t **p)
{
	return (int64_t) (take_u64(p) ^ (UINT64_C(1) << 63));
}

static double
take_double(const uint8_t **p)
{
	double		v;

	memcpy(&v, *p, sizeof(v));
	*p += sizeof(v);
	return v;
}

static void
put(const Run *run, MsFile *file, const Record *record)
{
	ms_tick(run->arena);
	run->disk->put(file, record->byte, record->len);
}

static const uint8_t *
next(const Run *run, MsFile *file)
{
	size_t		len;

	ms_tick(run->arena);
	return run->disk->next(file, &len);
}

/* ---- the caller's rows ---- */

void
ms_disk_row(MsBuf *record, MsStr patient, const MsVisit *visit, MsStr household)
{
	Record		fixed = {.len = 0};

	add_i64(&fixed, visit->at);
	add_i64(&fixed, visit->money);
	add_u32(&fixed, visit->place);
	fixed.byte[fixed.len++] = household.s != NULL;
	record->len = 0;
	ms_buf_add(record, patient.s, patient.len);
	ms_buf_add(record, "", 1);
	ms_buf_add(record, (const char *) fixed.byte, fixed.len);
	if (household.s != NULL)
		ms_buf_add(record, household.s, household.len);
}

/* ---- sets of numbers ---- */

static void
ranks_init(Ranks *ranks, MsArena *arena, uint32_t n)
{
	ranks->n = n;
	ranks->bits = MS_NEW(arena, uint64_t, (size_t) n / 64 + 1);
	ranks->before = MS_NEW(arena, uint32_t, (size_t) n / 64 + 2);
}

static void
ranks_see(Ranks *ranks, uint32_t v)
{
	ranks->bits[v / 64] |= UINT64_C(1) << v % 64;
}

static bool
ranks_has(const Ranks *ranks, uint32_t v)
{
	return (ranks->bits[v / 64] >> v % 64 & 1) != 0;
}

/* Returns how many there are. */
static uint32_t
ranks_count(Ranks *ranks)
{
	uint32_t	words = ranks->n / 64 + 1;

	for (uint32_t w = 0; w < words; w++)
		ranks->before[w + 1] = ranks->before[w] + (uint32_t) __builtin_popcountll(ranks->bits[w]);
	return ranks->before[words];
}

static uint32_t
ranks_rank(const Ranks *ranks, uint32_t v)
{
	uint64_t	below = ranks->bits[v / 64] & ((UINT64_C(1) << v % 64) - 1);

	return ranks->before[v / 64] + (uint32_t) __builtin_popcountll(below);
}

static bool
is_candidate(const Run *run, uint32_t patient)
{
	return (*MS_AT(&run->candidates, uint8_t, patient / 8) >> patient % 8 & 1) != 0;
}

/* ---- first pass: patients by their keys ---- */

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
end_person(Run *run, Person *person, MsFile *by_household)
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
		Record		fixed = {.len = 0};

		add_u32(&fixed, number);
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
number_households(Run *run, MsFile *by_household)
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
		Record		record = {.len = 0};

		ms_tick(run->arena);
		if (run->households == NULL)
			run->households = disk->open(disk->ctx, true);
		if (number == 0 || current.len != len - 4 || memcmp(current.s, p, len - 4) != 0)
		{
			set_text(&current, p, len - 4);
			number++;
		}
		add_u32(&record, take_u32(&patient));
		add_u32(&record, number);
		put(run, run->households, &record);
	}
	disk->close(by_household);
}

static void
number_patients(Run *run)
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
		Record		record = {.len = 0};
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
		at = take_i64(&p);
		money = take_i64(&p);
		place = run->input->place_rank[take_u32(&p)];
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
		add_u32(&record, block);
		add_u32(&record, place);
		add_i64(&record, at);
		add_u32(&record, run->patients);
		add_i64(&record, money);
		put(run, run->by_place, &record);
	}
	if (!first)
		end_person(run, &person, by_household);
	number_households(run, by_household);
}

/* ---- second pass: places ---- */

/* Near places hang together; a block is called by its least place. */
static void
find_blocks(Run *run)
{
	const MsNear *near = run->input->near;
	uint32_t	places = run->input->places;
	uint32_t   *queue;
	uint32_t	queued = 0;

	run->block_visits = MS_NEW(run->arena, uint32_t, places);
	if (near == NULL)
		return;
	run->block = MS_NEW(run->arena, uint32_t, places);
	queue = MS_NEW(run->arena, uint32_t, places);
	memset(run->block, 0xff, places * sizeof(uint32_t));
	for (uint32_t p = 0; p < places; p++)
	{
		if (run->block[p] != UINT32_MAX)
			continue;
		run->block[p] = p;
		queue[queued++] = p;
		for (uint32_t done = queued - 1; done < queued; done++)
			for (uint32_t k = near->start[queue[done]]; k < near->start[queue[done] + 1]; k++)
			{
				ms_tick(run->arena);
				if (run->block[near->place[k]] != UINT32_MAX)
					continue;
				run->block[near->place[k]] = p;
				queue[queued++] = near->place[k];
			}
	}
}

/* Visits of whole blocks; patients and places have numbers of their own. */
typedef struct Batch
{
	MsArena		arena;			/* scratch */
	MsVec		visits;			/* MsVisit */
	MsVec		places;			/* uint32: whose number is the index */
	uint32_t	block;
	uint32_t   *local;			/* numbers of places, while they are in it */
} Batch;

/* With room for a block of so many visits at least. */
static void
empty_batch(const Run *run, Batch *batch, uint32_t visits)
{
	uint32_t	room = visits > run->disk->most ? visits : run->disk->most;

	run->disk->clear(run->disk->ctx);
	ms_arena_init(&batch->arena, run->disk->scratch);
	memset(&batch->places, 0, sizeof(batch->places));
	batch->visits.n = 0;
	batch->visits.data = MS_NEW(&batch->arena, MsVisit, room);
	batch->visits.capacity = room;
}

/* Returns the patients in the order of their numbers. */
static uint32_t *
renumber(MsArena *arena, MsVisit *visits, uint32_t n, uint32_t *patients)
{
	uint32_t   *patient = MS_NEW(arena, uint32_t, n);
	MsMark		mark = ms_arena_mark(arena);
	uint64_t   *number = MS_NEW(arena, uint64_t, n);

	*patients = 0;
	for (uint32_t i = 0; i < n; i++)
		number[i] = visits[i].patient;
	ms_sort_u64(arena, number, n);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || number[i] != number[i - 1])
			patient[(*patients)++] = (uint32_t) number[i];
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	lo = 0;
		uint32_t	hi = *patients;

		ms_tick(arena);
		while (lo < hi)
		{
			uint32_t	mid = lo + (hi - lo) / 2;

			if (patient[mid] < visits[i].patient)
				lo = mid + 1;
			else
				hi = mid;
		}
		visits[i].patient = lo;
	}
	ms_arena_release(arena, mark);
	return patient;
}

static const MsNear *
near_of_batch(const Run *run, Batch *batch)
{
	const MsNear *near = run->input->near;
	const uint32_t *global = batch->places.data;
	uint32_t	places = (uint32_t) batch->places.n;
	uint32_t   *start;
	uint32_t   *list;
	MsNear	   *own;
	uint32_t	n = 0;

	if (near == NULL)
		return NULL;
	for (uint32_t p = 0; p < places; p++)
		n += near->start[global[p] + 1] - near->start[global[p]];
	own = MS_NEW(&batch->arena, MsNear, 1);
	own->start = start = MS_NEW(&batch->arena, uint32_t, (size_t) places + 1);
	own->place = list = MS_NEW(&batch->arena, uint32_t, n);
	n = 0;
	for (uint32_t p = 0; p < places; p++)
	{
		start[p] = n;
		for (uint32_t k = near->start[global[p]]; k < near->start[global[p] + 1]; k++)
		{
			uint32_t	q = batch->local[near->place[k]];

			/* else nobody was there, and its number is another batch's */
			if (q < places && global[q] == near->place[k])
				list[n++] = q;
		}
		ms_sort_numbers(list + start[p], n - start[p]);
	}
	start[places] = n;
	return own;
}

static void
put_rates(Run *run, int kind, const MsStrata *strata)
{
	uint32_t	base = run->n_strata[kind];

	for (uint32_t a = 0; a < strata->n; a++)
		for (uint32_t r = strata->rate_start[a]; r < strata->rate_start[a + 1]; r++)
		{
			Record		record = {.len = 0};

			add_u32(&record, base + a);
			add_u32(&record, base + strata->rate_stratum[r]);
			add_double(&record, strata->rate[r]);
			put(run, run->rates[kind], &record);
		}
	if (strata->n > MS_COVISIT_MAX - base)
		run->arena->env->fail(run->arena->env->ctx, MS_FAIL_TOO_MANY);
	run->n_strata[kind] += strata->n;
}

static void
put_known(const Run *run, MsFile *file, const Known *known)
{
	Record		record = {.len = 0};

	add_u32(&record, known->patient);
	add_i64(&record, known->at);
	add_u32(&record, known->place);
	add_i64(&record, known->money);
	add_u32(&record, known->household);
	add_u32(&record, known->crowd);
	for (int kind = 0; kind < STRATA; kind++)
		add_u32(&record, known->stratum[kind]);
	record.byte[record.len++] = known->joint;
	put(run, file, &record);
}

static void
judge_batch(Run *run, Batch *batch)
{
	MsArena    *arena = &batch->arena;
	MsCovisitInput input = {.visits = batch->visits.data,.n = (uint32_t) batch->visits.n};
	const uint32_t *place = batch->places.data;
	const uint32_t *patient;
	MsCovisitIndex index;
	bool	   *candidate;
	bool	   *joint;

	if (input.n == 0)
		return;
	input.places = (uint32_t) batch->places.n;
	input.near = near_of_batch(run, batch);
	patient = renumber(arena, batch->visits.data, input.n, &input.patients);
	ms_covisit_index(&index, arena, &input, run->setting, run->first_day, NULL);
	ms_covisit_strata(&index, &index.coarse, false);
	ms_covisit_strata(&index, &index.fine, true);
	candidate = MS_NEW(arena, bool, input.patients);
	joint = MS_NEW(arena, bool, index.n);
	for (uint32_t v = 0; v < input.patients; v++)
		candidate[v] = is_candidate(run, patient[v]);
	ms_covisit_company(&index, candidate, joint);
	for (uint32_t i = 0; i < index.n; i++)
	{
		Known		known = {
			.at = index.at[i],.money = index.money[i],
			.patient = patient[index.who[i]],.place = place[index.place[i]],
			.crowd = index.crowd[i],.joint = joint[i],
			.stratum = {run->n_strata[0] + index.coarse.stratum[i], run->n_strata[1] + index.fine.stratum[i]}
		};

		put_known(run, run->by_patient, &known);
	}
	put_rates(run, 0, &index.coarse);
	put_rates(run, 1, &index.fine);
}

static void
judge_places(Run *run)
{
	const MsDisk *disk = run->disk;
	Batch		batch = {.block = UINT32_MAX};
	const uint8_t *p;

	batch.local = MS_NEW(run->arena, uint32_t, run->input->places);
	run->by_patient = disk->open(disk->ctx, true);
	for (int kind = 0; kind < STRATA; kind++)
		run->rates[kind] = disk->open(disk->ctx, false);
	disk->rewind(run->by_place);
	while ((p = next(run, run->by_place)) != NULL)
	{
		uint32_t	block = take_u32(&p);
		uint32_t	place = take_u32(&p);
		MsVisit    *visit;

		if (block != batch.block && run->block_visits[block] > batch.visits.capacity - batch.visits.n)
		{
			judge_batch(run, &batch);
			empty_batch(run, &batch, run->block_visits[block]);
		}
		batch.block = block;
		if (batch.places.n == 0 || *MS_AT(&batch.places, uint32_t, batch.places.n - 1) != place)
		{
			batch.local[place] = (uint32_t) batch.places.n;
			*MS_PUSH(&batch.arena, &batch.places, uint32_t) = place;
		}
		visit = MS_PUSH(&batch.arena, &batch.visits, MsVisit);
		visit->at = take_i64(&p);
		visit->patient = take_u32(&p);
		visit->money = take_i64(&p);
		visit->place = batch.local[place];
	}
	judge_batch(run, &batch);
	disk->clear(disk->ctx);
	disk->close(run->by_place);
}

/* ---- visits, patient by patient, all of one in memory ---- */

typedef struct Reader
{
	const Run  *run;
	MsFile	   *file;
	Known		ahead;
	bool		more;
} Reader;

static void
read_known(Reader *reader)
{
	Known	   *known = &reader->ahead;
	const uint8_t *p = next(reader->run, reader->file);

	reader->more = p != NULL;
	if (p == NULL)
		return;
	known->patient = take_u32(&p);
	known->at = take_i64(&p);
	known->place = take_u32(&p);
	known->money = take_i64(&p);
	known->household = take_u32(&p);
	known->crowd = take_u32(&p);
	for (int kind = 0; kind < STRATA; kind++)
		known->stratum[kind] = take_u32(&p);
	known->joint = *p != 0;
}

static Reader
start_reading(const Run *run, MsFile *file)
{
	Reader		reader = {.run = run,.file = file};

	run->disk->rewind(file);
	read_known(&reader);
	return reader;
}

/* Adds the visits of the next patient; false at the end. */
static bool
read_patient(Reader *reader, MsVec *visits)
{
	uint32_t	patient = reader->ahead.patient;

	if (!reader->more)
		return false;
	while (reader->more && reader->ahead.patient == patient)
	{
		*MS_PUSH(reader->run->arena, visits, Known) = reader->ahead;
		read_known(reader);
	}
	return true;
}

/* ---- third pass: who could meet whom, and who is left ---- */

static bool
is_left(const Run *run, const MsVec *visits)
{
	const Known *known = visits->data;
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
household_of(const Run *run, uint32_t patient, uint32_t *at, uint32_t *household)
{
	while (*at < patient || *at == UINT32_MAX)
	{
		const uint8_t *p = next(run, run->households);

		if (p == NULL)
		{
			*at = UINT32_MAX - 1;
			break;
		}
		*at = take_u32(&p);
		*household = take_u32(&p);
	}
	return *at == patient ? *household : 0;
}

static void
keep_patient(Run *run, const MsVec *visits, uint32_t household)
{
	Known	   *known = visits->data;

	for (size_t i = 0; i < visits->n; i++)
	{
		known[i].household = household;
		put_known(run, run->residue, &known[i]);
	}
	run->found->visits += visits->n;
	run->found->patients++;
}

static void
sum_degrees(Run *run, MsFile *by_degree)
{
	const uint8_t *p;

	run->disk->rewind(by_degree);
	while ((p = next(run, by_degree)) != NULL)
		ms_degree_add(&run->degrees, run->arena, take_u64(&p));
	run->disk->close(by_degree);
}

static void
find_residue(Run *run)
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
		Reader		reader = start_reading(run, run->by_patient);

		while (visits.n = 0, read_patient(&reader, &visits))
		{
			const Known *known = visits.data;
			uint64_t	others = 0;
			Record		record = {.len = 0};

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
			add_u64(&record, others < meetable.eligible - 1 ? others : meetable.eligible - 1);
			put(run, by_degree, &record);
			if (is_left(run, &visits))
				keep_patient(run, &visits, run->households == NULL ? 0 :
							 household_of(run, known[0].patient, &at, &household));
		}
	}
	disk->close(run->by_patient);
	sum_degrees(run, by_degree);
}

/* ---- fourth pass: pairs, of every two lots of patients ---- */

typedef struct Lot
{
	MsVec		visits;			/* Known, patient by patient */
	uint32_t	patients;
} Lot;

/* Lots end with a patient, so a little more than most may come. */
static void
init_lot(const Run *run, Lot *lot, uint64_t most)
{
	uint64_t	room = most < run->found->visits ? most + most / 8 : run->found->visits;

	lot->visits.data = MS_NEW(run->arena, Known, room);
	lot->visits.capacity = room;
}

static bool
read_lot(Reader *reader, Lot *lot, uint64_t most)
{
	lot->visits.n = 0;
	lot->patients = 0;
	while (lot->visits.n < most && read_patient(reader, &lot->visits))
		lot->patients++;
	return lot->patients > 0;
}

/* An index of visits whose crowds and strata are known. */
typedef struct Table
{
	MsArena    *arena;
	MsCovisitInput input;
	MsVisit    *visits;
	MsVisitFacts *facts;
	uint32_t   *household;
	uint32_t   *patient;		/* as numbered in all rows */
	Ranks		used[STRATA];	/* strata of its visits */
	MsCovisitIndex index;
} Table;

static void
init_table(const Run *run, MsArena *arena, Table *table, size_t visits, uint32_t patients)
{
	if (visits > MS_COVISIT_MAX)
		arena->env->fail(arena->env->ctx, MS_FAIL_TOO_MANY);
	memset(table, 0, sizeof(*table));
	table->arena = arena;
	table->visits = MS_NEW(arena, MsVisit, visits);
	table->facts = MS_NEW(arena, MsVisitFacts, visits);
	table->household = MS_NEW(arena, uint32_t, patients);
	table->patient = MS_NEW(arena, uint32_t, patients);
	for (int kind = 0; kind < STRATA; kind++)
		ranks_init(&table->used[kind], arena, run->n_strata[kind]);
	table->input.visits = table->visits;
	table->input.household = table->household;
	table->input.places = run->input->places;
	table->input.near = run->input->near;
}

static void
add_visits(Table *table, const MsVec *visits)
{
	MsCovisitInput *input = &table->input;

	for (size_t i = 0; i < visits->n; i++)
	{
		const Known *known = MS_AT(visits, Known, i);

		if (input->patients == 0 || table->patient[input->patients - 1] != known->patient)
		{
			table->household[input->patients] = known->household;
			table->patient[input->patients++] = known->patient;
		}
		for (int kind = 0; kind < STRATA; kind++)
			ranks_see(&table->used[kind], known->stratum[kind]);
		table->visits[input->n] = (MsVisit)
		{
			.at = known->at,.money = known->money,.patient = input->patients - 1,.place = known->place
		};
		table->facts[input->n++] = (MsVisitFacts)
		{
			known->crowd, known->stratum[0], known->stratum[1]
		};
	}
}

/* Strata get numbers of their own. */
static void
build_index(const Run *run, Table *table)
{
	MsStrata   *strata[STRATA] = {&table->index.coarse, &table->index.fine};
	uint32_t	n[STRATA];

	for (int kind = 0; kind < STRATA; kind++)
		n[kind] = ranks_count(&table->used[kind]);
	for (uint32_t i = 0; i < table->input.n; i++)
	{
		table->facts[i].coarse = ranks_rank(&table->used[0], table->facts[i].coarse);
		table->facts[i].fine = ranks_rank(&table->used[1], table->facts[i].fine);
	}
	ms_covisit_index(&table->index, table->arena, &table->input, run->setting, run->first_day, table->facts);
	for (int kind = 0; kind < STRATA; kind++)
		strata[kind]->n = n[kind];
}

/* ---- rates of its strata ---- */

/* Counts them first, then fills them in. */
static void
walk_rates(const Run *run, int kind, const Ranks *used, MsStrata *strata, bool fill)
{
	const uint8_t *p;

	run->disk->rewind(run->rates[kind]);
	while ((p = next(run, run->rates[kind])) != NULL)
	{
		uint32_t	a = take_u32(&p);
		uint32_t	b = take_u32(&p);
		uint32_t	r;

		if (!ranks_has(used, a) || !ranks_has(used, b))
			continue;
		a = ranks_rank(used, a);
		/* counting leaves each start where filling begins */
		r = strata->rate_start[fill ? a + 1 : a + 2]++;
		if (!fill)
			continue;
		strata->rate_stratum[r] = ranks_rank(used, b);
		strata->rate[r] = take_double(&p);
	}
}

static void
read_rates(const Run *run, Table *table, int kind, MsStrata *strata)
{
	uint64_t	total = 0;

	strata->rate_start = MS_NEW(table->arena, uint32_t, (size_t) strata->n + 2);
	walk_rates(run, kind, &table->used[kind], strata, false);
	for (uint32_t a = 0; a < strata->n; a++)
	{
		total += strata->rate_start[a + 2];
		if (total > MS_COVISIT_MAX)
			table->arena->env->fail(table->arena->env->ctx, MS_FAIL_TOO_MANY);
		strata->rate_start[a + 2] = (uint32_t) total;
	}
	strata->rate_stratum = MS_NEW(table->arena, uint32_t, total);
	strata->rate = MS_NEW(table->arena, double, total);
	walk_rates(run, kind, &table->used[kind], strata, true);
}

/* ---- pairs of lots ---- */

typedef struct Sink
{
	Run		   *run;
	const Table *table;
} Sink;

/* By chance, the likeliest first: logarithms are not above zero. */
static void
put_pair(void *ctx, const MsCovisitPair *pair)
{
	const Sink *sink = ctx;
	Run		   *run = sink->run;
	uint64_t	unlikely;
	double		surprise = fabs(pair->log_p);
	Record		record = {.len = 0};

	memcpy(&unlikely, &surprise, sizeof(unlikely));
	add_u64(&record, unlikely);
	add_u32(&record, sink->table->patient[pair->a]);
	add_u32(&record, sink->table->patient[pair->b]);
	add_u32(&record, pair->days);
	add_u32(&record, pair->places);
	add_double(&record, pair->weight);
	add_double(&record, pair->expected);
	add_double(&record, pair->log_p);
	put(run, run->by_chance, &record);
	run->pairs++;
}

/* Pairs within a lot, or of a patient of each. */
static void
pair_lots(Run *run, const Lot *a, const Lot *b)
{
	MsArena		arena;
	Table		table;
	Sink		sink = {run, &table};

	run->disk->clear(run->disk->ctx);
	ms_arena_init(&arena, run->disk->scratch);
	init_table(run, &arena, &table, a->visits.n + (b == NULL ? 0 : b->visits.n),
			   a->patients + (b == NULL ? 0 : b->patients));
	add_visits(&table, &a->visits);
	if (b != NULL)
		add_visits(&table, &b->visits);
	build_index(run, &table);
	read_rates(run, &table, 0, &table.index.coarse);
	read_rates(run, &table, 1, &table.index.fine);
	ms_covisit_pairs(&table.index, a->patients, b == NULL ? 0 : a->patients, put_pair, &sink);
}

static void
find_pairs(Run *run)
{
	uint64_t	most = run->disk->most;
	uint32_t	done = 0;
	MsVec		skipped = {0};
	Lot			a = {.patients = 0};
	Lot			b = {.patients = 0};

	run->by_chance = run->disk->open(run->disk->ctx, true);
	if (run->found->visits > most)
		most = (most + 1) / 2;
	init_lot(run, &a, most);
	init_lot(run, &b, run->found->visits > most ? most : 0);
	while (done < run->found->patients)
	{
		Reader		reader = start_reading(run, run->residue);

		for (uint32_t v = 0; v < done; v++)
		{
			skipped.n = 0;
			read_patient(&reader, &skipped);
		}
		read_lot(&reader, &a, most);
		done += a.patients;
		run->found->lots++;
		pair_lots(run, &a, NULL);
		while (read_lot(&reader, &b, most))
			pair_lots(run, &a, &b);
	}
	run->disk->clear(run->disk->ctx);
}

/* ---- which of them hold ---- */

static int
by_patients(uint32_t a, uint32_t b, const void *ctx)
{
	const MsCovisitPair *pairs = ctx;

	if (pairs[a].a != pairs[b].a)
		return pairs[a].a < pairs[b].a ? -1 : 1;
	return pairs[a].b < pairs[b].b ? -1 : pairs[a].b > pairs[b].b;
}

static void
adjust(Run *run)
{
	MsArena    *arena = run->arena;
	MsCovisits *covisits = &run->found->covisits;
	MsVec		kept = {0};
	double		least = 0;
	size_t		rank = run->pairs;
	uint32_t   *order;
	const uint8_t *p;

	run->disk->rewind(run->by_chance);
	for (; (p = next(run, run->by_chance)) != NULL; rank--)
	{
		MsCovisitPair pair = {0};

		take_u64(&p);
		pair.a = take_u32(&p);
		pair.b = take_u32(&p);
		pair.days = take_u32(&p);
		pair.places = take_u32(&p);
		pair.weight = take_double(&p);
		pair.expected = take_double(&p);
		pair.log_p = take_double(&p);
		pair.log_q = least = ms_adjusted(least, pair.log_p, covisits->tests, rank);
		if (least > log(run->setting->fdr))
			continue;
		if (kept.n == MS_COVISIT_MAX)
			arena->env->fail(arena->env->ctx, MS_FAIL_TOO_MANY);
		*MS_PUSH(arena, &kept, MsCovisitPair) = pair;
	}
	run->disk->close(run->by_chance);
	covisits->n_pairs = kept.n;
	covisits->pairs = MS_NEW(arena, MsCovisitPair, kept.n);
	order = MS_NEW(arena, uint32_t, kept.n);
	for (size_t i = 0; i < kept.n; i++)
		order[i] = (uint32_t) i;
	ms_sort(arena, order, kept.n, by_patients, kept.data);
	for (size_t i = 0; i < kept.n; i++)
		covisits->pairs[i] = *MS_AT(&kept, MsCovisitPair, order[i]);
}

/* ---- fifth pass: groups of them, and names ---- */

/* Pairs' patients get numbers of their own, in the same order. */
static void
number_members(Run *run, Ranks *members)
{
	MsCovisits *covisits = &run->found->covisits;

	ranks_init(members, run->arena, run->patients);
	for (size_t i = 0; i < covisits->n_pairs; i++)
	{
		ranks_see(members, covisits->pairs[i].a);
		ranks_see(members, covisits->pairs[i].b);
	}
	run->found->n_names = ranks_count(members);
	for (size_t i = 0; i < covisits->n_pairs; i++)
	{
		covisits->pairs[i].a = ranks_rank(members, covisits->pairs[i].a);
		covisits->pairs[i].b = ranks_rank(members, covisits->pairs[i].b);
	}
}

static void
read_names(Run *run, const Ranks *members)
{
	const char *p;
	size_t		len;

	run->found->names = MS_NEW(run->arena, MsStr, run->found->n_names);
	run->disk->rewind(run->names);
	for (uint32_t v = 0; (p = run->disk->next(run->names, &len)) != NULL; v++)
	{
		ms_tick(run->arena);
		if (ranks_has(members, v))
			run->found->names[ranks_rank(members, v)] = (MsStr)
		{
			ms_arena_copy(run->arena, p, len), (uint32_t) len
		};
	}
}

static void
find_groups(Run *run, const Ranks *members)
{
	MsVec		visits = {0};
	size_t		n = 0;
	uint32_t	patients = 0;
	MsArena		arena;
	Table		table;

	/* what is found stays in scratch */
	ms_arena_init(&arena, run->disk->scratch);
	for (int pass = 0; pass < 2; pass++)
	{
		Reader		reader = start_reading(run, run->residue);

		if (pass == 1)
			init_table(run, &arena, &table, n, patients);
		while (visits.n = 0, read_patient(&reader, &visits))
		{
			if (!ranks_has(members, MS_AT(&visits, Known, 0)->patient))
				continue;
			n += visits.n;
			patients++;
			if (pass == 1)
				add_visits(&table, &visits);
		}
	}
	build_index(run, &table);
	ms_covisit_groups(&table.index, &run->degrees, &run->found->covisits);
}

void
ms_covisits_on_disk(MsArena *arena, const MsDisk *disk, const MsDiskInput *input,
					const MsCovisitSetting *setting, bool want_groups, MsDiskFound *found)
{
	Run			run = {
		.arena = arena,.disk = disk,.input = input,.setting = setting,.found = found,.first_day = INT64_MAX
	};
	Ranks		members;
	MsMark		mark;

	memset(found, 0, sizeof(*found));
	find_blocks(&run);
	number_patients(&run);
	judge_places(&run);
	find_residue(&run);
	found->covisits.tests = (double) run.degrees.sum / 2;
	mark = ms_arena_mark(arena);
	find_pairs(&run);
	for (int kind = 0; kind < STRATA; kind++)
		disk->close(run.rates[kind]);
	ms_arena_release(arena, mark);
	adjust(&run);
	if (found->covisits.n_pairs > 0)
	{
		number_members(&run, &members);
		read_names(&run, &members);
		if (want_groups)
			find_groups(&run, &members);
	}
	disk->close(run.residue);
	disk->close(run.names);
	if (run.households != NULL)
		disk->close(run.households);
}
