/* Watching bytes: whether what calls did may depend on them. */
#include "test_device_help.h"

/* Watches [100, 110) of three sectors of 64 bytes. */
static struct pc_device *watched(uint32_t unit) {
  struct pc_device *device = create(unit == 1 ? &IDEAL : &WORDS, 3);
  pc_device_watch(device, 100, 10);
  return device;
}

static void expect_read(uint32_t address, size_t size, bool met) {
  struct pc_device *device = watched(1);
  uint8_t data[192];
  (void)read(device, address, data, size);
  cr_expect_eq(pc_device_watch_met(device), met, "a read of %zu bytes at %u", size, address);
  pc_device_destroy(device);
}

Test(device_watch, reads_meet_the_bytes_that_they_cover) {
  expect_read(0, 100, false);
  expect_read(0, 101, true);
  expect_read(100, 1, true);
  expect_read(109, 1, true);
  expect_read(110, 82, false);
  expect_read(0, 192, true);
  expect_read(104, 0, false);
  expect_read(UINT32_MAX, 192, false);
}

Test(device_watch, programs_meet_their_sectors) {
  static const uint8_t zero[2] = {0};
  struct pc_device *device = watched(1);
  cr_expect_eq(program(device, 0, zero, 1), PC_FLASH_OK);
  cr_expect_eq(erase(device, 128), PC_FLASH_OK);
  cr_expect_not(pc_device_watch_met(device));
  cr_expect_eq(program(device, 120, zero, 1), PC_FLASH_OK);
  cr_expect(pc_device_watch_met(device));
  pc_device_watch(device, 100, 10);
  cr_expect_not(pc_device_watch_met(device));
  cr_expect_eq(program(device, 63, zero, 2), PC_FLASH_OK);
  cr_expect(pc_device_watch_met(device));
  pc_device_destroy(device);
}

/* What they were before makes no difference any more. */
Test(device_watch, ends_when_all_that_is_watched_is_erased) {
  struct pc_device *device = watched(1);
  uint8_t data[192];
  cr_expect_eq(erase(device, 64), PC_FLASH_OK);
  cr_expect_eq(read(device, 0, data, sizeof data), PC_FLASH_OK);
  cr_expect_eq(program(device, 100, "\0", 1), PC_FLASH_OK);
  cr_expect_not(pc_device_watch_met(device));
  pc_device_watch(device, 120, 10);
  cr_expect_eq(erase(device, 64), PC_FLASH_OK);
  cr_expect_not(pc_device_watch_met(device));
  cr_expect_eq(read(device, 128, data, 1), PC_FLASH_OK);
  cr_expect(pc_device_watch_met(device), "the other sector is as it was");
  pc_device_watch(device, 120, 8);
  cr_expect_eq(read(device, 120, data, 1), PC_FLASH_OK);
  cr_expect_eq(erase(device, 64), PC_FLASH_OK);
  cr_expect(pc_device_watch_met(device), "it was read before");
  pc_device_watch(device, 120, 8);
  cr_expect_eq(erase(device, 65), PC_FLASH_REFUSED);
  cr_expect_eq(read(device, 120, data, 1), PC_FLASH_OK);
  cr_expect(pc_device_watch_met(device), "nothing was erased");
  pc_device_destroy(device);
}

Test(device_watch, programs_of_words_meet_their_sectors) {
  static const uint8_t zero[4] = {0};
  struct pc_device *device = watched(4);
  cr_expect_eq(program(device, 60, zero, 4), PC_FLASH_OK);
  cr_expect_not(pc_device_watch_met(device));
  cr_expect_eq(program(device, 64, zero, 4), PC_FLASH_OK);
  cr_expect(pc_device_watch_met(device));
  pc_device_destroy(device);
}

Test(device_watch, ends_when_nothing_is_watched) {
  struct pc_device *device = watched(1);
  uint8_t data[192];
  pc_device_watch(device, 0, 0);
  cr_expect_eq(read(device, 0, data, sizeof data), PC_FLASH_OK);
  cr_expect_not(pc_device_watch_met(device));
  pc_device_destroy(device);
}
