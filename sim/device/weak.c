/* Metastable cells: what reads of them answer. Each is a 1 in the cells, so that the rules see a cell that can still be
   programmed. */
#include <string.h>

#include "powercut/random.h"
#include "state.h"
#include "words.h"

/* The answers change for good after 2^0 to 2^9 reads that met a weak cell, or a little later. */
#define MOST_DOUBLINGS 10u

/* How the weak cells answer one read. */
struct answer {
  uint64_t seed;
  enum { ANSWER_ONES, ANSWER_ZEROS, ANSWER_NOISE } kind;
  uint32_t density; /* of noise: 0: half zeros; 1: few zeros; 2: few ones */
};

void pc_device_begin_reads(struct pc_device *device, uint64_t seed) {
  device->read_seed = seed;
  device->reads = 0;
}

uint64_t pc_device_weak_cells(const struct pc_device *device) {
  return device->weak_cells;
}

static struct answer next_answer(struct pc_device *device) {
  struct pc_random random = {.state = device->read_seed};
  uint64_t until = UINT64_C(1) << pc_random_below(&random, MOST_DOUBLINGS);
  until += pc_random_below(&random, until);
  bool later = device->reads >= until;
  struct answer answer = {.seed = pc_random_mix(device->read_seed, device->reads),
                          .kind = ANSWER_NOISE,
                          .density = (uint32_t)pc_random_below(&random, 3)};
  if (device->weakness == PC_WEAK_ERASED_FIRST) {
    answer.kind = later ? ANSWER_ZEROS : ANSWER_ONES;
  } else if (device->weakness == PC_WEAK_PROGRAMMED_FIRST) {
    answer.kind = later ? ANSWER_ONES : ANSWER_ZEROS;
  }
  device->reads++;
  return answer;
}

/* The bits that read as 0, for the eight bytes at `address`. */
static uint64_t zeros_of(const struct answer *answer, uint64_t address) {
  if (answer->kind != ANSWER_NOISE) {
    return answer->kind == ANSWER_ZEROS ? UINT64_MAX : 0;
  }
  struct pc_random random = {.state = pc_random_mix(answer->seed, address)};
  uint64_t half = pc_random_next(&random);
  uint64_t few = half & pc_random_next(&random) & pc_random_next(&random) & pc_random_next(&random);
  return answer->density == 0 ? half : answer->density == 1 ? few : ~few;
}

static bool has_weak(const uint8_t *weak, size_t size) {
  uint64_t any = 0;
  for (size_t offset = 0; offset < size; offset += PC_WORD_SIZE) {
    any |= pc_word_at(weak, size, offset);
  }
  return any != 0;
}

void pc_weak_read(struct pc_device *device, uint32_t address, uint8_t *data, size_t size) {
  if (device->weak_cells == 0 || !has_weak(device->planes[PC_PLANE_WEAK].bytes + address, size)) {
    return;
  }
  const uint8_t *weak = device->planes[PC_PLANE_WEAK].bytes + address;
  const struct answer answer = next_answer(device);
  for (size_t offset = 0; offset < size; offset += PC_WORD_SIZE) {
    uint64_t zeros = pc_word_at(weak, size, offset) & zeros_of(&answer, address + offset);
    pc_word_put(data, size, offset, pc_word_at(data, size, offset) & ~zeros);
  }
}

static uint64_t count_cells(const uint8_t *weak, size_t size) {
  uint64_t count = 0;
  for (size_t offset = 0; offset < size; offset += PC_WORD_SIZE) {
    count += (uint64_t)__builtin_popcountll(pc_word_at(weak, size, offset));
  }
  return count;
}

void pc_weak_apply(struct pc_device *device, const struct pc_flash_operation *operation) {
  uint8_t *weak = device->planes[PC_PLANE_WEAK].bytes + operation->address;
  if (device->weak_cells == 0 && operation->weak == NULL) {
    return;
  }
  bool mends = pc_damage_mends(device, operation);
  device->weak_cells -= count_cells(weak, operation->size);
  for (uint32_t i = 0; i < operation->size; i++) {
    /* What is programmed to 0 is firm, and what was not programmed stays as it was; only a whole erase mends that. */
    weak[i] = mends ? 0 : weak[i] & operation->after[i];
    if (operation->weak != NULL) {
      weak[i] |= operation->weak[i];
    }
  }
  if (operation->weak != NULL) {
    device->weakness = operation->weakness;
  }
  device->weak_cells += count_cells(weak, operation->size);
}

void pc_weak_restore(struct pc_device *device, uint32_t address, struct pc_bytes before, enum pc_weakness weakness) {
  uint8_t *weak = device->planes[PC_PLANE_WEAK].bytes + address;
  device->weakness = weakness;
  if (device->weak_cells == 0 && !has_weak(before.data, before.size)) {
    return;
  }
  device->weak_cells -= count_cells(weak, before.size);
  memcpy(weak, before.data, before.size);
  device->weak_cells += count_cells(weak, before.size);
}
