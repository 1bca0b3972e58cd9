#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "scenario.h"

/* store: {engine: NAME | plugin: PATH, and any parameters of the store} */

enum { MAX_PARAMETERS = 64 };

static enum pc_result check_parameter(const struct pc_binding *binding, const struct pc_node *node,
                                      const struct pc_scenario *scenario) {
  if (node->kind != PC_NODE_SCALAR) {
    return pc_bind_fail_type(binding, node, "a single value");
  }
  for (size_t i = 0; i < scenario->parameter_count; i++) {
    if (strcmp(scenario->parameters[i].name, node->key) == 0) {
      return pc_node_fail(binding->document, node, binding->error, "'%s' is given twice in store, first on line %d",
                          pc_excerpt(node->key).text, scenario->parameters[i].line);
    }
  }
  if (scenario->parameter_count == MAX_PARAMETERS) {
    return pc_node_fail(binding->document, node, binding->error, "more than %d parameters in store", MAX_PARAMETERS);
  }
  return PC_OK;
}

static enum pc_result add_parameter(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_scenario *scenario = &((struct pc_reading *)target)->repro.scenario;
  enum pc_result result = check_parameter(binding, node, scenario);
  if (result != PC_OK) {
    return result;
  }
  if (scenario->parameters == NULL) {
    scenario->parameters = calloc(MAX_PARAMETERS, sizeof *scenario->parameters);
    if (scenario->parameters == NULL) {
      return pc_fail_memory(binding->error);
    }
  }
  struct pc_store_parameter *parameter = &scenario->parameters[scenario->parameter_count++];
  *parameter = (struct pc_store_parameter){
      .name = strdup(node->key),
      .value = strdup(node->text),
      .line = node->override == NULL ? node->line
              : pc_is_varied(node)   ? -1
                                     : 0,
  };
  return parameter->name != NULL && parameter->value != NULL ? PC_OK : pc_fail_memory(binding->error);
}

static const struct pc_field STORE_FIELDS[] = {
    {.key = "engine", .type = PC_FIELD_TEXT, .offset = offsetof(struct pc_reading, repro.scenario.engine)},
    {.key = "plugin", .type = PC_FIELD_TEXT, .offset = offsetof(struct pc_reading, repro.scenario.plugin)},
};
static const struct pc_schema STORE_SCHEMA = {
    .fields = STORE_FIELDS,
    .count = sizeof STORE_FIELDS / sizeof STORE_FIELDS[0],
    .others = add_parameter,
};

/* Without engine and plugin, a parameter may be one of the two misspelt. */
static enum pc_result fail_no_store(const struct pc_binding *binding, const struct pc_node *node) {
  static const char *const known[] = {"engine", "plugin"};
  for (const struct pc_node *child = node->first; child != NULL; child = child->next) {
    const char *nearest = pc_nearest(child->key, known, 2);
    if (nearest != NULL) {
      return pc_node_fail(binding->document, child, binding->error, "unknown key '%s' in store; did you mean '%s'?",
                          pc_excerpt(child->key).text, nearest);
    }
  }
  return pc_node_fail(binding->document, node, binding->error, "'engine' or 'plugin' is missing in store");
}

enum pc_result pc_bind_store(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_reading *reading = target;
  struct pc_scenario *scenario = &reading->repro.scenario;
  scenario->store_line = node->line;
  enum pc_result result = pc_bind_mapping(binding, node, &STORE_SCHEMA, target);
  if (result != PC_OK) {
    return result;
  }
  if (scenario->engine == NULL && scenario->plugin == NULL) {
    return fail_no_store(binding, node);
  }
  if (scenario->engine != NULL && scenario->plugin != NULL) {
    return pc_node_fail(binding->document, node, binding->error, "store has both 'engine' and 'plugin': one is enough");
  }
  if (scenario->plugin != NULL) {
    char *joined = pc_path_join(reading->folder, scenario->plugin);
    if (joined == NULL) {
      return pc_fail_memory(binding->error);
    }
    free(scenario->plugin);
    scenario->plugin = joined;
  }
  return PC_OK;
}
