#include <stdlib.h>

#include "scenario.h"

/* power.cuts.soak: [{operation, flash_operation, fault, variant, seed}, ...] */

static enum pc_result bind_listed_fault(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  return pc_bind_fault(binding, node, &((struct pc_listed_cut *)target)->cut.fault);
}

#define LISTED_U32(name) \
  .required = true, .type = PC_FIELD_U32, .offset = offsetof(struct pc_listed_cut, name), .max = UINT32_MAX

static const struct pc_field LISTED_FIELDS[] = {
    {.key = "operation", LISTED_U32(operation)},
    {.key = "flash_operation", LISTED_U32(cut.flash_operation)},
    {.key = "fault", .required = true, .type = PC_FIELD_CUSTOM, .bind = bind_listed_fault},
    {.key = "variant", LISTED_U32(cut.variant)},
    {.key = "seed", .type = PC_FIELD_U64, .offset = offsetof(struct pc_listed_cut, seed), .max = UINT64_MAX},
};
static const struct pc_schema LISTED_SCHEMA = {
    .fields = LISTED_FIELDS,
    .count = sizeof LISTED_FIELDS / sizeof LISTED_FIELDS[0],
};

static enum pc_result bind_cut(const struct pc_binding *binding, const struct pc_node *node,
                               struct pc_scenario *scenario) {
  uint32_t count = scenario->plan.count;
  struct pc_listed_cut *cuts = reallocarray(scenario->cuts, count + 1u, sizeof *cuts);
  if (cuts == NULL) {
    return pc_fail_memory(binding->error);
  }
  scenario->cuts = cuts;
  scenario->plan.listed = cuts;
  cuts[count] = (struct pc_listed_cut){0};
  enum pc_result result = pc_bind_mapping(binding, node, &LISTED_SCHEMA, &cuts[count]);
  if (result == PC_OK && count > 0 && cuts[count].operation < cuts[count - 1].operation) {
    return pc_node_fail(binding->document, node, binding->error,
                        "a cut in operation %u after one in operation %u: they must be in order", cuts[count].operation,
                        cuts[count - 1].operation);
  }
  scenario->plan.count = count + 1;
  return result;
}

enum pc_result pc_bind_listed(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_scenario *scenario = &((struct pc_reading *)target)->repro.scenario;
  enum pc_result result = PC_OK;
  if (node->first == NULL) {
    return pc_node_fail(binding->document, node, binding->error, "%s must list at least one cut",
                        pc_node_path(node).text);
  }
  for (const struct pc_node *item = node->first; result == PC_OK && item != NULL; item = item->next) {
    if (scenario->plan.count == PC_MAX_DRAWS) {
      return pc_node_fail(binding->document, item, binding->error, "more than %u cuts", PC_MAX_DRAWS);
    }
    result = bind_cut(binding, item, scenario);
  }
  return result;
}
