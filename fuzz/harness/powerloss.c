/* powerloss: the input is a program (powercut/program.h); every invariant must hold wherever it cuts the power. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "harness.h"
#include "powercut/program.h"
#include "powercut/stores.h"

/* The engines call without a context. */
static struct pc_runner *runner;

static enum pc_result find_store(const struct pc_store **store, struct pc_error *error) {
  const char *path = getenv("POWERCUT_STORE");
  if (path == NULL) {
    *store = pc_store_named("norkv");
    return PC_OK;
  }
  struct pc_plugin *plugin; /* for as long as the process lives */
  return pc_plugin_open(&plugin, path, store, error);
}

static enum pc_result open(struct pc_error *error) {
  const struct pc_store *store;
  enum pc_result result = find_store(&store, error);
  result = result == PC_OK ? pc_runner_open(&runner, store, error) : result;
  if (result == PC_OK) {
    /* What an input is worth to the engine is what its own program reaches, whether its checks were run or known. */
    pc_runner_set_aside(runner, pc_counters_set_aside);
  }
  return result;
}

/* Texts about values differ with each input: a signature has the words before the first digit. */
static void report(const struct pc_violation *violation) {
  char words[96];
  size_t length = 0;
  while (length + 1 < sizeof words && violation->actual[length] != '\0' &&
         !isdigit((unsigned char)violation->actual[length])) {
    words[length] = violation->actual[length];
    length++;
  }
  words[length] = '\0';
  const char *fault = violation->fault == PC_FAULT_COUNT ? "none" : pc_fault_class(violation->fault)->name;
  char signature[192];
  (void)snprintf(signature, sizeof signature, "%s %s %s", pc_invariant_info(violation->invariant)->name, fault, words);
  pc_finding(signature, "expected: %s\nactual:   %s", violation->expected, violation->actual);
}

static enum pc_result run(struct pc_bytes input, struct pc_error *error) {
  struct pc_program program;
  struct pc_program_outcome outcome;
  enum pc_result result = pc_program_decode("input", input, &program, error);
  if (result != PC_OK) {
    return result;
  }
  struct pc_error failure;
  if (pc_runner_run(runner, &program, NULL, &outcome, &failure) != PC_OK) {
    pc_harness_fail(&failure);
  }
  if (outcome.violation != NULL) {
    report(outcome.violation);
  }
  return outcome.refused ? pc_fail(error, PC_BAD_INPUT, "the store doesn't take the program's setup") : PC_OK;
}

const struct pc_harness *pc_harness(void) {
  static const struct pc_harness powerloss = {.name = "powerloss",
                                              .max_size = PC_PROGRAM_MAX_SIZE,
                                              .open = open,
                                              .run = run,
                                              .mutate = pc_program_mutate_bytes};
  return &powerloss;
}
