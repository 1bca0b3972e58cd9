/* All that one `powercut run` runs: a scenario, or every combination of its matrix as one group of runs. */
#ifndef PC_CLI_RUN_GROUP_H
#define PC_CLI_RUN_GROUP_H

#include "command.h"
#include "run_one.h"

/* Checks every combination, and only then touches the database. `*status` is set where PC_OK is returned. */
enum pc_result pc_run_group(const struct pc_run_plan *plan, enum pc_exit *status, struct pc_error *error);

#endif
