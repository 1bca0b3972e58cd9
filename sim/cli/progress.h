/* The progress line: on standard error, only if that is a terminal, and wiped at the end. */
#ifndef PC_CLI_PROGRESS_H
#define PC_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds on a clock that never jumps. */
double pc_seconds(void);

struct pc_progress {
  bool shown;       /* standard error is a terminal */
  bool drawn;       /* there is a line to wipe */
  double started;   /* pc_seconds */
  double next_draw; /* not before this time */
};

void pc_progress_begin(struct pc_progress *progress);
void pc_progress_update(struct pc_progress *progress, uint64_t done, uint64_t total, uint64_t findings);
/* Combinations that are done, of how many, and operations in all. */
void pc_progress_compare(struct pc_progress *progress, uint64_t done, uint64_t total, uint64_t operations);
void pc_progress_end(struct pc_progress *progress);

#endif
