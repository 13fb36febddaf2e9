/*-------------------------------------------------------------------------
 *
 * ms_read.c
 *	  The readers of read_core.c as SQL functions, used by the views that
 *	  medsup.bind_source makes.
 *
 * NULL means missing; '-infinity' (time) and 'NaN' (number) mean that there
 * is something that cannot be read.  None of them ever raises an error over a
 * value, since one bad cell must not stop a night.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "common/ms_compat.h"
#include "common/numeric_core.h"
#include "common/read_core.h"

/* widest dictionary value that can be asked for */
#define MAX_DICT_WIDTH	20

PG_FUNCTION_INFO_V1(medsup_read_timestamp);
PG_FUNCTION_INFO_V1(medsup_read_numeric);
PG_FUNCTION_INFO_V1(medsup_read_finite);
PG_FUNCTION_INFO_V1(medsup_read_text);
PG_FUNCTION_INFO_V1(medsup_read_dict);

static bool
server_is_utf8(void)
{
	return GetDatabaseEncoding() == PG_UTF8;
}

/* PG_GETARG_TEXT_PP without a call for what lies in its tuple as it is. */
static inline text *
plain_text(Datum value)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(value);

	if (VARATT_IS_EXTERNAL(v) || VARATT_IS_COMPRESSED(v))
		v = pg_detoast_datum_packed(v);
	return (text *) v;
}

/*
 * medsup_read_timestamp reads a civil time.
 */
Datum
medsup_read_timestamp(PG_FUNCTION_ARGS)
{
	text	   *arg = plain_text(PG_GETARG_DATUM(0));
	int64_t		value;
	Timestamp	result;

	switch (ms_read_timestamp(VARDATA_ANY(arg), VARSIZE_ANY_EXHDR(arg),
							  server_is_utf8(), &value))
	{
		case MS_READ_MISSING:
			PG_RETURN_NULL();
		case MS_READ_UNREADABLE:
			TIMESTAMP_NOBEGIN(result);
			PG_RETURN_TIMESTAMP(result);
		case MS_READ_OK:
			break;
	}
	PG_RETURN_TIMESTAMP((Timestamp) value);
}

/*
 * medsup_read_numeric reads an amount or a quantity.
 */
Datum
medsup_read_numeric(PG_FUNCTION_ARGS)
{
	text	   *arg = plain_text(PG_GETARG_DATUM(0));
	const char *data = VARDATA_ANY(arg);
	size_t		len = VARSIZE_ANY_EXHDR(arg);
	bool		utf8 = server_is_utf8();
	MsDecimal	dec;
	size_t		first;
	size_t		count;
	char	   *copy;
	MsReadResult found = ms_read_decimal(data, len, utf8, &dec);

	if (found == MS_READ_MISSING)
		PG_RETURN_NULL();
	if (found == MS_READ_OK && dec.fits)
	{
		int64		value = dec.negative ? -dec.value : dec.value;

		if (dec.scale == 0)
			PG_RETURN_NUMERIC(int64_to_numeric(value));
		PG_RETURN_NUMERIC(int64_div_fast_to_numeric(value, dec.scale));
	}

	/* long numbers, and the mark of an unreadable one, by the slow way */
	if (found == MS_READ_OK)
	{
		(void) ms_read_span(data, len, utf8, &first, &count);
		copy = pnstrdup(data + first, count);
	}
	else
		copy = pstrdup("NaN");
	return DirectFunctionCall3(numeric_in, CStringGetDatum(copy),
							   ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

/*
 * medsup_read_finite gives a number back as it came, without a copy; what is
 * infinite is unreadable.
 */
Datum
medsup_read_finite(PG_FUNCTION_ARGS)
{
	text	   *number = plain_text(PG_GETARG_DATUM(0));

	if (!ms_numeric_is_infinite(VARDATA_ANY(number), VARSIZE_ANY_EXHDR(number)))
		PG_RETURN_POINTER(number);
	return DirectFunctionCall3(numeric_in, CStringGetDatum("NaN"),
							   ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

/*
 * medsup_read_text reads a key or a code: trimmed, and NULL when it says
 * nothing.  A clean value is given back as it came, without a copy; it is the
 * rule, and this is called for half of the cells of a warehouse.
 */
Datum
medsup_read_text(PG_FUNCTION_ARGS)
{
	text	   *arg = plain_text(PG_GETARG_DATUM(0));
	const char *data = VARDATA_ANY(arg);
	size_t		len = VARSIZE_ANY_EXHDR(arg);
	size_t		first;
	size_t		count;

	if (ms_read_is_plain(data, len))
		PG_RETURN_TEXT_P(arg);
	if (!ms_read_span(data, len, server_is_utf8(), &first, &count))
		PG_RETURN_NULL();
	if (count == len)
		PG_RETURN_TEXT_P(arg);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(data + first, (int) count));
}

/*
 * medsup_read_dict reads a dictionary value into its one spelling.
 */
Datum
medsup_read_dict(PG_FUNCTION_ARGS)
{
	text	   *arg = plain_text(PG_GETARG_DATUM(0));
	int32		width = PG_GETARG_INT32(1);
	const char *data = VARDATA_ANY(arg);
	size_t		first;
	size_t		count;
	size_t		size;
	text	   *result;

	if (width < 0 || width > MAX_DICT_WIDTH)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("width of a dictionary value is %d", width),
				 errdetail("It can be 0 to %d.", MAX_DICT_WIDTH),
				 errhint("Give the number of digits of the dictionary, or 0 for none.")));
	if (!ms_read_span(data, VARSIZE_ANY_EXHDR(arg), server_is_utf8(),
					  &first, &count))
		PG_RETURN_NULL();
	size = Max(count, (size_t) width);
	result = (text *) palloc(VARHDRSZ + size);
	size = ms_read_dict(data + first, count, width, VARDATA(result));
	SET_VARSIZE(result, VARHDRSZ + size);
	PG_RETURN_TEXT_P(result);
}
