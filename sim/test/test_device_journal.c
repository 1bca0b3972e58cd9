/* The device's journal, tears, hash and loading. */
#include <criterion/criterion.h>
#include <string.h>

#include "test_device_help.h"

Test(device_journal, the_journal_holds_the_bytes_before_and_after) {
  struct pc_device *device = create(&IDEAL, 2);
  (void)program(device, 66, "ab", 2);
  (void)program(device, 66, "\0", 1);
  (void)erase(device, 64);
  cr_assert_eq(pc_device_mark(device), 3);
  struct pc_flash_operation second = pc_device_journalled(device, 1);
  cr_assert_eq(second.kind, PC_PROGRAM);
  cr_assert_eq(second.address, 66);
  cr_assert_eq(second.size, 1);
  cr_assert_not(second.torn);
  cr_assert_eq(*second.before, 'a');
  cr_assert_eq(*second.after, 0);
  struct pc_flash_operation third = pc_device_journalled(device, 2);
  cr_assert_eq(third.kind, PC_ERASE);
  cr_assert_eq(third.address, 64);
  cr_assert_eq(third.size, 64);
  cr_assert_eq(third.before[3], 'b');
  for (size_t i = 0; i < 64; i++) {
    cr_assert_eq(third.after[i], PC_ERASED);
  }
  pc_device_rollback(device, 1);
  cr_assert_eq(pc_device_mark(device), 1);
  cr_assert_eq(cell(device, 66), 'a');
  cr_assert_eq(pc_device_wear(device, 1).erases, 0);
  cr_assert_eq(pc_device_wear(device, 1).programmed_bytes, 2);
  pc_device_forget(device);
  cr_assert_eq(pc_device_mark(device), 0);
  cr_assert_eq(cell(device, 66), 'a', "what is forgotten stays done");
  pc_device_destroy(device);
}

Test(device_journal, nothing_is_journalled_while_the_journal_is_off) {
  struct pc_device *device = create(&IDEAL, 1);
  pc_device_set_journal(device, false);
  (void)program(device, 0, "a", 1);
  (void)erase(device, 0);
  cr_assert_eq(pc_device_mark(device), 0);
  cr_assert_eq(pc_device_wear(device, 0).erases, 1);
  pc_device_set_journal(device, true);
  (void)program(device, 0, "b", 1);
  cr_assert_eq(pc_device_mark(device), 1);
  pc_device_rollback(device, 0);
  cr_assert_eq(cell(device, 0), PC_ERASED);
  cr_assert_eq(pc_device_wear(device, 0).erases, 1);
  pc_device_destroy(device);
}

/* A whole operation as the device would journal it, for a tear. */
static struct pc_flash_operation operation_of(const struct pc_device *device, enum pc_flash_operation_kind kind,
                                              uint32_t address, uint32_t size, uint8_t *before, const void *after) {
  memcpy(before, pc_device_cells(device).data + address, size);
  return (struct pc_flash_operation){.kind = kind, .address = address, .size = size, .before = before, .after = after};
}

Test(device_journal, a_torn_program_counts_on_the_units_it_changed_and_wears_as_a_whole_one) {
  struct pc_device *device = create(&WORDS, 2);
  uint8_t before[8];
  struct pc_flash_operation whole = operation_of(device, PC_PROGRAM, 60, 8, before, "\0\0\0\0\0\0\0\0");
  pc_device_tear(device, &whole, (const uint8_t *)"\xff\xff\xff\xff\xff\x7f\xff\xff");
  cr_assert_eq(cell(device, 65), 0x7f);
  cr_assert_eq(pc_device_wear(device, 0).programmed_bytes, 4);
  cr_assert_eq(pc_device_wear(device, 1).programmed_bytes, 4);
  cr_assert_eq(pc_device_mark(device), 1);
  struct pc_flash_operation torn = pc_device_journalled(device, 0);
  cr_assert(torn.torn);
  cr_assert_eq(torn.kind, PC_PROGRAM);
  cr_assert_eq(torn.after[5], 0x7f);
  cr_assert_eq(torn.before[5], 0xff);
  cr_assert_eq(program(device, 60, "\0\0\0\0", 4), PC_FLASH_OK, "this word was not reached: two programs left");
  cr_assert_eq(program(device, 60, "\0\0\0\0\0\0\0\0", 8), PC_FLASH_OK);
  EXPECT_REFUSED(device, program(device, 64, "\0\0\0\0", 4), PC_RULE_OVERPROGRAM, 64, 4);
  pc_device_rollback(device, 0);
  cr_assert_eq(pc_device_wear(device, 0).programmed_bytes, 0);
  cr_assert_eq(pc_device_wear(device, 1).programmed_bytes, 0);
  for (int i = 0; i < 2; i++) {
    cr_assert_eq(program(device, 64, "\0\0\0\0", 4), PC_FLASH_OK, "the count was rolled back");
  }
  pc_device_destroy(device);
}

Test(device_journal, a_torn_erase_frees_the_units_that_read_erased) {
  struct pc_device *device = create(&WORDS, 1);
  uint8_t before[64], torn[64];
  for (int i = 0; i < 2; i++) {
    (void)program(device, 8, "\0\0\0\0\0\0\0\0", 8);
  }
  struct pc_flash_operation whole = operation_of(device, PC_ERASE, 0, 64, before, NULL);
  memset(torn, PC_ERASED, sizeof torn);
  torn[15] = 0xfe;
  pc_device_tear(device, &whole, torn);
  cr_assert_eq(pc_device_wear(device, 0).erases, 1);
  cr_assert_eq(program(device, 8, "\0\0\0\0", 4), PC_FLASH_OK);
  EXPECT_REFUSED(device, program(device, 12, "\0\0\0\0", 4), PC_RULE_OVERPROGRAM, 12, 4);
  pc_device_rollback(device, 2);
  cr_assert_eq(pc_device_wear(device, 0).erases, 0);
  EXPECT_REFUSED(device, program(device, 8, "\0\0\0\0", 4), PC_RULE_OVERPROGRAM, 8, 4);
  pc_device_destroy(device);
}

Test(device_journal, program_counts_do_not_wrap_around) {
  struct pc_profile most = WORDS;
  most.programs_per_unit = 255;
  struct pc_device *device = create(&most, 1);
  for (int i = 0; i < 255; i++) {
    cr_assert_eq(program(device, 0, "\0\0\0\0", 4), PC_FLASH_OK);
  }
  EXPECT_REFUSED(device, program(device, 0, "\0\0\0\0", 4), PC_RULE_OVERPROGRAM, 0, 4);
  uint8_t before[4];
  struct pc_flash_operation whole = operation_of(device, PC_PROGRAM, 0, 4, before, NULL);
  pc_device_tear(device, &whole, (const uint8_t *)"\1\0\0\0");
  EXPECT_REFUSED(device, program(device, 0, "\0\0\0\0", 4), PC_RULE_OVERPROGRAM, 0, 4);
  pc_device_destroy(device);
}

Test(device_journal, equal_states_have_equal_hashes_and_program_counts_are_state_only_where_limited) {
  const struct pc_profile *profiles[] = {&WORDS, &IDEAL};
  for (int i = 0; i < 2; i++) {
    struct pc_device *once = create(profiles[i], 2), *twice = create(profiles[i], 2);
    cr_assert_eq(pc_device_hash(once), pc_device_hash(twice));
    (void)program(once, 60, "abcd", 4);
    (void)program(twice, 60, "abcd", 4);
    cr_assert_eq(pc_device_hash(once), pc_device_hash(twice));
    (void)program(twice, 60, "abcd", 4);
    cr_assert_eq(pc_device_hash(once) == pc_device_hash(twice), i == 1);
    (void)erase(once, 0);
    (void)erase(twice, 0);
    cr_assert_eq(pc_device_hash(once), pc_device_hash(twice));
    cr_assert_eq(pc_device_wear_hash(once), pc_device_wear_hash(twice));
    (void)erase(once, 0);
    cr_assert_eq(pc_device_hash(once), pc_device_hash(twice), "wear is no part of it");
    cr_assert_neq(pc_device_wear_hash(once), pc_device_wear_hash(twice));
    (void)erase(twice, 64);
    cr_assert_neq(pc_device_wear_hash(once), pc_device_wear_hash(twice), "which sector is worn matters");
    (void)program(once, 0, "abcd", 4);
    (void)program(twice, 64, "abcd", 4);
    cr_assert_neq(pc_device_hash(once), pc_device_hash(twice), "where bytes are matters");
    pc_device_destroy(once);
    pc_device_destroy(twice);
  }
}

Test(device_journal, an_image_replaces_the_cells_and_keeps_the_wear) {
  struct pc_device *device = create(&WORDS, 2), *fresh = create(&WORDS, 2);
  (void)program(device, 0, "abcd", 4);
  (void)erase(device, 64);
  uint8_t image[128];
  memset(image, PC_ERASED, sizeof image);
  image[5] = 0;
  struct pc_error error;
  cr_assert_eq(pc_device_load(device, (struct pc_bytes){.data = image, .size = 128}, &error), PC_OK);
  cr_assert_eq(memcmp(pc_device_cells(device).data, image, 128), 0);
  cr_assert_eq(pc_device_mark(device), 0);
  cr_assert_eq(pc_device_wear(device, 0).programmed_bytes, 4);
  cr_assert_eq(pc_device_wear(device, 1).erases, 1);
  (void)program(fresh, 4, "\xff\0\xff\xff", 4);
  cr_assert_eq(pc_device_hash(device), pc_device_hash(fresh), "a unit that isn't erased was programmed once");
  cr_assert_eq(program(device, 4, "\0\0\0\0", 4), PC_FLASH_OK);
  EXPECT_REFUSED(device, program(device, 4, "\0\0\0\0", 4), PC_RULE_OVERPROGRAM, 4, 4);
  cr_assert_eq(program(device, 0, "\0\0\0\0", 4), PC_FLASH_OK);
  cr_assert_eq(program(device, 0, "\0\0\0\0", 4), PC_FLASH_OK, "an erased unit was not programmed");
  pc_device_destroy(device);
  pc_device_destroy(fresh);
}

Test(device_journal, an_image_of_another_size_is_refused_and_changes_nothing) {
  struct pc_device *device = create(&IDEAL, 2);
  const uint8_t image[129] = {0};
  (void)program(device, 0, "a", 1);
  uint64_t hash = pc_device_hash(device);
  const size_t sizes[] = {0, 127, 129};
  for (size_t i = 0; i < 3; i++) {
    struct pc_error error;
    const struct pc_bytes other = {.data = image, .size = sizes[i]};
    cr_assert_eq(pc_device_load(device, other, &error), PC_BAD_INPUT);
    cr_assert_neq(strstr(error.message, "the device 128 (2 sectors of 64 bytes)"), NULL, "%s", error.message);
  }
  cr_assert_eq(pc_device_hash(device), hash);
  cr_assert_eq(pc_device_mark(device), 1);
  pc_device_destroy(device);
}
