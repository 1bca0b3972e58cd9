/*
 * No file makes the reader stumble: cut off anywhere or changed at random, it is read or refused with a message that
 * names it, and nothing leaks (the suite also runs under AddressSanitizer).
 */
#include <criterion/criterion.h>

#include "powercut/random.h"
#include "test_config_help.h"

TestSuite(config_hostile, .init = enter_folder, .fini = leave_folder);

/* Both kinds of files in one, in all of YAML's styles. */
static const char EVERYTHING[] =
    "# comment\n"
    "repro: 1\ninvariant: \"atomic\"\nname: 'a ''b'''\n"
    "device:\n  profile: {name: x, summary: \"\\u00e9\\n\", sector_size: 0x40, program_unit: 4,\n"
    "    program_us: {typical: 1.5e2, maximum: 150}}\n  sectors: 8\n"
    "store:\n  engine: norkv\n  redundancy: 2\n  \"odd key\": >-\n    folded\n"
    "workload:\n  inline: |\n    put a 00ff # one\n    get hex:20\n    maintain full\n    reboot\n"
    "power:\n  faults:\n  - prefix\n  - \"bit_subset\"\n  depth: 2\nseed: 0xFF\n"
    "cut_path: [{flash_operation: 1, fault: prefix, variant: 2}]\n";

/* Reads the file as both kinds (a crash leaves it in the test's folder); whatever comes of it is complete and said in
 * one line. Returns whether it was right. */
static bool try_file(const void *text, size_t size) {
  write_bytes("s.yaml", text, size);
  bool right = false;
  struct pc_error error = {{0}};
  struct pc_repro repro;
  enum pc_result result = pc_repro_load("s.yaml", &repro, &error);
  if (result == PC_OK) {
    right = true;
    pc_repro_free(&repro);
  } else {
    cr_assert_eq(result, PC_BAD_INPUT);
    cr_assert(strncmp(error.message, "s.yaml:", 7) == 0 && strchr(error.message, '\n') == NULL, "%s", error.message);
  }
  struct pc_scenario scenario;
  result = pc_scenario_load("s.yaml", NULL, &scenario, &error);
  if (result == PC_OK) {
    right = true;
    pc_scenario_free(&scenario);
  } else {
    cr_assert_eq(result, PC_BAD_INPUT);
    cr_assert(strncmp(error.message, "s.yaml:", 7) == 0 && strchr(error.message, '\n') == NULL, "%s", error.message);
  }
  return right;
}

Test(config_hostile, a_file_that_ends_anywhere_is_read_or_refused, .timeout = 300) {
  cr_expect(try_file(GOOD, strlen(GOOD)));
  cr_expect(try_file(EVERYTHING, strlen(EVERYTHING)));
  for (size_t size = 0; size < strlen(GOOD); size++) {
    (void)try_file(GOOD, size);
  }
  for (size_t size = 0; size < strlen(EVERYTHING); size++) {
    (void)try_file(EVERYTHING, size);
  }
}

/* Pieces that mean something to YAML or to the reader. */
static const char *const PIECES[] = {
    "\n",          "  ",
    ":",           ": ",
    "-",           "- ",
    "{",           "}",
    "[",           "]",
    ",",           "#",
    "|",           ">",
    "\"",          "'",
    "&a ",         "*a",
    "!!str ",      "? ",
    "---\n",       "...\n",
    "%YAML 1.1\n", "\t",
    "\r",          "\\",
    "0",           "-1",
    "1e999",       "null",
    "~",           "name: ",
    "inline: |\n", "trace: x\n",
    "\xC3\xA9",    "\xFF",
    "\x00",        "\xEF\xBB\xBF",
    "<<: ",        "prefix",
    "depth: 8\n",
};

/* A text that is being changed. */
struct draft {
  char text[2 * sizeof EVERYTHING];
  size_t size;
};

static void insert(struct draft *draft, size_t at, const char *bytes, size_t size) {
  if (draft->size + size > sizeof draft->text) {
    return;
  }
  memmove(draft->text + at + size, draft->text + at, draft->size - at);
  memcpy(draft->text + at, bytes, size);
  draft->size += size;
}

static void cut_out(struct draft *draft, size_t at, size_t size) {
  size_t most = draft->size - at - 1;
  size = size < most ? size : most;
  memmove(draft->text + at, draft->text + at + size, draft->size - at - size);
  draft->size -= size;
}

static void change(struct pc_random *random, struct draft *draft) {
  size_t at = (size_t)pc_random_below(random, draft->size);
  size_t count = 1 + (size_t)pc_random_below(random, 60);
  switch (pc_random_below(random, 4)) {
    case 0:
      draft->text[at] = (char)pc_random_next(random);
      break;
    case 1:
      cut_out(draft, at, count / 5 + 1);
      break;
    case 2: {
      const char *piece = PIECES[pc_random_below(random, sizeof PIECES / sizeof PIECES[0])];
      insert(draft, at, piece, piece[0] == '\0' ? 1 : strlen(piece));
      break;
    }
    default: { /* a part of it again */
      char part[64];
      size_t from = (size_t)pc_random_below(random, draft->size - sizeof part);
      memcpy(part, draft->text + from, sizeof part);
      insert(draft, at, part, count);
      break;
    }
  }
}

Test(config_hostile, a_file_changed_at_random_is_read_or_refused, .timeout = 600) {
  uint64_t right = 0;
  for (uint64_t seed = 0; seed < 20000; seed++) {
    struct pc_random random = {seed};
    struct draft draft = {.size = 0};
    insert(&draft, 0, EVERYTHING, sizeof EVERYTHING - 1);
    uint64_t changes = 1 + pc_random_below(&random, 2);
    for (uint64_t i = 0; i < changes; i++) {
      change(&random, &draft);
    }
    right += try_file(draft.text, draft.size);
  }
  cr_expect_gt(right, 500, "the changes don't only break the syntax: %llu", (unsigned long long)right);
  cr_expect_lt(right, 19000);
}

/* Shapes that are known to make YAML readers slow or deep. */
Test(config_hostile, deep_and_wide_files_are_refused_quickly, .timeout = 60) {
  static const char *const units[] = {"[",         "{a: ", "- ",   "? ",    "a: [",  "{",    "!!x ", "'",
                                      "\"\\u00e9", "&a [", "%x\n", "# x\n", "- a\n", "a:\n", "\n"};
  enum { SIZE = 1 << 20 };
  char *text = malloc(SIZE);
  cr_assert_not_null(text);
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    size_t unit = strlen(units[i]);
    size_t size = SIZE - SIZE % unit;
    for (size_t at = 0; at < size; at++) {
      text[at] = units[i][at % unit];
    }
    cr_expect_not(try_file(text, size), "%s", units[i]);
  }
  free(text);
}
