#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#include "model/crc.h"
#include "model/decode_keys.h"
#include "powercut/random.h"
#include "test_decoder_images.h"

static void decode(const struct test_image *image, struct pc_decoded *decoded) {
  struct pc_error error = {""};
  cr_assert_eq(pc_decode(image->bytes, &image->layout, decoded, &error), PC_OK, "%s", error.message);
}

static void put_text(struct test_image *image, uint32_t address, uint32_t id, const char *key, const char *value) {
  struct test_entry entry = {.id = id, .key = text_bytes(key)};
  entry.tombstone = value == NULL;
  if (value != NULL) {
    entry.value = text_bytes(value);
  }
  image_put(image, address, &entry);
}

static void expect_states(const struct pc_decoded *decoded, const enum pc_entry_state *states, uint32_t count) {
  cr_assert_eq(decoded->entry_count, count);
  for (uint32_t i = 0; i < count; i++) {
    cr_expect_eq(decoded->entries[i].state, states[i], "entry %u is %s, not %s", i,
                 pc_entry_state_text(decoded->entries[i].state), pc_entry_state_text(states[i]));
  }
}

static void expect_live(const struct pc_decoded *decoded, uint32_t index, const char *key, const char *value) {
  cr_assert_lt(index, decoded->live_count);
  cr_expect(pc_bytes_equal(decoded->live[index].key, text_bytes(key)), "live key %u is not %s", index, key);
  cr_expect(pc_bytes_equal(decoded->live[index].value, text_bytes(value)), "%s is not %s", key, value);
}

Test(crc, gives_the_published_check_values) {
  const uint8_t *check = (const uint8_t *)"123456789";
  cr_expect_eq(pc_crc16_ccitt(0xFFFF, check, 9), 0x29B1);
  cr_expect_eq(pc_crc32c(0, check, 9), 0xE3069283u);
  cr_expect_eq(pc_crc32c_portable(0, check, 9), 0xE3069283u);
}

Test(crc, agrees_with_the_definition_at_every_length_and_in_pieces) {
  struct pc_random random = {.state = 1};
  uint8_t data[300];
  for (size_t size = 0; size < sizeof data; size++) {
    for (size_t i = 0; i < size; i++) {
      data[i] = (uint8_t)pc_random_next(&random);
    }
    size_t cut = (size_t)pc_random_below(&random, size + 1);
    uint16_t first16 = pc_crc16_ccitt(0xFFFF, data, cut);
    cr_assert_eq(pc_crc16_ccitt(first16, data + cut, size - cut), slow_crc16(data, size), "%zu bytes", size);
    uint32_t first32 = pc_crc32c(0, data, cut);
    cr_assert_eq(pc_crc32c(first32, data + cut, size - cut), slow_crc32c(data, size), "%zu bytes", size);
    first32 = pc_crc32c_portable(0, data, cut);
    cr_assert_eq(pc_crc32c_portable(first32, data + cut, size - cut), slow_crc32c(data, size), "%zu bytes", size);
  }
}

Test(decoder, reads_the_example_of_the_format) {
  static const uint8_t example[32] = {0xEF, 0xBE, 0x0D, 0x60, 0xED, 0xE0, 0,    0,    0,    2,
                                      2,    0,    1,    0,    0,    0,    0x6B, 0x31, 0x11, 0x22};
  struct pc_image_layout layout = simple_layout(512, 2, PC_CHECKSUM_CRC16_CCITT);
  struct test_image image = image_create(&layout);
  memcpy(image.cells, example, sizeof example);
  struct pc_decoded decoded = {0};
  decode(&image, &decoded);
  expect_states(&decoded, (const enum pc_entry_state[]){PC_ENTRY_LIVE}, 1);
  cr_expect_eq(decoded.entries[0].size, 32);
  cr_expect_eq(decoded.entries[0].magic, MAGIC);
  cr_expect_eq(decoded.entries[0].transaction_id, 1);
  cr_expect_eq(decoded.live_count, 1);
  expect_live(&decoded, 0, "k1", "\x11\x22");
  cr_expect_eq(decoded.live[0].copies, 1);
  cr_expect_eq(decoded.sectors[0].used_bytes, 32);
  cr_expect_eq(decoded.sectors[0].free_bytes, 480);
  cr_expect_eq(decoded.sectors[1].free_bytes, 512);
  pc_decoded_free(&decoded);
  image_free(&image);
}

static void check_golden(const struct test_image *image, const void *manifest_case, void *context) {
  struct pc_decoded *decoded = context;
  const char *name = json_string_value(json_object_get(manifest_case, "name"));
  const json_t *entries = json_object_get(manifest_case, "entries");
  decode(image, decoded);
  cr_expect_eq(decoded->live_count, json_object_size(entries), "%s: %u live keys", name, decoded->live_count);
  for (uint32_t i = 0; i < decoded->live_count; i++) {
    struct pc_buffer key = {0};
    struct pc_buffer value = {0};
    pc_buffer_hex(&key, decoded->live[i].key);
    pc_buffer_hex(&value, decoded->live[i].value);
    const char *expected = json_string_value(json_object_get(entries, (const char *)key.data));
    cr_assert_not_null(expected, "%s: key %s", name, (const char *)key.data);
    cr_expect_str_eq((const char *)value.data, strcmp(expected, "-") == 0 ? "" : expected, "%s: key %s", name,
                     (const char *)key.data);
    pc_buffer_free(&key);
    pc_buffer_free(&value);
  }
  /* pw_kvs started without repair says whether it met any damage, and a missing copy is damage to it. */
  bool clean = strcmp(json_string_value(json_object_get(manifest_case, "init_manual")), "OK") == 0;
  cr_expect_eq(decoded->damaged == 0 && decoded->missing_copies == 0, clean, "%s: %u damaged, %u missing", name,
               decoded->damaged, decoded->missing_copies);
}

Test(decoder, reads_from_every_golden_image_what_pw_kvs_read) {
  struct pc_decoded decoded = {0};
  golden_each(check_golden, &decoded);
  pc_decoded_free(&decoded);
}

Test(decoder, tells_every_state_and_counts_copies_once_a_sector) {
  struct pc_image_layout layout = simple_layout(256, 4, PC_CHECKSUM_CRC32C);
  layout.redundancy = 3;
  struct test_image image = image_create(&layout);
  put_text(&image, 0, 1, "a", "old");
  put_text(&image, 32, 2, "a", "new");
  put_text(&image, 64, 2, "a", "new");
  put_text(&image, 96, 3, "b", "gone");
  image.cells[128] = 0;
  put_text(&image, 256, 2, "a", "new");
  put_text(&image, 288, 4, "b", NULL);
  put_text(&image, 512, 5, "c", "");
  struct pc_decoded decoded = {0};
  decode(&image, &decoded);
  expect_states(
      &decoded,
      (const enum pc_entry_state[]){PC_ENTRY_SUPERSEDED, PC_ENTRY_LIVE, PC_ENTRY_DUPLICATE, PC_ENTRY_SUPERSEDED,
                                    PC_ENTRY_DAMAGED, PC_ENTRY_LIVE, PC_ENTRY_TOMBSTONE, PC_ENTRY_LIVE},
      8);
  cr_expect_eq(decoded.entries[4].address, 128);
  cr_expect_eq(decoded.entries[4].size, 16);
  cr_expect_eq(decoded.entries[6].value.size, 0);
  cr_expect_eq(decoded.live_count, 2);
  expect_live(&decoded, 0, "a", "new");
  expect_live(&decoded, 1, "c", "");
  cr_expect_eq(decoded.live[0].copies, 2);
  cr_expect_eq(decoded.live[1].copies, 1);
  cr_expect_eq(decoded.missing_copies, 3);
  cr_expect_eq(decoded.damaged, 1);
  static const struct pc_decoded_sector sectors[] = {
      {144, 0, false, 1}, {64, 192, false, 0}, {32, 224, false, 0}, {0, 256, false, 0}};
  for (uint32_t i = 0; i < 4; i++) {
    cr_expect_eq(decoded.sectors[i].used_bytes, sectors[i].used_bytes, "sector %u", i);
    cr_expect_eq(decoded.sectors[i].free_bytes, sectors[i].free_bytes, "sector %u", i);
    cr_expect_eq(decoded.sectors[i].blank_gap, sectors[i].blank_gap, "sector %u", i);
    cr_expect_eq(decoded.sectors[i].damaged, sectors[i].damaged, "sector %u", i);
  }
  pc_decoded_free(&decoded);
  image_free(&image);
}

Test(decoder, names_every_state) {
  static const char *const names[] = {"live", "tombstone", "superseded", "duplicate", "damaged"};
  for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
    cr_expect_str_eq(pc_entry_state_text((enum pc_entry_state)i), names[i]);
  }
}

Test(decoder, takes_the_newest_entry_by_serial_arithmetic) {
  static const struct {
    uint32_t first, second;
    bool second_is_newer;
  } cases[] = {{1, 2, true},          {2, 1, false},          {0xFFFFFFFF, 0, true},  {0, 0xFFFFFFFF, false},
               {5, 0x80000004, true}, {5, 0x80000006, false}, {0x80000000, 0, false}, {0xFFFFFFF0, 0x10, true}};
  struct pc_image_layout layout = simple_layout(512, 1, PC_CHECKSUM_CRC32C);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct test_image image = image_create(&layout);
    put_text(&image, 0, cases[i].first, "k", "first");
    put_text(&image, 32, cases[i].second, "k", "second");
    struct pc_decoded decoded = {0};
    decode(&image, &decoded);
    expect_live(&decoded, 0, "k", cases[i].second_is_newer ? "second" : "first");
    cr_expect_eq(decoded.entries[0].state == PC_ENTRY_LIVE, !cases[i].second_is_newer, "case %zu", i);
    cr_expect_eq(decoded.entries[1].state == PC_ENTRY_LIVE, cases[i].second_is_newer, "case %zu", i);
    pc_decoded_free(&decoded);
    image_free(&image);
  }
}

Test(decoder, of_one_id_with_two_contents_takes_the_first) {
  struct pc_image_layout layout = simple_layout(256, 3, PC_CHECKSUM_CRC16_CCITT);
  struct test_image image = image_create(&layout);
  put_text(&image, 0, 7, "k", "one");
  put_text(&image, 256, 7, "k", "two");
  put_text(&image, 288, 7, "k", NULL);
  put_text(&image, 512, 7, "k", "one");
  struct pc_decoded decoded = {0};
  decode(&image, &decoded);
  expect_states(&decoded,
                (const enum pc_entry_state[]){PC_ENTRY_LIVE, PC_ENTRY_SUPERSEDED, PC_ENTRY_SUPERSEDED, PC_ENTRY_LIVE},
                4);
  expect_live(&decoded, 0, "k", "one");
  cr_expect_eq(decoded.live[0].copies, 2);
  pc_decoded_free(&decoded);
  image_free(&image);
}

Test(decoder, counts_copies_of_different_formats_as_the_same) {
  struct pc_image_layout layout = simple_layout(256, 2, PC_CHECKSUM_CRC16_CCITT);
  layout.formats[layout.format_count++] = (struct pc_format){OTHER_MAGIC, PC_CHECKSUM_NONE};
  struct test_image image = image_create(&layout);
  put_text(&image, 0, 7, "k", "v");
  image_put(&image, 256,
            &(struct test_entry){
                .magic = OTHER_MAGIC, .id = 7, .units = 3, .key = text_bytes("k"), .value = text_bytes("v")});
  struct pc_decoded decoded = {0};
  decode(&image, &decoded);
  cr_expect_eq(decoded.live[0].copies, 2);
  cr_expect_eq(decoded.entries[1].magic, OTHER_MAGIC);
  cr_expect_eq(decoded.entries[1].size, 64);
  pc_decoded_free(&decoded);
  image_free(&image);
}

Test(decoder, stops_at_a_blank_header_and_tells_what_lies_behind) {
  struct pc_image_layout layout = simple_layout(256, 3, PC_CHECKSUM_CRC32C);
  struct test_image image = image_create(&layout);
  put_text(&image, 0, 1, "a", "read");
  put_text(&image, 64, 2, "a", "stale");
  image.cells[256 + 255] = 0xFE; /* an erase that was cut: only the start is blank */
  image.cells[512] = 0xFE;       /* damage does not end in blank words: as pw_kvs does, the rest is searched */
  image.cells[512 + 16] = 0;
  image.cells[512 + 100] = 0;
  struct pc_decoded decoded = {0};
  decode(&image, &decoded);
  expect_states(&decoded, (const enum pc_entry_state[]){PC_ENTRY_LIVE, PC_ENTRY_DAMAGED}, 2);
  expect_live(&decoded, 0, "a", "read");
  cr_expect_eq(decoded.entries[1].size, 112);
  for (uint32_t i = 0; i < 3; i++) {
    cr_expect_eq(decoded.sectors[i].blank_gap, i < 2, "sector %u", i);
    cr_expect_eq(decoded.sectors[i].free_bytes, 0, "sector %u", i);
  }
  cr_expect_eq(decoded.sectors[1].used_bytes, 0);
  cr_expect_eq(decoded.sectors[2].used_bytes, 112);
  pc_decoded_free(&decoded);
  image_free(&image);
}

Test(decoder, finds_the_entry_behind_damage_that_reads_blank) {
  struct pc_image_layout layout = simple_layout(256, 1, PC_CHECKSUM_CRC32C);
  struct test_image image = image_create(&layout);
  image.cells[0] = 0xFE;
  put_text(&image, 64, 2, "b", "found");
  struct pc_decoded decoded = {0};
  decode(&image, &decoded);
  expect_states(&decoded, (const enum pc_entry_state[]){PC_ENTRY_DAMAGED, PC_ENTRY_LIVE}, 2);
  expect_live(&decoded, 0, "b", "found");
  cr_expect_eq(decoded.entries[0].size, 64);
  cr_expect_eq(decoded.sectors[0].used_bytes, 96);
  cr_expect_eq(decoded.sectors[0].free_bytes, 0);
  pc_decoded_free(&decoded);
  image_free(&image);
}

Test(decoder, finds_the_entry_behind_damage) {
  struct pc_image_layout layout = simple_layout(256, 1, PC_CHECKSUM_CRC16_CCITT);
  struct test_image image = image_create(&layout);
  put_text(&image, 0, 1, "a", "damaged, and long enough to fill three steps");
  image.cells[0] ^= 1;
  put_text(&image, 64, 2, "b", "found");
  struct pc_decoded decoded = {0};
  decode(&image, &decoded);
  expect_states(&decoded, (const enum pc_entry_state[]){PC_ENTRY_DAMAGED, PC_ENTRY_LIVE}, 2);
  cr_expect_eq(decoded.entries[0].size, 64);
  expect_live(&decoded, 0, "b", "found");
  pc_decoded_free(&decoded);
  image_free(&image);
}

/* An extent that ends with its sector is read; one step more is damage, and nothing behind the image is touched. */
Test(decoder, keeps_an_entry_inside_its_sector) {
  static const uint8_t value[112] = {0};
  struct pc_image_layout layout = simple_layout(128, 2, PC_CHECKSUM_CRC32C);
  struct test_image image = image_create(&layout);
  struct test_entry entry = {.id = 1, .key = text_bytes("k"), .value = {value, 111}};
  image_put(&image, 128, &entry);
  struct pc_decoded decoded = {0};
  decode(&image, &decoded);
  expect_states(&decoded, (const enum pc_entry_state[]){PC_ENTRY_LIVE}, 1);
  cr_expect_eq(decoded.sectors[1].free_bytes, 0);
  entry.value.size = 112;
  image_put(&image, 0, &entry);
  decode(&image, &decoded);
  cr_expect_eq(decoded.live_count, 0, "an entry of 128 + 16 bytes was read from a sector of 128");
  pc_decoded_free(&decoded);
  image_free(&image);
}

Test(decoder, accepts_no_entry_with_a_single_wrong_bit) {
  static const enum pc_checksum checksums[] = {PC_CHECKSUM_CRC16_CCITT, PC_CHECKSUM_CRC32C};
  for (size_t c = 0; c < 2; c++) {
    struct pc_image_layout layout = simple_layout(512, 1, checksums[c]);
    struct test_image image = image_create(&layout);
    put_text(&image, 0, 0x1234567, "some key", "a value of some length that ends inside of its last step");
    struct pc_decoded decoded = {0};
    decode(&image, &decoded);
    cr_assert_eq(decoded.live_count, 1);
    uint32_t size = decoded.entries[0].size;
    for (uint32_t bit = 0; bit < size * 8; bit++) {
      image.cells[bit / 8] ^= (uint8_t)(1u << bit % 8);
      decode(&image, &decoded);
      cr_expect_eq(decoded.live_count, 0, "bit %u of the entry does not matter", bit);
      cr_expect_eq(decoded.damaged, 1, "bit %u", bit);
      image.cells[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    pc_decoded_free(&decoded);
    image_free(&image);
  }
}

Test(decoder, refuses_key_lengths_and_checksum_fields_that_the_format_does_not_have) {
  static const struct {
    uint32_t offset;
    uint8_t value;
  } changes[] = {{9, 0}, {9, 64}, {4, 1}, {7, 1}};
  struct pc_image_layout layout = simple_layout(512, 1, PC_CHECKSUM_NONE);
  for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
    struct test_image image = image_create(&layout);
    put_text(&image, 0, 1, "k", "0123456789012345678901234567890123456789012345678901234567890123456789");
    struct pc_decoded decoded = {0};
    decode(&image, &decoded);
    cr_assert_eq(decoded.live_count, 1);
    image.cells[changes[i].offset] = changes[i].value;
    decode(&image, &decoded);
    cr_expect_eq(decoded.live_count, 0, "change %zu", i);
    pc_decoded_free(&decoded);
    image_free(&image);
  }
}

Test(decoder, compares_whole_keys_and_sorts_them_bytewise) {
  static const struct pc_bytes keys[] = {
      {(const uint8_t *)"D4", 2},        {(const uint8_t *)"a", 1},
      {(const uint8_t *)"a\0", 2},       {(const uint8_t *)"ahj9d", 5},
      {(const uint8_t *)"dFU6S", 5},     {(const uint8_t *)"prefix-8", 8},
      {(const uint8_t *)"prefix-80", 9}, {(const uint8_t *)"prefix-80\0", 10},
      {(const uint8_t *)"prefix-81", 9}, {(const uint8_t *)"\x80", 1},
      {(const uint8_t *)"\xFF\xFF", 2},
  };
  enum { KEYS = sizeof keys / sizeof keys[0] };
  struct pc_image_layout layout = simple_layout(512, 1, PC_CHECKSUM_CRC32C);
  struct test_image image = image_create(&layout);
  uint32_t address = 0;
  for (uint32_t i = 0; i < KEYS; i++) {
    struct test_entry entry = {.id = i, .key = keys[i * 7 % KEYS]}; /* 7 and 11 share no divisor: all of them, mixed */
    address += image_put(&image, address, &entry);
  }
  struct pc_decoded decoded = {0};
  decode(&image, &decoded);
  cr_assert_eq(decoded.live_count, KEYS);
  for (uint32_t i = 0; i < KEYS; i++) {
    cr_expect(pc_bytes_equal(decoded.live[i].key, keys[i]), "key %u", i);
  }
  pc_decoded_free(&decoded);
  image_free(&image);
}

Test(decoder, frees_only_what_an_aligned_entry_can_use) {
  static const struct {
    uint32_t alignment, free_bytes; /* of a sector of 960 bytes with 32 bytes used */
  } cases[] = {{1, 928}, {16, 928}, {24, 912}, {40, 880}, {32, 928}, {64, 896}, {320, 640}, {960, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pc_image_layout layout = simple_layout(960, 1, PC_CHECKSUM_CRC32C);
    layout.alignment = cases[i].alignment;
    struct test_image image = image_create(&layout);
    put_text(&image, 0, 1, "k", "v");
    struct pc_decoded decoded = {0};
    decode(&image, &decoded);
    cr_expect_eq(decoded.sectors[0].free_bytes, cases[i].free_bytes, "alignment %u: %u", cases[i].alignment,
                 decoded.sectors[0].free_bytes);
    pc_decoded_free(&decoded);
    image_free(&image);
  }
}

Test(decoder, reads_the_last_bytes_of_a_sector_too_small_for_a_header) {
  struct pc_image_layout layout = simple_layout(40, 3, PC_CHECKSUM_CRC32C);
  layout.alignment = 1;
  struct test_image image = image_create(&layout);
  put_text(&image, 0, 1, "k", "v");
  put_text(&image, 40, 2, "l", "v");
  image.cells[79] = 0; /* behind a blank word: a gap */
  put_text(&image, 80, 3, "m", "v");
  image.cells[112] = 0;
  struct pc_decoded decoded = {0};
  decode(&image, &decoded);
  cr_expect_eq(decoded.live_count, 3);
  cr_expect_eq(decoded.sectors[0].free_bytes, 8);
  cr_expect(decoded.sectors[1].blank_gap);
  cr_expect_eq(decoded.sectors[1].damaged, 0);
  cr_expect_eq(decoded.sectors[2].used_bytes, 40);
  cr_expect_eq(decoded.entries[decoded.entry_count - 1].size, 8);
  image.layout.alignment = 40; /* entries would begin at multiples of 80 */
  decode(&image, &decoded);
  cr_expect_eq(decoded.sectors[0].free_bytes, 0);
  pc_decoded_free(&decoded);
  image_free(&image);
}

Test(decoder, refuses_an_image_of_another_size) {
  struct pc_image_layout layout = simple_layout(512, 4, PC_CHECKSUM_CRC32C);
  struct test_image image = image_create(&layout);
  struct pc_decoded decoded = {0};
  struct pc_error error;
  struct pc_bytes shorter = {image.cells, image.bytes.size - 1};
  cr_expect_eq(pc_decode(shorter, &layout, &decoded, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "the image has 2047 bytes, but 4 sectors of 512 bytes are 2048");
  layout.sector_count = 0;
  cr_expect_eq(pc_decode((struct pc_bytes){0}, &layout, &decoded, &error), PC_BAD_INPUT);
  pc_decoded_free(&decoded);
  image_free(&image);
}

Test(decoder, forgets_all_of_the_image_before_also_when_its_epoch_wraps) {
  struct pc_image_layout large = simple_layout(4096, 16, PC_CHECKSUM_NONE);
  struct pc_image_layout small = simple_layout(256, 1, PC_CHECKSUM_NONE);
  struct test_image full = image_create(&large);
  struct test_image one = image_create(&small);
  for (uint32_t i = 0; i < 2048; i++) {
    uint8_t key[] = {(uint8_t)i, (uint8_t)(i >> 8)};
    image_put(&full, i * 32, &(struct test_entry){.id = i, .key = {key, sizeof key}});
  }
  put_text(&one, 0, 1, "k", "v");
  struct pc_decoded decoded = {0};
  decode(&full, &decoded);
  cr_expect_eq(decoded.live_count, 2048);
  decoded.memory->epoch = UINT32_MAX; /* the second from here is the first again, whose slots are still there */
  for (int i = 0; i < 3; i++) {
    decode(&one, &decoded);
    cr_expect_eq(decoded.live_count, 1);
    cr_expect_eq(decoded.entry_count, 1);
    cr_expect_eq(decoded.sector_count, 1);
    const struct pc_entry *entries = decoded.entries;
    decode(&full, &decoded);
    cr_expect_eq(decoded.live_count, 2048, "decode %d finds %u keys", i, decoded.live_count);
    cr_expect_eq(decoded.entries, entries, "the memory was not used again");
  }
  pc_decoded_free(&decoded);
  image_free(&full);
  image_free(&one);
}

Test(layout, names_what_is_out_of_range) {
  struct pc_image_layout good = simple_layout(4096, 17, PC_CHECKSUM_CRC32C);
  good.formats[1] = (struct pc_format){OTHER_MAGIC, PC_CHECKSUM_NONE};
  good.format_count = 2;
  struct pc_error error;
  cr_assert_eq(pc_layout_check(&good, &error), PC_OK);
  struct pc_image_layout bad[16];
  const char *messages[16];
  size_t count = 0;
#define BAD(change, text) (bad[count] = good, bad[count].change, messages[count++] = (text))
  BAD(sector_count = 0, "the number of sectors is 0: it must be 1 to 65535");
  BAD(sector_count = 65536, "the number of sectors is 65536: it must be 1 to 65535");
  BAD(sector_size = 0x1000000, "17 sectors of 16777216 bytes are more than 256 MiB");
  BAD(sector_size = 15, "the sector size is 15: it must be 16 to 16777216");
  BAD(sector_size = 0x1000001, "the sector size is 16777217: it must be 16 to 16777216");
  BAD(sector_size = 4104, "the sector size, 4104, is no multiple of the alignment, 16");
  BAD(alignment = 0, "the alignment is 0: it must be 1 to 4096");
  BAD(alignment = 4097, "the alignment is 4097: it must be 1 to 4096");
  BAD(redundancy = 0, "the redundancy is 0: it must be 1 to 16");
  BAD(redundancy = 17, "the redundancy is 17: it must be 1 to 16");
  BAD(format_count = 0, "the number of formats is 0: it must be 1 to 8");
  BAD(format_count = 9, "the number of formats is 9: it must be 1 to 8");
  BAD(formats[1].magic = MAGIC, "formats 1 and 2 have the same magic, 0x600dbeef");
  BAD(formats[1].magic = 0xFFFFFFFF, "format 2 has the magic 0xffffffff, which is erased flash");
  BAD(formats[0].checksum = (enum pc_checksum)3, "format 1 has an unknown checksum (3)");
  for (size_t i = 0; i < count; i++) {
    cr_expect_eq(pc_layout_check(&bad[i], &error), PC_BAD_INPUT, "%s", messages[i]);
    cr_expect_str_eq(error.message, messages[i]);
  }
#undef BAD
}
