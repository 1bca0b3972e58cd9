/* Parts that erase more than one size at once. */
#include <stdlib.h>
#include <string.h>

#include "powercut/armed.h"
#include "powercut/fault.h"
#include "powercut/random.h"
#include "test_device_help.h"

/* Sectors of 64 bytes, and blocks of 2 and 8 of them; in 20 sectors two blocks of 512 fit, and 10 of 128. */
static const struct pc_profile BLOCKS = {
    .name = "blocks",
    .sector_size = 64,
    .program_unit = 4,
    .programs_per_unit = 2,
    .endurance = 10,
    .program_typical_us = 1,
    .program_maximum_us = 2,
    .erase_typical_us = 100,
    .erase_maximum_us = 1000,
    .erase_block_count = 2,
    .erase_blocks = {{.size = 128, .erase_typical_us = 150, .erase_maximum_us = 1500},
                     {.size = 512, .erase_typical_us = 400}},
};
enum { SECTORS = 20, SIZE = 64 * SECTORS };

static int erase_block(struct pc_device *device, uint32_t address, uint32_t size) {
  return pc_device_erases(device).erase(pc_device_port(device).context, address, size);
}

/* A program of zeros everywhere. */
static struct pc_device *programmed(void) {
  static const uint8_t zeros[SIZE] = {0};
  struct pc_device *device = create(&BLOCKS, SECTORS);
  cr_assert_eq(program(device, 0, zeros, SIZE), PC_FLASH_OK);
  return device;
}

static void expect_ones(const struct pc_device *device, uint32_t from, uint32_t end) {
  for (uint32_t i = 0; i < SIZE; i++) {
    cr_assert_eq(cell(device, i), i >= from && i < end ? PC_ERASED : 0, "byte %u", i);
  }
}

Test(device_erases, a_block_is_one_flash_operation_that_wears_each_of_its_sectors) {
  struct pc_device *device = programmed();
  uint64_t hash = pc_device_hash(device);
  cr_assert_eq(erase_block(device, 512, 512), PC_FLASH_OK);
  expect_ones(device, 512, 1024);
  cr_expect_eq(pc_device_mark(device), 2);
  struct pc_flash_operation told = pc_device_journalled(device, 1);
  cr_expect(told.kind == PC_ERASE && told.address == 512 && told.size == 512);
  cr_expect(told.before[511] == 0 && told.after[0] == PC_ERASED && told.after[511] == PC_ERASED);
  for (uint32_t sector = 0; sector < SECTORS; sector++) {
    cr_expect_eq(pc_device_wear(device, sector).erases, sector >= 8 && sector < 16 ? 1 : 0, "sector %u", sector);
  }
  cr_expect_eq(program(device, 516, "abcd", 4), PC_FLASH_OK, "its units were never programmed");
  cr_expect_eq(program(device, 516, "@@@@", 4), PC_FLASH_OK);
  EXPECT_REFUSED(device, program(device, 516, "@@@@", 4), PC_RULE_OVERPROGRAM, 516, 4);
  pc_device_rollback(device, 1);
  expect_ones(device, 0, 0);
  cr_expect_eq(pc_device_hash(device), hash);
  for (uint32_t sector = 0; sector < SECTORS; sector++) {
    cr_expect_eq(pc_device_wear(device, sector).erases, 0);
  }
  pc_device_destroy(device);
}

Test(device_erases, a_part_without_blocks_offers_its_sector) {
  static const struct pc_profile *const profiles[] = {&IDEAL, &WORDS};
  for (size_t i = 0; i < 2; i++) {
    struct pc_device *device = create(profiles[i], 3);
    struct pc_flash_erases erases = pc_device_erases(device);
    cr_expect(erases.count == 1 && erases.sizes[0].size == 64);
    cr_expect(erases.sizes[0].from == 0 && erases.sizes[0].end == 192);
    EXPECT_REFUSED(device, erase_block(device, 0, 128), PC_RULE_ERASE_SIZE, 0, 128);
    cr_expect_eq(erase_block(device, 64, 64), PC_FLASH_OK);
    pc_device_destroy(device);
  }
}

Test(device_erases, what_the_part_does_not_erase_at_once_is_refused) {
  struct pc_device *device = programmed();
  EXPECT_REFUSED(device, erase_block(device, 64, 128), PC_RULE_ALIGNMENT, 64, 128);
  EXPECT_REFUSED(device, erase_block(device, 256, 256), PC_RULE_ERASE_SIZE, 256, 256);
  EXPECT_REFUSED(device, erase_block(device, 0, 0), PC_RULE_ERASE_SIZE, 0, 0);
  EXPECT_REFUSED(device, erase_block(device, 32, 32), PC_RULE_ERASE_SIZE, 32, 32);
  EXPECT_REFUSED(device, erase_block(device, 1024, 512), PC_RULE_RANGE, 1024, 512);
  EXPECT_REFUSED(device, erase_block(device, SIZE, 64), PC_RULE_RANGE, SIZE, 64);
  EXPECT_REFUSED(device, erase_block(device, 0, UINT32_MAX), PC_RULE_RANGE, 0, UINT32_MAX);
  EXPECT_REFUSED(device, erase(device, 4), PC_RULE_ALIGNMENT, 4, 64);
  expect_ones(device, 0, 0);
  cr_expect_eq(erase_block(device, 64, 64), PC_FLASH_OK, "a sector is a size, too");
  expect_ones(device, 64, 128);
  pc_device_destroy(device);
}

/* Boot sectors: 8 of 64 bytes at the beginning, and blocks of 512 behind. */
Test(device_erases, a_size_may_be_erased_in_a_part_of_the_device_alone) {
  struct pc_profile profile = BLOCKS;
  profile.sector_end = 512;
  profile.erase_block_count = 1;
  profile.erase_blocks[0] = (struct pc_erase_block){.size = 512, .from = 512};
  struct pc_device *device = create(&profile, 24);
  struct pc_flash_erases erases = pc_device_erases(device);
  cr_assert_eq(erases.count, 2);
  cr_expect(erases.sizes[0].size == 64 && erases.sizes[0].from == 0 && erases.sizes[0].end == 512);
  cr_expect(erases.sizes[1].size == 512 && erases.sizes[1].from == 512 && erases.sizes[1].end == 1536);
  cr_expect_eq(erase(device, 448), PC_FLASH_OK);
  EXPECT_REFUSED(device, erase(device, 512), PC_RULE_ERASE_SIZE, 512, 64);
  EXPECT_REFUSED(device, erase_block(device, 0, 512), PC_RULE_ERASE_SIZE, 0, 512);
  cr_expect_eq(erase_block(device, 512, 512), PC_FLASH_OK);
  pc_device_destroy(device);
  device = create(&profile, 15);
  cr_expect_eq(pc_device_erases(device).count, 1, "no whole block is there");
  pc_device_destroy(device);
}

Test(device_erases, each_size_takes_its_time) {
  struct pc_device *device = create(&BLOCKS, SECTORS);
  cr_assert_eq(erase(device, 0), PC_FLASH_OK);
  cr_assert_eq(erase_block(device, 0, 128), PC_FLASH_OK);
  const struct pc_flash_work before = pc_device_work(device);
  cr_expect_float_eq(pc_work_typical_us(&BLOCKS, before), 250, 1e-9);
  cr_expect_float_eq(pc_work_maximum_us(&BLOCKS, before), 2500, 1e-9);
  cr_assert_eq(erase_block(device, 512, 512), PC_FLASH_OK);
  cr_expect_float_eq(pc_work_typical_us(&BLOCKS, pc_device_work(device)), 650, 1e-9);
  cr_expect_lt(pc_work_maximum_us(&BLOCKS, pc_device_work(device)), 0, "it isn't told");
  const struct pc_flash_work since = pc_device_work_since(device, &before);
  cr_expect(since.erases == 1 && since.block_erases[0] == 0 && since.block_erases[1] == 1);
  cr_expect(since.flash_operations == 1 && since.programs == 0);
  pc_device_rollback(device, 2);
  cr_expect_float_eq(pc_work_maximum_us(&BLOCKS, pc_device_work(device)), 2500, 1e-9);
  pc_device_destroy(device);
}

Test(device_erases, watched_bytes_are_erased_anywhere_in_a_block) {
  struct pc_device *device = create(&BLOCKS, SECTORS);
  uint8_t byte;
  pc_device_watch(device, 960, 4);
  cr_expect_eq(erase_block(device, 512, 512), PC_FLASH_OK);
  cr_expect_eq(read(device, 960, &byte, 1), PC_FLASH_OK);
  cr_expect_not(pc_device_watch_met(device));
  pc_device_watch(device, 960, 4);
  cr_expect_eq(erase_block(device, 0, 512), PC_FLASH_OK);
  cr_expect_eq(read(device, 960, &byte, 1), PC_FLASH_OK);
  cr_expect(pc_device_watch_met(device));
  pc_device_destroy(device);
}

/* A cut of an old block is as likely to leave what its oldest sector leaves. */
Test(device_erases, a_block_is_as_old_as_its_oldest_sector) {
  struct pc_device *device = create(&BLOCKS, SECTORS);
  for (int i = 0; i < 9; i++) {
    cr_assert_eq(erase(device, 192), PC_FLASH_OK);
  }
  struct pc_fault_input input = {.operation = {.kind = PC_ERASE, .address = 0, .size = 512}};
  pc_fault_describe(&input, device);
  cr_expect_float_eq(input.age, 0.9, 1e-9);
  input.operation.size = 128;
  pc_fault_describe(&input, device);
  cr_expect_float_eq(input.age, 0, 1e-9);
  pc_device_destroy(device);
}

/* Copies in other sectors make up for what is in one. */
Test(device_erases, damage_in_several_sectors_of_a_block_is_seen_as_such) {
  static uint8_t stuck[512];
  for (uint32_t last = 100; last < 512; last += 100) {
    struct pc_device *device = programmed();
    memset(stuck, 0, sizeof stuck);
    stuck[70] = 1;
    stuck[last] = 1;
    struct pc_flash_operation erase = {.kind = PC_ERASE, .address = 512, .size = 512, .stuck = stuck};
    erase.before = pc_device_cells(device).data + 512;
    static const uint8_t torn[512] = {0};
    pc_device_tear(device, &erase, torn);
    struct pc_damage damage = pc_device_damage(device);
    cr_expect_eq(damage.events, 1);
    cr_expect_eq(damage.sector, 9);
    cr_expect_eq(damage.beyond_copies, last >= 128, "damage in bytes 70 and %u", last);
    pc_device_destroy(device);
  }
}

Test(device_erases, an_erase_error_and_an_ignored_erase_are_of_the_whole_block) {
  struct pc_device *device = programmed();
  pc_device_forget(device);
  const struct pc_armed_fault error = {
      .kind = PC_ARMED_ERASE_ERROR, .address = 1000, .size = 1, .count = 1, .leaves = PC_LEAVES_HALF};
  cr_assert_eq(pc_device_arm(device, &error, NULL), PC_OK);
  cr_expect_eq(erase_block(device, 512, 512), PC_FLASH_FAILED);
  expect_ones(device, 512, 768);
  const struct pc_armed_fault ignored = {.kind = PC_ARMED_ERASE_IGNORED, .address = 0, .size = SIZE};
  pc_device_forget(device);
  cr_assert_eq(pc_device_arm(device, &ignored, NULL), PC_OK);
  cr_expect_eq(erase_block(device, 0, 512), PC_FLASH_OK);
  expect_ones(device, 512, 768);
  pc_device_destroy(device);
}

Test(device_erases, the_sector_of_a_store_may_be_any_of_the_sizes) {
  struct pc_profile profile = BLOCKS;
  struct pc_error error;
  cr_assert_eq(pc_profile_choose_sector(&profile, 64, &error), PC_OK);
  cr_expect(profile.sector_size == 64 && profile.erase_block_count == 2);
  cr_assert_eq(pc_profile_choose_sector(&profile, 128, &error), PC_OK);
  cr_expect(profile.sector_size == 128 && profile.erase_block_count == 1 && profile.erase_blocks[0].size == 512);
  cr_expect_float_eq(profile.erase_typical_us, 150, 1e-9);
  cr_expect_float_eq(profile.erase_maximum_us, 1500, 1e-9);
  cr_expect_eq(pc_profile_choose_sector(&profile, 64, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "profile 'blocks' erases 128, 512 bytes at once, not 64");
  cr_assert_eq(pc_profile_choose_sector(&profile, 512, &error), PC_OK);
  cr_expect(profile.sector_size == 512 && profile.erase_block_count == 0);
  cr_expect_eq(pc_profile_largest_erase(&profile), 512);
  cr_expect_eq(pc_profile_largest_erase(&BLOCKS), 512);
}

/* What can be seen of a device after so many steps. */
struct seen {
  uint8_t cells[SIZE];
  uint64_t hash, wear_hash, weak, erases[SECTORS];
  struct pc_flash_work work;
};

static struct seen look(const struct pc_device *device) {
  struct seen seen;
  memset(&seen, 0, sizeof seen);
  memcpy(seen.cells, pc_device_cells(device).data, SIZE);
  seen.hash = pc_device_hash(device);
  seen.wear_hash = pc_device_wear_hash(device);
  seen.weak = pc_device_weak_cells(device);
  seen.work = pc_device_work(device);
  for (uint32_t i = 0; i < SECTORS; i++) {
    seen.erases[i] = pc_device_wear(device, i).erases;
  }
  return seen;
}

/* An erase of one of the sizes, whole or torn by any class. */
static void erase_somehow(struct pc_device *device, struct pc_random *random, struct pc_fault_memory *memory) {
  static const uint32_t sizes[] = {64, 128, 512};
  static uint8_t erased[512];
  memset(erased, PC_ERASED, sizeof erased);
  uint32_t size = sizes[pc_random_below(random, 3)], address = (uint32_t)pc_random_below(random, SIZE / size) * size;
  struct pc_fault_input input = {.operation = {.kind = PC_ERASE, .address = address, .size = size, .after = erased},
                                 .samples = 4,
                                 .limit = 4,
                                 .seed = pc_random_next(random)};
  input.operation.before = pc_device_cells(device).data + address;
  pc_fault_describe(&input, device);
  enum pc_fault fault = (enum pc_fault)pc_random_below(random, PC_FAULT_COUNT);
  uint32_t variants = pc_fault_variants(fault, &input);
  if (pc_random_below(random, 2) == 0 || variants == 0) {
    cr_assert_eq(erase_block(device, address, size), PC_FLASH_OK);
  } else {
    uint32_t variant = (uint32_t)pc_random_below(random, variants);
    cr_assert_eq(pc_fault_leave(device, fault, &input, variant, memory, NULL, NULL), PC_OK);
  }
}

Test(device_erases, rolling_back_restores_all_after_erases_and_tears_of_all_sizes, .timeout = 60) {
  enum { MARKS = 12, ROUNDS = 4000 };
  struct pc_random random = {.state = 7};
  struct pc_fault_memory memory = {0};
  struct pc_device *device = create(&BLOCKS, SECTORS);
  static struct seen seen[MARKS + 1];
  pc_device_set_worn(device, 0.7);
  for (uint32_t round = 0; round < ROUNDS; round++) {
    pc_device_forget(device);
    for (size_t mark = 0; mark < MARKS; mark = pc_device_mark(device)) {
      seen[mark] = look(device);
      uint32_t word = (uint32_t)pc_random_below(&random, SIZE / 4) * 4;
      uint8_t data[4];
      for (uint32_t i = 0; i < 4; i++) {
        data[i] = cell(device, word + i) & (uint8_t)pc_random_next(&random);
      }
      if (pc_random_below(&random, 2) == 0) {
        erase_somehow(device, &random, &memory);
      } else {
        (void)program(device, word, data, 4);
      }
    }
    size_t mark = pc_random_below(&random, MARKS);
    pc_device_rollback(device, mark);
    const struct seen after = look(device);
    cr_assert_eq(memcmp(&after, &seen[mark], sizeof after), 0, "round %u, mark %zu (seed 7)", round, mark);
  }
  cr_expect_gt(pc_device_work(device).block_erases[1], 100);
  pc_fault_memory_free(&memory);
  pc_device_destroy(device);
}
