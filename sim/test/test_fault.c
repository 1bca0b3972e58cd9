/* Fault classes: which variants there are, to the byte. */
#include <criterion/criterion.h>
#include <string.h>

#include "powercut/fault.h"
#include "powercut/random.h"

#define MAX_SIZE 4096u

static struct pc_fault_input input_of(enum pc_flash_operation_kind kind, uint32_t size, const void *before,
                                      const void *after) {
  return (struct pc_fault_input){
      .operation = {.kind = kind, .size = size, .before = before, .after = after},
      .program_unit = 1,
      .samples = 16,
      .limit = 256,
      .seed = 1,
  };
}

static void expect_tear(enum pc_fault fault, const struct pc_fault_input *input, uint32_t variant, const void *bytes) {
  uint8_t torn[MAX_SIZE + 1];
  memset(torn, 0xA5, sizeof torn);
  pc_fault_tear(fault, input, variant, torn);
  cr_assert_arr_eq(torn, bytes, input->operation.size, "variant %u", variant);
  cr_assert_eq(torn[input->operation.size], 0xA5, "variant %u writes beyond its range", variant);
}

static uint32_t count_ones(const uint8_t *bytes, size_t size) {
  uint32_t ones = 0;
  for (size_t i = 0; i < size * 8; i++) {
    ones += (uint32_t)bytes[i / 8] >> i % 8 & 1u;
  }
  return ones;
}

Test(fault, classes_are_named_as_in_scenarios) {
  static const char *const names[PC_FAULT_COUNT] = {
      "between_ops", "prefix", "unit_subset", "bit_subset", "two_phase_erase",
      "metastable",  "ecc",    "collateral",  "worn",       "bit_rot"};
  static const char *const levels[PC_FAULT_COUNT] = {"T0", "T1", "T2", "T3", "T4", "T6", "T7", "T8", "T9", "-"};
  for (int i = 0; i < PC_FAULT_COUNT; i++) {
    const struct pc_fault_class *class = pc_fault_class((enum pc_fault)i);
    cr_assert_str_eq(class->name, names[i]);
    cr_assert_str_eq(class->level, levels[i]);
    cr_assert_gt(strlen(class->summary), 20);
    cr_assert_null(strchr(class->summary, '\n'));
  }
}

Test(fault, between_ops_leaves_what_was_before) {
  struct pc_fault_input input = input_of(PC_PROGRAM, 3, "\xff\xff\xff", "abc");
  cr_assert_eq(pc_fault_variants(PC_FAULT_BETWEEN_OPS, &input), 1);
  expect_tear(PC_FAULT_BETWEEN_OPS, &input, 0, "\xff\xff\xff");
}

Test(fault, an_operation_that_changes_nothing_or_one_unit_or_bit_has_no_tears) {
  struct pc_fault_input input = input_of(PC_PROGRAM, 12, "abcdefghijkl", "abcdefghijkl");
  cr_assert_eq(pc_fault_variants(PC_FAULT_BETWEEN_OPS, &input), 1);
  for (int fault = PC_FAULT_PREFIX; fault <= PC_FAULT_TWO_PHASE_ERASE; fault++) {
    cr_assert_eq(pc_fault_variants((enum pc_fault)fault, &input), 0);
  }
  input = input_of(PC_PROGRAM, 12, "abc\xff\xff\xff\xffhijkl", "abc\xff\xff\xff\xfehijkl");
  for (int fault = PC_FAULT_PREFIX; fault <= PC_FAULT_TWO_PHASE_ERASE; fault++) {
    cr_assert_eq(pc_fault_variants((enum pc_fault)fault, &input), 0);
  }
  input = input_of(PC_PROGRAM, 12, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
                   "\xff\xff\xff\xff"
                   "abcd"
                   "\xff\xff\xff\xff");
  input.program_unit = 4;
  cr_assert_eq(pc_fault_variants(PC_FAULT_PREFIX, &input), 0);
  cr_assert_eq(pc_fault_variants(PC_FAULT_UNIT_SUBSET, &input), 0);
  cr_assert_gt(pc_fault_variants(PC_FAULT_BIT_SUBSET, &input), 0);
}

Test(fault, a_prefix_ends_at_each_boundary_with_a_change_before_and_behind) {
  /* Nine bytes and more: changes in more than one machine word. */
  struct pc_fault_input input = input_of(PC_PROGRAM, 14, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
                                         "\xff\xff\xff\xff\xff\xff"
                                         "ab\xff"
                                         "c"
                                         "\xff\xff\xff\xff");
  cr_assert_eq(pc_fault_variants(PC_FAULT_PREFIX, &input), 3);
  expect_tear(PC_FAULT_PREFIX, &input, 0,
              "\xff\xff\xff\xff\xff\xff"
              "a\xff\xff\xff\xff\xff\xff\xff");
  expect_tear(PC_FAULT_PREFIX, &input, 1,
              "\xff\xff\xff\xff\xff\xff"
              "ab\xff\xff\xff\xff\xff\xff");
  expect_tear(PC_FAULT_PREFIX, &input, 2,
              "\xff\xff\xff\xff\xff\xff"
              "ab\xff\xff\xff\xff\xff\xff");
  input.program_unit = 2;
  cr_assert_eq(pc_fault_variants(PC_FAULT_PREFIX, &input), 1);
  expect_tear(PC_FAULT_PREFIX, &input, 0,
              "\xff\xff\xff\xff\xff\xff"
              "ab\xff\xff\xff\xff\xff\xff");
}

Test(fault, an_erase_is_cut_at_round_boundaries_where_there_are_too_many) {
  static uint8_t before[4096], after[4096], torn[4096];
  memset(after, PC_ERASED, sizeof after);
  struct pc_fault_input input = input_of(PC_ERASE, 4096, before, after);
  cr_assert_eq(pc_fault_variants(PC_FAULT_PREFIX, &input), 257);
  for (uint32_t variant = 0; variant < 257; variant++) {
    uint32_t boundary = variant == 0 ? 1 : variant == 256 ? 4095 : variant * 16;
    memset(torn, 0, sizeof torn);
    memset(torn, PC_ERASED, boundary);
    expect_tear(PC_FAULT_PREFIX, &input, variant, torn);
  }
  input.limit = 4094;
  cr_assert_eq(pc_fault_variants(PC_FAULT_PREFIX, &input), 4095);
  input.limit = 0;
  cr_assert_eq(pc_fault_variants(PC_FAULT_PREFIX, &input), 2);
  input.limit = 256;
  input.program_unit = 4;
  cr_assert_eq(pc_fault_variants(PC_FAULT_PREFIX, &input), 257, "every 16 bytes as well");
  /* The blank tail does not change: boundaries lie before it. */
  memset(before + 100, PC_ERASED, sizeof before - 100);
  cr_assert_eq(pc_fault_variants(PC_FAULT_PREFIX, &input), 24);
}

Test(fault, all_subsets_of_few_units_are_there_once) {
  /* Units 0, 2 and 3 change. */
  struct pc_fault_input input = input_of(PC_PROGRAM, 8, "\xff\xff\xff\xff\xff\xff\xff\xff",
                                         "ab\xff\xff"
                                         "cdef");
  input.program_unit = 2;
  cr_assert_eq(pc_fault_variants(PC_FAULT_UNIT_SUBSET, &input), 6);
  expect_tear(PC_FAULT_UNIT_SUBSET, &input, 0, "ab\xff\xff\xff\xff\xff\xff");
  expect_tear(PC_FAULT_UNIT_SUBSET, &input, 1,
              "\xff\xff\xff\xff"
              "cd\xff\xff");
  expect_tear(PC_FAULT_UNIT_SUBSET, &input, 2,
              "ab\xff\xff"
              "cd\xff\xff");
  expect_tear(PC_FAULT_UNIT_SUBSET, &input, 3,
              "\xff\xff\xff\xff\xff\xff"
              "ef");
  expect_tear(PC_FAULT_UNIT_SUBSET, &input, 4,
              "ab\xff\xff\xff\xff"
              "ef");
  expect_tear(PC_FAULT_UNIT_SUBSET, &input, 5,
              "\xff\xff\xff\xff"
              "cdef");
  input.samples = 1;
  cr_assert_eq(pc_fault_variants(PC_FAULT_UNIT_SUBSET, &input), 5, "too many to enumerate: extremes and a sample");
}

Test(fault, all_subsets_of_few_bits_are_there_once) {
  uint8_t before[9], after[9];
  memset(before, PC_ERASED, sizeof before);
  memset(after, PC_ERASED, sizeof after);
  after[0] = 0x7f;
  after[4] = 0xfa;
  after[8] = 0xfe;
  struct pc_fault_input input = input_of(PC_PROGRAM, 9, before, after);
  cr_assert_eq(pc_fault_variants(PC_FAULT_BIT_SUBSET, &input), 14);
  bool seen[16] = {false};
  for (uint32_t variant = 0; variant < 14; variant++) {
    uint8_t torn[9];
    pc_fault_tear(PC_FAULT_BIT_SUBSET, &input, variant, torn);
    uint32_t pattern = (torn[0] == 0x7f ? 1u : 0) + ((torn[4] & 1u) == 0 ? 2u : 0) + ((torn[4] & 4u) == 0 ? 4u : 0) +
                       (torn[8] == 0xfe ? 8u : 0);
    cr_assert_not(seen[pattern]);
    seen[pattern] = true;
  }
  cr_assert_not(seen[0]);
  cr_assert_not(seen[15]);
}

/* The four extremes of the bits in `first_byte` and `last_byte` that an operation on many bytes changes. */
Test(fault, the_extremes_come_first_where_bits_are_too_many) {
  uint8_t before[40], after[40], torn[40];
  memset(before, PC_ERASED, sizeof before);
  memset(after, 0, sizeof after);
  after[0] = 0x03;
  after[39] = 0xc0;
  struct pc_fault_input input = input_of(PC_PROGRAM, 40, before, after);
  cr_assert_eq(pc_fault_variants(PC_FAULT_BIT_SUBSET, &input), 20);
  memcpy(torn, before, 40);
  torn[0] = 0xfb;
  expect_tear(PC_FAULT_BIT_SUBSET, &input, 0, torn);
  memcpy(torn, before, 40);
  torn[39] = 0xdf;
  expect_tear(PC_FAULT_BIT_SUBSET, &input, 1, torn);
  memcpy(torn, after, 40);
  torn[0] = 0x07;
  expect_tear(PC_FAULT_BIT_SUBSET, &input, 2, torn);
  memcpy(torn, after, 40);
  torn[39] = 0xe0;
  expect_tear(PC_FAULT_BIT_SUBSET, &input, 3, torn);
}

Test(fault, the_extremes_come_first_where_units_are_too_many) {
  uint8_t before[64], after[64], torn[64];
  memset(before, 0, sizeof before);
  memset(before, PC_ERASED, 4);
  memset(after, PC_ERASED, sizeof after);
  struct pc_fault_input input = input_of(PC_ERASE, 64, before, after);
  input.program_unit = 4;
  cr_assert_eq(pc_fault_variants(PC_FAULT_UNIT_SUBSET, &input), 20);
  memcpy(torn, before, 64);
  memset(torn + 4, PC_ERASED, 4);
  expect_tear(PC_FAULT_UNIT_SUBSET, &input, 0, torn);
  memcpy(torn, before, 64);
  memset(torn + 60, PC_ERASED, 4);
  expect_tear(PC_FAULT_UNIT_SUBSET, &input, 1, torn);
  memcpy(torn, after, 64);
  memset(torn + 4, 0, 4);
  expect_tear(PC_FAULT_UNIT_SUBSET, &input, 2, torn);
  memcpy(torn, after, 64);
  memset(torn + 60, 0, 4);
  expect_tear(PC_FAULT_UNIT_SUBSET, &input, 3, torn);
}

Test(fault, an_erase_first_zeroes_from_the_end_and_then_sets_ones) {
  const uint8_t before[16] = {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0};
  uint8_t after[16], torn[16];
  memset(after, PC_ERASED, sizeof after);
  struct pc_fault_input input = input_of(PC_ERASE, 16, before, after);
  input.program_unit = 4;
  cr_assert_eq(pc_fault_variants(PC_FAULT_TWO_PHASE_ERASE, &input), 3 + 4 + 16);
  expect_tear(PC_FAULT_TWO_PHASE_ERASE, &input, 0, "abcdefgh\0\0\0\0\0\0\0\0");
  expect_tear(PC_FAULT_TWO_PHASE_ERASE, &input, 1, "abcd\0\0\0\0\0\0\0\0\0\0\0\0");
  memset(torn, 0, sizeof torn);
  expect_tear(PC_FAULT_TWO_PHASE_ERASE, &input, 2, torn);
  torn[0] = 0x01;
  expect_tear(PC_FAULT_TWO_PHASE_ERASE, &input, 3, torn);
  torn[0] = 0;
  torn[15] = 0x80;
  expect_tear(PC_FAULT_TWO_PHASE_ERASE, &input, 4, torn);
  memset(torn, PC_ERASED, sizeof torn);
  torn[0] = 0xfe;
  expect_tear(PC_FAULT_TWO_PHASE_ERASE, &input, 5, torn);
  torn[0] = 0xff;
  torn[15] = 0x7f;
  expect_tear(PC_FAULT_TWO_PHASE_ERASE, &input, 6, torn);
}

Test(fault, zeroing_is_cut_at_round_boundaries_where_there_are_too_many) {
  static uint8_t before[4096], after[4096], torn[4096];
  memset(after, PC_ERASED, sizeof after);
  memset(before, PC_ERASED, sizeof before);
  struct pc_fault_input input = input_of(PC_ERASE, 4096, before, after);
  input.samples = 0;
  cr_assert_eq(pc_fault_variants(PC_FAULT_TWO_PHASE_ERASE, &input), 257 + 4, "a blank sector is zeroed too");
  for (uint32_t variant = 0; variant < 257; variant++) {
    uint32_t boundary = variant == 0 ? 4095 : 4096 - variant * 16;
    memset(torn, PC_ERASED, sizeof torn);
    memset(torn + boundary, 0, sizeof torn - boundary);
    expect_tear(PC_FAULT_TWO_PHASE_ERASE, &input, variant, torn);
  }
}

Test(fault, an_erase_of_zeros_has_only_the_second_phase_and_a_program_neither) {
  uint8_t before[16] = {0}, after[16];
  memset(after, PC_ERASED, sizeof after);
  struct pc_fault_input input = input_of(PC_ERASE, 16, before, after);
  cr_assert_eq(pc_fault_variants(PC_FAULT_TWO_PHASE_ERASE, &input), 20);
  input.operation.kind = PC_PROGRAM;
  cr_assert_eq(pc_fault_variants(PC_FAULT_TWO_PHASE_ERASE, &input), 0);
}

Test(fault, the_second_phase_is_a_tear_also_where_it_comes_by_what_was_before) {
  uint8_t before[16] = {0}, after[16];
  memset(after, PC_ERASED, sizeof after);
  struct pc_fault_input input = input_of(PC_ERASE, 16, before, after);
  before[0] = 0x01;
  uint32_t zeroing = 1;
  expect_tear(PC_FAULT_TWO_PHASE_ERASE, &input, zeroing, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
  before[0] = 0;
  before[15] = 0x80;
  zeroing = 16;
  expect_tear(PC_FAULT_TWO_PHASE_ERASE, &input, zeroing + 1, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
  memset(before, PC_ERASED, sizeof before);
  before[0] = 0xfe;
  uint8_t torn[16];
  memset(torn, PC_ERASED, sizeof torn);
  torn[0] = 0xfc;
  expect_tear(PC_FAULT_TWO_PHASE_ERASE, &input, zeroing + 2, torn);
}

/* The share of the changing bits that each of 20 samples changed. */
Test(fault, samples_range_from_a_few_bits_to_all_but_a_few) {
  static uint8_t before[512], after[512], torn[512];
  memset(after, PC_ERASED, sizeof after);
  for (uint64_t seed = 1; seed <= 20; seed++) {
    struct pc_fault_input input = input_of(PC_ERASE, 512, before, after);
    input.samples = 20;
    input.seed = seed;
    uint32_t few = 0, sparse = 0, half = 0, dense = 0, nearly_all = 0;
    for (uint32_t variant = 4; variant < 24; variant++) {
      pc_fault_tear(PC_FAULT_BIT_SUBSET, &input, variant, torn);
      uint32_t ones = count_ones(torn, sizeof torn);
      few += ones <= 8;
      sparse += ones > 8 && ones < 1600;
      half += ones >= 1600 && ones <= 2496;
      dense += ones > 2496 && ones < 4088;
      nearly_all += ones >= 4088;
    }
    cr_assert_eq(few, 5, "seed %u", (unsigned)seed);
    cr_assert_eq(nearly_all, 5, "seed %u", (unsigned)seed);
    cr_assert_eq(sparse, 4, "seed %u", (unsigned)seed);
    cr_assert_eq(dense, 4, "seed %u", (unsigned)seed);
    cr_assert_eq(half, 2, "seed %u", (unsigned)seed);
  }
}

Test(fault, each_seed_class_and_variant_draws_its_own_tear) {
  static uint8_t before[64], after[64];
  memset(after, PC_ERASED, sizeof after);
  enum { SAMPLES = 12, DRAWN = 2 * 3 * SAMPLES };
  static uint8_t torn[DRAWN][64];
  size_t drawn = 0;
  for (uint64_t seed = 1; seed <= 2; seed++) {
    struct pc_fault_input input = input_of(PC_ERASE, 64, before, after);
    input.samples = SAMPLES;
    input.seed = seed;
    for (int fault = PC_FAULT_UNIT_SUBSET; fault <= PC_FAULT_TWO_PHASE_ERASE; fault++) {
      uint32_t variants = pc_fault_variants((enum pc_fault)fault, &input);
      for (uint32_t variant = variants - SAMPLES; variant < variants; variant++) {
        pc_fault_tear((enum pc_fault)fault, &input, variant, torn[drawn++]);
      }
    }
  }
  cr_assert_eq(drawn, DRAWN);
  uint32_t equal = 0;
  for (size_t i = 0; i < drawn; i++) {
    for (size_t j = 0; j < i; j++) {
      equal += memcmp(torn[i], torn[j], 64) == 0;
    }
  }
  /* Of 64 units there are few ways to pick one: a draw or two may coincide. */
  cr_assert_leq(equal, 3);
}

/* A stored repro names tears by seed and variant: they must stay the same in every release and on every machine. */
Test(fault, tears_stay_the_same_from_release_to_release) {
  static uint8_t before[96], after[96], torn[96];
  struct pc_random random = {.state = 7};
  for (size_t i = 0; i < sizeof before; i++) {
    before[i] = (uint8_t)pc_random_next(&random);
  }
  memset(after, PC_ERASED, sizeof after);
  struct pc_fault_input input = input_of(PC_ERASE, 96, before, after);
  input.program_unit = 2;
  uint64_t digest = 0;
  for (int fault = 0; fault <= PC_FAULT_TWO_PHASE_ERASE; fault++) {
    uint32_t variants = pc_fault_variants((enum pc_fault)fault, &input);
    for (uint32_t variant = 0; variant < variants; variant++) {
      pc_fault_tear((enum pc_fault)fault, &input, variant, torn);
      for (size_t i = 0; i < sizeof torn; i++) {
        digest = pc_random_mix(digest, torn[i]);
      }
    }
  }
  cr_assert_eq(digest, UINT64_C(0xf7c160959b1fc7bc), "the tears' digest is now 0x%016llx", (unsigned long long)digest);
}
