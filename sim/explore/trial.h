/* Work that is tried out in a process of its own. */
#ifndef PC_EXPLORE_TRIAL_H
#define PC_EXPLORE_TRIAL_H

#include "powercut/explore.h"
#include "process.h"

struct pc_trial_plan {
  struct pc_process_work work; /* writes to its socket when it is done */
  /* Reads that. `*whole` is false if the process went away meanwhile. */
  enum pc_result (*receive)(void *context, int socket, bool *whole, struct pc_error *error);
  void *context;                      /* of receive */
  const struct pc_observer *observer; /* when it says stop, so does the notice; may be NULL */
};

/* How it went. */
struct pc_trial {
  bool survived;  /* what it wrote was received; else: */
  bool hung;      /* it had to be stopped */
  uint64_t beats; /* what its notice said last */
  uint32_t operation;
  struct pc_cut_path path;
  char what[PC_CRASH_TEXT]; /* how it ended */
};

/* PC_ENVIRONMENT: there is no process to be had, or what receive returned. */
enum pc_result pc_trial_run(const struct pc_trial_plan *plan, struct pc_trial *trial, struct pc_error *error);

#endif
