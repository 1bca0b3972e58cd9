/* How much a call may do: what a put may collect, and maintenance one sector at a time. */
#include <criterion/criterion.h>
#include <string.h>

#include "image.h"
#include "model.h"

static uint32_t erases_of(const struct store *store) {
  uint64_t erases = 0;
  for (uint32_t sector = 0; sector < store->flash.sector_count; sector++) {
    erases += store->flash.erases[sector];
  }
  return (uint32_t)erases;
}

static enum norkv_error put_number(struct store *store, uint32_t key) {
  static const uint8_t value[20];
  return norkv_put(&store->kv, &key, sizeof(key), value, sizeof(value));
}

Test(work, a_put_that_may_not_collect_answers_full_and_maintenance_makes_room) {
  for (int policy = NORKV_POLICY_GREEDY; policy <= NORKV_POLICY_HYBRID; policy++) {
    struct store store;
    store_init(&store, &(struct store_shape){512, 6, 1, 2, 32});
    store.config.collect_on_write = NORKV_COLLECT_OFF;
    store.config.policy = (enum norkv_policy)policy;
    cr_assert_eq(store_start(&store), NORKV_OK);
    uint32_t full = 0;
    for (uint32_t i = 0; i < 1000; i++) {
      uint32_t before = erases_of(&store);
      enum norkv_error err = put_number(&store, i % 12);
      cr_assert_eq(erases_of(&store), before);
      if (err == NORKV_ERR_FULL) {
        full++;
        cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_OK);
        err = put_number(&store, i % 12);
      }
      cr_assert_eq(err, NORKV_OK, "policy %d, put %u", policy, i);
    }
    cr_assert_gt(full, 10);
    store_free(&store);
  }
}

Test(work, a_full_index_is_not_collected_for_where_puts_may_not) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 6, 1, 1, 4});
  store.config.collect_on_write = NORKV_COLLECT_OFF;
  cr_assert_eq(store_start(&store), NORKV_OK);
  for (uint32_t key = 0; key < 4; key++) {
    cr_assert_eq(put_number(&store, key), NORKV_OK);
  }
  cr_assert_eq(norkv_delete(&store.kv, &(uint32_t){2}, 4), NORKV_OK);
  cr_assert_eq(put_number(&store, 7), NORKV_ERR_KEYS);
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_OK);
  cr_assert_eq(put_number(&store, 7), NORKV_OK);
  store_free(&store);
}

/* What is accepted without a limit is accepted in several tries, each of which collects one sector. */
Test(work, a_put_that_may_collect_one_sector_gets_there_by_and_by) {
  for (uint64_t seed = 1; seed <= 120; seed++) {
    struct store store;
    uint64_t random = seed;
    struct store_shape shape = {512, 0, 1, (uint8_t)(1 + seed % 3), 64};
    shape.sector_count = shape.redundancy + 2 + ram_random_below(&random, 5);
    store_init(&store, &shape);
    store.config.collect_on_write = NORKV_COLLECT_ONE;
    store.config.policy = (enum norkv_policy)(seed / 3 % 4);
    cr_assert_eq(store_start(&store), NORKV_OK);
    uint32_t keys = (shape.sector_count - shape.redundancy) * (512 - 48) / (shape.redundancy * 48u);
    for (uint32_t i = 0; i < 600; i++) {
      uint32_t key = ram_random_below(&random, keys);
      bool deletes = ram_random_below(&random, 4) == 0;
      enum norkv_error err = NORKV_ERR_FULL;
      for (uint32_t tries = 0; tries <= 6 * shape.sector_count && err == NORKV_ERR_FULL; tries++) {
        uint32_t before = erases_of(&store);
        err = deletes ? norkv_delete(&store.kv, &key, sizeof(key)) : put_number(&store, key);
        cr_assert_leq(erases_of(&store), before + 1, "seed %llu", (unsigned long long)seed);
      }
      cr_assert(err == NORKV_OK || (deletes && err == NORKV_ERR_NOT_FOUND), "seed %llu, step %u: error %d",
                (unsigned long long)seed, i, (int)err);
    }
    store_free(&store);
  }
}

/* What norkv.h states of stores without deleted keys that leave the promised room, and of others. */
Test(work, a_put_collects_no_more_than_is_stated) {
  for (uint64_t seed = 1; seed <= 150; seed++) {
    struct store store;
    uint64_t random = seed;
    uint8_t redundancy = (uint8_t)(1 + seed % 3);
    enum norkv_policy policy = (enum norkv_policy)(seed / 3 % 4);
    bool deletes = seed / 12 % 2 == 1;
    uint32_t sectors = redundancy + 2 + ram_random_below(&random, 8);
    store_init(&store, &(struct store_shape){512, sectors, 1, redundancy, 200});
    store.config.policy = policy;
    cr_assert_eq(store_start(&store), NORKV_OK);
    uint32_t keys = 1 + ram_random_below(&random, (sectors - redundancy) * (512 - 48) / (redundancy * 48u));
    uint32_t bound = deletes                           ? NORKV_TURNS(policy) * sectors + redundancy
                     : policy == NORKV_POLICY_CIRCULAR ? sectors
                     : policy == NORKV_POLICY_HYBRID   ? 3u * redundancy
                                                       : redundancy;
    for (uint32_t i = 0; i < 1500; i++) {
      uint32_t before = erases_of(&store);
      uint32_t key = ram_random_below(&random, keys);
      if (deletes && ram_random_below(&random, 4) == 0) {
        (void)norkv_delete(&store.kv, &key, sizeof(key));
      } else {
        cr_assert_eq(put_number(&store, key), NORKV_OK, "seed %llu, step %u", (unsigned long long)seed, i);
      }
      cr_assert_leq(erases_of(&store) - before, bound, "seed %llu, step %u", (unsigned long long)seed, i);
    }
    store_free(&store);
  }
}

/* With room to spare, a put never erases when there was an idle moment before it. */
Test(work, idle_maintenance_keeps_puts_free_of_erases) {
  for (int policy = NORKV_POLICY_GREEDY; policy <= NORKV_POLICY_HYBRID; policy++) {
    for (uint8_t redundancy = 1; redundancy <= 3; redundancy++) {
      struct store store;
      uint64_t random = redundancy;
      store_init(&store, &(struct store_shape){1024, 10, 8, redundancy, 64});
      store.config.policy = (enum norkv_policy)policy;
      cr_assert_eq(store_start(&store), NORKV_OK);
      uint32_t idle = 0;
      for (uint32_t i = 0; i < 5000; i++) {
        uint32_t before = erases_of(&store);
        cr_assert_eq(put_number(&store, ram_random_below(&random, 20)), NORKV_OK);
        cr_assert_eq(erases_of(&store), before, "policy %d, redundancy %u, put %u", policy, redundancy, i);
        for (int moments = 0; moments < 3; moments++) {
          before = erases_of(&store);
          cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_IDLE), NORKV_OK);
          cr_assert_leq(erases_of(&store), before + 1);
          idle += erases_of(&store) == before ? 1 : 0;
        }
      }
      /* 1024 bytes hold 21 entries of 48 */
      uint32_t needed = 5000u * redundancy / 21;
      cr_assert_leq(erases_of(&store), needed * 5 / 4, "policy %d, redundancy %u: %u erases", policy, redundancy,
                    erases_of(&store));
      cr_assert_gt(idle, 5000u);
      store_free(&store);
    }
  }
}

/* Torn and missing entries all over the place: each call mends a sector's worth, in the end everything is mended. */
Test(work, idle_maintenance_recovers_one_sector_at_a_time) {
  for (uint64_t seed = 1; seed <= 60; seed++) {
    struct store store;
    uint64_t random = seed;
    uint8_t redundancy = (uint8_t)(2 + seed % 2);
    store_init(&store, &(struct store_shape){512, 9, 1, redundancy, 64});
    cr_assert_eq(store_start(&store), NORKV_OK);
    for (uint32_t i = 0; i < 200; i++) {
      cr_assert_eq(put_number(&store, ram_random_below(&random, 20)), NORKV_OK);
    }
    /* damage in one sector only: each entry has a good copy elsewhere */
    uint32_t sector = ram_random_below(&random, 9);
    for (uint32_t i = 0; i < 5; i++) {
      store.flash.bytes[sector * 512 + ram_random_below(&random, 512)] &= (uint8_t)ram_random(&random);
    }
    store.config.recovery = NORKV_RECOVER_MANUAL;
    enum norkv_error err = store_start(&store);
    cr_assert(err == NORKV_OK || err == NORKV_ERR_DATA_LOSS);
    for (uint32_t i = 0; i < 40 && store.kv.needs_recovery; i++) {
      uint32_t erases = erases_of(&store);
      uint64_t programmed = store.flash.programmed;
      cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_IDLE), NORKV_OK, "seed %llu", (unsigned long long)seed);
      cr_assert_leq(erases_of(&store), erases + 2);
      cr_assert_leq(store.flash.programmed, programmed + 512);
    }
    cr_assert(!store.kv.needs_recovery, "seed %llu", (unsigned long long)seed);
    char text[200];
    cr_assert(image_is_redundant(&store, text, sizeof(text)), "seed %llu: %s", (unsigned long long)seed, text);
    store_free(&store);
  }
}
