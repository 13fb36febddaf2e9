/*-------------------------------------------------------------------------
 *
 * code_cell_core.c
 *	  Reads a cleaned cell as a code, and names the form of what was read.
 *
 * A part that is named as a code has been parsed.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "code/code_cell_core.h"
#include "code/code_fold_core.h"
#include "code/code_tree_core.h"

bool
ms_cell_matches(const char *s, size_t len, const char *shape)
{
	if (strlen(shape) != len)
		return false;
	for (size_t i = 0; i < len; i++)
	{
		char		c = s[i];

		switch (shape[i])
		{
			case '9':
				if (!is_digit(c))
					return false;
				break;
			case 'A':
				if (!is_letter(c))
					return false;
				break;
			case 'x':
				if (c != 'x' && c != 'X')
					return false;
				break;
			default:
				if (c != shape[i])
					return false;
		}
	}
	return true;
}

bool
ms_cell_parse(MsReadAs as, const char *s, size_t len, MsReading *r,
			  MsCodeError *err)
{
	switch (as)
	{
		case MS_READ_AS_ICD10:
			return ms_code_icd10_parse(s, len, &r->icd, err);
		case MS_READ_AS_ICD9CM3:
			return ms_code_icd9cm3_parse(s, len, &r->icd, err);
		case MS_READ_AS_FEE_ITEM:
			return ms_code_fee_item_parse(s, len, &r->item, err);
		case MS_READ_AS_DRUG_CODE:
			return ms_code_drug_parse(s, len, &r->item, err);
	}
	return false;
}

int
ms_reading_text(MsReadAs as, const MsReading *r, char buf[MS_CODE_BUFSIZE])
{
	switch (as)
	{
		case MS_READ_AS_ICD10:
			return ms_code_icd10_format(r->icd, buf);
		case MS_READ_AS_ICD9CM3:
			return ms_code_icd9cm3_format(r->icd, buf);
		case MS_READ_AS_FEE_ITEM:
		case MS_READ_AS_DRUG_CODE:
			return ms_code_fee_item_format(&r->item, buf);
	}
	buf[0] = '\0';
	return 0;
}

bool
ms_cell_is_code(MsReadAs as, const char *s, size_t len,
				char buf[MS_CODE_BUFSIZE])
{
	MsReading	r;

	if (len == 0 || len >= MS_CODE_BUFSIZE || is_blank(s[0]) ||
		is_blank(s[len - 1]) || !ms_cell_parse(as, s, len, &r, NULL))
		return false;
	return ms_reading_text(as, &r, buf) > 0;
}

/* ---- forms ---- */

/* Whole codes by their length, nodes beside them; indexed by kind. */
static const struct
{
	const char *whole;
	const char *node;
	unsigned char length[2];
}			fee_forms[] = {
	{"", "", {0, 0}},
	{"service", "service_node", {15, 15}},
	{"consumable", "consumable_node", {20, 27}},
	{"drug_j", "drug_j_node", {16, 16}},
	{"drug_t", "drug_t_node", {10, 20}},
	{"drug_x", "drug_x_node", {23, 23}},
	{"drug_z", "drug_z_node", {20, 20}},
	{"local", "local", {0, 0}}
};

/*
 * ms_reading_form names one form of a code: a category, the first grammar in
 * which it is whole (code_forms in SQL tells all of them), or a node.
 */
const char *
ms_reading_form(MsReadAs as, const MsReading *r)
{
	const char *names[MS_CODE_MAX_FORMS];
	int			kind;
	int			len;

	switch (as)
	{
		case MS_READ_AS_ICD10:
			if (ms_code_icd10_length(r->icd) == 3)
				return "category";
			return ms_code_icd10_forms(r->icd, names) > 0 ? names[0] : "node";
		case MS_READ_AS_ICD9CM3:
			if (ms_code_icd9cm3_length(r->icd) == 2)
				return "category";
			return ms_code_icd9cm3_forms(r->icd, names) > 0 ? names[0] : "node";
		case MS_READ_AS_FEE_ITEM:
		case MS_READ_AS_DRUG_CODE:
			break;
	}
	kind = ms_code_fee_item_kind(&r->item);
	len = ms_code_fee_item_length(&r->item);
	return len == fee_forms[kind].length[0] ||
		len == fee_forms[kind].length[1] ?
		fee_forms[kind].whole : fee_forms[kind].node;
}

bool
ms_cell_is_whole(MsReadAs as, const char *s, size_t len)
{
	MsReading	r;
	char		buf[MS_CODE_BUFSIZE];
	const char *form;

	if (!ms_cell_is_code(as, s, len, buf) ||
		!ms_cell_parse(as, s, len, &r, NULL))
		return false;
	form = ms_reading_form(as, &r);
	if (as == MS_READ_AS_ICD10 || as == MS_READ_AS_ICD9CM3)
		return strncmp(form, "national_", 9) == 0 || strcmp(form, "tcm") == 0;
	return strstr(form, "_node") == NULL;
}

/*
 * What makes a diagnosis suspect.  No code of ICD-10-CM has an O or I behind
 * its first place, X alone in the fourth, or, but for a few, a letter and two
 * digits at the end.
 */
static unsigned
suspect_diagnosis(const char *code, size_t len)
{
	unsigned	notes = 0;

	if (code[len - 1] == '.')
		notes |= MS_NOTE_TRAILING_DOT;
	for (size_t i = 1; i < len && code[i] != '+'; i++)
		if (code[i] == 'O' || code[i] == 'I')
			notes |= MS_NOTE_LETTER_O_I;
	if (len >= 5 && code[4] == 'X' &&
		(len == 5 || ms_cell_matches(code + 5, len - 5, "9") ||
		 ms_cell_matches(code + 5, len - 5, "99")))
		notes |= MS_NOTE_CAPITAL_X;
	else if (len >= 7 && code[len - 3] != 'x' &&
			 ms_cell_matches(code + len - 3, 3, "A99"))
		notes |= MS_NOTE_GLUED_SHAPE;
	return notes;
}

/* What makes a code suspect although it is one; code is its canonical text. */
unsigned
ms_cell_suspect(MsReadAs as, const char *code, size_t len)
{
	unsigned	notes = 0;

	if (as == MS_READ_AS_ICD10)
		return suspect_diagnosis(code, len);
	if (as == MS_READ_AS_ICD9CM3)
		return code[len - 1] == '.' ? MS_NOTE_TRAILING_DOT : 0;
	if (is_digit(code[0]))
	{
		/* 00 or 0 in front of a base item; its class is 1 to 5 */
		if ((len == 13 && code[0] >= '1' && code[0] <= '5') ||
			(len == 14 && code[0] == '1' && code[1] >= '1' && code[1] <= '5'))
			notes |= MS_NOTE_LOST_ZEROS;
		if (len == 9 && code[0] >= '1' && code[0] <= '5')
			notes |= MS_NOTE_LOCAL_SHAPE;
	}
	return notes;
}

/* ---- parts that a reason names ---- */

bool
ms_cell_name_part(MsReading *r, int n, const char *s, size_t len)
{
	if (len >= MS_PART_MAX)
	{
		/* cut between characters */
		len = MS_PART_MAX - 1;
		while (len > 0 && ((unsigned char) s[len] & 0xC0) == 0x80)
			len--;
	}
	memcpy(r->part[n], s, len);
	r->part[n][len] = '\0';
	return true;
}

bool
ms_cell_name_code(const MsCell *c, int n, const char *s, size_t len)
{
	char		buf[MS_CODE_BUFSIZE];

	return ms_cell_is_code(c->as, s, len, buf) &&
		ms_cell_name_part(c->reading, n, buf, strlen(buf));
}

bool
ms_cell_would_be(const MsCell *c, const char *s)
{
	return ms_cell_name_code(c, 0, s, strlen(s));
}

/* The length of the separator at s, 0 if there is none. */
static size_t
separator_at(const char *s, size_t len)
{
	size_t		at = 0;
	uint32_t	ch = ms_next_char(s, len, &at);

	switch (ch)
	{
		case 0x3001:			/* ideographic comma */
		case 0x3002:			/* ideographic full stop */
		case 0x30FB:			/* katakana middle dot */
		case 0x00B7:			/* middle dot */
			return at;
		default:
			return ch < 0x80 && (is_blank((char) ch) ||
								 strchr(",;|/+&()[]", (int) ch) != NULL) &&
				ch != 0 ? at : 0;
	}
}

bool
ms_cell_several(const MsCell *c)
{
	int			n = 0;
	size_t		at = 0;

	while (at < c->len)
	{
		size_t		from = at;
		size_t		gap = 0;

		while (at < c->len && (gap = separator_at(c->s + at, c->len - at)) == 0)
			at++;
		if (at > from)
		{
			char		buf[MS_CODE_BUFSIZE];

			if (!ms_cell_is_code(c->as, c->s + from, at - from, buf))
				return false;
			if (n < 2)
				ms_cell_name_part(c->reading, n, buf, strlen(buf));
			n++;
		}
		at += gap;
	}
	return n >= 2;
}

/* ---- reading ---- */

/*
 * read_dots reads 。 ・ · between code characters as the dot, unless what they
 * part are codes by themselves: E11・900 is one code, E11・I10 are two.  Only
 * diagnoses and operations have a dot in every code.
 */
static bool
read_dots(const MsCell *c)
{
	char		buf[MS_CODE_BUFSIZE];
	size_t		n = 0;
	size_t		at = 0;
	bool		any = false;

	if (c->as != MS_READ_AS_ICD10 && c->as != MS_READ_AS_ICD9CM3)
		return false;
	while (at < c->len)
	{
		uint32_t	ch = ms_next_char(c->s, c->len, &at);
		bool		inner = n > 0 && at < c->len &&
		(is_digit(buf[n - 1]) || is_letter(buf[n - 1])) &&
		(is_digit(c->s[at]) || is_letter(c->s[at]));

		if (n + 1 >= sizeof(buf))
			return false;
		if (inner && (ch == 0x3002 || ch == 0x30FB || ch == 0x00B7))
		{
			buf[n++] = '.';
			any = true;
		}
		else if (ch < 0x80)
			buf[n++] = (char) ch;
		else
			return false;
	}
	return any && !ms_cell_several(c) &&
		ms_cell_parse(c->as, buf, n, c->reading, NULL);
}

bool
ms_cell_read(MsReadAs as, const char *s, size_t len, MsReading *r)
{
	MsCell		c = {as, s, len, {0}, r};

	r->ok = true;
	if (ms_cell_parse(as, s, len, r, NULL))
		return true;
	if (read_dots(&c))
	{
		r->notes |= MS_NOTE_LOOK_ALIKE;
		return true;
	}
	r->ok = false;
	return false;
}

void
ms_cell_explain(MsReadAs as, const char *s, size_t len, MsReading *r)
{
	MsCell		c = {as, s, len, {0}, r};
	unsigned	notes = r->notes;
	char		buf[MS_CODE_BUFSIZE];
	size_t		n;

	(void) ms_code_trim(&c.s, &c.len);
	memset(r, 0, sizeof(*r));
	r->notes = notes;
	if (!ms_cell_read(as, c.s, c.len, r))
	{
		MsReading	ignored;

		(void) ms_cell_parse(as, c.s, c.len, &ignored, &c.err);
		ms_cell_find_defect(&c);
		return;
	}
	n = (size_t) ms_reading_text(as, r, buf);
	r->notes |= ms_cell_suspect(as, buf, n);
	if (n == c.len && memcmp(buf, c.s, n) != 0)
		r->notes |= MS_NOTE_CASE;
}
