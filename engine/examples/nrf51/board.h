/* The board: reset, and a console on the debugger by semihosting. A product has a UART and a watchdog in its place. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* Prints a text. */
void board_print(const char *text);

/* Prints a number in decimal. */
void board_print_number(uint32_t number);

/* Restarts the processor. RAM keeps its content; the C run-time environment clears all but .noinit. */
_Noreturn void board_reset(void);

/* Ends the program with a status for the debugger: 0 is success. */
_Noreturn void board_exit(int status);

#endif
