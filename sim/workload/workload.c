#include "powercut/workload.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

const char *pc_operation_name(enum pc_operation_kind kind) {
  static const char *const names[PC_OPERATION_KINDS] = {
      [PC_PUT] = "put", [PC_DELETE] = "delete", [PC_GET] = "get", [PC_MAINTAIN] = "maintain", [PC_REBOOT] = "reboot",
  };
  return names[kind];
}

const char *pc_maintenance_name(enum pc_maintenance level) {
  static const char *const names[] = {
      [PC_MAINTAIN_PARTIAL] = "partial",
      [PC_MAINTAIN_FULL] = "full",
      [PC_MAINTAIN_HEAVY] = "heavy",
  };
  return names[level];
}

/* The bytes, copied into the arena. False: no memory. */
static bool keep(struct pc_workload *workload, struct pc_bytes *bytes) {
  uint8_t *copy = bytes->size > 0 ? pc_arena_take(&workload->arena, bytes->size) : NULL;
  if (copy != NULL) {
    memcpy(copy, bytes->data, bytes->size);
  }
  bytes->data = copy;
  return copy != NULL || bytes->size == 0;
}

/* The index of a key, which is added if it is new. UINT32_MAX: no memory. `keys` has room for it. */
static uint32_t index_of(struct pc_workload *workload, const struct pc_bytes *key) {
  for (uint32_t i = 0; i < workload->key_count; i++) {
    if (pc_bytes_equal(workload->keys[i], *key)) {
      return i;
    }
  }
  struct pc_bytes kept = *key;
  if (!keep(workload, &kept)) {
    return UINT32_MAX;
  }
  workload->keys[workload->key_count] = kept;
  return workload->key_count++;
}

enum pc_result pc_workload_begin_with(struct pc_workload *workload, const struct pc_initial *contents,
                                      const struct pc_bytes *keys, uint32_t count, struct pc_error *error) {
  struct pc_bytes *grown = realloc(workload->keys, ((size_t)workload->key_count + count + 1) * sizeof *grown);
  if (grown == NULL) {
    return pc_fail_memory(error);
  }
  workload->keys = grown;
  struct pc_initial *initial = calloc((size_t)count + 1, sizeof *initial);
  if (initial == NULL) {
    return pc_fail_memory(error);
  }
  for (uint32_t i = 0; i < count; i++) {
    initial[i] = contents[i];
    initial[i].key = index_of(workload, &keys[i]);
    if (initial[i].key == UINT32_MAX || !keep(workload, &initial[i].value)) {
      free(initial);
      return pc_fail_memory(error);
    }
  }
  workload->initial = initial;
  workload->initial_count = count;
  return PC_OK;
}

void pc_workload_free(struct pc_workload *workload) {
  free(workload->keys);
  free(workload->operations);
  free(workload->initial);
  pc_arena_free(workload->arena);
  *workload = (struct pc_workload){0};
}
