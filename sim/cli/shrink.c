#include "shrink.h"

static void take(const struct pc_repro *repro, const struct pc_subject *subject, const struct pc_shrunk *shrunk,
                 struct pc_shrinkage *shrinkage) {
  struct pc_scenario scenario = repro->scenario; /* what it points to stays the repro's */
  scenario.workload = shrunk->workload;
  scenario.plan = shrunk->plan;
  shrinkage->operations = shrunk->workload.operation_count;
  shrinkage->cuts = shrunk->plan.listed != NULL ? shrunk->plan.count : shrunk->violation.path.depth;
  pc_repro_write(&scenario, subject->parameters, subject->parameter_count, &shrunk->violation, &shrinkage->text);
}

enum pc_result pc_repro_shrink(const struct pc_repro *repro, const struct pc_subject *subject,
                               const struct pc_observer *observer, struct pc_shrinkage *shrinkage,
                               struct pc_error *error) {
  const struct pc_shrink_order order = {.subject = subject,
                                        .workload = &repro->scenario.workload,
                                        .plan = &repro->scenario.plan,
                                        .path = &repro->path,
                                        .invariant = repro->invariant,
                                        .observer = observer};
  struct pc_shrunk shrunk;
  *shrinkage = (struct pc_shrinkage){.operations_before = repro->scenario.workload.operation_count};
  enum pc_result err = pc_shrink(&order, &shrunk, error);
  if (err) {
    return err;
  }
  if (shrunk.shown && !shrunk.interrupted) {
    take(repro, subject, &shrunk, shrinkage);
  }
  shrinkage->attempts = shrunk.attempts;
  shrinkage->complete = shrunk.complete;
  shrinkage->interrupted = shrunk.interrupted;
  pc_shrunk_free(&shrunk);
  return shrinkage->text.failed ? pc_fail_memory(error) : PC_OK;
}
