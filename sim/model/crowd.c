/*
 * Stores that make no room promise. Nobody knows when such a store is full, nor whether the largest value that it
 * states is more than a guess: a put that it refuses is fine, but what it took before must be there, and it must come
 * back from each refusal. Mistakes that wait there: a collection that goes round for ever, a buffer for values that are
 * not that large, the entry that ends just where the sector does.
 */
#include "aftermath.h"
#include "powercut/random.h"

#define DELETE_EVERY 5u
#define LARGEST_EVERY 4u

/* Values of every size up to the largest, so that they end at every place of a sector. */
static struct pc_operation choose_of_any_size(const struct pc_aftermath *aftermath) {
  const uint64_t drawn = pc_random_mix(aftermath->largest, aftermath->steps);
  struct pc_operation operation = {.kind = PC_PUT, .key = aftermath->steps % aftermath->key_count};
  if (aftermath->model.contents[operation.key].live && drawn % DELETE_EVERY == 0) {
    operation.kind = PC_DELETE;
    return operation;
  }
  size_t drawn_size = (size_t)(drawn >> 32) % (aftermath->largest + 1);
  operation.value.size = drawn / DELETE_EVERY % LARGEST_EVERY == 0 ? aftermath->largest : drawn_size;
  operation.value.data = pc_checker_pattern(aftermath->checker, aftermath->steps);
  return operation;
}

/* The largest value that is taken now, between what the workload puts, or nothing, and what the store states. */
static enum pc_result find_largest(struct pc_aftermath *aftermath, struct pc_error *error) {
  size_t refused = aftermath->checker->largest_stated + 1;
  enum pc_result result = PC_OK;
  aftermath->largest = 0;
  for (size_t size = refused - 1;
       aftermath->largest + 1 < refused && result == PC_OK && !pc_report_failed(aftermath->report);
       size = aftermath->largest + (refused - aftermath->largest) / 2) {
    struct pc_operation put = {
        .kind = PC_PUT, .value = {.data = pc_checker_pattern(aftermath->checker, aftermath->steps), .size = size}};
    result = pc_aftermath_step(aftermath, &put, error);
    if (aftermath->report->answer == PC_STATUS_OK) {
      aftermath->largest = size;
    } else {
      refused = size;
    }
  }
  return result;
}

enum pc_result pc_aftermath_crowd(struct pc_aftermath *aftermath, struct pc_error *error) {
  if (aftermath->key_count == 0) {
    return PC_OK;
  }
  aftermath->checker->guesses = true;
  enum pc_result result = find_largest(aftermath, error);
  if (result == PC_OK) {
    result = pc_aftermath_go_on(aftermath, choose_of_any_size, error);
  }
  aftermath->checker->guesses = false;
  return result;
}
