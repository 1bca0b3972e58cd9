/* The bytes on flash, one by one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "checksum.h"
#include "image.h"
#include "index.h"

static const struct store_shape small = {1024, 4, 1, 1, 8};

/* The bytes at `address` as hex. Valid until the next call. */
static const char *hex_at(const struct store *store, uint32_t address, uint32_t size) {
  static char text[1025];
  for (uint32_t i = 0; i < size; i++) {
    (void)snprintf(text + (size_t)2 * i, 3, "%02x", store->flash.bytes[address + i]);
  }
  return text;
}

static uint32_t checksum(enum norkv_checksum kind, const uint8_t *bytes, size_t size, size_t split) {
  uint32_t running = norkv_checksum_add(kind, norkv_checksum_begin(kind), bytes, split);
  return norkv_checksum_end(kind, norkv_checksum_add(kind, running, bytes + split, size - split));
}

Test(format, checksums_have_their_published_check_values) {
  const uint8_t *text = (const uint8_t *)"123456789";
  cr_assert_eq(checksum(NORKV_CHECKSUM_CRC16_CCITT, text, 9, 9), 0x29B1);
  cr_assert_eq(checksum(NORKV_CHECKSUM_CRC32C, text, 9, 9), 0xE3069283);
  cr_assert_eq(checksum(NORKV_CHECKSUM_NONE, text, 9, 9), 0);
}

Test(format, checksums_agree_with_a_bitwise_one_however_they_are_split) {
  uint8_t bytes[600];
  uint64_t random = 1;
  for (size_t i = 0; i < sizeof(bytes); i++) {
    bytes[i] = (uint8_t)ram_random(&random);
  }
  for (size_t size = 0; size < sizeof(bytes); size += 1 + size / 20) {
    size_t split = ram_random_below(&random, (uint32_t)size + 1);
    cr_assert_eq(checksum(NORKV_CHECKSUM_CRC16_CCITT, bytes, size, split), image_crc16(bytes, size));
    cr_assert_eq(checksum(NORKV_CHECKSUM_CRC32C, bytes, size, split), image_crc32c(bytes, size));
  }
}

Test(format, the_index_hash_is_the_65599_polynomial) {
  const uint8_t *key = (const uint8_t *)"k1";
  cr_assert_eq(norkv_index_hash(key, 1), 0x6Bu * 65599u);
  cr_assert_eq(norkv_index_hash(key, 2), 0x6Bu * 65599u + 0x31u * (65599u * 65599u));
}

struct written {
  enum norkv_checksum checksum;
  uint32_t alignment;
  const char *hex;
  uint32_t size;
};

/* "k1" = 11 22, transaction 1. Behind the hex there is zero padding up to the size, then blank flash. */
static const struct written written[] = {
    {NORKV_CHECKSUM_CRC16_CCITT, 1, "efbe0d60ede0000000020200010000006b311122000000000000000000000000", 32},
    {NORKV_CHECKSUM_CRC32C, 16, "efbe0d60859e6a0b00020200010000006b311122000000000000000000000000", 32},
    {NORKV_CHECKSUM_NONE, 8, "efbe0d600000000000020200010000006b311122000000000000000000000000", 32},
    {NORKV_CHECKSUM_CRC16_CCITT, 24, "efbe0d6020fe000002020200010000006b311122000000000000000000000000", 48},
    {NORKV_CHECKSUM_CRC16_CCITT, 64, "efbe0d60aaec000003020200010000006b311122000000000000000000000000", 64},
    {NORKV_CHECKSUM_CRC16_CCITT, 256, "efbe0d605d1e00000f020200010000006b311122000000000000000000000000", 256},
};

Test(format, an_entry_is_written_byte_for_byte_as_the_format_says) {
  for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
    struct store store;
    store_init(&store,
               &(struct store_shape){768 * (written[i].alignment == 256 ? 2 : 1), 4, written[i].alignment, 1, 8});
    store.formats[0].checksum = written[i].checksum;
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_eq(store_put(&store, "k1", "\x11\x22"), NORKV_OK);
    cr_expect_str_eq(hex_at(&store, 0, 32), written[i].hex, "alignment %u", written[i].alignment);
    for (uint32_t offset = 32; offset < store.flash.sector_size; offset++) {
      cr_assert_eq(store.flash.bytes[offset], offset < written[i].size ? 0 : 0xFF, "alignment %u, byte %u",
                   written[i].alignment, offset);
    }
    cr_assert_eq(norkv_entry_size(&store.config, 2, 2), written[i].size);
    cr_assert_eq(store_put(&store, "k2", "x"), NORKV_OK);
    cr_assert_str_eq(hex_at(&store, written[i].size, 4), "efbe0d60");
    store_free(&store);
  }
}

Test(format, a_tombstone_has_the_value_size_ffff_and_no_value) {
  struct store store;
  store_init(&store, &small);
  store.formats[0].checksum = NORKV_CHECKSUM_CRC16_CCITT;
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "k1", "\x11\x22"), NORKV_OK);
  cr_assert_eq(store_delete(&store, "k1"), NORKV_OK);
  cr_assert_str_eq(hex_at(&store, 32, 32), "efbe0d6004e000000002ffff020000006b310000000000000000000000000000");
  cr_assert_eq(store.flash.bytes[64], 0xFF);
  store_free(&store);
}

Test(format, copies_are_identical_and_lie_in_different_sectors) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 5, 8, 3, 8});
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "three times"), NORKV_OK);
  uint32_t found = 0;
  for (uint32_t sector = 0; sector < 5; sector++) {
    struct image_entry entry;
    if (image_entry_at(&store, sector, 0, &entry)) {
      found++;
      cr_assert_eq(memcmp(store.flash.bytes, store.flash.bytes + (size_t)512 * sector, 512), 0);
    }
  }
  cr_assert_eq(found, 3);
  store_free(&store);
}

Test(format, the_largest_value_fills_a_sector_and_one_byte_more_is_refused) {
  static uint8_t value[1024];
  static uint8_t got[1024];
  uint8_t key[NORKV_MAX_KEY] = {1, 2, 3};
  struct store store;
  store_init(&store, &small);
  cr_assert_eq(store_start(&store), NORKV_OK);
  uint32_t largest = norkv_max_value_size(&store.config, sizeof(key));
  cr_assert_eq(largest, 1024 - 16 - 63);
  memset(value, 0xFF, sizeof(value));
  cr_assert_eq(norkv_put(&store.kv, key, sizeof(key), value, largest + 1), NORKV_ERR_INVALID);
  cr_assert_eq(norkv_put(&store.kv, key, sizeof(key), value, largest), NORKV_OK);
  struct image_entry entry;
  cr_assert(image_entry_at(&store, 0, 0, &entry));
  cr_assert_eq(entry.size, 1024);
  cr_assert_eq(store_start(&store), NORKV_OK);
  size_t size = 0;
  cr_assert_eq(norkv_get(&store.kv, key, sizeof(key), 0, got, sizeof(got), &size), NORKV_OK);
  cr_assert_eq(size, largest);
  cr_assert_eq(memcmp(got, value, size), 0);
  store_free(&store);
}

Test(format, a_value_of_65534_bytes_is_the_limit_in_large_sectors) {
  struct store store;
  store_init(&store, &(struct store_shape){128 * 1024, 2, 1, 1, 2});
  static uint8_t value[70000];
  cr_assert_eq(norkv_max_value_size(&store.config, 1), 65534);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(norkv_put(&store.kv, "k", 1, value, 65535), NORKV_ERR_INVALID);
  cr_assert_eq(norkv_put(&store.kv, "k", 1, value, 65534), NORKV_OK);
  cr_assert_eq(store_start(&store), NORKV_OK);
  size_t size = 0;
  cr_assert_eq(norkv_value_size(&store.kv, "k", 1, &size), NORKV_OK);
  cr_assert_eq(size, 65534);
  store_free(&store);
}

Test(format, a_crc16_entry_with_anything_in_the_upper_half_of_its_checksum_is_damaged) {
  struct store store;
  store_init(&store, &small);
  store.formats[0].checksum = NORKV_CHECKSUM_CRC16_CCITT;
  store.config.recovery = NORKV_RECOVER_MANUAL;
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "k1", "one"), NORKV_OK);
  store.flash.bytes[6] = 1;
  cr_assert_eq(store_start(&store), NORKV_ERR_DATA_LOSS);
  cr_assert_str_eq(store_get(&store, "k1"), "<not found>");
  store_free(&store);
}

Test(format, every_format_that_is_listed_is_read_and_the_first_is_written) {
  struct store store;
  store_init(&store, &small);
  store.config.formats = &store.formats[1];
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "old", "1"), NORKV_OK);
  store.config.formats = store.formats;
  store.config.format_count = 2;
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "new", "2"), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "old"), "1");
  cr_assert_str_eq(store_get(&store, "new"), "2");
  cr_assert_str_eq(hex_at(&store, 0, 4), "dec007b0");
  cr_assert_str_eq(hex_at(&store, 32, 4), "efbe0d60");
  store_free(&store);
}

/* A damaged value that has the checksum of the right one by chance: one in 65,536 for CRC-16. */
Test(format, what_crc16_takes_for_whole_by_chance_crc32c_finds) {
  struct store stores[2];
  for (int i = 0; i < 2; i++) {
    store_init(&stores[i], &small);
    stores[i].config.formats = &stores[i].formats[i == 0 ? 1 : 0];
    stores[i].config.recovery = NORKV_RECOVER_MANUAL;
    cr_assert_eq(store_start(&stores[i]), NORKV_OK);
    cr_assert_eq(store_put(&stores[i], "k", "right"), NORKV_OK);
  }
  uint8_t entry[32];
  memcpy(entry, stores[0].flash.bytes, sizeof(entry));
  memset(entry + 4, 0, 4);
  uint32_t right = image_crc16(entry, sizeof(entry));
  uint32_t chance = 0;
  do {
    chance++;
    for (uint32_t digit = 0; digit < 5; digit++) {
      entry[17 + digit] = (uint8_t)('A' + (chance >> 4 * digit & 15));
    }
  } while (image_crc16(entry, sizeof(entry)) != right && chance < 1u << 20);
  cr_assert_lt(chance, 1u << 20);
  char wrong[6] = "";
  memcpy(wrong, entry + 17, 5);
  for (int i = 0; i < 2; i++) {
    memcpy(stores[i].flash.bytes + 17, wrong, 5);
    cr_assert_eq(store_start(&stores[i]), i == 0 ? NORKV_OK : NORKV_ERR_DATA_LOSS);
    cr_assert_str_eq(store_get(&stores[i], "k"), i == 0 ? wrong : "<not found>");
    store_free(&stores[i]);
  }
}
