/*-------------------------------------------------------------------------
 *
 * code_defect_icd_core.c
 *	  The defects that only diagnoses have: pairs, morphology, Chinese medicine.
 *
 * See code_defect_core.c for how the tests are used.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "code/code_cell_core.h"

static bool
is_morphology(const char *s, size_t len)
{
	return (ms_cell_matches(s, len, "A9999/9") ||
			ms_cell_matches(s, len, "A99999/9")) &&
		(s[0] == 'M' || s[0] == 'm') && (s[1] == '8' || s[1] == '9');
}

static bool
test_glued_morphology(const MsCell *c)
{
	for (size_t n = 7; n <= 8 && n < c->len; n++)
	{
		size_t		head = c->len - n;

		if (!is_morphology(c->s + head, n))
			continue;
		while (head > 0 && is_blank(c->s[head - 1]))
			head--;
		if (ms_cell_name_code(c, 0, c->s, head))
			return ms_cell_name_part(c->reading, 1, c->s + c->len - n, n);
	}
	return false;
}

static bool
test_morphology(const MsCell *c)
{
	return is_morphology(c->s, c->len) &&
		ms_cell_name_part(c->reading, 0, c->s, c->len);
}

/*
 * Parts a would-be pair into its dagger half, plus, asterisk half, star.  The
 * asterisk half has the shape A99 or A99.9 with more digits at most.
 */
typedef struct PairParts
{
	MsSpan		dagger;
	MsSpan		asterisk;
	bool		plus;
	bool		star;
} PairParts;

static bool
split_pair(const MsCell *c, PairParts *p)
{
	size_t		end = c->len;
	size_t		from;

	p->star = end > 0 && c->s[end - 1] == '*';
	if (p->star)
		end--;
	from = end;
	while (from > 0 && (is_digit(c->s[from - 1]) || c->s[from - 1] == '.'))
		from--;
	if (from < 1 || !is_letter(c->s[from - 1]))
		return false;
	from--;
	p->asterisk.s = c->s + from;
	p->asterisk.len = end - from;
	p->plus = from > 0 && c->s[from - 1] == '+';
	if (p->plus)
		from--;
	p->dagger.s = c->s;
	p->dagger.len = from;
	return from > 0;
}

static bool
is_asterisk_half(MsSpan s)
{
	return ms_cell_matches(s.s, s.len, "A99") ||
		ms_cell_matches(s.s, s.len, "A99.9");
}

/* Builds the pair from its halves and names it. */
static bool
name_pair(const MsCell *c, MsSpan dagger, MsSpan asterisk)
{
	char		buf[MS_CODE_BUFSIZE];
	int			n;

	if (dagger.len + asterisk.len + 2 >= sizeof(buf))
		return false;
	n = snprintf(buf, sizeof(buf), "%.*s+%.*s*", (int) dagger.len, dagger.s,
				 (int) asterisk.len, asterisk.s);
	return n > 0 && ms_cell_would_be(c, buf);
}

static bool
pair_lacks(const MsCell *c, bool plus, bool star)
{
	PairParts	p;

	return split_pair(c, &p) && p.plus == plus && p.star == star &&
		is_asterisk_half(p.asterisk) && name_pair(c, p.dagger, p.asterisk);
}

static bool
test_pair_no_star(const MsCell *c)
{
	return pair_lacks(c, true, false);
}

static bool
test_pair_no_plus(const MsCell *c)
{
	return pair_lacks(c, false, true);
}

static bool
test_pair_no_marks(const MsCell *c)
{
	return pair_lacks(c, false, false);
}

/* E88.902+M90.803*: the asterisk half is a WHO code of 3 or 4 characters. */
static bool
test_asterisk_long(const MsCell *c)
{
	PairParts	p;
	MsSpan		cut;

	if (!split_pair(c, &p) || !p.plus || !p.star || p.asterisk.len <= 5 ||
		!ms_cell_matches(p.asterisk.s, 5, "A99.9"))
		return false;
	cut = p.asterisk;
	cut.len = 5;
	if (!name_pair(c, p.dagger, cut))
		return false;
	return ms_cell_name_part(c->reading, 1, p.asterisk.s, p.asterisk.len);
}

/* E11.2+N08.3*: the dagger half is a full national code. */
static bool
test_dagger_short(const MsCell *c)
{
	PairParts	p;

	return split_pair(c, &p) && p.plus && p.star &&
		is_asterisk_half(p.asterisk) &&
		!ms_cell_is_whole(c->as, p.dagger.s, p.dagger.len) &&
		ms_cell_name_code(c, 0, p.dagger.s, p.dagger.len);
}

static bool
test_asterisk_alone(const MsCell *c)
{
	MsSpan		half = {c->s, c->len};

	if (c->len < 2 || c->s[c->len - 1] != '*')
		return false;
	half.len--;
	return is_asterisk_half(half) &&
		ms_cell_name_part(c->reading, 0, c->s, c->len);
}

static bool
test_dagger_alone(const MsCell *c)
{
	return c->len > 1 && c->s[c->len - 1] == '+' &&
		ms_cell_name_code(c, 0, c->s, c->len - 1);
}

/* A01.01.01 (disease or syndrome of 2021), BNX100 (disease of 1995) */
static bool
test_tcm(const MsCell *c)
{
	size_t		len = c->len;

	if (len > 0 && c->s[len - 1] == '.')
		len--;
	if (len == 0 || strchr("ABab", c->s[0]) == NULL)
		return false;
	return (ms_cell_matches(c->s, len, "A99.99.99") ||
			ms_cell_matches(c->s, len, "A99.99.99.99") ||
			ms_cell_matches(c->s, len, "A99.99.99.99.99") ||
			(strchr("Bb", c->s[0]) != NULL && ms_cell_matches(c->s, len, "AAA999"))) &&
		ms_cell_name_part(c->reading, 0, c->s, c->len);
}

/* In the order of the search. */
static const MsDefectTest tests[] = {
	{test_glued_morphology, MS_DEFECT_GLUED_MORPHOLOGY, 1 << MS_READ_AS_ICD10},
	{test_morphology, MS_DEFECT_MORPHOLOGY, 1 << MS_READ_AS_ICD10},
	{test_pair_no_star, MS_DEFECT_PAIR_NO_STAR, 1 << MS_READ_AS_ICD10},
	{test_pair_no_plus, MS_DEFECT_PAIR_NO_PLUS, 1 << MS_READ_AS_ICD10},
	{test_pair_no_marks, MS_DEFECT_PAIR_NO_MARKS, 1 << MS_READ_AS_ICD10},
	{test_asterisk_long, MS_DEFECT_ASTERISK_LONG, 1 << MS_READ_AS_ICD10},
	{test_dagger_short, MS_DEFECT_DAGGER_SHORT, 1 << MS_READ_AS_ICD10},
	{test_asterisk_alone, MS_DEFECT_ASTERISK_ALONE, 1 << MS_READ_AS_ICD10},
	{test_dagger_alone, MS_DEFECT_DAGGER_ALONE, 1 << MS_READ_AS_ICD10},
	{test_tcm, MS_DEFECT_TCM, 1 << MS_READ_AS_ICD10},
};

bool
ms_cell_search_diagnosis(const MsCell *c)
{
	return ms_cell_search(c, tests, sizeof(tests) / sizeof(tests[0]));
}
