/*-------------------------------------------------------------------------
 *
 * book_build_core.c
 *	  Writes a compiled book.
 *
 * Everything is sorted here, whatever the order in which it is given, so
 * that the bytes depend on the content alone.  Strings go into the pool in
 * the order in which the sorted records use them, each once.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "rulebook/book_core.h"
#include "rulebook/book_layout_core.h"

typedef struct Pool
{
	uint32_t   *slots;			/* offset of the string, 0 = free */
	uint32_t	n_slots;
	char	   *bytes;
	size_t		len;
	size_t		capacity;
	uint32_t	n;
} Pool;

typedef struct Posting
{
	MsFeeItem	item;
	uint32_t	value;			/* entry * MS_N_ROLES + role */
} Posting;

typedef struct Writer
{
	MsArena    *arena;
	const MsBookContent *content;
	MsBookError *error;
	Pool		pool;
	uint32_t   *rule_order;		/* sorted place -> index in the content */
	uint32_t   *entry_order;
	uint32_t   *entry_rule;		/* content index -> sorted place of rule */
	Posting    *postings;
	uint32_t	n_postings;
	uint32_t	n_keys;
	uint32_t	n_slots;
	uint32_t	n_lengths;
	uint32_t	lengths[MS_CODE_BUFSIZE];
	uint8_t    *sections[N_SECTIONS];
	uint64_t	counts[N_SECTIONS];
} Writer;

static bool
refuse(Writer *w, const char *what, const char *allowed, const char *object)
{
	w->error->what = what;
	w->error->allowed = allowed;
	w->error->object = object;
	w->error->where = 0;
	return false;
}

/* ---- string pool ---- */

static uint64_t
hash_bytes(const char *s, size_t len)
{
	uint64_t	h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char) s[i]) * UINT64_C(1099511628211);
	return h ^ (h >> 29);
}

static void
pool_grow_slots(Writer *w)
{
	Pool	   *pool = &w->pool;
	uint32_t   *old = pool->slots;
	uint32_t	n_old = pool->n_slots;

	pool->n_slots = n_old ? n_old * 2 : 1024;
	pool->slots = MS_NEW(w->arena, uint32_t, pool->n_slots);
	for (uint32_t i = 0; i < n_old; i++)
	{
		const char *s;
		uint32_t	at;

		if (old[i] == 0)
			continue;
		s = pool->bytes + old[i];
		at = (uint32_t) hash_bytes(s, strlen(s)) & (pool->n_slots - 1);
		while (pool->slots[at] != 0)
			at = (at + 1) & (pool->n_slots - 1);
		pool->slots[at] = old[i];
	}
}

static void
pool_reserve(Writer *w, size_t len)
{
	Pool	   *pool = &w->pool;
	size_t		capacity;
	char	   *grown;

	if (pool->len + len <= pool->capacity)
		return;
	capacity = (pool->len + len) * 2 + 4096;
	grown = ms_arena_alloc(w->arena, capacity, 1);
	if (pool->len > 0)
		memcpy(grown, pool->bytes, pool->len);
	pool->bytes = grown;
	pool->capacity = capacity;
}

/* Puts a string into the pool and returns its offset; 0 for none. */
static uint32_t
pool_put(Writer *w, const char *s)
{
	Pool	   *pool = &w->pool;
	size_t		len;
	uint32_t	at;

	if (s == NULL || *s == '\0')
		return 0;
	len = strlen(s);
	if (pool->n * 2 >= pool->n_slots)
		pool_grow_slots(w);
	at = (uint32_t) hash_bytes(s, len) & (pool->n_slots - 1);
	while (pool->slots[at] != 0)
	{
		if (strcmp(pool->bytes + pool->slots[at], s) == 0)
			return pool->slots[at];
		at = (at + 1) & (pool->n_slots - 1);
	}
	pool_reserve(w, len + 1);
	if (pool->len + len + 1 > UINT32_MAX)
		w->arena->env->fail(w->arena->env->ctx, MS_FAIL_TOO_MANY);
	memcpy(pool->bytes + pool->len, s, len + 1);
	pool->slots[at] = (uint32_t) pool->len;
	pool->len += len + 1;
	pool->n++;
	return pool->slots[at];
}

/* ---- order ---- */

static int
cmp_rules(uint32_t a, uint32_t b, const void *ctx)
{
	const MsBookRule *rules = ctx;

	return strcmp(rules[a].code, rules[b].code);
}

static int
cmp_entries(uint32_t a, uint32_t b, const void *ctx)
{
	const Writer *w = ctx;

	if (w->entry_rule[a] != w->entry_rule[b])
		return w->entry_rule[a] < w->entry_rule[b] ? -1 : 1;
	return strcmp(w->content->entries[a].code, w->content->entries[b].code);
}

static int
cmp_entry_codes(uint32_t a, uint32_t b, const void *ctx)
{
	const MsBookEntry *entries = ctx;

	return strcmp(entries[a].code, entries[b].code);
}

static int
cmp_postings(uint32_t a, uint32_t b, const void *ctx)
{
	const Posting *postings = ctx;
	int			diff = ms_code_fee_item_cmp(&postings[a].item,
											&postings[b].item);

	if (diff != 0)
		return diff;
	return (postings[a].value > postings[b].value) -
		(postings[a].value < postings[b].value);
}

static uint32_t *
identity(MsArena *arena, uint32_t n)
{
	uint32_t   *idx = MS_NEW(arena, uint32_t, n);

	for (uint32_t i = 0; i < n; i++)
		idx[i] = i;
	return idx;
}

static bool
order_rules(Writer *w)
{
	const MsBookRule *rules = w->content->rules;
	uint32_t	n = w->content->n_rules;

	for (uint32_t i = 0; i < n; i++)
	{
		if (rules[i].code == NULL || *rules[i].code == '\0')
			return refuse(w, "a rule has no code", NULL, NULL);
		if (rules[i].kind < 1 || rules[i].kind > 15)
			return refuse(w, "kind is unknown", "K1 to K15", rules[i].code);
		if (ms_word(MS_VOCABULARY_FUND_SCOPE, rules[i].fund_scope) == NULL)
			return refuse(w, "fund_scope is unknown",
						  ms_word_list(MS_VOCABULARY_FUND_SCOPE),
						  rules[i].code);
	}
	w->rule_order = identity(w->arena, n);
	ms_sort(w->arena, w->rule_order, n, cmp_rules, rules);
	for (uint32_t i = 1; i < n; i++)
	{
		if (cmp_rules(w->rule_order[i - 1], w->rule_order[i], rules) == 0)
			return refuse(w, "the rule occurs twice", NULL,
						  rules[w->rule_order[i]].code);
	}
	return true;
}

/* Returns the sorted place of a rule, or n_rules. */
static uint32_t
place_of_rule(const Writer *w, const char *code)
{
	uint32_t	lo = 0;
	uint32_t	hi = w->content->n_rules;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		int			diff = strcmp(w->content->rules[w->rule_order[mid]].code,
								  code);

		if (diff == 0)
			return mid;
		if (diff < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return w->content->n_rules;
}

static bool
order_entries(Writer *w, bool has_course)
{
	const MsBookEntry *entries = w->content->entries;
	uint32_t	n = w->content->n_entries;

	w->entry_rule = MS_NEW(w->arena, uint32_t, n);
	for (uint32_t i = 0; i < n; i++)
	{
		const char *problem;
		const char *allowed;
		uint32_t	rule;

		ms_tick(w->arena);
		if (entries[i].code == NULL || *entries[i].code == '\0')
			return refuse(w, "an entry has no code", NULL, NULL);
		rule = entries[i].rule_code ? place_of_rule(w, entries[i].rule_code) :
			w->content->n_rules;
		if (rule == w->content->n_rules)
			return refuse(w, "the entry's rule is not in the rulebook", NULL,
						  entries[i].code);
		w->entry_rule[i] = rule;
		problem = ms_book_entry_problem(&entries[i],
										w->content->rules[w->rule_order[rule]].kind,
										has_course, &allowed);
		if (problem != NULL)
			return refuse(w, problem, allowed, entries[i].code);
	}
	w->entry_order = identity(w->arena, n);
	ms_sort(w->arena, w->entry_order, n, cmp_entries, w);
	return true;
}

/* ---- keys and postings ---- */

static uint32_t
place_of_entry(const MsBookEntry *entries, const uint32_t *by_code, uint32_t n,
			   const char *code)
{
	uint32_t	lo = 0;
	uint32_t	hi = n;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		int			diff = strcmp(entries[by_code[mid]].code, code);

		if (diff == 0)
			return by_code[mid];
		if (diff < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return n;
}

/* Every entry needs codes, a pair both of its sides. */
static bool
check_sides(Writer *w, const uint8_t *sides)
{
	const MsBookEntry *entries = w->content->entries;

	for (uint32_t i = 0; i < w->content->n_entries; i++)
	{
		if (entries[i].check == MS_CHECK_PAIR)
		{
			if (sides[i] != 3)
				return refuse(w, "a pair needs main and sub codes", NULL,
							  entries[i].code);
		}
		else if (sides[i] != 1)
			return refuse(w, sides[i] == 0 ? "the entry has no codes" :
						  "only a pair has sub codes", NULL, entries[i].code);
	}
	return true;
}

static bool
collect_postings(Writer *w)
{
	const MsBookContent *c = w->content;
	uint32_t   *by_code = identity(w->arena, c->n_entries);
	uint32_t   *place = MS_NEW(w->arena, uint32_t, c->n_entries);
	uint8_t    *sides = MS_NEW(w->arena, uint8_t, c->n_entries);
	Posting    *unsorted = MS_NEW(w->arena, Posting, c->n_codes);
	uint32_t   *order = identity(w->arena, c->n_codes);

	ms_sort(w->arena, by_code, c->n_entries, cmp_entry_codes, c->entries);
	for (uint32_t i = 1; i < c->n_entries; i++)
	{
		if (cmp_entry_codes(by_code[i - 1], by_code[i], c->entries) == 0)
			return refuse(w, "the entry occurs twice", NULL,
						  c->entries[by_code[i]].code);
	}
	for (uint32_t i = 0; i < c->n_entries; i++)
		place[w->entry_order[i]] = i;
	for (uint32_t i = 0; i < c->n_codes; i++)
	{
		uint32_t	entry;

		ms_tick(w->arena);
		entry = place_of_entry(c->entries, by_code, c->n_entries,
							   c->codes[i].entry_code);
		if (entry == c->n_entries)
			return refuse(w, "a code's entry is not in the rulebook", NULL,
						  c->codes[i].entry_code);
		if (!ms_code_fee_item_valid(&c->codes[i].item))
			return refuse(w, "the entry has an invalid code", NULL,
						  c->codes[i].entry_code);
		sides[entry] |= c->codes[i].role == MS_ROLE_SUB ? 2 : 1;
		unsorted[i].item = c->codes[i].item;
		unsorted[i].value = place[entry] * MS_N_ROLES + c->codes[i].role;
	}
	if (!check_sides(w, sides))
		return false;
	ms_sort(w->arena, order, c->n_codes, cmp_postings, unsorted);
	w->postings = MS_NEW(w->arena, Posting, c->n_codes);
	for (uint32_t i = 0; i < c->n_codes; i++)
	{
		/* the same code twice in one entry says nothing new */
		if (i == 0 || cmp_postings(order[i - 1], order[i], unsorted) != 0)
			w->postings[w->n_postings++] = unsorted[order[i]];
	}
	return true;
}

static void
count_keys(Writer *w)
{
	bool		seen[MS_CODE_BUFSIZE] = {false};

	for (uint32_t i = 0; i < w->n_postings; i++)
	{
		if (i > 0 && ms_code_fee_item_eq(&w->postings[i - 1].item,
										 &w->postings[i].item))
			continue;
		w->n_keys++;
		seen[ms_code_fee_item_length(&w->postings[i].item)] = true;
	}
	for (uint32_t i = 0; i < MS_CODE_BUFSIZE; i++)
	{
		if (seen[i])
			w->lengths[w->n_lengths++] = i;
	}
	w->n_slots = 8;
	while (w->n_slots < w->n_keys * (uint64_t) 2)
		w->n_slots *= 2;
}

static uint8_t *
start_section(Writer *w, int section, uint64_t count)
{
	w->counts[section] = count;
	w->sections[section] = ms_arena_alloc(w->arena, count,
										  section_width[section]);
	return w->sections[section];
}

static void
write_slot(Writer *w, uint32_t key, const MsFeeItem *item)
{
	uint8_t    *slots = w->sections[SECTION_SLOTS];
	uint32_t	at = (uint32_t) ms_code_fee_item_hash64(item, 0) &
	(w->n_slots - 1);

	while (get_u32(slots + (size_t) at * 4) != 0)
		at = (at + 1) & (w->n_slots - 1);
	put_u32(slots + (size_t) at * 4, key + 1);
}

static void
write_keys(Writer *w)
{
	uint8_t    *keys = start_section(w, SECTION_KEYS, w->n_keys);
	uint8_t    *lengths = start_section(w, SECTION_LENGTHS, w->n_lengths);
	uint8_t    *postings = start_section(w, SECTION_POSTINGS, w->n_postings);
	uint8_t    *key = keys;
	uint32_t	n = 0;

	start_section(w, SECTION_SLOTS, w->n_slots);
	for (uint32_t i = 0; i < w->n_lengths; i++)
		put_u32(lengths + i * 4, w->lengths[i]);
	for (uint32_t i = 0; i < w->n_postings; i++)
	{
		const Posting *posting = &w->postings[i];

		ms_tick(w->arena);
		if (i == 0 || !ms_code_fee_item_eq(&posting[-1].item, &posting->item))
		{
			key = keys + (size_t) n * KEY_WIDTH;
			put_u64(key + KEY_HI, posting->item.hi);
			put_u64(key + KEY_LO, posting->item.lo);
			put_u32(key + KEY_FIRST, i);
			write_slot(w, n, &posting->item);
			n++;
		}
		put_u32(key + KEY_COUNT, i + 1 - get_u32(key + KEY_FIRST));
		put_u32(postings + (size_t) i * 4, posting->value);
	}
}

/* ---- records ---- */

static void
write_rules(Writer *w)
{
	uint32_t	n = w->content->n_rules;
	uint32_t	entry = 0;
	uint8_t    *p = start_section(w, SECTION_RULES, n);

	for (uint32_t i = 0; i < n; i++, p += RULE_WIDTH)
	{
		const MsBookRule *rule = &w->content->rules[w->rule_order[i]];
		uint32_t	first = entry;

		put_u32(p + RULE_CODE, pool_put(w, rule->code));
		put_u32(p + RULE_NAME_ZH, pool_put(w, rule->name_zh));
		put_u32(p + RULE_NAME_EN, pool_put(w, rule->name_en));
		put_u32(p + RULE_SUBJECT, pool_put(w, rule->subject));
		put_u32(p + RULE_RESULT_TYPE, pool_put(w, rule->result_type));
		put_u32(p + RULE_STAGE, pool_put(w, rule->stage));
		put_u32(p + RULE_CLAUSE, pool_put(w, rule->clause));
		put_u32(p + RULE_DISPOSAL, pool_put(w, rule->disposal));
		p[RULE_KIND] = rule->kind;
		p[RULE_FUND_SCOPE] = rule->fund_scope;
		while (entry < w->content->n_entries &&
			   w->entry_rule[w->entry_order[entry]] == i)
			entry++;
		put_u32(p + RULE_FIRST_ENTRY, first);
		put_u32(p + RULE_N_ENTRIES, entry - first);
	}
}

static void
write_entry(Writer *w, uint8_t *p, const MsBookEntry *e, uint32_t rule)
{
	put_u32(p + ENTRY_CODE, pool_put(w, e->code));
	put_u32(p + ENTRY_RULE, rule);
	put_u32(p + ENTRY_ITEM_NAME, pool_put(w, e->item_name));
	put_u32(p + ENTRY_RESULT_TYPE, pool_put(w, e->result_type));
	p[ENTRY_CHECK] = e->check;
	p[ENTRY_SCOPE] = e->scope;
	p[ENTRY_COUNT_KEY] = e->count_key;
	p[ENTRY_SEX] = e->sex;
	p[ENTRY_AGE_UNIT] = e->age_unit;
	p[ENTRY_LEVEL_MIN] = e->level_min;
	p[ENTRY_FIRST_ONLY] = e->first_only;
	p[ENTRY_ALT_LEVEL_MIN] = e->alt_level_min;
	put_u32(p + ENTRY_AGE_FROM, (uint32_t) e->age_from);
	put_u32(p + ENTRY_AGE_BELOW, (uint32_t) e->age_below);
	put_u32(p + ENTRY_INSURANCE, e->insurance);
	put_u32(p + ENTRY_SETTINGS, e->settings);
	put_u32(p + ENTRY_ALT_MEDINS_TYPE, pool_put(w, e->alt_medins_type));
	put_u32(p + ENTRY_WINDOW_DAYS, (uint32_t) e->window_days);
	put_u64(p + ENTRY_LIMIT, (uint64_t) e->limit);
	put_u32(p + ENTRY_UNIT, pool_put(w, e->unit));
	put_u32(p + ENTRY_VALID_FROM, (uint32_t) e->valid_from);
	put_u32(p + ENTRY_VALID_TO, (uint32_t) e->valid_to);
	put_u32(p + ENTRY_REGION, pool_put(w, e->region));
	put_u32(p + ENTRY_BASIS, pool_put(w, e->basis));
	put_u32(p + ENTRY_BASIS_NO, pool_put(w, e->basis_no));
	p[ENTRY_REGION_BY] = e->region_by;
}

static void
write_entries(Writer *w)
{
	uint32_t	n = w->content->n_entries;
	uint8_t    *p = start_section(w, SECTION_ENTRIES, n);

	for (uint32_t i = 0; i < n; i++, p += ENTRY_WIDTH)
	{
		uint32_t	from = w->entry_order[i];

		ms_tick(w->arena);
		write_entry(w, p, &w->content->entries[from], w->entry_rule[from]);
	}
}

static int
cmp_maps(uint32_t a, uint32_t b, const void *ctx)
{
	const MsBookMap *maps = ctx;

	if (maps[a].map != maps[b].map)
		return maps[a].map < maps[b].map ? -1 : 1;
	return strcmp(maps[a].key, maps[b].key);
}

static bool
map_value_fits(uint8_t map, int32_t value)
{
	switch (map)
	{
		case MS_MAP_LEVEL:
			return value >= 0 && value <= 3;
		case MS_MAP_SETTING:
			return ms_word(MS_VOCABULARY_SETTING, value) != NULL;
		case MS_MAP_INSURANCE:
			return ms_word(MS_VOCABULARY_INSURANCE, value) != NULL;
		case MS_MAP_CLR_WAY:
			return value == 0 || value == 1;
		default:
			return false;
	}
}

static bool
write_maps(Writer *w)
{
	const MsBookMap *maps = w->content->maps;
	uint32_t	n = w->content->n_maps;
	uint32_t   *order = identity(w->arena, n);
	uint8_t    *p = start_section(w, SECTION_MAPS, n);

	for (uint32_t i = 0; i < n; i++)
	{
		if (maps[i].key == NULL || *maps[i].key == '\0' ||
			!map_value_fits(maps[i].map, maps[i].value))
			return refuse(w, "a map row has no key or an unknown value", NULL,
						  maps[i].key);
	}
	ms_sort(w->arena, order, n, cmp_maps, maps);
	for (uint32_t i = 0; i < n; i++, p += MAP_WIDTH)
	{
		const MsBookMap *map = &maps[order[i]];

		if (i > 0 && cmp_maps(order[i - 1], order[i], maps) == 0)
			return refuse(w, "a map has the same key twice", NULL, map->key);
		p[MAP_MAP] = map->map;
		put_u32(p + MAP_KEY, pool_put(w, map->key));
		put_u32(p + MAP_VALUE, (uint32_t) map->value);
	}
	return true;
}

static int
cmp_params(uint32_t a, uint32_t b, const void *ctx)
{
	const MsBookParam *params = ctx;

	return strcmp(params[a].name, params[b].name);
}

/* Sorts and checks the parameters before the entries, which need one. */
static bool
write_params(Writer *w, bool *has_course)
{
	const MsBookParam *params = w->content->params;
	uint32_t	n = w->content->n_params;
	uint32_t   *order = identity(w->arena, n);
	uint8_t    *p = start_section(w, SECTION_PARAMS, n);
	int32_t		gap;
	MsStayDays	stay;

	ms_sort(w->arena, order, n, cmp_params, params);
	for (uint32_t i = 0; i < n; i++, p += PARAM_WIDTH)
	{
		const MsBookParam *param = &params[order[i]];

		if (*param->name == '\0' || *param->value == '\0')
			return refuse(w, "a parameter has no name or no value", NULL,
						  param->name);
		if (i > 0 && cmp_params(order[i - 1], order[i], params) == 0)
			return refuse(w, "a parameter occurs twice", NULL, param->name);
		if (strcmp(param->name, "course_gap_days") == 0)
		{
			if (!ms_book_param_course_gap(param->value, &gap))
				return refuse(w, "the parameter is no number of days",
							  "0 to 36600", param->name);
			*has_course = true;
		}
		if (strcmp(param->name, "stay_days") == 0 &&
			!ms_book_param_stay_days(param->value, &stay))
			return refuse(w, "the parameter has an unknown value",
						  ms_word_list(MS_VOCABULARY_STAY_DAYS), param->name);
		put_u32(p + PARAM_NAME, pool_put(w, param->name));
		put_u32(p + PARAM_VALUE, pool_put(w, param->value));
	}
	return true;
}

/* ---- the whole ---- */

static void
assemble(Writer *w, uint8_t **bytes, size_t *size)
{
	uint64_t	at = MS_BOOK_HEADER_SIZE + N_SECTIONS * SECTION_DESCRIPTOR;
	uint64_t	offsets[N_SECTIONS];
	uint8_t    *book;

	w->sections[SECTION_STRINGS] = (uint8_t *) w->pool.bytes;
	w->counts[SECTION_STRINGS] = w->pool.len;
	for (int i = 0; i < N_SECTIONS; i++)
	{
		at = align8(at);
		offsets[i] = at;
		at += w->counts[i] * section_width[i];
	}
	at = align8(at);
	book = ms_arena_alloc(w->arena, at, 1);
	memcpy(book + HEAD_MAGIC, MS_BOOK_MAGIC, 8);
	put_u32(book + HEAD_FORMAT, MS_BOOK_FORMAT);
	put_u32(book + HEAD_SECTIONS, N_SECTIONS);
	put_u64(book + HEAD_SIZE, at);
	for (int i = 0; i < N_SECTIONS; i++)
	{
		uint8_t    *d = book + MS_BOOK_HEADER_SIZE + i * SECTION_DESCRIPTOR;

		put_u32(d + SECTION_ID, (uint32_t) i);
		put_u32(d + SECTION_WIDTH, section_width[i]);
		put_u64(d + SECTION_OFFSET, offsets[i]);
		put_u64(d + SECTION_COUNT, w->counts[i]);
		if (w->counts[i] > 0)
			memcpy(book + offsets[i], w->sections[i],
				   w->counts[i] * section_width[i]);
	}
	*bytes = book;
	*size = at;
}

bool
ms_book_build(MsArena *arena, const MsBookContent *content, uint8_t **bytes,
			  size_t *size, MsBookError *error)
{
	Writer		w = {.arena = arena,.content = content,.error = error};
	bool		has_course = false;

	memset(error, 0, sizeof(*error));
	if (content->n_entries > INT32_MAX / MS_N_ROLES || content->n_codes > INT32_MAX / 4)
		arena->env->fail(arena->env->ctx, MS_FAIL_TOO_MANY);

	/* offset 0 means none: keep it taken */
	pool_reserve(&w, 1);
	w.pool.bytes[0] = '\0';
	w.pool.len = 1;
	if (!order_rules(&w) || !write_params(&w, &has_course) ||
		!order_entries(&w, has_course) || !collect_postings(&w))
		return false;
	count_keys(&w);
	write_keys(&w);
	write_rules(&w);
	write_entries(&w);
	if (!write_maps(&w))
		return false;
	assemble(&w, bytes, size);
	return true;
}
