/* The chunk store against a plain model of it, by random operations with reboots and no cuts: no difference. */
#include "powercut/random.h"
#include "test_chunk_help.h"

#define KEYS 12u
#define VALUE_MAX 80u
#define STEPS 6000u

struct run {
  struct bench bench;
  struct pc_random random;
  uint64_t seed;
  uint32_t step;
  bool live[KEYS];
  uint8_t values[KEYS][VALUE_MAX];
  size_t sizes[KEYS];
  uint32_t visited, refused, taken;
};

#define CHECK(run, condition) \
  cr_assert((condition), "seed %llu, step %u: " #condition, (unsigned long long)(run)->seed, (run)->step)

/* Names of 1 to 12 bytes, none of which is text. */
static struct pc_bytes key_of(uint32_t key) {
  static const uint8_t bytes[KEYS] = {1, 0, 255, 2, 0, 3, 0, 0, 0, 9, 9, 9};
  return (struct pc_bytes){.data = bytes, .size = key + 1};
}

static void do_put(struct run *run, uint32_t key) {
  uint8_t value[VALUE_MAX];
  size_t size = pc_random_below(&run->random, VALUE_MAX + 1);
  if (pc_random_below(&run->random, 8) == 0 && run->live[key]) {
    size = run->sizes[key];
    memcpy(value, run->values[key], size);
  } else {
    for (size_t i = 0; i < size; i++) {
      value[i] = (uint8_t)pc_random_next(&run->random);
    }
  }
  enum pc_status status = pc_target_put(&run->bench.target, key_of(key), (struct pc_bytes){value, size});
  CHECK(run, status == PC_STATUS_OK || status == PC_STATUS_FULL);
  run->refused += status == PC_STATUS_FULL;
  run->taken += status == PC_STATUS_OK;
  if (status == PC_STATUS_OK) {
    run->live[key] = true;
    run->sizes[key] = size;
    memcpy(run->values[key], value, size);
  }
}

static void do_delete(struct run *run, uint32_t key) {
  enum pc_status status = pc_target_remove(&run->bench.target, key_of(key));
  CHECK(run, run->live[key] ? status == PC_STATUS_OK || status == PC_STATUS_FULL : status == PC_STATUS_NOT_FOUND);
  run->live[key] = run->live[key] && status != PC_STATUS_OK;
}

static void visit(void *context, struct pc_bytes key) {
  struct run *run = context;
  CHECK(run, key.size >= 1 && key.size <= KEYS);
  uint32_t index = (uint32_t)key.size - 1;
  CHECK(run, run->live[index] && memcmp(key.data, key_of(index).data, key.size) == 0);
  CHECK(run, (run->visited & (1u << index)) == 0);
  run->visited |= 1u << index;
}

static void check(struct run *run) {
  uint32_t live = 0;
  for (uint32_t key = 0; key < KEYS; key++) {
    uint8_t value[VALUE_MAX];
    size_t size;
    enum pc_status status = pc_target_get(&run->bench.target, key_of(key), value, sizeof value, &size);
    CHECK(run, status == (run->live[key] ? PC_STATUS_OK : PC_STATUS_NOT_FOUND));
    CHECK(run, !run->live[key] || (size == run->sizes[key] && memcmp(value, run->values[key], size) == 0));
    live |= run->live[key] ? 1u << key : 0;
  }
  run->visited = 0;
  CHECK(run, pc_target_iterate(&run->bench.target, visit, run) == PC_STATUS_OK);
  CHECK(run, run->visited == live);
  CHECK(run, pc_device_contract_violations(run->bench.device, NULL) == 0);
}

static void run_plan(const struct bench_plan *plan, uint64_t seed) {
  struct run run = {.seed = seed, .random = {seed}};
  bench_open(&run.bench, plan);
  cr_assert_eq(pc_target_start(&run.bench.target), PC_STATUS_OK);
  for (run.step = 0; run.step < STEPS; run.step++) {
    uint32_t key = (uint32_t)pc_random_below(&run.random, KEYS);
    uint64_t what = pc_random_below(&run.random, 100);
    if (what < 75) {
      do_put(&run, key);
    } else if (what < 95) {
      do_delete(&run, key);
    } else {
      CHECK(&run, pc_target_start(&run.bench.target) == PC_STATUS_OK);
    }
    check(&run);
    pc_device_forget(run.bench.device);
  }
  cr_log_info("seed %llu: %u puts taken, %u refused", (unsigned long long)seed, run.taken, run.refused);
  CHECK(&run, run.taken > STEPS / 8);
  bench_close(&run.bench);
}

Test(chunk_random, without_cuts_it_equals_a_plain_model) {
  static const struct bench_plan plans[] = {
      {.profile = {.name = "bytes", .sector_size = 512, .program_unit = 1}, .sectors = 6},
      {.profile = {.name = "words", .sector_size = 512, .program_unit = 4, .programs_per_unit = 1, .page_size = 64},
       .sectors = 6},
      {.profile = {.name = "wide", .sector_size = 1024, .program_unit = 8, .programs_per_unit = 1, .read_unit = 64},
       .sectors = 8,
       .alignment = "128"},
      {.profile = {.name = "pages", .sector_size = 4096, .program_unit = 1, .page_size = 256}, .sectors = 2},
      {.profile = {.name = "crowded", .sector_size = 256, .program_unit = 1, .read_unit = 4}, .sectors = 5},
      {.profile = {.name = "odd", .sector_size = 600, .program_unit = 3}, .sectors = 20, .max_keys = "12"},
  };
  for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
    for (uint64_t seed = 1; seed <= 3; seed++) {
      run_plan(&plans[i], seed);
    }
  }
}
