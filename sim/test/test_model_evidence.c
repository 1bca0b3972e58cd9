/* Each lie of a store is told under its name, with the key, what was expected and what was found. */
#include <stdlib.h>

#include "plugins/wrapped.h"
#include "test_model_help.h"

/* What norkv, as it is wrapped here, lies about. One process, one store. */
static enum lie {
  NO_LIE,
  GET_NOTHING,      /* answers OK and the size, and doesn't fill in the value */
  GET_OLD,          /* answers with the first value that it has */
  GET_LONGER,       /* answers with a size beyond the buffer */
  GET_FAILED,       /* answers FAILED */
  VISIT_UNKNOWN,    /* a key that was never put */
  VISIT_NAMELESS,   /* a key of no bytes, at no address */
  VISIT_LONG,       /* a key that is longer than any */
  VISIT_TWICE,      /* each key */
  VISIT_NONE,       /* no key */
  ITERATE_FAILED,   /* answers FAILED */
  FULL_BUT_CHANGED, /* a put deletes the key and answers FULL */
  KEPT,             /* a delete answers OK and deletes nothing */
  LOST,             /* a delete answers NOT_FOUND and deletes */
  DELETE_FAILED,    /* answers FAILED */
  PUT_FAILED,       /* answers FAILED */
  MAINTAIN_FAILED,  /* answers DATA_LOSS */
  START_FAILED,     /* answers FAILED */
  START_SECOND,     /* only the first start after the lie began answers OK */
  REPORT_FAILED,    /* a sector's report answers INVALID */
  FREE_INVENTED,    /* a sector's report tells of more free space than there is */
  PUT_NOTHING,      /* a put answers OK and puts nothing */
} lie;
static uint32_t starts;

static enum pc_status lying_start(void *memory, const struct pc_store_setup *setup) {
  enum pc_status status = wrapped_start(memory, setup);
  starts++;
  return lie == START_FAILED || (lie == START_SECOND && starts > 1) ? PC_STATUS_FAILED : status;
}

static enum pc_status lying_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  if (lie == PUT_FAILED || lie == PUT_NOTHING) {
    return lie == PUT_FAILED ? PC_STATUS_FAILED : PC_STATUS_OK;
  }
  if (lie == FULL_BUT_CHANGED) {
    (void)wrapped_remove(memory, key);
    return PC_STATUS_FULL;
  }
  return wrapped_put(memory, key, value);
}

static enum pc_status lying_remove(void *memory, struct pc_bytes key) {
  if (lie == KEPT || lie == DELETE_FAILED) {
    return lie == KEPT ? PC_STATUS_OK : PC_STATUS_FAILED;
  }
  enum pc_status status = wrapped_remove(memory, key);
  return lie == LOST ? PC_STATUS_NOT_FOUND : status;
}

static enum pc_status lying_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  static const uint8_t old[] = {0x0A};
  uint8_t value[128];
  if (lie == GET_FAILED) {
    return PC_STATUS_FAILED;
  }
  enum pc_status status =
      wrapped_get(memory, key, lie == GET_NOTHING ? value : buffer, lie == GET_NOTHING ? sizeof value : capacity, size);
  if (status == PC_STATUS_OK && lie == GET_OLD) {
    buffer[0] = old[0];
    *size = 1;
  } else if (status == PC_STATUS_OK && lie == GET_LONGER) {
    *size = SIZE_MAX;
  }
  return status;
}

static enum pc_status lying_iterate(void *memory, pc_visit visit, void *context) {
  static const uint8_t unknown[300] = {'?', '?'};
  switch (lie) {
    case VISIT_UNKNOWN:
      visit(context, (struct pc_bytes){.data = unknown, .size = 2});
      break;
    case VISIT_NAMELESS:
      visit(context, (struct pc_bytes){.data = NULL, .size = 0});
      break;
    case VISIT_LONG:
      visit(context, (struct pc_bytes){.data = unknown, .size = sizeof unknown});
      break;
    case VISIT_TWICE:
      (void)wrapped_iterate(memory, visit, context);
      break;
    case VISIT_NONE:
      return PC_STATUS_OK;
    case ITERATE_FAILED:
      return PC_STATUS_FAILED;
    default:
      break;
  }
  return wrapped_iterate(memory, visit, context);
}

static enum pc_status lying_maintain(void *memory, enum pc_maintenance level) {
  return lie == MAINTAIN_FAILED ? PC_STATUS_DATA_LOSS : wrapped_maintain(memory, level);
}

static enum pc_status lying_report(void *memory, uint32_t sector, struct pc_sector_report *report) {
  enum pc_status status = wrapped_sector_report(memory, sector, report);
  report->free_bytes += lie == FREE_INVENTED ? 16 : 0;
  return lie == REPORT_FAILED ? PC_STATUS_INVALID : status;
}

static const struct pc_store liar = {
    .api = PC_STORE_API,
    .name = "liar",
    .summary = "norkv, which lies",
    .configure = wrapped_configure,
    .start = lying_start,
    .put = lying_put,
    .remove = lying_remove,
    .get = lying_get,
    .iterate = lying_iterate,
    .maintain = lying_maintain,
    .sector_report = lying_report,
    .footprint = wrapped_footprint,
    .must_accept = wrapped_must_accept,
};

static const char trace[] = "put a 0a\nput b 0b0b\nput c 0c\ndelete c\nput a 0a0a\n";

/* The contents are those of the trace; from the next start on the store lies. */
static void open_liar(struct bench *bench, enum lie about) {
  lie = NO_LIE;
  bench_open(bench, &liar, 4, trace);
  bench_run_all(bench);
  lie = about;
  starts = 0;
}

static void expect_found(enum lie about, enum pc_invariant invariant, const char *key, const char *expected,
                         const char *actual) {
  struct bench bench;
  open_liar(&bench, about);
  bench_recover(&bench);
  bench_expect(&bench, invariant, key, expected, actual);
  bench_close(&bench);
}

Test(model_evidence, of_a_store_that_does_not_lie_is_none) {
  struct bench bench;
  open_liar(&bench, NO_LIE);
  bench_recover(&bench);
  cr_expect_not(pc_report_failed(&bench.report));
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    bool elsewhere = invariant == PC_ATOMIC || invariant == PC_DETECTED || invariant == PC_WEAR_SPREAD;
    cr_expect_eq(bench.report.checked[invariant], !elsewhere);
  }
  bench_close(&bench);
}

Test(model_evidence, of_a_start_is_what_it_answered) {
  expect_found(START_FAILED, PC_MOUNTABLE, NULL, "the store starts", "it answers FAILED");
}

Test(model_evidence, of_a_get_is_the_value) {
  expect_found(GET_OLD, PC_DURABLE, "a", "2 bytes: 0a0a", "1 bytes: 0a");
  expect_found(GET_FAILED, PC_DURABLE, "a", "2 bytes: 0a0a", "FAILED");
}

/* What a get doesn't fill in is never what an earlier get left there. */
Test(model_evidence, of_a_get_that_fills_in_nothing_is_none_of_an_earlier_get) {
  struct bench bench;
  open_liar(&bench, NO_LIE);
  bench_recover(&bench);
  lie = GET_NOTHING;
  bench_recover(&bench);
  bench_expect(&bench, PC_DURABLE, "a", "2 bytes: 0a0a", "2 bytes: a5a5");
  bench_close(&bench);
}

Test(model_evidence, of_a_get_beyond_the_buffer_ends_with_the_buffer) {
  expect_found(
      GET_LONGER, PC_DURABLE, "a", "2 bytes: 0a0a",
      "177 bytes: 0a0aa5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5"
      "a5...");
}

Test(model_evidence, of_the_iteration_is_the_key) {
  expect_found(VISIT_UNKNOWN, PC_EXACT_CONTENTS, "??", "no such key (it was never put)", "iterating yields it");
  expect_found(VISIT_NAMELESS, PC_EXACT_CONTENTS, "", "no such key (it was never put)", "iterating yields it");
  expect_found(VISIT_TWICE, PC_EXACT_CONTENTS, "a", "once", "iterating yields it twice");
  expect_found(VISIT_NONE, PC_EXACT_CONTENTS, "a", "a live key", "iterating doesn't yield it");
  expect_found(ITERATE_FAILED, PC_EXACT_CONTENTS, NULL, "iterating meets every live key", "iterating answers FAILED");
}

Test(model_evidence, of_a_key_that_is_too_long_is_its_beginning) {
  struct bench bench;
  open_liar(&bench, VISIT_LONG);
  bench_recover(&bench);
  const struct pc_violation *violation = &bench.report.violations[PC_EXACT_CONTENTS];
  cr_assert(bench.report.failed[PC_EXACT_CONTENTS]);
  cr_expect_eq(violation->key.size, PC_MAX_KEY_SIZE);
  cr_expect_eq(violation->key.data[1], '?');
  bench_close(&bench);
}

Test(model_evidence, of_a_sector_is_its_number) {
  expect_found(REPORT_FAILED, PC_WELL_FORMED, NULL, "the store tells of each sector", "INVALID for sector 0");
}

Test(model_evidence, of_free_space_is_both_sizes) {
  expect_found(FREE_INVENTED, PC_WELL_FORMED, NULL, "free space as it is on flash",
               "sector 0: the store would append to 16 bytes, 0 are free");
}

Test(model_evidence, of_the_image_is_the_key_on_flash) {
  struct bench bench;
  lie = NO_LIE;
  bench_open(&bench, &liar, 4, "put a 0a\nput b 0b0b\ndelete b\nput c 0c\n");
  bench_start(&bench);
  (void)bench_run(&bench, 0);
  (void)bench_run(&bench, 1);
  lie = KEPT;
  (void)bench_run(&bench, 2);
  lie = NO_LIE;
  bench_recover(&bench);
  bench_expect(&bench, PC_WELL_FORMED, "b", "no such key", "live on flash, with transaction ID 2");
  bench_expect(&bench, PC_DELETED_STAYS_DELETED, "b", "no such key (it was deleted)", "2 bytes: 0b0b");
  bench_expect(&bench, PC_EXACT_CONTENTS, "b", "no such key", "iterating yields it");
  bench_close(&bench);
}

Test(model_evidence, of_the_image_is_how_many_keys_it_lacks) {
  struct bench bench;
  lie = NO_LIE;
  bench_open(&bench, &liar, 4, "put a 0a\nput b 0b0b\n");
  bench_start(&bench);
  (void)bench_run(&bench, 0);
  lie = PUT_NOTHING;
  (void)bench_run(&bench, 1);
  lie = NO_LIE;
  bench_recover(&bench);
  bench_expect(&bench, PC_WELL_FORMED, NULL, "each live key on flash", "1 of 2 live keys on flash");
  bench_expect(&bench, PC_DURABLE, "b", "2 bytes: 0b0b", "NOT_FOUND");
  bench_close(&bench);
}

Test(model_evidence, of_the_image_is_also_a_key_that_is_not_the_workloads) {
  struct bench bench;
  static const uint8_t name[] = {'z', 'z'};
  lie = NO_LIE;
  bench_open(&bench, &liar, 4, "put a 0a\n");
  bench_run_all(&bench);
  cr_assert_eq(pc_target_put(&bench.target, (struct pc_bytes){name, 2}, (struct pc_bytes){name, 1}), PC_STATUS_OK);
  bench_recover(&bench);
  bench_expect(&bench, PC_WELL_FORMED, "zz", "no such key", "live on flash, with transaction ID 2");
  bench_expect(&bench, PC_EXACT_CONTENTS, "zz", "no such key (it was never put)", "iterating yields it");
  bench_close(&bench);
}

Test(model_evidence, of_the_probe_is_what_failed) {
  const char *expected = "after recovery a put, a get and a delete of a new key work";
  expect_found(PUT_FAILED, PC_WRITABLE, NULL, expected, "the put answers FAILED");
  expect_found(DELETE_FAILED, PC_WRITABLE, NULL, expected, "the delete answers FAILED");
  expect_found(KEPT, PC_WRITABLE, NULL, "no such key (it was deleted)",
               "a new key reads back as 8 bytes: 706f776572637574");
}

/* The keys of evidence outlive what they were read from. */
Test(model_evidence, of_keys_is_a_copy) {
  uint8_t bytes[] = {'k', 'e', 'y'};
  struct pc_bytes key = {.data = bytes, .size = sizeof bytes};
  struct pc_report *report = calloc(1, sizeof *report);
  cr_assert_not_null(report);
  pc_report_fail(report, PC_DURABLE, &key, "it", "%s", "nothing");
  memset(bytes, 0, sizeof bytes);
  cr_expect_arr_eq(report->violations[PC_DURABLE].key.data, "key", 3);
  /* The first evidence stays. */
  pc_report_fail(report, PC_DURABLE, NULL, "that", "something");
  cr_expect(report->violations[PC_DURABLE].has_key);
  cr_expect_str_eq(report->violations[PC_DURABLE].actual, "nothing");
  free(report);
}

/* Expects the next operation, the trace's last with `kind`, to be told. */
static void expect_told(enum lie about, uint32_t operation, enum pc_invariant invariant, const char *key,
                        const char *expected, const char *actual) {
  struct bench bench;
  lie = NO_LIE;
  bench_open(&bench, &liar, 4, "put a 0a\nput b 0b\nput a 0c\ndelete b\ndelete c\nmaintain full\nreboot\nget a\n");
  bench_start(&bench);
  (void)bench_run(&bench, 0);
  (void)bench_run(&bench, 1);
  lie = about;
  starts = 1;
  (void)bench_run(&bench, operation);
  bench_expect(&bench, invariant, key, expected, actual);
  bench_close(&bench);
}

Test(model_evidence, of_a_put_is_its_key) {
  expect_told(PUT_FAILED, 2, PC_WRITABLE, "a", "the put works", "it answers FAILED");
  expect_told(FULL_BUT_CHANGED, 2, PC_WRITABLE, "a", "the put works", "it answers FULL");
  /* FULL says that nothing changed. */
  expect_told(FULL_BUT_CHANGED, 2, PC_DURABLE, "a", "1 bytes: 0a", "NOT_FOUND");
  expect_told(GET_OLD, 2, PC_DURABLE, "a", "1 bytes: 0c", "1 bytes: 0a");
}

Test(model_evidence, of_a_delete_is_its_key) {
  expect_told(KEPT, 3, PC_DELETED_STAYS_DELETED, "b", "no such key (it was deleted)", "1 bytes: 0b");
  expect_told(LOST, 3, PC_DURABLE, "b", "1 bytes: 0b", "the delete answers NOT_FOUND");
  expect_told(DELETE_FAILED, 3, PC_WRITABLE, "b", "the delete works", "it answers FAILED");
  expect_told(DELETE_FAILED, 4, PC_WRITABLE, "c", "the delete finds no such key", "it answers FAILED");
}

Test(model_evidence, of_the_other_operations_is_what_they_answer) {
  expect_told(MAINTAIN_FAILED, 5, PC_WRITABLE, NULL, "the maintenance works", "it answers DATA_LOSS");
  expect_told(START_SECOND, 6, PC_MOUNTABLE, NULL, "the store starts", "it answers FAILED");
  expect_told(GET_FAILED, 7, PC_DURABLE, "a", "1 bytes: 0a", "FAILED");
}
