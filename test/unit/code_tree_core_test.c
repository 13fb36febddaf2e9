/*
 * Unit test of the hierarchy of the codes.
 */
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

int
main(void)
{
	test_pairs();
	return unit_done();
}
