/* The device: what a real part would do and what it would refuse, wear, budget. */
#include <criterion/criterion.h>
#include <string.h>

#include "test_device_help.h"

static const struct pc_profile PAGES = {.name = "pages", .sector_size = 512, .program_unit = 1, .page_size = 256};

Test(device, a_new_device_is_blank_and_never_worn) {
  struct pc_device *device = create(&IDEAL, 3);
  struct pc_bytes cells = pc_device_cells(device);
  cr_assert_eq(cells.size, 192);
  for (size_t i = 0; i < cells.size; i++) {
    cr_assert_eq(cells.data[i], PC_ERASED);
  }
  for (uint32_t sector = 0; sector < 3; sector++) {
    cr_assert_eq(pc_device_wear(device, sector).erases, 0);
    cr_assert_eq(pc_device_wear(device, sector).programmed_bytes, 0);
  }
  cr_assert_eq(pc_device_mark(device), 0);
  cr_assert_eq(pc_device_contract_violations(device, NULL), 0);
  cr_assert_not(pc_device_failed(device));
  cr_assert_not(pc_device_stopped(device));
  cr_assert_eq(pc_device_sectors(device), 3);
  cr_assert_str_eq(pc_device_profile(device)->name, "ideal");
  pc_device_destroy(device);
  pc_device_destroy(NULL);
}

Test(device, the_port_tells_the_geometry) {
  struct pc_device *device = create(&PAGES, 4);
  struct pc_flash port = pc_device_port(device);
  cr_assert_eq(port.sector_size, 512);
  cr_assert_eq(port.sector_count, 4);
  cr_assert_eq(port.program_unit, 1);
  cr_assert_eq(port.page_size, 256);
  pc_device_destroy(device);
}

Test(device, programs_clear_bits_and_erases_set_a_sector) {
  struct pc_device *device = create(&IDEAL, 3);
  cr_assert_eq(program(device, 62, "\x0f\xf0\x3c\x00", 4), PC_FLASH_OK);
  cr_assert_eq(program(device, 62, "\x01\xf0", 2), PC_FLASH_OK);
  uint8_t data[6];
  cr_assert_eq(read(device, 61, data, sizeof data), PC_FLASH_OK);
  cr_assert_eq(memcmp(data, "\xff\x01\xf0\x3c\x00\xff", 6), 0);
  cr_assert_eq(erase(device, 64), PC_FLASH_OK);
  cr_assert_eq(read(device, 61, data, sizeof data), PC_FLASH_OK);
  cr_assert_eq(memcmp(data, "\xff\x01\xf0\xff\xff\xff", 6), 0);
  /* Four bytes were spread over two sectors. */
  cr_assert_eq(pc_device_wear(device, 0).programmed_bytes, 4);
  cr_assert_eq(pc_device_wear(device, 1).programmed_bytes, 2);
  cr_assert_eq(pc_device_wear(device, 0).erases, 0);
  cr_assert_eq(pc_device_wear(device, 1).erases, 1);
  pc_device_destroy(device);
}

Test(device, what_lies_outside_the_partition_is_refused) {
  struct pc_device *device = create(&WORDS, 2);
  uint8_t data[256] = {0};
  EXPECT_REFUSED(device, read(device, 128, data, 1), PC_RULE_RANGE, 128, 1);
  EXPECT_REFUSED(device, read(device, 129, data, 0), PC_RULE_RANGE, 129, 0);
  EXPECT_REFUSED(device, read(device, 127, data, SIZE_MAX), PC_RULE_RANGE, 127, SIZE_MAX);
  EXPECT_REFUSED(device, program(device, 124, data, 8), PC_RULE_RANGE, 124, 8);
  EXPECT_REFUSED(device, program(device, UINT32_MAX - 3, data, 4), PC_RULE_RANGE, UINT32_MAX - 3, 4);
  EXPECT_REFUSED(device, program(device, 4, data, SIZE_MAX - 3), PC_RULE_RANGE, 4, SIZE_MAX - 3);
  EXPECT_REFUSED(device, erase(device, 128), PC_RULE_RANGE, 128, 64);
  EXPECT_REFUSED(device, erase(device, UINT32_MAX), PC_RULE_RANGE, UINT32_MAX, 64);
  cr_assert_eq(read(device, 0, data, 128), PC_FLASH_OK);
  pc_device_destroy(device);
}

Test(device, misaligned_programs_and_erases_are_refused) {
  struct pc_device *device = create(&WORDS, 2);
  uint8_t data[8] = {0};
  EXPECT_REFUSED(device, program(device, 2, data, 4), PC_RULE_ALIGNMENT, 2, 4);
  EXPECT_REFUSED(device, program(device, 4, data, 6), PC_RULE_ALIGNMENT, 4, 6);
  EXPECT_REFUSED(device, program(device, 1, data, 0), PC_RULE_ALIGNMENT, 1, 0);
  EXPECT_REFUSED(device, erase(device, 4), PC_RULE_ALIGNMENT, 4, 64);
  cr_assert_eq(read(device, 3, data, 5), PC_FLASH_OK, "reads keep no alignment");
  pc_device_destroy(device);
}

Test(device, a_program_across_a_page_is_refused) {
  struct pc_device *device = create(&PAGES, 1);
  uint8_t data[257] = {0};
  EXPECT_REFUSED(device, program(device, 255, data, 2), PC_RULE_PAGE, 255, 2);
  EXPECT_REFUSED(device, program(device, 0, data, 257), PC_RULE_PAGE, 0, 257);
  cr_assert_eq(program(device, 0, data, 256), PC_FLASH_OK);
  cr_assert_eq(program(device, 511, data, 1), PC_FLASH_OK);
  pc_device_destroy(device);
}

Test(device, a_program_that_would_set_any_bit_is_refused_whole) {
  struct pc_device *device = create(&IDEAL, 1);
  uint8_t data[21];
  /* Each bit of a range that is longer than a machine word and no multiple of it. */
  for (size_t bit = 0; bit < 8 * sizeof data; bit++) {
    cr_assert_eq(erase(device, 0), PC_FLASH_OK);
    memset(data, PC_ERASED, sizeof data);
    data[bit / 8] = (uint8_t) ~(1u << bit % 8);
    cr_assert_eq(program(device, 3, data, sizeof data), PC_FLASH_OK);
    memset(data, 0, sizeof data);
    data[bit / 8] = (uint8_t)(1u << bit % 8);
    EXPECT_REFUSED(device, program(device, 3, data, sizeof data), PC_RULE_SET_BIT, 3, sizeof data);
    cr_assert_eq(cell(device, 3 + bit / 8), (uint8_t) ~(1u << bit % 8));
  }
  pc_device_destroy(device);
}

Test(device, a_unit_takes_as_many_programs_as_the_part_allows_until_it_is_erased) {
  struct pc_device *device = create(&WORDS, 2);
  uint8_t ones[12];
  memset(ones, PC_ERASED, sizeof ones);
  cr_assert_eq(program(device, 60, "\xff\x0f\xff\xff", 4), PC_FLASH_OK);
  cr_assert_eq(program(device, 60, "\xff\x00\xff\xff\x12\x34\x56\x78", 8), PC_FLASH_OK);
  EXPECT_REFUSED(device, program(device, 60, "\0\0\0\0", 4), PC_RULE_OVERPROGRAM, 60, 4);
  EXPECT_REFUSED(device, program(device, 56, "\0\0\0\0\0\0\0\0", 8), PC_RULE_OVERPROGRAM, 56, 8);
  cr_assert_eq(program(device, 64, "\x12\x34\x56\x78", 4), PC_FLASH_OK, "the second for this word");
  EXPECT_REFUSED(device, program(device, 64, "\x12\x34\x56\x78", 4), PC_RULE_OVERPROGRAM, 64, 4);
  cr_assert_eq(erase(device, 64), PC_FLASH_OK);
  for (int i = 0; i < 2; i++) {
    cr_assert_eq(program(device, 64, ones, sizeof ones), PC_FLASH_OK, "one that changes nothing counts too");
  }
  EXPECT_REFUSED(device, program(device, 72, ones, 4), PC_RULE_OVERPROGRAM, 72, 4);
  EXPECT_REFUSED(device, program(device, 60, "\xff\x00\xff\xff", 4), PC_RULE_OVERPROGRAM, 60, 4);
  pc_device_destroy(device);
}

Test(device, a_call_that_breaks_several_rules_is_recorded_under_the_first) {
  const struct pc_profile strict = {.sector_size = 64, .program_unit = 4, .page_size = 16, .programs_per_unit = 1};
  struct pc_device *device = create(&strict, 1);
  uint8_t data[68];
  memset(data, 0, sizeof data);
  cr_assert_eq(program(device, 0, data, 16), PC_FLASH_OK);
  memset(data, PC_ERASED, sizeof data);
  EXPECT_REFUSED(device, program(device, 1, data, 66), PC_RULE_RANGE, 1, 66);
  EXPECT_REFUSED(device, program(device, 1, data, 18), PC_RULE_ALIGNMENT, 1, 18);
  EXPECT_REFUSED(device, program(device, 0, data, 20), PC_RULE_PAGE, 0, 20);
  EXPECT_REFUSED(device, program(device, 0, data, 16), PC_RULE_SET_BIT, 0, 16);
  memset(data, 0, sizeof data);
  EXPECT_REFUSED(device, program(device, 0, data, 16), PC_RULE_OVERPROGRAM, 0, 16);
  EXPECT_REFUSED(device, erase(device, 65), PC_RULE_RANGE, 65, 64);
  pc_device_destroy(device);
}

Test(device, violations_are_counted_and_the_first_is_kept) {
  struct pc_device *device = create(&IDEAL, 1);
  struct pc_contract_violation first = {.rule = PC_RULE_COUNT};
  cr_assert_eq(pc_device_contract_violations(device, &first), 0);
  cr_assert_eq(first.rule, PC_RULE_COUNT, "without a violation nothing is told");
  (void)erase(device, 7);
  (void)erase(device, 64);
  (void)read(device, 64, NULL, 1);
  cr_assert_eq(pc_device_contract_violations(device, &first), 3);
  cr_assert_eq(first.rule, PC_RULE_ALIGNMENT);
  cr_assert_eq(first.address, 7);
  pc_device_clear_contract_violations(device);
  cr_assert_eq(pc_device_contract_violations(device, NULL), 0);
  (void)erase(device, 64);
  cr_assert_eq(pc_device_contract_violations(device, &first), 1);
  cr_assert_eq(first.rule, PC_RULE_RANGE);
  pc_device_destroy(device);
}

Test(device, each_rule_has_a_text_of_its_own) {
  for (int rule = 0; rule < PC_RULE_COUNT; rule++) {
    cr_assert_gt(strlen(pc_rule_text((enum pc_rule)rule)), 10);
    for (int other = 0; other < rule; other++) {
      cr_assert_str_neq(pc_rule_text((enum pc_rule)rule), pc_rule_text((enum pc_rule)other));
    }
  }
}

Test(device, a_call_of_no_bytes_does_nothing_and_succeeds) {
  struct pc_device *device = create(&WORDS, 1);
  uint64_t hash = pc_device_hash(device);
  for (int i = 0; i < 3; i++) {
    cr_assert_eq(program(device, 8, NULL, 0), PC_FLASH_OK);
  }
  cr_assert_eq(program(device, 64, NULL, 0), PC_FLASH_OK, "the end of the partition is still inside");
  cr_assert_eq(read(device, 64, NULL, 0), PC_FLASH_OK);
  cr_assert_eq(pc_device_mark(device), 0);
  cr_assert_eq(pc_device_hash(device), hash);
  cr_assert_eq(program(device, 8, "abcd", 4), PC_FLASH_OK, "the word wasn't programmed yet");
  cr_assert_eq(program(device, 8, "abcd", 4), PC_FLASH_OK);
  pc_device_destroy(device);
}

Test(device, the_budget_of_flash_operations_stops_a_store) {
  struct pc_device *device = create(&IDEAL, 1);
  pc_device_set_budget(device, (struct pc_budget){.flash_operations = 4, .read_bytes = UINT64_MAX});
  cr_assert_eq(program(device, 0, "a", 1), PC_FLASH_OK);
  cr_assert_eq(program(device, 0, NULL, 0), PC_FLASH_OK);
  cr_assert_eq(erase(device, 1), PC_FLASH_REFUSED, "a refused call costs one as well");
  cr_assert_eq(erase(device, 0), PC_FLASH_OK);
  cr_assert_eq(pc_device_budget(device).flash_operations, 0);
  cr_assert_not(pc_device_stopped(device));
  cr_assert_eq(program(device, 0, "a", 1), PC_FLASH_STOPPED);
  cr_assert(pc_device_stopped(device));
  cr_assert_eq(cell(device, 0), PC_ERASED);
  cr_assert_eq(erase(device, 1), PC_FLASH_STOPPED);
  uint8_t byte;
  cr_assert_eq(read(device, 0, &byte, 1), PC_FLASH_STOPPED, "once stopped, nothing works");
  cr_assert_eq(pc_device_contract_violations(device, NULL), 1, "what is stopped is no violation");
  cr_assert_eq(pc_device_mark(device), 2);
  pc_device_set_budget(device, (struct pc_budget){.flash_operations = 1, .read_bytes = PC_LEAST_READ_COST});
  cr_assert_not(pc_device_stopped(device));
  cr_assert_eq(read(device, 0, &byte, 1), PC_FLASH_OK);
  pc_device_destroy(device);
}

Test(device, the_budget_of_bytes_read_stops_a_store) {
  struct pc_device *device = create(&IDEAL, 1);
  uint8_t data[64];
  pc_device_set_budget(device,
                       (struct pc_budget){.flash_operations = 9, .read_bytes = 64 + 3 * PC_LEAST_READ_COST + 3});
  cr_assert_eq(read(device, 0, data, 64), PC_FLASH_OK);
  cr_assert_eq(pc_device_budget(device).read_bytes, 3 * PC_LEAST_READ_COST + 3);
  cr_assert_eq(read(device, 0, NULL, 0), PC_FLASH_OK, "an empty read costs the least");
  cr_assert_eq(read(device, 64, data, 1), PC_FLASH_REFUSED, "a refused one its bytes, which are fewer");
  cr_assert_eq(read(device, 0, data, SIZE_MAX), PC_FLASH_REFUSED, "one for more than there is the least");
  cr_assert_eq(pc_device_budget(device).read_bytes, 3);
  memset(data, 0, sizeof data);
  cr_assert_eq(read(device, 0, data, 4), PC_FLASH_STOPPED);
  cr_assert_eq(data[0], 0);
  cr_assert(pc_device_stopped(device));
  cr_assert_eq(read(device, 0, data, 1), PC_FLASH_STOPPED);
  cr_assert_eq(program(device, 0, "a", 1), PC_FLASH_STOPPED);
  cr_assert_eq(pc_device_budget(device).flash_operations, 0);
  pc_device_destroy(device);
}
