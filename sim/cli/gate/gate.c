/* powercut gate: does this build ship? */
#include "gate.h"

#include <argp.h>
#include <math.h>

#include "arguments.h"
#include "command.h"
#include "interrupt.h"
#include "output.h"
#include "powercut/file.h"
#include "progress.h"

enum { OPTION_DB = 0x100, OPTION_BASELINE, OPTION_JUNIT, OPTION_JOBS, OPTION_JSON };

static const struct argp_option options[] = {
    {.name = "db",
     .key = OPTION_DB,
     .arg = "FILE",
     .doc = "the database of the runs and of the decision (default powercut.db)"},
    {.name = "baseline", .key = OPTION_BASELINE, .arg = "OLD.db", .doc = "a database with the runs to compare with"},
    {.name = "junit", .key = OPTION_JUNIT, .arg = "OUT.xml", .doc = "write the decision as JUnit XML, which CI shows"},
    {.name = "jobs",
     .key = OPTION_JOBS,
     .arg = "N",
     .doc = "worker processes (default: one for each processor); the results are the same for any number"},
    {.name = "json", .key = OPTION_JSON, .doc = "print the decision as one JSON object"},
    {0},
};

static const char doc[] =
    "Decides whether a build may be released: runs the scenarios that a policy names (or, where it says `run: never', "
    "takes their newest runs from the database), and judges each of its rules. A rule that can't be evaluated "
    "fails.\v"
    "reports/policies has policies to copy, and explains every rule.\n\n"
    "Exit status: 0 every rule passed, 1 one did not, 2 bad usage or a bad file (nothing is written), 3 the "
    "environment failed, or the gate was interrupted before it decided (what was run is kept).";

struct arguments {
  const char *policy, *database, *baseline, *junit;
  uint32_t jobs; /* 0: one for each processor */
  bool json;
};

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct arguments *arguments = state->input;
  switch (key) {
    case OPTION_DB:
      arguments->database = argument;
      return 0;
    case OPTION_BASELINE:
      arguments->baseline = argument;
      return 0;
    case OPTION_JUNIT:
      arguments->junit = argument;
      return 0;
    case OPTION_JOBS:
      arguments->jobs = (uint32_t)pc_argument_number(state, "--jobs", argument, (struct pc_range){1, PC_MAX_JOBS});
      return 0;
    case OPTION_JSON:
      arguments->json = true;
      return 0;
    case ARGP_KEY_ARG:
      pc_argument_single(state, &arguments->policy, argument);
      return 0;
    case ARGP_KEY_END:
      if (arguments->policy == NULL) {
        argp_error(state, "a POLICY is missing");
      }
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

/* All that can be wrong with what the user gave is found here; the database is made last. */
static enum pc_result prepare(struct pc_gate *gate, const char *junit, struct pc_error *error) {
  enum pc_result err = junit == NULL ? PC_OK : pc_file_expect_replaceable(junit, error);
  if (!err) {
    err = pc_gate_describe(gate, error);
  }
  if (!err && gate->baseline_path != NULL) {
    err = pc_ledger_open_filled(&gate->baseline, gate->baseline_path, error);
  }
  for (size_t i = 0; !err && gate->baseline != NULL && i < gate->policy->scenario_count; i++) {
    int64_t run_id;
    err = pc_gate_find_baseline(gate, &gate->scenarios[i], NULL, &run_id, error);
  }
  if (!err) {
    err = gate->policy->runs ? pc_ledger_open(&gate->ledger, gate->database, error)
                             : pc_ledger_open_filled(&gate->ledger, gate->database, error);
  }
  return err;
}

static enum pc_result keep(struct pc_gate *gate, int64_t *gate_id, struct pc_error *error) {
  const struct pc_gate_decision decision = {
      .policy = gate->policy->name,
      .baseline = gate->baseline_path,
      .version = PC_VERSION,
      .command = gate->command,
      .seconds = gate->seconds,
      .results = gate->results,
      .result_count = gate->result_count,
  };
  return pc_ledger_add_gate(gate->ledger, &decision, gate_id, error);
}

static enum pc_result decide(struct pc_gate *gate, const struct arguments *arguments, struct pc_error *error) {
  enum pc_result err = prepare(gate, arguments->junit, error);
  if (!err) {
    err = pc_gate_run(gate, error);
  }
  if (!err) {
    err = pc_gate_judge(gate, error);
  }
  int64_t gate_id = 0;
  if (!err) {
    err = keep(gate, &gate_id, error);
  }
  if (!err && arguments->junit != NULL) {
    err = pc_gate_write_junit(gate, arguments->junit, error);
  }
  if (!err) {
    err = arguments->json ? pc_gate_print_json(gate, gate_id, error) : pc_gate_print_text(gate, error);
  }
  return err;
}

/* `*failures` is set where PC_OK is returned. */
static enum pc_result gate_policy(const struct arguments *arguments, const char *command, size_t *failures,
                                  struct pc_error *error) {
  struct pc_policy policy;
  enum pc_result err = pc_policy_load(arguments->policy, &policy, error);
  if (err) {
    return err;
  }
  struct pc_gate gate = {
      .policy = &policy,
      .database = arguments->database,
      .baseline_path = arguments->baseline,
      .command = command,
      .jobs = arguments->jobs,
      .started = pc_seconds(),
  };
  gate.deadline = gate.started + (policy.budget == 0 ? HUGE_VAL : (double)policy.budget);
  err = decide(&gate, arguments, error);
  *failures = pc_gate_failures(&gate);
  pc_gate_free(&gate);
  pc_policy_free(&policy);
  return err;
}

enum pc_exit pc_command_gate(int argc, char **argv) {
  static const struct argp argp = {.options = options, .parser = parse, .args_doc = "POLICY.yaml", .doc = doc};
  struct pc_buffer command = {0};
  pc_command_line(argc, argv, &command); /* before it is taken apart */
  struct arguments arguments = {.database = "powercut.db"};
  (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);

  struct pc_error error;
  size_t failures = 0;
  enum pc_result err = command.failed ? pc_fail_memory(&error) : PC_OK;
  if (!err && !pc_interrupt_begin()) {
    err = pc_fail(&error, PC_ENVIRONMENT, "the handlers of Ctrl-C can't be installed");
  }
  if (!err) {
    err = gate_policy(&arguments, (const char *)command.data, &failures, &error);
  }
  pc_buffer_free(&command);
  if (err) {
    return pc_output_error(err, &error);
  }
  return failures == 0 ? PC_EXIT_HELD : PC_EXIT_VIOLATED;
}
