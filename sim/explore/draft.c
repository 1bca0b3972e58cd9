#include "draft.h"

#include <stdlib.h>
#include <string.h>

enum pc_result pc_draft_open(struct pc_draft *draft, const struct pc_workload *workload, struct pc_error *error) {
  uint32_t count = workload->operation_count, key_count = workload->key_count;
  *draft = (struct pc_draft){.count = count,
                             .key_count = key_count,
                             .initial = workload->initial,
                             .initial_count = workload->initial_count,
                             .outgrown = workload->outgrown,
                             .copies = workload->copies};
  draft->operations = calloc((size_t)count + 1, sizeof *draft->operations);
  draft->keys = calloc((size_t)key_count + 1, sizeof *draft->keys);
  if (draft->operations == NULL || draft->keys == NULL) {
    pc_draft_free(draft);
    return pc_fail_memory(error);
  }
  memcpy(draft->operations, workload->operations, count * sizeof *draft->operations);
  for (uint32_t i = 0; i < key_count; i++) {
    draft->keys[i] = workload->keys[i];
  }
  return PC_OK;
}

void pc_draft_free(struct pc_draft *draft) {
  free(draft->operations);
  free(draft->keys);
  free(draft->cuts);
  *draft = (struct pc_draft){0};
}

void pc_draft_copy(struct pc_draft *draft, const struct pc_draft *other) {
  draft->count = other->count;
  memcpy(draft->operations, other->operations, other->count * sizeof *other->operations);
  for (uint32_t i = 0; i < other->key_count; i++) {
    draft->keys[i] = other->keys[i];
  }
  draft->cut_count = other->cut_count;
  if (other->cut_count > 0) {
    memcpy(draft->cuts, other->cuts, other->cut_count * sizeof *other->cuts);
  }
}

enum pc_result pc_draft_list(struct pc_draft *draft, const struct pc_listed_cut *cuts, uint32_t count,
                             struct pc_error *error) {
  draft->cuts = calloc((size_t)count + 1, sizeof *draft->cuts);
  if (draft->cuts == NULL) {
    return pc_fail_memory(error);
  }
  if (count > 0) {
    memcpy(draft->cuts, cuts, count * sizeof *cuts);
  }
  draft->cut_count = count;
  return PC_OK;
}

void pc_draft_drop_cuts(struct pc_draft *draft, uint32_t first, uint32_t end) {
  memmove(&draft->cuts[first], &draft->cuts[end], (draft->cut_count - end) * sizeof *draft->cuts);
  draft->cut_count -= end - first;
}

void pc_draft_drop(struct pc_draft *draft, uint32_t first, uint32_t end) {
  memmove(&draft->operations[first], &draft->operations[end], (draft->count - end) * sizeof *draft->operations);
  draft->count -= end - first;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < draft->cut_count; i++) {
    struct pc_listed_cut cut = draft->cuts[i];
    if (cut.operation < first || cut.operation >= end) {
      cut.operation -= cut.operation >= end ? end - first : 0;
      draft->cuts[kept++] = cut;
    }
  }
  draft->cut_count = kept;
}

static bool has_key(const struct pc_operation *operation) {
  return operation->kind == PC_PUT || operation->kind == PC_DELETE || operation->kind == PC_GET;
}

/* The number of one of the draft's keys in the workload, which takes it if it is new there. */
static uint32_t number_of(const struct pc_draft *draft, struct pc_workload *workload, uint32_t *numbers, uint32_t key) {
  if (numbers[key] == UINT32_MAX) {
    numbers[key] = workload->key_count++;
    workload->keys[numbers[key]] = draft->keys[key];
  }
  return numbers[key];
}

/* `numbers`, all UINT32_MAX, are to hold each key's number in the workload. */
static void fill(const struct pc_draft *draft, struct pc_workload *workload, uint32_t *numbers) {
  for (uint32_t i = 0; i < draft->count; i++) {
    struct pc_operation *operation = &workload->operations[i];
    *operation = draft->operations[i];
    if (has_key(operation)) {
      operation->key = number_of(draft, workload, numbers, operation->key);
    }
  }
  for (uint32_t i = 0; i < draft->initial_count; i++) {
    workload->initial[i] = draft->initial[i];
    workload->initial[i].key = number_of(draft, workload, numbers, workload->initial[i].key);
  }
}

enum pc_result pc_draft_build(const struct pc_draft *draft, struct pc_workload *workload, struct pc_error *error) {
  *workload = (struct pc_workload){.operation_count = draft->count,
                                   .initial_count = draft->initial_count,
                                   .outgrown = draft->outgrown,
                                   .copies = draft->copies};
  uint32_t *numbers = malloc(((size_t)draft->key_count + 1) * sizeof *numbers);
  workload->keys = calloc((size_t)draft->key_count + 1, sizeof *workload->keys);
  workload->operations = calloc((size_t)draft->count + 1, sizeof *workload->operations);
  workload->initial = calloc((size_t)workload->initial_count + 1, sizeof *workload->initial);
  if (numbers == NULL || workload->keys == NULL || workload->operations == NULL || workload->initial == NULL) {
    free(numbers);
    pc_workload_free(workload);
    return pc_fail_memory(error);
  }
  memset(numbers, 0xFF, draft->key_count * sizeof *numbers);
  fill(draft, workload, numbers);
  free(numbers);
  return PC_OK;
}
