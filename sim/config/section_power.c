#include <string.h>

#include "scenario.h"

/* power: {cuts: every_write, faults: [NAME, ...], depth, samples, limit, aftermath} */

enum { MAX_SAMPLES = 1000000, MAX_LIMIT = 1000000 };

static enum pc_result bind_cuts(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  (void)target;
  if (node->kind != PC_NODE_SCALAR || strcmp(node->text, "every_write") != 0) {
    return pc_bind_fail_type(binding, node, "every_write");
  }
  return PC_OK;
}

enum pc_result pc_bind_fault(const struct pc_binding *binding, const struct pc_node *node, enum pc_fault *fault) {
  const char *name = pc_bind_scalar(binding, node, "a fault class");
  if (name == NULL) {
    return PC_BAD_INPUT;
  }
  const char *known[PC_FAULT_COUNT];
  for (int i = 0; i < PC_FAULT_COUNT; i++) {
    *fault = (enum pc_fault)i;
    known[i] = pc_fault_class(*fault)->name;
    if (strcmp(known[i], name) == 0) {
      return PC_OK;
    }
  }
  return pc_node_fail(binding->document, node, binding->error, "unknown fault class '%s'%s", pc_excerpt(name).text,
                      pc_hint(name, known, PC_FAULT_COUNT).text);
}

static enum pc_result bind_faults(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  bool *faults = ((struct pc_reading *)target)->repro.scenario.plan.faults;
  if (node->kind != PC_NODE_LIST) {
    return pc_bind_fail_type(binding, node, "a list of fault classes");
  }
  memset(faults, 0, PC_FAULT_COUNT * sizeof *faults);
  for (const struct pc_node *item = node->first; item != NULL; item = item->next) {
    enum pc_fault fault = PC_FAULT_BETWEEN_OPS;
    enum pc_result result = pc_bind_fault(binding, item, &fault);
    if (result != PC_OK) {
      return result;
    }
    if (faults[fault]) {
      return pc_node_fail(binding->document, item, binding->error, "'%s' is twice in %s", item->text,
                          pc_node_path(node).text);
    }
    faults[fault] = true;
  }
  if (node->first == NULL) {
    return pc_node_fail(binding->document, node, binding->error, "%s must name at least one fault class",
                        pc_node_path(node).text);
  }
  return PC_OK;
}

#define PLAN_U32(name) PC_FIELD_U32, .offset = offsetof(struct pc_reading, repro.scenario.plan.name)

static const struct pc_field POWER_FIELDS[] = {
    {.key = "cuts", .type = PC_FIELD_CUSTOM, .bind = bind_cuts},
    {.key = "faults", .type = PC_FIELD_CUSTOM, .bind = bind_faults},
    {.key = "depth", .type = PLAN_U32(depth), .min = 1, .max = PC_MAX_DEPTH},
    {.key = "samples", .type = PLAN_U32(samples), .max = MAX_SAMPLES},
    {.key = "limit", .type = PLAN_U32(limit), .max = MAX_LIMIT},
    {.key = "aftermath", .type = PLAN_U32(aftermath), .max = UINT32_MAX},
};
static const struct pc_schema POWER_SCHEMA = {
    .fields = POWER_FIELDS,
    .count = sizeof POWER_FIELDS / sizeof POWER_FIELDS[0],
};

enum pc_result pc_bind_power(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  return pc_bind_mapping(binding, node, &POWER_SCHEMA, target);
}
