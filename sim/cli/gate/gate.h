/* A gate while it decides: what its parts hand each other. */
#ifndef PC_CLI_GATE_H
#define PC_CLI_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/ledger_gate.h"
#include "powercut/policy.h"

/* A scenario of the policy, and the runs that are judged for it. */
struct pc_gate_scenario {
  const struct pc_policy_scenario *policy;
  char *name, *device, *store; /* as the scenario says; of a matrix, the first combination */
  size_t combinations;         /* of its matrix; 1 without one */
  struct pc_run_facts *runs;
  size_t run_count;
  char *repro;       /* the file that shows the first violation, or NULL */
  char why_not[512]; /* why there is no run to judge */
};

struct pc_gate {
  const struct pc_policy *policy;
  const char *database, *baseline_path; /* baseline_path may be NULL */
  const char *command;                  /* line, whole */
  uint32_t jobs;                        /* 0: one for each processor */
  struct pc_ledger *ledger, *baseline;  /* baseline: NULL where none is given */
  double started, deadline;             /* pc_seconds; the deadline is INFINITY without a budget */
  struct pc_gate_scenario *scenarios;   /* policy->scenario_count */
  struct pc_gate_result *results;       /* in the order of the policy's rules */
  size_t result_count;
  double seconds; /* that it took */
};

/* Reads the policy's scenarios, so that what is wrong with one is told before anything is done. PC_BAD_INPUT. */
enum pc_result pc_gate_describe(struct pc_gate *gate, struct pc_error *error);

/* Runs the scenarios, or finds their runs in the ledger; a run that there isn't is noted, not an error. PC_ENVIRONMENT
   also when Ctrl-C ended it. */
enum pc_result pc_gate_run(struct pc_gate *gate, struct pc_error *error);

/* The baseline's run of a scenario, for a run of it (NULL: before there is one): `*run_id` is 0 where there is none.
   PC_BAD_INPUT: there are runs of it, but of another device. */
enum pc_result pc_gate_find_baseline(const struct pc_gate *gate, const struct pc_gate_scenario *scenario,
                                     const struct pc_run_facts *run, int64_t *run_id, struct pc_error *error);

/* Judges every rule. */
enum pc_result pc_gate_judge(struct pc_gate *gate, struct pc_error *error);

/* A new result, not evaluated yet, or NULL: no memory. */
struct pc_gate_result *pc_gate_add(struct pc_gate *gate, const char *rule, const char *scenario, int64_t run_id);

/* Judge the rules of corpora and campaigns; each adds its result. */
enum pc_result pc_gate_judge_regressions(struct pc_gate *gate, const struct pc_gate_rule *rule, struct pc_error *error);
enum pc_result pc_gate_judge_fuzz(struct pc_gate *gate, const struct pc_gate_rule *rule, struct pc_error *error);

/* What came of it: results that did not pass. */
size_t pc_gate_failures(const struct pc_gate *gate);
enum pc_result pc_gate_print_text(const struct pc_gate *gate, struct pc_error *error);
enum pc_result pc_gate_print_json(const struct pc_gate *gate, int64_t gate_id, struct pc_error *error);
enum pc_result pc_gate_write_junit(const struct pc_gate *gate, const char *path, struct pc_error *error);

void pc_gate_free(struct pc_gate *gate);

#endif
