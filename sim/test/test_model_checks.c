/* What the checks hold a store to: no more than it promises, and no less. */
#include <stdio.h>

#include "test_explore_help.h"
#include "test_explore_stores.h"

/* Every key of one byte, so that none is left to probe with. */
static void use_all_keys(char *trace, size_t size) {
  size_t length = 0;
  for (unsigned key = 0; key < 256; key++) {
    length += (size_t)snprintf(trace + length, size - length, "get hex:%02x\n", key);
  }
  (void)snprintf(trace + length, size - length, "put a 01\nput hex:ff 02\n");
}

static void expect_held(const char *trace, bool probed) {
  struct lab lab;
  struct lab_run run = {.jobs = 1};
  lab_open(&lab, &lab_naive, 2, trace);
  lab.plan.faults[PC_FAULT_BETWEEN_OPS] = true;
  lab_explore(&lab, &run);
  cr_assert_eq(run.outcome, PC_OK, "%s", run.error.message);
  cr_expect_eq(run.result.violations, 0, "%s", run.violations[0].violation.actual);
  cr_expect_eq(run.result.checks[PC_FAULT_BETWEEN_OPS][0][PC_WRITABLE].checks, probed ? run.result.recoveries : 0);
  lab_run_free(&run);
  lab_close(&lab);
}

Test(model_checks, probe_with_a_key_of_the_size_that_the_workload_uses) {
  expect_held("put z 01\nput hex:ff 02\nput hex:00 03\ndelete z\n", true);
}

Test(model_checks, do_not_probe_where_the_workload_uses_every_key) {
  char trace[256 * 16];
  use_all_keys(trace, sizeof trace);
  expect_held(trace, false);
}
