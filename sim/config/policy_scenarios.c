/* scenarios: [PATH, {name: NAME, file: PATH, set: {PATH: VALUE}}] */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "paths.h"
#include "policy.h"

#define MAX_NEIGHBOURS 256u /* files that are looked at for the nearest name */

static enum pc_result bind_setting(const struct pc_binding *binding, const struct pc_node *node,
                                   struct pc_policy_scenario *scenario) {
  const char *value = pc_bind_scalar(binding, node, "a value, in quotes if it is a list or a mapping");
  if (value == NULL) {
    return PC_BAD_INPUT;
  }
  if (scenario->setting_count == PC_MAX_POLICY_SETTINGS) {
    return pc_node_fail(binding->document, node, binding->error, "more than %u values in set", PC_MAX_POLICY_SETTINGS);
  }
  struct pc_policy_setting *setting = &scenario->settings[scenario->setting_count++];
  *setting = (struct pc_policy_setting){.path = strdup(node->key), .value = strdup(value)};
  return setting->path != NULL && setting->value != NULL ? PC_OK : pc_fail_memory(binding->error);
}

static enum pc_result bind_settings(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_policy_scenario *scenario = target;
  if (node->kind != PC_NODE_MAPPING) {
    return pc_bind_fail_type(binding, node, "a mapping of paths and values, as --set takes them");
  }
  scenario->settings = calloc(PC_MAX_POLICY_SETTINGS, sizeof *scenario->settings);
  if (scenario->settings == NULL) {
    return pc_fail_memory(binding->error);
  }
  enum pc_result err = PC_OK;
  for (const struct pc_node *child = node->first; !err && child != NULL; child = child->next) {
    err = bind_setting(binding, child, scenario);
  }
  return err;
}

static const struct pc_field FIELDS[] = {
    {.key = "name", .type = PC_FIELD_TEXT, .offset = offsetof(struct pc_policy_scenario, name)},
    {.key = "file", .required = true, .type = PC_FIELD_TEXT, .offset = offsetof(struct pc_policy_scenario, file)},
    {.key = "set", .type = PC_FIELD_CUSTOM, .bind = bind_settings},
};
static const struct pc_schema SCHEMA = {.fields = FIELDS, .count = sizeof FIELDS / sizeof FIELDS[0]};

/* The file's name as found from here, and a name for the scenario if it was given none. */
static enum pc_result complete(struct pc_policy_scenario *scenario, const char *folder, struct pc_error *error) {
  char *file = pc_path_join(folder, scenario->file);
  free(scenario->file);
  scenario->file = file;
  if (file != NULL && scenario->name == NULL) {
    scenario->name = pc_path_stem(file);
  }
  return file != NULL && scenario->name != NULL ? PC_OK : pc_fail_memory(error);
}

static int is_scenario(const struct dirent *entry) {
  size_t size = strlen(entry->d_name);
  return size > 5 && strcmp(entry->d_name + size - 5, ".yaml") == 0;
}

/* "; did you mean 'x.yaml'?" of the files beside the one that isn't there, or nothing. */
static struct pc_hint hint_neighbour(const char *file) {
  struct pc_hint hint = {""};
  const char *slash = strrchr(file, '/');
  char *folder = pc_path_folder(file);
  struct dirent **entries = NULL;
  int count = folder == NULL ? -1 : scandir(folder, &entries, is_scenario, alphasort);
  const char *names[MAX_NEIGHBOURS];
  size_t known = 0;
  for (int i = 0; i < count && known < MAX_NEIGHBOURS; i++) {
    names[known++] = entries[i]->d_name;
  }
  if (known > 0) {
    hint = pc_hint(slash == NULL ? file : slash + 1, names, known);
  }
  for (int i = 0; i < count; i++) {
    free(entries[i]);
  }
  free(entries);
  free(folder);
  return hint;
}

static enum pc_result check(const struct pc_binding *binding, const struct pc_node *node,
                            const struct pc_policy *policy) {
  const struct pc_policy_scenario *added = &policy->scenarios[policy->scenario_count - 1];
  for (size_t i = 0; i + 1 < policy->scenario_count; i++) {
    if (strcmp(policy->scenarios[i].name, added->name) == 0) {
      return pc_node_fail(binding->document, node, binding->error,
                          "two scenarios are called '%s', the first on line %d: give one a name of its own",
                          pc_excerpt(added->name).text, policy->scenarios[i].line);
    }
  }
  if (access(added->file, R_OK) != 0) {
    return pc_node_fail(binding->document, node, binding->error, "there is no scenario '%s'%s",
                        pc_excerpt(added->file).text, hint_neighbour(added->file).text);
  }
  return PC_OK;
}

static enum pc_result bind_scenario(const struct pc_binding *binding, const struct pc_node *node,
                                    struct pc_policy_scenario *scenario) {
  if (node->kind == PC_NODE_MAPPING) {
    return pc_bind_mapping(binding, node, &SCHEMA, scenario);
  }
  const char *path = pc_bind_scalar(binding, node, "a scenario's path, or a mapping with its file");
  if (path == NULL) {
    return PC_BAD_INPUT;
  }
  scenario->file = strdup(path);
  return scenario->file != NULL ? PC_OK : pc_fail_memory(binding->error);
}

enum pc_result pc_bind_policy_scenarios(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_policy_reading *reading = target;
  struct pc_policy *policy = &reading->policy;
  if (node->kind != PC_NODE_LIST) {
    return pc_bind_fail_type(binding, node, "a list of scenarios");
  }
  policy->scenarios = calloc(PC_MAX_POLICY_SCENARIOS, sizeof *policy->scenarios);
  if (policy->scenarios == NULL) {
    return pc_fail_memory(binding->error);
  }
  for (const struct pc_node *item = node->first; item != NULL; item = item->next) {
    if (policy->scenario_count == PC_MAX_POLICY_SCENARIOS) {
      return pc_node_fail(binding->document, item, binding->error, "more than %u scenarios", PC_MAX_POLICY_SCENARIOS);
    }
    struct pc_policy_scenario *scenario = &policy->scenarios[policy->scenario_count++];
    scenario->line = item->line;
    enum pc_result err = bind_scenario(binding, item, scenario);
    err = err ? err : complete(scenario, reading->folder, binding->error);
    err = err ? err : check(binding, item, policy);
    if (err) {
      return err;
    }
  }
  return PC_OK;
}
