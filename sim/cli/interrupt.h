/* Ctrl-C: the first one asks for a stop, the second one kills. SIGTERM and, when the terminal is closed, SIGHUP alike.
 */
#ifndef PC_CLI_INTERRUPT_H
#define PC_CLI_INTERRUPT_H

#include <stdbool.h>

/* False: the handlers can't be installed. */
bool pc_interrupt_begin(void);

/* Whether a stop was asked for. */
bool pc_interrupted(void);

#endif
