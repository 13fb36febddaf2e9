/*-------------------------------------------------------------------------
 *
 * rulebook_cache.c
 *	  Verified rulebooks of this backend, and what SQL may ask of a book.
 *
 * A book reaches functions as a bytea argument, so any user can pass any
 * bytes: a book is cached only after its checksum and its whole structure
 * were verified.  It is then recognised by its checksum, for which only the
 * first bytes of the value are read, and within one query by its TOAST
 * pointer, for which nothing is read.  Whoever passes the checksum of a
 * cached book with other bytes behind it gets the answers of the cached one.
 *
 * The cache holds a few books, each in a context of its own below
 * CacheMemoryContext or, when medsup is preloaded and the book is stored in a
 * table, in memory that all backends share (rulebook_shared.c).  A book stays
 * valid until the next call of ms_rulebook_get, which may evict it; callers
 * keep no pointer longer.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "rulebook/rulebook_cache.h"
#include "rulebook/rulebook_shared.h"

/* Books of one backend: the current one and some that are compared with it. */
#define MAX_BOOKS 4

/* Neither a context nor a segment: a free place. */
typedef struct CachedBook
{
	MemoryContext context;		/* of a private copy */
	dsm_segment *segment;		/* of a shared one */
	uint64		last_used;
	uint8		checksum[MS_BOOK_CHECKSUM_SIZE];
	MsBook		book;
} CachedBook;

static CachedBook cached_books[MAX_BOOKS];
static uint64 use_counter = 0;

StaticAssertDecl(MS_BOOK_CHECKSUM_SIZE == PG_SHA256_DIGEST_LENGTH,
				 "the checksum of a book is a SHA-256");

PG_FUNCTION_INFO_V1(medsup_rulebook_info);
PG_FUNCTION_INFO_V1(medsup_rulebook_memory);

void
ms_rulebook_sha256(const uint8 *bytes, Size size, uint8 *digest)
{
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA256);

	if (pg_cryptohash_init(ctx) < 0 ||
		pg_cryptohash_update(ctx, bytes, size) < 0 ||
		pg_cryptohash_final(ctx, digest, PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "medsup: could not compute SHA-256: %s",
			 pg_cryptohash_error(ctx));
	pg_cryptohash_free(ctx);
}

char *
ms_rulebook_text(const char *s)
{
	return s == NULL ? NULL :
		pg_any_to_server(s, (int) strlen(s), PG_UTF8);
}

/*
 * ms_rulebook_open verifies a book and raises an error when it is none.  The
 * opened book points into bytes.
 */
void
ms_rulebook_open(const uint8 *bytes, Size size, MsBook *book)
{
	MsBookError error;
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	uint32		format = ms_book_format(bytes, size);

	if (format != 0 && format != MS_BOOK_FORMAT)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_RULEBOOK),
				 errmsg("rulebook is of format %u, and this version of medsup reads format %d",
						format, MS_BOOK_FORMAT),
				 errhint("Publish the rulebook again with medsup.publish_rulebook(); findings of the old one keep what they say.")));
	if (!ms_book_open(bytes, size, book, &error))
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_RULEBOOK),
				 errmsg("value is no valid rulebook: %s", error.what),
				 errdetail("Found at byte %llu of %llu.",
						   (unsigned long long) error.where,
						   (unsigned long long) size),
				 errhint("Use the column compiled of medsup.rulebook; publish the rulebook again with medsup.publish_rulebook() if it is damaged.")));
	ms_rulebook_sha256(bytes + MS_BOOK_HEADER_SIZE,
					   size - MS_BOOK_HEADER_SIZE, digest);
	if (memcmp(digest, bytes + MS_BOOK_CHECKSUM_AT, sizeof(digest)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_RULEBOOK),
				 errmsg("rulebook is damaged: its checksum does not match its content"),
				 errhint("Publish the rulebook again with medsup.publish_rulebook().")));
}

static bool
is_free(const CachedBook *c)
{
	return c->context == NULL && c->segment == NULL;
}

static CachedBook *
find_cached(const uint8 *checksum, uint64 size)
{
	for (int i = 0; i < MAX_BOOKS; i++)
	{
		CachedBook *c = &cached_books[i];

		if (!is_free(c) && c->book.size == size &&
			memcmp(c->checksum, checksum, MS_BOOK_CHECKSUM_SIZE) == 0)
			return c;
	}
	return NULL;
}

static void
drop_book(CachedBook *c)
{
	if (c->context != NULL)
		MemoryContextDelete(c->context);
	if (c->segment != NULL)
		dsm_detach(c->segment);
	c->context = NULL;
	c->segment = NULL;
}

/*
 * A free place, else that of the book not used for the longest time.  Shared
 * books that have given way to newer ones are let go of at this occasion:
 * their memory is free only when nobody has them mapped.
 */
static CachedBook *
place_for_book(void)
{
	CachedBook *place = NULL;
	CachedBook *oldest = &cached_books[0];

	for (int i = 0; i < MAX_BOOKS; i++)
	{
		CachedBook *c = &cached_books[i];

		if (c->segment != NULL &&
			!ms_shared_is_listed(c->checksum, c->book.size))
			drop_book(c);
		if (is_free(c))
			place = c;
		else if (c->last_used < oldest->last_used)
			oldest = c;
	}
	if (place == NULL)
	{
		drop_book(oldest);
		place = oldest;
	}
	return place;
}

static CachedBook *
keep_book(const MsBook *book, MemoryContext context, dsm_segment *segment)
{
	CachedBook *c = place_for_book();

	c->book = *book;
	memcpy(c->checksum, book->bytes + MS_BOOK_CHECKSUM_AT,
		   MS_BOOK_CHECKSUM_SIZE);
	c->context = context;
	c->segment = segment;
	return c;
}

/*
 * Loads a book into memory of this backend.  Until it is verified its memory
 * hangs below the caller's context, so that an error leaves nothing behind.
 */
static CachedBook *
load_private(Datum value)
{
	MemoryContext context;
	MemoryContext caller;
	struct varlena *copy;
	MsBook		book;
	CachedBook *c;

	context = AllocSetContextCreate(CurrentMemoryContext, "medsup rulebook",
									ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	copy = PG_DETOAST_DATUM_COPY(value);
	MemoryContextSwitchTo(caller);
	ms_rulebook_open((const uint8 *) VARDATA(copy),
					 VARSIZE(copy) - VARHDRSZ, &book);
	c = keep_book(&book, context, NULL);
	MemoryContextSetParent(context, CacheMemoryContext);
	return c;
}

static void
abandon(int code, Datum book)
{
	ms_shared_abandon((MsSharedBook *) DatumGetPointer(book));
}

/* Reads a stored value piece by piece to where all backends will see it. */
static void
fill_shared(Datum value, uint64 size, MsSharedBook *shared, MsBook *book)
{
	const int32 piece_size = 1024 * 1024;

	PG_ENSURE_ERROR_CLEANUP(abandon, PointerGetDatum(shared));
	{
		for (uint64 at = 0; at < size; at += piece_size)
		{
			int32		n = (int32) Min(size - at, (uint64) piece_size);
			struct varlena *piece = PG_DETOAST_DATUM_SLICE(value, (int32) at, n);

			if (VARSIZE_ANY_EXHDR(piece) != (Size) n)
				ereport(ERROR,
						(errcode(ERRCODE_DATA_CORRUPTED),
						 errmsg("stored rulebook ends before its length")));
			memcpy(shared->bytes + at, VARDATA_ANY(piece), n);
			pfree(piece);
			CHECK_FOR_INTERRUPTS();
		}
		ms_rulebook_open(shared->bytes, size, book);
	}
	PG_END_ENSURE_ERROR_CLEANUP(abandon, PointerGetDatum(shared));
	ms_shared_publish(shared);
}

/* The book that all backends share; NULL when this one needs a copy. */
static CachedBook *
load_shared(Datum value, const uint8 *checksum, uint64 size)
{
	MsSharedBook shared;
	MsBook		book;
	MsBookError error;

	switch (ms_shared_open(checksum, size, &shared))
	{
		case MS_SHARED_NONE:
			return NULL;
		case MS_SHARED_READY:
			if (!ms_book_reopen(shared.bytes, size, &book, &error))
			{
				dsm_detach(shared.segment);
				elog(ERROR, "medsup: shared rulebook is damaged: %s", error.what);
			}
			break;
		case MS_SHARED_FILL:
			fill_shared(value, size, &shared, &book);
			break;
	}
	return keep_book(&book, NULL, shared.segment);
}

/* Reads the checksum that a value claims; false when it begins as no book. */
static bool
claimed_checksum(Datum value, uint8 *checksum, uint64 *size)
{
	struct varlena *head;

	*size = toast_raw_datum_size(value) - VARHDRSZ;
	if (*size < MS_BOOK_HEADER_SIZE)
		return false;
	head = PG_DETOAST_DATUM_SLICE(value, 0, MS_BOOK_HEADER_SIZE);
	if (VARSIZE_ANY_EXHDR(head) < MS_BOOK_HEADER_SIZE ||
		ms_book_format((const uint8 *) VARDATA_ANY(head),
					   MS_BOOK_HEADER_SIZE) != MS_BOOK_FORMAT)
		return false;
	memcpy(checksum, VARDATA_ANY(head) + MS_BOOK_CHECKSUM_AT,
		   MS_BOOK_CHECKSUM_SIZE);
	return true;
}

static bool
same_toast_pointer(struct varlena *value, const MsRulebookRef *ref)
{
	return ref->is_known && ref->toast_size > 0 &&
		VARATT_IS_EXTERNAL_ONDISK(value) &&
		VARSIZE_EXTERNAL(value) == ref->toast_size &&
		memcmp(value, ref->toast, ref->toast_size) == 0;
}

static void
remember(MsRulebookRef *ref, struct varlena *value, const CachedBook *c)
{
	ref->is_known = true;
	ref->size = c->book.size;
	memcpy(ref->checksum, c->checksum, sizeof(ref->checksum));
	ref->toast_size = 0;
	if (VARATT_IS_EXTERNAL_ONDISK(value) &&
		VARSIZE_EXTERNAL(value) <= sizeof(ref->toast))
	{
		ref->toast_size = VARSIZE_EXTERNAL(value);
		memcpy(ref->toast, value, ref->toast_size);
	}
}

/*
 * ms_rulebook_get returns the verified book of a bytea value, loading it if
 * it is not cached.  It stays valid until the next call.
 */
const MsBook *
ms_rulebook_get(Datum value, MsRulebookRef *ref)
{
	struct varlena *pointer = (struct varlena *) DatumGetPointer(value);
	CachedBook *c = NULL;
	uint8		checksum[MS_BOOK_CHECKSUM_SIZE];
	uint64		size;

	if (same_toast_pointer(pointer, ref))
		c = find_cached(ref->checksum, ref->size);
	if (c == NULL && claimed_checksum(value, checksum, &size))
	{
		c = find_cached(checksum, size);
		/* what is stored nowhere is of no use to others */
		if (c == NULL && VARATT_IS_EXTERNAL_ONDISK(pointer))
			c = load_shared(value, checksum, size);
	}
	if (c == NULL)
		c = load_private(value);
	c->last_used = ++use_counter;
	remember(ref, pointer, c);
	return &c->book;
}

/* rulebook_info(bytea): verifies a book and says what is in it. */
Datum
medsup_rulebook_info(PG_FUNCTION_ARGS)
{
	bytea	   *value = PG_GETARG_BYTEA_PP(0);
	const uint8 *bytes = (const uint8 *) VARDATA_ANY(value);
	Size		size = VARSIZE_ANY_EXHDR(value);
	bytea	   *digest = palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	MsBook		book;
	TupleDesc	desc;
	Datum		values[7];
	bool		nulls[7] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE ||
		desc->natts != lengthof(values))
		elog(ERROR, "medsup: rulebook_info must return its own row type");
	ms_rulebook_open(bytes, size, &book);
	SET_VARSIZE(digest, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	ms_rulebook_sha256(bytes, size, (uint8 *) VARDATA(digest));
	values[0] = Int32GetDatum(MS_BOOK_FORMAT);
	values[1] = Int64GetDatum((int64) book.n_rules);
	values[2] = Int64GetDatum((int64) book.n_entries);
	values[3] = Int64GetDatum((int64) book.n_keys);
	values[4] = Int64GetDatum((int64) book.n_postings);
	values[5] = Int64GetDatum((int64) book.size);
	values[6] = PointerGetDatum(digest);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}

/* ---- rulebook_memory() ---- */

static void
put_memory(ReturnSetInfo *rsinfo, const uint8 *checksum, uint64 size,
		   uint64 memory, bool shared, bool loaded)
{
	bytea	   *sum = palloc(VARHDRSZ + MS_BOOK_CHECKSUM_SIZE);
	Datum		values[5];
	bool		nulls[5] = {false};

	SET_VARSIZE(sum, VARHDRSZ + MS_BOOK_CHECKSUM_SIZE);
	memcpy(VARDATA(sum), checksum, MS_BOOK_CHECKSUM_SIZE);
	values[0] = PointerGetDatum(sum);
	values[1] = Int64GetDatum((int64) size);
	values[2] = Int64GetDatum((int64) memory);
	values[3] = BoolGetDatum(shared);
	values[4] = BoolGetDatum(loaded);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * rulebook_memory(): the private books of this backend, then the shared ones:
 * those on offer, and those that gave way but are still mapped here.
 */
Datum
medsup_rulebook_memory(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MsSharedInfo shared[MS_MAX_SHARED_BOOKS];
	int			n_shared = ms_shared_list(shared);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < MAX_BOOKS; i++)
	{
		const CachedBook *c = &cached_books[i];

		if (c->context != NULL)
			put_memory(rsinfo, c->checksum, c->book.size,
					   MemoryContextMemAllocated(c->context, true),
					   false, true);
		else if (c->segment != NULL &&
				 !ms_shared_is_listed(c->checksum, c->book.size))
			put_memory(rsinfo, c->checksum, c->book.size,
					   dsm_segment_map_length(c->segment), true, true);
	}
	for (int i = 0; i < n_shared; i++)
	{
		const CachedBook *c = find_cached(shared[i].checksum, shared[i].size);

		put_memory(rsinfo, shared[i].checksum, shared[i].size,
				   shared[i].memory, true, c != NULL && c->segment != NULL);
	}
	return (Datum) 0;
}
