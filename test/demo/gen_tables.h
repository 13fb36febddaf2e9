/*
 * gen_tables.h
 *	  The tables of the demo warehouse: their names, columns and rows.
 */
#ifndef GEN_TABLES_H
#define GEN_TABLES_H

#include "gen_oracle.h"

typedef enum GenTable
{
	TAB_FEE,
	TAB_MDTRT,
	TAB_SETL,
	TAB_OUTMED,
	TAB_DIAG,
	TAB_OPRN,
	TAB_FIX,
	TAB_PLACE,
	TAB_TRUTH,
	TAB_GATHER,
	TAB_SKIP,
	TAB_TOTAL,
	TAB_COUNT
} GenTable;

extern const char *table_name(GenTable table);
extern void print_schema(FILE *file, bool typed);
extern void write_institutions(GenOut *out);
extern void write_institution_places(GenOut *out);
extern void write_patient(const GenPatient *p, GenOut *outs,
						  GenTotals *totals);
extern void write_totals(GenOut *outs, const GenTotals *totals);

#endif							/* GEN_TABLES_H */
