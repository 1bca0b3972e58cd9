#include "powercut/workload.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "builder.h"

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

/* One of the initial contents, with copies of its key and its value. False: no memory. */
static bool keep_initial(struct pc_builder *builder, struct pc_bytes key, struct pc_initial *initial) {
  const struct pc_bytes value = initial->value;
  uint8_t *copy;
  if (!pc_builder_key(builder, key, &initial->key) || !pc_builder_bytes(builder, value.size, &copy)) {
    return false;
  }
  if (value.size > 0) {
    memcpy(copy, value.data, value.size);
  }
  initial->value.data = copy;
  return true;
}

enum pc_result pc_workload_begin_with(struct pc_workload *workload, const struct pc_initial *contents,
                                      const struct pc_bytes *keys, uint32_t count, struct pc_error *error) {
  struct pc_initial *initial = calloc((size_t)count + 1, sizeof *initial);
  struct pc_builder builder = pc_builder_resume(workload);
  bool kept = initial != NULL;
  for (uint32_t i = 0; kept && i < count; i++) {
    initial[i] = contents[i];
    kept = keep_initial(&builder, keys[i], &initial[i]);
  }
  *workload = pc_builder_finish(&builder);
  if (!kept) {
    free(initial);
    return pc_fail_memory(error);
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
