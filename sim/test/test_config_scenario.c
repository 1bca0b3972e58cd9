/*
 * Scenarios that are right: what the file says is what comes out, what it leaves out has its default, --set goes before
 * the file, and the files that come along are right, too.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <sys/stat.h>

#include "powercut/stores.h"
#include "test_config_help.h"

TestSuite(config_scenario, .init = enter_folder, .fini = leave_folder);

Test(config_scenario, what_the_file_says_is_what_comes_out) {
  write_text("s.yaml", GOOD);
  struct pc_scenario scenario = load("s.yaml", NULL);
  cr_expect_str_eq(scenario.path, "s.yaml");
  cr_expect_str_eq(scenario.name, "good");
  cr_expect_str_eq(scenario.profile.name, "w25q128jv");
  cr_expect_eq(scenario.profile.sector_size, 4096);
  cr_expect_eq(scenario.sectors, 16);
  cr_expect_str_eq(scenario.engine, "norkv");
  cr_expect_null(scenario.plugin);
  cr_expect_eq(scenario.store_line, 5);
  cr_assert_eq(scenario.parameter_count, 1);
  cr_expect_str_eq(scenario.parameters[0].name, "redundancy");
  cr_expect_str_eq(scenario.parameters[0].value, "2");
  cr_expect_eq(scenario.parameters[0].line, 7);
  static const bool faults[PC_FAULT_COUNT] = {[PC_FAULT_PREFIX] = true, [PC_FAULT_BIT_SUBSET] = true};
  cr_expect_arr_eq(scenario.plan.faults, faults, sizeof faults);
  cr_expect_eq(scenario.plan.depth, 2);
  cr_expect_eq(scenario.plan.samples, 3);
  cr_expect_eq(scenario.plan.limit, 9);
  cr_expect_eq(scenario.plan.seed, 7);
  pc_scenario_free(&scenario);
  cr_expect_null(scenario.path);
}

/* The workload is the one that the generator makes of the same numbers. */
static void expect_workload(const struct pc_scenario *scenario, const struct pc_generator *generator, uint64_t seed) {
  struct pc_workload workload;
  struct pc_error error;
  cr_assert_eq(pc_workload_generate(generator, seed, &workload, &error), PC_OK);
  struct pc_buffer expected = {0}, actual = {0};
  pc_trace_write(&workload, 0, workload.operation_count, &expected);
  pc_trace_write(&scenario->workload, 0, scenario->workload.operation_count, &actual);
  cr_expect_str_eq((char *)actual.data, (char *)expected.data);
  pc_buffer_free(&expected);
  pc_buffer_free(&actual);
  pc_workload_free(&workload);
}

Test(config_scenario, the_workload_is_generated_as_asked_from_the_seed) {
  write_text("s.yaml", GOOD);
  struct pc_generator generator = {
      .operations = 50,
      .keys = 8,
      .key_size_min = 5,
      .key_size_max = 7,
      .value_size_min = 1,
      .value_size_max = 9,
      .popularity = {.kind = PC_ZIPF, .zipf = 0.9},
      .mix = {[PC_PUT] = 8, [PC_DELETE] = 1, [PC_REBOOT] = 1},
  };
  struct pc_scenario scenario = load("s.yaml", NULL);
  expect_workload(&scenario, &generator, 7);
  pc_scenario_free(&scenario);
  struct pc_scenario_options seed = {.has_seed = true, .seed = 0};
  scenario = load("s.yaml", &seed);
  cr_expect_eq(scenario.plan.seed, 0);
  expect_workload(&scenario, &generator, 0);
  pc_scenario_free(&scenario);

  static const struct pc_override overrides[] = {{.path = "workload.popularity", .value = "{hot: 0.25, share: 1}"},
                                                 {.path = "workload.value_size", .value = "6"},
                                                 {.path = "workload.value_bytes", .value = "mixed"},
                                                 {.path = "workload.key_size", .value = "9"}};
  struct pc_scenario_options options = {.overrides = overrides, .override_count = 4};
  scenario = load("s.yaml", &options);
  generator.popularity = (struct pc_popularity){.kind = PC_HOT, .hot = 0.25, .share = 1};
  generator.value_size_min = generator.value_size_max = 6;
  generator.mixed_bytes = true;
  generator.key_size_min = generator.key_size_max = 9;
  expect_workload(&scenario, &generator, 7);
  pc_scenario_free(&scenario);
}

Test(config_scenario, the_sector_is_the_size_that_is_chosen) {
  write_text("s.yaml",
             "device: {profile: w25q128jv, sectors: 3, sector_size: 32768}\nstore: {engine: norkv}\n"
             "workload: {operations: 9, keys: 2, value_size: 4, mix: {put: 1}}\n");
  struct pc_scenario scenario = load("s.yaml", NULL);
  const struct pc_profile *profile = &scenario.profile;
  cr_expect_eq(profile->sector_size, 32768);
  cr_expect_float_eq(profile->erase_typical_us, 120000, 1e-9);
  cr_expect(profile->erase_block_count == 1 && profile->erase_blocks[0].size == 65536);
  pc_scenario_free(&scenario);
  struct pc_scenario_options options = {
      .overrides = (struct pc_override[]){{.path = "device.profile", .value = "ideal"},
                                          {.path = "device.sector_size", .value = "500"}},
      .override_count = 2,
  };
  scenario = load("s.yaml", &options);
  cr_expect_eq(scenario.profile.sector_size, 500);
  pc_scenario_free(&scenario);
}

Test(config_scenario, what_the_file_leaves_out_has_its_default) {
  write_text("s.yaml",
             "device: {profile: ideal, sectors: 3}\nstore: {engine: norkv}\n"
             "workload: {operations: 9, keys: 2, value_size: 4, mix: {put: 1}}\n");
  struct pc_scenario scenario = load("./s.yaml", NULL);
  cr_expect_str_eq(scenario.name, "s");
  cr_expect_eq(scenario.parameter_count, 0);
  for (int fault = 0; fault < PC_FAULT_COUNT; fault++) {
    cr_expect_eq(scenario.plan.faults[fault], fault <= PC_FAULT_TWO_PHASE_ERASE);
  }
  cr_expect_eq(scenario.plan.depth, 1);
  cr_expect_eq(scenario.plan.samples, 8);
  cr_expect_eq(scenario.plan.limit, 256);
  cr_expect_eq(scenario.plan.seed, 1);
  struct pc_generator generator = {.operations = 9,
                                   .keys = 2,
                                   .key_size_min = 4,
                                   .key_size_max = 12,
                                   .value_size_min = 4,
                                   .value_size_max = 4,
                                   .mix = {[PC_PUT] = 1}};
  expect_workload(&scenario, &generator, 1);
  pc_scenario_free(&scenario);
}

Test(config_scenario, set_goes_before_the_file_and_adds_what_is_missing) {
  write_text("s.yaml",
             "device: {profile: ideal, sectors: 3}\nstore: {engine: norkv, a: 1}\npower:\n"
             "workload: {operations: 9, keys: 2, value_size: 4, mix: {put: 1}}\n");
  static const struct pc_override overrides[] = {
      {.path = "device.sectors", .value = "0x20"},
      {.path = "power.depth", .value = "3"},
      {.path = "power.faults", .value = "[between_ops]"},
      {.path = "name", .value = "'a: b'"},
      {.path = "store.b", .value = "x y"},
      {.path = "store.a", .value = "2"},
      {.path = "store.a", .value = "3"},
      {.path = "workload.mix.get", .value = "5"},
      {.path = "seed", .value = "18446744073709551615"},
      {.path = "device.profile", .value = "{name: own, sector_size: 64}"},
  };
  struct pc_scenario_options options = {.overrides = overrides,
                                        .override_count = sizeof overrides / sizeof overrides[0]};
  struct pc_scenario scenario = load("s.yaml", &options);
  cr_expect_str_eq(scenario.name, "a: b");
  cr_expect_eq(scenario.sectors, 32);
  cr_expect_str_eq(scenario.profile.name, "own");
  cr_expect_eq(scenario.plan.depth, 3);
  cr_expect(scenario.plan.faults[PC_FAULT_BETWEEN_OPS] && !scenario.plan.faults[PC_FAULT_PREFIX]);
  cr_expect_eq(scenario.plan.seed, UINT64_MAX);
  cr_assert_eq(scenario.parameter_count, 2);
  cr_expect_str_eq(scenario.parameters[0].value, "3");
  cr_expect_str_eq(scenario.parameters[1].name, "b");
  cr_expect_str_eq(scenario.parameters[1].value, "x y");
  cr_expect_eq(scenario.parameters[1].line, 0);
  bool gets = false;
  for (uint32_t i = 0; i < scenario.workload.operation_count; i++) {
    gets = gets || scenario.workload.operations[i].kind == PC_GET;
  }
  cr_expect(gets);
  pc_scenario_free(&scenario);
}

Test(config_scenario, a_missing_section_is_made_for_a_set) {
  char *text = replaced(GOOD, "power:\n  cuts: every_write\n  faults: [prefix, bit_subset]\n  depth: 2\n", "x:\n");
  text[strstr(text, "x:\n") - text] = '\0';
  write_text("s.yaml", text);
  free(text);
  struct pc_override override = {.path = "power.depth", .value = "5"};
  struct pc_scenario scenario =
      load("s.yaml", &(struct pc_scenario_options){.overrides = &override, .override_count = 1});
  cr_expect_eq(scenario.plan.depth, 5);
  pc_scenario_free(&scenario);
}

Test(config_scenario, paths_in_it_start_from_its_folder) {
  cr_assert_eq(mkdir("sub", 0700), 0);
  write_text("sub/t.trace", "put a 00\nget a\n");
  write_text("sub/p.yaml",
             "name: mine\nsector_size: 256\nprogram_unit: 8\npage_size: 64\nprograms_per_unit: 2\n"
             "reprogram: zeros\nrow_size: 32\nprograms_per_row: 5\nread_unit: 4\npage_overflow: refuse\n"
             "endurance: 100\nprogram_us: {typical: 1.5, maximum: 2}\nerase_us: {maximum: 1e3}\nsector_end: 1024\n"
             "erase_blocks: [{size: 512}, {size: 1024, from: 256, end: 4096, erase_us: {typical: 7, maximum: 9}}]\n");
  write_text("sub/s.yaml",
             "device: {profile: p.yaml, sectors: 2}\nstore: {plugin: ./libmine.so}\nworkload: {trace: t.trace}\n");
  struct pc_scenario scenario = load("sub/s.yaml", NULL);
  cr_expect_str_eq(scenario.plugin, "sub/libmine.so");
  cr_expect_eq(scenario.workload.operation_count, 2);
  const struct pc_profile *profile = &scenario.profile;
  cr_expect_str_eq(profile->name, "mine");
  cr_expect_str_eq(profile->summary, "");
  cr_expect(profile->sector_size == 256 && profile->program_unit == 8 && profile->page_size == 64);
  cr_expect(profile->programs_per_unit == 2 && profile->endurance == 100);
  cr_expect(profile->reprogram == PC_REPROGRAM_ZEROS && profile->row_size == 32 && profile->programs_per_row == 5);
  cr_expect(profile->read_unit == 4 && profile->page_overflow == PC_PAGE_REFUSE);
  cr_expect_float_eq(profile->program_typical_us, 1.5, 1e-9);
  cr_expect_float_eq(profile->program_maximum_us, 2, 1e-9);
  cr_expect_float_eq(profile->erase_typical_us, 0, 1e-9);
  cr_expect_float_eq(profile->erase_maximum_us, 1000, 1e-9);
  cr_expect(profile->sector_from == 0 && profile->sector_end == 1024 && !profile->any_sector_size);
  cr_expect(profile->erase_block_count == 2 && profile->erase_blocks[0].size == 512);
  const struct pc_erase_block *block = &profile->erase_blocks[1];
  cr_expect(block->size == 1024 && block->from == 256 && block->end == 4096);
  cr_expect_float_eq(block->erase_typical_us, 7, 1e-9);
  cr_expect_float_eq(block->erase_maximum_us, 9, 1e-9);
  pc_scenario_free(&scenario);

  cr_assert_eq(chdir("sub"), 0);
  write_text("s.yaml",
             "device: {profile: ideal, sectors: 2}\nstore: {plugin: /opt/x.so}\nworkload: {trace: t.trace}\n");
  scenario = load("s.yaml", NULL);
  cr_expect_str_eq(scenario.plugin, "/opt/x.so", "absolute ones stay");
  pc_scenario_free(&scenario);
  cr_assert_eq(chdir(".."), 0);
}

Test(config_scenario, an_inline_trace_is_read_as_one) {
  write_text("s.yaml",
             "device: {profile: ideal, sectors: 2}\nstore: {engine: norkv}\n"
             "workload:\n  inline: |  # the operations\n    # a comment of the trace\n\n    put a 00 # one\n"
             "      reboot\n    get a\nseed: 3\n");
  struct pc_scenario scenario = load("s.yaml", NULL);
  cr_expect_eq(scenario.workload.operation_count, 3);
  cr_expect_eq(scenario.workload.operations[1].kind, PC_REBOOT);
  cr_expect_eq(scenario.plan.seed, 3);
  pc_scenario_free(&scenario);
}

static const struct pc_parameter_info INFOS[] = {{"first", "one", ""}, {"second", NULL, ""}, {"third", "", ""}};
static const struct pc_store STORE = {.name = "some", .parameters = INFOS, .parameter_count = 3};

Test(config_scenario, parameters_come_complete_and_in_the_stores_order) {
  char *text = replaced(GOOD, "redundancy: 2", "second: [");
  free(text);
  text = replaced(GOOD, "redundancy: 2", "third: 3\n  second: two");
  write_text("s.yaml", text);
  free(text);
  struct pc_scenario scenario = load("s.yaml", NULL);
  struct pc_parameter complete[3];
  struct pc_error error;
  cr_assert_eq(pc_scenario_parameters(&scenario, &STORE, complete, &error), PC_OK);
  static const struct pc_parameter expected[] = {
      {.name = "first", .value = "one"}, {.name = "second", .value = "two"}, {.name = "third", .value = "3"}};
  for (size_t i = 0; i < 3; i++) {
    cr_expect_str_eq(complete[i].name, expected[i].name);
    cr_expect_str_eq(complete[i].value, expected[i].value);
  }
  pc_scenario_free(&scenario);
}

static void expect_parameters_refused(const char *text, const struct pc_store *store, const char *message) {
  write_text("s.yaml", text);
  struct pc_override override = {.path = "store.tird", .value = "x"};
  struct pc_scenario_options options = {.overrides = &override,
                                        .override_count = strstr(message, "--set") != NULL ? 1 : 0};
  struct pc_scenario scenario = load("s.yaml", &options);
  struct pc_parameter complete[3];
  struct pc_error error = {{0}};
  cr_expect_eq(pc_scenario_parameters(&scenario, store, complete, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, message);
  pc_scenario_free(&scenario);
}

Test(config_scenario, a_parameter_that_is_unknown_or_missing_names_its_line) {
  static const struct pc_store none = {.name = "bare"};
  expect_parameters_refused(GOOD, &STORE,
                            "s.yaml:7: some has no parameter 'redundancy'; known are first, second, third");
  expect_parameters_refused(GOOD, &none, "s.yaml:7: bare has no parameter 'redundancy'; it takes none");
  char *text = replaced(GOOD, "redundancy: 2", "secund: 2");
  expect_parameters_refused(text, &STORE, "s.yaml:7: some has no parameter 'secund'; did you mean 'second'?");
  free(text);
  text = replaced(GOOD, "redundancy: 2", "first: 2");
  expect_parameters_refused(text, &STORE, "s.yaml:5: 'second' is missing in store: some needs it");
  expect_parameters_refused(text, &STORE, "--set store.tird: some has no parameter 'tird'; did you mean 'third'?");
  free(text);
}

Test(config_scenario, the_profiles_that_come_along_are_right) {
  cr_assert_geq(pc_profile_count(), 3);
  for (size_t i = 0; i < pc_profile_count(); i++) {
    struct pc_profile profile, found;
    struct pc_error error = {{0}};
    cr_assert_eq(pc_profile_at(i, &profile, &error), PC_OK, "%s", error.message);
    cr_expect_neq(profile.summary[0], '\0');
    cr_assert_eq(pc_profile_find(profile.name, NULL, &found, &error), PC_OK, "the file's name is the profile's: %s",
                 error.message);
    cr_expect(same_profile(&found, &profile));
  }
}

Test(config_scenario, a_profile_is_found_by_path_from_a_folder) {
  cr_assert_eq(mkdir("sub", 0700), 0);
  write_text("sub/p.yaml", "name: mine\nsector_size: 256\n");
  struct pc_profile profile;
  struct pc_error error = {{0}};
  cr_expect_eq(pc_profile_find("p.yaml", "sub", &profile, &error), PC_OK, "%s", error.message);
  cr_expect_eq(pc_profile_find("sub/p.yaml", NULL, &profile, &error), PC_OK, "%s", error.message);
  cr_expect_eq(pc_profile_find("p.yaml", NULL, &profile, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "p.yaml: cannot open: No such file or directory");
  cr_expect_eq(pc_profile_find("idael", NULL, &profile, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "unknown profile 'idael'; did you mean 'ideal'?");
}

Test(config_scenario, the_scenarios_that_come_along_are_right) {
  char folder[512];
  (void)snprintf(folder, sizeof folder, "%s/sim/scenarios", PC_SOURCE_DIR);
  DIR *directory = opendir(folder);
  cr_assert_not_null(directory);
  size_t count = 0;
  for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
    if (strstr(entry->d_name, ".yaml") == NULL) {
      continue;
    }
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    struct pc_scenario scenario = load(path, NULL);
    const struct pc_store *store = pc_store_named(scenario.engine);
    cr_assert_not_null(store, "%s", path);
    struct pc_parameter complete[64];
    struct pc_error error = {{0}};
    cr_assert_leq(store->parameter_count, 64);
    cr_expect_eq(pc_scenario_parameters(&scenario, store, complete, &error), PC_OK, "%s", error.message);
    pc_scenario_free(&scenario);
    count++;
  }
  cr_expect_geq(count, 6);
  cr_assert_eq(closedir(directory), 0);
}
