/*
 * kind_fixture.h
 *	  A rulebook of a few entries, written by each test, over the claims of
 *	  audit_fixture.h, with diagnoses, operations and registrations.
 */
#ifndef KIND_FIXTURE_H
#define KIND_FIXTURE_H

#include "unit.h"

#include "audit_fixture.h"

#define KX_MAX 64

static MsBook kx_book;
static MsDiagnosis kx_diagnoses[KX_MAX];
static MsOperation kx_operations[KX_MAX];
static MsRegistration kx_registrations[KX_MAX];

/* A code of an entry; roles by their words. */
typedef struct KxCode
{
	const char *entry;
	const char *code;
	const char *role;
} KxCode;

/* ---- the book ---- */

/* Compiles a book; it lives until fx_free. */
static inline bool
kx_open(const MsBookRule *rules, uint32_t n_rules, const MsBookEntry *entries,
		uint32_t n_entries, const KxCode *codes, uint32_t n_codes,
		const MsBookMap *maps, uint32_t n_maps)
{
	static MsBookCode book_codes[KX_MAX];
	static MsEnv env;
	static MsArena arena;
	MsBookContent content = {
		.rules = rules,.n_rules = n_rules,.entries = entries,
		.n_entries = n_entries,.codes = book_codes,.n_codes = n_codes,
		.maps = maps,.n_maps = n_maps,.params = fx_params,.n_params = 2
	};
	MsBookError error;
	uint8_t    *bytes;
	size_t		size;

	for (uint32_t i = 0; i < n_codes; i++)
	{
		book_codes[i].entry_code = codes[i].entry;
		book_codes[i].role = (uint8_t) ms_word_value(MS_VOCABULARY_ROLE,
													 codes[i].role);
		if (!ms_code_fee_item_parse(codes[i].code, strlen(codes[i].code),
									&book_codes[i].item, NULL))
			return false;
	}
	env = fx_env();
	ms_arena_init(&arena, &env);
	if (!ms_book_build(&arena, &content, &bytes, &size, &error) ||
		!ms_book_open(bytes, size, &kx_book, &error))
	{
		fprintf(stderr, "%s: %s\n", error.object ? error.object : "book",
				error.what);
		return false;
	}
	return true;
}

#define KX_LENGTH(array) ((uint32_t) (sizeof(array) / sizeof((array)[0])))
#define KX_OPEN(rules, entries, codes, maps) \
	kx_open(rules, KX_LENGTH(rules), entries, KX_LENGTH(entries), codes, \
			KX_LENGTH(codes), maps, KX_LENGTH(maps))

/* The codes below a node, as a set of one interval. */
static inline MsBookRange
kx_icd10(const char *node)
{
	MsBookRange range = {0, UINT64_MAX};

	if (!ms_code_icd10_parse(node, strlen(node), &range.lo, NULL))
		abort();
	(void) ms_code_icd10_subtree_end(range.lo, &range.hi);
	return range;
}

static inline MsBookRange
kx_icd9cm3(const char *node)
{
	MsBookRange range = {0, UINT64_MAX};

	if (!ms_code_icd9cm3_parse(node, strlen(node), &range.lo, NULL))
		abort();
	(void) ms_code_icd9cm3_subtree_end(range.lo, &range.hi);
	return range;
}

/* ---- claims ---- */

/* One inpatient encounter M1, settled in S1. */
static inline void
kx_start(void)
{
	fx_reset();
	memset(kx_diagnoses, 0, sizeof(kx_diagnoses));
	memset(kx_operations, 0, sizeof(kx_operations));
	memset(kx_registrations, 0, sizeof(kx_registrations));
	fx_claims.diagnoses = kx_diagnoses;
	fx_claims.operations = kx_operations;
	fx_claims.registrations = kx_registrations;
	fx_claims.has_diagnoses = true;
	fx_claims.has_operations = true;
	fx_claims.has_registrations = true;
	fx_encounter("M1");
	fx_settlement("S1", "M1", 8000);
}

static inline MsDiagnosis *
kx_diagnosis(const char *code, const char *main)
{
	MsDiagnosis *d = &kx_diagnoses[fx_claims.n_diagnoses++];

	d->mdtrt_id = ms_str("M1");
	d->diag_code = ms_str(code);
	d->diag_type = ms_str("1");
	d->maindiag_flag = ms_str(main);
	return d;
}

static inline MsOperation *
kx_operation(const char *code)
{
	MsOperation *o = &kx_operations[fx_claims.n_operations++];

	o->mdtrt_id = ms_str("M1");
	o->oprn_oprt_code = ms_str(code);
	return o;
}

/* ---- output ---- */

static inline const FxFinding *
kx_found(const char *entry, const char *anchor)
{
	for (int i = 0; i < fx_n_found; i++)
	{
		MsBookEntry e;

		ms_book_entry(&kx_book, fx_found[i].f.entry, &e);
		if (strcmp(e.code, entry) == 0 &&
			strcmp(fx_found[i].anchor, anchor) == 0)
			return &fx_found[i];
	}
	return NULL;
}

#define KX_RUN() CHECK(fx_run(&kx_book))

/* The outcome of the only line under rule 0. */
#define KX_ONE(outcome, reason) \
	do { \
		KX_RUN(); \
		CHECK_INT(fx_tallies[0][outcome][reason], 1); \
		CHECK_INT(fx_n_found, (outcome) == MS_HIT); \
	} while (0)

#define KX_FOUND(entry, anchor, want_excess, want_vola) \
	do { \
		const FxFinding *kx_f = kx_found(entry, anchor); \
 \
		CHECK_MSG(kx_f != NULL, "no finding of %s at %s", entry, anchor); \
		if (kx_f != NULL) \
		{ \
			CHECK_INT(kx_f->f.excess, want_excess); \
			CHECK_INT(kx_f->f.vola_amt, want_vola); \
		} \
	} while (0)

#endif							/* KIND_FIXTURE_H */
