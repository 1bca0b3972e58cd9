/* How many bytes a call reads at most, as README.md states it for a store without damage. */
#include <criterion/criterion.h>
#include <string.h>

#include "store.h"

#define KEYS 24u
#define WINDOW 256u

/* What a store has done so far. */
struct spent {
  uint64_t read;
  uint64_t erases;
};

static struct spent spent_by(struct store *store) {
  return (struct spent){store->flash.read_bytes, store_statistics(store).erases};
}

/* The bytes of sectors in use. Sees to it, too, that every free end has been looked at. */
static uint32_t used_bytes(struct store *store) {
  uint32_t used = 0;
  for (uint32_t sector = 0; sector < store->flash.sector_count; sector++) {
    struct norkv_sector_info info;
    cr_assert_eq(norkv_get_sector_info(&store->kv, sector, &info), NORKV_OK);
    used += store->flash.sector_size - info.free_bytes;
  }
  return used;
}

static uint64_t collections_read(const struct store *store, struct spent before, struct spent after) {
  return (after.erases - before.erases) * (8 * store->flash.sector_size + WINDOW);
}

/* Starts, and with the partition read once more for its free ends is ready. */
static void check_start(struct store *store, uint64_t seed) {
  uint32_t used = used_bytes(store);
  uint64_t before = store->flash.read_bytes;
  cr_assert_eq(store_start(store), NORKV_OK);
  uint64_t read = store->flash.read_bytes - before;
  cr_assert_leq(read, 3 * used + store->flash.sector_count * WINDOW, "seed %lu", (unsigned long)seed);
  (void)used_bytes(store);
}

static void check_put_and_get(struct store *store, uint64_t *random, uint64_t seed) {
  static uint8_t value[1024];
  uint8_t key[NORKV_MAX_KEY];
  uint32_t number = ram_random_below(random, KEYS);
  size_t length = 1 + number * 2;
  memset(key, (int)number, sizeof(key));
  uint32_t most = store->flash.sector_size / 4;
  size_t value_size = ram_random_below(random, most);
  uint32_t size = norkv_entry_size(&store->config, length, value_size);
  struct spent before = spent_by(store);
  enum norkv_error err = norkv_put(&store->kv, key, length, value, value_size);
  struct spent after = spent_by(store);
  cr_assert(err == NORKV_OK || err == NORKV_ERR_FULL);
  uint64_t bound = 16 + length + 4ull * store->config.redundancy * size + collections_read(store, before, after);
  cr_assert_leq(after.read - before.read, bound, "seed %lu: a put of %u bytes", (unsigned long)seed, size);
  if (err == NORKV_OK) {
    size_t read_size = 0;
    cr_assert_eq(norkv_get(&store->kv, key, length, 0, value, sizeof(value), &read_size), NORKV_OK);
    cr_assert_leq(store->flash.read_bytes - after.read, 16 + length + size, "seed %lu: a get", (unsigned long)seed);
  }
}

Test(reads, of_starts_puts_gets_and_collections_are_bounded) {
  static const uint32_t sizes[] = {512, 1024, 4096};
  static const uint32_t alignments[] = {1, 16, 64, 256};
  for (uint64_t seed = 1; seed <= 96; seed++) {
    struct store store;
    uint64_t random = seed;
    store_init(&store, &(struct store_shape){sizes[seed % 3], 8 + (uint32_t)seed % 3, alignments[seed / 3 % 4],
                                             (uint8_t)(1 + seed / 12 % 3), KEYS});
    store.config.policy = (enum norkv_policy)(seed / 36 % 4);
    cr_assert_eq(store_start(&store), NORKV_OK);
    (void)used_bytes(&store);
    for (uint32_t i = 0; i < 200; i++) {
      check_put_and_get(&store, &random, seed);
      if (i % 50 == 49) {
        struct spent before = spent_by(&store);
        cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_PARTIAL), NORKV_OK);
        struct spent after = spent_by(&store);
        cr_assert_leq(after.read - before.read, collections_read(&store, before, after), "seed %lu",
                      (unsigned long)seed);
        check_start(&store, seed);
      }
    }
    store_free(&store);
  }
}
