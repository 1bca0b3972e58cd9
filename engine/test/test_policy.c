/* What each wear policy promises on the spread of erase counts, on random workloads, with restarts. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "image.h"
#include "model.h"

static uint32_t spread_of(const uint64_t *erases, const uint64_t *before, uint32_t count) {
  uint64_t least = UINT64_MAX;
  uint64_t most = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t since = erases[i] - before[i];
    least = since < least ? since : least;
    most = since > most ? since : most;
  }
  return (uint32_t)(most - least);
}

#define MAX_SECTORS 40u

/* A workload that favours a few keys, and others every now and then. */
struct work {
  struct store store;
  uint64_t random;
  uint32_t keys;
  uint32_t hot;       /* of these */
  uint32_t hot_start; /* the first of them */
  uint32_t value_limit;
  uint32_t maintain; /* one operation in so many is maintenance; 0: none */
};

static enum norkv_error step(struct work *work) {
  static const uint8_t value[512];
  uint64_t *random = &work->random;
  if (ram_random_below(random, 5000) == 0) {
    work->hot = 1 + ram_random_below(random, work->keys);
    work->hot_start = ram_random_below(random, work->keys);
  }
  if (work->maintain != 0 && ram_random_below(random, work->maintain) == 0) {
    return norkv_maintain(&work->store.kv, (enum norkv_maintenance)ram_random_below(random, 4));
  }
  uint32_t key = ram_random_below(random, 50) == 0
                     ? ram_random_below(random, work->keys)
                     : (work->hot_start + ram_random_below(random, work->hot)) % work->keys;
  if (key != 0 && ram_random_below(random, 20) == 0) { /* a blank partition remembers no turn: one key stays */
    return norkv_delete(&work->store.kv, &key, sizeof(key));
  }
  return norkv_put(&work->store.kv, &key, sizeof(key), value, ram_random_below(random, work->value_limit));
}

static void set_up(struct work *work, uint64_t seed, enum norkv_policy policy) {
  static const uint32_t alignments[] = {1, 8, 16, 64, 256};
  *work = (struct work){.random = seed};
  uint64_t *random = &work->random;
  struct store_shape shape = {.alignment = alignments[ram_random_below(random, 5)], .max_keys = 600};
  shape.redundancy = (uint8_t)(1 + ram_random_below(random, 3));
  shape.sector_size = shape.alignment == 256 ? 2048 : 512;
  shape.sector_count = shape.redundancy + 2 + ram_random_below(random, 14);
  store_init(&work->store, &shape);
  work->store.config.policy = policy;
  work->store.config.collect_on_write = ram_random_below(random, 4) == 0 ? NORKV_COLLECT_ONE : NORKV_COLLECT_AS_NEEDED;
  work->value_limit = 1 + ram_random_below(random, 100);
  uint32_t size = norkv_entry_size(&work->store.config, sizeof(uint32_t), work->value_limit);
  uint32_t most = (shape.sector_count - 1) * (shape.sector_size / size) / shape.redundancy;
  work->keys = 1 + ram_random_below(random, most < 500 ? most : 500);
  work->hot = 1 + ram_random_below(random, work->keys);
  work->maintain = ram_random_below(random, 3) == 0 ? 2 + ram_random_below(random, 50) : 0;
  cr_assert_eq(store_start(&work->store), NORKV_OK);
  static const uint32_t first = 0;
  cr_assert_eq(norkv_put(&work->store.kv, &first, sizeof(first), NULL, 0), NORKV_OK);
}

/* The largest spread that `operations` of random work show: from the first one on, or since the last start. */
static uint32_t worst_spread(uint64_t seed, enum norkv_policy policy, uint32_t restart, bool since_start) {
  struct work work;
  uint64_t before[MAX_SECTORS] = {0};
  uint32_t worst = 0;
  set_up(&work, seed, policy);
  struct ram_flash *flash = &work.store.flash;
  for (uint32_t i = 0; i < 20000; i++) {
    enum norkv_error err = step(&work);
    cr_assert(err == NORKV_OK || err == NORKV_ERR_FULL || err == NORKV_ERR_NOT_FOUND, "seed %llu, step %u: error %d",
              (unsigned long long)seed, i, (int)err);
    uint32_t spread = spread_of(flash->erases, before, flash->sector_count);
    worst = spread > worst ? spread : worst;
    if (restart != 0 && ram_random_below(&work.random, restart) == 0) {
      cr_assert_eq(store_start(&work.store), NORKV_OK);
      if (since_start) {
        memcpy(before, flash->erases, flash->sector_count * sizeof(*before));
      }
    }
  }
  cr_assert_eq(flash->violations, 0, "seed %llu", (unsigned long long)seed);
  store_free(&work.store);
  return worst;
}

Test(policy, circular_keeps_erase_counts_within_one_over_any_number_of_starts) {
  for (uint64_t seed = 1; seed <= 60; seed++) {
    uint32_t restart = seed % 3 == 0 ? 0 : seed % 3 == 1 ? 10 : 500;
    uint32_t spread = worst_spread(seed, NORKV_POLICY_CIRCULAR, restart, false);
    cr_assert_leq(spread, NORKV_CIRCULAR_SPREAD, "seed %llu: %u", (unsigned long long)seed, spread);
  }
}

Test(policy, hybrid_keeps_erase_counts_since_start_within_its_bound) {
  for (uint64_t seed = 1; seed <= 60; seed++) {
    uint32_t restart = seed % 3 == 0 ? 0 : seed % 3 == 1 ? 100 : 5000;
    uint32_t spread = worst_spread(seed, NORKV_POLICY_HYBRID, restart, true);
    cr_assert_leq(spread, NORKV_HYBRID_SPREAD, "seed %llu: %u", (unsigned long long)seed, spread);
  }
}

struct wear {
  uint64_t least;
  uint64_t most;
  uint64_t sum;
  uint64_t programmed;
};

/* 60 % of the space never changes; 4 of 40 other keys take 90 % of the puts. */
static struct wear hot_and_cold(enum norkv_policy policy, uint32_t puts, uint32_t restart) {
  static const uint8_t value[32];
  struct store store;
  uint64_t random = 1;
  store_init(&store, &(struct store_shape){4096, 16, 1, 1, 700});
  store.config.policy = policy;
  store.config.skip_verify_on_read = true;
  cr_assert_eq(store_start(&store), NORKV_OK);
  for (uint32_t i = 0; i < 614 + puts; i++) {
    uint32_t active = ram_random_below(&random, 10) < 9 ? ram_random_below(&random, 4) : ram_random_below(&random, 40);
    uint32_t key = i < 614 ? i : 1000 + active;
    cr_assert_eq(norkv_put(&store.kv, &key, sizeof(key), value, sizeof(value)), NORKV_OK);
    if (restart != 0 && i % restart == 0) {
      cr_assert_eq(store_start(&store), NORKV_OK);
    }
  }
  struct wear wear = {.least = UINT64_MAX, .programmed = store.flash.programmed};
  for (uint32_t i = 0; i < 16; i++) {
    uint64_t erases = store.flash.erases[i];
    wear.least = erases < wear.least ? erases : wear.least;
    wear.most = erases > wear.most ? erases : wear.most;
    wear.sum += erases;
  }
  store_free(&store);
  return wear;
}

Test(policy, hybrid_is_nearly_even_and_writes_little_more_than_greedy) {
  static const uint32_t restarts[] = {0, 10000, 100};
  struct wear greedy = hot_and_cold(NORKV_POLICY_GREEDY, 200000, 0);
  cr_expect_eq(greedy.least, 0, "sectors that never change are never erased");
  for (size_t i = 0; i < 3; i++) {
    struct wear hybrid = hot_and_cold(NORKV_POLICY_HYBRID, 200000, restarts[i]);
    uint64_t tolerance = restarts[i] == 0 ? 10 : 50; /* per cent: without counts, chance needs longer to even out */
    cr_expect_leq(hybrid.most * 16 * 100, hybrid.sum * (100 + tolerance), "start each %u puts: %llu of %llu",
                  restarts[i], (unsigned long long)hybrid.most, (unsigned long long)hybrid.sum / 16);
    cr_expect_geq(hybrid.least * 16 * 100, hybrid.sum * (100 - tolerance), "start each %u puts: %llu of %llu",
                  restarts[i], (unsigned long long)hybrid.least, (unsigned long long)hybrid.sum / 16);
    cr_expect_leq(hybrid.programmed * 10, greedy.programmed * 13);
  }
}

Test(policy, circular_is_even_whatever_stays) {
  struct wear circular = hot_and_cold(NORKV_POLICY_CIRCULAR, 100000, 500);
  cr_expect_leq(circular.most - circular.least, NORKV_CIRCULAR_SPREAD);
}

/* 16 entries of 32 bytes fill a sector; the first ones of each are stale. */
Test(policy, greedy_collects_what_frees_most_first) {
  static const uint32_t stale[] = {4, 12, 8};
  static const uint32_t order[] = {1, 2, 0};
  struct store store;
  store_init(&store, &(struct store_shape){512, 6, 1, 1, 64});
  char key[] = "a";
  uint32_t transaction_id = 0;
  for (uint32_t sector = 0; sector < 3; sector++) {
    for (uint32_t i = 0; i < 16; i++) {
      key[0] = (char)(key[0] + (i < stale[sector] ? 0 : 1));
      image_write(&store, sector * 512 + i * 32, i < stale[sector] ? "stale" : key, "value", ++transaction_id);
    }
  }
  image_write(&store, 3 * 512, "stale", "newest", ++transaction_id);
  cr_assert_eq(store_start(&store), NORKV_OK);
  for (uint32_t i = 0; i < 3; i++) {
    cr_assert_eq(store.flash.erases[order[i]], 0);
    cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_PARTIAL), NORKV_OK);
    cr_assert_eq(store.flash.erases[order[i]], 1, "collection %u takes another sector than %u", i, order[i]);
  }
  cr_assert_eq(store_count(&store), 12 + 4 + 8 + 1);
  store_free(&store);
}
