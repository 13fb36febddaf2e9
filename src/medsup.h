/*-------------------------------------------------------------------------
 *
 * medsup.h
 *	  The value types of medsup, for other extensions: the only header that
 *	  is installed.  It includes nothing else of the project.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSUP_H
#define MEDSUP_H

#include "postgres.h"

#define MEDSUP_VERSION "0.1.0"

#if SIZEOF_DATUM < 8
#error "medsup needs a server with 64-bit Datums: its codes pass by value"
#endif

/*
 * Values of the code types, in the order of their texts.  docs/formats.md
 * tells the bits; the core functions of the module parse and print them.
 * The same definitions stand in code/code_core.h, which knows no server.
 */
#ifndef MS_CODE_VALUES_DEFINED
#define MS_CODE_VALUES_DEFINED
typedef uint64_t MsIcd10;
typedef uint64_t MsIcd9cm3;

typedef struct MsFeeItem
{
	uint64_t	hi;				/* tag of the kind in the top byte */
	uint64_t	lo;
} MsFeeItem;
#endif

/* icd10, icd9cm3: 8 bytes, by value */
#define DatumGetMsIcd10(X) ((MsIcd10) DatumGetUInt64(X))
#define MsIcd10GetDatum(X) UInt64GetDatum(X)
#define PG_GETARG_MS_ICD10(n) DatumGetMsIcd10(PG_GETARG_DATUM(n))
#define PG_RETURN_MS_ICD10(x) return MsIcd10GetDatum(x)

#define DatumGetMsIcd9cm3(X) ((MsIcd9cm3) DatumGetUInt64(X))
#define MsIcd9cm3GetDatum(X) UInt64GetDatum(X)
#define PG_GETARG_MS_ICD9CM3(n) DatumGetMsIcd9cm3(PG_GETARG_DATUM(n))
#define PG_RETURN_MS_ICD9CM3(x) return MsIcd9cm3GetDatum(x)

/* fee_item and drug_code: 16 bytes, by reference */
#define DatumGetMsFeeItemP(X) ((MsFeeItem *) DatumGetPointer(X))
#define MsFeeItemPGetDatum(X) PointerGetDatum(X)
#define PG_GETARG_MS_FEE_ITEM_P(n) DatumGetMsFeeItemP(PG_GETARG_DATUM(n))
#define PG_RETURN_MS_FEE_ITEM_P(x) return MsFeeItemPGetDatum(x)

StaticAssertDecl(sizeof(MsFeeItem) == 16, "a fee_item has 16 bytes");

#endif							/* MEDSUP_H */
