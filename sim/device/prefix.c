/* T1: the operation got as far as a boundary between two program units, from its first byte on. */
#include <stdbool.h>
#include <string.h>

#include "fault_class.h"
#include "spread.h"
#include "words.h"

static uint64_t difference_at(const struct pc_flash_operation *operation, size_t offset) {
  return pc_word_at(operation->before, operation->size, offset) ^ pc_word_at(operation->after, operation->size, offset);
}

static uint32_t first_difference(const struct pc_flash_operation *operation) {
  size_t offset = 0;
  while (difference_at(operation, offset) == 0) {
    offset += PC_WORD_SIZE;
  }
  return (uint32_t)offset + (uint32_t)__builtin_ctzll(difference_at(operation, offset)) / 8;
}

static uint32_t last_difference(const struct pc_flash_operation *operation) {
  size_t offset = (operation->size - 1) / PC_WORD_SIZE * PC_WORD_SIZE;
  while (difference_at(operation, offset) == 0) {
    offset -= PC_WORD_SIZE;
  }
  return (uint32_t)offset + (63 - (uint32_t)__builtin_clzll(difference_at(operation, offset))) / 8;
}

/* The boundaries, in units, that have a changed unit before and behind them; false if there is none. */
static bool find_boundaries(const struct pc_fault_input *input, struct pc_spread *boundaries) {
  const struct pc_flash_operation *operation = &input->operation;
  if (memcmp(operation->before, operation->after, operation->size) == 0) {
    return false;
  }
  *boundaries = (struct pc_spread){
      .first = first_difference(operation) / input->program_unit + 1,
      .last = last_difference(operation) / input->program_unit,
      .limit = input->limit,
  };
  return boundaries->first <= boundaries->last;
}

uint32_t pc_prefix_variants(const struct pc_fault_input *input) {
  struct pc_spread boundaries;
  return find_boundaries(input, &boundaries) ? pc_spread_count(&boundaries) : 0;
}

void pc_prefix_tear(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn) {
  const struct pc_flash_operation *operation = &input->operation;
  struct pc_spread boundaries = {0};
  (void)find_boundaries(input, &boundaries);
  size_t done = (size_t)pc_spread_point(&boundaries, variant) * input->program_unit;
  memcpy(torn, operation->after, done);
  memcpy(torn + done, operation->before + done, operation->size - done);
}
