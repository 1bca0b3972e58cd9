/* workload.updates: what is read of it, and what is refused. */
#include "powercut/stores.h"
#include "test_config_help.h"

TestSuite(config_updates, .init = enter_folder, .fini = leave_folder);

#define UPDATES "  mix: {put: 8, delete: 1, reboot: 1}\n  updates: "

static enum pc_result load_with(const char *updates, struct pc_scenario *scenario, struct pc_error *error) {
  char replacement[1024];
  (void)snprintf(replacement, sizeof replacement, UPDATES "%s\n", updates);
  char *text = replaced(GOOD, "  mix: {put: 8, delete: 1, reboot: 1}\n", replacement);
  write_text("s.yaml", text);
  free(text);
  return pc_scenario_load("s.yaml", NULL, scenario, error);
}

static const struct pc_update *update_at(const struct pc_scenario *scenario, uint32_t operation) {
  const struct pc_operation *update = &scenario->workload.operations[operation];
  cr_assert(update->kind == PC_REBOOT && update->update != NULL, "operation %u", operation);
  return update->update;
}

Test(config_updates, they_come_between_the_operations) {
  struct pc_scenario scenario, plain;
  struct pc_error error;
  cr_assert_eq(load_with("[]", &plain, &error), PC_OK, "%s", error.message);
  cr_assert_eq(load_with("[{after: 0, store: {alignment: 64}}, {after: 10, store: {redundancy: 2, checksum: none}},\n"
                         "    {after: 10, store: {policy: ''}}, {after: 50, store: {max_keys: a b}}]",
                         &scenario, &error),
               PC_OK, "%s", error.message);
  cr_assert_eq(scenario.workload.operation_count, plain.workload.operation_count + 4);
  cr_expect_str_eq(update_at(&scenario, 0)->changes[0].name, "alignment");
  cr_expect_str_eq(update_at(&scenario, 0)->changes[0].value, "64");
  cr_expect_str_eq(update_at(&scenario, 0)->place, "s.yaml:15");
  cr_expect_eq(update_at(&scenario, 11)->count, 2);
  cr_expect_str_eq(update_at(&scenario, 11)->changes[1].value, "none");
  cr_expect_str_eq(update_at(&scenario, 12)->changes[0].value, "");
  cr_expect_str_eq(update_at(&scenario, 12)->place, "s.yaml:16");
  cr_expect_str_eq(update_at(&scenario, 53)->changes[0].value, "a b");
  uint32_t at = 0;
  for (uint32_t i = 0; i < scenario.workload.operation_count; i++) {
    if (scenario.workload.operations[i].update == NULL) {
      cr_expect_eq(scenario.workload.operations[i].kind, plain.workload.operations[at].kind);
      cr_expect_eq(scenario.workload.operations[i].key, plain.workload.operations[at].key);
      at++;
    }
  }
  cr_expect_eq(at, plain.workload.operation_count);
  pc_scenario_free(&scenario);
  pc_scenario_free(&plain);
}

Test(config_updates, what_is_written_reads_back) {
  struct pc_scenario scenario, again;
  struct pc_error error;
  struct pc_buffer text = {0};
  cr_assert_eq(load_with("[{after: 3, store: {checksum: none, policy: a b}}]", &scenario, &error), PC_OK);
  pc_scenario_write(&scenario, NULL, 0, &text);
  cr_assert_not(text.failed);
  cr_expect_not_null(strstr((const char *)text.data, "\n    update checksum=none policy=hex:612062\n"));
  write_bytes("r.yaml", text.data, text.size);
  cr_assert_eq(pc_scenario_load("r.yaml", NULL, &again, &error), PC_OK, "%s", error.message);
  cr_expect_str_eq(update_at(&again, 3)->changes[1].value, "a b");
  pc_buffer_free(&text);
  pc_scenario_free(&scenario);
  pc_scenario_free(&again);
}

Test(config_updates, they_tell_two_runs_apart) {
  char prints[2][PC_FINGERPRINT_SIZE];
  static const char *const updates[] = {"[{after: 3, store: {redundancy: 2}}]", "[{after: 3, store: {redundancy: 3}}]"};
  for (size_t i = 0; i < 2; i++) {
    struct pc_scenario scenario;
    struct pc_error error;
    cr_assert_eq(load_with(updates[i], &scenario, &error), PC_OK, "%s", error.message);
    cr_assert_eq(pc_scenario_fingerprint(&scenario, NULL, 0, "1", prints[i], &error), PC_OK);
    pc_scenario_free(&scenario);
  }
  cr_expect_str_neq(prints[0], prints[1]);
}

static void expect_refusal(const char *updates, const char *message) {
  struct pc_scenario scenario;
  struct pc_error error = {{0}};
  cr_expect_eq(load_with(updates, &scenario, &error), PC_BAD_INPUT, "%s", updates);
  cr_expect_str_eq(error.message, message);
}

Test(config_updates, mistakes_are_refused_with_what_would_be_right) {
  expect_refusal("{after: 3}",
                 "s.yaml:15: workload.updates must be a list of {after: N, store: {NAME: VALUE}}, not a mapping");
  expect_refusal("[3]", "s.yaml:15: workload.updates[0] must be a mapping, not '3'");
  expect_refusal("[{after: 3}]", "s.yaml:15: 'store' is missing in workload.updates[0]");
  expect_refusal("[{store: {a: 1}}]", "s.yaml:15: 'after' is missing in workload.updates[0]");
  expect_refusal("[{aftr: 3, store: {a: 1}}]",
                 "s.yaml:15: unknown key 'aftr' in workload.updates[0]; did you mean 'after'?");
  expect_refusal("[{after: x, store: {a: 1}}]", "s.yaml:15: workload.updates[0].after must be a whole number, not 'x'");
  expect_refusal("[{after: 51, store: {a: 1}}]",
                 "s.yaml:15: workload.updates[0].after is 51, the workload has 50 operations");
  expect_refusal("[{after: 9, store: {a: 1}},\n    {after: 8, store: {a: 1}}]",
                 "s.yaml:16: workload.updates[1].after must not be below the one before it, 9, not 8");
  expect_refusal("[{after: 3, store: {}}]",
                 "s.yaml:15: workload.updates[0].store must change 1 to 64 parameters, not 0");
  expect_refusal("[{after: 3, store: a}]", "s.yaml:15: workload.updates[0].store must be a mapping, not 'a'");
  expect_refusal("[{after: 3, store: {a: [1]}}]",
                 "s.yaml:15: workload.updates[0].store.a must be a single value, not a list");
  expect_refusal("[{after: 3, store: {a: 1, a: 2}}]",
                 "s.yaml:15: 'a' is given twice in workload.updates[0].store, first on line 15");
  expect_refusal("[{after: 3, store: {engine: chunk}}]",
                 "s.yaml:15: an update changes the store's parameters, not its 'engine'");
  expect_refusal("[{after: 3, store: {'a b': 1}}]", "s.yaml:15: 'a b' is no name of a parameter");
}

Test(config_updates, a_comparison_takes_none) {
  struct pc_scenario scenario;
  struct pc_error error;
  const struct pc_scenario_options options = {.streamed = true};
  cr_assert_eq(load_with("[{after: 3, store: {redundancy: 2}}]", &scenario, &error), PC_OK, "%s", error.message);
  pc_scenario_free(&scenario);
  cr_expect_eq(pc_scenario_load("s.yaml", &options, &scenario, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message,
                   "s.yaml:15: workload.updates: an update of the store is not compared: `powercut run` "
                   "explores it");
}

Test(config_updates, the_parameters_are_those_of_the_store) {
  static const struct pc_parameter good = {"redundancy", "3"}, bad = {"redundance", "2"};
  const struct pc_update known = {.changes = &good, .count = 1, .place = "t:3"};
  const struct pc_update unknown = {.changes = &bad, .count = 1, .place = "t:3"};
  const struct pc_store *store = pc_store_named("norkv");
  struct pc_scenario scenario;
  struct pc_error error;
  struct pc_parameter parameters[16];
  cr_assert_eq(load_with("[]", &scenario, &error), PC_OK);
  cr_assert_eq(pc_scenario_parameters(&scenario, store, parameters, &error), PC_OK);
  cr_assert_eq(pc_scenario_update(store, &known, parameters, &error), PC_OK);
  cr_expect_str_eq(parameters[0].value, "3");
  cr_expect_eq(pc_scenario_update(store, &unknown, parameters, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "t:3: norkv has no parameter 'redundance'; did you mean 'redundancy'?");
  pc_scenario_free(&scenario);
}
