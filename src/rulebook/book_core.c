/*-------------------------------------------------------------------------
 *
 * book_core.c
 *	  Reads a compiled book in place.
 *
 * Nothing is checked here: book_check_core.c has done that.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "rulebook/book_core.h"
#include "rulebook/book_layout_core.h"

/* No dictionary has longer keys; bounds the search by prefix. */
#define MAX_MAP_KEY 64

static void
read_set(const MsBook *book, uint32_t set, MsBookRanges *ranges)
{
	const uint8_t *p;

	if (set == 0)
		return;
	p = book->sets + (size_t) (set - 1) * SET_WIDTH;
	ranges->text = ms_book_string(book, p + SET_TEXT);
	ranges->n = get_u32(p + SET_COUNT);
	ranges->ranges = (const MsBookRange *)
		(const void *) (book->ranges +
						(size_t) get_u32(p + SET_FIRST) * RANGE_WIDTH);
}

static void
read_expr(const MsBook *book, uint32_t expr, MsBookExpr *out)
{
	const uint8_t *p;

	if (expr == 0)
		return;
	p = book->exprs + (size_t) (expr - 1) * EXPR_WIDTH;
	out->text = ms_book_string(book, p + EXPR_TEXT);
	out->code = book->expr_code + get_u32(p + EXPR_OFFSET);
	out->size = get_u32(p + EXPR_SIZE);
}

void
ms_book_rule(const MsBook *book, uint32_t i, MsBookRule *rule)
{
	const uint8_t *p = book->rules + (size_t) i * RULE_WIDTH;

	rule->code = ms_book_string(book, p + RULE_CODE);
	rule->name_zh = ms_book_string(book, p + RULE_NAME_ZH);
	rule->name_en = ms_book_string(book, p + RULE_NAME_EN);
	rule->subject = ms_book_string(book, p + RULE_SUBJECT);
	rule->result_type = ms_book_string(book, p + RULE_RESULT_TYPE);
	rule->stage = ms_book_string(book, p + RULE_STAGE);
	rule->clause = ms_book_string(book, p + RULE_CLAUSE);
	rule->disposal = ms_book_string(book, p + RULE_DISPOSAL);
	rule->kind = p[RULE_KIND];
	rule->fund_scope = p[RULE_FUND_SCOPE];
	rule->first_entry = get_u32(p + RULE_FIRST_ENTRY);
	rule->n_entries = get_u32(p + RULE_N_ENTRIES);
}

/* What the terms say; the rest of *e is zero. */
void
ms_book_terms(const MsBook *book, uint32_t i, MsBookEntry *e)
{
	const uint8_t *p = book->terms + (size_t) i * TERMS_WIDTH;

	memset(e, 0, sizeof(*e));
	e->rule = get_u32(p + TERMS_RULE);
	e->result_type = ms_book_string(book, p + TERMS_RESULT_TYPE);
	e->alt_medins_type = ms_book_string(book, p + TERMS_ALT_MEDINS_TYPE);
	e->unit = ms_book_string(book, p + TERMS_UNIT);
	e->region = ms_book_string(book, p + TERMS_REGION);
	e->basis = ms_book_string(book, p + TERMS_BASIS);
	e->basis_no = ms_book_string(book, p + TERMS_BASIS_NO);
	e->departments = ms_book_string(book, p + TERMS_DEPARTMENTS);
	e->medins_types = ms_book_string(book, p + TERMS_MEDINS_TYPES);
	e->programmes = ms_book_string(book, p + TERMS_PROGRAMMES);
	read_set(book, get_u32(p + TERMS_DX_REQUIRED), &e->dx_required);
	read_set(book, get_u32(p + TERMS_DX_FORBIDDEN), &e->dx_forbidden);
	read_set(book, get_u32(p + TERMS_OPRN_REQUIRED), &e->oprn_required);
	read_expr(book, get_u32(p + TERMS_ACCESS), &e->access);
	read_expr(book, get_u32(p + TERMS_CONDITION), &e->condition);
	read_expr(book, get_u32(p + TERMS_LIMIT_CASE), &e->limit_case);
	e->age_from = (int32_t) get_u32(p + TERMS_AGE_FROM);
	e->age_below = (int32_t) get_u32(p + TERMS_AGE_BELOW);
	e->window_days = (int32_t) get_u32(p + TERMS_WINDOW_DAYS);
	e->valid_from = (int32_t) get_u32(p + TERMS_VALID_FROM);
	e->valid_to = (int32_t) get_u32(p + TERMS_VALID_TO);
	e->at_least = (int32_t) get_u32(p + TERMS_AT_LEAST);
	e->before_days = (int32_t) get_u32(p + TERMS_BEFORE_DAYS);
	for (int rate = 0; rate < MS_MAX_RATES; rate++)
		e->rates[rate] = (int32_t) get_u32(p + TERMS_RATES + rate * 4);
	e->check = p[TERMS_CHECK];
	e->scope = p[TERMS_SCOPE];
	e->count_key = p[TERMS_COUNT_KEY];
	e->sex = p[TERMS_SEX];
	e->age_unit = p[TERMS_AGE_UNIT];
	e->level_min = p[TERMS_LEVEL_MIN];
	e->first_only = p[TERMS_FIRST_ONLY];
	e->alt_level_min = p[TERMS_ALT_LEVEL_MIN];
	e->insurance = p[TERMS_INSURANCE];
	e->settings = p[TERMS_SETTINGS];
	e->levels = p[TERMS_LEVELS];
	e->region_by = p[TERMS_REGION_BY];
	e->limit_basis = p[TERMS_LIMIT_BASIS];
	e->dx_main_only = p[TERMS_DX_MAIN_ONLY];
	e->dx_relation = p[TERMS_DX_RELATION];
	e->grade_min = p[TERMS_GRADE_MIN];
	e->sub_first = p[TERMS_SUB_FIRST];
}

void
ms_book_entry(const MsBook *book, uint32_t i, MsBookEntry *e)
{
	ms_book_terms(book, ms_book_entry_terms(book, i), e);
	ms_book_entry_own(book, i, e);
}

uint32_t
ms_book_entry_terms(const MsBook *book, uint32_t i)
{
	return get_u32(book->entries + (size_t) i * ENTRY_WIDTH + ENTRY_TERMS);
}

int64_t
ms_book_entry_limit(const MsBook *book, uint32_t i)
{
	return (int64_t) get_u64(book->entries + (size_t) i * ENTRY_WIDTH +
							 ENTRY_LIMIT);
}

void
ms_book_entry_own(const MsBook *book, uint32_t i, MsBookEntry *e)
{
	const uint8_t *p = book->entries + (size_t) i * ENTRY_WIDTH;

	e->code = ms_book_string(book, p + ENTRY_CODE);
	e->item_name = ms_book_string(book, p + ENTRY_ITEM_NAME);
	e->limit = ms_book_entry_limit(book, i);
}

static const uint8_t *
terms_of(const MsBook *book, uint32_t entry)
{
	const uint8_t *p = book->entries + (size_t) entry * ENTRY_WIDTH;

	return book->terms + (size_t) get_u32(p + ENTRY_TERMS) * TERMS_WIDTH;
}

/* What an entry looks at, without reading all of it. */
MsCheck
ms_book_check(const MsBook *book, uint32_t entry)
{
	return (MsCheck) terms_of(book, entry)[TERMS_CHECK];
}

/* Whether an entry speaks in one region only. */
bool
ms_book_is_regional(const MsBook *book, uint32_t entry)
{
	return terms_of(book, entry)[TERMS_REGION_BY] != 0;
}

uint32_t
ms_book_global(const MsBook *book, uint32_t i)
{
	return get_u32(book->globals + (size_t) i * 4);
}

void
ms_book_exception(const MsBook *book, uint32_t i, MsBookException *exception)
{
	const uint8_t *p = book->exceptions + (size_t) i * EXCEPTION_WIDTH;

	memset(exception, 0, sizeof(*exception));
	exception->code = ms_book_string(book, p + EXCEPTION_CODE);
	exception->name_zh = ms_book_string(book, p + EXCEPTION_NAME_ZH);
	exception->name_en = ms_book_string(book, p + EXCEPTION_NAME_EN);
	read_expr(book, get_u32(p + EXCEPTION_CONDITION), &exception->condition);
}

uint32_t
ms_book_rule_exceptions(const MsBook *book, uint32_t rule)
{
	return get_u32(book->rules + (size_t) rule * RULE_WIDTH +
				   RULE_N_EXCEPTIONS);
}

uint32_t
ms_book_rule_exception(const MsBook *book, uint32_t rule, uint32_t nth)
{
	uint32_t	first = get_u32(book->rules + (size_t) rule * RULE_WIDTH +
								RULE_FIRST_EXCEPTION);

	return get_u32(book->rule_exceptions + ((size_t) first + nth) * 4);
}

bool
ms_book_in_ranges(const MsBookRanges *ranges, uint64_t code)
{
	const uint8_t *base = (const uint8_t *) ranges->ranges;
	uint32_t	lo = 0;
	uint32_t	hi = ranges->n;

	/* the first range that does not end before the code */
	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (get_u64(base + (size_t) mid * RANGE_WIDTH + RANGE_HI) <= code)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < ranges->n &&
		get_u64(base + (size_t) lo * RANGE_WIDTH + RANGE_LO) <= code;
}

/* The place of the first parameter whose name is not below this one. */
static uint32_t
place_of_param(const MsBook *book, const char *name)
{
	uint32_t	lo = 0;
	uint32_t	hi = book->n_params;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		const uint8_t *p = book->params + (size_t) mid * PARAM_WIDTH;

		if (strcmp(ms_book_string(book, p + PARAM_NAME), name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const char *
ms_book_param(const MsBook *book, const char *name)
{
	uint32_t	at = place_of_param(book, name);
	MsBookParam param;

	if (at == book->n_params)
		return NULL;
	ms_book_param_row(book, at, &param);
	return strcmp(param.name, name) == 0 ? param.value : NULL;
}

/* ---- codes that stand for others ---- */

bool
ms_book_has_mapped(const MsBook *book)
{
	uint32_t	at = place_of_param(book, MS_MAPPED_PREFIX);
	MsBookParam param;

	if (at == book->n_params)
		return false;
	ms_book_param_row(book, at, &param);
	return strncmp(param.name, MS_MAPPED_PREFIX,
				   strlen(MS_MAPPED_PREFIX)) == 0;
}

/* The value is the code, a blank, and by which map. */
bool
ms_book_mapped(const MsBook *book, const MsFeeItem *code, MsFeeItem *mapped,
			   const char **by)
{
	char		name[sizeof(MS_MAPPED_PREFIX) + MS_CODE_BUFSIZE] = MS_MAPPED_PREFIX;
	const char *value;
	size_t		length;

	(void) ms_code_fee_item_format(code, name + strlen(MS_MAPPED_PREFIX));
	value = ms_book_param(book, name);
	if (value == NULL)
		return false;
	length = strcspn(value, " ");
	*by = value[length] == ' ' ? value + length + 1 : value + length;
	return ms_code_fee_item_parse(value, length, mapped, NULL);
}

void
ms_book_key(const MsBook *book, uint32_t i, MsFeeItem *item)
{
	const uint8_t *p = book->keys + (size_t) i * KEY_WIDTH;

	item->hi = get_u64(p + KEY_HI);
	item->lo = get_u64(p + KEY_LO);
}

/* ---- what speaks about codes ---- */

/* Whether codes of a role say something in an entry. */
static bool
role_fits(const MsBook *book, uint32_t entry, uint32_t role)
{
	const uint8_t *p;
	MsBookEntry e = {0};

	if (role == MS_ROLE_MAIN)
		return true;
	p = terms_of(book, entry);
	e.check = p[TERMS_CHECK];
	e.limit_basis = p[TERMS_LIMIT_BASIS];
	e.at_least = (int32_t) get_u32(p + TERMS_AT_LEAST);
	e.oprn_required.n = get_u32(p + TERMS_OPRN_REQUIRED);
	return (ms_book_roles_of(&e) & 1u << role << MS_ROLES_MAY_SHIFT) != 0;
}

void
ms_book_start_search(MsBookSearch *search, const MsBook *book,
					 MsSearchFn found, void *ctx)
{
	search->book = book;
	search->found = found;
	search->ctx = ctx;
	search->n = 0;
}

/* The key of a probe within its bucket; its postings, none when not found. */
static void
find_key(const MsBook *book, MsBookProbe *probe)
{
	uint32_t	lo = probe->lo;
	uint32_t	hi = probe->hi;

	probe->n = 0;
	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		const uint8_t *p = book->keys + (size_t) mid * KEY_WIDTH;
		MsFeeItem	key;
		uint64_t	key_hash;
		int			diff;

		ms_book_key(book, mid, &key);
		if (ms_code_fee_item_eq(&key, &probe->node))
		{
			probe->n = get_u32(p + KEY_COUNT);
			probe->at = book->postings + (size_t) get_u32(p + KEY_FIRST) * 4;
			return;
		}
		key_hash = ms_code_fee_item_hash64(&key, 0);
		diff = (key_hash > probe->hash) - (key_hash < probe->hash);
		if (diff == 0)
			diff = ms_code_fee_item_cmp(&key, &probe->node);
		if (diff < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
}

/*
 * ms_book_end_search finishes what was asked.  All probes take a step before
 * one takes the next: the memory that a step needs is fetched meanwhile, and
 * waiting for it is nearly all that a search costs.
 */
void
ms_book_end_search(MsBookSearch *search)
{
	const MsBook *book = search->book;
	MsBookProbe *end = search->probes + search->n;

	for (MsBookProbe *p = search->probes; p < end; p++)
	{
		p->lo = get_u32(p->at);
		p->hi = get_u32(p->at + 4);
		MS_FETCH(book->keys + (size_t) p->lo * KEY_WIDTH);
	}
	for (MsBookProbe *p = search->probes; p < end; p++)
	{
		find_key(book, p);
		if (p->n > 0)
			MS_FETCH(p->at);
	}
	for (MsBookProbe *p = search->probes; p < end; p++)
	{
		for (uint32_t j = 0; j < p->n; j++)
			MS_FETCH(book->entries + ENTRY_TERMS +
					 (size_t) (get_u32(p->at + (size_t) j * 4) / MS_N_ROLES) *
					 ENTRY_WIDTH);
	}
	for (MsBookProbe *p = search->probes; p < end; p++)
	{
		for (uint32_t j = 0; j < p->n; j++)
		{
			uint32_t	value = get_u32(p->at + (size_t) j * 4);

			if (role_fits(book, value / MS_N_ROLES, value % MS_N_ROLES))
				search->found(search->ctx, p->asked, value / MS_N_ROLES,
							  (MsRole) (value % MS_N_ROLES));
		}
	}
	search->n = 0;
}

void
ms_book_search(MsBookSearch *search, uint32_t asked, const MsFeeItem *code)
{
	const MsBook *book = search->book;
	int			own = ms_code_fee_item_length(code);

	for (uint32_t i = 0; i < book->n_lengths; i++)
	{
		int			length = (int) get_u32(book->lengths + (size_t) i * 4);
		MsBookProbe *p;

		if (length > own)
			break;
		if (search->n == MS_BOOK_PROBES)
			ms_book_end_search(search);
		p = &search->probes[search->n];
		p->node = *code;
		if (length < own && !ms_code_fee_item_truncate(code, length, &p->node))
			continue;
		p->asked = asked;
		p->hash = ms_code_fee_item_hash64(&p->node, 0);
		p->at = book->buckets +
			(size_t) ms_book_bucket(p->hash, book->bucket_bits) * 4;
		MS_FETCH(p->at);
		search->n++;
	}
}

typedef struct OneCode
{
	MsPostingFn found;
	void	   *ctx;
} OneCode;

static void
found_one(void *ctx, uint32_t asked, uint32_t entry, MsRole role)
{
	const OneCode *one = ctx;

	(void) asked;
	one->found(one->ctx, entry, role);
}

void
ms_book_find(const MsBook *book, const MsFeeItem *code, MsPostingFn found,
			 void *ctx)
{
	OneCode		one = {found, ctx};
	MsBookSearch search;

	ms_book_start_search(&search, book, found_one, &one);
	ms_book_search(&search, 0, code);
	ms_book_end_search(&search);
}

void
ms_book_each_code(const MsBook *book, MsBookCodeFn found, void *ctx)
{
	for (uint32_t i = 0; i < book->n_keys; i++)
	{
		const uint8_t *p = book->keys + (size_t) i * KEY_WIDTH;
		uint32_t	first = get_u32(p + KEY_FIRST);
		MsFeeItem	code = {get_u64(p + KEY_HI), get_u64(p + KEY_LO)};

		for (uint32_t j = 0; j < get_u32(p + KEY_COUNT); j++)
		{
			uint32_t	value = get_u32(book->postings + (size_t) (first + j) * 4);

			found(ctx, value / MS_N_ROLES, (MsRole) (value % MS_N_ROLES), &code);
		}
	}
}

void
ms_book_map_row(const MsBook *book, uint32_t i, MsBookMap *map)
{
	const uint8_t *p = book->maps + (size_t) i * MAP_WIDTH;

	map->map = p[MAP_MAP];
	map->key = ms_book_string(book, p + MAP_KEY);
	map->value = (int32_t) get_u32(p + MAP_VALUE);
}

void
ms_book_param_row(const MsBook *book, uint32_t i, MsBookParam *param)
{
	const uint8_t *p = book->params + (size_t) i * PARAM_WIDTH;

	param->name = ms_book_string(book, p + PARAM_NAME);
	param->value = ms_book_string(book, p + PARAM_VALUE);
}

/* Compares a map row with (map, key). */
static int
cmp_map(const MsBook *book, uint32_t i, MsMap map, MsStr key)
{
	const uint8_t *p = book->maps + (size_t) i * MAP_WIDTH;

	if (p[MAP_MAP] != map)
		return p[MAP_MAP] < map ? -1 : 1;
	return ms_str_cmp(ms_str(ms_book_string(book, p + MAP_KEY)), key);
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

bool
ms_book_maps_to(const MsBook *book, MsMap map, int32_t value)
{
	for (uint32_t i = 0; i < book->n_maps; i++)
	{
		const uint8_t *p = book->maps + (size_t) i * MAP_WIDTH;

		if (p[MAP_MAP] == map && (int32_t) get_u32(p + MAP_VALUE) == value)
			return true;
	}
	return false;
}
