/* The runs that a gate judges: made by `powercut run`, one process each, or found in the ledger. What is judged is so
   what the command in v_provenance makes again, and a budget can end it at any moment. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "gate.h"
#include "interrupt.h"
#include "output.h"
#include "powercut/config.h"
#include "progress.h"
#include "subject.h"

/* Takes a text that was built. */
static char *take(struct pc_buffer *text) {
  if (text->failed) {
    pc_buffer_free(text);
    return NULL;
  }
  return (char *)text->data;
}

static enum pc_result describe_loaded(struct pc_gate_scenario *scenario, struct pc_scenario *loaded,
                                      struct pc_error *error) {
  struct pc_opened_subject opened;
  enum pc_result err = pc_subject_open(&opened, loaded, error);
  if (err) {
    return err;
  }
  struct pc_buffer device = {0}, store = {0};
  pc_subject_device(&opened.subject, &device);
  pc_subject_store(&opened.subject, &store);
  pc_subject_close(&opened);
  scenario->name = strdup(loaded->name);
  scenario->device = take(&device);
  scenario->store = take(&store);
  bool complete = scenario->name != NULL && scenario->device != NULL && scenario->store != NULL;
  return complete ? PC_OK : pc_fail_memory(error);
}

/* Of a scenario with a matrix the first combination stands for all; `powercut run' checks the others. */
static enum pc_result describe_first(struct pc_gate_scenario *scenario, const struct pc_scenario_options *options,
                                     struct pc_error *error) {
  const struct pc_vary none = {0};
  struct pc_matrix matrix;
  enum pc_result err = pc_matrix_load(scenario->policy->file, options, &none, &matrix, error);
  if (err) {
    return err;
  }
  scenario->combinations = matrix.combinations;
  struct pc_override *settings = calloc(matrix.variation_count + 1, sizeof *settings);
  if (settings == NULL) {
    pc_matrix_free(&matrix);
    return pc_fail_memory(error);
  }
  pc_matrix_combination(&matrix, 0, settings);
  struct pc_scenario_options combined = *options;
  combined.settings = settings;
  combined.setting_count = matrix.variation_count;
  struct pc_scenario loaded;
  err = pc_scenario_load(scenario->policy->file, &combined, &loaded, error);
  if (!err) {
    err = describe_loaded(scenario, &loaded, error);
    pc_scenario_free(&loaded);
  }
  free(settings);
  pc_matrix_free(&matrix);
  return err;
}

static enum pc_result describe(struct pc_gate_scenario *scenario, struct pc_error *error) {
  const struct pc_policy_scenario *policy = scenario->policy;
  struct pc_override *overrides = calloc(policy->setting_count + 1, sizeof *overrides);
  if (overrides == NULL) {
    return pc_fail_memory(error);
  }
  for (size_t i = 0; i < policy->setting_count; i++) {
    overrides[i] = (struct pc_override){.path = policy->settings[i].path, .value = policy->settings[i].value};
  }
  const struct pc_scenario_options options = {.overrides = overrides, .override_count = policy->setting_count};
  enum pc_result err = describe_first(scenario, &options, error);
  free(overrides);
  return err;
}

enum pc_result pc_gate_describe(struct pc_gate *gate, struct pc_error *error) {
  gate->scenarios = calloc(gate->policy->scenario_count + 1, sizeof *gate->scenarios);
  if (gate->scenarios == NULL) {
    return pc_fail_memory(error);
  }
  enum pc_result err = PC_OK;
  for (size_t i = 0; !err && i < gate->policy->scenario_count; i++) {
    gate->scenarios[i].policy = &gate->policy->scenarios[i];
    struct pc_error cause;
    err = describe(&gate->scenarios[i], &cause);
    if (err) {
      err = pc_fail(error, err, "%s:%d: scenario '%s': %s", gate->policy->path, gate->policy->scenarios[i].line,
                    gate->policy->scenarios[i].name, cause.message);
    }
  }
  return err;
}

/* The runs that were made together with this one. */
static enum pc_result take_group(const struct pc_gate *gate, struct pc_gate_scenario *scenario, int64_t run_id,
                                 struct pc_error *error) {
  int64_t *run_ids = NULL;
  size_t count = 0;
  enum pc_result err = pc_ledger_read_group(gate->ledger, run_id, &run_ids, &count, error);
  if (!err) {
    scenario->runs = calloc(count + 1, sizeof *scenario->runs);
    err = scenario->runs == NULL ? pc_fail_memory(error) : PC_OK;
  }
  for (size_t i = 0; !err && i < count; i++) {
    err = pc_ledger_read_run(gate->ledger, run_ids[i], &scenario->runs[i], error);
    scenario->run_count += err ? 0 : 1;
  }
  free(run_ids);
  return err;
}

static enum pc_result find_run(const struct pc_gate *gate, struct pc_gate_scenario *scenario, struct pc_error *error) {
  bool single = scenario->combinations == 1; /* else any of them leads to the others */
  const struct pc_run_key key = {.scenario = scenario->name,
                                 .device = single ? scenario->device : NULL,
                                 .store = single ? scenario->store : NULL,
                                 .version = PC_VERSION};
  int64_t run_id = 0;
  enum pc_result err = pc_ledger_newest_run(gate->ledger, &key, &run_id, error);
  if (!err && run_id == 0) {
    (void)snprintf(scenario->why_not, sizeof scenario->why_not,
                   "%s has no finished run of this scenario by this version, with this device and store",
                   gate->database);
  }
  return err || run_id == 0 ? err : take_group(gate, scenario, run_id, error);
}

/* Words of a command line, some of which it owns. */
struct words {
  const char **argv; /* with room for all, and NULL behind the last */
  char **owned;
  size_t count, owned_count;
};

static enum pc_result build_words(const struct pc_gate *gate, const struct pc_policy_scenario *policy,
                                  struct words *words, struct pc_error *error) {
  words->argv = calloc(2 * policy->setting_count + 16, sizeof *words->argv);
  words->owned = calloc(policy->setting_count + 1, sizeof *words->owned);
  if (words->argv == NULL || words->owned == NULL) {
    return pc_fail_memory(error);
  }
  const char *const fixed[] = {PC_THIS_COMMAND, "run", policy->file, "--db", gate->database, "--json"};
  for (; words->count < sizeof fixed / sizeof fixed[0]; words->count++) {
    words->argv[words->count] = fixed[words->count];
  }
  char *jobs = NULL;
  if (gate->jobs > 0 && asprintf(&jobs, "--jobs=%" PRIu32, gate->jobs) < 0) {
    return pc_fail_memory(error);
  }
  if (jobs != NULL) {
    words->owned[words->owned_count++] = jobs;
    words->argv[words->count++] = jobs;
  }
  for (size_t i = 0; i < policy->setting_count; i++) {
    char *setting = NULL;
    if (asprintf(&setting, "%s=%s", policy->settings[i].path, policy->settings[i].value) < 0) {
      return pc_fail_memory(error);
    }
    words->owned[words->owned_count++] = setting;
    words->argv[words->count++] = "--set";
    words->argv[words->count++] = setting;
  }
  return PC_OK;
}

static void free_words(struct words *words) {
  for (size_t i = 0; i < words->owned_count; i++) {
    free(words->owned[i]);
  }
  free(words->owned);
  free(words->argv);
}

/* Takes of a run's summary the first repro, if there was none yet. */
static bool take_repro(struct pc_gate_scenario *scenario, const json_t *run) {
  const json_t *violation = json_array_get(json_object_get(run, "first_violations"), 0);
  const char *repro = json_string_value(json_object_get(violation, "repro_file"));
  if (scenario->repro != NULL || repro == NULL) {
    return true;
  }
  scenario->repro = strdup(repro);
  return scenario->repro != NULL;
}

/* Takes the child's summary, which of a matrix is a list: the first run that it is of (0: it printed none). */
static enum pc_result read_summary(const struct pc_child_outcome *outcome, struct pc_gate_scenario *scenario,
                                   int64_t *run_id, struct pc_error *error) {
  json_t *summary = json_loadb((const char *)outcome->output.data, outcome->output.size, 0, NULL);
  bool list = json_is_array(summary);
  *run_id = json_integer_value(json_object_get(list ? json_array_get(summary, 0) : summary, "run_id"));
  bool complete = list || take_repro(scenario, summary);
  for (size_t i = 0; complete && i < json_array_size(summary); i++) {
    complete = take_repro(scenario, json_array_get(summary, i));
  }
  json_decref(summary);
  return complete ? PC_OK : pc_fail_memory(error);
}

static enum pc_result take_outcome(const struct pc_gate *gate, struct pc_gate_scenario *scenario,
                                   const struct pc_child_outcome *outcome, struct pc_error *error) {
  if (pc_interrupted()) {
    return pc_fail(error, PC_ENVIRONMENT, "interrupted in scenario '%s': nothing was decided", scenario->policy->name);
  }
  if (outcome->stopped) {
    (void)snprintf(scenario->why_not, sizeof scenario->why_not, "the time budget ended its run");
    return PC_OK;
  }
  int64_t run_id = 0;
  if (outcome->status == 0 || outcome->status == 1) {
    enum pc_result err = read_summary(outcome, scenario, &run_id, error);
    if (err) {
      return err;
    }
  }
  if (run_id == 0) {
    return pc_fail(error, PC_ENVIRONMENT, "scenario '%s' could not be run: `powercut run' ended with %s %d",
                   scenario->policy->name, outcome->signal != 0 ? "signal" : "exit status",
                   outcome->signal != 0 ? outcome->signal : outcome->status);
  }
  return take_group(gate, scenario, run_id, error);
}

static enum pc_result make_run(const struct pc_gate *gate, struct pc_gate_scenario *scenario, struct pc_error *error) {
  if (pc_seconds() >= gate->deadline) {
    (void)snprintf(scenario->why_not, sizeof scenario->why_not, "the time budget was spent before it could be run");
    return PC_OK;
  }
  struct words words = {0};
  enum pc_result err = build_words(gate, scenario->policy, &words, error);
  if (!err) {
    const struct pc_child child = {.argv = words.argv, .shows_errors = true, .deadline = gate->deadline};
    struct pc_child_outcome outcome;
    err = pc_child_run(&child, &outcome, error);
    if (!err) {
      err = take_outcome(gate, scenario, &outcome, error);
    }
    pc_child_outcome_free(&outcome);
  }
  free_words(&words);
  return err;
}

enum pc_result pc_gate_run(struct pc_gate *gate, struct pc_error *error) {
  enum pc_result err = PC_OK;
  for (size_t i = 0; !err && i < gate->policy->scenario_count; i++) {
    err = gate->policy->runs ? make_run(gate, &gate->scenarios[i], error) : find_run(gate, &gate->scenarios[i], error);
  }
  return err;
}
