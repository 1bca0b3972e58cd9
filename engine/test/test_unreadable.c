/* Places that can't be read, as ECC words with two wrong bits: damage as any other. */
#include <criterion/criterion.h>
#include <string.h>

#include "image.h"

#define WORD 8u

/* "first" at 0, "second" in two versions at 32 and 64, nothing from 96 on; the word at `bad` can't be read. */
static void begin(struct store *store, uint8_t redundancy, enum norkv_recovery recovery, uint32_t bad) {
  store_init(store, &(struct store_shape){512, 5, WORD, redundancy, 16});
  store->config.recovery = recovery;
  cr_assert_eq(store_start(store), NORKV_OK);
  cr_assert_eq(store_put(store, "first", "1"), NORKV_OK);
  cr_assert_eq(store_put(store, "second", "old"), NORKV_OK);
  cr_assert_eq(store_put(store, "second", "new"), NORKV_OK);
  store->flash.bad_address = bad;
  store->flash.bad_size = WORD;
}

Test(unreadable, words_cost_no_more_than_the_entry_that_they_are_in) {
  for (uint32_t bad = 0; bad < 512; bad += WORD) {
    struct store store;
    begin(&store, 1, NORKV_RECOVER_IMMEDIATE, bad);
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_str_eq(store_get(&store, "first"), bad < 32 ? "<not found>" : "1", "word at %u", bad);
    cr_assert_str_eq(store_get(&store, "second"), bad >= 64 && bad < 96 ? "old" : "new", "word at %u", bad);
    cr_assert_eq(store_statistics(&store).corrupt_entries, bad < 112 ? 1 : 0, "word at %u", bad);
    cr_assert_eq(store_statistics(&store).corrupt_sectors_recovered, bad < 112 ? 1 : 0, "word at %u", bad);
    struct norkv_sector_info info;
    cr_assert_eq(norkv_get_sector_info(&store.kv, 0, &info), NORKV_OK);
    cr_assert_eq(info.damaged, bad >= 112, "free space that can't be read is not blank: word at %u", bad);
    cr_assert_eq(store_put(&store, "first", "again"), NORKV_OK);
    cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_PARTIAL), NORKV_OK);
    cr_assert_eq(store.flash.bad_size, 0, "its sector was erased");
    cr_assert_str_eq(store_get(&store, "first"), "again");
    cr_assert_eq(store.flash.violations, 0);
    store_free(&store);
  }
}

Test(unreadable, words_wait_for_recovery_until_it_is_asked_for) {
  static const enum norkv_recovery modes[] = {NORKV_RECOVER_LAZY, NORKV_RECOVER_MANUAL};
  for (size_t i = 0; i < 2; i++) {
    struct store store;
    begin(&store, 1, modes[i], 64);
    uint64_t operations = store.flash.operations;
    cr_assert_eq(store_start(&store), modes[i] == NORKV_RECOVER_MANUAL ? NORKV_ERR_DATA_LOSS : NORKV_OK);
    cr_assert_str_eq(store_get(&store, "first"), "1");
    cr_assert_str_eq(store_get(&store, "second"), "old");
    cr_assert_eq(store.flash.operations, operations);
    cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_PARTIAL), NORKV_OK);
    cr_assert_eq(store.flash.bad_size, 0);
    store_free(&store);
  }
}

Test(unreadable, words_that_become_so_are_data_loss_of_their_key_alone) {
  struct store store;
  begin(&store, 1, NORKV_RECOVER_IMMEDIATE, 64 + 24);
  cr_assert_str_eq(store_get(&store, "second"), "<data loss>");
  cr_assert_str_eq(store_get(&store, "first"), "1");
  cr_assert_eq(store_put(&store, "second", "newer"), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "second"), "newer");
  store_free(&store);
}

Test(unreadable, copies_are_passed_over_and_replaced) {
  for (uint32_t bad = 0; bad < 96; bad += WORD) {
    struct store store;
    begin(&store, 2, NORKV_RECOVER_IMMEDIATE, bad);
    cr_assert_str_eq(store_get(&store, "first"), "1", "word at %u", bad);
    cr_assert_str_eq(store_get(&store, "second"), "new", "word at %u", bad);
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_eq(store.flash.bad_size, 0);
    cr_assert_str_eq(store_get(&store, "first"), "1", "word at %u", bad);
    cr_assert_str_eq(store_get(&store, "second"), "new", "word at %u", bad);
    char text[200];
    cr_assert(image_is_redundant(&store, text, sizeof(text)), "word at %u: %s", bad, text);
    store_free(&store);
  }
}

/* Two entries of a key that is deleted, the first of which start could not read and did not count, are both there when
   their sector is erased. Counting down both would make the tombstone seem to hide nothing, though a stale entry is
   left in another sector. */
Test(unreadable, an_entry_that_becomes_readable_does_not_bring_a_deleted_key_back) {
  for (uint32_t bad = 0; bad < 128; bad += WORD) {
    struct store store;
    store_init(&store, &(struct store_shape){512, 5, WORD, 1, 16});
    store.config.recovery = NORKV_RECOVER_MANUAL;
    image_write(&store, 0, "key", "old", 1);
    image_write(&store, 32, "other", "1", 2);
    image_write(&store, 64, "key", "old", 3);
    image_write(&store, 96, "third", "3", 4);
    image_write(&store, 512, "key", "stale", 10);
    image_write(&store, 1024, "key", NULL, 20);
    for (uint32_t i = 1; i < 16; i++) {
      image_write(&store, 1024 + i * 32, "fourth", "4", 20 + i);
    }
    store.flash.bad_address = bad;
    store.flash.bad_size = WORD;
    cr_assert_eq(store_start(&store), NORKV_ERR_DATA_LOSS);
    store.flash.bad_size = store.flash.bad_address = 0;
    for (uint32_t i = 0; i < 5; i++) {
      cr_assert_eq(norkv_get_sector_info(&store.kv, i, &(struct norkv_sector_info){0}), NORKV_OK);
    }
    cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_PARTIAL), NORKV_OK); /* sector 0, then 2 with the tombstone */
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_str_eq(store_get(&store, "key"), "<not found>", "word at %u", bad);
    cr_assert_str_eq(store_get(&store, "fourth"), "4", "word at %u", bad);
    cr_assert_eq(store_statistics(&store).erases, 0);
    store_free(&store);
  }
}

/* Reads of more than a byte fail, as many as `failures` says. */
struct noisy {
  struct norkv_flash part;
  uint32_t failures;
};

static int noisy_read(void *context, uint32_t address, void *buffer, size_t size) {
  struct noisy *noisy = context;
  if (size > 1 && noisy->failures > 0) {
    noisy->failures--;
    return -1;
  }
  return noisy->part.read(noisy->part.context, address, buffer, size);
}

static int noisy_program(void *context, uint32_t address, const void *data, size_t size) {
  const struct noisy *noisy = context;
  return noisy->part.program(noisy->part.context, address, data, size);
}

static int noisy_erase(void *context, uint32_t sector) {
  const struct noisy *noisy = context;
  return noisy->part.erase(noisy->part.context, sector);
}

/* A key that could not be read when it was compared, and can be a moment later, is still the same key. */
Test(unreadable, a_key_that_becomes_readable_is_not_taken_for_another_one) {
  for (uint32_t failures = 0; failures < 12; failures++) {
    struct store store;
    begin(&store, 1, NORKV_RECOVER_IMMEDIATE, 0);
    store.flash.bad_size = store.flash.bad_address = 0;
    struct noisy noisy = {store.config.flash, 0};
    store.config.flash.context = &noisy;
    store.config.flash.read = noisy_read;
    store.config.flash.program = noisy_program;
    store.config.flash.erase = noisy_erase;
    cr_assert_eq(store_start(&store), NORKV_OK);
    noisy.failures = failures;
    cr_assert_eq(store_put(&store, "first", "2"), NORKV_OK, "%u failures", failures);
    noisy.failures = 0;
    cr_assert_eq(store_statistics(&store).keys, 2, "%u failures", failures);
    cr_assert_str_eq(store_get(&store, "first"), "2", "%u failures", failures);
    store_free(&store);
  }
}

/* What was programmed can't be read back: it goes elsewhere. */
Test(unreadable, words_are_not_what_a_put_is_acknowledged_for) {
  struct store store;
  begin(&store, 1, NORKV_RECOVER_IMMEDIATE, 104);
  cr_assert_eq(store_put(&store, "third", "3"), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "third"), "3");
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "third"), "3");
  cr_assert_str_eq(store_get(&store, "second"), "new");
  store_free(&store);
}
