/* Starts that take over from each other leave what each of them leaves that runs as a whole. */
#include <stdlib.h>

#include "model/relay.h"
#include "powercut/random.h"
#include "test_device_help.h"
#include "test_memory_help.h"

#define SIZE 512u
#define SECTORS (SIZE / 64)
#define STEPS 40u
#define MOST_OPERATIONS 64u

/* What the store does is drawn by this, by what it reads, and by nothing else. The test is one process. */
static struct {
  uint64_t seed;
  unsigned long steps; /* that were made, by all starts */
} script;

/* A store that wanders about. It often forgets what it has read, so that starts come to the same state again. */
struct wanderer {
  struct pc_flash flash;
  uint64_t state;
  uint8_t window[16];
};

static enum pc_status configure(const struct pc_store_setup *setup, struct pc_store_promises *promises, char *message,
                                size_t size) {
  (void)setup;
  (void)message;
  (void)size;
  *promises = (struct pc_store_promises){.memory_size = sizeof(struct wanderer),
                                         .max_key_size = 8,
                                         .max_value_size = 8,
                                         .self_contained = true,
                                         .bounds[PC_CALL_START] = {.flash_operations = 3, .read_bytes = 600}};
  return PC_STATUS_OK;
}

static int read_to(struct wanderer *self, uint8_t *to, uint64_t drawn) {
  size_t size = 1 + (drawn >> 8) % sizeof self->window;
  uint32_t address = (uint32_t)((drawn >> 16) % (SIZE - size));
  return self->flash.read(self->flash.context, address, to, size);
}

static void take_in(struct wanderer *self, const uint8_t *bytes, uint64_t drawn) {
  static const uint64_t kept[] = {0, 0, 1, 3, UINT64_MAX};
  for (size_t i = 0; i < sizeof self->window; i++) {
    self->state = self->state * 31 + bytes[i];
  }
  self->state &= kept[(drawn >> 40) % 5];
}

/* Reads on the stack, a few calls deep, as the state says. */
static __attribute__((noinline)) void descend(struct wanderer *self, uint64_t drawn, unsigned depth) {
  uint8_t bytes[sizeof self->window] = {0};
  (void)read_to(self, bytes, pc_random_mix(drawn, depth));
  if (depth > 0) {
    descend(self, drawn, depth - 1);
  }
  take_in(self, bytes, drawn);
}

static void put_bytes(struct wanderer *self, uint64_t drawn) {
  uint8_t data[4] = {0};
  data[0] = (uint8_t)(drawn % 8 == 0 ? self->state : 0); /* which may set bits */
  uint32_t address = (uint32_t)((drawn >> 16) + self->state % 2) % (SIZE - sizeof data);
  (void)self->flash.program(self->flash.context, address, data, 1 + drawn % sizeof data);
}

/* Most write late, as a start that mends does. */
static void step(struct wanderer *self, uint32_t index) {
  uint64_t drawn = pc_random_mix(script.seed, index);
  uint32_t early = script.seed % 4 == 0 ? 0 : STEPS / 2;
  script.steps++;
  switch (index < early ? 2 + drawn % 14 : drawn % 16) {
    case 0:
      put_bytes(self, drawn >> 4);
      break;
    case 1:
      (void)self->flash.erase(self->flash.context, (uint32_t)((drawn >> 16) + self->state) % SECTORS * 64);
      break;
    case 2:
      descend(self, drawn, (unsigned)(self->state % 4));
      break;
    case 3:
      memset(self->window, 0, sizeof self->window);
      break;
    default:
      (void)read_to(self, self->window, drawn);
      take_in(self, self->window, drawn);
      break;
  }
}

static enum pc_status start(void *memory, const struct pc_store_setup *setup) {
  struct wanderer *self = memory;
  memset(self, 0, sizeof *self);
  self->flash = setup->flash;
  for (uint32_t i = 0; i < STEPS; i++) {
    step(self, i);
  }
  return self->state % 64 == 7 ? PC_STATUS_FAILED : PC_STATUS_OK;
}

static const struct pc_store wanderer = {
    .api = PC_STORE_API, .name = "wanderer", .summary = "wanders", .configure = configure, .start = start};

/* What a start left. */
struct left {
  enum pc_status status;
  struct wanderer memory;
  uint8_t cells[SIZE];
  uint64_t hash, trace;
  struct pc_budget budget;
  struct pc_work work;
  struct pc_flash_work flash_work;
  size_t violations, operations;
  struct pc_flash_operation journalled[MOST_OPERATIONS]; /* without their bytes */
};

/* Starts, by the relay if there is one, and undoes what it did. */
static void start_by(struct pc_target *target, struct pc_relay_leg *leg, struct left *left) {
  struct pc_device *device = target->device;
  size_t begin = pc_device_mark(device);
  memset(left, 0, sizeof *left);
  pc_device_clear_contract_violations(device);
  pc_device_begin_trace(device);
  target->work = (struct pc_work){0};
  left->status = pc_target_start_by(target, leg == NULL ? NULL : pc_relay_start, leg);
  memcpy(&left->memory, target->memory, sizeof left->memory);
  memcpy(left->cells, pc_device_cells(device).data, SIZE);
  left->hash = pc_device_hash(device);
  left->trace = pc_device_trace(device);
  left->budget = pc_device_budget(device);
  left->work = target->work;
  left->flash_work = pc_device_work(device);
  left->violations = pc_device_contract_violations(device, NULL);
  left->operations = pc_device_mark(device) - begin;
  cr_assert_leq(left->operations, MOST_OPERATIONS);
  for (size_t i = 0; i < left->operations; i++) {
    struct pc_flash_operation operation = pc_device_journalled(device, begin + i);
    struct pc_flash_operation *kept = &left->journalled[i];
    kept->kind = operation.kind;
    kept->address = operation.address;
    kept->size = operation.size;
  }
  pc_device_rollback(device, begin);
}

static void expect_same(const struct left *whole, const struct left *relayed, uint64_t seed) {
  cr_assert_eq(whole->status, relayed->status, "seed %lu", seed);
  cr_assert_arr_eq(&whole->memory, &relayed->memory, sizeof whole->memory, "seed %lu", seed);
  cr_assert_arr_eq(whole->cells, relayed->cells, SIZE, "seed %lu", seed);
  cr_assert_eq(whole->hash, relayed->hash, "seed %lu", seed);
  cr_assert_eq(whole->trace, relayed->trace, "seed %lu", seed);
  cr_assert_eq(whole->violations, relayed->violations, "seed %lu", seed);
  cr_assert_eq(whole->budget.read_bytes, relayed->budget.read_bytes, "seed %lu", seed);
  cr_assert_eq(whole->budget.flash_operations, relayed->budget.flash_operations, "seed %lu", seed);
  cr_assert_eq(whole->work.excess, relayed->work.excess, "seed %lu", seed);
  cr_assert_eq(whole->flash_work.erases, relayed->flash_work.erases, "seed %lu", seed);
  cr_assert_eq(whole->flash_work.programs, relayed->flash_work.programs, "seed %lu", seed);
  cr_assert_arr_eq(whole->journalled, relayed->journalled, sizeof whole->journalled, "seed %lu", seed);
}

/* How many steps the starts of one seed made, as a whole and in a relay. */
struct steps {
  unsigned long whole, relayed;
};

/* Puts random bytes, not all of them erased, where the cut tore; some tears leave the same. */
static void tear(struct pc_device *device, const struct pc_torn *torn, uint64_t seed) {
  uint8_t image[SIZE];
  struct pc_random random = {.state = seed};
  struct pc_error error;
  memcpy(image, pc_device_cells(device).data, SIZE);
  for (uint32_t i = 0; i < torn->size; i++) {
    image[torn->address + i] = (uint8_t)(pc_random_below(&random, 2) == 0 ? PC_ERASED : pc_random_next(&random));
  }
  cr_assert_eq(pc_device_load(device, (struct pc_bytes){image, SIZE}, &error), PC_OK);
}

static void run_relay(const struct pc_profile *profile, uint64_t seed, struct steps *steps) {
  struct pc_device *device = create(profile, SECTORS);
  struct pc_target target;
  struct pc_error error;
  struct pc_random random = {.state = seed};
  static struct left whole, relayed;
  cr_assert_eq(pc_target_open(&target, &wanderer, device, NULL, 0, 1, &error), PC_OK, "%s", error.message);
  struct pc_relay *relay = pc_relay_open(&target);
  cr_assert_not_null(relay);
  tear(device, &(struct pc_torn){.size = SIZE}, seed);
  for (uint64_t flash_operation = 1; flash_operation <= 3; flash_operation++) {
    struct pc_torn torn = {.state = flash_operation, .size = 1 + (uint32_t)pc_random_below(&random, 16)};
    torn.address = (uint32_t)pc_random_below(&random, SIZE - torn.size);
    struct pc_relay_leg leg = {.relay = relay, .torn = &torn};
    script.seed = pc_random_mix(seed, flash_operation);
    for (uint64_t variant = 0; variant < 24; variant++) {
      tear(device, &torn, pc_random_below(&random, 16));
      unsigned long before = script.steps;
      start_by(&target, NULL, &whole);
      steps->whole += script.steps - before;
      before = script.steps;
      start_by(&target, &leg, &relayed);
      steps->relayed += script.steps - before;
      expect_same(&whole, &relayed, seed);
    }
  }
  pc_relay_close(relay);
  pc_target_close(&target);
  pc_device_destroy(device);
}

/* Where there is a stack to run them on. */
#if CAN_LIMIT_MEMORY && defined(__x86_64__)
Test(model_relay, leaves_what_whole_starts_leave) {
  static const struct pc_profile limited = {
      .name = "limited", .sector_size = 64, .program_unit = 1, .programs_per_unit = 2};
  struct steps steps = {0};
  for (uint64_t seed = 1; seed <= 4000; seed++) {
    run_relay(seed % 4 == 0 ? &limited : &IDEAL, seed, &steps);
  }
  cr_expect_lt(steps.relayed, steps.whole / 4 * 3, "%lu of %lu steps", steps.relayed, steps.whole);
}
#endif
