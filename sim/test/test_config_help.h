/* Files for the tests of what users write. Each test works in a folder of its own, so that names in messages are short.
 */
#ifndef TEST_CONFIG_HELP_H
#define TEST_CONFIG_HELP_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "powercut/config.h"

/* Every key of a scenario, each in a line of its own. */
__attribute__((unused)) static const char GOOD[] =
    "name: good\n"                            /* 1 */
    "device:\n"                               /* 2 */
    "  profile: w25q128jv\n"                  /* 3 */
    "  sectors: 16\n"                         /* 4 */
    "store:\n"                                /* 5 */
    "  engine: norkv\n"                       /* 6 */
    "  redundancy: 2\n"                       /* 7 */
    "workload:\n"                             /* 8 */
    "  operations: 50\n"                      /* 9 */
    "  keys: 8\n"                             /* 10 */
    "  key_size: {min: 5, max: 7}\n"          /* 11 */
    "  value_size: {min: 1, max: 9}\n"        /* 12 */
    "  popularity: {zipf: 0.9}\n"             /* 13 */
    "  mix: {put: 8, delete: 1, reboot: 1}\n" /* 14 */
    "power:\n"                                /* 15 */
    "  cuts: every_write\n"                   /* 16 */
    "  faults: [prefix, bit_subset]\n"        /* 17 */
    "  depth: 2\n"                            /* 18 */
    "  samples: 3\n"                          /* 19 */
    "  limit: 9\n"                            /* 20 */
    "seed: 7\n";                              /* 21 */

/* In memory where there is such a place: some tests write ten thousands of files. */
static inline void enter_folder(void) {
  char in_memory[] = "/dev/shm/powercut-test-XXXXXX";
  char on_disk[] = "/tmp/powercut-test-XXXXXX";
  const char *folder = mkdtemp(in_memory);
  if (folder == NULL) {
    folder = mkdtemp(on_disk);
  }
  cr_assert(folder != NULL && chdir(folder) == 0);
}

/* The files are removed one by one: a test knows what it wrote. */
static inline void leave_folder(void) {
  char *folder = getcwd(NULL, 0);
  static const char *const names[] = {"s.yaml",     "p.yaml",     "t.trace",    "r.yaml",
                                      "sub/s.yaml", "sub/p.yaml", "sub/t.trace"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    (void)unlink(names[i]);
  }
  (void)rmdir("sub");
  cr_assert(folder != NULL && chdir("/") == 0 && rmdir(folder) == 0);
  free(folder);
}

static inline void write_bytes(const char *name, const void *data, size_t size) {
  FILE *file = fopen(name, "wb");
  cr_assert_not_null(file);
  cr_assert_eq(fwrite(data, 1, size, file), size);
  cr_assert_eq(fclose(file), 0);
}

static inline void write_text(const char *name, const char *text) {
  write_bytes(name, text, strlen(text));
}

/* GOOD with the first `find` in it replaced; to be freed. */
static inline char *replaced(const char *text, const char *find, const char *replacement) {
  const char *at = strstr(text, find);
  cr_assert_not_null(at, "'%s' is not there", find);
  size_t before = (size_t)(at - text);
  size_t size = strlen(text) - strlen(find) + strlen(replacement) + 1;
  char *result = malloc(size);
  cr_assert_not_null(result);
  (void)snprintf(result, size, "%.*s%s%s", (int)before, text, replacement, at + strlen(find));
  return result;
}

static inline struct pc_scenario load(const char *path, const struct pc_scenario_options *options) {
  struct pc_scenario scenario;
  struct pc_error error = {{0}};
  cr_assert_eq(pc_scenario_load(path, options, &scenario, &error), PC_OK, "%s", error.message);
  return scenario;
}

static inline bool same_number(double a, double b) {
  return a >= b && a <= b;
}

static inline bool same_erase_sizes(const struct pc_profile *a, const struct pc_profile *b) {
  bool same = a->any_sector_size == b->any_sector_size && a->sector_from == b->sector_from &&
              a->sector_end == b->sector_end && a->erase_block_count == b->erase_block_count;
  for (uint32_t i = 0; same && i < a->erase_block_count; i++) {
    const struct pc_erase_block *left = &a->erase_blocks[i], *right = &b->erase_blocks[i];
    same = left->size == right->size && left->from == right->from && left->end == right->end &&
           same_number(left->erase_typical_us, right->erase_typical_us) &&
           same_number(left->erase_maximum_us, right->erase_maximum_us);
  }
  return same;
}

static inline bool same_rules(const struct pc_profile *a, const struct pc_profile *b) {
  return a->reprogram == b->reprogram && a->page_overflow == b->page_overflow && a->row_size == b->row_size &&
         a->programs_per_row == b->programs_per_row && a->read_unit == b->read_unit && a->ecc_word == b->ecc_word &&
         a->ecc_error == b->ecc_error && a->collateral == b->collateral && a->verifies == b->verifies;
}

static inline bool same_profile(const struct pc_profile *a, const struct pc_profile *b) {
  return strcmp(a->name, b->name) == 0 && strcmp(a->summary, b->summary) == 0 && a->sector_size == b->sector_size &&
         a->program_unit == b->program_unit && a->page_size == b->page_size &&
         a->programs_per_unit == b->programs_per_unit && a->endurance == b->endurance &&
         same_number(a->program_typical_us, b->program_typical_us) &&
         same_number(a->program_maximum_us, b->program_maximum_us) && same_erase_sizes(a, b) && same_rules(a, b) &&
         same_number(a->erase_typical_us, b->erase_typical_us) && same_number(a->erase_maximum_us, b->erase_maximum_us);
}

/* Loads what must be refused with this message, and leaves nothing behind. */
static inline void expect_refused(const char *path, const struct pc_scenario_options *options, const char *message) {
  struct pc_scenario scenario;
  memset(&scenario, 0xA5, sizeof scenario);
  struct pc_error error = {{0}};
  cr_expect_eq(pc_scenario_load(path, options, &scenario, &error), PC_BAD_INPUT, "%s", message);
  cr_expect_str_eq(error.message, message);
  cr_expect(scenario.path == NULL && scenario.parameters == NULL && scenario.workload.operations == NULL);
}

#endif
