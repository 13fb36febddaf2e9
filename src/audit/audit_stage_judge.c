/*-------------------------------------------------------------------------
 *
 * audit_stage_judge.c
 *	  Judging a staged partition: rows gathered by person, person by person.
 *
 * Rows are gathered by sorting pointers by the hash of the person.  What the
 * room of the stage cannot hold at once is gathered in passes, each over a
 * part of the persons.  Tallies are summed here; they would be the most rows
 * of all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/int.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "audit/audit_campaign.h"
#include "audit/audit_progress.h"
#include "audit/audit_stage.h"
#include "audit/audit_verdict.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "rulebook/rulebook_cache.h"

#define MAX_PASSES 4096

/* Memory for rows that the file gives back. */
#define BLOCK_SIZE ((Size) 256 * 1024)

/* What may be remembered of a book: an eighth of the stage within these. */
#define LEAST_MEMO ((Size) 1024 * 1024)
#define MOST_MEMO ((Size) 32 * 1024 * 1024)

/*
 * Rows of one person that lie one behind the other, as they do where sources
 * are stored by person; else each row is a run of its own.
 */
typedef struct RowRun
{
	uint64		person;			/* hash */
	MsStagedRow *first;
	uint32		n;
} RowRun;

#define ST_SORT sort_runs
#define ST_ELEMENT_TYPE RowRun
#define ST_COMPARE(a, b) \
	((a)->person < (b)->person ? -1 : (a)->person > (b)->person)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

static inline bool
same_str(MsStr a, MsStr b)
{
	return (a.s == NULL) == (b.s == NULL) && a.len == b.len &&
		(a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

typedef struct InstitutionEntry
{
	MsStr		name;
	int32		n_lines;
	char		status;
	int64	   *lines;			/* by kind of tally */
} InstitutionEntry;

#define SH_PREFIX institutions
#define SH_ELEMENT_TYPE InstitutionEntry
#define SH_KEY_TYPE MsStr
#define SH_KEY name
#define SH_HASH_KEY(tb, key) \
	hash_bytes((const unsigned char *) (key).s, (int) (key).len)
#define SH_EQUAL(tb, a, b) same_str(a, b)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* A kind of tally: all but the institution and the lines. */
typedef struct KindKey
{
	int32		rule;
	int32		exception;
	int16		outcome;
	int16		reason;
} KindKey;

typedef struct KindEntry
{
	KindKey		key;
	int32		number;			/* from 0 */
	char		status;
} KindEntry;

static inline uint32
hash_kind(const KindKey *key)
{
	uint32		hash = (uint32) key->rule * 31 + (uint32) key->exception;

	return murmurhash32((hash * 31 + (uint32) key->outcome) * 31 +
						(uint32) key->reason);
}

static inline bool
same_kind(const KindKey *a, const KindKey *b)
{
	return a->rule == b->rule && a->exception == b->exception &&
		a->outcome == b->outcome && a->reason == b->reason;
}

#define SH_PREFIX kinds
#define SH_ELEMENT_TYPE KindEntry
#define SH_KEY_TYPE KindKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key) hash_kind(&(key))
#define SH_EQUAL(tb, a, b) same_kind(&(a), &(b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Names of a person's institutions by address, as the evaluator repeats them. */
#define N_KNOWN_NAMES 16

typedef struct KnownName
{
	MsStr		name;
	int64	   *lines;
	int32		n_lines;
} KnownName;

/* What one call keeps. */
typedef struct Judging
{
	MsStage    *stage;
	MsBucket   *bucket;
	MsVerdicts *verdicts;
	MemoryContext pass;			/* rows and runs; reset after a pass */
	MemoryContext sums;			/* of tallies */
	kinds_hash *kinds;
	institutions_hash *institutions;
	KnownName	names[N_KNOWN_NAMES];
	uint64		n_passes;
	uint64		n_pass;			/* this one, from 0 */
	RowRun	   *runs;
	Size		n_runs;
	Size		max_runs;
	MsStagedRow *end;			/* of the last run */
	char	   *block;			/* where the next copy goes */
	Size		block_left;
	int64		unsettled;
	const MsCampaign *campaign;
	MsMemo	   *memo;
} Judging;

PG_FUNCTION_INFO_V1(medsup_run_verdicts);

/* ---- tallies ---- */

/* The counters of an institution, with room for a kind. */
static int64 *
institution_lines(Judging *judging, MsStr name, int32 kind)
{
	KnownName  *known = &judging->names[((uintptr_t) name.s >> 3) % N_KNOWN_NAMES];
	InstitutionEntry *entry;
	bool		found;

	if (known->lines != NULL && known->name.s == name.s &&
		known->name.len == name.len && kind < known->n_lines)
		return known->lines;
	entry = institutions_insert(judging->institutions, name, &found);
	if (!found)
	{
		char	   *copy = NULL;

		entry->lines = NULL;
		entry->n_lines = 0;
		if (name.s != NULL)
		{
			copy = MemoryContextAlloc(judging->sums, (Size) name.len + 1);
			memcpy(copy, name.s, name.len);
		}
		entry->name.s = copy;
	}
	if (kind >= entry->n_lines)
	{
		int32		n = Max(32, kind + kind / 2 + 1);
		int64	   *lines = MemoryContextAllocZero(judging->sums,
												   sizeof(int64) * n);

		if (entry->lines != NULL)
		{
			memcpy(lines, entry->lines, sizeof(int64) * entry->n_lines);
			pfree(entry->lines);
		}
		entry->lines = lines;
		entry->n_lines = n;
	}
	known->name = name;
	known->lines = entry->lines;
	known->n_lines = entry->n_lines;
	return entry->lines;
}

static void
add_tally(void *ctx, const MsTally *tally)
{
	Judging    *judging = ctx;
	KindKey		key = {tally->rule, tally->exception, (int16) tally->outcome,
	(int16) tally->reason};
	KindEntry  *kind;
	int64	   *lines;
	bool		found;

	kind = kinds_insert(judging->kinds, key, &found);
	if (!found)
		kind->number = (int32) judging->kinds->members - 1;
	lines = institution_lines(judging, tally->institution, kind->number) +
		kind->number;
	if (pg_add_s64_overflow(*lines, tally->lines, lines))
		elog(ERROR, "medsup: tally overflows");
}

static void
put_tallies(Judging *judging)
{
	MsCase	   *c = ms_case_start(judging->verdicts);
	institutions_iterator at;
	InstitutionEntry *institution;

	institutions_start_iterate(judging->institutions, &at);
	while ((institution = institutions_iterate(judging->institutions, &at)) != NULL)
	{
		kinds_iterator it;
		KindEntry  *kind;

		kinds_start_iterate(judging->kinds, &it);
		while ((kind = kinds_iterate(judging->kinds, &it)) != NULL)
		{
			MsTally		tally;

			if (kind->number >= institution->n_lines ||
				institution->lines[kind->number] == 0)
				continue;
			tally.rule = kind->key.rule;
			tally.outcome = (MsOutcome) kind->key.outcome;
			tally.reason = kind->key.reason;
			tally.exception = kind->key.exception;
			tally.institution = institution->name;
			tally.lines = institution->lines[kind->number];
			ms_case_put_tally(c, &tally);
		}
	}
}

/* ---- one person ---- */

static int
cmp_ids(const void *a, const void *b)
{
	return ms_str_cmp(*(const MsStr *) a, *(const MsStr *) b);
}

/* Lines of no bill that is there: billed, but not settled yet. */
static int64
count_unsettled(const MsCase *c)
{
	const MsClaims *claims = &c->claims;
	MsStr	   *ids = palloc_extended(sizeof(MsStr) *
									  ((Size) claims->n_settlements + 1),
									  MCXT_ALLOC_HUGE);
	const MsStr *last = NULL;
	uint32		n = 0;
	int64		unsettled = 0;

	for (uint32 i = 0; i < claims->n_settlements; i++)
	{
		ids[n] = claims->settlements[i].setl_id;
		n += ids[n].s != NULL;
	}
	qsort(ids, n, sizeof(MsStr), cmp_ids);
	for (uint32 i = 0; i < claims->n_lines; i++)
	{
		const MsStr *id = &claims->lines[i].setl_id;

		if (id->s == NULL)
			unsettled++;
		else if (last == NULL || cmp_ids(last, id) != 0)
		{
			last = bsearch(id, ids, n, sizeof(MsStr), cmp_ids);
			unsettled += last == NULL;
		}
	}
	return unsettled;
}

static MsStagedRow *
next_row(MsStagedRow *row)
{
	return (MsStagedRow *) ((char *) row + row->size);
}

/* The rows of a person by kind. */
static void
sort_out(MsCase *c, const RowRun *runs, Size n_runs, const Size *counts)
{
	for (int kind = 0; kind < MS_N_ROW_KINDS; kind++)
	{
		c->rows[kind].natts = ms_rows_attributes((MsRowKind) kind);
		c->rows[kind].staged = palloc_extended(sizeof(MsStagedRow *) *
											   (counts[kind] + 1),
											   MCXT_ALLOC_HUGE);
	}
	for (Size i = 0; i < n_runs; i++)
	{
		MsStagedRow *row = runs[i].first;

		CHECK_FOR_INTERRUPTS();
		for (uint32 k = 0; k < runs[i].n; k++, row = next_row(row))
		{
			MsRows	   *rows = &c->rows[row->kind];

			rows->staged[rows->n++] = row;
		}
	}
}

static void
judge(Judging *judging, const RowRun *runs, Size n_runs)
{
	const MsStage *stage = judging->stage;
	MsCase	   *c = ms_case_start(judging->verdicts);
	MemoryContext caller = MemoryContextSwitchTo(judging->verdicts->person);
	Size		counts[MS_N_ROW_KINDS] = {0};
	bool		nobody = runs[0].first->nobody;

	memset(judging->names, 0, sizeof(judging->names));
	for (Size i = 0; i < n_runs; i++)
	{
		MsStagedRow *row = runs[i].first;

		for (uint32 k = 0; k < runs[i].n; k++, row = next_row(row))
			counts[row->kind]++;
	}
	if (counts[MS_ROW_LINE] > 0 ||
		(stage->visits && !nobody && counts[MS_ROW_ENCOUNTER] > 0))
	{
		sort_out(c, runs, n_runs, counts);
		c->claims.period_from = stage->period_from;
		c->claims.period_to = stage->period_to;
		c->claims.campaign = judging->campaign;
		c->claims.memo = judging->memo;
		c->claims.has_diagnoses = stage->is_bound[MS_ROW_DIAGNOSIS] && !nobody;
		c->claims.has_operations = stage->is_bound[MS_ROW_OPERATION] && !nobody;
		c->claims.has_registrations = stage->is_bound[MS_ROW_REGISTRATION] &&
			!nobody;
		ms_case_judge(c);
		if (!stage->is_counted && !nobody)
			judging->unsettled += count_unsettled(c);
	}
	MemoryContextSwitchTo(caller);
}

static bool
same_person(MsStagedRow *a, MsStagedRow *b)
{
	if (a->nobody || b->nobody)
		return a->nobody && b->nobody;
	return same_str(ms_staged_person(a), ms_staged_person(b));
}

static int
cmp_persons(const void *a, const void *b)
{
	MsStagedRow *x = ((const RowRun *) a)->first;
	MsStagedRow *y = ((const RowRun *) b)->first;

	if (x->nobody || y->nobody)
		return (int) x->nobody - (int) y->nobody;
	return ms_str_cmp(ms_staged_person(x), ms_staged_person(y));
}

/* Runs of one hash: nearly always one person. */
static void
judge_hash(Judging *judging, RowRun *runs, Size n)
{
	Size		first = 0;
	bool		mixed = false;

	for (Size i = 1; i < n && !mixed; i++)
		mixed = !same_person(runs[0].first, runs[i].first);
	if (mixed)
		qsort(runs, n, sizeof(RowRun), cmp_persons);
	for (Size i = 1; mixed && i < n; i++)
	{
		if (same_person(runs[first].first, runs[i].first))
			continue;
		judge(judging, runs + first, i - first);
		first = i;
	}
	judge(judging, runs + first, n - first);
}

/* ---- a pass ---- */

static MsStagedRow *
keep_copy(Judging *judging, const MsStagedRow *row)
{
	char	   *copy;

	if (judging->block_left < row->size)
	{
		judging->block_left = Max(BLOCK_SIZE, row->size);
		judging->block = MemoryContextAllocHuge(judging->pass,
												judging->block_left);
	}
	copy = judging->block;
	memcpy(copy, row, row->size);
	judging->block += row->size;
	judging->block_left -= row->size;
	return (MsStagedRow *) copy;
}

static void
gather(void *ctx, MsStagedRow *row, bool lasts)
{
	Judging    *judging = ctx;
	RowRun	   *run;

	if (judging->n_passes > 1 &&
		(row->nobody ? row->person : row->person >> 32) % judging->n_passes !=
		judging->n_pass)
		return;
	if (!lasts)
		row = keep_copy(judging, row);
	run = judging->n_runs > 0 ? &judging->runs[judging->n_runs - 1] : NULL;
	if (run != NULL && row == judging->end && row->person == run->person &&
		same_person(row, run->first))
	{
		run->n++;
		judging->end = next_row(row);
		return;
	}
	if (judging->n_runs == judging->max_runs)
	{
		judging->max_runs *= 2;
		judging->runs = repalloc_huge(judging->runs,
									  sizeof(RowRun) * judging->max_runs);
	}
	run = &judging->runs[judging->n_runs++];
	run->person = row->person;
	run->first = row;
	run->n = 1;
	judging->end = next_row(row);
}

static void
judge_pass(Judging *judging)
{
	Size		first = 0;
	uint64		persons = 1;
	uint64		done = 0;

	judging->max_runs = 1024;
	judging->n_runs = 0;
	judging->end = NULL;
	judging->block_left = 0;
	judging->runs = MemoryContextAlloc(judging->pass,
									   sizeof(RowRun) * judging->max_runs);
	ms_stage_each(judging->stage, judging->bucket, gather, judging);
	sort_runs(judging->runs, judging->n_runs);
	for (Size i = 1; i < judging->n_runs; i++)
		persons += judging->runs[i].person != judging->runs[i - 1].person;
	for (Size i = 1; i <= judging->n_runs; i++)
	{
		if (i < judging->n_runs &&
			judging->runs[i].person == judging->runs[first].person)
			continue;
		CHECK_FOR_INTERRUPTS();
		if ((done++ & 511) == 0)
			ms_progress_persons(done, persons);
		judge_hash(judging, judging->runs + first, i - first);
		first = i;
	}
	MemoryContextReset(judging->pass);
}

/* ---- the function ---- */

static MsBucket *
staged_bucket(MsStage *stage, int64 run, int part)
{
	if (stage == NULL || !stage->is_complete || stage->run != run ||
		part < 1 || part > stage->partitions ||
		stage->bucket_of[part - 1] < 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("partition %d of run %lld is not staged", part,
						(long long) run),
				 errhint("Read it first: SELECT medsup.run_stage(run, ARRAY[partition]).")));
	return &stage->buckets[stage->bucket_of[part - 1]];
}

/* What was judged before is not asked for again. */
static void
forget_others(MsStage *stage, const MsBucket *bucket)
{
	for (int i = 0; i < stage->n_buckets; i++)
	{
		MsBucket   *other = &stage->buckets[i];

		if (other != bucket && other->is_judged)
			ms_stage_forget(stage, other);
	}
}

static void
judge_bucket(Judging *judging)
{
	MsBucket   *bucket = judging->bucket;
	Size		bytes = bucket->row_bytes + (Size) bucket->rows * sizeof(RowRun);

	judging->n_passes = 1;
	if (bucket->n_spilled > 0)
		judging->n_passes = Min(1 + bytes / Max(judging->stage->room, 1),
								MAX_PASSES);
	for (judging->n_pass = 0; judging->n_pass < judging->n_passes;
		 judging->n_pass++)
		judge_pass(judging);
	put_tallies(judging);
}

static void
put_counts(const Judging *judging)
{
	const MsBucket *bucket = judging->bucket;
	MsCase	   *c = ms_case_start(judging->verdicts);

	ms_case_put_count(c, "lines", bucket->lines, judging->stage->snapshot);
	ms_case_put_count(c, "unsettled", judging->stage->is_counted ?
					  bucket->unsettled : judging->unsettled,
					  judging->stage->snapshot);
}

/* The stored value of the run's rulebook, not read yet. */
static Datum
book_of_run(int64 run)
{
	Oid			types[] = {INT8OID};
	Datum		args[] = {Int64GetDatum(run)};
	Datum		book;
	bool		isnull;

	if (SPI_execute_with_args("SELECT b.compiled FROM medsup.run r"
							  " JOIN medsup.rulebook b ON b.version OPERATOR(pg_catalog.=) r.rulebook"
							  " WHERE r.run OPERATOR(pg_catalog.=) $1",
							  1, types, args, NULL, true, 1) != SPI_OK_SELECT ||
		SPI_processed != 1)
		ereport(ERROR,
				(errcode(ERRCODE_MS_NO_RULEBOOK),
				 errmsg("run %lld has no rulebook", (long long) run)));
	book = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
						 &isnull);
	return book;
}

/* The book stays valid: nothing asks for another while a partition is judged. */
static const MsBook *
open_book(FunctionCallInfo fcinfo)
{
	MsRulebookRef ref = {0};
	const MsBook *book;

	if (!PG_ARGISNULL(2))
		return ms_rulebook_get(PG_GETARG_DATUM(2), &ref);
	SPI_connect();
	book = ms_rulebook_get(book_of_run(PG_GETARG_INT64(0)), &ref);
	SPI_finish();
	return book;
}

/* ---- what is remembered of the book ---- */

static void *
memo_alloc(void *ctx, size_t size)
{
	return MemoryContextAllocHuge((MemoryContext) ctx, size);
}

static void
memo_check(void *ctx)
{
	CHECK_FOR_INTERRUPTS();
}

/* A memo takes what it gets: its limit holds it back, not its budget. */
static void
memo_fail(void *ctx, MsFail why)
{
	ereport(ERROR,
			(errcode(ERRCODE_OUT_OF_MEMORY),
			 errmsg("out of memory while judging")));
}

/*
 * The partitions of a stage share what is known of their codes, as long as
 * the book is the same one at the same place.
 */
static MsMemo *
memo_of(MsStage *stage, const MsBook *book)
{
	const uint8 *checksum = book->bytes + MS_BOOK_CHECKSUM_AT;
	MsEnv		env = {memo_alloc, memo_check, memo_fail, NULL, 0};

	StaticAssertStmt(sizeof(stage->memo_checksum) == MS_BOOK_CHECKSUM_SIZE,
					 "a memo keeps the checksum of its book");
	if (stage->memo != NULL && stage->memo_bytes == book->bytes &&
		memcmp(stage->memo_checksum, checksum, MS_BOOK_CHECKSUM_SIZE) == 0)
		return stage->memo;
	if (stage->memo_context != NULL)
		MemoryContextDelete(stage->memo_context);
	stage->memo = NULL;
	stage->memo_context = NULL;
	stage->memo_context = AllocSetContextCreate(stage->context,
												"medsup memo of codes",
												ALLOCSET_DEFAULT_SIZES);
	env.ctx = stage->memo_context;
	stage->memo = ms_memo_create(&env, book,
								 Max(LEAST_MEMO, Min(MOST_MEMO,
													 stage->budget / 8)));
	stage->memo_bytes = book->bytes;
	memcpy(stage->memo_checksum, checksum, MS_BOOK_CHECKSUM_SIZE);
	return stage->memo;
}

/* run_verdicts(run, part, book): judges a staged partition */
Datum
medsup_run_verdicts(PG_FUNCTION_ARGS)
{
	MemoryContext work;
	MemoryContext caller;
	Judging		judging = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("run and partition must not be null")));
	InitMaterializedSRF(fcinfo, 0);
	judging.stage = ms_stage_current();
	judging.bucket = staged_bucket(judging.stage, PG_GETARG_INT64(0),
								   PG_GETARG_INT32(1));
	forget_others(judging.stage, judging.bucket);
	work = AllocSetContextCreate(CurrentMemoryContext, "medsup judging",
								 ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(work);
	judging.pass = AllocSetContextCreate(work, "medsup judging rows",
										 ALLOCSET_DEFAULT_SIZES);
	judging.sums = AllocSetContextCreate(work, "medsup judging tallies",
										 ALLOCSET_DEFAULT_SIZES);
	judging.kinds = kinds_create(judging.sums, 64, NULL);
	judging.institutions = institutions_create(judging.sums, 64, NULL);
	judging.verdicts = ms_verdicts_create(work);
	ms_verdicts_start(judging.verdicts, (ReturnSetInfo *) fcinfo->resultinfo,
					  open_book(fcinfo));
	judging.campaign = ms_campaign_make(judging.verdicts->book,
										judging.stage->institutions,
										judging.stage->rules,
										judging.stage->med_types,
										judging.stage->by_occurrence);
	judging.memo = memo_of(judging.stage, judging.verdicts->book);
	judging.verdicts->add_tally = add_tally;
	judging.verdicts->tally_ctx = &judging;
	ms_progress_phase(MS_RUN_EVALUATING);
	judge_bucket(&judging);
	put_counts(&judging);
	ms_progress_phase(MS_RUN_RECORDING);
	judging.bucket->is_judged = true;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(work);
	return (Datum) 0;
}
