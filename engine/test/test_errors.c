/* Every error that the header names, and that nothing is done where it says so. */
#include <criterion/criterion.h>
#include <string.h>

#include "image.h"

static const struct store_shape small = {512, 4, 1, 1, 8};

static void open_store(struct store *store) {
  store_init(store, &small);
  cr_assert_eq(store_start(store), NORKV_OK);
}

Test(errors, keys_and_values_out_of_range_are_invalid) {
  struct store store;
  open_store(&store);
  uint8_t key[NORKV_MAX_KEY + 1] = {0};
  uint8_t value[512] = {0};
  size_t size = 0;
  struct norkv *kv = &store.kv;
  cr_expect_eq(norkv_put(kv, key, 0, value, 1), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_put(kv, key, NORKV_MAX_KEY + 1, value, 1), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_put(kv, NULL, 1, value, 1), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_put(kv, key, 1, NULL, 1), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_put(kv, key, 1, value, SIZE_MAX), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_put(kv, key, 1, value, 512 - 16), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_put(NULL, key, 1, value, 1), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_delete(kv, key, 0), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_delete(kv, NULL, 1), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_get(kv, key, 0, 0, value, 1, &size), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_get(kv, key, 1, 0, NULL, 1, &size), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_value_size(kv, key, 0, &size), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_value_size(kv, key, 1, NULL), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_next(kv, NULL, &(struct norkv_item){.key_length = 0}), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_next(kv, &(struct norkv_iterator){0}, NULL), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_maintain(kv, (enum norkv_maintenance)4), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_get_statistics(kv, NULL), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_get_sector_info(kv, 4, &(struct norkv_sector_info){0}), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_get_sector_info(kv, 0, NULL), NORKV_ERR_INVALID);
  cr_expect_eq(store.flash.operations, 0);
  cr_expect_eq(store_count(&store), 0);
  store_free(&store);
}

Test(errors, a_store_that_is_not_started_refuses_every_call) {
  struct norkv kv = {0};
  size_t size = 0;
  cr_expect_eq(norkv_put(&kv, "k", 1, "v", 1), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_delete(&kv, "k", 1), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_get(&kv, "k", 1, 0, NULL, 0, &size), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_value_size(&kv, "k", 1, &size), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_next(&kv, &(struct norkv_iterator){0}, &(struct norkv_item){.key_length = 0}), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_maintain(&kv, NORKV_MAINTAIN_FULL), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_get_statistics(&kv, &(struct norkv_statistics){0}), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_get_sector_info(&kv, 0, &(struct norkv_sector_info){0}), NORKV_ERR_INVALID);
}

/* What start says to a configuration, and whether norkv_memory_size agrees that it is none. */
static enum norkv_error judge(const struct norkv_config *config) {
  static uint32_t memory[4096];
  struct norkv kv;
  struct norkv_config copy = *config;
  copy.memory = memory;
  copy.memory_size = sizeof(memory);
  enum norkv_error err = norkv_start(&kv, &copy);
  cr_expect_eq(norkv_memory_size(config) == 0, err != NORKV_OK);
  return err;
}

Test(errors, a_configuration_that_can_not_work_is_refused) {
  struct store store;
  store_init(&store, &small);
  const struct norkv_config good = store.config;
  cr_expect_eq(judge(&good), NORKV_OK);
  cr_expect_eq(norkv_start(NULL, &good), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_start(&store.kv, NULL), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_memory_size(NULL), 0);

#define REFUSED(error, change)                    \
  do {                                            \
    struct norkv_config config = good;            \
    change;                                       \
    cr_expect_eq(judge(&config), error, #change); \
  } while (0)
  REFUSED(NORKV_ERR_INVALID, config.formats = NULL);
  REFUSED(NORKV_ERR_INVALID, config.format_count = 0);
  REFUSED(NORKV_ERR_INVALID, config.format_count = NORKV_MAX_FORMATS + 1);
  REFUSED(NORKV_ERR_INVALID, config.redundancy = 0);
  REFUSED(NORKV_ERR_INVALID, config.redundancy = 4);
  REFUSED(NORKV_ERR_INVALID, config.redundancy = NORKV_MAX_REDUNDANCY + 1);
  REFUSED(NORKV_ERR_INVALID, config.max_keys = 0);
  REFUSED(NORKV_ERR_INVALID, config.max_keys = 65001);
  REFUSED(NORKV_ERR_INVALID, config.recovery = (enum norkv_recovery)3);
  REFUSED(NORKV_ERR_INVALID, config.flash.read = NULL);
  REFUSED(NORKV_ERR_INVALID, config.flash.program = NULL);
  REFUSED(NORKV_ERR_INVALID, config.flash.erase = NULL);
  REFUSED(NORKV_ERR_GEOMETRY, config.flash.alignment = 0);
  REFUSED(NORKV_ERR_GEOMETRY, config.flash.alignment = 257);
  REFUSED(NORKV_ERR_GEOMETRY, config.flash.alignment = 24); /* 512 is no multiple of it */
  REFUSED(NORKV_ERR_GEOMETRY, config.flash.sector_size = 96);
  REFUSED(NORKV_ERR_GEOMETRY, (config.flash.sector_size = 300, config.flash.alignment = 100)); /* entries of 400 */
  REFUSED(NORKV_ERR_GEOMETRY, config.flash.sector_count = 1);
  REFUSED(NORKV_ERR_GEOMETRY, config.flash.sector_count = 65536);
  REFUSED(NORKV_ERR_GEOMETRY, (config.flash.sector_size = 1u << 28, config.flash.sector_count = 16));
  REFUSED(NORKV_ERR_INVALID, config.formats = ((const struct norkv_format[]){{0xFFFFFFFF, NORKV_CHECKSUM_CRC32C}}));
  REFUSED(NORKV_ERR_INVALID, config.formats = ((const struct norkv_format[]){{1, (enum norkv_checksum)3}}));
  REFUSED(NORKV_ERR_INVALID, (config.format_count = 2, config.formats = ((const struct norkv_format[]){
                                                           {1, NORKV_CHECKSUM_NONE}, {1, NORKV_CHECKSUM_CRC32C}})));
  store_free(&store);
}

Test(errors, memory_that_is_missing_misaligned_or_short_is_refused) {
  struct store store;
  static uint32_t memory[2048];
  store_init(&store, &small);
  size_t size = norkv_memory_size(&store.config);
  cr_assert(size > 0 && size < sizeof(memory));
  struct norkv_config config = store.config;
  cr_expect_eq(norkv_start(&store.kv, &config), NORKV_ERR_MEMORY);
  config.memory = memory;
  config.memory_size = size - 1;
  cr_expect_eq(norkv_start(&store.kv, &config), NORKV_ERR_MEMORY);
  config.memory = (uint8_t *)memory + 2;
  config.memory_size = size;
  cr_expect_eq(norkv_start(&store.kv, &config), NORKV_ERR_MEMORY);
  config.memory = memory;
  cr_expect_eq(norkv_start(&store.kv, &config), NORKV_OK);
  store_free(&store);
}

Test(errors, a_get_tells_what_part_of_the_value_it_read) {
  struct store store;
  open_store(&store);
  char buffer[16] = "................";
  size_t size = 99;
  struct norkv *kv = &store.kv;
  cr_assert_eq(store_put(&store, "k", "0123456789"), NORKV_OK);
  cr_expect_eq(norkv_get(kv, "k", 1, 0, buffer, 4, &size), NORKV_ERR_BUFFER);
  cr_expect(size == 4 && memcmp(buffer, "0123.", 5) == 0);
  cr_expect_eq(norkv_get(kv, "k", 1, 7, buffer, 16, &size), NORKV_OK);
  cr_expect(size == 3 && memcmp(buffer, "7893.", 5) == 0);
  cr_expect_eq(norkv_get(kv, "k", 1, 10, buffer, 16, &size), NORKV_OK);
  cr_expect_eq(size, 0);
  cr_expect_eq(norkv_get(kv, "k", 1, 11, buffer, 16, &size), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_get(kv, "k", 1, SIZE_MAX, buffer, 16, &size), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_get(kv, "k", 1, 0, NULL, 0, &size), NORKV_ERR_BUFFER);
  cr_expect_eq(norkv_get(kv, "k", 1, 0, buffer, 16, NULL), NORKV_OK);
  cr_expect_eq(store_put(&store, "empty", ""), NORKV_OK);
  cr_expect_eq(norkv_put(kv, "null", 4, NULL, 0), NORKV_OK);
  cr_expect_eq(norkv_get(kv, "empty", 5, 0, NULL, 0, &size), NORKV_OK);
  cr_expect_eq(norkv_value_size(kv, "null", 4, &size), NORKV_OK);
  cr_expect_eq(size, 0);
  cr_expect_eq(norkv_value_size(kv, "gone", 4, &size), NORKV_ERR_NOT_FOUND);
  cr_expect_eq(store_delete(&store, "gone"), NORKV_ERR_NOT_FOUND);
  cr_expect_eq(store_delete(&store, "k"), NORKV_OK);
  cr_expect_eq(store_delete(&store, "k"), NORKV_ERR_NOT_FOUND);
  cr_expect_eq(norkv_value_size(kv, "k", 1, &size), NORKV_ERR_NOT_FOUND);
  store_free(&store);
}

Test(errors, a_full_store_says_so_is_unchanged_and_has_room_again_after_a_delete) {
  struct store store;
  open_store(&store);
  static const char value[] = "about a hundred bytes, so that four such entries fill most of a sector of 512 bytes..";
  static uint8_t large[400];
  char key[] = "k?";
  for (int name = '0'; name < '7'; name++) {
    key[1] = (char)name;
    cr_assert_eq(store_put(&store, key, value), NORKV_OK);
  }
  cr_assert_eq(norkv_put(&store.kv, "large", 5, large, sizeof(large)), NORKV_OK);
  cr_assert_eq(norkv_put(&store.kv, "k0", 2, large, sizeof(large)), NORKV_ERR_FULL);
  cr_assert_str_eq(store_get(&store, "k0"), value);
  cr_assert_eq(store_put(&store, "one key too many", ""), NORKV_ERR_KEYS);
  cr_assert_eq(store_count(&store), 8);
  for (int name = '1'; name < '7'; name++) {
    key[1] = (char)name;
    cr_assert_eq(store_delete(&store, key), NORKV_OK);
  }
  cr_assert_eq(norkv_put(&store.kv, "k0", 2, large, sizeof(large)), NORKV_OK);
  store_free(&store);
}

Test(errors, a_read_that_fails_is_reported_by_every_call_and_changes_nothing) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 4, 1, 2, 8});
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "k", "value"), NORKV_OK);
  cr_assert_eq(store_put(&store, "D4", "value"), NORKV_OK);
  size_t size = 0;
  char buffer[8];
  store.flash.fail_reads_more = 4; /* a read that fails once is tried again, if any sector can be read */
  /* the n-th read fails, for every n up to the number of reads that the call makes */
  for (uint32_t n = 1; n <= 12; n++) {
    store.flash.fail_read_in = n;
    enum norkv_error err = norkv_get(&store.kv, "k", 1, 0, buffer, 8, &size);
    cr_assert_eq(err, store.flash.fail_read_in == 0 ? NORKV_ERR_FLASH : NORKV_OK);
    store.flash.fail_read_in = n;
    err = norkv_value_size(&store.kv, "k", 1, &size);
    cr_assert_eq(err, store.flash.fail_read_in == 0 ? NORKV_ERR_FLASH : NORKV_OK);
    store.flash.fail_read_in = n;
    err = norkv_get(&store.kv, "dFU6S", 5, 0, buffer, 8, &size); /* collides with D4 */
    cr_assert_eq(err, store.flash.fail_read_in == 0 ? NORKV_ERR_FLASH : NORKV_ERR_NOT_FOUND);
    store.flash.fail_read_in = n;
    err = norkv_next(&store.kv, &(struct norkv_iterator){0}, &(struct norkv_item){.key_length = 0});
    cr_assert_eq(err, store.flash.fail_read_in == 0 ? NORKV_ERR_FLASH : NORKV_OK);
    store.flash.fail_read_in = n;
    err = store_start(&store);
    cr_assert_eq(err, store.flash.fail_read_in == 0 ? NORKV_ERR_FLASH : NORKV_OK);
    store.flash.fail_read_in = 0;
    cr_assert_eq(store_start(&store), NORKV_OK);
    store.flash.fail_read_in = n;
    struct norkv_sector_info info;
    err = norkv_get_sector_info(&store.kv, 3, &info);
    cr_assert_eq(err, store.flash.fail_read_in == 0 ? NORKV_ERR_FLASH : NORKV_OK);
    store.flash.fail_read_in = 0;
    cr_assert_str_eq(store_get(&store, "k"), "value");
  }
  store_free(&store);
}

/* The part falls silent at the n-th read of a start, and stays so: what can't be read is not taken for damaged. */
Test(errors, a_part_that_can_not_be_read_says_so_and_nothing_is_erased) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 4, 1, 1, 8});
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "k", "value"), NORKV_OK);
  cr_assert_eq(store_put(&store, "l", "value"), NORKV_OK);
  store.flash.bytes[40] ^= 1; /* so that there is something to recover */
  uint64_t operations = store.flash.operations;
  store.flash.fail_reads_more = UINT32_MAX;
  enum norkv_error err = NORKV_ERR_FLASH;
  uint32_t n = 0;
  while (err == NORKV_ERR_FLASH && store.flash.operations == operations) {
    store.flash.failing_reads = 0;
    store.flash.fail_read_in = ++n;
    err = store_start(&store);
  }
  cr_assert_geq(n, 4, "the part is read to the end before anything is erased");
  cr_assert_eq(store.flash.violations, 0);
  store_free(&store);
}

Test(errors, a_read_that_fails_once_and_then_works_is_nothing) {
  struct store store;
  store_init(&store, &(struct store_shape){512, 4, 1, 1, 8});
  cr_assert_eq(store_start(&store), NORKV_OK);
  cr_assert_eq(store_put(&store, "k", "value"), NORKV_OK);
  for (uint32_t n = 1; n <= 8; n++) {
    store.flash.fail_read_in = n;
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_str_eq(store_get(&store, "k"), "value");
    cr_assert_str_eq(store_get(&store, "k"), "value");
    cr_assert_eq(store.flash.fail_read_in, 0);
  }
  cr_assert_eq(store.flash.operations, 1);
  store_free(&store);
}

Test(errors, sizes_are_computed_as_the_header_says) {
  struct store store;
  store_init(&store, &small);
  cr_assert_eq(norkv_entry_size(&store.config, 1, 0), 32);
  cr_assert_eq(norkv_entry_size(&store.config, 8, 8), 32);
  cr_assert_eq(norkv_entry_size(&store.config, 8, 9), 48);
  cr_assert_eq(norkv_max_value_size(&store.config, 8), 512 - 24);
  store.config.flash.alignment = 24;
  store.config.flash.sector_size = 120;
  cr_assert_eq(norkv_entry_size(&store.config, 8, 9), 48);
  cr_assert_eq(norkv_max_value_size(&store.config, 8), 96 - 24);
  cr_assert_eq(norkv_max_value_size(&store.config, 81), 0);
  store_free(&store);
}
