/* norkv's adapter: its parameters, what it promises, and its flash driver. */
#include <stdio.h>
#include <string.h>

#include "store/norkv_settings.h"
#include "test_model_help.h"

#define PARAMETER_COUNT 10u

static const char *const names[PARAMETER_COUNT] = {
    "redundancy", "checksum", "formats",          "alignment",           "recovery",
    "max_keys",   "policy",   "collect_on_write", "partial_maintenance", "verify"};

/* Reads the settings with one parameter, or none (NULL), that isn't the fallback. */
static enum pc_status read_with(const char *name, const char *value, struct pc_norkv_settings *settings,
                                char *message) {
  const struct pc_store *store = pc_store_named("norkv");
  struct pc_parameter parameters[PARAMETER_COUNT];
  struct pc_store_setup setup = {.erased_value = 0xFF,
                                 .flash = {.sector_size = 512, .sector_count = 8, .program_unit = 4},
                                 .parameters = parameters,
                                 .parameter_count = PARAMETER_COUNT,
                                 .key_count = 7};
  bool known = name == NULL;
  cr_assert_eq(store->parameter_count, PARAMETER_COUNT);
  for (size_t i = 0; i < PARAMETER_COUNT; i++) {
    cr_assert_str_eq(store->parameters[i].name, names[i]);
    parameters[i] = (struct pc_parameter){.name = names[i], .value = store->parameters[i].fallback};
    if (name != NULL && strcmp(name, names[i]) == 0) {
      parameters[i].value = value;
      known = true;
    }
  }
  cr_assert(known, "there is no %s", name);
  memset(settings, 0xEE, sizeof *settings);
  message[0] = '\0';
  return pc_norkv_read_settings(&setup, settings, message, 512);
}

static void expect_refused(const char *name, const char *value) {
  struct pc_norkv_settings settings;
  char message[512], begin[256];
  cr_expect_eq(read_with(name, value, &settings, message), PC_STATUS_INVALID, "%s=%s", name, value);
  (void)snprintf(begin, sizeof begin, "'%s' is no value of %s (", value, name);
  cr_expect_eq(strncmp(message, begin, strlen(begin)), 0, "%s", message);
  cr_expect_null(strchr(message, '\n'));
}

static struct pc_norkv_settings read_good(const char *name, const char *value) {
  struct pc_norkv_settings settings;
  char message[512];
  cr_expect_eq(read_with(name, value, &settings, message), PC_STATUS_OK, "%s=%s: %s", name, value, message);
  return settings;
}

Test(store_norkv, takes_its_fallbacks) {
  struct pc_norkv_settings settings = read_good(NULL, NULL);
  cr_expect_eq(settings.redundancy, 1);
  cr_expect_eq(settings.format_count, 1);
  cr_expect_eq(settings.formats[0].magic, 0x6B76C32Cu);
  cr_expect_eq(settings.formats[0].checksum, NORKV_CHECKSUM_CRC32C);
  cr_expect_eq(settings.alignment, 4);
  cr_expect_eq(settings.recovery, NORKV_RECOVER_IMMEDIATE);
  cr_expect_eq(settings.max_keys, 7);
  cr_expect_eq(settings.policy, NORKV_POLICY_GREEDY);
  cr_expect_eq(settings.collect_on_write, NORKV_COLLECT_AS_NEEDED);
  cr_expect_not(settings.partial_is_idle);
  cr_expect(settings.verifies_reads && settings.verifies_writes);
}

Test(store_norkv, takes_each_parameter_in_its_range) {
  cr_expect_eq(read_good("redundancy", "1").redundancy, 1);
  cr_expect_eq(read_good("redundancy", "16").redundancy, 16);
  cr_expect_eq(read_good("redundancy", "010").redundancy, 10, "leading zeros are no octal");
  cr_expect_eq(read_good("redundancy", "0x10").redundancy, 16);
  cr_expect_eq(read_good("checksum", "none").formats[0].checksum, NORKV_CHECKSUM_NONE);
  cr_expect_eq(read_good("checksum", "none").formats[0].magic, 0x600DBEEFu);
  cr_expect_eq(read_good("checksum", "crc16_ccitt").formats[0].checksum, NORKV_CHECKSUM_CRC16_CCITT);
  cr_expect_eq(read_good("checksum", "crc16_ccitt").formats[0].magic, 0x600DBEEFu);
  cr_expect_eq(read_good("alignment", "0").alignment, 4);
  cr_expect_eq(read_good("alignment", "4").alignment, 4);
  cr_expect_eq(read_good("alignment", "24").alignment, 24);
  cr_expect_eq(read_good("alignment", "256").alignment, 256);
  cr_expect_eq(read_good("recovery", "immediate").recovery, NORKV_RECOVER_IMMEDIATE);
  cr_expect_eq(read_good("recovery", "lazy").recovery, NORKV_RECOVER_LAZY);
  cr_expect_eq(read_good("recovery", "manual").recovery, NORKV_RECOVER_MANUAL);
  cr_expect_not(read_good("recovery", "manual").mends_late);
  cr_expect_eq(read_good("recovery", "manual_late").recovery, NORKV_RECOVER_MANUAL);
  cr_expect(read_good("recovery", "manual_late").mends_late);
  cr_expect_eq(read_good("max_keys", "1").max_keys, 1);
  cr_expect_eq(read_good("max_keys", "65000").max_keys, 65000);
  cr_expect_eq(read_good("policy", "greedy").policy, NORKV_POLICY_GREEDY);
  cr_expect_eq(read_good("policy", "circular").policy, NORKV_POLICY_CIRCULAR);
  cr_expect_eq(read_good("policy", "cost_benefit").policy, NORKV_POLICY_COST_BENEFIT);
  cr_expect_eq(read_good("policy", "hybrid").policy, NORKV_POLICY_HYBRID);
  cr_expect_eq(read_good("collect_on_write", "as_needed").collect_on_write, NORKV_COLLECT_AS_NEEDED);
  cr_expect_eq(read_good("collect_on_write", "one").collect_on_write, NORKV_COLLECT_ONE);
  cr_expect_eq(read_good("collect_on_write", "off").collect_on_write, NORKV_COLLECT_OFF);
  cr_expect_not(read_good("partial_maintenance", "partial").partial_is_idle);
  cr_expect(read_good("partial_maintenance", "idle").partial_is_idle);
  for (unsigned i = 0; i < 4; i++) {
    static const char *const verified[] = {"none", "read", "write", "both"};
    struct pc_norkv_settings settings = read_good("verify", verified[i]);
    cr_expect_eq(settings.verifies_reads, (i & 1u) != 0, "%s", verified[i]);
    cr_expect_eq(settings.verifies_writes, (i & 2u) != 0, "%s", verified[i]);
  }
}

Test(store_norkv, refuses_what_is_out_of_range) {
  static const char *const bad_numbers[] = {"",
                                            "-1",
                                            "+1",
                                            " 1",
                                            "1 ",
                                            "1x",
                                            "x",
                                            "0x",
                                            "1e3",
                                            "4294967296",
                                            "18446744073709551616",
                                            "99999999999999999999999"};
  for (size_t i = 0; i < sizeof bad_numbers / sizeof bad_numbers[0]; i++) {
    expect_refused("redundancy", bad_numbers[i]);
    expect_refused("alignment", bad_numbers[i]);
    expect_refused("max_keys", bad_numbers[i]);
  }
  expect_refused("redundancy", "0");
  expect_refused("redundancy", "17");
  expect_refused("alignment", "3");
  expect_refused("alignment", "260");
  expect_refused("max_keys", "65001");
  static const char *const bad_words[] = {"", "CRC32C", "crc32", "crc32c ", "immediat", "lazyy", "0"};
  for (size_t i = 0; i < sizeof bad_words / sizeof bad_words[0]; i++) {
    expect_refused("checksum", bad_words[i]);
    expect_refused("recovery", bad_words[i]);
    expect_refused("policy", bad_words[i]);
    expect_refused("collect_on_write", bad_words[i]);
    expect_refused("partial_maintenance", bad_words[i]);
    expect_refused("verify", bad_words[i]);
  }
}

Test(store_norkv, takes_a_list_of_formats_in_place_of_a_checksum) {
  struct pc_norkv_settings settings = read_good("formats", "0x600dbeef:crc16_ccitt,7:none,0X6B76C32C:crc32c");
  cr_expect_eq(settings.format_count, 3);
  cr_expect_eq(settings.formats[0].magic, 0x600DBEEFu);
  cr_expect_eq(settings.formats[0].checksum, NORKV_CHECKSUM_CRC16_CCITT);
  cr_expect_eq(settings.formats[1].magic, 7);
  cr_expect_eq(settings.formats[1].checksum, NORKV_CHECKSUM_NONE);
  cr_expect_eq(settings.formats[2].magic, 0x6B76C32Cu);
  cr_expect_eq(settings.formats[2].checksum, NORKV_CHECKSUM_CRC32C);
  cr_expect_eq(read_good("formats", "1:none,2:none,3:none,4:none,5:none,6:none,7:none,8:none").format_count, 8);
  static const char *const bad[] = {
      ",",
      "1",
      ":none",
      "1:",
      "1:none,",
      ",1:none",
      "1:none,,2:none",
      "1:none 2:none",
      "1:nonesuch",
      "1:non",
      "0x100000000:none",
      "0xffffffff:none",
      "4294967295:none",
      "-1:none",
      "0xg:none",
      "1:none,2:crc32c,1:crc32c",
      "1:none,2:none,3:none,4:none,5:none,6:none,7:none,8:none,9:none",
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    expect_refused("formats", bad[i]);
  }
}

/* What is promised is what was set. */
Test(store_norkv, promises_what_it_was_set_up_for) {
  struct lab lab;
  struct pc_device *device;
  struct pc_target target;
  struct pc_error error = {{0}};
  lab_open(&lab, pc_store_named("norkv"), 5, "put a 01\n");
  lab_set(&lab, "redundancy", "3");
  lab_set(&lab, "formats", "0x11:crc16_ccitt,0x12:none,0x13:crc32c");
  lab_set(&lab, "alignment", "32");
  lab_set(&lab, "recovery", "lazy");
  cr_assert_eq(pc_device_create(&device, &lab.profile, 5, &error), PC_OK);
  cr_assert_eq(pc_target_open(&target, lab.subject.store, device, lab.parameters, PARAMETER_COUNT, 2, &error), PC_OK,
               "%s", error.message);
  const struct pc_store_promises *promises = &target.promises;
  cr_expect_eq(promises->redundancy, 3);
  cr_expect(promises->repairs_later);
  cr_expect(promises->has_layout);
  cr_expect_eq(promises->layout.sector_size, 128);
  cr_expect_eq(promises->layout.sector_count, 5);
  cr_expect_eq(promises->layout.alignment, 32);
  cr_expect_eq(promises->layout.redundancy, 3);
  cr_expect_eq(promises->layout.format_count, 3);
  cr_expect_eq(promises->layout.formats[0].magic, 0x11);
  cr_expect_eq(promises->layout.formats[0].checksum, PC_CHECKSUM_CRC16_CCITT);
  cr_expect_eq(promises->layout.formats[1].checksum, PC_CHECKSUM_NONE);
  cr_expect_eq(promises->layout.formats[2].checksum, PC_CHECKSUM_CRC32C);
  cr_expect_eq(promises->max_key_size, 63);
  cr_expect_eq(promises->max_value_size, 128 - 16 - 63);
  cr_expect_eq(lab.subject.store->footprint(&target.setup, 2, 20), 64);
  pc_target_close(&target);
  pc_device_destroy(device);
  lab_close(&lab);
}

/* The room promise: an entry as large as a sector's rest is covered, one byte of live data more is not. */
Test(store_norkv, promises_room_as_norkv_does) {
  struct bench bench;
  bench_open(&bench, pc_store_named("norkv"), 4, "put a 01\n");
  const struct pc_store *store = bench.target.store;
  /* R * live <= (sectors - R) * (sector_size - entry) */
  struct pc_usage usage = {.live_footprint = UINT64_C(3) * (128 - 32)};
  cr_expect(store->must_accept(&bench.target.setup, &usage, 1, 1));
  usage.live_footprint++;
  cr_expect_not(store->must_accept(&bench.target.setup, &usage, 1, 1));
  usage.live_footprint = 0;
  cr_expect(store->must_accept(&bench.target.setup, &usage, 63, 128 - 16 - 63));
  cr_expect_not(store->must_accept(&bench.target.setup, &usage, 63, 128 - 16 - 62));
  cr_expect_not(store->must_accept(&bench.target.setup, &usage, 64, 1));
  struct pc_store_setup few = bench.target.setup;
  struct pc_parameter parameters[PARAMETER_COUNT];
  memcpy(parameters, bench.lab.parameters, sizeof parameters);
  parameters[5].value = "1"; /* max_keys, of two */
  few.parameters = parameters;
  cr_expect(store->must_accept(&few, &usage, 1, 1));
  usage.live_keys = 1;
  cr_expect_not(store->must_accept(&few, &usage, 1, 1));
  /* A setup that configure would have refused promises nothing. */
  parameters[0].value = "0";
  cr_expect_not(store->must_accept(&few, &usage, 1, 1));
  cr_expect_eq(store->footprint(&few, 1, 1), 0);
  bench_close(&bench);
}

/* A driver splits a program at the part's pages. */
Test(store_norkv, programs_within_the_pages_of_the_part) {
  struct lab lab;
  struct pc_device *device;
  struct pc_target target;
  struct pc_error error = {{0}};
  uint8_t value[100], read[128];
  size_t size, split = 0;
  lab_open(&lab, pc_store_named("norkv"), 4, "put a 01\n");
  lab.profile.sector_size = 256;
  lab.profile.page_size = 32;
  cr_assert_eq(pc_device_create(&device, &lab.profile, 4, &error), PC_OK);
  cr_assert_eq(pc_target_open(&target, lab.subject.store, device, lab.parameters, PARAMETER_COUNT, 2, &error), PC_OK);
  cr_assert_eq(pc_target_start(&target), PC_STATUS_OK);
  struct pc_bytes key = {(const uint8_t *)"a", 1};
  for (size_t length = 0; length <= sizeof value; length += 7) {
    memset(value, (int)length, sizeof value);
    size_t mark = pc_device_mark(device);
    cr_assert_eq(pc_target_put(&target, key, (struct pc_bytes){value, length}), PC_STATUS_OK);
    for (size_t i = mark; i < pc_device_mark(device); i++) {
      struct pc_flash_operation operation = pc_device_journalled(device, i);
      if (operation.kind == PC_PROGRAM) {
        cr_expect_eq(operation.address / 32, (operation.address + operation.size - 1) / 32);
        split += i > mark && operation.address % 32 == 0;
      }
    }
    cr_expect_eq(pc_target_get(&target, key, read, sizeof read, &size), PC_STATUS_OK);
    cr_expect_eq(size, length);
    cr_expect_arr_eq(read, value, length);
  }
  cr_expect_gt(split, 10);
  struct pc_contract_violation first;
  cr_expect_eq(pc_device_contract_violations(device, &first), 0);
  pc_target_close(&target);
  pc_device_destroy(device);
  lab_close(&lab);
}

static void count_key(void *context, struct pc_bytes key) {
  (void)key;
  (*(uint32_t *)context)++;
}

/* Each of norkv's errors has its status. */
Test(store_norkv, answers_with_the_status_of_each_error) {
  struct bench bench;
  struct pc_sector_report report;
  uint8_t read[4];
  size_t size;
  uint32_t count = 0;
  struct pc_bytes key = {(const uint8_t *)"a", 1}, other = {(const uint8_t *)"b", 1}, none = {NULL, 0};
  struct pc_bytes value = {(const uint8_t *)"12345678", 8}, large = {NULL, 4096};
  bench_open(&bench, pc_store_named("norkv"), 4, "put a 01\n");
  bench_start(&bench);
  cr_expect_eq(pc_target_get(&bench.target, key, read, sizeof read, &size), PC_STATUS_NOT_FOUND);
  cr_expect_eq(pc_target_remove(&bench.target, key), PC_STATUS_NOT_FOUND);
  cr_expect_eq(pc_target_put(&bench.target, none, value), PC_STATUS_INVALID);
  cr_expect_neq(pc_target_put(&bench.target, key, large), PC_STATUS_OK);
  cr_expect_eq(pc_target_put(&bench.target, key, value), PC_STATUS_OK);
  cr_expect_eq(pc_target_get(&bench.target, key, read, sizeof read, &size), PC_STATUS_INVALID, "a small buffer");
  cr_expect_eq(pc_target_sector_report(&bench.target, 4, &report), PC_STATUS_INVALID);
  cr_expect_eq(pc_target_sector_report(&bench.target, 0, &report), PC_STATUS_OK);
  cr_expect_eq(pc_target_iterate(&bench.target, count_key, &count), PC_STATUS_OK);
  cr_expect_eq(count, 1);
  /* The index has room for the workload's key, and one for the checks. */
  cr_expect_eq(pc_target_put(&bench.target, other, value), PC_STATUS_OK);
  cr_expect_eq(pc_target_put(&bench.target, (struct pc_bytes){(const uint8_t *)"c", 1}, value), PC_STATUS_FULL);
  bench_close(&bench);
}

/* The flash operations of a start on a damaged flash, and those of the maintenance after it. */
static void mend(const char *recovery, size_t *by_start, size_t *by_maintenance) {
  struct bench bench;
  static const uint8_t half[8] = {0};
  struct pc_bytes key = {(const uint8_t *)"a", 1}, value = {half, sizeof half};
  bench_open(&bench, pc_store_named("norkv"), 4, "put a 01\n");
  lab_set(&bench.lab, "recovery", recovery);
  bench_start(&bench);
  cr_assert_eq(pc_target_put(&bench.target, key, value), PC_STATUS_OK);
  const struct pc_flash *flash = &bench.target.setup.flash;
  cr_assert_eq(flash->program(flash->context, 32, half, sizeof half), 0); /* half of an entry behind the first */
  size_t mark = pc_device_mark(bench.device);
  cr_expect_eq(pc_target_start(&bench.target), PC_STATUS_OK);
  *by_start = pc_device_mark(bench.device) - mark;
  cr_expect_eq(pc_target_maintain(&bench.target, PC_MAINTAIN_PARTIAL), PC_STATUS_OK);
  *by_maintenance = pc_device_mark(bench.device) - mark - *by_start;
  bench_close(&bench);
}

Test(store_norkv, mends_at_start_or_when_it_is_maintained) {
  size_t by_start, by_maintenance;
  mend("manual", &by_start, &by_maintenance);
  cr_expect_gt(by_start, 0);
  mend("manual_late", &by_start, &by_maintenance);
  cr_expect_eq(by_start, 0);
  cr_expect_gt(by_maintenance, 0);
}

/* A start that mends by itself comes up where there is no room for that; so does a firmware that mends. */
Test(store_norkv, starts_where_there_is_no_room_to_mend) {
  struct lab lab;
  struct lab_run run = {.jobs = 1};
  char trace[1024];
  (void)snprintf(trace, sizeof trace, "put a %096d\nput b %0136d\nput c %0108d\nput d %0190d\nput e -\n", 0, 0, 0, 0);
  lab_open(&lab, pc_store_named("norkv"), 3, trace);
  lab.profile.sector_size = 256;
  lab_set(&lab, "recovery", "manual");
  lab_set(&lab, "alignment", "32");
  lab.plan.faults[PC_FAULT_PREFIX] = lab.plan.faults[PC_FAULT_BIT_ROT] = true;
  lab.plan.depth = 2;
  lab.plan.samples = 20;
  lab_explore(&lab, &run);
  cr_expect_eq(run.outcome, PC_OK, "%s", run.error.message);
  cr_expect_eq(lab_failures(&run, PC_MOUNTABLE), 0);
  lab_run_free(&run);
  lab_close(&lab);
}

/* A copy that rots under a running store, and flash that fails. */
Test(store_norkv, answers_with_data_loss_and_flash_errors) {
  struct bench bench;
  uint8_t read[16];
  size_t size;
  const uint8_t zero = 0;
  uint32_t count = 0;
  struct pc_bytes key = {(const uint8_t *)"a", 1}, value = {(const uint8_t *)"12345678", 8};
  bench_open(&bench, pc_store_named("norkv"), 4, "put a 01\n");
  bench_start(&bench);
  cr_assert_eq(pc_target_put(&bench.target, key, value), PC_STATUS_OK);
  struct pc_flash flash = pc_device_port(bench.device);
  struct pc_flash_operation entry = pc_device_journalled(bench.device, 0);
  cr_assert_eq(flash.program(flash.context, entry.address + 17, &zero, 1), PC_FLASH_OK);
  cr_expect_eq(pc_target_get(&bench.target, key, read, sizeof read, &size), PC_STATUS_DATA_LOSS);
  pc_device_set_budget(bench.device, (struct pc_budget){0});
  cr_expect_eq(bench.target.store->get(bench.target.memory, key, read, sizeof read, &size), PC_STATUS_FLASH_ERROR);
  cr_expect_eq(bench.target.store->put(bench.target.memory, key, value), PC_STATUS_FLASH_ERROR);
  cr_expect_eq(bench.target.store->iterate(bench.target.memory, count_key, &count), PC_STATUS_FLASH_ERROR);
  cr_expect_eq(bench.target.store->maintain(bench.target.memory, PC_MAINTAIN_HEAVY), PC_STATUS_FLASH_ERROR);
  cr_expect_eq(bench.target.store->start(bench.target.memory, &bench.target.setup), PC_STATUS_FLASH_ERROR);
  bench_close(&bench);
}

static struct pc_store_promises promised_with(const char *name, const char *value) {
  struct lab lab;
  struct pc_device *device;
  struct pc_target target;
  struct pc_error error = {{0}};
  lab_open(&lab, pc_store_named("norkv"), 5, "put a 01\n");
  lab_set(&lab, name, value);
  cr_assert_eq(pc_device_create(&device, &lab.profile, 5, &error), PC_OK);
  cr_assert_eq(pc_target_open(&target, lab.subject.store, device, lab.parameters, PARAMETER_COUNT, 2, &error), PC_OK,
               "%s", error.message);
  struct pc_store_promises promises = target.promises;
  pc_target_close(&target);
  pc_device_destroy(device);
  lab_close(&lab);
  return promises;
}

/* 5 sectors, one copy: 3 turns and a copy, and for recovery 2 turns more; 3 where cuts interrupted erases. */
Test(store_norkv, promises_the_work_that_norkv_states) {
  struct pc_store_promises promises = promised_with("policy", "greedy");
  cr_expect_eq(promises.bounds[PC_CALL_PUT].erases, 16 + 10 + 3);
  cr_expect_eq(promises.bounds[PC_CALL_START].erases, 16 + 10 + 1 + 3);
  cr_expect_eq(promises.bounds[PC_CALL_MAINTAIN_PARTIAL].erases, 16 + 10 + 1 + 3);
  cr_expect_eq(promises.bounds[PC_CALL_MAINTAIN_HEAVY].erases, 16 + 10 + 16 + 3);
  /* of 128 bytes: 4 entries of 32, one more call of the port, and the erase; the put programs an entry besides */
  cr_expect_eq(promises.bounds[PC_CALL_PUT].flash_operations, UINT64_C(30) * 6);
  cr_expect_eq(promises.wear_spread, 0);
  promises = promised_with("policy", "hybrid");
  cr_expect_eq(promises.bounds[PC_CALL_PUT].erases, 46 + 10 + 3);
  cr_expect_eq(promises.wear_spread, 18);
  cr_expect(promises.wear_spread_by_start);
  promises = promised_with("policy", "circular");
  cr_expect_eq(promises.wear_spread, 1);
  cr_expect_not(promises.wear_spread_by_start);
  promises = promised_with("recovery", "lazy");
  cr_expect_eq(promises.bounds[PC_CALL_START].erases, 1);
}
