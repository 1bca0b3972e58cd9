/* The results that a gate gathers, and what it holds. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gate.h"

struct pc_gate_result *pc_gate_add(struct pc_gate *gate, const char *rule, const char *scenario, int64_t run_id) {
  struct pc_gate_result *grown = reallocarray(gate->results, gate->result_count + 1, sizeof *grown);
  if (grown == NULL) {
    return NULL;
  }
  gate->results = grown;
  struct pc_gate_result *result = &grown[gate->result_count];
  *result = (struct pc_gate_result){
      .rule = rule, .run_id = run_id, .verdict = PC_NOT_EVALUATED, .bound = (double)NAN, .value = (double)NAN};
  if (scenario != NULL) {
    result->scenario = strdup(scenario);
    if (result->scenario == NULL) {
      return NULL;
    }
  }
  gate->result_count++;
  return result;
}

size_t pc_gate_failures(const struct pc_gate *gate) {
  size_t failures = 0;
  for (size_t i = 0; i < gate->result_count; i++) {
    failures += gate->results[i].verdict != PC_PASSED;
  }
  return failures;
}

static void free_scenario(struct pc_gate_scenario *scenario) {
  for (size_t i = 0; i < scenario->run_count; i++) {
    pc_run_facts_free(&scenario->runs[i]);
  }
  free(scenario->runs);
  free(scenario->name);
  free(scenario->device);
  free(scenario->store);
  free(scenario->repro);
}

void pc_gate_free(struct pc_gate *gate) {
  for (size_t i = 0; gate->scenarios != NULL && i < gate->policy->scenario_count; i++) {
    free_scenario(&gate->scenarios[i]);
  }
  for (size_t i = 0; i < gate->result_count; i++) {
    free(gate->results[i].scenario);
  }
  free(gate->scenarios);
  free(gate->results);
  pc_ledger_close(gate->ledger);
  pc_ledger_close(gate->baseline);
}
