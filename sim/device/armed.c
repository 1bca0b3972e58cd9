/* Faults that wait on the device for the operations that they are for. */
#include "powercut/armed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "powercut/random.h"
#include "state.h"

struct pc_armed {
  struct {
    struct pc_armed_fault fault;
    uint64_t met; /* operations or reads that touched its range */
  } faults[PC_MAX_ARMED];
  size_t count;
  struct pc_wearing wearing; /* its bytes are owned */
};

const char *pc_armed_name(enum pc_armed_kind kind) {
  static const char *const names[PC_ARMED_KINDS] = {
      [PC_ARMED_PROGRAM_ERROR] = "program_error", [PC_ARMED_ERASE_ERROR] = "erase_error",
      [PC_ARMED_READ_ERROR] = "read_error",       [PC_ARMED_ERASE_IGNORED] = "erase_ignored",
      [PC_ARMED_STUCK_BIT] = "stuck_bit",         [PC_ARMED_BIT_ROT] = "bit_rot",
      [PC_ARMED_WEAR_OUT] = "wear_out",
  };
  return names[kind];
}

const char *pc_leaves_name(enum pc_leaves leaves) {
  static const char *const names[PC_LEAVES_COUNT] = {
      [PC_LEAVES_NOTHING] = "nothing", [PC_LEAVES_HALF] = "half", [PC_LEAVES_ALL] = "all"};
  return names[leaves];
}

static bool is_for(const struct pc_armed_fault *fault, enum pc_armed_kind kind, uint32_t address, size_t size) {
  return fault->kind == kind && address < (uint64_t)fault->address + fault->size &&
         fault->address < (uint64_t)address + size;
}

static bool is_for_operation(const struct pc_armed_fault *fault, const struct pc_flash_operation *operation) {
  uint32_t address = operation->address, size = operation->size;
  switch (operation->kind) {
    case PC_PROGRAM:
      return is_for(fault, PC_ARMED_PROGRAM_ERROR, address, size);
    case PC_ERASE:
      return is_for(fault, PC_ARMED_ERASE_ERROR, address, size) || is_for(fault, PC_ARMED_ERASE_IGNORED, address, size);
    case PC_ROT:
      break;
  }
  return false;
}

static bool is_due(const struct pc_armed_fault *fault, uint64_t met) {
  return met >= fault->after && (fault->count == 0 || met - fault->after < fault->count);
}

/* The fault that spoils the operation, or NULL. */
static const struct pc_armed_fault *find_due(const struct pc_device *device,
                                             const struct pc_flash_operation *operation) {
  const struct pc_armed *armed = device->armed;
  for (size_t i = 0; armed != NULL && i < armed->count; i++) {
    if (is_for_operation(&armed->faults[i].fault, operation) && is_due(&armed->faults[i].fault, armed->faults[i].met)) {
      return &armed->faults[i].fault;
    }
  }
  return NULL;
}

/* How much of the operation is done. */
static uint32_t done_of(const struct pc_device *device, const struct pc_armed_fault *fault, uint32_t size) {
  uint32_t unit = device->profile.program_unit;
  if (fault == NULL) {
    return size;
  }
  if (fault->kind == PC_ARMED_ERASE_IGNORED || fault->leaves == PC_LEAVES_NOTHING) {
    return 0;
  }
  return fault->leaves == PC_LEAVES_ALL ? size : size / unit / 2 * unit;
}

int pc_armed_operate(struct pc_device *device, const struct pc_flash_operation *operation) {
  if (device->scratch == NULL) {
    pc_device_apply(device, operation);
    return PC_FLASH_OK;
  }
  const struct pc_armed_fault *fault = find_due(device, operation);
  const uint8_t *cells = device->cells + operation->address;
  uint32_t done = done_of(device, fault, operation->size);
  /* A program clears bits, whatever it finds there. */
  for (uint32_t i = 0; i < done; i++) {
    device->scratch[i] = operation->kind == PC_PROGRAM ? cells[i] & operation->after[i] : operation->after[i];
  }
  memcpy(device->scratch + done, cells + done, operation->size - done);
  struct pc_flash_operation left = *operation;
  left.after = device->scratch;
  left.ignored = fault != NULL && fault->kind == PC_ARMED_ERASE_IGNORED;
  left.failed = fault != NULL && !left.ignored;
  uint32_t failures = device->damage.failures;
  pc_device_apply(device, &left);
  bool failed = device->damage.failures != failures;
  device->errors += failed;
  return failed ? PC_FLASH_FAILED : PC_FLASH_OK;
}

const struct pc_wearing *pc_armed_wearing(const struct pc_device *device, uint32_t address) {
  const struct pc_armed *armed = device->armed;
  for (size_t i = 0; armed != NULL && armed->wearing.weak != NULL && i < armed->count; i++) {
    if (is_for(&armed->faults[i].fault, PC_ARMED_WEAR_OUT, address, device->profile.sector_size)) {
      return &armed->wearing;
    }
  }
  return NULL;
}

/* The first that is armed says by which seed. */
static bool prepare_wearing(struct pc_device *device, uint64_t seed) {
  struct pc_wearing *wearing = &device->armed->wearing;
  if (wearing->weak != NULL) {
    return true;
  }
  size_t size = pc_profile_largest_erase(&device->profile);
  wearing->weak = calloc(size, 2);
  if (wearing->weak == NULL) {
    return false;
  }
  wearing->stuck = wearing->weak + size;
  wearing->seed = seed;
  return pc_plane_prepare(device, PC_PLANE_WEAK);
}

bool pc_armed_fails_read(struct pc_device *device, uint32_t address, size_t size) {
  struct pc_armed *armed = device->armed;
  bool fails = false;
  for (size_t i = 0; armed != NULL && i < armed->count; i++) {
    if (is_for(&armed->faults[i].fault, PC_ARMED_READ_ERROR, address, size)) {
      fails = fails || is_due(&armed->faults[i].fault, armed->faults[i].met);
      armed->faults[i].met++;
    }
  }
  device->errors += fails;
  device->read_errors += fails;
  return fails;
}

void pc_device_power_on(struct pc_device *device) {
  struct pc_armed *armed = device->armed;
  for (size_t i = 0; armed != NULL && i < armed->count; i++) {
    if (armed->faults[i].fault.kind == PC_ARMED_READ_ERROR) {
      armed->faults[i].met = 0;
    }
  }
}

void pc_armed_count(struct pc_device *device, const struct pc_flash_operation *operation, bool undo) {
  struct pc_armed *armed = device->armed;
  for (size_t i = 0; armed != NULL && i < armed->count; i++) {
    if (is_for_operation(&armed->faults[i].fault, operation)) {
      armed->faults[i].met = undo ? armed->faults[i].met - 1 : armed->faults[i].met + 1;
    }
  }
}

/* What is to come of a fault matters, not how often it was met once it is over. */
static uint64_t progress_of(const struct pc_armed_fault *fault, uint64_t met) {
  uint64_t end = fault->count == 0 ? fault->after : (uint64_t)fault->after + fault->count;
  return fault->kind == PC_ARMED_READ_ERROR ? 0 : met < end ? met : end;
}

uint64_t pc_armed_hash(const struct pc_device *device, uint64_t hash) {
  const struct pc_armed *armed = device->armed;
  for (size_t i = 0; armed != NULL && i < armed->count; i++) {
    hash = pc_random_mix(hash, progress_of(&armed->faults[i].fault, armed->faults[i].met));
  }
  if (armed != NULL && armed->wearing.weak != NULL) {
    hash = pc_random_mix(hash, pc_device_wear_hash(device)); /* how worn sectors are decides what their erases leave */
  }
  const struct pc_damage *damage = &device->damage;
  uint64_t flags = damage->beyond_copies * UINT64_C(4) + (damage->failures > 0) * UINT64_C(2) + (damage->events > 0);
  return flags == 0 ? hash : pc_random_mix(hash, ((uint64_t)damage->sector << 3) + flags);
}

void pc_armed_free(struct pc_device *device) {
  if (device->armed != NULL) {
    free(device->armed->wearing.weak);
  }
  free(device->armed);
}

static enum pc_result check(const struct pc_device *device, const struct pc_armed_fault *fault,
                            struct pc_error *error) {
  bool of_a_byte = fault->kind == PC_ARMED_STUCK_BIT || fault->kind == PC_ARMED_BIT_ROT;
  if ((unsigned)fault->kind >= PC_ARMED_KINDS || (unsigned)fault->leaves >= PC_LEAVES_COUNT) {
    return pc_fail(error, PC_BAD_INPUT, "no such kind of fault");
  }
  if (fault->size == 0 || fault->address >= device->size || fault->size > device->size - fault->address) {
    return pc_fail(error, PC_BAD_INPUT, "%s: %u bytes at 0x%x are not inside the device, which has %u bytes",
                   pc_armed_name(fault->kind), fault->size, fault->address, device->size);
  }
  if (fault->kind == PC_ARMED_WEAR_OUT && device->profile.endurance == 0) {
    return pc_fail(error, PC_BAD_INPUT, "wear_out: profile '%s' has no endurance", device->profile.name);
  }
  if (of_a_byte && (fault->bits == 0 || fault->size != 1)) {
    return pc_fail(error, PC_BAD_INPUT, "%s: it is for at least one bit of one byte", pc_armed_name(fault->kind));
  }
  return PC_OK;
}

static enum pc_result append(struct pc_device *device, const struct pc_armed_fault *fault, struct pc_error *error) {
  if (device->armed == NULL) {
    device->armed = calloc(1, sizeof *device->armed);
  }
  if (device->armed == NULL) {
    return pc_fail_memory(error);
  }
  if (device->armed->count == PC_MAX_ARMED) {
    return pc_fail(error, PC_BAD_INPUT, "no more than %u faults can be armed", PC_MAX_ARMED);
  }
  device->armed->faults[device->armed->count].fault = *fault;
  device->armed->faults[device->armed->count++].met = 0;
  return PC_OK;
}

enum pc_result pc_device_arm(struct pc_device *device, const struct pc_armed_fault *fault, struct pc_error *error) {
  enum pc_result result = check(device, fault, error);
  if (result != PC_OK) {
    return result;
  }
  if (!pc_device_prepare_damage(device)) {
    return pc_fail_memory(error);
  }
  if (fault->kind == PC_ARMED_BIT_ROT) {
    const uint8_t rotten = device->cells[fault->address] ^ fault->bits;
    pc_device_apply(
        device, &(struct pc_flash_operation){.kind = PC_ROT, .address = fault->address, .size = 1, .after = &rotten});
    return device->journal.failed ? pc_fail_memory(error) : PC_OK;
  }
  assert(device->journal.count == 0);
  if (fault->kind == PC_ARMED_STUCK_BIT) {
    pc_damage_stick(device, fault->address, fault->bits, fault->value ^ pc_profile_flip(&device->profile));
    return PC_OK;
  }
  enum pc_result appended = append(device, fault, error);
  if (appended == PC_OK && fault->kind == PC_ARMED_WEAR_OUT && !prepare_wearing(device, fault->seed)) {
    return pc_fail_memory(error);
  }
  return appended;
}
