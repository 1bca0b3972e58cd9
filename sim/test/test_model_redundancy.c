/* When copies must be there: after a recovery, or, of a store that repairs later, after maintenance. */
#include "plugins/wrapped.h"
#include "test_model_help.h"

/* norkv with one copy, which promises two; with repairs_later set, not at once. */
static bool later, with_write, in_parts;

static enum pc_status one_copy_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                         char *message, size_t size) {
  enum pc_status status = wrapped_configure(setup, promises, message, size);
  promises->redundancy = 2;
  promises->repairs_later = later;
  promises->repairs_with_write = with_write;
  promises->repairs_in_parts = in_parts;
  return status;
}

static const struct pc_store one_copy = {
    WRAPPED_STORE,      .configure = one_copy_configure, .start = wrapped_start,
    .put = wrapped_put, .remove = wrapped_remove,        .get = wrapped_get,
};

static void open_one_copy(struct bench *bench, bool repairs_later) {
  later = repairs_later;
  bench_open(bench, &one_copy, 4, "put a 01\nmaintain partial\n");
  bench_start(bench);
  (void)bench_run(bench, 0);
  cr_expect_not(pc_report_failed(&bench->report));
}

Test(model_redundancy, is_due_when_a_recovery_ends) {
  struct bench bench;
  open_one_copy(&bench, false);
  bench_recover(&bench);
  bench_expect(&bench, PC_REDUNDANT, "a", "every copy that the redundancy asks for", "1 of 2 copies");
  bench_close(&bench);
}

Test(model_redundancy, is_not_due_when_a_recovery_ends_of_a_store_that_repairs_later) {
  struct bench bench;
  open_one_copy(&bench, true);
  bench_recover(&bench);
  cr_expect_not(pc_report_failed(&bench.report));
  cr_expect_not(bench.report.checked[PC_REDUNDANT]);
  cr_expect(bench.report.checked[PC_WELL_FORMED]);
  bench_close(&bench);
}

Test(model_redundancy, is_due_after_the_first_write_where_that_is_stated) {
  struct bench bench;
  with_write = true;
  open_one_copy(&bench, true);
  bench_recover(&bench);
  bench_expect(&bench, PC_REDUNDANT, "a", "every copy that the redundancy asks for", "1 of 2 copies");
  bench_close(&bench);
}

Test(model_redundancy, is_due_after_maintenance) {
  for (int i = 0; i < 2; i++) {
    struct bench bench;
    open_one_copy(&bench, i == 1);
    cr_expect_eq(bench_run(&bench, 1), PC_STATUS_OK);
    bench_expect(&bench, PC_REDUNDANT, "a", "every copy that the redundancy asks for", "1 of 2 copies");
    bench_close(&bench);
  }
}

Test(model_redundancy, is_not_due_after_a_part_of_the_maintenance) {
  struct bench bench;
  in_parts = later = true;
  bench_open(&bench, &one_copy, 4, "put a 01\nmaintain partial\nmaintain full\n");
  bench_start(&bench);
  (void)bench_run(&bench, 0);
  cr_expect_eq(bench_run(&bench, 1), PC_STATUS_OK);
  cr_expect_not(pc_report_failed(&bench.report));
  cr_expect(bench.report.checked[PC_WELL_FORMED]);
  cr_expect_eq(bench_run(&bench, 2), PC_STATUS_OK);
  bench_expect(&bench, PC_REDUNDANT, "a", "every copy that the redundancy asks for", "1 of 2 copies");
  bench_close(&bench);
}

/* norkv keeps two copies whatever is cut, also when it mends later. */
static void expect_kept(const char *recovery, bool soon) {
  struct lab lab;
  struct lab_run run = {.jobs = 1};
  lab_open_generated(&lab, pc_store_named("norkv"), 5, 20, 1);
  lab_set(&lab, "redundancy", "2");
  lab_set(&lab, "recovery", recovery);
  for (enum pc_fault fault = 0; fault <= PC_FAULT_TWO_PHASE_ERASE; fault++) {
    lab.plan.faults[fault] = true;
  }
  lab.plan.aftermath = 1;
  lab_explore(&lab, &run);
  cr_expect_eq(run.outcome, PC_OK, "%s", run.error.message);
  cr_expect_eq(run.result.violations, 0, "%s: %s", recovery, run.violations[0].violation.actual);
  cr_expect_eq(run.result.aftermaths, run.result.recoveries);
  const struct pc_check_count *prefix = run.result.checks[PC_FAULT_PREFIX][0];
  cr_expect_gt(prefix[PC_MOUNTABLE].checks, 0);
  /* Each round is of a recovery or of an aftermath, which ends with maintenance. */
  cr_expect_eq(prefix[PC_REDUNDANT].checks, soon ? prefix[PC_MOUNTABLE].checks : prefix[PC_MOUNTABLE].checks / 2);
  cr_expect_eq(prefix[PC_WELL_FORMED].checks, prefix[PC_MOUNTABLE].checks);
  lab_run_free(&run);
  lab_close(&lab);
}

Test(model_redundancy, is_kept_by_norkv_however_it_recovers) {
  expect_kept("immediate", true);
  expect_kept("manual", true);
  expect_kept("lazy", true); /* with the first write */
  expect_kept("manual_late", false);
}

/* One sector's work at most leaves the rest to the next time. */
Test(model_redundancy, is_kept_by_norkv_that_maintains_in_parts) {
  struct lab lab;
  struct lab_run run = {.jobs = 1};
  lab_open(&lab, pc_store_named("norkv"), 4, "put a 01\nmaintain partial\nput b 0202\nmaintain full\n");
  lab_set(&lab, "redundancy", "2");
  lab_set(&lab, "recovery", "manual_late");
  lab_set(&lab, "partial_maintenance", "idle");
  lab.plan.faults[PC_FAULT_PREFIX] = lab.plan.faults[PC_FAULT_UNIT_SUBSET] = true;
  lab.plan.cuts = PC_CUTS_SOAK;
  lab.plan.count = 1000;
  lab.plan.consecutive = 1;
  lab_explore(&lab, &run);
  cr_expect_eq(run.outcome, PC_OK, "%s", run.error.message);
  cr_expect_eq(run.result.violations, 0, "%s", run.violations[0].violation.actual);
  lab_run_free(&run);
  lab_close(&lab);
}
