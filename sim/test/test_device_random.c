/*
 * The device against a naive model of it, by random calls: bytes, program counts and wear are those of the model, which
 * keeps a copy of every state, the journal tells each change, rolling back restores a state exactly, and the hash is
 * always that of a fresh computation over the model.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "powercut/device.h"
#include "powercut/fault.h"
#include "powercut/random.h"

#define MAX_SIZE 4096u
#define MAX_SECTORS 8u
#define MAX_HISTORY 48u
#define STEPS 100000u

struct state {
  uint8_t cells[MAX_SIZE];
  uint8_t counts[MAX_SIZE];
  uint8_t weak[MAX_SIZE];
  enum pc_weakness weakness;
  struct pc_sector_wear wear[MAX_SECTORS];
  struct pc_flash_work work;
};

/* history[i] is the state at mark i; history[length] the present one. */
struct model {
  const struct pc_profile *profile;
  uint32_t sectors, size;
  struct state history[MAX_HISTORY + 1];
  struct pc_flash_operation operations[MAX_HISTORY];
  size_t length;
};

struct run {
  struct pc_device *device;
  struct pc_flash port;
  struct model *model;
  struct pc_random random;
  uint64_t seed;
  uint32_t step;
  uint64_t refused[PC_RULE_COUNT], done, torn, weakened, wavered;
};

#define CHECK(run, condition)                                                                            \
  cr_assert((condition), "seed %llu, profile %s, step %u: " #condition, (unsigned long long)(run)->seed, \
            (run)->model->profile->name, (run)->step)

static struct state *present(struct model *model) {
  return &model->history[model->length];
}

static bool reprograms_wrongly(const struct model *model, const uint8_t *cells, const uint8_t *data) {
  static const uint8_t zeros[256] = {0};
  uint32_t unit = model->profile->program_unit;
  return model->profile->reprogram == PC_REPROGRAM_ZEROS ? memcmp(data, zeros, unit) != 0
                                                         : memcmp(data, cells, unit) == 0;
}

/* The rules for units that were programmed before, and for rows. */
static enum pc_rule rule_against_again(struct model *model, uint64_t address, const uint8_t *data, uint64_t size) {
  const struct pc_profile *profile = model->profile;
  const struct state *state = present(model);
  uint32_t unit = profile->program_unit;
  for (uint64_t i = 0; i < size && profile->reprogram != PC_REPROGRAM_ANY; i += unit) {
    if (state->counts[(address + i) / unit] > 0 && reprograms_wrongly(model, state->cells + address + i, data + i)) {
      return PC_RULE_REPROGRAM;
    }
  }
  for (uint64_t i = 0; i < size && profile->row_size > 0; i += unit) {
    uint64_t row = (address + i) / profile->row_size * profile->row_size;
    uint64_t programs = 0;
    for (uint64_t at = row; at < row + profile->row_size; at += unit) {
      programs += state->counts[at / unit] + (at >= address && at < address + size ? 1u : 0u);
    }
    if (programs > profile->programs_per_row) {
      return PC_RULE_ROW;
    }
  }
  return PC_RULE_COUNT;
}

/* The rules, said again: PC_RULE_COUNT if the program would be done. */
static enum pc_rule rule_against_program(struct model *model, uint64_t address, const uint8_t *data, uint64_t size) {
  const struct pc_profile *profile = model->profile;
  const struct state *state = present(model);
  if (address + size > model->size) {
    return PC_RULE_RANGE;
  }
  if (address % profile->program_unit != 0 || size % profile->program_unit != 0) {
    return PC_RULE_ALIGNMENT;
  }
  if (profile->page_size != 0 && size > 0 &&
      address / profile->page_size != (address + size - 1) / profile->page_size) {
    return PC_RULE_PAGE;
  }
  for (uint64_t i = 0; i < size; i++) {
    if ((state->cells[address + i] & data[i]) != data[i]) {
      return PC_RULE_SET_BIT;
    }
  }
  for (uint64_t i = 0; i < size && profile->programs_per_unit != 0; i++) {
    if (state->counts[(address + i) / profile->program_unit] >= profile->programs_per_unit) {
      return PC_RULE_OVERPROGRAM;
    }
  }
  return rule_against_again(model, address, data, size);
}

/* Byte by byte: a page or unit counts where the operation enters it. */
static void work_model(const struct model *model, struct state *state, const struct pc_flash_operation *operation) {
  uint32_t each = model->profile->page_size > 0 ? model->profile->page_size : model->profile->program_unit;
  if (operation->kind == PC_ERASE) {
    state->work.erases++;
    return;
  }
  for (uint32_t i = 0; i < operation->size; i++) {
    state->work.programs += i == 0 || (operation->address + i) % each == 0 ? 1 : 0;
  }
}

static void wear_model(const struct model *model, struct state *state, const struct pc_flash_operation *operation) {
  if (operation->kind == PC_ERASE) {
    state->wear[operation->address / model->profile->sector_size].erases++;
    return;
  }
  for (uint32_t i = 0; i < operation->size; i++) {
    state->wear[(operation->address + i) / model->profile->sector_size].programmed_bytes++;
  }
}

/* Program counts, unit by unit, when `operation` left `after`. */
static void count_model(const struct model *model, struct state *state, const struct pc_flash_operation *operation,
                        const uint8_t *after) {
  uint32_t unit = model->profile->program_unit;
  for (uint32_t i = 0; i < operation->size / unit; i++) {
    const uint8_t *left = after + (size_t)i * unit;
    uint8_t *count = &state->counts[operation->address / unit + i];
    bool changed = memcmp(left, state->cells + operation->address + (size_t)i * unit, unit) != 0;
    for (uint32_t j = 0; operation->weak != NULL && j < unit; j++) {
      changed = changed || operation->weak[i * unit + j] != 0;
    }
    bool erased = true;
    for (uint32_t j = 0; j < unit; j++) {
      erased = erased && left[j] == PC_ERASED;
    }
    if (operation->kind == PC_PROGRAM) {
      *count = (uint8_t)(*count + (changed || !operation->torn));
    } else if (erased) {
      *count = 0;
    }
  }
}

static void weaken_model(struct state *state, const struct pc_flash_operation *operation, const uint8_t *after) {
  for (uint32_t i = 0; i < operation->size; i++) {
    uint8_t *weak = &state->weak[operation->address + i];
    *weak = operation->kind == PC_ERASE && !operation->torn ? 0 : *weak & after[i];
    *weak |= operation->weak != NULL ? operation->weak[i] : 0;
  }
  state->weakness = operation->weak != NULL ? operation->weakness : state->weakness;
}

static void change_model(struct model *model, const struct pc_flash_operation *operation, const uint8_t *after) {
  struct state *next = &model->history[model->length + 1];
  *next = *present(model);
  wear_model(model, next, operation);
  work_model(model, next, operation);
  count_model(model, next, operation, after);
  weaken_model(next, operation, after);
  memcpy(next->cells + operation->address, after, operation->size);
  model->operations[model->length++] = *operation;
}

static uint64_t count_weak(const struct state *state) {
  uint64_t count = 0;
  for (uint32_t i = 0; i < MAX_SIZE; i++) {
    count += (uint64_t)__builtin_popcount(state->weak[i]);
  }
  return count;
}

/* Lines of zeros count for nothing. */
static uint64_t hash_plane(const uint8_t *bytes, uint32_t size, uint64_t plane) {
  static const uint8_t none[64] = {0};
  uint64_t hash = 0;
  for (uint32_t i = 0; i < (size + 63) / 64; i++) {
    const uint8_t *line = bytes + (size_t)i * 64;
    hash += memcmp(line, none, 64) == 0 ? 0 : XXH3_64bits_withSeed(line, 64, (plane << 32) + i);
  }
  return hash;
}

/* As it is when the sequence of reads 1 has begun. */
static uint64_t fresh_hash(struct model *model) {
  const struct state *state = present(model);
  uint64_t hash = 0;
  for (uint32_t i = 0; i < (model->size + 63) / 64; i++) {
    uint8_t line[64];
    memset(line, PC_ERASED, sizeof line);
    memcpy(line, state->cells + (size_t)i * 64, model->size - i * 64 < 64 ? model->size - i * 64 : 64);
    hash += XXH3_64bits_withSeed(line, sizeof line, i);
  }
  uint32_t units = model->profile->programs_per_unit == 0 ? 0 : model->size / model->profile->program_unit;
  hash += hash_plane(state->counts, units, 1) + hash_plane(state->weak, model->size, 2);
  if (count_weak(state) > 0) {
    hash = pc_random_mix(pc_random_mix(hash, pc_random_mix(1, 0)), (uint64_t)state->weakness);
  }
  return hash;
}

static void check_journal_entry(struct run *run, size_t index) {
  const struct pc_flash_operation *expected = &run->model->operations[index];
  struct pc_flash_operation told = pc_device_journalled(run->device, index);
  CHECK(run, told.kind == expected->kind);
  CHECK(run, told.torn == expected->torn);
  CHECK(run, told.address == expected->address);
  CHECK(run, told.size == expected->size);
  CHECK(run, memcmp(told.before, run->model->history[index].cells + told.address, told.size) == 0);
  CHECK(run, memcmp(told.after, run->model->history[index + 1].cells + told.address, told.size) == 0);
}

static void check_state(struct run *run) {
  const struct state *state = present(run->model);
  struct pc_bytes cells = pc_device_cells(run->device);
  CHECK(run, cells.size == run->model->size);
  CHECK(run, memcmp(cells.data, state->cells, cells.size) == 0);
  for (uint32_t sector = 0; sector < run->model->sectors; sector++) {
    struct pc_sector_wear wear = pc_device_wear(run->device, sector);
    CHECK(run, wear.erases == state->wear[sector].erases);
    CHECK(run, wear.programmed_bytes == state->wear[sector].programmed_bytes);
  }
  struct pc_flash_work work = pc_device_work(run->device);
  CHECK(run, work.programs == state->work.programs && work.erases == state->work.erases);
  CHECK(run, pc_device_weak_cells(run->device) == count_weak(state));
  pc_device_begin_reads(run->device, 1);
  CHECK(run, pc_device_hash(run->device) == fresh_hash(run->model));
  CHECK(run, pc_device_mark(run->device) == run->model->length);
  CHECK(run, !pc_device_failed(run->device));
  if (run->model->length > 0) {
    check_journal_entry(run, run->model->length - 1);
    check_journal_entry(run, pc_random_below(&run->random, run->model->length));
  }
}

static uint32_t below(struct run *run, uint32_t bound) {
  return (uint32_t)pc_random_below(&run->random, bound);
}

/* What a program would leave: mostly bits cleared, now and then anything. */
static void draw_data(struct run *run, uint32_t address, uint8_t *data, uint32_t size) {
  bool anything = below(run, 8) == 0;
  uint64_t density = below(run, 3);
  for (uint32_t i = 0; i < size; i++) {
    uint8_t old = address + i < run->model->size ? present(run->model)->cells[address + i] : PC_ERASED;
    uint8_t mask = (uint8_t)pc_random_next(&run->random);
    mask |= density > 0 ? (uint8_t)pc_random_next(&run->random) : 0;
    mask |= density > 1 ? (uint8_t)pc_random_next(&run->random) : 0;
    data[i] = anything ? mask : old & mask;
  }
}

/* A program of a few units somewhere, sometimes misaligned, beyond the end or empty. */
static struct pc_flash_operation draw_program(struct run *run, uint8_t *data, uint32_t most) {
  uint32_t unit = run->model->profile->program_unit;
  struct pc_flash_operation program = {.kind = PC_PROGRAM, .after = data};
  program.address = below(run, run->model->size / unit + 1) * unit + (below(run, 16) == 0);
  program.size = below(run, most / unit + 1) * unit + (below(run, 16) == 0);
  draw_data(run, program.address, data, program.size);
  return program;
}

static void expect_refusal(struct run *run, int status, enum pc_rule rule) {
  struct pc_contract_violation first;
  CHECK(run, status == PC_FLASH_REFUSED);
  CHECK(run, pc_device_contract_violations(run->device, &first) == 1);
  CHECK(run, first.rule == rule);
  pc_device_clear_contract_violations(run->device);
  run->refused[rule]++;
}

static void try_program(struct run *run) {
  uint8_t data[1024];
  struct pc_flash_operation program = draw_program(run, data, below(run, 4) == 0 ? 1000 : 80);
  enum pc_rule rule = rule_against_program(run->model, program.address, data, program.size);
  int status = run->port.program(run->port.context, program.address, data, program.size);
  if (rule != PC_RULE_COUNT) {
    expect_refusal(run, status, rule);
    return;
  }
  CHECK(run, status == PC_FLASH_OK);
  if (program.size > 0) {
    change_model(run->model, &program, data);
    run->done++;
  }
}

static void try_erase(struct run *run) {
  uint32_t sector_size = run->model->profile->sector_size;
  uint8_t erased[MAX_SIZE];
  memset(erased, PC_ERASED, sizeof erased);
  struct pc_flash_operation erase = {.kind = PC_ERASE, .size = sector_size};
  erase.address = below(run, run->model->sectors + 1) * sector_size + (below(run, 8) == 0);
  int status = run->port.erase(run->port.context, erase.address);
  if (erase.address >= run->model->size) {
    expect_refusal(run, status, PC_RULE_RANGE);
  } else if (erase.address % sector_size != 0) {
    expect_refusal(run, status, PC_RULE_ALIGNMENT);
  } else {
    CHECK(run, status == PC_FLASH_OK);
    change_model(run->model, &erase, erased);
    run->done++;
  }
}

static void tear(struct run *run, struct pc_flash_operation operation) {
  uint8_t before[MAX_SIZE], torn[MAX_SIZE], weak[MAX_SIZE];
  memcpy(before, present(run->model)->cells + operation.address, operation.size);
  operation.before = before;
  struct pc_fault_input input = {.operation = operation,
                                 .program_unit = run->model->profile->program_unit,
                                 .samples = 8,
                                 .limit = 8,
                                 .seed = pc_random_next(&run->random)};
  enum pc_fault fault = (enum pc_fault)below(run, PC_FAULT_METASTABLE + 1);
  uint32_t variants = pc_fault_variants(fault, &input);
  if (variants == 0) {
    return;
  }
  uint32_t variant = below(run, variants);
  pc_fault_tear(fault, &input, variant, torn);
  operation.weakness = pc_fault_weaken(fault, &input, variant, weak);
  operation.weak = operation.weakness == PC_FIRM ? NULL : weak;
  run->weakened += operation.weak != NULL;
  pc_device_tear(run->device, &operation, torn);
  operation.torn = true;
  change_model(run->model, &operation, torn);
  run->torn++;
}

static void tear_program(struct run *run) {
  uint8_t data[1024];
  struct pc_flash_operation program = draw_program(run, data, 200);
  if (program.size > 0 && rule_against_program(run->model, program.address, data, program.size) == PC_RULE_COUNT) {
    tear(run, program);
  }
}

static void tear_erase(struct run *run) {
  uint32_t sector_size = run->model->profile->sector_size;
  uint8_t erased[MAX_SIZE];
  memset(erased, PC_ERASED, sizeof erased);
  tear(run, (struct pc_flash_operation){.kind = PC_ERASE,
                                        .address = below(run, run->model->sectors) * sector_size,
                                        .size = sector_size,
                                        .after = erased});
}

static void roll_back(struct run *run) {
  size_t mark = below(run, (uint32_t)run->model->length + 1);
  pc_device_rollback(run->device, mark);
  run->model->length = mark;
}

static void forget(struct run *run) {
  pc_device_forget(run->device);
  run->model->history[0] = *present(run->model);
  run->model->length = 0;
}

static void read_back(struct run *run) {
  uint8_t data[MAX_SIZE];
  pc_device_begin_reads(run->device, pc_random_next(&run->random));
  uint32_t address = below(run, run->model->size), size = below(run, run->model->size + 1);
  int status = run->port.read(run->port.context, address, data, size);
  if (size > run->model->size - address) {
    expect_refusal(run, status, PC_RULE_RANGE);
  } else {
    const struct state *state = present(run->model);
    CHECK(run, status == PC_FLASH_OK);
    for (uint32_t i = 0; i < size; i++) {
      uint8_t differs = data[i] ^ state->cells[address + i];
      run->wavered += differs != 0;
      CHECK(run, (differs & ~state->weak[address + i]) == 0);
    }
  }
}

/* An image of random bytes, or the present cells. */
static void load(struct run *run) {
  struct model *model = run->model;
  forget(run);
  struct state *state = present(model);
  memset(state->weak, 0, sizeof state->weak);
  for (uint32_t i = 0; i < model->size && below(run, 4) > 0; i++) {
    state->cells[i] = (uint8_t)pc_random_next(&run->random);
  }
  memset(state->counts, 0, sizeof state->counts);
  for (uint32_t i = 0; i < model->size; i++) {
    state->counts[i / model->profile->program_unit] |= state->cells[i] != PC_ERASED;
  }
  struct pc_bytes image = {.data = state->cells, .size = model->size};
  CHECK(run, pc_device_load(run->device, image, NULL) == PC_OK);
}

static void take_step(struct run *run) {
  if (run->model->length == MAX_HISTORY) {
    (below(run, 2) == 0 ? roll_back : forget)(run);
    return;
  }
  uint32_t choice = below(run, 100);
  if (choice < 50) {
    try_program(run);
  } else if (choice < 62) {
    tear_program(run);
  } else if (choice < 70) {
    tear_erase(run);
  } else if (choice < 82) {
    try_erase(run);
  } else if (choice < 90) {
    read_back(run);
  } else if (choice < 98) {
    roll_back(run);
  } else if (choice < 99) {
    forget(run);
  } else {
    load(run);
  }
}

static void explore(const struct pc_profile *profile, uint32_t sectors, uint64_t seed) {
  struct run run = {.model = calloc(1, sizeof *run.model), .random = {.state = seed}, .seed = seed};
  cr_assert_not_null(run.model);
  run.model->profile = profile;
  run.model->sectors = sectors;
  run.model->size = sectors * profile->sector_size;
  memset(run.model->history[0].cells, PC_ERASED, MAX_SIZE);
  cr_assert_eq(pc_device_create(&run.device, profile, sectors, NULL), PC_OK);
  run.port = pc_device_port(run.device);
  for (run.step = 0; run.step < STEPS; run.step++) {
    take_step(&run);
    check_state(&run);
  }
  /* A run that never came to what it is about would say nothing. */
  CHECK(&run, run.done > STEPS / 20);
  CHECK(&run, run.torn > STEPS / 20);
  CHECK(&run, run.weakened > STEPS / 100);
  CHECK(&run, run.wavered > 1000);
  CHECK(&run, run.refused[PC_RULE_RANGE] > 100);
  CHECK(&run, run.refused[PC_RULE_SET_BIT] > 100);
  CHECK(&run, run.refused[PC_RULE_ALIGNMENT] > 100);
  CHECK(&run, (run.refused[PC_RULE_PAGE] > 100) == (profile->page_size > 0));
  CHECK(&run, (run.refused[PC_RULE_OVERPROGRAM] > 100) == (profile->programs_per_unit > 0));
  CHECK(&run, (run.refused[PC_RULE_REPROGRAM] > 100) == (profile->reprogram != PC_REPROGRAM_ANY));
  CHECK(&run, (run.refused[PC_RULE_ROW] > 100) == (profile->row_size > 0));
  pc_device_destroy(run.device);
  free(run.model);
}

Test(device_random, agrees_with_the_model_on_a_part_that_clears_any_bit) {
  const struct pc_profile profile = {.name = "bytes", .sector_size = 512, .program_unit = 1, .page_size = 256};
  explore(&profile, 8, 101);
}

Test(device_random, agrees_with_the_model_on_a_part_with_words_of_two_programs) {
  const struct pc_profile profile = {.name = "words", .sector_size = 256, .program_unit = 4, .programs_per_unit = 2};
  explore(&profile, 5, 102);
}

Test(device_random, agrees_with_the_model_on_a_part_with_units_programmed_once) {
  const struct pc_profile profile = {
      .name = "once", .sector_size = 128, .program_unit = 8, .page_size = 64, .programs_per_unit = 1};
  explore(&profile, 7, 103);
}

Test(device_random, agrees_with_the_model_where_no_size_is_a_power_of_two) {
  const struct pc_profile profile = {.name = "odd", .sector_size = 120, .program_unit = 24, .programs_per_unit = 3};
  explore(&profile, 3, 104);
  const struct pc_profile tiny = {.name = "tiny", .sector_size = 17, .program_unit = 1};
  explore(&tiny, 3, 105);
}

Test(device_random, agrees_with_the_model_on_parts_that_are_choosy_about_a_second_program) {
  struct pc_profile profile = {
      .name = "zeros", .sector_size = 256, .program_unit = 4, .programs_per_unit = 2, .reprogram = PC_REPROGRAM_ZEROS};
  explore(&profile, 4, 106);
  profile.reprogram = PC_REPROGRAM_DIFFERENT;
  explore(&profile, 4, 107);
}

Test(device_random, agrees_with_the_model_on_a_part_with_a_limit_by_row) {
  struct pc_profile profile = {.name = "rows", .sector_size = 256, .program_unit = 4, .programs_per_unit = 2};
  profile.row_size = 32;
  profile.programs_per_row = 12;
  explore(&profile, 4, 108);
}
