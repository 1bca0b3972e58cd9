/* powercut run: explores a scenario and keeps what it finds. */
#include <argp.h>

#include "arguments.h"
#include "command.h"
#include "interrupt.h"
#include "output.h"
#include "repro_file.h"
#include "run_group.h"

enum { OPTION_REPROS = 0x100, OPTION_NO_SHRINK, OPTION_RESUME, OPTION_SHARD, OPTION_JSON };

static const struct argp_option options[] = {
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
    "of its values. Results go to the database as they come.\v"
    "Ctrl-C, SIGTERM or a closed terminal ends the run and keeps what was done, a second Ctrl-C kills it; a kill costs "
    "the segments of the workload that were under way. --resume does the rest.\n\n"
    "--shard auto reads, whichever is set: SLURM_ARRAY_TASK_ID with SLURM_ARRAY_TASK_COUNT and SLURM_ARRAY_TASK_MIN; "
    "JOB_COMPLETION_INDEX (from 0) with JOB_COMPLETIONS, which the job must set to its number of completions; "
    "TEST_SHARD_INDEX (from 0) with TEST_TOTAL_SHARDS.\n\n"
    "Exit status: 0 every invariant held, 1 a violation, 2 bad usage or a bad file (nothing is written), 3 the "
    "environment failed, or the run was interrupted before it found a violation (what was done is kept).";

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct pc_run_plan *plan = state->input;
  switch (key) {
    case ARGP_KEY_INIT:
      state->child_inputs[0] = &plan->given;
      return 0;
    case OPTION_REPROS:
      plan->repros = argument;
      return 0;
    case OPTION_RESUME:
      plan->resume = true;
      return 0;
    case OPTION_SHARD:
      plan->shard = pc_argument_shard(state, argument);
      return 0;
    case OPTION_NO_SHRINK:
      plan->no_shrink = true;
      return 0;
    case OPTION_JSON:
      plan->json = true;
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

enum pc_exit pc_command_run(int argc, char **argv) {
  static const struct argp_child children[] = {{.argp = &pc_scenario_argp}, {0}};
  static const struct argp argp = {
      .options = options, .parser = parse, .args_doc = "SCENARIO.yaml", .doc = doc, .children = children};
  struct pc_buffer command = {0}, folder = {0};
  pc_command_line(argc, argv, &command); /* before it is taken apart */
  struct pc_run_plan plan = {.command = (const char *)command.data};
  (void)argp_parse(&argp, argc, argv, 0, NULL, &plan);

  struct pc_error error;
  enum pc_exit status = PC_EXIT_ENVIRONMENT;
  pc_repro_folder(plan.given.database, &folder);
  enum pc_result err = command.failed || folder.failed ? pc_fail_memory(&error) : PC_OK;
  if (!err && !pc_interrupt_begin()) {
    err = pc_fail(&error, PC_ENVIRONMENT, "the handlers of Ctrl-C can't be installed");
  }
  if (!err) {
    if (plan.repros == NULL) {
      plan.repros = (const char *)folder.data;
    }
    err = pc_run_group(&plan, &status, &error);
  }
  pc_buffer_free(&folder);
  pc_buffer_free(&command);
  pc_scenario_arguments_free(&plan.given);
  return err ? pc_output_error(err, &error) : status;
}
