/* Bits that rot while the store runs: told, passed over and replaced, never handed out. */
#include <criterion/criterion.h>
#include <string.h>

#include "image.h"

static const struct store_shape small = {512, 4, 1, 1, 16};

Test(rot, a_rotten_copy_is_passed_over_and_replaced_when_its_sector_is_collected) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 5, 1, 2, 16});
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "value"), NORKV_OK);
  cr_assert_eq(store_put(&store, "x", "stale"), NORKV_OK);
  cr_assert_eq(store_put(&store, "x", "new"), NORKV_OK);
  store.flash.bytes[18] ^= 4; /* rots while the store runs */
  cr_assert_str_eq(store_get(&store, "key"), "value");
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "key"), "value");
  char text[200];
  cr_assert(image_is_redundant(&store, text, sizeof(text)), "%s", text);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_statistics(&store).corrupt_entries, 0);
  store_free(&store);
}

Test(rot, a_rotten_copy_that_is_read_is_replaced_by_the_next_put) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 5, 1, 2, 16});
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "value"), NORKV_OK);
  store.flash.bytes[18] ^= 4; /* rots while the store runs */
  char text[200];
  cr_assert_not(image_is_redundant(&store, text, sizeof(text)));
  cr_assert_str_eq(store_get(&store, "key"), "value");
  uint64_t before = store.flash.operations;
  cr_assert_str_eq(store_get(&store, "key"), "value");
  cr_assert_eq(store.flash.operations, before, "reading writes nothing");
  cr_assert_eq(store_put(&store, "x", "new"), NORKV_OK);
  cr_assert(image_is_redundant(&store, text, sizeof(text)), "%s", text);
  cr_assert_eq(store_statistics(&store).corrupt_sectors_recovered, 1);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_statistics(&store).corrupt_entries, 0);
  store_free(&store);
}

/* With one byte less of a value the entry takes as much flash as before, so that only its checksum tells. */
Test(rot, a_copy_whose_size_rots_does_not_cut_off_the_value_of_the_good_one) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 5, 1, 2, 16});
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "value"), NORKV_OK);
  store.flash.bytes[10] ^= 1; /* the low byte of the value's size */
  cr_assert_str_eq(store_get(&store, "key"), "value");
  store_free(&store);
}

Test(rot, a_damaged_sector_that_cannot_be_collected_is_not_tried_at_each_put) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 6, 1, 2, 16});
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "lost", "value"), NORKV_OK);
  cr_assert_eq(store_put(&store, "kept", "value"), NORKV_OK);
  uint32_t other = store.flash.sector_size; /* the second copies are in the next sector */
  store.flash.bytes[20] ^= 4;
  store.flash.bytes[other + 20] ^= 4;
  store.flash.bytes[32 + 20] ^= 4;
  cr_assert_str_eq(store_get(&store, "lost"), "<data loss>");
  cr_assert_str_eq(store_get(&store, "kept"), "value");
  for (uint32_t i = 0; i < 8; i++) {
    cr_assert_eq(store_put(&store, "x", "again"), NORKV_OK);
  }
  uint64_t erases = 0;
  for (uint32_t sector = 0; sector < 6; sector++) {
    erases += store.flash.erases[sector];
  }
  cr_assert_leq(erases, 2, "%lu erases", (unsigned long)erases);
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_PARTIAL), NORKV_ERR_DATA_LOSS);
  cr_assert_eq(store_put(&store, "lost", "again"), NORKV_OK);
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_PARTIAL), NORKV_OK);
  char text[200];
  cr_assert(image_is_redundant(&store, text, sizeof(text)), "%s", text);
  store_free(&store);
}

Test(rot, the_only_copy_that_rots_is_reported_and_takes_nothing_else_with_it) {
  struct store store;
  store_init(&store, &small);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "value"), NORKV_OK);
  cr_assert_eq(store_put(&store, "good", "neighbour"), NORKV_OK);
  cr_assert_eq(store_put(&store, "good", "neighbour!"), NORKV_OK);
  size_t size = 0;
  struct norkv_iterator iterator = {0};
  struct norkv_item item;
  store.flash.bytes[19] ^= 0x80;
  cr_assert_str_eq(store_get(&store, "key"), "<data loss>");
  cr_assert_eq(norkv_value_size(&store.kv, "key", 3, &size), NORKV_ERR_DATA_LOSS);
  cr_assert_eq(norkv_next(&store.kv, &iterator, &item), NORKV_ERR_DATA_LOSS);
  cr_assert_eq(norkv_next(&store.kv, &iterator, &item), NORKV_OK);
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_ERR_DATA_LOSS);
  cr_assert_str_eq(store_get(&store, "key"), "<data loss>");
  cr_assert_str_eq(store_get(&store, "good"), "neighbour!");
  for (uint32_t i = 0; i < 100; i++) {
    cr_assert_eq(store_put(&store, "good", "again"), NORKV_OK, "put %u: its sector is left alone", i);
  }
  cr_assert_eq(store.flash.erases[0], 0);
  cr_assert_eq(store_put(&store, "key", "mended"), NORKV_OK);
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "key"), "mended");
  cr_assert_eq(store_statistics(&store).reclaimable_bytes, 0);
  store_free(&store);
}

Test(rot, room_that_only_a_rotten_sector_could_give_is_data_loss) {
  struct store store;
  store_init(&store, &(struct store_shape){256, 2, 1, 1, 16});
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "value"), NORKV_OK);
  store.flash.bytes[19] ^= 0x80;
  enum norkv_error err = NORKV_OK;
  for (uint32_t i = 0; i < 100 && err == NORKV_OK; i++) {
    err = store_put(&store, "good", "again");
  }
  cr_assert_eq(err, NORKV_ERR_DATA_LOSS);
  cr_assert_str_eq(store_get(&store, "good"), "again");
  cr_assert_eq(store_start(&store), NORKV_OK, "the next start gives the rotten entry up");
  cr_assert_str_eq(store_get(&store, "key"), "<not found>");
  cr_assert_eq(store_put(&store, "key", "value"), NORKV_OK);
  store_free(&store);
}

Test(rot, a_flipped_bit_anywhere_gives_the_right_value_or_an_error_never_another_value) {
  struct store store;
  store_init(&store, &small);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "the right value"), NORKV_OK);
  cr_assert_eq(store_put(&store, "other", "x"), NORKV_OK);
  for (uint32_t bit = 0; bit < 48 * 8; bit++) {
    store.flash.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    cr_assert_str_eq(store_get(&store, "key"), "<data loss>", "bit %u", bit);
    cr_assert_str_eq(store_get(&store, "other"), "x", "bit %u", bit);
    store.flash.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  cr_assert_str_eq(store_get(&store, "key"), "the right value");
  store_free(&store);
}

/* What start verified is trusted: a value that rots later is handed out. The header is still looked at. */
Test(rot, without_verify_on_read_a_value_that_rots_is_handed_out_until_the_next_start) {
  for (int skips = 0; skips < 2; skips++) {
    struct store store;
    store_init(&store, &small);
    store.config.skip_verify_on_read = skips != 0;
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_eq(store_put(&store, "key", "value"), NORKV_OK);
    store.flash.bytes[19] ^= 1;
    cr_assert_str_eq(store_get(&store, "key"), skips != 0 ? "walue" : "<data loss>");
    store.flash.bytes[12] ^= 1; /* its transaction ID */
    cr_assert_str_eq(store_get(&store, "key"), "<data loss>");
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_str_eq(store_get(&store, "key"), "<not found>", "start verifies whatever get does");
    store_free(&store);
  }
}
