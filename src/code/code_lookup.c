/*-------------------------------------------------------------------------
 *
 * code_lookup.c
 *	  Code books asked line by line: is_known, translate.
 *
 * The questions are SQL, the very functions that a caller may join instead
 * (code_entry, translations), so that both ways answer alike and every
 * privilege is checked as for any query.  What is added here is memory: claims
 * repeat their codes, so each call site keeps its plan and the answers it
 * got.  Answers hold for a snapshot, a subtransaction and a user.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/nodeHash.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "common/ms_compat.h"
#include "medsup.h"

PG_FUNCTION_INFO_V1(medsup_is_known);
PG_FUNCTION_INFO_V1(medsup_translate);

#define MAX_ARGS	3
#define MAX_PARAMS	(MAX_ARGS + 1)
#define KEY_MAX		160			/* longer arguments are not remembered */

/* The arguments of a call, as bytes. */
typedef struct LookupKey
{
	uint32		len;
	const char *bytes;
} LookupKey;

typedef struct LookupAnswer
{
	LookupKey	key;
	uint32		hash;
	char		status;			/* for simplehash */
	bool		isnull;
	Datum		value;
} LookupAnswer;

#define SH_PREFIX lookup
#define SH_ELEMENT_TYPE LookupAnswer
#define SH_KEY_TYPE LookupKey
#define SH_KEY key
#define SH_HASH_KEY(tb, k) \
	hash_bytes((const unsigned char *) (k).bytes, (int) (k).len)
#define SH_EQUAL(tb, a, b) \
	((a).len == (b).len && memcmp((a).bytes, (b).bytes, (a).len) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* What decides which rows a query sees. */
typedef struct SeenBy
{
	Oid			user;
	LocalTransactionId transaction;
	SubTransactionId subtransaction;
	CommandId	command;
	TransactionId xmin;
	TransactionId xmax;
	uint32		nrunning;
	uint32		nsub;
	bool		suboverflowed;
	TransactionId *running;		/* nrunning, then nsub */
} SeenBy;

typedef struct ArgType
{
	Oid			type;
	int16		len;
	bool		byval;
} ArgType;

/* A call site, at fn_extra. */
typedef struct LookupSite
{
	SPIPlanPtr	plan;
	int			nargs;
	ArgType		args[MAX_ARGS];
	ArgType		result;
	bool		today;			/* the plan has today as one more parameter */
	bool		editions;		/* all arguments but the first are editions */
	bool		editions_checked;	/* the same for the whole query, and known */
	Datum		today_value;
	SeenBy		seen;
	MemoryContext answers_cxt;
	lookup_hash *answers;
	MemoryContextCallback on_end;
} LookupSite;

static void
site_end(void *arg)
{
	LookupSite *site = arg;

	if (site->plan != NULL)
		SPI_freeplan(site->plan);
}

static void
describe_type(ArgType *t, Oid type)
{
	t->type = type;
	get_typlenbyval(type, &t->len, &t->byval);
}

/* The plan lives as long as the call site: as fresh as any of its query. */
static LookupSite *
site_begin(FmgrInfo *flinfo, const char *sql, bool today)
{
	LookupSite *site = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(*site));
	Oid		   *argtypes;
	Oid			params[MAX_PARAMS];
	SPIPlanPtr	plan;

	describe_type(&site->result,
				  get_func_signature(flinfo->fn_oid, &argtypes, &site->nargs));
	Assert(site->nargs <= MAX_ARGS);
	for (int i = 0; i < site->nargs; i++)
	{
		describe_type(&site->args[i], argtypes[i]);
		params[i] = argtypes[i];
	}
	params[site->nargs] = DATEOID;
	site->today = today;

	site->answers_cxt = AllocSetContextCreate(flinfo->fn_mcxt,
											  "medsup code lookup",
											  ALLOCSET_DEFAULT_SIZES);
	site->on_end.func = site_end;
	site->on_end.arg = site;
	MemoryContextRegisterResetCallback(flinfo->fn_mcxt, &site->on_end);

	SPI_connect();
	plan = SPI_prepare_cursor(sql, site->nargs + (today ? 1 : 0), params,
							  CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "medsup: SPI_prepare failed: %s",
			 SPI_result_code_string(SPI_result));
	SPI_keepplan(plan);
	site->plan = plan;
	SPI_finish();

	flinfo->fn_extra = site;
	return site;
}

static bool
sees_the_same(const SeenBy *seen, Snapshot snap)
{
	return seen->running != NULL &&
		seen->user == GetUserId() &&
		seen->transaction == ms_local_xid(MyProc) &&
		seen->subtransaction == GetCurrentSubTransactionId() &&
		seen->command == snap->curcid &&
		seen->xmin == snap->xmin &&
		seen->xmax == snap->xmax &&
		seen->nrunning == snap->xcnt &&
		seen->nsub == (uint32) snap->subxcnt &&
		seen->suboverflowed == snap->suboverflowed &&
		memcmp(seen->running, snap->xip,
			   snap->xcnt * sizeof(TransactionId)) == 0 &&
		memcmp(seen->running + snap->xcnt, snap->subxip,
			   snap->subxcnt * sizeof(TransactionId)) == 0;
}

/* Today in the bureau's time zone, which is data too. */
static Datum
civil_today(void)
{
	Datum		today;
	bool		isnull;

	SPI_connect();
	if (SPI_execute("SELECT medsup.civil_today()", true, 1) != SPI_OK_SELECT)
		elog(ERROR, "medsup: civil_today failed");
	today = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
						  &isnull);
	SPI_finish();
	return today;
}

/* Forget all answers, and note for what the next ones hold. */
static void
start_over(LookupSite *site, Snapshot snap)
{
	SeenBy	   *seen = &site->seen;

	seen->running = NULL;
	MemoryContextReset(site->answers_cxt);
	site->answers = lookup_create(site->answers_cxt, 64, NULL);
	if (site->today)
		site->today_value = civil_today();

	seen->user = GetUserId();
	seen->transaction = ms_local_xid(MyProc);
	seen->subtransaction = GetCurrentSubTransactionId();
	seen->command = snap->curcid;
	seen->xmin = snap->xmin;
	seen->xmax = snap->xmax;
	seen->nrunning = snap->xcnt;
	seen->nsub = (uint32) snap->subxcnt;
	seen->suboverflowed = snap->suboverflowed;
	seen->running =
		MemoryContextAlloc(site->answers_cxt,
						   (seen->nrunning + (Size) seen->nsub + 1) *
						   sizeof(TransactionId));
	memcpy(seen->running, snap->xip, seen->nrunning * sizeof(TransactionId));
	memcpy(seen->running + seen->nrunning, snap->subxip,
		   seen->nsub * sizeof(TransactionId));
}

/* The arguments as bytes in buf; 0 if they are too long to be remembered. */
static uint32
write_key(const LookupSite *site, FunctionCallInfo fcinfo, char *buf)
{
	uint32		at = 0;

	StaticAssertStmt(KEY_MAX <= UCHAR_MAX + 1, "a length is one byte");
	for (int i = 0; i < site->nargs; i++)
	{
		const ArgType *t = &site->args[i];
		Datum		arg = fcinfo->args[i].value;
		const void *bytes = &arg;
		uint32		len = sizeof(Datum);

		if (fcinfo->args[i].isnull)
			len = 0;
		else if (t->len == -1)
		{
			struct varlena *v = PG_DETOAST_DATUM_PACKED(arg);

			bytes = VARDATA_ANY(v);
			len = VARSIZE_ANY_EXHDR(v);
			fcinfo->args[i].value = PointerGetDatum(v);
		}
		else if (!t->byval)
		{
			bytes = DatumGetPointer(arg);
			len = t->len;
		}
		if (len > KEY_MAX || at + 2 + len > KEY_MAX)
			return 0;
		buf[at++] = fcinfo->args[i].isnull ? 0 : 1;
		buf[at++] = (char) len;
		memcpy(buf + at, bytes, len);
		at += len;
	}
	return at;
}

/*
 * A translation that finds nothing must not hide a mistyped edition.  Editions
 * that a map speaks of need not be loaded as books.
 */
static void
require_edition(Datum edition)
{
	Oid			type = TEXTOID;
	bool		isnull;
	int			rc;

	rc = SPI_execute_with_args("SELECT EXISTS (SELECT FROM medsup.code_book b"
							   " WHERE b.edition OPERATOR(pg_catalog.=) $1)"
							   " OR EXISTS (SELECT FROM medsup.code_map m"
							   " WHERE m.to_edition OPERATOR(pg_catalog.=) $1"
							   " OR m.from_edition OPERATOR(pg_catalog.=) $1)",
							   1, &type, &edition, NULL, true, 1);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "medsup: SPI_execute_with_args failed: %s",
			 SPI_result_code_string(rc));
	if (!DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0],
									SPI_tuptable->tupdesc, 1, &isnull)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no code book or map has edition \"%s\"",
						TextDatumGetCString(edition)),
				 errhint("medsup.code_book lists the editions that are "
						 "loaded, medsup.code_map those that maps lead "
						 "from and to.")));
}

/* Ask the books; the answer must be the only one. */
static Datum
ask(LookupSite *site, FunctionCallInfo fcinfo, MemoryContext cxt,
	bool *isnull)
{
	Datum		values[MAX_PARAMS];
	char		nulls[MAX_PARAMS];
	Datum		answer = (Datum) 0;
	int			rc;

	for (int i = 0; i < site->nargs; i++)
	{
		values[i] = fcinfo->args[i].value;
		nulls[i] = fcinfo->args[i].isnull ? 'n' : ' ';
	}
	values[site->nargs] = site->today_value;
	nulls[site->nargs] = ' ';
	SPI_connect();
	rc = SPI_execute_plan(site->plan, values, nulls, true, 2);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "medsup: SPI_execute_plan failed: %s",
			 SPI_result_code_string(rc));
	*isnull = true;
	if (SPI_processed == 1)
	{
		answer = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
							   isnull);
		if (!*isnull)
		{
			MemoryContext old = MemoryContextSwitchTo(cxt);

			answer = datumCopy(answer, site->result.byval, site->result.len);
			MemoryContextSwitchTo(old);
		}
	}
	else if (SPI_processed == 0 && site->editions && !site->editions_checked)
	{
		for (int i = 1; i < site->nargs; i++)
			if (!fcinfo->args[i].isnull)
				require_edition(values[i]);
		site->editions_checked = get_fn_expr_arg_stable(fcinfo->flinfo, 1) &&
			get_fn_expr_arg_stable(fcinfo->flinfo, 2);
	}
	SPI_finish();
	return answer;
}

static Datum
look_up(LookupSite *site, FunctionCallInfo fcinfo)
{
	Snapshot	snap = GetActiveSnapshot();
	char		buf[KEY_MAX];
	LookupKey	key = {write_key(site, fcinfo, buf), buf};
	LookupAnswer *found;
	Datum		value;
	bool		isnull;

	if (!sees_the_same(&site->seen, snap))
		start_over(site, snap);
	if (key.len == 0)
	{
		value = ask(site, fcinfo, CurrentMemoryContext, &isnull);
		fcinfo->isnull = isnull;
		return value;
	}
	found = lookup_lookup(site->answers, key);
	if (found == NULL)
	{
		bool		exists;
		char	   *bytes;

		if (MemoryContextMemAllocated(site->answers_cxt, false) >
			get_hash_memory_limit())
			start_over(site, snap);
		value = ask(site, fcinfo, site->answers_cxt, &isnull);
		bytes = MemoryContextAlloc(site->answers_cxt, key.len);
		key.bytes = memcpy(bytes, buf, key.len);
		found = lookup_insert(site->answers, key, &exists);
		found->value = value;
		found->isnull = isnull;
	}
	fcinfo->isnull = found->isnull;
	if (found->isnull)
		return (Datum) 0;
	/* a caller may hold a value for longer than we remember it */
	return datumCopy(found->value, site->result.byval, site->result.len);
}

/*
 * Whether an edition in force has the code; NULL where none is, since then
 * nothing is known.
 */
#define IS_KNOWN(system, args, day) \
	"SELECT CASE WHEN EXISTS (SELECT FROM medsup.code_entry(" args "))" \
	" THEN true WHEN EXISTS (SELECT FROM medsup.code_book b" \
	" WHERE b.system OPERATOR(pg_catalog.=) " system \
	" AND b.valid OPERATOR(pg_catalog.@>) " day ") THEN false END"

/*
 * is_known(code), is_known(code, as_of) and is_known(system, code, as_of) for
 * every type of code: SQL finds the functions of the argument's type.
 */
Datum
medsup_is_known(PG_FUNCTION_ARGS)
{
	LookupSite *site = fcinfo->flinfo->fn_extra;

	if (site == NULL)
		site = site_begin(fcinfo->flinfo,
						  PG_NARGS() == 3 ?
						  IS_KNOWN("$1", "$1, $2, $3", "$3") :
						  IS_KNOWN("medsup.code_system_of($1)", "$1, $2", "$2"),
						  PG_NARGS() == 1);
	return look_up(site, fcinfo);
}

/* translate(code, to_edition, from_edition) for every type of code */
Datum
medsup_translate(PG_FUNCTION_ARGS)
{
	LookupSite *site = fcinfo->flinfo->fn_extra;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (site == NULL)
	{
		site = site_begin(fcinfo->flinfo,
						  "SELECT t.code FROM medsup.translations($1, $2, $3) t",
						  false);
		site->editions = true;
	}
	return look_up(site, fcinfo);
}
