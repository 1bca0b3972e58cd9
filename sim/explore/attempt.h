/* An attempt: whether a workload shows a violation, tried in a process of its own. */
#ifndef PC_EXPLORE_ATTEMPT_H
#define PC_EXPLORE_ATTEMPT_H

#include "powercut/explore.h"
#include "segment.h"

enum pc_end { PC_END_NONE, PC_END_CRASH, PC_END_HANG };

struct pc_attempt {
  const struct pc_subject *subject;
  const struct pc_workload *workload;
  const struct pc_power_plan *power;
  const struct pc_cut_path *path; /* to be followed; NULL: all paths whose first cut is in operation `first` or behind
                                     it, for a violation without a cut the baseline run, and where the cuts are listed
                                     the life that they are in */
  uint32_t first;
  enum pc_invariant invariant;        /* that is to fail */
  bool cut;                           /* after a cut */
  enum pc_end end;                    /* that the process is to come to; a path may end in any way */
  uint64_t most_cuts;                 /* that are tried, of all paths; an aftermath is PC_SHRINK_AFTERMATH of them */
  const struct pc_observer *observer; /* its `stop` ends it; may be NULL */
};

struct pc_sighting {
  bool seen;
  enum pc_end end;
  struct pc_violation violation; /* the first, if it was seen */
  uint8_t key[PC_MAX_KEY_SIZE];  /* its key's bytes: the violation does not point to them */
  uint64_t cuts;                 /* that were tried, counted in the same way */
};

/* A store that ends its process in another way than it is to is run again around that path, a few times, and is then
   not seen. PC_BAD_INPUT: the path names what isn't there. */
enum pc_result pc_attempt_run(const struct pc_attempt *attempt, struct pc_sighting *sighting, struct pc_error *error);

#endif
