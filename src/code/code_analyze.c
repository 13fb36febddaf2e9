/*-------------------------------------------------------------------------
 *
 * code_analyze.c
 *	  Statistics of the code types: the usual ones, with a finer histogram.
 *
 * Rules ask for nodes and ranges that hold a thousandth of the rows and less.
 * A hundred bins cannot tell such a node from an empty one.  Twice the usual
 * sample holds sixty rows of it, on average, and a bin for every ten rows
 * tells that apart from twenty or from two hundred.  A statistics target that
 * the user has set is respected.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_statistic.h"
#include "commands/vacuum.h"
#include "fmgr.h"
#include "utils/datum.h"
#include "utils/typcache.h"

#include "code/code_order.h"
#include "common/ms_compat.h"

PG_FUNCTION_INFO_V1(medsup_code_typanalyze);

#define SAMPLE_FACTOR 2
#define ROWS_PER_BIN 10
#define MAX_BINS 6000

/* What the standard analysis wanted, which ours calls first. */
typedef struct CodeAnalysis
{
	const MsCodeOrder *order;
	AnalyzeAttrComputeStatsFunc standard;
	void	   *standard_data;
} CodeAnalysis;

static int
compare_codes(const void *a, const void *b, void *order)
{
	return ((const MsCodeOrder *) order)->cmp(*(const Datum *) a,
											  *(const Datum *) b);
}

static int
find_slot(const VacAttrStats *stats, int kind)
{
	for (int i = 0; i < STATISTIC_NUM_SLOTS; i++)
	{
		if (stats->stakind[i] == kind)
			return i;
	}
	return -1;
}

/*
 * Collects the codes of the sample that are none of the common ones, sorted:
 * what the histogram is about.
 */
static Datum *
collect_codes(VacAttrStats *stats, AnalyzeAttrFetchFunc fetchfunc,
			  int samplerows, const MsCodeOrder *order, int *ncodes)
{
	Datum	   *codes = palloc(sizeof(Datum) * Max(samplerows, 1));
	int			slot = find_slot(stats, STATISTIC_KIND_MCV);
	int			ncommon = slot < 0 ? 0 : stats->numvalues[slot];
	Datum	   *common = palloc(sizeof(Datum) * Max(ncommon, 1));
	int			n = 0;

	if (ncommon > 0)
		memcpy(common, stats->stavalues[slot], sizeof(Datum) * ncommon);
	qsort_arg(common, ncommon, sizeof(Datum), compare_codes,
			  unconstify(MsCodeOrder *, order));
	for (int i = 0; i < samplerows; i++)
	{
		bool		isnull;
		Datum		code;

		ms_analyze_delay_point();
		code = fetchfunc(stats, i, &isnull);
		if (isnull ||
			bsearch_arg(&code, common, ncommon, sizeof(Datum), compare_codes,
						unconstify(MsCodeOrder *, order)) != NULL)
			continue;
		codes[n++] = code;
	}
	qsort_arg(codes, n, sizeof(Datum), compare_codes,
			  unconstify(MsCodeOrder *, order));
	*ncodes = n;
	return codes;
}

static void
refine_histogram(VacAttrStats *stats, AnalyzeAttrFetchFunc fetchfunc,
				 int samplerows, const MsCodeOrder *order)
{
	int			slot = find_slot(stats, STATISTIC_KIND_HISTOGRAM);
	int			ncodes;
	int			nbins;
	Datum	   *codes;
	Datum	   *bounds;
	MemoryContext caller;

	/* none where the common values are all there are */
	if (slot < 0)
		return;
	codes = collect_codes(stats, fetchfunc, samplerows, order, &ncodes);
	nbins = Min(ncodes / ROWS_PER_BIN, MAX_BINS);
	if (nbins < stats->numvalues[slot])
		return;

	caller = MemoryContextSwitchTo(stats->anl_context);
	bounds = palloc(sizeof(Datum) * (nbins + 1));
	for (int i = 0; i <= nbins; i++)
	{
		int64		at = (int64) i * (ncodes - 1) / nbins;

		bounds[i] = datumCopy(codes[at], stats->attrtype->typbyval,
							  stats->attrtype->typlen);
	}
	MemoryContextSwitchTo(caller);
	stats->stavalues[slot] = bounds;
	stats->numvalues[slot] = nbins + 1;
}

static void
compute_code_stats(VacAttrStats *stats, AnalyzeAttrFetchFunc fetchfunc,
				   int samplerows, double totalrows)
{
	CodeAnalysis *analysis = stats->extra_data;

	stats->extra_data = analysis->standard_data;
	analysis->standard(stats, fetchfunc, samplerows, totalrows);
	stats->extra_data = analysis;
	if (stats->stats_valid)
		refine_histogram(stats, fetchfunc, samplerows, analysis->order);
}

/* A drug_code is ordered as a fee_item, a domain as what it is over. */
static const MsCodeOrder *
order_of_type(Oid type)
{
	TypeCacheEntry *cache = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);

	return OidIsValid(cache->btree_opintype) ?
		ms_code_order(cache->btree_opintype) : NULL;
}

Datum
medsup_code_typanalyze(PG_FUNCTION_ARGS)
{
	VacAttrStats *stats = (VacAttrStats *) PG_GETARG_POINTER(0);
	bool		is_default = ms_attstattarget(stats) < 0;
	const MsCodeOrder *order = order_of_type(stats->attrtypid);

	if (!std_typanalyze(stats))
		PG_RETURN_BOOL(false);
	if (is_default && order != NULL)
	{
		CodeAnalysis *analysis = palloc(sizeof(CodeAnalysis));

		analysis->order = order;
		analysis->standard = stats->compute_stats;
		analysis->standard_data = stats->extra_data;
		stats->extra_data = analysis;
		stats->compute_stats = compute_code_stats;
		stats->minrows *= SAMPLE_FACTOR;
	}
	PG_RETURN_BOOL(true);
}
