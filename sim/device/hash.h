/* The state hash: a sum over lines, so that a change costs only the lines that it touches. */
#ifndef PC_DEVICE_HASH_H
#define PC_DEVICE_HASH_H

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

/* The sum, modulo 2^64, of the hashes of all lines that hold a byte of [from, from + size); size > 0. `bytes` is the
   whole array, padded to whole lines. */
uint64_t pc_hash_lines(enum pc_hash_plane plane, const uint8_t *bytes, size_t from, size_t size);

/* The same, but lines of zeros count as 0, so that an array that isn't there hashes like one of zeros. */
uint64_t pc_hash_set_lines(enum pc_hash_plane plane, const uint8_t *bytes, size_t from, size_t size);

#endif
