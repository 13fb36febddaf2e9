/*-------------------------------------------------------------------------
 *
 * code_fold_core.h
 *	  Characters of UTF-8 text, for the files that read dirty cells.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CODE_FOLD_CORE_H
#define CODE_FOLD_CORE_H

#include <stddef.h>
#include <stdint.h>

extern uint32_t ms_next_char(const char *s, size_t len, size_t *at);

#endif							/* CODE_FOLD_CORE_H */
