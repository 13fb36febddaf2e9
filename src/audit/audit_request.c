/*-------------------------------------------------------------------------
 *
 * audit_request.c
 *	  Requests of the national services 3101 and 3102 (明细审核分析) as claims.
 *
 * Callers write one thing in many ways: a single object where a list belongs,
 * an empty text for nothing, camelCase, names without fsi_.  Keys are compared
 * without letter case, underscores and that prefix; what is not known is left
 * aside.  The result is one claim a patient, in the columns that
 * medsup.check_claim takes.  What no claim can be made of is an error that
 * names the place; docs/interface-3101.md says what becomes of each field.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "audit/audit_claim.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"

/* Longest key that means something, as it is compared. */
#define KEY_SIZE 24

/* A field of the request and the column of the claim that it goes to. */
typedef struct Mapping
{
	const char *key;			/* as compared */
	const char *column;
} Mapping;

static const Mapping patient_fields[] = {
	{"patnid", "psn_no"}, {"gend", "gend"}, {"brdy", "brdy"},
	{"poolarea", "insu_admdvs"}
};

static const Mapping encounter_fields[] = {
	{"mdtrtid", "mdtrt_id"}, {"medinsid", "fixmedins_code"},
	{"medinsname", "fixmedins_name"}, {"medinsadmdvs", "fix_blng_admdvs"},
	{"medinstype", "medins_type"}, {"medinslv", "hosp_lv"},
	{"admdate", "begntime"}, {"dscgdate", "endtime"},
	{"medtype", "med_type"}, {"insutype", "insutype"},
	{"matnstas", "matn_stas"}, {"admdeptcodg", "adm_dept_codg"},
	{"dscgdeptcodg", "dscg_dept_codg"}, {"drcodg", "atddr_codg"}
};

static const Mapping order_fields[] = {
	{"rxid", "feedetl_sn"}, {"rxno", "rx_drord_no"},
	{"chrgtype", "med_chrgitm_type"}, {"hilistcode", "med_list_codg"},
	{"hilistlv", "chrgitm_lv"}, {"cnt", "cnt"}, {"pric", "pric"},
	{"sumamt", "det_item_fee_sumamt"}, {"ownpayamt", "fulamt_ownpay_amt"},
	{"drordbegndate", "fee_ocur_time"}, {"drorddeptcodg", "bilg_dept_codg"},
	{"drorddrcodg", "bilg_dr_codg"}, {"drorddrprofttl", "dr_pro_tech_duty"}
};

static const Mapping diagnosis_fields[] = {
	{"disecodg", "diag_code"}, {"maindiseflag", "maindiag_flag"},
	{"inoutdisetype", "inout_diag_type"}
};

static const Mapping operation_fields[] = {
	{"oprncode", "oprn_oprt_code"}, {"mainoprnflag", "main_oprn_flag"},
	{"oprndate", "oprn_oprt_date"}, {"anstway", "anst_way"},
	{"operdrcode", "oper_dr_code"}, {"anstdrcode", "anst_dr_code"}
};

/* An object of the request, its fields under comparable keys. */
typedef struct Field
{
	char		key[KEY_SIZE];
	JsonbValue	name;			/* as the caller wrote it */
	JsonbValue	value;
} Field;

typedef struct Record
{
	const char *path;			/* for messages */
	int			n;
	Field	   *fields;
} Record;

/* The lists of one claim while they are made. */
typedef enum ClaimList
{
	LIST_ENCOUNTERS, LIST_LINES, LIST_DIAGNOSES, LIST_OPERATIONS, N_LISTS
} ClaimList;

static const char *const list_names[N_LISTS] = {
	"encounters", "lines", "diagnoses", "operations"
};

typedef struct Rows
{
	JsonbValue *rows;
	int			n;
	int			size;
	bool		known;
} Rows;

typedef struct Patient
{
	Rows		lists[N_LISTS];
	ArrayBuildState *current;	/* visit and number of the present orders */
} Patient;

PG_FUNCTION_INFO_V1(medsup_read_3101);

/* ---- messages ---- */

static void
refuse(const char *what, const char *problem, const char *allowed)
{
	ereport(ERROR,
			(errcode(ERRCODE_MS_BAD_CLAIM),
			 errmsg("%s %s", what, problem),
			 errdetail("Allowed is %s.", allowed),
			 errhint("docs/interface-3101.md shows a request.")));
}

/* ---- reading ---- */

/* Keys longer than any known one keep their beginning, and match nothing. */
static void
comparable_key(const JsonbValue *key, char *result)
{
	const char *s = key->val.string.val;
	int			len = key->val.string.len;
	int			n = 0;

	if (len >= 3 && pg_strncasecmp(s, "fsi", 3) == 0)
	{
		s += 3;
		len -= 3;
	}
	for (int i = 0; i < len && n < KEY_SIZE - 1; i++)
	{
		if (s[i] != '_')
			result[n++] = (char) pg_ascii_tolower((unsigned char) s[i]);
	}
	result[n] = '\0';
}

static bool
is_object(const JsonbValue *v)
{
	return v->type == jbvBinary && JsonContainerIsObject(v->val.binary.data);
}

static void
read_record(const JsonbValue *object, const char *path, Record *record)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;

	record->path = path;
	record->n = 0;
	if (!is_object(object))
		refuse(path, "is no object", "an object");
	record->fields = palloc(sizeof(Field) *
							(JsonContainerSize(object->val.binary.data) + 1));
	it = JsonbIteratorInit(object->val.binary.data);
	(void) JsonbIteratorNext(&it, &v, true);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			comparable_key(&v, record->fields[record->n].key);
			record->fields[record->n].name = v;
		}
		else if (token == WJB_VALUE)
			record->fields[record->n++].value = v;
	}
}

static const Field *
find_field(const Record *record, const char *key)
{
	for (int i = 0; i < record->n; i++)
	{
		if (strcmp(record->fields[i].key, key) == 0)
			return &record->fields[i];
	}
	return NULL;
}

/* The field, or NULL when it is absent or says nothing. */
static const JsonbValue *
field(const Record *record, const char *key)
{
	const Field *f = find_field(record, key);

	return f == NULL || f->value.type == jbvNull ? NULL : &f->value;
}

/* A field that is there and of a wrong type, by the caller's name of it. */
static void
refuse_field(const Record *record, const char *key, const char *problem,
			 const char *allowed)
{
	const Field *f = find_field(record, key);

	refuse(psprintf("\"%.*s\" in %s", f->name.val.string.len,
					f->name.val.string.val, record->path),
		   problem, allowed);
}

/* A single value as trimmed text, or NULL. */
static text *
text_field(const Record *record, const char *key)
{
	const JsonbValue *v = field(record, key);
	text	   *result = NULL;

	if (v != NULL && !ms_claim_text(v, &result))
		refuse_field(record, key, "is no single value", "a string, a number or null");
	return result;
}

static bool
field_is(const Record *record, const char *key, const char *wanted)
{
	text	   *t = text_field(record, key);

	return t != NULL && strcmp(text_to_cstring(t), wanted) == 0;
}

/* A number, or NULL when there is none that can be read. */
static Numeric
number_field(const Record *record, const char *key)
{
	text	   *t = text_field(record, key);
	Numeric		n;

	if (t == NULL)
		return NULL;
	n = ms_claim_number(t);
	return n == NULL || numeric_is_nan(n) ? NULL : n;
}

/*
 * A list: an array, or an object that stands for its only element.  An empty
 * text says nothing, as null does: then the list is not known.
 */
static bool
list_field(const Record *record, const char *key, JsonbValue **elements,
		   int *n, bool *single)
{
	const JsonbValue *v = field(record, key);
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	e;
	text	   *nothing = NULL;

	*n = 0;
	*single = false;
	if (v == NULL)
		return false;
	if (is_object(v))
	{
		*elements = unconstify(JsonbValue *, v);
		*n = 1;
		*single = true;
		return true;
	}
	if (v->type == jbvString && ms_claim_text(v, &nothing) && nothing == NULL)
		return false;
	if (v->type != jbvBinary)
		refuse_field(record, key, "is no list",
					 "an array of objects, or one object");
	*elements = palloc(sizeof(JsonbValue) *
					   (JsonContainerSize(v->val.binary.data) + 1));
	it = JsonbIteratorInit(v->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &e, true)) != WJB_DONE)
	{
		if (token == WJB_ELEM)
			(*elements)[(*n)++] = e;
	}
	return true;
}

static char *
element_path(const char *path, const char *list, int i, bool single)
{
	const char *dot = path[0] == '\0' ? "" : ".";

	return single ? psprintf("%s%s%s", path, dot, list) :
		psprintf("%s%s%s[%d]", path, dot, list, i);
}

/* ---- writing ---- */

static void
set_string(JsonbValue *v, const char *s, int len)
{
	v->type = jbvString;
	v->val.string.val = unconstify(char *, s);
	v->val.string.len = len;
}

static void
set_text(JsonbValue *v, const text *t)
{
	set_string(v, VARDATA_ANY(t), (int) VARSIZE_ANY_EXHDR(t));
}

static void
put(JsonbParseState **state, const char *column, const JsonbValue *v)
{
	JsonbValue	key;

	set_string(&key, column, (int) strlen(column));
	pushJsonbValue(state, WJB_KEY, &key);
	pushJsonbValue(state, WJB_VALUE, unconstify(JsonbValue *, v));
}

static void
put_string(JsonbParseState **state, const char *column, const char *s)
{
	JsonbValue	v;

	set_string(&v, s, (int) strlen(s));
	put(state, column, &v);
}

/* Fields that are single values; an array or object there is an error. */
static void
put_fields(JsonbParseState **state, const Record *record,
		   const Mapping *mapping, int n)
{
	for (int i = 0; i < n; i++)
	{
		const JsonbValue *v = field(record, mapping[i].key);

		if (v == NULL)
			continue;
		if (v->type == jbvBinary || v->type == jbvBool)
			refuse_field(record, mapping[i].key, "is no single value", "a string, a number or null");
		put(state, mapping[i].column, v);
	}
}

static void
add_row(Rows *rows, JsonbParseState **state)
{
	Jsonb	   *object = JsonbValueToJsonb(pushJsonbValue(state,
														  WJB_END_OBJECT,
														  NULL));

	if (rows->n == rows->size)
	{
		rows->size = Max(16, rows->size * 2);
		rows->rows = rows->rows == NULL ?
			palloc(sizeof(JsonbValue) * rows->size) :
			repalloc_huge(rows->rows, sizeof(JsonbValue) * rows->size);
	}
	rows->rows[rows->n].type = jbvBinary;
	rows->rows[rows->n].val.binary.data = &object->root;
	rows->rows[rows->n].val.binary.len = VARSIZE_ANY_EXHDR(object);
	rows->n++;
	*state = NULL;
}

/* ---- orders ---- */

/*
 * What of an order the insurance would pay for, before anything is settled:
 * what is not wholly the patient's own; nothing of class 丙.
 */
static void
put_in_scope(JsonbParseState **state, const Record *order)
{
	Numeric		sum = number_field(order, "sumamt");
	Numeric		own = number_field(order, "ownpayamt");
	text	   *level = text_field(order, "hilistlv");
	JsonbValue	v;

	if (sum == NULL)
		return;
	v.type = jbvNumeric;
	if (level != NULL && ms_claim_dict_is(level, 2, "03"))
		v.val.numeric = int64_to_numeric(0);
	else if (own == NULL)
		v.val.numeric = sum;
	else
		v.val.numeric = numeric_sub_opt_error(sum, own, NULL);
	put(state, "inscp_amt", &v);
}

static void
add_order(Patient *patient, const Record *encounter, const Record *order,
		  bool stay)
{
	JsonbParseState *state = NULL;
	text	   *mdtrt = text_field(encounter, "mdtrtid");
	text	   *rx = text_field(order, "rxid");
	JsonbValue	v;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	put_fields(&state, order, order_fields, lengthof(order_fields));
	set_text(&v, mdtrt);
	put(&state, "mdtrt_id", &v);

	if (field(encounter, "medinsid") != NULL)
		put(&state, "fixmedins_code", field(encounter, "medinsid"));
	if (!stay && text_field(order, "drordbegndate") == NULL &&
		field(encounter, "admdate") != NULL)
		put(&state, "fee_ocur_time", field(encounter, "admdate"));
	if (field(order, "drordbegndate") != NULL)
		put(&state, "drord_time", field(order, "drordbegndate"));
	put_string(&state, "dscg_tkdrug_flag",
			   field_is(order, "drordbhvr", "1") ? "1" : "0");
	put_in_scope(&state, order);
	add_row(&patient->lists[LIST_LINES], &state);

	/* what does not say that it is history is what is asked about */
	if (rx != NULL && !field_is(order, "currdrordflag", "0"))
		patient->current =
			accumArrayResult(patient->current,
							 PointerGetDatum(cstring_to_text(psprintf("%s\n%s",
																	  text_to_cstring(mdtrt),
																	  text_to_cstring(rx)))),
							 false, TEXTOID, CurrentMemoryContext);
}

/* ---- visits ---- */

static void
add_rows(Patient *patient, ClaimList to, const Record *encounter,
		 const char *list, const char *label, const Mapping *mapping,
		 int n_mapping)
{
	JsonbValue *elements;
	int			n;
	bool		single;
	JsonbValue	mdtrt;

	if (!list_field(encounter, list, &elements, &n, &single))
		return;
	patient->lists[to].known = true;
	set_text(&mdtrt, text_field(encounter, "mdtrtid"));
	for (int i = 0; i < n; i++)
	{
		JsonbParseState *state = NULL;
		Record		record;

		read_record(&elements[i],
					element_path(encounter->path, label, i, single), &record);
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		put_fields(&state, &record, mapping, n_mapping);
		put(&state, "mdtrt_id", &mdtrt);
		add_row(&patient->lists[to], &state);
	}
}

/* The main diagnosis stands beside the list as well. */
static void
add_main_diagnosis(Patient *patient, const Record *encounter)
{
	Rows	   *rows = &patient->lists[LIST_DIAGNOSES];
	text	   *code = text_field(encounter, "dscgmaindisecodg");
	JsonbParseState *state = NULL;
	JsonbValue	v;

	if (code == NULL)
		return;
	rows->known = true;
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	set_text(&v, code);
	put(&state, "diag_code", &v);
	put_string(&state, "maindiag_flag", "1");
	set_text(&v, text_field(encounter, "mdtrtid"));
	put(&state, "mdtrt_id", &v);
	add_row(rows, &state);
}

static void
add_encounter(Patient *patient, const Record *encounter)
{
	/* med_mdtrt_type stands in for a med_type that is not told */
	static const char *const med_types[][2] = {
		{"1", "11"}, {"2", "21"}, {"3", "41"}
	};
	JsonbParseState *state = NULL;
	JsonbValue *orders;
	int			n;
	bool		single;

	if (text_field(encounter, "mdtrtid") == NULL)
		refuse(psprintf("\"mdtrt_id\" in %s", encounter->path), "is missing",
			   "the number of the visit");
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	put_fields(&state, encounter, encounter_fields,
			   lengthof(encounter_fields));
	for (int i = 0; i < (int) lengthof(med_types); i++)
	{
		if (text_field(encounter, "medtype") == NULL &&
			field_is(encounter, "medmdtrttype", med_types[i][0]))
			put_string(&state, "med_type", med_types[i][1]);
	}
	add_row(&patient->lists[LIST_ENCOUNTERS], &state);
	add_rows(patient, LIST_DIAGNOSES, encounter, "diagnosedtos",
			 "fsi_diagnose_dtos", diagnosis_fields,
			 lengthof(diagnosis_fields));
	add_main_diagnosis(patient, encounter);
	add_rows(patient, LIST_OPERATIONS, encounter, "operationdtos",
			 "fsi_operation_dtos", operation_fields,
			 lengthof(operation_fields));

	if (!list_field(encounter, "orderdtos", &orders, &n, &single))
		return;
	for (int i = 0; i < n; i++)
	{
		Record		order;

		if ((i & 255) == 0)
			CHECK_FOR_INTERRUPTS();
		read_record(&orders[i],
					element_path(encounter->path, "fsi_order_dtos", i, single),
					&order);
		add_order(patient, encounter, &order,
				  field_is(encounter, "medmdtrttype", "2"));
		pfree(order.fields);
	}
}

/* ---- patients ---- */

static Jsonb *
make_claim(const Record *person, Patient *patient)
{
	JsonbParseState *state = NULL;
	JsonbValue	key;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	set_string(&key, "person", 6);
	pushJsonbValue(&state, WJB_KEY, &key);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	put_fields(&state, person, patient_fields, lengthof(patient_fields));
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	for (int i = 0; i < N_LISTS; i++)
	{
		Rows	   *rows = &patient->lists[i];

		if (!rows->known)
			continue;
		set_string(&key, list_names[i], (int) strlen(list_names[i]));
		pushJsonbValue(&state, WJB_KEY, &key);
		pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
		for (int j = 0; j < rows->n; j++)
			pushJsonbValue(&state, WJB_ELEM, &rows->rows[j]);
		pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* Codes of rules, or NULL when none are named. */
static ArrayType *
rule_ids(const Record *data)
{
	JsonbValue *elements;
	int			n;
	bool		single;
	ArrayBuildState *ids = initArrayResult(TEXTOID, CurrentMemoryContext,
										   false);

	if (!list_field(data, "ruleids", &elements, &n, &single) || n == 0)
		return NULL;
	for (int i = 0; i < n; i++)
	{
		text	   *id = NULL;

		if (single || !ms_claim_text(&elements[i], &id))
			refuse("\"rule_ids\" in input.data", "is no list of codes",
				   "an array of strings");
		if (id != NULL)
			ids = accumArrayResult(ids, PointerGetDatum(id), false, TEXTOID,
								   CurrentMemoryContext);
	}
	return DatumGetArrayTypeP(makeArrayResult(ids, CurrentMemoryContext));
}

static void
put_patient(ReturnSetInfo *rsinfo, const Record *data, const Record *person)
{
	Patient		patient = {0};
	JsonbValue *encounters;
	int			n;
	bool		single;
	Datum		values[7];
	bool		nulls[7];

	if (text_field(person, "patnid") == NULL)
		refuse(psprintf("\"patn_id\" in %s", person->path), "is missing",
			   "the number of the patient");
	if (!list_field(person, "encounterdtos", &encounters, &n, &single) ||
		n == 0)
		refuse(psprintf("\"fsi_encounter_dtos\" in %s", person->path),
			   "is missing", "an array of at least one visit");
	patient.lists[LIST_ENCOUNTERS].known = true;
	patient.lists[LIST_LINES].known = true;
	patient.current = initArrayResult(TEXTOID, CurrentMemoryContext, false);
	for (int i = 0; i < n; i++)
	{
		Record		encounter;

		read_record(&encounters[i],
					element_path(person->path, "fsi_encounter_dtos", i,
								 single),
					&encounter);
		add_encounter(&patient, &encounter);
	}
	values[0] = PointerGetDatum(text_field(person, "patnid"));
	values[1] = PointerGetDatum(text_field(person, "currmdtrtid"));
	values[2] = PointerGetDatum(text_field(data, "taskid"));
	values[3] = PointerGetDatum(text_field(data, "trigscen"));
	values[4] = PointerGetDatum(rule_ids(data));
	values[5] = JsonbPGetDatum(make_claim(person, &patient));
	values[6] = makeArrayResult(patient.current, CurrentMemoryContext);
	for (int i = 0; i < (int) lengthof(values); i++)
		nulls[i] = DatumGetPointer(values[i]) == NULL;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* The envelope's layers may be left out. */
static void
unwrap(Record *record, const char *key)
{
	const JsonbValue *v = field(record, key);

	if (v != NULL)
		read_record(v, psprintf("\"%s\"", key), record);
}

/*
 * read_3101(request): one row a patient: patn_id, curr_mdtrt_id, what the
 * request as a whole says, the claim, and "mdtrt_id, line end, rx_id" of each
 * order that is not history.
 */
Datum
medsup_read_3101(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Jsonb	   *request = PG_GETARG_JSONB_P(0);
	JsonbValue	whole;
	Record		data;
	JsonbValue *patients;
	int			n;
	bool		single;
	MemoryContext work;
	MemoryContext caller;

	InitMaterializedSRF(fcinfo, 0);
	work = AllocSetContextCreate(CurrentMemoryContext,
								 "medsup read 3101", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(work);
	whole.type = jbvBinary;
	whole.val.binary.data = &request->root;
	whole.val.binary.len = VARSIZE_ANY_EXHDR(request);
	read_record(&whole, "the request", &data);
	unwrap(&data, "input");
	unwrap(&data, "data");
	data.path = "input.data";
	if (!list_field(&data, "patientdtos", &patients, &n, &single) || n == 0)
		refuse("\"patient_dtos\" in input.data", "is missing",
			   "an array of at least one patient");
	for (int i = 0; i < n; i++)
	{
		Record		person;

		read_record(&patients[i],
					element_path("", "patient_dtos", i, single), &person);
		put_patient(rsinfo, &data, &person);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(work);
	return (Datum) 0;
}
