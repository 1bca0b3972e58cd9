/* Choosing a proper, non-empty subset of a set. A set is a bit string: the bits that are one are its elements. */
#ifndef PC_DEVICE_SUBSET_H
#define PC_DEVICE_SUBSET_H

#include <stddef.h>
#include <stdint.h>

struct pc_subset {
  uint64_t elements; /* of the set that is chosen from */
  uint32_t samples;
  uint32_t variant;
  uint64_t seed;
};

/* All subsets if there are at most samples + 4 (and no more than 2^16 - 2), else the extremes (the first element
   alone, the last alone, all but the first, all but the last) and then `samples` by seed, from few elements to nearly
   all. None if the set has fewer than two elements. */
uint32_t pc_subset_variants(uint64_t elements, uint32_t samples);

/* Leaves of `set` (`size` bytes) the elements that the variant chooses. */
void pc_subset_choose(const struct pc_subset *subset, uint8_t *set, size_t size);

uint64_t pc_subset_elements(const uint8_t *set, size_t size);

#endif
