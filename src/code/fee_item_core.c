/*-------------------------------------------------------------------------
 *
 * fee_item_core.c
 *	  Everything that is billed as 128 bits in the order of its text.
 *
 * Layout, from the top:
 *	  8 bits	tag of the kind; tags are ordered as the first characters are
 *				and spaced, so that a kind can be added anywhere
 *	  120 bits	the characters behind the kind's letter, one field each, left
 *				aligned; the width of a field depends on its place in the form
 *				only, 0 is the end of the text, characters count from 1
 *
 * So every prefix of a code is a value, its subtree is the values that share
 * its leading bits, and comparing the numbers compares the texts.  All bits
 * behind the end are zero.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "code/code_core.h"

/* What may stand at a place of a form. */
typedef enum Place
{
	PLACE_DIGIT,				/* 4 bits */
	PLACE_LETTER,				/* 5 bits */
	PLACE_ALNUM,				/* 6 bits */
	PLACE_LOCAL					/* 7 bits */
} Place;

static const unsigned char place_width[] = {4, 5, 6, 7};
static const unsigned char place_max[] = {10, 26, 36, 66};
static const char *const place_allowed[] = {
	"0-9 or the end of the code",
	"A-Z or the end of the code",
	"0-9, A-Z or the end of the code",
	"0-9, A-Z, a-z, \".\", \"_\", \"/\", \"-\" or the end of the code"
};

/* The characters of a place in C collation, the first one counts 1. */
static const char *const place_chars[] = {
	"0123456789",
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
};

typedef struct Form
{
	unsigned char tag;
	char		lead;			/* first character, 0 = none of its own */
	const char *places;			/* 9 digit, A letter, N both, ~ local */
	const char *name;
} Form;

/* Indexed by MsFeeKind.  The tags never change. */
static const Form forms[] = {
	{0x00, '\0', "", "invalid"},
	{0x10, '\0', "999999999999999", "service"},
	{0x30, 'C', "99999999999999999999999999", "consumable"},
	{0x50, 'J', "NNNNNNNNNNNNNNN", "drug_j"},
	{0x70, 'T', "9999999999999999999", "drug_t"},
	{0x90, 'X', "A99AAA999A999999999999", "drug_x"},
	{0xB0, 'Z', "A99AAA9999999999999", "drug_z"},
	{0xE0, '~', "~~~~~~~~~~~~~~~~", "local"}
};

#define NFORMS ((int) (sizeof(forms) / sizeof(forms[0])))
#define MAXPLACES 26
#define BODY_BITS 120

/* What the forms above say, spread out at first use. */
typedef struct Layout
{
	unsigned char nplaces;
	unsigned char place[MAXPLACES];
	unsigned char shift[MAXPLACES]; /* lowest bit of the field */
	unsigned char field_of_bit[BODY_BITS];	/* lets a bit find its field */
} Layout;

static Layout layouts[sizeof(forms) / sizeof(forms[0])];
static unsigned char char_value[4][256];
static unsigned char kind_of_tag[256];
static unsigned char kind_of_first[256];
static bool built = false;

static void
build(void)
{
	for (int p = 0; p < 4; p++)
		for (int i = 0; place_chars[p][i] != '\0'; i++)
		{
			unsigned char c = (unsigned char) place_chars[p][i];

			char_value[p][c] = (unsigned char) (i + 1);
			if (p != PLACE_LOCAL && c >= 'A' && c <= 'Z')
				char_value[p][c - 'A' + 'a'] = (unsigned char) (i + 1);
		}
	for (int k = 1; k < NFORMS; k++)
	{
		const Form *f = &forms[k];
		Layout	   *l = &layouts[k];
		int			shift = BODY_BITS;

		l->nplaces = (unsigned char) strlen(f->places);
		for (int i = 0; i < l->nplaces; i++)
		{
			char		c = f->places[i];
			Place		p = c == '9' ? PLACE_DIGIT : c == 'A' ? PLACE_LETTER :
			c == 'N' ? PLACE_ALNUM : PLACE_LOCAL;

			shift -= place_width[p];
			l->place[i] = (unsigned char) p;
			l->shift[i] = (unsigned char) shift;
			for (int b = 0; b < place_width[p]; b++)
				l->field_of_bit[shift + b] = (unsigned char) i;
		}
		kind_of_tag[f->tag] = (unsigned char) k;
		if (f->lead != '\0')
			kind_of_first[(unsigned char) f->lead] = (unsigned char) k;
		if (f->lead >= 'A' && f->lead <= 'Z')
			kind_of_first[f->lead - 'A' + 'a'] = (unsigned char) k;
	}
	for (int c = '0'; c <= '9'; c++)
		kind_of_first[c] = MS_FEE_SERVICE;
	built = true;
}

static inline void
ready(void)
{
	if (!built)
		build();
}

static inline unsigned
get_field(const MsFeeItem *v, unsigned shift, unsigned width)
{
	uint64_t	bits;

	if (shift >= 64)
		bits = v->hi >> (shift - 64);
	else if (shift == 0)
		bits = v->lo;
	else
		bits = (v->lo >> shift) | (v->hi << (64 - shift));
	return (unsigned) (bits & ((UINT64_C(1) << width) - 1));
}

/* Adds number << shift; the bits must be free. */
static inline void
put_field(MsFeeItem *v, unsigned shift, uint64_t number)
{
	if (shift >= 64)
		v->hi |= number << (shift - 64);
	else
	{
		v->lo |= number << shift;
		if (shift > 64 - 8)
			v->hi |= number >> (64 - shift);
	}
}

/* Clears all bits below shift. */
static inline void
clear_below(MsFeeItem *v, unsigned shift)
{
	if (shift >= 64)
	{
		v->lo = 0;
		v->hi &= ~UINT64_C(0) << (shift - 64);
	}
	else
		v->lo &= ~UINT64_C(0) << shift;
}

static inline int
count_trailing_zeros(uint64_t x)
{
	return __builtin_ctzll(x);
}

/* Number of characters behind the lead; the value must be a valid one. */
static inline int
body_length(const MsFeeItem *v, int kind)
{
	int			bit;

	if (v->lo != 0)
		bit = count_trailing_zeros(v->lo);
	else
	{
		uint64_t	body = v->hi & (~UINT64_C(0) >> 8);

		if (body == 0)
			return 0;
		bit = 64 + count_trailing_zeros(body);
	}
	return layouts[kind].field_of_bit[bit] + 1;
}

static bool
refuse(MsCodeError *err, MsCodeReason reason, size_t index, char found,
	   const char *allowed)
{
	if (err != NULL)
	{
		memset(err, 0, sizeof(*err));
		err->reason = reason;
		err->position = (int) index + 1;
		err->found = found;
		snprintf(err->allowed, sizeof(err->allowed), "%s", allowed);
	}
	return false;
}

static bool
refuse_char(MsCodeError *err, size_t index, char c, const char *allowed)
{
	if (c < 0x20 || c > 0x7E)
		return refuse(err, MS_CODE_NOT_ASCII, index, '\0', allowed);
	return refuse(err, MS_CODE_BAD_CHAR, index, c, allowed);
}

#define ALLOWED_LOCAL_FIRST "0-9, A-Z, a-z, \".\", \"_\", \"/\" or \"-\""

#define HINT_LOCAL \
	"A code of a local price list takes a leading ~, as in ~110200002a."

/* Indexed by MsFeeKind. */
static const char *const form_hints[] = {
	HINT_LOCAL,
	HINT_LOCAL,
	"A consumable is C and 19 or 26 digits, as in C0101010011303807555.",
	"A drug made by a hospital is J and 15 digits or capital letters.",
	"A herbal drug is T and 9 or 19 digits, as in T001700368.",
	"A western drug is X and class, name, dosage form and 9 digits, as in "
	"XB01ACA056A012030101554.",
	"A Chinese patent medicine is Z and class, name and 9 digits, as in "
	"ZA04CAE0023010100166.",
	"A local code has 1 to 16 characters behind the ~; keep longer ones as "
	"text."
};

/* Fills hint with what is usually meant. */
static void
hint_fee_item(const char *s, size_t len, MsCodeError *err, int kind,
			  int place)
{
	if (err == NULL)
		return;
	if (err->reason == MS_CODE_NOT_ASCII)
		err->hint = "Codes are written in plain ASCII characters.";
	else if (kind == MS_FEE_LOCAL)
		err->hint = form_hints[kind];
	else if (kind == MS_FEE_SERVICE && memchr(s, '+', len) != NULL)
		err->hint = "This looks like a number in scientific notation; export "
			"the column as text, or its digits are lost.";
	else if (err->found == '*')
		err->hint = "A node is written without *: it holds all codes that "
			"begin with it.";
	else if (place == PLACE_DIGIT)
		err->hint = ms_code_lookalike_hint(err->found, true);
	else if (place == PLACE_LETTER && err->found == '0')
		err->hint = "The digit 0 stands where a letter is required; "
			"write O if that is what the document says.";
	if (err->hint == NULL)
		err->hint = form_hints[kind];
}

/* Reports the character at index i of the trimmed text, in place at. */
static bool
refuse_place(const char *s, size_t len, size_t start, size_t i, int kind,
			 size_t at, MsCodeError *err)
{
	const Layout *l = &layouts[kind];

	if (err == NULL)
		return false;
	if (at >= l->nplaces)
	{
		refuse_char(err, start + i, s[i], "the end of the code");
		if (err->reason == MS_CODE_BAD_CHAR)
			err->reason = MS_CODE_TOO_LONG;
		hint_fee_item(s, len, err, kind, -1);
	}
	else
	{
		refuse_char(err, start + i, s[i],
					kind == MS_FEE_LOCAL && at == 0 ?
					ALLOWED_LOCAL_FIRST : place_allowed[l->place[at]]);
		hint_fee_item(s, len, err, kind, l->place[at]);
	}
	return false;
}

/* parse reads a trimmed text that starts at offset start. */
static bool
parse(const char *s, size_t len, size_t start, MsFeeItem *out,
	  MsCodeError *err)
{
	MsFeeItem	v = {0, 0};
	const Layout *l;
	const unsigned char *body;
	int			kind;
	size_t		lead,
				at,
				n;

	ready();
	if (len == 0)
	{
		refuse(err, MS_CODE_EMPTY, start, '\0', "0-9, C, J, T, X, Z or \"~\"");
		if (err != NULL)
			err->hint = "Use NULL where there is no code.";
		return false;
	}
	kind = kind_of_first[(unsigned char) s[0]];
	if (kind == 0)
	{
		refuse_char(err, start, s[0], "0-9, C, J, T, X, Z or \"~\"");
		hint_fee_item(s, len, err, 0, -1);
		return false;
	}
	if (kind == MS_FEE_LOCAL && len == 1)
	{
		refuse(err, MS_CODE_INCOMPLETE, start + 1, '\0',
			   ALLOWED_LOCAL_FIRST);
		hint_fee_item(s, len, err, kind, PLACE_LOCAL);
		return false;
	}

	/* the hot loop of every load of claims */
	lead = forms[kind].lead != '\0' ? 1 : 0;
	l = &layouts[kind];
	body = (const unsigned char *) s + lead;
	n = len - lead < l->nplaces ? len - lead : l->nplaces;
	v.hi = (uint64_t) forms[kind].tag << 56;
	for (at = 0; at < n; at++)
	{
		unsigned	number = char_value[l->place[at]][body[at]];

		if (number == 0)
			break;
		put_field(&v, l->shift[at], number);
	}
	if (at + lead < len)
		return refuse_place(s, len, start, at + lead, kind, at, err);
	*out = v;
	return true;
}

bool
ms_code_fee_item_parse(const char *s, size_t len, MsFeeItem *out,
					   MsCodeError *err)
{
	size_t		start = ms_code_trim(&s, &len);

	return parse(s, len, start, out, err);
}

bool
ms_code_drug_parse(const char *s, size_t len, MsFeeItem *out,
				   MsCodeError *err)
{
	size_t		start = ms_code_trim(&s, &len);
	MsFeeItem	v;

	if (!parse(s, len, start, &v, err))
	{
		if (err != NULL && err->hint != NULL &&
			strcmp(err->hint, HINT_LOCAL) == 0)
			err->hint = "A drug code begins with X, Z, T or J, as in "
				"XB01ACA056A012030101554; other items are of type fee_item.";
		return false;
	}
	if (!ms_code_fee_item_is_drug(&v))
	{
		refuse(err, MS_CODE_NOT_A_DRUG, start, s[0],
			   ms_code_fee_kind_name(ms_code_fee_item_kind(&v)));
		if (err != NULL)
			err->hint = "A drug code begins with X, Z, T or J; use the type "
				"fee_item for anything else that is billed.";
		return false;
	}
	*out = v;
	return true;
}

/* Reads a local code without its mark. */
bool
ms_code_local_parse(const char *s, size_t len, MsFeeItem *out,
					MsCodeError *err)
{
	size_t		start = ms_code_trim(&s, &len);
	char		marked[MS_CODE_BUFSIZE] = "~";
	size_t		n = len < MS_CODE_BUFSIZE - 2 ? len : MS_CODE_BUFSIZE - 2;
	bool		ok;

	memcpy(marked + 1, s, n);
	ok = parse(marked, n + 1, start, out, err);

	/* positions count in the text without the mark */
	if (!ok && err != NULL)
		err->position--;
	return ok;
}

MsFeeKind
ms_code_fee_item_kind(const MsFeeItem *item)
{
	ready();
	return (MsFeeKind) kind_of_tag[item->hi >> 56];
}

const char *
ms_code_fee_kind_name(MsFeeKind kind)
{
	return forms[kind].name;
}

bool
ms_code_fee_item_is_drug(const MsFeeItem *item)
{
	MsFeeKind	kind = ms_code_fee_item_kind(item);

	return kind >= MS_FEE_DRUG_J && kind <= MS_FEE_DRUG_Z;
}

/* Writes the text, returns its length, 0 if the bits are no value. */
int
ms_code_fee_item_format(const MsFeeItem *item, char buf[MS_CODE_BUFSIZE])
{
	int			kind = ms_code_fee_item_kind(item);
	const Layout *l = &layouts[kind];
	int			n = 0;
	int			body;

	buf[0] = '\0';
	if (kind == 0)
		return 0;
	body = body_length(item, kind);
	if (forms[kind].lead != '\0')
		buf[n++] = forms[kind].lead;
	if (body == 0 && (n == 0 || kind == MS_FEE_LOCAL))
	{
		buf[0] = '\0';
		return 0;
	}
	for (int i = 0; i < body; i++)
	{
		unsigned	place = l->place[i];
		unsigned	number = get_field(item, l->shift[i], place_width[place]);

		if (number == 0 || number > place_max[place])
		{
			buf[0] = '\0';
			return 0;
		}
		buf[n++] = place_chars[place][number - 1];
	}
	buf[n] = '\0';
	return n;
}

/* True for exactly the values that parsing can give. */
bool
ms_code_fee_item_valid(const MsFeeItem *item)
{
	char		buf[MS_CODE_BUFSIZE];
	MsFeeItem	again;
	int			len = ms_code_fee_item_format(item, buf);

	return len > 0 && parse(buf, (size_t) len, 0, &again, NULL) &&
		ms_code_fee_item_eq(item, &again);
}

int
ms_code_fee_item_length(const MsFeeItem *item)
{
	int			kind = ms_code_fee_item_kind(item);

	if (kind == 0)
		return 0;
	return body_length(item, kind) + (forms[kind].lead != '\0' ? 1 : 0);
}

/* The first value behind an item: its first child, or what follows it. */
bool
ms_code_fee_item_next(const MsFeeItem *item, MsFeeItem *next)
{
	int			kind = ms_code_fee_item_kind(item);
	int			body;

	if (kind == 0)
		return false;
	body = body_length(item, kind);
	if (body == layouts[kind].nplaces)
		return ms_code_fee_item_subtree_end(item, next);
	*next = *item;
	put_field(next, layouts[kind].shift[body], 1);
	return true;
}

/* The last value before an item: its parent, or the last leaf before it. */
bool
ms_code_fee_item_prev(const MsFeeItem *item, MsFeeItem *prev)
{
	int			kind = ms_code_fee_item_kind(item);
	int			body;
	MsFeeItem	v = *item;

	if (kind == 0)
		return false;
	body = body_length(item, kind);
	if (body > 0)
	{
		const Layout *l = &layouts[kind];
		unsigned	width = place_width[l->place[body - 1]];
		unsigned	shift = l->shift[body - 1];
		unsigned	number = get_field(&v, shift, width);

		clear_below(&v, shift + width);
		if (number > 1)
			put_field(&v, shift, number - 1);
		else if (body > 1 || (kind != MS_FEE_SERVICE && kind != MS_FEE_LOCAL))
		{
			*prev = v;
			return true;
		}
		else
			body = 0;
	}
	if (body == 0)
	{
		if (kind == MS_FEE_SERVICE)
			return false;
		kind--;
		v.hi = (uint64_t) forms[kind].tag << 56;
		v.lo = 0;
	}
	for (int i = body; i < layouts[kind].nplaces; i++)
		put_field(&v, layouts[kind].shift[i],
				  place_max[layouts[kind].place[i]]);
	*prev = v;
	return true;
}

/* Cuts to the first nchars characters; false if nothing would be left. */
bool
ms_code_fee_item_truncate(const MsFeeItem *item, int nchars, MsFeeItem *out)
{
	int			kind = ms_code_fee_item_kind(item);
	int			keep;

	if (kind == 0)
		return false;
	keep = nchars - (forms[kind].lead != '\0' ? 1 : 0);
	if (keep < 0 ||
		(keep == 0 && (kind == MS_FEE_SERVICE || kind == MS_FEE_LOCAL)))
		return false;
	*out = *item;
	if (keep < layouts[kind].nplaces)
		clear_below(out, keep == 0 ? BODY_BITS : layouts[kind].shift[keep - 1]);
	return true;
}

int
ms_code_fee_item_prefixes(const MsFeeItem *item,
						  MsFeeItem nodes[MS_CODE_BUFSIZE])
{
	int			len = ms_code_fee_item_length(item);
	int			n = 0;

	for (int nchars = 1; nchars <= len; nchars++)
		n += ms_code_fee_item_truncate(item, nchars, &nodes[n]);
	return n;
}

/* The bits that the subtree of node shares with it; false if it is no value. */
bool
ms_code_fee_item_mask(const MsFeeItem *node, MsFeeItem *mask)
{
	int			kind = ms_code_fee_item_kind(node);
	int			body;

	if (kind == 0)
		return false;
	body = body_length(node, kind);
	mask->hi = mask->lo = ~UINT64_C(0);
	clear_below(mask, body == 0 ? BODY_BITS : layouts[kind].shift[body - 1]);
	return true;
}

bool
ms_code_fee_item_within(const MsFeeItem *item, const MsFeeItem *node)
{
	MsFeeItem	mask;

	return ms_code_fee_item_mask(node, &mask) &&
		ms_code_fee_item_agree(item, node, &mask);
}

/*
 * Gives the first value after the subtree of node; false if there is none.
 * It is a valid value: "XB06" after "XB05", "XC" after "XB99", "Z" after "X".
 */
bool
ms_code_fee_item_subtree_end(const MsFeeItem *node, MsFeeItem *end)
{
	int			kind = ms_code_fee_item_kind(node);
	const Layout *l = &layouts[kind];
	MsFeeItem	v = *node;

	if (kind == 0)
		return false;
	for (int i = body_length(node, kind) - 1; i >= 0; i--)
	{
		unsigned	place = l->place[i];
		unsigned	number = get_field(&v, l->shift[i], place_width[place]);

		/* drop the field, then try to put its successor in place */
		clear_below(&v, (unsigned) l->shift[i] + place_width[place]);
		if (number < place_max[place])
		{
			put_field(&v, l->shift[i], number + 1);
			*end = v;
			return true;
		}
	}
	if (kind == MS_FEE_LOCAL)
		return false;
	end->hi = (uint64_t) forms[kind + 1].tag << 56;
	end->lo = 0;
	if (kind + 1 == MS_FEE_LOCAL)
		put_field(end, layouts[MS_FEE_LOCAL].shift[0], 1);
	return true;
}

/* Gives the longest text of the node with the last character everywhere. */
MsFeeItem
ms_code_fee_item_subtree_last(const MsFeeItem *node)
{
	int			kind = ms_code_fee_item_kind(node);
	const Layout *l = &layouts[kind];
	MsFeeItem	v = *node;

	if (kind == 0)
		return v;
	for (int i = body_length(node, kind); i < l->nplaces; i++)
		put_field(&v, l->shift[i], place_max[l->place[i]]);
	return v;
}
