#include "powercut/explore.h"

#include <stdlib.h>

#include "baseline.h"
#include "findings.h"
#include "walk.h"

/* States are compared within so many operations: repeats lie close together, and the memory for them stays small. It is
   part of what is counted as deduplicated, so it is the same for every run. */
#define SEGMENT_OPERATIONS 64u

static enum pc_result check_plan(const struct pc_power_plan *plan, struct pc_error *error) {
  if (plan->depth > PC_MAX_DEPTH) {
    return pc_fail(error, PC_BAD_INPUT, "a depth of %u is more than %u", plan->depth, PC_MAX_DEPTH);
  }
  return PC_OK;
}

static enum pc_result walk_segments(const struct pc_walk_plan *plan, struct pc_error *error) {
  struct pc_walk *walk;
  enum pc_result result = pc_walk_open(&walk, plan, error);
  if (result != PC_OK) {
    return result;
  }
  /* The moment after the last operation counts as one more. */
  uint64_t count = (uint64_t)plan->workload->operation_count + 1;
  for (uint64_t first = 0; result == PC_OK && first < count && !plan->findings->result->interrupted;
       first += SEGMENT_OPERATIONS) {
    uint64_t end = first + SEGMENT_OPERATIONS < count ? first + SEGMENT_OPERATIONS : count;
    result = pc_walk_operations(walk, (uint32_t)first, (uint32_t)end, error);
  }
  pc_walk_close(walk);
  return result;
}

enum pc_result pc_explore(const struct pc_subject *subject, const struct pc_workload *workload,
                          const struct pc_power_plan *plan, const struct pc_observer *observer,
                          struct pc_exploration_result *result, struct pc_error *error) {
  *result = (struct pc_exploration_result){0};
  enum pc_result outcome = check_plan(plan, error);
  if (outcome != PC_OK) {
    return outcome;
  }
  struct pc_findings findings = {.observer = observer, .result = result};
  struct pc_baseline baseline = {0};
  outcome = pc_baseline_run(&baseline, subject, workload, &findings, error);
  if (outcome == PC_OK && baseline.started && plan->depth > 0 && !result->interrupted) {
    struct pc_walk_plan walk = {
        .subject = subject, .workload = workload, .power = plan, .baseline = &baseline, .findings = &findings};
    outcome = walk_segments(&walk, error);
  }
  pc_baseline_free(&baseline);
  return outcome;
}

void pc_exploration_free(struct pc_exploration_result *result) {
  free(result->wear);
  *result = (struct pc_exploration_result){0};
}
