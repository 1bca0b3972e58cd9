#include "powercut/workload.h"
#include "update.h"

static void write_operation(const struct pc_workload *workload, const struct pc_operation *operation,
                            struct pc_buffer *text) {
  pc_buffer_print(text, "%s", operation->update != NULL ? PC_UPDATE_NAME : pc_operation_name(operation->kind));
  switch (operation->kind) {
    case PC_PUT:
    case PC_DELETE:
    case PC_GET:
      pc_buffer_append(text, " ", 1);
      pc_buffer_key(text, workload->keys[operation->key]);
      break;
    case PC_MAINTAIN:
      pc_buffer_print(text, " %s", pc_maintenance_name(operation->level));
      break;
    case PC_REBOOT:
      if (operation->update != NULL) {
        pc_update_write(operation->update, text);
      }
      break;
    case PC_OPERATION_KINDS:
      break;
  }
  if (operation->kind == PC_PUT) {
    pc_buffer_append(text, " ", 1);
    if (operation->value.size == 0) {
      pc_buffer_append(text, "-", 1);
    }
    pc_buffer_hex(text, operation->value);
  }
  pc_buffer_append(text, "\n", 1);
}

void pc_trace_write(const struct pc_workload *workload, uint32_t first, uint32_t end, struct pc_buffer *text) {
  for (uint32_t i = first; i < end; i++) {
    write_operation(workload, &workload->operations[i], text);
  }
}
