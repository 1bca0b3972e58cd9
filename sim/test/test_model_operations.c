/* What the operations of a run are held to. */
#include <stdio.h>

#include "test_model_help.h"

Test(model_operations, may_be_without_any_key) {
  struct lab lab;
  struct lab_run run = {.jobs = 1};
  lab_open(&lab, pc_store_named("norkv"), 3, "maintain full\nreboot\n");
  lab.plan.faults[PC_FAULT_BETWEEN_OPS] = true;
  lab.plan.aftermath = 1;
  lab_explore(&lab, &run);
  cr_expect_eq(run.outcome, PC_OK, "%s", run.error.message);
  cr_expect_eq(run.result.violations, 0);
  cr_expect_eq(run.result.operations, 2);
  lab_run_free(&run);
  lab_close(&lab);
}

/* Keys and values that are larger than the store promises to take. */
Test(model_operations, may_be_refused_when_they_are_larger_than_promised) {
  char trace[1024], key[71] = {0};
  memset(key, 'k', sizeof key - 1);
  (void)snprintf(trace, sizeof trace, "put %s 01\nput v %0300d\nget %s\ndelete %s\nput v 02\nreboot\n", key, 0, key,
                 key);
  struct lab lab;
  struct lab_run run = {.jobs = 1};
  lab_open(&lab, pc_store_named("norkv"), 3, trace);
  lab.plan.faults[PC_FAULT_BETWEEN_OPS] = lab.plan.faults[PC_FAULT_PREFIX] = true;
  lab_explore(&lab, &run);
  cr_expect_eq(run.outcome, PC_OK, "%s", run.error.message);
  cr_expect_eq(run.result.violations, 0, "%s: %s", run.violations[0].violation.expected,
               run.violations[0].violation.actual);
  cr_expect_gt(run.result.recoveries, 10);
  lab_run_free(&run);
  lab_close(&lab);
}
