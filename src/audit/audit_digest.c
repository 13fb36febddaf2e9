/*-------------------------------------------------------------------------
 *
 * audit_digest.c
 *	  The canonical bytes of lines and findings, and their SHA-256.
 *
 * A field is its length as four bytes, most significant first, and its
 * UTF-8 bytes; NULL is the length 0xFFFFFFFF alone.  The forms are written
 * down in docs/formats.md and never change: findings are known by them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "audit/audit_server.h"
#include "common/ms_compat.h"

PG_FUNCTION_INFO_V1(medsup_encounter_hash);
PG_FUNCTION_INFO_V1(medsup_settlement_hash);
PG_FUNCTION_INFO_V1(medsup_line_hash);
PG_FUNCTION_INFO_V1(medsup_diagnosis_hash);
PG_FUNCTION_INFO_V1(medsup_operation_hash);
PG_FUNCTION_INFO_V1(medsup_registration_hash);
PG_FUNCTION_INFO_V1(medsup_finding_id);

static void
add_bytes(MsHash *hash, const void *bytes, Size len)
{
	if (pg_cryptohash_update(hash, bytes, len) < 0)
		elog(ERROR, "medsup: could not compute SHA-256: %s",
			 pg_cryptohash_error(hash));
}

MsHash *
ms_hash_start(void)
{
	MsHash	   *hash = pg_cryptohash_create(PG_SHA256);

	if (pg_cryptohash_init(hash) < 0)
		elog(ERROR, "medsup: could not compute SHA-256: %s",
			 pg_cryptohash_error(hash));
	return hash;
}

static void
add_length(MsHash *hash, uint32 len)
{
	uint8		prefix[4] = {(uint8) (len >> 24), (uint8) (len >> 16),
	(uint8) (len >> 8), (uint8) len};

	add_bytes(hash, prefix, sizeof(prefix));
}

/* ms_hash_field adds a text of the database's encoding as a field. */
void
ms_hash_field(MsHash *hash, const char *s, Size len)
{
	char	   *utf8 = len == 0 ? (char *) s :
	pg_server_to_any(s, (int) len, PG_UTF8);

	if (utf8 != s)
		len = strlen(utf8);
	add_length(hash, (uint32) len);
	if (len > 0)
		add_bytes(hash, utf8, len);
	if (utf8 != s)
		pfree(utf8);
}

void
ms_hash_null(MsHash *hash)
{
	add_length(hash, PG_UINT32_MAX);
}

/* ms_hash_finish gives the digest as a bytea and frees the hash. */
bytea *
ms_hash_finish(MsHash *hash)
{
	bytea	   *digest = palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);

	SET_VARSIZE(digest, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	if (pg_cryptohash_final(hash, (uint8 *) VARDATA(digest),
							PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "medsup: could not compute SHA-256: %s",
			 pg_cryptohash_error(hash));
	pg_cryptohash_free(hash);
	return digest;
}

/* Plain decimal without trailing zeros behind the point. */
static void
add_numeric(MsHash *hash, Datum value)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, value));
	Size		len = strlen(text);

	if (strchr(text, '.') != NULL)
	{
		while (text[len - 1] == '0')
			len--;
		if (text[len - 1] == '.')
			len--;
	}
	ms_hash_field(hash, text, len);
	pfree(text);
}

static void
add_timestamp(MsHash *hash, Timestamp t)
{
	char		buf[MS_TIME_BUFSIZE];

	if (TIMESTAMP_IS_NOBEGIN(t))
		strlcpy(buf, "-infinity", sizeof(buf));
	else if (TIMESTAMP_IS_NOEND(t))
		strlcpy(buf, "infinity", sizeof(buf));
	else
		ms_time_format(t, buf);
	ms_hash_field(hash, buf, strlen(buf));
}

/* Their number, then name and value of each. */
static void
add_attributes(MsHash *hash, Datum object)
{
	uint32		n;
	const MsAttribute *all = ms_attributes_read(object, &n);
	char		count[16];

	pg_snprintf(count, sizeof(count), "%u", n);
	ms_hash_field(hash, count, strlen(count));
	for (uint32 i = 0; i < n; i++)
	{
		ms_hash_field(hash, all[i].name.s, all[i].name.len);
		ms_hash_field(hash, all[i].value.s, all[i].value.len);
	}
}

/* ms_hash_row hashes a row in the order of its columns, but for names. */
bytea *
ms_hash_row(const MsRows *rows, uint32 row)
{
	MsHash	   *hash = ms_hash_start();

	for (int i = 0; i < ms_rows_attributes(rows->kind); i++)
	{
		bool		isnull;
		Datum		value = ms_rows_value(rows, row, i, &isnull);
		text	   *t;

		if (ms_rows_stays(rows->kind, i))
			continue;
		if (isnull)
		{
			ms_hash_null(hash);
			continue;
		}
		switch (ms_rows_type(rows->kind, i))
		{
			case NUMERICOID:
				add_numeric(hash, value);
				break;
			case TIMESTAMPOID:
				add_timestamp(hash, DatumGetTimestamp(value));
				break;
			case JSONBOID:
				add_attributes(hash, value);
				break;
			default:
				t = DatumGetTextPP(value);
				ms_hash_field(hash, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
				break;
		}
	}
	return ms_hash_finish(hash);
}

/*
 * ms_hash_finding makes the id of a finding from rule, entry, person, scope,
 * window start, and the anchor's encounter and line; what is NULL is ''.
 */
bytea *
ms_hash_finding(const char *const fields[7])
{
	MsHash	   *hash = ms_hash_start();

	for (int i = 0; i < 7; i++)
		ms_hash_field(hash, fields[i] ? fields[i] : "",
					  fields[i] ? strlen(fields[i]) : 0);
	return ms_hash_finish(hash);
}

static bytea *
hash_one(HeapTupleHeader header, MsRowKind kind)
{
	MsRows		rows;

	ms_rows_read_one(header, kind, &rows);
	return ms_hash_row(&rows, 0);
}

/* encounter_hash and its like: rows as evidence shows them. */
Datum
medsup_encounter_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(hash_one(PG_GETARG_HEAPTUPLEHEADER(0),
							   MS_ROW_ENCOUNTER));
}

Datum
medsup_settlement_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(hash_one(PG_GETARG_HEAPTUPLEHEADER(0),
							   MS_ROW_SETTLEMENT));
}

Datum
medsup_line_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(hash_one(PG_GETARG_HEAPTUPLEHEADER(0), MS_ROW_LINE));
}

Datum
medsup_diagnosis_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(hash_one(PG_GETARG_HEAPTUPLEHEADER(0),
							   MS_ROW_DIAGNOSIS));
}

Datum
medsup_operation_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(hash_one(PG_GETARG_HEAPTUPLEHEADER(0),
							   MS_ROW_OPERATION));
}

Datum
medsup_registration_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(hash_one(PG_GETARG_HEAPTUPLEHEADER(0),
							   MS_ROW_REGISTRATION));
}

/*
 * finding_id(rule_code, entry_code, psn_no, scope, window_start, mdtrt_id,
 * feedetl_sn)
 */
Datum
medsup_finding_id(PG_FUNCTION_ARGS)
{
	const char *fields[7];
	char		start[MS_TIME_BUFSIZE];

	for (int i = 0; i < 7; i++)
	{
		fields[i] = NULL;
		if (PG_ARGISNULL(i))
			continue;
		if (i == 4)
		{
			Timestamp	t = PG_GETARG_TIMESTAMP(i);

			if (TIMESTAMP_NOT_FINITE(t))
				continue;
			ms_time_format(t, start);
			fields[i] = start;
		}
		else
			fields[i] = text_to_cstring(PG_GETARG_TEXT_PP(i));
	}
	PG_RETURN_BYTEA_P(ms_hash_finding(fields));
}
