/* Further cuts in a state that was explored when the sectors were younger. */
#include "test_explore_help.h"
#include "test_explore_stores.h"

#define MARK_AT 1u
#define BLANK 0xFFu

/* The single value, and a mark behind it, which a start programs where it finds none and doesn't come up with half of.
 */
static enum pc_status marked_start(void *memory, const struct pc_store_setup *setup) {
  const struct pc_flash *flash = &setup->flash;
  static const uint8_t mark = 0;
  uint8_t found = 1;
  if (flash->read(flash->context, MARK_AT, &found, 1) != PC_FLASH_OK || (found != mark && found != BLANK)) {
    return PC_STATUS_FAILED;
  }
  if (found == BLANK && flash->program(flash->context, MARK_AT, &mark, 1) != PC_FLASH_OK) {
    return PC_STATUS_FLASH_ERROR;
  }
  return lab_single.start(memory, setup);
}

/* Each delete erases the sector: the flash is the same before each put but for its age, 0.6 and 0.85 before the last
   two, which are in one segment. Only what is 0.8 old leaves cells unstable. */
static void open_worn(struct lab *lab, struct pc_store *marked, uint32_t endurance) {
  *marked = lab_single;
  marked->start = marked_start;
  lab_open(lab, marked, 1, "put a 01\ndelete a\nput a 01\ndelete a\nput a 01\ndelete a\nput a 01\ndelete a\n");
  lab->profile.endurance = endurance;
  lab->subject.worn = 0.1;
  lab->plan.depth = 2;
  lab->plan.faults[PC_FAULT_BETWEEN_OPS] = true;
  lab->plan.faults[PC_FAULT_WORN] = true;
}

static size_t count_found(const struct lab_run *run, uint64_t operation) {
  size_t found = 0;
  for (size_t i = 0; i < run->violation_count; i++) {
    const struct pc_violation *violation = &run->violations[i].violation;
    const struct pc_cut_path *path = &violation->path;
    found += violation->operation == operation && path->depth == 2 && path->cuts[0].fault == PC_FAULT_BETWEEN_OPS &&
             path->cuts[1].fault == PC_FAULT_WORN;
  }
  return found;
}

Test(explore_worn, a_state_is_another_once_its_sectors_are_older) {
  struct lab lab;
  struct pc_store marked;
  open_worn(&lab, &marked, 4);
  struct lab_run run = {.jobs = 1};
  lab_explore(&lab, &run);
  cr_assert_eq(run.outcome, PC_OK, "%s", run.error.message);
  cr_expect_eq(count_found(&run, 4), 0);
  cr_expect_gt(count_found(&run, 6), 0);
  lab_run_free(&run);
  lab_close(&lab);
}

/* Where age decides nothing, it makes no difference. */
Test(explore_worn, a_state_is_the_same_where_age_does_not_matter) {
  static const struct {
    uint32_t endurance, depth;
    bool worn;
  } kinds[] = {{0, 2, true}, {4, 2, false}, {4, 1, false}};
  uint64_t deduplicated[2] = {0};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    struct lab lab;
    struct pc_store marked;
    open_worn(&lab, &marked, kinds[i].endurance);
    lab.plan.depth = kinds[i].depth;
    lab.plan.faults[PC_FAULT_WORN] = kinds[i].worn;
    struct lab_run run = {.jobs = 1};
    lab_explore(&lab, &run);
    cr_assert_eq(run.outcome, PC_OK, "%s", run.error.message);
    cr_expect_eq(run.violation_count, 0);
    cr_expect_gt(run.result.deduplicated, 0);
    if (kinds[i].depth == 2) {
      deduplicated[i] = run.result.deduplicated;
    }
    lab_run_free(&run);
    lab_close(&lab);
  }
  cr_expect_eq(deduplicated[0], deduplicated[1]);
}
