/*-------------------------------------------------------------------------
 *
 * gathering_aggregate.c
 *	  What the aggregates over gatherings share: settings, keys, places,
 *	  arrays of rows as results.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "gathering/gathering_aggregate.h"

/* ---- settings ---- */

void
ms_bad_setting(const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_BAD_REACH),
			 errmsg("%s", what),
			 errhint("%s", hint)));
	pg_unreachable();
}

HeapTupleHeader
ms_setting_first(HeapTupleHeader *kept, MemoryContext context, FunctionCallInfo fcinfo, int arg,
				 const char *maker)
{
	HeapTupleHeader given;
	Size		size;

	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_REACH),
				 errmsg("the setting is NULL"),
				 errhint("Give %s(), with what is to differ from its defaults.", maker)));
	given = PG_GETARG_HEAPTUPLEHEADER(arg);
	size = HeapTupleHeaderGetDatumLength(given);
	if (*kept != NULL)
	{
		if (HeapTupleHeaderGetDatumLength(*kept) != size || memcmp(*kept, given, size) != 0)
			ms_bad_setting("the setting differs between rows", "Add what it depends on to GROUP BY.");
		return NULL;
	}
	*kept = MemoryContextAlloc(context, size);
	memcpy(*kept, given, size);
	return *kept;
}

void
ms_setting_columns(HeapTupleHeader setting, int columns, Datum *value, bool *isnull)
{
	TupleDesc	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(setting), HeapTupleHeaderGetTypMod(setting));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(setting),.t_data = setting};

	if (desc->natts != columns)
		elog(ERROR, "medsup: a setting has %d columns, not %d", desc->natts, columns);
	heap_deform_tuple(&tuple, desc, value, isnull);
	ReleaseTupleDesc(desc);
}

/* ---- keys ---- */

uint32
ms_key_number(MsKeys *keys, Datum text)
{
	struct varlena *key = PG_DETOAST_DATUM_PACKED(text);

	return ms_keys_number(keys, VARDATA_ANY(key), (uint32) VARSIZE_ANY_EXHDR(key));
}

Datum
ms_key_text(const MsKeys *keys, uint32 number)
{
	MsStr		key = ms_keys_key(keys, number);

	return PointerGetDatum(cstring_to_text_with_len(key.s, (int) key.len));
}

Datum
ms_key_array(const MsKeys *keys, const uint32 *number, const uint32 *ranks, uint32 n)
{
	Datum	   *values = palloc_array(Datum, n);

	for (uint32 i = 0; i < n; i++)
		values[i] = ms_key_text(keys, number[ranks[i]]);
	return PointerGetDatum(construct_array(values, (int) n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* ---- places ---- */

void
ms_same_system(bool any, int32 known, int32 srid)
{
	if (any && known != srid)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_PLACE),
				 errmsg("locations are in different coordinate systems"),
				 errdetail("Their SRIDs are %d and %d.", known, srid),
				 errhint("Bring them into one by ST_Transform.")));
}

MsSpheroid
ms_known_spheroid(int32 srid)
{
	MsSpheroid	spheroid;

	if (!ms_spheroid_of(srid, &spheroid))
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_PLACE),
				 errmsg("the spheroid of SRID %d is not known here", srid),
				 errhint("Transform locations to SRID 4326 (WGS 84) or 4490 (CGCS2000).")));
	return spheroid;
}

void
ms_two_locations(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_BAD_PLACE),
			 errmsg("a place has two locations"),
			 errhint("Give each location a key of its own as place.")));
	pg_unreachable();
}

/*
 * PostGIS reads what it sends (EWKB) by the receive function of its type, so
 * nothing is known here of how it stores it.
 */
enum
{
	EWKB_BIG_ENDIAN = 0, EWKB_POINT = 1, EWKB_MULTIPOINT = 4, EWKB_HAS_SRID = 0x20000000
};

static void
send_head(StringInfo buf, uint32 kind, int32 srid)
{
	pq_sendbyte(buf, EWKB_BIG_ENDIAN);
	pq_sendint32(buf, srid > 0 ? kind | EWKB_HAS_SRID : kind);
	if (srid > 0)
		pq_sendint32(buf, (uint32) srid);
}

static void
send_place(StringInfo buf, MsPlace place)
{
	pq_sendfloat8(buf, place.x);
	pq_sendfloat8(buf, place.y);
}

static Datum
receive(Oid type, StringInfo buf)
{
	Oid			function;
	Oid			param;

	getTypeBinaryInputInfo(type, &function, &param);
	return OidReceiveFunctionCall(function, buf, param, -1);
}

Datum
ms_point_datum(Oid geometry, int32 srid, MsPlace place)
{
	StringInfoData buf;

	initStringInfo(&buf);
	send_head(&buf, EWKB_POINT, srid);
	send_place(&buf, place);
	return receive(geometry, &buf);
}

Datum
ms_points_datum(Oid geometry, int32 srid, const MsPlace *places, uint32 n)
{
	StringInfoData buf;

	initStringInfo(&buf);
	send_head(&buf, EWKB_MULTIPOINT, srid);
	pq_sendint32(&buf, n);
	for (uint32 i = 0; i < n; i++)
	{
		send_head(&buf, EWKB_POINT, 0);
		send_place(&buf, places[i]);
	}
	return receive(geometry, &buf);
}

/* ---- results ---- */

void
ms_rows_init(MsRows *rows, FunctionCallInfo fcinfo)
{
	rows->type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	rows->desc = lookup_rowtype_tupdesc(rows->type, -1);
	rows->array = initArrayResult(rows->type, CurrentMemoryContext, false);
}

void
ms_rows_add(MsRows *rows, Datum *values, bool *isnull)
{
	CHECK_FOR_INTERRUPTS();
	accumArrayResult(rows->array, HeapTupleGetDatum(heap_form_tuple(rows->desc, values, isnull)), false,
					 rows->type, CurrentMemoryContext);
}

Datum
ms_rows_array(MsRows *rows, MemoryContext context)
{
	ReleaseTupleDesc(rows->desc);
	return makeArrayResult(rows->array, context);
}
