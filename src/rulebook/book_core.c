/*-------------------------------------------------------------------------
 *
 * book_core.c
 *	  Checks a compiled book and reads it in place.
 *
 * The checker is strict: every byte has one allowed meaning (unused bytes
 * are zero, sections follow each other without gaps, keys are sorted, each
 * key can be found), so that what was opened can be read without a check.
 * Its time is linear in the book.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "rulebook/book_core.h"
#include "rulebook/book_layout_core.h"

/* No dictionary has longer keys; bounds the search by prefix. */
#define MAX_MAP_KEY 64

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
	if (size < MS_BOOK_HEADER_SIZE + N_SECTIONS * SECTION_DESCRIPTOR)
		return broken(error, "it is too short", size);
	if (memcmp(bytes + HEAD_MAGIC, MS_BOOK_MAGIC, 8) != 0)
		return broken(error, "it does not begin as a rulebook", HEAD_MAGIC);
	if (get_u32(bytes + HEAD_FORMAT) != MS_BOOK_FORMAT)
		return broken(error, "its format version is another one", HEAD_FORMAT);
	if (get_u32(bytes + HEAD_SECTIONS) != N_SECTIONS)
		return broken(error, "it has another number of sections",
					  HEAD_SECTIONS);
	if (get_u64(bytes + HEAD_SIZE) != size)
		return broken(error, "its length is not the one it names", HEAD_SIZE);
	return true;
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
		uint32_t	len = utf8_length(p + i, n - i);

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

static const char *
string_at(const MsBook *book, const uint8_t *p)
{
	uint32_t	at = get_u32(p);

	return at == 0 ? NULL : book->strings + at;
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
	for (uint32_t i = 0; i < book->n_params; i++)
	{
		const uint8_t *p = book->params + (size_t) i * PARAM_WIDTH;
		const char *name;
		const char *value;

		if (!string_ok(book, p + PARAM_NAME, true) ||
			!string_ok(book, p + PARAM_VALUE, true))
			return broken(error, "a parameter has no name or value",
						  offset_of(book, p));
		if (i > 0 && cmp_strings(book, p - PARAM_WIDTH, p) >= 0)
			return broken(error, "parameters are not in order",
						  offset_of(book, p));
		name = string_at(book, p + PARAM_NAME);
		value = string_at(book, p + PARAM_VALUE);
		if ((strcmp(name, "course_gap_days") == 0 &&
			 !ms_book_param_course_gap(value, &book->course_gap_days)) ||
			(strcmp(name, "stay_days") == 0 &&
			 !ms_book_param_stay_days(value, &book->stay_days)))
			return broken(error, "a parameter has an unknown value",
						  offset_of(book, p));
	}
	return true;
}

static bool
check_rules(const MsBook *book, MsBookError *error)
{
	uint32_t	entry = 0;

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
	}
	if (entry != book->n_entries)
		return broken(error, "some entries have no rule",
					  offset_of(book, book->entries));
	return true;
}

static bool
check_entry_strings(const MsBook *book, const uint8_t *p)
{
	return string_ok(book, p + ENTRY_CODE, true) &&
		string_ok(book, p + ENTRY_ITEM_NAME, false) &&
		string_ok(book, p + ENTRY_RESULT_TYPE, false) &&
		string_ok(book, p + ENTRY_ALT_MEDINS_TYPE, false) &&
		string_ok(book, p + ENTRY_UNIT, false) &&
		string_ok(book, p + ENTRY_REGION, false) &&
		string_ok(book, p + ENTRY_BASIS, false) &&
		string_ok(book, p + ENTRY_BASIS_NO, false);
}

static bool
check_entries(const MsBook *book, MsBookError *error)
{
	for (uint32_t r = 0; r < book->n_rules; r++)
	{
		MsBookRule	rule;

		ms_book_rule(book, r, &rule);
		for (uint32_t i = 0; i < rule.n_entries; i++)
		{
			const uint8_t *p = book->entries +
			(size_t) (rule.first_entry + i) * ENTRY_WIDTH;
			const char *problem;
			const char *allowed;
			MsBookEntry entry;

			if (!check_entry_strings(book, p))
				return broken(error, "an entry has a bad string",
							  offset_of(book, p));
			if (get_u32(p + ENTRY_RULE) != r)
				return broken(error, "an entry names another rule",
							  offset_of(book, p));
			if (i > 0 && cmp_strings(book, p - ENTRY_WIDTH, p) >= 0)
				return broken(error, "entries are not in order",
							  offset_of(book, p));
			ms_book_entry(book, rule.first_entry + i, &entry);
			problem = ms_book_entry_problem(&entry, rule.kind,
											book->course_gap_days >= 0,
											&allowed);
			if (problem != NULL || p[ENTRY_FIRST_ONLY] > 1 ||
				!zeros(p + ENTRY_REGION_BY + 1, 7))
				return broken(error, problem ? problem :
							  "an entry has bytes without meaning",
							  offset_of(book, p));
		}
	}
	return true;
}

static bool
check_maps(const MsBook *book, MsBookError *error)
{
	for (uint32_t i = 0; i < book->n_maps; i++)
	{
		const uint8_t *p = book->maps + (size_t) i * MAP_WIDTH;
		int32_t		value = (int32_t) get_u32(p + MAP_VALUE);
		bool		ok = string_ok(book, p + MAP_KEY, true) &&
		zeros(p + MAP_MAP + 1, 3);

		switch (p[MAP_MAP])
		{
			case MS_MAP_LEVEL:
				ok = ok && value >= 0 && value <= 3;
				break;
			case MS_MAP_SETTING:
				ok = ok && ms_word(MS_VOCABULARY_SETTING, value) != NULL;
				break;
			case MS_MAP_INSURANCE:
				ok = ok && ms_word(MS_VOCABULARY_INSURANCE, value) != NULL;
				break;
			case MS_MAP_CLR_WAY:
				ok = ok && (value == 0 || value == 1);
				break;
			default:
				ok = false;
		}
		if (!ok)
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

static void
key_item(const MsBook *book, uint32_t i, MsFeeItem *item)
{
	const uint8_t *p = book->keys + (size_t) i * KEY_WIDTH;

	item->hi = get_u64(p + KEY_HI);
	item->lo = get_u64(p + KEY_LO);
}

static uint32_t
first_slot(const MsBook *book, const MsFeeItem *item)
{
	return (uint32_t) ms_code_fee_item_hash64(item, 0) & (book->n_slots - 1);
}

/* The index of a key, or n_keys.  Ends, since some slot is always free. */
static uint32_t
find_key(const MsBook *book, const MsFeeItem *item)
{
	uint32_t	at = first_slot(book, item);

	for (;;)
	{
		uint32_t	key = get_u32(book->slots + (size_t) at * 4);
		MsFeeItem	found;

		if (key == 0)
			return book->n_keys;
		key_item(book, key - 1, &found);
		if (ms_code_fee_item_eq(&found, item))
			return key - 1;
		at = (at + 1) & (book->n_slots - 1);
	}
}

static bool
check_postings(const MsBook *book, MsBookError *error)
{
	uint32_t	next = 0;

	for (uint32_t i = 0; i < book->n_keys; i++)
	{
		const uint8_t *key = book->keys + (size_t) i * KEY_WIDTH;
		uint32_t	n = get_u32(key + KEY_COUNT);

		if (get_u32(key + KEY_FIRST) != next || n == 0 ||
			n > book->n_postings - next)
			return broken(error, "a key has wrong entries",
						  offset_of(book, key));
		for (uint32_t j = 0; j < n; j++)
		{
			const uint8_t *p = book->postings + (size_t) (next + j) * 4;
			uint32_t	value = get_u32(p);
			bool		is_pair;

			if (value / MS_N_ROLES >= book->n_entries ||
				(j > 0 && value <= get_u32(p - 4)))
				return broken(error, "a key's entries are not in order",
							  offset_of(book, p));
			is_pair = book->entries[(size_t) (value / MS_N_ROLES) * ENTRY_WIDTH +
									ENTRY_CHECK] == MS_CHECK_PAIR;
			if (value % MS_N_ROLES != MS_ROLE_MAIN && !is_pair)
				return broken(error, "only a pair has sub codes",
							  offset_of(book, p));
		}
		next += n;
	}
	if (next != book->n_postings)
		return broken(error, "some entries have no key",
					  offset_of(book, book->postings));
	return true;
}

static bool
check_lengths(const MsBook *book, uint32_t *set, MsBookError *error)
{
	*set = 0;
	for (uint32_t i = 0; i < book->n_lengths; i++)
	{
		const uint8_t *p = book->lengths + (size_t) i * 4;
		uint32_t	length = get_u32(p);

		if (length == 0 || length >= MS_CODE_BUFSIZE ||
			(i > 0 && length <= get_u32(p - 4)))
			return broken(error, "code lengths are not in order",
						  offset_of(book, p));
		*set |= UINT32_C(1) << length;
	}
	return true;
}

static bool
check_slots(const MsBook *book, MsBookError *error)
{
	uint32_t	taken = 0;

	if (book->n_slots < 8 || (book->n_slots & (book->n_slots - 1)) != 0 ||
		book->n_slots / 2 < book->n_keys)
		return broken(error, "its index has a wrong size",
					  offset_of(book, book->slots));
	for (uint32_t i = 0; i < book->n_slots; i++)
	{
		uint32_t	key = get_u32(book->slots + (size_t) i * 4);

		if (key > book->n_keys)
			return broken(error, "its index names an unknown key",
						  offset_of(book, book->slots) + (uint64_t) i * 4);
		taken += key != 0;
	}
	if (taken != book->n_keys)
		return broken(error, "its index does not name every key once",
					  offset_of(book, book->slots));
	return true;
}

static bool
check_keys(const MsBook *book, MsBookError *error)
{
	uint32_t	lengths;
	uint32_t	used = 0;

	if (!check_slots(book, error) || !check_lengths(book, &lengths, error))
		return false;
	for (uint32_t i = 0; i < book->n_keys; i++)
	{
		const uint8_t *p = book->keys + (size_t) i * KEY_WIDTH;
		MsFeeItem	item;
		MsFeeItem	previous;

		key_item(book, i, &item);
		if (!ms_code_fee_item_valid(&item))
			return broken(error, "a key is no code", offset_of(book, p));
		if (i > 0)
		{
			key_item(book, i - 1, &previous);
			if (ms_code_fee_item_cmp(&previous, &item) >= 0)
				return broken(error, "keys are not in order",
							  offset_of(book, p));
		}
		used |= UINT32_C(1) << ms_code_fee_item_length(&item);
	}
	if (used != lengths)
		return broken(error, "code lengths are not those of its keys",
					  offset_of(book, book->lengths));
	return true;
}

/*
 * Every key must be found, and soon: linear probing at half load takes two
 * steps on average, while a forged index of one long run would make this
 * check and every look-up slow, so the steps of all searches are bounded.
 */
static bool
check_search(const MsBook *book, MsBookError *error)
{
	uint64_t	steps = UINT64_C(16) * book->n_keys + 4096;

	for (uint32_t i = 0; i < book->n_keys; i++)
	{
		MsFeeItem	item;
		uint32_t	at;

		key_item(book, i, &item);
		at = first_slot(book, &item);
		while (get_u32(book->slots + (size_t) at * 4) != i + 1)
		{
			if (get_u32(book->slots + (size_t) at * 4) == 0 || steps-- == 0)
				return broken(error, "a key is not found by its index",
							  offset_of(book, book->keys) +
							  (uint64_t) i * KEY_WIDTH);
			at = (at + 1) & (book->n_slots - 1);
		}
	}
	return true;
}

/* Every entry needs codes, a pair on both sides. */
static bool
check_sides(const MsBook *book, MsBookError *error)
{
	uint64_t	mains = 0;
	uint64_t	pairs = 0;

	/*
	 * Counting suffices for a clear message; an entry without codes merely
	 * never applies, so exactness per entry would buy nothing for its memory.
	 */
	for (uint32_t i = 0; i < book->n_entries; i++)
		pairs += book->entries[(size_t) i * ENTRY_WIDTH + ENTRY_CHECK] ==
			MS_CHECK_PAIR;
	for (uint32_t i = 0; i < book->n_postings; i++)
		mains += get_u32(book->postings + (size_t) i * 4) % MS_N_ROLES == MS_ROLE_MAIN;
	if (mains < book->n_entries || book->n_postings - mains < pairs)
		return broken(error, "some entries have no codes",
					  offset_of(book, book->postings));
	return true;
}

bool
ms_book_open(const uint8_t *bytes, size_t size, MsBook *book,
			 MsBookError *error)
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
	book->entries = section[SECTION_ENTRIES];
	book->keys = section[SECTION_KEYS];
	book->lengths = section[SECTION_LENGTHS];
	book->slots = section[SECTION_SLOTS];
	book->postings = section[SECTION_POSTINGS];
	book->maps = section[SECTION_MAPS];
	book->params = section[SECTION_PARAMS];
	book->n_strings = count[SECTION_STRINGS];
	book->n_rules = count[SECTION_RULES];
	book->n_entries = count[SECTION_ENTRIES];
	book->n_keys = count[SECTION_KEYS];
	book->n_lengths = count[SECTION_LENGTHS];
	book->n_slots = count[SECTION_SLOTS];
	book->n_postings = count[SECTION_POSTINGS];
	book->n_maps = count[SECTION_MAPS];
	book->n_params = count[SECTION_PARAMS];
	book->course_gap_days = -1;
	return check_strings(book, error) && check_params(book, error) &&
		check_rules(book, error) && check_entries(book, error) &&
		check_maps(book, error) && check_keys(book, error) &&
		check_postings(book, error) && check_search(book, error) &&
		check_sides(book, error);
}

/* ---- reading ---- */

void
ms_book_rule(const MsBook *book, uint32_t i, MsBookRule *rule)
{
	const uint8_t *p = book->rules + (size_t) i * RULE_WIDTH;

	rule->code = string_at(book, p + RULE_CODE);
	rule->name_zh = string_at(book, p + RULE_NAME_ZH);
	rule->name_en = string_at(book, p + RULE_NAME_EN);
	rule->subject = string_at(book, p + RULE_SUBJECT);
	rule->result_type = string_at(book, p + RULE_RESULT_TYPE);
	rule->stage = string_at(book, p + RULE_STAGE);
	rule->clause = string_at(book, p + RULE_CLAUSE);
	rule->disposal = string_at(book, p + RULE_DISPOSAL);
	rule->kind = p[RULE_KIND];
	rule->fund_scope = p[RULE_FUND_SCOPE];
	rule->first_entry = get_u32(p + RULE_FIRST_ENTRY);
	rule->n_entries = get_u32(p + RULE_N_ENTRIES);
}

void
ms_book_entry(const MsBook *book, uint32_t i, MsBookEntry *e)
{
	const uint8_t *p = book->entries + (size_t) i * ENTRY_WIDTH;

	e->code = string_at(book, p + ENTRY_CODE);
	e->rule_code = NULL;
	e->rule = get_u32(p + ENTRY_RULE);
	e->item_name = string_at(book, p + ENTRY_ITEM_NAME);
	e->result_type = string_at(book, p + ENTRY_RESULT_TYPE);
	e->check = p[ENTRY_CHECK];
	e->scope = p[ENTRY_SCOPE];
	e->count_key = p[ENTRY_COUNT_KEY];
	e->sex = p[ENTRY_SEX];
	e->age_unit = p[ENTRY_AGE_UNIT];
	e->level_min = p[ENTRY_LEVEL_MIN];
	e->first_only = p[ENTRY_FIRST_ONLY];
	e->alt_level_min = p[ENTRY_ALT_LEVEL_MIN];
	e->age_from = (int32_t) get_u32(p + ENTRY_AGE_FROM);
	e->age_below = (int32_t) get_u32(p + ENTRY_AGE_BELOW);
	e->insurance = get_u32(p + ENTRY_INSURANCE);
	e->settings = get_u32(p + ENTRY_SETTINGS);
	e->alt_medins_type = string_at(book, p + ENTRY_ALT_MEDINS_TYPE);
	e->window_days = (int32_t) get_u32(p + ENTRY_WINDOW_DAYS);
	e->limit = (int64_t) get_u64(p + ENTRY_LIMIT);
	e->unit = string_at(book, p + ENTRY_UNIT);
	e->valid_from = (int32_t) get_u32(p + ENTRY_VALID_FROM);
	e->valid_to = (int32_t) get_u32(p + ENTRY_VALID_TO);
	e->region = string_at(book, p + ENTRY_REGION);
	e->region_by = p[ENTRY_REGION_BY];
	e->basis = string_at(book, p + ENTRY_BASIS);
	e->basis_no = string_at(book, p + ENTRY_BASIS_NO);
}

/* What an entry looks at, without reading all of it. */
MsCheck
ms_book_check(const MsBook *book, uint32_t entry)
{
	return (MsCheck) book->entries[(size_t) entry * ENTRY_WIDTH + ENTRY_CHECK];
}

const char *
ms_book_param(const MsBook *book, const char *name)
{
	for (uint32_t i = 0; i < book->n_params; i++)
	{
		const uint8_t *p = book->params + (size_t) i * PARAM_WIDTH;

		if (strcmp(string_at(book, p + PARAM_NAME), name) == 0)
			return string_at(book, p + PARAM_VALUE);
	}
	return NULL;
}

void
ms_book_find(const MsBook *book, const MsFeeItem *code, MsPostingFn found,
			 void *ctx)
{
	int			own = ms_code_fee_item_length(code);

	for (uint32_t i = 0; i < book->n_lengths; i++)
	{
		int			length = (int) get_u32(book->lengths + (size_t) i * 4);
		const uint8_t *p;
		MsFeeItem	node = *code;
		uint32_t	key;
		uint32_t	n;

		if (length > own)
			break;
		if (length < own && !ms_code_fee_item_truncate(code, length, &node))
			continue;
		key = find_key(book, &node);
		if (key == book->n_keys)
			continue;
		p = book->keys + (size_t) key * KEY_WIDTH;
		n = get_u32(p + KEY_COUNT);
		p = book->postings + (size_t) get_u32(p + KEY_FIRST) * 4;
		for (uint32_t j = 0; j < n; j++)
		{
			uint32_t	value = get_u32(p + (size_t) j * 4);

			found(ctx, value / MS_N_ROLES, (MsRole) (value % MS_N_ROLES));
		}
	}
}

/* Compares a map row with (map, key). */
static int
cmp_map(const MsBook *book, uint32_t i, MsMap map, MsStr key)
{
	const uint8_t *p = book->maps + (size_t) i * MAP_WIDTH;

	if (p[MAP_MAP] != map)
		return p[MAP_MAP] < map ? -1 : 1;
	return ms_str_cmp(ms_str(string_at(book, p + MAP_KEY)), key);
}

static int32_t
find_map(const MsBook *book, MsMap map, MsStr key)
{
	uint32_t	lo = 0;
	uint32_t	hi = book->n_maps;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		int			diff = cmp_map(book, mid, map, key);

		if (diff == 0)
			return (int32_t) get_u32(book->maps + (size_t) mid * MAP_WIDTH +
									 MAP_VALUE);
		if (diff < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
}

int32_t
ms_book_map(const MsBook *book, MsMap map, MsStr key)
{
	int32_t		value = -1;

	key = ms_str_trim(key);
	if (key.len > MAX_MAP_KEY)
	{
		if (map != MS_MAP_SETTING)
			return -1;
		key.len = MAX_MAP_KEY;
	}
	if (map == MS_MAP_SETTING)
	{
		for (; !ms_str_missing(key) && value < 0; key.len--)
			value = find_map(book, map, key);
		return value;
	}
	if (ms_str_missing(key))
		return -1;
	value = find_map(book, map, key);
	if (value < 0 && map == MS_MAP_LEVEL && key.len == 1)
	{
		/* '2' is how a numeric column writes '02' */
		char		two[2] = {'0', key.s[0]};
		MsStr		padded = {two, 2};

		value = find_map(book, map, padded);
	}
	return value;
}
