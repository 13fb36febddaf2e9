/*
 * libFuzzer target of the reader of code sets.
 *
 * The first byte chooses the type, the rest is the text.  A text that is a set
 * must come back the same from its canonical text; one that is none has an
 * error that points into it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "code/code_set_core.h"

#define REQUIRE(ok) do { if (!(ok)) abort(); } while (0)

typedef struct Spans
{
	MsCodeSpan *span;
	size_t		n;
} Spans;

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_error(const MsCodeSetError *err, size_t size)
{
	char		detail[256];

	REQUIRE(err->code.position >= 1 &&
			(size_t) err->code.position <= size + 1);
	REQUIRE(err->offset <= size);
	REQUIRE(ms_code_set_error_detail(err, detail, sizeof(detail)) <
			(int) sizeof(detail));
}

/* Reads a text of which no byte may be read beyond its end. */
static bool
read_set(const MsCodeSetType *type, const char *text, size_t size, Spans *set)
{
	char	   *s = malloc(size ? size : 1);
	MsCodeSpan *in = malloc((size + 1) * sizeof(MsCodeSpan));
	MsCodeSpan *out = malloc((size + 1) * sizeof(MsCodeSpan));
	size_t		nin = 0;
	size_t		nout = 0;
	MsCodeSetReader r;
	MsCodeSetError err;
	MsCodeSpan	span;
	MsCodeSetStep step;

	REQUIRE(s != NULL && in != NULL && out != NULL);
	if (size > 0)
		memcpy(s, text, size);
	ms_code_set_start(&r, type, s, size);
	while ((step = ms_code_set_read(&r, &span, &err)) < MS_SET_END)
	{
		REQUIRE(ms_code_fee_item_cmp(&span.first, &span.end) < 0);
		/* every item takes a character; exclusions alone add one */
		REQUIRE(nin + nout <= size);
		if (step == MS_SET_INCLUDE)
			in[nin++] = span;
		else
			out[nout++] = span;
	}
	if (step == MS_SET_ERROR)
		check_error(&err, size);
	else
	{
		nin = ms_code_set_unite(in, nin);
		nout = ms_code_set_unite(out, nout);
		set->span = malloc((nin + nout + 1) * sizeof(MsCodeSpan));
		REQUIRE(set->span != NULL);
		set->n = ms_code_set_subtract(in, nin, out, nout, set->span);
		for (size_t i = 0; i < set->n; i++)
		{
			const MsCodeSpan *p = &set->span[i];

			REQUIRE(ms_code_fee_item_cmp(&p->first, &p->end) < 0);
			REQUIRE(i == 0 || ms_code_fee_item_cmp(&p[-1].end, &p->first) < 0);
		}
	}
	free(s);
	free(in);
	free(out);
	return step == MS_SET_END;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const MsCodeSetType *const types[] = {
		&ms_code_set_icd10, &ms_code_set_icd9cm3, &ms_code_set_fee_item
	};
	const MsCodeSetType *type;
	Spans		set;
	Spans		again;
	char	   *text;
	size_t		used = 0;

	if (size == 0)
		return 0;
	type = types[data[0] % 3];
	if (!read_set(type, (const char *) data + 1, size - 1, &set))
		return 0;
	text = malloc((set.n + 1) * MS_CODE_SET_BUFSIZE);

	REQUIRE(text !=NULL);
	for (size_t i = 0; i < set.n; i++)
	{
		int			n;

		if (i > 0)
			used += (size_t) sprintf(text +used, ", ");
		n = ms_code_set_print(type, &set.span[i], text +used);
		REQUIRE(n > 0 && n < MS_CODE_SET_BUFSIZE - 2);
		used += (size_t) n;
	}
	if (set.n == 0)
		used = (size_t) sprintf(text, MS_CODE_SET_EMPTY);
	REQUIRE(read_set(type, text, used, &again));
	REQUIRE(again.n == set.n &&
			memcmp(again.span, set.span, set.n * sizeof(MsCodeSpan)) == 0);
	free(text);
	free(set.span);
	free(again.span);
	return 0;
}
