/* powercut run: explores a scenario and keeps what it finds. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "command.h"
#include "interrupt.h"
#include "output.h"
#include "repro_file.h"
#include "run_group.h"

enum {
  OPTION_DB = 0x100,
  OPTION_JOBS,
  OPTION_SEED,
  OPTION_SET,
  OPTION_REPROS,
  OPTION_NO_SHRINK,
  OPTION_RESUME,
  OPTION_SHARD,
  OPTION_JSON
};

static const struct argp_option options[] = {
    {.name = "db",
     .key = OPTION_DB,
     .arg = "FILE",
     .doc = "the database (default powercut.db); made if it isn't there"},
    {.name = "jobs",
     .key = OPTION_JOBS,
     .arg = "N",
     .doc = "worker processes (default: one for each processor); the results are the same for any number"},
    {.name = "seed", .key = OPTION_SEED, .arg = "N", .doc = "in place of the scenario's seed"},
    {.name = "set",
     .key = OPTION_SET,
     .arg = "PATH=VALUE",
     .doc = "in place of the scenario's value: keys joined by dots and a YAML value, such as power.depth=2. May be "
            "repeated"},
    {.name = "repros",
     .key = OPTION_REPROS,
     .arg = "DIR",
     .doc = "where a repro file is written for each violation (default: the database's name with -repros for .db)"},
    {.name = "resume",
     .key = OPTION_RESUME,
     .doc = "go on with the run of this scenario in the database that was killed, interrupted or had no room left; it "
            "ends with the same results as a run in one go"},
    {.name = "shard",
     .key = OPTION_SHARD,
     .arg = "I/N",
     .doc = "explore part I (from 1) of N, which take about equally long; `powercut merge' joins them to one run. "
            "auto: from the environment of Slurm, Kubernetes, Bazel or the like"},
    {.name = "no-shrink",
     .key = OPTION_NO_SHRINK,
     .doc =
         "leave all repros as they were found: else the first of each invariant and class of the last cut is shrunk"},
    {.name = "json",
     .key = OPTION_JSON,
     .doc = "print the summary as one JSON object; of a scenario with a matrix, as a list of them"},
    {0},
};

static const char doc[] =
    "Explores a scenario: runs its workload once with the power on, then cuts the power at every flash operation, "
    "starts the store on what is left and checks every invariant. A scenario with a matrix is run in every combination "
    "of "
    "its values. Results go to the database as they come.\v"
    "Ctrl-C, SIGTERM or a closed terminal ends the run and keeps what was done, a second Ctrl-C kills it; a kill costs "
    "the segments of the workload that were under way. --resume does the rest.\n\n"
    "--shard auto reads, whichever is set: SLURM_ARRAY_TASK_ID with SLURM_ARRAY_TASK_COUNT and SLURM_ARRAY_TASK_MIN; "
    "JOB_COMPLETION_INDEX (from 0) with JOB_COMPLETIONS, which the job must set to its number of completions; "
    "TEST_SHARD_INDEX (from 0) with TEST_TOTAL_SHARDS.\n\n"
    "Exit status: 0 every invariant held, 1 a violation, 2 bad usage or a bad file (nothing is written), 3 the "
    "environment failed, or the run was interrupted before it found a violation (what was done is kept).";

struct arguments {
  struct pc_run_plan plan;
  struct pc_override *overrides; /* room for one of each word on the command line */
};

static void add_override(const struct argp_state *state, struct arguments *arguments, char *text) {
  pc_argument_setting(state, "--set", text, &arguments->overrides[arguments->plan.options.override_count++]);
}

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct arguments *arguments = state->input;
  switch (key) {
    case ARGP_KEY_INIT:
      arguments->overrides = calloc((size_t)state->argc, sizeof *arguments->overrides);
      if (arguments->overrides == NULL) {
        argp_failure(state, PC_EXIT_ENVIRONMENT, 0, "out of memory");
      }
      arguments->plan.options.overrides = arguments->overrides;
      return 0;
    case OPTION_DB:
      arguments->plan.database = argument;
      return 0;
    case OPTION_JOBS:
      arguments->plan.jobs = (uint32_t)pc_argument_number(state, "--jobs", argument, (struct pc_range){1, PC_MAX_JOBS});
      return 0;
    case OPTION_SEED:
      arguments->plan.options.has_seed = true;
      arguments->plan.options.seed = pc_argument_number(state, "--seed", argument, (struct pc_range){0, UINT64_MAX});
      return 0;
    case OPTION_SET:
      add_override(state, arguments, argument);
      return 0;
    case OPTION_REPROS:
      arguments->plan.repros = argument;
      return 0;
    case OPTION_RESUME:
      arguments->plan.resume = true;
      return 0;
    case OPTION_SHARD:
      arguments->plan.shard = pc_argument_shard(state, argument);
      return 0;
    case OPTION_NO_SHRINK:
      arguments->plan.no_shrink = true;
      return 0;
    case OPTION_JSON:
      arguments->plan.json = true;
      return 0;
    case ARGP_KEY_ARG:
      pc_argument_single(state, &arguments->plan.scenario, argument);
      return 0;
    case ARGP_KEY_END:
      if (arguments->plan.scenario == NULL) {
        argp_error(state, "a SCENARIO is missing");
      }
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

enum pc_exit pc_command_run(int argc, char **argv) {
  static const struct argp argp = {.options = options, .parser = parse, .args_doc = "SCENARIO.yaml", .doc = doc};
  struct pc_buffer command = {0}, folder = {0};
  pc_command_line(argc, argv, &command); /* before it is taken apart */
  struct arguments arguments = {.plan = {.database = "powercut.db", .command = (const char *)command.data}};
  (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);

  struct pc_error error;
  enum pc_exit status = PC_EXIT_ENVIRONMENT;
  pc_repro_folder(arguments.plan.database, &folder);
  enum pc_result err = command.failed || folder.failed ? pc_fail_memory(&error) : PC_OK;
  if (!err && !pc_interrupt_begin()) {
    err = pc_fail(&error, PC_ENVIRONMENT, "the handlers of Ctrl-C can't be installed");
  }
  if (!err) {
    if (arguments.plan.repros == NULL) {
      arguments.plan.repros = (const char *)folder.data;
    }
    err = pc_run_group(&arguments.plan, &status, &error);
  }
  pc_buffer_free(&folder);
  pc_buffer_free(&command);
  free(arguments.overrides);
  return err ? pc_output_error(err, &error) : status;
}
