/*
 * gen_warehouse.c
 *	  Writes a demo warehouse in the national platform's export layout:
 *	  deterministic, seeded, patient by patient, with planted violations and
 *	  a truth table that says what an audit must find, to the fen.
 *
 * The files are COPY text.  Nothing is kept but counters, so a hundred million
 * lines take no more memory than a thousand.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen_stories.h"
#include "gen_tables.h"

#define PATIENTS_PER_SF 20000
#define COPIES_PER_SF 10		/* of every planted case */

typedef struct Options
{
	int64_t		per_mille;		/* scale factor times 1000 */
	uint64_t	seed;
	bool		typed;
	bool		schema;
	bool		cases;
	const char *knowledge;
	const char *out;
	const char *table;
} Options;

static const char *const usage =
"usage: gen_warehouse (--out DIR | --table NAME | --schema | --cases)\n"
"       [--sf N] [--seed N] [--typed] [--knowledge DIR]\n"
"  --out DIR        write every table as DIR/NAME.copy\n"
"  --table NAME     write one table to standard output\n"
"  --schema         print the CREATE TABLE statements\n"
"  --cases          list the planted cases\n"
"  --sf N           scale, 0.001 to 10000; 1 is 20 thousand patients,\n"
"                   100 thousand encounters, 1 million fee lines\n"
"  --seed N         another warehouse of the same kind (default 1)\n"
"  --typed          dates, numbers and timestamps instead of varchar\n"
"  --knowledge DIR  draw codes from the published points in DIR too\n";

/*
 * parse_scale
 *		A decimal with up to three places, as thousandths.
 */
static int64_t
parse_scale(const char *text)
{
	int64_t		value = 0;
	int			places = -1;

	for (const char *p = text; *p != '\0'; p++)
	{
		if (*p == '.' && places < 0)
		{
			places = 0;
			continue;
		}
		if (*p < '0' || *p > '9' || places == 3 || value > 10000000)
			gen_fail("--sf wants a number from 0.001 to 10000, got %s", text);
		value = value * 10 + (*p - '0');
		if (places >= 0)
			places++;
	}
	for (int i = places < 0 ? 0 : places; i < 3; i++)
		value *= 10;
	if (value < 1 || value > 10000000)
		gen_fail("--sf wants a number from 0.001 to 10000, got %s", text);
	return value;
}

static Options
parse_options(int argc, char **argv)
{
	Options		o = {1000, 1, false, false, false, NULL, NULL, NULL};

	for (int i = 1; i < argc; i++)
	{
		const char *arg = argv[i];
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		bool		takes = true;

		if (strcmp(arg, "--typed") == 0)
			o.typed = true;
		else if (strcmp(arg, "--schema") == 0)
			o.schema = true;
		else if (strcmp(arg, "--cases") == 0)
			o.cases = true;
		else if (strcmp(arg, "--help") == 0)
		{
			fputs(usage, stdout);
			exit(0);
		}
		else
		{
			if (value == NULL)
				takes = false;
			else if (strcmp(arg, "--sf") == 0)
				o.per_mille = parse_scale(value);
			else if (strcmp(arg, "--seed") == 0)
			{
				char	   *end;

				errno = 0;
				o.seed = strtoull(value, &end, 10);
				if (errno != 0 || *end != '\0' || end == value)
					gen_fail("--seed wants a whole number, got %s", value);
			}
			else if (strcmp(arg, "--knowledge") == 0)
				o.knowledge = value;
			else if (strcmp(arg, "--out") == 0)
				o.out = value;
			else if (strcmp(arg, "--table") == 0)
				o.table = value;
			else
				takes = false;
			if (!takes)
			{
				fprintf(stderr, "gen_warehouse: cannot use %s\n%s", arg,
						usage);
				exit(1);
			}
			i++;
		}
	}
	if ((o.out != NULL) + (o.table != NULL) + o.schema + o.cases != 1)
	{
		fputs(usage, stderr);
		exit(1);
	}
	return o;
}

static void
open_outputs(GenOut *outs, const Options *o)
{
	bool		found = false;

	for (int t = 0; t < TAB_COUNT; t++)
	{
		const char *name = table_name((GenTable) t);
		FILE	   *file = NULL;
		char		path[4096];

		if (o->table != NULL && strcmp(o->table, name) == 0)
			file = stdout;
		else if (o->out != NULL)
		{
			if (snprintf(path, sizeof(path), "%s/%s.copy", o->out, name) >=
				(int) sizeof(path))
				gen_fail("path too long");
			file = fopen(path, "wb");
			if (file == NULL)
				gen_fail("cannot write %s: %s", path, strerror(errno));
		}
		if (file != NULL)
			found = true;
		/* what an audit must find is never dirty */
		out_open(&outs[t], file, o->typed || t >= TAB_TRUTH);
	}
	if (!found)
		gen_fail("there is no table %s", o->table);
}

static void
generate(GenOut *outs, const Options *o)
{
	int64_t		copies = (COPIES_PER_SF * o->per_mille + 500) / 1000;
	int64_t		patients = PATIENTS_PER_SF * o->per_mille / 1000;
	int64_t		planted;
	int64_t		stride;
	GenPatient	p;
	GenTotals	totals;

	if (copies < 1)
		copies = 1;
	planted = copies * case_count();
	if (patients < planted)
		patients = planted;
	stride = patients / planted;
	memset(&p, 0, sizeof(p));
	p.typed = o->typed;
	memset(&totals, 0, sizeof(totals));
	write_institutions(&outs[TAB_FIX]);
	write_institution_places(&outs[TAB_PLACE]);
	for (int64_t no = 0; no < patients; no++)
	{
		int64_t		which = no / stride;

		patient_start(&p, o->seed, no);
		if (no % stride == 0 && which < planted)
			story_case(&p, (int) (which % case_count()),
					   (int) (which / case_count()));
		else
			story_ordinary(&p);
		oracle_judge(&p, o->typed, &totals);
		write_patient(&p, outs, &totals);
	}
	/* after all others, so that nobody else is another than without them */
	for (int i = 0; i < gathering_count(o->per_mille); i++)
	{
		GenGathering g;

		gathering_plan(&g, o->seed, i);
		for (int member = 0; member < g.size; member++)
		{
			patient_start(&p, o->seed, patients++);
			story_gathering(&p, &g, member);
			oracle_judge(&p, o->typed, &totals);
			write_patient(&p, outs, &totals);
		}
	}
	write_totals(outs, &totals);
	free(p.enc);
	free(p.setl);
	free(p.line);
	free(p.expect);
}

int
main(int argc, char **argv)
{
	Options		o = parse_options(argc, argv);
	GenOut	   *outs;

	if (o.schema)
	{
		print_schema(stdout, o.typed);
		return 0;
	}
	if (o.cases)
	{
		for (int i = 0; i < case_count(); i++)
			puts(case_name(i));
		return 0;
	}
	outs = calloc(TAB_COUNT, sizeof(GenOut));
	if (outs == NULL)
		gen_fail("out of memory");
	items_set_scale((int) o.per_mille);
	if (o.knowledge != NULL)
		knowledge_load(o.knowledge);
	open_outputs(outs, &o);
	generate(outs, &o);
	for (int t = 0; t < TAB_COUNT; t++)
	{
		out_flush(&outs[t]);
		if (outs[t].file != NULL && fclose(outs[t].file) != 0)
			gen_fail("could not write %s", table_name((GenTable) t));
	}
	free(outs);
	return 0;
}
