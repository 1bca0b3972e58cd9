/* Damage that takes more than it hits. */
#include <criterion/criterion.h>

#include "plugins/wrapped.h"
#include "powercut/armed.h"
#include "test_model_help.h"

static bool forgets; /* once a start has met the damaged byte, "b" is not there */

static enum pc_status forgetting_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity,
                                     size_t *size) {
  return forgets && key.data[0] == 'b' ? PC_STATUS_NOT_FOUND : wrapped_get(memory, key, buffer, capacity, size);
}

static enum pc_status iterate_nothing(void *memory, pc_visit visit, void *context) {
  (void)memory;
  (void)visit;
  (void)context;
  return PC_STATUS_OK;
}

static const struct pc_store forgetful = {
    .api = PC_STORE_API,
    .name = "forgetful",
    .summary = "norkv, which forgets more than was damaged",
    .configure = wrapped_configure,
    .start = wrapped_start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = forgetting_get,
    .iterate = iterate_nothing,
};

/* The report is of a recovery after a bit of the entry in the first sector that begins at `address` has rotted. */
static void rot(struct bench *bench, uint32_t address, bool forget) {
  struct pc_error error;
  forgets = false;
  bench_open(bench, &forgetful, 4, "put a 01\nput b 02\nput c 03\n");
  bench_start(bench);
  for (uint32_t i = 0; i < 3; i++) {
    (void)bench_run(bench, i);
  }
  const struct pc_armed_fault fault = {.kind = PC_ARMED_BIT_ROT, .address = address + 16, .size = 1, .bits = 1};
  cr_assert_eq(pc_device_arm(bench->device, &fault, &error), PC_OK);
  forgets = forget;
  bench_recover(bench);
}

#define ENTRY 32u /* bytes of each of them */

Test(model_whole, a_key_whose_entry_is_whole_is_read) {
  struct bench bench;
  rot(&bench, 0, true);
  bench_expect(&bench, PC_DURABLE, "b", "1 bytes: 02", "NOT_FOUND, though its entry is whole on the damaged flash");
  bench_close(&bench);
  rot(&bench, 0, false);
  cr_expect_not(pc_report_failed(&bench.report));
  cr_expect(bench.report.checked[PC_DURABLE] && bench.report.checked[PC_DETECTED]);
  bench_close(&bench);
}

/* What was hit may be lost. */
Test(model_whole, a_key_whose_entry_is_damaged_may_be_gone) {
  struct bench bench;
  rot(&bench, ENTRY, true);
  cr_expect_not(pc_report_failed(&bench.report));
  bench_close(&bench);
}

static enum pc_status full_remove(void *memory, struct pc_bytes key) {
  (void)memory;
  (void)key;
  return PC_STATUS_FULL;
}

/* An older value may have come back, and there is no room to delete it. */
Test(model_whole, a_deleted_key_may_be_there_again) {
  static const struct pc_armed_fault fault = {.kind = PC_ARMED_BIT_ROT, .address = 16, .size = 1, .bits = 1};
  for (int rots = 0; rots < 2; rots++) {
    struct pc_store store = forgetful;
    struct bench bench;
    struct pc_error error;
    forgets = false;
    store.remove = full_remove;
    bench_open(&bench, &store, 4, "put a 01\ndelete b\n");
    bench_start(&bench);
    (void)bench_run(&bench, 0);
    if (rots == 1) {
      cr_assert_eq(pc_device_arm(bench.device, &fault, &error), PC_OK);
    }
    cr_expect_eq(bench_run(&bench, 1), PC_STATUS_FULL);
    cr_expect_eq(bench.report.failed[PC_WRITABLE], rots == 0);
    bench_close(&bench);
  }
}
