/*-------------------------------------------------------------------------
 *
 * audit_sweep_sum.c
 *	  medsup.sweep_sum(): the aggregate by which a sweep adds up rows.
 *
 * An aggregate, so that the executor's parallel workers each add up what they
 * scan, and only sums by person go from them to the session, not rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "audit/audit_sweep.h"
#include "common/ms_compat.h"

PG_FUNCTION_INFO_V1(medsup_sweep_sum_step);
PG_FUNCTION_INFO_V1(medsup_sweep_sum_merge);
PG_FUNCTION_INFO_V1(medsup_sweep_sum_pack);
PG_FUNCTION_INFO_V1(medsup_sweep_sum_unpack);

#define FIRST_SIZE_BITS 10
#define NUMBERS_BLOCK (64 * 1024)

/* In front of what is packed; then of each person hash, digest, length, number. */
typedef struct PackedHeader
{
	uint64		key;
	uint64		budget;
	uint64		prefix;
	uint64		n;
	int32		prefix_bits;
} PackedHeader;

/* A state of the aggregate: persons, or what another process packed. */
typedef struct SumState
{
	MsSweepPersons persons;
	const bytea *packed;		/* NULL = persons */
} SumState;

/* ---- persons ---- */

uint64
ms_sweep_person_hash(uint64 key, const char *number, Size len)
{
	return ms_sweep_hash_end(ms_sweep_hash_field(ms_sweep_hash_start(key),
												 number, len));
}

static const char *
keep_number(MsSweepPersons *p, const char *number, Size len)
{
	Size		need = len + 1;
	char	   *copy;

	if (need > p->block_left)
	{
		p->block_left = Max(need, NUMBERS_BLOCK);
		p->block = MemoryContextAlloc(p->numbers, p->block_left);
		p->numbers_size += p->block_left;
	}
	copy = p->block;
	memcpy(copy, number, len);
	copy[len] = '\0';
	p->block += need;
	p->block_left -= need;
	return copy;
}

static void
new_table(MsSweepPersons *p, int size_bits, int prefix_bits, uint64 prefix)
{
	ms_sweep_table_init(&p->table,
						MemoryContextAllocHuge(p->context,
											   ms_sweep_table_bytes(size_bits)),
						size_bits, prefix_bits, prefix);
	p->last = NULL;
}

static void
new_numbers(MsSweepPersons *p)
{
	p->numbers = AllocSetContextCreate(p->context, "medsup sweep numbers",
									   ALLOCSET_DEFAULT_SIZES);
	p->block = NULL;
	p->block_left = 0;
	p->numbers_size = 0;
}

void
ms_sweep_persons_start(MsSweepPersons *p, MemoryContext context, uint64 key,
					   Size budget, int prefix_bits, uint64 prefix)
{
	p->key = key;
	p->budget = budget;
	p->context = context;
	new_numbers(p);
	new_table(p, FIRST_SIZE_BITS, prefix_bits, prefix);
}

/* The persons after these, in a table that is as large as the budget allows. */
void
ms_sweep_persons_next_pass(MsSweepPersons *p)
{
	MemoryContextDelete(p->numbers);
	new_numbers(p);
	ms_sweep_table_init(&p->table, p->table.places, p->table.size_bits,
						p->table.prefix_bits, p->table.prefix + 1);
	p->last = NULL;
}

/* Another table for those of the old one that go on. */
static void
move_to(MsSweepPersons *p, int size_bits, int prefix_bits, uint64 prefix)
{
	MsSweepTable old = p->table;
	MemoryContext old_numbers = p->numbers;
	bool		all = prefix_bits == old.prefix_bits;
	size_t		n_places = ms_sweep_n_places(&old);

	new_table(p, size_bits, prefix_bits, prefix);
	if (!all)
		new_numbers(p);
	for (size_t i = 0; i < n_places; i++)
	{
		MsSweepPerson *from = &old.places[i];
		MsSweepPerson *to;

		if (from->number == NULL ||
			!ms_sweep_is_of(from->hash, prefix_bits, prefix))
			continue;
		to = ms_sweep_place(&p->table, from->hash);
		if (to == NULL)
			elog(ERROR, "medsup: no place for a person in the sweep");
		*to = *from;
		if (!all)
			to->number = keep_number(p, from->number, strlen(from->number));
		p->table.n++;
	}
	pfree(old.places);
	if (!all)
		MemoryContextDelete(old_numbers);
}

/*
 * Makes room: a table twice as large while that is within the budget, with
 * the old one beside it for a moment; else only the lower half of the
 * persons goes on, the upper half is for another pass.
 */
static void
make_room(MsSweepPersons *p)
{
	const MsSweepTable *t = &p->table;

	if (3 * ms_sweep_table_bytes(t->size_bits) + p->numbers_size <= p->budget ||
		t->prefix_bits == MS_SWEEP_MAX_PREFIX_BITS)
		move_to(p, t->size_bits + 1, t->prefix_bits, t->prefix);
	else
		move_to(p, t->size_bits, t->prefix_bits + 1, t->prefix << 1);
}

/* The person of that hash; NULL = of another pass. */
static MsSweepPerson *
person_of(MsSweepPersons *p, uint64 hash, const char *number, Size len)
{
	MsSweepPerson *person;

	for (;;)
	{
		if (!ms_sweep_is_of(hash, p->table.prefix_bits, p->table.prefix))
			return NULL;
		person = ms_sweep_place(&p->table, hash);
		if (person != NULL &&
			(person->number != NULL || !ms_sweep_is_full(&p->table)))
			break;
		make_room(p);
	}
	if (person->number == NULL)
	{
		person->hash = hash;
		person->digest = 0;
		person->number = keep_number(p, number, len);
		p->table.n++;
	}
	return person;
}

void
ms_sweep_persons_add(MsSweepPersons *p, const char *number, Size len,
					 uint64 digest)
{
	MsSweepPerson *person = p->last;

	/* rows of a person often come one after the other */
	if (person == NULL || p->last_len != len ||
		memcmp(person->number, number, len) != 0)
	{
		person = person_of(p, ms_sweep_person_hash(p->key, number, len), number,
						   len);
		p->last = person;
		p->last_len = len;
	}
	if (person != NULL)
		person->digest += digest;
}

bytea *
ms_sweep_persons_pack(const MsSweepPersons *p)
{
	const MsSweepTable *t = &p->table;
	PackedHeader header = {0};
	StringInfoData out;

	header.key = p->key;
	header.budget = p->budget;
	header.prefix = t->prefix;
	header.prefix_bits = t->prefix_bits;
	header.n = t->n;
	initStringInfo(&out);
	appendStringInfoSpaces(&out, VARHDRSZ);
	appendBinaryStringInfo(&out, (char *) &header, sizeof(header));
	for (size_t i = 0; i < ms_sweep_n_places(t); i++)
	{
		const MsSweepPerson *person = &t->places[i];
		int32		len;

		if (person->number == NULL)
			continue;
		len = (int32) strlen(person->number);
		appendBinaryStringInfo(&out, (const char *) &person->hash,
							   sizeof(person->hash));
		appendBinaryStringInfo(&out, (const char *) &person->digest,
							   sizeof(person->digest));
		appendBinaryStringInfo(&out, (char *) &len, sizeof(len));
		appendBinaryStringInfo(&out, person->number, len + 1);
	}
	SET_VARSIZE(out.data, out.len);
	return (bytea *) out.data;
}

static PackedHeader
packed_header(const bytea *packed)
{
	PackedHeader header;

	if (VARSIZE_ANY_EXHDR(packed) < sizeof(header))
		elog(ERROR, "medsup: sums of a sweep are too short");
	memcpy(&header, VARDATA_ANY(packed), sizeof(header));
	return header;
}

/* ms_sweep_persons_merge adds what another process packed to p. */
void
ms_sweep_persons_merge(MsSweepPersons *p, const bytea *packed)
{
	PackedHeader header = packed_header(packed);
	const char *at = VARDATA_ANY(packed) + sizeof(header);

	/* whom that process put off is put off here as well */
	if (header.prefix_bits > p->table.prefix_bits)
		move_to(p, p->table.size_bits, header.prefix_bits, header.prefix);
	for (uint64 i = 0; i < header.n; i++)
	{
		MsSweepPerson person;
		MsSweepPerson *to;
		int32		len;

		memcpy(&person.hash, at, sizeof(person.hash));
		at += sizeof(person.hash);
		memcpy(&person.digest, at, sizeof(person.digest));
		at += sizeof(person.digest);
		memcpy(&len, at, sizeof(len));
		at += sizeof(len);
		to = person_of(p, person.hash, at, len);
		if (to != NULL)
			to->digest += person.digest;
		at += len + 1;
	}
	p->last = NULL;
}

/* ---- the aggregate ---- */

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "medsup: sweep_sum was not called as an aggregate");
	return context;
}

/* sweep_sum_step(state, key, kilobytes, prefix_bits, prefix, psn_no, digest) */
Datum
medsup_sweep_sum_step(PG_FUNCTION_ARGS)
{
	SumState   *state;
	text	   *number;

	if (!PG_ARGISNULL(0))
		state = (SumState *) PG_GETARG_POINTER(0);
	else
	{
		MemoryContext context = aggregate_context(fcinfo);

		state = MemoryContextAllocZero(context, sizeof(*state));
		ms_sweep_persons_start(&state->persons, context,
							   (uint64) PG_GETARG_INT64(1),
							   (Size) PG_GETARG_INT32(2) * 1024,
							   PG_GETARG_INT32(3), (uint64) PG_GETARG_INT64(4));
	}
	if (PG_ARGISNULL(5) || PG_ARGISNULL(6))
		PG_RETURN_POINTER(state);
	number = PG_GETARG_TEXT_PP(5);
	ms_sweep_persons_add(&state->persons, VARDATA_ANY(number),
						 VARSIZE_ANY_EXHDR(number),
						 (uint64) PG_GETARG_INT64(6));
	PG_RETURN_POINTER(state);
}

/* sweep_sum_merge(state, state): both may be NULL, the second one is packed. */
Datum
medsup_sweep_sum_merge(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	SumState   *state = PG_ARGISNULL(0) ? NULL : (SumState *) PG_GETARG_POINTER(0);
	const SumState *other;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	other = (SumState *) PG_GETARG_POINTER(1);
	if (other->packed == NULL)
		elog(ERROR, "medsup: sums of a sweep come from another process");
	if (state == NULL)
	{
		PackedHeader header = packed_header(other->packed);

		state = MemoryContextAllocZero(context, sizeof(*state));
		ms_sweep_persons_start(&state->persons, context, header.key,
							   header.budget, header.prefix_bits,
							   header.prefix);
	}
	ms_sweep_persons_merge(&state->persons, other->packed);
	PG_RETURN_POINTER(state);
}

/* sweep_sum_pack(state): from process to process, and at the end. */
Datum
medsup_sweep_sum_pack(PG_FUNCTION_ARGS)
{
	(void) aggregate_context(fcinfo);
	PG_RETURN_BYTEA_P(ms_sweep_persons_pack(&((SumState *) PG_GETARG_POINTER(0))->persons));
}

/* sweep_sum_unpack(packed, internal): it is read when it is merged. */
Datum
medsup_sweep_sum_unpack(PG_FUNCTION_ARGS)
{
	SumState   *state;

	(void) aggregate_context(fcinfo);
	state = palloc0(sizeof(*state));
	state->packed = PG_GETARG_BYTEA_PP(0);
	PG_RETURN_POINTER(state);
}
