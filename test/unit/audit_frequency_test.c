/*
 * audit_frequency_test.c
 *	  The words for how often a medicine is used.
 */
#include "unit.h"

#include "audit/audit_frequency_core.h"

/* Uses a day, scaled, or -1. */
static int64_t
per_day(const char *text)
{
	int64_t		uses;

	return ms_frequency_per_day(ms_str(text), &uses) ? uses : -1;
}

int
main(void)
{
	static const char *const no[] = {
		"", "st", "prn", "q", "qx", "q0h", "8h", "\345\215\263\346\227\266",
		"\345\277\205\350\246\201\346\227\266", "\346\257\217", "\346\254\241",
		"bid bid", "3", "3/", "\344\270\211\346\254\241", "q100h",
		"\346\257\217\346\227\245\344\270\211\347\211\207",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	};

	CHECK_INT(per_day("qd"), 10000);
	CHECK_INT(per_day("BID"), 20000);
	CHECK_INT(per_day("t.i.d."), 30000);
	CHECK_INT(per_day(" qid "), 40000);
	CHECK_INT(per_day("qod"), 5000);
	CHECK_INT(per_day("q8h"), 30000);
	CHECK_INT(per_day("Q12H"), 20000);
	CHECK_INT(per_day("qh"), 240000);
	CHECK_INT(per_day("q2d"), 5000);
	CHECK_INT(per_day("biw"), 2857);
	CHECK_INT(per_day("3/d"), 30000);
	CHECK_INT(per_day("2\346\254\241/\346\227\245"), 20000);
	CHECK_INT(per_day("\346\257\217\346\227\245\344\270\211\346\254\241"), 30000);
	CHECK_INT(per_day("\344\270\200\345\244\2512\346\254\241"), 20000);
	CHECK_INT(per_day("\346\257\2178\345\260\217\346\227\266\344\270\200\346\254\241"), 30000);
	CHECK_INT(per_day("\351\232\224\346\227\2451\346\254\241"), 5000);
	CHECK_INT(per_day("\346\257\217\346\231\232\344\270\200\346\254\241"), 10000);
	CHECK_INT(per_day("\346\257\217\345\221\250\344\270\211\346\254\241"), 4286);
	CHECK_INT(per_day("\346\257\217\345\215\201\344\272\214\345\260\217\346\227\266\344\270\200\346\254\241"), 20000);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		CHECK_INT(per_day(no[i]), -1);
	return unit_done();
}
