/*
 * unit.h
 *	  Checks for the plain C tests of the *_core files.
 *
 * A unit test is one file test/unit/NAME_test.c with a main() that calls
 * CHECK... and ends with `return unit_done();`.  scripts/run_unit.sh compiles
 * it together with every src/(folder)/(file)_core.c under the address and
 * undefined-behaviour sanitizers.  The last line printed is counted by
 * make check: "N passed, N failed".
 */
#ifndef UNIT_H
#define UNIT_H

#include <stdio.h>
#include <string.h>

static int	unit_passed;
static int	unit_failed;

#define CHECK_MSG(ok, ...) \
	do { \
		if (ok) \
			unit_passed++; \
		else \
		{ \
			unit_failed++; \
			fprintf(stderr, "%s:%d: failed: ", __FILE__, __LINE__); \
			fprintf(stderr, __VA_ARGS__); \
			fputc('\n', stderr); \
		} \
	} while (0)

#define CHECK(ok) CHECK_MSG((ok), "%s", #ok)

#define CHECK_INT(got, want) \
	do { \
		long long	unit_got = (long long) (got); \
		long long	unit_want = (long long) (want); \
 \
		CHECK_MSG(unit_got == unit_want, "%s is %lld, wanted %lld", #got, \
				  unit_got, unit_want); \
	} while (0)

#define CHECK_STR(got, want) \
	do { \
		const char *unit_got = (got); \
		const char *unit_want = (want); \
 \
		CHECK_MSG(unit_got && strcmp(unit_got, unit_want) == 0, \
				  "%s is \"%s\", wanted \"%s\"", #got, \
				  unit_got ? unit_got : "(null)", unit_want); \
	} while (0)

static inline int
unit_done(void)
{
	printf("%d passed, %d failed\n", unit_passed, unit_failed);
	return unit_failed != 0 || unit_passed == 0;
}

#endif							/* UNIT_H */
