/* A harness's mutations for AFL++: a shared library that AFL_CUSTOM_MUTATOR_LIBRARY names. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "powercut/random.h"

struct mutator {
  struct pc_random random;
  uint8_t *out;
};

struct mutator *afl_custom_init(const void *afl, unsigned int seed);
void afl_custom_deinit(struct mutator *mutator);
size_t afl_custom_fuzz(struct mutator *mutator, const uint8_t *data, size_t size, uint8_t **out, const uint8_t *other,
                       size_t other_size, size_t capacity);

struct mutator *afl_custom_init(const void *afl, unsigned int seed) {
  (void)afl;
  struct mutator *mutator = calloc(1, sizeof *mutator);
  if (mutator == NULL) {
    return NULL;
  }
  mutator->random.state = seed;
  mutator->out = malloc(pc_harness()->max_size);
  if (mutator->out == NULL) {
    free(mutator);
    return NULL;
  }
  return mutator;
}

void afl_custom_deinit(struct mutator *mutator) {
  free(mutator->out);
  free(mutator);
}

size_t afl_custom_fuzz(struct mutator *mutator, const uint8_t *data, size_t size, uint8_t **out, const uint8_t *other,
                       size_t other_size, size_t capacity) {
  capacity = capacity < pc_harness()->max_size ? capacity : pc_harness()->max_size;
  size = size < capacity ? size : capacity;
  memcpy(mutator->out, data, size);
  *out = mutator->out;
  return pc_harness()->mutate(mutator->out, size, capacity, (struct pc_bytes){.data = other, .size = other_size},
                              (uint32_t)pc_random_next(&mutator->random));
}
