/* No tear: nothing of the operation was done, and one bit somewhere on the part has changed by itself. */
#include "fault_class.h"
#include "powercut/random.h"

uint32_t pc_bit_rot_variants(const struct pc_fault_input *input) {
  return input->cells.size == 0 ? 0 : input->samples;
}

static uint64_t draw(const struct pc_fault_input *input, uint32_t variant) {
  return pc_random_mix(pc_random_mix(input->seed, PC_FAULT_BIT_ROT), variant);
}

struct pc_fault_place pc_bit_rot_place(const struct pc_fault_input *input, uint32_t variant) {
  const struct pc_bytes *cells = &input->cells;
  size_t drawn = (size_t)(draw(input, variant) / 8 % cells->size);
  size_t at = drawn;
  for (size_t i = 0; variant % 2 == 0 && i < cells->size && cells->data[at] == PC_ERASED; i++) {
    at = at + 1 < cells->size ? at + 1 : 0;
  }
  return (struct pc_fault_place){.address = (uint32_t)at, .size = 1};
}

void pc_bit_rot_tear(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn) {
  uint8_t bit = (uint8_t)(1u << draw(input, variant) % 8);
  *torn = input->cells.data[pc_bit_rot_place(input, variant).address] ^ bit;
}
