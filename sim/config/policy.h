/* A policy while it is read. */
#ifndef PC_CONFIG_POLICY_H
#define PC_CONFIG_POLICY_H

#include "bind.h"
#include "powercut/policy.h"

struct pc_policy_reading {
  struct pc_document document;
  char *folder; /* that relative paths start from; NULL: from here */
  struct pc_policy policy;
  const struct pc_node *rules; /* bound when the scenarios are known, wherever they stand in the file */
};

/* scenarios: a list of paths, or of mappings with name, file and set. The target is the struct pc_policy_reading, which
   owns what is read also on failure. */
enum pc_result pc_bind_policy_scenarios(const struct pc_binding *binding, const struct pc_node *node, void *target);
/* rules: a list of mappings, each with the rule's name and what it takes. */
enum pc_result pc_bind_policy_rules(const struct pc_binding *binding, const struct pc_node *node,
                                    struct pc_policy_reading *reading);

#endif
