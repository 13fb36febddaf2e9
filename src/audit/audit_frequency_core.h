/*-------------------------------------------------------------------------
 *
 * audit_frequency_core.h
 *	  How many times a day a medicine is used, from the words of an order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUDIT_FREQUENCY_CORE_H
#define AUDIT_FREQUENCY_CORE_H

#include "rulebook/book_core.h"

/*
 * Reads used_frqu_dscr: "tid", "q8h", "q12h", "qod", "3/日", "每日三次",
 * "一天2次", "每8小时一次", "隔日1次".  Uses a day are scaled by MS_QTY_ONE; false
 * for what is not such a text, as "即刻" or "必要时".
 */
extern bool ms_frequency_per_day(MsStr text, int64_t *uses);

#endif							/* AUDIT_FREQUENCY_CORE_H */
