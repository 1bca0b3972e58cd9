#include "crc.h"

/*
 * Eight tables, sliced by 8: table k holds what a byte does to the register after k more bytes of zeros. A CRC is
 * linear, so that a table follows from its entries for the eight powers of two, which is what is written below.
 */
#define IF_BIT(i, bit, value) (((i) >> (bit)&1u) != 0 ? (value) : 0u)
#define AT(i, a, b, c, d, e, f, g, h)                                                                          \
  (IF_BIT(i, 0, a) ^ IF_BIT(i, 1, b) ^ IF_BIT(i, 2, c) ^ IF_BIT(i, 3, d) ^ IF_BIT(i, 4, e) ^ IF_BIT(i, 5, f) ^ \
   IF_BIT(i, 6, g) ^ IF_BIT(i, 7, h))
#define AT4(i, ...) AT(i, __VA_ARGS__), AT((i) + 1u, __VA_ARGS__), AT((i) + 2u, __VA_ARGS__), AT((i) + 3u, __VA_ARGS__)
#define AT16(i, ...) \
  AT4(i, __VA_ARGS__), AT4((i) + 4u, __VA_ARGS__), AT4((i) + 8u, __VA_ARGS__), AT4((i) + 12u, __VA_ARGS__)
#define AT64(i, ...) \
  AT16(i, __VA_ARGS__), AT16((i) + 16u, __VA_ARGS__), AT16((i) + 32u, __VA_ARGS__), AT16((i) + 48u, __VA_ARGS__)
#define TABLE(...) \
  { AT64(0u, __VA_ARGS__), AT64(64u, __VA_ARGS__), AT64(128u, __VA_ARGS__), AT64(192u, __VA_ARGS__) }

static const uint16_t CRC16_TABLES[8][256] = {
    TABLE(0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462, 0x48C4, 0x9188),
    TABLE(0x3331, 0x6662, 0xCCC4, 0x89A9, 0x0373, 0x06E6, 0x0DCC, 0x1B98),
    TABLE(0x3730, 0x6E60, 0xDCC0, 0xA9A1, 0x4363, 0x86C6, 0x1DAD, 0x3B5A),
    TABLE(0x76B4, 0xED68, 0xCAF1, 0x85C3, 0x1BA7, 0x374E, 0x6E9C, 0xDD38),
    TABLE(0xAA51, 0x4483, 0x8906, 0x022D, 0x045A, 0x08B4, 0x1168, 0x22D0),
    TABLE(0x45A0, 0x8B40, 0x06A1, 0x0D42, 0x1A84, 0x3508, 0x6A10, 0xD420),
    TABLE(0xB861, 0x60E3, 0xC1C6, 0x93AD, 0x377B, 0x6EF6, 0xDDEC, 0xABF9),
    TABLE(0x47D3, 0x8FA6, 0x0F6D, 0x1EDA, 0x3DB4, 0x7B68, 0xF6D0, 0xFD81),
};

static const uint32_t CRC32C_TABLES[8][256] = {
    TABLE(0xF26B8303, 0xE13B70F7, 0xC79A971F, 0x8AD958CF, 0x105EC76F, 0x20BD8EDE, 0x417B1DBC, 0x82F63B78),
    TABLE(0x13A29877, 0x274530EE, 0x4E8A61DC, 0x9D14C3B8, 0x3FC5F181, 0x7F8BE302, 0xFF17C604, 0xFBC3FAF9),
    TABLE(0xA541927E, 0x4F6F520D, 0x9EDEA41A, 0x38513EC5, 0x70A27D8A, 0xE144FB14, 0xC76580D9, 0x8B277743),
    TABLE(0xDD45AAB8, 0xBF672381, 0x7B2231F3, 0xF64463E6, 0xE964B13D, 0xD725148B, 0xABA65FE7, 0x52A0C93F),
    TABLE(0x38116FAC, 0x7022DF58, 0xE045BEB0, 0xC5670B91, 0x8F2261D3, 0x1BA8B557, 0x37516AAE, 0x6EA2D55C),
    TABLE(0xEF306B19, 0xDB8CA0C3, 0xB2F53777, 0x6006181F, 0xC00C303E, 0x85F4168D, 0x0E045BEB, 0x1C08B7D6),
    TABLE(0x68032CC8, 0xD0065990, 0xA5E0C5D1, 0x4E2DFD53, 0x9C5BFAA6, 0x3D5B83BD, 0x7AB7077A, 0xF56E0EF4),
    TABLE(0x493C7D27, 0x9278FA4E, 0x211D826D, 0x423B04DA, 0x847609B4, 0x0D006599, 0x1A00CB32, 0x34019664),
};

uint16_t pc_crc16_ccitt(uint16_t crc, const uint8_t *data, size_t size) {
  for (; size >= 8; data += 8, size -= 8) {
    crc = CRC16_TABLES[7][data[0] ^ (crc >> 8)] ^ CRC16_TABLES[6][data[1] ^ (crc & 0xFFu)] ^ CRC16_TABLES[5][data[2]] ^
          CRC16_TABLES[4][data[3]] ^ CRC16_TABLES[3][data[4]] ^ CRC16_TABLES[2][data[5]] ^ CRC16_TABLES[1][data[6]] ^
          CRC16_TABLES[0][data[7]];
  }
  for (; size > 0; data++, size--) {
    crc = (uint16_t)((crc << 8) ^ CRC16_TABLES[0][data[0] ^ (crc >> 8)]);
  }
  return crc;
}

uint32_t pc_crc32c_portable(uint32_t crc, const uint8_t *data, size_t size) {
  crc = ~crc;
  for (; size >= 8; data += 8, size -= 8) {
    crc = CRC32C_TABLES[7][data[0] ^ (crc & 0xFFu)] ^ CRC32C_TABLES[6][data[1] ^ (crc >> 8 & 0xFFu)] ^
          CRC32C_TABLES[5][data[2] ^ (crc >> 16 & 0xFFu)] ^ CRC32C_TABLES[4][data[3] ^ (crc >> 24)] ^
          CRC32C_TABLES[3][data[4]] ^ CRC32C_TABLES[2][data[5]] ^ CRC32C_TABLES[1][data[6]] ^ CRC32C_TABLES[0][data[7]];
  }
  for (; size > 0; data++, size--) {
    crc = (crc >> 8) ^ CRC32C_TABLES[0][(crc ^ data[0]) & 0xFFu];
  }
  return ~crc;
}

#if defined(__x86_64__)

#include <string.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, const uint8_t *data, size_t size) {
  uint64_t state = ~crc;
  for (; size >= 8; data += 8, size -= 8) {
    uint64_t word;
    memcpy(&word, data, sizeof word);
    state = __builtin_ia32_crc32di(state, word);
  }
  uint32_t last = (uint32_t)state;
  for (; size > 0; data++, size--) {
    last = __builtin_ia32_crc32qi(last, data[0]);
  }
  return ~last;
}

uint32_t pc_crc32c(uint32_t crc, const uint8_t *data, size_t size) {
  return __builtin_cpu_supports("sse4.2") ? crc32c_sse42(crc, data, size) : pc_crc32c_portable(crc, data, size);
}

#else

uint32_t pc_crc32c(uint32_t crc, const uint8_t *data, size_t size) {
  return pc_crc32c_portable(crc, data, size);
}

#endif
