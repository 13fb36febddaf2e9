/*-------------------------------------------------------------------------
 *
 * ms_quiet.h
 *	  Keeping what statements over the warehouse say out of the server's log.
 *
 * An error of a mapping may quote a cell, hence a person.  Whoever runs the
 * statement withholds the text, but a parallel worker of the server has by
 * then written it to the log itself.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MS_QUIET_H
#define MS_QUIET_H

/* From here to the end, or to the next error, the log gets LOG and FATAL only. */
extern int	ms_quiet_begin(void);
extern void ms_quiet_end(int level);

#endif							/* MS_QUIET_H */
