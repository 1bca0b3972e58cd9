#include "subject.h"

#include <stdlib.h>
#include <string.h>

#include "powercut/explore.h"

static enum pc_result refuse_engine(const struct pc_scenario *scenario, struct pc_error *error) {
  size_t count = pc_store_count();
  const char **names = calloc(count + 1, sizeof *names);
  if (names == NULL) {
    return pc_fail_memory(error);
  }
  for (size_t i = 0; i < count; i++) {
    names[i] = pc_store_at(i)->name;
  }
  const char *nearest = pc_nearest(scenario->engine, names, count);
  enum pc_result err =
      nearest != NULL ? pc_fail(error, PC_BAD_INPUT, "%s:%d: there is no engine '%s'; did you mean '%s'?",
                                scenario->path, scenario->store_line, scenario->engine, nearest)
                      : pc_fail(error, PC_BAD_INPUT, "%s:%d: there is no engine '%s'; `powercut stores' lists them",
                                scenario->path, scenario->store_line, scenario->engine);
  free(names);
  return err;
}

static enum pc_result find_store(struct pc_opened_subject *opened, const struct pc_scenario *scenario,
                                 struct pc_error *error) {
  if (scenario->plugin == NULL) {
    opened->subject.store = pc_store_named(scenario->engine);
    return opened->subject.store != NULL ? PC_OK : refuse_engine(scenario, error);
  }
  struct pc_error cause;
  enum pc_result err = pc_plugin_open(&opened->plugin, scenario->plugin, &opened->subject.store, &cause);
  return !err ? PC_OK : pc_fail(error, err, "%s:%d: %s", scenario->path, scenario->store_line, cause.message);
}

static enum pc_result complete_parameters(struct pc_opened_subject *opened, const struct pc_scenario *scenario,
                                          struct pc_error *error) {
  size_t count = opened->subject.store->parameter_count;
  opened->parameters = calloc(count + 1, sizeof *opened->parameters);
  if (opened->parameters == NULL) {
    return pc_fail_memory(error);
  }
  opened->subject.parameters = opened->parameters;
  opened->subject.parameter_count = count;
  return pc_scenario_parameters(scenario, opened->subject.store, opened->parameters, error);
}

/* Keys of the workload, also of one that isn't listed. */
static uint32_t key_count_of(const struct pc_scenario *scenario) {
  return scenario->workload.operation_count > 0 ? scenario->workload.key_count
                                                : scenario->generator.keys + scenario->generator.static_keys;
}

/* Sets the store up once, so that what it refuses is known before anything is written. */
static enum pc_result try_setup(struct pc_opened_subject *opened, const struct pc_scenario *scenario,
                                struct pc_error *error) {
  struct pc_error cause;
  enum pc_result err = pc_subject_check(&opened->subject, key_count_of(scenario), &opened->promises, &cause);
  return !err ? PC_OK : pc_fail(error, err, "%s:%d: %s", scenario->path, scenario->store_line, cause.message);
}

/* The same for each configuration that the workload updates it to. */
static enum pc_result try_updates(const struct pc_opened_subject *opened, const struct pc_scenario *scenario,
                                  struct pc_error *error) {
  const struct pc_workload *workload = &scenario->workload;
  struct pc_subject subject = opened->subject;
  struct pc_parameter *parameters = calloc(subject.parameter_count + 1, sizeof *parameters);
  if (parameters == NULL) {
    return pc_fail_memory(error);
  }
  memcpy(parameters, opened->parameters, subject.parameter_count * sizeof *parameters);
  subject.parameters = parameters;
  enum pc_result err = PC_OK;
  for (uint32_t i = 0; !err && i < workload->operation_count; i++) {
    const struct pc_update *update = workload->operations[i].update;
    if (update != NULL) {
      struct pc_store_promises promises;
      struct pc_error cause;
      err = pc_scenario_update(subject.store, update, parameters, error);
      if (!err) {
        err = pc_subject_check(&subject, workload->key_count, &promises, &cause);
        err = err ? pc_fail(error, err, "%s: %s", update->place, cause.message) : PC_OK;
      }
    }
  }
  free(parameters);
  return err;
}

/* Looks at what is on the image: what the store refuses is known then, too. */
static enum pc_result survey(const struct pc_opened_subject *opened, struct pc_scenario *scenario,
                             struct pc_error *error) {
  struct pc_error cause;
  enum pc_result err = pc_subject_survey(&opened->subject, &scenario->workload, &cause);
  return !err ? PC_OK : pc_fail(error, err, "%s:%d: %s", scenario->path, scenario->store_line, cause.message);
}

enum pc_result pc_subject_open(struct pc_opened_subject *opened, struct pc_scenario *scenario, struct pc_error *error) {
  *opened = (struct pc_opened_subject){.subject = {.profile = &scenario->profile,
                                                   .sectors = scenario->sectors,
                                                   .worn = scenario->worn,
                                                   .faults = scenario->faults,
                                                   .fault_count = scenario->fault_count,
                                                   .fault_seed = scenario->plan.seed,
                                                   .image = {scenario->image, scenario->image_size}}};
  enum pc_result err = find_store(opened, scenario, error);
  if (!err) {
    err = complete_parameters(opened, scenario, error);
  }
  if (!err) {
    err = survey(opened, scenario, error);
  }
  if (!err) {
    err = try_setup(opened, scenario, error);
  }
  if (!err) {
    err = try_updates(opened, scenario, error);
  }
  if (err) {
    pc_subject_close(opened);
  }
  return err;
}

void pc_subject_close(struct pc_opened_subject *opened) {
  free(opened->parameters);
  pc_plugin_close(opened->plugin);
  *opened = (struct pc_opened_subject){0};
}

void pc_subject_device(const struct pc_subject *subject, struct pc_buffer *text) {
  pc_buffer_print(text, "%s x %u", subject->profile->name, subject->sectors);
}

void pc_subject_store(const struct pc_subject *subject, struct pc_buffer *text) {
  pc_buffer_print(text, "%s", subject->store->name);
  for (size_t i = 0; i < subject->parameter_count; i++) {
    const struct pc_parameter *parameter = &subject->parameters[i];
    const char *fallback = subject->store->parameters[i].fallback;
    if (fallback == NULL || strcmp(fallback, parameter->value) != 0) {
      pc_buffer_print(text, " %s=%s", parameter->name, parameter->value);
    }
  }
}
