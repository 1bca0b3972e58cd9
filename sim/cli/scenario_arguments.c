#include "scenario_arguments.h"

#include <stdlib.h>

#include "arguments.h"
#include "command.h"

enum { OPTION_DB = 0x100, OPTION_JOBS, OPTION_SEED, OPTION_SET };

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
    {0},
};

static void begin(struct argp_state *state, struct pc_scenario_arguments *arguments) {
  arguments->database = "powercut.db";
  arguments->overrides = calloc((size_t)state->argc + 1, sizeof *arguments->overrides);
  if (arguments->overrides == NULL) {
    argp_failure(state, PC_EXIT_ENVIRONMENT, 0, "out of memory");
  }
  arguments->options.overrides = arguments->overrides;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct pc_scenario_arguments *arguments = state->input;
  struct pc_scenario_options *given = &arguments->options;
  switch (key) {
    case ARGP_KEY_INIT:
      begin(state, arguments);
      return 0;
    case OPTION_DB:
      arguments->database = argument;
      return 0;
    case OPTION_JOBS:
      arguments->jobs = (uint32_t)pc_argument_number(state, "--jobs", argument, (struct pc_range){1, PC_MAX_JOBS});
      return 0;
    case OPTION_SEED:
      given->has_seed = true;
      given->seed = pc_argument_number(state, "--seed", argument, (struct pc_range){0, UINT64_MAX});
      return 0;
    case OPTION_SET:
      pc_argument_setting(state, "--set", argument, &arguments->overrides[given->override_count++]);
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

const struct argp pc_scenario_argp = {.options = options, .parser = parse};

void pc_scenario_arguments_add(struct pc_scenario_arguments *arguments, const char *path, const char *value) {
  arguments->overrides[arguments->options.override_count++] = (struct pc_override){.path = path, .value = value};
}

void pc_scenario_arguments_free(struct pc_scenario_arguments *arguments) {
  free(arguments->overrides);
}
