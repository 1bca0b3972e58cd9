#include "misuse.h"

#include "harness.h"

static void expect_refused(enum norkv_error answer, const char *call) {
  if (answer != NORKV_ERR_INVALID) {
    pc_finding("a call that can't be meant is not refused", "%s answers %u", call, (unsigned)answer);
  }
}

static void misuse_writes(struct norkv *kv, const struct norkv_config *config) {
  static const uint8_t key[NORKV_MAX_KEY + 1] = "k", value[1] = {0};
  size_t too_large = norkv_max_value_size(config, 1) + 1;
  expect_refused(norkv_put(NULL, key, 1, value, 1), "put on NULL");
  expect_refused(norkv_put(kv, NULL, 1, value, 1), "put of no key");
  expect_refused(norkv_put(kv, key, 0, value, 1), "put of an empty key");
  expect_refused(norkv_put(kv, key, sizeof key, value, 1), "put of a key that is too long");
  expect_refused(norkv_put(kv, key, 1, NULL, 1), "put of no value");
  expect_refused(norkv_put(kv, key, 1, value, too_large), "put of a value that is too large");
  (void)norkv_put(kv, key, 1, NULL, 0); /* this is fine: an empty value */
  expect_refused(norkv_delete(NULL, key, 1), "delete on NULL");
  expect_refused(norkv_delete(kv, key, 0), "delete of an empty key");
  expect_refused(norkv_maintain(NULL, NORKV_MAINTAIN_FULL), "maintain on NULL");
}

static void misuse_reads(struct norkv *kv, const struct norkv_config *config) {
  static const uint8_t key[NORKV_MAX_KEY + 1] = "k";
  struct norkv_iterator iterator = {0};
  struct norkv_item item;
  struct norkv_statistics statistics;
  struct norkv_sector_info info;
  uint8_t buffer[1];
  size_t size;
  expect_refused(norkv_get(NULL, key, 1, 0, buffer, 1, &size), "get on NULL");
  expect_refused(norkv_get(kv, NULL, 1, 0, buffer, 1, &size), "get of no key");
  expect_refused(norkv_get(kv, key, 0, 0, buffer, 1, &size), "get of an empty key");
  expect_refused(norkv_get(kv, key, sizeof key, 0, buffer, 1, &size), "get of a key that is too long");
  expect_refused(norkv_get(kv, key, 1, 0, NULL, 1, &size), "get to nowhere");
  expect_refused(norkv_value_size(kv, key, 1, NULL), "value_size to nowhere");
  expect_refused(norkv_next(NULL, &iterator, &item), "next on NULL");
  expect_refused(norkv_next(kv, NULL, &item), "next without an iterator");
  expect_refused(norkv_next(kv, &iterator, NULL), "next to nowhere");
  expect_refused(norkv_get_statistics(NULL, &statistics), "statistics of NULL");
  expect_refused(norkv_get_statistics(kv, NULL), "statistics to nowhere");
  expect_refused(norkv_get_sector_info(NULL, 0, &info), "sector_info of NULL");
  expect_refused(norkv_get_sector_info(kv, 0, NULL), "sector_info to nowhere");
  expect_refused(norkv_get_sector_info(kv, config->flash.sector_count, &info),
                 "sector_info of a sector behind the last");
  /* These are fine: is it there? And more room, or an offset, than any value has. */
  static uint8_t large[1u << 17];
  (void)norkv_get(kv, key, 1, 0, NULL, 0, NULL);
  (void)norkv_get(kv, key, 1, 0, buffer, 1, NULL);
  (void)norkv_get(kv, key, 1, UINT32_MAX, large, sizeof large, &size);
}

void pc_misuse_calls(struct norkv *kv, const struct norkv_config *config) {
  static struct norkv stopped; /* never started */
  struct norkv_iterator iterator = {0};
  struct norkv_item item;
  struct norkv_statistics statistics;
  struct norkv_sector_info info;
  uint8_t key = 'k', buffer[1];
  size_t size;
  misuse_writes(kv, config);
  misuse_reads(kv, config);
  expect_refused(norkv_put(&stopped, &key, 1, &key, 1), "put before the start");
  expect_refused(norkv_delete(&stopped, &key, 1), "delete before the start");
  expect_refused(norkv_get(&stopped, &key, 1, 0, buffer, 1, &size), "get before the start");
  expect_refused(norkv_next(&stopped, &iterator, &item), "next before the start");
  expect_refused(norkv_maintain(&stopped, NORKV_MAINTAIN_FULL), "maintain before the start");
  expect_refused(norkv_get_statistics(&stopped, &statistics), "statistics before the start");
  expect_refused(norkv_get_sector_info(&stopped, 0, &info), "sector_info before the start");
}

static void expect_no_start(const struct norkv_config *config, const char *what) {
  struct norkv kv;
  if (norkv_start(&kv, config) == NORKV_OK) {
    pc_finding("a configuration that can't be is taken", "%s", what);
  }
}

static void misuse_formats(const struct norkv_config *good) {
  const struct norkv_format twice[2] = {{0x1234, NORKV_CHECKSUM_CRC32C}, {0x1234, NORKV_CHECKSUM_CRC16_CCITT}};
  const struct norkv_format blank = {0xFFFFFFFF, NORKV_CHECKSUM_CRC32C};
  struct norkv_config config = *good;
  config.formats = NULL;
  expect_no_start(&config, "no formats");
  config.formats = twice;
  config.format_count = 2;
  expect_no_start(&config, "a magic twice");
  config.format_count = 0;
  expect_no_start(&config, "0 formats");
  config.format_count = NORKV_MAX_FORMATS + 1;
  expect_no_start(&config, "too many formats");
  config.formats = &blank;
  config.format_count = 1;
  expect_no_start(&config, "a blank magic");
}

static void misuse_memory(const struct norkv_config *good) {
  struct norkv_config config = *good;
  config.memory = NULL;
  expect_no_start(&config, "no memory");
  config.memory = (uint8_t *)good->memory + 1;
  expect_no_start(&config, "memory that is not aligned");
  config.memory = good->memory;
  config.memory_size = good->memory_size - 1;
  expect_no_start(&config, "a byte of memory too few");
}

static void misuse_flash(const struct norkv_config *good) {
  struct norkv_config config = *good;
  config.flash.read = NULL;
  expect_no_start(&config, "no read");
  config.flash = good->flash;
  config.flash.program = NULL;
  expect_no_start(&config, "no program");
  config.flash = good->flash;
  config.flash.erase = NULL;
  expect_no_start(&config, "no erase");
  config.flash = good->flash;
  config.flash.sector_count = NORKV_MAX_SECTORS + 1;
  expect_no_start(&config, "too many sectors");
  config.flash.sector_count = NORKV_MAX_SECTORS;
  config.flash.sector_size = 1u << 30;
  expect_no_start(&config, "a partition beyond 32 bits");
  config.flash = good->flash;
  config.flash.alignment = NORKV_MAX_ALIGNMENT + 1;
  expect_no_start(&config, "an alignment that is too large");
}

void pc_misuse_configurations(const struct norkv_config *good) {
  struct norkv_config config = *good;
  struct norkv kv;
  misuse_formats(good);
  misuse_memory(good);
  misuse_flash(good);
  config.redundancy = 0;
  expect_no_start(&config, "no copy");
  config.redundancy = NORKV_MAX_REDUNDANCY + 1;
  expect_no_start(&config, "too many copies");
  config.redundancy = good->redundancy;
  config.recovery = (enum norkv_recovery)(NORKV_RECOVER_MANUAL + 1);
  expect_no_start(&config, "a recovery that there isn't");
  config.recovery = good->recovery;
  config.collect_on_write = (enum norkv_collection)(NORKV_COLLECT_OFF + 1);
  expect_no_start(&config, "a collection that there isn't");
  config.collect_on_write = good->collect_on_write;
  config.max_keys = 0;
  expect_no_start(&config, "no keys");
  config.max_keys = NORKV_MAX_KEYS + 1;
  expect_no_start(&config, "too many keys");
  expect_refused(norkv_start(NULL, good), "start of NULL");
  expect_refused(norkv_start(&kv, NULL), "start without a configuration");
  if (norkv_memory_size(NULL) != 0) {
    pc_finding("no configuration has a memory size", "%zu bytes", norkv_memory_size(NULL));
  }
}
