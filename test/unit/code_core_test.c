/*
 * Unit test of the code core: golden values, forms, errors, and properties
 * over random texts against independent regular expressions.
 */
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "code/code_core.h"
#include "unit.h"

/*
 * Golden values.  Indexes, hash partitions and binary dumps hold these
 * numbers: a change here means that stored data is misread.  Never "fix"
 * them; a new form takes numbers from the gaps (docs/formats.md).
 */
typedef struct Golden8
{
	const char *text;
	uint64_t	value;
	uint64_t	hash;
} Golden8;

static const Golden8 golden_icd10[] = {
	{"A00", UINT64_C(0x0000000000000000), UINT64_C(0x48218226ff3cd4bf)},
	{"A00.", UINT64_C(0x0000000000010000), UINT64_C(0x2a4cce47c17fb25d)},
	{"A00.0", UINT64_C(0x0000000000020000), UINT64_C(0x40927e79343f81c2)},
	{"A00.000", UINT64_C(0x0000000000040000), UINT64_C(0x702a675e0cf43018)},
	{"A00.000+A00*", UINT64_C(0x0000000000050000), UINT64_C(0xd37b070b98a12203)},
	{"A00.000x001", UINT64_C(0x00000000df9d0000), UINT64_C(0x4607115243dd95ba)},
	{"C7A.098", UINT64_C(0x08057bf56cf50000), UINT64_C(0x9696477888463b9a)},
	{"E11", UINT64_C(0x0bc63c5b8c3f0000), UINT64_C(0xa3079e0418a2b3fc)},
	{"E11.2", UINT64_C(0x0bc791a7f4e30000), UINT64_C(0xcb7acb9aebfbadb3)},
	{"E11.200x011+N08.3*", UINT64_C(0x0bc791ad69f20000), UINT64_C(0x33f527b80a9e0c66)},
	{"I10.X00", UINT64_C(0x173b2209eb070000), UINT64_C(0x9cd639c27ca0f3fd)},
	{"I10.x00", UINT64_C(0x173b220c1d660000), UINT64_C(0x2c6b186e17405f12)},
	{"I10.x00x002", UINT64_C(0x173b220d6c940000), UINT64_C(0x28aa39aa005376ae)},
	{"S72.001A", UINT64_C(0x35a1154e3e9f0000), UINT64_C(0x5be8f106584b2e0b)},
	{"Z9Z.ZZZZ", UINT64_C(0x4a7c2a2f43d70000), UINT64_C(0x4ea308c8bdfc09f4)},
};

static const Golden8 golden_icd9cm3[] = {
	{"00", UINT64_C(0x0000000000000000), UINT64_C(0x48218226ff3cd4bf)},
	{"00.0100", UINT64_C(0x0000036476000000), UINT64_C(0x7755389272e137ed)},
	{"00.0200x001", UINT64_C(0x000006c8ec000000), UINT64_C(0x26f14dd466359d99)},
	{"01.6x00", UINT64_C(0x00025bd9d1000000), UINT64_C(0x20de5cf146160d61)},
	{"17.912A0", UINT64_C(0x0018ec5fd7000000), UINT64_C(0xeb75a1bcbf053855)},
	{"36.06", UINT64_C(0x00322c4ea9000000), UINT64_C(0xa019f84bed6b4dfd)},
	{"86.700x0013", UINT64_C(0x0078a3b1bd000000), UINT64_C(0x5ad53c25c7f88cbe)},
	{"99.9999x999", UINT64_C(0x008b232dad000000), UINT64_C(0x2f438bcacf4d7ade)},
	{"99.9x99x999", UINT64_C(0x008b250b7f000000), UINT64_C(0x6b8ae092202a137d)},
};

typedef struct Golden16
{
	const char *text;
	MsFeeItem	value;
	uint64_t	hash;
} Golden16;

static const Golden16 golden_fee_item[] = {
	{"0", {UINT64_C(0x1010000000000000), UINT64_C(0x0000000000000000)},
	UINT64_C(0x1c8287a6fc08e441)},
	{"0031", {UINT64_C(0x1011420000000000), UINT64_C(0x0000000000000000)},
	UINT64_C(0xdb7f8f556a665fed)},
	{"003401000230600", {UINT64_C(0x1011451211134171), UINT64_C(0x1000000000000000)},
	UINT64_C(0x67f4a6e37bddf78b)},
	{"C", {UINT64_C(0x3000000000000000), UINT64_C(0x0000000000000000)},
	UINT64_C(0x2aeb215b4a15e016)},
	{"C0101010011303807555", {UINT64_C(0x3012121211224149), UINT64_C(0x1866600000000000)},
	UINT64_C(0xe765e209f975be5c)},
	{"C01010100113038075551234567", {UINT64_C(0x3012121211224149), UINT64_C(0x1866623456780000)},
	UINT64_C(0x0e1886199b0e2c92)},
	{"J0A1B2C3D4E5F6G7", {UINT64_C(0x5004b08c0cd10e14), UINT64_C(0xf1901d1200000000)},
	UINT64_C(0x85ce7a2db7a83e6c)},
	{"T001700368", {UINT64_C(0x7011281147900000), UINT64_C(0x0000000000000000)},
	UINT64_C(0xde3b637edab19f55)},
	{"T0017003680123456789", {UINT64_C(0x7011281147912345), UINT64_C(0x6789a00000000000)},
	UINT64_C(0xa4d7714a96231025)},
	{"X", {UINT64_C(0x9000000000000000), UINT64_C(0x0000000000000000)},
	UINT64_C(0x46d19df8ba70a101)},
	{"XB01A", {UINT64_C(0x9010904000000000), UINT64_C(0x0000000000000000)},
	UINT64_C(0x9f720f073f37b9fe)},
	{"XB01ACA056A012030101554", {UINT64_C(0x9010904611670891), UINT64_C(0x8a09093328000000)},
	UINT64_C(0x3e1dce7dfee2c21d)},
	{"ZA04CAE0023010100166", {UINT64_C(0xb008a8c251134121), UINT64_C(0x2112770000000000)},
	UINT64_C(0x60b4df1ae1d07af0)},
	{"~-", {UINT64_C(0xe002000000000000), UINT64_C(0x0000000000000000)},
	UINT64_C(0xd1dfd78c15d85fb0)},
	{"~110200002a", {UINT64_C(0xe00a142060810204), UINT64_C(0x0ca4000000000000)},
	UINT64_C(0x9cdee021ce625bd3)},
	{"~zzzzzzzzzzzzzzzz", {UINT64_C(0xe0850a142850a142), UINT64_C(0x850a142850a14200)},
	UINT64_C(0xa02084384fb7f990)},
};

#define LENGTH(a) ((int) (sizeof(a) / sizeof((a)[0])))

/* The three kinds of values under one roof, so that tests are written once. */
typedef enum Type
{
	ICD10,
	ICD9CM3,
	FEE_ITEM
} Type;

typedef struct Value
{
	uint64_t	n8;
	MsFeeItem	n16;
} Value;

static bool
parse_n(Type type, const char *s, size_t len, Value *v, MsCodeError *err)
{
	memset(v, 0, sizeof(*v));
	switch (type)
	{
		case ICD10:
			return ms_code_icd10_parse(s, len, &v->n8, err);
		case ICD9CM3:
			return ms_code_icd9cm3_parse(s, len, &v->n8, err);
		default:
			return ms_code_fee_item_parse(s, len, &v->n16, err);
	}
}

static bool
parse(Type type, const char *s, Value *v)
{
	return parse_n(type, s, strlen(s), v, NULL);
}

static int
format(Type type, const Value *v, char *buf)
{
	switch (type)
	{
		case ICD10:
			return ms_code_icd10_format(v->n8, buf);
		case ICD9CM3:
			return ms_code_icd9cm3_format(v->n8, buf);
		default:
			return ms_code_fee_item_format(&v->n16, buf);
	}
}

static bool
valid(Type type, const Value *v)
{
	switch (type)
	{
		case ICD10:
			return ms_code_icd10_valid(v->n8);
		case ICD9CM3:
			return ms_code_icd9cm3_valid(v->n8);
		default:
			return ms_code_fee_item_valid(&v->n16);
	}
}

static int
compare(Type type, const Value *a, const Value *b)
{
	return type == FEE_ITEM ? ms_code_fee_item_cmp(&a->n16, &b->n16) :
		ms_code_cmp64(a->n8, b->n8);
}

static bool
within(Type type, const Value *v, const Value *node)
{
	switch (type)
	{
		case ICD10:
			return ms_code_icd10_within(v->n8, node->n8);
		case ICD9CM3:
			return ms_code_icd9cm3_within(v->n8, node->n8);
		default:
			return ms_code_fee_item_within(&v->n16, &node->n16);
	}
}

static bool
subtree_end(Type type, const Value *node, Value *end)
{
	memset(end, 0, sizeof(*end));
	switch (type)
	{
		case ICD10:
			return ms_code_icd10_subtree_end(node->n8, &end->n8);
		case ICD9CM3:
			return ms_code_icd9cm3_subtree_end(node->n8, &end->n8);
		default:
			return ms_code_fee_item_subtree_end(&node->n16, &end->n16);
	}
}

static Value
subtree_last(Type type, const Value *node)
{
	Value		last;

	memset(&last, 0, sizeof(last));
	switch (type)
	{
		case ICD10:
			last.n8 = ms_code_icd10_subtree_last(node->n8);
			break;
		case ICD9CM3:
			last.n8 = ms_code_icd9cm3_subtree_last(node->n8);
			break;
		default:
			last.n16 = ms_code_fee_item_subtree_last(&node->n16);
	}
	return last;
}

static bool
truncate_to(Type type, const Value *v, int n, Value *out)
{
	memset(out, 0, sizeof(*out));
	switch (type)
	{
		case ICD10:
			return ms_code_icd10_truncate(v->n8, n, &out->n8);
		case ICD9CM3:
			return ms_code_icd9cm3_truncate(v->n8, n, &out->n8);
		default:
			return ms_code_fee_item_truncate(&v->n16, n, &out->n16);
	}
}

static int
prefixes(Type type, const Value *v, Value nodes[MS_CODE_BUFSIZE])
{
	uint64_t	n8[MS_CODE_BUFSIZE];
	MsFeeItem	n16[MS_CODE_BUFSIZE];
	int			n;

	switch (type)
	{
		case ICD10:
			n = ms_code_icd10_prefixes(v->n8, n8);
			break;
		case ICD9CM3:
			n = ms_code_icd9cm3_prefixes(v->n8, n8);
			break;
		default:
			n = ms_code_fee_item_prefixes(&v->n16, n16);
	}
	memset(nodes, 0, sizeof(Value) * MS_CODE_BUFSIZE);
	for (int i = 0; i < n; i++)
	{
		if (type == FEE_ITEM)
			nodes[i].n16 = n16[i];
		else
			nodes[i].n8 = n8[i];
	}
	return n;
}

static int
length(Type type, const Value *v)
{
	switch (type)
	{
		case ICD10:
			return ms_code_icd10_length(v->n8);
		case ICD9CM3:
			return ms_code_icd9cm3_length(v->n8);
		default:
			return ms_code_fee_item_length(&v->n16);
	}
}

static void
test_golden(void)
{
	for (int t = 0; t < 2; t++)
	{
		const Golden8 *g = t == 0 ? golden_icd10 : golden_icd9cm3;
		int			n = t == 0 ? LENGTH(golden_icd10) : LENGTH(golden_icd9cm3);

		for (int i = 0; i < n; i++)
		{
			Value		v;

			CHECK_MSG(parse(t == 0 ? ICD10 : ICD9CM3, g[i].text, &v) &&
					  v.n8 == g[i].value, "value of %s", g[i].text);
			CHECK_MSG(ms_code_hash64(v.n8, 0) == g[i].hash,
					  "hash of %s", g[i].text);
		}
	}
	for (int i = 0; i < LENGTH(golden_fee_item); i++)
	{
		const Golden16 *g = &golden_fee_item[i];
		Value		v;

		CHECK_MSG(parse(FEE_ITEM, g->text, &v) &&
				  ms_code_fee_item_eq(&v.n16, &g->value),
				  "value of %s", g->text);
		CHECK_MSG(ms_code_fee_item_hash64(&v.n16, 0) == g->hash,
				  "hash of %s", g->text);
	}
	CHECK(ms_code_hash64(1, UINT64_C(0x123456789abcdef0)) ==
		  UINT64_C(0xac786b8f68ce2903));
}

/* What a text is read as; NULL = refused. */
static void
test_reading(void)
{
	static const struct
	{
		Type		type;
		const char *given;
		const char *canonical;
	}			cases[] = {
		{ICD10, "I10", "I10"},
		{ICD10, " \tI10.x00\r\n", "I10.x00"},
		{ICD10, "i10.x00", "I10.x00"},
		{ICD10, "I10.X00", "I10.X00"},	/* ICD-10-CM, as written */
		{ICD10, "A00.000X001", "A00.000x001"},	/* only the national fits */
		{ICD10, "A00.000X", "A00.000X"},	/* both fit: as written */
		{ICD10, "A00.000x", "A00.000x"},
		{ICD10, "I10.X00X002", "I10.x00x002"},
		{ICD10, "I10.x00X002", "I10.x00x002"},
		{ICD10, "I10.x00X", NULL},	/* mixed, and both fit */
		{ICD10, "x60.x00", "X60.x00"},
		{ICD10, "T36.0x1a", "T36.0X1A"},	/* only ICD-10-CM fits */
		{ICD10, "s72.001a", "S72.001A"},
		{ICD10, "c7a.098", "C7A.098"},
		{ICD10, "C7A.x98", "C7A.X98"},
		{ICD10, "e11.200X011+n08.3*", "E11.200x011+N08.3*"},
		{ICD10, "A18.000+x49.0*", "A18.000+X49.0*"},
		{ICD10, "B49.x01+G02.1*", "B49.x01+G02.1*"},
		{ICD10, "M54.", "M54."},
		{ICD10, "A01.0011", "A01.0011"},
		{ICD10, "", NULL},
		{ICD10, " \t ", NULL},
		{ICD10, "I", NULL},
		{ICD10, "I1", NULL},
		{ICD10, "E119", NULL},
		{ICD10, "E11 .9", NULL},
		{ICD10, "E11.x", "E11.x"},
		{ICD10, "E11.2x", "E11.2X"},
		{ICD10, "E11.00000", NULL},
		{ICD10, "E11.200x0111", NULL},
		{ICD10, "E11.200+", NULL},
		{ICD10, "E11.200+N08", NULL},
		{ICD10, "E11.20+N08*", NULL},
		{ICD10, "E11.200x01+N08*", NULL},
		{ICD10, "E11.200+N08.*", NULL},
		{ICD10, "E11.200+N08.31*", NULL},
		{ICD10, "E11.200+N08.3**", NULL},
		{ICD10, "K74.300x011+I98.2", NULL},
		{ICD10, "B37.600I39.8", NULL},
		{ICD10, "E88.902+M90.803*", NULL},
		{ICD10, "C22.101M81600/3", NULL},
		{ICD10, "E1l.9", "E1L.9"},	/* the form of C7A; no guess */
		{ICD10, "El1.9", NULL},
		{ICD10, "\xEF\xBC\xA5" "11", NULL},
		{ICD9CM3, "00", "00"},
		{ICD9CM3, "36.", "36."},
		{ICD9CM3, "00.0200X001", "00.0200x001"},
		{ICD9CM3, "01.6X00", "01.6x00"},
		{ICD9CM3, "17.912a0", "17.912A0"},
		{ICD9CM3, "17.912X0", "17.912X0"},	/* TCM, as written */
		{ICD9CM3, "17.912x0", "17.912x0"},	/* swapped form, as written */
		{ICD9CM3, "17.91100", "17.91100"},
		{ICD9CM3, "17.9110x001", "17.9110x001"},
		{ICD9CM3, "86.700x0013", "86.700x0013"},
		{ICD9CM3, "86.700X0013", "86.700x0013"},
		{ICD9CM3, "0", NULL},
		{ICD9CM3, "16.91100", NULL},
		{ICD9CM3, "17.81100", NULL},
		{ICD9CM3, "17.9x100", NULL},
		{ICD9CM3, "66.69x001", NULL},
		{ICD9CM3, "36.0600x0011", NULL},
		{ICD9CM3, "86.700x00134", NULL},
		{ICD9CM3, "3606", NULL},
		{FEE_ITEM, "C", "C"},
		{FEE_ITEM, "0", "0"},
		{FEE_ITEM, "xb01aca056a012030101554", "XB01ACA056A012030101554"},
		{FEE_ITEM, "ZD01BAY0318010302251\t", "ZD01BAY0318010302251"},
		{FEE_ITEM, "T001700368", "T001700368"},
		{FEE_ITEM, "j0a1b2c3d4e5f6g7", "J0A1B2C3D4E5F6G7"},
		{FEE_ITEM, "003401000230600", "003401000230600"},
		{FEE_ITEM, "0034010002306001", NULL},
		{FEE_ITEM, "XB01ACA056A0120301015541", NULL},
		{FEE_ITEM, "ZA04CAE00230101001661", NULL},
		{FEE_ITEM, "C010101001130380755512345678", NULL},
		{FEE_ITEM, "J0A1B2C3D4E5F6G78", NULL},
		{FEE_ITEM, "T00170036801234567890", NULL},
		{FEE_ITEM, "~110200002a", "~110200002a"},
		{FEE_ITEM, "~110200002A", "~110200002A"},
		{FEE_ITEM, "~._/-", "~._/-"},
		{FEE_ITEM, "~1234567890123456", "~1234567890123456"},
		{FEE_ITEM, "~12345678901234567", NULL},
		{FEE_ITEM, "~", NULL},
		{FEE_ITEM, "~a b", NULL},
		{FEE_ITEM, "", NULL},
		{FEE_ITEM, "110200002a", NULL},
		{FEE_ITEM, "HC12345", NULL},
		{FEE_ITEM, "00O", NULL},
		{FEE_ITEM, "XB0I", NULL},
		{FEE_ITEM, "X20", NULL},
	};

	for (int i = 0; i < LENGTH(cases); i++)
	{
		char		buf[MS_CODE_BUFSIZE] = "";
		Value		v;
		bool		ok = parse(cases[i].type, cases[i].given, &v);

		if (ok)
			format(cases[i].type, &v, buf);
		CHECK_MSG(cases[i].canonical == NULL ? !ok :
				  ok && strcmp(buf, cases[i].canonical) == 0,
				  "\"%s\" is read as \"%s\"", cases[i].given,
				  ok ? buf : "an error");
	}
}

static void
test_errors(void)
{
	static const struct
	{
		Type		type;
		const char *given;
		MsCodeReason reason;
		int			position;
		const char *detail;
		const char *hint;		/* part of it */
	}			cases[] = {
		{ICD10, "  ", MS_CODE_EMPTY, 3, "The text is empty.", "NULL"},
		{ICD10, "E119", MS_CODE_BAD_CHAR, 4,
			"Found \"9\" at position 4; allowed is \".\" or the end of the "
		"code.", "dot follows"},
		{ICD10, " EO1", MS_CODE_BAD_CHAR, 3,
		"Found \"O\" at position 3; allowed is 0-9.", "letter O"},
		{ICD10, "K74.300x011+I98.2", MS_CODE_INCOMPLETE, 18,
			"The text ends before position 18; allowed there is \"*\".",
		"A pair"},
		{ICD10, "B37.600I39.8", MS_CODE_TOO_LONG, 9,
			"Found \"3\" at position 9; allowed is the end of the code.",
		"glued"},
		{ICD10, "C22.101M81600/3", MS_CODE_TOO_LONG, 9,
			"Found \"8\" at position 9; allowed is the end of the code.",
		"morphology"},
		{ICD10, "I10.x00X", MS_CODE_AMBIGUOUS_X, 8,
		"x and X are mixed at position 8, and both readings are codes.", "every x"},
		{ICD10, "E11\xE3\x80\x82" "9", MS_CODE_NOT_ASCII, 4,
			"Position 4 holds a byte that is not printable ASCII; allowed is "
		"\".\" or the end of the code.", "ASCII"},
		{ICD9CM3, "66.69x001", MS_CODE_BAD_CHAR, 6,
			"Found \"x\" at position 6; allowed is 0-9 or the end of the "
		"code.", "66.6900x001"},
		{ICD9CM3, "3606", MS_CODE_BAD_CHAR, 3,
			"Found \"0\" at position 3; allowed is \".\" or the end of the "
		"code.", "dot follows"},
		{ICD9CM3, "O0.01", MS_CODE_BAD_CHAR, 1,
			"Found \"O\" at position 1; allowed is \"0\", \"1\" or 2-9.",
		"letter O"},
		{FEE_ITEM, "110200002a", MS_CODE_BAD_CHAR, 10,
			"Found \"a\" at position 10; allowed is 0-9 or the end of the "
		"code.", "leading ~"},
		{FEE_ITEM, "f310903", MS_CODE_BAD_CHAR, 1,
			"Found \"f\" at position 1; allowed is 0-9, C, J, T, X, Z or "
		"\"~\".", "leading ~"},
		{FEE_ITEM, "0034010002306001", MS_CODE_TOO_LONG, 16,
			"Found \"1\" at position 16; allowed is the end of the code.",
		"leading ~"},
		{FEE_ITEM, "~", MS_CODE_INCOMPLETE, 2,
			"The text ends before position 2; allowed there is 0-9, A-Z, a-z, "
		"\".\", \"_\", \"/\" or \"-\".", "1 to 16"},
	};

	for (int i = 0; i < LENGTH(cases); i++)
	{
		char		detail[256] = "";
		MsCodeError err;
		Value		v;

		CHECK(!parse_n(cases[i].type, cases[i].given, strlen(cases[i].given),
					   &v, &err));
		CHECK_INT(err.reason, cases[i].reason);
		CHECK_INT(err.position, cases[i].position);
		ms_code_error_detail(&err, detail, sizeof(detail));
		CHECK_STR(detail, cases[i].detail);
		CHECK_MSG(err.hint != NULL && strstr(err.hint, cases[i].hint) != NULL,
				  "hint of \"%s\" is \"%s\"", cases[i].given,
				  err.hint ? err.hint : "(none)");
	}
}

/* Deterministic random numbers. */
static uint64_t seed = 20260101;

static unsigned
below(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned) ((seed >> 33) % n);
}

static regex_t icd10_re,
icd9cm3_re,
fee_item_re;

static void
compile(regex_t * re, const char *pattern)
{
	CHECK_INT(regcomp(re, pattern, REG_EXTENDED | REG_NOSUB), 0);
}

/*
 * The independent definition of the canonical texts.  A prefix of a drug code
 * is one if some filling up makes it a full code.
 */
static bool
by_regex(Type type, const char *s)
{
	static const char *const fill[] = {
		"XA00AAA000A000000000000", "ZA00AAA0000000000000",
		"T0000000000000000000", "J000000000000000",
		"C00000000000000000000000000", "000000000000000"
	};
	size_t		len = strlen(s);

	if (type == ICD10)
		return regexec(&icd10_re, s, 0, NULL, 0) == 0;
	if (type == ICD9CM3)
		return regexec(&icd9cm3_re, s, 0, NULL, 0) == 0;
	if (len == 0)
		return false;
	if (s[0] == '~')
		return regexec(&fee_item_re, s, 0, NULL, 0) == 0;
	for (int i = 0; i < LENGTH(fill); i++)
	{
		char		buf[64];

		if (len > strlen(fill[i]))
			continue;
		snprintf(buf, sizeof(buf), "%s%s", s, fill[i] + len);
		if (regexec(&fee_item_re, buf, 0, NULL, 0) == 0)
			return true;
	}
	return false;
}

static const char *const starts[][12] = {
	{"E11.200x011+N08.3*", "I10.x00x002", "A00.000", "S72.001A", "C7A.0981",
		"E11.", "A17.000+G01*", "B49.x01+G02.1*", "X60.x00x001", "Z99",
	"T36.0X1A", "I10.X"},
	{"00.0200x001", "01.6x00x012", "17.912A0", "17.91100", "86.700x0013",
		"36.0600", "99", "17.9x00x001", "17.9110x001", "03.1x00", "17.",
	"86.7"},
	{"XB01ACA056A012030101554", "ZA04CAE0023010100166", "003401000230600",
		"T001700368", "T0017003680123456789", "J0A1B2C3D4E5F6G7",
		"C0101010011303807555", "C01010100113038075551234567", "~110200002a",
	"~1234567890123456", "XN06", "~._/-zZ"}
};

/* Writes a text near a code: a prefix of one, with a few edits. */
static void
random_text(Type type, char *buf)
{
	static const char alphabet[] = "0123456789ABCDEXZOTJxxx..+*~/-_az";
	size_t		len;
	int			edits = (int) below(4);

	strcpy(buf, starts[type][below(12)]);
	len = strlen(buf);
	if (below(2) == 0)
		len = below((unsigned) len + 1);
	buf[len] = '\0';
	while (edits-- > 0)
	{
		char		c = alphabet[below(sizeof(alphabet) - 1)];
		size_t		at = below((unsigned) len + 1);

		switch (below(4))
		{
			case 0:				/* insert */
				if (len + 1 >= MS_CODE_BUFSIZE)
					break;
				memmove(buf + at + 1, buf + at, len - at + 1);
				buf[at] = c;
				len++;
				break;
			case 1:				/* delete */
				if (at < len)
				{
					memmove(buf + at, buf + at + 1, len - at);
					len--;
				}
				break;
			default:			/* replace, twice as often */
				if (at < len)
					buf[at] = c;
				break;
		}
	}
}

static int
sign(int x)
{
	return (x > 0) - (x < 0);
}

#define SAMPLES 2000

static void
test_properties(Type type)
{
	static char texts[SAMPLES][MS_CODE_BUFSIZE];
	static Value values[SAMPLES];
	static uint64_t keys[SAMPLES];
	int			n = 0;
	int			unequal = 0;
	int			bad_key = 0;
	int			same_key = 0;
	int			differ = 0;
	int			bad_order = 0;
	int			bad_within = 0;
	int			bad_end = 0;
	int			bad_last = 0;
	int			bad_cut = 0;
	int			bad_prefixes = 0;
	int			bad_hash = 0;
	int			accepted = 0;

	for (int i = 0; i < 200000; i++)
	{
		char		written[MS_CODE_BUFSIZE * 2];
		char		buf[MS_CODE_BUFSIZE];
		Value		v;
		bool		canonical;

		random_text(type, written);
		canonical = parse(type, written, &v) && format(type, &v, buf) > 0 &&
			strcmp(written, buf) == 0;
		if (canonical != by_regex(type, written))
		{
			if (differ++ < 5)
				fprintf(stderr, "differs from the regex: %s\n", written);
		}
		if (canonical)
		{
			accepted++;
			if (!valid(type, &v) || length(type, &v) != (int) strlen(written))
				bad_cut++;
			if (n < SAMPLES)
			{
				strcpy(texts[n], written);
				keys[n] = type == FEE_ITEM ?
					ms_code_fee_item_abbreviate(&v.n16) : 0;
				values[n++] = v;
			}
		}
	}
	CHECK_INT(differ, 0);
	CHECK_INT(n, SAMPLES);
	CHECK_MSG(accepted > 20000 && accepted < 180000,
			  "%d of 200000 texts are codes: the sample proves little",
			  accepted);

	for (int i = 0; i < n; i++)
	{
		Value		end;
		bool		has_end = subtree_end(type, &values[i], &end);
		char		buf[MS_CODE_BUFSIZE];
		size_t		len = strlen(texts[i]);
		Value		above[MS_CODE_BUFSIZE];
		int			nabove;
		int			nfound;

		if (has_end && (!valid(type, &end) || format(type, &end, buf) == 0 ||
						strcmp(buf, texts[i]) <= 0 ||
						strncmp(buf, texts[i], len) == 0))
			bad_end++;

		/* the last value has no room below it and ends where the node does */
		{
			Value		last = subtree_last(type, &values[i]);
			Value		last_end;
			bool		last_has_end = subtree_end(type, &last, &last_end);
			Value		again = subtree_last(type, &last);

			if (!valid(type, &last) || !within(type, &last, &values[i]) ||
				compare(type, &last, &again) != 0 ||
				last_has_end != has_end ||
				(has_end && compare(type, &last_end, &end) != 0))
				bad_last++;
		}
		for (int j = 0; j < n; j++)
		{
			bool		prefix = strncmp(texts[i], texts[j], len) == 0;
			int			cmp = compare(type, &values[i], &values[j]);

			if (sign(cmp) != sign(strcmp(texts[i], texts[j])))
				bad_order++;
			if (type == FEE_ITEM && cmp < 0)
			{
				unequal++;
				if (keys[i] > keys[j])
					bad_key++;
				if (keys[i] == keys[j])
					same_key++;
			}
			if (within(type, &values[j], &values[i]) != prefix)
				bad_within++;
			if (prefix != (cmp <= 0 &&
						   (!has_end ||
							compare(type, &values[j], &end) < 0)))
				bad_end++;
		}
		nabove = prefixes(type, &values[i], above);
		nfound = 0;
		for (int k = 0; k <= (int) len + 1; k++)
		{
			char		head[MS_CODE_BUFSIZE];
			Value		want,
						got;
			bool		is_code;

			snprintf(head, sizeof(head), "%.*s", k, texts[i]);
			is_code = by_regex(type, head) && parse(type, head, &want);
			if (truncate_to(type, &values[i], k, &got) != is_code ||
				(is_code && (compare(type, &want, &got) != 0 ||
							 !within(type, &values[i], &got))))
				bad_cut++;
			if (is_code && k <= (int) len &&
				(nfound >= nabove ||
				 compare(type, &want, &above[nfound++]) != 0))
				bad_prefixes++;
		}
		if (nfound != nabove)
			bad_prefixes++;
		if ((uint32_t) ms_code_hash64(values[i].n8, 0) ==
			(uint32_t) ms_code_hash64(values[i].n8, 1))
			bad_hash++;
	}
	CHECK_INT(bad_order, 0);
	CHECK_INT(bad_key, 0);
	CHECK_MSG(same_key <= unequal / 20, "%d of %d pairs share a sort key",
			  same_key, unequal);
	CHECK_INT(bad_within, 0);
	CHECK_INT(bad_end, 0);
	CHECK_INT(bad_last, 0);
	CHECK_INT(bad_cut, 0);
	CHECK_INT(bad_prefixes, 0);
	CHECK_INT(bad_hash, 0);
}

/* Every number is either a value with exactly one text, or refused. */
static void
test_numbers(void)
{
	int			bad = 0;
	int			good = 0;
	char		buf[MS_CODE_BUFSIZE];
	char		last[MS_CODE_BUFSIZE];
	uint64_t	nodes[MS_CODE_BUFSIZE];
	MsIcd10		top = UINT64_C(0x4a7c2a2f43d70000);
	MsIcd9cm3	top9 = UINT64_C(0x008b250b7f000000);

	CHECK(ms_code_icd10_valid(top));
	CHECK(!ms_code_icd10_valid(top + (1 << 16)));
	CHECK(!ms_code_icd10_valid(1));
	CHECK_INT(ms_code_icd10_format(1, buf), 0);
	CHECK_INT(ms_code_icd10_format(UINT64_MAX, buf), 0);
	CHECK(ms_code_icd9cm3_valid(top9));
	CHECK(!ms_code_icd9cm3_valid(top9 + (1 << 24)));
	CHECK_INT(ms_code_icd9cm3_format(UINT64_MAX, buf), 0);
	CHECK_INT(ms_code_icd10_prefixes(1, nodes), 0);
	CHECK_INT(ms_code_icd9cm3_prefixes(UINT64_MAX, nodes), 0);

	for (int i = 0; i < 200000; i++)
	{
		uint64_t	rank = ((uint64_t) below(1 << 30) << 30 | below(1 << 30)) %
		(top >> 16);
		MsIcd10		back;

		/* neighbours in rank are neighbours in text */
		if (ms_code_icd10_format(rank << 16, last) == 0 ||
			ms_code_icd10_format((rank + 1) << 16, buf) == 0 ||
			strcmp(last, buf) >= 0 || !by_regex(ICD10, last) ||
			!ms_code_icd10_parse(last, strlen(last), &back, NULL) ||
			back != rank << 16)
			bad++;
	}
	CHECK_INT(bad, 0);

	/* a run of neighbours, so that no text is left out between two */
	last[0] = '\0';
	for (uint64_t rank = 0; rank < 300000; rank++)
	{
		if (ms_code_icd9cm3_format(rank << 24, buf) == 0 ||
			strcmp(last, buf) >= 0 || !by_regex(ICD9CM3, buf))
			bad++;
		strcpy(last, buf);
	}
	CHECK_INT(bad, 0);

	/* random bits are rarely a fee item, and one that is comes back */
	for (int i = 0; i < 200000; i++)
	{
		Value		v;
		Value		again;
		Value		above[MS_CODE_BUFSIZE];

		memset(&v, 0, sizeof(v));
		if (below(2) == 0)
		{
			parse(FEE_ITEM, starts[FEE_ITEM][below(12)], &v);
			if (below(2) == 0)
				v.n16.lo ^= UINT64_C(1) << below(64);
			else
				v.n16.hi ^= UINT64_C(1) << below(64);
		}
		else
		{
			v.n16.hi = (uint64_t) below(1 << 30) << 34 | below(1 << 30);
			v.n16.lo = (uint64_t) below(1 << 30) << 34 | below(1 << 30);
		}
		if (!ms_code_fee_item_valid(&v.n16))
		{
			/* nothing may fall over on a damaged value */
			format(FEE_ITEM, &v, buf);
			subtree_end(FEE_ITEM, &v, &again);
			truncate_to(FEE_ITEM, &v, 3, &again);
			prefixes(FEE_ITEM, &v, above);
			within(FEE_ITEM, &v, &again);
			ms_code_fee_item_abbreviate(&v.n16);
			continue;
		}
		good++;
		if (format(FEE_ITEM, &v, buf) == 0 || !by_regex(FEE_ITEM, buf) ||
			!parse(FEE_ITEM, buf, &again) ||
			compare(FEE_ITEM, &v, &again) != 0)
			bad++;
	}
	CHECK_INT(bad, 0);
	CHECK_MSG(good > 1000 && good < 150000, "%d of 200000 are values", good);
}

static void
test_fee_item(void)
{
	static const struct
	{
		const char *text;
		const char *kind;
		bool		drug;
		const char *end;		/* NULL = infinite */
	}			cases[] = {
		{"0031", "service", false, "0032"},
		{"9", "service", false, "C"},
		{"0099", "service", false, "01"},
		{"C", "consumable", false, "J"},
		{"JZ", "drug_j", true, "T"},
		{"T9", "drug_t", true, "X"},
		{"X", "drug_x", true, "Z"},
		{"XB05", "drug_x", true, "XB06"},
		{"XB99", "drug_x", true, "XC"},
		{"XB01ZZ", "drug_x", true, "XB02"},
		{"Z", "drug_z", true, "~-"},
		{"~a", "local", false, "~b"},
		{"~z", "local", false, NULL},
		{"~Z", "local", false, "~_"},
		{"~9z", "local", false, "~A"},
	};
	MsFeeItem	v,
				end;
	char		buf[MS_CODE_BUFSIZE];

	for (int i = 0; i < LENGTH(cases); i++)
	{
		bool		has_end;

		CHECK(ms_code_fee_item_parse(cases[i].text, strlen(cases[i].text),
									 &v, NULL));
		CHECK_STR(ms_code_fee_kind_name(ms_code_fee_item_kind(&v)),
				  cases[i].kind);
		CHECK_INT(ms_code_fee_item_is_drug(&v), cases[i].drug);
		CHECK_INT(ms_code_drug_parse(cases[i].text, strlen(cases[i].text),
									 &end, NULL), cases[i].drug);
		has_end = ms_code_fee_item_subtree_end(&v, &end);
		CHECK_INT(has_end, cases[i].end != NULL);
		if (has_end && cases[i].end != NULL)
		{
			ms_code_fee_item_format(&end, buf);
			CHECK_STR(buf, cases[i].end);
		}
	}

	CHECK(ms_code_local_parse(" 110200002a ", 12, &v, NULL));
	ms_code_fee_item_format(&v, buf);
	CHECK_STR(buf, "~110200002a");
	CHECK(!ms_code_local_parse("", 0, &v, NULL));
	CHECK(!ms_code_local_parse("~1", 2, &v, NULL));
	CHECK(!ms_code_local_parse("12345678901234567", 17, &v, NULL));
	CHECK(!ms_code_local_parse("1234567890123456789012345678901234567890", 40,
							   &v, NULL));

	/* a text with a zero byte in it ends there for nobody */
	CHECK(!ms_code_fee_item_parse("XB01\0AC", 7, &v, NULL));
}

int
main(void)
{
	compile(&icd10_re,
			"^([A-Z][0-9][0-9A-Z](\\.[0-9A-Z]{0,4})?"
			"|[A-Z][0-9]{2}\\.[0-9x]([0-9]([0-9](x[0-9]{0,3})?)?)?"
			"|[A-Z][0-9]{2}\\.[0-9x][0-9]{2}(x[0-9]{3})?"
			"\\+[A-Z][0-9]{2}(\\.[0-9])?\\*)$");
	compile(&icd9cm3_re,
			"^([0-9]{2}(\\.([0-9]([0-9x]([0-9]([0-9](x[0-9]{0,3})?)?)?)?)?)?"
			"|[0-9]{2}\\.[0-9]{3}x[0-9]{0,4}"
			"|17\\.9[0-9]{2}[0-9A-Z][0-9]?)$");
	compile(&fee_item_re,
			"^(X[A-Z][0-9]{2}[A-Z]{2}[A-Z][0-9]{3}[A-Z][0-9]{3}[0-9]{9}"
			"|Z[A-Z][0-9]{2}[A-Z]{2}[A-Z][0-9]{4}[0-9]{9}"
			"|T[0-9]{19}|J[0-9A-Z]{15}|C[0-9]{26}|[0-9]{15}"
			"|~[0-9A-Za-z._/-]{1,16})$");
	test_golden();
	test_reading();
	test_errors();
	test_properties(ICD10);
	test_properties(ICD9CM3);
	test_properties(FEE_ITEM);
	test_numbers();
	test_fee_item();
	regfree(&icd10_re);
	regfree(&icd9cm3_re);
	regfree(&fee_item_re);
	return unit_done();
}
