#include "hash.h"

#include <string.h>

/* Inlined, the length is a constant: a line costs a few multiplications. */
#define XXH_INLINE_ALL
#include <xxhash.h>

static uint64_t hash_line(enum pc_hash_plane plane, const uint8_t *bytes, size_t line) {
  return XXH3_64bits_withSeed(bytes + line * PC_HASH_LINE, PC_HASH_LINE, ((uint64_t)plane << 32) + line);
}

uint64_t pc_hash_lines(enum pc_hash_plane plane, const uint8_t *bytes, size_t from, size_t size) {
  uint64_t sum = 0;
  size_t last = (from + size - 1) / PC_HASH_LINE;
  for (size_t line = from / PC_HASH_LINE; line <= last; line++) {
    sum += hash_line(plane, bytes, line);
  }
  return sum;
}

uint64_t pc_hash_set_lines(enum pc_hash_plane plane, const uint8_t *bytes, size_t from, size_t size) {
  static const uint8_t zeros[PC_HASH_LINE] = {0};
  uint64_t sum = 0;
  size_t last = (from + size - 1) / PC_HASH_LINE;
  for (size_t line = from / PC_HASH_LINE; line <= last; line++) {
    if (memcmp(bytes + line * PC_HASH_LINE, zeros, PC_HASH_LINE) != 0) {
      sum += hash_line(plane, bytes, line);
    }
  }
  return sum;
}
