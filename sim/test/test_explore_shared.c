/* Recoveries that end alike are checked once: with every verdict and count that checking each of them gives. */
#include <string.h>

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

/* What an aftermath finds is found where one aftermath answers for others, too. */
Test(explore_shared, aftermaths_do_not_hide_what_they_find) {
  for (int looks = 0; looks < 2; looks++) {
    struct lab lab;
    lab_open(&lab, &lab_naive, 2,
             "put a 01\nput b 02\nput c 03\nput a 04\nput b 05\nput a 06\ndelete c\nput b 07\nput a 08\nput b 09\n"
             "put a 0a\nput b 0b\nput c 0c\nput a 0d\nput b 0e\ndelete c\nput a 0f\n");
    lab_set(&lab, "looks", looks == 0 ? "0" : "1");
    lab.plan.aftermath = 1;
    lab.plan.depth = 2;
    lab.plan.limit = 16;
    expect_same_without(&lab, false, true);
  }
}

/* Its cells and its memory come back to what they were when other contents were acknowledged. */
Test(explore_shared, recoveries_are_of_one_operation) {
  struct lab lab;
  lab_open(&lab, &lab_single, 1, "put a 01\nput a 02\nput a 01\ndelete a\nput a 01\nput a 04\nreboot\n");
  expect_same_without(&lab, false, true);
}

/*
 * One value of one byte. A put notes the old one in the second sector before it changes the first. A start that finds a
 * note answers what it says, and erases it, twice, without mending the first sector: the next start finds nothing.
 */
struct forgetful {
  struct pc_flash flash;
  uint8_t value;
};

static enum pc_status forgetful_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                          char *message, size_t size) {
  (void)setup;
  (void)message;
  (void)size;
  *promises = (struct pc_store_promises){.memory_size = sizeof(struct forgetful), .max_value_size = 1};
  return PC_STATUS_OK;
}

static enum pc_status forgetful_start(void *memory, const struct pc_store_setup *setup) {
  struct forgetful *self = memory;
  uint8_t note = PC_ERASED;
  memset(self, 0, sizeof *self);
  self->flash = setup->flash;
  const struct pc_flash *flash = &self->flash;
  (void)flash->read(flash->context, 0, &self->value, 1);
  (void)flash->read(flash->context, flash->sector_size, &note, 1);
  if (note != PC_ERASED) {
    self->value = note;
    (void)flash->erase(flash->context, flash->sector_size);
    (void)flash->erase(flash->context, flash->sector_size);
  }
  return PC_STATUS_OK;
}

static enum pc_status forgetful_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  struct forgetful *self = memory;
  const struct pc_flash *flash = &self->flash;
  (void)key;
  if (value.size != 1) {
    return PC_STATUS_INVALID;
  }
  if (self->value != PC_ERASED) {
    (void)flash->program(flash->context, flash->sector_size, &self->value, 1);
    (void)flash->erase(flash->context, 0);
    (void)flash->program(flash->context, flash->sector_size + 1, &self->value, 1);
  }
  (void)flash->program(flash->context, 0, value.data, 1);
  (void)flash->erase(flash->context, flash->sector_size);
  self->value = value.data[0];
  return PC_STATUS_OK;
}

static enum pc_status forgetful_remove(void *memory, struct pc_bytes key) {
  (void)memory;
  (void)key;
  return PC_STATUS_FULL;
}

static enum pc_status forgetful_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  struct forgetful *self = memory;
  (void)key;
  if (self->value == PC_ERASED || capacity == 0) {
    return PC_STATUS_NOT_FOUND;
  }
  buffer[0] = self->value;
  *size = 1;
  return PC_STATUS_OK;
}

/* A recovery that wrote nothing and reads wrong says nothing of the second start of one that wrote, and read right. */
Test(explore_shared, recoveries_do_not_hide_what_a_second_start_shows) {
  static const struct pc_store forgetful = {.api = PC_STORE_API,
                                            .name = "forgetful",
                                            .summary = "one byte",
                                            .configure = forgetful_configure,
                                            .start = forgetful_start,
                                            .put = forgetful_put,
                                            .remove = forgetful_remove,
                                            .get = forgetful_get};
  struct lab lab;
  lab_open(&lab, &forgetful, 2, "put a 01\nput a 05\nput a 03\n");
  lab.plan.depth = 2;
  lab.plan.samples = 0;
  expect_same_without(&lab, true, true);
}

/*
 * A log of entries of four bytes: key, value, and two that nobody reads. A start looks at the first byte of an entry to
 * tell whether there is one; a put looks at all four, and gives up if the place for it isn't blank.
 */
struct trusting {
  struct pc_flash flash;
  uint8_t values[256];
  uint32_t end;
};

#define TRUSTING_ENTRY 4u

static enum pc_status trusting_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                         char *message, size_t size) {
  (void)setup;
  (void)message;
  (void)size;
  *promises =
      (struct pc_store_promises){.memory_size = sizeof(struct trusting), .max_key_size = 1, .max_value_size = 1};
  return PC_STATUS_OK;
}

static enum pc_status trusting_start(void *memory, const struct pc_store_setup *setup) {
  struct trusting *self = memory;
  uint8_t entry[2];
  memset(self, 0, sizeof *self);
  self->flash = setup->flash;
  const struct pc_flash *flash = &self->flash;
  memset(self->values, PC_ERASED, sizeof self->values);
  for (; self->end < flash->sector_count * flash->sector_size; self->end += TRUSTING_ENTRY) {
    (void)flash->read(flash->context, self->end, &entry[0], 1);
    if (entry[0] == PC_ERASED) {
      break;
    }
    (void)flash->read(flash->context, self->end + 1, &entry[1], 1);
    if (entry[1] != PC_ERASED) {
      self->values[entry[0]] = entry[1];
    }
  }
  return PC_STATUS_OK;
}

static enum pc_status trusting_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  static const uint8_t blank[TRUSTING_ENTRY] = {PC_ERASED, PC_ERASED, PC_ERASED, PC_ERASED};
  struct trusting *self = memory;
  const struct pc_flash *flash = &self->flash;
  uint8_t entry[TRUSTING_ENTRY] = {0};
  if (key.size != 1 || value.size != 1) {
    return PC_STATUS_INVALID;
  }
  if (flash->read(flash->context, self->end, entry, sizeof entry) != PC_FLASH_OK ||
      memcmp(entry, blank, sizeof entry) != 0) {
    return PC_STATUS_FAILED;
  }
  memcpy(entry, (const uint8_t[]){key.data[0], value.data[0], 0, 0}, sizeof entry);
  if (flash->program(flash->context, self->end, entry, sizeof entry) != PC_FLASH_OK) {
    return PC_STATUS_FAILED;
  }
  self->end += TRUSTING_ENTRY;
  self->values[key.data[0]] = value.data[0];
  return PC_STATUS_OK;
}

static enum pc_status trusting_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  const struct trusting *self = memory;
  if (key.size != 1 || self->values[key.data[0]] == PC_ERASED || capacity == 0) {
    return PC_STATUS_NOT_FOUND;
  }
  buffer[0] = self->values[key.data[0]];
  *size = 1;
  return PC_STATUS_OK;
}

/* What was torn and the start doesn't see shows when the store is written to, here in one way and there in another. */
Test(explore_shared, recoveries_do_not_hide_what_a_put_shows) {
  static const struct pc_store trusting = {.api = PC_STORE_API,
                                           .name = "trusting",
                                           .summary = "a log",
                                           .configure = trusting_configure,
                                           .start = trusting_start,
                                           .put = trusting_put,
                                           .get = trusting_get};
  struct lab lab;
  lab_open(&lab, &trusting, 1, "put a 01\nput b 02\nput a 03\nput b 04\n");
  expect_same_without(&lab, false, true);
}
