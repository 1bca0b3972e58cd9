/* Cuts that keep a recovery from getting on: explored once, whatever the depth, and in memory of one size. */
#include "explore/seen.h"
#include "test_explore_help.h"
#include "test_explore_stores.h"

/* Erases the second sector and writes to it whenever it starts. The test is one process. */
static enum pc_status restless_start(void *memory, const struct pc_store_setup *setup) {
  static const uint8_t mark = 0;
  const struct pc_flash *flash = &setup->flash;
  enum pc_status status = lab_single.start(memory, setup);
  if (flash->erase(flash->context, flash->sector_size) != PC_FLASH_OK ||
      flash->program(flash->context, flash->sector_size, &mark, 1) != PC_FLASH_OK) {
    return PC_STATUS_FLASH_ERROR;
  }
  return status;
}

static struct pc_exploration_result explore_to(uint32_t depth) {
  struct lab lab;
  struct pc_store store = lab_single;
  store.start = restless_start;
  lab_open(&lab, &store, 2, "put a 01\nput a 05\nreboot\nput a 03\n");
  lab.plan.faults[PC_FAULT_BETWEEN_OPS] = true;
  lab.plan.depth = depth;
  struct lab_run run = {.jobs = 1};
  lab_explore(&lab, &run);
  cr_assert_eq(run.outcome, PC_OK, "%s", run.error.message);
  struct pc_exploration_result result = run.result;
  lab_run_free(&run);
  lab_close(&lab);
  return result;
}

Test(explore_progress, cuts_at_the_first_write_for_ever_are_explored_once) {
  struct pc_exploration_result two = explore_to(2), four = explore_to(4), eight = explore_to(8);
  cr_expect_gt(two.cuts, two.recoveries);
  cr_expect_eq(eight.recoveries, two.recoveries, "%lu recoveries, %lu at depth 2", eight.recoveries, two.recoveries);
  cr_expect_eq(eight.cuts, four.cuts, "%lu cuts, %lu at depth 4", eight.cuts, four.cuts);
}

Test(explore_progress, states_that_are_remembered_take_memory_of_one_size) {
  struct pc_seen seen = {0};
  struct pc_error error;
  for (uint64_t state = 1; state <= 3 * (uint64_t)PC_SEEN_MOST; state++) {
    cr_assert_eq(pc_seen_add(&seen, state * UINT64_C(0x9E3779B97F4A7C15), &error), PC_OK);
    cr_assert(pc_seen_has(&seen, state * UINT64_C(0x9E3779B97F4A7C15)));
  }
  cr_expect_leq(seen.count, PC_SEEN_MOST);
  cr_expect_leq(seen.capacity, 2 * (size_t)PC_SEEN_MOST);
  pc_seen_free(&seen);
}
