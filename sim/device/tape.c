#include "powercut/tape.h"

#include <stdlib.h>
#include <string.h>

#include "state.h"

void pc_tape_free(struct pc_tape *tape) {
  free(tape->operations);
  free(tape->bytes);
  *tape = (struct pc_tape){0};
}

void pc_tape_clear(struct pc_tape *tape) {
  tape->count = 0;
  tape->size = 0;
}

static enum pc_result make_room(struct pc_tape *tape, size_t size, struct pc_error *error) {
  if (tape->count == tape->capacity) {
    size_t capacity = tape->capacity == 0 ? 64 : tape->capacity * 2;
    struct pc_taped *operations = realloc(tape->operations, capacity * sizeof *operations);
    if (operations == NULL) {
      return pc_fail_memory(error);
    }
    tape->operations = operations;
    tape->capacity = capacity;
  }
  if (tape->bytes_capacity - tape->size < size) {
    size_t capacity = (tape->size + size) * 2;
    uint8_t *bytes = realloc(tape->bytes, capacity);
    if (bytes == NULL) {
      return pc_fail_memory(error);
    }
    tape->bytes = bytes;
    tape->bytes_capacity = capacity;
  }
  return PC_OK;
}

enum pc_result pc_tape_record(struct pc_tape *tape, const struct pc_device *device, size_t first, size_t end,
                              struct pc_error *error) {
  for (size_t i = first; i < end; i++) {
    struct pc_flash_operation operation = pc_device_journalled(device, i);
    bool own = operation.kind == PC_PROGRAM || operation.failed || operation.ignored;
    size_t size = own ? operation.size : 0;
    enum pc_result result = make_room(tape, size, error);
    if (result != PC_OK) {
      return result;
    }
    tape->operations[tape->count++] = (struct pc_taped){.kind = operation.kind,
                                                        .failed = operation.failed,
                                                        .ignored = operation.ignored,
                                                        .address = operation.address,
                                                        .size = operation.size,
                                                        .offset = tape->size};
    if (size > 0) {
      memcpy(tape->bytes + tape->size, operation.after, size);
      tape->size += size;
    }
  }
  return PC_OK;
}

struct pc_flash_operation pc_tape_next(const struct pc_tape *tape, size_t index, const struct pc_device *device) {
  const struct pc_taped *taped = &tape->operations[index];
  bool own = taped->kind == PC_PROGRAM || taped->failed || taped->ignored;
  return (struct pc_flash_operation){
      .kind = taped->kind,
      .failed = taped->failed,
      .ignored = taped->ignored,
      .address = taped->address,
      .size = taped->size,
      .before = device->cells + taped->address,
      .after = own ? tape->bytes + taped->offset : device->erased,
  };
}

void pc_tape_redo(const struct pc_tape *tape, size_t index, struct pc_device *device) {
  const struct pc_flash_operation operation = pc_tape_next(tape, index, device);
  pc_device_redo(device, &operation);
}
