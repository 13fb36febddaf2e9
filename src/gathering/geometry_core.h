/*-------------------------------------------------------------------------
 *
 * geometry_core.h
 *	  A point out of a stored PostGIS geometry or geography.
 *
 * Pure C.  PostGIS has had two layouts (up to 2.x, and since 3.0); values of
 * both lie in tables that went through pg_upgrade.  Whatever is neither is
 * refused, never guessed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GEOMETRY_CORE_H
#define GEOMETRY_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum MsGeometryKind
{
	MS_GEOMETRY_POINT,
	MS_GEOMETRY_EMPTY,			/* POINT EMPTY: nowhere */
	MS_GEOMETRY_NO_POINT,		/* a line, a polygon, a collection ... */
	MS_GEOMETRY_UNKNOWN			/* not a layout that is known here */
} MsGeometryKind;

typedef struct MsGeometry
{
	int32_t		srid;			/* 0: none was given */
	bool		geodetic;		/* a geography */
	double		x;
	double		y;
} MsGeometry;

/* data: the value behind its length word, not necessarily aligned */
extern MsGeometryKind ms_geometry_read(const void *data, size_t len,
									   MsGeometry *geometry);

#endif							/* GEOMETRY_CORE_H */
