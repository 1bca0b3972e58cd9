/* The rules that only some parts have: what a unit takes again, rows, pages that wrap, read units. */
#include <criterion/criterion.h>
#include <string.h>

#include "test_device_help.h"

static struct pc_profile words_with(enum pc_reprogram reprogram) {
  struct pc_profile profile = WORDS;
  profile.reprogram = reprogram;
  return profile;
}

Test(device_rules, a_unit_that_takes_only_zeros_again_takes_nothing_else) {
  struct pc_profile profile = words_with(PC_REPROGRAM_ZEROS);
  struct pc_device *device = create(&profile, 2);
  cr_assert_eq(program(device, 4, "abcd", 4), PC_FLASH_OK);
  EXPECT_REFUSED(device, program(device, 4, "abcd", 4), PC_RULE_REPROGRAM, 4, 4);
  EXPECT_REFUSED(device, program(device, 4, "\0\0\0\x40", 4), PC_RULE_REPROGRAM, 4, 4);
  EXPECT_REFUSED(device, program(device, 0, "efgh\0b\0\0", 8), PC_RULE_REPROGRAM, 0, 8);
  cr_assert_eq(program(device, 0, "efgh\0\0\0\0", 8), PC_FLASH_OK, "the first is the first program of its unit");
  EXPECT_REFUSED(device, program(device, 4, "\0\0\0\0", 4), PC_RULE_OVERPROGRAM, 4, 4);
  cr_assert_eq(program(device, 8, "\xff\xff\xff\xff", 4), PC_FLASH_OK);
  EXPECT_REFUSED(device, program(device, 8, "abcd", 4), PC_RULE_REPROGRAM, 8, 4);
  pc_device_rollback(device, 2);
  cr_assert_eq(program(device, 8, "abcd", 4), PC_FLASH_OK, "rolled back, it is its first");
  cr_assert_eq(erase(device, 0), PC_FLASH_OK);
  cr_assert_eq(program(device, 4, "abcd", 4), PC_FLASH_OK);
  pc_device_destroy(device);
}

Test(device_rules, a_unit_that_takes_only_what_differs_takes_nothing_twice) {
  struct pc_profile profile = words_with(PC_REPROGRAM_DIFFERENT);
  struct pc_device *device = create(&profile, 2);
  cr_assert_eq(program(device, 4, "abcd", 4), PC_FLASH_OK);
  EXPECT_REFUSED(device, program(device, 4, "abcd", 4), PC_RULE_REPROGRAM, 4, 4);
  EXPECT_REFUSED(device, program(device, 0, "efghabcd", 8), PC_RULE_REPROGRAM, 0, 8);
  cr_assert_eq(program(device, 4, "abc\0", 4), PC_FLASH_OK);
  EXPECT_REFUSED(device, program(device, 4, "\0\0\0\0", 4), PC_RULE_OVERPROGRAM, 4, 4);
  pc_device_destroy(device);
}

/* Rows of two words in a sector of 64 bytes. */
static const struct pc_profile ROWS = {
    .name = "rows", .sector_size = 64, .program_unit = 4, .programs_per_unit = 9, .row_size = 8, .programs_per_row = 3};

Test(device_rules, a_row_takes_as_many_programs_of_its_units_as_the_part_allows_until_it_is_erased) {
  struct pc_device *device = create(&ROWS, 2);
  const uint8_t ones[16] = {PC_ERASED, PC_ERASED, PC_ERASED, PC_ERASED, PC_ERASED, PC_ERASED, PC_ERASED, PC_ERASED,
                            PC_ERASED, PC_ERASED, PC_ERASED, PC_ERASED, PC_ERASED, PC_ERASED, PC_ERASED, PC_ERASED};
  cr_assert_eq(program(device, 8, ones, 8), PC_FLASH_OK, "two units, two programs");
  EXPECT_REFUSED(device, program(device, 8, ones, 8), PC_RULE_ROW, 8, 8);
  EXPECT_REFUSED(device, program(device, 0, ones, 16), PC_RULE_ROW, 0, 16);
  cr_assert_eq(program(device, 4, ones, 8), PC_FLASH_OK, "one more in this row, one in the row before");
  EXPECT_REFUSED(device, program(device, 12, ones, 4), PC_RULE_ROW, 12, 4);
  EXPECT_REFUSED(device, program(device, 12, ones, 8), PC_RULE_ROW, 12, 8);
  cr_assert_eq(program(device, 0, ones, 8), PC_FLASH_OK);
  EXPECT_REFUSED(device, program(device, 4, ones, 4), PC_RULE_ROW, 4, 4);
  pc_device_rollback(device, 2);
  cr_assert_eq(program(device, 4, ones, 4), PC_FLASH_OK, "rolled back");
  cr_assert_eq(erase(device, 64), PC_FLASH_OK);
  EXPECT_REFUSED(device, program(device, 8, ones, 4), PC_RULE_ROW, 8, 4);
  cr_assert_eq(erase(device, 0), PC_FLASH_OK);
  cr_assert_eq(program(device, 8, ones, 8), PC_FLASH_OK);
  pc_device_destroy(device);
}

static const struct pc_profile WRAPS = {
    .name = "wraps", .sector_size = 64, .program_unit = 1, .page_size = 16, .page_overflow = PC_PAGE_WRAP};

Test(device_rules, a_program_beyond_its_page_wraps_to_the_page_s_start) {
  struct pc_device *device = create(&WRAPS, 2);
  cr_assert_eq(program(device, 30, "abcd", 4), PC_FLASH_OK);
  cr_assert_eq(memcmp(pc_device_cells(device).data + 30, "ab\xff\xff", 4), 0);
  cr_assert_eq(memcmp(pc_device_cells(device).data + 15,
                      "\xff"
                      "cd\xff",
                      4),
               0);
  cr_assert_eq(pc_device_mark(device), 2);
  cr_assert_eq(pc_device_journalled(device, 1).address, 16);
  cr_assert_eq(pc_device_contract_violations(device, NULL), 0);
  cr_assert_eq(pc_device_wear(device, 0).programmed_bytes, 4);
  pc_device_rollback(device, 0);
  cr_assert_eq(cell(device, 16), PC_ERASED);
  cr_assert_eq(program(device, 32, "0123456789abcdef", 16), PC_FLASH_OK, "a whole page does not wrap");
  cr_assert_eq(pc_device_mark(device), 1);
  EXPECT_REFUSED(device, program(device, 120, "abcdefghi", 9), PC_RULE_RANGE, 120, 9);
  pc_device_destroy(device);
}

Test(device_rules, of_more_bytes_than_a_page_has_the_last_count) {
  struct pc_device *device = create(&WRAPS, 1);
  cr_assert_eq(program(device, 4, "XYZ0123456789abcdef", 19), PC_FLASH_OK);
  cr_assert_eq(memcmp(pc_device_cells(device).data, "9abcdef012345678", 16), 0);
  cr_assert_eq(erase(device, 0), PC_FLASH_OK);
  cr_assert_eq(program(device, 0, "0123456789abcdefghijklmnopqrstuv", 32), PC_FLASH_OK);
  cr_assert_eq(memcmp(pc_device_cells(device).data, "ghijklmnopqrstuv\xff", 17), 0);
  pc_device_destroy(device);
}

Test(device_rules, a_wrapped_program_is_refused_whole_and_costs_one_flash_operation) {
  struct pc_device *device = create(&WRAPS, 1);
  cr_assert_eq(program(device, 0, "\0", 1), PC_FLASH_OK);
  EXPECT_REFUSED(device, program(device, 14, "abc", 3), PC_RULE_SET_BIT, 14, 3);
  cr_assert_eq(cell(device, 14), PC_ERASED, "nor does the part before the page's end happen");
  pc_device_set_budget(device, (struct pc_budget){.flash_operations = 1});
  cr_assert_eq(program(device, 30, "abc", 3), PC_FLASH_OK);
  cr_assert_eq(pc_device_budget(device).flash_operations, 0);
  pc_device_destroy(device);
}

Test(device_rules, reads_keep_the_read_unit) {
  struct pc_profile profile = WORDS;
  profile.read_unit = 8;
  struct pc_device *device = create(&profile, 1);
  uint8_t data[64];
  cr_assert_eq(pc_device_port(device).read_unit, 8);
  cr_assert_eq(read(device, 8, data, 16), PC_FLASH_OK);
  cr_assert_eq(read(device, 64, data, 0), PC_FLASH_OK);
  EXPECT_REFUSED(device, read(device, 4, data, 8), PC_RULE_ALIGNMENT, 4, 8);
  EXPECT_REFUSED(device, read(device, 8, data, 4), PC_RULE_ALIGNMENT, 8, 4);
  EXPECT_REFUSED(device, read(device, 64, data, 1), PC_RULE_RANGE, 64, 1);
  pc_device_destroy(device);
  device = create(&IDEAL, 1);
  cr_assert_eq(pc_device_port(device).read_unit, 1);
  cr_assert_eq(read(device, 3, data, 5), PC_FLASH_OK);
  pc_device_destroy(device);
}
