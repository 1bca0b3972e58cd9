/* Wear with the power on: what happens near a sector's endurance and past it. */
#include <string.h>

#include "powercut/armed.h"
#include "powercut/random.h"
#include "test_device_help.h"

static const struct pc_profile WORN = {
    .name = "worn",
    .sector_size = 64,
    .program_unit = 1,
    .endurance = 100,
    .erase_block_count = 1,
    .erase_blocks = {{.size = 256}},
};
enum { SECTORS = 8, SIZE = 64 * SECTORS };

static struct pc_device *wearing(double age, bool verifies, uint64_t seed) {
  struct pc_profile profile = WORN;
  profile.verifies = verifies;
  struct pc_device *device = create(&profile, SECTORS);
  const struct pc_armed_fault fault = {.kind = PC_ARMED_WEAR_OUT, .size = SIZE / 2, .seed = seed};
  pc_device_set_worn(device, age);
  cr_assert_eq(pc_device_arm(device, &fault, NULL), PC_OK);
  return device;
}

struct seen {
  uint64_t weak, ones_lost, errors;
};

/* Programs zeros and erases sector 0 so many times. */
static struct seen use(struct pc_device *device, uint32_t times) {
  static const uint8_t zeros[64] = {0};
  struct seen seen = {0};
  for (uint32_t i = 0; i < times; i++) {
    (void)program(device, 0, zeros, sizeof zeros);
    (void)erase(device, 0);
    seen.weak += pc_device_weak_cells(device);
    pc_device_forget(device);
  }
  for (uint32_t i = 0; i < 64; i++) {
    seen.ones_lost += 8 - (uint64_t)__builtin_popcount(cell(device, i));
  }
  seen.errors = pc_device_errors(device);
  return seen;
}

Test(device_wear_out, a_young_sector_is_as_it_should_be) {
  struct pc_device *device = wearing(0, false, 1);
  struct seen seen = use(device, 80);
  cr_expect(seen.weak == 0 && seen.ones_lost == 0 && seen.errors == 0);
  cr_expect_eq(pc_device_damage(device).events, 0);
  pc_device_destroy(device);
}

Test(device_wear_out, nothing_wears_out_that_is_not_armed) {
  struct pc_device *device = create(&WORN, SECTORS);
  pc_device_set_worn(device, 3);
  struct seen seen = use(device, 200);
  cr_expect(seen.weak == 0 && seen.ones_lost == 0);
  cr_expect(pc_device_is_sound(device));
  pc_device_destroy(device);
  device = wearing(3, false, 1);
  for (uint32_t i = 0; i < 200; i++) {
    cr_assert_eq(erase(device, SIZE / 2), PC_FLASH_OK);
  }
  cr_expect_eq(pc_device_damage(device).events, 0, "it is armed for the other half");
  pc_device_destroy(device);
}

/* Near it, cells are unstable now and then; none sticks. */
Test(device_wear_out, a_sector_near_its_endurance_has_unstable_cells) {
  struct pc_device *device = wearing(0.9, false, 2);
  struct seen seen = use(device, 9);
  cr_expect_eq(seen.ones_lost, 0);
  for (uint64_t seed = 3; seed < 200 && seen.weak == 0; seed++) {
    pc_device_destroy(device);
    device = wearing(0.9, false, seed);
    seen = use(device, 9);
  }
  cr_expect_gt(seen.weak, 0);
  cr_expect_gt(pc_device_damage(device).events, 0);
  cr_expect_not(pc_device_damage(device).beyond_copies);
  pc_device_destroy(device);
}

Test(device_wear_out, past_its_endurance_ever_more_cells_stick) {
  struct pc_device *device = wearing(1, false, 4);
  uint64_t early = use(device, 10).ones_lost, late = use(device, 300).ones_lost;
  cr_expect_lt(early, 8);
  cr_expect_gt(late, 60);
  cr_expect_eq(pc_device_errors(device), 0, "nothing tells");
  static const uint8_t zeros[64] = {0};
  cr_expect_eq(program(device, 0, zeros, sizeof zeros), PC_FLASH_OK);
  cr_expect_eq(pc_device_contract_violations(device, NULL), 0);
  pc_device_destroy(device);
}

/* A part that looks at what it did says so, of erases and of programs. */
Test(device_wear_out, a_part_that_verifies_tells) {
  static const uint8_t zeros[64] = {0};
  struct pc_device *device = wearing(2, true, 5);
  cr_assert_eq(program(device, 0, zeros, sizeof zeros), PC_FLASH_OK);
  cr_expect_eq(erase(device, 0), PC_FLASH_FAILED, "a cell stays 0");
  cr_expect_eq(pc_device_damage(device).failures, 1);
  cr_expect_eq(pc_device_errors(device), 1);
  cr_expect(pc_device_journalled(device, 1).failed);
  cr_expect_eq(erase(device, 64), PC_FLASH_OK, "a cell that is 1 sticks as it is");
  cr_expect_eq(program(device, 64, zeros, sizeof zeros), PC_FLASH_FAILED, "that cell stays 1");
  pc_device_rollback(device, 0);
  cr_expect_eq(pc_device_damage(device).failures, 0);
  pc_device_destroy(device);
}

/* So does one whose cell is stuck from elsewhere. */
Test(device_wear_out, a_stuck_bit_is_told_by_a_part_that_verifies) {
  struct pc_profile profile = WORN;
  for (int verifies = 0; verifies < 2; verifies++) {
    profile.verifies = verifies == 1;
    struct pc_device *device = create(&profile, SECTORS);
    const struct pc_armed_fault stuck = {.kind = PC_ARMED_STUCK_BIT, .address = 3, .size = 1, .bits = 4, .value = 4};
    cr_assert_eq(pc_device_arm(device, &stuck, NULL), PC_OK);
    cr_expect_eq(program(device, 0, "\0\0\0\0", 4), verifies ? PC_FLASH_FAILED : PC_FLASH_OK);
    cr_expect_eq(cell(device, 3), 4);
    cr_expect_eq(program(device, 8, "\0", 1), PC_FLASH_OK);
    cr_expect_eq(erase(device, 0), PC_FLASH_OK);
    pc_device_destroy(device);
  }
}

/* What the device's journal tells, done again elsewhere, comes to the same; so does what is done again after it was
   rolled back. */
Test(device_wear_out, what_is_done_again_wears_the_same, .timeout = 60) {
  enum { MARKS = 16, ROUNDS = 400 };
  for (int verifies = 0; verifies < 2; verifies++) {
    struct pc_device *device = wearing(0.7, verifies == 1, 6), *twin = wearing(0.7, verifies == 1, 6);
    struct pc_random random = {.state = 8};
    for (uint32_t round = 0; round < ROUNDS; round++) {
      uint64_t before = pc_device_hash(device);
      for (size_t i = 0; i < MARKS; i++) {
        uint8_t data = (uint8_t)pc_random_next(&random);
        uint32_t at = (uint32_t)pc_random_below(&random, SIZE);
        bool block = pc_random_below(&random, 4) == 0;
        if (pc_random_below(&random, 3) > 0) {
          data &= cell(device, at);
          (void)program(device, at, &data, 1);
        } else {
          (void)pc_device_erases(device).erase(device, block ? at / 256 * 256 : at / 64 * 64, block ? 256 : 64);
        }
      }
      for (size_t i = 0; i < pc_device_mark(device); i++) {
        struct pc_flash_operation operation = pc_device_journalled(device, i);
        pc_device_redo(twin, &operation);
      }
      uint64_t after = pc_device_hash(device);
      cr_assert_eq(pc_device_hash(twin), after, "round %u (seed 8)", round);
      cr_assert_eq(pc_device_weak_cells(twin), pc_device_weak_cells(device));
      pc_device_rollback(device, 0);
      cr_assert_eq(pc_device_hash(device), before, "round %u (seed 8)", round);
      for (size_t i = 0; i < pc_device_mark(twin); i++) {
        struct pc_flash_operation operation = pc_device_journalled(twin, i);
        pc_device_redo(device, &operation);
      }
      cr_assert_eq(pc_device_hash(device), after, "round %u (seed 8)", round);
      pc_device_forget(device);
      pc_device_forget(twin);
    }
    cr_expect_gt(pc_device_age(device, 0), 1.2);
    cr_expect_gt(pc_device_damage(device).events, 100);
    cr_expect_eq(pc_device_damage(device).failures > 0, verifies == 1);
    pc_device_destroy(device);
    pc_device_destroy(twin);
  }
}

Test(device_wear_out, a_part_without_endurance_does_not_wear_out) {
  struct pc_device *device = create(&IDEAL, SECTORS);
  const struct pc_armed_fault fault = {.kind = PC_ARMED_WEAR_OUT, .size = 1};
  struct pc_error error;
  cr_expect_eq(pc_device_arm(device, &fault, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "wear_out: profile 'ideal' has no endurance");
  pc_device_destroy(device);
}
