/* T6: cells that were changing when the power was lost are neither erased nor programmed. */
#include <string.h>

#include "fault_class.h"
#include "powercut/random.h"
#include "subset.h"
#include "words.h"

#define EXTREMES 5u
#define WAYS 3u

static const enum pc_weakness ways[WAYS] = {PC_WEAK_NOISY, PC_WEAK_ERASED_FIRST, PC_WEAK_PROGRAMMED_FIRST};

/* The cells that a program changes, as a bit string; for an erase, every cell of the sector, since it programs them all
   first. */
static void find_changing(const struct pc_flash_operation *operation, uint8_t *cells) {
  for (uint32_t i = 0; i < operation->size; i++) {
    cells[i] = operation->kind == PC_ERASE ? UINT8_MAX : operation->before[i] & (uint8_t)~operation->after[i];
  }
}

static uint64_t count_changing(const struct pc_flash_operation *operation) {
  uint64_t count = 0;
  for (size_t offset = 0; offset < operation->size; offset += PC_WORD_SIZE) {
    uint64_t changing =
        pc_word_at(operation->before, operation->size, offset) & ~pc_word_at(operation->after, operation->size, offset);
    count += (uint64_t)__builtin_popcountll(changing);
  }
  return operation->kind == PC_ERASE ? (uint64_t)operation->size * 8 : count;
}

uint32_t pc_metastable_variants(const struct pc_fault_input *input) {
  return count_changing(&input->operation) == 0 ? 0 : EXTREMES + input->samples;
}

/* Leaves one of the set's elements: the first, or the last. */
static void keep_one(uint8_t *set, size_t size, bool first) {
  size_t at = first ? 0 : size - 1;
  while (set[at] == 0) {
    at = first ? at + 1 : at - 1;
  }
  uint8_t low = set[at] & (uint8_t)(~set[at] + 1u);
  uint8_t kept = low;
  if (!first) {
    kept = 0x80;
    while ((kept & set[at]) == 0) {
      kept >>= 1;
    }
  }
  memset(set, 0, size);
  set[at] = kept;
}

/* Leaves some of the set by seed; a set of one element stays whole. */
static void keep_some(const struct pc_fault_input *input, uint32_t variant, uint64_t what, uint8_t *set) {
  size_t size = input->operation.size;
  uint64_t elements = pc_subset_elements(set, size);
  uint64_t seed = pc_random_mix(pc_random_mix(pc_random_mix(input->seed, PC_FAULT_METASTABLE), variant), what);
  /* Four samples come behind the extremes wherever there are too many elements to enumerate. */
  uint32_t variants = pc_subset_variants(elements, 20);
  if (variants > 0) {
    const struct pc_subset subset = {
        .elements = elements, .samples = 20, .variant = (uint32_t)(seed % variants), .seed = seed};
    pc_subset_choose(&subset, set, size);
  }
}

static enum pc_weakness choose_weak(const struct pc_fault_input *input, uint32_t variant, uint8_t *weak) {
  const struct pc_flash_operation *operation = &input->operation;
  bool erase = operation->kind == PC_ERASE;
  find_changing(operation, weak);
  switch (variant) {
    case 0:
      return PC_WEAK_ERASED_FIRST;
    case 1:
      return PC_WEAK_NOISY;
    case 2:
      for (uint32_t i = 0; erase && i < operation->size; i++) {
        weak[i] = (uint8_t)~operation->before[i];
      }
      return PC_WEAK_PROGRAMMED_FIRST;
    case 3:
    case 4:
      keep_one(weak, operation->size, variant == 3);
      return erase ? PC_WEAK_ERASED_FIRST : PC_WEAK_NOISY;
    default:
      keep_some(input, variant, 0, weak);
      return ways[pc_random_mix(pc_random_mix(input->seed, variant), WAYS) % WAYS];
  }
}

enum pc_weakness pc_metastable_weaken(const struct pc_fault_input *input, uint32_t variant, uint8_t *weak) {
  return choose_weak(input, variant, weak);
}

/* Of a program's cells that change and aren't weak, the extremes leave all written and the samples some. */
void pc_metastable_tear(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn) {
  const struct pc_flash_operation *operation = &input->operation;
  if (operation->kind == PC_ERASE) {
    memset(torn, PC_ERASED, operation->size);
    return;
  }
  (void)choose_weak(input, variant, torn);
  for (uint32_t i = 0; i < operation->size; i++) {
    torn[i] = operation->before[i] & (uint8_t)~operation->after[i] & (uint8_t)~torn[i];
  }
  if (variant >= EXTREMES) {
    keep_some(input, variant, 1, torn);
  }
  for (uint32_t i = 0; i < operation->size; i++) {
    torn[i] = operation->before[i] & (uint8_t)~torn[i];
  }
}
