/*-------------------------------------------------------------------------
 *
 * group_key.c
 *	  Several texts as one key to group by, and back again.
 *
 * One column is hashed and compared faster than five.  And the planner, which
 * knows nothing of what readers of columns give, takes many such columns for
 * as many groups as rows, and then groups in one process what it could group
 * in all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "common/ms_compat.h"

PG_FUNCTION_INFO_V1(medsup_group_key);
PG_FUNCTION_INFO_V1(medsup_group_key_part);
PG_FUNCTION_INFO_V1(medsup_read_once);

/* each part begins with its length in one byte, or with one of these */
#define PART_MISSING	255
#define PART_LONG		254		/* the length follows in four bytes */
#define MOST_PARTS		8

/*
 * medsup_group_key (text, ...) packs texts, missing ones too.
 */
Datum
medsup_group_key(PG_FUNCTION_ARGS)
{
	text	   *part[MOST_PARTS];
	int			n = PG_NARGS();
	Size		size = VARHDRSZ;
	bytea	   *key;
	char	   *to;

	if (n > MOST_PARTS)
		elog(ERROR, "medsup: a key of %d parts", n);
	for (int i = 0; i < n; i++)
	{
		part[i] = PG_ARGISNULL(i) ? NULL : PG_GETARG_TEXT_PP(i);
		size += 1 + (part[i] != NULL ? VARSIZE_ANY_EXHDR(part[i]) + sizeof(uint32) : 0);
	}
	key = palloc(size);
	to = VARDATA(key);
	for (int i = 0; i < n; i++)
	{
		uint32		len;

		if (part[i] == NULL)
		{
			*to++ = (char) PART_MISSING;
			continue;
		}
		len = VARSIZE_ANY_EXHDR(part[i]);
		if (len < PART_LONG)
			*to++ = (char) len;
		else
		{
			*to++ = (char) PART_LONG;
			memcpy(to, &len, sizeof(len));
			to += sizeof(len);
		}
		memcpy(to, VARDATA_ANY(part[i]), len);
		to += len;
	}
	SET_VARSIZE(key, to - (char *) key);
	PG_RETURN_BYTEA_P(key);
}

/*
 * medsup_group_key_part (bytea, int) gives one of them back, the first is 1.
 */
Datum
medsup_group_key_part(PG_FUNCTION_ARGS)
{
	bytea	   *key = PG_GETARG_BYTEA_PP(0);
	int			wanted = PG_GETARG_INT32(1);
	const char *at = VARDATA_ANY(key);
	const char *end = at + VARSIZE_ANY_EXHDR(key);

	for (int i = 1; at < end; i++)
	{
		uint8		mark = (uint8) *at++;
		uint32		len = mark;

		if (mark == PART_MISSING)
			len = 0;
		else if (mark == PART_LONG)
		{
			if (end - at < (ptrdiff_t) sizeof(len))
				break;
			memcpy(&len, at, sizeof(len));
			at += sizeof(len);
		}
		if (len > (Size) (end - at))
			break;
		if (i == wanted)
		{
			if (mark == PART_MISSING)
				PG_RETURN_NULL();
			PG_RETURN_TEXT_P(cstring_to_text_with_len(at, (int) len));
		}
		at += len;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the key has no part %d", wanted)));
}

/*
 * medsup_read_once () stands in a subquery's columns for its volatility.
 */
Datum
medsup_read_once(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(true);
}
