/* Faults without a cut: what each does, what it may not do, and that all of it is undone and done again exactly. */
#include "powercut/armed.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "powercut/fault.h"
#include "powercut/random.h"
#include "test_device_help.h"
#include "test_memory_help.h"

static void arm(struct pc_device *device, struct pc_armed_fault fault) {
  struct pc_error error;
  fault.size = fault.size == 0 ? 1 : fault.size;
  cr_assert_eq(pc_device_arm(device, &fault, &error), PC_OK, "%s", error.message);
}

static uint8_t read_byte(struct pc_device *device, uint32_t address) {
  uint8_t byte = 0x5A;
  cr_assert_eq(read(device, address, &byte, 1), PC_FLASH_OK);
  return byte;
}

Test(device_armed, programs_fail_in_the_range_after_a_delay_and_as_often_as_armed) {
  struct pc_device *device = create(&IDEAL, 2);
  arm(device, (struct pc_armed_fault){.kind = PC_ARMED_PROGRAM_ERROR, .address = 8, .size = 8, .after = 1, .count = 2});
  cr_expect_eq(program(device, 0, "abcdefgh", 8), PC_FLASH_OK, "outside the range");
  cr_expect_eq(program(device, 8, "a", 1), PC_FLASH_OK, "the first goes well");
  cr_expect_eq(program(device, 7, "ha", 2), PC_FLASH_FAILED, "it touches the range");
  cr_expect_eq(cell(device, 8), 'a', "nothing was done");
  cr_expect_eq(program(device, 20, "x", 1), PC_FLASH_OK);
  cr_expect_eq(program(device, 15, "y", 1), PC_FLASH_FAILED);
  cr_expect_eq(program(device, 15, "y", 1), PC_FLASH_OK, "twice was all");
  cr_expect_eq(pc_device_errors(device), 2);
  cr_expect_eq(pc_device_contract_violations(device, NULL), 0);
  cr_expect_eq(pc_device_damage(device).events, 0, "the store was told");
  pc_device_destroy(device);
}

Test(device_armed, what_a_failed_operation_leaves_is_as_armed) {
  static const struct {
    enum pc_leaves leaves;
    const char *program, *erase;
  } cases[] = {{PC_LEAVES_NOTHING, "\xff\xff\xff", "abc"},
               {PC_LEAVES_HALF, "a\xff\xff", "\xff\xff\xff"},
               {PC_LEAVES_ALL, "abc", "\xff\xff\xff"}};
  for (size_t i = 0; i < 3; i++) {
    struct pc_device *device = create(&IDEAL, 1);
    arm(device,
        (struct pc_armed_fault){.kind = PC_ARMED_PROGRAM_ERROR, .size = 3, .leaves = cases[i].leaves, .count = 1});
    arm(device, (struct pc_armed_fault){.kind = PC_ARMED_ERASE_ERROR, .address = 63, .leaves = cases[i].leaves});
    cr_expect_eq(program(device, 0, "abc", 3), PC_FLASH_FAILED);
    cr_expect_arr_eq(pc_device_cells(device).data, cases[i].program, 3, "%zu", i);
    cr_expect(pc_device_journalled(device, 0).failed);
    cr_assert_eq(program(device, 0, "abc", 3), PC_FLASH_OK);
    cr_assert_eq(program(device, 40, "z", 1), PC_FLASH_OK);
    cr_expect_eq(erase(device, 0), PC_FLASH_FAILED);
    cr_expect_arr_eq(pc_device_cells(device).data, cases[i].erase, 3, "%zu", i);
    cr_expect_eq(cell(device, 40), cases[i].leaves == PC_LEAVES_ALL ? PC_ERASED : 'z', "it is in the second half");
    pc_device_rollback(device, 0);
    cr_expect_eq(cell(device, 0), PC_ERASED);
    cr_expect_eq(program(device, 0, "abc", 3), PC_FLASH_FAILED, "counted anew");
    pc_device_destroy(device);
  }
}

Test(device_armed, a_unit_counts_as_programmed_only_if_the_failure_left_something) {
  struct pc_profile once = WORDS;
  once.programs_per_unit = 1;
  struct pc_device *device = create(&once, 1);
  arm(device,
      (struct pc_armed_fault){.kind = PC_ARMED_PROGRAM_ERROR, .size = 64, .count = 1, .leaves = PC_LEAVES_HALF});
  cr_expect_eq(program(device, 0, "abcdefgh", 8), PC_FLASH_FAILED);
  cr_expect_eq(program(device, 4, "efgh", 4), PC_FLASH_OK);
  EXPECT_REFUSED(device, program(device, 0, "abcd", 4), PC_RULE_OVERPROGRAM, 0, 4);
  pc_device_destroy(device);
}

Test(device_armed, reads_fail_and_count_from_when_the_power_came_on) {
  struct pc_device *device = create(&IDEAL, 1);
  uint8_t data[2] = {1, 1};
  arm(device, (struct pc_armed_fault){.kind = PC_ARMED_READ_ERROR, .address = 4, .size = 2, .after = 1, .count = 1});
  for (int boot = 0; boot < 2; boot++) {
    cr_expect_eq(read(device, 0, data, 2), PC_FLASH_OK, "outside");
    cr_expect_eq(read(device, 5, data, 1), PC_FLASH_OK, "the first");
    data[0] = 1;
    cr_expect_eq(read(device, 3, data, 2), PC_FLASH_FAILED);
    cr_expect_eq(data[0], 1, "it gave nothing");
    cr_expect_eq(read(device, 4, data, 1), PC_FLASH_OK);
    pc_device_power_on(device);
  }
  cr_expect_eq(pc_device_errors(device), 2);
  pc_device_destroy(device);
}

Test(device_armed, an_erase_that_is_ignored_answers_ok_and_what_follows_is_no_violation) {
  struct pc_device *device = create(&WORDS, 2);
  cr_assert_eq(program(device, 64, "\x0f\xff\xff\x00", 4), PC_FLASH_OK);
  pc_device_forget(device);
  uint64_t hash = pc_device_hash(device);
  arm(device, (struct pc_armed_fault){.kind = PC_ARMED_ERASE_IGNORED, .address = 70, .count = 1});
  cr_expect_neq(pc_device_hash(device), hash, "what is to come is another");
  hash = pc_device_hash(device);
  cr_expect_eq(erase(device, 0), PC_FLASH_OK);
  cr_expect_eq(pc_device_damage(device).events, 0);
  cr_expect_eq(erase(device, 64), PC_FLASH_OK);
  cr_expect_eq(cell(device, 64), 0x0f);
  cr_expect_eq(pc_device_damage(device).sector, 1);
  cr_expect(pc_device_journalled(device, 1).ignored);
  cr_expect_eq(pc_device_wear(device, 1).erases, 1);
  cr_expect_eq(program(device, 64, "\xf3\xff\xff\xff", 4), PC_FLASH_OK, "the store takes it for blank");
  cr_expect_eq(cell(device, 64), 0x03, "what is clear stays clear");
  EXPECT_REFUSED(device, program(device, 64, "\xff\xff\xff\xff", 4), PC_RULE_SET_BIT, 64, 4);
  pc_device_clear_contract_violations(device);
  cr_expect_eq(erase(device, 64), PC_FLASH_OK, "once was all");
  cr_expect_eq(cell(device, 64), PC_ERASED);
  cr_expect_eq(pc_device_damage(device).events, 1, "what was, was");
  pc_device_rollback(device, 0);
  cr_expect_eq(pc_device_damage(device).events, 0);
  cr_expect_eq(pc_device_hash(device), hash);
  pc_device_destroy(device);
}

Test(device_armed, stuck_bits_stay_through_programs_and_erases) {
  struct pc_device *device = create(&IDEAL, 1);
  arm(device, (struct pc_armed_fault){.kind = PC_ARMED_STUCK_BIT, .address = 3, .bits = 0x81, .value = 0x80});
  cr_expect_eq(read_byte(device, 3), 0xfe);
  cr_expect_eq(program(device, 3, "\x0f", 1), PC_FLASH_OK, "bit 0 can't be set, and that is not the store's fault");
  cr_expect_eq(read_byte(device, 3), 0x8e);
  cr_expect_eq(erase(device, 0), PC_FLASH_OK);
  cr_expect_eq(read_byte(device, 3), 0xfe);
  cr_expect_eq(read_byte(device, 2), PC_ERASED);
  struct pc_flash_operation told = pc_device_journalled(device, 1);
  cr_expect(told.ignored);
  cr_expect_eq(told.after[3], 0xfe, "the journal tells what it left");
  pc_device_rollback(device, 1);
  cr_expect_eq(read_byte(device, 3), 0x8e);
  pc_device_destroy(device);
}

Test(device_armed, rot_flips_bits_either_way_wears_nothing_and_is_undone) {
  struct pc_device *device = create(&IDEAL, 2);
  cr_assert_eq(program(device, 70, "\x00", 1), PC_FLASH_OK);
  uint64_t hash = pc_device_hash(device);
  struct pc_flash_work work = pc_device_work(device);
  arm(device, (struct pc_armed_fault){.kind = PC_ARMED_BIT_ROT, .address = 70, .bits = 0x11});
  cr_expect_eq(read_byte(device, 70), 0x11);
  cr_expect_eq(pc_device_journalled(device, 1).kind, PC_ROT);
  cr_expect_eq(pc_device_work(device).programs, work.programs);
  cr_expect_eq(pc_device_wear(device, 1).programmed_bytes, 1);
  cr_expect_not(pc_device_damage(device).beyond_copies);
  cr_expect_eq(program(device, 70, "\x03", 1), PC_FLASH_REFUSED, "bit 1 never changed by itself");
  cr_expect_eq(program(device, 70, "\x10", 1), PC_FLASH_OK);
  arm(device, (struct pc_armed_fault){.kind = PC_ARMED_BIT_ROT, .address = 2, .bits = 0x40});
  cr_expect(pc_device_damage(device).beyond_copies);
  cr_expect_eq(program(device, 2, "\xf1", 1), PC_FLASH_OK, "it was blank");
  cr_expect_eq(read_byte(device, 2), 0xb1);
  pc_device_rollback(device, 1);
  cr_expect_eq(pc_device_hash(device), hash);
  cr_expect_eq(pc_device_damage(device).events, 0);
  pc_device_destroy(device);
}

Test(device_armed, what_is_out_of_range_is_refused) {
  struct pc_device *device = create(&IDEAL, 1);
  struct pc_error error;
  const struct pc_armed_fault wrong[] = {
      {.kind = PC_ARMED_KINDS, .size = 1},
      {.kind = PC_ARMED_READ_ERROR, .size = 1, .leaves = PC_LEAVES_COUNT},
      {.kind = PC_ARMED_READ_ERROR, .size = 0},
      {.kind = PC_ARMED_READ_ERROR, .address = 64, .size = 1},
      {.kind = PC_ARMED_READ_ERROR, .address = 60, .size = 5},
      {.kind = PC_ARMED_READ_ERROR, .address = UINT32_MAX, .size = UINT32_MAX},
      {.kind = PC_ARMED_BIT_ROT, .size = 1},
      {.kind = PC_ARMED_STUCK_BIT, .size = 2, .bits = 1},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    cr_expect_eq(pc_device_arm(device, &wrong[i], &error), PC_BAD_INPUT, "%zu", i);
  }
  for (uint32_t i = 0; i < PC_MAX_ARMED; i++) {
    arm(device, (struct pc_armed_fault){.kind = PC_ARMED_READ_ERROR, .after = i});
  }
  const struct pc_armed_fault more = {.kind = PC_ARMED_READ_ERROR, .size = 1};
  cr_expect_eq(pc_device_arm(device, &more, &error), PC_BAD_INPUT);
  pc_device_destroy(device);
}

Test(device_armed, without_memory_nothing_is_armed) {
  if (!CAN_LIMIT_MEMORY) {
    return;
  }
  const struct pc_profile large = {.sector_size = 1u << 20, .program_unit = 1};
  struct pc_device *device = create(&large, 64);
  struct pc_error error;
  const struct pc_armed_fault rot = {.kind = PC_ARMED_BIT_ROT, .size = 1, .bits = 1};
  take_memory_away();
  enum pc_result result = pc_device_arm(device, &rot, &error);
  give_memory_back();
  cr_expect_eq(result, PC_ENVIRONMENT);
  cr_expect_eq(cell(device, 0), PC_ERASED);
  pc_device_destroy(device);
}

enum { SIZE = 512, MARKS = 40, STEPS = 300000 };

/* What can be seen of a device. */
struct state {
  uint8_t cells[SIZE];
  struct pc_damage damage;
  struct pc_sector_wear wear[4];
  struct pc_flash_work work;
  uint64_t hash, weak_cells;
};

struct run {
  struct pc_device *device, *twin; /* the twin does again what the device's journal tells */
  struct pc_random random;
  struct state states[MARKS + 1];
  uint64_t seed, failed, ignored, rotten;
};

static struct state state_of(const struct pc_device *device) {
  struct state state;
  memset(&state, 0, sizeof state);
  memcpy(state.cells, pc_device_cells(device).data, SIZE);
  state.damage.events = pc_device_damage(device).events;
  state.damage.sector = pc_device_damage(device).sector;
  state.damage.beyond_copies = pc_device_damage(device).beyond_copies;
  for (uint32_t i = 0; i < 4; i++) {
    state.wear[i] = pc_device_wear(device, i);
  }
  state.work = pc_device_work(device);
  state.hash = pc_device_hash(device);
  state.weak_cells = pc_device_weak_cells(device);
  return state;
}

static uint32_t below(struct run *run, uint32_t bound) {
  return (uint32_t)pc_random_below(&run->random, bound);
}

static void arm_both(struct run *run, const struct pc_armed_fault *fault) {
  struct pc_error error;
  cr_assert_eq(pc_device_arm(run->device, fault, &error), PC_OK);
  cr_assert_eq(pc_device_arm(run->twin, fault, &error), PC_OK);
}

static struct pc_armed_fault draw(struct run *run, enum pc_armed_kind kind) {
  struct pc_armed_fault fault = {.kind = kind,
                                 .address = below(run, SIZE),
                                 .size = 1,
                                 .after = below(run, 2000),
                                 .count = below(run, 3) == 0 ? 0 : below(run, 2000),
                                 .leaves = (enum pc_leaves)below(run, PC_LEAVES_COUNT),
                                 .bits = (uint8_t)(1u << below(run, 8)),
                                 .value = (uint8_t)below(run, 256)};
  if (kind != PC_ARMED_STUCK_BIT && kind != PC_ARMED_BIT_ROT) {
    fault.size = 1 + below(run, SIZE - fault.address);
  }
  return fault;
}

static void tear_at_random(struct run *run) {
  uint8_t before[128], erased[128], torn[128];
  uint32_t address = below(run, 4) * 128;
  memset(erased, PC_ERASED, sizeof erased);
  memcpy(before, pc_device_cells(run->device).data + address, sizeof before);
  struct pc_fault_input input = {
      .operation = {.kind = PC_ERASE, .address = address, .size = 128, .before = before, .after = erased},
      .program_unit = 4,
      .samples = 8,
      .seed = pc_random_next(&run->random)};
  uint32_t variants = pc_fault_variants(PC_FAULT_BIT_SUBSET, &input);
  if (variants > 0) {
    pc_fault_tear(PC_FAULT_BIT_SUBSET, &input, below(run, variants), torn);
    pc_device_tear(run->device, &input.operation, torn);
  }
}

static void step(struct run *run) {
  uint32_t choice = below(run, 100);
  uint8_t data[32];
  if (choice < 60) {
    uint32_t size = 4 * (1 + below(run, 8)), address = 4 * below(run, (SIZE - size) / 4);
    for (uint32_t i = 0; i < size; i++) {
      data[i] = cell(run->device, address + i) & (uint8_t)pc_random_next(&run->random);
    }
    run->failed += program(run->device, address, data, size) == PC_FLASH_FAILED;
  } else if (choice < 80) {
    run->failed += erase(run->device, below(run, 4) * 128) == PC_FLASH_FAILED;
  } else if (choice < 90) {
    tear_at_random(run);
  } else {
    struct pc_error error;
    struct pc_armed_fault rot = draw(run, PC_ARMED_BIT_ROT);
    cr_assert_eq(pc_device_arm(run->device, &rot, &error), PC_OK);
    run->rotten++;
  }
  pc_device_clear_contract_violations(run->device);
}

/* Does on the twin what the device's journal tells from `first` on. */
static void follow(struct run *run, size_t first) {
  for (size_t i = first; i < pc_device_mark(run->device); i++) {
    struct pc_flash_operation operation = pc_device_journalled(run->device, i);
    run->ignored += operation.ignored;
    if (operation.torn) {
      pc_device_tear(run->twin, &operation, operation.after);
    } else {
      pc_device_redo(run->twin, &operation);
    }
  }
}

static bool is_same(const struct state *a, const struct state *b) {
  bool same = memcmp(a->cells, b->cells, SIZE) == 0 && a->hash == b->hash && a->weak_cells == b->weak_cells &&
              a->damage.events == b->damage.events && a->damage.sector == b->damage.sector &&
              a->damage.beyond_copies == b->damage.beyond_copies && a->work.programs == b->work.programs &&
              a->work.erases == b->work.erases;
  for (uint32_t i = 0; i < 4; i++) {
    same = same && a->wear[i].erases == b->wear[i].erases && a->wear[i].programmed_bytes == b->wear[i].programmed_bytes;
  }
  return same;
}

static void check_same(const struct run *run, const struct state *expected, const struct pc_device *device,
                       const char *what) {
  struct state state = state_of(device);
  cr_assert(is_same(&state, expected), "seed %llu: %s", (unsigned long long)run->seed, what);
}

static void explore(uint64_t seed) {
  const struct pc_profile profile = {.name = "p", .sector_size = 128, .program_unit = 4, .programs_per_unit = 3};
  struct run *run = calloc(1, sizeof *run);
  cr_assert_not_null(run);
  *run = (struct run){.device = create(&profile, 4), .twin = create(&profile, 4), .random = {seed}, .seed = seed};
  for (enum pc_armed_kind kind = 0; kind < PC_ARMED_BIT_ROT; kind++) {
    struct pc_armed_fault fault = draw(run, kind);
    arm_both(run, &fault);
  }
  for (int i = 0; i < STEPS; i++) {
    size_t mark = pc_device_mark(run->device);
    run->states[mark] = state_of(run->device);
    step(run);
    follow(run, mark);
    struct state now = state_of(run->device);
    check_same(run, &now, run->twin, "what was done again differs");
    if (pc_device_mark(run->device) == MARKS) {
      size_t back = below(run, MARKS);
      pc_device_rollback(run->device, back);
      pc_device_rollback(run->twin, back);
      check_same(run, &run->states[back], run->device, "rolling back left something");
      check_same(run, &run->states[back], run->twin, "rolling the twin back left something");
      if (below(run, 3) == 0) {
        pc_device_forget(run->device);
        pc_device_forget(run->twin);
      }
    }
  }
  cr_assert(run->failed > 100 && run->rotten > 1000 && run->ignored > 10, "seed %llu: %llu %llu %llu",
            (unsigned long long)seed, (unsigned long long)run->failed, (unsigned long long)run->rotten,
            (unsigned long long)run->ignored);
  pc_device_destroy(run->device);
  pc_device_destroy(run->twin);
  free(run);
}

Test(device_armed, all_of_it_is_undone_and_done_again_exactly) {
  for (uint64_t seed = 1; seed <= 3; seed++) {
    explore(seed);
  }
}
