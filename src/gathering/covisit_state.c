/*-------------------------------------------------------------------------
 *
 * covisit_state.c
 *	  Rows of covisit_groups and covisit_pairs, and finding in them.
 *
 * Rows stay in memory, with keys as numbers, up to half of the budget: finding
 * in memory takes more than keeping does.  Beyond that, or when finding does
 * not do with what is left, they go to a file and are found in from there.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <setjmp.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "common/ms_compat.h"
#include "gathering/covisit_state.h"
#include "gathering/gathering_aggregate.h"

/* ---- rows ---- */

static void
init_rows(MsCovisitState *state)
{
	MsCovisitRows *rows = &state->rows;

	memset(rows, 0, sizeof(*rows));
	rows->context = AllocSetContextCreate(state->context, "medsup covisit rows", ALLOCSET_DEFAULT_SIZES);
	/* make_room looks after the budget */
	rows->env = ms_gathering_env(rows->context, 0);
	rows->env.budget = SIZE_MAX / 2;
	ms_arena_init(&rows->arena, &rows->env);
	ms_keys_init(&rows->patients, &rows->arena);
	ms_keys_init(&rows->households, &rows->arena);
	ms_buf_init(&state->record, &rows->arena);
}

MsCovisitState *
ms_covisit_state(MemoryContext parent, bool may_spill)
{
	MemoryContext context = AllocSetContextCreate(parent, "medsup covisit", ALLOCSET_DEFAULT_SIZES);
	MsCovisitState *state = MemoryContextAllocZero(context, sizeof(MsCovisitState));

	state->context = context;
	state->may_spill = may_spill;
	state->env = ms_gathering_env(context, 0);
	ms_arena_init(&state->arena, &state->env);
	ms_keys_init(&state->places, &state->arena);
	init_rows(state);
	return state;
}

static void
write_row(MsCovisitState *state, MsStr patient, const MsVisit *visit, MsStr household)
{
	ms_disk_row(&state->record, patient, visit, household);
	ms_file_put(state->file, state->record.s, state->record.len);
}

static void
go_to_disk(MsCovisitState *state)
{
	MsCovisitRows rows = state->rows;
	MemoryContext old = MemoryContextSwitchTo(state->context);

	state->file = ms_file_open();
	for (Size i = 0; i < rows.n; i++)
	{
		uint32		patient = rows.visits[i].patient;
		uint32		known = *MS_AT(&rows.household, uint32, patient);
		MsStr		household = {NULL, 0};

		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		if (known != 0)
			household = ms_keys_key(&rows.households, known - 1);
		write_row(state, ms_keys_key(&rows.patients, patient), &rows.visits[i], household);
	}
	init_rows(state);
	MemoryContextDelete(rows.context);
	MemoryContextSwitchTo(old);
}

void
ms_covisit_close(MsCovisitState *state)
{
	if (state->file != NULL)
		ms_file_close(state->file);
	state->file = NULL;
}

/* Makes room for one more row, or goes to disk. */
static void
make_room(MsCovisitState *state)
{
	MsCovisitRows *rows = &state->rows;
	Size		budget = ms_gathering_env(NULL, state->arena.used).budget;
	bool		full = rows->n == rows->capacity;
	Size		capacity = !full ? rows->capacity : rows->n == 0 ? 1024 : 2 * rows->n;
	Size		bytes = capacity * sizeof(MsVisit);

	if (rows->arena.used + bytes > (state->may_spill ? budget / 2 : budget))
	{
		if (!state->may_spill)
			ms_gathering_fail(MS_FAIL_MEMORY);
		go_to_disk(state);
		return;
	}
	if (!full)
		return;
	if (capacity > MS_COVISIT_MAX)
		ms_gathering_fail(MS_FAIL_TOO_MANY);
	if (rows->visits == NULL)
		rows->visits = MemoryContextAllocHuge(rows->context, bytes);
	else
		rows->visits = repalloc_huge(rows->visits, bytes);
	rows->capacity = capacity;
}

/* Of several households the one whose key comes first. */
static void
note_household(MsCovisitRows *rows, uint32 patient, MsStr key)
{
	uint32		household = ms_keys_number(&rows->households, key.s, key.len);
	uint32	   *known = MS_AT(&rows->household, uint32, patient);

	if (*known == 0 || ms_str_cmp(key, ms_keys_key(&rows->households, *known - 1)) < 0)
		*known = household + 1;
}

void
ms_covisit_row(MsCovisitState *state, MsStr patient, MsVisit visit, MsStr household)
{
	MsCovisitRows *rows = &state->rows;

	if (state->file == NULL)
		make_room(state);
	if (state->file != NULL)
	{
		write_row(state, patient, &visit, household);
		return;
	}
	visit.patient = ms_keys_number(&rows->patients, patient.s, patient.len);
	if (visit.patient == rows->household.n)
		*MS_PUSH(&rows->arena, &rows->household, uint32) = 0;
	if (household.s != NULL)
		note_household(rows, visit.patient, household);
	rows->visits[rows->n++] = visit;
}

/* ---- finding ---- */

typedef struct Search
{
	MsCovisitState *state;
	MsCovisitAnswer *answer;
	bool		want_groups;
	MsEnv		env;
	MsArena		arena;
	uint32	   *place_rank;
	const MsNear *near;
	sigjmp_buf	too_much;
} Search;

static const MsNear *
near_places(Search *search)
{
	const MsCovisitState *state = search->state;
	const uint32 *rank = search->place_rank;
	uint32		places = ms_keys_count(&state->places);
	MsPoint    *points;
	MsPlace    *locations;
	MsMetric	metric;
	MsSpheroid	spheroid;
	MsNear	   *near;
	uint32		n = 0;

	if (state->metres == 0 || !state->located)
		return NULL;
	spheroid = ms_known_spheroid(state->srid);
	points = MS_NEW(&search->arena, MsPoint, places);
	locations = MS_NEW(&search->arena, MsPlace, places);
	ms_metric_spheroid(&metric, state->metres, &spheroid, locations);
	metric.timed = false;
	for (uint32 p = 0; p < places; p++)
	{
		const MsLocation *location = MS_AT(&state->location, MsLocation, p);

		if (!location->known)
			continue;
		locations[rank[p]] = location->place;
		ms_metric_set(&metric, &points[n++], location->place, 0, rank[p]);
	}
	near = MS_NEW(&search->arena, MsNear, 1);
	*near = ms_covisit_near(&search->arena, &metric, points, n, places);
	return near;
}

/* Numbers of places that do not depend on the order of rows. */
static void
rank_places(Search *search)
{
	search->place_rank = ms_keys_order(&search->state->places, &search->arena, &search->answer->place);
	search->near = near_places(search);
}

/* ---- in memory ---- */

static void *
take(void *ctx, size_t size)
{
	return MemoryContextAllocHuge(((Search *) ctx)->answer->context, size);
}

static void
check(void *ctx)
{
	CHECK_FOR_INTERRUPTS();
}

/* The core has nothing but memory, which goes with its context. */
static void
leave(void *ctx, MsFail why)
{
	if (why != MS_FAIL_MEMORY)
		ms_gathering_fail(why);
	siglongjmp(((Search *) ctx)->too_much, 1);
}

static void
find_in_rows(Search *search)
{
	const MsCovisitRows *rows = &search->state->rows;
	MsCovisitAnswer *answer = search->answer;
	MsCovisitInput input = {
		.visits = rows->visits,.n = (uint32) rows->n,.patients = ms_keys_count(&rows->patients),
		.places = ms_keys_count(&search->state->places),.near = search->near,.place_rank = search->place_rank
	};
	uint32	   *rank = ms_keys_order(&rows->patients, &search->arena, &answer->patient);
	uint32	   *household = MS_NEW(&search->arena, uint32, input.patients);

	for (uint32 v = 0; v < input.patients; v++)
		household[rank[v]] = *MS_AT(&rows->household, uint32, v);
	input.patient_rank = rank;
	input.household = household;
	answer->patients = rows->patients;
	ms_covisits(&search->arena, &input, &search->state->setting, search->want_groups, &answer->found);
}

static bool
find_in_memory(Search *search)
{
	const MsCovisitState *state = search->state;
	Size		taken = state->arena.used + state->rows.arena.used + state->rows.capacity * sizeof(MsVisit);

	search->env = (MsEnv)
	{
		take, check, leave, search, ms_gathering_env(NULL, taken).budget
	};
	ms_arena_init(&search->arena, &search->env);
	if (sigsetjmp(search->too_much, 0) != 0)
		return false;
	rank_places(search);
	find_in_rows(search);
	return true;
}

/* ---- from disk ---- */

static void
find_on_disk(Search *search)
{
	MsCovisitState *state = search->state;
	MsCovisitAnswer *answer = search->answer;
	MsServerDisk *server;
	MsDiskInput input = {.places = ms_keys_count(&state->places)};
	MsDiskFound found;
	const void *record;
	size_t		len;

	/* a quarter is neither scratch nor a sort's */
	search->env = ms_gathering_env(answer->context, state->arena.used + (Size) ms_gathering_mem * 768);
	ms_arena_init(&search->arena, &search->env);
	rank_places(search);
	server = palloc(sizeof(MsServerDisk));
	ms_disk_open(server, answer->context);
	input.near = search->near;
	input.place_rank = search->place_rank;
	input.rows = server->disk.open(server, true);
	ms_file_rewind(state->file);
	while ((record = ms_file_next(state->file, &len)) != NULL)
		ms_file_put(input.rows, record, len);
	ms_covisits_on_disk(&search->arena, &server->disk, &input, &state->setting, search->want_groups, &found);
	ms_file_close(input.rows);
	ereport(DEBUG1,
			(errmsg_internal("co-visits from disk: %u patients with " UINT64_FORMAT " visits were left, in %u lots",
							 found.patients, found.visits, found.lots)));
	answer->found = found.covisits;
	answer->patients.keys = (MsVec)
	{
		.data = found.names,.n = found.n_names
	};
	answer->patient = MS_NEW(&search->arena, uint32, found.n_names);
	for (uint32 v = 0; v < found.n_names; v++)
		answer->patient[v] = v;
}

void
ms_covisit_find(MsCovisitState *state, bool want_groups, MsCovisitAnswer *answer)
{
	Search		search = {.state = state,.answer = answer,.want_groups = want_groups};
	MemoryContext old = CurrentMemoryContext;

	memset(answer, 0, sizeof(*answer));
	answer->context = AllocSetContextCreate(old, "medsup covisit work", ALLOCSET_DEFAULT_SIZES);
	if (state->file == NULL)
	{
		if (find_in_memory(&search))
			return;
		if (!state->may_spill)
			ms_gathering_fail(MS_FAIL_MEMORY);
		MemoryContextReset(answer->context);
		memset(&answer->found, 0, sizeof(answer->found));
		go_to_disk(state);
	}
	MemoryContextSwitchTo(answer->context);
	find_on_disk(&search);
	MemoryContextSwitchTo(old);
}
