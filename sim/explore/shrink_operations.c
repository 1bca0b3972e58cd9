/* Leaving operations out. */
#include "shrinking.h"

/* Tries to leave out each run of `size` operations, the last ones first. `*dropped`: one was. */
static enum pc_result drop_runs(struct pc_shrinking *shrinking, uint32_t size, bool *dropped, struct pc_error *error) {
  uint32_t end = shrinking->draft.count;
  while (end > 0 && !pc_shrinking_is_over(shrinking)) {
    uint32_t first = end > size ? end - size : 0;
    bool seen;
    if (end - first < shrinking->draft.count) {
      pc_draft_drop(&shrinking->candidate, first, end);
      enum pc_result result = pc_shrinking_try(shrinking, &shrinking->search, &seen, error);
      if (result != PC_OK) {
        return result;
      }
      *dropped = *dropped || seen;
    }
    end = first;
  }
  return PC_OK;
}

enum pc_result pc_shrink_operations(struct pc_shrinking *shrinking, struct pc_error *error) {
  enum pc_result result = PC_OK;
  for (uint32_t size = shrinking->draft.count / 2; result == PC_OK && size > 1; size /= 2) {
    bool dropped = false;
    result = drop_runs(shrinking, size, &dropped, error);
  }
  bool dropped = true;
  while (result == PC_OK && dropped && !pc_shrinking_is_over(shrinking)) {
    dropped = false;
    result = drop_runs(shrinking, 1, &dropped, error);
  }
  return result;
}

static bool is_like(const struct pc_operation *operation, const struct pc_operation *other) {
  return operation->kind == PC_PUT && operation->key == other->key && pc_bytes_equal(operation->value, other->value);
}

/* Has an operation become the first put there is, cut at its beginning if it is cut. */
static enum pc_result try_put(struct pc_shrinking *shrinking, uint32_t index, const struct pc_operation *put,
                              struct pc_error *error) {
  struct pc_draft *candidate = &shrinking->candidate;
  bool seen;
  candidate->operations[index] = *put;
  for (uint32_t i = 0; i < candidate->cut_count; i++) {
    if (candidate->cuts[i].operation == index) {
      candidate->cuts[i].cut.flash_operation = 0;
    }
  }
  return pc_shrinking_try(shrinking, &shrinking->search, &seen, error);
}

enum pc_result pc_shrink_to_puts(struct pc_shrinking *shrinking, struct pc_error *error) {
  const struct pc_draft *draft = &shrinking->draft;
  enum pc_result result = PC_OK;
  uint32_t first = 0;
  while (first < draft->count && draft->operations[first].kind != PC_PUT) {
    first++;
  }
  for (uint32_t i = draft->count; result == PC_OK && first < draft->count && i > 0; i--) {
    const struct pc_operation put = draft->operations[first];
    const struct pc_operation *operation = &draft->operations[i - 1];
    bool may = operation->kind == PC_PUT || draft->cuts != NULL;
    if (may && !is_like(operation, &put) && !pc_shrinking_is_over(shrinking)) {
      result = try_put(shrinking, i - 1, &put, error);
    }
  }
  return result;
}
