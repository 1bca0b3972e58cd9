#include "policy.h"

#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "powercut/file.h"

#define MAX_POLICY_SIZE ((size_t)1 << 20)
#define MAX_BUDGET 604800u /* a week */

static enum pc_result bind_run(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_policy_reading *reading = target;
  const char *text = pc_bind_scalar(binding, node, "always or never");
  if (text == NULL) {
    return PC_BAD_INPUT;
  }
  reading->policy.runs = strcmp(text, "always") == 0;
  return reading->policy.runs || strcmp(text, "never") == 0 ? PC_OK
                                                            : pc_bind_fail_type(binding, node, "always or never");
}

static enum pc_result keep_rules(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  (void)binding;
  ((struct pc_policy_reading *)target)->rules = node;
  return PC_OK;
}

static const struct pc_field FIELDS[] = {
    {.key = "name", .type = PC_FIELD_TEXT, .offset = offsetof(struct pc_policy_reading, policy.name)},
    {.key = "run", .type = PC_FIELD_CUSTOM, .bind = bind_run},
    {.key = "budget",
     .type = PC_FIELD_U32,
     .offset = offsetof(struct pc_policy_reading, policy.budget),
     .min = 1,
     .max = MAX_BUDGET},
    {.key = "scenarios", .type = PC_FIELD_CUSTOM, .bind = pc_bind_policy_scenarios},
    {.key = "rules", .required = true, .type = PC_FIELD_CUSTOM, .bind = keep_rules},
};
static const struct pc_schema SCHEMA = {.fields = FIELDS, .count = sizeof FIELDS / sizeof FIELDS[0]};

static enum pc_result read_document(struct pc_policy_reading *reading, struct pc_error *error) {
  struct pc_buffer content = {0};
  enum pc_result err = pc_file_read(reading->policy.path, MAX_POLICY_SIZE, &content, error);
  if (!err) {
    err = pc_document_parse(&reading->document, (const char *)content.data, content.size, error);
  }
  pc_buffer_free(&content);
  if (!err && reading->document.root == NULL) {
    err = pc_fail(error, PC_BAD_INPUT, "%s: the file is empty", reading->policy.path);
  }
  return err;
}

static enum pc_result bind_document(struct pc_policy_reading *reading, struct pc_error *error) {
  struct pc_binding binding = {&reading->document, error};
  enum pc_result err = pc_bind_mapping(&binding, reading->document.root, &SCHEMA, reading);
  return err ? err : pc_bind_policy_rules(&binding, reading->rules, reading);
}

enum pc_result pc_policy_load(const char *path, struct pc_policy *policy, struct pc_error *error) {
  bool named_folder = strchr(path, '/') != NULL;
  struct pc_policy_reading reading = {
      .document = {.name = path},
      .folder = named_folder ? pc_path_folder(path) : NULL,
      .policy = {.path = strdup(path), .name = pc_path_stem(path), .runs = true},
  };
  enum pc_result err = PC_OK;
  if ((named_folder && reading.folder == NULL) || reading.policy.path == NULL || reading.policy.name == NULL) {
    err = pc_fail_memory(error);
  }
  if (!err) {
    err = read_document(&reading, error);
  }
  if (!err) {
    err = bind_document(&reading, error);
  }
  pc_document_free(&reading.document);
  free(reading.folder);
  if (err) {
    pc_policy_free(&reading.policy);
  }
  *policy = reading.policy;
  return err;
}

static void free_scenario(struct pc_policy_scenario *scenario) {
  for (size_t i = 0; i < scenario->setting_count; i++) {
    free(scenario->settings[i].path);
    free(scenario->settings[i].value);
  }
  free(scenario->settings);
  free(scenario->name);
  free(scenario->file);
}

static void free_rule(struct pc_gate_rule *rule) {
  for (size_t i = 0; i < rule->changed_count; i++) {
    free(rule->changed[i]);
  }
  free(rule->changed);
  free(rule->folder);
  free(rule->harness);
}

void pc_policy_free(struct pc_policy *policy) {
  for (size_t i = 0; i < policy->scenario_count; i++) {
    free_scenario(&policy->scenarios[i]);
  }
  for (size_t i = 0; i < policy->rule_count; i++) {
    free_rule(&policy->rules[i]);
  }
  free(policy->scenarios);
  free(policy->rules);
  free(policy->path);
  free(policy->name);
  *policy = (struct pc_policy){0};
}
