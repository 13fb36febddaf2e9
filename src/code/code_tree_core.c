/*-------------------------------------------------------------------------
 *
 * code_tree_core.c
 *	  The hierarchy of the codes: levels, parents, segments, halves of a
 *	  pair, and the grammars a text satisfies.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "code/code_tree_core.h"

#define LENGTH(array) ((int) (sizeof(array) / sizeof((array)[0])))

/*
 * The nodes that a text passes through: at[l] characters make the node of
 * level l, 0 = it has none.  The last one is the text itself.
 */
typedef struct Path
{
	int			level;
	int			at[MS_FEE_LEVEL_MAX + 1];
} Path;

/* Adds the node of a level; a text that ends earlier begins that node. */
static void
pass(Path *path, int level, int nchars, int len)
{
	path->at[level] = nchars < len ? nchars : len;
	path->level = level;
}

/* Length of the nearest node above the text, 0 at the top. */
static int
parent_length(const Path *path)
{
	for (int l = path->level - 1; l > 0; l--)
		if (path->at[l] > 0)
			return path->at[l];
	return 0;
}

static int
ancestor_length(const Path *path, int level)
{
	return level > 0 && level <= path->level ? path->at[level] : 0;
}

/* Cut points of an icd10: E11 .2 00 x011. */
#define I_CATEGORY 3
#define I_SUBCATEGORY 5
#define I_ITEM 7
#define I_EXTENSION 11			/* and the longest text without a + */

/*
 * Finds the + of a pair, 0 if there is none.  Every pair is longer than any
 * other code, which spares most codes the search.
 */
static int
find_plus(const char *text, int len)
{
	const char *plus = NULL;

	if (len > I_EXTENSION)
		plus = memchr(text, '+', (size_t) len);
	return plus == NULL ? 0 : (int) (plus - text);
}

/*
 * National and ICD-10-CM codes differ in what the places mean, not in where
 * they are: the 5th and 6th place are one level, what follows is another.
 */
static Path
icd10_path(const char *text, int len)
{
	Path		path = {0};
	int			plus = find_plus(text, len);
	int			single = plus > 0 ? plus : len;

	if (single > 0)
		pass(&path, MS_ICD10_LEVEL_CATEGORY, I_CATEGORY, single);
	if (single > I_CATEGORY)
		pass(&path, 4, I_SUBCATEGORY, single);
	if (single > I_SUBCATEGORY)
		pass(&path, 5, I_ITEM, single);
	if (single > I_ITEM)
		pass(&path, 6, I_EXTENSION, single);
	if (plus > 0)
		pass(&path, MS_ICD10_LEVEL_PAIR, len, len);
	return path;
}

/* Cut points of an icd9cm3: 36 .0 6 00 x001. */
#define O_CATEGORY 2
#define O_SUBCATEGORY 4
#define O_DETAIL 5
#define O_ITEM 7
#define O_EXTENSION 11
#define O_TCM 8					/* 17.9 1 2A0 */

static Path
icd9cm3_path(const char *text, int len)
{
	Path		path = {0};

	if (len > 0)
		pass(&path, MS_ICD9CM3_LEVEL_CATEGORY, O_CATEGORY, len);
	if (len > O_CATEGORY)
		pass(&path, 3, O_SUBCATEGORY, len);
	if (len > O_SUBCATEGORY)
		pass(&path, 4, O_DETAIL, len);
	if (len >= O_ITEM && text[O_ITEM - 1] == 'x')
	{
		/* 86.700x0013 has no item to extend: 86.700 is none */
		pass(&path, MS_ICD9CM3_LEVEL_EXTENSION, O_EXTENSION, len);
	}
	else if (len == O_TCM && text[O_TCM - 1] != 'x')
	{
		/* 17.91100, 17.912A0: no other form has a digit there */
		pass(&path, 5, O_TCM, len);
	}
	else
	{
		if (len > O_DETAIL)
			pass(&path, 5, O_ITEM, len);
		if (len > O_ITEM)
			pass(&path, MS_ICD9CM3_LEVEL_EXTENSION, O_EXTENSION, len);
	}
	return path;
}

/* Cut points of the kinds of fee items, from level 1 on. */
static const unsigned char fee_steps[][MS_FEE_LEVEL_MAX + 1] = {
	[MS_FEE_INVALID] = {0},
	[MS_FEE_SERVICE] = {2, 3, 4, 6, 8, 11, 13, 15},
	[MS_FEE_CONSUMABLE] = {1, 3, 5, 7, 10, 12, 15, 20, 27},
	[MS_FEE_DRUG_J] = {1, 16},
	[MS_FEE_DRUG_T] = {1, 3, 5, 6, 10, 11, 15, 20},
	[MS_FEE_DRUG_X] = {1, 2, 4, 5, 6, 10, 11, 14, 16, 18, 23},
	[MS_FEE_DRUG_Z] = {1, 2, 4, 5, 6, 11, 13, 15, 20},
	[MS_FEE_LOCAL] = {17}
};

static Path
fee_item_path(const MsFeeItem *item)
{
	Path		path = {0};
	int			len = ms_code_fee_item_length(item);
	const unsigned char *steps = fee_steps[ms_code_fee_item_kind(item)];

	for (int i = 0; steps[i] != 0; i++)
	{
		if (i > 0 && len <= steps[i - 1])
			break;
		pass(&path, i + 1, steps[i], len);
	}
	return path;
}

int
ms_code_icd10_level(MsIcd10 code)
{
	char		buf[MS_CODE_BUFSIZE];

	return icd10_path(buf, ms_code_icd10_format(code, buf)).level;
}

bool
ms_code_icd10_parent(MsIcd10 code, MsIcd10 *out)
{
	char		buf[MS_CODE_BUFSIZE];
	int			len = ms_code_icd10_format(code, buf);
	Path		path = icd10_path(buf, len);
	int			n = parent_length(&path);

	return n > 0 && ms_code_icd10_parse(buf, (size_t) n, out, NULL);
}

/* Where every form is cut alike, from the lowest level of the type on. */
static const int icd10_cuts[] = {I_CATEGORY, I_SUBCATEGORY, I_ITEM};
static const int icd9cm3_cuts[] = {O_CATEGORY, O_SUBCATEGORY, O_DETAIL};

typedef bool (*TruncateFn) (uint64_t code, int nchars, uint64_t *out);

/*
 * cut_common gives the node of a level whose cut is the same in every form,
 * without printing the code.  The node is the code itself if the code ends
 * there or within the node; then it must not end in the one above.
 */
static bool
cut_common(TruncateFn truncate, uint64_t code, const int *cuts, int i,
		   uint64_t *out)
{
	uint64_t	above;

	if (!truncate(code, cuts[i], out))
		return false;
	return *out != code || i == 0 ||
		(truncate(code, cuts[i - 1], &above) && above != code);
}

bool
ms_code_icd10_ancestor(MsIcd10 code, int level, MsIcd10 *out)
{
	char		buf[MS_CODE_BUFSIZE];
	int			common = level - MS_ICD10_LEVEL_CATEGORY;
	int			len;
	Path		path;
	int			n;

	if (common >= 0 && common < LENGTH(icd10_cuts))
		return cut_common(ms_code_icd10_truncate, code, icd10_cuts, common,
						  out);
	len = ms_code_icd10_format(code, buf);
	path = icd10_path(buf, len);
	n = ancestor_length(&path, level);
	return n > 0 && ms_code_icd10_parse(buf, (size_t) n, out, NULL);
}

int
ms_code_icd9cm3_level(MsIcd9cm3 code)
{
	char		buf[MS_CODE_BUFSIZE];

	return icd9cm3_path(buf, ms_code_icd9cm3_format(code, buf)).level;
}

bool
ms_code_icd9cm3_parent(MsIcd9cm3 code, MsIcd9cm3 *out)
{
	char		buf[MS_CODE_BUFSIZE];
	int			len = ms_code_icd9cm3_format(code, buf);
	Path		path = icd9cm3_path(buf, len);
	int			n = parent_length(&path);

	return n > 0 && ms_code_icd9cm3_parse(buf, (size_t) n, out, NULL);
}

bool
ms_code_icd9cm3_ancestor(MsIcd9cm3 code, int level, MsIcd9cm3 *out)
{
	char		buf[MS_CODE_BUFSIZE];
	int			common = level - MS_ICD9CM3_LEVEL_CATEGORY;
	int			len;
	Path		path;
	int			n;

	if (common >= 0 && common < LENGTH(icd9cm3_cuts))
		return cut_common(ms_code_icd9cm3_truncate, code, icd9cm3_cuts, common,
						  out);
	len = ms_code_icd9cm3_format(code, buf);
	path = icd9cm3_path(buf, len);
	n = ancestor_length(&path, level);
	return n > 0 && ms_code_icd9cm3_parse(buf, (size_t) n, out, NULL);
}

int
ms_code_fee_item_level(const MsFeeItem *item)
{
	return fee_item_path(item).level;
}

bool
ms_code_fee_item_parent(const MsFeeItem *item, MsFeeItem *out)
{
	Path		path = fee_item_path(item);
	int			n = parent_length(&path);

	return n > 0 && ms_code_fee_item_truncate(item, n, out);
}

bool
ms_code_fee_item_ancestor(const MsFeeItem *item, int level, MsFeeItem *out)
{
	Path		path = fee_item_path(item);
	int			n = ancestor_length(&path, level);

	return n > 0 && ms_code_fee_item_truncate(item, n, out);
}

bool
ms_code_icd10_is_pair(MsIcd10 code)
{
	char		buf[MS_CODE_BUFSIZE];

	return find_plus(buf, ms_code_icd10_format(code, buf)) > 0;
}

bool
ms_code_icd10_dagger(MsIcd10 code, MsIcd10 *out)
{
	char		buf[MS_CODE_BUFSIZE];
	int			len = ms_code_icd10_format(code, buf);
	int			plus = find_plus(buf, len);

	if (plus > 0)
		return ms_code_icd10_parse(buf, (size_t) plus, out, NULL);
	*out = code;
	return len > 0;
}

bool
ms_code_icd10_asterisk(MsIcd10 code, MsIcd10 *out)
{
	char		buf[MS_CODE_BUFSIZE];
	int			len = ms_code_icd10_format(code, buf);
	int			plus = find_plus(buf, len);

	/* what stands between + and * */
	return plus > 0 &&
		ms_code_icd10_parse(buf + plus + 1, (size_t) (len - plus - 2), out,
							NULL);
}

/*
 * A grammar: 9 a digit, A a letter, N either, Y a digit or x; anything else
 * stands for itself.
 */
typedef struct Form
{
	const char *name;
	const char *pattern;
} Form;

static const Form icd10_forms[] = {
	{"national_base", "A99.Y99"},
	{"national_extension", "A99.Y99x999"},
	{"who", "A99"},
	{"who", "A99.9"},
	{"who", "A99.99"},
	{"icd10cm", "A9N"},
	{"icd10cm", "A9N.N"},
	{"icd10cm", "A9N.NN"},
	{"icd10cm", "A9N.NNN"},
	{"icd10cm", "A9N.NNNN"}
};

/* Only TCM has eight characters that end in a digit. */
static const Form icd9cm3_forms[] = {
	{"national_base", "99.9Y99"},
	{"national_extension", "99.9Y99x999"},
	{"national_swapped", "99.999x9999"},
	{"tcm", "99.999N9"},
	{"icd9cm", "99"},
	{"icd9cm", "99.9"},
	{"icd9cm", "99.99"}
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
matches(const char *text, const char *pattern)
{
	for (; *text !='\0' && *pattern != '\0'; text ++, pattern++)
	{
		bool		ok;

		switch (*pattern)
		{
			case '9':
				ok = is_digit(*text);
				break;
			case 'A':
				ok = is_letter(*text);
				break;
			case 'N':
				ok = is_digit(*text) || is_letter(*text);
				break;
			case 'Y':
				ok = is_digit(*text) || *text == 'x';
				break;
			default:
				ok = *text == *pattern;
		}
		if (!ok)
			return false;
	}
	return *text == *pattern;
}

static int
list_forms(const char *text, const Form *forms, int nforms,
		   const char *names[MS_CODE_MAX_FORMS])
{
	int			n = 0;

	for (int i = 0; i < nforms; i++)
		if (matches(text, forms[i].pattern))
			names[n++] = forms[i].name;
	return n;
}

int
ms_code_icd10_forms(MsIcd10 code, const char *names[MS_CODE_MAX_FORMS])
{
	char		buf[MS_CODE_BUFSIZE];
	int			len = ms_code_icd10_format(code, buf);

	if (find_plus(buf, len) > 0)
	{
		names[0] = "national_pair";
		return 1;
	}
	return list_forms(buf, icd10_forms, LENGTH(icd10_forms), names);
}

int
ms_code_icd9cm3_forms(MsIcd9cm3 code, const char *names[MS_CODE_MAX_FORMS])
{
	char		buf[MS_CODE_BUFSIZE];

	ms_code_icd9cm3_format(code, buf);
	return list_forms(buf, icd9cm3_forms, LENGTH(icd9cm3_forms), names);
}

/* Where a segment lies in the text of a kind. */
typedef struct Place
{
	MsFeeSegment segment;
	MsFeeKind	kind;
	unsigned char from;
	unsigned char to;			/* not in it */
} Place;

static const Place places[] = {
	{MS_SEGMENT_ATC, MS_FEE_DRUG_X, 1, 6},
	{MS_SEGMENT_DRUG_CLASS, MS_FEE_DRUG_X, 0, 6},
	{MS_SEGMENT_DRUG_CLASS, MS_FEE_DRUG_Z, 0, 6},
	{MS_SEGMENT_DRUG_CLASS, MS_FEE_DRUG_T, 0, 6},
	{MS_SEGMENT_GENERIC, MS_FEE_DRUG_X, 0, 10},
	{MS_SEGMENT_GENERIC, MS_FEE_DRUG_Z, 0, 11},
	{MS_SEGMENT_GENERIC, MS_FEE_DRUG_T, 0, 10},
	{MS_SEGMENT_GENERIC, MS_FEE_CONSUMABLE, 0, 10},
	{MS_SEGMENT_DOSAGE_FORM, MS_FEE_DRUG_X, 10, 14},
	{MS_SEGMENT_SPEC, MS_FEE_DRUG_X, 14, 16},
	{MS_SEGMENT_SPEC, MS_FEE_DRUG_Z, 11, 13},
	{MS_SEGMENT_SPEC, MS_FEE_CONSUMABLE, 12, 15},
	{MS_SEGMENT_PACK, MS_FEE_DRUG_X, 16, 18},
	{MS_SEGMENT_PACK, MS_FEE_DRUG_Z, 13, 15},
	{MS_SEGMENT_PACK, MS_FEE_DRUG_T, 11, 15},
	{MS_SEGMENT_MAKER, MS_FEE_DRUG_X, 18, 23},
	{MS_SEGMENT_MAKER, MS_FEE_DRUG_Z, 15, 20},
	{MS_SEGMENT_MAKER, MS_FEE_DRUG_T, 15, 20},
	{MS_SEGMENT_MAKER, MS_FEE_CONSUMABLE, 15, 20},
	{MS_SEGMENT_SERVICE_AREA, MS_FEE_SERVICE, 0, 2},
	{MS_SEGMENT_SERVICE_CLASS, MS_FEE_SERVICE, 2, 8},
	{MS_SEGMENT_SERVICE_BASE, MS_FEE_SERVICE, 2, 11},
	{MS_SEGMENT_SERVICE_SUBITEM, MS_FEE_SERVICE, 11, 13},
	{MS_SEGMENT_SERVICE_ADDON, MS_FEE_SERVICE, 13, 15},
	{MS_SEGMENT_CONSUMABLE_CLASS, MS_FEE_CONSUMABLE, 0, 7},
	{MS_SEGMENT_CONSUMABLE_MATERIAL, MS_FEE_CONSUMABLE, 10, 12},
	{MS_SEGMENT_CONSUMABLE_ITEM, MS_FEE_CONSUMABLE, 20, 27}
};

static const Place *
find_place(const MsFeeItem *item, MsFeeSegment segment)
{
	MsFeeKind	kind = ms_code_fee_item_kind(item);

	for (int i = 0; i < LENGTH(places); i++)
		if (places[i].segment == segment && places[i].kind == kind)
			return ms_code_fee_item_length(item) >= places[i].to ?
				&places[i] : NULL;
	return NULL;
}

int
ms_code_fee_item_segment(const MsFeeItem *item, MsFeeSegment segment,
						 char buf[MS_CODE_BUFSIZE])
{
	const Place *place = find_place(item, segment);
	MsFeeItem	head;
	int			len;

	/* what is no value may have less text than its length says */
	if (place == NULL || !ms_code_fee_item_truncate(item, place->to, &head) ||
		ms_code_fee_item_format(&head, buf) != place->to)
	{
		buf[0] = '\0';
		return 0;
	}
	len = place->to - place->from;
	memmove(buf, buf + place->from, (size_t) len + 1);
	return len;
}

bool
ms_code_fee_item_generic(const MsFeeItem *item, MsFeeItem *out)
{
	const Place *place = find_place(item, MS_SEGMENT_GENERIC);

	return place != NULL && ms_code_fee_item_truncate(item, place->to, out);
}
