/* T9: in a sector that nears its endurance torn cells are unstable too, and past it some of them stick. */
#include <string.h>

#include "fault_class.h"
#include "powercut/random.h"

#define EXTREMES 4u
#define ONSET 0.8  /* of the endurance: where cells begin to be unstable */
#define SPAN 0.4   /* from the onset to where half of the torn cells are */
#define STUCK 0.25 /* of the torn cells, as much past the endurance as the onset is before it */

/* Chances between 0 and 1, in 2^-32. */
static uint32_t chance(double share) {
  double clamped = share < 0 ? 0 : share > 1 ? 1 : share;
  return (uint32_t)(clamped * UINT32_MAX);
}

static uint8_t changing(const struct pc_flash_operation *operation, uint32_t i) {
  return operation->before[i] ^ operation->after[i];
}

uint32_t pc_worn_variants(const struct pc_fault_input *input) {
  uint8_t any = 0;
  for (uint32_t i = 0; i < input->operation.size; i++) {
    any |= changing(&input->operation, i);
  }
  return input->age < ONSET || any == 0 ? 0 : EXTREMES + input->samples;
}

/* What becomes of the cells that were changing: each is written, unless drawn to be left, unstable or stuck. */
struct fate {
  uint32_t left, unstable, stuck;
  bool first_alone, last_alone; /* only the first of them sticks, or the last */
};

static struct fate fate_of(const struct pc_fault_input *input, uint32_t variant, struct pc_random *random) {
  double unstable = (input->age - ONSET) / SPAN * 0.5,
         stuck = input->age <= 1 ? 0 : (input->age - 1) / (1 - ONSET) * STUCK;
  bool past = input->age > 1;
  switch (variant) {
    case 0: /* nothing is written, and all are unstable */
      return (struct fate){.unstable = UINT32_MAX};
    case 1: /* all is written but one that sticks; before the endurance, half and half */
    case 2:
      return past ? (struct fate){.first_alone = variant == 1, .last_alone = variant == 2}
                  : (struct fate){.left = variant == 1 ? chance(0.5) : 0, .unstable = chance(unstable)};
    case 3:
      return (struct fate){.left = chance(1), .unstable = chance(unstable), .stuck = chance(stuck)};
    default:
      return (struct fate){
          .left = chance(pc_random_unit(random)), .unstable = chance(unstable), .stuck = chance(stuck)};
  }
}

/* The first and the last cell that change, as bits of the operation. */
struct ends {
  uint64_t first, last;
};

static struct ends ends_of(const struct pc_flash_operation *operation) {
  struct ends ends = {.first = UINT64_MAX};
  for (uint32_t i = 0; i < operation->size; i++) {
    for (uint32_t bits = changing(operation, i); bits != 0; bits &= bits - 1) {
      uint64_t at = (uint64_t)i * 8 + (uint64_t)__builtin_ctz(bits);
      ends.first = ends.first == UINT64_MAX ? at : ends.first;
      ends.last = at;
    }
  }
  return ends;
}

static bool draws(struct pc_random *random, uint32_t chance) {
  return chance > 0 && (uint32_t)pc_random_next(random) <= chance;
}

void pc_worn_leave(const struct pc_fault_input *input, uint32_t variant, struct pc_fault_left *left) {
  const struct pc_flash_operation *operation = &input->operation;
  struct pc_random random = {.state = pc_random_mix(pc_random_mix(input->seed, PC_FAULT_WORN), variant)};
  const struct fate fate = fate_of(input, variant, &random);
  const struct ends ends = ends_of(operation);
  memcpy(left->torn, operation->after, operation->size);
  for (uint32_t i = 0; i < operation->size; i++) {
    for (uint32_t bits = changing(operation, i); bits != 0; bits &= bits - 1) {
      uint8_t bit = (uint8_t)(bits & (~bits + 1));
      uint64_t at = (uint64_t)i * 8 + (uint64_t)__builtin_ctz(bits);
      bool sticks =
          (fate.first_alone && at == ends.first) || (fate.last_alone && at == ends.last) || draws(&random, fate.stuck);
      if (sticks) {
        left->stuck[i] |= bit;
      } else if (draws(&random, fate.unstable)) {
        left->weak[i] |= bit;
        left->weakness = PC_WEAK_NOISY;
        left->torn[i] |= bit;
        continue;
      }
      if (sticks || draws(&random, fate.left)) {
        left->torn[i] = (uint8_t)((left->torn[i] & ~bit) | (operation->before[i] & bit));
      }
    }
  }
}
