/*
 * gen_oracle.h
 *	  What an audit must say about a generated patient.
 */
#ifndef GEN_ORACLE_H
#define GEN_ORACLE_H

#include "gen_patient.h"

typedef struct GenMoney
{
	const char *method;			/* line, ratio, none, unsettled */
	bool		has_fund;
	int64_t		vola;
	int64_t		inscp;
	int64_t		fund;
} GenMoney;

typedef struct GenTotals
{
	int64_t		patients;
	int64_t		encounters;
	int64_t		settlements;
	int64_t		lines;
	int64_t		unsettled;
	int64_t		with_entry;
	int64_t		fate[FATE_COUNT];
	int64_t		expected[EXPECT_UNDECIDED + 1];
	int64_t		vola;
	int64_t		fund;
} GenTotals;

extern const char *fate_name(GenFate fate);
extern bool rule_pool(int rule);
extern void oracle_judge(GenPatient *p, bool typed, GenTotals *totals);
extern GenMoney oracle_money(const GenPatient *p, const GenExpect *x);

#endif							/* GEN_ORACLE_H */
