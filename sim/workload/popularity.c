/*
 * Zipf's weights are powers, and the pow() of one machine may differ from another's in the last bit: enough to move a
 * draw to another key and so to make another workload. Everything here is integer arithmetic in units of 2^-32, whose
 * results are the same wherever it is compiled; its error, below 2^-25 of a weight, is nothing that a workload shows.
 */
#include "popularity.h"

#include <stdbool.h>
#include <stdlib.h>

enum { FRACTION_BITS = 32 };
#define ONE ((uint64_t)1 << FRACTION_BITS)

/* A number of at least 0 in units of 2^-32; scaling by a power of two is exact, so only the floor rounds. */
static uint64_t fixed(double number) {
  return (uint64_t)(number * 0x1p32);
}

/* log2(n), n at least 1: the bits of the fraction come one by one, by squaring the mantissa. */
static uint64_t fixed_log2(uint32_t n) {
  uint64_t whole = 31u - (uint64_t)__builtin_clz(n);
  uint64_t mantissa = ((uint64_t)n << 31) >> whole; /* in [1, 2), in units of 2^-31 */
  uint64_t fraction = 0;
  for (int i = 0; i < FRACTION_BITS; i++) {
    mantissa = (mantissa * mantissa) >> 31;
    fraction <<= 1;
    if (mantissa >> 32 != 0) {
      mantissa >>= 1;
      fraction |= 1;
    }
  }
  return whole << FRACTION_BITS | fraction;
}

static uint64_t square_root(uint64_t n) {
  uint64_t root = 0;
  for (uint64_t bit = (uint64_t)1 << 31; bit != 0; bit >>= 1) {
    uint64_t candidate = root | bit;
    if (candidate * candidate <= n) {
      root = candidate;
    }
  }
  return root;
}

/* 2^-x for x = 2^-1, 2^-2, ...: each the square root of the one before. */
static void fill_roots(uint64_t roots[FRACTION_BITS]) {
  uint64_t root = ONE / 2;
  for (int i = 0; i < FRACTION_BITS; i++) {
    root = square_root(root << FRACTION_BITS);
    roots[i] = root;
  }
}

/* 2^-x */
static uint64_t fixed_exp2_negative(uint64_t x, const uint64_t roots[FRACTION_BITS]) {
  uint64_t whole = x >> FRACTION_BITS;
  if (whole > FRACTION_BITS) {
    return 0;
  }
  uint64_t power = ONE;
  for (int i = 0; i < FRACTION_BITS; i++) {
    if ((x >> (FRACTION_BITS - 1 - i) & 1u) != 0) {
      power = power * roots[i] >> FRACTION_BITS;
    }
  }
  return power >> whole;
}

/* exponent * logarithm: at most 10 * 16 in units of 2^-32, but the product of the units needs more than 64 bits. */
static uint64_t fixed_multiply(uint64_t a, uint64_t b) {
  uint64_t whole = a >> FRACTION_BITS;
  uint64_t fraction = a & (ONE - 1);
  return whole * b + fraction * (b >> FRACTION_BITS) + (fraction * (b & (ONE - 1)) >> FRACTION_BITS);
}

static void fill_zipf(uint64_t *cumulative, uint32_t keys, double exponent) {
  uint64_t roots[FRACTION_BITS];
  fill_roots(roots);
  uint64_t sum = 0;
  for (uint32_t rank = 0; rank < keys; rank++) {
    sum += fixed_exp2_negative(fixed_multiply(fixed(exponent), fixed_log2(rank + 1)), roots);
    cumulative[rank] = sum;
  }
}

/* The number of hot keys nearest to the fraction, but one at least. */
static uint32_t count_hot(double fraction, uint32_t keys) {
  uint64_t part = fixed(fraction);
  uint64_t count = (keys * part + ONE / 2) >> FRACTION_BITS;
  return part > 0 && count == 0 ? 1 : (uint32_t)count;
}

enum pc_result pc_ranks_create(struct pc_ranks *ranks, const struct pc_popularity *popularity, uint32_t keys,
                               struct pc_error *error) {
  *ranks = (struct pc_ranks){.keys = keys};
  if (popularity->kind == PC_HOT) {
    ranks->hot_keys = count_hot(popularity->hot, keys);
    ranks->hot_share = fixed(popularity->share);
  }
  if (popularity->kind == PC_ZIPF) {
    ranks->cumulative = malloc(keys * sizeof *ranks->cumulative);
    if (ranks->cumulative == NULL) {
      return pc_fail_memory(error);
    }
    fill_zipf(ranks->cumulative, keys, popularity->zipf);
  }
  return PC_OK;
}

void pc_ranks_free(struct pc_ranks *ranks) {
  free(ranks->cumulative);
  *ranks = (struct pc_ranks){0};
}

/* The first rank whose cumulative weight is above a draw: a rank of weight 0 never is. */
static uint32_t draw_zipf(const struct pc_ranks *ranks, struct pc_random *random) {
  uint64_t draw = pc_random_below(random, ranks->cumulative[ranks->keys - 1]);
  uint32_t low = 0;
  uint32_t high = ranks->keys - 1;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (ranks->cumulative[middle] > draw) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

uint32_t pc_ranks_draw(const struct pc_ranks *ranks, struct pc_random *random) {
  if (ranks->cumulative != NULL) {
    return draw_zipf(ranks, random);
  }
  if (ranks->hot_keys == 0 || ranks->hot_keys == ranks->keys) {
    return (uint32_t)pc_random_below(random, ranks->keys);
  }
  if (pc_random_below(random, ONE) < ranks->hot_share) {
    return (uint32_t)pc_random_below(random, ranks->hot_keys);
  }
  return ranks->hot_keys + (uint32_t)pc_random_below(random, ranks->keys - ranks->hot_keys);
}
