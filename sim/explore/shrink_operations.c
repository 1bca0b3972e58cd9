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
