/*-------------------------------------------------------------------------
 *
 * medsup.h
 *	  The value types of medsup, for other extensions: the only header that
 *	  is installed.  It includes nothing else of the project.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSUP_H
#define MEDSUP_H

#include "postgres.h"

#define MEDSUP_VERSION "0.1.0"

#endif							/* MEDSUP_H */
