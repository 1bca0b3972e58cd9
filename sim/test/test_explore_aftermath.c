/* The aftermath finds what shows only when a store goes on after a recovery. */
#include <string.h>

#include "test_explore_help.h"
#include "test_explore_stores.h"

static const char trace[] =
    "put a 01\nput b 02\nput c 03\nput a 04\nput b 05\nput a 06\ndelete c\nput b 07\nput a 08\nput b 09\nput a 0a\n"
    "put b 0b\nput c 0c\nput a 0d\nput b 0e\ndelete c\nput a 0f\n";

static void open_naive(struct lab *lab, const char *looks) {
  lab_open(lab, &lab_naive, 2, trace);
  lab_set(lab, "looks", looks);
  lab->plan.faults[PC_FAULT_BETWEEN_OPS] = lab->plan.faults[PC_FAULT_PREFIX] = true;
  lab->plan.limit = 64;
}

/* Without an aftermath the store passes. */
static void expect_found_by_aftermath_only(const char *looks, enum pc_invariant first, enum pc_invariant second) {
  struct lab lab;
  open_naive(&lab, looks);
  struct lab_run without = {.jobs = 1}, with = {.jobs = 1};
  lab_explore(&lab, &without);
  cr_assert_eq(without.outcome, PC_OK, "%s", without.error.message);
  cr_expect_eq(without.result.violations, 0, "%s", without.violations[0].violation.actual);
  cr_expect_gt(without.result.recoveries, 100);
  lab.plan.aftermath = 1;
  lab_explore(&lab, &with);
  cr_assert_eq(with.outcome, PC_OK, "%s", with.error.message);
  cr_expect_eq(with.result.recoveries, without.result.recoveries);
  cr_expect_eq(with.result.aftermaths, with.result.recoveries);
  cr_expect_gt(lab_failures(&with, first), 0);
  cr_expect_gt(lab_failures(&with, second), 0);
  for (size_t i = 0; i < with.violation_count; i++) {
    const struct pc_violation *violation = &with.violations[i].violation;
    cr_expect_not_null(strstr(violation->actual, "(after recovery and "), "%s", violation->actual);
    cr_expect_eq(violation->path.cuts[0].fault, PC_FAULT_PREFIX);
    cr_expect(lab_replay(&lab, &violation->path) & 1u << violation->invariant);
  }
  lab_run_free(&without);
  lab_run_free(&with);
  lab_close(&lab);
}

Test(explore_aftermath, finds_a_sector_that_was_half_erased_and_trusted) {
  expect_found_by_aftermath_only("0", PC_DEVICE_CONTRACT, PC_WRITABLE);
}

Test(explore_aftermath, finds_stale_entries_behind_a_gap_that_is_filled) {
  expect_found_by_aftermath_only("1", PC_DURABLE, PC_DELETED_STAYS_DELETED);
}
