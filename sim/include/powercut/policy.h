/*
 * Release policies: YAML that names scenarios and the bounds that they must keep. reports/policies/README.md lists
 * every key. Every error names the file and the line, and an unknown word the nearest known one.
 */
#ifndef POWERCUT_POLICY_H
#define POWERCUT_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/error.h"
#include "powercut/fault.h"

#define PC_MAX_POLICY_SCENARIOS 64u
#define PC_MAX_POLICY_RULES 256u
#define PC_MAX_POLICY_SETTINGS 32u /* of a scenario */
#define PC_MAX_POLICY_FOLDERS 32u  /* of a rule */

enum pc_gate_rule_kind {
  PC_GATE_NO_VIOLATIONS, /* no check failed in the named fault classes, to a depth, nor with the power on */
  PC_GATE_RECOVERIES,    /* at least so many recoveries were checked */
  PC_GATE_WEAR_SPREAD,   /* the most erased sector against the mean */
  PC_GATE_WRITE_AMPLIFICATION,
  PC_GATE_PUT_LATENCY, /* the worst put's flash time, in milliseconds */
  PC_GATE_REGRESSIONS, /* every input of a folder replays without a violation */
  PC_GATE_FUZZ,        /* campaigns of at least so many seconds since the last change, without a crash */
  PC_GATE_COUNT,
};

struct pc_gate_rule_info {
  const char *name; /* as in policies and results */
  bool of_scenario; /* it is judged for each scenario */
};
const struct pc_gate_rule_info *pc_gate_rule_info(enum pc_gate_rule_kind kind);

struct pc_gate_rule {
  enum pc_gate_rule_kind kind;
  int line;
  uint64_t scenarios; /* bit i: it is for scenario i of the policy; 0 where the kind is not of a scenario */
  /* no_violations */
  bool all_faults; /* none was named: the classes that the run explored */
  bool faults[PC_FAULT_COUNT];
  uint32_t depth;
  /* the bounds; NAN: not given */
  double at_least, at_most;
  double worse_by; /* percent above the baseline's */
  double than;     /* what the baseline had, where no --baseline is given */
  /* regressions, fuzz */
  char *folder;   /* of the inputs, as found from here */
  char *harness;  /* NULL: any */
  char **changed; /* what the campaigns are to be younger than the last change of, as found from here */
  size_t changed_count;
};

struct pc_policy_setting {
  char *path, *value; /* as --set takes them */
};

struct pc_policy_scenario {
  char *name; /* that rules call it by */
  char *file; /* as found from here */
  int line;
  struct pc_policy_setting *settings;
  size_t setting_count;
};

struct pc_policy {
  char *path, *name;
  bool runs;       /* scenarios are run; false: the newest runs of the database are judged */
  uint32_t budget; /* seconds for all of it; 0: no limit */
  struct pc_policy_scenario *scenarios;
  size_t scenario_count;
  struct pc_gate_rule *rules;
  size_t rule_count;
};

/* On failure nothing is left to free. PC_BAD_INPUT also where a scenario's file is not there. */
enum pc_result pc_policy_load(const char *path, struct pc_policy *policy, struct pc_error *error);
void pc_policy_free(struct pc_policy *policy);

#endif
