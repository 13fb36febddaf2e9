/*-------------------------------------------------------------------------
 *
 * anomaly_model.c
 *	  The type anomaly_model and the aggregates that make it.
 *
 * Stored, sent and as text a model is the bytes of anomaly_format_core.h.
 * While an aggregate fills it, it is an expanded object under the aggregate's
 * context, changed in place; whoever stores it or hands it to another process
 * flattens it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "anomaly/anomaly.h"
#include "anomaly/anomaly_format_core.h"
#include "common/ms_compat.h"
#include "common/ms_errors.h"

PG_FUNCTION_INFO_V1(medsup_anomaly_model_in);
PG_FUNCTION_INFO_V1(medsup_anomaly_model_out);
PG_FUNCTION_INFO_V1(medsup_anomaly_model_recv);
PG_FUNCTION_INFO_V1(medsup_anomaly_model_send);
PG_FUNCTION_INFO_V1(medsup_anomaly_model_add);
PG_FUNCTION_INFO_V1(medsup_anomaly_model_combine);

#define MODEL_MAGIC	0x4d534d31

typedef struct Model
{
	ExpandedObjectHeader hdr;
	int			magic;
	MsEnv		env;
	MsArena		arena;
	MsAnomaly	state;
	uint8	   *flat;			/* its bytes, unless changed since */
	Size		flat_size;
} Model;

/* ---- memory ---- */

static void *
take(void *ctx, size_t size)
{
	return MemoryContextAllocHuge(ctx, size);
}

static void
check(void *ctx)
{
	CHECK_FOR_INTERRUPTS();
}

static void
fail(void *ctx, MsFail why)
{
	if (why == MS_FAIL_TOO_MANY)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows for one model")));
	ereport(ERROR,
			(errcode(ERRCODE_OUT_OF_MEMORY),
			 errmsg("a model needs more memory than there can be")));
}

MsEnv
ms_anomaly_env(MemoryContext context)
{
	MsEnv		env = {take, check, fail, context, SIZE_MAX / 4};

	return env;
}

/* Most groups are small: no chunk larger than needed at first. */
#define FIRST_CHUNK	1024

/* Work memory of a call site, kept between calls. */
typedef struct Scratch
{
	MsEnv		env;
	MsArena		arena;
} Scratch;

static MsArena *
scratch_of(FmgrInfo *flinfo)
{
	Scratch    *scratch = flinfo->fn_extra;

	if (scratch == NULL)
	{
		scratch = MemoryContextAlloc(flinfo->fn_mcxt, sizeof(Scratch));
		scratch->env = ms_anomaly_env(flinfo->fn_mcxt);
		ms_arena_init(&scratch->arena, &scratch->env);
		flinfo->fn_extra = scratch;
	}
	return &scratch->arena;
}

/* ---- arrays ---- */

uint32
ms_anomaly_features(ArrayType *array)
{
	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] > MS_ANOMALY_FEATURES)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_FEATURES),
				 errmsg("features are not an array of 1 to %d numbers", MS_ANOMALY_FEATURES),
				 errhint("Give one number an indicator, in one dimension; NULL for what is not known.")));
	return (uint32) ARR_DIMS(array)[0];
}

/* ms_anomaly_doubles: NULL is NaN. */
void
ms_anomaly_doubles(ArrayType *array, double *value)
{
	uint32		n = ms_anomaly_features(array);
	const float8 *data = (const float8 *) ARR_DATA_PTR(array);
	const bits8 *bitmap = ARR_NULLBITMAP(array);

	for (uint32 j = 0; j < n; j++)
		value[j] = bitmap != NULL && (bitmap[j / 8] & (1 << (j % 8))) == 0 ?
			get_float8_nan() : *data++;
}

/* ms_anomaly_codes: returns how many features there are. */
uint32
ms_anomaly_codes(ArrayType *array, uint32 *code)
{
	uint32		n = ms_anomaly_features(array);
	const float8 *data = (const float8 *) ARR_DATA_PTR(array);
	double		value[MS_ANOMALY_FEATURES];

	if (ARR_HASNULL(array))
	{
		ms_anomaly_doubles(array, value);
		data = value;
	}
	for (uint32 j = 0; j < n; j++)
		code[j] = ms_anomaly_code(data[j]);
	return n;
}

static void
check_count(uint32 got, uint32 wanted)
{
	if (got != wanted)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_FEATURES),
				 errmsg("an array of %u features, but the others have %u", got, wanted),
				 errhint("Every row has the same indicators in the same order; NULL for what is not known.")));
}

/* ms_anomaly_codes_of: of a row that has the features of others. */
void
ms_anomaly_codes_of(ArrayType *array, uint32 features, uint32 *code)
{
	check_count(ms_anomaly_features(array), features);
	ms_anomaly_codes(array, code);
}

/* ms_anomaly_directions: no array means that all are suspicious when high. */
void
ms_anomaly_directions(ArrayType *array, uint32 features, int8 *direction)
{
	const int32 *given;

	if (array == NULL)
	{
		memset(direction, 1, features);
		return;
	}
	if (ARR_NDIM(array) != 1 || array_contains_nulls(array) ||
		ARR_DIMS(array)[0] != (int) features)
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_FEATURES),
				 errmsg("directions are not one number a feature"),
				 errhint("1: high is suspicious, -1: low, 0: both.")));
	given = (const int32 *) ARR_DATA_PTR(array);
	for (uint32 j = 0; j < features; j++)
	{
		if (given[j] < -1 || given[j] > 1)
			ereport(ERROR,
					(errcode(ERRCODE_MS_BAD_FEATURES),
					 errmsg("a direction is %d", given[j]),
					 errhint("1: high is suspicious, -1: low, 0: both.")));
		direction[j] = (int8) given[j];
	}
}

/* ---- expanded models ---- */

static Size
model_size(ExpandedObjectHeader *eohptr)
{
	Model	   *model = (Model *) eohptr;

	if (model->flat == NULL)
	{
		MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "medsup anomaly flatten",
												   ALLOCSET_DEFAULT_SIZES);
		MsEnv		env = ms_anomaly_env(work);
		MsArena		scratch;

		ms_arena_init(&scratch, &env);
		ms_anomaly_settle(&model->state, &scratch);
		MemoryContextDelete(work);
		model->flat_size = ms_anomaly_encode(&model->state, NULL);
		model->flat = MemoryContextAlloc(model->hdr.eoh_context, model->flat_size);
		ms_anomaly_encode(&model->state, model->flat);
	}
	return VARHDRSZ + model->flat_size;
}

static void
model_flatten(ExpandedObjectHeader *eohptr, void *result, Size allocated_size)
{
	Model	   *model = (Model *) eohptr;

	Assert(model->flat != NULL && allocated_size == VARHDRSZ + model->flat_size);
	SET_VARSIZE(result, allocated_size);
	memcpy(VARDATA(result), model->flat, model->flat_size);
}

static const ExpandedObjectMethods model_methods = {model_size, model_flatten};

/* A new one without a state. */
static Model *
make_model(MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "medsup anomaly model",
												  ALLOCSET_START_SMALL_SIZES);
	Model	   *model = MemoryContextAllocZero(context, sizeof(Model));

	EOH_init_header(&model->hdr, &model_methods, context);
	model->magic = MODEL_MAGIC;
	model->env = ms_anomaly_env(context);
	ms_arena_init(&model->arena, &model->env);
	model->arena.chunk = FIRST_CHUNK;
	return model;
}

/* The expanded model behind a Datum, or NULL when it is flat. */
static Model *
expanded(Datum value)
{
	Model	   *model;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)))
		return NULL;
	model = (Model *) DatumGetEOHP(value);
	if (model->hdr.eoh_methods != &model_methods || model->magic != MODEL_MAGIC)
		elog(ERROR, "medsup: an expanded value is no anomaly_model");
	return model;
}

static void
changed(Model *model)
{
	if (model->flat != NULL)
		pfree(model->flat);
	model->flat = NULL;
}

void
ms_anomaly_read(MsAnomaly *state, MsArena *arena, const struct varlena *flat)
{
	const char *wrong = ms_anomaly_decode(state, arena, (const uint8 *) VARDATA_ANY(flat),
										  VARSIZE_ANY_EXHDR(flat));

	if (wrong != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("a stored anomaly_model is damaged: %s", wrong)));
}

/* ---- text and binary ---- */

/* A validated copy of bytes; NULL and a reason when they are no model. */
static struct varlena *
checked_copy(const uint8 *bytes, Size size, const char **wrong)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "medsup anomaly check",
											   ALLOCSET_DEFAULT_SIZES);
	MsEnv		env = ms_anomaly_env(work);
	MsArena		arena;
	MsAnomaly	state;
	struct varlena *flat;

	ms_arena_init(&arena, &env);
	*wrong = ms_anomaly_decode(&state, &arena, bytes, size);
	MemoryContextDelete(work);
	if (*wrong != NULL)
		return NULL;
	flat = palloc(VARHDRSZ + size);
	SET_VARSIZE(flat, VARHDRSZ + size);
	memcpy(VARDATA(flat), bytes, size);
	return flat;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

Datum
medsup_anomaly_model_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	Size		size = strlen(text) / 2;
	uint8	   *bytes = palloc(size + 1);
	struct varlena *flat;
	const char *wrong = strlen(text) % 2 == 0 ? NULL : "its digits are odd";

	for (Size i = 0; i < size && wrong == NULL; i++)
	{
		int			high = hex_digit(text[2 * i]);
		int			low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			wrong = "not all are hexadecimal digits";
		bytes[i] = (uint8) (high << 4 | low);
	}
	flat = wrong == NULL ? checked_copy(bytes, size, &wrong) : NULL;
	pfree(bytes);
	if (wrong != NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "anomaly_model"),
				 errdetail("The text is not a model: %s.", wrong),
				 errhint("A model's text is what its output gave; models are made by medsup.anomaly_model.")));
	PG_RETURN_POINTER(flat);
}

Datum
medsup_anomaly_model_out(PG_FUNCTION_ARGS)
{
	static const char digits[] = "0123456789abcdef";
	struct varlena *flat = PG_GETARG_VARLENA_PP(0);
	const uint8 *bytes = (const uint8 *) VARDATA_ANY(flat);
	Size		size = VARSIZE_ANY_EXHDR(flat);
	char	   *text = palloc(2 * size + 1);

	for (Size i = 0; i < size; i++)
	{
		text[		2 * i] = digits[bytes[i] >> 4];
		text[		2 * i + 1] = digits[bytes[i] & 15];
	}
	text[		2 * size] = '\0';

	PG_RETURN_CSTRING(text);
}

Datum
medsup_anomaly_model_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			size = buf->len - buf->cursor;
	const char *wrong;
	struct varlena *flat = checked_copy((const uint8 *) pq_getmsgbytes(buf, size), size, &wrong);

	if (flat == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type %s", "anomaly_model"),
				 errdetail("The bytes are not a model: %s.", wrong)));
	PG_RETURN_POINTER(flat);
}

Datum
medsup_anomaly_model_send(PG_FUNCTION_ARGS)
{
	struct varlena *flat = PG_GETARG_VARLENA_PP(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA_ANY(flat), VARSIZE_ANY_EXHDR(flat));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* ---- aggregates ---- */

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("this function belongs to an aggregate"),
				 errhint("Use medsup.anomaly_model or medsup.anomaly_rollup.")));
	return context;
}

/* The state to be changed: the argument itself while it is expanded. */
static Model *
writable(Datum value, MemoryContext context)
{
	Model	   *model;

	if (VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(value)))
		return expanded(value);
	model = make_model(context);
	ms_anomaly_read(&model->state, &model->arena, PG_DETOAST_DATUM_PACKED(value));
	return model;
}

Datum
medsup_anomaly_model_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Model	   *model;
	ArrayType  *array;
	ArrayType  *directions = NULL;
	int8		direction[MS_ANOMALY_FEATURES];
	uint32		code[MS_ANOMALY_FEATURES];
	uint32		features;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	array = PG_GETARG_ARRAYTYPE_P(1);
	features = ms_anomaly_codes(array, code);
	if (PG_NARGS() > 2 && !PG_ARGISNULL(2))
		directions = PG_GETARG_ARRAYTYPE_P(2);
	ms_anomaly_directions(directions, features, direction);
	if (PG_ARGISNULL(0))
	{
		model = make_model(context);
		ms_anomaly_init(&model->state, &model->arena, features, direction);
	}
	else
	{
		model = writable(PG_GETARG_DATUM(0), context);
		check_count(features, model->state.features);
		if (memcmp(direction, model->state.direction, features) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_MS_BAD_FEATURES),
					 errmsg("directions differ between rows of one group"),
					 errhint("They belong to the indicators, not to the rows.")));
	}
	changed(model);
	ms_anomaly_add(&model->state, scratch_of(fcinfo->flinfo), code);
	PG_RETURN_DATUM(EOHPGetRWDatum(&model->hdr));
}

/* Also the transition function of anomaly_rollup. */
Datum
medsup_anomaly_model_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	MsArena    *scratch = scratch_of(fcinfo->flinfo);
	MsMark		mark = ms_arena_mark(scratch);
	MsAnomaly	read;
	MsAnomaly  *from = &read;
	Model	   *model;
	Model	   *other;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = expanded(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
	{
		model = make_model(context);
		ms_anomaly_read(&model->state, &model->arena, PG_GETARG_VARLENA_PP(1));
		PG_RETURN_DATUM(EOHPGetRWDatum(&model->hdr));
	}
	model = writable(PG_GETARG_DATUM(0), context);
	if (other != NULL && other != model)
	{
		from = &other->state;
		ms_anomaly_settle(from, scratch);
	}
	else
		ms_anomaly_read(from, scratch, PG_GETARG_VARLENA_PP(1));
	if (!ms_anomaly_alike(&model->state, from))
		ereport(ERROR,
				(errcode(ERRCODE_MS_BAD_FEATURES),
				 errmsg("models of different indicators cannot be merged"),
				 errhint("Their features must be the same in number, order and direction.")));
	changed(model);
	ms_anomaly_merge(&model->state, scratch, from);
	ms_arena_release(scratch, mark);
	PG_RETURN_DATUM(EOHPGetRWDatum(&model->hdr));
}
