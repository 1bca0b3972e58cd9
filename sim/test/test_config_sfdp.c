/* Importing SFDP dumps: tables of real parts, tables built by the fields of JESD216, and tables that lie. */
#include "powercut/random.h"
#include "test_config_help.h"

TestSuite(config_sfdp, .init = enter_folder, .fini = leave_folder);

enum { HEADERS = 16, MOST_WORDS = 23 };

/* A dump with one parameter header and, behind it, the table. */
struct dump {
  uint8_t bytes[HEADERS + MOST_WORDS * 4];
  size_t size;
};

static void put_word(struct dump *dump, uint32_t number, uint32_t word) {
  for (unsigned i = 0; i < 4; i++) {
    dump->bytes[HEADERS + (number - 1) * 4 + i] = (uint8_t)(word >> 8 * i);
  }
}

static struct dump dump_of(const uint32_t *words, uint8_t count) {
  const uint8_t headers[HEADERS] = {'S', 'F', 'D', 'P', 6, 1, 0, 0xFF, 0x00, 6, 1, count, HEADERS, 0, 0, 0xFF};
  struct dump dump = {.size = HEADERS + (size_t)count * 4};
  memcpy(dump.bytes, headers, sizeof headers);
  for (uint32_t i = 0; i < count; i++) {
    put_word(&dump, i + 1, words[i]);
  }
  return dump;
}

/* The MX25R6435F's, as Zephyr's device trees quote it. */
static const uint32_t MX25R6435F[16] = {0xfff120e5, 0x03ffffff, 0x6b08eb44, 0xbb043b08, 0xffffffee, 0xff00ffff,
                                        0xff00ffff, 0x520f200c, 0xff00d810, 0x00f57223, 0xcc04ed82, 0x44488344,
                                        0xb030b030, 0x5cd5c4f7, 0xff29be00, 0xffffd0f0};
/* The first words of the MX66U2G45G's, with erase and program times of other units. */
static const uint32_t MX66U2G45G[11] = {0xfffb20e5, 0x7fffffff, 0x6b08eb44, 0xbb043b08, 0xfffffffe, 0xff00ffff,
                                        0xeb44ffff, 0x520f200c, 0xff00d810, 0x00b54987, 0xe204d284};

/* What the profile that is made of the dump says when it is read as a user's file. */
static struct pc_profile import(const struct dump *dump) {
  struct pc_buffer text = {0};
  struct pc_error error = {{0}};
  struct pc_profile profile = {.name = ""};
  cr_assert_eq(pc_sfdp_import("d.bin", (struct pc_bytes){dump->bytes, dump->size}, &text, &error), PC_OK, "%s",
               error.message);
  write_bytes("p.yaml", text.data, text.size);
  cr_assert_eq(pc_profile_find("./p.yaml", NULL, &profile, &error), PC_OK, "%s in\n%s", error.message,
               (char *)text.data);
  pc_buffer_free(&text);
  return profile;
}

static void expect_bad(const struct dump *dump, const char *message) {
  struct pc_buffer text = {0};
  struct pc_error error = {{0}};
  cr_assert_eq(pc_sfdp_import("d.bin", (struct pc_bytes){dump->bytes, dump->size}, &text, &error), PC_BAD_INPUT, "%s",
               message);
  cr_assert_str_eq(error.message, message);
  cr_assert_eq(text.size, 0);
  pc_buffer_free(&text);
}

static void expect_times(const struct pc_profile *profile, double program_typical, double program_maximum,
                         double erase_typical, double erase_maximum) {
  cr_expect_float_eq(profile->program_typical_us, program_typical, 1e-9);
  cr_expect_float_eq(profile->program_maximum_us, program_maximum, 1e-9);
  cr_expect_float_eq(profile->erase_typical_us, erase_typical, 1e-9);
  cr_expect_float_eq(profile->erase_maximum_us, erase_maximum, 1e-9);
}

/* Those of the MX25R6435F. */
static void expect_blocks(const struct pc_profile *profile) {
  cr_assert_eq(profile->erase_block_count, 2);
  cr_expect_eq(profile->erase_blocks[0].size, 32768);
  cr_expect_float_eq(profile->erase_blocks[0].erase_typical_us, 240000, 1e-9);
  cr_expect_float_eq(profile->erase_blocks[0].erase_maximum_us, 1920000, 1e-9);
  cr_expect_eq(profile->erase_blocks[1].size, 65536);
  cr_expect_float_eq(profile->erase_blocks[1].erase_typical_us, 480000, 1e-9);
  cr_expect_float_eq(profile->erase_blocks[1].erase_maximum_us, 3840000, 1e-9);
}

Test(config_sfdp, tables_of_known_parts_give_their_datasheets_figures) {
  struct dump dump = dump_of(MX25R6435F, 16);
  struct pc_profile profile = import(&dump);
  cr_expect_eq(profile.sector_size, 4096);
  cr_expect_eq(profile.page_size, 256);
  cr_expect_eq(profile.program_unit, 1);
  expect_times(&profile, 896, 5376, 48000, 384000);
  expect_blocks(&profile);

  struct pc_profile built_in;
  struct pc_error error;
  cr_assert_eq(pc_profile_find("mx25r6435f", NULL, &built_in, &error), PC_OK);
  expect_times(&built_in, 896, 5376, 48000, 384000);
  expect_blocks(&built_in);

  dump = dump_of(MX66U2G45G, 11);
  profile = import(&dump);
  cr_expect_eq(profile.sector_size, 4096);
  expect_times(&profile, 152, 1520, 25000, 400000);
}

/* Three erase types, of 64 KiB, 4 KiB and 256 KiB, in that order, with the units of 1 ms, 128 ms and 1 s. */
static struct dump built(uint8_t words) {
  const uint32_t table[MOST_WORDS] = {
      [0] = 0x4,                                       /* DWORD 1: programs at least 64 bytes at once */
      [1] = 0x80000000u | 27,                          /* 2^27 bits */
      [7] = 16 | 0xD8u << 8 | 12u << 16 | 0x20u << 24, /* types 1 and 2 */
      [8] = 18 | 0xDCu << 8,                           /* type 3, no type 4 */
      [9] = 1 | 30u << 4 | 0u << 9 | 2u << 11 | 2u << 16 | 0u << 18 | 3u << 23, /* 31 * 1 ms, 3 * 128 ms, 1 * 1 s */
      [10] = 0 | 9u << 4 | 31u << 8 | 0u << 13, /* pages of 512, 32 * 8 us, at most twice as long */
  };
  return dump_of(table, words);
}

Test(config_sfdp, every_field_is_read_where_the_standard_puts_it) {
  struct dump dump = built(MOST_WORDS);
  struct pc_profile profile = import(&dump);
  cr_expect_eq(profile.sector_size, 4096);
  cr_expect_eq(profile.page_size, 512);
  expect_times(&profile, 256, 512, 384000, 4 * 384000);
  struct pc_buffer text = {0};
  cr_assert_eq(pc_sfdp_import("d.bin", (struct pc_bytes){dump.bytes, dump.size}, &text, NULL), PC_OK);
  const char *said = (const char *)text.data;
  cr_expect_not_null(strstr(said, "revision 1.6, of 23 words"));
  cr_expect_not_null(strstr(said, "The part has 16777216 bytes"));
  cr_expect_not_null(strstr(said, "#   65536 bytes, a block here: 31 ms typical, 124 ms at most\n"));
  cr_expect_not_null(strstr(said, "#   4096 bytes, the sector here: 384 ms typical, 1536 ms at most\n"));
  cr_expect_not_null(strstr(said, "#   262144 bytes, a block here: 1000 ms typical, 4000 ms at most\n"));
  pc_buffer_free(&text);
}

Test(config_sfdp, what_an_old_table_does_not_tell_is_not_known) {
  struct dump dump = built(9);
  struct pc_profile profile = import(&dump);
  cr_expect_eq(profile.page_size, 256);
  expect_times(&profile, 0, 0, 0, 0);
  put_word(&dump, 1, 0);
  profile = import(&dump);
  cr_expect_eq(profile.page_size, 1, "it programs single bytes");
  dump = built(10);
  profile = import(&dump);
  expect_times(&profile, 0, 0, 384000, 4 * 384000);
}

Test(config_sfdp, of_two_basic_tables_the_later_revision_counts) {
  struct dump old = built(9);
  uint8_t bytes[8 + 2 * sizeof old.bytes] = {0};
  memcpy(bytes, old.bytes, HEADERS);
  bytes[6] = 1; /* one more parameter header */
  bytes[9] = 0;
  bytes[12] = 24;
  const uint8_t header[8] = {0x00, 6, 1, 16, 60, 0, 0, 0xFF};
  memcpy(bytes + 16, header, sizeof header);
  memcpy(bytes + 24, old.bytes + HEADERS, 36);
  struct dump new = dump_of(MX25R6435F, 16);
  memcpy(bytes + 60, new.bytes + HEADERS, 64);
  struct pc_buffer text = {0};
  struct pc_error error = {{0}};
  cr_assert_eq(pc_sfdp_import("d.bin", (struct pc_bytes){bytes, 124}, &text, &error), PC_OK, "%s", error.message);
  cr_expect_not_null(strstr((char *)text.data, "of 16 words"));
  pc_buffer_free(&text);
  cr_assert_eq(pc_sfdp_import("d.bin", (struct pc_bytes){bytes, 23}, &text, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "d.bin: it ends at byte 23, within the parameter headers, which goes to byte 24");
}

Test(config_sfdp, a_dump_that_ends_anywhere_is_refused) {
  struct dump dump = dump_of(MX25R6435F, 16);
  for (size_t size = 0; size < dump.size; size++) {
    struct pc_buffer text = {0};
    struct pc_error error = {{0}};
    uint8_t *exact = malloc(size + 1); /* so that reading further is seen */
    cr_assert_not_null(exact);
    memcpy(exact, dump.bytes, size);
    exact = realloc(exact, size > 0 ? size : 1);
    cr_assert_eq(pc_sfdp_import("d.bin", (struct pc_bytes){exact, size}, &text, &error), PC_BAD_INPUT, "%zu", size);
    cr_assert_eq(strncmp(error.message, "d.bin: it ends at byte ", 23), 0, "%s", error.message);
    cr_assert_eq(text.size, 0);
    free(exact);
  }
}

Test(config_sfdp, what_can_not_be_is_refused_by_name) {
  struct dump dump = dump_of(MX25R6435F, 16);
  dump.bytes[3] = 'Q';
  expect_bad(&dump, "d.bin: not an SFDP dump: it begins with 53 46 44 51, not with 53 46 44 50 ('SFDP')");
  dump = dump_of(MX25R6435F, 16);
  dump.bytes[5] = 2;
  expect_bad(&dump, "d.bin: SFDP revision 2.6 is not known: only 1.x is");
  dump = dump_of(MX25R6435F, 16);
  dump.bytes[10] = 0;
  expect_bad(&dump, "d.bin: revision 0.6 of the basic flash parameter table is not known: only 1.x is");
  dump = dump_of(MX25R6435F, 16);
  dump.bytes[8] = 0x84;
  expect_bad(&dump, "d.bin: none of its 1 parameter headers is of a basic flash parameter table");
  dump = dump_of(MX25R6435F, 8);
  expect_bad(&dump, "d.bin: a basic flash parameter table of 8 words has no erase types: 9 is the least");
  dump = dump_of(MX25R6435F, 16);
  dump.bytes[14] = 0xFF;
  expect_bad(&dump, "d.bin: it ends at byte 80, within the basic flash parameter table, which goes to byte 16711760");
  dump = dump_of(MX25R6435F, 16);
  put_word(&dump, 2, 0xFFFFFFFF);
  expect_bad(&dump, "d.bin: a density (DWORD 2) of 0xffffffff is no size of a part");
  put_word(&dump, 2, 0x80000002);
  expect_bad(&dump, "d.bin: a density (DWORD 2) of 0x80000002 is no size of a part");
  put_word(&dump, 2, 6);
  expect_bad(&dump, "d.bin: a density (DWORD 2) of 0x00000006 is no size of a part");
  dump = dump_of(MX25R6435F, 16);
  put_word(&dump, 8, 0x520f20FF);
  expect_bad(&dump, "d.bin: erase type 1 is of 2^255 bytes, in a part of 8388608");
  put_word(&dump, 8, 0x5218200c);
  expect_bad(&dump, "d.bin: erase type 2 is of 2^24 bytes, in a part of 8388608");
  put_word(&dump, 8, 0);
  put_word(&dump, 9, 0);
  expect_bad(&dump, "d.bin: it has no erase type of 16 bytes to 1 MiB");
  put_word(&dump, 8, 0x20150203);
  expect_bad(&dump, "d.bin: it has no erase type of 16 bytes to 1 MiB");
}

Test(config_sfdp, whatever_is_in_a_dump_it_is_refused_or_gives_a_profile, .timeout = 120) {
  struct pc_random random = {.state = 20};
  uint32_t taken = 0;
  for (uint32_t i = 0; i < 20000; i++) {
    struct dump dump = dump_of(MX25R6435F, 16);
    for (uint64_t changes = 1 + pc_random_below(&random, 4); changes > 0; changes--) {
      dump.bytes[pc_random_below(&random, dump.size)] = (uint8_t)pc_random_next(&random);
    }
    struct pc_buffer text = {0};
    struct pc_error error = {{0}};
    enum pc_result result = pc_sfdp_import("d.bin", (struct pc_bytes){dump.bytes, dump.size}, &text, &error);
    cr_assert(result == PC_OK || result == PC_BAD_INPUT);
    pc_buffer_free(&text);
    if (result == PC_OK) {
      taken++;
      (void)import(&dump);
    }
  }
  cr_assert(taken > 5000 && taken < 19000, "%u", taken);
}
