/* ECC words of a device: what operations leave of them, and what reads of them answer. */
#include <assert.h>
#include <string.h>

#include "ecc.h"
#include "powercut/random.h"
#include "state.h"

/* Words are only asked for where there are some. */
static uint32_t word_size_of(const struct pc_device *device) {
  assert(device->profile.ecc_word > 0);
  return device->profile.ecc_word;
}

static uint8_t *syndromes_of(const struct pc_device *device) {
  return device->planes[PC_PLANE_SYNDROMES].bytes;
}

/* A program, or an erase, of a whole word; the cells are still those before it. Programming a word again clears more of
   its check bits, and those of the new data need not be a part of what is left. */
static uint16_t after_whole(const struct pc_device *device, const struct pc_flash_operation *operation, uint32_t at) {
  uint32_t size = word_size_of(device);
  const uint8_t *before = device->cells + operation->address + at, *after = operation->after + at;
  uint16_t syndrome = pc_syndrome_at(syndromes_of(device), (operation->address + at) / size);
  bool blank = memcmp(before, device->erased, size) == 0 && syndrome == 0;
  if (operation->kind == PC_ERASE || blank) {
    return 0;
  }
  uint16_t code = pc_ecc_code(after, size);
  uint16_t left = (uint16_t)((pc_ecc_code(before, size) ^ syndrome) & code);
  return left ^ code;
}

/* Other classes than ecc leave words whose check bits are those of their data. */
static uint16_t after_part(const struct pc_device *device, const struct pc_flash_operation *operation, uint32_t at) {
  uint32_t size = word_size_of(device);
  bool same = memcmp(device->cells + operation->address + at, operation->after + at, size) == 0;
  return same ? pc_syndrome_at(syndromes_of(device), (operation->address + at) / size) : 0;
}

static void rot(struct pc_device *device, const struct pc_flash_operation *operation) {
  uint32_t size = word_size_of(device);
  for (uint32_t i = 0; i < operation->size; i++) {
    uint32_t at = operation->address + i;
    uint16_t syndrome = pc_syndrome_at(syndromes_of(device), at / size);
    for (uint32_t changed = device->cells[at] ^ operation->after[i]; changed != 0; changed &= changed - 1) {
      syndrome ^= pc_ecc_column(at % size * 8 + (uint32_t)__builtin_ctz(changed));
    }
    pc_syndrome_put(syndromes_of(device), at / size, syndrome);
  }
}

void pc_guard_apply(struct pc_device *device, const struct pc_flash_operation *operation) {
  uint32_t size = word_size_of(device);
  if (operation->kind == PC_ROT) {
    rot(device, operation);
    return;
  }
  bool whole = !operation->torn && !operation->failed && !operation->ignored;
  for (uint32_t at = 0; at < operation->size; at += size) {
    uint16_t syndrome = operation->syndromes != NULL ? pc_syndrome_at(operation->syndromes, at / size)
                        : whole                      ? after_whole(device, operation, at)
                                                     : after_part(device, operation, at);
    pc_syndrome_put(syndromes_of(device), (operation->address + at) / size, syndrome);
  }
}

bool pc_guard_is_wrong(const struct pc_device *device, uint32_t address, uint32_t size) {
  const struct pc_bytes syndromes = pc_plane_range(device, PC_PLANE_SYNDROMES, address, size);
  for (size_t i = 0; i < syndromes.size; i++) {
    if (syndromes.data[i] != 0) {
      return true;
    }
  }
  return false;
}

bool pc_guard_read(struct pc_device *device, uint32_t address, uint8_t *data, uint32_t size) {
  uint32_t word_size = word_size_of(device);
  if (!pc_guard_is_wrong(device, address, size)) {
    return true;
  }
  for (uint32_t word = address / word_size; word <= (address + size - 1) / word_size; word++) {
    int32_t bit = pc_ecc_decode(pc_syndrome_at(syndromes_of(device), word), word_size);
    if (bit == PC_ECC_WRONG) {
      return false;
    }
    uint32_t at = word * word_size + (uint32_t)(bit >= 0 ? bit : 0) / 8;
    if (bit >= 0 && at >= address && at - address < size) {
      data[at - address] ^= (uint8_t)(1u << bit % 8);
    }
  }
  return true;
}
