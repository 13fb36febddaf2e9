/*
 * gathering_geometry_fuzz.c
 *	  Stored geometries: no bytes may be read beyond the end, whatever they
 *	  say, and a point has all its coordinates.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gathering/geometry_core.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int ok)
{
	if (!ok)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MsGeometry	geometry;
	MsGeometry	shorter;
	MsGeometryKind kind = ms_geometry_read(data, size, &geometry);

	must(geometry.srid >= -0x100000 && geometry.srid < 0x100000);
	if (kind == MS_GEOMETRY_POINT)
	{
		must(size >= 12 + 2 * sizeof(double));
		must(ms_geometry_read(data, size - 1, &shorter) == MS_GEOMETRY_UNKNOWN);
	}
	if (kind == MS_GEOMETRY_EMPTY)
		must(size >= 12);
	return 0;
}
