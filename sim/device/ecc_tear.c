/* T7: the check bits of an ECC word tear with its data. */
#include <string.h>

#include "ecc.h"
#include "fault_class.h"
#include "powercut/random.h"
#include "subset.h"

#define PAIRS 2u /* variants before the subsets */

static uint32_t words_of(const struct pc_fault_input *input) {
  return input->ecc_word == 0 ? 0 : input->operation.size / input->ecc_word;
}

/* What changes of a word and its check bits. */
struct change {
  const uint8_t *before, *after;
  uint16_t code_before, code_after;
};

static struct change change_of(const struct pc_fault_input *input, uint32_t word) {
  size_t at = (size_t)word * input->ecc_word;
  struct change change = {.before = input->operation.before + at, .after = input->operation.after + at};
  if (memcmp(change.before, change.after, input->ecc_word) != 0) {
    change.code_before = pc_ecc_code(change.before, input->ecc_word);
    change.code_after = pc_ecc_code(change.after, input->ecc_word);
  }
  return change;
}

static uint64_t count_changing(const struct pc_fault_input *input) {
  uint64_t count = 0;
  for (uint32_t word = 0; word < words_of(input); word++) {
    struct change change = change_of(input, word);
    for (uint32_t i = 0; i < input->ecc_word; i++) {
      count += (uint64_t)__builtin_popcount(change.before[i] ^ change.after[i]);
    }
    count += (uint64_t)__builtin_popcount(change.code_before ^ change.code_after);
  }
  return count;
}

uint32_t pc_ecc_variants(const struct pc_fault_input *input) {
  uint64_t changing = count_changing(input);
  return changing < 3 ? 0 : PAIRS + pc_subset_variants(changing, input->samples);
}

/* The bits that a word changes, data and check bits, as bytes of the set: ecc_word + PC_SYNDROME_SIZE for each word. */
static void list_changing(const struct pc_fault_input *input, uint32_t word, uint8_t *set) {
  struct change change = change_of(input, word);
  for (uint32_t i = 0; i < input->ecc_word; i++) {
    set[i] = change.before[i] ^ change.after[i];
  }
  pc_syndrome_put(set + input->ecc_word, 0, change.code_before ^ change.code_after);
}

/* Keeps the first two of the set, or drops them. */
static void choose_pair(uint8_t *set, size_t size, bool keeps) {
  uint32_t left = 2;
  for (size_t i = 0; i < size; i++) {
    uint8_t first = 0;
    for (; left > 0 && (set[i] & ~first) != 0; left--) {
      uint8_t rest = (uint8_t)(set[i] & ~first);
      first |= rest & (uint8_t)(~rest + 1u);
    }
    set[i] = keeps ? first : set[i] & (uint8_t)~first;
  }
}

/* The set of what changed before the power was lost, words_of(input) * (ecc_word + PC_SYNDROME_SIZE) bytes. */
static void choose(const struct pc_fault_input *input, uint32_t variant, uint8_t *set) {
  size_t entry = input->ecc_word + PC_SYNDROME_SIZE, size = entry * words_of(input);
  for (uint32_t word = 0; word < words_of(input); word++) {
    list_changing(input, word, set + word * entry);
  }
  if (variant < PAIRS) {
    choose_pair(set, size, variant == 0);
    return;
  }
  const struct pc_subset subset = {.elements = pc_subset_elements(set, size),
                                   .samples = input->samples,
                                   .variant = variant - PAIRS,
                                   .seed = pc_random_mix(input->seed, PC_FAULT_ECC)};
  pc_subset_choose(&subset, set, size);
}

void pc_ecc_leave(const struct pc_fault_input *input, uint32_t variant, struct pc_fault_left *left) {
  size_t entry = input->ecc_word + PC_SYNDROME_SIZE;
  uint8_t *set = left->scratch;
  choose(input, variant, set);
  for (uint32_t word = 0; word < words_of(input); word++) {
    const uint8_t *chosen = set + word * entry;
    const struct change change = change_of(input, word);
    uint8_t *torn = left->torn + (size_t)word * input->ecc_word;
    for (uint32_t i = 0; i < input->ecc_word; i++) {
      torn[i] = change.before[i] ^ chosen[i];
    }
    bool changes = memcmp(change.before, change.after, input->ecc_word) != 0;
    uint16_t code = change.code_before ^ pc_syndrome_at(chosen + input->ecc_word, 0);
    pc_syndrome_put(left->syndromes, word, changes ? code ^ pc_ecc_code(torn, input->ecc_word) : 0);
  }
}
