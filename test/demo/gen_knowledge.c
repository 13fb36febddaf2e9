/*
 * gen_knowledge.c
 *	  Pools of billable codes that are bound by exactly one kind of limit.
 *
 * Without --knowledge a pool holds what gen_items.c knows.  With it, the
 * published national points (nhsa_points.csv) are read once and every code
 * that occurs in one class only joins its pool, so that the demo reaches
 * thousands of entries.
 */
#include <stdlib.h>
#include <string.h>

#include "gen_items.h"

#define FIELDS 9

typedef struct Point
{
	char	   *code;
	char	   *name;
	int			pool;			/* -1: a class without a pool */
} Point;

static GenItem *pool_item[POOL_COUNT];
static int	pool_cap[POOL_COUNT];
static int	pool_used[POOL_COUNT];

static void
pool_add(GenPool pool, const GenItem *item)
{
	pool_item[pool] = gen_grow(pool_item[pool], &pool_cap[pool],
							   pool_used[pool] + 1, sizeof(GenItem));
	pool_item[pool][pool_used[pool]++] = *item;
}

static void
pools_start(void)
{
	if (pool_used[POOL_MALE] > 0)
		return;
	pool_add(POOL_MALE, bound_item(IT_MALE_DRUG));
	pool_add(POOL_FEMALE, bound_item(IT_FEMALE_DRUG));
	pool_add(POOL_CHILD, bound_item(IT_CHILD_DRUG));
	pool_add(POOL_LEVEL2, bound_item(IT_LEVEL2_DRUG));
	pool_add(POOL_LEVEL2, bound_item(IT_LEVEL2_CANCER_DRUG));
	pool_add(POOL_INPATIENT, bound_item(IT_INPATIENT_DRUG));
}

const GenItem *
pool_pick(GenPool pool, GenRng *rng)
{
	pools_start();
	return &pool_item[pool][rng_zipf(rng, pool_used[pool])];
}

int
pool_size(GenPool pool)
{
	pools_start();
	return pool_used[pool];
}

/*
 * read_all
 *		The whole file as one string; the caller keeps it (codes and names
 *		point into it).
 */
static char *
read_all(const char *path)
{
	FILE	   *file = fopen(path, "rb");
	char	   *text;
	long		size;

	if (file == NULL)
		gen_fail("cannot open %s", path);
	if (fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 ||
		fseek(file, 0, SEEK_SET) != 0)
		gen_fail("cannot read %s", path);
	text = malloc((size_t) size + 1);

	if (text == NULL)
		gen_fail("out of memory");
	if (fread(text, 1, (size_t) size, file) != (size_t) size)
		gen_fail("cannot read %s", path);
	text[		size] = '\0';

	fclose(file);
	return text;
}

/*
 * next_record
 *		Splits one CSV record in place, quotes included; returns the rest or
 *		NULL at the end.
 */
static char *
next_record(char *p, char **field, int want)
{
	int			n = 0;

	if (*p == '\0')
		return NULL;
	for (;;)
	{
		bool		quoted = *p == '"';
		char	   *w;
		char		end;

		if (quoted)
			p++;
		if (n < want)
			field[n++] = p;
		for (w = p; *p != '\0'; p++)
		{
			if (quoted)
			{
				if (*p == '"' && p[1] == '"')
					p++;
				else if (*p == '"')
				{
					quoted = false;
					continue;
				}
			}
			else if (*p == ',' || *p == '\n')
				break;
			if (*p != '\r')
				*w++ = *p;
		}
		end = *p;
		*w = '\0';
		if (end == '\0')
			break;
		p++;
		if (end == '\n')
			break;
	}
	while (n < want)
		field[n++] = p + strlen(p);
	return p;
}

static int
pool_of(char **f)
{
	if (strcmp(f[2], "drug") != 0)
		return -1;
	if (strcmp(f[1], "药品区分性别使用") == 0)
		return strcmp(f[6], "男") == 0 ? POOL_MALE : POOL_FEMALE;
	if (strcmp(f[1], "药品限儿童使用/儿童专用") == 0)
		return strstr(f[8], "岁") == NULL ? POOL_CHILD : -1;
	if (strcmp(f[1], "药品限医疗机构级别") == 0)
		return strcmp(f[6], "二级") == 0 ? POOL_LEVEL2 : -1;
	if (strcmp(f[1], "药品限就医方式") == 0)
		return POOL_INPATIENT;
	return -1;
}

static int
by_code(const void *a, const void *b)
{
	const Point *x = a;
	const Point *y = b;
	int			c = strcmp(x->code, y->code);

	return c != 0 ? c : (x->pool > y->pool) - (x->pool < y->pool);
}

/*
 * knowledge_load
 *		Widens the pools by the points published in dir/nhsa_points.csv.
 */
void
knowledge_load(const char *dir)
{
	char		path[4096];
	char	   *p;
	char	   *field[FIELDS];
	Point	   *point = NULL;
	int			cap = 0;
	int			n = 0;

	pools_start();
	if (snprintf(path, sizeof(path), "%s/nhsa_points.csv", dir) >=
		(int) sizeof(path))
		gen_fail("path too long");
	p = next_record(read_all(path), field, FIELDS);
	if (p == NULL || strcmp(field[4], "code") != 0)
		gen_fail("%s has no column code in the fifth place", path);
	while ((p = next_record(p, field, FIELDS)) != NULL)
	{
		point = gen_grow(point, &cap, n + 1, sizeof(Point));
		point[n].code = field[4];
		point[n].name = field[3];
		point[n++].pool = pool_of(field);
	}
	qsort(point, (size_t) n, sizeof(Point), by_code);
	for (int i = 0, j; i < n; i = j)
	{
		GenItem		item = {point[i].code, point[i].name, point[i].code[0],
		9, 2, 50, 0};

		for (j = i + 1; j < n && strcmp(point[i].code, point[j].code) == 0;)
			j++;
		/* bound twice, or already there under its own name */
		if (j - i > 1 || point[i].pool < 0)
			continue;
		if (item.kind == 'Z')
			item.charge = 11;
		item.price = 800 + (int) (gen_mix(7, (uint64_t) i) % 9000);
		pool_add((GenPool) point[i].pool, &item);
	}
	free(point);
}
