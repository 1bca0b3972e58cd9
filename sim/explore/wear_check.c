/* What a store must hold in a wear run. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wear.h"

void pc_wear_check(struct pc_wear *wear, const struct pc_wear_check *check, enum pc_invariant invariant, bool held,
                   const char *text, ...) {
  struct pc_wear_failure *failure = &wear->result->failure;
  check->counts[invariant].checks++;
  if (held) {
    return;
  }
  check->counts[invariant].failures++;
  if (failure->found) {
    return;
  }
  wear->result->counts.violations++;
  *failure = (struct pc_wear_failure){.found = true, .invariant = invariant, .operation = check->operation};
  va_list arguments;
  va_start(arguments, text);
  (void)vsnprintf(failure->text, sizeof failure->text, text, arguments);
  va_end(arguments);
}

struct pc_worn_key pc_wear_outcome(const struct pc_wear *wear, const struct pc_streamed *operation) {
  if (operation->kind == PC_PUT) {
    return (struct pc_worn_key){.live = true, .token = operation->token};
  }
  const struct pc_worn_key *before = &wear->keys[operation->key];
  return (struct pc_worn_key){.deleted = before->live || before->deleted};
}

bool pc_wear_reads(struct pc_wear *wear, uint32_t key, const struct pc_worn_key *content, enum pc_status *status) {
  size_t size;
  *status = pc_target_get(&wear->target, pc_stream_key(wear->stream, key), wear->buffer, wear->buffer_size, &size);
  if (!content->live) {
    bool not_taken = pc_stream_key(wear->stream, key).size > wear->target.promises.max_key_size;
    return *status == PC_STATUS_NOT_FOUND || (not_taken && *status == PC_STATUS_INVALID);
  }
  struct pc_bytes value = pc_stream_value(wear->stream, key, content->token);
  return *status == PC_STATUS_OK && size == value.size && (size == 0 || memcmp(wear->buffer, value.data, size) == 0);
}

static enum pc_invariant invariant_of(const struct pc_worn_key *content) {
  if (content->live) {
    return PC_DURABLE;
  }
  return content->deleted ? PC_DELETED_STAYS_DELETED : PC_EXACT_CONTENTS;
}

void pc_wear_check_key(struct pc_wear *wear, const struct pc_wear_check *check, uint32_t key) {
  enum pc_status status;
  const struct pc_worn_key *content = &wear->keys[key];
  bool held = pc_wear_reads(wear, key, content, &status);
  struct pc_bytes name = pc_stream_key(wear->stream, key);
  pc_wear_check(wear, check, invariant_of(content), held, "key %.*s reads as %s%s", (int)name.size,
                (const char *)name.data, status == PC_STATUS_OK ? "another value" : pc_status_text(status),
                content->live ? "" : ", and should not be there");
}

void pc_wear_check_all(struct pc_wear *wear, const struct pc_wear_check *check) {
  for (uint32_t key = 0; key < pc_stream_key_count(wear->stream) && !wear->result->failure.found; key++) {
    pc_wear_check_key(wear, check, key);
    wear->notice->beats += key % 64 == 63; /* not for each: they stand for operations */
  }
}
