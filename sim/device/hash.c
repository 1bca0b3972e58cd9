#include "hash.h"

/* Inlined, the length is a constant: a line costs a few multiplications. */
#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t pc_hash_lines(enum pc_hash_plane plane, const uint8_t *bytes, size_t from, size_t size) {
  uint64_t seed = (uint64_t)plane << 32;
  uint64_t sum = 0;
  size_t last = (from + size - 1) / PC_HASH_LINE;
  for (size_t line = from / PC_HASH_LINE; line <= last; line++) {
    sum += XXH3_64bits_withSeed(bytes + line * PC_HASH_LINE, PC_HASH_LINE, seed + line);
  }
  return sum;
}
