/* Byte strings read eight bytes at a time, least significant first on every machine, and short ones padded with zeros:
   bit n of a string is bit n % 64 of word n / 64. */
#ifndef PC_DEVICE_WORDS_H
#define PC_DEVICE_WORDS_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PC_WORD_SIZE sizeof(uint64_t)

static inline size_t pc_word_part(size_t size, size_t offset) {
  return size - offset < PC_WORD_SIZE ? size - offset : PC_WORD_SIZE;
}

static inline uint64_t pc_word_at(const uint8_t *bytes, size_t size, size_t offset) {
  uint64_t word = 0;
  memcpy(&word, bytes + offset, pc_word_part(size, offset));
  return le64toh(word);
}

static inline void pc_word_put(uint8_t *bytes, size_t size, size_t offset, uint64_t word) {
  word = htole64(word);
  memcpy(bytes + offset, &word, pc_word_part(size, offset));
}

#endif
