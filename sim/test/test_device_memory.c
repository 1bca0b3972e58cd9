/* The device when memory runs out. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "powercut/device.h"
#include "test_memory_help.h"

/* Journals until memory runs out and checks that calls are still safe. */
static void exhaust_journal(uint32_t program_size) {
  const struct pc_profile profile = {.sector_size = 1u << 20, .program_unit = 1};
  struct pc_device *device;
  cr_assert_eq(pc_device_create(&device, &profile, 1, NULL), PC_OK);
  static uint8_t data[1u << 16];
  struct pc_flash port = pc_device_port(device);
  take_memory_away();
  int status = PC_FLASH_OK;
  uint32_t address = 0;
  for (uint32_t i = 0; i < 1000000 && status == PC_FLASH_OK && !pc_device_failed(device); i++) {
    status = port.program(port.context, address, data, program_size);
    address = (address + program_size) % profile.sector_size;
  }
  bool failed = pc_device_failed(device);
  size_t mark = pc_device_mark(device);
  give_memory_back();
  cr_assert_eq(status, PC_FLASH_OK);
  cr_assert(failed);
  cr_assert_eq(port.program(port.context, 0, data, 1), PC_FLASH_OK);
  cr_assert_eq(pc_device_mark(device), mark, "nothing is journalled any more");
  pc_device_rollback(device, 0);
  cr_assert(pc_device_failed(device), "results stay void");
  pc_device_destroy(device);
}

Test(device_memory, a_journal_without_memory_for_bytes_fails_for_good) {
  if (CAN_LIMIT_MEMORY) {
    exhaust_journal(1u << 16);
  }
}

Test(device_memory, a_journal_without_memory_for_records_fails_for_good) {
  if (CAN_LIMIT_MEMORY) {
    exhaust_journal(1);
  }
}

Test(device_memory, a_device_without_memory_is_not_created) {
  if (!CAN_LIMIT_MEMORY) {
    return;
  }
  const struct pc_profile profile = {.sector_size = 1u << 20, .program_unit = 1, .programs_per_unit = 1};
  struct pc_device *device = (struct pc_device *)&device;
  struct pc_error error = {.message = ""};
  take_memory_away();
  enum pc_result result = pc_device_create(&device, &profile, 256, &error);
  give_memory_back();
  cr_assert_eq(result, PC_ENVIRONMENT);
  cr_assert_str_eq(error.message, "out of memory");
  cr_assert_null(device);
}

/* Blocks that hold all that malloc still has, so that nothing is left for others. */
struct hoard {
  struct hoard *next;
};

static struct hoard *hoard_memory(void) {
  struct hoard *first = NULL;
  for (size_t size = 4096; size >= sizeof *first; size /= 2) {
    struct hoard *block;
    while ((block = malloc(size)) != NULL) {
      block->next = first;
      first = block;
    }
  }
  return first;
}

Test(device_memory, a_device_without_any_memory_is_not_created) {
  if (!CAN_LIMIT_MEMORY) {
    return;
  }
  const struct pc_profile profile = {.sector_size = 16, .program_unit = 1};
  struct pc_device *device = NULL;
  take_memory_away();
  struct hoard *hoard = hoard_memory();
  enum pc_result result = pc_device_create(&device, &profile, 1, NULL);
  while (hoard != NULL) {
    struct hoard *next = hoard->next;
    free(hoard);
    hoard = next;
  }
  give_memory_back();
  cr_assert_eq(result, PC_ENVIRONMENT);
  cr_assert_null(device);
}
