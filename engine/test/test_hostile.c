/* Any bytes on flash: no crash, no hang, no access out of bounds, and a store that works afterwards. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "image.h"
#include "model.h"

static void put32(uint8_t *bytes, uint32_t number) {
  for (uint32_t i = 0; i < 4; i++) {
    bytes[i] = (uint8_t)(number >> (8 * i));
  }
}

/* Fills the part with rubbish of several kinds: noise, blank, zeros, and entries with wild headers. */
static void fill(struct store *store, uint64_t *random) {
  uint32_t total = store->flash.sector_size * store->flash.sector_count;
  uint8_t *bytes = store->flash.bytes;
  for (uint32_t at = 0; at < total;) {
    uint32_t room = store->flash.sector_size - at % store->flash.sector_size;
    uint32_t size = 16 * (1 + ram_random_below(random, 8));
    size = size < room ? size : room;
    uint32_t kind = ram_random_below(random, 8);
    if (kind >= 3 && room >= 32) {
      char text[32] = "a text that is the value";
      text[ram_random_below(random, 24)] = '\0';
      static const char *const keys[] = {"k", "D4", "dFU6S", "key"};
      size = image_write(store, at, keys[ram_random_below(random, 4)], kind == 3 || room < 80 ? NULL : text,
                         (uint32_t)ram_random(random) % 5 - 2);
      uint32_t wild = ram_random_below(random, 12);
      if (wild < 8) {
        bytes[at + 4 + wild] ^= (uint8_t)ram_random(random);
      } else if (wild == 8) {
        put32(bytes + at + 8, (uint32_t)ram_random(random));
      }
    } else {
      for (uint32_t i = 0; i < size; i++) {
        bytes[at + i] = kind == 0 ? 0xFF : kind == 1 ? 0 : (uint8_t)ram_random(random);
      }
    }
    at += size;
  }
}

/* What may be said about a store whose content nobody knows. */
static bool is_harmless(enum norkv_error err) {
  return err == NORKV_OK || err == NORKV_ERR_NOT_FOUND || err == NORKV_ERR_FULL || err == NORKV_ERR_BUFFER;
}

static void use(struct store *store, uint64_t seed) {
  struct norkv_iterator iterator = {0};
  struct norkv_item item;
  uint8_t value[64];
  enum norkv_error err = norkv_next(&store->kv, &iterator, &item);
  for (; err == NORKV_OK; err = norkv_next(&store->kv, &iterator, &item)) {
    enum norkv_error read = norkv_get(&store->kv, item.key, item.key_length, 0, value, sizeof(value), NULL);
    cr_assert(read == NORKV_OK || read == NORKV_ERR_BUFFER, "seed %llu: error %d", (unsigned long long)seed, (int)read);
  }
  cr_assert_eq(err, NORKV_ERR_NOT_FOUND, "seed %llu: error %d", (unsigned long long)seed, (int)err);
  for (uint32_t i = 0; i < 20; i++) {
    enum norkv_error put = store_put(store, "k", "a new value");
    cr_assert(is_harmless(put), "seed %llu: error %d", (unsigned long long)seed, (int)put);
    if (put == NORKV_OK) {
      cr_assert_str_eq(store_get(store, "k"), "a new value");
    }
    enum norkv_error gone = store_delete(store, i % 2 == 0 ? "key" : "D4");
    cr_assert(is_harmless(gone), "seed %llu: error %d", (unsigned long long)seed, (int)gone);
  }
  err = norkv_maintain(&store->kv, NORKV_MAINTAIN_HEAVY);
  cr_assert(is_harmless(err), "seed %llu: error %d", (unsigned long long)seed, (int)err);
}

Test(hostile, images_of_any_bytes_do_no_harm) {
  for (uint64_t seed = 1; seed <= 1500; seed++) {
    struct store store;
    uint64_t random = seed;
    struct store_shape shape = {.sector_size = 128 * (1 + ram_random_below(&random, 4)), .max_keys = 8};
    shape.redundancy = (uint8_t)(1 + ram_random_below(&random, 3));
    shape.sector_count = shape.redundancy + 1 + ram_random_below(&random, 4);
    shape.alignment = 1u << ram_random_below(&random, 6);
    store_init(&store, &shape);
    store.formats[0].checksum = (enum norkv_checksum)ram_random_below(&random, 3);
    store.config.format_count = (uint8_t)(1 + ram_random_below(&random, 2));
    fill(&store, &random);
    enum norkv_error err = store_start(&store);
    cr_assert_eq(err, NORKV_OK, "seed %llu: error %d", (unsigned long long)seed, (int)err);
    use(&store, seed);
    uint64_t operations = store.flash.operations;
    err = store_start(&store);
    cr_assert_eq(err, NORKV_OK, "seed %llu: error %d", (unsigned long long)seed, (int)err);
    use(&store, seed);
    cr_assert_lt(operations, 2000, "seed %llu", (unsigned long long)seed);
    cr_assert_eq(store.flash.violations, 0, "seed %llu", (unsigned long long)seed);
    store_free(&store);
  }
}

/* Each length field points beyond the sector: nothing may be read there. The last sector ends the part, so that the
   port would refuse it. */
Test(hostile, no_length_is_believed_beyond_the_end_of_its_sector) {
  for (uint32_t key_length = 0; key_length < 256; key_length += 3) {
    for (uint32_t value_size = 0; value_size < 0x10000; value_size += 0x2FF) {
      struct store store;
      store_init(&store, &(struct store_shape){128, 2, 1, 1, 8});
      store.formats[0].checksum = NORKV_CHECKSUM_NONE; /* so that only the lengths can tell */
      uint8_t *bytes = store.flash.bytes + 128 + 96;
      memset(bytes, 0, 32);
      memset(store.flash.bytes + 128, 0, 96);
      put32(bytes, STORE_MAGIC);
      bytes[9] = (uint8_t)key_length;
      bytes[10] = (uint8_t)value_size;
      bytes[11] = (uint8_t)(value_size >> 8);
      cr_assert_eq(store_start(&store), NORKV_OK);
      cr_assert_eq(store_count(&store), key_length >= 1 && key_length <= 16 && value_size == 0 ? 1 : 0);
      cr_assert_eq(store.flash.violations, 0);
      store_free(&store);
    }
  }
}

/* The count of a key's entries ends at 65,535. Counted down from there, it would seem that the tombstone hides nothing
   any more while stale entries are still left. */
Test(hostile, a_tombstone_of_more_entries_than_can_be_counted_stays) {
  static const uint32_t sector = 1u << 20;
  struct store store;
  store_init(&store, &(struct store_shape){sector, 6, 1, 1, 8});
  for (uint32_t i = 0; i < 65534; i++) {
    image_write(&store, i * 32, "key", "stale", i);
  }
  image_write(&store, 2 * sector, "key", "stale too", 65534);
  image_write(&store, 3 * sector, "key", NULL, 65535);
  for (uint32_t i = 1; i <= 8; i++) {
    image_write(&store, 3 * sector + i * 32, "other", "value", 65535 + i);
  }
  cr_assert_eq(store_start(&store), NORKV_OK);
  for (uint32_t i = 0; i < 6; i++) {
    struct norkv_sector_info info;
    cr_assert_eq(norkv_get_sector_info(&store.kv, i, &info), NORKV_OK);
  }
  for (uint32_t i = 0; i < 3; i++) {
    cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_PARTIAL), NORKV_OK);
  }
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "key"), "<not found>");
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_OK, "now they can be counted");
  struct norkv_statistics statistics;
  cr_assert_eq(norkv_get_statistics(&store.kv, &statistics), NORKV_OK);
  cr_assert_eq(statistics.deleted_keys, 0);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "key"), "<not found>");
  cr_assert_str_eq(store_get(&store, "other"), "value");
  store_free(&store);
}
