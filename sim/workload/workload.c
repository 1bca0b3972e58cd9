#include "powercut/workload.h"

#include <stdlib.h>

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

void pc_workload_free(struct pc_workload *workload) {
  free(workload->keys);
  free(workload->operations);
  pc_arena_free(workload->arena);
  *workload = (struct pc_workload){0};
}
