/* Partitions: where they lie, what they refuse, and stores on them. */
#include "norkv/partition.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "store.h"

enum { SECTOR = 256, SECTORS = 16, FIRST = 4, COUNT = 8, JOINED = 2 };
#define START ((size_t)FIRST * SECTOR) /* of the partition, in bytes */
#define SIZE ((size_t)COUNT * SECTOR)

/* A part of 16 sectors with a partition in its middle; all around it lies a pattern. */
struct rig {
  struct store store;
  struct norkv_partition partition;
  struct norkv_partition_config config;
};

static void open_rig(struct rig *rig) {
  store_init(&rig->store, &(struct store_shape){SECTOR, SECTORS, 4, 1, 8});
  memset(rig->store.flash.bytes, 0x5A, (size_t)SECTOR * SECTORS);
  memset(rig->store.flash.bytes + START, 0xFF, SIZE);
  rig->config = (struct norkv_partition_config){.device = ram_flash_port(&rig->store.flash),
                                                .start_sector = FIRST,
                                                .sector_count = COUNT,
                                                .sectors_per_logical = JOINED,
                                                .alignment = 16};
  cr_assert_eq(norkv_partition_init(&rig->partition, &rig->config, &rig->store.config.flash), NORKV_OK);
}

/* Nothing around the partition was touched, and nothing was asked of the part that it refuses. */
static void close_rig(struct rig *rig) {
  for (size_t i = 0; i < (size_t)SECTOR * SECTORS; i++) {
    bool inside = i >= START && i < START + SIZE;
    cr_assert(inside || rig->store.flash.bytes[i] == 0x5A, "byte %zu", i);
  }
  for (uint32_t i = 0; i < SECTORS; i++) {
    cr_assert((i >= FIRST && i < FIRST + COUNT) || rig->store.flash.erases[i] == 0, "sector %u", i);
  }
  cr_assert_eq(rig->store.flash.violations, 0);
  store_free(&rig->store);
}

static void set_permission(struct rig *rig, enum norkv_permission permission) {
  rig->config.permission = permission;
  cr_assert_eq(norkv_partition_init(&rig->partition, &rig->config, &rig->store.config.flash), NORKV_OK);
}

Test(partition, a_range_or_a_geometry_that_can_not_work_is_refused) {
  struct rig rig;
  open_rig(&rig);
  struct norkv_partition partition;
  struct norkv_flash port;
  cr_expect_eq(norkv_partition_init(NULL, &rig.config, &port), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_partition_init(&partition, NULL, &port), NORKV_ERR_INVALID);
  cr_expect_eq(norkv_partition_init(&partition, &rig.config, NULL), NORKV_ERR_INVALID);
#define JUDGED(error, change)                                                       \
  do {                                                                              \
    struct norkv_partition_config config = rig.config;                              \
    change;                                                                         \
    port.context = NULL;                                                            \
    cr_expect_eq(norkv_partition_init(&partition, &config, &port), error, #change); \
    cr_expect((port.context == NULL) == ((error) != NORKV_OK), #change);            \
  } while (0)
  JUDGED(NORKV_OK, (void)config);
  JUDGED(NORKV_OK, config.start_sector = SECTORS - COUNT);
  JUDGED(NORKV_OK, config.alignment = 0);
  JUDGED(NORKV_OK, config.alignment = 256);
  JUDGED(NORKV_ERR_INVALID, config.device.read = NULL);
  JUDGED(NORKV_ERR_INVALID, config.device.program = NULL);
  JUDGED(NORKV_ERR_INVALID, config.device.erase = NULL);
  JUDGED(NORKV_ERR_INVALID, config.permission = (enum norkv_permission)2);
  JUDGED(NORKV_ERR_GEOMETRY, config.start_sector = SECTORS - COUNT + 1);
  JUDGED(NORKV_ERR_GEOMETRY, config.start_sector = SECTORS);
  JUDGED(NORKV_ERR_GEOMETRY, config.start_sector = UINT32_MAX - 3);
  JUDGED(NORKV_ERR_GEOMETRY, config.sector_count = UINT32_MAX - 1);
  JUDGED(NORKV_ERR_GEOMETRY, config.sector_count = 0);
  JUDGED(NORKV_ERR_GEOMETRY, config.sector_count = 7);
  JUDGED(NORKV_ERR_GEOMETRY, config.sectors_per_logical = 0);
  JUDGED(NORKV_ERR_GEOMETRY, config.sectors_per_logical = COUNT);
  JUDGED(NORKV_ERR_GEOMETRY, config.sectors_per_logical = UINT32_MAX);
  JUDGED(NORKV_ERR_GEOMETRY, config.alignment = 2);
  JUDGED(NORKV_ERR_GEOMETRY, config.alignment = 18);
  JUDGED(NORKV_ERR_GEOMETRY, config.alignment = 24);
  JUDGED(NORKV_ERR_GEOMETRY, config.alignment = 512);
  JUDGED(NORKV_ERR_GEOMETRY, config.device.alignment = 0);
  JUDGED(NORKV_ERR_GEOMETRY, config.device.sector_size = 0);
  JUDGED(NORKV_ERR_GEOMETRY, config.device.sector_size = 258);
  JUDGED(NORKV_ERR_GEOMETRY, config.device.sector_size = 1u << 28);
  JUDGED(NORKV_ERR_GEOMETRY, config.device.sector_size = 48);
  JUDGED(NORKV_ERR_GEOMETRY, config.device.sector_count = 0);
  JUDGED(NORKV_ERR_GEOMETRY, (config.device.sector_count = config.sector_count = 70000, config.start_sector = 0,
                              config.sectors_per_logical = 1));
  close_rig(&rig);
}

Test(partition, addresses_and_sectors_are_those_of_the_range) {
  struct rig rig;
  open_rig(&rig);
  const struct norkv_flash *port = &rig.store.config.flash;
  uint8_t *bytes = rig.store.flash.bytes + START;
  cr_assert(port->sector_size == 512 && port->sector_count == 4 && port->alignment == 16);
  uint8_t data[SECTOR];
  memset(data, 0x11, sizeof(data));
  cr_assert_eq(port->program(port->context, 0, data, 16), 0);
  cr_assert_eq(port->program(port->context, (uint32_t)SIZE - 32, data, 32), 0);
  cr_assert(bytes[0] == 0x11 && bytes[15] == 0x11 && bytes[16] == 0xFF);
  cr_assert(bytes[SIZE - 33] == 0xFF && bytes[SIZE - 32] == 0x11);
  uint8_t read[3] = {0};
  cr_assert_eq(port->read(port->context, 14, read, 3), 0);
  cr_assert(read[0] == 0x11 && read[1] == 0x11 && read[2] == 0xFF);
  cr_assert_eq(port->erase(port->context, 3), 0);
  cr_assert(bytes[SIZE - 32] == 0xFF && bytes[0] == 0x11);
  for (uint32_t i = 0; i < SECTORS; i++) {
    cr_assert_eq(rig.store.flash.erases[i], i == FIRST + 6 || i == FIRST + 7 ? 1 : 0, "sector %u", i);
  }
  const uint32_t end = (uint32_t)SIZE;
  cr_expect_eq(port->read(port->context, end - 2, read, 3), NORKV_PARTITION_OUT_OF_RANGE);
  cr_expect_eq(port->read(port->context, UINT32_MAX, read, 3), NORKV_PARTITION_OUT_OF_RANGE);
  cr_expect_eq(port->read(port->context, 0, read, SIZE_MAX), NORKV_PARTITION_OUT_OF_RANGE);
  cr_expect_eq(port->program(port->context, end, data, 16), NORKV_PARTITION_OUT_OF_RANGE);
  cr_expect_eq(port->program(port->context, 16, data, end), NORKV_PARTITION_OUT_OF_RANGE);
  cr_expect_eq(port->program(port->context, 36, data, 16), NORKV_PARTITION_OUT_OF_RANGE);
  cr_expect_eq(port->program(port->context, 32, data, 4), NORKV_PARTITION_OUT_OF_RANGE);
  cr_expect_eq(port->erase(port->context, 4), NORKV_PARTITION_OUT_OF_RANGE);
  cr_expect_eq(port->erase(port->context, UINT32_MAX), NORKV_PARTITION_OUT_OF_RANGE);
  rig.store.flash.fail_erase_in = 2;
  cr_expect_eq(port->erase(port->context, 0), -1);
  cr_expect(rig.store.flash.erases[FIRST] == 1 && rig.store.flash.erases[FIRST + 1] == 0);
  rig.store.flash.fail_erase_in = 1;
  cr_expect_eq(port->erase(port->context, 1), -1);
  cr_expect(rig.store.flash.erases[FIRST + 2] == 0 && rig.store.flash.erases[FIRST + 3] == 0);
  close_rig(&rig);
}

Test(partition, a_read_only_store_reads_and_never_writes) {
  struct rig rig;
  open_rig(&rig);
  struct store *store = &rig.store;
  cr_assert_eq(store_start(store), NORKV_OK);
  cr_assert_eq(store_put(store, "k", "value"), NORKV_OK);
  set_permission(&rig, NORKV_READ_ONLY);
  const struct norkv_flash *port = &store->config.flash;
  uint64_t operations = store->flash.operations;
  cr_expect_eq(port->program(port->context, 0, "0123456789abcdef", 16), NORKV_PARTITION_READ_ONLY_REFUSED);
  cr_expect_eq(port->erase(port->context, 0), NORKV_PARTITION_READ_ONLY_REFUSED);
  for (int recovery = NORKV_RECOVER_IMMEDIATE; recovery <= NORKV_RECOVER_MANUAL; recovery++) {
    store->config.recovery = (enum norkv_recovery)recovery;
    cr_expect_eq(store_start(store), NORKV_OK);
    cr_expect_eq(store_put(store, "k", "other"), NORKV_ERR_FLASH);
    cr_expect_eq(store_delete(store, "k"), NORKV_ERR_FLASH);
    cr_expect_str_eq(store_get(store, "k"), "value");
  }
  /* An entry that was torn: what the header says of damage. */
  memset(store->flash.bytes + START + SIZE / 4 * 3, 0x12, 16);
  cr_expect_eq(store_start(store), NORKV_ERR_DATA_LOSS);
  cr_expect_str_eq(store_get(store, "k"), "value");
  store->config.recovery = NORKV_RECOVER_IMMEDIATE;
  cr_expect_eq(store_start(store), NORKV_OK);
  cr_expect_str_eq(store_get(store, "k"), "value");
  cr_expect_eq(norkv_maintain(&store->kv, NORKV_MAINTAIN_PARTIAL), NORKV_ERR_FLASH);
  cr_expect_eq(store->flash.operations, operations);
  close_rig(&rig);
}

/* What step number `step` puts under key `step` % 4. Every other time it deletes the last key instead. */
static void value_of(uint32_t step, char text[32]) {
  (void)snprintf(text, 32, "value of step %u", (unsigned)step);
}

static bool is_delete(uint32_t step) {
  return step % 8 == 7;
}

/* Puts and deletes in turn; whether all went well. `acknowledged` counts those that did. */
static bool work(struct store *store, uint32_t *acknowledged) {
  for (uint32_t step = 0; step < 120; step++) {
    const char key[] = {'k', (char)('0' + step % 4), '\0'};
    char value[32];
    value_of(step, value);
    enum norkv_error err = is_delete(step) ? store_delete(store, key) : store_put(store, key, value);
    if (err != NORKV_OK) {
      return false;
    }
    ++*acknowledged;
  }
  return true;
}

/* What key number `key` reads as after the first `steps` steps. */
static void expected_value(uint32_t key, uint32_t steps, char text[32]) {
  (void)snprintf(text, 32, "<not found>");
  for (uint32_t step = key; step < steps; step += 4) {
    if (is_delete(step)) {
      (void)snprintf(text, 32, "<not found>");
    } else {
      value_of(step, text);
    }
  }
}

Test(partition, a_cut_at_each_operation_between_physical_erases_too_loses_nothing, .timeout = 60) {
  static const enum ram_tear tears[] = {RAM_TEAR_NOTHING, RAM_TEAR_ALL, RAM_TEAR_PREFIX, RAM_TEAR_TWO_PHASE};
  uint32_t between = 0;
  bool done = false;
  for (uint64_t n = 1; !done; n++) {
    for (size_t t = 0; t < sizeof(tears) / sizeof(*tears); t++) {
      struct rig rig;
      open_rig(&rig);
      struct store *store = &rig.store;
      cr_assert_eq(store_start(store), NORKV_OK);
      ram_flash_cut(&store->flash, n, tears[t], n);
      uint32_t steps = 0;
      done = work(store, &steps);
      for (uint32_t i = FIRST; i < FIRST + COUNT; i += JOINED) {
        between += store->flash.erases[i] != store->flash.erases[i + 1];
      }
      ram_flash_power_on(&store->flash);
      cr_assert_eq(store_start(store), NORKV_OK, "cut %u tear %zu", (unsigned)n, t);
      for (uint32_t key = 0; key < 4; key++) {
        char before[32];
        char after[32];
        const char name[] = {'k', (char)('0' + key), '\0'};
        expected_value(key, steps, before);
        expected_value(key, done ? steps : steps + 1, after);
        const char *value = store_get(store, name);
        cr_assert(strcmp(value, before) == 0 || strcmp(value, after) == 0, "cut %u: %s", (unsigned)n, value);
      }
      cr_assert_eq(store_put(store, "new", "value"), NORKV_OK);
      close_rig(&rig);
    }
  }
  cr_assert_gt(between, 0);
}
