#include "chunk_crc.h"

/* The remainders of the 16 values that four bits have: two steps a byte, in 32 bytes of table. */
static const uint16_t remainders[16] = {
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5, 0x60C6, 0x70E7,
    0x8108, 0x9129, 0xA14A, 0xB16B, 0xC18C, 0xD1AD, 0xE1CE, 0xF1EF,
};

static uint16_t add_four_bits(uint16_t crc, unsigned bits) {
  return (uint16_t)(((unsigned)crc << 4) ^ remainders[((unsigned)crc >> 12) ^ bits]);
}

uint16_t pc_chunk_crc(uint16_t crc, const uint8_t *data, size_t size) {
  for (size_t i = 0; i < size; i++) {
    crc = add_four_bits(crc, data[i] >> 4);
    crc = add_four_bits(crc, data[i] & 0xFu);
  }
  return crc;
}
