/* T4: an erase first programs zeros, from the sector's end towards its start, and then sets ones bit by bit. */
#include <stdbool.h>
#include <string.h>

#include "fault_class.h"
#include "powercut/random.h"
#include "spread.h"
#include "subset.h"

/* The boundaries, in units, from which zeros were programmed to the end and changed something; false if there is none,
   because the sector is all zeros. */
static bool find_boundaries(const struct pc_fault_input *input, struct pc_spread *boundaries) {
  const struct pc_flash_operation *operation = &input->operation;
  size_t end = operation->size;
  while (end > 0 && operation->before[end - 1] == 0) {
    end--;
  }
  *boundaries = (struct pc_spread){.limit = input->limit};
  if (end == 0) {
    return false;
  }
  boundaries->last = (uint32_t)(end - 1) / input->program_unit;
  return true;
}

static uint32_t zeroing_variants(const struct pc_fault_input *input) {
  struct pc_spread boundaries;
  return find_boundaries(input, &boundaries) ? pc_spread_count(&boundaries) : 0;
}

static uint64_t bits_of(const struct pc_fault_input *input) {
  return (uint64_t)input->operation.size * 8;
}

uint32_t pc_two_phase_erase_variants(const struct pc_fault_input *input) {
  if (input->operation.kind != PC_ERASE) {
    return 0;
  }
  return zeroing_variants(input) + pc_subset_variants(bits_of(input), input->samples);
}

/* Variant 0 has just begun, the last one has left nothing but zeros. */
static void tear_zeroing(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn) {
  struct pc_spread boundaries;
  (void)find_boundaries(input, &boundaries);
  uint32_t unit = pc_spread_point(&boundaries, pc_spread_count(&boundaries) - 1 - variant);
  size_t kept = (size_t)unit * input->program_unit;
  memcpy(torn, input->operation.before, kept);
  memset(torn + kept, 0, input->operation.size - kept);
}

static void tear_setting(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn) {
  const struct pc_flash_operation *operation = &input->operation;
  const struct pc_subset subset = {
      .elements = bits_of(input),
      .samples = input->samples,
      .variant = variant,
      .seed = pc_random_mix(input->seed, PC_FAULT_TWO_PHASE_ERASE),
  };
  memset(torn, PC_ERASED, operation->size);
  pc_subset_choose(&subset, torn, operation->size);
  if (memcmp(torn, operation->before, operation->size) == 0) {
    /* By chance nothing seems to have happened. One bit less is as possible, and is a tear. */
    size_t byte = 0;
    while (torn[byte] == 0) {
      byte++;
    }
    torn[byte] &= (uint8_t)(torn[byte] - 1);
  }
}

void pc_two_phase_erase_tear(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn) {
  uint32_t zeroing = zeroing_variants(input);
  if (variant < zeroing) {
    tear_zeroing(input, variant, torn);
  } else {
    tear_setting(input, variant - zeroing, torn);
  }
}
