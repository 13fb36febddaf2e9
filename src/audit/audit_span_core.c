/*-------------------------------------------------------------------------
 *
 * audit_span_core.c
 *	  Unions of half-open intervals.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_span_core.h"

static int
cmp_spans(uint32_t i, uint32_t j, const void *ctx)
{
	const MsSpan *all = ctx;

	return (all[i].from > all[j].from) - (all[i].from < all[j].from);
}

uint32_t
ms_span_unite(MsArena *arena, MsSpan *spans, uint32_t n)
{
	uint32_t   *idx = MS_NEW(arena, uint32_t, n);
	MsSpan	   *united = MS_NEW(arena, MsSpan, n);
	uint32_t	kept = 0;

	for (uint32_t i = 0; i < n; i++)
		idx[i] = i;
	ms_sort(arena, idx, n, cmp_spans, spans);
	for (uint32_t i = 0; i < n; i++)
	{
		const MsSpan *s = &spans[idx[i]];

		if (kept > 0 && s->from <= united[kept - 1].to)
		{
			if (s->to > united[kept - 1].to)
				united[kept - 1].to = s->to;
			continue;
		}
		united[kept++] = *s;
	}
	memcpy(spans, united, kept * sizeof(*spans));
	return kept;
}

int64_t
ms_span_covered(MsArena *arena, const MsSpan *spans, uint32_t n, int64_t from,
				int64_t to)
{
	uint32_t	lo = 0;
	uint32_t	hi = n;
	int64_t		sum = 0;

	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;

		if (spans[mid].to <= from)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < n && spans[lo].from < to; lo++)
	{
		ms_tick(arena);
		sum += (spans[lo].to < to ? spans[lo].to : to) -
			(spans[lo].from > from ? spans[lo].from : from);
	}
	return sum;
}
