/* Recoveries that end alike are checked once: with every verdict and count that checking each of them gives. */
#include "test_explore_help.h"
#include "test_explore_stores.h"

/* What the store that is explored promises but for one thing. The test is one process. */
static const struct pc_store *inner;

static enum pc_status configure_shared(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                       char *message, size_t size) {
  enum pc_status status = inner->configure(setup, promises, message, size);
  promises->self_contained = true;
  return status;
}

static enum pc_status configure_alone(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                      char *message, size_t size) {
  enum pc_status status = inner->configure(setup, promises, message, size);
  promises->self_contained = false;
  return status;
}

static void expect_same_without(struct lab *lab, bool shares, bool fails) {
  struct pc_store alone = *lab->subject.store, together = alone;
  struct lab_run shared = {.jobs = 2}, each = {.jobs = 1};
  for (enum pc_fault fault = 0; fault <= PC_FAULT_TWO_PHASE_ERASE; fault++) {
    lab->plan.faults[fault] = true;
  }
  inner = lab->subject.store;
  together.configure = configure_shared;
  lab->subject.store = &together;
  lab_explore(lab, &shared);
  alone.configure = configure_alone;
  lab->subject.store = &alone;
  lab_explore(lab, &each);
  cr_assert_eq(shared.outcome, PC_OK, "%s", shared.error.message);
  cr_expect_eq(shared.result.shared > 0, shares);
  cr_expect_lt(shared.result.shared, shared.result.recoveries);
  cr_expect_eq(each.result.shared, 0);
  cr_expect_eq(shared.result.violations > 0, fails);
  lab_expect_same(&shared, &each);
  lab_run_free(&shared);
  lab_run_free(&each);
  lab_close(lab);
}

Test(explore_shared, recoveries_of_norkv_are_counted_like_others) {
  struct lab lab;
  lab_open_generated(&lab, pc_store_named("norkv"), 4, 24, 11);
  lab.plan.aftermath = 8;
  expect_same_without(&lab, true, false);
}

Test(explore_shared, recoveries_of_norkv_are_counted_like_others_at_depth_2) {
  struct lab lab;
  lab_open_generated(&lab, pc_store_named("norkv"), 4, 12, 12);
  lab.plan.depth = 2;
  lab.plan.limit = 3;
  expect_same_without(&lab, true, false);
}

/* A torn entry without a checksum reads as a value that nobody put: what failed never answers for another. */
Test(explore_shared, recoveries_do_not_hide_what_fails_on_flash) {
  struct lab lab;
  lab_open_generated(&lab, pc_store_named("norkv"), 4, 16, 13);
  lab_set(&lab, "checksum", "none");
  expect_same_without(&lab, true, true);
}

/* The flash is mended in the same way whether the store knows it or not. */
Test(explore_shared, recoveries_do_not_hide_what_fails_in_memory) {
  struct lab lab;
  lab_open_generated(&lab, &lab_spoilt, 4, 16, 14);
  lab_set(&lab, "does", "forgets");
  lab.plan.depth = 2;
  lab.plan.limit = 2;
  expect_same_without(&lab, true, true);
}

/* Its cells and its memory come back to what they were when other contents were acknowledged. */
Test(explore_shared, recoveries_are_of_one_operation) {
  struct lab lab;
  lab_open(&lab, &lab_single, 1, "put a 01\nput a 02\nput a 01\ndelete a\nput a 01\nput a 04\nreboot\n");
  expect_same_without(&lab, false, true);
}
