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
