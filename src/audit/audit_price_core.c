/*-------------------------------------------------------------------------
 *
 * audit_price_core.c
 *	  Prices above a ceiling (K8).
 *
 * Units: a ceiling is yuan / 10000 a unit, a price yuan / 1000000, a quantity
 * 1 / 10000, an amount fen.
 *
 *-------------------------------------------------------------------------
 */
#include "audit/audit_line_core.h"

#define TIMES	" \303\227 "	/* U+00D7 */

/* Price times quantity, and ceiling times quantity, in fen. */
#define FEN_OF_PRICE	INT64_C(100000000)
#define FEN_OF_LIMIT	INT64_C(1000000)
#define PRICE_OF_LIMIT	100
#define PRICE_SCALE		6

/* "(12.5 - 10) × 3" */
static LineJudgement
above_by_price(Audit *a, const WorkLine *line, int64_t price)
{
	int64_t		limit = a->entry.limit * PRICE_OF_LIMIT;
	LineJudgement j = ms_decided(false, NULL);
	MsBuf		sum;

	if (price <= limit)
		return j;
	j.money = ms_div_round((MsWide) (price - limit) * line->cnt, FEN_OF_PRICE);
	if (j.money > line->amt)
		j.money = line->amt;
	if (j.money == 0)
		return j;
	ms_buf_init(&sum, &a->scratch);
	ms_buf_puts(&sum, "(");
	ms_buf_decimal(&sum, price, PRICE_SCALE, 0);
	ms_buf_puts(&sum, " - ");
	ms_buf_decimal(&sum, a->entry.limit, MS_QTY_SCALE, 0);
	ms_buf_puts(&sum, ")" TIMES);
	ms_buf_decimal(&sum, line->cnt, MS_QTY_SCALE, 0);
	j.outcome = MS_HIT;
	j.sum = sum.s;
	j.actual = ms_audit_decimal(a, price, PRICE_SCALE, 2);
	return j;
}

/* "37.5 - 10 × 3" */
static LineJudgement
above_by_amount(Audit *a, const WorkLine *line)
{
	MsWide		allowed = (MsWide) a->entry.limit * line->cnt;
	LineJudgement j = ms_decided(false, NULL);
	MsBuf		sum;

	if ((MsWide) line->amt * FEN_OF_LIMIT <= allowed)
		return j;
	j.money = line->amt - ms_div_round(allowed, FEN_OF_LIMIT);
	if (j.money == 0)
		return j;
	ms_buf_init(&sum, &a->scratch);
	ms_buf_decimal(&sum, line->amt, 2, 0);
	ms_buf_puts(&sum, " - ");
	ms_buf_decimal(&sum, a->entry.limit, MS_QTY_SCALE, 0);
	ms_buf_puts(&sum, TIMES);
	ms_buf_decimal(&sum, line->cnt, MS_QTY_SCALE, 0);
	j.outcome = MS_HIT;
	j.sum = sum.s;
	j.actual = ms_audit_decimal(a, ms_div_round((MsWide) line->amt *
												FEN_OF_LIMIT, line->cnt),
								MS_QTY_SCALE, 2);
	return j;
}

/*
 * The lower one of the price told and the price paid counts: only that was
 * certainly charged.
 */
LineJudgement
ms_price_judge(Audit *a, const WorkLine *line)
{
	MsValue		price = line->in->pric;
	LineJudgement j;

	if (price.state == MS_READABLE && price.v > 0 &&
		(MsWide) price.v * line->cnt <= (MsWide) line->amt * FEN_OF_PRICE)
		return above_by_price(a, line, price.v);
	j = above_by_amount(a, line);
	if (j.outcome == MS_HIT &&
		(price.state == MS_UNREADABLE ||
		 (price.state == MS_READABLE && price.v < 0)))
		return ms_undecided(MS_PRICE_MISSING);
	return j;
}
