/* Running inputs in a process of their own, and what it ends with. */
#ifndef PC_FUZZ_CHILD_H
#define PC_FUZZ_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#define PC_SECONDS_FOR_ONE 20u /* of CPU, for one input */

struct pc_verdict {
  bool found;          /* the process did not live to its end */
  int status;          /* its exit status, where nothing was found */
  char signature[256]; /* of what was found: equal for findings of one cause */
};

/* Runs `work` in a child. What it writes to stderr goes on to ours if `tell`. False: there is no process to be had. */
bool pc_child_run(int (*work)(void *context), void *context, bool tell, struct pc_verdict *verdict);

#endif
