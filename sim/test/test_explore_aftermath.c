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

/*
 * One value, written to two sectors in turn, each time under the next number. After a start it doesn't know
 * whose turn it is, and begins with the first, which may be the only one that a cut has left. That does no harm unless
 * the power fails again.
 */
struct turns {
  struct pc_flash flash;
  uint32_t next, newest; /* sectors */
  bool live;
  uint8_t number, size, value[8];
};
enum { TURNS_LARGEST = 8, TURNS_RECORD = 3 + TURNS_LARGEST };

static enum pc_status turns_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                      char *message, size_t size) {
  (void)setup;
  (void)message;
  (void)size;
  *promises = (struct pc_store_promises){
      .memory_size = sizeof(struct turns), .max_value_size = TURNS_LARGEST, .self_contained = true};
  return PC_STATUS_OK;
}

static enum pc_status turns_start(void *memory, const struct pc_store_setup *setup) {
  struct turns *self = memory;
  memset(self, 0, sizeof *self);
  self->flash = setup->flash;
  for (uint32_t sector = 0; sector < 2; sector++) {
    uint8_t record[TURNS_RECORD] = {0};
    (void)self->flash.read(self->flash.context, sector * self->flash.sector_size, record, sizeof record);
    bool newer = !self->live || (uint8_t)(record[0] - self->number) < 128;
    if (record[TURNS_RECORD - 1] == 0 && record[1] <= TURNS_LARGEST && newer) {
      self->live = true;
      self->newest = sector;
      self->number = record[0];
      self->size = record[1];
      memcpy(self->value, record + 2, TURNS_LARGEST);
    }
  }
  return PC_STATUS_OK;
}

static enum pc_status turns_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  struct turns *self = memory;
  (void)key;
  if (value.size > TURNS_LARGEST) {
    return PC_STATUS_INVALID;
  }
  uint8_t record[TURNS_RECORD] = {++self->number, (uint8_t)value.size};
  if (value.size > 0) {
    memcpy(record + 2, value.data, value.size);
  }
  const uint32_t address = self->next * self->flash.sector_size;
  (void)self->flash.erase(self->flash.context, address);
  (void)self->flash.program(self->flash.context, address, record, sizeof record);
  self->next ^= 1;
  self->live = true;
  self->size = (uint8_t)value.size;
  memcpy(self->value, record + 2, TURNS_LARGEST);
  return PC_STATUS_OK;
}

static enum pc_status turns_remove(void *memory, struct pc_bytes key) {
  (void)memory;
  (void)key;
  return PC_STATUS_FULL;
}

static enum pc_status turns_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  const struct turns *self = memory;
  (void)key;
  if (!self->live || capacity < self->size) {
    return PC_STATUS_NOT_FOUND;
  }
  memcpy(buffer, self->value, self->size);
  *size = self->size;
  return PC_STATUS_OK;
}

static const struct pc_store turns_store = {.api = PC_STORE_API,
                                            .name = "turns",
                                            .summary = "one value",
                                            .configure = turns_configure,
                                            .start = turns_start,
                                            .put = turns_put,
                                            .remove = turns_remove,
                                            .get = turns_get};

/* A cut in the recovery from the first one shows nothing: it writes nothing. The second cut comes in a later put. */
Test(explore_aftermath, finds_what_only_a_second_cut_in_a_later_operation_shows) {
  struct lab lab;
  struct lab_run without = {.jobs = 1}, with = {.jobs = 1}, many = {.jobs = 3};
  int differ = 0;
  lab_open(&lab, &turns_store, 2, "put a 01\nput a 02\nput a 03\nput a 04\nput a 05\n");
  lab.plan.faults[PC_FAULT_BETWEEN_OPS] = lab.plan.faults[PC_FAULT_PREFIX] = true;
  lab.plan.limit = 64;
  lab.plan.depth = 2;
  lab_explore(&lab, &without);
  cr_assert_eq(without.outcome, PC_OK, "%s", without.error.message);
  cr_expect_eq(without.result.violations, 0);
  lab.plan.aftermath = 1;
  lab_explore(&lab, &with);
  lab_explore(&lab, &many);
  cr_expect_gt(lab_failures(&with, PC_ATOMIC), 0);
  lab_expect_same(&with, &many);
  for (size_t i = 0; i < with.violation_count; i++) {
    const struct pc_violation *violation = &with.violations[i].violation;
    const char *last = strstr(violation->actual, " cut, the last by ");
    cr_assert_not_null(last, "%s", violation->actual);
    cr_expect_eq(strncmp(last + strlen(" cut, the last by "), pc_fault_class(violation->fault)->name, 6), 0, "%s",
                 violation->actual);
    differ += violation->fault != violation->path.cuts[violation->path.depth - 1].fault ? 1 : 0;
    cr_expect(lab_replay(&lab, &violation->path) & 1u << violation->invariant);
  }
  cr_expect_gt(differ, 0, "a failure counts for the class that was the last to strike");
  lab_run_free(&without);
  lab_run_free(&with);
  lab_run_free(&many);
  lab_close(&lab);
}

/* Writes a mark where there is none, as a store that formats does: the first start can be cut, too. */
static enum pc_status formatter_start(void *memory, const struct pc_store_setup *setup) {
  static const uint8_t made[32] = {0};
  struct turns *self = memory;
  enum pc_status status = turns_start(memory, setup);
  uint8_t mark[sizeof made];
  (void)self->flash.read(self->flash.context, TURNS_RECORD, mark, sizeof mark);
  if (!self->live && memcmp(mark, made, sizeof made) != 0) {
    (void)self->flash.program(self->flash.context, TURNS_RECORD, made, sizeof made);
  }
  return status;
}

/* Recoveries from there leave the same flash, and what follows is drawn once for each seed. */
Test(explore_aftermath, of_a_cut_in_the_first_start_shows_again_when_it_is_replayed) {
  struct pc_store formatter = turns_store;
  formatter.start = formatter_start;
  struct lab lab;
  size_t in_start = 0;
  lab_open(&lab, &formatter, 2, "put a 01\nput a 02\nput a 03\n");
  lab.plan.faults[PC_FAULT_BETWEEN_OPS] = true;
  lab.plan.aftermath = 1;
  for (lab.plan.seed = 1; lab.plan.seed <= 64; lab.plan.seed++) {
    struct lab_run run = {.jobs = 1};
    lab_explore(&lab, &run);
    cr_assert_eq(run.outcome, PC_OK, "%s", run.error.message);
    for (size_t i = 0; i < run.violation_count; i++) {
      const struct pc_violation *violation = &run.violations[i].violation;
      in_start += violation->path.cuts[0].flash_operation == 0;
      cr_expect(lab_replay(&lab, &violation->path) & 1u << violation->invariant, "flash operation %u",
                violation->path.cuts[0].flash_operation);
    }
    lab_run_free(&run);
  }
  cr_expect_gt(in_start, 0);
  lab_close(&lab);
}

/* The same, but that it knows whose turn it is. */
static enum pc_status keeper_start(void *memory, const struct pc_store_setup *setup) {
  struct turns *self = memory;
  enum pc_status status = turns_start(memory, setup);
  self->next = self->live ? self->newest ^ 1u : 0;
  return status;
}

/* Erases what there is, to write it anew. */
static enum pc_status keeper_maintain(void *memory, enum pc_maintenance level) {
  struct turns *self = memory;
  (void)level;
  if (!self->live) {
    return PC_STATUS_OK;
  }
  (void)self->flash.erase(self->flash.context, 0);
  (void)self->flash.erase(self->flash.context, self->flash.sector_size);
  self->next = 0;
  return turns_put(memory, (struct pc_bytes){NULL, 0}, (struct pc_bytes){self->value, self->size});
}

/* The workload has none of it. */
Test(explore_aftermath, finds_what_a_cut_in_maintenance_shows) {
  struct pc_store keeper = turns_store;
  keeper.start = keeper_start;
  struct lab lab;
  struct lab_run without = {.jobs = 1}, with = {.jobs = 1};
  lab_open(&lab, &keeper, 2, "put a 01\nput a 02\nput a 03\nput a 04\nput a 05\n");
  lab.plan.faults[PC_FAULT_BETWEEN_OPS] = true;
  lab.plan.aftermath = 1;
  lab_explore(&lab, &without);
  cr_assert_eq(without.outcome, PC_OK, "%s", without.error.message);
  cr_expect_eq(without.result.violations, 0);
  keeper.maintain = keeper_maintain;
  lab_explore(&lab, &with);
  cr_expect_gt(lab_failures(&with, PC_DURABLE), 0);
  lab_run_free(&without);
  lab_run_free(&with);
  lab_close(&lab);
}
