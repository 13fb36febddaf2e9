/*-------------------------------------------------------------------------
 *
 * code_order.c
 *	  The code types as the planner sees them.
 *
 * A type is known by its input function: names and OIDs can change, the
 * function in this library cannot.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"

#include "code/code_core.h"
#include "code/code_order.h"
#include "common/ms_compat.h"
#include "medsup.h"

PG_FUNCTION_INFO_V1(medsup_set_first);
PG_FUNCTION_INFO_V1(medsup_set_last);

#define TWO_TO_64 18446744073709551616.0

extern PGDLLEXPORT Datum medsup_icd10_in(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum medsup_icd9cm3_in(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum medsup_fee_item_in(PG_FUNCTION_ARGS);

static bool
icd10_subtree_end(Datum node, Datum *end)
{
	MsIcd10		after;

	if (!ms_code_icd10_subtree_end(DatumGetMsIcd10(node), &after))
		return false;
	*end = MsIcd10GetDatum(after);
	return true;
}

static bool
icd9cm3_subtree_end(Datum node, Datum *end)
{
	MsIcd9cm3	after;

	if (!ms_code_icd9cm3_subtree_end(DatumGetMsIcd9cm3(node), &after))
		return false;
	*end = MsIcd9cm3GetDatum(after);
	return true;
}

static int
code8_cmp(Datum a, Datum b)
{
	return ms_code_cmp64(DatumGetUInt64(a), DatumGetUInt64(b));
}

static double
code8_distance(Datum a, Datum b)
{
	return (double) (DatumGetUInt64(b) - DatumGetUInt64(a));
}

static bool
fee_item_subtree_end(Datum node, Datum *end)
{
	MsFeeItem  *after = palloc(sizeof(MsFeeItem));

	if (!ms_code_fee_item_subtree_end(DatumGetMsFeeItemP(node), after))
		return false;
	*end = MsFeeItemPGetDatum(after);
	return true;
}

static int
fee_item_cmp(Datum a, Datum b)
{
	return ms_code_fee_item_cmp(DatumGetMsFeeItemP(a), DatumGetMsFeeItemP(b));
}

static double
fee_item_distance(Datum a, Datum b)
{
	const MsFeeItem *x = DatumGetMsFeeItemP(a);
	const MsFeeItem *y = DatumGetMsFeeItemP(b);

	return (double) (y->hi - x->hi) * TWO_TO_64 +
		((double) y->lo - (double) x->lo);
}

static const MsCodeOrder icd10_order = {
	icd10_subtree_end, code8_cmp, code8_distance, "A00", "Z9Z.ZZZZ"
};
static const MsCodeOrder icd9cm3_order = {
	icd9cm3_subtree_end, code8_cmp, code8_distance, "00", "99.9x99x999"
};
static const MsCodeOrder fee_item_order = {
	fee_item_subtree_end, fee_item_cmp, fee_item_distance,
	"0", "~zzzzzzzzzzzzzzzz"
};

const MsCodeOrder *
ms_code_order(Oid type)
{
	Oid			input;
	Oid			ioparam;
	FmgrInfo	flinfo;

	getTypeInputInfo(type, &input, &ioparam);
	fmgr_info(input, &flinfo);
	if (flinfo.fn_addr == medsup_icd10_in)
		return &icd10_order;
	if (flinfo.fn_addr == medsup_icd9cm3_in)
		return &icd9cm3_order;
	if (flinfo.fn_addr == medsup_fee_item_in)
		return &fee_item_order;
	return NULL;
}

MsSetPiece *
ms_code_pieces(const MsCodeOrder *order, Oid type, Datum container,
			   int *npieces)
{
	MsSetPiece *node;

	if (type_is_range(type) || type_is_multirange(type))
		return ms_code_set_pieces(container, npieces);

	node = palloc0(sizeof(MsSetPiece));
	node->lower.val = container;
	node->lower.inclusive = true;
	node->lower.lower = true;
	node->upper.infinite = !order->subtree_end(container, &node->upper.val);
	*npieces = 1;
	return node;
}

/*
 * The first or the last bound of a set as a code, be that in the set or not:
 * the end of an index scan needs no more.
 */
static Datum
end_of_set(FunctionCallInfo fcinfo, bool want_last)
{
	Oid			type = get_func_rettype(fcinfo->flinfo->fn_oid);
	const MsCodeOrder *order = ms_code_order(type);
	int			npieces;
	MsSetPiece *pieces = ms_code_set_pieces(PG_GETARG_DATUM(0), &npieces);
	RangeBound *bound;
	int16		len;
	bool		byval;

	if (npieces == 0)
		PG_RETURN_NULL();
	bound = want_last ? &pieces[npieces - 1].upper : &pieces[0].lower;
	if (bound->infinite)
	{
		const char *text = want_last ? order->last : order->first;
		Oid			input;
		Oid			ioparam;

		getTypeInputInfo(type, &input, &ioparam);
		return OidInputFunctionCall(input, pstrdup(text), ioparam, -1);
	}
	get_typlenbyval(type, &len, &byval);
	return datumCopy(bound->val, byval, len);
}

Datum
medsup_set_first(PG_FUNCTION_ARGS)
{
	return end_of_set(fcinfo, false);
}

Datum
medsup_set_last(PG_FUNCTION_ARGS)
{
	return end_of_set(fcinfo, true);
}
