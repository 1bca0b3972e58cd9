#include "checksum.h"

#include <string.h>

#ifdef NORKV_SMALL_CHECKSUM

/* One step takes four bits, so that the table has 16 entries. */
static const uint32_t crc32c_table[16] = {0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
                                          0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
                                          0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75};

/* The polynomial has so few bits that shifts do for a table: x is the byte with what its upper half feeds back. */
static uint32_t crc16_add(uint32_t crc, const uint8_t *data, size_t size) {
  for (; size > 0; size--, data++) {
    uint32_t x = crc >> 8 ^ *data;
    x ^= x >> 4;
    crc = (crc << 8 ^ x << 12 ^ x << 5 ^ x) & 0xFFFF;
  }
  return crc;
}

static uint32_t crc32c_add(uint32_t crc, const uint8_t *data, size_t size) {
  for (; size > 0; size--, data++) {
    crc ^= *data;
    crc = (crc >> 4) ^ crc32c_table[crc & 0xF];
    crc = (crc >> 4) ^ crc32c_table[crc & 0xF];
  }
  return crc;
}

#else

/* A CRC is linear: the table entry of a byte is the XOR of the entries of its bits. Eight constants give 256 entries;
   table n holds the CRC of the byte followed by n zero bytes, so that eight bytes are looked up side by side. */
#define BIT(i, n, value) ((((i) >> (n)) & 1u) != 0 ? (value) : 0u)
#define BYTE(i, a, b, c, d, e, f, g, h)                                                                     \
  (BIT(i, 0, a) ^ BIT(i, 1, b) ^ BIT(i, 2, c) ^ BIT(i, 3, d) ^ BIT(i, 4, e) ^ BIT(i, 5, f) ^ BIT(i, 6, g) ^ \
   BIT(i, 7, h))
#define ROW4(i, ...) \
  BYTE(i, __VA_ARGS__), BYTE((i) + 1, __VA_ARGS__), BYTE((i) + 2, __VA_ARGS__), BYTE((i) + 3, __VA_ARGS__)
#define ROW16(i, ...) \
  ROW4(i, __VA_ARGS__), ROW4((i) + 4, __VA_ARGS__), ROW4((i) + 8, __VA_ARGS__), ROW4((i) + 12, __VA_ARGS__)
#define ROW64(i, ...) \
  ROW16(i, __VA_ARGS__), ROW16((i) + 16, __VA_ARGS__), ROW16((i) + 32, __VA_ARGS__), ROW16((i) + 48, __VA_ARGS__)
#define TABLE(...) \
  { ROW64(0u, __VA_ARGS__), ROW64(64u, __VA_ARGS__), ROW64(128u, __VA_ARGS__), ROW64(192u, __VA_ARGS__) }

static const uint16_t crc16_table[8][256] = {
    TABLE(0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462, 0x48C4, 0x9188),
    TABLE(0x3331, 0x6662, 0xCCC4, 0x89A9, 0x0373, 0x06E6, 0x0DCC, 0x1B98),
    TABLE(0x3730, 0x6E60, 0xDCC0, 0xA9A1, 0x4363, 0x86C6, 0x1DAD, 0x3B5A),
    TABLE(0x76B4, 0xED68, 0xCAF1, 0x85C3, 0x1BA7, 0x374E, 0x6E9C, 0xDD38),
    TABLE(0xAA51, 0x4483, 0x8906, 0x022D, 0x045A, 0x08B4, 0x1168, 0x22D0),
    TABLE(0x45A0, 0x8B40, 0x06A1, 0x0D42, 0x1A84, 0x3508, 0x6A10, 0xD420),
    TABLE(0xB861, 0x60E3, 0xC1C6, 0x93AD, 0x377B, 0x6EF6, 0xDDEC, 0xABF9),
    TABLE(0x47D3, 0x8FA6, 0x0F6D, 0x1EDA, 0x3DB4, 0x7B68, 0xF6D0, 0xFD81),
};

#if defined(__PCLMUL__) && defined(__SSSE3__)

typedef long long lanes __attribute__((vector_size(16)));
typedef char bytes16 __attribute__((vector_size(16)));

#define MOST_WORDS 16u

/* x^(64 n) modulo the polynomial: what a word of eight bytes counts with n words behind it. */
static const uint64_t crc16_powers[MOST_WORDS] = {0x0001, 0xB861, 0xAEFC, 0x650B, 0x8E29, 0x26AA, 0xCDE2, 0x2535,
                                                  0x13FC, 0x8832, 0xDA35, 0x87B3, 0x106F, 0x0447, 0xCBC5, 0xD24C};

/* The processor multiplies without carries: the first word of each pair, or the second. */
static lanes multiply(lanes a, lanes b) {
  return __builtin_ia32_pclmulqdq128(a, b, 0x00);
}

static lanes multiply_second(lanes a, lanes b) {
  return __builtin_ia32_pclmulqdq128(a, b, 0x11);
}

/* Two words, and the CRC of what came before, most significant byte last: the later word comes first. */
static lanes load_words(const uint8_t *data) {
  static const bytes16 reverse = {15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  bytes16 bytes;
  __builtin_memcpy(&bytes, data, sizeof(bytes));
  return (lanes)__builtin_ia32_pshufb128(bytes, reverse);
}

/* One to MOST_WORDS words. They are multiplied side by side and summed up to one that has the same CRC; and that is the
   rest of a division by the polynomial, done by multiplying with x^80 over it, whose x^64 is left out. */
static uint32_t crc16_fold(uint32_t crc, const uint8_t *data, size_t words) {
  uint64_t first = (uint64_t)crc << 48;
  size_t odd = words % 2;
  if (odd > 0) {
    uint64_t word;
    __builtin_memcpy(&word, data, sizeof(word));
    first ^= __builtin_bswap64(word);
  }
  lanes sum = multiply((lanes){(long long)first, 0}, (lanes){(long long)crc16_powers[words - 1], 0});
  for (size_t i = odd; i < words; i += 2) {
    lanes pair = load_words(data + 8 * i);
    lanes powers;
    __builtin_memcpy(&powers, &crc16_powers[words - i - 2], sizeof(powers));
    sum ^= multiply(pair, powers) ^ multiply_second(pair, powers);
  }
  sum ^= multiply_second(sum, (lanes){0, (long long)crc16_powers[1]});
  uint64_t quotient = (uint64_t)sum[0] ^ (uint64_t)multiply(sum, (lanes){0x11303471A041B343, 0})[1];
  return (uint32_t)((quotient ^ quotient << 5 ^ quotient << 12) & 0xFFFF);
}

#endif

/* Eight bytes. */
static uint32_t crc16_step(uint32_t crc, const uint8_t *data) {
  return (uint32_t)(crc16_table[7][data[0] ^ (crc >> 8)] ^ crc16_table[6][data[1] ^ (crc & 0xFF)] ^
                    crc16_table[5][data[2]] ^ crc16_table[4][data[3]] ^ crc16_table[3][data[4]] ^
                    crc16_table[2][data[5]] ^ crc16_table[1][data[6]] ^ crc16_table[0][data[7]]);
}

static uint32_t crc16_add(uint32_t crc, const uint8_t *data, size_t size) {
#if defined(__PCLMUL__) && defined(__SSSE3__)
  while (size >= 8) {
    size_t words = size / 8 < MOST_WORDS ? size / 8 : MOST_WORDS;
    crc = crc16_fold(crc, data, words);
    data += 8 * words;
    size -= 8 * words;
  }
#endif
  for (; size >= 8; size -= 8, data += 8) {
    crc = crc16_step(crc, data);
  }
  for (; size > 0; size--, data++) {
    crc = ((crc << 8) & 0xFFFF) ^ crc16_table[0][(crc >> 8) ^ *data];
  }
  return crc;
}

#ifdef __SSE4_2__

/* The processor has an instruction for it. */
static uint32_t crc32c_add(uint32_t crc, const uint8_t *data, size_t size) {
  uint64_t running = crc;
  for (; size >= 8; size -= 8, data += 8) {
    uint64_t word;
    __builtin_memcpy(&word, data, sizeof(word));
    running = __builtin_ia32_crc32di(running, word);
  }
  crc = (uint32_t)running;
  for (; size > 0; size--, data++) {
    crc = __builtin_ia32_crc32qi(crc, *data);
  }
  return crc;
}

#else

static const uint32_t crc32c_table[8][256] = {
    TABLE(0xF26B8303, 0xE13B70F7, 0xC79A971F, 0x8AD958CF, 0x105EC76F, 0x20BD8EDE, 0x417B1DBC, 0x82F63B78),
    TABLE(0x13A29877, 0x274530EE, 0x4E8A61DC, 0x9D14C3B8, 0x3FC5F181, 0x7F8BE302, 0xFF17C604, 0xFBC3FAF9),
    TABLE(0xA541927E, 0x4F6F520D, 0x9EDEA41A, 0x38513EC5, 0x70A27D8A, 0xE144FB14, 0xC76580D9, 0x8B277743),
    TABLE(0xDD45AAB8, 0xBF672381, 0x7B2231F3, 0xF64463E6, 0xE964B13D, 0xD725148B, 0xABA65FE7, 0x52A0C93F),
    TABLE(0x38116FAC, 0x7022DF58, 0xE045BEB0, 0xC5670B91, 0x8F2261D3, 0x1BA8B557, 0x37516AAE, 0x6EA2D55C),
    TABLE(0xEF306B19, 0xDB8CA0C3, 0xB2F53777, 0x6006181F, 0xC00C303E, 0x85F4168D, 0x0E045BEB, 0x1C08B7D6),
    TABLE(0x68032CC8, 0xD0065990, 0xA5E0C5D1, 0x4E2DFD53, 0x9C5BFAA6, 0x3D5B83BD, 0x7AB7077A, 0xF56E0EF4),
    TABLE(0x493C7D27, 0x9278FA4E, 0x211D826D, 0x423B04DA, 0x847609B4, 0x0D006599, 0x1A00CB32, 0x34019664),
};

static uint32_t crc32c_add(uint32_t crc, const uint8_t *data, size_t size) {
  for (; size >= 8; size -= 8, data += 8) {
    crc = crc32c_table[7][data[0] ^ (crc & 0xFF)] ^ crc32c_table[6][data[1] ^ ((crc >> 8) & 0xFF)] ^
          crc32c_table[5][data[2] ^ ((crc >> 16) & 0xFF)] ^ crc32c_table[4][data[3] ^ (crc >> 24)] ^
          crc32c_table[3][data[4]] ^ crc32c_table[2][data[5]] ^ crc32c_table[1][data[6]] ^ crc32c_table[0][data[7]];
  }
  for (; size > 0; size--, data++) {
    crc = (crc >> 8) ^ crc32c_table[0][(crc ^ *data) & 0xFF];
  }
  return crc;
}

#endif /* __SSE4_2__ */

#endif

uint32_t norkv_checksum_add(enum norkv_checksum kind, uint32_t running, const void *data, size_t size) {
  switch (NORKV_CHECKSUM_OF(kind)) {
    case NORKV_CHECKSUM_CRC16_CCITT:
      return crc16_add(running, data, size);
    case NORKV_CHECKSUM_CRC32C:
      return crc32c_add(running, data, size);
    default:
      return 0;
  }
}
