/*-------------------------------------------------------------------------
 *
 * ms_compat.h
 *	  Everything that differs between the server versions 15 to 18.
 *
 * Included right after postgres.h and the server's headers by every file of
 * the server layer.  No other file tests PG_VERSION_NUM.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MS_COMPAT_H
#define MS_COMPAT_H

#include "postgres.h"

#include "fmgr.h"

#if PG_VERSION_NUM < 150000
#error "medsup needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#endif

/*
 * Soft errors came with 16.  Input functions are written once, with ereturn
 * and an escape node; before 16 the node is always NULL and every error is a
 * hard one.
 */
#if PG_VERSION_NUM < 160000
#define ereturn(context, dummy_value, ...) \
	do { \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#define errsave(context, ...) \
	do { \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
	} while (0)
#define SOFT_ERROR_OCCURRED(escontext) (false)
#endif

/* Making a range can fail softly since 16; ours always have ordered bounds. */
#if PG_VERSION_NUM >= 160000
#define ms_make_range(typcache, lower, upper) \
	make_range(typcache, lower, upper, false, NULL)
#else
#define ms_make_range(typcache, lower, upper) \
	make_range(typcache, lower, upper, false)
#endif

/*
 * Before 16 the registration macro declares the function without
 * PGDLLEXPORT, so that -fvisibility=hidden would hide it.
 */
#if PG_VERSION_NUM < 160000
#undef PG_FUNCTION_INFO_V1
#define PG_FUNCTION_INFO_V1(funcname) \
extern PGDLLEXPORT Datum funcname(PG_FUNCTION_ARGS); \
extern PGDLLEXPORT const Pg_finfo_record * CppConcat(pg_finfo_,funcname)(void); \
const Pg_finfo_record * \
CppConcat(pg_finfo_,funcname) (void) \
{ \
	static const Pg_finfo_record my_finfo = { 1 }; \
	return &my_finfo; \
} \
extern int no_such_variable
#endif

/*
 * Since 17 an unset statistics target is NULL in the catalogue and -1 in the
 * analysis; before, the analysis looked at the catalogue's row.
 */
#if PG_VERSION_NUM >= 170000
#define ms_attstattarget(stats) ((stats)->attstattarget)
#else
#define ms_attstattarget(stats) ((stats)->attr->attstattarget)
#endif

#if PG_VERSION_NUM >= 180000
#define ms_analyze_delay_point() vacuum_delay_point(true)
#else
#define ms_analyze_delay_point() vacuum_delay_point()
#endif

/* Said in front of a declaration since 18. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* Before 16 a sorted datum is a copy that the caller frees. */
#if PG_VERSION_NUM >= 160000
#define MS_DATUM_OWNED 0
#define ms_tuplesort_getdatum(state, value, isnull) \
	tuplesort_getdatum(state, true, false, value, isnull, NULL)
#else
#define MS_DATUM_OWNED 1
#define ms_tuplesort_getdatum(state, value, isnull) \
	tuplesort_getdatum(state, true, value, isnull, NULL)
#endif

/* False at the end of the file; what is cut off is an error since 16. */
#if PG_VERSION_NUM >= 160000
#define ms_buffile_read(file, to, size) \
	(BufFileReadMaybeEOF(file, to, size, true) != 0)
#else
#define ms_buffile_read(file, to, size) \
	(BufFileRead(file, to, size) == (size))
#endif

/* The local transaction number moved within PGPROC in 17. */
#if PG_VERSION_NUM >= 170000
#define ms_local_xid(proc) ((proc)->vxid.lxid)
#else
#define ms_local_xid(proc) ((proc)->lxid)
#endif

/* The module names itself to pg_get_loaded_modules() since 18. */
#ifdef PG_MODULE_MAGIC_EXT
#define MS_MODULE_MAGIC(modname, modversion) \
	PG_MODULE_MAGIC_EXT(.name = modname, .version = modversion)
#else
#define MS_MODULE_MAGIC(modname, modversion) PG_MODULE_MAGIC
#endif

#endif							/* MS_COMPAT_H */
