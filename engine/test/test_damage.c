/* Damage that is found, mended or reported: interrupted erases, bit rot, failing flash, foreign images. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "image.h"

static const struct store_shape small = {512, 4, 1, 1, 16};

/* Puts until every sector but the first, which holds what stays, has been erased at least once. */
static void churn(struct store *store) {
  bool all = false;
  for (uint32_t i = 0; i < 2000 && !all; i++) {
    cr_assert_eq(store_put(store, "churn", "a value that is put again and again"), NORKV_OK);
    all = true;
    for (uint32_t sector = 1; sector < store->flash.sector_count; sector++) {
      all = all && store->flash.erases[sector] > 0;
    }
  }
  cr_assert(all);
  cr_assert_eq(store->flash.violations, 0);
}

/* The first bytes of a sector were erased before power failed. pw_kvs believed that it was empty, and every put into it
   failed. */
Test(damage, an_interrupted_erase_is_found_before_the_sector_is_written) {
  struct store store;
  store_init(&store, &small);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "value"), NORKV_OK);
  for (uint32_t sector = 1; sector < 4; sector++) {
    memset(store.flash.bytes + (size_t)512 * sector + 100, 0x5A, 300);
  }
  cr_assert_eq(store_start(&store), NORKV_OK);
  churn(&store);
  cr_assert_str_eq(store_get(&store, "key"), "value");
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "churn"), "a value that is put again and again");
  store_free(&store);
}

/* An erase that was cut at an entry's border: blank, then stale entries of a key whose tombstone lies elsewhere. */
Test(damage, a_deleted_key_does_not_return_from_behind_a_blank_gap) {
  for (int maintains = 0; maintains < 2; maintains++) {
    struct store store;
    store_init(&store, &small);
    image_write(&store, 512 + 64, "key", "stale", 3);
    image_write(&store, 0, "key", NULL, 5);
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_str_eq(store_get(&store, "key"), "<not found>");
    if (maintains == 1) {
      cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_OK);
      cr_assert_eq(store_statistics(&store).deleted_keys, 0);
    }
    for (uint32_t i = 0; i < 200; i++) {
      cr_assert_eq(store_put(&store, "k", "fifteen letters"), NORKV_OK, "two such entries just fill the gap");
      cr_assert_str_eq(store_get(&store, "key"), "<not found>");
      cr_assert_eq(store_start(&store), NORKV_OK);
      cr_assert_str_eq(store_get(&store, "key"), "<not found>");
    }
    cr_assert_str_eq(store_get(&store, "key"), "<not found>");
    store_free(&store);
  }
}

/* The gap behind a good entry hides a stale one; a later torn erase damages the good entry, and the search for what
   follows damage would find the stale one. So a tombstone stays as long as any sector is not known to be blank. */
Test(damage, a_tombstone_is_kept_while_a_sector_may_hide_what_it_deleted) {
  struct store store;
  store_init(&store, &small);
  store.config.recovery = NORKV_RECOVER_MANUAL;
  image_write(&store, 512, "other", "good", 2);
  image_write(&store, 512 + 64, "key", "stale", 3);
  image_write(&store, 0, "key", NULL, 5);
  cr_assert_eq(store_start(&store), NORKV_OK);
  /* force garbage collection of sector 0 only: sector 1 is closed and holds little else */
  for (uint32_t i = 0; i < 300; i++) {
    cr_assert_eq(store_put(&store, "k", "a longer value, to get round the sectors sooner than this"), NORKV_OK);
    struct image_entry entry;
    if (image_entry_at(&store, 1, 64, &entry)) {
      store.flash.bytes[512 + 20] ^= 0x10; /* as the torn erase would leave it */
      cr_assert_eq(store_start(&store), NORKV_ERR_DATA_LOSS);
      cr_assert_str_eq(store_get(&store, "key"), "<not found>");
      store.flash.bytes[512 + 20] ^= 0x10;
      cr_assert_eq(store_start(&store), NORKV_OK);
    }
  }
  cr_assert_str_eq(store_get(&store, "key"), "<not found>");
  store_free(&store);
}

Test(damage, the_free_end_of_a_sector_that_is_not_blank_takes_no_appends) {
  struct store store;
  struct norkv_sector_info info;
  store_init(&store, &small);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "value"), NORKV_OK);
  store.flash.bytes[511] = 0xFE;
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(norkv_get_sector_info(&store.kv, 0, &info), NORKV_OK);
  cr_assert_eq(info.free_bytes, 0);
  cr_assert(info.damaged);
  cr_assert_eq(store_put(&store, "key", "newer"), NORKV_OK);
  cr_assert_eq(norkv_get_sector_info(&store.kv, 0, &info), NORKV_OK);
  cr_assert(!info.damaged, "the put after the discovery mends it");
  cr_assert_eq(store_statistics(&store).corrupt_sectors_recovered, 1);
  cr_assert_str_eq(store_get(&store, "key"), "newer");
  store_free(&store);
}

Test(damage, recovery_happens_when_it_is_asked_for) {
  static const enum norkv_recovery modes[] = {NORKV_RECOVER_IMMEDIATE, NORKV_RECOVER_LAZY, NORKV_RECOVER_MANUAL};
  for (size_t i = 0; i < 3; i++) {
    struct store store;
    store_init(&store, &(struct store_shape){512, 5, 1, 2, 16});
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_eq(store_put(&store, "key", "value"), NORKV_OK);
    store.flash.bytes[20] ^= 1;
    store.config.recovery = modes[i];
    uint64_t before = store.flash.operations;
    cr_assert_eq(store_start(&store), modes[i] == NORKV_RECOVER_MANUAL ? NORKV_ERR_DATA_LOSS : NORKV_OK);
    cr_assert_eq(store_statistics(&store).corrupt_entries, 1);
    cr_assert_eq(store.flash.operations > before, modes[i] == NORKV_RECOVER_IMMEDIATE);
    cr_assert_str_eq(store_get(&store, "key"), "value");
    cr_assert_eq(store_put(&store, "other", "value"), NORKV_OK);
    struct norkv_statistics statistics = store_statistics(&store);
    cr_assert_eq(statistics.missing_copies_recovered, modes[i] == NORKV_RECOVER_MANUAL ? 0 : 1);
    cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_PARTIAL), NORKV_OK);
    statistics = store_statistics(&store);
    cr_assert_eq(statistics.missing_copies_recovered, 1);
    cr_assert_eq(statistics.corrupt_sectors_recovered, 1);
    char text[200];
    cr_assert(image_is_redundant(&store, text, sizeof(text)), "%s", text);
    store_free(&store);
  }
}

Test(damage, a_program_that_fails_or_leaves_a_wrong_bit_goes_elsewhere) {
  for (int flips = 0; flips < 2; flips++) {
    struct store store;
    store_init(&store, &small);
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_eq(store_put(&store, "key", "old"), NORKV_OK);
    *(flips != 0 ? &store.flash.flip_program_in : &store.flash.fail_program_in) = 1;
    cr_assert_eq(store_put(&store, "key", "new"), NORKV_OK);
    cr_assert_str_eq(store_get(&store, "key"), "new");
    cr_assert_eq(store_put(&store, "other", "value"), NORKV_OK);
    cr_assert_eq(store.flash.erases[0], 1, "the sector is recovered by the next put");
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_str_eq(store_get(&store, "key"), "new");
    cr_assert_eq(store.flash.violations, 0);
    store_free(&store);
  }
}

Test(damage, a_second_copy_that_fails_does_not_make_the_put_an_error_and_is_recovered) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 3, 1, 2, 16});
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "old"), NORKV_OK);
  store.flash.fail_program_in = 2;
  cr_assert_eq(store_put(&store, "key", "new"), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "key"), "new");
  cr_assert(store.kv.needs_recovery);
  cr_assert_eq(store_put(&store, "other", "value"), NORKV_OK);
  char text[200];
  cr_assert(image_is_redundant(&store, text, sizeof(text)), "%s", text);
  store_free(&store);
}

Test(damage, a_put_that_can_program_nothing_fails_leaves_the_key_and_works_again_later) {
  struct store store;
  store_init(&store, &small);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "old"), NORKV_OK);
  store.flash.fail_all_programs = true;
  cr_assert_eq(store_put(&store, "key", "new"), NORKV_ERR_FLASH);
  cr_assert_eq(store_put(&store, "another", "new"), NORKV_ERR_FLASH);
  cr_assert_eq(store_delete(&store, "key"), NORKV_ERR_FLASH);
  cr_assert_str_eq(store_get(&store, "key"), "old");
  cr_assert_str_eq(store_get(&store, "another"), "<not found>");
  store.flash.fail_all_programs = false;
  cr_assert_eq(store_put(&store, "key", "new"), NORKV_OK);
  cr_assert_eq(store_count(&store), 1);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "key"), "new");
  store_free(&store);
}

/* As store_get, once more if the read was the one that failed. */
static const char *get_again(struct store *store, const char *key) {
  const char *value = store_get(store, key);
  return strcmp(value, "<flash>") == 0 ? store_get(store, key) : value;
}

/* A single failing flash call at every place of a long run: no acknowledged value is lost, now or after a start. */
Test(damage, any_single_flash_failure_loses_nothing) {
  for (uint32_t n = 1; n <= 400; n++) {
    struct store store;
    store_init(&store, &(struct store_shape){256, 4, 1, (uint8_t)(1 + n % 2), 16});
    cr_assert_eq(store_start(&store), NORKV_OK);
    uint32_t *const faults[] = {&store.flash.fail_read_in, &store.flash.fail_program_in, &store.flash.fail_erase_in,
                                &store.flash.flip_program_in};
    store.flash.fail_reads_more = 4;
    *faults[n % 4] = 1 + n / 4 * (n % 4 == 0 ? 7 : 1);
    char values[2][16] = {"<not found>", "<not found>"};
    for (uint32_t i = 0; i < 120; i++) {
      char text[16];
      const char *key = i % 3 == 0 ? "static" : "dynamic";
      char *value = values[i % 3 == 0 ? 0 : 1];
      (void)snprintf(text, sizeof(text), i % 10 == 9 ? "<not found>" : "%u", i);
      enum norkv_error err = i % 10 == 9 ? store_delete(&store, key) : store_put(&store, key, text);
      cr_assert(err == NORKV_OK || err == NORKV_ERR_FLASH || strcmp(value, "<not found>") == 0,
                "failure %u, operation %u: error %d", n, i, (int)err);
      if (err == NORKV_ERR_FLASH) {
        cr_assert_eq(store_start(&store), NORKV_OK);
        cr_assert(strcmp(get_again(&store, key), value) == 0 || strcmp(get_again(&store, key), text) == 0,
                  "failure %u, operation %u", n, i);
        (void)snprintf(text, sizeof(text), "%s", get_again(&store, key));
      }
      (void)snprintf(value, sizeof(values[0]), "%s", text);
      cr_assert_str_eq(get_again(&store, "static"), values[0], "failure %u, operation %u", n, i);
      cr_assert_str_eq(get_again(&store, "dynamic"), values[1], "failure %u, operation %u", n, i);
    }
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_str_eq(get_again(&store, "static"), values[0], "failure %u", n);
    cr_assert_str_eq(get_again(&store, "dynamic"), values[1], "failure %u", n);
    cr_assert_eq(store.flash.violations, 0, "failure %u", n);
    store_free(&store);
  }
}

Test(damage, an_image_without_an_empty_sector_is_readable_and_nothing_is_written) {
  struct store store;
  store_init(&store, &(struct store_shape){256, 3, 1, 1, 16});
  char large[200];
  memset(large, 'x', sizeof(large));
  large[sizeof(large) - 1] = '\0';
  image_write(&store, 0, "a", large, 1);
  image_write(&store, 256, "b", large, 2);
  image_write(&store, 512, "c", large, 3);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "a"), large);
  cr_assert_str_eq(store_get(&store, "c"), large);
  cr_assert_eq(store_put(&store, "d", "4"), NORKV_ERR_FULL);
  cr_assert_eq(store_delete(&store, "a"), NORKV_ERR_FULL);
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_ERR_FULL);
  cr_assert_eq(store.flash.operations, 0);
  store_free(&store);
}

/* With two copies of everything, a sector is given up and its copies are written again. */
Test(damage, an_image_without_an_empty_sector_but_with_copies_becomes_writable) {
  struct store store;
  store_init(&store, &(struct store_shape){256, 3, 1, 2, 16});
  image_write(&store, 0, "a", "1", 1);
  image_write(&store, 256, "a", "1", 1);
  uint32_t size = image_write(&store, 512, "b", "2", 2);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "a"), "1");
  cr_assert_str_eq(store_get(&store, "b"), "2");
  cr_assert_eq(store_put(&store, "c", "3"), NORKV_OK);
  char text[200];
  cr_assert(image_is_redundant(&store, text, sizeof(text)), "%s (%u)", text, size);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "a"), "1");
  store_free(&store);
}

Test(damage, a_tombstone_is_not_given_up_for_an_empty_sector_while_an_entry_may_be_hidden) {
  struct store store;
  store_init(&store, &(struct store_shape){256, 3, 1, 1, 16});
  image_write(&store, 0, "key", NULL, 5);
  image_write(&store, 256, "a", "1", 2);
  image_write(&store, 256 + 64, "key", "stale", 3);
  char large[210]; /* leaves no room for the tombstone */
  memset(large, 'x', sizeof(large));
  large[sizeof(large) - 1] = '\0';
  image_write(&store, 512, "b", large, 4);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "c", "3"), NORKV_ERR_FULL);
  cr_assert_eq(store.flash.operations, 0);
  memset(store.flash.bytes + 256 + 64, 0xFF, 32);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "c", "3"), NORKV_OK, "nothing is hidden now");
  store_free(&store);
}

Test(damage, two_copies_in_one_sector_count_once) {
  struct store store;
  store_init(&store, &(struct store_shape){256, 4, 1, 2, 16});
  uint32_t size = image_write(&store, 0, "key", "value", 1);
  image_write(&store, size, "key", "value", 1);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(image_copies(&store, (const uint8_t *)"key", 3, 1), 2);
  cr_assert_eq(store_statistics(&store).missing_copies_recovered, 1);
  store_free(&store);
}

/* A collection that fails while it counts down the entries of its victim is repeated. Counting down twice would make a
   tombstone seem to hide nothing, though stale entries are left in another sector. */
Test(damage, a_collection_that_failed_half_way_does_not_bring_a_deleted_key_back) {
  for (uint32_t n = 1; n <= 60; n++) {
    struct store store;
    store_init(&store, &small);
    for (uint32_t i = 0; i < 16; i++) {
      image_write(&store, i * 32, i < 2 ? "key" : "other", "old", i);
    }
    image_write(&store, 512, "key", "stale", 20);
    image_write(&store, 512 + 32, "key", "stale", 21);
    image_write(&store, 1024, "key", NULL, 30);
    for (uint32_t i = 1; i < 10; i++) {
      image_write(&store, 1024 + i * 32, "other", "new", 30 + i);
    }
    cr_assert_eq(store_start(&store), NORKV_OK);
    for (uint32_t i = 0; i < 4; i++) {
      cr_assert_eq(norkv_get_sector_info(&store.kv, i, &(struct norkv_sector_info){0}), NORKV_OK);
    }
    store.flash.fail_read_in = n;
    store.flash.fail_reads_more = 4;
    for (uint32_t i = 0; i < 3; i++) { /* sector 0, once more where it failed, then sector 2 with the tombstone */
      enum norkv_error err = norkv_maintain(&store.kv, NORKV_MAINTAIN_PARTIAL);
      cr_assert(err == NORKV_OK || err == NORKV_ERR_FLASH, "failure %u: error %d", n, (int)err);
    }
    store.flash.fail_read_in = 0;
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_str_eq(store_get(&store, "key"), "<not found>", "failure %u", n);
    cr_assert_str_eq(store_get(&store, "other"), "new", "failure %u", n);
    store_free(&store);
  }
}

/* A put that failed may have left its entry whole after all. The next one must be newer than that. */
Test(damage, the_transaction_id_of_a_failed_put_is_not_used_again) {
  struct store store;
  store_init(&store, &(struct store_shape){256, 6, 1, 1, 16});
  store.config.recovery = NORKV_RECOVER_MANUAL;
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "old"), NORKV_OK);
  store.flash.deny_all_programs = true;
  cr_assert_eq(store_put(&store, "key", "tried"), NORKV_ERR_FLASH);
  store.flash.deny_all_programs = false;
  cr_assert_str_eq(store_get(&store, "key"), "old");
  cr_assert_eq(store_put(&store, "key", "new"), NORKV_OK);
  (void)store_start(&store);
  cr_assert_str_eq(store_get(&store, "key"), "new");
  store_free(&store);
}

Test(damage, without_verify_on_write_a_wrong_bit_stays_where_it_was_programmed) {
  struct store store;
  store_init(&store, &small);
  store.config.skip_verify_on_write = true;
  cr_assert_eq(store_start(&store), NORKV_OK);
  store.flash.flip_program_in = 1;
  cr_assert_eq(store_put(&store, "key", "value"), NORKV_OK);
  cr_assert_eq(store.flash.operations, 1, "it was not written again");
  cr_assert_str_eq(store_get(&store, "key"), "<data loss>");
  cr_assert_eq(store_put(&store, "key", "again"), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "key"), "again");
  store_free(&store);
}
