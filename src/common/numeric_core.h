/*-------------------------------------------------------------------------
 *
 * numeric_core.h
 *	  The server's numeric as it is stored, read as a scaled integer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NUMERIC_CORE_H
#define NUMERIC_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern bool ms_numeric_scaled(const void *bytes, size_t size, int scale,
							  int64_t max, int64_t *out);
extern bool ms_numeric_units(const void *bytes, size_t size, int64_t max,
							 int64_t *out, int *shown);
extern bool ms_numeric_is_infinite(const void *bytes, size_t size);

#endif							/* NUMERIC_CORE_H */
