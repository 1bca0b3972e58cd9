/* What shows only at a store's limits: each lie holds everywhere else. */
#include <criterion/criterion.h>

#include "plugins/wrapped.h"
#include "test_model_help.h"

static enum lie {
  NO_LIE,
  LARGEST_REFUSED,
  LONGEST_KEY_REFUSED,
  LONGEST_KEY_NOT_THERE,
  LONGEST_CUT_SHORT,
  LESS_ROOM,
  STATES_TOO_MUCH,
  LARGEST_CUT_SHORT,
  LOSES_WHEN_FULL,
  SPOILS_ANOTHER,
  COMPARES_A_PREFIX
} lie;
static bool was_full;

#define LARGEST (128u - 16u - 63u) /* under the longest key */

static enum pc_status lying_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                      char *message, size_t size) {
  enum pc_status status = wrapped_configure(setup, promises, message, size);
  promises->max_value_size += lie == STATES_TOO_MUCH ? 64 : 0;
  return status;
}

static enum pc_status lying_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  if (lie == LARGEST_REFUSED && value.size == LARGEST) {
    return PC_STATUS_FULL;
  }
  if (lie == LONGEST_KEY_REFUSED && key.size == 63) {
    return PC_STATUS_INVALID;
  }
  if (lie == LONGEST_KEY_NOT_THERE && key.size == 63) {
    return PC_STATUS_OK;
  }
  if ((lie == LONGEST_CUT_SHORT && value.size == 128 - 16 - key.size) ||
      (lie == LARGEST_CUT_SHORT && value.size == LARGEST)) {
    value.size--;
  }
  const struct pc_bytes first = {.data = (const uint8_t *)"a", .size = 1};
  if (lie == SPOILS_ANOTHER && !pc_bytes_equal(key, first)) {
    (void)wrapped_remove(memory, first);
  }
  enum pc_status status = wrapped_put(memory, key, value);
  was_full = was_full || status == PC_STATUS_FULL;
  return status;
}

static enum pc_status lying_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  key.size = lie == COMPARES_A_PREFIX ? 1 : key.size;
  if (lie == LOSES_WHEN_FULL && was_full) {
    return PC_STATUS_NOT_FOUND;
  }
  return wrapped_get(memory, key, buffer, capacity, size);
}

/* Four times as much as norkv promises, more than it has. */
static bool lying_must_accept(const struct pc_store_setup *setup, const struct pc_usage *usage, size_t key_size,
                              size_t value_size) {
  struct pc_usage used = *usage;
  used.live_footprint /= lie == LESS_ROOM ? 4 : 1;
  return wrapped_must_accept(setup, &used, key_size, value_size);
}

static const struct pc_store liar = {
    .api = PC_STORE_API,
    .name = "liar",
    .summary = "norkv, which lies at its limits",
    .configure = lying_configure,
    .start = wrapped_start,
    .put = lying_put,
    .remove = wrapped_remove,
    .get = lying_get,
    .iterate = wrapped_iterate,
    .maintain = wrapped_maintain,
    .sector_report = wrapped_sector_report,
    .footprint = wrapped_footprint,
    .must_accept = lying_must_accept,
};

/* The aftermath of a recovery with nothing in flight; the report is of it. */
static void go_on(struct bench *bench, const struct pc_store *store, enum lie about) {
  struct pc_error error;
  lie = about;
  was_full = false;
  bench_open(bench, store, 4,
             "put a 01\nput b 02\nput c 03\nput d 04\nput a 05\ndelete c\nput e 06\nput f 07\nput g 08\nput h 09\n");
  bench_run_all(bench);
  bench_recover(bench);
  cr_assert_not(pc_report_failed(&bench->report));
  struct pc_expectation expectation = {.model = &bench->model};
  pc_report_clear(&bench->report);
  const struct pc_aftermath_plan plan = {.key_count = bench->lab.workload.key_count};
  cr_assert_eq(pc_check_aftermath(bench->checker, &expectation, &plan, &bench->report, &error), PC_OK);
}

static void expect_found(enum lie about, enum pc_invariant invariant) {
  struct bench bench;
  go_on(&bench, &liar, about);
  cr_expect(bench.report.failed[invariant], "%d", about);
  bench_close(&bench);
}

Test(model_fill, a_store_that_keeps_its_word_at_its_limits_passes) {
  struct bench bench;
  go_on(&bench, &liar, NO_LIE);
  cr_expect_not(pc_report_failed(&bench.report));
  bench_close(&bench);
}

Test(model_fill, the_largest_value_that_is_stated_is_taken) {
  expect_found(LARGEST_REFUSED, PC_WRITABLE);
  expect_found(STATES_TOO_MUCH, PC_WRITABLE);
}

Test(model_fill, the_longest_key_that_is_stated_is_taken) {
  expect_found(LONGEST_KEY_REFUSED, PC_WRITABLE);
  expect_found(LONGEST_KEY_NOT_THERE, PC_WRITABLE);
}

Test(model_fill, a_longer_value_that_is_taken_reads_back) {
  expect_found(LONGEST_CUT_SHORT, PC_DURABLE);
}

Test(model_fill, all_of_the_room_that_is_promised_is_there) {
  expect_found(LESS_ROOM, PC_WRITABLE);
}

/* Without a room promise, what is stated of values may be a guess. */
Test(model_fill, a_store_without_a_room_promise_is_held_to_none) {
  struct pc_store plain = liar;
  plain.must_accept = NULL;
  static const enum lie excused[] = {LARGEST_REFUSED, LONGEST_KEY_REFUSED, LESS_ROOM, STATES_TOO_MUCH};
  for (size_t i = 0; i < sizeof excused / sizeof excused[0]; i++) {
    struct bench bench;
    go_on(&bench, &plain, excused[i]);
    cr_expect_not(pc_report_failed(&bench.report), "%d", excused[i]);
    bench_close(&bench);
  }
}

Test(model_fill, a_store_without_a_room_promise_is_filled_all_the_same) {
  struct pc_store plain = liar;
  plain.must_accept = NULL;
  static const enum lie found[] = {LARGEST_CUT_SHORT, LOSES_WHEN_FULL};
  for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
    struct bench bench;
    go_on(&bench, &plain, found[i]);
    cr_expect(bench.report.failed[PC_DURABLE], "%d", found[i]);
    bench_close(&bench);
  }
}

Test(model_fill, keys_that_are_alike_are_told_apart) {
  expect_found(COMPARES_A_PREFIX, PC_EXACT_CONTENTS);
}

Test(model_fill, a_put_leaves_other_keys_as_they_are) {
  struct bench bench;
  lie = NO_LIE;
  bench_open(&bench, &liar, 4, "put a 01\nput b 02\n");
  bench_run_all(&bench);
  lie = SPOILS_ANOTHER;
  bench_recover(&bench);
  bench_expect(&bench, PC_DURABLE, "a", "1 bytes: 01", "NOT_FOUND (after another key was put and deleted)");
  bench_close(&bench);
}
