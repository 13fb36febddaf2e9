/*
 * Sets of codes: what is read, its algebra, its canonical text, the search.
 *
 * What a set contains is told a second time by a naive evaluator over texts:
 * prefix tests and comparisons of strings.
 */
#include <stdlib.h>

#include "code/code_set_core.h"
#include "unit.h"

#define MAXSPANS 256

typedef struct Set
{
	const MsCodeSetType *type;
	size_t		n;
	MsCodeSpan	spans[MAXSPANS];
} Set;

/* Reads a text as the server layer does; false if it is no set. */
static bool
read_set(const MsCodeSetType *type, const char *text, Set *set,
		 MsCodeSetError *err)
{
	static MsCodeSpan in[MAXSPANS];
	static MsCodeSpan out[MAXSPANS];
	size_t		nin = 0;
	size_t		nout = 0;
	MsCodeSetReader r;
	MsCodeSpan	span;

	ms_code_set_start(&r, type, text, strlen(text));
	for (;;)
	{
		MsCodeSetStep step = ms_code_set_read(&r, &span, err);

		if (step == MS_SET_ERROR)
			return false;
		if (step == MS_SET_END)
			break;
		if (step == MS_SET_INCLUDE)
			in[nin++] = span;
		else
			out[nout++] = span;
	}
	nin = ms_code_set_unite(in, nin);
	nout = ms_code_set_unite(out, nout);
	set->type = type;
	set->n = ms_code_set_subtract(in, nin, out, nout, set->spans);
	return true;
}

static const char *
canonical(const Set *set)
{
	static char text[MAXSPANS * 64];
	char		buf[MS_CODE_SET_BUFSIZE];
	size_t		used = 0;

	text[		0] = '\0';

	for (size_t i = 0; i < set->n; i++)
	{
		int			n = ms_code_set_print(set->type, &set->spans[i], buf);

		CHECK_INT(n, strlen(buf));
		used += (size_t) snprintf(text +used, sizeof(text) - used, "%s%s",
								  i > 0 ? ", " : "", buf);
	}
	return set->n == 0 ? MS_CODE_SET_EMPTY : text;
}

static bool
same(const Set *a, const Set *b)
{
	return a->n == b->n &&
		memcmp(a->spans, b->spans, a->n * sizeof(MsCodeSpan)) == 0;
}

/* The text is read, printed as wanted, and reads back the same. */
static void
check_reads(const MsCodeSetType *type, const char *text, const char *want)
{
	Set			set;
	Set			again;
	MsCodeSetError err;

	if (!read_set(type, text, &set, &err))
	{
		CHECK_MSG(false, "\"%s\" is refused at %d", text, err.code.position);
		return;
	}
	CHECK_STR(canonical(&set), want);
	CHECK(ms_code_set_readable(type, text, strlen(text)));
	CHECK(read_set(type, canonical(&set), &again, &err) && same(&set, &again));
}

static void
check_refused(const MsCodeSetType *type, const char *text, int position,
			  const char *detail)
{
	Set			set;
	MsCodeSetError err;
	char		buf[256];

	CHECK_MSG(!read_set(type, text, &set, &err), "\"%s\" is read", text);
	CHECK_INT(err.code.position, position);
	ms_code_set_error_detail(&err, buf, sizeof(buf));
	CHECK_STR(buf, detail);
	CHECK(!ms_code_set_readable(type, text, strlen(text)));
}

static void
reading(void)
{
	const MsCodeSetType *icd = &ms_code_set_icd10;
	const MsCodeSetType *op = &ms_code_set_icd9cm3;
	const MsCodeSetType *fee = &ms_code_set_fee_item;

	check_reads(icd, "E10-E14, I20-I25, !I23", "E10-E14, I20-I22, I24-I25");
	check_reads(icd, "E*", "E*");
	check_reads(icd, "!*", "!*");
	check_reads(icd, "E11.-;E12", "E11.-E12");
	check_reads(icd, "M50.- M54.-", "M50., M54.");
	check_reads(icd, "M50.-\nM54", "M50., M54");
	check_reads(icd, "M50. - M54.-", "M50.-M54");
	check_reads(icd, "M50.-M54.- I10", "I10, M50.-M54");
	check_reads(icd, "A17.000+G01*", "A17.000+G01*");
	check_reads(icd, "E10\xef\xbd\x9e" "E14", "E10-E14");
	check_reads(icd, "\xef\xbc\x88" "E10\xe3\x80\x81" "E11\xef\xbc\x89",
				"E10-E11");
	check_reads(op, "36.31-37*", "36.31-37*");
	check_reads(op, "3*", "3*");
	check_reads(fee, "XR05XXX089N0*, (00250301001|00250301002)",
				"00250301001-00250301002, XR05XXX089N0");
	check_reads(fee, "~110-120", "~110-120");
	check_reads(fee, "~110-~120", "~110 - ~120");
	check_reads(fee, "~*", "~*");
	check_reads(fee, "*", "*");

	check_refused(icd, "", 1, "The text is empty.");
	check_refused(icd, "E10-14", 5, "Found \"1\" at position 5; allowed is A-Z.");
	check_refused(icd, "E14-E10", 5, "The range whose right end stands at "
				  "position 5 ends before it begins.");
	/* positions count characters, not bytes */
	check_refused(icd, "E10\xe3\x80\x81" "E1#", 7,
				  "Found \"#\" at position 7; allowed is 0-9 or A-Z.");
	check_refused(icd, "E10\xef\xbc\x8c\xef\xbc\xa5" "11", 5,
				  "Found \"\xef\xbc\xa5\" at position 5; allowed is A-Z.");
	check_refused(icd, "M50.- M54.9", 6, "Found \" \" at position 6; allowed is "
				  "a comma, or a blank on both sides of the hyphen.");
	check_refused(op, "36.31-39", 7, "Found \"3\" at position 7; allowed is a "
				  "right end as long as the left one.");
	check_refused(fee, "~110- ~120", 6, "Found \" \" at position 6; allowed is "
				  "a comma, or a blank on both sides of the hyphen.");
}

/* The last value of each type really is the last one. */
static void
edges(void)
{
	static const struct
	{
		const MsCodeSetType *type;
		const char *all;
	}			cases[] = {
		{&ms_code_set_icd10, "A00-Z9Z.ZZZZ"},
		{&ms_code_set_icd9cm3, "00-99.9x99x999"},
		{&ms_code_set_fee_item, "0 - ~zzzzzzzzzzzzzzzz"}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Set			all;
		Set			star;
		MsCodeSetError err;

		CHECK(read_set(cases[i].type, cases[i].all, &all, &err));
		CHECK(read_set(cases[i].type, "*", &star, &err));
		CHECK(same(&all, &star));
		CHECK_STR(canonical(&all), "*");
		CHECK(ms_code_set_infinite(&all.spans[0].end));
	}
}

/*
 * Random sets against the naive evaluator.  Codes, as texts, come from few
 * letters and digits, so that they often meet.
 */
static uint64_t seed = 20261122;

static unsigned
draw(unsigned n)
{
	seed = ms_code_hash64(seed, 1);
	return (unsigned) (seed % n);
}

static void
draw_code(const MsCodeSetType *type, char *buf)
{
	static const char *const icd[] = {
		"E11", "E11.", "E11.2", "E11.20", "E11.200", "E11.200x", "E11.200x011",
		"E11.200x011+N08.3*", "E11.200+N08*", "E12", "E12.0", "E12.x", "E12.x00",
		"E12.A", "E99", "E9A", "F00", "F00.0", "I10", "I10.x00x002", "A00",
		"Z9Z", "Z9Z.ZZZZ"
	};
	static const char *const op[] = {
		"00", "01", "01.", "01.6", "01.6x", "01.6x00", "01.60", "17", "17.9",
		"17.91", "17.912", "17.912A0", "36", "36.0", "36.06", "36.0600",
		"36.0600x001", "36.070x0013", "99", "99.9x99x999"
	};
	static const char *const fee[] = {
		"0", "00", "0031", "003101", "003101000010000", "0032", "01", "33", "9",
		"C", "C01", "C0101", "J", "JA0", "T00", "X", "XB", "XB01", "XB01AC",
		"XB01ACA056A012030101554", "XB02", "Z", "ZA04", "~1", "~1-", "~1-2",
		"~1-2-", "~11", "~a/b_c.d", "~z", "~zzzzzzzzzzzzzzzz"
	};

	if (type == &ms_code_set_icd10)
		strcpy(buf, icd[draw(sizeof(icd) / sizeof(icd[0]))]);
	else if (type == &ms_code_set_icd9cm3)
		strcpy(buf, op[draw(sizeof(op) / sizeof(op[0]))]);
	else
		strcpy(buf, fee[draw(sizeof(fee) / sizeof(fee[0]))]);
}

static bool
is_prefix(const char *node, const char *code)
{
	return strncmp(node, code, strlen(node)) == 0;
}

/* An item as drawn: of one code, or two. */
typedef struct Drawn
{
	char		left[MS_CODE_BUFSIZE];
	char		right[MS_CODE_BUFSIZE]; /* empty = no range */
	bool		excluded;
	bool		exact;
} Drawn;

static bool
naive_item(const Drawn *d, const char *code)
{
	if (d->exact)
		return strcmp(d->left, code) == 0;
	if (d->right[0] == '\0')
		return is_prefix(d->left, code);
	/* from the left end on, up to the right one or below it */
	return strcmp(code, d->left) >= 0 &&
		(strcmp(code, d->right) <= 0 || is_prefix(d->right, code));
}

static bool
naive(const Drawn *d, int n, const char *code)
{
	bool		in = true;

	for (int i = 0; i < n; i++)
		if (!d[i].excluded)
			in = false;
	for (int i = 0; i < n; i++)
		if (!d[i].excluded && naive_item(&d[i], code))
			in = true;
	for (int i = 0; i < n; i++)
		if (d[i].excluded && naive_item(&d[i], code))
			in = false;
	return in;
}

static bool
contains(const Set *set, const char *code)
{
	MsFeeItem	item = {0, 0};
	MsFeeItem	bounds[2 * MAXSPANS];
	uint64_t	bounds8[2 * MAXSPANS];
	bool		is_fee = set->type == &ms_code_set_fee_item;

	for (size_t i = 0; i < set->n; i++)
	{
		bounds[2 * i] = set->spans[i].first;
		bounds[2 * i + 1] = set->spans[i].end;
		bounds8[2 * i] = set->spans[i].first.hi;
		bounds8[2 * i + 1] = set->spans[i].end.hi;
	}
	if (is_fee)
	{
		CHECK(ms_code_fee_item_parse(code, strlen(code), &item, NULL));
		return ms_code_fee_item_in_bounds(bounds, (int) set->n * 2, &item);
	}
	CHECK(set->type == &ms_code_set_icd10 ?
		  ms_code_icd10_parse(code, strlen(code), &item.hi, NULL) :
		  ms_code_icd9cm3_parse(code, strlen(code), &item.hi, NULL));
	return ms_code8_in_bounds(bounds8, (int) set->n * 2, item.hi);
}

static void
random_set(const MsCodeSetType *type)
{
	Drawn		d[8];
	int			n = 1 + (int) draw(8);
	char text[	1024] = "";
	size_t		used = 0;
	Set			set;
	Set			again;
	MsCodeSetError err;

	for (int i = 0; i < n; i++)
	{
		memset(&d[i], 0, sizeof(d[i]));
		draw_code(type, d[i].left);
		d[i].excluded = draw(3) == 0;
		d[i].exact = draw(5) == 0;
		if (!d[i].exact && draw(2) == 0)
		{
			draw_code(type, d[i].right);
			if (strcmp(d[i].right, d[i].left) < 0)
				d[i].right[0] = '\0';
		}
		used += (size_t) snprintf(text +used, sizeof(text) - used,
								  "%s%s%s%s%s%s", i > 0 ? ", " : "",
								  d[i].excluded ? "!" : "",
								  d[i].exact ? "=" : "", d[i].left,
								  d[i].right[0] ? " - " : "", d[i].right);
		if (d[i].right[0] != '\0' && d[i].right[0] != '~')
			used += (size_t) snprintf(text +used, sizeof(text) - used, "*");
	}
	if (!read_set(type, text, &set, &err))
	{
		CHECK_MSG(false, "\"%s\" is refused at %d", text, err.code.position);
		return;
	}
	for (int i = 0; i < 40; i++)
	{
		char		code[MS_CODE_BUFSIZE];

		draw_code(type, code);
		CHECK_MSG(contains(&set, code) == naive(d, n, code),
				  "%s in \"%s\" = \"%s\"", code, text, canonical(&set));
	}
	CHECK_MSG(read_set(type, canonical(&set), &again, &err) &&
			  same(&set, &again), "\"%s\" reads back from \"%s\"", text,
			  canonical(&set));
}

/* Values and their neighbours, from each end of what is sampled. */
static void
neighbours(void)
{
	char		buf[MS_CODE_BUFSIZE];

	for (int i = 0; i < 2000; i++)
	{
		MsIcd10		code,
					next,
					back;
		MsIcd9cm3	op,
					op_next,
					op_back;
		MsFeeItem	item,
					item_next,
					item_back;
		char text[	MS_CODE_BUFSIZE];

		draw_code(&ms_code_set_icd10, text);
		ms_code_icd10_parse(text, strlen(text), &code, NULL);
		if (ms_code_icd10_next(code, &next))
		{
			CHECK(next > code && ms_code_icd10_format(next, buf) > 0);
			CHECK(strcmp(buf, text) > 0);
			CHECK(ms_code_icd10_prev(next, &back) && back == code);
		}
		else
			CHECK_STR(text, "Z9Z.ZZZZ");
		CHECK(ms_code_icd10_prev(code, &back) == (strcmp(text, "A00") != 0));

		draw_code(&ms_code_set_icd9cm3, text);
		ms_code_icd9cm3_parse(text, strlen(text), &op, NULL);
		if (ms_code_icd9cm3_next(op, &op_next))
			CHECK(ms_code_icd9cm3_prev(op_next, &op_back) && op_back == op);
		else
			CHECK_STR(text, "99.9x99x999");

		draw_code(&ms_code_set_fee_item, text);
		ms_code_fee_item_parse(text, strlen(text), &item, NULL);
		if (ms_code_fee_item_next(&item, &item_next))
		{
			CHECK(ms_code_fee_item_valid(&item_next));
			CHECK(ms_code_fee_item_cmp(&item, &item_next) < 0);
			CHECK(ms_code_fee_item_prev(&item_next, &item_back) &&
				  ms_code_fee_item_eq(&item_back, &item));
		}
		else
			CHECK_STR(text, "~zzzzzzzzzzzzzzzz");
		if (ms_code_fee_item_prev(&item, &item_back))
		{
			CHECK(ms_code_fee_item_valid(&item_back));
			CHECK(ms_code_fee_item_next(&item_back, &item_next) &&
				  ms_code_fee_item_eq(&item_next, &item));
		}
		else
			CHECK_STR(text, "0");
	}
}

int
main(void)
{
	reading();
	edges();
	neighbours();
	for (int i = 0; i < 1000; i++)
	{
		random_set(&ms_code_set_icd10);
		random_set(&ms_code_set_icd9cm3);
		random_set(&ms_code_set_fee_item);
	}
	return unit_done();
}
