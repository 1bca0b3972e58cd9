/* Recoveries that are alike are cut in every way once. */
#include <string.h>

#include "test_explore_help.h"
#include "test_explore_stores.h"

static void open_all_classes(struct lab *lab) {
  for (enum pc_fault fault = 0; fault <= PC_FAULT_TWO_PHASE_ERASE; fault++) {
    lab->plan.faults[fault] = true;
  }
  lab->plan.depth = 2;
}

/* Whether a violation like it, at a cut in the same operation, is among those of a run. */
static bool has(const struct lab_run *run, const struct pc_violation *violation) {
  for (size_t i = 0; i < run->violation_count; i++) {
    const struct pc_violation *other = &run->violations[i].violation;
    if (other->invariant == violation->invariant && other->operation == violation->operation) {
      return true;
    }
  }
  return false;
}

/* As many cuts are accounted for, fewer are tried, and every violation shows up, whatever the number of workers. */
static void expect_less_work(struct lab *lab, bool fails) {
  struct lab_run every = {.jobs = 2}, one = {.jobs = 1}, three = {.jobs = 3};
  lab_explore(lab, &every);
  lab->plan.alike = 1;
  lab_explore(lab, &one);
  lab_explore(lab, &three);
  cr_assert_eq(one.outcome, PC_OK, "%s", one.error.message);
  cr_log_info("%lu recoveries in place of %lu", one.result.recoveries, every.result.recoveries);
  cr_expect_lt(one.result.recoveries, every.result.recoveries);
  cr_expect_gt(one.result.recoveries, 0);
  cr_expect_eq(one.result.cuts, one.result.recoveries + one.result.deduplicated);
  cr_expect_eq(every.result.violations > 0, fails);
  if (!fails) {
    cr_expect_eq(one.result.cuts, every.result.cuts);
  }
  for (size_t i = 0; i < every.violation_count; i++) {
    const struct pc_violation *violation = &every.violations[i].violation;
    cr_expect(has(&one, violation), "%s in operation %u", pc_invariant_info(violation->invariant)->name,
              violation->operation);
  }
  lab_expect_same(&one, &three);
  lab_run_free(&every);
  lab_run_free(&one);
  lab_run_free(&three);
  lab_close(lab);
}

Test(explore_alike, cuts_of_norkv_are_accounted_for) {
  struct lab lab;
  lab_open_generated(&lab, pc_store_named("norkv"), 4, 16, 21);
  open_all_classes(&lab);
  lab.plan.aftermath = 16;
  expect_less_work(&lab, false);
}

Test(explore_alike, what_norkv_loses_without_a_checksum_is_found) {
  struct lab lab;
  lab_open_generated(&lab, pc_store_named("norkv"), 4, 16, 22);
  lab_set(&lab, "checksum", "none");
  open_all_classes(&lab);
  lab.plan.limit = 3;
  expect_less_work(&lab, true);
}

/*
 * One value of one byte, which is there if the byte after it is its complement. A start that finds it torn makes a note
 * in the second sector, erases the first one, and then the note. It reads the same, writes the same and ends the same
 * whatever was torn, unless there is a note already and the value's first byte is missing: then it looks at the note
 * once more, and makes up a value where half of the note is missing.
 */
struct pedant {
  struct pc_flash flash;
  bool live;
  bool torn; /* a put has no place */
  uint8_t value;
};

static enum pc_status pedant_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                       char *message, size_t size) {
  (void)setup;
  (void)message;
  (void)size;
  *promises =
      (struct pc_store_promises){.memory_size = sizeof(struct pedant), .max_value_size = 1, .self_contained = true};
  return PC_STATUS_OK;
}

static void pedant_mend(struct pedant *self, const uint8_t *cells, const uint8_t *note) {
  static const uint8_t written[2] = {0, 0};
  const struct pc_flash *flash = &self->flash;
  bool noted = note[0] == 0;
  uint8_t again = 0;
  if (noted && cells[0] == PC_ERASED) {
    (void)flash->read(flash->context, flash->sector_size + 1, &again, 1);
    self->live = again == PC_ERASED;
    self->value = 0x55;
  }
  if (!noted) {
    (void)flash->program(flash->context, flash->sector_size, written, sizeof written);
  }
  (void)flash->erase(flash->context, 0);
  (void)flash->erase(flash->context, flash->sector_size);
}

static enum pc_status pedant_start(void *memory, const struct pc_store_setup *setup) {
  struct pedant *self = memory;
  uint8_t cells[2] = {0}, note[2] = {0};
  memset(self, 0, sizeof *self);
  self->flash = setup->flash;
  const struct pc_flash *flash = &self->flash;
  (void)flash->read(flash->context, 0, cells, sizeof cells);
  (void)flash->read(flash->context, flash->sector_size, note, sizeof note);
  if ((cells[0] ^ cells[1]) == 0xFF) {
    self->live = true;
    self->value = cells[0];
  } else if (cells[0] != PC_ERASED || cells[1] != PC_ERASED) {
    pedant_mend(self, cells, note);
  } else if (note[0] != PC_ERASED || note[1] != PC_ERASED) {
    (void)flash->erase(flash->context, flash->sector_size);
  }
  return PC_STATUS_OK;
}

static enum pc_status pedant_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  struct pedant *self = memory;
  (void)key;
  if (value.size != 1 || self->live || self->torn) {
    return PC_STATUS_FULL;
  }
  uint8_t cells[2] = {value.data[0], (uint8_t)~value.data[0]};
  self->live = self->flash.program(self->flash.context, 0, cells, sizeof cells) == PC_FLASH_OK;
  self->value = value.data[0];
  return PC_STATUS_OK;
}

static enum pc_status pedant_remove(void *memory, struct pc_bytes key) {
  (void)memory;
  (void)key;
  return PC_STATUS_FULL;
}

static enum pc_status pedant_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  const struct pedant *self = memory;
  (void)key;
  if (!self->live || capacity == 0) {
    return PC_STATUS_NOT_FOUND;
  }
  buffer[0] = self->value;
  *size = 1;
  return PC_STATUS_OK;
}

/* Only one content of the first tear and one tear of the second flash operation show the mistake; but that content
   makes the second recovery another one where nothing is torn in it. */
Test(explore_alike, a_recovery_that_goes_on_otherwise_is_cut_in_every_way) {
  static const struct pc_store pedant = {.api = PC_STORE_API,
                                         .name = "pedant",
                                         .summary = "one byte",
                                         .configure = pedant_configure,
                                         .start = pedant_start,
                                         .put = pedant_put,
                                         .remove = pedant_remove,
                                         .get = pedant_get};
  struct lab lab;
  lab_open(&lab, &pedant, 2, "put a 0f\n");
  open_all_classes(&lab);
  expect_less_work(&lab, true);
}

/*
 * The same one byte. A start that finds it torn makes a note of four bytes in the second sector and leaves the torn
 * bytes where they are. It reads the same and writes the same whatever was torn; but where the value's first byte is
 * missing and the first byte of the note alone is there, it makes up a value.
 */
static enum pc_status hoarder_start(void *memory, const struct pc_store_setup *setup) {
  static const uint8_t written[4] = {0, 0, 0, 0};
  struct pedant *self = memory;
  uint8_t cells[2] = {0}, note[4] = {0};
  memset(self, 0, sizeof *self);
  self->flash = setup->flash;
  const struct pc_flash *flash = &self->flash;
  (void)flash->read(flash->context, 0, cells, sizeof cells);
  (void)flash->read(flash->context, flash->sector_size, note, sizeof note);
  bool whole = (cells[0] ^ cells[1]) == 0xFF, blank = cells[0] == PC_ERASED && cells[1] == PC_ERASED;
  bool misled = !whole && cells[0] == PC_ERASED && note[0] == 0 && note[1] == PC_ERASED && note[2] == PC_ERASED &&
                note[3] == PC_ERASED;
  self->torn = !whole && !blank;
  self->live = whole || misled;
  self->value = whole ? cells[0] : 0x55;
  if (self->torn && memcmp(note, written, sizeof note) != 0) {
    (void)flash->program(flash->context, flash->sector_size, written, sizeof written);
  }
  return PC_STATUS_OK;
}

/* What such recoveries begin with differs for good: they are not alike, though they do the same. */
Test(explore_alike, a_recovery_that_ends_otherwise_is_cut_in_every_way) {
  static const struct pc_store hoarder = {.api = PC_STORE_API,
                                          .name = "hoarder",
                                          .summary = "one byte",
                                          .configure = pedant_configure,
                                          .start = hoarder_start,
                                          .put = pedant_put,
                                          .remove = pedant_remove,
                                          .get = pedant_get};
  struct lab lab;
  struct lab_run every = {.jobs = 1}, alike = {.jobs = 1};
  lab_open(&lab, &hoarder, 2, "put a 0f\n");
  open_all_classes(&lab);
  lab_explore(&lab, &every);
  cr_assert_eq(every.outcome, PC_OK, "%s", every.error.message);
  cr_expect_gt(lab_failures(&every, PC_ATOMIC), 0);
  lab.plan.alike = 1;
  lab_explore(&lab, &alike);
  cr_expect_eq(lab_failures(&alike, PC_ATOMIC), lab_failures(&every, PC_ATOMIC));
  cr_expect_eq(alike.result.recoveries, every.result.recoveries);
  lab_run_free(&every);
  lab_run_free(&alike);
  lab_close(&lab);
}
