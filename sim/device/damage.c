/* Damage: cells that are not what the flash operations made of them, and cells that no longer change. */
#include <string.h>

#include "state.h"

/* Damage came about in the sectors of `first` to `last`. */
static void note(struct pc_device *device, uint32_t first, uint32_t last, bool beyond_copies) {
  uint32_t sector = first / device->profile.sector_size;
  struct pc_damage *damage = &device->damage;
  bool elsewhere = (damage->events > 0 && damage->sector != sector) || last / device->profile.sector_size != sector;
  damage->beyond_copies = damage->beyond_copies || beyond_copies || elsewhere;
  damage->sector = sector;
  damage->events++;
}

void pc_damage_hold_stuck(struct pc_device *device, struct pc_flash_operation *operation) {
  const uint8_t *cells = device->cells + operation->address;
  const uint8_t *stuck = device->planes[PC_PLANE_STUCK].bytes + operation->address;
  uint8_t differs = 0;
  for (uint32_t i = 0; i < operation->size; i++) {
    differs |= (operation->after[i] ^ cells[i]) & stuck[i];
  }
  if (differs == 0) {
    return;
  }
  for (uint32_t i = 0; i < operation->size; i++) {
    device->scratch[i] = (uint8_t)((operation->after[i] & ~stuck[i]) | (cells[i] & stuck[i]));
  }
  operation->after = device->scratch;
  operation->ignored = operation->ignored || !(operation->torn || operation->failed);
}

bool pc_damage_mends(const struct pc_device *device, const struct pc_flash_operation *operation) {
  if (operation->kind != PC_ERASE || operation->torn || operation->failed) {
    return false;
  }
  return !operation->ignored || memcmp(device->cells + operation->address, operation->after, operation->size) != 0;
}

/* What is spoilt of a byte once the operation is done; the cells are still those before it. */
static uint8_t spoilt_after(const struct pc_device *device, const struct pc_flash_operation *operation, bool mends,
                            uint32_t i) {
  uint32_t at = operation->address + i;
  uint8_t spoilt = device->planes[PC_PLANE_SPOILT].bytes[at];
  if (mends) {
    spoilt = device->planes[PC_PLANE_STUCK].bytes[at];
  } else if (operation->ignored && operation->kind == PC_ERASE) {
    spoilt |= (uint8_t)~device->cells[at];
  } else if (operation->kind == PC_ROT) {
    spoilt |= device->cells[at] ^ operation->after[i];
  }
  spoilt |= operation->spoilt != NULL ? operation->spoilt[i] : 0;
  return operation->stuck != NULL ? spoilt | operation->stuck[i] : spoilt;
}

void pc_damage_apply(struct pc_device *device, const struct pc_flash_operation *operation) {
  bool mends = pc_damage_mends(device, operation);
  if (operation->kind != PC_ROT && !operation->ignored && operation->spoilt == NULL && operation->stuck == NULL) {
    /* Nearly always: nothing is damaged, and byte by byte that takes long. */
    if (mends) {
      memcpy(device->planes[PC_PLANE_SPOILT].bytes + operation->address,
             device->planes[PC_PLANE_STUCK].bytes + operation->address, operation->size);
    }
    return;
  }
  bool all = operation->kind == PC_ROT || (operation->ignored && operation->kind == PC_ERASE && !mends);
  uint32_t first = UINT32_MAX, last = 0;
  for (uint32_t i = 0; i < operation->size; i++) {
    uint32_t at = operation->address + i;
    device->planes[PC_PLANE_SPOILT].bytes[at] = spoilt_after(device, operation, mends, i);
    uint8_t damaged = operation->spoilt != NULL ? operation->spoilt[i] : 0;
    if (operation->stuck != NULL) {
      device->planes[PC_PLANE_STUCK].bytes[at] |= operation->stuck[i];
      damaged |= operation->stuck[i];
    }
    if (all || damaged != 0) {
      first = first == UINT32_MAX ? at : first;
      last = at;
    }
  }
  if (first != UINT32_MAX) {
    note(device, first, last, all && operation->kind == PC_ERASE);
  }
}

void pc_damage_stick(struct pc_device *device, uint32_t address, uint8_t bits, uint8_t value) {
  pc_hash_touch(device->hash, address, 1);
  pc_planes_touch(device, address, 1);
  device->cells[address] = (uint8_t)((device->cells[address] & ~bits) | (value & bits));
  device->planes[PC_PLANE_STUCK].bytes[address] |= bits;
  device->planes[PC_PLANE_SPOILT].bytes[address] |= bits;
  note(device, address, address, false);
}
