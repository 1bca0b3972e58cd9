/* Tells a process that hangs from one that works, and from one that waits for its turn on a busy machine. */
#ifndef PC_EXPLORE_WATCH_H
#define PC_EXPLORE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/explore.h"

/* What there is to see of a process. */
struct pc_look {
  uint64_t beats; /* how often it told that it got on */
  double cpu;     /* its CPU time, in seconds */
  double clock;   /* seconds on a clock that doesn't go back */
};

/* Zero it, but for `patience`, to begin, and whenever the process is given something to do. */
struct pc_watch {
  double patience; /* CPU seconds that it may take from one beat to the next */
  bool begun;
  uint64_t beats;
  double cpu;    /* at the last beat */
  double waited; /* since the last beat, in seconds */
  double clock;  /* at the last look */
};

/* What is more than any sane step takes on a partition of so many bytes. A store that loops on flash is stopped by its
   budget, which grows with the partition: this is for one that does not, and must not come first. */
double pc_watch_patience(uint64_t partition_size);
static inline double pc_subject_patience(const struct pc_subject *subject) {
  return pc_watch_patience((uint64_t)subject->profile->sector_size * subject->sectors);
}

/* To be asked about once in 50 ms. */
bool pc_watch_hangs(struct pc_watch *watch, const struct pc_look *look);

#endif
