/*
 * The code that guards ECC words: it corrects one wrong bit of data and check bits together and notices two (SEC-DED,
 * with columns of odd weight as Hsiao's). An erased word has erased check bits and is right; so is one of zeros whose
 * check bits are zeros, which parts take as an overwrite.
 */
#ifndef PC_DEVICE_ECC_H
#define PC_DEVICE_ECC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PC_SYNDROME_SIZE 2u /* bytes in which check bits are kept, least significant first */

/* How many check bits guard a word of `size` bytes, 1 to 256: 8 for 8 bytes, 10 for 32. */
uint32_t pc_ecc_width(uint32_t size);

/* The check bits of a word, in the lowest pc_ecc_width bits. */
uint16_t pc_ecc_code(const uint8_t *word, uint32_t size);

/* What a syndrome, the check bits that a word has XOR those of its data, says. */
#define PC_ECC_RIGHT (-1) /* the data is right */
#define PC_ECC_WRONG (-2) /* it is wrong, and can't be corrected */
/* Else: the number of the bit that is wrong. */
int32_t pc_ecc_decode(uint16_t syndrome, uint32_t size);

/* What a change of bit `bit` alone does to the syndrome. */
uint16_t pc_ecc_column(uint32_t bit);

static inline uint16_t pc_syndrome_at(const uint8_t *syndromes, size_t word) {
  return (uint16_t)(syndromes[word * PC_SYNDROME_SIZE] | syndromes[word * PC_SYNDROME_SIZE + 1] << 8);
}

static inline void pc_syndrome_put(uint8_t *syndromes, size_t word, uint16_t syndrome) {
  syndromes[word * PC_SYNDROME_SIZE] = (uint8_t)syndrome;
  syndromes[word * PC_SYNDROME_SIZE + 1] = (uint8_t)(syndrome >> 8);
}

#endif
