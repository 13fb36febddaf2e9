/*-------------------------------------------------------------------------
 *
 * book_check_core.c
 *	  Checks a compiled book, so that it can be read in place.
 *
 * What was opened can be read without a check: every offset and index lies
 * inside, every word is known, every key can be found.  Beyond that it is as
 * strict as costs little (unused bytes are zero, sections follow each other
 * without gaps); damage is for the checksum to tell.  Its time is linear in
 * the book, and it reads each section from its beginning to its end.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "rulebook/book_core.h"
#include "rulebook/book_layout_core.h"
#include "rulebook/expr_core.h"

static bool
broken(MsBookError *error, const char *what, uint64_t where)
{
	error->what = what;
	error->allowed = NULL;
	error->object = NULL;
	error->where = where;
	return false;
}

static uint64_t
offset_of(const MsBook *book, const uint8_t *p)
{
	return (uint64_t) (p - book->bytes);
}

/* ---- header and sections ---- */

static bool
check_header(const uint8_t *bytes, size_t size, MsBookError *error)
{
	if (size < MS_BOOK_HEADER_SIZE)
		return broken(error, "it is too short", size);
	if (memcmp(bytes + HEAD_MAGIC, MS_BOOK_MAGIC, 8) != 0)
		return broken(error, "it does not begin as a rulebook", HEAD_MAGIC);
	if (get_u32(bytes + HEAD_FORMAT) != MS_BOOK_FORMAT)
		return broken(error, "its format version is another one", HEAD_FORMAT);
	if (size < MS_BOOK_HEADER_SIZE + N_SECTIONS * SECTION_DESCRIPTOR)
		return broken(error, "it is too short", size);
	if (get_u32(bytes + HEAD_SECTIONS) != N_SECTIONS)
		return broken(error, "it has another number of sections",
					  HEAD_SECTIONS);
	if (get_u64(bytes + HEAD_SIZE) != size)
		return broken(error, "its length is not the one it names", HEAD_SIZE);
	return true;
}

/* Says it of whatever claims to be a book, of whatever format. */
uint32_t
ms_book_format(const uint8_t *bytes, size_t size)
{
	if (size < MS_BOOK_HEADER_SIZE ||
		memcmp(bytes + HEAD_MAGIC, MS_BOOK_MAGIC, 8) != 0)
		return 0;
	return get_u32(bytes + HEAD_FORMAT);
}

static bool
zeros(const uint8_t *p, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
	{
		if (p[i] != 0)
			return false;
	}
	return true;
}

static bool
find_sections(MsBook *book, const uint8_t *section[N_SECTIONS],
			  uint32_t count[N_SECTIONS], MsBookError *error)
{
	uint64_t	at = MS_BOOK_HEADER_SIZE + N_SECTIONS * SECTION_DESCRIPTOR;

	for (uint32_t i = 0; i < N_SECTIONS; i++)
	{
		const uint8_t *d = book->bytes + MS_BOOK_HEADER_SIZE +
		i * SECTION_DESCRIPTOR;
		uint64_t	n = get_u64(d + SECTION_COUNT);
		uint64_t	gap = align8(at) - at;

		if (get_u32(d + SECTION_ID) != i ||
			get_u32(d + SECTION_WIDTH) != section_width[i])
			return broken(error, "a section is not the expected one",
						  offset_of(book, d));
		if (get_u64(d + SECTION_OFFSET) != at + gap || at + gap > book->size ||
			n > INT32_MAX || n * section_width[i] > book->size - at - gap)
			return broken(error, "a section does not lie where it must",
						  offset_of(book, d));
		if (!zeros(book->bytes + at, gap))
			return broken(error, "bytes between sections are not zero", at);
		section[i] = book->bytes + at + gap;
		count[i] = (uint32_t) n;
		at += gap + n * section_width[i];
	}
	if (align8(at) != book->size ||
		!zeros(book->bytes + at, book->size - at))
		return broken(error, "it does not end where its sections do", at);
	return true;
}

/* ---- strings ---- */

/* Length of the UTF-8 sequence at p, 0 when it is none. */
static uint32_t
utf8_length(const uint8_t *p, size_t left)
{
	uint32_t	need;
	uint32_t	c;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	need = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	if (left < need)
		return 0;
	c = p[0] & (0xFFu >> (need + 1));
	for (uint32_t i = 1; i < need; i++)
	{
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		c = (c << 6) | (p[i] & 0x3Fu);
	}
	if ((need == 3 && c < 0x800) || (need == 4 && c < 0x10000) ||
		c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return 0;
	return need;
}

static bool
check_strings(const MsBook *book, MsBookError *error)
{
	const uint8_t *p = (const uint8_t *) book->strings;
	uint32_t	n = book->n_strings;

	if (n == 0 || p[0] != 0 || p[n - 1] != 0)
		return broken(error, "its strings have no end", offset_of(book, p));
	for (uint32_t i = 0; i < n;)
	{
		uint32_t	len;

		/* eight ASCII characters at a time */
		if (n - i >= 8 &&
			(get_u64(p + i) & UINT64_C(0x8080808080808080)) == 0)
		{
			i += 8;
			continue;
		}
		len = utf8_length(p + i, n - i);

		if (len == 0)
			return broken(error, "a string is not UTF-8",
						  offset_of(book, p) + i);
		i += len;
	}
	return true;
}

/* A reference must point to the beginning of a non-empty string, or be 0. */
static bool
string_ok(const MsBook *book, const uint8_t *p, bool required)
{
	uint32_t	at = get_u32(p);

	if (at == 0)
		return !required;
	return at < book->n_strings && book->strings[at - 1] == '\0' &&
		book->strings[at] != '\0';
}

static int
cmp_strings(const MsBook *book, const uint8_t *a, const uint8_t *b)
{
	return strcmp(book->strings + get_u32(a), book->strings + get_u32(b));
}

/* ---- records ---- */

static bool
check_params(MsBook *book, MsBookError *error)
{
	ms_book_no_params(book);
	for (uint32_t i = 0; i < book->n_params; i++)
	{
		const uint8_t *p = book->params + (size_t) i * PARAM_WIDTH;
		const char *allowed;

		if (!string_ok(book, p + PARAM_NAME, true) ||
			!string_ok(book, p + PARAM_VALUE, true))
			return broken(error, "a parameter has no name or value",
						  offset_of(book, p));
		if (i > 0 && cmp_strings(book, p - PARAM_WIDTH, p) >= 0)
			return broken(error, "parameters are not in order",
						  offset_of(book, p));
		if (!ms_book_take_param(book,
								ms_book_string(book, p + PARAM_NAME),
								ms_book_string(book, p + PARAM_VALUE),
								&allowed))
			return broken(error, "a parameter has an unknown value",
						  offset_of(book, p));
	}
	return true;
}

/* Whether n indexes ascend and are all below limit. */
static bool
ascending(const uint8_t *list, uint32_t first, uint32_t n, uint32_t limit)
{
	const uint8_t *p = list + (size_t) first * 4;

	for (uint32_t i = 0; i < n; i++, p += 4)
	{
		if (get_u32(p) >= limit || (i > 0 && get_u32(p) <= get_u32(p - 4)))
			return false;
	}
	return true;
}

static bool
check_rules(const MsBook *book, MsBookError *error)
{
	uint32_t	entry = 0;
	uint32_t	exception = 0;

	for (uint32_t i = 0; i < book->n_rules; i++)
	{
		const uint8_t *p = book->rules + (size_t) i * RULE_WIDTH;

		for (int at = RULE_CODE; at <= RULE_DISPOSAL; at += 4)
		{
			if (!string_ok(book, p + at, at == RULE_CODE))
				return broken(error, "a rule has a bad string",
							  offset_of(book, p + at));
		}
		if (p[RULE_KIND] < 1 || p[RULE_KIND] > 15 ||
			ms_word(MS_VOCABULARY_FUND_SCOPE, p[RULE_FUND_SCOPE]) == NULL ||
			!zeros(p + RULE_FUND_SCOPE + 1, 2))
			return broken(error, "a rule has an unknown kind or fund scope",
						  offset_of(book, p));
		if (i > 0 && cmp_strings(book, p - RULE_WIDTH, p) >= 0)
			return broken(error, "rules are not in order",
						  offset_of(book, p));
		if (get_u32(p + RULE_FIRST_ENTRY) != entry ||
			get_u32(p + RULE_N_ENTRIES) > book->n_entries - entry)
			return broken(error, "a rule has wrong entries",
						  offset_of(book, p));
		entry += get_u32(p + RULE_N_ENTRIES);
		if (get_u32(p + RULE_FIRST_EXCEPTION) != exception ||
			get_u32(p + RULE_N_EXCEPTIONS) >
			book->n_rule_exceptions - exception)
			return broken(error, "a rule has wrong exceptions",
						  offset_of(book, p));
		exception += get_u32(p + RULE_N_EXCEPTIONS);
		if (!ascending(book->rule_exceptions,
					   get_u32(p + RULE_FIRST_EXCEPTION),
					   get_u32(p + RULE_N_EXCEPTIONS), book->n_exceptions))
			return broken(error, "a rule's exceptions are not in order",
						  offset_of(book, p));
	}
	if (entry != book->n_entries)
		return broken(error, "some entries have no rule",
					  offset_of(book, book->entries));
	if (exception != book->n_rule_exceptions)
		return broken(error, "some exceptions have no rule",
					  offset_of(book, book->rule_exceptions));
	return true;
}

static bool
check_sets(const MsBook *book, MsBookError *error)
{
	uint32_t	next = 0;

	for (uint32_t i = 0; i < book->n_sets; i++)
	{
		const uint8_t *p = book->sets + (size_t) i * SET_WIDTH;
		const uint8_t *range = book->ranges + (size_t) next * RANGE_WIDTH;
		uint32_t	n = get_u32(p + SET_COUNT);

		if (!string_ok(book, p + SET_TEXT, true) ||
			get_u32(p + SET_FIRST) != next || n == 0 ||
			n > book->n_ranges - next)
			return broken(error, "a set has no text or wrong codes",
						  offset_of(book, p));
		for (uint32_t j = 0; j < n; j++, range += RANGE_WIDTH)
		{
			uint64_t	lo = get_u64(range + RANGE_LO);

			if (lo >= get_u64(range + RANGE_HI) ||
				(j > 0 && lo <= get_u64(range - RANGE_WIDTH + RANGE_HI)))
				return broken(error, "a set of codes is not in order",
							  offset_of(book, range));
		}
		next += n;
	}
	if (next != book->n_ranges)
		return broken(error, "some codes are in no set",
					  offset_of(book, book->ranges));
	return true;
}

static bool
check_exprs(const MsBook *book, MsBookError *error)
{
	uint64_t	next = 0;

	for (uint32_t i = 0; i < book->n_exprs; i++)
	{
		const uint8_t *p = book->exprs + (size_t) i * EXPR_WIDTH;
		uint32_t	size = get_u32(p + EXPR_SIZE);
		uint64_t	end = align8(next + size);

		if (!string_ok(book, p + EXPR_TEXT, true) ||
			get_u32(p + EXPR_OFFSET) != next || size == 0 ||
			end > book->n_expr_code ||
			!zeros(book->expr_code + next + size, end - next - size))
			return broken(error, "an expression has no text or wrong code",
						  offset_of(book, p));
		next = end;
	}
	if (next != book->n_expr_code)
		return broken(error, "some code belongs to no expression",
					  offset_of(book, book->expr_code));
	return true;
}

/* expr is an index + 1, or 0 for none. */
static bool
expr_ok(const MsBook *book, uint32_t expr, MsExprType type)
{
	const uint8_t *p = book->exprs + (size_t) (expr - 1) * EXPR_WIDTH;

	if (expr == 0)
		return true;
	return expr <= book->n_exprs &&
		ms_expr_check(book->expr_code + get_u32(p + EXPR_OFFSET),
					  get_u32(p + EXPR_SIZE), type, NULL);
}

static bool
check_exceptions(const MsBook *book, MsBookError *error)
{
	for (uint32_t i = 0; i < book->n_exceptions; i++)
	{
		const uint8_t *p = book->exceptions + (size_t) i * EXCEPTION_WIDTH;
		uint32_t	condition = get_u32(p + EXCEPTION_CONDITION);

		if (!string_ok(book, p + EXCEPTION_CODE, true) ||
			!string_ok(book, p + EXCEPTION_NAME_ZH, false) ||
			!string_ok(book, p + EXCEPTION_NAME_EN, false) ||
			condition == 0 || !expr_ok(book, condition, MS_EXPR_BOOLEAN))
			return broken(error, "an exception has a bad string or no condition",
						  offset_of(book, p));
		if (i > 0 && cmp_strings(book, p - EXCEPTION_WIDTH, p) >= 0)
			return broken(error, "exceptions are not in order",
						  offset_of(book, p));
	}
	return true;
}

/* Terms are few beside entries: everything that they say is checked. */
static bool
check_terms(const MsBook *book, MsBookError *error)
{
	uint32_t	rule = 0;

	for (uint32_t i = 0; i < book->n_terms; i++)
	{
		const uint8_t *p = book->terms + (size_t) i * TERMS_WIDTH;
		const char *problem;
		const char *allowed;
		MsBookEntry entry;
		bool		ok = true;

		for (int at = TERMS_RESULT_TYPE; at <= TERMS_PROGRAMMES; at += 4)
			ok = ok && string_ok(book, p + at, false);
		for (int at = TERMS_DX_REQUIRED; at <= TERMS_OPRN_REQUIRED; at += 4)
			ok = ok && get_u32(p + at) <= book->n_sets;
		ok = ok && expr_ok(book, get_u32(p + TERMS_ACCESS), MS_EXPR_BOOLEAN) &&
			expr_ok(book, get_u32(p + TERMS_CONDITION), MS_EXPR_BOOLEAN) &&
			expr_ok(book, get_u32(p + TERMS_LIMIT_CASE), MS_EXPR_NUMBER);
		if (!ok)
			return broken(error, "terms name a bad string, set or expression",
						  offset_of(book, p));
		/* they stand in the order of their rules, each used by some entry */
		if (get_u32(p + TERMS_RULE) >= book->n_rules ||
			get_u32(p + TERMS_RULE) < rule)
			return broken(error, "terms name a wrong rule",
						  offset_of(book, p));
		rule = get_u32(p + TERMS_RULE);
		ms_book_terms(book, i, &entry);
		problem = ms_book_entry_problem(&entry,
										book->rules[(size_t) rule *
													RULE_WIDTH + RULE_KIND],
										ms_book_has(book), &allowed);
		if (problem == NULL &&
			((entry.check != MS_CHECK_AGE &&
			  (entry.age_from != -1 || entry.age_below != -1)) ||
			 !zeros(p + TERMS_SUB_FIRST + 1, 3)))
			problem = "terms have bytes without meaning";
		if (problem != NULL)
			return broken(error, problem, offset_of(book, p));
	}
	return true;
}

/*
 * Entries can be millions, so each is read by itself: neither its strings nor
 * the order of their codes, which nobody relies on, are looked at.
 */
static bool
check_entries(const MsBook *book, MsBookError *error)
{
	uint32_t	used = 0;

	for (uint32_t r = 0; r < book->n_rules; r++)
	{
		const uint8_t *rule = book->rules + (size_t) r * RULE_WIDTH;
		uint32_t	n = get_u32(rule + RULE_N_ENTRIES);
		const uint8_t *p = book->entries +
		(size_t) get_u32(rule + RULE_FIRST_ENTRY) * ENTRY_WIDTH;

		for (uint32_t i = 0; i < n; i++, p += ENTRY_WIDTH)
		{
			uint32_t	at = get_u32(p + ENTRY_TERMS);
			const uint8_t *terms = book->terms + (size_t) at * TERMS_WIDTH;
			const char *problem;
			const char *allowed;

			/* not where they begin: that would read all of the strings */
			if (get_u32(p + ENTRY_CODE) - 1 >= book->n_strings - 1 ||
				get_u32(p + ENTRY_ITEM_NAME) >= book->n_strings)
				return broken(error, "an entry has a bad string",
							  offset_of(book, p));
			/* terms come in the order in which entries first say them */
			if (at > used || at >= book->n_terms)
				return broken(error, "an entry has wrong terms",
							  offset_of(book, p));
			used += at == used;
			if (get_u32(terms + TERMS_RULE) != r)
				return broken(error, "an entry names another rule",
							  offset_of(book, p));
			problem = ms_book_limit_problem(terms[TERMS_CHECK],
											(int64_t) get_u64(p + ENTRY_LIMIT),
											&allowed);
			if (problem != NULL)
				return broken(error, problem, offset_of(book, p));
		}
	}
	if (used != book->n_terms)
		return broken(error, "some terms belong to no entry",
					  offset_of(book, book->terms));
	return true;
}

/* Only measures that make sense without codes may do without. */
static bool
check_globals(const MsBook *book, MsBookError *error)
{
	if (!ascending(book->globals, 0, book->n_globals, book->n_entries))
		return broken(error, "entries without codes are not in order",
					  offset_of(book, book->globals));
	for (uint32_t i = 0; i < book->n_globals; i++)
	{
		MsBookEntry entry;

		ms_book_entry(book, ms_book_global(book, i), &entry);
		if (ms_book_roles_problem(ms_book_roles_of(&entry), 0) != NULL)
			return broken(error, "an entry without codes needs some",
						  offset_of(book, book->globals) + (uint64_t) i * 4);
	}
	return true;
}

static bool
check_maps(const MsBook *book, MsBookError *error)
{
	for (uint32_t i = 0; i < book->n_maps; i++)
	{
		const uint8_t *p = book->maps + (size_t) i * MAP_WIDTH;

		if (!string_ok(book, p + MAP_KEY, true) ||
			!zeros(p + MAP_MAP + 1, 3) ||
			!ms_book_map_fits(p[MAP_MAP],
							  (int32_t) get_u32(p + MAP_VALUE)))
			return broken(error, "a map has an unknown key or value",
						  offset_of(book, p));
		if (i > 0 &&
			(p[MAP_MAP] < p[MAP_MAP - MAP_WIDTH] ||
			 (p[MAP_MAP] == p[MAP_MAP - MAP_WIDTH] &&
			  cmp_strings(book, p - MAP_WIDTH + MAP_KEY, p + MAP_KEY) >= 0)))
			return broken(error, "maps are not in order", offset_of(book, p));
	}
	return true;
}

/* ---- keys ---- */

/*
 * That a posting's role makes sense for its entry is not checked here, since
 * it would mean to touch every entry in no order; ms_book_find leaves out
 * those that make none.
 */
static bool
check_postings(const MsBook *book, MsBookError *error)
{
	uint32_t	limit = book->n_entries * MS_N_ROLES;
	uint32_t	next = 0;

	for (uint32_t i = 0; i < book->n_keys; i++)
	{
		const uint8_t *key = book->keys + (size_t) i * KEY_WIDTH;
		uint32_t	n = get_u32(key + KEY_COUNT);

		if (get_u32(key + KEY_FIRST) != next || n == 0 ||
			n > book->n_postings - next)
			return broken(error, "a key has wrong entries",
						  offset_of(book, key));
		if (!ascending(book->postings, next, n, limit))
			return broken(error, "a key's entries are not in order",
						  offset_of(book, key));
		next += n;
	}
	if (next != book->n_postings)
		return broken(error, "some entries have no key",
					  offset_of(book, book->postings));
	return true;
}

static bool
check_lengths(const MsBook *book, MsBookError *error)
{
	for (uint32_t i = 0; i < book->n_lengths; i++)
	{
		const uint8_t *p = book->lengths + (size_t) i * 4;
		uint32_t	length = get_u32(p);

		if (length == 0 || length >= MS_CODE_BUFSIZE ||
			(i > 0 && length <= get_u32(p - 4)))
			return broken(error, "code lengths are not in order",
						  offset_of(book, p));
	}
	return true;
}

/* The number of buckets is the least power of two that is not below keys. */
static bool
check_bucket_bits(MsBook *book, MsBookError *error)
{
	book->bucket_bits = MS_BOOK_MIN_BUCKET_BITS;
	while (book->bucket_bits < MS_BOOK_MAX_BUCKET_BITS &&
		   UINT32_C(1) << book->bucket_bits < book->n_keys)
		book->bucket_bits++;
	if (book->n_buckets != (UINT32_C(1) << book->bucket_bits) + 1)
		return broken(error, "its index has a wrong size",
					  offset_of(book, book->buckets));
	return true;
}

/*
 * Keys ascend by hash and code, and every bucket begins where the keys before
 * it end: so each key is found, in steps that are the logarithm of its bucket
 * at the worst.  Whether it is a code is not asked, since taking every one to
 * pieces would be most of the time of opening: what is none never equals one.
 */
static bool
check_keys(MsBook *book, MsBookError *error)
{
	uint32_t	bucket = 0;
	uint64_t	last_hash = 0;
	MsFeeItem	last = {0, 0};

	if (!check_bucket_bits(book, error) ||
		!check_lengths(book, error))
		return false;
	for (uint32_t i = 0; i <= book->n_keys; i++)
	{
		const uint8_t *p = book->keys + (size_t) i * KEY_WIDTH;
		uint32_t	end = book->n_buckets - 1;
		uint64_t	hash;
		MsFeeItem	item;

		if (i < book->n_keys)
		{
			ms_book_key(book, i, &item);
			hash = ms_code_fee_item_hash64(&item, 0);
			if (i > 0 && (hash < last_hash ||
						  (hash == last_hash &&
						   ms_code_fee_item_cmp(&last, &item) >= 0)))
				return broken(error, "keys are not in order",
							  offset_of(book, p));
			end = ms_book_bucket(hash, book->bucket_bits);
			last = item;
			last_hash = hash;
		}
		for (; bucket <= end; bucket++)
		{
			if (get_u32(book->buckets + (size_t) bucket * 4) != i)
				return broken(error, "its index does not lead to its keys",
							  offset_of(book, book->buckets) +
							  (uint64_t) bucket * 4);
		}
	}
	return true;
}

/* ---- the whole ---- */

/* Header and sections: where everything is, and that it lies inside. */
static bool
locate(const uint8_t *bytes, size_t size, MsBook *book, MsBookError *error)
{
	const uint8_t *section[N_SECTIONS];
	uint32_t	count[N_SECTIONS];

	memset(book, 0, sizeof(*book));
	memset(error, 0, sizeof(*error));
	book->bytes = bytes;
	book->size = size;
	if (!check_header(bytes, size, error) ||
		!find_sections(book, section, count, error))
		return false;
	book->strings = (const char *) section[SECTION_STRINGS];
	book->rules = section[SECTION_RULES];
	book->terms = section[SECTION_TERMS];
	book->entries = section[SECTION_ENTRIES];
	book->globals = section[SECTION_GLOBALS];
	book->sets = section[SECTION_SETS];
	book->ranges = section[SECTION_RANGES];
	book->exprs = section[SECTION_EXPRS];
	book->expr_code = section[SECTION_EXPR_CODE];
	book->exceptions = section[SECTION_EXCEPTIONS];
	book->rule_exceptions = section[SECTION_RULE_EXCEPTIONS];
	book->keys = section[SECTION_KEYS];
	book->lengths = section[SECTION_LENGTHS];
	book->buckets = section[SECTION_BUCKETS];
	book->postings = section[SECTION_POSTINGS];
	book->maps = section[SECTION_MAPS];
	book->params = section[SECTION_PARAMS];
	book->n_strings = count[SECTION_STRINGS];
	book->n_rules = count[SECTION_RULES];
	book->n_terms = count[SECTION_TERMS];
	book->n_entries = count[SECTION_ENTRIES];
	book->n_globals = count[SECTION_GLOBALS];
	book->n_sets = count[SECTION_SETS];
	book->n_ranges = count[SECTION_RANGES];
	book->n_exprs = count[SECTION_EXPRS];
	book->n_expr_code = count[SECTION_EXPR_CODE];
	book->n_exceptions = count[SECTION_EXCEPTIONS];
	book->n_rule_exceptions = count[SECTION_RULE_EXCEPTIONS];
	book->n_keys = count[SECTION_KEYS];
	book->n_lengths = count[SECTION_LENGTHS];
	book->n_buckets = count[SECTION_BUCKETS];
	book->n_postings = count[SECTION_POSTINGS];
	book->n_maps = count[SECTION_MAPS];
	book->n_params = count[SECTION_PARAMS];
	if (book->n_entries > INT32_MAX / MS_N_ROLES)
		return broken(error, "it has too many entries", HEAD_SIZE);
	return true;
}

bool
ms_book_open(const uint8_t *bytes, size_t size, MsBook *book,
			 MsBookError *error)
{
	return locate(bytes, size, book, error) &&
		check_strings(book, error) && check_params(book, error) &&
		check_rules(book, error) && check_sets(book, error) &&
		check_exprs(book, error) && check_exceptions(book, error) &&
		check_terms(book, error) && check_entries(book, error) &&
		check_globals(book, error) && check_maps(book, error) &&
		check_keys(book, error) && check_postings(book, error);
}

/* For bytes that ms_book_open has accepted before, in whatever place. */
bool
ms_book_reopen(const uint8_t *bytes, size_t size, MsBook *book,
			   MsBookError *error)
{
	return locate(bytes, size, book, error) &&
		check_params(book, error) && check_bucket_bits(book, error);
}
