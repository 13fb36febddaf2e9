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
 * The cache holds a few books in contexts of their own below
 * CacheMemoryContext.  A book stays valid until the next call of
 * ms_rulebook_get, which may evict it; callers keep no pointer longer.
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
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "rulebook/rulebook_cache.h"

/* Books of one backend: the current one and some that are compared with it. */
#define MAX_BOOKS 4

typedef struct CachedBook
{
	MemoryContext context;		/* NULL = free */
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

static CachedBook *
find_cached(const uint8 *checksum, uint64 size)
{
	for (int i = 0; i < MAX_BOOKS; i++)
	{
		CachedBook *c = &cached_books[i];

		if (c->context != NULL && c->book.size == size &&
			memcmp(c->checksum, checksum, MS_BOOK_CHECKSUM_SIZE) == 0)
			return c;
	}
	return NULL;
}

/* A free place, else that of the book not used for the longest time. */
static CachedBook *
place_for_book(void)
{
	CachedBook *oldest = &cached_books[0];

	for (int i = 0; i < MAX_BOOKS; i++)
	{
		if (cached_books[i].context == NULL)
			return &cached_books[i];
		if (cached_books[i].last_used < oldest->last_used)
			oldest = &cached_books[i];
	}
	MemoryContextDelete(oldest->context);
	oldest->context = NULL;
	return oldest;
}

/*
 * Loads, verifies and caches a book.  Until it is verified its memory hangs
 * below the caller's context, so that an error leaves nothing behind.
 */
static CachedBook *
load_book(Datum value)
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
	c = place_for_book();
	MemoryContextSetParent(context, CacheMemoryContext);
	c->book = book;
	memcpy(c->checksum, book.bytes + MS_BOOK_CHECKSUM_AT,
		   MS_BOOK_CHECKSUM_SIZE);
	c->context = context;
	return c;
}

/* Reads the checksum that a value claims; false when it is too short. */
static bool
claimed_checksum(Datum value, uint8 *checksum, uint64 *size)
{
	struct varlena *head;

	*size = toast_raw_datum_size(value) - VARHDRSZ;
	if (*size < MS_BOOK_HEADER_SIZE)
		return false;
	head = PG_DETOAST_DATUM_SLICE(value, 0, MS_BOOK_HEADER_SIZE);
	if (VARSIZE_ANY_EXHDR(head) < MS_BOOK_HEADER_SIZE)
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
	else if (claimed_checksum(value, checksum, &size))
		c = find_cached(checksum, size);
	if (c == NULL)
		c = load_book(value);
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

/* rulebook_memory(): bytes that cached books take in this backend. */
Datum
medsup_rulebook_memory(PG_FUNCTION_ARGS)
{
	int64		total = 0;

	for (int i = 0; i < MAX_BOOKS; i++)
	{
		if (cached_books[i].context != NULL)
			total += (int64) MemoryContextMemAllocated(cached_books[i].context,
													   true);
	}
	PG_RETURN_INT64(total);
}
