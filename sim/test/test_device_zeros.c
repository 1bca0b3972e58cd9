/* A part that erases to zeros: for who reads and programs it, all is the other way round, and nothing else differs. */
#include <string.h>

#include "powercut/armed.h"
#include "powercut/fault.h"
#include "powercut/random.h"
#include "test_device_help.h"

enum { SIZE = 256, SECTORS = 4, STEPS = 20000 };

static const struct pc_profile ZEROS = {
    .name = "zeros", .sector_size = 64, .program_unit = 1, .erases_to_zeros = true, .endurance = 100};

Test(device_zeros, erases_give_zeros_and_programs_set_bits) {
  struct pc_device *device = create(&ZEROS, 2);
  uint8_t seen[4];
  cr_assert_eq(read(device, 60, seen, 4), PC_FLASH_OK);
  cr_expect_arr_eq(seen, "\0\0\0\0", 4, "it is made blank");
  cr_assert_eq(program(device, 60, "\x01\x80\0\x0F", 4), PC_FLASH_OK);
  cr_assert_eq(read(device, 60, seen, 4), PC_FLASH_OK);
  cr_expect_arr_eq(seen, "\x01\x80\0\x0F", 4);
  cr_assert_eq(program(device, 60, "\x03\x80\xFF\x0F", 4), PC_FLASH_OK, "more bits are set");
  EXPECT_REFUSED(device, program(device, 60, "\x02\x80\xFF\x0F", 4), PC_RULE_SET_BIT, 60, 4);
  cr_assert_eq(read(device, 60, seen, 4), PC_FLASH_OK);
  cr_expect_arr_eq(seen, "\x03\x80\xFF\x0F", 4);
  cr_assert_eq(erase(device, 0), PC_FLASH_OK);
  cr_assert_eq(read(device, 60, seen, 4), PC_FLASH_OK);
  cr_expect_arr_eq(seen, "\0\0\0\0", 4);
  EXPECT_REFUSED(device, program(device, 0, seen, SIZE), PC_RULE_RANGE, 0, SIZE);
  cr_expect_eq(pc_profile_erased_value(&ZEROS), 0);
  cr_expect_eq(pc_profile_erased_value(&IDEAL), PC_ERASED);
  pc_device_destroy(device);
}

Test(device_zeros, images_and_stuck_bits_are_as_they_are_read) {
  struct pc_device *device = create(&ZEROS, 1);
  uint8_t image[64] = {0}, seen[64];
  image[3] = 0x81;
  cr_assert_eq(pc_device_load(device, (struct pc_bytes){.data = image, .size = sizeof image}, NULL), PC_OK);
  cr_expect_eq(cell(device, 3), (uint8_t)~0x81u);
  const struct pc_armed_fault stuck = {
      .kind = PC_ARMED_STUCK_BIT, .address = 5, .size = 1, .bits = 0x0F, .value = 0x05};
  cr_assert_eq(pc_device_arm(device, &stuck, NULL), PC_OK);
  image[5] = 0x05;
  cr_assert_eq(read(device, 0, seen, sizeof seen), PC_FLASH_OK);
  cr_expect_arr_eq(seen, image, sizeof image);
  cr_assert_eq(erase(device, 0), PC_FLASH_OK);
  cr_assert_eq(read(device, 5, seen, 1), PC_FLASH_OK);
  cr_expect_eq(seen[0], 0x05);
  pc_device_destroy(device);
}

/* A part and its twin that erases to zeros, which is programmed with the inverse. */
struct twins {
  struct pc_device *ones, *zeros;
  struct pc_random random;
  struct pc_fault_memory memory;
  uint64_t torn, failed;
};

static void invert(uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    bytes[i] ^= 0xFF;
  }
}

static uint32_t below(struct twins *twins, uint32_t bound) {
  return (uint32_t)pc_random_below(&twins->random, bound);
}

static void program_both(struct twins *twins, uint32_t unit) {
  uint8_t data[64];
  uint32_t size = (1 + below(twins, 4)) * unit, address = below(twins, SIZE / unit) * unit;
  for (uint32_t i = 0; i < size; i++) {
    uint8_t old = address + i < SIZE ? cell(twins->ones, address + i) : 0xFF;
    data[i] = old & (uint8_t)pc_random_next(&twins->random);
    data[i] ^= below(twins, 60) == 0 ? 1 : 0;
  }
  int status = program(twins->ones, address, data, size);
  invert(data, size);
  cr_assert_eq(program(twins->zeros, address, data, size), status);
  twins->failed += status == PC_FLASH_FAILED;
}

/* A cut of any class in a program or an erase, which leaves the same on both. */
static void tear_both(struct twins *twins, uint32_t unit) {
  static uint8_t erased[64], data[32];
  bool erases = below(twins, 2) == 0;
  uint32_t size = erases ? 64 : unit * (1 + below(twins, 2)), address = below(twins, SIZE / size) * size;
  memset(erased, PC_ERASED, sizeof erased);
  for (uint32_t i = 0; !erases && i < size; i++) {
    data[i] = cell(twins->ones, address + i) & (uint8_t)pc_random_next(&twins->random);
  }
  enum pc_fault fault = (enum pc_fault)below(twins, PC_FAULT_COUNT);
  uint64_t seed = pc_random_next(&twins->random);
  uint32_t which = below(twins, 1000);
  struct pc_device *devices[] = {twins->ones, twins->zeros};
  for (size_t i = 0; i < 2; i++) {
    struct pc_fault_input input = {.operation = {.kind = erases ? PC_ERASE : PC_PROGRAM,
                                                 .address = address,
                                                 .size = size,
                                                 .before = pc_device_cells(devices[i]).data + address,
                                                 .after = erases ? erased : data},
                                   .samples = 3,
                                   .limit = 3,
                                   .seed = seed};
    pc_fault_describe(&input, devices[i]);
    uint32_t variants = pc_fault_variants(fault, &input);
    if (variants > 0) {
      cr_assert_eq(pc_fault_leave(devices[i], fault, &input, which % variants, &twins->memory, NULL, NULL), PC_OK);
      twins->torn++;
    }
    pc_device_begin_reads(devices[i], seed);
  }
}

static void expect_twins(struct twins *twins) {
  uint32_t unit = pc_device_profile(twins->ones)->program_unit, address = below(twins, SIZE / unit) * unit;
  uint8_t ones[16], zeros[16];
  int status = read(twins->ones, address, ones, unit);
  cr_assert_eq(read(twins->zeros, address, zeros, unit), status);
  twins->failed += status == PC_FLASH_FAILED;
  if (status == PC_FLASH_OK) {
    invert(zeros, unit);
    cr_assert_arr_eq(ones, zeros, unit);
  }
  cr_assert_eq(pc_device_hash(twins->ones), pc_device_hash(twins->zeros));
  cr_assert_eq(pc_device_errors(twins->ones), pc_device_errors(twins->zeros));
  cr_assert_eq(pc_device_contract_violations(twins->ones, NULL), pc_device_contract_violations(twins->zeros, NULL));
}

/* By 20,000 random calls, cuts of all classes and undoings (seed 5). */
Test(device_zeros, nothing_else_differs) {
  struct pc_profile profile = {.name = "all",
                               .sector_size = 64,
                               .program_unit = 8,
                               .programs_per_unit = 3,
                               .ecc_word = 8,
                               .collateral = 32,
                               .endurance = 100,
                               .page_size = 32,
                               .page_overflow = PC_PAGE_WRAP};
  struct twins twins = {.ones = create(&profile, SECTORS), .random = {.state = 5}};
  profile.erases_to_zeros = true;
  twins.zeros = create(&profile, SECTORS);
  pc_device_set_worn(twins.ones, 0.9);
  pc_device_set_worn(twins.zeros, 0.9);
  for (uint32_t i = 0; i < STEPS; i++) {
    uint32_t what = below(&twins, 8);
    if (what < 4) {
      program_both(&twins, profile.program_unit);
    } else if (what == 4) {
      uint32_t address = below(&twins, SECTORS) * 64;
      cr_assert_eq(erase(twins.ones, address), erase(twins.zeros, address));
    } else if (what < 7) {
      tear_both(&twins, profile.program_unit);
    } else {
      size_t mark = below(&twins, (uint32_t)pc_device_mark(twins.ones) + 1);
      pc_device_rollback(twins.ones, mark);
      pc_device_rollback(twins.zeros, mark);
    }
    expect_twins(&twins);
  }
  cr_expect_gt(twins.torn, 1000);
  cr_expect_gt(twins.failed, 10);
  pc_fault_memory_free(&twins.memory);
  pc_device_destroy(twins.ones);
  pc_device_destroy(twins.zeros);
}
