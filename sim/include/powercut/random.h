/*
 * The one source of randomness: pure functions of a seed, the same on every machine.
 * The mixing function is splitmix64's (Steele, Lea, Flood, OOPSLA 2014).
 */
#ifndef POWERCUT_RANDOM_H
#define POWERCUT_RANDOM_H

#include <stdint.h>

struct pc_random {
  uint64_t state;
};

/* A seed from two; order matters. For deriving independent streams: mix(mix(seed, what), which). */
uint64_t pc_random_mix(uint64_t a, uint64_t b);

uint64_t pc_random_next(struct pc_random *random);
/* Uniform in [0, bound); bound > 0. */
uint64_t pc_random_below(struct pc_random *random, uint64_t bound);
/* Uniform in [0, 1). */
double pc_random_unit(struct pc_random *random);

#endif
