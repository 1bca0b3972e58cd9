/* Byte strings read eight bytes at a time, least significant first on every machine, and short ones padded with zeros:
   bit n of a string is bit n % 64 of word n / 64. */
#ifndef PC_DEVICE_WORDS_H
#define PC_DEVICE_WORDS_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PC_WORD_SIZE sizeof(uint64_t)

static inline uint64_t pc_word_at(const uint8_t *bytes, size_t size, size_t offset) {
  uint64_t word = 0;
  if (size - offset >= PC_WORD_SIZE) {
    memcpy(&word, bytes + offset, PC_WORD_SIZE); /* of a size that is known: one load */
  } else {
    memcpy(&word, bytes + offset, size - offset);
  }
  return le64toh(word);
}

static inline void pc_word_put(uint8_t *bytes, size_t size, size_t offset, uint64_t word) {
  word = htole64(word);
  if (size - offset >= PC_WORD_SIZE) {
    memcpy(bytes + offset, &word, PC_WORD_SIZE);
  } else {
    memcpy(bytes + offset, &word, size - offset);
  }
}

/* memcpy for what is mostly short: of 16 to 32 bytes a call of memcpy takes longer than the copy. */
static inline void pc_copy_short(uint8_t *to, const uint8_t *from, size_t size) {
  enum { HALF = 16 };
  if (size >= HALF && size <= 2 * (size_t)HALF) {
    uint8_t head[HALF], tail[HALF];
    memcpy(head, from, HALF);
    memcpy(tail, from + size - HALF, HALF);
    memcpy(to, head, HALF);
    memcpy(to + size - HALF, tail, HALF);
  } else {
    memcpy(to, from, size);
  }
}

#endif
