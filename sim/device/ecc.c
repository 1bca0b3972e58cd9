#include "ecc.h"

static uint32_t bits_of(uint32_t number) {
  return number == 0 ? 0 : 32 - (uint32_t)__builtin_clz(number);
}

/* Of the numbers 2n or 2n + 1, whichever has an odd number of ones, those that are no powers of two: n is neither 0 nor
   a power of two. The bit-th such n is bit + 1 + its number of binary digits. */
uint16_t pc_ecc_column(uint32_t bit) {
  uint32_t n = bit + 1 + bits_of(bit + 1);
  n = bit + 1 + bits_of(n);
  return (uint16_t)(2 * n + (uint32_t)(__builtin_popcount(n) % 2 == 0));
}

uint32_t pc_ecc_width(uint32_t size) {
  return bits_of(pc_ecc_column(size * 8 - 1));
}

uint16_t pc_ecc_code(const uint8_t *word, uint32_t size) {
  uint16_t code = (uint16_t)((1u << pc_ecc_width(size)) - 1);
  uint8_t any = 0;
  for (uint32_t i = 0; i < size; i++) {
    any |= word[i];
    for (uint32_t zeros = (uint8_t)~word[i]; zeros != 0; zeros &= zeros - 1) {
      code ^= pc_ecc_column(i * 8 + (uint32_t)__builtin_ctz(zeros));
    }
  }
  return any == 0 ? 0 : code;
}

int32_t pc_ecc_decode(uint16_t syndrome, uint32_t size) {
  int ones = __builtin_popcount(syndrome);
  if (ones <= 1) {
    return PC_ECC_RIGHT; /* at most a check bit is wrong */
  }
  if (ones % 2 == 0) {
    return PC_ECC_WRONG;
  }
  /* The column's n, and from it the bit. */
  uint32_t n = syndrome / 2;
  uint32_t bit = n - 1 - bits_of(n);
  return bit < size * 8 ? (int32_t)bit : PC_ECC_WRONG;
}
