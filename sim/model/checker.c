#include "checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "powercut/random.h"

static size_t largest_value(const struct pc_workload *workload) {
  size_t largest = 0;
  for (uint32_t i = 0; i < workload->operation_count; i++) {
    if (workload->operations[i].kind == PC_PUT && workload->operations[i].value.size > largest) {
      largest = workload->operations[i].value.size;
    }
  }
  for (uint32_t i = 0; i < workload->initial_count; i++) {
    largest = workload->initial[i].value.size > largest ? workload->initial[i].value.size : largest;
  }
  return largest;
}

/* The next key of the same size, as a number; the first one follows the last. */
static void count_up(uint8_t *key, size_t size) {
  for (size_t i = size; i > 0 && ++key[i - 1] == 0; i--) {
  }
}

/* A key that the workload doesn't use, as long as its first one, since a store may take keys of one size only. There is
   none if the workload uses all keys of that size: then nothing is probed. */
static void choose_probe(struct pc_checker *checker) {
  const struct pc_store_promises *promises = &checker->target->promises;
  struct pc_bytes key = {.data = checker->probe_key, .size = 1};
  if (checker->workload->key_count > 0) {
    const struct pc_bytes *first = &checker->workload->keys[0];
    key.size = first->size < promises->max_key_size ? first->size : promises->max_key_size;
    memcpy(checker->probe_key, first->data, key.size);
  }
  checker->probe_value_size =
      promises->max_value_size < PC_PROBE_VALUE_SIZE ? promises->max_value_size : PC_PROBE_VALUE_SIZE;
  for (uint32_t tries = 0; tries <= checker->workload->key_count; tries++) {
    if (pc_keys_find(&checker->keys, key) == PC_NO_KEY) {
      checker->probe_key_size = key.size;
      return;
    }
    count_up(checker->probe_key, key.size);
  }
}

/* Room for a value that is longer than any it should be, so that it is seen as such. */
#define BUFFER_SLACK 64u
#define SHOWN_BYTES 48u /* of a value, in a text */
_Static_assert(BUFFER_SLACK >= PC_PROBE_VALUE_SIZE && BUFFER_SLACK >= SHOWN_BYTES, "both fit in the buffer");

#define PATTERN_STEPS 32u

/* What is put at the store's limits. */
static enum pc_result take_pattern(struct pc_checker *checker, struct pc_error *error) {
  const struct pc_store_promises *promises = &checker->target->promises;
  checker->largest_stated = promises->max_value_size < PC_MAX_VALUE_SIZE ? promises->max_value_size : PC_MAX_VALUE_SIZE;
  checker->largest_tried = checker->largest_stated;
  if (checker->target->store->must_accept != NULL && promises->max_key_size <= PC_MAX_KEY_SIZE) {
    /* Where key and value share their room, shorter keys leave the more for the value. */
    checker->largest_tried += promises->max_key_size + 1;
  }
  size_t size = checker->largest_tried + PATTERN_STEPS;
  checker->pattern = malloc(size);
  if (checker->pattern == NULL) {
    return pc_fail_memory(error);
  }
  uint8_t erased = pc_profile_erased_value(pc_device_profile(checker->target->device));
  for (size_t i = 0; i < size; i++) {
    bool looks_erased = i / 32 % 4 == 3;
    checker->pattern[i] = looks_erased ? erased : (uint8_t)(pc_random_mix(0, i / 8) >> (i % 8 * 8));
  }
  return PC_OK;
}

const uint8_t *pc_checker_pattern(const struct pc_checker *checker, uint32_t step) {
  return checker->pattern + step % PATTERN_STEPS;
}

/* A store's author says what its image looks like: what can't be is the author's mistake, not the image's. */
static enum pc_result check_layout(const struct pc_target *target, struct pc_error *error) {
  const struct pc_image_layout *layout = &target->promises.layout;
  struct pc_error cause;
  if (!target->promises.has_layout) {
    return PC_OK;
  }
  if (pc_layout_check(layout, &cause) != PC_OK) {
    return pc_fail(error, PC_BAD_INPUT, "%s promises a layout that can't be: %s", target->store->name, cause.message);
  }
  if ((uint64_t)layout->sector_size * layout->sector_count != pc_device_cells(target->device).size) {
    return pc_fail(error, PC_BAD_INPUT, "%s promises a layout of %u sectors of %u bytes, the device has %zu bytes",
                   target->store->name, layout->sector_count, layout->sector_size,
                   pc_device_cells(target->device).size);
  }
  return PC_OK;
}

enum pc_result pc_checker_open(struct pc_checker **checker, struct pc_target *target,
                               const struct pc_workload *workload, struct pc_error *error) {
  struct pc_checker *opened = calloc(1, sizeof *opened);
  if (opened == NULL) {
    return pc_fail_memory(error);
  }
  size_t key_count = workload->key_count > 0 ? workload->key_count : 1;
  opened->shared = &opened->own;
  opened->target = target;
  opened->workload = workload;
  opened->resolved = calloc(key_count, sizeof *opened->resolved);
  opened->visits = calloc(key_count, sizeof *opened->visits);
  opened->whole = calloc(key_count, sizeof *opened->whole);
  enum pc_result result = check_layout(target, error);
  if (result == PC_OK) {
    result = take_pattern(opened, error);
  }
  size_t largest = largest_value(workload);
  opened->buffer_size = (opened->largest_tried > largest ? opened->largest_tried : largest) + BUFFER_SLACK;
  opened->buffer = malloc(opened->buffer_size);
  if (result == PC_OK) {
    result = pc_keys_open(&opened->keys, workload, error);
  }
  bool counts_erases = target->promises.wear_spread > 0;
  if (counts_erases) {
    opened->erases = calloc(pc_device_sectors(target->device), sizeof *opened->erases);
  }
  if (result == PC_OK && counts_erases && opened->erases == NULL) {
    result = pc_fail_memory(error);
  }
  if (result == PC_OK &&
      (opened->buffer == NULL || opened->resolved == NULL || opened->visits == NULL || opened->whole == NULL)) {
    result = pc_fail_memory(error);
  }
  if (result != PC_OK) {
    pc_checker_close(opened);
    return result;
  }
  opened->relay = pc_relay_open(target);
  choose_probe(opened);
  *checker = opened;
  return PC_OK;
}

void pc_checker_close(struct pc_checker *checker) {
  if (checker != NULL) {
    pc_keys_close(&checker->keys);
    pc_decoded_free(&checker->decoded);
    pc_decoded_free(&checker->torn_sectors);
    pc_shared_close(&checker->own);
    pc_relay_close(checker->relay);
    free(checker->buffer);
    free(checker->pattern);
    free(checker->resolved);
    free(checker->visits);
    free(checker->whole);
    free(checker->erases);
    free(checker);
  }
}

void pc_checker_share(struct pc_checker *checker, bool share, const struct pc_torn *torn) {
  checker->shares = share && checker->target->promises.self_contained;
  checker->torn = torn != NULL ? *torn : (struct pc_torn){0};
}

void pc_checker_share_for_good(struct pc_checker *checker, struct pc_shared *shared, uint64_t setup) {
  checker->shared = shared;
  checker->setup = setup;
  checker->decoded_state = 0; /* what is done from here on doesn't hang on what was done before, but for the checks */
  pc_checker_share(checker, true, NULL);
}

void pc_checker_start_whole(struct pc_checker *checker) {
  pc_relay_close(checker->relay);
  checker->relay = NULL;
}

void pc_checker_set_aside(struct pc_checker *checker, void (*aside)(bool begins)) {
  checker->aside = aside;
}

void pc_checker_forget(struct pc_checker *checker) {
  checker->settled = false;
  if (checker->relay != NULL) {
    pc_relay_forget(checker->relay);
  }
  pc_shared_forget(checker->shared);
}

uint64_t pc_checker_expected(const struct pc_checker *checker, const struct pc_expectation *expectation) {
  if (checker->shared == &checker->own) {
    return 0; /* they are forgotten before that changes */
  }
  uint64_t in_flight = expectation->in_flight ? pc_random_mix(expectation->outcome.hash, expectation->key + 1u) : 0;
  return pc_random_mix(pc_random_mix(expectation->model->hash, in_flight), checker->setup);
}

uint64_t pc_checker_situation(const struct pc_checker *checker, const struct pc_expectation *expectation,
                              enum pc_from from) {
  uint64_t settled = expectation->in_flight ? checker->resolved[expectation->key].hash : 0;
  uint64_t asked = pc_random_mix(settled, from) ^ pc_checker_expected(checker, expectation);
  return pc_random_mix(pc_device_hash(checker->target->device), asked);
}

const struct pc_content *pc_checker_found(const struct pc_checker *checker) {
  return checker->resolved;
}

#define UNWRITTEN 0xA5

bool pc_checker_settle(struct pc_checker *checker, const struct pc_model *model) {
  bool sure = true;
  checker->resolved_live = 0;
  for (uint32_t key = 0; key < checker->workload->key_count; key++) {
    checker->resolved[key] = model->contents[key];
    sure = sure && model->contents[key].unsure_since == 0;
    checker->resolved_live += model->contents[key].live;
  }
  return sure;
}

struct pc_answer pc_checker_read(struct pc_checker *checker, struct pc_bytes key, size_t expected) {
  size_t size;
  size_t compared = expected < checker->buffer_size ? expected : checker->buffer_size;
  memset(checker->buffer, UNWRITTEN, compared > SHOWN_BYTES ? compared : SHOWN_BYTES);
  uint64_t errors = pc_device_errors(checker->target->device);
  enum pc_status status = pc_target_get(checker->target, key, checker->buffer, checker->buffer_size, &size);
  if (size > checker->buffer_size) {
    size = checker->buffer_size;
  }
  if (status == PC_STATUS_INVALID && key.size > checker->target->promises.max_key_size) {
    status = PC_STATUS_NOT_FOUND; /* a key that the store doesn't take is not there */
  }
  return (struct pc_answer){.status = status,
                            .met_error = pc_status_tells(status) && pc_device_errors(checker->target->device) > errors,
                            .value = {.data = checker->buffer, .size = size}};
}

bool pc_answer_is(const struct pc_answer *answer, const struct pc_content *content) {
  if (!content->live) {
    return answer->status == PC_STATUS_NOT_FOUND;
  }
  return answer->status == PC_STATUS_OK && pc_bytes_equal(answer->value, content->value);
}

static const char *describe_value(struct pc_bytes value, char *text) {
  const size_t shown = value.size < SHOWN_BYTES ? value.size : SHOWN_BYTES;
  size_t length = (size_t)snprintf(text, PC_TEXT_SIZE, "%zu bytes%s", value.size, value.size > 0 ? ": " : "");
  for (size_t i = 0; i < shown; i++) {
    length += (size_t)snprintf(text + length, PC_TEXT_SIZE - length, "%02x", value.data[i]);
  }
  if (shown < value.size) {
    (void)snprintf(text + length, PC_TEXT_SIZE - length, "...");
  }
  return text;
}

const char *pc_describe_content(const struct pc_content *content, char *text) {
  if (content->live) {
    return describe_value(content->value, text);
  }
  (void)snprintf(text, PC_TEXT_SIZE, "%s", content->deleted ? "no such key (it was deleted)" : "no such key");
  return text;
}

const char *pc_describe_answer(enum pc_status status, struct pc_bytes value, char *text) {
  if (status == PC_STATUS_OK) {
    return describe_value(value, text);
  }
  (void)snprintf(text, PC_TEXT_SIZE, "%s", pc_status_text(status));
  return text;
}

enum pc_invariant pc_content_invariant(const struct pc_content *content) {
  if (content->live) {
    return PC_DURABLE;
  }
  return content->deleted ? PC_DELETED_STAYS_DELETED : PC_EXACT_CONTENTS;
}

struct pc_content pc_checker_expect(struct pc_checker *checker, uint32_t key, const struct pc_content *content,
                                    enum pc_invariant invariant, struct pc_report *report) {
  struct pc_answer answer = pc_checker_read(checker, checker->workload->keys[key], content->value.size);
  struct pc_content held = *content;
  if (pc_checker_may_lose(checker)) {
    pc_check_detected(checker, key, &answer, content, report);
    return held;
  }
  if (pc_device_damage(checker->target->device).events > 0) {
    pc_check_detected(checker, key, &answer, content, report);
  }
  report->checked[invariant] = report->checked[invariant] || !answer.met_error;
  if (!answer.met_error && !pc_answer_fits(checker, key, &answer, &held)) {
    char expected[PC_TEXT_SIZE], actual[PC_TEXT_SIZE];
    pc_report_answer(report, invariant, &checker->workload->keys[key], pc_describe_content(content, expected),
                     answer.status, "%s", pc_describe_answer(answer.status, answer.value, actual));
  }
  return held;
}

void pc_model_settle(struct pc_model *model, const struct pc_checker *checker) {
  memcpy(model->contents, checker->resolved, model->workload->key_count * sizeof *model->contents);
  pc_model_resume(model, model->contents);
}
