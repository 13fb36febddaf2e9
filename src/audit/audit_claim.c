/*-------------------------------------------------------------------------
 *
 * audit_claim.c
 *	  A claim as JSON into the record types that the evaluator takes.
 *
 * The keys of an object are the columns of the record type, or other
 * spellings that exports have.  Values are read by the same readers as the
 * columns of a bound warehouse (sql/parts/31_bind.sql), so that a claim says
 * the same through every door.  What is no claim at all is an error that
 * names the place, never the value: messages go to logs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "audit/audit_claim.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"
#include "common/ms_read.h"
#include "common/read_core.h"

/* The lists of a claim; all but "lines" may be absent: then nothing is known. */
static const char *const list_names[] = {
	"encounters", "settlements", "lines", "diagnoses", "operations",
	"registrations"
};

/*
 * Dictionary columns are filled up with zeros to the dictionary's width, and
 * have one in whatever list they occur.  A test holds these two tables
 * against medsup.source_column.
 */
static const struct
{
	const char *column;
	int			width;
}			dictionaries[] = {
	{"anst_way", 2}, {"chrgitm_lv", 2}, {"clr_way", 1}, {"diag_type", 1},
	{"dscg_tkdrug_flag", 1}, {"dscg_way", 1}, {"etip_flag", 1}, {"gend", 1},
	{"hosp_appr_flag", 1}, {"hosp_lv", 2}, {"incs_type", 1}, {"inhosp_stas", 1},
	{"inout_diag_type", 1}, {"insutype", 3}, {"main_oprn_flag", 1},
	{"maindiag_flag", 1}, {"matn_stas", 1}, {"med_chrgitm_type", 2},
	{"med_type", 2}, {"mid_setl_flag", 1}, {"pay_loc", 1},
	{"refd_setl_flag", 1}, {"rx_circ_flag", 1}, {"rx_hosp_lv", 2},
	{"vali_flag", 1}
};

static const struct
{
	const char *alias;
	const char *column;
}			aliases[] = {
	{"acord_dept_code", "acord_dept_codg"}, {"adm_dept_code", "adm_dept_codg"},
	{"anst_dr_codg", "anst_dr_code"}, {"atddr_no", "atddr_codg"},
	{"begndate", "begntime"},
	{"begntime", "begndate"}, {"bilg_dept_code", "bilg_dept_codg"},
	{"bilg_dr_code", "bilg_dr_codg"}, {"bkkp_sn", "feedetl_sn"},
	{"chfpdr_code", "atddr_codg"}, {"dscg_dept_code", "dscg_dept_codg"},
	{"diag_codg", "diag_code"}, {"dise_code", "diag_code"},
	{"dise_codg", "dise_no"}, {"enddate", "endtime"}, {"endtime", "enddate"},
	{"init_bkkp_sn", "init_feedetl_sn"}, {"inscp_scp_amt", "inscp_amt"},
	{"med_list_code", "med_list_codg"}, {"medins_code", "fixmedins_code"},
	{"medins_name", "fixmedins_name"}, {"oper_dr_codg", "oper_dr_code"},
	{"opsp_dise_code", "dise_no"}, {"oth_pay", "othfund_pay"},
	{"rxno", "rx_drord_no"}
};

/* What is said once of the person and goes to all rows, or to visits only. */
static const struct
{
	const char *column;
	bool		visits_only;
}			of_person[] = {
	{"psn_no", false}, {"gend", true}, {"brdy", true}, {"insu_admdvs", true},
	{"die_date", true}
};

/* A spelling under which a column is looked up. */
typedef struct Spelling
{
	char		name[NAMEDATALEN];
	int			column;			/* from 0 */
	bool		alias;
} Spelling;

/*
 * What this backend keeps of one record type: a prepared statement that checks
 * one claim would else spend a tenth of its time on it.  Records of a list
 * mostly have the same keys in the same order: which spelling the nth key was
 * before is tried first.
 */
#define MAX_GUESSES 64

typedef struct ClaimType
{
	MemoryContext context;		/* of all of it */
	Oid			rowtype;
	uint64		identifier;		/* another one when the type was altered */
	TupleDesc	desc;
	int			n_spellings;
	Spelling   *spellings;		/* in strcmp order */
	int		   *widths;			/* by column; -1 = no dictionary */
	const Spelling *guesses[MAX_GUESSES];	/* NULL = none */
} ClaimType;

/* Where a reader is: for messages. */
typedef struct Place
{
	const char *list;			/* or "person" */
	int			row;			/* from 0, -1 = no list */
	const char *column;
} Place;

PG_FUNCTION_INFO_V1(medsup_claim_rows);
PG_FUNCTION_INFO_V1(medsup_claim_history_from);

/* ---- messages ---- */

static const char *
place_name(const Place *place)
{
	return place->row < 0 ? place->list :
		psprintf("%s[%d]", place->list, place->row);
}

static const char *
json_type(const JsonbValue *v)
{
	switch (v->type)
	{
		case jbvNull:
			return "null";
		case jbvString:
			return "a string";
		case jbvNumeric:
			return "a number";
		case jbvBool:
			return "a boolean";
		case jbvBinary:
			if (JsonContainerIsScalar(v->val.binary.data))
				return "a scalar";
			return JsonContainerIsArray(v->val.binary.data) ? "an array" :
				"an object";
		default:
			return "of another type";
	}
}

static void
refuse_type(const char *what, const char *found, const char *wanted)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_BAD_CLAIM),
			 errmsg("%s is %s", what, found),
			 errdetail("Allowed is %s.", wanted),
			 errhint("docs/check-claim.md shows a claim with all its parts.")));
}

static void
refuse_value(const Place *place, const JsonbValue *v, const char *wanted)
{
	refuse_type(psprintf("\"%s\" in %s of the claim", place->column,
						 place_name(place)),
				json_type(v), wanted);
}

/* ---- values ---- */

static bool
server_is_utf8(void)
{
	return GetDatabaseEncoding() == PG_UTF8;
}

static Datum
read_dict(const char *s, size_t len, int width)
{
	size_t		size = Max(len, (size_t) width);
	text	   *result = palloc(VARHDRSZ + size);

	size = ms_read_dict(s, len, width, VARDATA(result));
	SET_VARSIZE(result, VARHDRSZ + size);
	return PointerGetDatum(result);
}

/* A key, code or dictionary value; width -1 = no dictionary. */
static Datum
read_text(const char *s, size_t len, int width, bool *isnull)
{
	size_t		first;
	size_t		count;

	*isnull = !ms_read_span(s, len, server_is_utf8(), &first, &count);
	if (*isnull)
		return (Datum) 0;
	if (width >= 0)
		return read_dict(s + first, count, width);
	return PointerGetDatum(cstring_to_text_with_len(s + first, (int) count));
}

static Datum
read_time(const char *s, size_t len, bool *isnull)
{
	int64_t		value = 0;
	Timestamp	unreadable;

	*isnull = false;
	switch (ms_read_timestamp(s, len, server_is_utf8(), &value))
	{
		case MS_READ_MISSING:
			*isnull = true;
			return (Datum) 0;
		case MS_READ_UNREADABLE:
			TIMESTAMP_NOBEGIN(unreadable);
			return TimestampGetDatum(unreadable);
		case MS_READ_OK:
			break;
	}
	return TimestampGetDatum((Timestamp) value);
}

/* Through the SQL reader, which also knows numbers of many digits. */
static Datum
read_number(const char *s, size_t len, bool *isnull)
{
	LOCAL_FCINFO(fcinfo, 1);
	Datum		result;

	InitFunctionCallInfoData(*fcinfo, NULL, 1, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = PointerGetDatum(cstring_to_text_with_len(s, (int) len));
	fcinfo->args[0].isnull = false;
	result = medsup_read_numeric(fcinfo);
	*isnull = fcinfo->isnull;
	return result;
}

static Datum
read_string(Oid type, int width, const char *s, size_t len, bool *isnull)
{
	switch (type)
	{
		case TIMESTAMPOID:
			return read_time(s, len, isnull);
		case NUMERICOID:
			return read_number(s, len, isnull);
		default:
			return read_text(s, len, width, isnull);
	}
}

/*
 * One value of a record.  A JSON number in a text column is written without
 * zeros at the end of its fraction, as a numeric column of a warehouse is.
 */
static Datum
read_value(const JsonbValue *v, Oid type, int width, const Place *place,
		   bool *isnull)
{
	char	   *s;

	*isnull = false;
	if (v->type == jbvNull)
	{
		*isnull = true;
		return (Datum) 0;
	}
	if (type == JSONBOID)
	{
		if (v->type != jbvBinary || !JsonContainerIsObject(v->val.binary.data))
			refuse_value(place, v, "an object of single values");
		return PointerGetDatum(JsonbValueToJsonb(unconstify(JsonbValue *, v)));
	}
	switch (v->type)
	{
		case jbvString:
			return read_string(type, width, v->val.string.val,
							   (size_t) v->val.string.len, isnull);
		case jbvNumeric:
			if (type == NUMERICOID)
				return NumericGetDatum(v->val.numeric);
			s = DatumGetCString(DirectFunctionCall1(numeric_out,
													DirectFunctionCall1(numeric_trim_scale,
																		NumericGetDatum(v->val.numeric))));
			return read_string(type, width, s, strlen(s), isnull);
		case jbvBool:
			if (width == 1)
				return read_dict(v->val.boolean ? "1" : "0", 1, width);
			break;
		default:
			break;
	}
	refuse_value(place, v, width == 1 ?
				 "a string, a number, a boolean or null" :
				 "a string, a number or null");
	return (Datum) 0;			/* not reached */
}

/* ---- single values, for requests ---- */

bool
ms_claim_text(const JsonbValue *v, text **result)
{
	bool		isnull = true;
	Datum		value = (Datum) 0;

	if (v->type == jbvString || v->type == jbvNumeric)
		value = read_value(v, TEXTOID, -1, NULL, &isnull);
	else if (v->type != jbvNull)
		return false;
	*result = isnull ? NULL : DatumGetTextPP(value);
	return true;
}

bool
ms_claim_dict_is(const text *value, int width, const char *wanted)
{
	Datum		dict = read_dict(VARDATA_ANY(value),
								 VARSIZE_ANY_EXHDR(value), width);

	return strcmp(TextDatumGetCString(dict), wanted) == 0;
}

Numeric
ms_claim_number(text *value)
{
	bool		isnull;
	Datum		number = read_number(VARDATA_ANY(value),
									 VARSIZE_ANY_EXHDR(value), &isnull);

	return isnull ? NULL : DatumGetNumeric(number);
}

/* ---- record types ---- */

static int
cmp_spelling(const void *a, const void *b)
{
	return strcmp(((const Spelling *) a)->name, ((const Spelling *) b)->name);
}

static int
column_named(TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
	{
		if (!TupleDescAttr(desc, i)->attisdropped &&
			strcmp(NameStr(TupleDescAttr(desc, i)->attname), name) == 0)
			return i;
	}
	return -1;
}

static void
add_spelling(ClaimType *type, const char *name, int column, bool alias)
{
	Spelling   *s = &type->spellings[type->n_spellings++];

	strlcpy(s->name, name, NAMEDATALEN);
	s->column = column;
	s->alias = alias;
}

static int
dictionary_width(const char *column)
{
	for (int i = 0; i < (int) lengthof(dictionaries); i++)
	{
		if (strcmp(dictionaries[i].column, column) == 0)
			return dictionaries[i].width;
	}
	return -1;
}

/* A name that is a column itself is no other spelling of another one. */
static void
list_spellings(ClaimType *type)
{
	TupleDesc	desc = type->desc;

	type->spellings = palloc(sizeof(Spelling) *
							 (desc->natts + lengthof(aliases)));
	type->widths = palloc(sizeof(int) * desc->natts);
	for (int i = 0; i < desc->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(desc, i)->attname);

		type->widths[i] = -1;
		if (TupleDescAttr(desc, i)->attisdropped)
			continue;
		if (TupleDescAttr(desc, i)->atttypid == TEXTOID)
			type->widths[i] = dictionary_width(name);
		add_spelling(type, name, i, false);
	}
	for (int i = 0; i < (int) lengthof(aliases); i++)
	{
		int			column = column_named(desc, aliases[i].column);

		if (column >= 0 && column_named(desc, aliases[i].alias) < 0)
			add_spelling(type, aliases[i].alias, column, true);
	}
	qsort(type->spellings, type->n_spellings, sizeof(Spelling), cmp_spelling);
}

static ClaimType *
make_claim_type(Oid rowtype, uint64 identifier)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "medsup claim type",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	TupleDesc	desc = lookup_rowtype_tupdesc(rowtype, -1);
	ClaimType  *type = palloc0(sizeof(ClaimType));

	type->context = context;
	type->rowtype = rowtype;
	type->identifier = identifier;
	type->desc = CreateTupleDescCopy(desc);
	list_spellings(type);
	ReleaseTupleDesc(desc);
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(context, CacheMemoryContext);
	return type;
}

/* Valid until the next call; there are six record types. */
static ClaimType *
claim_type(Oid rowtype)
{
	static ClaimType *types[8];
	static int	next = 0;
	uint64		identifier = assign_record_type_identifier(rowtype, -1);
	ClaimType  *type;

	for (int i = 0; i < (int) lengthof(types); i++)
	{
		if (types[i] != NULL && types[i]->rowtype == rowtype &&
			types[i]->identifier == identifier)
			return types[i];
	}
	type = make_claim_type(rowtype, identifier);
	if (types[next] != NULL)
		MemoryContextDelete(types[next]->context);
	types[next] = type;
	next = (next + 1) % (int) lengthof(types);
	return type;
}

/* Letter case does not matter: exports have upper case too. */
static const Spelling *
search_spelling(const ClaimType *type, const JsonbValue *key)
{
	Spelling	wanted;
	int			len = key->val.string.len;

	if (len >= NAMEDATALEN)
		return NULL;
	for (int i = 0; i < len; i++)
		wanted.name[i] = (char) pg_ascii_tolower((unsigned char) key->val.string.val[i]);
	wanted.name[len] = '\0';
	return bsearch(&wanted, type->spellings, type->n_spellings,
				   sizeof(Spelling), cmp_spelling);
}

/* nth counts the keys of the record from 0. */
static const Spelling *
find_spelling(ClaimType *type, const JsonbValue *key, int nth)
{
	const Spelling *found = nth < MAX_GUESSES ? type->guesses[nth] : NULL;
	int			len = key->val.string.len;

	if (found != NULL && len < NAMEDATALEN && found->name[len] == '\0' &&
		memcmp(found->name, key->val.string.val, len) == 0)
		return found;
	found = search_spelling(type, key);
	if (nth < MAX_GUESSES)
		type->guesses[nth] = found;
	return found;
}

/* ---- records ---- */

/* What the person object says, ready to be filled in. */
typedef struct Filling
{
	int			column;			/* of the record type, -1 = none there */
	Datum		value;
	bool		isnull;
} Filling;

static void
read_person(const JsonbContainer *claim, const ClaimType *type, bool visits,
			Filling *filling)
{
	JsonbValue	person;
	JsonbValue	v;
	Place		place = {"person", -1, NULL};

	for (int i = 0; i < (int) lengthof(of_person); i++)
	{
		filling[i].column = -1;
		filling[i].isnull = true;
	}

	if (getKeyJsonValueFromContainer(unconstify(JsonbContainer *, claim), "person", 6, &person) == NULL ||
		person.type == jbvNull)
		return;
	if (person.type != jbvBinary ||
		!JsonContainerIsObject(person.val.binary.data))
		refuse_type("\"person\" of the claim", json_type(&person), "an object");
	for (int i = 0; i < (int) lengthof(of_person); i++)
	{
		const char *name = of_person[i].column;
		int			column = column_named(type->desc, name);

		if (column < 0 || (of_person[i].visits_only && !visits) ||
			getKeyJsonValueFromContainer(person.val.binary.data, name,
										 (int) strlen(name), &v) == NULL)
			continue;
		place.column = name;
		filling[i].column = column;
		filling[i].value = read_value(&v,
									  TupleDescAttr(type->desc, column)->atttypid,
									  type->widths[column], &place,
									  &filling[i].isnull);
	}
}

/* One record; what it does not say itself comes from the person. */
static HeapTuple
read_record(const JsonbValue *object, ClaimType *type, Place *place,
			const Filling *filling)
{
	int			natts = type->desc->natts;
	Datum	   *values = palloc0(sizeof(Datum) * natts);
	bool	   *nulls = palloc(sizeof(bool) * natts);
	bool	   *direct = palloc0(sizeof(bool) * natts);
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;
	const Spelling *spelling = NULL;
	int			n_keys = 0;
	HeapTuple	tuple;

	memset(nulls, true, natts);

	if (object->type != jbvBinary ||
		!JsonContainerIsObject(object->val.binary.data))
		refuse_type(psprintf("\"%s\" of the claim", place_name(place)), json_type(object),
					"an object");
	it = JsonbIteratorInit(object->val.binary.data);
	(void) JsonbIteratorNext(&it, &v, true);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		int			column;

		if (token == WJB_KEY)
		{
			spelling = find_spelling(type, &v, n_keys++);
			continue;
		}
		if (token != WJB_VALUE || spelling == NULL)
			continue;
		column = spelling->column;
		if (spelling->alias && direct[column])
			continue;
		direct[column] |= !spelling->alias;
		place->column = spelling->name;
		values[column] = read_value(&v,
									TupleDescAttr(type->desc, column)->atttypid,
									type->widths[column], place,
									&nulls[column]);
	}
	for (int i = 0; i < (int) lengthof(of_person); i++)
	{
		int			column = filling[i].column;

		if (column >= 0 && nulls[column])
		{
			values[column] = filling[i].value;
			nulls[column] = filling[i].isnull;
		}
	}
	tuple = heap_form_tuple(type->desc, values, nulls);
	pfree(values);
	pfree(nulls);
	pfree(direct);
	return tuple;
}

/* ---- the claim ---- */

static bool
is_part(const JsonbValue *key)
{
	if ((key->val.string.len == 6 &&
		 memcmp(key->val.string.val, "person", 6) == 0) ||
		(key->val.string.len == 12 &&
		 memcmp(key->val.string.val, "history_from", 12) == 0))
		return true;
	for (int i = 0; i < (int) lengthof(list_names); i++)
	{
		if ((size_t) key->val.string.len == strlen(list_names[i]) &&
			memcmp(key->val.string.val, list_names[i],
				   key->val.string.len) == 0)
			return true;
	}
	return false;
}

/* A misspelt list would pass as one that is not there. */
static void
check_parts(JsonbContainer *claim)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;

	if (!JsonContainerIsObject(claim))
		refuse_type("the claim", JsonContainerIsScalar(claim) ? "a scalar" :
					"an array", "an object");
	it = JsonbIteratorInit(claim);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token != WJB_KEY || is_part(&v))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_CLAIM),
				 errmsg("the claim has a part \"%s\" that no claim has",
						pnstrdup(v.val.string.val,
								 pg_mbcliplen(v.val.string.val,
											  v.val.string.len, 63))),
				 errdetail("Parts are person, encounters, settlements, lines, diagnoses, operations, registrations and history_from."),
				 errhint("docs/check-claim.md shows a claim with all its parts.")));
	}

	if (getKeyJsonValueFromContainer(claim, "lines", 5, &v) == NULL ||
		v.type == jbvNull)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_CLAIM),
				 errmsg("the claim has no lines"),
				 errdetail("Required is \"lines\", an array of fee lines, which may be empty."),
				 errhint("docs/check-claim.md shows a claim with all its parts.")));
}

/*
 * claim_history_from(claim): from when on the claim holds all of the person,
 * for the evaluator; NULL when it holds all, infinity when it does not say.
 */
Datum
medsup_claim_history_from(PG_FUNCTION_ARGS)
{
	JsonbContainer *claim = &PG_GETARG_JSONB_P(0)->root;
	Place		place = {"history_from", -1, "history_from"};
	Timestamp	from;
	JsonbValue	v;
	bool		isnull = true;
	Datum		value = (Datum) 0;

	TIMESTAMP_NOEND(from);
	if (!JsonContainerIsObject(claim) ||
		getKeyJsonValueFromContainer(claim, "history_from", 12, &v) == NULL ||
		v.type == jbvNull)
		PG_RETURN_TIMESTAMP(from);
	if (v.type == jbvString && v.val.string.len == 3 &&
		memcmp(v.val.string.val, "all", 3) == 0)
		PG_RETURN_NULL();
	if (v.type == jbvString || v.type == jbvNumeric)
		value = read_value(&v, TIMESTAMPOID, -1, &place, &isnull);
	if (isnull || TIMESTAMP_IS_NOBEGIN(DatumGetTimestamp(value)))
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_CLAIM),
				 errmsg("\"history_from\" of the claim is no date"),
				 errdetail("Allowed is a date from which on the claim holds everything about the person, or \"all\"."),
				 errhint("Leave it out for a claim that holds the present visits only.")));
	PG_RETURN_DATUM(value);
}

/*
 * claim_rows(claim, list, row): the records of a list of the claim, in the
 * row's type; NULL when the claim does not have that list.
 */
Datum
medsup_claim_rows(PG_FUNCTION_ARGS)
{
	Oid			rowtype = get_fn_expr_argtype(fcinfo->flinfo, 2);
	JsonbContainer *claim;
	char	   *name;
	JsonbValue	list;
	JsonbValue	v;
	JsonbIterator *it;
	JsonbIteratorToken token;
	ClaimType  *type;
	Place		place = {NULL, 0, NULL};
	Filling		filling[lengthof(of_person)];
	ArrayBuildState *rows;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_CLAIM),
				 errmsg("there is no claim to check"),
				 errhint("docs/check-claim.md shows a claim with all its parts.")));
	if (!type_is_rowtype(rowtype))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("type %s is not a record type",
						format_type_be(rowtype)),
				 errhint("Pass NULL::medsup.claim_fee_line or another claim type.")));
	claim = &PG_GETARG_JSONB_P(0)->root;
	name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	place.list = name;
	check_parts(claim);

	if (getKeyJsonValueFromContainer(claim, name, (int) strlen(name),
									 &list) == NULL ||
		list.type == jbvNull)
		PG_RETURN_NULL();
	if (list.type != jbvBinary || !JsonContainerIsArray(list.val.binary.data))
		refuse_type(psprintf("\"%s\" of the claim", name), json_type(&list),
					"an array of objects");
	type = claim_type(rowtype);
	read_person(claim, type, strcmp(name, "encounters") == 0, filling);
	rows = initArrayResult(rowtype, CurrentMemoryContext, false);
	it = JsonbIteratorInit(list.val.binary.data);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		HeapTuple	row;

		if (token != WJB_ELEM)
			continue;
		if ((place.row & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		row = read_record(&v, type, &place, filling);
		rows = accumArrayResult(rows, HeapTupleGetDatum(row), false, rowtype,
								CurrentMemoryContext);
		heap_freetuple(row);
		place.row++;
	}
	return makeArrayResult(rows, CurrentMemoryContext);
}
