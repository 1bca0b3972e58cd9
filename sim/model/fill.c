/*
 * Full stores. Room that is lost shows only where there is none to spare: a count that is off by one, an entry that is
 * never given up, a limit that is taken for the next value. So the store is emptied, and must then have all of its room
 * again, and is filled to what it promises to take (must_accept) and updated there.
 */
#include <string.h>

#include "aftermath.h"

#define MOST_KEYS 64u   /* that share the room */
#define ROUNDS 4u       /* of updates */
#define MOST_REFUSED 3u /* puts beyond the promise */
#define SMALLER 3u      /* one put in so many is of half the size, so that what is superseded is of several sizes */

static bool goes_on(const struct pc_aftermath *aftermath, enum pc_result result) {
  return result == PC_OK && !pc_report_failed(aftermath->report);
}

static enum pc_result put(struct pc_aftermath *aftermath, uint32_t key, size_t size, struct pc_error *error) {
  struct pc_operation operation = {.kind = PC_PUT, .key = key};
  operation.value.size = size;
  operation.value.data = pc_checker_pattern(aftermath->checker, aftermath->steps);
  return pc_aftermath_step(aftermath, &operation, error);
}

static enum pc_result empty(struct pc_aftermath *aftermath, struct pc_error *error) {
  enum pc_result result = PC_OK;
  for (uint32_t key = 0; key < aftermath->model.workload->key_count && goes_on(aftermath, result); key++) {
    if (aftermath->model.contents[key].live) {
      result = pc_aftermath_step(aftermath, &(struct pc_operation){.kind = PC_DELETE, .key = key}, error);
    }
  }
  return result;
}

/* Values around the largest one that is stated: what is longer may be refused, or else reads back; the largest one may
   not, by a store that must accept it. */
static enum pc_result put_largest(struct pc_aftermath *aftermath, struct pc_error *error) {
  enum pc_result result = PC_OK;
  size_t stated = aftermath->checker->largest_stated;
  size_t size = aftermath->checker->largest_tried;
  do {
    result = put(aftermath, 0, size, error);
  } while (goes_on(aftermath, result) && aftermath->report->answer != PC_STATUS_OK && size-- > stated);
  if (goes_on(aftermath, result) && size > stated) {
    result = pc_aftermath_restart(aftermath, error);
    result = goes_on(aftermath, result) ? put(aftermath, 0, stated, error) : result;
  }
  if (goes_on(aftermath, result)) {
    result = pc_aftermath_restart(aftermath, error);
  }
  return goes_on(aftermath, result) ? empty(aftermath, error) : result;
}

/* What an answer to the longest key with the largest value must be, while nothing else is live. */
static void expect_longest(struct pc_aftermath *aftermath, bool holds, enum pc_status status, const char *call) {
  if (!holds && !pc_report_failed(aftermath->report)) {
    pc_report_answer(aftermath->report, PC_WRITABLE, NULL, "the longest key that is stated takes the largest value",
                     status, "the %s answers %s", call, pc_status_text(status));
  }
}

/* A key that the workload doesn't use: the model knows nothing of it. */
static void put_longest_key(struct pc_aftermath *aftermath) {
  struct pc_checker *checker = aftermath->checker;
  uint8_t bytes[PC_MAX_KEY_SIZE];
  struct pc_bytes key = {.data = bytes, .size = checker->target->promises.max_key_size};
  struct pc_content content = {.live = true,
                               .value = {.data = pc_checker_pattern(checker, 0), .size = checker->largest_stated}};
  if (checker->target->store->remove == NULL || key.size == 0 || key.size > sizeof bytes ||
      !pc_model_must_accept(&aftermath->model, key.size, content.value.size)) {
    return;
  }
  memset(bytes, 'k', key.size);
  if (pc_keys_find(&checker->keys, key) != PC_NO_KEY) {
    return;
  }
  enum pc_status status = pc_target_put(checker->target, key, content.value);
  expect_longest(aftermath, status == PC_STATUS_OK, status, "put");
  if (status == PC_STATUS_OK) {
    struct pc_answer answer = pc_checker_read(checker, key, content.value.size);
    expect_longest(aftermath, pc_answer_is(&answer, &content), answer.status, "get");
    status = pc_target_remove(checker->target, key);
    expect_longest(aftermath, status == PC_STATUS_OK, status, "delete");
  }
}

/* Whether the store promises to take values of `size` under the first `count` keys, and to update each. */
static bool has_room(const struct pc_aftermath *aftermath, uint32_t count, size_t size) {
  const struct pc_target *target = aftermath->checker->target;
  struct pc_model full = aftermath->model;
  size_t longest = 0;
  full.usage = (struct pc_usage){.live_keys = count};
  for (uint32_t key = 0; key < count; key++) {
    size_t key_size = full.workload->keys[key].size;
    full.usage.live_footprint += target->store->footprint(&target->setup, key_size, size);
    longest = key_size > longest ? key_size : longest;
  }
  return pc_model_must_accept(&full, longest, size);
}

/* The largest value that there is room for under each of `count` keys. There is room for empty ones. */
static size_t share_of(const struct pc_aftermath *aftermath, uint32_t count) {
  size_t fits = 0;
  size_t most = aftermath->checker->largest_stated;
  while (fits < most) {
    size_t size = most - (most - fits) / 2;
    if (has_room(aftermath, count, size)) {
      fits = size;
    } else {
      most = size - 1;
    }
  }
  return fits;
}

static enum pc_result update_all(struct pc_aftermath *aftermath, uint32_t count, struct pc_error *error) {
  const size_t share = share_of(aftermath, count);
  enum pc_result result = PC_OK;
  for (uint32_t i = 0; i < ROUNDS * count && goes_on(aftermath, result); i++) {
    /* The last round brings all to their full size. */
    bool smaller = i < (ROUNDS - 1) * count && (i / count + i) % SMALLER == 0;
    result = put(aftermath, i % count, smaller ? share / 2 : share, error);
  }
  return result;
}

/* Beyond the promise: puts that may be refused, but those that are not must hold like all others. */
static enum pc_result overfill(struct pc_aftermath *aftermath, uint32_t count, struct pc_error *error) {
  enum pc_result result = PC_OK;
  uint32_t refused = 0;
  for (uint32_t key = 0; key < count && refused < MOST_REFUSED && goes_on(aftermath, result); key++) {
    result = put(aftermath, key, aftermath->checker->largest_stated, error);
    refused += aftermath->report->answer != PC_STATUS_OK;
  }
  return result;
}

enum pc_result pc_aftermath_fill(struct pc_aftermath *aftermath, struct pc_error *error) {
  enum pc_result result = empty(aftermath, error);
  if (aftermath->checker->target->store->must_accept == NULL) {
    return goes_on(aftermath, result) ? pc_aftermath_crowd(aftermath, error) : result;
  }
  if (!goes_on(aftermath, result) || aftermath->model.usage.live_keys > 0 || aftermath->key_count == 0) {
    return result;
  }
  result = put_largest(aftermath, error);
  if (goes_on(aftermath, result)) {
    put_longest_key(aftermath);
  }
  uint32_t count = aftermath->key_count < MOST_KEYS ? aftermath->key_count : MOST_KEYS;
  while (count > 0 && !has_room(aftermath, count, 0)) {
    count--;
  }
  if (goes_on(aftermath, result)) {
    result = update_all(aftermath, count, error);
  }
  if (goes_on(aftermath, result)) {
    result = overfill(aftermath, count, error);
  }
  return goes_on(aftermath, result) ? pc_aftermath_restart(aftermath, error) : result;
}
