/* Sectors that can't be programmed or erased any more. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "image.h"

/* Eight keys of two versions each, a torn entry, and a sector that fails. */
static void begin(struct store *store, uint8_t redundancy, uint32_t sector, bool programs) {
  store_init(store, &(struct store_shape){512, 8, 1, redundancy, 32});
  cr_assert_eq(store_start(store), NORKV_OK);
  for (uint32_t i = 0; i < 16; i++) {
    char key[8];
    char value[40];
    (void)snprintf(key, sizeof(key), "k%u", i % 8);
    (void)snprintf(value, sizeof(value), "version %u of a longer value", i / 8);
    cr_assert_eq(store_put(store, key, value), NORKV_OK);
  }
  store->flash.bytes[20] ^= 1;
  store->flash.broken_sector = sector;
  store->flash.broken_programs = programs;
  store->flash.broken_erases = !programs;
}

static void check_values(struct store *store, uint32_t sector, bool programs) {
  for (uint32_t i = 0; i < 8; i++) {
    char key[8];
    (void)snprintf(key, sizeof(key), "k%u", i);
    cr_assert_str_eq(store_get(store, key), "version 1 of a longer value", "sector %u, programs %d", sector, programs);
  }
}

Test(broken, sectors_do_not_keep_a_store_from_starting_nor_puts_from_going_elsewhere) {
  for (uint32_t sector = 0; sector < 8; sector++) {
    for (uint32_t shape = 0; shape < 6; shape++) {
      struct store store;
      bool programs = shape % 2 == 0;
      uint8_t redundancy = (uint8_t)(1 + shape / 2);
      begin(&store, redundancy, sector, programs);
      for (uint32_t start = 0; start < 3; start++) {
        cr_assert_eq(store_start(&store), NORKV_OK, "sector %u, programs %d", sector, programs);
        check_values(&store, sector, programs);
      }
      cr_assert_eq(store_put(&store, "new", "value"), NORKV_OK, "sector %u, programs %d", sector, programs);
      cr_assert_eq(store_delete(&store, "new"), NORKV_OK);
      check_values(&store, sector, programs);
      char text[200];
      cr_assert_eq(store_start(&store), NORKV_OK);
      cr_assert(image_is_redundant(&store, text, sizeof(text)), "sector %u, programs %d, %u copies: %s", sector,
                programs, redundancy, text);
      cr_assert_eq(store.flash.violations, 0);
      store_free(&store);
    }
  }
}

/* The one empty sector could not be written, and is erased: the second try to collect succeeds. */
Test(broken, collections_are_tried_once_more_after_the_empty_sector_was_erased) {
  struct store store;
  store_init(&store, &(struct store_shape){256, 3, 1, 1, 16});
  cr_assert_eq(store_start(&store), NORKV_OK);
  for (uint32_t i = 0; i < 40; i++) {
    struct norkv_statistics before;
    struct norkv_statistics after;
    cr_assert_eq(norkv_get_statistics(&store.kv, &before), NORKV_OK);
    store.flash.fail_program_in = before.free_bytes < 32 ? 1 : 0;
    cr_assert_eq(store_put(&store, i % 5 == 0 ? "still" : "key", "value"), NORKV_OK, "put %u", i);
    cr_assert_eq(norkv_get_statistics(&store.kv, &after), NORKV_OK);
    cr_assert(before.free_bytes >= 32 || after.erases >= before.erases + 2);
  }
  cr_assert_str_eq(store_get(&store, "still"), "value");
  cr_assert_eq(store.flash.violations, 0);
  store_free(&store);
}

/* It has nothing that lives, and so the most to gain: it must not be tried again and again in place of the others. The
   put that finds out may fail: the empty sector is written by then, and no other one is erased. */
Test(broken, a_sector_that_cannot_be_erased_does_not_keep_others_from_being_collected) {
  for (uint32_t shape = 0; shape < 12; shape++) {
    struct store store;
    uint8_t redundancy = (uint8_t)(1 + shape % 3);
    begin(&store, redundancy, 2, false);
    store.config.policy = (enum norkv_policy)(shape / 3);
    cr_assert_eq(store_start(&store), NORKV_OK);
    uint32_t failed = 0;
    for (uint32_t i = 0; i < 300; i++) {
      enum norkv_error err = store_put(&store, "again", "and again, until every sector was collected");
      failed += err != NORKV_OK ? 1u : 0u;
    }
    cr_assert_leq(failed, 1, "policy %u, %u copies: %u puts failed", shape / 3, redundancy, failed);
    check_values(&store, 2, false);
    char text[200];
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert(image_is_redundant(&store, text, sizeof(text)), "policy %u, %u copies: %s", shape / 3, redundancy, text);
    store_free(&store);
  }
}

/* Puts until one sector is empty, and breaks that one. The store has no sector to spare. */
static void break_the_last_empty_sector(struct store *store, uint8_t redundancy, bool programs, bool erases) {
  store_init(store, &(struct store_shape){512, (uint32_t)redundancy + 2, 1, redundancy, 32});
  cr_assert_eq(store_start(store), NORKV_OK);
  for (uint32_t i = 0; store->kv.empty_count > 1; i++) {
    char key[8];
    (void)snprintf(key, sizeof(key), "k%u", i % 4);
    cr_assert_eq(store_put(store, key, "value"), NORKV_OK);
  }
  uint32_t empty = 0;
  while (store->flash.bytes[(size_t)empty * store->flash.sector_size] != 0xFF) {
    empty++;
  }
  store->flash.broken_sector = empty;
  store->flash.broken_programs = programs;
  store->flash.broken_erases = erases;
}

/* What README.md says of it: puts go on while there is room, then they are FLASH errors, and nothing is lost. */
Test(broken, a_last_empty_sector_that_fails_for_ever_ends_collections_and_loses_nothing) {
  for (uint32_t shape = 0; shape < 9; shape++) {
    struct store store;
    bool programs = shape % 3 != 1;
    break_the_last_empty_sector(&store, (uint8_t)(1 + shape / 3), programs, shape % 3 != 0);
    uint32_t good = 0;
    uint32_t failed = 0;
    for (uint32_t i = 0; i < 60; i++) {
      char value[12];
      (void)snprintf(value, sizeof(value), "%u", i);
      enum norkv_error err = store_put(&store, "again", value);
      cr_assert(err == NORKV_OK || err == NORKV_ERR_FLASH, "shape %u, put %u: error %d", shape, i, (int)err);
      good = err == NORKV_OK ? i : good;
      failed += err == NORKV_OK ? 0 : 1;
      cr_assert(!programs || err == NORKV_ERR_FLASH || failed == 0, "shape %u: put %u found room again", shape, i);
      if (i % 20 == 10) {
        cr_assert_eq(store_start(&store), NORKV_OK, "shape %u", shape);
      }
    }
    cr_assert_gt(good, 0, "shape %u", shape);
    cr_assert_gt(failed, 0, "shape %u", shape);
    for (uint32_t i = 0; i < 4; i++) {
      char key[8];
      (void)snprintf(key, sizeof(key), "k%u", i);
      cr_assert_str_eq(store_get(&store, key), "value", "shape %u", shape);
    }
    char value[12];
    (void)snprintf(value, sizeof(value), "%u", good);
    cr_assert_str_eq(store_get(&store, "again"), value, "shape %u", shape);
    cr_assert(!programs || norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY) == NORKV_ERR_FLASH, "shape %u", shape);
    cr_assert_eq(store.flash.violations, 0);
    store_free(&store);
  }
}
