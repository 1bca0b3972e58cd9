/* The baseline run: the workload once with the power on, recorded. */
#ifndef PC_EXPLORE_BASELINE_H
#define PC_EXPLORE_BASELINE_H

#include "findings.h"
#include "powercut/explore.h"
#include "powercut/tape.h"
#include "process.h"

/* What came of an operation for the model. */
enum pc_settled { PC_UNCHANGED, PC_ACKNOWLEDGED, PC_DOUBTED };

/* Zero it to begin. */
struct pc_baseline {
  struct pc_tape tape;
  uint32_t boot_end;        /* flash operations of the first start: [0, boot_end) */
  uint32_t *end;            /* of each operation: its last flash operation + 1 */
  uint8_t *settled;         /* of each operation: an enum pc_settled */
  struct pc_notice *notice; /* if not NULL, the operation that is about to run is noted there */
  bool usable;              /* the store came up each time: else there is nothing to explore */
};

void pc_baseline_free(struct pc_baseline *baseline);

/* Runs the workload on a fresh device; counts, findings and wear go to the findings' result. A store that doesn't come
   up ends it there. */
enum pc_result pc_baseline_run(struct pc_baseline *baseline, const struct pc_subject *subject,
                               const struct pc_workload *workload, struct pc_findings *findings,
                               struct pc_error *error);

/* The same in a process of its own: a store that brings that down, or never comes back, is reported as the baseline
   run's violation of `mountable`, and the baseline is not usable. */
enum pc_result pc_baseline_record(struct pc_baseline *baseline, const struct pc_subject *subject,
                                  const struct pc_workload *workload, struct pc_findings *findings,
                                  struct pc_error *error);

#endif
