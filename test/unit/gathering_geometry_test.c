/*
 * gathering_geometry_test.c
 *	  Points out of PostGIS's stored bytes: values as PostGIS 2.5 and 3.3
 *	  write them (behind the length word), and what must be refused.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "gathering/geometry_core.h"
#include "unit.h"

typedef struct Bytes
{
	uint8_t		data[128];
	size_t		len;
} Bytes;

static void
add(Bytes *b, const void *data, size_t len)
{
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void
add_int(Bytes *b, uint32_t value)
{
	add(b, &value, sizeof(value));
}

static void
add_double(Bytes *b, double value)
{
	add(b, &value, sizeof(value));
}

static void
header(Bytes *b, int32_t srid, uint8_t flags)
{
	uint8_t		head[4] = {(srid >> 16) & 0x1f, (srid >> 8) & 0xff, srid & 0xff, flags};

	b->len = 0;
	add(b, head, sizeof(head));
}

/* A point with as many coordinates as its flags say. */
static void
point(Bytes *b, int32_t srid, uint8_t flags, double x, double y)
{
	header(b, srid, flags);
	if ((flags & 0x40) && (flags & 0x10))
		add_double(b, 0);
	if (flags & 0x04)
		for (int i = 0; i < (flags & 0x08 ? 6 : 2 * (2 + (flags & 1) + (flags >> 1 & 1))); i++)
			add_int(b, 0x3f800000);
	add_int(b, 1);
	add_int(b, 1);
	add_double(b, x);
	add_double(b, y);
	for (int i = 0; i < (flags & 1) + (flags >> 1 & 1); i++)
		add_double(b, 77);
}

int
main(void)
{
	Bytes		b;
	MsGeometry	g;
	uint8_t		shifted[129];

	/* every combination of both layouts */
	for (int flags = 0; flags < 256; flags++)
	{
		int			unknown = flags & 0x40 ? flags & 0xa0 : flags & 0x80;

		point(&b, 4490, (uint8_t) flags, 113.25, -23.5);
		if (unknown)
		{
			CHECK_INT(ms_geometry_read(b.data, b.len, &g), MS_GEOMETRY_UNKNOWN);
			continue;
		}
		/* not aligned */
		memcpy(shifted + 1, b.data, b.len);
		CHECK_INT(ms_geometry_read(shifted + 1, b.len, &g), MS_GEOMETRY_POINT);
		CHECK(g.x == 113.25 && g.y == -23.5);
		CHECK_INT(g.srid, 4490);
		CHECK_INT(g.geodetic, (flags & 0x08) != 0);
		/* one byte less or more is another layout */
		CHECK_INT(ms_geometry_read(b.data, b.len - 1, &g), MS_GEOMETRY_UNKNOWN);
		CHECK_INT(ms_geometry_read(b.data, b.len + 1, &g), MS_GEOMETRY_UNKNOWN);
	}

	/* SRIDs have 21 bits with a sign */
	point(&b, 998999, 0x40, 1, 2);
	ms_geometry_read(b.data, b.len, &g);
	CHECK_INT(g.srid, 998999);
	point(&b, -1, 0, 1, 2);
	ms_geometry_read(b.data, b.len, &g);
	CHECK_INT(g.srid, -1);

	/* empty */
	header(&b, 0, 0x40);
	add_int(&b, 1);
	add_int(&b, 0);
	CHECK_INT(ms_geometry_read(b.data, b.len, &g), MS_GEOMETRY_EMPTY);
	point(&b, 0, 0x40, (double) NAN, (double) NAN);
	CHECK_INT(ms_geometry_read(b.data, b.len, &g), MS_GEOMETRY_EMPTY);

	/* other types, no types, other counts */
	for (uint32_t type = 0; type < 20; type++)
	{
		header(&b, 0, 0x40);
		add_int(&b, type);
		add_int(&b, 2);
		for (int i = 0; i < 4; i++)
			add_double(&b, i);
		CHECK_INT(ms_geometry_read(b.data, b.len, &g),
				  type >= 2 && type <= 15 ? MS_GEOMETRY_NO_POINT : MS_GEOMETRY_UNKNOWN);
	}
	header(&b, 0, 0x40);
	add_int(&b, 1);
	add_int(&b, UINT32_MAX);
	CHECK_INT(ms_geometry_read(b.data, b.len, &g), MS_GEOMETRY_UNKNOWN);

	/* too short for anything */
	for (size_t len = 0; len < 12; len++)
		CHECK_INT(ms_geometry_read(b.data, len, &g), MS_GEOMETRY_UNKNOWN);
	return unit_done();
}
