/* Mutations that keep a program's sense. */
#include <string.h>

#include "powercut/program.h"

/* What shows a mistake mostly shows it in few steps, and a campaign tries many more short programs than long ones. */
#define LONG_PROGRAM 16u

static uint32_t below(struct pc_random *random, uint32_t bound) {
  return bound == 0 ? 0 : (uint32_t)pc_random_below(random, bound);
}

/* Sizes that are worth trying: around what fills an entry, a sector, or nothing. */
static uint16_t draw_size(struct pc_random *random) {
  static const uint16_t some[] = {0, 1, 15, 16, 17, 31, 32, 33, 64, 100, 127, 128, 200, 255, 256, 400};
  if (below(random, 2) == 0) {
    return some[below(random, sizeof some / sizeof some[0])];
  }
  return (uint16_t)below(random, below(random, 4) == 0 ? 4096 : 80);
}

/* Mostly one that every part has. */
static enum pc_fault draw_fault(struct pc_random *random) {
  return (enum pc_fault)below(random, below(random, 4) == 0 ? PC_FAULT_COUNT : PC_FAULT_TWO_PHASE_ERASE + 1);
}

static struct pc_program_step draw_cut(struct pc_random *random) {
  return (struct pc_program_step){
      .code = PC_CODE_CUT,
      .fault = draw_fault(random),
      .flash_operation = (uint16_t)below(random, below(random, 4) == 0 ? 64 : 6),
      .variant = (uint16_t)below(random, 96),
  };
}

static struct pc_program_step draw_step(struct pc_random *random) {
  uint32_t kind = below(random, 20);
  uint8_t key = (uint8_t)below(random, below(random, 2) == 0 ? 4 : PC_PROGRAM_KEYS);
  if (kind < 10) {
    return (struct pc_program_step){.code = PC_CODE_PUT,
                                    .key = key,
                                    .size = draw_size(random),
                                    .from_largest = below(random, 8) == 0,
                                    .seed = (uint8_t)below(random, 256)};
  }
  if (kind < 12) {
    return (struct pc_program_step){.code = PC_CODE_DELETE, .key = key};
  }
  if (kind < 14) {
    return (struct pc_program_step){.code = PC_CODE_MAINTAIN,
                                    .level = (enum pc_maintenance)below(random, PC_MAINTAIN_HEAVY + 1)};
  }
  if (kind < 15) {
    return (struct pc_program_step){.code = PC_CODE_REBOOT};
  }
  return draw_cut(random);
}

/* Makes room for `count` steps before step `at`; how many there is room for. */
static uint32_t open_gap(struct pc_program *program, uint32_t at, uint32_t count) {
  uint32_t room = PC_PROGRAM_MAX_STEPS - program->step_count;
  count = count < room ? count : room;
  memmove(program->steps + at + count, program->steps + at, (program->step_count - at) * sizeof program->steps[0]);
  program->step_count += count;
  return count;
}

static void insert(struct pc_program *program, struct pc_random *random) {
  uint32_t at = below(random, program->step_count + 1);
  uint32_t count = open_gap(program, at, 1 + below(random, 3));
  for (uint32_t i = 0; i < count; i++) {
    program->steps[at + i] = draw_step(random);
  }
}

static void drop(struct pc_program *program, struct pc_random *random) {
  uint32_t at = below(random, program->step_count);
  uint32_t most = program->step_count - at;
  uint32_t count = 1 + below(random, below(random, 4) == 0 ? 16 : 3);
  count = count < most ? count : most;
  memmove(program->steps + at, program->steps + at + count, (most - count) * sizeof program->steps[0]);
  program->step_count -= count;
}

/* A stretch of a long program alone. */
static void shorten(struct pc_program *program, struct pc_random *random) {
  uint32_t count = 1 + below(random, LONG_PROGRAM);
  uint32_t at = below(random, 2) == 0 ? 0 : below(random, program->step_count - count);
  memmove(program->steps, program->steps + at, count * sizeof program->steps[0]);
  program->step_count = count;
}

/* Steps of one program in another, or in itself somewhere else. */
static void splice(struct pc_program *program, const struct pc_program *from, struct pc_random *random) {
  struct pc_program_step taken[32];
  uint32_t at = below(random, program->step_count + 1);
  uint32_t first = below(random, from->step_count);
  uint32_t count = 1 + below(random, (uint32_t)(sizeof taken / sizeof taken[0]));
  count = count < from->step_count - first ? count : from->step_count - first;
  memcpy(taken, from->steps + first, count * sizeof taken[0]);
  count = open_gap(program, at, count);
  memcpy(program->steps + at, taken, count * sizeof taken[0]);
}

/* The last steps again, at the end: what filled a store fills it more. */
static void repeat_suffix(struct pc_program *program, struct pc_random *random) {
  uint32_t size = 1 + below(random, program->step_count < 24 ? program->step_count : 24);
  for (uint32_t times = 1 + below(random, 4); times > 0; times--) {
    uint32_t from = program->step_count - size;
    uint32_t count = open_gap(program, program->step_count, size);
    memcpy(program->steps + program->step_count - count, program->steps + from, count * sizeof program->steps[0]);
  }
}

static void swap_keys(struct pc_program *program, struct pc_random *random) {
  uint8_t a = (uint8_t)below(random, PC_PROGRAM_KEYS), b = (uint8_t)below(random, PC_PROGRAM_KEYS);
  for (uint32_t i = 0; i < program->step_count; i++) {
    struct pc_program_step *step = &program->steps[i];
    bool has_key = step->code == PC_CODE_PUT || step->code == PC_CODE_DELETE || step->code == PC_CODE_GET;
    if (has_key && (step->key == a || step->key == b)) {
      step->key = step->key == a ? b : a;
    }
  }
}

/* A cut somewhere else in the program, or somewhere else in its operation; without one, a new one. */
static void move_cut(struct pc_program *program, struct pc_random *random) {
  uint32_t at = below(random, program->step_count);
  uint32_t tries = program->step_count;
  while (tries > 0 && program->steps[at].code != PC_CODE_CUT) {
    at = (at + 1) % program->step_count;
    tries--;
  }
  if (tries == 0) {
    uint32_t place = below(random, program->step_count + 1);
    if (open_gap(program, place, 1) == 1) {
      program->steps[place] = draw_cut(random);
    }
    return;
  }
  struct pc_program_step cut = program->steps[at];
  switch (below(random, 3)) {
    case 0:
      memmove(program->steps + at, program->steps + at + 1, (program->step_count - at - 1) * sizeof program->steps[0]);
      program->step_count--;
      at = below(random, program->step_count + 1);
      (void)open_gap(program, at, 1);
      program->steps[at] = cut;
      break;
    case 1:
      cut.flash_operation = (uint16_t)((cut.flash_operation + (below(random, 2) == 0 ? 1u : 4095u)) % 4096u);
      program->steps[at] = cut;
      break;
    default:
      cut.variant = (uint16_t)below(random, 256);
      cut.fault = draw_fault(random);
      program->steps[at] = cut;
      break;
  }
}

static void change_step(struct pc_program *program, struct pc_random *random) {
  struct pc_program_step *step = &program->steps[below(random, program->step_count)];
  if (step->code == PC_CODE_PUT && below(random, 3) != 0) {
    if (below(random, 2) == 0) {
      step->size = draw_size(random);
    } else {
      step->size = (uint16_t)((step->size + (below(random, 2) == 0 ? 1u : 4095u)) % 4096u);
    }
    step->seed = (uint8_t)(step->seed + below(random, 2));
    return;
  }
  *step = draw_step(random);
}

static void change_setup(struct pc_program *program, struct pc_random *random) {
  struct pc_program_setup *setup = &program->setup;
  switch (below(random, 11)) {
    case 0:
      setup->redundancy = (uint8_t)(1 + below(random, 4));
      break;
    case 1:
      setup->checksum = (enum pc_program_checksum)below(random, PC_PROGRAM_CHECKSUMS);
      break;
    case 2:
      setup->recovery = (enum pc_program_recovery)below(random, PC_PROGRAM_RECOVERIES);
      break;
    case 3:
      setup->alignment = (uint8_t)below(random, 4);
      break;
    case 4:
      setup->policy = (uint8_t)below(random, 4);
      break;
    case 5:
      setup->collect = (uint8_t)below(random, 3);
      break;
    case 6:
      setup->few_keys = !setup->few_keys;
      break;
    case 7:
      setup->worn = (uint8_t)below(random, 4);
      break;
    case 8:
      setup->fragile = !setup->fragile;
      break;
    case 9:
      program->seed = (uint16_t)below(random, UINT16_MAX + 1u);
      break;
    default:
      setup->geometry = (uint8_t)below(random, PC_PROGRAM_GEOMETRIES);
      break;
  }
}

static void mutate_once(struct pc_program *program, const struct pc_program *other, struct pc_random *random) {
  uint32_t way = program->step_count == 0 ? 0 : below(random, 16);
  bool longer = way < 4 || (way >= 6 && way < 8) || (way >= 10 && way < 12);
  uint32_t most = below(random, 16) == 0 ? PC_PROGRAM_MAX_STEPS : LONG_PROGRAM;
  if (longer && program->step_count >= most) {
    way = 4; /* a drop */
  }
  if (way < 4) {
    insert(program, random);
  } else if (way < 6) {
    drop(program, random);
  } else if (way < 8) {
    splice(program, other != NULL && other->step_count > 0 ? other : program, random);
  } else if (way < 10) {
    move_cut(program, random);
  } else if (way < 12) {
    repeat_suffix(program, random);
  } else if (way < 13) {
    swap_keys(program, random);
  } else if (way < 15) {
    change_step(program, random);
  } else {
    change_setup(program, random);
  }
}

void pc_program_mutate(struct pc_program *program, const struct pc_program *other, struct pc_random *random) {
  if (program->step_count > LONG_PROGRAM && below(random, 8) != 0) {
    shorten(program, random);
  }
  for (uint32_t times = 1 + below(random, 3); times > 0; times--) {
    mutate_once(program, other, random);
  }
}

size_t pc_program_mutate_bytes(uint8_t *data, size_t size, size_t capacity, struct pc_bytes other, uint32_t seed) {
  struct pc_program program, second;
  struct pc_random random = {.state = seed};
  uint8_t bytes[PC_PROGRAM_MAX_SIZE];
  if (pc_program_decode("", (struct pc_bytes){.data = data, .size = size}, &program, NULL) != PC_OK) {
    program = (struct pc_program){.setup = {.redundancy = 1}};
  }
  bool has_second = pc_program_decode("", other, &second, NULL) == PC_OK;
  pc_program_mutate(&program, has_second ? &second : NULL, &random);
  size_t encoded = pc_program_encode(&program, bytes);
  encoded = encoded < capacity ? encoded : capacity;
  memcpy(data, bytes, encoded);
  return encoded;
}
