/* Other programs, and powercut itself once more, run as child processes. */
#ifndef PC_CLI_CHILD_H
#define PC_CLI_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "powercut/bytes.h"
#include "powercut/error.h"

/* The path of this very command, for argv[0]. */
#define PC_THIS_COMMAND "/proc/self/exe"

struct pc_child {
  const char *const *argv; /* ends with NULL; argv[0] is looked up in PATH unless it has a slash */
  struct pc_bytes input;   /* its standard input */
  bool shows_errors;       /* its standard error is ours; false: it is kept in the outcome */
  double deadline;         /* pc_seconds(): it is then asked to stop (SIGINT), and killed 10 s later; INFINITY: none */
};

struct pc_child_outcome {
  bool found;                      /* there is such a program; false: nothing else is set */
  bool stopped;                    /* at its deadline, or since we were interrupted */
  int status;                      /* exit status; -1: a signal ended it */
  int signal;                      /* 0: it exited */
  struct pc_buffer output, errors; /* at most PC_MAX_CHILD_OUTPUT bytes of each, the rest is lost */
};

#define PC_MAX_CHILD_OUTPUT ((size_t)64 << 20)

/* Runs a child to its end. PC_ENVIRONMENT: it can't be started or waited for, or memory ran out. The outcome is to be
   freed in any case. */
enum pc_result pc_child_run(const struct pc_child *child, struct pc_child_outcome *outcome, struct pc_error *error);
void pc_child_outcome_free(struct pc_child_outcome *outcome);

#endif
