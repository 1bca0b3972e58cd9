/* Simulated time: what flash operations cost on the part. */
#include <criterion/criterion.h>
#include <string.h>

#include "test_device_help.h"

static const struct pc_profile TIMED = {.name = "timed",
                                        .sector_size = 64,
                                        .program_unit = 1,
                                        .page_size = 16,
                                        .program_typical_us = 2,
                                        .program_maximum_us = 5,
                                        .erase_typical_us = 100,
                                        .erase_maximum_us = 1000};

Test(device_time, pages_and_erases_take_the_profiles_times_and_are_undone) {
  struct pc_device *device = create(&TIMED, 2);
  cr_assert_eq(program(device, 3, "abc", 3), PC_FLASH_OK);
  cr_assert_eq(program(device, 16, "0123456789abcdef", 16), PC_FLASH_OK);
  cr_assert_eq(program(device, 14, "", 0), PC_FLASH_OK);
  cr_assert_eq(program(device, 15, "ab", 2), PC_FLASH_REFUSED);
  struct pc_flash_work programs = pc_device_work(device);
  cr_expect_eq(programs.programs, 2);
  cr_expect_float_eq(pc_work_typical_us(&TIMED, programs), 4, 1e-12);
  cr_expect_float_eq(pc_work_maximum_us(&TIMED, programs), 10, 1e-12);
  cr_assert_eq(erase(device, 64), PC_FLASH_OK);
  uint8_t before[64], torn[64] = {0};
  memset(before, PC_ERASED, sizeof before);
  struct pc_flash_operation whole = {.kind = PC_ERASE, .address = 64, .size = 64, .before = before};
  pc_device_tear(device, &whole, torn);
  struct pc_flash_work all = pc_device_work(device);
  cr_expect_eq(all.erases, 2, "a torn erase takes as long as a whole one");
  cr_expect_float_eq(pc_work_typical_us(&TIMED, all), 204, 1e-12);
  cr_expect_float_eq(pc_work_maximum_us(&TIMED, all), 2010, 1e-12);
  pc_device_rollback(device, 1);
  cr_expect_eq(pc_device_work(device).programs, 1);
  cr_expect_eq(pc_device_work(device).erases, 0);
  pc_device_destroy(device);
}

Test(device_time, without_pages_each_unit_takes_its_time) {
  struct pc_device *device = create(&WORDS, 2);
  cr_assert_eq(program(device, 8, "abcdefghijkl", 12), PC_FLASH_OK);
  cr_expect_eq(pc_device_work(device).programs, 3);
  pc_device_destroy(device);
  device = create(&IDEAL, 1);
  cr_assert_eq(program(device, 8, "abcde", 5), PC_FLASH_OK);
  cr_expect_eq(pc_device_work(device).programs, 5);
  pc_device_destroy(device);
}

Test(device_time, a_time_that_the_profile_does_not_tell_is_not_known_where_it_is_needed) {
  struct pc_profile profile = TIMED;
  profile.program_typical_us = 0;
  profile.erase_maximum_us = 0;
  const struct pc_flash_work none = {0}, programs = {.programs = 3}, both = {.programs = 3, .erases = 1};
  cr_expect_float_eq(pc_work_typical_us(&profile, none), 0, 1e-12);
  cr_expect_lt(pc_work_typical_us(&profile, programs), 0);
  cr_expect_float_eq(pc_work_maximum_us(&profile, programs), 15, 1e-12);
  cr_expect_lt(pc_work_maximum_us(&profile, both), 0);
}
