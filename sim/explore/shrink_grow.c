/*
 * Growing values. What shows only when a store runs out of room, and collects garbage, takes as many operations as fill
 * it: none can be left out, and yet few with long values would do. So all values are made long, and cuts are tried in
 * each operation, as the room is used up somewhere else now.
 */
#include <stdlib.h>

#include "powercut/random.h"
#include "shrinking.h"

#define MOST_ROUNDS 3
#define MOST_FACTOR 16u
#define LEAST_VALUE 8u

static size_t largest_value(const struct pc_draft *draft) {
  size_t largest = LEAST_VALUE;
  for (uint32_t i = 0; i < draft->count; i++) {
    const struct pc_operation *operation = &draft->operations[i];
    largest = operation->kind == PC_PUT && operation->value.size > largest ? operation->value.size : largest;
  }
  return largest;
}

/* Bytes for values of this size, each of which begins one further than the one before. */
static enum pc_result make_bytes(struct pc_shrinking *shrinking, size_t size, struct pc_error *error) {
  struct pc_random random = {.state = size};
  size += shrinking->draft.count;
  shrinking->long_values = malloc(size);
  if (shrinking->long_values == NULL) {
    return pc_fail_memory(error);
  }
  for (size_t i = 0; i < size; i++) {
    shrinking->long_values[i] = (uint8_t)pc_random_next(&random);
  }
  return PC_OK;
}

/* Tries values of this size, and a quarter less of operations. `*fewer`: they do. */
static enum pc_result try_size(struct pc_shrinking *shrinking, size_t size, bool *fewer, struct pc_error *error) {
  struct pc_draft *candidate = &shrinking->candidate;
  for (uint32_t i = 0; i < candidate->count; i++) {
    if (candidate->operations[i].kind == PC_PUT) {
      candidate->operations[i].value = (struct pc_bytes){.data = shrinking->long_values + i, .size = size};
    }
  }
  if (candidate->cuts != NULL) { /* the last of them is where it shows */
    pc_draft_drop(candidate, 0, candidate->count / 4);
  } else {
    pc_draft_drop(candidate, candidate->count - candidate->count / 4, candidate->count);
  }
  shrinking->first = 1;
  enum pc_result result = pc_shrinking_try(shrinking, &shrinking->search, fewer, error);
  shrinking->first = PC_LAST_OPERATION;
  if (result == PC_OK && *fewer) {
    result = pc_shrink_rest(shrinking, error);
  }
  return result == PC_OK && *fewer ? pc_shrink_operations(shrinking, error) : result;
}

enum pc_result pc_shrink_by_growing(struct pc_shrinking *shrinking, struct pc_error *error) {
  size_t largest = largest_value(&shrinking->draft), most = shrinking->order->subject->profile->sector_size;
  if (shrinking->order->path->depth == 0 || shrinking->search.aftermath > 0 ||
      shrinking->draft.count <= PC_FEW_OPERATIONS) {
    return PC_OK;
  }
  most = largest < most / MOST_FACTOR ? largest * MOST_FACTOR : most;
  enum pc_result result = make_bytes(shrinking, most, error);
  bool fewer = true;
  for (int round = 0; result == PC_OK && fewer && round < MOST_ROUNDS; round++) {
    fewer = false;
    for (size_t size = most; result == PC_OK && !fewer && size >= largest / 2 && size > 0; size = size * 3 / 4) {
      if (shrinking->draft.count > PC_FEW_OPERATIONS && !pc_shrinking_is_over(shrinking)) {
        result = try_size(shrinking, size, &fewer, error);
      }
    }
  }
  return result;
}
