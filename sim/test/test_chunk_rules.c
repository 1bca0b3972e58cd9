/* What the chunk store does, rule by rule. */
#include "test_chunk_help.h"

static const struct bench_plan SMALL = {.profile = {.name = "small", .sector_size = 128, .program_unit = 1},
                                        .sectors = 4};

/* Chunks of 56 bytes: two to a sector of 128, which has 112 for them. */
#define FOUR(letter) letter letter letter letter
#define SIXTEEN(letter) FOUR(letter) FOUR(letter) FOUR(letter) FOUR(letter)
#define LONG(letter) SIXTEEN(letter) SIXTEEN(letter) FOUR(letter) FOUR(letter) FOUR(letter) letter letter letter

static void start_blank(struct bench *bench) {
  bench_open(bench, &SMALL);
  cr_assert_eq(pc_target_start(&bench->target), PC_STATUS_OK);
}

/* The sector of the flash operation with that index. */
static uint32_t sector_of(const struct bench *bench, size_t index) {
  return pc_device_journalled(bench->device, index).address / 128;
}

Test(chunk_rules, an_equal_put_writes_nothing) {
  struct bench bench;
  start_blank(&bench);
  cr_assert_eq(put(&bench, "a", "value"), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "e", ""), PC_STATUS_OK);
  size_t before = flash_operations(&bench);
  cr_assert_eq(put(&bench, "a", "value"), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "e", ""), PC_STATUS_OK);
  cr_assert_eq(flash_operations(&bench), before);
  cr_assert_eq(put(&bench, "a", "valuf"), PC_STATUS_OK);
  cr_assert_gt(flash_operations(&bench), before);
  cr_assert_str_eq(get(&bench, "a"), "valuf");
  bench_close(&bench);
}

Test(chunk_rules, a_rewrite_goes_to_the_keys_own_sector) {
  struct bench bench;
  start_blank(&bench);
  cr_assert_eq(put(&bench, "a", LONG("a")), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "b", FOUR("b")), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "c", LONG("c")), PC_STATUS_OK); /* the second sector: the first lacks room for that */
  size_t before = flash_operations(&bench);
  cr_assert_eq(put(&bench, "c", "there again"), PC_STATUS_OK);
  cr_assert_eq(flash_operations(&bench), before + 3); /* header, key, value */
  cr_assert_eq(sector_of(&bench, before), 1);
  cr_assert_eq(delete_key(&bench, "c"), PC_STATUS_OK);
  cr_assert_eq(flash_operations(&bench), before + 5); /* header, key */
  cr_assert_eq(sector_of(&bench, before + 3), 1);
  bench_close(&bench);
}

Test(chunk_rules, a_full_sector_is_marked_before_the_value_goes_elsewhere) {
  struct bench bench;
  start_blank(&bench);
  cr_assert_eq(put(&bench, "a", LONG("a")), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "b", "short"), PC_STATUS_OK);
  size_t before = flash_operations(&bench);
  cr_assert_eq(put(&bench, "a", LONG("x")), PC_STATUS_OK);
  struct pc_flash_operation mark = pc_device_journalled(bench.device, before);
  cr_assert(mark.kind == PC_PROGRAM && mark.address == 8 && mark.size == 8);
  cr_assert_eq(sector_of(&bench, before + 1), 1);
  /* Marked, it takes nothing more, though there is room. */
  before = flash_operations(&bench);
  cr_assert_eq(put(&bench, "b", "s"), PC_STATUS_OK);
  cr_assert_eq(flash_operations(&bench), before + 3);
  cr_assert_eq(sector_of(&bench, before), 1);
  cr_assert_eq(put(&bench, "new", "n"), PC_STATUS_OK);
  cr_assert_eq(sector_of(&bench, before + 3), 1);
  bench_close(&bench);
}

Test(chunk_rules, new_keys_leave_the_last_empty_sector_free) {
  struct bench bench;
  start_blank(&bench);
  char key[] = "a";
  for (int i = 0; i < 6; i++, key[0]++) {
    cr_assert_eq(put(&bench, key, LONG("v")), PC_STATUS_OK, "%s", key);
  }
  size_t before = flash_operations(&bench);
  cr_assert_eq(put(&bench, key, LONG("v")), PC_STATUS_FULL);
  cr_assert_eq(put(&bench, key, ""), PC_STATUS_FULL);
  cr_assert_str_eq(get(&bench, key), "NOT_FOUND");
  cr_assert_eq(flash_operations(&bench), before);
  cr_assert(is_blank(&bench, 3 * 128 + 8, 120));
  /* Nor is there room for a rewrite, or for a delete, with nothing to clean. */
  cr_assert_eq(put(&bench, "a", LONG("w")), PC_STATUS_FULL);
  cr_assert_eq(delete_key(&bench, "a"), PC_STATUS_FULL);
  cr_assert_eq(flash_operations(&bench), before);
  cr_assert_eq(pc_target_start(&bench.target), PC_STATUS_OK);
  for (key[0] = 'a'; key[0] < 'g'; key[0]++) {
    cr_assert_str_eq(get(&bench, key), LONG("v"));
  }
  bench_close(&bench);
}

Test(chunk_rules, cleaning_moves_what_lives_then_erases_then_writes_the_header) {
  struct bench bench;
  start_blank(&bench);
  for (const char *key = "abcd"; *key != '\0'; key++) {
    const char name[] = {*key, '\0'};
    cr_assert_eq(put(&bench, name, LONG("1")), PC_STATUS_OK);
  }
  cr_assert_eq(put(&bench, "e", "old"), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "f", "gone"), PC_STATUS_OK);
  cr_assert_eq(delete_key(&bench, "f"), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "e", LONG("1")), PC_STATUS_OK);
  size_t before = flash_operations(&bench);
  /* Sectors 0 (a, b) and 1 are full, 2 has no room left, and 3 is kept for cleaning: so 2 is cleaned into it. */
  cr_assert_eq(put(&bench, "a", LONG("2")), PC_STATUS_OK);
  static const struct {
    enum pc_flash_operation_kind kind;
    uint32_t address;
  } expected[] = {
      {PC_PROGRAM, 256 + 8}, /* the mark */
      {PC_PROGRAM, 384 + 16},
      {PC_PROGRAM, 384 + 24},
      {PC_PROGRAM, 384 + 25}, /* e, moved */
      {PC_ERASE, 256},
      {PC_PROGRAM, 256}, /* */
      {PC_PROGRAM, 8},   /* the mark */
      {PC_PROGRAM, 384 + 16 + 56},
      {PC_PROGRAM, 384 + 24 + 56},
      {PC_PROGRAM, 384 + 25 + 56}, /* a, rewritten */
  };
  cr_assert_eq(flash_operations(&bench), before + sizeof expected / sizeof expected[0]);
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
    struct pc_flash_operation operation = pc_device_journalled(bench.device, before + i);
    cr_assert(operation.kind == expected[i].kind && operation.address == expected[i].address, "operation %zu", i);
  }
  cr_assert_str_eq(get(&bench, "a"), LONG("2"));
  cr_assert_str_eq(get(&bench, "e"), LONG("1"));
  cr_assert_str_eq(get(&bench, "f"), "NOT_FOUND");
  bench_close(&bench);
}

Test(chunk_rules, cleaning_drops_an_erased_key_and_its_place_in_the_index) {
  struct bench bench;
  struct bench_plan plan = SMALL;
  plan.max_keys = "2";
  plan.sectors = 2;
  bench_open(&bench, &plan);
  cr_assert_eq(pc_target_start(&bench.target), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "a", "1"), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "b", LONG("1")), PC_STATUS_OK);
  cr_assert_eq(delete_key(&bench, "a"), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "c", ""), PC_STATUS_FULL, "an erased key holds its place until then");
  cr_assert_eq(put(&bench, "b", SIXTEEN("2") SIXTEEN("2")), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "c", ""), PC_STATUS_OK);
  cr_assert_str_eq(get(&bench, "a"), "NOT_FOUND");
  cr_assert_eq(pc_target_start(&bench.target), PC_STATUS_OK);
  cr_assert_str_eq(get(&bench, "a"), "NOT_FOUND");
  cr_assert_str_eq(get(&bench, "b"), SIXTEEN("2") SIXTEEN("2"));
  bench_close(&bench);
}

Test(chunk_rules, the_higher_clean_order_wins_then_none_then_the_later_chunk) {
  struct bench bench;
  bench_open(&bench, &SMALL);
  struct image image;
  image_begin(&image, 128, 4);
  image_sector(&image, 0, 4, 1, 7);
  image_chunk(&image, "marked", "seven");
  image_chunk(&image, "unmarked", "seven");
  image_chunk(&image, "gone", "seven");
  image_sector(&image, 1, 4, 1, NONE);
  image_chunk(&image, "unmarked", "none");
  image_chunk(&image, "later", "first");
  image_chunk(&image, "later", "second");
  image_chunk(&image, "gone", NULL);
  image_sector(&image, 2, 4, 1, 3);
  image_chunk(&image, "marked", "three");
  image_chunk(&image, "unmarked", "three");
  image_sector(&image, 3, 4, 1, NONE);
  cr_assert_eq(image_start(&bench, &image), PC_STATUS_OK);
  cr_assert_str_eq(get(&bench, "marked"), "seven");
  cr_assert_str_eq(get(&bench, "unmarked"), "none");
  cr_assert_str_eq(get(&bench, "later"), "second");
  cr_assert_str_eq(get(&bench, "gone"), "NOT_FOUND");
  /* The next order is one more than the highest. */
  cr_assert_eq(put(&bench, "later", LONG("x")), PC_STATUS_OK);
  cr_assert_eq(cells(&bench, 128 + 8)[0], 8);
  bench_close(&bench);
}

Test(chunk_rules, a_start_cleans_the_sector_that_was_marked_first_unless_one_is_free) {
  for (uint32_t free = 0; free < 2; free++) {
    struct bench bench;
    struct bench_plan plan = SMALL;
    plan.sectors = 3 + free;
    bench_open(&bench, &plan);
    struct image image;
    image_begin(&image, 128, 3 + free);
    image_sector(&image, 0, 4, 1, 5);
    image_chunk(&image, "a", "1");
    image_sector(&image, 1, 4, 1, 4);
    image_chunk(&image, "b", "1");
    image_sector(&image, 2, 4, 1, NONE);
    image_chunk(&image, "c", "1");
    if (free == 1) {
      image_sector(&image, 3, 4, 1, NONE);
    }
    cr_assert_eq(image_start(&bench, &image), PC_STATUS_OK);
    cr_assert_eq(is_blank(&bench, 128 + 8, 120), free == 0);
    cr_assert_eq(cells(&bench, 8)[0], 5);
    cr_assert_str_eq(get(&bench, "b"), "1");
    bench_close(&bench);
  }
}

Test(chunk_rules, without_marks_the_sector_with_most_to_give_back_is_cleaned) {
  struct bench bench;
  struct bench_plan plan = SMALL;
  plan.sectors = 3;
  bench_open(&bench, &plan);
  struct image image;
  image_begin(&image, 128, 3);
  image_sector(&image, 0, 4, 1, NONE);
  image_chunk(&image, "a", "1");
  image_chunk(&image, "a", "2");
  image_sector(&image, 1, 4, 1, NONE);
  image_chunk(&image, "b", LONG("1"));
  image_chunk(&image, "b", "2");
  image_sector(&image, 2, 4, 1, NONE);
  image_chunk(&image, "c", "1");
  image_chunk(&image, "c", "2");
  cr_assert_eq(image_start(&bench, &image), PC_STATUS_OK);
  cr_assert(is_blank(&bench, 128 + 8, 120));
  cr_assert_str_eq(get(&bench, "b"), "2");
  bench_close(&bench);
}

Test(chunk_rules, a_damaged_chunk_is_passed_over_and_a_wrong_token_ends_the_sector) {
  struct bench bench;
  bench_open(&bench, &SMALL);
  struct image image;
  image_begin(&image, 128, 4);
  image_sector(&image, 0, 4, 1, NONE);
  image_chunk(&image, "a", "old");
  image_chunk(&image, "a", "new");
  image.cells[image.end - 1] ^= 1;
  image_chunk(&image, "b", "behind it");
  image.cells[image.end] = 0;
  image_sector(&image, 1, 4, 1, NONE);
  image_sector(&image, 2, 4, 1, NONE);
  image_sector(&image, 3, 4, 1, NONE);
  cr_assert_eq(image_start(&bench, &image), PC_STATUS_OK);
  cr_assert_str_eq(get(&bench, "a"), "old");
  cr_assert_str_eq(get(&bench, "b"), "behind it");
  /* Nothing can be programmed behind what isn't blank. */
  cr_assert_eq(put(&bench, "b", "elsewhere"), PC_STATUS_OK);
  cr_assert_str_eq(get(&bench, "b"), "elsewhere");
  bench_close(&bench);
}

Test(chunk_rules, sizes_are_up_to_15_and_4080_bytes_and_the_index_holds_max_keys) {
  struct bench bench;
  bench_open(&bench,
             &(struct bench_plan){
                 .profile = {.name = "large", .sector_size = 8192, .program_unit = 1}, .sectors = 3, .max_keys = "3"});
  cr_assert_eq(bench.target.promises.max_key_size, 15);
  cr_assert_eq(bench.target.promises.max_value_size, 4080);
  cr_assert_eq(pc_target_start(&bench.target), PC_STATUS_OK);
  static char value[4082];
  memset(value, 'v', 4081);
  cr_assert_eq(put(&bench, "fifteen_bytes__", value), PC_STATUS_INVALID);
  value[4080] = '\0';
  cr_assert_eq(put(&bench, "fifteen_bytes__", value), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "sixteen_bytes___", ""), PC_STATUS_INVALID);
  cr_assert_eq(put(&bench, "", ""), PC_STATUS_INVALID);
  cr_assert_eq(put(&bench, "b", ""), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "c", ""), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "d", ""), PC_STATUS_FULL);
  cr_assert_eq(pc_target_start(&bench.target), PC_STATUS_OK);
  cr_assert_str_eq(get(&bench, "fifteen_bytes__"), value);
  cr_assert_str_eq(get(&bench, "d"), "NOT_FOUND");
  bench_close(&bench);
}

Test(chunk_rules, more_keys_than_the_index_holds_stop_the_start_and_nothing_is_written) {
  struct bench bench;
  struct bench_plan plan = SMALL;
  plan.max_keys = "1";
  bench_open(&bench, &plan);
  struct image image;
  image_begin(&image, 128, 4);
  for (uint32_t sector = 0; sector < 4; sector++) {
    image_sector(&image, sector, 4, 1, NONE);
  }
  image.end = 16;
  image_chunk(&image, "a", "1");
  image_chunk(&image, "b", "1");
  cr_assert_eq(image_start(&bench, &image), PC_STATUS_FAILED);
  cr_assert_eq(flash_operations(&bench), 0);
  bench_close(&bench);
}

Test(chunk_rules, a_value_that_rots_is_told) {
  struct bench bench;
  start_blank(&bench);
  cr_assert_eq(put(&bench, "a", "value"), PC_STATUS_OK);
  struct pc_flash port = pc_device_port(bench.device);
  cr_assert_eq(port.program(port.context, 16 + 8 + 1, "\0", 1), PC_FLASH_OK);
  cr_assert_str_eq(get(&bench, "a"), "DATA_LOSS");
  bench_close(&bench);
}

Test(chunk_rules, what_it_cannot_be_set_up_with_is_refused_in_a_line) {
  static const struct {
    struct pc_profile profile;
    uint32_t sectors;
    const char *values[3], *message;
  } cases[] = {
      {{.sector_size = 128, .program_unit = 1}, 1, {"50", "20", "0"}, "2 to 20 sectors"},
      {{.sector_size = 128, .program_unit = 1}, 21, {"50", "20", "0"}, "2 to 20 sectors"},
      {{.sector_size = 16, .program_unit = 1}, 4, {"50", "20", "0"}, "room for its header"},
      {{.sector_size = 512, .program_unit = 256}, 4, {"50", "20", "0"}, "alignment 256"},
      {{.sector_size = 128, .program_unit = 1}, 4, {"0", "20", "0"}, "'0' is no value of max_keys"},
      {{.sector_size = 128, .program_unit = 1}, 4, {"many", "20", "0"}, "'many' is no value of max_keys"},
      {{.sector_size = 128, .program_unit = 1}, 4, {"50", "65536", "0"}, "'65536' is no value of max_sectors"},
      {{.sector_size = 128, .program_unit = 1}, 4, {"50", "20", "129"}, "'129' is no value of alignment"},
      {{.sector_size = 128, .program_unit = 4}, 4, {"50", "20", "6"}, "'6' is no value of alignment"},
      {{.sector_size = 128, .program_unit = 1}, 4, {"50", "20", "-1"}, "'-1' is no value of alignment"},
  };
  const struct pc_store *store = pc_store_named("chunk");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pc_device *device;
    struct pc_error error;
    cr_assert_eq(pc_device_create(&device, &cases[i].profile, cases[i].sectors, &error), PC_OK, "%s", error.message);
    struct pc_parameter parameters[3];
    for (size_t j = 0; j < 3; j++) {
      parameters[j] = (struct pc_parameter){store->parameters[j].name, cases[i].values[j]};
    }
    struct pc_target target;
    cr_assert_eq(pc_target_open(&target, store, device, parameters, 3, 8, &error), PC_BAD_INPUT, "case %zu", i);
    cr_assert(strstr(error.message, cases[i].message) != NULL, "case %zu: %s", i, error.message);
    pc_device_destroy(device);
  }
}
