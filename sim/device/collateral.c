/* T8: a program that is cut clears bits beside its range too, inside the block that the profile names. */
#include <string.h>

#include "fault_class.h"
#include "powercut/random.h"
#include "subset.h"

#define EXTREMES 3u
#define MOST_BITS 8u /* that change outside the range */

struct pc_fault_place pc_collateral_place(const struct pc_fault_input *input) {
  const struct pc_flash_operation *operation = &input->operation;
  uint32_t block = input->collateral;
  uint32_t first = operation->address / block * block;
  uint32_t end = (operation->address + operation->size + block - 1) / block * block;
  uint32_t most = (uint32_t)input->cells.size;
  return (struct pc_fault_place){.address = first, .size = (end < most ? end : most) - first};
}

static bool is_outside(const struct pc_fault_input *input, uint32_t address) {
  return address < input->operation.address || address - input->operation.address >= input->operation.size;
}

/* A byte outside the range that has ones, the first from `from` on, around the place; its size if there is none. */
static uint32_t find_byte(const struct pc_fault_input *input, struct pc_fault_place place, uint32_t from) {
  for (uint32_t i = 0; i < place.size; i++) {
    uint32_t at = (from + i) % place.size;
    if (is_outside(input, place.address + at) && input->cells.data[place.address + at] != 0) {
      return at;
    }
  }
  return place.size;
}

uint32_t pc_collateral_variants(const struct pc_fault_input *input) {
  if (input->collateral == 0 || input->operation.kind != PC_PROGRAM || input->cells.size == 0) {
    return 0;
  }
  struct pc_fault_place place = pc_collateral_place(input);
  return find_byte(input, place, 0) == place.size ? 0 : EXTREMES + input->samples;
}

/* Of the operation: nothing, all, or bits by seed. */
static void tear_inside(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn) {
  const struct pc_flash_operation *operation = &input->operation;
  if (variant == 0 || (variant >= EXTREMES && pc_bit_subset_variants(input) == 0)) {
    return;
  }
  if (variant < EXTREMES) {
    memcpy(torn, operation->after, operation->size);
    return;
  }
  uint64_t seed = pc_random_mix(pc_random_mix(input->seed, PC_FAULT_COLLATERAL), variant);
  pc_bit_subset_tear(input, (uint32_t)(seed % pc_bit_subset_variants(input)), torn);
}

static void clear_bit(const struct pc_fault_input *input, struct pc_fault_place place, uint64_t drawn,
                      struct pc_fault_left *left) {
  uint32_t at = find_byte(input, place, (uint32_t)(drawn / 8 % place.size));
  uint32_t ones = input->cells.data[place.address + at];
  for (uint64_t skip = drawn % (uint64_t)__builtin_popcount(ones); skip > 0; skip--) {
    ones &= ones - 1;
  }
  uint8_t bit = (uint8_t)(ones & (~ones + 1));
  left->torn[at] &= (uint8_t)~bit;
  left->spoilt[at] |= bit;
}

/* The nearest byte before the range, or the nearest behind it, or a few by seed. */
void pc_collateral_leave(const struct pc_fault_input *input, uint32_t variant, struct pc_fault_left *left) {
  const struct pc_fault_place place = pc_collateral_place(input);
  uint32_t inside = input->operation.address - place.address;
  memcpy(left->torn, input->cells.data + place.address, place.size);
  tear_inside(input, variant, left->torn + inside);
  if (variant < EXTREMES) {
    uint32_t from =
        variant < 2 ? (inside + place.size - 1) % place.size : (inside + input->operation.size) % place.size;
    clear_bit(input, place, (uint64_t)from * 8, left);
    return;
  }
  struct pc_random random = {
      .state = pc_random_mix(pc_random_mix(input->seed, variant), UINT64_C(8) << 32 | PC_FAULT_COLLATERAL)};
  for (uint64_t bits = 1 + pc_random_below(&random, MOST_BITS); bits > 0; bits--) {
    clear_bit(input, place, pc_random_next(&random), left);
  }
}
