#include "hash.h"

#include <stdlib.h>
#include <string.h>

/* Inlined, the length is a constant: a line costs a few multiplications. */
#define XXH_INLINE_ALL
#include <xxhash.h>

struct pc_hash_sum *pc_hash_open(size_t size) {
  size_t count = (size + PC_HASH_LINE - 1) / PC_HASH_LINE, words = (count + 63) / 64;
  struct pc_hash_sum *sum = malloc(sizeof *sum);
  uint64_t *memory = calloc(count + words, sizeof *memory);
  if (sum == NULL || memory == NULL) {
    free(sum);
    free(memory);
    return NULL;
  }
  *sum = (struct pc_hash_sum){.lines = memory, .stale = memory + count, .first = words, .count = count};
  pc_hash_touch(sum, 0, size);
  return sum;
}

void pc_hash_close(struct pc_hash_sum *sum) {
  if (sum != NULL) {
    free(sum->lines);
    free(sum);
  }
}

static uint64_t hash_line(enum pc_hash_plane plane, const uint8_t *bytes, size_t line, bool sparse) {
  static const uint8_t zeros[PC_HASH_LINE] = {0};
  if (sparse && memcmp(bytes + line * PC_HASH_LINE, zeros, PC_HASH_LINE) == 0) {
    return 0;
  }
  return XXH3_64bits_withSeed(bytes + line * PC_HASH_LINE, PC_HASH_LINE, ((uint64_t)plane << 32) + line);
}

uint64_t pc_hash_of(struct pc_hash_sum *sum, enum pc_hash_plane plane, const uint8_t *bytes, bool sparse) {
  for (size_t word = sum->first; word < sum->end; word++) {
    for (uint64_t stale = sum->stale[word]; stale != 0; stale &= stale - 1) {
      size_t line = word * 64 + (size_t)__builtin_ctzll(stale);
      uint64_t hash = hash_line(plane, bytes, line, sparse);
      sum->sum += hash - sum->lines[line];
      sum->lines[line] = hash;
    }
    sum->stale[word] = 0;
  }
  sum->first = (sum->count + 63) / 64;
  sum->end = 0;
  return sum->sum;
}
