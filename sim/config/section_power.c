#include <stdlib.h>
#include <string.h>

#include "scenario.h"

/* power: {cuts: every_write | {sample: N} | {at: [N, ...]} | {by_time: N} |
   {soak: N, consecutive: N} | {soak: [CUT, ...]}, faults: [NAME, ...], depth, samples, limit,
 * aftermath, alike} */

enum { MAX_SAMPLES = 1000000, MAX_LIMIT = 1000000 };

static const struct pc_field COUNT_FIELD = {.type = PC_FIELD_U32, .min = 1, .max = PC_MAX_DRAWS};

static enum pc_result bind_sample(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_power_plan *plan = &((struct pc_reading *)target)->repro.scenario.plan;
  plan->cuts = PC_CUTS_SAMPLE;
  return pc_bind_field(binding, node, &COUNT_FIELD, &plan->count);
}

static enum pc_result bind_soak(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_reading *reading = target;
  reading->repro.scenario.plan.cuts = PC_CUTS_SOAK;
  reading->moments = node;
  return node->kind == PC_NODE_LIST ? pc_bind_listed(binding, node, target)
                                    : pc_bind_field(binding, node, &COUNT_FIELD, &reading->repro.scenario.plan.count);
}

static enum pc_result bind_by_time(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_reading *reading = target;
  reading->repro.scenario.plan.cuts = PC_CUTS_BY_TIME;
  reading->moments = node;
  return pc_bind_field(binding, node, &COUNT_FIELD, &reading->repro.scenario.plan.count);
}

static enum pc_result bind_at(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  static const struct pc_field place = {.type = PC_FIELD_U32, .max = UINT32_MAX};
  struct pc_scenario *scenario = &((struct pc_reading *)target)->repro.scenario;
  scenario->plan.cuts = PC_CUTS_AT;
  if (node->kind != PC_NODE_LIST) {
    return pc_bind_fail_type(binding, node, "a list of flash operations");
  }
  if (node->first == NULL) {
    return pc_node_fail(binding->document, node, binding->error, "%s must name at least one flash operation",
                        pc_node_path(node).text);
  }
  enum pc_result result = PC_OK;
  for (const struct pc_node *item = node->first; result == PC_OK && item != NULL; item = item->next) {
    uint32_t *places = reallocarray(scenario->places, scenario->plan.place_count + 1u, sizeof *places);
    if (places == NULL) {
      return pc_fail_memory(binding->error);
    }
    scenario->places = places;
    scenario->plan.places = places;
    result = pc_bind_field(binding, item, &place, &places[scenario->plan.place_count++]);
  }
  return result;
}

static const struct pc_field CUTS_FIELDS[] = {
    {.key = "sample", .type = PC_FIELD_CUSTOM, .bind = bind_sample},
    {.key = "at", .type = PC_FIELD_CUSTOM, .bind = bind_at},
    {.key = "by_time", .type = PC_FIELD_CUSTOM, .bind = bind_by_time},
    {.key = "soak", .type = PC_FIELD_CUSTOM, .bind = bind_soak},
    {.key = "consecutive",
     .type = PC_FIELD_U32,
     .offset = offsetof(struct pc_reading, repro.scenario.plan.consecutive),
     .min = 1,
     .max = PC_MAX_DRAWS},
};
static const struct pc_schema CUTS_SCHEMA = {
    .fields = CUTS_FIELDS,
    .count = sizeof CUTS_FIELDS / sizeof CUTS_FIELDS[0],
};

#define CUTS_EXPECTED "every_write, {sample: N}, {at: [N, ...]}, {by_time: N} or {soak: N}"

static enum pc_result bind_cuts(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  if (node->kind == PC_NODE_SCALAR && strcmp(node->text, "every_write") == 0) {
    return PC_OK;
  }
  if (node->kind != PC_NODE_MAPPING || node->first == NULL) {
    return pc_bind_fail_type(binding, node, CUTS_EXPECTED);
  }
  bool is_soak = pc_node_child(node, "soak") != NULL;
  size_t keys = 0;
  for (const struct pc_node *item = node->first; item != NULL; item = item->next) {
    keys++;
  }
  if (pc_node_child(node, "consecutive") != NULL && !is_soak) {
    return pc_node_fail(binding->document, node, binding->error, "%s.consecutive is of a soak",
                        pc_node_path(node).text);
  }
  if (keys > 1 && is_soak && pc_node_child(node, "soak")->kind == PC_NODE_LIST) {
    return pc_node_fail(binding->document, node->last, binding->error,
                        "the cuts of %s.soak are listed: it takes no more", pc_node_path(node).text);
  }
  if (keys > 1 && (!is_soak || keys > 2 || pc_node_child(node, "consecutive") == NULL)) {
    return pc_node_fail(binding->document, node->last, binding->error, "%s must be one of " CUTS_EXPECTED,
                        pc_node_path(node).text);
  }
  return pc_bind_mapping(binding, node, &CUTS_SCHEMA, target);
}

enum pc_result pc_check_power(const struct pc_binding *binding, const struct pc_reading *reading) {
  const struct pc_scenario *scenario = &reading->repro.scenario;
  if (scenario->plan.cuts == PC_CUTS_SOAK && reading->faults != NULL) {
    return pc_node_fail(binding->document, reading->faults, binding->error,
                        "faults without a cut come at operations of one run: a power.cuts.soak takes none");
  }
  if (reading->moments == NULL) {
    return PC_OK;
  }
  if (scenario->plan.depth > 1) {
    return pc_node_fail(binding->document, reading->moments, binding->error, "%s takes a power.depth of 1, not %u",
                        pc_node_path(reading->moments).text, scenario->plan.depth);
  }
  if (scenario->plan.cuts == PC_CUTS_BY_TIME && !pc_profile_tells_times(&scenario->profile)) {
    return pc_node_fail(binding->document, reading->moments, binding->error,
                        "power.cuts.by_time needs the part's times: profile '%s' has no program_us or erase_us",
                        scenario->profile.name);
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
    {.key = "alike", .type = PLAN_U32(alike), .max = MAX_SAMPLES},
};
static const struct pc_schema POWER_SCHEMA = {
    .fields = POWER_FIELDS,
    .count = sizeof POWER_FIELDS / sizeof POWER_FIELDS[0],
};

enum pc_result pc_bind_power(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  return pc_bind_mapping(binding, node, &POWER_SCHEMA, target);
}
