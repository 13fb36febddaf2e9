/*-------------------------------------------------------------------------
 *
 * expression.c
 *	  Expressions for authors: are they right, and what may they name?
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
#include "utils/memutils.h"

#include "common/ms_compat.h"
#include "rulebook/expr_core.h"

PG_FUNCTION_INFO_V1(medsup_check_expression);
PG_FUNCTION_INFO_V1(medsup_expression_parameters);
PG_FUNCTION_INFO_V1(medsup_expression_fields);

/* An expression of at most 8,000 bytes needs far less. */
#define EXPRESSION_BUDGET	((Size) 64 * 1024 * 1024)

/* ---- environment of the core ---- */

static void *
env_alloc(void *ctx, size_t size)
{
	return MemoryContextAlloc((MemoryContext) ctx, size);
}

static void
env_check(void *ctx)
{
	CHECK_FOR_INTERRUPTS();
}

static void
env_fail(void *ctx, MsFail why)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("expression is too large to compile")));
}

static MsExprType
type_named(const char *name)
{
	for (int type = MS_EXPR_BOOLEAN; type <= MS_EXPR_TIME; type++)
	{
		if (strcmp(ms_expr_type_name((MsExprType) type), name) == 0)
			return (MsExprType) type;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("expressions have no type \"%s\"", name),
			 errhint("Types are boolean, number, text and time.")));
}

static bool
compile(text *expression, text *type_name, MsArena *arena, MsEnv *env,
		uint8_t **code, uint32_t *size, MsExprError *error)
{
	MsExprType	type = type_named(text_to_cstring(type_name));
	char	   *utf8 = pg_server_to_any(text_to_cstring(expression),
										(int) VARSIZE_ANY_EXHDR(expression),
										PG_UTF8);

	env->alloc = env_alloc;
	env->check = env_check;
	env->fail = env_fail;
	env->ctx = CurrentMemoryContext;
	env->budget = EXPRESSION_BUDGET;
	ms_arena_init(arena, env);
	return ms_expr_compile(arena, utf8, strlen(utf8), type, code, size, error);
}

/* check_expression(text, type): NULL, or what is wrong and where. */
Datum
medsup_check_expression(PG_FUNCTION_ARGS)
{
	MsEnv		env;
	MsArena		arena;
	MsExprError error;
	uint8_t    *code;
	uint32_t	size;
	char	   *message;

	if (compile(PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1), &arena, &env,
				&code, &size, &error))
		PG_RETURN_NULL();
	message = psprintf("%s, at position %d; allowed is %s", error.what,
					   error.position, error.allowed);
	message = pg_any_to_server(message, (int) strlen(message), PG_UTF8);
	PG_RETURN_TEXT_P(cstring_to_text(message));
}

/* expression_parameters(text, type): the names that it reads, NULL if wrong */
Datum
medsup_expression_parameters(PG_FUNCTION_ARGS)
{
	MsEnv		env;
	MsArena		arena;
	MsExprError error;
	uint8_t    *code;
	uint32_t	size;
	MsStr		name;
	ArrayBuildState *names = initArrayResult(TEXTOID, CurrentMemoryContext,
											 false);

	if (!compile(PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1), &arena, &env,
				 &code, &size, &error))
		PG_RETURN_NULL();
	for (uint32_t i = 0; ms_expr_parameter(code, size, i, &name); i++)
	{
		char	   *server = pg_any_to_server(pnstrdup(name.s, name.len),
											  (int) name.len, PG_UTF8);

		names = accumArrayResult(names, CStringGetTextDatum(server), false,
								 TEXTOID, CurrentMemoryContext);
	}
	PG_RETURN_DATUM(makeArrayResult(names, CurrentMemoryContext));
}

static void
put_row(ReturnSetInfo *rsinfo, const char *name, const char *kind,
		const char *type)
{
	Datum		values[3];
	bool		nulls[3] = {false, false, type == NULL};

	values[0] = CStringGetTextDatum(name);
	values[1] = CStringGetTextDatum(kind);
	values[2] = type == NULL ? (Datum) 0 : CStringGetTextDatum(type);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* expression_fields(): everything that an expression may name */
Datum
medsup_expression_fields(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MsExprField field;
	MsExprType	type;
	const char *name;

	InitMaterializedSRF(fcinfo, 0);
	for (uint32_t i = 0;
		 (name = ms_expr_field_name(i, &field, &type)) != NULL; i++)
		put_row(rsinfo, name, strchr(name, '(') ? "function" : "field",
				ms_expr_type_name(type));
	put_row(rsinfo, "list.NAME", "field", ms_expr_type_name(MS_EXPR_TEXT));
	for (uint32_t i = 0;
		 (name = ms_expr_function_signature(i, &type)) != NULL; i++)
		put_row(rsinfo, name, "function", ms_expr_type_name(type));
	return (Datum) 0;
}
