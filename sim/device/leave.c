/* Leaving on a device what a variant of a class leaves. */
#include <stdlib.h>
#include <string.h>

#include "powercut/fault.h"

void pc_fault_memory_free(struct pc_fault_memory *memory) {
  free(memory->bytes);
  *memory = (struct pc_fault_memory){0};
}

static enum pc_result make_room(struct pc_fault_memory *memory, size_t size, struct pc_error *error) {
  if (memory->size < size) {
    uint8_t *bytes = realloc(memory->bytes, size);
    if (bytes == NULL) {
      return pc_fail_memory(error);
    }
    *memory = (struct pc_fault_memory){.bytes = bytes, .size = size};
  }
  return PC_OK;
}

enum pc_result pc_fault_leave(struct pc_device *device, enum pc_fault fault, const struct pc_fault_input *input,
                              uint32_t variant, struct pc_fault_memory *memory, struct pc_flash_operation *left,
                              struct pc_error *error) {
  struct pc_flash_operation operation = input->operation;
  if (fault == PC_FAULT_BETWEEN_OPS) {
    if (left != NULL) {
      *left = operation;
      left->after = operation.before;
    }
    return PC_OK;
  }
  const struct pc_fault_place place = pc_fault_place(fault, input, variant);
  enum pc_result result = make_room(memory, (size_t)place.size * 2, error);
  if (result != PC_OK) {
    return result;
  }
  uint8_t *torn = memory->bytes, *weak = memory->bytes + place.size;
  size_t mark = pc_device_mark(device);
  pc_fault_tear(fault, input, variant, torn);
  operation.weakness = pc_fault_weaken(fault, input, variant, weak);
  operation.weak = operation.weakness == PC_FIRM ? NULL : weak;
  operation.address = place.address;
  operation.size = place.size;
  operation.before = pc_device_cells(device).data + place.address;
  if (fault == PC_FAULT_BIT_ROT) {
    operation.kind = PC_ROT;
    operation.after = torn;
    pc_device_redo(device, &operation);
  } else {
    pc_device_tear(device, &operation, torn);
  }
  if (pc_device_failed(device)) {
    return pc_fail_memory(error);
  }
  if (left != NULL) {
    *left = pc_device_journalled(device, mark);
    left->weak = operation.weak;
    left->weakness = operation.weakness;
  }
  return PC_OK;
}
