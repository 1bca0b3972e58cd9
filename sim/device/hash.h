/*
 * The state hash: a sum over the lines of arrays. What changes bytes only touches their lines; they are hashed when the
 * sum is asked for. So the sum depends on the bytes alone, whatever way they came there, and is the same again once
 * they are.
 */
#ifndef PC_DEVICE_HASH_H
#define PC_DEVICE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PC_HASH_LINE 64u

/* Arrays that are part of one state are hashed as different planes, so that bytes can't trade places between them. */
enum pc_hash_plane {
  PC_HASH_CELLS,
  PC_HASH_PROGRAM_COUNTS,
  PC_HASH_WEAK,
  PC_HASH_SPOILT,
  PC_HASH_STUCK,
  PC_HASH_SYNDROMES
};

/* The sum of an array's lines, modulo 2^64. */
struct pc_hash_sum {
  uint64_t *lines;   /* each one's hash, as it was when it was last asked for; owned, and `stale` with it */
  uint64_t *stale;   /* a bit for each line that was touched since */
  size_t first, end; /* all words of `stale` that are not zero lie inside [first, end) */
  size_t count;      /* of lines */
  uint64_t sum;      /* of `lines` */
};

/* For an array of `size` bytes, all touched. NULL: no memory. Close it with pc_hash_close (NULL is fine). */
struct pc_hash_sum *pc_hash_open(size_t size);
void pc_hash_close(struct pc_hash_sum *sum);

/* The sum for `bytes`, the whole array, padded to whole lines. Lines of zeros count as 0 if `sparse`, so that an array
   that isn't there hashes like one of zeros. */
uint64_t pc_hash_of(struct pc_hash_sum *sum, enum pc_hash_plane plane, const uint8_t *bytes, bool sparse);

/* Bytes [from, from + size) changed, or are about to; size > 0. */
static inline void pc_hash_touch(struct pc_hash_sum *sum, size_t from, size_t size) {
  size_t line = from / PC_HASH_LINE, last = (from + size - 1) / PC_HASH_LINE;
  size_t first = line / 64, end = last / 64 + 1;
  sum->first = first < sum->first ? first : sum->first;
  sum->end = end > sum->end ? end : sum->end;
  for (size_t word = first; word < end; word++) {
    uint64_t from_here = word == first ? UINT64_MAX << line % 64 : UINT64_MAX;
    uint64_t to_here = word + 1 == end ? UINT64_MAX >> (63 - last % 64) : UINT64_MAX;
    sum->stale[word] |= from_here & to_here;
  }
}

#endif
