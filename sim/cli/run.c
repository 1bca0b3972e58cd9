/* powercut run: explores a scenario and keeps what it finds. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "command.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "repro_file.h"
#include "run_findings.h"
#include "run_report.h"

enum { OPTION_DB = 0x100, OPTION_JOBS, OPTION_SEED, OPTION_SET, OPTION_REPROS, OPTION_JSON };

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
    {.name = "json", .key = OPTION_JSON, .doc = "print the summary as one JSON object"},
    {0},
};

static const char doc[] =
    "Explores a scenario: runs its workload once with the power on, then cuts the power at every flash operation, "
    "starts the store on what is left and checks every invariant. Results go to the database as they come.\v"
    "Ctrl-C ends the run and keeps what was done; a second one kills it.\n\n"
    "Exit status: 0 every invariant held, 1 a violation, 2 bad usage or a bad file (nothing is written), 3 the "
    "environment failed, or the run was interrupted before it found a violation (what was done is kept).";

struct arguments {
  const char *scenario, *database, *repros;
  uint32_t jobs; /* 0: one for each processor */
  bool json;
  struct pc_scenario_options options;
  struct pc_override *overrides; /* room for one of each word on the command line */
  const char *command;           /* line, whole */
};

static void add_override(const struct argp_state *state, struct arguments *arguments, char *text) {
  char *equals = strchr(text, '=');
  if (equals == NULL || equals == text) {
    argp_error(state, "--set takes PATH=VALUE, not '%s'", text);
    return;
  }
  *equals = '\0';
  arguments->overrides[arguments->options.override_count++] = (struct pc_override){.path = text, .value = equals + 1};
}

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct arguments *arguments = state->input;
  switch (key) {
    case ARGP_KEY_INIT:
      arguments->overrides = calloc((size_t)state->argc, sizeof *arguments->overrides);
      if (arguments->overrides == NULL) {
        argp_failure(state, PC_EXIT_ENVIRONMENT, 0, "out of memory");
      }
      arguments->options.overrides = arguments->overrides;
      return 0;
    case OPTION_DB:
      arguments->database = argument;
      return 0;
    case OPTION_JOBS:
      arguments->jobs = (uint32_t)pc_argument_number(state, "--jobs", argument, (struct pc_range){1, PC_MAX_JOBS});
      return 0;
    case OPTION_SEED:
      arguments->options.has_seed = true;
      arguments->options.seed = pc_argument_number(state, "--seed", argument, (struct pc_range){0, UINT64_MAX});
      return 0;
    case OPTION_SET:
      add_override(state, arguments, argument);
      return 0;
    case OPTION_REPROS:
      arguments->repros = argument;
      return 0;
    case OPTION_JSON:
      arguments->json = true;
      return 0;
    case ARGP_KEY_ARG:
      pc_argument_single(state, &arguments->scenario, argument);
      return 0;
    case ARGP_KEY_END:
      if (arguments->scenario == NULL) {
        argp_error(state, "a SCENARIO is missing");
      }
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

/* What a run holds while it is under way. */
struct run {
  const struct arguments *arguments;
  struct pc_scenario scenario;
  struct pc_opened_subject opened;
  struct pc_run_findings findings;
  struct pc_progress progress;
  struct pc_exploration_result result;
  double seconds;
};

static enum pc_result on_violation(void *context, const struct pc_violation *violation, struct pc_error *error) {
  struct run *run = context;
  return pc_run_findings_add(&run->findings, violation, error);
}

static void on_progress(void *context, uint64_t done, uint64_t total) {
  struct run *run = context;
  pc_progress_update(&run->progress, done, total, run->findings.count);
}

static bool on_stop(void *context) {
  (void)context;
  return pc_interrupted();
}

/* Enters the run in the ledger. */
static enum pc_result begin(struct run *run, struct pc_error *error) {
  struct pc_buffer device = {0}, store = {0};
  pc_subject_device(&run->opened.subject, &device);
  pc_subject_store(&run->opened.subject, &store);
  enum pc_result err = device.failed || store.failed ? pc_fail_memory(error) : PC_OK;
  if (!err) {
    const struct pc_run_info info = {
        .scenario = run->scenario.name,
        .device = (const char *)device.data,
        .store = (const char *)store.data,
        .seed = run->scenario.plan.seed,
        .endurance = run->scenario.profile.endurance,
        .version = PC_VERSION,
        .command = run->arguments->command,
    };
    err = pc_ledger_begin_run(run->findings.ledger, &info, &run->findings.run_id, error);
  }
  pc_buffer_free(&store);
  pc_buffer_free(&device);
  return err;
}

static enum pc_result explore(struct run *run, struct pc_error *error) {
  const struct pc_observer observer = {.jobs = run->arguments->jobs,
                                       .context = run,
                                       .violation = on_violation,
                                       .progress = on_progress,
                                       .stop = on_stop};
  double started = pc_seconds();
  pc_progress_begin(&run->progress);
  enum pc_result err =
      pc_explore(&run->opened.subject, &run->scenario.workload, &run->scenario.plan, &observer, &run->result, error);
  pc_progress_end(&run->progress);
  run->seconds = pc_seconds() - started;
  if (!err) {
    err = pc_ledger_end_run(run->findings.ledger, run->findings.run_id, &run->result, run->seconds, error);
  }
  return err;
}

static enum pc_result print(const struct run *run, struct pc_error *error) {
  const struct pc_run_report report = {
      .scenario = &run->scenario,
      .subject = &run->opened.subject,
      .result = &run->result,
      .findings = &run->findings,
      .database = run->arguments->database,
      .run_id = run->findings.run_id,
      .seconds = run->seconds,
  };
  return run->arguments->json ? pc_run_print_json(&report, error) : pc_run_print_text(&report, error);
}

/* Everything is checked before the database is touched. */
static enum pc_result run_in_ledger(struct run *run, struct pc_error *error) {
  enum pc_result err = pc_ledger_open(&run->findings.ledger, run->arguments->database, error);
  if (err) {
    return err;
  }
  err = begin(run, error);
  if (!err) {
    err = explore(run, error);
  }
  pc_ledger_close(run->findings.ledger);
  if (!err) {
    err = print(run, error);
  }
  return err;
}

static enum pc_exit exit_of_run(const struct run *run) {
  if (run->result.violations > 0) {
    return PC_EXIT_VIOLATED;
  }
  return run->result.interrupted ? PC_EXIT_ENVIRONMENT : PC_EXIT_HELD;
}

/* `*status` is set where PC_OK is returned. */
static enum pc_result run_scenario(const struct arguments *arguments, const char *folder, enum pc_exit *status,
                                   struct pc_error *error) {
  struct run run = {.arguments = arguments};
  enum pc_result err = pc_scenario_load(arguments->scenario, &arguments->options, &run.scenario, error);
  if (err) {
    return err;
  }
  err = pc_subject_open(&run.opened, &run.scenario, error);
  if (!err) {
    run.findings =
        (struct pc_run_findings){.scenario = &run.scenario, .subject = &run.opened.subject, .folder = folder};
    err = run_in_ledger(&run, error);
    if (run.findings.file_error.message[0] != '\0') {
      (void)pc_output_error(PC_ENVIRONMENT, &run.findings.file_error);
    }
    *status = exit_of_run(&run);
    pc_run_findings_free(&run.findings);
    pc_exploration_free(&run.result);
    pc_subject_close(&run.opened);
  }
  pc_scenario_free(&run.scenario);
  return err;
}

enum pc_exit pc_command_run(int argc, char **argv) {
  static const struct argp argp = {.options = options, .parser = parse, .args_doc = "SCENARIO.yaml", .doc = doc};
  struct pc_buffer command = {0}, folder = {0};
  pc_command_line(argc, argv, &command); /* before it is taken apart */
  struct arguments arguments = {.database = "powercut.db", .command = (const char *)command.data};
  (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);

  struct pc_error error;
  enum pc_exit status = PC_EXIT_ENVIRONMENT;
  pc_repro_folder(arguments.database, &folder);
  enum pc_result err = command.failed || folder.failed ? pc_fail_memory(&error) : PC_OK;
  if (!err && !pc_interrupt_begin()) {
    err = pc_fail(&error, PC_ENVIRONMENT, "the handlers of Ctrl-C can't be installed");
  }
  if (!err) {
    const char *repros = arguments.repros != NULL ? arguments.repros : (const char *)folder.data;
    err = run_scenario(&arguments, repros, &status, &error);
  }
  pc_buffer_free(&folder);
  pc_buffer_free(&command);
  free(arguments.overrides);
  return err ? pc_output_error(err, &error) : status;
}
