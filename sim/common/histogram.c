#include "powercut/histogram.h"

/* Numbers of as many bits share a power of two, which has this many buckets. */
enum { PARTS_BITS = 3, MOST_BITS = 40 };
#define PARTS ((size_t)1 << PARTS_BITS)

/* The leading bit and the three behind it tell the bucket. */
static size_t bucket_of(uint64_t number) {
  if (number < 2 * PARTS) {
    return (size_t)number;
  }
  if (number >> MOST_BITS != 0) {
    return PC_HISTOGRAM_BUCKETS - 1;
  }
  unsigned shift = 63u - (unsigned)__builtin_clzll(number) - PARTS_BITS;
  return shift * PARTS + (size_t)(number >> shift);
}

_Static_assert(PC_HISTOGRAM_BUCKETS == (MOST_BITS - PARTS_BITS + 1) * PARTS, "the last bucket ends at 2^40");

void pc_histogram_note(struct pc_histogram *histogram, uint64_t number) {
  struct pc_bucket *bucket = &histogram->buckets[bucket_of(number)];
  bucket->count++;
  bucket->largest = number > bucket->largest ? number : bucket->largest;
}

uint64_t pc_histogram_count(const struct pc_histogram *histogram) {
  uint64_t count = 0;
  for (size_t i = 0; i < PC_HISTOGRAM_BUCKETS; i++) {
    count += histogram->buckets[i].count;
  }
  return count;
}

uint64_t pc_histogram_from(size_t index) {
  if (index < 2 * PARTS) {
    return index;
  }
  return (uint64_t)(PARTS + index % PARTS) << (index / PARTS - 1);
}

uint64_t pc_histogram_quantile(const struct pc_histogram *histogram, double share) {
  double wanted = share * (double)pc_histogram_count(histogram);
  uint64_t count = 0;
  uint64_t largest = 0;
  for (size_t i = 0; i < PC_HISTOGRAM_BUCKETS; i++) {
    if (histogram->buckets[i].count > 0) {
      count += histogram->buckets[i].count;
      largest = histogram->buckets[i].largest;
      if ((double)count >= wanted) {
        break;
      }
    }
  }
  return largest;
}
