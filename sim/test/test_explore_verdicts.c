/* An exploration agrees with brute force on every verdict and every count, with all its shortcuts. */
#include "explore/segment.h"
#include "test_explore_brute.h"
#include "test_explore_stores.h"

static void expect_same_violations(const struct lab_run *run, const struct brute *brute) {
  size_t first = 0; /* after those of the baseline */
  while (first < run->violation_count && run->violations[first].violation.path.depth == 0) {
    first++;
  }
  cr_assert_eq(run->violation_count - first, brute->violation_count, "%zu violations in place of %zu",
               run->violation_count - first, brute->violation_count);
  for (size_t i = 0; i < brute->violation_count; i++) {
    lab_expect_same_violation(&run->violations[first + i], &brute->violations[i]);
  }
}

static void expect_agreed(struct lab *lab, uint32_t jobs) {
  struct brute brute;
  struct lab_run run = {.jobs = jobs};
  brute_explore(lab, &brute);
  lab_explore(lab, &run);
  cr_assert_eq(run.outcome, PC_OK, "%s", run.error.message);
  cr_log_info("%lu cuts, %lu recoveries, %lu violations; %lu paths to %lu states", run.result.cuts,
              run.result.recoveries, run.result.violations, brute.paths, brute.states);
  cr_expect_gt(run.result.deduplicated, 0);
  cr_expect_eq(run.result.cuts, run.result.recoveries + run.result.deduplicated);
  cr_expect_eq(brute.disagreed, 0, "%lu paths to equal states ended otherwise", brute.disagreed);
  /* Tears that are drawn differ from path to path, and so do the reads of metastable cells: what lies behind a known
     state may be met on one path only. */
  if (lab->plan.samples == 0 && !lab->plan.faults[PC_FAULT_METASTABLE]) {
    cr_expect_eq(brute.missed, 0, "%lu states were not explored", brute.missed);
  }
  cr_expect_eq(run.result.cuts, brute.result.cuts, "%lu cuts in place of %lu", run.result.cuts, brute.result.cuts);
  cr_expect_eq(run.result.recoveries, brute.result.recoveries, "%lu recoveries in place of %lu", run.result.recoveries,
               brute.result.recoveries);
  cr_expect_eq(run.result.deduplicated, brute.result.deduplicated);
  cr_expect_eq(run.result.aftermaths, brute.result.aftermaths);
  cr_expect_arr_eq(run.result.checks, brute.result.checks, sizeof run.result.checks);
  expect_same_violations(&run, &brute);
  lab_run_free(&run);
  brute_free(&brute);
}

static void set_faults(struct lab *lab, bool all) {
  for (enum pc_fault fault = 0; fault < PC_FAULT_COUNT; fault++) {
    lab->plan.faults[fault] = all || fault == PC_FAULT_BETWEEN_OPS || fault == PC_FAULT_PREFIX;
  }
}

Test(explore_verdicts, agree_with_brute_force_on_norkv) {
  struct lab lab;
  lab_open_generated(&lab, pc_store_named("norkv"), 4, 2 * PC_SEGMENT_OPERATIONS, 1);
  set_faults(&lab, true);
  lab.plan.aftermath = 1;
  expect_agreed(&lab, 2);
  lab_close(&lab);
}

Test(explore_verdicts, agree_with_brute_force_where_units_may_be_programmed_twice) {
  struct lab lab;
  lab_open_generated(&lab, pc_store_named("norkv"), 4, 20, 2);
  lab.profile.program_unit = 4;
  lab.profile.programs_per_unit = 2;
  lab_set(&lab, "redundancy", "2");
  set_faults(&lab, true);
  expect_agreed(&lab, 3);
  lab_close(&lab);
}

Test(explore_verdicts, agree_with_brute_force_on_norkv_at_depth_2) {
  struct lab lab;
  lab_open_generated(&lab, pc_store_named("norkv"), 3, 18, 3);
  set_faults(&lab, true);
  lab.plan.depth = 2;
  lab.plan.samples = 0;
  lab.plan.limit = 2;
  expect_agreed(&lab, 2);
  lab_close(&lab);
}

Test(explore_verdicts, agree_with_brute_force_on_norkv_at_depth_3) {
  struct lab lab;
  lab_open_generated(&lab, pc_store_named("norkv"), 3, 6, 4);
  set_faults(&lab, false);
  lab.plan.faults[PC_FAULT_BIT_SUBSET] = true;
  lab.plan.depth = 3;
  lab.plan.samples = 0;
  lab.plan.limit = 1;
  expect_agreed(&lab, 2);
  lab_close(&lab);
}

Test(explore_verdicts, agree_with_brute_force_on_entries_without_a_checksum) {
  struct lab lab;
  lab_open_generated(&lab, pc_store_named("norkv"), 4, 20, 5);
  lab_set(&lab, "checksum", "none");
  set_faults(&lab, true);
  lab.plan.depth = 2;
  lab.plan.limit = 2;
  expect_agreed(&lab, 2);
  lab_close(&lab);
}

Test(explore_verdicts, agree_with_brute_force_on_a_store_that_trusts_half_erased_sectors) {
  struct lab lab;
  lab_open(&lab, &lab_naive, 2,
           "put a 01\nput b 02\nput c 03\nput a 04\nput b 05\nreboot\nput a 06\ndelete c\nput b 07\nput a 08\n"
           "put b 09\nput c 0c\nreboot\nput a 0d\nget b\nput b 0e\ndelete c\nput a 0f\ndelete a\nput c 10\n");
  lab_set(&lab, "looks", "1");
  set_faults(&lab, false);
  lab.plan.aftermath = 1;
  lab.plan.depth = 2;
  lab.plan.limit = 16;
  expect_agreed(&lab, 2);
  lab_close(&lab);
}

/* The same cells come back with other contents acknowledged: another state. */
Test(explore_verdicts, agree_with_brute_force_where_cells_return_to_what_they_were) {
  struct lab lab;
  lab_open(&lab, &lab_single, 1, "put a 01\ndelete a\nput a 02\nput a 01\nput a 04\nput a 01\ndelete a\nreboot\n");
  set_faults(&lab, true);
  expect_agreed(&lab, 1);
  lab_close(&lab);
}
