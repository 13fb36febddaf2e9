/*-------------------------------------------------------------------------
 *
 * ms_errors.h
 *	  SQLSTATE class MS: what medsup reports under its own codes.
 *
 * MS0xx code values, MS1xx rules and knowledge, MS2xx an audit at run time,
 * MS3xx gatherings, MS4xx anomaly scores, MS5xx workflow, MS9xx configuration and bindings.  Where
 * the standard has a code that says exactly the same (22P02 for a literal
 * that does not parse, 22003 out of range, 42501 privilege, 54000 limits),
 * that one is used, since drivers react to it.  A code once released never
 * changes its meaning.
 *
 * PL/pgSQL raises the same codes by their five characters.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MS_ERRORS_H
#define MS_ERRORS_H

#include "utils/elog.h"

/* MS0xx: code values */
#define ERRCODE_MS_BAD_CODE_SET			MAKE_SQLSTATE('M','S','0','0','1')
#define ERRCODE_MS_CODE_KIND_MISMATCH	MAKE_SQLSTATE('M','S','0','0','2')

/* MS1xx: rules and knowledge */
#define ERRCODE_MS_BAD_KNOWLEDGE_ROW	MAKE_SQLSTATE('M','S','1','0','1')
#define ERRCODE_MS_BAD_RULE_PARAMETER	MAKE_SQLSTATE('M','S','1','0','2')
#define ERRCODE_MS_BAD_RULEBOOK			MAKE_SQLSTATE('M','S','1','0','3')
#define ERRCODE_MS_NO_RULEBOOK			MAKE_SQLSTATE('M','S','1','0','4')
#define ERRCODE_MS_BAD_CODE_LIST		MAKE_SQLSTATE('M','S','1','0','5')

/* MS2xx: an audit at run time */
#define ERRCODE_MS_RUN_ACTIVE			MAKE_SQLSTATE('M','S','2','0','1')
#define ERRCODE_MS_BAD_CLAIM			MAKE_SQLSTATE('M','S','2','0','2')
#define ERRCODE_MS_RUN_UNBALANCED		MAKE_SQLSTATE('M','S','2','0','3')
#define ERRCODE_MS_NOTHING_TO_AUDIT		MAKE_SQLSTATE('M','S','2','0','4')
#define ERRCODE_MS_SOURCE_UNREADABLE	MAKE_SQLSTATE('M','S','2','0','5')
#define ERRCODE_MS_SWEEP_DAMAGED		MAKE_SQLSTATE('M','S','2','0','6')

/* MS3xx: gatherings */
#define ERRCODE_MS_BAD_PLACE			MAKE_SQLSTATE('M','S','3','0','1')
#define ERRCODE_MS_BAD_REACH			MAKE_SQLSTATE('M','S','3','0','2')
#define ERRCODE_MS_BAD_TIME				MAKE_SQLSTATE('M','S','3','0','3')

/* MS4xx: anomaly scores */
#define ERRCODE_MS_BAD_FEATURES			MAKE_SQLSTATE('M','S','4','0','1')

/* MS9xx: configuration and bindings */
#define ERRCODE_MS_NO_SOURCE			MAKE_SQLSTATE('M','S','9','0','1')
#define ERRCODE_MS_BAD_BINDING			MAKE_SQLSTATE('M','S','9','0','2')
#define ERRCODE_MS_NO_SCHEDULER			MAKE_SQLSTATE('M','S','9','0','3')

#endif							/* MS_ERRORS_H */
