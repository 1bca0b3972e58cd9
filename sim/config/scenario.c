#include "scenario.h"

#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "powercut/file.h"
#include "profile.h"

static const struct pc_field FIELDS[] = {
    /* What only a repro has. */
    {.key = "repro", .required = true, .type = PC_FIELD_CUSTOM, .bind = pc_bind_version},
    {.key = "invariant", .required = true, .type = PC_FIELD_CUSTOM, .bind = pc_bind_invariant},
    {.key = "cut_path", .required = true, .type = PC_FIELD_CUSTOM, .bind = pc_bind_cut_path},
    {.key = "soak", .type = PC_FIELD_CUSTOM, .bind = pc_bind_soak},
    /* What both have. */
    {.key = "name", .type = PC_FIELD_TEXT, .offset = offsetof(struct pc_reading, repro.scenario.name)},
    {.key = "device", .required = true, .type = PC_FIELD_CUSTOM, .bind = pc_bind_device},
    {.key = "store", .required = true, .type = PC_FIELD_CUSTOM, .bind = pc_bind_store},
    {.key = "workload", .required = true, .type = PC_FIELD_CUSTOM, .bind = pc_bind_workload},
    {.key = "power", .type = PC_FIELD_CUSTOM, .bind = pc_bind_power},
    {.key = "faults", .type = PC_FIELD_CUSTOM, .bind = pc_bind_faults},
    {.key = "seed",
     .type = PC_FIELD_U64,
     .offset = offsetof(struct pc_reading, repro.scenario.plan.seed),
     .max = UINT64_MAX},
    /* What only a scenario has. */
    {.key = "wear", .type = PC_FIELD_CUSTOM, .bind = pc_bind_wear},
    {.key = "matrix", .type = PC_FIELD_CUSTOM, .bind = pc_bind_matrix},
};
enum { FIELD_COUNT = sizeof FIELDS / sizeof FIELDS[0], OF_REPROS = 4, OF_SCENARIOS = 2 };
static const struct pc_schema SCENARIO_SCHEMA = {.fields = FIELDS + OF_REPROS, .count = FIELD_COUNT - OF_REPROS};
static const struct pc_schema REPRO_SCHEMA = {.fields = FIELDS, .count = FIELD_COUNT - OF_SCENARIOS};

static void set_defaults(struct pc_scenario *scenario) {
  scenario->plan =
      (struct pc_power_plan){.depth = 1, .samples = 8, .limit = 256, .aftermath = 64, .seed = 1, .consecutive = 1};
  scenario->wear = (struct pc_wear_settings){.operations_per_day = 1000};
  /* Those that every store is to survive on every part. */
  for (int fault = 0; fault <= PC_FAULT_TWO_PHASE_ERASE; fault++) {
    scenario->plan.faults[fault] = true;
  }
}

enum pc_result pc_apply_overrides(struct pc_document *document, const struct pc_override *overrides, size_t count,
                                  struct pc_error *error) {
  if (document->root == NULL) {
    return pc_fail(error, PC_BAD_INPUT, "%s: the file is empty", document->name);
  }
  for (size_t i = 0; i < count; i++) {
    enum pc_result result = pc_document_override(document, &overrides[i], error);
    if (result != PC_OK) {
      return result;
    }
  }
  return PC_OK;
}

static enum pc_result bind_file(struct pc_reading *reading, bool is_repro, const struct pc_scenario_options *options,
                                struct pc_error *error) {
  enum pc_result result = pc_apply_overrides(&reading->document, options->settings, options->setting_count, error);
  if (result == PC_OK) {
    result = pc_apply_overrides(&reading->document, options->overrides, options->override_count, error);
  }
  if (result != PC_OK) {
    return result;
  }
  set_defaults(&reading->repro.scenario);
  struct pc_binding binding = {&reading->document, error};
  result = pc_bind_mapping(&binding, reading->document.root, is_repro ? &REPRO_SCHEMA : &SCENARIO_SCHEMA, reading);
  if (result != PC_OK) {
    return result;
  }
  result = pc_make_faults(&binding, reading);
  if (result != PC_OK) {
    return result;
  }
  if (options->has_seed) {
    reading->repro.scenario.plan.seed = options->seed;
  }
  reading->streamed = options->streamed;
  result = pc_make_image(&binding, reading);
  if (result != PC_OK) {
    return result;
  }

  result = pc_check_power(&binding, reading);
  if (result == PC_OK) {
    result = pc_make_workload(&binding, reading);
  }
  return result == PC_OK ? pc_make_updates(&binding, reading) : result;
}

enum pc_result pc_document_read(const char *path, struct pc_document *document, struct pc_error *error) {
  struct pc_buffer content = {0};
  enum pc_result result = pc_file_read(path, PC_MAX_CONFIG_SIZE, &content, error);
  if (result == PC_OK) {
    result = pc_document_parse(document, (const char *)content.data, content.size, error);
  }
  pc_buffer_free(&content);
  return result;
}

enum pc_result pc_read_source(const struct pc_source *source, const struct pc_scenario_options *options,
                              struct pc_repro *repro, struct pc_error *error) {
  const char *path = source->path;
  *repro = (struct pc_repro){0};
  struct pc_reading reading = {.document = {.name = path}, .folder = pc_path_folder(path)};
  struct pc_scenario *scenario = &reading.repro.scenario;
  scenario->path = strdup(path);
  scenario->name = pc_path_stem(path);
  enum pc_result result = PC_OK;
  if (reading.folder == NULL || scenario->path == NULL || scenario->name == NULL) {
    result = pc_fail_memory(error);
  }
  if (result == PC_OK) {
    result = source->has_text
                 ? pc_document_parse(&reading.document, (const char *)source->text.data, source->text.size, error)
                 : pc_document_read(path, &reading.document, error);
  }
  if (result == PC_OK) {
    result = bind_file(&reading, source->is_repro, options, error);
  }
  free(reading.folder);
  pc_document_free(&reading.document);
  if (result != PC_OK) {
    pc_repro_free(&reading.repro);
    return result;
  }
  *repro = reading.repro;
  return PC_OK;
}

enum pc_result pc_scenario_load(const char *path, const struct pc_scenario_options *options,
                                struct pc_scenario *scenario, struct pc_error *error) {
  static const struct pc_scenario_options none = {0};
  struct pc_repro repro;
  const struct pc_source source = {.path = path};
  enum pc_result result = pc_read_source(&source, options != NULL ? options : &none, &repro, error);
  *scenario = repro.scenario;
  return result;
}

void pc_scenario_free(struct pc_scenario *scenario) {
  free(scenario->path);
  free(scenario->name);
  free(scenario->engine);
  free(scenario->plugin);
  for (size_t i = 0; i < scenario->parameter_count; i++) {
    free(scenario->parameters[i].name);
    free(scenario->parameters[i].value);
  }
  free(scenario->parameters);
  free(scenario->places);
  free(scenario->cuts);
  free(scenario->image_path);
  free(scenario->image);
  free(scenario->faults);
  pc_workload_free(&scenario->workload);
  *scenario = (struct pc_scenario){0};
}

enum pc_result pc_repro_load(const char *path, struct pc_repro *repro, struct pc_error *error) {
  static const struct pc_scenario_options none = {0};
  const struct pc_source source = {.path = path, .is_repro = true};
  return pc_read_source(&source, &none, repro, error);
}

enum pc_result pc_repro_parse(const char *name, struct pc_bytes text, struct pc_repro *repro, struct pc_error *error) {
  static const struct pc_scenario_options none = {0};
  const struct pc_source source = {.path = name, .text = text, .has_text = true, .is_repro = true};
  return pc_read_source(&source, &none, repro, error);
}

void pc_repro_free(struct pc_repro *repro) {
  pc_scenario_free(&repro->scenario);
  *repro = (struct pc_repro){0};
}
