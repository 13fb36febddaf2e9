/*-------------------------------------------------------------------------
 *
 * code_use_core.h
 *	  The different codes of a visit and how often each was billed as a drug,
 *	  in one piece of memory that can be copied as it is.
 *
 * Pure C.  Codes are known by a hash of 64 bits, which is never 0.  The same
 * codes give the same sums, in whatever order and parts they came.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_USE_CORE_H
#define CODE_USE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MS_CODE_USE_FIRST	8	/* capacity to begin with */
#define MS_CODE_USE_MOST	(UINT32_C(1) << 25) /* 512 MB */

typedef struct MsCodeUse
{
	uint64_t	hash;			/* 0: nothing here */
	uint64_t	drugs;
} MsCodeUse;

typedef struct MsCodeUses
{
	uint64_t	unnamed_drugs;	/* drug lines without a code */
	uint32_t	n;
	uint32_t	capacity;		/* a power of two */
	MsCodeUse	use[];			/* by hash, open addressing */
} MsCodeUses;

typedef struct MsCodeUseSum
{
	int64_t		codes;
	int64_t		drug_lines;
	int64_t		drug_repeats;	/* beyond the first of each code */
	int64_t		set;			/* what the codes are, whatever their order */
} MsCodeUseSum;

extern size_t ms_code_uses_size(uint32_t capacity);
extern void ms_code_uses_init(MsCodeUses *uses, uint32_t capacity);
extern bool ms_code_uses_full(const MsCodeUses *uses);
extern void ms_code_uses_add(MsCodeUses *uses, uint64_t hash, uint64_t drugs);
extern void ms_code_uses_move(MsCodeUses *to, const MsCodeUses *from);
extern bool ms_code_uses_check(const void *bytes, size_t size);
extern MsCodeUseSum ms_code_uses_sum(const MsCodeUses *uses);

#endif							/* CODE_USE_CORE_H */
