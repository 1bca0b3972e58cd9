/* Leaving on a device what a variant of a class leaves. */
#include <stdlib.h>
#include <string.h>

#include "fault_class.h"
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

/* Of the oldest sector that the operation is in. */
static double age_of(const struct pc_device *device, const struct pc_flash_operation *operation) {
  uint32_t sector_size = pc_device_profile(device)->sector_size;
  uint32_t last = (operation->address + operation->size - 1) / sector_size;
  double oldest = 0;
  for (uint32_t sector = operation->address / sector_size; sector <= last; sector++) {
    double age = pc_device_age(device, sector);
    oldest = age > oldest ? age : oldest;
  }
  return oldest;
}

void pc_fault_describe(struct pc_fault_input *input, const struct pc_device *device) {
  const struct pc_profile *profile = pc_device_profile(device);
  input->program_unit = profile->program_unit;
  input->cells = pc_device_cells(device);
  input->ecc_word = profile->ecc_word;
  input->collateral = profile->collateral;
  input->age = age_of(device, &input->operation);
}

/* The operation as it is left: its buffers are those of `left`. */
static struct pc_flash_operation describe(const struct pc_device *device, enum pc_fault fault,
                                          const struct pc_fault_input *input, struct pc_fault_place place,
                                          const struct pc_fault_left *left) {
  struct pc_flash_operation operation = input->operation;
  operation.address = place.address;
  operation.size = place.size;
  operation.before = pc_device_cells(device).data + place.address;
  operation.weakness = left->weakness;
  operation.weak = left->weakness == PC_FIRM ? NULL : left->weak;
  operation.spoilt = fault == PC_FAULT_COLLATERAL ? left->spoilt : NULL;
  operation.stuck = fault == PC_FAULT_WORN && input->age > 1 ? left->stuck : NULL;
  operation.syndromes = fault == PC_FAULT_ECC ? left->syndromes : NULL;
  return operation;
}

enum pc_result pc_fault_leave(struct pc_device *device, enum pc_fault fault, const struct pc_fault_input *input,
                              uint32_t variant, struct pc_fault_memory *memory, struct pc_flash_operation *told,
                              struct pc_error *error) {
  enum { TORN, WEAK, SPOILT, STUCK, SYNDROMES, SCRATCH = SYNDROMES + 2, ALL = SCRATCH + 3 }; /* in sizes of the place */
  if (fault == PC_FAULT_BETWEEN_OPS) {
    if (told != NULL) {
      *told = input->operation;
      told->after = told->before;
    }
    return PC_OK;
  }
  const struct pc_fault_place place = pc_fault_place(fault, input, variant);
  size_t size = place.size;
  enum pc_result result = make_room(memory, size * ALL, error);
  if (result != PC_OK) {
    return result;
  }
  uint8_t *bytes = memory->bytes;
  struct pc_fault_left left = {.torn = bytes + TORN * size,
                               .weak = bytes + WEAK * size,
                               .spoilt = bytes + SPOILT * size,
                               .stuck = bytes + STUCK * size,
                               .syndromes = bytes + SYNDROMES * size,
                               .scratch = bytes + SCRATCH * size};
  memset(left.weak, 0, size * (SYNDROMES - WEAK));
  size_t mark = pc_device_mark(device);
  pc_fault_fill(fault, input, variant, &left);
  struct pc_flash_operation operation = describe(device, fault, input, place, &left);
  if (fault == PC_FAULT_BIT_ROT) {
    operation.kind = PC_ROT;
    operation.after = left.torn;
    pc_device_redo(device, &operation);
  } else {
    pc_device_tear(device, &operation, left.torn);
  }
  if (pc_device_failed(device)) {
    return pc_fail_memory(error);
  }
  if (told != NULL) {
    *told = pc_device_journalled(device, mark);
    told->weak = operation.weak;
    told->weakness = operation.weakness;
    told->spoilt = operation.spoilt;
    told->stuck = operation.stuck;
    told->syndromes = operation.syndromes;
  }
  return PC_OK;
}
