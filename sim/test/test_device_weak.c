/* Metastable cells: how they read, until when, and how they are undone. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "powercut/fault.h"
#include "powercut/random.h"
#include "test_device_help.h"
#include "test_memory_help.h"

enum { READS = 3000 };

/* Leaves all cells of `size` bytes at `address` metastable. */
static void weaken(struct pc_device *device, enum pc_flash_operation_kind kind, uint32_t address, uint32_t size,
                   enum pc_weakness weakness) {
  uint8_t before[64], ones[64];
  memset(ones, PC_ERASED, sizeof ones);
  memcpy(before, pc_device_cells(device).data + address, size);
  const struct pc_flash_operation operation = {
      .kind = kind, .address = address, .size = size, .before = before, .weak = ones, .weakness = weakness};
  pc_device_tear(device, &operation, ones);
}

static uint8_t read_byte(struct pc_device *device, uint32_t address) {
  uint8_t byte = 0x5A;
  cr_assert_eq(read(device, address, &byte, 1), PC_FLASH_OK);
  return byte;
}

/* At which read the answer changes for good from `first` to `later`. */
static uint32_t find_change(struct pc_device *device, uint64_t seed, uint8_t first, uint8_t later) {
  uint32_t change = 0;
  pc_device_begin_reads(device, seed);
  for (uint32_t i = 0; i < READS; i++) {
    uint8_t byte = read_byte(device, 7);
    if (change == 0 && byte != first) {
      change = i;
    }
    cr_assert_eq(byte, change == 0 ? first : later, "read %u, seed %llu", i, (unsigned long long)seed);
  }
  return change;
}

Test(device_weak, a_torn_erase_reads_blank_and_later_does_not) {
  static const struct {
    enum pc_weakness weakness;
    uint8_t first, later;
  } ways[] = {{PC_WEAK_ERASED_FIRST, PC_ERASED, 0}, {PC_WEAK_PROGRAMMED_FIRST, 0, PC_ERASED}};
  for (int way = 0; way < 2; way++) {
    struct pc_device *device = create(&IDEAL, 2);
    weaken(device, PC_ERASE, 0, 64, ways[way].weakness);
    uint32_t soonest = READS, latest = 0;
    for (uint64_t seed = 0; seed < 50; seed++) {
      uint32_t change = find_change(device, seed, ways[way].first, ways[way].later);
      cr_assert(change >= 1 && change <= 1024, "%u", change);
      soonest = change < soonest ? change : soonest;
      latest = change > latest ? change : latest;
    }
    cr_expect(soonest < 4 && latest > 300, "%u to %u", soonest, latest);
    cr_expect_eq(read_byte(device, 64), PC_ERASED, "the other sector is firm");
    pc_device_destroy(device);
  }
}

Test(device_weak, noisy_cells_answer_each_read_anew_and_the_same_for_the_same_seed) {
  struct pc_device *device = create(&IDEAL, 1);
  uint8_t once[READS], twice[READS];
  weaken(device, PC_PROGRAM, 7, 1, PC_WEAK_NOISY);
  uint32_t changes = 0, other = 0;
  for (uint64_t seed = 0; seed < 20; seed++) {
    pc_device_begin_reads(device, seed);
    for (uint32_t i = 0; i < READS; i++) {
      once[i] = read_byte(device, 7);
      other += read_byte(device, 8) != PC_ERASED;
      changes += i > 0 && once[i] != once[i - 1];
    }
    pc_device_begin_reads(device, seed);
    for (uint32_t i = 0; i < READS; i++) {
      twice[i] = read_byte(device, 7);
    }
    cr_assert_arr_eq(once, twice, READS, "reads of firm cells don't count");
  }
  cr_expect_gt(changes, 20 * READS / 4);
  cr_expect_eq(other, 0);
  pc_device_destroy(device);
}

Test(device_weak, what_is_programmed_to_0_or_erased_whole_is_firm_again) {
  struct pc_device *device = create(&IDEAL, 1);
  uint64_t blank = pc_device_hash(device);
  weaken(device, PC_ERASE, 0, 64, PC_WEAK_PROGRAMMED_FIRST);
  cr_expect_eq(pc_device_weak_cells(device), 512);
  cr_expect_neq(pc_device_hash(device), blank, "it only reads blank");
  cr_assert_eq(program(device, 0, "\x0f\x00", 2), PC_FLASH_OK, "weak cells take a program");
  cr_expect_eq(pc_device_weak_cells(device), 500);
  pc_device_begin_reads(device, 1);
  cr_expect_eq(read_byte(device, 0), 0, "the cells that were not programmed are still weak");
  cr_expect_eq(cell(device, 0), 0x0f);
  pc_device_rollback(device, 1);
  cr_expect_eq(pc_device_weak_cells(device), 512);
  cr_assert_eq(erase(device, 0), PC_FLASH_OK);
  cr_expect_eq(pc_device_weak_cells(device), 0);
  cr_expect_eq(pc_device_hash(device), blank);
  cr_expect_eq(read_byte(device, 0), PC_ERASED);
  pc_device_rollback(device, 0);
  cr_expect_eq(pc_device_weak_cells(device), 0);
  cr_expect_eq(pc_device_hash(device), blank, "before there were any");
  pc_device_destroy(device);
}

Test(device_weak, the_hash_tells_which_cells_how_they_answer_and_the_reads_to_come) {
  struct pc_device *device = create(&IDEAL, 1), *other = create(&IDEAL, 1);
  weaken(device, PC_PROGRAM, 0, 1, PC_WEAK_NOISY);
  weaken(other, PC_PROGRAM, 0, 1, PC_WEAK_NOISY);
  cr_expect_eq(pc_device_hash(device), pc_device_hash(other));
  (void)read_byte(device, 1);
  cr_expect_eq(pc_device_hash(device), pc_device_hash(other));
  (void)read_byte(device, 0);
  cr_expect_neq(pc_device_hash(device), pc_device_hash(other), "one read on");
  (void)read_byte(other, 0);
  cr_expect_eq(pc_device_hash(device), pc_device_hash(other));
  pc_device_begin_reads(device, 1);
  pc_device_begin_reads(other, 2);
  cr_expect_neq(pc_device_hash(device), pc_device_hash(other));
  pc_device_begin_reads(other, 1);
  cr_expect_eq(pc_device_hash(device), pc_device_hash(other));
  weaken(other, PC_PROGRAM, 0, 1, PC_WEAK_ERASED_FIRST);
  cr_expect_neq(pc_device_hash(device), pc_device_hash(other), "another way");
  pc_device_rollback(other, 1);
  cr_expect_eq(pc_device_hash(device), pc_device_hash(other));
  weaken(other, PC_PROGRAM, 1, 1, PC_WEAK_NOISY);
  cr_expect_neq(pc_device_hash(device), pc_device_hash(other), "more cells");
  pc_device_destroy(device);
  pc_device_destroy(other);
}

Test(device_weak, an_image_has_no_metastable_cells) {
  struct pc_device *device = create(&IDEAL, 1), *fresh = create(&IDEAL, 1);
  weaken(device, PC_PROGRAM, 0, 4, PC_WEAK_PROGRAMMED_FIRST);
  uint8_t image[64];
  memset(image, PC_ERASED, sizeof image);
  struct pc_error error;
  cr_assert_eq(pc_device_load(device, (struct pc_bytes){.data = image, .size = 64}, &error), PC_OK);
  cr_expect_eq(read_byte(device, 0), PC_ERASED);
  cr_expect_eq(pc_device_hash(device), pc_device_hash(fresh));
  pc_device_destroy(device);
  pc_device_destroy(fresh);
}

Test(device_weak, a_unit_that_only_weakened_counts_as_programmed) {
  struct pc_profile once = WORDS;
  once.programs_per_unit = 1;
  struct pc_device *device = create(&once, 1);
  weaken(device, PC_PROGRAM, 4, 4, PC_WEAK_ERASED_FIRST);
  cr_expect_eq(read_byte(device, 4), PC_ERASED);
  EXPECT_REFUSED(device, program(device, 4, "abcd", 4), PC_RULE_OVERPROGRAM, 4, 4);
  pc_device_destroy(device);
}

Test(device_weak, without_memory_for_them_the_results_are_void) {
  if (!CAN_LIMIT_MEMORY) {
    return;
  }
  const struct pc_profile large = {.sector_size = 1u << 20, .program_unit = 1};
  struct pc_device *device = create(&large, 64);
  take_memory_away();
  weaken(device, PC_PROGRAM, 0, 1, PC_WEAK_NOISY);
  bool failed = pc_device_failed(device);
  give_memory_back();
  cr_assert(failed);
  cr_assert_eq(pc_device_weak_cells(device), 0);
  cr_assert_eq(read_byte(device, 0), PC_ERASED);
  pc_device_destroy(device);
}

/* The first variants of an operation, as they are documented. */
static void expect_variant(const struct pc_fault_input *input, uint32_t variant, enum pc_weakness weakness,
                           const char *weak, const char *torn) {
  uint8_t cells[3], left[3];
  cr_expect_eq(pc_fault_weaken(PC_FAULT_METASTABLE, input, variant, cells), weakness, "variant %u", variant);
  pc_fault_tear(PC_FAULT_METASTABLE, input, variant, left);
  cr_expect_arr_eq(cells, weak, 3, "variant %u", variant);
  cr_expect_arr_eq(left, torn, 3, "variant %u", variant);
}

Test(device_weak, the_extremes_come_first) {
  struct pc_fault_input input = {.operation = {.kind = PC_PROGRAM,
                                               .size = 3,
                                               .before = (const uint8_t *)"\xff\x3f\xff",
                                               .after = (const uint8_t *)"\xf1\x3f\x7e"},
                                 .program_unit = 1,
                                 .samples = 2};
  cr_assert_eq(pc_fault_variants(PC_FAULT_METASTABLE, &input), 7);
  expect_variant(&input, 0, PC_WEAK_ERASED_FIRST, "\x0e\x00\x81", "\xff\x3f\xff");
  expect_variant(&input, 1, PC_WEAK_NOISY, "\x0e\x00\x81", "\xff\x3f\xff");
  expect_variant(&input, 2, PC_WEAK_PROGRAMMED_FIRST, "\x0e\x00\x81", "\xff\x3f\xff");
  expect_variant(&input, 3, PC_WEAK_NOISY, "\x02\x00\x00", "\xf3\x3f\x7e");
  expect_variant(&input, 4, PC_WEAK_NOISY, "\x00\x00\x80", "\xf1\x3f\xfe");
  input.operation.kind = PC_ERASE;
  input.operation.before = (const uint8_t *)"\xff\x3f\x01";
  input.operation.after = (const uint8_t *)"\xff\xff\xff";
  expect_variant(&input, 0, PC_WEAK_ERASED_FIRST, "\xff\xff\xff", "\xff\xff\xff");
  expect_variant(&input, 1, PC_WEAK_NOISY, "\xff\xff\xff", "\xff\xff\xff");
  expect_variant(&input, 2, PC_WEAK_PROGRAMMED_FIRST, "\x00\xc0\xfe", "\xff\xff\xff");
  expect_variant(&input, 3, PC_WEAK_ERASED_FIRST, "\x01\x00\x00", "\xff\xff\xff");
  expect_variant(&input, 4, PC_WEAK_ERASED_FIRST, "\x00\x00\x80", "\xff\xff\xff");
  input.operation.kind = PC_PROGRAM;
  input.operation.before = input.operation.after;
  cr_assert_eq(pc_fault_variants(PC_FAULT_METASTABLE, &input), 0, "a program that changes nothing");
}

/* A stored repro names tears by seed and variant, and reads by seed: they must stay the same in every release. */
Test(device_weak, tears_and_reads_stay_the_same_from_release_to_release) {
  static uint8_t before[64], after[64], torn[64], weak[64], data[64];
  uint64_t digest = 0;
  memset(before, PC_ERASED, sizeof before);
  for (size_t i = 0; i < sizeof after; i++) {
    after[i] = (uint8_t)(i * 37);
  }
  struct pc_fault_input input = {
      .operation = {.kind = PC_PROGRAM, .size = 64, .before = before, .after = after, .weak = weak},
      .program_unit = 1,
      .samples = 8,
      .seed = 5};
  for (uint32_t variant = 0; variant < pc_fault_variants(PC_FAULT_METASTABLE, &input); variant++) {
    struct pc_device *device = create(&IDEAL, 1);
    pc_fault_tear(PC_FAULT_METASTABLE, &input, variant, torn);
    input.operation.weakness = pc_fault_weaken(PC_FAULT_METASTABLE, &input, variant, weak);
    pc_device_tear(device, &input.operation, torn);
    pc_device_begin_reads(device, variant);
    for (int i = 0; i < 20; i++) {
      cr_assert_eq(read(device, 0, data, 64), PC_FLASH_OK);
      for (size_t at = 0; at < 64; at++) {
        digest = pc_random_mix(digest, data[at]);
      }
    }
    pc_device_destroy(device);
  }
  cr_assert_eq(digest, UINT64_C(0xe98dd893d776ee09), "the digest is now 0x%016llx", (unsigned long long)digest);
}
