/* After an update in the field: another redundancy, alignment, format or size of the partition, and nothing is lost. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "model.h"

/* Works for a while, then checks, also after a start. */
static const char *work(struct store *store, struct model *model, uint64_t *random) {
  enum norkv_error err = store_start(store);
  const char *wrong = err == NORKV_OK ? model_check(model, store) : "the start fails";
  for (uint32_t i = 0; i < 60 && wrong == NULL; i++) {
    wrong = model_step(model, store, random);
  }
  if (wrong == NULL) {
    wrong = store_start(store) == NORKV_OK ? model_check(model, store) : "the second start fails";
  }
  return wrong == NULL && store->flash.violations > 0 ? "the flash port was misused" : wrong;
}

/* Appends blank sectors to the part. */
static void grow(struct store *store, uint32_t sectors) {
  struct ram_flash *flash = &store->flash;
  size_t size = (size_t)flash->sector_size * flash->sector_count;
  size_t more = (size_t)flash->sector_size * sectors;
  flash->bytes = realloc(flash->bytes, size + more);
  flash->erases = realloc(flash->erases, (flash->sector_count + sectors) * sizeof(*flash->erases));
  cr_assert(flash->bytes != NULL && flash->erases != NULL);
  memset(flash->bytes + size, 0xFF, more);
  memset(flash->erases + flash->sector_count, 0, sectors * sizeof(*flash->erases));
  flash->sector_count += sectors;
}

Test(migration, any_change_of_configuration_keeps_every_value) {
  static const uint32_t alignments[] = {1, 8, 16, 24, 32, 48, 64};
  for (uint64_t seed = 1; seed <= 120; seed++) {
    struct store store;
    struct model model;
    uint64_t random = seed;
    store_init(&store, &(struct store_shape){1152, 9, 1, 1, MODEL_MAX_KEYS});
    model_init(&model, 12, 100);
    const char *wrong = work(&store, &model, &random);
    for (uint32_t change = 0; change < 8 && wrong == NULL; change++) {
      model.migrating = true;
      store.flash.alignment = alignments[ram_random_below(&random, 7)];
      store.config.redundancy = (uint8_t)(1 + ram_random_below(&random, 3));
      uint32_t first = ram_random_below(&random, 2);
      struct norkv_format swapped = store.formats[first];
      store.formats[first] = store.formats[0];
      store.formats[0] = swapped;
      store.config.format_count = 2;
      if (ram_random_below(&random, 8) == 0) {
        grow(&store, 2);
      }
      store.config.flash = ram_flash_port(&store.flash);
      wrong = work(&store, &model, &random);
    }
    uint32_t sectors = store.flash.sector_count;
    store_free(&store);
    cr_assert(wrong == NULL, "seed %llu, alignment %u, redundancy %u, %u sectors: %s", (unsigned long long)seed,
              store.config.flash.alignment, store.config.redundancy, sectors, wrong);
  }
}

Test(migration, collected_entries_are_written_in_the_first_format_at_the_present_alignment) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 4, 1, 1, 8});
  store.config.formats = &store.formats[1]; /* CRC-16 */
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "value"), NORKV_OK);
  cr_assert_eq(store_put(&store, "stale", "value"), NORKV_OK);
  cr_assert_eq(store_delete(&store, "stale"), NORKV_OK);
  store.config.formats = store.formats;
  store.config.format_count = 2;
  store.flash.alignment = 64;
  store.config.flash = ram_flash_port(&store.flash);
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_OK);
  uint32_t position = 0;
  struct image_entry entry;
  cr_assert(image_next(&store, &position, &entry));
  cr_assert_eq(entry.magic, STORE_MAGIC);
  cr_assert_eq(entry.size, 64);
  cr_assert_eq(entry.transaction_id, 1, "a copy keeps its transaction ID");
  cr_assert(!image_next(&store, &position, &entry), "the tombstone is gone with what it deleted");
  cr_assert_str_eq(store_get(&store, "key"), "value");
  store_free(&store);
}

Test(migration, a_larger_redundancy_is_reached_by_start_a_smaller_one_frees_the_copies) {
  struct store store;
  struct norkv_statistics statistics;
  store_init(&store, &(struct store_shape){512, 6, 1, 1, 8});
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "a", "1"), NORKV_OK);
  cr_assert_eq(store_put(&store, "b", "2"), NORKV_OK);
  store.config.redundancy = 3;
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(norkv_get_statistics(&store.kv, &statistics), NORKV_OK);
  cr_assert_eq(statistics.missing_copies_recovered, 4);
  char text[200];
  cr_assert(image_is_redundant(&store, text, sizeof(text)), "%s", text);
  store.config.redundancy = 1;
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_OK);
  uint32_t entries = 0;
  uint32_t position = 0;
  struct image_entry entry;
  while (image_next(&store, &position, &entry)) {
    entries++;
  }
  cr_assert_eq(entries, 2);
  cr_assert_str_eq(store_get(&store, "a"), "1");
  cr_assert_str_eq(store_get(&store, "b"), "2");
  store_free(&store);
}

Test(migration, a_rotten_entry_is_not_given_a_good_checksum_by_its_new_format) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 4, 1, 1, 8});
  store.config.formats = &store.formats[1];
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "key", "value"), NORKV_OK);
  cr_assert_eq(store_put(&store, "stale", "value"), NORKV_OK);
  cr_assert_eq(store_delete(&store, "stale"), NORKV_OK);
  store.config.formats = store.formats;
  store.config.format_count = 2;
  cr_assert_eq(store_start(&store), NORKV_OK);
  store.flash.bytes[20] ^= 2;
  cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_ERR_DATA_LOSS);
  cr_assert_str_eq(store_get(&store, "key"), "<data loss>");
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_str_eq(store_get(&store, "key"), "<not found>");
  store_free(&store);
}
