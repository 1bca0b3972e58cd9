/* Running something in a process of its own, which the store that it runs may bring down. */
#ifndef PC_CLI_ISOLATE_H
#define PC_CLI_ISOLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "powercut/error.h"

/* Shared by both processes; at the start of the memory that `work` gets. */
struct pc_isolation {
  uint64_t beats; /* `work` counts on as it gets on: one that stands still hangs */
  bool done;      /* it came to its end */
};

/* Zeroed memory that both processes see, or NULL. */
void *pc_isolation_take(size_t size);
void pc_isolation_free(void *memory, size_t size);

#define PC_ISOLATION_TEXT 128u

/*
 * Runs work(memory) in a process of its own, and waits for it. `memory` begins with a struct pc_isolation; what else
 * `work` has to say it leaves there. It may print: what it printed is out when this returns.
 * `what`, of PC_ISOLATION_TEXT bytes, says how the store ended the process (a signal, an exit) or that it was stopped
 * since it hung; it is empty if `work` came to its end. PC_ENVIRONMENT: there is no process to be had, or it could not
 * print.
 */
enum pc_result pc_isolate(void (*work)(void *memory), void *memory, char *what, struct pc_error *error);

#endif
