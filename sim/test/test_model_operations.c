/* What the operations of a run are held to. */
#include "test_explore_help.h"
#include "test_explore_stores.h"

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
