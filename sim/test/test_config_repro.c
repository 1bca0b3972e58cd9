/*
 * Repros: what is written reads back the same, whatever names, parameters and keys are in it, and needs no other file.
 */
#include <criterion/criterion.h>

#include "powercut/random.h"
#include "test_config_help.h"

TestSuite(config_repro, .init = enter_folder, .fini = leave_folder);

static struct pc_repro load_repro(void) {
  struct pc_repro repro;
  struct pc_error error = {{0}};
  cr_assert_eq(pc_repro_load("r.yaml", &repro, &error), PC_OK, "%s", error.message);
  return repro;
}

/* The repro as text, which is also written to r.yaml; to be freed. */
static struct pc_buffer write_repro(const struct pc_scenario *scenario, const struct pc_parameter *parameters,
                                    size_t count, const struct pc_violation *violation) {
  struct pc_buffer text = {0};
  pc_repro_write(scenario, parameters, count, violation, &text);
  cr_assert_not(text.failed);
  write_bytes("r.yaml", text.data, text.size);
  return text;
}

Test(config_repro, it_holds_everything_inline) {
  write_text("s.yaml",
             "name: 'a \"b\"'\ndevice: {profile: nrf52840, sectors: 4}\nstore: {engine: norkv, given: x}\nseed: 9\n"
             "workload:\n  inline: |\n    put a 00ff\n    get hex:20\n    maintain full\n    put a -\n    reboot\n");
  struct pc_scenario scenario = load("s.yaml", NULL);
  const struct pc_parameter parameters[] = {{"redundancy", "2"}, {"odd", "a: #b"}};
  struct pc_violation violation = {
      .invariant = PC_DURABLE,
      .operation = 3,
      .path = {.depth = 2, .cuts = {{14, PC_FAULT_BIT_SUBSET, 7}, {0, PC_FAULT_BETWEEN_OPS, 0}}},
      .has_key = true,
      .key = {(const uint8_t *)" ", 1},
      .expected = "hex:00 or\nnothing",
      .actual = "\xFFgone",
  };
  struct pc_buffer text = write_repro(&scenario, parameters, 2, &violation);
  cr_expect_str_eq((const char *)text.data,
                   "# powercut repro: replay with: powercut replay FILE\n"
                   "# key: hex:20\n"
                   "# expected: \"hex:00 or\\x0Anothing\"\n"
                   "# actual: \"\\uFFFDgone\"\n"
                   "repro: 1\n"
                   "invariant: durable\n"
                   "name: \"a \\\"b\\\"\"\n"
                   "device:\n"
                   "  profile:\n"
                   "    name: \"nrf52840\"\n"
                   "    summary: \"Nordic nRF52840, 1 MiB on-chip flash, 4 KiB pages\"\n"
                   "    sector_size: 4096\n"
                   "    program_unit: 4\n"
                   "    read_unit: 1\n"
                   "    page_size: 0\n"
                   "    page_overflow: refuse\n"
                   "    programs_per_unit: 2\n"
                   "    reprogram: any\n"
                   "    row_size: 512\n"
                   "    programs_per_row: 403\n"
                   "    endurance: 10000\n"
                   "    ecc_word: 0\n"
                   "    ecc_error: error\n"
                   "    collateral: 512\n"
                   "    program_us: {typical: 41, maximum: 41}\n"
                   "    erase_us: {typical: 85000, maximum: 89700}\n"
                   "  sectors: 4\n"
                   "store:\n"
                   "  engine: \"norkv\"\n"
                   "  \"redundancy\": \"2\"\n"
                   "  \"odd\": \"a: #b\"\n"
                   "workload:\n"
                   "  inline: |\n"
                   "    put a 00ff\n"
                   "    get hex:20\n"
                   "    maintain full\n"
                   "    put a -\n"
                   "power:\n"
                   "  cuts: every_write\n"
                   "  faults: [between_ops, prefix, unit_subset, bit_subset, two_phase_erase]\n"
                   "  depth: 1\n"
                   "  samples: 8\n"
                   "  limit: 256\n"
                   "  aftermath: 64\n"
                   "seed: 9\n"
                   "cut_path:\n"
                   "  - {flash_operation: 14, fault: bit_subset, variant: 7}\n"
                   "  - {flash_operation: 0, fault: between_ops, variant: 0}\n");
  pc_buffer_free(&text);
  pc_scenario_free(&scenario);
  struct pc_repro repro = load_repro();
  cr_expect_eq(repro.invariant, PC_DURABLE);
  cr_expect_eq(repro.path.depth, 2);
  cr_expect_str_eq(repro.scenario.name, "a \"b\"");
  cr_expect_str_eq(repro.scenario.parameters[1].value, "a: #b");
  pc_repro_free(&repro);
}

/* UTF-8 that is hard to quote, from all over Unicode. */
static void random_text(struct pc_random *random, char *text, size_t most) {
  static const char *const pieces[] = {"\"",
                                       "\\",
                                       "\n",
                                       "\r\n",
                                       "\t",
                                       " ",
                                       "#",
                                       ": ",
                                       "- ",
                                       "a",
                                       "'",
                                       "%",
                                       "|",
                                       "\x01",
                                       "\x7F",
                                       "\xC2\x85",
                                       "\xC2\xA0",
                                       "\xC3\xA9",
                                       "{",
                                       "}",
                                       "[",
                                       "&",
                                       "*",
                                       "\xE2\x80\xA8",
                                       "\xEF\xBB\xBF",
                                       "\xF0\x9F\x92\xA5",
                                       "\xED\x9F\xBF",
                                       "\xEF\xBF\xBF",
                                       "\xF4\x8F\xBF\xBF",
                                       "\x1B"};
  size_t size = 0;
  uint64_t count = 1 + pc_random_below(random, 12);
  for (uint64_t i = 0; i < count; i++) {
    const char *piece = pieces[pc_random_below(random, sizeof pieces / sizeof pieces[0])];
    if (size + strlen(piece) >= most) {
      break;
    }
    memcpy(text + size, piece, strlen(piece));
    size += strlen(piece);
  }
  text[size] = '\0';
}

static double random_time(struct pc_random *random) {
  static const double some[] = {0, 0.1, 1e-300, 1e9, 41, 1.0 / 3, 2.5e-7, 123456789.123456789};
  uint64_t which = pc_random_below(random, 10);
  return which < 8 ? some[which] : pc_random_unit(random) * 1e9;
}

static void random_profile(struct pc_random *random, struct pc_profile *profile) {
  *profile = (struct pc_profile){
      .program_unit = 1u << pc_random_below(random, 5),
      .read_unit = 1u << pc_random_below(random, 2),
      .programs_per_unit = (uint32_t)pc_random_below(random, 256),
      .endurance = (uint32_t)pc_random_next(random),
      .ecc_error = (enum pc_ecc_error)pc_random_below(random, PC_ECC_ERROR_COUNT),
      .program_typical_us = random_time(random),
      .erase_typical_us = random_time(random),
  };
  profile->sector_size = profile->program_unit * (16 + 2 * (uint32_t)pc_random_below(random, 500));
  profile->page_size = profile->program_unit * (uint32_t)pc_random_below(random, 64);
  profile->verifies = pc_random_below(random, 2) == 0;
  profile->erases_to_zeros = pc_random_below(random, 2) == 0;
  profile->any_sector_size = pc_random_below(random, 4) == 0;
  profile->sector_end = profile->sector_size * (uint32_t)pc_random_below(random, 3);
  profile->erase_block_count = profile->any_sector_size ? 0 : (uint32_t)pc_random_below(random, 3);
  for (uint32_t i = 0; i < profile->erase_block_count; i++) {
    profile->erase_blocks[i] = (struct pc_erase_block){.size = profile->sector_size * (i == 0 ? 3 : 6),
                                                       .from = profile->sector_size * i,
                                                       .end = profile->sector_size * (i == 0 ? 0 : 30),
                                                       .erase_typical_us = pc_random_unit(random),
                                                       .erase_maximum_us = 1 + pc_random_unit(random)};
  }
  if (profile->programs_per_unit > 1) {
    profile->reprogram = (enum pc_reprogram)pc_random_below(random, PC_REPROGRAM_COUNT);
    profile->row_size = profile->sector_size / 2 * (uint32_t)pc_random_below(random, 3);
    profile->programs_per_row = profile->row_size == 0 ? 0 : 1 + (uint32_t)pc_random_below(random, 500);
  }
  if (profile->row_size == 0 && pc_random_below(random, 2) == 0) {
    profile->page_size = profile->sector_size / 2;
    profile->page_overflow = PC_PAGE_WRAP;
  }
  profile->program_maximum_us = profile->program_typical_us * (1 + pc_random_unit(random) * 0);
  random_text(random, profile->name, sizeof profile->name);
  if (pc_random_below(random, 3) > 0) {
    random_text(random, profile->summary, sizeof profile->summary);
  }
}

struct texts {
  char name[64], store[64], names[4][72], values[4][64];
};

/* A scenario as no file would have it. Its texts are in `texts`; the workload is to be freed. */
static struct pc_scenario random_scenario(struct pc_random *random, struct texts *texts) {
  struct pc_scenario scenario = {.name = texts->name, .sectors = 1 + (uint32_t)pc_random_below(random, 100)};
  random_text(random, texts->name, sizeof texts->name);
  random_text(random, texts->store + 1, sizeof texts->store - 1);
  texts->store[0] = '/';
  if (pc_random_below(random, 2) == 0) {
    scenario.engine = texts->store;
  } else {
    scenario.plugin = texts->store;
  }
  random_profile(random, &scenario.profile);
  scenario.plan = (struct pc_power_plan){
      .faults = {[PC_FAULT_PREFIX] = true},
      .depth = 1 + (uint32_t)pc_random_below(random, PC_MAX_DEPTH),
      .samples = (uint32_t)pc_random_below(random, 1000001),
      .limit = (uint32_t)pc_random_below(random, 1000001),
      .aftermath = (uint32_t)pc_random_next(random),
      .alike = (uint32_t)pc_random_below(random, 3),
      .seed = pc_random_next(random),
  };
  scenario.plan.faults[pc_random_below(random, PC_FAULT_COUNT)] = true;
  struct pc_generator generator = {
      .operations = 1 + (uint32_t)pc_random_below(random, 20),
      .keys = 5,
      .key_size_min = 1,
      .key_size_max = 30,
      .value_size_max = 40,
      .mix = {5, 1, 1, 1, 1},
  };
  struct pc_error error;
  cr_assert_eq(pc_workload_generate(&generator, scenario.plan.seed, &scenario.workload, &error), PC_OK);
  return scenario;
}

static struct pc_violation random_violation(struct pc_random *random, const struct pc_scenario *scenario) {
  struct pc_violation violation = {
      .invariant = (enum pc_invariant)pc_random_below(random, PC_INVARIANT_COUNT),
      .operation = (uint32_t)pc_random_below(random, scenario->workload.operation_count + 1),
      .path = {.depth = (uint32_t)pc_random_below(random, PC_MAX_DEPTH + 1)},
  };
  random_text(random, violation.expected, sizeof violation.expected);
  random_text(random, violation.actual, sizeof violation.actual);
  for (uint32_t i = 0; i < violation.path.depth; i++) {
    violation.path.cuts[i] = (struct pc_cut){
        .flash_operation = (uint32_t)pc_random_next(random),
        .fault = (enum pc_fault)pc_random_below(random, PC_FAULT_COUNT),
        .variant = (uint32_t)pc_random_next(random),
    };
  }
  return violation;
}

static bool same_text(const char *a, const char *b) {
  return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_plan(const struct pc_power_plan *a, const struct pc_power_plan *b) {
  return memcmp(a->faults, b->faults, sizeof a->faults) == 0 && a->depth == b->depth && a->samples == b->samples &&
         a->limit == b->limit && a->aftermath == b->aftermath && a->alike == b->alike && a->seed == b->seed;
}

static void expect_same_operations(const struct pc_workload *whole, const struct pc_workload *read, uint32_t end) {
  struct pc_buffer expected = {0}, actual = {0};
  pc_trace_write(whole, 0, end, &expected);
  pc_trace_write(read, 0, read->operation_count, &actual);
  cr_assert_str_eq((char *)actual.data, (char *)expected.data);
  pc_buffer_free(&expected);
  pc_buffer_free(&actual);
}

static void expect_same(const struct pc_repro *repro, const struct pc_scenario *scenario,
                        const struct pc_violation *violation, unsigned long long seed) {
  const struct pc_scenario *read = &repro->scenario;
  cr_assert(same_text(read->name, scenario->name), "seed %llu", seed);
  cr_assert(same_text(read->engine, scenario->engine), "seed %llu", seed);
  cr_assert(same_text(read->plugin, scenario->plugin), "seed %llu", seed);
  cr_assert(same_profile(&read->profile, &scenario->profile), "seed %llu", seed);
  cr_assert_eq(read->sectors, scenario->sectors, "seed %llu", seed);
  cr_assert(same_plan(&read->plan, &scenario->plan), "seed %llu", seed);
  cr_assert_eq(repro->invariant, violation->invariant, "seed %llu", seed);
  cr_assert_eq(memcmp(&repro->path, &violation->path, sizeof repro->path), 0, "seed %llu", seed);
  uint32_t count = scenario->workload.operation_count;
  expect_same_operations(&scenario->workload, &read->workload,
                         violation->operation < count ? violation->operation + 1 : count);
}

Test(config_repro, reading_back_what_was_written_gives_the_same, .timeout = 300) {
  for (uint64_t seed = 0; seed < 2000; seed++) {
    struct pc_random random = {seed};
    struct texts texts = {.name = ""};
    struct pc_scenario scenario = random_scenario(&random, &texts);
    struct pc_violation violation = random_violation(&random, &scenario);
    struct pc_parameter parameters[4];
    size_t count = (size_t)pc_random_below(&random, 5);
    for (size_t i = 0; i < count; i++) {
      (void)snprintf(texts.names[i], sizeof texts.names[i], "%zu", i); /* each once */
      random_text(&random, texts.names[i] + 1, 64);
      random_text(&random, texts.values[i], pc_random_below(&random, 4) == 0 ? 1 : sizeof texts.values[i]);
      parameters[i] = (struct pc_parameter){texts.names[i], texts.values[i]};
    }
    struct pc_buffer text = write_repro(&scenario, parameters, count, &violation);
    struct pc_repro repro = load_repro();
    expect_same(&repro, &scenario, &violation, (unsigned long long)seed);
    cr_assert_eq(repro.scenario.parameter_count, count);
    for (size_t i = 0; i < count; i++) {
      cr_assert_str_eq(repro.scenario.parameters[i].name, parameters[i].name, "seed %llu", (unsigned long long)seed);
      cr_assert_str_eq(repro.scenario.parameters[i].value, parameters[i].value, "seed %llu", (unsigned long long)seed);
    }
    pc_repro_free(&repro);
    pc_workload_free(&scenario.workload);
    pc_buffer_free(&text);
  }
}

Test(config_repro, a_plugin_is_named_by_its_path_from_the_root) {
  write_text("p.yaml", "");
  char *folder = getcwd(NULL, 0);
  char name[] = "x";
  struct pc_scenario scenario = {.name = name, .profile = {.name = "x", .sector_size = 16, .program_unit = 1}};
  static char there[] = "./p.yaml", nowhere[] = "./gone.so";
  const struct {
    char *plugin;
    const char *expected;
  } cases[] = {{there, "p.yaml"}, {nowhere, "gone.so"}};
  for (size_t i = 0; i < 2; i++) {
    scenario.plugin = cases[i].plugin;
    struct pc_violation violation = {.operation = 0};
    struct pc_buffer text = {0};
    pc_repro_write(&scenario, NULL, 0, &violation, &text);
    char expected[512];
    (void)snprintf(expected, sizeof expected, "\n  plugin: \"%s/%s\"\n", folder, cases[i].expected);
    cr_expect_not_null(strstr((char *)text.data, expected), "%s in %s", expected, (char *)text.data);
    pc_buffer_free(&text);
  }
  free(folder);
}

Test(config_repro, bytes_that_are_no_text_do_not_spoil_it) {
  static const char *const names[] = {"\xFF", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x28\xA1"};
  static const char *const expected[] = {"\xEF\xBF\xBD",
                                         "\xEF\xBF\xBD",
                                         "\xEF\xBF\xBD\xEF\xBF\xBD",
                                         "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD",
                                         "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD",
                                         "\xEF\xBF\xBD(\xEF\xBF\xBD"};
  write_text("s.yaml", GOOD);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    struct pc_scenario scenario = load("s.yaml", NULL);
    free(scenario.name);
    scenario.name = strdup(names[i]);
    struct pc_violation violation = {.operation = UINT32_MAX};
    struct pc_buffer text = write_repro(&scenario, NULL, 0, &violation);
    struct pc_repro repro = load_repro();
    cr_expect_str_eq(repro.scenario.name, expected[i]);
    cr_expect_eq(repro.scenario.workload.operation_count, scenario.workload.operation_count, "all of them");
    pc_repro_free(&repro);
    pc_scenario_free(&scenario);
    pc_buffer_free(&text);
  }
}

static void expect_repro_refused(const char *find, const char *replacement, const char *message) {
  static const char good[] =
      "repro: 1\n"                                           /* 1 */
      "invariant: atomic\n"                                  /* 2 */
      "device: {profile: ideal, sectors: 2}\n"               /* 3 */
      "store: {engine: norkv}\n"                             /* 4 */
      "workload:\n"                                          /* 5 */
      "  inline: |\n"                                        /* 6 */
      "    get a\n"                                          /* 7 */
      "cut_path:\n"                                          /* 8 */
      "- {flash_operation: 1, fault: prefix, variant: 2}\n"; /* 9 */
  char *text = replaced(good, find, replacement);
  write_text("r.yaml", text);
  free(text);
  struct pc_repro repro;
  memset(&repro, 0xA5, sizeof repro);
  struct pc_error error = {{0}};
  cr_expect_eq(pc_repro_load("r.yaml", &repro, &error), PC_BAD_INPUT, "%s", message);
  cr_expect_str_eq(error.message, message);
  cr_expect(repro.scenario.path == NULL && repro.scenario.workload.operations == NULL);
}

Test(config_repro, every_mistake_names_its_line_and_what_would_be_right) {
  expect_repro_refused("repro: 1", "repro: 2", "r.yaml:1: a repro of version 2; this powercut reads version 1");
  expect_repro_refused("repro: 1", "repro: one", "r.yaml:1: repro must be a whole number, not 'one'");
  expect_repro_refused("repro: 1\n", "", "r.yaml:1: 'repro' is missing");
  expect_repro_refused("invariant: atomic\n", "", "r.yaml:1: 'invariant' is missing");
  expect_repro_refused("atomic", "atomics", "r.yaml:2: unknown invariant 'atomics'; did you mean 'atomic'?");
  expect_repro_refused("atomic", "[atomic]", "r.yaml:2: invariant must be an invariant, not a list");
  expect_repro_refused("cut_path:\n-", "# -", "r.yaml:1: 'cut_path' is missing");
  expect_repro_refused("cut_path:\n- {", "cut_path: {", "r.yaml:8: cut_path must be a list of cuts, not a mapping");
  expect_repro_refused("fault: prefix", "fault: preifx",
                       "r.yaml:9: unknown fault class 'preifx'; did you mean 'prefix'?");
  expect_repro_refused("variant: 2", "varaint: 2",
                       "r.yaml:9: unknown key 'varaint' in cut_path[0]; did you mean 'variant'?");
  expect_repro_refused(", variant: 2", "", "r.yaml:9: 'variant' is missing in cut_path[0]");
  expect_repro_refused("variant: 2}", "variant: 4294967296}",
                       "r.yaml:9: cut_path[0].variant must be 0 to 4294967295, not 4294967296");
  expect_repro_refused("- {flash_operation: 1, fault: prefix, variant: 2}\n",
                       "- {flash_operation: 1, fault: prefix, variant: 2}\n- 3",
                       "r.yaml:10: cut_path[1] must be a mapping, not '3'");
  struct pc_buffer nine = {0};
  for (int i = 0; i < 9; i++) {
    pc_buffer_print(&nine, "- {flash_operation: 1, fault: prefix, variant: 2}\n");
  }
  cr_assert_not(nine.failed);
  expect_repro_refused("- {flash_operation: 1, fault: prefix, variant: 2}\n", (char *)nine.data,
                       "r.yaml:17: more than 8 cuts in cut_path");
  pc_buffer_free(&nine);
}

Test(config_repro, a_repro_is_no_scenario) {
  write_text("s.yaml", "repro: 1\n");
  expect_refused(
      "s.yaml", NULL,
      "s.yaml:1: unknown key 'repro'; known are name, device, store, workload, power, faults, seed, wear, matrix");
}
