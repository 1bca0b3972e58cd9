/* A recording of flash operations that can be run again on a device in the same state. */
#ifndef POWERCUT_TAPE_H
#define POWERCUT_TAPE_H

#include <stddef.h>
#include <stdint.h>

#include "powercut/device.h"
#include "powercut/error.h"

struct pc_taped {
  enum pc_flash_operation_kind kind;
  bool failed, ignored;
  uint32_t address, size;
  size_t offset; /* of the bytes after it, but for an erase that did what it should */
};

/* Zero it to begin; clearing keeps the memory. */
struct pc_tape {
  struct pc_taped *operations;
  size_t count, capacity;
  uint8_t *bytes;
  size_t size, bytes_capacity;
};

void pc_tape_free(struct pc_tape *tape);
void pc_tape_clear(struct pc_tape *tape);

/* Appends the operations [first, end) of the device's journal. PC_ENVIRONMENT: out of memory. */
enum pc_result pc_tape_record(struct pc_tape *tape, const struct pc_device *device, size_t first, size_t end,
                              struct pc_error *error);

/* Operation `index` as it is about to happen on the device, which must be in the state that it was recorded in.
   `before` shows the device's cells, and changes with them. */
struct pc_flash_operation pc_tape_next(const struct pc_tape *tape, size_t index, const struct pc_device *device);

/* Has the device do operation `index` again. */
void pc_tape_redo(const struct pc_tape *tape, size_t index, struct pc_device *device);

#endif
