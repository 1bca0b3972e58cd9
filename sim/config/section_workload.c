#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "scenario.h"

/* workload: {operations, keys, key_size, value_size, popularity, mix} | {trace: PATH} | {inline: | ...}, and updates */

struct sizes {
  uint32_t min, max;
};

/* N or {min: N, max: N}, each in the range that `limits` gives. */
static enum pc_result bind_sizes(const struct pc_binding *binding, const struct pc_node *node, struct sizes limits,
                                 struct sizes *sizes) {
  const struct pc_field fields[] = {
      {.key = "min",
       .required = true,
       .type = PC_FIELD_U32,
       .offset = offsetof(struct sizes, min),
       .min = limits.min,
       .max = limits.max},
      {.key = "max",
       .required = true,
       .type = PC_FIELD_U32,
       .offset = offsetof(struct sizes, max),
       .min = limits.min,
       .max = limits.max},
  };
  if (node->kind == PC_NODE_SCALAR) {
    enum pc_result result = pc_bind_field(binding, node, &fields[0], sizes);
    sizes->max = sizes->min;
    return result;
  }
  const struct pc_schema schema = {.fields = fields, .count = sizeof fields / sizeof fields[0]};
  enum pc_result result = pc_bind_mapping(binding, node, &schema, sizes);
  if (result == PC_OK && sizes->min > sizes->max) {
    return pc_node_fail(binding->document, node, binding->error, "%s: min, %u, is above max, %u",
                        pc_node_path(node).text, sizes->min, sizes->max);
  }
  return result;
}

static enum pc_result bind_key_size(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_generator *generator = &((struct pc_reading *)target)->repro.scenario.generator;
  struct sizes sizes = {0};
  enum pc_result result = bind_sizes(binding, node, (struct sizes){1, PC_MAX_GENERATED_KEY_SIZE}, &sizes);
  generator->key_size_min = sizes.min;
  generator->key_size_max = sizes.max;
  return result;
}

static enum pc_result bind_value_size(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_generator *generator = &((struct pc_reading *)target)->repro.scenario.generator;
  struct sizes sizes = {0};
  enum pc_result result = bind_sizes(binding, node, (struct sizes){0, PC_MAX_VALUE_SIZE}, &sizes);
  generator->value_size_min = sizes.min;
  generator->value_size_max = sizes.max;
  return result;
}

static enum pc_result bind_value_bytes(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  bool mixed = node->kind == PC_NODE_SCALAR && strcmp(node->text, "mixed") == 0;
  ((struct pc_reading *)target)->repro.scenario.generator.mixed_bytes = mixed;
  if (!mixed && (node->kind != PC_NODE_SCALAR || strcmp(node->text, "random") != 0)) {
    return pc_bind_fail_type(binding, node, "random or mixed");
  }
  return PC_OK;
}

/* {keys: N, value_size: ...} */
static enum pc_result bind_static_size(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_generator *generator = &((struct pc_reading *)target)->repro.scenario.generator;
  struct sizes sizes = {0};
  enum pc_result result = bind_sizes(binding, node, (struct sizes){0, PC_MAX_VALUE_SIZE}, &sizes);
  generator->static_size_min = sizes.min;
  generator->static_size_max = sizes.max;
  return result;
}

static enum pc_result bind_static(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  static const struct pc_field fields[] = {
      {.key = "keys",
       .required = true,
       .type = PC_FIELD_U32,
       .offset = offsetof(struct pc_reading, repro.scenario.generator.static_keys),
       .max = PC_MAX_GENERATED_KEYS},
      {.key = "value_size", .required = true, .type = PC_FIELD_CUSTOM, .bind = bind_static_size},
  };
  static const struct pc_schema schema = {.fields = fields, .count = sizeof fields / sizeof fields[0]};
  return pc_bind_mapping(binding, node, &schema, target);
}

#define POPULARITIES "uniform, {zipf: N} or {hot: N, share: N}"

static enum pc_result bind_popularity(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  static const struct pc_field fields[] = {
      {.key = "zipf", .type = PC_FIELD_DOUBLE, .offset = offsetof(struct pc_popularity, zipf), .max = 10},
      {.key = "hot", .type = PC_FIELD_DOUBLE, .offset = offsetof(struct pc_popularity, hot), .max = 1},
      {.key = "share", .type = PC_FIELD_DOUBLE, .offset = offsetof(struct pc_popularity, share), .max = 1},
  };
  static const struct pc_schema schema = {.fields = fields, .count = sizeof fields / sizeof fields[0]};
  struct pc_popularity *popularity = &((struct pc_reading *)target)->repro.scenario.generator.popularity;
  if (node->kind == PC_NODE_SCALAR && strcmp(node->text, "uniform") == 0) {
    return PC_OK;
  }
  if (node->kind != PC_NODE_MAPPING) {
    return pc_bind_fail_type(binding, node, POPULARITIES);
  }
  enum pc_result result = pc_bind_mapping(binding, node, &schema, popularity);
  if (result != PC_OK) {
    return result;
  }
  bool zipf = pc_node_child(node, "zipf") != NULL;
  bool hot = pc_node_child(node, "hot") != NULL;
  bool share = pc_node_child(node, "share") != NULL;
  if (zipf == hot || hot != share) {
    return pc_node_fail(binding->document, node, binding->error, "%s must be " POPULARITIES, pc_node_path(node).text);
  }
  popularity->kind = zipf ? PC_ZIPF : PC_HOT;
  return PC_OK;
}

static enum pc_result bind_mix(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_field fields[PC_OPERATION_KINDS];
  for (int kind = 0; kind < PC_OPERATION_KINDS; kind++) {
    fields[kind] = (struct pc_field){
        .key = pc_operation_name((enum pc_operation_kind)kind),
        .type = PC_FIELD_U32,
        .offset = offsetof(struct pc_generator, mix) + (size_t)kind * sizeof(uint32_t),
        .max = 1000000,
    };
  }
  const struct pc_schema schema = {.fields = fields, .count = PC_OPERATION_KINDS};
  return pc_bind_mapping(binding, node, &schema, &((struct pc_reading *)target)->repro.scenario.generator);
}

static enum pc_result bind_trace(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  (void)target;
  return pc_bind_scalar(binding, node, "a path") != NULL ? PC_OK : PC_BAD_INPUT;
}

static enum pc_result bind_inline(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  (void)target;
  if (node->kind != PC_NODE_SCALAR || (!node->literal && node->override == NULL)) {
    return pc_node_fail(binding->document, node, binding->error,
                        "%s must be a block of trace lines, begun by '|' at the end of this line",
                        pc_node_path(node).text);
  }
  return PC_OK;
}

static const struct pc_field WORKLOAD_FIELDS[] = {
    {.key = "operations",
     .type = PC_FIELD_U32,
     .offset = offsetof(struct pc_reading, repro.scenario.generator.operations),
     .min = 1,
     .max = PC_MAX_OPERATIONS},
    {.key = "keys",
     .type = PC_FIELD_U32,
     .offset = offsetof(struct pc_reading, repro.scenario.generator.keys),
     .min = 1,
     .max = PC_MAX_GENERATED_KEYS},
    {.key = "value_size", .type = PC_FIELD_CUSTOM, .bind = bind_value_size},
    {.key = "mix", .type = PC_FIELD_CUSTOM, .bind = bind_mix},
    {.key = "key_size", .type = PC_FIELD_CUSTOM, .bind = bind_key_size},
    {.key = "value_bytes", .type = PC_FIELD_CUSTOM, .bind = bind_value_bytes},
    {.key = "popularity", .type = PC_FIELD_CUSTOM, .bind = bind_popularity},
    {.key = "static", .type = PC_FIELD_CUSTOM, .bind = bind_static},
    {.key = "trace", .type = PC_FIELD_CUSTOM, .bind = bind_trace},
    {.key = "inline", .type = PC_FIELD_CUSTOM, .bind = bind_inline},
    {.key = "updates", .type = PC_FIELD_CUSTOM, .bind = pc_bind_updates},
};
enum { GENERATOR_REQUIRED = 4 }; /* the first fields, when there is neither trace nor inline */
static const struct pc_schema WORKLOAD_SCHEMA = {
    .fields = WORKLOAD_FIELDS,
    .count = sizeof WORKLOAD_FIELDS / sizeof WORKLOAD_FIELDS[0],
};

/* Operations come from one place; updates may come between those of any. */
static enum pc_result check_sources(const struct pc_binding *binding, const struct pc_node *node) {
  const struct pc_node *trace = pc_node_child(node, "trace");
  const struct pc_node *source = trace != NULL ? trace : pc_node_child(node, "inline");
  for (const struct pc_node *child = node->first; source != NULL && child != NULL; child = child->next) {
    if (child != source && strcmp(child->key, "updates") != 0) {
      return pc_node_fail(binding->document, child, binding->error, "workload takes no '%s' beside '%s'", child->key,
                          source->key);
    }
  }
  for (size_t i = 0; source == NULL && i < GENERATOR_REQUIRED; i++) {
    if (pc_node_child(node, WORKLOAD_FIELDS[i].key) == NULL) {
      return pc_node_fail(binding->document, node, binding->error,
                          "'%s' is missing in workload (or 'trace' or 'inline')", WORKLOAD_FIELDS[i].key);
    }
  }
  return PC_OK;
}

enum pc_result pc_bind_workload(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_reading *reading = target;
  reading->workload = node;
  reading->repro.scenario.generator = (struct pc_generator){.key_size_min = 4, .key_size_max = 12};
  enum pc_result result = pc_bind_mapping(binding, node, &WORKLOAD_SCHEMA, target);
  return result == PC_OK ? check_sources(binding, node) : result;
}

static enum pc_result read_trace(const struct pc_binding *binding, const struct pc_node *node,
                                 struct pc_reading *reading) {
  char *path = pc_path_join(reading->folder, node->text);
  if (path == NULL) {
    return pc_fail_memory(binding->error);
  }
  struct pc_error cause;
  enum pc_result result = pc_trace_read(path, &reading->repro.scenario.workload, &cause);
  free(path);
  return pc_bind_cause(binding, node, result, &cause);
}

static enum pc_result parse_inline(const struct pc_binding *binding, const struct pc_node *node,
                                   struct pc_workload *workload) {
  struct pc_bytes text = {(const uint8_t *)node->text, node->size};
  if (node->override != NULL) {
    return pc_trace_parse(pc_excerpt(node->override).text, text, workload, binding->error);
  }
  /* The block's first line is the one behind the '|'. */
  return pc_trace_parse_from(binding->document->name, (uint32_t)node->line + 1, text, workload, binding->error);
}

enum pc_result pc_make_workload(const struct pc_binding *binding, struct pc_reading *reading) {
  struct pc_scenario *scenario = &reading->repro.scenario;
  const struct pc_node *trace = pc_node_child(reading->workload, "trace");
  if (trace != NULL) {
    return read_trace(binding, trace, reading);
  }
  const struct pc_node *block = pc_node_child(reading->workload, "inline");
  if (block != NULL) {
    return parse_inline(binding, block, &scenario->workload);
  }
  struct pc_error cause;
  scenario->generated = true;
  enum pc_result result =
      reading->streamed ? pc_generator_check(&scenario->generator, &cause)
                        : pc_workload_generate(&scenario->generator, scenario->plan.seed, &scenario->workload, &cause);
  return pc_bind_cause(binding, reading->workload, result, &cause);
}
