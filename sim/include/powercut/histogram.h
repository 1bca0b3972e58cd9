/* A histogram of whole numbers whose buckets widen with them, as latencies ask for. */
#ifndef POWERCUT_HISTOGRAM_H
#define POWERCUT_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* Numbers below 16 have a bucket each; from there on each power of two is divided into eight, so that a bucket is at
   most an eighth as wide as its numbers are large. What is 2^40 or more is counted in the last one. */
#define PC_HISTOGRAM_BUCKETS 304u

struct pc_bucket {
  uint64_t count;
  uint64_t largest; /* of the numbers in it */
};

/* Zero it to begin. */
struct pc_histogram {
  struct pc_bucket buckets[PC_HISTOGRAM_BUCKETS];
};

void pc_histogram_note(struct pc_histogram *histogram, uint64_t number);
uint64_t pc_histogram_count(const struct pc_histogram *histogram);
/* The least number that bucket `index` counts; of PC_HISTOGRAM_BUCKETS, 2^40. */
uint64_t pc_histogram_from(size_t index);
/* A number that at least `share` (0 to 1) of those counted don't exceed: the largest in the bucket that holds the
   smallest such number. 0 if nothing was counted. */
uint64_t pc_histogram_quantile(const struct pc_histogram *histogram, double share);

#endif
