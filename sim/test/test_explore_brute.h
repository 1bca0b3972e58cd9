/*
 * The same exploration by brute force: a fresh device and a rerun of the workload for each cut path, where the flash
 * itself loses power; no undo, no recording, no hashes, no workers, nothing left out.
 */
#ifndef TEST_EXPLORE_BRUTE_H
#define TEST_EXPLORE_BRUTE_H

#include "test_explore_help.h"

struct brute {
  struct pc_exploration_result result; /* what an exploration must count, but for the baseline */
  struct lab_violation *violations;    /* what it must hand on after the baseline's, in order */
  size_t violation_count;
  uint64_t paths;     /* that were tried, also behind states that an exploration knows already */
  uint64_t states;    /* distinct ones: cells and allowed contents */
  uint64_t missed;    /* states to which only paths lead that an exploration leaves out */
  uint64_t disagreed; /* paths that ended otherwise than another one to the same state */
};

/* Free it with brute_free. */
void brute_explore(const struct lab *lab, struct brute *brute);
void brute_free(struct brute *brute);

#endif
