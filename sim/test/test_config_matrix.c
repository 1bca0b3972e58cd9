/* matrix: and --vary. */
#include "test_config_help.h"

TestSuite(config_matrix, .init = enter_folder, .fini = leave_folder);

static void write_scenario(const char *matrix) {
  FILE *file = fopen("s.yaml", "w");
  cr_assert_not_null(file);
  cr_assert_gt(fprintf(file, "%s%s", GOOD, matrix), 0);
  cr_assert_eq(fclose(file), 0);
}

static enum pc_result load_with(const struct pc_scenario_options *options, const struct pc_vary *vary,
                                struct pc_matrix *matrix, struct pc_error *error) {
  return pc_matrix_load("s.yaml", options, vary, matrix, error);
}

static void expect_combination(const struct pc_matrix *matrix, size_t index, const char *expected) {
  struct pc_override settings[4];
  char text[256] = "";
  cr_assert_leq(matrix->variation_count, 4);
  pc_matrix_combination(matrix, index, settings);
  for (size_t i = 0; i < matrix->variation_count; i++) {
    size_t size = strlen(text);
    (void)snprintf(text + size, sizeof text - size, "%s=%s;", settings[i].path, settings[i].value);
  }
  cr_expect_str_eq(text, expected);
}

Test(config_matrix, gives_every_combination_the_last_path_fastest) {
  write_scenario(
      "matrix:\n  store.redundancy: [1, 2]\n  power.faults: [[prefix], [prefix, \"bit_subset\"]]\n"
      "  device: [{profile: ideal, sectors: 4}]\n");
  struct pc_matrix matrix;
  struct pc_error error = {""};
  cr_assert_eq(load_with(&(struct pc_scenario_options){0}, &(struct pc_vary){0}, &matrix, &error), PC_OK, "%s",
               error.message);
  cr_expect_eq(matrix.combinations, 4);
  static const char device[] = "device={\"profile\": ideal, \"sectors\": 4};";
  static const char *const expected[] = {
      "store.redundancy=1;power.faults=[prefix];", "store.redundancy=1;power.faults=[prefix, \"bit_subset\"];",
      "store.redundancy=2;power.faults=[prefix];", "store.redundancy=2;power.faults=[prefix, \"bit_subset\"];"};
  for (size_t i = 0; i < 4; i++) {
    char all[256];
    (void)snprintf(all, sizeof all, "%s%s", expected[i], device);
    expect_combination(&matrix, i, all);
  }
  struct pc_override settings[3];
  pc_matrix_combination(&matrix, 3, settings);
  struct pc_scenario scenario;
  struct pc_scenario_options options = {.settings = settings, .setting_count = 3};
  cr_assert_eq(pc_scenario_load("s.yaml", &options, &scenario, &error), PC_OK, "%s", error.message);
  cr_expect_eq(scenario.sectors, 4);
  cr_expect_str_eq(scenario.profile.name, "ideal");
  cr_expect_str_eq(scenario.parameters[0].value, "2");
  cr_expect(scenario.plan.faults[PC_FAULT_PREFIX] && scenario.plan.faults[PC_FAULT_BIT_SUBSET]);
  cr_expect_not(scenario.plan.faults[PC_FAULT_BETWEEN_OPS]);
  pc_scenario_free(&scenario);
  pc_matrix_free(&matrix);
}

Test(config_matrix, takes_values_of_every_kind_as_they_were_written) {
  write_scenario("matrix:\n  store.a: [1, '1', \"x: y\", a b, -1.5e3, '', '[', 0x10]\n");
  static const char *const values[] = {"1", "1", "x: y", "a b", "-1.5e3", "", "[", "0x10"};
  struct pc_matrix matrix;
  struct pc_error error = {""};
  cr_assert_eq(load_with(&(struct pc_scenario_options){0}, &(struct pc_vary){0}, &matrix, &error), PC_OK, "%s",
               error.message);
  cr_assert_eq(matrix.combinations, 8);
  for (size_t i = 0; i < matrix.combinations; i++) {
    struct pc_override setting;
    pc_matrix_combination(&matrix, i, &setting);
    struct pc_scenario scenario;
    struct pc_scenario_options options = {.settings = &setting, .setting_count = 1};
    cr_assert_eq(pc_scenario_load("s.yaml", &options, &scenario, &error), PC_OK, "%s", error.message);
    cr_assert_eq(scenario.parameter_count, 2);
    cr_expect_str_eq(scenario.parameters[1].name, "a");
    cr_expect_str_eq(scenario.parameters[1].value, values[i]);
    cr_expect_eq(scenario.parameters[1].line, 23);
    pc_scenario_free(&scenario);
  }
  pc_matrix_free(&matrix);
}

Test(config_matrix, is_one_combination_where_nothing_varies) {
  write_scenario("");
  struct pc_matrix matrix;
  struct pc_error error = {""};
  cr_assert_eq(load_with(&(struct pc_scenario_options){0}, &(struct pc_vary){0}, &matrix, &error), PC_OK);
  cr_expect_eq(matrix.combinations, 1);
  cr_expect_eq(matrix.variation_count, 0);
  pc_matrix_free(&matrix);
}

Test(config_matrix, a_set_fixes_what_it_covers) {
  write_scenario("matrix:\n  store.redundancy: [1, 2]\n  power.depth: [1, 2]\n  power.limit: [3, 4]\n");
  static const struct {
    const char *path, *value;
    size_t combinations;
  } cases[] = {
      {"power.depth", "5", 4}, {"power", "{}", 2}, {"power.dept", "1", 8}, {"matrix", "{power.limit: [1, 2, 3]}", 3}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pc_override override = {.path = cases[i].path, .value = cases[i].value};
    struct pc_scenario_options options = {.overrides = &override, .override_count = 1};
    struct pc_matrix matrix;
    struct pc_error error = {""};
    cr_assert_eq(load_with(&options, &(struct pc_vary){0}, &matrix, &error), PC_OK, "%s", error.message);
    cr_expect_eq(matrix.combinations, cases[i].combinations, "%s", cases[i].path);
    pc_matrix_free(&matrix);
  }
}

Test(config_matrix, vary_adds_to_the_matrix_and_splits_at_commas) {
  write_scenario("matrix: {power.depth: [1, 2]}\n");
  static const struct pc_override vary[] = {{.path = "power.faults", .value = "[prefix,bit_subset],[prefix]"},
                                            {.path = "store.redundancy", .value = "1, 2,3"}};
  struct pc_matrix matrix;
  struct pc_error error = {""};
  cr_assert_eq(load_with(&(struct pc_scenario_options){0}, &(struct pc_vary){vary, 2}, &matrix, &error), PC_OK, "%s",
               error.message);
  cr_expect_eq(matrix.combinations, 12);
  expect_combination(&matrix, 0, "power.depth=1;power.faults=[prefix, bit_subset];store.redundancy=1;");
  expect_combination(&matrix, 11, "power.depth=2;power.faults=[prefix];store.redundancy=3;");
  struct pc_override settings[3];
  struct pc_scenario scenario;
  struct pc_scenario_options options = {.settings = settings, .setting_count = 3};
  pc_matrix_combination(&matrix, 0, settings);
  settings[2].value = "[]";
  cr_expect_eq(pc_scenario_load("s.yaml", &options, &scenario, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "--vary store.redundancy: store.redundancy must be a single value, not a list");
  pc_matrix_free(&matrix);
}

Test(config_matrix, what_is_wrong_is_named) {
  static const struct {
    const char *matrix, *vary_path, *vary_value, *message;
  } cases[] = {
      {"matrix: [a]\n", NULL, NULL, "s.yaml:22: matrix must be a mapping of paths to lists of values, not a list"},
      {"matrix:\n  seed: 3\n", NULL, NULL, "s.yaml:23: matrix.seed must be a list of values, not '3'"},
      {"matrix:\n  seed: []\n", NULL, NULL, "s.yaml:23: matrix.seed must have at least one value"},
      {"matrix:\n  seed: [1, 2, 1]\n", NULL, NULL, "s.yaml:23: '1' is twice in matrix.seed"},
      {"matrix:\n  seed: [1]\n  seed: [2]\n", NULL, NULL, "s.yaml:24: seed is varied already"},
      {"matrix:\n  power.depth: [1]\n  power: [{}]\n", NULL, NULL,
       "s.yaml:24: power can't vary beside power.depth: one lies in the other"},
      {"matrix: {seed: [1, 2]}\n", "seed", "3", "--vary seed: seed is varied already"},
      {"matrix: {seed: [1, 2]}\n", "name", "", "--vary name: it needs at least one value"},
      {"", "name", "a,b]", "--vary name: not YAML: did not find expected <document start>"},
      {"", "power.limit", "1,2", "--vary power.limit: a --set fixes it"},
  };
  static const struct pc_override override = {.path = "power.limit", .value = "4"};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    write_scenario(cases[i].matrix);
    const struct pc_override vary = {.path = cases[i].vary_path, .value = cases[i].vary_value};
    struct pc_scenario_options options = {.overrides = &override, .override_count = 1};
    struct pc_matrix matrix;
    struct pc_error error = {""};
    cr_expect_eq(load_with(&options, &(struct pc_vary){&vary, cases[i].vary_path != NULL}, &matrix, &error),
                 PC_BAD_INPUT);
    cr_expect_str_eq(error.message, cases[i].message);
  }
}

Test(config_matrix, too_many_combinations_are_refused_at_the_bound) {
  struct pc_buffer text = {0};
  for (int path = 0; path < 3; path++) {
    pc_buffer_print(&text, path == 0 ? "matrix:\n  store.%c: [" : "]\n  store.%c: [", 'a' + path);
    for (int value = 0; value < 10; value++) {
      pc_buffer_print(&text, "%s%d", value == 0 ? "" : ", ", value);
    }
  }
  pc_buffer_print(&text, "]\n");
  write_scenario((const char *)text.data);
  pc_buffer_free(&text);
  struct pc_matrix matrix;
  struct pc_error error = {""};
  struct pc_override vary = {.path = "seed", .value = "7"};
  struct pc_vary added = {&vary, 1};
  cr_expect_eq(load_with(&(struct pc_scenario_options){0}, &added, &matrix, &error), PC_OK, "%s", error.message);
  cr_expect_eq(matrix.combinations, PC_MAX_COMBINATIONS);
  pc_matrix_free(&matrix);
  vary.value = "7,8";
  cr_expect_eq(load_with(&(struct pc_scenario_options){0}, &added, &matrix, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "--vary seed: 2000 combinations are more than 1000");
}

/* What only shows when a combination is loaded names the line of the matrix. */
Test(config_matrix, a_value_or_path_that_is_wrong_names_its_line) {
  static const struct {
    const char *matrix, *message;
  } cases[] = {
      {"matrix:\n  power.depth: [9]\n", "s.yaml:23: power.depth must be 1 to 8, not 9"},
      {"matrix:\n  power.dept: [1]\n", "s.yaml:23: unknown key 'dept' in power; did you mean 'depth'?"},
      {"matrix:\n  pwoer.depth: [1]\n", "s.yaml:23: unknown key 'pwoer'; did you mean 'power'?"},
      {"matrix:\n  power..depth: [1]\n", "s.yaml:23: the path has an empty part"},
      {"matrix:\n  seed.x: [1]\n", "s.yaml:23: seed is not a mapping"},
      {"matrix:\n  power.faults:\n    - [prefx]\n", "s.yaml:23: unknown fault class 'prefx'; did you mean 'prefix'?"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    write_scenario(cases[i].matrix);
    struct pc_matrix matrix;
    struct pc_error error = {""};
    cr_assert_eq(load_with(&(struct pc_scenario_options){0}, &(struct pc_vary){0}, &matrix, &error), PC_OK, "%s",
                 error.message);
    struct pc_override setting;
    pc_matrix_combination(&matrix, 0, &setting);
    struct pc_scenario scenario;
    struct pc_scenario_options options = {.settings = &setting, .setting_count = 1};
    cr_expect_eq(pc_scenario_load("s.yaml", &options, &scenario, &error), PC_BAD_INPUT);
    cr_expect_str_eq(error.message, cases[i].message);
    pc_matrix_free(&matrix);
  }
}
