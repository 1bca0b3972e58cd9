/* The chunk store, byte for byte, and what it reads. */
#include "test_chunk_help.h"

static const struct bench_plan BYTES = {.profile = {.name = "bytes", .sector_size = 128, .program_unit = 1},
                                        .sectors = 4};
static const struct bench_plan WORDS = {
    .profile = {.name = "words", .sector_size = 256, .program_unit = 4, .page_size = 8, .programs_per_unit = 1},
    .sectors = 4,
    .alignment = "12"};

Test(chunk_format, sector_header_chunk_and_tombstone_are_these_bytes) {
  struct bench bench;
  bench_open(&bench, &BYTES);
  cr_assert_eq(pc_target_start(&bench.target), PC_STATUS_OK);
  static const uint8_t header[] = {0xCD, 0xAB, 4, 0, 1, 0, 0xFF, 0xFF};
  for (uint32_t sector = 0; sector < 4; sector++) {
    cr_assert_arr_eq(cells(&bench, sector * 128), header, sizeof header);
    cr_assert(is_blank(&bench, sector * 128 + 8, 120));
  }
  cr_assert_eq(put(&bench, "k1", "\x11\x22"), PC_STATUS_OK);
  cr_assert_eq(put(&bench, "longest_key_15b", ""), PC_STATUS_OK);
  cr_assert_eq(delete_key(&bench, "k1"), PC_STATUS_OK);
  static const uint8_t chunks[] = {
      0xAA, 0x55, 0xFA, 0x05, 0, 0, 0x22, 0x00, 'k', '1', 0x11, 0x22,                                         /* put */
      0xAA, 0x55, 0x79, 0xB8, 0, 0, 0x0F, 0x00, 'l', 'o', 'n',  'g',  'e', 's', 't', '_', 'k', 'e', 'y', '_', /* put */
      '1',  '5',  'b',                                                                                        /* */
      0xAA, 0x55, 0xAD, 0xEC, 1, 0, 0x02, 0x00, 'k', '1', /* delete */
  };
  cr_assert_arr_eq(cells(&bench, 16), chunks, sizeof chunks);
  cr_assert(is_blank(&bench, 16 + sizeof chunks, 128 - 16 - sizeof chunks));
  bench_close(&bench);
}

Test(chunk_format, every_part_is_padded_with_zeros_to_the_alignment) {
  struct bench bench;
  bench_open(&bench, &WORDS);
  cr_assert_eq(pc_target_start(&bench.target), PC_STATUS_OK);
  static const uint8_t header[] = {0xCD, 0xAB, 4, 0, 12, 0, 0xFF, 0xFF, 0, 0, 0, 0};
  cr_assert_arr_eq(cells(&bench, 0), header, sizeof header);
  cr_assert(is_blank(&bench, 12, 256 - 12));
  cr_assert_eq(put(&bench, "key", "thirteen byte"), PC_STATUS_OK);
  static const uint8_t chunk[] = {0xAA, 0x55, 0x97, 0x87, 0,   0, 0xD3, 0, 0,   0,   0,   0,   'k', 'e', 'y', 0,
                                  0,    0,    0,    0,    0,   0, 0,    0, 't', 'h', 'i', 'r', 't', 'e', 'e', 'n',
                                  ' ',  'b',  'y',  't',  'e', 0, 0,    0, 0,   0,   0,   0,   0,   0,   0,   0};
  cr_assert_arr_eq(cells(&bench, 24), chunk, sizeof chunk);
  cr_assert(is_blank(&bench, 24 + sizeof chunk, 256 - 24 - sizeof chunk));
  bench_close(&bench);
}

Test(chunk_format, a_clean_order_is_written_behind_the_header_from_0_up) {
  struct bench bench;
  bench_open(&bench, &WORDS);
  cr_assert_eq(pc_target_start(&bench.target), PC_STATUS_OK);
  /* Chunks of 48 bytes, four to a sector: the fifth leaves the first sector, the ninth the second. */
  char value[] = "a value of 14 ";
  for (uint32_t i = 0; i < 9; i++) {
    value[0]++;
    cr_assert_eq(put(&bench, "key", value), PC_STATUS_OK);
  }
  static const uint8_t first[12] = {0};
  static const uint8_t second[12] = {1};
  cr_assert_arr_eq(cells(&bench, 12), first, sizeof first);
  cr_assert_arr_eq(cells(&bench, 256 + 12), second, sizeof second);
  cr_assert(is_blank(&bench, 512 + 12, 12));
  bench_close(&bench);
}

Test(chunk_format, versions_2_and_3_are_read_and_nothing_more_is_written_to_another_alignment) {
  struct bench bench;
  bench_open(&bench, &BYTES);
  struct image image;
  image_begin(&image, 128, 4);
  image_sector(&image, 0, 2, 0xFFFF, NONE); /* version 2 says no alignment: it is 1 */
  image_chunk(&image, "old", "two");
  image_sector(&image, 1, 3, 1, NONE);
  image_chunk(&image, "newer", "three");
  image_sector(&image, 2, 4, 16, NONE);
  image_u16(&image, 0x55AA);
  image_u16(&image, image_crc(image_crc(0xFFFF, "wide"), "sixteen"));
  image_u16(&image, 0);
  image_u16(&image, 4 | 7 << 4);
  memcpy(image.cells + 304, "wide", 5);
  memcpy(image.cells + 320, "sixteen", 8);
  image_sector(&image, 3, 4, 1, NONE);
  cr_assert_eq(image_start(&bench, &image), PC_STATUS_OK);
  cr_assert_str_eq(get(&bench, "old"), "two");
  cr_assert_str_eq(get(&bench, "newer"), "three");
  cr_assert_str_eq(get(&bench, "wide"), "sixteen");
  size_t before = flash_operations(&bench);
  cr_assert_eq(put(&bench, "wide", "one"), PC_STATUS_OK);
  cr_assert_str_eq(get(&bench, "wide"), "one");
  /* It left its sector, which is marked. */
  cr_assert_eq(pc_device_journalled(bench.device, before).address, 2 * 128 + 16);
  cr_assert_eq(pc_target_start(&bench.target), PC_STATUS_OK);
  cr_assert_str_eq(get(&bench, "wide"), "one");
  bench_close(&bench);
}

Test(chunk_format, a_sector_without_the_token_is_erased_and_gets_a_header) {
  struct bench bench;
  bench_open(&bench, &BYTES);
  struct image image;
  image_begin(&image, 128, 4);
  image_sector(&image, 0, 4, 1, NONE);
  image_chunk(&image, "kept", "value");
  memset(image.cells + 128, 0x5A, 128);
  image_sector(&image, 2, 4, 1, NONE);
  image.cells[256] = 0;
  image_sector(&image, 3, 4, 1, NONE);
  cr_assert_eq(image_start(&bench, &image), PC_STATUS_OK);
  static const uint8_t header[] = {0xCD, 0xAB, 4, 0, 1, 0, 0xFF, 0xFF};
  for (uint32_t sector = 1; sector < 3; sector++) {
    cr_assert_arr_eq(cells(&bench, sector * 128), header, sizeof header);
    cr_assert(is_blank(&bench, sector * 128 + 8, 120));
  }
  cr_assert_eq(flash_operations(&bench), 4);
  cr_assert_str_eq(get(&bench, "kept"), "value");
  bench_close(&bench);
}

/* A header that it can't read may hold data of another version: it writes nothing. */
Test(chunk_format, a_header_that_it_does_not_know_stops_the_start) {
  static const struct {
    unsigned version, alignment;
  } unknown[] = {{5, 1}, {0, 1}, {1, 1}, {0xFFFF, 0xFFFF}, {4, 0}, {4, 129}, {4, 0xFFFF}, {3, 0}, {4, 64}};
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
    struct bench bench;
    bench_open(&bench, &BYTES);
    struct image image;
    image_begin(&image, 128, 4);
    image_sector(&image, 0, unknown[i].version, unknown[i].alignment, NONE);
    image_sector(&image, 1, 4, 1, NONE);
    image_sector(&image, 2, 4, 1, NONE);
    image_sector(&image, 3, 4, 1, NONE);
    cr_assert_eq(image_start(&bench, &image), PC_STATUS_FAILED, "case %zu", i);
    cr_assert_eq(flash_operations(&bench), 0);
    bench_close(&bench);
  }
}

Test(chunk_format, a_sector_that_the_part_could_not_mark_stops_the_start) {
  struct bench bench;
  bench_open(&bench,
             &(struct bench_plan){.profile = {.name = "wide", .sector_size = 256, .program_unit = 16}, .sectors = 2});
  struct image image;
  image_begin(&image, 256, 2);
  image_sector(&image, 0, 4, 8, NONE);
  image_sector(&image, 1, 4, 16, NONE);
  cr_assert_eq(image_start(&bench, &image), PC_STATUS_FAILED);
  bench_close(&bench);
}
