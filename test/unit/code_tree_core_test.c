/*
 * Unit test of the hierarchy of the codes: every form by hand, then the laws
 * of a hierarchy over every prefix of every real code, where the lists of
 * MEDSUP_DATA are at hand.
 */
#include <stdlib.h>

#include "code/code_tree_core.h"
#include "unit.h"

/* The text of a value that a function gave; "-" where it gave none. */
static const char *
icd10_text(bool given, MsIcd10 code)
{
	static char buf[MS_CODE_BUFSIZE];

	if (!given)
		return "-";
	ms_code_icd10_format(code, buf);
	return buf;
}

static MsIcd10
icd10(const char *text)
{
	MsIcd10		code = 0;

	CHECK_MSG(ms_code_icd10_parse(text, strlen(text), &code, NULL),
			  "%s is a code", text);
	return code;
}

static void
test_pairs(void)
{
	static const char *const pairs[][3] = {
		{"E11.200x011+N08.3*", "E11.200x011", "N08.3"},
		{"A17.000+G01*", "A17.000", "G01"},
		{"A38.x00x002+I41.0*", "A38.x00x002", "I41.0"},
		{"B49.x01+G02.1*", "B49.x01", "G02.1"},
		{"A00.000+A00*", "A00.000", "A00"},
		{"Z99.999x999+Z99.9*", "Z99.999x999", "Z99.9"},
	};
	static const char *const singles[] = {
		"E11", "E11.", "E11.200x011", "S72.001A", "Z9Z.ZZZZ", "I10.x00"
	};
	MsIcd10		half;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
	{
		MsIcd10		code = icd10(pairs[i][0]);
		bool		given;

		CHECK(ms_code_icd10_is_pair(code));
		given = ms_code_icd10_dagger(code, &half);
		CHECK_STR(icd10_text(given, half), pairs[i][1]);
		given = ms_code_icd10_asterisk(code, &half);
		CHECK_STR(icd10_text(given, half), pairs[i][2]);
	}
	for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++)
	{
		MsIcd10		code = icd10(singles[i]);
		bool		given = ms_code_icd10_dagger(code, &half);

		CHECK(!ms_code_icd10_is_pair(code));
		CHECK_STR(icd10_text(given, half), singles[i]);
		CHECK(!ms_code_icd10_asterisk(code, &half));
	}
	CHECK(!ms_code_icd10_dagger(UINT64_MAX, &half));
	CHECK(!ms_code_icd10_asterisk(UINT64_MAX, &half));
	CHECK(!ms_code_icd10_is_pair(1));
}


/*
 * The three types under one roof, so that the tests below are written once.
 * A value is passed as its text.
 */
typedef struct Tree
{
	const char *name;
	int			lowest;
	int			highest;
	int			(*level) (const char *text);
	const char *(*parent) (const char *text);
	const char *(*ancestor) (const char *text, int level);
} Tree;

#define TREE_OF_ICD(type, value) \
static const char * \
type##_string(bool given, value code) \
{ \
	static char buf[4][MS_CODE_BUFSIZE]; \
	static int	next = 0; \
 \
	next = (next + 1) % 4; \
	return given && ms_code_##type##_format(code, buf[next]) > 0 ? \
		buf[next] : "-"; \
} \
static int \
type##_level(const char *text) \
{ \
	value		code; \
 \
	return ms_code_##type##_parse(text, strlen(text), &code, NULL) ? \
		ms_code_##type##_level(code) : -1; \
} \
static const char * \
type##_parent(const char *text) \
{ \
	value		code, \
				out = 0; \
	bool		given; \
 \
	if (!ms_code_##type##_parse(text, strlen(text), &code, NULL)) \
		return "?"; \
	given = ms_code_##type##_parent(code, &out); \
	return type##_string(given, out); \
} \
static const char * \
type##_ancestor(const char *text, int level) \
{ \
	value		code, \
				out = 0; \
	bool		given; \
 \
	if (!ms_code_##type##_parse(text, strlen(text), &code, NULL)) \
		return "?"; \
	given = ms_code_##type##_ancestor(code, level, &out); \
	return type##_string(given, out); \
}

TREE_OF_ICD(icd10, MsIcd10)
TREE_OF_ICD(icd9cm3, MsIcd9cm3)

static bool
read_item(const char *text, MsFeeItem *item)
{
	return ms_code_fee_item_parse(text, strlen(text), item, NULL);
}

static const char *
fee_item_string(bool given, const MsFeeItem *item)
{
	static char buf[4][MS_CODE_BUFSIZE];
	static int	next = 0;

	next = (next + 1) % 4;
	return given && ms_code_fee_item_format(item, buf[next]) > 0 ?
		buf[next] : "-";
}

static int
fee_item_level(const char *text)
{
	MsFeeItem	item;

	return read_item(text, &item) ? ms_code_fee_item_level(&item) : -1;
}

static const char *
fee_item_parent(const char *text)
{
	MsFeeItem	item,
				out;

	if (!read_item(text, &item))
		return "?";
	return fee_item_string(ms_code_fee_item_parent(&item, &out), &out);
}

static const char *
fee_item_ancestor(const char *text, int level)
{
	MsFeeItem	item,
				out;

	if (!read_item(text, &item))
		return "?";
	return fee_item_string(ms_code_fee_item_ancestor(&item, level, &out), &out);
}

static const Tree icd10_tree = {"icd10", 3, 7, icd10_level, icd10_parent, icd10_ancestor};
static const Tree icd9cm3_tree = {"icd9cm3", 2, 6, icd9cm3_level, icd9cm3_parent, icd9cm3_ancestor};
static const Tree fee_item_tree = {"fee_item", 1, 11, fee_item_level, fee_item_parent, fee_item_ancestor};

typedef struct Row
{
	const Tree *tree;
	const char *text;
	int			level;
	const char *parent;			/* "-" = none */
} Row;

/* docs/types.md shows most of these. */
static const Row rows[] = {
	{&icd10_tree, "E11", 3, "-"},
	{&icd10_tree, "C7A", 3, "-"},
	{&icd10_tree, "E11.", 4, "E11"},
	{&icd10_tree, "E11.2", 4, "E11"},
	{&icd10_tree, "I10.x", 4, "I10"},
	{&icd10_tree, "C7A.0", 4, "C7A"},
	{&icd10_tree, "E11.20", 5, "E11.2"},
	{&icd10_tree, "E11.21", 5, "E11.2"},
	{&icd10_tree, "E11.200", 5, "E11.2"},
	{&icd10_tree, "I10.x0", 5, "I10.x"},
	{&icd10_tree, "I10.x00", 5, "I10.x"},
	{&icd10_tree, "C7A.098", 5, "C7A.0"},
	{&icd10_tree, "T36.0X1", 5, "T36.0"},
	{&icd10_tree, "S72.001", 5, "S72.0"},
	{&icd10_tree, "S72.001A", 6, "S72.001"},
	{&icd10_tree, "T36.0X1A", 6, "T36.0X1"},
	{&icd10_tree, "E11.200x", 6, "E11.200"},
	{&icd10_tree, "E11.200x0", 6, "E11.200"},
	{&icd10_tree, "E11.200x01", 6, "E11.200"},
	{&icd10_tree, "E11.200x011", 6, "E11.200"},
	{&icd10_tree, "I10.x00x002", 6, "I10.x00"},
	{&icd10_tree, "A17.000+G01*", 7, "A17.000"},
	{&icd10_tree, "B49.x01+G02.1*", 7, "B49.x01"},
	{&icd10_tree, "E11.200x011+N08.3*", 7, "E11.200x011"},
	{&icd9cm3_tree, "36", 2, "-"},
	{&icd9cm3_tree, "36.", 3, "36"},
	{&icd9cm3_tree, "36.0", 3, "36"},
	{&icd9cm3_tree, "36.06", 4, "36.0"},
	{&icd9cm3_tree, "01.6x", 4, "01.6"},
	{&icd9cm3_tree, "36.060", 5, "36.06"},
	{&icd9cm3_tree, "36.0600", 5, "36.06"},
	{&icd9cm3_tree, "01.6x00", 5, "01.6x"},
	{&icd9cm3_tree, "00.0200x", 6, "00.0200"},
	{&icd9cm3_tree, "00.0200x001", 6, "00.0200"},
	{&icd9cm3_tree, "03.1x00x001", 6, "03.1x00"},
	{&icd9cm3_tree, "17.9", 3, "17"},
	{&icd9cm3_tree, "17.91", 4, "17.9"},
	{&icd9cm3_tree, "17.911", 5, "17.91"},
	{&icd9cm3_tree, "17.9110", 5, "17.91"},
	{&icd9cm3_tree, "17.91100", 5, "17.91"},
	{&icd9cm3_tree, "17.912A", 5, "17.91"},
	{&icd9cm3_tree, "17.912A0", 5, "17.91"},
	{&icd9cm3_tree, "17.9110x", 6, "17.9110"},
	{&icd9cm3_tree, "17.9110x001", 6, "17.9110"},
	{&icd9cm3_tree, "86.700", 5, "86.70"},
	{&icd9cm3_tree, "86.700x", 6, "86.70"},
	{&icd9cm3_tree, "86.700x0", 6, "86.70"},
	{&icd9cm3_tree, "86.700x0013", 6, "86.70"},
	{&fee_item_tree, "X", 1, "-"},
	{&fee_item_tree, "XB", 2, "X"},
	{&fee_item_tree, "XB0", 3, "XB"},
	{&fee_item_tree, "XB01", 3, "XB"},
	{&fee_item_tree, "XB01A", 4, "XB01"},
	{&fee_item_tree, "XB01AC", 5, "XB01A"},
	{&fee_item_tree, "XB01ACA05", 6, "XB01AC"},
	{&fee_item_tree, "XB01ACA056", 6, "XB01AC"},
	{&fee_item_tree, "XB01ACA056A", 7, "XB01ACA056"},
	{&fee_item_tree, "XB01ACA056A0", 8, "XB01ACA056A"},
	{&fee_item_tree, "XB01ACA056A012", 8, "XB01ACA056A"},
	{&fee_item_tree, "XB01ACA056A01203", 9, "XB01ACA056A012"},
	{&fee_item_tree, "XB01ACA056A0120301", 10, "XB01ACA056A01203"},
	{&fee_item_tree, "XB01ACA056A012030101554", 11, "XB01ACA056A0120301"},
	{&fee_item_tree, "Z", 1, "-"},
	{&fee_item_tree, "ZA04CA", 5, "ZA04C"},
	{&fee_item_tree, "ZA04CAE0023", 6, "ZA04CA"},
	{&fee_item_tree, "ZA06CAX04380", 7, "ZA06CAX0438"},
	{&fee_item_tree, "ZA04CAE002301", 7, "ZA04CAE0023"},
	{&fee_item_tree, "ZA04CAE00230101", 8, "ZA04CAE002301"},
	{&fee_item_tree, "ZA04CAE0023010100166", 9, "ZA04CAE00230101"},
	{&fee_item_tree, "T", 1, "-"},
	{&fee_item_tree, "T00", 2, "T"},
	{&fee_item_tree, "T0017", 3, "T00"},
	{&fee_item_tree, "T00170", 4, "T0017"},
	{&fee_item_tree, "T001700368", 5, "T00170"},
	{&fee_item_tree, "T0017003681", 6, "T001700368"},
	{&fee_item_tree, "T00170036810001", 7, "T0017003681"},
	{&fee_item_tree, "T0017003681000100166", 8, "T00170036810001"},
	{&fee_item_tree, "J", 1, "-"},
	{&fee_item_tree, "J0A1", 2, "J"},
	{&fee_item_tree, "J0A1B2C3D4E5F6G7", 2, "J"},
	{&fee_item_tree, "C", 1, "-"},
	{&fee_item_tree, "C01", 2, "C"},
	{&fee_item_tree, "C0101", 3, "C01"},
	{&fee_item_tree, "C010101", 4, "C0101"},
	{&fee_item_tree, "C010101001", 5, "C010101"},
	{&fee_item_tree, "C01010100113", 6, "C010101001"},
	{&fee_item_tree, "C01010100113038", 7, "C01010100113"},
	{&fee_item_tree, "C0101010011303807555", 8, "C01010100113038"},
	{&fee_item_tree, "C01010100113038075550000001", 9, "C0101010011303807555"},
	{&fee_item_tree, "0", 1, "-"},
	{&fee_item_tree, "00", 1, "-"},
	{&fee_item_tree, "003", 2, "00"},
	{&fee_item_tree, "0034", 3, "003"},
	{&fee_item_tree, "00340", 4, "0034"},
	{&fee_item_tree, "003401", 4, "0034"},
	{&fee_item_tree, "00340100", 5, "003401"},
	{&fee_item_tree, "00340100023", 6, "00340100"},
	{&fee_item_tree, "0034010002306", 7, "00340100023"},
	{&fee_item_tree, "003401000230600", 8, "0034010002306"},
	{&fee_item_tree, "~1", 1, "-"},
	{&fee_item_tree, "~110200002a", 1, "-"},
	{&fee_item_tree, "~1234567890123456", 1, "-"},
};

static void
test_forms_of_text(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		const Row  *row = &rows[i];
		const Tree *t = row->tree;

		CHECK_MSG(t->level(row->text) == row->level,
				  "level of %s is %d, wanted %d", row->text,
				  t->level(row->text), row->level);
		CHECK_MSG(strcmp(t->parent(row->text), row->parent) == 0,
				  "parent of %s is %s, wanted %s", row->text,
				  t->parent(row->text), row->parent);
	}
}

/* A level that a form skips has no ancestor; neither has one out of range. */
static void
test_ancestors(void)
{
	CHECK_STR(icd10_ancestor("E11.200x011+N08.3*", 3), "E11");
	CHECK_STR(icd10_ancestor("E11.200x011+N08.3*", 6), "E11.200x011");
	CHECK_STR(icd10_ancestor("A17.000+G01*", 6), "-");
	CHECK_STR(icd10_ancestor("A17.000+G01*", 5), "A17.000");
	CHECK_STR(icd10_ancestor("E11", 4), "-");
	CHECK_STR(icd10_ancestor("E11.2", 2), "-");
	CHECK_STR(icd10_ancestor("E11.2", 8), "-");
	CHECK_STR(icd10_ancestor("E11.2", -1), "-");
	CHECK_STR(icd10_ancestor("E11.2", 1000000), "-");
	CHECK_STR(icd9cm3_ancestor("86.700x0013", 5), "-");
	CHECK_STR(icd9cm3_ancestor("86.700x0013", 4), "86.70");
	CHECK_STR(icd9cm3_ancestor("17.912A0", 4), "17.91");
	CHECK_STR(fee_item_ancestor("XB01ACA056A012030101554", 5), "XB01AC");
	CHECK_STR(fee_item_ancestor("ZA04CAE0023010100166", 11), "-");
	CHECK_STR(fee_item_ancestor("0", 1), "0");
	CHECK_STR(fee_item_ancestor("X", 12), "-");
	CHECK_STR(fee_item_ancestor("X", INT32_MIN), "-");
}

/* What is no value has no level, parent or form, and harms nobody. */
static void
test_no_value(void)
{
	static const uint64_t odd[] = {1, 0xFFFF, UINT64_MAX, UINT64_C(1) << 63};
	const char *names[MS_CODE_MAX_FORMS];
	char		buf[MS_CODE_BUFSIZE];

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
	{
		MsFeeItem	item = {odd[i], odd[i]};
		MsFeeItem	out;
		uint64_t	code;

		CHECK_INT(ms_code_icd10_level(odd[i]), 0);
		CHECK_INT(ms_code_icd9cm3_level(odd[i]), 0);
		CHECK(!ms_code_icd10_parent(odd[i], &code));
		CHECK(!ms_code_icd9cm3_parent(odd[i], &code));
		CHECK(!ms_code_icd10_ancestor(odd[i], 3, &code));
		CHECK_INT(ms_code_icd10_forms(odd[i], names), 0);
		CHECK_INT(ms_code_icd9cm3_forms(odd[i], names), 0);
		CHECK_INT(ms_code_fee_item_level(&item), 0);
		CHECK(!ms_code_fee_item_parent(&item, &out));
		CHECK_INT(ms_code_fee_item_segment(&item, MS_SEGMENT_MAKER, buf), 0);
	}
}

/* The grammars of a text, blanks between them. */
static const char *
forms_of(const Tree *tree, const char *text)
{
	static char all[128];
	const char *names[MS_CODE_MAX_FORMS];
	uint64_t	code = 0;
	int			n;

	if (tree == &icd10_tree)
	{
		ms_code_icd10_parse(text, strlen(text), &code, NULL);
		n = ms_code_icd10_forms(code, names);
	}
	else
	{
		ms_code_icd9cm3_parse(text, strlen(text), &code, NULL);
		n = ms_code_icd9cm3_forms(code, names);
	}
	all[0] = '\0';
	for (int i = 0; i < n; i++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s",
				 i > 0 ? " " : "", names[i]);
	return all;
}

static void
test_grammars(void)
{
	CHECK_STR(forms_of(&icd10_tree, "E11"), "who icd10cm");
	CHECK_STR(forms_of(&icd10_tree, "C7A"), "icd10cm");
	CHECK_STR(forms_of(&icd10_tree, "E11."), "");
	CHECK_STR(forms_of(&icd10_tree, "E11.2"), "who icd10cm");
	CHECK_STR(forms_of(&icd10_tree, "E11.21"), "who icd10cm");
	CHECK_STR(forms_of(&icd10_tree, "E11.2X"), "icd10cm");
	CHECK_STR(forms_of(&icd10_tree, "E11.200"), "national_base icd10cm");
	CHECK_STR(forms_of(&icd10_tree, "I10.x00"), "national_base");
	CHECK_STR(forms_of(&icd10_tree, "I10.X00"), "icd10cm");
	CHECK_STR(forms_of(&icd10_tree, "I10.x0"), "");
	CHECK_STR(forms_of(&icd10_tree, "S72.001A"), "icd10cm");
	CHECK_STR(forms_of(&icd10_tree, "E11.200x0"), "");
	CHECK_STR(forms_of(&icd10_tree, "E11.200x011"), "national_extension");
	CHECK_STR(forms_of(&icd10_tree, "A17.000+G01*"), "national_pair");
	CHECK_STR(forms_of(&icd9cm3_tree, "36"), "icd9cm");
	CHECK_STR(forms_of(&icd9cm3_tree, "36."), "");
	CHECK_STR(forms_of(&icd9cm3_tree, "36.06"), "icd9cm");
	CHECK_STR(forms_of(&icd9cm3_tree, "01.6x"), "");
	CHECK_STR(forms_of(&icd9cm3_tree, "36.0600"), "national_base");
	CHECK_STR(forms_of(&icd9cm3_tree, "01.6x00"), "national_base");
	CHECK_STR(forms_of(&icd9cm3_tree, "00.0200x001"), "national_extension");
	CHECK_STR(forms_of(&icd9cm3_tree, "00.0200x0"), "");
	CHECK_STR(forms_of(&icd9cm3_tree, "86.700x0013"), "national_swapped");
	CHECK_STR(forms_of(&icd9cm3_tree, "17.912A0"), "tcm");
	CHECK_STR(forms_of(&icd9cm3_tree, "17.91100"), "tcm");
	CHECK_STR(forms_of(&icd9cm3_tree, "17.9110"), "national_base");
}

static const char *
segment(const char *text, MsFeeSegment which)
{
	static char buf[MS_CODE_BUFSIZE];
	MsFeeItem	item = {0, 0};

	CHECK_MSG(read_item(text, &item), "%s is a fee item", text);
	ms_code_fee_item_segment(&item, which, buf);
	return buf;
}

static void
test_segments(void)
{
	const char *x = "XB01ACA056A012030101554";
	const char *z = "ZA04CAE0023010100166";
	const char *t = "T0017003681000100166";
	const char *c = "C01010100113038075550000001";
	const char *s = "003401000230600";

	CHECK_STR(segment(x, MS_SEGMENT_ATC), "B01AC");
	CHECK_STR(segment("XB01AC", MS_SEGMENT_ATC), "B01AC");
	CHECK_STR(segment("XB01A", MS_SEGMENT_ATC), "");
	CHECK_STR(segment(z, MS_SEGMENT_ATC), "");
	CHECK_STR(segment(x, MS_SEGMENT_DRUG_CLASS), "XB01AC");
	CHECK_STR(segment(z, MS_SEGMENT_DRUG_CLASS), "ZA04CA");
	CHECK_STR(segment(t, MS_SEGMENT_DRUG_CLASS), "T00170");
	CHECK_STR(segment(s, MS_SEGMENT_DRUG_CLASS), "");
	CHECK_STR(segment(x, MS_SEGMENT_GENERIC), "XB01ACA056");
	CHECK_STR(segment(z, MS_SEGMENT_GENERIC), "ZA04CAE0023");
	CHECK_STR(segment(t, MS_SEGMENT_GENERIC), "T001700368");
	CHECK_STR(segment(c, MS_SEGMENT_GENERIC), "C010101001");
	CHECK_STR(segment("XB01ACA05", MS_SEGMENT_GENERIC), "");
	CHECK_STR(segment(x, MS_SEGMENT_DOSAGE_FORM), "A012");
	CHECK_STR(segment(z, MS_SEGMENT_DOSAGE_FORM), "");
	CHECK_STR(segment("XR05XXX089N0", MS_SEGMENT_DOSAGE_FORM), "");
	CHECK_STR(segment(x, MS_SEGMENT_SPEC), "03");
	CHECK_STR(segment(z, MS_SEGMENT_SPEC), "01");
	CHECK_STR(segment(c, MS_SEGMENT_SPEC), "038");
	CHECK_STR(segment(x, MS_SEGMENT_PACK), "01");
	CHECK_STR(segment(z, MS_SEGMENT_PACK), "01");
	CHECK_STR(segment(t, MS_SEGMENT_PACK), "0001");
	CHECK_STR(segment(x, MS_SEGMENT_MAKER), "01554");
	CHECK_STR(segment(z, MS_SEGMENT_MAKER), "00166");
	CHECK_STR(segment(t, MS_SEGMENT_MAKER), "00166");
	CHECK_STR(segment(c, MS_SEGMENT_MAKER), "07555");
	CHECK_STR(segment("~110200002a", MS_SEGMENT_MAKER), "");
	CHECK_STR(segment(s, MS_SEGMENT_SERVICE_AREA), "00");
	CHECK_STR(segment(s, MS_SEGMENT_SERVICE_CLASS), "340100");
	CHECK_STR(segment(s, MS_SEGMENT_SERVICE_BASE), "340100023");
	CHECK_STR(segment(s, MS_SEGMENT_SERVICE_SUBITEM), "06");
	CHECK_STR(segment(s, MS_SEGMENT_SERVICE_ADDON), "00");
	CHECK_STR(segment("0034", MS_SEGMENT_SERVICE_CLASS), "");
	CHECK_STR(segment(c, MS_SEGMENT_CONSUMABLE_CLASS), "C010101");
	CHECK_STR(segment(c, MS_SEGMENT_CONSUMABLE_MATERIAL), "13");
	CHECK_STR(segment(c, MS_SEGMENT_CONSUMABLE_ITEM), "0000001");
	CHECK_STR(segment("C0101010011303807555", MS_SEGMENT_CONSUMABLE_ITEM), "");
}

/* Counts offences instead of codes and keeps the first. */
typedef struct Law
{
	long		broken;
	char		first[2 * MS_CODE_BUFSIZE];
} Law;

static void
demand(Law *law, bool ok, const char *text)
{
	if (!ok && law->broken++ == 0)
		snprintf(law->first, sizeof(law->first), "%s", text);
}

enum
{
	LAW_LEVEL,
	LAW_PREFIX,
	LAW_RISES,
	LAW_COMPLETE,
	LAW_SELF,
	LAW_PARENT,
	LAW_PATH,
	LAW_TOP,
	NLAWS
};

static const char *const law_names[NLAWS] = {
	[LAW_LEVEL] = "has a level of its type",
	[LAW_PREFIX] = "parent is a proper prefix",
	[LAW_RISES] = "parent lies above",
	[LAW_COMPLETE] = "parent is complete and the nearest",
	[LAW_SELF] = "ancestor of its own level is the code",
	[LAW_PARENT] = "parent is the ancestor of the parent's level",
	[LAW_PATH] = "ancestors are parents of parents",
	[LAW_TOP] = "the last parent is the top"
};

static void
obey(const Tree *t, const char *text, Law *laws)
{
	char		node[MS_CODE_BUFSIZE];
	int			level = t->level(text);
	const char *parent = t->parent(text);

	demand(&laws[LAW_LEVEL], level >= t->lowest && level <= t->highest, text);
	demand(&laws[LAW_SELF], strcmp(t->ancestor(text, level), text) == 0, text);
	if (strcmp(parent, "-") != 0)
	{
		int			above = t->level(parent);

		demand(&laws[LAW_PREFIX], strlen(parent) < strlen(text) &&
			   strncmp(parent, text, strlen(parent)) == 0, text);
		demand(&laws[LAW_RISES], above < level, text);
		demand(&laws[LAW_PARENT],
			   strcmp(t->ancestor(text, above), parent) == 0, text);

		/* one more character than the parent begins a deeper level */
		snprintf(node, sizeof(node), "%.*s", (int) strlen(parent) + 1, text);
		demand(&laws[LAW_COMPLETE], t->level(node) == -1 ||
			   t->level(node) > above, text);
	}

	/* the ancestors are the parents */
	snprintf(node, sizeof(node), "%s", text);
	for (int l = level - 1; l >= t->lowest; l--)
	{
		const char *up = t->ancestor(text, l);

		if (strcmp(up, "-") == 0)
			continue;
		demand(&laws[LAW_PATH], strcmp(t->parent(node), up) == 0 &&
			   t->level(up) == l, text);
		snprintf(node, sizeof(node), "%s", up);
	}
	demand(&laws[LAW_TOP], t->level(node) == t->lowest &&
		   strcmp(t->parent(node), "-") == 0, text);
}

/* Every prefix of the codes in the first column of a list. */
static void
test_list(const Tree *tree, const char *data, const char *file, int least)
{
	Law			laws[NLAWS];
	char		path[1024];
	char		line[4096];
	char		before[MS_CODE_BUFSIZE] = "";
	long		codes = 0;
	FILE	   *f;

	memset(laws, 0, sizeof(laws));
	snprintf(path, sizeof(path), "%s/codes/%s", data, file);
	f = fopen(path, "r");
	CHECK_MSG(f != NULL, "%s opens", file);
	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL)
	{
		char text[	MS_CODE_BUFSIZE];
		size_t		len = strcspn(line, ",");
		size_t		same = 0;

		if (len >= sizeof(text))
			continue;
		snprintf(text, sizeof(text), "%.*s", (int) len, line);
		if (tree->level(text) < 0)
			continue;			/* the heading */
		codes++;

		/* prefixes shared with the code before are done */
		while (same < len && text[same] == before[same])
			same++;
		snprintf(before, sizeof(before), "%s", text);
		for (size_t n = same + 1; n <= len; n++)
		{
			char		node[MS_CODE_BUFSIZE];

			snprintf(node, sizeof(node), "%.*s", (int) n, text);
			if (tree->level(node) >= 0)
				obey(tree, node, laws);
		}
	}
	fclose(f);
	CHECK_MSG(codes >= least, "%s has %ld codes, wanted %d", file, codes,
			  least);
	for (int i = 0; i < NLAWS; i++)
		CHECK_MSG(laws[i].broken == 0, "%s: %s: not %s and %ld more", file,
				  law_names[i], laws[i].first, laws[i].broken - 1);
}

int
main(void)
{
	const char *data = getenv("MEDSUP_DATA");
	FILE	   *list;
	char		path[1024];

	test_pairs();
	test_forms_of_text();
	test_ancestors();
	test_no_value();
	test_grammars();
	test_segments();
	if (data == NULL)
		data = "../shared/data";
	snprintf(path, sizeof(path), "%s/codes/icd10_yibao_v2.csv", data);
	list = fopen(path, "r");
	if (list == NULL)
		printf("skip real codes: set MEDSUP_DATA to their folder\n");
	else
	{
		fclose(list);
		test_list(&icd10_tree, data, "icd10_yibao_v2.csv", 33304);
		test_list(&icd9cm3_tree, data, "icd9cm3_yibao_v2.csv", 13686);
		test_list(&fee_item_tree, data, "drug_codes_liangku.csv", 13738);
		test_list(&fee_item_tree, data, "service_item_codes_liangku.csv", 3109);
		test_list(&fee_item_tree, data, "consumable_codes_sample.csv", 23);
	}
	return unit_done();
}
