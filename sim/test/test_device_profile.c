/* What pc_profile_check and pc_device_create take and refuse. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "powercut/device.h"

static const struct pc_profile GOOD = {
    .name = "good",
    .sector_size = 4096,
    .program_unit = 4,
    .page_size = 256,
    .programs_per_unit = 2,
    .endurance = 100000,
    .program_typical_us = 41,
    .program_maximum_us = 41,
    .erase_typical_us = 85000,
    .erase_maximum_us = 89700,
};

static void expect_good(struct pc_profile profile, uint32_t sectors) {
  struct pc_error error = {.message = ""};
  cr_assert_eq(pc_profile_check(&profile, sectors, &error), PC_OK, "%s", error.message);
}

/* Expects a message that begins with `named`. */
static void expect_bad(struct pc_profile profile, uint32_t sectors, const char *named) {
  struct pc_error error = {.message = ""};
  cr_assert_eq(pc_profile_check(&profile, sectors, &error), PC_BAD_INPUT, "%s", named);
  cr_assert_eq(strncmp(error.message, named, strlen(named)), 0, "'%s' instead of '%s'", error.message, named);
  struct pc_device *device = (struct pc_device *)&error;
  cr_assert_eq(pc_device_create(&device, &profile, sectors, NULL), PC_BAD_INPUT);
  cr_assert_eq(device, NULL);
}

/* GOOD with one field changed. */
#define EXPECT_GOOD(field, value, sectors) \
  do {                                     \
    struct pc_profile changed_ = GOOD;     \
    changed_.field = (value);              \
    expect_good(changed_, (sectors));      \
  } while (0)
#define EXPECT_BAD(field, value, sectors, named) \
  do {                                           \
    struct pc_profile changed_ = GOOD;           \
    changed_.field = (value);                    \
    expect_bad(changed_, (sectors), (named));    \
  } while (0)

Test(device_profile, a_profile_at_its_limits_is_taken) {
  expect_good(GOOD, 1);
  expect_good(GOOD, 65535);
  EXPECT_GOOD(sector_size, 16, 65535);
  EXPECT_GOOD(sector_size, 1u << 20, 256);
  EXPECT_GOOD(page_size, 0, 1);
  EXPECT_GOOD(page_size, 4, 1);
  EXPECT_GOOD(programs_per_unit, 0, 1);
  EXPECT_GOOD(programs_per_unit, 255, 1);
  EXPECT_GOOD(endurance, 0, 1);
  EXPECT_GOOD(erase_maximum_us, 0, 1);
  EXPECT_GOOD(program_typical_us, 0, 1);
  struct pc_profile odd = {.sector_size = 24 * 3, .program_unit = 24};
  expect_good(odd, 5);
  odd = (struct pc_profile){.sector_size = 1024, .program_unit = 256};
  expect_good(odd, 5);
}

Test(device_profile, a_number_out_of_range_is_refused_by_its_name) {
  expect_bad(GOOD, 0, "sectors: 0 is out of range (1 to 65535)");
  expect_bad(GOOD, 65536, "sectors: 65536 is out of range (1 to 65535)");
  EXPECT_BAD(sector_size, 1u << 20, 257, "sectors: 257 is out of range (1 to 256)");
  EXPECT_BAD(sector_size, 12, 1, "sector_size: 12 is out of range (16 to 1048576)");
  EXPECT_BAD(sector_size, (1u << 20) + 4, 1, "sector_size: 1048580 is out of range");
  EXPECT_BAD(sector_size, 4098, 1, "sector_size: 4098 is not a multiple of program_unit, 4");
  EXPECT_BAD(program_unit, 0, 1, "program_unit: 0 is out of range (1 to 256)");
  EXPECT_BAD(program_unit, 512, 1, "program_unit: 512 is out of range");
  EXPECT_BAD(page_size, 6, 1, "page_size: 6 is not a multiple of program_unit, 4");
  EXPECT_BAD(programs_per_unit, 256, 1, "programs_per_unit: 256 is out of range (0 to 255)");
}

static void expect_blocks(const struct pc_erase_block *blocks, uint32_t count, const char *named) {
  struct pc_profile profile = GOOD;
  profile.erase_block_count = count;
  memcpy(profile.erase_blocks, blocks, count * sizeof *blocks);
  if (named == NULL) {
    expect_good(profile, 4);
  } else {
    expect_bad(profile, 4, named);
  }
}

Test(device_profile, blocks_that_cannot_be_are_refused_by_name) {
  typedef const struct pc_erase_block blocks;
  expect_blocks((blocks[]){{.size = 32768}, {.size = 65536, .from = 4096, .end = 8192}}, 2, NULL);
  expect_blocks((blocks[]){{.size = 4096}}, 1, "erase_blocks: a size of 4096 is not 2 times or more");
  expect_blocks((blocks[]){{.size = 10000}}, 1, "erase_blocks: a size of 10000 is not 2 times or more");
  expect_blocks((blocks[]){{.size = 32768}, {.size = 8192}}, 2, "erase_blocks: a size of 8192 is not 2 times or more");
  expect_blocks((blocks[]){{.size = 2u << 20}}, 1, "erase_blocks: a size of 2097152 is not");
  expect_blocks((blocks[]){{.size = 8192, .from = 100}}, 1, "erase_blocks: from and end are multiples of sector_size");
  expect_blocks((blocks[]){{.size = 8192, .from = 8192, .end = 8192}}, 1, "erase_blocks: it ends before it begins");
  expect_blocks((blocks[]){{.size = 8192, .erase_typical_us = 2, .erase_maximum_us = 1}}, 1,
                "erase_blocks: erase_typical_us: 2 is above");
  EXPECT_BAD(erase_block_count, PC_MAX_ERASE_BLOCKS + 1, 4, "erase_blocks: 5 is out of range (0 to 4)");
  EXPECT_BAD(sector_end, 100, 4, "sector_from, sector_end: from and end are multiples of sector_size");
  struct pc_profile any = GOOD;
  any.any_sector_size = true;
  expect_good(any, 4);
  any.erase_block_count = 1;
  any.erase_blocks[0].size = 8192;
  expect_bad(any, 4, "any_sector_size and erase_blocks do not go together");
}

/* GOOD with two fields changed. */
#define EXPECT_BAD_PAIR(field, value, other, other_value, named) \
  do {                                                           \
    struct pc_profile changed_ = GOOD;                           \
    changed_.field = (value);                                    \
    changed_.other = (other_value);                              \
    expect_bad(changed_, 1, (named));                            \
  } while (0)

Test(device_profile, rules_that_do_not_go_together_are_refused_by_name) {
  EXPECT_BAD(read_unit, 257, 1, "read_unit: 257 is out of range (0 to 256)");
  EXPECT_BAD(read_unit, 24, 1, "read_unit: sector_size, 4096, is not a multiple of 24");
  EXPECT_BAD_PAIR(reprogram, PC_REPROGRAM_ZEROS, programs_per_unit, 1, "reprogram: 'zeros' needs");
  EXPECT_BAD_PAIR(reprogram, PC_REPROGRAM_DIFFERENT, programs_per_unit, 0, "reprogram: 'different' needs");
  EXPECT_BAD(row_size, 512, 1, "row_size and programs_per_row are given together");
  EXPECT_BAD(programs_per_row, 403, 1, "row_size and programs_per_row are given together");
  EXPECT_BAD_PAIR(row_size, 510, programs_per_row, 9, "row_size: 510 is not a multiple of program_unit, 4");
  EXPECT_BAD_PAIR(row_size, 24, programs_per_row, 9, "row_size: sector_size, 4096, is not a multiple of 24");
  EXPECT_BAD_PAIR(page_overflow, PC_PAGE_WRAP, page_size, 0, "page_overflow: without a page_size");
  EXPECT_BAD_PAIR(page_overflow, PC_PAGE_WRAP, page_size, 24, "page_size: sector_size, 4096, is not a multiple of 24");
  struct pc_profile rows = GOOD;
  rows.row_size = 512;
  rows.programs_per_row = 403;
  expect_good(rows, 1);
  rows.page_overflow = PC_PAGE_WRAP;
  expect_bad(rows, 1, "page_overflow: wrap and row_size");
  rows.page_overflow = PC_PAGE_REFUSE;
  rows.programs_per_unit = 0;
  expect_bad(rows, 1, "programs_per_row: programs_per_unit is needed");
}

Test(device_profile, a_time_that_cannot_be_is_refused_by_its_name) {
  EXPECT_BAD(program_typical_us, -1, 1, "program_typical_us: -1 is not a time");
  EXPECT_BAD(program_maximum_us, (double)NAN, 1, "program_maximum_us: nan is not a time");
  EXPECT_BAD(erase_typical_us, (double)INFINITY, 1, "erase_typical_us: inf is not a time");
  EXPECT_BAD(erase_maximum_us, -0.5, 1, "erase_maximum_us: -0.5 is not a time");
  EXPECT_BAD(erase_typical_us, 90000, 1, "erase_typical_us: 90000 is above erase_maximum_us, 89700");
}
