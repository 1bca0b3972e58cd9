/* The model's bookkeeping: what is kept up to date equals what is computed anew, whatever happens. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "powercut/random.h"
#include "test_model_help.h"

#define KEYS 9u
#define ROUNDS 3000u

/* A store that is never run: footprints and the room promise are all that the model asks of it. */
static struct pc_usage asked;

static enum pc_status none_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                     char *message, size_t size) {
  (void)setup;
  (void)message;
  (void)size;
  *promises = (struct pc_store_promises){.memory_size = 1, .max_key_size = 255, .max_value_size = 255};
  return PC_STATUS_OK;
}

static uint64_t footprint(const struct pc_store_setup *setup, size_t key_size, size_t value_size) {
  (void)setup;
  return 1000 + 100 * key_size + value_size;
}

static bool must_accept(const struct pc_store_setup *setup, const struct pc_usage *usage, size_t key_size,
                        size_t value_size) {
  (void)setup;
  asked = *usage;
  return key_size == 1 && value_size < 10;
}

static const struct pc_store none = {.api = PC_STORE_API,
                                     .name = "none",
                                     .summary = "never runs",
                                     .configure = none_configure,
                                     .footprint = footprint,
                                     .must_accept = must_accept};

/* Keys of one byte and of two; `operations` are the first KEYS, one for each key. */
static void open_bench(struct bench *bench, const struct pc_store *store) {
  char trace[512];
  size_t length = 0;
  for (unsigned i = 0; i < KEYS; i++) {
    length += (size_t)snprintf(trace + length, sizeof trace - length, "put %s%u 00\n", i % 2 ? "k" : "", i);
  }
  bench_open(bench, store, 2, trace);
  cr_assert_eq(bench->lab.workload.key_count, KEYS);
}

static uint8_t bytes[32];

static struct pc_operation draw(struct pc_random *random) {
  struct pc_operation operation = {.kind = pc_random_below(random, 3) == 0 ? PC_DELETE : PC_PUT,
                                   .key = (uint32_t)pc_random_below(random, KEYS)};
  if (operation.kind == PC_PUT) {
    operation.value.data = bytes + pc_random_below(random, 8);
    operation.value.size = pc_random_below(random, 24);
  }
  return operation;
}

/* What the test knows of a key. */
struct known {
  bool live, ever;
  struct pc_bytes value;
};

static void expect_as_known(const struct bench *bench, const struct known *known) {
  struct pc_usage usage = {0};
  for (uint32_t key = 0; key < KEYS; key++) {
    const struct pc_content *content = &bench->model.contents[key];
    cr_assert_eq(content->live, known[key].live);
    cr_assert_eq(content->deleted, !known[key].live && known[key].ever);
    cr_assert_eq(content->hash == 0, !known[key].live);
    if (known[key].live) {
      cr_assert(pc_bytes_equal(content->value, known[key].value));
      usage.live_keys++;
      usage.live_footprint += footprint(NULL, bench->lab.workload.keys[key].size, known[key].value.size);
    }
  }
  cr_assert_eq(bench->model.usage.live_keys, usage.live_keys);
  cr_assert_eq(bench->model.usage.live_footprint, usage.live_footprint);
}

Test(model_contents, are_kept_up_to_date) {
  struct bench bench;
  struct known known[KEYS] = {{0}};
  struct pc_random random = {.state = 11};
  for (size_t i = 0; i < sizeof bytes; i++) {
    bytes[i] = (uint8_t)(i * 37);
  }
  open_bench(&bench, &none);
  for (uint32_t round = 0; round < ROUNDS; round++) {
    struct pc_operation operation = draw(&random);
    struct pc_content outcome = pc_model_outcome(&bench.model, &operation);
    struct known *changed = &known[operation.key];
    uint64_t before = bench.model.hash - bench.model.contents[operation.key].hash;
    pc_model_acknowledge(&bench.model, &operation);
    changed->live = operation.kind == PC_PUT;
    changed->ever = changed->ever || changed->live;
    changed->value = operation.value;
    expect_as_known(&bench, known);
    /* What was to be expected has come. */
    const struct pc_content *content = &bench.model.contents[operation.key];
    cr_assert_eq(outcome.live, content->live);
    cr_assert_eq(outcome.deleted, content->deleted);
    cr_assert_eq(outcome.hash, content->hash);
    cr_assert_eq(bench.model.hash, before + outcome.hash);
  }
  /* A model that goes on from these contents comes to the same. */
  struct pc_model resumed = bench.model;
  struct pc_content contents[KEYS];
  memcpy(contents, bench.model.contents, sizeof contents);
  pc_model_resume(&resumed, contents);
  cr_expect_eq(resumed.hash, bench.model.hash);
  cr_expect_eq(resumed.usage.live_keys, bench.model.usage.live_keys);
  cr_expect_eq(resumed.usage.live_footprint, bench.model.usage.live_footprint);
  /* From then on they are apart. */
  struct pc_operation put = {.kind = PC_PUT, .key = 0, .value = {bytes, 3}};
  pc_model_acknowledge(&resumed, &put);
  expect_as_known(&bench, known);
  bench_close(&bench);
}

/* Equal contents have equal hashes however they came about; of others none were met that have. */
Test(model_contents, are_told_apart_by_their_hash) {
  struct bench bench;
  enum { STATES = 256 };
  uint64_t hashes[STATES];
  open_bench(&bench, &none);
  for (uint32_t state = 0; state < STATES; state++) {
    for (uint32_t key = 0; key < 8; key++) {
      struct pc_operation put = {.kind = PC_PUT, .key = key, .value = {bytes, key % 3}};
      struct pc_operation delete = {.kind = PC_DELETE, .key = key};
      pc_model_acknowledge(&bench.model, &put);
      pc_model_acknowledge(&bench.model, state & 1u << key ? &put : &delete);
    }
    hashes[state] = bench.model.hash;
    for (uint32_t other = 0; other < state; other++) {
      cr_assert_neq(hashes[state], hashes[other], "%u and %u", state, other);
    }
  }
  for (uint32_t key = 0; key < 8; key++) {
    struct pc_operation delete = {.kind = PC_DELETE, .key = key};
    pc_model_acknowledge(&bench.model, &delete);
  }
  cr_expect_eq(bench.model.hash, hashes[0]);
  bench_close(&bench);
}

/* The same value under another key is another content, and so is another value of the same size. */
Test(model_contents, are_of_a_key_and_a_value) {
  struct bench bench;
  static const uint8_t one[] = {1, 2}, two[] = {1, 3};
  open_bench(&bench, &none);
  struct pc_operation put = {.kind = PC_PUT, .key = 0, .value = {one, 2}};
  uint64_t first = pc_model_outcome(&bench.model, &put).hash;
  put.key = 1;
  cr_expect_neq(pc_model_outcome(&bench.model, &put).hash, first);
  put.key = 0;
  put.value.data = two;
  cr_expect_neq(pc_model_outcome(&bench.model, &put).hash, first);
  put.value.data = one;
  cr_expect_eq(pc_model_outcome(&bench.model, &put).hash, first);
  put.value = (struct pc_bytes){NULL, 0};
  cr_expect_neq(pc_model_outcome(&bench.model, &put).hash, 0, "an empty value is a value");
  bench_close(&bench);
}

Test(model_contents, must_be_accepted_as_the_store_says) {
  struct bench bench;
  struct pc_store promises_nothing = none;
  open_bench(&bench, &none);
  struct pc_operation put = {.kind = PC_PUT, .key = 1, .value = {bytes, 5}};
  pc_model_acknowledge(&bench.model, &put);
  cr_expect(pc_model_must_accept(&bench.model, 1, 9));
  cr_expect_eq(asked.live_keys, 1);
  cr_expect_eq(asked.live_footprint, footprint(NULL, 2, 5));
  cr_expect_not(pc_model_must_accept(&bench.model, 1, 10));
  bench_close(&bench);
  promises_nothing.must_accept = NULL;
  promises_nothing.footprint = NULL;
  open_bench(&bench, &promises_nothing);
  pc_model_acknowledge(&bench.model, &put);
  cr_expect_not(pc_model_must_accept(&bench.model, 1, 1));
  cr_expect_eq(bench.model.usage.live_footprint, 0);
  cr_expect_eq(bench.model.usage.live_keys, 1);
  bench_close(&bench);
}

/* After a cut the key in flight is as before or as after: all four ways, and neither. */
static void recover_in_flight(struct bench *bench, const struct pc_operation *operation) {
  struct pc_expectation expectation = {.model = &bench->model,
                                       .in_flight = true,
                                       .key = operation->key,
                                       .outcome = pc_model_outcome(&bench->model, operation)};
  struct pc_error error;
  size_t recovered;
  pc_report_clear(&bench->report);
  cr_assert_eq(pc_check_recovery(bench->checker, &expectation, &bench->report, &recovered, &error), PC_OK);
}

Test(model_contents, in_flight_are_as_before_or_as_after) {
  struct bench bench;
  bench_open(&bench, pc_store_named("norkv"), 4, "put a 01\nput b 02\nput a 03\ndelete b\nput c 04\n");
  const struct pc_operation *operations = bench.lab.workload.operations;
  bench_start(&bench);
  (void)bench_run(&bench, 0);
  (void)bench_run(&bench, 1);
  for (uint32_t i = 2; i < 5; i++) {
    recover_in_flight(&bench, &operations[i]);
    cr_expect_not(pc_report_failed(&bench.report), "%u as before", i);
    cr_expect(bench.report.checked[PC_ATOMIC]);
    bench_start(&bench);
    struct pc_bytes key = bench.lab.workload.keys[operations[i].key];
    cr_assert_eq(operations[i].kind == PC_PUT ? pc_target_put(&bench.target, key, operations[i].value)
                                              : pc_target_remove(&bench.target, key),
                 PC_STATUS_OK);
    recover_in_flight(&bench, &operations[i]);
    cr_expect_not(pc_report_failed(&bench.report), "%u as after", i);
    pc_model_acknowledge(&bench.model, &operations[i]);
  }
  bench_close(&bench);
}

Test(model_contents, in_flight_that_are_neither_are_told_with_both) {
  struct bench bench;
  static const uint8_t other[] = {0x77};
  bench_open(&bench, pc_store_named("norkv"), 4, "put a 01\nput a 03\ndelete a\n");
  const struct pc_operation *operations = bench.lab.workload.operations;
  struct pc_bytes key = bench.lab.workload.keys[0];
  bench_start(&bench);
  (void)bench_run(&bench, 0);
  cr_assert_eq(pc_target_put(&bench.target, key, (struct pc_bytes){other, 1}), PC_STATUS_OK);
  recover_in_flight(&bench, &operations[1]);
  bench_expect(&bench, PC_ATOMIC, "a", "1 bytes: 01, or 1 bytes: 03", "1 bytes: 77");
  bench_expect(&bench, PC_WELL_FORMED, "a", "1 bytes: 01", "1 bytes: 77 on flash");
  recover_in_flight(&bench, &operations[2]);
  bench_expect(&bench, PC_ATOMIC, "a", "1 bytes: 01, or no such key (it was deleted)", "1 bytes: 77");
  bench_close(&bench);
}

/* The aftermath leaves the device as it found it, and takes no more keys than it is told. */
Test(model_contents, are_left_alone_by_an_aftermath) {
  struct bench bench;
  struct pc_error error;
  bench_open(&bench, pc_store_named("norkv"), 4, "put a 01\nput b 02\ndelete a\nget c\n");
  bench_run_all(&bench);
  bench_recover(&bench);
  uint64_t hash = pc_device_hash(bench.device), contents = bench.model.hash;
  size_t mark = pc_device_mark(bench.device);
  struct pc_expectation expectation = {.model = &bench.model};
  for (uint32_t keys = 0; keys <= 3; keys++) {
    pc_report_clear(&bench.report);
    const struct pc_aftermath_plan plan = {.key_count = keys};
    cr_assert_eq(pc_check_aftermath(bench.checker, &expectation, &plan, &bench.report, &error), PC_OK);
    cr_expect_not(pc_report_failed(&bench.report));
    cr_expect_eq(bench.report.checked[PC_WRITABLE], true);
    cr_expect_eq(pc_device_hash(bench.device), hash);
    cr_expect_eq(pc_device_mark(bench.device), mark);
    cr_expect_eq(bench.model.hash, contents);
    bench_recover(&bench);
    cr_expect_not(pc_report_failed(&bench.report));
  }
  bench_close(&bench);
}
