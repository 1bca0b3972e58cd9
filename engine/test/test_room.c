/* The promise of norkv_put: when there is room, whatever came before. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "image.h"

/* Fills a store with entries of one size up to the very edge of the promise, then goes on updating. */
static void run_at_the_edge(uint64_t seed) {
  static const uint32_t alignments[] = {1, 16, 24, 64};
  uint64_t random = seed;
  uint32_t alignment = alignments[ram_random_below(&random, 4)];
  struct store_shape shape = {.alignment = alignment, .redundancy = (uint8_t)(1 + ram_random_below(&random, 3))};
  shape.sector_size = (alignment == 24 ? 144 : 128) * (2 + ram_random_below(&random, 5));
  shape.sector_count = shape.redundancy + 1 + ram_random_below(&random, 6);
  shape.max_keys = 400;
  struct store store;
  store_init(&store, &shape);
  store.config.policy = (enum norkv_policy)ram_random_below(&random, 4);
  static const uint8_t value[256];
  uint32_t value_size = ram_random_below(&random, shape.sector_size / 4);
  uint32_t size = norkv_entry_size(&store.config, 4, value_size);
  uint32_t promised = (shape.sector_count - shape.redundancy) * (shape.sector_size - size) / (shape.redundancy * size);
  enum norkv_error err = store_start(&store);
  uint32_t operation = 0;
  for (; operation < 4 * promised + 100 && promised > 0 && err == NORKV_OK; operation++) {
    uint32_t key = operation < promised ? operation : ram_random_below(&random, promised);
    uint32_t kind = operation < promised ? 9 : ram_random_below(&random, 10);
    if (kind == 0) {
      err = store_start(&store);
    } else if (kind == 1) {
      err = norkv_maintain(&store.kv, (enum norkv_maintenance)ram_random_below(&random, 4));
    } else if (kind == 2) {
      /* a tombstone is no larger than the entries here, so that it is promised room too */
      err = norkv_delete(&store.kv, &key, 4);
      err = err == NORKV_ERR_NOT_FOUND ? NORKV_OK : err;
    } else {
      err = norkv_put(&store.kv, &key, 4, value, value_size);
    }
  }
  uint32_t violations = store.flash.violations;
  store_free(&store);
  cr_assert_eq(err, NORKV_OK,
               "seed %llu: operation %u of %u keys of %u bytes, %u sectors of %u, redundancy %u: error %d",
               (unsigned long long)seed, operation, promised, size, shape.sector_count, shape.sector_size,
               shape.redundancy, (int)err);
  cr_assert_eq(violations, 0, "seed %llu", (unsigned long long)seed);
}

Test(room, is_found_up_to_the_edge_of_what_is_promised) {
  for (uint64_t seed = 1; seed <= 300; seed++) {
    run_at_the_edge(seed);
  }
}

/* Fills a store until nothing more fits, with entries of all sizes; then every key is updated, then deleted. */
Test(room, a_full_store_takes_updates_that_do_not_grow_and_every_delete) {
  for (uint64_t seed = 1; seed <= 200; seed++) {
    uint64_t random = seed;
    struct store store;
    static const uint8_t value[200];
    uint32_t sizes[200];
    uint32_t count = 0;
    struct store_shape shape = {512, 0, 16, (uint8_t)(1 + seed % 3), 200};
    shape.sector_count = shape.redundancy + 1 + ram_random_below(&random, 4);
    store_init(&store, &shape);
    store.config.policy = (enum norkv_policy)(seed / 3 % 4);
    cr_assert_eq(store_start(&store), NORKV_OK);
    for (uint32_t misses = 0; misses < 100 && count < 200;) {
      sizes[count] = ram_random_below(&random, 200) >> misses / 15;
      enum norkv_error err = norkv_put(&store.kv, &count, 4, value, sizes[count]);
      cr_assert(err == NORKV_OK || err == NORKV_ERR_FULL, "seed %llu: error %d", (unsigned long long)seed, (int)err);
      misses += err == NORKV_OK ? 0 : 1;
      count += err == NORKV_OK ? 1 : 0;
    }
    for (uint32_t i = 0; i < 3 * count; i++) {
      uint32_t key = ram_random_below(&random, count);
      enum norkv_error err = norkv_put(&store.kv, &key, 4, value, sizes[key]);
      cr_assert_eq(err, NORKV_OK, "seed %llu, update %u: error %d", (unsigned long long)seed, i, (int)err);
    }
    cr_assert_eq(store_count(&store), count, "seed %llu", (unsigned long long)seed);
    char text[200];
    cr_assert(image_is_redundant(&store, text, sizeof(text)), "seed %llu: %s", (unsigned long long)seed, text);
    for (uint32_t key = 0; key < count; key++) {
      cr_assert_eq(norkv_delete(&store.kv, &key, 4), NORKV_OK, "seed %llu, delete %u", (unsigned long long)seed, key);
    }
    cr_assert_eq(store_count(&store), 0);
    cr_assert_eq(store.flash.violations, 0);
    store_free(&store);
  }
}

Test(room, one_sector_is_always_kept_empty) {
  struct store store;
  uint64_t random = 5;
  store_init(&store, &(struct store_shape){512, 4, 1, 1, 64});
  cr_assert_eq(store_start(&store), NORKV_OK);
  static const uint8_t value[200];
  for (uint32_t i = 0; i < 2000; i++) {
    uint32_t key = ram_random_below(&random, 20);
    (void)norkv_put(&store.kv, &key, 4, value, ram_random_below(&random, 200));
    uint32_t empty = 0;
    for (uint32_t sector = 0; sector < 4; sector++) {
      empty += store.flash.bytes[(size_t)512 * sector] == 0xFF ? 1 : 0;
    }
    cr_assert_geq(empty, 1, "operation %u", i);
  }
  store_free(&store);
}

Test(room, heavy_maintenance_leaves_nothing_reclaimable) {
  for (uint8_t redundancy = 1; redundancy <= 3; redundancy++) {
    struct store store;
    struct norkv_statistics statistics;
    uint64_t random = redundancy;
    store_init(&store, &(struct store_shape){512, 8, 16, redundancy, 64});
    store.config.policy = (enum norkv_policy)redundancy;
    cr_assert_eq(store_start(&store), NORKV_OK);
    for (uint32_t i = 0; i < 600; i++) {
      uint32_t key = ram_random_below(&random, 16);
      if (ram_random_below(&random, 3) == 0) {
        (void)norkv_delete(&store.kv, &key, 4);
      } else {
        (void)norkv_put(&store.kv, &key, 4, &random, 8);
      }
    }
    cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_OK);
    cr_assert_eq(norkv_get_statistics(&store.kv, &statistics), NORKV_OK);
    cr_assert_eq(statistics.reclaimable_bytes, 0);
    cr_assert_eq(statistics.deleted_keys, 0);
    cr_assert_eq(statistics.live_bytes, statistics.keys * 32 * redundancy);
    cr_assert_eq(statistics.live_bytes + statistics.free_bytes, 7 * 512);
    uint32_t entries = 0;
    uint32_t position = 0;
    struct image_entry entry;
    while (image_next(&store, &position, &entry)) {
      entries++;
      cr_assert(!entry.deleted);
    }
    cr_assert_eq(entries, statistics.keys * redundancy);
    store_free(&store);
  }
}

Test(room, partial_maintenance_erases_at_most_one_sector_and_full_those_that_are_mostly_garbage) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 8, 16, 1, 64});
  cr_assert_eq(store_start(&store), NORKV_OK);
  for (uint32_t i = 0; i < 60; i++) {
    uint32_t key = i % 3 == 0 ? i : 1; /* a third of each sector stays live */
    cr_assert_eq(norkv_put(&store.kv, &key, 4, "12345678", 8), NORKV_OK);
  }
  struct norkv_statistics before;
  struct norkv_statistics after;
  cr_assert_eq(norkv_get_statistics(&store.kv, &before), NORKV_OK);
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_PARTIAL), NORKV_OK);
  cr_assert_eq(norkv_get_statistics(&store.kv, &after), NORKV_OK);
  cr_assert_eq(after.erases, before.erases + 1);
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_FULL), NORKV_OK);
  cr_assert_eq(norkv_get_statistics(&store.kv, &after), NORKV_OK);
  cr_assert_eq(after.erases, before.erases + 3);
  cr_assert_lt(after.reclaimable_bytes, 512);
  uint64_t total = 0;
  for (uint32_t sector = 0; sector < 8; sector++) {
    struct norkv_sector_info info;
    cr_assert_eq(norkv_get_sector_info(&store.kv, sector, &info), NORKV_OK);
    cr_assert_eq(info.erases, store.flash.erases[sector]);
    cr_assert(!info.damaged);
    total += info.live_bytes;
  }
  cr_assert_eq(total, after.live_bytes);
  store_free(&store);
}
