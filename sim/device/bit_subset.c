/* T3: some of the bits that were changing have changed, the others have not. */
#include "fault_class.h"
#include "powercut/random.h"
#include "subset.h"
#include "words.h"

/* What it takes to get from the bytes in `bytes` to those in `other`, and back. */
static void exclusive_or(uint8_t *bytes, const uint8_t *other, size_t size) {
  for (size_t offset = 0; offset < size; offset += PC_WORD_SIZE) {
    pc_word_put(bytes, size, offset, pc_word_at(bytes, size, offset) ^ pc_word_at(other, size, offset));
  }
}

static uint64_t count_changing(const struct pc_flash_operation *operation) {
  uint64_t count = 0;
  for (size_t offset = 0; offset < operation->size; offset += PC_WORD_SIZE) {
    uint64_t changing =
        pc_word_at(operation->before, operation->size, offset) ^ pc_word_at(operation->after, operation->size, offset);
    count += (uint64_t)__builtin_popcountll(changing);
  }
  return count;
}

uint32_t pc_bit_subset_variants(const struct pc_fault_input *input) {
  return pc_subset_variants(count_changing(&input->operation), input->samples);
}

void pc_bit_subset_tear(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn) {
  const struct pc_flash_operation *operation = &input->operation;
  const struct pc_subset subset = {
      .elements = count_changing(operation),
      .samples = input->samples,
      .variant = variant,
      .seed = pc_random_mix(input->seed, PC_FAULT_BIT_SUBSET),
  };
  memcpy(torn, operation->after, operation->size);
  exclusive_or(torn, operation->before, operation->size);
  pc_subset_choose(&subset, torn, operation->size);
  exclusive_or(torn, operation->before, operation->size);
}
