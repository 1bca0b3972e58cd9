/* Keys: hash collisions, slots, iteration, and transaction IDs that wrap. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "image.h"
#include "index.h"

static const struct store_shape small = {512, 4, 1, 1, 8};

Test(index, keys_with_the_same_hash_live_side_by_side) {
  static const char *const pairs[][2] = {{"D4", "dFU6S"}, {"1U2", "ahj9d"}};
  struct store store;
  store_init(&store, &small);
  cr_assert_eq(store_start(&store), NORKV_OK);
  for (size_t i = 0; i < 2; i++) {
    const char *one = pairs[i][0];
    const char *other = pairs[i][1];
    cr_assert_eq(norkv_index_hash((const uint8_t *)one, (uint32_t)strlen(one)),
                 norkv_index_hash((const uint8_t *)other, (uint32_t)strlen(other)));
    cr_assert_str_eq(store_get(&store, one), "<not found>");
    cr_assert_eq(store_put(&store, one, "first"), NORKV_OK);
    cr_assert_str_eq(store_get(&store, other), "<not found>");
    cr_assert_eq(store_delete(&store, other), NORKV_ERR_NOT_FOUND);
    cr_assert_eq(store_put(&store, other, "second"), NORKV_OK);
    for (int round = 0; round < 2; round++) {
      cr_assert_str_eq(store_get(&store, one), "first");
      cr_assert_str_eq(store_get(&store, other), "second");
      cr_assert_eq(store_start(&store), NORKV_OK);
    }
    cr_assert_eq(store_delete(&store, one), NORKV_OK);
    cr_assert_eq(store_put(&store, other, "third"), NORKV_OK);
    cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_OK);
    cr_assert_str_eq(store_get(&store, one), "<not found>");
    cr_assert_str_eq(store_get(&store, other), "third");
  }
  store_free(&store);
}

Test(index, a_key_and_the_same_key_with_a_zero_byte_are_different) {
  struct store store;
  char value[8];
  size_t size = 0;
  store_init(&store, &small);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(norkv_put(&store.kv, "a", 1, "1", 1), NORKV_OK);
  cr_assert_eq(norkv_put(&store.kv, "a\0", 2, "22", 2), NORKV_OK);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(norkv_get(&store.kv, "a", 1, 0, value, sizeof(value), &size), NORKV_OK);
  cr_assert_eq(size, 1);
  cr_assert_eq(norkv_get(&store.kv, "a\0", 2, 0, value, sizeof(value), &size), NORKV_OK);
  cr_assert_eq(size, 2);
  store_free(&store);
}

Test(index, a_collision_is_told_from_damage_by_the_checksum) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 4, 1, 2, 8});
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "D4", "good"), NORKV_OK);
  store.flash.bytes[16] = 'X'; /* the key in the first copy */
  cr_assert_str_eq(store_get(&store, "D4"), "good");
  cr_assert_str_eq(store_get(&store, "dFU6S"), "<not found>");
  store.flash.bytes[512 + 16] = 'X';
  cr_assert_str_eq(store_get(&store, "D4"), "<data loss>");
  store_free(&store);
}

Test(index, transaction_ids_wrap_and_the_newest_still_wins) {
  struct store store;
  store_init(&store, &small);
  uint32_t size = image_write(&store, 0, "key", "old", 0xFFFFFFFE);
  image_write(&store, size, "other", "kept", 0xFFFFFFF0);
  cr_assert_eq(store_start(&store), NORKV_OK);
  static const char *const values[] = {"ffffffff", "zero", "one", "two"};
  struct norkv_statistics statistics;
  for (uint32_t i = 0; i < 4; i++) {
    cr_assert_eq(store_put(&store, "key", values[i]), NORKV_OK);
    cr_assert_eq(norkv_get_statistics(&store.kv, &statistics), NORKV_OK);
    cr_assert_eq(statistics.transaction_id, 0xFFFFFFFFu + i);
    cr_assert_str_eq(store_get(&store, "key"), values[i]);
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_str_eq(store_get(&store, "key"), values[i]);
    cr_assert_str_eq(store_get(&store, "other"), "kept");
  }
  cr_assert_eq(store_delete(&store, "key"), NORKV_OK);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "key"), "<not found>");
  store_free(&store);
}

Test(index, of_two_entries_with_one_transaction_id_the_first_is_read) {
  struct store store;
  store_init(&store, &small);
  image_write(&store, 0, "key", "first", 7);
  image_write(&store, 512, "key", "later", 7);
  image_write(&store, 1024, "key", "of another size, by far not the same number of bytes", 7);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "key"), "first");
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "key"), "first");
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "key"), "first");
  store_free(&store);
}

/* Deleting and putting keys while iterating: the others must be met once, whatever is dropped or added meanwhile. */
Test(index, an_iteration_meets_every_untouched_key_once_while_others_come_and_go) {
  for (uint64_t seed = 1; seed <= 200; seed++) {
    struct store store;
    uint64_t random = seed;
    uint32_t met[16] = {0};
    store_init(&store, &(struct store_shape){512, 5, 1, 1, 16});
    cr_assert_eq(store_start(&store), NORKV_OK);
    char key[] = "key-?";
    for (int name = 'a'; name < 'a' + 16; name++) {
      key[4] = (char)name;
      cr_assert_eq(store_put(&store, key, "value"), NORKV_OK);
    }
    /* even keys stay, odd keys are deleted and put, and garbage collection drops their tombstones */
    struct norkv_iterator iterator = {0};
    struct norkv_item item;
    while (norkv_next(&store.kv, &iterator, &item) == NORKV_OK) {
      met[item.key[4] - 'a']++;
      for (uint32_t i = 0; i < ram_random_below(&random, 30); i++) {
        key[4] = (char)('b' + 2 * ram_random_below(&random, 8));
        enum norkv_error err =
            ram_random_below(&random, 2) == 0 ? store_put(&store, key, "again") : store_delete(&store, key);
        cr_assert(err == NORKV_OK || err == NORKV_ERR_NOT_FOUND, "seed %llu", (unsigned long long)seed);
      }
    }
    for (uint32_t i = 0; i < 16; i += 2) {
      cr_assert_eq(met[i], 1, "seed %llu: key %u is met %u times", (unsigned long long)seed, i, met[i]);
    }
    store_free(&store);
  }
}

Test(index, deleted_keys_give_their_slots_back) {
  struct store store;
  store_init(&store, &small);
  cr_assert_eq(store_start(&store), NORKV_OK);
  char key[16];
  for (uint32_t i = 0; i < 500; i++) {
    (void)snprintf(key, sizeof(key), "key %u", i);
    cr_assert_eq(store_put(&store, key, "value"), NORKV_OK, "put %u", i);
    if (i >= 7) {
      (void)snprintf(key, sizeof(key), "key %u", i - 7);
      cr_assert_eq(store_delete(&store, key), NORKV_OK, "delete %u", i);
    }
  }
  cr_assert_eq(store_count(&store), 7);
  store_free(&store);
}

Test(index, one_key_more_than_the_index_holds_is_refused_and_the_others_stay) {
  struct store store;
  store_init(&store, &small);
  cr_assert_eq(store_start(&store), NORKV_OK);
  char key[] = "?";
  for (int name = 'a'; name < 'a' + 8; name++) {
    key[0] = (char)name;
    cr_assert_eq(store_put(&store, key, key), NORKV_OK);
  }
  cr_assert_eq(store_put(&store, "x", "x"), NORKV_ERR_KEYS);
  cr_assert_eq(store_put(&store, "h", "again"), NORKV_OK);
  cr_assert_eq(store_count(&store), 8);
  cr_assert_str_eq(store_get(&store, "x"), "<not found>");
  cr_assert_str_eq(store_get(&store, "a"), "a");
  store_free(&store);
}

Test(index, a_start_with_too_small_an_index_says_so_and_erases_nothing) {
  struct store store;
  store_init(&store, &small);
  cr_assert_eq(store_start(&store), NORKV_OK);
  char key[] = "?";
  for (int name = 'a'; name < 'a' + 8; name++) {
    key[0] = (char)name;
    cr_assert_eq(store_put(&store, key, key), NORKV_OK);
  }
  store.flash.bytes[100] = 0; /* damage that recovery would mend */
  uint64_t operations = store.flash.operations;
  store.config.max_keys = 4;
  cr_assert_eq(store_start(&store), NORKV_ERR_KEYS);
  cr_assert_eq(store.flash.operations, operations);
  cr_assert_eq(store_put(&store, "a", "x"), NORKV_ERR_INVALID, "the store is not started");
  store.config.max_keys = 8;
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "h"), "h");
  store_free(&store);
}

Test(index, a_key_with_the_hash_of_a_deleted_one_can_be_put) {
  struct store store;
  store_init(&store, &small);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "D4", "deleted"), NORKV_OK);
  cr_assert_eq(store_delete(&store, "D4"), NORKV_OK);
  cr_assert_eq(store_put(&store, "dFU6S", "value"), NORKV_OK);
  for (int round = 0; round < 2; round++) {
    cr_assert_str_eq(store_get(&store, "D4"), "<not found>");
    cr_assert_str_eq(store_get(&store, "dFU6S"), "value");
    cr_assert_eq(store_count(&store), 1);
    cr_assert_eq(store_start(&store), NORKV_OK);
  }
  store_free(&store);
}

/* Flash reads in place of time: a get makes as few among many keys, a start as many for each entry. */
Test(index, reads_do_not_grow_with_the_number_of_keys) {
  static const uint32_t counts[] = {10, 1000};
  uint64_t started[2];
  for (size_t i = 0; i < 2; i++) {
    struct store store;
    store_init(&store, &(struct store_shape){4096, 64, 1, 1, 1000});
    cr_assert_eq(store_start(&store), NORKV_OK);
    for (uint32_t put = 0; put < 3 * counts[i]; put++) {
      uint32_t key = put % counts[i];
      cr_assert_eq(norkv_put(&store.kv, &key, sizeof(key), "value", 5), NORKV_OK);
    }
    uint64_t before = store.flash.read_bytes;
    cr_assert_eq(store_start(&store), NORKV_OK);
    started[i] = store.flash.read_bytes - before;
    for (uint32_t key = 0; key < counts[i]; key++) {
      before = store.flash.reads;
      char value[5];
      cr_assert_eq(norkv_get(&store.kv, &key, sizeof(key), 0, value, sizeof(value), NULL), NORKV_OK);
      cr_assert_leq(store.flash.reads - before, 4, "key %u of %u", key, counts[i]);
    }
    store_free(&store);
  }
  cr_assert_leq(started[1], started[0] * (counts[1] / counts[0]) * 2, "%llu and %llu bytes",
                (unsigned long long)started[0], (unsigned long long)started[1]);
}
