/*-------------------------------------------------------------------------
 *
 * rulebook_shared.c
 *	  Verified rulebooks that all backends read, when medsup is preloaded.
 *
 * A directory of fixed size in the main shared memory names a few books by
 * checksum and size; each lies in a dynamic segment of its own, pinned so
 * that it outlives the backend that loaded it.  Nothing depends on it: a
 * backend that cannot have a shared book keeps one of its own.
 *
 * What is trusted: the bytes of a segment are written by one backend, which
 * verified them (checksum and structure) before the directory called them
 * ready; afterwards nobody writes them.  So whoever finds a book there by
 * its checksum need not verify it again.  Books are found by content alone;
 * who may not read a rulebook does not know its checksum.
 *
 * The one who fills a place marks it first, so that two hundred connections
 * that meet a new book at once do not read it two hundred times: the others
 * wait for a moment, then go on with a copy of their own, since the filler
 * may itself wait for a lock that a waiter holds.  Should it fail or be
 * terminated it gives the place back; should it crash, the postmaster starts
 * all shared memory afresh.
 *
 * A book that gives way to a newer one is unpinned: its memory goes when the
 * last backend that still has it mapped lets go of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "miscadmin.h"
#include "pgstat.h"
#include "storage/condition_variable.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/guc.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "common/ms_compat.h"
#include "rulebook/rulebook_shared.h"

/* How long one waits for a book that somebody else is loading. */
#define MAX_WAIT_MS 2000

typedef enum PlaceState
{
	PLACE_FREE,
	PLACE_FILLING,
	PLACE_READY
} PlaceState;

typedef struct Place
{
	PlaceState	state;
	uint8		checksum[MS_BOOK_CHECKSUM_SIZE];
	uint64		size;			/* of the book */
	dsm_handle	handle;			/* PLACE_READY */
	uint64		last_used;
} Place;

typedef struct Directory
{
	LWLock	   *lock;			/* protects all of it */
	ConditionVariable filled;	/* some place is not being filled any more */
	uint64		use_counter;
	Place		places[MS_MAX_SHARED_BOOKS];
} Directory;

/*
 * At the beginning of a segment.  Handles are random numbers and may come
 * back, so who attaches to one looks whether it is the book that was meant.
 */
typedef struct SegmentHead
{
	uint64		size;
	uint8		checksum[MS_BOOK_CHECKSUM_SIZE];
} SegmentHead;

#define HEAD_SIZE MAXALIGN(sizeof(SegmentHead))

static Directory *directory = NULL;
static int	shared_memory_kb;
static shmem_request_hook_type next_request_hook = NULL;
static shmem_startup_hook_type next_startup_hook = NULL;

static void
request_memory(void)
{
	if (next_request_hook)
		next_request_hook();
	RequestAddinShmemSpace(MAXALIGN(sizeof(Directory)));
	RequestNamedLWLockTranche("medsup", 1);
}

static void
start_memory(void)
{
	bool		found;

	if (next_startup_hook)
		next_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	directory = ShmemInitStruct("medsup rulebooks", sizeof(Directory), &found);
	if (!found)
	{
		memset(directory, 0, sizeof(Directory));
		directory->lock = &GetNamedLWLockTranche("medsup")->lock;
		ConditionVariableInit(&directory->filled);
	}
	LWLockRelease(AddinShmemInitLock);
}

void
ms_shared_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	DefineCustomIntVariable("medsup.shared_memory",
							"Memory for rulebooks that all backends share; 0 turns sharing off.",
							NULL, &shared_memory_kb,
							512 * 1024, 0, INT_MAX / 2,
							PGC_POSTMASTER, GUC_UNIT_KB, NULL, NULL, NULL);
	next_request_hook = shmem_request_hook;
	shmem_request_hook = request_memory;
	next_startup_hook = shmem_startup_hook;
	shmem_startup_hook = start_memory;
}

static uint64
segment_size(uint64 size)
{
	return HEAD_SIZE + size;
}

/* A standalone backend has nobody to share with. */
static bool
shares(uint64 size)
{
	return directory != NULL && IsUnderPostmaster &&
		segment_size(size) <= (uint64) shared_memory_kb * 1024;
}

static Place *
find_place(const uint8 *checksum, uint64 size)
{
	for (int i = 0; i < MS_MAX_SHARED_BOOKS; i++)
	{
		Place	   *place = &directory->places[i];

		if (place->state != PLACE_FREE && place->size == size &&
			memcmp(place->checksum, checksum, MS_BOOK_CHECKSUM_SIZE) == 0)
			return place;
	}
	return NULL;
}

/*
 * A free place with room for size bytes; ready books give way, those first
 * that no backend has looked for the longest time.  NULL when the others are
 * all being filled.
 */
static Place *
make_room(uint64 size)
{
	for (;;)
	{
		Place	   *free_place = NULL;
		Place	   *oldest = NULL;
		uint64		used = 0;

		for (int i = 0; i < MS_MAX_SHARED_BOOKS; i++)
		{
			Place	   *place = &directory->places[i];

			if (place->state == PLACE_FREE)
			{
				free_place = place;
				continue;
			}
			used += segment_size(place->size);
			if (place->state == PLACE_READY &&
				(oldest == NULL || place->last_used < oldest->last_used))
				oldest = place;
		}
		if (free_place != NULL &&
			used + segment_size(size) <= (uint64) shared_memory_kb * 1024)
			return free_place;
		if (oldest == NULL)
			return NULL;
		oldest->state = PLACE_FREE;
		dsm_unpin_segment(oldest->handle);
	}
}

/*
 * Finds the book's place, or takes one for it (*fill).  Waits while somebody
 * else fills it, and gives up (NULL) when that takes long.
 */
static Place *
take_place(const uint8 *checksum, uint64 size, bool *fill,
		   dsm_handle *handle)
{
	TimestampTz start = GetCurrentTimestamp();
	Place	   *place;

	*fill = false;
	for (;;)
	{
		long		left;

		LWLockAcquire(directory->lock, LW_EXCLUSIVE);
		place = find_place(checksum, size);
		if (place == NULL || place->state == PLACE_READY)
			break;
		LWLockRelease(directory->lock);
		left = MAX_WAIT_MS -
			TimestampDifferenceMilliseconds(start, GetCurrentTimestamp());
		if (left <= 0 ||
			ConditionVariableTimedSleep(&directory->filled, left,
										PG_WAIT_EXTENSION))
		{
			ConditionVariableCancelSleep();
			return NULL;
		}
	}
	if (place != NULL)
		*handle = place->handle;
	else if ((place = make_room(size)) != NULL)
	{
		*fill = true;
		place->state = PLACE_FILLING;
		place->size = size;
		memcpy(place->checksum, checksum, MS_BOOK_CHECKSUM_SIZE);
	}
	if (place != NULL)
		place->last_used = ++directory->use_counter;
	LWLockRelease(directory->lock);
	ConditionVariableCancelSleep();
	return place;
}

static void
end_filling(int i, PlaceState state, dsm_handle handle)
{
	LWLockAcquire(directory->lock, LW_EXCLUSIVE);
	directory->places[i].state = state;
	directory->places[i].handle = handle;
	LWLockRelease(directory->lock);
	ConditionVariableBroadcast(&directory->filled);
}

/*
 * A new segment, or NULL where the machine has no room for it.  It has no
 * resource owner: it stays mapped when the query ends, and what a failed
 * attempt leaves behind is no leak of the query.
 */
static dsm_segment *
create_segment(uint64 size)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	dsm_segment *volatile segment = NULL;

	CurrentResourceOwner = NULL;
	PG_TRY();
	{
		segment = dsm_create(segment_size(size),
							 DSM_CREATE_NULL_IF_MAXSEGMENTS);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		CurrentResourceOwner = owner;
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) !=
			ERRCODE_INSUFFICIENT_RESOURCES)
			PG_RE_THROW();
		FlushErrorState();
		ereport(LOG,
				(errmsg("medsup cannot share a rulebook of %llu bytes: %s",
						(unsigned long long) size, error->message),
				 errhint("Give the server more dynamic shared memory, or set medsup.shared_memory to 0.")));
		FreeErrorData(error);
	}
	PG_END_TRY();
	CurrentResourceOwner = owner;
	return segment;
}

static dsm_segment *
attach_segment(dsm_handle handle, const uint8 *checksum, uint64 size)
{
	dsm_segment *segment = dsm_attach(handle);
	const SegmentHead *head;

	/* it was unpinned just now */
	if (segment == NULL)
		return NULL;
	head = dsm_segment_address(segment);
	if (head->size != size ||
		memcmp(head->checksum, checksum, MS_BOOK_CHECKSUM_SIZE) != 0)
	{
		dsm_detach(segment);
		return NULL;
	}
	dsm_pin_mapping(segment);
	return segment;
}

/*
 * ms_shared_open finds a shared book.  With MS_SHARED_FILL the caller must
 * write and verify the bytes, then call ms_shared_publish, or
 * ms_shared_abandon whatever else happens.
 */
MsSharedState
ms_shared_open(const uint8 *checksum, uint64 size, MsSharedBook *book)
{
	Place	   *place;
	SegmentHead *head;
	dsm_handle	handle = 0;
	bool		fill;

	if (!shares(size))
		return MS_SHARED_NONE;
	place = take_place(checksum, size, &fill, &handle);
	if (place == NULL)
		return MS_SHARED_NONE;
	book->place = (int) (place - directory->places);
	if (!fill)
	{
		book->segment = attach_segment(handle, checksum, size);
		if (book->segment == NULL)
			return MS_SHARED_NONE;
		book->bytes = (uint8 *) dsm_segment_address(book->segment) + HEAD_SIZE;
		return MS_SHARED_READY;
	}
	PG_TRY();
	{
		book->segment = create_segment(size);
	}
	PG_CATCH();
	{
		end_filling(book->place, PLACE_FREE, 0);
		PG_RE_THROW();
	}
	PG_END_TRY();
	if (book->segment == NULL)
	{
		end_filling(book->place, PLACE_FREE, 0);
		return MS_SHARED_NONE;
	}
	head = dsm_segment_address(book->segment);
	head->size = size;
	memcpy(head->checksum, checksum, MS_BOOK_CHECKSUM_SIZE);
	book->bytes = (uint8 *) head + HEAD_SIZE;
	return MS_SHARED_FILL;
}

/* The lock that is taken here orders what was written before. */
void
ms_shared_publish(MsSharedBook *book)
{
	dsm_pin_segment(book->segment);
	end_filling(book->place, PLACE_READY, dsm_segment_handle(book->segment));
}

void
ms_shared_abandon(MsSharedBook *book)
{
	end_filling(book->place, PLACE_FREE, 0);
	dsm_detach(book->segment);
}

bool
ms_shared_is_listed(const uint8 *checksum, uint64 size)
{
	Place	   *place;
	bool		listed;

	if (!shares(size))
		return false;
	LWLockAcquire(directory->lock, LW_SHARED);
	place = find_place(checksum, size);
	listed = place != NULL && place->state == PLACE_READY;
	LWLockRelease(directory->lock);
	return listed;
}

int
ms_shared_list(MsSharedInfo *info)
{
	int			n = 0;

	if (directory == NULL)
		return 0;
	LWLockAcquire(directory->lock, LW_SHARED);
	for (int i = 0; i < MS_MAX_SHARED_BOOKS; i++)
	{
		const Place *place = &directory->places[i];

		if (place->state != PLACE_READY)
			continue;
		info[n].size = place->size;
		info[n].memory = segment_size(place->size);
		memcpy(info[n].checksum, place->checksum, MS_BOOK_CHECKSUM_SIZE);
		n++;
	}
	LWLockRelease(directory->lock);
	return n;
}
