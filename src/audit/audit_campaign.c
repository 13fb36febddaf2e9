/*-------------------------------------------------------------------------
 *
 * audit_campaign.c
 *	  What a run asks about, from the lists of its row in medsup.run.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "audit/audit_campaign.h"
#include "common/ms_compat.h"
#include "rulebook/rulebook_cache.h"

static int
cmp_strs(const void *a, const void *b)
{
	return ms_str_cmp(*(const MsStr *) a, *(const MsStr *) b);
}

/* An array of text, in order, each once; never NULL. */
static const MsStr *
ordered_list(ArrayType *array, uint32_t *n)
{
	Datum	   *values;
	bool	   *nulls;
	int			n_values;
	MsStr	   *list;
	uint32_t	kept = 0;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls,
					  &n_values);
	list = palloc(sizeof(MsStr) * (n_values + 1));
	for (int i = 0; i < n_values; i++)
	{
		if (!nulls[i])
			list[kept++] = ms_str(TextDatumGetCString(values[i]));
	}
	qsort(list, kept, sizeof(MsStr), cmp_strs);
	*n = 0;
	for (uint32_t i = 0; i < kept; i++)
	{
		if (i == 0 || cmp_strs(&list[*n - 1], &list[i]) != 0)
			list[(*n)++] = list[i];
	}
	return list;
}

static const bool *
rule_mask(const MsBook *book, ArrayType *codes)
{
	bool	   *mask = palloc0(sizeof(bool) * (book->n_rules + 1));
	uint32_t	n;
	const MsStr *list = ordered_list(codes, &n);

	for (uint32_t i = 0; i < book->n_rules; i++)
	{
		MsBookRule	rule;
		MsStr		code;

		ms_book_rule(book, i, &rule);
		code = ms_str(ms_rulebook_text(rule.code));
		mask[i] = bsearch(&code, list, n, sizeof(MsStr), cmp_strs) != NULL;
	}
	return mask;
}

/*
 * ms_campaign_make gives what the evaluator needs of a campaign, NULL where
 * nothing is narrowed.  Of the lists NULL means all.  The result belongs to the
 * current memory context and to this book.
 */
const MsCampaign *
ms_campaign_make(const MsBook *book, ArrayType *institutions, ArrayType *rules,
				 ArrayType *med_types, bool by_occurrence)
{
	MsCampaign *campaign;

	if (institutions == NULL && rules == NULL && med_types == NULL &&
		!by_occurrence)
		return NULL;
	campaign = palloc0(sizeof(MsCampaign));
	if (institutions != NULL)
		campaign->institutions = ordered_list(institutions,
											  &campaign->n_institutions);
	if (med_types != NULL)
		campaign->med_types = ordered_list(med_types, &campaign->n_med_types);
	if (rules != NULL)
		campaign->rules = rule_mask(book, rules);
	campaign->by_occurrence = by_occurrence;
	return campaign;
}
