/* What every command that runs a scenario is told: which, what stands in place of its values, where results go, and how
   many processes there may be. */
#ifndef PC_CLI_SCENARIO_ARGUMENTS_H
#define PC_CLI_SCENARIO_ARGUMENTS_H

#include <argp.h>
#include <stdint.h>

#include "powercut/config.h"

struct pc_scenario_arguments {
  const char *scenario, *database;
  uint32_t jobs; /* 0: one for each processor */
  struct pc_scenario_options options;
  struct pc_override *overrides; /* those of `options`: room for one of each word on the command line, and one more */
};

/* A child of the command's own parser, whose input it takes: a struct pc_scenario_arguments. It reads SCENARIO, --db,
   --jobs, --seed and --set; what is wrong ends the process. */
extern const struct argp pc_scenario_argp;

/* A further override, once everything is read. */
void pc_scenario_arguments_add(struct pc_scenario_arguments *arguments, const char *path, const char *value);

void pc_scenario_arguments_free(struct pc_scenario_arguments *arguments);

#endif
