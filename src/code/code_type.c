/*-------------------------------------------------------------------------
 *
 * code_type.c
 *	  The code types icd10, icd9cm3, drug_code and fee_item: text and binary
 *	  input and output, conversions.
 *
 * Text input is strict and plain ASCII; it forgives outer blanks and letter
 * case only.  Normalising dirty text is never done here (code_clean.c does): an
 * input function must read what the output function wrote, and nothing by
 * chance.
 *
 * Binary form: the packed value in network byte order, 8 or 16 bytes.  There
 * is no format byte, since the layout is frozen and the length would tell a
 * later one; what is no value is refused.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "code/code_core.h"
#include "code/code_set_core.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "medsup.h"

/* An error text shows this much of what was given. */
#define MAX_ECHO 48

/* No longer text is tried as a set. */
#define MAX_SET_TRIED 1000

PG_FUNCTION_INFO_V1(medsup_icd10_in);
PG_FUNCTION_INFO_V1(medsup_icd10_out);
PG_FUNCTION_INFO_V1(medsup_icd10_recv);
PG_FUNCTION_INFO_V1(medsup_icd10_send);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_in);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_out);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_recv);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_send);
PG_FUNCTION_INFO_V1(medsup_fee_item_in);
PG_FUNCTION_INFO_V1(medsup_fee_item_out);
PG_FUNCTION_INFO_V1(medsup_fee_item_recv);
PG_FUNCTION_INFO_V1(medsup_fee_item_send);
PG_FUNCTION_INFO_V1(medsup_drug_code_in);
PG_FUNCTION_INFO_V1(medsup_drug_code_recv);
PG_FUNCTION_INFO_V1(medsup_drug_code_from_fee_item);
PG_FUNCTION_INFO_V1(medsup_local_code);
PG_FUNCTION_INFO_V1(medsup_kind);

/* How the types are called in errors, and what reads sets of them. */
typedef struct InputType
{
	const char *name;
	const MsCodeSetType *set;	/* NULL if there are none */
	const char *set_hint;
} InputType;

static const InputType icd10_name = {
	"icd10 code", &ms_code_set_icd10,
	"For several codes write icd10_set('...'); a node, written without *, "
	"holds all codes that begin with it."
};
static const InputType icd9cm3_name = {
	"icd9cm3 code", &ms_code_set_icd9cm3,
	"For several codes write icd9cm3_set('...'); a node, written without *, "
	"holds all codes that begin with it."
};
static const InputType fee_item_name = {
	"fee_item", &ms_code_set_fee_item,
	"For several codes write fee_item_set('...'); a node, written without *, "
	"holds all codes that begin with it."
};
static const InputType drug_code_name = {
	"drug_code", &ms_code_set_fee_item,
	"For several codes write fee_item_set('...'); a node, written without *, "
	"holds all codes that begin with it."
};
static const InputType local_name = {"local code", NULL, NULL};

/* What to do about a text that is no code; NULL if nothing is known. */
static const char *
hint_for(const InputType *type, const char *text, int len,
		 const MsCodeError *err)
{
	if (type->set != NULL && err->reason != MS_CODE_NOT_A_DRUG &&
		len <= MAX_SET_TRIED &&
		ms_code_set_readable(type->set, text, (size_t) len))
		return type->set_hint;
	return err->hint;
}

/*
 * refuse_text reports a text that is no code of the type, softly when the
 * caller asked for that.
 */
static Datum
refuse_text(const InputType *type, const char *text, int len,
			const MsCodeError *err, Node *escontext)
{
	const char *hint = hint_for(type, text, len, err);
	char		detail[256];
	int			shown = len;
	const char *more = "";

	if (len > MAX_ECHO)
	{
		shown = pg_mbcliplen(text, len, MAX_ECHO);
		more = "...";
	}
	ms_code_error_detail(err, detail, sizeof(detail));
	ereturn(escontext, (Datum) 0,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid %s: \"%.*s%s\"", type->name, shown, text,
					more),
			 errdetail("%s", detail),
			 hint ? errhint("%s", hint) : 0));
}

/* refuse_binary reports bytes that are no value of the type. */
static void
refuse_binary(const char *type)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary value of type %s", type),
			 errdetail("The bytes are not what the send function of the "
					   "type gives for any code."),
			 errhint("Send the text form if the client does not know "
					 "the layout.")));
}

/* A stored value that is no code can only come from a damaged page. */
static void
refuse_stored(const char *type)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored value is not of type %s", type),
			 errhint("Look for damaged pages, for example with amcheck.")));
}

static MsFeeItem *
copy_fee_item(const MsFeeItem *item)
{
	MsFeeItem  *copy = palloc(sizeof(MsFeeItem));

	*copy = *item;
	return copy;
}

Datum
medsup_icd10_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	size_t		len = strlen(text);
	MsIcd10		code;
	MsCodeError err;

	if (!ms_code_icd10_parse(text, len, &code, &err))
		return refuse_text(&icd10_name, text, (int) len, &err,
						   fcinfo->context);
	PG_RETURN_MS_ICD10(code);
}

Datum
medsup_icd10_out(PG_FUNCTION_ARGS)
{
	char	   *buf = palloc(MS_CODE_BUFSIZE);

	if (ms_code_icd10_format(PG_GETARG_MS_ICD10(0), buf) == 0)
		refuse_stored("icd10");
	PG_RETURN_CSTRING(buf);
}

Datum
medsup_icd10_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	MsIcd10		code = (MsIcd10) pq_getmsgint64(buf);

	if (!ms_code_icd10_valid(code))
		refuse_binary("icd10");
	PG_RETURN_MS_ICD10(code);
}

Datum
medsup_icd10_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, PG_GETARG_MS_ICD10(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
medsup_icd9cm3_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	size_t		len = strlen(text);
	MsIcd9cm3	code;
	MsCodeError err;

	if (!ms_code_icd9cm3_parse(text, len, &code, &err))
		return refuse_text(&icd9cm3_name, text, (int) len, &err,
						   fcinfo->context);
	PG_RETURN_MS_ICD9CM3(code);
}

Datum
medsup_icd9cm3_out(PG_FUNCTION_ARGS)
{
	char	   *buf = palloc(MS_CODE_BUFSIZE);

	if (ms_code_icd9cm3_format(PG_GETARG_MS_ICD9CM3(0), buf) == 0)
		refuse_stored("icd9cm3");
	PG_RETURN_CSTRING(buf);
}

Datum
medsup_icd9cm3_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	MsIcd9cm3	code = (MsIcd9cm3) pq_getmsgint64(buf);

	if (!ms_code_icd9cm3_valid(code))
		refuse_binary("icd9cm3");
	PG_RETURN_MS_ICD9CM3(code);
}

Datum
medsup_icd9cm3_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, PG_GETARG_MS_ICD9CM3(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
medsup_fee_item_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	size_t		len = strlen(text);
	MsFeeItem	item;
	MsCodeError err;

	if (!ms_code_fee_item_parse(text, len, &item, &err))
		return refuse_text(&fee_item_name, text, (int) len, &err,
						   fcinfo->context);
	PG_RETURN_MS_FEE_ITEM_P(copy_fee_item(&item));
}

/* Serves drug_code too. */
Datum
medsup_fee_item_out(PG_FUNCTION_ARGS)
{
	char	   *buf = palloc(MS_CODE_BUFSIZE);

	if (ms_code_fee_item_format(PG_GETARG_MS_FEE_ITEM_P(0), buf) == 0)
		refuse_stored("fee_item");
	PG_RETURN_CSTRING(buf);
}

static MsFeeItem *
receive_fee_item(StringInfo buf)
{
	MsFeeItem  *item = palloc(sizeof(MsFeeItem));

	item->hi = (uint64) pq_getmsgint64(buf);
	item->lo = (uint64) pq_getmsgint64(buf);
	return item;
}

Datum
medsup_fee_item_recv(PG_FUNCTION_ARGS)
{
	MsFeeItem  *item = receive_fee_item((StringInfo) PG_GETARG_POINTER(0));

	if (!ms_code_fee_item_valid(item))
		refuse_binary("fee_item");
	PG_RETURN_MS_FEE_ITEM_P(item);
}

/* Serves drug_code too. */
Datum
medsup_fee_item_send(PG_FUNCTION_ARGS)
{
	MsFeeItem  *item = PG_GETARG_MS_FEE_ITEM_P(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, item->hi);
	pq_sendint64(&buf, item->lo);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
medsup_drug_code_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	size_t		len = strlen(text);
	MsFeeItem	item;
	MsCodeError err;

	if (!ms_code_drug_parse(text, len, &item, &err))
		return refuse_text(&drug_code_name, text, (int) len, &err,
						   fcinfo->context);
	PG_RETURN_MS_FEE_ITEM_P(copy_fee_item(&item));
}

Datum
medsup_drug_code_recv(PG_FUNCTION_ARGS)
{
	MsFeeItem  *item = receive_fee_item((StringInfo) PG_GETARG_POINTER(0));

	if (!ms_code_fee_item_is_drug(item) || !ms_code_fee_item_valid(item))
		refuse_binary("drug_code");
	PG_RETURN_MS_FEE_ITEM_P(item);
}

/* The way back from fee_item checks; the other way needs no function. */
Datum
medsup_drug_code_from_fee_item(PG_FUNCTION_ARGS)
{
	MsFeeItem  *item = PG_GETARG_MS_FEE_ITEM_P(0);

	if (!ms_code_fee_item_is_drug(item))
	{
		char		buf[MS_CODE_BUFSIZE];

		ms_code_fee_item_format(item, buf);
		ereport(ERROR,
				(errcode(ERRCODE_MS_CODE_KIND_MISMATCH),
				 errmsg("fee_item \"%s\" is not a drug", buf),
				 errdetail("Its kind is \"%s\"; a drug_code is of kind "
						   "drug_x, drug_z, drug_t or drug_j.",
						   ms_code_fee_kind_name(ms_code_fee_item_kind(item))),
				 errhint("Select the drugs first, by medsup.kind(item).")));
	}
	PG_RETURN_MS_FEE_ITEM_P(copy_fee_item(item));
}

/* Reads a code of a local price list, which has no mark there. */
Datum
medsup_local_code(PG_FUNCTION_ARGS)
{
	text	   *arg = PG_GETARG_TEXT_PP(0);
	int			len = (int) VARSIZE_ANY_EXHDR(arg);
	MsFeeItem	item;
	MsCodeError err;

	if (!ms_code_local_parse(VARDATA_ANY(arg), (size_t) len, &item, &err))
		return refuse_text(&local_name, VARDATA_ANY(arg), len, &err, NULL);
	PG_RETURN_MS_FEE_ITEM_P(copy_fee_item(&item));
}

Datum
medsup_kind(PG_FUNCTION_ARGS)
{
	MsFeeItem  *item = PG_GETARG_MS_FEE_ITEM_P(0);
	MsFeeKind	kind = ms_code_fee_item_kind(item);

	PG_RETURN_TEXT_P(cstring_to_text(ms_code_fee_kind_name(kind)));
}
