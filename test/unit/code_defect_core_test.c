/*
 * Unit test of reading dirty cells: every defect with the parts it names, the
 * codes that are read all the same, the maps, the sentences, and over random
 * texts that explaining agrees with parsing.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "code/code_defect_core.h"
#include "code/code_fold_core.h"
#include "unit.h"

#define ICD10 MS_READ_AS_ICD10
#define ICD9 MS_READ_AS_ICD9CM3
#define FEE MS_READ_AS_FEE_ITEM
#define DRUG MS_READ_AS_DRUG_CODE

typedef struct Case
{
	MsReadAs	as;
	const char *cell;
	const char *key;			/* of the defect */
	const char *part;			/* what the sentence names first, or NULL */
	const char *other;			/* and second, or NULL */
} Case;

static const Case refused[] = {
	{ICD10, "", "empty", NULL, NULL},
	{ICD10, "  ", "empty", NULL, NULL},
	{ICD10, "NULL", "null_word", "NULL", NULL},
	{FEE, "nan", "null_word", "nan", NULL},
	{ICD9, "-", "null_word", "-", NULL},
	{FEE, "\\N", "null_word", "\\N", NULL},
	{ICD10, "'E11.900", "quoted", "E11.900", NULL},
	{FEE, "=\"001102000010000\"", "quoted", "001102000010000", NULL},

	{FEE, "8.69E+13", "scientific_notation", "8.69E+13", NULL},
	{FEE, "1.10101E+17", "scientific_notation", "1.10101E+17", NULL},
	{FEE, "8.69E13", "scientific_notation", "8.69E13", NULL},
	{FEE, "3e+14", "scientific_notation", "3e+14", NULL},
	{ICD9, "1.79E+05", "scientific_notation", "1.79E+05", NULL},
	{FEE, "1E5", "bad_character", NULL, NULL},
	{ICD10, "1E5", "bad_character", NULL, NULL},
	{ICD9, "17.912E00", "too_long", NULL, NULL},
	{FEE, "E11", "other_type", "icd10", NULL},
	{FEE, "331200000000000.0", "decimal_number", "331200000000000.0", NULL},

	{ICD10, "C22.101M81600/3", "glued_morphology", "C22.101", "M81600/3"},
	{ICD10, "C22.101 M8160/3", "glued_morphology", "C22.101", "M8160/3"},
	{ICD10, "D24.x01M85060/0", "glued_morphology", "D24.x01", "M85060/0"},
	{ICD10, "M8160/3", "morphology_alone", "M8160/3", NULL},
	{ICD10, "M96590/3", "morphology_alone", "M96590/3", NULL},

	{ICD10, "K74.300x011+I98.2", "pair_without_star", "K74.300x011+I98.2*", NULL},
	{ICD10, "A17.000G01*", "pair_without_plus", "A17.000+G01*", NULL},
	{ICD10, "B37.600I39.8", "pair_without_marks", "B37.600+I39.8*", NULL},
	{ICD10, "T66.x02H47.5", "pair_without_marks", "T66.x02+H47.5*", NULL},
	{ICD10, "E88.902+M90.803*", "asterisk_too_long", "E88.902+M90.8*", "M90.803"},
	{ICD10, "E11.2+N08.3*", "dagger_too_short", "E11.2", NULL},
	{ICD10, "E11+N08.3*", "dagger_too_short", "E11", NULL},
	{ICD10, "N08.3*", "asterisk_alone", "N08.3*", NULL},
	{ICD10, "E11.200+", "dagger_alone", "E11.200", NULL},
	{ICD10, "A01.01.01", "tcm_code", "A01.01.01", NULL},
	{ICD10, "BNX100", "tcm_code", "BNX100", NULL},

	{ICD10, "E10-E14", "code_range", "E10", "E14"},
	{ICD10, "E10 ~ E14", "code_range", "E10", "E14"},
	{ICD10, "E10\350\207\263E14", "code_range", "E10", "E14"},
	{FEE, "XR05XXX089N0*", "wildcard", "XR05XXX089N0", NULL},
	{ICD10, "E11.9%", "wildcard", "E11.9", NULL},
	{ICD10, "E11.900,I10.x00", "several_codes", "E11.900", "I10.x00"},
	{ICD10, "E11.900|I10.x00|J18.900", "several_codes", "E11.900", "I10.x00"},
	{ICD10, "E11.900 I10.x00", "several_codes", "E11.900", "I10.x00"},
	{ICD10, "E11.900\343\200\201I10.x00", "several_codes", "E11.900", "I10.x00"},
	{ICD10, "E11.900\343\203\273I10.x00", "several_codes", "E11.900", "I10.x00"},
	{ICD10, "E11\343\203\273I10", "several_codes", "E11", "I10"},
	{ICD10, "E11.900(I10.x00)", "several_codes", "E11.900", "I10.x00"},
	{FEE, "(00250301001|00250301002)", "several_codes", "00250301001", "00250301002"},
	{FEE, "XR05XXX089N0\343\203\273ZA06CAX04380", "several_codes", "XR05XXX089N0", "ZA06CAX04380"},
	{ICD10, "E11.900I10.x00", "glued_codes", "E11.900", "I10.x00"},
	{ICD10, "E11N18", "glued_codes", "E11", "N18"},
	{ICD10, "e11i10.x00", "glued_codes", "E11", "I10.x00"},
	{ICD10, "E11.9I10.x00", "glued_codes", "E11.9", "I10.x00"},
	{DRUG, "XB01ACA056A012030101554ZA04CAE0023010100166", "glued_codes",
	"XB01ACA056A012030101554", "ZA04CAE0023010100166"},
	{FEE, "001102000010000001102000010100", "glued_codes", "001102000010000", "001102000010100"},

	{ICD10, "E11.900.", "trailing_dot", "E11.900", NULL},
	{ICD10, "A01.01.", "trailing_dot", "A01.01", NULL},
	{FEE, "0031.", "trailing_dot", "0031", NULL},
	{ICD10, "E11900", "missing_dot", "E11.900", NULL},
	{ICD10, "A00000X001", "missing_dot", "A00.000x001", NULL},
	{ICD10, "E11200X011+N083*", "missing_dot", "E11.200x011+N08.3*", NULL},
	{ICD10, "I10X00", "missing_dot", "I10.x00", NULL},
	{ICD10, "T360X1A", "missing_dot", "T36.0X1A", NULL},
	{ICD10, "E1O900", "bad_character", NULL, NULL},
	{ICD9, "360600", "missing_dot", "36.0600", NULL},
	{ICD9, "66.69x001", "short_extension", "66.6900x001", NULL},
	{ICD10, "E11.9x001", "short_extension", "E11.900x001", NULL},
	{ICD10, "E11. 900", "blank_inside", "E11.900", NULL},
	{FEE, "0034010002 30600", "blank_inside", "003401000230600", NULL},
	{FEE, "XB01ACA056A0\t12030101554", "blank_inside", "XB01ACA056A012030101554", NULL},

	{ICD10, "EO1.9", "letter_for_digit", "E01.9", NULL},
	{ICD10, "II0.xOO", "letter_for_digit", "I10.x00", NULL},
	{ICD9, "36.O6l0", "letter_for_digit", "36.0610", NULL},
	{FEE, "OO3401000230600", "letter_for_digit", "003401000230600", NULL},
	{FEE, "XB0IACA056A012030101554", "letter_for_digit", "XB01ACA056A012030101554", NULL},
	{ICD10, "011.900", "digit_for_letter", "O11.900", NULL},
	{DRUG, "XB01AC0056A012030101554", "digit_for_letter", "XB01ACO056A012030101554", NULL},

	{FEE, "110200002a", "unmarked_local", "~110200002a", NULL},
	{FEE, "HC12345", "unmarked_local", "~HC12345", NULL},
	{FEE, "f310903001", "unmarked_local", "~f310903001", NULL},
	{ICD10, "I10.x00 \351\253\230\350\241\200\345\216\213", "name_attached", "I10.x00",
	"\351\253\230\350\241\200\345\216\213"},
	{ICD10, "I10 hypertension", "name_attached", "I10", "hypertension"},
	{ICD10, "\351\253\230\350\241\200\345\216\213(I10.x00)", "name_attached", "I10.x00",
	"\351\253\230\350\241\200\345\216\213"},
	{ICD10, "hypertension I10.x00", "name_attached", "I10.x00", "hypertension"},
	{ICD10, "\351\253\230B12", "not_ascii", NULL, NULL},
	{ICD10, "\351\253\230\350\241\200\345\216\213", "name_only", "\351\253\230\350\241\200\345\216\213", NULL},
	{ICD10, "36.0600", "other_type", "icd9cm3", NULL},
	{ICD10, "003401000230600", "other_type", "fee_item", NULL},
	{ICD9, "E11.900", "other_type", "icd10", NULL},
	{DRUG, "003401000230600", "other_type", "fee_item", NULL},
	{FEE, "X2001061286904335000226XS0", "bad_character", NULL, NULL},

	{ICD10, "E11.9\356\200\205", "private_use", NULL, NULL},
	{ICD10, "E11\342\200\213.9", "invisible_character", NULL, NULL},
	{ICD10, "E11.9\302\260", "not_ascii", NULL, NULL},
	{ICD10, "E11.9\377", "not_ascii", NULL, NULL},
	{ICD10, "E11.9\342\221\240", "not_ascii", NULL, NULL},
	{ICD10, "E11.9\341\205\240", "invisible_character", NULL, NULL},
	{FEE, "~a\302\267b", "not_ascii", NULL, NULL},
	{FEE, "~1102\343\203\2731103", "several_codes", "~1102", "1103"},
	{ICD10, "I10.x00X", "mixed_x", NULL, NULL},
	{ICD10, "E11.90000", "too_long", NULL, NULL},
	{ICD10, "E1", "incomplete", NULL, NULL},
	{ICD10, "E11..9", "bad_character", NULL, NULL},
};

typedef struct ReadCase
{
	MsReadAs	as;
	const char *cell;
	const char *code;
	unsigned	notes;
} ReadCase;

static const ReadCase read_cases[] = {
	{ICD10, "E11.900", "E11.900", 0},
	{ICD10, "j44.900", "J44.900", MS_NOTE_CASE},
	{ICD10, "A00.000X001", "A00.000x001", MS_NOTE_CASE},
	{ICD10, "M54.", "M54.", MS_NOTE_TRAILING_DOT},
	{ICD9, "36.", "36.", MS_NOTE_TRAILING_DOT},
	{ICD10, "E11.9OO", "E11.9OO", MS_NOTE_LETTER_O_I},
	{ICD10, "I10.\303\22700", "I10.x00", MS_NOTE_LOOK_ALIKE},
	{ICD10, "E11.200\342\200\240N08.3\342\210\227", "E11.200+N08.3*", MS_NOTE_LOOK_ALIKE},
	{ICD10, "\320\22511\343\200\202900", "E11.900", MS_NOTE_LOOK_ALIKE},
	{ICD10, "E11\302\2679", "E11.9", MS_NOTE_LOOK_ALIKE},
	{ICD10, "S72.001A", "S72.001A", 0},
	{ICD9, "17.912E0", "17.912E0", 0},
	{FEE, "003401000230600", "003401000230600", 0},
	{FEE, "3401000230600", "3401000230600", MS_NOTE_LOST_ZEROS},
	{FEE, "13105170010000", "13105170010000", MS_NOTE_LOST_ZEROS},
	{FEE, "110200002", "110200002", MS_NOTE_LOCAL_SHAPE},
	{ICD10, "I10.X00", "I10.X00", MS_NOTE_CAPITAL_X},
	{ICD10, "W00.X", "W00.X", MS_NOTE_CAPITAL_X},
	{ICD10, "i10.x00", "I10.x00", MS_NOTE_CASE},
	{ICD10, "W09.XXXA", "W09.XXXA", 0},
	{ICD10, "E11.9N18", "E11.9N18", MS_NOTE_GLUED_SHAPE},
	{ICD10, "E11.N18", "E11.N18", MS_NOTE_GLUED_SHAPE},
	{ICD10, "E11.9I10", "E11.9I10", MS_NOTE_GLUED_SHAPE | MS_NOTE_LETTER_O_I},
	{ICD10, "E11.200+N08*", "E11.200+N08*", 0},
	{ICD10, "A00.000x001", "A00.000x001", 0},
	{FEE, "~a\342\200\222b", "~a-b", MS_NOTE_LOOK_ALIKE},
};

typedef struct FormCase
{
	MsReadAs	as;
	const char *code;
	const char *form;
} FormCase;

static const FormCase forms[] = {
	{ICD10, "E11", "category"},
	{ICD10, "C7A", "category"},
	{ICD10, "E11.2", "who"},
	{ICD10, "E11.21", "who"},
	{ICD10, "E11.200", "national_base"},
	{ICD10, "I10.x00", "national_base"},
	{ICD10, "I10.X00", "icd10cm"},
	{ICD10, "X00.x00", "national_base"},
	{ICD10, "E11.200x011", "national_extension"},
	{ICD10, "E11.200x0", "node"},
	{ICD10, "E11.", "node"},
	{ICD10, "E11.200x011+N08.3*", "national_pair"},
	{ICD10, "S72.001A", "icd10cm"},
	{ICD9, "36", "category"},
	{ICD9, "36.06", "icd9cm"},
	{ICD9, "01.6x", "node"},
	{ICD9, "36.0600", "national_base"},
	{ICD9, "00.0200x001", "national_extension"},
	{ICD9, "17.912A0", "tcm"},
	{ICD9, "86.700x0013", "national_swapped"},
	{ICD9, "36.060", "node"},
	{FEE, "003401000230600", "service"},
	{FEE, "0034", "service_node"},
	{FEE, "XB01ACA056A012030101554", "drug_x"},
	{FEE, "XB01AC", "drug_x_node"},
	{FEE, "ZA04CAE0023010100166", "drug_z"},
	{FEE, "T001700368", "drug_t"},
	{FEE, "JABCDEFGHIJ12345", "drug_j"},
	{FEE, "C0101010011303807555", "consumable"},
	{FEE, "~1", "local"},
	{DRUG, "XB01AC", "drug_x_node"},
};

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* As code_clean.c does behind ICU. */
static void
explain(MsReadAs as, const char *cell, size_t len, MsReading *r)
{
	char		buf[1024];
	unsigned	notes = 0;
	size_t		n;

	memcpy(buf, cell, len);
	n = ms_cell_fold(buf, len, &notes);
	memset(r, 0xA5, sizeof(*r));
	r->notes = notes;
	ms_cell_explain(as, buf, n, r);
}

static bool
is_sentence(const MsReading *r, bool zh)
{
	char		buf[MS_SENTENCE_MAX];
	int			len = ms_defect_sentence(r, zh, buf);
	const char *end = zh ? "\343\200\202" : ".";

	return len > 10 && (int) strlen(buf) == len && strchr(buf, '$') == NULL &&
		strcmp(buf + len - strlen(end), end) == 0;
}

static void
test_refused(void)
{
	bool		seen[MS_N_DEFECTS] = {false};

	for (size_t i = 0; i < LENGTH(refused); i++)
	{
		const Case *t = &refused[i];
		MsReading	r;

		explain(t->as, t->cell, strlen(t->cell), &r);
		CHECK_MSG(!r.ok, "\"%s\" is no code", t->cell);
		CHECK_MSG(strcmp(ms_defect_key(r.defect), t->key) == 0,
				  "\"%s\" is %s, wanted %s", t->cell, ms_defect_key(r.defect), t->key);
		CHECK_MSG(t->part == NULL || strcmp(r.part[0], t->part) == 0,
				  "\"%s\" names \"%s\", wanted \"%s\"", t->cell, r.part[0], t->part);
		CHECK_MSG(t->other == NULL || strcmp(r.part[1], t->other) == 0,
				  "\"%s\" names \"%s\", wanted \"%s\"", t->cell, r.part[1], t->other);
		CHECK(is_sentence(&r, true) && is_sentence(&r, false));
		seen[r.defect] = true;
	}
	for (int d = MS_DEFECT_NONE + 1; d < MS_N_DEFECTS; d++)
		CHECK_MSG(seen[d], "no case is %s", ms_defect_key((MsDefect) d));
}

static void
test_read(void)
{
	for (size_t i = 0; i < LENGTH(read_cases); i++)
	{
		const ReadCase *t = &read_cases[i];
		MsReading	r;
		char		buf[MS_CODE_BUFSIZE] = "";

		explain(t->as, t->cell, strlen(t->cell), &r);
		CHECK_MSG(r.ok, "\"%s\" is a code", t->cell);
		if (r.ok)
			ms_reading_text(t->as, &r, buf);
		CHECK_STR(buf, t->code);
		CHECK_MSG(r.notes == t->notes, "\"%s\" has notes %x, wanted %x",
				  t->cell, r.notes, t->notes);
	}
}

static void
test_forms(void)
{
	for (size_t i = 0; i < LENGTH(forms); i++)
	{
		MsReading	r;

		explain(forms[i].as, forms[i].code, strlen(forms[i].code), &r);
		CHECK_MSG(r.ok, "\"%s\" is a code", forms[i].code);
		CHECK_STR(ms_reading_form(forms[i].as, &r), forms[i].form);
	}
}

/* Each key once, in the letters of an identifier. */
static void
test_keys(void)
{
	for (int a = 0; a < MS_N_DEFECTS; a++)
	{
		const char *key = ms_defect_key((MsDefect) a);

		CHECK(strlen(key) > 3 && strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(key));
		for (int b = 0; b < a; b++)
			CHECK(strcmp(key, ms_defect_key((MsDefect) b)) != 0);
	}
	for (int a = 0; a < MS_N_NOTES; a++)
		for (int b = 0; b < a; b++)
			CHECK(strcmp(ms_note_key(a), ms_note_key(b)) != 0);
	CHECK_STR(ms_note_key(3), "roman_numeral");
	CHECK_STR(ms_note_key(9), "letter_o_or_i");
	CHECK_STR(ms_note_key(MS_N_NOTES - 1), "glued_shape");
}

static void
check_name(const char *name, const char *want)
{
	char		buf[256];
	size_t		n = strlen(name);

	memcpy(buf, name, n);
	n = ms_name_fold(buf, n);
	buf[n] = '\0';
	CHECK_STR(buf, want);
	/* a folded name stays */
	CHECK_INT(ms_name_fold(buf, n), n);
	CHECK_STR(buf, want);
}

static void
test_names(void)
{
	check_name("", "");
	check_name("  vitamin   C  ", "vitamin C");
	check_name("\346\234\211\351\231\220\345\205\254 \345\217\270", "\346\234\211\351\231\220\345\205\254\345\217\270");
	check_name("\343\200\220a\343\200\221[b]{c}", "(a)(b)(c)");
	check_name("\320\272", "\316\272"); /* Cyrillic ka, Greek kappa */
	check_name("2\303\2273\342\210\2254", "2x3/4");
	check_name("a\342\200\213b", "a b");
	check_name("vitamin B 12, 5 mg 10 20", "vitamin B12,5mg10 20");
}

static void
test_chars(void)
{
	static const char text[] = "A\303\227\343\200\202\360\237\230\200\377\343\200";
	static const uint32_t want[] = {'A', 0xD7, 0x3002, 0x1F600, 0xFFFD, 0xFFFD, 0xFFFD};
	size_t		at = 0;

	for (size_t i = 0; i < LENGTH(want); i++)
		CHECK_INT(ms_next_char(text, sizeof(text) - 1, &at), want[i]);
	CHECK_INT(at, sizeof(text) - 1);
}

/* A cell of any length is answered; a long one is not searched. */
static void
test_long(void)
{
	char		cell[1000];
	MsReading	r;

	memset(cell, ' ', sizeof(cell));
	memcpy(cell, "E11.900", 7);
	memcpy(cell + 990, "I10.x00", 7);
	explain(ICD10, cell, sizeof(cell), &r);
	CHECK_STR(ms_defect_key(r.defect), "too_long");
	memset(cell, '9', sizeof(cell));
	explain(FEE, cell, sizeof(cell), &r);
	CHECK_STR(ms_defect_key(r.defect), "too_long");
	CHECK(is_sentence(&r, true) && is_sentence(&r, false));
}

/* Over random texts of code characters: explaining agrees with the parser. */
static void
test_random(void)
{
	static const char chars[] = "EIOABCMTXZx019.+*/ ,-~%l'";
	uint64_t	state = 42;
	int			codes = 0;
	int			agreed = 0;

	for (int i = 0; i < 200000; i++)
	{
		char		cell[24];
		size_t		len;
		MsReadAs	as;
		MsReading	r;
		uint64_t	value;
		MsFeeItem	item;
		bool		ok;

		state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
		len = (state >> 60) + 1;
		as = (MsReadAs) (state >> 58 & 3);
		for (size_t k = 0; k < len; k++)
		{
			state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
			cell[k] = chars[(state >> 33) % (sizeof(chars) - 1)];
		}
		ok = as == ICD10 ? ms_code_icd10_parse(cell, len, &value, NULL) :
			as == ICD9 ? ms_code_icd9cm3_parse(cell, len, &value, NULL) :
			as == FEE ? ms_code_fee_item_parse(cell, len, &item, NULL) :
			ms_code_drug_parse(cell, len, &item, NULL);
		explain(as, cell, len, &r);
		codes += ok;
		agreed += r.ok == ok && (ok || r.defect != MS_DEFECT_NONE);
	}
	CHECK_INT(agreed, 200000);
	CHECK(codes > 1000);
}

int
main(void)
{
	test_refused();
	test_read();
	test_forms();
	test_keys();
	test_names();
	test_chars();
	test_long();
	test_random();
	return unit_done();
}
