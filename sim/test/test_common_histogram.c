/* Histograms against plain counting. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "powercut/histogram.h"
#include "powercut/random.h"

Test(histogram, buckets_follow_on_each_other_and_widen_by_an_eighth) {
  cr_expect_eq(pc_histogram_from(0), 0);
  for (size_t i = 0; i < PC_HISTOGRAM_BUCKETS; i++) {
    uint64_t from = pc_histogram_from(i), end = pc_histogram_from(i + 1);
    cr_expect_lt(from, end);
    cr_expect(end - from == 1 || (end - from) * 8 <= from, "bucket %zu", i);
  }
  cr_expect_eq(pc_histogram_from(PC_HISTOGRAM_BUCKETS), UINT64_C(1) << 40);
}

Test(histogram, counts_a_number_in_its_bucket) {
  const uint64_t seed = 7;
  struct pc_random random = {seed};
  for (int round = 0; round < 100000; round++) {
    uint64_t number = pc_random_next(&random) >> (24 + pc_random_below(&random, 40));
    struct pc_histogram histogram = {0};
    pc_histogram_note(&histogram, number);
    size_t bucket = 0;
    while (histogram.buckets[bucket].count == 0) {
      bucket++;
    }
    cr_assert(pc_histogram_from(bucket) <= number && number < pc_histogram_from(bucket + 1), "seed %llu, %llu",
              (unsigned long long)seed, (unsigned long long)number);
    cr_assert_eq(histogram.buckets[bucket].largest, number);
  }
}

Test(histogram, the_last_bucket_takes_what_is_larger) {
  struct pc_histogram histogram = {0};
  pc_histogram_note(&histogram, UINT64_MAX);
  pc_histogram_note(&histogram, UINT64_C(1) << 40);
  cr_expect_eq(histogram.buckets[PC_HISTOGRAM_BUCKETS - 1].count, 2);
  cr_expect_eq(pc_histogram_quantile(&histogram, 1), UINT64_MAX);
}

static int compare(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return left < right ? -1 : left > right;
}

Test(histogram, a_quantile_is_a_counted_number_in_the_bucket_of_the_true_one) {
  static const double shares[] = {0, 0.1, 0.5, 0.9, 0.999, 1};
  uint64_t numbers[1000];
  struct pc_random random = {3};
  struct pc_histogram histogram = {0};
  cr_expect_eq(pc_histogram_quantile(&histogram, 0.5), 0);
  for (size_t i = 0; i < 1000; i++) {
    numbers[i] = pc_random_next(&random) >> (30 + pc_random_below(&random, 30));
    pc_histogram_note(&histogram, numbers[i]);
  }
  cr_expect_eq(pc_histogram_count(&histogram), 1000);
  qsort(numbers, 1000, sizeof numbers[0], compare);
  for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
    uint64_t quantile = pc_histogram_quantile(&histogram, shares[i]);
    size_t rank = shares[i] > 0 ? (size_t)(shares[i] * 1000 + 0.5) - 1 : 0;
    cr_expect(quantile >= numbers[rank] &&
                  (quantile < 16 ? quantile == numbers[rank] : quantile - numbers[rank] <= numbers[rank] / 8),
              "%f", shares[i]);
    cr_expect_not_null(bsearch(&quantile, numbers, 1000, sizeof numbers[0], compare));
  }
}
