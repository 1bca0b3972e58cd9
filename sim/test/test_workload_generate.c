/*
 * Generated workloads: the same everywhere, within their bounds, and distributed as they say.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "powercut/random.h"
#include "powercut/stream.h"
#include "powercut/workload.h"
#include "workload/popularity.h"

static const struct pc_generator PLAIN = {
    .operations = 2000,
    .keys = 32,
    .key_size_min = 4,
    .key_size_max = 12,
    .value_size_min = 0,
    .value_size_max = 64,
    .popularity = {.kind = PC_UNIFORM},
    .mix = {[PC_PUT] = 80, [PC_DELETE] = 8, [PC_GET] = 8, [PC_MAINTAIN] = 2, [PC_REBOOT] = 2},
};

static struct pc_workload generate(const struct pc_generator *generator, uint64_t seed) {
  struct pc_workload workload;
  struct pc_error error = {{0}};
  cr_assert_eq(pc_workload_generate(generator, seed, &workload, &error), PC_OK, "%s", error.message);
  return workload;
}

/* FNV-1a of the workload as a trace. */
static uint64_t hash_of(const struct pc_generator *generator, uint64_t seed) {
  struct pc_workload workload = generate(generator, seed);
  struct pc_buffer text = {0};
  pc_trace_write(&workload, 0, workload.operation_count, &text);
  cr_assert_not(text.failed);
  uint64_t hash = 0xCBF29CE484222325u;
  for (size_t i = 0; i < text.size; i++) {
    hash = (hash ^ text.data[i]) * 0x100000001B3u;
  }
  pc_buffer_free(&text);
  pc_workload_free(&workload);
  return hash;
}

/* These never change: results of old runs are compared with those of new ones by scenario and seed. */
Test(workload_generate, a_seed_means_the_same_operations_on_every_machine) {
  struct pc_generator generator = PLAIN;
  cr_expect_eq(hash_of(&generator, 1), 0xE68CC762193412A2u);
  generator.popularity = (struct pc_popularity){.kind = PC_ZIPF, .zipf = 0.9};
  cr_expect_eq(hash_of(&generator, 1), 0xD335F6DE90C44A78u);
  generator.popularity = (struct pc_popularity){.kind = PC_HOT, .hot = 0.1, .share = 0.9};
  generator.keys = 65000;
  cr_expect_eq(hash_of(&generator, UINT64_MAX), 0xDF2497AE2EB6A819u);
}

/* Mixed bytes leave all else as it was, and are what they are said to be. */
Test(workload_generate, mixed_bytes_look_erased_or_are_zeros_here_and_there) {
  struct pc_generator generator = PLAIN;
  struct pc_workload plain = generate(&generator, 1);
  generator.mixed_bytes = true;
  struct pc_workload mixed = generate(&generator, 1);
  static const uint8_t ones[8] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, zeros[8] = {0};
  uint32_t words = 0, erased = 0, cleared = 0;
  cr_assert_eq(mixed.operation_count, plain.operation_count);
  for (uint32_t i = 0; i < plain.operation_count; i++) {
    const struct pc_operation *a = &plain.operations[i], *b = &mixed.operations[i];
    cr_assert(a->kind == b->kind && a->key == b->key && a->value.size == b->value.size);
    for (size_t at = 0; at + 8 <= b->value.size; at += 8) {
      bool is_erased = memcmp(b->value.data + at, ones, 8) == 0, is_zero = memcmp(b->value.data + at, zeros, 8) == 0;
      cr_assert(is_erased || is_zero || memcmp(a->value.data + at, b->value.data + at, 8) == 0);
      words++;
      erased += is_erased;
      cleared += is_zero;
    }
  }
  cr_expect(erased > words / 10 && erased < words / 6, "%u of %u", erased, words);
  cr_expect(cleared > words / 20 && cleared < words / 12, "%u of %u", cleared, words);
  pc_workload_free(&plain);
  pc_workload_free(&mixed);
}

Test(workload_generate, another_seed_means_other_operations) {
  cr_expect_neq(hash_of(&PLAIN, 1), hash_of(&PLAIN, 2));
}

static void expect_within_bounds(const struct pc_generator *generator, const struct pc_workload *workload) {
  cr_expect_eq(workload->operation_count, generator->operations);
  cr_expect_leq(workload->key_count, generator->keys);
  for (uint32_t i = 0; i < workload->key_count; i++) {
    struct pc_bytes key = workload->keys[i];
    cr_assert(key.size >= generator->key_size_min && key.size <= generator->key_size_max);
    for (size_t at = 0; at < key.size; at++) {
      cr_assert(strchr("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", key.data[at]) != NULL);
    }
  }
  uint32_t used = 0;
  for (uint32_t i = 0; i < workload->operation_count; i++) {
    const struct pc_operation *operation = &workload->operations[i];
    cr_assert(operation->value.size == 0 || operation->kind == PC_PUT);
    if (operation->kind == PC_PUT) {
      cr_assert(operation->value.size >= generator->value_size_min);
      cr_assert(operation->value.size <= generator->value_size_max);
    }
    if (operation->kind <= PC_GET) {
      cr_assert_leq(operation->key, used, "keys are in order of first use");
      used += operation->key == used;
    }
  }
  cr_expect_eq(used, workload->key_count, "every key is used");
}

static int compare_keys(const void *a, const void *b) {
  const struct pc_bytes *x = a;
  const struct pc_bytes *y = b;
  int order = memcmp(x->data, y->data, x->size < y->size ? x->size : y->size);
  return order != 0 ? order : (x->size > y->size) - (x->size < y->size);
}

static void expect_distinct_keys(const struct pc_workload *workload) {
  qsort(workload->keys, workload->key_count, sizeof *workload->keys, compare_keys);
  for (uint32_t i = 1; i < workload->key_count; i++) {
    cr_assert_neq(compare_keys(&workload->keys[i - 1], &workload->keys[i]), 0);
  }
}

Test(workload_generate, keys_and_values_stay_in_their_bounds_and_keys_are_distinct) {
  static const struct {
    uint32_t keys, min, max;
  } cases[] = {{1, 1, 1},    {62, 1, 1},    {63, 1, 2},     {3844, 2, 2},
               {3845, 1, 3}, {65000, 3, 3}, {65000, 1, 63}, {16, 63, 63}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pc_generator generator = PLAIN;
    generator.operations = cases[i].keys * 12;
    generator.keys = cases[i].keys;
    generator.key_size_min = cases[i].min;
    generator.key_size_max = cases[i].max;
    generator.value_size_min = 3;
    generator.value_size_max = 5;
    struct pc_workload workload = generate(&generator, i);
    expect_within_bounds(&generator, &workload);
    cr_expect_gt(workload.key_count, cases[i].keys * 99 / 100, "nearly all keys come up");
    expect_distinct_keys(&workload);
    pc_workload_free(&workload);
  }
}

Test(workload_generate, values_of_every_size_in_the_range_come_up) {
  struct pc_generator generator = PLAIN;
  generator.value_size_max = 9;
  bool seen[10] = {false};
  bool seen_level[3] = {false};
  struct pc_workload workload = generate(&generator, 7);
  for (uint32_t i = 0; i < workload.operation_count; i++) {
    if (workload.operations[i].kind == PC_PUT) {
      seen[workload.operations[i].value.size] = true;
    }
    if (workload.operations[i].kind == PC_MAINTAIN) {
      seen_level[workload.operations[i].level] = true;
    }
  }
  for (size_t i = 0; i < 10; i++) {
    cr_expect(seen[i], "size %zu", i);
  }
  cr_expect(seen_level[PC_MAINTAIN_PARTIAL] && seen_level[PC_MAINTAIN_FULL] && seen_level[PC_MAINTAIN_HEAVY]);
  pc_workload_free(&workload);
}

/* Whether a count of `n` draws, each with chance p, is within five standard deviations of what it should be. */
static bool is_plausible(double count, double n, double p) {
  return fabs(count - n * p) <= 5 * sqrt(n * p * (1 - p)) + 1;
}

Test(workload_generate, operations_come_in_the_shares_of_the_mix) {
  struct pc_generator generator = PLAIN;
  generator.operations = 100000;
  generator.value_size_max = 0;
  generator.mix[PC_GET] = 0;
  struct pc_workload workload = generate(&generator, 3);
  uint32_t counts[PC_OPERATION_KINDS] = {0};
  for (uint32_t i = 0; i < workload.operation_count; i++) {
    counts[workload.operations[i].kind]++;
  }
  for (int kind = 0; kind < PC_OPERATION_KINDS; kind++) {
    cr_expect(is_plausible(counts[kind], generator.operations, generator.mix[kind] / 92.0), "%s: %u",
              pc_operation_name((enum pc_operation_kind)kind), counts[kind]);
  }
  cr_expect_eq(counts[PC_GET], 0);
  pc_workload_free(&workload);
}

/* How often each key is used, the most popular first. */
static int compare_counts(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a;
  uint32_t y = *(const uint32_t *)b;
  return (x < y) - (x > y);
}

static void count_uses(const struct pc_generator *generator, uint64_t seed, uint32_t *counts) {
  struct pc_workload workload = generate(generator, seed);
  memset(counts, 0, generator->keys * sizeof *counts);
  for (uint32_t i = 0; i < workload.operation_count; i++) {
    counts[workload.operations[i].key]++;
  }
  qsort(counts, generator->keys, sizeof *counts, compare_counts);
  pc_workload_free(&workload);
}

Test(workload_generate, a_zipf_popularity_falls_with_the_power_of_the_rank) {
  static const double exponents[] = {0.5, 0.9, 1, 2.5};
  for (size_t e = 0; e < sizeof exponents / sizeof exponents[0]; e++) {
    struct pc_generator generator = PLAIN;
    generator.operations = 200000;
    generator.keys = 12;
    generator.popularity = (struct pc_popularity){.kind = PC_ZIPF, .zipf = exponents[e]};
    memset(generator.mix, 0, sizeof generator.mix);
    generator.mix[PC_GET] = 1;
    uint32_t counts[12];
    count_uses(&generator, e, counts);
    double sum = 0;
    for (int rank = 1; rank <= 12; rank++) {
      sum += pow(rank, -exponents[e]);
    }
    for (int rank = 1; rank <= 12; rank++) {
      cr_expect(is_plausible(counts[rank - 1], generator.operations, pow(rank, -exponents[e]) / sum),
                "exponent %g, rank %d: %u", exponents[e], rank, counts[rank - 1]);
    }
  }
}

Test(workload_generate, hot_keys_take_their_share) {
  struct pc_generator generator = PLAIN;
  generator.operations = 200000;
  generator.keys = 40;
  generator.popularity = (struct pc_popularity){.kind = PC_HOT, .hot = 0.1, .share = 0.9};
  memset(generator.mix, 0, sizeof generator.mix);
  generator.mix[PC_DELETE] = 1;
  uint32_t counts[40];
  count_uses(&generator, 5, counts);
  for (size_t i = 0; i < 40; i++) {
    cr_expect(is_plausible(counts[i], generator.operations, i < 4 ? 0.9 / 4 : 0.1 / 36), "key %zu: %u", i, counts[i]);
  }
}

Test(workload_generate, the_ends_of_a_popularity_are_taken_at_their_word) {
  struct pc_generator generator = PLAIN;
  generator.operations = 20000;
  generator.keys = 10;
  memset(generator.mix, 0, sizeof generator.mix);
  generator.mix[PC_GET] = 1;
  static const struct {
    struct pc_popularity popularity;
    uint32_t used; /* keys that come up */
  } cases[] = {
      {{.kind = PC_UNIFORM}, 10},
      {{.kind = PC_ZIPF, .zipf = 0}, 10},
      {{.kind = PC_HOT, .hot = 0, .share = 1}, 10},   /* none is hot: all alike */
      {{.kind = PC_HOT, .hot = 1, .share = 0}, 10},   /* all are: all alike */
      {{.kind = PC_HOT, .hot = 0.01, .share = 1}, 1}, /* one at least */
      {{.kind = PC_HOT, .hot = 0.5, .share = 1}, 5},  /* the others never */
      {{.kind = PC_HOT, .hot = 0.5, .share = 0}, 5},  /* the hot ones never */
      {{.kind = PC_HOT, .hot = 0.26, .share = 1}, 3}, /* to the nearest */
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    generator.popularity = cases[i].popularity;
    uint32_t counts[10];
    count_uses(&generator, i, counts);
    uint32_t used = 0;
    for (size_t key = 0; key < 10; key++) {
      used += counts[key] > 0;
      cr_expect(counts[key] == 0 || is_plausible(counts[key], generator.operations, 1.0 / cases[i].used),
                "case %zu: %u", i, counts[key]);
    }
    cr_expect_eq(used, cases[i].used, "case %zu: %u keys", i, used);
  }
}

/* The integer powers against those of the C library, over all ranks. */
Test(workload_generate, the_weights_of_zipf_are_right_to_a_millionth_of_the_first) {
  static const double exponents[] = {0, 1e-9, 0.3, 0.99, 1, 1.7, 3, 10};
  for (size_t e = 0; e < sizeof exponents / sizeof exponents[0]; e++) {
    struct pc_ranks ranks;
    struct pc_popularity popularity = {.kind = PC_ZIPF, .zipf = exponents[e]};
    struct pc_error error;
    cr_assert_eq(pc_ranks_create(&ranks, &popularity, PC_MAX_GENERATED_KEYS, &error), PC_OK);
    uint64_t below = 0;
    for (uint32_t rank = 0; rank < ranks.keys; rank++) {
      double weight = (double)(ranks.cumulative[rank] - below) / 0x1p32;
      below = ranks.cumulative[rank];
      double expected = pow(rank + 1, -exponents[e]);
      cr_assert_lt(fabs(weight - expected), 1e-6 * expected + 1e-9, "exponent %g, rank %u: %g, not %g", exponents[e],
                   rank, weight, expected);
    }
    pc_ranks_free(&ranks);
  }
}

/* Which keys, in which order, no matter what else: so that a comparison changes one thing at a time. */
Test(workload_generate, other_value_sizes_leave_kinds_and_keys_as_they_were) {
  struct pc_generator generator = PLAIN;
  struct pc_workload small = generate(&generator, 11);
  generator.value_size_min = 100;
  generator.value_size_max = 200;
  struct pc_workload large = generate(&generator, 11);
  cr_assert_eq(small.operation_count, large.operation_count);
  cr_assert_eq(small.key_count, large.key_count);
  for (uint32_t i = 0; i < small.operation_count; i++) {
    cr_assert_eq(small.operations[i].kind, large.operations[i].kind);
    cr_assert_eq(small.operations[i].key, large.operations[i].key);
    cr_assert_eq(small.operations[i].level, large.operations[i].level);
  }
  for (uint32_t i = 0; i < small.key_count; i++) {
    cr_assert(pc_bytes_equal(small.keys[i], large.keys[i]));
  }
  pc_workload_free(&small);
  pc_workload_free(&large);
}

static void expect_refused(const struct pc_generator *generator, const char *message) {
  struct pc_workload workload;
  memset(&workload, 0xA5, sizeof workload);
  struct pc_error error = {{0}};
  cr_expect_eq(pc_workload_generate(generator, 1, &workload, &error), PC_BAD_INPUT, "%s", message);
  cr_expect_str_eq(error.message, message);
  cr_expect(workload.operations == NULL && workload.keys == NULL && workload.arena == NULL);
}

/* PLAIN with one field changed. */
#define REFUSED(field, number, message)    \
  do {                                     \
    struct pc_generator generator = PLAIN; \
    generator.field = (number);            \
    expect_refused(&generator, message);   \
  } while (0)

Test(workload_generate, what_is_out_of_range_is_named) {
  REFUSED(operations, 0, "operations must be 1 to 100000000, not 0");
  REFUSED(operations, 100000001, "operations must be 1 to 100000000, not 100000001");
  REFUSED(keys, 0, "keys must be 1 to 65000, not 0");
  REFUSED(keys, 65001, "keys must be 1 to 65000, not 65001");
  REFUSED(key_size_min, 0, "key_size_min must be 1 to 63, not 0");
  REFUSED(key_size_max, 3, "key_size_max must be 4 to 63, not 3");
  REFUSED(key_size_max, 64, "key_size_max must be 4 to 63, not 64");
  REFUSED(value_size_max, 65535, "value_size_max must be 0 to 65534, not 65535");
  REFUSED(value_size_min, 65, "value_size_max must be 65 to 65534, not 64");
  REFUSED(popularity, ((struct pc_popularity){.kind = PC_ZIPF, .zipf = -0.1}), "zipf must be 0 to 10");
  REFUSED(popularity, ((struct pc_popularity){.kind = PC_ZIPF, .zipf = 10.1}), "zipf must be 0 to 10");
  REFUSED(popularity, ((struct pc_popularity){.kind = PC_ZIPF, .zipf = (double)NAN}), "zipf must be 0 to 10");
  REFUSED(popularity, ((struct pc_popularity){.kind = PC_HOT, .hot = 1.1}), "hot must be 0 to 1");
  REFUSED(popularity, ((struct pc_popularity){.kind = PC_HOT, .share = -1}), "share must be 0 to 1");
  struct pc_generator generator = PLAIN;
  memset(generator.mix, 0, sizeof generator.mix);
  expect_refused(&generator, "mix must give at least one operation a weight above 0");
  generator = PLAIN;
  generator.key_size_min = 1;
  generator.key_size_max = 1;
  generator.keys = 63;
  expect_refused(&generator, "key_size_max must be at least 2 for 63 distinct keys, not 1");
}

Test(workload_generate, a_list_beyond_its_memory_is_refused_before_it_is_made) {
  struct pc_generator generator = PLAIN;
  generator.operations = PC_MAX_OPERATIONS;
  memset(generator.mix, 0, sizeof generator.mix);
  generator.mix[PC_PUT] = UINT32_MAX;
  generator.value_size_min = 65534;
  generator.value_size_max = 65534;
  expect_refused(&generator,
                 "its operations and values would take 6253623 MiB of memory, 1024 at most: take fewer operations or "
                 "smaller values (powercut compare keeps none of them)");
  struct pc_stream *stream;
  struct pc_error error;
  cr_expect_eq(pc_stream_open(&stream, &generator, 1, &error), PC_OK, "a stream keeps none of them");
  pc_stream_close(stream);
}

Test(workload_generate, weights_may_be_as_large_as_they_fit) {
  struct pc_generator generator = PLAIN;
  for (int kind = 0; kind < PC_OPERATION_KINDS; kind++) {
    generator.mix[kind] = UINT32_MAX;
  }
  struct pc_workload workload = generate(&generator, 1);
  expect_within_bounds(&generator, &workload);
  pc_workload_free(&workload);
}
