/* rules: [{rule: NAME, ...}] */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "policy.h"
#include "scenario.h"

struct rule_reading {
  const struct pc_policy_reading *file;
  struct pc_gate_rule rule;
};

static const struct pc_gate_rule_info infos[PC_GATE_COUNT] = {
    [PC_GATE_NO_VIOLATIONS] = {"no_violations", true},
    [PC_GATE_RECOVERIES] = {"recoveries", true},
    [PC_GATE_WEAR_SPREAD] = {"wear_spread", true},
    [PC_GATE_WRITE_AMPLIFICATION] = {"write_amplification", true},
    [PC_GATE_PUT_LATENCY] = {"put_latency", true},
    [PC_GATE_REGRESSIONS] = {"regressions", false},
    [PC_GATE_FUZZ] = {"fuzz", false},
};

const struct pc_gate_rule_info *pc_gate_rule_info(enum pc_gate_rule_kind kind) {
  return &infos[kind];
}

static enum pc_result bind_name(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_gate_rule *rule = &((struct rule_reading *)target)->rule;
  const char *name = pc_bind_scalar(binding, node, "a rule's name");
  if (name == NULL) {
    return PC_BAD_INPUT;
  }
  const char *known[PC_GATE_COUNT];
  for (int i = 0; i < PC_GATE_COUNT; i++) {
    rule->kind = (enum pc_gate_rule_kind)i;
    known[i] = pc_gate_rule_info(rule->kind)->name;
    if (strcmp(known[i], name) == 0) {
      return PC_OK;
    }
  }
  return pc_node_fail(binding->document, node, binding->error, "unknown rule '%s'%s", pc_excerpt(name).text,
                      pc_hint(name, known, PC_GATE_COUNT).text);
}

static enum pc_result bind_faults(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_gate_rule *rule = &((struct rule_reading *)target)->rule;
  if (node->kind != PC_NODE_LIST || node->first == NULL) {
    return pc_bind_fail_type(binding, node, "a list of fault classes");
  }
  rule->all_faults = false;
  for (const struct pc_node *item = node->first; item != NULL; item = item->next) {
    enum pc_fault fault = PC_FAULT_BETWEEN_OPS;
    enum pc_result err = pc_bind_fault(binding, item, &fault);
    if (err) {
      return err;
    }
    rule->faults[fault] = true;
  }
  return PC_OK;
}

static enum pc_result bind_scenario(const struct pc_binding *binding, const struct pc_node *node,
                                    struct rule_reading *reading) {
  const struct pc_policy *policy = &reading->file->policy;
  const char *name = pc_bind_scalar(binding, node, "a scenario's name");
  if (name == NULL) {
    return PC_BAD_INPUT;
  }
  const char *known[PC_MAX_POLICY_SCENARIOS];
  for (size_t i = 0; i < policy->scenario_count; i++) {
    known[i] = policy->scenarios[i].name;
    if (strcmp(known[i], name) == 0) {
      reading->rule.scenarios |= UINT64_C(1) << i;
      return PC_OK;
    }
  }
  return pc_node_fail(binding->document, node, binding->error, "no scenario of this policy is called '%s'%s",
                      pc_excerpt(name).text,
                      policy->scenario_count > 0 ? pc_hint(name, known, policy->scenario_count).text : "");
}

static enum pc_result bind_scenarios(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  if (node->kind != PC_NODE_LIST || node->first == NULL) {
    return pc_bind_fail_type(binding, node, "a list of scenarios' names");
  }
  enum pc_result err = PC_OK;
  for (const struct pc_node *item = node->first; !err && item != NULL; item = item->next) {
    err = bind_scenario(binding, item, target);
  }
  return err;
}

/* A text of the rule, which then owns it. */
static enum pc_result bind_path(const struct pc_binding *binding, const struct pc_node *node, const char *folder,
                                char **place) {
  const char *text = pc_bind_scalar(binding, node, "a path");
  if (text == NULL) {
    return PC_BAD_INPUT;
  }
  *place = pc_path_join(folder, text);
  return *place != NULL ? PC_OK : pc_fail_memory(binding->error);
}

static enum pc_result bind_folder(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct rule_reading *reading = target;
  return bind_path(binding, node, reading->file->folder, &reading->rule.folder);
}

static enum pc_result bind_harness(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  return bind_path(binding, node, NULL, &((struct rule_reading *)target)->rule.harness);
}

static enum pc_result bind_changed(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct rule_reading *reading = target;
  struct pc_gate_rule *rule = &reading->rule;
  if (node->kind != PC_NODE_LIST || node->first == NULL) {
    return pc_bind_fail_type(binding, node, "a list of paths");
  }
  rule->changed = calloc(PC_MAX_POLICY_FOLDERS, sizeof *rule->changed);
  if (rule->changed == NULL) {
    return pc_fail_memory(binding->error);
  }
  for (const struct pc_node *item = node->first; item != NULL; item = item->next) {
    if (rule->changed_count == PC_MAX_POLICY_FOLDERS) {
      return pc_node_fail(binding->document, item, binding->error, "more than %u paths", PC_MAX_POLICY_FOLDERS);
    }
    enum pc_result err = bind_path(binding, item, reading->file->folder, &rule->changed[rule->changed_count]);
    if (err) {
      return err;
    }
    rule->changed_count++;
  }
  return PC_OK;
}

#define RULE \
  { .key = "rule", .required = true, .type = PC_FIELD_CUSTOM, .bind = bind_name }
#define SCENARIOS \
  { .key = "scenarios", .type = PC_FIELD_CUSTOM, .bind = bind_scenarios }
#define NUMBER(name) PC_FIELD_DOUBLE, .offset = offsetof(struct rule_reading, rule.name), .max = 1000000000000u

static const struct pc_field NO_VIOLATIONS_FIELDS[] = {
    RULE,
    SCENARIOS,
    {.key = "faults", .type = PC_FIELD_CUSTOM, .bind = bind_faults},
    {.key = "depth",
     .type = PC_FIELD_U32,
     .offset = offsetof(struct rule_reading, rule.depth),
     .min = 1,
     .max = PC_MAX_DEPTH},
};
static const struct pc_field RECOVERIES_FIELDS[] = {
    RULE,
    SCENARIOS,
    {.key = "at_least", .required = true, .type = NUMBER(at_least)},
};
static const struct pc_field BOUND_FIELDS[] = {
    RULE,
    SCENARIOS,
    {.key = "at_most", .type = NUMBER(at_most)},
    {.key = "worse_by", .type = NUMBER(worse_by)},
    {.key = "than", .type = NUMBER(than)},
};
static const struct pc_field REGRESSIONS_FIELDS[] = {
    RULE,
    {.key = "folder", .required = true, .type = PC_FIELD_CUSTOM, .bind = bind_folder},
};
static const struct pc_field FUZZ_FIELDS[] = {
    RULE,
    {.key = "harness", .type = PC_FIELD_CUSTOM, .bind = bind_harness},
    {.key = "at_least", .required = true, .type = NUMBER(at_least)},
    {.key = "changed", .type = PC_FIELD_CUSTOM, .bind = bind_changed},
};

#define SCHEMA(fields) \
  { fields, sizeof(fields) / sizeof(fields)[0], NULL }
static const struct pc_schema schemas[PC_GATE_COUNT] = {
    [PC_GATE_NO_VIOLATIONS] = SCHEMA(NO_VIOLATIONS_FIELDS),
    [PC_GATE_RECOVERIES] = SCHEMA(RECOVERIES_FIELDS),
    [PC_GATE_WEAR_SPREAD] = SCHEMA(BOUND_FIELDS),
    [PC_GATE_WRITE_AMPLIFICATION] = SCHEMA(BOUND_FIELDS),
    [PC_GATE_PUT_LATENCY] = SCHEMA(BOUND_FIELDS),
    [PC_GATE_REGRESSIONS] = SCHEMA(REGRESSIONS_FIELDS),
    [PC_GATE_FUZZ] = SCHEMA(FUZZ_FIELDS),
};

static enum pc_result check(const struct pc_binding *binding, const struct pc_node *node,
                            struct rule_reading *reading) {
  struct pc_gate_rule *rule = &reading->rule;
  const char *name = pc_gate_rule_info(rule->kind)->name;
  if (pc_gate_rule_info(rule->kind)->of_scenario && rule->scenarios == 0) {
    size_t count = reading->file->policy.scenario_count;
    if (count == 0) {
      return pc_node_fail(binding->document, node, binding->error, "%s needs a scenario, and the policy names none",
                          name);
    }
    rule->scenarios = UINT64_MAX >> (64 - count);
  }
  bool bounded = schemas[rule->kind].fields == BOUND_FIELDS;
  if (bounded && isnan(rule->at_most) && isnan(rule->worse_by)) {
    return pc_node_fail(binding->document, node, binding->error, "%s needs at_most or worse_by", name);
  }
  if (!isnan(rule->than) && isnan(rule->worse_by)) {
    return pc_node_fail(binding->document, node, binding->error, "than is of use with worse_by only");
  }
  return PC_OK;
}

/* The rule's name decides what else it takes. */
static enum pc_result bind_rule(const struct pc_binding *binding, const struct pc_node *node,
                                struct rule_reading *reading) {
  if (node->kind != PC_NODE_MAPPING) {
    return pc_bind_fail_type(binding, node, "a mapping with the rule's name");
  }
  const struct pc_node *name = pc_node_child(node, "rule");
  if (name == NULL) {
    return pc_node_fail(binding->document, node, binding->error, "'rule' is missing in %s", pc_node_path(node).text);
  }
  enum pc_result err = bind_name(binding, name, reading);
  err = err ? err : pc_bind_mapping(binding, node, &schemas[reading->rule.kind], reading);
  return err ? err : check(binding, node, reading);
}

enum pc_result pc_bind_policy_rules(const struct pc_binding *binding, const struct pc_node *node,
                                    struct pc_policy_reading *reading) {
  struct pc_policy *policy = &reading->policy;
  if (node->kind != PC_NODE_LIST || node->first == NULL) {
    return pc_bind_fail_type(binding, node, "a list of rules");
  }
  policy->rules = calloc(PC_MAX_POLICY_RULES, sizeof *policy->rules);
  if (policy->rules == NULL) {
    return pc_fail_memory(binding->error);
  }
  enum pc_result err = PC_OK;
  for (const struct pc_node *item = node->first; !err && item != NULL; item = item->next) {
    if (policy->rule_count == PC_MAX_POLICY_RULES) {
      return pc_node_fail(binding->document, item, binding->error, "more than %u rules", PC_MAX_POLICY_RULES);
    }
    struct rule_reading rule = {
        .file = reading,
        .rule = {.line = item->line,
                 .all_faults = true,
                 .depth = 1,
                 .at_least = (double)NAN,
                 .at_most = (double)NAN,
                 .worse_by = (double)NAN,
                 .than = (double)NAN},
    };
    err = bind_rule(binding, item, &rule);
    policy->rules[policy->rule_count++] = rule.rule; /* also what is half read, to be freed */
  }
  return err;
}
