/* A store is held to what it states of its own work: bounds of its calls, and the spread of erase counts. */
#include <stdio.h>

#include "plugins/wrapped.h"
#include "powercut/armed.h"
#include "test_model_help.h"

/* What norkv, as it is wrapped here, states. One process, one store. */
static struct pc_store_promises stated;

static enum pc_status stating_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                        char *message, size_t size) {
  enum pc_status status = wrapped_configure(setup, promises, message, size);
  memcpy(promises->bounds, stated.bounds, sizeof promises->bounds);
  promises->wear_spread = stated.wear_spread;
  promises->wear_spread_by_start = stated.wear_spread_by_start;
  return status;
}

static const struct pc_store stating = {
    WRAPPED_STORE,
    .configure = stating_configure,
    .start = wrapped_start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .iterate = wrapped_iterate,
    .sector_report = wrapped_sector_report,
};

/* Operation PUT has to collect a sector first. */
static const char trace[] =
    "put a 0a\nput b 0b0b\nput a 0a0a\ndelete b\n"
    "put a 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
    "put c 01\nput a 0c\nput a 0d\nmaintain partial\nput a 0e\nput a 0f\nput a 10\nmaintain full\n"
    "put a 11\nput a 12\nput b 01\nput a 13\nput a 14\nput a 15\nput a 16\nput b 02\n"
    "put a 21\nput a 22\nput a 23\nput a 24\nput a 25\nput a 26\nput a 27\nput a 28\nmaintain heavy\nreboot\n";
enum { DELETE = 3, PUT = 26, PARTIAL = 8, FULL = 12, HEAVY = 29, REBOOT = 30 };

/* Runs the trace up to operation `last`, of which the report is. */
static void run_to(struct bench *bench, uint32_t last) {
  bench_open(bench, &stating, 4, trace);
  bench_start(bench);
  bench->target.work = (struct pc_work){0};
  for (uint32_t i = 0; i <= last; i++) {
    if (i == REBOOT) {
      bench_recover(bench);
    } else {
      (void)bench_run(bench, i);
    }
  }
}

static bool holds(uint32_t operation) {
  struct bench bench;
  run_to(&bench, operation);
  bool held = !bench.report.failed[PC_BOUNDED];
  cr_expect(bench.report.checked[PC_BOUNDED]);
  bench_close(&bench);
  return held;
}

/* The least bound of the figure that the operation keeps is what the evidence of one less says that it did. */
static void expect_bound(uint32_t operation, const char *call, uint64_t *figure, const char *unit) {
  struct bench bench;
  char expected[100], actual[100];
  *figure = 1;
  while (!holds(operation)) {
    (*figure)++;
    cr_assert_lt(*figure, 5000, "%s: %s", call, unit);
  }
  uint64_t done = *figure;
  cr_expect_gt(done, 1, "%s: %s", call, unit);
  *figure = done - 1;
  (void)snprintf(expected, sizeof expected, "%s: at most %llu %s", call, (unsigned long long)*figure, unit);
  (void)snprintf(actual, sizeof actual, "%llu %s", (unsigned long long)done, unit);
  run_to(&bench, operation);
  bench_expect(&bench, PC_BOUNDED, NULL, expected, actual);
  bench_close(&bench);
  *figure = 0;
}

Test(model_work, of_each_call_is_held_against_its_bound) {
  expect_bound(PUT, "a put", &stated.bounds[PC_CALL_PUT].flash_operations, "flash operations");
  expect_bound(PUT, "a put", &stated.bounds[PC_CALL_PUT].read_bytes, "bytes read");
  expect_bound(DELETE, "a delete", &stated.bounds[PC_CALL_REMOVE].read_bytes, "bytes read");
  expect_bound(PARTIAL, "partial maintenance", &stated.bounds[PC_CALL_MAINTAIN_PARTIAL].read_bytes, "bytes read");
  expect_bound(FULL, "full maintenance", &stated.bounds[PC_CALL_MAINTAIN_FULL].read_bytes, "bytes read");
  expect_bound(HEAVY, "heavy maintenance", &stated.bounds[PC_CALL_MAINTAIN_HEAVY].erases, "erases");
  expect_bound(REBOOT, "a start", &stated.bounds[PC_CALL_START].read_bytes, "bytes read");
}

Test(model_work, is_not_checked_where_nothing_is_promised) {
  struct bench bench;
  run_to(&bench, HEAVY);
  pc_check_wear(bench.checker, false, &bench.report);
  cr_expect_not(bench.report.checked[PC_BOUNDED]);
  cr_expect_not(bench.report.checked[PC_WEAR_SPREAD]);
  bench_close(&bench);
}

/* A flash operation that failed costs work that no store can state a bound for. */
Test(model_work, is_not_checked_on_a_part_with_faults) {
  struct bench bench;
  const struct pc_armed_fault fault = {.kind = PC_ARMED_PROGRAM_ERROR, .address = 0, .size = 512, .count = 1};
  struct pc_error error;
  stated.bounds[PC_CALL_PUT].read_bytes = 1;
  stated.wear_spread = 1;
  bench_open(&bench, &stating, 4, trace);
  bench_start(&bench);
  cr_assert_eq(pc_device_arm(bench.device, &fault, &error), PC_OK, "%s", error.message);
  (void)bench_run(&bench, 0);
  pc_check_wear(bench.checker, false, &bench.report);
  cr_expect_not(bench.report.checked[PC_BOUNDED]);
  cr_expect_not(bench.report.checked[PC_WEAR_SPREAD]);
  bench_close(&bench);
}

static void erase(struct bench *bench, uint32_t sector, uint32_t times) {
  struct pc_flash flash = pc_device_port(bench->device);
  for (uint32_t i = 0; i < times; i++) {
    cr_assert_eq(flash.erase(flash.context, sector * flash.sector_size), PC_FLASH_OK);
  }
}

static bool spread_holds(struct bench *bench, bool started) {
  pc_report_clear(&bench->report);
  pc_check_wear(bench->checker, started, &bench->report);
  return !bench->report.failed[PC_WEAR_SPREAD];
}

Test(model_work, may_wear_sectors_as_unevenly_as_is_stated) {
  struct bench bench;
  stated.wear_spread = 2;
  bench_open(&bench, &stating, 4, "put a 0a\nreboot\n");
  bench_start(&bench);
  cr_expect(spread_holds(&bench, true));
  erase(&bench, 1, 2);
  cr_expect(spread_holds(&bench, false));
  cr_expect(bench.report.checked[PC_WEAR_SPREAD]);
  cr_expect(spread_holds(&bench, false));
  cr_expect_not(bench.report.checked[PC_WEAR_SPREAD], "nothing was erased since");
  (void)bench_run(&bench, 0);
  cr_expect(spread_holds(&bench, true), "a start");
  erase(&bench, 1, 1);
  cr_expect_not(spread_holds(&bench, false), "counted from before the start");
  bench_expect(&bench, PC_WEAR_SPREAD, NULL, "erase counts within 2 of each other",
               "3 erases of sector 1, 0 of sector 0");
  bench_close(&bench);
}

Test(model_work, wears_evenly_from_start_to_start_where_no_more_is_stated) {
  struct bench bench;
  stated.wear_spread = 2;
  stated.wear_spread_by_start = true;
  bench_open(&bench, &stating, 4, "put a 0a\n");
  bench_start(&bench);
  (void)bench_run(&bench, 0);
  for (int starts = 0; starts < 3; starts++) {
    cr_expect(spread_holds(&bench, true));
    erase(&bench, 3, 2);
    cr_expect(spread_holds(&bench, false));
  }
  erase(&bench, 3, 1);
  cr_expect_not(spread_holds(&bench, false));
  bench_expect(&bench, PC_WEAR_SPREAD, NULL, "erase counts since the last start within 2 of each other",
               "3 erases of sector 3, 0 of sector 0");
  bench_close(&bench);
}

Test(model_work, wears_evenly_from_where_the_device_was_made_blank) {
  struct bench bench;
  stated.wear_spread = 2;
  bench_open(&bench, &stating, 4, "put a 0a\n");
  bench_start(&bench);
  (void)bench_run(&bench, 0);
  cr_expect(spread_holds(&bench, true));
  erase(&bench, 1, 2);
  pc_begin_wear(bench.checker);
  erase(&bench, 1, 2);
  cr_expect(spread_holds(&bench, false), "counted from before");
  erase(&bench, 1, 1);
  cr_expect_not(spread_holds(&bench, false));
  bench_expect(&bench, PC_WEAR_SPREAD, NULL, "erase counts within 2 of each other",
               "3 erases of sector 1, 0 of sector 0");
  bench_close(&bench);
}

/* Nothing can be remembered of a blank partition. */
Test(model_work, wears_evenly_from_a_start_on_a_blank_partition_on) {
  struct bench bench;
  stated.wear_spread = 2;
  bench_open(&bench, &stating, 4, "put a 0a\n");
  bench_start(&bench);
  erase(&bench, 3, 2);
  cr_expect(spread_holds(&bench, true));
  erase(&bench, 3, 2);
  cr_expect(spread_holds(&bench, false));
  bench_close(&bench);
}
