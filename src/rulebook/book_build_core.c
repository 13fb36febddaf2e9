/*-------------------------------------------------------------------------
 *
 * book_build_core.c
 *	  Writes a compiled book.
 *
 * Everything is sorted here, whatever the order in which it is given, so
 * that the bytes depend on the content alone.  What is said more than once
 * goes through the pool, in the order in which the sorted records say it.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "rulebook/book_core.h"
#include "rulebook/book_layout_core.h"
#include "rulebook/book_pool_core.h"
#include "rulebook/expr_core.h"

typedef struct Posting
{
	MsFeeItem	item;
	uint64_t	hash;
	uint32_t	value;			/* entry * MS_N_ROLES + role */
} Posting;

typedef struct Writer
{
	MsArena    *arena;
	const MsBookContent *content;
	MsBookError *error;
	MsPool		pool;
	MsBook		params;			/* its constants only */
	uint32_t   *rule_order;		/* sorted place -> index in the content */
	uint32_t   *entry_order;
	uint32_t   *entry_rule;		/* content index -> sorted place of rule */
	uint8_t    *entry_roles;	/* content index -> set of 1 << role */
	Posting    *postings;
	uint32_t	n_postings;
	uint32_t	n_keys;
	int			bucket_bits;
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
	int			diff = (postings[a].hash > postings[b].hash) -
	(postings[a].hash < postings[b].hash);

	if (diff == 0)
		diff = ms_code_fee_item_cmp(&postings[a].item, &postings[b].item);
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
check_expr(Writer *w, const MsBookExpr *expr, MsExprType type,
		   const char *object)
{
	if (expr->code == NULL)
		return true;
	if (expr->text == NULL || *expr->text == '\0' || expr->size == 0)
		return refuse(w, "an expression has no text or no code", NULL, object);
	if (!ms_expr_check(expr->code, expr->size, type, NULL))
		return refuse(w, "an expression's code is broken or of another type",
					  ms_expr_type_name(type), object);
	return true;
}

static bool
check_ranges(Writer *w, const MsBookRanges *ranges, const char *object)
{
	if (ranges->n > 0 && (ranges->text == NULL || *ranges->text == '\0'))
		return refuse(w, "a set of codes has no text", NULL, object);
	for (uint32_t i = 0; i < ranges->n; i++)
	{
		if (ranges->ranges[i].lo >= ranges->ranges[i].hi ||
			(i > 0 && ranges->ranges[i].lo <= ranges->ranges[i - 1].hi))
			return refuse(w, "a set of codes is not in order", NULL, object);
	}
	return true;
}

static bool
check_entry(Writer *w, const MsBookEntry *e, uint8_t kind)
{
	const char *allowed;
	const char *problem = ms_book_entry_problem(e, kind,
												ms_book_has(&w->params),
												&allowed);

	if (problem == NULL)
		problem = ms_book_limit_problem(e->check, e->limit, &allowed);
	if (problem != NULL)
		return refuse(w, problem, allowed, e->code);
	return check_ranges(w, &e->dx_required, e->code) &&
		check_ranges(w, &e->dx_forbidden, e->code) &&
		check_ranges(w, &e->oprn_required, e->code) &&
		check_expr(w, &e->access, MS_EXPR_BOOLEAN, e->code) &&
		check_expr(w, &e->condition, MS_EXPR_BOOLEAN, e->code) &&
		check_expr(w, &e->limit_case, MS_EXPR_NUMBER, e->code);
}

static bool
order_entries(Writer *w)
{
	const MsBookEntry *entries = w->content->entries;
	uint32_t	n = w->content->n_entries;

	w->entry_rule = MS_NEW(w->arena, uint32_t, n);
	for (uint32_t i = 0; i < n; i++)
	{
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
		if (!check_entry(w, &entries[i],
						 w->content->rules[w->rule_order[rule]].kind))
			return false;
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

/* Each entry has the roles that it must have and no others. */
static bool
check_roles(Writer *w)
{
	const MsBookEntry *entries = w->content->entries;

	for (uint32_t i = 0; i < w->content->n_entries; i++)
	{
		unsigned	roles = ms_book_roles_of(&entries[i]);
		const char *problem = ms_book_roles_problem(roles, w->entry_roles[i]);

		if (problem != NULL)
			return refuse(w, problem, NULL, entries[i].code);
	}
	return true;
}

static bool
collect_postings(Writer *w)
{
	const MsBookContent *c = w->content;
	uint32_t   *by_code = identity(w->arena, c->n_entries);
	uint32_t   *place = MS_NEW(w->arena, uint32_t, c->n_entries);
	Posting    *unsorted = MS_NEW(w->arena, Posting, c->n_codes);
	uint32_t   *order = identity(w->arena, c->n_codes);

	w->entry_roles = MS_NEW(w->arena, uint8_t, c->n_entries);
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
		if (c->codes[i].role >= MS_N_ROLES)
			return refuse(w, "a code's role is unknown",
						  ms_word_list(MS_VOCABULARY_ROLE),
						  c->codes[i].entry_code);
		w->entry_roles[entry] |= (uint8_t) (1u << c->codes[i].role);
		unsorted[i].item = c->codes[i].item;
		unsorted[i].hash = ms_code_fee_item_hash64(&c->codes[i].item, 0);
		unsorted[i].value = place[entry] * MS_N_ROLES + c->codes[i].role;
	}
	if (!check_roles(w))
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
		const MsFeeItem *item = &w->postings[i].item;

		if (i > 0 && ms_code_fee_item_eq(&w->postings[i - 1].item, item))
			continue;
		w->n_keys++;
		seen[ms_code_fee_item_length(item)] = true;
	}
	for (uint32_t i = 0; i < MS_CODE_BUFSIZE; i++)
	{
		if (seen[i])
			w->lengths[w->n_lengths++] = i;
	}
	w->bucket_bits = MS_BOOK_MIN_BUCKET_BITS;
	while (UINT64_C(1) << w->bucket_bits < w->n_keys)
		w->bucket_bits++;
}

static uint8_t *
start_section(Writer *w, int section, uint64_t count)
{
	w->counts[section] = count;
	w->sections[section] = ms_arena_alloc(w->arena, count,
										  section_width[section]);
	return w->sections[section];
}

/* Every bucket begins where the keys of those before it end. */
static void
write_buckets(Writer *w)
{
	uint32_t	n = UINT32_C(1) << w->bucket_bits;
	uint8_t    *buckets = start_section(w, SECTION_BUCKETS, (uint64_t) n + 1);
	uint32_t	key = 0;
	uint32_t	next = 0;

	for (uint32_t i = 0; i < w->n_postings; i++)
	{
		const Posting *posting = &w->postings[i];
		uint32_t	bucket = ms_book_bucket(posting->hash, w->bucket_bits);

		if (i > 0 && ms_code_fee_item_eq(&posting[-1].item, &posting->item))
			continue;
		for (; next <= bucket; next++)
			put_u32(buckets + (size_t) next * 4, key);
		key++;
	}
	for (; next <= n; next++)
		put_u32(buckets + (size_t) next * 4, key);
}

static void
write_keys(Writer *w)
{
	uint8_t    *keys = start_section(w, SECTION_KEYS, w->n_keys);
	uint8_t    *lengths = start_section(w, SECTION_LENGTHS, w->n_lengths);
	uint8_t    *postings = start_section(w, SECTION_POSTINGS, w->n_postings);
	uint8_t    *key = keys;
	uint32_t	n = 0;

	for (uint32_t i = 0; i < w->n_lengths; i++)
		put_u32(lengths + (size_t) i * 4, w->lengths[i]);
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
			n++;
		}
		put_u32(key + KEY_COUNT, i + 1 - get_u32(key + KEY_FIRST));
		put_u32(postings + (size_t) i * 4, posting->value);
	}
	write_buckets(w);
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

		put_u32(p + RULE_CODE, ms_pool_string(&w->pool, rule->code));
		put_u32(p + RULE_NAME_ZH, ms_pool_string(&w->pool, rule->name_zh));
		put_u32(p + RULE_NAME_EN, ms_pool_string(&w->pool, rule->name_en));
		put_u32(p + RULE_SUBJECT, ms_pool_string(&w->pool, rule->subject));
		put_u32(p + RULE_RESULT_TYPE, ms_pool_string(&w->pool, rule->result_type));
		put_u32(p + RULE_STAGE, ms_pool_string(&w->pool, rule->stage));
		put_u32(p + RULE_CLAUSE, ms_pool_string(&w->pool, rule->clause));
		put_u32(p + RULE_DISPOSAL, ms_pool_string(&w->pool, rule->disposal));
		p[RULE_KIND] = rule->kind;
		p[RULE_FUND_SCOPE] = rule->fund_scope;
		while (entry < w->content->n_entries &&
			   w->entry_rule[w->entry_order[entry]] == i)
			entry++;
		put_u32(p + RULE_FIRST_ENTRY, first);
		put_u32(p + RULE_N_ENTRIES, entry - first);
	}
}

static uint32_t
put_terms(Writer *w, const MsBookEntry *e, uint32_t rule)
{
	MsPool	   *pool = &w->pool;
	uint8_t		p[TERMS_WIDTH] = {0};
	bool		ages = e->check == MS_CHECK_AGE;

	put_u32(p + TERMS_RULE, rule);
	put_u32(p + TERMS_RESULT_TYPE, ms_pool_string(pool, e->result_type));
	put_u32(p + TERMS_ALT_MEDINS_TYPE,
			ms_pool_string(pool, e->alt_medins_type));
	put_u32(p + TERMS_UNIT, ms_pool_string(pool, e->unit));
	put_u32(p + TERMS_REGION, ms_pool_string(pool, e->region));
	put_u32(p + TERMS_BASIS, ms_pool_string(pool, e->basis));
	put_u32(p + TERMS_BASIS_NO, ms_pool_string(pool, e->basis_no));
	put_u32(p + TERMS_DEPARTMENTS, ms_pool_string(pool, e->departments));
	put_u32(p + TERMS_MEDINS_TYPES, ms_pool_string(pool, e->medins_types));
	put_u32(p + TERMS_PROGRAMMES, ms_pool_string(pool, e->programmes));
	put_u32(p + TERMS_DX_REQUIRED, ms_pool_set(pool, &e->dx_required));
	put_u32(p + TERMS_DX_FORBIDDEN, ms_pool_set(pool, &e->dx_forbidden));
	put_u32(p + TERMS_OPRN_REQUIRED, ms_pool_set(pool, &e->oprn_required));
	put_u32(p + TERMS_ACCESS, ms_pool_expr(pool, &e->access));
	put_u32(p + TERMS_CONDITION, ms_pool_expr(pool, &e->condition));
	put_u32(p + TERMS_LIMIT_CASE, ms_pool_expr(pool, &e->limit_case));
	put_u32(p + TERMS_AGE_FROM, (uint32_t) (ages ? e->age_from : -1));
	put_u32(p + TERMS_AGE_BELOW, (uint32_t) (ages ? e->age_below : -1));
	put_u32(p + TERMS_WINDOW_DAYS, (uint32_t) e->window_days);
	put_u32(p + TERMS_VALID_FROM, (uint32_t) e->valid_from);
	put_u32(p + TERMS_VALID_TO, (uint32_t) e->valid_to);
	put_u32(p + TERMS_AT_LEAST, (uint32_t) e->at_least);
	put_u32(p + TERMS_BEFORE_DAYS, (uint32_t) e->before_days);
	for (int i = 0; i < MS_MAX_RATES; i++)
		put_u32(p + TERMS_RATES + i * 4, (uint32_t) e->rates[i]);
	p[TERMS_CHECK] = e->check;
	p[TERMS_SCOPE] = e->scope;
	p[TERMS_COUNT_KEY] = e->count_key;
	p[TERMS_SEX] = e->sex;
	p[TERMS_AGE_UNIT] = e->age_unit;
	p[TERMS_LEVEL_MIN] = e->level_min;
	p[TERMS_FIRST_ONLY] = e->first_only;
	p[TERMS_ALT_LEVEL_MIN] = e->alt_level_min;
	p[TERMS_INSURANCE] = (uint8_t) e->insurance;
	p[TERMS_SETTINGS] = (uint8_t) e->settings;
	p[TERMS_LEVELS] = (uint8_t) e->levels;
	p[TERMS_REGION_BY] = e->region_by;
	p[TERMS_LIMIT_BASIS] = e->limit_basis;
	p[TERMS_DX_MAIN_ONLY] = e->dx_main_only;
	p[TERMS_DX_RELATION] = e->dx_relation;
	p[TERMS_GRADE_MIN] = e->grade_min;
	p[TERMS_SUB_FIRST] = e->sub_first;
	return ms_pool_terms(pool, p);
}

static void
write_entries(Writer *w)
{
	uint32_t	n = w->content->n_entries;
	uint8_t    *p = start_section(w, SECTION_ENTRIES, n);
	uint32_t	n_globals = 0;
	uint8_t    *globals;

	for (uint32_t i = 0; i < n; i++, p += ENTRY_WIDTH)
	{
		uint32_t	from = w->entry_order[i];
		const MsBookEntry *e = &w->content->entries[from];

		ms_tick(w->arena);
		put_u32(p + ENTRY_CODE, ms_pool_string(&w->pool, e->code));
		put_u32(p + ENTRY_ITEM_NAME, ms_pool_string(&w->pool, e->item_name));
		put_u32(p + ENTRY_TERMS, put_terms(w, e, w->entry_rule[from]));
		put_u64(p + ENTRY_LIMIT, (uint64_t) e->limit);
		n_globals += w->entry_roles[from] == 0;
	}
	globals = start_section(w, SECTION_GLOBALS, n_globals);
	for (uint32_t i = 0; i < n; i++)
	{
		if (w->entry_roles[w->entry_order[i]] == 0)
		{
			put_u32(globals, i);
			globals += 4;
		}
	}
}

/* ---- exceptions ---- */

static int
cmp_exceptions(uint32_t a, uint32_t b, const void *ctx)
{
	const MsBookException *exceptions = ctx;

	return strcmp(exceptions[a].code, exceptions[b].code);
}

/* Whether a list by comma names the rule. */
static bool
names_rule(const char *list, const char *code)
{
	size_t		len = strlen(code);

	for (;;)
	{
		size_t		item = strcspn(list, ",");

		if (item == len && memcmp(list, code, len) == 0)
			return true;
		if (list[item] == '\0')
			return false;
		list += item + 1;
	}
}

/* Rules are written before; each learns here which exceptions it has. */
static void
write_rule_exceptions(Writer *w, const uint32_t *order)
{
	uint32_t	n_rules = w->content->n_rules;
	uint32_t	n = w->content->n_exceptions;
	uint8_t    *rule = w->sections[SECTION_RULES];
	uint8_t    *list = ms_arena_alloc(w->arena, (size_t) n_rules * n, 4);
	uint32_t	total = 0;

	for (uint32_t r = 0; r < n_rules; r++, rule += RULE_WIDTH)
	{
		const char *code = w->content->rules[w->rule_order[r]].code;

		put_u32(rule + RULE_FIRST_EXCEPTION, total);
		for (uint32_t i = 0; i < n; i++)
		{
			const char *of = w->content->exceptions[order[i]].rule_codes;

			if (of == NULL || names_rule(of, code))
				put_u32(list + (size_t) total++ * 4, i);
		}
		put_u32(rule + RULE_N_EXCEPTIONS,
				total - get_u32(rule + RULE_FIRST_EXCEPTION));
	}
	w->sections[SECTION_RULE_EXCEPTIONS] = list;
	w->counts[SECTION_RULE_EXCEPTIONS] = total;
}

static bool
write_exceptions(Writer *w)
{
	const MsBookException *all = w->content->exceptions;
	uint32_t	n = w->content->n_exceptions;
	uint32_t   *order = identity(w->arena, n);
	uint8_t    *p = start_section(w, SECTION_EXCEPTIONS, n);

	for (uint32_t i = 0; i < n; i++)
	{
		if (all[i].code == NULL || *all[i].code == '\0')
			return refuse(w, "an exception has no code", NULL, NULL);
		if (all[i].condition.code == NULL)
			return refuse(w, "an exception has no condition",
						  "a boolean expression", all[i].code);
		if (!check_expr(w, &all[i].condition, MS_EXPR_BOOLEAN, all[i].code))
			return false;
	}
	ms_sort(w->arena, order, n, cmp_exceptions, all);
	for (uint32_t i = 0; i < n; i++, p += EXCEPTION_WIDTH)
	{
		const MsBookException *e = &all[order[i]];

		if (i > 0 && cmp_exceptions(order[i - 1], order[i], all) == 0)
			return refuse(w, "the exception occurs twice", NULL, e->code);
		put_u32(p + EXCEPTION_CODE, ms_pool_string(&w->pool, e->code));
		put_u32(p + EXCEPTION_NAME_ZH, ms_pool_string(&w->pool, e->name_zh));
		put_u32(p + EXCEPTION_NAME_EN, ms_pool_string(&w->pool, e->name_en));
		put_u32(p + EXCEPTION_CONDITION, ms_pool_expr(&w->pool, &e->condition));
	}
	write_rule_exceptions(w, order);
	return true;
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
write_maps(Writer *w)
{
	const MsBookMap *maps = w->content->maps;
	uint32_t	n = w->content->n_maps;
	uint32_t   *order = identity(w->arena, n);
	uint8_t    *p = start_section(w, SECTION_MAPS, n);

	for (uint32_t i = 0; i < n; i++)
	{
		if (maps[i].key == NULL || *maps[i].key == '\0' ||
			!ms_book_map_fits(maps[i].map, maps[i].value))
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
		put_u32(p + MAP_KEY, ms_pool_string(&w->pool, map->key));
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

/* Sorts and checks the parameters before the entries, which need some. */
static bool
write_params(Writer *w)
{
	const MsBookParam *params = w->content->params;
	uint32_t	n = w->content->n_params;
	uint32_t   *order = identity(w->arena, n);
	uint8_t    *p = start_section(w, SECTION_PARAMS, n);

	ms_book_no_params(&w->params);
	ms_sort(w->arena, order, n, cmp_params, params);
	for (uint32_t i = 0; i < n; i++, p += PARAM_WIDTH)
	{
		const MsBookParam *param = &params[order[i]];
		const char *allowed;

		if (*param->name == '\0' || *param->value == '\0')
			return refuse(w, "a parameter has no name or no value", NULL,
						  param->name);
		if (i > 0 && cmp_params(order[i - 1], order[i], params) == 0)
			return refuse(w, "a parameter occurs twice", NULL, param->name);
		if (!ms_book_take_param(&w->params, param->name, param->value,
								&allowed))
			return refuse(w, "the parameter has an unknown value", allowed,
						  param->name);
		put_u32(p + PARAM_NAME, ms_pool_string(&w->pool, param->name));
		put_u32(p + PARAM_VALUE, ms_pool_string(&w->pool, param->value));
	}
	return true;
}

/* ---- the whole ---- */

static void
take_pool(Writer *w, int section, const MsPoolBytes *from)
{
	w->sections[section] = from->bytes;
	w->counts[section] = from->len / section_width[section];
}

static void
assemble(Writer *w, uint8_t **bytes, size_t *size)
{
	uint64_t	at = MS_BOOK_HEADER_SIZE + N_SECTIONS * SECTION_DESCRIPTOR;
	uint64_t	offsets[N_SECTIONS];
	uint8_t    *book;

	take_pool(w, SECTION_STRINGS, &w->pool.strings);
	take_pool(w, SECTION_TERMS, &w->pool.terms);
	take_pool(w, SECTION_SETS, &w->pool.sets);
	take_pool(w, SECTION_RANGES, &w->pool.ranges);
	take_pool(w, SECTION_EXPRS, &w->pool.exprs);
	take_pool(w, SECTION_EXPR_CODE, &w->pool.expr_code);
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

	memset(error, 0, sizeof(*error));
	if (content->n_entries > INT32_MAX / MS_N_ROLES ||
		content->n_codes > INT32_MAX / 4)
		arena->env->fail(arena->env->ctx, MS_FAIL_TOO_MANY);

	ms_pool_init(&w.pool, arena);
	if (!order_rules(&w) || !write_params(&w) || !order_entries(&w) ||
		!collect_postings(&w))
		return false;
	count_keys(&w);
	write_keys(&w);
	write_rules(&w);
	write_entries(&w);
	if (!write_exceptions(&w) || !write_maps(&w))
		return false;
	assemble(&w, bytes, size);
	return true;
}
