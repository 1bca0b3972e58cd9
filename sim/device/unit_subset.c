/* T2: some of the program units that were changing are as after the operation, the others as before. */
#include <stdbool.h>
#include <string.h>

#include "fault_class.h"
#include "powercut/random.h"
#include "subset.h"

static uint32_t units_of(const struct pc_fault_input *input) {
  return input->operation.size / input->program_unit;
}

static bool changes(const struct pc_fault_input *input, uint32_t unit) {
  const uint8_t *before = input->operation.before + (size_t)unit * input->program_unit;
  const uint8_t *after = input->operation.after + (size_t)unit * input->program_unit;
  /* Units of one byte are the most common and the most numerous: they are spared the call. */
  return input->program_unit == 1 ? *before != *after : memcmp(before, after, input->program_unit) != 0;
}

static uint64_t count_changing(const struct pc_fault_input *input) {
  uint64_t count = 0;
  for (uint32_t unit = 0; unit < units_of(input); unit++) {
    count += changes(input, unit);
  }
  return count;
}

uint32_t pc_unit_subset_variants(const struct pc_fault_input *input) {
  return pc_subset_variants(count_changing(input), input->samples);
}

/* The changing units as a bit string, in the first bytes of `set`. */
static size_t find_changing(const struct pc_fault_input *input, uint8_t *set) {
  size_t size = (units_of(input) + 7u) / 8u;
  memset(set, 0, size);
  for (uint32_t unit = 0; unit < units_of(input); unit++) {
    set[unit / 8] |= (uint8_t)(changes(input, unit) << unit % 8);
  }
  return size;
}

/* Turns the bit string of the units that changed, in the first bytes of `torn`, into what they left. */
static void apply(const struct pc_fault_input *input, uint8_t *torn) {
  size_t size = input->program_unit;
  /* The bit of a unit never lies behind the unit's first byte: from the last unit on, the bits that are still to be
     read are not yet overwritten. */
  for (size_t unit = units_of(input); unit-- > 0;) {
    bool done = (torn[unit / 8] >> unit % 8 & 1) != 0;
    const uint8_t *from = (done ? input->operation.after : input->operation.before) + unit * size;
    if (size == 1) {
      torn[unit] = *from;
    } else {
      memcpy(torn + unit * size, from, size);
    }
  }
}

void pc_unit_subset_tear(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn) {
  size_t set_size = find_changing(input, torn);
  const struct pc_subset subset = {
      .elements = pc_subset_elements(torn, set_size),
      .samples = input->samples,
      .variant = variant,
      .seed = pc_random_mix(input->seed, PC_FAULT_UNIT_SUBSET),
  };
  pc_subset_choose(&subset, torn, set_size);
  apply(input, torn);
}
