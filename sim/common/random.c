#include "powercut/random.h"

static const uint64_t GOLDEN_GAMMA = 0x9E3779B97F4A7C15u;

static uint64_t finish(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

uint64_t pc_random_mix(uint64_t a, uint64_t b) {
  return finish(finish(a + GOLDEN_GAMMA) ^ (b + GOLDEN_GAMMA));
}

uint64_t pc_random_next(struct pc_random *random) {
  random->state += GOLDEN_GAMMA;
  return finish(random->state);
}

uint64_t pc_random_below(struct pc_random *random, uint64_t bound) {
  /* Values below `skip` would make the low remainders likelier: draw again. */
  uint64_t skip = (UINT64_MAX - bound + 1) % bound;
  uint64_t value = pc_random_next(random);
  while (value < skip) {
    value = pc_random_next(random);
  }
  return value % bound;
}

double pc_random_unit(struct pc_random *random) {
  return (double)(pc_random_next(random) >> 11) * 0x1p-53;
}
