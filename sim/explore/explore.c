#include "powercut/explore.h"

#include <stdlib.h>

#include "baseline.h"
#include "findings.h"
#include "pool.h"

static enum pc_result check(const struct pc_workload *workload, const struct pc_power_plan *plan,
                            const struct pc_observer *observer, struct pc_error *error) {
  if (workload->operation_count == 0) {
    return pc_fail(error, PC_BAD_INPUT, "the workload has no operations");
  }
  if (plan->depth > PC_MAX_DEPTH) {
    return pc_fail(error, PC_BAD_INPUT, "a depth of %u is more than %u", plan->depth, PC_MAX_DEPTH);
  }
  if (plan->samples > PC_MAX_VARIANTS || plan->limit > PC_MAX_VARIANTS) {
    return pc_fail(error, PC_BAD_INPUT, "%u samples and a limit of %u: neither may be more than %u", plan->samples,
                   plan->limit, PC_MAX_VARIANTS);
  }
  if (observer->jobs > PC_MAX_JOBS) {
    return pc_fail(error, PC_BAD_INPUT, "%u jobs are more than %u", observer->jobs, PC_MAX_JOBS);
  }
  return PC_OK;
}

enum pc_result pc_explore(const struct pc_subject *subject, const struct pc_workload *workload,
                          const struct pc_power_plan *plan, const struct pc_observer *observer,
                          struct pc_exploration_result *result, struct pc_error *error) {
  *result = (struct pc_exploration_result){0};
  enum pc_result outcome = check(workload, plan, observer, error);
  if (outcome != PC_OK) {
    return outcome;
  }
  struct pc_findings findings = {.observer = observer, .result = result};
  struct pc_baseline baseline = {0};
  outcome = pc_baseline_record(&baseline, subject, workload, &findings, error);
  if (outcome == PC_OK && baseline.usable && plan->depth > 0 && !result->interrupted) {
    struct pc_walk_plan walk = {
        .subject = subject, .workload = workload, .power = plan, .baseline = &baseline, .findings = &findings};
    outcome = pc_pool_explore(&walk, error);
  }
  pc_baseline_free(&baseline);
  return outcome;
}

void pc_exploration_free(struct pc_exploration_result *result) {
  free(result->wear);
  *result = (struct pc_exploration_result){0};
}
