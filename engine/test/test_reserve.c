/* Images without an empty sector, and how they get one again; torn entries that an erase makes whole. */
#include <criterion/criterion.h>
#include <string.h>

#include "image.h"

Test(reserve, an_image_without_an_empty_sector_but_with_room_in_others_becomes_writable) {
  struct store store;
  store_init(&store, &(struct store_shape){256, 3, 1, 1, 16});
  image_write(&store, 0, "a", "1", 1);
  image_write(&store, 256, "b", "2", 2);
  image_write(&store, 512, "c", "3", 3);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "d", "4"), NORKV_OK);
  for (int starts = 0; starts < 2; starts++) {
    cr_assert_str_eq(store_get(&store, "a"), "1");
    cr_assert_str_eq(store_get(&store, "b"), "2");
    cr_assert_str_eq(store_get(&store, "c"), "3");
    cr_assert_str_eq(store_get(&store, "d"), "4");
    cr_assert_eq(store_start(&store), NORKV_OK);
  }
  store_free(&store);
}

/* A collection of sector 0 whose erase was cut twice: "a" is damaged there, and the torn put of "t" has become whole,
   because the erase wrote zeros first. Neither it nor sector 1, where the copies are, can be given up. */
Test(reserve, a_torn_entry_that_an_erase_made_whole_does_not_leave_the_store_without_an_empty_sector) {
  struct store store;
  char large[200];
  memset(large, 'x', sizeof(large));
  large[sizeof(large) - 1] = '\0';
  store_init(&store, &(struct store_shape){256, 3, 1, 1, 16});
  image_write(&store, 0, "a", "1", 1);
  image_write(&store, 32, "b", "2", 2);
  image_write(&store, 64, "t", "torn", 9);
  store.flash.bytes[0] |= 0x10;
  image_write(&store, 256, "a", "1", 1);
  image_write(&store, 256 + 32, "b", "2", 2);
  image_write(&store, 512, "large", large, 3);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "c", "3"), NORKV_OK);
  for (int starts = 0; starts < 2; starts++) {
    cr_assert_str_eq(store_get(&store, "a"), "1");
    cr_assert_str_eq(store_get(&store, "b"), "2");
    cr_assert_str_eq(store_get(&store, "c"), "3");
    cr_assert_str_eq(store_get(&store, "t"), "torn");
    cr_assert_eq(store_start(&store), NORKV_OK);
  }
  store_free(&store);
}

/* A put that was cut is not seen; the key is put again, and then the torn entry becomes whole, as an erase of its
   sector that writes zeros first and is cut may make it. What was acknowledged must win. */
Test(reserve, a_torn_entry_that_becomes_whole_does_not_win_over_a_later_put) {
  struct store store;
  store_init(&store, &(struct store_shape){256, 4, 1, 1, 16});
  store.config.recovery = NORKV_RECOVER_MANUAL;
  image_write(&store, 0, "key", "old", 1);
  uint32_t size = image_write(&store, 32, "key", "torn", 2);
  memset(store.flash.bytes + 32 + size - 8, 0xFF, 8); /* of its padding */
  cr_assert_eq(store_start(&store), NORKV_ERR_DATA_LOSS);
  cr_assert_str_eq(store_get(&store, "key"), "old");
  cr_assert_eq(store_put(&store, "key", "new"), NORKV_OK);
  memset(store.flash.bytes + 32 + size - 8, 0, 8);
  (void)store_start(&store);
  cr_assert_str_eq(store_get(&store, "key"), "new");
  store_free(&store);
}
