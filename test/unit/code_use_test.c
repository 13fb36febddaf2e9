/*
 * code_use_test.c
 *	  The set of codes of a visit against lists kept by hand, whatever the
 *	  order, the parts it was gathered in, and the capacity it began with.
 */
#include "indicator/code_use_core.h"
#include "unit.h"

#include <stdlib.h>

#define LINES 3000

static uint64_t seed = 20261122;

static unsigned
any(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned) ((seed >> 20) % below);
}

static MsCodeUses *
make(uint32_t capacity)
{
	MsCodeUses *uses = malloc(ms_code_uses_size(capacity));

	ms_code_uses_init(uses, capacity);
	return uses;
}

/* Adds, with more room where there is none. */
static MsCodeUses *
add(MsCodeUses *uses, uint64_t hash, uint64_t drugs)
{
	if (ms_code_uses_full(uses))
	{
		MsCodeUses *wider = make(uses->capacity * 2);

		ms_code_uses_move(wider, uses);
		free(uses);
		uses = wider;
	}
	ms_code_uses_add(uses, hash, drugs);
	return uses;
}

static bool
same(MsCodeUseSum a, MsCodeUseSum b)
{
	return a.codes == b.codes && a.drug_lines == b.drug_lines &&
		a.drug_repeats == b.drug_repeats && a.set == b.set;
}

/* By counting each code's lines, with hashes that meet in their low bits. */
static MsCodeUseSum
by_hand(const uint64_t *hash, const uint64_t *drugs, int n)
{
	MsCodeUseSum sum = {0};

	for (int i = 0; i < n; i++)
	{
		int64_t		drug = 0;
		bool		first = true;

		for (int j = 0; j < n; j++)
		{
			if (hash[j] != hash[i])
				continue;
			drug += (int64_t) drugs[j];
			first &= j >= i;
		}
		if (!first)
			continue;
		sum.codes++;
		sum.drug_lines += drug;
		sum.drug_repeats += drug > 0 ? drug - 1 : 0;
		sum.set = (int64_t) ((uint64_t) sum.set + hash[i]);
	}
	return sum;
}

int
main(void)
{
	static uint64_t hash[LINES];
	static uint64_t drugs[LINES];
	MsCodeUses *empty = make(MS_CODE_USE_FIRST);
	MsCodeUseSum nothing = ms_code_uses_sum(empty);
	bool		equal = true;
	bool		checked = true;

	CHECK_MSG(nothing.codes == 0 && nothing.drug_lines == 0 && nothing.drug_repeats == 0 && nothing.set == 0, "nothing is nothing");
	empty->unnamed_drugs = 3;
	nothing = ms_code_uses_sum(empty);
	CHECK_MSG(nothing.codes == 0 && nothing.drug_lines == 3 && nothing.drug_repeats == 2, "lines without a code repeat each other, and are no code");
	free(empty);

	for (int round = 0; round < 60; round++)
	{
		int			n = round < 50 ? (int) any(60) : LINES;
		unsigned	different = 1 + any(n < 60 ? 20 : 800);
		MsCodeUses *whole = make(MS_CODE_USE_FIRST);
		MsCodeUses *backwards = make(256);
		MsCodeUses *part[2] = {make(8), make(16)};
		MsCodeUseSum wanted;

		for (int i = 0; i < n; i++)
		{
			hash[i] = ((uint64_t) any(different) + 1) << 8;
			drugs[i] = any(3) == 0;
		}
		wanted = by_hand(hash, drugs, n);
		for (int i = 0; i < n; i++)
		{
			int			which = (int) any(2);

			whole = add(whole, hash[i], drugs[i]);
			part[which] = add(part[which], hash[i], drugs[i]);
			backwards = add(backwards, hash[n - 1 - i], drugs[n - 1 - i]);
		}
		for (uint32_t i = 0; i < part[1]->capacity; i++)
		{
			if (part[1]->use[i].hash != 0)
				part[0] = add(part[0], part[1]->use[i].hash, part[1]->use[i].drugs);
		}
		equal &= same(ms_code_uses_sum(whole), wanted) && same(ms_code_uses_sum(backwards), wanted) && same(ms_code_uses_sum(part[0]), wanted);
		checked &= ms_code_uses_check(whole, ms_code_uses_size(whole->capacity)) &&
			!ms_code_uses_check(whole, ms_code_uses_size(whole->capacity) - 1);
		whole->n++;
		checked &= !ms_code_uses_check(whole, ms_code_uses_size(whole->capacity));
		whole->n--;
		whole->capacity++;
		checked &= !ms_code_uses_check(whole, ms_code_uses_size(whole->capacity - 1));
		free(whole);
		free(backwards);
		free(part[0]);
		free(part[1]);
	}
	CHECK_MSG(equal, "as counted by hand: forwards, backwards, in two parts");
	CHECK_MSG(checked, "what is no such set is told");
	return unit_done();
}
