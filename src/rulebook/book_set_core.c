/*-------------------------------------------------------------------------
 *
 * book_set_core.c
 *	  What an author wrote as a set of codes, as the ranges of a book.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "rulebook/book_set_core.h"

static void
push(MsArena *arena, MsVec *spans, const MsCodeSpan *span)
{
	*MS_PUSH(arena, spans, MsCodeSpan) = *span;
}

bool
ms_book_set_parse(MsArena *arena, const MsCodeSetType *type, const char *text,
				  MsBookRanges *ranges, MsCodeSetError *error)
{
	MsVec		in = {0};
	MsVec		out = {0};
	MsCodeSetReader reader;
	MsCodeSetStep step;
	MsCodeSpan	span;
	MsCodeSpan *spans;
	MsBookRange *result;
	size_t		n;

	memset(ranges, 0, sizeof(*ranges));
	ms_code_set_start(&reader, type, text, strlen(text));
	while ((step = ms_code_set_read(&reader, &span, error)) != MS_SET_END)
	{
		if (step == MS_SET_ERROR)
			return false;
		push(arena, step == MS_SET_INCLUDE ? &in : &out, &span);
		ms_tick(arena);
	}
	/* where everything written is taken out, it is taken out of all codes */
	if (in.n == 0 && out.n > 0)
	{
		span.first = ms_code_set_least(type);
		span.end.hi = MS_CODE8_INFINITE;
		span.end.lo = 0;
		push(arena, &in, &span);
	}
	if (in.n == 0)
		return true;
	in.n = ms_code_set_unite(in.data, in.n);
	if (out.n > 0)
		out.n = ms_code_set_unite(out.data, out.n);
	spans = MS_NEW(arena, MsCodeSpan, in.n + out.n);
	n = ms_code_set_subtract(in.data, in.n, out.data, out.n, spans);
	n = ms_code_set_unite(spans, n);
	result = MS_NEW(arena, MsBookRange, n);
	for (size_t i = 0; i < n; i++)
	{
		result[i].lo = spans[i].first.hi;
		result[i].hi = spans[i].end.hi;
	}
	ranges->ranges = result;
	ranges->n = (uint32_t) n;
	ranges->text = text;

	return true;
}
