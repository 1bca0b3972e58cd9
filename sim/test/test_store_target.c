/* A target: power on and off, memory, budgets. */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/wrapped.h"
#include "test_model_help.h"

/* norkv, which takes memory from the host when it starts. Shared by the processes of an exploration. */
static struct ledger {
  atomic_uint_fast64_t starts, stops;
  atomic_bool answered; /* the flash, when the power was off */
} * ledger;
static bool start_fails;

struct taker {
  void *taken;
  struct pc_flash flash;
};

static struct taker *taker(void *memory) {
  return memory;
}

static void *inner(void *memory) {
  return (uint8_t *)memory + 64;
}

static enum pc_status taker_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                      char *message, size_t size) {
  enum pc_status status = wrapped_configure(setup, promises, message, size);
  promises->memory_size += 64;
  return status;
}

static enum pc_status taker_start(void *memory, const struct pc_store_setup *setup) {
  for (size_t i = 0; i < sizeof(struct taker); i++) {
    cr_assert_eq(((const uint8_t *)memory)[i], 0xA5);
  }
  ledger->starts++;
  taker(memory)->taken = malloc(1000);
  taker(memory)->flash = setup->flash;
  return start_fails ? PC_STATUS_FAILED : wrapped_start(inner(memory), setup);
}

static void taker_stop(void *memory) {
  const struct pc_flash *flash = &taker(memory)->flash;
  uint8_t byte = 0;
  if (flash->read(flash->context, 0, &byte, 1) != PC_FLASH_STOPPED ||
      flash->program(flash->context, 0, &byte, 1) != PC_FLASH_STOPPED ||
      flash->erase(flash->context, 0) != PC_FLASH_STOPPED) {
    ledger->answered = true;
  }
  free(taker(memory)->taken);
  ledger->stops++;
}

static enum pc_status taker_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  return wrapped_put(inner(memory), key, value);
}

static enum pc_status taker_remove(void *memory, struct pc_bytes key) {
  return wrapped_remove(inner(memory), key);
}

static enum pc_status taker_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  return wrapped_get(inner(memory), key, buffer, capacity, size);
}

static const struct pc_store taking = {
    .api = PC_STORE_API,
    .name = "taking",
    .summary = "takes memory from the host",
    .configure = taker_configure,
    .start = taker_start,
    .put = taker_put,
    .remove = taker_remove,
    .get = taker_get,
    .stop = taker_stop,
};

static void open_ledger(void) {
  ledger = mmap(NULL, sizeof *ledger, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  cr_assert_neq(ledger, MAP_FAILED);
}

TestSuite(store_target, .init = open_ledger);

Test(store_target, stops_a_store_once_for_each_start) {
  struct bench bench;
  bench_open(&bench, &taking, 4, "put a 01\n");
  bench_start(&bench);
  cr_expect_eq(ledger->stops, 0);
  bench_start(&bench);
  cr_expect_eq(ledger->stops, 1);
  pc_target_stop(&bench.target);
  pc_target_stop(&bench.target);
  cr_expect_eq(ledger->stops, 2);
  bench_start(&bench);
  cr_expect_eq(ledger->stops, 2);
  bench_close(&bench);
  cr_expect_eq(ledger->starts, 3);
  cr_expect_eq(ledger->stops, 3);
  cr_expect_not(ledger->answered);
}

Test(store_target, stops_a_store_also_when_its_start_failed) {
  struct bench bench;
  bench_open(&bench, &taking, 4, "put a 01\n");
  start_fails = true;
  cr_expect_eq(pc_target_start(&bench.target), PC_STATUS_FAILED);
  cr_expect_eq(pc_target_start(&bench.target), PC_STATUS_FAILED);
  bench_close(&bench);
  cr_expect_eq(ledger->starts, 2);
  cr_expect_eq(ledger->stops, 2);
}

Test(store_target, is_stopped_as_often_as_it_starts_in_a_whole_exploration) {
  struct lab lab;
  struct lab_run run = {.jobs = 2};
  lab_open_generated(&lab, &taking, 4, 40, 1);
  lab.plan.faults[PC_FAULT_PREFIX] = lab.plan.faults[PC_FAULT_BETWEEN_OPS] = true;
  lab.plan.aftermath = 4;
  lab_explore(&lab, &run);
  cr_expect_eq(run.outcome, PC_OK, "%s", run.error.message);
  cr_expect_eq(run.result.violations, 0);
  cr_expect_gt(run.result.aftermaths, 10);
  cr_expect_gt(ledger->starts, run.result.recoveries);
  cr_expect_eq(ledger->starts, ledger->stops, "%lu starts, %lu stops", (unsigned long)ledger->starts,
               (unsigned long)ledger->stops);
  cr_expect_not(ledger->answered);
  lab_run_free(&run);
  lab_close(&lab);
}

/* A store of a few bytes, whose get does what the test wants. */
static struct pc_flash flash;
static size_t memory_size;
static enum { READ_FOR_EVER, READ_ONCE } get_does;

static enum pc_status tiny_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                     char *message, size_t size) {
  (void)setup;
  (void)message;
  (void)size;
  *promises = (struct pc_store_promises){.memory_size = memory_size, .max_key_size = 1, .max_value_size = 1};
  return PC_STATUS_OK;
}

static enum pc_status tiny_start(void *memory, const struct pc_store_setup *setup) {
  (void)memory;
  flash = setup->flash;
  return PC_STATUS_OK;
}

static enum pc_status tiny_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  (void)key;
  (void)value;
  memset((uint8_t *)memory + memory_size, 0, 16);
  return PC_STATUS_OK;
}

static enum pc_status tiny_remove(void *memory, struct pc_bytes key) {
  (void)key;
  memset((uint8_t *)memory - 4096, 0, 16);
  return PC_STATUS_OK;
}

static enum pc_status tiny_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  (void)memory;
  (void)key;
  (void)size;
  cr_assert_gt(capacity, 0);
  int status = PC_FLASH_OK;
  do {
    status = flash.read(flash.context, 0, buffer, 1);
  } while (get_does == READ_FOR_EVER && status == PC_FLASH_OK);
  return status == PC_FLASH_OK ? PC_STATUS_OK : PC_STATUS_FLASH_ERROR;
}

static const struct pc_store tiny = {
    .api = PC_STORE_API,
    .name = "tiny",
    .summary = "next to nothing",
    .configure = tiny_configure,
    .start = tiny_start,
    .put = tiny_put,
    .remove = tiny_remove,
    .get = tiny_get,
};

Test(store_target, gives_each_call_a_budget_of_its_own) {
  struct bench bench;
  uint8_t buffer[8];
  size_t size = 7;
  bench_open(&bench, &tiny, 2, "put a 01\n");
  bench_start(&bench);
  cr_expect_eq(pc_target_get(&bench.target, (struct pc_bytes){0}, buffer, sizeof buffer, &size), PC_STATUS_FLASH_ERROR);
  cr_expect(pc_device_stopped(bench.device));
  cr_expect_eq(size, 0, "a get that tells no size");
  get_does = READ_ONCE;
  cr_expect_eq(pc_target_get(&bench.target, (struct pc_bytes){0}, buffer, sizeof buffer, &size), PC_STATUS_OK);
  cr_expect_not(pc_device_stopped(bench.device));
  bench_close(&bench);
}

Test(store_target, does_without_what_a_store_has_not) {
  struct bench bench;
  struct pc_sector_report report = {.free_bytes = 7};
  bench_open(&bench, &tiny, 2, "put a 01\n");
  bench_start(&bench);
  cr_expect_eq(pc_target_iterate(&bench.target, NULL, NULL), PC_STATUS_OK);
  cr_expect_eq(pc_target_maintain(&bench.target, PC_MAINTAIN_FULL), PC_STATUS_OK);
  cr_expect_eq(pc_target_sector_report(&bench.target, 0, &report), PC_STATUS_INVALID);
  cr_expect_eq(report.free_bytes, 0);
  bench_close(&bench);
}

/* Whether the call is the end of its process. */
static bool is_fatal(struct bench *bench, enum pc_operation_kind kind) {
  pid_t child = fork();
  cr_assert_geq(child, 0);
  if (child == 0) {
    if (kind == PC_PUT) {
      (void)pc_target_put(&bench->target, (struct pc_bytes){0}, (struct pc_bytes){0});
    } else {
      (void)pc_target_remove(&bench->target, (struct pc_bytes){0});
    }
    _exit(0);
  }
  int status = 0;
  cr_assert_eq(waitpid(child, &status, 0), child);
  return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

Test(store_target, guards_the_memory_of_a_store_on_both_sides) {
  for (memory_size = 0; memory_size <= 8192; memory_size += 1024) {
    struct bench bench;
    bench_open(&bench, &tiny, 2, "put a 01\n");
    bench_start(&bench);
    cr_expect_eq((uintptr_t)bench.target.memory % _Alignof(max_align_t), 0);
    cr_expect(is_fatal(&bench, PC_PUT), "writing behind %zu bytes", memory_size);
    cr_expect(is_fatal(&bench, PC_DELETE), "writing before %zu bytes", memory_size);
    bench_close(&bench);
  }
}

Test(store_target, says_why_a_store_refuses_its_setup) {
  struct lab lab;
  struct pc_device *device;
  struct pc_target target;
  struct pc_error error;
  lab_open(&lab, pc_store_named("norkv"), 4, "put a 01\n");
  lab_set(&lab, "redundancy", "4");
  cr_assert_eq(pc_device_create(&device, &lab.profile, 4, &error), PC_OK);
  cr_expect_eq(
      pc_target_open(&target, lab.subject.store, device, lab.parameters, lab.subject.parameter_count, 1, &error),
      PC_BAD_INPUT);
  cr_expect_str_eq(error.message,
                   "norkv refuses its setup: norkv takes 2 to 65535 sectors of at least 128 bytes, more sectors than "
                   "copies (here: 4 sectors of 128 bytes, redundancy 4, alignment 1)");
  pc_device_destroy(device);
  lab_close(&lab);
}

Test(store_target, is_out_of_memory_where_a_store_wants_more_than_there_is) {
  struct lab lab;
  struct pc_device *device;
  struct pc_target target;
  struct pc_error error;
  lab_open(&lab, &tiny, 2, "put a 01\n");
  cr_assert_eq(pc_device_create(&device, &lab.profile, 2, &error), PC_OK);
  memory_size = SIZE_MAX;
  cr_expect_eq(pc_target_open(&target, &tiny, device, NULL, 0, 1, &error), PC_ENVIRONMENT);
  memory_size = SIZE_MAX / 8;
  cr_expect_eq(pc_target_open(&target, &tiny, device, NULL, 0, 1, &error), PC_ENVIRONMENT);
  pc_target_close(&target);
  pc_device_destroy(device);
  lab_close(&lab);
}

/* What a store promises of its image is checked before anything runs. */
static struct pc_image_layout layout;

static enum pc_status layout_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                       char *message, size_t size) {
  enum pc_status status = tiny_configure(setup, promises, message, size);
  promises->has_layout = true;
  promises->layout = layout;
  return status;
}

Test(store_target, must_promise_a_layout_that_can_be) {
  struct lab lab;
  struct pc_store store = tiny;
  struct lab_run run = {.jobs = 1};
  store.configure = layout_configure;
  lab_open(&lab, &store, 2, "put a 01\n");
  layout = (struct pc_image_layout){.sector_size = 128,
                                    .sector_count = 2,
                                    .alignment = 3,
                                    .redundancy = 1,
                                    .formats = {{.magic = 1}},
                                    .format_count = 1};
  lab_explore(&lab, &run);
  cr_expect_eq(run.outcome, PC_BAD_INPUT);
  cr_expect_not_null(strstr(run.error.message, "tiny promises a layout that can't be: "), "%s", run.error.message);
  layout.alignment = 1;
  layout.sector_count = 3;
  lab_explore(&lab, &run);
  cr_expect_eq(run.outcome, PC_BAD_INPUT);
  cr_expect_str_eq(run.error.message, "tiny promises a layout of 3 sectors of 128 bytes, the device has 256 bytes");
  lab_run_free(&run);
  lab_close(&lab);
}
