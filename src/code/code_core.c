/*-------------------------------------------------------------------------
 *
 * code_core.c
 *	  Diagnoses and operations as ranks in a finite ordered language.
 *
 * The valid texts of icd10 (and of icd9cm3) are a finite set: every code
 * form the standards allow and every prefix of one, from the category on.  A
 * value is the number of texts that sort before it in C collation.  So the
 * order of the numbers is the order of the texts, the texts within a node
 * are one contiguous piece, and the value after a node's subtree is again a
 * text ("E15" after "E14").
 *
 * The language is described by a small acyclic automaton.  Tables computed
 * from it at first use tell, for each state and character, the next state
 * and how many texts are skipped by taking it; parsing adds these up, and
 * printing walks the same tables the other way.
 *
 * The stored number is the rank shifted left.  The low bits are zero now and
 * are room: a form added later sorts between its two neighbours and takes
 * one of the numbers in that gap, and no stored value changes.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "code/code_core.h"

#define NSYMBOLS 40				/* * + . 0-9 A-Z x */
#define NOSYM 0xFF
#define MAXSTATES 48
#define MAXEDGES 80

/* An edge of the automaton: in state "from", characters first..last. */
typedef struct Edge
{
	unsigned char from;
	char		first;
	char		last;
	unsigned char to;
} Edge;

/* An edge with its numbers, for printing. */
typedef struct Run
{
	uint64_t	base;			/* texts before the first character */
	uint64_t	each;			/* texts behind each character */
	char		first;
	unsigned char nchars;
	unsigned char to;
} Run;

typedef struct Grammar
{
	/* description */
	const Edge *edges;			/* ordered by from, then by character */
	int			nedges;
	uint64_t	accepting;		/* bit per state: a text may end here */
	int			shift;			/* room below the rank */

	/* computed at first use */
	bool		built;
	uint64_t	count[MAXSTATES];	/* texts from this state on */
	unsigned char first_run[MAXSTATES + 1];
	Run			runs[MAXEDGES];
	uint64_t	step[MAXSTATES * NSYMBOLS]; /* texts skipped << 8 | next state */
} Grammar;

/*
 * icd10.  After the dot two standards run side by side as long as the text
 * fits both: the national form [0-9x] d d (x ddd) and ICD-10-CM, up to four of
 * [0-9A-Z].  N states can still become both, C states only ICD-10-CM.
 */
enum
{
	I_START = 1,
	I_LETTER,
	I_LETTER_DIGIT,
	I_CAT,						/* E11 */
	I_CAT_CM,					/* C7A */
	I_DOT,						/* E11. */
	I_N1,						/* E11.2 */
	I_N2,						/* E11.20 */
	I_BASE,						/* E11.200, may be ICD-10-CM too */
	I_Y1,						/* I10.x */
	I_Y2,						/* I10.x0 */
	I_YBASE,					/* I10.x00 */
	I_X0,						/* E11.200x */
	I_X1,
	I_X2,
	I_X3,						/* E11.200x011 */
	I_C4,						/* ICD-10-CM, four characters left */
	I_C3,
	I_C2,
	I_C1,
	I_C0,
	I_P0,						/* E11.200+ */
	I_P1,
	I_P2,
	I_P3,						/* E11.200+N08 */
	I_P4,
	I_P5,						/* E11.200+N08.3 */
	I_PAIR						/* E11.200+N08.3* */
};

static const Edge icd10_edges[] = {
	{I_START, 'A', 'Z', I_LETTER},
	{I_LETTER, '0', '9', I_LETTER_DIGIT},
	{I_LETTER_DIGIT, '0', '9', I_CAT},
	{I_LETTER_DIGIT, 'A', 'Z', I_CAT_CM},
	{I_CAT, '.', '.', I_DOT},
	{I_CAT_CM, '.', '.', I_C4},
	{I_DOT, '0', '9', I_N1},
	{I_DOT, 'A', 'Z', I_C3},
	{I_DOT, 'x', 'x', I_Y1},
	{I_N1, '0', '9', I_N2},
	{I_N1, 'A', 'Z', I_C2},
	{I_N2, '0', '9', I_BASE},
	{I_N2, 'A', 'Z', I_C1},
	{I_BASE, '+', '+', I_P0},
	{I_BASE, '0', '9', I_C0},
	{I_BASE, 'A', 'Z', I_C0},
	{I_BASE, 'x', 'x', I_X0},
	{I_Y1, '0', '9', I_Y2},
	{I_Y2, '0', '9', I_YBASE},
	{I_YBASE, '+', '+', I_P0},
	{I_YBASE, 'x', 'x', I_X0},
	{I_X0, '0', '9', I_X1},
	{I_X1, '0', '9', I_X2},
	{I_X2, '0', '9', I_X3},
	{I_X3, '+', '+', I_P0},
	{I_C4, '0', '9', I_C3},
	{I_C4, 'A', 'Z', I_C3},
	{I_C3, '0', '9', I_C2},
	{I_C3, 'A', 'Z', I_C2},
	{I_C2, '0', '9', I_C1},
	{I_C2, 'A', 'Z', I_C1},
	{I_C1, '0', '9', I_C0},
	{I_C1, 'A', 'Z', I_C0},
	{I_P0, 'A', 'Z', I_P1},
	{I_P1, '0', '9', I_P2},
	{I_P2, '0', '9', I_P3},
	{I_P3, '*', '*', I_PAIR},
	{I_P3, '.', '.', I_P4},
	{I_P4, '0', '9', I_P5},
	{I_P5, '*', '*', I_PAIR},
};

#define BIT(s) (UINT64_C(1) << (s))

static Grammar icd10_grammar = {
	icd10_edges, sizeof(icd10_edges) / sizeof(icd10_edges[0]),
	BIT(I_CAT) | BIT(I_CAT_CM) | BIT(I_DOT) | BIT(I_N1) | BIT(I_N2) |
	BIT(I_BASE) | BIT(I_Y1) | BIT(I_Y2) | BIT(I_YBASE) |
	BIT(I_X0) | BIT(I_X1) | BIT(I_X2) | BIT(I_X3) |
	BIT(I_C4) | BIT(I_C3) | BIT(I_C2) | BIT(I_C1) | BIT(I_C0) | BIT(I_PAIR),
	16, false, {0}, {0}, {{0}}, {0}
};

/*
 * icd9cm3: dd.d[0-9x]dd, an extension x ddd, the TCM treatments
 * 17.9dd[0-9A-Z]d, and two codes of the national list that are spelt
 * dd.dddxdddd.
 */
enum
{
	O_START = 1,
	O_DIGIT,
	O_ONE,						/* 1, may become 17 */
	O_CAT,						/* 36 */
	O_CAT17,					/* 17 */
	O_DOT,						/* 36. */
	O_DOT17,					/* 17. */
	O_N1,						/* 36.0 */
	O_N1T,						/* 17.9 */
	O_N2,						/* 36.06 */
	O_N2T,						/* 17.91 */
	O_N3,						/* 36.060 */
	O_N3T,						/* 17.911 */
	O_BASE,						/* 36.0600 */
	O_BASET,					/* 17.9110, base or TCM */
	O_Y2,						/* 01.6x */
	O_Y3,						/* 01.6x0 */
	O_TLETTER,					/* 17.912A */
	O_TCM,						/* 17.912A0 */
	O_X0,						/* 00.0200x */
	O_X1,
	O_X2,
	O_X3,						/* 00.0200x001 */
	O_S0,						/* 86.700x */
	O_S1,
	O_S2,
	O_S3,
	O_S4						/* 86.700x0013 */
};

static const Edge icd9cm3_edges[] = {
	{O_START, '0', '0', O_DIGIT},
	{O_START, '1', '1', O_ONE},
	{O_START, '2', '9', O_DIGIT},
	{O_DIGIT, '0', '9', O_CAT},
	{O_ONE, '0', '6', O_CAT},
	{O_ONE, '7', '7', O_CAT17},
	{O_ONE, '8', '9', O_CAT},
	{O_CAT, '.', '.', O_DOT},
	{O_CAT17, '.', '.', O_DOT17},
	{O_DOT, '0', '9', O_N1},
	{O_DOT17, '0', '8', O_N1},
	{O_DOT17, '9', '9', O_N1T},
	{O_N1, '0', '9', O_N2},
	{O_N1, 'x', 'x', O_Y2},
	{O_N1T, '0', '9', O_N2T},
	{O_N1T, 'x', 'x', O_Y2},
	{O_N2, '0', '9', O_N3},
	{O_N2T, '0', '9', O_N3T},
	{O_N3, '0', '9', O_BASE},
	{O_N3, 'x', 'x', O_S0},
	{O_N3T, '0', '9', O_BASET},
	{O_N3T, 'A', 'Z', O_TLETTER},
	{O_N3T, 'x', 'x', O_S0},
	{O_BASE, 'x', 'x', O_X0},
	{O_BASET, '0', '9', O_TCM},
	{O_BASET, 'x', 'x', O_X0},
	{O_Y2, '0', '9', O_Y3},
	{O_Y3, '0', '9', O_BASE},
	{O_TLETTER, '0', '9', O_TCM},
	{O_X0, '0', '9', O_X1},
	{O_X1, '0', '9', O_X2},
	{O_X2, '0', '9', O_X3},
	{O_S0, '0', '9', O_S1},
	{O_S1, '0', '9', O_S2},
	{O_S2, '0', '9', O_S3},
	{O_S3, '0', '9', O_S4},
};

static Grammar icd9cm3_grammar = {
	icd9cm3_edges, sizeof(icd9cm3_edges) / sizeof(icd9cm3_edges[0]),
	BIT(O_CAT) | BIT(O_CAT17) | BIT(O_DOT) | BIT(O_DOT17) | BIT(O_N1) |
	BIT(O_N1T) | BIT(O_N2) | BIT(O_N2T) | BIT(O_N3) | BIT(O_N3T) |
	BIT(O_BASE) | BIT(O_BASET) | BIT(O_Y2) | BIT(O_Y3) | BIT(O_TLETTER) |
	BIT(O_TCM) | BIT(O_X0) | BIT(O_X1) | BIT(O_X2) | BIT(O_X3) |
	BIT(O_S0) | BIT(O_S1) | BIT(O_S2) | BIT(O_S3) | BIT(O_S4),
	24, false, {0}, {0}, {{0}}, {0}
};

/*
 * Maps from bytes to symbols.  They differ in what a letter x is: outside of
 * the part behind the dot it is always the letter X; behind the dot it is
 * read as written, or all as the national x, or all as the letter X.
 */
typedef unsigned char SymbolMap[256];

static SymbolMap map_upper;
static SymbolMap map_written;
static SymbolMap map_lower_x;
static bool maps_built = false;

static unsigned char
symbol_of(int c)
{
	if (c == '*')
		return 0;
	if (c == '+')
		return 1;
	if (c == '.')
		return 2;
	if (c >= '0' && c <= '9')
		return (unsigned char) (3 + c - '0');
	if (c >= 'A' && c <= 'Z')
		return (unsigned char) (13 + c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned char) (13 + c - 'a');
	return NOSYM;
}

#define SYM_NATIONAL_X 39

static void
build_maps(void)
{
	for (int c = 0; c < 256; c++)
		map_upper[c] = map_written[c] = map_lower_x[c] = symbol_of(c);
	map_written['x'] = SYM_NATIONAL_X;
	map_lower_x['x'] = map_lower_x['X'] = SYM_NATIONAL_X;
	maps_built = true;
}

/* Counts the texts from a state on; the automaton has no cycle. */
static uint64_t
count_from(Grammar *g, int state)
{
	uint64_t	n;

	if (g->count[state] != 0)
		return g->count[state];
	n = (g->accepting >> state) & 1;
	for (int i = 0; i < g->nedges; i++)
	{
		const Edge *e = &g->edges[i];

		if (e->from == state)
			n += (uint64_t) (e->last - e->first + 1) * count_from(g, e->to);
	}
	g->count[state] = n;
	return n;
}

static void
build_grammar(Grammar *g)
{
	int			nruns = 0;

	if (!maps_built)
		build_maps();
	(void) count_from(g, 1);
	for (int state = 0; state < MAXSTATES; state++)
	{
		uint64_t	base = (g->accepting >> state) & 1;

		g->first_run[state] = (unsigned char) nruns;
		for (int i = 0; i < g->nedges; i++)
		{
			const Edge *e = &g->edges[i];
			Run		   *run = &g->runs[nruns];

			if (e->from != state)
				continue;
			run->base = base;
			run->each = count_from(g, e->to);
			run->first = e->first;
			run->nchars = (unsigned char) (e->last - e->first + 1);
			run->to = e->to;
			nruns++;
			for (int c = e->first; c <= e->last; c++)
			{
				int			sym = c == 'x' ? SYM_NATIONAL_X : symbol_of(c);

				g->step[state * NSYMBOLS + sym] = (base << 8) | e->to;
				base += run->each;
			}
		}
	}
	g->first_run[MAXSTATES] = (unsigned char) nruns;
	g->built = true;
}

static inline const Grammar *
ready(Grammar *g)
{
	if (!g->built)
		build_grammar(g);
	return g;
}

static inline bool
is_accepting(const Grammar *g, int state)
{
	return (g->accepting >> state) & 1;
}

/* How far a walk came: the state and index where it stopped. */
typedef struct Stop
{
	int			state;
	size_t		index;
} Stop;

/* Walks a text; true if it is in the language.  Fills stop when it is not. */
static inline bool
walk(const Grammar *g, const char *s, size_t len,
	 const unsigned char *behind_dot, uint64_t *rank, Stop *stop)
{
	const unsigned char *map = map_upper;
	unsigned	state = 1;
	uint64_t	sum = 0;
	size_t		i;

	for (i = 0; i < len; i++)
	{
		unsigned char c = (unsigned char) s[i];
		unsigned char sym = map[c];
		uint64_t	step;

		if (sym == NOSYM)
			break;
		step = g->step[state * NSYMBOLS + sym];
		if (step == 0)
			break;
		sum += step >> 8;
		state = (unsigned) (step & 0xFF);
		if (c == '.')
			map = behind_dot;
		else if (c == '+')
			map = map_upper;
	}
	if (i == len && is_accepting(g, (int) state))
	{
		*rank = sum;
		return true;
	}
	stop->state = (int) state;
	stop->index = i;
	return false;
}

/* Puts into err what the grammar would take at the place of the stop. */
static void
list_allowed(const Grammar *g, int state, MsCodeError *err)
{
	int			from = g->first_run[state];
	int			to = g->first_run[state + 1];
	int			n = to - from + (is_accepting(g, state) ? 1 : 0);
	size_t		used = 0;

	err->allowed[0] = '\0';
	for (int i = 0; i < n; i++)
	{
		const char *sep = i == 0 ? "" : i == n - 1 ? " or " : ", ";
		char	   *at = err->allowed + used;
		size_t		room = sizeof(err->allowed) - used;
		int			wrote;

		if (from + i >= to)
			wrote = snprintf(at, room, "%sthe end of the code", sep);
		else
		{
			const Run  *run = &g->runs[from + i];

			if (run->nchars == 1)
				wrote = snprintf(at, room, "%s\"%c\"", sep, run->first);
			else
				wrote = snprintf(at, room, "%s%c-%c", sep, run->first,
								 run->first + run->nchars - 1);
		}
		used += (size_t) wrote;
	}
}

static bool
has_x(const char *s, size_t len)
{
	return memchr(s, 'x', len) != NULL || memchr(s, 'X', len) != NULL;
}

/* Fills err for a text that no reading fits; start is its offset. */
static bool
refuse(const Grammar *g, const char *s, size_t len, size_t start,
	   const Stop *stop, MsCodeError *err)
{
	if (err == NULL)
		return false;
	memset(err, 0, sizeof(*err));
	err->position = (int) (start + stop->index + 1);
	list_allowed(g, stop->state, err);
	if (len == 0)
		err->reason = MS_CODE_EMPTY;
	else if (stop->index == len)
		err->reason = MS_CODE_INCOMPLETE;
	else
	{
		char		c = s[stop->index];

		if (c < 0x20 || c > 0x7E)
			err->reason = MS_CODE_NOT_ASCII;
		else
		{
			err->found = c;
			err->reason = strcmp(err->allowed, "the end of the code") == 0 ?
				MS_CODE_TOO_LONG : MS_CODE_BAD_CHAR;
		}
	}
	return false;
}

/*
 * parse_icd reads a text that is cut to its non-blank part and starts at
 * offset start of what the user wrote.
 */
static bool
parse_icd(Grammar *g, const char *s, size_t len, size_t start,
		  uint64_t *out, MsCodeError *err)
{
	uint64_t	rank,
				other;
	Stop		stop,
				stop_lower,
				stop_upper;
	bool		lower,
				upper;

	ready(g);
	if (walk(g, s, len, map_written, &rank, &stop))
	{
		*out = rank << g->shift;
		return true;
	}
	if (!has_x(s, len))
		return refuse(g, s, len, start, &stop, err);

	/* As written it fits nothing: take the one reading that does. */
	lower = walk(g, s, len, map_lower_x, &rank, &stop_lower);
	upper = walk(g, s, len, map_upper, &other, &stop_upper);
	if (lower && upper)
	{
		if (err != NULL)
		{
			memset(err, 0, sizeof(*err));
			err->reason = MS_CODE_AMBIGUOUS_X;
			err->position = (int) (start + stop.index + 1);
			err->found = s[stop.index];
			err->hint = "Write every x in lower case for the national form, "
				"every X in upper case for ICD-10-CM.";
		}
		return false;
	}
	if (lower || upper)
	{
		*out = (lower ? rank : other) << g->shift;
		return true;
	}
	if (stop_lower.index > stop.index)
		stop = stop_lower;
	if (stop_upper.index > stop.index)
		stop = stop_upper;
	return refuse(g, s, len, start, &stop, err);
}

/*
 * print_icd writes the text of a value and returns its length, 0 if it is no
 * value; end gets the number after the last one of the subtree.
 */
static int
print_icd(Grammar *grammar, uint64_t value, char *buf, uint64_t *end)
{
	const Grammar *g = ready(grammar);
	uint64_t	rest = value >> g->shift;
	unsigned	state = 1;
	int			n = 0;

	buf[0] = '\0';
	if (rest << g->shift != value || rest >= g->count[1])
		return 0;
	for (;;)
	{
		const Run  *run = &g->runs[g->first_run[state]];
		uint64_t	k;

		if (is_accepting(g, (int) state) && rest == 0)
			break;
		/* rest is below count[state], so one of the runs holds it */
		while (rest - run->base >= run->each * run->nchars)
			run++;
		rest -= run->base;
		k = run->nchars == 1 ? 0 : rest / run->each;
		rest -= k * run->each;
		buf[n++] = (char) (run->first + (int) k);
		state = run->to;
	}
	buf[n] = '\0';
	if (end != NULL)
		*end = ((value >> g->shift) + g->count[state]) << g->shift;
	return n;
}

static bool
valid_icd(Grammar *g, uint64_t value)
{
	uint64_t	rank = value >> g->shift;

	return rank << g->shift == value && rank < ready(g)->count[1];
}

static bool
within_icd(Grammar *g, uint64_t code, uint64_t node)
{
	char		buf[MS_CODE_BUFSIZE];
	uint64_t	end;

	if (code <= node)
		return code == node;
	return print_icd(g, node, buf, &end) > 0 && code < end;
}

static bool
end_icd(Grammar *g, uint64_t node, uint64_t *end)
{
	char		buf[MS_CODE_BUFSIZE];

	return print_icd(g, node, buf, end) > 0 && valid_icd(g, *end);
}

static uint64_t
last_icd(Grammar *g, uint64_t node)
{
	char		buf[MS_CODE_BUFSIZE];
	uint64_t	end;

	/* ranks have no holes: the text before the end is one unit below */
	if (print_icd(g, node, buf, &end) == 0)
		return node;
	return end - (UINT64_C(1) << g->shift);
}

/*
 * truncate_icd walks to the end of the prefix only: what is left of the rank
 * there is what the prefix sorts before the code.
 */
static bool
truncate_icd(Grammar *grammar, uint64_t code, int nchars, uint64_t *out)
{
	const Grammar *g = ready(grammar);
	uint64_t	rest = code >> g->shift;
	unsigned	state = 1;

	if (rest << g->shift != code || rest >= g->count[1] || nchars <= 0)
		return false;
	for (int n = 0; n < nchars; n++)
	{
		const Run  *run = &g->runs[g->first_run[state]];

		if (is_accepting(g, (int) state) && rest == 0)
			break;
		while (rest - run->base >= run->each * run->nchars)
			run++;
		rest -= run->base;
		if (run->nchars > 1)
			rest %= run->each;
		state = run->to;
	}
	if (!is_accepting(g, (int) state))
		return false;
	*out = code - (rest << g->shift);
	return true;
}

/* What is left of the rank where a prefix may end is what it sorts before. */
static int
prefixes_icd(Grammar *grammar, uint64_t code, uint64_t nodes[MS_CODE_BUFSIZE])
{
	const Grammar *g = ready(grammar);
	uint64_t	rest = code >> g->shift;
	unsigned	state = 1;
	int			n = 0;

	if (rest << g->shift != code || rest >= g->count[1])
		return 0;
	for (;;)
	{
		const Run  *run = &g->runs[g->first_run[state]];

		if (is_accepting(g, (int) state))
		{
			nodes[n++] = code - (rest << g->shift);
			if (rest == 0)
				return n;
		}
		while (rest - run->base >= run->each * run->nchars)
			run++;
		rest -= run->base;
		if (run->nchars > 1)
			rest %= run->each;
		state = run->to;
	}
}

/* Ranks leave no gap: the neighbours of a value are one step away. */
static bool
next_icd(Grammar *g, uint64_t code, uint64_t *next)
{
	*next = code + (UINT64_C(1) << g->shift);
	return valid_icd(g, *next);
}

static bool
prev_icd(Grammar *g, uint64_t code, uint64_t *prev)
{
	*prev = code - (UINT64_C(1) << g->shift);
	return valid_icd(g, *prev);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

size_t
ms_code_trim(const char **s, size_t *len)
{
	size_t		start = 0;
	size_t		end = *len;

	while (start < end && is_blank((*s)[start]))
		start++;
	while (end > start && is_blank((*s)[end - 1]))
		end--;
	*s += start;
	*len = end - start;
	return start;
}

/* Says what is usually meant when a look-alike stands in place of a digit. */
const char *
ms_code_lookalike_hint(char found, bool digit_allowed)
{
	if (!digit_allowed)
		return NULL;
	if (found == 'O' || found == 'o')
		return "The letter O stands where a digit is required; "
			"write 0 if that is what the document says.";
	if (found == 'I' || found == 'l')
		return "A letter stands where a digit is required; "
			"write 1 if that is what the document says.";
	return NULL;
}

static bool
all_alnum(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (symbol_of((unsigned char) s[i]) < 3 ||
			symbol_of((unsigned char) s[i]) == NOSYM)
			return false;
	return true;
}

/* Adds the hint for the known ways in which lists and systems go wrong. */
static void
hint_icd10(const char *s, size_t len, size_t start, MsCodeError *err)
{
	size_t		at = (size_t) err->position - 1 - start;

	if (err->hint != NULL)
		return;
	switch (err->reason)
	{
		case MS_CODE_EMPTY:
			err->hint = "Use NULL where there is no diagnosis.";
			return;
		case MS_CODE_NOT_ASCII:
			err->hint = "Codes are written in plain ASCII characters.";
			return;
		default:
			break;
	}
	if (memchr(s, '/', len) != NULL)
		err->hint = "A morphology code (M8000/3) is no diagnosis; "
			"keep topography and morphology in columns of their own.";
	else if (memchr(s, '+', len) != NULL &&
			 at > (size_t) ((const char *) memchr(s, '+', len) - s))
		err->hint = "A pair is a full code, +, an asterisk code of three or "
			"four characters, and *, as in E11.200x011+N08.3*.";
	else if (err->reason == MS_CODE_BAD_CHAR && at == 3 &&
			 all_alnum(s + 3, len - 3))
		err->hint = "A dot follows the category, as in E11.900.";
	else if (at > 3 && at + 2 < len && memchr(s + at, '.', len - at) != NULL)
		err->hint = "Two codes seem to be glued; a pair is written with + and "
			"*, as in E11.200x011+N08.3*.";
	else if (err->reason == MS_CODE_BAD_CHAR)
		err->hint = ms_code_lookalike_hint(err->found,
										   strpbrk(err->allowed, "0123456789") != NULL);
	if (err->hint == NULL)
		err->hint = "A diagnosis looks like E11.900, I10.x00x002, "
			"E11.200x011+N08.3*, or E11.21.";
}

static void
hint_icd9cm3(const char *s, size_t len, size_t start, MsCodeError *err)
{
	size_t		at = (size_t) err->position - 1 - start;

	if (err->hint != NULL)
		return;
	switch (err->reason)
	{
		case MS_CODE_EMPTY:
			err->hint = "Use NULL where there is no operation.";
			return;
		case MS_CODE_NOT_ASCII:
			err->hint = "Codes are written in plain ASCII characters.";
			return;
		default:
			break;
	}
	if (at == 5 && (s[5] == 'x' || s[5] == 'X'))
		err->hint = "An extension follows four characters behind the dot: "
			"66.6900x001, not 66.69x001.";
	else if (at == 2 && err->found >= '0' && err->found <= '9')
		err->hint = "A dot follows the first two digits, as in 36.0600.";
	else if (err->reason == MS_CODE_BAD_CHAR)
		err->hint = ms_code_lookalike_hint(err->found,
										   strpbrk(err->allowed, "0123456789") != NULL);
	if (err->hint == NULL)
		err->hint = "An operation looks like 36.0600, 01.6x00, 00.0200x001, "
			"or 17.912A0.";
	(void) len;
}

bool
ms_code_icd10_parse(const char *s, size_t len, MsIcd10 *out, MsCodeError *err)
{
	size_t		start = ms_code_trim(&s, &len);

	if (parse_icd(&icd10_grammar, s, len, start, out, err))
		return true;
	if (err != NULL)
		hint_icd10(s, len, start, err);
	return false;
}

int
ms_code_icd10_format(MsIcd10 code, char buf[MS_CODE_BUFSIZE])
{
	return print_icd(&icd10_grammar, code, buf, NULL);
}

bool
ms_code_icd10_valid(MsIcd10 code)
{
	return valid_icd(&icd10_grammar, code);
}

int
ms_code_icd10_length(MsIcd10 code)
{
	char		buf[MS_CODE_BUFSIZE];

	return print_icd(&icd10_grammar, code, buf, NULL);
}

bool
ms_code_icd10_next(MsIcd10 code, MsIcd10 *next)
{
	return next_icd(&icd10_grammar, code, next);
}

bool
ms_code_icd10_prev(MsIcd10 code, MsIcd10 *prev)
{
	return prev_icd(&icd10_grammar, code, prev);
}

bool
ms_code_icd10_truncate(MsIcd10 code, int nchars, MsIcd10 *out)
{
	return truncate_icd(&icd10_grammar, code, nchars, out);
}

bool
ms_code_icd10_within(MsIcd10 code, MsIcd10 node)
{
	return within_icd(&icd10_grammar, code, node);
}

bool
ms_code_icd10_subtree_end(MsIcd10 node, MsIcd10 *end)
{
	return end_icd(&icd10_grammar, node, end);
}

MsIcd10
ms_code_icd10_subtree_last(MsIcd10 node)
{
	return last_icd(&icd10_grammar, node);
}

int
ms_code_icd10_prefixes(MsIcd10 code, MsIcd10 nodes[MS_CODE_BUFSIZE])
{
	return prefixes_icd(&icd10_grammar, code, nodes);
}

bool
ms_code_icd9cm3_parse(const char *s, size_t len, MsIcd9cm3 *out,
					  MsCodeError *err)
{
	size_t		start = ms_code_trim(&s, &len);

	if (parse_icd(&icd9cm3_grammar, s, len, start, out, err))
		return true;
	if (err != NULL)
		hint_icd9cm3(s, len, start, err);
	return false;
}

int
ms_code_icd9cm3_format(MsIcd9cm3 code, char buf[MS_CODE_BUFSIZE])
{
	return print_icd(&icd9cm3_grammar, code, buf, NULL);
}

bool
ms_code_icd9cm3_valid(MsIcd9cm3 code)
{
	return valid_icd(&icd9cm3_grammar, code);
}

int
ms_code_icd9cm3_length(MsIcd9cm3 code)
{
	char		buf[MS_CODE_BUFSIZE];

	return print_icd(&icd9cm3_grammar, code, buf, NULL);
}

bool
ms_code_icd9cm3_next(MsIcd9cm3 code, MsIcd9cm3 *next)
{
	return next_icd(&icd9cm3_grammar, code, next);
}

bool
ms_code_icd9cm3_prev(MsIcd9cm3 code, MsIcd9cm3 *prev)
{
	return prev_icd(&icd9cm3_grammar, code, prev);
}

bool
ms_code_icd9cm3_truncate(MsIcd9cm3 code, int nchars, MsIcd9cm3 *out)
{
	return truncate_icd(&icd9cm3_grammar, code, nchars, out);
}

bool
ms_code_icd9cm3_within(MsIcd9cm3 code, MsIcd9cm3 node)
{
	return within_icd(&icd9cm3_grammar, code, node);
}

bool
ms_code_icd9cm3_subtree_end(MsIcd9cm3 node, MsIcd9cm3 *end)
{
	return end_icd(&icd9cm3_grammar, node, end);
}

MsIcd9cm3
ms_code_icd9cm3_subtree_last(MsIcd9cm3 node)
{
	return last_icd(&icd9cm3_grammar, node);
}

int
ms_code_icd9cm3_prefixes(MsIcd9cm3 code, MsIcd9cm3 nodes[MS_CODE_BUFSIZE])
{
	return prefixes_icd(&icd9cm3_grammar, code, nodes);
}

int
ms_code_error_detail(const MsCodeError *err, char *buf, size_t size)
{
	const char *allowed = err->allowed;

	switch (err->reason)
	{
		case MS_CODE_OK:
			break;
		case MS_CODE_EMPTY:
			return snprintf(buf, size, "The text is empty.");
		case MS_CODE_NOT_ASCII:
			return snprintf(buf, size,
							"Position %d holds a byte that is not printable "
							"ASCII; allowed is %s.", err->position, allowed);
		case MS_CODE_BAD_CHAR:
		case MS_CODE_TOO_LONG:
			return snprintf(buf, size, "Found \"%c\" at position %d; "
							"allowed is %s.",
							err->found, err->position, allowed);
		case MS_CODE_INCOMPLETE:
			return snprintf(buf, size, "The text ends before position %d; "
							"allowed there is %s.", err->position, allowed);
		case MS_CODE_AMBIGUOUS_X:
			return snprintf(buf, size, "x and X are mixed at position %d, and "
							"both readings are codes.", err->position);
		case MS_CODE_NOT_A_DRUG:
			return snprintf(buf, size, "It is a fee item, but of the kind "
							"\"%s\".", allowed);
	}
	return snprintf(buf, size, "No error.");
}

/* The finalizer of splitmix64: every bit of x reaches every bit of it. */
static inline uint64_t
mix64(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	x ^= x >> 31;
	return x;
}

/* Frozen: stored hash indexes and hash partitions depend on it. */
uint64_t
ms_code_hash64(uint64_t value, uint64_t seed)
{
	return mix64(value + mix64(seed + UINT64_C(0x9e3779b97f4a7c15)));
}

uint64_t
ms_code_fee_item_hash64(const MsFeeItem *item, uint64_t seed)
{
	return mix64(item->lo + ms_code_hash64(item->hi, seed));
}
