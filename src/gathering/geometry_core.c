/*-------------------------------------------------------------------------
 *
 * geometry_core.c
 *	  Reader of PostGIS's two serialized layouts, points only.
 *
 * Behind the length word: 3 bytes SRID (21 bits, signed), 1 byte flags; the
 * newer layout may add 8 bytes of more flags; a bounding box of floats, when
 * the flags say so; then type and number of points (4 bytes each) and the
 * coordinates.  Numbers are in the machine's byte order.
 *
 *-------------------------------------------------------------------------
 */
#include "gathering/geometry_core.h"

#include <math.h>
#include <string.h>

#define HEADER_SIZE		4
#define FLAG_Z			0x01
#define FLAG_M			0x02
#define FLAG_BOX		0x04
#define FLAG_GEODETIC	0x08
#define FLAG_EXTENDED	0x10	/* newer layout only */
#define FLAG_NEWER		0x40
#define FLAGS_UNKNOWN_OLDER	0x80
#define FLAGS_UNKNOWN_NEWER	0xa0

#define TYPE_POINT		1
#define TYPE_LAST		15		/* TIN is the last that PostGIS knows */

static int32_t
read_srid(const uint8_t *data)
{
	int32_t		srid = (data[0] << 16 | data[1] << 8 | data[2]) & 0x1fffff;

	return srid & 0x100000 ? srid - 0x200000 : srid;
}

/* ms_geometry_read says what the value is, and where, when it is a point. */
MsGeometryKind
ms_geometry_read(const void *data, size_t len, MsGeometry *geometry)
{
	const uint8_t *bytes = data;
	size_t		at = HEADER_SIZE;
	size_t		dims;
	uint8_t		flags;
	uint32_t	head[2];		/* type, number of points */

	memset(geometry, 0, sizeof(*geometry));
	if (len < HEADER_SIZE)
		return MS_GEOMETRY_UNKNOWN;
	flags = bytes[3];
	if (flags & (flags & FLAG_NEWER ? FLAGS_UNKNOWN_NEWER : FLAGS_UNKNOWN_OLDER))
		return MS_GEOMETRY_UNKNOWN;
	geometry->srid = read_srid(bytes);
	geometry->geodetic = (flags & FLAG_GEODETIC) != 0;
	dims = 2 + ((flags & FLAG_Z) != 0) + ((flags & FLAG_M) != 0);
	if ((flags & FLAG_NEWER) && (flags & FLAG_EXTENDED))
		at += sizeof(uint64_t);
	if (flags & FLAG_BOX)
		at += (geometry->geodetic ? 6 : 2 * dims) * sizeof(float);
	if (len < at + sizeof(head))
		return MS_GEOMETRY_UNKNOWN;
	memcpy(head, bytes + at, sizeof(head));
	at += sizeof(head);
	if (head[0] == 0 || head[0] > TYPE_LAST)
		return MS_GEOMETRY_UNKNOWN;
	if (head[0] != TYPE_POINT)
		return MS_GEOMETRY_NO_POINT;
	if (head[1] > 1 || len != at + head[1] * dims * sizeof(double))
		return MS_GEOMETRY_UNKNOWN;
	if (head[1] == 0)
		return MS_GEOMETRY_EMPTY;
	memcpy(&geometry->x, bytes + at, sizeof(double));
	memcpy(&geometry->y, bytes + at + sizeof(double), sizeof(double));
	/* POINT(NaN NaN) is how some tools write POINT EMPTY */
	if (isnan(geometry->x) && isnan(geometry->y))
		return MS_GEOMETRY_EMPTY;
	return MS_GEOMETRY_POINT;
}
